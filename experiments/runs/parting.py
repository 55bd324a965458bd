"""Two runs side by side: whose luck is the same, and after which step of which month they first hold something else.

Runs are lived on the Mesa engine and compared to the last bit, body by body of the same name: two runs with one seed
and replicate are the same until something that was changed makes them part.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from experiments.terminal import progress_bar
from experiments.values import scenario_values
from sim import PartnershipModel, Scenario
from sim.population import seats_of

AT_LAUNCH = -1
"""The month of what differs before the first month is lived."""
LAUNCH = "launch"
TABLE = "the table"
"""Whose a number is that no body holds."""

_OF_SPLIT = ["whose", "towards", "number", "one", "other"]
_OF_SETTINGS = ["setting", "one", "other"]
_OF_CHANCE = ["stream", "whose", "months", "draws", "differ"]
_BESIDE_SETTINGS = ("name", "description", "claim", "seed_document")

Number = tuple[str, str, str]
"""Whose number it is, towards whom (often nobody), and its name."""


@dataclasses.dataclass(frozen=True)
class Side:
    """One of the two runs, by what names it."""

    name: str
    scenario: Scenario
    seed: int
    replicate: int

    def begun(self) -> PartnershipModel:
        """Return the run at its launch."""
        return PartnershipModel(self.scenario, seed=self.seed, replicate=self.replicate)


@dataclasses.dataclass(frozen=True)
class Split:
    """After which step two runs first hold something else that is left at the end of a month.

    ``differences`` has one row a number that differs then: whose (a body or the table), towards (another body, or
    empty), number, and its value in one run and in the other.
    """

    month: int
    """From 0; ``AT_LAUNCH`` if they differ before the first month."""
    step: str
    says: str
    taken_by: str
    differences: pd.DataFrame


def settings_that_differ(one: Scenario, other: Scenario) -> pd.DataFrame:
    """Return the settings in which two scenarios differ, one row a path: setting, one, other; empty if in none.

    Name, description and claim of a scenario set nothing and are left out. What one of them does not have is empty.
    """
    ours, theirs = (dict(_flat(scenario_values(scenario))) for scenario in (one, other))
    paths = [path for path in {**ours, **theirs} if path.partition(".")[0] not in _BESIDE_SETTINGS]
    rows = [(path, str(ours.get(path, "")), str(theirs.get(path, ""))) for path in paths]
    return pd.DataFrame([row for row in rows if row[1] != row[2]], columns=_OF_SETTINGS)


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{path}.")
        else:
            yield path, value


def chance_of(one: Side, other: Side) -> pd.DataFrame:
    """Return whether two runs have the same luck, one row a stream and whose it is.

    Columns: stream, whose (a body by name, or the table), months (that both have, 1 for what is drawn at the launch),
    draws (so many numbers were compared), differ (so many of them are not the same to the last bit). Only streams and
    bodies that both have are compared: what is nobody's in the other run cannot differ.
    """
    runs = [one.begun(), other.begun()]
    places = [{body.name: body.position for body in run.partners} for run in runs]
    shared = [name for name in places[0] if name in places[1]]
    rows = []
    for stream in runs[0].plan.streams:
        if stream not in runs[1].plan.streams:
            continue
        drawn = [run.draws[stream] for run in runs]
        by_month = [[values] if stream.at_launch else values for values in drawn]
        months = min(map(len, by_month))
        for whose in shared if stream.each else [TABLE]:
            ours, theirs = (
                list(_numbers([month[place[whose]] if stream.each else month for month in values[:months]]))
                for values, place in zip(by_month, places, strict=True)
            )
            differ = sum(here != there for here, there in zip(ours, theirs, strict=True))
            rows.append((stream.name, whose, months, len(ours), differ))
    return pd.DataFrame(rows, columns=_OF_CHANCE)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, list):
        for part in value:
            yield from _numbers(part)
    else:
        yield value


def first_split(one: Side, other: Side) -> Split | None:
    """Return where two runs part; None if they hold the same in every month that both have.

    Only what both have is compared: bodies of one name, and numbers that both months keep.
    """
    runs = [side.begun() for side in (one, other)]
    if differs := _different(*map(_held, runs)):
        return Split(AT_LAUNCH, LAUNCH, "The partnership begins", "all", _table(differs))
    months = min(one.scenario.months, other.scenario.months)
    with progress_bar("months", total=months) as advance:
        for month in range(months):
            for run in runs:
                run.step()
            advance(1)
            if _different(*map(_held, runs)):
                return _split_in(month, one, other)
    return None


def _split_in(month: int, one: Side, other: Side) -> Split:
    """Return where in a month two runs part, which are the same before it."""
    courses = []
    for side in (one, other):
        run = side.begun()
        for _ in range(month):
            run.step()
        courses.append(_course(run))
    for (name, step, ours), (_, _, theirs) in _same_steps(*courses):
        if differs := _different(ours, theirs):
            return Split(month, name, step.says, step.taken_by, _table(differs))
    raise AssertionError("runs that differ after a month differ after its last step")


def _course(run: PartnershipModel) -> list[tuple[str, Any, dict[Number, float]]]:
    """Return what is held after every step of the month at hand, with the name of the step."""
    run.enter_month()
    return [(step.name, step, _held(run)) for step in _taken(run.plan.steps, run)]


def _taken(steps: Iterable[Any], run: PartnershipModel) -> Iterator[Any]:
    """Take the steps of a month one by one, rounds as the month goes through them, and give each once it is taken."""
    for step in steps:
        if not hasattr(step, "counter"):
            step.take(run)
            yield step
            continue
        for number in range(step.rounds):
            setattr(run, step.counter, number)
            if step.when is not None and not step.when(run):
                break
            yield from _taken(step.steps, run)
        setattr(run, step.counter, 0)


def _same_steps(ours: list[Any], theirs: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Give the steps that both months have, the n-th of a name with the n-th; the last is the end of both months."""
    waiting = dict(zip(_numbered(theirs), theirs, strict=True))
    for key, taken in zip(_numbered(ours), ours, strict=True):
        if key in waiting:
            yield taken, waiting[key]
    yield ours[-1], theirs[-1]


