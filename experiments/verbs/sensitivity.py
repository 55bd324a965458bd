"""Find out which parameters matter: one at a time, by Morris screening or by Sobol indices.

Makes a study of the right design (see: partnerships sweep --help), or goes on with one that was stopped,
and analyses it. With study=FOLDER alone a study is analysed as it was begun, for other measures if you
like; so is a finished sweep with design=one_at_a_time, morris or sobol. All draws share their replicates.

one_at_a_time takes 1 + 2 × parameters draws, morris draws × (parameters + 1), sobol
draws × (parameters + 2), each with every replicate. Begin with morris over everything, then sobol over
the few parameters that matter. Levers and uncertain parameters (vary=[behaviour]) are two questions.

Writes into the output folder: sensitivity.csv (method, scenario, measure, parameter, index, value,
ci_low, ci_high), noise.csv (how much is chance, and how many replicates it asks for), replicates.csv
(how intervals and indices settle), effects.csv (one_at_a_time: every replicate), figures/, words.txt and
manifest.json.

For example:
  partnerships sensitivity study=studies/ends method=one_at_a_time replicates=40
  partnerships sensitivity study=studies/screening draws=30 measures=[outcome,mean_trust,talking_shop]
  partnerships sensitivity study=studies/screening measures=[trust,months_talking_shop]
  partnerships sensitivity study=studies/sobol method=sobol vary=[levers.duty] draws=256
  partnerships sensitivity study=studies/world vary=[behaviour] scenarios=[growth_coalition]
  partnerships sensitivity study=studies/then vary=[leadership] measures=[trust@2006-04]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import pyarrow.parquet as pq
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.sensitivity.figures import morris_plane, noise_shares, replicates_needed, sobol_indices, tornado
from analysis.sensitivity.noise import noise, replicate_sufficiency
from analysis.sensitivity.tables import MAIN_INDEX, morris, one_at_a_time, one_at_a_time_effects, ranked, sobol
from analysis.sensitivity.words import sensitivity_words
from analysis.shared.outcomes import months_needed, outcome_of, outcomes
from analysis.shared.plotting import save
from experiments.behaviours import sample_of
from experiments.compose import Names, verb_settings_of
from experiments.errors import CommandError
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.study import store
from experiments.study.chunks import MEAN_OVER_RUN
from experiments.study.designs import DRAW
from experiments.study.store import Study
from experiments.terminal import console, progress_bar
from experiments.verbs.sweep import SweepSettings, finished_or_carried_out
from sim.parameters import Whole

Method = Literal["one_at_a_time", "morris", "sobol"]

USUAL_DRAWS = {"one_at_a_time": 1, "morris": 20, "sobol": 128}
FEWEST_DRAWS = {"one_at_a_time": 1, "morris": 4, "sobol": 16}
USUAL_LEVELS = {"one_at_a_time": 2, "morris": 4, "sobol": 2}

HOW_IT_IS_READ = ("study", "measures", "precision", "resamples", "figures", "output", "overwrite")
HOW_IT_IS_DONE = ("executor", "workers", "scheduler", "retry")
"""Together the settings that do not change what is computed."""

SAMPLED = (
    "Replicates take turns with accepted parameter sets: what is called chance here includes not knowing which of "
    "them holds."
)

_SETTLING = 3
"""Parameters of which it is shown how their indices settle."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class SensitivitySettings:
    """What can be set beside the scenarios; the defaults are in configs/sensitivity.yaml."""

    study: str | None
    method: Method
    scenarios: Names
    vary: Names
    ranges: dict[str, Any] | None
    measures: Names
    draws: Annotated[Whole, Field(ge=1, le=1_000_000)] | None
    levels: Annotated[Whole, Field(ge=2, le=100)] | None
    replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    seed: Annotated[Whole, Field(ge=0)]
    precision: Annotated[float, Field(gt=0.0, le=10.0)]
    resamples: Annotated[Whole, Field(ge=20, le=100_000)]
    figures: bool
    output: str | None
    overwrite: bool
    executor: Literal["local", "dask"]
    workers: Annotated[Whole, Field(ge=1, le=1_024)] | None
    scheduler: str | None
    retry: bool


@dataclasses.dataclass(frozen=True)
class Findings:
    """The tables that a sensitivity analysis comes to."""

    indices: pd.DataFrame
    noise: pd.DataFrame
    settling: pd.DataFrame
    effects: pd.DataFrame | None
    """One row a replicate and level; of one_at_a_time only."""


