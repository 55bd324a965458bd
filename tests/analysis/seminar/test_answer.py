"""What runs say to a question: numbers, comparisons and texts, on runs small enough to reckon in the head."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.seminar.answer import Answer, answer_of, measured
from analysis.seminar.lesson import lessons_of
from sim import MEASURES
from sim.regimes import REGIMES


@pytest.fixture
def answer() -> Answer:
    rows = [
        {"scenario": "left", "regime": "talking shop", **dict.fromkeys(MEASURES, 0.2)},
        {"scenario": "left", "regime": "hollow", **dict.fromkeys(MEASURES, 0.4)},
        {"scenario": "right", "regime": "hollow", **dict.fromkeys(MEASURES, 0.1)},
        {"scenario": "right", "regime": "hollow", **dict.fromkeys(MEASURES, 0.3)},
    ]
    return answer_of(pd.DataFrame(rows))


def test_numbers_are_means_differences_counts_and_shares(answer: Answer) -> None:
    asked = ("A.final.trust", "D.final.trust", "D.abs.trust", "A.count.hollow", "B.share.hollow", "B.count.dissolved")
    assert [answer.number(word) for word in asked] == pytest.approx([0.3, -0.1, 0.1, 1, 1.0, 0])
    assert set(answer.count["A"]) == set(REGIMES)


def test_conditions_compare_sums(answer: Answer) -> None:
    assert answer.holds("A.share.talking shop + A.share.hollow >= 1 and D.final.trust < 0")
    assert not answer.holds("B.share.hollow > A.share.hollow + 0.5")
    with pytest.raises(ValueError, match="compares nothing"):
        answer.holds("A.share.hollow")


def test_texts_are_filled_with_units_and_signs(answer: Answer) -> None:
    text = "{A.count.hollow} of {n}; {A.final.attendance}, {D.final.attendance}; {D.final.trust}"
    assert answer.filled(text) == "1 of 2; 30\N{NO-BREAK SPACE}%, −10\N{NO-BREAK SPACE}points; −0.10"
    assert measured("added_value", -0.00001, signed=True) == "0\N{NO-BREAK SPACE}points"


def test_a_misspelt_key_of_a_lesson_is_refused() -> None:
    with pytest.raises(TypeError, match="summery"):
        lessons_of([{"summery": "", "aims": [], "rounds": [], "discuss": [], "longer": {"what": "", "command": ""}}])
