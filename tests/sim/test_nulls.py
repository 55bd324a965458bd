"""The null models: what each keeps is kept exactly, what it takes away is gone, in both engines."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import Counter
from typing import Any

import numpy as np
import pytest
import yaml
from strategies import TYPICAL_BOARD

import sim
from experiments.options import shipped_folder
from sim import MONTH, life, meetings, ties
from sim.dealing import give_places, shuffle
from sim.nulls import (
    NULLS,
    fixed_membership,
    mean_trust,
    no_learning,
    no_ties,
    no_trust,
    random_attendance,
    relabelled_yearly,
    reshuffled,
    reshuffled_matched,
)
from sim.nulls.changes import given
from sim.nulls.numbers import COMES, IN_PERSON, TRUST

EIGHT = {
    "council": 1, "police": 1, "primary_care_trust": 1, "jobcentre_plus": 1, "chamber_of_commerce": 1,
    "large_employer": 1, "vcs_infrastructure_body": 1, "residents_network": 1,
}  # fmt: skip
BOARDS = {"8": EIGHT, "19": dict(TYPICAL_BOARD)}


def scenario(month: Any, board: str = "19", months: int = 30, **settings: Any) -> sim.Scenario:
    """Return a small scenario with a fund, staff and groups, so that all that may happen does."""
    levers = {"flexible_fund_gbp_m": 4.0, "staff_team": 0.8, "thematic_groups": 0.5}
    values = {"months": months, "board": {"members": BOARDS[board]}, "levers": levers, **settings}
    return sim.scenario_from(values, month=month)


def model_of(month: Any, *, seed: int = 3, **asked: Any) -> Any:
    return sim.PartnershipModel(scenario(month, **asked), seed=seed, month=month)


def lived(month: Any, **asked: Any) -> Any:
    model = model_of(month, **asked)
    for _ in range(asked.get("months", 30)):
        model.step()
    return model


def matrix(model: Any, name: str) -> np.ndarray:
    return np.array([getattr(partner, name) for partner in model.partners])


def off_diagonal(values: np.ndarray) -> np.ndarray:
    return values[~np.eye(len(values), dtype=bool)]


def step_of(month: Any, name: str) -> Any:
    return next(step for step in month.steps if step.name == name)


# ---------------------------------------------------------------------- all of them


def test_every_declared_null_is_built():
    declared = yaml.safe_load((shipped_folder() / "pattern" / "declared" / "nulls.yaml").read_text("utf-8"))
    assert list(NULLS) == list(declared["nulls"])
    for name, month in NULLS.items():
        assert sim.load_month(f"sim.nulls.{name}") is month


OF_OTHER_MAKE = ("reshuffled_matched", "relabelled_yearly", "no_ties", "random_attendance")
"""Nulls with steps of a kind that the model has not, or that replace one which draws; compiling each takes a minute."""


@pytest.mark.long
@pytest.mark.parametrize("name", OF_OTHER_MAKE)
def test_both_engines_give_the_same_bits(name):
    """Runs that end and runs that go on share a block, on a small board and on the typical one."""
    month = NULLS[name]
    gone = {"behaviour": {"hold_expected": 0.3, "hold_needed": 0.6, "hold_engaged": 0.4, "refounding_rate": 0.045}}
    ended = {"calendar": [{"from": "2002-06", "abolish": ["police"]}]}
    for board in BOARDS:
        for settings in ({}, gone, ended):
            asked = scenario(month, board, **settings)
            ensemble = sim.simulate_ensemble([asked], replicates=[0, 1, 5, 9], seed=7, month=month)
            columns = list(ensemble.partner_columns)
            for r, replicate in enumerate((0, 1, 5, 9)):
                history = sim.simulate(asked, seed=7, replicate=replicate, month=month)
                for measure in month.measures:
                    assert np.array_equal(ensemble[measure][0, r], history.measures[measure]), measure
                if columns:
                    rows = history.partners[columns].to_numpy().reshape(asked.months, -1, len(columns))
                    assert np.array_equal(ensemble.partners[0, r][:, : rows.shape[1]], rows)


@pytest.mark.parametrize("name", NULLS)
def test_a_null_is_another_model(name):
    """What it takes away makes a difference."""
    as_ever, without = lived(MONTH), lived(NULLS[name])
    if name != "fixed_membership":  # nobody may have left here
        assert not np.array_equal(as_ever.measures, without.measures)


# ---------------------------------------------------------------------- dealing


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_shuffling_keeps_all(count):
    order, turned = list(range(count)), [0] * count
    shuffle(order, turned, count, 0.37)
    assert sorted(order) == list(range(count))
    assert set(turned) <= {0, 1}


def test_every_order_is_as_likely():
    """Over many draws each of the 24 orders of four comes up about as often, and each coin falls on either side."""
    rng = np.random.default_rng(5)
    seen, heads, n = Counter(), np.zeros(4), 24_000
    for draw in rng.random(n):
        order, turned = list(range(4)), [0] * 4
        shuffle(order, turned, 4, float(draw))
        seen[tuple(order)] += 1
        heads += turned
    assert len(seen) == 24
    assert sum((times - n / 24) ** 2 / (n / 24) for times in seen.values()) < 49.7  # chi-squared, 23, 0.001
    assert np.abs(heads / n - 0.5).max() < 4 * 0.5 / np.sqrt(n)


@pytest.mark.parametrize("draw", [0.0, 0.5, 1.0 - 2.0**-53])
def test_any_draw_will_do(draw):
    order, turned = list(range(50)), [0] * 50
    shuffle(order, turned, 50, draw)
    assert sorted(order) == list(range(50))


def test_places_are_given_within_what_is_alike():
    members, alike = [0, 2, 3, 5, 6], [0, 1, 1, 0, 1]
    order, takes = [4, 3, 2, 1, 0], list(range(7))
    give_places(takes, members, order, alike, [9] * 5, 5)
    assert takes == [5, 1, 6, 3, 4, 0, 2]


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_reshuffled_keeps_how_many_ties_and_all_values_of_trust(board, seed):
    """Number of ties and set of values to the bit, and what a pair holds both ways stays together."""
    model = lived(MONTH, board=board, seed=seed)
    deal = step_of(reshuffled.month, "deal")
    before = {name: matrix(model, name) for name in ("tie", "trust", "joint")}
    reshuffled_luck = model_of(reshuffled.month, board=board, seed=seed).luck
    model.luck = reshuffled_luck
    deal.take(model)
    after = {name: matrix(model, name) for name in before}
    assert np.array_equal(after["tie"], after["tie"].T)
    assert after["tie"].sum() == before["tie"].sum()
    assert np.array_equal(np.sort(off_diagonal(after["trust"])), np.sort(off_diagonal(before["trust"])))
    assert not np.array_equal(after["trust"], before["trust"])
    assert np.array_equal(after["joint"], before["joint"])

    def pairs(held: dict[str, np.ndarray]) -> list[Any]:
        tie, trust = held["tie"], held["trust"]
        above = zip(*np.triu_indices(len(tie), 1), strict=True)
        return sorted((tie[i, j], *sorted((trust[i, j], trust[j, i]))) for i, j in above)

    assert pairs(after) == pairs(before)


@pytest.mark.slow
def test_reshuffled_ties_are_nobodys():
    """Over many months every pair is tied about as often: who is tied is lost."""
    model = model_of(reshuffled.month, months=200)
    total = np.zeros((19, 19))
    for month in range(199):
        model.step()
        total += matrix(model, "tie") if month >= 40 else 0.0
    share = off_diagonal(total / 159.0)
    assert share.std() < 2.0 * np.sqrt(share.mean() * (1.0 - share.mean()) / 159.0)
    ordinary = model_of(MONTH, months=200)
    for _ in range(199):
        ordinary.step()
    assert off_diagonal(matrix(ordinary, "tie")).any()


def test_matched_at_one_is_reshuffled():
    """Without more ties and items there is no difference."""
    one = {"own": {"more_ties": 1.0, "more_items": 1.0}}
    matched, plain = lived(reshuffled_matched.month, **one), lived(reshuffled.month)
    assert np.array_equal(matched.measures, plain.measures)


def test_more_ties_and_items_are_more():
    measures = list(reshuffled_matched.month.measures)
    few, many = (
        lived(reshuffled_matched.month, own={"more_ties": times, "more_items": times}).measures[12:]
        for times in (0.3, 3)
    )
    for name in ("tie_density", "items_raised"):
        assert many[:, measures.index(name)].mean() > few[:, measures.index(name)].mean()


@pytest.mark.parametrize("board", BOARDS)
def test_relabelled_keeps_the_graph(board):
    """It is the old one with bodies of a sector in one another's places, projects among them; nothing else moves."""
    model = model_of(relabelled_yearly.month, board=board, months=40)
    for _ in range(36):
        model.step()
    sectors = [partner.seat.sector for partner in model.partners]
    names = ("tie", "trust", "joint", "in_team", "pools_in")
    before = {name: matrix(model, name) for name in names}
    beliefs = [partner.belief for partner in model.partners]
    step_of(relabelled_yearly.month, "relabel").take(model)  # month 36 is April
    after = {name: matrix(model, name) for name in names}
    for partner, belief in zip(model.partners, beliefs, strict=True):
        assert partner.belief == belief
    fingers = [sorted(zip(row.tolist(), column.tolist(), strict=True)) for row, column in _both_ways(before["trust"])]
    now = [sorted(zip(row.tolist(), column.tolist(), strict=True)) for row, column in _both_ways(after["trust"])]
    takes = [fingers.index(one) for one in now]
    assert sorted(takes) == list(range(len(takes)))
    assert [sectors[place] for place in takes] == sectors
    assert takes != list(range(len(takes))) or board == "8"
    for name in ("tie", "trust", "joint"):
        assert np.array_equal(after[name], before[name][np.ix_(takes, takes)])
    for name in ("in_team", "pools_in"):
        assert np.array_equal(after[name], before[name][takes])
    assert [partner.degree for partner in model.partners] == after["tie"].sum(axis=1).tolist()


