"""The plain words of the model, one table: what a thing is called, in which unit it is told, and what it is.

Words are declared where the thing is: a measure in ``sim/measures.py``, a lever or parameter in ``sim/parameters.py``,
a term in ``sim/meetings.py``, a sector in ``sim/population.py``, a regime in ``sim/regimes.py``. Tables, figures,
texts, the page and the documents read them here, and nothing else names these things.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from sim.measures import MEASURES, Measure
from sim.meetings import TERMS
from sim.parameters import PARAMETERS, Parameter
from sim.population import DECLARED_SECTORS
from sim.regimes import DECLARED_REGIMES
from sim.spelling import path_spelt_out
from sim.terms import Term

Kind = Literal["measure", "lever", "parameter", "term", "sector", "regime"]


@dataclasses.dataclass(frozen=True)
class Word:
    """How people speak of one thing of the model."""

    name: str
    """As code, tables and commands have it; a term as its column, ``term_time``."""
    kind: Kind
    label: str
    """As it stands within a sentence."""
    unit: str
    definition: str


def vocabulary_of(
    measures: Mapping[str, Measure], parameters: Mapping[str, Parameter], terms: Mapping[str, Term]
) -> Mapping[str, Word]:
    """Return the words of all these, and of sectors and regimes, by name."""
    words = [
        *(Word(m.name, "measure", m.label, m.unit, m.says) for m in measures.values()),
        *(
            Word(p.path, "lever" if p.role == "lever" else "parameter", p.label, p.unit, p.says)
            for p in parameters.values()
        ),
        *(Word(f"term_{t.name}", "term", t.label, "utility", t.says) for t in terms.values()),
        *(Word(s.name, "sector", s.label, "bodies", s.says) for s in DECLARED_SECTORS),
        *(Word(r.name, "regime", r.name, "share of runs", r.says) for r in DECLARED_REGIMES),
    ]
    return {word.name: word for word in words}


VOCABULARY: Mapping[str, Word] = vocabulary_of(MEASURES, PARAMETERS, TERMS)
"""Every word of the model by the name of what it is for."""


def label_of(name: str) -> str:
    """Return what people call a thing, as it stands within a sentence; what has no word is spelt out.

    >>> label_of("engagement_council"), label_of("levers.duty.share_data"), label_of("term_time")
    ('engagement, council', 'duty: share data', 'scarce time')
    >>> label_of("levers.duty"), label_of("term_grudge")
    ('duty', 'grudge')
    """
    word = VOCABULARY.get(name)
    return path_spelt_out(name.removeprefix("term_")) if word is None else word.label
