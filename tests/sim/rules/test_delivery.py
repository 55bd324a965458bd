"""Submodels 8 and 9: from commitments to results, and from results to outcomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, prior, simplexes

from sim.population import SECTORS, THEMES
from sim.rules import delivery, outcomes
from sim.rules.delivery import LEAST_INPUT, SECTOR_WEIGHTS, STAGES, joint_result, stage_step
from sim.rules.outcomes import outcome_step

CONTRACTS = [
    Contract(
        delivery.commitment,
        {"attendance_record": SHARE, "seniority": SHARE, "alignment": SHARE},
        rises="attendance_record seniority alignment",
        low=0.0,
        high=1.0,
        zero="attendance_record seniority",
    ),
    Contract(
        delivery.sector_input,
        {"mean_commitment": SHARE, "uncoordinated": SHARE},
        rises="mean_commitment uncoordinated",
        low=0.0,
        high=1.0,
    ),
    Contract(
        delivery.conversion,
        {
            "protocols": SHARE,
            "staff_team": SHARE,
            "joint_working": SHARE,
            "administrative_capacity": SHARE,
            "base": prior("conversion_base"),
            "saved_by_protocols": prior("conversion_protocols"),
            "saved_by_staff": prior("conversion_staff"),
            "saved_by_joint_working": prior("conversion_joint"),
        },
        rises="protocols staff_team joint_working administrative_capacity base saved_by_protocols saved_by_staff "
        "saved_by_joint_working",
        low=0.0,
        high=1.0,
        zero="administrative_capacity",
    ),
    Contract(
        delivery.administrative_capacity,
        {"mean_capacity": SHARE, "support_pressure": SHARE, "training": SHARE},
        rises="mean_capacity support_pressure training",
        low=0.0,
        high=1.0,
    ),
    Contract(
        delivery.stage_conversion,
        {"stage": (1, 5), "early_conversion": prior("early_conversion")},
        rises="stage early_conversion",
        low=0.0,
        high=1.0,
    ),
    Contract(
        delivery.pipeline_outflow,
        {"stock": (0.0, 100.0), "months": (4.0, 24.0)},
        rises="stock",
        falls="months",
        low=0.0,
        zero="stock",
    ),
    Contract(
        outcomes.gap_cost_gbp_m,
        {
            "population": (1e3, 1e7),
            "deprivation": SHARE,
            "gap_cost_gbp_per_head": prior("gap_cost_gbp_per_head"),
        },
        rises="population deprivation gap_cost_gbp_per_head",
        low=0.0,
        zero="population gap_cost_gbp_per_head",
    ),
    Contract(
        outcomes.deprivation_index,
        {"fund_2003_04_gbp_m": (0.0, 100.0), "population": (1e3, 1e7)},
        rises="fund_2003_04_gbp_m",
        falls="population",
        low=0.0,
        high=1.0,
        zero="fund_2003_04_gbp_m",
    ),
    Contract(
        outcome_step,
        {
            "outcome": (-1.0, 1.0),
            "delivered_share": (0.0, 10.0),
            "decay": prior("outcome_decay"),
            "trend": prior("outcome_trend"),
            "shock": (-0.025, 0.025),
        },
        rises="outcome delivered_share trend shock",
        free="decay",
        low=-1.0,
        high=1.0,
    ),
]
TESTED_BELOW = (joint_result, stage_step)


INPUTS = st.lists(st.floats(0.0, 1.0, allow_subnormal=False), min_size=4, max_size=4)


@given(inputs=INPUTS, weights=simplexes(4))
def test_additive_results_are_the_weighted_mean(inputs, weights):
    """Complementarity 0: one sector can replace another."""
    mean = sum(weight * level for weight, level in zip(weights, inputs, strict=True))
    assert joint_result(inputs, weights, 0.0) == pytest.approx(mean, abs=1e-12)


@given(inputs=INPUTS, weights=simplexes(4))
def test_the_weakest_link_is_the_least_input_that_has_weight(inputs, weights):
    """Complementarity 1: results stop where one needed sector stops (S4), and only a needed one."""
    assert joint_result(inputs, weights, 1.0) == min(
        level for weight, level in zip(weights, inputs, strict=True) if weight > 0.0
    )


@given(inputs=st.lists(st.floats(0.001, 1.0), min_size=4, max_size=4), weights=simplexes(4))
def test_halfway_is_the_geometric_mean(inputs, weights):
    """Complementarity ½ is the Cobb-Douglas case, a limit of the general formula."""
    product = 1.0
    for weight, level in zip(weights, inputs, strict=True):
        product *= level**weight
    assert joint_result(inputs, weights, 0.5) == pytest.approx(product, rel=1e-10)


@given(inputs=INPUTS, weights=simplexes(4), complementarity=SHARES)
def test_joint_results_lie_between_least_and_greatest_input(inputs, weights, complementarity):
    """Working together turns inputs into results; it must not make them up."""
    result = joint_result(inputs, weights, complementarity)
    assert min(inputs) - 1e-9 <= result <= max(*inputs, LEAST_INPUT) + 1e-9


@given(inputs=INPUTS, weights=simplexes(4), complementarity=SHARES, sector=st.integers(0, 3), more=SHARES)
def test_more_of_one_sector_never_gives_less(inputs, weights, complementarity, sector, more):
    """A sector that engages more may be useless but not harmful."""
    richer = list(inputs)
    richer[sector] = max(more, inputs[sector])
    assert joint_result(richer, weights, complementarity) >= joint_result(inputs, weights, complementarity) - 1e-9


@given(inputs=st.lists(st.floats(0.001, 1.0), min_size=4, max_size=4), weights=simplexes(4), one=SHARES, two=SHARES)
def test_complementarity_never_helps(inputs, weights, one, two):
    """The power mean falls in complementarity: needing everybody at once is harder."""
    less, more = sorted((one, two))
    assert joint_result(inputs, weights, more) <= joint_result(inputs, weights, less) + 1e-6


@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_joint_results_are_continuous_at_the_special_cases(at):
    """The special cases are limits; a jump there would be an artefact of the formula."""
    inputs, weights = [0.8, 0.3, 0.5, 0.05], [0.3, 0.3, 0.2, 0.2]
    beside = [c for c in (at - 1e-5, at + 1e-5) if 0.0 <= c <= 1.0]
    for complementarity in beside:
        assert joint_result(inputs, weights, complementarity) == pytest.approx(
            joint_result(inputs, weights, at), rel=1e-3
        )


@given(level=st.floats(0.001, 1.0), weights=simplexes(4), complementarity=SHARES)
def test_equal_inputs_give_that_input(level, weights, complementarity):
    """With equal sectors complementarity must not matter."""
    assert joint_result([level] * 4, weights, complementarity) == pytest.approx(level, rel=1e-9)


def test_sector_weights_are_shares_for_every_theme():
    """Weights that did not sum to 1 would make one theme cheaper than another by accident."""
    assert len(SECTOR_WEIGHTS) == len(THEMES)
    for row in SECTOR_WEIGHTS:
        assert len(row) == len(SECTORS)
        assert min(row) >= 0.0
        assert sum(row) == pytest.approx(1.0, abs=1e-12)


def test_nothing_is_converted_without_administrative_capacity():
    """Lack of administrative capacity is a bottleneck, not a discount (S4)."""
    assert delivery.conversion(1.0, 1.0, 1.0, 0.0, 0.6, 0.7, 0.6, 0.6) == 0.0


def test_the_last_stage_lets_everything_through_and_the_first_least():
    """Early conversion is declared as a share of the conversion in the last stage."""
    assert delivery.stage_conversion(5, 0.15) == 1.0
    assert delivery.stage_conversion(1, 0.15) == 0.15


CONDITIONS = st.tuples(SHARES, SHARES, SHARES, SHARES, st.floats(0.0, 0.05), SHARES)


@given(stage=st.integers(1, 5), months=st.integers(0, 60), here=CONDITIONS, there=CONDITIONS)
def test_stages_move_one_at_a_time_and_better_conditions_never_set_back(stage, months, here, there):
    """S3's five stages: stall, advance or slip back by one; improvement on every count cannot hurt."""
    better = tuple(max(one, other) for one, other in zip(here, there, strict=True))
    now = stage_step(stage, months, *here)
    assert max(1, stage - 1) <= now <= min(5, stage + 1)
    assert stage_step(stage, months, *better) >= now


