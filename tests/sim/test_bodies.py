"""Bodies by name: what is stated of them holds, and what cannot be is refused in one line."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from strategies import TYPICAL_BOARD, lived, typical_settings

import sim
from sim.levers import policy_calendar
from sim.population import GROUPS, seats_of
from sim.scenario import ScenarioError
from sim.tables import BLOCKS

CITY = {
    "bodies": [
        {"name": "Hill Council", "type": "unitary_council"},
        {"name": "North Police", "type": "police", "budget_gbp_m": 90.0},
        {"name": "South Police", "type": "police", "budget_gbp_m": 10.0, "differs": {"senior_half_days": 40.0}},
        {"name": "Hill Airport", "type": "airport"},
        {"name": "Union", "type": "credit_union", "joins": "2002-01"},
    ],
    "types": {
        "airport": {"based_on": "large_employer", "label": "Airport", "differs": {"economy": 3.0, "housing": 1.0}},
        "credit_union": {"based_on": "vcs_service_provider", "sector": "business"},
    },
    "trust": [{"giver": "Hill Council", "receiver": "Hill Airport", "trust": 0.9}],
    "ties": [
        {"one": "Hill Airport", "other": "Hill Council"},
        {"one": "North Police", "other": "South Police", "tied": False},
    ],
}


def city(**changes):
    return sim.scenario_from({"board": CITY | changes, "months": 24})


def refused(**changes):
    with pytest.raises(ScenarioError) as told:
        city(**changes)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_bodies_of_one_type_may_differ():
    """Two forces are not one force twice."""
    council, north, south, airport, union = seats_of(city())
    assert (north.budget_gbp_m, south.budget_gbp_m) == (90.0, 10.0)
    assert (north.kind.senior_half_days, south.kind.senior_half_days) == (20.0, 40.0)
    assert (airport.kind.archetype, airport.kind.label) == ("airport", "Airport")
    assert (union.kind.sector, union.joins_at) == ("business", 9)
    assert [seat.is_chair for seat in (council, north, south, airport, union)] == [1.0, 0.0, 0.0, 0.0, 0.0]


def test_priorities_are_weights_that_are_made_to_sum_to_one():
    """Plans are compared by their overlap, which needs them to be of one size."""
    kind = seats_of(city())[3].kind
    assert sum(kind.priorities) == pytest.approx(1.0)
    assert kind.economy == pytest.approx(3.0 * kind.housing)


def test_what_is_known_of_pairs_holds_at_the_launch_in_both_engines():
    """The rest is drawn: no other pair is changed by what is known of one."""
    scenario, open_ = city(), city(trust=[], ties=[])
    for replicate in range(20):
        known, drawn = (lived(one, replicate=replicate, months=0) for one in (scenario, open_))
        trust, tie = (np.array([getattr(body, name) for body in known.partners]) for name in ("trust", "tie"))
        assert trust[0, 3] == pytest.approx(0.9, rel=1e-12)
        assert tie[0, 3] == tie[3, 0] == 1.0
        assert tie[1, 2] == tie[2, 1] == 0.0
        before = np.array([body.trust for body in drawn.partners])
        same = np.ones_like(trust, dtype=bool)
        same[0, 3] = False
        assert np.array_equal(trust[same], before[same])
        assert trust.min() >= 0.0
        assert tie.min() >= 0.0


def test_a_shorter_run_leaves_out_what_is_known_of_who_would_come_later():
    """One case serves runs of any length."""
    trust = [*CITY["trust"], {"giver": "Union", "receiver": "Hill Council", "trust": 0.8}]
    scenario = sim.with_changes(city(trust=trust), months=6)
    assert "Union" not in [seat.name for seat in seats_of(scenario)]
    assert lived(scenario, months=0).partners[0].trust[3] == pytest.approx(0.9)


def test_stated_groups_are_where_a_body_sits():
    """Whatever its plan would lead it to; at the board everybody sits."""
    assert len(GROUPS) == len(BLOCKS)
    bodies = [dict(body, groups=["economic"]) if body["name"] == "North Police" else body for body in CITY["bodies"]]
    scenario = city(bodies=bodies)
    scenario = sim.with_changes(scenario, levers=dataclasses.replace(scenario.levers, thematic_groups=1.0))
    model = lived(scenario, months=3)
    ranks = {body.name: body.rank_at for body in model.partners}
    sits = [rank >= 0.0 for rank in ranks["North Police"]]
    assert sits == [True, False, False, False, True]


def test_a_body_or_a_kind_is_abolished_by_its_name():
    """One force may be merged while another goes on."""
    entry = {"from": "2002-04", "abolish": ["North Police", "airport"]}
    scenario = sim.scenario_from({"board": CITY, "months": 24, "calendar": [entry]})
    model = lived(scenario)
    assert [body.name for body in model.partners if body.is_abolished] == ["North Police", "Hill Airport"]


def test_one_who_is_marked_chairs():
    """Whoever else there is of the sector that would."""
    bodies = [dict(body, chairs=body["name"] == "Hill Airport") for body in CITY["bodies"]]
    assert [seat.name for seat in seats_of(city(bodies=bodies)) if seat.is_chair] == ["Hill Airport"]


def test_fund_and_need_go_by_their_series():
    """There is no fund before a series begins; need is the stated one until it changes."""
    need = dict.fromkeys(sim.THEMES, 0.9)
    place = {
        "fund_series": [{"month": "2001-06", "gbp_m_a_year": 6.0}, {"month": "2002-01", "gbp_m_a_year": 1.5}],
        "need_series": [{"month": "2001-08", "need": need}],
    }
    policies = policy_calendar(sim.scenario_from(typical_settings(months=12, place=place)))
    assert [policy.fund_gbp_m_a_year for policy in policies] == [0, 0] + [6.0] * 7 + [1.5] * 3
    assert [policy.need[0] for policy in policies] == [0.5] * 4 + [0.9] * 8


def test_seats_by_archetype_follow_bodies_by_name():
    """A board may have both."""
    names = [seat.name for seat in seats_of(city(members=dict(TYPICAL_BOARD)))]
    assert names[:3] == ["Hill Council", "North Police", "South Police"]
    assert names[5:7] == ["unitary_council_1", "police_1"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"bodies": [{"name": "A", "type": "polise"}]}, ["'polise'", "police"]),
        ({"bodies": [{"name": "A", "type": "police"}] * 2}, ["'A'", "a name of its own"]),
        ({"types": {"police": {"based_on": "fire_service"}}}, ["'police'", "another name"]),
        ({"types": {"x": {"based_on": "fire"}}, "bodies": [{"name": "A", "type": "x"}]}, ["'fire'", "based_on"]),
        ({"bodies": [{"name": "A", "type": "police", "differs": {"silo": 1.0}}]}, ["'silo'", "silos"]),
        ({"bodies": [{"name": "A", "type": "police", "differs": {"silos": 2.0}}]}, ["2.0", "from 0.0 to 1.0"]),
        ({"bodies": [{"name": "A", "type": "police", "differs": dict.fromkeys(sim.THEMES, 0.0)}]}, ["priorities"]),
        ({"trust": [{"giver": "Hill", "receiver": "Hill Council", "trust": 0.5}]}, ["'Hill'", "Hill Council"]),
        ({"trust": [{"giver": "Hill Council", "receiver": "Hill Council", "trust": 0.5}]}, ["both sides"]),
        ({"ties": [{"one": "Union", "other": "Hill Council"}]}, ["'Union'", "later"]),
        ({"ties": CITY["ties"][:1] * 2}, ["named twice"]),
        ({"bodies": [{"name": "A", "type": "police", "joins": "2001-01"}]}, ["'A'", "before"]),
        ({"bodies": [{"name": n, "type": "police", "chairs": True} for n in "AB"]}, ["more than one body chairs"]),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(changes, says):
    """A person is told the value and what is allowed."""
    changes = {"trust": [], "ties": [], "chair": "nobody"} | changes
    message = refused(**changes)
    for word in says:
        assert word.strip("'") in message
