"""Running policies over uncertain worlds: accepted parameter sets, places and chance, the same for every policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from analysis.policy.tables import COSTS, PRICED
from experiments.behaviours import NumberSet, in_turn
from experiments.runs.turns import taking_turns
from experiments.values import value_at, with_values
from sim import REGIMES, Place, Scenario, ScenarioError, simulate_ensemble
from sim.levers import FUND_BASE_YEAR, policy_calendar
from sim.measures import FINAL_MONTHS
from sim.parameters import MOST_FUND_GBP_M

FUND_MULTIPLE = "fund_multiple"
"""A lever of mixes: the flexible fund, every year, as a multiple of the place's own allocation of 2003-04."""

_FINALS = ("outcome", "added_value", "dominance")

assert FUND_BASE_YEAR == "2003-04"


@dataclasses.dataclass(frozen=True)
class Worlds:
    """What policies are tried in. Replicate r has parameter set r mod n, whatever the policy."""

    sets: Sequence[NumberSet]
    places: Sequence[Place]
    workers: int | None = None


def with_levers(base: Scenario, values: Mapping[str, Any], place: Place) -> Scenario:
    """Return ``base`` in a place with the levers of a mix, by path; ``fund_multiple`` scales the place's fund."""
    plain = {path: value for path, value in values.items() if path != FUND_MULTIPLE}
    if FUND_MULTIPLE in values and place.fund_series:
        raise ScenarioError(
            f"{FUND_MULTIPLE} is of the fund of 2003-04, and {place.label} has a fund by dates: leave it out of vary"
        )
    if FUND_MULTIPLE in values:
        fund = float(values[FUND_MULTIPLE]) * place.fund_2003_04_gbp_m
        plain["levers.flexible_fund_gbp_m"] = min(fund, MOST_FUND_GBP_M)
    return dataclasses.replace(with_values(base, plain), place=place)


def policy_runs(
    policies: Mapping[Any, Sequence[Scenario]],
    worlds: Worlds,
    *,
    replicates: int,
    seed: int,
    measures: Sequence[str] = (),
    prices: Mapping[str, float] = MappingProxyType({}),
    advance: Callable[[int], None] = lambda runs: None,
    named: str = "replicates",
) -> pd.DataFrame:
    """Return one row a run of every policy in every place; see ``analysis.policy.tables``.

    ``policies`` holds a scenario for each of the places. Columns: policy, place, replicate, parameter_set,
    outcome and added_value (last month), dominance (mean of the last year), cost_gbp_m and its parts
    (over the run), regime (last month), and more ``measures`` (last month). ``prices`` are of levers by path, in £m a
    year of the value 1; with any, ``priced_gbp_m`` is a part of the cost. The same replicate of two policies shares
    its parameter set and all chance. More than memory holds are refused as the setting ``named``.
    """
    keys = [(policy, place.name) for policy in policies for place in worlds.places]

    priced = [priced_gbp_m(scenario, prices) for mine in policies.values() for scenario in mine]

    def of_set(number: int, some: range) -> pd.DataFrame:
        scenarios = [in_turn(scenario, number, worlds.sets) for mine in policies.values() for scenario in mine]
        runs = _finals(scenarios, keys, some, seed=seed, more=measures).assign(parameter_set=number)
        if prices:
            runs[PRICED] = np.repeat(priced, len(some))
            runs["cost_gbp_m"] += runs[PRICED]
        return runs

    tables = []
    turns = taking_turns(of_set, sets=len(worlds.sets), replicates=replicates, workers=worlds.workers, named=named)
    for some, table in turns:
        tables.append(table)
        advance(len(keys) * len(some))
    return pd.concat(tables, ignore_index=True)


def priced_gbp_m(scenario: Scenario, prices: Mapping[str, float]) -> float:
    """Return what levers with a price (£m a year of the value 1, by path) cost over the run, in £m, dates included."""
    calendar = policy_calendar(scenario) if prices else ()
    return sum(price / 12.0 * sum(float(value_at(month, path)) for month in calendar) for path, price in prices.items())


def _finals(
    scenarios: Sequence[Scenario],
    keys: Sequence[tuple[Hashable, str]],
    replicates: Sequence[int],
    *,
    seed: int,
    more: Sequence[str],
) -> pd.DataFrame:
    asked = list(dict.fromkeys([*_FINALS, *COSTS, *more]))
    ensemble = simulate_ensemble(scenarios, replicates=replicates, seed=seed, measures=asked, threads=1)
    columns: dict[str, Any] = {
        "policy": np.repeat(np.array([policy for policy, _ in keys], dtype=object), len(replicates)),
        "place": np.repeat(np.array([place for _, place in keys], dtype=object), len(replicates)),
        "replicate": np.tile(np.array(replicates), len(keys)),
    }
    for name in dict.fromkeys(["outcome", "added_value", *more]):
        columns[name] = ensemble.array_of(name)[..., -1].ravel()
    columns["dominance"] = ensemble.array_of("dominance")[..., -FINAL_MONTHS:].mean(axis=-1).ravel()
    for name in COSTS:
        columns[name] = ensemble.array_of(name).sum(axis=-1).ravel()
    columns["cost_gbp_m"] = np.sum([columns[name] for name in COSTS], axis=0)
    columns["regime"] = np.array(REGIMES, dtype=object)[ensemble.final_regimes.ravel()]
    return pd.DataFrame(columns)
