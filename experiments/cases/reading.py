"""From a folder to a case: every cell checked, and everything that is wrong said at once."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.cases.cells import Problem, Row, number_in, read_table
from experiments.cases.settings_file import SettingsFile, read_settings
from experiments.cases.sheets import PLACE_FILE, PLACE_SAYS, SHEETS, Sheet
from experiments.errors import CommandError
from experiments.extensions import known_measures
from experiments.files import Unreadable, sha256_of_file, typed_path
from experiments.options import find, option_names
from experiments.own_yaml import read_yaml
from sim import ARCHETYPES, MEASURES, PARAMETERS, THEMES, Scenario, ScenarioError, scenario_from
from sim.parameters import Leadership, Levers, Parameter
from sim.population import RANGE_OF_COLUMN
from sim.scenario import Board, Place, nearest, validated

Cells = dict[str, Any]
"""What a row of a sheet says, by column, and under ``line`` where it stands."""

_LINE = "line"
_OF_PLACE = tuple(f.name for f in dataclasses.fields(Place) if f.name in PLACE_SAYS and f.name != "chair")
_USUAL_PRICES = "2003-04"
_SPAN = ("start", "months")
_NOBODY: Mapping[str, Any] = {"board": {"members": {}}}
"""What has to be stated of a scenario, where only some of its settings are checked."""
_ALIKE = 0.85
"""How far the name of a file is that of a sheet, written wrongly: 1 the same."""


@dataclasses.dataclass(frozen=True)
class Case:
    """A place and its bodies, as a folder of one's own states them.

    ``place``, ``board``, and what is in ``rest`` (start, months, calendar, leadership and levers, as far as they are
    stated) are plain settings of a scenario. ``targets`` is what was observed: measure, first and last month, value and
    standard error.
    """

    folder: Path
    place: Mapping[str, Any]
    board: Mapping[str, Any]
    rest: Mapping[str, Any]
    targets: pd.DataFrame
    files: Mapping[str, str]
    """The sha256 of each file that was read, by name."""

    @property
    def name(self) -> str:
        """Return the name of the place."""
        return str(self.place["name"])


def read_case(folder: Path | str) -> Case:
    """Return the case in a folder; raise CommandError with the first thing that is wrong, and how many more are."""
    case, problems = checked_case(folder)
    if problems:
        more = f" (and {len(problems) - 1} more: partnerships new case={folder} check=true)" if problems[1:] else ""
        raise CommandError(f"case {str(folder)!r}: {problems[0]}{more}")
    assert case is not None
    return case


def checked_case(folder: Path | str) -> tuple[Case | None, list[Problem]]:
    """Return the case in a folder, if it holds together, and everything that is wrong with it."""
    path = typed_path(str(folder))
    if not path.is_dir():
        raise CommandError(f"case = {str(folder)!r} is no folder: partnerships new case={folder} writes one")
    if not (path / PLACE_FILE).is_file():
        raise CommandError(f"case = {str(folder)!r} has no {PLACE_FILE}: partnerships new case=FOLDER writes a case")
    return _Reader(path).read()


class _Reader:
    """One reading of a folder, which gathers what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.types: dict[str, Any] = {}
        self.joins: dict[str, str] = {}
        """The bodies, and the month in which each takes a seat: of founders the first."""
        self.run = ("", "")
        """The first and the last month of a run."""

    def read(self) -> tuple[Case | None, list[Problem]]:
        """Return the case, if nothing is wrong with it, and what is."""
        stated = read_settings(self.folder / PLACE_FILE, self.problems)
        self.run = _months_of(stated)
        self.note_misnamed()
        rows = {file: self.rows_of(sheet) for file, sheet in SHEETS.items()}
        self.types = self.own_types(rows["types.csv"])
        bodies = self.bodies(rows["partners.csv"])
        self.joins = {body["name"]: body.get("joins", self.run[0]) for body in bodies}
        board = {
            "members": {},
            "executive": stated.values.get("executive", "everyone"),
            "chair": stated.values.get("chair", "council"),
            "bodies": bodies,
            "types": self.types,
            "trust": self.pairs(rows["trust.csv"], "trust.csv", ("giver", "receiver"), "trust", 0.5),
            "ties": self.pairs(rows["ties.csv"], "ties.csv", ("one", "other"), "tied", True),
        }
        place = {name: stated.values[name] for name in _OF_PLACE if name in stated.values}
        place.setdefault("name", self.folder.resolve().name)
        place.setdefault("label", str(place["name"]).replace("_", " ").title())
        place |= self.series(rows["series.csv"], stated, place)
        rest = self.rest(stated, rows["events.csv"])
        targets = self.targets(rows["targets.csv"])
        self.check_whole(stated, place, board, rest)
        self.problems.sort(key=lambda problem: (problem.file != PLACE_FILE, problem.file, problem.line or 0))
        if self.problems:
            return None, self.problems
        names = [PLACE_FILE, *(file for file in SHEETS if (self.folder / file).is_file())]
        files = {file: sha256_of_file(self.folder / file) for file in names}
        return Case(self.folder.resolve(), place, board, rest, targets, files), []

    # ------------------------------------------------------------------ cells

    def wrong(self, file: str, says: str, line: int | None = None, column: str = "") -> None:
        """Note that something is wrong."""
        self.problems.append(Problem(file, says, line, column))

    def expect(self, file: str, row: Cells, column: str, known: Sequence[str], says: str) -> None:
        """Note that a cell names something unknown, with the nearest name that there is."""
        if column in row and row[column] not in known:
            self.wrong(file, f"{says} {row[column]!r}{nearest(row[column], known)}", row[_LINE], column)

    def note_misnamed(self) -> None:
        """Note files that are called nearly as one that is read."""
        others = {one.name for one in self.folder.glob("*.csv")}.difference(SHEETS)
        for other in sorted(others):
            for meant in difflib.get_close_matches(other, SHEETS, n=1, cutoff=_ALIKE):
                self.wrong(other, f"nothing reads it: call it {meant}, or keep it elsewhere")

    def not_before_the_run(self, row: Cells, column: str, file: str) -> None:
        """Note that a month lies before the run."""
        if column in row and row[column] < self.run[0]:
            self.wrong(file, f"{row[column]} lies before the run, which begins in {self.run[0]}", row[_LINE], column)

    def rows_of(self, sheet: Sheet) -> list[Cells]:
        """Return what the rows of a file say; none if there is no such file, and it may be left out."""
        path = self.folder / sheet.file
        if not path.is_file():
            if sheet.required:
                self.wrong(sheet.file, "it is missing")
            return []
        columns = sheet.by_name
        try:
            table = read_table(path, list(columns))
        except Unreadable as error:
            self.wrong(sheet.file, str(error))
            return []
        for column in dict.fromkeys(table.columns):
            if column not in columns:
                hint = nearest(column, columns)
                self.wrong(sheet.file, f"there is no such column{hint}; it takes {', '.join(columns)}", 1, column)
            elif list(table.columns).count(column) > 1:
                self.wrong(sheet.file, "the column stands there twice", 1, column)
        missing = [column.name for column in columns.values() if column.required and column.name not in table.columns]
        for name in missing if table.columns else ():
            self.wrong(sheet.file, "the column is missing", 1, name)
        return [] if missing else [self.cells_of(sheet, row, table.decimal_comma) for row in table.rows]

    def cells_of(self, sheet: Sheet, row: Row, decimal_comma: bool) -> Cells:
        """Return what a row says; cells that cannot be read are left out."""
        cells: Cells = {_LINE: row.line}
        for needed in sheet.columns:
            if needed.required and needed.name not in row.cells:
                self.wrong(sheet.file, f"it is empty: {needed.says}", row.line, needed.name)
        for column, cell in row.cells.items():
            if column == "":
                self.wrong(sheet.file, cell, row.line)
            elif column in sheet.by_name:
                try:
                    cells[column] = sheet.by_name[column].read(cell, decimal_comma)
                except Unreadable as error:
                    self.wrong(sheet.file, str(error), row.line, column)
        return cells

    # ------------------------------------------------------------------ bodies

    def own_types(self, rows: list[Cells]) -> dict[str, Any]:
        """Return the types of one's own by name."""
        types: dict[str, Any] = {}
        for row in rows:
            name = row.get("type")
            if name is None or "based_on" not in row:
                continue
            if name in ARCHETYPES or name in types or name == "council":
                known = "stands there twice" if name in types else "ships with the model: choose another name"
                self.wrong("types.csv", f"{name!r} {known}", row[_LINE], "type")
                continue
            types[name] = {"based_on": row["based_on"], "label": row.get("label", ""), "sector": row.get("sector")}
            types[name]["differs"] = self.differences(row, "types.csv")
        return types

    def bodies(self, rows: list[Cells]) -> list[dict[str, Any]]:
        """Return the bodies by name."""
        bodies: list[dict[str, Any]] = []
        lines: dict[str, int] = {}
        known = [*self.types, *ARCHETYPES]
        for row in rows:
            line, name, kind = row[_LINE], row.get("name"), row.get("type")
            self.expect("partners.csv", row, "type", known, "there is no type")
            if name is None or kind is None:
                continue
            if name in lines:
                self.wrong("partners.csv", f"{name!r} stands in line {lines[name]} already", line, "name")
                continue
            lines[name] = line
            self.not_before_the_run(row, "joins", "partners.csv")
            if row.get("chairs") and any(body["chairs"] for body in bodies):
                self.wrong("partners.csv", "a body in a line above chairs already: one at most", line, "chairs")
            same = ("sector", "budget_gbp_m", "groups", "joins")
            body = {"name": name, "type": kind, "chairs": row.get("chairs", False)}
            body |= {column: row[column] for column in same if column in row}
            bodies.append(body | {"differs": self.differences(row, "partners.csv")})
        if not rows and not self.problems:
            self.wrong("partners.csv", "it names nobody: give at least one body")
        return bodies

    def differences(self, row: Cells, file: str) -> dict[str, float]:
        """Return in which columns of the archetypes a row differs."""
        found = {column: row[column] for column in RANGE_OF_COLUMN if column in row}
        weights = [found[theme] for theme in THEMES if theme in found]
        if weights and sum(weights) == 0.0:
            self.wrong(file, "all priorities are 0: give at least one of the five a weight", row[_LINE], THEMES[0])
        return found

    def pairs(
        self, rows: list[Cells], file: str, sides: tuple[str, str], what: str, usual: Any
    ) -> list[dict[str, Any]]:
        """Return what is known of pairs, whose names are bodies of the case."""
        found: list[dict[str, Any]] = []
        seen: dict[Collection[str], int] = {}
        for row in rows:
            for side in sides:
                self.expect(file, row, side, list(self.joins), "nobody in partners.csv is called")
                if what == "tied" and (joins := self.joins.get(row.get(side, ""), "")) > self.run[0]:
                    self.wrong(file, f"{row[side]!r} joins in {joins}: nobody is tied to it before", row[_LINE], side)
            one, other = (row.get(side) for side in sides)
            if one is None or other is None:
                continue
            pair: Collection[str] = frozenset((one, other)) if what == "tied" else (one, other)
            if one == other:
                self.wrong(file, f"{one!r} stands on both sides", row[_LINE], sides[1])
            elif pair in seen:
                self.wrong(file, f"this pair stands in line {seen[pair]} already", row[_LINE], sides[1])
            seen[pair] = row[_LINE]
            found.append({sides[0]: one, sides[1]: other, what: row.get(what, usual)})
        return found

    # ------------------------------------------------------------------ dates

    def series(self, rows: list[Cells], stated: SettingsFile, place: Mapping[str, Any]) -> dict[str, Any]:
        """Return fund and need from dates on."""
        prices = str(stated.values.get("prices", _USUAL_PRICES))
        fund: list[dict[str, Any]] = []
        need: list[dict[str, Any]] = []
        given = place.get("need")
        now = dict.fromkeys(THEMES, 0.5) | (dict(given) if isinstance(given, dict) else {})
        last = ""
        for row in rows:
            line = row[_LINE]
            month = str(row.get("month") or row.get("financial_year"))
            if ("month" in row) == ("financial_year" in row):
                self.wrong("series.csv", "a row has either a month or a financial year", line, "month")
                continue
            if month <= last:
                self.wrong("series.csv", f"{month} does not come after {last}: rows go by date", line, "month")
            last = month
            if "fund_gbp_m_a_year" in row:
                index = row.get("price_index", 100.0)
                if row.get("prices", prices) != prices and "price_index" not in row:
                    self.wrong(
                        "series.csv",
                        f"these are not the prices of {PLACE_FILE}: give price_index, that of {prices} is 100",
                        line,
                        "price_index",
                    )
                fund.append({"month": month, "gbp_m_a_year": row["fund_gbp_m_a_year"] * 100.0 / index})
            changed = {theme: row[f"need_{theme}"] for theme in THEMES if f"need_{theme}" in row}
            if changed:
                now = now | changed
                need.append({"month": month, "need": now})
        return {"fund_series": fund, "need_series": need}

    def rest(self, stated: SettingsFile, rows: list[Cells]) -> dict[str, Any]:
        """Return start, months, leader, levers and calendar, as far as they are stated."""
        values = stated.values
        for name in values:
            if name not in PLACE_SAYS:
                hint = nearest(name, PLACE_SAYS)
                says = f"there is no such setting{hint}; it takes {', '.join(PLACE_SAYS)}"
                self.wrong(PLACE_FILE, says, stated.lines[name], name)
        rest: dict[str, Any] = {name: values[name] for name in ("start", "months") if name in values}
        if "leader" in values:
            rest["leadership"] = self.option("leadership", values["leader"], "leader", stated)
        if "levers" in values:
            if not isinstance(values["levers"] or {}, dict):
                says = f"{values['levers']!r} is not allowed: it takes levers, one a line, written name: value"
                self.wrong(PLACE_FILE, says, stated.lines["levers"], "levers")
            else:
                rest["levers"] = values["levers"] or {}
        calendar = self.option("calendar", values["calendar"], "calendar", stated) if "calendar" in values else None
        events = self.events(rows)
        if calendar is not None or events:
            rest["calendar"] = [*(calendar or []), *events]
        return rest

    def option(self, group: str, given: Any, name: str, stated: SettingsFile) -> Any:
        """Return what a named file of the model holds, or the settings that stand there themselves."""
        if isinstance(given, dict):
            return given
        if given not in option_names(group):
            known = option_names(group)
            says = f"{given!r} is not allowed: it takes {', '.join(known)}{nearest(str(given), known)}"
            self.wrong(PLACE_FILE, says, stated.lines[name], name)
            return {} if group == "leadership" else []
        path = find(group, f"{given}.yaml")
        assert path is not None
        held = read_yaml(path)
        return held.get("calendar") if group == "calendar" else held

    def events(self, rows: list[Cells]) -> list[dict[str, Any]]:
        """Return the calendar that events make, one entry a month."""
        entries: dict[str, dict[str, Any]] = {}
        for row in rows:
            self.not_before_the_run(row, "month", "events.csv")
            if not {"month", "setting", "value"} <= row.keys():
                continue
            entry = entries.setdefault(row["month"], {"from": row["month"], "note": "", "abolish": [], "creates": {}})
            if "note" in row and row["note"] not in entry["note"]:
                entry["note"] = "; ".join(filter(None, (entry["note"], row["note"])))
            self.event(entry, row)
        return [entries[month] for month in sorted(entries)]

    def event(self, entry: dict[str, Any], row: Cells) -> None:
        """Put what a row changes into the entry of its month."""
        file, value = "events.csv", row["value"]
        kinds = [*self.types, *ARCHETYPES]
        if row["setting"] == "abolish":
            self.expect(file, row, "value", [*self.joins, *kinds, "council"], "there is no body or type")
            entry["abolish"].append(value)
        elif row["setting"] == "create":
            self.expect(file, row, "value", kinds, "there is no type")
            entry["creates"][value] = entry["creates"].get(value, 0) + 1
        elif row["setting"] == "executive":
            if value not in ("everyone", "public_only"):
                self.wrong(file, f"{value!r} is not allowed: it takes everyone or public_only", row[_LINE], "value")
            entry["executive"] = value
        else:
            self.lever(entry, row)

    def lever(self, entry: dict[str, Any], row: Cells) -> None:
        """Put the value of a lever into an entry."""
        setting, value, line = row["setting"], row["value"], row[_LINE]
        levers = {path: parameter for path, parameter in PARAMETERS.items() if parameter.role == "lever"}
        if setting not in levers:
            hint = nearest(setting, [*levers, "abolish", "create", "executive"], most=3)
            says = f"there is no such setting{hint}; it takes abolish, create, executive or a lever"
            self.wrong("events.csv", says, line, "setting")
            return
        *path, last = setting.split(".")
        branch = entry
        for part in path:
            branch = branch.setdefault(part, {})
        if last in branch:
            self.wrong("events.csv", f"{setting} is set twice in {row['month']}", line, "setting")
        try:
            branch[last] = _value_of(levers[setting], value)
        except Unreadable as error:
            self.wrong("events.csv", str(error), line, "value")

    def targets(self, rows: list[Cells]) -> pd.DataFrame:
        """Return what was observed."""
        columns = ["measure", "month", "to", "value", "standard_error"]
        found: list[list[Any]] = []
        known = known_measures()
        says = "see partnerships list measures, or name the extension= that has it: there is no"
        for row in rows:
            self.expect("targets.csv", row, "measure", known, says)
            row.setdefault("to", row.get("month"))
            if row.get("month") and row["to"] < row["month"]:
                self.wrong("targets.csv", f"{row['to']} comes before {row['month']}", row[_LINE], "to")
            self.not_before_the_run(row, "month", "targets.csv")
            self.can_be_observed(row)
            row_found = [row.get(column) for column in columns]
            if row_found[:3] in (one[:3] for one in found):
                self.wrong("targets.csv", "it stands there twice: give one value", row[_LINE], "measure")
            found.append(row_found)
        return pd.DataFrame(found, columns=columns)

    def can_be_observed(self, row: Cells) -> None:
        """Note that a target lies after the run, or where its measure cannot be."""
        measure, value = MEASURES.get(row.get("measure", "")), row.get("value")
        if (row["to"] or "") > self.run[1]:
            says = f"{row['to']} lies after the run, which ends in {self.run[1]}: give months in {PLACE_FILE}"
            self.wrong("targets.csv", says, row[_LINE], "to" if row["to"] != row["month"] else "month")
        if measure and value is not None and not measure.low <= value <= measure.high:
            says = f"{value:g} is not allowed: {measure.name} goes from {measure.low:g} to {measure.high:g}"
            self.wrong("targets.csv", says, row[_LINE], "value")

    # ------------------------------------------------------------------ the whole

    def check_whole(
        self, stated: SettingsFile, place: dict[str, Any], board: dict[str, Any], rest: dict[str, Any]
    ) -> None:
        """Check settings one by one, and then whether all of it holds together."""
        for name in _OF_PLACE:
            if name in place:
                self.check_setting(name, stated, validated, Place, {name: place[name]})
        if "population" not in place and (stated.values or not self.problems):
            self.wrong(PLACE_FILE, f"it is missing: {PLACE_SAYS['population']}", column="population")
        for name in filter(rest.__contains__, _SPAN):
            self.check_setting(name, stated, validated, Scenario, {**_NOBODY, name: rest[name]})
        for name in ("chair", "executive"):
            self.check_setting(name, stated, validated, Board, {name: board[name]})
        for name, kind, shown in (("leadership", Leadership, "leader"), ("levers", Levers, "levers")):
            if name in rest:
                self.check_setting(shown, stated, validated, kind, rest[name], f"{name}.")
        if not self.problems:
            self.check_setting("", stated, scenario_from, {"place": place, "board": board, **rest})

    def check_setting(self, name: str, stated: SettingsFile, check: Callable[..., Any], *given: Any) -> None:
        """Note what a check refuses, at the line of a setting."""
        try:
            check(*given)
        except ScenarioError as error:
            self.wrong(PLACE_FILE, str(error), stated.lines.get(name), name)


def _months_of(stated: SettingsFile) -> tuple[str, str]:
    """Return the first and the last month of a run: the usual ones where they are stated wrongly."""
    span = {name: stated.values[name] for name in _SPAN if name in stated.values}
    try:
        scenario = validated(Scenario, {**_NOBODY, **span})
    except ScenarioError:
        scenario = validated(Scenario, _NOBODY)
    return scenario.start, scenario.month_label(scenario.months - 1)


def _value_of(lever: Parameter, cell: str) -> Any:
    """Return the value of a lever that a cell states; raise Unreadable for one that it does not take."""
    if cell in lever.choices:
        return cell
    try:
        if lever.low is not None and lever.high is not None:
            return number_in(cell, low=lever.low, high=lever.high, decimal_comma=True)
    except Unreadable:
        pass
    raise Unreadable(f"{cell!r} is not allowed: it takes {lever.range_text} ({lever.unit})")
