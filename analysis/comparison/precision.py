"""How many replicates a comparison takes until its paired differences are known to a stated half-width."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.shared.precision import half_width_of, replicates_for, value_in_words
from analysis.shared.summaries import scenarios_of
from analysis.shared.words import capital
from sim.vocabulary import label_of

_MOST_TOLD = 6


def replicates_needed(runs: pd.DataFrame, reference: str, asked: Mapping[str, float]) -> pd.DataFrame:
    """Return how many replicates in all give each difference from ``reference`` the half-width that is asked for.

    ``runs`` are those of the first stage, at least two replicates of each scenario, ``asked`` half-widths by measure,
    in the unit of the measure. Columns: measure, scenario, reference, asked, first (replicates), sd (of the paired
    difference between them), needed (see ``analysis.shared.precision``).

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
        reached.append((n, half_width_of(float(difference.std(ddof=1)), n)))
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
        reached, asked = (value_in_words(row["measure"], row[name]) for name in ("half_width", "asked"))
        what = f"{capital(label_of(row['measure']))}, {row['scenario']} beside {row['reference']}"
        lines.append(f"{what}: ±{reached}, asked ±{asked}{missed}.")
    if len(table) > _MOST_TOLD:
        lines.append(f"{len(table) - _MOST_TOLD} more are narrower beside what was asked; see precision.csv.")
    return "\n".join(lines)


def _differences(runs: pd.DataFrame, reference: str, measure: str) -> dict[str, pd.Series]:
    """Return the paired differences of every other scenario and the reference, by scenario."""
    values = runs.pivot(index="replicate", columns="scenario", values=measure).astype(np.float64)
    others = [name for name in scenarios_of(runs) if name != reference]
    return {name: values[name] - values[reference] for name in others}
