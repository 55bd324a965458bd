"""What is told of a run is what befell it: the table of events against the state of the model, month by month."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TYPICAL_BOARD, fading_settings, run, scenario_settings, step_label, typical_settings

import sim
from sim.events import ABOLISHED, DISSOLVED, EVENTS, NEW_LEADER, REFOUNDED, REORGANISED, TAKES_SEAT

EVENTFUL = typical_settings(
    months=60,
    board={
        "members": dict(TYPICAL_BOARD),
        "entries": [{"month": step_label(4), "archetype": "faith_network", "count": 2}],
    },
    calendar=[{"from": step_label(9), "abolish": ["jobcentre_plus", "large_employer"]}],
    leadership={"turnover": 0.9},
    levers={"reorganisation": 0.8, "statutory": 1.0},
)


@dataclasses.dataclass(frozen=True)
class State:
    """What a month may change and a table of events tell."""

    style: tuple[float, ...]
    stands: bool
    times_refounded: float
    members: frozenset[str]
    abolished: frozenset[str]
    reorganised: frozenset[str]


def state_of(model: Any) -> State:
    def named(flag: Any) -> frozenset[str]:
        return frozenset(partner.name for partner in model.partners if flag(partner))

    return State(
        style=(model.style_attention, model.style_facilitation, model.style_direction),
        stands=model.stands > 0.0,
        times_refounded=model.n_refounded,
        members=named(lambda partner: partner.is_member > 0.0),
        abolished=named(lambda partner: partner.is_abolished > 0.0),
        reorganised=named(lambda partner: partner.is_reorganised > 0.0),
    )


def told_by(before: State, after: State, seats: list[str]) -> list[tuple[str, str]]:
    """Return the events of a month, in the order of the schedule; a new leader is news to a table that stands."""
    told = [("new leader", "")] if after.style != before.style and before.stands else []
    told += [("abolished", name) for name in seats if name in after.abolished - before.abolished]
    told += [("reorganised", name) for name in seats if name in after.reorganised]
    told += [("takes a seat", name) for name in seats if name in after.members - before.members]
    told += [("dissolved", "")] if before.stands and not after.stands else []
    told += [("founded again", "")] if after.stands and not before.stands else []
    return told


def lived_and_told(settings: dict[str, Any], **named: int) -> Counter[str]:
    """Hold what is told of every month to the states before and after it; return how often each event was seen."""
    scenario = sim.scenario_from(settings)
    model = sim.PartnershipModel(scenario, **named)
    seats = [partner.name for partner in model.partners]
    seen: Counter[str] = Counter()
    before = state_of(model)
    for month in range(scenario.months):
        model.step()
        after = state_of(model)
        told = [(event, who) for when, event, who in model.events if when == month]
        assert told == told_by(before, after, seats)
        assert after.abolished >= before.members - after.members
        assert after.times_refounded == before.times_refounded + (after.stands and not before.stands)
        seen.update(event for event, _ in told)
        before = after
    assert model.events == sorted(model.events, key=lambda event: event[0])
    return seen


@pytest.mark.parametrize("replicate", range(4))
def test_what_is_told_is_what_befell(replicate):
    """Of every kind of event that befalls a table that stands, in a run in which all of them happen."""
    seen = lived_and_told(EVENTFUL, seed=2, replicate=replicate)
    assert set(seen) == {"new leader", "abolished", "reorganised", "takes a seat"}
    assert seen["abolished"] == 3
    assert min(seen.values()) >= 2


@pytest.mark.slow
def test_ends_and_new_beginnings_are_told():
    """As often as there are any; bodies are reorganised, with or without a table."""
    cares = [{"from": step_label(36), "leadership": {"attention": 1.0}}]
    ending = fading_settings(leadership={"turnover": 1.0}, calendar=cares) | {"months": 80}
    ending["levers"] = ending["levers"] | {"reorganisation": 1.0}
    seen = sum((lived_and_told(ending, seed=2, replicate=replicate) for replicate in range(6)), Counter())
    assert seen["dissolved"] >= 6
    assert seen["founded again"] >= 2


@pytest.mark.slow
@given(settings=scenario_settings(longest=36), seed=st.integers(0, 1000))
def test_whatever_befalls_any_scenario_is_told(settings, seed):
    """Also where little or everything happens at once."""
    lived_and_told(settings, seed=seed)


def test_the_table_of_events_is_dated_and_agrees_with_the_measures():
    """Counters of measures and rows of events are two accounts of one run."""
    history = run(EVENTFUL, seed=2)
    events, measures = history.events, history.measures
    assert list(events.columns) == ["month", "date", "event", "partner"]
    assert events["date"].tolist() == [measures["date"].iloc[month] for month in events["month"]]
    by_month = {
        name: events[events["event"] == name].groupby("month").size().reindex(measures["month"], fill_value=0)
        for name in ("takes a seat", "abolished")
    }
    came = by_month["takes a seat"] - by_month["abolished"]
    assert measures["n_members"].tolist() == (19 + came.cumsum()).tolist()
    bodies = set(history.partners["partner"])
    assert set(events["partner"]) <= bodies | {""}
    of_bodies = events["event"].isin([EVENTS[k] for k in (REORGANISED, ABOLISHED, TAKES_SEAT)])
    assert (of_bodies == (events["partner"] != "")).all()


def test_events_have_the_names_that_readers_know():
    """Stories, pages and tables look for these words."""
    numbers = (NEW_LEADER, REORGANISED, ABOLISHED, TAKES_SEAT, DISSOLVED, REFOUNDED)
    names = ("new leader", "reorganised", "abolished", "takes a seat", "dissolved", "founded again")
    assert tuple(EVENTS[number] for number in numbers) == names
    assert len(set(numbers)) == len(EVENTS)
