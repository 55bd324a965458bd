"""Archetypes and places, and from them the partners at the table. Differences between bodies are data."""

from __future__ import annotations

import csv
import dataclasses
from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files

from sim.scenario import MAX_PARTNERS, Need, Place, Scenario, ScenarioError, month_number, nearest


@dataclasses.dataclass(frozen=True)
class Sector:
    """A part of the local public realm: its name, and what people call its bodies and read of them."""

    name: str
    label: str
    says: str


DECLARED_SECTORS = (
    Sector("council", "councils", "Elected local authorities."),
    Sector("agency", "agencies", "Other public bodies, such as police, health, jobs, housing and universities."),
    Sector("business", "businesses", "Employers and the bodies that speak for them."),
    Sector("voluntary", "voluntary bodies", "Voluntary, community and faith organisations."),
)

SECTORS: tuple[str, ...] = tuple(sector.name for sector in DECLARED_SECTORS)
THEMES: tuple[str, ...] = ("education", "economy", "housing", "crime", "health")


@dataclasses.dataclass(frozen=True)
class Archetype:
    """What one kind of body is like. Shares and flags are in [0, 1]; see docs/odd.md for each column."""

    archetype: str
    label: str
    sector: str
    budget_gbp_per_head: float
    discretionary_share: float
    regeneration_share: float
    senior_half_days: float
    education: float
    economy: float
    housing: float
    crime: float
    health: float
    rigidity: float
    participation_cost: float
    named_in_duty: float
    is_regional: float
    has_education_form: float
    is_inspected: float
    is_assessed_as_council: float
    is_publicly_funded: float
    sits_in_public_executive: float
    outside_exposure: float
    one_stop_shop_gain: float
    capacity_building_gain: float
    neighbourhood_gain: float
    contracting_gain: float
    silos: float
    reorganisation_exposure: float
    basis: str
    source: str

    @cached_property
    def priorities(self) -> tuple[float, ...]:
        """Return the weights over THEMES, which sum to 1."""
        return (self.education, self.economy, self.housing, self.crime, self.health)


@dataclasses.dataclass(frozen=True)
class Seat:
    """One chair at the table: who sits there, and from which step on."""

    name: str
    kind: Archetype
    budget_gbp_m: float
    joins_at: int = 0
    is_chair: float = 0.0

    @cached_property
    def sector(self) -> int:
        """Return the position of its sector in SECTORS."""
        return SECTORS.index(self.kind.sector)

    @staticmethod
    def numbers() -> tuple[str, ...]:
        """Return what of a seat is a number, the same for all runs on one board."""
        return ("budget_gbp_m", "joins_at", "is_chair", "sector")


