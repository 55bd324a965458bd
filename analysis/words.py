"""The result of a comparison in plain English: how the runs end, what differs, and what the intervals cover."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from analysis.drawing import is_share, mid_sentence, readable
from analysis.summaries import HEADLINE, scenarios_of
from sim.measures import MEASURES

COHEN = ((0.2, "very small"), (0.5, "small"), (0.8, "medium"))
"""Cohen's (1988) thresholds: below each the effect has that name, from the last on it is large."""

SCOPE = (
    "The intervals cover chance between replicates of the model only, each at 95 % on its own. They do not cover what "
    "is not known about the model's parameters, and they do not predict what happens in a real authority."
)

SCOPE_WITH_PARAMETERS = (
    "Replicates differ by luck and by which of the accepted parameter sets they take, so the intervals are of averages "
    "over chance and parameter uncertainty, each at 95 % on its own. They do not cover what the rules themselves leave "
    "out, and they do not predict what happens in a real authority."
)


class Contrast(NamedTuple):
    """One row of the table of contrasts."""

    measure: str
    scenario: str
    reference: str
    difference: float
    ci_low: float
    ci_high: float
    effect_size: float
    replicates: int


def conclusions(summary: pd.DataFrame, contrasts: pd.DataFrame, regimes: pd.DataFrame, *, scope: str = SCOPE) -> str:
    """Return what the three tables of a comparison show, in a few plain sentences, one a line.

    Takes the results of ``analysis.summaries.summary``, ``contrasts`` (may be empty) and ``regime_shares``.
    A difference counts as clear when its 95 % interval leaves out 0; otherwise the text says that there is
    no clear difference. Sizes of effects are named by Cohen's thresholds. ``scope`` is the closing sentence:
    what the intervals cover.
    """
    replicates = summary.groupby("scenario", sort=False)["replicates"].first()
    runs = {str(scenario): int(count) for scenario, count in replicates.items()}
    lines = [ending(regimes[regimes["scenario"] == scenario], scenario, runs=runs[scenario]) for scenario in runs]
    for scenario in scenarios_of(contrasts):
        lines += ["", *differences(contrasts[contrasts["scenario"] == scenario])]
    if len(runs) > 1 and (summary["measure"] == "dominance").any():
        lines += ["", _highest_dominance(summary[summary["measure"] == "dominance"])]
    return "\n".join([*lines, "", scope])


def contrast_rows(contrasts: pd.DataFrame) -> list[Contrast]:
    """Return the rows of a table of contrasts, in its order."""
    return [Contrast(*row) for row in contrasts[list(Contrast._fields)].to_numpy().tolist()]


def effect_in_words(effect_size: float) -> str:
    """Return the name of an effect of that many standard deviations, such as "large effect"."""
    if math.isnan(effect_size):
        return "no spread between runs to compare it with"
    size = next((name for threshold, name in COHEN if abs(effect_size) < threshold), "large")
    return f"{size} effect"


def ending(shares: pd.DataFrame, scenario: str, *, runs: int) -> str:
    """Return the sentence on the regimes in which most runs of a scenario end."""
    commonest = shares[shares["share"] == shares["share"].max()]
    names, first = list(commonest["regime"]), commonest.iloc[0]
    if runs == 1:
        return f"{readable(scenario)}: the only run ends as {names[0]}; one run does not show the part of chance."
    share = f"{100 * first['share']:.0f} %"
    interval = f"(95 % interval {100 * first['ci_low']:.0f} to {100 * first['ci_high']:.0f} %)"
    if len(names) > 1:
        return f"{readable(scenario)}: {share} each of {runs} runs end as {listed(names)} {interval}."
    return f"{readable(scenario)}: {share} of {runs} runs end as {names[0]} {interval}."


def differences(rows: pd.DataFrame) -> list[str]:
    """Return the sentences that set one scenario against the reference, by headline measure."""
    by_measure = {row.measure: row for row in contrast_rows(rows)}
    found = [by_measure[measure] for measure in HEADLINE if measure in by_measure]
    if not found:
        return []
    pairs = f"{found[0].replicates} pairs of runs" if found[0].replicates > 1 else "one pair of runs"
    lines = [f"{readable(found[0].scenario)} against {mid_sentence(found[0].reference)} ({pairs}):"]
    lines += [f"- {difference_in_words(row)}" for row in found if is_clear(row) or row.replicates < 2]
    unclear = [row for row in found if not is_clear(row) and row.replicates > 1]
    if unclear:
        named = listed([f"{mid_sentence(row.measure)} ({interval_in_words(row)})" for row in unclear])
        lines.append(f"- No clear difference in {named}.")
    return lines


