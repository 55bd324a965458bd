"""Every reported measure, once: what it means, its unit and range, its formula, and how it is read at the end.

``MEASURES`` names them in the order of the columns of ``history.measures``, ``COLUMNS`` those of ``history.partners``.
A formula is a function of the partnership (of a body), and compiles like the rules, so that both engines report the same.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from sim.jit import rule
from sim.population import DECLARED_SECTORS, THEMES
from sim.rules.engagement import normalised_herfindahl
from sim.rules.mathematics import mean_or_zero, spread, total
from sim.spelling import spelt_out

if TYPE_CHECKING:
    from sim.partnership import PartnershipModel

AtTheEnd = Literal["mean of the last year", "last month"]
LAST_YEAR: AtTheEnd = "mean of the last year"
LAST_MONTH: AtTheEnd = "last month"
FINAL_MONTHS = 12

INFINITE = math.inf
N_THEMES = len(THEMES)

Formula = str | Callable[["PartnershipModel"], float]
"""A number that the partnership holds, by its name (and position), or a function of the partnership."""


@dataclasses.dataclass(frozen=True)
class Measure:
    """One reported number a month."""

    name: str
    unit: str
    low: float
    high: float
    says: str
    formula: Formula = dataclasses.field(repr=False)
    names_regimes: bool = False
    """Regimes are named from it, so it is measured in every month, kept or not."""
    at_the_end: AtTheEnd = LAST_YEAR
    """How its final value is read: what adds up over a run as it stands in the last month, all else as the mean of
    the last year, since one month's attendance or spending is mostly chance."""
    label: str = ""
    """What people call it, within a sentence; without one the name is spelt out."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or spelt_out(self.name))


# ---------------------------------------------------------------------- formulas that need more than a line


@rule
def pairs_of(members: float) -> float:
    """Return how many pairs there are among a number of members."""
    return 0.5 * members * (members - 1.0)


@rule
def pairs_within(self: PartnershipModel) -> float:
    """Return how many pairs of members are of one sector."""
    pairs = 0.0
    for s in range(len(self.members_of)):
        pairs += pairs_of(self.members_of[s])
    return pairs


@rule
def alive(self: PartnershipModel) -> float:
    """Return 1 until the partnership has been dissolved, and 0 from then on."""
    return 1.0 - self.is_dissolved


@rule
def trust_reciprocity(self: PartnershipModel) -> float:
    """Return one minus the mean difference between trust given and returned, 0 without a pair."""
    pairs = pairs_of(total(tuple(self.members_of)))
    return 1.0 - mean_or_zero(total=self.trust_difference, count=pairs) if pairs > 0.0 else 0.0


@rule
def mean_outcome(self: PartnershipModel) -> float:
    """Return the outcome, mean over the themes."""
    return mean_or_zero(total=total(tuple(self.outcome)), count=N_THEMES)


@rule
def mean_counterfactual(self: PartnershipModel) -> float:
    """Return the outcome without a partnership, mean over the themes."""
    return mean_or_zero(total=total(tuple(self.counterfactual)), count=N_THEMES)


# ---------------------------------------------------------------------- the table of measures


def _measures() -> Mapping[str, Measure]:
    share, pounds = "share", "£m a month"
    rows: list[Measure] = []

    def by_sector(name: str, unit: str, high: float, says: str, overall: Formula, of_sector: str) -> None:
        rows.append(Measure(name, unit, 0.0, high, says, overall, names_regimes=name == "engagement"))
        for s, sector in enumerate(DECLARED_SECTORS):
            sentence, label = (
                f"{says} Sector: {sector.name} (0 without members).",
                f"{rows[-1 - s].label} of {sector.label}",
            )
            rows.append(Measure(f"{name}_{sector.name}", unit, 0.0, high, sentence, f"{of_sector}[{s}]", label=label))

    # fmt: off
    by_sector("attendance", share, 1.0, "Share of members who attend the month's meeting.", lambda m: mean_or_zero(total=total(tuple(m.attended_of)), count=m.n_members), "attendance_in")
    by_sector("seniority", "0 junior to 1 chief officer", 1.0, "Mean level of the people sent.", lambda m: mean_or_zero(total=total(tuple(m.seniority_of)), count=m.n_members), "seniority_in")
    by_sector("engagement", "index", 1.0, "Mean over members of attendance record × seniority × contribution factor.", lambda m: mean_or_zero(total=total(tuple(m.engaged_of)), count=m.n_members), "engagement_in")
    by_sector("contribution_gbp_m", pounds, INFINITE, "Money bent to the strategy or pooled.", lambda m: total(tuple(m.given_of)), "given_of")
    rows += [
        Measure("contribution_bent_gbp_m", pounds, 0.0, INFINITE, "Own money that members bend to the strategy.", "bent_gbp_m", label="own money bent"),
        Measure("contribution_pooled_gbp_m", pounds, 0.0, INFINITE, "Regeneration money that members route through the partnership.", "given_to_pool_gbp_m", label="regeneration money pooled"),
        Measure("contribution_share", share, 0.0, 1.0, "Bent and pooled money as a share of members' mainstream budgets.", lambda m: mean_or_zero(total=12.0 * (m.bent_gbp_m + m.given_to_pool_gbp_m), count=m.budgets_gbp_m)),
        Measure("trust", "0 to 1", 0.0, 1.0, "Mean directed trust between members.", lambda m: mean_or_zero(total=m.trust_within + m.trust_across, count=2.0 * pairs_of(total(tuple(m.members_of))))),
        Measure("trust_within", "0 to 1", 0.0, 1.0, "Mean trust between members of one sector (0 without such pairs).", lambda m: mean_or_zero(total=m.trust_within, count=2.0 * pairs_within(m)), label="trust within sectors"),
        Measure("trust_across", "0 to 1", 0.0, 1.0, "Mean trust between members of different sectors (0 without such pairs).", lambda m: mean_or_zero(total=m.trust_across, count=2.0 * (pairs_of(total(tuple(m.members_of))) - pairs_within(m))), label="trust across sectors"),
        Measure("trust_reciprocity", "0 to 1", 0.0, 1.0, "One minus the mean difference between trust given and returned.", trust_reciprocity, label="reciprocity of trust"),
        Measure("dominance", "normalised Herfindahl index", 0.0, 1.0, "Concentration of influence: 0 all equal, 1 one body has it all.", lambda m: normalised_herfindahl(sum_of_squared_shares=m.squares, n_members=m.n_members) if m.n_members > 0.0 else 0.0),
        Measure("top_share", share, 0.0, 1.0, "Share of influence of the most influential member.", "top_share", names_regimes=True, label="top share of influence"),
        Measure("council_share", share, 0.0, 1.0, "Share of influence of councils.", "influence_of[0]", label="voice of councils"),
        Measure("voice_business", share, 0.0, 1.0, "Share of influence of business.", "influence_of[2]", label="voice of businesses"),
        Measure("voice_voluntary", share, 0.0, 1.0, "Share of influence of voluntary bodies.", "influence_of[3]", label="voice of voluntary bodies"),
        Measure("coherence", "0 to 1", 0.0, 1.0, "Influence-weighted alignment of members' plans with the strategy.", lambda m: 0.0 if m.is_dissolved > 0.0 else m.coherence),
        Measure("decision_rate", "decisions a month", 0.0, 1.0, "Decisions taken a month, remembered over about a year.", lambda m: 0.0 if m.is_dissolved > 0.0 else m.decision_memory, names_regimes=True),
        Measure("talk_ratio", share, 0.0, 1.0, "Share of meetings held so far that decided nothing.", lambda m: 1.0 - m.decisions / m.meetings if m.meetings > 0.0 else 0.0),
        Measure("acceptability", "0 to 1", 0.0, 1.0, "Mean closeness of the strategy to members' own priorities.", lambda m: mean_or_zero(total=m.fits, count=m.n_members)),
        Measure("equity", "standard deviation", 0.0, 1.0, "Spread of that closeness over members; low is equitable.", lambda m: spread(total=m.fits, total_of_squares=m.fits_squared, count=m.n_members)),
        Measure("outcome", "share of the gap", -1.0, 1.0, "Gap to the national average that is closed (negative: it grew), mean over themes.", mean_outcome, at_the_end=LAST_MONTH),
        *(Measure(f"outcome_{theme}", "share of the gap", -1.0, 1.0, f"Gap closed in {theme}.", f"outcome[{k}]", label=f"outcome in {theme}", at_the_end=LAST_MONTH) for k, theme in enumerate(THEMES)),
        Measure("outcome_counterfactual", "share of the gap", -1.0, 1.0, "Gap closed without a partnership, under the same shocks.", mean_counterfactual, label="outcome without a partnership", at_the_end=LAST_MONTH),
        Measure("added_value", "share of the gap", -2.0, 2.0, "Outcome minus the counterfactual.", lambda m: mean_outcome(m) - mean_counterfactual(m), at_the_end=LAST_MONTH),
        Measure("delivered", "share of the gap a year", 0.0, INFINITE, "Results delivered, remembered over about a year.", "delivered", names_regimes=True),
        Measure("fund_in_gbp_m", pounds, 0.0, INFINITE, "Money that comes into the pooled fund.", "fund_in_gbp_m", label="fund received"),
        Measure("fund_spent_gbp_m", pounds, 0.0, INFINITE, "Money paid out of the pooled fund.", "fund_spent_gbp_m"),
        Measure("fund_forfeited_gbp_m", pounds, 0.0, INFINITE, "Money returned to the centre, unclaimed or unspent.", "fund_forfeited_gbp_m"),
        Measure("fund_held_gbp_m", "£m", 0.0, INFINITE, "Money in the pooled fund at the month's end.", "fund_held_gbp_m", at_the_end=LAST_MONTH),
        Measure("transaction_cost_gbp_m", pounds, 0.0, INFINITE, "Cost of meeting, reporting and the staff team.", "transaction_cost_gbp_m"),
        Measure("person_days", "days a month", 0.0, INFINITE, "Working time behind that cost.", "person_days"),
        Measure("inspection_cost_gbp_m", pounds, 0.0, INFINITE, "Cost of external inspection to the bodies on the board.", "inspection_cost_gbp_m"),
        Measure("public_value_gbp_m", "£m since the start", -INFINITE, INFINITE, "Added value at the cost of the gap, minus transaction costs so far.", lambda m: (mean_outcome(m) - mean_counterfactual(m)) * m.gap_cost_gbp_m - m.transaction_cost_so_far_gbp_m, at_the_end=LAST_MONTH),
        Measure("credibility", "0 to 1", 0.0, 1.0, "Standing with central government.", lambda m: alive(m) * m.credibility),
        Measure("is_accredited", "0 or 1", 0.0, 1.0, "The fund is released in full.", lambda m: alive(m) * m.is_accredited, label="accredited"),
        Measure("is_successful", "0 or 1", 0.0, 1.0, "The partnership is judged successful.", lambda m: alive(m) * m.is_successful, label="judged successful"),
        Measure("duty_compliance", "0 to 1", 0.0, 1.0, "Mean compliance of bodies that a duty binds (0 without duty).", lambda m: mean_or_zero(total=m.complied, count=m.bound)),
        Measure("capacity_leadership", "0 to 1", 0.0, 1.0, "Attention of the leader, evened out by facilitation.", lambda m: alive(m) * m.attention * (0.5 + 0.5 * m.facilitation)),
        Measure("capacity_management", "0 to 1", 0.0, 1.0, "Administrative capacity for joint work.", lambda m: alive(m) * m.administrative_capacity),
        Measure("capacity_performance", "0 to 1", 0.0, 1.0, "How convincing the past year's results are.", "results"),
        Measure("capacity_standing", "0 to 1", 0.0, 1.0, "Attendance record of bodies that no duty or assessment makes come.", lambda m: mean_or_zero(total=m.free_records, count=m.free)),
        Measure("capacity_influence", "0 to 1", 0.0, 1.0, "Share of what they could bend that members do bend.", lambda m: mean_or_zero(total=m.giving_rates, count=m.n_members)),
        Measure("stage", "1 to 5", 1.0, 5.0, "Stage of development of the partnership.", "stage", at_the_end=LAST_MONTH),
        Measure("months_to_first_decision", "months", 0.0, 600.0, "Months until something was decided (so far, if nothing was).", "months_to_first_decision", at_the_end=LAST_MONTH),
        Measure("months_to_first_delivery", "months", 0.0, 600.0, "Months until half a per cent of the gap was delivered in a year (so far, if not).", "months_to_first_delivery", at_the_end=LAST_MONTH),
        Measure("n_members", "bodies", 0.0, 512.0, "Members at the month's end.", "n_members", label="members"),
        Measure("n_exits", "bodies since the start", 0.0, INFINITE, "Seats given up so far.", "n_exits", label="seats given up", at_the_end=LAST_MONTH),
        Measure("is_dissolved", "0 or 1", 0.0, 1.0, "The partnership has been abolished.", "is_dissolved", names_regimes=True, label="dissolved", at_the_end=LAST_MONTH),
    ]
    # fmt: on
    return {measure.name: measure for measure in rows}


def reader_of(measures: Sequence[Measure]) -> Callable[[PartnershipModel], list[float]]:
    """Return the function of a partnership that gives measures in their order, in Mesa."""
    scope = {f"formula_{n}": measure.formula for n, measure in enumerate(measures)}
    parts = [f"m.{f}" if isinstance(f, str) else f"{name}(m)" for name, f in scope.items()]
    read: Callable[[PartnershipModel], list[float]] = eval(f"lambda m: [{', '.join(parts)}]", dict(scope))
    return read


MEASURES: Mapping[str, Measure] = _measures()
"""Every measure by name, in column order."""


COLUMNS: Mapping[str, str] = {
    "is_member": "is_member",
    "attendance": "attended",
    "seniority": "seniority",
    "contribution_gbp_m": "given_gbp_m",
    "influence": "influence",
    "belief": "belief",
    "alignment": "alignment",
    "attendance_record": "attendance_record",
    "engagement": "engagement",
}
"""What ``history.partners`` holds for each month and member, before the utility terms, and the number of the body that
it is; 0 for bodies that are no members."""
