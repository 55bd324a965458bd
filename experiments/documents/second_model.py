"""What the second model does with numbers set by hand: ``python -m experiments.documents.second_model``.

Looked at are patterns that its numbers will be fitted to, and whether scenarios are what they are called. Patterns that
are held out are not looked at. Nothing here is evidence: the numbers were set by hand with these rows in view.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.patterns.structure import dyadic_share, transitivity_excess
from analysis.shared.summaries import t_interval, wilson_interval
from experiments.compose import load_scenario
from experiments.documents.evidence import EVIDENCE
from experiments.runs.counterfactual import without
from sim import Ensemble, PartnershipModel, Scenario, month_of, simulate_ensemble
from sim.regimes import WORDS

FILE = EVIDENCE / "second_model.csv"
EXTENSION = "extension=sim.second"
MAY_2010, MARCH_2013 = 109, 143
"""Months of a run that begins in April 2001."""

SEED = 2026
NAMES_COME_TRUE = ("growth_coalition", "talking_shop", "single_agency_domination")
"""Scenarios that are called as their months should be."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """One number, and what is asked of it."""

    id: str
    what: str
    value: float
    low: float
    high: float
    wanted: str
    is_met: bool


def seen(*, replicates: int, trust_replicates: int) -> list[Seen]:
    """Return what is seen in so many runs of each scenario; of trust between bodies, in fewer."""
    found: list[Seen] = []
    for fund, scenario in {"funded": _england(), "unfunded": without(_england(), "fund").scenario}.items():
        ensemble = _lived(scenario, replicates)
        gone, regimes = ensemble["is_dissolved"][0], np.array(ensemble.regime_names)[ensemble.regimes[0]]
        found.append(_share("N1", f"dissolved by May 2010, {fund}", gone[:, MAY_2010] > 0.5, 0.0, 0.05))
        weak = np.isin(regimes[:, MARCH_2013], ("dissolved", "hollow"))
        found.append(_share("N2", f"dissolved or hollow in March 2013, {fund}", weak, 0.5, 0.75))
        engaged = ensemble["engagement"][0]
        stronger = engaged[:, 132:144].mean(axis=1) > engaged[:, 96:108].mean(axis=1)
        found.append(_share("N2", f"more engaged than in 2009-10, {fund}", stronger, 0.02, 0.20))
    found += _talking(_lived(_scenario("talking_shop"), replicates))
    found += _structure(_scenario("baseline_lsp"), trust_replicates)
    found.append(_without_ties(_scenario("growth_coalition"), replicates))
    ordinary = _lived(_scenario("baseline_lsp"), replicates)
    found.append(_mean("N8", "share of members that pooled in 2008", ordinary["pooling_share"][0, :, 84:96], 0.25, 0.5))
    found.append(
        _mean("N10", "added value after 84 months, points", 100 * ordinary["added_value"][0, :, 83:84], 0.0, 2.0)
    )
    for name in NAMES_COME_TRUE:
        ensemble = _lived(_scenario(name), replicates)
        regime = next(word for word in WORDS if word.replace(" ", "_").replace("-", "_") == name)
        named = np.array(ensemble.regime_names)[ensemble.regimes[0]] == regime
        found.append(_mean("name", f"{name}: share of months called {regime}", named.astype(np.float64), 0.5, 1.0))
    return found


def _scenario(name: str) -> Scenario:
    return load_scenario(name, [EXTENSION])


def _england() -> Scenario:
    return _scenario("england_2001_2013")


def _lived(scenario: Scenario, replicates: int) -> Ensemble:
    return simulate_ensemble([scenario], replicates=replicates, seed=SEED)


def _talking(ensemble: Ensemble) -> Iterator[Seen]:
    """Give how often it meets its definition in the worst of years 3 to 12, and how often two decisions are taken."""
    attendance, decisions = ensemble["attendance"][0], ensemble["decision_rate"][0]
    years = [slice(12 * year, 12 * year + 12) for year in range(2, 12)]
    talks = np.array([(attendance[:, y].mean(axis=1) >= 0.4) & (decisions[:, y.stop - 1] <= 0.25) for y in years])
    worst = talks[talks.mean(axis=1).argmin()]
    yield _share("N3", "meets its definition, in the worst of years 3 to 12", worst, 0.6, 1.0)
    taken = 12 * sum(decisions[:, y.stop - 1] for y in years)
    yield _share("N3", "takes two decisions in those ten years", np.asarray(taken >= 2.0 - 1e-9), 0.6, 1.0)


def _without_ties(scenario: Scenario, replicates: int) -> Seen:
    """Return how often a growth coalition is still one if no ties are ever made."""
    month = month_of(scenario).without("made_or_lost")
    bare = dataclasses.replace(
        month, launch_steps=tuple(step for step in month.launch_steps if step.name != "first_tie")
    )
    ensemble = simulate_ensemble([scenario], replicates=replicates, seed=SEED, month=bare)
    ends = np.array(ensemble.regime_names)[ensemble.final_regimes[0]] == "growth coalition"
    return _share("N17", "growth_coalition without ties: growth coalition at the end", ends, 0.0, 0.2)


def _structure(scenario: Scenario, replicates: int) -> Iterator[Seen]:
    """Give what of trust lies between two bodies, and how ties close, of runs on the Mesa engine."""
    first, last, excess = [], [], []
    for replicate in range(replicates):
        model = PartnershipModel(scenario, seed=SEED, replicate=replicate)
        first.append(_between(model))
        for _ in range(scenario.months):
            model.step()
        last.append(_between(model))
        excess.append(transitivity_excess(np.array([body.tie for body in model.partners]), graphs=40, seed=replicate))
    yield _mean("N7", "dyadic share of trust at the launch", np.array(first)[:, None], 0.0, 0.18)
    yield _mean("N7", "dyadic share of trust in year 12", np.array(last)[:, None], 0.2, 1.0)
    yield _mean("N7", "transitivity above random graphs of the same degrees", np.array(excess)[:, None], 1e-9, 1.0)


def _between(model: PartnershipModel) -> float:
    return float(dyadic_share(np.array([body.trust for body in model.partners])))


def _share(id: str, what: str, flags: NDArray[np.bool_], least: float, most: float) -> Seen:
    low, high = wilson_interval(int(flags.sum()), total=len(flags))
    value = float(flags.mean())
    return Seen(id, what, value, low, high, f"{least:g} to {most:g}", least <= value <= most)


def _mean(id: str, what: str, values: NDArray[np.float64], least: float, most: float) -> Seen:
    by_run = values.mean(axis=1)
    mean, low, high = (float(number[0]) for number in t_interval(by_run[:, None]))
    wanted = "above 0" if least == 1e-9 else f"{least:g} to {most:g}"
    return Seen(id, what, mean, low, high, wanted, least <= mean <= most)


def main() -> int:
    """Write down what is seen, print it, and return the exit code."""
    table = pd.DataFrame([dataclasses.asdict(one) for one in seen(replicates=400, trust_replicates=30)])
    table.to_csv(FILE, index=False, float_format="%.4g")
    print(table.to_string(index=False))
    print(f"written: {FILE}; then: python -m experiments.documents.tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