def _both_ways(values: np.ndarray) -> Any:
    return zip(values, values.T, strict=True)


def test_relabelled_leaves_a_year_alone():
    relabel = step_of(relabelled_yearly.month, "relabel")
    model = model_of(relabelled_yearly.month, months=24)
    for month in range(23):
        assert relabel.when(model) == (month % 12 == 0)
        model.step()


# ---------------------------------------------------------------------- trust and ties


@pytest.mark.parametrize("board", BOARDS)
def test_no_trust_is_one_number(board):
    model = lived(no_trust.month, board=board)
    assert set(off_diagonal(matrix(model, "trust"))) == {TRUST}
    assert matrix(model, "tie").any()


@pytest.mark.parametrize("board", BOARDS)
def test_mean_trust_keeps_how_much_there_is(board):
    """At the launch it is the mean of what was brought; later all are equal, and it moves."""
    first, ordinary = model_of(mean_trust.month, board=board), model_of(MONTH, board=board)
    values = off_diagonal(matrix(first, "trust"))
    assert len(set(values)) == 1
    assert values[0] == pytest.approx(off_diagonal(matrix(ordinary, "trust")).mean(), abs=1e-12)
    last = off_diagonal(matrix(lived(mean_trust.month, board=board), "trust"))
    assert len(set(last)) == 1
    assert last[0] != values[0]
    model = lived(MONTH, board=board)
    before = off_diagonal(matrix(model, "trust"))
    model.plan = mean_trust.month
    for name in ("trust_of_a_pair", "trust_of_the_table"):
        step_of(mean_trust.month, name).take(model)
    after = off_diagonal(matrix(model, "trust"))
    assert len(set(after)) == 1
    assert after.sum() == pytest.approx(before.sum(), abs=1e-9)


