"""Test whether the model shows the patterns of real partnerships: the scoreboard.

Each pattern is declared with its source and its criterion in configs/pattern/declared/
(docs/patterns.md). What they read is simulated with the behaviour in force, and every finding is
set against its band, with an interval. A pattern that is missed is a finding like any other: it is
said plainly and the exit code is 0. Each experiment has the runs declared for it, times runs / 400;
what reads who trusts or is tied to whom, matrix_runs of them. What cannot be judged, because
a measure is not there, is said not to be judged, and never met. Patterns that are held out are
neither simulated nor shown without held_out=true: once looked at they are evidence no more.

behaviour.NAME=… changes a free number; behaviour=accepted judges every accepted set, by value;
extension=sim.nulls.NAME takes one thing away from the model.

Patterns of your own are a YAML file for of=, tested instead, see configs/pattern/example.yaml:
experiments (scenario, overrides, places: own or real, share_of_runs) and patterns (id, statement,
criterion, source, findings, any_of). A finding takes what, statistic, experiment, measure ("a + b"
adds up, [a, b] averages), months (all, last_year, at_the_end for the last twelve months lived, or
[first, last], from 0), over (mean or total of these months), low and high; minus: {experiment: …}
or {measure: …} subtracts the same of something else; among: [{measure: …, low: …, high: …, months:
…, experiment: …}] looks at some runs only; holds_for: interval (the whole of it has to lie in the
band) or some_of_interval; reported: true decides nothing. Statistics: mean, sd, share_below
(below), share_above (above), share_at_both_ends (below, above), share_ordered (measures in falling
order), correlation (two measures, over runs), half_life; effect (in standard deviations, against:
another experiment) and paired_effect (in those of that one, or of sd_of); at months listed in at (a
month or [first, last]): ratio_of_months, change, sd_of_change and share_rising (two), share_of_gain
(three), share_meeting (any number; where: levels as in among, the smallest share counts),
odds_slope (two measures: 0 or 1, and its cause), slope_of_change (two measures; later, earlier,
month of the cause); error_over_uniform (record: numbers that several measures should have).

case=FOLDER tests the model on your own place instead: what was observed there, targets.csv of the
case (docs/cases.md), and with of=FILE patterns of your own on its place and board. Beside the model
stand its null models (sim/nulls/), each without one thing, and with extension=mine.py your own
theory, all with the same luck. A target is shown where it lies in the middle 90 % of what runs
would have measured, error included; what a null model shows as well is no evidence for what it lacks.
nulls=[no_ties,mean_trust] sets some beside it, nulls=[] none; each takes a minute or two to compile
when it is first used. behaviour=accepted of a calibration shares the runs out over its sets.

Writes scoreboard.csv, verdicts.txt, figures/ and manifest.json; with case= observed.csv too, a row a
model and target: mean, middle 90 %, inside, and how many standard deviations off.

For example:
  partnerships patterns
  partnerships patterns behaviour.trust_rate=0.05 runs=100
  partnerships patterns extension=sim.nulls.no_ties output=outputs/no_ties
  partnerships patterns of=example
  partnerships patterns case=mycity
  partnerships patterns case=mycity of=mine.yaml nulls=[no_ties,no_learning]
  partnerships patterns case=mycity --config-dir studies/mycity/configs behaviour=accepted
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field
from rich.table import Table

from analysis.nulls.figures import shown_by_models
from analysis.nulls.tables import MODEL, against_targets
from analysis.nulls.words import patterns_words, shown_title, shown_words, table_rows
from analysis.patterns.criteria import Role
from analysis.patterns.figures import scoreboard_figure
from analysis.patterns.judging import (
    NOT_JUDGED,
    Docket,
    ids_of,
    judged_rows,
    judged_scoreboard,
    judged_scoreboard_of_sets,
    judged_words,
)
from analysis.patterns.scoreboard import scoreboard, scoreboard_of_sets
from analysis.patterns.words import scoreboard_rows, verdicts
from experiments.behaviours import OF_EACH_SET, NumberSet, Sample
from experiments.cases.reading import Case
from experiments.command import Command
from experiments.compose import load_scenario
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.runs.declared_patterns import (
    DECLARED_RUNS,
    NOT_HELD_OUT,
    OF_AN_EXTENSION,
    Prepared,
    declared_patterns,
    declared_share,
    docket_of,
    prepared,
    seen_of,
    stand_ins,
    values_of_sets,
)
from experiments.runs.own_patterns import (
    Batch,
    OwnPatterns,
    of_one,
    of_sets,
    own_patterns,
    pattern_batches,
)
from experiments.search.targets import TargetRuns, targets_of
from experiments.settings import Figures, Names, Seed, Workers, checked
from experiments.terminal import filled_table, progress_bar
from sim import MONTH, Scenario, load_month
from sim.nulls import NULLS
from sim.parameters import Whole
from sim.scenario import nearest

_OF_BEHAVIOUR = re.compile(r"[+~]*behaviour(=|\.)")

NULL_MODELS = "sim.nulls"

OF_CASES = ("nulls", "leave_out")
"""Settings that are for cases alone."""

HELD_OUT_SEEN = (
    "Patterns that are held out are shown: once looked at they are evidence no more; note it in docs/limits.md."
)


@checked
class PatternsSettings:
    """What can be set for a test; the defaults are in configs/patterns.yaml."""

    of: str | None
    nulls: Names | None
    leave_out: Names
    held_out: bool
    runs: Annotated[Whole, Field(ge=4, le=100_000)] | None
    matrix_runs: Annotated[Whole, Field(ge=0, le=10_000)]
    resamples: Annotated[Whole, Field(ge=99, le=100_000)]
    seed: Seed
    threads: Workers | None
    output: str | None
    overwrite: bool
    figures: Figures


def work(settings: PatternsSettings, command: Command) -> Results:
    """Test declared patterns, as far as they can be judged, patterns of one's own, or what was observed of a case."""
    if command.case is not None:
        return _of_a_case(command.case, settings, command)
    for name in OF_CASES:
        if command.sets(name):
            raise CommandError(f"{name} is for what was observed of a case, case=FOLDER: leave it out here")
    changes = _changes(settings, command)
    if settings.of is not None:
        return _of_ones_own(settings.of, settings, command, changes)
    if settings.held_out:
        print(HELD_OUT_SEEN, file=sys.stderr)
    extension = str(command.config.extension)
    month = load_month(extension) if extension else MONTH
    declared = declared_patterns()
    roles: tuple[Role, ...] = (*NOT_HELD_OUT, "held_out") if settings.held_out else NOT_HELD_OUT
    docket = docket_of(declared, month, roles=roles, matrices=settings.matrix_runs > 0)
    runs, sample = _runs(settings, command), command.sample
    of_all = [one for one in changes if not (sample and _OF_BEHAVIOUR.match(one))]
    experiments = prepared(declared, docket, changes=of_all, runs_of=declared_share(declared, runs))
    if sample is not None:
        board, words = _of_sample(settings, docket, experiments, sample)
    else:
        board, words = _of_set(settings, docket, experiments, changes)
    text = "\n".join(
        [
            *words,
            *stand_ins(declared, (one.name for one in experiments)),
            *([HELD_OUT_SEEN] if settings.held_out else []),
        ]
    )
    shown = board[(board[NOT_JUDGED] == "") & (board["verdict"] != "not judged")]
    met, missed = len(ids_of(board, "met")), len(ids_of(board, "missed"))
    title = f"{met} of {met + missed} patterns that can be judged are met"
    return Results(
        scenarios={one.name: one.parts[0].scenario for one in experiments},
        districts={one.name: len(one.parts) for one in experiments},
        seed=settings.seed,
        replicates=range(runs),
        tables={"scoreboard.csv": board},
        texts={"verdicts.txt": text},
        figures={"scoreboard": partial(scoreboard_figure, shown, title=title)} if len(shown) else {},
        words=[filled_table("Patterns", *judged_rows(board)), text],
        numbers=_set_by_set(command),
    )


