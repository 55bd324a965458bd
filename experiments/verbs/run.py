"""Run one scenario once, month by month.

Prints the months that matter and writes into the output folder: trajectories.csv and .parquet
(every measure, one row a month), partners.csv (every body at the end), partners.parquet (every body
in every month, with the terms of its decision to attend), events.csv (who left, joined, led),
figures/ and manifest.json.

Any setting of a scenario can be changed: a place or a board by its name, a lever by its path.
With behaviour=accepted the run takes the accepted parameter set of its replicate.

For example:
  partnerships run scenario=growth_coalition place=birmingham
  partnerships run scenario=talking_shop leadership=committed levers.duty.attend=1 months=60
  partnerships run scenario=baseline_lsp replicate=3 output=answers/baseline
  partnerships run --multirun scenario=growth_coalition,talking_shop seed=1,2
  partnerships run scenario=growth_coalition --cfg job
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.comparison.all_figures import run_figures
from analysis.run.turning_points import first_time, lasting_changes, policy_dates
from experiments.behaviours import sample_of
from experiments.compose import scenario_of, verb_settings_of
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.terminal import console, plain_table
from sim import History, simulate
from sim.parameters import Whole

MILESTONE_MONTHS = 24

_TOLD = ("attendance", "engagement", "trust", "top_share", "decision_rate", "outcome")
_FINAL_COLUMNS = [
    "partner",
    "sector",
    "archetype",
    "is_member",
    "attendance_record",
    "seniority",
    "contribution_gbp_m",
    "influence",
    "belief",
    "alignment",
    "engagement",
]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class RunSettings:
    """What can be set for a run beside its scenario; the defaults are in configs/run.yaml."""

    seed: Annotated[Whole, Field(ge=0)]
    replicate: Annotated[Whole, Field(ge=0)]
    output: str | None
    overwrite: bool
    figures: bool


def task(config: DictConfig) -> None:
    """Run the scenario in ``config`` once, print what happened and write the answers."""
    sample = sample_of(config)
    scenario = scenario_of(config, sampled=sample is not None)
    settings = verb_settings_of(config, RunSettings)
    if sample is not None:
        scenario = sample.in_replicate(scenario, settings.replicate)
    target = output_folder(settings.output, verb="run", subject=scenario.name)
    question = Question(
        command=["partnerships", "run", *HydraConfig.get().overrides.task],
        scenarios={scenario.name: scenario},
        seed=settings.seed,
        replicates=range(settings.replicate, settings.replicate + 1),
    )
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        history = simulate(scenario, seed=settings.seed, replicate=settings.replicate, record_terms=True)
        write_history(history, folder)
        if settings.figures:
            run_figures(history.measures, history.partners, folder / "figures")
        write_manifest(folder, question, settings=dataclasses.asdict(settings))
    print_story(history)
    console().print(f"Answers are in {target}")


def write_history(history: History, folder: Path) -> None:
    """Write the tables of one run into ``folder``."""
    history.measures.to_csv(folder / "trajectories.csv", index=False)
    history.measures.to_parquet(folder / "trajectories.parquet", index=False)
    history.partners.to_parquet(folder / "partners.parquet", index=False)
    history.events.to_csv(folder / "events.csv", index=False)
    at_the_end = history.partners[history.partners["month"] == history.scenario.months - 1]
    at_the_end[_FINAL_COLUMNS].to_csv(folder / "partners.csv", index=False)


def print_story(history: History) -> None:
    """Print the months that matter and one closing sentence."""
    measures, scenario = history.measures, history.scenario
    run = f"seed {history.seed}, replicate {history.replicate}"
    table = plain_table(f"{scenario.name} in {scenario.place.label}, {run}")
    table.add_column("month", no_wrap=True)
    table.add_column("what happened", ratio=1)
    for heading in ("attend-\nance", "engage-\nment", "trust", "top\nshare", "decision\nrate", "outcome"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("regime", width=14)
    for month, happened in story(history).items():
        row = measures.iloc[month]
        numbers = (f"{row[name]:.3f}" if name == "outcome" else f"{row[name]:.2f}" for name in _TOLD)
        table.add_row(row["date"], "; ".join(happened), *numbers, row["regime"])
    out = console()
    out.print(table)
    since = _regime_since(measures["regime"])
    out.print(
        f"After {scenario.months} months the partnership is in the regime '{history.regime}', "
        f"as it has been since {measures['date'].iloc[since]}."
    )


def story(history: History) -> dict[int, list[str]]:
    """Return what happened by month: policies, newcomers, firsts, regimes, milestones; in order."""
    told: dict[int, list[str]] = {0: ["start"]}

    def tell(month: int, what: str) -> None:
        told.setdefault(month, []).append(what)

    policies = policy_dates(history.scenario)
    for month, what in zip(policies["month"], policies["what"], strict=True):
        tell(int(month), str(what))
    measures = history.measures
    for name, what in (
        ("months_to_first_decision", "first decision"),
        ("months_to_first_delivery", "first delivery"),
    ):
        month = first_time(measures, name)
        if month is not None:
            tell(month, what)
    of_the_partnership = history.events[history.events["partner"] == ""]
    for month, event in zip(of_the_partnership["month"], of_the_partnership["event"], strict=True):
        tell(int(month), event)
    for month in lasting_changes(measures["regime"]):
        tell(month, f"now: {measures['regime'].iloc[month]}")
    for month in range(MILESTONE_MONTHS, history.scenario.months, MILESTONE_MONTHS):
        years = month // 12
        told.setdefault(month, [f"{years} years on"])
    tell(history.scenario.months - 1, "end")
    return dict(sorted(told.items()))


def _regime_since(regimes: pd.Series) -> int:
    """Return the month since when the last regime has held without a break."""
    different = np.flatnonzero((regimes != regimes.iloc[-1]).to_numpy())
    return int(different[-1]) + 1 if different.size else 0
