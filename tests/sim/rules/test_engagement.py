"""What measures are made of: how engaged a member is, and how unequal influence is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, simplexes

from sim.rules.engagement import member_engagement, normalised_herfindahl

CONTRACTS = [
    Contract(
        member_engagement,
        {"attendance_record": SHARE, "seniority": SHARE, "contribution_rate": SHARE},
        rises="attendance_record seniority contribution_rate",
        low=0.0,
        high=1.0,
        zero="attendance_record seniority",
    ),
]
TESTED_BELOW = (normalised_herfindahl,)


@given(record=SHARES, seniority=SHARES)
def test_engagement_is_halved_when_nothing_is_put_in(record, seniority):
    """The factor of the contribution runs from one half to one."""
    assert member_engagement(record, seniority, 0.0) == pytest.approx(0.5 * record * seniority)
    assert member_engagement(0.0, seniority, 1.0) == member_engagement(record, 0.0, 1.0) == 0.0


@given(n=st.integers(2, 100))
def test_dominance_runs_from_all_equal_to_one_has_all(n):
    """The limits of the normalised Herfindahl index do not depend on the size of the board."""
    assert normalised_herfindahl(n * (1.0 / n) ** 2, n) == pytest.approx(0.0, abs=1e-12)
    assert normalised_herfindahl(1.0, n) == pytest.approx(1.0, abs=1e-12)
    assert normalised_herfindahl(1.0, 1) == 1.0


@given(shares=simplexes(7), share=SHARES)
def test_dominance_rises_as_influence_moves_to_the_top(shares, share):
    """Taking from everybody for the strongest must not look more equal."""
    top = shares.index(max(shares))
    sharper = [(1.0 - share) * own + (share if k == top else 0.0) for k, own in enumerate(shares)]
    before, after = (normalised_herfindahl(math.fsum(s * s for s in rows), 7) for rows in (shares, sharper))
    assert 0.0 <= before <= after + 1e-12 <= 1.0 + 2e-12
