"""What targets say of numbers, where the right answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.calibration.tables import accepted, contraction_of, coverage_of, each_left_out, identified_by, told
from analysis.patterns.calibration import contraction_figure, contractions
from analysis.shared.codebook import described
from analysis.shared.plotting import caption_of

RUNS, ERROR = 6_000, 0.1


@pytest.fixture(scope="module")
def world() -> tuple[np.ndarray, np.ndarray]:
    """Return numbers a, b, c, and what runs show: a twice (months of one series, which share an error), b once."""
    rng = np.random.default_rng(3)
    points = rng.random((RUNS, 3))
    shared = rng.normal(0.0, ERROR, RUNS)
    seen = np.column_stack([points[:, 0] + shared, points[:, 0] + shared, points[:, 1] + rng.normal(0.0, ERROR, RUNS)])
    return points, seen


def test_what_is_seen_is_identified_and_nothing_else(world):
    """A number that no target moves is carried as uncertainty, however many runs there are."""
    found = told(*world)
    assert found.identified.tolist() == [0, 1]
    assert abs(found.share_told[2]) < 0.02


def test_accepted_sets_have_the_exact_posterior(world):
    """Of a flat prior and a normal error the posterior is that error about what was seen; of what is not seen, flat."""
    found = told(*world)
    kept = accepted(found, found.summary_of(np.array([0.5, 0.5, 0.4])), found.identified)
    assert kept.points[:, 0].mean() == pytest.approx(0.5, abs=0.02)
    assert kept.points[:, 1].mean() == pytest.approx(0.4, abs=0.02)
    assert kept.points[:, :2].std(axis=0) == pytest.approx(ERROR, abs=0.015)
    assert kept.points[:, 2].std() == pytest.approx(1.0 / np.sqrt(12.0), abs=0.03)


def test_months_that_share_their_error_count_once(world):
    """Two months of one history say no more than one: an interval that halves with each would be wrong."""
    found = told(*world)
    coverage, trials = coverage_of(found, found.identified, ["a", "b", "c"], planted=300, seed=1)
    assert coverage["covered"].between(0.85, 0.95).all()
    assert (coverage["p_even"] > 0.001).all()
    assert trials["parameter"].unique().tolist() == ["a", "b"]


def test_intervals_that_are_too_narrow_are_found_out(world):
    """The check of coverage can fail: an error that the regression is not told of makes intervals too narrow."""
    points, seen = world
    found = told(points, np.column_stack([points[:, 0] + 0.2 * (seen[:, 0] - points[:, 0]), seen[:, 2]]))
    wrong = found.summaries.copy()
    wrong[:, 0] += np.random.default_rng(1).normal(0.0, 3.0 * ERROR, RUNS)
    covered = []
    for truth in range(100):
        kept = accepted(found, wrong[truth], np.array([0]), leave=truth).points[:, 0]
        low, high = np.quantile(kept, [0.05, 0.95])
        covered.append(low <= points[truth, 0] <= high)
    assert np.mean(covered) < 0.6


def test_the_target_that_identifies_a_number_is_named(world):
    """Without its only target a number is as uncertain as before; of two that say the same neither is named."""
    points, seen = world
    lost, ranges = each_left_out(
        points, seen, np.array([0.5, 0.5, 0.4]), ["a", "b", "c"], ["first", "second", "other"], np.array([0, 1])
    )
    assert identified_by(lost).to_dict() == {"a": "", "b": "other"}
    ranges = ranges.set_index("target")
    assert bool(ranges.loc["first", "predicted"])
    assert ranges.loc["first", "high"] - ranges.loc["first", "low"] < 0.3
    assert ranges.loc["other", "high"] - ranges.loc["other", "low"] > 0.7
    assert contraction_of(points).max() < 0.05


def test_contraction_is_told_from_that_on_prior_runs(world):
    """Two tables of a folder have contractions, of different runs: they differ in name, and both are explained."""
    points, seen = world
    lost, _ = each_left_out(points, seen, np.full(3, 0.5), ["a", "b", "c"], ["x", "y", "z"], np.array([0, 1]))
    assert "contraction" not in lost
    words = [described(column, "identification.csv") for column in lost]
    assert all(word is not None and word.definition for word in words)


@pytest.mark.parametrize(("names", "told_of"), [(["a", "dummy_1"], True), (["a", "b"], False)])
def test_dummies_are_explained_where_there_are_any(names, told_of):
    points = np.random.default_rng(1).random((50, 2))
    table = contractions(points, names, {}, declared={})
    assert ("dummy" in caption_of(contraction_figure(table)).note) is told_of
