"""Regimes are named by published thresholds and by nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import RegimeThresholds
from sim.regimes import REGIMES, name_regimes, trailing_mean

LIMITS = RegimeThresholds(
    window_months=3,
    hollow_engagement=0.1,
    domination_top_share=0.4,
    growth_engagement=0.3,
    growth_decision_rate=0.5,
    growth_delivery=0.01,
)
FLOURISHING = {"engagement": 0.6, "top_share": 0.2, "decision_rate": 0.8, "delivered": 0.05, "is_dissolved": 0.0}


def regimes_of(months=6, thresholds=LIMITS, **changes):
    measures = {
        name: np.broadcast_to(np.asarray(value, float), months) for name, value in (FLOURISHING | changes).items()
    }
    return [REGIMES[code] for code in name_regimes(measures, thresholds)]


@pytest.mark.parametrize(
    ("changes", "regime"),
    [
        ({}, "growth coalition"),
        ({"decision_rate": 0.2}, "talking shop"),
        ({"delivered": 0.001}, "talking shop"),
        ({"engagement": 0.2}, "talking shop"),
        ({"top_share": 0.7}, "single-agency domination"),
        ({"engagement": 0.05}, "hollowed out"),
        ({"is_dissolved": 1.0}, "dissolved"),
    ],
)
def test_each_of_the_five_regimes_can_be_named(changes, regime):
    """Broad and delivering; talking; dominated; empty; abolished."""
    assert regimes_of(**changes) == [regime] * 6


@pytest.mark.parametrize(
    ("changes", "regime"),
    [
        ({"engagement": 0.05, "top_share": 0.9, "is_dissolved": 1.0}, "dissolved"),
        ({"engagement": 0.05, "top_share": 0.9}, "hollowed out"),
        ({"top_share": 0.9}, "single-agency domination"),
        ({"top_share": 0.9, "decision_rate": 0.0}, "single-agency domination"),
    ],
)
def test_regimes_are_checked_in_the_published_order(changes, regime):
    """Where two would fit, the order of the docstring decides."""
    assert regimes_of(**changes)[-1] == regime


@pytest.mark.parametrize(
    ("measure", "threshold", "at", "below"),
    [
        ("engagement", "hollow_engagement", "talking shop", "hollowed out"),
        ("top_share", "domination_top_share", "single-agency domination", "growth coalition"),
        ("engagement", "growth_engagement", "growth coalition", "talking shop"),
        ("decision_rate", "growth_decision_rate", "growth coalition", "talking shop"),
        ("delivered", "growth_delivery", "growth coalition", "talking shop"),
    ],
)
def test_a_threshold_belongs_to_the_side_that_is_published(measure, threshold, at, below):
    """'From', 'at least' and 'below' must mean what they say (first month, so that no mean rounds)."""
    limit = getattr(LIMITS, threshold)
    assert regimes_of(**{measure: limit})[0] == at
    assert regimes_of(**{measure: np.nextafter(limit, 0.0)})[0] == below


def test_a_regime_is_named_from_the_window_and_not_from_one_month():
    """One empty meeting does not hollow a partnership out."""
    engagement = [0.6, 0.6, 0.0, 0.0, 0.0, 0.0]
    assert regimes_of(engagement=engagement) == ["growth coalition"] * 3 + ["talking shop"] + ["hollowed out"] * 2


def test_dissolution_counts_at_once():
    """An abolished partnership is not averaged with its past."""
    assert regimes_of(is_dissolved=[0, 0, 0, 0, 1, 1])[3:] == ["growth coalition", "dissolved", "dissolved"]


def test_thresholds_are_read_and_not_known():
    """Analysts sweep thresholds; none may be written into the code."""
    strict = dataclasses.replace(LIMITS, growth_delivery=0.5)
    assert regimes_of(thresholds=strict)[-1] == "talking shop"
    lenient = dataclasses.replace(LIMITS, hollow_engagement=0.9)
    assert regimes_of(thresholds=lenient)[-1] == "hollowed out"


def test_blocks_of_runs_are_named_like_single_runs():
    """The ensemble names regimes of (runs × months) arrays at once."""
    draw = np.random.Generator(np.random.Philox(4))
    block = {name: draw.random((7, 40)) for name in FLOURISHING} | {"is_dissolved": np.zeros((7, 40))}
    together = name_regimes(block, LIMITS)
    assert together.shape == (7, 40)
    assert len(set(together.ravel().tolist())) >= 3
    for row in range(7):
        assert np.array_equal(together[row], name_regimes({name: block[name][row] for name in block}, LIMITS))


@given(
    values=st.lists(st.floats(0.0, 10.0, allow_subnormal=False), min_size=1, max_size=80), window=st.integers(1, 100)
)
def test_the_trailing_mean_is_that_of_pandas(values, window):
    """An independent implementation, also for windows longer than the run."""
    expected = pd.Series(values).rolling(window, min_periods=1).mean().to_numpy()
    array = np.array(values)
    assert trailing_mean(array, window) == pytest.approx(expected, abs=1e-9)
    assert array.tolist() == values


def test_the_trailing_mean_runs_along_the_last_axis():
    """Months are the last axis; runs must not be averaged with each other."""
    table = np.array([[1.0, 3.0, 5.0], [0.0, 0.0, 6.0]])
    assert trailing_mean(table, 2).tolist() == [[1.0, 2.0, 4.0], [0.0, 0.0, 3.0]]
