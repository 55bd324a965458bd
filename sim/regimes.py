"""Regimes, named from measures by published thresholds and by nothing else.

First the five of the first model, then the seven words of the second.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.parameters import RegimeThresholds


@dataclasses.dataclass(frozen=True)
class Regime:
    """What a partnership may come to: the name, which is its label, and what people read of it."""

    name: str
    says: str
    fate: str
    """What partnerships do that end so, after a number of them."""


DECLARED_REGIMES = (
    Regime(
        "growth coalition",
        "Broad engagement that decides and delivers; nobody dominates.",
        "became growth coalitions",
    ),
    Regime("talking shop", "People come; little is decided or delivered.", "became talking shops"),
    Regime(
        "single-agency domination",
        "One body has a third of all influence or more.",
        "came to be dominated by one body",
    ),
    Regime("hollowed out", "Seats stand empty or are filled by juniors.", "were hollowed out"),
    Regime("dissolved", "The partnership was abolished.", "were dissolved"),
)

REGIMES: tuple[str, ...] = tuple(regime.name for regime in DECLARED_REGIMES)
GROWTH, TALKING, DOMINATION, HOLLOW, DISSOLVED = range(5)


def trailing_mean(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Return the mean of the last ``window`` entries along the last axis (of fewer at the start)."""
    sums = np.cumsum(values, axis=-1)
    sums[..., window:] = sums[..., window:] - sums[..., :-window]
    counts = np.minimum(np.arange(1, values.shape[-1] + 1), window)
    return np.asarray(sums / counts)


def name_regimes(measures: Mapping[str, NDArray[np.float64]], thresholds: RegimeThresholds) -> NDArray[np.int8]:
    """Return the regime (position in ``REGIMES``) of every month.

    ``measures`` maps engagement, top_share, decision_rate, delivered and is_dissolved to arrays whose
    last axis is months. Checked in this order: abolished; the seats empty or filled by juniors; one
    body with too much influence; broad engagement that decides and delivers. A partnership whose
    members come, none of them dominating, and which does not get that far is a talking shop.
    """
    window = thresholds.window_months
    engagement, top_share, decisions, delivered = (
        trailing_mean(np.asarray(measures[name], dtype=np.float64), window)
        for name in ("engagement", "top_share", "decision_rate", "delivered")
    )
    delivers = (
        (engagement >= thresholds.growth_engagement)
        & (decisions >= thresholds.growth_decision_rate)
        & (delivered >= thresholds.growth_delivery)
    )
    return np.select(
        [
            np.asarray(measures["is_dissolved"]) > 0.5,
            engagement < thresholds.hollow_engagement,
            top_share >= thresholds.domination_top_share,
            delivers,
        ],
        [DISSOLVED, HOLLOW, DOMINATION, GROWTH],
        default=TALKING,
    ).astype(np.int8)


@dataclasses.dataclass(frozen=True)
class Naming:
    """How months of a run are named: ``of(measures, thresholds)`` gives positions in ``names``."""

    names: tuple[str, ...]
    of: Callable[[Mapping[str, NDArray[np.float64]], RegimeThresholds], NDArray[np.int8]]


FIRST_NAMING = Naming(REGIMES, name_regimes)


# ------------------------------------------------------------------------- the words of the second model

WORDS: tuple[str, ...] = (
    "dissolved",
    "hollow",
    "single-agency domination",
    "growth coalition",
    "talking shop",
    "working partnership",
    "unsettled",
)
"""What a month of a partnership may be called, in the order in which it is asked; what is left is unsettled."""


def names_of_regimes(used: Iterable[str]) -> tuple[str, ...]:
    """Return the list of names that those ``used`` belong to: that of the first model, or of the second.

    >>> names_of_regimes(["unsettled", "dissolved"]) == WORDS
    True
    """
    return WORDS if set(used) - set(REGIMES) else REGIMES


@dataclasses.dataclass(frozen=True)
class WordThresholds:
    """Where one word ends and the next begins. The numbers are in ``configs/pattern/second/regimes.yaml``."""

    hollow_in_person: float
    """Below this share of seats filled in person it is hollow, whatever juniors sit there (S2)."""
    domination_top_share: float
    """From this share of influence one body dominates, if more than ``domination_decisions`` a month are taken (S2)."""
    domination_decisions: float
    growth_core_share: float
    """From this share of members in the core it may be a growth coalition (S0)."""
    growth_core_sectors: float
    growth_decisions: float
    growth_added_value: float
    """Decisions a month and added value (shares of the gap) that a growth coalition has more than."""
    talking_attendance: float
    """From this share of seats filled, by anybody, it meets, and talks if it decides no more than ``talking_decisions``
    a month (S2, S3)."""
    talking_decisions: float
    working_decisions: float
    """Above these decisions a month a partnership works, if at least ``working_ties`` of its ties are in use."""
    working_ties: float


WORDS_READ: tuple[str, ...] = (
    "is_dissolved",
    "attendance",
    "attendance_senior",
    "decision_rate",
    "top_share",
    "core_share",
    "core_sectors",
    "ties_used",
    "added_value",
)
"""Measures that words are given by."""


def name_by_words(measures: Mapping[str, NDArray[np.float64]], thresholds: WordThresholds) -> NDArray[np.int8]:
    """Return the word (position in ``WORDS``) for every month.

    ``measures`` maps ``WORDS_READ`` to arrays of one shape. Attendance by anybody and in person (``attendance_senior``)
    and ``decision_rate`` are of the last twelve months, as they are defined; the share of the most influential member,
    the share of members in the core, the sectors there, the ties in use and the added value are as they stand in the
    month. Nothing is averaged here. What cannot be compared, because a number is missing, meets no threshold.
    """
    gone, present, in_person, decided, top, core, sectors, used, added = (
        np.asarray(measures[name], dtype=np.float64) for name in WORDS_READ
    )
    t = thresholds
    conditions = [
        gone > 0.5,
        in_person < t.hollow_in_person,
        (top >= t.domination_top_share) & (decided > t.domination_decisions),
        (core >= t.growth_core_share)
        & (sectors >= t.growth_core_sectors)
        & (decided > t.growth_decisions)
        & (added > t.growth_added_value),
        (present >= t.talking_attendance) & (decided <= t.talking_decisions),
        (decided > t.working_decisions) & (used >= t.working_ties),
    ]
    return np.select(conditions, list(range(len(conditions))), default=len(conditions)).astype(np.int8)
