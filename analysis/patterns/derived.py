"""Words that criteria read and a month does not report, made of what it does report.

What the month reports itself, under the same name, is never made here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.patterns.structure import dyadic_share, transitivity_excess
from sim.population import THEMES, seats_of
from sim.scenario import Scenario

Numbers = NDArray[np.float64]

YEAR = 12
GRAPHS = 40
"""Random graphs that the transitivity of one matrix of ties is set against."""


@dataclasses.dataclass(frozen=True)
class Kept:
    """What was kept of runs of one scenario, whatever its free numbers: the last two axes are runs and months."""

    scenario: Scenario
    measures: Mapping[str, Numbers]
    regimes: NDArray[np.int8]
    """Positions in ``regime_names``."""
    regime_names: Sequence[str]

    def constant(self, value: float) -> Numbers:
        """Return a value that is the same in all months of all runs."""
        return np.full(self.regimes.shape, value)

    def is_named(self, regime: str) -> Numbers:
        """Return 1 in the months that have this name, else 0."""
        return np.asarray(self.regimes == list(self.regime_names).index(regime), dtype=np.float64)


@dataclasses.dataclass(frozen=True)
class Derived:
    """A word that is made of others: what it says, the measures it is made of, and how."""

    says: str
    reads: tuple[str, ...]
    of: Callable[[Kept], Numbers]


def _was_abolished(kept: Kept) -> Numbers:
    gone = np.maximum.accumulate(kept.measures["is_dissolved"], axis=-1)
    return np.maximum(gone, _was_refounded(kept))


def _was_refounded(kept: Kept) -> Numbers:
    return np.asarray(kept.measures["times_refounded"] > 0.0, dtype=np.float64)


def _decisions(kept: Kept) -> Numbers:
    """Return each month's decisions: what a sum over twelve months gains, and what drops out of it again."""
    gained = np.diff(YEAR * kept.measures["decision_rate"], axis=-1, prepend=0.0)
    found = np.array(gained)
    for month in range(YEAR, found.shape[-1]):
        found[..., month] += found[..., month - YEAR]
    return np.rint(found)


def _core_at_abolition(kept: Kept) -> Numbers:
    abolished = _was_abolished(kept) > 0.5
    first = abolished.argmax(axis=-1)[..., None]
    return np.where(abolished, np.take_along_axis(kept.measures["core_size"], first, axis=-1), 0.0)


def _contribution_share(kept: Kept) -> Numbers:
    budgets = [seat.budget_gbp_m for seat in seats_of(kept.scenario) if seat.joins_at == 0]
    return np.asarray(YEAR * kept.measures["contribution_pooled_gbp_m"] / sum(budgets))


def _has_fund(kept: Kept) -> Numbers:
    scenario = kept.scenario
    has = scenario.levers.flexible_fund_gbp_m != 0.0 and scenario.place.fund_2003_04_gbp_m > 0.0
    return kept.constant(float(has))


def _fund_a_head(kept: Kept) -> Numbers:
    place = kept.scenario.place
    return _has_fund(kept) * place.fund_2003_04_gbp_m * 1e6 / place.population / 10.0


_PAID = tuple(f"fund_spent_{theme}_gbp_m" for theme in THEMES)


def _fund_share(theme: str) -> Callable[[Kept], Numbers]:
    """Return what gives the theme's share of what the fund paid for themes in twelve months, 0 where it paid nothing."""

    def share(kept: Kept) -> Numbers:
        paid = [_in_a_year(kept.measures[measure]) for measure in _PAID]
        total = np.sum(paid, axis=0)
        return np.asarray(np.divide(paid[THEMES.index(theme)], total, out=np.zeros_like(total), where=total > 0.0))

    return share


def _in_a_year(monthly: Numbers) -> Numbers:
    """Return sums over twelve months, at the beginning over as many as there are."""
    so_far = np.cumsum(monthly, axis=-1)
    before = np.zeros_like(so_far)
    before[..., YEAR:] = so_far[..., :-YEAR]
    return so_far - before


