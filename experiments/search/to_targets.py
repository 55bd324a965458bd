"""A calibration to the targets of a case from end to end: what is left of the prior, what is accepted and follows."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.calibration.tables import Accepted, Told, accepted, each_left_out, identified_by, told
from analysis.patterns.calibration import contractions
from experiments.search.objective import values_in
from experiments.search.targets import Matched, TargetRuns, matched
from experiments.terminal import progress_bar
from sim import PARAMETERS

Numbers = NDArray[np.float64]

PREDICTING = 1
"""What is added to the seed where accepted sets are run once more."""

_PRIOR_RUNS = 512
_QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


@dataclasses.dataclass(frozen=True)
class FoundByTargets:
    """What a calibration to targets comes to."""

    runs: TargetRuns
    matched: Matched
    told_by_prior: Told
    """By the runs of the prior."""
    told: Told
    """By the runs that are left in the end."""
    free: NDArray[np.intp]
    """Places of the numbers that the targets identify."""
    accepted: Accepted
    points: Numbers
    """(sets, numbers) those of the accepted ones that are kept, in the unit cube."""
    chosen: int
    """The place among them of the one nearest their mean."""
    lost: pd.DataFrame
    """What each target identifies: the first table of ``each_left_out``."""
    without: pd.DataFrame
    """What the others predict of each target: its second."""

    @property
    def sets(self) -> list[dict[str, float]]:
        """Return the accepted sets that are kept."""
        return [
            dict(zip(self.runs.names, map(float, row), strict=True))
            for row in values_in(self.points, self.runs.parameters)
        ]

    @property
    def whole_sets(self) -> list[dict[str, float]]:
        """Return the same with the numbers of behaviour that were not varied, as they were in all runs."""
        return [{**vars(self.runs.scenario.behaviour), **numbers} for numbers in self.sets]

    @property
    def labels(self) -> dict[str, str]:
        """Return the label of each target by its name."""
        return {target.id: target.label for target in self.runs.targets}

    @property
    def numbers(self) -> pd.DataFrame:
        """Return what was learnt of each number: first those that are identified, by their contraction.

        Columns: those of ``contractions``; share_told (of the prior variance, by the targets, on average over the
        prior), identified, and identified_by (label of a target, '' for several or none).
        """
        own = {parameter.path: parameter for parameter in self.runs.parameters}
        table = contractions(
            self.accepted.points, self.runs.names, self.sets[self.chosen], declared={**PARAMETERS, **own}
        )
        share = dict(zip(self.runs.names, self.told_by_prior.share_told, strict=True))
        free = {self.runs.names[k] for k in self.free}
        by = identified_by(self.lost).to_dict() if len(self.lost) else {}
        table = table.assign(
            share_told=[share[name] for name in table["parameter"]],
            identified=[name in free for name in table["parameter"]],
            identified_by=[self.labels.get(by.get(name, ""), "") for name in table["parameter"]],
        )
        order = table["contraction"].where(table["identified"], -np.inf).sort_values(ascending=False, kind="stable")
        return table.loc[order.index].reset_index(drop=True)


def found_by_targets(
    runs: TargetRuns, folder: Path, *, draws: int, a_wave: int, most_waves: int, sample: int
) -> FoundByTargets:
    """Return what a calibration to targets comes to, going on with what the folder holds."""
    found = matched(runs, folder, draws=draws, a_wave=a_wave, most_waves=most_waves)
    with progress_bar("steps of reading the runs", total=3) as advance:
        by_prior = told(runs.points_in(found.prior), runs.measured(found.prior))
        free = by_prior.identified
        advance(1)
        by_left = told(runs.points_in(found.left), runs.measured(found.left))
        kept = accepted(by_left, by_left.summary_of(runs.values), free)
        advance(1)
        lost, without = each_left_out(
            by_prior.points, runs.measured(found.prior), runs.values, list(runs.names), list(runs.ids), free
        )
        advance(1)
    rows = np.random.default_rng([runs.seed, 10_000]).permutation(len(kept.points))[:sample]
    points = kept.points[rows]
    apart = ((points[:, free] - points[:, free].mean(axis=0)) ** 2).sum(axis=1)
    return FoundByTargets(runs, found, by_prior, by_left, free, kept, points, int(apart.argmin()), lost, without)


@dataclasses.dataclass(frozen=True)
class Predicted:
    """What accepted sets show, on a seed that nothing was accepted on."""

    series: Numbers
    """(sets, runs, months, measures)"""
    at_targets: Numbers
    """(sets, runs, targets), without measurement error."""
    bands: pd.DataFrame
    """A row a measure and month: measure, date, prior_low, prior_high, q05, q25, q50, q75, q95, over runs."""
    targets: pd.DataFrame
    """A row a target: target, label, measure, month, to, value, standard_error; low and high (the middle 90 % of what
    would be measured), inside; predicted_low, predicted_high and predicted, where it was left out."""


def predicted(found: FoundByTargets, *, runs: int) -> Predicted:
    """Return what is predicted by the accepted sets that are kept, in about so many runs of all of them."""
    asked = found.runs
    each = max(1, round(runs / len(found.points)))
    series = asked.series(found.points, replicates=each, seed=asked.seed + PREDICTING)
    before = found.told_by_prior.points[:_PRIOR_RUNS]
    prior = asked.series(before, replicates=1, seed=asked.seed + PREDICTING)
    dates = [asked.scenario.month_label(month) for month in range(series.shape[2])]
    bands = []
    for k, measure in enumerate(asked.measures):
        shown = series[..., k].reshape(-1, len(dates))
        low, high = np.nanquantile(prior[:, 0, :, k], [0.05, 0.95], axis=0)
        columns = {name: np.nanquantile(shown, q, axis=0) for name, q in _QUANTILES.items()}
        bands.append(pd.DataFrame({"measure": measure, "date": dates, "prior_low": low, "prior_high": high, **columns}))
    at_targets = asked.read(series)
    measured = at_targets.reshape(-1, len(asked.targets))
    measured = measured + np.random.default_rng([asked.seed, 78]).normal(size=measured.shape) * asked.errors
    low, high = np.nanquantile(measured, [0.05, 0.95], axis=0)
    targets = asked.table_of_targets.assign(
        low=low,
        high=high,
        inside=(low <= asked.values) & (asked.values <= high),
        predicted_low=found.without["low"].to_numpy(),
        predicted_high=found.without["high"].to_numpy(),
        predicted=found.without["predicted"].to_numpy(),
    )
    return Predicted(series, at_targets, pd.concat(bands, ignore_index=True), targets)
