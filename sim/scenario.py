"""A scenario: everything that a run is asked, frozen.

``sim.checking.scenario_from`` is the only door. What is wrong with a setting is said in one line that
names the setting, the value, what is allowed and the nearest real name.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from sim.parameters import (
    PARAMETERS,
    Behaviour,
    Leadership,
    Levers,
    Real,
    RegimeThresholds,
    Whole,
)

_FROZEN = ConfigDict(extra="forbid", allow_inf_nan=False)
_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")

MAX_MONTHS = 600
MAX_PARTNERS = 512


class ScenarioError(ValueError):
    """Something asked for does not exist, is of the wrong type, or is out of range. One line."""


def nearest(name: str, known: Iterable[str], *, most: int = 1) -> str:
    """Return '; did you mean X?' for the closest known name, or nothing if none is close.

    Of several (``most``), those come first that contain what was written.

    >>> nearest("Hull", ["hillingdon", "adur", "kingston_upon_hull"], most=3)
    '; did you mean kingston_upon_hull or hillingdon?'
    """
    names = list(known)
    if most > 1:
        name = name.lower().replace(" ", "_")
    within = [one for one in names if most > 1 and len(name) > 2 and name in one]
    close = [*within, *difflib.get_close_matches(name, names, n=most + len(within), cutoff=0.5)]
    close = list(dict.fromkeys(close))[:most]
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _is_month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError("a month is written YYYY-MM, for example 2001-04")
    return text


Month = Annotated[str, AfterValidator(_is_month)]


def month_number(month: str) -> int:
    """Return the months since year 0 of 'YYYY-MM', so that differences are months."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_name(number: int) -> str:
    """Return 'YYYY-MM' of a month number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


Rank = Annotated[Real, Field(ge=0.0, le=1.0)]


@dataclass(frozen=True, config=_FROZEN)
class Need:
    """Need by theme: the mean rank of a place's small areas in England, from 0 least to 1 most deprived."""

    education: Rank = 0.5
    economy: Rank = 0.5
    housing: Rank = 0.5
    crime: Rank = 0.5
    health: Rank = 0.5

    @property
    def by_theme(self) -> tuple[float, ...]:
        """Return need in the order of :data:`sim.THEMES`."""
        return (self.education, self.economy, self.housing, self.crime, self.health)

    def __getitem__(self, theme: int) -> float:
        """Return the need of the theme at that position."""
        return self.by_theme[theme]


SectorName = Literal["council", "agency", "business", "voluntary"]


@dataclass(frozen=True, config=_FROZEN)
class FundFrom:
    """The fund from a month on, until a later one is stated."""

    month: Month
    gbp_m_a_year: Real = Field(ge=0.0, le=1000.0)


@dataclass(frozen=True, config=_FROZEN)
class NeedFrom:
    """Need by theme from a month on, until a later one is stated."""

    month: Month
    need: Need


@dataclass(frozen=True, config=_FROZEN)
class Place:
    """Where the partnership works."""

    name: str = "typical"
    label: str = "Typical place (synthetic)"
    fund_2003_04_gbp_m: Real = Field(default=2.745601, ge=0.0, le=100.0)
    population: Whole = Field(default=200_000, ge=1_000, le=10_000_000)
    tiers: Literal[1, 2] = 1
    need: Need = Field(default_factory=Need)
    fund_series: tuple[FundFrom, ...] = ()
    """The fund by dates, none before the first; empty: the fund of 2003-04, moved with the national total."""
    need_series: tuple[NeedFrom, ...] = ()
    """Need where it changes; before the first it is ``need``."""
    agreement_round: Literal[0, 1, 2, 3] = 2
    """Which of three rounds of area agreements it had, in 2005, 2006 or 2007; 0: none."""
    successor: Literal["full", "transition", "none"] = "full"
    """What followed the fund in April 2008."""
    chair: SectorName = "council"
    """The sector that chairs where ``board.chair`` is "place"."""
    ends: Month | None = None
    """When its councils were abolished and another took their place; None: not."""


FACTS_OF_A_PLACE = ("tiers", "agreement_round", "successor", "ends")
"""What a calendar may tell places apart by."""


@dataclass(frozen=True, config=_FROZEN)
class Entry:
    """Newcomers who take new seats on a date."""

    month: Month
    archetype: str
    count: Whole = Field(default=1, ge=1, le=100)


Group = Literal["young_people", "safer", "healthier", "economic"]
"""A thematic group that meets beside the board, in the order of ``sim.tables.BLOCKS``."""


