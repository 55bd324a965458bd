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

Writes scoreboard.csv, verdicts.txt, figures/ and manifest.json.

For example:
  partnerships patterns
  partnerships patterns behaviour.trust_rate=0.05 runs=100
  partnerships patterns extension=sim.nulls.no_ties output=outputs/no_ties
  partnerships patterns of=example
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from analysis.patterns.criteria import Role, scoreboard, scoreboard_of_sets
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
from analysis.patterns.words import scoreboard_rows, verdicts
from experiments.behaviours import OF_EACH_SET, Sample
from experiments.command import Command
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
from experiments.runs.own_patterns import of_one, of_sets, own_patterns, pattern_batches
from experiments.settings import Figures, Seed, Workers, checked
from experiments.terminal import filled_table, progress_bar
from sim import MONTH, load_month
from sim.parameters import Whole

_OF_BEHAVIOUR = re.compile(r"[+~]*behaviour(=|\.)")

HELD_OUT_SEEN = (
    "Patterns that are held out are shown: once looked at they are evidence no more; note it in docs/limits.md."
)


@checked
class PatternsSettings:
    """What can be set for a test; the defaults are in configs/patterns.yaml."""

    of: str | None
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
    """Test the declared patterns, as far as they can be judged, or patterns of one's own."""
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
    return OF_EACH_SET.format(sets=len(command.behaviours)) if command.sample else None


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
    sets = [dict(vars(one)) for one in sample.sets]
    with progress_bar("runs", total=len(sets) * sum(one.runs for one in experiments)) as advance:
        values = values_of_sets(docket, experiments, sets, seed=settings.seed, advance=advance, **_how(settings))
    board = judged_scoreboard_of_sets(docket, values)
    shares = board[board["verdict"].isin(["met", "missed"])].drop_duplicates("id")
    told = ", ".join(f"{row['id']} {100 * row['share_of_sets']:.0f} %" for _, row in shares.iterrows())
    words = f"{len(sets)} sets of numbers; a pattern is met if half of them or more meet it, by value"
    return board, [judged_words(board, model=words), f"Share of sets that meet each: {told}."]


def _how(settings: PatternsSettings) -> dict[str, Any]:
    return {"matrix_runs": settings.matrix_runs, "threads": settings.threads}


def _numbers_named(changes: Sequence[str]) -> str:
    return f"with {' '.join(changes)}" if changes else "its numbers as they stand"


def _runs(settings: PatternsSettings, command: Command) -> int:
    """Return the runs that are asked for, by default as many as are declared, or of each set of a sample a quarter."""
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
    patterns, sample = own_patterns(of), command.sample
    batches = pattern_batches(patterns, runs=_runs(settings, command), changes=[] if sample else changes)
    sets = len(sample.sets) if sample else 1
    with progress_bar("runs", total=sets * sum(batch.runs for batch in batches)) as advance:
        if sample is not None:
            values = of_sets(
                patterns, batches, sample.sets, seed=settings.seed, threads=settings.threads, advance=advance
            )
            board = scoreboard_of_sets(patterns.patterns, values)
        else:
            found = of_one(batches, seed=settings.seed, threads=settings.threads, advance=advance)
            board = scoreboard(patterns.patterns, found, resamples=settings.resamples, seed=settings.seed)
    behaviour = str(command.choices["behaviour"])
    passed = board.drop_duplicates("id")["passed"]
    text = verdicts(board, behaviour=behaviour)
    title = f"{passed.sum()} of {len(passed)} patterns are reproduced ({behaviour})"
    return Results(
        scenarios={batch.name: batch.scenarios[0] for batch in batches},
        seed=settings.seed,
        replicates=range(_runs(settings, command)),
        tables={"scoreboard.csv": board},
        texts={"verdicts.txt": text},
        figures={"scoreboard": partial(scoreboard_figure, board, title=title)},
        words=[filled_table(f"Patterns, behaviour {behaviour}", *scoreboard_rows(board)), text],
        numbers=_set_by_set(command),
    )
