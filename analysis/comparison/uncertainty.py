"""What is known of a comparison when parameters are not: every accepted parameter set taken as the true one.

An interval holds the middle 95 % of the sets, each with the mean of its runs. An interval over averages shrinks with
more runs; this one does not, because only one set can be true. With few runs a set it holds their chance too. A share
of so few runs would be little else, so those of regimes have an interval over sets from ``LEAST_RUNS`` runs a set on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared import summaries
from analysis.shared.parameter_sets import (
    LEAST_RUNS,
    LEAST_SETS,
    OVER_RUNS,
    OVER_SETS,
    are_told_by_set,
    means_over_sets,
    middle,
)
from analysis.shared.summaries import HEADLINE
from sim.regimes import REGIMES


def sets_used(runs: pd.DataFrame, sets: int) -> int:
    """Return how many parameter sets the replicates of a table of runs took, replicate r set r mod ``sets``.

    >>> sets_used(pd.DataFrame({"replicate": [0, 1, 2]}), 31)
    3
    """
    return min(sets, int(runs["replicate"].nunique()))


def summary_by_set(runs: pd.DataFrame, *, sets: int) -> pd.DataFrame:
    """Return ``analysis.shared.summaries.summary`` with means and intervals over parameter sets.

    >>> runs = pd.DataFrame({"scenario": "a", "replicate": range(4), "trust": [0.25, 0.75, 0.25, 0.75]})
    >>> summary_by_set(runs, sets=2)[["mean", "ci_low", "ci_high"]].round(3).to_numpy().tolist()
    [[0.5, 0.262, 0.738]]
    """
    table = summaries.summary(runs)
    if sets_used(runs, sets) < 2:
        return table
    measures = list(table["measure"].unique())
    for scenario in table["scenario"].unique():
        of_scenario = runs[runs["scenario"] == scenario].set_index("replicate")[measures]
        found = means_over_sets(of_scenario, of_scenario.index.to_numpy() % sets)
        table.loc[table["scenario"] == scenario, ["mean", "ci_low", "ci_high"]] = np.column_stack(found)
    return table


def shares_by_set(runs: pd.DataFrame, *, sets: int) -> pd.DataFrame:
    """Return ``analysis.shared.summaries.regime_shares``, with means and intervals over sets that have runs enough.

    A further column, interval_over, says whether it is so (``OVER_SETS``) or the interval is Wilson's, of chance alone
    (``OVER_RUNS``); see ``analysis.shared.parameter_sets.are_told_by_set``.

    >>> ends = ["hollow"] * 5 + ["talking shop"] * 5
    >>> runs = pd.DataFrame({"scenario": "a", "replicate": [0, 2, 4, 6, 8, 1, 3, 5, 7, 9], "regime": ends})
    >>> both = pd.concat([shares_by_set(runs, sets=sets).set_index("regime") for sets in (2, 10)])
    >>> both.loc["hollow", ["share", "ci_low", "ci_high", "interval_over"]].round(3).to_numpy().tolist()
    [[0.5, 0.025, 0.975, 'sets'], [0.5, 0.237, 0.763, 'runs']]
    """
    table, used = summaries.regime_shares(runs), sets_used(runs, sets)
    if not are_told_by_set(runs=int(runs["replicate"].nunique()), sets=used):
        return table.assign(interval_over=OVER_RUNS)
    for scenario in table["scenario"].unique():
        mine = runs[runs["scenario"] == scenario]
        by_set = pd.crosstab(mine["replicate"].to_numpy() % sets, mine["regime"].to_numpy(), normalize="index")
        shares = by_set.reindex(columns=list(REGIMES), fill_value=0.0).to_numpy()
        table.loc[table["scenario"] == scenario, ["share", "ci_low", "ci_high"]] = np.column_stack(middle(shares))
    return table.assign(interval_over=OVER_SETS)


def contrasts_by_set(runs: pd.DataFrame, reference: str, *, sets: int) -> pd.DataFrame:
    """Return ``analysis.shared.summaries.contrasts`` with differences and intervals over parameter sets.

    ``runs`` has one row a run, and replicate r took set r mod ``sets``. Further columns: share_above_0 (of the sets),
    share_of_sets (of the variance of single differences, what sets give and not chance; unknown with one run a set),
    sets (that were used), runs_per_set.

    >>> baseline = pd.DataFrame({"scenario": "baseline", "replicate": range(4), "trust": 0.5})
    >>> runs = pd.concat([baseline, baseline.assign(scenario="with_fund", trust=[0.75, 0.25, 1.0, 0.25])])
    >>> table = contrasts_by_set(runs, "baseline", sets=2)  # replicates 0 and 2 took one set, 1 and 3 the other
    >>> table[["difference", "ci_low", "ci_high", "share_above_0", "sets"]].round(3).to_numpy().tolist()
    [[0.062, -0.234, 0.359, 0.5, 2.0]]
    """
    table, used = summaries.contrasts(runs, reference), sets_used(runs, sets)
    if used < 2 or table.empty:
        return table
    measures = list(table["measure"].unique())
    final: pd.DataFrame = runs.set_index(["scenario", "replicate"])[measures]
    for scenario in table["scenario"].unique():
        differences = (final.xs(scenario) - final.xs(reference)).dropna()
        by_set = differences.groupby(differences.index.to_numpy() % sets)
        means = np.asarray(by_set.mean(), dtype=float)
        difference, low, high = middle(means)
        known = {
            "difference": difference,
            "ci_low": low,
            "ci_high": high,
            "share_above_0": (means > 0.0).mean(axis=0),
            "share_of_sets": share_of_sets(means, np.asarray(by_set.var(), dtype=float), len(differences) / used),
            "sets": used,
            "runs_per_set": len(differences) / used,
        }
        for name, values in known.items():
            table.loc[table["scenario"] == scenario, name] = values  # measures in their order
    return table.astype({"sets": int})


def share_of_sets(means: NDArray[np.float64], chance: NDArray[np.float64], runs_per_set: float) -> NDArray[np.float64]:
    """Return the share of variance that sets give (measures,), from means and variances within sets (sets, measures).

    Chance is in the means too: its share of their variance is taken off (analysis of variance with random sets).

    >>> share_of_sets(np.array([[0.0], [2.0]]), np.array([[1.0], [1.0]]), runs_per_set=2.0).round(2).tolist()
    [0.6]
    """
    if len(means) < 2 or runs_per_set < 2.0:
        return np.full(means.shape[1], np.nan)
    within = np.nanmean(chance, axis=0)
    between = np.maximum(means.var(axis=0, ddof=1) - within / runs_per_set, 0.0)
    with np.errstate(invalid="ignore"):
        return np.asarray(between / (between + within))


def scope_in_words(contrasts: pd.DataFrame, *, sets: int) -> str:
    """Return what the intervals of a comparison cover whose replicates took turns with ``sets`` parameter sets.

    >>> shown = {"measure": "trust", "share_of_sets": 0.25, "sets": 40, "runs_per_set": 10.0}
    >>> print(scope_in_words(pd.DataFrame([shown]), sets=40).partition(", ")[0])
    Intervals of means and differences hold the middle 95 % of 40 accepted parameter sets
    """
    lines = []
    if "sets" in contrasts:
        used, runs_per_set = int(contrasts["sets"].iloc[0]), contrasts["runs_per_set"].iloc[0]
        lines.append(
            f"Intervals of means and differences hold the middle 95 % of {used} accepted parameter sets, each with the "
            "mean of its runs. Only one set can be true, so more runs do not make them narrower than sets differ."
        )
        if len(shares := contrasts.loc[contrasts["measure"].isin(HEADLINE), "share_of_sets"].dropna()):
            lines.append(
                f"Of what differs between single pairs of runs, {100 * shares.min():.0f} to {100 * shares.max():.0f} % "
                "comes from the sets, by measure (share_of_sets); the rest is chance."
            )
        if used < LEAST_SETS:
            lines.append(f"With fewer than {LEAST_SETS} sets nothing is called clear: give replicates={sets} or more.")
        elif runs_per_set < 2:
            lines.append(f"With few runs a set they hold much chance; replicates={10 * sets} would show less of it.")
    if "sets" in contrasts and are_told_by_set(runs=round(used * runs_per_set), sets=used):
        lines.append(
            "Intervals of shares of runs hold the middle 95 % of the sets too, each with the share of its "
            f"{runs_per_set:.0f} runs, so that they hold chance too."
        )
    else:
        lines.append(
            "Intervals of shares of runs are Wilson's, of chance alone, over all sets together: they leave out by how "
            f"much sets differ, and take {LEAST_RUNS} runs a set (replicates={LEAST_RUNS * sets}) to show it."
        )
    lines.append("None covers what the rules themselves leave out, and none predicts what happens in a real authority.")
    return " ".join(lines)
