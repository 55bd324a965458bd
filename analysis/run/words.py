"""One run in words: what happened when, and where it ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.run.turning_points import FIRSTS, first_of, first_time, lasting_changes
from analysis.shared.words import written_months

MILESTONE_MONTHS = 24


def story(measures: pd.DataFrame, events: pd.DataFrame, policies: pd.DataFrame) -> dict[int, list[str]]:
    """Return what happened by month: policies, newcomers, firsts, regimes, milestones; in order.

    ``measures`` and ``events`` are tables of a run's history, ``policies`` those of its scenario by date (see
    ``analysis.run.turning_points.policy_dates``).

    >>> firsts = {"months_to_first_decision": [1.0, 1.0], "months_to_first_delivery": [1.0, 2.0]}
    >>> months = pd.DataFrame({"month": [0, 1], "regime": "talking shop", **firsts})
    >>> nothing = pd.DataFrame(columns=["month", "event", "partner"])
    >>> story(months, nothing, pd.DataFrame({"month": [1], "what": ["Staff team 0"]}))
    {0: ['start'], 1: ['Staff team 0', 'first decision', 'end']}
    """
    months = len(measures)
    happened: dict[int, list[str]] = {0: ["start"]}

    def add(month: int, what: str) -> None:
        happened.setdefault(month, []).append(what)

    for month, what in zip(policies["month"], policies["what"], strict=True):
        add(int(month), str(what))
    for name in FIRSTS:
        first = first_time(measures, name)
        if first is not None:
            add(first, first_of(name))
    of_the_partnership = events[events["partner"] == ""]
    for month, event in zip(of_the_partnership["month"], of_the_partnership["event"], strict=True):
        add(int(month), str(event))
    for month in lasting_changes(measures["regime"]):
        add(month, f"now: {measures['regime'].iloc[month]}")
    for month in range(MILESTONE_MONTHS, months, MILESTONE_MONTHS):
        happened.setdefault(month, [f"{month // 12} years on"])
    add(months - 1, "end")
    return dict(sorted(happened.items()))


def ending(measures: pd.DataFrame) -> str:
    """Return in one sentence in which regime a run ends, and since when.

    >>> ending(pd.DataFrame({"date": ["2001-04", "2001-05"], "regime": ["talking shop", "hollow"]}))
    "After 2 months the partnership is in the regime 'hollow', as it has been since 2001-05."
    """
    regimes = measures["regime"]
    different = np.flatnonzero((regimes != regimes.iloc[-1]).to_numpy())
    since = int(different[-1]) + 1 if different.size else 0
    return (
        f"After {len(measures)} months the partnership is in the regime '{regimes.iloc[-1]}', "
        f"as it has been since {written_months(measures['date']).iloc[since]}."
    )
