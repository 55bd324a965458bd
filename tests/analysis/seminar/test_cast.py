"""The role-play fits any room from 4 to 40 people, and its cards are the model's own bodies."""

from __future__ import annotations

import pytest

from analysis.seminar.roles import FEWEST, MOST, STARS, Cast, cast_of, items_that_fit
from analysis.seminar.script import MEETINGS, SCRIPT, role_play
from experiments import load_scenario
from sim import ARCHETYPES, SECTORS
from sim.population import seats_of
from sim.vocabulary import label_of

SCENARIO = load_scenario("baseline_lsp")
SEATS = seats_of(SCENARIO)


def cast(people: int) -> Cast:
    return cast_of(SEATS, SCENARIO.place, people)


@pytest.mark.parametrize("people", range(FEWEST, MOST + 1))
def test_everybody_has_something_to_play(people: int) -> None:
    """One body each, then deputies, then observers; every sector is there, and one body chairs."""
    found = cast(people)
    assert len(found.roles) + found.deputies + found.observers == people
    assert found.deputies <= len(found.roles) == min(people, len(SEATS))
    assert {role.sector for role in found.roles} == {label_of(sector) for sector in SECTORS}
    assert [role.is_chair for role in found.roles].count(True) == 1
    assert len({role.label for role in found.roles}) == len(found.roles), "two cards have one name"


@pytest.mark.parametrize("people", [FEWEST - 1, MOST + 1])
def test_a_room_too_small_or_too_large_is_refused(people: int) -> None:
    with pytest.raises(ValueError, match=f"people = {people} is not allowed: 4 to 40"):
        cast(people)


def test_cards_have_the_numbers_of_the_population() -> None:
    """Stars are the themes' weights; time and money are what the model gives the body."""
    by_label = {role.label: role for role in cast(19).roles}
    police, health = by_label["Police force"], by_label["Primary care trust"]
    assert dict(police.stars) == {"crime": 7, "education": 1, "economy": 1, "housing": 1}
    assert (police.time, police.half_days) == (5, ARCHETYPES["police"].senior_half_days)
    trust = ARCHETYPES["primary_care_trust"]
    assert health.money == round(
        trust.budget_gbp_per_head * trust.discretionary_share * SCENARIO.place.population / 1e6
    )
    for role in by_label.values():
        assert sum(stars for _, stars in role.stars) == STARS


def test_a_small_room_can_deliver_a_project() -> None:
    """With the fewest people somebody has the time and the money that a project needs, with the fund and without."""
    roles = cast(FEWEST).roles
    assert sum(role.time - 1 for role in roles) >= 4
    assert sum(role.money for role in roles) >= 2


def test_more_people_in_the_room_leave_time_for_fewer_items() -> None:
    counts = [items_that_fit(present) for present in range(2, MOST)]
    assert counts == sorted(counts, reverse=True)
    assert min(counts) >= 1


def test_the_script_takes_ninety_minutes() -> None:
    assert sum(part.minutes for part in SCRIPT) == 90
    assert sum(part.what.startswith("Meeting") for part in SCRIPT) == MEETINGS


@pytest.mark.parametrize("people", [FEWEST, 19, MOST])
def test_there_are_forms_and_slips_enough(people: int) -> None:
    """A printed sheet has two forms and six slips."""
    told = role_play(cast(people), population=SCENARIO.place.population, link="")
    assert told["forms"] >= MEETINGS * items_that_fit(2)
    assert 6 * told["sheets"] >= MEETINGS * len(told["cast"].roles)
