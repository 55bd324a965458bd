"""Role play: what a person who is one body chooses each year, in plain words, and which ranks that gives.

A role as the address of the page has it is a body and three digits a year, ``police_1.110.200``: the position of what
was chosen of each of ``CHOICES``. :func:`played_of` makes of it what ``simulate(played=...)`` takes, so that a game can
be lived through again in Python.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.shared.words import titled
from sim import MEASURES, MONTH, ScenarioError
from sim.population import THEMES

MONTHS_A_YEAR = 12
MOST_PLAYERS = 6
AS_USUAL = -1
"""In place of the number of a rank: the body does as it usually would."""

DOT = "%2E"
"""A dot in the name of a body, where dots stand between years."""

BOARD, *GROUPS = MONTH.choices.tables
SENIOR, JUNIOR, ABSENT = (MONTH.choices.ranks.index(rank) for rank in ("senior", "junior", "absent"))
EVERY_MONTH = tuple(range(MONTHS_A_YEAR))


@dataclasses.dataclass(frozen=True)
class Option:
    """One thing to choose: ranks by table, or the months of a year in which the year's ranks hold."""

    label: str
    says: str = ""
    ranks: tuple[int, ...] = (AS_USUAL,) * (1 + len(GROUPS))
    months: tuple[int, ...] = EVERY_MONTH


@dataclasses.dataclass(frozen=True)
class Choice:
    """One question that is asked each year."""

    question: str
    says: str
    options: tuple[Option, ...]


USUAL = Option("As it usually would")


def _on_board(rank: int, label: str, says: str) -> Option:
    return Option(label, says, ranks=(rank, *(AS_USUAL for _ in GROUPS)))


def _in_groups(label: str, says: str, *ranks: int) -> Option:
    return Option(label, says, ranks=(AS_USUAL, *ranks))


CHOICES: tuple[Choice, ...] = (
    Choice(
        "Who goes to the board?",
        "It meets every month. Only who is there in person proposes, votes and makes promises, on which money follows.",
        (
            USUAL,
            _on_board(SENIOR, "Go in person", "A half-day of your senior time each meeting."),
            _on_board(JUNIOR, "Send a junior", "Hears, and counts a quarter; can commit nobody."),
            _on_board(ABSENT, "Stay away", "Costs nothing. Others learn not to expect you."),
        ),
    ),
    Choice(
        "What do you press for, and with whom?",
        "Each group works on its own themes, and whom you meet there in person you may work with. A junior goes to the "
        "groups that you do not press in.",
        (
            USUAL,
            *(
                _in_groups(f"Press for {own}", "", *(SENIOR if group == own else JUNIOR for group in GROUPS))
                for own in GROUPS
            ),
            _in_groups("In person to every group", "A half-day each.", *(SENIOR for _ in GROUPS)),
            _in_groups("A junior to every group", "You hear what is said.", *(JUNIOR for _ in GROUPS)),
            _in_groups("To no group", "The board is enough.", *(ABSENT for _ in GROUPS)),
        ),
    ),
    Choice(
        "For how much of the year?",
        "In the other months your body does as it usually would.",
        (
            Option("In every month"),
            Option("In every other month", months=EVERY_MONTH[::2]),
            Option("In the first six months", months=EVERY_MONTH[:6]),
            Option("In the last six months", months=EVERY_MONTH[6:]),
        ),
    ),
)
"""What is asked each year; the first option of the first two is what the body does anyway."""


@dataclasses.dataclass(frozen=True)
class Count:
    """What a game comes to for a body."""

    name: str
    label: str
    unit: str
    says: str


COUNTS: tuple[Count, ...] = (
    Count("own_themes", "Gap closed in its own themes", MEASURES["outcome"].unit,
          "Outcome by theme in the last month, weighed as the body's main programmes are."),
    Count("influence", "Its share of influence", MEASURES["top_share"].unit, "Mean of the last year."),
    Count("in_person", "Meetings in person", "half-days a year", "At the board and in groups."),
    Count("beyond", "Of these, beyond its free time", "half-days a year",
          "Who plays may go although no half-day is free; by the model a junior would go."),
    Count("pooled", titled("contribution_pooled_gbp_m"), "£1,000 a year",
          "What it put in follows from its promises, by the model."),
)  # fmt: skip
"""What a body got and gave, the first its goal."""

OF_THE_PLACE: tuple[str, ...] = ("outcome", "added_value", "engagement", "trust", "decision_rate", "top_share")
"""The measures that a game is told by for the place."""


def role_play(preset: str) -> dict[str, Any]:
    """Return what the page needs to know of role play, which is first offered in a preset, ready for JSON."""
    return {
        "choices": [dataclasses.asdict(choice) for choice in CHOICES],
        "counts": [dataclasses.asdict(count) for count in COUNTS],
        "of_the_place": list(OF_THE_PLACE),
        "themes": list(THEMES),
        "most_players": MOST_PLAYERS,
        "preset": preset,
    }


def played_of(roles: Iterable[str], *, months: int) -> dict[str, dict[int, dict[str, int]]]:
    """Return what roles choose by body, month and table, as ``simulate`` takes it as ``played``.

    Raises :class:`sim.ScenarioError` for a year that is no choice.

    >>> played_of(["police_1.101"], months=4)
    {'police_1': {0: {'board': 2}, 2: {'board': 2}}}
    """
    return dict(_role(role, months) for role in roles)


def _role(role: str, months: int) -> tuple[str, dict[int, dict[str, int]]]:
    body, *years = role.split(".")
    chosen = ((12 * y + month, ranks) for y, year in enumerate(years) for month, ranks in _chosen(year, role).items())
    return body.replace(DOT, "."), {month: dict(ranks) for month, ranks in chosen if month < months}


def _chosen(year: str, role: str) -> Mapping[int, dict[str, int]]:
    board, groups, when = _options(year, role)
    ranks = {
        table: rank
        for table, rank in zip(MONTH.choices.tables, (board.ranks[0], *groups.ranks[1:]), strict=True)
        if rank != AS_USUAL
    }
    return dict.fromkeys(when.months, ranks) if ranks else {}


def _options(year: str, role: str) -> Iterator[Option]:
    fits = re.fullmatch(r"\d" * len(CHOICES), year) is not None
    if not fits or any(int(digit) >= len(choice.options) for digit, choice in zip(year, CHOICES, strict=True)):
        ranges = ", ".join(f"0 to {len(choice.options) - 1}" for choice in CHOICES)
        raise ScenarioError(f"role {role!r}: year {year!r} is not allowed: it takes three digits, {ranges}")
    return iter([choice.options[int(digit)] for digit, choice in zip(year, CHOICES, strict=True)])
