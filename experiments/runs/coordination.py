"""Runs of the coordination games: boards that grow slowly, with informed or uninformed newcomers, or start large."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.docking import coordination
from experiments.compose import load_scenario
from sim import Scenario, simulate_ensemble

SCENARIOS: Mapping[str, str] = {
    coordination.AT_ONCE: "study/coordination_at_once",
    coordination.INFORMED: "study/coordination_grown_informed",
    coordination.UNINFORMED: "study/coordination_grown_uninformed",
}
"""The scenario of each way to a board of sixteen."""


def coordination_scenarios() -> dict[str, Scenario]:
    """Return the scenario of each way to grow, as configured."""
    return {growth: load_scenario(name) for growth, name in SCENARIOS.items()}


def efforts(scenarios: Mapping[str, Scenario], *, replicates: int, seed: int) -> pd.DataFrame:
    """Return one row a run and month: growth, replicate, month, minimum and mean engagement of members (0 to 1)."""
    ensemble = simulate_ensemble(
        scenarios, replicates=replicates, seed=seed, measures=["engagement"], record_partners=True
    )
    assert ensemble.partners is not None
    columns = ensemble.partner_columns
    sits = ensemble.partners[..., columns.index("is_member")] > 0.0
    engaged = ensemble.partners[..., columns.index("engagement")]
    members = sits.sum(axis=-1)
    least = np.where(members > 0, np.where(sits, engaged, np.inf).min(axis=-1), 0.0)
    mean = np.where(sits, engaged, 0.0).sum(axis=-1) / np.maximum(members, 1)
    growth, replicate, month = np.indices(least.shape)
    return pd.DataFrame(
        {
            "growth": np.array(list(scenarios), dtype=object)[growth.ravel()],
            "replicate": replicate.ravel(),
            "month": month.ravel(),
            "minimum": least.ravel(),
            "mean": mean.ravel(),
        }
    )
