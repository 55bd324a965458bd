"""What the months of a run are called in the second model, and from which numbers on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.parameters import RegimeThresholds
from sim.regimes import WORDS, Naming, WordThresholds, name_by_words

LEVELS = WordThresholds(
    hollow_in_person=0.15,
    domination_top_share=0.33,
    domination_decisions=0.25,
    growth_core_share=0.5,
    growth_core_sectors=3.0,
    growth_decisions=0.3,
    growth_added_value=0.0,
    talking_attendance=0.4,
    talking_decisions=0.25,
    working_decisions=0.25,
    working_ties=1.0,
)
"""Where one word ends and the next begins: fixed before anything is fitted."""


def named(measures: Mapping[str, NDArray[np.float64]], _thresholds: RegimeThresholds) -> NDArray[np.int8]:
    """Return the word for every month, as a position in ``sim.regimes.WORDS``."""
    return name_by_words(measures, LEVELS)


SECOND_NAMING = Naming(WORDS, named)
