"""Projects: promises made and kept, money pooled, what a team yields, and what it adds to the same money alone."""

from __future__ import annotations

from typing import Any

from sim.jit import rule
from sim.meetings import closed_in, is_needed
from sim.rules.fund import BY_NEED, STAFF_DAYS_A_MONTH, released, transaction_cost_gbp_m
from sim.rules.mathematics import MEMORY_OF_A_YEAR, logistic, mean_or_zero, saturation
from sim.tables import DELIVERY_MONTHS, ECONOMY, EDUCATION, N_PROJECTS, N_SECTORS, N_THEMES, SAVING_TIME, slot_of

RESPONSIVENESS: tuple[float, ...] = (1.25, 1.0, 0.75, 1.5, 0.5)
"""How much of its gap a pound closes in each theme, against the mean of all: crime answers fast, health slowly; schools
more than housing (read off the record of 2001 to 2008: an input)."""

NATIONAL_TREND: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, -0.0095)
"""Share of the gap a year by which it closes in the country by itself. The relative gap in life expectancy of the most
deprived areas grew by 7 % for men and 14 % for women from 1995-97 to 2006-08 (National Audit Office, July 2010); of
other themes no rate is on record (an input)."""

SHOCK = 0.0058
"""Standard deviation of a month's shock to the gap (set with the spread between districts: an input)."""

FISCAL_YEAR_END = 3
"""Books are closed in March."""


# ---------------------------------------------------------------------- rules


@rule
def effort_of(trust_in_mates: float, scarcity: float) -> float:
    """Return what share of its promises a body keeps: as it trusts its team mates, and as time allows, at most all.

    Conditional cooperation: trust is the record of what they kept. To mates trusted half, it gives what it can.
    """
    return min(1.0, 2.0 * trust_in_mates / (1.0 + scarcity))


@rule
def chance_of_pooling(
    returned: float,
    control_lost: float,
    influence: float,
    freedoms: float,
    need: float,
    rigidity: float,
    sharpness: float,
) -> float:
    """Return the chance that a body puts money into a project of its own: if what comes back is worth the control lost.

    ``returned`` is what comes back beyond the money itself. Say at the table and freedoms from the centre (each 0 to 1)
    lower the price of control.
    """
    control = control_lost * (1.0 - influence) * (1.0 - freedoms)
    return logistic(sharpness * (returned - control - need * (0.5 + rigidity)))


@rule
def worth_of(money: float, gain: float, yields: float, cost: float, alone: float) -> float:
    """Return what money in a joint project closes of a gap, where alone it would close ``alone`` for each £m."""
    return alone * money * (1.0 + gain * yields - cost)


# ---------------------------------------------------------------------- promises


@rule
def take_on(self: Any) -> None:
    """Take the new project on, and decide whether to pool money in it.

    What comes back is what one's projects yielded so far, as far as the team mates are trusted and as far as the body
    is the one who saves: by the weight of the theme in its main programmes (S2: who pays is not who saves).
    """
    model, behaviour = self.model, self.model.behaviour
    saves = 0.0
    for k in range(N_THEMES):
        saves += 2.0 * self.kind.priorities[k] * (1.0 if model.theme == k else 0.0)
    slot = slot_of(item=model.item, table=model.table)
    trust = self.trust_in_team / max(1.0, model.team_size - 1.0)
    is_willing = self.luck.pooling[slot] < chance_of_pooling(
        returned=(behaviour.joint_gain * self.yield_remembered - behaviour.joint_cost) * trust * saves,
        control_lost=behaviour.control_lost,
        influence=self.influence,
        freedoms=model.freedoms,
        need=behaviour.pooling_need,
        rigidity=self.rigidity,
        sharpness=behaviour.sharpness,
    )
    self.takes_on = 1.0
    puts_in = 1.0 if model.theme < SAVING_TIME and is_willing else 0.0
    for p in range(N_PROJECTS):
        team, pools = self.in_team[p], self.pools_in[p]
        self.in_team[p] = 1.0 if model.place_of_project == p else team
        self.pools_in[p] = puts_in if model.place_of_project == p else pools


