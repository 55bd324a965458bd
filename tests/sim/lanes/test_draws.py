"""Draws made inside compiled code are those made before a run, number for number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numba import njit

from sim.lanes.draws import draw_month, find_keys, padded, room_for_draws
from sim.lanes.keeping import KeptCode
from sim.randomness import (
    CENTRED,
    GIVEN,
    NOTHING_GIVEN,
    OWN_STREAMS,
    SLOTS_A_BLOCK,
    STREAMS,
    SYMMETRIC,
    UNIFORM,
    Stream,
    make_draws,
)
from sim.sources import source_hash
from sim.state import LANES

MONTHS = 8
"""Numbers of four months are drawn at once, so that the second four begin anew."""

OWN = (
    Stream("mood", OWN_STREAMS, each=True),
    Stream("weather", OWN_STREAMS + 1),
    Stream("pair", OWN_STREAMS + 2, each=True, count=2, made=SYMMETRIC),
    Stream("triple", OWN_STREAMS + 3, each=True, count=3, made=CENTRED),
    Stream("birth", OWN_STREAMS + 4, each=True, count=2, made=UNIFORM, at_launch=True),
    Stream("season", OWN_STREAMS + 5, count=2, made=CENTRED),
    Stream("gift", OWN_STREAMS + 6, made=CENTRED, at_launch=True),
    Stream("sign", OWN_STREAMS + 7, made=SYMMETRIC),
    Stream("nothing", OWN_STREAMS + 8, each=True, count=2, made=GIVEN),
    Stream("choice", OWN_STREAMS + 9, each=True, count=3, made=GIVEN),
)
"""Every kind of stream that an extension may declare, besides those of the model."""


@njit
def drawn(draws, months, n, shared, each):
    """Draw a launch and some months, and keep what lies in the records after each."""
    find_keys(draws, n)
    draw_month(draws, 0, 1, n)
    shared[0], each[0] = draws.shared, draws.each
    for month in range(months):
        draw_month(draws, month, 0, n)
        shared[month + 1], each[month + 1] = draws.shared, draws.each


# Compiling it takes longer than all tests here, so it is kept as the month is.
drawn._cache = KeptCode(drawn.py_func, f"{source_hash('sim')} {Path(__file__).read_text(encoding='utf-8')}")


def given_choice(months, slots):
    """Return what is given of the one stream, while of the other nothing is."""
    return {"choice": np.arange(months * slots * 3, dtype=float).reshape(months, slots, 3)}


def by_stream(streams, *, seed, replicates, slots, months=MONTHS, given=NOTHING_GIVEN):
    """Return the compiled draws as ``make_draws`` gives them, with runs first."""
    of_all = [stream for stream in streams if not stream.each]
    of_each = [stream for stream in streams if stream.each]
    lanes, things = LANES, padded(slots)
    draws = room_for_draws(
        seed=seed,
        replicates=np.array(replicates, dtype=np.uint64),
        streams=streams,
        shared=np.full((sum(stream.count for stream in of_all), lanes), np.nan),
        each=np.full((things, sum(stream.count for stream in of_each), lanes), np.nan),
        months=months,
        given=given,
    )
    shared = np.empty((months + 1, *draws.shared.shape))
    each = np.empty((months + 1, *draws.each.shape))
    drawn(draws, months, len(replicates), shared, each)
    found = {}
    for group, rows in ((of_all, shared[:, None]), (of_each, each)):
        first = 0
        for stream in group:
            here = rows[:, :, first : first + stream.count, : len(replicates)]
            here = np.moveaxis(here, -1, 0)[:, :, :slots] if stream.each else np.moveaxis(here, -1, 0)[:, :, 0]
            here = here[:, 0] if stream.at_launch else here[:, 1:]
            found[stream.name] = here[..., 0] if stream.count == 1 else here
            first += stream.count
    return found


def assert_same_draws(streams, *, seed, replicates, slots, months=MONTHS):
    given = given_choice(months, slots)
    compiled = by_stream(streams, seed=seed, replicates=replicates, slots=slots, months=months, given=given)
    assert list(compiled) == [stream.name for stream in sorted(streams, key=lambda stream: stream.each)]
    for run, replicate in enumerate(replicates):
        made = make_draws(seed=seed, replicate=replicate, months=months, partners=slots, streams=streams, given=given)
        for stream in streams:
            assert np.array_equal(compiled[stream.name][run], made[stream.name]), f"{stream} with {slots} slots"


@pytest.mark.slow
def test_slots_at_the_ends_of_blocks_are_the_same():
    """One body, a counter of four that is not filled, a block that is full, and a second one begun.

    One test, so that no two processes compile what draws.
    """
    for slots in (1, 5, 32, 33):
        assert_same_draws(STREAMS, seed=5, replicates=[0, 3], slots=slots)


@pytest.mark.slow
def test_every_slot_of_every_stream_is_the_same():
    """From one body to more than two blocks of draws."""
    for slots in range(1, 71):
        assert_same_draws(STREAMS, seed=5, replicates=[0, 3], slots=slots)


@pytest.mark.slow
@pytest.mark.parametrize("slots", [1, 4, 31, 32, 33, 64, 70])
def test_streams_of_ones_own_are_the_same(slots):
    """Of any kind, alone and after those of the model, of which none is moved by them."""
    assert_same_draws(OWN, seed=5, replicates=[2], slots=slots)
    assert_same_draws((*STREAMS, *OWN), seed=5, replicates=[2, 9], slots=slots)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**64 - 1, 2**96 + 7, 2**128 - 1, 2**128, 2**200 + 3])
def test_every_length_of_a_seed_is_the_same(seed):
    """Seeds are cut into words of 32 bits; four or more of them go through the key."""
    assert_same_draws(STREAMS, seed=seed, replicates=[0, 1, 2**31, 2**32 - 1], slots=5, months=4)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 63, LANES])
def test_any_number_of_runs_side_by_side_is_the_same(n):
    """A block may be full or short, and its runs stand in any order."""
    replicates = [(37 * number) % 1000 for number in range(n)]
    assert_same_draws(STREAMS, seed=8, replicates=replicates, slots=6, months=5)


@pytest.mark.slow
def test_runs_that_a_block_has_no_room_for_are_left_alone():
    """What lies beside the runs of a short block is nobody's chance."""
    streams = STREAMS
    draws = room_for_draws(
        seed=1,
        replicates=np.arange(3, dtype=np.uint64),
        streams=streams,
        shared=np.full((sum(s.count for s in streams if not s.each), LANES), np.nan),
        each=np.full((padded(5), sum(s.count for s in streams if s.each), LANES), np.nan),
        months=2,
    )
    shared, each = (np.empty((3, *rows.shape)) for rows in (draws.shared, draws.each))
    drawn(draws, 2, 3, shared, each)
    assert not np.isnan(shared[-1, :, :3]).any()
    assert not np.isnan(each[-1, :, :, :3]).any()
    assert np.isnan(shared[-1, :, 3:]).all()
    assert np.isnan(each[-1, :, :, 3:]).all()


def test_the_streams_tested_are_of_every_kind():
    """Uniform, centred, symmetric and given; once and every month; for all and for each; one draw and several."""
    kinds = {(stream.each, stream.made, stream.at_launch) for stream in (*STREAMS, *OWN)}
    assert {made for _, made, _ in kinds} == {UNIFORM, CENTRED, SYMMETRIC, GIVEN}
    drawn_kinds = {(each, made) for each in (False, True) for made in (UNIFORM, CENTRED, SYMMETRIC)}
    assert {(each, made) for each, made, _ in kinds} == {*drawn_kinds, (True, GIVEN)}
    assert {(each, at_launch) for each, _, at_launch in kinds} == {
        (each, at_launch) for each in (False, True) for at_launch in (False, True)
    }
    assert SLOTS_A_BLOCK * 2 < 70
    assert len({stream.number for stream in (*STREAMS, *OWN)}) == len(STREAMS) + len(OWN)