def task(config: DictConfig) -> None:
    """Make or finish the study that ``config`` describes, analyse it, print and write the answers."""
    settings = verb_settings_of(config, SensitivitySettings)
    if settings.study is None:
        raise CommandError("study is missing: name a folder, for example study=studies/screening")
    refuse_unknown_outcomes(settings.measures)
    folder = Path(settings.study).expanduser().resolve()
    target = output_folder(settings.output, verb="sensitivity", subject=folder.name)
    with answer_folder(target, overwrite=settings.overwrite) as answers:
        study = finished_or_carried_out(
            folder,
            _sweep_settings(settings),
            of_the_verb=settings,
            aside=(*HOW_IT_IS_READ, *HOW_IT_IS_DONE),
            sample=sample_of(config),
        )
        method = _method_of(study)
        found = analysed(study, settings.measures, precision=settings.precision, resamples=settings.resamples)
        words = sensitivity_words(found.indices, found.noise, method=method, precision=settings.precision)
        words += f"\n{SAMPLED}" if store.SAMPLE in study.asked else ""
        _write(found, words, answers)
        if settings.figures:
            _draw(found, study, answers / "figures", precision=settings.precision)
        question = Question(
            command=["partnerships", "sensitivity", *HydraConfig.get().overrides.task],
            scenarios=study.scenarios,
            seed=study.asked["seed"],
            replicates=range(study.asked["replicates"]),
        )
        write_manifest(answers, question, settings=dataclasses.asdict(settings) | _told_of(study))
    console().print(words)
    console().print(f"Answers are in {target}", soft_wrap=True)


def refuse_unknown_outcomes(names: Sequence[str]) -> None:
    """Raise CommandError for a name that is no outcome, and for one that is there twice."""
    for name in names:
        try:
            outcome_of(name)
        except ValueError as error:
            raise CommandError(f"measures: {error}") from None
    if not names or len(set(names)) < len(names):
        raise CommandError(f"measures = [{','.join(names)}] is not allowed: name at least one, and each once")


def _sweep_settings(settings: SensitivitySettings) -> SweepSettings:
    """Return the settings of the study, in which all months are kept of measures that need them."""
    method = settings.method
    draws = settings.draws or USUAL_DRAWS[method]
    if draws < FEWEST_DRAWS[method]:
        raise CommandError(f"draws = {draws} is too few for {method}: it takes at least {FEWEST_DRAWS[method]}")
    kept = months_needed(settings.measures, means_kept=MEAN_OVER_RUN)
    return SweepSettings(
        study=settings.study,
        scenarios=settings.scenarios,
        design=method,
        vary=settings.vary,
        ranges=settings.ranges,
        draws=draws,
        levels=settings.levels or USUAL_LEVELS[method],
        replicates=settings.replicates,
        seed=settings.seed,
        trajectories=bool(kept),
        measures=tuple(kept),
        runs_per_chunk=None,
        executor=settings.executor,
        workers=settings.workers,
        scheduler=settings.scheduler,
        status=False,
        retry=settings.retry,
        stop_on_error=False,
    )


def _told_of(study: Study) -> dict[str, Any]:
    """Return what the study was asked, as far as the manifest does not say it otherwise."""
    told = {name: value for name, value in study.asked.items() if name not in ("scenarios", "design")}
    return told | {"method": study.asked["design"], "study_begun": study.created}


def _method_of(study: Study) -> str:
    design = str(study.asked["design"])
    if design not in MAIN_INDEX:
        raise CommandError(
            f"study = {str(study.folder)!r} was made with design = {design}: sensitivity needs "
            f"{', '.join(MAIN_INDEX)}; begin in another folder"
        )
    return design


# --------------------------------------------------------------------------- analysing


def study_outcomes(study: Study, names: Sequence[str]) -> pd.DataFrame:
    """Return what the runs of a finished study come to (see ``analysis.shared.outcomes``); raise CommandError."""
    asked = [outcome_of(name) for name in names]
    path = study.folder / f"{store.RUNS}.parquet"
    there = pq.read_schema(path).names
    columns = dict.fromkeys(
        ["scenario", DRAW, "replicate", "regime", *(o.name for o in asked), *(o.column for o in asked)]
    )
    runs = pd.read_parquet(path, columns=[name for name in columns if name in there])
    if runs.empty:
        raise CommandError(f"study = {str(study.folder)!r}: every run failed, see {store.FAILURES}")
    kept = study.asked[store.TRAJECTORIES]
    months = None
    if kept and months_needed(names, means_kept=MEAN_OVER_RUN):
        wanted = [name for name in kept if any(each.column == name for each in asked)]
        columns_kept = ["scenario", DRAW, "replicate", "date", "regime", *wanted]
        months = pd.read_parquet(study.folder / f"{store.TRAJECTORIES}.parquet", columns=columns_kept)
    try:
        return outcomes(runs, names, trajectories=months)
    except ValueError as error:
        raise CommandError(f"measures: {error}") from None


