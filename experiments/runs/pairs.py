"""Many runs: every scenario with every replicate, in parallel, the same whatever the order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.behaviours import NumberSet, Turn, in_turn
from experiments.runs.turns import portions
from experiments.surroundings import cores
from experiments.terminal import progress_bar
from sim import (
    MEASURES,
    Measure,
    Piece,
    Place,
    Scenario,
    ScenarioError,
    is_compiled,
    month_of,
    simulate,
    simulate_ensemble,
)
from sim.labelled import dates_of, table_of_runs
from sim.measures import FINAL_MONTHS, LAST_MONTH
from sim.state import RUNS_AT_ONCE

Engine = Literal["auto", "mesa", "ensemble"]


@dataclasses.dataclass(frozen=True)
class InPlace:
    """A turn in a place, with a set of numbers or the scenario's own."""

    place: Place
    numbers: NumberSet | None = None

    def of(self, scenario: Scenario) -> Scenario:
        """Return ``scenario`` there, with the numbers."""
        there = dataclasses.replace(scenario, place=self.place)
        return self.numbers.of(there) if self.numbers else there


TRAJECTORIES, RUNS = "trajectories", "runs"
"""Tables that many runs leave, by the names of their files."""

MONTHS_WORTH_COMPILING = 10_000
"""Below this many simulated months Mesa is done before the compiled engine is compiled for the first time."""

_REPLICATES_AT_ONCE = 256
_ROWS_A_GROUP = 16_384
_PORTIONS_PER_WORKER = 8
_MOST_RUNS_IN_A_PORTION = 25
_MONTHS_WORTH_A_PROCESS = 4000
"""Below this many simulated months starting processes costs more than it saves."""


class StoredTable:
    """A table of many runs, in a file that is read column by column: ``months[["scenario", "trust"]]``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[str]:
        """Give the names of the columns."""
        return iter(pq.read_schema(self._path).names)

    def __getitem__(self, names: list[str]) -> pd.DataFrame:
        """Return columns, for all runs, without the words that pandas would copy along with every step."""
        with pq.ParquetFile(self._path, pre_buffer=False) as stored:  # or all of the file would be in memory at last
            read = stored.read(columns=names, use_threads=False)
        columns: pd.DataFrame = read.to_pandas(split_blocks=True, self_destruct=True)
        del read
        pa.default_memory_pool().release_unused()
        columns.attrs = {}
        return columns[names]


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
class _Asked:
    """What whole runs are asked for: every scenario with every replicate."""

    scenarios: Mapping[str, Scenario]
    seed: int
    replicates: range
    workers: int | None
    turns: Sequence[Turn]


@dataclasses.dataclass(frozen=True)
class _Portion:
    """A handful of replicates of one scenario, small enough to share the work out evenly."""

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
    months, runs = [], []

    def keep(some_months: pd.DataFrame, some_runs: pd.DataFrame) -> None:
        months.append(some_months)
        runs.append(some_runs)

    some = range(replicates)
    _run_each(scenarios, keep, seed=seed, replicates=some, engine=engine, workers=workers, turns=turns)
    return RunTable(trajectories=pd.concat(months, ignore_index=True), runs=pd.concat(runs, ignore_index=True))


@dataclasses.dataclass(frozen=True)
class StoredRuns:
    """What many runs left behind in files: the tables of :class:`RunTable`, read column by column."""

    trajectories: StoredTable
    runs: StoredTable


def run_pairs_into(
    folder: Path,
    scenarios: Mapping[str, Scenario],
    *,
    replicates: int,
    needed: Callable[[pd.DataFrame], int] | None = None,
    **asked: Any,
) -> StoredRuns:
    """Do as :func:`run_pairs` does, but write both tables into ``folder`` as they come.

    They are trajectories.parquet and runs.parquet. Memory holds some hundred trajectories at a time. ``needed``, if
    given, says from the final values of these replicates how many there have to be; those that lack are run too, and
    stand behind the first.
    """
    of_months, of_runs = folder / f"{TRAJECTORIES}.parquet", folder / f"{RUNS}.parquet"
    first: list[pd.DataFrame] = []
    with appending(of_months) as more_months, appending(of_runs) as more_runs:

        def keep(months: pd.DataFrame, runs: pd.DataFrame) -> None:
            more_months(months)
            more_runs(runs)
            if needed:
                first.append(runs)

        _run_each(scenarios, keep, replicates=range(replicates), **asked)
        lacking = range(replicates, needed(pd.concat(first, ignore_index=True)) if needed else replicates)
        if lacking:
            needed = None
            _run_each(scenarios, keep, replicates=lacking, **asked)
    return StoredRuns(StoredTable(of_months), StoredTable(of_runs))


@contextmanager
def appending(
    path: Path, words: Callable[[pa.Schema], pa.Schema] | None = None
) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Give what appends a table to those that are in a Parquet file, many rows at a time.

    The file has the words that the tables have, or those that ``words`` puts to its schema.
    """
    waiting: list[pd.DataFrame] = []
    with ExitStack() as stack:
        writer: pq.ParquetWriter | None = None

        def write() -> None:
            nonlocal writer
            part = pd.concat(waiting, ignore_index=True)
            waiting.clear()
            if writer is None:
                schema = pq.read_schema(BytesIO(part.iloc[:0].to_parquet(index=False)))
                schema = words(schema) if words else schema
                writer = stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd", compression_level=1))
            writer.write_table(pa.Table.from_pandas(part, schema=writer.schema, preserve_index=False))

        def append(part: pd.DataFrame) -> None:
            waiting.append(part)
            if sum(map(len, waiting)) >= _ROWS_A_GROUP:
                write()

        yield append
        if waiting:
            write()


