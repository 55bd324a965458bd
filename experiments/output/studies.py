"""Studies that a verb asks for: begun or gone on with, put together, and said."""

from __future__ import annotations

import dataclasses
import errno
import os
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from analysis.shared.summaries import HEADLINE
from experiments.command import Command
from experiments.errors import DISK_FULL, CommandError
from experiments.extensions import EXTENSION
from experiments.files import disk_time
from experiments.output.folder import MANIFEST
from experiments.output.frame import Results, keep, writing_results
from experiments.output.places import with_places
from experiments.output.remarks import on_numbers_of
from experiments.output.together import with_levers_together
from experiments.study import plans, store
from experiments.study.chunks import usual_size
from experiments.study.designs import TOGETHER
from experiments.study.plans import Study
from experiments.study.precision import grown_to_precision, has_to_grow, precision_of
from experiments.study.request import StudyRequest, refuse_names, study_settings
from experiments.study.standing import Execution, Standing, runs_left, work_off
from experiments.study.store import DamagedChunk
from experiments.terminal import console, plain_table
from sim import month_of, prepare_engine

_ONLY_READ = (errno.EROFS, errno.EACCES, errno.EPERM)


def carry_out(
    folder: Path,
    request: StudyRequest,
    how: Execution,
    command: Command,
    *,
    not_in_hash: Collection[str],
    stop_on_error: bool = False,
    runs_per_chunk: int | None = None,
) -> Study:
    """Begin the study in ``folder`` or go on with it until it is finished, write its results and return it.

    Settings named in ``not_in_hash`` change none of its rows: a command that sets nothing else goes on with the
    study as it was planned. Replicates take turns with the parameter sets of a sample, if the command names one.
    A study that is planned now has chunks of ``runs_per_chunk`` runs, by default of what takes about a second.
    """
    started = datetime.now(UTC)
    try:
        study = _begun(
            folder,
            request,
            command,
            not_in_hash=not_in_hash,
            runs_per_chunk=runs_per_chunk,
            compiles=how.executor == "local",
        )
        clock = time.monotonic()
        begun = 0.0 if can_only_be_read(study) else disk_time(folder)
        here, elsewhere = work_off(study, how, stop_on_error=stop_on_error)
        if has_to_grow(study):
            study = _grown(study)
            more_here, more_elsewhere = work_off(study, how, stop_on_error=stop_on_error)
            here, elsewhere = here + more_here, elsewhere + more_elsewhere
        seconds = time.monotonic() - clock
        if can_only_be_read(study):
            print(f"study = {str(folder)!r} can only be read: its files stay as they are", file=sys.stderr)
            results = _results_of(study)
        else:
            results = _put_together_once(study, command, begun=begun, started=started, again=how.retry)
    except OSError as error:
        if error.errno not in (*DISK_FULL, *_ONLY_READ):
            raise
        cure = "make room there" if error.errno in DISK_FULL else "make it writable, or copy it to where it is"
        raise CommandError(
            f"study = {str(folder)!r}: {error.strerror}; what was finished is kept: {cure}, and give the same command "
            "again"
        ) from None
    _say(study, results, here=here, elsewhere=elsewhere, seconds=seconds)
    return study


def finished_or_carried_out(
    folder: Path, request: StudyRequest, how: Execution, command: Command, *, not_in_hash: Collection[str]
) -> Study:
    """Return the study in ``folder`` as it is, if it is finished and nothing else is settings; or :func:`carry_out`.

    A finished study can be read with any version of the code: nothing is computed, so nothing is mixed.
    """
    study = None if how.retry else _as_planned(folder, command, not_in_hash)
    if study is not None and store.is_assembled(study) and not runs_left(study):
        plans.announce_other_code(study)
        return study
    return carry_out(folder, request, how, command, not_in_hash=not_in_hash)


def can_only_be_read(study: Study) -> bool:
    """Return whether a study is finished, and on a disk or in a folder that one may not write to."""
    return (study.folder / MANIFEST).is_file() and not os.access(study.folder, os.W_OK)


def standing_table(folder: Path) -> list[str | Table]:
    """Return in words and as a table how far the study in ``folder`` is."""
    if not plans.is_study(folder):
        raise CommandError(f"study = {str(folder)!r} holds no study (no {plans.PLAN})")
    study = plans.open_study(folder)
    standing = Standing.of(study)
    table = plain_table()
    for heading in ("", "chunks", "runs"):
        table.add_column(heading, justify="right" if heading else "left")
    done = sum(chunk.runs for chunk in standing.done)
    table.add_row("done", f"{len(standing.done):,}", f"{done - standing.failed_runs:,}")
    table.add_row("with failed runs", f"{len(standing.failed):,}", f"{standing.failed_runs:,}")
    table.add_row("left", f"{len(standing.left):,}", f"{study.runs - done:,}")
    now = Counter(standing.claimed.values())
    for process, chunks in sorted(now.items()):
        table.add_row(f"with {process}", f"{chunks:,}")
    damaged = [f"{damage}: it counts as left" for damage in standing.damaged]
    asked = study.settings.get(plans.PRECISION, {}).get("half_widths")
    first = [f"They say how many more it takes for precision={asked}"] if has_to_grow(study) else []
    return [f"Study of {study.runs:,} runs, begun {study.created}", table, *first, *damaged]


