"""Choosing the docked parameters: least squares on the published series of both arms."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize

from analysis.docking import public_goods as docking
from experiments.runs.public_goods import tokens_given
from experiments.terminal import progress_bar
from experiments.values import with_values
from sim import Scenario

FITTED: Mapping[str, tuple[float, float]] = {
    "behaviour.contribution_belief": (0.0, 0.6),
    "mechanisms.first_seen_giving": (0.3, 0.9),
    "mechanisms.end_weight": (0.0, 1.0),
    "mechanisms.sanction_gain": (0.0, 0.5),
    "mechanisms.sanction_half_saturation": (0.01, 1.0),
}
"""What docking chooses, each with the range that is searched."""

FITTING_REPLICATES = 2000
FITTING_SEED = 2008
STEP = 1e-3
"""Step of the numerical derivatives: groups share their draws, so the simulated means are smooth."""


@dataclasses.dataclass(frozen=True)
class DockingFit:
    """Where the search ended: the parameters with their standard errors, and the sum of squares in tokens²."""

    values: dict[str, float]
    standard_errors: dict[str, float]
    sum_of_squares: float
    evaluations: int
    searched: Mapping[str, tuple[float, float]]

    def table(self) -> pd.DataFrame:
        """Return one row a parameter: path, value, standard_error, low and high of the range searched."""
        rows = ((path, value, self.standard_errors[path], *self.searched[path]) for path, value in self.values.items())
        return pd.DataFrame(rows, columns=["path", "value", "standard_error", "low", "high"])


def fitted(
    scenarios: Mapping[str, Scenario],
    *,
    replicates: int = FITTING_REPLICATES,
    searched: Mapping[str, tuple[float, float]] = FITTED,
) -> DockingFit:
    """Return the parameters ``searched`` that come closest to both published series, by least squares.

    The search starts in the middle of the ranges, so it does not depend on the values in force. Each period
    of each arm counts alike. The standard errors are those of the linearised problem.
    """
    series = docking.observed().pivot(index="arm", columns="period", values="observed").loc[list(scenarios)]
    target = series.to_numpy(dtype=np.float64)
    low, high = (np.array(bounds) for bounds in zip(*searched.values(), strict=True))
    evaluations = 0

    with progress_bar("evaluations of the fit", total=100) as advance:

        def residuals(point: NDArray[np.float64]) -> NDArray[np.float64]:
            nonlocal evaluations
            evaluations += 1
            advance(1)
            here = dict(zip(searched, map(float, point), strict=True))
            asked = {arm: with_values(scenario, here) for arm, scenario in scenarios.items()}
            means = tokens_given(asked, replicates=replicates, seed=FITTING_SEED).mean(axis=1)
            return np.asarray((means - target).ravel())

        found = optimize.least_squares(
            residuals, x0=0.5 * (low + high), bounds=(low, high), x_scale=high - low, diff_step=STEP
        )
    spare = target.size - len(searched)
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * (2.0 * found.cost / spare)
    errors = np.sqrt(np.diag(covariance))
    return DockingFit(
        values={path: float(f"{value:.4g}") for path, value in zip(searched, found.x, strict=True)},
        standard_errors={path: float(error) for path, error in zip(searched, errors, strict=True)},
        sum_of_squares=float(2.0 * found.cost),
        evaluations=evaluations,
        searched=searched,
    )
