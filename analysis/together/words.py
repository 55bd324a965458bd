"""What levers come to alone and in pairs, in plain sentences that claim no more than corrected intervals allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from analysis.shared.words import is_share, listed, mid_sentence, readable, titled, unit_of
from analysis.together.tables import LESS, MORE, Together
from sim.population import SECTORS
from sim.vocabulary import label_of

NO_FINDING = "What follows says what the assumptions imply, and is no finding about real partnerships."

BETTER_HIGH = ("engagement", "attendance", "trust", "decision_rate", "outcome", "added_value")
"""Measures of which more is what a partnership is for; of others words say more or less, not help or hinder."""

_BEYOND = {MORE: "Help each other", LESS: "Hinder each other"}
_NEUTRAL = {MORE: "Higher together than the sum of each alone", LESS: "Lower together than the sum of each alone"}

_CORRECTED = (
    "What is called clear is so after Holm's (1979) correction: the effects of levers alone, those by sector and the "
    "interactions of pairs are each one family of comparisons in a scenario, over all measures and years; with 95 % "
    "confidence nothing that is called clear in a family is due to chance. A partnership that was abolished counts "
    "with no engagement and no influence; what it added by then stays."
)

SCOPE = (
    "Equal replicates share all chance, so effects are paired differences. Intervals are 95 % Student t intervals, one "
    f"by one, and cover chance alone. {_CORRECTED}"
)

SCOPE_OF_SETS = (
    "Equal replicates share all chance and their parameter set, so effects are paired differences, averaged over the "
    "runs of each set. Intervals are 95 % Student t intervals of the mean over sets, one by one: they cover chance, "
    "and that other sets might have been accepted. In one set an effect can differ: share_above_0 says in how many it "
    f"is above 0. {_CORRECTED}"
)


def together_in_words(found: Together, *, sets: int = 0) -> str:
    """Return what the tables show, one sentence a line; ``sets`` counts the parameter sets, 0 where one held for all.

    >>> main = {"scenario": "a", "measure": "trust", "year": 1.0, "lever": "fund", "dose": "full", "reference": 0.5,
    ...         "effect": 0.1, "ci_low": 0.05, "ci_high": 0.15, "clear": True, "replicates": 9}
    >>> pair = {"other": "duty", "other_dose": "light", "interaction": 0.1, "verdict": MORE}
    >>> nothing = pd.DataFrame(columns=["sector", *main])
    >>> found = Together(pd.DataFrame([main]), nothing, pd.DataFrame([main | pair]))
    >>> for line in together_in_words(found).splitlines()[1:7]:
    ...     print(line)
    A, 9 paired runs, at the end of year 1:
    What each lever changes on its own:
    - Trust: Fund (full) +0.100 (0.050 to 0.150) in year 1.
    What two levers come to beyond the sum of what each does alone:
    - Trust:
      - Help each other: Fund (full) and duty (light), +0.100 (0.050 to 0.150) in year 1.
    """
    lines = [NO_FINDING]
    for scenario in dict.fromkeys([*found.main["scenario"], *found.sectors["scenario"]]):
        main, sectors, pairs = (
            table[table["scenario"] == scenario] for table in (found.main, found.sectors, found.pairs)
        )
        either = main if len(main) else sectors
        years = [f"{year:g}" for year in sorted(either["year"].unique())]
        runs = int(either["replicates"].max())
        paired = f"{runs} parameter sets" if sets else f"{runs} paired run{'s' if runs > 1 else ''}"
        at = f"year{'s' if len(years) > 1 else ''} {listed(years)}"
        lines.append(f"{readable(str(scenario))}, {paired}, at the end of {at}:")
        lines += [*_alone(main), *_beyond(pairs), *_by_sector(sectors)]
    return "\n".join([*lines, SCOPE_OF_SETS if sets else SCOPE])


def with_dose(lever: str, dose: str) -> str:
    """Return a lever with its dose, as a title or a sentence begins with it.

    >>> with_dose("duty_to_cooperate", "realistic")
    'Duty to cooperate (realistic)'
    """
    return f"{readable(lever)} ({mid_sentence(dose)})"


def pair_named(lever: str, dose: str, other: str, other_dose: str) -> str:
    """Return two levers with their doses.

    >>> pair_named("fund", "full", "duty", "light")
    'Fund (full) and duty (light)'
    """
    return f"{with_dose(lever, dose)} and {mid_sentence(other)} ({mid_sentence(other_dose)})"


def change(value: float, measure: str) -> str:
    """Return a change of a measure with its sign; of a share in percentage points.

    >>> change(-0.0123, "top_share"), change(0.0123, "engagement"), change(-0.0001, "engagement")
    ('−1.23', '+0.012', '0.000')
    """
    shown = f"{100 * value:+.2f}" if is_share(measure) else f"{value:+.3f}"
    return (shown if float(shown) else shown[1:]).replace("-", "−")


def with_interval(value: float, low: float, high: float, measure: str) -> str:
    """Return a change with its interval.

    >>> with_interval(0.01, -0.01, 0.03, "top_share")
    '+1.00 (−1.00 to 3.00)'
    """
    ends = [change(end, measure).removeprefix("+") for end in (low, high)]
    return f"{change(value, measure)} ({ends[0]} to {ends[1]})"


def unit_of_change(measure: str) -> str:
    """Return the unit in which a change of a measure is told.

    >>> unit_of_change("top_share"), unit_of_change("added_value"), unit_of_change("engagement")
    ('percentage points', 'percentage points of the gap', 'index, 0 to 1')
    """
    unit = unit_of(measure)
    if is_share(measure):
        return f"percentage points{unit.removeprefix('%').removeprefix('points')}"
    return f"{unit}, 0 to 1" if unit == "index" else unit


def _heading(measure: str) -> str:
    unit = unit_of_change(measure)
    told = f", {unit}" if is_share(measure) else ""
    return f"- {titled(measure)}{told}:"


def _alone(main: pd.DataFrame) -> Iterator[str]:
    if main.empty:
        return
    yield "What each lever changes on its own:"
    for measure, rows in main.groupby("measure", sort=False):
        clear: list[str] = []
        unclear: list[str] = []
        for (lever, dose), its in rows.groupby(["lever", "dose"], sort=False):
            seen = _in_years(its[its["clear"]], "effect", str(measure))
            (clear if seen else unclear).append(f"{with_dose(str(lever), str(dose))} {seen}".strip())
        yield from _listed_under(_heading(str(measure)), clear, unclear)


def _beyond(pairs: pd.DataFrame) -> Iterator[str]:
    if pairs.empty:
        return
    yield "What two levers come to beyond the sum of what each does alone:"
    for measure, rows in pairs.groupby("measure", sort=False):
        yield _heading(str(measure))
        of_pairs: Any = rows.groupby(["lever", "dose", "other", "other_dose"], sort=False)
        for verdict, words in (_BEYOND if measure in BETTER_HIGH else _NEUTRAL).items():
            for pair, its in of_pairs:
                if seen := _in_years(its[its["verdict"] == verdict], "interaction", str(measure)):
                    yield f"  - {words}: {pair_named(*pair)}, {seen}."
        unclear = rows[~of_pairs["clear"].transform("any")]
        if len(unclear):
            yield f"  - {_unclear(unclear, str(measure))}"


def _unclear(rows: pd.DataFrame, measure: str) -> str:
    """Return how many pairs of doses are clear in no year, how far they may go, and what is seen before correction."""
    pairs = len(rows) // rows["year"].nunique()
    said = f"Too small to tell in every year: {pairs} pair{'s' if pairs > 1 else ''} of doses."
    if rows["ci_low"].isna().all():
        return f"{said} One run of each shows no chance."
    away = int(((rows["ci_low"] > 0.0) | (rows["ci_high"] < 0.0)).sum())
    most = change(float(rows[["ci_low", "ci_high"]].abs().to_numpy().max()), measure).replace("+", "±")
    return (
        f"{said} Before correction {away} of their {len(rows)} intervals lie away from 0, and about "
        f"{0.05 * len(rows):.0f} would by chance; none reaches beyond {most}."
    )


def _by_sector(sectors: pd.DataFrame) -> Iterator[str]:
    if sectors.empty:
        return
    last = sectors["year"].max()
    others = " (other years are in sectors.csv)" if sectors["year"].nunique() > 1 else ""
    yield f"Who gains and who loses by each lever alone, in year {last:g}{others}:"
    rows = sectors[sectors["year"] == last]
    for (lever, dose), its in rows.groupby(["lever", "dose"], sort=False):
        told = [
            line for measure, mine in its.groupby("measure", sort=False) for line in _sectors_of(str(measure), mine)
        ]
        yield f"- {with_dose(str(lever), str(dose))}: {'; '.join(told) or 'too small to tell for every sector'}."


def _sectors_of(measure: str, rows: pd.DataFrame) -> Iterator[str]:
    """Give who gains and who loses of a measure by sector, as far as it is clear."""
    clear = rows[rows["clear"]]
    for word, mine in (("gain", clear[clear["effect"] > 0.0]), ("lose", clear[clear["effect"] < 0.0])):
        if len(mine):
            named = [
                f"{label_of(row['sector'])} {change(row['effect'], f'{measure}_{SECTORS[0]}')}"
                for row in mine.to_dict("records")
            ]
            yield f"{listed(named)} {word} {label_of(measure)}"


def _in_years(rows: pd.DataFrame, column: str, measure: str) -> str:
    told = [
        f"{with_interval(row[column], row['ci_low'], row['ci_high'], measure)} in year {row['year']:g}"
        for row in rows.to_dict("records")
    ]
    return listed(told) if told else ""


def _listed_under(heading: str, clear: Sequence[str], unclear: Sequence[str]) -> Iterator[str]:
    """Give what is clear below a heading, or behind it if that is all there is."""
    rest = [f"Too small to tell in every year: {listed(unclear)}"] if unclear else []
    lines = [*clear, *rest]
    if len(lines) == 1:
        yield f"{heading} {lines[0]}."
        return
    yield heading
    yield from (f"  - {line}." for line in lines)
