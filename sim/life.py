"""A launch, the influence that each has, and whether the table lasts: abolition, what is left, a second beginning."""

from __future__ import annotations

from typing import Any

from sim.events import DISSOLVED, REFOUNDED, TAKES_SEAT
from sim.jit import rule
from sim.meetings import presence_of
from sim.obligations import how_deep
from sim.randomness import TRAITS
from sim.rules.mathematics import MEMORY_OF_A_YEAR, logistic, mean_or_zero
from sim.rules.structure import engagement, kept_share
from sim.tables import N_THEMES

A_YEAR = 12
"""No table is abolished in its first year, or in the first after it was founded again."""

NO_LONGER_EXPECTED = 12.0 * 2010 + 4.0
"""May 2010, in months since year 0: until then the centre expected a partnership in every area (recorded)."""

USUAL_POPULATION = 200_000.0
"""Of the place that money is stated for: numbers in £m are of such a place, and grow with the population."""

BELIEF, TRUSTFULNESS, REPUTE = (TRAITS.index(name) for name in ("belief", "trustfulness", "repute"))


# ---------------------------------------------------------------------- the launch


@rule
def found_table(self: Any) -> None:
    """Begin: the size and the trend of the place, goodwill, some credit, an even strategy, and a table that stands."""
    self.stands = 1.0
    self.size = self.place.population / USUAL_POPULATION
    self.trend = self.luck.place[0]
    self.trust_at_launch = self.behaviour.trust_launch + self.behaviour.launch_spread * self.luck.place[1]
    self.engagement_seen = 0.5
    self.n_counted = float(self.n_founders)
    self.staff_paid = 1.0
    self.is_accredited = 1.0
    self.credibility = 0.5
    for k in range(N_THEMES):
        self.aims[k] = 1.0 / N_THEMES


@rule
def come_with_plans(self: Any) -> None:
    """Bring one's own plan, trustfulness and repute, and the views of somebody who begins."""
    traits = self.luck.traits
    self.trustfulness = traits[TRUSTFULNESS]
    self.repute = traits[REPUTE]
    for k in range(N_THEMES):
        self.plan[k] = self.kind.priorities[k]
    self.education_plan = self.kind.education
    self.economy_plan = self.kind.economy
    self.housing_plan = self.kind.housing
    self.crime_plan = self.kind.crime
    self.health_plan = self.kind.health
    self.chance_of_ties = self.luck.ties_at_launch
    begin_at_table(self)


@rule
def begin_at_table(self: Any) -> None:
    """Begin with the views of somebody new: half sure of results, expecting to come as often as not."""
    behaviour = self.model.behaviour
    self.belief = (
        min(1.0, max(0.0, 0.5 + behaviour.launch_spread * self.luck.traits[BELIEF])) if self.model.month == 0 else 0.5
    )
    self.aspires = behaviour.aspiration
    self.pay = behaviour.aspiration
    self.yield_remembered = behaviour.aspiration
    self.rigidity = self.kind.rigidity
    self.expected_presence = 0.5
    self.came_record = self.expected_presence
    self.person_record = 0.5 * self.expected_presence
    self.influence = 1.0 / self.model.n_founders


@rule
def see_leader(self: Any) -> None:
    """See whether the leader is new: a new one has a style of their own."""
    self.has_new_leader = 1.0 if self.month > 0 and self.style_attention != self.known_style else 0.0
    self.known_style = self.style_attention


@rule
def sit_at_date(self: Any) -> None:
    """Take a seat on the date of one's entry, as a body that begins: nobody is tied to it yet."""
    if self.seat.joins_at > 0 and self.seat.joins_at == self.model.month and self.is_abolished == 0.0:
        self.is_member = 1.0
        self.note(TAKES_SEAT)
        begin_at_table(self)


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
    """Weigh by what the body brings, as far as it was at the board over the year; an executive weighs its own only."""
    model = self.model
    juniors = self.came_record - self.person_record
    self.presence_now = presence_of(in_person=self.person_record, by_junior=juniors) * self.on_executive
    self.standing = self.resources * self.presence_now
    model.all_standing += self.standing
    model.all_present += self.presence_now


