"""Submodel 2, influence: who weighs how much at the table."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import power

LEAST_PRESENCE = 0.02
"""A member that never comes still has a name on the letterhead; keeps shares defined."""


@rule
def resource_standing(budget_gbp_m: float, resource_exponent: float) -> float:
    """Return the standing that resources give: budget (£m a year, > 0) to the ``resource_exponent``.

    Concave, as in resource dependence (Rhodes 1997): ten times the money is not ten times the say.
    """
    return power(base=budget_gbp_m, exponent=resource_exponent)


@rule
def table_presence(attendance_record: float, seniority: float) -> float:
    """Return how present a member is: attendance times the level of the person sent, at least a trace."""
    return LEAST_PRESENCE + (1.0 - LEAST_PRESENCE) * attendance_record * seniority


@rule
def seat_weight(presence: float, sits_on_executive: float, executive_exclusion: float) -> float:
    """Return presence where decisions are made: those left out of the executive lose most of it (S2)."""
    return presence * (1.0 - executive_exclusion * (1.0 - sits_on_executive))


@rule
def voice_support(
    capacity_building: float,
    capacity_building_gain: float,
    one_stop_shop: float,
    one_stop_shop_gain: float,
    neighbourhood: float,
    neighbourhood_gain: float,
    as_contractor: float,
    contracting_gain: float,
) -> float:
    """Return the factor on standing from offers to a sector: support (S1, S3, S4) against contracting (S2).

    Levers and gains in [0, 1]. To be treated as a contractor costs the voice of bodies that take contracts.
    """
    support = (
        capacity_building * capacity_building_gain
        + 0.5 * one_stop_shop * one_stop_shop_gain
        + 0.5 * neighbourhood * neighbourhood_gain
    )
    return (1.0 + support) * (1.0 - 0.5 * as_contractor * contracting_gain)


@rule
def standing(
    resources: float,
    statutory_weight: float,
    voice: float,
    weight: float,
    chairs: float,
    direction: float,
    chair_bonus: float,
) -> float:
    """Return a member's weight before the chair evens it out; only shares of the total matter.

    ``weight`` is its seat weight and ``chairs`` 1 for the chair's body, whose own weight direction
    raises: leading and dominating lie close together (S3).
    """
    return (resources + statutory_weight) * voice * weight * (1.0 + chairs * direction * chair_bonus)


@rule
def influence_share(
    own_standing: float, total_standing: float, weight: float, total_weight: float, facilitation: float
) -> float:
    """Return a member's share of influence; over the members the shares sum to 1.

    Facilitation in [0, 1] replaces weight of resources by an equal say for those present (S3). With
    full facilitation equal partners have exactly equal shares.
    """
    return (1.0 - facilitation) * (own_standing / total_standing) + facilitation * (weight / total_weight)
