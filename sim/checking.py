"""The door to the model: plain settings in, a checked scenario out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sim.levers import policy_calendar
from sim.population import seats_of
from sim.scenario import Scenario, ScenarioError, one_line, validated


def scenario_from(settings: Mapping[str, Any], *, own_settings: type | None = None) -> Scenario:
    """Return the checked scenario that plain nested ``settings`` (as YAML gives them) describe.

    In a calendar entry the key ``from`` names the month. ``own_settings`` is the class of an extension's
    parameters and levers, as ``month.own_settings``. Raises :class:`sim.ScenarioError`, whose one line names
    the setting, the value and what is allowed.
    """
    plain = dict(settings)
    plain["calendar"] = [_with_from_month(entry) for entry in _entries(plain.get("calendar") or [])]
    return checked(validated(Scenario, plain), own_settings)


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
    """Return a copy of ``scenario`` with the named fields replaced, checked like the original."""
    try:
        return checked(dataclasses.replace(scenario, **changes), None)
    except ValidationError as error:
        raise ScenarioError(one_line(error, Scenario)) from None


def checked(scenario: Scenario, own_settings: type | None) -> Scenario:
    """Return ``scenario`` if its board and calendar hold together; raise ScenarioError otherwise.

    Settings of an extension that is not given are checked when they are run.
    """
    seats_of(scenario)
    policy_calendar(scenario, own_settings, refuse_own=own_settings is not None)
    return scenario
