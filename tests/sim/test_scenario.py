"""A scenario is checked once, at the door, and frozen from then on."""

from __future__ import annotations

import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TYPICAL_BOARD, board, scenario_settings, typical_settings

import sim
from sim.levers import entries_beyond, policy_calendar
from sim.population import seats_of
from sim.scenario import MAX_MONTHS, MAX_PARTNERS, month_name, month_number, nearest


def refused(**changes):
    with pytest.raises(sim.ScenarioError) as error:
        sim.scenario_from(typical_settings(**changes))
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("month", ["2001-4", "2001-13", "2001-00", "01-04", "2001/04", "2001-04-01", "April 2001", ""])
def test_malformed_months_are_refused(month):
    """A date that is read wrongly moves a policy without anybody noticing."""
    assert "YYYY-MM" in refused(start=month)
    assert "YYYY-MM" in refused(calendar=[{"from": month}])
    assert "YYYY-MM" in refused(board={"members": {"council": 1}, "entries": [{"month": month, "archetype": "police"}]})


def test_a_month_must_be_text():
    """Unquoted YAML may turn a date into a number or a date object."""
    assert "start = 2001" in refused(start=2001)


@pytest.mark.parametrize("months", [0, -1, MAX_MONTHS + 1, 12.0, "12", True, None])
def test_a_run_has_a_whole_positive_number_of_months(months):
    """No run, half a run, or one that never ends."""
    assert refused(months=months).startswith(f"months = {months!r} is not allowed")


@given(number=st.integers(1900 * 12, 2099 * 12 + 11), later=st.integers(0, 600))
def test_months_are_counted_without_gaps(number, later):
    """Names and numbers of months must be each other's inverse, so that differences are months."""
    assert month_number(month_name(number)) == number
    assert month_number(month_name(number + later)) - month_number(month_name(number)) == later


def test_steps_carry_calendar_labels():
    """Results and calendar must speak of the same month."""
    scenario = sim.scenario_from(typical_settings(start="2001-11", months=4))
    assert [scenario.month_label(step) for step in range(4)] == ["2001-11", "2001-12", "2002-01", "2002-02"]


def test_a_calendar_entry_before_the_run_is_refused():
    """Whether it is in force at the start or comes too late cannot be told."""
    message = refused(start="2001-03", months=24, calendar=[{"from": "2001-02"}])
    assert "2001-02" in message
    assert "before the run" in message


def test_a_calendar_goes_on_after_the_last_month():
    """One calendar serves runs of any length, and is checked to its end."""
    entry = {"from": "2003-04", "levers": {"initiatives": 8}}
    scenario = sim.scenario_from(typical_settings(months=24, calendar=[entry]))
    assert [later.from_month for later in entries_beyond(scenario)] == ["2003-04"]
    assert all(policy.levers is scenario.levers for policy in policy_calendar(scenario))
    wrong = {"from": "2003-04", "abolish": ["polise"]}
    assert "police" in refused(months=24, calendar=[wrong])


def test_a_calendar_entry_in_the_first_and_last_month_is_inside():
    """The bounds belong to the run."""
    sim.scenario_from(typical_settings(months=24, calendar=[{"from": "2001-04"}, {"from": "2003-03"}]))


def test_newcomers_before_the_run_are_refused():
    """Like calendar entries; who would come after the last month has no seat."""
    entries = [{"month": "2001-01", "archetype": "police"}]
    assert "before the run" in refused(months=12, board={"members": {"council": 1}, "entries": entries})
    entries = [{"month": "2009-01", "archetype": "police"}]
    board = {"members": {"council": 1}, "entries": entries}
    assert len(seats_of(sim.scenario_from(typical_settings(months=12, board=board)))) == 1


@pytest.mark.parametrize("members", [{}, {"council": 0}, {"police": 0, "council": 0}])
def test_an_empty_board_is_refused(members):
    """A partnership of nobody has no measures."""
    assert "empty" in refused(board={"members": members})


def test_newcomers_do_not_make_a_board():
    """Somebody has to be there to join."""
    entries = [{"month": "2001-06", "archetype": "police"}]
    assert "empty" in refused(board=board({}, entries=entries))


