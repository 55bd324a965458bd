"""What the model does with numbers set by hand: ``python -m experiments.documents.by_hand``.

Judged are the patterns that its numbers may be fitted to, by their declared criteria, and looked at is whether
scenarios are what they are called. Patterns that are held out are not looked at. Nothing here is evidence: the numbers
were set by hand with patterns in view.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.patterns.judging import judged_scoreboard, judged_words
from analysis.shared.summaries import t_interval
from experiments.compose import load_scenario
from experiments.documents.evidence import EVIDENCE
from experiments.runs.declared_patterns import FITTED, declared_patterns, docket_of, prepared, seen_of
from sim import MONTH, simulate_ensemble
from sim.regimes import REGIMES

JUDGED, NAMES = EVIDENCE / "patterns.csv", EVIDENCE / "names.csv"
SHARE_OF_RUNS, MATRIX_RUNS = 0.5, 40
"""How many of the runs that are declared are done, and of how many trust and ties are looked at."""

RESAMPLES, SEED, RUNS_OF_NAMES = 999, 1, 400
NAMES_COME_TRUE = ("growth_coalition", "talking_shop", "single_agency_domination")
"""Scenarios that are called as their months should be."""


def judged() -> pd.DataFrame:
    """Return the scoreboard of the patterns that numbers may be fitted to."""
    declared = declared_patterns()
    docket = docket_of(declared, MONTH, roles=FITTED)
    experiments = prepared(
        declared,
        docket,
        runs_of=lambda name: round(SHARE_OF_RUNS * declared.runs_of(name)),
    )
    (seen,) = seen_of(docket, experiments, [{}], seed=SEED, matrix_runs=MATRIX_RUNS)
    return judged_scoreboard(docket, seen, resamples=RESAMPLES, seed=SEED)


def names_come_true() -> Iterator[dict[str, object]]:
    """Give in what share of their months scenarios have the name that they are called by, with 95 % intervals."""
    for name in NAMES_COME_TRUE:
        regime = next(word for word in REGIMES if word.replace(" ", "_").replace("-", "_") == name)
        scenario = load_scenario(name)
        ensemble = simulate_ensemble([scenario], replicates=RUNS_OF_NAMES, seed=SEED)
        named = np.array(ensemble.regime_names)[ensemble.regimes[0]] == regime
        mean, low, high = (float(end[0]) for end in t_interval(named.mean(axis=1)[:, None]))
        yield {"scenario": name, "regime": regime, "value": mean, "low": low, "high": high}


def main() -> int:
    """Write down what is seen, print it, and return the exit code."""
    board, names = judged(), pd.DataFrame(names_come_true())
    board.to_csv(JUDGED, index=False, float_format="%.4g")
    names.to_csv(NAMES, index=False, float_format="%.4g")
    print(judged_words(board, model="The model, its numbers as they stand"))
    print(names.to_string(index=False))
    print(f"written: {JUDGED}, {NAMES}; then: python -m experiments.documents.tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
