"""Every reported measure, once: what it means, its unit and its range.

``MEASURES`` names them in the order of the columns of ``history.measures``. The functions below are
pure and compile, like the rules, so that both engines report by the same formula.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from sim.population import SECTORS, THEMES
from sim.rules.marking import rule

INFINITE = math.inf


@dataclasses.dataclass(frozen=True)
class Measure:
    """One reported number a month."""

    name: str
    unit: str
    low: float
    high: float
    says: str


def _measures() -> Mapping[str, Measure]:
    share, pounds = "share", "£m a month"
    rows: list[tuple[str, str, float, float, str]] = []

    def by_sector(name: str, unit: str, high: float, says: str) -> None:
        rows.append((name, unit, 0.0, high, says))
        rows.extend(
            (f"{name}_{sector}", unit, 0.0, high, f"{says} Sector: {sector} (0 without members).") for sector in SECTORS
        )

    by_sector("attendance", share, 1.0, "Share of members who attend the month's meeting.")
    by_sector("seniority", "0 junior to 1 chief officer", 1.0, "Mean level of the people sent.")
    by_sector("engagement", "index", 1.0, "Mean over members of attendance record × seniority × contribution factor.")
    by_sector("contribution_gbp_m", pounds, INFINITE, "Money bent to the strategy or pooled.")
    # fmt: off
    rows += [
        ("contribution_bent_gbp_m", pounds, 0.0, INFINITE, "Own money that members bend to the strategy."),
        ("contribution_pooled_gbp_m", pounds, 0.0, INFINITE, "Regeneration money that members route through the partnership."),
        ("contribution_share", share, 0.0, 1.0, "Bent and pooled money as a share of members' mainstream budgets."),
        ("trust", "0 to 1", 0.0, 1.0, "Mean directed trust between members."),
        ("trust_within", "0 to 1", 0.0, 1.0, "Mean trust between members of one sector (0 without such pairs)."),
        ("trust_across", "0 to 1", 0.0, 1.0, "Mean trust between members of different sectors (0 without such pairs)."),
        ("trust_reciprocity", "0 to 1", 0.0, 1.0, "One minus the mean difference between trust given and returned."),
        ("dominance", "normalised Herfindahl index", 0.0, 1.0, "Concentration of influence: 0 all equal, 1 one body has it all."),
        ("top_share", share, 0.0, 1.0, "Share of influence of the most influential member."),
        ("council_share", share, 0.0, 1.0, "Share of influence of councils."),
        ("voice_business", share, 0.0, 1.0, "Share of influence of business."),
        ("voice_voluntary", share, 0.0, 1.0, "Share of influence of voluntary bodies."),
        ("coherence", "0 to 1", 0.0, 1.0, "Influence-weighted alignment of members' plans with the strategy."),
        ("decision_rate", "decisions a month", 0.0, 1.0, "Decisions taken a month, remembered over about a year."),
        ("talk_ratio", share, 0.0, 1.0, "Share of meetings held so far that decided nothing."),
        ("acceptability", "0 to 1", 0.0, 1.0, "Mean closeness of the strategy to members' own priorities."),
        ("equity", "standard deviation", 0.0, 1.0, "Spread of that closeness over members; low is equitable."),
        ("outcome", "share of the gap", -1.0, 1.0, "Gap to the national average that is closed (negative: it grew), mean over themes."),
        *((f"outcome_{theme}", "share of the gap", -1.0, 1.0, f"Gap closed in {theme}.") for theme in THEMES),
        ("outcome_counterfactual", "share of the gap", -1.0, 1.0, "Gap closed without a partnership, under the same shocks."),
        ("added_value", "share of the gap", -2.0, 2.0, "Outcome minus the counterfactual."),
        ("delivered", "share of the gap a year", 0.0, INFINITE, "Results delivered, remembered over about a year."),
        ("fund_in_gbp_m", pounds, 0.0, INFINITE, "Money that comes into the pooled fund."),
        ("fund_spent_gbp_m", pounds, 0.0, INFINITE, "Money paid out of the pooled fund."),
        ("fund_forfeited_gbp_m", pounds, 0.0, INFINITE, "Money returned to the centre, unclaimed or unspent."),
        ("fund_held_gbp_m", "£m", 0.0, INFINITE, "Money in the pooled fund at the month's end."),
        ("transaction_cost_gbp_m", pounds, 0.0, INFINITE, "Cost of meeting, reporting and the staff team."),
        ("person_days", "days a month", 0.0, INFINITE, "Working time behind that cost."),
        ("inspection_cost_gbp_m", pounds, 0.0, INFINITE, "Cost of external inspection to the bodies on the board."),
        ("public_value_gbp_m", "£m since the start", -INFINITE, INFINITE, "Added value at the cost of the gap, minus transaction costs so far."),
        ("credibility", "0 to 1", 0.0, 1.0, "Standing with central government."),
        ("is_accredited", "0 or 1", 0.0, 1.0, "The fund is released in full."),
        ("is_successful", "0 or 1", 0.0, 1.0, "The partnership is judged successful."),
        ("duty_compliance", "0 to 1", 0.0, 1.0, "Mean compliance of bodies that a duty binds (0 without duty)."),
        ("capacity_leadership", "0 to 1", 0.0, 1.0, "Attention of the leader, evened out by facilitation."),
        ("capacity_management", "0 to 1", 0.0, 1.0, "Administrative capacity for joint work."),
        ("capacity_performance", "0 to 1", 0.0, 1.0, "How convincing the past year's results are."),
        ("capacity_standing", "0 to 1", 0.0, 1.0, "Attendance record of bodies that no duty or assessment makes come."),
        ("capacity_influence", "0 to 1", 0.0, 1.0, "Share of what they could bend that members do bend."),
        ("stage", "1 to 5", 1.0, 5.0, "Stage of development of the partnership."),
        ("months_to_first_decision", "months", 0.0, 600.0, "Months until something was decided (so far, if nothing was)."),
        ("months_to_first_delivery", "months", 0.0, 600.0, "Months until half a per cent of the gap was delivered in a year (so far, if not)."),
        ("n_members", "bodies", 0.0, 512.0, "Members at the month's end."),
        ("n_exits", "bodies since the start", 0.0, INFINITE, "Seats given up so far."),
        ("is_dissolved", "0 or 1", 0.0, 1.0, "The partnership has been abolished."),
    ]
    # fmt: on
    return {row[0]: Measure(*row) for row in rows}


MEASURES: Mapping[str, Measure] = _measures()
"""Every measure by name, in column order."""

FIRST_DELIVERY = 0.005
"""Yearly results, as a share of the gap, that count as the first delivery."""


@rule
def member_engagement(attendance_record: float, seniority: float, contribution_rate: float) -> float:
    """Return a member's engagement index in [0, 1]: presence times rank, halved when nothing is put in.

    The contribution counts as a saturating factor between ½ and 1, because bodies can bend little.
    """
    return attendance_record * seniority * (0.5 + 0.5 * contribution_rate / (contribution_rate + 0.05))


@rule
def normalised_herfindahl(sum_of_squared_shares: float, n_members: float) -> float:
    """Return the concentration of influence: 0 for equal shares, 1 for one member or one who has all."""
    if n_members <= 1.0:
        return 1.0
    even = 1.0 / n_members
    return max(0.0, (sum_of_squared_shares - even) / (1.0 - even))


@rule
def mean_or_zero(total: float, count: float) -> float:
    """Return total / count, or 0 when there is nothing to count."""
    if count <= 0.0:
        return 0.0
    return total / count


@rule
def spread(total: float, total_of_squares: float, count: float) -> float:
    """Return the standard deviation of ``count`` values with that total and total of squares."""
    if count <= 0.0:
        return 0.0
    mean = total / count
    return math.sqrt(max(0.0, total_of_squares / count - mean * mean))
