"""Sensitivity of everything that was asked of a study: each scenario and outcome in turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from analysis.sensitivity.noise import noise, replicate_sufficiency
from analysis.sensitivity.tables import (
    MAIN_INDEX,
    morris,
    one_at_a_time,
    one_at_a_time_effects,
    pawn,
    ranked,
    shapley,
    sobol,
    sobol_pairs,
)

_SETTLING = 3
"""Parameters of which it is shown how their indices settle."""


@dataclasses.dataclass(frozen=True)
class SensitivityTables:
    """The tables that a sensitivity analysis comes to."""

    indices: pd.DataFrame
    noise: pd.DataFrame
    settling: pd.DataFrame
    effects: pd.DataFrame | None
    """One row a replicate and level; of one_at_a_time only."""
    pairs: pd.DataFrame | None
    """One row a pair of parameters; of sobol_pairs only."""


@dataclasses.dataclass(frozen=True)
class Screening:
    """The design of the draws that are analysed: its method, the range of each parameter, and how it was made."""

    method: str
    draws: pd.DataFrame
    ranges: Mapping[str, Sequence[Any]]
    levels: int
    seed: int


def sensitivity_tables(
    screening: Screening,
    outcomes: pd.DataFrame,
    *,
    precision: float,
    resamples: int,
    advance: Callable[[int], None] = lambda outcomes: None,
) -> SensitivityTables:
    """Return the indices, the part of chance and how both settle, for each scenario and measure of ``outcomes``.

    Raises ValueError, naming measure and scenario, for draws that are no such design.

    >>> draws = pd.DataFrame({"draw": [0, 1, 2], "x": [None, 0.0, 1.0]})
    >>> runs = pd.DataFrame({"scenario": "a", "measure": "m", "draw": [0, 0, 1, 1, 2, 2], "replicate": [0, 1] * 3,
    ...                      "value": [5.0, 5.5, 3.0, 3.5, 6.0, 6.5]})
    >>> screening = Screening("one_at_a_time", draws, {"x": [0.0, 1.0]}, levels=2, seed=1)
    >>> found = sensitivity_tables(screening, runs, precision=0.2, resamples=20)
    >>> found.indices[["scenario", "measure", "parameter"]].drop_duplicates().to_numpy().tolist()
    [['a', 'm', 'x']]
    """
    found: dict[str, list[pd.DataFrame]] = {"indices": [], "settling": [], "effects": [], "pairs": []}
    for (scenario, measure), some in outcomes.groupby(["scenario", "measure"], sort=False):
        keys = {"scenario": scenario, "measure": measure}
        try:
            indices = _indices(screening, resamples=resamples)(some)
            largest = ranked(indices, screening.method)[:_SETTLING]
            quickly = _indices(screening, resamples=0)
            if screening.method == "one_at_a_time":
                effects = one_at_a_time_effects(screening.draws, some)
                found["effects"].append(_led_by(keys, effects))
                quickly = partial(_of_replicates, effects[effects["parameter"].isin(largest)])
            if screening.method == "sobol_pairs":
                pairs = sobol_pairs(
                    screening.draws, some, list(screening.ranges), resamples=resamples, seed=screening.seed
                )
                found["pairs"].append(_led_by(keys, pairs))
            settling = replicate_sufficiency(
                some, indices=quickly, parameters=largest, index=MAIN_INDEX[screening.method], seed=screening.seed
            )
        except ValueError as error:
            raise ValueError(f"{measure}, {scenario}: {error}") from None
        found["indices"].append(_led_by({"method": screening.method, **keys}, indices))
        found["settling"].append(settling)
        advance(1)
    return SensitivityTables(
        indices=pd.concat(found["indices"], ignore_index=True),
        noise=noise(outcomes, precision=precision, seed=screening.seed),
        settling=pd.concat(found["settling"], ignore_index=True),
        effects=_together(found["effects"]),
        pairs=_together(found["pairs"]),
    )


def _indices(screening: Screening, *, resamples: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return the analysis of the design, as a function of the outcomes."""
    draws, ranges, seed = screening.draws, screening.ranges, screening.seed
    match screening.method:
        case "one_at_a_time":
            return lambda some: one_at_a_time(one_at_a_time_effects(draws, some))
        case "morris":
            return lambda some: morris(draws, some, ranges, levels=screening.levels, resamples=resamples, seed=seed)
        case "pawn":
            return lambda some: pawn(draws, some, ranges, resamples=resamples, seed=seed)
        case "shapley":
            return lambda some: shapley(draws, some, list(ranges))
        case _:
            pairs = screening.method == "sobol_pairs"
            return lambda some: sobol(draws, some, list(ranges), pairs=pairs, resamples=max(2, resamples), seed=seed)


def _together(tables: list[pd.DataFrame]) -> pd.DataFrame | None:
    return pd.concat(tables, ignore_index=True) if tables else None


def _of_replicates(effects: pd.DataFrame, some: pd.DataFrame) -> pd.DataFrame:
    """Return the indices of one_at_a_time from the effects in the replicates that ``some`` outcomes have."""
    return one_at_a_time(effects[effects["replicate"].isin(some["replicate"].unique())])


def _led_by(keys: Mapping[str, Any], table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([pd.DataFrame({name: [value] * len(table) for name, value in keys.items()}), table], axis=1)
