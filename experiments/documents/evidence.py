"""Tables of the documents that rest on results: what ``docs/evidence/make.sh`` found, as it was found.

Each function reads files of ``docs/evidence/`` and returns rows ready to print. Nothing is simulated here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from analysis.patterns.judging import NOT_JUDGED, judged_rows

EVIDENCE = Path(__file__).resolve().parents[2] / "docs" / "evidence"

Row = dict[str, Any]

AS_IT_IS = "as it is"
"""What stands for the model itself, beside what is left without something."""


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(EVIDENCE / f"{name}.csv")


def _rows(table: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def board() -> tuple[list[str], list[list[str]]]:
    """Return headings and cells of what the model shows of the patterns that it may be fitted to."""
    return judged_rows(_table("patterns").astype({NOT_JUDGED: object}).fillna({NOT_JUDGED: ""}))


def name_rows() -> list[list[object]]:
    """Return scenarios that are named by what their months should be, and the share of months that are."""
    return [[row["scenario"], row["regime"], _interval(row, "{:.2f}")] for row in _rows(_table("names"))]


OF_NULLS = (
    ("tie_density", "{:.2f}"),
    ("decisions_a_month", "{:.2f}"),
    ("in_person_share", "{:.2f}"),
    ("trust", "{:.2f}"),
    ("mean_yield", "{:.3f}"),
    ("added_value_points_month_84", "{:.2f}"),
)
"""What is shown of null models, and how many digits of it."""


def null_rows() -> list[list[object]]:
    """Return one row a null model: what the ordinary partnership comes to, and what of the added value is lost."""
    seen = {(row["null"], row["measure"]): row for row in _rows(_table("nulls"))}
    nulls = dict.fromkeys(null for null, measure in seen if measure == OF_NULLS[0][0])
    return [
        [
            null.replace("_", " "),
            *(_interval(seen[null, measure], digits) for measure, digits in OF_NULLS),
            _lost(seen, null),
        ]
        for null in nulls
    ]


def growth_rows() -> list[list[object]]:
    """Return one row a null model: how often a growth coalition is called one at the end."""
    rows = _rows(_table("nulls"))
    shares = [row for row in rows if row["measure"] == "growth_coalition_at_the_end"]
    return [[row["null"].replace("_", " "), _interval(row, "{:.2f}")] for row in shares]


def matched_rows() -> list[list[object]]:
    """Return ties and decisions in the model, reshuffled and matched, their ratio, and the factor that it took."""
    return [
        [
            row["amount"],
            *(f"{row[name]:.3g}" for name in ("model", "reshuffled", "matched")),
            *(f"{row[name]:.2f} ± {1.96 * row[name + '_error']:.2f}" for name in ("ratio", "ratio_elsewhere")),
            f"{row['factor']:.3g}",
        ]
        for row in _rows(_table("nulls_matched"))
    ]


def scan_rows() -> list[list[object]]:
    """Return one row a pattern: the share of prior draws that meet it, with its 95 % interval."""
    return [
        [row["id"], f"{row['share']:.1%}", f"{row['ci_low']:.1%} to {row['ci_high']:.1%}"]
        for row in _rows(_table("scan/patterns"))
    ]


def scan_counts() -> list[list[object]]:
    """Return how many prior draws meet so many patterns."""
    return [[row["met"], f"{row['draws']:,}"] for row in _rows(_table("scan/counts")) if row["draws"]]


def scan_pairs() -> tuple[list[str], list[list[object]]]:
    """Return headings and cells of the share of prior draws that meet two patterns at once, beside each alone."""
    alone = {row["id"]: row["share"] for row in _rows(_table("scan/patterns")) if row["id"] != "all"}
    both = {frozenset((row["id"], row["other"])): row["share"] for row in _rows(_table("scan/pairs"))}
    names = list(alone)
    cells: list[list[object]] = [
        [one, *(f"{100 * (alone[one] if one == two else both[frozenset((one, two))]):.1f}" for two in names[: k + 1])]
        for k, one in enumerate(names)
    ]
    return ["%", *names], [[*row, *[""] * (len(names) + 1 - len(row))] for row in cells]


def scan_names() -> list[list[object]]:
    """Return one row a name of months: the share of draws in which it occurs, and where it occurs most."""
    return [[row["regime"], f"{row['share']:.0%}", f"`{row['where']}`"] for row in _rows(_table("scan/regimes"))]


def confirmed_rows() -> list[list[object]]:
    """Return one row a best draw: what it meets on new seeds, what it fails, what it met in the scan."""
    return [
        [
            row["draw"],
            f"{row['met']} of {row['judged']}",
            row["fails"],
            f"{row['met_before']} of {row['judged_before']}",
        ]
        for row in _rows(_table("scan/confirmed"))
    ]


RESHUFFLED = "added value after 84 months, as is minus reshuffled"


def who_is_tied_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a best draw: what is lost when ties are dealt to others, with 95 % intervals."""
    as_it_is = _table("scan/reshuffled_as_it_is").assign(what=RESHUFFLED)
    judged = _table("scan/who_is_tied").replace({"what": {RESHUFFLED: f"{RESHUFFLED} and matched"}})
    table = pd.concat([as_it_is, judged], ignore_index=True)
    points = table["what"].str.startswith("added value")
    table.loc[points, ["value", "ci_low", "ci_high"]] *= 100.0
    what = list(dict.fromkeys(table["what"]))
    by_draw = {
        (row["draw"], row["what"]): f"{row['value']:.2f} ({row['ci_low']:.2f} to {row['ci_high']:.2f})".replace(
            "-", "−"
        )
        for row in _rows(table)
    }
    heads = [one.replace("added value", "added value, points,") for one in what]
    return ["draw", *heads], [[draw, *(by_draw[draw, one] for one in what)] for draw in dict.fromkeys(table["draw"])]


def without_one_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a mechanism: the patterns that are lost without it, set by set; '' for none."""
    table = _table("without_one").fillna("")
    met = {(row["without"], row["set"]): set(row["met"].split()) for row in _rows(table)}
    named_by = dict(zip(table["without"], table["named_by"], strict=True))
    of_sets = list(dict.fromkeys(one for _, one in met))
    mechanisms = list(dict.fromkeys(without for without, _ in met if without != AS_IT_IS))
    lost = {
        without: [", ".join(sorted(met[AS_IT_IS, one] - met[without, one], key=_in_order)) for one in of_sets]
        for without in mechanisms
    }
    rows: list[list[object]] = [[without, named_by[without], *lost[without]] for without in mechanisms]
    return ["without", "named by", *(f"{one}, lost" for one in of_sets)], rows


def _in_order(id: str) -> tuple[str, int]:
    return id[0], int(id[1:])


def _lost(seen: dict[tuple[str, str], Row], null: str) -> str:
    row = seen[null, OF_NULLS[-1][0]]
    if row["change"] == row["change_low"] == 0.0:
        return ""
    return f"{row['change']:+.2f} ({row['change_low']:+.2f} to {row['change_high']:+.2f})"


def _interval(row: Row, digits: str) -> str:
    value, low, high = (digits.format(row[name]) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
