"""Submodel 3, attendance: a noisy choice on a sum of named utility terms.

Each function returns one term in utility units; ``sim/terms.py`` puts them in order.
"""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import logistic, saturation


@rule
def disposition_term(base: float, weight_mandate: float, mandate: float, spread: float, trait: float) -> float:
    """Return the lasting inclination of a body: its mandate for the area and its own ``trait`` (mean 0, SD 1)."""
    return base + weight_mandate * mandate + spread * trait


@rule
def habit_term(weight: float, attendance_record: float) -> float:
    """Return the pull of habit: who came, comes; who stayed away, stays away. 0 at a record of one half."""
    return weight * (2.0 * attendance_record - 1.0)


@rule
def fund_term(
    weight: float, expected_share: float, fund_gbp_m: float, flexible_money_gbp_m: float, half_saturation: float
) -> float:
    """Return the pull of the expected share of the pooled fund, set against the body's own flexible money.

    Both in £m a year. Non-ringfenced money was what drew partners in (S0, S4); it saturates.
    """
    return weight * saturation(amount=expected_share * fund_gbp_m, half=half_saturation * flexible_money_gbp_m)


@rule
def belief_term(weight: float, belief: float) -> float:
    """Return the pull of believing, in [0, 1], that the partnership delivers (S2)."""
    return weight * belief


@rule
def cooperation_term(weight: float, trusted_participation: float) -> float:
    """Return the pull of trusted others' participation (trust times attendance record, mean over others).

    Conditional cooperation (Fischbacher, Gächter and Fehr 2001).
    """
    return weight * trusted_participation


@rule
def heard_term(weight: float, influence: float, n_members: float) -> float:
    """Return the pull of being heard: 0 at an equal share of influence, negative below it (S2).

    Saturates at ``weight``; a member without influence feels −``weight``.
    """
    relative = influence * n_members
    return weight * (relative - 1.0) / (relative + 1.0)


@rule
def duty_reach(named: float, regional: float, education: float, regional_reach: float, education_form: float) -> float:
    """Return how far the duty to cooperate binds a body, in [0, 1] (S4).

    Bodies that it names are bound in full, regional ones as far as it reaches, universities and
    colleges by a lighter form; all others exactly not.
    """
    return named * (1.0 - regional * (1.0 - regional_reach)) + (1.0 - named) * education * education_form


@rule
def duty_pressure(reach: float, component: float, enforcement: float, half_saturation: float) -> float:
    """Return the pressure of one component of the duty, in [0, 1]; exactly 0 where reach is 0.

    It rises with enforcement and saturates, as sanctions do (Fehr and Gächter 2000): the smaller
    ``half_saturation`` > 0, the sooner. A duty in full force on a body it names presses with 1.
    """
    force = reach * component * (0.25 + 0.75 * enforcement)
    return saturation(amount=force, half=half_saturation) * (1.0 + half_saturation)


@rule
def duty_term(weight: float, attend_pressure: float) -> float:
    """Return the pull of the duty to attend; exactly 0 for bodies that it does not bind (S4)."""
    return weight * attend_pressure


@rule
def scrutiny_term(weight: float, scrutiny: float, is_publicly_funded: float) -> float:
    """Return the pull of scrutiny boards that may call publicly funded bodies, a weaker stick than the duty (S4)."""
    return 0.25 * weight * scrutiny * is_publicly_funded


@rule
def assessment_term(
    weight: float, burden: float, is_inspected: float, assessed_as_council: float, assess_all: float
) -> float:
    """Return the pull of having partnership working assessed: councils always, others if all are (S4)."""
    return weight * burden * is_inspected * (assessed_as_council + (1.0 - assessed_as_council) * assess_all)


@rule
def relief_share(relief: float, conditional: float, is_successful: float) -> float:
    """Return the share of the burden lifted: all that is offered, or the unconditional part without success."""
    return relief * (1.0 - conditional * (1.0 - is_successful))


@rule
def relief_term(weight: float, burden: float, is_inspected: float, lifted: float) -> float:
    """Return the pull of inspection relief; exactly 0 for bodies that nobody inspects (S4)."""
    return weight * burden * is_inspected * lifted


@rule
def leadership_term(weight: float, attention: float) -> float:
    """Return the pull of a leader who chairs in person (S2)."""
    return weight * attention


@rule
def load_term(
    weight: float,
    participation_cost: float,
    forum: float,
    staff_team: float,
    capacity: float,
    one_stop_shop: float,
    one_stop_shop_gain: float,
) -> float:
    """Return the push, ≤ 0, of meetings and paperwork.

    Staff, a body's own capacity and, for business, a one-stop shop make the ``forum`` lighter (S1, S3).
    """
    burden = participation_cost * forum * (1.0 - 0.4 * staff_team) * (1.0 - 0.5 * capacity)
    return -weight * burden * (1.0 - 0.4 * one_stop_shop * one_stop_shop_gain)


@rule
def forum_load(
    n_members: float,
    initiatives: float,
    initiative_load: float,
    overlap: float,
    overlap_load: float,
    co_location: float,
) -> float:
    """Return the load that the forum lays on each member; grows with members and initiatives (S2, S3)."""
    size = saturation(amount=n_members, half=40.0)
    return (size + initiative_load * initiatives + overlap_load * overlap) * (1.0 - 0.2 * co_location)


@rule
def prescription_term(weight: float, prescription: float, statutory: float) -> float:
    """Return the push, ≤ 0, of prescription, of which statutory partnerships have more (S4)."""
    return -weight * (prescription + 0.5 * statutory * (1.0 - prescription))


@rule
def outside_term(weight: float, outside_option: float, exposure: float) -> float:
    """Return the push, ≤ 0, of bilateral deals and other tables (S2)."""
    return -weight * outside_option * exposure


@rule
def attendance_probability(utility: float, noise: float) -> float:
    """Return the chance that a partner attends, given the sum of its utility terms.

    Quantal response (McKelvey and Palfrey 1995): people choose the better option more often, not
    always. ``noise`` > 0 is the width of that uncertainty in utility units.
    """
    return logistic(utility / noise)
