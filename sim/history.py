"""One run on the Mesa engine, and what it leaves behind."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.choices import Played
from sim.labelled import as_regimes, dates_of, with_words
from sim.month import Month
from sim.partnership import PartnershipModel
from sim.randomness import replicate_named, seed_named
from sim.records import Record
from sim.scenario import Scenario, ScenarioError


@dataclasses.dataclass(frozen=True)
class History:
    """What happened in one run.

    ``measures`` has one row a month: month (0 is the first), date (its first day), every measure of ``sim.MEASURES``
    and the regime, an ordered category; ``measures.attrs["columns"]`` has label, unit and definition of each measure.
    ``partners`` has one row a month and partner; with recorded terms
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
    record: Record | None = None
    """What bodies, pairs and the table held, if it was asked for."""

    @property
    def regime(self) -> str:
        """Return the regime at the end of the run."""
        return str(self.measures["regime"].iloc[-1])


def simulate(
    scenario: Scenario,
    *,
    seed: int = 0,
    replicate: int = 0,
    record_terms: bool = False,
    month: Month | None = None,
    record: str | None = None,
    months: Sequence[int] | None = None,
    played: Played | None = None,
) -> History:
    """Run a scenario once on the Mesa engine and return its history.

    ``seed`` (a whole number from 0) names the study and ``replicate`` (from 0, below 2³²) the run in it: two
    scenarios with both the same see the same people, elections and luck. ``month`` is the list of steps, by default
    that of the scenario. ``record`` names what is kept besides of bodies, pairs and the table, one of
    ``month.records``, and ``months`` (steps from 0) of which months; None keeps it of all. ``played`` gives bodies
    their choices, by month and table (see ``sim.choices.Played``); all else goes on by its own rules.
    Raises :class:`sim.ScenarioError` for a seed or replicate that is none, an unknown record and a choice that there is
    not, and ValueError for a month that the run does not have.
    """
    seed, replicate = seed_named(seed), replicate_named(replicate)
    if months is not None and record is None:
        raise ScenarioError("months is given without record: it says of which months a record is kept; name one")
    model = PartnershipModel(
        scenario,
        seed=seed,
        replicate=replicate,
        record_terms=record_terms,
        month=month,
        record=record,
        record_months=months,
        played=played,
    )
    for _ in range(scenario.months):
        model.step()
    return history_of(model, seed=seed, replicate=replicate)


def history_of(model: PartnershipModel, *, seed: int, replicate: int) -> History:
    """Return the history of a model that has lived through its months (or through some of them)."""
    return History(
        scenario=model.request,
        seed=seed,
        replicate=replicate,
        measures=_measures_table(model),
        partners=_partners_table(model),
        events=_events_table(model),
        record=model.record,
    )


def _measures_table(model: PartnershipModel) -> pd.DataFrame:
    lived = model.month
    values = model.measures[:lived]
    measures = {name: values[:, number] for number, name in enumerate(model.plan.measures)}
    naming = model.plan.naming
    regimes = as_regimes(naming.of(measures, model.request.regimes), naming.names)
    months = {"month": np.arange(lived), "date": dates_of(model.request, range(lived))}
    table = pd.DataFrame({**months, **measures, "regime": regimes})
    return with_words(table, model.plan.measures.values(), naming.names)


def _partners_table(model: PartnershipModel) -> pd.DataFrame:
    lived, n = model.month, model.n_seats
    values = model.partner_rows[:lived].reshape(lived * n, -1)
    columns = model.plan.partner_columns(with_terms=model.record_terms)
    return pd.DataFrame(
        {
            "month": np.repeat(np.arange(lived), n),
            "partner": [partner.name for partner in model.partners] * lived,
            "sector": [partner.kind.sector for partner in model.partners] * lived,
            "archetype": [partner.kind.archetype for partner in model.partners] * lived,
            **{name: values[:, number] for number, name in enumerate(columns)},
        }
    )


def _events_table(model: PartnershipModel) -> pd.DataFrame:
    table = pd.DataFrame(model.events, columns=["month", "event", "partner"])
    table.insert(1, "date", dates_of(model.request, table["month"].tolist()))
    return table
