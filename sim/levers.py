"""Policy levers and their dated calendar, expanded to one policy a month."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sim.parameters import Leadership, Levers
from sim.population import ARCHETYPES, abolished_by, archetype_of, data_rows, find_place, place_names
from sim.rules.fund import PURSES
from sim.scenario import (
    CalendarEntry,
    FundFrom,
    NeedFrom,
    Place,
    Scenario,
    ScenarioError,
    month_number,
    nearest,
    validated,
)

Stated = TypeVar("Stated", FundFrom, NeedFrom)

FUND_BASE_YEAR = "2003-04"
LAST_OF_THE_FUND = "2008-03"
"""The last month of the Neighbourhood Renewal Fund."""


@dataclasses.dataclass(frozen=True)
class Policy:
    """What is in force in one month."""

    levers: Levers
    leadership: Leadership
    public_only_executive: float
    fund_gbp_m_a_year: float
    purse: float
    """The purse rule by its position in ``PURSES``."""
    is_new: float
    """Other levers are in force than last month."""
    date: float
    """The calendar month, in months since year 0."""
    need: tuple[float, ...] = ()
    """Need of the place by theme."""
    own: Any = None
    """Parameters and levers of an extension."""
    abolished: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def abolishes(self) -> float:
        """Return whether the calendar abolishes any kind of body this month."""
        return float(bool(self.abolished))


@cache
def national_fund_totals() -> dict[str, float]:
    """Return the Neighbourhood Renewal Fund of England (£m) by financial year, from Hansard."""
    return {row["financial_year"]: float(row["fund_total_gbp_m"]) for row in data_rows("fund_national")}


def place_fund_gbp_m(place: Place, month: int) -> float:
    """Return a place's fund (£m a year) in a month: its own series, or its 2003-04 allocation moved with England's.

    ``month`` is months since year 0. A series goes on as it last was, and there is none before it begins. Before the
    first and after the last published year the nearest published total stands: the fund ends only where a calendar
    ends it.
    """
    if place.fund_series:
        stated = _last_stated(place.fund_series, month)
        return stated.gbp_m_a_year if stated else 0.0
    england = _national_fund_gbp_m((month - 3) // 12)
    return place.fund_2003_04_gbp_m * england / national_fund_totals()[FUND_BASE_YEAR]


@dataclasses.dataclass(frozen=True)
class SuccessorYear:
    """The Working Neighbourhoods Fund in a financial year."""

    england_gbp_m: float
    """Of England, with what was paid for a transition."""
    transition_share: float
    """Of a place's last Neighbourhood Renewal Fund, where it had no more than a transition."""
    of_2003_04: float
    """What a place with the whole fund had of its allocation of 2003-04: all such places share alike what is left."""


@cache
def successor_years() -> dict[int, SuccessorYear]:
    """Return the fund that followed, by the year in whose April the financial year begins."""
    districts = [find_place(name) for name in place_names("funded")]
    last_month = month_number(LAST_OF_THE_FUND)
    in_transition = sum(place_fund_gbp_m(at, last_month) for at in districts if at.successor == "transition")
    whole = sum(at.fund_2003_04_gbp_m for at in districts if at.successor == "full")
    found = {}
    for row in data_rows("successor_national"):
        total, share = float(row["fund_total_gbp_m"]), float(row["transition_share"])
        found[int(row["financial_year"][:4])] = SuccessorYear(
            england_gbp_m=total, transition_share=share, of_2003_04=(total - share * in_transition) / whole
        )
    return found


