"""Means over runs whose replicates take turns with sets of uncertain parameters, and what is uncertain about them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.summaries import CONFIDENCE, t_interval, wilson_interval


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
        return _over_runs(values.to_numpy(dtype=np.float64))
    means = values.groupby(sets.to_numpy()).mean()
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return tuple(float(round(end, 12)) for end in (means.mean(), low, high))  # type: ignore[return-value]


def _over_runs(values: np.ndarray) -> tuple[float, float, float]:
    if set(np.unique(values)) <= {0.0, 1.0}:
        return (float(values.mean()), *wilson_interval(int(values.sum()), total=len(values)))
    mean, low, high = t_interval(values[:, None])
    return float(mean[0]), float(low[0]), float(high[0])
