"""Find the cheapest mix of levers that keeps bad endings rare, the Pareto set, and regrets.

A mix sets the levers named by vary; all else stays as in the scenario that is given (scenario=,
levers.x=...). Every mix is tried in the same worlds: the parameter sets of a sample, if behaviour
names one, several places, and chance. Two searches use them: NSGA-II for the mixes that are not
beaten in outcome, dominance and cost at once, then, from the best of those, differential evolution
for the cheapest mix of which at most a share bound of the runs ends in one of the regimes to avoid.
What a search finds best has been lucky: the eight cheapest are judged again on a second seed, the
cheapest of them that keeps the bound there is chosen, and what is reported about it, the Pareto set
and the scenarios comes from a third seed.

Cost is what projects get of the fund (whoever put it in) and the posts that it pays, in £m a place
over the whole run, not discounted, and what levers cost by prices=. Not costed otherwise: senior
time, which is counted in half-days, complying with a duty, leadership of any style, money that
bodies pool, and inspection. Regret is taken over the scenarios as they ship, with those of your own
(--config-dir), each in every place.

objectives= names what the Pareto set is of: measures at the end of the run (dominance: mean of the
last year) and cost_gbp_m, each high or low. Regret is then counted in all of them but the cost, and
the figure sets the first against cost, coloured by the second. prices= gives levers a price, in £m
a year of the value 1. Both take {NAME:VALUE}, or a YAML file with a line each.

With progress=FILE every generation is kept, and the same command goes on after a stop.

Writes best_mix.csv, mixes.csv, pareto.csv, regret.csv, policies.csv, confirmed_runs.parquet,
conclusions.txt, figures/ and manifest.json.

For example:
  partnerships optimise
  partnerships optimise bound=0.05 places=[typical]
  partnerships optimise generations=60 progress=outputs/search.parquet
  partnerships optimise 'avoid=[talking_shop]' vary=[levers.staff_team,leadership]
  partnerships optimise 'objectives={engagement:high,top_share:low,cost_gbp_m:low}'
  partnerships optimise case=mycity vary=[levers.staff_team,leadership] prices=prices.yaml
  partnerships optimise 'ranges={levers.pooling_rate:[0,0.5],fund_multiple:[0,1]}' generations=40
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from analysis.policy.figures import regret_bars, value_against_cost
from analysis.policy.tables import OBJECTIVES
from analysis.policy.words import mixes_in_words
from analysis.shared.paths import flat
from experiments.behaviours import NumberSet
from experiments.cases.cells import Problem
from experiments.cases.named import names_a_case
from experiments.cases.settings_file import read_settings
from experiments.command import Command
from experiments.compose import load_place, load_scenario, scenario_names
from experiments.errors import CommandError
from experiments.files import typed_path
from experiments.output.frame import Results
from experiments.runs.policies import Worlds
from experiments.search.policies import MixProblem, SearchSettings, levers_of, objectives_of, prices_of, search
from experiments.settings import Figures, Names, Seed, Workers, checked
from sim import REGIMES, Scenario, ScenarioError
from sim.parameters import Whole
from sim.scenario import nearest


@checked
class OptimiseSettings:
    """What can be set for a search; the defaults are in configs/optimise.yaml."""

    vary: Names
    ranges: dict[str, Any] | None
    objectives: dict[str, Any] | str | None
    prices: dict[str, Any] | str | None
    avoid: Names
    bound: Annotated[float, Field(ge=0.0, lt=1.0)]
    places: Names
    replicates: Annotated[Whole, Field(ge=1, le=10_000)]
    confirming_replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    population: Annotated[Whole, Field(ge=8, le=1_000)]
    generations: Annotated[Whole, Field(ge=1, le=1_000)]
    seed: Seed
    workers: Workers | None
    progress: str | None
    output: str | None
    overwrite: bool
    figures: Figures


def work(settings: OptimiseSettings, command: Command) -> Results:
    """Search the mixes, and confirm what is found."""
    problem = _problem(settings, command)
    found = search(
        problem,
        SearchSettings(
            replicates=settings.replicates,
            confirming_replicates=settings.confirming_replicates,
            population=settings.population,
            generations=settings.generations,
            seed=settings.seed,
            progress=settings.progress,
        ),
    )
    first = next(name for name in problem.objectives if name != "cost_gbp_m")
    text = mixes_in_words(
        found.best,
        found.policies,
        found.pareto,
        found.regret,
        avoid=problem.avoid,
        bound=problem.bound,
        objectives=problem.objectives,
        prices=problem.prices,
    )
    return Results(
        scenarios=_run(problem),
        seed=settings.seed,
        replicates=range(settings.confirming_replicates),
        tables={
            "best_mix.csv": found.best,
            "mixes.csv": found.searched,
            "pareto.csv": found.pareto,
            "regret.csv": found.regret,
            "policies.csv": found.policies,
            "confirmed_runs.parquet": found.confirmed,
        },
        texts={"conclusions.txt": text},
        figures={
            f"{first}_against_cost": partial(
                value_against_cost, found.pareto, found.policies, found.searched, objectives=problem.objectives
            ),
            "regret": partial(regret_bars, found.regret),
        },
        words=[text],
        record={"levers": {lever.path: list(lever.range) for lever in problem.levers}},
    )


def _problem(settings: OptimiseSettings, command: Command) -> MixProblem:
    """Return what is searched; raise CommandError or ScenarioError for what cannot be."""
    base = command.scenario()
    if command.sets("place"):
        raise CommandError(f"place is not a setting of optimise: name places, for example places=[{base.place.name}]")
    sets = command.number_sets or (NumberSet(base.behaviour),)
    avoid = tuple(_regime(name) for name in _all_different("avoid", settings.avoid))
    # A case is a place of its own, unless others are asked for.
    own = command.sets("case") and not command.sets("places")
    places = [base.place] if own else [load_place(name) for name in _all_different("places", settings.places)]
    shared = [f"months={base.months}", *filter(names_a_case, command.overrides)]
    scenarios = {name: _loaded(name, shared) for name in scenario_names()}
    objectives = _stated("objectives", settings.objectives)
    return MixProblem(
        base=base,
        levers=levers_of(settings.vary, settings.ranges or {}, base),
        worlds=Worlds(sets, places, settings.workers),
        avoid=avoid,
        bound=settings.bound,
        scenarios={name: _beside(base, scenario) for name, scenario in scenarios.items() if scenario},
        objectives=objectives_of(objectives, base) if objectives else OBJECTIVES,
        prices=prices_of(_stated("prices", settings.prices), base),
    )


def _stated(setting: str, given: dict[str, Any] | str | None) -> dict[str, Any]:
    """Return what is given on the command line, or in the YAML file that is named there, by path."""
    if not isinstance(given, str):
        return flat(given or {})
    if not typed_path(given).is_file():
        raise CommandError(f"{setting} = {given!r} was not found: give a YAML file, or {setting}={{NAME:VALUE}}")
    problems: list[Problem] = []
    values = read_settings(typed_path(given), problems).values
    if problems:
        raise CommandError(f"{setting}: {problems[0]}")
    return flat(values)


def _run(problem: MixProblem) -> dict[str, Scenario]:
    """Return every scenario that was run, the base in the first place and by name in each of several."""
    first, *others = (dataclasses.replace(problem.base, place=place) for place in problem.worlds.places)
    return {"base": first, **{f"base in {one.place.label}": one for one in others}, **problem.scenarios}


def _beside(base: Scenario, other: Scenario) -> Scenario:
    """Return another scenario with the extension of the base, so that they can run together."""
    return dataclasses.replace(other, extension=base.extension, own=base.own)


def _loaded(name: str, overrides: Sequence[str]) -> Scenario | None:
    """Return a scenario; say why not, and return None, if it cannot be run with the dates of a case."""
    try:
        return load_scenario(name, overrides)
    except ScenarioError as error:
        if not any(map(names_a_case, overrides)):
            raise
        print(f"scenario {name} is left out: {error}", file=sys.stderr)
        return None


def _all_different(setting: str, names: Sequence[str]) -> Sequence[str]:
    if not names or len(set(names)) < len(names):
        raise CommandError(f"{setting} = [{','.join(names)}] is not allowed: name at least one, and each once")
    return names


def _regime(name: str) -> str:
    plain = {regime.replace("-", " "): regime for regime in REGIMES}
    asked = name.replace("_", " ").replace("-", " ")
    if asked not in plain:
        known = [regime.replace(" ", "_") for regime in plain]
        raise CommandError(f"avoid: unknown regime {name!r}{nearest(name, known)}; known: {', '.join(known)}")
    return plain[asked]
