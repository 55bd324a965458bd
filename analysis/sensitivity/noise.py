"""How much of what a study shows is chance between replicates, and how many replicates are enough.

Takes tables of outcomes (see ``analysis.shared.outcomes``). Every draw has the same replicates, so the variance of
single runs splits in three, as in an analysis of variance with two crossed factors: between draws, common
to all draws of a replicate (which cancels out in differences), and of the single run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.sensitivity.tables import RESAMPLES
from analysis.shared.outcomes import value_matrix

PRECISION = 0.2
"""Half-width of the interval of a draw's mean that is asked for, in standard deviations between draws."""

STABLE_CV = 0.01
"""Change of the coefficient of variation below which Lorscheid, Heine and Meyer (2012) call it stable."""

ROUNDING = 1e-9
"""Share of the whole variance below which a part of it is rounding, and counts as 0."""

_SUBSETS = 10
_Z = scipy.stats.norm.ppf(0.975)


class Parts(NamedTuple):
    """Variances of a table of runs, one row a draw and one column a replicate."""

    between_draws: float
    shared: float
    """Common to all draws of a replicate."""
    own: float
    """Of the single run."""

    @property
    def total(self) -> float:
        """Return the variance of a single run."""
        return self.between_draws + self.shared + self.own

    @property
    def within_share(self) -> float:
        """Return which share of that variance lies between the replicates of a draw; NaN if nothing varies."""
        return (self.shared + self.own) / self.total if self.total > 0.0 else np.nan


def variance_parts(values: NDArray[np.float64]) -> Parts:
    """Return the variance between draws, common to replicates and of the single run.

    ``values`` has one row a draw and one column a replicate, at least two of each (else NaN). Components are
    estimated from mean squares, and an estimate that is negative counts as 0 (Searle, Casella and McCulloch 1992), as
    does one that is ``ROUNDING``.

    >>> variance_parts(np.array([[0.0, 2.0], [4.0, 6.0]]))
    Parts(between_draws=8.0, shared=2.0, own=0.0)
    """
    draws, replicates = values.shape
    if draws < 2 or replicates < 2:
        return Parts(np.nan, np.nan, np.nan)
    of_draw, of_replicate = values.mean(axis=1), values.mean(axis=0)
    rest = values - of_draw[:, None] - of_replicate[None, :] + values.mean()
    own = float((rest**2).sum() / ((draws - 1) * (replicates - 1)))
    between = replicates * float(of_draw.var(ddof=1))
    shared = draws * float(of_replicate.var(ddof=1))
    parts = ((between - own) / replicates, (shared - own) / draws, own)
    least = ROUNDING * sum(part for part in parts if part > 0.0)
    return Parts(*(part if part > least else 0.0 for part in parts))


def noise(outcomes: pd.DataFrame, *, precision: float = PRECISION, seed: int = 1) -> pd.DataFrame:
    """Return how much chance there is in each outcome of each scenario, and how many replicates it asks for.

    Columns: scenario, measure, draws, replicates, mean, sd_between_draws, sd_within_draws; within_share with
    ci_low and ci_high (which share of the variance of single runs lies between the replicates of a draw; percentile
    bootstrap over draws), shared_share and own_share (its two parts), noise_in_draw_means (which share of the
    variance of draw means is chance), replicates_for_mean and replicates_for_difference (how many it takes until
    the 95 % interval of a draw's mean, or of the paired difference of two draws, is ± ``precision`` standard
    deviations between draws), cv_stable_from (replicates from which the median coefficient of variation of draws
    changes by less than 0.01; Lorscheid et al. 2012; NaN if it never settles). Draws with a failed run are left out.

    >>> table = pd.DataFrame({"scenario": "a", "measure": "m", "draw": [0, 0, 1, 1], "replicate": [0, 1, 0, 1],
    ...                       "value": [0.0, 2.0, 4.0, 6.0]})
    >>> float(noise(table)["within_share"].iloc[0])
    0.2
    """
    rows = []
    for (scenario, measure), some in outcomes.groupby(["scenario", "measure"], sort=False):
        values = value_matrix(some).dropna().to_numpy(dtype=np.float64)
        parts = variance_parts(values)
        low, high = _interval_of_share(values, seed=seed)
        replicates = values.shape[1]
        chance = parts.own / replicates
        sd = float(np.sqrt(parts.between_draws))
        rows.append(
            {
                "scenario": scenario,
                "measure": measure,
                "draws": len(values),
                "replicates": replicates,
                "mean": values.mean(),
                "sd_between_draws": sd,
                "sd_within_draws": np.sqrt(parts.shared + parts.own),
                "within_share": parts.within_share,
                "ci_low": low,
                "ci_high": high,
                "shared_share": _share(parts.shared, parts.total),
                "own_share": _share(parts.own, parts.total),
                "noise_in_draw_means": _share(chance, parts.between_draws + chance),
                "replicates_for_mean": _enough(parts.shared + parts.own, width=precision * sd),
                "replicates_for_difference": _enough(2.0 * parts.own, width=precision * sd),
                "cv_stable_from": _stable_from(values),
            }
        )
    return pd.DataFrame(rows)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else np.nan


def _enough(variance: float, *, width: float) -> float:
    """Return how many replicates make the interval of a mean ± ``width``; NaN if no number does."""
    if np.isnan(variance) or width <= 0.0:
        return np.nan
    return float(max(2, np.ceil(variance * (_Z / width) ** 2)))


