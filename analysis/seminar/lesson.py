"""A guided lesson as it is declared: two rounds of predict, run, reveal and say why."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any


@dataclasses.dataclass(frozen=True)
class Choice:
    """An answer that can be predicted, and the comparison under which it is right."""

    text: str
    holds: str


@dataclasses.dataclass(frozen=True)
class Side:
    """A scenario and what is changed in it, by path."""

    preset: str
    changes: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Round:
    """One prediction with its two sides; texts have numbers of the runs in braces."""

    left: Side
    right: Side
    look: str
    """Where on the page the answer is seen: the id of a heading."""
    before: str
    question: str
    choices: tuple[Choice, ...]
    answer: int
    """The choice that is expected to hold, counted from 1; tests hold it to the runs."""
    reveal: str
    because: str
    """Why it comes out in the model."""
    slip: str
    """What people are likely to get wrong."""
    measure: str = ""
    """The measure that the page draws under "Any other measure", if one is to be shown."""


@dataclasses.dataclass(frozen=True)
class Question:
    """A question to discuss, with a hint for whoever leads."""

    ask: str
    hint: str


@dataclasses.dataclass(frozen=True)
class Longer:
    """What 90 minutes have room for, and its command."""

    what: str
    command: str


@dataclasses.dataclass(frozen=True)
class Lesson:
    """A lesson of 60 minutes, or 90 with what is longer."""

    id: str
    title: str
    summary: str
    aims: tuple[str, ...]
    rounds: tuple[Round, ...]
    discuss: tuple[Question, ...]
    longer: Longer
    not_said: str
    sources: str


PLAN: tuple[tuple[str, int, int], ...] = (
    ("The question; the words on the hand-out", 8, 8),
    ("Predict: alone, then tell a neighbour why", 8, 10),
    ("Run; reveal; look at the page", 8, 10),
    ("Say why, in writing, then compare with the model’s reason", 8, 10),
    ("Predict again, run, reveal, say why", 12, 15),
    ("The longer question", 0, 12),
    ("Discuss; what the model does not say", 16, 25),
)
"""What is done in a lesson, with its minutes of 60 and of 90."""


def lessons_of(declared: Sequence[Mapping[str, Any]]) -> tuple[Lesson, ...]:
    """Return the lessons of a declaration. Raises TypeError for a key that is unknown or missing.

    >>> texts = dict.fromkeys(("id", "title", "summary", "not_said", "sources"), "Words.")
    >>> longer = {"what": "More?", "command": "partnerships run"}
    >>> (lesson,) = lessons_of([{**texts, "aims": ["say why"], "rounds": [], "discuss": [], "longer": longer}])
    >>> lesson.aims, lesson.longer.what
    (('say why',), 'More?')
    """
    return tuple(_lesson(**each) for each in declared)


def _lesson(
    *, aims: list[str], rounds: list[Any], discuss: list[Any], longer: Mapping[str, str], **texts: str
) -> Lesson:
    return Lesson(
        aims=tuple(aims),
        rounds=tuple(_round(**each) for each in rounds),
        discuss=tuple(Question(**each) for each in discuss),
        longer=Longer(**longer),
        **texts,
    )


def _round(*, left: Mapping[str, Any], right: Mapping[str, Any], choices: list[Any], **rest: Any) -> Round:
    return Round(left=Side(**left), right=Side(**right), choices=tuple(Choice(**choice) for choice in choices), **rest)
