"""Run one scenario once, month by month.

Prints the months that matter and writes into the output folder: trajectories.csv and .parquet
(every measure, one row a month), partners.csv (every body at the end), partners.parquet (every body
in every month, with the terms of its decision to go in person), events.csv (leaders,
reorganisations, abolitions, newcomers), ties.csv (who is tied to whom at six moments), projects.csv
(with their teams and money), figures/ and manifest.json; with record=meetings ties.csv of every
month, and choices.csv (who went to which table, or sent whom); with pairs=, pairs.parquet: the
network of these months as a list of edges that networkx reads, one row a month and ordered pair of
members (source, target, trust of the source in the target, is_tied, months_together).

Any setting of a scenario can be changed: a place or a board by its name, a lever by its path.
Where behaviour names a sample of parameter sets, the run takes that of its replicate.

For example:
  partnerships run scenario=growth_coalition place=birmingham
  partnerships run scenario=talking_shop leadership=committed levers.duty.attend=1 months=60
  partnerships run scenario=baseline_lsp replicate=3 output=answers/baseline
  partnerships run record=meetings months=60
  partnerships run scenario=talking_shop pairs=[2002-03,2013-03]
  partnerships run pairs=all months=60
  partnerships run --multirun scenario=growth_coalition,talking_shop seed=1,2
  partnerships run scenario=growth_coalition --cfg job
  partnerships run --multirun objective=engagement levers.staff_team=0,1,2
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure
from rich.table import Table

from analysis.run.figures import run_figures
from analysis.run.ranks import rank_strips
from analysis.run.ties import project_bars, tie_networks
from analysis.run.turning_points import policy_dates
from analysis.run.words import ending, story
from analysis.shared.words import decimals
from experiments.command import Command
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.runs.networks import months_named
from experiments.runs.objective import objective_of_run, refuse_unknown_objective
from experiments.runs.ties import MEETINGS, TiedRun, tied_run
from experiments.settings import Figures, Names, Seed, checked
from experiments.terminal import plain_table
from sim import History, Scenario, month_of

_SHOWN = ("attendance", "attendance_senior", "engagement", "top_share", "decision_rate", "added_value")


@checked
class RunSettings:
    """What can be set for a run beside its scenario; the defaults are in configs/run.yaml."""

    seed: Seed
    replicate: Seed
    record: str | None
    pairs: Names
    objective: str | None
    output: str | None
    overwrite: bool
    figures: Figures


def subject(settings: RunSettings, command: Command) -> str:
    """Return the name of the scenario."""
    return command.scenario().name


def work(settings: RunSettings, command: Command) -> Results:
    """Run the scenario once, with the terms of every decision."""
    scenario = command.scenario()
    if command.sample is not None:
        scenario = command.sample.in_replicate(scenario, settings.replicate)
    seed, replicate = settings.seed, settings.replicate
    _refuse_unknown(settings.record, scenario)
    refuse_unknown_objective(settings.objective)
    paired = months_named(settings.pairs, scenario)
    tied = tied_run(scenario, seed=seed, replicate=replicate)
    history = tied.history
    at_the_end = history.partners[history.partners["month"] == scenario.months - 1]
    return Results(
        scenarios={scenario.name: scenario},
        seed=settings.seed,
        replicates=range(settings.replicate, settings.replicate + 1),
        tables={
            "trajectories.csv": history.measures,
            "trajectories.parquet": history.measures,
            "partners.parquet": history.partners,
            "events.csv": history.events,
            "partners.csv": at_the_end[["partner", "sector", "archetype", *month_of(scenario).columns]],
            **_tables_of(tied, whole=settings.record is not None),
            **({"pairs.parquet": tied.pairs(paired)} if paired else {}),
        },
        figures=run_figures(history.measures, history.partners) | _figures_of(tied),
        words=[_table(history), ending(history.measures)],
        objective=objective_of_run(history, settings.objective) if settings.objective else None,
        numbers=command.sample.says_of(settings.replicate) if command.sample else None,
    )


def _refuse_unknown(record: str | None, scenario: Scenario) -> None:
    """Refuse a record that is none of the month's, or of which no tables are written."""
    if record is None:
        return
    month_of(scenario).recorder(record)
    if record != MEETINGS:
        raise CommandError(f"record = {record!r} has no tables: in Python, simulate(..., record={record!r}) returns it")


def _tables_of(tied: TiedRun, *, whole: bool) -> dict[str, pd.DataFrame]:
    """Return who worked with whom: at a few moments, or the whole record."""
    if whole:
        return {"ties.csv": tied.all_ties, "projects.csv": tied.projects, "choices.csv": tied.choices}
    return {"ties.csv": tied.ties, "projects.csv": tied.projects}


def _figures_of(tied: TiedRun) -> dict[str, Callable[[], Figure]]:
    """Return how to draw who came where in which rank, and who worked with whom."""
    dates, partners = tied.history.measures["date"], tied.history.partners
    choices = month_of(tied.history.scenario).choices
    return {
        "ranks": lambda: rank_strips(tied.choices, partners, dates, tables=choices.tables, ranks=choices.ranks),
        "ties": lambda: tie_networks(tied.ties, tied.bodies),
        "projects": lambda: project_bars(tied.projects, dates, list(partners["partner"].unique())),
    }


def _table(history: History) -> Table:
    """Return the months that matter."""
    measures, scenario = history.measures, history.scenario
    run = f"seed {history.seed}, replicate {history.replicate}"
    table = plain_table(f"{scenario.name} in {scenario.place.label}, {run}")
    table.add_column("month", no_wrap=True)
    table.add_column("what happened", ratio=1)
    for heading in ("attend-\nance", "in\nperson", "engage-\nment", "top\nshare", "decision\nrate", "added\nvalue"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("regime", width=14)
    for month, happened in story(measures, history.events, policy_dates(scenario)).items():
        row, date = measures.iloc[month], scenario.month_label(month)
        numbers = (decimals(row[name], 3 if name == "added_value" else 2) for name in _SHOWN)
        table.add_row(date, "; ".join(happened), *numbers, row["regime"])
    return table