@pytest.mark.parametrize("stage", range(1, 6))
def test_a_perfect_partnership_passes_every_stage_and_an_empty_one_loses_it(stage):
    """Every stage can be entered and left again: the path has no dead end."""
    assert stage_step(stage, 60, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0) == min(5, stage + 1)
    assert stage_step(stage, 60, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0) == max(1, stage - 1)


@pytest.mark.parametrize("stage", range(1, 6))
def test_no_stage_changes_in_its_first_month(stage):
    """One good or bad month is not a stage."""
    assert stage_step(stage, 0, *[1.0] * 6) == stage_step(stage, 0, *[0.0] * 6) == stage


def test_each_stage_is_entered_on_its_own_conditions():
    """People come; they trust; they agree and decide; something is delivered and measured (S3, table 1)."""
    full = {
        "attendance": 1.0,
        "trust": 1.0,
        "coherence": 1.0,
        "decision_memory": 1.0,
        "delivered": 1.0,
        "measurement": 1.0,
    }
    needed = {
        1: {"attendance"},
        2: {"attendance", "trust"},
        3: {"coherence", "decision_memory"},
        4: {"delivered", "measurement"},
    }
    assert len(STAGES) == len(needed) + 1
    for stage, conditions in needed.items():
        stuck = {name for name in full if stage_step(stage, 60, **full | {name: 0.0}) <= stage}
        assert stuck == conditions


