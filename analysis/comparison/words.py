"""The result of a comparison in plain English: how the runs end, what differs, and what the intervals cover."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from analysis.shared.parameter_sets import LEAST_SETS, OVER_SETS
from analysis.shared.summaries import HEADLINE
from analysis.shared.words import fewest_digits, is_share, listed, mid_sentence, number, readable, titled
from sim.measures import MEASURES
from sim.vocabulary import label_of

COHEN = ((0.2, "very small"), (0.5, "small"), (0.8, "medium"))
"""Cohen's (1988) thresholds: below each the effect has that name, from the last on it is large."""

SCOPE = (
    "The intervals cover chance between replicates of the model only, each at 95 % on its own. They do not cover what "
    "is not known about the model's parameters, and they do not predict what happens in a real authority."
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
    sets: int = 1
    """Parameter sets that the interval is over."""


def conclusions(summary: pd.DataFrame, contrasts: pd.DataFrame, regimes: pd.DataFrame, *, scope: str = SCOPE) -> str:
    """Return what the three tables of a comparison show, in a few plain sentences, one a line.

    Takes the results of ``analysis.shared.summaries.summary``, ``contrasts`` (may be empty) and ``regime_shares``, or
    the same over sets (``analysis.comparison.uncertainty``).
    A difference counts as clear when its interval leaves out 0 (see ``is_clear``); otherwise the text says that
    there is no clear difference. Sizes of effects are named by Cohen's thresholds. ``scope`` is the closing sentence:
    what the intervals cover.

    >>> from analysis.shared import summaries
    >>> runs = pd.DataFrame({"scenario": ["baseline"] * 2 + ["with_fund"] * 2, "replicate": [0, 1, 0, 1],
    ...                      "regime": "talking shop", "trust": [0.25, 0.75, 0.5, 1.0]})
    >>> tables = summaries.summary(runs), summaries.contrasts(runs, "baseline"), summaries.regime_shares(runs)
    >>> print(conclusions(*tables, scope="Chance alone."))
    Baseline: 100 % of 2 runs end as talking shop (95 % interval of chance 34 to 100 %).
    With fund: 100 % of 2 runs end as talking shop (95 % interval of chance 34 to 100 %).
    <BLANKLINE>
    With fund against baseline (2 pairs of runs):
    - Trust ends 0.25 higher than in the baseline (0.25 to 0.25; medium effect, clear of zero).
    <BLANKLINE>
    Chance alone.
    """
    replicates = summary.groupby("scenario", sort=False)["replicates"].first()
    runs = {str(scenario): int(count) for scenario, count in replicates.items()}
    lines = [ending(regimes[regimes["scenario"] == scenario], scenario, runs=runs[scenario]) for scenario in runs]
    for _, rows in contrasts.groupby(["scenario", "reference"], sort=False):
        lines += ["", *differences(rows)]
    if len(runs) > 1 and (summary["measure"] == "dominance").any():
        lines += ["", _highest_dominance(summary[summary["measure"] == "dominance"])]
    return "\n".join([*lines, "", scope])


def contrast_rows(contrasts: pd.DataFrame) -> list[Contrast]:
    """Return the rows of a table of contrasts, in its order.

    >>> row = Contrast("trust", "with_fund", "baseline", 0.1, 0.05, 0.15, effect_size=0.9, replicates=20)
    >>> table = pd.DataFrame([row])
    >>> [(row.measure, row.difference) for row in contrast_rows(table)]
    [('trust', 0.1)]
    """
    return [Contrast(*row) for row in contrasts[[name for name in Contrast._fields if name in contrasts]].to_numpy()]


def effect_in_words(effect_size: float) -> str:
    """Return the name of an effect of that many standard deviations, such as "large effect".

    >>> [effect_in_words(size) for size in (0.1, -0.3, 0.9)]
    ['very small effect', 'small effect', 'large effect']
    """
    if math.isnan(effect_size):
        return "no spread between runs to compare it with"
    size = next((name for threshold, name in COHEN if abs(effect_size) < threshold), "large")
    return f"{size} effect"


def ending(shares: pd.DataFrame, scenario: str, *, runs: int) -> str:
    """Return the sentence on the regimes in which most runs of a scenario end.

    >>> shares = pd.DataFrame({"regime": ["talking shop", "dissolved"], "share": [0.75, 0.25],
    ...                        "ci_low": [0.53, 0.11], "ci_high": [0.89, 0.47]})
    >>> ending(shares, "baseline_lsp", runs=20)
    'Baseline partnership: 75 % of 20 runs end as talking shop (95 % interval of chance 53 to 89 %).'
    """
    commonest = shares[shares["share"] == shares["share"].max()]
    names, first = list(commonest["regime"]), commonest.iloc[0]
    if runs == 1:
        return f"{readable(scenario)}: the only run ends as {names[0]}; one run does not show the part of chance."
    share = f"{100 * first['share']:.0f} %"
    what = "middle 95 % of sets:" if first.get("interval_over") == OVER_SETS else "95 % interval of chance"
    interval = f"({what} {100 * first['ci_low']:.0f} to {100 * first['ci_high']:.0f} %)"
    if len(names) > 1:
        return f"{readable(scenario)}: {share} each of {runs} runs end as {listed(names)} {interval}."
    return f"{readable(scenario)}: {share} of {runs} runs end as {names[0]} {interval}."


def differences(rows: pd.DataFrame) -> list[str]:
    """Return the sentences that set one scenario against the reference, by headline measure.

    >>> pairs = [Contrast("trust", "with_fund", "baseline", 0.1, 0.05, 0.15, 0.9, 20),
    ...          Contrast("engagement", "with_fund", "baseline", 0.01, -0.02, 0.04, 0.1, 20)]
    >>> for line in differences(pd.DataFrame(pairs)):
    ...     print(line)
    With fund against baseline (20 pairs of runs):
    - Trust ends 0.10 higher than in the baseline (0.05 to 0.15; large effect, clear of zero).
    - No clear difference in engagement (−0.02 to 0.04).
    """
    by_measure = {row.measure: row for row in contrast_rows(rows)}
    found = [by_measure[measure] for measure in HEADLINE if measure in by_measure]
    if not found:
        return []
    pairs = f"{found[0].replicates} pairs of runs" if found[0].replicates > 1 else "one pair of runs"
    lines = [f"{readable(found[0].scenario)} against {mid_sentence(found[0].reference)} ({pairs}):"]
    lines += [f"- {difference_in_words(row)}" for row in found if is_clear(row) or row.replicates < 2]
    unclear = [row for row in found if not is_clear(row) and row.replicates > 1]
    if unclear:
        named = listed([f"{label_of(row.measure)} ({interval_in_words(row)})" for row in unclear])
        lines.append(f"- No clear difference in {named}.")
    return lines


def is_clear(row: Contrast) -> bool:
    """Return whether the interval of a difference leaves out zero, and is over sets enough to say so.

    >>> row = Contrast("trust", "with_fund", "baseline", difference=0.1, ci_low=0.05, ci_high=0.15,
    ...                effect_size=0.9, replicates=20)
    >>> is_clear(row), is_clear(row._replace(ci_low=-0.05)), is_clear(row._replace(sets=4))
    (True, False, False)
    """
    return (row.ci_low > 0.0 or row.ci_high < 0.0) and (row.sets == 1 or row.sets >= LEAST_SETS)


def difference_in_words(row: Contrast) -> str:
    """Return the sentence that says how much higher or lower a measure ends, with its interval and size.

    >>> row = Contrast("trust", "with_fund", "baseline", difference=0.1, ci_low=0.05, ci_high=0.15,
    ...                effect_size=0.9, replicates=20)
    >>> difference_in_words(row)
    'Trust ends 0.10 higher than in the baseline (0.05 to 0.15; large effect, clear of zero).'
    """
    size = amount(row.measure, abs(row.difference), digits=digits_needed(row))
    direction = "higher" if row.difference > 0 else "lower"
    sentence = f"{titled(row.measure)} ends {size} {direction} than in the {mid_sentence(row.reference)}"
    if row.difference == 0.0:
        sentence = f"{titled(row.measure)} ends the same as in the {mid_sentence(row.reference)}"
    if row.replicates < 2:
        return f"{sentence} in this one pair, which does not show the part of chance."
    return f"{sentence} ({interval_in_words(row)}; {effect_in_words(row.effect_size)}, clear of zero)."


def interval_in_words(row: Contrast) -> str:
    """Return the interval as a range of sizes, in the direction of the difference if it is clear.

    >>> row = Contrast("trust", "with_fund", "baseline", difference=0.1, ci_low=0.05, ci_high=0.15,
    ...                effect_size=0.9, replicates=20)
    >>> interval_in_words(row), interval_in_words(row._replace(ci_low=-0.05))
    ('0.05 to 0.15', '−0.05 to 0.15')
    """
    ends = sorted((abs(row.ci_low), abs(row.ci_high))) if is_clear(row) else [row.ci_low, row.ci_high]
    low, high = (number(row.measure, end, digits=digits_needed(row)) for end in ends)
    return f"{low} to {high}"


def digits_needed(row: Contrast) -> int:
    """Return how many decimals tell the difference, its uncertainty and, if it is clear, its distance from zero.

    >>> row = Contrast("trust", "with_fund", "baseline", difference=0.1, ci_low=0.05, ci_high=0.15,
    ...                effect_size=0.9, replicates=20)
    >>> digits_needed(row), digits_needed(row._replace(ci_low=0.0002))
    (2, 4)
    """
    scale = 100.0 if is_share(row.measure) else 1.0
    telling = [abs(row.difference), (row.ci_high - row.ci_low) / 2]
    if is_clear(row):
        telling += [abs(row.ci_low), abs(row.ci_high)]
    needed = [math.ceil(-math.log10(scale * size)) for size in telling if size > 1e-12]
    return min(6, max([fewest_digits(row.measure), *needed]))


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
    """Return a size with its unit, such as "4.1 points of the gap".

    >>> amount("outcome", 0.041, digits=1), amount("fund_posts_gbp_m", 1.5, digits=2)
    ('4.1 points of the gap', '£1.50m a month')
    """
    unit = MEASURES[measure].unit
    size = number(measure, value, digits=digits)
    if is_share(measure):
        return f"{size} {unit.replace('share', 'points', 1)}" if unit != "share" else f"{size} percentage points"
    if unit.startswith("£m"):
        return f"£{size}m{unit.removeprefix('£m')}"
    return f"{size} {unit}" if unit.startswith("decisions") else size
