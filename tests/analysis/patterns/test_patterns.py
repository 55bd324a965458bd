"""Patterns: their criteria on made-up runs whose answer is known, their declaration, and the scoreboard."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.patterns.criteria import Condition, Finding, Pattern
from analysis.patterns.scoreboard import (
    interval_of,
    margin_of,
    margins,
    pattern_margin,
    scoreboard,
    scoreboard_of_sets,
    value_of,
)
from analysis.patterns.statistics import STATISTICS, half_life, log_odds_slope, standardised_effect
from analysis.patterns.words import patterns_page, verdicts
from experiments.behaviours import NumberSet
from experiments.console import main
from experiments.errors import CommandError
from experiments.runs.own_patterns import judged, of_one, own_patterns, pattern_batches
from sim import MEASURES, place_names
from sim.parameters import Behaviour

EXAMPLE = own_patterns("example")
MONTHS = 144


pytestmark = pytest.mark.usefixtures("empty_folder")


def flat(value: float, *, runs: int = 40, months: int = MONTHS) -> np.ndarray:
    """Return runs that stay where they are."""
    return np.full((runs, months), value)


@pytest.fixture
def experiments():
    """Every experiment with constant measures: a model that shows nothing."""
    return {name: {m: flat(0.3) for m in EXAMPLE.measures_of(name)} for name in EXAMPLE.experiments}


def finding(**told) -> Finding:
    usual = {"what": "x", "statistic": "mean", "experiment": "one", "measure": "trust", "low": 0.0}
    return Finding(**{**usual, **told})


# ------------------------------------------------------------------------- declaration


def test_every_experiment_is_simulated_with_what_is_read():
    """What a pattern reads, somebody has to run."""
    batches = {batch.name: batch for batch in pattern_batches(EXAMPLE, runs=4)}
    for pattern in EXAMPLE.patterns:
        for one in pattern.findings:
            assert all(set(one.measures) <= set(batches[name].measures) <= set(MEASURES) for name in one.experiments)


def test_places_can_be_the_39_of_the_allocations(tmp_path):
    """Whoever asks for real places means those of the record, not synthetic ones."""
    path = Path(own(tmp_path, measure="trust"))
    told = json.loads(path.read_text())
    told["experiments"]["typical"]["places"] = "real"
    path.write_text(json.dumps(told))
    (batch,) = pattern_batches(own_patterns(str(path)), runs=39)
    assert len(batch.scenarios) == 39 == len(place_names("recorded"))
    assert len({scenario.place.name for scenario in batch.scenarios}) == 39
    assert batch.runs == 39


def test_the_help_tells_every_statistic():
    """Users declare patterns from the help alone."""
    import experiments.verbs.patterns as verb

    assert all(name in (verb.__doc__ or "") for name in STATISTICS)


def own(tmp_path: Path, **changes) -> str:
    """Return a file with one pattern, its finding changed as said (None takes a part out)."""
    told = {"what": "x", "statistic": "mean", "experiment": "typical", "measure": "trust", "low": 0.1, **changes}
    told = {name: value for name, value in told.items() if value is not None}
    pattern = {"id": "X9", "statement": "A.", "criterion": "b", "source": "c", "findings": [told]}
    path = tmp_path / "own.yaml"
    experiments = {"typical": {"scenario": "baseline_lsp"}}
    path.write_text(json.dumps({"experiments": experiments, "patterns": [pattern]}), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"measure": "trsut"}, ["X9", "'trsut'", "did you mean trust?"]),
        ({"experiment": "typcal"}, ["X9", "'typcal'", "did you mean typical?"]),
        ({"statistic": "men"}, ["X9", "statistic", "'men'", "did you mean mean?"]),
        ({"statistic": "share_above"}, ["share_above needs above"]),
        ({"below": 0.3}, ["mean takes no below"]),
        ({"statistic": "ratio_of_months", "at": [3]}, ["at = [3]", "2 months"]),
        ({"statistic": "correlation"}, ["correlation takes two measures"]),
        ({"months": [140, 144]}, ["month 144", "0 to 143"]),
        ({"months": [9, 3]}, ["[9, 3]", "first comes after"]),
        ({"low": None}, ["low and high are both missing"]),
        ({"low": 0.5, "high": 0.2}, ["low = 0.5 is above high = 0.2"]),
        ({"low": "much"}, ["X9", "low", "'much'"]),
        ({"hihg": 0.4}, ["hihg", "did you mean high?"]),
        ({"statistic": "share_meeting", "measure": []}, ["share_meeting needs where"]),
        ({"statistic": "share_meeting", "measure": [], "where": [{"measure": "trust", "low": 0}]}, ["a month or more"]),
        ({"where": [{"measure": "trust", "low": 0}]}, ["mean takes no where"]),
        ({"sd_of": "typical"}, ["mean takes no sd_of"]),
        ({"among": [{"measure": "trsut", "low": 0}]}, ["'trsut'", "did you mean trust?"]),
        ({"among": [{"measure": "trust"}]}, ["trust: low and high are both missing"]),
        ({"among": [{"measure": "trust", "lwo": 0}]}, ["among.0.lwo", "did you mean low?"]),
        ({"among": [{"measure": "trust", "low": 0, "months": [0, 144]}]}, ["month 144"]),
        ({"months": "2013-04"}, ["month 144"]),
        ({"months": "at_the_end", "over": "total"}, ["over = 'total'"]),
        ({"statistic": "error_over_uniform", "measure": ["trust", "outcome"], "record": [1]}, ["1 numbers for 2"]),
        ({"holds_for": "ever"}, ["holds_for", "some_of_interval"]),
    ],
)
def test_a_pattern_that_cannot_be_tested_is_refused_in_one_line(changes, told, tmp_path):
    """The line names the pattern, the value and what is allowed."""
    with pytest.raises(CommandError) as refused:
        own_patterns(own(tmp_path, **changes))
    line = str(refused.value)
    assert "\n" not in line
    assert all(part in line for part in told), line


def test_patterns_of_ones_own_need_no_code(tmp_path):
    """A researcher declares a pattern in a file; whole numbers are numbers too."""
    more = own_patterns(own(tmp_path, low=0, statistic="sd"))
    assert [pattern.id for pattern in more.patterns] == ["X9"]
    assert more.patterns[-1].findings[0].low == 0.0
    with pytest.raises(CommandError, match="did you mean example"):
        own_patterns("exampel")


# -------------------------------------------------------------------------- statistics


@pytest.mark.parametrize(
    ("value", "low", "high", "margin"),
    [
        (0.3, 0.2, 0.6, 0.1 / 0.6),
        (0.1, 0.2, 0.6, -0.1 / 0.6),
        (0.96, 0.95, None, 0.01 / 0.95),
        (0.03, None, 0.02, -0.5),
        (np.nan, 0.0, None, -1.0),
    ],
)
def test_a_margin_is_the_distance_into_the_band(value, low, high, margin):
    """The calibration follows margins: their sign is the verdict; what cannot be measured fails."""
    assert margin_of(finding(low=low, high=high), np.array(value)) == pytest.approx(margin)


RISING = np.tile(np.arange(MONTHS) / 100.0, (4, 1)) + np.array([[0.0], [0.1], [0.2], [0.3]])


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ({}, 0.715 + 0.15),
        ({"months": [0, 1]}, 0.005 + 0.15),
        ({"months": "last_year"}, 1.375 + 0.15),
        ({"statistic": "sd"}, np.std([0.0, 0.1, 0.2, 0.3])),
        ({"statistic": "share_above", "months": [0, 0], "above": 0.15}, 0.5),
        ({"statistic": "share_below", "months": [0, 0], "below": 0.05}, 0.25),
        ({"statistic": "share_at_both_ends", "months": [0, 0], "below": 0.05, "above": 0.15}, 0.25),
        ({"statistic": "share_ordered", "measure": ["trust", "outcome"]}, 0.5),
        ({"statistic": "correlation", "measure": ["trust", "outcome"]}, -1.0),
        ({"statistic": "ratio_of_months", "at": [10, 20]}, 0.25 / 0.35),
        ({"statistic": "share_of_gain", "at": [0, 10, 40]}, 0.25),
        ({"measure": "trust + outcome", "months": [0, 0]}, 0.15 + 0.8),
        ({"measure": ["trust", "outcome"], "months": [0, 0]}, (0.15 + 0.8) / 2),
        ({"minus": {"measure": "outcome"}, "months": [0, 0]}, 0.15 - 0.8),
        ({"minus": {"experiment": "two"}}, 0.865 - 0.5),
        ({"months": [0, 1], "over": "total"}, 0.01 + 0.3),
        ({"months": "at_the_end"}, 0.5 * (1.375 + 0.2) + 0.5 * (0.055 + 0.1)),
        ({"months": [0, 0], "among": [{"measure": "outcome", "high": 0.8}]}, 0.25),
        ({"months": [0, 0], "among": [{"measure": "trust", "months": [0, 0], "experiment": "four", "low": 0.5}]}, 0.25),
        ({"statistic": "change", "at": [20, 10]}, 0.1),
        ({"statistic": "change", "at": [20, [0, 2]]}, 0.19),
        ({"statistic": "sd_of_change", "measure": "shifting", "at": [1, 0]}, np.std([0.0, 0.2, 0.4, 0.6])),
        ({"statistic": "share_rising", "measure": "shifting", "at": [1, 0]}, 0.75),
        (
            {"statistic": "share_meeting", "measure": [], "at": [0, 10], "where": [{"measure": "trust", "low": 0.15}]},
            0.5,
        ),
        (
            {"statistic": "share_meeting", "measure": [], "at": [0, 10], "where": [{"measure": "trust", "high": 0.25}]},
            0.5,
        ),
        (
            {
                "statistic": "share_meeting",
                "measure": [],
                "at": [0],
                "where": [{"measure": "trust", "low": 0.05}, {"measure": "outcome", "low": 0.7, "high": 0.9}],
            },
            0.5,
        ),
        ({"statistic": "paired_effect", "against": "four", "months": [0, 0]}, -0.35 / np.std([0.2, 0.4, 0.6, 0.8])),
        (
            {"statistic": "paired_effect", "against": "four", "sd_of": "one", "months": [0, 0]},
            -0.35 / np.std([0.0, 0.1, 0.2, 0.3]),
        ),
        ({"statistic": "slope_of_change", "measure": ["shifting", "trust"], "at": [1, 0, 0]}, 2.0),
        (
            {
                "statistic": "error_over_uniform",
                "measure": ["trust", "outcome"],
                "months": [0, 0],
                "record": [0.15, 0.8],
            },
            0.0,
        ),
        (
            {
                "statistic": "error_over_uniform",
                "measure": ["trust", "outcome"],
                "months": [0, 0],
                "record": [0.8, 0.15],
            },
            2.0,
        ),
    ],
)
def test_statistics_are_what_they_say(told, value):
    """Each on numbers whose answer can be worked out by hand."""
    run = np.array([[0.0], [0.1], [0.2], [0.3]])
    outcome = np.tile(0.95 - run, (1, MONTHS))
    shifting = np.where(np.arange(MONTHS) == 0, 0.3, 0.3 + 2.0 * run)
    dissolved = ((np.arange(MONTHS) > 11) & (np.array([[True], [False], [True], [False]]))).astype(float)
    one = {"trust": RISING, "outcome": outcome, "shifting": shifting, "is_dissolved": dissolved}
    four = {"trust": np.tile(0.2 + 2.0 * run, (1, MONTHS))}
    experiments = {"one": one, "two": {"trust": flat(0.5, runs=3)}, "four": four}
    if told.get("among"):
        told = told | {"among": [Condition(**condition) for condition in told["among"]]}
    assert value_of(finding(**told), experiments) == pytest.approx(value, abs=1e-12)


def test_log_odds_are_those_of_a_table_of_four():
    """With a cause of two values logistic regression gives the log of the odds ratio, which can be counted."""
    cause = np.repeat([0.0, 1.0], [100, 60])
    outcome = np.concatenate([np.repeat([1.0, 0.0], [30, 70]), np.repeat([1.0, 0.0], [45, 15])])
    expected = np.log((45 / 15) / (30 / 70))
    assert log_odds_slope(outcome, cause) == pytest.approx(expected, rel=0.01)
    assert log_odds_slope(outcome, 10.0 * cause) == pytest.approx(expected / 10.0, rel=0.01)
    assert log_odds_slope(1.0 - outcome, cause) == pytest.approx(-expected, rel=0.01)


def test_log_odds_are_those_of_another_library():
    """Causes of many values, sets of runs side by side."""
    models = pytest.importorskip("sklearn.linear_model")
    draw = np.random.Generator(np.random.Philox(8))
    cause = draw.integers(0, 12, (3, 400)).astype(float)
    outcome = (cause + draw.logistic(0.0, 3.0, (3, 400)) > 7.0).astype(float)
    for found, x, y in zip(log_odds_slope(outcome, cause), cause, outcome, strict=True):
        model = models.LogisticRegression(C=1e9, tol=1e-8, max_iter=1000).fit(x[:, None], y)
        assert found == pytest.approx(model.coef_[0, 0], rel=0.01)


def test_log_odds_stay_finite_where_a_cause_decides():
    """Every large core survives and no small one: the slope is large and a number."""
    cause = np.arange(20.0)
    assert 0.5 < log_odds_slope((cause > 9).astype(float), cause) < 50.0
    assert np.isnan(log_odds_slope(np.ones(20), cause))
    assert np.isnan(log_odds_slope((cause > 9).astype(float), np.ones(20)))


def test_runs_are_chosen_for_each_parameter_set_alone():
    """Another set has other runs that meet the conditions; where none does there is nothing to measure."""
    trust = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])[:, :, None] * np.ones(MONTHS)
    chosen = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])[:, :, None] * np.ones(MONTHS)
    experiments = {"one": {"trust": trust, "is_successful": chosen}}
    found = value_of(finding(among=[Condition("is_successful", low=1.0)]), experiments)
    assert found[:2] == pytest.approx([0.15, 0.6])
    assert np.isnan(found[2])
    assert margin_of(finding(), found)[2] == -1.0


@pytest.mark.parametrize(
    ("holds_for", "ends", "passes"),
    [
        ("value", (-9.0, 9.0), True),
        ("interval", (0.25, 0.35), True),
        ("interval", (0.19, 0.35), False),
        ("interval", (0.2, 0.35), False),
        ("some_of_interval", (-9.0, 0.21), True),
        ("some_of_interval", (0.39, 9.0), True),
        ("some_of_interval", (0.41, 9.0), False),
        ("interval", (np.nan, np.nan), False),
    ],
)
def test_what_has_to_lie_in_the_band_is_said(holds_for, ends, passes):
    """The value, the whole interval without touching the bounds, or some of it."""
    asked = finding(low=0.2, high=0.4, holds_for=holds_for)
    assert (margin_of(asked, np.array(0.3), np.array(ends)) >= 0.0) == passes


def test_what_is_only_reported_decides_nothing():
    """It has a row, and the words of neither side."""
    experiments = {"one": {"trust": flat(0.3)}}
    shown = finding(low=None, reported=True)
    pattern = Pattern(
        "X1", "Trust is high.", "½.", "made up", [finding(low=0.2), shown, finding(low=0.9, reported=True)]
    )
    open_one = Pattern("X2", "Trust is what?", "None.", "made up", [shown], role="open")
    board = scoreboard([pattern, open_one], experiments, resamples=99)
    assert board["decides"].tolist() == [True, False, False, False]
    assert board["passed"].tolist() == [True, True, True, False]
    assert "1 of 1 patterns are reproduced" in verdicts(board, behaviour="made up")
    page = patterns_page(board, command="x", says=[])
    assert "| 0.30 (0.30 to 0.30) | anything | reported |" in page
    assert "All of them pass." in page


def test_many_parameter_sets_are_judged_as_one_by_one():
    """The calibration judges sets side by side; each must get its own answer."""
    rng = np.random.default_rng(1)
    many = {name: {m: rng.random((3, 7, MONTHS)) for m in EXAMPLE.measures_of(name)} for name in EXAMPLE.experiments}
    together = margins(EXAMPLE.patterns, many)
    for k in range(3):
        alone = {name: {m: values[k] for m, values in of.items()} for name, of in many.items()}
        assert {id: float(m[k]) for id, m in together.items()} == pytest.approx(
            {id: float(m) for id, m in margins(EXAMPLE.patterns, alone).items()}
        )


def test_half_life_is_the_first_month_below_half_the_launch():
    """P15 compares these months; runs that never fall count in full."""
    falling = np.concatenate([np.full(24, 0.4), np.full(36, 0.1)])
    months = half_life(np.stack([falling, np.full(60, 0.4)]))
    assert 24 < months[0] < 30
    assert months[1] == 60


def test_a_standardised_effect_is_in_units_of_the_spread():
    """P7 and P17 compare measures of different units."""
    control = np.array([1.0, 2.0, 3.0])
    assert standardised_effect(control + control.std(), control) == pytest.approx(1.0)


def test_a_bootstrap_interval_has_the_width_of_the_standard_error():
    """A mean over many runs has a known interval; pairs that share their luck have a narrow difference."""
    rng = np.random.default_rng(3)
    luck = rng.normal(0.5, 0.1, (400, 1)) + np.zeros((1, MONTHS))
    experiments = {"one": {"trust": luck}, "two": {"trust": luck - 0.2}}
    low, high = interval_of(finding(), experiments, resamples=999, seed=1)
    assert high - low == pytest.approx(2 * 1.96 * 0.1 / 20, rel=0.15)
    paired = interval_of(finding(minus={"experiment": "two"}), experiments, resamples=99, seed=1)
    assert paired == pytest.approx((0.2, 0.2))
    assert np.isnan(interval_of(finding(), {"one": {"trust": flat(0.3, runs=1)}}, resamples=99, seed=1)).all()


# -------------------------------------------------------------------------- scoreboard


def test_the_scoreboard_has_a_row_for_each_finding(experiments):
    """What is reported is everything that was tested, passed or failed."""
    board = scoreboard(EXAMPLE.patterns, experiments, resamples=99)
    assert list(board["id"].unique()) == [pattern.id for pattern in EXAMPLE.patterns]
    assert len(board) == sum(len(pattern.findings) for pattern in EXAMPLE.patterns)
    found = margins(EXAMPLE.patterns, experiments)
    assert all((found[row["id"]] >= 0.0) == row["passed"] for row in board.to_dict("records"))


def test_words_say_every_miss(experiments):
    """A miss must be plain to see where people look."""
    board = scoreboard(EXAMPLE.patterns, experiments, resamples=99)
    text = verdicts(board, behaviour="constant")
    page = patterns_page(board, command="partnerships patterns", says=["Made up."], remarks=["A remark."])
    for id in board.loc[~board["passed"], "id"].unique():
        assert f"Not reproduced: {id}," in text
        assert f"| {id} |" in page
    assert "**failed**" in page
    assert "- A remark." in page


def test_a_sample_passes_what_half_of_its_sets_pass():
    """For many sets the verdict is the majority's, and the share is told."""
    pattern = dataclasses.replace(EXAMPLE.patterns[0], findings=(finding(high=0.02), finding(low=0.4)))
    values = np.array([[0.01, 0.5], [0.01, 0.6], [0.03, 0.5], [0.01, np.nan]])
    board = scoreboard_of_sets([pattern], values)
    assert board["share_of_sets"].unique() == [0.5]
    assert board["passed"].all()
    assert board.loc[1, "value"] == pytest.approx(0.5)
    assert "by at least half" in verdicts(board, behaviour="accepted")


