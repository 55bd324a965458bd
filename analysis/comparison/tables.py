"""The tables that a comparison of scenarios comes to."""

from __future__ import annotations

import dataclasses

import pandas as pd

from analysis.comparison.uncertainty import contrasts_by_set, summary_by_set
from analysis.shared import summaries

USUAL_REFERENCE = "baseline_lsp"
CENTRAL_PAIR = ("growth_coalition", "talking_shop")
"""The question of the whole project, so this contrast is drawn whenever both are compared."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Means, paired differences and shares of regimes, as in ``analysis.shared.summaries``."""

    summary: pd.DataFrame
    contrasts: pd.DataFrame
    regimes: pd.DataFrame


def compared(runs: pd.DataFrame, reference: str, *, sets: int = 1) -> Comparison:
    """Return summary, contrasts with ``reference`` and regime shares of a table of runs.

    If growth coalition and talking shop are both there, their contrast is always among the contrasts. Replicates took
    turns with so many parameter ``sets``: with more than one, means and differences have intervals over these
    (``analysis.comparison.uncertainty``).

    >>> runs = pd.DataFrame({"scenario": ["a", "a", "b", "b"], "replicate": [0, 1, 0, 1], "regime": "talking shop",
    ...                      "trust": [0.5, 0.6, 0.4, 0.5]})
    >>> compared(runs, "b").contrasts[["scenario", "reference"]].to_numpy().tolist()
    [['a', 'b']]
    """
    contrasts = [contrasts_by_set(runs, reference, sets=sets)]
    if set(CENTRAL_PAIR) <= set(runs["scenario"]) and reference not in CENTRAL_PAIR:
        contrasts.append(contrasts_by_set(runs[runs["scenario"].isin(CENTRAL_PAIR)], CENTRAL_PAIR[1], sets=sets))
    return Comparison(
        summary=summary_by_set(runs, sets=sets),
        contrasts=pd.concat(contrasts, ignore_index=True),
        regimes=summaries.regime_shares(runs),
    )


def usual_reference(scenarios: list[str]) -> str:
    """Return the scenario that others are set against if none is named: the baseline, or the last one.

    >>> usual_reference(["sigoma_stick", "baseline_lsp", "growth_coalition"]), usual_reference(["a", "b"])
    ('baseline_lsp', 'b')
    """
    return USUAL_REFERENCE if USUAL_REFERENCE in scenarios else scenarios[-1]
