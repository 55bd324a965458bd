"""Every reported measure, once: what it means, its unit and range, its formula, and how it is read at the end.

``MEASURES`` names them in the order of the columns of ``history.measures``, ``COLUMNS`` those of ``history.partners``.
What a partnership remembers as well is here too: steps that add up what formulas read.
A formula is a function of the partnership (of a body), and compiles like the rules, so that both engines report the same.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from sim.jit import rule
from sim.meetings import closed_in
from sim.population import DECLARED_SECTORS, SECTORS, THEMES
from sim.rules.mathematics import mean_or_zero
from sim.rules.structure import normalised_herfindahl
from sim.spelling import spelt_out
from sim.tables import CLAIMS, N_CLAIMS, N_TABLES, N_THEMES

if TYPE_CHECKING:
    from sim.partnership import PartnershipModel

AtTheEnd = Literal["mean of the last year", "last month"]
LAST_YEAR: AtTheEnd = "mean of the last year"
LAST_MONTH: AtTheEnd = "last month"
FINAL_MONTHS = 12

INFINITE = math.inf

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


# ---------------------------------------------------------------------- what measures are made of


@rule
def begin_to_show(self: Any) -> None:
    """Begin to add up what measures are made of."""
    self.all_came = 0.0
    self.all_in_person = 0.0
    self.all_scarcity = 0.0
    self.all_pooled_gbp_m = 0.0
    self.n_pooling = 0.0
    self.all_belief = 0.0
    self.all_degree = 0.0
    self.most_degree = 0.0
    for s in range(len(SECTORS)):
        self.core_of[s] = 0.0
        self.came_of[s] = 0.0
        self.sits_of[s] = 0.0
        self.engagement_of[s] = 0.0
        self.person_of[s] = 0.0
        self.pooled_of[s] = 0.0
        self.say_of_sector[s] = 0.0
        self.aligned_of[s] = 0.0
    for c in range(N_CLAIMS):
        self.all_claims[c] = 0.0
    self.all_spared = 0.0
    self.all_half_days = 0.0
    self.all_sat_in_person = 0.0
    self.all_budgets_gbp_m = 0.0
    self.squares = 0.0


@rule
def show_oneself(self: Any) -> None:
    """Add the body's to the others'."""
    model = self.model
    model.all_came += self.came_share * model.stands
    model.all_in_person += self.person_share * model.stands
    model.all_scarcity += self.scarcity
    model.all_pooled_gbp_m += self.pooled_now_gbp_m
    model.n_pooling += 1.0 if self.pooled_recently > 0.0 else 0.0
    model.all_belief += self.belief
    model.all_degree += self.degree
    model.most_degree = max(model.most_degree, self.degree)
    model.core_of[self.seat.sector] += self.in_core
    model.came_of[self.seat.sector] += self.came_share * model.stands
    model.sits_of[self.seat.sector] += 1.0
    model.engagement_of[self.seat.sector] += self.engagement
    model.person_of[self.seat.sector] += self.person_share * model.stands
    model.pooled_of[self.seat.sector] += self.pooled_now_gbp_m
    model.say_of_sector[self.seat.sector] += self.influence * model.stands
    model.aligned_of[self.seat.sector] += self.alignment
    model.all_budgets_gbp_m += self.budget_gbp_m
    model.squares += self.influence * self.influence
    for c in range(N_CLAIMS):
        model.all_claims[c] += self.claims[c]
    model.all_spared += self.spared_half_days
    model.all_half_days += self.half_days
    for t in range(N_TABLES):
        model.all_sat_in_person += 1.0 if self.rank_at[t] == 2.0 else 0.0


@rule
def tie_and_trust(
    tie: float, joint: float, trust: float, returned_trust: float, sector: int, other_sector: int
) -> tuple[float, float, float, float, float, float]:
    """Return whether two bodies are tied, across sectors, with a joint project; their trust, and how far it differs."""
    across, mutual = sector != other_sector, trust + returned_trust
    return (
        tie,
        tie if across else 0.0,
        tie if joint > 0.0 else 0.0,
        0.0 if across else mutual,
        mutual if across else 0.0,
        abs(trust - returned_trust),
    )


# ---------------------------------------------------------------------- formulas


@rule
def pairs_of(self: Any) -> float:
    """Return how many pairs of members there are."""
    return 0.5 * self.n_counted * (self.n_counted - 1.0)


@rule
def pairs_within(self: Any) -> float:
    """Return how many pairs of members are of one sector."""
    pairs = 0.0
    for s in range(len(self.sits_of)):
        pairs += 0.5 * self.sits_of[s] * (self.sits_of[s] - 1.0)
    return pairs


@rule
def mean_outcome(self: Any) -> float:
    """Return the share of the gap that is closed, mean over themes."""
    closed = 0.0
    for k in range(N_THEMES):
        closed += closed_in(self, theme=k)
    return closed / N_THEMES


@rule
def mean_counterfactual(self: Any) -> float:
    """Return the share of the gap that the same pounds alone would have closed, under the same shocks."""
    closed = 0.0
    for k in range(N_THEMES):
        closed += self.alone[k] + self.shocks[k]
    return closed / N_THEMES


@rule
def mean_gain(self: Any) -> float:
    """Return what the table added, mean over themes."""
    gained = 0.0
    for k in range(N_THEMES):
        gained += self.gained[k]
    return gained / N_THEMES


@rule
def sectors_in_core(self: Any) -> float:
    """Return from how many sectors the bodies of the core come."""
    sectors = 0.0
    for s in range(len(self.core_of)):
        sectors += 1.0 if self.core_of[s] > 0.0 else 0.0
    return sectors


def _attendance_of(sector: int) -> Any:
    return lambda m: mean_or_zero(total=m.came_of[sector], count=m.sits_of[sector])


def _engagement_of(sector: int) -> Any:
    return lambda m: mean_or_zero(total=m.engagement_of[sector], count=m.sits_of[sector])


def _senior_of(sector: int) -> Any:
    return lambda m: mean_or_zero(total=m.person_of[sector], count=m.sits_of[sector])


@rule
def mean_alignment(self: Any) -> float:
    """Return the mean closeness of members' plans to the strategy."""
    aligned, members = 0.0, 0.0
    for s in range(len(self.aligned_of)):
        aligned += self.aligned_of[s]
        members += self.sits_of[s]
    return mean_or_zero(total=aligned, count=members)