@pytest.mark.parametrize(
    ("settings", "says"), [({}, r"^board is missing$"), ({"board": {}}, r"^board\.members is empty")]
)
def test_a_missing_board_is_named(settings, says):
    """The only setting without a default."""
    with pytest.raises(sim.ScenarioError, match=says):
        sim.scenario_from(settings)


def test_an_unknown_archetype_gets_the_nearest():
    """In members and in entries alike."""
    assert "'polise'; did you mean police?" in refused(board={"members": {"council": 1, "polise": 1}})
    entries = [{"month": "2001-06", "archetype": "fire_servise"}]
    assert "did you mean fire_service?" in refused(board={"members": {"council": 1}, "entries": entries})


def test_an_unknown_body_to_abolish_gets_the_nearest():
    """A body that is not abolished because of a typo lives on unnoticed."""
    message = refused(calendar=[{"from": "2005-04", "abolish": ["learning_skill_council"]}])
    assert "2005-04" in message
    assert "did you mean learning_skills_council?" in message


def test_an_unknown_place_gets_the_nearest():
    """Place names are long and misspelt."""
    with pytest.raises(sim.ScenarioError, match="did you mean hackney"):
        sim.find_place("hakney")


def test_nothing_is_suggested_when_nothing_is_close():
    """A wrong suggestion is worse than none."""
    assert nearest("zzzzzz", ["council", "police"]) == ""


@pytest.mark.parametrize("count", [-1, 201, 1.5, "2", True])
def test_seats_are_counted_in_whole_numbers(count):
    """Half a police force has no vote."""
    assert "board.members.police" in refused(board={"members": {"council": 1, "police": count}})


def test_too_large_a_board_is_refused():
    """Tables of results have a declared upper size."""
    members = {"council": 1, "faith_network": 200, "residents_network": 200, "vcs_service_provider": 200}
    assert str(MAX_PARTNERS) in refused(board={"members": members})


@pytest.mark.parametrize(
    ("chair", "members"),
    [("council", {"police": 1}), ("business", {"council": 1, "police": 1}), ("voluntary", {"large_employer": 2})],
)
def test_a_chair_needs_a_seat(chair, members):
    """A chair that is not at the table would silently chair nothing."""
    assert "has no seat" in refused(board={"members": members, "chair": chair})


def test_a_newcomer_cannot_be_the_first_chair():
    """The chair is appointed at the launch, before newcomers come."""
    entries = [{"month": "2001-08", "archetype": "large_employer"}]
    assert "has no seat" in refused(board={"members": {"council": 1}, "chair": "business", "entries": entries})


def test_nobody_may_chair():
    """The way out that the message names."""
    assert sim.scenario_from({"board": board({"police": 1})}).board.chair == "nobody"


def test_calendar_mistakes_name_month_and_lever():
    """A calendar is long; the reader must be sent to the line."""
    unknown = refused(calendar=[{"from": "2005-04", "levers": {"flexible_fund_gbp": 0}}])
    assert unknown.startswith("calendar entry from 2005-04: unknown setting levers.flexible_fund_gbp")
    assert "did you mean flexible_fund_gbp_m?" in unknown
    outside = refused(calendar=[{"from": "2005-04", "levers": {"duty": {"attend": 3}}}])
    assert "2005-04: levers.duty.attend = 3 is not allowed: it takes 0 to 1" in outside
    leader = refused(calendar=[{"from": "2005-04", "leadership": {"atention": 0.3}}])
    assert "did you mean attention?" in leader
    assert "did you mean levers?" in refused(calendar=[{"from": "2005-04", "lever": {}}])
    assert "calendar.0.from is missing" in refused(calendar=[{"levers": {}}])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"where": {"tier": 2}}, "2005-04: unknown fact where.tier; did you mean tiers?; known here: tiers,"),
        ({"where": {"agreement_round": 4}}, "where.agreement_round = 4 is not allowed: it takes 0, 1, 2, 3"),
        ({"where": {"successor": "ful"}}, "it takes full, transition, none; did you mean full?"),
        ({"where": {"ends": "April"}}, "a month is written YYYY-MM"),
        ({"where": 3}, "calendar.0.where = 3 is not allowed"),
        ({"creates": {"polise": 1}}, "2005-04, creates: unknown archetype 'polise'; did you mean police?"),
        ({"creates": {"polise": 1}, "where": {"tiers": 2}}, "2005-04, creates: unknown archetype 'polise'"),
        ({"creates": {"police": 0}}, "calendar.0.creates.police = 0 is not allowed"),
        ({"creates": {"police": 1}, "abolish": ["police"]}, "'police' is abolished by then"),
    ],
)
def test_where_and_what_is_created_are_checked(entry, said):
    """A misspelt fact would silently be one that no place has."""
    told = refused(calendar=[{"from": "2005-04", **entry}])
    assert said in told
    assert "\n" not in told


