"""Replicates that take turns with parameter sets, each set on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from experiments.surroundings import cores

Found = TypeVar("Found")


def taking_turns(
    of_set: Callable[[int, range], Found], *, sets: int, replicates: int | range, workers: int | None
) -> Iterator[tuple[range, Found]]:
    """Give, set by set, the replicates that take it and what ``of_set`` finds for its number and them.

    Replicate r takes number r mod ``sets``; the first of them takes number 0. The compiled engine lets other threads
    work, and a set has too few runs for threads of its own, so ``of_set`` runs on one of ``workers`` threads (default:
    one for each core).
    """
    whole = range(replicates) if isinstance(replicates, int) else replicates
    turns = {number: whole[number::sets] for number in range(min(sets, len(whole)))}
    with ThreadPoolExecutor(workers or cores()) as pool:
        yield from zip(turns.values(), pool.map(of_set, turns, turns.values()), strict=True)
