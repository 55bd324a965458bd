"""Figures of ties, senior time, money and added value, of two scenarios."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from analysis.comparison import resources
from analysis.comparison.figures import comparison_figures
from analysis.comparison.tables import Comparison, compared
from analysis.comparison.uncertainty import summary_by_set
from analysis.shared.plotting import save
from experiments import load_scenario
from experiments.runs.pairs import run_pairs
from sim import MEASURES

ASKED = ["months=15"]


@pytest.fixture(scope="module")
def runs():
    scenarios = {name: load_scenario(name, ASKED) for name in ("growth_coalition", "talking_shop")}
    return run_pairs(scenarios, seed=3, replicates=2, engine="mesa", workers=1)


@pytest.fixture(scope="module")
def found(runs) -> Comparison:
    return compared(runs.runs, "talking_shop")


def test_figures_go_by_the_measures_of_months(runs, found):
    """With a measure missing there is one figure less."""
    names = {"ties", "senior_time", "scarcity", "money", "added_value"}
    assert set(resources.resource_figures(runs.trajectories, runs.runs, found)) == names
    less = runs.trajectories.drop(columns="private_gbp_m")
    assert set(resources.resource_figures(less, runs.runs, found)) == names - {"money"}
    assert names <= set(comparison_figures(runs.trajectories, runs.runs, found))


def test_what_claims_time_is_named_once(runs):
    """All measures of what claims senior time are in the stack, and no others."""
    claims = {name for name in MEASURES if name.startswith("time_")}
    assert set(resources.CLAIMS) == claims - {"time_had", "time_spared", "time_elsewhere"}


def test_every_pound_of_the_fund_is_in_its_bar(runs):
    """Projects, posts, what is held and what went back are all that came in."""
    totals = resources._totals(runs.trajectories)
    came = runs.trajectories.groupby(["scenario", "replicate"], sort=False)["fund_in_gbp_m"].sum().to_numpy()
    np.testing.assert_allclose(totals[list(resources.FUND)].sum(axis=1), came)
    bars = resources.money(runs.trajectories).axes[0].patches
    mean = totals[list(resources.FUND)].groupby(totals["scenario"], sort=False).mean()
    assert sum(bar.get_width() for bar in bars) == pytest.approx(mean.to_numpy().sum())


def test_added_value_is_what_lies_between_the_two_circles(runs, found):
    """In each scenario the outcome less its counterfactual is the dot beside them."""
    between, added, themes = resources.added_value(runs.runs, found.summary).axes
    dots = [float(line.get_xdata()[0]) for line in between.lines if line.get_marker() == "o"]
    alone = [float(line.get_xdata()[0]) for line in added.lines if line.get_marker() == "o"]
    assert [dots[0] - dots[1], dots[2] - dots[3]] == pytest.approx(alone)
    assert len([line for line in themes.lines if line.get_marker() == "o"]) == 2 * 5


@pytest.mark.parametrize("sets", [1, 2])
def test_lines_of_means_are_the_intervals_of_the_summary(runs, sets: int):
    """Over sets where replicates took turns with them: a line over runs would be of chance alone."""
    summary = summary_by_set(runs.runs.drop(columns=["seed", "regime"]), sets=sets)
    figure = resources.added_value(runs.runs, summary, sets=sets)
    assert ("2 accepted sets" in figure.get_supxlabel()) == (sets == 2)
    rows = summary[summary["measure"] == "added_value"]
    thick = [lines.get_segments()[0][:, 0] for lines in figure.axes[1].collections if lines.get_linewidth()[0] > 2.0]
    np.testing.assert_allclose(thick, rows[["ci_low", "ci_high"]])
    totals = summary_by_set(resources._totals(runs.trajectories), sets=sets)
    spent = totals.loc[totals["measure"] == "fund_spent_gbp_m", ["ci_low", "ci_high"]]
    lines = [one.get_segments()[0][:, 0] for one in resources.money(runs.trajectories, sets=sets).axes[0].collections]
    np.testing.assert_allclose(lines[::2], spent)


@pytest.mark.slow
def test_each_shows_something_also_of_one_run(runs, tmp_path: Path):
    one = runs.trajectories[(runs.trajectories["replicate"] == 0) & (runs.trajectories["scenario"] == "talking_shop")]
    finals = runs.runs[(runs.runs["replicate"] == 0) & (runs.runs["scenario"] == "talking_shop")]
    for name, draw in resources.resource_figures(one, finals, compared(finals, "talking_shop")).items():
        assert matplotlib.image.imread(save(draw(), tmp_path / f"{name}.png")).std() > 0.02, f"{name} is blank"
