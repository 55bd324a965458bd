"""Who works off the chunks of a study: threads of this process, or the workers of a Dask cluster."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from analysis.shared.libraries import library
from experiments.errors import CommandError
from experiments.memory import refuse_too_many
from experiments.study.chunks import Outcome, run_chunk
from experiments.surroundings import cores, memory_left

Done = Generator[tuple[str, Outcome | Exception]]
"""The id of a chunk, and what came of it, or what went wrong with it as a whole."""


_BYTES_A_WORKER = 250_000_000
"""What a thread takes with a chunk of the usual size, with all that the system sets aside for a thread."""


class Executor(Protocol):
    """Works off chunks by their ids, in any order."""

    def __call__(self, folder: Path, ids: Sequence[str], *, workers: int | None, scheduler: str | None) -> Done:
        """Give each id when its chunk has been worked on."""


def by_threads(folder: Path, ids: Sequence[str], *, workers: int | None, scheduler: str | None) -> Done:
    """Work off as many chunks at once as there are ``workers`` (default one for each core), each in a thread.

    Where there are fewer chunks, each has several threads.
    """
    if scheduler is not None:
        raise CommandError(f"scheduler = {scheduler!r} goes with executor=dask")
    threads = workers or cores()
    refuse_too_many("workers", workers or 1, bytes_each=_BYTES_A_WORKER, otherwise="")
    threads = max(1, min(threads, (memory_left() or sys.maxsize) // _BYTES_A_WORKER))
    at_once = max(1, min(threads, len(ids)))
    pool = ThreadPoolExecutor(at_once)
    try:
        chunks = {pool.submit(run_chunk, str(folder), id, threads=threads // at_once): id for id in ids}
        for future in as_completed(chunks):
            error = future.exception()
            if error is None:
                yield chunks[future], future.result()
            elif isinstance(error, Exception):
                yield chunks[future], error
            else:
                raise error
    finally:
        pool.shutdown(cancel_futures=True)


def by_dask(folder: Path, ids: Sequence[str], *, workers: int | None, scheduler: str | None) -> Done:
    """Work off the chunks on the Dask cluster at ``scheduler``, or on one of ``workers`` processes here.

    The workers must see the study folder under the same path. A chunk whose worker is lost is computed by another.
    """
    with _dask_client(workers, scheduler) as (client, completed):
        # The scheduler names tasks as the study does; what another client of it was told of a chunk is not taken over.
        asked = partial(client.submit, run_chunk, str(folder), threads=1, pure=False)
        chunks = {asked(id, key=f"{id}-{uuid4().hex}"): id for id in ids}
        for future in completed(chunks):
            error = future.exception()
            yield chunks.pop(future), future.result() if error is None else error


@contextmanager
def _dask_client(workers: int | None, scheduler: str | None) -> Iterator[tuple[Any, Any]]:
    distributed = library("distributed", purpose="executor=dask", extra="cluster")
    with ExitStack() as stack:
        if scheduler is None:
            here = distributed.LocalCluster(n_workers=workers or cores(), threads_per_worker=1, dashboard_address=None)
            address: Any = stack.enter_context(here)
        else:
            address = scheduler
        try:
            client = stack.enter_context(distributed.Client(address, timeout="10s"))
        except (OSError, ValueError) as error:
            raise CommandError(f"scheduler = {scheduler!r} cannot be reached: {error}") from None
        yield client, distributed.as_completed


EXECUTORS: Mapping[str, Executor] = {"local": by_threads, "dask": by_dask}