# One word a line: the table reads as one.
# fmt: off
DERIVED: Mapping[str, Derived] = {
    "is_hollow": Derived("The month is named hollow.", (), lambda kept: kept.is_named("hollow")),
    "is_growth_coalition": Derived("The month is named growth coalition.", (), lambda kept: kept.is_named("growth coalition")),
    "was_abolished": Derived("Dissolved in this month or before.", ("is_dissolved", "times_refounded"), _was_abolished),
    "has_survived": Derived("Not yet abolished.", ("is_dissolved", "times_refounded"), lambda kept: 1.0 - _was_abolished(kept)),
    "was_refounded": Derived("Founded again at least once.", ("times_refounded",), _was_refounded),
    "decisions": Derived("Taken back out of the mean over twelve months.", ("decision_rate",), _decisions),
    "core_at_abolition": Derived("The core as it was last looked for.", ("is_dissolved", "times_refounded", "core_size"), _core_at_abolition),
    "share_members_giving": Derived("Members that pooled anything in about the last year: no line is drawn at 1 %, and nothing is bent.", ("pooling_share",), lambda kept: kept.measures["pooling_share"]),
    "contribution_share": Derived("Pooled money over the mainstream budgets of those who founded it: nothing is bent.", ("contribution_pooled_gbp_m",), _contribution_share),
    "has_fund": Derived("The place has an allocation, and the scenario does not take it away.", (), _has_fund),
    "fund_ten_gbp_per_head": Derived("From the place's allocation and population.", (), _fund_a_head),
    **{f"fund_share_{theme}": Derived("Of what the fund paid in twelve months; 0 where it paid nothing.", _PAID, _fund_share(theme)) for theme in THEMES},
}
# fmt: on
"""Words by name. Where one is less than it was declared to be, it says so."""

OF_MATRICES: Mapping[str, str] = {"trust_dyadic_share": "trust", "tie_transitivity_excess": "tie"}
"""Words that are made of who trusts or is tied to whom in a month, and of which of the two."""


def of_matrix(word: str, matrix: Numbers, *, seed: int) -> float:
    """Return a word of ``OF_MATRICES`` from a matrix of members (bodies, bodies); ``seed`` is of its random graphs.

    >>> likes_its_pair = np.kron(np.eye(3), np.ones((2, 2)))
    >>> of_matrix("trust_dyadic_share", likes_its_pair, seed=1)
    1.0
    """
    if word == "trust_dyadic_share":
        return float(dyadic_share(matrix))
    return transitivity_excess(matrix, graphs=GRAPHS, seed=seed)


def reads_of(words: Iterable[str], reported: Iterable[str]) -> tuple[str, ...]:
    """Return the measures that a month has to report for words to be had.

    >>> reads_of(["trust", "was_refounded", "trust_dyadic_share"], reported=["trust", "times_refounded"])
    ('trust', 'times_refounded')
    """
    there = set(reported)
    read: list[str] = []
    for word in words:
        if word in there:
            read.append(word)
        elif word in DERIVED:
            read += DERIVED[word].reads
    return tuple(dict.fromkeys(read))


def missing_of(word: str, reported: Iterable[str]) -> str:
    """Return why a word cannot be had of a month, '' if it can.

    >>> missing_of("is_accredited", reported=["trust"])
    'is_accredited is not reported, and nothing that it could be made of'
    >>> missing_of("was_refounded", reported=["times_refounded"]), missing_of("was_refounded", reported=["trust"])
    ('', 'was_refounded is made of times_refounded, which is not reported')
    """
    there = set(reported)
    if word in there or word in OF_MATRICES:
        return ""
    if word not in DERIVED:
        return f"{word} is not reported, and nothing that it could be made of"
    lacking = [name for name in DERIVED[word].reads if name not in there]
    return f"{word} is made of {lacking[0]}, which is not reported" if lacking else ""


def words_from(words: Iterable[str], kept: Kept) -> dict[str, Numbers]:
    """Return words by name, those that are reported as they are and others made of them; no words of matrices.

    >>> from types import SimpleNamespace as Made
    >>> kept = Kept(Made(), {"times_refounded": np.array([[0.0, 1.0]])}, np.array([[0, 1]]), ("hollow", "unsettled"))
    >>> {name: values.tolist() for name, values in words_from(["was_refounded", "is_hollow"], kept).items()}
    {'was_refounded': [[0.0, 1.0]], 'is_hollow': [[1.0, 0.0]]}
    """
    return {
        word: kept.measures[word] if word in kept.measures else DERIVED[word].of(kept)
        for word in words
        if word not in OF_MATRICES
    }
