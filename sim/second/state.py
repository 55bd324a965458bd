"""What bodies and the table hold in the second model, beside what those of the first do; flags are 0 or 1."""

from __future__ import annotations

from sim.population import SECTORS
from sim.records import Recorder
from sim.second.meetings import BLOCKS, N_PROJECTS, N_TABLES, N_TOPICS, TOPICS
from sim.second.time import N_CLAIMS, N_OTHER_TABLES
from sim.state import BySector, ByTheme, Towards, matrices_of, rows_of

ByMonth = list[float]
"""One number a month of the year."""
ByProject = list[float]
"""One number a project that may run."""
ByProjectAndSector = list[float]
"""One number a project and sector, by project."""

ByTable = list[float]
"""One number a table: the board, and each group."""
ByTopic = list[float]
"""One number a theme, and one for saving time."""
ByOtherTable = list[float]
"""One number a table elsewhere."""
ByClaim = list[float]
"""One number for each of what claims senior time."""
BySay = list[float]
"""One number for each way in which an item may be brought."""
ByBlock = list[float]
"""One number a block of an agreement."""

COUNTS = {
    "ByMonth": 12,
    "ByTable": N_TABLES,
    "ByProject": N_PROJECTS,
    "ByProjectAndSector": N_PROJECTS * len(SECTORS),
    "ByTopic": N_TOPICS,
    "ByOtherTable": N_OTHER_TABLES,
    "ByClaim": N_CLAIMS,
    "BySay": 4,
    "ByBlock": len(BLOCKS),
}


class OfABody:
    """What a body holds."""

    # fmt: off
    # time and plans
    half_days: float; claimed_half_days: float; seats_left: float; scarcity: float; ease: float
    n_elsewhere: float; at_county: float; at_initiatives: float; at_outside: float  # other tables it goes to
    free_half_days: float  # at the start of the month, for meetings in person
    claims: ByClaim; spared_half_days: float  # what claims it, and what staff took over
    plan: ByTopic; acts_as_one: float
    can_change: float  # how far joint work has made it able to change
    education_plan: float; economy_plan: float; housing_plan: float; crime_plan: float; health_plan: float

    # at the table at hand
    sits: float; plan_here: float; came: float; in_person: float
    on_executive: float  # it decides, where an executive does
    junior_utility: float  # of sending a junior to the board, beside which going in person and staying away stand
    rank_at: ByTable  # this month: 0 absent, 1 a junior, 2 in person; −1 where it does not sit or the table not meet

    # at any table this month, at the board, and over the year
    there: ByTable  # how far it was there this month
    at_board: float; in_young_people: float; in_safer: float; in_healthier: float; in_economic: float
    best_in_person: float; came_to_board: float; came_in: ByMonth; person_in: ByMonth
    came_share: float; person_share: float  # of the year's meetings
    came_record: float; person_record: float  # the same, as others expect it
    expected_presence: float  # how often it is expected to come before a year of meetings shows
    partners_coming: float
    presence_now: float
    excess: float  # of influence, beyond what others accept

    # an item
    proposes: float; tied_to_proposer: float; trust_in_proposer: float; trusted_by_proposer: float
    value: float  # as a team mate, to the proposer
    joins_team: float; tied_to_team: float; trust_in_team: float; takes_on: float

    # work
    in_team: ByProject; pools_in: ByProject; own_projects: float; pooled_in: float; trusted_mates: float; mates: float
    effort: float; due_in: ByMonth; kept_in: ByMonth; pooled_now_gbp_m: float; pooled_recently: float

    # what it makes of it
    yield_remembered: float; pay: float; aspires: float

    # ties
    tie: Towards; joint: Towards; met: Towards; complement: Towards; degree: float; in_core: float
    within: float  # ties to others in the core
    chance_of_ties: float; chance_of_trust: float
    # fmt: on


class OfTheTable:
    """What the table holds."""

    # fmt: off
    # the place, the leader, and whether the table stands
    stands: float; trend: float; trust_at_launch: float; engagement_seen: float; ends_now: float; begins_again: float
    n_refounded: float; months_standing: float; has_new_leader: float; known_style: float

    # other tables, initiatives
    backing: ByOtherTable; company: ByOtherTable; going: ByOtherTable; could_go: float; initiatives_left: float
    merged: float  # initiatives that were merged, which saves time

    # a meeting
    meets: float; meetings_in: ByMonth; meetings_year: float; expected_others: float; n_sitting: float
    n_present: float; n_speaking: float; influence_present: float; say_of: BySay
    money_in_sight: float; private_in_sight: float; meeting_items: float

    # an item
    raised: float; is_open: float; whose: float; aim: float; weighed: float; is_found: float; theme: float; fit: float
    is_public_proposal: float; influence_of_proposer: float; best_of: BySector
    team_size: float; votes: float; is_adopted: float; place_of_project: float
    months_of_new: float

    # influence, strategy
    all_standing: float; all_present: float; all_influence: float; top_influence: float
    aims: ByTheme; n_councils: float; councils_as_one: float

    # money
    regenerating_gbp_m: float; subscribes: float; posts_paid_gbp_m: float; staff_paid: float; brought_together: float
    wants_money: ByProject; paid_gbp_m_in: ByProject; rank_of: ByProject; private_gbp_m: float; bid_months: float
    spent_on: ByTheme; freedoms: float

    # projects and what they come to
    months_left: ByProject; planning_left: ByProject; theme_of: ByProject; yield_of: ByProject
    pooled_gbp_m_in: ByProject; best_effort: ByProjectAndSector; n_projects: float; mean_yield: float
    adopted_now: float; adopted_in: ByMonth; n_delivered: float
    decisions_year: float; has_decided: float; closes: ByTheme; gained: ByTheme; alone: ByTheme; shocks: ByTheme

    # agreements, standing
    agreement_left: float; stretch: ByBlock; closed_at_start: ByBlock; stretch_met: float; council_belief: float
    public_standing: float

    # the core
    core_size: float; fewest: float; is_peeling: float; is_dropped: float

    # what measures are made of
    all_engaged: float; n_counted: float; all_came: float; all_in_person: float; all_scarcity: float
    all_pooled_gbp_m: float; n_pooling: float; all_belief: float; all_degree: float; most_degree: float
    all_budgets_gbp_m: float; person_of: BySector; pooled_of: BySector; say_of_sector: BySector
    aligned_of: BySector
    all_claims: ByClaim; all_spared: float; all_half_days: float; all_sat_in_person: float
    core_of: BySector; came_of: BySector; sits_of: BySector; engagement_of: BySector; ties: float; ties_across: float
    ties_in_use: float
    # fmt: on


STATE = {
    "partner": rows_of(OfABody, more=COUNTS),
    "partnership": rows_of(OfTheTable, more=COUNTS),
    "matrix": dict.fromkeys(matrices_of(OfABody), 0),
}
"""The same by name, with how many numbers each is, as a month is given it."""

RECORDS = {
    "meetings": Recorder(
        "Who sends whom to which table, who is tied to and works with whom, and the projects.",
        partner=("is_member", "rank_at", "influence", "in_core", "in_team", "pools_in"),
        partnership=(
            "stands",
            "months_left",
            "planning_left",
            "theme_of",
            "yield_of",
            "paid_gbp_m_in",
            "pooled_gbp_m_in",
        ),
        matrix=("tie", "joint", "trust"),
        called={"theme_of": TOPICS},
    )
}
"""What can be kept of a run on request."""
