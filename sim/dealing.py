"""What members hold towards one another, dealt out anew by chance: nothing is added and nothing lost.

The functions marked as rules go for lists in Mesa and for arrays in compiled code, on whole numbers alone, so that both
engines deal alike. One draw of the month is enough: the numbers that follow from it are those of two multiplicative
generators, combined (L'Ecuyer 1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.jit import rule

FIRST_MODULUS, SECOND_MODULUS = 2147483563, 2147483399
FIRST_FACTOR, SECOND_FACTOR = 40014, 40692
HIGHER_PART, LOWER_PART = 4194304, 2147483648
"""A draw has 53 binary digits: its first 31 begin one generator, its last 31 the other."""


@rule
def state_from(draw: float) -> tuple[int, int]:
    """Return how both generators begin, from a draw that is uniform on [0, 1)."""
    whole = int(draw * 9007199254740992.0)
    one = 1 + whole // HIGHER_PART % (FIRST_MODULUS - 1)
    other = 1 + whole % LOWER_PART % (SECOND_MODULUS - 1)
    return one, other


@rule
def state_after(one: int, other: int) -> tuple[int, int]:
    """Return both generators a step later."""
    return one * FIRST_FACTOR % FIRST_MODULUS, other * SECOND_FACTOR % SECOND_MODULUS


@rule
def number_of(one: int, other: int) -> int:
    """Return the whole number that both generators give together, from 0 to about 2³¹."""
    return (one - other) % (FIRST_MODULUS - 1)


@rule
def shuffle(order: Any, turned: Any, count: int, draw: float) -> None:
    """Bring the first ``count`` of ``order`` into an order of chance, each as likely; toss a coin for each of them."""
    one, other = state_from(draw)
    for _ in range(4):
        one, other = state_after(one=one, other=other)
    for last in range(count - 1, 0, -1):
        one, other = state_after(one=one, other=other)
        place = number_of(one=one, other=other) % (last + 1)
        kept = order[last]
        order[last] = order[place]
        order[place] = kept
    for k in range(count):
        one, other = state_after(one=one, other=other)
        turned[k] = number_of(one=one, other=other) // 2 % 2


@rule
def give_places(takes: Any, members: Any, order: Any, alike: Any, is_given: Any, count: int) -> None:
    """Give each member the next place in ``order`` of those that are alike: ``takes[one]`` is whose place it takes.

    ``order`` are numbers of members, from 0, in an order of chance.
    """
    for k in range(count):
        is_given[k] = 0
    for k in range(count):
        for place in range(count):
            whose = order[place]
            if is_given[whose] == 0 and alike[whose] == alike[k]:
                takes[members[k]] = members[whose]
                is_given[whose] = 1
                break


# ---------------------------------------------------------------------- in Mesa


def deal_pairs(members: Sequence[Any], matrices: Sequence[str], draw: float) -> None:
    """Deal what every two members hold, both ways together, to two others; which of them gets which is a toss."""
    pairs = [(one, other) for k, one in enumerate(members) for other in members[k + 1 :]]
    order, turned = list(range(len(pairs))), [0] * len(pairs)
    shuffle(order=order, turned=turned, count=len(pairs), draw=draw)
    for name in matrices:
        held = [(getattr(one, name)[other.position], getattr(other, name)[one.position]) for one, other in pairs]
        for (one, other), whose, is_turned in zip(pairs, order, turned, strict=True):
            there, back = held[whose][::-1] if is_turned else held[whose]
            getattr(one, name)[other.position] = there
            getattr(other, name)[one.position] = back


def deal_places(
    bodies: Sequence[Any], matrices: Sequence[str], numbers: Sequence[str], within: str, draw: float
) -> None:
    """Give members one another's places: what is held towards and by each, and the numbers that go with a place."""
    members = [body.position for body in bodies if body.is_member]
    order, takes = list(range(len(members))), list(range(len(bodies)))
    alike = [getattr(bodies[place].seat, within) if within else 0 for place in members]
    count = len(members)
    shuffle(order=order, turned=[0] * count, count=count, draw=draw)
    give_places(takes=takes, members=members, order=order, alike=alike, is_given=[0] * count, count=count)
    for name in matrices:
        held = [list(getattr(body, name)) for body in bodies]
        for body, whose in zip(bodies, takes, strict=True):
            getattr(body, name)[:] = [held[whose][other] for other in takes]
    for name in numbers:
        had = [getattr(body, name) for body in bodies]
        had = [list(one) if isinstance(one, list) else one for one in had]
        for body, whose in zip(bodies, takes, strict=True):
            setattr(body, name, list(had[whose]) if isinstance(had[whose], list) else had[whose])
