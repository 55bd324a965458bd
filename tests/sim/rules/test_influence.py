"""Submodel 2: who weighs how much at the table."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, prior

from sim.rules.influence import (
    LEAST_PRESENCE,
    influence_share,
    resource_standing,
    seat_weight,
    standing,
    table_presence,
    voice_support,
)

CONTRACTS = [
    Contract(
        resource_standing,
        {"budget_gbp_m": (0.01, 2000.0), "resource_exponent": prior("resource_exponent")},
        rises="budget_gbp_m",
        free="resource_exponent",
        low=0.0,
    ),
    Contract(
        table_presence,
        {"attendance_record": SHARE, "seniority": SHARE},
        rises="attendance_record seniority",
        low=LEAST_PRESENCE,
        high=1.0,
    ),
    Contract(
        seat_weight,
        {"presence": (LEAST_PRESENCE, 1.0), "sits_on_executive": SHARE, "executive_exclusion": SHARE},
        rises="presence sits_on_executive",
        falls="executive_exclusion",
        low=0.0,
        high=1.0,
        zero="presence",
    ),
    Contract(
        voice_support,
        {
            "capacity_building": SHARE,
            "capacity_building_gain": SHARE,
            "one_stop_shop": SHARE,
            "one_stop_shop_gain": SHARE,
            "neighbourhood": SHARE,
            "neighbourhood_gain": SHARE,
            "as_contractor": SHARE,
            "contracting_gain": SHARE,
        },
        rises="capacity_building capacity_building_gain one_stop_shop one_stop_shop_gain "
        "neighbourhood neighbourhood_gain",
        falls="as_contractor contracting_gain",
        low=0.0,
    ),
    Contract(
        standing,
        {
            "resources": (0.0, 20.0),
            "statutory_weight": (0.0, 3.0),
            "voice": (0.5, 3.0),
            "weight": (0.0, 1.0),
            "chairs": SHARE,
            "direction": SHARE,
            "chair_bonus": prior("chair_bonus"),
        },
        rises="resources statutory_weight voice weight chairs direction chair_bonus",
        low=0.0,
        zero="voice weight",
    ),
    Contract(
        influence_share,
        {
            "own_standing": (0.0, 5.0),
            "total_standing": (5.0, 50.0),
            "weight": (0.0, 1.0),
            "total_weight": (1.0, 20.0),
            "facilitation": SHARE,
        },
        rises="own_standing weight",
        falls="total_standing total_weight",
        free="facilitation",
        low=0.0,
        high=1.0,
    ),
]


MEMBERS = st.lists(st.tuples(st.floats(0.01, 50.0), st.floats(0.02, 1.0)), min_size=1, max_size=60)


def shares_of(members, facilitation):
    total_standing = total_weight = 0.0
    for own, weight in members:
        total_standing += own
        total_weight += weight
    return [influence_share(own, total_standing, weight, total_weight, facilitation) for own, weight in members]


@given(members=MEMBERS, facilitation=SHARES)
def test_shares_sum_to_one(members, facilitation):
    """Influence is shared out: whoever gains takes it from the others."""
    assert math.fsum(shares_of(members, facilitation)) == pytest.approx(1.0, abs=1e-12)


@given(standings=st.lists(st.floats(0.01, 50.0), min_size=2, max_size=60), weight=st.floats(0.02, 1.0))
def test_full_facilitation_makes_equally_present_partners_exactly_equal(standings, weight):
    """However rich or poor, equal presence under a fully facilitating chair is an equal say, to the bit."""
    assert len(set(shares_of([(own, weight) for own in standings], 1.0))) == 1


@given(standings=st.lists(st.floats(0.01, 50.0), min_size=2, max_size=30), less=SHARES, more=SHARES)
def test_facilitation_flattens(standings, less, more):
    """A facilitating chair evens out what resources made unequal (S3)."""
    less, more = sorted((less, more))
    spread = [
        max(shares) - min(shares) for shares in (shares_of([(own, 0.5) for own in standings], f) for f in (less, more))
    ]
    assert spread[1] <= spread[0] + 1e-15


@given(others=MEMBERS, chair=st.floats(0.1, 20.0), less=SHARES, more=SHARES, facilitation=st.floats(0.0, 0.9))
def test_direction_raises_the_share_of_the_chair(others, chair, less, more, facilitation):
    """Leading and dominating lie close together (S3)."""
    less, more = sorted((less, more))
    led = [
        shares_of([(standing(chair, 0.0, 1.0, 0.5, 1.0, direction, 3.0), 0.5), *others], facilitation)[0]
        for direction in (less, more)
    ]
    assert led[1] >= led[0] - 1e-15


@given(resources=st.floats(0.0, 50.0), direction=SHARES, bonus=st.floats(0.5, 6.0))
def test_direction_leaves_those_who_do_not_chair_alone(resources, direction, bonus):
    """Only the chair's own weight may be raised by its direction."""
    assert standing(resources, 1.0, 1.0, 1.0, 0.0, direction, bonus) == standing(
        resources, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0
    )


@given(budget=st.floats(0.1, 100.0), exponent=st.floats(0.1, 0.7))
def test_ten_times_the_money_is_less_than_ten_times_the_say(budget, exponent):
    """Resource dependence is concave in budgets."""
    ratio = resource_standing(10.0 * budget, exponent) / resource_standing(budget, exponent)
    assert 1.0 < ratio < 10.0


def test_who_sits_on_the_executive_loses_nothing():
    """Exclusion may bite only those who are left out."""
    assert seat_weight(0.7, 1.0, 0.95) == 0.7
    assert seat_weight(0.7, 0.0, 0.95) < 0.7