@rule
def take_influence(self: Any) -> None:
    """Take one's influence: facilitation evens it out among those present, a directing chair takes more."""
    model = self.model
    own_share = mean_or_zero(total=self.standing, count=model.all_standing)
    even = mean_or_zero(total=self.presence_now, count=model.all_present)
    self.influence = own_share + model.facilitation * (even - own_share)
    if self.seat.is_chair > 0.0 and self.presence_now > 0.0:
        self.influence += model.behaviour.chairs_say * model.direction * (1.0 - model.facilitation) * model.attention
    model.all_influence += self.influence


@rule
def share_influence(self: Any) -> None:
    """Make shares of it; what goes beyond what others accept costs trust."""
    model = self.model
    self.influence = mean_or_zero(total=self.influence, count=model.all_influence)
    self.excess = max(0.0, self.influence - model.behaviour.tolerated)
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
    self.fewest = self.core_size
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


@rule
def bid_together(self: Any) -> None:
    """Once a year bid for money that only a core can win: the larger it is, the likelier (S3)."""
    won = self.initiatives_left > 0.0 and self.luck.bid < mean_or_zero(total=self.core_size, count=self.n_counted)
    self.bid_months = 12.0 if won and self.stands > 0.0 else 0.0


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
        senior_share=self.person_share,
        junior_share=self.came_share - self.person_share,
        kept_share=kept_share(kept=tuple(self.kept_in), due=tuple(self.due_in)),
    )
    self.engagement = engaged * model.stands
    model.all_engaged += self.engagement
    model.n_counted += 1.0


@rule
def remember_engagement(self: Any) -> None:
    """Remember how engaged the table is, as a mean of about a year."""
    engaged = mean_or_zero(total=self.all_engaged, count=self.n_counted)
    self.engagement_seen += MEMORY_OF_A_YEAR * (engaged - self.engagement_seen)


@rule
def consider_abolition(self: Any) -> None:
    """Abolish the table, or begin anew from the core that is left; else it goes on as it was.

    The council compares what holds the table with what it would take to keep it. It holds by its leader, by what it
    carries, by duties, by standing and money, and as far as everybody is expected to have one.
    """
    behaviour, levers = self.behaviour, self.levers
    remember_engagement(self)
    hold = (
        0.5 * self.attention
        + 0.5 * levers.duty.attend
        + behaviour.hold_engaged * self.engagement_seen
        + (behaviour.hold_expected * levers.expected if self.policy.date < NO_LONGER_EXPECTED else 0.0)
        + behaviour.hold_standing * (self.public_standing + self.money_in_sight)
        - behaviour.hold_cuts * how_deep(cuts=levers.austerity)
    )
    hazard = behaviour.highest_hazard * logistic(-behaviour.sharpness * (hold - behaviour.hold_needed))
    # A statutory partnership is the council's to end only as far as the law leaves it.
    hazard = hazard * (1.0 - levers.statutory)
    self.months_standing = self.stands * (self.months_standing + 1.0)
    self.ends_now = 1.0 if self.months_standing > A_YEAR and self.luck.end < hazard else 0.0
    core = mean_or_zero(total=self.core_size, count=self.n_counted) if self.core_size > 2.0 else 0.0
    again = behaviour.refounding_rate * self.attention * self.attention * core
    again = again * (1.0 - 0.5 * how_deep(cuts=levers.austerity))
    self.begins_again = 1.0 if self.stands == 0.0 and self.luck.end < again else 0.0
    self.stands = (self.stands - self.ends_now) + self.begins_again
    self.n_refounded += self.begins_again
    if self.ends_now > 0.0:
        self.note(DISSOLVED)
    if self.begins_again > 0.0:
        self.note(REFOUNDED)
        self.engagement_seen = 0.5


@rule
def begin_anew(self: Any) -> None:
    """Come back to a table that was founded again: the core is there as at a launch, others do not expect much."""
    if self.model.begins_again > 0.0:
        self.expected_presence = 0.5 if self.in_core > 0.0 else 0.0
        self.belief = 0.5
