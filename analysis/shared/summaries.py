"""Tables from runs: means, paired contrasts, regime shares and bands, each with its uncertainty.

A table of *runs* has one row a run: scenario, replicate, seed, regime, then one column a measure.
*Trajectories* have one row a run and month: scenario, replicate, month, date (YYYY-MM), the measures, regime.
Runs of different scenarios with the same replicate share every random draw, so contrasts are paired.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from sim.regimes import GROWTH, REGIMES, WORKING

RUN_KEYS = ("scenario", "replicate", "seed", "regime")
"""Columns of a table of runs that are no measures."""

HEADLINE = ("engagement", "trust", "dominance", "decision_rate", "outcome", "added_value")
"""The measures that figures and words contrast first."""

WORKING_REGIMES = (REGIMES[GROWTH], REGIMES[WORKING])
"""Regimes of a partnership that works together."""

CONFIDENCE = 0.95
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

# Runs that are equal in theory differ in the last bits of a double; below this share of their size
# a difference or a standard deviation counts as none.
_NEGLIGIBLE = 1e-12


def scenarios_of(table: pd.DataFrame) -> list[str]:
    """Return the scenarios of a table in the order of first appearance.

    >>> scenarios_of(pd.DataFrame({"scenario": ["with fund", "baseline", "with fund"]}))
    ['with fund', 'baseline']
    """
    return [str(name) for name in table["scenario"].unique()]


def summary(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of every measure in every scenario, with a 95 % Student t interval.

    Columns: scenario, measure, mean, ci_low, ci_high, sd (between replicates), replicates. With one
    replicate sd and interval are NaN. Raises ValueError for missing values and for repeated replicates.

    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1, 2], "trust": [0.25, 0.5, 0.75]})
    >>> summary(runs)[["measure", "mean", "ci_low", "ci_high", "sd", "replicates"]].round(3).to_numpy().tolist()
    [['trust', 0.5, -0.121, 1.121, 0.25, 3]]
    """
    measures = _measures_of(runs)
    tables = []
    for scenario in scenarios_of(runs):
        values = _values(runs, scenario, measures=measures).to_numpy()
        mean, low, high = t_interval(values)
        tables.append(
            pd.DataFrame(
                {
                    "scenario": scenario,
                    "measure": measures,
                    "mean": mean,
                    "ci_low": low,
                    "ci_high": high,
                    "sd": _sd(values),
                    "replicates": len(values),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def contrasts(runs: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return how every measure differs between each other scenario and the ``reference``.

    Columns: measure, scenario, reference, difference, ci_low, ci_high, effect_size, replicates; by
    measure, then by scenario, each in the order of ``runs``. Replicates that both scenarios have are
    paired, and the interval is the 95 % Student t interval of the mean paired difference (NaN for one pair).

    ``effect_size`` is Cohen's d for two groups: the difference over the pooled standard deviation, the
    root of the mean of the two variances (Cohen 1988). It says how large a difference is against the
    spread between runs, so it does not use the pairing. Without any spread it is 0 if there is no
    difference and NaN if there is one (it would be infinite); with one pair it is NaN.

    Raises ValueError for an unknown reference, missing values, repeated replicates or no common replicate.

    >>> baseline = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "trust": [0.25, 0.75]})
    >>> runs = pd.concat([baseline, baseline.assign(scenario="with fund", trust=[0.5, 1.0])])
    >>> contrasts(runs, "baseline")[["scenario", "difference", "ci_low", "ci_high"]].to_numpy().tolist()
    [['with fund', 0.25, 0.25, 0.25]]
    """
    scenarios = scenarios_of(runs)
    if reference not in scenarios:
        raise ValueError(f"unknown reference scenario {reference!r}; known: {', '.join(scenarios)}")
    measures = _measures_of(runs)
    others = [scenario for scenario in scenarios if scenario != reference]
    tables = [_contrast(runs, scenario, reference=reference, measures=measures) for scenario in others]
    if not tables:
        columns = ("measure", "scenario", "reference", "difference", "ci_low", "ci_high", "effect_size", "replicates")
        return pd.DataFrame({name: pd.Series(dtype=object if name in columns[:3] else float) for name in columns})
    by_scenario = pd.concat(tables, ignore_index=True)
    position = by_scenario["measure"].map({measure: place for place, measure in enumerate(measures)})
    return by_scenario.loc[position.sort_values(kind="stable").index].reset_index(drop=True)


def regime_shares(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the share of runs that end in each regime, with 95 % Wilson score intervals.

    Columns: scenario, regime, share, ci_low, ci_high; every regime of the model for every scenario.

    >>> runs = pd.DataFrame({"scenario": "baseline", "regime": ["talking shop"] * 3 + ["dissolved"]})
    >>> shares = regime_shares(runs).set_index("regime")[["share", "ci_low", "ci_high"]]
    >>> shares.loc[["talking shop", "dissolved", "hollow"]].round(2).to_numpy().tolist()
    [[0.75, 0.3, 0.95], [0.25, 0.05, 0.7], [0.0, 0.0, 0.49]]
    """
    rows = []
    for scenario in scenarios_of(runs):
        regimes = runs.loc[runs["scenario"] == scenario, "regime"]
        for regime in REGIMES:
            count, total = int((regimes == regime).sum()), len(regimes)
            low, high = wilson_interval(count, total=total)
            rows.append((scenario, regime, count / total, low, high))
    return pd.DataFrame(rows, columns=["scenario", "regime", "share", "ci_low", "ci_high"])


class ByColumns(Protocol):
    """A table, in memory or in a file, that is read by columns."""

    def __iter__(self) -> Iterator[Any]:
        """Give the names of the columns."""

    def __getitem__(self, names: list[str], /) -> pd.DataFrame:
        """Return columns, for all rows."""


def months_with(trajectories: ByColumns, *measures: str) -> pd.DataFrame:
    """Return these measures of all runs and months, with what names the run and the month.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> list(months_with(run.assign(trust=0.5, engagement=0.25), "trust"))
    ['scenario', 'replicate', 'month', 'date', 'trust']
    """
    return trajectories[["scenario", "replicate", "month", "date", *measures]]


def bands(trajectories: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the quantiles of a measure over replicates, for every scenario and month.

    Columns: scenario, month, date, then q5, q25, q50, q75 and q95: q50 is the median, q25 to q75
    holds the middle half of the runs and q5 to q95 the middle 90 %.

    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": range(5), "month": 0, "date": "2001-04"})
    >>> bands(runs.assign(trust=[0.0, 0.25, 0.5, 0.75, 1.0]), "trust")[["q25", "q50", "q75"]].to_numpy().tolist()
    [[0.25, 0.5, 0.75]]
    """
    grouped = trajectories.groupby(["scenario", "month", "date"], sort=False, observed=True)[measure]
    table = grouped.quantile(np.array(QUANTILES)).unstack()
    table.columns = pd.Index([f"q{100 * q:.0f}" for q in QUANTILES])
    return table.reset_index()


def regimes_over_time(trajectories: pd.DataFrame) -> pd.DataFrame:
    """Return the share of runs in each regime, for every scenario and month.

    Columns: scenario, month, date, then one column for every regime of the model; rows sum to 1.

    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "month": 0, "date": "2001-04"})
    >>> table = regimes_over_time(runs.assign(regime=["talking shop", "dissolved"]))
    >>> table[["talking shop", "dissolved", "hollow"]].to_numpy().tolist()
    [[0.5, 0.5, 0.0]]
    """
    keys = ["scenario", "month", "date"]
    flags = pd.DataFrame({regime: (trajectories["regime"] == regime).astype(float) for regime in REGIMES})
    table = pd.concat([trajectories[keys], flags], axis=1)
    return table.groupby(keys, sort=False, observed=True).mean().reset_index()


def t_interval(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean, lower and upper end of the 95 % Student t interval of each column of ``values``.

    ``values`` has one row a replicate; with one row the ends are NaN.

    >>> [ends.round(3).tolist() for ends in t_interval(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]))]
    [[2.0, 5.0], [-0.484, 5.0], [4.484, 5.0]]
    """
    n = len(values)
    mean = values.mean(axis=0)
    if n < 2:
        unknown = np.full_like(mean, np.nan)
        return mean, unknown, unknown
    half = scipy.stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1) * _sd(values) / np.sqrt(n)
    return mean, mean - half, mean + half


