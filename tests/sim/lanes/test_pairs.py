"""How what is held between every two bodies is laid out."""

from __future__ import annotations

import pytest

from sim.lanes.pairs import MOST_MATRIX_BYTES, SIMD_WIDTH, lanes_for
from sim.state import LANES


@pytest.mark.parametrize("seats", [1, 19, 100, 128, 200, 400, 5000])
def test_blocks_hold_whole_groups_of_runs(seats):
    """A block of no runs would never end, one of too many would leave the caches."""
    lanes = lanes_for(seats, LANES)
    assert lanes % SIMD_WIDTH == 0
    assert SIMD_WIDTH <= lanes <= LANES
    fits = 8 * seats * seats * lanes <= MOST_MATRIX_BYTES
    assert fits or lanes == SIMD_WIDTH
