"""How far a study is, and working off what is left of it."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import closing
from typing import Literal

from experiments.errors import CommandError, one_line
from experiments.files import inside
from experiments.settings import Workers, checked
from experiments.study import store
from experiments.study.executors import EXECUTORS
from experiments.study.store import Chunk, DamagedChunk, Study
from experiments.terminal import progress_bar

MOST_LOST = 10
"""Chunks that cannot be computed at all, after which there is no point in going on."""


@checked
class Execution:
    """Settings of every verb that makes a study: how its runs are done, which changes none of them."""

    executor: Literal["local", "dask"]
    workers: Workers | None
    scheduler: str | None
    retry: bool
    """Whether chunks in which runs failed are computed again."""


@dataclasses.dataclass(frozen=True)
class Standing:
    """How far a study is, in chunks."""

    done: list[Chunk]
    failed: list[Chunk]
    """Those of the done ones in which runs failed."""
    left: list[Chunk]
    failed_runs: int
    damaged: list[str]
    """Of those left, what is wrong with the files that are there."""

    @classmethod
    def of(cls, study: Study) -> Standing:
        """Return how far a study is. Every file is read and compared with its hash."""
        standing, failed_runs = cls([], [], [], 0, []), 0
        for chunk in study.chunks:
            try:
                receipt = store.finished(study, chunk)
            except DamagedChunk as damage:
                standing.damaged.append(str(damage))
                receipt = None
            (standing.left if receipt is None else standing.done).append(chunk)
            if receipt is not None and receipt.failed:
                standing.failed.append(chunk)
                failed_runs += receipt.failed
        return dataclasses.replace(standing, failed_runs=failed_runs)


def runs_left(study: Study) -> int:
    """Return how many runs of a study are left to do, or all if its results were not put together."""
    if not (study.folder / f"{store.RUNS}.parquet").is_file():
        return study.runs
    return sum(chunk.runs for chunk in Standing.of(study).left)


def work_off(study: Study, how: Execution, *, stop_on_error: bool) -> int:
    """Compute the chunks that are left and return the number of runs in them."""
    standing = Standing.of(study)
    for damage in standing.damaged:
        print(f"{damage}: it is computed again", file=sys.stderr)
    pending = {chunk.id: chunk for chunk in [*standing.left, *(standing.failed if how.retry else ())]}
    _refuse_no_folder(study)
    runs: int = sum(chunk.runs for chunk in pending.values())
    lost: list[str] = []
    working = EXECUTORS[how.executor](study.folder, list(pending), workers=how.workers, scheduler=how.scheduler)
    with closing(working), progress_bar("runs", total=runs) as advance:
        for id, error in working:
            chunk = pending[id]
            if isinstance(error, OSError | CommandError):  # of the disk, or of the code: others would fail too
                raise error
            if error is not None:
                lost.append(f"{chunk}: {one_line(error)}")
                if len(lost) == MOST_LOST:
                    break
                continue
            advance(chunk.runs)
            if stop_on_error:
                _refuse_failures(study, chunk)
    if lost:
        raise CommandError(
            f"{len(lost)} of {len(pending)} chunks could not be computed ({lost[0]}); what was finished is kept: give "
            f"the same command again"
        )
    return runs


def _refuse_no_folder(study: Study) -> None:
    """See that there is a folder for chunks, also if it was left out when the study was passed on."""
    try:
        inside(study.folder, store.CHUNKS).mkdir(exist_ok=True)
    except FileExistsError:
        raise CommandError(
            f"study = {str(study.folder)!r}: {store.CHUNKS} is a file, and has to be a folder: take it away"
        ) from None


def _refuse_failures(study: Study, chunk: Chunk) -> None:
    for row in store.failures_of(study, chunk):
        raise CommandError(
            f"{chunk.scenario}, draw {row['draw']}, replicate {row['replicate']} failed: {row[store.ERROR]} "
            f"(what was finished is kept; without stop_on_error=true the study goes on)"
        )
