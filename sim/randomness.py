"""Seeds and named streams: identical worlds, one thing changed.

A run is named by its study seed and its replicate and nothing else. Every kind of decision has a
stream of its own, and in it every month and partner a slot of its own. So two scenarios with one
replicate share every draw, a longer run begins like a shorter one, and one more partner at the end of
the table changes nobody else's draws: partners are drawn in blocks, month after month within a block.

All draws are uniform on [0, 1). What must look normal is made of two of them (:func:`centred`), so that
no platform's own sampler decides a number.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.population import THEMES
from sim.scenario import ScenarioError
from sim.tables import N_OTHER_TABLES, N_SLOTS, N_TABLES, slot_of

SLOTS_A_BLOCK = 32
"""Partners drawn together; the next block has a generator of its own."""

UNIFORM, CENTRED, SYMMETRIC, GIVEN = range(4)
"""What is made of the uniform draws: nothing, mean 0 and standard deviation 1 out of two, or [-1, 1).

What is GIVEN is not drawn: who asks for a run gives its numbers. Such a stream has a slot for every partner and month.
"""

PLAYED = "played"
"""The stream of choices that are given: steps read the number of a rank, or -1, as ``self.luck.played[table]``."""

NOT_GIVEN = -1.0
"""What stands where nothing is given."""

LAUNCH = ("attention", "facilitation", "direction")
"""What a place brings to the launch: its first leader's style."""

TRAITS = ("belief", "trustfulness", "repute")
"""What a body brings."""


@dataclasses.dataclass(frozen=True)
class Stream:
    """One kind of chance. A slot has ``count`` draws, every month or ``at_launch`` only."""

    name: str
    number: int
    each: bool = False
    """Every partner has a slot of its own."""
    count: int = 1
    made: int = UNIFORM
    at_launch: bool = False
    at: Callable[[Any], int] | None = None
    """Of uniform draws that bodies take one at a time: which the table at hand has them take, if any is taken."""


def of_this_table(model: Any) -> int:
    """Return which of its draws a body takes at the table at hand."""
    return int(model.table)


def of_this_item(model: Any) -> int:
    """Return which of its draws a body takes on the item at hand."""
    return slot_of(item=model.item, table=model.table)


# The number of a stream is part of every published result: add at the end, never renumber.
STREAMS: tuple[Stream, ...] = (
    Stream("traits", 0, each=True, count=len(TRAITS), made=CENTRED, at_launch=True),
    Stream("reorganisation", 4, each=True),
    Stream("election", 6),
    Stream("style", 7, count=3, made=SYMMETRIC),
    Stream("assessment", 8, made=CENTRED),
    Stream("launch", 11, count=len(LAUNCH), made=SYMMETRIC, at_launch=True),
    Stream("place", 1000, count=2, made=CENTRED, at_launch=True),
    Stream("ties_at_launch", 1001, each=True, at_launch=True),
    Stream("ties", 1002, each=True),
    Stream("rank", 1003, each=True, count=N_TABLES, at=of_this_table),
    Stream("agenda", 1004, count=N_TABLES),
    Stream("proposer", 1005, count=N_SLOTS),
    Stream("theme", 1006, count=N_SLOTS),
    Stream("support", 1007, each=True, count=N_SLOTS, at=of_this_item),
    Stream("pooling", 1008, each=True, count=N_SLOTS, at=of_this_item),
    Stream("shocks", 1010, count=len(THEMES), made=CENTRED),
    Stream("end", 1011),
    Stream("elsewhere", 1012, each=True, count=N_OTHER_TABLES),
    Stream("whose", 1013, count=N_SLOTS),
    Stream("results", 1014, each=True, made=CENTRED),
    Stream("centre", 1015),
    Stream("bid", 1016),
    Stream(PLAYED, 1017, each=True, count=N_TABLES, made=GIVEN),
)

OWN_STREAMS = 1018
"""Number of the first stream that an extension may declare."""

MOST_REPLICATES = 2**32
"""A replicate is one word of a key; a larger one would be another's."""


Draws = Mapping[str, NDArray[np.float64]]
"""All chance of one run by stream, made before it starts.

Months are first, except where a stream is drawn at the launch only; then partners, where each has a slot; then
draws, where a slot has several.
"""


