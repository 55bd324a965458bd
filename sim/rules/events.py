"""Submodel 1, policy and events: elections, reorganisations and cuts."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import nudged

ELECTION_MONTH = 5
"""English local elections are held in May."""


@rule
def leader_changes(calendar_month: int, turnover: float, draw: float) -> bool:
    """Return whether a May election brings a new leader, with the chance ``turnover`` (0 to 1)."""
    return calendar_month == ELECTION_MONTH and draw < turnover


@rule
def leader_style(configured: float, departure: float, style_spread: float) -> float:
    """Return an element of a leader's style in [0, 1].

    ``departure`` in [-1, 1] is this leader's own; 0 is the leader whom the scenario describes. Leaders
    differ between places and are replaced: some used the partnership as a platform, others delegated it (S2).
    """
    return nudged(level=configured, push=style_spread * departure)


@rule
def staff_in_place(configured: float, departure: float, staff_spread: float) -> float:
    """Return what a staff team amounts to in this place, in [0, 1].

    Places gave their teams more or less time and skill (S3); ``departure`` in [-1, 1] is the place's own.
    """
    return nudged(level=configured, push=staff_spread * departure)


@rule
def is_reorganised(reorganisation: float, exposure: float, draw: float) -> bool:
    """Return whether a body is reorganised this month; ``reorganisation`` is a chance a year (S3)."""
    return draw < reorganisation * exposure / 12.0


@rule
def link_after_reorganisation(trust: float, prior: float, reset: float) -> float:
    """Return trust in or of a reorganised body: the share ``reset`` of what was built is lost (S3)."""
    return trust + reset * (prior - trust)


@rule
def budget_after_cuts(budget: float, austerity: float, is_publicly_funded: float) -> float:
    """Return a budget after austerity, which falls on publicly funded bodies (S2)."""
    return budget * (1.0 - austerity * is_publicly_funded)
