"""Draw which regime prevails over the plane of two parameters, and where one gives way to another.

Runs a grid of points × points, everything else as in the scenario, as a study that can be stopped and
gone on with (see: partnerships sweep --help). With study=FOLDER alone a finished one is drawn again.
All points share their replicates.

Writes into the output folder: phase.csv (scenario, the two parameters, quantity, value, ci_low, ci_high,
replicates; a quantity is the share of a regime or the mean of the measure), regimes.csv (the prevailing
regime at each point, its share, and whether the majority is certain), figures/phase.png, words.txt and
manifest.json.

For example:
  partnerships phase study=studies/plane
  partnerships phase study=studies/steer vary=[leadership.direction,leadership.facilitation] points=11
  partnerships phase study=studies/plane measure=trust
  partnerships phase study=studies/two scenarios=[growth_coalition,talking_shop] replicates=40
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.discovery.phase import phase_diagram, phase_plane, phase_words, prevailing
from analysis.shared.outcomes import REGIME_NAMES, months_needed
from analysis.shared.plotting import save
from experiments.behaviours import sample_of
from experiments.compose import Names, verb_settings_of
from experiments.errors import CommandError
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.study import store
from experiments.study.chunks import MEAN_OVER_RUN
from experiments.study.designs import variable_paths
from experiments.study.store import Study
from experiments.terminal import console
from experiments.values import value_at
from experiments.verbs.sensitivity import refuse_unknown_outcomes, study_outcomes
from experiments.verbs.sweep import SweepSettings, finished_or_carried_out
from sim import PARAMETERS, Scenario
from sim.parameters import Whole
from sim.scenario import nearest

ASIDE = ("study", "measure", "figures", "output", "overwrite", "executor", "workers", "scheduler", "retry")
"""Settings that do not change what is computed."""

PLACES_AND_OFFICES = ("place", "board.executive", "board.chair")
"""What a draw can set beside parameters, and what takes names."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class PhaseSettings:
    """What can be set beside the scenarios; the defaults are in configs/phase.yaml."""

    study: str | None
    vary: Names
    ranges: dict[str, Any] | None
    points: Annotated[Whole, Field(ge=2, le=501)]
    scenarios: Names
    measure: str
    replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    seed: Annotated[Whole, Field(ge=0)]
    figures: bool
    output: str | None
    overwrite: bool
    executor: Literal["local", "dask"]
    workers: Annotated[Whole, Field(ge=1, le=1_024)] | None
    scheduler: str | None
    retry: bool


def task(config: DictConfig) -> None:
    """Make or finish the study that ``config`` describes, draw its plane, print and write the answers."""
    settings = verb_settings_of(config, PhaseSettings)
    if settings.study is None:
        raise CommandError("study is missing: name a folder, for example study=studies/plane")
    refuse_unknown_outcomes([settings.measure])
    if months_needed([settings.measure], means_kept=MEAN_OVER_RUN):
        raise CommandError(f"measure = {settings.measure!r} is not allowed here: it takes what runs.parquet has")
    folder = Path(settings.study).expanduser().resolve()
    target = output_folder(settings.output, verb="phase", subject=folder.name)
    with answer_folder(target, overwrite=settings.overwrite) as answers:
        study = finished_or_carried_out(
            folder, _sweep_settings(settings), of_the_verb=settings, aside=ASIDE, sample=sample_of(config)
        )
        x, y = _axes(study)
        draws = pd.read_parquet(folder / store.DRAWS)
        quantities = [*REGIME_NAMES, *([settings.measure] if settings.measure not in REGIME_NAMES else [])]
        plane = phase_plane(draws, study_outcomes(study, quantities), x=x, y=y)
        here = {name: _point(scenario, x, y) for name, scenario in study.scenarios.items()}
        words = phase_words(plane, x=x, y=y, here=here)
        _write(plane, words, answers, x=x, y=y)
        if settings.figures:
            figure = phase_diagram(plane, x=x, y=y, measure=settings.measure, here=here)
            save(figure, answers / "figures" / "phase.png")
        question = Question(
            command=["partnerships", "phase", *HydraConfig.get().overrides.task],
            scenarios=study.scenarios,
            seed=study.asked["seed"],
            replicates=range(study.asked["replicates"]),
        )
        write_manifest(answers, question, settings=dataclasses.asdict(settings))
    console().print(words)
    console().print(f"Answers are in {target}", soft_wrap=True)


def _sweep_settings(settings: PhaseSettings) -> SweepSettings:
    if len(settings.vary) != 2 or len(set(settings.vary)) != 2:
        raise CommandError(
            f"vary = [{','.join(settings.vary)}] is not allowed: name two parameters, for example "
            f"vary=[levers.pooling_rate,leadership.facilitation]"
        )
    for path in settings.vary:
        _refuse_as_axis(path)
    return SweepSettings(
        study=settings.study,
        scenarios=settings.scenarios,
        design="grid",
        vary=settings.vary,
        ranges=settings.ranges,
        draws=1,
        levels=settings.points,
        replicates=settings.replicates,
        seed=settings.seed,
        trajectories=False,
        measures=(),
        runs_per_chunk=None,
        executor=settings.executor,
        workers=settings.workers,
        scheduler=settings.scheduler,
        status=False,
        retry=settings.retry,
        stop_on_error=False,
    )


def _refuse_as_axis(path: str) -> None:
    """Refuse a group, an unknown name and a parameter that takes names."""
    known = variable_paths()
    if path not in known:
        raise CommandError(
            f"vary: {path!r} is no single parameter{nearest(path, known)}; see: partnerships list parameters"
        )
    parameter = PARAMETERS.get(path)
    if path in PLACES_AND_OFFICES or (parameter is not None and parameter.choices and parameter.low is None):
        raise CommandError(f"vary: {path} takes names: an axis takes numbers")


def _axes(study: Study) -> tuple[str, str]:
    """Return the two parameters of a grid; raise CommandError for another design."""
    parameters = study.asked.get("parameters", {})
    if study.asked["design"] != "grid" or len(parameters) != 2:
        raise CommandError(f"study = {str(study.folder)!r} is no grid of two parameters: begin in another folder")
    x, y = parameters
    return x, y


def _point(scenario: Scenario, x: str, y: str) -> tuple[float, float] | None:
    """Return where a scenario itself lies in the plane; None if a value is a name (the fund of the place)."""
    found = [value_at(scenario, path) for path in (x, y)]
    if any(isinstance(value, str) for value in found):
        return None
    return float(found[0]), float(found[1])


def _write(plane: pd.DataFrame, words: str, folder: Path, *, x: str, y: str) -> None:
    plane.to_csv(folder / "phase.csv", index=False)
    groups = plane.groupby("scenario", sort=False)
    tables = [prevailing(rows, x=x, y=y).assign(scenario=scenario) for scenario, rows in groups]
    regimes = pd.concat(tables, ignore_index=True)
    regimes[["scenario", *(name for name in regimes if name != "scenario")]].to_csv(folder / "regimes.csv", index=False)
    (folder / "words.txt").write_text(words.rstrip() + "\n", encoding="utf-8")
