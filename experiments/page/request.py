"""What a visitor of the explorer asks: two sides by name and changes, checked like a command line.

Everything that Hydra would compose (scenarios, boards, calendars, leaders) is read once; after that a
question is put together from these parts, in about a millisecond. Nothing is remembered of who asks.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from experiments.behaviours import BY_HAND
from experiments.compose import load_place, load_scenario, scenario_names
from experiments.options import kept_for_a_folder, option_names
from experiments.study.designs import variable_paths
from experiments.values import scenario_values, with_values
from sim import PARAMETERS, Place, Scenario, ScenarioError, scenario_from, with_changes
from sim.parameters import Leadership, Whole
from sim.scenario import Board, CalendarEntry, month_number, nearest, validated

MOST_REPLICATES = 200
MOST_MONTHS = 240
MOST_SEATS = 120
MOST_CALENDAR_ENTRIES = 40
MOST_SEED = 2**32 - 1

_MOST_CHARACTERS = 300
"""Of an error: it repeats what was asked, which may be anything."""

NUMBERS = BY_HAND
"""The numbers of the page, those with which its lessons were written."""

NAMED = ("board", "calendar", "leadership")
"""Changes that may name an option of a config group, applied before single settings."""

_FROZEN = ConfigDict(extra="forbid", allow_inf_nan=False)

Option = TypeVar("Option")


@dataclass(frozen=True, config=_FROZEN)
class SideRequest:
    """One side of the page: a scenario by name and what is changed in it, by path."""

    preset: str
    changes: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, config=_FROZEN)
class PageState:
    """What the page sends. Null means: as each preset has it; for ``run``: a typical replicate."""

    left: SideRequest
    right: SideRequest
    place: str | None = None
    seed: Annotated[Whole, Field(ge=0, le=MOST_SEED)] = 1
    replicates: Annotated[Whole, Field(ge=2, le=MOST_REPLICATES)] = 50
    months: Annotated[Whole, Field(ge=12, le=MOST_MONTHS)] | None = None
    run: Annotated[Whole, Field(ge=0, lt=MOST_REPLICATES)] | None = None


@dataclasses.dataclass(frozen=True)
class PageRequest:
    """A checked question: two scenarios of equal length on the same draws."""

    left: Scenario
    right: Scenario
    seed: int
    replicates: int
    run: int | None = None

    @property
    def sides(self) -> dict[str, Scenario]:
        """Return the scenarios by side."""
        return {"left": self.left, "right": self.right}


# -------------------------------------------------------------------- what is known by name


@kept_for_a_folder
def preset_scenarios() -> Mapping[str, Scenario]:
    """Return the scenarios by name. The first call takes about a second."""
    return {name: load_scenario(name, [NUMBERS]) for name in scenario_names()}


@kept_for_a_folder
def board_options() -> Mapping[str, Board]:
    """Return the boards by name."""
    return _options("board", lambda scenario: scenario.board)


@kept_for_a_folder
def calendar_options() -> Mapping[str, tuple[CalendarEntry, ...]]:
    """Return the calendars by name."""
    return _options("calendar", lambda scenario: scenario.calendar)


@kept_for_a_folder
def leadership_options() -> Mapping[str, Leadership]:
    """Return the leaders by name."""
    return _options("leadership", lambda scenario: scenario.leadership)


def read_options() -> None:
    """Read everything that has a name, so that nobody has to wait for it later; some seconds."""
    for options in (preset_scenarios, board_options, calendar_options, leadership_options):
        options()
    changeable_paths()


@cache
def changeable_paths() -> tuple[str, ...]:
    """Return the paths that a side may change: groups by name, then single settings."""
    of_place = {"place", *(f"place.{field.name}" for field in dataclasses.fields(Place))}
    return (*NAMED, *(path for path in variable_paths() if path not in of_place))


def _options(group: str, part: Callable[[Scenario], Option]) -> dict[str, Option]:
    return {name: part(load_scenario("baseline_lsp", [f"{group}={name}", NUMBERS])) for name in option_names(group)}


# ------------------------------------------------------------------- from a request to scenarios


def request_in(body: bytes, *, most_replicates: int = MOST_REPLICATES) -> PageRequest:
    """Return the question in the JSON ``body`` of a request; raise :class:`sim.ScenarioError` in one line."""
    try:
        state = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ScenarioError("the request is not readable: it takes a JSON object") from None
    if not isinstance(state, Mapping):
        raise ScenarioError("the request is not readable: it takes a JSON object")
    return request_by(state, most_replicates=most_replicates)


def request_by(state: Mapping[str, Any], *, most_replicates: int = MOST_REPLICATES) -> PageRequest:
    """Return the question that a page ``state`` describes.

    Both sides are cut to the shorter one. Raises :class:`sim.ScenarioError`, in one line of bounded
    length, for whatever is unknown, out of range or too much work.
    """
    try:
        page: PageState = validated(PageState, {str(name): value for name, value in state.items()})
        left, right = _side("left", page), _side("right", page)
    except ScenarioError as error:
        line = " ".join(str(error).split())
        raise ScenarioError(line if len(line) <= _MOST_CHARACTERS else f"{line[: _MOST_CHARACTERS - 1]}…") from None
    if page.replicates > most_replicates:
        raise ScenarioError(
            f"replicates = {page.replicates} is not allowed: this server takes a whole number from 2 to "
            f"{most_replicates}"
        )
    if page.run is not None and page.run >= page.replicates:
        raise ScenarioError(
            f"run = {page.run} is not allowed: it takes a replicate from 0 to {page.replicates - 1}, or null"
        )
    months = min(left.months, right.months)
    return PageRequest(
        left=with_length(left, months),
        right=with_length(right, months),
        seed=page.seed,
        replicates=page.replicates,
        run=page.run,
    )


def _side(side: str, page: PageState) -> Scenario:
    asked: SideRequest = getattr(page, side)
    try:
        scenario = _known(preset_scenarios(), asked.preset, "scenario")
        if page.place is not None:
            scenario = dataclasses.replace(scenario, place=load_place(page.place))
        if page.months is not None:
            scenario = with_length(scenario, page.months)
        scenario = with_changes(_changed(scenario, asked.changes))
    except ScenarioError as error:
        raise ScenarioError(f"{side} side: {error}") from None
    seats = sum(scenario.board.members.values()) + sum(entry.count for entry in scenario.board.entries)
    seats += sum(sum(entry.creates.values()) for entry in scenario.calendar)
    if seats > MOST_SEATS:
        raise ScenarioError(f"{side} side: the board has {seats} seats: at most {MOST_SEATS} are allowed on a page")
    return scenario


def _changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    for path, value in changes.items():
        if path not in changeable_paths():
            raise ScenarioError(f"unknown setting {path!r}{nearest(path, changeable_paths())}")
        declared = PARAMETERS.get(path)
        if isinstance(value, str) and declared is not None and value not in declared.choices:
            close = nearest(value, declared.choices)
            raise ScenarioError(
                f"{path} = {value!r} is not allowed: it takes {declared.range_text} ({declared.unit}){close}"
            )
    if "board" in changes:
        scenario = dataclasses.replace(scenario, board=_known(board_options(), changes["board"], "board"))
    if "leadership" in changes:
        leader = _known(leadership_options(), changes["leadership"], "leadership")
        scenario = dataclasses.replace(scenario, leadership=leader)
    if "calendar" in changes:
        scenario = _with_calendar(scenario, changes["calendar"])
    return with_values(scenario, {path: value for path, value in changes.items() if path not in NAMED})


def _with_calendar(scenario: Scenario, calendar: Any) -> Scenario:
    """Return the scenario with a calendar by name, of which what lies outside the run is left away, or its own."""
    if not isinstance(calendar, list):
        named = _known(calendar_options(), calendar, "calendar")
        return dataclasses.replace(scenario, calendar=_within(named, scenario, scenario.months))
    if len(calendar) > MOST_CALENDAR_ENTRIES:
        raise ScenarioError(f"calendar has {len(calendar)} entries: at most {MOST_CALENDAR_ENTRIES} are allowed")
    return scenario_from(scenario_values(scenario) | {"calendar": calendar})


def with_length(scenario: Scenario, months: int) -> Scenario:
    """Return a scenario that lasts ``months``, without the dated changes that lie beyond."""
    end = month_number(scenario.start) + months
    entries = tuple(entry for entry in scenario.board.entries if month_number(entry.month) < end)
    return with_changes(
        scenario,
        months=months,
        calendar=_within(scenario.calendar, scenario, months),
        board=dataclasses.replace(scenario.board, entries=entries),
    )


def _within(calendar: tuple[CalendarEntry, ...], scenario: Scenario, months: int) -> tuple[CalendarEntry, ...]:
    start = month_number(scenario.start)
    return tuple(entry for entry in calendar if start <= month_number(entry.from_month) < start + months)


def _known(options: Mapping[str, Option], name: Any, what: str) -> Option:
    if not isinstance(name, str):
        raise ScenarioError(f"{what} = {name!r} is not allowed: it takes a name; known: {', '.join(options)}")
    if name not in options:
        raise ScenarioError(f"unknown {what} {name!r}{nearest(name, options)}; known: {', '.join(options)}")
    return options[name]


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
