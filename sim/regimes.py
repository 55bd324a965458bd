"""What months of a partnership are called: words given from measures by published thresholds and by nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

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
    Regime("dissolved", "The partnership was abolished.", "were dissolved"),
    Regime(
        "hollow",
        "Hardly any seat is filled in person: empty chairs, or juniors who cannot commit.",
        "were hollowed out",
    ),
    Regime(
        "single-agency domination",
        "One body has a third of all influence or more, and much is decided.",
        "came to be dominated by one body",
    ),
    Regime(
        "growth coalition",
        "At least half of the members, from three sectors or more, are tied to one another, decide much and add value.",
        "became growth coalitions",
    ),
    Regime("talking shop", "People come; little is decided.", "became talking shops"),
    Regime(
        "working partnership",
        "It decides, and works together on some things, without being a growth coalition.",
        "worked together",
    ),
    Regime("unsettled", "None of these.", "came to none of these"),
)
"""In the order in which they are asked for; what is left is unsettled."""

REGIMES: tuple[str, ...] = tuple(regime.name for regime in DECLARED_REGIMES)
DISSOLVED, HOLLOW, DOMINATION, GROWTH, TALKING, WORKING, UNSETTLED = range(len(REGIMES))

READ: tuple[str, ...] = (
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
"""Measures that regimes are named from."""


def name_regimes(measures: Mapping[str, NDArray[np.float64]], thresholds: RegimeThresholds) -> NDArray[np.int8]:
    """Return the regime (position in ``REGIMES``) of every month.

    ``measures`` maps ``READ`` to arrays of one shape. Attendance by anybody and in person (``attendance_senior``)
    and ``decision_rate`` are of the last twelve months, as they are defined; the share of the most influential member,
    the share of members in the core, the sectors there, the ties in use and the added value are as they stand in the
    month. Nothing is averaged here. What cannot be compared, because a number is missing, meets no threshold.
    """
    gone, present, in_person, decided, top, core, sectors, used, added = (
        np.asarray(measures[name], dtype=np.float64) for name in READ
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
    return np.select(conditions, list(range(len(conditions))), default=UNSETTLED).astype(np.int8)


@dataclasses.dataclass(frozen=True)
class Naming:
    """How months of a run are named: ``of(measures, thresholds)`` gives positions in ``names``."""

    names: tuple[str, ...]
    of: Callable[[Mapping[str, NDArray[np.float64]], RegimeThresholds], NDArray[np.int8]]


NAMING = Naming(REGIMES, name_regimes)
"""How the model names months; an extension may have its own."""
