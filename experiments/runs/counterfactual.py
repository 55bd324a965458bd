"""The same scenario without a lever: none of it, at the start and in every dated policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from analysis.run.turning_points import flat_settings, setting_in_words
from analysis.shared.paths import nested
from analysis.shared.words import titled
from experiments.errors import CommandError
from experiments.values import with_values
from sim import Parameter, Scenario, ScenarioError, month_of, with_changes
from sim.scenario import CalendarEntry, nearest

FUND = "levers.flexible_fund_gbp_m"
SHORT_NAMES: Mapping[str, str] = {"fund": FUND, "calendar": "calendar"}

_TOO_WIDE = "levers"
"""All levers at once is no single question."""


def levers_of(scenario: Scenario) -> dict[str, Parameter]:
    """Return the levers of a scenario's month by path, those of its extension too."""
    return {path: one for path, one in month_of(scenario).parameters.items() if one.role == "lever"}


@dataclasses.dataclass(frozen=True)
class Counterfactual:
    """A scenario with something taken out of it."""

    scenario: Scenario
    name: str
    """What was taken out, or is set to a value, as words say it."""
    instead: str
    """What stands in its place."""
    is_set: bool = False
    """It is not taken out but set to a value that was given."""


def without(scenario: Scenario, asked: str, *, at: float | str | None = None) -> Counterfactual:
    """Return ``scenario`` without the lever or group ``asked``, or with the lever at the value ``at``.

    A lever is off at the lower end of its declared range, which is none of it; a lever that is a choice of
    names has no such end and needs ``at``. Dated policies lose what they change of it.
    ``asked`` is a path (``levers.duty.attend``, also without ``levers.``), a group (``levers.duty``,
    ``leadership``), ``fund`` or ``calendar`` (every dated policy).

    Raises CommandError for what is no lever, and where nothing would change.
    """
    path = SHORT_NAMES.get(asked, asked)
    if path == "calendar":
        if at is not None:
            raise CommandError("without=calendar takes away every dated policy: leave out at=")
        _refuse_same(bool(scenario.calendar), asked, "has no dated policies")
        return Counterfactual(with_changes(scenario, calendar=()), "dated policies", "none of them in force")
    values = _values(path, asked, at, levers_of(scenario))
    changed = held_at(scenario, values)
    described = {path: setting_in_words(path, value) for path, value in values.items()}
    _refuse_same(changed != scenario, asked, f"has it there throughout ({', '.join(described.values())})")
    if len(values) > 1:
        return Counterfactual(changed, titled(path), "all of them off")
    (path,) = values
    if at is not None:
        return Counterfactual(changed, described[path], "in place of what it was", is_set=True)
    return Counterfactual(changed, titled(path), described[path].replace(titled(path), "set to"))


def _refuse_same(differs: bool, asked: str, reason: str) -> None:
    if not differs:
        raise CommandError(f"without = {asked!r}: this scenario {reason}, so nothing would change")


def _values(
    path: str, asked: str, at: float | str | None, levers: Mapping[str, Parameter]
) -> dict[str, float | str | None]:
    """Return the levers that are taken out, each with its value instead."""
    groups = dict.fromkeys(lever.rpartition(".")[0] for lever in levers if lever != FUND)
    if path not in levers and path not in groups:
        path = f"levers.{path}"
    if path == _TOO_WIDE or not (path in levers or path in groups):
        known = [*levers, *(group for group in groups if group != _TOO_WIDE), *SHORT_NAMES]
        hint = nearest(asked, known) or nearest(f"levers.{asked}", known)
        raise CommandError(
            f"without = {asked!r} is no lever, group of levers, fund or calendar{hint}; see: partnerships list levers"
        )
    paths = [path] if path in levers else [lever for lever in levers if lever.startswith(f"{path}.")]
    if at is not None and len(paths) > 1:
        raise CommandError(f"at = {at!r} needs a single lever, but {asked!r} has {len(paths)}: {', '.join(paths)}")
    if at is not None:
        return {path: at}
    for lever in paths:
        if levers[lever].low is None:
            what = f"one of {levers[lever].range_text}" if levers[lever].choices else "a value"
            raise CommandError(f"without = {asked!r} has no lower end: say what instead, at= {what}")
    return {lever: levers[lever].low for lever in paths}


def held_at(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return ``scenario`` with levers set to ``values`` at its start, and dated policies without them.

    Raises CommandError for a value that is not allowed.
    """
    try:
        changed = with_values(scenario, values)
    except ScenarioError as error:
        raise CommandError(f"at: {error}") from None
    calendar = tuple(without_settings(entry, values) for entry in scenario.calendar)
    return with_changes(changed, calendar=calendar)


def without_settings(entry: CalendarEntry, values: Mapping[str, Any]) -> CalendarEntry:
    """Return a dated policy without what it changes of the settings ``values``, by path."""
    kept = nested({path: value for path, value in flat_settings(entry).items() if path not in values})
    nothing: dict[str, Any] = {"levers": {}, "leadership": {}, "own": {}}
    return dataclasses.replace(entry, **nothing | kept)
