"""Fit the free numbers to the declared patterns, and carry on what cannot be known as uncertainty.

Fits to the patterns marked *fit* in configs/pattern/declared/ and to no others; those held out are neither simulated
nor shown. A set of numbers is accepted if it shows every pattern that counts (leave_out=: those that no draw of the
priors meets, which are reported as missed). Accepted sets are draws of the priors restricted to that, found by
history matching:

1. Table: draws= prior draws are simulated with all experiments, on few runs.
2. Waves: from everything simulated an emulator of each finding is trained, with the spread of its error on draws it
   did not see. Fresh draws of the priors walk on the emulators, each by itself, up to where the chance that all
   patterns are shown is chances=. Where they end is simulated on few runs, without large boards and null models,
   whatever it shows.
3. Judgement: sets that met everything there are simulated again on a seed of their own with many runs and in all
   experiments, who is tied to whom included. Those that still meet everything are accepted. The fit ends with wanted=
   of them.
4. Accepted sets are run once more on new seeds: that scoreboard is what is reported. So is that of the best set, the
   accepted one that lies farthest inside the band that it lies least inside, with confirming_runs=.

Every accepted set has a fresh draw for an ancestor and is a family of its own. Of each number it is told which
pattern identifies it or that none does; whether intervals cover planted truths is tried on the table
(simulation-based calibration).

All is stored as it is done: the same command goes on with a fit that was stopped, to the same numbers. known=FILE gives
emulators sets that another fit simulated, its simulated.parquet, for a start; no walk begins at them, and none is
accepted by that. Needs scikit-learn: pip install 'local-partnerships[explore]'.

Writes into the study folder: fit.json, draws/ and waves/ on the way; accepted.csv, parameters.csv, waves.csv,
judged.csv, simulated.parquet (all sets of the waves), emulators.csv, coverage.csv, patterns.csv (shares of the prior),
scoreboard_accepted.csv, scoreboard_best.csv, summary.txt, figures/ and manifest.json at the end; and configs/behaviour/
with best.yaml and accepted.yaml, which other verbs take from there.

For example:
  partnerships fit
  partnerships fit calibration=quick
  partnerships compare --config-dir studies/fit/configs behaviour=accepted
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.patterns.calibration import contraction_figure, prior_against_posterior
from analysis.patterns.declaration import Declaration
from analysis.patterns.figures import scoreboard_figure
from analysis.patterns.fitted import coverage, coverage_words, numbers_told, waves_words
from analysis.patterns.judging import Docket, judged_rows, judged_scoreboard, judged_words
from analysis.patterns.scan import pattern_shares, what_decides
from analysis.patterns.scoreboard import margins_from, scoreboard_of_sets
from analysis.shared.libraries import library
from experiments.behaviours import behaviours_of_a_fit
from experiments.command import Command
from experiments.errors import CommandError
from experiments.files import Refused, read_parquet, typed_path
from experiments.output.frame import Results, study_folder
from experiments.runs.declared_patterns import (
    FITTED,
    NUMBERS_DRAWN,
    Prepared,
    declared_patterns,
    declared_share,
    docket_of,
    prepared,
    reads_matrices,
    seen_of,
    stand_ins,
    values_of_sets,
)
from experiments.search.checkpoints import begin
from experiments.search.fitting import WAVES, Fit, Fitted, columns_of, fitted
from experiments.search.history_matching import Judge
from experiments.search.objective import counted_ids
from experiments.search.prior_scan import Scan, free_numbers
from experiments.settings import Figures, Names, Seed, Workers, checked
from experiments.terminal import filled_table, progress_bar
from experiments.verbs.scan import USUAL_SHARES
from sim import MONTH
from sim.parameters import Real, Whole

PLAN = "fit.json"

SCREENED_IN = frozenset({"typical", "england", "talking_shop", "baseline", "cliff", "staffed", "unstaffed"})
"""Experiments in which draws are screened, all at once: what a set misses everything of teaches emulators too."""

JUDGED_FIRST: tuple[tuple[str, ...], ...] = (
    ("typical",),
    ("england",),
    ("talking_shop",),
    ("baseline",),
    ("cliff",),
    ("staffed", "unstaffed"),
    ("size_30", "size_60", "size_100"),
)
"""Experiments in which sets are judged first, in this order: those that are cheap and leave out most."""

IN_FULL = frozenset({"staffed", "unstaffed"})
"""Experiments that always have the runs declared for them: what they show is rare, and cannot be seen in fewer.

