"""Bodies and places are data, and say where they come from."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TYPICAL_BOARD, board, step_label, typical_settings

import sim
from sim.population import Archetype, place_records, seats_of

ARCHETYPES = list(sim.ARCHETYPES.values())
PLACES = sim.place_names()
SYNTHETIC = {"typical", "two_tier_county"}
AMOUNTS = {
    "budget_gbp_per_head",
    "participation_cost",
    "senior_half_days",
}
FLAGS = {
    "named_in_duty",
    "is_regional",
    "has_education_form",
    "is_inspected",
    "is_assessed_as_council",
    "is_publicly_funded",
    "sits_in_public_executive",
}


def seats(**changes):
    return seats_of(sim.scenario_from(typical_settings(**changes)))


@pytest.mark.parametrize("kind", ARCHETYPES, ids=lambda kind: kind.archetype)
def test_archetypes_are_possible_bodies(kind):
    """Rules rely on shares being shares, flags being flags and priorities being weights."""
    assert kind.sector in sim.SECTORS
    assert sum(kind.priorities) == pytest.approx(1.0, abs=1e-12)
    assert min(kind.priorities) >= 0.0
    assert len(kind.priorities) == len(sim.THEMES)
    assert kind.budget_gbp_per_head > 0.0
    for field in dataclasses.fields(Archetype):
        value = getattr(kind, field.name)
        if field.name in FLAGS:
            assert value in (0.0, 1.0), field.name
        elif field.name in AMOUNTS:
            assert 0.0 <= value < 1e4, field.name
        elif isinstance(value, float):
            assert 0.0 <= value <= 1.0, field.name


@pytest.mark.parametrize("kind", ARCHETYPES, ids=lambda kind: kind.archetype)
def test_discretion_is_small(kind):
    """Organisations have little to bend (S3): the discretionary share is well below one."""
    assert 0.0 < kind.discretionary_share <= 0.25


def test_the_model_has_the_archetypes_of_the_sources():
    """Seventeen kinds of body in four sectors, councils of two tiers, and those of after 2013."""
    assert {name for name in TYPICAL_BOARD if name != "council"} <= set(sim.ARCHETYPES)
    assert {"unitary_council", "county_council", "district_council"} <= set(sim.ARCHETYPES)
    assert {kind.sector for kind in ARCHETYPES} == set(sim.SECTORS)


def test_the_duty_names_public_bodies_only():
    """Business and voluntary bodies are not named, not inspected and not assessed (S4)."""
    for kind in ARCHETYPES:
        if kind.sector in ("business", "voluntary"):
            flags = (kind.named_in_duty, kind.has_education_form, kind.is_inspected, kind.is_publicly_funded)
            assert flags == (0.0, 0.0, 0.0, 0.0)
        if kind.is_regional:
            assert kind.named_in_duty


def test_universities_and_colleges_have_the_lighter_form():
    """S4 asks for a lighter duty for them, and for nobody else."""
    assert [kind.archetype for kind in ARCHETYPES if kind.has_education_form] == ["university_college"]


def test_the_lighter_form_is_for_bodies_that_are_not_named_in_full():
    """A named body is bound in full; both flags together switch the lever off."""
    assert not [kind.archetype for kind in ARCHETYPES if kind.has_education_form and kind.named_in_duty]


def test_there_are_354_districts_34_counties_and_2_synthetic_places():
    """What was made up is marked as such, and what is not recorded says by which rule it was made."""
    assert len(PLACES) == 390
    assert set(PLACES) - set(sim.place_names("all")) - set(sim.place_names("counties")) == SYNTHETIC
    for name, record in place_records().items():
        assert ("synthetic" in record["label"]) == (name in SYNTHETIC)
        for figure in ("fund_basis", "population_basis"):
            assert record[figure].partition(":")[0] in (
                {"assumed", "ruled"} if name in SYNTHETIC else {"recorded", "ruled"}
            )


@pytest.mark.parametrize("name", ["hackney", "00AM", "00am", "E09000012"])
def test_a_place_is_known_by_name_and_by_code(name):
    assert sim.find_place(name).name == "hackney"


def test_an_unknown_place_names_the_nearest_three():
    with pytest.raises(sim.ScenarioError, match=r"'barnsly'; did you mean barnsley or \w+ or \w+\?"):
        sim.find_place("barnsly")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("newcastle", "newcastle_upon_tyne"), ("Hull", "kingston_upon_hull"), ("stoke", "stoke_on_trent")],
)
def test_a_part_of_its_name_finds_a_place(written, meant):
    with pytest.raises(sim.ScenarioError, match=meant):
        sim.find_place(written)


def test_groups_of_places():
    assert [len(sim.place_names(group)) for group in ("all", "funded", "recorded", "county:kent", "counties")] == [
        354,
        88,
        39,
        12,
        34,
    ]
    with pytest.raises(sim.ScenarioError, match=r"no shire county 'Knt'; did you mean Kent"):
        sim.place_names("county:Knt")
    with pytest.raises(sim.ScenarioError, match=r"it takes all, funded, recorded, county:NAME"):
        sim.place_names("some")


@pytest.mark.parametrize("name", PLACES)
def test_every_place_makes_a_scenario(name):
    """Each listed place must run, and its councils depend on its tiers."""
    place = sim.find_place(name)
    assert place.name == name
    assert place.fund_2003_04_gbp_m >= 0.0
    assert 2_000 <= place.population <= 1_400_000  # Kent has most
    kinds = [seat.kind.archetype for seat in seats(place=dataclasses.asdict(place))]
    councils = {1: ["unitary_council"], 2: ["district_council", "county_council"]}[place.tiers]
    assert [
        kind for kind in kinds if kind.endswith("_council") and sim.ARCHETYPES[kind].sector == "council"
    ] == councils


def test_new_bodies_sit_from_their_date_and_a_new_council_takes_the_chair():
    """In April 2009 seven counties had one council for all; who chaired is gone, and its successor chairs."""
    reform = {"from": "2009-04", "where": {"tiers": 2}, "abolish": ["council"], "creates": {"unitary_council": 1}}
    later = {"from": "2010-04", "creates": {"skills_funding_agency": 2}}
    place = {"tiers": 2, "population": 100_000}
    old, new = (
        [seat for seat in seats(place=place, calendar=[later, reform]) if test(seat.joins_at)]
        for test in (lambda at: at == 0, lambda at: at > 0)
    )
    assert [seat.kind.archetype for seat in old if seat.is_chair] == ["district_council"]
    assert [(seat.name, seat.joins_at, seat.is_chair) for seat in new] == [
        ("unitary_council_1", 96, 1.0),
        ("skills_funding_agency_1", 108, 0.0),
        ("skills_funding_agency_2", 108, 0.0),
    ]
    assert [seat.name for seat in seats(calendar=[reform]) if seat.joins_at] == []


def test_who_lives_on_keeps_the_chair():
    """A newcomer of the chair's sector chairs only in place of a body that is gone."""
    calendar = [{"from": "2009-04", "abolish": ["police"], "creates": {"district_council": 1}}]
    assert [seat.name for seat in seats(calendar=calendar) if seat.is_chair] == ["unitary_council_1"]


