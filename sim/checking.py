"""The door to the model: plain settings in, a checked scenario out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.levers import policy_calendar
from sim.own import found_extension, month_of
from sim.population import seats_of
from sim.scenario import Scenario, ScenarioError, one_line, validated

if TYPE_CHECKING:
    from sim.month import Month


def scenario_from(settings: Mapping[str, Any], *, month: Month | None = None) -> Scenario:
    """Return the checked scenario that plain nested ``settings`` (as YAML gives them) describe.

    In a calendar entry the key ``from`` names the month. Settings of one's own (``own``) are those that the extension
    among the settings declares, or ``month``. Raises :class:`sim.ScenarioError`, whose one line names the
    setting, the value and what is allowed.
    """
    plain = dict(settings)
    plain["calendar"] = [_with_from_month(entry) for entry in _entries(plain.get("calendar") or [])]
    scenario: Scenario = validated(Scenario, plain)
    if scenario.extension:
        scenario = dataclasses.replace(scenario, extension=found_extension(scenario.extension))
    return _checked(scenario, month)


def _entries(calendar: Any) -> Sequence[Any]:
    if not isinstance(calendar, list | tuple):
        raise ScenarioError(f"calendar = {calendar!r} is not allowed: it takes a list of entries")
    return calendar


def _with_from_month(entry: Any) -> dict[str, Any]:
    """Return an entry with the name that Python allows for YAML's ``from``."""
    if not isinstance(entry, Mapping):
        example = "{from: 2008-04, levers: {flexible_fund_gbp_m: 0}}"
        raise ScenarioError(f"calendar entry {entry!r} is not allowed: an entry is written {example}")
    return {("from_month" if key == "from" else str(key)): value for key, value in entry.items()}


def with_changes(scenario: Scenario, **changes: Any) -> Scenario:
    """Return a copy of ``scenario`` with the named fields replaced, checked like the original.

    Of a scenario that names no extension, settings of one's own are checked when it is run.
    """
    try:
        changed = dataclasses.replace(scenario, **changes)
    except ValidationError as error:
        raise ScenarioError(one_line(error, Scenario)) from None
    return _checked(changed, None, refuse_own=False)


def _checked(scenario: Scenario, month: Month | None, *, refuse_own: bool = True) -> Scenario:
    """Return a scenario whose board, calendar and settings of one's own hold together; raise ScenarioError if not."""
    seats_of(scenario)
    if scenario.extension:
        month = month_of(scenario)
    settings = month.own_settings if month else None
    policy_calendar(scenario, settings, refuse_own=refuse_own or month is not None)
    if settings is None:
        return scenario
    return dataclasses.replace(scenario, own=dataclasses.asdict(validated(settings, scenario.own, "own.")))
