"""Policies are dated patches; each month has exactly one policy."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import scenario_settings, step_label, typical_settings

import sim
from sim.levers import national_fund_totals, place_fund_gbp_m, policy_calendar, recorded_fund_gbp_m
from sim.scenario import Place, month_number


def policies(**changes):
    return policy_calendar(sim.scenario_from(typical_settings(**changes)))


def test_every_month_has_a_policy():
    """Both engines read one row a month."""
    assert len(policies(months=17)) == 17


def test_without_a_calendar_nothing_changes():
    """Levers stay as they are."""
    first, *later = policies(months=24, levers={"flexible_fund_gbp_m": 2.0, "staff_team": 0.6})
    assert first.levers.staff_team == 0.6
    assert first.is_new == 1.0
    assert [policy.date - first.date for policy in later] == list(range(1, 24))
    assert all(policy == dataclasses.replace(first, is_new=0.0, date=policy.date) for policy in later)


def test_patches_accumulate_until_changed():
    """A dated entry stays in force until a later one changes it, and touches nothing that it does not name."""
    calendar = [
        {"from": step_label(6), "levers": {"staff_team": 0.9}},
        {"from": step_label(3), "levers": {"scrutiny": 0.5}, "leadership": {"attention": 0.9}},
        {"from": step_label(9), "levers": {"staff_team": 0.1}, "leadership": {"direction": 0.8}},
    ]
    plan = policies(months=12, levers={"staff_team": 0.2}, calendar=calendar)
    assert [p.levers.staff_team for p in plan] == [0.2] * 6 + [0.9] * 3 + [0.1] * 3
    assert [p.levers.scrutiny for p in plan] == [0.0] * 3 + [0.5] * 9
    assert [p.leadership.attention for p in plan] == [0.5] * 3 + [0.9] * 9
    assert [p.leadership.direction for p in plan][8:] == [0.4, 0.8, 0.8, 0.8]
    assert all(p.levers.protocols == plan[0].levers.protocols for p in plan)


def test_nested_patches_change_one_component_only():
    """Strengthening one component of the duty must not repeal the others."""
    calendar = [
        {"from": step_label(2), "levers": {"duty": {"attend": 0.6, "report": 0.4}, "inspection": {"assess_all": 1}}},
        {"from": step_label(4), "levers": {"duty": {"attend": 0.1}, "joint": {"training": 1.0}}},
    ]
    plan = policies(months=6, levers={"duty": {"regard": 0.3}, "inspection": {"burden": 0.8}}, calendar=calendar)
    assert [p.levers.duty.attend for p in plan] == [0.0, 0.0, 0.6, 0.6, 0.1, 0.1]
    assert [p.levers.duty.report for p in plan] == [0.0, 0.0, 0.4, 0.4, 0.4, 0.4]
    assert {p.levers.duty.regard for p in plan} == {0.3}
    assert {p.levers.inspection.burden for p in plan} == {0.8}
    assert [p.levers.inspection.assess_all for p in plan][1:3] == [0.0, 1.0]
    assert plan[-1].levers.joint.training == 1.0


def test_entries_of_one_month_come_into_force_in_the_order_written():
    """The later line wins, as a reader of the file expects."""
    calendar = [{"from": step_label(1), "levers": {"staff_team": level}} for level in (0.9, 0.4)]
    assert policies(months=3, calendar=calendar)[1].levers.staff_team == 0.4


def test_the_executive_changes_on_its_date():
    """A public-only executive may come and go."""
    calendar = [{"from": step_label(2), "executive": "public_only"}, {"from": step_label(4), "executive": "everyone"}]
    assert [p.public_only_executive for p in policies(months=6, calendar=calendar)] == [False] * 2 + [True] * 2 + [
        False
    ] * 2


def test_notes_and_abolitions_stand_in_their_month_only():
    """An event happens once; a lever stays."""
    calendar = [{"from": step_label(3), "note": "closed", "abolish": ["police"]}]
    plan = policies(months=6, calendar=calendar)
    assert [p.abolished for p in plan] == [()] * 3 + [("police",)] + [()] * 2
    assert [p.notes for p in plan if p.notes] == [("closed",)]


@pytest.mark.parametrize(("tiers", "councils"), [(1, {"unitary_council"}), (2, {"district_council", "county_council"})])
def test_abolishing_the_council_means_the_councils_of_the_place(tiers, councils):
    """'council' is shorthand for one body or two."""
    calendar = [{"from": step_label(1), "abolish": ["council"]}]
    assert set(policies(months=3, place={"tiers": tiers}, calendar=calendar)[1].abolished) == councils


def test_the_national_totals_are_the_published_ones():
    """Facts, not fits: Hansard's totals of the Neighbourhood Renewal Fund."""
    totals = national_fund_totals()
    assert (totals["2001-02"], totals["2002-03"], totals["2003-04"], totals["2004-05"]) == (200.0, 300.0, 400.0, 450.0)
    assert [int(year[:4]) for year in totals] == list(range(2001, 2001 + len(totals)))


@pytest.mark.parametrize(
    ("month", "share_of_2003_04"),
    [
        ("2001-04", 200 / 400),
        ("2002-03", 200 / 400),
        ("2002-04", 300 / 400),
        ("2003-03", 300 / 400),
        ("2003-04", 1.0),
        ("2004-03", 1.0),
        ("2004-04", 450 / 400),
        ("2007-04", 525 / 400),
        ("2008-03", 525 / 400),
        ("2008-04", 525 / 400),
        ("2030-01", 525 / 400),
        ("1999-01", 200 / 400),
    ],
)
def test_a_place_gets_its_share_of_the_national_total(month, share_of_2003_04):
    """Financial years begin in April; the last published total stands until a calendar ends the fund."""
    assert place_fund_gbp_m(Place(fund_2003_04_gbp_m=3.0), month_number(month)) == pytest.approx(
        3.0 * share_of_2003_04, rel=1e-12
    )


