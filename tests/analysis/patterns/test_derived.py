"""Words made of what a month reports: each by hand on a run or two, and never in place of what is reported."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from analysis.patterns.derived import DERIVED, OF_MATRICES, Kept, missing_of, of_matrix, reads_of, words_from
from experiments.runs.declared_patterns import declared_patterns
from sim.population import THEMES
from sim.regimes import REGIMES

DECLARED = declared_patterns()
BOARD = {"members": {"council": 1, "police": 1}}


def kept(regimes: list[list[int]] | None = None, **measures: list[list[float]]) -> Kept:
    """Return runs of a scenario with a fund, as they were kept."""
    of_runs = {name: np.array(values, dtype=float) for name, values in measures.items()}
    shape = np.array(regimes).shape if regimes else next(iter(of_runs.values())).shape
    named = np.array(regimes, dtype=np.int8) if regimes else np.zeros(shape, dtype=np.int8)
    return Kept(sim.scenario_from({"board": BOARD}), of_runs, named, REGIMES)


def test_words_that_are_made_were_declared_and_are_made_of_what_is_reported():
    reported = sim.MEASURES
    for word, made in DERIVED.items():
        assert word in (*DECLARED.measures, *DECLARED.kept)
        assert set(made.reads) <= set(reported)
        assert missing_of(word, reported) == ""
    assert set(OF_MATRICES) <= set(DECLARED.measures)


def test_an_abolition_is_remembered_after_a_refounding():
    """The last run is abolished and founded again within a month: seen by the second alone."""
    runs = kept(
        is_dissolved=[[0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
        times_refounded=[[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 1, 1]],
    )
    words = words_from(["was_abolished", "has_survived", "was_refounded"], runs)
    assert words["was_abolished"].tolist() == [[0, 1, 1, 1], [0, 0, 0, 0], [0, 0, 1, 1]]
    assert (words["has_survived"] == 1.0 - words["was_abolished"]).all()
    assert words["was_refounded"].tolist() == [[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 1, 1]]


def test_the_core_at_the_first_abolition_stays():
    runs = kept(
        is_dissolved=[[0, 1, 0, 1], [0, 0, 0, 0]],
        times_refounded=[[0, 0, 1, 1], [0, 0, 0, 0]],
        core_size=[[3, 5, 7, 9], [3, 5, 7, 9]],
    )
    assert words_from(["core_at_abolition"], runs)["core_at_abolition"].tolist() == [[0, 5, 5, 5], [0, 0, 0, 0]]


def test_decisions_of_months_come_back_out_of_their_mean_over_a_year():
    decisions = np.random.default_rng(1).poisson(0.6, size=(5, 60)).astype(float)
    year = np.stack([decisions[:, max(0, m - 11) : m + 1].sum(axis=1) for m in range(60)], axis=1)
    found = words_from(["decisions"], kept(decision_rate=(year / 12.0).tolist()))["decisions"]
    assert (found == decisions).all()


def test_months_are_known_by_their_names():
    runs = kept(regimes=[[REGIMES.index("hollow"), REGIMES.index("growth coalition"), REGIMES.index("dissolved")]])
    words = words_from(["is_hollow", "is_growth_coalition"], runs)
    assert words["is_hollow"].tolist() == [[1, 0, 0]]
    assert words["is_growth_coalition"].tolist() == [[0, 1, 0]]


def test_the_fund_is_that_of_the_place_unless_it_is_taken_away():
    place = {"name": "a", "fund_2003_04_gbp_m": 4.0, "population": 100_000}
    funded = sim.scenario_from({"board": BOARD, "place": place})
    bare = sim.with_changes(funded, levers={"flexible_fund_gbp_m": 0.0})
    for scenario, has in ((funded, 1.0), (bare, 0.0)):
        words = words_from(
            ["has_fund", "fund_ten_gbp_per_head"], Kept(scenario, {}, np.zeros((1, 2), np.int8), REGIMES)
        )
        assert words["has_fund"].tolist() == [[has, has]]
        assert words["fund_ten_gbp_per_head"].tolist() == [[4.0 * has, 4.0 * has]]


def test_pooled_money_is_a_share_of_the_budgets_of_all_founders():
    runs = kept(contribution_pooled_gbp_m=[[1.0]])
    budgets = sum(seat.budget_gbp_m for seat in sim.population.seats_of(runs.scenario))
    share = words_from(["contribution_share"], runs)["contribution_share"]
    assert share[0, 0] == pytest.approx(12.0 / budgets)


def test_what_a_month_reports_is_never_made():
    runs = kept(decisions=[[7.0]])
    assert words_from(["decisions"], runs)["decisions"].tolist() == [[7.0]]
    assert reads_of(["decisions"], reported=["decisions", "decision_rate"]) == ("decisions",)


def test_ties_that_close_are_more_than_chance():
    two_groups = np.kron(np.eye(3), np.ones((4, 4)) - np.eye(4))
    assert of_matrix("tie_transitivity_excess", two_groups, seed=1) > 0.5


def test_shares_of_what_the_fund_paid_are_those_of_twelve_months():
    """What was paid more than a year ago counts no more; a run that paid nothing has no share."""
    paid = {f"fund_spent_{theme}_gbp_m": np.zeros((2, 24)) for theme in THEMES}
    paid["fund_spent_crime_gbp_m"][0, 0] = 9.0
    paid["fund_spent_crime_gbp_m"][0, 12:] = 1.0
    paid["fund_spent_health_gbp_m"][0, 20] = 4.0
    words = words_from([f"fund_share_{theme}" for theme in THEMES], kept(**paid))
    crime, health = words["fund_share_crime"][0], words["fund_share_health"][0]
    assert crime[[0, 11, 12, 19]].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert crime[-1] == pytest.approx(12 / 16)
    assert health[-1] == pytest.approx(4 / 16)
    assert sum(words.values())[0] == pytest.approx(1.0)
    assert (sum(words.values())[1] == 0.0).all()
