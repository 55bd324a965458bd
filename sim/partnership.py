"""The partnership as a Mesa model. A month is one list of stages that reads like the documentation.

Choices within a month are simultaneous: nobody sees this month's choices of others before making its
own, so the order of agents never matters. All chance was drawn before the run (``sim/randomness.py``).
"""

from __future__ import annotations

import mesa
import numpy as np

from sim.levers import policy_calendar
from sim.measures import FIRST_DELIVERY, MEASURES, mean_or_zero, member_engagement
from sim.observation import PARTNER_COLUMNS, observed, watched_of
from sim.partners import KIND_OF_PARTNER, Council, Partner
from sim.population import SECTORS, THEMES, seats_of
from sim.randomness import make_draws
from sim.rules import (
    accountability,
    attendance,
    contribution,
    deliberation,
    delivery,
    events,
    fund,
    influence,
    learning,
    membership,
    outcomes,
    trust,
)
from sim.rules.mathematics import saturation, total, towards
from sim.scenario import Scenario, month_number

MEMORY_OF_A_YEAR = 1.0 / 12.0
FIRST_DECISION_MEMORY = 0.2
ENOUGH_FOR_A_MEETING = 1.0 / 3.0
FISCAL_YEAR_END = 3
FULL_REWARD_GBP_M = 2.0