@dataclass(frozen=True, config=_FROZEN)
class OwnType:
    """A kind of body of one's own: an archetype, and the columns of archetypes.csv in which it differs."""

    based_on: str
    label: str = ""
    sector: SectorName | None = None
    differs: dict[str, Real] = Field(default_factory=dict)


@dataclass(frozen=True, config=_FROZEN)
class Body:
    """A body by its own name: of a type, and what differs from that."""

    name: str
    type: str
    sector: SectorName | None = None
    budget_gbp_m: Annotated[Real, Field(ge=0.0, le=100_000.0)] | None = None
    differs: dict[str, Real] = Field(default_factory=dict)
    """Columns of archetypes.csv. Priorities are weights: where one is stated the others count 0, and all sum to 1."""
    groups: tuple[Group, ...] | None = None
    """The thematic groups in which it sits; None: those that its priorities lead it to."""
    joins: Month | None = None
    """When it takes its seat; None: at the launch."""
    chairs: bool = False


@dataclass(frozen=True, config=_FROZEN)
class KnownTrust:
    """Trust of one body in another at the launch, where it is known: 0 none, 1 full."""

    giver: str
    receiver: str
    trust: Rank


@dataclass(frozen=True, config=_FROZEN)
class KnownTie:
    """Whether two bodies are tied at the launch, where it is known."""

    one: str
    other: str
    tied: bool = True


@dataclass(frozen=True, config=_FROZEN)
class Board:
    """Who sits at the table: ``bodies`` by name come first, then ``members``, which counts seats by archetype.

    The archetype ``council`` stands for the councils of the place: one unitary council, or a district
    and its county where local government has two tiers. ``trust`` and ``ties`` of the launch are drawn, but where they
    are known.
    """

    members: dict[str, Annotated[Whole, Field(ge=0, le=200)]] = Field(default_factory=dict)
    executive: Literal["everyone", "public_only"] = "everyone"
    chair: Literal["council", "agency", "business", "voluntary", "nobody", "place"] = "council"
    """The sector whose first body chairs; "place": the one that chairs in this place."""
    entries: tuple[Entry, ...] = ()
    bodies: tuple[Body, ...] = ()
    types: dict[str, OwnType] = Field(default_factory=dict)
    trust: tuple[KnownTrust, ...] = ()
    ties: tuple[KnownTie, ...] = ()


@dataclass(frozen=True, config=_FROZEN)
class CalendarEntry:
    """Levers and events that come into force on a date and stay until changed."""

    from_month: Month
    note: str = ""
    levers: dict[str, Any] = Field(default_factory=dict)
    leadership: dict[str, Any] = Field(default_factory=dict)
    own: dict[str, Any] = Field(default_factory=dict)
    abolish: tuple[str, ...] = ()
    executive: Literal["everyone", "public_only"] | None = None
    where: dict[str, Any] = Field(default_factory=dict)
    """In which places: those with these facts; {}: in all."""
    creates: dict[str, Annotated[Whole, Field(ge=1, le=100)]] = Field(default_factory=dict)
    """New bodies that take seats on the date, by archetype."""

    def holds_in(self, place: Place) -> bool:
        """Return whether the entry is for a place; raise :class:`ScenarioError` for a fact that no place has."""
        try:
            facts = [_has_fact(place, fact, value) for fact, value in self.where.items()]
        except ScenarioError as error:
            raise ScenarioError(f"calendar entry from {self.from_month}: {error}") from None
        return all(facts)


def _has_fact(place: Place, fact: str, value: Any) -> bool:
    if fact not in FACTS_OF_A_PLACE:
        known = ", ".join(FACTS_OF_A_PLACE)
        raise ScenarioError(f"unknown fact where.{fact}{nearest(fact, FACTS_OF_A_PLACE)}; known here: {known}")
    asked = validated(Place, {fact: value}, "where.")
    return bool(getattr(place, fact) == getattr(asked, fact))


