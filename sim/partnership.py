"""The partnership as a Mesa model: the table's steps, each written once.

A month is the list of steps in ``sim/month.py``. Choices within a month are simultaneous: nobody sees this month's
choices of others before making its own, so the order of agents never matters. All chance was drawn before the run
(``sim/randomness.py``). What holds of a step of a member (``sim/partners.py``) holds of a step of the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.choices import Played, given_choices
from sim.events import DISSOLVED, EVENTS, NEW_LEADER, STAGE
from sim.jit import rule
from sim.levers import policy_calendar
from sim.own import month_of, refuse_swapped
from sim.parameters import Levers
from sim.partners import KIND_OF_PARTNER, Partner
from sim.population import SECTORS, THEMES, seats_of
from sim.randomness import make_draws, replicate_named, seed_named
from sim.records import Record, empty_record, kept_months
from sim.rules import (
    accountability,
    attendance,
    contribution,
    deliberation,
    delivery,
    events,
    fund,
    learning,
    outcomes,
    trust,
)
from sim.rules.mathematics import mean_or_zero, saturation, towards
from sim.scenario import Scenario, month_number
from sim.state import BySector, ByTheme, set_to_zero

if TYPE_CHECKING:
    from sim.month import Month

MEMORY_OF_A_YEAR = 1.0 / 12.0
FIRST_DECISION_MEMORY = 0.2
ENOUGH_FOR_A_MEETING = 1.0 / 3.0
FISCAL_YEAR_END = 3
FULL_REWARD_GBP_M = 2.0
FIRST_DELIVERY = 0.005
"""Yearly results, as a share of the gap, that count as the first delivery."""

N_THEMES = len(THEMES)
N_SECTORS = len(SECTORS)
ATTENTION, FACILITATION, DIRECTION, STAFF, GOODWILL = range(5)

Luck = Any
"""This month's draws of a body or of the partnership, by stream."""


