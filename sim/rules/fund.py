"""The fund: what central government releases, and what posts cost."""

from __future__ import annotations

from sim.jit import rule

BY_NEED, BY_INFLUENCE, BY_ALIGNMENT = range(3)
PURSES: tuple[str, ...] = ("need", "influence", "alignment")
"""Names of the purse rules, in the order of their codes."""

STAFF_DAYS_A_MONTH = 60.0
"""Person-days a month of a full staff team: three people (assumed; S3 asks for a dedicated team)."""


@rule
def released(fund_gbp_m_a_year: float, is_accredited: bool, unaccredited_release: float) -> float:
    """Return the flexible fund (£m) that central government releases this month."""
    if is_accredited:
        return fund_gbp_m_a_year / 12.0
    return fund_gbp_m_a_year / 12.0 * unaccredited_release


@rule
def transaction_cost_gbp_m(person_days: float) -> float:
    """Return the cost (£m) of person-days, at £250 a day of a public manager in 2004 (assumed)."""
    return person_days * 250.0 / 1e6
