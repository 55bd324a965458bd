"""What must hold of the second model, row by row: of its rules at their extremes, and of whole runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TYPICAL_BOARD

import sim
from sim.second import month
from sim.second.meetings import items_of, support_of
from sim.second.projects import chance_of_pooling, effort_of
from sim.second.ties import made_or_lost, shared_draw, trust_a_month_later
from sim.second.time import scarcity

SHARES = st.floats(0.0, 1.0)
DRAWS = st.floats(0.0, 1.0, exclude_max=True)
OF_A_PAIR = ("trust", "returned_trust", "joint", "complement", "best_came", "other_best_came", "best_in_person")


def lived(own: dict[str, float] | None = None, *, months: int = 48, seed: int = 1, **settings: Any) -> Any:
    """Return a model of the second kind that has lived through its months."""
    values = {"months": months, "board": {"members": dict(TYPICAL_BOARD)}, "own": own or {}, **settings}
    model = sim.PartnershipModel(sim.scenario_from(values, month=month), seed=seed, month=month)
    for _ in range(months):
        model.step()
    return model


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
    model = lived(months=6, leadership=leader, behaviour={"style_spread": 0.0})
    says: dict[float, set[float]] = {}
    for partner in model.members:
        says.setdefault(partner.presence_now, set()).add(round(partner.influence, 12))
    assert all(len(equal) == 1 for equal in says.values())


@given(present=st.floats(1.0, 400.0), hours=st.floats(0.5, 4.0), more=st.floats(0.1, 50.0))
def test_many_speakers_leave_time_for_few_items(present, hours, more):
    few = items_of(hours=hours, item_hours=0.3, speaker_hours=0.05, present=present + more)
    assert 0.0 < few < items_of(hours=hours, item_hours=0.3, speaker_hours=0.05, present=present)


# ---------------------------------------------------------------- 5 proposals


def test_a_table_of_one_passes_all_it_proposes():
    model = lived({"senior_base": -1.0, "time_cost": 0.4}, months=36, board={"members": {"council": 1}})
    raised = model.measures[:, list(month.measures).index("items_raised")]
    assert raised.sum() > 0.0
    assert model.decisions_year > 0.0


@given(trust=SHARES, share=SHARES, priority=SHARES, more=st.floats(0.0, 0.5))
def test_support_rises_with_trust_and_ties(trust, share, priority, more):
    given_ = {"base": -0.5, "weight_trust": 4.0, "weight_ties": 1.5, "priority": priority}
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
        "tie": 0.0, "joint": 1.0, "complement": 1.3, "best_came": 1.0, "other_best_came": 1.0, "best_in_person": 1.0,
        "other_best_in_person": 1.0, "scarcity": 1.0, "other_scarcity": 1.0, "chance_of_ties": draw,
        "other_chance_of_ties": other, "staff_team": 1.0, "introductions": 1.5, "tie_rate": 0.8, "lapse_rate": 0.1,
    }  # fmt: skip
    assert made_or_lost(trust=trust, returned_trust=0.0, ease=1.0, other_ease=1.0, **pair) == 0.0
    assert made_or_lost(trust=trust, returned_trust=trust, ease=0.0, other_ease=time, **pair) == 0.0


@given(trust=SHARES, effort=SHARES, draws=st.tuples(DRAWS, DRAWS))
def test_trust_stays_in_bounds_and_those_one_does_not_work_with_keep_it(trust, effort, draws):
    asked = {
        "other_effort": effort, "chance_of_trust": draws[0], "other_chance_of_trust": draws[1], "trust_rate": 0.25,
        "effort_half": 0.15, "domination_price": 0.4,
    }  # fmt: skip
    trust = 0.02 + 0.96 * trust
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


@given(trust=SHARES, yielded=SHARES, say=SHARES)
def test_pooling_answers_to_what_comes_back_and_to_control(trust, yielded, say):
    asked = {"gain": 3.0, "cost": 0.2, "need": 0.1, "rigidity": 0.5}
    chance = chance_of_pooling(yield_remembered=yielded, trust=trust, influence=say, **asked)
    assert chance <= chance_of_pooling(yield_remembered=yielded, trust=trust, influence=min(1.0, say + 0.2), **asked)
    lower = chance_of_pooling(yield_remembered=yielded, trust=trust, influence=say, **{**asked, "cost": 0.9})
    assert lower <= chance


def test_who_was_not_there_in_person_promised_nothing():
    """Juniors hear; what they take part in commits nobody."""
    model = lived({"senior_base": -4.0, "junior_base": 0.5, "leader_pull": 0.0, "money_pull": 0.5}, months=24)
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
def test_the_fund_is_conserved_to_the_penny(carry_over):
    levers = {"flexible_fund_gbp_m": 5.0, "carry_over": carry_over}
    model = lived(months=60, levers=levers)
    of = {name: model.measures[:, number] for number, name in enumerate(month.measures)}
    came = 60 * 5.0 / 12.0
    gone = of["fund_spent_gbp_m"].sum() + of["fund_forfeited_gbp_m"].sum() + of["fund_held_gbp_m"][-1]
    assert gone == pytest.approx(came, abs=1e-9)
    assert (of["fund_held_gbp_m"] >= 0.0).all()


def test_equal_money_without_ties_adds_nothing():
    """The counterfactual is the same pounds alone: with nobody to work with, a table can only cost."""
    model = lived({"tie_rate": 0.05, "lapse_rate": 0.25, "introductions": 0.0}, levers={"flexible_fund_gbp_m": 5.0})
    alone = {name: model.measures[-1, number] for number, name in enumerate(month.measures)}
    without = lived({"quorum": 0.6, "support_base": -2.0, "support_trust": 1.0, "support_ties": 0.0}, months=24)
    nothing = {name: without.measures[-1, number] for number, name in enumerate(month.measures)}
    assert nothing["added_value"] <= 1e-12 or nothing["projects"] > 0
    assert alone["added_value"] < 0.01


def test_shocks_are_those_of_the_counterfactual():
    """What differs between outcome and counterfactual is what the table did, and nothing else."""
    one, other = lived(seed=9), lived({"quorum": 0.6, "senior_base": -4.0}, seed=9)
    place = list(month.measures).index("outcome_counterfactual")
    assert np.array_equal(one.measures[:, place], other.measures[:, place])


# ---------------------------------------------------------------- 14 whether it lasts


def test_an_engaged_partnership_of_a_committed_leader_lasts():
    leader = {"attention": 0.95, "facilitation": 0.8, "turnover": 0.0}
    ends = [
        lived(months=60, seed=seed, leadership=leader, levers={"staff_team": 1.0}).stands == 0.0 for seed in range(6)
    ]
    assert not any(ends)


def test_nothing_is_abolished_in_the_first_year_and_ties_live_on():
    own = {"hold_expected": 0.2, "hold_needed": 0.8, "hold_engaged": 0.2, "hold_cuts": 0.5, "refounding_rate": 0.0}
    for seed in range(8):
        model = lived(own, months=40, seed=seed, levers={"austerity": 0.6}, leadership={"attention": 0.1})
        gone = model.measures[:, list(month.measures).index("is_dissolved")]
        assert not gone[:12].any()
        if gone.any():
            assert matrix(model, "tie").any()
            assert model.measures[-1, list(month.measures).index("attendance")] == 0.0
            return
    pytest.fail("none of eight was abolished")


def test_runs_are_identical_until_a_policy_changes():
    dated = [{"from": "2003-04", "levers": {"staff_team": 1.0, "initiatives": 0.0}}]
    before, after = lived(months=36), lived(months=36, calendar=dated)
    assert np.array_equal(before.measures[:24], after.measures[:24])
    assert not np.array_equal(before.measures, after.measures)
