"""Runs of what the claims of scenarios read: every scenario with its twins, on the same draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.claims.declared import REGIME, Claim, Reading, RunsRead, claim_of
from analysis.claims.tables import reading_values, readings_of
from experiments.behaviours import NumberSet, in_turn
from experiments.compose import load_scenario, scenario_names, scenario_texts
from experiments.errors import CommandError
from experiments.runs.turns import taking_turns
from experiments.terminal import progress_bar
from sim import MEASURES, Scenario, simulate_ensemble

Readings = Mapping[RunsRead, Sequence[Reading]]


def declared_claims() -> tuple[Claim, ...]:
    """Return the claims of all scenarios that state how they are tested; raise CommandError for a bad statement."""
    try:
        claims = [claim_of(name, scenario_texts(name)) for name in scenario_names()]
    except ValueError as error:
        raise CommandError(str(error)) from None
    return tuple(claim for claim in claims if claim.parts or claim.untestable)


def scenarios_of(asked: Iterable[RunsRead]) -> dict[RunsRead, Scenario]:
    """Return the scenario of each batch, with what is changed in it."""
    return {batch: load_scenario(batch.scenario, batch.overrides) for batch in asked}


def read_runs(
    scenarios: Mapping[RunsRead, Scenario],
    sets: Sequence[NumberSet],
    *,
    claims: Sequence[Claim],
    replicates: int,
    seed: int,
    workers: int | None = None,
) -> pd.DataFrame:
    """Return what ``claims`` read from ``replicates`` runs of every batch; replicate r has set r mod n.

    Columns: batch, reading (labels), replicate, parameter_set, value; see ``analysis.claims.tables``.
    """
    asked = readings_of(claims)

    def of_set(number: int, some: range) -> pd.DataFrame:
        mine = {runs: in_turn(scenario, number, sets) for runs, scenario in scenarios.items()}
        values = _values(asked, mine, some, seed=seed)
        parts = [
            _rows(runs, reading, some, reading_values(reading, values[runs]))
            for runs, readings in asked.items()
            for reading in readings
        ]
        return pd.concat(parts).assign(parameter_set=number)

    tables = []
    with progress_bar("runs", total=replicates * len(asked)) as advance:
        for some, table in taking_turns(of_set, sets=len(sets), replicates=replicates, workers=workers):
            tables.append(table)
            advance(len(asked) * len(some))
    keys = ["batch", "reading", "replicate"]
    together = pd.concat(tables)[[*keys, "parameter_set", "value"]]
    return together.sort_values(keys, kind="stable").reset_index(drop=True)


def _rows(batch: RunsRead, reading: Reading, replicates: Sequence[int], values: NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame(
        {"batch": batch.label, "reading": reading.label, "replicate": list(replicates), "value": values}
    )


def _values(
    asked: Readings, scenarios: Mapping[RunsRead, Scenario], replicates: Sequence[int], *, seed: int
) -> dict[RunsRead, dict[str, NDArray[np.float64]]]:
    """Return for each batch what is read from it as arrays (runs, months), with regimes by their positions."""
    read = {reading.measure for readings in asked.values() for reading in readings}
    measures = [name for name in MEASURES if name in read]
    # One call for all batches: those on the same board fill the lanes of the compiled engine together.
    ensemble = simulate_ensemble(
        list(scenarios.values()), replicates=replicates, seed=seed, measures=measures, threads=1
    )
    return {
        batch: {name: ensemble.array_of(name)[place] for name in measures}
        | {REGIME: ensemble.regimes[place].astype(np.float64)}
        for place, batch in enumerate(scenarios)
    }
