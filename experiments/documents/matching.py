"""How many times as many ties and items the reshuffled null needs, to have as many ties and decisions as the model.

Two factors are looked for, one after the other and again, each by Brent's method on the same runs: that of ties until
mean ties agree, that of items until mean decisions do. What is looked at is years 5 to 12, over runs of the ordinary
partnership. A factor below 1 means that the null has more than the model of itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache

import numpy as np
import scipy
from numpy.typing import NDArray

from experiments.compose import load_scenario
from sim import Ensemble, simulate_ensemble

SEED, RUNS = 2026, 400
"""Runs in which ties and decisions are matched."""

CLOSE, NEAR_ENOUGH = 0.005, 0.05
"""How near to the model the search goes, and how near was declared to be near enough."""

LEAST, MOST = 0.1, 5.0
"""Factors that are tried. Five times as many items fill every meeting."""

ROUNDS = 5
FIRST_MONTH, MONTHS = 48, 144
"""Years 5 to 12."""


@dataclasses.dataclass(frozen=True)
class Amounts:
    """Mean number of ties and decisions a month, run by run."""

    ties: NDArray[np.float64]
    decisions: NDArray[np.float64]

    def against(self, model: Amounts) -> tuple[float, float]:
        """Return ties and decisions as multiples of those of the model."""
        return _ratio(self.ties, model.ties), _ratio(self.decisions, model.decisions)

    def errors_against(self, model: Amounts) -> tuple[float, float]:
        """Return the standard errors of these multiples, of runs that share their draws."""
        return _error(self.ties, model.ties), _error(self.decisions, model.decisions)


@dataclasses.dataclass(frozen=True)
class Factors:
    """How many times as often ties form and items are raised; ``is_reached``: both agree with the model."""

    ties: float = 1.0
    items: float = 1.0
    is_reached: bool = False

    def having(self, name: str, value: float) -> Factors:
        """Return factors of which the named one is another."""
        return Factors(ties=value, items=self.items) if name == "ties" else Factors(ties=self.ties, items=value)

    @property
    def own(self) -> dict[str, float]:
        """Return them as settings of the null, to six digits."""
        return {"more_ties": float(f"{self.ties:.6g}"), "more_items": float(f"{self.items:.6g}")}

    @property
    def settings(self) -> list[str]:
        """Return them as a scenario is given them."""
        return [f"own.{name}={value:.6g}" for name, value in self.own.items()]


def amounts_of(ensemble: Ensemble) -> Amounts:
    """Return the amounts of each run of an ensemble with one scenario."""
    members = ensemble.array_of("n_members")[0][:, FIRST_MONTH:]
    ties = ensemble.array_of("tie_density")[0][:, FIRST_MONTH:] * members * (members - 1.0) / 2.0
    # Decisions are reported as a mean over twelve months: at the end of each year, of that year.
    return Amounts(ties.mean(axis=1), ensemble.array_of("decision_rate")[0][:, FIRST_MONTH + 11 :: 12].mean(axis=1))


def factors_for(model: Amounts, lived: Callable[[Factors], Amounts]) -> Factors:
    """Return the factors at which what is ``lived`` has as many ties and decisions as the model.

    Meetings have room for so many items and no more. Where all of it does not bring decisions up to those of the model,
    ties are raised further, until there are as many too many of them as decisions are too few.
    """
    ratios = cache(lambda factors: lived(factors).against(model))

    def changed(found: Factors, name: str, off: Callable[[tuple[float, float]], float]) -> Factors:
        """Return factors of which the named one is such that ``off``, of both ratios, is 0."""
        root = _root(lambda value: off(ratios(found.having(name, value))), getattr(found, name))
        return found.having(name, root)

    found = Factors()
    for _ in range(ROUNDS):
        found = changed(found, "ties", lambda reached: reached[0] - 1.0)
        found = changed(found, "items", lambda reached: reached[1] - 1.0)
        if found.items == MOST:
            found = changed(found, "ties", lambda reached: reached[0] + reached[1] - 2.0)
        if found.items == MOST or _furthest(ratios(found)) <= 2.0 * CLOSE:
            break
    return dataclasses.replace(found, is_reached=_furthest(ratios(found)) <= NEAR_ENOUGH)


def search(model: Amounts) -> Factors:
    """Return the factors for the ordinary partnership, given the amounts of its runs in the model."""
    return factors_for(model, lambda factors: amounts_of(matched(factors, seed=SEED, replicates=RUNS)))


def matched(factors: Factors, *, seed: int, replicates: int) -> Ensemble:
    """Return runs of the ordinary partnership with ties reshuffled, and so many more ties and items."""
    extension = "extension=sim.nulls.reshuffled_matched"
    scenario = load_scenario("baseline_lsp", [extension, *factors.settings])
    return simulate_ensemble([scenario], replicates=replicates, seed=seed)


def _root(off: Callable[[float], float], here: float) -> float:
    """Return where ``off`` is 0, going out from ``here``; the end of what is tried if it is nowhere."""
    now = off(here)
    if abs(now) <= CLOSE:
        return here
    end, wider = (MOST, 1.25) if now < 0.0 else (LEAST, 0.8)
    while here != end:
        last, here = here, min(MOST, max(LEAST, here * wider))
        if off(here) * now <= 0.0:
            return float(scipy.optimize.brentq(off, *sorted((last, here)), xtol=CLOSE))
        wider *= wider
    return end


def _furthest(ratios: tuple[float, float]) -> float:
    return max(abs(ratio - 1.0) for ratio in ratios)


def _ratio(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    return float(ours.mean() / theirs.mean())


def _error(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    each = ours / ours.mean() - theirs / theirs.mean()
    return _ratio(ours, theirs) * float(each.std(ddof=1) / np.sqrt(len(each)))
