"""What policy makes of bodies and of the table, and what the centre releases of the fund."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, prior

import sim
from sim.rules import fund, policy
from sim.rules.fund import BY_ALIGNMENT, BY_INFLUENCE, BY_NEED, PURSES

DEPARTURE = (-1.0, 1.0)
CONTRACTS = [
    Contract(
        policy.leader_style,
        {"configured": SHARE, "departure": DEPARTURE, "style_spread": prior("style_spread")},
        rises="configured departure",
        free="style_spread",
        low=0.0,
        high=1.0,
    ),
    Contract(
        policy.budget_after_cuts,
        {"budget": (0.0, 2000.0), "austerity": (0.0, 0.6), "is_publicly_funded": SHARE},
        rises="budget",
        falls="austerity is_publicly_funded",
        low=0.0,
        high=2000.0,
    ),
    Contract(
        policy.duty_reach,
        {"named": SHARE, "regional": SHARE, "education": SHARE, "regional_reach": SHARE, "education_form": SHARE},
        rises="education regional_reach education_form",
        falls="regional",
        free="named",
        low=0.0,
        high=1.0,
    ),
    Contract(
        policy.duty_pressure,
        {"reach": SHARE, "component": SHARE, "enforcement": SHARE, "half_saturation": prior("duty_half_saturation")},
        rises="reach component enforcement",
        falls="half_saturation",
        low=0.0,
        high=1.0,
        zero="reach component",
    ),
    Contract(
        policy.relief_share,
        {"relief": SHARE, "conditional": SHARE, "is_successful": SHARE},
        rises="relief is_successful",
        falls="conditional",
        low=0.0,
        high=1.0,
        zero="relief",
    ),
    Contract(
        policy.resource_standing,
        {"budget_gbp_m": (0.01, 2000.0), "resource_exponent": prior("resource_exponent")},
        rises="budget_gbp_m",
        free="resource_exponent",
        low=0.0,
    ),
    Contract(
        policy.one_plan,
        {"silos": SHARE, "council_alignment": SHARE},
        rises="council_alignment",
        falls="silos",
        low=0.0,
        high=1.0,
    ),
    Contract(
        policy.shared_information,
        {"data_exchange": SHARE, "share_pressure": SHARE, "neighbourhood": SHARE, "consultation": SHARE},
        rises="data_exchange share_pressure neighbourhood consultation",
        low=0.0,
        high=1.0,
    ),
    Contract(
        policy.measurement_quality,
        {"measurement": SHARE, "report_pressure": SHARE, "monitoring": SHARE},
        rises="measurement report_pressure monitoring",
        low=0.0,
        high=1.0,
    ),
    Contract(
        fund.released,
        {"fund_gbp_m_a_year": (0.0, 60.0), "is_accredited": (False, True), "unaccredited_release": SHARE},
        rises="fund_gbp_m_a_year is_accredited unaccredited_release",
        low=0.0,
        high=5.0,
        zero="fund_gbp_m_a_year",
    ),
    Contract(
        fund.transaction_cost_gbp_m,
        {"person_days": (0.0, 5000.0)},
        rises="person_days",
        low=0.0,
        zero="person_days",
    ),
]
TESTED_BELOW = (policy.leader_changes, policy.is_reorganised)


@given(month=st.integers(1, 12), turnover=SHARES, draw=st.floats(0.0, 1.0, exclude_max=True))
def test_leaders_change_in_may_only_and_as_often_as_declared(month, turnover, draw):
    """English local elections are in May; the chance of a new leader is the lever."""
    assert policy.leader_changes(month, turnover, draw) == (month == 5 and draw < turnover)


@given(chance=SHARES, exposure=SHARES, draw=st.floats(0.0, 1.0, exclude_max=True))
def test_reorganisation_needs_a_lever_and_an_exposed_body(chance, exposure, draw):
    """Who is not exposed is never reorganised, and a higher chance never spares anybody."""
    assert not policy.is_reorganised(chance, 0.0, draw)
    assert not policy.is_reorganised(0.0, exposure, draw)
    assert policy.is_reorganised(1.0, 1.0, draw) >= policy.is_reorganised(chance, exposure, draw)


def test_the_yearly_chance_of_reorganisation_is_spread_over_twelve_months():
    """The lever is a chance a year; a monthly reading would reorganise twelve times as often."""
    draws = [(k + 0.5) / 12000.0 for k in range(12000)]
    assert sum(policy.is_reorganised(0.6, 1.0, draw) for draw in draws) == 600


@given(spread=st.floats(*prior("style_spread")), configured=SHARES)
def test_a_leader_without_a_departure_is_the_one_configured(spread, configured):
    """Places differ around what the scenario asks for."""
    assert policy.leader_style(configured, 0.0, spread) == configured


@given(austerity=st.floats(0.0, 0.6), budget=st.floats(0.0, 1000.0))
def test_austerity_spares_bodies_without_public_money(austerity, budget):
    """Cuts fall on publicly funded bodies (S2)."""
    assert policy.budget_after_cuts(budget, austerity, 0.0) == budget


@given(regional=SHARES, regional_reach=SHARES, education_form=SHARES, component=SHARES, enforcement=SHARES)
def test_the_duty_reaches_nobody_whom_it_does_not_name(
    regional, regional_reach, education_form, component, enforcement
):
    """A body that is neither named nor has the lighter form is bound exactly not (S4)."""
    assert policy.duty_reach(0.0, regional, 0.0, regional_reach, education_form) == 0.0
    assert policy.duty_pressure(0.0, component, enforcement, 0.7) == 0.0


@given(regional_reach=SHARES, education_form=SHARES)
def test_the_duty_binds_in_full_whom_it_names(regional_reach, education_form):
    """A named local body is bound whatever holds for regional bodies and colleges."""
    assert policy.duty_reach(1.0, 0.0, 0.0, regional_reach, education_form) == 1.0
    assert policy.duty_reach(1.0, 1.0, 0.0, regional_reach, education_form) == pytest.approx(regional_reach)
    assert policy.duty_reach(0.0, 0.0, 1.0, regional_reach, education_form) == education_form


@given(start=st.floats(0.0, 0.6), step=st.floats(0.01, 0.2), half=st.floats(0.1, 1.0), other=st.floats(0.1, 1.0))
def test_sanctions_and_enforcement_saturate(start, step, half, other):
    """Pressure is concave in both: the second half of a stick hurts less than the first."""
    for pressure in (
        lambda amount: policy.duty_pressure(1.0, amount, other, half),
        lambda amount: policy.duty_pressure(1.0, other, amount, half),
    ):
        low, middle, high = (pressure(start + k * step) for k in range(3))
        assert 0.0 < high - middle < middle - low
        assert high <= 1.0


@given(relief=SHARES)
def test_conditional_relief_is_exactly_nothing_without_success(relief):
    """Relief is earned; only the unconditional control pays it to everybody (S4)."""
    assert policy.relief_share(relief, 1.0, 0.0) == 0.0
    assert policy.relief_share(relief, 0.0, 0.0) == relief
    assert policy.relief_share(relief, 1.0, 1.0) == relief


@given(budget=st.floats(0.1, 100.0), exponent=st.floats(0.1, 0.7))
def test_ten_times_the_money_is_less_than_ten_times_the_say(budget, exponent):
    """Resource dependence is concave in budgets."""
    ratio = policy.resource_standing(10.0 * budget, exponent) / policy.resource_standing(budget, exponent)
    assert 1.0 < ratio < 10.0


def test_a_smart_council_is_whole_and_a_body_without_silos_always_is():
    """One plan in full undoes silos, and no silos need no plan (S0, S1)."""
    assert policy.one_plan(0.7, 1.0) == policy.one_plan(0.0, 0.0) == 1.0


@given(fund_a_year=st.floats(0.0, 60.0), release=SHARES)
def test_a_year_of_releases_is_the_fund(fund_a_year, release):
    """An accredited partnership gets all of its fund in twelve parts, whatever the release for others is."""
    assert 12.0 * fund.released(fund_a_year, True, release) == pytest.approx(fund_a_year)
    assert 12.0 * fund.released(fund_a_year, False, release) == pytest.approx(release * fund_a_year)


def test_purse_names_stand_in_the_order_of_their_codes():
    """Configs give names, rules take numbers."""
    assert (PURSES[BY_NEED], PURSES[BY_INFLUENCE], PURSES[BY_ALIGNMENT]) == ("need", "influence", "alignment")
    assert sim.PARAMETERS["levers.purse"].choices == PURSES
