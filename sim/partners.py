"""The bodies at the table, as Mesa agents.

A partner decides by the rules in ``sim/rules`` and holds nothing but its own state. It knows the others
by their seat number only. Sectors differ by the attributes of their archetypes (data); the subclasses
add what only such a body does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.parameters import Levers
from sim.population import SECTORS, Seat
from sim.rules import (
    accountability,
    attendance,
    contribution,
    deliberation,
    events,
    influence,
    learning,
    membership,
    seniority,
    trust,
)

if TYPE_CHECKING:
    from sim.partnership import PartnershipModel

LEAST_FLEXIBLE_GBP_M = 0.01


class Partner(mesa.Agent):
    """One body. ``seat`` is its number at the table and in every table of results."""

    model: PartnershipModel

    def __init__(self, model: PartnershipModel, seat: int, chair: Seat) -> None:
        super().__init__(model)
        kind, behaviour = chair.kind, model.behaviour
        traits = [float(value) for value in model.draws.traits[:, seat]]
        self.seat = seat
        self.name = chair.name
        self.kind = kind
        self.sector = SECTORS.index(kind.sector)
        self.priorities = kind.priorities
        self.full_budget_gbp_m = chair.budget_gbp_m
        self.full_inspection_gbp_m = chair.inspection_gbp_m
        self.informed = chair.informed
        self.joins_at = chair.joins_at
        self.is_member = chair.joins_at == 0
        self.is_abolished = False
        self.chairs = 0.0
        self.trustfulness, self.repute = traits[3], traits[4]
        self.disposition = attendance.disposition_term(
            behaviour.attendance_base, behaviour.weight_mandate, kind.mandate, behaviour.attendance_spread, traits[0]
        )
        self.first_belief = min(1.0, max(0.0, behaviour.belief_initial + behaviour.belief_spread * traits[1]))
        self.reciprocity = min(1.0, max(0.0, behaviour.reciprocity + behaviour.reciprocity_spread * traits[2]))
        self.cooperates = contribution.is_conditional_cooperator(
            traits[2], model.mechanisms.conditional_cooperator_share
        )
        self.trust: list[float] = []
        self.begin()

    def begin(self) -> None:
        """Take the seat with the views of somebody new to this partnership."""
        behaviour = self.model.behaviour
        self.attended = 0.0
        self.terms: tuple[float, ...] = (0.0,) * len(attendance.TERMS)
        self.attendance_record = 0.5
        self.months_absent = 0
        self.seniority = behaviour.seniority_initial
        self.belief = self.first_belief
        self.believed_of_others = behaviour.contribution_initial
        self.expected_share = 1.0 / self.model.n_founders
        self.influence = 0.0
        self.alignment = 0.2
        self.rate = self.model.mechanisms.first_seen_giving
        self.bent_gbp_m = 0.0
        self.pooled_gbp_m = 0.0
        self.paid_gbp_m = 0.0
        self.put_in = 0.0
        self.fit = 0.0
        self.mean_trust = 0.0
        self.trusted_participation = 0.0
        self.seen_of_others = behaviour.contribution_initial

    def first_trust_in(self, other: Partner) -> float:
        """Return trust in another body at first acquaintance."""
        behaviour = self.model.behaviour
        return trust.first_trust(
            self.model.trust_in_place,
            behaviour.trust_sector_gap,
            self.sector == other.sector,
            behaviour.trust_spread,
            self.trustfulness,
            other.repute,
        )

    # ------------------------------------------------------------ 1 policy and events

    def face(self, levers: Levers) -> None:
        """Take in the levers in force; called when they change."""
        kind, behaviour, duty = self.kind, self.model.behaviour, levers.duty
        self.budget_gbp_m = events.budget_after_cuts(self.full_budget_gbp_m, levers.austerity, kind.is_publicly_funded)
        self.regeneration_gbp_m = self.budget_gbp_m * kind.regeneration_share
        self.flexible_gbp_m = max(
            LEAST_FLEXIBLE_GBP_M, self.budget_gbp_m * kind.discretionary_share + self.regeneration_gbp_m
        )
        self.resources = influence.resource_standing(self.budget_gbp_m, behaviour.resource_exponent)
        self.voice = influence.voice_support(
            levers.vcs_capacity_building,
            kind.capacity_building_gain,
            levers.one_stop_shop,
            kind.one_stop_shop_gain,
            levers.neighbourhood_engagement,
            kind.neighbourhood_gain,
            levers.vcs_as_contractor,
            kind.contracting_gain,
        )
        self.unity = deliberation.one_plan(kind.silos, levers.council_alignment)
        self.claim_support = 1.0 + levers.vcs_as_contractor * kind.contracting_gain
        self.duty_reach = attendance.duty_reach(
            kind.named_in_duty, kind.is_regional, kind.has_education_form, duty.regional_reach, duty.education_form
        )
        self.attend_pressure = self._pressure(duty.attend, duty.enforcement)
        self.data_pressure = self._pressure(duty.share_data, duty.enforcement)
        self.support_pressure = self._pressure(duty.support_costs, duty.enforcement)
        self.plans_pressure = self._pressure(duty.service_plans, duty.enforcement)
        self.report_pressure = self._pressure(duty.report, duty.enforcement)
        self.regard_pressure = self._pressure(duty.regard, duty.enforcement)

    def _pressure(self, component: float, enforcement: float) -> float:
        return attendance.duty_pressure(
            self.duty_reach, component, enforcement, self.model.behaviour.duty_half_saturation
        )

    def lose_links(self, others: list[Partner]) -> None:
        """Go through a reorganisation: a part of every link, both ways, is lost."""
        reset = self.model.behaviour.reorganisation_reset
        for other in others:
            if other is not self:
                mine, theirs = self.first_trust_in(other), other.first_trust_in(self)
                self.trust[other.seat] = events.link_after_reorganisation(self.trust[other.seat], mine, reset)
                other.trust[self.seat] = events.link_after_reorganisation(other.trust[self.seat], theirs, reset)

    # ------------------------------------------------------------ 2 influence

    def take_standing(self) -> None:
        """Work out what the body weighs before the chair evens it out."""
        model = self.model
        presence = influence.table_presence(self.attendance_record, self.seniority)
        on_executive = self.kind.sits_in_public_executive if model.policy.public_only_executive else 1.0
        self.weight = influence.seat_weight(presence, on_executive, model.behaviour.executive_exclusion)
        self.standing = influence.standing(
            self.resources,
            self.kind.statutory_weight,
            self.voice,
            self.weight,
            self.chairs,
            model.direction,
            model.behaviour.chair_bonus,
        )

    # ------------------------------------------------------------ 3 attendance

    def look_around(self) -> None:
        """See what the others did so far, weighed by trust in them."""
        trusted = participation = giving = 0.0
        row = self.trust
        for seat, record, rate in self.model.public_record:
            level = row[seat]
            trusted += level
            participation += level * record
            giving += level * rate
        # The body's own entry was added with its own trust in itself, which is kept at zero.
        others = self.model.n_members - 1
        if others > 0:
            self.mean_trust = trusted / others
            self.trusted_participation = participation / others
        else:
            self.mean_trust = self.trusted_participation = 0.0
        self.seen_of_others = giving / trusted if trusted > 0.0 else 0.0

    def decide_attendance(self, draw: float) -> None:
        """Decide whether to come this month, and remember why."""
        model, kind = self.model, self.kind
        behaviour, levers = model.behaviour, model.levers
        inspection = levers.inspection
        self.terms = (
            self.disposition,
            attendance.habit_term(behaviour.weight_habit, self.attendance_record),
            attendance.fund_term(
                behaviour.weight_fund,
                self.expected_share,
                model.fund_in_sight_gbp_m,
                self.flexible_gbp_m,
                behaviour.fund_half_saturation,
            ),
            attendance.belief_term(behaviour.weight_belief, self.belief),
            attendance.cooperation_term(behaviour.weight_cooperation, self.trusted_participation),
            attendance.heard_term(behaviour.weight_heard, self.influence, model.n_members),
            attendance.duty_term(behaviour.weight_duty, self.attend_pressure),
            attendance.scrutiny_term(behaviour.weight_duty, levers.scrutiny, kind.is_publicly_funded),
            attendance.assessment_term(
                behaviour.weight_assessment,
                inspection.burden,
                kind.is_inspected,
                kind.is_assessed_as_council,
                inspection.assess_all,
            ),
            attendance.relief_term(behaviour.weight_relief, inspection.burden, kind.is_inspected, model.relief_lifted),
            attendance.leadership_term(behaviour.weight_leadership, model.attention),
            attendance.load_term(
                behaviour.weight_load,
                kind.participation_cost,
                model.forum_load,
                model.staff_team,
                kind.capacity,
                levers.one_stop_shop,
                kind.one_stop_shop_gain,
            ),
            attendance.prescription_term(behaviour.weight_prescription, levers.prescription, levers.statutory),
            attendance.outside_term(behaviour.weight_outside, levers.outside_option, kind.outside_exposure),
        )
        utility = 0.0
        for term in self.terms:
            utility += term
        chance = attendance.attendance_probability(utility, behaviour.attendance_noise)
        self.attended = 1.0 if draw < chance else 0.0

    def remember_attendance(self) -> None:
        """Bring the attendance record up to date."""
        memory = self.model.behaviour.attendance_memory
        self.attendance_record += memory * (self.attended - self.attendance_record)
        self.months_absent = 0 if self.attended else self.months_absent + 1

    # ------------------------------------------------------------ 4 seniority

    def choose_seniority(self) -> None:
        """Decide how senior a person to send from now on."""
        model, behaviour = self.model, self.model.behaviour
        wanted = seniority.seniority_wanted(
            behaviour.seniority_floor, model.attention, model.decision_memory, self.belief
        )
        self.seniority = seniority.seniority_step(self.seniority, wanted, behaviour.seniority_rate)

    # ------------------------------------------------------------ 5 deliberation

    def align_plans(self) -> None:
        """Move own plans towards the shared strategy, or back home."""
        model, behaviour, levers = self.model, self.model.behaviour, self.model.levers
        self.fit = deliberation.closeness(self.priorities, model.strategy)
        self.rigidity = deliberation.effective_rigidity(
            self.kind.rigidity, levers.flexibility, model.credibility, levers.duty.parent_departments
        )
        self.alignment = deliberation.alignment_step(
            self.alignment,
            self.fit,
            self.mean_trust,
            self.attendance_record,
            self.regard_pressure,
            levers.joint.appointments,
            self.unity,
            self.rigidity,
            behaviour.alignment_rate,
            behaviour.alignment_drift,
        )

    # ------------------------------------------------------------ 6 contribution

    def contribute(self) -> None:
        """Decide how much money to bend to the strategy and to pool."""
        model, kind = self.model, self.kind
        behaviour, levers = model.behaviour, model.levers
        prospect = model.prospect if self.cooperates else 0.0
        push = contribution.contribution_push(
            prospect * self.belief,
            self.plans_pressure,
            levers.scrutiny,
            kind.is_publicly_funded,
            model.reward_pull,
            model.sanction_pressure,
            behaviour.contribution_belief,
            behaviour.contribution_duty,
            behaviour.contribution_scrutiny,
            behaviour.contribution_reward,
            model.mechanisms.sanction_gain,
        )
        self.believed_of_others = contribution.believed_of_others(
            self.believed_of_others, self.seen_of_others, behaviour.belief_weight
        )
        willing = contribution.willingness(self.believed_of_others, prospect * self.reciprocity, push)
        self.rate = contribution.contribution_rate(
            willing, self.attendance_record, self.seniority, self.alignment, model.mechanisms.assured_presence
        )
        self.bent_gbp_m = self.rate * contribution.bendable_gbp_m(
            self.budget_gbp_m, kind.discretionary_share, self.rigidity, levers.flexibility, behaviour.flexibility_gain
        )
        self.pooled_gbp_m = contribution.pooled_gbp_m(
            self.regeneration_gbp_m, levers.pooling_rate, self.attendance_record, self.unity
        )
        self.put_in = trust.put_in(self.attended, self.seniority, self.rate)

    # ------------------------------------------------------------ 10 learning

    def learn(self) -> None:
        """Bring beliefs up to date with what was seen this month."""
        model, behaviour = self.model, self.model.behaviour
        self.belief = learning.belief_step(
            self.belief, model.signal, model.measurement_quality, self.attendance_record, behaviour.belief_rate
        )
        paid_share = self.paid_gbp_m / model.fund_spent_gbp_m if model.fund_spent_gbp_m > 0.0 else 0.0
        self.expected_share = learning.expected_share_step(self.expected_share, paid_share, behaviour.belief_rate)

    # ------------------------------------------------------------ 11 trust

    def update_trust(self) -> None:
        """Compare what every other member put in with what trust had led one to expect."""
        model, behaviour = self.model, self.model.behaviour
        evidence, loss_aversion, decay = behaviour.trust_evidence, behaviour.loss_aversion, behaviour.trust_decay
        contact, brokered = model.contact_gain, model.brokered
        came = self.attended > 0.0
        step = trust.trust_step
        row, me = self.trust, self.seat
        for seat, other_came, put_in, domination_loss in model.seen_at_table:
            if seat != me:
                if came and other_came:
                    row[seat] = step(
                        row[seat], put_in, evidence, loss_aversion, contact, brokered, 0.0, domination_loss
                    )
                else:
                    row[seat] = step(row[seat], put_in, evidence, loss_aversion, 0.0, brokered, decay, domination_loss)

    # ------------------------------------------------------------ 13 membership

    def considers_leaving(self, draw: float) -> bool:
        """Return whether the body gives up its seat."""
        behaviour = self.model.behaviour
        chance = membership.exit_probability(
            self.months_absent, behaviour.exit_months, behaviour.exit_rate, self.attend_pressure
        )
        return draw < chance

    def duty_compliance(self) -> float:
        """Return how far the body does what the components of the duty in force ask, in [0, 1]."""
        in_force = complied = 0.0
        for pressure in self.pressures():
            if pressure > 0.0:
                in_force += 1.0
                complied += accountability.compliance(self.duty_reach, pressure, self.attendance_record)
        return complied / in_force if in_force > 0.0 else 0.0

    def is_bound(self) -> bool:
        """Return whether any component of the duty presses on the body."""
        return any(pressure > 0.0 for pressure in self.pressures())

    def pressures(self) -> tuple[float, ...]:
        """Return the pressure of the five components of the duty to cooperate."""
        return (
            self.attend_pressure,
            self.data_pressure,
            self.support_pressure,
            self.plans_pressure,
            self.report_pressure,
        )


class Council(Partner):
    """A council: it convened the partnership, stays in it, and alone can dissolve it."""

    def considers_leaving(self, draw: float) -> bool:
        """Return False: a council that has had enough dissolves the partnership instead."""
        return False

    def dissolves(self, draw: float) -> bool:
        """Return whether the council abolishes the partnership this month."""
        model, behaviour, levers = self.model, self.model.behaviour, self.model.levers
        bound = membership.binding(
            model.fund_in_sight_gbp_m,
            self.flexible_gbp_m,
            model.attend_pressure,
            levers.inspection.burden * self.kind.is_assessed_as_council,
            self.belief,
            model.engagement,
            levers.outside_option,
            levers.austerity,
        )
        return draw < membership.dissolution_probability(
            bound, levers.statutory, behaviour.dissolution_value, behaviour.dissolution_rate
        )


class Agency(Partner):
    """A public agency: police, health, skills, jobs, housing, education or regional development."""


class Business(Partner):
    """A business or a body that speaks for business."""


class VoluntaryBody(Partner):
    """A voluntary, community, faith or residents' body."""


KIND_OF_PARTNER: tuple[type[Partner], ...] = (Council, Agency, Business, VoluntaryBody)
"""The class of a partner, by the position of its sector in ``SECTORS``."""
