"""The five regimes, named from measures by published thresholds and by nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

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