def wilson_interval(count: int, *, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share of ``count`` in ``total`` runs.

    >>> [round(end, 3) for end in wilson_interval(15, total=20)]
    [0.531, 0.888]
    """
    interval = scipy.stats.binomtest(count, total).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def _contrast(runs: pd.DataFrame, scenario: str, *, reference: str, measures: Sequence[str]) -> pd.DataFrame:
    here = _values(runs, scenario, measures=measures)
    there = _values(runs, reference, measures=measures)
    common = here.index.intersection(there.index)
    if common.empty:
        raise ValueError(f"{scenario!r} and {reference!r} have no replicate in common, so they cannot be paired")
    ours, theirs = here.loc[common].to_numpy(), there.loc[common].to_numpy()
    difference, low, high = t_interval(ours - theirs)
    return pd.DataFrame(
        {
            "measure": measures,
            "scenario": scenario,
            "reference": reference,
            "difference": difference,
            "ci_low": low,
            "ci_high": high,
            "effect_size": _effect_size(ours, theirs),
            "replicates": len(common),
        }
    )


def _effect_size(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
    difference = ours.mean(axis=0) - theirs.mean(axis=0)
    if len(ours) < 2:
        return np.full_like(difference, np.nan)
    pooled = np.sqrt((_sd(ours) ** 2 + _sd(theirs) ** 2) / 2)
    negligible = _NEGLIGIBLE * np.maximum(np.abs(ours).max(axis=0), np.abs(theirs).max(axis=0))
    without_spread = np.where(np.abs(difference) <= negligible, 0.0, np.nan)
    has_spread = pooled > negligible
    return np.where(has_spread, difference / np.where(has_spread, pooled, 1.0), without_spread)


def _sd(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)
    return np.asarray(values.std(axis=0, ddof=1))


def _measures_of(runs: pd.DataFrame) -> list[str]:
    return [str(name) for name in runs.columns if name not in RUN_KEYS]


def _values(runs: pd.DataFrame, scenario: str, *, measures: Sequence[str]) -> pd.DataFrame:
    """Return the measures of a scenario's runs as numbers, with the replicate as index."""
    rows = runs[runs["scenario"] == scenario].set_index("replicate")
    if rows.index.has_duplicates:
        raise ValueError(f"scenario {scenario!r} has a replicate more than once: keep one run for each")
    values = rows[list(measures)].astype(float)
    missing = [name for name in measures if values[name].isna().any()]
    if missing:
        raise ValueError(f"scenario {scenario!r} has missing values in: {', '.join(missing)}")
    return values
