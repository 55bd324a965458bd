"""Find out which parameters matter: one at a time, or by Morris, Sobol, Shapley or PAWN indices.

Makes a study of the right design (see: partnerships sweep --help), or goes on with one that was
stopped, and analyses it. With study=FOLDER alone a study is analysed as it was begun, for other
measures if you like; so is a finished sweep with a design of these names. All draws share their
replicates. pawn, for outcomes with two humps, takes any draws all over the ranges: its
own, or a finished sweep with design=latin_hypercube or random.

one_at_a_time takes 1 + 2 × parameters draws, morris draws × (parameters + 1), sobol draws ×
(parameters + 2), each with every replicate. Begin with morris over everything, then sobol over the
few parameters that matter. sobol_pairs, draws × 2 (parameters + 1), also tells what only two
parameters together explain. shapley, draws × (parameters + 1), gives each parameter one share of
the variance: interactions are shared out, and all shares add up to 100 %. Levers and uncertain
parameters (vary=[behaviour]) are two questions.

Writes into the output folder: sensitivity.csv (method, scenario, measure, parameter, index, value,
ci_low, ci_high), noise.csv (how much is chance, and how many replicates it asks for),
replicates.csv (how intervals and indices settle), effects.csv (one_at_a_time: every replicate),
pairs.csv (sobol_pairs: the index of each pair), figures/, words.txt and manifest.json.

For example:
  partnerships sensitivity study=studies/ends method=one_at_a_time replicates=40
  partnerships sensitivity study=studies/screening draws=30 measures=[outcome,mean_trust,talking_shop]
  partnerships sensitivity study=studies/screening measures=[trust,months_talking_shop]
  partnerships sensitivity study=studies/sobol method=sobol vary=[levers.duty] draws=256
  partnerships sensitivity study=studies/pairs method=sobol_pairs vary=[levers.duty] draws=256
  partnerships sensitivity study=studies/fair method=shapley vary=[leadership] draws=500
  partnerships sensitivity study=studies/humps method=pawn vary=[leadership] measures=[engagement]
  partnerships sensitivity study=studies/world vary=[behaviour] scenarios=[growth_coalition]
  partnerships sensitivity study=studies/then vary=[leadership] measures=[trust@2006-04]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal

import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field

from analysis.sensitivity.every_outcome import Screening, SensitivityTables, sensitivity_tables
from analysis.sensitivity.figures import (
    morris_plane,
    noise_shares,
    pair_indices,
    pawn_indices,
    replicates_needed,
    shapley_effects,
    sobol_indices,
    tornado,
)
from analysis.sensitivity.tables import MAIN_INDEX
from analysis.sensitivity.words import failures_in_words, sensitivity_words
from analysis.shared.outcomes import months_needed
from experiments.command import Command
from experiments.errors import CommandError
from experiments.files import read_parquet
from experiments.output.frame import Results, study_folder
from experiments.output.remarks import on_numbers_of
from experiments.output.studies import failed_runs, finished_or_carried_out
from experiments.settings import Figures, Names, Seed, checked
from experiments.study import plans
from experiments.study.columns import MEAN_OVER_RUN
from experiments.study.outcomes import refuse_unknown_outcomes, study_outcomes
from experiments.study.plans import Study
from experiments.study.request import StudyRequest
from experiments.study.standing import Execution
from experiments.terminal import progress_bar
from sim.parameters import Whole

Method = Literal["one_at_a_time", "morris", "sobol", "sobol_pairs", "shapley", "pawn"]

OWN_DESIGN = {"pawn": "latin_hypercube"}
"""The design of a method that has none of its name."""
METHOD_OF = {"latin_hypercube": "pawn", "random": "pawn"}
"""How draws of designs are analysed that no method is named after."""

USUAL_DRAWS = {"one_at_a_time": 1, "morris": 20, "sobol": 128, "sobol_pairs": 128, "shapley": 256, "pawn": 256}
FEWEST_DRAWS = {"one_at_a_time": 1, "morris": 4, "sobol": 16, "sobol_pairs": 16, "shapley": 50, "pawn": 50}
USUAL_LEVELS = {"morris": 4}
"""Of the other methods that use them: 2."""

NOT_IN_HASH = (
    *("study", "measures", "precision", "resamples", "figures", "output", "overwrite"),
    *("executor", "workers", "scheduler", "retry"),
)
"""Settings that change no row of the study: how it is read, and how it is done."""

SAMPLED = (
    "Replicates take turns with accepted parameter sets: what is called chance here includes not knowing which of "
    "them holds."
)


@checked
class SensitivitySettings(Execution):
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
    seed: Seed
    precision: Annotated[float, Field(gt=0.0, le=10.0)]
    resamples: Annotated[Whole, Field(ge=20, le=100_000)]
    figures: Figures
    output: str | None
    overwrite: bool


def work(settings: SensitivitySettings, command: Command) -> Results:
    """Make or finish the study, and analyse it."""
    refuse_unknown_outcomes(settings.measures)
    study = finished_or_carried_out(
        study_folder(settings), _request(settings), settings, command, not_in_hash=NOT_IN_HASH
    )
    screening = _screening(study)
    outcomes = study_outcomes(study, settings.measures)
    with progress_bar("outcomes", total=outcomes.groupby(["scenario", "measure"]).ngroups) as advance:
        try:
            found = sensitivity_tables(
                screening, outcomes, precision=settings.precision, resamples=settings.resamples, advance=advance
            )
        except ValueError as error:
            raise CommandError(str(error)) from None
    words = sensitivity_words(
        found.indices, found.noise, method=screening.method, precision=settings.precision, pairs=found.pairs
    )
    failed = failed_runs(study)
    if failed:
        words += f"\n{failures_in_words(study.runs, failed, method=screening.method)}"
    words += f"\n{SAMPLED}" if plans.SAMPLE in study.settings else ""
    tables = {"sensitivity.csv": found.indices, "noise.csv": found.noise, "replicates.csv": found.settling}
    more = {"effects.csv": found.effects, "pairs.csv": found.pairs}
    return Results(
        scenarios=study.scenarios,
        seed=study.settings["seed"],
        replicates=range(study.settings["replicates"]),
        tables=tables | {name: table for name, table in more.items() if table is not None},
        texts={"words.txt": words.rstrip()},
        figures=_figures(found, screening, several=len(study.scenarios) > 1, precision=settings.precision),
        words=[words],
        record=_record_of(study),
        numbers=on_numbers_of(study),
    )


def _request(settings: SensitivitySettings) -> StudyRequest:
    """Return the study, in which all months are kept of measures that need them."""
    method = settings.method
    draws = settings.draws or USUAL_DRAWS[method]
    if draws < FEWEST_DRAWS[method]:
        raise CommandError(f"draws = {draws} is too few for {method}: it takes at least {FEWEST_DRAWS[method]}")
    return StudyRequest(
        scenarios=settings.scenarios,
        design=OWN_DESIGN.get(method, method),
        vary=settings.vary,
        ranges=settings.ranges,
        draws=draws,
        levels=settings.levels or USUAL_LEVELS.get(method, 2),
        replicates=settings.replicates,
        seed=settings.seed,
        monthly=months_needed(settings.measures, means_kept=MEAN_OVER_RUN),
    )


def _record_of(study: Study) -> dict[str, Any]:
    """Return what the study was asked, as far as the manifest does not say it otherwise."""
    asked = {name: value for name, value in study.settings.items() if name not in ("scenarios", "design")}
    more = {"runs": study.runs, "study_begun": study.created, plans.ASKED: study.asked}
    return asked | {"method": _method_of(study), **more}


def _method_of(study: Study) -> str:
    design = str(study.settings["design"])
    return METHOD_OF.get(design, design)


def _screening(study: Study) -> Screening:
    method = _method_of(study)
    if method not in MAIN_INDEX:
        known = [OWN_DESIGN.get(name, name) for name in MAIN_INDEX]
        raise CommandError(
            f"study = {str(study.folder)!r} was made with design = {method}: sensitivity needs "
            f"{', '.join(known)}; begin in another folder"
        )
    draws = read_parquet(study.folder / plans.DRAWS)
    asked = study.settings
    return Screening(method, draws, asked["parameters"], levels=asked.get("levels", 0), seed=int(asked["seed"]))


def _figures(
    found: SensitivityTables, screening: Screening, *, several: bool, precision: float
) -> dict[str, Callable[[], Figure]]:
    figures: dict[str, Callable[[], Figure]] = {}
    for keys, rows in found.indices.groupby(["scenario", "measure"], sort=False):
        scenario, measure = map(str, keys)
        shown = {"measure": measure, "scenario": scenario}
        name = "_".join([measure.replace("@", "_"), *([scenario] if several else [])])
        figures[f"{screening.method}_{name}"] = partial(_index_figure, found, rows, screening, shown)
        if found.pairs is not None:
            figures[f"pairs_{name}"] = partial(pair_indices, _of(found.pairs, shown), **shown)
        settling = _of(found.settling, shown)
        if not settling.empty:
            target = precision * float(_of(found.noise, shown)["sd_between_draws"].iloc[0])
            figures[f"replicates_{name}"] = partial(replicates_needed, settling, target=target)
    if found.noise["within_share"].notna().any():
        figures["noise"] = partial(noise_shares, found.noise)
    return figures


def _index_figure(
    found: SensitivityTables, rows: pd.DataFrame, screening: Screening, shown: Mapping[str, str]
) -> Figure:
    if screening.method == "one_at_a_time":
        assert found.effects is not None
        return tornado(_of(found.effects, shown), rows, screening.ranges, **shown)
    drawn = {"morris": morris_plane, "shapley": shapley_effects, "pawn": pawn_indices}
    return drawn.get(screening.method, sobol_indices)(rows, **shown)


def _of(table: pd.DataFrame, keys: Mapping[str, str]) -> pd.DataFrame:
    return table[(table["scenario"] == keys["scenario"]) & (table["measure"] == keys["measure"])]
