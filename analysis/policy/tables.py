"""What policies come to over uncertain worlds: cost, outcome, dominance, regimes to avoid, Pareto set and regret.

A table of *policy runs* has one row a run: policy (a name or number), place, replicate, parameter_set,
outcome, added_value, dominance, cost_gbp_m and its parts, regime. All policies were run in the same places
with the same replicates, so they met the same parameter sets and the same chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.shared.parameter_sets import over_sets

OBJECTIVES: Mapping[str, int] = {"outcome": -1, "dominance": 1, "cost_gbp_m": 1}
"""What a policy is judged by unless objectives are given; +1 is better low, −1 better high."""

BEST = "cheapest mix"
"""The name of the mix that a search chose."""

COSTS = ("fund_spent_gbp_m", "fund_posts_gbp_m")
"""What adds up to the cost: money that projects get of the fund, and posts that it pays first."""

PRICED = "priced_gbp_m"
"""What levers cost that were given a price; a part of the cost too."""

AVOIDED = "avoided_share"
"""Share of runs that end in one of the regimes to avoid."""

REGRET_IN: Mapping[str, int] = {"outcome": -1, "added_value": -1}
"""Values in which regret is counted unless objectives are given. Neither knows what the fund costs."""


# ----------------------------------------------------------------------------- summary


def with_avoided(runs: pd.DataFrame, avoid: Sequence[str]) -> pd.DataFrame:
    """Return the runs with a column that is 1 where a run ends in one of the regimes to ``avoid``, otherwise 0.

    >>> with_avoided(pd.DataFrame({"regime": ["dissolved", "growth coalition"]}), ["dissolved"])[AVOIDED].tolist()
    [1.0, 0.0]
    """
    return runs.assign(**{AVOIDED: runs["regime"].isin(list(avoid)).astype(float)})


def judged_by(objectives: Iterable[str]) -> list[str]:
    """Return the usual objectives, those of one's own, and the share to avoid.

    >>> judged_by({"trust": -1, "outcome": -1})
    ['outcome', 'dominance', 'cost_gbp_m', 'trust', 'avoided_share']
    """
    return list(dict.fromkeys([*OBJECTIVES, *objectives, AVOIDED]))


def policy_means(runs: pd.DataFrame, objectives: Iterable[str] = OBJECTIVES) -> pd.DataFrame:
    """Return the mean of each objective and of the share to avoid, a row a policy, each set and place alike.

    >>> runs = pd.DataFrame({"policy": ["a", "a"], "place": ["x", "x"], "parameter_set": [0, 1], AVOIDED: [0.0, 1.0],
    ...                      "outcome": [0.1, 0.3], "dominance": [0.2, 0.2], "cost_gbp_m": [4.0, 6.0]})
    >>> policy_means(runs).round(2).to_dict("records")
    [{'policy': 'a', 'outcome': 0.2, 'dominance': 0.2, 'cost_gbp_m': 5.0, 'avoided_share': 0.5}]
    """
    return runs.groupby("policy", sort=False)[judged_by(objectives)].mean().reset_index()


def policy_summary(runs: pd.DataFrame, objectives: Iterable[str] = OBJECTIVES) -> pd.DataFrame:
    """Return one row a policy: mean, ``_low`` and ``_high`` of each objective and of the share to avoid.

    The interval holds the middle 95 % of parameter sets (see ``over_sets``); ``runs`` and ``sets`` are counted.

    >>> runs = pd.DataFrame({"policy": ["a"] * 4, "parameter_set": [0, 0, 1, 1], AVOIDED: [0.0, 1.0, 1.0, 1.0],
    ...                      "outcome": [0.1, 0.1, 0.3, 0.3], "dominance": [0.2] * 4, "cost_gbp_m": [5.0] * 4})
    >>> policy_summary(runs)[["policy", "avoided_share", "avoided_share_low", "avoided_share_high"]].to_dict("records")
    [{'policy': 'a', 'avoided_share': 0.75, 'avoided_share_low': 0.5125, 'avoided_share_high': 0.9875}]
    """
    rows = []
    for policy, mine in runs.groupby("policy", sort=False):
        row: dict[str, Any] = {"policy": policy}
        for name in judged_by(objectives):
            row[name], row[f"{name}_low"], row[f"{name}_high"] = over_sets(mine[name], mine["parameter_set"])
        rows.append(row | {"runs": len(mine), "sets": int(mine["parameter_set"].nunique())})
    return pd.DataFrame(rows)


def share_of_sets_within(runs: pd.DataFrame, bound: float) -> float:
    """Return the share of parameter sets in which the share of runs to avoid is at most ``bound``.

    >>> runs = pd.DataFrame({"parameter_set": [0, 0, 1, 1], AVOIDED: [0.0, 0.0, 1.0, 0.0]})
    >>> share_of_sets_within(runs, 0.1)
    0.5
    """
    return float((runs.groupby("parameter_set")[AVOIDED].mean() <= bound).mean())


# ----------------------------------------------------------------------------- Pareto


def on_front(table: pd.DataFrame, objectives: Mapping[str, int] = OBJECTIVES) -> pd.Series:
    """Return whether each row is Pareto-optimal: no other is at least as good in all objectives and better in one.

    >>> mixes = pd.DataFrame({"outcome": [0.3, 0.2, 0.3], "dominance": [0.1, 0.1, 0.1], "cost_gbp_m": [9.0, 5.0, 10.0]})
    >>> on_front(mixes).tolist()
    [True, True, False]
    """
    values = np.column_stack([sign * table[name].to_numpy(dtype=np.float64) for name, sign in objectives.items()])
    beaten = [bool((np.all(values <= row, axis=1) & np.any(values < row, axis=1)).any()) for row in values]
    return pd.Series(~np.array(beaten, dtype=bool), index=table.index)


# ----------------------------------------------------------------------------- regret


def regret_in(objectives: Mapping[str, int]) -> dict[str, int]:
    """Return in which values regret is counted: of objectives of one's own, in all but the cost.

    >>> regret_in(OBJECTIVES), regret_in({"trust": -1, "cost_gbp_m": 1})
    ({'outcome': -1, 'added_value': -1}, {'trust': -1})
    """
    if dict(objectives) == dict(OBJECTIVES):
        return dict(REGRET_IN)
    return {name: sign for name, sign in objectives.items() if name != "cost_gbp_m"}


def state_values(runs: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return the mean of ``value`` in each state of the world: a row a parameter set and place, a column a policy.

    >>> runs = pd.DataFrame({"policy": ["a", "a", "b"], "parameter_set": [0, 0, 0], "place": ["x"] * 3,
    ...                      "outcome": [0.1, 0.3, 0.4]})
    >>> state_values(runs, "outcome").round(2).to_dict("records")
    [{'a': 0.2, 'b': 0.4}]
    """
    order = list(dict.fromkeys(runs["policy"]))
    means = runs.groupby(["parameter_set", "place", "policy"], sort=False)[value].mean().unstack("policy")
    return means[order].rename_axis(columns=None)


