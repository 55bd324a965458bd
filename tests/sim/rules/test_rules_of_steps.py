"""The rules of numbers that steps go by: who comes, supports, works, is tied and trusted; what is agreed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, prior

from sim import accountability, life, measures, meetings, obligations, projects, tables, ties
from sim.population import SECTORS, THEMES
from sim.tables import (
    BLOCK_OF,
    BLOCKS,
    DELIVERY_MONTHS,
    MOST_ITEMS,
    N_SECTORS,
    N_SLOTS,
    N_TABLES,
    N_THEMES,
    N_TOPICS,
    PLANNING_MONTHS,
    SAVING_TIME,
)

DRAWS = st.floats(0.0, 1.0, exclude_max=True)
DEPARTURE = (-2.4, 2.4)

PLANS = ("education", "economy", "housing", "crime", "health")
OWN_PLANS, OTHER_PLANS = (tuple(f"{whose}{name}_plan" for name in PLANS) for whose in ("", "other_"))
AT_TABLES = (
    "at_board", "in_young_people", "in_safer", "in_healthier", "in_economic", "at_county", "at_initiatives",
    "at_outside",
)  # fmt: skip
OF_BOTH = (*AT_TABLES, *(f"other_{name}" for name in AT_TABLES))

CONTRACTS = [
    # who comes
    Contract(
        meetings.presence_of,
        {"in_person": SHARE, "by_junior": SHARE},
        rises="in_person by_junior",
        low=0.0,
        high=1.25,
    ),
    Contract(
        meetings.partners_who_come,
        {"tie": SHARE, "other_person_record": SHARE},
        rises="tie other_person_record",
        low=0.0,
        high=1.0,
        zero="tie other_person_record",
    ),
    Contract(obligations.how_deep, {"cuts": (0.0, 0.6)}, rises="cuts", low=0.0, high=1.0, zero="cuts"),
    Contract(
        obligations.scarcity,
        {"claimed": (0.0, 100.0), "half_days": (1.0, 40.0)},
        rises="claimed",
        falls="half_days",
        low=0.0,
        zero="claimed",
    ),
    Contract(
        obligations.pull_elsewhere,
        {
            "base": prior("rival_base"),
            "pull": prior("rival_pull"),
            "backing": SHARE,
            "company": SHARE,
            "time_cost": prior("time_cost"),
            "scarcity": (0.0, 4.0),
        },
        rises="base pull backing company",
        falls="time_cost scarcity",
    ),
    # what is decided
    Contract(
        meetings.items_of,
        {
            "hours": (0.5, 4.0),
            "item_hours": prior("item_hours"),
            "speaker_hours": prior("speaker_hours"),
            "present": (1.0, 400.0),
        },
        rises="hours",
        falls="item_hours speaker_hours present",
        low=0.0,
    ),
    Contract(
        meetings.support_of,
        {
            "base": prior("support_base"),
            "weight_trust": prior("support_trust"),
            "trust": SHARE,
            "weight_ties": prior("support_ties"),
            "tied_share": SHARE,
            "own_interest": (-0.2, 0.8),
            "fit": (-0.2, 0.8),
            "error": (0.5, 1.0),
        },
        rises="base trust weight_ties tied_share own_interest fit",
        free="weight_trust error",
        low=0.0,
        high=1.0,
    ),
    Contract(
        meetings.strategic_fit,
        {"aims": SHARE, "growth_priority": SHARE, "growth_focus": SHARE},
        rises="aims growth_priority",
        free="growth_focus",
        low=-0.2,
        high=0.8,
    ),
    # work
    Contract(
        projects.effort_of,
        {"trust_in_mates": SHARE, "scarcity": (0.0, 10.0)},
        rises="trust_in_mates",
        falls="scarcity",
        low=0.0,
        high=1.0,
        zero="trust_in_mates",
    ),
    Contract(
        projects.chance_of_pooling,
        {
            "returned": (-0.5, 2.0),
            "control_lost": prior("control_lost"),
            "influence": SHARE,
            "freedoms": SHARE,
            "need": (0.0, 0.5),
            "rigidity": SHARE,
            "sharpness": prior("sharpness"),
        },
        rises="returned influence freedoms",
        falls="control_lost need rigidity",
        free="sharpness",
        low=0.0,
        high=1.0,
    ),
    Contract(
        projects.worth_of,
        {
            "money": (0.0, 10.0),
            "gain": prior("joint_gain"),
            "yields": SHARE,
            "cost": prior("joint_cost"),
            "alone": prior("alone"),
        },
        rises="money gain yields alone",
        falls="cost",
        low=0.0,
        zero="money alone",
    ),
    # ties and trust
    Contract(
        ties.first_complement,
        {
            **dict.fromkeys((*OWN_PLANS, *OTHER_PLANS), SHARE),
            "sector": (0, 3),
            "other_sector": (0, 3),
            "across_sectors": prior("across_sectors"),
        },
        rises=" ".join((*OWN_PLANS, *OTHER_PLANS, "across_sectors")),
        free="sector other_sector",
        low=0.0,
        centre={"sector": 0, "other_sector": 1},
    ),
    Contract(
        ties.first_trust,
        {
            "trust": (-2.0, -1.0),
            "trustfulness": DEPARTURE,
            "other_repute": DEPARTURE,
            "trust_at_launch": prior("trust_launch"),
            "launch_spread": prior("launch_spread"),
        },
        rises="trustfulness other_repute trust_at_launch",
        free="launch_spread trust",
        low=0.0,
        high=1.0,
        centre={"trust": 0.0},
    ),
    Contract(ties.months_left_together, {"joint": (0.0, 24.0)}, rises="joint", low=0.0, high=23.0, zero="joint"),
    Contract(ties.met_at_tables, dict.fromkeys(OF_BOTH, SHARE), rises=" ".join(OF_BOTH), low=0.0, high=8.0),
    Contract(ties.is_tied, {"tie": SHARE}, rises="tie", low=0.0, high=1.0, zero="tie"),
    Contract(
        ties.trust_a_month_later,
        {
            "trust": SHARE,
            "joint": (1.0, 20.0),
            "other_effort_seen": SHARE,
            "is_reorganised": (0.0, 0.0),
            "other_is_reorganised": (0.0, 0.0),
            "other_excess": SHARE,
            "trust_at_launch": prior("trust_launch"),
            "trust_rate": prior("trust_rate"),
            "domination_price": prior("domination_price"),
        },
        rises="trust other_effort_seen",
        falls="other_excess domination_price",
        free="joint is_reorganised other_is_reorganised trust_at_launch trust_rate",
        low=0.0,
        high=1.0,
    ),
    Contract(
        life.tied_in_core,
        {"tie": SHARE, "in_core": SHARE, "other_in_core": SHARE},
        rises="tie in_core other_in_core",
        low=0.0,
        high=1.0,
        zero="tie in_core other_in_core",
    ),
    # accountability
    Contract(
        accountability.answer_of_the_centre,
        {"proposed": SHARE, "credibility": SHARE},
        rises="proposed",
        free="credibility",
        low=0.0,
        high=1.0,
        zero="proposed",
    ),
    Contract(
        accountability.reward_for,
        {"lump": (0.0, 60.0), "stretch_met": (0.0, 4.0), "blocks": (1.0, 4.0)},
        rises="lump stretch_met",
        falls="blocks",
        low=0.0,
        zero="lump stretch_met",
    ),
]
TESTED_BELOW = (
    accountability.is_assessment_month,
    measures.tie_and_trust,
    meetings.is_dealt_with,
    meetings.is_needed,
    meetings.look_at_proposer,
    meetings.look_at_team,
    meetings.share_to_come,
    tables.slot_of,
    projects.months_together,
    projects.trust_in_mates,
    ties.first_tie,
    ties.made_or_lost,
    ties.shared_draw,
)


# ---------------------------------------------------------------- tables and items


def test_every_theme_is_dealt_with_at_the_board_and_in_one_group():
    """A theme that no group has would only ever come up at the board; saving time does."""
    for theme in range(len(THEMES)):
        tables = [table for table in range(N_TABLES) if meetings.is_dealt_with(theme, table)]
        assert tables == [0, BLOCK_OF[theme] + 1]
    assert [table for table in range(N_TABLES) if meetings.is_dealt_with(SAVING_TIME, table)] == [0]
    assert set(BLOCK_OF) == set(range(len(BLOCKS)))


def test_every_item_has_a_draw_of_its_own():
    """One draw for two items would have them raised and carried together."""
    board = [tables.slot_of(item, 0) for item in range(MOST_ITEMS)]
    groups = [tables.slot_of(0, table) for table in range(1, N_TABLES)]
    assert [*board, *groups] == list(range(N_SLOTS))


@given(trust=SHARES, returned=SHARES, tie=st.sampled_from((0.0, 1.0)))
def test_who_proposes_and_who_is_in_the_team_is_seen_as_it_is(trust, returned, tie):
    assert meetings.look_at_proposer(tie, trust, returned) == (tie, trust, returned)
    assert meetings.look_at_team(tie, trust) == (tie, trust)


@given(end=st.integers(1, 600), month=st.integers(0, 600))
def test_what_is_to_come_shrinks_month_by_month_until_the_announced_end(end, month):
    shares = [meetings.share_to_come(float(end), number) for number in (month, month + 1)]
    assert 0.0 <= shares[1] <= shares[0] <= 1.0
    assert meetings.share_to_come(float(end), end) == 0.0
    assert meetings.share_to_come(float(end), end - int(PLANNING_MONTHS + DELIVERY_MONTHS)) == 1.0
    assert meetings.share_to_come(0.0, month) == 1.0


@pytest.mark.parametrize("sector", range(N_SECTORS))
def test_every_theme_needs_council_and_agencies_and_one_more_but_saving_time(sector):
    needed = [meetings.is_needed(sector, float(theme)) for theme in range(N_TOPICS)]
    if SECTORS[sector] in ("council", "agency"):
        assert all(needed)
    else:
        assert [THEMES[theme] == "economy" for theme in range(N_THEMES)] == [
            needed[theme] == (SECTORS[sector] == "business") for theme in range(N_THEMES)
        ]
        assert not needed[SAVING_TIME]


@given(joint=st.floats(0.0, 24.0), months=st.floats(0.0, 24.0))
def test_two_work_together_as_long_as_the_longest_of_their_projects(joint, months):
    """Who is not in a team of a new project works as long as before."""
    assert projects.months_together(joint, 1.0, months) == max(joint, months)
    assert projects.months_together(joint, 0.0, months) == joint


@given(trust=SHARES, joint=st.floats(0.5, 24.0))
def test_mates_are_those_one_works_with(trust, joint):
    assert projects.trust_in_mates(trust, joint) == (trust, 1.0)
    assert projects.trust_in_mates(trust, 0.0) == (0.0, 0.0)


# ---------------------------------------------------------------- ties and trust


@given(one=DRAWS, other=DRAWS)
def test_a_shared_draw_is_the_same_from_both_sides(one, other):
    assert ties.shared_draw(one=one, other=other) == ties.shared_draw(one=other, other=one)
    assert 0.0 <= ties.shared_draw(one=one, other=other) < 1.0


def test_shared_draws_are_uniform_and_independent_of_each_other():
    rng = np.random.default_rng(4)
    a, b, c = rng.random((3, 200_000))
    pairs = np.array([(a + b) % 1.0, (b + c) % 1.0, (a + c) % 1.0])
    assert np.abs(pairs.mean(axis=1) - 0.5).max() < 0.003
    assert np.abs(np.corrcoef(pairs) - np.eye(3)).max() < 0.01
    below = (pairs < 0.1).all(axis=0).mean()
    assert below == pytest.approx(0.001, abs=4 * np.sqrt(0.001 / 200_000))


@given(trust=SHARES, returned=SHARES, draws=st.tuples(DRAWS, DRAWS))
def test_only_members_who_have_something_for_each_other_are_tied_at_the_launch(trust, returned, draws):
    pair = {"tie": 0.0, "trust": trust, "returned_trust": returned, "tied_at_launch": 0.45}
    pair |= {"chance_of_ties": draws[0], "other_chance_of_ties": draws[1]}
    for complement, sits, other_sits in ((0.0, 1.0, 1.0), (1.3, 0.0, 1.0), (1.3, 1.0, 0.0)):
        assert ties.first_tie(complement=complement, is_member=sits, other_is_member=other_sits, **pair) == 0.0
    assert ties.first_tie(complement=1.0, is_member=1.0, other_is_member=1.0, **pair) == float(
        ties.shared_draw(*draws) < 0.45 * 0.5 * (trust + returned)
    )


OF_A_PAIR = {
    "tie": 0.0, "joint": 1.0, "complement": 1.3, "met": 1.0, "scarcity": 1.0, "other_scarcity": 1.0,
    "is_reorganised": 0.0, "other_is_reorganised": 0.0, "brought_together": 1.5, "tie_rate": 0.8, "lapse_rate": 0.1,
    "met_outside": 0.03, "trust": 0.5, "returned_trust": 0.5, "ease": 0.5, "other_ease": 0.5,
    "chance_of_ties": 0.5, "other_chance_of_ties": 0.5,
}  # fmt: skip


@given(draw=DRAWS, other=DRAWS, trust=SHARES, time=SHARES)
def test_no_trust_or_no_time_no_tie(draw, other, trust, time):
    """A new tie takes trust both ways, and time of both."""
    pair = OF_A_PAIR | {"chance_of_ties": draw, "other_chance_of_ties": other, "trust": trust}
    assert ties.made_or_lost(**pair | {"returned_trust": 0.0, "ease": 1.0, "other_ease": 1.0}) == 0.0
    assert ties.made_or_lost(**pair | {"returned_trust": trust, "ease": 0.0, "other_ease": time}) == 0.0


def test_a_pair_introduced_by_chance_is_tied_as_often_as_by_its_share_of_all_introductions():
    """So staff need not draw whom they bring together: introductions are shared out over all pairs."""
    rng = np.random.default_rng(7)
    chance, draws, runs = 0.2, rng.random((3, 100_000)), 100_000
    pair = OF_A_PAIR | {"tie_rate": 0.3}

    def tied(introduced):
        made = [
            ties.made_or_lost(**pair | {"chance_of_ties": a, "other_chance_of_ties": b, "brought_together": here})
            for a, b, here in zip(draws[0], draws[1], introduced, strict=True)
        ]
        return np.mean(made)

    drawn, shared = tied((draws[2] < chance).astype(float)), tied(np.full(runs, chance))
    assert drawn == pytest.approx(shared, abs=4.0 * np.sqrt(2.0 * shared * (1.0 - shared) / runs))
    assert shared > tied(np.zeros(runs)) + 0.002


@given(draws=st.tuples(DRAWS, DRAWS), trust=SHARES)
def test_a_reorganisation_cuts_a_tie_and_full_trust_keeps_it(draws, trust):
    tied = OF_A_PAIR | {"tie": 1.0, "trust": trust, "chance_of_ties": draws[0], "other_chance_of_ties": draws[1]}
    assert ties.made_or_lost(**tied | {"is_reorganised": 1.0}) == 0.0
    assert ties.made_or_lost(**tied | {"other_is_reorganised": 1.0}) == 0.0
    assert ties.made_or_lost(**tied | {"trust": 1.0, "returned_trust": 1.0}) == 1.0


@given(trust=SHARES, effort=SHARES)
def test_who_does_not_work_together_keeps_the_trust_it_had(trust, effort):
    """But for what domination costs, and a reorganisation, which makes strangers of two."""
    asked = {
        "other_effort_seen": effort, "trust_rate": 0.25, "domination_price": 0.4,
        "trust_at_launch": 0.4,
        "is_reorganised": 0.0, "joint": 0.0, "trust": trust,
    }  # fmt: skip
    assert ties.trust_a_month_later(other_is_reorganised=0.0, other_excess=0.0, **asked) == trust
    assert ties.trust_a_month_later(other_is_reorganised=1.0, other_excess=0.0, **asked) == 0.4
    assert ties.trust_a_month_later(other_is_reorganised=0.0, other_excess=0.5, **asked) == pytest.approx(0.8 * trust)


def test_what_is_added_up_over_pairs_tells_sectors_apart():
    for one, other in itertools.product(range(len(SECTORS)), repeat=2):
        told = measures.tie_and_trust(1.0, 3.0, 0.6, 0.2, one, other)
        across = one != other
        assert told == pytest.approx((1.0, float(across), 1.0, 0.8 * (not across), 0.8 * across, 0.4))
    assert measures.tie_and_trust(1.0, 0.0, 0.6, 0.2, 0, 1)[2] == 0.0


# ---------------------------------------------------------------- accountability


def test_the_first_assessment_falls_in_the_twelfth_month_and_then_every_year():
    assert [month for month in range(40) if accountability.is_assessment_month(month)] == [11, 23, 35]


@given(proposed=SHARES, credibility=SHARES)
def test_the_centre_accepts_counters_or_refuses(proposed, credibility):
    agreed = accountability.answer_of_the_centre(proposed=proposed, credibility=credibility)
    assert agreed == 0.0 or proposed <= agreed <= max(proposed, credibility)