def _set_by_set(command: Command) -> str | None:
    """Return what has to be said of a sample that is judged; None: what is said of any run."""
    return OF_EACH_SET.format(sets=len(command.number_sets)) if command.sample else None


def _of_set(
    settings: PatternsSettings, docket: Docket, experiments: Sequence[Prepared], changes: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the scoreboard of one set of numbers, and what it shows in words."""
    with progress_bar("runs", total=sum(one.runs for one in experiments)) as advance:
        (seen,) = seen_of(docket, experiments, [{}], seed=settings.seed, advance=advance, **_how(settings))
    board = judged_scoreboard(docket, seen, resamples=settings.resamples, seed=settings.seed)
    return board, [judged_words(board, model=f"The model, {_numbers_named(changes)}")]


def _of_sample(
    settings: PatternsSettings, docket: Docket, experiments: Sequence[Prepared], sample: Sample
) -> tuple[pd.DataFrame, list[str]]:
    """Return the same of a sample: a pattern is met if half of the sets or more meet it, by value."""
    sets = [one.values for one in sample.sets]
    with progress_bar("runs", total=len(sets) * sum(one.runs for one in experiments)) as advance:
        values = values_of_sets(docket, experiments, sets, seed=settings.seed, advance=advance, **_how(settings))
    board = judged_scoreboard_of_sets(docket, values)
    shares = board[board["verdict"].isin(["met", "missed"])].drop_duplicates("id")
    told = ", ".join(f"{row['id']} {100 * row['share_of_sets']:.0f} %" for _, row in shares.iterrows())
    words = f"{len(sets)} sets of numbers; a pattern is met if half of them or more meet it, by value"
    together = ", ".join(
        f"{str(role).replace('_', ' ')} {100 * share:.0f} %"
        for role, share in board.groupby("role", sort=False)["share_together"].first().dropna().items()
    )
    return board, [
        judged_words(board, model=words),
        f"Share of sets that meet each: {told}.",
        f"Share that meet all at once, but those that no set meets: {together}.",
    ]


def _how(settings: PatternsSettings) -> dict[str, Any]:
    return {"matrix_runs": settings.matrix_runs, "threads": settings.threads}


def _numbers_named(changes: Sequence[str]) -> str:
    return f"with {' '.join(changes)}" if changes else "its numbers as they stand"


def _runs(settings: PatternsSettings, command: Command) -> int:
    """Return the runs that are asked for, by default as many as are declared, or of each set of a sample a quarter."""
    if command.case is not None and settings.runs is None and command.sample:
        return max(1, round(DECLARED_RUNS / len(command.sample.sets)))
    return settings.runs or (DECLARED_RUNS // 4 if command.sample else DECLARED_RUNS)


def _changes(settings: PatternsSettings, command: Command) -> list[str]:
    """Return the overrides that hold in every experiment: those of the behaviour, and of an extension."""
    given = command.beside(*vars(settings))
    for override in given:
        if not (_OF_BEHAVIOUR.match(override) or OF_AN_EXTENSION.match(override)):
            raise CommandError(
                f"{override!r} is not allowed: patterns are tested on experiments of their own; only free numbers can "
                "be changed, for example behaviour.trust_rate=0.05, and the extension"
            )
    return given


def _of_ones_own(of: str, settings: PatternsSettings, command: Command, changes: list[str]) -> Results:
    """Test patterns of one's own with the behaviour in force, or with each set of a sample."""
    if settings.held_out:
        raise CommandError("held_out = true is for the declared patterns: leave it out with of=")
    patterns = own_patterns(of)
    batches = pattern_batches(patterns, runs=_runs(settings, command), changes=[] if command.sample else changes)
    sets = len(command.sample.sets) if command.sample else 1
    with progress_bar("runs", total=sets * sum(batch.runs for batch in batches)) as advance:
        board = _own_board(patterns, batches, settings, command.sample, advance)
    behaviour = str(command.choices["behaviour"])
    passed = board.drop_duplicates("id")["passed"]
    text = verdicts(board, behaviour=behaviour)
    title = f"{passed.sum()} of {len(passed)} patterns are reproduced ({behaviour})"
    return Results(
        scenarios={batch.name: batch.scenarios[0] for batch in batches},
        districts={batch.name: len(batch.scenarios) for batch in batches},
        seed=settings.seed,
        replicates=range(_runs(settings, command)),
        tables={"scoreboard.csv": board},
        texts={"verdicts.txt": text},
        figures={"scoreboard": partial(scoreboard_figure, board, title=title)},
        words=[filled_table(f"Patterns, behaviour {behaviour}", *scoreboard_rows(board)), text],
        numbers=_set_by_set(command),
    )


def _own_board(
    patterns: OwnPatterns,
    batches: Sequence[Batch],
    settings: PatternsSettings,
    sample: Sample | None,
    advance: Callable[[int], None],
) -> pd.DataFrame:
    """Return the scoreboard of patterns of one's own, of one set of numbers or of a sample."""
    how: dict[str, Any] = {"seed": settings.seed, "threads": settings.threads, "advance": advance}
    if sample is not None:
        return scoreboard_of_sets(patterns.patterns, of_sets(patterns, batches, sample.sets, **how))
    found = of_one(batches, **how)
    return scoreboard(patterns.patterns, found, resamples=settings.resamples, seed=settings.seed)


# ------------------------------------------------------------------ what was observed of a case


@dataclasses.dataclass(frozen=True)
class _Told:
    """What one question to a case and its models comes to."""

    file: str
    table: pd.DataFrame
    figures: Mapping[str, Callable[[], Figure]]
    shown: Table
    text: str


def _of_a_case(case: Case, settings: PatternsSettings, command: Command) -> Results:
    """Set what was observed of a case, and patterns of one's own on its place, against the model and its nulls."""
    if settings.held_out:
        raise CommandError("held_out = true is for the declared patterns: leave it out with case=")
    models = _models(settings, command)
    name = str(command.choices["scenario"])
    scenarios = {model: load_scenario(name, given, verb=command.verb) for model, given in models.items()}
    told = []
    if settings.of is None or len(case.targets):
        told.append(_observed(case, settings, command, scenarios))
    if settings.of is not None:
        told.append(_patterns_on_a_case(settings.of, settings, command, models))
    return Results(
        scenarios=scenarios,
        seed=settings.seed,
        replicates=range(_runs(settings, command)),
        tables={one.file: one.table for one in told},
        texts={"verdicts.txt": "\n\n".join(one.text for one in told)},
        figures={name: draw for one in told for name, draw in one.figures.items()},
        words=[part for one in told for part in (one.shown, one.text)],
        numbers=_set_by_set(command),
    )


def _models(settings: PatternsSettings, command: Command) -> dict[str, list[str]]:
    """Return the overrides of each model: as it ships, with an extension of one's own, and without one thing each."""
    given = command.of_any_scenario
    shipped = [one for one in given if not OF_AN_EXTENSION.match(one)]
    models = {MODEL: shipped}
    if extension := str(command.config.extension or ""):
        models[Path(extension).stem if extension.endswith(".py") else extension.rpartition(".")[2]] = given
    for null in NULLS if settings.nulls is None else settings.nulls:
        if null not in NULLS:
            raise CommandError(
                f"nulls: there is no null model {null!r}{nearest(null, NULLS)}; known: {', '.join(NULLS)}"
            )
        models[null] = [*shipped, f"extension={NULL_MODELS}.{null}"]
    return models


def _observed(case: Case, settings: PatternsSettings, command: Command, scenarios: Mapping[str, Scenario]) -> _Told:
    """Return what each model shows of the targets of a case."""
    sets = command.number_sets
    replicates = _runs(settings, command)
    targets = targets_of(case.targets, *scenarios.values(), leave_out=settings.leave_out)
    asked = {
        model: TargetRuns(scenario, targets, (), seed=settings.seed, threads=settings.threads)
        for model, scenario in scenarios.items()
    }
    seen = {}
    with progress_bar("runs", total=len(asked) * replicates * max(1, len(sets))) as advance:
        for model, runs in asked.items():
            seen[model] = runs.of_sets(sets or (NumberSet(runs.scenario.behaviour),), replicates=replicates)
            advance(len(seen[model]))
    table = against_targets(seen, asked[MODEL].table_of_targets, seed=settings.seed)
    return _Told(
        "observed.csv",
        table,
        {"observed": partial(shown_by_models, table, title=shown_title(table))},
        filled_table("Observed, and the middle 90 % of what each model shows", *table_rows(table)),
        shown_words(table),
    )


def _patterns_on_a_case(
    of: str, settings: PatternsSettings, command: Command, models: Mapping[str, list[str]]
) -> _Told:
    """Return which patterns of one's own each model shows on the place and the board of a case."""
    asked = {}
    for model, given in models.items():
        patterns = own_patterns(of, tuple(given))
        for name, experiment in patterns.experiments.items():
            if experiment.places == "real":
                raise CommandError(
                    f"of = {of!r}: experiments.{name} runs in real places and cannot go with case=: say places: own"
                )
        asked[model] = patterns, pattern_batches(patterns, runs=_runs(settings, command), changes=given)
    sets = len(command.sample.sets) if command.sample else 1
    boards = []
    with progress_bar("runs", total=sets * sum(b.runs for _, batches in asked.values() for b in batches)) as advance:
        for model, (patterns, batches) in asked.items():
            board = _own_board(patterns, batches, settings, command.sample, advance)
            boards.append(board.assign(model=model))
    table = pd.concat(boards, ignore_index=True)
    table = table[["model", *(name for name in table if name != "model")]]
    own = boards[0]
    passed = own.drop_duplicates("id")["passed"]
    title = f"The model reproduces {passed.sum()} of {len(passed)} patterns"
    return _Told(
        "scoreboard.csv",
        table,
        {"scoreboard": partial(scoreboard_figure, own, title=title)},
        filled_table("Patterns, the model", *scoreboard_rows(own)),
        patterns_words(table),
    )
