"""Processes that live through examples: agents hold the interpreter's lock, so threads would stall a server."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from experiments.page.example import example
from experiments.page.packing import compact
from sim import Scenario

_NICE = 5


class ExampleProcesses:
    """A few processes, begun when first needed, and begun anew if one of them dies."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin now, which takes seconds, so that the first visitor does not wait for it."""
        with self._lock:
            self._pool = self._pool or _new_pool(self._workers)
            for _ in range(self._workers):
                self._pool.submit(time.sleep, 0.1)

    def submit(self, scenario: Scenario, seed: int, replicate: int) -> Future[bytes]:
        """Return the future of an example as JSON."""
        with self._lock:
            self._pool = self._pool or _new_pool(self._workers)
            try:
                return self._pool.submit(_example_bytes, scenario, seed, replicate)
            except BrokenProcessPool:
                self._pool = _new_pool(self._workers)
                return self._pool.submit(_example_bytes, scenario, seed, replicate)

    def close(self) -> None:
        """Let the processes go; what waits is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _new_pool(workers: int) -> ProcessPoolExecutor:
    # Threads are running, so a fork could copy a lock that is held.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Let bands come before examples, and let every worker end with the server, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the server tells its workers itself
    if hasattr(os, "nice"):
        os.nice(_NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _example_bytes(scenario: Scenario, seed: int, replicate: int) -> bytes:
    return compact(example(scenario, seed=seed, replicate=replicate))
