"""Run scenarios with many draws of parameters, in a study that can be stopped.

Every scenario is run with every draw and with the same replicates of the same seed (same people,
elections and luck), so runs are paired. The plan is written first, then the results in chunks of
about a second of work. The same command, or study=FOLDER alone, goes on with a study that was
stopped; what is done is not done again. Given several times at once, also on machines that share
the disk, it shares the work. Results of different code or settings are never mixed.

Writes plan.json and draws.parquet into the study folder before the first run, then chunks/, and at
the end runs.parquet (one row a run: scenario, draw, replicate, values drawn, regime at the end,
final values of all measures, means over the run, months in each regime), failures.csv, summary.csv,
manifest.json and, if asked for, trajectories.parquet.

Where behaviour names a sample of parameter sets, each replicate takes the next of them, the same
one in every scenario and draw, so that runs differ by luck and by parameters.

With precision= replicates go on until the mean of every draw is known to a half-width, in the unit
of each measure: 'precision={engagement:0.01}'. The first replicates= runs of each draw say how many
that takes (Stein's two stages: the spread is looked at once, so that intervals stay what they are),
and every draw then has as many as the one that needs most, at most most_replicates=, so that all
stay paired. What was asked, needed and reached is told, and by draw in precision.csv.

With design=together, doses names levers, each with its doses, and each dose its settings. Draws are
the scenario as it is, each lever at each dose, and all pairs of levers at all their doses; measures
are read at the end of the years named. Writes main_effects.csv, pair_interactions.csv, sectors.csv,
words.txt and figures/ too: what each lever changes alone, what pairs come to beyond the sum, who
gains and who loses, with intervals. A file of the group experiment, ours or your own, states all of
that at once. Replicates take turns with the accepted sets there.

With places=all, funded, recorded or county:NAME every district of that group is a draw, and
nothing else is varied (partnerships list places). What is told by place is conditional on the
record, and no assessment of any authority.

A design table has one row a draw and one column a setting: levers.duty.attend, behaviour.tie_rate,
place, place.population, board.members.large_employer, board.executive and so on.

For example:
  partnerships sweep study=studies/levers
  partnerships sweep study=studies/levers status=true
  partnerships sweep study=studies/duty vary=[levers.duty] design=sobol draws=512 replicates=4
  partnerships sweep study=studies/lead vary=[leadership] design=grid levels=5
  partnerships sweep study=studies/pair scenarios=[growth_coalition,talking_shop] trajectories=true
  partnerships sweep study=studies/few vary=[levers.purse] 'ranges={levers.purse:[need,influence]}'
  partnerships sweep study=studies/table design=points.csv place=birmingham months=60
  partnerships sweep +experiment=levers_together study=studies/levers_together
  partnerships sweep study=studies/places places=all replicates=60
  partnerships sweep study=studies/kent places=county:Kent scenarios=[talking_shop]
  partnerships sweep study=studies/sure draws=32 replicates=30 precision={engagement:0.01}
  partnerships sweep study=studies/big draws=100000 executor=dask scheduler=tcp://10.0.0.1:8786
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from experiments.command import Command
from experiments.errors import CommandError
from experiments.output.frame import study_folder
from experiments.output.studies import carry_out, standing_table
from experiments.settings import Figures, Names, Seed, checked
from experiments.study.designs import TOGETHER
from experiments.study.request import StudyRequest
from experiments.study.standing import Execution
from experiments.terminal import console
from sim import place_names
from sim.parameters import Whole

NOT_IN_HASH = (
    "study",
    "executor",
    "workers",
    "scheduler",
    "status",
    "retry",
    "stop_on_error",
    "runs_per_chunk",
    "figures",
)
"""Settings that change no row."""


@checked
class SweepSettings(Execution):
    """What can be set for a study beside the scenarios; the defaults are in configs/sweep.yaml."""

    study: str | None
    scenarios: Names
    places: str | None
    design: str
    vary: Names
    ranges: dict[str, Any] | None
    doses: dict[str, Any] | None
    draws: Annotated[Whole, Field(ge=1, le=10_000_000)]
    levels: Annotated[Whole, Field(ge=2, le=1_000)]
    replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    seed: Seed
    trajectories: bool
    years: tuple[Annotated[Whole, Field(ge=1, le=1_000)], ...] | None
    precision: dict[str, Annotated[float, Field(gt=0.0)]] | None
    most_replicates: Annotated[Whole, Field(ge=2, le=100_000)]
    measures: Names
    runs_per_chunk: Annotated[Whole, Field(ge=1, le=100_000)] | None
    status: bool
    figures: Figures
    stop_on_error: bool


def work(settings: SweepSettings, command: Command) -> None:
    """Begin the study or go on with it, or print how far it is."""
    folder = study_folder(settings)
    if settings.status:
        for words in standing_table(folder):
            console().print(words, soft_wrap=True)
        return
    carry_out(
        folder,
        _request(settings, command),
        settings,
        command,
        not_in_hash=NOT_IN_HASH,
        stop_on_error=settings.stop_on_error,
        runs_per_chunk=settings.runs_per_chunk,
    )


def _request(settings: SweepSettings, command: Command) -> StudyRequest:
    together = settings.design == TOGETHER
    if (settings.trajectories or together) and not settings.measures:
        raise CommandError("measures = [] is not allowed: name at least one, or leave out trajectories=true")
    if settings.years and not (settings.trajectories or together):
        raise CommandError(f"years = {list(settings.years)} goes with trajectories=true: they say what is kept of them")
    _refuse_without_doses(settings, command)
    varied: dict[str, Any] = {"design": settings.design, "vary": settings.vary, "ranges": settings.ranges}
    if settings.places is not None:
        if given := [name for name in (*varied, "place", "case") if command.sets(name)]:
            raise CommandError(f"{given[0]} and places cannot both be given: with places= nothing else is varied")
        varied = {"design": "grid", "vary": ("place",), "ranges": {"place": place_names(settings.places)}}
    return StudyRequest(
        scenarios=settings.scenarios,
        **varied,
        doses=settings.doses,
        draws=settings.draws,
        levels=settings.levels,
        replicates=settings.replicates,
        seed=settings.seed,
        monthly=settings.measures if settings.trajectories or together else (),
        years=settings.years or (),
        precision=settings.precision,
        most_replicates=settings.most_replicates,
    )


def _refuse_without_doses(settings: SweepSettings, command: Command) -> None:
    """Refuse doses that no design reads, and beside them what else says what is varied."""
    if settings.design != TOGETHER:
        if settings.doses is not None:
            raise CommandError(f"doses go with design={TOGETHER}, not with design={settings.design}")
        return
    if settings.places is not None:
        raise CommandError(f"places and design={TOGETHER} cannot both be given: name one place, place=birmingham")
    if given := [name for name in ("vary", "ranges") if command.sets(name)]:
        raise CommandError(f"{given[0]} and design={TOGETHER} cannot both be given: what is varied stands in doses")
