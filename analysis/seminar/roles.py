"""The bodies of the role-play, dealt out to the people in a room: everything from the model's own population."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence

from sim import SECTORS, THEMES, Place
from sim.population import Archetype, Seat
from sim.vocabulary import label_of

FEWEST, MOST = 4, 40
"""How many people a room may have."""

HALF_DAYS_A_TOKEN = 4
"""Senior half-days a month that stand for one time token."""

POUNDS_A_TOKEN = 1.0
"""Pounds, in millions a year, that stand for one money token."""

MEETING_MINUTES = 12
"""How long a meeting lasts by the clock."""

STARS = 10
"""Stars that a body deals out over its themes."""

_RIGID, _TEMPTED = 0.6, 0.7
"""From here on a card tells of a head office that decides, or of rival tables."""


@dataclasses.dataclass(frozen=True)
class Role:
    """A body at the table, as its card tells."""

    label: str
    sector: str
    is_chair: bool
    time: int
    """Time tokens a meeting."""
    money: int
    """Money tokens a meeting."""
    stars: tuple[tuple[str, int], ...]
    """Themes with their stars, most first; those without any are left out."""
    half_days: float
    brief: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Cast:
    """The bodies of a room, and who plays them: one person each, then deputies, then observers."""

    people: int
    roles: tuple[Role, ...]
    deputies: int
    """Bodies, in their order, that have a deputy too."""
    observers: int
    fund: int
    """Money tokens that the fund of the place brings to each meeting."""


def cast_of(seats: Sequence[Seat], place: Place, people: int) -> Cast:
    """Deal ``people`` out over the seats of a board.

    Raises ValueError for a number of people that is not allowed.

    >>> from sim import ARCHETYPES, find_place
    >>> seats = [Seat(name, ARCHETYPES[name], 1.0) for name in ("police", "faith_network")]
    >>> cast = cast_of(seats, find_place("typical"), 5)
    >>> [role.label for role in cast.roles], cast.deputies, cast.observers
    (['Police force', 'Faith network'], 2, 1)
    """
    if not FEWEST <= people <= MOST:
        raise ValueError(f"people = {people} is not allowed: {FEWEST} to {MOST} can play; split a larger room in two")
    chosen = [seat for seat, _ in zip(_in_turn(seats), range(people), strict=False)]
    left = people - len(chosen)
    labels = Counter(seat.kind.label for seat in chosen)
    numbered: Counter[str] = Counter()
    roles = []
    for seat in chosen:
        label = seat.kind.label
        numbered[label] += 1
        roles.append(_role(seat, place, label if labels[label] == 1 else f"{label} {numbered[label]}"))
    return Cast(
        people=people,
        roles=tuple(roles),
        deputies=min(left, len(chosen)),
        observers=max(0, left - len(chosen)),
        fund=round(place.fund_2003_04_gbp_m / POUNDS_A_TOKEN),
    )


def items_that_fit(present: int) -> int:
    """Return how many items a meeting has time for: each takes some, and each body that speaks to it.

    The form is that of the model (``items_of`` in sim/meetings.py), with two minutes an item and ten seconds a body.

    >>> [items_that_fit(present) for present in (4, 10, 19)]
    [4, 3, 2]
    """
    return MEETING_MINUTES * 6 // (12 + present)


def _in_turn(seats: Sequence[Seat]) -> Iterator[Seat]:
    """Give seats sector by sector in turn, the chair first, so that a small room has every sector."""
    ordered = sorted(seats, key=lambda seat: not seat.is_chair)
    waiting = {sector: [seat for seat in ordered if seat.kind.sector == sector] for sector in SECTORS}
    while any(waiting.values()):
        for queue in waiting.values():
            if queue:
                yield queue.pop(0)


def _role(seat: Seat, place: Place, label: str) -> Role:
    kind = seat.kind
    spare = kind.budget_gbp_per_head * kind.discretionary_share * place.population / 1e6
    return Role(
        label=label,
        sector=label_of(kind.sector),
        is_chair=bool(seat.is_chair),
        time=round(kind.senior_half_days / HALF_DAYS_A_TOKEN),
        money=round(spare / POUNDS_A_TOKEN),
        stars=_stars(kind),
        half_days=kind.senior_half_days,
        brief=tuple(_brief(kind, is_chair=bool(seat.is_chair))),
    )


def _stars(kind: Archetype) -> tuple[tuple[str, int], ...]:
    """Return the stars of a body's themes, all of them dealt out, the last to the largest remainders."""
    shares = {theme: STARS * getattr(kind, theme) for theme in THEMES}
    whole = {theme: int(share + 1e-9) for theme, share in shares.items()}
    for theme in sorted(shares, key=lambda theme: (whole[theme] - shares[theme], -shares[theme]))[
        : STARS - sum(whole.values())
    ]:
        whole[theme] += 1
    most_first = sorted(whole.items(), key=lambda pair: (-pair[1], -shares[pair[0]]))
    return tuple((label_of(theme), stars) for theme, stars in most_first if stars)


def _brief(kind: Archetype, *, is_chair: bool) -> Iterator[str]:
    first = max(THEMES, key=lambda theme: getattr(kind, theme))
    yield f"Your own people ask you about {label_of(first)} most of all."
    if is_chair:
        yield "You chair: you call the items and keep the clock. You may steer, or see that everybody is heard."
    if kind.rigidity >= _RIGID:
        yield "Head office decides: money that you promise must go to the theme in which you have most stars."
    if kind.is_inspected:
        yield "You are inspected: whenever inspectors call, you lose a time token."
    if kind.outside_exposure >= _TEMPTED:
        yield "Another table courts you: a time token kept from this one brings you 2 points there, not 1."
    if not kind.is_publicly_funded:
        yield "No law makes you come, and nobody pays for the time that you spend here."
    if kind.contracting_gain >= 1.0:
        yield "Public bodies here pay for your services: think before you vote against one."
