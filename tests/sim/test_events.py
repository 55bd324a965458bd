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
from sim.events import ABOLISHED, DISSOLVED, EVENTS, LEAVES, NEW_LEADER, REFOUNDED, REORGANISED, STAGE, TAKES_SEAT
from sim.rules.delivery import STAGES

EVENTFUL = typical_settings(
    months=60,
    board={
        "members": dict(TYPICAL_BOARD),
        "entries": [{"month": step_label(4), "archetype": "faith_network", "count": 2, "informed": 0.5}],
    },
    calendar=[{"from": step_label(9), "abolish": ["jobcentre_plus", "large_employer"]}],
    leadership={"turnover": 0.9},
    levers={"reorganisation": 0.8, "staff_team": 1.0, "statutory": 1.0, "measurement": 1.0},
    behaviour={"invitation_rate": 0.15, "exit_months": 6.0, "exit_rate": 0.3, "attendance_base": -1.5},
)


@dataclasses.dataclass(frozen=True)
class State:
    """What a month may change and a table of events tell."""

    style: tuple[float, ...]
    stage: float
    is_dissolved: bool
    members: frozenset[str]
    abolished: frozenset[str]
    reorganised: frozenset[str]
    left: frozenset[str]
    """Those who gave up their seats this month."""


def state_of(model: Any) -> State:
    def named(flag: Any) -> frozenset[str]:
        return frozenset(partner.name for partner in model.partners if flag(partner))

    return State(
        style=(model.style_attention, model.style_facilitation, model.style_direction),
        stage=model.stage,
        is_dissolved=model.is_dissolved > 0.0,
        members=named(lambda partner: partner.is_member > 0.0),
        abolished=named(lambda partner: partner.is_abolished > 0.0),
        reorganised=named(lambda partner: partner.is_reorganised > 0.0),
        left=named(lambda partner: partner.left_in == model.month),
    )


def told_by(before: State, after: State, seats: list[str]) -> list[tuple[str, str]]:
    """Return the events of a month through which a table stood: what happened, in the order of the schedule."""
    told = [("new leader", "")] if after.style != before.style else []
    told += [("abolished", name) for name in seats if name in after.abolished - before.abolished]
    told += [("reorganised", name) for name in seats if name in after.reorganised]
    if after.stage != before.stage:
        told.append((f"stage {int(after.stage)}: {STAGES[int(after.stage) - 1]}", ""))
    told += [("leaves", name) for name in seats if name in after.left]
    told += [("takes a seat", name) for name in seats if name in after.members - before.members]
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
        if before.is_dissolved:
            assert told == [], "nothing befalls a table that is no more"
            assert (after.members, after.stage) == (frozenset(), before.stage)
        elif after.is_dissolved:
            assert told[-1] == ("dissolved", "")
            assert after.members == frozenset()
            assert {name for event, name in told if event == "abolished"} == after.abolished - before.abolished
            assert {name for event, name in told if event == "leaves"} == after.left
        else:
            assert told == told_by(before, after, seats)
            assert after.left | after.abolished >= before.members - after.members
        seen.update(event.partition(":")[0].partition(" ")[0] for event, _ in told)
        before = after
    assert model.events == sorted(model.events, key=lambda event: event[0])
    return seen


@pytest.mark.parametrize("replicate", range(4))
def test_what_is_told_is_what_befell(replicate):
    """Of every kind of event, in a run in which all of them happen."""
    seen = lived_and_told(EVENTFUL, seed=2, replicate=replicate)
    assert set(seen) == {"new", "abolished", "reorganised", "stage", "leaves", "takes"}
    assert seen["abolished"] == 3
    assert min(seen.values()) >= 2


@pytest.mark.parametrize("replicate", range(4))
def test_an_end_is_told_once_and_nothing_after_it(replicate):
    """No leader, reorganisation or newcomer is news to a partnership that is no more."""
    ending = fading_settings(leadership={"turnover": 1.0})
    ending["levers"] = ending["levers"] | {"reorganisation": 1.0}
    assert lived_and_told(ending, seed=2, replicate=replicate)["dissolved"] == 1


def test_the_last_body_abolished_is_told_before_the_end():
    """An end for want of members has its reason in the same month."""
    calendar = [{"from": step_label(3), "abolish": ["council", "police"]}]
    table = run({"board": {"members": {"council": 1, "police": 1}}, "months": 8, "calendar": calendar}).events
    assert table[table["month"] == 3][["event", "partner"]].to_numpy().tolist() == [
        ["abolished", "unitary_council_1"],
        ["abolished", "police_1"],
        ["dissolved", ""],
    ]
    assert table["month"].max() == 3


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
        name: events[events["event"].str.startswith(name)]
        .groupby("month")
        .size()
        .reindex(measures["month"], fill_value=0)
        for name in ("leaves", "takes a seat", "abolished", "stage")
    }
    assert measures["n_exits"].to_numpy().tolist() == by_month["leaves"].cumsum().tolist()
    came = by_month["takes a seat"] - by_month["leaves"] - by_month["abolished"]
    assert measures["n_members"].tolist() == (19 + came.cumsum()).tolist()
    moved = measures["stage"].diff().fillna(measures["stage"].iloc[0] - 1.0) != 0.0
    assert moved.astype(int).tolist() == by_month["stage"].tolist()
    bodies = set(history.partners["partner"])
    assert set(events["partner"]) <= bodies | {""}
    of_bodies = events["event"].isin([EVENTS[k] for k in (REORGANISED, ABOLISHED, LEAVES, TAKES_SEAT)])
    assert (of_bodies == (events["partner"] != "")).all()


def test_events_have_the_names_that_readers_know():
    """Stories, pages and tables look for these words."""
    numbers = (NEW_LEADER, REORGANISED, ABOLISHED, LEAVES, TAKES_SEAT, DISSOLVED, STAGE, REFOUNDED)
    names = ("new leader", "reorganised", "abolished", "leaves", "takes a seat", "dissolved", "stage", "founded again")
    assert tuple(EVENTS[number] for number in numbers) == names
    assert len(set(numbers)) == len(EVENTS)
