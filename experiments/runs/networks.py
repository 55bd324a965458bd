"""The network of chosen months of many runs, as a list of edges: who trusts and is tied to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import joblib
import pandas as pd
import pyarrow as pa

from experiments.behaviours import Turn, in_turn
from experiments.errors import CommandError
from experiments.runs.pairs import Engine, appending, engine_for
from experiments.runs.ties import MEETINGS, edges_of, record_of
from experiments.runs.turns import portions, taking_turns
from experiments.terminal import progress_bar
from sim import Record, Scenario, simulate, simulate_ensemble
from sim.population import seats_of

ALL_MONTHS = ("all",)

_EDGES_AT_ONCE = 500_000
"""Some 100 MB while they are put together."""


def months_named(dates: Sequence[str], scenario: Scenario) -> list[int]:
    """Return the months of a run, from 0, that are named, in their order; raise CommandError for what it has not."""
    months = {scenario.month_label(month): month for month in range(scenario.months)}
    if tuple(dates) == ALL_MONTHS:
        return list(months.values())
    for date in dates:
        if date not in months:
            raise CommandError(
                f"pairs = {date!r} is not allowed: it takes months of the run, from {scenario.start} to "
                f"{scenario.month_label(scenario.months - 1)}, written [YYYY-MM,YYYY-MM], or all"
            )
    return sorted({months[date] for date in dates})


def edges_at_most(scenario: Scenario, dates: Sequence[str]) -> int:
    """Return how many edges a run leaves at most in these months: an ordered pair of all seats in each."""
    seats = len(seats_of(scenario))
    return len(months_named(dates, scenario)) * seats * (seats - 1)


def write_networks(
    path: Path,
    scenarios: Mapping[str, Scenario],
    dates: Sequence[str],
    *,
    seed: int,
    replicates: int,
    engine: Engine,
    workers: int | None,
    turns: Sequence[Turn],
    words: Callable[[pa.Schema], pa.Schema] | None = None,
) -> None:
    """Write the network of these months of every run into a Parquet file, some runs at a time.

    One row a scenario, replicate, month and ordered pair of members, in this order: scenario, replicate, month (0 is
    the first), date, source, target, trust of the source in the target (0 none to 1 full), is_tied, and the months for
    which the two still work together. Runs are those that :func:`experiments.runs.pairs.run_pairs`
    has, done again. ``words`` puts what columns are to the schema of the file.
    """
    edges = _on_mesa if engine_for(replicates, engine, scenarios.values()) == "mesa" else _on_ensemble
    with progress_bar("networks", total=len(scenarios) * replicates) as advance, appending(path, words) as append:
        for name, scenario in scenarios.items():
            months = months_named(dates, scenario)
            size = max(len(turns), _EDGES_AT_ONCE // max(1, edges_at_most(scenario, dates)), 1)
            for some in portions(range(replicates), size):
                parts = edges(scenario, months, some, seed=seed, workers=workers, turns=turns)
                append(_put_together(name, dict(parts)))
                advance(len(some))


def _put_together(name: str, parts: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    edges = pd.concat([parts[replicate].assign(replicate=replicate) for replicate in sorted(parts)], ignore_index=True)
    edges.insert(0, "replicate", edges.pop("replicate"))
    edges.insert(0, "scenario", name)
    return edges


def _on_ensemble(
    scenario: Scenario,
    months: list[int],
    replicates: range,
    *,
    seed: int,
    workers: int | None,
    turns: Sequence[Turn],
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Give the edges of each replicate from the compiled engine."""

    def of_set(_: int, some: range) -> Record:
        one, threads = in_turn(scenario, some[0], turns), 1 if turns else workers
        return record_of(
            simulate_ensemble([one], replicates=some, seed=seed, months=months, record=MEETINGS, threads=threads)
        )

    sets = max(1, len(turns))
    for some, record in taking_turns(of_set, sets=sets, replicates=replicates, workers=workers, named=None):
        for number, replicate in enumerate(some):
            yield replicate, edges_of(record, months, in_turn(scenario, replicate, turns), run=(0, number))


def _on_mesa(
    scenario: Scenario,
    months: list[int],
    replicates: range,
    *,
    seed: int,
    workers: int | None,
    turns: Sequence[Turn],
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Give the edges of each replicate from the Mesa engine."""
    running = joblib.Parallel(n_jobs=workers or 1)
    one = joblib.delayed(_one_on_mesa)
    found = running(one(in_turn(scenario, replicate, turns), months, seed, replicate) for replicate in replicates)
    yield from zip(replicates, found, strict=True)


def _one_on_mesa(scenario: Scenario, months: list[int], seed: int, replicate: int) -> pd.DataFrame:
    history = simulate(scenario, seed=seed, replicate=replicate, record=MEETINGS, months=months)
    return edges_of(record_of(history), months, scenario)
