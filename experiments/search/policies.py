"""The search for the cheapest mix of levers and the Pareto set, and the runs that confirm what is reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.policy.tables import (
    AVOIDED,
    BEST,
    COSTS,
    OBJECTIVES,
    PRICED,
    judged_by,
    on_front,
    policy_means,
    policy_summary,
    regret_in,
    regrets,
    share_of_sets_within,
    state_values,
    with_avoided,
)
from experiments.errors import CommandError
from experiments.files import typed_path
from experiments.runs.policies import FUND_MULTIPLE, Worlds, policy_runs, with_levers
from experiments.search.evaluation_cache import SHARE, EvaluationCache
from experiments.search.mixes import EXCESS, search_cheapest, search_front
from experiments.study.designs import Factor, factors
from experiments.terminal import progress_bar
from experiments.values import scenario_values, value_at
from sim import REGIMES, Scenario, month_of
from sim.scenario import nearest

FINALISTS = 8
MOST_FUND_MULTIPLE = 10.0
_MOST_PRICE = 1000.0
_WAYS = {"high": -1, "low": 1}
_SEE_MEASURES = "cost_gbp_m, or see: partnerships list measures"

USUAL_RANGES: Mapping[str, tuple[float, float]] = {
    FUND_MULTIPLE: (0.0, 2.0),
    "levers.pooling_rate": (0.0, 0.15),  # 1 to 2 % realistic, 5 to 15 % ambitious
    "levers.inspection.relief": (0.0, 0.2),  # 15 to 20 % was realistic
}
"""Narrower than what is allowed, after the sources that sim/parameters.py names; all else is varied in full."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """How long is searched, and on how many runs what is found rests."""

    replicates: int
    confirming_replicates: int
    population: int
    generations: int
    seed: int
    progress: str | None
    """A file that keeps every generation."""


@dataclasses.dataclass(frozen=True)
class MixProblem:
    """What is searched: levers with their ranges, where mixes start from, in which worlds, within which bound."""

    base: Scenario
    levers: tuple[Factor, ...]
    worlds: Worlds
    avoid: tuple[str, ...]
    bound: float
    scenarios: Mapping[str, Scenario]
    """Those that the mixes are set against, as they ship."""
    objectives: Mapping[str, int] = dataclasses.field(default_factory=lambda: OBJECTIVES)
    """What the Pareto set is of, by name; +1 is better low, −1 better high."""
    prices: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Of levers by path, in £m a year of the value 1."""

    def runs(self, policies: Mapping[Any, Sequence[Scenario]], **how: Any) -> pd.DataFrame:
        """Return the runs of policies in the worlds, with what they are judged by."""
        measures = [name for name in self.objectives if name not in OBJECTIVES]
        if measures or self.prices:
            how |= {"measures": measures, "prices": self.prices}
        return with_avoided(policy_runs(policies, self.worlds, **how), self.avoid)

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
class MixTables:
    """The tables that a search comes to; see the help of ``partnerships optimise``."""

    best: pd.DataFrame
    searched: pd.DataFrame
    pareto: pd.DataFrame
    regret: pd.DataFrame
    policies: pd.DataFrame
    confirmed: pd.DataFrame


def search(problem: MixProblem, settings: SearchSettings) -> MixTables:
    """Return the outcome of both searches and of the runs that confirm them."""
    searched, front = _searched(problem, settings)
    best = _ranked(searched, problem).head(FINALISTS)
    finalists = {int(str(row)): mix for row, mix in zip(best.index, _shares(best), strict=True)}
    with progress_bar("confirming runs", total=_confirming_runs(problem, settings, len(finalists), len(front))) as done:

        def again(policies: Mapping[Any, Sequence[Scenario]], seed: int) -> pd.DataFrame:
            many = settings.confirming_replicates
            return problem.runs(policies, replicates=many, seed=seed, advance=done, named="confirming_replicates")

        mixes = {row: problem.in_places(problem.values(mix)) for row, mix in finalists.items()}
        selection = policy_means(again(mixes, settings.seed + 1), problem.objectives).set_index("policy")
        chosen = _cheapest(selection, problem.bound)
        policies: dict[Any, list[Scenario]] = {
            name: [dataclasses.replace(scenario, place=place) for place in problem.worlds.places]
            for name, scenario in problem.scenarios.items()
        }
        policies |= {f"mix {number}": problem.in_places(values) for number, values in enumerate(front, 1)}
        policies[BEST] = mixes[chosen]
        confirmed = again(policies, settings.seed + 2)
    stages = {
        name: {column: float(table[column].loc[chosen]) for column in judged_by(problem.objectives)}
        for name, table in (("search", searched), ("selection", selection))
    }
    values = problem.values(finalists[chosen])
    return _tables(problem, searched, confirmed, stages=stages, values=values, front=front)


