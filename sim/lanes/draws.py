"""The draws of ``sim/randomness.py``, made inside compiled code while runs go on.

Philox (Salmon and others 2011) is a function of a key and a counter, so that any slot of any stream
can be worked out on its own, for many runs side by side. The keys come from NumPy's ``SeedSequence``.
Both are NumPy's algorithms, number for number; tests hold them to ``make_draws``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import carray
from numpy.typing import NDArray

from sim.lanes.compiling import inlined, noalias, stage, written_out
from sim.lanes.views import Layout, room_for
from sim.randomness import CENTRED, GIVEN, NOTHING_GIVEN, SLOTS_A_BLOCK, SYMMETRIC, Draws, Stream, given_numbers

HALVES = 2
"""A key has two halves of 64 bits."""

AS_MONTH_BEGINS, AT_LAUNCH, BY_A_STEP = range(3)
"""When a stream is drawn."""

MONTHS_AT_ONCE = 4
"""Philox gives four numbers a counter: draws of four months fill whole counters."""


# ---------------------------------------------------------------------- keys: numpy.random.SeedSequence

_POOL = 4
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_XSHIFT = np.uint64(16)
_INIT_A, _MULT_A = np.uint64(0x43B0D7E5), np.uint64(0x931E8875)
_INIT_B, _MULT_B = np.uint64(0x8B51F9DD), np.uint64(0x58F38DED)
_MIX_LEFT, _MIX_RIGHT = np.uint64(0xCA01F9DD), np.uint64(0x4973F715)


@inlined
def _scrambled(value: Any, constant: Any, factor: Any) -> Any:
    """Return a hashed word and the next hash constant; words of 32 bits are kept in 64."""
    following = (constant * factor) & _LOW_HALF
    hashed = ((value ^ constant) * following) & _LOW_HALF
    return hashed ^ (hashed >> _XSHIFT), following


@inlined
def _mixed(left: Any, right: Any) -> Any:
    result = (_MIX_LEFT * left - _MIX_RIGHT * right) & _LOW_HALF
    return result ^ (result >> _XSHIFT)


@inlined
def stream_key(seed_words: Any, replicate: Any, stream: Any, block: Any, pool: Any) -> Any:
    """Return the key of Philox for ``SeedSequence(seed, spawn_key=(replicate, stream, block))``.

    ``seed_words`` are the seed's 32-bit words, at least four; ``pool`` is room for four words.
    """
    constant = _INIT_A
    for i in range(_POOL):
        pool[i], constant = _scrambled(seed_words[i], constant, _MULT_A)
    for source in range(_POOL):
        for i in range(_POOL):
            if i != source:
                word, constant = _scrambled(pool[source], constant, _MULT_A)
                pool[i] = _mixed(pool[i], word)
    n_seed_words = len(seed_words)
    for source in range(_POOL, n_seed_words + 3):
        if source < n_seed_words:
            entropy = seed_words[source]
        elif source == n_seed_words:
            entropy = replicate
        elif source == n_seed_words + 1:
            entropy = stream
        else:
            entropy = block
        for i in range(_POOL):
            word, constant = _scrambled(entropy, constant, _MULT_A)
            pool[i] = _mixed(pool[i], word)
    constant = _INIT_B
    first, constant = _scrambled(pool[0], constant, _MULT_B)
    second, constant = _scrambled(pool[1], constant, _MULT_B)
    third, constant = _scrambled(pool[2], constant, _MULT_B)
    fourth, constant = _scrambled(pool[3], constant, _MULT_B)
    return first | (second << _HALF), third | (fourth << _HALF)


# ---------------------------------------------------------------------- numbers: numpy.random.Philox

# Both factors, as the lower and the upper half.
_LOW_A, _HIGH_A = np.uint64(0xE14C6C93), np.uint64(0xD2E7470E)
_LOW_B, _HIGH_B = np.uint64(0x95121157), np.uint64(0xCA5A8263)
_BUMP_A, _BUMP_B = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_HALF_THE_ROUNDS = 5
_ELEVEN = np.uint64(11)
_TO_UNIT = 1.0 / 9007199254740992.0


@inlined
def _product(low: Any, high: Any, value: Any) -> Any:
    """Return the upper and the lower 64 bits of the product of a factor, in halves, and a 64-bit number.

    The lower half comes from the same parts: left to itself the compiler sees a product of 128 bits,
    for which it has to leave the lanes.
    """
    value_low, value_high = value & _LOW_HALF, value >> _HALF
    lowest = value_low * low
    cross = value_high * low + (lowest >> _HALF)
    other = value_low * high + (cross & _LOW_HALF)
    return value_high * high + (cross >> _HALF) + (other >> _HALF), (other << _HALF) | (lowest & _LOW_HALF)


@inlined
def _five_rounds(a: Any, b: Any, c: Any, d: Any, first_key: Any, second_key: Any) -> Any:
    # Ten in one loop would be too long to be unrolled, and a loop within the lanes is not vectorised.
    for _ in range(_HALF_THE_ROUNDS):
        upper_a, lower_a = _product(_LOW_A, _HIGH_A, a)
        upper_b, lower_b = _product(_LOW_B, _HIGH_B, c)
        a, b, c, d = upper_b ^ b ^ first_key, lower_b, upper_a ^ d ^ second_key, lower_a
        first_key += _BUMP_A
        second_key += _BUMP_B
    return a, b, c, d, first_key, second_key


@inlined
def _four(counter: Any, first_key: Any, second_key: Any) -> Any:
    """Return the four numbers of a counter, uniform on [0, 1)."""
    a, b, c, d = counter, np.uint64(0), np.uint64(0), np.uint64(0)
    a, b, c, d, first_key, second_key = _five_rounds(a, b, c, d, first_key, second_key)
    a, b, c, d, first_key, second_key = _five_rounds(a, b, c, d, first_key, second_key)
    return (a >> _ELEVEN) * _TO_UNIT, (b >> _ELEVEN) * _TO_UNIT, (c >> _ELEVEN) * _TO_UNIT, (d >> _ELEVEN) * _TO_UNIT


@inlined
def draw(uniforms: Any, first_keys: Any, second_keys: Any, first: int, count: int, n: int) -> None:
    """Fill the first ``count`` rows of ``uniforms`` with the numbers from ``first`` on of one stream of each run.

    Both are multiples of four; row and number advance together, and columns are runs.
    """
    for quad in range(count // 4):
        counter = np.uint64(first // 4 + quad + 1)
        for run in range(n):
            a, b, c, d = _four(counter, first_keys[run], second_keys[run])
            uniforms[4 * quad, run] = a
            uniforms[4 * quad + 1, run] = b
            uniforms[4 * quad + 2, run] = c
            uniforms[4 * quad + 3, run] = d


@inlined
def centred(first: float, second: float) -> float:
    """Return a draw of mean 0 and standard deviation 1 from two uniforms, as ``randomness.centred`` does."""
    return (first + second - 1.0) * _SQRT_6


_SQRT_6 = float(np.sqrt(6.0))


# ---------------------------------------------------------------------- the draws of a block of runs


class BlockDraws(NamedTuple):
    """Keys of a block of runs, and where the draws of a month go. Runs are last.

    A stream is a row of ``streams``: its number, how many draws a slot has, when they are drawn (at the launch, as a
    month begins, or when a step takes them), what is made of them, its first row in the records, and its first number
    among those given. ``shared`` streams have one slot, ``each`` one for every thing; both are views of the records
    that steps read.
    """

    seed_words: NDArray[np.uint64]
    replicates: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    """(stream, block of slots, half of the key, run)"""
    shared_streams: NDArray[np.int64]
    each_streams: NDArray[np.int64]
    shared: NDArray[np.float64]
    """(row of the record, run)"""
    each: NDArray[np.float64]
    """(thing, row of its record, run); things are padded to whole counters."""
    scratch: NDArray[np.float64]
    """(number, run): the uniforms behind four months of the shared streams."""
    other_half: NDArray[np.float64]
    """(thing, 1, run): the second of the uniforms behind a centred draw."""
    given: NDArray[np.float64]
    """(month, thing, number): what is not drawn, of one stream after another; the same for all runs."""


def room_for_draws(
    *,
    seed: int,
    replicates: NDArray[np.uint64],
    streams: Sequence[Stream],
    shared: NDArray[np.float64],
    each: NDArray[np.float64],
    months: int,
    given: Draws = NOTHING_GIVEN,
    by_steps: Collection[str] = (),
) -> BlockDraws:
    """Return keys to be worked out for a block of runs, whose draws go to the records ``shared`` and ``each``.

    ``given`` are the numbers of streams that are not drawn, as far as there are any. ``by_steps`` names those that are
    drawn when a step takes them.
    """
    words = [seed >> shift & 0xFFFFFFFF for shift in range(0, max(seed.bit_length(), 1), 32)]
    blocks, lanes = -(-len(each) // SLOTS_A_BLOCK), shared.shape[-1]
    last = max(stream.number for stream in streams) + 1
    of_all = [stream for stream in streams if not stream.each]
    not_drawn = [
        given_numbers(stream, given, months=months, partners=len(each)) for stream in streams if stream.made == GIVEN
    ]
    return BlockDraws(
        seed_words=np.array(words + [0] * (_POOL - len(words)), dtype=np.uint64),
        replicates=replicates,
        keys=room_for((last, blocks, HALVES, lanes), np.uint64),
        shared_streams=stream_rows(streams, each=False),
        each_streams=stream_rows(streams, each=True, by_steps=by_steps),
        shared=shared,
        each=each,
        scratch=room_for((sum(4 * -(-_uniforms(stream) // 4) * 4 for stream in of_all), lanes)),
        other_half=room_for((len(each), 1, lanes)),
        given=np.concatenate([np.empty((months, len(each), 0)), *not_drawn], axis=-1),
    )


def padded(things: int) -> int:
    """Return how many things there is room for: whole counters of four."""
    return -(-things // 4) * 4


def _uniforms(stream: Stream) -> int:
    return stream.count * (2 if stream.made == CENTRED else 1)


def stream_rows(streams: Sequence[Stream], *, each: bool, by_steps: Collection[str] = ()) -> NDArray[np.int64]:
    """Return streams as rows of numbers: those with a slot for every thing, or those with one.

    Their rows in the record, and those given, follow one another. ``by_steps`` names those that steps draw.
    """
    rows, first, first_given = [], 0, 0
    for stream in (stream for stream in streams if stream.each == each):
        when = BY_A_STEP if stream.name in by_steps else AT_LAUNCH if stream.at_launch else AS_MONTH_BEGINS
        rows.append((stream.number, stream.count, when, stream.made, first, first_given))
        first += stream.count
        first_given += stream.count if stream.made == GIVEN else 0
    return np.array(rows, dtype=np.int64).reshape(-1, 6)


@stage
def find_keys(draws: BlockDraws, n: int) -> None:
    """Work out the key of every stream of every run."""
    pool = np.zeros(_POOL, dtype=np.uint64)
    _find(draws, draws.shared_streams, 1, pool, n)
    _find(draws, draws.each_streams, draws.keys.shape[1], pool, n)


@inlined
def _find(draws: Any, streams: Any, blocks: int, pool: Any, n: int) -> None:
    for s in range(len(streams)):
        number = streams[s, 0]
        for block in range(blocks):
            for run in range(n):
                first, second = stream_key(
                    draws.seed_words, draws.replicates[run], np.uint64(number), np.uint64(block), pool
                )
                draws.keys[number, block, 0, run] = first
                draws.keys[number, block, 1, run] = second


@stage
def draw_month(draws: BlockDraws, month: int, when: int, n: int) -> None:
    """Draw what is drawn ``AT_LAUNCH``, or ``AS_MONTH_BEGINS``."""
    for s in range(len(draws.each_streams)):
        stream = draws.each_streams[s]
        if stream[2] != when:
            continue
        if stream[3] == GIVEN:
            _take_given(draws, stream, month, n)
        else:
            _draw_each(draws, stream, month, n)
    here = 0
    for s in range(len(draws.shared_streams)):
        stream = draws.shared_streams[s]
        uniforms = stream[1] * (2 if stream[3] == CENTRED else 1)
        room = (4 * uniforms + 3) // 4 * 4
        if stream[2] == when:
            _draw_shared(draws, draws.scratch[here : here + room], stream, uniforms, month, n)
        here += room


@stage
def _take_given(draws: BlockDraws, stream: Any, month: int, n: int) -> None:
    """Take what is given for every thing, the same in all runs."""
    count, first, first_given = stream[1], stream[4], stream[5]
    for thing in range(len(draws.each)):
        for c in range(count):
            for run in range(n):
                draws.each[thing, first + c, run] = draws.given[month, thing, first_given + c]


@stage
def _draw_each(draws: BlockDraws, stream: Any, month: int, n: int) -> None:
    """Draw for every thing, slot by slot within a block of slots."""
    number, count, made, first = stream[0], stream[1], stream[3], stream[4]
    halves = 2 if made == CENTRED else 1
    for c in range(count):
        row = (month * count + c) * halves
        _draw_slots(draws.keys[number], draws.each, first + c, row, n)
        if made == CENTRED:
            _draw_slots(draws.keys[number], draws.other_half, 0, row + 1, n)
        for thing in range(len(draws.each)):
            for run in range(n):
                value = draws.each[thing, first + c, run]
                if made == CENTRED:
                    draws.each[thing, first + c, run] = centred(value, draws.other_half[thing, 0, run])
                elif made == SYMMETRIC:
                    draws.each[thing, first + c, run] = 2.0 * value - 1.0


@noalias
def _draw_slots(keys: Any, to: Any, column: int, row: int, n: int) -> None:
    """Fill one row of the records of all things with the uniforms of one row of a stream, by its keys."""
    for thing in range(0, len(to), 4):
        counter = np.uint64((row * SLOTS_A_BLOCK + thing % SLOTS_A_BLOCK) // 4 + 1)
        key = keys[thing // SLOTS_A_BLOCK]
        run = 0
        while run < n:
            a, b, c, d = _four(counter, key[0, run], key[1, run])
            to[thing, column, run] = a
            to[thing + 1, column, run] = b
            to[thing + 2, column, run] = c
            to[thing + 3, column, run] = d
            run += 1


def drawing(streams: Sequence[Stream], layout: Layout, *, whole: str, each: str) -> Any:
    """Return the compiled function ``draw(world, n)`` of a step that draws what it takes of ``streams``.

    ``whole`` and ``each`` name the kinds that tell which draw it is, and that hold it.
    """
    record: Any = layout.dtypes[each]
    row_bytes = layout.lanes * np.dtype(np.float64).itemsize
    scope: dict[str, Any] = {
        "at_whole": layout.view(whole),
        "things_of": layout.reader(each),
        "padded": inlined(padded),
        "month_of": layout.reader("month"),
        "place_of_keys": layout.place("keys"),
        "place_of_each": layout.place(each),
        "draw_slots": _draw_slots,
        "carray": carray,
        "uint64": np.uint64,
        "float64": np.float64,
    }
    lines = [
        "def draw(world, n):",
        "    things, month = padded(things_of(world)), month_of(world)",
        f"    blocks = (things + {SLOTS_A_BLOCK - 1}) // {SLOTS_A_BLOCK}",
        f"    to = carray(place_of_each(world), (things, {record.itemsize // row_bytes}, {layout.lanes}), float64)",
    ]
    for stream in streams:
        scope[f"at_{stream.name}"] = inlined(stream.at)
        first = record.fields[stream.name][1] // row_bytes
        lines += [
            f"    keys = carray(place_of_keys(world), ({stream.number + 1}, blocks, {HALVES}, {layout.lanes}), uint64)",
            f"    at = at_{stream.name}(at_whole(world, 0, 0, True))",
            f"    draw_slots(keys[{stream.number}], to, {first} + at, month * {stream.count} + at, n)",
        ]
    return stage(written_out(lines, scope, f"draws: {', '.join(stream.name for stream in streams)} in {layout.name}"))


@stage
def _draw_shared(draws: BlockDraws, scratch: Any, stream: Any, uniforms: int, month: int, n: int) -> None:
    """Draw four months at once, and make of the uniforms of this one what the steps read."""
    number, count, made, first = stream[0], stream[1], stream[3], stream[4]
    if month % MONTHS_AT_ONCE == 0:
        draw(
            scratch,
            draws.keys[number, 0, 0],
            draws.keys[number, 0, 1],
            month * uniforms,
            len(scratch),
            n,
        )
    here = month % MONTHS_AT_ONCE * uniforms
    for c in range(count):
        for run in range(n):
            if made == CENTRED:
                draws.shared[first + c, run] = centred(scratch[here + 2 * c, run], scratch[here + 2 * c + 1, run])
            elif made == SYMMETRIC:
                draws.shared[first + c, run] = 2.0 * scratch[here + c, run] - 1.0
            else:
                draws.shared[first + c, run] = scratch[here + c, run]
