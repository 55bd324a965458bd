"""What hangs on the words, in plain sentences."""

from __future__ import annotations

import pandas as pd

from analysis.regimes.tables import AT_THE_END, WHOLE
from analysis.shared.words import listed, mid_sentence, readable

MATTERS = 0.1
"""Share of months from which on a threshold is said to matter."""

AGREES = 0.5
"""Adjusted Rand index from which on clusters are said to agree with the words; as declared with the patterns."""


def regimes_in_words(shares: pd.DataFrame, agreement: pd.DataFrame, *, agrees: float = AGREES) -> str:
    """Return which thresholds matter in which scenario, and whether clusters agree with the words.

    >>> rows = [("a", "talking_decisions", factor, 0.1 * factor, renamed) for factor, renamed in ((0.5, 0.2), (1, 0))]
    >>> shares = pd.DataFrame(rows, columns=["scenario", "threshold", "factor", "level", "renamed"])
    >>> agreement = pd.DataFrame({"of": [WHOLE], "clusters": 3, "silhouette": 0.4, "adjusted_rand": 0.6, "best": True})
    >>> for line in regimes_in_words(shares, agreement).splitlines():
    ...     print(line[:94])
    A: most months change their name with talking decisions (20 % at 0.5 times); others change few
    Clusters of runs by the whole run, year by year: 3 of them (silhouette 0.40); adjusted Rand in
    """
    return "\n".join([*_on_thresholds(shares), *_on_clusters(agreement, agrees)])


def _on_thresholds(shares: pd.DataFrame) -> list[str]:
    lines = []
    for scenario, mine in shares.groupby("scenario", sort=False):
        worst = mine.loc[mine.groupby("threshold", sort=False)["renamed"].idxmax()]
        matter = worst[worst["renamed"] >= MATTERS].sort_values("renamed", ascending=False)
        told = [
            f"{mid_sentence(str(row['threshold']))} ({100 * row['renamed']:.0f} % at {row['factor']:g} times)"
            for _, row in matter.iterrows()
        ]
        rest = f"others change fewer than {100 * MATTERS:.0f} %"
        if told:
            lines.append(f"{readable(str(scenario))}: most months change their name with {listed(told)}; {rest}.")
        else:
            lines.append(
                f"{readable(str(scenario))}: no threshold, moved by half, renames {100 * MATTERS:.0f} % of months."
            )
    return lines


def _on_clusters(agreement: pd.DataFrame, agrees: float) -> list[str]:
    lines = []
    for of in (name for name in (WHOLE, AT_THE_END) if name in set(agreement["of"])):
        best = agreement[(agreement["of"] == of) & agreement["best"]].iloc[0]
        verdict = "agreement" if best["adjusted_rand"] >= agrees else "no agreement"
        lines.append(
            f"Clusters of runs by {of}: {best['clusters']} of them (silhouette {best['silhouette']:.2f}); adjusted "
            f"Rand index with the words {best['adjusted_rand']:.2f}, which is {verdict} ({agrees:g} or more)."
        )
    return lines