# -------------------------------------------------------------------------- simulating


def test_sets_judged_together_equal_sets_alone_and_given_up_ones_are_blank():
    """The quick way of the calibration and the plain one must agree, and giving up must spare the others."""
    batches = pattern_batches(EXAMPLE, runs=4)
    sets = [NumberSet(Behaviour()), NumberSet(Behaviour(senior_base=-1.5))]
    found = judged(EXAMPLE, batches, sets, seed=5)
    for k, one in enumerate(sets):
        with_one = [
            dataclasses.replace(b, scenarios=tuple(one.of(scenario) for scenario in b.scenarios)) for b in batches
        ]
        alone = of_one(with_one, seed=5, advance=lambda _: None)
        assert found[k] == pytest.approx([float(pattern_margin(pattern, alone)) for pattern in EXAMPLE.patterns])
    after_first = judged(EXAMPLE, batches, sets, seed=5, hopeless=lambda known: np.array([True, False])[: len(known)])
    assert np.isnan(after_first[0]).any()


def test_the_verb_reports_and_exits_with_0(capsys, tmp_path):
    """A scoreboard is an answer whatever it says."""
    assert main(["patterns", "runs=4", "resamples=99", "of=example", "output=answers", "figures=false"]) == 0
    board = pd.read_csv(tmp_path / "answers" / "scoreboard.csv")
    assert set(board["id"]) == {"X1", "X2"}
    assert "patterns are reproduced" in (tmp_path / "answers" / "verdicts.txt").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "answers" / "manifest.json").read_text(encoding="utf-8"))["seed"] == 1