def _interval_of_share(values: NDArray[np.float64], *, seed: int) -> tuple[float, float]:
    generator = np.random.default_rng(seed)
    if min(values.shape) < 2:
        return np.nan, np.nan
    drawn = [variance_parts(values[generator.integers(len(values), size=len(values))]) for _ in range(RESAMPLES)]
    shares = np.array([parts.within_share for parts in drawn])
    if np.isnan(shares).all():
        return np.nan, np.nan
    low, high = np.nanquantile(shares, [0.025, 0.975])
    return float(low), float(high)


def replicate_counts(most: int) -> list[int]:
    """Return numbers of replicates from 2 to ``most``, each about a third more than the one before.

    >>> replicate_counts(10)
    [2, 3, 4, 5, 7, 9, 10]
    """
    counts, count = [], 2.0
    while count < most:
        counts.append(round(count))
        count = max(count * 1.3, round(count) + 1.0)
    return [*counts, most] if most >= 2 else []


def _coefficients(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficient of variation of each draw whose mean is not 0."""
    mean = values.mean(axis=1)
    usable = np.abs(mean) > 1e-12
    return np.asarray(values[usable].std(axis=1, ddof=1) / np.abs(mean[usable]))


def _stable_from(values: NDArray[np.float64]) -> float:
    counts = replicate_counts(values.shape[1])
    found = [_coefficients(values[:, :count]) for count in counts]
    if len(counts) < 2 or any(len(each) == 0 for each in found):
        return np.nan
    medians = np.array([np.median(each) for each in found])
    settled = [i for i in range(len(counts) - 1) if np.abs(medians[i + 1 :] - medians[i]).max() < STABLE_CV]
    return float(counts[settled[0]]) if settled else np.nan


def replicate_sufficiency(
    outcomes: pd.DataFrame,
    *,
    indices: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
    parameters: Sequence[str] = (),
    index: str = "",
    seed: int = 1,
) -> pd.DataFrame:
    """Return how precise one outcome of one scenario becomes with the number of replicates.

    Columns: scenario, measure, quantity, parameter, replicates, value, low, high. Quantities are the half-width of
    the 95 % t interval of a draw's mean (root mean square over draws, with its 95 % bootstrap interval), and the
    coefficient of variation between replicates (median over draws, with the middle half of them), from the first so
    many replicates. With ``indices`` (a function from outcomes to a table of ``analysis.sensitivity.tables``) comes the
    ``index`` of each of ``parameters``: its mean over 10 random choices of so many replicates (of every second
    number), and their 5 and 95 % quantiles.

    >>> table = pd.DataFrame({"scenario": "a", "measure": "m", "draw": 0, "replicate": range(4),
    ...                       "value": [1.0, 3.0, 2.0, 2.0]})
    >>> found = replicate_sufficiency(table).query("quantity == 'half_width'")
    >>> bool(found["value"].is_monotonic_decreasing)
    True
    """
    matrix = value_matrix(outcomes).dropna()
    values = matrix.to_numpy(dtype=np.float64)
    counts = replicate_counts(values.shape[1])
    rows: list[tuple[str, str, int, float, float, float]] = []
    for count in counts:
        some = values[:, :count]
        width = scipy.stats.t.ppf(0.975, count - 1) * some.std(axis=1, ddof=1) / np.sqrt(count)
        rows.append(("half_width", "", count, *_root_mean_square(width, seed=seed)))
        rows.append(("coefficient_of_variation", "", count, *_spread(_coefficients(some))))
    if indices is not None:
        rows += _indices_by_count(outcomes, matrix, counts, indices=indices, wanted=parameters, index=index, seed=seed)
    columns = ["quantity", "parameter", "replicates", "value", "low", "high"]
    table = pd.DataFrame(rows, columns=columns).sort_values(["quantity", "parameter", "replicates"], kind="stable")
    table.insert(0, "measure", outcomes["measure"].iloc[0])
    table.insert(0, "scenario", outcomes["scenario"].iloc[0])
    return table.reset_index(drop=True)


def _root_mean_square(values: NDArray[np.float64], *, seed: int) -> tuple[float, float, float]:
    generator = np.random.default_rng(seed)
    drawn = values[generator.integers(len(values), size=(RESAMPLES, len(values)))]
    low, high = np.quantile(np.sqrt((drawn**2).mean(axis=1)), [0.025, 0.975])
    return float(np.sqrt((values**2).mean())), float(low), float(high)


def _spread(values: NDArray[np.float64]) -> tuple[float, float, float]:
    if len(values) == 0:
        return np.nan, np.nan, np.nan
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return float(middle), float(low), float(high)


def _indices_by_count(
    outcomes: pd.DataFrame,
    matrix: pd.DataFrame,
    counts: Sequence[int],
    *,
    indices: Callable[[pd.DataFrame], pd.DataFrame],
    wanted: Sequence[str],
    index: str,
    seed: int,
) -> list[tuple[str, str, int, float, float, float]]:
    generator = np.random.default_rng(seed)
    replicates = matrix.columns.to_numpy()
    rows = []
    for count in counts[::-2]:
        chosen = [replicates] if count == len(replicates) else [
            generator.choice(replicates, count, replace=False) for _ in range(_SUBSETS)
        ]  # fmt: skip
        found = pd.concat([indices(outcomes[outcomes["replicate"].isin(some)]) for some in chosen])
        found = found[found["index"] == index]
        for parameter in wanted:
            values = found.loc[found["parameter"] == parameter, "value"]
            low, high = (float(values.quantile(share)) for share in (0.05, 0.95))
            rows.append((index, parameter, count, float(values.mean()), low, high))
    return rows