def _begun(
    folder: Path,
    request: StudyRequest,
    command: Command,
    *,
    not_in_hash: Collection[str],
    runs_per_chunk: int | None,
    compiles: bool,
) -> Study:
    """Return the study in ``folder``, planned now, here or by another process, or found there with the same question.

    Where it is worked off here (``compiles``), what cannot be compiled is refused before anything is planned.
    """
    planned = _as_planned(folder, command, not_in_hash)
    if planned is not None:
        plans.refuse_other_code(planned)
        return planned
    refuse_names(request)
    if command.sets("scenario"):
        raise CommandError(
            f"scenario is not a setting of {command.verb}: name one or more with scenarios=[growth_coalition]"
        )
    scenarios = command.scenarios(request.scenarios)
    settings, draws = study_settings(request, scenarios, command.sample)
    if plans.is_study(folder):
        study = plans.open_study(folder)
    else:
        drawn = draws()
        if compiles:
            prepare_engine(month_of(*scenarios.values()))
        study = plans.plan_study(
            folder,
            settings=settings,
            scenarios=scenarios,
            draws=drawn,
            sizes={name: runs_per_chunk or usual_size(scenario) for name, scenario in scenarios.items()},
            number_sets=command.number_sets,
            asked=command.asked,
        )
    plans.refuse_other_settings(study, settings, scenarios)
    plans.refuse_other_code(study)
    return study


def _put_together_once(study: Study, command: Command, *, begun: float, started: datetime, again: bool) -> Results:
    """Write the results of a finished study, unless another process did meanwhile, and return them."""
    with writing_results(study.folder):
        by_another = not again and _are_put_together(study, since=begun)
        if not by_another:
            _put_together(study)
        results = _results_of(study)
        if not by_another:
            drawn = {"figures": command.config.get("figures", True)}
            settings, asked = _settings_of(study) | drawn, study.asked or command.asked
            keep(results, study.folder, command, settings, started=started, asked=asked)
    return results


def _are_put_together(study: Study, *, since: float) -> bool:
    """Return whether another process wrote the results of a study meanwhile."""
    manifest = study.folder / MANIFEST
    return manifest.is_file() and manifest.stat().st_mtime >= since


def _as_planned(folder: Path, command: Command, not_in_hash: Collection[str]) -> Study | None:
    """Return the study in ``folder``, if the command sets nothing beside it; steps of its own have to be named."""
    if not plans.is_study(folder) or command.beside(*not_in_hash, EXTENSION):
        return None
    study = plans.open_study(folder)
    has_its_own = all(scenario.extension for scenario in study.scenarios.values())
    return study if has_its_own or not command.sets(EXTENSION) else None


def _grown(study: Study) -> Study:
    with _damage_told():
        return grown_to_precision(study)


def _put_together(study: Study) -> None:
    with _damage_told():
        store.assemble(study)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except DamagedChunk as damage:
        raise CommandError(f"{damage}: give the same command again, and it is computed anew") from None


def _results_of(study: Study) -> Results:
    results = Results(
        scenarios=study.scenarios,
        seed=study.settings["seed"],
        replicates=range(study.settings["replicates"]),
        tables={"summary.csv": store.summary(study)},
        numbers=on_numbers_of(study),
    )
    if study.settings["design"] == TOGETHER:
        results = with_levers_together(results, study)
    elif "place" in study.settings.get("parameters", {}):
        columns = ["scenario", "replicate", "place", "regime", *HEADLINE]
        runs = store.result(study, plans.RUNS, columns)
        results = with_places(results, runs, sets=max(1, len(study.number_sets)))
    return _with_precision(results, study) if plans.PRECISION in study.settings else results


def _with_precision(results: Results, study: Study) -> Results:
    table, said = precision_of(study)
    tables = {**results.tables, "precision.csv": table}
    return dataclasses.replace(results, tables=tables, words=[*results.words, said])


def failed_runs(study: Study) -> int:
    """Return how many runs of a study failed, as far as it is done."""
    return sum(receipt.failed for chunk in study.chunks if (receipt := store.receipt(study, chunk)))


def _settings_of(study: Study) -> dict[str, object]:
    told = {name: value for name, value in study.settings.items() if name != "scenarios"}
    return told | {"runs": study.runs}


def _say(study: Study, results: Results, *, here: int, elsewhere: int, seconds: float) -> None:
    failed, out = failed_runs(study), console()
    for words in filter(None, (*results.words, results.numbers)):
        out.print(words, soft_wrap=True)
    said = f"{study.runs:,} runs, {failed:,} of them failed"
    out.print(f"{said} (see {store.FAILURES}; retry=true runs them again)" if failed else said)
    if here:
        out.print(f"{here:,} runs were computed now, {here / seconds:,.0f} a second")
    if elsewhere:
        out.print(f"{elsewhere:,} runs were computed by other processes meanwhile")
    out.print(f"Results are in {study.folder}: {', '.join(['runs.parquet', *results.tables])}", soft_wrap=True)
