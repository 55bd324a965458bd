"""Run scenarios with many draws of parameters, in a study that can be stopped.

Every scenario is run with every draw and with the same replicates of the same seed (same people,
elections and luck), so runs are paired. The plan is written first, then the results in chunks of
about a second of work. The same command, or study=FOLDER alone, goes on with a study that was
stopped; what is done is not done again. Results of different code or settings are never mixed.

Writes plan.json and draws.parquet into the study folder before the first run, then chunks/, and at
the end runs.parquet (one row a run: scenario, draw, replicate, values drawn, regime at the end,
final values of all measures, means over the run, months in each regime), failures.csv, summary.csv,
manifest.json and, if asked for, trajectories.parquet.

With behaviour=accepted each replicate takes the next of the parameter sets that the calibration
accepted, the same one in every scenario and draw, so that runs differ by luck and by parameters.

A design table has one row a draw and one column a setting: levers.duty.attend, behaviour.exit_rate,
place, place.population, board.members.large_employer, board.executive and so on.

For example:
  partnerships sweep study=studies/levers
  partnerships sweep study=studies/levers status=true
  partnerships sweep study=studies/duty vary=[levers.duty] design=sobol draws=512 replicates=4
  partnerships sweep study=studies/lead vary=[leadership] design=grid levels=5
  partnerships sweep study=studies/pair scenarios=[growth_coalition,talking_shop] trajectories=true
  partnerships sweep study=studies/few vary=[levers.purse] 'ranges={levers.purse:[need,influence]}'
  partnerships sweep study=studies/table design=points.csv place=birmingham months=60
  partnerships sweep study=studies/big draws=100000 executor=dask scheduler=tcp://10.0.0.1:8786
"""

from __future__ import annotations

import dataclasses
import errno
import re
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from experiments.behaviours import Sample, sample_of
from experiments.compose import Names, scenarios_asked, verb_settings_of
from experiments.errors import CommandError, one_line
from experiments.output.folder import MANIFEST
from experiments.output.manifest import Question, write_manifest
from experiments.study import store
from experiments.study.chunks import usual_size
from experiments.study.designs import Request, factors, points, read_table
from experiments.study.executors import EXECUTORS
from experiments.study.store import DamagedChunk, Study
from experiments.terminal import console, plain_table, progress_bar
from sim import MEASURES, Scenario
from sim.parameters import Whole
from sim.scenario import nearest

HOW_IT_IS_DONE = ("study", "executor", "workers", "scheduler", "status", "retry", "stop_on_error", "runs_per_chunk")
"""Settings that do not change what is computed."""

MOST_LOST = 10
"""Chunks that cannot be computed at all, after which there is no point in going on."""

_TABLES = (".csv", ".parquet")
_USES_DRAWS = ("random", "latin_hypercube", "sobol", "morris")
_USES_LEVELS = ("grid", "one_at_a_time", "morris")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class SweepSettings:
    """What can be set for a study beside the scenarios; the defaults are in configs/sweep.yaml."""

    study: str | None
    scenarios: Names
    design: str
    vary: Names
    ranges: dict[str, Any] | None
    draws: Annotated[Whole, Field(ge=1, le=10_000_000)]
    levels: Annotated[Whole, Field(ge=2, le=1_000)]
    replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    seed: Annotated[Whole, Field(ge=0)]
    trajectories: bool
    measures: Names
    runs_per_chunk: Annotated[Whole, Field(ge=1, le=100_000)] | None
    executor: Literal["local", "dask"]
    workers: Annotated[Whole, Field(ge=1, le=1_024)] | None
    scheduler: str | None
    status: bool
    retry: bool
    stop_on_error: bool


@dataclasses.dataclass(frozen=True)
class Standing:
    """How far a study is, in chunks."""

    done: list[store.Chunk]
    failed: list[store.Chunk]
    """Those of the done ones in which runs failed."""
    left: list[store.Chunk]
    failed_runs: int
    damaged: list[str]
    """Of those left, what is wrong with the files that are there."""

    @classmethod
    def of(cls, study: Study) -> Standing:
        """Return how far a study is. Every file is read and compared with its hash."""
        standing, failed_runs = cls([], [], [], 0, []), 0
        for chunk in study.chunks:
            try:
                receipt = store.finished(study, chunk)
            except DamagedChunk as damage:
                standing.damaged.append(str(damage))
                receipt = None
            (standing.left if receipt is None else standing.done).append(chunk)
            if receipt is not None and receipt.failed:
                standing.failed.append(chunk)
                failed_runs += receipt.failed
        return dataclasses.replace(standing, failed_runs=failed_runs)


def task(config: DictConfig) -> None:
    """Begin the study that ``config`` describes, or go on with it, and write the results."""
    settings = verb_settings_of(config, SweepSettings)
    if settings.study is None:
        raise CommandError("study is missing: name a folder, for example study=studies/levers")
    folder = Path(settings.study).expanduser().resolve()
    if settings.status:
        _print_status(folder)
        return
    carry_out(folder, settings, of_the_verb=settings, aside=HOW_IT_IS_DONE, sample=sample_of(config))


