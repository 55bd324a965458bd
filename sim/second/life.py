"""A launch, the influence that each has, and whether the table lasts: abolition, what is left, a second beginning."""

from __future__ import annotations

from typing import Any

from sim.events import DISSOLVED, REFOUNDED
from sim.jit import rule
from sim.rules import accountability
from sim.rules.mathematics import logistic, mean_or_zero
from sim.rules.structure import engagement, kept_share
from sim.second.meetings import ABSENT_PRESENCE, N_THEMES, presence_of, standing_of
from sim.second.ties import TOLERATED
from sim.second.time import how_deep

YOUNGEST = 12
"""No table is abolished in its first year."""

NO_LONGER_EXPECTED = 12.0 * 2010 + 4.0
"""May 2010, in months since year 0: until then the centre expected a partnership in every area."""

HIGHEST_HAZARD, STEEPNESS = 0.1, 12.0
HOLD_OF_LEADER, HOLD_OF_DUTY, HOLD_OF_FUND = 0.5, 0.4, 0.1
ENGAGEMENT_MEMORY = 0.1
HALF_OF_CORE = 5.0
SMALLEST_CORE = 3.0
CHAIRS_BONUS = 0.8
FULL_ATTENTION, LEAST_ATTENTION = 0.6, 0.4

ASSESSED_AS_GOOD, SPREAD_OF_ASSESSORS = 0.5, 0.1
"""The published line, and how far assessors err."""

TRUSTFULNESS, REPUTE, BELIEF = 3, 4, 1


# ---------------------------------------------------------------------- the launch


@rule
def found_table(self: Any) -> None:
    """Begin: the trend of the place, an expectation of engagement, and a table that stands."""
    self.stands = 1.0
    self.trend = self.luck.place[0]
    self.trust_at_launch = self.own.trust_launch + 0.06 * self.luck.place[1]
    self.engagement_seen = 0.3


@rule
def come_with_plans(self: Any) -> None:
    """Bring one's own plan, trustfulness and repute, and the views of somebody who begins."""
    own, traits = self.model.own, self.luck.traits
    self.trustfulness = traits[TRUSTFULNESS]
    self.repute = traits[REPUTE]
    for k in range(N_THEMES):
        self.plan[k] = self.kind.priorities[k]
    self.education_plan = self.plan[0]
    self.economy_plan = self.plan[1]
    self.housing_plan = self.plan[2]
    self.crime_plan = self.plan[3]
    self.health_plan = self.plan[4]
    self.belief = min(0.8, max(0.2, 0.5 + 0.1 * traits[BELIEF]))
    self.aspires = own.aspiration
    self.pay = own.aspiration
    self.yield_remembered = 0.25
    self.came_record = 0.6
    self.person_record = 0.3
    self.chance_of_ties = self.luck.ties_at_launch
    self.influence = 1.0 / self.model.n_founders


# ---------------------------------------------------------------------- influence


@rule
def clear_influence(self: Any) -> None:
    """Begin to weigh."""
    self.all_standing = 0.0
    self.all_present = 0.0
    self.all_influence = 0.0
    self.top_influence = 0.0


@rule
def take_stand(self: Any) -> None:
    """Weigh by what the body brings, as far as it was at the board."""
    model = self.model
    self.presence_now = presence_of(came=self.came_to_board, in_person=self.in_person_at_board)
    self.standing = standing_of(resources=self.resources, presence=self.presence_now)
    model.all_standing += self.standing
    model.all_present += self.presence_now


@rule
def take_influence(self: Any) -> None:
    """Take one's influence: facilitation evens it out among those present, a directing chair takes more."""
    model = self.model
    even = (self.presence_now + ABSENT_PRESENCE) / (model.all_present + 1.0)
    self.influence = (1.0 - model.facilitation) * mean_or_zero(total=self.standing, count=model.all_standing)
    self.influence += model.facilitation * even
    if self.seat.is_chair > 0.0 and self.presence_now > 0.0:
        directs = model.direction * (1.0 - FULL_ATTENTION * model.facilitation)
        self.influence += CHAIRS_BONUS * directs * (LEAST_ATTENTION + FULL_ATTENTION * model.attention)
    model.all_influence += self.influence


@rule
def share_influence(self: Any) -> None:
    """Make shares of it; what goes beyond a third costs trust."""
    model = self.model
    self.influence = mean_or_zero(total=self.influence, count=model.all_influence)
    self.excess = max(0.0, self.influence - TOLERATED)
    model.top_influence = max(model.top_influence, self.influence)


# ---------------------------------------------------------------------- the core


@rule
def begin_the_core(self: Any) -> None:
    """Begin with all who have a tie."""
    self.core_size = 0.0
    self.fewest = 0.0
    self.is_peeling = 1.0


