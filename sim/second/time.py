"""Senior time: what a body has of it, what claims it, and how scarce it is."""

from __future__ import annotations

from typing import Any

from sim.jit import rule

HALF_DAYS = 20.0
"""Half-days a month of senior time for partnerships of a body of capacity 1: ten working days."""

OWN_BUSINESS = 0.5
"""Share of that time which one's own business takes in an ordinary month."""

FULL_CUTS = 0.25
"""Share of budgets whose loss counts as cuts at their fullest: about what the spending review of 2010 took."""

REORGANISED_CLAIM = 0.5
"""Share of that time which a reorganisation takes in its month."""


@rule
def how_deep(cuts: float) -> float:
    """Return how deep cuts are, in [0, 1], from the share of budgets that is lost."""
    return min(1.0, cuts / FULL_CUTS)


@rule
def scarcity(claimed: float, half_days: float) -> float:
    """Return how scarce senior time is, 0 or more: the square of the share of it that is claimed.

    At 1 all of it is. The square, because the last hours are the dearest: they are taken from the body's own business.
    """
    share = claimed / half_days if half_days > 0.0 else 2.0
    return share * share


@rule
def claim_time(self: Any) -> None:
    """Add up what claims the body's senior time: own business, inspection, cuts, initiatives, reports, ties, work."""
    model, kind, own, levers = self.model, self.kind, self.model.own, self.model.levers
    half_days = HALF_DAYS * kind.capacity
    inspection = levers.inspection.burden * (1.0 - model.relief_lifted) * kind.is_inspected
    claimed = OWN_BUSINESS * half_days
    claimed += own.inspection_claim * inspection * kind.capacity
    claimed += own.initiative_claim * levers.initiatives * kind.participation_cost * kind.capacity
    claimed += own.cuts_claim * how_deep(cuts=levers.austerity) * kind.is_publicly_funded * kind.capacity
    claimed += own.reporting_claim * self.report_pressure * kind.capacity
    claimed += REORGANISED_CLAIM * half_days * self.is_reorganised
    claimed += own.tie_claim * (self.degree + self.own_projects) * kind.capacity
    claimed = max(0.0, claimed - own.staff_relief * model.staff_team * model.stands * kind.capacity)
    self.claimed_half_days = claimed
    self.scarcity = scarcity(claimed=claimed, half_days=half_days)
    self.ease = 1.0 / (1.0 + self.scarcity)
