"""What is known of an effect when parameters are not: the same contrast in every accepted parameter set."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared.summaries import HEADLINE, scenarios_of
from analysis.shared.words import is_share, mid_sentence, readable, titled
from sim.measures import MEASURES


def contrasts_by_set(runs: pd.DataFrame, reference: str, *, sets: int) -> pd.DataFrame:
    """Return how far the paired differences from ``reference`` vary between parameter sets.

    ``runs`` has one row a run, and replicate r took set r mod ``sets``. Columns: measure, scenario, reference,
    median, low, high (the middle 95 % of the sets' mean differences), share_above_0 (of the sets), share_of_sets (of
    the variance of single differences, what sets give and not chance; unknown with one run a set), sets, runs_per_set.
    An interval over averages shrinks with more runs; this one does not, because only one set can be true. With one run
    a set it holds the chance of single runs too.

    >>> baseline = pd.DataFrame({"scenario": "baseline", "replicate": range(4), "trust": 0.5})
    >>> runs = pd.concat([baseline, baseline.assign(scenario="with_fund", trust=[0.75, 0.25, 1.0, 0.25])])
    >>> table = contrasts_by_set(runs, "baseline", sets=2)  # replicates 0 and 2 took one set, 1 and 3 the other
    >>> table[["scenario", "median", "share_above_0", "sets", "runs_per_set"]].to_numpy().tolist()
    [['with_fund', 0.0625, 0.5, 2, 2.0]]
    """
    measures = [name for name in MEASURES if name in runs]
    final: pd.DataFrame = runs.set_index(["scenario", "replicate"])[measures]
    used = min(sets, runs["replicate"].nunique())
    rows = []
    for scenario in scenarios_of(runs):
        if scenario == reference:
            continue
        differences = final.xs(scenario) - final.xs(reference)
        by_set = differences.groupby(differences.index.to_numpy() % sets)
        means = np.asarray(by_set.mean(), dtype=float)
        low, median, high = np.quantile(means, [0.025, 0.5, 0.975], axis=0)
        shown = {
            "measure": measures,
            "scenario": scenario,
            "reference": reference,
            "median": median,
            "low": low,
            "high": high,
            "share_above_0": (means > 0.0).mean(axis=0),
            "share_of_sets": share_of_sets(means, np.asarray(by_set.var(), dtype=float), len(differences) / used),
            "sets": used,
            "runs_per_set": len(differences) / used,
        }
        rows.append(pd.DataFrame(shown))
    return pd.concat(rows, ignore_index=True)


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


def sets_in_words(table: pd.DataFrame) -> str:
    """Return what ``contrasts_by_set`` shows of the headline measures, in plain sentences.

    >>> shown = {"measure": "trust", "scenario": "with_fund", "reference": "baseline", "median": 0.05, "low": -0.02,
    ...         "high": 0.12, "share_above_0": 0.9, "share_of_sets": np.nan, "sets": 40, "runs_per_set": 10.0}
    >>> print(sets_in_words(pd.DataFrame([shown])))
    Over 40 accepted parameter sets, each taken as the true one (middle 95 % of their differences):
    With fund against baseline:
    - Trust: 0.05 (-0.02 to 0.12); higher in 90% of the sets.
    """
    sets = int(table["sets"].iloc[0])
    lines = [f"Over {sets} accepted parameter sets, each taken as the true one (middle 95 % of their differences):"]
    for scenario in scenarios_of(table):
        rows = table[table["scenario"] == scenario]
        lines.append(f"{readable(scenario)} against {mid_sentence(str(rows['reference'].iloc[0]))}:")
        for name in HEADLINE:
            lines += [_told(name, row) for _, row in rows[rows["measure"] == name].iterrows()]
    if len(shares := table.loc[table["measure"].isin(HEADLINE), "share_of_sets"].dropna()):
        lines.append(
            f"Of what differs between single pairs of runs, {shares.min():.0%} to {shares.max():.0%} comes from the "
            "sets, by measure (share_of_sets); the rest is chance."
        )
    if table["runs_per_set"].iloc[0] < 2:
        lines.append(f"Few runs a set: these ranges hold much chance; replicates={10 * sets} would show less of it.")
    return "\n".join(lines)


def _told(measure: str, row: pd.Series) -> str:
    scale, unit = (100.0, " %") if is_share(measure) else (1.0, "")
    low, median, high = (f"{scale * row[name]:.3g}" for name in ("low", "median", "high"))
    agreeing = max(row["share_above_0"], 1.0 - row["share_above_0"])
    direction = "higher" if row["share_above_0"] >= 0.5 else "lower"
    return f"- {titled(measure)}: {median}{unit} ({low} to {high}); {direction} in {agreeing:.0%} of the sets."
