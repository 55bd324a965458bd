"""One run on the Mesa engine, and what it leaves behind."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from sim.measures import MEASURES
from sim.observation import PARTNER_COLUMNS
from sim.partnership import PartnershipModel
from sim.regimes import REGIMES, name_regimes
from sim.rules.attendance import TERMS
from sim.scenario import Scenario


@dataclasses.dataclass(frozen=True)
class History:
    """What happened in one run.

    ``measures`` has one row a month: month (0 is the first), date (YYYY-MM), every measure of
    ``sim.MEASURES`` and the regime. ``partners`` has one row a month and partner; with recorded terms
    also the utility terms of its decision as ``term_*`` (0 for bodies that are no members). ``events``
    has one row an event: month, date, event (new leader, reorganised, abolished, leaves, takes a seat,
    stage …, dissolved) and partner (empty if it befell the partnership).
    """

    scenario: Scenario
    seed: int
    replicate: int
    measures: pd.DataFrame
    partners: pd.DataFrame
    events: pd.DataFrame

    @property
    def regime(self) -> str:
        """Return the regime at the end of the run."""
        return str(self.measures["regime"].iloc[-1])


def simulate(scenario: Scenario, *, seed: int = 0, replicate: int = 0, record_terms: bool = False) -> History:
    """Run a scenario once on the Mesa engine and return its history.

    ``seed`` (≥ 0) names the study and ``replicate`` (≥ 0) the run in it: two scenarios with both the
    same see the same people, elections and luck.
    """
    model = PartnershipModel(scenario, seed=seed, replicate=replicate, record_terms=record_terms)
    for _ in range(scenario.months):
        model.step()
    return history_of(model, seed=seed, replicate=replicate)


def history_of(model: PartnershipModel, *, seed: int, replicate: int) -> History:
    """Return the history of a model that has lived through its months (or through some of them)."""
    return History(
        scenario=model.asked,
        seed=seed,
        replicate=replicate,
        measures=_measures_table(model),
        partners=_partners_table(model),
        events=_events_table(model),
    )


def _measures_table(model: PartnershipModel) -> pd.DataFrame:
    lived = model.month
    table = pd.DataFrame(model.measured[:lived], columns=list(MEASURES))
    regimes = name_regimes({name: table[name].to_numpy() for name in MEASURES}, model.asked.regimes)
    table.insert(0, "date", [model.asked.month_label(month) for month in range(lived)])
    table.insert(0, "month", np.arange(lived))
    table["regime"] = [REGIMES[code] for code in regimes]
    return table


def _partners_table(model: PartnershipModel) -> pd.DataFrame:
    lived, n = model.month, model.n_seats
    columns = list(PARTNER_COLUMNS) + ([f"term_{name}" for name in TERMS] if model.record_terms else [])
    table = pd.DataFrame(model.watched[:lived].reshape(lived * n, -1), columns=columns)
    table.insert(0, "archetype", np.tile([partner.kind.archetype for partner in model.partners], lived))
    table.insert(0, "sector", np.tile([partner.kind.sector for partner in model.partners], lived))
    table.insert(0, "partner", np.tile([partner.name for partner in model.partners], lived))
    table.insert(0, "month", np.repeat(np.arange(lived), n))
    return table


def _events_table(model: PartnershipModel) -> pd.DataFrame:
    table = pd.DataFrame(model.chronicle, columns=["month", "event", "partner"])
    table.insert(1, "date", [model.asked.month_label(month) for month in table["month"]])
    return table
