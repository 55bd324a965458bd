"""Many runs: every scenario with every replicate, in parallel, the same whatever the order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import joblib
import numpy as np
import pandas as pd

from experiments.runs.turns import taking_turns
from experiments.surroundings import cores
from experiments.terminal import progress_bar
from sim import MEASURES, Measure, Scenario, ScenarioError, is_compiled, month_of, simulate, simulate_ensemble
from sim.measures import FINAL_MONTHS, LAST_MONTH

Engine = Literal["auto", "mesa", "ensemble"]

Turn = Mapping[str, Any]
"""What a replicate has in place of what its scenario states: a behaviour, or a place."""

MONTHS_WORTH_COMPILING = 10_000
"""Below this many simulated months Mesa is done before the compiled engine is compiled for the first time."""

_REPLICATES_AT_ONCE = 256
_PORTIONS_PER_WORKER = 8
_MOST_RUNS_IN_A_PORTION = 25
_MONTHS_WORTH_A_PROCESS = 4000
"""Below this many simulated months starting processes costs more than it saves."""


@dataclasses.dataclass(frozen=True)
class RunTable:
    """What many runs leave behind.

    ``trajectories`` has one row a scenario, replicate and month: scenario, replicate, month, date,
    every measure, regime. ``runs`` has one row a run: scenario, replicate, seed, regime at the end, and
    the final value of every measure.
    """

    trajectories: pd.DataFrame
    runs: pd.DataFrame


@dataclasses.dataclass(frozen=True)
class _Portion:
    """A handful of replicates of one scenario, small enough to share the work out evenly."""

    position: int
    name: str
    scenario: Scenario
    seed: int
    replicates: range
    turns: Sequence[Turn] = ()


def run_pairs(
    scenarios: Mapping[str, Scenario],
    *,
    seed: int,
    replicates: int,
    engine: Engine = "auto",
    workers: int | None = None,
    turns: Sequence[Turn] = (),
) -> RunTable:
    """Run every scenario ``replicates`` times and return trajectories and final values.

    Replicate r of every scenario shares all its chance with replicate r of the others, so differences
    are paired. ``engine`` is mesa, ensemble (compiled: much faster once it has been compiled on this
    machine) or auto: ensemble, unless it would have to be compiled for few runs. ``workers`` is the
    number of processes or threads (default: one for each core). The answer depends on neither.
    With ``turns`` replicate r of every scenario has what number r mod n of them states in place of its own.
    """
    chosen = engine_for(replicates, engine, scenarios.values())
    run = _run_on_mesa if chosen == "mesa" else _run_on_ensemble
    together = run(scenarios, seed=seed, replicates=replicates, workers=workers, turns=turns)
    runs = final_values(together, seed=seed, measures=measures_of(scenarios.values()))
    return RunTable(trajectories=together, runs=runs)


def in_turn(scenario: Scenario, replicate: int, turns: Sequence[Turn]) -> Scenario:
    """Return ``scenario`` with what a replicate has in its turn; with no turns, as it is."""
    return dataclasses.replace(scenario, **turns[replicate % len(turns)]) if turns else scenario


def measures_of(scenarios: Iterable[Scenario]) -> dict[str, Measure]:
    """Return the measures that runs of scenarios have: those of the model, and of their extensions."""
    return {name: measure for scenario in scenarios for name, measure in month_of(scenario).measures.items()}


def engine_for(replicates: int, engine: Engine, scenarios: Collection[Scenario]) -> Literal["mesa", "ensemble"]:
    """Return the engine that is asked for; of auto, the one that is sooner done with so many replicates of each."""
    if engine != "auto":
        return engine
    try:
        compiled = all(is_compiled(month_of(scenario)) for scenario in scenarios)
    except ScenarioError:  # it is not let compile here at all
        return "mesa"
    return "mesa" if _months(scenarios, replicates) < MONTHS_WORTH_COMPILING and not compiled else "ensemble"


def _months(scenarios: Iterable[Scenario], replicates: int) -> int:
    return replicates * sum(scenario.months for scenario in scenarios)


def _run_on_ensemble(
    scenarios: Mapping[str, Scenario],
    *,
    seed: int,
    replicates: int,
    workers: int | None,
    turns: Sequence[Turn],
) -> pd.DataFrame:
    """Return trajectories from the compiled engine."""
    with progress_bar("runs", total=len(scenarios) * replicates) as advance:
        if turns:
            return _run_sampled(scenarios, seed, replicates, turns=turns, workers=workers, advance=advance)
        parts = []
        for name, scenario in scenarios.items():
            for first in range(0, replicates, _REPLICATES_AT_ONCE):
                some = range(first, min(first + _REPLICATES_AT_ONCE, replicates))
                ensemble = simulate_ensemble({name: scenario}, replicates=some, seed=seed, threads=workers)
                parts.append(ensemble.table())
                advance(len(some))
    return pd.concat(parts, ignore_index=True)


def _run_sampled(
    scenarios: Mapping[str, Scenario],
    seed: int,
    replicates: int,
    *,
    turns: Sequence[Turn],
    workers: int | None,
    advance: Callable[[int], None],
) -> pd.DataFrame:
    """Return trajectories of replicates that take turns, in the usual order of rows."""

    def of_set(number: int, some: range) -> pd.DataFrame:
        with_set = {name: in_turn(scenario, number, turns) for name, scenario in scenarios.items()}
        return simulate_ensemble(with_set, replicates=some, seed=seed, threads=1).table()

    parts = []
    for some, table in taking_turns(of_set, sets=len(turns), replicates=replicates, workers=workers):
        parts.append(table)
        advance(len(scenarios) * len(some))
    together = pd.concat(parts, ignore_index=True)
    order = together["scenario"].map({name: place for place, name in enumerate(scenarios)})
    keys = np.lexsort((together["month"], together["replicate"], order))
    return together.iloc[keys].reset_index(drop=True)


def _run_on_mesa(
    scenarios: Mapping[str, Scenario],
    *,
    seed: int,
    replicates: int,
    workers: int | None,
    turns: Sequence[Turn],
) -> pd.DataFrame:
    """Return trajectories from the Mesa engine, in parallel processes."""
    n_workers = workers or _enough_workers(scenarios, replicates)
    portions = [
        dataclasses.replace(portion, turns=turns)
        for portion in _portions(scenarios, seed=seed, replicates=replicates, workers=n_workers)
    ]
    running = joblib.Parallel(n_jobs=n_workers, return_as="generator_unordered")(
        joblib.delayed(_run_portion)(portion) for portion in portions
    )
    parts: dict[int, pd.DataFrame] = {}
    with progress_bar("runs", total=len(scenarios) * replicates) as advance:
        for position, trajectories in running:
            parts[position] = trajectories
            advance(len(portions[position].replicates))
    return pd.concat([parts[position] for position in sorted(parts)], ignore_index=True)


def final_values(trajectories: pd.DataFrame, *, seed: int, measures: Mapping[str, Measure] = MEASURES) -> pd.DataFrame:
    """Return one row a run: scenario, replicate, seed, regime at the end, final value of every measure."""
    run = ["scenario", "replicate"]
    by_run = trajectories.groupby(run, sort=False)
    last = by_run.tail(1).set_index(run)
    means = by_run.tail(FINAL_MONTHS).groupby(run, sort=False)[list(measures)].mean()
    as_it_stands = [name for name, measure in measures.items() if measure.at_the_end == LAST_MONTH]
    finals = means.assign(**{name: last[name] for name in as_it_stands})
    finals.insert(0, "regime", last["regime"])
    finals.insert(0, "seed", seed)
    return finals.reset_index()


def _enough_workers(scenarios: Mapping[str, Scenario], replicates: int) -> int:
    return 1 if _months(scenarios.values(), replicates) < _MONTHS_WORTH_A_PROCESS else cores()


def _portions(scenarios: Mapping[str, Scenario], *, seed: int, replicates: int, workers: int) -> Iterator[_Portion]:
    size = len(scenarios) * replicates // (workers * _PORTIONS_PER_WORKER)
    size = min(max(size, 1), _MOST_RUNS_IN_A_PORTION)
    position = 0
    for name, scenario in scenarios.items():
        for first in range(0, replicates, size):
            yield _Portion(position, name, scenario, seed, range(first, min(first + size, replicates)))
            position += 1


def _run_portion(portion: _Portion) -> tuple[int, pd.DataFrame]:
    """Return the portion's position and its trajectories."""
    parts = []
    for replicate in portion.replicates:
        scenario = in_turn(portion.scenario, replicate, portion.turns)
        measures = simulate(scenario, seed=portion.seed, replicate=replicate).measures
        measures.insert(0, "replicate", replicate)
        measures.insert(0, "scenario", portion.name)
        parts.append(measures)
    return portion.position, pd.concat(parts, ignore_index=True)
