"""Tables of a scan, on draws made up so that their answers are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.patterns.scan import (
    best_draws,
    counts_met,
    noise_level,
    pattern_pairs,
    pattern_shares,
    scan_words,
    what_decides,
)
from analysis.patterns.scan_figures import decides_figure

N = 4000


@pytest.fixture(scope="module")
def draws() -> pd.DataFrame:
    """Return draws of which one number helps P2 and harms N2, another does nothing; N10 is met by a coin."""
    rng = np.random.default_rng(1)
    one, other, coin = rng.random((3, N))
    return pd.DataFrame(
        {
            "draw": range(N),
            "behaviour.trust_rate": one,
            "behaviour.tie_rate": other,
            "margin_P2": one - 0.7,
            "margin_N2": 0.4 - one,
            "margin_N10": coin - 0.5,
            "months:typical:hollow": one,
            "runs:typical:founded again": 0.0,
        }
    )


def test_shares_and_counts_add_up(draws):
    shares = pattern_shares(draws).set_index("id")
    assert shares.loc["P2", "share"] == pytest.approx(0.3, abs=0.03)
    assert (shares["ci_low"] <= shares["share"]).all()
    assert shares.loc["all", "draws"] == 0
    counts = counts_met(draws)
    assert counts["draws"].sum() == N
    assert (counts["met"] * counts["draws"]).sum() == shares.drop("all")["draws"].sum()


def test_patterns_that_exclude_each_other_come_first(draws):
    pairs = pattern_pairs(draws)
    assert pairs.loc[0, ["id", "other"]].tolist() == ["P2", "N2"]
    assert pairs.loc[0, "draws"] == 0
    assert pairs.loc[1:, "ratio"].to_numpy() == pytest.approx(1.0, abs=0.15)


def test_best_draws_meet_most_and_miss_least(draws):
    best = best_draws(draws, most=50)
    assert best["met"].max() == counts_met(draws).query("draws > 0")["met"].max()
    assert best["met"].is_monotonic_decreasing
    assert (best.groupby("met")["miss"].apply(lambda miss: miss.is_monotonic_increasing)).all()


def test_only_what_is_above_noise_decides(draws):
    table = what_decides(draws).set_index(["number", "id"])
    assert table.loc[("trust_rate", "P2"), "rho"] == pytest.approx(1.0)
    assert table.loc[("trust_rate", "N2"), "rho"] == pytest.approx(-1.0)
    assert table["above_noise"].sum() == 2
    ranks = draws[["behaviour.tie_rate", "margin_N10"]].corr(method="spearman").iloc[0, 1]
    assert table.loc[("tie_rate", "N10"), "rho"] == pytest.approx(ranks)
    shown = decides_figure(what_decides(draws)).axes[0]
    assert [label.get_text() for label in shown.get_yticklabels()] == ["trust rate"]
    assert [label.get_text() for label in shown.get_xticklabels()] == ["P2", "N2", "N10"]


def test_a_figure_of_nothing_above_noise_can_be_drawn(draws):
    nothing = what_decides(draws).assign(above_noise=False)
    assert decides_figure(nothing).axes[0].get_yticklabels() == []


def test_more_draws_tell_smaller_correlations_and_more_comparisons_need_larger_ones():
    assert noise_level(20_000, 400) < noise_level(1_000, 400) < noise_level(100, 400) < 1.0
    assert noise_level(1_000, 400) > noise_level(1_000, 4)


def test_words_say_what_pulls_against_what_and_what_never_occurs(draws):
    text = scan_words(draws, runs=9)
    assert "P2 and N2 (0.00 of what chance would give)" in text
    assert "founded again 0 %" in text
    assert "No single number moves N10" in text
