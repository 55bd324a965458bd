"""What is requested of a study: everything that decides its rows, before it is planned."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from experiments.behaviours import GROUP, Sample
from experiments.errors import CommandError
from experiments.options import is_own, option_names
from experiments.study import plans
from experiments.study.designs import TOGETHER, DesignRequest, factors, points, read_table
from experiments.study.doses import DOSES, checked_doses, draws_together
from experiments.study.precision import refuse_first_stage
from sim import Scenario, month_of
from sim.scenario import nearest

_TABLES = (".csv", ".parquet")
_USES_DRAWS = ("random", "latin_hypercube", "sobol", "sobol_pairs", "shapley", "morris")
_USES_LEVELS = ("grid", "one_at_a_time", "morris")


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyRequest:
    """Scenarios by name, a design or a table of draws, and the runs of each draw."""

    scenarios: Sequence[str]
    design: str
    vary: Sequence[str]
    ranges: Mapping[str, Any] | None
    draws: int
    levels: int
    replicates: int
    seed: int
    monthly: Sequence[str] = ()
    """Measures of which every month is kept."""
    years: Sequence[int] = ()
    """Years of the run of whose last month alone they are kept; all months if none is named."""
    doses: Mapping[str, Any] | None = None
    """Levers with their doses, of the design together."""
    precision: Mapping[str, float] | None = None
    """Half-widths asked of the mean of every draw, by measure: replicates go on until they are reached."""
    most_replicates: int = 0


def refuse_names(request: StudyRequest) -> None:
    """Raise CommandError if no scenarios are named, or one is twice."""
    names = request.scenarios
    if not names or len(set(names)) < len(names):
        raise CommandError(f"scenarios = [{','.join(names)}] is not allowed: name at least one, and each once")


def _refuse_measures(request: StudyRequest, known: Collection[str]) -> None:
    for name in request.monthly:
        if name not in known:
            hint = nearest(name, known)
            raise CommandError(f"measures: unknown measure {name!r}{hint}; see: partnerships list measures")


def _refuse_years(request: StudyRequest, scenarios: Mapping[str, Scenario]) -> None:
    if len(set(request.years)) < len(request.years):
        raise CommandError(f"years = {list(request.years)} is not allowed: name each once")
    for name, scenario in scenarios.items():
        if late := [year for year in request.years if 12 * year > scenario.months]:
            raise CommandError(
                f"years: {late[0]} is not allowed: {name} runs for {scenario.months} months, {scenario.months // 12} "
                f"full years; leave it out, or give months={12 * late[0]}"
            )


def _refuse_precision(request: StudyRequest, known: Collection[str]) -> None:
    for name in request.precision or ():
        if name not in known:
            hint = nearest(name, known)
            raise CommandError(f"precision: unknown measure {name!r}{hint}; see: partnerships list measures")
    if request.precision:
        refuse_first_stage(request.replicates, most=request.most_replicates)


def study_settings(
    request: StudyRequest, scenarios: Mapping[str, Scenario], sample: Sample | None
) -> tuple[dict[str, Any], Callable[[], pa.Table]]:
    """Return what decides the rows of a study beside its scenarios, and a way to make the draws."""
    known = month_of(*scenarios.values()).measures
    _refuse_measures(request, known)
    _refuse_precision(request, known)
    _refuse_years(request, scenarios)
    first = next(iter(scenarios.values()))
    settings: dict[str, Any] = {
        "replicates": request.replicates,
        "seed": request.seed,
        plans.TRAJECTORIES: list(request.monthly) or None,
    }
    settings |= {plans.YEARS: sorted(request.years)} if request.years else {}
    settings |= {plans.SAMPLE: sample.record()} if sample else {}
    if request.precision:
        stages = {"first": request.replicates, "most": request.most_replicates}
        settings |= {plans.PRECISION: {"half_widths": dict(request.precision), **stages}}
    if Path(request.design).suffix in _TABLES:
        table = read_table(Path(request.design), first)
        _refuse_drawn(table.column_names, sample)
        return settings | {"design": "table", "table_sha256": plans.digest(table)}, lambda: table
    if request.design == TOGETHER:
        doses = checked_doses(request.doses, first)
        _refuse_drawn([path for its in doses.values() for values in its.values() for path in values], sample)
        return settings | {"design": TOGETHER, DOSES: doses}, lambda: draws_together(doses)
    design = DesignRequest(
        factors=factors(request.vary, request.ranges or {}, first),
        draws=request.draws,
        levels=request.levels,
        seed=request.seed,
    )
    _refuse_drawn([factor.path for factor in design.factors], sample)
    settings |= {"design": request.design, "parameters": {factor.path: factor.range for factor in design.factors}}
    settings |= {"draws": request.draws} if request.design in _USES_DRAWS else {}
    settings |= {"levels": request.levels} if request.design in _USES_LEVELS else {}
    return settings, lambda: points(request.design, design)


def _refuse_drawn(paths: Sequence[str], sample: Sample | None) -> None:
    """Refuse to draw what would be decided elsewhere, without a word: by a sample, or by a file that no worker has."""
    taken = sample.sets[0].values if sample else {}
    drawn = [path for path in paths if path.startswith(f"{GROUP}.") or path in taken]
    if sample and drawn:
        raise CommandError(f"{drawn[0]} is drawn, and behaviour names accepted parameter sets: leave one of them out")
    own = [name for name in option_names("place") if is_own("place", name)]
    if "place" in paths and own:
        raise CommandError(
            f"place is drawn, and drawn places are those that ship with the model: place/{own[0]}.yaml cannot be among "
            "them; set it with place= or leave out --config-dir"
        )
