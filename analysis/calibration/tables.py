"""From many runs, each with numbers of its own, to what observed targets say of the numbers.

Semi-automatic approximate Bayesian computation on a table of runs:

1. Each number is regressed on what a run showed at the targets, measurement error included (ridge regression on
   powers up to the third). What the regression expects of a number is its *summary* (Fearnhead and Prangle 2012). The
   share of the number's variance that it tells, on runs that it was not trained on, is how far targets identify it.
2. The runs nearest to what was observed, by the summaries of the numbers that are identified, are accepted, and their
   numbers moved by a linear regression to where they would be had the run shown just that (Beaumont, Zhang and Balding
   2002).

A run is one history, with chance of its own, as what was observed is one history; so months of one series that hang
together count as what they are, and intervals carry chance, measurement error and what is unknown of all other numbers.
Of boosted trees in place of powers the shares told were the same within a hundredth, after fifty times the work.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.patterns.fitted import LEVEL, coverage_table
from analysis.shared.libraries import library

Numbers = NDArray[np.float64]
Whole = NDArray[np.intp]

PURPOSE = "calibration to targets"
EXTRA = "explore"

IDENTIFIED = 0.1
"""Share of its prior variance that targets have to take away for a number to count as identified by them."""

ACCEPTED = 320
"""Runs that are accepted, those nearest to what was observed."""

DUMMIES = 10
"""Numbers that no run had: what is told of them is what a regression tells by chance."""

FOLDS = 5

_FARTHEST = 4.0
"""Standard deviations beyond which what a run showed counts as that far: powers of more would decide alone."""

_RIDGE = 10.0


@dataclasses.dataclass(frozen=True)
class Told:
    """What targets tell of numbers, by a table of runs."""

    points: Numbers
    """(runs, numbers) shares of the way through the priors' ranges."""
    summaries: Numbers
    """(runs, numbers) what the regression expects of each number of a run that it was not trained on."""
    share_told: Numbers
    """(numbers,) share of the variance of each number that is told, at most 1; near 0 or below: nothing."""
    by_chance: float
    """The largest share told of ten numbers that no run had."""
    model: Any

    def summary_of(self, observed: Numbers) -> Numbers:
        """Return what the regression expects of each number, (numbers,), where ``observed`` (targets,) is shown."""
        return np.asarray(self.model.predict(observed[None, :])[0, : self.points.shape[1]])

    @property
    def identified(self) -> Whole:
        """Return the places of the numbers of which targets take away a tenth of the variance or more."""
        return np.flatnonzero((self.share_told >= IDENTIFIED) & (self.share_told > self.by_chance))


def told(points: Numbers, seen: Numbers) -> Told:
    """Return what targets tell of numbers, from ``points`` (runs, numbers) in the unit cube and what runs showed.

    ``seen`` (runs, targets) has the measurement error of the targets in it. Raises MissingLibrary without scikit-learn.

    >>> rng = np.random.default_rng(1)
    >>> points = rng.random((2000, 2))
    >>> found = told(points, points[:, :1] + rng.normal(0.0, 0.1, (2000, 1)))
    >>> found.identified.tolist(), bool(found.share_told[0] > 0.8)
    ([0], True)
    """
    unseen = np.random.default_rng(0).random((len(points), DUMMIES))
    everything = np.column_stack([points, unseen])
    model = _regression()
    selection = library("sklearn.model_selection", purpose=PURPOSE, extra=EXTRA)
    folds = selection.KFold(FOLDS, shuffle=True, random_state=1)
    with one_thread():
        expected = np.asarray(selection.cross_val_predict(model, seen, everything, cv=folds))
        model.fit(seen, everything)
    shares = 1.0 - ((everything - expected) ** 2).mean(axis=0) / everything.var(axis=0)
    n = points.shape[1]
    return Told(points, expected[:, :n], shares[:n], float(shares[n:].max()), model)


