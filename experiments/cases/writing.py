"""Cases written out: an example, or any place and board that ship with the model, with comments on each file."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.cases.sheets import PLACE_FILE, PLACE_SAYS, SHEETS, Sheet
from experiments.errors import CommandError
from experiments.files import PARTIAL, replacing, sweep_up, take_away
from sim import Scenario, find_place, with_changes
from sim.population import seats_of
from sim.scenario import Place, month_name, month_number

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by file: what stands in each column, where it is not blank."""

_WIDTH = 110


def write_case(folder: Path, place: Mapping[str, Any], rows: Rows) -> None:
    """Write a case into an empty or new folder; raise CommandError if files are there."""
    if folder.is_file():
        raise CommandError(f"case = {str(folder)!r} is a file: give the name of a new folder")
    sweep_up(folder, f".*{PARTIAL}")
    if folder.is_dir() and any(folder.iterdir()):
        raise CommandError(f"case = {str(folder)!r} has files in it: give the name of a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"case = {str(folder)!r} cannot be written: {error.strerror}") from None
    texts = {PLACE_FILE: _place_text(place)}
    texts |= {file: _sheet_text(sheet, rows.get(file, ())) for file, sheet in SHEETS.items()}
    try:
        for name, text in texts.items():
            with replacing(folder / name) as path:
                path.write_text(text, encoding="utf-8")
    except BaseException:  # half a case would stand in the way of a whole one
        for name in texts:
            take_away(folder / name)
        raise


def _place_text(place: Mapping[str, Any]) -> str:
    lines = [
        "# A place. Every file here: partnerships new --help; what is wrong: partnerships new case=FOLDER check=true"
    ]
    for name, says in PLACE_SAYS.items():
        if name not in place:
            lines += [f"# {name}:  # {says}"]
            continue
        shown = json.dumps(place[name], ensure_ascii=False)
        if isinstance(place[name], dict):
            shown = "{" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in place[name].items()) + "}"
        lines += (
            [f"{name}: {shown}  # {says}"]
            if len(f"{name}: {shown}{says}") < _WIDTH
            else [f"# {says}", f"{name}: {shown}"]
        )
    return "\n".join(lines) + "\n"


def _sheet_text(sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> str:
    used = {column for row in rows for column in row}
    columns = [*sheet.columns, *(column for column in sheet.more if column.name in used)]
    says = [sheet.says, *(f"{column.name}: {column.says}" for column in columns)]
    if not rows:
        says.append("Nothing is stated here yet: add rows below the names of the columns.")
    out = io.StringIO()
    for one in says:
        wrapped = textwrap.wrap(one, _WIDTH, subsequent_indent="  ")
        out.writelines(f"# {line}\n" for line in wrapped)
    table = csv.DictWriter(out, [column.name for column in columns], lineterminator="\n")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(value) or "none"
    return "" if value is None else str(value)


# ---------------------------------------------------------------------- of what ships with the model


def case_of(scenario: Scenario) -> tuple[dict[str, Any], Rows]:
    """Return the place and the board of a scenario as the files of a case: runs with it have the same bits."""
    stated = {field.name: getattr(scenario.place, field.name) for field in dataclasses.fields(Place)}
    place = {name: value for name, value in stated.items() if name in PLACE_SAYS and value is not None}
    place |= {"need": dataclasses.asdict(scenario.place.need), "prices": "2003-04"}
    chair = scenario.place.chair if scenario.board.chair == "place" else scenario.board.chair
    place |= {"chair": chair, "executive": scenario.board.executive}
    first = month_number(scenario.start)
    partners = []
    for seat in seats_of(with_changes(scenario, calendar=())):  # whom a calendar creates, it will create
        row: dict[str, Any] = {"name": seat.name, "type": seat.kind.archetype}
        usual = seat.kind.budget_gbp_per_head * scenario.place.population / 1e6
        row |= {"budget_gbp_m": repr(seat.budget_gbp_m)} if seat.budget_gbp_m != usual else {}
        row |= {"joins": month_name(first + seat.joins_at)} if seat.joins_at else {}
        row |= {"chairs": True} if seat.is_chair else {}
        partners.append(row)
    return place, {"partners.csv": partners}


# ---------------------------------------------------------------------- an example

_RULED = "ruled: the allocation of 2003-04 moved with the national total"
_MADE_UP = "made up, to show the form"


def example() -> tuple[dict[str, Any], Rows]:
    """Return a small case: Hackney as the record has it, with eight bodies of which budgets and links are made up."""
    hackney = find_place("hackney")
    place = {
        "name": "hackney_example",
        "label": "Hackney (example)",
        "population": hackney.population,
        "tiers": hackney.tiers,
        "need": dataclasses.asdict(hackney.need),
        "prices": "2003-04",
        "chair": "council",
        "executive": "everyone",
        "calendar": "none",
    }
    fund = hackney.fund_2003_04_gbp_m
    recorded = "recorded: Lords Hansard, 8 April 2003"
    series = [
        {"financial_year": year, "fund_gbp_m_a_year": round(fund * share, 6), "prices": "2003-04", "source": source}
        for year, share, source in (("2001-02", 0.5, _RULED), ("2002-03", 0.75, _RULED), ("2003-04", 1.0, recorded))
    ]
    partners: list[dict[str, Any]] = [
        {"name": "Borough council", "type": "unitary_council", "chairs": True},
        {"name": "Police in the borough", "type": "police"},
        {"name": "Primary care trust", "type": "primary_care_trust"},
        {"name": "Jobcentre Plus", "type": "jobcentre_plus"},
        {"name": "Further education college", "type": "university_college", "budget_gbp_m": 22, "note": _MADE_UP},
        {"name": "Employers in Shoreditch", "type": "large_employer", "economy": 3, "education": 1, "note": _MADE_UP},
        {"name": "Credit union", "type": "credit_union", "groups": ["economic"], "note": _MADE_UP},
        {"name": "Residents of the estates", "type": "residents_network"},
    ]
    types = [
        {"type": "credit_union", "based_on": "vcs_service_provider", "label": "Credit union", "economy": 1}
        | {"senior_half_days": 4, "note": _MADE_UP}
    ]
    trust = [{"giver": "Residents of the estates", "receiver": "Borough council", "trust": 0.2, "note": _MADE_UP}]
    ties = [{"one": "Borough council", "other": "Police in the borough", "tied": True, "note": _MADE_UP}]
    events = [
        {"month": "2002-04", "setting": "levers.staff_team", "value": 0.4, "note": "a staff team", "source": _MADE_UP},
        {
            "month": "2005-04",
            "setting": "levers.pooling_rate",
            "value": 0.03,
            "note": "area agreement",
            "source": _MADE_UP,
        },
    ]
    return place, {
        "partners.csv": partners,
        "types.csv": types,
        "trust.csv": trust,
        "ties.csv": ties,
        "series.csv": series,
        "events.csv": events,
    }
