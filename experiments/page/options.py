"""What a page can name: scenarios, boards, calendars, places and a case; read once for a folder of one's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from experiments.behaviours import ACCEPTED, BEST, BY_HAND, GROUP, read_sample, table_named
from experiments.cases.reading import read_case
from experiments.compose import load_place, load_scenario, scenario_names
from experiments.errors import CommandError
from experiments.extensions import EXTENSION
from experiments.files import typed_path
from experiments.options import kept_for_a_folder, option_names
from sim import MONTH, Month, Place, Scenario, place_names
from sim.own import found_extension, load_month
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
    month: Month = MONTH
    """What all scenarios live by."""
    extension: str = ""
    """Where the month is from, as a command names it; nothing if it is that of the model."""

    def place_of(self, scenario: str) -> str:
        """Return the name of the place of a scenario."""
        return scenario if scenario == self.case else self.scenarios[scenario].place.name


@kept_for_a_folder
def choices() -> Choices:
    """Return what a page can name without a case."""
    return Choices(preset_scenarios(), board_options(), calendar_options(), _places())


def choices_of_extension(extension: str) -> Choices:
    """Return the same where all scenarios live by the month of an extension, read anew.

    Raises :class:`sim.ScenarioError` for what is no extension, and CommandError for a month that no page has room for.
    """
    found = found_extension(extension)
    month, given = load_month(found), _given(found)
    _refuse_unfit_month(extension, month)
    return Choices(
        _scenarios(given),
        board_options(),
        _calendars(given),
        _places(),
        month=month,
        extension=Path(found).name if typed_path(extension).is_absolute() else extension,
    )


def _places() -> dict[str, Place]:
    return {name: load_place(name) for name in dict.fromkeys((*place_names(), *option_names("place")))}


def choices_with(case: str, extension: str = "") -> Choices:
    """Return what a page can name with the case in a folder: the ordinary partnership there comes first.

    Raises CommandError for a case that does not hold together, or that a page has no room for.
    """
    read, usual = read_case(case), choices_of_extension(extension) if extension else choices()
    scenario = load_scenario("baseline_lsp", _given(found_extension(extension) if extension else ""), case=case)
    _refuse_unfit(case, scenario)
    name = f"case:{read.name}"
    own_dates = {} if scenario.calendar in usual.calendars.values() else {name: scenario.calendar}
    return dataclasses.replace(
        usual,
        scenarios={name: scenario} | dict(usual.scenarios),
        boards={name: scenario.board} | dict(usual.boards),
        calendars=own_dates | dict(usual.calendars),
        places={name: scenario.place} | dict(usual.places),
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


def _refuse_unfit_month(extension: str, month: Month) -> None:
    """Refuse a month that a page has no room for."""
    else_run = f"partnerships compare extension={extension} takes it"
    if month.naming is not MONTH.naming:
        raise CommandError(f"extension={extension} names months by a rule of its own, which a page has not; {else_run}")
    for name in month.known["own"]:
        if month.parameters[f"own.{name}"].low is None:
            raise CommandError(
                f"extension={extension}: own.{name} declares no range, so a page has no slider for it: "
                f"state low= and high=; {else_run}"
            )


@kept_for_a_folder
def preset_scenarios() -> Mapping[str, Scenario]:
    """Return the scenarios by name, with the numbers set by hand. The first call takes about a second."""
    return _scenarios(_given())


@kept_for_a_folder
def board_options() -> Mapping[str, Board]:
    """Return the boards by name."""
    return _options("board", lambda scenario: scenario.board, _given())


@kept_for_a_folder
def calendar_options() -> Mapping[str, tuple[CalendarEntry, ...]]:
    """Return the calendars by name."""
    return _calendars(_given())


@kept_for_a_folder
def best_behaviour() -> Behaviour:
    """Return the best of the accepted sets of numbers."""
    return load_scenario("baseline_lsp", [f"{GROUP}={BEST}"]).behaviour


@kept_for_a_folder
def accepted_sets() -> tuple[Behaviour, ...]:
    """Return the accepted sets of numbers: those of the fit that ships, or of one's own."""
    sample = read_sample(table_named(f"{ACCEPTED}.csv"))
    if any(numbers.own for numbers in sample.sets):
        raise CommandError(f"{sample.file} has numbers of an extension, and a page has none in turn: take compare")
    return tuple(numbers.behaviour for numbers in sample.sets)


def _options(group: str, part: Callable[[Scenario], Option], given: list[str]) -> dict[str, Option]:
    return {name: part(load_scenario("baseline_lsp", [f"{group}={name}", *given])) for name in option_names(group)}


def _scenarios(given: list[str]) -> dict[str, Scenario]:
    return {name: load_scenario(name, given) for name in scenario_names()}


def _calendars(given: list[str]) -> dict[str, tuple[CalendarEntry, ...]]:
    return _options("calendar", lambda scenario: scenario.calendar, given)


def _given(extension: str = "") -> list[str]:
    """Return what all scenarios are loaded with."""
    return [BY_HAND, *([f"{EXTENSION}={extension}"] if extension else [])]
