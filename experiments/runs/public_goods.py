"""Runs of the public-goods game: groups of four, with and without sanctions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.docking import public_goods as docking
from experiments.compose import load_scenario
from sim import Scenario, simulate_ensemble

SCENARIOS: Mapping[str, str] = {
    docking.WITHOUT: "study/public_goods",
    docking.WITH: "study/public_goods_sanctions",
}
"""The scenario of each arm."""

GIVEN = "capacity_influence"
"""The measure that is a contribution as a share of what each could give, mean over members."""


def docking_scenarios() -> dict[str, Scenario]:
    """Return the scenario of each arm, as configured."""
    return {arm: load_scenario(name) for arm, name in SCENARIOS.items()}


def simulated_groups(scenarios: Mapping[str, Scenario], *, replicates: int, seed: int) -> pd.DataFrame:
    """Return one row a group and period: arm, replicate, period (from 1), tokens (mean contribution)."""
    parts = []
    for arm, tokens in zip(scenarios, tokens_given(scenarios, replicates=replicates, seed=seed), strict=True):
        number, period = np.indices(tokens.shape)
        columns = {"arm": arm, "replicate": number.ravel(), "period": period.ravel() + 1, "tokens": tokens.ravel()}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def tokens_given(scenarios: Mapping[str, Scenario], *, replicates: int, seed: int) -> NDArray[np.float64]:
    """Return contributions in tokens (arms, groups, periods)."""
    ensemble = simulate_ensemble(scenarios, replicates=replicates, seed=seed, measures=[GIVEN])
    return docking.ENDOWMENT_TOKENS * ensemble[GIVEN]
