"""Replicates that take turns with parameter sets, each set on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from experiments.memory import refuse_too_many, size_of
from experiments.surroundings import cores

Found = TypeVar("Found")

AT_ONCE = 256
"""Replicates of a set whose months are in memory at once: enough to fill the lanes of the engine."""


def taking_turns(
    of_set: Callable[[int, range], Found],
    *,
    sets: int,
    replicates: int | range,
    workers: int | None,
    named: str | None = "replicates",
) -> Iterator[tuple[range, Found]]:
    """Give, set by set, the replicates that take it and what ``of_set`` finds for its number and them.

    Replicate r takes number r mod ``sets``; the first of them takes number 0. Many of a set come in portions. The
    compiled engine lets other threads work, and a set has too few runs for threads of its own, so ``of_set`` runs on
    one of ``workers`` threads (default: one for each core).

    What is found is taken to be kept, and put together at the end. If that will not fit into memory by what the first
    portion takes, CommandError says so of the setting ``named`` (None: whoever asks has seen to it).
    """
    whole = range(replicates) if isinstance(replicates, int) else replicates
    turns = [
        (number, some) for number in range(min(sets, len(whole))) for some in portions(whole[number::sets], AT_ONCE)
    ]
    with ThreadPoolExecutor(workers or cores()) as pool:
        try:
            found = pool.map(of_set, *zip(*turns, strict=True))
            for place, ((_, some), each) in enumerate(zip(turns, found, strict=True)):
                if named and place == 0:
                    refuse_too_many(named, len(whole), bytes_each=2 * size_of(each) // len(some), otherwise="")
                yield some, each
        finally:
            pool.shutdown(cancel_futures=True)


def portions(replicates: range, size: int) -> Iterator[range]:
    """Give replicates in portions of at most ``size``."""
    return (replicates[first : first + size] for first in range(0, len(replicates), size))