@rule
def months_together(joint: float, takes_on: float, months_of_new: float) -> float:
    """Return for how many more months two bodies work together on any project."""
    return max(joint, months_of_new) if takes_on > 0.0 else joint


@rule
def begin_to_count(self: Any) -> None:
    """Begin to add up the regeneration money of members."""
    self.regenerating_gbp_m = 0.0


@rule
def count_own_projects(self: Any) -> None:
    """Count the projects that one is in, and those past planning that one has money in."""
    projects, pooled = 0.0, 0.0
    for p in range(N_PROJECTS):
        projects += self.in_team[p]
        pooled += self.pools_in[p] if self.model.planning_left[p] <= 0.0 else 0.0
    self.own_projects = projects
    self.pooled_in = pooled
    self.model.regenerating_gbp_m += self.regeneration_gbp_m


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
    self.subscribes = 0.0


@rule
def keep_promises(self: Any) -> None:
    """Do for one's projects what trust in the team mates and time allow; remember what was due and what was kept.

    Money is one pot, divided over the projects that one has money in and that are past planning. What the centre
    routes through the table is not the body's to pool.
    """
    model, behaviour = self.model, self.model.behaviour
    mates = mean_or_zero(total=self.trusted_mates, count=self.mates)
    self.effort = effort_of(trust_in_mates=mates, scarcity=self.scarcity) if self.mates > 0.0 else 0.0
    month = model.month % 12
    due = 1.0 if self.own_projects > 0.0 and self.mates > 0.0 else 0.0
    self.due_in[month] = due
    self.kept_in[month] = self.effort * due
    routed = model.levers.pooling_rate * self.regeneration_gbp_m * model.stands
    left = max(0.0, self.flexible_gbp_m - routed)
    money = behaviour.pooled_share * left / 12.0 / max(1.0, self.pooled_in)
    self.pooled_now_gbp_m = 0.0
    for p in range(N_PROJECTS):
        place = p * N_SECTORS + self.seat.sector
        model.best_effort[place] = max(model.best_effort[place], self.in_team[p] * self.effort)
        pooled = self.pools_in[p] * money if model.planning_left[p] <= 0.0 else 0.0
        model.pooled_gbp_m_in[p] += pooled
        self.pooled_now_gbp_m += pooled
    # Whoever pools puts in far more than 1 % of its discretionary money, if only for a part of the year.
    self.pooled_recently = 1.0 if self.pooled_now_gbp_m > 0.0 else max(0.0, self.pooled_recently - MEMORY_OF_A_YEAR)
    model.subscribes += max(self.support_pressure, self.engagement)


# ---------------------------------------------------------------------- the fund


@rule
def take_money_in(self: Any) -> None:
    """Take money in: the fund as far as it is released, routed budgets, a reward that is due, what a bid has won.

    Staff posts and capacity are paid first; what the fund cannot pay of them members subscribe, as far as they are
    engaged or a duty makes them support the costs, and staff are there as far as they are paid.
    """
    levers = self.levers
    self.fund_in_gbp_m = self.stands * (
        released(
            fund_gbp_m_a_year=self.policy.fund_gbp_m_a_year,
            is_accredited=self.is_accredited > 0.0,
            unaccredited_release=levers.unaccredited_release,
        )
        + levers.pooling_rate * self.regenerating_gbp_m / 12.0
        + self.reward_due_gbp_m
        + (self.behaviour.most_a_project * self.size if self.bid_months > 0.0 else 0.0)
    )
    self.reward_due_gbp_m = 0.0
    self.bid_months = max(0.0, self.bid_months - 1.0)
    self.fund_held_gbp_m += self.fund_in_gbp_m
    posts = transaction_cost_gbp_m(person_days=STAFF_DAYS_A_MONTH * (levers.staff_team + levers.vcs_capacity_building))
    self.posts_paid_gbp_m = min(posts * self.stands, self.fund_held_gbp_m)
    self.fund_held_gbp_m -= self.posts_paid_gbp_m
    willing = mean_or_zero(total=self.subscribes, count=self.n_counted)
    missing = posts - self.posts_paid_gbp_m
    self.staff_paid = (self.posts_paid_gbp_m + willing * missing) / posts if posts > 0.0 else 1.0
    staff = levers.staff_team * self.staff_paid * self.stands
    self.brought_together = self.behaviour.introductions * staff / max(1.0, self.n_counted - 1.0)


