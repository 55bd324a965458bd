"""Observed targets set against what several models show: where each lies in the range of each."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MODEL = "model"
"""The name of the model as it ships, beside its nulls."""

TAILS = (0.05, 0.95)
"""Between which what would be measured is said to be shown."""


def against_targets(seen: Mapping[str, Numbers], targets: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return a row a model and target: what was observed, what runs show, and whether the one lies within the other.

    ``seen`` has what runs of each model show at the targets, (runs, targets), without measurement error; ``targets`` a
    row a target, with its ``value`` and ``standard_error`` beside whatever else describes it. To each run a measurement
    error of its own is added, as what was observed has one; all models have the same errors, drawn by ``seed``.

    Columns: model, those of ``targets``, mean (over runs), low and high (the middle 90 % of what would be measured),
    inside, deviations (of the observed value from the mean, in standard deviations of what would be measured), runs.
    What no run shows is NaN and not inside, such as a target of a measure that a model does not have.

    >>> targets = pd.DataFrame({"target": ["trust@2003-04"], "value": [0.5], "standard_error": [0.0]})
    >>> seen = {"model": np.array([[0.4], [0.6]]), "no_ties": np.array([[0.7], [0.9]])}
    >>> rows = against_targets(seen, targets, seed=1).round(6)
    >>> rows[["model", "mean", "inside", "deviations"]].to_numpy().tolist()
    [['model', 0.5, True, 0.0], ['no_ties', 0.8, False, -3.0]]
    """
    value, error = (targets[name].to_numpy(float) for name in ("value", "standard_error"))
    tables = []
    for model, shown in seen.items():
        measured = shown + np.random.default_rng([seed, 78]).normal(size=shown.shape) * error
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # that no run shows a target: it is NaN then
            low, high = np.nanquantile(measured, TAILS, axis=0)
            mean = np.nanmean(shown, axis=0)
            spread = np.hypot(np.nanstd(shown, axis=0), error)
        off = value - mean
        with np.errstate(divide="ignore", invalid="ignore"):
            deviations = np.where(off == 0.0, 0.0, off / spread)
        found = {"mean": mean, "low": low, "high": high, "inside": (low <= value) & (value <= high)}
        tables.append(targets.assign(**found, deviations=deviations, runs=len(shown)).assign(model=model))
    table = pd.concat(tables, ignore_index=True)
    return table[["model", *(name for name in table if name != "model")]]


def counts(table: pd.DataFrame) -> pd.Series:
    """Return how many targets each model shows, in the order of the models.

    >>> counts(pd.DataFrame({"model": ["model", "no_ties"], "inside": [True, False]})).to_dict()
    {'model': 1, 'no_ties': 0}
    """
    return table.groupby("model", sort=False)["inside"].sum()


def telling(table: pd.DataFrame) -> list[str]:
    """Return the targets that tell models apart: shown by some of them and not by others.

    >>> telling(pd.DataFrame({"target": ["a", "a", "b", "b"], "inside": [True, False, True, True]}))
    ['a']
    """
    shares = table.groupby("target", sort=False)["inside"].mean()
    return [str(target) for target, share in shares.items() if 0.0 < share < 1.0]
