"""How many replicates a comparison takes until its paired differences are known to a stated half-width.

Two stages (Stein 1945): the spread of the first runs says how many are needed in all, and it is looked at once. Looking
again after every run, and stopping as soon as an interval happens to be narrow, gives intervals that are too narrow:
they are narrow where the spread was underrated. How often intervals hold what they should is measured in the tests.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from analysis.shared.summaries import CONFIDENCE, scenarios_of
from analysis.shared.words import capital, is_share
from sim.vocabulary import label_of

_MOST_TOLD = 6


def replicates_needed(runs: pd.DataFrame, reference: str, asked: Mapping[str, float]) -> pd.DataFrame:
    """Return how many replicates in all give each difference from ``reference`` the half-width that is asked for.

    ``runs`` are those of the first stage, at least two replicates of each scenario, ``asked`` half-widths by measure,
    in the unit of the measure. Columns: measure, scenario, reference, asked, first (replicates), sd (of the paired
    difference between them), needed: so many that Student's t with the degrees of freedom of the first stage times
    the standard error is no more than what is asked for (Stein 1945), and never fewer than ``first``.

    >>> runs = pd.DataFrame({"scenario": ["a"] * 4 + ["b"] * 4, "replicate": [0, 1, 2, 3] * 2,
    ...                      "trust": [0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 0.0, 0.0]})
    >>> replicates_needed(runs, "b", {"trust": 0.1})[["scenario", "first", "needed"]].to_numpy().tolist()
    [['a', 4, 17]]
    """
    rows = []
    for measure, half_width in asked.items():
        for scenario, difference in _differences(runs, reference, measure).items():
            first, sd = len(difference), float(difference.std(ddof=1))
            needed = replicates_for(half_width, first=first, sd=sd)
            rows.append((measure, scenario, reference, half_width, first, sd, needed))
    return pd.DataFrame(rows, columns=["measure", "scenario", "reference", "asked", "first", "sd", "needed"])


def replicates_for(half_width: float, *, first: int, sd: float) -> int:
    """Return how many replicates a half-width takes, given the standard deviation ``sd`` of the ``first`` of them.

    >>> replicates_for(0.1, first=90, sd=1.0), replicates_for(1.0, first=90, sd=1.0)
    (395, 90)
    """
    return max(first, math.ceil((_t(first) * sd / half_width) ** 2))


def precision_reached(needed: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Return ``needed`` with what all ``runs`` came to: replicates, half_width (95 % t interval), is_reached.

    What is needed is so many runs that the half-width is reached in the spread that the first stage had; the spread of
    all runs may be larger, so a half-width that was not capped may lie a little above what was asked for.

    >>> runs = pd.DataFrame({"scenario": ["a"] * 4 + ["b"] * 4, "replicate": [0, 1, 2, 3] * 2,
    ...                      "trust": [0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 0.0, 0.0]})
    >>> precision_reached(replicates_needed(runs, "b", {"trust": 0.3}), runs)["is_reached"].tolist()
    [True]
    """
    reached = []
    for row in needed.to_dict("records"):
        difference = _differences(runs, row["reference"], row["measure"])[row["scenario"]]
        n = len(difference)
        reached.append((n, _t(n) * float(difference.std(ddof=1)) / math.sqrt(n)))
    table = needed.assign(replicates=[n for n, _ in reached], half_width=[width for _, width in reached])
    return table.assign(is_reached=table["half_width"] <= table["asked"])


def precision_in_words(table: pd.DataFrame, *, most: int) -> str:
    """Return what was reached, as ``precision_reached`` has it; ``most`` replicates were allowed.

    >>> row = {"measure": "trust", "scenario": "a", "reference": "b", "asked": 0.01, "first": 90, "sd": 0.1,
    ...        "needed": 395, "replicates": 403, "half_width": 0.0099, "is_reached": True}
    >>> print(precision_in_words(pd.DataFrame([row]), most=5000))
    Precision: the first 90 pairs asked for 395 replicates, and 403 were run.
    Trust, a beside b: ±0.0099, asked ±0.01.
    """
    first, needed, run = (int(table[name].max()) for name in ("first", "needed", "replicates"))
    lines = [f"Precision: the first {first:,} pairs asked for {needed:,} replicates, and {run:,} were run."]
    if needed > most:
        lines[0] += f" No more than {most:,} were allowed: give most_replicates={needed} for what was asked."
    order = (table["half_width"] / table["asked"]).sort_values(ascending=False, kind="stable").index
    for row in table.loc[order[:_MOST_TOLD]].to_dict("records"):
        missed = "" if row["is_reached"] else ", not reached"
        lines.append(
            f"{capital(label_of(row['measure']))}, {row['scenario']} beside {row['reference']}: "
            f"±{_value(row['measure'], row['half_width'])}, asked ±{_value(row['measure'], row['asked'])}{missed}."
        )
    if len(table) > _MOST_TOLD:
        lines.append(f"{len(table) - _MOST_TOLD} more are narrower beside what was asked; see precision.csv.")
    return "\n".join(lines)


def _t(n: int) -> float:
    return float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1))


def _differences(runs: pd.DataFrame, reference: str, measure: str) -> dict[str, pd.Series]:
    """Return the paired differences of every other scenario and the reference, by scenario."""
    values = runs.pivot(index="replicate", columns="scenario", values=measure).astype(np.float64)
    others = [name for name in scenarios_of(runs) if name != reference]
    return {name: values[name] - values[reference] for name in others}


def _value(measure: str, value: float) -> str:
    return f"{100 * value:.2g} points" if is_share(measure) else f"{value:.2g}"