@rule
def need_left(self: Any, theme: int) -> float:
    """Return the need of the place in a theme, as far as the gap is not closed."""
    return self.policy.need[theme] * max(0.0, 1.0 - closed_in(self, theme=theme))


@rule
def owed_to(self: Any, theme: int) -> float:
    """Return how far a theme lags behind its share by need of all that the fund paid or holds (£m times need)."""
    paid, need = self.fund_held_gbp_m, 0.0
    for k in range(N_THEMES):
        paid += self.paid_to[k]
        need += need_left(self, theme=k)
    return need_left(self, theme=theme) * paid - self.paid_to[theme] * need


@rule
def share_out(self: Any) -> None:
    """Give projects past planning what the fund has for them, first those that the rule for the purse ranks first.

    By need the themes go first that lag behind their share by need of what was paid so far: the fund is to bring all
    that the centre set floor targets for up to them (S4). Saving time needs no money.
    """
    most = self.behaviour.most_a_project * self.size
    for p in range(N_PROJECTS):
        if self.policy.purse == BY_NEED and self.theme_of[p] < SAVING_TIME:
            self.rank_of[p] = owed_to(self, theme=int(self.theme_of[p]))
        running = self.months_left[p] > 0.0 and self.planning_left[p] <= 0.0
        self.wants_money[p] = most if running and self.theme_of[p] < SAVING_TIME else 0.0
    for p in range(N_PROJECTS):
        before = 0.0
        for q in range(N_PROJECTS):
            first = self.rank_of[q] > self.rank_of[p] or (self.rank_of[q] == self.rank_of[p] and q < p)
            before += self.wants_money[q] if first else 0.0
        self.paid_gbp_m_in[p] = min(self.wants_money[p], max(0.0, self.fund_held_gbp_m - before))


# ---------------------------------------------------------------------- what projects yield


@rule
def deliver(self: Any) -> None:
    """Let every project past planning yield what the weakest sector that it needs puts in, on the money in it."""
    behaviour = self.behaviour
    alone = behaviour.alone / self.size
    running, delivering, yields, private = 0.0, 0.0, 0.0, 0.0
    self.fund_spent_gbp_m = 0.0
    for k in range(N_THEMES):
        self.closes[k] = 0.0
        self.spent_on[k] = 0.0
    for p in range(N_PROJECTS):
        least = 1.0
        for s in range(N_SECTORS):
            does = max(behaviour.least_effort, self.best_effort[p * N_SECTORS + s])
            least = min(least, does) if is_needed(sector=s, theme=self.theme_of[p]) else least
        runs = 1.0 if self.months_left[p] > 0.0 else 0.0
        delivers = runs if self.planning_left[p] <= 0.0 else 0.0
        self.yield_of[p] = least * delivers
        yields += least * delivers
        delivering += delivers
        running += runs
        paid = self.paid_gbp_m_in[p]
        self.fund_spent_gbp_m += paid
        money = paid + self.pooled_gbp_m_in[p]
        worth = worth_of(money=money, gain=behaviour.joint_gain, yields=least, cost=behaviour.joint_cost, alone=alone)
        # Pooled money would have done its work at home: only what is more than that counts.
        worth -= alone * self.pooled_gbp_m_in[p]
        for k in range(N_THEMES):
            here = 1.0 if self.theme_of[p] == k else 0.0
            self.closes[k] += here * worth * RESPONSIVENESS[k]
            self.spent_on[k] += here * paid
            self.paid_to[k] += here * paid
        private += least * money if self.theme_of[p] == ECONOMY else 0.0
        if self.theme_of[p] == SAVING_TIME:
            self.merged += delivers * least * self.initiatives_left / DELIVERY_MONTHS
        ends = self.months_left[p] == 1.0
        self.has_delivered = 1.0 if ends else self.has_delivered
        self.n_delivered += 1.0 if ends else 0.0
        self.planning_left[p] = max(0.0, self.planning_left[p] - 1.0)
        self.months_left[p] = max(0.0, self.months_left[p] - 1.0)
    self.private_gbp_m += MEMORY_OF_A_YEAR * (private - self.private_gbp_m)
    self.merged = min(self.merged, self.levers.initiatives)
    self.n_projects = running
    self.mean_yield = mean_or_zero(total=yields, count=delivering)
    self.has_decided = 1.0 if self.adopted_now > 0.0 else self.has_decided
    self.months_to_first_decision += 1.0 - self.has_decided
    self.months_to_first_delivery += 1.0 - self.has_delivered
    self.decisions_year += self.adopted_now - self.adopted_in[self.month % 12]
    self.adopted_in[self.month % 12] = self.adopted_now


