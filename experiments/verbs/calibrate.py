"""Calibrate the uncertain parameters against patterns of your own.

Approximate Bayesian computation: what is known of a parameter beforehand is its prior, uniform on
its declared range; what is learnt is which parameter sets show the patterns of a file, of= (written
as for partnerships patterns of=, see configs/pattern/example.yaml). For the patterns that are declared
for the model itself see partnerships fit. The distance of a set is the sum of its misses, 0 for a
pattern that lies inside its band by 5 % of the bound. Stages:

1. Prior: a Latin hypercube of draws from the priors is judged. The share that passes each pattern is told.
2. Population: the best of them are moved to ever lower tolerances (experiments/search/sequential_abc.py: adaptive
   sequential Monte Carlo), all weights equal. A set is given up as soon as it misses too much even
   without its worst pattern, which changes no answer.
3. Second stage: up to here all sets were judged on one seed with few runs, so some of them were lucky. The
   population is judged again, on a new seed with more runs, and moved on in the same way. Its last members
   are the accepted sets.
4. Chosen set: the accepted one that misses least; of several, the one nearest their mean. It is run once more,
   on seeds that nothing was judged on before, and that scoreboard is what is reported, passed or failed.
   So are the accepted sets, on other new seeds.
5. Each pattern left out: sets that were judged on the way are chosen again by all other patterns.

No criterion is changed by the calibration. Libraries were tried: pyABC 0.13 simulates one set at a
time, three times the work of sets side by side in the ensemble; ELFI 0.8 takes many, but demands
matplotlib below 3.9; both weight sets by importance, and with 85 parameters 200 sets are worth 11
after one such generation. SciPy does the designs, the tests and the search.

Generations are stored as they finish: the same command goes on with a calibration that was stopped.

Writes into the study folder: calibration.json and generations/ on the way; prior_shares.csv,
generations.csv, posterior.csv, parameters.csv, leave_one_out.csv, scoreboard.csv (chosen set),
scoreboard_accepted.csv, patterns.md, summary.txt, figures/ and manifest.json at the end; and
configs/behaviour/ with chosen.yaml and accepted.yaml, which other verbs take from there.

For example:
  partnerships calibrate
  partnerships calibrate prior_draws=4096 particles=512 study=studies/large
  partnerships calibrate of=mine.yaml study=studies/mine
  partnerships compare --config-dir studies/calibration/configs behaviour=accepted
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field

from analysis.patterns.calibration import (
    DUMMIES,
    DUMMY,
    LEFT_OUT,
    PRIOR_SHARES,
    contraction_figure,
    contractions,
    left_out,
    prior_against_posterior,
    prior_shares,
    tolerance_figure,
)
from analysis.patterns.figures import scoreboard_figure
from analysis.patterns.words import patterns_page, scoreboard_rows, verdicts
from experiments.behaviours import behaviours_of_a_fit
from experiments.command import Command
from experiments.output.frame import Results, study_folder
from experiments.runs.own_patterns import own_patterns, pattern_batches
from experiments.search.calibration import (
    Calibration,
    CalibrationRuns,
    calibrated,
    confirmed,
    generations_table,
    passes,
    posterior_table,
)
from experiments.search.checkpoints import begun
from experiments.search.objective import Objective, counted_ids, varied
from experiments.search.sequential_abc import SMCSettings
from experiments.settings import Figures, Names, Seed, Workers, checked
from experiments.terminal import filled_table
from sim.parameters import Real, Whole

NOT_IN_HASH = ("study", "threads", "figures", "second_runs", "confirming_runs", "sample")
"""Settings that change no generation of the first stage."""


@checked
class CalibrateSettings:
    """What can be set for a calibration; the defaults are in configs/calibrate.yaml."""

    study: str
    of: str
    vary: Names
    leave_out: Names
    prior_draws: Annotated[Whole, Field(ge=8, le=1_000_000)]
    particles: Annotated[Whole, Field(ge=8, le=100_000)]
    tolerance: Annotated[Real, Field(ge=0.0, le=100.0)]
    generations: Annotated[Whole, Field(ge=0, le=990)]
    runs: Annotated[Whole, Field(ge=4, le=10_000)]
    second_runs: Annotated[Whole, Field(ge=4, le=10_000)]
    confirming_runs: Annotated[Whole, Field(ge=4, le=10_000)]
    sample: Annotated[Whole, Field(ge=1, le=10_000)]
    seed: Seed
    threads: Workers | None
    figures: Figures


def work(settings: CalibrateSettings, command: Command) -> Results:
    """Calibrate, or go on with it, and confirm what was found."""
    objective = _objective(settings)
    folder = study_folder(settings)
    store = begun(folder, _deciding(settings, objective), names=objective.coordinates, ids=objective.ids)
    runs = CalibrationRuns(
        first=settings.runs,
        second=settings.second_runs,
        confirming=settings.confirming_runs,
        sample=settings.sample,
    )
    found = calibrated(objective, _smc(settings), runs, store)
    shares = prior_shares(found.first[0].tried_misses, objective.ids)
    parameters = contractions(found.last.draws, objective.coordinates, found.chosen_values)
    generations = generations_table(found)
    board, of_sample = confirmed(found, runs)
    out = _left_out(found)
    text = _summary(found, board, of_sample, shares, parameters, generations, second_runs=settings.second_runs)
    again = " ".join(["partnerships calibrate", *command.beside("study", "threads", "figures")])
    page = patterns_page(
        board,
        command=again,
        says=[_how(), text],
        remarks=objective.declared.remarks,
        prior_shares=shares,
        left_out=out,
    )
    return Results(
        scenarios={b.name: b.scenarios[0] for b in pattern_batches(objective.declared, runs=settings.runs)},
        seed=settings.seed,
        replicates=range(settings.runs),
        tables={
            PRIOR_SHARES: shares,
            LEFT_OUT: out,
            "generations.csv": generations,
            "parameters.csv": parameters,
            "posterior.csv": posterior_table(found.last, objective),
            "scoreboard.csv": board,
            "scoreboard_accepted.csv": of_sample,
        },
        texts={"summary.txt": text, "patterns.md": page, **_behaviours(found, again)},
        figures=_figures(found, board, of_sample, parameters, generations),
        words=[filled_table("Patterns, chosen set, on new seeds", *scoreboard_rows(board)), text],
        numbers="",
    )


def _objective(settings: CalibrateSettings) -> Objective:
    declared = own_patterns(settings.of)
    ids = [pattern.id for pattern in declared.patterns]
    counted = counted_ids(ids, settings.leave_out)
    return Objective(
        parameters=varied(settings.vary),
        declared=declared,
        counted=np.array([id in counted for id in ids]),
        runs=settings.runs,
        seed=settings.seed,
        threads=settings.threads,
    )


def _deciding(settings: CalibrateSettings, objective: Objective) -> dict[str, Any]:
    """Return everything that decides the generations, beside the code of the model."""
    asked = {name: value for name, value in dataclasses.asdict(settings).items() if name not in NOT_IN_HASH}
    ranges = {name: [p.low, p.high, p.default] for name, p in zip(objective.names, objective.parameters, strict=True)}
    # Written out, dataclasses name every value that a pattern or an experiment declares.
    experiments = {name: repr(one) for name, one in objective.declared.experiments.items()}
    declared = hashlib.sha256(repr((experiments, objective.declared.patterns)).encode()).hexdigest()
    return {**asked, "parameters": ranges, "declared_patterns": declared}


def _smc(settings: CalibrateSettings) -> SMCSettings:
    """Return how the population is moved."""
    return SMCSettings(
        prior_draws=max(settings.prior_draws, settings.particles),
        particles=settings.particles,
        tolerance=settings.tolerance,
        most_generations=settings.generations,
    )


def _left_out(found: Calibration) -> pd.DataFrame:
    """Return what the sets evaluated on the way show of each pattern when it is left out."""
    objective = found.objective
    evaluated = np.concatenate([generation.tried_misses for generation in found.first])
    counted = [id for id, counts in zip(objective.ids, objective.counted, strict=True) if counts]
    return left_out(evaluated, objective.ids, tolerance=found.last.tolerance, counted=counted)


def _behaviours(found: Calibration, again: str) -> dict[str, str]:
    """Return the chosen set and the sample as behaviours that other verbs take with --config-dir."""
    names, values = found.objective.names, found.objective.values(found.sample)
    sets = [dict(zip(names, map(float, row), strict=True)) for row in values]
    return behaviours_of_a_fit(sets, found.chosen_values, again=again, chosen_as="chosen")


def _summary(
    found: Calibration,
    board: pd.DataFrame,
    of_sample: pd.DataFrame,
    shares: pd.DataFrame,
    parameters: pd.DataFrame,
    generations: pd.DataFrame,
    *,
    second_runs: int,
) -> str:
    """Return what a calibration came to, in plain sentences, misses first of all."""
    last, objective = found.last, found.objective
    first, lucky = found.first[-1], found.second[0]
    known = parameters[~parameters["parameter"].str.startswith(DUMMY)]
    moved = known[known["learnt"]]
    simulated = int(generations["simulated"].sum())
    of_prior = shares.set_index("id")["share_of_prior_draws"]["all"]
    lines = [
        verdicts(board, behaviour="chosen"),
        f"{of_prior:.1%} of {len(found.first[0].tried)} prior draws pass all patterns. The tolerance fell to "
        f"{first.tolerance:.3g} in {first.number} generations on the first seed. Judged again on a second one with "
        f"{second_runs} runs, {passes(lucky.misses, objective).mean():.0%} of the population still pass them all. "
        f"There the tolerance fell to {last.tolerance:.3g} in {last.number} generations, and {last.distinct} of "
        f"{len(last.draws)} sets differ. {simulated:,} sets were simulated in all; the chosen one misses "
        f"{found.chosen_distance:.3g}.",
        f"The patterns say something about {len(moved)} of {len(known)} parameters: these strayed farther from their "
        f"priors than any of {DUMMIES} dummies that the model never sees{_named(moved)}.",
        verdicts(of_sample, behaviour="accepted"),
    ]
    return "\n\n".join(lines)


def _named(moved: pd.DataFrame) -> str:
    return f", most of all {', '.join(moved['parameter'].head(5))}" if len(moved) else ""


def _how() -> str:
    return (__doc__ or "").partition("\n\n")[2].partition("\n\nGenerations are stored")[0]


def _figures(
    found: Calibration,
    board: pd.DataFrame,
    of_sample: pd.DataFrame,
    parameters: pd.DataFrame,
    generations: pd.DataFrame,
) -> dict[str, Callable[[], Figure]]:
    passed = board.drop_duplicates("id")["passed"]
    chosen = f"{passed.sum()} of {len(passed)} patterns, chosen set, new seeds"
    accepted = f"Patterns over {len(found.sample)} accepted sets, new seeds"
    draws, names = found.last.draws, found.objective.coordinates
    return {
        "prior_against_posterior": partial(prior_against_posterior, draws, names, parameters),
        "parameters": partial(contraction_figure, parameters),
        "tolerance": partial(tolerance_figure, generations),
        "scoreboard_chosen": partial(scoreboard_figure, board, title=chosen),
        "scoreboard_accepted": partial(scoreboard_figure, of_sample, title=accepted),
    }