def _run_each(
    scenarios: Mapping[str, Scenario],
    keep: Callable[[pd.DataFrame, pd.DataFrame], None],
    *,
    seed: int,
    replicates: range,
    engine: Engine = "auto",
    workers: int | None = None,
    turns: Sequence[Turn] = (),
) -> None:
    """Give trajectories and final values of whole runs to ``keep``, some at a time in the order of the table."""
    chosen = engine_for(len(replicates), engine, scenarios.values())
    run = _run_on_mesa if chosen == "mesa" else _run_sampled if turns else _run_on_ensemble
    measures = measures_of(scenarios.values())
    columns = ["scenario", "replicate", "month", "date", *measures, "regime"]
    with progress_bar("runs", total=len(scenarios) * len(replicates)) as advance:

        def give(part: pd.DataFrame) -> None:
            # A scenario with an extension of its own has measures that others lack.
            months = part if set(part.columns) == set(columns) else part.reindex(columns=columns)
            finals = final_values(months, seed=seed, measures=measures)
            keep(months, finals)
            advance(len(finals))

        run(_Asked(scenarios, seed, replicates, workers, turns), give)


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


def _run_on_ensemble(asked: _Asked, give: Callable[[pd.DataFrame], None]) -> None:
    """Give trajectories from the compiled engine."""
    for name, scenario in asked.scenarios.items():
        for some in portions(asked.replicates, _REPLICATES_AT_ONCE):
            ensemble = simulate_ensemble({name: scenario}, replicates=some, seed=asked.seed, threads=asked.workers)
            give(ensemble.table())


def _run_sampled(asked: _Asked, give: Callable[[pd.DataFrame], None]) -> None:
    """Give trajectories of replicates that take turns, from the compiled engine, in the usual order of rows."""
    together = len(asked.replicates) * len(asked.scenarios) <= RUNS_AT_ONCE
    for some in [asked.scenarios] if together else [{name: one} for name, one in asked.scenarios.items()]:
        _run_in_turns(dataclasses.replace(asked, scenarios=some), give)


def _run_in_turns(asked: _Asked, give: Callable[[pd.DataFrame], None]) -> None:
    """Give trajectories of ``RUNS_AT_ONCE`` runs after another, each in the usual order of rows."""
    scenarios, turns = asked.scenarios, asked.turns
    runs = [
        (name, number, some)
        for name in scenarios
        for number in range(len(turns))
        if (some := asked.replicates[(number - asked.replicates.start) % len(turns) :: len(turns)])
    ]
    which = np.array([list(scenarios).index(name) for name, _, _ in runs])
    left = len(scenarios) * len(asked.replicates)
    waiting: list[Piece] = []

    def put_together(piece: Piece) -> None:
        nonlocal left
        waiting.append(piece)
        here = sum(len(each.replicates) for each in waiting)
        if here == min(left, RUNS_AT_ONCE):
            left -= here
            give(_table_of(waiting, scenarios, which))
            waiting.clear()

    simulate_ensemble(
        {f"{name} {number}": in_turn(scenarios[name], number, turns) for name, number, _ in runs},
        replicates={f"{name} {number}": some for name, number, some in runs},
        seed=asked.seed,
        threads=asked.workers,
        consumer=put_together,
    )


def _table_of(pieces: Sequence[Piece], scenarios: Mapping[str, Scenario], which: NDArray[np.int64]) -> pd.DataFrame:
    """Return the trajectories of pieces, in order; ``which`` of the scenarios it is that a piece tells by a number."""
    of_runs = which[np.concatenate([one.scenarios for one in pieces])]
    replicates = np.concatenate([one.replicates for one in pieces])
    order = np.lexsort((replicates, of_runs))
    first, measures = pieces[0], month_of(*scenarios.values()).measures
    return table_of_runs(
        np.concatenate([one.measures for one in pieces])[order],
        np.concatenate([one.regimes for one in pieces])[order],
        scenarios=np.array(list(scenarios), dtype=object)[of_runs[order]],
        replicates=replicates[order],
        dates=np.array([dates_of(scenario, first.months) for scenario in scenarios.values()])[of_runs[order]],
        months=first.months,
        measures=[measures[name] for name in first.measure_names],
        regime_names=first.regime_names,
    )


def _run_on_mesa(asked: _Asked, give: Callable[[pd.DataFrame], None]) -> None:
    """Give trajectories from the Mesa engine, in parallel processes."""
    n_workers = asked.workers or _enough_workers(asked.scenarios, len(asked.replicates))
    tasks = [
        dataclasses.replace(portion, turns=asked.turns)
        for portion in _portions(asked.scenarios, seed=asked.seed, replicates=asked.replicates, workers=n_workers)
    ]
    running = joblib.Parallel(n_jobs=n_workers, return_as="generator")
    for part in running(joblib.delayed(_run_portion)(task) for task in tasks):
        give(part)


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


def _portions(scenarios: Mapping[str, Scenario], *, seed: int, replicates: range, workers: int) -> Iterator[_Portion]:
    size = len(scenarios) * len(replicates) // (workers * _PORTIONS_PER_WORKER)
    size = min(max(size, 1), _MOST_RUNS_IN_A_PORTION)
    for name, scenario in scenarios.items():
        for some in portions(replicates, size):
            yield _Portion(name, scenario, seed, some)


def _run_portion(portion: _Portion) -> pd.DataFrame:
    """Return the portion's trajectories."""
    parts = []
    for replicate in portion.replicates:
        scenario = in_turn(portion.scenario, replicate, portion.turns)
        measures = simulate(scenario, seed=portion.seed, replicate=replicate).measures
        measures.insert(0, "replicate", replicate)
        measures.insert(0, "scenario", portion.name)
        parts.append(measures)
    return pd.concat(parts, ignore_index=True)
