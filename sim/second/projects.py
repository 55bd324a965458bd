"""Projects: promises made and kept, money pooled, what a team yields, and what it adds to the same money alone."""

from __future__ import annotations

from typing import Any

from sim.jit import rule
from sim.partnership import FISCAL_YEAR_END
from sim.rules.mathematics import logistic, mean_or_zero, saturation
from sim.second.meetings import N_PROJECTS, N_SECTORS, N_THEMES, NEEDED, PROJECT_MONTHS, slot_of

LEAST_EFFORT = 0.08
"""What a needed sector does for a project without anybody of it in the team."""

ALONE = 0.003
"""Share of the gap that £1m closes, spent by a body alone."""

MOST_A_PROJECT_GBP_M = 0.06
"""Most of the fund that a project takes in a month."""

DOUBLED = 2.0
"""A body gives what it can to team mates whom it trusts half or more."""

POOLED_SHARE, POOLED_WIDTH = 0.1, 12.0
"""Share of its discretionary money that a pooling body puts into one project a year, and how sharp that choice is."""

MOST_POOLED_IN = 3.0
"""Its money is one pot: projects beyond so many share it."""

CONTROL_LOST, FULL_CONTROL = 0.3, 0.1
"""Price of control over pooled money to a body with no influence, and the influence at which it has lost none."""

SHOCK = 0.0058
"""Standard deviation of a month's shock to the gap."""

RECENT = 0.08
YIELD_MEMORY = 0.05
DECISIONS_IN_PAY = 0.35
HALF_OF_YIELDS = 0.3
SHARPNESS = 8.0
ASPIRATION_RATE = 0.04


# ---------------------------------------------------------------------- rules


@rule
def effort_of(trust_in_mates: float, scarcity: float) -> float:
    """Return what share of its promises a body keeps: as it trusts its team mates, and as time allows, at most all.

    Conditional cooperation: trust is the record of what they kept.
    """
    return min(1.0, DOUBLED * trust_in_mates / (1.0 + scarcity))


@rule
def chance_of_pooling(
    gain: float, yield_remembered: float, cost: float, trust: float, influence: float, need: float, rigidity: float
) -> float:
    """Return the chance that a body puts money into a project of its own: if what comes back is worth the control lost.

    What comes back is what one's projects yielded so far, as far as the team mates are trusted.
    """
    returned = (gain * yield_remembered - cost) * trust
    control = CONTROL_LOST * max(0.0, FULL_CONTROL - influence)
    return logistic(POOLED_WIDTH * (returned - control - need * (0.5 + rigidity)))


# ---------------------------------------------------------------------- promises


@rule
def take_on(self: Any) -> None:
    """Take the new project on, if one is in its team and there in person; and decide whether to pool money in it."""
    model, own = self.model, self.model.own
    slot = slot_of(item=model.item, table=model.table)
    commits = self.joins_team * self.in_person * model.is_adopted
    mates = max(1.0, model.team_size - 1.0)
    pools = self.luck.pooling[slot] < chance_of_pooling(
        gain=own.joint_gain,
        yield_remembered=self.yield_remembered,
        cost=own.joint_cost,
        trust=self.trust_in_team / mates,
        influence=self.influence,
        need=own.pooling_need,
        rigidity=self.kind.rigidity,
    )
    self.takes_on = commits
    for p in range(N_PROJECTS):
        if commits > 0.0 and model.place_of_project == p:
            self.in_team[p] = 1.0
            self.pools_in[p] = 1.0 if pools else 0.0


@rule
def months_together(joint: float, takes_on: float, other_takes_on: float) -> float:
    """Return for how many more months two bodies work together on any project."""
    return PROJECT_MONTHS if takes_on * other_takes_on > 0.0 else joint


@rule
def count_own_projects(self: Any) -> None:
    """Count the projects that one is in, and those that one has money in."""
    projects, pooled = 0.0, 0.0
    for p in range(N_PROJECTS):
        projects += self.in_team[p]
        pooled += self.pools_in[p]
    self.own_projects = projects
    self.pooled_in = pooled


@rule
def trust_in_mates(trust: float, joint: float) -> tuple[float, float]:
    """Return trust in a body that one works with, and that one does."""
    works = 1.0 if joint > 0.0 else 0.0
    return trust * works, works


@rule
def clear_the_work(self: Any) -> None:
    """Begin to see what sectors do for projects."""
    for place in range(N_PROJECTS * N_SECTORS):
        self.best_effort[place] = 0.0
    for p in range(N_PROJECTS):
        self.pooled_gbp_m_in[p] = 0.0


