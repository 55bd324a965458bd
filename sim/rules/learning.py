"""Submodel 10, learning: belief that the partnership delivers, and the share of the fund expected."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import saturation, towards


@rule
def measurement_quality(measurement: float, report_pressure: float, monitoring: float) -> float:
    """Return how well results are seen, in [0, 1] (S3)."""
    return 1.0 - (1.0 - measurement) * (1.0 - 0.3 * report_pressure) * (1.0 - 0.3 * monitoring)


@rule
def results_signal(delivered_share_a_year: float, aspiration: float) -> float:
    """Return how convincing a year's results are, in [0, 1): one half at the ``aspiration``."""
    return saturation(amount=delivered_share_a_year, half=aspiration)


@rule
def signal_of_success(results: float, decision_memory: float, process_credit: float) -> float:
    """Return what a member sees of success: results, and decisions taken (the early credit of a process, S3)."""
    return (1.0 - process_credit) * results + process_credit * decision_memory


@rule
def belief_step(belief: float, signal: float, quality: float, attendance_record: float, rate: float) -> float:
    """Return the belief, in [0, 1], that the partnership delivers, a month later.

    Who measures well and comes often sees more, for better or worse.
    """
    return towards(current=belief, target=signal, rate=rate * (0.3 + 0.7 * quality) * (0.3 + 0.7 * attendance_record))


@rule
def expected_share_step(expected_share: float, share_paid: float, rate: float) -> float:
    """Return the share of the fund that a body expects, moved to the share it was paid."""
    return towards(current=expected_share, target=share_paid, rate=rate)
