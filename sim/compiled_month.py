"""The month of ``sim/partnership.py``, compiled over blocks of runs.

The same stages with the same names in the same order, calling the same rules. What differs is the
layout: every number that a partnership or a partner holds is a row of ``LANES`` runs, side by side, and
every innermost loop goes over the runs of a block, so that the compiler works on several at once.
Boards are the same in all runs of a block; people, behaviour, levers and luck are each run's own.

Runs differ in who is a member and in whether the partnership still stands. Sums over members go over
all seats in seat order and add an exact zero for the others, and what nobody reads may be anything.
Sums are thus made of the same numbers in the same order as in the Mesa engine: both give the same bits.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, cast

import numba
import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.compiled_draws import (
    MONTHS_AT_ONCE,
    BlockDraws,
    centred,
    draw_launch,
    draw_month,
    draw_traits,
    find_keys,
    inlined,
    room_for,
    stage,
)
from sim.compiled_dyads import (
    ABREAST,
    add_up_pairs,
    add_up_records,
    look_around,
    revise_trusts,
    room_for_dyads,
)
from sim.measures import (
    FIRST_DELIVERY,
    MEASURES,
    mean_or_zero,
    member_engagement,
    normalised_herfindahl,
    spread,
)
from sim.observation import PARTNER_COLUMNS
from sim.parameters import Behaviour, Duty, Inspection, Joint, Leadership, Levers, Mechanisms
from sim.partners import LEAST_FLEXIBLE_GBP_M
from sim.partnership import (
    ENOUGH_FOR_A_MEETING,
    FIRST_DECISION_MEMORY,
    FISCAL_YEAR_END,
    FULL_REWARD_GBP_M,
    MEMORY_OF_A_YEAR,
)
from sim.population import SECTORS, THEMES, Archetype
from sim.rules import (
    accountability,
    attendance,
    contribution,
    deliberation,
    delivery,
    events,
    fund,
    influence,
    learning,
    membership,
    outcomes,
    seniority,
    trust,
)
from sim.rules.attendance import TERMS
from sim.rules.mathematics import saturation, total, towards

LANES = 64
"""Most runs in a block: enough to fill the processor's lanes, few enough to stay in its caches."""

N_THEMES = len(THEMES)
N_SECTORS = len(SECTORS)
N_TERMS = len(TERMS)
N_COLUMNS = len(PARTNER_COLUMNS)
# Plain whole numbers would have functions compiled anew for each of them.
COUNCIL, AGENCY, BUSINESS, VOLUNTARY = (cast(int, np.int64(sector)) for sector in range(N_SECTORS))


# ---------------------------------------------------------------------- the layout of a block


def _of_runs(names: Iterable[str]) -> np.dtype[Any]:
    return np.dtype([(name, np.float64, (LANES,)) for name in names])


def _of_runs_by(rows: dict[str, int]) -> np.dtype[Any]:
    return np.dtype([(name, np.float64, (n, LANES) if n else (LANES,)) for name, n in rows.items()])


def _numbers_of(topic: type, prefix: str = "") -> list[str]:
    return [prefix + field.name for field in dataclasses.fields(topic)]


BEHAVIOUR_NAMES = [*_numbers_of(Behaviour), *_numbers_of(Mechanisms), "complementarity"]
"""What a block holds of behaviour, mechanisms and delivery, one row of runs each."""

POLICY_NAMES = [
    *(name for name in _numbers_of(Levers) if name not in ("flexible_fund_gbp_m", "joint", "duty", "inspection")),
    *_numbers_of(Joint, "joint_"),
    *_numbers_of(Duty, "duty_"),
    *_numbers_of(Inspection, "inspection_"),
    *_numbers_of(Leadership),
    "public_only_executive",
]
"""What a block holds of levers and leadership, one row of runs each; ``purse`` by its code."""

KIND_NAMES = [field.name for field in dataclasses.fields(Archetype) if field.type == "float"]

BEHAVIOUR = _of_runs(BEHAVIOUR_NAMES)
POLICY = _of_runs(POLICY_NAMES)
MEASURED = _of_runs(MEASURES)

SEAT = np.dtype(
    [(name, np.float64) for name in (*KIND_NAMES, "full_budget_gbp_m", "informed", "chairs", "full_inspection_gbp_m")]
    + [("priorities", np.float64, (N_THEMES,)), ("sector", np.int64), ("joins_at", np.int64)]
)
"""What all runs of a block share about one seat."""

# fmt: off
_OF_A_PARTNER = (
    "is_member", "is_abolished", "abolished_at", "trustfulness", "repute", "disposition", "first_belief",
    "reciprocity", "cooperates", "attended", "attendance_record", "months_absent", "seniority", "belief",
    "believed_of_others", "expected_share", "alignment", "rate", "bent_gbp_m", "pooled_gbp_m", "paid_gbp_m",
    "put_in", "fit",
    "mean_trust", "trusted_participation", "seen_of_others", "influence", "standing", "weight", "rigidity",
    "budget_gbp_m", "regeneration_gbp_m", "flexible_gbp_m", "resources", "voice", "unity", "claim_support",
    "duty_reach", "attend_pressure", "data_pressure", "support_pressure", "plans_pressure", "report_pressure",
    "regard_pressure", "claimed", "domination_loss", "was_member", "joins", "ends",
)
# fmt: on

# An odd number of rows a partner: with an even one partners would crowd a part of the cache.
_IS_EVEN = (len(_OF_A_PARTNER) + N_TERMS) % 2 == 0
PARTNER = _of_runs_by(dict.fromkeys(_OF_A_PARTNER, 0) | {"terms": N_TERMS} | ({"unused": 0} if _IS_EVEN else {}))
"""What a block holds of one partner: the attributes of the Mesa agent, and sums under way."""

# fmt: off
_OF_A_TABLE = (
    "attention", "facilitation", "direction", "departs_in_person", "departs_evening_out", "departs_steering",
    "staff_departs", "staff_team", "trust_in_place",
    "coherence", "decision_memory", "meetings", "decisions", "stage", "months_in_stage", "credibility",
    "is_accredited", "is_successful", "is_dissolved", "n_members", "n_exits", "fund_held_gbp_m", "fund_in_gbp_m",
    "fund_spent_gbp_m", "fund_forfeited_gbp_m", "fund_in_sight_gbp_m", "pooled_gbp_m", "reward_due_gbp_m",
    "delivered", "gap_cost_gbp_m", "results", "measurement_quality", "engagement", "administrative_capacity",
    "person_days", "inspection_cost_gbp_m", "transaction_cost_gbp_m", "transaction_cost_so_far_gbp_m",
    "months_to_first_decision", "months_to_first_delivery", "has_delivered", "relief_lifted", "attend_pressure",
    "data_pressure", "support_pressure", "report_pressure", "information", "reward_pull", "forum_load", "signal",
    "contact_gain", "brokered", "going_out_gbp_m", "standing", "weight", "sum", "count", "presence", "came",
    "on_executive", "capacity", "trusted", "participation", "giving", "records", "trusts", "seniorities", "beliefs",
    "sanction_pressure", "prospect",
)
# fmt: on

TABLE = _of_runs_by(
    dict.fromkeys(_OF_A_TABLE, 0)
    | dict.fromkeys(
        ("strategy", "planned", "in_delivery", "delivered_now", "outcome", "counterfactual", "money", "committed"),
        N_THEMES,
    )
    | dict.fromkeys(("brought", "counted"), N_SECTORS)
)
"""What a block holds of one partnership: the attributes of the Mesa model, and sums under way."""


@inlined
def of_themes(rows: Any, run: int) -> Any:
    """Return one run's values by theme."""
    return rows[0, run], rows[1, run], rows[2, run], rows[3, run], rows[4, run]


@inlined
def of_sectors(rows: Any, run: int) -> Any:
    """Return one run's values by sector."""
    return rows[0, run], rows[1, run], rows[2, run], rows[3, run]


@inlined
def priorities_of(seat: Any) -> Any:
    """Return the weights of a body over the themes."""
    p = seat.priorities
    return p[0], p[1], p[2], p[3], p[4]


# ---------------------------------------------------------------------- founding


@inlined
def found_partnership(table: Any, behaviour: Any, gap_cost_gbp_m: Any, launch: Any, n: int) -> None:
    """Set the state of partnerships that have just been launched."""
    for run in range(n):
        table.gap_cost_gbp_m[run] = gap_cost_gbp_m[run]
        for k in range(N_THEMES):
            table.strategy[k, run] = 1.0 / N_THEMES
        table.decision_memory[run] = FIRST_DECISION_MEMORY
        table.stage[run] = 1.0
        table.credibility[run] = 0.5
        table.is_accredited[run] = 1.0
        table.departs_in_person[run] = 2.0 * launch[0, run] - 1.0
        table.departs_evening_out[run] = 2.0 * launch[1, run] - 1.0
        table.departs_steering[run] = 2.0 * launch[2, run] - 1.0
        table.staff_departs[run] = 2.0 * launch[3, run] - 1.0
        table.trust_in_place[run] = trust.trust_in_place(
            behaviour.trust_initial[run], 2.0 * launch[4, run] - 1.0, behaviour.goodwill_spread[run]
        )


@inlined
def trait_of(draws: Any, trait: int, i: int, run: int) -> float:
    """Return a trait of a partner: mean 0, standard deviation 1."""
    return centred(draws.traits[2 * trait, i, run], draws.traits[2 * trait + 1, i, run])


@stage
def introduce(partners: Any, seats: Any, behaviour: Any, abolished_at: Any, draws: Any, n: int) -> None:
    """Make the partners from their kinds and traits."""
    for i in range(len(partners)):
        make_partner(partners[i], seats[i], behaviour, abolished_at[i], draws, i, n_founders(seats), n)


