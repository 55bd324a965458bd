"""Tables for a paper: how scenarios differ, and what came out, with names and units of the model's own words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.shared.codebook import described
from analysis.shared.paths import flat
from analysis.shared.summaries import HEADLINE
from analysis.shared.words import capital, readable, titled
from sim import PARAMETERS

MOST_ROWS, MOST_COLUMNS = 40, 9
"""Of a table that is printed; a longer one belongs into a supplement."""

NARROW = 4
"""Columns that fit beside one another however wide they are."""

ENDS = ("ci_low", "ci_high")
"""Both ends of an interval."""

FEWEST_DIGITS = 3
NOTHING = "–"

NOT_TOLD = ("name", "description", "claim", "seed_document", "behaviour.")
"""Settings of a scenario that its table leaves out, with all below them: its texts, and numbers of behaviour."""


@dataclasses.dataclass(frozen=True)
class PrintedTable:
    """A table as a paper has it: text in every cell."""

    name: str
    caption: str
    cells: pd.DataFrame


def settings_table(scenarios: Mapping[str, Mapping[str, Any]]) -> PrintedTable:
    """Return in which settings scenarios differ from each other; of one alone, which levers are not at their default.

    Columns: setting, unit, and one a scenario.

    >>> both = {name: {"months": 12, "levers": {"initiatives": number}} for name, number in (("a", 1.0), ("b", 3.0))}
    >>> settings_table(both).cells.to_numpy().tolist()
    [['Initiatives', 'special initiatives', '1', '3']]
    """
    values = {name: _told(scenario) for name, scenario in scenarios.items()}
    paths = dict.fromkeys(path for told in values.values() for path in told)
    rows = []
    for path in paths:
        found = [told.get(path, 0) for told in values.values()]
        usual = [*found, PARAMETERS[path].default] if len(found) == 1 and path in PARAMETERS else found
        if any(value != usual[0] for value in usual):
            unit = PARAMETERS[path].unit if path in PARAMETERS else ""
            rows.append([titled(path), unit, *map(_cell, found)])
    cells = pd.DataFrame(rows, columns=["Setting", "Unit", *map(readable, values)])
    what = "Settings in which the scenarios differ." if len(values) > 1 else "Settings that are not at their default."
    return PrintedTable("settings", what, cells)


def _told(scenario: Mapping[str, Any]) -> dict[str, Any]:
    return {
        path: value
        for path, value in flat(scenario).items()
        if not path.startswith(NOT_TOLD) and not isinstance(value, list | Mapping)
    }


def result_table(file: str, table: pd.DataFrame) -> PrintedTable | None:
    """Return a table of results as it is printed, or None if it is too long or too wide for a page.

    Of a long table of measures the headline measures are kept; of numbers that were calibrated, those that something
    was learnt of, in few columns, as targets are. Both ends of an interval share a column, and a table of more than
    ``NARROW`` columns tells in its caption what is the same in all rows.

    >>> shown = result_table("regimes.csv", pd.DataFrame({"regime": ["hollow"], "share": [0.123456]}))
    >>> shown.cells.to_dict("list")
    {'Regime': ['hollow'], 'Share (0 to 1)': ['0.123']}
    >>> ends = pd.DataFrame({"regime": ["hollow"], "ci_low": [-0.5], "ci_high": [0.25]})
    >>> result_table("regimes.csv", ends).cells.to_dict("list")
    {'Regime': ['hollow'], 'Interval': ['−0.5 to 0.25']}
    """
    caption = f"{capital(readable(file.rpartition('.')[0]))}."
    if file == "parameters.csv" and "q50" in table:
        caption, table = _numbers_learnt(table)
    elif file == "targets.csv" and "standard_error" in table:
        caption, table = "What was observed, and what runs of the accepted sets show.", _targets(table)
    if "measure" in table and len(table) > MOST_ROWS:
        table = table[table["measure"].isin(HEADLINE)]
    same = ""
    if len(table.columns) > NARROW and len(table) > 1:
        alike = [str(name) for name in table if name not in ENDS and table[name].nunique(dropna=False) == 1]
        told = {_heading(name, file).partition(" (")[0]: _column(table[name])[0] for name in alike}
        same = "".join(f" {label}: {value}." for label, value in told.items() if value != NOTHING)
        table = table.drop(columns=alike)
    cells = pd.DataFrame({str(name): _column(table[name]) for name in table}, dtype=str)
    low, high = ENDS
    if {low, high} <= set(cells):
        cells[low] = cells[low].str.cat(cells.pop(high), sep=" to ")
    if cells.empty or len(cells) > MOST_ROWS or len(cells.columns) > MOST_COLUMNS:
        return None
    cells = cells.rename(columns=lambda name: "Interval" if name == low else _heading(name, file))
    stem = file.rpartition(".")[0]
    return PrintedTable(stem, f"{caption}{same}", cells)


def _numbers_learnt(table: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return of a table of numbers those that something was learnt of, in few columns, with a caption.

    >>> row = {"parameter": "trust_launch", "low": 0.25, "high": 0.55, "q05": 0.3, "q50": 0.4, "q95": 0.5,
    ...        "contraction": 0.5, "learnt": True, "identified": True, "identified_by": "Trust, 2003-03"}
    >>> caption, shown = _numbers_learnt(pd.DataFrame([row, {**row, "identified": False}]))
    >>> caption.partition(":")[0], shown.iloc[0].astype(str).tolist()
    ('Numbers that the targets identify', ['trust_launch', '0.25 to 0.55', '0.4 (0.3 to 0.5)', '0.5', 'Trust, 2003-03'])
    """
    of_targets = "identified" in table
    learnt = table[table["identified" if of_targets else "learnt"]]
    what = "Numbers that the targets identify" if of_targets else "Numbers of which something was learnt"
    shown = pd.DataFrame(
        {
            "parameter": learnt["parameter"],
            "Prior": _joined(learnt, "low", "high"),
            "Accepted sets: median (middle 90 %)": _joined(learnt, "q50") + " (" + _joined(learnt, "q05", "q95") + ")",
            "contraction": learnt["contraction"],
        }
    )
    if "identified_by" in learnt:
        shown["Told by"] = learnt["identified_by"].replace("", None).fillna("several" if of_targets else NOTHING)
    return f"{what}: {len(learnt)} of {len(table)}; all are in the supplement.", shown


