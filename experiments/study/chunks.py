"""Computing a chunk of a study: any process that sees the study folder can do it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.behaviours import in_turn
from experiments.errors import one_line
from experiments.study.claims import claimed
from experiments.study.columns import DATE_TYPE, MEAN_OVER_RUN, REGIME_TYPE, months_in, regime_column
from experiments.study.designs import DRAW
from experiments.study.plans import PLAN, RUNS, TRAJECTORIES, YEARS, Chunk, Study, open_study, refuse_other_code
from experiments.study.store import ERROR, is_finished, write_chunk
from experiments.values import with_values
from sim import MEASURES, Measure, Month, Piece, Scenario, ScenarioError, simulate_ensemble
from sim.labelled import NO_REGIME, dates_of
from sim.measures import FINAL_MONTHS, LAST_MONTH
from sim.population import seats_of
from sim.state import LANES

RUN_ERRORS = (ArithmeticError, LookupError, ValueError)
"""What a draw can do wrong. Anything else, such as too little memory, is not the draw's fault."""

_PARTNER_MONTHS_A_CHUNK = 2_800_000
"""About a second of work, and about 80 MB of results on the way."""

_MOST_RUNS_A_CHUNK = 128 * LANES
"""However short the runs: a chunk holds its draws and results in memory."""


def usual_size(scenario: Scenario) -> int:
    """Return how many runs of a scenario take about a second, in whole blocks of the compiled engine.

    Raises :class:`sim.ScenarioError` for a scenario that does not hold together.
    """
    runs = min(_MOST_RUNS_A_CHUNK, _PARTNER_MONTHS_A_CHUNK // (scenario.months * len(seats_of(scenario))))
    return max(1, runs if runs < LANES else runs - runs % LANES)


Outcome = Literal["computed", "finished", "claimed"]
"""What came of a chunk: computed now, finished before, or claimed by another process that is computing it."""


def run_chunk(folder: str, chunk_id: str, *, threads: int | None) -> Outcome:
    """Compute a chunk of the study in ``folder`` in so many threads and store it, unless another process does.

    Raises CommandError if this process has other code than the study was begun with, and OSError if the results
    cannot be stored.
    """
    study = _study(Path(folder), _written(Path(folder) / PLAN))
    chunk = study.chunk_by_id[chunk_id]
    with claimed(study.claims, chunk_id) as mine:
        if not mine:
            return "claimed"
        if is_finished(study, chunk):
            return "finished"
        write_chunk(study, chunk, _tables(study, chunk, threads=threads))
    return "computed"


def _written(path: Path) -> tuple[int, int]:
    """Return when a file was written, and its size: a plan may have grown a moment after it was begun."""
    with path.open("rb") as opened:  # opening asks the server of a shared disk, stat may not
        found = os.fstat(opened.fileno())
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=2)
def _study(folder: Path, _written: tuple[int, int]) -> Study:
    study = open_study(folder, is_trusted=True)  # who gave this chunk to do has opened the study
    refuse_other_code(study)
    return study


def _tables(study: Study, chunk: Chunk, *, threads: int | None) -> dict[str, pa.Table]:
    replicates = range(chunk.first_replicate, chunk.first_replicate + chunk.replicates)
    kept = study.settings[TRAJECTORIES]
    tables: dict[str, list[pa.Table]] = {name: [] for name in (RUNS, *([TRAJECTORIES] if kept else []))}
    for base, some in _turns(study, study.scenarios[chunk.scenario], replicates):
        errors: dict[int, str] = {}
        lived = _lived(
            _drawn(study, chunk, base, errors=errors), partial(_simulated, study, some, threads=threads), errors=errors
        )
        for name, parts in tables.items():
            parts += [table for found in lived for table in found[name]]
        tables[RUNS].append(_failed(errors, some, study.month))
    order = [(DRAW, "ascending"), ("replicate", "ascending"), ("month", "ascending")]
    if kept and not tables[TRAJECTORIES]:  # every run failed
        tables[TRAJECTORIES] = [_trajectories_schema(kept).empty_table()]
    return {
        name: pa.concat_tables(parts).sort_by(order if name == TRAJECTORIES else order[:2])
        for name, parts in tables.items()
    }


def _turns(study: Study, scenario: Scenario, replicates: range) -> list[tuple[Scenario, Sequence[int]]]:
    """Return the scenario as each replicate has it: with its own numbers, or with the set of the sample it takes."""
    if not study.number_sets:
        return [(scenario, replicates)]
    by_set: dict[int, list[int]] = {}
    for replicate in replicates:
        by_set.setdefault(replicate % len(study.number_sets), []).append(replicate)
    return [(in_turn(scenario, some[0], study.number_sets), some) for some in by_set.values()]


def _drawn(study: Study, chunk: Chunk, base: Scenario, *, errors: dict[int, str]) -> dict[int, Scenario]:
    """Return the scenario with the values of each draw, and enter into ``errors`` what is wrong with others."""
    scenarios = {}
    for row in study.draws_of(chunk).to_pylist():
        draw = row.pop(DRAW)
        given = {path: value for path, value in row.items() if value is not None}
        try:
            scenarios[draw] = with_values(base, given)
        except ScenarioError as error:
            errors[draw] = one_line(error)
    return scenarios


