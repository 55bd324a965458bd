"""Reading a scan of priors: which patterns prior draws meet, which together, what occurs, and which numbers decide it.

A scan has a row a draw: its number, its free numbers (``behaviour.…``), the value of each finding, the margin of each
pattern
(at least 0: met), and of each experiment the share of months by name and of runs that were founded again.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.shared.summaries import wilson_interval

DRAW = "draw"
BEHAVIOUR = "behaviour."
REFOUNDED = "founded again"

OCCURS = 0.05
"""Share of months from which a name counts as occurring in an experiment; of runs, for those founded again."""

FALSE_ALARM = 0.05
"""Chance that any correlation at all is taken for more than noise where none is."""

MOST_MISS = 1.0
"""A pattern counts as missed by no more than this: farther out is no worse."""

APART, FEWEST_EXPECTED = 0.8, 10
"""Two patterns are said to pull against each other if draws that meet both are below this share of what chance would
give, and chance would give at least so many."""

VALUE = "value_"
"""How columns of findings begin."""

_MARGIN, _MONTHS, _RUNS = "margin_", "months:", "runs:"


def value_of_finding(id: str, number: int) -> str:
    """Return the column of a finding of a pattern, from 0.

    >>> value_of_finding("N2", 0)
    'value_N2_1'
    """
    return f"{VALUE}{id}_{number + 1}"


def margin_of_pattern(id: str) -> str:
    """Return the column of a pattern's margin.

    >>> margin_of_pattern("N2")
    'margin_N2'
    """
    return f"{_MARGIN}{id}"


def months_named(experiment: str, regime: str) -> str:
    """Return the column of the share of months of an experiment that have a name.

    >>> months_named("typical", "talking shop")
    'months:typical:talking shop'
    """
    return f"{_MONTHS}{experiment}:{regime}"


def refounded_in(experiment: str) -> str:
    """Return the column of the share of runs of an experiment that were founded again.

    >>> refounded_in("typical")
    'runs:typical:founded again'
    """
    return f"{_RUNS}{experiment}:{REFOUNDED}"


def ids_scanned(draws: pd.DataFrame) -> list[str]:
    """Return the patterns that a scan has margins of.

    >>> ids_scanned(pd.DataFrame(columns=["draw", "behaviour.trust_rate", "margin_P2", "margin_N1"]))
    ['P2', 'N1']
    """
    return [name.removeprefix(_MARGIN) for name in draws.columns if name.startswith(_MARGIN)]


def nothing_to_read(draws: pd.DataFrame) -> list[str]:
    """Return the patterns of which a finding has no value in any draw: what it reads occurs in none.

    >>> draws = pd.DataFrame({"value_N1_1": [np.nan, np.nan], "value_N1_2": [0.0, 0.1], "value_P2_1": [np.nan, 0.4]})
    >>> nothing_to_read(draws)
    ['N1']
    """
    empty = (name for name in draws if str(name).startswith(VALUE) and draws[name].isna().all())
    return list(dict.fromkeys(str(name).removeprefix(VALUE).rpartition("_")[0] for name in empty))


def numbers_scanned(draws: pd.DataFrame) -> list[str]:
    """Return the free numbers that were drawn.

    >>> numbers_scanned(pd.DataFrame(columns=["draw", "behaviour.trust_rate", "margin_P2"]))
    ['trust_rate']
    """
    return [name.removeprefix(BEHAVIOUR) for name in draws.columns if name.startswith(BEHAVIOUR)]


def _margins(draws: pd.DataFrame) -> NDArray[np.float64]:
    return draws[[margin_of_pattern(id) for id in ids_scanned(draws)]].to_numpy(float)


def _met(draws: pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(_margins(draws) >= 0.0)


# ------------------------------------------------------------------------------ tables


def pattern_shares(draws: pd.DataFrame) -> pd.DataFrame:
    """Return the share of draws that meet each pattern, and all of them (id ``all``), with 95 % intervals.

    Columns: id, draws (that meet it), share, ci_low, ci_high, median_margin.

    >>> draws = pd.DataFrame({"draw": range(4), "margin_P2": [0.1, 0.2, -0.1, 0.0], "margin_N1": [-1, 0.1, 0.1, -1]})
    >>> pattern_shares(draws)[["id", "draws", "share"]].to_numpy().tolist()
    [['P2', 3, 0.75], ['N1', 2, 0.5], ['all', 1, 0.25]]
    """
    met, margins = _met(draws), _margins(draws)
    columns = [(id, np.asarray(met[:, k]), float(np.median(margins[:, k]))) for k, id in enumerate(ids_scanned(draws))]
    columns.append(("all", np.asarray(np.logical_and.reduce(met.T), dtype=np.bool_), np.nan))
    rows = []
    for id, flags, median in columns:
        low, high = wilson_interval(int(flags.sum()), total=len(flags))
        rows.append((id, int(flags.sum()), float(flags.mean()), float(low), float(high), median))
    return pd.DataFrame(rows, columns=["id", "draws", "share", "ci_low", "ci_high", "median_margin"])


def pattern_pairs(draws: pd.DataFrame) -> pd.DataFrame:
    """Return the share of draws that meet both of two patterns, and what it would be if they were independent.

    Columns: id, other, draws, share, expected, ratio (below 1: they pull against each other; NaN where either is never
    met). Those farthest below come first.

    >>> draws = pd.DataFrame({"draw": range(4), "margin_P2": [0.1, 0.2, -0.1, -0.3], "margin_N1": [-1, 0.1, 0.1, -1]})
    >>> pattern_pairs(draws).to_numpy().tolist()
    [['P2', 'N1', 1, 0.25, 0.25, 1.0]]
    """
    ids, met = ids_scanned(draws), _met(draws)
    rows = []
    for k, id in enumerate(ids):
        for j in range(k + 1, len(ids)):
            both, expected = met[:, k] & met[:, j], float(met[:, k].mean() * met[:, j].mean())
            ratio = float(both.mean()) / expected if expected > 0.0 else np.nan
            rows.append((id, ids[j], int(both.sum()), float(both.mean()), expected, ratio))
    table = pd.DataFrame(rows, columns=["id", "other", "draws", "share", "expected", "ratio"])
    return table.sort_values("ratio", kind="stable", ignore_index=True)


def regimes_occurring(draws: pd.DataFrame) -> pd.DataFrame:
    """Return in what share of draws each name of a month, and founding again, occurs in some experiment.

    Columns: regime, share (of draws in which it takes 5 % of the months of some experiment or more; of runs for those
    founded again), most (the largest share of months seen), where (the experiment that has most of it on average).

    >>> draws = pd.DataFrame({"months:typical:hollow": [0.5, 0.0], "months:cliff:hollow": [0.7, 0.01]})
    >>> regimes_occurring(draws).to_numpy().tolist()
    [['hollow', 0.5, 0.7, 'cliff']]
    """
    of: dict[str, dict[str, str]] = {}
    for column in draws.columns:
        if column.startswith((_MONTHS, _RUNS)):
            _, experiment, regime = column.split(":")
            of.setdefault(regime, {})[experiment] = column
    rows = []
    for regime, columns in of.items():
        shares = draws[list(columns.values())].to_numpy(float)
        where = list(columns)[int(shares.mean(axis=0).argmax())]
        rows.append((regime, float((shares >= OCCURS).any(axis=1).mean()), float(shares.max()), where))
    table = pd.DataFrame(rows, columns=["regime", "share", "most", "where"])
    last = table["regime"] == REFOUNDED
    return pd.concat([table[~last], table[last]], ignore_index=True)


def counts_met(draws: pd.DataFrame) -> pd.DataFrame:
    """Return how many draws meet how many patterns: met, draws, share.

    >>> draws = pd.DataFrame({"draw": range(4), "margin_P2": [0.1, 0.2, -0.1, -0.3], "margin_N1": [-1, 0.1, 0.1, -1]})
    >>> counts_met(draws).to_numpy().tolist()
    [[0.0, 1.0, 0.25], [1.0, 2.0, 0.5], [2.0, 1.0, 0.25]]
    """
    met = _met(draws)
    counts = np.bincount(met.sum(axis=1), minlength=met.shape[1] + 1)
    return pd.DataFrame({"met": range(len(counts)), "draws": counts, "share": counts / len(draws)})


def best_draws(draws: pd.DataFrame, *, most: int) -> pd.DataFrame:
    """Return the draws that meet most patterns, of those the ones that miss least in all: met, miss, and their rows.

    >>> draws = pd.DataFrame({"draw": range(3), "margin_P2": [0.1, 0.2, -0.1], "margin_N1": [-0.5, -0.2, 0.1]})
    >>> best_draws(draws, most=2)[["draw", "met", "miss"]].to_numpy().tolist()
    [[2.0, 1.0, 0.1], [1.0, 1.0, 0.2]]
    """
    table = draws.copy()
    table.insert(1, "met", _met(draws).sum(axis=1))
    table.insert(2, "miss", np.clip(-_margins(draws), 0.0, MOST_MISS).sum(axis=1))
    return table.sort_values(["met", "miss"], ascending=[False, True], kind="stable", ignore_index=True).head(most)


def noise_level(draws: int, comparisons: int) -> float:
    """Return the rank correlation that none of so many would reach by chance, with 95 % certainty.

    >>> round(noise_level(20_000, 400), 3)
    0.027
    """
    z = float(scipy.stats.norm.isf(FALSE_ALARM / 2.0 / max(1, comparisons)))
    return min(1.0, z / float(np.sqrt(max(1, draws - 1))))


def what_decides(draws: pd.DataFrame) -> pd.DataFrame:
    """Return the rank correlation of each free number with the margin of each pattern, the strongest first.

    Columns: number, id, rho (Spearman; 0 where a margin is the same in all draws), above_noise.

    >>> draws = pd.DataFrame({"behaviour.trust_rate": range(99), "margin_P2": range(0, -99, -1), "margin_N1": -1.0})
    >>> what_decides(draws).to_numpy().tolist()
    [['trust_rate', 'P2', -1.0, True], ['trust_rate', 'N1', 0.0, False]]
    """
    numbers, ids = numbers_scanned(draws), ids_scanned(draws)
    one = _standard_ranks(draws[[f"{BEHAVIOUR}{name}" for name in numbers]].to_numpy(float))
    other = _standard_ranks(_margins(draws))
    rho = np.round(one.T @ other / len(draws), 12)
    least = noise_level(len(draws), rho.size)
    rows = [
        (number, id, float(rho[k, j]), bool(abs(rho[k, j]) >= least))
        for k, number in enumerate(numbers)
        for j, id in enumerate(ids)
    ]
    table = pd.DataFrame(rows, columns=["number", "id", "rho", "above_noise"])
    return table.sort_values("rho", key=np.abs, ascending=False, kind="stable", ignore_index=True)


def _standard_ranks(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks with mean 0 and SD 1, 0 in a column in which all is alike."""
    ranks = scipy.stats.rankdata(columns, axis=0)
    spread = ranks.std(axis=0)
    return np.asarray((ranks - ranks.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0))


