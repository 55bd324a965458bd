"""What hangs on the words: thresholds that rename months, and clusters that are found without words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.regimes.figures import clusters_beside_words, renamed_by_threshold
from analysis.regimes.tables import AT_THE_END, WHOLE, clusters, shares_by_threshold, thresholds
from analysis.regimes.words import regimes_in_words
from experiments.console import main
from sim.parameters import RegimeThresholds
from sim.regimes import READ, REGIMES

USUAL = RegimeThresholds()
TALKS = {"attendance": 0.6, "attendance_senior": 0.4, "decision_rate": 0.1}
WORKS = {"attendance": 0.6, "attendance_senior": 0.5, "decision_rate": 0.9, "ties_used": 9.0}


def made_up(kinds, *, months=24, noise=0.0):
    """Return values of runs, each of one kind throughout."""
    chance = np.random.default_rng(1)
    return {
        name: np.array([np.full(months, kind.get(name, 0.0)) for kind in kinds])
        + noise * chance.standard_normal((len(kinds), months))
        for name in READ
    }


def test_a_threshold_renames_the_months_on_the_other_side_of_it():
    """Decisions of 0.3 a month are work; with half as much again asked for they are talk."""
    values = {"a": made_up([WORKS | {"decision_rate": 0.3}, TALKS])}
    found = shares_by_threshold(values, {"a": USUAL}).set_index(["threshold", "factor", "regime"])
    assert found.loc[("talking_decisions", 1.0, "talking shop"), "share_of_months"] == 0.5
    assert found.loc[("talking_decisions", 1.5, "talking shop"), "share_at_end"] == 1.0
    assert found.loc[("talking_decisions", 1.5, "talking shop"), "renamed"] == 0.5
    assert found.loc[("working_decisions", 1.5, "unsettled"), "renamed"] == 0.5
    assert found.loc[("talking_decisions", 0.5, "talking shop"), "level"] == 0.125
    by_factor = found["share_of_months"].groupby(["threshold", "factor"]).sum()
    assert by_factor.to_numpy() == pytest.approx(1.0)
    assert (found.xs(1.0, level="factor")["renamed"] == 0.0).all()


def test_levels_stay_within_what_is_allowed():
    found = shares_by_threshold({"a": made_up([TALKS])}, {"a": RegimeThresholds(growth_core_sectors=4.0)})
    levels = found[found["threshold"] == "growth_core_sectors"].drop_duplicates("factor").set_index("factor")["level"]
    assert levels[1.5] == 4.0
    assert levels[0.5] == 2.0
    assert set(found["threshold"]) == set(thresholds())


@pytest.mark.slow
def test_clusters_that_are_plain_agree_with_the_words_and_noise_does_not():
    """Two kinds of runs, far apart, are two clusters and two words; one kind with noise has no such clusters."""
    pytest.importorskip("sklearn")
    plain = clusters({"a": made_up([TALKS] * 20, noise=0.01), "b": made_up([WORKS] * 12, noise=0.01)},
                     {"a": USUAL, "b": USUAL}, seed=1, most=5)  # fmt: skip
    best = plain.agreement[plain.agreement["best"]].set_index("of")
    assert best.loc[WHOLE, "clusters"] == best.loc[AT_THE_END, "clusters"] == 2
    assert best["adjusted_rand"].to_list() == [1.0, 1.0]
    mine = plain.members[plain.members["of"] == WHOLE]
    assert mine[["cluster", "regime", "runs"]].to_numpy().tolist() == [
        [1, "talking shop", 20],
        [2, "working partnership", 12],
    ]
    at_the_edge = {"decision_rate": USUAL.talking_decisions}
    noisy = clusters({"a": made_up([TALKS | at_the_edge] * 60, noise=0.05)}, {"a": USUAL}, seed=1, most=5)
    assert (noisy.agreement["adjusted_rand"] < 0.5).all()


def test_words_and_figures_name_what_matters():
    pytest.importorskip("sklearn")
    values = {"talking_shop": made_up([WORKS | {"decision_rate": 0.3}] * 8 + [TALKS] * 8, noise=0.01)}
    levels = {"talking_shop": USUAL}
    shares, found = shares_by_threshold(values, levels), clusters(values, levels, seed=1, most=3)
    said = regimes_in_words(shares, found.agreement)
    assert said.startswith("Talking shop: most months change their name with ")
    assert "which is agreement (0.5 or more)" in said
    drawn = renamed_by_threshold(shares), clusters_beside_words(found.members, found.agreement)
    assert [len(figure.axes) for figure in drawn] == [1, 2]


@pytest.mark.slow
@pytest.mark.usefixtures("empty_folder")
def test_the_verb_leaves_tables_words_and_figures(capsys):
    pytest.importorskip("sklearn")
    asked = ["scenarios=[talking_shop,growth_coalition]", "replicates=10", "months=24", "clusters=3", "output=out"]
    assert main(["regimes", *asked]) == 0
    assert "adjusted Rand index" in " ".join(capsys.readouterr().out.split())
    members = pd.read_csv("out/clusters.csv")
    assert members.groupby("of")["runs"].sum().to_list() == [20, 20]
    assert set(members["regime"]) <= set(REGIMES)
    shares = pd.read_csv("out/thresholds.csv")
    assert len(shares) == 2 * len(thresholds()) * 5 * len(REGIMES)