def analysed(study: Study, measures: Sequence[str], *, precision: float, resamples: int) -> Findings:
    """Return the indices, the part of chance and how both settle, for each scenario and measure of a study."""
    method, seed = _method_of(study), int(study.asked["seed"])
    draws = pd.read_parquet(study.folder / store.DRAWS)
    table = study_outcomes(study, measures)
    found: dict[str, list[pd.DataFrame]] = {"indices": [], "settling": [], "effects": []}
    groups = table.groupby(["scenario", "measure"], sort=False)
    with progress_bar("outcomes", total=len(groups)) as advance:
        for (scenario, measure), some in groups:
            keys = {"scenario": scenario, "measure": measure}
            try:
                indices = _indices(study, draws, resamples=resamples)(some)
                largest = ranked(indices, method)[:_SETTLING]
                quickly = _indices(study, draws, resamples=0)
                if method == "one_at_a_time":
                    effects = one_at_a_time_effects(draws, some)
                    found["effects"].append(_led_by(keys, effects))
                    quickly = partial(_of_replicates, effects[effects["parameter"].isin(largest)])
                settling = replicate_sufficiency(
                    some, indices=quickly, parameters=largest, index=MAIN_INDEX[method], seed=seed
                )
            except ValueError as error:
                raise CommandError(f"{measure}, {scenario}: {error}") from None
            found["indices"].append(_led_by({"method": method, **keys}, indices))
            found["settling"].append(settling)
            advance(1)
    together = {name: pd.concat(parts, ignore_index=True) if parts else None for name, parts in found.items()}
    return Findings(noise=noise(table, precision=precision, seed=seed), **together)  # type: ignore[arg-type]


def _indices(study: Study, draws: pd.DataFrame, *, resamples: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return the analysis of the study's design, as a function of the outcomes."""
    asked, seed = study.asked, int(study.asked["seed"])
    ranges: Mapping[str, Sequence[Any]] = asked["parameters"]
    match _method_of(study):
        case "one_at_a_time":
            return lambda some: one_at_a_time(one_at_a_time_effects(draws, some))
        case "morris":
            return partial(_morris, draws, ranges=ranges, levels=asked["levels"], resamples=resamples, seed=seed)
        case _:
            return lambda some: sobol(draws, some, list(ranges), resamples=max(2, resamples), seed=seed)


def _of_replicates(effects: pd.DataFrame, some: pd.DataFrame) -> pd.DataFrame:
    """Return the indices of one_at_a_time from the effects in the replicates that ``some`` outcomes have."""
    return one_at_a_time(effects[effects["replicate"].isin(some["replicate"].unique())])


def _morris(draws: pd.DataFrame, some: pd.DataFrame, **kwargs: Any) -> pd.DataFrame:
    ranges = kwargs.pop("ranges")
    return morris(draws, some, ranges, **kwargs)


def _led_by(keys: Mapping[str, Any], table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([pd.DataFrame({name: [value] * len(table) for name, value in keys.items()}), table], axis=1)


# ----------------------------------------------------------------------------- writing


def _write(found: Findings, words: str, folder: Path) -> None:
    found.indices.to_csv(folder / "sensitivity.csv", index=False)
    found.noise.to_csv(folder / "noise.csv", index=False)
    found.settling.to_csv(folder / "replicates.csv", index=False)
    if found.effects is not None:
        found.effects.to_csv(folder / "effects.csv", index=False)
    (folder / "words.txt").write_text(words.rstrip() + "\n", encoding="utf-8")


def _draw(found: Findings, study: Study, folder: Path, *, precision: float) -> None:
    method, ranges = _method_of(study), study.asked["parameters"]
    several = len(study.scenarios) > 1
    for keys, rows in found.indices.groupby(["scenario", "measure"], sort=False):
        scenario, measure = map(str, keys)
        told = {"measure": measure, "scenario": scenario}
        name = "_".join([measure.replace("@", "_"), *([scenario] if several else [])])
        if method == "one_at_a_time":
            assert found.effects is not None
            figure = tornado(_of(found.effects, told), rows, ranges, **told)
        else:
            figure = (morris_plane if method == "morris" else sobol_indices)(rows, **told)
        save(figure, folder / f"{method}_{name}.png")
        settling = _of(found.settling, told)
        if not settling.empty:
            target = precision * float(_of(found.noise, told)["sd_between_draws"].iloc[0])
            save(replicates_needed(settling, target=target), folder / f"replicates_{name}.png")
    if found.noise["within_share"].notna().any():
        save(noise_shares(found.noise), folder / "noise.png")


def _of(table: pd.DataFrame, keys: Mapping[str, str]) -> pd.DataFrame:
    return table[(table["scenario"] == keys["scenario"]) & (table["measure"] == keys["measure"])]
