"""Set the model against experiments: a public-goods game and a minimum-effort game.

The same model in its limiting case: four equal bodies, no lead, no levers, ten periods, contributions as a
share of what each could give (scenarios study/public_goods and study/public_goods_sanctions). What comes out
is set against the mean contributions of sixteen cities (Herrmann, Thöni and Gächter 2008), with and without
sanctions, by criteria that were fixed before the fit.

refit=true first chooses the docked parameters anew, by least squares on both series (SciPy), and goes on with
them; the values in force are in configs/behaviour/docked.yaml and sim/parameters.py.

coordination=true (the default) also runs three boards of sixteen in which results need everybody: begun at
once, grown from four with informed newcomers, and with uninformed ones (scenarios study/coordination_*), and
says which findings of coordination experiments (Van Huyck, Battalio and Beil 1990, Weber 2006) they show.

Writes docking.csv (arm, period, simulated mean with interval, observed, difference), rmse.csv, criteria.csv,
coordination.csv, conclusions.txt, figures/, manifest.json and, after a refit, fitted.csv.

A setting given here (a parameter, a lever) holds for both arms of the public-goods game.

For example:
  partnerships dock
  partnerships dock replicates=10000 seed=3
  partnerships dock refit=true
  partnerships dock refit=true mechanisms.conditional_cooperator_share=0.8
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field
from rich.table import Table

from analysis.docking import coordination
from analysis.docking import public_goods as docking
from experiments.command import Command
from experiments.output.frame import Results
from experiments.runs.coordination import coordination_scenarios, efforts
from experiments.runs.public_goods import SCENARIOS, simulated_groups
from experiments.search.docking import DockingFit, fitted
from experiments.settings import Seed, checked
from experiments.terminal import filled_table
from experiments.values import with_values
from sim.parameters import Whole


@checked
class DockSettings:
    """What can be set beside the scenarios; the defaults are in configs/dock.yaml."""

    replicates: Annotated[Whole, Field(ge=2, le=1_000_000)]
    seed: Seed
    refit: bool
    coordination: bool
    coordination_replicates: Annotated[Whole, Field(ge=2, le=100_000)]
    output: str | None
    overwrite: bool
    figures: bool


def work(settings: DockSettings, command: Command) -> Results:
    """Run the games and set them against what was seen."""
    asked = command.scenarios(tuple(SCENARIOS.values()))
    scenarios = dict(zip(SCENARIOS, asked.values(), strict=True))
    tables: dict[str, pd.DataFrame] = {}
    words: list[str | Table] = []
    if settings.refit:
        fit = fitted(scenarios)
        tables["fitted.csv"] = fit.table()
        words.append(_fit_table(fit))
        scenarios = {arm: with_values(scenario, fit.values) for arm, scenario in scenarios.items()}
    groups = simulated_groups(scenarios, replicates=settings.replicates, seed=settings.seed)
    table = docking.docking_table(groups)
    criteria = docking.verdicts(table)
    tables |= {"docking.csv": table, "rmse.csv": docking.rmse(table), "criteria.csv": criteria}
    figures: dict[str, Callable[[], Figure]] = {"docking": partial(docking.docking_figure, table)}
    text = docking.docking_words(table) + "\n"
    games = coordination_scenarios() if settings.coordination else {}
    if games:
        effort = efforts(games, replicates=settings.coordination_replicates, seed=settings.seed)
        tables["coordination.csv"] = coordination.coordination_findings(effort)
        figures["coordination"] = partial(coordination.coordination_figure, effort)
        text += "\n" + coordination.coordination_words(tables["coordination.csv"]) + "\n"
    return Results(
        scenarios={scenario.name: scenario for scenario in (*scenarios.values(), *games.values())},
        seed=settings.seed,
        replicates=range(settings.replicates),
        tables=tables,
        texts={"conclusions.txt": text},
        figures=figures,
        words=[*words, text + "\n", _series_table(table), _criteria_table(criteria)],
    )


def _fit_table(fit: DockingFit) -> Table:
    rows = (
        (row["path"], f"{row['value']:.4g}", f"{row['standard_error']:.2g}", f"{row['low']:g} to {row['high']:g}")
        for row in fit.table().to_dict("records")
    )
    headings = ("path", "value", "standard error", "searched")
    return filled_table(
        f"Docked parameters (least squares, {fit.evaluations} evaluations)", headings, rows, right=headings[1:]
    )


def _series_table(table: pd.DataFrame) -> Table:
    """Return both series, period by period."""
    headings = ("arm", "period", "simulated", "95 % interval", "observed", "difference")
    rows = (
        (
            row["arm"],
            str(row["period"]),
            f"{row['simulated']:.2f}",
            f"{row['ci_low']:.2f} to {row['ci_high']:.2f}",
            f"{row['observed']:.2f}",
            f"{row['difference']:+.2f}",
        )
        for row in table.to_dict("records")
    )
    return filled_table(f"Mean contribution, tokens of {docking.ENDOWMENT_TOKENS}", headings, rows, right=headings[1:])


def _criteria_table(criteria: pd.DataFrame) -> Table:
    rows = (
        (row["id"], row["what"], f"{row['value']:.3f}", "passed" if row["passed"] else "FAILED")
        for row in criteria.to_dict("records")
    )
    return filled_table("Criteria", ("id", "what", "value", "verdict"), rows, right=("value",))