def _rows(table: str) -> list[dict[str, str]]:
    with files("sim").joinpath(f"data/{table}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _archetypes() -> dict[str, Archetype]:
    texts = {field.name for field in dataclasses.fields(Archetype) if field.type == "str"}
    return {
        row["archetype"]: Archetype(**{name: value if name in texts else float(value) for name, value in row.items()})  # type: ignore[arg-type]
        for row in _rows("archetypes")
    }


ARCHETYPES: Mapping[str, Archetype] = _archetypes()
"""Every kind of body by name, read from sim/data/archetypes.csv."""


@cache
def place_records() -> dict[str, dict[str, str]]:
    """Return the rows of sim/data/places.csv by place name, with the basis and source of each figure."""
    return {row["place"]: row for row in _rows("places")}


GROUPS_OF_PLACES: Mapping[str, str] = {
    "all": "the 354 districts of 2004",
    "funded": "the 88 with the Neighbourhood Renewal Fund",
    "recorded": "the 39 of them whose allocation is on record",
    "county:NAME": "the districts of a shire county",
}
"""Names for several places at once, and what they are."""


def place_names(group: str = "") -> list[str]:
    """Return the names of places that ship with the model: all, those that are made up too, or a group of districts.

    Raises :class:`sim.ScenarioError` for a group that there is not.
    """
    if not group:
        return list(place_records())
    kind, _, county = group.partition(":")
    districts = {name: record for name, record in place_records().items() if record["code"]}
    if group == "all":
        return list(districts)
    if group == "funded":
        return [name for name, record in districts.items() if float(record["fund_2003_04_gbp_m"]) > 0.0]
    if group == "recorded":
        return [name for name, record in districts.items() if record["fund_basis"] == "recorded"]
    counties = {record["county"] for record in districts.values() if record["county"]}
    if kind == "county":
        found = [name for name, record in districts.items() if record["county"].casefold() == county.strip().casefold()]
        if found and county:
            return found
        raise ScenarioError(
            f"places = {group!r} is not allowed: there is no shire county {county!r}{nearest(county, counties, most=3)}"
        )
    raise ScenarioError(f"places = {group!r} is not allowed: it takes {', '.join(GROUPS_OF_PLACES)}")


@cache
def _names_of_codes() -> dict[str, str]:
    """Return place names by the codes of 2004 and of 2019, in capitals."""
    return {
        record[code]: name for name, record in place_records().items() for code in ("code", "ons_code") if record[code]
    }


def find_place(name: str) -> Place:
    """Return the place of a name, of a code of 2004 (``00AM``) or of 2019 (``E09000012``).

    Raises :class:`sim.ScenarioError` naming the nearest three if there is none.
    """
    known = _names_of_codes().get(name.upper(), name)
    record = place_records().get(known)
    if record is None:
        close = nearest(name.lower(), place_records(), most=3)
        raise ScenarioError(f"unknown place {name!r}{close}; see: partnerships list places")
    return Place(
        name=known,
        label=record["label"],
        fund_2003_04_gbp_m=float(record["fund_2003_04_gbp_m"]),
        population=int(record["population"]),
        tiers=2 if record["tiers"] == "2" else 1,
        need=Need(**{theme: float(record[f"need_{theme}"]) for theme in THEMES}),
    )


def council_archetypes(place: Place) -> list[str]:
    """Return the councils that serve a place: a unitary one, or a district and its county."""
    return ["unitary_council"] if place.tiers == 1 else ["district_council", "county_council"]


def seats_of(scenario: Scenario) -> tuple[Seat, ...]:
    """Return the seats of the board in a fixed order; later entries come last.

    Raises :class:`sim.ScenarioError` for an unknown archetype, an empty board, a chair without a seat,
    or an entry outside the run.
    """
    wanted = [("board.members", name, count, 0) for name, count in scenario.board.members.items()]
    for entry in scenario.board.entries:
        step = month_number(entry.month) - month_number(scenario.start)
        if not 0 <= step < scenario.months:
            raise ScenarioError(f"board entry of {entry.archetype} in {entry.month} lies outside the run")
        wanted.append(("board.entries", entry.archetype, entry.count, step))

    sitting = [
        (kind, joins_at)
        for setting, name, count, joins_at in wanted
        for kind in _kinds(name, scenario.place, setting)
        for _ in range(count)
    ]
    founders = Counter(kind.archetype for kind, joins_at in sitting if joins_at == 0)
    seats: list[Seat] = []
    taken: Counter[str] = Counter()
    for kind, joins_at in sitting:
        taken[kind.archetype] += 1
        # What the public pays for a kind of body is shared by the founding seats of that kind.
        sharing = max(1, founders[kind.archetype]) if kind.is_publicly_funded else 1
        seats.append(
            Seat(
                name=f"{kind.archetype}_{taken[kind.archetype]}",
                kind=kind,
                budget_gbp_m=kind.budget_gbp_per_head * scenario.place.population / 1e6 / sharing,
                joins_at=joins_at,
            )
        )
    _refuse_impossible(seats, scenario)
    chairs = [i for i, seat in enumerate(seats) if seat.joins_at == 0 and seat.kind.sector == scenario.board.chair]
    if chairs:
        seats[chairs[0]] = dataclasses.replace(seats[chairs[0]], is_chair=1.0)
    return tuple(seats)


def _kinds(name: str, place: Place, setting: str) -> list[Archetype]:
    names = council_archetypes(place) if name == "council" else [name]
    if any(kind not in ARCHETYPES for kind in names):
        known = ["council", *ARCHETYPES]
        raise ScenarioError(f"{setting}: unknown archetype {name!r}{nearest(name, known)}; known: {', '.join(known)}")
    return [ARCHETYPES[kind] for kind in names]


def _refuse_impossible(seats: list[Seat], scenario: Scenario) -> None:
    founders = [seat for seat in seats if seat.joins_at == 0]
    if not founders:
        raise ScenarioError("board.members is empty: give at least one seat, for example board.members.council=1")
    if len(seats) > MAX_PARTNERS:
        raise ScenarioError(f"board.members has {len(seats)} seats: at most {MAX_PARTNERS} are allowed")
    chair = scenario.board.chair
    if chair != "nobody" and all(seat.kind.sector != chair for seat in founders):
        raise ScenarioError(
            f"board.chair = {chair!r} has no seat: add a body of that sector, or set board.chair=nobody"
        )