@pytest.mark.parametrize("board", BOARDS)
def test_no_ties_are_ever_made_and_teams_are_made_all_the_same(board):
    model = model_of(no_ties.month, board=board, months=40)
    decided = 0.0
    for _ in range(39):
        assert not matrix(model, "tie").any()
        model.step()
        decided += model.adopted_now
    assert decided > 0.0
    assert len({*off_diagonal(matrix(model, "trust")).tolist()}) > 10
    assert matrix(model, "joint").any()


# ---------------------------------------------------------------------- learning, coming, lasting


@pytest.mark.parametrize("board", BOARDS)
def test_without_learning_all_think_as_they_did(board):
    """Trust too, where nobody has more influence than others accept."""
    model = model_of(no_learning.month, board=board, behaviour={"domination_price": 0.0}, months=40)
    beliefs, aspired = ([getattr(one, name) for one in model.partners] for name in ("belief", "aspires"))
    trust = matrix(model, "trust")
    for _ in range(39):
        model.step()
        assert [partner.belief for partner in model.partners] == beliefs
        assert [partner.aspires for partner in model.partners] == aspired
    assert np.array_equal(matrix(model, "trust"), trust)
    assert model.has_decided == 1.0
    assert matrix(model, "tie").any()


@pytest.mark.slow
def test_without_learning_a_new_beginning_gives_no_new_hope():
    """A leader who cares comes after one who does not, and takes up with the core that is left."""
    numbers = {"hold_expected": 0.3, "hold_needed": 0.6, "hold_engaged": 0.4, "refounding_rate": 0.045}
    cares = {"leadership": {"attention": 0.0}, "calendar": [{"from": "2004-04", "leadership": {"attention": 1.0}}]}
    for seed in range(40):
        model = model_of(no_learning.month, behaviour=numbers, seed=seed, months=60, **cares)
        beliefs = [partner.belief for partner in model.partners]
        for _ in range(59):
            model.step()
        assert [partner.belief for partner in model.partners] == beliefs
        if model.n_refounded:
            return
    pytest.fail("nothing was ever founded again")


