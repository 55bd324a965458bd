"""A calibration from end to end: two stages of sequential Monte Carlo, the chosen set, and what confirms it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.patterns.calibration import SAFETY
from analysis.patterns.scoreboard import scoreboard, scoreboard_of_sets
from experiments.runs.own_patterns import of_one, of_sets, pattern_batches
from experiments.search.checkpoints import Checkpoints, begun
from experiments.search.objective import Numbers, Objective
from experiments.search.sequential_abc import Generation, SMCSettings, after, from_prior, is_last, rng_of
from experiments.terminal import progress_bar

SECOND_STAGE = "second_stage"
"""Folder of the second stage in the study."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class CalibrationRuns:
    """Runs of the baseline behind each part of a calibration, and how many sets are kept."""

    first: int
    second: int
    confirming: int
    sample: int


@dataclasses.dataclass(frozen=True)
class Calibration:
    """What a calibration comes to."""

    objective: Objective
    first: list[Generation]
    second: list[Generation]
    """Generations of both stages: the second evaluates the population anew, on another seed with more runs."""
    chosen: Numbers
    """(parameters,) in the unit cube."""
    chosen_distance: float
    sample: Numbers
    """(sets, parameters) in the unit cube."""

    @property
    def last(self) -> Generation:
        """Return the accepted population: the last generation of the second stage."""
        return self.second[-1]

    @property
    def chosen_values(self) -> dict[str, float]:
        """Return the chosen value of every parameter that was varied."""
        return dict(zip(self.objective.names, map(float, self.objective.values(self.chosen[None, :])[0]), strict=True))


def calibrated(objective: Objective, smc: SMCSettings, runs: CalibrationRuns, store: Checkpoints) -> Calibration:
    """Return what a calibration comes to, going on with the generations in ``store``."""

    def drawn() -> Generation:
        dimensions = len(objective.coordinates)
        return from_prior(objective, smc, dimensions=dimensions, seed=objective.seed, distance=objective.distance)

    first = _moved(drawn, objective, smc, store, "generations")
    finer = dataclasses.replace(objective, seed=objective.seed + 1, runs=runs.second)
    settings = {"runs": finer.runs, "after": first[-1].number}
    finer_store = begun(store.folder / SECOND_STAGE, settings, names=objective.coordinates, ids=objective.ids)
    finer_smc = dataclasses.replace(smc, last_rounds=1)
    second = _moved(lambda: _evaluated_again(first[-1], finer), finer, finer_smc, finer_store, "second stage")
    last = second[-1]
    chosen, distance = _best(last, objective)
    _, firsts = np.unique(objective.values(last.draws), axis=0, return_index=True)
    distinct = last.draws[firsts]
    kept = rng_of(objective.seed, 10_000).permutation(len(distinct))[: runs.sample]
    return Calibration(objective, first, second, chosen=chosen, chosen_distance=distance, sample=distinct[kept])


def _moved(
    begin: Callable[[], Generation], objective: Objective, smc: SMCSettings, store: Checkpoints, title: str
) -> list[Generation]:
    """Return all generations of a population, from the stored ones on or from what ``begin`` returns."""
    generations = store.finished()
    with progress_bar(title, total=smc.most_generations + smc.last_rounds + 1) as advance:
        advance(len(generations))
        while not generations or not is_last(generations[-1], smc):
            generations.append(
                after(generations[-1], objective, smc, seed=objective.seed, distance=objective.distance)
                if generations
                else begin()
            )
            store.save(generations[-1])
            advance(1)
    return generations


def _evaluated_again(generation: Generation, objective: Objective) -> Generation:
    """Return a population as the first generation of another objective."""
    misses = objective(generation.draws, math.inf)
    return Generation(
        number=0,
        tolerance=float(objective.distance(misses).max()),
        draws=generation.draws,
        misses=misses,
        tried=generation.draws,
        tried_misses=misses,
        accepted=1.0,
        moves=0,
        ancestors=generation.ancestors,
    )


def passes(misses: Numbers, objective: Objective) -> NDArray[np.bool_]:
    """Return which sets (n, patterns) pass every pattern that counts."""
    return np.asarray((misses[:, objective.counted] <= SAFETY).all(axis=1))


def _best(generation: Generation, objective: Objective) -> tuple[Numbers, float]:
    """Return the best member of a population, and of several the one nearest its mean; and its distance."""
    distances = objective.distance(generation.misses)
    best = np.flatnonzero(distances <= distances.min())
    apart = ((generation.draws[best] - generation.draws.mean(axis=0)) ** 2).sum(axis=1)
    return generation.draws[best[int(apart.argmin())]], float(distances.min())


def confirmed(found: Calibration, runs: CalibrationRuns) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the scoreboards of the chosen set and of the sample, on seeds that nothing was evaluated on before."""
    objective = found.objective
    chosen = objective.number_sets(found.chosen[None, :])[0]
    many = pattern_batches(objective.declared, runs=runs.confirming)
    few = pattern_batches(objective.declared, runs=runs.first)
    with_chosen = [
        dataclasses.replace(b, scenarios=tuple(chosen.of(scenario) for scenario in b.scenarios)) for b in many
    ]
    sets, seed, threads = objective.number_sets(found.sample), objective.seed, objective.threads
    total = sum(batch.runs for batch in many) + len(sets) * sum(batch.runs for batch in few)
    with progress_bar("confirming runs", total=total) as advance:
        shown = of_one(with_chosen, seed=seed + 2, threads=threads, advance=advance)
        values = of_sets(objective.declared, few, sets, seed=seed + 3, threads=threads, advance=advance)
    board = scoreboard(objective.declared.patterns, shown, seed=seed)
    return board, scoreboard_of_sets(objective.declared.patterns, values)


def posterior_table(generation: Generation, objective: Objective) -> pd.DataFrame:
    """Return the accepted population: the values of its members, their weight, distance and miss of each pattern."""
    table = pd.DataFrame(objective.values(generation.draws), columns=list(objective.names))
    table.insert(0, "distance", objective.distance(generation.misses))
    table.insert(0, "weight", 1.0 / len(table))
    for id, column in zip(objective.ids, generation.misses.T, strict=True):
        table[f"miss_{id}"] = column
    return table


def generations_table(found: Calibration) -> pd.DataFrame:
    """Return one row a generation of both stages.

    Columns: generation, tolerance, best (distance), simulated (sets), given_up, accepted (share of steps), moves,
    distinct (members), families (in effect, by prior draw), stage.
    """
    rows = [
        {
            "tolerance": generation.tolerance,
            "best": float(found.objective.distance(generation.misses).min()),
            "simulated": len(generation.tried),
            "given_up": int(np.isnan(generation.tried_misses).any(axis=1).sum()),
            "accepted": generation.accepted,
            "moves": generation.moves,
            "distinct": generation.distinct,
            "families": generation.families,
            "stage": stage,
        }
        for stage, generations in enumerate((found.first, found.second), 1)
        for generation in generations
    ]
    table = pd.DataFrame(rows)
    table.insert(0, "generation", range(len(table)))
    return table
