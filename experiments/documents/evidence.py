"""Tables of the documents that rest on results: what ``docs/evidence/make.sh`` found, as it was found.

Each function reads files of ``docs/evidence/`` and returns rows ready to print. Nothing is simulated here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from analysis.patterns.judging import NOT_JUDGED, judged_rows

EVIDENCE = Path(__file__).resolve().parents[2] / "docs" / "evidence"

STRONGEST = 8
"""How many parameters of a screening are shown."""


Row = dict[str, Any]


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(EVIDENCE / f"{name}.csv")


def _rows(table: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _verdict(row: Row) -> str:
    """Return whether the pattern passed, and if so whether it was by this finding."""
    if not row["passed"]:
        return "**failed**"
    return "passed" if row.get("margin", 0.0) >= 0.0 else "passed (not by this)"


def _must_be(low: float, high: float) -> str:
    if pd.isna(low) or low == float("-inf"):
        return f"at most {high:g}"
    if pd.isna(high) or high == float("inf"):
        return f"at least {low:g}"
    return f"{low:g} to {high:g}"


def scoreboard_rows() -> list[list[object]]:
    """Return one row a finding: pattern, what is measured, value, band, verdict, share of accepted sets that pass."""
    board = _table("scoreboard")
    chosen = board[board["behaviour"] == board["behaviour"].iloc[0]]
    accepted = _table("scoreboard_accepted").groupby("id")["share_of_sets"].first()
    return [
        [
            row["id"],
            row["what"],
            f"{row['value']:.3g}",
            _must_be(row["low"], row["high"]),
            _verdict(row),
            f"{accepted[row['id']]:.0%}",
        ]
        for row in _rows(chosen)
    ]


def null_model_rows() -> list[list[object]]:
    """Return one row a null model: its name, the patterns that it loses, those that it passes in addition."""
    models = _table("null_models")
    rows: list[list[object]] = []
    for name, of_model in models.groupby("behaviour", sort=False):
        if str(name).startswith("null_"):
            lost, gained = (", ".join(of_model.loc[of_model[which], "id"]) or "none" for which in ("lost", "gained"))
            rows.append([f"`{name}`", lost, gained])
    return rows


def docking_rows() -> list[list[object]]:
    """Return one row a criterion of the docking: id, what is measured, value, band, verdict."""
    return [
        [row["id"], row["what"], f"{row['value']:.2f}", _must_be(row["low"], row["high"]), _verdict(row)]
        for row in _rows(_table("docking_criteria"))
    ]


def claim_rows() -> list[list[object]]:
    """Return one row a scenario: its claim, the document it comes from, the verdict."""
    return [
        [f"`{row['scenario']}`", row["claim"], row["seed_document"], row["verdict"]] for row in _rows(_table("claims"))
    ]


def sensitivity_rows() -> list[list[object]]:
    """Return the parameters that a screening found strongest, for final outcome and engagement (mu*, interval)."""
    rows: list[list[object]] = []
    for what in ("levers", "behaviour"):
        found = _table(f"sensitivity_{what}")
        for measure in ("outcome", "engagement"):
            strongest = found[(found["index"] == "mu_star") & (found["measure"] == measure)]
            rows += [
                [
                    what,
                    measure,
                    f"`{row['parameter']}`",
                    f"{row['value']:.3f}",
                    f"{row['ci_low']:.3f} to {row['ci_high']:.3f}",
                ]
                for row in _rows(strongest.nlargest(STRONGEST, "value"))
            ]
    return rows


def second_model_board() -> tuple[list[str], list[list[str]]]:
    """Return headings and cells of what the second model shows of the patterns that it may be fitted to."""
    return judged_rows(_table("second_model").astype({NOT_JUDGED: object}).fillna({NOT_JUDGED: ""}))


def second_model_name_rows() -> list[list[object]]:
    """Return scenarios that are named by what their months should be, and the share of months that are."""
    return [[row["scenario"], row["regime"], _interval(row, "{:.2f}")] for row in _rows(_table("second_model_names"))]


OF_NULLS = (
    ("tie_density", "{:.2f}"),
    ("decisions_a_month", "{:.2f}"),
    ("in_person_share", "{:.2f}"),
    ("trust", "{:.2f}"),
    ("mean_yield", "{:.3f}"),
    ("added_value_points_month_84", "{:.2f}"),
)
"""What is shown of null models, and how many digits of it."""


def second_model_null_rows() -> list[list[object]]:
    """Return one row a null model: what the ordinary partnership comes to, and what of the added value is lost."""
    seen = {(row["null"], row["measure"]): row for row in _rows(_table("second_nulls"))}
    nulls = dict.fromkeys(null for null, measure in seen if measure == OF_NULLS[0][0])
    return [
        [
            null.replace("_", " "),
            *(_interval(seen[null, measure], digits) for measure, digits in OF_NULLS),
            _lost(seen, null),
        ]
        for null in nulls
    ]


def second_model_growth_rows() -> list[list[object]]:
    """Return one row a null model: how often a growth coalition is called one at the end."""
    rows = _rows(_table("second_nulls"))
    shares = [row for row in rows if row["measure"] == "growth_coalition_at_the_end"]
    return [[row["null"].replace("_", " "), _interval(row, "{:.2f}")] for row in shares]


def second_model_matched_rows() -> list[list[object]]:
    """Return ties and decisions in the model, reshuffled and matched, their ratio, and the factor that it took."""
    return [
        [
            row["amount"],
            *(f"{row[name]:.3g}" for name in ("model", "reshuffled", "matched")),
            *(f"{row[name]:.2f} ± {1.96 * row[name + '_error']:.2f}" for name in ("ratio", "ratio_elsewhere")),
            f"{row['factor']:.3g}",
        ]
        for row in _rows(_table("second_nulls_matched"))
    ]


def _lost(seen: dict[tuple[str, str], Row], null: str) -> str:
    row = seen[null, OF_NULLS[-1][0]]
    if row["change"] == row["change_low"] == 0.0:
        return ""
    return f"{row['change']:+.2f} ({row['change_low']:+.2f} to {row['change_high']:+.2f})"


def _interval(row: Row, digits: str) -> str:
    value, low, high = (digits.format(row[name]) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
