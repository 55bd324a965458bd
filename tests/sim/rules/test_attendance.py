"""Submodels 3 and 4: coming to the table, and whom to send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, prior

import sim
from sim.rules import attendance, seniority
from sim.rules.mathematics import towards
from sim.terms import TERMS

CONTRACTS = [
    Contract(
        attendance.disposition_term,
        {
            "base": prior("attendance_base"),
            "weight_mandate": prior("weight_mandate"),
            "mandate": SHARE,
            "spread": prior("attendance_spread"),
            "trait": (-2.45, 2.45),
        },
        rises="base weight_mandate mandate trait",
        free="spread",
    ),
    Contract(
        attendance.habit_term,
        {"weight": prior("weight_habit"), "attendance_record": SHARE},
        rises="attendance_record",
        free="weight",
        low=-2.0,
        high=2.0,
    ),
    Contract(
        attendance.fund_term,
        {
            "weight": prior("weight_fund"),
            "expected_share": SHARE,
            "fund_gbp_m": (0.0, 60.0),
            "flexible_money_gbp_m": (0.01, 100.0),
            "half_saturation": prior("fund_half_saturation"),
        },
        rises="weight expected_share fund_gbp_m",
        falls="flexible_money_gbp_m half_saturation",
        low=0.0,
        high=2.5,
        zero="weight expected_share fund_gbp_m",
    ),
    Contract(
        attendance.belief_term,
        {"weight": prior("weight_belief"), "belief": SHARE},
        rises="weight belief",
        low=0.0,
        zero="weight belief",
    ),
    Contract(
        attendance.cooperation_term,
        {"weight": prior("weight_cooperation"), "trusted_participation": SHARE},
        rises="weight trusted_participation",
        low=0.0,
        zero="weight trusted_participation",
    ),
    Contract(
        attendance.heard_term,
        {"weight": prior("weight_heard"), "influence": SHARE, "n_members": (1.0, 100.0)},
        rises="influence n_members",
        free="weight",
        low=-2.0,
        high=2.0,
    ),
    Contract(
        attendance.duty_reach,
        {"named": SHARE, "regional": SHARE, "education": SHARE, "regional_reach": SHARE, "education_form": SHARE},
        rises="education regional_reach education_form",
        falls="regional",
        free="named",
        low=0.0,
        high=1.0,
    ),
    Contract(
        attendance.duty_pressure,
        {"reach": SHARE, "component": SHARE, "enforcement": SHARE, "half_saturation": prior("duty_half_saturation")},
        rises="reach component enforcement",
        falls="half_saturation",
        low=0.0,
        high=1.0,
        zero="reach component",
    ),
    Contract(
        attendance.duty_term,
        {"weight": prior("weight_duty"), "attend_pressure": SHARE},
        rises="weight attend_pressure",
        low=0.0,
        zero="weight attend_pressure",
    ),
    Contract(
        attendance.scrutiny_term,
        {"weight": prior("weight_duty"), "scrutiny": SHARE, "is_publicly_funded": SHARE},
        rises="weight scrutiny is_publicly_funded",
        low=0.0,
        zero="weight scrutiny is_publicly_funded",
    ),
    Contract(
        attendance.assessment_term,
        {
            "weight": prior("weight_assessment"),
            "burden": SHARE,
            "is_inspected": SHARE,
            "assessed_as_council": SHARE,
            "assess_all": SHARE,
        },
        rises="weight burden is_inspected assessed_as_council assess_all",
        low=0.0,
        zero="weight burden is_inspected",
    ),
    Contract(
        attendance.relief_share,
        {"relief": SHARE, "conditional": SHARE, "is_successful": SHARE},
        rises="relief is_successful",
        falls="conditional",
        low=0.0,
        high=1.0,
        zero="relief",
    ),
    Contract(
        attendance.relief_term,
        {"weight": prior("weight_relief"), "burden": SHARE, "is_inspected": SHARE, "lifted": SHARE},
        rises="weight burden is_inspected lifted",
        low=0.0,
        zero="weight burden is_inspected lifted",
    ),
    Contract(
        attendance.leadership_term,
        {"weight": prior("weight_leadership"), "attention": SHARE},
        rises="weight attention",
        low=0.0,
        zero="weight attention",
    ),
    Contract(
        attendance.load_term,
        {
            "weight": prior("weight_load"),
            "participation_cost": (0.0, 1.5),
            "forum": (0.0, 4.0),
            "staff_team": SHARE,
            "capacity": SHARE,
            "one_stop_shop": SHARE,
            "one_stop_shop_gain": SHARE,
        },
        rises="staff_team capacity one_stop_shop one_stop_shop_gain",
        falls="weight participation_cost forum",
        high=0.0,
        zero="weight participation_cost forum",
    ),
    Contract(
        attendance.forum_load,
        {
            "n_members": (1.0, 512.0),
            "initiatives": (0.0, 20.0),
            "initiative_load": prior("initiative_load"),
            "overlap": SHARE,
            "overlap_load": prior("overlap_load"),
            "co_location": SHARE,
        },
        rises="n_members initiatives initiative_load overlap overlap_load",
        falls="co_location",
        low=0.0,
    ),
    Contract(
        attendance.prescription_term,
        {"weight": prior("weight_prescription"), "prescription": SHARE, "statutory": SHARE},
        falls="weight prescription statutory",
        high=0.0,
    ),
    Contract(
        attendance.outside_term,
        {"weight": prior("weight_outside"), "outside_option": SHARE, "exposure": SHARE},
        falls="weight outside_option exposure",
        high=0.0,
        zero="weight outside_option exposure",
    ),
    Contract(
        attendance.attendance_probability,
        {"utility": (-20.0, 20.0), "noise": prior("attendance_noise")},
        rises="utility",
        free="noise",
        low=0.0,
        high=1.0,
    ),
    Contract(
        seniority.seniority_wanted,
        {
            "floor": prior("seniority_floor"),
            "attention": SHARE,
            "decision_memory": SHARE,
            "belief": SHARE,
        },
        rises="floor attention decision_memory belief",
        low=0.0,
        high=1.0,
    ),
    Contract(
        seniority.seniority_step,
        {"seniority": SHARE, "wanted": SHARE, "rate": prior("seniority_rate")},
        rises="seniority wanted",
        free="rate",
        low=0.0,
        high=1.0,
    ),
]


@given(regional=SHARES, regional_reach=SHARES, education_form=SHARES)
def test_the_duty_reaches_nobody_whom_it_does_not_name(regional, regional_reach, education_form):
    """A body that is neither named nor has the lighter form is bound exactly not (S4)."""
    assert attendance.duty_reach(0.0, regional, 0.0, regional_reach, education_form) == 0.0


@given(component=SHARES, enforcement=SHARES, half=st.floats(0.1, 1.0), weight=st.floats(0.0, 3.0))
def test_the_duty_has_exactly_no_direct_effect_without_reach(component, enforcement, half, weight):
    """The duty may move a body that it does not name only through others' behaviour (S4)."""
    pressure = attendance.duty_pressure(0.0, component, enforcement, half)
    assert pressure == 0.0
    assert attendance.duty_term(weight, pressure) == 0.0


