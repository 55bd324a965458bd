"""Archetypes and places, and from them the partners at the table. Differences between bodies are data."""

from __future__ import annotations

import csv
import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, get_args

from sim.scenario import (
    MAX_PARTNERS,
    Board,
    Body,
    CalendarEntry,
    Group,
    Need,
    OwnType,
    Place,
    Scenario,
    ScenarioError,
    month_number,
    nearest,
)


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


NOT_KNOWN = -1.0
"""What stands where nothing is stated of a body and a table."""

GROUPS: tuple[str, ...] = get_args(Group)
"""Names of the thematic groups, in the order of ``sim.tables.BLOCKS``."""


@dataclasses.dataclass(frozen=True)
class Seat:
    """One chair at the table: who sits there, and from which step on."""

    name: str
    kind: Archetype
    budget_gbp_m: float
    joins_at: int = 0
    is_chair: float = 0.0
    sits_at: tuple[float, ...] = (NOT_KNOWN,) * (1 + len(GROUPS))
    """Whether it sits at the board and in each group, where that is stated."""

    @cached_property
    def sector(self) -> int:
        """Return the position of its sector in SECTORS."""
        return SECTORS.index(self.kind.sector)

    def is_named(self, names: Collection[str]) -> bool:
        """Return whether the body is among ``names``, by its own or by that of its kind."""
        return self.name in names or self.kind.archetype in names

    @staticmethod
    def numbers() -> tuple[str, ...]:
        """Return what of a seat is a number, the same on one board in all places."""
        return ("joins_at", "is_chair", "sector")


def data_rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a table that ships with the model, ``sim/data/TABLE.csv``, by column."""
    with files("sim").joinpath(f"data/{table}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _archetypes() -> dict[str, Archetype]:
    texts = {field.name for field in dataclasses.fields(Archetype) if field.type == "str"}
    return {
        row["archetype"]: Archetype(**{name: value if name in texts else float(value) for name, value in row.items()})  # type: ignore[arg-type]
        for row in data_rows("archetypes")
    }


ARCHETYPES: Mapping[str, Archetype] = _archetypes()
"""Every kind of body by name, read from sim/data/archetypes.csv."""


@cache
def place_records() -> dict[str, dict[str, str]]:
    """Return the rows of sim/data/places.csv by place name, with the basis and source of each figure."""
    return {row["place"]: row for row in data_rows("places")}


def is_of_the_record(place: Place) -> bool:
    """Return whether a place is a district or county of the record, not one made up or somebody's own."""
    record = place_records().get(place.name, {})
    return bool(record.get("code") or record.get("county"))


