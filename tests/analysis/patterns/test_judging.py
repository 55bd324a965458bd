"""What cannot be judged is said not to be, with its reason, and never counts as met."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from analysis.patterns.criteria import Finding, Pattern
from analysis.patterns.judging import Docket, ids_of, judged_scoreboard, judged_words
from analysis.patterns.scoreboard import scoreboard

HIGH = Finding("trust", "mean", "base", "trust", low=0.4)
TOO_HIGH = Finding("more trust", "mean", "base", "trust", low=0.9)
UNKNOWN = Finding("ties", "mean", "base", "ties", low=0.4)
SHOWN = dataclasses.replace(UNKNOWN, reported=True)
SEEN = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
WHY = "ties are not reported"


def docket(*findings: Finding, any_of: bool = False) -> Docket:
    pattern = Pattern("P1", "High.", "Both.", "made up", findings, any_of=any_of)
    return Docket((pattern,), {("P1", n): WHY for n, one in enumerate(findings) if "ties" in one.measures})


@pytest.mark.parametrize(
    ("findings", "any_of", "verdict"),
    [
        ((HIGH,), False, "met"),
        ((TOO_HIGH,), False, "missed"),
        ((HIGH, UNKNOWN), False, "not judged"),
        ((TOO_HIGH, UNKNOWN), False, "missed"),
        ((HIGH, UNKNOWN), True, "met"),
        ((TOO_HIGH, UNKNOWN), True, "not judged"),
        ((UNKNOWN,), False, "not judged"),
        ((HIGH, SHOWN), False, "met"),
        ((SHOWN,), False, "reported"),
        ((dataclasses.replace(HIGH, reported=True), UNKNOWN), False, "not judged"),
    ],
)
def test_one_finding_settles_a_pattern_or_the_pattern_is_open(findings, any_of, verdict):
    asked = docket(*findings, any_of=any_of)
    board = judged_scoreboard(asked, {"P1": SEEN}, resamples=99, seed=1)
    assert board["verdict"].unique().tolist() == [verdict]
    assert (board["passed"] == (verdict == "met")).all()
    assert board["not_judged"].tolist() == [WHY if "ties" in one.measures else "" for one in findings]
    assert np.isnan(board.loc[board["not_judged"] != "", "value"].astype(float)).all()
    assert len(asked.whole) == (verdict in ("met", "missed") and not asked.lacking("P1"))


def test_words_name_what_is_not_judged_and_why():
    board = judged_scoreboard(docket(HIGH, UNKNOWN), {"P1": SEEN}, resamples=99, seed=1)
    text = judged_words(board, model="Second model")
    assert "0 are met, 0 are missed, and 1 are not judged (P1)" in text
    assert f"Not judged: P1, because {WHY}." in text
    assert ids_of(board, "not judged") == ["P1"]


def test_what_is_judged_is_judged_as_ever():
    """The statistics, margins and intervals are those of every scoreboard."""
    asked = docket(HIGH, TOO_HIGH)
    ours = judged_scoreboard(asked, {"P1": SEEN}, resamples=99, seed=1)
    theirs = scoreboard(asked.patterns, SEEN, resamples=99, seed=1)
    assert ours[list(theirs)].astype(str).equals(theirs.astype(str))