@given(stock=st.floats(0.0, 100.0), months=st.floats(1.0, 24.0))
def test_no_more_leaves_a_pipeline_than_is_in_it(stock, months):
    """Work in planning and delivery is conserved."""
    assert delivery.pipeline_outflow(stock, months) <= stock


OUTCOMES = st.floats(-1.0, 1.0, allow_subnormal=False)


@given(outcome=OUTCOMES, more=st.floats(0.01, 1.0))
def test_returns_diminish(outcome, more):
    """The smaller the gap left, the less the same effort closes."""
    gained = [outcome_step(outcome, k * more, 0.0, 0.0, 0.0) for k in (0.0, 1.0, 2.0)]
    assert gained[2] - gained[1] <= gained[1] - gained[0] + 1e-15


@given(distance=st.floats(0.01, 1.0), decay=st.floats(*prior("outcome_decay")))
def test_departures_fade_without_upkeep(distance, decay):
    """Gains that are not kept up are lost slowly, and so are set-backs."""
    assert 0.0 < outcome_step(distance, 0.0, decay, 0.0, 0.0) < distance
    assert -distance < outcome_step(-distance, 0.0, decay, 0.0, 0.0) < 0.0


@given(push=st.floats(0.0, 1.0))
def test_good_and_bad_luck_weigh_the_same_at_the_national_average_of_the_start(push):
    """Shocks with mean 0 must not drift the outcome."""
    assert outcome_step(0.0, 0.0, 0.002, 0.0, push) == -outcome_step(0.0, 0.0, 0.002, 0.0, -push)


@given(push=st.floats(0.0, 1.0), delivered=st.floats(0.0, 10.0))
def test_luck_cannot_carry_an_outcome_beyond_its_ends(push, delivered):
    """What is wholly closed cannot close further, nor what is wholly open open further."""
    assert outcome_step(1.0, delivered, 0.0, 0.0, push) == 1.0
    assert outcome_step(-1.0, 0.0, 0.0, 0.0, -push) == -1.0


@given(outcome=OUTCOMES)
def test_an_outcome_that_nothing_moves_stays(outcome):
    """No delivery, decay, trend or shock: exactly no change."""
    assert outcome_step(outcome, 0.0, 0.0, 0.0, 0.0) == outcome


@given(
    better=OUTCOMES,
    worse=OUTCOMES,
    delivered=st.floats(0.0, 1.0),
    decay=st.floats(*prior("outcome_decay")),
    trend=st.floats(*prior("outcome_trend")),
    shock=st.floats(-0.025, 0.025),
)
def test_a_partnership_never_falls_behind_its_counterfactual(better, worse, delivered, decay, trend, shock):
    """Same shocks, at least as much delivered: added value cannot turn negative by arithmetic."""
    worse, better = sorted((better, worse))
    assert outcome_step(better, delivered, decay, trend, shock) >= outcome_step(worse, 0.0, decay, trend, shock) - 1e-15
