"""What policy makes of bodies and of the table: leaders, duties, relief, cuts, what is shared and measured."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import nudged, power, saturation

ELECTION_MONTH = 5
"""English local elections are held in May."""


# ---------------------------------------------------------------------- leaders, staff, upheavals


@rule
def leader_changes(calendar_month: int, turnover: float, draw: float) -> bool:
    """Return whether a May election brings a new leader, with the chance ``turnover`` (0 to 1)."""
    return calendar_month == ELECTION_MONTH and draw < turnover


@rule
def leader_style(configured: float, departure: float, style_spread: float) -> float:
    """Return an element of a leader's style in [0, 1].

    ``departure`` in [-1, 1] is this leader's own; 0 is the leader whom the scenario describes. Leaders
    differ between places and are replaced: some used the partnership as a platform, others delegated it (S2).
    """
    return nudged(level=configured, push=style_spread * departure)


@rule
def is_reorganised(reorganisation: float, exposure: float, draw: float) -> bool:
    """Return whether a body is reorganised this month; ``reorganisation`` is a chance a year (S3)."""
    return draw < reorganisation * exposure / 12.0


@rule
def budget_after_cuts(budget: float, austerity: float, is_publicly_funded: float) -> float:
    """Return a budget after austerity, which falls on publicly funded bodies (S2)."""
    return budget * (1.0 - austerity * is_publicly_funded)


# ---------------------------------------------------------------------- duties and relief


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
def relief_share(relief: float, conditional: float, is_successful: float) -> float:
    """Return the share of the burden lifted: all that is offered, or the unconditional part without success."""
    return relief * (1.0 - conditional * (1.0 - is_successful))


# ---------------------------------------------------------------------- what bodies bring, share and measure


@rule
def resource_standing(budget_gbp_m: float, resource_exponent: float) -> float:
    """Return the standing that resources give: budget (£m a year, > 0) to the ``resource_exponent``.

    Concave, as in resource dependence (Rhodes 1997): ten times the money is not ten times the say.
    """
    return power(base=budget_gbp_m, exponent=resource_exponent)


@rule
def one_plan(silos: float, council_alignment: float) -> float:
    """Return how far a body acts as one, in [0, 1]: a 'smart' council has few silos (S0, S1)."""
    return 1.0 - silos * (1.0 - council_alignment)


@rule
def shared_information(data_exchange: float, share_pressure: float, neighbourhood: float, consultation: float) -> float:
    """Return how far members share a knowledge base, in [0, 1] (S3; duty to share data: S4)."""
    return 1.0 - (1.0 - 0.6 * data_exchange) * (1.0 - 0.4 * share_pressure) * (1.0 - 0.2 * neighbourhood) * (
        1.0 - 0.2 * consultation
    )


@rule
def measurement_quality(measurement: float, report_pressure: float, monitoring: float) -> float:
    """Return how well results are seen, in [0, 1] (S3)."""
    return 1.0 - (1.0 - measurement) * (1.0 - 0.3 * report_pressure) * (1.0 - 0.3 * monitoring)
