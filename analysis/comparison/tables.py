"""The tables that a comparison of scenarios comes to."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from analysis.comparison.uncertainty import contrasts_by_set, sets_used, shares_by_set, summary_by_set
from analysis.shared import summaries
from analysis.shared.summaries import RUN_KEYS, ByColumns

USUAL_REFERENCE = "baseline_lsp"
CENTRAL_PAIR = ("growth_coalition", "talking_shop")
"""The question of the whole project, so this contrast is drawn whenever both are compared."""


_MEASURES_AT_ONCE = 2
"""At least: so many are in memory at once, of all runs."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Means, paired differences and shares of regimes, as in ``analysis.shared.summaries``."""

    summary: pd.DataFrame
    contrasts: pd.DataFrame
    regimes: pd.DataFrame
    """As ``analysis.comparison.uncertainty.shares_by_set`` has them."""
    sets: int = 1
    """Parameter sets that intervals of means and differences are over; with 1 they are of chance alone."""


def compared(runs: ByColumns, reference: str, *, sets: int = 1) -> Comparison:
    """Return summary, contrasts with ``reference`` and regime shares of a table of runs, a few measures at a time.

    If growth coalition and talking shop are both there, their contrast is always among the contrasts. Replicates took
    turns with so many parameter ``sets``: with more than one, means and differences have intervals over these, and so
    have shares if there are runs enough (``analysis.comparison.uncertainty``).

    >>> runs = pd.DataFrame({"scenario": ["a", "a", "b", "b"], "replicate": [0, 1, 0, 1], "regime": "talking shop",
    ...                      "trust": [0.5, 0.6, 0.4, 0.5]})
    >>> compared(runs, "b").contrasts[["scenario", "reference"]].to_numpy().tolist()
    [['a', 'b']]
    """
    keys = [name for name in runs if name in RUN_KEYS and name != "seed"]
    measures = [name for name in runs if name not in RUN_KEYS]
    ends = runs[keys]
    pairs: list[tuple[str, tuple[str, str] | None]] = [(reference, None)]
    if set(CENTRAL_PAIR) <= set(ends["scenario"]) and reference not in CENTRAL_PAIR:
        pairs.append((CENTRAL_PAIR[1], CENTRAL_PAIR))
    found: dict[str, list[pd.DataFrame]] = {one: [] for one, _ in pairs}
    summary = []
    for some in np.array_split(measures, max(1, len(measures) // _MEASURES_AT_ONCE)):
        part = runs[[*keys, *some]]
        summary.append(summary_by_set(part, sets=sets))
        for one, among in pairs:
            these = part[part["scenario"].isin(among)] if among else part
            found[one].append(contrasts_by_set(these, one, sets=sets))
    together = pd.concat(summary, ignore_index=True)
    place = together["scenario"].map({name: place for place, name in enumerate(summaries.scenarios_of(ends))})
    return Comparison(
        summary=together.loc[place.sort_values(kind="stable").index].reset_index(drop=True),
        contrasts=pd.concat([part for parts in found.values() for part in parts], ignore_index=True),
        regimes=shares_by_set(ends, sets=sets),
        sets=sets_used(ends, sets),
    )


def usual_reference(scenarios: list[str]) -> str:
    """Return the scenario that others are set against if none is named: the baseline, or the last one.

    >>> usual_reference(["sigoma_stick", "baseline_lsp", "growth_coalition"]), usual_reference(["a", "b"])
    ('baseline_lsp', 'b')
    """
    return USUAL_REFERENCE if USUAL_REFERENCE in scenarios else scenarios[-1]
