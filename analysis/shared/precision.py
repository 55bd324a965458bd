"""How many replicates it takes until a mean is known to a stated half-width.

Two stages (Stein 1945): the spread of the first runs says how many are needed in all, and it is looked at once. Looking
again after every run, and stopping as soon as an interval happens to be narrow, gives intervals that are too narrow:
they are narrow where the spread was underrated. How often intervals hold what they should is measured in the tests.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import pandas as pd
import scipy

from analysis.shared.summaries import CONFIDENCE
from analysis.shared.words import capital, is_share, two_digits
from sim.vocabulary import label_of

_POINT = ["scenario", "draw"]


def replicates_for(half_width: float, *, first: int, sd: float) -> int:
    """Return how many replicates a half-width takes, given the standard deviation ``sd`` of the ``first`` of them.

    They are so many that Student's t with the degrees of freedom of the first stage times the standard error is no more
    than the half-width, and never fewer than ``first``.

    >>> replicates_for(0.1, first=90, sd=1.0), replicates_for(1.0, first=90, sd=1.0)
    (395, 90)
    """
    return max(first, math.ceil((_t(first) * sd / half_width) ** 2))


def half_width_of(sd: float, replicates: int) -> float:
    """Return the half-width of the 95 % t interval of a mean.

    >>> round(half_width_of(1.0, 395), 3)
    0.099
    """
    return _t(replicates) * sd / math.sqrt(replicates)


def in_whole_turns(replicates: int, turns: int, *, most: int) -> int:
    """Return a number of replicates of which every turn (a parameter set, a place) takes as many, up to ``most``.

    >>> in_whole_turns(100, 31, most=5000), in_whole_turns(100, 31, most=100), in_whole_turns(100, 0, most=5000)
    (124, 93, 100)
    """
    each = max(1, turns)
    return min(each * math.ceil(replicates / each), each * (most // each))


def value_in_words(measure: str, value: float) -> str:
    """Return a half-width of a measure, in points if it is a share.

    >>> value_in_words("engagement", 0.00512)
    '0.0051'
    """
    return f"{two_digits(100 * value)} points" if is_share(measure) else two_digits(value)


def draws_needed(runs: pd.DataFrame, asked: Mapping[str, float]) -> pd.DataFrame:
    """Return how many replicates the mean of each draw of a study takes for the half-widths ``asked`` by measure.

    ``runs`` has one row a run of the first stage: scenario, draw, replicate, and the measures. Columns of what is
    returned: scenario, draw, measure, asked, first (replicates that did not fail), sd, needed. A draw of which fewer
    than two runs are left has no spread and no row.

    >>> runs = pd.DataFrame({"scenario": "a", "draw": [0] * 4 + [1] * 4, "replicate": [0, 1, 2, 3] * 2,
    ...                      "trust": [0.1, 0.2, 0.3, 0.4, 0.2, 0.2, 0.2, 0.2]})
    >>> draws_needed(runs, {"trust": 0.1})[["draw", "first", "needed"]].to_numpy().tolist()
    [[0, 4, 17], [1, 4, 4]]
    """
    rows = [
        (*point, measure, half_width, first, sd, replicates_for(half_width, first=first, sd=sd))
        for measure, half_width in asked.items()
        for point, first, sd in _spreads(runs, measure)
        if first > 1
    ]
    return pd.DataFrame(rows, columns=[*_POINT, "measure", "asked", "first", "sd", "needed"])


def draws_reached(needed: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Return ``needed`` with what all ``runs`` came to: replicates, half_width (95 % t interval), is_reached.

    >>> runs = pd.DataFrame({"scenario": "a", "draw": 0, "replicate": [0, 1, 2], "trust": [0.1, 0.2, 0.3]})
    >>> draws_reached(draws_needed(runs, {"trust": 0.3}), runs)[["half_width", "is_reached"]].round(3).values.tolist()
    [[0.248, True]]
    """
    found = [
        (*point, measure, n, half_width_of(sd, n))
        for measure in needed["measure"].unique()
        for point, n, sd in _spreads(runs, measure)
        if n > 1
    ]
    reached = pd.DataFrame(found, columns=[*_POINT, "measure", "replicates", "half_width"])
    table = needed.merge(reached, on=[*_POINT, "measure"])
    return table.assign(is_reached=table["half_width"] <= table["asked"])


def draws_in_words(table: pd.DataFrame, *, most: int) -> str:
    """Return what a study reached, as ``draws_reached`` has it; ``most`` replicates were allowed.

    >>> row = {"scenario": "a", "draw": 0, "measure": "trust", "asked": 0.01, "first": 10, "sd": 0.1, "needed": 512,
    ...        "replicates": 512, "half_width": 0.0087, "is_reached": True}
    >>> print(draws_in_words(pd.DataFrame([row]), most=5000))
    Precision: the first 10 replicates asked for 512 of each draw, and 512 were run.
    Trust: ±0.0087 at most in the mean of a draw, asked ±0.01: reached in 1 of 1.
    """
    if table.empty:
        return "Precision: no draw has two runs that did not fail, so there is no spread to go by."
    first, needed, run = (int(table[name].max()) for name in ("first", "needed", "replicates"))
    said = f"Precision: the first {first:,} replicates asked for {needed:,} of each draw, and {run:,} were run."
    if needed > most:
        said += f" No more than {most:,} were allowed: begin in another folder with most_replicates={needed}."
    lines = [said]
    for measure, rows in table.groupby("measure", sort=False):
        name, reached = str(measure), f"reached in {rows['is_reached'].sum():,} of {len(rows):,}"
        widest, asked = (value_in_words(name, float(rows[column].max())) for column in ("half_width", "asked"))
        lines.append(f"{capital(label_of(name))}: ±{widest} at most in the mean of a draw, asked ±{asked}: {reached}.")
    return "\n".join(lines)


def _spreads(runs: pd.DataFrame, measure: str) -> list[tuple[tuple[str, int], int, float]]:
    """Return of each scenario and draw how many runs it has, and the standard deviation between them."""
    found = runs.groupby(_POINT, sort=False, observed=True)[measure].agg(["size", "std"])
    return [((str(s), int(d)), int(n), float(sd)) for (s, d), n, sd in found.itertuples()]


@lru_cache
def _t(n: int) -> float:
    return float(scipy.stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1))