class PartnershipModel(mesa.Model):
    """One local strategic partnership, month by month.

    ``seed`` and ``replicate`` name the run; see ``sim/randomness.py``. After ``months`` steps the rows
    of ``measured`` (months × measures) and ``watched`` (months × partners × columns) are complete.
    """

    def __init__(self, scenario: Scenario, *, seed: int = 0, replicate: int = 0, record_terms: bool = False) -> None:
        super().__init__(rng=seed)
        self.asked = scenario  # Mesa 3.5 keeps the name `scenario` for itself
        self.behaviour, self.mechanisms = scenario.behaviour, scenario.mechanisms
        self.record_terms = record_terms
        self.policies = policy_calendar(scenario)
        seats = seats_of(scenario)
        self.n_seats = len(seats)
        self.n_founders = len([seat for seat in seats if seat.joins_at == 0])
        self.draws = make_draws(seed=seed, replicate=replicate, months=scenario.months, partners=self.n_seats)
        self.first_month = month_number(scenario.start)
        self.month = 0

        self.chronicle: list[tuple[int, str, str]] = []
        self.found_partnership()
        self.partners: list[Partner] = [
            KIND_OF_PARTNER[SECTORS.index(seat.kind.sector)](self, number, seat) for number, seat in enumerate(seats)
        ]
        self.appoint_chair()
        for partner in self.partners:
            partner.trust = [0.0 if other is partner else partner.first_trust_in(other) for other in self.partners]
        self.members = [partner for partner in self.partners if partner.is_member]

        self.measured = np.zeros((scenario.months, len(MEASURES)))
        n_columns = len(PARTNER_COLUMNS) + (len(attendance.TERMS) if record_terms else 0)
        self.watched = np.zeros((scenario.months, self.n_seats, n_columns))

    def found_partnership(self) -> None:
        """Set the state of a partnership that has just been launched."""
        place, behaviour = self.asked.place, self.behaviour
        self.levers = self.policies[0].levers
        self.attention = self.facilitation = self.direction = 0.0
        *self.departure, self.staff_departure, goodwill = self.draws.launch.tolist()
        self.trust_in_place = trust.trust_in_place(behaviour.trust_initial, goodwill, behaviour.goodwill_spread)
        self.staff_team = 0.0
        self.strategy = [1.0 / len(THEMES)] * len(THEMES)
        self.coherence = 0.0
        self.decision_memory = FIRST_DECISION_MEMORY
        self.meetings = self.decisions = 0
        self.stage, self.months_in_stage = 1, 0
        self.credibility = 0.5
        self.is_accredited, self.is_successful, self.is_dissolved = True, False, False
        self.fund_held_gbp_m = self.fund_in_gbp_m = self.fund_spent_gbp_m = self.fund_forfeited_gbp_m = 0.0
        self.pooled_gbp_m = self.reward_due_gbp_m = 0.0
        self.planned = [0.0] * len(THEMES)
        self.in_delivery = [0.0] * len(THEMES)
        self.delivered_now = [0.0] * len(THEMES)
        self.delivered = 0.0
        self.outcome = [0.0] * len(THEMES)
        self.counterfactual = [0.0] * len(THEMES)
        self.deprivation = outcomes.deprivation_index(place.fund_2003_04_gbp_m, place.population)
        self.gap_cost_gbp_m = outcomes.gap_cost_gbp_m(
            place.population, self.deprivation, behaviour.gap_cost_gbp_per_head
        )
        self.results = self.measurement_quality = self.engagement = self.administrative_capacity = 0.0
        self.person_days = self.inspection_cost_gbp_m = 0.0
        self.transaction_cost_gbp_m = self.transaction_cost_so_far_gbp_m = 0.0
        self.months_to_first_decision = self.months_to_first_delivery = 0
        self.has_delivered = False
        self.n_exits = 0

    def appoint_chair(self) -> None:
        """Give the chair to the first body at the table of the sector that chairs."""
        for partner in self.partners:
            if partner.is_member and partner.kind.sector == self.asked.board.chair:
                partner.chairs = 1.0
                return

    # ------------------------------------------------------------------ a month

    def step(self) -> None:
        """Live through one month."""
        self.policy_and_events()
        if not self.is_dissolved:
            self.weigh_influence()
            self.attend()
            self.send_people()
            self.deliberate()
            self.contribute()
            self.allocate_fund()
        self.deliver()
        self.close_gaps()
        if not self.is_dissolved:
            self.learn()
            self.update_trust()
            self.account()
            self.renew_membership()
        self.count_costs()
        self.observe()
        self.month += 1

    def tell(self, event: str, who: str = "") -> None:
        """Note in the chronicle what happens this month, and to whom (nobody: to the partnership)."""
        self.chronicle.append((self.month, event, who))

    @property
    def calendar_month(self) -> int:
        """Return the month of the year, 1 to 12."""
        return (self.first_month + self.month) % 12 + 1

    @property
    def n_members(self) -> int:
        """Return how many bodies are members."""
        return len(self.members)

    # ------------------------------------------------------------------ 1

    def policy_and_events(self) -> None:
        """Bring levers into force; hold elections; reorganise and abolish bodies."""
        month, behaviour = self.month, self.behaviour
        self.policy = self.policies[month]
        leadership = self.policy.leadership
        if self.month == 0 or self.policy.levers is not self.levers:
            self.levers = self.policy.levers
            for partner in self.partners:
                partner.face(self.levers)
            self.prepare_working()
        if events.leader_changes(self.calendar_month, leadership.turnover, self.draws.election[month]):
            self.departure = self.draws.style[month].tolist()
            if not self.is_dissolved:
                self.tell("new leader")
        in_person, evens_out, steers = self.departure
        self.attention = events.leader_style(leadership.attention, in_person, behaviour.style_spread)
        self.facilitation = events.leader_style(leadership.facilitation, evens_out, behaviour.style_spread)
        self.direction = events.leader_style(leadership.direction, steers, behaviour.style_spread)
        self.staff_team = events.staff_in_place(self.levers.staff_team, self.staff_departure, behaviour.staff_spread)
        self.relief_lifted = attendance.relief_share(
            self.levers.inspection.relief, self.levers.inspection.conditional, 1.0 if self.is_successful else 0.0
        )
        self.fund_in_gbp_m = self.fund_spent_gbp_m = self.fund_forfeited_gbp_m = 0.0
        if self.is_dissolved:
            return
        if self.policy.abolished:
            self.abolish(self.policy.abolished)
        for partner in self.members:
            if events.is_reorganised(
                self.levers.reorganisation,
                partner.kind.reorganisation_exposure,
                self.draws.reorganisation[month, partner.seat],
            ):
                partner.lose_links(self.members)
                self.tell("reorganised", partner.name)

    def prepare_working(self) -> None:
        """Work out what depends on levers alone."""
        levers = self.levers
        publicly_funded = total([p.kind.is_publicly_funded for p in self.partners])
        self.attend_pressure = mean_or_zero(total([p.attend_pressure for p in self.partners]), publicly_funded)
        self.data_pressure = mean_or_zero(total([p.data_pressure for p in self.partners]), publicly_funded)
        self.support_pressure = mean_or_zero(total([p.support_pressure for p in self.partners]), publicly_funded)
        self.report_pressure = mean_or_zero(total([p.report_pressure for p in self.partners]), publicly_funded)
        self.information = deliberation.shared_information(
            levers.joint.data_exchange, self.data_pressure, levers.neighbourhood_engagement, levers.joint.consultation
        )
        self.measurement_quality = learning.measurement_quality(
            levers.measurement, self.report_pressure, levers.joint.monitoring
        )
        self.reward_pull = saturation(levers.reward_grant_gbp_m, FULL_REWARD_GBP_M)
        self.purse = fund.PURSES.index(levers.purse)

    def abolish(self, archetypes: tuple[str, ...]) -> None:
        """Take bodies that no longer exist from the table for good."""
        for partner in self.partners:
            if partner.kind.archetype in archetypes:
                partner.is_abolished, partner.is_member = True, False
                self.tell("abolished", partner.name)
        self.members = [partner for partner in self.members if partner.is_member]
        if not self.members:
            self.dissolve()

    # ------------------------------------------------------------------ 2

    def weigh_influence(self) -> None:
        """Share out influence by resources, statutory weight, presence and the chair."""
        standing = weight = 0.0
        for partner in self.members:
            partner.take_standing()
            standing += partner.standing
            weight += partner.weight
        for partner in self.members:
            partner.influence = influence.influence_share(
                partner.standing, standing, partner.weight, weight, self.facilitation
            )

    # ------------------------------------------------------------------ 3

    def attend(self) -> None:
        """Let every member decide, by itself, whether to come to this month's meeting."""
        levers, behaviour = self.levers, self.behaviour
        fund_a_year = 12.0 * fund.released(
            self.policy.fund_gbp_m_a_year, self.is_accredited, levers.unaccredited_release
        )
        self.fund_in_sight_gbp_m = fund_a_year + 12.0 * self.pooled_gbp_m + levers.reward_grant_gbp_m * self.results
        self.forum_load = attendance.forum_load(
            self.n_members,
            levers.initiatives,
            behaviour.initiative_load,
            levers.overlap if self.asked.place.tiers == 2 else 0.0,
            behaviour.overlap_load,
            levers.joint.co_location,
        )
        self.public_record = [(p.seat, p.attendance_record, p.rate) for p in self.members]
        draws = self.draws.attendance[self.month].tolist()
        for partner in self.members:
            partner.look_around()
            partner.decide_attendance(draws[partner.seat])
        for partner in self.members:
            partner.remember_attendance()

    # ------------------------------------------------------------------ 4

    def send_people(self) -> None:
        """Let every member choose whom to send."""
        for partner in self.members:
            partner.choose_seniority()

    # ------------------------------------------------------------------ 5

    def deliberate(self) -> None:
        """Move the strategy, let members align with it, and see whether the meeting decides."""
        levers, behaviour = self.levers, self.behaviour
        for k in range(len(THEMES)):
            wanted = 0.0
            for partner in self.members:
                wanted += partner.influence * partner.priorities[k]
            target = deliberation.strategy_target(wanted, deliberation.GROWTH_PRIORITIES[k], levers.growth_focus)
            self.strategy[k] = towards(self.strategy[k], target, behaviour.strategy_rate)
        self.coherence = presence = came = on_executive = 0.0
        for partner in self.members:
            partner.align_plans()
            self.coherence += partner.influence * partner.alignment
            presence += partner.attendance_record * partner.seniority
            came += partner.attended
            on_executive += partner.kind.sits_in_public_executive if self.policy.public_only_executive else 1.0
        chance = deliberation.decision_probability(
            deliberation.people_deciding(self.n_members, on_executive, levers.thematic_groups),
            self.attention,
            self.staff_team,
            deliberation.focus(self.strategy),
            self.coherence,
            self.information,
            mean_or_zero(presence, self.n_members),
            behaviour.decision_base,
            behaviour.decision_leadership,
            behaviour.decision_staff,
            behaviour.decision_focus,
            behaviour.decision_coherence,
            behaviour.decision_information,
            behaviour.decision_size,
        )
        meets = came > 0.0 and came >= ENOUGH_FOR_A_MEETING * self.n_members
        decides = meets and self.draws.decision[self.month] < chance
        self.meetings += meets
        self.decisions += decides
        self.months_to_first_decision += self.decisions == 0
        self.decision_memory = towards(self.decision_memory, 1.0 if decides else 0.0, MEMORY_OF_A_YEAR)

    # ------------------------------------------------------------------ 6

    def contribute(self) -> None:
        """Let every member decide what to bend and to pool."""
        levers, mechanisms = self.levers, self.mechanisms
        self.sanction_pressure = contribution.sanction_pressure(levers.sanctions, mechanisms.sanction_half_saturation)
        self.prospect = contribution.prospect(
            float(self.month),
            levers.announced_end_months,
            mechanisms.end_weight,
            mechanisms.end_half_months,
            self.sanction_pressure,
        )
        for partner in self.members:
            partner.contribute()
        self.pooled_gbp_m = total([partner.pooled_gbp_m for partner in self.members])

    # ------------------------------------------------------------------ 7

    def allocate_fund(self) -> None:
        """Take money in, pay it out by the purse rule, and return what is lost."""
        levers = self.levers
        self.fund_in_gbp_m = (
            fund.released(self.policy.fund_gbp_m_a_year, self.is_accredited, levers.unaccredited_release)
            + self.pooled_gbp_m
            + self.reward_due_gbp_m
        )
        self.reward_due_gbp_m = 0.0
        self.fund_held_gbp_m += self.fund_in_gbp_m
        going_out = fund.spendable(
            self.fund_held_gbp_m,
            self.decision_memory,
            self.staff_team,
            self.support_pressure,
            self.behaviour.absorption_rate,
        )
        claims = [
            fund.claim(
                self.purse,
                fund.need_match(partner.priorities, self.strategy),
                partner.influence,
                partner.alignment,
                partner.claim_support,
            )
            for partner in self.members
        ]
        all_claims = total(claims)
        self.fund_spent_gbp_m = 0.0
        for partner, claimed in zip(self.members, claims, strict=True):
            partner.paid_gbp_m = fund.payment(going_out, claimed / all_claims, partner.attended > 0.0)
            self.fund_spent_gbp_m += partner.paid_gbp_m
        self.fund_forfeited_gbp_m = fund.returned(max(0.0, going_out - self.fund_spent_gbp_m), levers.carry_over)
        self.fund_held_gbp_m -= self.fund_spent_gbp_m + self.fund_forfeited_gbp_m
        if self.calendar_month == FISCAL_YEAR_END:
            self.return_to_centre(levers.carry_over)

    def return_to_centre(self, carry_over: float) -> None:
        """Give back what of the money held may not be carried over."""
        lost = fund.returned(self.fund_held_gbp_m, carry_over)
        self.fund_held_gbp_m -= lost
        self.fund_forfeited_gbp_m += lost

    # ------------------------------------------------------------------ 8

    def deliver(self) -> None:
        """Turn money and joint work into results, through planning and delivery."""
        behaviour = self.behaviour
        if self.is_dissolved:
            committed = [0.0] * len(THEMES)
        else:
            committed = self.commit()
        delivered = 0.0
        for k in range(len(THEMES)):
            started = delivery.pipeline_outflow(self.planned[k], behaviour.planning_months)
            done = delivery.pipeline_outflow(self.in_delivery[k], behaviour.delivery_months)
            self.planned[k] += committed[k] - started
            self.in_delivery[k] += started - done
            self.delivered_now[k] = done / self.gap_cost_gbp_m
            delivered += self.delivered_now[k]
        self.delivered = towards(self.delivered, 12.0 * delivered, MEMORY_OF_A_YEAR)
        self.has_delivered = self.has_delivered or self.delivered >= FIRST_DELIVERY
        self.months_to_first_delivery += not self.has_delivered
        self.results = learning.results_signal(self.delivered, behaviour.aspiration)
        if not self.is_dissolved:
            self.move_stage()

    def move_stage(self) -> None:
        """Enter the next stage of partnership, stay, or slip back."""
        n = self.n_members
        stage = delivery.stage_step(
            self.stage,
            self.months_in_stage,
            mean_or_zero(total([p.attendance_record for p in self.members]), n),
            mean_or_zero(total([p.mean_trust for p in self.members]), n),
            self.coherence,
            self.decision_memory,
            self.delivered,
            self.measurement_quality,
        )
        self.months_in_stage = self.months_in_stage + 1 if stage == self.stage else 0
        if stage != self.stage:
            self.tell(f"stage {stage}: {delivery.STAGES[stage - 1]}")
        self.stage = stage

    def commit(self) -> list[float]:
        """Return the effective money (£m) committed to each theme this month."""
        levers, behaviour, members = self.levers, self.behaviour, self.members
        brought, counted = [0.0] * len(SECTORS), [0] * len(SECTORS)
        capacity = 0.0
        money = [0.0] * len(THEMES)
        for partner in members:
            brought[partner.sector] += delivery.commitment(
                partner.attendance_record, partner.seniority, partner.alignment
            )
            counted[partner.sector] += 1
            capacity += partner.kind.capacity
            working = partner.bent_gbp_m + partner.paid_gbp_m
            own, shared = working * (1.0 - partner.alignment), working * partner.alignment
            for k in range(len(THEMES)):
                money[k] += own * partner.priorities[k] + shared * self.strategy[k]
        inputs = [
            delivery.sector_input(mean_or_zero(brought[s], counted[s]), behaviour.uncoordinated_input)
            for s in range(len(SECTORS))
        ]
        self.administrative_capacity = delivery.administrative_capacity(
            mean_or_zero(capacity, len(members)), self.support_pressure, levers.joint.training
        )
        converted = delivery.conversion(
            levers.protocols,
            self.staff_team,
            0.5 * (levers.joint.co_location + levers.joint.training),
            self.administrative_capacity,
            behaviour.conversion_base,
            behaviour.conversion_protocols,
            behaviour.conversion_staff,
            behaviour.conversion_joint,
        ) * delivery.stage_conversion(self.stage, behaviour.early_conversion)
        complementarity = self.asked.delivery.complementarity
        return [
            money[k] * converted * delivery.joint_result(inputs, delivery.SECTOR_WEIGHTS[k], complementarity)
            for k in range(len(THEMES))
        ]

    # ------------------------------------------------------------------ 9

    def close_gaps(self) -> None:
        """Move outcomes, and those of the same place without a partnership."""
        behaviour = self.behaviour
        for k, draw in enumerate(self.draws.shock[self.month].tolist()):
            shock = behaviour.outcome_shock * draw
            self.outcome[k] = outcomes.outcome_step(
                self.outcome[k],
                len(THEMES) * self.delivered_now[k],
                behaviour.outcome_decay,
                behaviour.outcome_trend,
                shock,
            )
            self.counterfactual[k] = outcomes.outcome_step(
                self.counterfactual[k], 0.0, behaviour.outcome_decay, behaviour.outcome_trend, shock
            )

    # ------------------------------------------------------------------ 10

    def learn(self) -> None:
        """Let members draw their lessons from what was delivered and decided."""
        if not self.mechanisms.learning:
            return
        self.signal = learning.signal_of_success(self.results, self.decision_memory, self.behaviour.process_credit)
        for partner in self.members:
            partner.learn()

    # ------------------------------------------------------------------ 11

    def update_trust(self) -> None:
        """Let every member revise its trust in every other."""
        if not self.mechanisms.trust_moves:
            return
        levers, behaviour = self.levers, self.behaviour
        self.contact_gain = trust.contact_gain(
            behaviour.trust_meeting, behaviour.trust_joint_delivery, self.results, levers.joint.co_location
        )
        self.brokered = behaviour.trust_staff * self.staff_team
        self.seen_at_table = [
            (
                partner.seat,
                partner.attended > 0.0,
                partner.put_in,
                behaviour.trust_domination * trust.domination(partner.influence, behaviour.domination_tolerance),
            )
            for partner in self.members
        ]
        for partner in self.members:
            partner.update_trust()

    # ------------------------------------------------------------------ 12

    def account(self) -> None:
        """Once a year, be assessed: release of the fund, success, credibility, reward."""
        if not accountability.is_assessment_month(self.month):
            return
        levers, behaviour, n = self.levers, self.behaviour, self.n_members
        score = accountability.assessment_score(
            mean_or_zero(total([p.attendance_record for p in self.members]), n),
            mean_or_zero(total([p.seniority for p in self.members]), n),
            self.decision_memory,
            self.coherence,
            self.results,
            self.measurement_quality,
        )
        draw = float(self.draws.assessment[self.month])
        noise = behaviour.assessment_noise
        self.is_accredited = accountability.passes(score, behaviour.accreditation_threshold, noise, draw)
        self.is_successful = accountability.passes(score, behaviour.success_threshold, noise, draw)
        self.credibility = accountability.credibility_step(self.credibility, score)
        self.reward_due_gbp_m = accountability.reward(levers.reward_grant_gbp_m, self.results)

    # ------------------------------------------------------------------ 13

    def renew_membership(self) -> None:
        """Let members leave, newcomers take seats, and the council think of ending it all."""
        month, levers, behaviour = self.month, self.levers, self.behaviour
        is_open = self.mechanisms.membership_changes > 0
        sat, remaining = self.members, []
        for partner in sat:
            if is_open and partner.considers_leaving(self.draws.exit[month, partner.seat]):
                partner.is_member = False
                self.n_exits += 1
                self.tell("leaves", partner.name)
            else:
                remaining.append(partner)
        chance = membership.invitation_probability(behaviour.invitation_rate, self.attention, self.staff_team)
        for partner in self.partners:
            if not is_open or partner.is_member or partner.is_abolished or partner in sat:
                continue
            if partner.joins_at == month:
                self.seat_newcomer(partner, remaining, partner.informed)
            elif partner.joins_at < month and self.draws.invitation[month, partner.seat] < chance:
                self.seat_newcomer(partner, remaining, levers.newcomers_informed)
        self.members = [partner for partner in self.partners if partner.is_member]
        self.engagement = mean_or_zero(
            total([member_engagement(p.attendance_record, p.seniority, p.rate) for p in self.members]), self.n_members
        )
        for partner in self.members:
            if is_open and isinstance(partner, Council) and partner.dissolves(self.draws.dissolution[month]):
                self.dissolve()
                return
        if not self.members:
            self.dissolve()

    def seat_newcomer(self, newcomer: Partner, sitting: list[Partner], informed: float) -> None:
        """Give a seat to a body that starts from the board's record as far as it is informed.

        Where there is nobody to learn from, what the newcomer brings along stands.
        """
        newcomer.begin()
        newcomer.is_member = True
        self.tell("takes a seat", newcomer.name)
        n = len(sitting)
        if n > 0:
            if self.mechanisms.learning:
                newcomer.belief = membership.newcomer_view(
                    newcomer.belief, mean_or_zero(total([p.belief for p in sitting]), n), informed
                )
            newcomer.believed_of_others = membership.newcomer_view(
                newcomer.believed_of_others, mean_or_zero(total([p.rate for p in sitting]), n), informed
            )
        for other in sitting:
            view = newcomer.first_trust_in(other)
            if n > 1:
                repute = mean_or_zero(total([p.trust[other.seat] for p in sitting if p is not other]), n - 1)
                view = membership.newcomer_view(view, repute, informed)
            newcomer.trust[other.seat] = view
            other.trust[newcomer.seat] = other.first_trust_in(newcomer)

    def dissolve(self) -> None:
        """End the partnership: no more meetings, the money goes back, work in hand is finished."""
        self.is_dissolved = True
        self.tell("dissolved")
        self.return_to_centre(0.0)
        self.n_exits += len(self.members)
        for partner in self.members:
            partner.is_member = False
        self.members = []

    # ------------------------------------------------------------------ costs and measures

    def count_costs(self) -> None:
        """Add up what meeting, reporting and inspection cost this month."""
        inspection = self.levers.inspection
        self.person_days = 0.0 if self.is_dissolved else accountability.STAFF_DAYS_A_MONTH * self.staff_team
        self.inspection_cost_gbp_m = 0.0
        for partner in self.partners:
            kind = partner.kind
            if partner.is_member:
                self.person_days += accountability.meeting_days(
                    partner.attended, kind.participation_cost, partner.report_pressure
                )
            if not partner.is_abolished:
                lifted = self.relief_lifted if partner.is_member else 0.0
                self.inspection_cost_gbp_m += accountability.inspection_cost(
                    partner.full_inspection_gbp_m, inspection.burden, lifted
                )
        self.transaction_cost_gbp_m = accountability.transaction_cost_gbp_m(self.person_days)
        self.transaction_cost_so_far_gbp_m += self.transaction_cost_gbp_m

    def observe(self) -> None:
        """Write down this month's measures; change nothing."""
        self.measured[self.month] = observed(self)
        watched = self.watched[self.month]
        for partner in self.members:
            watched[partner.seat] = watched_of(partner) + (partner.terms if self.record_terms else ())
