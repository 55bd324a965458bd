"""choose behaviour parameters by a documented search over their priors.

A Latin hypercube of draws from the priors (the declared ranges of the uncertain parameters) is set
against the declared patterns; the share of draws that pass each pattern is part of the answer. From
the best of them differential evolution (Storn and Price 1997, SciPy) goes on to reduce the sum of
shortfalls. The chosen set is run again with seeds that the search never saw, and that scoreboard is
what is reported, passed or failed. No criterion is changed by the search.

Writes prior_draws.csv, prior_shares.csv, chosen.yaml, scoreboard.csv and manifest.json.

For example:
  partnerships fit
  partnerships fit draws=1000 generations=60 runs=80 output=outputs/fit_large
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize
from scipy.stats import qmc

from analysis.patterns import MEASURES_READ, PATTERNS, Experiments, margins
from experiments.pattern_runs import Batch
from sim import PARAMETERS, Parameter, Scenario, simulate_ensemble

SAFETY = 0.05
"""How far inside its band a pattern has to lie, as a share of the bound, to count as nothing to improve."""

REPLICATES_APART = 1000
"""Places of one batch take replicates this far apart, so that they do not share their luck."""


def uncertain_parameters() -> list[Parameter]:
    """Return the parameters that are searched, in the order of declaration."""
    return [parameter for parameter in PARAMETERS.values() if parameter.role == "uncertain"]


def prior_draws(n: int, *, seed: int) -> NDArray[np.float64]:
    """Return a Latin hypercube of ``n`` draws (n, parameters) from the priors, uniform on each range."""
    searched = uncertain_parameters()
    unit = qmc.LatinHypercube(d=len(searched), rng=seed).random(n)
    return np.asarray(qmc.scale(unit, [p.low for p in searched], [p.high for p in searched]))


def experiments_of(
    draws: NDArray[np.float64], batches: Sequence[Batch], *, seed: int, threads: int | None = None
) -> list[Experiments]:
    """Return what the patterns read, for each row of ``draws`` (draws, parameters)."""
    gathered: list[dict[str, dict[str, NDArray[np.float64]]]] = [{} for _ in draws]
    for batch in batches:
        # (draws, replicates, months, measures), place after place
        places = [
            simulate_ensemble(
                [_with_behaviour(scenario, row) for row in draws],
                replicates=[REPLICATES_APART * number + r for r in range(batch.replicates)],
                seed=seed,
                measures=MEASURES_READ,
                threads=threads,
            ).values
            for number, scenario in enumerate(batch.scenarios)
        ]
        runs = np.concatenate(places, axis=1)
        for found, of_draw in zip(gathered, runs, strict=True):
            found[batch.name] = {name: of_draw[:, :, k] for k, name in enumerate(MEASURES_READ)}
    return list(gathered)


def _with_behaviour(scenario: Scenario, row: NDArray[np.float64]) -> Scenario:
    names = [parameter.path.removeprefix("behaviour.") for parameter in uncertain_parameters()]
    values = {name: float(value) for name, value in zip(names, row, strict=True)}
    return dataclasses.replace(scenario, behaviour=dataclasses.replace(scenario.behaviour, **values))


def shortfall(found: Mapping[str, float]) -> float:
    """Return how much the patterns miss in all: 0 when each lies inside its band by ``SAFETY``."""
    return float(sum(min(1.0 + SAFETY, max(0.0, SAFETY - margin)) for margin in found.values()))
