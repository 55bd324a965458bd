"""What a page can name: scenarios, boards and calendars, each read once for a folder of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from experiments.behaviours import ACCEPTED, BEST, BY_HAND, GROUP, read_sample, table_named
from experiments.compose import load_scenario, scenario_names
from experiments.options import kept_for_a_folder, option_names
from sim import Scenario
from sim.parameters import Behaviour
from sim.scenario import Board, CalendarEntry

Option = TypeVar("Option")


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
