"""The door to the model: plain settings in, a checked scenario out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sim.levers import policy_calendar
from sim.population import seats_of
from sim.scenario import Scenario, validated


def scenario_from(settings: Mapping[str, Any]) -> Scenario:
    """Return the checked scenario that plain nested ``settings`` (as YAML gives them) describe.

    In a calendar entry the key ``from`` names the month. Raises :class:`sim.ScenarioError`, whose one
    line names the setting, the value and what is allowed.
    """
    plain = dict(settings)
    plain["calendar"] = [
        {("from_month" if key == "from" else key): value for key, value in dict(entry).items()}
        for entry in plain.get("calendar") or ()
    ]
    return checked(validated(Scenario, plain))


def with_changes(scenario: Scenario, **changes: Any) -> Scenario:
    """Return a copy of ``scenario`` with the named fields replaced, checked like the original."""
    return checked(dataclasses.replace(scenario, **changes))


def checked(scenario: Scenario) -> Scenario:
    """Return ``scenario`` if its board and calendar hold together; raise ScenarioError otherwise."""
    seats_of(scenario)
    policy_calendar(scenario)
    return scenario
