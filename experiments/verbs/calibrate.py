"""Calibrate the uncertain parameters to what was observed of a case, or to patterns of your own.

case=FOLDER: to its targets.csv (measure, month, value, standard error; see docs/cases.md). Each parameter set is
run once, with chance of its own, since what was observed is one history too.

1. Prior: a Latin hypercube of draws from the priors. A target that no draw comes near is told at once.
2. Waves of history matching: an emulator rules out sets from which some target is implausibly far; what is left is
   drawn and run anew.
3. Accepted sets: of the runs that are left those nearest to what was observed, moved by a regression to where they
   would be had they shown just that (approximate Bayesian computation; analysis/calibration/tables.py).
4. Which parameters the targets identify, and which target does; whether each target is predicted by the others; what
   runs of the accepted sets show month by month, on a new seed. All other parameters are carried as uncertainty.

check=coverage tells whether intervals can be trusted: runs that are left stand for what was observed, one by one
(simulation-based calibration). extension= and settings of the scenario hold in all runs; vary=[own.NAME] calibrates
settings that the extension declares with a range (own for all that are uncertain), with behaviour or without. Other
verbs then take the sets with the same extension=.

of=FILE: to patterns, written as for partnerships patterns of=, see configs/pattern/example.yaml. The distance of a set
is the sum of its misses, 0 for a pattern that lies inside its band by 5 % of the bound. The best of the prior draws
are moved to ever lower tolerances (adaptive sequential Monte Carlo, experiments/search/sequential_abc.py), judged
again on a new seed with more runs and moved on; the last members are the accepted sets. The one that misses least is
chosen, and run once more on new seeds: that scoreboard is what is reported, passed or failed. Each pattern is left
out in turn: sets that were judged on the way are chosen again by all other patterns. For the patterns that are declared
for the model itself see partnerships fit.

Libraries were tried: pyABC 0.13 simulates one set at a time, three times the work of sets side by side in the
ensemble; ELFI 0.8 takes many, but demands matplotlib below 3.9; both weight sets by importance, and with 85
parameters 200 sets are worth 11 after one such generation. case= needs scikit-learn: pip install
'local-partnerships[explore]'; a file for ArviZ arviz-base: 'local-partnerships[posterior]'.

Both leave configs/behaviour/ with chosen.yaml and accepted.yaml in the study folder, which other verbs take from there,
parameters.csv, posterior.csv, summary.txt, figures/ and manifest.json. case= leaves besides waves/ on the way,
targets.csv, bands.csv, identification.csv, waves.csv, posterior.nc (for ArviZ, if it is installed), and with
check=coverage coverage.csv and trials.csv; of= generations/ on the way, prior_shares.csv, generations.csv,
leave_one_out.csv, scoreboard.csv (chosen set), scoreboard_accepted.csv and patterns.md.

For example:
  partnerships calibrate case=mycity study=studies/mycity
  partnerships calibrate case=mycity study=studies/mycity check=coverage
  partnerships compare case=mycity --config-dir studies/mycity/configs behaviour=accepted
  partnerships calibrate case=mycity study=studies/grudges extension=grudges.py vary=[behaviour,own.grudge_rate]
  partnerships calibrate of=mine.yaml study=studies/mine
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field

from analysis.calibration.figures import coverage_figure, identification, observed_and_predicted
from analysis.calibration.inference_data import inference_data
from analysis.calibration.tables import coverage_of
from analysis.calibration.words import (
    identified_title,
    identified_words,
    left_out_words,
    left_words,
    predicted_words,
)
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
from analysis.patterns.fitted import coverage_words
from analysis.patterns.words import patterns_page, scoreboard_rows, verdicts
from analysis.shared.libraries import MissingLibrary, library
from experiments.behaviours import OWN, behaviours_of_a_fit
from experiments.cases.reading import Case
from experiments.command import Command
from experiments.compose import scenario_of
from experiments.errors import CommandError
from experiments.files import told_from
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
from experiments.search.checkpoints import PLAN, begin, begun
from experiments.search.fitting import WAVES
from experiments.search.objective import Objective, counted_ids, values_in, varied
from experiments.search.sequential_abc import SMCSettings
from experiments.search.targets import TargetRuns, targets_of
from experiments.search.to_targets import FoundByTargets, Predicted, found_by_targets, predicted
from experiments.settings import Figures, Names, Seed, Workers, checked
from experiments.terminal import filled_table
from sim import month_of
from sim.parameters import Real, Whole

OF_CASES = ("waves", "wave", "check")
"""Settings that are for targets of a case alone."""

OF_PATTERNS = ("of", "particles", "tolerance", "generations", "runs", "second_runs")
"""Settings that are for patterns alone."""

NOT_IN_HASH = ("study", "threads", "figures", "second_runs", "confirming_runs", "sample", *OF_CASES)
"""Settings that change no generation of the first stage."""

PRIOR_DRAWS = {"case": 16_384, "of": 1_024}

FEWEST_DRAWS = 256
"""Of the prior, below which regressions on what runs show tell nothing."""

ALL = ("behaviour",)
"""What is varied if nothing is named."""

PLANTED = 200
"""Runs that stand for what was observed where coverage is checked."""


@checked
class CalibrateSettings:
    """What can be set for a calibration; the defaults are in configs/calibrate.yaml."""

    study: str
    of: str
    vary: Names | None
    leave_out: Names
    prior_draws: Annotated[Whole, Field(ge=8, le=1_000_000)] | None
    waves: Annotated[Whole, Field(ge=0, le=99)]
    wave: Annotated[Whole, Field(ge=64, le=1_000_000)]
    check: Literal["coverage"] | None
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
    case = command.case
    for name in OF_PATTERNS if case else OF_CASES:
        if command.sets(name):
            raise CommandError(f"{name} is for {'patterns, of=' if case else 'targets, case='}: leave it out here")
    if case is not None:
        return _to_targets(case, settings, command)
    if given := command.beside(*vars(settings)):
        raise CommandError(
            f"{given[0]!r} is not allowed with of=: patterns are tested in experiments of their own; scenarios and "
            "their settings go with case="
        )
    return _to_patterns(settings, command)


# ------------------------------------------------------------------- targets of a case


def _to_targets(case: Case, settings: CalibrateSettings, command: Command) -> Results:
    library("sklearn.linear_model", purpose="calibration to targets", extra="explore")
    scenario = scenario_of(command.config)
    runs = TargetRuns(
        scenario,
        targets_of(case.targets, scenario, leave_out=settings.leave_out),
        varied(ALL if settings.vary is None else settings.vary, month_of(scenario).parameters),
        seed=settings.seed,
        threads=settings.threads,
    )
    draws = settings.prior_draws or PRIOR_DRAWS["case"]
    if draws < FEWEST_DRAWS:
        raise CommandError(f"prior_draws = {draws} is not allowed with case=: it takes at least {FEWEST_DRAWS}")
    folder = study_folder(settings)
    begin(folder, _deciding_of_targets(runs, draws, settings), plan=PLAN, parts=WAVES, what="calibration")
    found = found_by_targets(
        runs, folder, draws=draws, a_wave=settings.wave, most_waves=settings.waves, sample=settings.sample
    )
    came = predicted(found, runs=settings.confirming_runs)
    numbers = found.numbers
    labels = list(found.labels.values())
    again = " ".join(told_from(["partnerships calibrate", *command.beside("study", "threads", "figures")], Path.cwd()))
    lines = [
        left_words(found.matched.waves),
        identified_words(numbers),
        predicted_words(came.targets),
        left_out_words(found.without, labels),
    ]
    tables = {
        "parameters.csv": numbers,
        "posterior.csv": pd.DataFrame(found.sets),
        "targets.csv": came.targets,
        "bands.csv": came.bands,
        "identification.csv": found.lost,
        "waves.csv": found.matched.waves,
    }
    free = numbers[numbers["identified"]]
    figures: dict[str, Callable[[], Figure]] = {
        "observed_and_predicted": partial(
            observed_and_predicted, came.bands, came.targets, title=predicted_words(came.targets).partition(";")[0]
        )
    }
    if len(free):
        title = identified_title(numbers)
        points = found.accepted.points
        figures |= {
            "prior_against_posterior": partial(prior_against_posterior, points, list(runs.names), free, title=title),
            "parameters": partial(contraction_figure, numbers),
            "identification": partial(identification, found.lost, labels, title=title),
        }
    if settings.check and len(free):
        planted = min(PLANTED, len(found.told.points))
        covered, trials = coverage_of(found.told, found.free, list(runs.names), planted=planted, seed=settings.seed)
        tables |= {"coverage.csv": covered, "trials.csv": trials}
        lines.append(coverage_words(covered, planted=planted))
        title = f"Intervals cover {100 * covered['covered'].mean():.0f} % of planted truths"
        figures["coverage"] = partial(coverage_figure, covered, trials=planted, title=title)
    texts: dict[str, str | bytes] = {}
    sets = found.whole_sets
    texts |= behaviours_of_a_fit(sets, sets[found.chosen], again=again, chosen_as="chosen")
    if any(name.startswith(OWN) for name in runs.names):
        lines.append("Accepted sets have numbers of your extension: name it wherever behaviour= names them.")
    try:
        texts["posterior.nc"] = _for_arviz(found, came, again)
    except MissingLibrary as missing:
        lines.append(f"Not written: {missing}")
    text = "\n\n".join(lines)
    return Results(
        scenarios={scenario.name: runs.shortened},
        seed=settings.seed,
        replicates=range(1),
        record={"accepted": len(found.accepted.rows)},
        tables=tables,
        texts={"summary.txt": text, **texts},
        figures=figures,
        words=[text],
        numbers="",
    )


def _deciding_of_targets(runs: TargetRuns, draws: int, settings: CalibrateSettings) -> dict[str, Any]:
    """Return everything that decides what is simulated, beside the code of the model."""
    ranges = {name: [p.low, p.high] for name, p in zip(runs.names, runs.parameters, strict=True)}
    return {
        "prior_draws": draws,
        "wave": settings.wave,
        "seed": settings.seed,
        "parameters": ranges,
        "targets": [[one.id, one.value, one.standard_error] for one in runs.targets],
        "scenario": hashlib.sha256(repr(runs.scenario).encode()).hexdigest(),
        **({"steps of one's own": month_of(runs.scenario).own_key} if runs.scenario.extension else {}),
    }


def _for_arviz(found: FoundByTargets, came: Predicted, again: str) -> bytes:
    """Return prior, posterior and what one run of each accepted set shows, as a file for ArviZ."""
    runs = found.runs

    def by_name(points: Any) -> dict[str, Any]:
        return dict(zip(runs.names, values_in(points, runs.parameters).T, strict=True))

    return inference_data(
        prior=by_name(found.told_by_prior.points[: len(found.points)]),
        posterior=by_name(found.points),
        predictive=came.at_targets[:, 0],
        observed=runs.values,
        targets=runs.ids,
        about=again,
    )


# --------------------------------------------------------------------- patterns of one's own


def _to_patterns(settings: CalibrateSettings, command: Command) -> Results:
    for name in settings.vary or ():
        if f"{name}.".startswith(OWN):
            raise CommandError(
                f"vary: {name!r} goes with case= and extension=: patterns, of=, are of the model's month"
            )
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
    again = " ".join(told_from(["partnerships calibrate", *command.beside("study", "threads", "figures")], Path.cwd()))
    page = patterns_page(
        board,
        command=again,
        says=[_how(), text],
        remarks=objective.declared.remarks,
        prior_shares=shares,
        left_out=out,
    )
    batches = pattern_batches(objective.declared, runs=settings.runs)
    return Results(
        scenarios={batch.name: batch.scenarios[0] for batch in batches},
        districts={batch.name: len(batch.scenarios) for batch in batches},
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
        parameters=varied(ALL if settings.vary is None else settings.vary),
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
        prior_draws=max(settings.prior_draws or PRIOR_DRAWS["of"], settings.particles),
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
