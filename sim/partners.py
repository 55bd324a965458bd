"""The bodies at the table, as Mesa agents: a member's steps, each written once.

A step is a plain method for one body in one month. Mesa calls it as it stands; the compiled engine compiles it as it
stands, and then ``self`` is a row of many runs (see ``sim/lanes/views.py``). So a step reads and writes numbers, calls
rules by the names of their arguments, and leaves sums over members to an attribute of the partnership.

A body knows the others by what rules between two bodies are given (``sim/pairs.py``). Sectors differ by the attributes
of their archetypes (data); the subclasses add what only such a body does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.events import ABOLISHED, EVENTS, LEAVES, REORGANISED, TAKES_SEAT
from sim.jit import rule
from sim.population import THEMES, Archetype, Seat
from sim.randomness import TRAITS
from sim.rules import (
    accountability,
    attendance,
    contribution,
    deliberation,
    delivery,
    engagement,
    events,
    fund,
    influence,
    learning,
    membership,
    seniority,
    trust,
)
from sim.rules.mathematics import mean_or_zero, total
from sim.state import ByTerm, Towards, set_to_zero
from sim.terms import utility_terms

if TYPE_CHECKING:
    from sim.partnership import Luck, PartnershipModel

N_THEMES = len(THEMES)
DISPOSITION, BELIEF, RECIPROCITY, TRUSTFULNESS, REPUTE = range(len(TRAITS))
LEAST_FLEXIBLE_GBP_M = 0.01


class Partner(mesa.Agent):
    """One body. ``position`` is its number at the table and in every table of results; ``seat`` is its chair, as data.

    What follows is all that it holds; flags are 0 or 1.
    """

    model: PartnershipModel
    luck: Luck
    seat: Seat
    kind: Archetype
    position: int

    # fmt: off
    # at the table
    is_member: float; is_abolished: float
    abolished_at: float  # month in which its kind is abolished, −1 if never
    left_in: float  # number of the month in which it last left, counted from 1
    joins: float; is_reorganised: float; months_absent: float

    # what it is like
    trustfulness: float; repute: float; disposition: float; first_belief: float; reciprocity: float
    cooperates: float

    # what the levers in force make of it
    budget_gbp_m: float; regeneration_gbp_m: float; flexible_gbp_m: float; resources: float; voice: float
    unity: float; claim_support: float; duty_reach: float; attend_pressure: float; data_pressure: float
    support_pressure: float; plans_pressure: float; report_pressure: float; regard_pressure: float

    # what it thinks
    trust: Towards
    belief: float; believed_of_others: float; expected_share: float

    # what it does
    attended: float; attendance_record: float; seniority: float; alignment: float; fit: float; rigidity: float
    rate: float  # of what it could bend, the share that it bends
    bent_gbp_m: float; pooled_gbp_m: float; put_in: float
    given_gbp_m: float  # bent and pooled
    engagement: float; standing: float; weight: float; influence: float; claimed: float; paid_gbp_m: float
    domination_loss: float

    # what it sees of the others
    trusted: float; participation: float; giving: float; mean_trust: float; trusted_participation: float
    seen_of_others: float
    record: float  # members' trust in it, added up for newcomers
    knows: float  # how far it knew the board's record when it took its seat

    terms: ByTerm
    # fmt: on
    __slots__ = tuple(__annotations__)  # so many numbers are found sooner in slots than in a dictionary

    def __init__(self, model: PartnershipModel, position: int, seat: Seat) -> None:
        super().__init__(model)
        self.position, self.seat, self.kind = position, seat, seat.kind
        self.name = seat.name
        set_to_zero(self, model.plan.known["partner"])
        for matrix in model.plan.known["matrix"]:
            setattr(self, matrix, [0.0] * model.n_seats)
        self.abolished_at = float(model.abolished_at(seat.kind.archetype))
        self.is_member = 1.0 if seat.joins_at == 0 else 0.0

    # ------------------------------------------------------------ the launch

    @rule
    def come_as_one_is(self) -> None:
        """Bring one's own traits: trustfulness, repute, disposition, belief, reciprocity."""
        behaviour, traits = self.model.behaviour, self.luck.traits
        self.trustfulness = traits[TRUSTFULNESS]
        self.repute = traits[REPUTE]
        self.disposition = attendance.disposition_term(
            base=behaviour.attendance_base,
            weight_mandate=behaviour.weight_mandate,
            mandate=self.kind.mandate,
            spread=behaviour.attendance_spread,
            trait=traits[DISPOSITION],
        )
        self.first_belief = min(1.0, max(0.0, behaviour.belief_initial + behaviour.belief_spread * traits[BELIEF]))
        self.reciprocity = min(
            1.0, max(0.0, behaviour.reciprocity + behaviour.reciprocity_spread * traits[RECIPROCITY])
        )
        cooperates = contribution.is_conditional_cooperator(
            trait=traits[RECIPROCITY], share=self.model.mechanisms.conditional_cooperator_share
        )
        self.cooperates = 1.0 if cooperates else 0.0

    @rule
    def begin(self) -> None:
        """Take the seat with the views of somebody new to this partnership."""
        behaviour, mechanisms = self.model.behaviour, self.model.mechanisms
        self.attended = 0.0
        for t in range(len(self.terms)):
            self.terms[t] = 0.0
        self.attendance_record = 0.5
        self.months_absent = 0.0
        self.seniority = behaviour.seniority_initial
        self.belief = self.first_belief
        self.believed_of_others = behaviour.contribution_initial
        self.expected_share = 1.0 / self.model.n_founders
        self.influence = 0.0
        self.alignment = 0.2
        self.rate = mechanisms.first_seen_giving
        self.bent_gbp_m = 0.0
        self.pooled_gbp_m = 0.0
        self.given_gbp_m = 0.0
        self.paid_gbp_m = 0.0
        self.put_in = 0.0
        self.fit = 0.0
        self.mean_trust = 0.0
        self.trusted_participation = 0.0
        self.seen_of_others = behaviour.contribution_initial

    @rule
    def be_counted(self) -> None:
        """Be one of the members."""
        self.model.n_members += 1.0

    # ------------------------------------------------------------ 1 policy and events

    @rule
    def face_levers(self) -> None:
        """Take in the levers in force: money, voice, one plan or silos, and the duty to cooperate."""
        kind, behaviour, levers = self.kind, self.model.behaviour, self.model.levers
        duty = levers.duty
        self.budget_gbp_m = events.budget_after_cuts(
            budget=self.seat.budget_gbp_m, austerity=levers.austerity, is_publicly_funded=kind.is_publicly_funded
        )
        self.regeneration_gbp_m = self.budget_gbp_m * kind.regeneration_share
        self.flexible_gbp_m = max(
            LEAST_FLEXIBLE_GBP_M, self.budget_gbp_m * kind.discretionary_share + self.regeneration_gbp_m
        )
        self.resources = influence.resource_standing(
            budget_gbp_m=self.budget_gbp_m, resource_exponent=behaviour.resource_exponent
        )
        self.voice = influence.voice_support(
            capacity_building=levers.vcs_capacity_building,
            capacity_building_gain=kind.capacity_building_gain,
            one_stop_shop=levers.one_stop_shop,
            one_stop_shop_gain=kind.one_stop_shop_gain,
            neighbourhood=levers.neighbourhood_engagement,
            neighbourhood_gain=kind.neighbourhood_gain,
            as_contractor=levers.vcs_as_contractor,
            contracting_gain=kind.contracting_gain,
        )
        self.unity = deliberation.one_plan(silos=kind.silos, council_alignment=levers.council_alignment)
        self.claim_support = 1.0 + levers.vcs_as_contractor * kind.contracting_gain
        self.duty_reach = attendance.duty_reach(
            named=kind.named_in_duty,
            regional=kind.is_regional,
            education=kind.has_education_form,
            regional_reach=duty.regional_reach,
            education_form=duty.education_form,
        )
        self.attend_pressure = self.pressure_of(component=duty.attend)
        self.data_pressure = self.pressure_of(component=duty.share_data)
        self.support_pressure = self.pressure_of(component=duty.support_costs)
        self.plans_pressure = self.pressure_of(component=duty.service_plans)
        self.report_pressure = self.pressure_of(component=duty.report)
        self.regard_pressure = self.pressure_of(component=duty.regard)

    @rule
    def pressure_of(self, component: float) -> float:
        """Return the pressure of a component of the duty on the body."""
        return attendance.duty_pressure(
            reach=self.duty_reach,
            component=component,
            enforcement=self.model.levers.duty.enforcement,
            half_saturation=self.model.behaviour.duty_half_saturation,
        )

    @rule
    def add_pressure(self) -> None:
        """Add the pressures on the body to those on all publicly funded ones."""
        model = self.model
        model.publicly_funded += self.kind.is_publicly_funded
        model.attend_pressure += self.attend_pressure
        model.data_pressure += self.data_pressure
        model.support_pressure += self.support_pressure
        model.report_pressure += self.report_pressure

    @rule
    def be_abolished(self) -> None:
        """Leave the table for good if bodies of this kind end this month."""
        if self.abolished_at == self.model.month:
            self.is_abolished = 1.0
            self.is_member = 0.0
            self.note(ABOLISHED)

    @rule
    def be_reorganised(self) -> None:
        """Go through a reorganisation, or not; who has no seat has no links to lose."""
        hit = self.is_member > 0.0 and events.is_reorganised(
            reorganisation=self.model.levers.reorganisation,
            exposure=self.kind.reorganisation_exposure,
            draw=self.luck.reorganisation,
        )
        self.is_reorganised = 1.0 if hit else 0.0
        self.model.reorganisations += self.is_reorganised
        if hit:
            self.note(REORGANISED)

    # ------------------------------------------------------------ 2 influence

    @rule
    def take_standing(self) -> None:
        """Work out what the body weighs before the chair evens it out."""
        model, behaviour = self.model, self.model.behaviour
        presence = influence.table_presence(attendance_record=self.attendance_record, seniority=self.seniority)
        self.weight = influence.seat_weight(
            presence=presence,
            sits_on_executive=self.kind.sits_in_public_executive if model.policy.public_only_executive > 0.0 else 1.0,
            executive_exclusion=behaviour.executive_exclusion,
        )
        self.standing = influence.standing(
            resources=self.resources,
            statutory_weight=self.kind.statutory_weight,
            voice=self.voice,
            weight=self.weight,
            chairs=self.seat.is_chair,
            direction=model.direction,
            chair_bonus=behaviour.chair_bonus,
        )
        model.standing += self.standing
        model.weight += self.weight

    @rule
    def take_influence(self) -> None:
        """Take the share of influence that the standing at this table gives; too much of it costs others' trust."""
        model, behaviour = self.model, self.model.behaviour
        self.influence = influence.influence_share(
            own_standing=self.standing,
            total_standing=model.standing,
            weight=self.weight,
            total_weight=model.weight,
            facilitation=model.facilitation,
        )
        dominates = trust.domination(influence=self.influence, tolerance=behaviour.domination_tolerance)
        moves = model.mechanisms.trust_moves > 0
        self.domination_loss = behaviour.trust_domination * dominates if moves else 0.0

    # ------------------------------------------------------------ 3 attendance

    @rule
    def judge_the_others(self) -> None:
        """Make of what was seen of the others a mean trust, their trusted participation, and their giving."""
        others = self.model.n_members - 1.0
        self.mean_trust = self.trusted / others if others > 0.0 else 0.0
        self.trusted_participation = self.participation / others if others > 0.0 else 0.0
        self.seen_of_others = mean_or_zero(total=self.giving, count=self.trusted)

    @rule
    def decide_attendance(self) -> None:
        """Decide whether to come this month."""
        utility = total(utility_terms(self)) + self.own_terms()
        chance = attendance.attendance_probability(utility=utility, noise=self.model.behaviour.attendance_noise)
        self.attended = 1.0 if self.luck.attendance < chance else 0.0

    @rule
    def remember_attendance(self) -> None:
        """Bring the attendance record up to date."""
        memory = self.model.behaviour.attendance_memory
        self.attendance_record += memory * (self.attended - self.attendance_record)
        self.months_absent = 0.0 if self.attended > 0.0 else self.months_absent + 1.0

    @rule
    def remember_terms(self) -> None:
        """Keep the terms of the decision."""
        terms = utility_terms(self)
        for t in range(len(terms)):
            self.terms[t] = terms[t]
        self.keep_own_terms()

    # ------------------------------------------------------------ 4 seniority

    @rule
    def choose_seniority(self) -> None:
        """Decide how senior a person to send from now on."""
        model, behaviour = self.model, self.model.behaviour
        wanted = seniority.seniority_wanted(
            floor=behaviour.seniority_floor,
            attention=model.attention,
            decision_memory=model.decision_memory,
            belief=self.belief,
        )
        self.seniority = seniority.seniority_step(
            seniority=self.seniority, wanted=wanted, rate=behaviour.seniority_rate
        )

    # ------------------------------------------------------------ 5 deliberation

    @rule
    def voice_priorities(self) -> None:
        """Say what one cares for, as loudly as one's influence allows."""
        wanted, influence, priorities = self.model.wanted, self.influence, self.kind.priorities
        for k in range(N_THEMES):
            wanted[k] += influence * priorities[k]

    @rule
    def align_plans(self) -> None:
        """Move own plans towards the shared strategy, or back home."""
        model, behaviour, levers = self.model, self.model.behaviour, self.model.levers
        self.fit = deliberation.closeness(priorities=self.kind.priorities, strategy=model.strategy)
        self.rigidity = deliberation.effective_rigidity(
            rigidity=self.kind.rigidity,
            flexibility=levers.flexibility,
            credibility=model.credibility,
            parent_departments=levers.duty.parent_departments,
        )
        self.alignment = deliberation.alignment_step(
            alignment=self.alignment,
            fit=self.fit,
            trust=self.mean_trust,
            attendance_record=self.attendance_record,
            regard_pressure=self.regard_pressure,
            appointments=levers.joint.appointments,
            unity=self.unity,
            rigidity=self.rigidity,
            rate=behaviour.alignment_rate,
            drift=behaviour.alignment_drift,
        )
        model.aligned += self.influence * self.alignment
        model.presence += self.attendance_record * self.seniority
        model.came += self.attended
        model.on_executive += self.kind.sits_in_public_executive if model.policy.public_only_executive > 0.0 else 1.0

    # ------------------------------------------------------------ 6 contribution

    @rule
    def contribute(self) -> None:
        """Decide how much money to bend to the strategy and to pool."""
        model, kind = self.model, self.kind
        behaviour, levers, mechanisms = model.behaviour, model.levers, model.mechanisms
        prospect = model.prospect if self.cooperates > 0.0 else 0.0
        push = contribution.contribution_push(
            belief=prospect * self.belief,
            service_plan_pressure=self.plans_pressure,
            scrutiny=levers.scrutiny,
            is_publicly_funded=kind.is_publicly_funded,
            reward_pull=model.reward_pull,
            sanction_pressure=model.sanction_pressure,
            gain_from_belief=behaviour.contribution_belief,
            gain_from_duty=behaviour.contribution_duty,
            gain_from_scrutiny=behaviour.contribution_scrutiny,
            gain_from_reward=behaviour.contribution_reward,
            gain_from_sanctions=mechanisms.sanction_gain,
        )
        self.believed_of_others = contribution.believed_of_others(
            believed=self.believed_of_others, seen=self.seen_of_others, belief_weight=behaviour.belief_weight
        )
        willing = contribution.willingness(
            expected_of_others=self.believed_of_others, reciprocity=prospect * self.reciprocity, push=push
        )
        self.rate = contribution.contribution_rate(
            willing=willing,
            attendance_record=self.attendance_record,
            seniority=self.seniority,
            alignment=self.alignment,
            assured_presence=mechanisms.assured_presence,
        )
        self.bent_gbp_m = self.rate * contribution.bendable_gbp_m(
            budget_gbp_m=self.budget_gbp_m,
            discretionary_share=kind.discretionary_share,
            rigidity=self.rigidity,
            flexibility=levers.flexibility,
            flexibility_gain=behaviour.flexibility_gain,
        )
        self.pooled_gbp_m = contribution.pooled_gbp_m(
            regeneration_budget_gbp_m=self.regeneration_gbp_m,
            pooling_rate=levers.pooling_rate,
            attendance_record=self.attendance_record,
            one_plan=self.unity,
        )
        self.put_in = trust.put_in(attended=self.attended, seniority=self.seniority, contribution_rate=self.rate)
        self.given_gbp_m = self.bent_gbp_m + self.pooled_gbp_m
        model.pooled_gbp_m += self.pooled_gbp_m

    # ------------------------------------------------------------ 7 fund

    @rule
    def claim_money(self) -> None:
        """Lay a claim on the pooled fund, by the purse rule in force."""
        model = self.model
        self.claimed = fund.claim(
            purse=model.policy.purse,
            match=fund.need_match(priorities=self.kind.priorities, strategy=model.strategy),
            influence=self.influence,
            alignment=self.alignment,
            support=self.claim_support,
        )
        model.claims += self.claimed

    @rule
    def get_paid(self) -> None:
        """Be paid one's share if one came."""
        model = self.model
        self.paid_gbp_m = fund.payment(
            spendable_gbp_m=model.going_out_gbp_m,
            share=self.claimed / model.claims,
            attended=self.attended > 0.0,
        )
        model.fund_spent_gbp_m += self.paid_gbp_m

    # ------------------------------------------------------------ 8 delivery

    @rule
    def bring_in(self) -> None:
        """Bring people, capacity and money to the joint work, and be looked at."""
        model, s = self.model, self.seat.sector
        model.records += self.attendance_record
        model.seniorities += self.seniority
        model.trusts += self.mean_trust
        model.brought[s] += delivery.commitment(
            attendance_record=self.attendance_record, seniority=self.seniority, alignment=self.alignment
        )
        model.counted[s] += 1.0
        model.capacity += self.kind.capacity
        working = self.bent_gbp_m + self.paid_gbp_m
        own = working * (1.0 - self.alignment)
        shared = working * self.alignment
        money, priorities, strategy = model.money, self.kind.priorities, model.strategy
        for k in range(N_THEMES):
            money[k] += own * priorities[k] + shared * strategy[k]

    # ------------------------------------------------------------ 10 learning

    @rule
    def learn(self) -> None:
        """Bring beliefs up to date with what was seen this month."""
        model, behaviour = self.model, self.model.behaviour
        belief = learning.belief_step(
            belief=self.belief,
            signal=model.signal,
            quality=model.measurement_quality,
            attendance_record=self.attendance_record,
            rate=behaviour.belief_rate,
        )
        spent = model.fund_spent_gbp_m
        expected_share = learning.expected_share_step(
            expected_share=self.expected_share,
            share_paid=self.paid_gbp_m / spent if spent > 0.0 else 0.0,
            rate=behaviour.belief_rate,
        )
        if model.mechanisms.learning > 0:
            self.belief = belief
            self.expected_share = expected_share

    # ------------------------------------------------------------ 13 membership

    @rule
    def consider_leaving(self) -> None:
        """Give up the seat after a long spell of absence, perhaps."""
        model, behaviour = self.model, self.model.behaviour
        chance = membership.exit_probability(
            months_absent=self.months_absent,
            exit_months=behaviour.exit_months,
            exit_rate=behaviour.exit_rate,
            duty_bound=self.attend_pressure,
        )
        if self.luck.exit < chance and model.mechanisms.membership_changes > 0:
            self.is_member = 0.0
            self.left_in = model.month + 1.0
            model.n_exits += 1.0
            self.note(LEAVES)

    @rule
    def consider_joining(self) -> None:
        """Take an empty seat on its date, or later by invitation."""
        model = self.model
        chance = membership.invitation_probability(
            invitation_rate=model.behaviour.invitation_rate, attention=model.attention, staff_team=model.staff_team
        )
        is_due = self.seat.joins_at == model.month or (
            self.seat.joins_at < model.month and self.luck.invitation < chance
        )
        has_just_left = self.left_in == model.month + 1.0
        if is_due and not has_just_left and model.mechanisms.membership_changes > 0:
            self.joins = 1.0
            model.newcomers += 1.0

    @rule
    def be_asked(self) -> None:
        """Tell newcomers what one believes, and what one gives."""
        model = self.model
        model.sitting += 1.0
        model.beliefs += self.belief
        model.rates += self.rate

    @rule
    def take_seat(self) -> None:
        """Take a seat, starting from the board's record as far as one is informed.

        Where there is nobody to learn from, what the newcomer brings along stands.
        """
        model = self.model
        is_on_time = self.seat.joins_at == model.month
        informed = self.seat.informed if is_on_time else model.levers.newcomers_informed
        self.begin()
        self.knows = informed
        self.note(TAKES_SEAT)
        belief = membership.newcomer_view(
            prior=self.belief,
            record_of_board=mean_or_zero(total=model.beliefs, count=model.sitting),
            informed=informed,
        )
        believed_of_others = membership.newcomer_view(
            prior=self.believed_of_others,
            record_of_board=mean_or_zero(total=model.rates, count=model.sitting),
            informed=informed,
        )
        if model.sitting > 0.0 and model.mechanisms.learning > 0:
            self.belief = belief
        if model.sitting > 0.0:
            self.believed_of_others = believed_of_others

    @rule
    def sit_down(self) -> None:
        """Be a member from now on."""
        self.is_member = 1.0
        self.joins = 0.0

    @rule
    def be_engaged(self) -> None:
        """Count as a member, add to the engagement of the table and of one's sector; see who has most say."""
        model, s = self.model, self.seat.sector
        model.n_members += 1.0
        self.engagement = engagement.member_engagement(
            attendance_record=self.attendance_record, seniority=self.seniority, contribution_rate=self.rate
        )
        model.engaged += self.engagement
        model.members_of[s] += 1.0
        model.engaged_of[s] += self.engagement
        if self.influence > model.top_share:
            model.top_share = self.influence

    @rule
    def go_home(self) -> None:
        """Stop being a member of a partnership that is no more."""
        if self.model.is_dissolved > 0.0:
            self.is_member = 0.0

    # ------------------------------------------------------------ costs

    @rule
    def cost_time(self) -> None:
        """Add the days that meeting and reporting take, and what inspection costs."""
        model = self.model
        days = accountability.meeting_days(
            attended=self.attended,
            participation_cost=self.kind.participation_cost,
            report_pressure=self.report_pressure,
        )
        sits = self.is_member > 0.0
        inspected = accountability.inspection_cost(
            full_cost_gbp_m=self.seat.inspection_gbp_m,
            burden=model.levers.inspection.burden,
            lifted=model.relief_lifted if sits else 0.0,
        )
        if sits:
            model.person_days += days
        if self.is_abolished == 0.0:
            model.inspection_cost_gbp_m += inspected

    # ------------------------------------------------------------ measures

    @rule
    def show_oneself(self) -> None:
        """Add what the other measures are made of."""
        model, s = self.model, self.seat.sector
        model.attended_of[s] += self.attended
        model.seniority_of[s] += self.seniority
        model.given_of[s] += self.given_gbp_m
        model.influence_of[s] += self.influence
        model.bent_gbp_m += self.bent_gbp_m
        model.given_to_pool_gbp_m += self.pooled_gbp_m
        model.budgets_gbp_m += self.budget_gbp_m
        model.squares += self.influence * self.influence
        model.fits += self.fit
        model.fits_squared += self.fit * self.fit
        model.giving_rates += self.rate
        if self.is_bound():
            model.bound += 1.0
            model.complied += self.duty_compliance()
        if self.duty_reach == 0.0 and self.kind.is_inspected == 0.0:
            model.free += 1.0
            model.free_records += self.attendance_record

    @rule
    def is_bound(self) -> bool:
        """Return whether any component of the duty presses on the body."""
        return (
            self.attend_pressure > 0.0
            or self.data_pressure > 0.0
            or self.support_pressure > 0.0
            or self.plans_pressure > 0.0
            or self.report_pressure > 0.0
        )

    @rule
    def duty_compliance(self) -> float:
        """Return how far the body does what the components of the duty in force ask, in [0, 1]."""
        in_force = complied = 0.0
        for pressure in (
            self.attend_pressure,
            self.data_pressure,
            self.support_pressure,
            self.plans_pressure,
            self.report_pressure,
        ):
            if pressure > 0.0:
                in_force += 1.0
                complied += accountability.compliance(
                    reach=self.duty_reach, pressure=pressure, attendance_record=self.attendance_record
                )
        return mean_or_zero(total=complied, count=in_force)

    # ------------------------------------------------------------ in Mesa only

    def own_terms(self) -> float:
        """Return the sum of the terms that an extension adds to the utility of attending."""
        terms = self.model.plan.own_terms
        return total([term(self) for term in terms]) if terms else 0.0

    def keep_own_terms(self) -> None:
        """Keep the terms of an extension after those of the model."""
        plan = self.model.plan
        for number, term in enumerate(plan.own_terms, start=len(plan.terms) - len(plan.own_terms)):
            self.terms[number] = term(self)

    def note(self, event: int) -> None:
        """Note in the run's events what happens to the body this month."""
        self.model.events.append((self.model.month, EVENTS[event], self.name))


