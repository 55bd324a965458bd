"""Reading a partnership: this month's measures from its members' state. Observers change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.measures import MEASURES, mean_or_zero, member_engagement, normalised_herfindahl, spread
from sim.population import SECTORS, THEMES
from sim.rules.mathematics import total

if TYPE_CHECKING:
    from sim.partners import Partner
    from sim.partnership import PartnershipModel

PARTNER_COLUMNS = (
    "is_member",
    "attendance",
    "seniority",
    "contribution_gbp_m",
    "influence",
    "belief",
    "alignment",
    "attendance_record",
    "engagement",
)
"""What ``history.partners`` holds for each partner and month, before the utility terms."""


def watched_of(partner: Partner) -> tuple[float, ...]:
    """Return the values of ``PARTNER_COLUMNS`` for a member."""
    return (
        1.0,
        partner.attended,
        partner.seniority,
        partner.bent_gbp_m + partner.pooled_gbp_m,
        partner.influence,
        partner.belief,
        partner.alignment,
        partner.attendance_record,
        member_engagement(partner.attendance_record, partner.seniority, partner.rate),
    )


def observed(model: PartnershipModel) -> list[float]:
    """Return this month's measures in the order of ``MEASURES``."""
    values: dict[str, float] = {}
    _engagement(model, values)
    _trust(model.members, values)
    _influence(model.members, values)
    _deliberation(model, values)
    _results(model, values)
    _costs(model, values)
    _standing(model, values)
    return [values[name] for name in MEASURES]


def _engagement(model: PartnershipModel, values: dict[str, float]) -> None:
    counts = [0] * len(SECTORS)
    sums = {name: [0.0] * len(SECTORS) for name in ("attendance", "seniority", "engagement", "contribution_gbp_m")}
    bent = pooled = budgets = 0.0
    for partner in model.members:
        s = partner.sector
        counts[s] += 1
        sums["attendance"][s] += partner.attended
        sums["seniority"][s] += partner.seniority
        sums["engagement"][s] += member_engagement(partner.attendance_record, partner.seniority, partner.rate)
        sums["contribution_gbp_m"][s] += partner.bent_gbp_m + partner.pooled_gbp_m
        bent += partner.bent_gbp_m
        pooled += partner.pooled_gbp_m
        budgets += partner.budget_gbp_m
    for name, by_sector in sums.items():
        is_money = name == "contribution_gbp_m"
        values[name] = total(by_sector) if is_money else mean_or_zero(total(by_sector), model.n_members)
        for s, sector in enumerate(SECTORS):
            values[f"{name}_{sector}"] = by_sector[s] if is_money else mean_or_zero(by_sector[s], counts[s])
    values["contribution_bent_gbp_m"] = bent
    values["contribution_pooled_gbp_m"] = pooled
    values["contribution_share"] = mean_or_zero(12.0 * (bent + pooled), budgets)


def _trust(members: list[Partner], values: dict[str, float]) -> None:
    within = across = difference = 0.0
    pairs_within = pairs_across = 0
    for i, one in enumerate(members):
        row, seat, sector = one.trust, one.seat, one.sector
        for other in members[i + 1 :]:
            given, returned = row[other.seat], other.trust[seat]
            difference += abs(given - returned)
            if sector == other.sector:
                within += given + returned
                pairs_within += 1
            else:
                across += given + returned
                pairs_across += 1
    pairs = pairs_within + pairs_across
    values["trust"] = mean_or_zero(within + across, 2 * pairs)
    values["trust_within"] = mean_or_zero(within, 2 * pairs_within)
    values["trust_across"] = mean_or_zero(across, 2 * pairs_across)
    values["trust_reciprocity"] = 1.0 - mean_or_zero(difference, pairs) if pairs else 0.0


def _influence(members: list[Partner], values: dict[str, float]) -> None:
    squares = top = 0.0
    by_sector = [0.0] * len(SECTORS)
    for partner in members:
        squares += partner.influence * partner.influence
        top = max(top, partner.influence)
        by_sector[partner.sector] += partner.influence
    values["dominance"] = normalised_herfindahl(squares, len(members)) if members else 0.0
    values["top_share"] = top
    for name, sector in (("council_share", 0), ("voice_business", 2), ("voice_voluntary", 3)):
        values[name] = by_sector[sector]


def _deliberation(model: PartnershipModel, values: dict[str, float]) -> None:
    fits = [partner.fit for partner in model.members]
    n = len(fits)
    values["coherence"] = 0.0 if model.is_dissolved else model.coherence
    values["decision_rate"] = 0.0 if model.is_dissolved else model.decision_memory
    values["talk_ratio"] = 1.0 - model.decisions / model.meetings if model.meetings else 0.0
    values["acceptability"] = mean_or_zero(total(fits), n)
    values["equity"] = spread(total(fits), total([fit * fit for fit in fits]), n)


def _results(model: PartnershipModel, values: dict[str, float]) -> None:
    values["outcome"] = mean_or_zero(total(model.outcome), len(THEMES))
    for theme, outcome in zip(THEMES, model.outcome, strict=True):
        values[f"outcome_{theme}"] = outcome
    values["outcome_counterfactual"] = mean_or_zero(total(model.counterfactual), len(THEMES))
    values["added_value"] = values["outcome"] - values["outcome_counterfactual"]
    values["delivered"] = model.delivered
    values["fund_in_gbp_m"] = model.fund_in_gbp_m
    values["fund_spent_gbp_m"] = model.fund_spent_gbp_m
    values["fund_forfeited_gbp_m"] = model.fund_forfeited_gbp_m
    values["fund_held_gbp_m"] = model.fund_held_gbp_m


def _costs(model: PartnershipModel, values: dict[str, float]) -> None:
    values["person_days"] = model.person_days
    values["transaction_cost_gbp_m"] = model.transaction_cost_gbp_m
    values["inspection_cost_gbp_m"] = model.inspection_cost_gbp_m
    values["public_value_gbp_m"] = values["added_value"] * model.gap_cost_gbp_m - model.transaction_cost_so_far_gbp_m


def _standing(model: PartnershipModel, values: dict[str, float]) -> None:
    alive = 0.0 if model.is_dissolved else 1.0
    values["credibility"] = alive * model.credibility
    values["is_accredited"] = alive * model.is_accredited
    values["is_successful"] = alive * model.is_successful
    bound = [partner.duty_compliance() for partner in model.members if partner.is_bound()]
    values["duty_compliance"] = mean_or_zero(total(bound), len(bound))
    values["capacity_leadership"] = alive * model.attention * (0.5 + 0.5 * model.facilitation)
    values["capacity_management"] = alive * model.administrative_capacity
    values["capacity_performance"] = model.results
    free = [p.attendance_record for p in model.members if p.duty_reach == 0.0 and not p.kind.is_inspected]
    values["capacity_standing"] = mean_or_zero(total(free), len(free))
    values["capacity_influence"] = mean_or_zero(total([p.rate for p in model.members]), model.n_members)
    values["stage"] = float(model.stage)
    values["months_to_first_decision"] = float(model.months_to_first_decision)
    values["months_to_first_delivery"] = float(model.months_to_first_delivery)
    values["n_members"] = float(model.n_members)
    values["n_exits"] = float(model.n_exits)
    values["is_dissolved"] = 1.0 - alive
