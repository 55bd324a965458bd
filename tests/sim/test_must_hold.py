"""What must hold of the model, row by row: of its rules at their extremes, and of whole runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TYPICAL_BOARD

import sim
from sim import MONTH
from sim.accountability import answer_of_the_centre, reward_for
from sim.meetings import items_of, support_of
from sim.obligations import scarcity
from sim.population import THEMES
from sim.projects import RESPONSIVENESS, chance_of_pooling, effort_of
from sim.rules.mathematics import exponential, total
from sim.tables import CLAIMS, PLANNING_MONTHS
from sim.ties import made_or_lost, shared_draw, trust_a_month_later

SHARES = st.floats(0.0, 1.0)
DRAWS = st.floats(0.0, 1.0, exclude_max=True)


def lived(numbers: dict[str, float] | None = None, *, months: int = 48, seed: int = 1, **settings: Any) -> Any:
    """Return a model that has lived through its months, with numbers of behaviour changed."""
    values = {"months": months, "board": {"members": dict(TYPICAL_BOARD)}, "behaviour": numbers or {}, **settings}
    model = sim.PartnershipModel(sim.scenario_from(values), seed=seed)
    for _ in range(months):
        model.step()
    return model


def measured(model: Any) -> dict[str, np.ndarray]:
    """Return the measures of a model, month by month."""
    return {name: model.measures[:, number] for number, name in enumerate(MONTH.measures)}


def matrix(model: Any, name: str) -> np.ndarray:
    return np.array([getattr(partner, name) for partner in model.partners])


# ---------------------------------------------------------------- 2 time


@given(claimed=st.floats(0.0, 100.0), half_days=st.floats(1.0, 20.0), more=st.floats(0.01, 10.0))
def test_claims_make_time_scarce(claimed, half_days, more):
    assert scarcity(claimed=claimed + more, half_days=half_days) > scarcity(claimed=claimed, half_days=half_days)
    assert scarcity(claimed=claimed, half_days=half_days + more) <= scarcity(claimed=claimed, half_days=half_days)


def test_relief_gives_time_back_to_inspected_bodies_alone():
    """Relief that is unconditional takes hours off inspected bodies; others have what they had."""
    levers = {"inspection": {"burden": 1.0, "conditional": 0.0}}
    relieved = {"inspection": {"burden": 1.0, "conditional": 0.0, "relief": 0.8}}
    before, after = (lived(months=1, levers=asked) for asked in (levers, relieved))
    for one, other in zip(before.partners, after.partners, strict=True):
        if one.kind.is_inspected:
            assert other.claimed_half_days < one.claimed_half_days
        else:
            assert other.claimed_half_days == one.claimed_half_days


def test_all_time_that_is_claimed_is_claimed_by_something():
    """What claims time, less what staff take over, is all that is claimed; meetings take what is free."""
    model = lived(months=12, levers={"staff_team": 0.5, "initiatives": 4, "inspection": {"burden": 0.8}})
    for body in model.partners:
        assert sum(body.claims) - body.spared_half_days == pytest.approx(body.claimed_half_days)
        assert body.free_half_days == pytest.approx(body.seats_left + body.rank_at.count(2.0))
    now = {name: values[-1] for name, values in measured(model).items()}
    claimed = sum(now[f"time_{claim.replace(' ', '_')}"] for claim in CLAIMS) - now["time_spared"]
    assert claimed == pytest.approx(np.mean([body.claimed_half_days for body in model.members]))
    assert now["time_had"] == pytest.approx(np.mean([body.half_days for body in model.members]))
    assert now["time_meetings"] == pytest.approx(np.mean([body.rank_at.count(2.0) for body in model.members]))


# ---------------------------------------------------------------- 3 and 4 meetings


def test_a_duty_leaves_bodies_it_does_not_name_alone():
    """In the first month nobody has seen anybody yet: only the bodies that it names may choose otherwise."""
    without, bound = (lived(months=1, levers={"duty": {"attend": share}}) for share in (0.0, 1.0))
    for one, other in zip(without.partners, bound.partners, strict=True):
        if other.duty_reach == 0.0:
            assert (one.came_in[0], one.person_in[0]) == (other.came_in[0], other.person_in[0])


def test_say_is_shared_out():
    model = lived(months=24)
    assert sum(partner.influence for partner in model.members) == pytest.approx(1.0)


def test_full_facilitation_gives_all_who_are_there_in_one_rank_the_same_say():
    """Equal presence, equal say, whatever the budgets; the chair steers nothing then."""
    leader = {"facilitation": 1.0, "direction": 0.0, "attention": 1.0}
    model = lived({"style_spread": 0.0}, months=6, leadership=leader)
    says: dict[float, set[float]] = {}
    for partner in model.members:
        says.setdefault(partner.presence_now, set()).add(round(partner.influence, 12))
    assert all(len(equal) == 1 for equal in says.values())


@given(present=st.floats(1.0, 400.0), hours=st.floats(0.5, 4.0), more=st.floats(0.1, 50.0))
def test_many_speakers_leave_time_for_few_items(present, hours, more):
    few = items_of(hours=hours, item_hours=0.3, speaker_hours=0.05, present=present + more)
    assert 0.0 < few < items_of(hours=hours, item_hours=0.3, speaker_hours=0.05, present=present)


def test_terms_sum_to_the_choice():
    """Whoever is pushed or drawn beyond all chance by the sum of the terms kept stays away, or goes in person."""
    values = {"months": 6, "board": {"members": dict(TYPICAL_BOARD)}}
    model = sim.PartnershipModel(sim.scenario_from(values), seed=1, record_terms=True)
    for _ in range(6):
        model.step()
        for partner in model.members:
            senior = exponential(total(tuple(partner.terms)))
            draw = partner.luck.rank[0]
            if draw >= senior:
                assert partner.person_in[model.month - 1] == 0.0


def test_no_more_senior_seats_than_time():
    """A body has a half-day for every meeting it goes to in person, beside what it owes others."""
    hard = {"inspection_claim": 12.0, "cuts_claim": 5.0, "senior_base": -1.2, "time_cost": 0.4}
    model = lived(hard, months=12, levers={"austerity": 0.6, "inspection": {"burden": 1.0}, "initiatives": 20.0})
    assert all(partner.seats_left >= 0.0 for partner in model.partners)
    assert any(partner.seats_left < 1.0 for partner in model.partners)


def test_other_tables_draw_seniors_and_the_county_only_in_two_tiers():
    levers = {"overlap": 1.0, "outside_option": 0.0, "initiatives": 0.0}
    one, two = (measured(lived(levers=levers, place={"tiers": tiers})) for tiers in (1, 2))
    assert not one["time_elsewhere"].any()
    assert two["time_elsewhere"].any()


def test_a_public_executive_shuts_others_out():
    """Who is not on it may come and hear, and has no say, no proposal and no vote."""
    model = lived(months=24, board={"members": dict(TYPICAL_BOARD), "executive": "public_only"})
    outside = [partner for partner in model.members if partner.on_executive == 0.0]
    assert outside
    assert all(partner.influence == 0.0 for partner in outside)
    assert any(partner.came_record > 0.0 for partner in outside)
    of = measured(model)
    assert not of["voice_business"].any()


def test_voice_is_a_slot_for_who_is_not_publicly_funded():
    """Slots and hours for those who have least raise their say."""
    poor, rich = (
        measured(lived(months=60, levers={"vcs_capacity_building": share}))["voice_voluntary"] for share in (0.0, 1.0)
    )
    assert rich[12:].mean() > poor[12:].mean()


# ---------------------------------------------------------------- 5 proposals


def test_a_table_of_one_passes_all_it_proposes():
    model = lived({"senior_base": -1.2, "time_cost": 0.4}, months=36, board={"members": {"council": 1}})
    raised = model.measures[:, list(MONTH.measures).index("items_raised")]
    assert raised.sum() > 0.0
    assert model.decisions_year > 0.0


@given(trust=SHARES, share=SHARES, interest=st.floats(-0.2, 0.8), more=st.floats(0.0, 0.5))
def test_support_rises_with_trust_and_ties(trust, share, interest, more):
    given_ = {"base": -0.5, "weight_trust": 4.0, "weight_ties": 1.5, "own_interest": interest, "fit": 0.0, "error": 1.0}
    chance = support_of(trust=trust, tied_share=share, **given_)
    assert 0.0 < chance <= support_of(trust=min(1.0, trust + more), tied_share=min(1.0, share + more), **given_) < 1.0


# ---------------------------------------------------------------- 6 and 12 ties and trust


def test_ties_are_symmetric_and_nobody_is_tied_to_itself():
    model = lived()
    tie = matrix(model, "tie")
    assert np.array_equal(tie, tie.T)
    assert set(np.unique(tie)) <= {0.0, 1.0}
    assert not tie.diagonal().any()
    assert tie.any()
    assert [partner.degree for partner in model.partners] == tie.sum(axis=1).tolist()


@given(draw=DRAWS, other=DRAWS, trust=SHARES, time=SHARES)
def test_no_trust_or_no_time_no_tie(draw, other, trust, time):
    """A new tie takes trust both ways, and time of both."""
    pair = {
        "tie": 0.0, "joint": 1.0, "complement": 1.3, "met": 1.0, "scarcity": 1.0, "other_scarcity": 1.0,
        "is_reorganised": 0.0, "other_is_reorganised": 0.0, "chance_of_ties": draw, "other_chance_of_ties": other,
        "brought_together": 1.5, "tie_rate": 0.8, "lapse_rate": 0.1, "met_outside": 0.03, "while_working": 0.2,
    }  # fmt: skip
    assert made_or_lost(trust=trust, returned_trust=0.0, ease=1.0, other_ease=1.0, **pair) == 0.0
    assert made_or_lost(trust=trust, returned_trust=trust, ease=0.0, other_ease=time, **pair) == 0.0


@given(trust=SHARES, effort=SHARES, draws=st.tuples(DRAWS, DRAWS))
def test_trust_stays_in_bounds_and_those_one_does_not_work_with_keep_it(trust, effort, draws):
    asked = {
        "other_effort": effort, "chance_of_trust": draws[0], "other_chance_of_trust": draws[1], "trust_rate": 0.25,
        "effort_half": 0.15, "domination_price": 0.4, "luck_of_a_pair": 0.2, "trust_at_launch": 0.4,
        "is_reorganised": 0.0, "other_is_reorganised": 0.0,
    }  # fmt: skip
    assert 0.0 <= trust_a_month_later(trust=trust, joint=5.0, other_excess=0.6, **asked) <= 1.0
    assert trust_a_month_later(trust=trust, joint=0.0, other_excess=0.0, **asked) == trust


@given(one=DRAWS, other=DRAWS)
def test_a_shared_draw_is_the_same_from_both_sides(one, other):
    assert shared_draw(one=one, other=other) == shared_draw(one=other, other=one)
    assert 0.0 <= shared_draw(one=one, other=other) < 1.0


def test_shared_draws_are_uniform_and_independent_of_each_other():
    rng = np.random.default_rng(4)
    a, b, c = rng.random((3, 200_000))
    pairs = np.array([(a + b) % 1.0, (b + c) % 1.0, (a + c) % 1.0])
    assert np.abs(pairs.mean(axis=1) - 0.5).max() < 0.003
    assert np.abs(np.corrcoef(pairs) - np.eye(3)).max() < 0.01
    below = (pairs < 0.1).all(axis=0).mean()
    assert below == pytest.approx(0.001, abs=4 * np.sqrt(0.001 / 200_000))


# ---------------------------------------------------------------- 7 to 10 work


@given(trust=SHARES, time=st.floats(0.0, 10.0))
def test_promises_are_kept_in_part_or_whole(trust, time):
    assert effort_of(trust_in_mates=0.0, scarcity=time) == 0.0
    assert 0.0 <= effort_of(trust_in_mates=trust, scarcity=time) <= 1.0


@given(returned=st.floats(-0.5, 2.0), say=SHARES, freedoms=SHARES)
def test_pooling_answers_to_what_comes_back_and_to_control(returned, say, freedoms):
    asked = {"control_lost": 0.1, "need": 0.1, "rigidity": 0.5, "sharpness": 10.0}
    chance = chance_of_pooling(returned=returned, influence=say, freedoms=freedoms, **asked)
    assert chance <= chance_of_pooling(returned=returned, influence=min(1.0, say + 0.2), freedoms=freedoms, **asked)
    assert chance <= chance_of_pooling(returned=returned, influence=say, freedoms=1.0, **asked)
    assert chance_of_pooling(returned=returned - 0.3, influence=say, freedoms=freedoms, **asked) <= chance


def test_who_was_not_there_in_person_promised_nothing():
    """Juniors hear; what they take part in commits nobody."""
    model = lived({"senior_base": -3.2, "junior_base": 0.3, "leader_pull": 0.0, "money_pull": 0.5}, months=24)
    for partner in model.partners:
        if sum(partner.person_in) == 0.0:
            assert sum(partner.in_team) == 0.0
            assert partner.pooled_now_gbp_m == 0.0


@pytest.mark.parametrize("seed", range(4))
def test_who_works_together_is_in_one_project(seed):
    """Who proposed, joined or promised at one table has done so there alone, not at the next one too."""
    model = lived(months=40, seed=seed, levers={"thematic_groups": 1.0})
    in_team = matrix(model, "in_team")
    together = (in_team @ in_team.T > 0.0) & ~np.eye(len(in_team), dtype=bool)
    assert together.any()
    assert np.array_equal(matrix(model, "joint") > 0.0, together)
    assert sum(partner.proposes for partner in model.partners) <= 1.0


@pytest.mark.parametrize("carry_over", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("more", [{}, {"pooling_rate": 0.5, "reward_grant_gbp_m": 3.0, "vcs_capacity_building": 1.0}])
def test_the_fund_is_conserved_to_the_penny(carry_over, more):
    """What came in was spent on projects, paid for posts, went back, or is held."""
    model = lived(months=60, levers={"flexible_fund_gbp_m": 5.0, "carry_over": carry_over, **more})
    of = measured(model)
    went = sum(of[name].sum() for name in ("fund_spent_gbp_m", "fund_posts_gbp_m", "fund_forfeited_gbp_m"))
    assert went + of["fund_held_gbp_m"][-1] == pytest.approx(of["fund_in_gbp_m"].sum(), abs=1e-9)
    by_theme = sum(of[f"fund_spent_{theme}_gbp_m"] for theme in THEMES)
    assert by_theme == pytest.approx(of["fund_spent_gbp_m"], abs=1e-12)
    assert (of["fund_held_gbp_m"] >= 0.0).all()


def test_the_purse_pays_first_what_it_ranks_first():
    """Where the fund does not do for all, who is ranked lower gets what others leave."""
    model = lived(months=40, levers={"flexible_fund_gbp_m": 2.0, "purse": "influence"})
    wants, paid, rank = (np.array(getattr(model, name)) for name in ("wants_money", "paid_gbp_m_in", "rank_of"))
    order = np.lexsort((np.arange(len(rank)), -rank))
    order = order[wants[order] > 0.0]
    assert len(order) > 3
    assert paid[order][0] > 0.0
    assert (np.diff(paid[order]) <= 1e-12).all()


def test_equal_money_without_ties_adds_nothing():
    """With nobody to work with nothing is decided: all that is missing is what the pounds that wait would have done."""
    model = lived(
        {"quorum": 0.6, "senior_base": -3.2, "time_cost": 1.6}, levers={"flexible_fund_gbp_m": 5.0, "initiatives": 20.0}
    )
    of = measured(model)
    assert of["decisions"].sum() == 0.0
    assert (of["added_value"] <= 0.0).all()
    assert of["added_value"] == pytest.approx(-alone_by_hand(model, of["fund_in_gbp_m"]), abs=1e-12)


def alone_by_hand(model: Any, pounds: np.ndarray) -> np.ndarray:
    """Return what so many pounds a month close alone, mean over themes, with the fading of gains."""
    numbers, closed, course = model.behaviour, 0.0, []
    reach = numbers.growth_reach * (RESPONSIVENESS[0] + RESPONSIVENESS[1]) / 5.0
    for monthly in pounds:
        closed = closed * (1.0 - numbers.decay) + numbers.alone * monthly / 5.0 * (np.mean(RESPONSIVENESS) + reach)
        course.append(closed)
    return np.array(course)


def test_the_counterfactual_is_that_of_the_same_pounds_and_shocks():
    """Where all money is given, what would have been without the table does not depend on what the table did."""
    levers = {"flexible_fund_gbp_m": 5.0, "pooling_rate": 0.0, "initiatives": 0.0, "unaccredited_release": 1.0}
    one, other = (lived(numbers, seed=9, levers=levers) for numbers in ({}, {"quorum": 0.6, "senior_base": -3.2}))
    assert not np.array_equal(measured(one)["outcome"], measured(other)["outcome"])
    assert np.array_equal(measured(one)["outcome_counterfactual"], measured(other)["outcome_counterfactual"])


def test_nothing_is_delivered_before_it_is_planned():
    """A protocol shortens planning, by half at most, and never raises what a project yields."""
    first = {}
    for protocols in (0.0, 1.0):
        model = lived(months=40, levers={"protocols": protocols, "flexible_fund_gbp_m": 5.0})
        of = measured(model)
        decided, spent = (int(np.argmax(of[name] > 0.0)) for name in ("decisions", "fund_spent_gbp_m"))
        first[protocols] = spent - decided
    assert first == {0.0: PLANNING_MONTHS, 1.0: PLANNING_MONTHS / 2}


# ---------------------------------------------------------------- 13 accountability


@given(proposed=SHARES, credibility=SHARES, more=st.floats(0.0, 0.5))
def test_the_centre_accepts_counters_or_refuses(proposed, credibility, more):
    agreed = answer_of_the_centre(proposed=proposed, credibility=credibility)
    assert agreed == 0.0 or proposed <= agreed <= max(proposed, credibility)
    assert answer_of_the_centre(proposed=min(1.0, proposed + more), credibility=credibility) >= agreed


@given(lump=st.floats(0.0, 20.0), met=st.floats(0.0, 4.0), more=st.floats(0.0, 1.0))
def test_the_reward_rises_with_the_stretch_met(lump, met, more):
    assert reward_for(lump=lump, stretch_met=met, blocks=4.0) <= reward_for(
        lump=lump, stretch_met=met + more, blocks=4.0
    )


def test_a_reward_that_is_withdrawn_before_it_is_due_is_not_paid():
    """Targets of 2008 to 2011 were met and never rewarded."""
    paid = {}
    for withdrawn in (False, True):
        calendar = [{"from": "2003-10", "levers": {"reward_grant_gbp_m": 0.0}}] if withdrawn else []
        levers = {"reward_grant_gbp_m": 20.0, "flexible_fund_gbp_m": 0.0, "pooling_rate": 0.0, "initiatives": 0.0}
        runs = [
            lived({"target_points": 0.01}, months=60, seed=seed, levers=levers, calendar=calendar) for seed in range(4)
        ]
        paid[withdrawn] = sum(measured(model)["fund_in_gbp_m"].sum() for model in runs)
    assert paid[True] == 0.0 < paid[False]


def test_better_measurement_alone_hardly_changes_engagement():
    """It lowers the error of what is seen, never its mean."""
    engaged = []
    for measurement in (0.0, 1.0):
        runs = [measured(lived(seed=seed, months=36, levers={"measurement": measurement})) for seed in range(12)]
        engaged.append(np.mean([of["engagement"][12:].mean() for of in runs]))
    assert abs(engaged[1] - engaged[0]) < 0.02


# ---------------------------------------------------------------- 14 whether it lasts


def test_an_engaged_partnership_of_a_committed_leader_lasts():
    leader = {"attention": 0.95, "facilitation": 0.8, "turnover": 0.0}
    ends = [
        lived(months=60, seed=seed, leadership=leader, levers={"staff_team": 1.0}).stands == 0.0 for seed in range(6)
    ]
    assert not any(ends)


def test_nothing_is_abolished_in_the_first_year_and_ties_live_on():
    numbers = {
        "hold_expected": 0.3,
        "hold_needed": 0.6,
        "hold_engaged": 0.4,
        "hold_cuts": 0.8,
        "refounding_rate": 0.015,
    }
    for seed in range(8):
        model = lived(numbers, months=40, seed=seed, levers={"austerity": 0.6}, leadership={"attention": 0.1})
        gone = model.measures[:, list(MONTH.measures).index("is_dissolved")]
        assert not gone[:12].any()
        if gone.any():
            assert matrix(model, "tie").any()
            assert model.measures[-1, list(MONTH.measures).index("attendance")] == 0.0
            return
    pytest.fail("none of eight was abolished")


def test_runs_are_identical_until_a_policy_changes():
    dated = [{"from": "2003-04", "levers": {"staff_team": 1.0, "initiatives": 0.0}}]
    before, after = lived(months=36), lived(months=36, calendar=dated)
    assert np.array_equal(before.measures[:24], after.measures[:24])
    assert not np.array_equal(before.measures, after.measures)