def one_thread() -> Any:
    """Return a context in which libraries use a thread each, so that sums do not depend on how many there are.

    >>> with one_thread():
    ...     pass
    """
    return library("threadpoolctl", purpose=PURPOSE, extra=EXTRA).threadpool_limits(limits=1)


def _regression() -> Any:
    pipeline = library("sklearn.pipeline", purpose=PURPOSE, extra=EXTRA)
    preprocessing = library("sklearn.preprocessing", purpose=PURPOSE, extra=EXTRA)
    linear = library("sklearn.linear_model", purpose=PURPOSE, extra=EXTRA)
    return pipeline.make_pipeline(
        preprocessing.StandardScaler(),
        preprocessing.FunctionTransformer(_powers),
        preprocessing.StandardScaler(),
        linear.Ridge(_RIDGE),
    )


def _powers(standardised: Numbers) -> Numbers:
    within = np.clip(standardised, -_FARTHEST, _FARTHEST)
    return np.column_stack([within, within**2, within**3])


# ------------------------------------------------------------------------ accepted sets


@dataclasses.dataclass(frozen=True)
class Accepted:
    """The runs that are accepted."""

    rows: Whole
    """(sets,) their places in the table, the nearest first."""
    points: Numbers
    """(sets, numbers) in the unit cube: those that are identified moved, all others as they were drawn."""


def accepted(
    found: Told, summary: Numbers, free: Whole, *, count: int = ACCEPTED, leave: int | None = None
) -> Accepted:
    """Return the ``count`` runs whose summaries of the ``free`` numbers are nearest to ``summary`` (numbers,).

    Distances are in standard deviations of each summary; run ``leave``, if given, is never accepted.

    >>> points = np.random.default_rng(1).random((2000, 2))
    >>> found = told(points, points[:, :1])
    >>> kept = accepted(found, found.summary_of(np.array([0.3])), found.identified, count=50)
    >>> kept.points.mean(axis=0).round(1).tolist()[0]
    0.3
    """
    if not len(free):
        rows = np.arange(len(found.points))
        rows = rows[rows != leave][:count]
        return Accepted(rows, found.points[rows])
    spread = found.summaries[:, free].std(axis=0)
    apart = (found.summaries[:, free] - summary[free]) / spread
    distances = (apart**2).sum(axis=1)
    if leave is not None:
        distances[leave] = np.inf
    count = min(count, len(distances) - (leave is not None))
    nearest = np.argpartition(distances, count - 1)[:count]
    rows = nearest[np.argsort(distances[nearest], kind="stable")]
    points = found.points[rows].copy()
    causes = np.column_stack([np.ones(count), apart[rows]])
    slopes = np.linalg.lstsq(causes, points[:, free], rcond=None)[0][1:]
    points[:, free] = _folded(points[:, free] - apart[rows] @ slopes)
    return Accepted(rows, points)


def _folded(points: Numbers) -> Numbers:
    """Return points folded back into the unit cube at its faces."""
    folded = np.abs(points) % 2.0
    return np.asarray(np.where(folded > 1.0, 2.0 - folded, folded))


def contraction_of(points: Numbers) -> Numbers:
    """Return how far sets (sets, numbers) contract from a flat prior: 1 − variance over prior variance, each number.

    >>> contraction_of(np.linspace(0.0, 1.0, 1001)[:, None]).round(2).tolist()
    [-0.0]
    """
    return np.asarray(1.0 - 12.0 * points.var(axis=0))


# ------------------------------------------------------------------------- diagnostics


