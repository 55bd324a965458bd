"""Limiting cases that must hold exactly, through the whole model and on both engines."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import board, levers_off, nested, run, typical_settings

import sim
from experiments import load_scenario

GIVEN = "capacity_influence"
SLOPES = (0.7, 0.88, 0.99)
PENNY_GBP_M = 1e-8

LABORATORY = {
    "trust_moves": 0,
    "learning": 0,
    "membership_changes": 0,
    "assured_presence": 1.0,
}
"""Everybody is there, nobody leaves, nothing is learned but what others give."""


def cooperators(n: int, slope: float, start: float) -> sim.Scenario:
    """Return identical conditional cooperators with full belief weight and nothing else that moves them."""
    return sim.scenario_from(
        {
            "board": board({"police": n}),
            "months": 24,
            "levers": levers_off(),
            "behaviour": {
                "reciprocity": slope,
                "reciprocity_spread": 0.0,
                "belief_weight": 1.0,
                "contribution_belief": 0.0,
                "trust_initial": 0.5,
                "trust_sector_gap": 0.0,
                "trust_spread": 0.0,
                "goodwill_spread": 0.0,
                "style_spread": 0.0,
                "staff_spread": 0.0,
            },
            "mechanisms": LABORATORY | {"first_seen_giving": start},
        }
    )


def given_on_both(scenario: sim.Scenario, measure: str = GIVEN, seed: int = 3) -> np.ndarray:
    """Return a measure month by month, after making sure that both engines give the same bits."""
    compiled = sim.simulate_ensemble([scenario], replicates=[2], seed=seed, measures=[measure])[measure][0, 0]
    mesa = sim.simulate(scenario, seed=seed, replicate=2).measures[measure].to_numpy()
    assert np.array_equal(compiled, mesa)
    return mesa


@pytest.mark.parametrize("slope", SLOPES)
def test_two_identical_cooperators_decay_geometrically_to_the_bit(slope):
    """Contributions are c0·sᵗ, in floating point: each month the last one's times the slope."""
    expected, level = [], 0.4
    for _ in range(24):
        level *= slope
        expected.append(level)
    assert list(given_on_both(cooperators(2, slope, 0.4))) == expected


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize("n", [3, 4, 9])
def test_any_number_of_identical_cooperators_decays_geometrically(n, slope):
    """The same with more bodies, whose mean is rounded."""
    expected = 0.4 * slope ** np.arange(1, 25)
    assert given_on_both(cooperators(n, slope, 0.4)) == pytest.approx(expected, rel=1e-12, abs=0.0)


UNUSED_WITHOUT_LEVERS = {
    "mechanisms.end_weight": 1.0,
    "mechanisms.end_half_months": 40.0,
    "mechanisms.sanction_gain": 1.0,
    "mechanisms.sanction_half_saturation": 0.5,
}


def test_what_was_docked_changes_nothing_where_no_lever_calls_for_it():
    """Without an announced end and without sanctions every other result keeps its bits."""
    settings = typical_settings(months=30)
    plain = run(settings, seed=4).measures
    changed = run(settings | nested(UNUSED_WITHOUT_LEVERS), seed=4).measures
    assert plain.equals(changed)


@pytest.mark.parametrize(
    "changes",
    [
        {"leadership.direction": 1.0},
        {"leadership.facilitation": 1.0},
        {"levers.purse": "influence"},
        {"levers.duty.enforcement": 1.0},
        {"levers.inspection.relief": 1.0},
        {"levers.carry_over": 1.0},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_with_levers_off_equals_feel_no_policy(changes):
    """Levers that only qualify others, and styles without a chair, have nothing to work on among equals."""
    plain = load_scenario("study/public_goods")
    changed = load_scenario("study/public_goods", [f"{path}={value}" for path, value in changes.items()])
    assert np.array_equal(given_on_both(changed), given_on_both(plain))


def test_full_facilitation_makes_equal_partners_exactly_equal():
    """Influence is one number for all equals, on both engines, even with a chair who would direct."""
    style = ["leadership.facilitation=1", "leadership.direction=1", "leadership.attention=1", "board.chair=agency"]
    scenario = load_scenario("study/public_goods", style)
    ensemble = sim.simulate_ensemble([scenario], replicates=20, seed=1, measures=["attendance"], record_partners=True)
    influence = ensemble.partners[..., ensemble.partner_columns.index("influence")]
    always = (ensemble["attendance"][0] == 1.0).all(axis=1)
    assert always.sum() > 10, "everybody has to be there in most runs, or this says nothing"
    assert (influence[0, always] == influence[0, always][..., :1]).all()
    assert influence[0, always] == pytest.approx(0.25, abs=1e-15)
    replicate = int(np.flatnonzero(always)[0])
    mesa = sim.simulate(scenario, seed=1, replicate=replicate).partners["influence"].to_numpy()
    assert set(mesa) == set(influence[0, replicate].ravel())


@pytest.mark.parametrize("name", ["study/public_goods_sanctions", "study/coordination_grown_informed"])
def test_money_is_conserved_in_study_scenarios(name):
    """Every penny that comes in is spent, held or forfeited."""
    overrides = ["levers.pooling_rate=0.5", "levers.flexible_fund_gbp_m=3", "levers.carry_over=0.5"]
    table = sim.simulate(load_scenario(name, overrides), seed=2, replicate=0).measures
    came = table["fund_in_gbp_m"].cumsum()
    went = table["fund_spent_gbp_m"].cumsum() + table["fund_forfeited_gbp_m"].cumsum()
    assert came.iloc[-1] > 0.5
    assert (came - went - table["fund_held_gbp_m"]).abs().max() < PENNY_GBP_M


def test_one_seed_is_one_trajectory():
    """A run is named by its seed and replicate, and by nothing else; another seed is another group."""
    scenario = load_scenario("study/public_goods_sanctions", ["mechanisms.conditional_cooperator_share=0.5"])
    once, again = (sim.simulate(scenario, seed=6, replicate=1).measures for _ in range(2))
    assert once.equals(again)
    groups = sim.simulate_ensemble([scenario], replicates=40, seed=6, measures=[GIVEN])[GIVEN][0, :, -1]
    assert len(set(groups)) > 2