def generator(seed: int, replicate: int, stream: int, block: int = 0) -> np.random.Generator:
    """Return the generator of one stream, by its number, of one run."""
    key = np.random.SeedSequence(seed, spawn_key=(replicate, stream, block))
    return np.random.Generator(np.random.Philox(key))


def centred(uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return draws of mean 0 and standard deviation 1, bounded by about 2.45, from pairs (..., 2)."""
    return (uniforms[..., 0] + uniforms[..., 1] - 1.0) * math.sqrt(6.0)


NOTHING_GIVEN: Draws = {}


def make_draws(
    *,
    seed: int,
    replicate: int,
    months: int,
    partners: int,
    streams: Sequence[Stream] = STREAMS,
    given: Draws = NOTHING_GIVEN,
) -> dict[str, NDArray[np.float64]]:
    """Return all draws of run ``replicate`` of the study ``seed``, for that many months and partners.

    ``given`` are the numbers of streams that are not drawn, as far as there are any.
    """
    return {
        stream.name: _taken(stream, given, months=months, partners=partners)
        if stream.made == GIVEN
        else _drawn(stream, seed, replicate, months=1 if stream.at_launch else months, partners=partners)
        for stream in streams
    }


def given_numbers(stream: Stream, given: Draws, *, months: int, partners: int) -> NDArray[np.float64]:
    """Return the numbers of a stream that is not drawn as (month, partner, number)."""
    values = np.full((months, partners, stream.count), NOT_GIVEN)
    if stream.name in given:
        values[:, : given[stream.name].shape[1]] = given[stream.name]
    return values


def _taken(stream: Stream, given: Draws, *, months: int, partners: int) -> NDArray[np.float64]:
    values = given_numbers(stream, given, months=months, partners=partners)
    return values[..., 0] if stream.count == 1 else values


def _drawn(stream: Stream, seed: int, replicate: int, *, months: int, partners: int) -> NDArray[np.float64]:
    halves = 2 if stream.made == CENTRED else 1
    if stream.each:
        rows = months * stream.count * halves
        blocks = [
            generator(seed, replicate, stream.number, block).random((rows, SLOTS_A_BLOCK))
            for block in range(math.ceil(partners / SLOTS_A_BLOCK))
        ]
        by_row = np.concatenate(blocks, axis=1)[:, :partners].reshape(months, stream.count, halves, partners)
        uniforms = by_row.transpose(0, 3, 1, 2)
    else:
        uniforms = generator(seed, replicate, stream.number).random((months, stream.count, halves))
    values = centred(uniforms) if stream.made == CENTRED else uniforms[..., 0]
    if stream.made == SYMMETRIC:
        values = 2.0 * values - 1.0
    if stream.count == 1:
        values = values[..., 0]
    return values[0] if stream.at_launch else values


# ---------------------------------------------------------------------- the name of a run


def seed_named(seed: Any) -> int:
    """Return the seed of a study as a plain whole number; raise :class:`sim.ScenarioError` if it is none."""
    return _whole("seed", seed, most=None)


def replicate_named(replicate: Any) -> int:
    """Return the number of a run in its study; raise :class:`sim.ScenarioError` unless 0 ≤ it < 2³²."""
    return _whole("replicate", replicate, most=MOST_REPLICATES - 1)


def replicates_named(replicates: Any) -> tuple[int, ...]:
    """Return the numbers of runs: those given, or 0, 1, … up to a whole number of them.

    Raises :class:`sim.ScenarioError` if there is none, one is given twice, or one is no number of a run.
    """
    if isinstance(replicates, Iterable) and not isinstance(replicates, str | bytes):
        chosen = tuple(replicate_named(replicate) for replicate in replicates)
    else:
        chosen = tuple(range(_whole("replicates", replicates, most=MOST_REPLICATES)))
    if not chosen:
        raise ScenarioError("replicates = 0 is not allowed: ask for at least one run")
    if len(set(chosen)) < len(chosen):
        twice = next(replicate for replicate in chosen if chosen.count(replicate) > 1)
        raise ScenarioError(f"replicates name {twice} twice: every run counts once")
    return chosen


def _whole(name: str, value: Any, *, most: int | None) -> int:
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise ScenarioError(f"{name} = {value!r} is not allowed: it takes a whole number from 0") from None
    if number < 0 or (most is not None and number > most):
        upper = "" if most is None else f" to {most}"
        raise ScenarioError(f"{name} = {number} is not allowed: it takes a whole number from 0{upper}")
    return number