def carry_out(
    folder: Path, settings: SweepSettings, *, of_the_verb: Any, aside: Collection[str], sample: Sample | None = None
) -> Study:
    """Begin the study in ``folder`` or go on with it until it is finished, write its results and return it.

    ``of_the_verb`` are all settings of the verb that asks (a dataclass), so that none of them is taken for a
    setting of a scenario; those in ``aside`` do not change what is computed. Replicates take turns with the
    parameter sets of a ``sample``, if there is one.
    """
    try:
        study = _begun(folder, settings, of_the_verb=of_the_verb, aside=aside, sample=sample)
        started = time.monotonic()
        computed = _work(study, settings)
        seconds = time.monotonic() - started
        _write_results(study)
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        raise CommandError(
            f"study = {settings.study!r}: {error.strerror}; what was finished is kept: make room there and give "
            f"the same command again"
        ) from None
    _print_results(study, computed=computed, seconds=seconds)
    return study


# ---------------------------------------------------------------------------- beginning


def finished_or_carried_out(
    folder: Path, settings: SweepSettings, *, of_the_verb: Any, aside: Collection[str], sample: Sample | None
) -> Study:
    """Return the study in ``folder`` as it is, if it is finished and nothing else is asked; or :func:`carry_out`.

    A finished study can be read with any version of the code: nothing is computed, so nothing is mixed.
    """
    if store.is_study(folder) and not _asks(aside) and not settings.retry:
        study = store.open_study(folder)
        if not runs_left(study):
            return study
    return carry_out(folder, settings, of_the_verb=of_the_verb, aside=aside, sample=sample)


def runs_left(study: Study) -> int:
    """Return how many runs of a study are left to do, or all if its results were not put together."""
    if not (study.folder / f"{store.RUNS}.parquet").is_file():
        return study.runs
    return sum(chunk.runs for chunk in Standing.of(study).left)


def _asks(aside: Collection[str]) -> list[str]:
    """Return what the command line sets beside the settings in ``aside``."""
    names = "|".join(aside)
    return [text for text in HydraConfig.get().overrides.task if not re.match(rf"\+*({names})=", text)]


def _begun(
    folder: Path, settings: SweepSettings, *, of_the_verb: Any, aside: Collection[str], sample: Sample | None
) -> Study:
    """Return the study in ``folder``, planned now or found there with the same question."""
    asks = _asks(aside)
    if not store.is_study(folder):
        asked, scenarios, draws = _question(settings, of_the_verb, sample)
        sizes = {name: settings.runs_per_chunk or usual_size(scenario) for name, scenario in scenarios.items()}
        behaviours = sample.sets if sample else ()
        return store.plan_study(
            folder, asked=asked, scenarios=scenarios, draws=draws(), sizes=sizes, behaviours=behaviours
        )
    study = store.open_study(folder)
    if asks:
        asked, scenarios, _ = _question(settings, of_the_verb, sample)
        store.refuse_other_question(study, asked, scenarios)
    store.refuse_other_code(study)
    return study


def _question(
    settings: SweepSettings, of_the_verb: Any, sample: Sample | None
) -> tuple[dict[str, Any], Mapping[str, Scenario], Callable[[], pa.Table]]:
    """Return what decides the results, the scenarios, and a way to make the draws."""
    scenarios = _scenarios(settings.scenarios, of_the_verb, sampled=sample is not None)
    first = next(iter(scenarios.values()))
    asked: dict[str, Any] = {
        "replicates": settings.replicates,
        "seed": settings.seed,
        store.TRAJECTORIES: _kept_measures(settings.measures) if settings.trajectories else None,
    }
    asked |= {store.SAMPLE: sample.told()} if sample else {}
    if Path(settings.design).suffix in _TABLES:
        table = read_table(Path(settings.design), first)
        _refuse_drawn_twice(table.column_names, sample)
        return asked | {"design": "table", "table_sha256": store.digest(table)}, scenarios, lambda: table
    request = Request(
        factors=factors(settings.vary, settings.ranges or {}, first),
        draws=settings.draws,
        levels=settings.levels,
        seed=settings.seed,
    )
    _refuse_drawn_twice([factor.path for factor in request.factors], sample)
    asked |= {"design": settings.design, "parameters": {factor.path: factor.range for factor in request.factors}}
    asked |= {"draws": settings.draws} if settings.design in _USES_DRAWS else {}
    asked |= {"levels": settings.levels} if settings.design in _USES_LEVELS else {}
    return asked, scenarios, lambda: points(settings.design, request)


def _refuse_drawn_twice(paths: Sequence[str], sample: Sample | None) -> None:
    """Refuse to draw what the parameter sets of a sample decide: the sets would win, without a word."""
    drawn = [path for path in paths if path.startswith("behaviour.")]
    if sample and drawn:
        raise CommandError(f"{drawn[0]} is drawn, and behaviour names accepted parameter sets: leave one of them out")