@dataclass(frozen=True, config=_FROZEN)
class Scenario:
    """One question to the model: a place, a board, levers with their calendar, and behaviour."""

    board: Board
    name: str = "unnamed"
    description: str = ""
    claim: str = ""
    seed_document: str = ""
    start: Month = "2001-04"
    months: Whole = Field(default=144, ge=1, le=MAX_MONTHS)
    place: Place = Field(default_factory=Place)
    leadership: Leadership = Field(default_factory=Leadership)
    levers: Levers = Field(default_factory=Levers)
    calendar: tuple[CalendarEntry, ...] = ()
    behaviour: Behaviour = Field(default_factory=Behaviour)
    regimes: RegimeThresholds = Field(default_factory=RegimeThresholds)
    extension: str = ""
    """File or module of one's own whose month is lived, see docs/extending.md; '' for that of the model."""
    own: dict[str, Any] = Field(default_factory=dict)
    """Parameters and levers of the extension."""

    @property
    def calendar_here(self) -> tuple[CalendarEntry, ...]:
        """Return the entries of the calendar that are for this place."""
        return tuple(entry for entry in self.calendar if entry.holds_in(self.place))

    def month_label(self, month: int) -> str:
        """Return the calendar month 'YYYY-MM' of step ``month`` (0 is the first)."""
        return month_name(month_number(self.start) + month)


def validated(kind: type, values: Mapping[str, Any], prefix: str = "") -> Any:
    """Return ``kind`` made from ``values``, or raise :class:`ScenarioError` in one line.

    ``prefix`` is where the values sit in a scenario, for example ``"levers."``.
    """
    try:
        return TypeAdapter(kind).validate_python(dict(values))
    except ValidationError as error:
        raise ScenarioError(one_line(error, kind, prefix)) from None


def one_line(error: ValidationError, kind: type, prefix: str = "") -> str:
    """Return the first problem in one line: the setting, the value, what is allowed, the nearest name."""
    problem = error.errors()[0]
    # Branches of a union are part of pydantic's location, not of the setting's name.
    parts = [str(part) for part in problem["loc"] if not re.fullmatch(r"literal\[.*\]|float|int|str", str(part))]
    path = prefix + ".".join("from" if part == "from_month" else part for part in parts)
    value = problem["input"]
    declared = PARAMETERS.get(path)
    if problem["type"] == "unexpected_keyword_argument":
        siblings = _field_names(kind, parts[:-1])
        return f"unknown setting {path}{nearest(parts[-1], siblings)}; known here: {', '.join(siblings)}"
    if problem["type"] == "missing":
        return f"{path} is missing"
    if declared is not None:
        return f"{path} = {value!r} is not allowed: it takes {declared.range_text} ({declared.unit})" + (
            nearest(value, declared.choices) if isinstance(value, str) else ""
        )
    return f"{path} = {value!r} is not allowed: {_allowed(kind, parts, value) or problem['msg']}"


def _allowed(kind: Any, parts: list[str], value: Any) -> str:
    """Return what a setting that is no declared parameter takes, in words; empty if that cannot be said."""
    owner = _owner(kind, parts[:-1])
    field = next((field for field in dataclasses.fields(owner) if field.name == parts[-1]), None) if parts else None
    if field is None:
        return ""
    hint = get_type_hints(owner, include_extras=True)[field.name]
    stated = [*_stated(hint), *getattr(field.default, "metadata", ())]
    if any(isinstance(part, AfterValidator) for part in stated):
        return "a month is written YYYY-MM, for example 2001-04"
    names = [name for part in stated if get_origin(part) is Literal for name in get_args(part)]
    if names:
        return f"it takes {', '.join(map(str, names))}{nearest(str(value), map(str, names))}"
    low = next((part.ge for part in stated if hasattr(part, "ge")), None)
    high = next((part.le for part in stated if hasattr(part, "le")), None)
    if int not in stated and float not in stated:
        return ""
    number = "a whole number" if int in stated else "a number"
    return (
        f"it takes {number}" + (f" from {low}" if low is not None else "") + (f" to {high}" if high is not None else "")
    )


def _stated(hint: Any) -> Iterator[Any]:
    """Give every part of a type: what it is made of, and the limits noted on it."""
    yield hint
    for part in (*get_args(hint), *getattr(hint, "metadata", ())):
        yield from _stated(part)


def _owner(kind: Any, parts: list[str]) -> Any:
    """Return the dataclass at the place in the tree that ``parts`` names."""
    for part in parts:
        if not part.isdigit():
            hint = get_type_hints(kind).get(part)
            kind = next((option for option in (hint, *get_args(hint)) if dataclasses.is_dataclass(option)), kind)
    return kind


def _field_names(kind: Any, parts: list[str]) -> list[str]:
    """Return the settings known at the place in the tree that ``parts`` names."""
    owner = _owner(kind, parts)
    return ["from" if field.name == "from_month" else field.name for field in dataclasses.fields(owner)]