While draws are screened they teach emulators, and the patterns that read them give nothing up.
"""

PRIOR_RUNS = {"england": 6.0, "talking_shop": 1.0, "staffed": 5.0, "unstaffed": 5.0, "size_60": 0.5, "size_100": 0.25}
"""Runs of experiments with prior draws, as multiples of runs=, where not as usual in a scan."""

SCREENING_RUNS = {"england": 8.8, "talking_shop": 2.0, "staffed": 10.0, "unstaffed": 10.0}
"""The same of draws that are screened: what only a few of hundreds do needs many of them."""

SCREENING, JUDGING, ACCEPTED, BEST = 1, 2, 3, 4
"""What is added to the seed where draws are screened, sets judged, and accepted ones and the best one run once more."""

NOT_IN_PLAN = ("study", "threads", "figures", "wanted", "waves", "planted", "confirming_runs")
"""Settings that change nothing that is stored on the way."""


@checked
class FitSettings:
    """What can be set for a fit; the defaults are in configs/fit.yaml."""

    study: str
    known: str | None
    leave_out: Names
    draws: Annotated[Whole, Field(ge=64, le=1_000_000)]
    runs: Annotated[Whole, Field(ge=1, le=10_000)]
    screening_runs: Annotated[Whole, Field(ge=2, le=10_000)]
    judging_runs: Annotated[Whole, Field(ge=4, le=10_000)]
    interval_runs: Annotated[Whole, Field(ge=4, le=10_000)]
    confirming_runs: Annotated[Whole, Field(ge=4, le=10_000)]
    matrix_runs: Annotated[Whole, Field(ge=2, le=10_000)]
    places: Annotated[Whole, Field(ge=1, le=1_000)]
    screening_places: Annotated[Whole, Field(ge=1, le=1_000)]
    chances: Annotated[tuple[Annotated[Real, Field(gt=0.0, lt=1.0)], ...], Field(min_length=1)]
    wave: Annotated[Whole, Field(ge=8, le=100_000)]
    waves: Annotated[Whole, Field(ge=1, le=99)]
    steps: Annotated[Whole, Field(ge=1, le=1_000_000)]
    wanted: Annotated[Whole, Field(ge=1, le=100_000)]
    planted: Annotated[Whole, Field(ge=10, le=100_000)]
    seed: Seed
    threads: Workers | None
    figures: Figures


def work(settings: FitSettings, command: Command) -> Results:
    """Fit, or go on with it, and judge what was found on new seeds."""
    library("sklearn.ensemble", purpose="fitting", extra="explore")
    if given := command.beside(*vars(settings), "calibration"):
        raise CommandError(
            f"{given[0]!r} is not allowed: a fit draws all free numbers, in experiments of its own; to test one set "
            "of them use partnerships patterns"
        )
    if len(set(settings.chances)) < len(settings.chances):
        raise CommandError(f"chances = {list(settings.chances)} is not allowed: name each once")
    declared = declared_patterns()
    fit = fit_of(settings, declared)
    folder = study_folder(settings)
    begin(folder, _deciding(settings, fit), plan=PLAN, parts=WAVES, what="fit")
    found = fitted(fit, folder)
    accepted = found.accepted
    names = fit.prior.names
    shares, decides = pattern_shares(found.prior), what_decides(found.prior)
    covered = _coverage(fit, found, settings)
    lines = [
        waves_words(found.waves),
        coverage_words(covered, planted=min(settings.planted, len(found.prior))),
    ]
    tables = {
        "waves.csv": found.waves,
        "emulators.csv": found.emulators,
        "coverage.csv": covered,
        "patterns.csv": shares,
        "judged.csv": found.judged,
        "simulated.parquet": found.simulated,
    }
    experiments = [one for stage in fit.judging.stages for one in stage]
    scenarios = {one.name: one.parts[0].scenario for one in experiments}
    districts = {one.name: len(one.parts) for one in experiments}
    if accepted.empty:
        text = "\n".join([*lines, "No set was accepted: " + _nearest_misses(fit, found)])
        return Results(
            scenarios,
            settings.seed,
            range(settings.judging_runs),
            tables=tables,
            texts={"summary.txt": text},
            words=[text],
            numbers="",
            districts=districts,
        )
    sets, points = fit.prior.sets_in(accepted), fit.prior.points_in(accepted)
    best = sets[_best(fit, accepted)]
    parameters = numbers_told(points, list(names), decides, best=best)
    of_sets, of_best = _confirmed(declared, sets, best, settings)
    text = "\n".join(
        [
            *lines,
            *_on_numbers(parameters),
            *_on_sets(of_sets),
            judged_words(of_best, model="The best set"),
            *stand_ins(declared, (one.name for one in experiments)),
        ]
    )
    again = " ".join(["partnerships fit", *command.beside("study", "threads", "figures")])
    title = f"{len(accepted)} accepted sets, new seeds"
    return Results(
        scenarios,
        settings.seed,
        range(settings.judging_runs),
        tables={
            **tables,
            "accepted.csv": accepted,
            "parameters.csv": parameters,
            "scoreboard_accepted.csv": of_sets,
            "scoreboard_best.csv": of_best,
        },
        texts={"summary.txt": text, **behaviours_of_a_fit(sets, best, again=again)},
        figures={
            "prior_against_posterior": partial(prior_against_posterior, points, list(names), parameters),
            "parameters": partial(contraction_figure, parameters),
            "scoreboard_accepted": partial(scoreboard_figure, of_sets, title=title),
        },
        words=[filled_table("Patterns, best set, new seeds", *judged_rows(of_best)), text],
        numbers="",
        districts=districts,
    )


# ------------------------------------------------------------------------ what is asked


def fit_of(settings: FitSettings, declared: Declaration) -> Fit:
    """Return what is drawn and how it is judged with these settings."""
    by_value = docket_of(declared, MONTH, roles=FITTED, matrices=False)
    with_matrices = docket_of(declared, MONTH, roles=FITTED, matrices=True)
    ids = [pattern.id for pattern in with_matrices.patterns]
    counted = frozenset(counted_ids(ids, settings.leave_out))
    patterns = by_value.whole
    screened = tuple(pattern for pattern in patterns if set(pattern.experiments) <= SCREENED_IN)
    closely = Docket(
        tuple(
            pattern
            for pattern in with_matrices.whole
            if reads_matrices(pattern) or any(finding.holds_for != "value" for finding in pattern.findings)
        ),
        {},
    )
    ready = partial(prepared, declared, changes=NUMBERS_DRAWN)
    prior = ready(by_value, runs_of=_multiples(PRIOR_RUNS, settings.runs), most_places=settings.places)
    screening = ready(
        Docket(screened, {}),
        runs_of=_multiples(SCREENING_RUNS, settings.screening_runs),
        most_places=settings.screening_places,
    )
    judging_runs = _judging_runs(settings, declared)
    judging = ready(by_value, runs_of=judging_runs)
    return Fit(
        prior=Scan(free_numbers(), by_value, prior, seed=settings.seed, at_once=64, threads=settings.threads),
        draws=settings.draws,
        screening=Judge(
            screened,
            frozenset(one.id for one in screened if one.id in counted and not set(one.experiments) & IN_FULL),
            (screening,),
            seed=settings.seed + SCREENING,
            gives_up=False,
            threads=settings.threads,
        ),
        judging=Judge(
            patterns,
            counted,
            _in_stages(judging, JUDGED_FIRST),
            seed=settings.seed + JUDGING,
            gives_up=True,
            threads=settings.threads,
        ),
        closely=closely,
        close_experiments=ready(closely, runs_of=declared_share(declared, settings.interval_runs)),
        matrix_runs=settings.matrix_runs,
        chances=tuple(settings.chances),
        a_wave=settings.wave,
        most_waves=settings.waves,
        steps=settings.steps,
        wanted=settings.wanted,
        known=_known(settings.known),
        seed=settings.seed,
    )


def _known(named: str | None) -> pd.DataFrame:
    """Return the sets of another fit from its simulated.parquet; none if none is named."""
    if named is None:
        return pd.DataFrame()
    try:
        return read_parquet(typed_path(named))
    except Refused as error:
        raise CommandError(f"known = {named!r}: {error}") from None


def _multiples(own: Mapping[str, float], runs: int) -> Callable[[str], int]:
    """Return how many runs an experiment has: a multiple of ``runs``, its ``own`` or that of a scan."""
    shares = {**USUAL_SHARES, **own}
    return lambda name: max(1, round(shares.get(name, 1.0) * runs))


def _judging_runs(settings: FitSettings, declared: Declaration) -> Callable[[str], int]:
    """Return how many runs an experiment has where sets are judged."""
    share = declared_share(declared, settings.judging_runs)
    return lambda name: declared.runs_of(name) if name in IN_FULL else share(name)


def _in_stages(
    experiments: tuple[Prepared, ...], first: tuple[tuple[str, ...], ...]
) -> tuple[tuple[Prepared, ...], ...]:
    """Return experiments by stage; those that no stage names come last, together."""
    by_name = {one.name: one for one in experiments}
    named = [tuple(by_name.pop(name) for name in stage if name in by_name) for stage in first]
    return tuple(stage for stage in (*named, tuple(by_name.values())) if stage)


def _deciding(settings: FitSettings, fit: Fit) -> dict[str, Any]:
    """Return everything that decides what is stored, beside the code of the model."""
    asked = {name: value for name, value in dataclasses.asdict(settings).items() if name not in NOT_IN_PLAN}
    priors = {name: [p.low, p.high] for name, p in zip(fit.prior.names, fit.prior.parameters, strict=True)}
    stages = [fit.prior.experiments, *fit.screening.stages, *fit.judging.stages, fit.close_experiments]
    parts = [(one.name, one.words, one.month.own_key, one.parts) for stage in stages for one in stage]
    # Written out, dataclasses name every value that a pattern or a scenario declares.
    declared = repr((fit.screening.patterns, fit.judging.patterns, fit.closely, parts))
    if not fit.known.empty:
        asked["known"] = hashlib.sha256(fit.known.to_csv().encode()).hexdigest()
    return {**asked, "priors": priors, "declared": hashlib.sha256(declared.encode()).hexdigest()}


# ---------------------------------------------------------------------------- what came


def _margins(fit: Fit, table: pd.DataFrame) -> pd.DataFrame:
    """Return the margins of sets, a column a pattern that counts, by value; NaN where a set was given up before."""
    return pd.DataFrame(
        {
            pattern.id: np.where(
                table[columns_of(pattern)].notna().any(axis=1),
                margins_from([pattern], table[columns_of(pattern)].to_numpy(float))[..., 0],
                np.nan,
            )
            for pattern in fit.judging.patterns
            if pattern.id in fit.judging.counted
        }
    )


def _best(fit: Fit, accepted: pd.DataFrame) -> int:
    """Return the place of the accepted set that lies farthest inside the band that it lies least inside."""
    return int(_margins(fit, accepted).min(axis=1).argmax())


def _nearest_misses(fit: Fit, found: Fitted) -> str:
    if found.judged.empty:
        return "none met everything on few runs either; raise draws=, wave= or waves=."
    margins = _margins(fit, found.judged)
    missed = (margins < 0.0).sum().sort_values(ascending=False)
    named = ", ".join(f"{id} {count}" for id, count in missed.items() if count)
    return f"of {len(found.judged)} that met everything on few runs, these patterns were missed on many: {named}."


def _coverage(fit: Fit, found: Fitted, settings: FitSettings) -> pd.DataFrame:
    columns = [column for pattern in fit.judging.patterns for column in columns_of(pattern) if column in found.prior]
    return coverage(
        fit.prior.points_in(found.prior),
        list(fit.prior.names),
        found.prior[columns].to_numpy(float),
        planted=settings.planted,
        seed=settings.seed,
    )


def _confirmed(
    declared: Declaration,
    sets: Sequence[Mapping[str, float]],
    best: Mapping[str, float],
    settings: FitSettings,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the scoreboards of accepted sets and of the best one, on seeds that nothing was judged on before."""
    docket = docket_of(declared, MONTH, roles=FITTED)
    few = prepared(declared, docket, runs_of=_judging_runs(settings, declared))
    whole = prepared(declared, docket, runs_of=declared_share(declared, settings.confirming_runs))
    how: dict[str, Any] = {"matrix_runs": settings.matrix_runs, "threads": settings.threads}
    total = len(sets) * sum(one.runs for one in few) + sum(one.runs for one in whole)
    with progress_bar("runs on new seeds", total=total) as advance:
        values = values_of_sets(docket, few, sets, seed=settings.seed + ACCEPTED, advance=advance, **how)
        (of_best,) = seen_of(docket, whole, [best], seed=settings.seed + BEST, advance=advance, **how)
    board = judged_scoreboard(docket, of_best, resamples=999, seed=settings.seed)
    return scoreboard_of_sets(docket.judged, values), board


# -------------------------------------------------------------------------------- words


def _on_numbers(parameters: pd.DataFrame) -> list[str]:
    learnt = parameters[parameters["learnt"]]
    by = "; ".join(
        f"{row['parameter']} by {row['identified_by'] or 'no single pattern'}" for _, row in learnt.iterrows()
    )
    edge = parameters.loc[parameters["at_edge"], "parameter"]
    return [
        f"The patterns say something about {len(learnt)} of {len(parameters)} numbers{': ' + by if by else ''}. The "
        "others are carried as uncertainty.",
        f"At the edge of their ranges: {', '.join(edge)}." if len(edge) else "None sits at the edge of its range.",
    ]


def _on_sets(board: pd.DataFrame) -> list[str]:
    shares = board.drop_duplicates("id").set_index("id")["share_of_sets"]
    told = ", ".join(f"{id} {100 * share:.0f} %" for id, share in shares.items())
    return [f"On new seeds accepted sets meet, by value: {told}."]
