"""Senior time: what a body has of it, what claims it, how scarce it is, and the other tables that take some of it."""

from __future__ import annotations

from typing import Any

from sim.jit import rule
from sim.rules.mathematics import logistic, mean_or_zero, saturation
from sim.tables import (
    COUNTY,
    INITIATIVES,
    N_OTHER_TABLES,
    OF_CUTS,
    OF_INITIATIVES,
    OF_INSPECTION,
    OF_ITS_OWN,
    OF_OTHERS,
    OF_REPORTS,
    OF_TIES,
    OF_UPHEAVAL,
    OF_WORK,
    OUTSIDE,
    SAVING_TIME,
)

FULL_CUTS = 0.25
"""Share of budgets whose loss counts as cuts at their fullest: about what councils lost by the spending review of 2010
(recorded)."""

# ---------------------------------------------------------------------- rules


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
def pull_elsewhere(
    base: float, pull: float, backing: float, company: float, time_cost: float, scarcity: float
) -> float:
    """Return the utility of going to another table this month: the more who matter go there, the more it draws."""
    return base + pull * backing * (1.0 + company) - time_cost * scarcity


# ---------------------------------------------------------------------- other tables


@rule
def look_at_other_tables(self: Any) -> None:
    """See which other tables there are, how far they are backed, and who went there last month."""
    levers = self.levers
    self.initiatives_left = max(0.0, levers.initiatives - self.merged)
    self.backing[COUNTY] = levers.overlap if self.place.tiers == 2 else 0.0
    self.backing[INITIATIVES] = saturation(amount=self.initiatives_left, half=self.behaviour.many_others)
    self.backing[OUTSIDE] = levers.outside_option
    for r in range(N_OTHER_TABLES):
        self.company[r] = mean_or_zero(total=self.going[r], count=self.could_go)
        self.going[r] = 0.0
    self.could_go = 0.0


@rule
def go_elsewhere(self: Any) -> None:
    """Go to other tables in person, or not: each that is backed is one choice by one draw."""
    model, behaviour, kind = self.model, self.model.behaviour, self.kind
    model.could_go += 1.0 - self.is_abolished
    self.n_elsewhere = 0.0
    self.at_county = 0.0
    self.at_initiatives = 0.0
    self.at_outside = 0.0
    for r in range(N_OTHER_TABLES):
        affinity = kind.outside_exposure if r == OUTSIDE else kind.is_publicly_funded
        backing = model.backing[r] * affinity
        utility = pull_elsewhere(
            base=behaviour.rival_base,
            pull=behaviour.rival_pull,
            backing=backing,
            company=model.company[r],
            time_cost=behaviour.time_cost,
            scarcity=self.scarcity,
        )
        goes = backing > 0.0 and self.is_abolished == 0.0 and self.luck.elsewhere[r] < logistic(utility)
        there = 1.0 if goes else 0.0
        self.n_elsewhere += there
        model.going[r] += there
        if r == COUNTY:
            self.at_county = there
        elif r == INITIATIVES:
            self.at_initiatives = there
        else:
            self.at_outside = there


# ---------------------------------------------------------------------- what claims time


@rule
def claim_time(self: Any) -> None:
    """Add up what claims senior time: own business, inspection, cuts, initiatives, reports, other tables, ties, work.

    A month's meeting in person takes a half-day. Staff take preparation over; a one-stop shop spares business its ways
    in; capacity building adds to the time of those who have least.
    """
    model, kind, behaviour, levers = self.model, self.kind, self.model.behaviour, self.model.levers
    building = levers.vcs_capacity_building * model.staff_paid * kind.capacity_building_gain
    self.half_days = kind.senior_half_days * (1.0 + building)
    inspection = behaviour.inspection_claim * (
        levers.inspection.burden * (1.0 - model.relief_lifted) * kind.is_inspected
    )
    initiatives = behaviour.initiative_claim * model.initiatives_left * kind.participation_cost
    cuts = behaviour.cuts_claim * how_deep(cuts=levers.austerity) * kind.is_publicly_funded
    reports = behaviour.reporting_claim * self.report_pressure
    upheaval = behaviour.own_business * self.half_days * self.is_reorganised
    working = behaviour.tie_claim * (self.degree + self.own_projects)
    obligations = inspection + initiatives + cuts + reports + upheaval + self.n_elsewhere + working
    spared = behaviour.staff_relief * (
        levers.staff_team * model.staff_paid + levers.one_stop_shop * kind.one_stop_shop_gain
    )
    before = obligations
    obligations = max(0.0, obligations - spared * model.stands)
    self.spared_half_days = before - obligations
    self.claims[OF_ITS_OWN] = behaviour.own_business * self.half_days
    self.claims[OF_INSPECTION] = inspection
    self.claims[OF_INITIATIVES] = initiatives
    self.claims[OF_CUTS] = cuts
    self.claims[OF_REPORTS] = reports
    self.claims[OF_UPHEAVAL] = upheaval
    self.claims[OF_OTHERS] = self.n_elsewhere
    self.claims[OF_TIES] = behaviour.tie_claim * self.degree
    self.claims[OF_WORK] = behaviour.tie_claim * self.own_projects
    self.claimed_half_days = behaviour.own_business * self.half_days + obligations
    self.free_half_days = max(0.0, self.half_days - obligations)
    self.seats_left = self.free_half_days
    self.plan[SAVING_TIME] = initiatives / self.half_days
    self.scarcity = scarcity(claimed=self.claimed_half_days, half_days=self.half_days)
    self.ease = 1.0 / (1.0 + self.scarcity)