def _targets(table: pd.DataFrame) -> pd.DataFrame:
    shown = {
        "Target": table["label"],
        "Observed ± standard error": _joined(table, "value", "standard_error", between=" ± "),
        "Runs of accepted sets (middle 90 %)": _joined(table, "low", "high"),
        "Observed lies within": table["inside"].map({True: "yes", False: "no"}),
    }
    if "predicted_low" in table:
        shown["Predicted by the other targets"] = _joined(table, "predicted_low", "predicted_high")
    return pd.DataFrame(shown)


def _joined(table: pd.DataFrame, *columns: str, between: str = " to ") -> pd.Series:
    """Return numbers of some columns in one cell a row."""
    rows = table[list(columns)].to_numpy(dtype=float)
    return pd.Series([between.join(map(_cell, map(float, row))) for row in rows], index=table.index, dtype=object)


def _heading(column: str, file: str) -> str:
    what = described(column, file)
    if what is None:
        return readable(column)
    told = what.unit.removeprefix("share, ") if what.label == "share" else what.unit
    # A number in the unit of its row has none that a heading could name.
    return f"{capital(what.label)} ({told})" if told and not told.startswith("that of") else capital(what.label)


def _column(values: pd.Series) -> list[str]:
    if values.name == "measure":
        return [titled(str(value)) for value in values]
    if values.name in ("parameter", "other"):
        return [NOTHING if pd.isna(name) else _setting(str(name)) for name in values]
    if values.name in ("scenario", "reference"):
        return [readable(str(value)) for value in values]
    return [_cell(value) for value in values]


def _setting(name: str) -> str:
    return titled(name if "." in name else f"behaviour.{name}")


def _cell(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return NOTHING
    if isinstance(value, float):
        return f"{value:.{FEWEST_DIGITS}g}".replace("-", "−")
    return str(value).replace("-", "−") if isinstance(value, int) and not isinstance(value, bool) else str(value)