@inlined
def make_partner(
    partner: Any, seat: Any, behaviour: Any, abolished_at: Any, draws: Any, i: int, founders: int, n: int
) -> None:
    """Make a partner from its kind and its traits."""
    for run in range(n):
        partner.abolished_at[run] = abolished_at[run]
        partner.is_member[run] = 1.0 if seat.joins_at == 0 else 0.0
        partner.trustfulness[run], partner.repute[run] = trait_of(draws, 3, i, run), trait_of(draws, 4, i, run)
        partner.disposition[run] = attendance.disposition_term(
            behaviour.attendance_base[run],
            behaviour.weight_mandate[run],
            seat.mandate,
            behaviour.attendance_spread[run],
            trait_of(draws, 0, i, run),
        )
        partner.first_belief[run] = min(
            1.0, max(0.0, behaviour.belief_initial[run] + behaviour.belief_spread[run] * trait_of(draws, 1, i, run))
        )
        partner.reciprocity[run] = min(
            1.0, max(0.0, behaviour.reciprocity[run] + behaviour.reciprocity_spread[run] * trait_of(draws, 2, i, run))
        )
        cooperates = contribution.is_conditional_cooperator(
            trait_of(draws, 2, i, run), behaviour.conditional_cooperator_share[run]
        )
        partner.cooperates[run] = 1.0 if cooperates else 0.0
        begin(partner, behaviour, founders, run)


@inlined
def n_founders(seats: Any) -> int:
    """Return how many seats are taken at the launch."""
    founders = 0
    for i in range(len(seats)):
        founders += seats[i].joins_at == 0
    return founders


@inlined
def begin(partner: Any, behaviour: Any, founders: int, run: int) -> None:
    """Take the seat with the views of somebody new to this partnership."""
    partner.attended[run] = 0.0
    for t in range(N_TERMS):
        partner.terms[t, run] = 0.0
    partner.attendance_record[run] = 0.5
    partner.months_absent[run] = 0.0
    partner.seniority[run] = behaviour.seniority_initial[run]
    partner.belief[run] = partner.first_belief[run]
    partner.believed_of_others[run] = behaviour.contribution_initial[run]
    partner.expected_share[run] = 1.0 / founders
    partner.influence[run] = 0.0
    partner.alignment[run] = 0.2
    partner.rate[run] = behaviour.first_seen_giving[run]
    partner.bent_gbp_m[run] = 0.0
    partner.pooled_gbp_m[run] = 0.0
    partner.paid_gbp_m[run] = 0.0
    partner.put_in[run] = 0.0
    partner.fit[run] = 0.0
    partner.mean_trust[run] = 0.0
    partner.trusted_participation[run] = 0.0
    partner.seen_of_others[run] = behaviour.contribution_initial[run]


@inlined
def first_trust_in(partner: Any, other: Any, same_sector: bool, table: Any, behaviour: Any, run: int) -> float:
    """Return trust in another body at first acquaintance."""
    return trust.first_trust(
        table.trust_in_place[run],
        behaviour.trust_sector_gap[run],
        same_sector,
        behaviour.trust_spread[run],
        partner.trustfulness[run],
        other.repute[run],
    )


@stage
def meet(table: Any, partners: Any, seats: Any, trusts: Any, behaviour: Any) -> None:
    """Let everybody make the acquaintance of everybody; a body's trust in itself is kept at zero."""
    for group in range(len(trusts)):
        for i in range(len(partners)):
            for j in range(len(partners)):
                same_sector = seats[i].sector == seats[j].sector
                for lane in range(ABREAST):
                    level = first_trust_in(
                        partners[i], partners[j], same_sector, table, behaviour, group * ABREAST + lane
                    )
                    trusts[group, i, j, lane] = 0.0 if i == j else level


@stage
def count_members(table: Any, partners: Any, n: int) -> None:
    """Bring the number of members up to date."""
    for run in range(n):
        table.n_members[run] = 0.0
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            table.n_members[run] += partner.is_member[run]


# ---------------------------------------------------------------------- 1 policy and events


@stage
def policy_and_events(
    table: Any,
    partners: Any,
    seats: Any,
    dyads: Any,
    behaviour: Any,
    policy: Any,
    draws: Any,
    month: int,
    calendar_month: int,
    is_new_policy: bool,
    abolishes: bool,
    n: int,
) -> None:
    """Bring levers into force; hold elections; reorganise and abolish bodies."""
    if is_new_policy:
        for i in range(len(partners)):
            face(partners[i], seats[i], behaviour, policy, n)
        prepare_working(table, partners, seats, policy, n)
    style = month % MONTHS_AT_ONCE * 3
    for run in range(n):
        if events.leader_changes(calendar_month, policy.turnover[run], draws.election[month % MONTHS_AT_ONCE, run]):
            table.departs_in_person[run] = 2.0 * draws.style[style + 0, run] - 1.0
            table.departs_evening_out[run] = 2.0 * draws.style[style + 1, run] - 1.0
            table.departs_steering[run] = 2.0 * draws.style[style + 2, run] - 1.0
    for run in range(n):
        width = behaviour.style_spread[run]
        table.attention[run] = events.leader_style(policy.attention[run], table.departs_in_person[run], width)
        table.facilitation[run] = events.leader_style(policy.facilitation[run], table.departs_evening_out[run], width)
        table.direction[run] = events.leader_style(policy.direction[run], table.departs_steering[run], width)
        table.staff_team[run] = events.staff_in_place(
            policy.staff_team[run], table.staff_departs[run], behaviour.staff_spread[run]
        )
    for run in range(n):
        table.relief_lifted[run] = attendance.relief_share(
            policy.inspection_relief[run],
            policy.inspection_conditional[run],
            1.0 if table.is_successful[run] > 0.0 else 0.0,
        )
        table.fund_in_gbp_m[run] = 0.0
        table.fund_spent_gbp_m[run] = 0.0
        table.fund_forfeited_gbp_m[run] = 0.0
    if abolishes:
        abolish(table, partners, month, n)
    for i in range(len(partners)):
        partner, exposure = partners[i], seats[i].reorganisation_exposure
        hit = 0
        for run in range(n):
            hit += (partner.is_member[run] > 0.0) & events.is_reorganised(
                policy.reorganisation[run], exposure, draws.reorganisation[i, run]
            )
        if hit > 0:
            for run in range(n):
                if partner.is_member[run] > 0.0 and events.is_reorganised(
                    policy.reorganisation[run], exposure, draws.reorganisation[i, run]
                ):
                    lose_links(table, partners, seats, dyads.trusts, behaviour, i, run)


