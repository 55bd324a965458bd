"""Choices that are given from outside: taken where they are given, and nowhere else, by both engines alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from strategies import TYPICAL_BOARD

import sim
from sim import MONTH
from sim.choices import PLAYED, given_choices
from sim.population import seats_of

MONTHS = 24
PLAIN = {"months": MONTHS, "board": {"members": dict(TYPICAL_BOARD)}, "levers": {"thematic_groups": 1.0}}
SCENARIO = sim.scenario_from(PLAIN)
BODIES = [seat.name for seat in seats_of(SCENARIO)]
NAMES = [name for kind in ("partner", "partnership", "matrix") for name in getattr(MONTH.records["meetings"], kind)]


def in_mesa(played: Any = None, **options: Any) -> sim.History:
    return sim.simulate(SCENARIO, seed=6, record="meetings", played=played, **options)


def same(one: sim.History, other: sim.History, *, until: int = MONTHS) -> bool:
    """Return whether two runs are one to the last bit until a month."""
    alike = one.measures[:until].equals(other.measures[:until])
    return alike and all(np.array_equal(one.record[name][:until], other.record[name][:until]) for name in NAMES)


@pytest.fixture(scope="module")
def free():
    return in_mesa()


# ---------------------------------------------------------------- what is given is done, and no more


def test_nothing_changes_before_the_first_month_played(free):
    """A choice in July has no past."""
    played = in_mesa({"police_1": {9: "absent"}, "fire_service_1": {12: 2}})
    assert same(free, played, until=9)
    assert not same(free, played)


def test_what_would_be_chosen_anyway_changes_nothing(free):
    """All choices of a run, given to it, are that run."""
    rank_at = free.record["rank_at"]
    given = {
        body: {m: {t: int(rank_at[m, b, t]) for t in range(5) if rank_at[m, b, t] >= 0.0} for m in range(MONTHS)}
        for b, body in enumerate(BODIES)
    }
    assert same(free, in_mesa(given))


@pytest.mark.parametrize(("rank", "number"), [("absent", 0), ("junior", 1), ("senior", 2), (0, 0), (1, 1), (2, 2)])
def test_a_rank_is_taken_at_every_table_where_the_body_sits(free, rank, number):
    body = 2
    played = in_mesa({BODIES[body]: {3: rank}}).record["rank_at"]
    sits = free.record["rank_at"][3, body] >= 0.0
    assert sits.any()
    assert (played[3, body][sits] == number).all()
    assert (played[3, body][~sits] == -1.0).all()
    assert np.array_equal(np.delete(played[3], body, axis=0), np.delete(free.record["rank_at"][3], body, axis=0))


@pytest.mark.parametrize("table", ["board", 0, np.int64(0)])
def test_a_table_goes_by_its_name_or_number(free, table):
    rank_at = free.record["rank_at"][5]
    body = int(np.flatnonzero(rank_at[:, 0] != 2.0)[0])
    played = in_mesa({BODIES[body]: {5: {table: "senior"}}}).record["rank_at"][5, body]
    assert played[0] == 2.0
    assert np.array_equal(played[1:], rank_at[body, 1:])


def test_what_is_given_is_read_as_numbers_by_month_body_and_table():
    given = given_choices({"a": {1: "senior", 2: {"board": 0, 4: 1}}}, MONTH.choices, bodies=["b", "a"], months=3)[
        PLAYED
    ]
    assert given.shape == (3, 2, 5)
    assert (given[:, 0] == -1.0).all()
    assert given[:, 1].tolist() == [[-1.0] * 5, [2.0] * 5, [0.0, -1.0, -1.0, -1.0, 1.0]]


# ---------------------------------------------------------------- both engines


@pytest.mark.slow
@pytest.mark.parametrize("chance", range(4))
def test_both_engines_take_the_same_choices(chance):
    """Some bodies played in some months, at all tables or one; of two boards in one ensemble."""
    drawn = np.random.default_rng(chance)
    played: dict[str, dict[int, Any]] = {}
    for body in drawn.choice(["police_1", "university_college_1", "large_employer_2"], 2, replace=False).tolist():
        months = drawn.choice(10, 5, replace=False).tolist()
        played[body] = {m: int(drawn.integers(3)) if m % 2 else {int(drawn.integers(5)): "junior"} for m in months}
    members = {"council": 1, "police": 2, "university_college": 2, "large_employer": 2}
    small = sim.scenario_from({**PLAIN, "months": 10, "board": {"members": members}})
    asked = [SCENARIO, small]
    ensemble = sim.simulate_ensemble(asked, replicates=[0, 3], seed=6, record="meetings", played=played)
    for s, scenario in enumerate(asked):
        for r, replicate in enumerate((0, 3)):
            history = sim.simulate(scenario, seed=6, replicate=replicate, record="meetings", played=played)
            for name in MONTH.measures:
                assert np.array_equal(ensemble[name][s, r, : scenario.months], history.measures[name]), name
            bodies = len(seats_of(scenario))
            ranks = ensemble.record["rank_at"][s, r, : scenario.months, :bodies]
            assert np.array_equal(ranks, history.record["rank_at"])


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("played", "told"),
    [
        ({"polise_1": {3: 2}}, "unknown body 'polise_1'"),
        ({BODIES[1]: {24: 2}}, "in month 24 lies outside the run, which has months 0 to 23"),
        ({BODIES[1]: {"3": 2}}, "in month '3' lies outside the run"),
        ({BODIES[1]: {-1: 2}}, "in month -1 lies outside the run"),
        ({BODIES[1]: {3: 3}}, "rank 3 is not allowed: it takes absent (0), junior (1), senior (2)"),
        ({BODIES[1]: {3: "seniour"}}, "rank 'seniour' is not allowed; did you mean senior?"),
        ({BODIES[1]: {3: True}}, "rank True is not allowed"),
        (
            {BODIES[1]: {3: {"bord": 2}}},
            "table 'bord' is not allowed; did you mean board?: it takes board (0), ",
        ),
        ({BODIES[1]: {3: {5: 2}}}, "table 5 is not allowed"),
        ({BODIES[1]: 2}, "= 2 is not allowed: it takes ranks by month"),
    ],
    ids=str,
)
def test_what_is_not_there_is_refused_in_one_line(played, told):
    for begin in (sim.simulate, lambda one, **options: sim.simulate_ensemble([one], replicates=1, **options)):
        with pytest.raises(sim.ScenarioError) as refused:
            begin(SCENARIO, played=played)
        assert told in str(refused.value)
        assert "\n" not in str(refused.value)
