"""Submodel 5, deliberation: the shared strategy, partners' alignment with it, and deciding."""

from __future__ import annotations

from collections.abc import Sequence

from sim.jit import rule
from sim.rules.mathematics import bounded_step, logistic

GROWTH_PRIORITIES: tuple[float, ...] = (0.20, 0.55, 0.25, 0.0, 0.0)
"""Theme weights of a strategy for local growth: the economy, then the places and skills it needs (S0)."""

EXECUTIVE_SIZE = 30.0
"""Forums of 30 to 100 members are too many for executive decisions (S3, Audit Commission 2009)."""


@rule
def strategy_target(weighted_priority: float, growth_priority: float, growth_focus: float) -> float:
    """Return the weight of a theme that the table wants: members' priorities by influence, and the growth focus."""
    return (1.0 - growth_focus) * weighted_priority + growth_focus * growth_priority


@rule
def closeness(priorities: Sequence[float], strategy: Sequence[float]) -> float:
    """Return how close two sets of theme weights are: 1 equal, 0 nothing in common."""
    distance = 0.0
    for k in range(len(strategy)):
        distance += abs(priorities[k] - strategy[k])
    return 1.0 - 0.5 * distance


@rule
def focus(strategy: Sequence[float]) -> float:
    """Return how concentrated a strategy is: 0 spread evenly over the themes, 1 on one theme."""
    squares = 0.0
    for k in range(len(strategy)):
        squares += strategy[k] * strategy[k]
    even = 1.0 / len(strategy)
    return (squares - even) / (1.0 - even)


@rule
def effective_rigidity(rigidity: float, flexibility: float, credibility: float, parent_departments: float) -> float:
    """Return how far national targets bind a body after freedoms granted to a credible partnership (S3, S4)."""
    return rigidity * (1.0 - flexibility * (0.5 + 0.5 * credibility)) * (1.0 - 0.3 * parent_departments)


@rule
def one_plan(silos: float, council_alignment: float) -> float:
    """Return how far a body acts as one, in [0, 1]: a 'smart' council has few silos (S0, S1)."""
    return 1.0 - silos * (1.0 - council_alignment)


@rule
def alignment_step(
    alignment: float,
    fit: float,
    trust: float,
    attendance_record: float,
    regard_pressure: float,
    appointments: float,
    unity: float,
    rigidity: float,
    rate: float,
    drift: float,
) -> float:
    """Return the alignment of a body's plans with the strategy, in [0, 1], a month later.

    Plans move to a strategy that fits them, with trust in the others, by taking part, by a duty to
    have regard and by joint posts; national targets hold them back and pull them home (S3, S4).
    """
    # Taking part without trust moves little; regard works on its own, as the law would.
    pull = (
        rate
        * fit
        * unity
        * (attendance_record * (0.3 + trust) * (1.0 + 0.5 * appointments) + 0.5 * regard_pressure)
        * (1.0 - 0.7 * rigidity)
    )
    return bounded_step(level=alignment, gain=pull, loss=drift * (0.5 + rigidity))


@rule
def people_deciding(n_members: float, n_on_executive: float, thematic_groups: float) -> float:
    """Return how many people have to agree: the executive, fewer where thematic groups prepare decisions."""
    return (0.3 * n_members + 0.7 * n_on_executive) * (1.0 - 0.4 * thematic_groups)


@rule
def shared_information(data_exchange: float, share_pressure: float, neighbourhood: float, consultation: float) -> float:
    """Return how far members share a knowledge base, in [0, 1] (S3; duty to share data: S4)."""
    return 1.0 - (1.0 - 0.6 * data_exchange) * (1.0 - 0.4 * share_pressure) * (1.0 - 0.2 * neighbourhood) * (
        1.0 - 0.2 * consultation
    )


@rule
def decision_probability(
    deciders: float,
    attention: float,
    staff_team: float,
    strategy_focus: float,
    coherence: float,
    information: float,
    presence: float,
    base: float,
    help_of_leadership: float,
    help_of_staff: float,
    help_of_focus: float,
    help_of_coherence: float,
    help_of_information: float,
    hindrance_of_size: float,
) -> float:
    """Return the chance that this month's meeting decides something.

    Log-odds rise with leadership, staff, focus, coherence and shared information (S0, S3) and fall with
    size beyond ``EXECUTIVE_SIZE``; an empty table decides nothing. ``presence`` is the members' mean
    of attendance times seniority.
    """
    beyond = max(0.0, deciders - EXECUTIVE_SIZE) / EXECUTIVE_SIZE
    odds = (
        base
        + help_of_leadership * attention
        + help_of_staff * staff_team
        + help_of_focus * strategy_focus
        + help_of_coherence * coherence
        + help_of_information * information
        - hindrance_of_size * beyond
    )
    return logistic(odds) * min(1.0, 2.5 * presence)