def test_place_means_the_places_own_fund_and_a_number_means_that_number():
    """The fund lever takes both, and a calendar may switch between them."""
    place = {"fund_2003_04_gbp_m": 4.0}
    calendar = [{"from": "2003-10", "levers": {"flexible_fund_gbp_m": 1.5}}]
    plan = policies(months=36, place=place, calendar=calendar)
    assert [p.fund_gbp_m_a_year for p in plan] == pytest.approx([2.0] * 12 + [3.0] * 12 + [4.0] * 6 + [1.5] * 6)


@pytest.mark.parametrize("amount", [0, 0.0, 7.5, 60])
def test_a_fund_given_as_a_number_ignores_the_national_totals(amount):
    """£m a year as written, every year."""
    assert {p.fund_gbp_m_a_year for p in policies(months=40, levers={"flexible_fund_gbp_m": amount})} == {amount}


@given(settings=scenario_settings())
def test_every_policy_of_every_calendar_is_a_checked_one(settings):
    """A patch must not carry a value into a run that the door would have refused."""
    scenario = sim.scenario_from(settings)
    for policy in policy_calendar(scenario):
        again = sim.with_changes(
            scenario, levers=dataclasses.asdict(policy.levers), leadership=dataclasses.asdict(policy.leadership)
        )
        assert again.levers == policy.levers
        assert again.leadership == policy.leadership


@given(step=st.integers(0, 23), level=st.floats(0.0, 1.0))
def test_before_its_date_a_patch_is_not_in_force(step, level):
    """Two calendars give the same policies until the month in which they differ."""
    plain = policies(months=24)
    patched = policies(months=24, calendar=[{"from": step_label(step), "levers": {"prescription": level}}])
    assert patched[:step] == plain[:step]
    assert all(p.levers.prescription == level for p in patched[step:])


# ---------------------------------------------------------------- by the record, by place


def fund_by_year(place: Place) -> list[float]:
    """Return the fund of a place by the record in the financial years from 2006-07 to 2012-13."""
    return [recorded_fund_gbp_m(place, month_number(f"{year}-04")) for year in range(2006, 2013)]


def test_the_fund_by_the_record_is_that_of_england():
    """All districts together have what was published, year by year, and nothing outside it."""
    districts = [sim.find_place(name) for name in sim.place_names("all")]
    england = [200, 300, 400, 450, 525, 525, 525, 464.5, 507.8, 527.7, 0, 0]
    for year, total in enumerate(england, start=2001):
        month = month_number(f"{year}-04")
        assert sum(recorded_fund_gbp_m(place, month) for place in districts) == pytest.approx(total, abs=1e-3)


def test_what_follows_the_fund_hangs_on_the_place():
    """65 places have the successor, 22 a transition of 60 % and 40 % of that, others face the cliff (record)."""
    whole, transition, none = (
        fund_by_year(Place(fund_2003_04_gbp_m=4.0, successor=successor)) for successor in ("full", "transition", "none")
    )
    assert whole[:2] == transition[:2] == none[:2] == pytest.approx([5.25, 5.25])
    assert transition[2:] == pytest.approx([0.6 * 5.25, 0.24 * 5.25, 0.0, 0.0, 0.0])
    assert none[2:] == [0.0] * 5
    assert all(fund > 4.0 for fund in whole[2:5])
    assert whole[5:] == [0.0, 0.0]


def test_a_fund_by_dates_of_ones_own_is_its_own_record():
    """Who states a series knows better than the nation's totals."""
    place = Place(fund_series=({"month": "2001-06", "gbp_m_a_year": 6.0},), successor="none")
    assert fund_by_year(place) == [6.0] * 7


def test_an_entry_is_in_force_only_where_its_facts_are():
    """One national calendar, and three rounds of agreements."""
    calendar = [
        {"from": step_label(2), "where": {"agreement_round": 1}, "note": "first", "levers": {"pooling_rate": 0.5}},
        {"from": step_label(4), "where": {"agreement_round": 2, "tiers": 2}, "levers": {"pooling_rate": 0.7}},
        {"from": step_label(6), "where": {"ends": "2009-04"}, "abolish": ["police"], "creates": {"faith_network": 1}},
    ]
    for place, rates in (
        ({"agreement_round": 1, "tiers": 2}, [0.01] * 2 + [0.5] * 6),
        ({"agreement_round": 2, "tiers": 2}, [0.01] * 4 + [0.7] * 4),
        ({"agreement_round": 2, "tiers": 1, "ends": "2009-04"}, [0.01] * 8),
    ):
        scenario = sim.scenario_from(typical_settings(months=8, place=place, calendar=calendar))
        plan = policy_calendar(scenario)
        assert [policy.levers.pooling_rate for policy in plan] == rates
        assert [policy.notes for policy in plan if policy.notes] == ([("first",)] if rates[2] == 0.5 else [])
        assert any(policy.abolished for policy in plan) == ("ends" in place)
        assert any(seat.joins_at == 6 for seat in sim.population.seats_of(scenario)) == ("ends" in place)