def is_clear(row: Contrast) -> bool:
    """Return whether the interval of a difference leaves out zero."""
    return row.ci_low > 0.0 or row.ci_high < 0.0


def difference_in_words(row: Contrast) -> str:
    """Return the sentence that says how much higher or lower a measure ends, with its interval and size."""
    size = amount(row.measure, abs(row.difference), digits=digits_needed(row))
    direction = "higher" if row.difference > 0 else "lower"
    sentence = f"{readable(row.measure)} ends {size} {direction} than in the {mid_sentence(row.reference)}"
    if row.difference == 0.0:
        sentence = f"{readable(row.measure)} ends the same as in the {mid_sentence(row.reference)}"
    if row.replicates < 2:
        return f"{sentence} in this one pair, which does not show the part of chance."
    return f"{sentence} ({interval_in_words(row)}; {effect_in_words(row.effect_size)}, clear of zero)."


def interval_in_words(row: Contrast) -> str:
    """Return the interval as a range of sizes, in the direction of the difference if it is clear."""
    ends = sorted((abs(row.ci_low), abs(row.ci_high))) if is_clear(row) else [row.ci_low, row.ci_high]
    low, high = (number(row.measure, end, digits=digits_needed(row)) for end in ends)
    return f"{low} to {high}"


def digits_needed(row: Contrast) -> int:
    """Return how many decimals tell the difference, its uncertainty and, if it is clear, its distance from zero."""
    scale = 100.0 if is_share(row.measure) else 1.0
    telling = [abs(row.difference), (row.ci_high - row.ci_low) / 2]
    if is_clear(row):
        telling += [abs(row.ci_low), abs(row.ci_high)]
    needed = [math.ceil(-math.log10(scale * size)) for size in telling if size > 1e-12]
    return min(6, max([_fewest_digits(row.measure), *needed]))


def _highest_dominance(rows: pd.DataFrame) -> str:
    """Return the sentence on which scenario has the highest dominance, and whether that is certain."""
    ranked = rows.sort_values("mean", ascending=False, kind="stable")
    top = ranked[ranked["mean"] == ranked["mean"].max()]
    mean = number("dominance", float(top["mean"].iloc[0]))
    if len(top) > 1:
        return (
            f"Dominance is highest, and equal, in {listed([mid_sentence(name) for name in top['scenario']])} ({mean})."
        )
    first, rest = top.iloc[0], ranked.iloc[1:]
    name = mid_sentence(str(first["scenario"]))
    if math.isnan(first["ci_low"]):
        return f"Dominance is highest in {name} ({mean}, from one run)."
    interval = f"{number('dominance', first['ci_low'])} to {number('dominance', first['ci_high'])}"
    sentence = f"Dominance is highest in {name} (mean {mean}, 95 % interval {interval})"
    close = [mid_sentence(str(other)) for other in rest.loc[rest["ci_high"] >= first["ci_low"], "scenario"]]
    return f"{sentence}; the interval of {listed(close)} overlaps with it." if close else f"{sentence}."


def amount(measure: str, value: float, *, digits: int) -> str:
    """Return a size with its unit, such as "4.1 points of the gap"."""
    unit = MEASURES[measure].unit
    size = number(measure, value, digits=digits)
    if is_share(measure):
        return f"{size} {unit.replace('share', 'points', 1)}" if unit != "share" else f"{size} percentage points"
    if unit.startswith("£m"):
        return f"£{size}m{unit.removeprefix('£m')}"
    return f"{size} {unit}" if unit.startswith("decisions") else size


def number(measure: str, value: float, *, digits: int | None = None) -> str:
    """Return a number with that many decimals; shares in points."""
    places = _fewest_digits(measure) if digits is None else digits
    shown = round(100 * value if is_share(measure) else value, places) + 0.0  # no negative zero
    return f"{shown:.{places}f}".replace("-", "−")


def _fewest_digits(measure: str) -> int:
    return 1 if is_share(measure) else 2


def listed(names: Sequence[str]) -> str:
    """Return names as a list within a sentence: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
