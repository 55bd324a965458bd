"""The scenarios on the Mesa engine, and the headline that people come for."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.shared.summaries import contrasts, regime_shares
from experiments import load_scenario, scenario_names
from experiments.runs.pairs import run_pairs
from sim import MEASURES, simulate

PENNY_GBP_M = 1e-8
HEADLINE = ("growth_coalition", "talking_shop", "single_agency_domination")


@pytest.mark.slow
@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_runs_its_twelve_years(name):
    """Every shipped scenario must run in full, with finite measures in range and money conserved."""
    history = simulate(load_scenario(name), seed=11, replicate=0)
    table = history.measures
    assert len(table) == 144
    for measure in MEASURES.values():
        values = table[measure.name].to_numpy()
        assert np.isfinite(values).all(), measure.name
        assert ((values >= measure.low) & (values <= measure.high)).all(), measure.name
    out = table["fund_spent_gbp_m"] + table["fund_posts_gbp_m"] + table["fund_forfeited_gbp_m"]
    held_before = table["fund_held_gbp_m"].shift(fill_value=0.0)
    assert (held_before + table["fund_in_gbp_m"] - out - table["fund_held_gbp_m"]).abs().max() < PENNY_GBP_M


@pytest.fixture(scope="module")
def headline_runs():
    """Thirty paired runs of the three scenarios of the headline."""
    return run_pairs({name: load_scenario(name) for name in HEADLINE}, seed=5, replicates=30).runs


@pytest.mark.slow
def test_a_growth_coalition_adds_more_value_than_a_talking_shop(headline_runs):
    """The central contrast: higher, with an interval clear of zero."""
    table = contrasts(headline_runs, "talking_shop")
    row = table[(table["scenario"] == "growth_coalition") & (table["measure"] == "added_value")].iloc[0]
    assert row["ci_low"] > 0.0


@pytest.mark.slow
def test_growth_coalition_and_talking_shop_end_in_different_regimes(headline_runs):
    """Regimes differ because of levers and chance, from one parameter set."""
    shares = regime_shares(headline_runs)
    modal = shares.loc[shares.groupby("scenario")["share"].idxmax()].set_index("scenario")["regime"]
    assert modal["growth_coalition"] != modal["talking_shop"]


@pytest.mark.slow
def test_single_agency_domination_is_the_most_dominated(headline_runs):
    """The scenario does what its name says, by no rule that knows the name."""
    means = headline_runs.groupby("scenario")["dominance"].mean()
    assert means.idxmax() == "single_agency_domination"
