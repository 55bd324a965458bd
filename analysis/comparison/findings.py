"""What the figures of a comparison show, in one line each: their titles.

Values are those of the tables beside them: ``summary`` and ``regimes`` of ``analysis.comparison.tables.compared``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from analysis.comparison.words import contrast_rows, is_clear
from analysis.shared.summaries import HEADLINE, scenarios_of
from analysis.shared.words import SPACE, listed, mid_sentence, readable, titled, told
from sim.population import SECTORS
from sim.vocabulary import label_of

_FEW = 3
_HALF = 0.5
"""Scenarios that a title names one by one."""


def means_of(summary: pd.DataFrame, measure: str) -> pd.Series:
    """Return the mean of a measure by scenario.

    >>> means_of(pd.DataFrame({"scenario": list("ab"), "measure": "trust", "mean": [0.5, 0.25]}), "trust").to_dict()
    {'a': 0.5, 'b': 0.25}
    """
    means: pd.Series = summary[summary["measure"] == measure].set_index("scenario")["mean"]
    return means


def end_in_words(summary: pd.DataFrame, measure: str, contrasts: pd.DataFrame | None = None) -> str:
    """Return in which scenario a measure ends highest and in which lowest, and whether that is clear.

    It is if the interval of the difference of these two, in ``contrasts``, leaves out zero, or, where it is not among
    them, if their own intervals do not overlap.

    >>> summary = pd.DataFrame({"scenario": list("abc"), "measure": "engagement", "mean": [0.5, 0.75, 0.25]})
    >>> print(end_in_words(summary, "engagement"))
    Engagement ends highest in b (0.75) and lowest in c (0.25)
    >>> print(end_in_words(summary[:1].assign(measure="added_value", mean=0.04), "added_value"))
    Added value ends at 4.0\N{NO-BREAK SPACE}points of the gap in a
    >>> print(end_in_words(summary.assign(measure="added_value", mean=0.0), "added_value"))
    Added value ends alike in all 3 scenarios (0.0\N{NO-BREAK SPACE}points of the gap)
    >>> print(end_in_words(summary.assign(ci_low=0.2, ci_high=0.8), "engagement"))
    Engagement ends highest in b (0.75) and lowest in c (0.25), with overlapping intervals
    >>> row = {"measure": "engagement", "scenario": "c", "reference": "b", "difference": -0.5, "ci_low": -1.2}
    >>> unclear = pd.DataFrame([row | {"ci_high": 0.2, "effect_size": 1.0, "replicates": 9}])
    >>> print(end_in_words(summary, "engagement", unclear))
    Engagement ends highest in b (0.75) and lowest in c (0.25), which is not clear
    """
    ends = means_of(summary, measure)
    first, last = ends.idxmax(), ends.idxmin()
    high, low = told(measure, float(ends.max())), told(measure, float(ends.min()))
    if len(ends) == 1:
        return f"{titled(measure)} ends at {high} in {mid_sentence(str(first))}"
    if high == low:
        return f"{titled(measure)} ends alike in {_all(len(ends))} scenarios ({high})"
    return (
        f"{titled(measure)} ends highest in {mid_sentence(str(first))} ({high}) and lowest in "
        f"{mid_sentence(str(last))} ({low}){_unclear(summary, measure, str(first), str(last), contrasts)}"
    )


def _unclear(summary: pd.DataFrame, measure: str, first: str, last: str, contrasts: pd.DataFrame | None) -> str:
    """Return what has to be said where the highest and the lowest of a measure cannot be told apart for sure."""
    of_measure = contrast_rows(contrasts[contrasts["measure"] == measure]) if contrasts is not None else []
    for row in of_measure:
        if {row.scenario, row.reference} == {first, last}:
            return "" if is_clear(row) else ", which is not clear"
    if "ci_low" not in summary:
        return ""
    rows = summary[summary["measure"] == measure].set_index("scenario")
    return ", with overlapping intervals" if rows["ci_low"][first] <= rows["ci_high"][last] else ""


def headline_in_words(summary: pd.DataFrame, shares: pd.DataFrame, contrasts: pd.DataFrame | None = None) -> str:
    """Return where engagement ends highest and lowest, and in what most runs of these two end.

    >>> summary = pd.DataFrame({"scenario": ["a", "b"], "measure": "engagement", "mean": [0.7, 0.3]})
    >>> shares = pd.DataFrame({"scenario": ["a", "b"], "regime": ["hollow", "dissolved"], "share": [1.0, 0.75]})
    >>> headline_in_words(summary, shares).partition("; ")[2].replace(SPACE, " ")
    'a ends mostly as hollow (100 %), b as dissolved (75 %)'
    """
    ends = means_of(summary, "engagement")
    two = list(dict.fromkeys([str(ends.idxmax()), str(ends.idxmin())]))
    return f"{end_in_words(summary, 'engagement', contrasts)}; {_mostly(shares, two)}"


def regimes_in_words(shares: pd.DataFrame) -> str:
    """Return in which regime most runs of each scenario end; of many scenarios how many end in the commonest.

    ``shares`` as of ``analysis.shared.summaries.regime_shares``.

    >>> shares = pd.DataFrame({"scenario": list("abcd"), "regime": ["hollow"] * 3 + ["dissolved"], "share": 0.75})
    >>> print(regimes_in_words(shares[2:]))
    C ends mostly as hollow (75\N{NO-BREAK SPACE}%), d as dissolved (75\N{NO-BREAK SPACE}%)
    >>> print(regimes_in_words(shares))
    Hollow is the commonest end in 3 of 4 scenarios
    """
    scenarios = scenarios_of(shares)
    if len(scenarios) <= _FEW:
        text = _mostly(shares, scenarios)
        return text if readable(scenarios[0]) == mid_sentence(scenarios[0]) else text[:1].upper() + text[1:]
    ends = Counter(regime for name in scenarios for regime in _commonest(shares, name)[0])
    regime, count = ends.most_common(1)[0]
    return f"{titled(regime)} is the commonest end in {count} of {len(scenarios)} scenarios"


def _mostly(shares: pd.DataFrame, scenarios: Sequence[str]) -> str:
    """Return as what scenarios end mostly, or, where that is not half of the runs of each, most often."""
    found = [_commonest(shares, name) for name in scenarios]
    verb = "mostly" if all(share >= _HALF for _, share in found) else "most often"
    parts = [
        f"{mid_sentence(name)}{'' if place else f' ends {verb}'} as {' or '.join(map(label_of, regimes))} "
        f"({100 * share:.0f}{SPACE}%{' each' if len(regimes) > 1 else ''})"
        for place, (name, (regimes, share)) in enumerate(zip(scenarios, found, strict=True))
    ]
    return ", ".join(parts)


def _commonest(shares: pd.DataFrame, scenario: str) -> tuple[tuple[str, ...], float]:
    here = shares[shares["scenario"] == scenario].set_index("regime")["share"]
    return tuple(map(str, here.index[here == here.max()])), float(here.max())


def _all(scenarios: int) -> str:
    return "both" if scenarios == 2 else f"all {scenarios}"


def most_engaged_sectors(summary: pd.DataFrame) -> str:
    """Return which sector ends most engaged, and which least, and in how many of the scenarios.

    >>> measures = [f"engagement_{sector}" for sector in ("council", "agency", "business", "voluntary")]
    >>> most_engaged_sectors(pd.DataFrame({"scenario": "a", "measure": measures, "mean": [0.5, 0.4, 0.25, 0.3]}))
    'Councils end most engaged, businesses least'
    """
    ends = pd.DataFrame({sector: means_of(summary, f"engagement_{sector}") for sector in SECTORS})
    total = len(ends)
    parts = []
    for found, words in ((ends.idxmax(axis=1), "most engaged"), (ends.idxmin(axis=1), "least")):
        sector, count = Counter(found).most_common(1)[0]
        where = "" if total == 1 else f" in {_all(total)} scenarios" if count == total else f" in {count} of {total}"
        parts.append((label_of(str(sector)), words, where))
    (first, most, there), (last, least, elsewhere) = parts
    return f"{first[:1].upper()}{first[1:]} end {most}{there}, {last} {least}{elsewhere if elsewhere != there else ''}"


def differences_in_words(contrasts: pd.DataFrame) -> str:
    """Return in which headline measures scenarios differ from the reference, with intervals that leave out 0.

    >>> row = {"scenario": "with_fund", "reference": "baseline", "difference": 0.1, "ci_low": 0.05, "ci_high": 0.15}
    >>> rows = [row | {"measure": "trust"}, row | {"measure": "engagement", "ci_low": -0.1}]
    >>> differences_in_words(pd.DataFrame(rows).assign(effect_size=1.0, replicates=9))
    'With fund differs from baseline in trust'
    """
    rows = [row for row in contrast_rows(contrasts) if row.measure in HEADLINE]
    scenarios, reference = list(dict.fromkeys(row.scenario for row in rows)), mid_sentence(rows[0].reference)
    clear = [row for row in rows if is_clear(row)]
    if len(scenarios) > _FEW:
        return f"{len(clear)} of {len(rows)} differences from {reference} are clear of 0"
    parts: list[str] = []
    for name in scenarios:
        differs = [label_of(row.measure) for row in clear if row.scenario == name]
        verb = f" differs from {reference}" if not parts else ""
        who = readable(name) if not parts else mid_sentence(name)
        where = "everything shown" if len(differs) == len(rows) / len(scenarios) else listed(differs or ["nothing"])
        parts.append(f"{who}{verb} in {where}")
    return "; ".join(parts)
