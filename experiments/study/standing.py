"""How far a study is, and working off what is left of it, with whoever else does."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Literal

from experiments.errors import CommandError, is_lack_of_memory, one_line
from experiments.files import inside
from experiments.settings import Workers, checked
from experiments.study import plans, store
from experiments.study.chunks import Outcome
from experiments.study.claims import Waiting, holder
from experiments.study.executors import EXECUTORS
from experiments.study.plans import Chunk, Study
from experiments.study.store import DamagedChunk
from experiments.surroundings import no_more_memory
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
    claimed: dict[str, str]
    """Of those left, by their ids, who is computing them now."""

    @classmethod
    def of(cls, study: Study) -> Standing:
        """Return how far a study is. Every file is read and compared with its hash."""
        standing, failed_runs = cls([], [], [], 0, [], {}), 0
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
            elif receipt is None and (by := holder(study.claims, chunk.id)):
                standing.claimed[chunk.id] = by
        return dataclasses.replace(standing, failed_runs=failed_runs)


def runs_left(study: Study) -> int:
    """Return how many runs of a study are left to do."""
    return sum(chunk.runs for chunk in Standing.of(study).left)


def work_off(study: Study, how: Execution, *, stop_on_error: bool) -> tuple[int, int]:
    """Return when all chunks are done; how many runs were computed here, and how many meanwhile by other processes."""
    standing = Standing.of(study)
    for damage in standing.damaged:
        print(f"{damage}: it is computed again", file=sys.stderr)
    _refuse_no_folder(study)
    again = standing.failed if how.retry else []
    for chunk in again:
        store.set_aside(study, chunk)
    left = {chunk.id: chunk for chunk in [*standing.left, *again]}
    before = study.runs - sum(chunk.runs for chunk in left.values())
    here = 0
    working = _until_none_is_left(study, how, left)
    with closing(working), progress_bar("runs", total=study.runs, done=before) as advance:
        for chunk, outcome in working:
            here += chunk.runs if outcome == "computed" else 0
            advance(chunk.runs)
            if stop_on_error:
                _refuse_failures(study, chunk)
    return here, study.runs - before - here


def _until_none_is_left(study: Study, how: Execution, left: dict[str, Chunk]) -> Generator[tuple[Chunk, Outcome]]:
    """Give chunks as they are done, whoever does them, and take them out of ``left``."""
    waiting = Waiting()
    while left:
        for chunk in [chunk for chunk in left.values() if store.is_finished(study, chunk)]:
            yield left.pop(chunk.id), "finished"
        claimed = {id: by for id in left if (by := holder(study.claims, id))}
        free = [chunk for id, chunk in left.items() if id not in claimed]
        for chunk, outcome in _worked_off(study, how, free) if free else ():
            if outcome != "claimed":
                yield left.pop(chunk.id), outcome
        if left and not free:
            by = ", ".join(sorted(set(claimed.values())))
            waiting.look_again(f"{len(claimed)} of {len(study.chunks)} chunks with {by}")


def _worked_off(study: Study, how: Execution, chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, Outcome]]:
    """Give each of these chunks with what came of it; raise CommandError in the end if some could not be computed."""
    by_id = {chunk.id: chunk for chunk in chunks}
    lost: list[str] = []
    advice = "give the same command again"
    working = EXECUTORS[how.executor](study.folder, list(by_id), workers=how.workers, scheduler=how.scheduler)
    with closing(working):
        for id, outcome in working:
            if not isinstance(outcome, Exception):
                yield by_id[id], outcome
                continue
            if is_lack_of_memory(outcome):
                said, advice = no_more_memory(), _for_less_memory(by_id[id], how)
            elif isinstance(outcome, OSError | CommandError):  # of the disk, or of the code: others would fail too
                raise outcome
            else:
                said = one_line(outcome)
            lost.append(f"{by_id[id]}: {said}")
            if len(lost) == MOST_LOST:
                break
    if lost:
        what = f"{len(lost)} of {len(chunks)} chunks could not be computed ({lost[0]})"
        raise CommandError(f"{what}; what was finished is kept: {advice}")


def _for_less_memory(chunk: Chunk, how: Execution) -> str:
    if how.workers != 1:
        return "go on with fewer workers, workers=1, or allow more memory"
    smaller = max(1, chunk.runs // 4)
    return f"allow more memory, or begin in another folder with smaller chunks, runs_per_chunk={smaller}"


def _refuse_no_folder(study: Study) -> None:
    """See that there is a folder for chunks, also if it was left out when the study was passed on."""
    try:
        inside(study.folder, plans.CHUNKS).mkdir(exist_ok=True)
    except FileExistsError:
        raise CommandError(
            f"study = {str(study.folder)!r}: {plans.CHUNKS} is a file, and has to be a folder: take it away"
        ) from None


def _refuse_failures(study: Study, chunk: Chunk) -> None:
    for row in store.failures_of(study, chunk):
        raise CommandError(
            f"{chunk.scenario}, draw {row['draw']}, replicate {row['replicate']} failed: {row[store.ERROR]} "
            f"(what was finished is kept; without stop_on_error=true the study goes on)"
        )
