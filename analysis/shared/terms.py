"""The terms of the decision to attend in words: one table for tables, figures, sentences and the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class TermWords:
    """A term of utility as people read it."""

    label: str
    """As a table names it."""
    of_a_body: str
    """As a sentence about a body names it."""
    says: str
    only_pushes: bool = False
    """It is never above zero: it only pushes away."""


TERM_WORDS: Mapping[str, TermWords] = {
    "disposition": TermWords(
        "own inclination and mandate",
        "its own mandate",
        "Lasting inclination: its mandate for the area, and its own character.",
    ),
    "habit": TermWords(
        "habit",
        "habit",
        "Who came, comes; who stayed away, stays away.",
    ),
    "fund": TermWords(
        "expected share of the fund",
        "its share of the fund",
        "Pull of the share of the pooled fund that it expects.",
    ),
    "belief": TermWords(
        "belief in results",
        "belief in results",
        "Pull of believing that the partnership delivers.",
    ),
    "cooperation": TermWords(
        "trusted others' participation",
        "trusted others taking part",
        "Pull of others coming whom it trusts.",
    ),
    "heard": TermWords(
        "being heard",
        "being heard",
        "Pull of having a fair say; a push where it has less.",
    ),
    "duty": TermWords(
        "duty to attend",
        "the duty to attend",
        "Pull of a legal duty; nothing for bodies that it does not name.",
    ),
    "scrutiny": TermWords(
        "scrutiny boards",
        "scrutiny boards",
        "Pull of being called by scrutiny boards; only publicly funded bodies.",
    ),
    "assessment": TermWords(
        "assessment of partnership working",
        "being assessed",
        "Pull of having its partnership working assessed.",
    ),
    "relief": TermWords(
        "inspection relief",
        "relief from inspection",
        "Pull of lighter inspection; nothing for bodies that nobody inspects.",
    ),
    "leadership": TermWords(
        "leadership in person",
        "a leader who chairs",
        "Pull of a leader who chairs in person.",
    ),
    "load": TermWords(
        "load of meetings and paperwork",
        "meetings and paperwork",
        "Push of meetings, paperwork, initiatives and overlapping tables.",
        only_pushes=True,
    ),
    "prescription": TermWords(
        "central prescription",
        "central prescription",
        "Push of structures and processes prescribed by the centre.",
        only_pushes=True,
    ),
    "outside": TermWords(
        "outside options",
        "other tables",
        "Push of bilateral deals, enterprise partnerships and other tables.",
        only_pushes=True,
    ),
}
"""By the name of the term, in the order of ``sim.rules.attendance.TERMS``."""