def _numbered(course: list[Any]) -> Iterator[tuple[str, int]]:
    counts: dict[str, int] = {}
    for name, *_ in course:
        counts[name] = counts.get(name, 0) + 1
        yield name, counts[name]


def _held(run: PartnershipModel) -> dict[Number, float]:
    """Return all that bodies, pairs and the table hold now, by whose it is, towards whom, and its name."""
    known, bodies = run.plan.known, run.partners
    held: dict[Number, float] = {}
    things = [(TABLE, run, known["partnership"]), *((body.name, body, known["partner"]) for body in bodies)]
    for whose, thing, numbers in things:
        for name in numbers:
            value = getattr(thing, name)
            if isinstance(value, list):
                held.update({(whose, "", f"{name}[{place}]"): part for place, part in enumerate(value)})
            else:
                held[whose, "", name] = value
    for body, name in itertools.product(bodies, known["matrix"]):
        row = getattr(body, name)
        held.update({(body.name, other.name, name): row[other.position] for other in bodies if other is not body})
    return held


def _different(ours: dict[Number, float], theirs: dict[Number, float]) -> list[tuple[str, str, str, float, float]]:
    return [
        (*number, value, theirs[number])
        for number, value in ours.items()
        if number in theirs and value != theirs[number]
    ]


def _table(differs: list[tuple[str, str, str, float, float]]) -> pd.DataFrame:
    """Return what differs, the numbers of bodies before those of the table, which adds them up."""
    table = pd.DataFrame(differs, columns=_OF_SPLIT)
    return table.sort_values("whose", key=lambda whose: whose == TABLE, kind="stable", ignore_index=True)


def bodies_of_one_only(one: Scenario, other: Scenario) -> tuple[list[str], list[str]]:
    """Return the names of bodies that only one of two scenarios has a seat for: those of one, those of the other."""
    ours, theirs = ([seat.name for seat in seats_of(scenario)] for scenario in (one, other))
    return [name for name in ours if name not in theirs], [name for name in theirs if name not in ours]