@given(regional_reach=SHARES, education_form=SHARES)
def test_the_duty_binds_in_full_whom_it_names(regional_reach, education_form):
    """A named local body is bound whatever holds for regional bodies and colleges."""
    assert attendance.duty_reach(1.0, 0.0, 0.0, regional_reach, education_form) == 1.0
    assert attendance.duty_reach(1.0, 1.0, 0.0, regional_reach, education_form) == pytest.approx(regional_reach)
    assert attendance.duty_reach(0.0, 0.0, 1.0, regional_reach, education_form) == education_form


@given(start=st.floats(0.0, 0.6), step=st.floats(0.01, 0.2), half=st.floats(0.1, 1.0), enforcement=SHARES)
def test_sanctions_saturate(start, step, half, enforcement):
    """Pressure is concave in the duty: the second half of a stick hurts less than the first."""
    low, middle, high = (
        attendance.duty_pressure(1.0, component, enforcement, half)
        for component in (start, start + step, start + 2.0 * step)
    )
    assert 0.0 < high - middle < middle - low
    assert high <= 1.0


@given(start=st.floats(0.0, 0.6), step=st.floats(0.01, 0.2), half=st.floats(0.1, 1.0))
def test_enforcement_saturates(start, step, half):
    """Docking to the public-goods series with sanctions needs enforcement to saturate too."""
    low, middle, high = (
        attendance.duty_pressure(1.0, 1.0, enforcement, half)
        for enforcement in (start, start + step, start + 2.0 * step)
    )
    assert 0.0 < high - middle < middle - low