@rule
def keep_promises(self: Any) -> None:
    """Do for one's projects what trust in the team mates and time allow; remember what was due and what was kept."""
    model = self.model
    mates = mean_or_zero(total=self.trusted_mates, count=self.mates)
    self.effort = effort_of(trust_in_mates=mates, scarcity=self.scarcity) if self.mates > 0.0 else 0.0
    month = model.month % 12
    due = 1.0 if self.own_projects > 0.0 and self.mates > 0.0 else 0.0
    self.due_in[month] = due
    self.kept_in[month] = self.effort * due
    money = POOLED_SHARE * self.flexible_gbp_m / 12.0 / max(MOST_POOLED_IN, self.pooled_in)
    self.pooled_now_gbp_m = 0.0
    for p in range(N_PROJECTS):
        place = p * N_SECTORS + self.seat.sector
        model.best_effort[place] = max(model.best_effort[place], self.in_team[p] * self.effort)
        pooled = self.pools_in[p] * money
        model.pooled_gbp_m_in[p] += pooled
        self.pooled_now_gbp_m += pooled
    self.pooled_recently = 1.0 if self.pooled_now_gbp_m > 0.0 else 0.92 * self.pooled_recently


# ---------------------------------------------------------------------- what projects yield


@rule
def deliver(self: Any) -> None:
    """Let every project yield what the weakest sector that it needs puts in, on the money in it."""
    own = self.own
    fund = self.policy.fund_gbp_m_a_year / 12.0
    self.fund_held_gbp_m += fund * self.stands
    running = 0.0
    for p in range(N_PROJECTS):
        running += 1.0 if self.months_left[p] > 0.0 else 0.0
    each = min(MOST_A_PROJECT_GBP_M, self.fund_held_gbp_m / max(1.0, running))
    routed, yields = 0.0, 0.0
    for p in range(N_PROJECTS):
        needed = NEEDED[int(self.theme_of[p])]
        least = 1.0
        for s in range(N_SECTORS):
            does = max(LEAST_EFFORT, self.best_effort[p * N_SECTORS + s])
            least = min(least, does) if needed[s] > 0.0 else least
        runs = 1.0 if self.months_left[p] > 0.0 else 0.0
        self.yield_of[p] = least * runs
        yields += least * runs
        money = runs * (each + self.pooled_gbp_m_in[p])
        more = ALONE * money * (own.joint_gain * least - own.joint_cost)
        routed += runs * each
        for k in range(N_THEMES):
            self.gained[k] += more if self.theme_of[p] == k else 0.0
        self.has_delivered = 1.0 if self.months_left[p] == 1.0 else self.has_delivered
        self.months_left[p] = max(0.0, self.months_left[p] - 1.0)
    self.fund_spent_gbp_m = routed
    self.fund_held_gbp_m = max(0.0, self.fund_held_gbp_m - routed)
    # At the end of March what was not spent goes back, but for what may be carried over.
    back = self.fund_held_gbp_m * (1.0 - self.levers.carry_over) if self.calendar_month == FISCAL_YEAR_END else 0.0
    self.fund_held_gbp_m -= back
    self.fund_forfeited_gbp_m = back
    for k in range(N_THEMES):
        self.gained[k] -= ALONE * back / N_THEMES
        self.shocks[k] += SHOCK * self.luck.shocks[k] + own.trend_spread * self.trend / 12.0
        self.alone[k] += ALONE * fund / N_THEMES
    self.has_decided = 1.0 if self.adopted_now > 0.0 else self.has_decided
    self.months_to_first_decision += 1.0 - self.has_decided
    self.months_to_first_delivery += 1.0 - self.has_delivered
    self.n_projects = running
    self.mean_yield = mean_or_zero(total=yields, count=running)
    self.decisions_year += self.adopted_now - self.adopted_in[self.month % 12]
    self.adopted_in[self.month % 12] = self.adopted_now


@rule
def see_results(self: Any) -> None:
    """See what one's projects yielded, and leave those that have ended."""
    model, own = self.model, self.model.own
    got = 0.0
    for p in range(N_PROJECTS):
        got += self.in_team[p] * model.yield_of[p]
        ended = model.months_left[p] <= 0.0
        self.in_team[p] = 0.0 if ended else self.in_team[p]
        self.pools_in[p] = 0.0 if ended else self.pools_in[p]
    mean = mean_or_zero(total=got, count=self.own_projects)
    self.yield_remembered += YIELD_MEMORY * (mean - self.yield_remembered) if self.own_projects > 0.0 else 0.0
    decided = min(1.0, model.decisions_year / 12.0)
    pay = DECISIONS_IN_PAY * decided + (1.0 - DECISIONS_IN_PAY) * saturation(amount=got, half=HALF_OF_YIELDS)
    self.pay += RECENT * (pay - self.pay)
    wanted = own.adaptation * self.pay + (1.0 - own.adaptation) * own.aspiration
    self.aspires += ASPIRATION_RATE * (wanted - self.aspires)
    seen = own.belief_rate * (0.3 + 0.7 * self.came_record) * model.stands
    self.belief += seen * (logistic(SHARPNESS * (self.pay - self.aspires)) - self.belief)
