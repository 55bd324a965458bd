"""Null models: each is the model without exactly the mechanism that its name says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from strategies import lived

import sim
from experiments import load_scenario
from experiments.documents import null_models
from experiments.documents.null_models import FOLDER, baseline_means, written_out
from experiments.options import option_names
from sim.terms import TERMS

SHORT = "months=60"
NULLS = ("null_random_engagement", "null_no_trust", "null_fixed_membership", "null_no_learning")
RELUCTANT = ("behaviour.attendance_base=-4", "behaviour.dissolution_rate=0.2", "behaviour.dissolution_value=0.8")


def with_null(name: str, *overrides: str, scenario: str = "baseline_lsp") -> sim.Scenario:
    """Return a scenario with the behaviour of a null model."""
    return load_scenario(scenario, [f"behaviour={name}", SHORT, *overrides])


@pytest.fixture(scope="module")
def baseline():
    """What the null models are matched to now."""
    return baseline_means(replicates=100, seed=2)


def test_every_null_model_can_be_asked_for():
    """A null model is a set of behaviour like any other."""
    assert set(NULLS) <= set(option_names("behaviour"))
    assert set(null_models.null_models(null_models.Baseline(0.5, 0.4))) == set(NULLS)


@pytest.mark.parametrize("name", NULLS)
def test_both_engines_run_a_null_model_alike(name):
    """A switch that only one engine knows would make two models of one."""
    scenario = with_null(name, "months=30")
    compiled = sim.simulate_ensemble([scenario], replicates=[3], seed=8)
    mesa = sim.simulate(scenario, seed=8, replicate=3).measures
    for measure in sim.MEASURES:
        assert np.array_equal(compiled[measure][0, 0], mesa[measure].to_numpy()), measure


def test_random_engagement_tosses_one_coin():
    """No term of the choice but the coin itself is anything, so levers and others cannot matter."""
    model = lived(with_null("null_random_engagement"), seed=1, record_terms=True)
    for partner in model.members:
        by_name = dict(zip(TERMS, partner.terms, strict=True))
        assert all(value == 0.0 for term, value in by_name.items() if term != "disposition")
        assert by_name["disposition"] == model.behaviour.attendance_base


def test_random_engagement_comes_as_often_as_the_baseline(baseline):
    """The coin was matched to the behaviour in force; after a refit: python -m experiments.documents.null_models."""
    behaviour = with_null("null_random_engagement").behaviour
    chance = 1.0 / (1.0 + math.exp(-behaviour.attendance_base / behaviour.attendance_noise))
    assert chance == pytest.approx(baseline.attendance, abs=0.015)
    runs = sim.simulate_ensemble(
        [with_null("null_random_engagement", "mechanisms.membership_changes=0")],
        replicates=60, seed=3, measures=["attendance"],
    )["attendance"]  # fmt: skip
    tosses = runs.size * 19
    assert runs.mean() == pytest.approx(chance, abs=4.0 * math.sqrt(chance * (1.0 - chance) / tosses))


@pytest.mark.parametrize("attendance", [0.05, 0.3, 0.5, 0.708, 0.85])
def test_a_coin_can_be_matched_to_any_ordinary_attendance(attendance):
    """A refit may move attendance; the match must follow inside the allowed ranges."""
    coin = null_models.null_models(null_models.Baseline(attendance, 0.4))["null_random_engagement"]["behaviour"]
    chance = 1.0 / (1.0 + math.exp(-coin["attendance_base"] / coin["attendance_noise"]))
    assert chance == pytest.approx(attendance, abs=1e-4)
    sim.scenario_from({"board": {"members": {"council": 1}}, "behaviour": dict(coin)})


def test_without_trust_it_is_one_number_and_stays(baseline):
    """Trust is the same between all in every month, and that of the mean of the baseline."""
    scenario = with_null("null_no_trust")
    runs = sim.simulate_ensemble([scenario], replicates=20, seed=1, measures=["trust", "n_members"])
    trust = runs["trust"][runs["n_members"] > 1.0]
    assert trust == pytest.approx(scenario.behaviour.trust_initial, abs=1e-12)
    low, high = 0.15, 0.5
    assert scenario.behaviour.trust_initial == pytest.approx(min(high, max(low, baseline.trust)), abs=0.015)


def test_without_trust_nothing_that_builds_it_has_an_effect():
    """What only works through trust must not work: meeting, brokering, disappointment, domination."""
    builders = [
        "behaviour.trust_evidence=0.08", "behaviour.trust_meeting=0.01", "behaviour.trust_joint_delivery=0.1",
        "behaviour.trust_decay=0.001", "behaviour.trust_staff=0.02", "behaviour.trust_domination=0.5",
    ]  # fmt: skip
    plain, built = with_null("null_no_trust"), with_null("null_no_trust", *builders)
    runs = sim.simulate_ensemble({"plain": plain, "built": built}, replicates=5, seed=1)
    assert np.array_equal(runs.measures[0], runs.measures[1])
    whole = sim.simulate_ensemble(
        [load_scenario("baseline_lsp", [SHORT]), load_scenario("baseline_lsp", [SHORT, *builders])],
        replicates=5, seed=1, measures=["trust"],
    )  # fmt: skip
    assert not np.array_equal(whole.measures[0], whole.measures[1]), "the same changes do work on the whole model"


def test_with_fixed_membership_nobody_leaves_joins_or_dissolves():
    """Even where bodies would leave in numbers, and where newcomers are due."""
    grown = load_scenario("study/coordination_grown_informed", ["behaviour=null_fixed_membership", SHORT, *RELUCTANT])
    whole = load_scenario("study/coordination_grown_informed", [SHORT, *RELUCTANT])
    kept = ["n_members", "n_exits", "is_dissolved"]
    runs = sim.simulate_ensemble({"null": grown, "whole": whole}, replicates=30, seed=1, measures=kept)
    assert (runs["n_members"][0] == 4.0).all()
    assert (runs["n_exits"][0] == 0.0).all()
    assert (runs["is_dissolved"][0] == 0.0).all()
    assert runs["n_exits"][1].max() > 0.0
    assert runs["n_members"][1].max() > 4.0


def test_without_learning_beliefs_stay_where_they_began():
    """Belief of every body, newcomers among them, and its share of the fund, are those of the launch."""
    scenario = load_scenario("study/coordination_grown_informed", ["behaviour=null_no_learning", SHORT])
    model = lived(scenario, seed=2)
    assert any(partner.seat.joins_at > 0 and partner.is_member for partner in model.partners)
    for partner in model.partners:
        assert partner.belief == partner.first_belief
        assert partner.expected_share == 1.0 / model.n_founders
    learning = lived(load_scenario("study/coordination_grown_informed", [SHORT]), seed=2)
    assert all(partner.belief != partner.first_belief for partner in learning.members)


@pytest.mark.parametrize("name", NULLS)
def test_a_null_model_is_written_by_its_command(name):
    """The files differ from what the command writes in the matched numbers at most."""
    told = (FOLDER / f"{name}.yaml").read_text("utf-8")
    assert "python -m experiments.documents.null_models" in told
    behaviour = with_null(name).behaviour
    baseline = null_models.Baseline(0.5, behaviour.trust_initial)
    again = written_out(name, null_models.null_models(baseline)[name], baseline)
    keys = [line.partition(":")[0] for line in told.splitlines() if not line.startswith("#")]
    assert keys == [line.partition(":")[0] for line in again.splitlines() if not line.startswith("#")]
