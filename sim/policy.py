"""What policy and the leader bring into a month: levers that come into force, duties, elections, reorganisations."""

from __future__ import annotations

from typing import Any

from sim.events import ABOLISHED, NEW_LEADER, REORGANISED
from sim.jit import rule
from sim.randomness import LAUNCH
from sim.rules import policy
from sim.rules.mathematics import mean_or_zero

ATTENTION, FACILITATION, DIRECTION = range(len(LAUNCH))
LEAST_FLEXIBLE_GBP_M = 0.01


# ---------------------------------------------------------------------- a first leader


@rule
def find_leader(self: Any) -> None:
    """Begin with a first leader of this place's own."""
    launch = self.luck.launch
    self.style_attention = launch[ATTENTION]
    self.style_facilitation = launch[FACILITATION]
    self.style_direction = launch[DIRECTION]


# ---------------------------------------------------------------------- levers that come into force


@rule
def face_levers(self: Any) -> None:
    """Take in the levers in force: money, one plan or silos, and the duty to cooperate."""
    kind, behaviour, levers = self.kind, self.model.behaviour, self.model.levers
    duty = levers.duty
    self.budget_gbp_m = policy.budget_after_cuts(
        budget=self.full_budget_gbp_m, austerity=levers.austerity, is_publicly_funded=kind.is_publicly_funded
    )
    self.regeneration_gbp_m = self.budget_gbp_m * kind.regeneration_share
    self.flexible_gbp_m = max(
        LEAST_FLEXIBLE_GBP_M, self.budget_gbp_m * kind.discretionary_share + self.regeneration_gbp_m
    )
    self.resources = policy.resource_standing(
        budget_gbp_m=self.budget_gbp_m, resource_exponent=behaviour.resource_exponent
    )
    self.unity = policy.one_plan(silos=kind.silos, council_alignment=levers.council_alignment)
    self.duty_reach = policy.duty_reach(
        named=kind.named_in_duty,
        regional=kind.is_regional,
        education=kind.has_education_form,
        regional_reach=duty.regional_reach,
        education_form=duty.education_form,
    )
    self.attend_pressure = pressure_of(self, component=duty.attend)
    self.data_pressure = pressure_of(self, component=duty.share_data)
    self.support_pressure = pressure_of(self, component=duty.support_costs)
    self.report_pressure = pressure_of(self, component=duty.report)
    self.regard_pressure = pressure_of(self, component=duty.regard)


@rule
def pressure_of(self: Any, component: float) -> float:
    """Return the pressure of a component of the duty on the body."""
    return policy.duty_pressure(
        reach=self.duty_reach,
        component=component,
        enforcement=self.model.levers.duty.enforcement,
        half_saturation=self.model.behaviour.duty_half_saturation,
    )


@rule
def begin_to_add_pressure(self: Any) -> None:
    """Begin to add up what the duty to cooperate presses for."""
    self.publicly_funded = 0.0
    self.data_pressure = 0.0
    self.report_pressure = 0.0


@rule
def add_pressure(self: Any) -> None:
    """Add the pressures on the body to those on all publicly funded ones."""
    model = self.model
    model.publicly_funded += self.kind.is_publicly_funded
    model.data_pressure += self.data_pressure
    model.report_pressure += self.report_pressure


@rule
def prepare_working(self: Any) -> None:
    """Work out what depends on levers alone: shared information and measurement."""
    levers, joint = self.levers, self.levers.joint
    self.data_pressure = mean_or_zero(total=self.data_pressure, count=self.publicly_funded)
    self.report_pressure = mean_or_zero(total=self.report_pressure, count=self.publicly_funded)
    self.information = policy.shared_information(
        data_exchange=joint.data_exchange,
        share_pressure=self.data_pressure,
        neighbourhood=levers.neighbourhood_engagement,
        consultation=joint.consultation,
    )
    self.measurement_quality = policy.measurement_quality(
        measurement=levers.measurement, report_pressure=self.report_pressure, monitoring=joint.monitoring
    )


# ---------------------------------------------------------------------- leaders and upheavals


@rule
def hold_election(self: Any) -> None:
    """Bring a new leader, with a style of their own, if the May election does."""
    changes = policy.leader_changes(
        calendar_month=self.calendar_month, turnover=self.leadership.turnover, draw=self.luck.election
    )
    if changes:
        self.style_attention = self.luck.style[ATTENTION]
        self.style_facilitation = self.luck.style[FACILITATION]
        self.style_direction = self.luck.style[DIRECTION]
        if self.stands > 0.0:
            self.note(NEW_LEADER)


@rule
def be_led(self: Any) -> None:
    """See how the leader leads, and what inspection is lifted."""
    behaviour, leadership, inspection = self.behaviour, self.leadership, self.levers.inspection
    self.attention = policy.leader_style(
        configured=leadership.attention, departure=self.style_attention, style_spread=behaviour.style_spread
    )
    self.facilitation = policy.leader_style(
        configured=leadership.facilitation, departure=self.style_facilitation, style_spread=behaviour.style_spread
    )
    self.direction = policy.leader_style(
        configured=leadership.direction, departure=self.style_direction, style_spread=behaviour.style_spread
    )
    self.relief_lifted = policy.relief_share(
        relief=inspection.relief, conditional=inspection.conditional, is_successful=self.is_successful
    )


@rule
def be_abolished(self: Any) -> None:
    """Leave the table for good if bodies of this kind end this month."""
    if self.abolished_at == self.model.month:
        self.is_abolished = 1.0
        self.is_member = 0.0
        self.note(ABOLISHED)


@rule
def be_reorganised(self: Any) -> None:
    """Go through a reorganisation, or not; who has no seat has no links to lose."""
    hit = self.is_member > 0.0 and policy.is_reorganised(
        reorganisation=self.model.levers.reorganisation,
        exposure=self.kind.reorganisation_exposure,
        draw=self.luck.reorganisation,
    )
    self.is_reorganised = 1.0 if hit else 0.0
    if hit:
        self.note(REORGANISED)