@pytest.mark.slow
def test_random_attendance_is_one_coin_for_all():
    """Every body comes as often as the coin falls, whatever it is; the same coin for the board and for groups."""
    came, in_person, meetings_held = np.zeros(19), np.zeros(19), 0
    for seed in range(6):
        model = model_of(random_attendance.month, seed=seed, months=121, behaviour={"hold_engaged": 1.2})
        for _ in range(120):
            model.step()
            meetings_held += 1
            came += [partner.came_to_board for partner in model.partners]
            in_person += [partner.person_in[(model.month - 1) % 12] for partner in model.partners]
    error = 4.5 * 0.5 / np.sqrt(meetings_held)
    assert np.abs(came / meetings_held - COMES).max() < error
    assert np.abs(in_person / meetings_held - IN_PERSON).max() < error


@pytest.mark.slow
def test_with_a_fixed_membership_nobody_goes():
    """Neither the table nor who is ended by law, in runs in which both go otherwise."""
    numbers = {"hold_expected": 0.3, "hold_needed": 0.6, "hold_engaged": 0.4, "refounding_rate": 0.045}
    ended = {"calendar": [{"from": "2002-06", "abolish": ["police"]}]}
    ordinary = [lived(MONTH, behaviour=numbers, seed=seed, months=60, **ended) for seed in range(4)]
    fixed = [lived(fixed_membership.month, behaviour=numbers, seed=seed, months=60, **ended) for seed in range(4)]
    assert {len(model.members) for model in ordinary} == {18}
    assert {len(model.members) for model in fixed} == {19}
    gone = list(MONTH.measures).index("is_dissolved")
    assert max(model.measures[:, gone].max() for model in ordinary) == 1.0
    assert max(model.measures[:, gone].max() for model in fixed) == 0.0
    assert all(model.engagement_seen != 0.3 for model in fixed)


# ---------------------------------------------------------------------- they follow the model


def written_by(function: Any) -> set[str]:
    """Return what a step writes, of the body and of the table."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}


def test_what_replaces_a_step_of_the_model_writes_what_that_one_wrote():
    """Or a change of the model would be lost in a null without a word."""
    assert written_by(random_attendance.toss_a_coin) == written_by(meetings.choose_rank)
    ends = {"stands", "n_refounded", "engagement_seen"}
    assert written_by(fixed_membership.go_on) == written_by(life.consider_abolition) - ends


def test_a_rule_is_given_other_numbers():
    made = given(ties.months_left_together, place=__name__, joint="2.0 * more")
    assert list(inspect.signature(made).parameters) == ["more"]
    assert made(more=3.0) == ties.months_left_together(joint=6.0)
    assert (made.__name__, made.__module__) == ("months_left_together", __name__)
