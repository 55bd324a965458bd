"""Regimes are named by published thresholds and by nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import RegimeThresholds
from sim.regimes import REGIMES, WORDS, WORDS_READ, WordThresholds, name_by_words, name_regimes, trailing_mean

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


# ------------------------------------------------------------------------- the words of the second model

LEVELS = WordThresholds(
    hollow_in_person=0.1,
    domination_top_share=0.4,
    domination_decisions=0.2,
    growth_core_share=0.5,
    growth_core_sectors=3.0,
    growth_decisions=0.5,
    growth_added_value=0.0,
    talking_attendance=0.6,
    talking_decisions=0.2,
    working_decisions=0.2,
    working_ties=2.0,
)
AT_WORK = {
    "is_dissolved": 0.0,
    "attendance": 0.7,
    "attendance_senior": 0.4,
    "decision_rate": 0.8,
    "top_share": 0.2,
    "core_share": 0.6,
    "core_sectors": 3.0,
    "ties_used": 9.0,
    "added_value": 0.01,
}


def word_of(thresholds=LEVELS, **changes):
    measures = {name: np.array([float(value)]) for name, value in (AT_WORK | changes).items()}
    return WORDS[name_by_words(measures, thresholds)[0]]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "growth coalition"),
        ({"core_share": 0.4}, "working partnership"),
        ({"core_sectors": 2}, "working partnership"),
        ({"added_value": -0.01}, "working partnership"),
        ({"decision_rate": 0.4}, "working partnership"),
        ({"decision_rate": 0.1}, "talking shop"),
        ({"decision_rate": 0.1, "attendance": 0.5}, "unsettled"),
        ({"core_share": 0.4, "ties_used": 0}, "unsettled"),
        ({"top_share": 0.7}, "single-agency domination"),
        ({"attendance_senior": 0.05}, "hollow"),
        ({"is_dissolved": 1}, "dissolved"),
    ],
)
def test_each_of_the_seven_words_can_be_given(changes, word):
    """Broad and at work; at work; talking; neither; dominated; nobody in person; abolished."""
    assert word_of(**changes) == word


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"is_dissolved": 1, "attendance_senior": 0.0, "top_share": 0.9}, "dissolved"),
        ({"attendance_senior": 0.0, "attendance": 0.9, "decision_rate": 0.0}, "hollow"),
        ({"attendance_senior": 0.0, "top_share": 0.9}, "hollow"),
        ({"top_share": 0.9}, "single-agency domination"),
        ({"top_share": 0.9, "decision_rate": 0.1}, "talking shop"),
    ],
)
def test_words_are_asked_in_the_published_order(changes, word):
    """A room full of juniors is hollow before it is a talking shop; who dominates and decides nothing only talks."""
    assert word_of(**changes) == word


@pytest.mark.parametrize(
    ("measure", "threshold", "at", "beyond", "changes"),
    [
        ("attendance_senior", "hollow_in_person", "growth coalition", "hollow", {}),
        ("top_share", "domination_top_share", "single-agency domination", "growth coalition", {}),
        ("core_share", "growth_core_share", "growth coalition", "working partnership", {}),
        ("core_sectors", "growth_core_sectors", "growth coalition", "working partnership", {}),
        ("attendance", "talking_attendance", "talking shop", "unsettled", {"decision_rate": 0.0}),
        ("ties_used", "working_ties", "working partnership", "unsettled", {"core_share": 0.0}),
    ],
)
def test_at_least_means_at_least(measure, threshold, at, beyond, changes):
    """A threshold that says 'from' belongs to the side above."""
    limit = getattr(LEVELS, threshold)
    assert word_of(**changes | {measure: limit}) == at
    assert word_of(**changes | {measure: np.nextafter(limit, 0.0)}) == beyond


@pytest.mark.parametrize(
    ("measure", "threshold", "at", "beyond", "changes"),
    [
        ("decision_rate", "domination_decisions", "talking shop", "single-agency domination", {"top_share": 0.9}),
        ("decision_rate", "growth_decisions", "working partnership", "growth coalition", {}),
        ("added_value", "growth_added_value", "working partnership", "growth coalition", {}),
        ("decision_rate", "talking_decisions", "talking shop", "working partnership", {}),
        ("decision_rate", "working_decisions", "unsettled", "working partnership", {"attendance": 0.5}),
    ],
)
def test_more_than_means_more_than(measure, threshold, at, beyond, changes):
    """A threshold that says 'more than' belongs to the side below."""
    limit = getattr(LEVELS, threshold)
    assert word_of(**changes | {measure: limit}) == at
    assert word_of(**changes | {measure: np.nextafter(limit, 1.0)}) == beyond


@given(
    st.fixed_dictionaries(
        {name: st.one_of(st.floats(0.0, 5.0), st.sampled_from(sorted({*vars(LEVELS).values()}))) for name in WORDS_READ}
    )
)
def test_every_month_has_one_word_and_blocks_are_named_like_months(measures):
    """Whatever the numbers; and of an array of any shape each entry is named alone."""
    word = word_of(**measures)
    assert word in WORDS
    block = {name: np.full((2, 3), float(value)) for name, value in measures.items()}
    assert {WORDS[code] for code in name_by_words(block, LEVELS).ravel()} == {word}


@given(
    added=st.floats(-1.0, 1.0), used=st.floats(0.0, 9.0), core=st.floats(0.0, 1.0), decided=st.floats(0.0, 3.0),
)  # fmt: skip
def test_more_joint_work_never_takes_the_word_of_growth_away(added, used, core, decided):
    """Core, decisions and added value can only help once nobody dominates and people come in person."""
    if word_of(added_value=added, ties_used=used, core_share=core, decision_rate=decided) == "growth coalition":
        assert word_of(
            added_value=added + 0.1, ties_used=used + 1, core_share=core + 0.1, decision_rate=decided + 0.1
        ) == ("growth coalition")


def test_what_is_missing_meets_no_threshold():
    """A number that could not be measured must not make a growth coalition."""
    assert word_of(core_share=np.nan) == "working partnership"
    assert word_of(**dict.fromkeys(WORDS_READ, np.nan)) == "unsettled"