GROUPS_OF_PLACES: Mapping[str, str] = {
    "all": "the 354 districts of 2004",
    "funded": "the 88 with the Neighbourhood Renewal Fund",
    "recorded": "the 39 of them whose allocation is on record",
    "county:NAME": "the districts of a shire county",
    "counties": "the 34 shire counties, each as one place",
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
    if group == "counties":
        return [name for name, record in place_records().items() if record["county"] and not record["code"]]
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


def name_of_place(name: str) -> str:
    """Return the name of the place with a code of 2004 or 2019; of everything else, what is given.

    >>> name_of_place("E09000012"), name_of_place("00am"), name_of_place("adur")
    ('hackney', 'hackney', 'adur')
    """
    return _names_of_codes().get(name.upper(), name)


def find_place(name: str) -> Place:
    """Return the place of a name, of a code of 2004 (``00AM``) or of 2019 (``E09000012``).

    Raises :class:`sim.ScenarioError` naming the nearest three if there is none.
    """
    known = name_of_place(name)
    record = place_records().get(known)
    if record is None:
        close = nearest(name, place_records(), most=3)
        raise ScenarioError(f"unknown place {name!r}{close}; see: partnerships list places")
    return Place(
        name=known,
        label=record["label"],
        fund_2003_04_gbp_m=float(record["fund_2003_04_gbp_m"]),
        population=int(record["population"]),
        tiers=2 if record["tiers"] == "2" else 1,
        need=Need(**{theme: float(record[f"need_{theme}"]) for theme in THEMES}),
        agreement_round=int(record["agreement_round"]),  # type: ignore[arg-type]
        successor=record["successor"],  # type: ignore[arg-type]
        chair=record["chair"],  # type: ignore[arg-type]
        ends=record["ends"] or None,
    )


def council_archetypes(place: Place) -> list[str]:
    """Return the councils that serve a place: a unitary one, or a district and its county."""
    return ["unitary_council"] if place.tiers == 1 else ["district_council", "county_council"]


def abolished_by(entry: CalendarEntry, place: Place) -> tuple[str, ...]:
    """Return what an entry abolishes in a place: kinds of bodies, and bodies by name."""
    named = (council_archetypes(place) if name == "council" else [name] for name in entry.abolish)
    return tuple(name for names in named for name in names)


def seats_of(scenario: Scenario) -> tuple[Seat, ...]:
    """Return the seats of the board in a fixed order: bodies by name, seats by archetype, later entries, new bodies.

    When the body of the chair is abolished, the first of its sector that takes a seat on that date chairs. Who would
    take a seat after the last month has none. Raises :class:`sim.ScenarioError` for an unknown archetype, an empty
    board, a chair without a seat, two bodies of one name, or an entry before the run.
    """
    wanted = [*_bodies(scenario), *_by_archetype(scenario)]
    _refuse_unknown_pairs(wanted, scenario.board)
    seats = [seat for seat in wanted if seat.joins_at < scenario.months]
    _refuse_impossible(seats, scenario)
    if not any(seat.is_chair for seat in seats):
        founders = (i for i, seat in enumerate(seats) if seat.joins_at == 0)
        chairs = [i for i in founders if seats[i].kind.sector == _chairing(scenario)]
        if chairs:
            seats[chairs[0]] = dataclasses.replace(seats[chairs[0]], is_chair=1.0)
    return tuple(_with_heirs(seats, scenario))


def _chairing(scenario: Scenario) -> str:
    """Return the sector that chairs, or "nobody"."""
    return scenario.place.chair if scenario.board.chair == "place" else scenario.board.chair


def _with_heirs(seats: list[Seat], scenario: Scenario) -> list[Seat]:
    """Return seats with the chair passed on, as often as the chair's body is abolished for another."""
    chair = next((seat for seat in seats if seat.is_chair), None)
    for entry in sorted(scenario.calendar_here, key=lambda entry: entry.from_month):
        gone = abolished_by(entry, scenario.place)
        if chair is None or not chair.is_named(gone):
            continue
        step = month_number(entry.from_month) - month_number(scenario.start)
        newcomers = [seat for seat in seats if seat.joins_at == step > chair.joins_at and not seat.is_named(gone)]
        heir = next((seat for seat in newcomers if seat.sector == chair.sector), None)
        chair = heir and dataclasses.replace(heir, is_chair=1.0)
        seats = [chair if chair is not None and seat is heir else seat for seat in seats]
    return seats


def _step_of(month: str, scenario: Scenario, who: str) -> int:
    """Return in which step somebody takes a seat; refuse one before the run."""
    step = month_number(month) - month_number(scenario.start)
    if step < 0:
        raise ScenarioError(f"{who} takes a seat in {month}, before the run begins in {scenario.start}")
    return step


# ---------------------------------------------------------------------- seats counted by archetype


def _by_archetype(scenario: Scenario) -> Iterator[Seat]:
    wanted = [("board.members", name, count, 0) for name, count in scenario.board.members.items()]
    for entry in scenario.board.entries:
        wanted.append(("board.entries", entry.archetype, entry.count, _step_of(entry.month, scenario, entry.archetype)))
    sitting = [
        (kind, joins_at)
        for setting, name, count, joins_at in (*wanted, *_created(scenario))
        for kind in _kinds(name, scenario, setting)
        for _ in range(count)
    ]
    founders = Counter(kind.archetype for kind, joins_at in sitting if joins_at == 0)
    taken: Counter[str] = Counter()
    by_name = {body.name for body in scenario.board.bodies}
    for kind, joins_at in sitting:
        taken[kind.archetype] += 1
        while f"{kind.archetype}_{taken[kind.archetype]}" in by_name:
            taken[kind.archetype] += 1
        # What the public pays for a kind of body is shared by the founding seats of that kind.
        sharing = max(1, founders[kind.archetype]) if kind.is_publicly_funded else 1
        yield Seat(
            name=f"{kind.archetype}_{taken[kind.archetype]}",
            kind=kind,
            budget_gbp_m=kind.budget_gbp_per_head * scenario.place.population / 1e6 / sharing,
            joins_at=joins_at,
        )


def _created(scenario: Scenario) -> Iterator[tuple[str, str, int, int]]:
    """Give where new bodies are named in the calendar, their kind, how many, and in which step they take a seat."""
    gone: list[str] = []
    for entry in sorted(scenario.calendar_here, key=lambda entry: entry.from_month):
        setting = f"calendar entry from {entry.from_month}, creates"
        gone += abolished_by(entry, scenario.place)
        for name, count in entry.creates.items():
            for kind in _kinds(name, scenario, setting):
                if kind.archetype in gone:
                    raise ScenarioError(
                        f"{setting}: {kind.archetype!r} is abolished by then, and takes no seat any more: "
                        "create a body of another kind, in board.types if need be"
                    )
            yield setting, name, count, _step_of(entry.from_month, scenario, name)


def _kinds(name: str, scenario: Scenario, setting: str) -> list[Archetype]:
    names = council_archetypes(scenario.place) if name == "council" else [name]
    return [archetype_of(kind, scenario.board, setting) for kind in names]


def archetype_of(name: str, board: Board, setting: str) -> Archetype:
    """Return an archetype by its name: one of the board's own types, or one that ships with the model.

    Raises :class:`sim.ScenarioError`, which begins with ``setting``, for an unknown one.
    """
    own = board.types.get(name)
    if own is None:
        if name in ARCHETYPES:
            return ARCHETYPES[name]
        known = ["council", *board.types, *ARCHETYPES]
        raise ScenarioError(f"{setting}: unknown archetype {name!r}{nearest(name, known)}; known: {', '.join(known)}")
    if name in ARCHETYPES or name == "council":
        raise ScenarioError(f"board.types: {name!r} ships with the model: give a type of your own another name")
    if own.based_on not in ARCHETYPES:
        raise ScenarioError(
            f"board.types.{name}.based_on: unknown archetype {own.based_on!r}{nearest(own.based_on, ARCHETYPES)}; "
            f"known: {', '.join(ARCHETYPES)}"
        )
    kind = changed_archetype(ARCHETYPES[own.based_on], own, f"board.types.{name}")
    return dataclasses.replace(kind, archetype=name, label=own.label or name.replace("_", " ").capitalize())


SHARES = (0.0, 1.0)
RANGE_OF_COLUMN: Mapping[str, tuple[float, float]] = {
    field.name: SHARES for field in dataclasses.fields(Archetype) if field.type == "float"
} | {"budget_gbp_per_head": (0.0, 100_000.0), "senior_half_days": (1.0, 1_000.0), **dict.fromkeys(THEMES, (0.0, 100.0))}
"""The columns of archetypes.csv that are numbers, with the range of each."""


def changed_archetype(kind: Archetype, by: OwnType | Body, setting: str) -> Archetype:
    """Return an archetype with what differs in a type or body; raise :class:`sim.ScenarioError` for what cannot be."""
    for column, value in by.differs.items():
        if column not in RANGE_OF_COLUMN:
            close = nearest(column, RANGE_OF_COLUMN)
            raise ScenarioError(f"{setting}: there is no column {column!r}{close}; known: {', '.join(RANGE_OF_COLUMN)}")
        low, high = RANGE_OF_COLUMN[column]
        if not low <= value <= high:
            raise ScenarioError(
                f"{setting}.{column} = {value!r} is not allowed: it takes a number from {low} to {high}"
            )
    changes: dict[str, Any] = dict(by.differs)
    if any(theme in changes for theme in THEMES):
        weights = {theme: changes.get(theme, 0.0) for theme in THEMES}
        whole = sum(weights.values())
        if whole <= 0.0:
            raise ScenarioError(f"{setting}: all five priorities are 0; give at least one of {', '.join(THEMES)}")
        changes |= {theme: weight / whole for theme, weight in weights.items()}
    if by.sector is not None:
        changes["sector"] = by.sector
    return dataclasses.replace(kind, **changes) if changes else kind


# ---------------------------------------------------------------------- bodies by name


def _bodies(scenario: Scenario) -> Iterator[Seat]:
    board = scenario.board
    for body in board.bodies:
        setting = f"board.bodies, {body.name}"
        kind = changed_archetype(archetype_of(body.type, board, setting), body, setting)
        budget = kind.budget_gbp_per_head * scenario.place.population / 1e6
        yield Seat(
            name=body.name,
            kind=kind,
            budget_gbp_m=budget if body.budget_gbp_m is None else body.budget_gbp_m,
            joins_at=0 if body.joins is None else _step_of(body.joins, scenario, body.name),
            is_chair=float(body.chairs),
            sits_at=_sits_at(body),
        )


def _sits_at(body: Body) -> tuple[float, ...]:
    if body.groups is None:
        return (NOT_KNOWN,) * (1 + len(GROUPS))
    return (1.0, *(float(group in body.groups) for group in GROUPS))


def known_at_launch(board: Board, seats: Sequence[Seat]) -> dict[str, list[list[float]]]:
    """Return what stands of trust and ties before the launch, by seat: −1 − what is known, 0 where nothing is.

    What is known of a body that would sit only after the last month is left out, and nothing is returned where nothing
    is known of anybody. So the steps of the launch tell it from what they have to draw, and without them nobody is tied
    to anybody.
    """
    if not (board.trust or board.ties):
        return {}
    place = {seat.name: number for number, seat in enumerate(seats)}
    trust, tie = ([[0.0] * len(seats) for _ in seats] for _ in range(2))
    for known in board.trust:
        if {known.giver, known.receiver} <= place.keys():
            trust[place[known.giver]][place[known.receiver]] = -1.0 - known.trust
    for pair in board.ties:
        if {pair.one, pair.other} <= place.keys():
            one, other = place[pair.one], place[pair.other]
            tie[one][other] = tie[other][one] = -1.0 - pair.tied
    return {"trust": trust, "tie": tie}


# ---------------------------------------------------------------------- what cannot be


def _refuse_impossible(seats: list[Seat], scenario: Scenario) -> None:
    founders = [seat for seat in seats if seat.joins_at == 0]
    if not founders:
        raise ScenarioError("board.members is empty: give at least one seat, for example board.members.council=1")
    if len(seats) > MAX_PARTNERS:
        raise ScenarioError(f"board.members has {len(seats)} seats: at most {MAX_PARTNERS} are allowed")
    chair = _chairing(scenario)
    if sum(seat.is_chair for seat in seats) > 1.0:
        raise ScenarioError("board.bodies: more than one body chairs")
    has_chair = any(seat.is_chair for seat in founders)
    if not has_chair and chair != "nobody" and all(seat.kind.sector != chair for seat in founders):
        raise ScenarioError(
            f"board.chair = {chair!r} has no seat: add a body of that sector, or set board.chair=nobody"
        )


def _refuse_unknown_pairs(seats: list[Seat], board: Board) -> None:
    """Refuse two bodies of one name, and what is said to be known of a body that has no seat, or of a newcomer."""
    counted = Counter(seat.name for seat in seats)
    for name, count in counted.items():
        if count > 1:
            raise ScenarioError(f"board.bodies: {count} bodies are called {name!r}: give each a name of its own")
    later = {seat.name: seat for seat in seats if seat.joins_at > 0}
    pairs = [("trust", known.giver, known.receiver) for known in board.trust]
    pairs += [("ties", known.one, known.other) for known in board.ties]
    seen: set[tuple[str, str, str]] = set()
    for what, one, other in pairs:
        for name in (one, other):
            if name not in counted:
                raise ScenarioError(f"board.{what}: nobody is called {name!r}{nearest(name, counted)}")
            if what == "ties" and name in later:
                raise ScenarioError(f"board.ties: {name!r} takes a seat later, and then nobody is tied to it yet")
        if one == other:
            raise ScenarioError(f"board.{what}: {one!r} stands on both sides")
        pair = (what, *(sorted((one, other)) if what == "ties" else (one, other)))
        if pair in seen:
            raise ScenarioError(f"board.{what}: {one!r} and {other!r} are named twice")
        seen.add(pair)