class PartnershipModel(mesa.Model):
    """One local strategic partnership, month by month.

    ``seed`` and ``replicate`` name the run; see ``sim/randomness.py``. ``month`` is the list of steps, as
    changed by an extension. After as many steps as the scenario has months, the rows of ``measures``
    (months × measures) and ``partner_rows`` (months × partners × columns) are complete, and so is what ``record`` names
    of ``record_months`` (None: of all). ``played`` are choices that are given, see ``sim/choices.py``.
    What is annotated here is all that a partnership holds; flags are 0 or 1.
    """

    luck: Luck
    levers: Levers
    members: list[Partner]

    # fmt: off
    # the leader, the staff, the place
    attention: float; facilitation: float; direction: float; style_attention: float; style_facilitation: float
    style_direction: float; staff_offset: float; staff_team: float; trust_in_place: float; gap_cost_gbp_m: float

    # the strategy and what is decided
    strategy: ByTheme; wanted: ByTheme; aligned: float; coherence: float; presence: float; came: float
    on_executive: float; decision_memory: float; meetings: float; decisions: float; months_to_first_decision: float
    stage: float; months_in_stage: float

    # who sits, comes and goes
    n_members: float; n_exits: float; reorganisations: float; newcomers: float; sitting: float; beliefs: float
    rates: float; engaged: float; engagement: float; is_ending: float; is_dissolved: float

    # influence
    standing: float; weight: float

    # levers, added up
    publicly_funded: float; attend_pressure: float; data_pressure: float; support_pressure: float
    report_pressure: float; information: float; measurement_quality: float; reward_pull: float; relief_lifted: float
    forum_load: float; sanction_pressure: float; prospect: float

    # money
    fund_in_sight_gbp_m: float; fund_in_gbp_m: float; fund_spent_gbp_m: float; fund_forfeited_gbp_m: float
    fund_held_gbp_m: float; going_out_gbp_m: float; pooled_gbp_m: float; reward_due_gbp_m: float; claims: float

    # work and results
    brought: BySector; counted: BySector; money: ByTheme; capacity: float; administrative_capacity: float
    converted: float; committed: ByTheme; planned: ByTheme; in_delivery: ByTheme; delivered_now: ByTheme
    delivered: float; has_delivered: float; months_to_first_delivery: float; results: float; outcome: ByTheme
    counterfactual: ByTheme

    # learning, trust, accountability
    signal: float; evidence_gain: float; contact_gain: float; brokered: float; absence_loss: float; records: float
    seniorities: float; trusts: float; credibility: float; is_accredited: float; is_successful: float
    person_days: float; inspection_cost_gbp_m: float; transaction_cost_gbp_m: float
    transaction_cost_so_far_gbp_m: float

    # what measures are made of
    members_of: BySector; engaged_of: BySector; attended_of: BySector; seniority_of: BySector; given_of: BySector
    attendance_in: BySector; seniority_in: BySector; engagement_in: BySector; influence_of: BySector
    bent_gbp_m: float; given_to_pool_gbp_m: float; budgets_gbp_m: float; top_share: float; squares: float
    fits: float; fits_squared: float; giving_rates: float; bound: float; complied: float; free: float
    free_records: float; trust_difference: float; trust_within: float; trust_across: float
    # fmt: on
    __slots__ = tuple(__annotations__)  # so many numbers are found sooner in slots than in a dictionary

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int = 0,
        replicate: int = 0,
        record_terms: bool = False,
        month: Month | None = None,
        record: str | None = None,
        record_months: Sequence[int] | None = None,
        played: Played | None = None,
    ) -> None:
        refuse_swapped()
        seed, replicate = seed_named(seed), replicate_named(replicate)
        super().__init__(rng=seed)
        self.plan = month or month_of(scenario)
        self.request = scenario  # Mesa 3.5 keeps the name `scenario` for itself
        self.behaviour, self.mechanisms = scenario.behaviour, scenario.mechanisms
        self.delivery, self.place = scenario.delivery, scenario.place
        self.policies = policy_calendar(scenario, self.plan.own_settings)
        self.first_month = month_number(scenario.start)
        self.month = 0
        self.is_kept = 1
        self.keeps_terms = int(record_terms)
        seats = seats_of(scenario)
        self.n_seats = len(seats)
        self.n_founders = len([seat for seat in seats if seat.joins_at == 0])
        draws = make_draws(
            seed=seed,
            replicate=replicate,
            months=scenario.months,
            partners=self.n_seats,
            streams=self.plan.streams,
            given=given_choices(
                played, self.plan.choices, bodies=[seat.name for seat in seats], months=scenario.months
            ),
        )
        self.draws = {stream: draws[stream.name].tolist() for stream in self.plan.streams}

        self.events: list[tuple[int, str, str]] = []
        """Month, event, and to whom (nobody: to the partnership)."""
        set_to_zero(self, self.plan.known["partnership"])
        self.partners: list[Partner] = [
            KIND_OF_PARTNER[seat.sector](self, position, seat) for position, seat in enumerate(seats)
        ]
        self.members = [partner for partner in self.partners if partner.is_member]
        self.measures = np.zeros((scenario.months, len(self.plan.measures)))
        n_columns = len(self.plan.columns) + (len(self.plan.terms) if record_terms else 0)
        self.partner_rows = np.zeros((scenario.months, self.n_seats, n_columns))
        self.record = self._empty_record(record, record_months) if record is not None else None
        self.plan.launch(self)

    @property
    def record_terms(self) -> bool:
        """Return whether the terms of decisions are kept."""
        return self.keeps_terms > 0

    def step(self) -> None:
        """Live through one month."""
        self.plan.live(self)
        self.month += 1

    def _empty_record(self, name: str, months: Sequence[int] | None) -> Record:
        """Return room for what is kept of a run under a name."""
        return empty_record(
            self.plan.recorder(name),
            self.plan.known,
            months=kept_months(months, longest=self.request.months),
            partners=self.n_seats,
        )

    @property
    def calendar_month(self) -> int:
        """Return the month of the year, 1 to 12."""
        return (self.first_month + self.month) % 12 + 1

    # ------------------------------------------------------------ the launch

    @rule
    def found_partnership(self) -> None:
        """Begin: a first leader, staff and goodwill of this place's own, an even strategy, some credit."""
        behaviour, place, launch = self.behaviour, self.place, self.luck.launch
        self.gap_cost_gbp_m = outcomes.gap_cost_gbp_m(
            population=place.population,
            deprivation=outcomes.deprivation_index(
                fund_2003_04_gbp_m=place.fund_2003_04_gbp_m, population=place.population
            ),
            gap_cost_gbp_per_head=behaviour.gap_cost_gbp_per_head,
        )
        self.style_attention = launch[ATTENTION]
        self.style_facilitation = launch[FACILITATION]
        self.style_direction = launch[DIRECTION]
        self.staff_offset = launch[STAFF]
        self.trust_in_place = trust.trust_in_place(
            trust_initial=behaviour.trust_initial, goodwill=launch[GOODWILL], goodwill_spread=behaviour.goodwill_spread
        )
        for k in range(N_THEMES):
            self.strategy[k] = 1.0 / N_THEMES
        self.decision_memory = FIRST_DECISION_MEMORY
        self.stage = 1.0
        self.credibility = 0.5
        self.is_accredited = 1.0

    @rule
    def begin_to_count(self) -> None:
        """Begin to count members."""
        self.n_members = 0.0

    # ------------------------------------------------------------ 1 policy and events

    @rule
    def begin_to_add_pressure(self) -> None:
        """Begin to add up what the duty to cooperate presses for."""
        self.publicly_funded = 0.0
        self.attend_pressure = 0.0
        self.data_pressure = 0.0
        self.support_pressure = 0.0
        self.report_pressure = 0.0

    @rule
    def prepare_working(self) -> None:
        """Work out what depends on levers alone: mean pressure, shared information, measurement, the reward."""
        levers, joint = self.levers, self.levers.joint
        self.attend_pressure = mean_or_zero(total=self.attend_pressure, count=self.publicly_funded)
        self.data_pressure = mean_or_zero(total=self.data_pressure, count=self.publicly_funded)
        self.support_pressure = mean_or_zero(total=self.support_pressure, count=self.publicly_funded)
        self.report_pressure = mean_or_zero(total=self.report_pressure, count=self.publicly_funded)
        self.information = deliberation.shared_information(
            data_exchange=joint.data_exchange,
            share_pressure=self.data_pressure,
            neighbourhood=levers.neighbourhood_engagement,
            consultation=joint.consultation,
        )
        self.measurement_quality = learning.measurement_quality(
            measurement=levers.measurement, report_pressure=self.report_pressure, monitoring=joint.monitoring
        )
        self.reward_pull = saturation(amount=levers.reward_grant_gbp_m, half=FULL_REWARD_GBP_M)

    @rule
    def hold_election(self) -> None:
        """Bring a new leader, with a style of their own, if the May election does."""
        changes = events.leader_changes(
            calendar_month=self.calendar_month, turnover=self.leadership.turnover, draw=self.luck.election
        )
        if changes:
            self.style_attention = self.luck.style[ATTENTION]
            self.style_facilitation = self.luck.style[FACILITATION]
            self.style_direction = self.luck.style[DIRECTION]
            if self.is_dissolved == 0.0:
                self.note(NEW_LEADER)

    @rule
    def be_led(self) -> None:
        """See how the leader leads, what the staff team amounts to and what inspection is lifted; open the books."""
        behaviour, leadership, inspection = self.behaviour, self.leadership, self.levers.inspection
        self.attention = events.leader_style(
            configured=leadership.attention, departure=self.style_attention, style_spread=behaviour.style_spread
        )
        self.facilitation = events.leader_style(
            configured=leadership.facilitation, departure=self.style_facilitation, style_spread=behaviour.style_spread
        )
        self.direction = events.leader_style(
            configured=leadership.direction, departure=self.style_direction, style_spread=behaviour.style_spread
        )
        self.staff_team = events.staff_in_place(
            configured=self.levers.staff_team, departure=self.staff_offset, staff_spread=behaviour.staff_spread
        )
        self.relief_lifted = attendance.relief_share(
            relief=inspection.relief, conditional=inspection.conditional, is_successful=self.is_successful
        )
        self.fund_in_gbp_m = 0.0
        self.fund_spent_gbp_m = 0.0
        self.fund_forfeited_gbp_m = 0.0

    @rule
    def begin_to_reorganise(self) -> None:
        """Begin to count who is reorganised."""
        self.reorganisations = 0.0

    # ------------------------------------------------------------ 2 influence

    @rule
    def clear_the_scales(self) -> None:
        """Begin to add up standing and weight."""
        self.standing = 0.0
        self.weight = 0.0

    # ------------------------------------------------------------ 3 attendance

    @rule
    def call_meeting(self) -> None:
        """See how much money is in sight, and how heavy the forum is."""
        levers, behaviour = self.levers, self.behaviour
        fund_a_year = 12.0 * fund.released(
            fund_gbp_m_a_year=self.policy.fund_gbp_m_a_year,
            is_accredited=self.is_accredited > 0.0,
            unaccredited_release=levers.unaccredited_release,
        )
        self.fund_in_sight_gbp_m = fund_a_year + 12.0 * self.pooled_gbp_m + levers.reward_grant_gbp_m * self.results
        self.forum_load = attendance.forum_load(
            n_members=self.n_members,
            initiatives=levers.initiatives,
            initiative_load=behaviour.initiative_load,
            overlap=levers.overlap if self.place.tiers == 2 else 0.0,
            overlap_load=behaviour.overlap_load,
            co_location=levers.joint.co_location,
        )

    # ------------------------------------------------------------ 5 deliberation

    @rule
    def open_meeting(self) -> None:
        """Begin to hear what members care for."""
        for k in range(N_THEMES):
            self.wanted[k] = 0.0
        self.aligned = 0.0
        self.presence = 0.0
        self.came = 0.0
        self.on_executive = 0.0

    @rule
    def move_strategy(self) -> None:
        """Move the strategy to what the table wants."""
        for k in range(N_THEMES):
            target = deliberation.strategy_target(
                weighted_priority=self.wanted[k],
                growth_priority=deliberation.GROWTH_PRIORITIES[k],
                growth_focus=self.levers.growth_focus,
            )
            self.strategy[k] = towards(current=self.strategy[k], target=target, rate=self.behaviour.strategy_rate)

    @rule
    def take_decision(self) -> None:
        """See whether enough came, and whether they decided."""
        behaviour = self.behaviour
        self.coherence = self.aligned
        chance = deliberation.decision_probability(
            deciders=deliberation.people_deciding(
                n_members=self.n_members,
                n_on_executive=self.on_executive,
                thematic_groups=self.levers.thematic_groups,
            ),
            attention=self.attention,
            staff_team=self.staff_team,
            strategy_focus=deliberation.focus(strategy=self.strategy),
            coherence=self.coherence,
            information=self.information,
            presence=mean_or_zero(total=self.presence, count=self.n_members),
            base=behaviour.decision_base,
            help_of_leadership=behaviour.decision_leadership,
            help_of_staff=behaviour.decision_staff,
            help_of_focus=behaviour.decision_focus,
            help_of_coherence=behaviour.decision_coherence,
            help_of_information=behaviour.decision_information,
            hindrance_of_size=behaviour.decision_size,
        )
        meets = self.came > 0.0 and self.came >= ENOUGH_FOR_A_MEETING * self.n_members
        decides = meets and self.luck.decision < chance
        self.meetings += 1.0 if meets else 0.0
        self.decisions += 1.0 if decides else 0.0
        self.months_to_first_decision += 1.0 if self.decisions == 0.0 else 0.0
        self.decision_memory = towards(
            current=self.decision_memory, target=1.0 if decides else 0.0, rate=MEMORY_OF_A_YEAR
        )

    # ------------------------------------------------------------ 6 contribution

    @rule
    def look_ahead(self) -> None:
        """See what sanctions press for and what an announced end leaves to come."""
        levers, mechanisms = self.levers, self.mechanisms
        self.sanction_pressure = contribution.sanction_pressure(
            sanctions=levers.sanctions, half_saturation=mechanisms.sanction_half_saturation
        )
        self.prospect = contribution.prospect(
            month=float(self.month),
            announced_end=levers.announced_end_months,
            end_weight=mechanisms.end_weight,
            end_half_months=mechanisms.end_half_months,
            sanction_pressure=self.sanction_pressure,
        )
        self.pooled_gbp_m = 0.0

    # ------------------------------------------------------------ 7 fund

    @rule
    def take_money_in(self) -> None:
        """Take money in, and see how much of what is held goes out."""
        self.fund_in_gbp_m = (
            fund.released(
                fund_gbp_m_a_year=self.policy.fund_gbp_m_a_year,
                is_accredited=self.is_accredited > 0.0,
                unaccredited_release=self.levers.unaccredited_release,
            )
            + self.pooled_gbp_m
            + self.reward_due_gbp_m
        )
        self.reward_due_gbp_m = 0.0
        self.fund_held_gbp_m += self.fund_in_gbp_m
        self.going_out_gbp_m = fund.spendable(
            held_gbp_m=self.fund_held_gbp_m,
            decision_memory=self.decision_memory,
            staff_team=self.staff_team,
            support_pressure=self.support_pressure,
            absorption_rate=self.behaviour.absorption_rate,
        )
        self.claims = 0.0

    @rule
    def close_books(self) -> None:
        """Return what nobody claimed, and at the end of the year what may not be carried over."""
        carry_over = self.levers.carry_over
        self.fund_forfeited_gbp_m = fund.returned(
            unclaimed_gbp_m=max(0.0, self.going_out_gbp_m - self.fund_spent_gbp_m), carry_over=carry_over
        )
        self.fund_held_gbp_m -= self.fund_spent_gbp_m + self.fund_forfeited_gbp_m
        if self.calendar_month == FISCAL_YEAR_END:
            self.return_to_centre(carry_over=carry_over)

    @rule
    def return_to_centre(self, carry_over: float) -> None:
        """Give back what of the money held may not be carried over."""
        lost = fund.returned(unclaimed_gbp_m=self.fund_held_gbp_m, carry_over=carry_over)
        self.fund_held_gbp_m -= lost
        self.fund_forfeited_gbp_m += lost

    # ------------------------------------------------------------ 8 delivery

    @rule
    def begin_work(self) -> None:
        """Begin to add up what members bring and show."""
        self.records = 0.0
        self.seniorities = 0.0
        self.trusts = 0.0
        self.capacity = 0.0
        for s in range(N_SECTORS):
            self.brought[s] = 0.0
            self.counted[s] = 0.0
        for k in range(N_THEMES):
            self.money[k] = 0.0
            self.committed[k] = 0.0

    @rule
    def convert_money(self) -> None:
        """See how much of the money works, and what each sector brings."""
        levers, joint, behaviour = self.levers, self.levers.joint, self.behaviour
        for s in range(N_SECTORS):
            self.brought[s] = delivery.sector_input(
                mean_commitment=mean_or_zero(total=self.brought[s], count=self.counted[s]),
                uncoordinated=behaviour.uncoordinated_input,
            )
        self.administrative_capacity = delivery.administrative_capacity(
            mean_capacity=mean_or_zero(total=self.capacity, count=self.n_members),
            support_pressure=self.support_pressure,
            training=joint.training,
        )
        self.converted = delivery.conversion(
            protocols=levers.protocols,
            staff_team=self.staff_team,
            joint_working=0.5 * (joint.co_location + joint.training),
            administrative_capacity=self.administrative_capacity,
            base=behaviour.conversion_base,
            saved_by_protocols=behaviour.conversion_protocols,
            saved_by_staff=behaviour.conversion_staff,
            saved_by_joint_working=behaviour.conversion_joint,
        ) * delivery.stage_conversion(stage=self.stage, early_conversion=behaviour.early_conversion)

    @rule
    def join_up(self) -> None:
        """Turn money into what it achieves together with what the sectors brought."""
        brought, weights = tuple(self.brought), delivery.SECTOR_WEIGHTS
        complementarity = self.delivery.complementarity
        # Theme by theme, so that the compiler knows the weights.
        education = delivery.joint_result(inputs=brought, weights=weights[0], complementarity=complementarity)
        economy = delivery.joint_result(inputs=brought, weights=weights[1], complementarity=complementarity)
        housing = delivery.joint_result(inputs=brought, weights=weights[2], complementarity=complementarity)
        crime = delivery.joint_result(inputs=brought, weights=weights[3], complementarity=complementarity)
        health = delivery.joint_result(inputs=brought, weights=weights[4], complementarity=complementarity)
        self.committed[0] = self.money[0] * self.converted * education
        self.committed[1] = self.money[1] * self.converted * economy
        self.committed[2] = self.money[2] * self.converted * housing
        self.committed[3] = self.money[3] * self.converted * crime
        self.committed[4] = self.money[4] * self.converted * health

    @rule
    def move_work_on(self) -> None:
        """Move work through planning and delivery to results."""
        behaviour = self.behaviour
        delivered = 0.0
        for k in range(N_THEMES):
            started = delivery.pipeline_outflow(stock=self.planned[k], months=behaviour.planning_months)
            done = delivery.pipeline_outflow(stock=self.in_delivery[k], months=behaviour.delivery_months)
            self.planned[k] += self.committed[k] - started
            self.in_delivery[k] += started - done
            self.delivered_now[k] = done / self.gap_cost_gbp_m
            delivered += self.delivered_now[k]
        self.delivered = towards(current=self.delivered, target=12.0 * delivered, rate=MEMORY_OF_A_YEAR)
        self.has_delivered = 1.0 if self.has_delivered > 0.0 or self.delivered >= FIRST_DELIVERY else 0.0
        self.months_to_first_delivery += 1.0 - self.has_delivered
        self.results = learning.results_signal(delivered_share_a_year=self.delivered, aspiration=behaviour.aspiration)

    @rule
    def move_stage(self) -> None:
        """Enter the next stage of partnership, stay, or slip back."""
        stage = delivery.stage_step(
            stage=self.stage,
            months_in_stage=self.months_in_stage,
            attendance=mean_or_zero(total=self.records, count=self.n_members),
            trust=mean_or_zero(total=self.trusts, count=self.n_members),
            coherence=self.coherence,
            decision_memory=self.decision_memory,
            delivered=self.delivered,
            measurement=self.measurement_quality,
        )
        moved = stage != self.stage
        self.months_in_stage = 0.0 if moved else self.months_in_stage + 1.0
        self.stage = stage
        if moved:
            self.note(STAGE)

    # ------------------------------------------------------------ 9 outcomes

    @rule
    def close_gaps(self) -> None:
        """Move outcomes, and those of the same place without a partnership, under the same shocks."""
        behaviour = self.behaviour
        for k in range(N_THEMES):
            shock = behaviour.outcome_shock * self.luck.shock[k]
            self.outcome[k] = outcomes.outcome_step(
                outcome=self.outcome[k],
                delivered_share=N_THEMES * self.delivered_now[k],
                decay=behaviour.outcome_decay,
                trend=behaviour.outcome_trend,
                shock=shock,
            )
            self.counterfactual[k] = outcomes.outcome_step(
                outcome=self.counterfactual[k],
                delivered_share=0.0,
                decay=behaviour.outcome_decay,
                trend=behaviour.outcome_trend,
                shock=shock,
            )

    # ------------------------------------------------------------ 10 learning

    @rule
    def take_stock(self) -> None:
        """See what there is to learn from."""
        self.signal = learning.signal_of_success(
            results=self.results, decision_memory=self.decision_memory, process_credit=self.behaviour.process_credit
        )

    # ------------------------------------------------------------ 11 trust

    @rule
    def weigh_contact(self) -> None:
        """See what a month does to trust: evidence, contact, brokerage and time; nothing where trust is fixed."""
        behaviour = self.behaviour
        moves = self.mechanisms.trust_moves > 0
        contact = trust.contact_gain(
            meeting=behaviour.trust_meeting,
            joint_delivery=behaviour.trust_joint_delivery,
            delivery_pace=self.results,
            co_location=self.levers.joint.co_location,
        )
        self.evidence_gain = behaviour.trust_evidence if moves else 0.0
        self.contact_gain = contact if moves else 0.0
        self.brokered = behaviour.trust_staff * self.staff_team if moves else 0.0
        self.absence_loss = behaviour.trust_decay if moves else 0.0

    # ------------------------------------------------------------ 12 accountability

    @rule
    def give_account(self) -> None:
        """Once a year, be assessed: release of the fund, success, credibility, reward."""
        if accountability.is_assessment_month(month=self.month):
            behaviour = self.behaviour
            score = accountability.assessment_score(
                attendance=mean_or_zero(total=self.records, count=self.n_members),
                seniority=mean_or_zero(total=self.seniorities, count=self.n_members),
                decision_memory=self.decision_memory,
                coherence=self.coherence,
                results=self.results,
                measurement=self.measurement_quality,
            )
            accredited = accountability.passes(
                score=score,
                threshold=behaviour.accreditation_threshold,
                noise=behaviour.assessment_noise,
                draw=self.luck.assessment,
            )
            successful = accountability.passes(
                score=score,
                threshold=behaviour.success_threshold,
                noise=behaviour.assessment_noise,
                draw=self.luck.assessment,
            )
            self.is_accredited = 1.0 if accredited else 0.0
            self.is_successful = 1.0 if successful else 0.0
            self.credibility = accountability.credibility_step(credibility=self.credibility, score=score)
            self.reward_due_gbp_m = accountability.reward(
                reward_grant_gbp_m=self.levers.reward_grant_gbp_m, results=self.results
            )

    # ------------------------------------------------------------ 13 membership

    @rule
    def open_the_list(self) -> None:
        """Begin to see who comes and goes."""
        self.newcomers = 0.0
        self.sitting = 0.0
        self.beliefs = 0.0
        self.rates = 0.0
        self.is_ending = 0.0

    @rule
    def close_the_list(self) -> None:
        """Begin to count those who sit now, and to add up what regimes are named from."""
        self.n_members = 0.0
        self.engaged = 0.0
        for s in range(N_SECTORS):
            self.members_of[s] = 0.0
            self.engaged_of[s] = 0.0
        self.top_share = 0.0

    @rule
    def see_engagement(self) -> None:
        """See how engaged the table is."""
        self.engagement = mean_or_zero(total=self.engaged, count=self.n_members)

    @rule
    def end_or_go_on(self) -> None:
        """End the partnership if a council ends it or nobody is left."""
        if self.is_ending > 0.0 or self.n_members == 0.0:
            self.is_dissolved = 1.0
            self.n_exits += self.n_members
            self.n_members = 0.0
            self.return_to_centre(carry_over=0.0)
            self.note(DISSOLVED)

    # ------------------------------------------------------------ costs

    @rule
    def open_the_bill(self) -> None:
        """Begin to add up what meeting and inspection cost."""
        staff_days = accountability.STAFF_DAYS_A_MONTH * self.staff_team
        self.person_days = 0.0 if self.is_dissolved > 0.0 else staff_days
        self.inspection_cost_gbp_m = 0.0

    @rule
    def settle_the_bill(self) -> None:
        """Turn days into money."""
        self.transaction_cost_gbp_m = accountability.transaction_cost_gbp_m(person_days=self.person_days)
        self.transaction_cost_so_far_gbp_m += self.transaction_cost_gbp_m

    # ------------------------------------------------------------ measures

    @rule
    def begin_to_show(self) -> None:
        """Begin to add up what the other measures are made of."""
        for s in range(N_SECTORS):
            self.attended_of[s] = 0.0
            self.seniority_of[s] = 0.0
            self.given_of[s] = 0.0
            self.influence_of[s] = 0.0
        self.bent_gbp_m = 0.0
        self.given_to_pool_gbp_m = 0.0
        self.budgets_gbp_m = 0.0
        self.squares = 0.0
        self.fits = 0.0
        self.fits_squared = 0.0
        self.giving_rates = 0.0
        self.bound = 0.0
        self.complied = 0.0
        self.free = 0.0
        self.free_records = 0.0

    @rule
    def work_out_means(self) -> None:
        """Work out means over the members of each sector."""
        for s in range(N_SECTORS):
            self.attendance_in[s] = mean_or_zero(total=self.attended_of[s], count=self.members_of[s])
            self.seniority_in[s] = mean_or_zero(total=self.seniority_of[s], count=self.members_of[s])
            self.engagement_in[s] = mean_or_zero(total=self.engaged_of[s], count=self.members_of[s])

    # ------------------------------------------------------------ in Mesa only

    def note(self, event: int) -> None:
        """Note in the run's events what happens to the partnership this month."""
        name = EVENTS[event]
        if event == STAGE:
            name = f"stage {int(self.stage)}: {delivery.STAGES[int(self.stage) - 1]}"
        self.events.append((self.month, name, ""))

    def abolished_at(self, archetype: str) -> int:
        """Return the month in which the calendar first abolishes bodies of a kind, −1 if it never does."""
        months = (month for month, policy in enumerate(self.policies) if archetype in policy.abolished)
        return next(months, -1)

    def enter_month(self) -> None:
        """Bring this month's policy into force, and give everybody this month's luck."""
        self.policy = self.policies[self.month]
        self.levers, self.leadership, self.own = self.policy.levers, self.policy.leadership, self.policy.own
        self.deal_luck(self.month)

    def deal_luck(self, month: int) -> None:
        """Give everybody the draws of the launch and of a month."""
        of_table, of_body = self.plan.kinds_of_luck
        drawn = {s: values if s.at_launch else values[month] for s, values in self.draws.items()}
        self.luck = of_table._make(values for s, values in drawn.items() if not s.each)
        each = zip(*(values for s, values in drawn.items() if s.each), strict=True)
        for partner, luck in zip(self.partners, map(partial(tuple.__new__, of_body), each), strict=True):
            partner.luck = luck

    def parameter(self, name: str) -> float:
        """Return a parameter of behaviour, of the mechanisms or of delivery by its name alone."""
        for topic in (self.behaviour, self.mechanisms, self.delivery):
            if hasattr(topic, name):
                return float(getattr(topic, name))
        raise AttributeError(name)
