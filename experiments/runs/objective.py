"""What a sweeper of Hydra optimises: one number that a job comes to, returned and recorded in its manifest."""

from __future__ import annotations

import pandas as pd

from analysis.shared.outcomes import outcome_of, outcomes
from analysis.shared.summaries import RUN_KEYS, ByColumns, months_with
from experiments.errors import CommandError
from sim import History

OBJECTIVE = "objective"
"""The name of the setting."""


def refuse_unknown_objective(name: str | None) -> None:
    """Raise CommandError for a name that is no outcome, such as engagement, mean_trust or trust@2006-04."""
    if name is None:
        return
    try:
        outcome_of(name)
    except ValueError as error:
        raise CommandError(f"{OBJECTIVE}: {error}") from None


def objective_of_run(history: History, name: str) -> float:
    """Return what one run comes to, in the unit of the outcome ``name`` (see ``analysis.shared.outcomes``)."""
    asked = outcome_of(name)
    months = history.measures.assign(scenario=history.scenario.name, replicate=history.replicate)
    if asked.read == "months_in":
        return float((months["regime"] == asked.column).sum())
    return float(_each(months.tail(1), months, name)["value"].iloc[0])


def objective_of_comparison(runs: ByColumns, trajectories: ByColumns, name: str, *, reference: str) -> float:
    """Return the mean difference of the first scenario that is not the ``reference`` from it, over paired runs."""
    column = outcome_of(name).column
    months = months_with(trajectories, *({column, "regime"} & set(trajectories)))
    finals = runs[[*RUN_KEYS, *({column} & set(runs) - set(RUN_KEYS))]]
    wide = _each(finals, months, name).pivot(index="replicate", columns="scenario", values="value")
    other = next(scenario for scenario in finals["scenario"].unique() if scenario != reference)
    return float((wide[other] - wide[reference]).mean())


def _each(runs: pd.DataFrame, months: pd.DataFrame, name: str) -> pd.DataFrame:
    try:
        return outcomes(runs.assign(draw=0), [name], trajectories=months.assign(draw=0))
    except ValueError as error:
        raise CommandError(f"{OBJECTIVE}: {error}") from None
