"""What a page can name: scenarios, boards, calendars, places and a case; read once for a folder of one's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypeVar

from experiments.behaviours import ACCEPTED, BEST, BY_HAND, GROUP, read_sample, table_named
from experiments.cases.reading import read_case
from experiments.compose import load_place, load_scenario, scenario_names
from experiments.errors import CommandError
from experiments.files import typed_path
from experiments.options import kept_for_a_folder, option_names
from sim import Place, Scenario, place_names
from sim.parameters import Behaviour
from sim.population import seats_of
from sim.scenario import Board, CalendarEntry

Option = TypeVar("Option")

MOST_SEATS = 120
FEWEST_MONTHS, MOST_MONTHS = 12, 240


@dataclasses.dataclass(frozen=True)
class Choices:
    """What a page can name, each by its name: what ships, what is in a folder of one's own, and a case."""

    scenarios: Mapping[str, Scenario]
    """With the numbers set by hand."""
    boards: Mapping[str, Board]
    calendars: Mapping[str, tuple[CalendarEntry, ...]]
    places: Mapping[str, Place]
    case: str | None = None
    """The name of the case among all of them: no file can have it."""
    folder: str = ""
    """Its folder, as a command names it."""

    def place_of(self, scenario: str) -> str:
        """Return the name of the place of a scenario."""
        return scenario if scenario == self.case else self.scenarios[scenario].place.name


@kept_for_a_folder
def choices() -> Choices:
    """Return what a page can name without a case."""
    names = dict.fromkeys((*place_names(), *option_names("place")))
    return Choices(preset_scenarios(), board_options(), calendar_options(), {name: load_place(name) for name in names})


def choices_with(case: str) -> Choices:
    """Return what a page can name with the case in a folder: the ordinary partnership there comes first.

    Raises CommandError for a case that does not hold together, or that a page has no room for.
    """
    read, usual = read_case(case), choices()
    scenario = load_scenario("baseline_lsp", [BY_HAND], case=case)
    _refuse_unfit(case, scenario)
    name = f"case:{read.name}"
    own_dates = {} if scenario.calendar in usual.calendars.values() else {name: scenario.calendar}
    return Choices(
        {name: scenario} | dict(usual.scenarios),
        {name: scenario.board} | dict(usual.boards),
        own_dates | dict(usual.calendars),
        {name: scenario.place} | dict(usual.places),
        case=name,
        folder=read.folder.name if typed_path(case).is_absolute() else case,
    )


def _refuse_unfit(case: str, scenario: Scenario) -> None:
    """Refuse a case that a page has no room for."""
    seats = len(seats_of(scenario))
    if seats > MOST_SEATS:
        raise CommandError(
            f"case {case!r} has {seats} seats, with those that its dates create: at most {MOST_SEATS} are allowed on "
            f"a page; partnerships compare case={case} takes all of them"
        )
    if not FEWEST_MONTHS <= scenario.months <= MOST_MONTHS:
        raise CommandError(
            f"case {case!r}: months = {scenario.months} is not allowed on a page: it takes {FEWEST_MONTHS} to "
            f"{MOST_MONTHS}; partnerships compare case={case} takes it"
        )


@kept_for_a_folder
def preset_scenarios() -> Mapping[str, Scenario]:
    """Return the scenarios by name, with the numbers set by hand. The first call takes about a second."""
    return {name: load_scenario(name, [BY_HAND]) for name in scenario_names()}


@kept_for_a_folder
def board_options() -> Mapping[str, Board]:
    """Return the boards by name."""
    return _options("board", lambda scenario: scenario.board)


@kept_for_a_folder
def calendar_options() -> Mapping[str, tuple[CalendarEntry, ...]]:
    """Return the calendars by name."""
    return _options("calendar", lambda scenario: scenario.calendar)


@kept_for_a_folder
def best_behaviour() -> Behaviour:
    """Return the best of the accepted sets of numbers."""
    return load_scenario("baseline_lsp", [f"{GROUP}={BEST}"]).behaviour


@kept_for_a_folder
def accepted_sets() -> tuple[Behaviour, ...]:
    """Return the accepted sets of numbers: those of the fit that ships, or of one's own."""
    return read_sample(table_named(f"{ACCEPTED}.csv")).sets


def _options(group: str, part: Callable[[Scenario], Option]) -> dict[str, Option]:
    return {name: part(load_scenario("baseline_lsp", [f"{group}={name}", BY_HAND])) for name in option_names(group)}
