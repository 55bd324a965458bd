"""What the runs of a round say: its numbers, which answer is right, and texts filled with them.

The page does the same in ``experiments/page/lessons.js``; a test in a browser holds the two to the same words.
A number is named SIDE.WHAT.NAME: side A, B, or D for B minus A; ``final`` (mean of a measure at the end), ``abs`` (of
it, without its sign), ``count`` or ``share`` (of the runs that end in a regime).
"""

from __future__ import annotations

import dataclasses
import operator
import re
from collections.abc import Mapping

import pandas as pd

from analysis.seminar.lesson import Round
from sim.measures import MEASURES
from sim.regimes import REGIMES

SIDES = {"A": "left", "B": "right"}
_COMPARED = re.compile(r"(.+?) (>=|<=|>|<) (.+)")
_SIGNS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


@dataclasses.dataclass(frozen=True)
class Answer:
    """Means of measures at the end by side (A, B, D), and how many runs end in each regime."""

    final: Mapping[str, Mapping[str, float]]
    count: Mapping[str, Mapping[str, int]]
    replicates: int

    def number(self, word: str) -> float:
        """Return the number behind a word such as ``A.count.talking shop``."""
        side, what, name = word.split(".", 2)
        if what == "count":
            return self.count[side][name]
        if what == "share":
            return self.count[side][name] / self.replicates
        value = self.final[side][name]
        return abs(value) if what == "abs" else value

    def holds(self, condition: str) -> bool:
        """Return whether a condition holds: comparisons of numbers and sums of numbers, joined by "and"."""
        return all(self._compares(each) for each in condition.split(" and "))

    def _compares(self, condition: str) -> bool:
        found = _COMPARED.fullmatch(condition)
        if found is None:
            raise ValueError(f"{condition!r} compares nothing: write for example A.share.hollow > 0.5")
        return bool(_SIGNS[found[2]](self._sum(found[1]), self._sum(found[3])))

    def _sum(self, text: str) -> float:
        return sum(float(part) if re.fullmatch(r"-?[\d.]+", part) else self.number(part) for part in text.split(" + "))

    def filled(self, text: str) -> str:
        """Return a text with the numbers for its words in braces."""
        return re.sub(r"\{([^}]+)\}", lambda word: self._shown(word[1]), text)

    def _shown(self, word: str) -> str:
        if word == "n":
            return str(self.replicates)
        side, what, name = word.split(".", 2)
        value = self.number(word)
        return str(value) if what == "count" else measured(name, value, signed=side == "D")

    def right_choices(self, asked: Round) -> list[int]:
        """Return the choices of a round that hold, counted from 1."""
        return [number for number, choice in enumerate(asked.choices, 1) if self.holds(choice.holds)]


def answer_of(runs: pd.DataFrame) -> Answer:
    """Return the answer of paired runs of the scenarios left and right, one row a run as ``run_pairs`` leaves them.

    >>> rows = [("left", "hollow"), ("right", "hollow"), ("right", "dissolved"), ("left", "hollow")]
    >>> runs = pd.DataFrame(rows, columns=["scenario", "regime"]).assign(**dict.fromkeys(MEASURES, 0.5))
    >>> answer_of(runs).holds("A.share.hollow > B.share.hollow and D.abs.trust < 0.1")
    True
    """
    sides = {side: runs[runs["scenario"] == name] for side, name in SIDES.items()}
    final = {side: {measure: float(of_side[measure].mean()) for measure in MEASURES} for side, of_side in sides.items()}
    final["D"] = {measure: final["B"][measure] - final["A"][measure] for measure in MEASURES}
    count = {
        side: {regime: int((of_side["regime"] == regime).sum()) for regime in REGIMES}
        for side, of_side in sides.items()
    }
    return Answer(final, count, len(sides["A"]))


def measured(measure: str, value: float, *, signed: bool = False) -> str:
    r"""Return a value of a measure with its unit, as it stands in a sentence.

    >>> measured("attendance", 0.8091), measured("engagement", -0.0141, signed=True)
    ('81\xa0%', '−0.014')
    >>> measured("added_value", 0.0107, signed=True), measured("trust", -0.0001)
    ('+1.1\xa0points', '0')
    """
    sign = "+" if signed and value > 0 else ""
    unit = MEASURES[measure].unit
    if unit.startswith("share"):
        return f"{sign}{_percent(value)}\N{NO-BREAK SPACE}{'points' if signed else '%'}"
    return f"{sign}{_plain(value)}"


def _percent(share: float) -> str:
    percent = 0.0 if abs(share) < 0.0005 else share * 100
    is_whole = abs(percent) >= 10 or abs(percent - round(percent)) < 0.05
    return f"{percent:.{0 if is_whole else 1}f}".replace("-", "−")


def _plain(value: float) -> str:
    size = abs(value)
    if size < 0.0005:
        return "0"
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3
    return f"{value:.{digits}f}".replace("-", "−")
