"""Regimes are named by published thresholds and by nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import RegimeThresholds
from sim.regimes import READ, REGIMES, name_regimes

LEVELS = RegimeThresholds(
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


def regime_of(thresholds=LEVELS, **changes):
    measures = {name: np.array([float(value)]) for name, value in (AT_WORK | changes).items()}
    return REGIMES[name_regimes(measures, thresholds)[0]]


@pytest.mark.parametrize(
    ("changes", "regime"),
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
def test_each_of_the_seven_regimes_can_be_named(changes, regime):
    """Broad and at work; at work; talking; neither; dominated; nobody in person; abolished."""
    assert regime_of(**changes) == regime


@pytest.mark.parametrize(
    ("changes", "regime"),
    [
        ({"is_dissolved": 1, "attendance_senior": 0.0, "top_share": 0.9}, "dissolved"),
        ({"attendance_senior": 0.0, "attendance": 0.9, "decision_rate": 0.0}, "hollow"),
        ({"attendance_senior": 0.0, "top_share": 0.9}, "hollow"),
        ({"top_share": 0.9}, "single-agency domination"),
        ({"top_share": 0.9, "decision_rate": 0.1}, "talking shop"),
    ],
)
def test_regimes_are_asked_in_the_published_order(changes, regime):
    """A room full of juniors is hollow before it is a talking shop; who dominates and decides nothing only talks."""
    assert regime_of(**changes) == regime


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
    assert regime_of(**changes | {measure: limit}) == at
    assert regime_of(**changes | {measure: np.nextafter(limit, 0.0)}) == beyond


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
    assert regime_of(**changes | {measure: limit}) == at
    assert regime_of(**changes | {measure: np.nextafter(limit, 1.0)}) == beyond


@given(
    st.fixed_dictionaries(
        {name: st.one_of(st.floats(0.0, 5.0), st.sampled_from(sorted({*vars(LEVELS).values()}))) for name in READ}
    )
)
def test_every_month_has_one_regime_and_blocks_are_named_like_months(measures):
    """Whatever the numbers; and of an array of any shape each entry is named alone."""
    regime = regime_of(**measures)
    assert regime in REGIMES
    block = {name: np.full((2, 3), float(value)) for name, value in measures.items()}
    assert {REGIMES[code] for code in name_regimes(block, LEVELS).ravel()} == {regime}


@given(
    added=st.floats(-1.0, 1.0), used=st.floats(0.0, 9.0), core=st.floats(0.0, 1.0), decided=st.floats(0.0, 3.0),
)  # fmt: skip
def test_more_joint_work_never_takes_the_regime_of_growth_away(added, used, core, decided):
    """Core, decisions and added value can only help once nobody dominates and people come in person."""
    if regime_of(added_value=added, ties_used=used, core_share=core, decision_rate=decided) == "growth coalition":
        assert regime_of(
            added_value=added + 0.1, ties_used=used + 1, core_share=core + 0.1, decision_rate=decided + 0.1
        ) == ("growth coalition")


def test_what_is_missing_meets_no_threshold():
    """A number that could not be measured must not make a growth coalition."""
    assert regime_of(core_share=np.nan) == "working partnership"
    assert regime_of(**dict.fromkeys(READ, np.nan)) == "unsettled"


def test_thresholds_are_read_and_not_known():
    """Analysts sweep thresholds; none may be written into the code."""
    assert regime_of(dataclasses.replace(LEVELS, growth_decisions=0.9)) == "working partnership"
    assert regime_of(dataclasses.replace(LEVELS, hollow_in_person=0.5)) == "hollow"
    assert regime_of(dataclasses.replace(LEVELS, domination_top_share=0.1)) == "single-agency domination"
