"""Test whether the model shows the patterns of real partnerships: the scoreboard.

Each pattern is declared with its source and its criterion in configs/pattern/declared.yaml. What they read
is simulated with the behaviour in force, and every finding is set against its band, with an interval. A
pattern that is missed is a finding like any other: it is said plainly and the exit code is 0.

With behaviour=accepted each parameter set that the calibration accepted is tested, and the scoreboard says
how many of them pass. With nulls=true the null models, each with one mechanism switched off, are tested
too, and which patterns they lose.

Patterns of your own are a YAML file for extra=, see configs/pattern/example.yaml: experiments (scenario,
overrides, places: own or real, share_of_runs) and patterns (id, statement, criterion, source, findings,
any_of). A finding takes what, statistic, experiment, measure ("a + b" adds up, [a, b] averages), months
(all, last_year, at_the_end for the last twelve months lived, or [first, last], from 0), over (mean or total
of these months), low and high; minus: {experiment: …} or {measure: …} subtracts the same of something else;
among: [{measure: …, low: …, high: …, months: …, experiment: …}] looks at some runs only; holds_for: interval
(the whole of it has to lie in the band) or some_of_interval; reported: true decides nothing. Statistics:
mean, sd, share_below (below), share_above (above), share_at_both_ends (below, above), share_ordered
(measures in falling order), correlation (two measures, over runs), half_life; effect (in standard
deviations, against: another experiment) and paired_effect (in those of that one, or of sd_of); at months
listed in at (a month or [first, last]): ratio_of_months, change, sd_of_change and share_rising (two),
share_of_gain (three), share_meeting (any number; where: levels as in among, the smallest share counts),
odds_slope (two measures: 0 or 1, and its cause), slope_of_change (two measures; later, earlier, month of the
cause); error_over_uniform (record: numbers that several measures should have).

With extension=sim.second the patterns that were declared for the second model (docs/patterns_2.md) are tested
on it, with own.NAME=… for its free numbers. Each experiment has the runs declared for it, times runs / 400;
what reads who trusts or is tied to whom, matrix_runs of them. What cannot be judged yet, because an
experiment is to come, a null model is not built or a measure is not there, is said not to be judged, and
never met. Patterns that are held out are neither simulated nor shown without held_out=true: once looked at
they are evidence no more.

Writes scoreboard.csv, patterns.md (of the first model), verdicts.txt, figures/ and manifest.json; with
several behaviours null_models.csv too.

For example:
  partnerships patterns
  partnerships patterns behaviour=accepted runs=40
  partnerships patterns nulls=true output=outputs/nulls
  partnerships patterns behaviour.weight_cooperation=2 runs=100
  partnerships patterns extra=example
  partnerships patterns extension=sim.second own.trust_rate=0.05
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field

from analysis.patterns.calibration import LEFT_OUT, PRIOR_SHARES
from analysis.patterns.criteria import Role, scoreboard, scoreboard_of_sets
from analysis.patterns.figures import null_models_figure, scoreboard_figure
from analysis.patterns.judging import NOT_JUDGED, ids_of, judged_rows, judged_scoreboard, judged_words
from analysis.patterns.words import (
    BEHAVIOUR,
    losses_in_words,
    null_models,
    patterns_page,
    scoreboard_rows,
    verdicts,
)
from experiments.behaviours import Sample
from experiments.command import Command
from experiments.errors import CommandError
from experiments.options import option_names
from experiments.output.frame import Results
from experiments.runs.patterns import (
    Declared,
    declared_patterns,
    of_one,
    of_sets,
    pattern_batches,
    second_patterns,
)
from experiments.runs.second_patterns import NOT_HELD_OUT, STAND_INS, docket_of, is_second, prepared, seen_of
from experiments.settings import Names, Seed, Workers, checked
from experiments.terminal import filled_table, progress_bar
from sim import load_month
from sim.parameters import Whole

NULL = "null_"
"""How behaviours are named in which a mechanism is switched off."""

_OF_THE_MODEL = re.compile(r"[+~]*(behaviour|delivery)(=|\.)")
_OF_THE_SECOND = re.compile(r"[+~]*(own\.|extension=)")

DECLARED_RUNS = 400
"""Setting of runs= at which experiments of the second model have the runs that are declared for them."""

HELD_OUT_SEEN = (
    "Patterns that are held out are shown: once looked at they are evidence no more; note it in docs/limits.md."
)


@checked
class PatternsSettings:
    """What can be set for a test; the defaults are in configs/patterns.yaml."""

    behaviours: Names | None
    nulls: bool
    extra: str | None
    held_out: bool
    runs: Annotated[Whole, Field(ge=4, le=100_000)]
    matrix_runs: Annotated[Whole, Field(ge=0, le=10_000)]
    resamples: Annotated[Whole, Field(ge=99, le=100_000)]
    seed: Seed
    calibration: str | None
    threads: Workers | None
    output: str | None
    overwrite: bool
    figures: bool


def work(settings: PatternsSettings, command: Command) -> Results:
    """Test the patterns with each behaviour that the settings name, or those of the second model."""
    if is_second(str(command.config.extension)):
        return _of_the_second(settings, command)
    if settings.held_out:
        raise CommandError("held_out = true is for the second model: add extension=sim.second")
    changes = _changes(settings, command)
    models = _models(settings, command)
    declared = declared_patterns(settings.extra)
    of_calibration = _calibration_tables(settings.calibration)
    batches = pattern_batches(declared, runs=settings.runs, changes=[] if command.sample else changes)
    boards = _boards(declared, models, changes, settings, command.sample)
    by_model = {name: boards[boards[BEHAVIOUR] == name] for name in map(str, boards[BEHAVIOUR].unique())}
    reference = next(iter(by_model))
    lines = [verdicts(board, behaviour=name) for name, board in by_model.items()]
    several = null_models(boards, reference=reference) if len(by_model) > 1 else None
    lines += [] if several is None else [losses_in_words(several, reference=reference)]
    page = patterns_page(
        by_model[reference],
        command=" ".join(["partnerships patterns", *command.beside("output", "overwrite", "threads")]),
        says=[*_how(settings), lines[0]],
        remarks=declared.remarks,
        models=several,
        reference=reference,
        **of_calibration,
    )
    text = "\n\n".join(lines)
    printed = [filled_table(f"Patterns, behaviour {name}", *scoreboard_rows(board)) for name, board in by_model.items()]
    return Results(
        scenarios={batch.name: batch.scenarios[0] for batch in batches},
        seed=settings.seed,
        replicates=range(settings.runs),
        tables={"scoreboard.csv": boards} | ({} if several is None else {"null_models.csv": several}),
        texts={"verdicts.txt": text, "patterns.md": page},
        figures=_figures(by_model, several),
        words=[*printed, text],
    )


def _changes(settings: PatternsSettings, command: Command) -> list[str]:
    """Return the overrides that hold in every experiment: those of the behaviour."""
    given = command.beside(*vars(settings))
    for override in given:
        if not _OF_THE_MODEL.match(override):
            raise CommandError(
                f"{override!r} is not allowed: patterns are tested on experiments of their own; only behaviour "
                f"(and delivery) can be changed, for example behaviour=fitted"
            )
    return given


def _models(settings: PatternsSettings, command: Command) -> Sequence[str]:
    """Return the behaviours to test by name; the first is the one that others are set against."""
    in_force = str(command.choices[BEHAVIOUR])
    if settings.behaviours is None and not settings.nulls:
        return [in_force]
    if command.sample is not None:
        raise CommandError("behaviour=accepted is tested alone: leave out behaviours and nulls")
    names = list(settings.behaviours or [in_force])
    if settings.nulls:
        nulls = [name for name in option_names(BEHAVIOUR) if name.startswith(NULL)]
        if not nulls:
            raise CommandError(f"nulls = true: there are no behaviours whose names begin with {NULL}")
        names += [name for name in nulls if name not in names]
    if len(set(names)) < len(names):
        raise CommandError(f"behaviours = [{','.join(names)}] is not allowed: name each once")
    return names


def _boards(
    declared: Declared, models: Sequence[str], changes: Sequence[str], settings: PatternsSettings, sample: Sample | None
) -> pd.DataFrame:
    """Return the scoreboards of all models, one below the other."""
    shared = [change for change in changes if not re.match(r"\+*behaviour=", change)]
    batches = {}
    for name in models:
        # Of a sample the sets come instead of the scenarios' own behaviour.
        chosen = [f"behaviour={name}"] if sample is None else []
        batches[name] = pattern_batches(declared, runs=settings.runs, changes=[*chosen, *shared])
    boards = []
    sets = len(sample.sets) if sample else 1
    total = sets * sum(batch.runs for of_model in batches.values() for batch in of_model)
    with progress_bar("runs", total=total) as advance:
        for name, of_model in batches.items():
            if sample is not None:
                values = of_sets(
                    declared, of_model, sample.sets, seed=settings.seed, threads=settings.threads, advance=advance
                )
                board = scoreboard_of_sets(declared.patterns, values)
            else:
                found = of_one(of_model, seed=settings.seed, threads=settings.threads, advance=advance)
                board = scoreboard(declared.patterns, found, resamples=settings.resamples, seed=settings.seed)
            board.insert(0, BEHAVIOUR, name)
            boards.append(board)
    return pd.concat(boards, ignore_index=True)


def _calibration_tables(folder: str | None) -> dict[str, pd.DataFrame]:
    """Return the tables of a calibration that the page on patterns shows; none if there is no folder."""
    if folder is None:
        return {}
    try:
        return {
            "prior_shares": pd.read_csv(Path(folder) / PRIOR_SHARES),
            "left_out": pd.read_csv(Path(folder) / LEFT_OUT),
        }
    except (OSError, ValueError) as error:
        raise CommandError(f"calibration = {folder!r} holds no finished calibration: {error}") from None


def _figures(boards: dict[str, pd.DataFrame], several: pd.DataFrame | None) -> dict[str, Callable[[], Figure]]:
    figures: dict[str, Callable[[], Figure]] = {}
    for name, board in boards.items():
        passed = board.drop_duplicates("id")["passed"]
        title = f"{passed.sum()} of {len(passed)} patterns are reproduced ({name})"
        figures[f"scoreboard_{name}"] = partial(scoreboard_figure, board, title=title)
    return figures if several is None else figures | {"null_models": partial(null_models_figure, several)}


def _how(settings: PatternsSettings) -> list[str]:
    return [
        f"Values are from {settings.runs} runs of the baseline on seed {settings.seed}; other experiments have the "
        "share of runs declared for them. P are patterns of the literature, C are what the scenarios' names claim. "
        "Experiments and criteria are declared in `configs/pattern/declared.yaml`, the statistics in "
        "`analysis/patterns/criteria.py`. How the behaviour was chosen is told by `partnerships calibrate --help`.",
    ]


# -------------------------------------------------------------------- the second model


def _of_the_second(settings: PatternsSettings, command: Command) -> Results:
    """Test the patterns that were declared for the second model, as far as they can be judged."""
    changes = _changes_of_the_second(settings, command)
    extension = str(command.config.extension)
    if settings.held_out:
        print(HELD_OUT_SEEN, file=sys.stderr)
    declared = second_patterns()
    roles: tuple[Role, ...] = (*NOT_HELD_OUT, "held_out") if settings.held_out else NOT_HELD_OUT
    docket = docket_of(declared, load_month(extension), roles=roles, matrices=settings.matrix_runs > 0)
    share = settings.runs / DECLARED_RUNS
    experiments = prepared(
        declared,
        docket,
        extension=extension,
        changes=changes,
        runs_of=lambda name: max(1, round(share * declared.runs_of(name))),
    )
    with progress_bar("runs", total=sum(one.runs for one in experiments)) as advance:
        seen = seen_of(
            docket,
            experiments,
            {},
            seed=settings.seed,
            matrix_runs=settings.matrix_runs,
            threads=settings.threads,
            advance=advance,
        )
    board = judged_scoreboard(docket, seen, resamples=settings.resamples, seed=settings.seed)
    model = f"Second model, {'with ' + ' '.join(changes) if changes else 'its numbers as they stand'}"
    stands_in = [f"{one.name}: {STAND_INS[one.name]}." for one in experiments if one.name in STAND_INS]
    lines = [judged_words(board, model=model), *stands_in, *([HELD_OUT_SEEN] if settings.held_out else [])]
    text = "\n".join(lines)
    met, missed = len(ids_of(board, "met")), len(ids_of(board, "missed"))
    shown = board[(board[NOT_JUDGED] == "") & (board["verdict"] != "not judged")]
    title = f"{met} of {met + missed} patterns that can be judged are met (second model)"
    return Results(
        scenarios={one.name: one.parts[0].scenario for one in experiments},
        seed=settings.seed,
        replicates=range(settings.runs),
        tables={"scoreboard.csv": board},
        texts={"verdicts.txt": text},
        figures={"scoreboard_second": partial(scoreboard_figure, shown, title=title)} if len(shown) else {},
        words=[filled_table("Patterns of the second model", *judged_rows(board)), text],
    )


def _changes_of_the_second(settings: PatternsSettings, command: Command) -> list[str]:
    """Return the overrides that hold in every experiment; refuse what is of the first model."""
    of_the_first = {name: getattr(settings, name) for name in ("behaviours", "nulls", "extra", "calibration")}
    for name, value in of_the_first.items():
        if value:
            raise CommandError(f"{name} = {value!r} is of the first model: leave it out with extension=sim.second")
    given = command.beside(*vars(settings))
    for override in given:
        if not _OF_THE_SECOND.match(override):
            raise CommandError(
                f"{override!r} is not allowed: patterns are tested on experiments of their own; of the second model "
                "only free numbers can be changed, for example own.trust_rate=0.05"
            )
    return [override for override in given if not override.lstrip("+").startswith("extension=")]
