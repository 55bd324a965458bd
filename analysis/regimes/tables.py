"""What hangs on the words: names of months when one threshold moves, and clusters that are found without any words.

*Values* are measures of runs: scenario -> measure -> (runs, months). A partnership that is dissolved has no measures
but that it is; for clusters they count as 0.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared.libraries import library
from sim import PARAMETERS
from sim.parameters import RegimeThresholds
from sim.regimes import READ, REGIMES, name_regimes

Values = Mapping[str, Mapping[str, NDArray[np.float64]]]

FACTORS = (0.5, 0.75, 1.0, 1.25, 1.5)
"""By which each threshold is multiplied, the others as they are."""

MOST_CLUSTERS = 8

WHOLE, AT_THE_END = "the whole run, year by year", "the last year"
"""What runs are clustered by."""

_MONTHS_IN_YEAR = 12
_CLUSTERED_AT_MOST = 4_000
"""Runs of which silhouettes are taken: distances between all pairs are needed."""


def thresholds() -> list[str]:
    """Return the thresholds by name, without those that are 0 and so do not move with a factor.

    >>> "talking_decisions" in thresholds(), "growth_added_value" in thresholds()
    (True, False)
    """
    return [
        field.name for field in dataclasses.fields(RegimeThresholds) if getattr(RegimeThresholds(), field.name) != 0.0
    ]


def shares_by_threshold(
    values: Values, levels: Mapping[str, RegimeThresholds], factors: Sequence[float] = FACTORS
) -> pd.DataFrame:
    """Return how months are named when one threshold is another: a row a scenario, threshold, factor and regime.

    Columns: scenario, threshold, factor, level (kept within what is allowed), regime, share_of_months, share_at_end (of
    runs, in their last month), renamed (share of months that have another name than as it is; the same for all regimes
    of a factor).

    >>> nobody_came = {"ordinary": {name: np.zeros((2, 12)) for name in READ}}
    >>> named = shares_by_threshold(nobody_came, {"ordinary": RegimeThresholds()})
    >>> named.loc[named["share_at_end"] == 1.0, "regime"].unique().tolist()
    ['hollow']
    """
    rows = []
    for scenario, measures in values.items():
        as_it_is = name_regimes(measures, levels[scenario])
        for threshold in thresholds():
            for factor in factors:
                level = _within(threshold, factor * getattr(levels[scenario], threshold))
                named = name_regimes(measures, dataclasses.replace(levels[scenario], **{threshold: level}))
                told = {"scenario": scenario, "threshold": threshold, "factor": factor, "level": level}
                told["renamed"] = float((named != as_it_is).mean())
                for number, regime in enumerate(REGIMES):
                    here = named == number
                    shares = {"share_of_months": float(here.mean()), "share_at_end": float(here[:, -1].mean())}
                    rows.append({**told, "regime": regime, **shares})
    return pd.DataFrame(rows)


def _within(threshold: str, level: float) -> float:
    declared = PARAMETERS[f"regimes.{threshold}"]
    assert declared.low is not None
    assert declared.high is not None
    return float(min(max(level, declared.low), declared.high))


# ---------------------------------------------------------------------------- clusters


@dataclasses.dataclass(frozen=True)
class Clusters:
    """Clusters of runs that were found without words, beside the words for their last months."""

    agreement: pd.DataFrame
    """A row a number of clusters: of (what they are found by), clusters, silhouette, adjusted_rand, best (the highest
    silhouette of these)."""
    members: pd.DataFrame
    """The clusters of the best number: of, cluster (1 the largest), regime, runs."""


def clusters(
    values: Values, levels: Mapping[str, RegimeThresholds], *, seed: int, most: int = MOST_CLUSTERS
) -> Clusters:
    """Return clusters of the runs of all scenarios together, and how well they agree with the words.

    K-means (scikit-learn) on the measures from which regimes are named, each in standard deviations, yearly means: of
    the whole run, and of the last year alone. There are as many clusters as give the highest silhouette, 2 to
    ``most``. Agreement is the adjusted Rand index with the regimes of the last month (Hubert and Arabie 1985): 1 the
    same, 0 by chance. Runs have equally many months.

    >>> kinds = {name: np.repeat([[0.0], [1.0]], 4, axis=0) * np.ones(24) for name in READ}
    >>> found = clusters({"two kinds": kinds}, {"two kinds": RegimeThresholds()}, seed=1, most=2)
    >>> found.agreement["adjusted_rand"].tolist()
    [1.0, 1.0]
    """
    ends = np.concatenate([name_regimes(of, levels[name])[:, -1] for name, of in values.items()])
    yearly = np.concatenate([_by_year(of) for of in values.values()])
    found = {WHOLE: yearly.reshape(len(yearly), -1), AT_THE_END: yearly[:, -1]}
    tables = [_clustered(_in_deviations(points), ends, of=of, seed=seed, most=most) for of, points in found.items()]
    return Clusters(*(pd.concat(each, ignore_index=True) for each in zip(*tables, strict=True)))


def _by_year(measures: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return yearly means (runs, years, measures)."""
    monthly = np.stack([np.nan_to_num(np.asarray(measures[name], dtype=float)) for name in READ], axis=-1)
    runs, months, count = monthly.shape
    years = months // _MONTHS_IN_YEAR
    whole_years = monthly[:, months - years * _MONTHS_IN_YEAR :]
    return np.asarray(whole_years.reshape(runs, years, _MONTHS_IN_YEAR, count).mean(axis=2))


def _in_deviations(points: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = points.std(axis=0)
    return np.asarray((points - points.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0))


def _clustered(
    points: NDArray[np.float64], ends: NDArray[np.int8], *, of: str, seed: int, most: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    methods = library("sklearn.cluster", purpose="clusters of runs", extra="explore")
    metrics = library("sklearn.metrics", purpose="clusters of runs", extra="explore")
    rows, labels = [], {}
    for count in range(2, min(most, len(points) - 1) + 1):
        labels[count] = methods.KMeans(count, n_init=10, random_state=seed).fit_predict(points)
        some = min(_CLUSTERED_AT_MOST, len(points))
        rows.append(
            {
                "of": of,
                "clusters": count,
                "silhouette": metrics.silhouette_score(points, labels[count], sample_size=some, random_state=seed),
                "adjusted_rand": metrics.adjusted_rand_score(ends, labels[count]),
            }
        )
    agreement = pd.DataFrame(rows)
    agreement["best"] = agreement["silhouette"] == agreement["silhouette"].max()
    best = labels[int(agreement.loc[agreement["best"], "clusters"].iloc[0])]
    sizes = pd.Series(best).value_counts()
    rank = {cluster: place for place, cluster in enumerate(sizes.index, 1)}
    members = pd.DataFrame({"cluster": pd.Series(best).map(rank), "regime": [REGIMES[end] for end in ends]})
    counted = members.value_counts(sort=False).rename("runs").reset_index()
    return agreement, counted.assign(of=of)[["of", "cluster", "regime", "runs"]]