def coverage_of(
    found: Told, free: Whole, names: Sequence[str], *, planted: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return whether intervals cover planted truths: simulation-based calibration on one table of runs.

    ``planted`` runs stand for what was observed, one by one; sets are accepted among all others as they are for one's
    own targets. Returns the table of ``analysis.patterns.fitted.coverage_table``, and a row a trial and number: trial,
    parameter, truth, low, high (the middle 90 %; shares of the way through the prior's range), rank (share of accepted
    sets below the truth).

    >>> points = np.random.default_rng(1).random((2000, 2))
    >>> seen = points[:, :1] + np.random.default_rng(2).normal(0.0, 0.2, (2000, 1))
    >>> table, trials = coverage_of(told(points, seen), np.array([0]), ["a", "b"], planted=100, seed=1)
    >>> bool(0.8 < table.loc[0, "covered"] <= 1.0), len(trials)
    (True, 100)
    """
    chosen = np.random.default_rng(seed).permutation(len(found.points))[:planted]
    ranks = np.empty((len(chosen), len(free)))
    rows = []
    for trial, truth in enumerate(chosen):
        kept = accepted(found, found.summaries[truth], free, leave=int(truth)).points[:, free]
        at = found.points[truth, free]
        low, high = np.quantile(kept, [0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0], axis=0)
        ranks[trial] = ((kept < at).sum(axis=0) + 0.5) / (len(kept) + 1)
        rows += [
            {"trial": trial, "parameter": names[k], "truth": t, "low": a, "high": b, "rank": r}
            for k, t, a, b, r in zip(free, at, low, high, ranks[trial], strict=True)
        ]
    return coverage_table(ranks, [names[k] for k in free]), pd.DataFrame(rows)


def each_left_out(
    points: Numbers, seen: Numbers, observed: Numbers, names: Sequence[str], targets: Sequence[str], free: Whole
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each target identifies, and whether the others predict it, by leaving out one after the other.

    ``points`` (runs, numbers) and ``seen`` (runs, targets) are those of prior draws. Returns a row a target and free
    number: target, parameter, contraction_on_prior_runs (with all targets), contraction_without_target, lost (the
    difference); and a row a target: target, value, low, high (the middle 90 % of what runs accepted by the others
    show, measurement error included) and predicted (the value lies between them).

    >>> rng = np.random.default_rng(1)
    >>> points = rng.uniform(size=(2000, 1))
    >>> seen = points + 0.05 * rng.standard_normal((2000, 2))
    >>> lost, ranges = each_left_out(points, seen, np.array([0.5, 0.5]), ["rate"], ["x", "y"], np.array([0]))
    >>> list(ranges["predicted"])
    [True, True]
    """
    some = points[:, free]
    everything = np.arange(len(free))
    whole = contraction_of(_accepted_by(some, seen, observed, everything).points)
    lost, ranges = [], []
    for k, target in enumerate(targets):
        others = np.delete(np.arange(len(targets)), k)
        kept = _accepted_by(some, seen[:, others], observed[others], everything)
        without = contraction_of(kept.points)
        lost += [
            {
                "target": target,
                "parameter": names[n],
                "contraction_on_prior_runs": a,
                "contraction_without_target": b,
                "lost": a - b,
            }
            for n, a, b in zip(free, whole, without, strict=True)
        ]
        low, high = np.quantile(seen[kept.rows, k], [0.05, 0.95])
        inside = bool(low <= observed[k] <= high)
        ranges.append({"target": target, "value": observed[k], "low": low, "high": high, "predicted": inside})
    return pd.DataFrame(lost), pd.DataFrame(ranges)


def _accepted_by(points: Numbers, seen: Numbers, observed: Numbers, free: Whole) -> Accepted:
    if not seen.shape[1]:  # a target that stands alone: without it nothing is known
        return Accepted(np.arange(len(points)), points)
    found = told(points, seen)
    return accepted(found, found.summary_of(observed), free)


def identified_by(lost: pd.DataFrame) -> pd.Series:
    """Return, by number, the target without which it contracts least, the one that identified it.

    Empty where no target alone makes a difference of a twentieth of the variance: several say the same.

    >>> lost = pd.DataFrame({"target": ["x", "y"], "parameter": "a", "lost": [0.3, 0.01]})
    >>> identified_by(lost).to_dict()
    {'a': 'x'}
    """
    most = lost.sort_values("lost", ascending=False, kind="stable").drop_duplicates("parameter").set_index("parameter")
    return most["target"].where(most["lost"] >= 0.05, "")
