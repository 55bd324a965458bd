"""Patterns: their criteria on made-up runs whose answer is known, and the search that uses them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.patterns import (
    EXPERIMENTS,
    MEASURES_READ,
    PATTERNS,
    Finding,
    half_life,
    margins,
    scoreboard,
    standardised_effect,
)
from experiments import fit
from experiments.pattern_runs import pattern_batches
from sim import MEASURES, PARAMETERS, place_names


def flat(value: float, *, runs: int = 40, months: int = 144) -> np.ndarray:
    """Return runs that stay where they are."""
    return np.full((runs, months), value)


@pytest.fixture
def experiments():
    """Every batch with constant measures: a model that shows nothing."""
    return {name: {measure: flat(0.3) for measure in MEASURES_READ} for name in EXPERIMENTS}


def margin_of(pattern_id: str, experiments) -> float:
    return margins(experiments)[pattern_id]


def test_patterns_read_only_measures_that_exist():
    """A misspelt measure would end a search of an hour in a KeyError."""
    assert set(MEASURES_READ) <= set(MEASURES)


def test_every_experiment_is_simulated():
    """What a pattern reads, somebody has to run."""
    assert {batch.name for batch in pattern_batches(runs=4)} == set(EXPERIMENTS)


def test_real_places_are_the_39_of_the_allocations():
    """The baseline is judged over real places, not over synthetic ones."""
    baseline = next(batch for batch in pattern_batches(runs=39) if batch.name == "baseline")
    assert len(baseline.scenarios) == 39 == len(place_names()) - 2
    assert len({scenario.place.name for scenario in baseline.scenarios}) == 39


@pytest.mark.parametrize(
    ("value", "low", "high", "margin"),
    [
        (0.3, 0.2, 0.6, 0.1 / 0.6),
        (0.1, 0.2, 0.6, -0.1 / 0.6),
        (0.96, 0.95, np.inf, 0.01 / 0.95),
        (0.03, -np.inf, 0.02, -0.5),
    ],
)
def test_a_margin_is_the_distance_into_the_band(value, low, high, margin):
    """The search follows margins: their sign is the verdict, their size the way to go."""
    assert Finding("x", value, low=low, high=high).margin == pytest.approx(margin)


def test_what_cannot_be_measured_fails():
    """A correlation of constants is no evidence for a pattern."""
    assert Finding("x", float("nan"), low=0.0).margin < 0.0


def test_a_model_that_shows_nothing_passes_little(experiments):
    """Criteria that constant runs meet would be no criteria."""
    found = margins(experiments)
    for pattern_id in ("P1", "P2", "P5", "P6", "P8", "P10", "P12", "P15", "C1", "C2", "C3"):
        assert found[pattern_id] < 0.0, pattern_id


def test_both_ends_suffice_for_virtuous_and_vicious_circles(experiments):
    """P1 asks for spread or for both ends."""
    engagement = flat(0.3)
    engagement[:6], engagement[6:12] = 0.1, 0.5
    experiments["baseline"]["engagement"] = engagement
    assert engagement[:, -1].std() < 0.15
    assert margin_of("P1", experiments) > 0.0


def test_results_that_come_at_once_do_not_lag(experiments):
    """P5 must tell a lag from a step."""
    experiments["baseline"]["added_value"] = np.tile(np.linspace(0.0, 1.0, 144) ** 3, (40, 1))
    assert margin_of("P5", experiments) > 0.0
    experiments["baseline"]["added_value"] = flat(0.3)
    assert margin_of("P5", experiments) < 0.0


def test_trust_and_outcome_may_go_together_moderately_only(experiments):
    """P6 refuses both no link and a mechanical one."""
    slow = np.linspace(0.0, 0.2, 144)
    trust = np.repeat([-1.0, 1.0], 20)
    unrelated = np.tile([-1.0, 1.0], 20)
    experiments["baseline"]["trust"] = 0.4 + 0.05 * trust[:, None] + slow
    for r, passes in ((0.0, False), (0.4, True), (0.9, False)):
        outcome = r * trust + np.sqrt(1.0 - r * r) * unrelated
        experiments["baseline"]["outcome"] = np.tile(outcome[:, None], (1, 144))
        assert (margin_of("P6", experiments) >= 0.0) == passes


def test_half_life_is_the_first_month_below_half_the_launch():
    """P15 compares these months; runs that never fall count in full."""
    falling = np.concatenate([np.full(24, 0.4), np.full(36, 0.1)])
    months = half_life(np.stack([falling, np.full(60, 0.4)]))
    assert 24 < months[0] < 30
    assert months[1] == 60


def test_a_standardised_effect_is_in_units_of_the_spread():
    """P7 and P17 compare measures of different units."""
    control = np.array([1.0, 2.0, 3.0])
    assert standardised_effect(control + control.std(), control) == pytest.approx(1.0)


def test_the_scoreboard_has_a_row_for_each_finding(experiments):
    """What is reported is everything that was tested, passed or failed."""
    board = scoreboard(experiments)
    assert list(board["id"].unique()) == [pattern.id for pattern in PATTERNS]
    found = margins(experiments)
    assert all((found[row["id"]] >= 0.0) == row["passed"] for row in board.to_dict("records"))


def test_prior_draws_are_a_latin_hypercube_within_the_priors():
    """The share of prior draws that pass means something only if the draws cover the priors."""
    draws = fit.prior_draws(50, seed=3)
    searched = fit.uncertain_parameters()
    assert [p.path for p in searched] == [p.path for p in PARAMETERS.values() if p.role == "uncertain"]
    for column, parameter in zip(draws.T, searched, strict=True):
        width = (parameter.high - parameter.low) / 50
        assert sorted(np.floor((column - parameter.low) / width).astype(int).clip(0, 49)) == list(range(50))


def test_nothing_falls_short_when_all_lie_well_inside():
    """The search stops pushing where there is nothing to gain."""
    assert fit.shortfall({"P1": 0.5, "P2": 0.05}) == 0.0
    assert fit.shortfall({"P1": -0.5, "P2": 0.5}) == pytest.approx(0.5 + fit.SAFETY)


def test_shares_of_prior_draws_count_passes():
    """The prior shares are part of the published answer."""
    prior = pd.DataFrame({f"margin_{pattern.id}": [0.1, -0.1, 0.0, -1.0] for pattern in PATTERNS})
    shares = fit.prior_shares(prior).set_index("id")["share_of_prior_draws"]
    assert shares["P1"] == 0.5
    assert shares["all"] == 0.5


def test_the_page_says_which_patterns_fail(experiments):
    """A miss must be plain to see where people look."""
    board = scoreboard(experiments)
    shares = pd.DataFrame({"id": [*(p.id for p in PATTERNS), "all"], "share_of_prior_draws": 0.25})
    settings = fit.FitSettings(
        draws=8, population=8, generations=0, runs=4, confirming_runs=4, seed=1, threads=1, output=None, overwrite=False
    )
    page = fit.patterns_page(board, shares, settings)
    assert "Not reproduced: P1" in page
    assert "| P1 |" in page
    assert "**failed**" in page


@pytest.mark.slow
def test_a_search_gives_the_same_answer_twice():
    """The fitted set must be reproducible from its command."""
    settings = fit.FitSettings(
        draws=8, population=8, generations=1, runs=4, confirming_runs=4, seed=1, threads=2, output=None, overwrite=False
    )
    one, other = fit.search(settings), fit.search(dataclasses.replace(settings, threads=1))
    assert one.chosen == other.chosen
    pd.testing.assert_frame_equal(one.scoreboard, other.scoreboard)
    pd.testing.assert_frame_equal(one.prior, other.prior)
