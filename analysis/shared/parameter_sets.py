"""Means over runs whose replicates take turns with sets of uncertain parameters, and what is uncertain about them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared.summaries import CONFIDENCE, t_interval, wilson_interval

LEAST_SETS = 20
"""Sets from which a difference can be called clear: with fewer, one in twenty may differ and not be seen."""

LEAST_RUNS = 5
"""Runs a set, on average, from which a share of runs is told set by set: of fewer it is mostly chance."""

OVER_SETS, OVER_RUNS = "sets", "runs"
"""What an interval is over: the sets, or all runs, which is chance alone."""


def over_sets(values: pd.Series, sets: pd.Series) -> tuple[float, float, float]:
    """Return the mean over parameter sets, and the ends of the interval that holds the middle 95 % of them.

    ``values`` has one number a run and ``sets`` the number of its parameter set; each set counts with the mean
    of its runs, so the interval covers what is not known about the parameters and what chance is left in
    those means. With a single set it is the 95 % interval of chance: Wilson's for zeros and ones, otherwise
    Student's. Without values all three are NaN.

    >>> over_sets(pd.Series([0.1, 0.3, 0.5, 0.7]), pd.Series([0, 0, 1, 1]))
    (0.4, 0.21, 0.59)
    """
    if len(values) == 0:
        return np.nan, np.nan, np.nan
    if sets.nunique() == 1:
        return over_runs(values)
    return middle_of_sets(values.groupby(sets.to_numpy()).mean())


def means_over_sets(
    values: pd.DataFrame, sets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean, lower and upper end of the 95 % interval of each column of ``values``, which has one row a run.

    ``sets`` has the number of each run's parameter set. The interval holds the middle 95 % of sets, each with the mean
    of its runs; with a single set it is Student's, of chance alone.

    >>> values = pd.DataFrame({"trust": [0.25, 0.75, 0.25, 0.75]})
    >>> [end.round(3).tolist() for end in means_over_sets(values, np.array([0, 1, 0, 1]))]
    [[0.5], [0.262], [0.738]]
    """
    if len(np.unique(sets)) < 2:
        return t_interval(values.to_numpy(dtype=np.float64))
    return middle(values.groupby(sets).mean().to_numpy(dtype=np.float64))


def share_over_sets(is_so: pd.Series, sets: pd.Series) -> tuple[float, float, float]:
    """Return the share of runs in which something is so, and the ends of its 95 % interval.

    With ``LEAST_RUNS`` runs a set or more it is the mean of the shares of sets, and the interval holds the middle 95 %
    of these. With fewer, or a single set, it is the share of all runs with Wilson's interval, of chance alone.

    >>> is_so, sets = pd.Series([1.0] * 5 + [0.0] * 5), pd.Series([0] * 5 + [1] * 5)
    >>> share_over_sets(is_so, sets), [round(end, 2) for end in share_over_sets(is_so, pd.Series(range(10)))]
    ((0.5, 0.025, 0.975), [0.5, 0.24, 0.76])
    """
    if are_told_by_set(runs=len(is_so), sets=sets.nunique()):
        return over_sets(is_so, sets)
    return (float(is_so.mean()), *wilson_interval(int(is_so.sum()), total=len(is_so)))


def are_told_by_set(*, runs: int, sets: int) -> bool:
    """Return whether there are runs enough to tell shares of them set by set.

    >>> are_told_by_set(runs=155, sets=31), are_told_by_set(runs=90, sets=31), are_told_by_set(runs=90, sets=1)
    (True, False, False)
    """
    return sets > 1 and runs >= LEAST_RUNS * sets


def middle_of_sets(means: pd.Series) -> tuple[float, float, float]:
    """Return the mean of one number a parameter set, and the ends of the interval with the middle 95 % of them.

    >>> middle_of_sets(pd.Series([0.2, 0.6]))
    (0.4, 0.21, 0.59)
    """
    mean, low, high = middle(means.to_numpy(dtype=np.float64)[:, None])
    return round(float(mean[0]), 12), round(float(low[0]), 12), round(float(high[0]), 12)


def middle(means: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of ``means`` (sets, quantities) over sets, and the ends of the middle 95 % of them.

    >>> [end.round(3).tolist() for end in middle(np.array([[0.25, 1.0], [0.75, 1.0]]))]
    [[0.5, 1.0], [0.262, 1.0], [0.738, 1.0]]
    """
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    return means.mean(axis=0), low, high


def over_runs(values: pd.Series) -> tuple[float, float, float]:
    """Return the mean over runs with one parameter set, and its 95 % interval of chance.

    >>> [round(end, 2) for end in over_runs(pd.Series([0.0] * 20))]
    [0.0, 0.0, 0.16]
    """
    numbers = values.to_numpy(dtype=np.float64)
    if set(np.unique(numbers)) <= {0.0, 1.0}:
        return (float(numbers.mean()), *wilson_interval(int(numbers.sum()), total=len(numbers)))
    mean, low, high = t_interval(numbers[:, None])
    return float(mean[0]), float(low[0]), float(high[0])