def test_bodies_created_after_the_last_month_have_no_seat():
    """A calendar may go on after the run."""
    calendar = [{"from": "2013-04", "creates": {"clinical_commissioning_group": 1}}]
    assert len(seats(calendar=calendar)) == len(seats())
    assert len(seats(calendar=calendar, months=145)) == len(seats()) + 1


@pytest.mark.parametrize("table", ["archetypes", "fund_national", "successor_national"])
def test_every_figure_has_a_basis_and_a_source(table):
    """An invented number may be used, never passed off as found."""
    with (Path(sim.__file__).parent / "data" / f"{table}.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    for row in rows:
        assert None not in row
        assert all(value for value in row.values()), row
        assert any(name.endswith("source") for name in row)


@given(population=st.integers(1_000, 10_000_000))
def test_budgets_scale_with_population(population):
    """Twice the people, twice the money; the typical board has one seat of each public kind."""
    for seat in seats(place={"population": population}):
        assert seat.budget_gbp_m == pytest.approx(seat.kind.budget_gbp_per_head * population / 1e6, rel=1e-12)


@given(count=st.integers(1, 20))
def test_more_seats_do_not_make_more_public_money(count):
    """What the public pays for a kind of body is shared by its seats; a second employer is a second firm."""
    plain = seats_of(sim.scenario_from({"board": board({"police": 1, "large_employer": 1})}))
    many = seats_of(sim.scenario_from({"board": board({"police": count, "large_employer": count})}))
    for kind, factor in (("police", 1), ("large_employer", count)):
        before, after = (sum(s.budget_gbp_m for s in table if s.kind.archetype == kind) for table in (plain, many))
        assert after == pytest.approx(factor * before, rel=1e-12)


def test_seats_stand_in_the_order_of_the_board_and_are_numbered():
    """Seat numbers index every table; the order is the config's."""
    names = [seat.name for seat in seats()]
    assert len(names) == len(set(names)) == 19
    assert names[:3] == ["unitary_council_1", "police_1", "primary_care_trust_1"]
    assert [name for name in names if name.startswith("large_employer")] == ["large_employer_1", "large_employer_2"]


def test_newcomers_take_the_last_seats():
    """Founders keep their seat numbers, hence their draws, when somebody is added later."""
    entries = [
        {"month": step_label(5), "archetype": "faith_network", "count": 2},
        {"month": step_label(0), "archetype": "large_employer"},
    ]
    plain, joined = seats(), seats(board={"members": dict(TYPICAL_BOARD), "entries": entries})
    assert joined[:19] == plain
    assert [(s.name, s.joins_at) for s in joined[19:]] == [
        ("faith_network_2", 5),
        ("faith_network_3", 5),
        ("large_employer_3", 0),
    ]


def test_a_public_newcomer_does_not_shrink_founders_before_it_comes():
    """Until the month in which something differs two runs are the same; budgets too."""
    entries = [{"month": step_label(100), "archetype": "police"}]
    assert seats(board={"members": dict(TYPICAL_BOARD), "entries": entries})[:19] == seats()


def test_a_two_tier_place_has_two_councils():
    """A district partnership sits under its county."""
    two = seats_of(sim.scenario_from({"board": board({"council": 1, "police": 1}), "place": {"tiers": 2}}))
    assert [seat.kind.archetype for seat in two] == ["district_council", "county_council", "police"]


def test_the_fund_is_a_small_part_of_partners_spending():
    """The fund was 1 to 2 per cent of what partners spend anyway: an order of magnitude, with room to sweep."""
    spending = sum(seat.budget_gbp_m for seat in seats() if seat.kind.is_publicly_funded)
    assert 0.002 < sim.find_place("typical").fund_2003_04_gbp_m / spending < 0.03


def test_a_calendar_of_another_scenario_seats_nobody_here():
    """Two scenarios of one board and place may differ in whom their calendars create."""
    board = {"members": {"council": 1, "police": 1}}
    plain = sim.scenario_from({"board": board, "months": 12})
    created = ({"from_month": "2001-06", "creates": {"fire_service": 1}},)
    dated = sim.with_changes(plain, calendar=created)
    assert dated.board is plain.board
    both = sim.simulate_ensemble([plain, dated], replicates=1, seed=1, record_partners=True)
    alone = [sim.simulate_ensemble([one], replicates=1, seed=1)["engagement"][0, 0] for one in (plain, dated)]
    assert (both["engagement"][:, 0] == alone).all()


def test_a_chair_of_the_place_is_of_the_sector_that_the_place_states():
    """Where the board leaves it to the place."""
    for chair in sim.SECTORS:
        named = seats(board={"members": dict(TYPICAL_BOARD), "chair": "place"}, place={"chair": chair})
        assert [seat.kind.sector for seat in named if seat.is_chair] == [chair]
