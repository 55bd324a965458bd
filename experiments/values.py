"""Settings of a scenario by their path: as plain values, read, and changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from experiments.errors import CommandError, as_written
from experiments.extensions import EXTENSION, refuse_unnamed
from sim import Scenario, ScenarioError, find_place, scenario_from, with_changes
from sim.levers import Policy
from sim.scenario import validated


def scenario_values(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as plain nested values, with the names that its YAML uses."""
    values = dataclasses.asdict(scenario)
    values["calendar"] = [
        {("from" if name == "from_month" else name): value for name, value in entry.items()}
        for entry in values["calendar"]
    ]
    return values


def recorded_scenarios(values: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Scenario]:
    """Return the scenarios by name that ``where``, a study or results of anybody's, holds as plain values.

    Raises Refused if one of them names code that nobody at this command line did, or is none of this model's.
    """
    for scenario in values.values():
        refuse_unnamed(str(scenario.get(EXTENSION) or ""), where)
    try:
        with as_written(where):
            return {name: scenario_from(dict(scenario)) for name, scenario in values.items()}
    except ScenarioError as error:
        raise CommandError(
            f"{where} was made by another version of the model ({error}): give its command again"
        ) from None


def value_at(scenario: Scenario | Policy, path: str) -> Any:
    """Return the value of a setting such as ``levers.duty.attend``; a seat that a board does not have counts 0."""
    value: Any = scenario
    for part in path.split("."):
        value = value.get(part, 0) if isinstance(value, Mapping) else getattr(value, part)
    return value


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return ``scenario`` with settings replaced by path, each of them checked; ``place`` is set by its name.

    Raises :class:`sim.ScenarioError` for a value that is not allowed. Whether board and calendar still hold
    together is seen when the scenario is run.
    """
    given = {path: _number_or_name(value) for path, value in values.items()}
    if "place" in given:
        scenario = dataclasses.replace(scenario, place=find_place(str(given.pop("place"))))
    changed: Scenario = _patched(scenario, given, prefix="")
    return with_changes(changed) if changed.own != scenario.own else changed


def _patched(current: Any, values: Mapping[str, Any], *, prefix: str) -> Any:
    own: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        head, _, rest = path.partition(".")
        if rest:
            parts.setdefault(head, {})[rest] = value
        else:
            own[head] = value
    for head, inside in parts.items():
        part = getattr(current, head)
        plain = isinstance(part, Mapping)
        own[head] = {**part, **inside} if plain else _patched(part, inside, prefix=f"{prefix}{head}.")
    return validated(type(current), {**vars(current), **own}, prefix)


def _number_or_name(value: Any) -> Any:
    """Return text that is a number as one: a column that mixes both, as of the fund, is stored as text."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value