@rule
def alignment_of_others(self: Any) -> float:
    """Return the mean closeness of plans to the strategy, of members that are no council."""
    aligned, members = 0.0, 0.0
    for s in range(1, len(self.aligned_of)):
        aligned += self.aligned_of[s]
        members += self.sits_of[s]
    return mean_or_zero(total=aligned, count=members)


@rule
def stage(self: Any) -> float:
    """Return the stage of a partnership, 1 to 5, read off what exists (S3).

    1 a purpose; 2 it meets; 3 something is decided and planned; 4 something is being delivered; 5 something was
    delivered and its worth is known, as the next thing is begun.
    """
    running, delivering = 0.0, 0.0
    for p in range(len(self.months_left)):
        running += 1.0 if self.months_left[p] > 0.0 else 0.0
        delivering += 1.0 if self.months_left[p] > 0.0 and self.planning_left[p] <= 0.0 else 0.0
    if self.n_delivered > 0.0 and running > 0.0:
        return 5.0
    if delivering > 0.0:
        return 4.0
    if running > 0.0:
        return 3.0
    return 2.0 if self.meetings_year > 0.0 else 1.0


def _claimed_by(claim: int) -> Any:
    return lambda m: mean_or_zero(total=m.all_claims[claim], count=m.n_counted)


def _outcome_in(theme: int) -> Any:
    return lambda m: closed_in(m, theme=theme)