def recorded_fund_gbp_m(place: Place, month: int) -> float:
    """Return a place's fund (£m a year) as it was: the Neighbourhood Renewal Fund until March 2008, then what followed.

    A place with fund by dates of its own has that. Nothing is left after the last year of the successor.
    """
    last_month = month_number(LAST_OF_THE_FUND)
    if place.fund_series or month <= last_month:
        return place_fund_gbp_m(place, month)
    year = successor_years().get((month - 3) // 12)
    if year is None or place.successor == "none":
        return 0.0
    if place.successor == "transition":
        return year.transition_share * place_fund_gbp_m(place, last_month)
    return year.of_2003_04 * place.fund_2003_04_gbp_m


def _fund_gbp_m(place: Place, month: int, *, asked: str | float) -> float:
    """Return the fund (£m a year) that a lever asks for: so much, or one of two series of the place."""
    if asked == "record":
        return recorded_fund_gbp_m(place, month)
    return place_fund_gbp_m(place, month) if asked == "place" else float(asked)


def place_need(place: Place, month: int) -> tuple[float, ...]:
    """Return need by theme in a month, counted since year 0: the last that was stated."""
    stated = _last_stated(place.need_series, month)
    return (stated or place).need.by_theme


def _last_stated(series: Sequence[Stated], month: int) -> Stated | None:
    """Return what a series by dates last stated in a month, or None before it begins."""
    until = [at for at in series if month_number(at.month) <= month]
    return max(until, key=lambda at: at.month, default=None)


@cache
def _national_fund_gbp_m(year: int) -> float:
    """Return the national total of the financial year that begins in April of ``year``, or the nearest published."""
    totals = national_fund_totals()
    first, last = (int(name[:4]) for name in (min(totals), max(totals)))
    nearest_year = min(max(year, first), last)
    return totals[f"{nearest_year}-{(nearest_year + 1) % 100:02d}"]


def policy_calendar(
    scenario: Scenario, own_settings: type | None = None, *, refuse_own: bool = True
) -> tuple[Policy, ...]:
    """Return the policy of every month. A dated entry stays in force until a later one changes it.

    ``own_settings`` is the class of an extension's parameters and levers; without one, such settings are refused
    or (``refuse_own=False``) left for later.

    An entry after the last month, or for other places, is checked and comes into force in no run. Raises
    :class:`sim.ScenarioError` for an entry before the run, an unknown lever or body, or a value out of range.
    """
    start = month_number(scenario.start)
    dated: dict[int, list[CalendarEntry]] = {}
    for entry in scenario.calendar:
        step = month_number(entry.from_month) - start
        if step < 0:
            raise ScenarioError(
                f"calendar entry from {entry.from_month} lies before the run, which begins in {scenario.start}: "
                "move the entry or change start"
            )
        if entry.holds_in(scenario.place) and step < scenario.months:
            dated.setdefault(step, []).append(entry)
        else:
            _refuse_wrong(scenario, entry, own_settings)

    if own_settings is None and refuse_own:
        _refuse_own(scenario)
    levers, leadership = scenario.levers, scenario.leadership
    own = None if own_settings is None else validated(own_settings, scenario.own, "own.")
    public_only = scenario.board.executive == "public_only"
    policies: list[Policy] = []
    for step in range(scenario.months):
        today = dated.get(step, [])
        for entry in today:
            levers = _patched(levers, entry.levers, "levers.", entry)
            leadership = _patched(leadership, entry.leadership, "leadership.", entry)
            if own is not None:
                own = _patched(own, entry.own, "own.", entry)
            if entry.executive is not None:
                public_only = entry.executive == "public_only"
        policies.append(
            Policy(
                levers=levers,
                leadership=leadership,
                public_only_executive=float(public_only),
                fund_gbp_m_a_year=_fund_gbp_m(scenario.place, start + step, asked=levers.flexible_fund_gbp_m),
                purse=float(PURSES.index(levers.purse)),
                is_new=float(not policies or policies[-1].levers is not levers),
                date=float(start + step),
                need=place_need(scenario.place, start + step),
                own=own,
                abolished=tuple(name for entry in today for name in _known_bodies(scenario, entry)),
                notes=tuple(entry.note for entry in today if entry.note),
            )
        )
    return tuple(policies)


def changed_from(policies: Sequence[Policy], month: int, settings: Mapping[str, Any]) -> tuple[Policy, ...]:
    """Return the policies with settings such as ``levers.duty.attend`` at other values from a month on.

    What a calendar sets later of the same settings is overruled, all else of it stays. Raises
    :class:`sim.ScenarioError` for an unknown setting or a value that is not allowed.
    """
    patches: dict[str, Any] = {"levers": {}, "leadership": {}, "own": {}}
    for path, value in settings.items():
        *topics, name = path.split(".")
        if not topics or topics[0] not in patches:
            raise ScenarioError(f"{path} cannot be changed in a run: it takes {', '.join(f'{t}.…' for t in patches)}")
        inside = patches
        for topic in topics:
            inside = inside.setdefault(topic, {})
        inside[name] = value
    made: dict[int, Any] = {}

    def patched(topic: str, current: Any) -> Any:
        if not patches[topic]:
            return current
        if current is None:
            raise ScenarioError(f"{topic}.{next(iter(patches[topic]))} is set, but no extension declares it")
        if id(current) not in made:
            made[id(current)] = validated(
                type(current), _merged(dataclasses.asdict(current), patches[topic]), f"{topic}."
            )
        return made[id(current)]

    later = [
        dataclasses.replace(policy, **{topic: patched(topic, getattr(policy, topic)) for topic in patches})
        for policy in policies[month:]
    ]
    if patches["levers"]:
        later[:1] = [dataclasses.replace(policy, is_new=1.0) for policy in later[:1]]
    return (*policies[:month], *later)


def entries_beyond(scenario: Scenario) -> tuple[CalendarEntry, ...]:
    """Return the entries of a calendar after the last month of the run."""
    end = month_number(scenario.start) + scenario.months
    return tuple(entry for entry in scenario.calendar if month_number(entry.from_month) >= end)


def _refuse_wrong(scenario: Scenario, entry: CalendarEntry, own_settings: type | None) -> None:
    """Refuse an entry that could not come into force."""
    _patched(scenario.levers, entry.levers, "levers.", entry)
    _patched(scenario.leadership, entry.leadership, "leadership.", entry)
    if own_settings is not None:
        _patched(validated(own_settings, scenario.own, "own."), entry.own, "own.", entry)
    _known_bodies(scenario, entry)
    for name in entry.creates:
        if name != "council":
            archetype_of(name, scenario.board, f"calendar entry from {entry.from_month}, creates")


def _refuse_own(scenario: Scenario) -> None:
    for name in (*scenario.own, *(name for entry in scenario.calendar for name in entry.own)):
        raise ScenarioError(f"own.{name} is set, but no extension declares it: give one, extension=MODULE or month=")


def _patched(current: Any, patch: Mapping[str, Any], prefix: str, entry: CalendarEntry) -> Any:
    if not patch:
        return current
    try:
        return validated(type(current), _merged(dataclasses.asdict(current), patch), prefix)
    except ScenarioError as error:
        raise ScenarioError(f"calendar entry from {entry.from_month}: {error}") from None


def _merged(base: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in patch.items():
        nested = isinstance(value, Mapping) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if nested else value
    return merged


def _known_bodies(scenario: Scenario, entry: CalendarEntry) -> tuple[str, ...]:
    """Return what an entry abolishes: kinds of bodies, and bodies by name."""
    board = scenario.board
    known = dict.fromkeys(["council", *(body.name for body in board.bodies), *board.types, *ARCHETYPES])
    for name in entry.abolish:
        if name not in known:
            raise ScenarioError(
                f"calendar entry from {entry.from_month}: unknown body {name!r} in abolish{nearest(name, known)}; "
                f"known: {', '.join(known)}"
            )
    return abolished_by(entry, scenario.place)
