"""The words that a class needs, from the one table of labels and definitions."""

from __future__ import annotations

from analysis.shared.words import titled
from sim.measures import MEASURES
from sim.regimes import DECLARED_REGIMES

_MEASURES = ("engagement", "attendance_senior", "decision_rate", "outcome", "added_value")


def handout_words() -> list[tuple[str, str]]:
    """Return the words on a hand-out with what the model means by them.

    >>> dict(handout_words())["Talking shop"]
    'People come; little is decided.'
    """
    measures = [(titled(name), MEASURES[name].says) for name in _MEASURES]
    return measures + [(titled(regime.name), regime.says) for regime in DECLARED_REGIMES]