def _measures() -> Mapping[str, Measure]:
    share = "share"
    # fmt: off
    rows = [
        Measure("attendance", share, 0.0, 1.0, "Share of seats filled by anybody at the board's meetings of the last twelve months.", lambda m: mean_or_zero(total=m.all_came, count=m.n_counted), names_regimes=True),
        *(Measure(f"attendance_{sector.name}", share, 0.0, 1.0, f"The same, of the sector's seats: {sector.name} (0 without members).", _attendance_of(s), label=f"attendance of {sector.label}") for s, sector in enumerate(DECLARED_SECTORS)),
        Measure("attendance_senior", share, 0.0, 1.0, "Share of seats filled in person at the board's meetings of the last twelve months.", lambda m: mean_or_zero(total=m.all_in_person, count=m.n_counted), names_regimes=True, label="attendance in person"),
        *(Measure(f"attendance_senior_{sector.name}", share, 0.0, 1.0, f"Share of the sector's seats filled in person: {sector.name} (0 without members).", _senior_of(s), label=f"attendance in person of {sector.label}") for s, sector in enumerate(DECLARED_SECTORS)),
        Measure("attendance_junior", share, 0.0, 1.0, "Share of seats filled by juniors at the board's meetings of the last twelve months.", lambda m: mean_or_zero(total=m.all_came - m.all_in_person, count=m.n_counted), label="attendance by juniors"),
        Measure("engagement", "index", 0.0, 1.0, "Mean over members of presence in the last twelve months (a junior counts a quarter), as far as commitments were kept.", lambda m: mean_or_zero(total=m.all_engaged, count=m.n_counted)),
        *(Measure(f"engagement_{sector.name}", "index", 0.0, 1.0, f"The same, of the sector's members: {sector.name} (0 without members).", _engagement_of(s), label=f"engagement of {sector.label}") for s, sector in enumerate(DECLARED_SECTORS)),
        Measure("decision_rate", "decisions a month", 0.0, INFINITE, "Projects adopted by the board or a group, a month over the last twelve.", lambda m: m.decisions_year / 12.0, names_regimes=True),
        Measure("decisions", "decisions", 0.0, INFINITE, "Projects adopted this month by the board or a group.", "adopted_now"),
        Measure("items_raised", "items", 0.0, INFINITE, "Items for which meetings of this month had time.", "raised"),
        Measure("top_share", share, 0.0, 1.0, "Share of influence of the most influential member.", lambda m: m.stands * m.top_influence, names_regimes=True, label="top share of influence"),
        Measure("dominance", "normalised Herfindahl index", 0.0, 1.0, "Concentration of influence: 0 all equal, 1 one body has it all.", lambda m: m.stands * normalised_herfindahl(sum_of_squared_shares=m.squares, n_members=m.n_counted)),
        *(Measure(f"voice_{sector.name}", share, 0.0, 1.0, f"Share of influence of the sector: {sector.name}.", f"say_of_sector[{s}]", label=f"voice of {sector.label}") for s, sector in enumerate(DECLARED_SECTORS)),
        Measure("coherence", share, 0.0, 1.0, "Mean closeness of members' plans to the strategy.", mean_alignment),
        Measure("alignment_partners", share, 0.0, 1.0, "The same, councils left out.", alignment_of_others, label="alignment of partners"),
        Measure("tie_density", share, 0.0, 1.0, "Share of pairs of members that are tied.", lambda m: mean_or_zero(total=m.ties, count=pairs_of(m)), label="density of ties"),
        Measure("tie_cross_sector_share", share, 0.0, 1.0, "Share of ties that join different sectors.", lambda m: mean_or_zero(total=m.ties_across, count=m.ties), label="ties across sectors"),
        Measure("tie_centralisation", "0 to 1", 0.0, 1.0, "How far ties run to one body: 1 a star, 0 all have equally many (Freeman 1979).", lambda m: mean_or_zero(total=m.n_counted * m.most_degree - m.all_degree, count=(m.n_counted - 1.0) * (m.n_counted - 2.0)), label="centralisation of ties"),
        Measure("ties_used", "ties", 0.0, INFINITE, "Ties on which a joint project runs.", "ties_in_use", names_regimes=True, label="ties in use"),
        Measure("core_size", "bodies", 0.0, 512.0, "Bodies in the core, each tied to at least half of the others in it; seen once a year.", "core_size", label="size of the core"),
        Measure("core_share", share, 0.0, 1.0, "Share of members in the core.", lambda m: mean_or_zero(total=m.core_size, count=m.n_counted), names_regimes=True, label="share of members in the core"),
        Measure("core_sectors", "sectors", 0.0, 4.0, "Sectors from which the bodies of the core come.", sectors_in_core, names_regimes=True, label="sectors in the core"),
        Measure("trust", "0 to 1", 0.0, 1.0, "Mean directed trust between members.", lambda m: mean_or_zero(total=m.trust_within + m.trust_across, count=2.0 * pairs_of(m))),
        Measure("trust_within", "0 to 1", 0.0, 1.0, "Mean trust between members of one sector (0 without such pairs).", lambda m: mean_or_zero(total=m.trust_within, count=2.0 * pairs_within(m)), label="trust within sectors"),
        Measure("trust_across", "0 to 1", 0.0, 1.0, "Mean trust between members of different sectors (0 without such pairs).", lambda m: mean_or_zero(total=m.trust_across, count=2.0 * (pairs_of(m) - pairs_within(m))), label="trust across sectors"),
        Measure("trust_reciprocity", "0 to 1", 0.0, 1.0, "One minus the mean difference between trust given and returned.", lambda m: 1.0 - m.trust_difference / pairs_of(m) if m.n_counted > 1.0 else 0.0, label="reciprocity of trust"),
        Measure("projects", "projects", 0.0, 16.0, "Projects that run.", "n_projects"),
        Measure("project_yield", share, 0.0, 1.0, "Mean yield of the projects in delivery: what the weakest needed sector puts in.", "mean_yield", label="yield of projects"),
        Measure("pooling_share", share, 0.0, 1.0, "Share of members that put own money into a joint project in about the last year.", lambda m: mean_or_zero(total=m.n_pooling, count=m.n_counted), label="members who pool"),
        Measure("contribution_pooled_gbp_m", "£m a month", 0.0, INFINITE, "Own money that members put into joint projects.", "all_pooled_gbp_m", label="own money pooled"),
        Measure("contribution_share", share, 0.0, INFINITE, "That money as a share of members' budgets.", lambda m: mean_or_zero(total=12.0 * m.all_pooled_gbp_m, count=m.all_budgets_gbp_m), label="own money pooled, of budgets"),
        *(Measure(f"contribution_gbp_m_{sector.name}", "£m a month", 0.0, INFINITE, f"Own money that members of the sector put into joint projects: {sector.name}.", f"pooled_of[{s}]", label=f"own money pooled by {sector.label}") for s, sector in enumerate(DECLARED_SECTORS)),
        Measure("private_gbp_m", "£m a month", 0.0, INFINITE, "Private money that follows economic projects, as a mean of about a year.", "private_gbp_m", label="private money"),
        Measure("belief", "0 to 1", 0.0, 1.0, "Mean belief that working together delivers.", lambda m: mean_or_zero(total=m.all_belief, count=m.n_counted)),
        Measure("scarcity", "1 all time is claimed", 0.0, INFINITE, "Mean scarcity of members' senior time.", lambda m: mean_or_zero(total=m.all_scarcity, count=m.n_counted), label="scarcity of senior time"),
        Measure("outcome", "share of the gap", -INFINITE, INFINITE, "Gap to the national average that is closed (negative: it grew), mean over themes.", mean_outcome, at_the_end=LAST_MONTH),
        Measure("outcome_counterfactual", "share of the gap", -INFINITE, INFINITE, "Gap closed by the same pounds alone, under the same shocks.", mean_counterfactual, at_the_end=LAST_MONTH, label="outcome without a partnership"),
        Measure("added_value", "share of the gap", -INFINITE, INFINITE, "Outcome minus the counterfactual.", mean_gain, names_regimes=True, at_the_end=LAST_MONTH),
        *(Measure(f"outcome_{theme}", "share of the gap", -INFINITE, INFINITE, f"Gap closed in {theme}.", _outcome_in(k), at_the_end=LAST_MONTH, label=f"outcome in {theme}") for k, theme in enumerate(THEMES)),
        *(Measure(f"added_value_{theme}", "share of the gap", -INFINITE, INFINITE, f"What the table added in {theme}.", f"gained[{k}]", at_the_end=LAST_MONTH, label=f"added value in {theme}") for k, theme in enumerate(THEMES)),
        Measure("fund_in_gbp_m", "£m a month", 0.0, INFINITE, "Money that comes into the fund: grant, routed budgets, rewards, bids.", "fund_in_gbp_m", label="fund received"),
        Measure("fund_spent_gbp_m", "£m a month", 0.0, INFINITE, "Money of the fund that went into projects.", "fund_spent_gbp_m", label="fund spent on projects"),
        Measure("fund_posts_gbp_m", "£m a month", 0.0, INFINITE, "Money of the fund that went into staff posts and capacity.", "posts_paid_gbp_m", label="fund spent on posts"),
        *(Measure(f"fund_spent_{theme}_gbp_m", "£m a month", 0.0, INFINITE, f"Money of the fund that went into projects on {theme}.", f"spent_on[{k}]", label=f"fund spent on {theme}") for k, theme in enumerate(THEMES)),
        Measure("fund_held_gbp_m", "£m", 0.0, INFINITE, "Money of the fund that waits for projects.", "fund_held_gbp_m", at_the_end=LAST_MONTH),
        Measure("fund_forfeited_gbp_m", "£m a month", 0.0, INFINITE, "Money of the fund that went back unspent.", "fund_forfeited_gbp_m"),
        Measure("months_to_first_decision", "months", 0.0, 600.0, "Months until a project was adopted (so far, if none was).", "months_to_first_decision", at_the_end=LAST_MONTH),
        Measure("months_to_first_delivery", "months", 0.0, 600.0, "Months until a project was finished (so far, if none was).", "months_to_first_delivery", at_the_end=LAST_MONTH),
        Measure("projects_delivered", "projects", 0.0, INFINITE, "Projects that have delivered since the start.", "n_delivered", at_the_end=LAST_MONTH),
        Measure("stage", "1 to 5", 1.0, 5.0, "Stage of the partnership, read off what exists: purpose, meeting, planning, delivery, review.", stage, at_the_end=LAST_MONTH),
        Measure("time_elsewhere", "tables", 0.0, INFINITE, "Mean number of other tables that a body's seniors go to.", lambda m: mean_or_zero(total=m.going[0] + m.going[1] + m.going[2], count=m.could_go), label="other tables"),
        Measure("time_had", "half-days a month", 0.0, INFINITE, "Mean senior time that a member has.", lambda m: mean_or_zero(total=m.all_half_days, count=m.n_counted), label="senior time"),
        *(Measure(f"time_{claim.replace(' ', '_')}", "half-days a month", 0.0, INFINITE, f"Mean senior time of members that this claims, before what staff take over: {claim}.", _claimed_by(c), label=f"senior time, {claim}") for c, claim in enumerate(CLAIMS)),
        Measure("time_meetings", "half-days a month", 0.0, INFINITE, "Mean senior time of members that meetings here take, in person.", lambda m: mean_or_zero(total=m.all_sat_in_person, count=m.n_counted), label="senior time, meetings here"),
        Measure("time_spared", "half-days a month", 0.0, INFINITE, "Mean senior time of members that staff and one-stop shops take over.", lambda m: mean_or_zero(total=m.all_spared, count=m.n_counted), label="senior time spared"),
        Measure("initiatives_merged", "initiatives", 0.0, INFINITE, "Initiatives that were merged, which saves time.", "merged", at_the_end=LAST_MONTH),
        Measure("stretch_met", share, 0.0, 1.0, "Stretch of the last agreement's targets that were met.", "stretch_met", at_the_end=LAST_MONTH),
        Measure("public_standing", "0 to 1", 0.0, 1.0, "Standing with the public.", "public_standing"),
        Measure("n_members", "bodies", 0.0, 512.0, "Members.", "n_counted", label="members"),
        Measure("is_dissolved", "0 or 1", 0.0, 1.0, "The partnership has been abolished.", lambda m: 1.0 - m.stands, names_regimes=True, at_the_end=LAST_MONTH, label="dissolved"),
        Measure("is_accredited", "0 or 1", 0.0, 1.0, "The fund is released in full.", "is_accredited", label="accredited"),
        Measure("is_successful", "0 or 1", 0.0, 1.0, "The partnership was judged successful.", "is_successful", label="judged successful"),
        Measure("times_refounded", "times", 0.0, INFINITE, "How often it was founded again so far.", "n_refounded", at_the_end=LAST_MONTH, label="times founded again"),
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
    "attendance": "came_to_board",
    "in_person": "best_in_person",
    "influence": "influence",
    "belief": "belief",
    "scarcity": "scarcity",
    "ties": "degree",
    "projects": "own_projects",
    "effort": "effort",
    "pooled_gbp_m": "pooled_now_gbp_m",
    "in_core": "in_core",
    "engagement": "engagement",
    "person_record": "person_record",
    "junior_utility": "junior_utility",
    "half_days": "half_days",
    "claimed_half_days": "claimed_half_days",
    "free_half_days": "free_half_days",
}
"""What is kept of each member a month, and the number of the body that it is."""
