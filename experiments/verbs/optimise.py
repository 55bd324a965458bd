"""Find the cheapest mix of levers that keeps bad endings rare, the Pareto set, and the regret of each scenario.

A mix sets the levers named by vary; all else stays as in the scenario that is given (scenario=, levers.x=...).
Every mix is tried in the same worlds: the accepted parameter sets (behaviour=accepted), several places,
and chance. Two searches use them: NSGA-II for the mixes that are not beaten in outcome, dominance and cost
at once, then, from the best of those, differential evolution for the cheapest mix of which at most a share
bound of the runs ends in one of the regimes to avoid. What a search finds best has been lucky: the eight
cheapest are judged again on a second seed, the cheapest of them that keeps the bound there is chosen, and
what is reported about it, the Pareto set and the scenarios comes from a third seed.

Cost is what is paid out of the pooled fund (whoever put it in), plus meeting, reporting and the staff team,
plus external inspection, in £m a place over the whole run, not discounted. Not costed: the effort of complying
with a duty, leadership of any style, money that bodies bend, and whatever inspection is good for, which
the model does not know. Regret is taken over the nineteen scenarios as they ship, each in every place.

With progress=FILE every generation is kept, and the same command goes on after a stop.

Writes best_mix.csv, mixes.csv, pareto.csv, regret.csv, policies.csv, confirmed_runs.parquet, conclusions.txt,
figures/ and manifest.json.

For example:
  partnerships optimise
  partnerships optimise bound=0.05 places=[typical]
  partnerships optimise generations=60 progress=outputs/search.parquet
  partnerships optimise 'avoid=[talking_shop]' vary=[levers.staff_team,leadership]
  partnerships optimise 'ranges={levers.pooling_rate:[0,0.5],fund_multiple:[0,1]}' generations=40
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from hydra.core.hydra_config import HydraConfig
from numpy.typing import NDArray
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.policy.figures import outcome_against_cost, regret_bars
from analysis.policy.tables import (
    AVOIDED,
    BEST,
    COSTS,
    OBJECTIVES,
    REGRET_IN,
    on_front,
    policy_means,
    policy_summary,
    regrets,
    share_of_sets_within,
    state_values,
    with_avoided,
)
from analysis.policy.words import mixes_in_words
from analysis.shared.plotting import save
from experiments.behaviours import sample_of
from experiments.compose import Names, load_scenario, scenario_names, scenario_of, verb_settings_of
from experiments.errors import CommandError
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.runs.policies import FUND_MULTIPLE, Worlds, policy_runs, with_levers
from experiments.search.mixes import EXCESS, search_cheapest, search_front
from experiments.search.progress import SHARE, Judged
from experiments.study.designs import Factor, factors
from experiments.terminal import console, progress_bar
from experiments.values import scenario_values
from sim import REGIMES, Scenario, find_place
from sim.parameters import Behaviour, Whole
from sim.scenario import nearest

FINALISTS = 8
MOST_FUND_MULTIPLE = 10.0

USUAL_RANGES: Mapping[str, tuple[float, float]] = {
    FUND_MULTIPLE: (0.0, 2.0),
    "levers.pooling_rate": (0.0, 0.15),  # 1 to 2 % realistic, 5 to 15 % ambitious
    "levers.inspection.relief": (0.0, 0.2),  # 15 to 20 % was realistic
}
"""Narrower than what is allowed, after the sources that sim/parameters.py names; all else is varied in full."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class OptimiseSettings:
    """What can be set for a search; the defaults are in configs/optimise.yaml."""

    vary: Names
    ranges: dict[str, Any] | None
    avoid: Names
    bound: Annotated[float, Field(ge=0.0, lt=1.0)]
    places: Names
    replicates: Annotated[Whole, Field(ge=1, le=10_000)]
    confirming_replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    population: Annotated[Whole, Field(ge=8, le=1_000)]
    generations: Annotated[Whole, Field(ge=1, le=1_000)]
    seed: Annotated[Whole, Field(ge=0)]
    workers: Annotated[Whole, Field(ge=1, le=1_024)] | None
    progress: str | None
    output: str | None
    overwrite: bool


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is searched: levers with their ranges, where mixes start from, in which worlds, within which bound."""

    base: Scenario
    levers: tuple[Factor, ...]
    worlds: Worlds
    avoid: tuple[str, ...]
    bound: float
    scenarios: Mapping[str, Scenario]
    """Those that the mixes are set against, as they ship."""

    def values(self, mix: NDArray[np.float64]) -> dict[str, Any]:
        """Return the levers of a mix by path, to three decimals, from its shares in [0, 1]."""
        found = {lever.path: lever.at(np.array([share]))[0] for lever, share in zip(self.levers, mix, strict=True)}
        return {
            path: round(float(value), 3) if isinstance(value, np.floating) else value for path, value in found.items()
        }

    def in_places(self, values: Mapping[str, Any]) -> list[Scenario]:
        """Return the scenario of a mix in each place."""
        return [with_levers(self.base, values, place) for place in self.worlds.places]


@dataclasses.dataclass(frozen=True)
class Answers:
    """The tables that a search comes to; see the help of the verb."""

    best: pd.DataFrame
    searched: pd.DataFrame
    pareto: pd.DataFrame
    regret: pd.DataFrame
    policies: pd.DataFrame
    confirmed: pd.DataFrame


def task(config: DictConfig) -> None:
    """Search as ``config`` says, print what was found and write the answers."""
    settings = verb_settings_of(config, OptimiseSettings)
    problem = problem_of(config, settings)
    target = output_folder(settings.output, verb="optimise")
    command = ["partnerships", "optimise", *HydraConfig.get().overrides.task]
    asked = {"base": problem.base, **problem.scenarios}
    question = Question(command, asked, settings.seed, range(settings.confirming_replicates))
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        answers = search(problem, settings)
        text = mixes_in_words(
            answers.best, answers.policies, answers.pareto, answers.regret, avoid=problem.avoid, bound=problem.bound
        )
        _write(answers, text, folder)
        sample = sample_of(config)
        drawn = {"behaviour": sample.told() if sample else "one set"}
        drawn["levers"] = {lever.path: list(lever.range) for lever in problem.levers}
        write_manifest(folder, question, settings=dataclasses.asdict(settings) | drawn)
    console().print(text)
    console().print(f"Answers are in {target}")


# ---------------------------------------------------------------------------- asking


def problem_of(config: DictConfig, settings: OptimiseSettings) -> Problem:
    """Return what ``config`` asks to search; raise CommandError or ScenarioError for what cannot be."""
    sample = sample_of(config)
    if any(re.match(r"\+*place=", override) for override in HydraConfig.get().overrides.task):
        raise CommandError(f"place is not a setting of optimise: name places, for example places=[{config.place.name}]")
    base = scenario_of(config, sampled=sample is not None)
    behaviours: Sequence[Behaviour] = (base.behaviour,) if sample is None else sample.sets
    avoid = tuple(_regime(name) for name in _all_different("avoid", settings.avoid))
    places = [find_place(name) for name in _all_different("places", settings.places)]
    return Problem(
        base=base,
        levers=levers_of(settings.vary, settings.ranges or {}, base),
        worlds=Worlds(behaviours, places, settings.workers),
        avoid=avoid,
        bound=settings.bound,
        scenarios={name: load_scenario(name, [f"months={base.months}"]) for name in scenario_names()},
    )


def levers_of(vary: Sequence[str], ranges: Mapping[str, Any], base: Scenario) -> tuple[Factor, ...]:
    """Return the levers that a mix sets, with their ranges: the usual ones unless others are given."""
    others = [name for name in vary if name != FUND_MULTIPLE]
    for name in others:
        if name.partition(".")[0] not in ("levers", "leadership"):
            raise CommandError(f"vary: {name!r} is no lever: name levers, leadership, or {FUND_MULTIPLE}")
    paths = [factor.path for factor in factors(others, {}, base)] if others else []
    if FUND_MULTIPLE in vary and "levers.flexible_fund_gbp_m" in paths:
        raise CommandError(f"vary: {FUND_MULTIPLE} and levers.flexible_fund_gbp_m set the same fund: name one of them")
    given = {path: list(ends) for path, ends in USUAL_RANGES.items() if path in paths} | dict(ranges)
    scaled = given.pop(FUND_MULTIPLE, USUAL_RANGES[FUND_MULTIPLE])
    fund = [_fund_multiple(scaled)] if FUND_MULTIPLE in vary else []
    if FUND_MULTIPLE in ranges and not fund:
        raise CommandError(f"ranges: {FUND_MULTIPLE} is not among the parameters varied; see vary")
    return (*fund, *(factors(others, given, base) if others or not fund else ()))


def _fund_multiple(ends: Any) -> Factor:
    numbers = isinstance(ends, Sequence) and all(type(end) in (int, float) for end in ends) and len(ends) == 2
    if not numbers or not 0.0 <= ends[0] < ends[1] <= MOST_FUND_MULTIPLE:
        raise CommandError(
            f"ranges: {FUND_MULTIPLE} = {ends!r} is not allowed: it takes [low,high] with 0 ≤ low < high ≤ "
            f"{MOST_FUND_MULTIPLE:g} (times the place's own fund)"
        )
    return Factor(FUND_MULTIPLE, low=float(ends[0]), high=float(ends[1]))


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


# --------------------------------------------------------------------------- searching


def search(problem: Problem, settings: OptimiseSettings) -> Answers:
    """Return the outcome of both searches and of the runs that confirm them."""
    searched, front = _searched(problem, settings)
    best = _ranked(searched, problem).head(FINALISTS)
    finalists = {int(str(row)): mix for row, mix in zip(best.index, _shares(best), strict=True)}
    with progress_bar("confirming runs", total=_confirming_runs(problem, settings, len(finalists), len(front))) as done:

        def again(policies: Mapping[Any, Sequence[Scenario]], seed: int) -> pd.DataFrame:
            replicates = settings.confirming_replicates
            runs = policy_runs(policies, problem.worlds, replicates=replicates, seed=seed, advance=done)
            return with_avoided(runs, problem.avoid)

        mixes = {row: problem.in_places(problem.values(mix)) for row, mix in finalists.items()}
        selection = policy_means(again(mixes, settings.seed + 1)).set_index("policy")
        chosen = _cheapest(selection, problem.bound)
        policies: dict[Any, list[Scenario]] = {
            name: [dataclasses.replace(scenario, place=place) for place in problem.worlds.places]
            for name, scenario in problem.scenarios.items()
        }
        policies |= {f"mix {number}": problem.in_places(values) for number, values in enumerate(front, 1)}
        policies[BEST] = mixes[chosen]
        confirmed = again(policies, settings.seed + 2)
    stages = {"search": _numbers(searched, chosen), "selection": _numbers(selection, chosen)}
    values = problem.values(finalists[chosen])
    return _answers(problem, searched, confirmed, stages=stages, values=values, front=front)


def _searched(problem: Problem, settings: OptimiseSettings) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Return every mix that was judged, a row each, and the levers of those at the Pareto front."""
    judged = Judged(Path(settings.progress).expanduser() if settings.progress else None, _asked(problem, settings))
    with progress_bar("mixes", total=2 * settings.population * settings.generations) as advance:

        def judge(mixes: NDArray[np.float64]) -> pd.DataFrame:
            found = judged.recalled(mixes)
            if found is None:
                found = _means(problem, mixes, replicates=settings.replicates, seed=settings.seed)
                judged.keep(found)
            advance(len(mixes))
            losses = {name: sign * found[name] for name, sign in OBJECTIVES.items()}
            return pd.DataFrame(losses | {EXCESS: found[AVOIDED] - problem.bound})

        how = {"generations": settings.generations, "seed": settings.seed}
        levers, population = len(problem.levers), settings.population
        front = search_front(judge, list(OBJECTIVES), levers=levers, population=population, **how)
        of_the_first = len(judged)
        search_cheapest(judge, "cost_gbp_m", start=_shares(_ranked(judged.table(), problem).head(population)), **how)
    together = judged.table()
    together.insert(0, "search", np.where(together.index < of_the_first, "front", "cheapest"))
    different = pd.DataFrame([problem.values(mix) for mix in front]).drop_duplicates()
    return together, [{str(path): value for path, value in row.items()} for row in different.to_dict("records")]