def _scenarios(names: Sequence[str], of_the_verb: Any, *, sampled: bool) -> Mapping[str, Scenario]:
    """Return the scenarios by name, each with the overrides of the command line."""
    if not names or len(set(names)) < len(names):
        raise CommandError(f"scenarios = [{','.join(names)}] is not allowed: name at least one, and each once")
    asked = HydraConfig.get().overrides
    if any(re.match(r"\+*scenario=", override) for override in asked.task):
        raise CommandError(
            f"scenario is not a setting of {_verb()}: name one or more with scenarios=[growth_coalition]"
        )
    return scenarios_asked(names, of_the_verb, sampled=sampled)


def _verb() -> str:
    return str(HydraConfig.get().job.config_name)


def _kept_measures(names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in MEASURES:
            hint = nearest(name, MEASURES)
            raise CommandError(f"measures: unknown measure {name!r}{hint}; see: partnerships list measures")
    if not names or len(set(names)) < len(names):
        raise CommandError(f"measures = [{','.join(names)}] is not allowed: name at least one, and each once")
    return list(names)


# ----------------------------------------------------------------------------- working


def _work(study: Study, settings: SweepSettings) -> int:
    """Compute the chunks that are left and return the number of runs in them."""
    standing = Standing.of(study)
    for damage in standing.damaged:
        print(f"{damage}: it is computed again", file=sys.stderr)
    pending = {chunk.id: chunk for chunk in [*standing.left, *(standing.failed if settings.retry else ())]}
    runs: int = sum(chunk.runs for chunk in pending.values())
    lost: list[str] = []
    execute = EXECUTORS[settings.executor]
    working = execute(study.folder, list(pending), workers=settings.workers, scheduler=settings.scheduler)
    with closing(working), progress_bar("runs", total=runs) as advance:
        for id, error in working:
            chunk = pending[id]
            if isinstance(error, OSError | CommandError):  # of the disk, or of the code: others would fail too
                raise error
            if error is not None:
                lost.append(f"{chunk}: {one_line(error)}")
                if len(lost) == MOST_LOST:
                    break
                continue
            advance(chunk.runs)
            if settings.stop_on_error:
                _refuse_failures(study, chunk)
    if lost:
        raise CommandError(
            f"{len(lost)} of {len(pending)} chunks could not be computed ({lost[0]}); what was finished is kept: give "
            f"the same command again"
        )
    return runs


def _refuse_failures(study: Study, chunk: store.Chunk) -> None:
    for row in store.failures_of(study, chunk):
        raise CommandError(
            f"{chunk.scenario}, draw {row['draw']}, replicate {row['replicate']} failed: {row[store.ERROR]} "
            f"(what was finished is kept; without stop_on_error=true the study goes on)"
        )


def _write_results(study: Study) -> None:
    try:
        store.assemble(study)
    except DamagedChunk as damage:
        raise CommandError(f"{damage}: give the same command again, and it is computed anew") from None
    store.summary(study).to_csv(study.folder / "summary.csv", index=False)
    question = Question(
        command=["partnerships", _verb(), *HydraConfig.get().overrides.task],
        scenarios=study.scenarios,
        seed=study.asked["seed"],
        replicates=range(study.asked["replicates"]),
    )
    (study.folder / MANIFEST).unlink(missing_ok=True)
    told = {name: value for name, value in study.asked.items() if name != "scenarios"}
    write_manifest(study.folder, question, settings=told)


# ---------------------------------------------------------------------------- telling


def _print_status(folder: Path) -> None:
    if not store.is_study(folder):
        raise CommandError(f"study = {str(folder)!r} holds no study (no {store.PLAN})")
    study = store.open_study(folder)
    standing = Standing.of(study)
    table = plain_table()
    for heading in ("", "chunks", "runs"):
        table.add_column(heading, justify="right" if heading else "left")
    done = sum(chunk.runs for chunk in standing.done)
    table.add_row("done", f"{len(standing.done):,}", f"{done - standing.failed_runs:,}")
    table.add_row("with failed runs", f"{len(standing.failed):,}", f"{standing.failed_runs:,}")
    table.add_row("left", f"{len(standing.left):,}", f"{study.runs - done:,}")
    out = console()
    out.print(f"Study of {study.runs:,} runs, begun {study.created}")
    out.print(table)
    for damage in standing.damaged:
        out.print(f"{damage}: it counts as left", soft_wrap=True)


def _print_results(study: Study, *, computed: int, seconds: float) -> None:
    failed = sum(receipt.failed for chunk in study.chunks if (receipt := store.receipt(study, chunk)))
    out = console()
    told = f"{study.runs:,} runs, {failed:,} of them failed"
    out.print(f"{told} (see {store.FAILURES}; retry=true runs them again)" if failed else told)
    if computed:
        out.print(f"{computed:,} runs were computed now, {computed / seconds:,.0f} a second")
    out.print(f"Results are in {study.folder}: runs.parquet, summary.csv", soft_wrap=True)