def regrets(values: pd.DataFrame, *, attainable_by: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the regret of each policy: in each state the best that was attainable minus what it attained.

    ``values`` has a row a state and a column a policy, higher is better. ``attainable_by`` names the policies
    that count as attainable (all by default); others may have negative regret. Columns: policy, mean_regret,
    low, high (middle 95 % of states), max_regret, best_in (share of states), is_minimax (least maximum
    regret, Savage 1951).

    >>> regrets(pd.DataFrame({"a": [3.0, 1.0], "b": [2.0, 4.0]}))[["policy", "mean_regret", "max_regret", "is_minimax"]]
      policy  mean_regret  max_regret  is_minimax
    0      a          1.5         3.0       False
    1      b          0.5         1.0        True
    """
    counted = list(values.columns if attainable_by is None else attainable_by)
    best = values[counted].max(axis=1)
    lost = (-values).add(best, axis=0)
    table = pd.DataFrame(
        {
            "policy": values.columns,
            "mean_regret": lost.mean().to_numpy(),
            "low": lost.quantile(0.025).to_numpy(),
            "high": lost.quantile(0.975).to_numpy(),
            "max_regret": lost.max().to_numpy(),
            "best_in": (lost <= 0.0).mean().to_numpy(),
        }
    )
    least = table.loc[table["policy"].isin(counted), "max_regret"].min()
    table["is_minimax"] = table["policy"].isin(counted) & (table["max_regret"] == least)
    return table