@stage
def face(partner: Any, seat: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Take in the levers in force; called when they change."""
    for run in range(n):
        partner.budget_gbp_m[run] = events.budget_after_cuts(
            seat.full_budget_gbp_m, policy.austerity[run], seat.is_publicly_funded
        )
        partner.regeneration_gbp_m[run] = partner.budget_gbp_m[run] * seat.regeneration_share
        partner.flexible_gbp_m[run] = max(
            LEAST_FLEXIBLE_GBP_M, partner.budget_gbp_m[run] * seat.discretionary_share + partner.regeneration_gbp_m[run]
        )
        partner.resources[run] = influence.resource_standing(
            partner.budget_gbp_m[run], behaviour.resource_exponent[run]
        )
    for run in range(n):
        partner.voice[run] = influence.voice_support(
            policy.vcs_capacity_building[run],
            seat.capacity_building_gain,
            policy.one_stop_shop[run],
            seat.one_stop_shop_gain,
            policy.neighbourhood_engagement[run],
            seat.neighbourhood_gain,
            policy.vcs_as_contractor[run],
            seat.contracting_gain,
        )
        partner.unity[run] = deliberation.one_plan(seat.silos, policy.council_alignment[run])
        partner.claim_support[run] = 1.0 + policy.vcs_as_contractor[run] * seat.contracting_gain
    for run in range(n):
        partner.duty_reach[run] = attendance.duty_reach(
            seat.named_in_duty,
            seat.is_regional,
            seat.has_education_form,
            policy.duty_regional_reach[run],
            policy.duty_education_form[run],
        )
    feel_pressure(partner.attend_pressure, partner, policy.duty_attend, behaviour, policy, n)
    feel_pressure(partner.data_pressure, partner, policy.duty_share_data, behaviour, policy, n)
    feel_pressure(partner.support_pressure, partner, policy.duty_support_costs, behaviour, policy, n)
    feel_pressure(partner.plans_pressure, partner, policy.duty_service_plans, behaviour, policy, n)
    feel_pressure(partner.report_pressure, partner, policy.duty_report, behaviour, policy, n)
    feel_pressure(partner.regard_pressure, partner, policy.duty_regard, behaviour, policy, n)


@stage
def feel_pressure(pressure: Any, partner: Any, component: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Work out the pressure of one component of the duty on a body."""
    for run in range(n):
        pressure[run] = attendance.duty_pressure(
            partner.duty_reach[run], component[run], policy.duty_enforcement[run], behaviour.duty_half_saturation[run]
        )


@stage
def prepare_working(table: Any, partners: Any, seats: Any, policy: Any, n: int) -> None:
    """Work out what depends on levers alone."""
    publicly_funded = 0.0
    for run in range(n):
        table.attend_pressure[run] = 0.0
        table.data_pressure[run] = 0.0
        table.support_pressure[run] = 0.0
        table.report_pressure[run] = 0.0
    for i in range(len(partners)):
        partner = partners[i]
        publicly_funded += seats[i].is_publicly_funded
        for run in range(n):
            table.attend_pressure[run] += partner.attend_pressure[run]
            table.data_pressure[run] += partner.data_pressure[run]
            table.support_pressure[run] += partner.support_pressure[run]
            table.report_pressure[run] += partner.report_pressure[run]
    for run in range(n):
        table.attend_pressure[run] = mean_or_zero(table.attend_pressure[run], publicly_funded)
        table.data_pressure[run] = mean_or_zero(table.data_pressure[run], publicly_funded)
        table.support_pressure[run] = mean_or_zero(table.support_pressure[run], publicly_funded)
        table.report_pressure[run] = mean_or_zero(table.report_pressure[run], publicly_funded)
        table.information[run] = deliberation.shared_information(
            policy.joint_data_exchange[run],
            table.data_pressure[run],
            policy.neighbourhood_engagement[run],
            policy.joint_consultation[run],
        )
        table.measurement_quality[run] = learning.measurement_quality(
            policy.measurement[run], table.report_pressure[run], policy.joint_monitoring[run]
        )
        table.reward_pull[run] = saturation(policy.reward_grant_gbp_m[run], FULL_REWARD_GBP_M)


@stage
def abolish(table: Any, partners: Any, month: int, n: int) -> None:
    """Take bodies that no longer exist from the table for good."""
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            if partner.abolished_at[run] == month and table.is_dissolved[run] == 0.0:
                partner.is_abolished[run] = 1.0
                partner.is_member[run] = 0.0
    count_members(table, partners, n)
    for run in range(n):
        if table.n_members[run] == 0.0 and table.is_dissolved[run] == 0.0:
            dissolve(table, partners, run)


@stage
def lose_links(table: Any, partners: Any, seats: Any, trusts: Any, behaviour: Any, i: int, run: int) -> None:
    """Let a body go through a reorganisation: a part of every link, both ways, is lost."""
    group, lane, reset = run // ABREAST, run % ABREAST, behaviour.reorganisation_reset[run]
    for j in range(len(partners)):
        if j != i and partners[j].is_member[run] > 0.0:
            same_sector = seats[i].sector == seats[j].sector
            mine = first_trust_in(partners[i], partners[j], same_sector, table, behaviour, run)
            theirs = first_trust_in(partners[j], partners[i], same_sector, table, behaviour, run)
            trusts[group, i, j, lane] = events.link_after_reorganisation(trusts[group, i, j, lane], mine, reset)
            trusts[group, j, i, lane] = events.link_after_reorganisation(trusts[group, j, i, lane], theirs, reset)


# ---------------------------------------------------------------------- 2 influence


@stage
def weigh_influence(table: Any, partners: Any, seats: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Share out influence by resources, statutory weight, presence and the chair."""
    for run in range(n):
        table.standing[run] = 0.0
        table.weight[run] = 0.0
    for i in range(len(partners)):
        take_standing(table, partners[i], seats[i], behaviour, policy, n)
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            share = influence.influence_share(
                partner.standing[run],
                table.standing[run],
                partner.weight[run],
                table.weight[run],
                table.facilitation[run],
            )
            partner.influence[run] = share if partner.is_member[run] > 0.0 else partner.influence[run]


@inlined
def take_standing(table: Any, partner: Any, seat: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Work out what a body weighs before the chair evens it out."""
    for run in range(n):
        presence = influence.table_presence(partner.attendance_record[run], partner.seniority[run])
        on_executive = seat.sits_in_public_executive if policy.public_only_executive[run] > 0.0 else 1.0
        weight = influence.seat_weight(presence, on_executive, behaviour.executive_exclusion[run])
        standing = influence.standing(
            partner.resources[run],
            seat.statutory_weight,
            partner.voice[run],
            weight,
            seat.chairs,
            table.direction[run],
            behaviour.chair_bonus[run],
        )
        partner.weight[run] = weight
        partner.standing[run] = standing
        table.standing[run] += standing if partner.is_member[run] > 0.0 else 0.0
        table.weight[run] += weight if partner.is_member[run] > 0.0 else 0.0


# ---------------------------------------------------------------------- 3 attendance


@stage
def attend(
    table: Any,
    partners: Any,
    seats: Any,
    dyads: Any,
    behaviour: Any,
    policy: Any,
    fund_gbp_m_a_year: Any,
    draws: Any,
    month: int,
    tiers: int,
    keep_terms: bool,
    n: int,
) -> None:
    """Let every member decide, by itself, whether to come to this month's meeting."""
    for run in range(n):
        fund_a_year = 12.0 * fund.released(
            fund_gbp_m_a_year[month, run], table.is_accredited[run] > 0.0, policy.unaccredited_release[run]
        )
        table.fund_in_sight_gbp_m[run] = (
            fund_a_year + 12.0 * table.pooled_gbp_m[run] + policy.reward_grant_gbp_m[run] * table.results[run]
        )
        table.forum_load[run] = attendance.forum_load(
            table.n_members[run],
            policy.initiatives[run],
            behaviour.initiative_load[run],
            policy.overlap[run] if tiers == 2 else 0.0,
            behaviour.overlap_load[run],
            policy.joint_co_location[run],
        )
    look_around(table, partners, dyads, n)
    for i in range(len(partners)):
        if keep_terms:
            remember_terms(table, partners[i], seats[i], behaviour, policy, n)
        decide_attendance(table, partners[i], seats[i], behaviour, policy, draws.attendance[i], n)
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            came = partner.attended[run]
            partner.attendance_record[run] += behaviour.attendance_memory[run] * (came - partner.attendance_record[run])
            partner.months_absent[run] = 0.0 if came > 0.0 else partner.months_absent[run] + 1.0


@inlined
def utility_terms(table: Any, partner: Any, seat: Any, behaviour: Any, policy: Any, run: int) -> Any:
    """Return the terms of a body's utility of attending, in the order of ``TERMS``."""
    burden = policy.inspection_burden[run]
    return (
        partner.disposition[run],
        attendance.habit_term(behaviour.weight_habit[run], partner.attendance_record[run]),
        attendance.fund_term(
            behaviour.weight_fund[run],
            partner.expected_share[run],
            table.fund_in_sight_gbp_m[run],
            partner.flexible_gbp_m[run],
            behaviour.fund_half_saturation[run],
        ),
        attendance.belief_term(behaviour.weight_belief[run], partner.belief[run]),
        attendance.cooperation_term(behaviour.weight_cooperation[run], partner.trusted_participation[run]),
        attendance.heard_term(behaviour.weight_heard[run], partner.influence[run], table.n_members[run]),
        attendance.duty_term(behaviour.weight_duty[run], partner.attend_pressure[run]),
        attendance.scrutiny_term(behaviour.weight_duty[run], policy.scrutiny[run], seat.is_publicly_funded),
        attendance.assessment_term(
            behaviour.weight_assessment[run],
            burden,
            seat.is_inspected,
            seat.is_assessed_as_council,
            policy.inspection_assess_all[run],
        ),
        attendance.relief_term(behaviour.weight_relief[run], burden, seat.is_inspected, table.relief_lifted[run]),
        attendance.leadership_term(behaviour.weight_leadership[run], table.attention[run]),
        attendance.load_term(
            behaviour.weight_load[run],
            seat.participation_cost,
            table.forum_load[run],
            table.staff_team[run],
            seat.capacity,
            policy.one_stop_shop[run],
            seat.one_stop_shop_gain,
        ),
        attendance.prescription_term(
            behaviour.weight_prescription[run], policy.prescription[run], policy.statutory[run]
        ),
        attendance.outside_term(behaviour.weight_outside[run], policy.outside_option[run], seat.outside_exposure),
    )


@inlined
def decide_attendance(table: Any, partner: Any, seat: Any, behaviour: Any, policy: Any, draws: Any, n: int) -> None:
    """Decide whether to come this month."""
    for run in range(n):
        utility = total(utility_terms(table, partner, seat, behaviour, policy, run))
        chance = attendance.attendance_probability(utility, behaviour.attendance_noise[run])
        partner.attended[run] = 1.0 if draws[run] < chance else 0.0


@stage
def remember_terms(table: Any, partner: Any, seat: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Keep the terms of a member's decision."""
    for run in range(n):
        if partner.is_member[run] > 0.0:
            terms = utility_terms(table, partner, seat, behaviour, policy, run)
            for t in range(N_TERMS):
                partner.terms[t, run] = terms[t]


# ---------------------------------------------------------------------- 4 seniority


@stage
def send_people(table: Any, partners: Any, behaviour: Any, n: int) -> None:
    """Let every member choose whom to send."""
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            wanted = seniority.seniority_wanted(
                behaviour.seniority_floor[run], table.attention[run], table.decision_memory[run], partner.belief[run]
            )
            partner.seniority[run] = seniority.seniority_step(
                partner.seniority[run], wanted, behaviour.seniority_rate[run]
            )


# ---------------------------------------------------------------------- 5 deliberation


@stage
def deliberate(
    table: Any, partners: Any, seats: Any, behaviour: Any, policy: Any, draws: Any, month: int, n: int
) -> None:
    """Move the strategy, let members align with it, and see whether the meeting decides."""
    for k in range(N_THEMES):
        for run in range(n):
            table.sum[run] = 0.0
        for i in range(len(partners)):
            partner, priority = partners[i], seats[i].priorities[k]
            for run in range(n):
                table.sum[run] += partner.influence[run] * priority if partner.is_member[run] > 0.0 else 0.0
        for run in range(n):
            target = deliberation.strategy_target(
                table.sum[run], deliberation.GROWTH_PRIORITIES[k], policy.growth_focus[run]
            )
            table.strategy[k, run] = towards(table.strategy[k, run], target, behaviour.strategy_rate[run])
    for run in range(n):
        table.sum[run] = 0.0
        table.presence[run] = 0.0
        table.came[run] = 0.0
        table.on_executive[run] = 0.0
    for i in range(len(partners)):
        align_plans(table, partners[i], seats[i], behaviour, policy, n)
        partner, executive = partners[i], seats[i].sits_in_public_executive
        for run in range(n):
            sits = partner.is_member[run] > 0.0
            on_executive = executive if policy.public_only_executive[run] > 0.0 else 1.0
            table.sum[run] += partner.influence[run] * partner.alignment[run] if sits else 0.0
            table.presence[run] += partner.attendance_record[run] * partner.seniority[run] if sits else 0.0
            table.came[run] += partner.attended[run] if sits else 0.0
            table.on_executive[run] += on_executive if sits else 0.0
    take_decision(table, behaviour, policy, draws.decision[month % MONTHS_AT_ONCE], n)


@inlined
def take_decision(table: Any, behaviour: Any, policy: Any, draws: Any, n: int) -> None:
    """See whether enough came, and whether they decided."""
    for run in range(n):
        coherence = table.sum[run]
        chance = deliberation.decision_probability(
            deliberation.people_deciding(table.n_members[run], table.on_executive[run], policy.thematic_groups[run]),
            table.attention[run],
            table.staff_team[run],
            deliberation.focus(of_themes(table.strategy, run)),
            coherence,
            table.information[run],
            mean_or_zero(table.presence[run], table.n_members[run]),
            behaviour.decision_base[run],
            behaviour.decision_leadership[run],
            behaviour.decision_staff[run],
            behaviour.decision_focus[run],
            behaviour.decision_coherence[run],
            behaviour.decision_information[run],
            behaviour.decision_size[run],
        )
        came = table.came[run]
        meets = came > 0.0 and came >= ENOUGH_FOR_A_MEETING * table.n_members[run]
        decides = meets and draws[run] < chance
        if table.is_dissolved[run] == 0.0:
            table.coherence[run] = coherence
            table.meetings[run] += 1.0 if meets else 0.0
            table.decisions[run] += 1.0 if decides else 0.0
            table.months_to_first_decision[run] += 1.0 if table.decisions[run] == 0.0 else 0.0
            table.decision_memory[run] = towards(table.decision_memory[run], 1.0 if decides else 0.0, MEMORY_OF_A_YEAR)


@inlined
def align_plans(table: Any, partner: Any, seat: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Move own plans towards the shared strategy, or back home."""
    for run in range(n):
        fit = deliberation.closeness(priorities_of(seat), of_themes(table.strategy, run))
        rigidity = deliberation.effective_rigidity(
            seat.rigidity, policy.flexibility[run], table.credibility[run], policy.duty_parent_departments[run]
        )
        partner.fit[run] = fit
        partner.rigidity[run] = rigidity
        partner.alignment[run] = deliberation.alignment_step(
            partner.alignment[run],
            fit,
            partner.mean_trust[run],
            partner.attendance_record[run],
            partner.regard_pressure[run],
            policy.joint_appointments[run],
            partner.unity[run],
            rigidity,
            behaviour.alignment_rate[run],
            behaviour.alignment_drift[run],
        )


# ---------------------------------------------------------------------- 6 contribution


@stage
def contribute(table: Any, partners: Any, seats: Any, behaviour: Any, policy: Any, month: int, n: int) -> None:
    """Let every member decide what to bend and to pool."""
    for run in range(n):
        table.sum[run] = 0.0
        table.sanction_pressure[run] = contribution.sanction_pressure(
            policy.sanctions[run], behaviour.sanction_half_saturation[run]
        )
        table.prospect[run] = contribution.prospect(
            float(month),
            policy.announced_end_months[run],
            behaviour.end_weight[run],
            behaviour.end_half_months[run],
            table.sanction_pressure[run],
        )
    for i in range(len(partners)):
        give(table, partners[i], seats[i], behaviour, policy, n)
        partner = partners[i]
        for run in range(n):
            table.sum[run] += partner.pooled_gbp_m[run] if partner.is_member[run] > 0.0 else 0.0
    for run in range(n):
        table.pooled_gbp_m[run] = table.sum[run]


@inlined
def give(table: Any, partner: Any, seat: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Decide how much money to bend to the strategy and to pool."""
    for run in range(n):
        prospect = table.prospect[run] if partner.cooperates[run] > 0.0 else 0.0
        push = contribution.contribution_push(
            prospect * partner.belief[run],
            partner.plans_pressure[run],
            policy.scrutiny[run],
            seat.is_publicly_funded,
            table.reward_pull[run],
            table.sanction_pressure[run],
            behaviour.contribution_belief[run],
            behaviour.contribution_duty[run],
            behaviour.contribution_scrutiny[run],
            behaviour.contribution_reward[run],
            behaviour.sanction_gain[run],
        )
        believed = contribution.believed_of_others(
            partner.believed_of_others[run], partner.seen_of_others[run], behaviour.belief_weight[run]
        )
        willing = contribution.willingness(believed, prospect * partner.reciprocity[run], push)
        rate = contribution.contribution_rate(
            willing,
            partner.attendance_record[run],
            partner.seniority[run],
            partner.alignment[run],
            behaviour.assured_presence[run],
        )
        partner.believed_of_others[run] = believed
        partner.rate[run] = rate
        partner.bent_gbp_m[run] = rate * contribution.bendable_gbp_m(
            partner.budget_gbp_m[run],
            seat.discretionary_share,
            partner.rigidity[run],
            policy.flexibility[run],
            behaviour.flexibility_gain[run],
        )
        partner.pooled_gbp_m[run] = contribution.pooled_gbp_m(
            partner.regeneration_gbp_m[run],
            policy.pooling_rate[run],
            partner.attendance_record[run],
            partner.unity[run],
        )
        partner.put_in[run] = trust.put_in(partner.attended[run], partner.seniority[run], rate)


# ---------------------------------------------------------------------- 7 fund


@stage
def allocate_fund(
    table: Any,
    partners: Any,
    seats: Any,
    behaviour: Any,
    policy: Any,
    fund_gbp_m_a_year: Any,
    month: int,
    calendar_month: int,
    n: int,
) -> None:
    """Take money in, pay it out by the purse rule, and return what is lost."""
    for run in range(n):
        if table.is_dissolved[run] == 0.0:
            table.fund_in_gbp_m[run] = (
                fund.released(
                    fund_gbp_m_a_year[month, run], table.is_accredited[run] > 0.0, policy.unaccredited_release[run]
                )
                + table.pooled_gbp_m[run]
                + table.reward_due_gbp_m[run]
            )
            table.reward_due_gbp_m[run] = 0.0
            table.fund_held_gbp_m[run] += table.fund_in_gbp_m[run]
        table.going_out_gbp_m[run] = fund.spendable(
            table.fund_held_gbp_m[run],
            table.decision_memory[run],
            table.staff_team[run],
            table.support_pressure[run],
            behaviour.absorption_rate[run],
        )
        table.sum[run] = 0.0
        table.count[run] = 0.0
    for i in range(len(partners)):
        claim_money(table, partners[i], seats[i], policy, n)
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            paid = fund.payment(
                table.going_out_gbp_m[run], partner.claimed[run] / table.sum[run], partner.attended[run] > 0.0
            )
            partner.paid_gbp_m[run] = paid
            table.count[run] += paid if partner.is_member[run] > 0.0 else 0.0
    for run in range(n):
        if table.is_dissolved[run] == 0.0:
            spent = table.count[run]
            table.fund_spent_gbp_m[run] = spent
            table.fund_forfeited_gbp_m[run] = fund.returned(
                max(0.0, table.going_out_gbp_m[run] - spent), policy.carry_over[run]
            )
            table.fund_held_gbp_m[run] -= spent + table.fund_forfeited_gbp_m[run]
            if calendar_month == FISCAL_YEAR_END:
                return_to_centre(table, policy.carry_over[run], run)


@inlined
def claim_money(table: Any, partner: Any, seat: Any, policy: Any, n: int) -> None:
    """Work out a body's claim on the pooled fund."""
    for run in range(n):
        claimed = fund.claim(
            policy.purse[run],
            fund.need_match(priorities_of(seat), of_themes(table.strategy, run)),
            partner.influence[run],
            partner.alignment[run],
            partner.claim_support[run],
        )
        partner.claimed[run] = claimed
        table.sum[run] += claimed if partner.is_member[run] > 0.0 else 0.0


@inlined
def return_to_centre(table: Any, carry_over: float, run: int) -> None:
    """Give back what of the money held may not be carried over."""
    lost = fund.returned(table.fund_held_gbp_m[run], carry_over)
    table.fund_held_gbp_m[run] -= lost
    table.fund_forfeited_gbp_m[run] += lost


# ---------------------------------------------------------------------- 8 delivery


@stage
def deliver(table: Any, partners: Any, seats: Any, behaviour: Any, policy: Any, n_standing: int, n: int) -> None:
    """Turn money and joint work into results, through planning and delivery."""
    if n_standing > 0:
        commit(table, partners, seats, behaviour, policy, n)
    for run in range(n):
        table.sum[run] = 0.0
    for k in range(N_THEMES):
        for run in range(n):
            started = delivery.pipeline_outflow(table.planned[k, run], behaviour.planning_months[run])
            done = delivery.pipeline_outflow(table.in_delivery[k, run], behaviour.delivery_months[run])
            committed = table.committed[k, run] if table.is_dissolved[run] == 0.0 else 0.0
            table.planned[k, run] += committed - started
            table.in_delivery[k, run] += started - done
            table.delivered_now[k, run] = done / table.gap_cost_gbp_m[run]
            table.sum[run] += table.delivered_now[k, run]
    for run in range(n):
        table.delivered[run] = towards(table.delivered[run], 12.0 * table.sum[run], MEMORY_OF_A_YEAR)
        has_delivered = table.has_delivered[run] > 0.0 or table.delivered[run] >= FIRST_DELIVERY
        table.has_delivered[run] = 1.0 if has_delivered else 0.0
        table.months_to_first_delivery[run] += 0.0 if has_delivered else 1.0
        table.results[run] = learning.results_signal(table.delivered[run], behaviour.aspiration[run])
    if n_standing > 0:
        move_stage(table, partners, n)


@stage
def move_stage(table: Any, partners: Any, n: int) -> None:
    """Enter the next stage of partnership, stay, or slip back."""
    for run in range(n):
        table.records[run] = 0.0
        table.trusts[run] = 0.0
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            sits = partner.is_member[run] > 0.0
            table.records[run] += partner.attendance_record[run] if sits else 0.0
            table.trusts[run] += partner.mean_trust[run] if sits else 0.0
    for run in range(n):
        if table.is_dissolved[run] == 0.0:
            stage = delivery.stage_step(
                table.stage[run],
                table.months_in_stage[run],
                mean_or_zero(table.records[run], table.n_members[run]),
                mean_or_zero(table.trusts[run], table.n_members[run]),
                table.coherence[run],
                table.decision_memory[run],
                table.delivered[run],
                table.measurement_quality[run],
            )
            table.months_in_stage[run] = table.months_in_stage[run] + 1.0 if stage == table.stage[run] else 0.0
            table.stage[run] = stage


@stage
def commit(table: Any, partners: Any, seats: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Work out the effective money (£m) committed to each theme this month."""
    for run in range(n):
        table.capacity[run] = 0.0
        for s in range(N_SECTORS):
            table.brought[s, run] = 0.0
            table.counted[s, run] = 0.0
        for k in range(N_THEMES):
            table.money[k, run] = 0.0
    for i in range(len(partners)):
        partner, seat = partners[i], seats[i]
        s = seat.sector
        for run in range(n):
            sits = partner.is_member[run] > 0.0
            brought = delivery.commitment(
                partner.attendance_record[run], partner.seniority[run], partner.alignment[run]
            )
            table.brought[s, run] += brought if sits else 0.0
            table.counted[s, run] += 1.0 if sits else 0.0
            table.capacity[run] += seat.capacity if sits else 0.0
        for k in range(N_THEMES):
            priority = seat.priorities[k]
            for run in range(n):
                working = partner.bent_gbp_m[run] + partner.paid_gbp_m[run]
                own = working * (1.0 - partner.alignment[run])
                shared = working * partner.alignment[run]
                money = own * priority + shared * table.strategy[k, run]
                table.money[k, run] += money if partner.is_member[run] > 0.0 else 0.0
    for run in range(n):
        for s in range(N_SECTORS):
            table.brought[s, run] = delivery.sector_input(
                mean_or_zero(table.brought[s, run], table.counted[s, run]), behaviour.uncoordinated_input[run]
            )
    for run in range(n):
        capacity = delivery.administrative_capacity(
            mean_or_zero(table.capacity[run], table.n_members[run]),
            table.support_pressure[run],
            policy.joint_training[run],
        )
        if table.is_dissolved[run] == 0.0:
            table.administrative_capacity[run] = capacity
        table.sum[run] = delivery.conversion(
            policy.protocols[run],
            table.staff_team[run],
            0.5 * (policy.joint_co_location[run] + policy.joint_training[run]),
            capacity,
            behaviour.conversion_base[run],
            behaviour.conversion_protocols[run],
            behaviour.conversion_staff[run],
            behaviour.conversion_joint[run],
        ) * delivery.stage_conversion(table.stage[run], behaviour.early_conversion[run])
    like_first = 0
    for run in range(n):
        like_first += behaviour.complementarity[run] == behaviour.complementarity[0]
    if like_first == n:
        join_up(table, behaviour.complementarity[0], n)
    else:
        join_up_one_by_one(table, behaviour.complementarity, n)


@stage
def join_up(table: Any, complementarity: float, n: int) -> None:
    """Combine what the sectors brought; the rule branches by complementarity, here once for all runs."""
    for run in range(n):
        combine(table, complementarity, run)


@stage
def join_up_one_by_one(table: Any, complementarity: Any, n: int) -> None:
    """Combine what the sectors brought in runs that differ in complementarity."""
    for run in range(n):
        combine(table, complementarity[run], run)


@inlined
def combine(table: Any, complementarity: float, run: int) -> None:
    """Turn money into what it achieves together with what the sectors brought."""
    brought, converted = of_sectors(table.brought, run), table.sum[run]
    for_education = delivery.joint_result(brought, delivery.SECTOR_WEIGHTS[0], complementarity)
    for_economy = delivery.joint_result(brought, delivery.SECTOR_WEIGHTS[1], complementarity)
    for_housing = delivery.joint_result(brought, delivery.SECTOR_WEIGHTS[2], complementarity)
    for_crime = delivery.joint_result(brought, delivery.SECTOR_WEIGHTS[3], complementarity)
    for_health = delivery.joint_result(brought, delivery.SECTOR_WEIGHTS[4], complementarity)
    table.committed[0, run] = table.money[0, run] * converted * for_education
    table.committed[1, run] = table.money[1, run] * converted * for_economy
    table.committed[2, run] = table.money[2, run] * converted * for_housing
    table.committed[3, run] = table.money[3, run] * converted * for_crime
    table.committed[4, run] = table.money[4, run] * converted * for_health


# ---------------------------------------------------------------------- 9 outcomes


@stage
def close_gaps(table: Any, behaviour: Any, draws: Any, month: int, n: int) -> None:
    """Move outcomes, and those of the same place without a partnership."""
    for k in range(N_THEMES):
        pair = month % MONTHS_AT_ONCE * 2 * N_THEMES + 2 * k
        for run in range(n):
            shock = behaviour.outcome_shock[run] * centred(draws.shock[pair, run], draws.shock[pair + 1, run])
            table.outcome[k, run] = outcomes.outcome_step(
                table.outcome[k, run],
                N_THEMES * table.delivered_now[k, run],
                behaviour.outcome_decay[run],
                behaviour.outcome_trend[run],
                shock,
            )
            table.counterfactual[k, run] = outcomes.outcome_step(
                table.counterfactual[k, run], 0.0, behaviour.outcome_decay[run], behaviour.outcome_trend[run], shock
            )


# ---------------------------------------------------------------------- 10 learning


@stage
def learn(table: Any, partners: Any, behaviour: Any, n: int) -> None:
    """Let members draw their lessons from what was delivered and decided."""
    for run in range(n):
        table.signal[run] = learning.signal_of_success(
            table.results[run], table.decision_memory[run], behaviour.process_credit[run]
        )
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            belief = learning.belief_step(
                partner.belief[run],
                table.signal[run],
                table.measurement_quality[run],
                partner.attendance_record[run],
                behaviour.belief_rate[run],
            )
            paid_share = mean_or_zero(partner.paid_gbp_m[run], table.fund_spent_gbp_m[run])
            expected = learning.expected_share_step(partner.expected_share[run], paid_share, behaviour.belief_rate[run])
            learns = behaviour.learning[run] > 0.0
            partner.belief[run] = belief if learns else partner.belief[run]
            partner.expected_share[run] = expected if learns else partner.expected_share[run]


# ---------------------------------------------------------------------- 11 trust


@stage
def update_trust(table: Any, partners: Any, dyads: Any, behaviour: Any, policy: Any, n: int) -> None:
    """Let every member revise its trust in every other."""
    for run in range(n):
        table.contact_gain[run] = trust.contact_gain(
            behaviour.trust_meeting[run],
            behaviour.trust_joint_delivery[run],
            table.results[run],
            policy.joint_co_location[run],
        )
        table.brokered[run] = behaviour.trust_staff[run] * table.staff_team[run]
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            partner.domination_loss[run] = behaviour.trust_domination[run] * trust.domination(
                partner.influence[run], behaviour.domination_tolerance[run]
            )
    revise_trusts(table, partners, dyads, behaviour, n)


# ---------------------------------------------------------------------- 12 accountability


@stage
def account(table: Any, partners: Any, behaviour: Any, policy: Any, draws: Any, month: int, n: int) -> None:
    """Once a year, be assessed: release of the fund, success, credibility, reward."""
    if not accountability.is_assessment_month(month):
        return
    for run in range(n):
        table.records[run] = 0.0
        table.seniorities[run] = 0.0
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            sits = partner.is_member[run] > 0.0
            table.records[run] += partner.attendance_record[run] if sits else 0.0
            table.seniorities[run] += partner.seniority[run] if sits else 0.0
    pair = month % MONTHS_AT_ONCE * 2
    for run in range(n):
        if table.is_dissolved[run] == 0.0:
            score = accountability.assessment_score(
                mean_or_zero(table.records[run], table.n_members[run]),
                mean_or_zero(table.seniorities[run], table.n_members[run]),
                table.decision_memory[run],
                table.coherence[run],
                table.results[run],
                table.measurement_quality[run],
            )
            draw, noise = (
                centred(draws.assessment[pair, run], draws.assessment[pair + 1, run]),
                behaviour.assessment_noise[run],
            )
            accredited = accountability.passes(score, behaviour.accreditation_threshold[run], noise, draw)
            successful = accountability.passes(score, behaviour.success_threshold[run], noise, draw)
            table.is_accredited[run] = 1.0 if accredited else 0.0
            table.is_successful[run] = 1.0 if successful else 0.0
            table.credibility[run] = accountability.credibility_step(table.credibility[run], score)
            table.reward_due_gbp_m[run] = accountability.reward(policy.reward_grant_gbp_m[run], table.results[run])


# ---------------------------------------------------------------------- 13 membership


@stage
def renew_membership(
    table: Any,
    partners: Any,
    seats: Any,
    dyads: Any,
    behaviour: Any,
    policy: Any,
    draws: Any,
    month: int,
    n: int,
) -> None:
    """Let members leave, newcomers take seats, and the council think of ending it all."""
    for i in range(len(partners)):
        consider_leaving(table, partners[i], seats[i], behaviour, draws.exit[i], n)
    newcomers = 0
    for i in range(len(partners)):
        newcomers += find_newcomers(table, partners[i], seats[i], behaviour, draws.invitation[i], month, n)
    if newcomers > 0:
        add_up_records(partners, dyads, n)
        for i in range(len(partners)):
            seat_newcomers(table, partners, seats, dyads, behaviour, policy, month, i, n)
    for run in range(n):
        table.n_members[run] = 0.0
        table.sum[run] = 0.0
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            partner.is_member[run] = max(partner.is_member[run], partner.joins[run])
            engaged = member_engagement(partner.attendance_record[run], partner.seniority[run], partner.rate[run])
            table.n_members[run] += partner.is_member[run]
            table.sum[run] += engaged if partner.is_member[run] > 0.0 else 0.0
    for run in range(n):
        table.engagement[run] = mean_or_zero(table.sum[run], table.n_members[run])
    for i in range(len(partners)):
        if seats[i].sector == COUNCIL:
            think_of_ending(table, partners, seats[i], behaviour, policy, draws, month, i, n)
    for run in range(n):
        if table.is_dissolved[run] == 0.0 and table.n_members[run] == 0.0:
            dissolve(table, partners, run)


@inlined
def consider_leaving(table: Any, partner: Any, seat: Any, behaviour: Any, draws: Any, n: int) -> None:
    """Let a body give up its seat; a council never does."""
    for run in range(n):
        partner.was_member[run] = partner.is_member[run]
    if seat.sector == COUNCIL:
        return
    for run in range(n):
        chance = membership.exit_probability(
            partner.months_absent[run],
            behaviour.exit_months[run],
            behaviour.exit_rate[run],
            partner.attend_pressure[run],
        )
        leaves = partner.is_member[run] > 0.0 and draws[run] < chance and behaviour.membership_changes[run] > 0.0
        partner.is_member[run] = 0.0 if leaves else partner.is_member[run]
        table.n_exits[run] += 1.0 if leaves else 0.0


@inlined
def find_newcomers(table: Any, partner: Any, seat: Any, behaviour: Any, draws: Any, month: int, n: int) -> int:
    """See in which runs an empty seat is filled, on its date or by invitation; return in how many."""
    newcomers = 0
    for run in range(n):
        chance = membership.invitation_probability(
            behaviour.invitation_rate[run], table.attention[run], table.staff_team[run]
        )
        is_due = seat.joins_at == month or (seat.joins_at < month and draws[run] < chance)
        is_free = partner.was_member[run] == 0.0 and partner.is_abolished[run] == 0.0
        joins = is_due and is_free and table.is_dissolved[run] == 0.0 and behaviour.membership_changes[run] > 0.0
        partner.joins[run] = 1.0 if joins else 0.0
        newcomers += 1 if joins else 0
    return newcomers


@inlined
def seat_newcomers(
    table: Any, partners: Any, seats: Any, dyads: Any, behaviour: Any, policy: Any, month: int, i: int, n: int
) -> None:
    """Fill an empty seat in the runs in which somebody joins."""
    partner, seat = partners[i], seats[i]
    for run in range(n):
        if partner.joins[run] > 0.0:
            informed = seat.informed if seat.joins_at == month else policy.newcomers_informed[run]
            seat_newcomer(table, partners, seats, dyads, behaviour, i, informed, run)


@stage
def seat_newcomer(
    table: Any, partners: Any, seats: Any, dyads: Any, behaviour: Any, i: int, informed: float, run: int
) -> None:
    """Give a seat to a body that starts from the board's record as far as it is informed."""
    newcomer, trusts = partners[i], dyads.trusts
    group, lane = run // ABREAST, run % ABREAST
    begin(newcomer, behaviour, n_founders(seats), run)
    sitting = beliefs = rates = 0.0
    for j in range(len(partners)):
        if partners[j].is_member[run] > 0.0:
            sitting += 1.0
            beliefs += partners[j].belief[run]
            rates += partners[j].rate[run]
    if sitting > 0.0:
        if behaviour.learning[run] > 0.0:
            newcomer.belief[run] = membership.newcomer_view(
                newcomer.belief[run], mean_or_zero(beliefs, sitting), informed
            )
        newcomer.believed_of_others[run] = membership.newcomer_view(
            newcomer.believed_of_others[run], mean_or_zero(rates, sitting), informed
        )
    for j in range(len(partners)):
        if partners[j].is_member[run] == 0.0:
            continue
        same_sector = seats[i].sector == seats[j].sector
        view = first_trust_in(newcomer, partners[j], same_sector, table, behaviour, run)
        if sitting > 1.0:
            record = mean_or_zero(dyads.records[j, run], sitting - 1.0)
            view = membership.newcomer_view(view, record, informed)
        trusts[group, i, j, lane] = view
        trusts[group, j, i, lane] = first_trust_in(partners[j], newcomer, same_sector, table, behaviour, run)


@stage
def think_of_ending(
    table: Any, partners: Any, seat: Any, behaviour: Any, policy: Any, draws: Any, month: int, i: int, n: int
) -> None:
    """Let a council abolish the partnership when too little binds it."""
    partner, endings = partners[i], 0
    for run in range(n):
        bound = membership.binding(
            table.fund_in_sight_gbp_m[run],
            partner.flexible_gbp_m[run],
            table.attend_pressure[run],
            policy.inspection_burden[run] * seat.is_assessed_as_council,
            partner.belief[run],
            table.engagement[run],
            policy.outside_option[run],
            policy.austerity[run],
        )
        chance = membership.dissolution_probability(
            bound, policy.statutory[run], behaviour.dissolution_value[run], behaviour.dissolution_rate[run]
        )
        ends = draws.dissolution[month % MONTHS_AT_ONCE, run] < chance
        ends = ends and partner.is_member[run] > 0.0 and table.is_dissolved[run] == 0.0
        ends = ends and behaviour.membership_changes[run] > 0.0
        partner.ends[run] = 1.0 if ends else 0.0
        endings += 1 if ends else 0
    if endings > 0:
        for run in range(n):
            if partner.ends[run] > 0.0:
                dissolve(table, partners, run)


@stage
def dissolve(table: Any, partners: Any, run: int) -> None:
    """End the partnership: no more meetings, the money goes back, work in hand is finished."""
    table.is_dissolved[run] = 1.0
    return_to_centre(table, 0.0, run)
    table.n_exits[run] += table.n_members[run]
    table.n_members[run] = 0.0
    for i in range(len(partners)):
        partners[i].is_member[run] = 0.0


# ---------------------------------------------------------------------- costs and measures


@stage
def count_costs(table: Any, partners: Any, seats: Any, policy: Any, n: int) -> None:
    """Add up what meeting, reporting and inspection cost this month."""
    for run in range(n):
        staff_days = accountability.STAFF_DAYS_A_MONTH * table.staff_team[run]
        table.person_days[run] = 0.0 if table.is_dissolved[run] > 0.0 else staff_days
        table.inspection_cost_gbp_m[run] = 0.0
    for i in range(len(partners)):
        partner, seat = partners[i], seats[i]
        for run in range(n):
            sits = partner.is_member[run] > 0.0
            days = accountability.meeting_days(
                partner.attended[run], seat.participation_cost, partner.report_pressure[run]
            )
            inspected = accountability.inspection_cost(
                seat.full_inspection_gbp_m, policy.inspection_burden[run], table.relief_lifted[run] if sits else 0.0
            )
            table.person_days[run] += days if sits else 0.0
            table.inspection_cost_gbp_m[run] += inspected if partner.is_abolished[run] == 0.0 else 0.0
    for run in range(n):
        table.transaction_cost_gbp_m[run] = accountability.transaction_cost_gbp_m(table.person_days[run])
        table.transaction_cost_so_far_gbp_m[run] += table.transaction_cost_gbp_m[run]


@stage
def observe(measured: Any, sums: Any, table: Any, partners: Any, seats: Any, dyads: Any, is_kept: bool, n: int) -> None:
    """Write down this month's measures; change nothing. Of a month that is not kept regimes need the first."""
    observe_engagement(measured, sums, table, partners, seats, n)
    observe_influence(measured, sums, table, partners, seats, n)
    observe_deliberation(measured, sums, table, partners, n)
    observe_results(measured, table, n)
    if is_kept:
        observe_trust(measured, sums, partners, seats, dyads, n)
        observe_costs(measured, table, n)
        observe_standing(measured, sums, table, partners, seats, n)


# fmt: off
_OF_SUMS = (
    "bent", "pooled", "budgets", "within", "across", "difference", "squares", "top",
    "fits", "fits_squared", "complied", "bound", "free_records", "free", "rates",
)
# fmt: on

SUMS = _of_runs_by(
    dict.fromkeys(_OF_SUMS, 0)
    | dict.fromkeys(("counts", "attendance", "seniority", "engagement", "contribution", "influence"), N_SECTORS)
)
"""Sums over members on the way to measures."""


@stage
def observe_engagement(measured: Any, sums: Any, table: Any, partners: Any, seats: Any, n: int) -> None:
    """Report attendance, seniority, engagement and contributions, overall and by sector."""
    for run in range(n):
        sums.bent[run] = 0.0
        sums.pooled[run] = 0.0
        sums.budgets[run] = 0.0
    for s in range(N_SECTORS):
        for run in range(n):
            sums.counts[s, run] = 0.0
            sums.attendance[s, run] = 0.0
            sums.seniority[s, run] = 0.0
            sums.engagement[s, run] = 0.0
            sums.contribution[s, run] = 0.0
    for i in range(len(partners)):
        partner, s = partners[i], seats[i].sector
        for run in range(n):
            sits = partner.is_member[run] > 0.0
            engaged = member_engagement(partner.attendance_record[run], partner.seniority[run], partner.rate[run])
            given = partner.bent_gbp_m[run] + partner.pooled_gbp_m[run]
            sums.counts[s, run] += 1.0 if sits else 0.0
            sums.attendance[s, run] += partner.attended[run] if sits else 0.0
            sums.seniority[s, run] += partner.seniority[run] if sits else 0.0
            sums.engagement[s, run] += engaged if sits else 0.0
            sums.contribution[s, run] += given if sits else 0.0
            sums.bent[run] += partner.bent_gbp_m[run] if sits else 0.0
            sums.pooled[run] += partner.pooled_gbp_m[run] if sits else 0.0
            sums.budgets[run] += partner.budget_gbp_m[run] if sits else 0.0
    for run in range(n):
        n_members = table.n_members[run]
        measured.attendance[run] = mean_or_zero(total(of_sectors(sums.attendance, run)), n_members)
        measured.seniority[run] = mean_or_zero(total(of_sectors(sums.seniority, run)), n_members)
        measured.engagement[run] = mean_or_zero(total(of_sectors(sums.engagement, run)), n_members)
        measured.contribution_gbp_m[run] = total(of_sectors(sums.contribution, run))
        measured.contribution_bent_gbp_m[run] = sums.bent[run]
        measured.contribution_pooled_gbp_m[run] = sums.pooled[run]
        measured.contribution_share[run] = mean_or_zero(12.0 * (sums.bent[run] + sums.pooled[run]), sums.budgets[run])
    sector_means(measured.attendance_council, sums.attendance, sums.counts, COUNCIL, n)
    sector_means(measured.attendance_agency, sums.attendance, sums.counts, AGENCY, n)
    sector_means(measured.attendance_business, sums.attendance, sums.counts, BUSINESS, n)
    sector_means(measured.attendance_voluntary, sums.attendance, sums.counts, VOLUNTARY, n)
    sector_means(measured.seniority_council, sums.seniority, sums.counts, COUNCIL, n)
    sector_means(measured.seniority_agency, sums.seniority, sums.counts, AGENCY, n)
    sector_means(measured.seniority_business, sums.seniority, sums.counts, BUSINESS, n)
    sector_means(measured.seniority_voluntary, sums.seniority, sums.counts, VOLUNTARY, n)
    sector_means(measured.engagement_council, sums.engagement, sums.counts, COUNCIL, n)
    sector_means(measured.engagement_agency, sums.engagement, sums.counts, AGENCY, n)
    sector_means(measured.engagement_business, sums.engagement, sums.counts, BUSINESS, n)
    sector_means(measured.engagement_voluntary, sums.engagement, sums.counts, VOLUNTARY, n)
    for run in range(n):
        measured.contribution_gbp_m_council[run] = sums.contribution[COUNCIL, run]
        measured.contribution_gbp_m_agency[run] = sums.contribution[AGENCY, run]
        measured.contribution_gbp_m_business[run] = sums.contribution[BUSINESS, run]
        measured.contribution_gbp_m_voluntary[run] = sums.contribution[VOLUNTARY, run]


@stage
def sector_means(means: Any, totals: Any, counts: Any, s: int, n: int) -> None:
    """Report the mean over the members of one sector."""
    for run in range(n):
        means[run] = mean_or_zero(totals[s, run], counts[s, run])


@stage
def observe_trust(measured: Any, sums: Any, partners: Any, seats: Any, dyads: Any, n: int) -> None:
    """Report trust between members, within and across sectors, and how far it is returned."""
    add_up_pairs(sums, partners, seats, dyads, n)
    for run in range(n):
        within, across = sums.within[run], sums.across[run]
        pairs, pairs_within = pairs_of(total(of_sectors(sums.counts, run))), 0.0
        for s in range(N_SECTORS):
            pairs_within += pairs_of(sums.counts[s, run])
        measured.trust[run] = mean_or_zero(within + across, 2 * pairs)
        measured.trust_within[run] = mean_or_zero(within, 2 * pairs_within)
        measured.trust_across[run] = mean_or_zero(across, 2 * (pairs - pairs_within))
        measured.trust_reciprocity[run] = 1.0 - mean_or_zero(sums.difference[run], pairs) if pairs > 0.0 else 0.0


@inlined
def pairs_of(members: float) -> float:
    """Return how many pairs there are among a number of members."""
    return 0.5 * members * (members - 1.0)


@stage
def observe_influence(measured: Any, sums: Any, table: Any, partners: Any, seats: Any, n: int) -> None:
    """Report how concentrated influence is, and who has it."""
    for run in range(n):
        sums.squares[run] = 0.0
        sums.top[run] = 0.0
        for s in range(N_SECTORS):
            sums.influence[s, run] = 0.0
    for i in range(len(partners)):
        partner, s = partners[i], seats[i].sector
        for run in range(n):
            share = partner.influence[run] if partner.is_member[run] > 0.0 else 0.0
            sums.squares[run] += share * share
            sums.top[run] = max(sums.top[run], share)
            sums.influence[s, run] += share
    for run in range(n):
        n_members = table.n_members[run]
        measured.dominance[run] = normalised_herfindahl(sums.squares[run], n_members) if n_members > 0.0 else 0.0
        measured.top_share[run] = sums.top[run]
        measured.council_share[run] = sums.influence[COUNCIL, run]
        measured.voice_business[run] = sums.influence[BUSINESS, run]
        measured.voice_voluntary[run] = sums.influence[VOLUNTARY, run]


@stage
def observe_deliberation(measured: Any, sums: Any, table: Any, partners: Any, n: int) -> None:
    """Report how the table works together, and how well the strategy suits its members."""
    for run in range(n):
        sums.fits[run] = 0.0
        sums.fits_squared[run] = 0.0
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            fit = partner.fit[run] if partner.is_member[run] > 0.0 else 0.0
            sums.fits[run] += fit
            sums.fits_squared[run] += fit * fit
    for run in range(n):
        is_dissolved, meetings = table.is_dissolved[run] > 0.0, table.meetings[run]
        measured.coherence[run] = 0.0 if is_dissolved else table.coherence[run]
        measured.decision_rate[run] = 0.0 if is_dissolved else table.decision_memory[run]
        measured.talk_ratio[run] = 1.0 - table.decisions[run] / meetings if meetings > 0.0 else 0.0
        measured.acceptability[run] = mean_or_zero(sums.fits[run], table.n_members[run])
        measured.equity[run] = spread(sums.fits[run], sums.fits_squared[run], table.n_members[run])


@stage
def observe_results(measured: Any, table: Any, n: int) -> None:
    """Report outcomes and money."""
    for run in range(n):
        outcome = mean_or_zero(total(of_themes(table.outcome, run)), N_THEMES)
        counterfactual = mean_or_zero(total(of_themes(table.counterfactual, run)), N_THEMES)
        measured.outcome[run] = outcome
        measured.outcome_counterfactual[run] = counterfactual
        measured.added_value[run] = outcome - counterfactual
    for run in range(n):
        measured.outcome_education[run] = table.outcome[0, run]
        measured.outcome_economy[run] = table.outcome[1, run]
        measured.outcome_housing[run] = table.outcome[2, run]
        measured.outcome_crime[run] = table.outcome[3, run]
        measured.outcome_health[run] = table.outcome[4, run]
        measured.delivered[run] = table.delivered[run]
        measured.fund_in_gbp_m[run] = table.fund_in_gbp_m[run]
        measured.fund_spent_gbp_m[run] = table.fund_spent_gbp_m[run]
        measured.fund_forfeited_gbp_m[run] = table.fund_forfeited_gbp_m[run]
        measured.fund_held_gbp_m[run] = table.fund_held_gbp_m[run]


@inlined
def observe_costs(measured: Any, table: Any, n: int) -> None:
    """Report what meeting, reporting and being inspected cost, and what it was worth."""
    for run in range(n):
        measured.person_days[run] = table.person_days[run]
        measured.transaction_cost_gbp_m[run] = table.transaction_cost_gbp_m[run]
        measured.inspection_cost_gbp_m[run] = table.inspection_cost_gbp_m[run]
        measured.public_value_gbp_m[run] = (
            measured.added_value[run] * table.gap_cost_gbp_m[run] - table.transaction_cost_so_far_gbp_m[run]
        )


@stage
def observe_standing(measured: Any, sums: Any, table: Any, partners: Any, seats: Any, n: int) -> None:
    """Report the partnership's standing, capacities, stage and membership."""
    for run in range(n):
        sums.complied[run] = 0.0
        sums.bound[run] = 0.0
        sums.free_records[run] = 0.0
        sums.free[run] = 0.0
        sums.rates[run] = 0.0
    for i in range(len(partners)):
        partner, is_inspected = partners[i], seats[i].is_inspected > 0.0
        for run in range(n):
            sits = partner.is_member[run] > 0.0
            is_bound = sits and presses(partner, run)
            is_free = sits and partner.duty_reach[run] == 0.0 and not is_inspected
            complied = duty_compliance(partner, run)
            sums.complied[run] += complied if is_bound else 0.0
            sums.bound[run] += 1.0 if is_bound else 0.0
            sums.free_records[run] += partner.attendance_record[run] if is_free else 0.0
            sums.free[run] += 1.0 if is_free else 0.0
            sums.rates[run] += partner.rate[run] if sits else 0.0
    for run in range(n):
        alive = 1.0 - table.is_dissolved[run]
        measured.credibility[run] = alive * table.credibility[run]
        measured.is_accredited[run] = alive * table.is_accredited[run]
        measured.is_successful[run] = alive * table.is_successful[run]
        measured.duty_compliance[run] = mean_or_zero(sums.complied[run], sums.bound[run])
        measured.capacity_leadership[run] = alive * table.attention[run] * (0.5 + 0.5 * table.facilitation[run])
        measured.capacity_management[run] = alive * table.administrative_capacity[run]
        measured.capacity_performance[run] = table.results[run]
        measured.capacity_standing[run] = mean_or_zero(sums.free_records[run], sums.free[run])
        measured.capacity_influence[run] = mean_or_zero(sums.rates[run], table.n_members[run])
    for run in range(n):
        measured.stage[run] = table.stage[run]
        measured.months_to_first_decision[run] = table.months_to_first_decision[run]
        measured.months_to_first_delivery[run] = table.months_to_first_delivery[run]
        measured.n_members[run] = table.n_members[run]
        measured.n_exits[run] = table.n_exits[run]
        measured.is_dissolved[run] = table.is_dissolved[run]


@inlined
def presses(partner: Any, run: int) -> bool:
    """Return whether any component of the duty presses on a body."""
    return bool(
        partner.attend_pressure[run] > 0.0
        or partner.data_pressure[run] > 0.0
        or partner.support_pressure[run] > 0.0
        or partner.plans_pressure[run] > 0.0
        or partner.report_pressure[run] > 0.0
    )


@inlined
def duty_compliance(partner: Any, run: int) -> float:
    """Return how far a body does what the components of the duty in force ask, in [0, 1]."""
    pressures = (
        partner.attend_pressure[run],
        partner.data_pressure[run],
        partner.support_pressure[run],
        partner.plans_pressure[run],
        partner.report_pressure[run],
    )
    in_force = complied = 0.0
    for pressure in pressures:
        comply = accountability.compliance(partner.duty_reach[run], pressure, partner.attendance_record[run])
        in_force += 1.0 if pressure > 0.0 else 0.0
        complied += comply if pressure > 0.0 else 0.0
    return mean_or_zero(complied, in_force)


@stage
def watch_partner(watched: Any, partner: Any, keep_terms: bool, n: int) -> None:
    """Write down a member's columns, and the terms of its decision if they are kept."""
    for run in range(n):
        if partner.is_member[run] > 0.0:
            watched[0, run] = 1.0
            watched[1, run] = partner.attended[run]
            watched[2, run] = partner.seniority[run]
            watched[3, run] = partner.bent_gbp_m[run] + partner.pooled_gbp_m[run]
            watched[4, run] = partner.influence[run]
            watched[5, run] = partner.belief[run]
            watched[6, run] = partner.alignment[run]
            watched[7, run] = partner.attendance_record[run]
            watched[8, run] = member_engagement(
                partner.attendance_record[run], partner.seniority[run], partner.rate[run]
            )
            if keep_terms:
                for t in range(N_TERMS):
                    watched[N_COLUMNS + t, run] = partner.terms[t, run]


# ---------------------------------------------------------------------- a block of runs


class Question(NamedTuple):
    """What a block of runs is asked. Runs are last; a block has at most ``LANES`` of them."""

    seats: NDArray[Any]
    behaviour: NDArray[Any]
    policies: NDArray[Any]
    policy_of_month: NDArray[np.int64]
    fund_gbp_m_a_year: NDArray[np.float64]
    abolished_at: NDArray[np.float64]
    abolishes: NDArray[np.bool_]
    gap_cost_gbp_m: NDArray[np.float64]
    first_month: int
    tiers: int


class Answer(NamedTuple):
    """What is kept of a block of runs. ``row_of_month`` is −1 for months of which nothing is kept."""

    row_of_month: NDArray[np.int64]
    kept_measures: NDArray[np.int64]
    kept: NDArray[np.float64]
    regime_measures: NDArray[np.int64]
    for_regimes: NDArray[np.float64]
    watched: NDArray[np.float64]
    keep_partners: bool
    keep_terms: bool


@inlined
def how_many_stand(table: Any, n: int) -> int:
    """Return how many partnerships of the block have not been dissolved."""
    standing = 0
    for run in range(n):
        standing += table.is_dissolved[run] == 0.0
    return standing


@stage
def write_down(answer: Any, measured_rows: Any, partners: Any, month: int, n: int) -> None:
    """Keep what is asked for of this month."""
    for m in range(len(answer.regime_measures)):
        for run in range(n):
            answer.for_regimes[m, month, run] = measured_rows[answer.regime_measures[m], run]
    row = answer.row_of_month[month]
    if row < 0:
        return
    for m in range(len(answer.kept_measures)):
        for run in range(n):
            answer.kept[row, m, run] = measured_rows[answer.kept_measures[m], run]
    if answer.keep_partners:
        for i in range(len(partners)):
            watch_partner(answer.watched[row, i], partners[i], answer.keep_terms, n)


def fingerprint() -> int:
    """Return a number that changes with the text of the rules and of this file.

    Numba's cache looks at the file of the compiled function only, and would go on using a rule that
    has been rewritten. Compiled code therefore carries, and is looked up by, what it was made from.
    """
    sources = [
        files("sim").joinpath(name)
        for name in ("compiled_draws.py", "compiled_dyads.py", "compiled_month.py", "measures.py", "partnership.py")
    ]
    rules = files("sim").joinpath("rules").iterdir()
    sources += sorted((source for source in rules if source.name.endswith(".py")), key=lambda source: source.name)
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
    return int.from_bytes(digest.digest()[:7], "big")


def _block_runner(made_from: int) -> Any:
    @njit(error_model="numpy", nogil=True, cache=True)
    def run_block(
        question: Any,
        draws: Any,
        answer: Any,
        tables: Any,
        partners: Any,
        dyads: Any,
        sums: Any,
        measures: Any,
        measured_rows: Any,
        n: int,
    ) -> int:
        table, measured, seats, behaviour = tables[0], measures[0], question.seats, question.behaviour[0]
        funds = question.fund_gbp_m_a_year
        find_keys(draws, n)
        draw_traits(draws, len(seats), n)
        draw_launch(draws, n)
        found_partnership(table, behaviour, question.gap_cost_gbp_m, draws.launch, n)
        introduce(partners, seats, behaviour, question.abolished_at, draws, n)
        meet(table, partners, seats, dyads.trusts, behaviour)
        count_members(table, partners, n)
        for month in range(len(question.policy_of_month)):
            number = question.policy_of_month[month]
            policy = question.policies[number]
            is_new_policy = month == 0 or number != question.policy_of_month[month - 1]
            abolishes = question.abolishes[month]
            calendar_month = (question.first_month + month) % 12 + 1
            draw_month(draws, month, len(seats), n)

            policy_and_events(
                table,
                partners,
                seats,
                dyads,
                behaviour,
                policy,
                draws,
                month,
                calendar_month,
                is_new_policy,
                abolishes,
                n,
            )
            n_standing = how_many_stand(table, n)
            if n_standing > 0:
                weigh_influence(table, partners, seats, behaviour, policy, n)
                attend(
                    table,
                    partners,
                    seats,
                    dyads,
                    behaviour,
                    policy,
                    funds,
                    draws,
                    month,
                    question.tiers,
                    answer.keep_terms,
                    n,
                )
                send_people(table, partners, behaviour, n)
                deliberate(table, partners, seats, behaviour, policy, draws, month, n)
                contribute(table, partners, seats, behaviour, policy, month, n)
                allocate_fund(table, partners, seats, behaviour, policy, funds, month, calendar_month, n)
            deliver(table, partners, seats, behaviour, policy, n_standing, n)
            close_gaps(table, behaviour, draws, month, n)
            if n_standing > 0:
                learn(table, partners, behaviour, n)
                update_trust(table, partners, dyads, behaviour, policy, n)
                account(table, partners, behaviour, policy, draws, month, n)
                renew_membership(table, partners, seats, dyads, behaviour, policy, draws, month, n)
            count_costs(table, partners, seats, policy, n)
            observe(measured, sums[0], table, partners, seats, dyads, answer.row_of_month[month] >= 0, n)
            write_down(answer, measured_rows, partners, month, n)
        return made_from

    return run_block


_MADE_FROM = fingerprint()
_run_block = _block_runner(_MADE_FROM)


def is_compiled() -> bool:
    """Return whether this machine has compiled the month as it stands, so that it starts at once."""
    return _note_of_compiling().exists()


def _note_of_compiling() -> Path:
    """Return the file beside Numba's cache that is there once the month has been compiled and kept."""
    return Path(_run_block.stats.cache_path) / f"compiled_month-{_MADE_FROM:x}-numba-{numba.__version__}.note"


def run_block(question: Question, draws: BlockDraws, answer: Answer, n: int) -> None:
    """Run a block of ``n`` runs and fill in its answer."""
    n_seats = len(question.seats)
    measured = room_for(1, MEASURED)
    _run_block(
        question,
        draws,
        answer,
        room_for(1, TABLE),
        room_for(n_seats, PARTNER),
        room_for_dyads(n_seats, n),
        room_for(1, SUMS),
        measured,
        measured.view(np.float64).reshape(len(MEASURES), LANES),
        n,
    )
    with suppress(OSError):  # a cache that cannot be written is no reason to fail
        _note_of_compiling().touch()
