"""Searching mixes with pymoo: the cheapest within a bound, and the Pareto set of several objectives.

A mix is a row of numbers in [0, 1], one a lever. ``evaluate`` takes a whole generation (mixes, levers) and
returns a table with a row a mix: its objectives, all better low, and ``excess``, above 0 where a mix breaks
the bound. Chance is the same for all mixes, so what is searched is a fixed function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared.libraries import library

Evaluate = Callable[[NDArray[np.float64]], pd.DataFrame]

EXCESS = "excess"


def search_cheapest(evaluate: Evaluate, cost: str, *, start: NDArray[np.float64], generations: int, seed: int) -> None:
    """Let differential evolution (Storn and Price 1997) ask ``evaluate`` for ever cheaper mixes within the bound.

    ``start`` (mixes, levers) is the first generation. A mix that breaks the bound loses against any that does
    not, and against one that breaks it less (Deb 2000). Who wants to keep what was judged does so in ``evaluate``.
    Raises MissingLibrary without pymoo.
    """
    population, levers = start.shape
    method = _pymoo("algorithms.soo.nonconvex.de").DE
    _run(method(pop_size=population, sampling=start), evaluate, [cost], [EXCESS], levers, generations, seed)


def search_front(
    evaluate: Evaluate, objectives: Sequence[str], *, levers: int, population: int, generations: int, seed: int
) -> NDArray[np.float64]:
    """Return the mixes (mixes, levers) of the last generation of NSGA-II (Deb et al. 2002) that none of them beats.

    The bound plays no part. Raises MissingLibrary without pymoo.
    """
    method = _pymoo("algorithms.moo.nsga2").NSGA2
    algorithm = method(pop_size=population, sampling=_pymoo("operators.sampling.lhs").LHS())
    result = _run(algorithm, evaluate, objectives, [], levers, generations, seed)
    return np.atleast_2d(np.asarray(result.X, dtype=np.float64))


def _run(
    algorithm: Any,
    evaluate: Evaluate,
    objectives: Sequence[str],
    bounds: Sequence[str],
    levers: int,
    generations: int,
    seed: int,
) -> Any:
    class Mixes(_pymoo("core.problem").Problem):  # type: ignore[misc]
        def _evaluate(self, x: NDArray[np.float64], out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            table = evaluate(x)
            out["F"] = table[list(objectives)].to_numpy(dtype=np.float64)
            if bounds:
                out["G"] = table[list(bounds)].to_numpy(dtype=np.float64)

    problem = Mixes(n_var=levers, n_obj=len(objectives), n_ieq_constr=len(bounds), xl=0.0, xu=1.0)
    minimize = _pymoo("optimize").minimize
    return minimize(problem, algorithm, ("n_gen", generations), seed=seed, verbose=False)


def _pymoo(module: str) -> Any:
    return library(f"pymoo.{module}", purpose="optimise", extra="optimise")
