"""Submodels 1, 12 and 13: events, the yearly assessment, and membership."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, prior

from sim.rules import accountability, events, membership

CONTRACTS = [
    Contract(
        events.leader_style,
        {"configured": SHARE, "departure": (-1.0, 1.0), "style_spread": prior("style_spread")},
        rises="configured departure",
        free="style_spread",
        low=0.0,
        high=1.0,
    ),
    Contract(
        events.staff_in_place,
        {"configured": SHARE, "departure": (-1.0, 1.0), "staff_spread": prior("staff_spread")},
        rises="configured departure",
        free="staff_spread",
        low=0.0,
        high=1.0,
    ),
    Contract(
        events.link_after_reorganisation,
        {"trust": SHARE, "prior": SHARE, "reset": prior("reorganisation_reset")},
        rises="trust prior",
        free="reset",
        low=0.0,
        high=1.0,
    ),
    Contract(
        events.budget_after_cuts,
        {"budget": (0.0, 2000.0), "austerity": (0.0, 0.6), "is_publicly_funded": SHARE},
        rises="budget",
        falls="austerity is_publicly_funded",
        low=0.0,
        high=2000.0,
    ),
    Contract(
        accountability.assessment_score,
        {
            "attendance": SHARE,
            "seniority": SHARE,
            "decision_memory": SHARE,
            "coherence": SHARE,
            "results": SHARE,
            "measurement": SHARE,
        },
        rises="attendance seniority decision_memory coherence results measurement",
        low=0.0,
        high=1.0,
    ),
    Contract(
        accountability.credibility_step,
        {"credibility": SHARE, "score": SHARE},
        rises="credibility score",
        low=0.0,
        high=1.0,
    ),
    Contract(
        accountability.reward,
        {"reward_grant_gbp_m": (0.0, 20.0), "results": SHARE},
        rises="reward_grant_gbp_m results",
        low=0.0,
        high=20.0,
        zero="reward_grant_gbp_m results",
    ),
    Contract(
        accountability.compliance,
        {"reach": SHARE, "pressure": SHARE, "attendance_record": SHARE},
        rises="reach pressure attendance_record",
        low=0.0,
        high=1.0,
        zero="reach",
    ),
    Contract(
        accountability.meeting_days,
        {"attended": SHARE, "participation_cost": (0.0, 1.5), "report_pressure": SHARE},
        rises="attended participation_cost report_pressure",
        low=0.0,
    ),
    Contract(
        accountability.transaction_cost_gbp_m,
        {"person_days": (0.0, 5000.0)},
        rises="person_days",
        low=0.0,
        zero="person_days",
    ),
    Contract(
        accountability.inspection_cost,
        {"full_cost_gbp_m": (0.0, 10.0), "burden": SHARE, "lifted": SHARE},
        rises="full_cost_gbp_m burden",
        falls="lifted",
        low=0.0,
        zero="full_cost_gbp_m burden",
    ),
    Contract(
        membership.exit_probability,
        {
            "months_absent": (0.0, 30.0),
            "exit_months": prior("exit_months"),
            "exit_rate": prior("exit_rate"),
            "duty_bound": SHARE,
        },
        rises="months_absent exit_rate",
        falls="exit_months duty_bound",
        low=0.0,
        high=1.0,
        centre={"months_absent": 14.0},
        zero="exit_rate",
    ),
    Contract(
        membership.invitation_probability,
        {"invitation_rate": prior("invitation_rate"), "attention": SHARE, "staff_team": SHARE},
        rises="invitation_rate attention staff_team",
        low=0.0,
        high=1.0,
        zero="invitation_rate",
    ),
    Contract(
        membership.newcomer_view,
        {"prior": SHARE, "record_of_board": SHARE, "informed": SHARE},
        rises="prior record_of_board",
        free="informed",
        low=0.0,
        high=1.0,
    ),
    Contract(
        membership.binding,
        {
            "fund_gbp_m": (0.0, 60.0),
            "council_flexible_gbp_m": (0.01, 200.0),
            "duty": SHARE,
            "assessment": SHARE,
            "belief": SHARE,
            "engagement": SHARE,
            "outside_option": SHARE,
            "austerity": (0.0, 0.6),
        },
        rises="fund_gbp_m duty assessment belief engagement",
        falls="council_flexible_gbp_m outside_option austerity",
        low=0.0,
    ),
    Contract(
        membership.dissolution_probability,
        {
            "bound": SHARE,
            "statutory": SHARE,
            "enough": prior("dissolution_value"),
            "dissolution_rate": prior("dissolution_rate"),
        },
        rises="enough dissolution_rate",
        falls="bound statutory",
        low=0.0,
        high=1.0,
        centre={"bound": 0.2},
    ),
]
TESTED_BELOW = (
    events.leader_changes,
    events.is_reorganised,
    accountability.is_assessment_month,
    accountability.passes,
)


@given(month=st.integers(1, 12), turnover=SHARES, draw=st.floats(0.0, 1.0, exclude_max=True))
def test_leaders_change_in_may_only_and_as_often_as_declared(month, turnover, draw):
    """English local elections are in May; the chance of a new leader is the lever."""
    assert events.leader_changes(month, turnover, draw) == (month == 5 and draw < turnover)


@given(chance=SHARES, exposure=SHARES, draw=st.floats(0.0, 1.0, exclude_max=True))
def test_reorganisation_needs_a_lever_and_an_exposed_body(chance, exposure, draw):
    """Who is not exposed is never reorganised, and a higher chance never spares anybody."""
    assert not events.is_reorganised(chance, 0.0, draw)
    assert not events.is_reorganised(0.0, exposure, draw)
    assert events.is_reorganised(1.0, 1.0, draw) >= events.is_reorganised(chance, exposure, draw)


def test_the_yearly_chance_of_reorganisation_is_spread_over_twelve_months():
    """The lever is a chance a year; a monthly reading would reorganise twelve times as often."""
    draws = [(k + 0.5) / 12000.0 for k in range(12000)]
    assert sum(events.is_reorganised(0.6, 1.0, draw) for draw in draws) == 600


@given(spread=st.floats(*prior("style_spread")), configured=SHARES)
def test_a_leader_without_a_departure_is_the_one_configured(spread, configured):
    """Places differ around what the scenario asks for; so do their staff teams."""
    assert events.leader_style(configured, 0.0, spread) == configured
    assert events.staff_in_place(configured, 0.0, spread) == configured


@given(before=SHARES, first=SHARES)
def test_a_full_reset_returns_to_first_acquaintance(before, first):
    """The share lost is the share of what was built."""
    assert events.link_after_reorganisation(before, first, 0.0) == before
    assert events.link_after_reorganisation(before, first, 1.0) == pytest.approx(first, abs=1e-15)


@given(austerity=st.floats(0.0, 0.6), budget=st.floats(0.0, 1000.0))
def test_austerity_spares_bodies_without_public_money(austerity, budget):
    """Cuts fall on publicly funded bodies (S2)."""
    assert events.budget_after_cuts(budget, austerity, 0.0) == budget


def test_the_first_assessment_falls_in_the_twelfth_month_and_then_every_year():
    """Accreditation is read at step 11 (pattern P8)."""
    assert [month for month in range(40) if accountability.is_assessment_month(month)] == [11, 23, 35]


@given(score=SHARES, threshold=SHARES, noise=st.floats(0.0, 0.1), draw=st.floats(-2.45, 2.45), more=st.floats(0.0, 1.0))
def test_a_better_score_never_fails_where_a_worse_one_passes(score, threshold, noise, draw, more):
    """An assessor errs, but errs alike on both."""
    assert accountability.passes(score + more, threshold, noise, draw) >= accountability.passes(
        score, threshold, noise, draw
    )
    assert accountability.passes(score, threshold, 0.0, draw) == (score >= threshold)


@given(process=st.lists(SHARES, min_size=4, max_size=4), measured=SHARES)
def test_results_need_not_be_measured_when_there_are_none(process, measured):
    """Measuring well must not earn a score by itself."""
    assert accountability.assessment_score(*process, 0.0, measured) == accountability.assessment_score(
        *process, 0.0, 0.0
    )


@given(pressure=SHARES, record=SHARES)
def test_bodies_that_no_duty_binds_have_nothing_to_comply_with(pressure, record):
    """Compliance is exactly 0 without reach."""
    assert accountability.compliance(0.0, pressure, record) == 0.0


@given(cost=st.floats(0.0, 10.0), burden=SHARES)
def test_full_relief_costs_nothing_and_the_burden_of_2004_costs_a_twelfth(cost, burden):
    """Costs are a year's at the burden of 2004, which the scale puts at one half."""
    assert accountability.inspection_cost(cost, burden, 1.0) == 0.0
    assert accountability.inspection_cost(cost, 0.5, 0.0) == pytest.approx(cost / 12.0)