def _lived(
    scenarios: Mapping[int, Scenario],
    simulated: Callable[[Mapping[int, Scenario]], dict[str, list[pa.Table]]],
    *,
    errors: dict[int, str],
) -> list[dict[str, list[pa.Table]]]:
    """Return the tables of the runs of draws, and enter into ``errors`` what went wrong with other draws.

    If runs fail, halves are tried until the draws that make them fail are alone.
    """
    if not scenarios:
        return []
    draws = list(scenarios)
    try:
        return [simulated(scenarios)]
    except RUN_ERRORS as error:
        if len(draws) == 1:
            errors[draws[0]] = one_line(error)
            return []
    halves = (draws[: len(draws) // 2], draws[len(draws) // 2 :])
    parts = ({draw: scenarios[draw] for draw in half} for half in halves)
    return [found for part in parts for found in _lived(part, simulated, errors=errors)]


def _simulated(
    study: Study, replicates: Sequence[int], scenarios: Mapping[int, Scenario], *, threads: int | None
) -> dict[str, list[pa.Table]]:
    """Return what is kept of the runs of draws: of all their months only some are in memory at a time."""
    draws, kept, years = np.array(list(scenarios)), study.settings[TRAJECTORIES], study.settings.get(YEARS)
    tables: dict[str, list[pa.Table]] = {RUNS: [], TRAJECTORIES: []}

    def read(piece: Piece) -> None:
        of_runs = draws[piece.scenarios]
        tables[RUNS].append(_runs(of_runs, piece, study.month))
        if kept:
            first = scenarios[int(of_runs[0])]
            tables[TRAJECTORIES].append(_trajectories(of_runs, piece, kept, begins=first, years=years))

    simulate_ensemble(
        list(scenarios.values()), replicates=replicates, seed=study.settings["seed"], threads=threads, consumer=read
    )
    return tables


# ----------------------------------------------------------------------------- tables


def final_measures(values: NDArray[np.float64], measures: Mapping[str, Measure] = MEASURES) -> NDArray[np.float64]:
    """Return the final value of every measure, from an array whose last axes are all months and all measures.

    It is the same as :func:`experiments.runs.pairs.final_values` gives for one run.
    """
    over_a_year = values[..., -FINAL_MONTHS:, :].mean(axis=-2)
    in_last_month = np.array([measure.at_the_end == LAST_MONTH for measure in measures.values()])
    return np.where(in_last_month, values[..., -1, :], over_a_year)


def _runs(draws: NDArray[np.int64], piece: Piece, month: Month) -> pa.Table:
    """Return the final values of runs, of which ``draws`` says the draw of each."""
    columns = dict(zip(month.measures, final_measures(piece.measures, month.measures).T, strict=True))
    columns |= {f"mean_{name}": piece.array_of(name).mean(axis=-1) for name in MEAN_OVER_RUN}
    columns |= {name: (piece.regimes == code).sum(axis=-1) for code, name in enumerate(months_in(piece.regime_names))}
    keys = {
        DRAW: draws,
        "replicate": piece.replicates,
        ERROR: [None] * len(draws),
        "regime": regime_column(piece.final_regimes, piece.regime_names),
    }
    return pa.table(keys | columns, schema=_runs_schema(month))


def _runs_schema(month: Month) -> pa.Schema:
    numbers = [*month.measures, *(f"mean_{name}" for name in MEAN_OVER_RUN), *months_in(month.naming.names)]
    keys = [(DRAW, pa.int64()), ("replicate", pa.int32()), (ERROR, pa.string()), ("regime", REGIME_TYPE)]
    return pa.schema([*keys, *((name, pa.float64()) for name in numbers)])


def _failed(errors: Mapping[int, str], replicates: Sequence[int], month: Month) -> pa.Table:
    rows = [
        {DRAW: draw, "replicate": replicate, ERROR: text} for draw, text in errors.items() for replicate in replicates
    ]
    table = pa.Table.from_pylist(rows, schema=_runs_schema(month))
    nothing = regime_column(np.full(len(rows), NO_REGIME, dtype=np.int8), month.naming.names)
    return table.set_column(table.column_names.index("regime"), "regime", nothing)


def _trajectories(
    draws: NDArray[np.int64], piece: Piece, kept: list[str], *, begins: Scenario, years: Sequence[int] | None
) -> pa.Table:
    """Return the measures ``kept`` of every month, or of the last month of each of these ``years``."""
    months = list(range(len(piece.months)) if years is None else (12 * year - 1 for year in years))
    here = [piece.months[month] for month in months]
    keys = {
        DRAW: np.repeat(draws, len(months)),
        "replicate": np.repeat(piece.replicates, len(months)),
        "month": np.tile(here, len(draws)),
        "date": np.tile(dates_of(begins, here), len(draws)),
        "regime": regime_column(piece.regimes[..., months], piece.regime_names),
    }
    values = {name: piece.array_of(name)[..., months].ravel() for name in kept}
    return pa.table(keys | values, schema=_trajectories_schema(kept))


def _trajectories_schema(kept: list[str]) -> pa.Schema:
    whole = [(DRAW, pa.int64()), ("replicate", pa.int32()), ("month", pa.int16())]
    when = [("date", DATE_TYPE), ("regime", REGIME_TYPE)]
    return pa.schema([*whole, *when, *((name, pa.float64()) for name in kept)])