# ------------------------------------------------------------------------------- words


def scan_words(draws: pd.DataFrame, *, runs: int) -> str:
    """Return what a scan comes to, in plain sentences; ``runs`` is how many each draw has.

    >>> draws = pd.DataFrame({"behaviour.trust_rate": [0.0, 1.0], "margin_P2": [0.1, -0.1], "margin_N1": [0.1, 0.2]})
    >>> print(scan_words(draws, runs=9).splitlines()[0])
    2 draws from the priors, 9 runs each: 50.0 % meet all 2 patterns that can be judged; most meet 1.
    """
    shares, pairs, counts = pattern_shares(draws), pattern_pairs(draws), counts_met(draws)
    ids = ids_scanned(draws)
    of_each = shares[shares["id"] != "all"].sort_values("share", kind="stable")
    all_of_them = float(shares.loc[shares["id"] == "all", "share"].iloc[0])
    top = int(counts.loc[counts["draws"] > 0, "met"].max())
    rarest = (f"{row['id']} ({100 * row['share']:.1f} %)" for _, row in of_each.head(4).iterrows())
    usual = int(np.argmax(counts["draws"].to_numpy()))
    lines = [
        f"{len(draws):,} draws from the priors, {runs} runs each: {100 * all_of_them:.1f} % meet all {len(ids)} "
        f"patterns that can be judged; most meet {usual}.",
        f"The most that any draw meets is {top}, {int(counts['draws'][top]):,} of them.",
        f"Met by fewest: {_listed(rarest)}.",
    ]
    against = pairs[(pairs["ratio"] < APART) & (pairs["expected"] * len(draws) >= FEWEST_EXPECTED)].head(4)
    if len(against):
        told = (
            f"{r['id']} and {r['other']} ({r['ratio']:.2f} of what chance would give)" for _, r in against.iterrows()
        )
        lines.append(f"Pull against each other: {_listed(told)}.")
    lines += _on_regimes(regimes_occurring(draws))
    strongest = what_decides(draws)
    strongest = strongest[strongest["above_noise"]].groupby("id", sort=False).first()
    told = (f"{id} {row['number']} ({row['rho']:+.2f})" for id, row in strongest.iterrows())
    if len(strongest):
        lines.append(f"What decides each pattern most, by rank correlation with its margin: {_listed(told)}.")
    undecided = [id for id in ids if id not in strongest.index]
    if undecided:
        lines.append(f"No single number moves {_listed(undecided)} more than noise would.")
    return "\n".join(lines)


def _on_regimes(regimes: pd.DataFrame) -> list[str]:
    if regimes.empty:
        return []
    told = _listed(f"{row['regime']} {100 * row['share']:.0f} %" for _, row in regimes.iterrows())
    return [f"Share of draws in which it occurs somewhere (5 % of months, or of runs): {told}."]


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def confirmed_words(confirmed: pd.DataFrame) -> str:
    """Return what the best draws come to on new seeds, a sentence each.

    >>> row = {"rank": 1, "draw": 7, "met": 9, "judged": 11, "fails": "P2, N2", "not_judged": "P8"}
    >>> print(confirmed_words(pd.DataFrame([row | {"met_before": 11, "judged_before": 11}])))
    On new seeds draw 7 meets 9 of 11 (in the scan 11 of 11): fails P2, N2; not judged P8.
    """
    return "\n".join(
        f"On new seeds draw {row['draw']} meets {row['met']} of {row['judged']} (in the scan {row['met_before']} of "
        f"{row['judged_before']}): fails {row['fails'] or 'none'}; not judged {row['not_judged'] or 'none'}."
        for _, row in confirmed.iterrows()
    )