@given(weight=st.floats(0.0, 3.0), burden=SHARES, lifted=SHARES)
def test_relief_does_exactly_nothing_for_bodies_that_nobody_inspects(weight, burden, lifted):
    """Business and voluntary bodies cannot be relieved of inspections that they do not have (S4)."""
    assert attendance.relief_term(weight, burden, 0.0, lifted) == 0.0


@given(relief=SHARES)
def test_conditional_relief_is_exactly_nothing_without_success(relief):
    """Relief is earned; only the unconditional control pays it to everybody (S4)."""
    assert attendance.relief_share(relief, 1.0, 0.0) == 0.0
    assert attendance.relief_share(relief, 0.0, 0.0) == relief
    assert attendance.relief_share(relief, 1.0, 1.0) == relief


@given(weight=st.floats(0.0, 2.0), n=st.integers(1, 100))
def test_an_equal_say_neither_draws_nor_repels(weight, n):
    """Being heard is measured against the fair share, and its absence repels as much as the weight."""
    assert attendance.heard_term(weight, 1.0 / n, n) == pytest.approx(0.0, abs=1e-15)
    assert attendance.heard_term(weight, 0.0, n) == -weight


@given(weight=st.floats(0.0, 2.0), share=st.floats(0.1, 1.0), fund=st.floats(0.1, 10.0))
def test_the_pull_of_the_fund_saturates(weight, share, fund):
    """The first million draws more than the second."""
    first, second, third = (attendance.fund_term(weight, share, k * fund, 10.0, 0.05) for k in (0.0, 1.0, 2.0))
    assert third - second <= second - first


@given(weight=st.floats(0.0, 3.0), level=SHARES)
def test_scrutiny_is_a_weaker_stick_than_the_duty_and_reaches_public_money_only(weight, level):
    """Scrutiny boards may call publicly funded partners, and nobody else (S4)."""
    assert attendance.scrutiny_term(weight, level, 0.0) == 0.0
    assert attendance.scrutiny_term(weight, level, 1.0) <= attendance.duty_term(weight, level)


def test_a_record_of_one_half_has_no_habit():
    """Inertia must be symmetric: newcomers start at one half and are pulled neither way."""
    assert attendance.habit_term(1.7, 0.5) == 0.0
    assert attendance.habit_term(1.7, 1.0) == -attendance.habit_term(1.7, 0.0) == 1.7


@given(utility=st.floats(0.1, 5.0), less=st.floats(0.5, 2.0), more=st.floats(0.5, 2.0))
def test_noise_brings_choices_nearer_to_a_coin(utility, less, more):
    """Quantal response: people choose the better option more often, the less noise the more so."""
    less, more = sorted((less, more))
    assert 0.5 < attendance.attendance_probability(utility, more) <= attendance.attendance_probability(utility, less)


def test_every_term_has_one_name():
    """Explanations are columns; two terms of one name would be added unseen."""
    assert len(set(TERMS)) == len(TERMS) >= 13


def test_seniority_moves_more_slowly_than_the_attendance_record_at_defaults():
    """Chief officers vacate their seats after bodies have begun to stay away, not before (S2)."""
    slow = sim.PARAMETERS["behaviour.seniority_rate"].default
    fast = sim.PARAMETERS["behaviour.attendance_memory"].default
    sent = record = 1.0
    for _ in range(12):
        sent = seniority.seniority_step(sent, 0.0, slow)
        record = towards(record, 0.0, fast)
        assert record < sent < 1.0