class Council(Partner):
    """A council: it convened the partnership, stays in it, and alone can dissolve it."""

    @rule
    def consider_ending(self) -> None:
        """Abolish the partnership, perhaps, when too little binds one to it."""
        model, behaviour, levers = self.model, self.model.behaviour, self.model.levers
        bound = membership.binding(
            fund_gbp_m=model.fund_in_sight_gbp_m,
            council_flexible_gbp_m=self.flexible_gbp_m,
            duty=model.attend_pressure,
            assessment=levers.inspection.burden * self.kind.is_assessed_as_council,
            belief=self.belief,
            engagement=model.engagement,
            outside_option=levers.outside_option,
            austerity=levers.austerity,
        )
        chance = membership.dissolution_probability(
            bound=bound,
            statutory=levers.statutory,
            enough=behaviour.dissolution_value,
            dissolution_rate=behaviour.dissolution_rate,
        )
        if model.luck.dissolution < chance and model.mechanisms.membership_changes > 0:
            model.is_ending = 1.0


class Agency(Partner):
    """A public agency: police, health, skills, jobs, housing, education or regional development."""


class Business(Partner):
    """A business or a body that speaks for business."""


class VoluntaryBody(Partner):
    """A voluntary, community, faith or residents' body."""


KIND_OF_PARTNER: tuple[type[Partner], ...] = (Council, Agency, Business, VoluntaryBody)
"""The class of a partner, by the position of its sector in ``SECTORS``."""
