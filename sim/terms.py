"""The terms of the utility of attending: what speaks to a body for coming, and against it.

The utility is their sum in this order, so that every decision has an exact explanation. An extension adds terms of
its own at the end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sim.jit import rule
from sim.rules import attendance

if TYPE_CHECKING:
    from sim.partners import Partner


@dataclasses.dataclass(frozen=True)
class Term:
    """One term, in utility units: its name, and what people call it and read of it."""

    name: str
    label: str
    says: str
    _: dataclasses.KW_ONLY
    only_pushes: bool = False
    """It is never above zero: it only pushes away."""
    on_junior: float = 0.0
    """Where juniors may be sent: how much of it there is in the utility of sending one."""
    function: Callable[[Partner], float] | None = None
    """What gives the term of an extension; those of the model are given together by :func:`utility_terms`."""


@rule
def utility_terms(self: Partner) -> tuple[float, ...]:
    """Return the terms of a body's utility of attending, in the order of ``TERMS``."""
    model, kind = self.model, self.kind
    behaviour, levers, inspection = model.behaviour, model.levers, model.levers.inspection
    return (
        self.disposition,
        attendance.habit_term(weight=behaviour.weight_habit, attendance_record=self.attendance_record),
        attendance.fund_term(
            weight=behaviour.weight_fund,
            expected_share=self.expected_share,
            fund_gbp_m=model.fund_in_sight_gbp_m,
            flexible_money_gbp_m=self.flexible_gbp_m,
            half_saturation=behaviour.fund_half_saturation,
        ),
        attendance.belief_term(weight=behaviour.weight_belief, belief=self.belief),
        attendance.cooperation_term(
            weight=behaviour.weight_cooperation, trusted_participation=self.trusted_participation
        ),
        attendance.heard_term(weight=behaviour.weight_heard, influence=self.influence, n_members=model.n_members),
        attendance.duty_term(weight=behaviour.weight_duty, attend_pressure=self.attend_pressure),
        attendance.scrutiny_term(
            weight=behaviour.weight_duty, scrutiny=levers.scrutiny, is_publicly_funded=kind.is_publicly_funded
        ),
        attendance.assessment_term(
            weight=behaviour.weight_assessment,
            burden=inspection.burden,
            is_inspected=kind.is_inspected,
            assessed_as_council=kind.is_assessed_as_council,
            assess_all=inspection.assess_all,
        ),
        attendance.relief_term(
            weight=behaviour.weight_relief,
            burden=inspection.burden,
            is_inspected=kind.is_inspected,
            lifted=model.relief_lifted,
        ),
        attendance.leadership_term(weight=behaviour.weight_leadership, attention=model.attention),
        attendance.load_term(
            weight=behaviour.weight_load,
            participation_cost=kind.participation_cost,
            forum=model.forum_load,
            staff_team=model.staff_team,
            capacity=kind.capacity,
            one_stop_shop=levers.one_stop_shop,
            one_stop_shop_gain=kind.one_stop_shop_gain,
        ),
        attendance.prescription_term(
            weight=behaviour.weight_prescription, prescription=levers.prescription, statutory=levers.statutory
        ),
        attendance.outside_term(
            weight=behaviour.weight_outside, outside_option=levers.outside_option, exposure=kind.outside_exposure
        ),
    )


# fmt: off
_TERMS = (
    Term("disposition", "own inclination and mandate", "Lasting inclination: its mandate for the area, and its own character."),
    Term("habit", "habit", "Who came, comes; who stayed away, stays away."),
    Term("fund", "expected share of the fund", "Pull of the share of the pooled fund that it expects."),
    Term("belief", "belief in results", "Pull of believing that the partnership delivers."),
    Term("cooperation", "trusted others' participation", "Pull of others coming whom it trusts."),
    Term("heard", "being heard", "Pull of having a fair say; a push where it has less."),
    Term("duty", "duty to attend", "Pull of a legal duty; nothing for bodies that it does not name."),
    Term("scrutiny", "scrutiny boards", "Pull of being called by scrutiny boards; only publicly funded bodies."),
    Term("assessment", "assessment of partnership working", "Pull of having its partnership working assessed."),
    Term("relief", "inspection relief", "Pull of lighter inspection; nothing for bodies that nobody inspects."),
    Term("leadership", "leadership in person", "Pull of a leader who chairs in person."),
    Term("load", "load of meetings and paperwork", "Push of meetings, paperwork, initiatives and overlapping tables.", only_pushes=True),
    Term("prescription", "central prescription", "Push of structures and processes prescribed by the centre.", only_pushes=True),
    Term("outside", "outside options", "Push of bilateral deals, enterprise partnerships and other tables.", only_pushes=True),
)
# fmt: on

TERMS: Mapping[str, Term] = {term.name: term for term in _TERMS}
"""The terms by name, in their order."""
