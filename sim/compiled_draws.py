"""The draws of ``sim/randomness.py``, made inside compiled code while runs go on.

Philox (Salmon and others 2011) is a function of a key and a counter, so that any slot of any stream
can be worked out on its own, for many runs side by side. The keys come from NumPy's ``SeedSequence``.
Both are NumPy's algorithms, number for number; tests hold them to ``make_draws``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.randomness import LAUNCH, PARTNERS_A_BLOCK, STREAMS, THEME_COUNT, TRAITS

_Function = TypeVar("_Function", bound=Callable[..., Any])

_INTERNAL: dict[str, Any] = {
    "error_model": "numpy",
    "nogil": True,
    # Nobody calls these functions from Python, so the way in need not be compiled.
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}

MONTHS_AT_ONCE = 4
"""Philox gives four numbers a counter: draws of four months fill whole counters."""


def inlined(function: _Function) -> _Function:
    """Return ``function`` compiled as a part of what calls it, with every rule that it calls.

    Only then does the compiler see loops over runs without calls in them, which it can turn into loops
    over several runs at once. A division by zero gives infinity, as on the processor.
    """
    return cast(_Function, njit(**_INTERNAL, forceinline=True)(function))


def stage(function: _Function) -> _Function:
    """Return ``function`` compiled by itself: many small functions compile faster than one large one."""
    return cast(_Function, njit(**_INTERNAL)(function))


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

_FACTOR_A, _FACTOR_B = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_BUMP_A, _BUMP_B = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_ROUNDS = 10
_ELEVEN = np.uint64(11)
_TO_UNIT = 1.0 / 9007199254740992.0


@inlined
def _high_half(a: Any, b: Any) -> Any:
    """Return the upper 64 bits of the product of two 64-bit numbers."""
    a_low, a_high = a & _LOW_HALF, a >> _HALF
    b_low, b_high = b & _LOW_HALF, b >> _HALF
    cross = a_high * b_low + ((a_low * b_low) >> _HALF)
    other = a_low * b_high + (cross & _LOW_HALF)
    return a_high * b_high + (cross >> _HALF) + (other >> _HALF)


@inlined
def draw(uniforms: Any, first_keys: Any, second_keys: Any, first: int, count: int, n: int) -> None:
    """Fill the first ``count`` rows of ``uniforms`` with the numbers from ``first`` on of one stream of each run.

    Both are multiples of four; row and number advance together, and columns are runs.
    """
    for quad in range(count // 4):
        counter = np.uint64(first // 4 + quad + 1)
        for run in range(n):
            a, b, c, d = counter, np.uint64(0), np.uint64(0), np.uint64(0)
            first_key, second_key = first_keys[run], second_keys[run]
            for _ in range(_ROUNDS):
                upper_a, lower_a = _high_half(_FACTOR_A, a), _FACTOR_A * a
                upper_b, lower_b = _high_half(_FACTOR_B, c), _FACTOR_B * c
                a, b, c, d = upper_b ^ b ^ first_key, lower_b, upper_a ^ d ^ second_key, lower_a
                first_key += _BUMP_A
                second_key += _BUMP_B
            uniforms[4 * quad, run] = (a >> _ELEVEN) * _TO_UNIT
            uniforms[4 * quad + 1, run] = (b >> _ELEVEN) * _TO_UNIT
            uniforms[4 * quad + 2, run] = (c >> _ELEVEN) * _TO_UNIT
            uniforms[4 * quad + 3, run] = (d >> _ELEVEN) * _TO_UNIT


# ---------------------------------------------------------------------- the draws of a block of runs


class BlockDraws(NamedTuple):
    """Keys of a block of runs, and room for the draws of a month (of four months, where one row a month).

    Keys are (streams, blocks of partners, runs); draws have runs last.
    """

    seed_words: NDArray[np.uint64]
    replicates: NDArray[np.uint64]
    first_keys: NDArray[np.uint64]
    second_keys: NDArray[np.uint64]
    traits: NDArray[np.float64]
    attendance: NDArray[np.float64]
    exit: NDArray[np.float64]
    invitation: NDArray[np.float64]
    reorganisation: NDArray[np.float64]
    decision: NDArray[np.float64]
    election: NDArray[np.float64]
    style: NDArray[np.float64]
    assessment: NDArray[np.float64]
    dissolution: NDArray[np.float64]
    shock: NDArray[np.float64]
    launch: NDArray[np.float64]


# Plain whole numbers would have every function compiled anew for each of them.
_TRAITS = np.int64(STREAMS["traits"])
_ATTENDANCE = np.int64(STREAMS["attendance"])
_EXIT = np.int64(STREAMS["exit"])
_INVITATION = np.int64(STREAMS["invitation"])
_REORGANISATION = np.int64(STREAMS["reorganisation"])
_DECISION = np.int64(STREAMS["decision"])
_ELECTION = np.int64(STREAMS["election"])
_STYLE = np.int64(STREAMS["style"])
_ASSESSMENT = np.int64(STREAMS["assessment"])
_DISSOLUTION = np.int64(STREAMS["dissolution"])
_SHOCK = np.int64(STREAMS["shock"])
_LAUNCH = np.int64(STREAMS["launch"])


def room_for_draws(*, seed: int, replicates: NDArray[np.uint64], n_seats: int, lanes: int) -> BlockDraws:
    """Return keys to be worked out and room for the draws of a block of runs (at most ``lanes``)."""
    words = [seed >> shift & 0xFFFFFFFF for shift in range(0, max(seed.bit_length(), 1), 32)]
    blocks = -(-n_seats // PARTNERS_A_BLOCK)
    padded = blocks * PARTNERS_A_BLOCK

    def rows(number: int) -> NDArray[np.float64]:
        return np.zeros((number, lanes))

    return BlockDraws(
        seed_words=np.array(words + [0] * (_POOL - len(words)), dtype=np.uint64),
        replicates=replicates,
        first_keys=np.zeros((len(STREAMS), blocks, lanes), dtype=np.uint64),
        second_keys=np.zeros((len(STREAMS), blocks, lanes), dtype=np.uint64),
        traits=np.zeros((2 * len(TRAITS), padded, lanes)),
        attendance=rows(padded),
        exit=rows(padded),
        invitation=rows(padded),
        reorganisation=rows(padded),
        decision=rows(MONTHS_AT_ONCE),
        election=rows(MONTHS_AT_ONCE),
        style=rows(3 * MONTHS_AT_ONCE),
        assessment=rows(2 * MONTHS_AT_ONCE),
        dissolution=rows(MONTHS_AT_ONCE),
        shock=rows(2 * THEME_COUNT * MONTHS_AT_ONCE),
        launch=rows((len(LAUNCH) + 3) // 4 * 4),
    )


@stage
def find_keys(draws: Any, n: int) -> None:
    """Work out the key of every stream of every run."""
    pool = np.zeros(_POOL, dtype=np.uint64)
    n_streams, n_blocks = draws.first_keys.shape[0], draws.first_keys.shape[1]
    for stream in range(n_streams):
        for block in range(n_blocks):
            for run in range(n):
                first, second = stream_key(
                    draws.seed_words, draws.replicates[run], np.uint64(stream), np.uint64(block), pool
                )
                draws.first_keys[stream, block, run] = first
                draws.second_keys[stream, block, run] = second


@stage
def draw_traits(draws: Any, n_seats: int, n: int) -> None:
    """Draw the pairs of uniforms behind the traits of all partners."""
    for row in range(len(draws.traits)):
        _draw_by_partner(draws.traits[row], draws, _TRAITS, row, n_seats, n)


@stage
def draw_launch(draws: Any, n: int) -> None:
    """Draw the uniforms behind what a place brings to the launch."""
    draw(draws.launch, draws.first_keys[_LAUNCH, 0], draws.second_keys[_LAUNCH, 0], 0, len(draws.launch), n)


@stage
def draw_month(draws: Any, month: int, n_seats: int, n: int) -> None:
    """Draw the chance of a month."""
    _draw_by_partner(draws.attendance, draws, _ATTENDANCE, month, n_seats, n)
    _draw_by_partner(draws.exit, draws, _EXIT, month, n_seats, n)
    _draw_by_partner(draws.invitation, draws, _INVITATION, month, n_seats, n)
    _draw_by_partner(draws.reorganisation, draws, _REORGANISATION, month, n_seats, n)
    if month % MONTHS_AT_ONCE == 0:
        _draw_by_month(draws.decision, draws, _DECISION, month, n)
        _draw_by_month(draws.election, draws, _ELECTION, month, n)
        _draw_by_month(draws.style, draws, _STYLE, month, n)
        _draw_by_month(draws.assessment, draws, _ASSESSMENT, month, n)
        _draw_by_month(draws.dissolution, draws, _DISSOLUTION, month, n)
        _draw_by_month(draws.shock, draws, _SHOCK, month, n)


@stage
def _draw_by_partner(uniforms: Any, draws: Any, stream: np.int64, row: int, n_seats: int, n: int) -> None:
    for block in range(draws.first_keys.shape[1]):
        here = block * PARTNERS_A_BLOCK
        seated = min(PARTNERS_A_BLOCK, n_seats - here)
        draw(
            uniforms[here:],
            draws.first_keys[stream, block],
            draws.second_keys[stream, block],
            row * PARTNERS_A_BLOCK,
            (seated + 3) // 4 * 4,
            n,
        )


@stage
def _draw_by_month(uniforms: Any, draws: Any, stream: np.int64, month: int, n: int) -> None:
    a_month = len(uniforms) // MONTHS_AT_ONCE
    draw(uniforms, draws.first_keys[stream, 0], draws.second_keys[stream, 0], month * a_month, len(uniforms), n)


@inlined
def centred(first: float, second: float) -> float:
    """Return a draw of mean 0 and standard deviation 1 from two uniforms, as ``randomness.centred`` does."""
    return (first + second - 1.0) * _SQRT_6


_SQRT_6 = float(np.sqrt(6.0))
