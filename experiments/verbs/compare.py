"""Compare scenarios: the same worlds, one thing changed.

Runs every scenario with the same replicates (same people, elections and luck), so differences are
paired. Prints the conclusions and the headline measures and writes into the output folder:
summary.csv, contrasts.csv, regimes.csv, conclusions.txt, runs.parquet, trajectories.parquet,
figures/ and manifest.json.

A setting given here (place=, months=, a lever) holds for every scenario that is compared.
With behaviour=accepted each replicate takes the next of the parameter sets that the calibration
accepted, the same one in every scenario, so that they differ by luck and by parameters; how far the
differences vary between the sets is in parameter_uncertainty.csv.

For example:
  partnerships compare
  partnerships compare scenarios=[baseline_lsp,sigoma_stick,sigoma_carrot] replicates=100
  partnerships compare place=birmingham reference=talking_shop
  partnerships compare scenarios=[baseline_lsp,nrf_cliff_2008] measures=[engagement,trust,outcome]
  partnerships compare behaviour=accepted replicates=400
  partnerships compare --multirun place=birmingham,barnsley
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import pandas as pd
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.comparison.all_figures import comparison_figures
from analysis.comparison.uncertainty import contrasts_by_set, sets_in_words
from analysis.comparison.words import SCOPE, SCOPE_WITH_PARAMETERS, conclusions
from analysis.shared import summaries
from experiments.behaviours import sample_of
from experiments.compose import Names, scenarios_asked, verb_settings_of
from experiments.errors import CommandError
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.runs.pairs import Engine, RunTable, run_pairs
from experiments.terminal import console, plain_table
from sim import MEASURES, Scenario
from sim.parameters import Whole
from sim.scenario import nearest

HEADLINES = ("attendance", "engagement", "trust", "top_share", "decision_rate", "outcome", "added_value")
"""Measures in the printed table unless ``measures`` asks for others."""

USUAL_REFERENCE = "baseline_lsp"
CENTRAL_PAIR = ("growth_coalition", "talking_shop")
"""The question of the whole project, so this contrast is drawn whenever both are compared."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class CompareSettings:
    """What can be set for a comparison beside the scenarios; the defaults are in configs/compare.yaml."""

    scenarios: Names
    reference: str | None
    replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    seed: Annotated[Whole, Field(ge=0)]
    engine: Engine
    workers: Annotated[Whole, Field(ge=1, le=1_024)] | None
    output: str | None
    overwrite: bool
    figures: bool
    measures: Names | None = None


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The tables that a comparison comes to."""

    summary: pd.DataFrame
    contrasts: pd.DataFrame
    regimes: pd.DataFrame


def task(config: DictConfig) -> None:
    """Run the scenarios that ``config`` names, compare them, print and write the answers."""
    settings = verb_settings_of(config, CompareSettings)
    sample = sample_of(config)
    scenarios = _scenarios(settings, sampled=sample is not None)
    reference = _reference(settings)
    headlines = _headlines(settings)
    target = output_folder(settings.output, verb="compare")
    question = Question(
        command=["partnerships", "compare", *HydraConfig.get().overrides.task],
        scenarios=scenarios,
        seed=settings.seed,
        replicates=range(settings.replicates),
    )
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        runs = run_pairs(
            scenarios,
            seed=settings.seed,
            replicates=settings.replicates,
            engine=settings.engine,
            workers=settings.workers,
            behaviours=sample.sets if sample else (),
        )
        comparison = compared(runs.runs, reference)
        scope = SCOPE_WITH_PARAMETERS if sample else SCOPE
        text = conclusions(comparison.summary, comparison.contrasts, comparison.regimes, scope=scope)
        if sample is not None:
            by_set = contrasts_by_set(runs.runs, reference, sets=len(sample.sets))
            by_set.to_csv(folder / "parameter_uncertainty.csv", index=False)
            text = f"{text}\n\n{sets_in_words(by_set)}"
        _write(runs, comparison, text, folder)
        if settings.figures:
            comparison_figures(runs.trajectories, runs.runs, folder / "figures")
        told = {"behaviours": sample.told()} if sample else {}
        write_manifest(folder, question, settings=dataclasses.asdict(settings) | told)
    _print(comparison, text, headlines)
    console().print(f"Answers are in {target}")


def compared(runs: pd.DataFrame, reference: str) -> Comparison:
    """Return summary, contrasts with ``reference`` and regime shares of a table of runs.

    If growth coalition and talking shop are both there, their contrast is always among the contrasts.
    """
    contrasts = [summaries.contrasts(runs, reference)]
    if set(CENTRAL_PAIR) <= set(runs["scenario"]) and reference not in CENTRAL_PAIR:
        contrasts.append(summaries.contrasts(runs[runs["scenario"].isin(CENTRAL_PAIR)], CENTRAL_PAIR[1]))
    return Comparison(
        summary=summaries.summary(runs),
        contrasts=pd.concat(contrasts, ignore_index=True),
        regimes=summaries.regime_shares(runs),
    )


def _scenarios(settings: CompareSettings, *, sampled: bool) -> Mapping[str, Scenario]:
    """Return the scenarios by name, each with the overrides of the command line."""
    names = settings.scenarios
    if len(names) < 2 or len(set(names)) < len(names):
        raise CommandError(
            f"scenarios = [{','.join(names)}] is not allowed: name at least two different scenarios, "
            f"for example scenarios=[{','.join(CENTRAL_PAIR)}]"
        )
    asked = HydraConfig.get().overrides
    if any(re.match(r"\+*scenario=", override) for override in asked.task):
        raise CommandError(f"scenario is not a setting of compare: name them with scenarios=[{','.join(names)}]")
    return scenarios_asked(names, settings, sampled=sampled)


def _reference(settings: CompareSettings) -> str:
    names = settings.scenarios
    if settings.reference is None:
        return USUAL_REFERENCE if USUAL_REFERENCE in names else names[-1]
    if settings.reference not in names:
        raise CommandError(
            f"reference = {settings.reference!r} is not among the scenarios compared"
            f"{nearest(settings.reference, names)}; choose one of {', '.join(names)}"
        )
    return settings.reference


def _headlines(settings: CompareSettings) -> Sequence[str]:
    for name in settings.measures or ():
        if name not in MEASURES:
            close = nearest(name, MEASURES)
            raise CommandError(f"measures: unknown measure {name!r}{close}; see: partnerships list measures")
    return settings.measures or HEADLINES


def _write(runs: RunTable, comparison: Comparison, text: str, folder: Path) -> None:
    comparison.summary.to_csv(folder / "summary.csv", index=False)
    comparison.contrasts.to_csv(folder / "contrasts.csv", index=False)
    comparison.regimes.to_csv(folder / "regimes.csv", index=False)
    runs.runs.to_parquet(folder / "runs.parquet", index=False)
    runs.trajectories.to_parquet(folder / "trajectories.parquet", index=False, compression="zstd", compression_level=1)
    (folder / "conclusions.txt").write_text(text.rstrip() + "\n", encoding="utf-8")


def _print(comparison: Comparison, text: str, headlines: Sequence[str]) -> None:
    """Print the conclusions, and the headline measures with their 95 % intervals, a scenario a row."""
    out = console()
    out.print(text.rstrip() + "\n")
    table = plain_table("Means, with the half-width of their 95 % intervals")
    table.add_column("scenario")
    for name in headlines:
        table.add_column(name.replace("_", "_\n", 1) if len(name) > 10 else name, justify="right")
    for scenario, rows in comparison.summary.groupby("scenario", sort=False):
        told = rows.set_index("measure").loc[list(headlines)]
        table.add_row(str(scenario), *map(_with_interval, told["mean"], told["ci_low"], told["ci_high"]))
    out.print(table)


def _with_interval(mean: float, low: float, high: float) -> str:
    return f"{mean:.3f}\n±{(high - low) / 2:.3f}"