@rule
def close_books(self: Any) -> None:
    """Close the month's books: what was not spent waits.

    At the end of March what may not be carried over goes back; of a table that is abolished, all.
    """
    self.fund_held_gbp_m = max(0.0, self.fund_held_gbp_m - self.fund_spent_gbp_m)
    back = self.fund_held_gbp_m * (1.0 - self.levers.carry_over) if self.calendar_month == FISCAL_YEAR_END else 0.0
    back = back if self.stands > 0.0 else self.fund_held_gbp_m
    self.fund_held_gbp_m -= back
    self.fund_forfeited_gbp_m = back


@rule
def close_gaps(self: Any) -> None:
    """Move outcomes, with and without the table: the same pounds alone are the counterfactual, under the same shocks.

    Without it they would be spent at once, evenly over themes. What waits, or went to posts, has not closed any gap. A
    part of what work and education gain reaches every theme.
    """
    behaviour = self.behaviour
    pounds = self.fund_in_gbp_m if self.stands > 0.0 else self.policy.fund_gbp_m_a_year / 12.0
    even = behaviour.alone / self.size * pounds / N_THEMES
    reach_here = behaviour.growth_reach * (self.closes[EDUCATION] + self.closes[ECONOMY]) / N_THEMES
    reach_alone = behaviour.growth_reach * even * (RESPONSIVENESS[EDUCATION] + RESPONSIVENESS[ECONOMY]) / N_THEMES
    for k in range(N_THEMES):
        by_itself = even * RESPONSIVENESS[k] + reach_alone
        joint = self.closes[k] + reach_here + (by_itself if self.stands == 0.0 else 0.0)
        self.gained[k] += joint - by_itself
        self.alone[k] += by_itself
        trend = NATIONAL_TREND[k] + behaviour.trend_spread * self.trend
        self.shocks[k] += SHOCK * self.luck.shocks[k] + trend / 12.0


@rule
def see_results(self: Any) -> None:
    """See what one's projects yielded, and leave those that have ended; measurement lowers the error, not the mean."""
    model, behaviour = self.model, self.model.behaviour
    got, delivering = 0.0, 0.0
    for p in range(N_PROJECTS):
        got += self.in_team[p] * model.yield_of[p]
        delivering += self.in_team[p] if model.yield_of[p] > 0.0 else 0.0
        ended = model.months_left[p] <= 0.0
        self.in_team[p] = 0.0 if ended else self.in_team[p]
        self.pools_in[p] = 0.0 if ended else self.pools_in[p]
    mean = mean_or_zero(total=got, count=delivering)
    self.yield_remembered += MEMORY_OF_A_YEAR * (mean - self.yield_remembered) if delivering > 0.0 else 0.0
    decided = min(1.0, model.decisions_year / 12.0)
    pay = 0.5 * decided + 0.5 * saturation(amount=got, half=behaviour.effort_half)
    error = behaviour.unmeasured * (1.0 - model.measurement_quality) * self.luck.results
    self.pay += MEMORY_OF_A_YEAR * (pay + error - self.pay)
    wanted = behaviour.adaptation * self.pay + (1.0 - behaviour.adaptation) * behaviour.aspiration
    self.aspires += MEMORY_OF_A_YEAR * (wanted - self.aspires)
    seen = behaviour.belief_rate * (0.5 + 0.5 * self.came_record) * model.stands
    self.belief += seen * (logistic(behaviour.sharpness * (self.pay - self.aspires)) - self.belief)
