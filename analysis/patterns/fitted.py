"""Reading a fit: what it says of each number, whether its intervals can be trusted, and what it comes to in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.patterns.calibration import contractions

Numbers = NDArray[np.float64]

EDGE = 0.05
"""A number sits at the edge of its range if its median lies in the outer 5 % at either end."""

NEAREST = 0.01
"""Share of prior draws, those most like the planted one, that stand for what would have been accepted."""

LEVEL = 0.9
"""Of the intervals whose coverage is counted."""


def numbers_told(
    points: Numbers, names: Sequence[str], decides: pd.DataFrame, *, best: Mapping[str, float]
) -> pd.DataFrame:
    """Return what accepted sets say of each number, those that moved most from their priors first.

    ``points`` (sets, numbers) are shares of the way through the priors' ranges, ``decides`` the rank correlations of a
    table of prior draws (``what_decides``). Columns: those of ``contractions``; identified_by (of a number that was
    learnt, the pattern that it moves most; '' otherwise, and it is carried as uncertainty) and at_edge.

    >>> points = np.column_stack([np.linspace(0.97, 1.0, 40), np.linspace(0.0, 1.0, 40)])
    >>> decides = pd.DataFrame({"number": ["tie_rate"], "id": ["N8"], "rho": [0.4], "above_noise": [True]})
    >>> table = numbers_told(points, ["tie_rate", "trust_rate"], decides, best={})
    >>> table[["parameter", "identified_by", "at_edge"]].to_numpy().tolist()
    [['tie_rate', 'N8', True], ['trust_rate', '', False]]
    """
    table = contractions(points, names, best)
    strongest = decides[decides["above_noise"]].drop_duplicates("number").set_index("number")["id"]
    told = [
        str(strongest.get(name, "")) if learnt else ""
        for name, learnt in zip(table["parameter"], table["learnt"], strict=True)
    ]
    middle = dict(zip(names, np.median(points, axis=0), strict=True))
    return table.assign(
        identified_by=told,
        at_edge=[bool(min(middle[name], 1.0 - middle[name]) < EDGE) for name in table["parameter"]],
    )


def coverage(points: Numbers, names: Sequence[str], found: Numbers, *, planted: int, seed: int) -> pd.DataFrame:
    """Return how often intervals from a table of prior draws cover a planted truth: simulation-based calibration.

    Each of ``planted`` draws stands for the truth once: what was found of it, (draws, findings) in units of their
    spread, is compared with what was found of all others, and the nearest hundredth of them stand for what would
    have been accepted. All share one table of runs. Columns: parameter, covered (share of planted values in the middle
    90 %), p_covered (binomial), p_even (Kolmogorov-Smirnov, of ranks that should be even).

    >>> rng = np.random.default_rng(1)
    >>> points = rng.random((2000, 2))
    >>> found = points[:, :1] + rng.normal(0.0, 0.1, (2000, 1))
    >>> table = coverage(points, ["seen", "unseen"], found, planted=200, seed=1)
    >>> bool((table["covered"].between(0.82, 0.97)).all())
    True
    """
    known = np.isfinite(found).mean(axis=0) > 0.9
    values = found[:, known]
    values = np.where(np.isfinite(values), values, np.nanmedian(values, axis=0))
    spread = values.std(axis=0)
    values = values[:, spread > 0.0] / spread[spread > 0.0]
    nearest = max(20, round(NEAREST * len(points)))
    chosen = np.random.default_rng(seed).permutation(len(points))[: min(planted, len(points))]
    ranks = np.empty((len(chosen), points.shape[1]))
    for row, truth in enumerate(chosen):
        far = ((values - values[truth]) ** 2).sum(axis=1)
        far[truth] = np.inf
        accepted = points[np.argpartition(far, nearest)[:nearest]]
        ranks[row] = ((accepted < points[truth]).sum(axis=0) + 0.5) / (nearest + 1)
    return coverage_table(ranks, names)


def coverage_table(ranks: Numbers, names: Sequence[str]) -> pd.DataFrame:
    """Return the table of ``coverage`` from ranks (planted, numbers): shares of accepted sets below the planted truth.

    >>> even = np.linspace(0.005, 0.995, 100)[:, None]
    >>> coverage_table(np.column_stack([even, 0.4 + 0.2 * even]), ["even", "narrow"])["covered"].tolist()
    [0.9, 1.0]
    """
    inside = np.abs(ranks - 0.5) <= LEVEL / 2.0
    rows = [
        {
            "parameter": name,
            "covered": float(inside[:, k].mean()),
            "p_covered": float(scipy.stats.binomtest(int(inside[:, k].sum()), len(ranks), LEVEL).pvalue),
            "p_even": float(scipy.stats.kstest(ranks[:, k], "uniform").pvalue),
        }
        for k, name in enumerate(names)
    ]
    return pd.DataFrame(rows)


def coverage_words(table: pd.DataFrame, *, planted: int) -> str:
    """Return the verdict on coverage in a sentence.

    >>> table = pd.DataFrame({"parameter": ["a", "b"], "covered": [0.9, 0.7], "p_covered": [1.0, 1e-9], "p_even": 0.5})
    >>> coverage_words(table, planted=200).partition("; ")[2]
    'of 2 numbers 1 is covered too rarely or too often for chance (b).'
    """
    wrong = table[np.minimum(table["p_covered"], table["p_even"]) < 0.05 / (2 * max(1, len(table)))]
    named = f" ({', '.join(wrong['parameter'])})" if len(wrong) else ""
    covered, level = 100 * table["covered"], 100 * LEVEL
    return (
        f"Coverage: over {planted} planted truths {level:.0f} % intervals cover {covered.mean():.0f} % of true values "
        f"({covered.min():.0f} to {covered.max():.0f} % by number); of {len(table)} numbers {len(wrong)} "
        f"{'is' if len(wrong) == 1 else 'are'} covered too rarely or too often for chance{named}."
    )


def waves_words(waves: pd.DataFrame) -> str:
    """Return what the waves of a fit came to, in plain sentences.

    >>> waves = pd.DataFrame({"wave": [1, 2], "chance": [0.01, 0.02], "screened": [50, 50],
    ...                       "met_screening": [10, 20], "accepted": [2, 6]})
    >>> waves_words(waves).partition("; ")[2]
    '30 of them met everything on few runs and 8 on many, each a family of its own.'
    """
    total = waves.sum()
    return (
        f"{len(waves)} waves of walks on emulators: {int(total['screened'])} sets were simulated where they ended; "
        f"{int(total['met_screening'])} of them met everything on few runs and "
        f"{int(total['accepted'])} on many, each a family of its own."
    )