def _ranked(judged: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Return the different mixes judged: the cheapest within the bound first, then those that come nearest to it."""
    different = judged.drop_duplicates([lever.path for lever in problem.levers])
    excess = (different[AVOIDED] - problem.bound).clip(lower=0.0)
    return different.iloc[np.lexsort((different["cost_gbp_m"], excess))]


def _shares(mixes: pd.DataFrame) -> NDArray[np.float64]:
    return mixes[[name for name in mixes.columns if str(name).startswith(SHARE)]].to_numpy(dtype=np.float64)


def _means(problem: Problem, mixes: NDArray[np.float64], *, replicates: int, seed: int) -> pd.DataFrame:
    """Return a row a mix: its levers, the means of its runs, and its shares of the ranges."""
    values = [problem.values(mix) for mix in mixes]
    policies = {number: problem.in_places(levers) for number, levers in enumerate(values)}
    runs = policy_runs(policies, problem.worlds, replicates=replicates, seed=seed)
    means = policy_means(with_avoided(runs, problem.avoid)).drop(columns="policy")
    return pd.concat([pd.DataFrame(values), means, pd.DataFrame(mixes).add_prefix(SHARE)], axis=1)


def _asked(problem: Problem, settings: OptimiseSettings) -> dict[str, Any]:
    """Return everything that decides which mixes a search asks for and what it finds."""
    named = ("bound", "replicates", "population", "generations", "seed")
    return {
        **{name: getattr(settings, name) for name in named},
        "base": scenario_values(problem.base),
        "levers": {lever.path: lever.range for lever in problem.levers},
        "behaviours": [dataclasses.asdict(behaviour) for behaviour in problem.worlds.behaviours],
        "places": [dataclasses.asdict(place) for place in problem.worlds.places],
        "avoid": problem.avoid,
    }


def _cheapest(selection: pd.DataFrame, bound: float) -> int:
    within = selection[selection[AVOIDED] <= bound]
    chosen = within["cost_gbp_m"].idxmin() if len(within) else selection[AVOIDED].idxmin()
    return int(str(chosen))


def _confirming_runs(problem: Problem, settings: OptimiseSettings, finalists: int, front: int) -> int:
    policies = finalists + front + 1 + len(problem.scenarios)
    return policies * len(problem.worlds.places) * settings.confirming_replicates


# ---------------------------------------------------------------------------- telling


def _answers(
    problem: Problem,
    searched: pd.DataFrame,
    confirmed: pd.DataFrame,
    *,
    stages: Mapping[str, Mapping[str, float]],
    values: Mapping[str, Any],
    front: Sequence[Mapping[str, Any]],
) -> Answers:
    summary = policy_summary(confirmed)
    shares = pd.crosstab(confirmed["policy"], confirmed["regime"], normalize="index")
    shares = shares.reindex(columns=list(REGIMES), fill_value=0.0).add_prefix("ends as ")
    costs = confirmed.groupby("policy")[list(COSTS)].mean()
    summary = summary.join(costs, on="policy").join(shares, on="policy")
    summary["sets_within_bound"] = [
        share_of_sets_within(confirmed[confirmed["policy"] == policy], problem.bound) for policy in summary["policy"]
    ]
    is_mix = summary["policy"].str.startswith("mix ")
    pareto = summary[is_mix].reset_index(drop=True)
    pareto.insert(1, "on_front", on_front(pareto))
    pareto = pd.concat([pareto, pd.DataFrame([dict(levers) for levers in front])], axis=1)
    best = summary[summary["policy"] == BEST].assign(stage="confirmed", **values)
    seen = [{"policy": BEST, "stage": stage, **numbers} for stage, numbers in stages.items()]
    compared = confirmed[~confirmed["policy"].str.startswith("mix ")]
    regret = [
        regrets(state_values(compared, value), attainable_by=list(problem.scenarios)).assign(value=value)
        for value in REGRET_IN
    ]
    return Answers(
        best=pd.concat([pd.DataFrame(seen), best], ignore_index=True),
        searched=searched[[name for name in searched.columns if not str(name).startswith(SHARE)]],
        pareto=pareto.sort_values("cost_gbp_m", ignore_index=True),
        regret=pd.concat(regret, ignore_index=True),
        policies=summary[~is_mix].reset_index(drop=True),
        confirmed=confirmed,
    )


def _numbers(table: pd.DataFrame, row: int) -> dict[str, float]:
    return {name: float(table[name].loc[row]) for name in (*OBJECTIVES, AVOIDED)}


def _write(answers: Answers, text: str, folder: Path) -> None:
    answers.best.to_csv(folder / "best_mix.csv", index=False)
    answers.searched.to_csv(folder / "mixes.csv", index=False)
    answers.pareto.to_csv(folder / "pareto.csv", index=False)
    answers.regret.to_csv(folder / "regret.csv", index=False)
    answers.policies.to_csv(folder / "policies.csv", index=False)
    answers.confirmed.to_parquet(folder / "confirmed_runs.parquet", index=False)
    (folder / "conclusions.txt").write_text(text + "\n", encoding="utf-8")
    figure = outcome_against_cost(answers.pareto, answers.policies, answers.searched)
    save(figure, folder / "figures" / "outcome_against_cost.png")
    save(regret_bars(answers.regret), folder / "figures" / "regret.png")
