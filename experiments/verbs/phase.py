"""Draw which regime prevails over the plane of two parameters, and where one gives way to another.

Runs a grid of points × points, everything else as in the scenario, as a study that can be stopped
and gone on with (see: partnerships sweep --help). With study=FOLDER alone a finished one is drawn
again. All points share their replicates. Where these take turns with accepted sets of numbers,
intervals of means hold the middle 95 % of the sets, and so do those of shares from five runs a
set on; with fewer these are Wilson's, of chance alone.

Writes into the output folder: phase.csv (scenario, the two parameters, quantity, value, ci_low,
ci_high, replicates, interval_over; a quantity is the share of a regime or the mean of the
measure), regimes.csv (the prevailing regime at each point, its share, and whether the majority is
certain), figures/phase.png, words.txt and manifest.json.

For example:
  partnerships phase study=studies/plane
  partnerships phase study=studies/steer vary=[leadership.direction,leadership.facilitation] points=11
  partnerships phase study=studies/plane measure=trust
  partnerships phase study=studies/two scenarios=[growth_coalition,talking_shop] replicates=40
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from analysis.discovery.phase import phase_diagram, phase_plane, phase_words, prevailing
from analysis.shared.outcomes import REGIME_NAMES, months_needed
from analysis.shared.parameter_sets import OVER_RUNS
from experiments.behaviours import OF_SHARES
from experiments.command import Command
from experiments.errors import CommandError
from experiments.files import read_parquet
from experiments.output.frame import Results, study_folder
from experiments.output.remarks import on_numbers_of
from experiments.output.studies import finished_or_carried_out
from experiments.settings import Figures, Names, Seed, checked
from experiments.study import plans
from experiments.study.columns import MEAN_OVER_RUN
from experiments.study.designs import variable_paths
from experiments.study.outcomes import refuse_unknown_outcomes, study_outcomes
from experiments.study.plans import Study
from experiments.study.request import StudyRequest
from experiments.study.standing import Execution
from experiments.values import value_at
from sim import PARAMETERS, Scenario
from sim.parameters import Whole
from sim.scenario import nearest

NOT_IN_HASH = ("study", "measure", "figures", "output", "overwrite", "executor", "workers", "scheduler", "retry")
"""Settings that change no row of the study."""

PLACES_AND_OFFICES = ("place", "board.executive", "board.chair")
"""What a draw can set beside parameters, and what takes names."""


@checked
class PhaseSettings(Execution):
    """What can be set beside the scenarios; the defaults are in configs/phase.yaml."""

    study: str | None
    vary: Names
    ranges: dict[str, Any] | None
    points: Annotated[Whole, Field(ge=2, le=501)]
    scenarios: Names
    measure: str
    replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    seed: Seed
    figures: Figures
    output: str | None
    overwrite: bool


def work(settings: PhaseSettings, command: Command) -> Results:
    """Make or finish the study, and find what prevails at each point of its plane."""
    refuse_unknown_outcomes([settings.measure])
    if months_needed([settings.measure], means_kept=MEAN_OVER_RUN):
        raise CommandError(f"measure = {settings.measure!r} is not allowed here: it takes what runs.parquet has")
    study = finished_or_carried_out(
        study_folder(settings), _request(settings), settings, command, not_in_hash=NOT_IN_HASH
    )
    x, y = _axes(study)
    draws = read_parquet(study.folder / plans.DRAWS)
    quantities = [*REGIME_NAMES, *([settings.measure] if settings.measure not in REGIME_NAMES else [])]
    plane = phase_plane(draws, study_outcomes(study, quantities), x=x, y=y, sets=max(1, len(study.number_sets)))
    of_chance = (plane.loc[plane["quantity"].isin(REGIME_NAMES), "interval_over"] == OVER_RUNS).all()
    here = {name: _point(scenario, x, y) for name, scenario in study.scenarios.items()}
    words = phase_words(plane, x=x, y=y, here=here)
    return Results(
        scenarios=study.scenarios,
        seed=study.settings["seed"],
        replicates=range(study.settings["replicates"]),
        tables={"phase.csv": plane, "regimes.csv": _prevailing(plane, x=x, y=y)},
        texts={"words.txt": words.rstrip()},
        figures={"phase": partial(phase_diagram, plane, x=x, y=y, measure=settings.measure, here=here)},
        words=[words],
        numbers=on_numbers_of(study, but_for=OF_SHARES if of_chance else ""),
        record=plans.drawn(study) | {"behaviours": study.settings.get(plans.SAMPLE), plans.ASKED: study.asked},
    )


def _request(settings: PhaseSettings) -> StudyRequest:
    if len(settings.vary) != 2 or len(set(settings.vary)) != 2:
        raise CommandError(
            f"vary = [{','.join(settings.vary)}] is not allowed: name two parameters, for example "
            f"vary=[levers.pooling_rate,leadership.facilitation]"
        )
    for path in settings.vary:
        _refuse_as_axis(path)
    return StudyRequest(
        scenarios=settings.scenarios,
        design="grid",
        vary=settings.vary,
        ranges=settings.ranges,
        draws=1,
        levels=settings.points,
        replicates=settings.replicates,
        seed=settings.seed,
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
    parameters = study.settings.get("parameters", {})
    if study.settings["design"] != "grid" or len(parameters) != 2:
        raise CommandError(f"study = {str(study.folder)!r} is no grid of two parameters: begin in another folder")
    x, y = parameters
    return x, y


def _point(scenario: Scenario, x: str, y: str) -> tuple[float, float] | None:
    """Return where a scenario itself lies in the plane; None if a value is a name (the fund of the place)."""
    found = [value_at(scenario, path) for path in (x, y)]
    if any(isinstance(value, str) for value in found):
        return None
    return float(found[0]), float(found[1])


def _prevailing(plane: pd.DataFrame, *, x: str, y: str) -> pd.DataFrame:
    groups = plane.groupby("scenario", sort=False)
    tables = [prevailing(rows, x=x, y=y).assign(scenario=scenario) for scenario, rows in groups]
    regimes = pd.concat(tables, ignore_index=True)
    return regimes[["scenario", *(name for name in regimes if name != "scenario")]]
