"""What bodies choose at tables, by name, and choices that are given to them from outside."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.randomness import NOT_GIVEN, PLAYED
from sim.scenario import ScenarioError, nearest

Rank = int | str
"""A rank by its name, or by its number."""

Played = Mapping[str, Mapping[int, Rank | Mapping[int | str, Rank]]]
"""By body and month (a step from 0) a rank at all tables, or by table, named or numbered: ``{"police_1": {3: 2, 4:
{"board": "absent"}}}``."""


@dataclasses.dataclass(frozen=True)
class Choices:
    """The choices of bodies in a month: at which tables, and of what, each in the order of its number from 0."""

    tables: tuple[str, ...]
    ranks: tuple[str, ...]


def given_choices(
    played: Played | None, choices: Choices, *, bodies: Sequence[str], months: int
) -> dict[str, NDArray[np.float64]]:
    """Return what is given of choices, by stream, as (month, body, table): the number of a rank, or -1.

    Raises :class:`sim.ScenarioError` for a body, month, table or rank that there is not.
    """
    if not played:
        return {}
    given = np.full((months, len(bodies), len(choices.tables)), NOT_GIVEN)
    for body, by_month in played.items():
        if body not in bodies:
            raise ScenarioError(f"played: unknown body {body!r}{nearest(body, bodies)}; bodies: {', '.join(bodies)}")
        if not isinstance(by_month, Mapping):
            raise ScenarioError(f"played: {body} = {by_month!r} is not allowed: it takes ranks by month, as {{3: 2}}")
        for month, chosen in by_month.items():
            where = f"played: {body} in month {month!r}"
            number = _whole(month)
            if number is None or not 0 <= number < months:
                raise ScenarioError(f"{where} lies outside the run, which has months 0 to {months - 1}")
            by_table = chosen if isinstance(chosen, Mapping) else dict.fromkeys(choices.tables, chosen)
            for table, rank in by_table.items():
                column = _position(table, choices.tables, f"{where}: table")
                given[number, bodies.index(body), column] = _position(rank, choices.ranks, f"{where}: rank")
    return {PLAYED: given}


def _position(named: Any, known: Sequence[str], where: str) -> int:
    """Return the position of what is named, or given by its number."""
    number = known.index(named) if isinstance(named, str) and named in known else _whole(named)
    if number is None or not 0 <= number < len(known):
        hint = nearest(named, known) if isinstance(named, str) else ""
        raise ScenarioError(f"{where} {named!r} is not allowed{hint}: it takes {_listed(known)}")
    return number


def _listed(known: Iterable[str]) -> str:
    return ", ".join(f"{name} ({number})" for number, name in enumerate(known))


def _whole(value: Any) -> int | None:
    """Return a whole number as a plain one, and None for anything else."""
    try:
        return None if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        return None