@rule
def stand_in_core(self: Any) -> None:
    """Stand in the core, for now."""
    self.in_core = 1.0 if self.degree > 0.0 else 0.0
    self.model.core_size += self.in_core


@rule
def tied_in_core(tie: float, in_core: float, other_in_core: float) -> float:
    """Return whether two of the core are tied."""
    return tie * in_core * other_in_core


@rule
def look_for_fewest(self: Any) -> None:
    """Begin to look for the one with fewest ties in it."""
    self.fewest = 1e9
    self.is_dropped = 0.0


@rule
def show_ties_in_core(self: Any) -> None:
    """Show how many ties one has in the core."""
    if self.in_core > 0.0:
        self.model.fewest = min(self.model.fewest, self.within)


@rule
def see_core(self: Any) -> None:
    """See whether everybody left is tied to half of the others."""
    self.is_peeling = 1.0 if self.core_size > 0.0 and 2.0 * self.fewest < self.core_size - 1.0 else 0.0


@rule
def drop_out(self: Any) -> None:
    """Drop out of it as the first of those with fewest ties."""
    model = self.model
    goes = model.is_peeling > 0.0 and model.is_dropped == 0.0 and self.in_core > 0.0 and self.within == model.fewest
    if goes:
        model.is_dropped = 1.0
        model.core_size -= 1.0
        self.in_core = 0.0


# ---------------------------------------------------------------------- being judged


@rule
def be_assessed(self: Any) -> None:
    """Once a year be judged by engagement and decisions, as far as an assessor sees them; that decides on relief."""
    if accountability.is_assessment_month(month=self.month):
        decided = min(1.0, self.decisions_year / 12.0)
        seen = 0.5 * self.engagement_seen + 0.5 * decided + SPREAD_OF_ASSESSORS * self.luck.assessment
        self.is_successful = self.stands if seen >= ASSESSED_AS_GOOD else 0.0


# ---------------------------------------------------------------------- whether it lasts


@rule
def begin_to_engage(self: Any) -> None:
    """Begin to add engagement up."""
    self.all_engaged = 0.0
    self.n_counted = 0.0


@rule
def engage(self: Any) -> None:
    """Be engaged: as one came over the year, and as one kept what one promised."""
    model = self.model
    engaged = engagement(
        senior_share=self.person_record,
        junior_share=self.came_record - self.person_record,
        kept_share=kept_share(kept=tuple(self.kept_in), due=tuple(self.due_in)),
    )
    self.engagement = engaged * model.stands
    model.all_engaged += self.engagement
    model.n_counted += 1.0


@rule
def consider_abolition(self: Any) -> None:
    """Abolish the table, or begin anew from the core that is left; else it goes on as it was."""
    own, levers = self.own, self.levers
    engaged = mean_or_zero(total=self.all_engaged, count=self.n_counted)
    self.engagement_seen += ENGAGEMENT_MEMORY * (engaged - self.engagement_seen)
    hold = (
        HOLD_OF_LEADER * self.attention
        + own.hold_engaged * self.engagement_seen
        + (own.hold_expected * own.expected if self.policy.date < NO_LONGER_EXPECTED else 0.0)
        + (HOLD_OF_FUND if self.policy.fund_gbp_m_a_year > 0.0 else 0.0)
        + HOLD_OF_DUTY * max(levers.statutory, levers.duty.attend)
        - own.hold_cuts * how_deep(cuts=levers.austerity)
    )
    hazard = HIGHEST_HAZARD * logistic(-STEEPNESS * (hold - own.hold_needed))
    self.ends_now = 1.0 if self.stands > 0.0 and self.month >= YOUNGEST and self.luck.end < hazard else 0.0
    core = self.core_size if self.core_size >= SMALLEST_CORE else 0.0
    again = own.refounding_rate * self.attention * self.attention * core / (core + HALF_OF_CORE)
    again = again * (1.0 - 0.5 * how_deep(cuts=levers.austerity))
    self.begins_again = 1.0 if self.stands == 0.0 and self.luck.end < again else 0.0
    self.stands = (self.stands - self.ends_now) + self.begins_again
    self.n_refounded += self.begins_again
    if self.ends_now > 0.0:
        self.note(DISSOLVED)
        for p in range(len(self.months_left)):
            self.months_left[p] = min(self.months_left[p], 3.0)
    if self.begins_again > 0.0:
        self.note(REFOUNDED)
        self.engagement_seen = 0.35


@rule
def begin_anew(self: Any) -> None:
    """Come back to a table that was founded again: the core full of hope, others less."""
    if self.model.begins_again > 0.0:
        self.came_record = 0.7 if self.in_core > 0.0 else 0.3
        self.person_record = 0.4 if self.in_core > 0.0 else 0.1
        self.belief = 0.55