@pytest.mark.parametrize("calendar", ["2005-04", ["2005-04"], [3], {"from": "2005-04"}])
def test_a_calendar_that_is_no_list_of_entries_is_refused_in_one_line(calendar):
    """YAML turns a forgotten colon or dash into text."""
    assert "calendar" in refused(calendar=calendar)


def test_defaults_are_an_ordinary_run():
    """The smallest setting that makes a scenario is a board."""
    scenario = sim.scenario_from(typical_settings())
    assert (scenario.start, scenario.months, scenario.calendar) == ("2001-04", 144, ())
    assert scenario.month_label(143) == "2013-03"


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (lambda s: s, "months"),
        (lambda s: s.levers, "staff_team"),
        (lambda s: s.levers.duty, "attend"),
        (lambda s: s.leadership, "attention"),
        (lambda s: s.behaviour, "duty_pull"),
        (lambda s: s.board, "chair"),
        (lambda s: s.place, "population"),
        (lambda s: s.regimes, "working_ties"),
    ],
)
def test_a_scenario_is_frozen_in_all_its_parts(typical, part, name):
    """A setting that changes during a run would answer no question."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(part(typical), name, 1)


def test_a_scenario_does_not_change_with_the_settings_it_was_made_from():
    """Callers reuse and edit their dictionaries."""
    settings = typical_settings(levers={"staff_team": 0.5}, calendar=[{"from": "2002-04", "levers": {"scrutiny": 1.0}}])
    scenario = sim.scenario_from(settings)
    settings["board"]["members"]["police"] = 5
    settings["levers"]["staff_team"] = 0.9
    settings["calendar"][0]["levers"]["scrutiny"] = 0.0
    assert scenario.board.members["police"] == 1
    assert scenario.levers.staff_team == 0.5
    assert scenario.calendar[0].levers == {"scrutiny": 1.0}
    assert settings["calendar"][0].keys() == {"from", "levers"}


@given(settings=scenario_settings())
def test_every_drawn_scenario_is_accepted_and_pickles(settings):
    """Workers receive scenarios by pickle; the strategy itself must stay inside what is allowed."""
    members, chair, entries = (settings["board"][name] for name in ("members", "chair", "entries"))
    assert members
    assert chair
    assert len(entries) <= 2
    scenario = sim.scenario_from(settings)
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_with_changes_replaces_and_leaves_the_original_alone(typical):
    """A contrast is two scenarios that differ in what was named."""
    longer = sim.with_changes(typical, months=36, name="longer")
    assert (longer.months, longer.name, typical.months) == (36, "longer", 24)
    assert longer.levers == typical.levers


def test_with_changes_checks_what_holds_together(typical):
    """A later start may leave a calendar entry behind; another board may leave no chair."""
    dated = sim.with_changes(typical, calendar=({"from_month": "2003-01"},))
    with pytest.raises(sim.ScenarioError, match="before the run"):
        sim.with_changes(dated, start="2003-02")
    with pytest.raises(sim.ScenarioError, match="has no seat"):
        sim.with_changes(typical, board={"members": {"police": 1}})


@pytest.mark.parametrize("changes", [{"months": -1}, {"monts": 12}, {"levers": {"staff_team": 2.0}}, {"start": "x"}])
def test_with_changes_speaks_in_the_same_one_line(typical, changes):
    """The docstring promises a check like the original's, and a ScenarioError is one line."""
    with pytest.raises(sim.ScenarioError) as error:
        sim.with_changes(typical, **changes)
    assert "\n" not in str(error.value)


def test_the_typical_board_has_every_sector(typical_board):
    """Tests by sector would be empty otherwise."""
    assert typical_board == TYPICAL_BOARD
    sectors = {"council" if name == "council" else sim.ARCHETYPES[name].sector for name in typical_board}
    assert sectors == set(sim.SECTORS)