@given(months=st.integers(0, 11), rate=SHARES, bound=SHARES)
def test_nobody_leaves_before_a_long_spell_of_absence(months, rate, bound):
    """Losing interest is not instant exit (pattern P14)."""
    assert membership.exit_probability(months, 12.0, rate, bound) == 0.0


@given(months=st.integers(12, 600), rate=SHARES)
def test_a_full_duty_keeps_the_name_on_the_list(months, rate):
    """A bound body may stay away but cannot leave."""
    assert membership.exit_probability(months, 12.0, rate, 1.0) == 0.0
    assert membership.exit_probability(months, 12.0, rate, 0.0) == rate


@given(prior_view=SHARES, record=SHARES)
def test_an_uninformed_newcomer_brings_its_own_view_and_an_informed_one_the_boards(prior_view, record):
    """The two ends of the lever on newcomers."""
    assert membership.newcomer_view(prior_view, record, 0.0) == prior_view
    assert membership.newcomer_view(prior_view, record, 1.0) == pytest.approx(record, abs=1e-15)


@given(enough=st.floats(0.2, 0.8), rate=SHARES, extra=SHARES)
def test_a_council_that_is_bound_enough_never_dissolves(enough, rate, extra):
    """Exactly 0 from the threshold on, and the full rate when nothing binds."""
    assert membership.dissolution_probability(enough + extra, 0.0, enough, rate) == 0.0
    assert membership.dissolution_probability(0.0, 0.0, enough, rate) == rate


@given(bound=SHARES, enough=st.floats(0.2, 0.8), rate=SHARES)
def test_a_statutory_partnership_is_not_the_councils_to_dissolve(bound, enough, rate):
    """What the law requires stays, however little else binds: exactly 0."""
    assert membership.dissolution_probability(bound, 1.0, enough, rate) == 0.0


def test_nothing_binds_a_council_that_gets_believes_and_owes_nothing():
    """No fund, no duty, no worth: the binding is exactly 0."""
    assert membership.binding(0.0, 40.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0) == 0.0