def _searched(problem: MixProblem, settings: SearchSettings) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Return every mix that was judged, a row each, and the levers of those at the Pareto front."""
    file = typed_path(settings.progress) if settings.progress else None
    cache = EvaluationCache(file, _deciding(problem, settings))
    with progress_bar("mixes", total=2 * settings.population * settings.generations) as advance:

        def evaluate(mixes: NDArray[np.float64]) -> pd.DataFrame:
            found = cache.recalled(mixes)
            if found is None:
                found = _means(problem, mixes, replicates=settings.replicates, seed=settings.seed)
                cache.keep(found)
            advance(len(mixes))
            losses = {name: sign * found[name] for name, sign in problem.objectives.items()}
            losses["cost_gbp_m"] = found["cost_gbp_m"]
            return pd.DataFrame(losses | {EXCESS: found[AVOIDED] - problem.bound})

        how = {"generations": settings.generations, "seed": settings.seed}
        levers, population = len(problem.levers), settings.population
        front = search_front(evaluate, list(problem.objectives), levers=levers, population=population, **how)
        of_the_first = len(cache)
        search_cheapest(evaluate, "cost_gbp_m", start=_shares(_ranked(cache.table(), problem).head(population)), **how)
    together = cache.table()
    together.insert(0, "search", np.where(together.index < of_the_first, "front", "cheapest"))
    different = pd.DataFrame([problem.values(mix) for mix in front]).drop_duplicates()
    return together, [{str(path): value for path, value in row.items()} for row in different.to_dict("records")]


def _ranked(evaluated: pd.DataFrame, problem: MixProblem) -> pd.DataFrame:
    """Return the different mixes judged: the cheapest within the bound first, then those that come nearest to it."""
    different = evaluated.drop_duplicates([lever.path for lever in problem.levers])
    excess = (different[AVOIDED] - problem.bound).clip(lower=0.0)
    return different.iloc[np.lexsort((different["cost_gbp_m"], excess))]


def _shares(mixes: pd.DataFrame) -> NDArray[np.float64]:
    return mixes[[name for name in mixes.columns if str(name).startswith(SHARE)]].to_numpy(dtype=np.float64)


def _means(problem: MixProblem, mixes: NDArray[np.float64], *, replicates: int, seed: int) -> pd.DataFrame:
    """Return a row a mix: its levers, the means of its runs, and its shares of the ranges."""
    values = [problem.values(mix) for mix in mixes]
    policies = {number: problem.in_places(levers) for number, levers in enumerate(values)}
    runs = problem.runs(policies, replicates=replicates, seed=seed)
    means = policy_means(runs, problem.objectives).drop(columns="policy")
    return pd.concat([pd.DataFrame(values), means, pd.DataFrame(mixes).add_prefix(SHARE)], axis=1)


def _deciding(problem: MixProblem, settings: SearchSettings) -> dict[str, Any]:
    """Return everything that decides which mixes a search asks for and what it finds."""
    named = ("replicates", "population", "generations", "seed")
    return {
        **{name: getattr(settings, name) for name in named},
        "bound": problem.bound,
        "objectives": dict(problem.objectives),
        "prices": dict(problem.prices),
        "base": scenario_values(problem.base),
        "steps of one's own": month_of(problem.base).own_key,
        "levers": {lever.path: lever.range for lever in problem.levers},
        "behaviours": [numbers.values for numbers in problem.worlds.sets],
        "places": [dataclasses.asdict(place) for place in problem.worlds.places],
        "avoid": problem.avoid,
    }


def _cheapest(selection: pd.DataFrame, bound: float) -> int:
    within = selection[selection[AVOIDED] <= bound]
    chosen = within["cost_gbp_m"].idxmin() if len(within) else selection[AVOIDED].idxmin()
    return int(str(chosen))


def _confirming_runs(problem: MixProblem, settings: SearchSettings, finalists: int, front: int) -> int:
    policies = finalists + front + 1 + len(problem.scenarios)
    return policies * len(problem.worlds.places) * settings.confirming_replicates


# ---------------------------------------------------------------------------- telling


def _tables(
    problem: MixProblem,
    searched: pd.DataFrame,
    confirmed: pd.DataFrame,
    *,
    stages: Mapping[str, Mapping[str, float]],
    values: Mapping[str, Any],
    front: Sequence[Mapping[str, Any]],
) -> MixTables:
    summary = policy_summary(confirmed, problem.objectives)
    shares = pd.crosstab(confirmed["policy"], confirmed["regime"], normalize="index")
    shares = shares.reindex(columns=list(REGIMES), fill_value=0.0).add_prefix("ends as ")
    costs = confirmed.groupby("policy")[[*COSTS, *([PRICED] if problem.prices else [])]].mean()
    summary = summary.join(costs, on="policy").join(shares, on="policy")
    summary["sets_within_bound"] = [
        share_of_sets_within(confirmed[confirmed["policy"] == policy], problem.bound) for policy in summary["policy"]
    ]
    is_mix = summary["policy"].str.startswith("mix ")
    pareto = summary[is_mix].reset_index(drop=True)
    pareto.insert(1, "on_front", on_front(pareto, problem.objectives))
    pareto = pd.concat([pareto, pd.DataFrame([dict(levers) for levers in front])], axis=1)
    best = summary[summary["policy"] == BEST].assign(stage="confirmed", **values)
    seen = [{"policy": BEST, "stage": stage, **numbers} for stage, numbers in stages.items()]
    compared = confirmed[~confirmed["policy"].str.startswith("mix ")]
    regret = [
        regrets(-sign * state_values(compared, value), attainable_by=list(problem.scenarios)).assign(value=value)
        for value, sign in regret_in(problem.objectives).items()
    ]
    return MixTables(
        best=pd.concat([pd.DataFrame(seen), best], ignore_index=True),
        searched=searched[[name for name in searched.columns if not str(name).startswith(SHARE)]],
        pareto=pareto.sort_values("cost_gbp_m", ignore_index=True),
        regret=pd.concat(regret, ignore_index=True),
        policies=summary[~is_mix].reset_index(drop=True),
        confirmed=confirmed,
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


def objectives_of(stated: Mapping[str, Any], base: Scenario) -> dict[str, int]:
    """Return objectives by name, −1 for those that are better high and +1 for those that are better low."""
    known = [*OBJECTIVES, *month_of(base).measures]
    for name, way in stated.items():
        if name not in known:
            raise CommandError(f"objectives: unknown measure {name!r}{nearest(name, known)}; {_SEE_MEASURES}")
        if way not in _WAYS:
            raise CommandError(
                f"objectives: {name} = {way!r} is not allowed: it takes high or low, whichever is better"
            )
    if len(stated) < 2:
        raise CommandError("objectives: name two or more, for example 'objectives={engagement:high,cost_gbp_m:low}'")
    return {name: _WAYS[way] for name, way in stated.items()}


def prices_of(stated: Mapping[str, Any], base: Scenario) -> dict[str, float]:
    """Return prices of levers by path, in £m a year of the value 1."""
    parameters = month_of(base).parameters
    prices: dict[str, float] = {}
    for path, price in stated.items():
        if path not in parameters or path.partition(".")[0] not in ("levers", "leadership"):
            levers = [known for known in parameters if known.startswith(("levers.", "leadership."))]
            raise CommandError(f"prices: unknown lever {path!r}{nearest(path, levers)}; see: partnerships list levers")
        if isinstance(value_at(base, path), str):
            raise CommandError(f"prices: {path} takes names, and only numbers have a price: leave it out")
        if type(price) not in (int, float) or not 0.0 <= price <= _MOST_PRICE:
            raise CommandError(
                f"prices: {path} = {price!r} is not allowed: it takes 0 to {_MOST_PRICE:g}, in £m a year of the value 1"
            )
        prices[path] = float(price)
    return prices


def _fund_multiple(ends: Any) -> Factor:
    numbers = isinstance(ends, Sequence) and all(type(end) in (int, float) for end in ends) and len(ends) == 2
    if not numbers or not 0.0 <= ends[0] < ends[1] <= MOST_FUND_MULTIPLE:
        raise CommandError(
            f"ranges: {FUND_MULTIPLE} = {ends!r} is not allowed: it takes [low,high] with 0 ≤ low < high ≤ "
            f"{MOST_FUND_MULTIPLE:g} (times the place's own fund)"
        )
    return Factor(FUND_MULTIPLE, low=float(ends[0]), high=float(ends[1]))
