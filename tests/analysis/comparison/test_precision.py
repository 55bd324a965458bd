"""Replicates until a half-width is reached: intervals hold the truth as often as they say, as narrow as asked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.comparison.precision import precision_in_words, precision_reached, replicates_needed
from analysis.shared.precision import replicates_for
from analysis.shared.summaries import t_interval

TRIALS = 3000
FIRST = 90


def runs_of(difference: np.ndarray) -> pd.DataFrame:
    n = len(difference)
    table = {"scenario": np.repeat(["a", "b"], n), "replicate": np.tile(np.arange(n), 2)}
    return pd.DataFrame(table | {"trust": np.concatenate([difference, np.zeros(n)])})


DISTRIBUTIONS = {
    "normal": (lambda chance, n: chance.normal(0.3, 1.0, n), 0.3),
    "two humps": (lambda chance, n: chance.choice([-1.0, 1.0], n, p=[0.35, 0.65]) + chance.normal(0, 0.1, n), 0.3),
    "skewed": (lambda chance, n: chance.exponential(1.0, n), 1.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", DISTRIBUTIONS)
def test_intervals_after_two_stages_hold_the_truth(shape):
    """A rule that stops where an interval happens to be narrow would hold it less often, and be off on one side."""
    draw, truth = DISTRIBUTIONS[shape]
    chance = np.random.default_rng(20_261_128)
    holds, means, widths = [], [], []
    for _ in range(TRIALS):
        values = draw(chance, FIRST)
        needed = replicates_for(0.12, first=FIRST, sd=values.std(ddof=1))
        values = np.concatenate([values, draw(chance, needed - FIRST)])
        mean, low, high = t_interval(values[:, None])
        holds.append(low[0] <= truth <= high[0])
        means.append(mean[0])
        widths.append((high[0] - low[0]) / 2)
    standard_error = np.sqrt(0.95 * 0.05 / TRIALS)
    assert np.mean(holds) > 0.95 - 4 * standard_error - (0.01 if shape == "skewed" else 0.0)
    assert np.mean(holds) < 0.95 + 4 * standard_error
    off = (np.mean(means) - truth) / 0.12
    assert abs(off) < (0.1 if shape == "skewed" else 0.04)  # of a skewed shape, mean and spread go together
    assert np.median(widths) == pytest.approx(0.12, rel=0.05)


def test_what_is_needed_is_the_most_of_what_is_asked_and_what_is_told_is_what_was_reached():
    chance = np.random.default_rng(1)
    runs = runs_of(chance.normal(0.0, 1.0, FIRST)).assign(outcome=lambda table: 2.0 * table["trust"])
    needed = replicates_needed(runs, "b", {"trust": 0.15, "outcome": 0.15})
    assert needed["needed"].iloc[1] == pytest.approx(4 * needed["needed"].iloc[0], rel=0.02)
    capped = precision_reached(needed, runs)
    assert capped["replicates"].tolist() == [FIRST, FIRST]
    assert not capped["is_reached"].iloc[1]
    said = precision_in_words(capped, most=FIRST)
    assert f"most_replicates={needed['needed'].max()}" in said
    assert "not reached" in said
