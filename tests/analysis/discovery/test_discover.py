"""Scenario discovery and phase diagrams: planted boxes come back, and what cannot be told is said."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from commands import refused_line

from analysis.discovery.phase import phase_plane, prevailing
from analysis.discovery.tables import (
    agreement,
    box_summary,
    box_table,
    coverage_and_density,
    find_box,
    found_again,
    grow_tree,
    inside,
    interesting,
    quasi_p_values,
    resampled_boxes,
)
from analysis.shared.summaries import wilson_interval
from experiments.console import main

SMALL = ["months=4", "board=small_executive"]
AXES = "vary=[levers.staff_team,leadership.attention]"


pytestmark = pytest.mark.usefixtures("empty_folder")


def refused(verb: str, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that a refused command says."""
    return refused_line([verb, *arguments], capsys, alone=False)


def planted(draws: int = 250, seed: int = 1) -> tuple[pd.DataFrame, pd.Series]:
    """Return draws of four parameters and names, wanted where x > 0.6, y < 50 and the purse is not by need."""
    generator = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "x": generator.random(draws),
            "y": 100.0 * generator.random(draws),
            "idle": generator.random(draws),
            "purse": generator.choice(["need", "influence", "alignment"], draws),
            "seats": generator.integers(1, 9, draws),
        }
    )
    return table, (table["x"] > 0.6) & (table["y"] < 50.0) & (table["purse"] != "need")


RANGES = {"x": [0.0, 1.0], "y": [0.0, 100.0], "idle": [0.0, 1.0], "purse": ["need", "influence", "alignment"]}


@pytest.mark.slow
def test_a_planted_box_comes_back() -> None:
    """Its limits within a twentieth of the range (what is peeled at a time), its names, and nothing else."""
    draws, wanted = planted()
    box = find_box(draws, wanted)
    assert set(box.limits) == {"x", "y", "purse"}
    x, y = box.limits["x"], box.limits["y"]
    assert isinstance(x, tuple)
    assert isinstance(y, tuple)
    assert x[0] == pytest.approx(0.6, abs=0.05)
    assert y[1] == pytest.approx(50.0, abs=5.0)
    assert (x[1], y[0]) == (np.inf, -np.inf)
    assert box.limits["purse"] == {"influence", "alignment"}
    coverage, density = coverage_and_density(inside(draws, box.limits), wanted.to_numpy())
    assert min(coverage, density) > 0.9
    assert box.trajectory["chosen"].sum() == 1
    table = box_table(draws, wanted, box, RANGES, kept={}).set_index("parameter")
    assert table.loc["x", "high"] == 1.0
    assert table.loc["purse", "names"] == "influence alignment"
    assert (table[["quasi_p_low", "quasi_p_high", "quasi_p_names"]].min(axis=1) < 0.001).all()


@pytest.mark.slow
def test_a_planted_box_is_found_again_and_holds_on_unseen_draws() -> None:
    draws, wanted = planted()
    resampled = resampled_boxes(draws[["x", "y"]], wanted, resamples=2)
    shares = found_again(resampled)
    assert shares["x"] == shares["y"] == 1.0
    summary = box_summary(draws, wanted, find_box(draws[["x", "y"]], wanted), resampled).set_index("quantity")
    assert summary.loc["coverage", "unseen"] > 0.7
    assert (summary["ci_low"] <= summary["value"]).all()
    assert (summary["value"] <= summary["ci_high"]).all()
    again = resampled_boxes(draws[["x", "y"]], wanted, resamples=2)
    pd.testing.assert_frame_equal(resampled, again)


@pytest.mark.long
def test_the_number_of_processes_changes_nothing() -> None:
    draws, wanted = planted()
    one, two = (resampled_boxes(draws[["x", "y"]], wanted, resamples=3, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.slow
def test_chance_alone_gives_no_box() -> None:
    """PRIM always finds something; on draws that it has not seen such a box is no denser than all draws."""
    generator = np.random.default_rng(5)
    draws = pd.DataFrame(generator.random((120, 3)), columns=["a", "b", "c"])
    wanted = pd.Series(generator.random(120) < 0.3)
    resampled = resampled_boxes(draws, wanted, resamples=4)
    assert resampled["density"].mean() == pytest.approx(wanted.mean(), abs=0.15)


def test_a_box_is_found_for_what_is_frequent_anyway() -> None:
    """Four fifths of all draws are wanted: a box of all of them has full coverage, and says nothing."""
    draws, _ = planted()
    limits = find_box(draws[["x", "idle"]], draws["x"] > 0.2).limits
    assert set(limits) == {"x"}
    assert limits["x"][0] == pytest.approx(0.2, abs=0.05)


def test_a_quasi_p_value_is_a_binomial_test_by_hand() -> None:
    """Twenty draws, ten wanted, in the upper half; without the limit the density is one half: 0.5 to the tenth."""
    draws = pd.DataFrame({"x": np.arange(20.0), "idle": 0.0})
    found = quasi_p_values(draws, np.arange(20) >= 10, {"x": (9.5, np.inf)})
    assert found == {("x", "low"): pytest.approx(0.5**10)}


def test_a_box_of_the_asked_density_is_taken() -> None:
    draws, wanted = planted()
    noisy = wanted ^ (np.random.default_rng(2).random(len(wanted)) < 0.1)
    dense = find_box(draws, noisy, density=0.8).trajectory.query("chosen").iloc[0]
    usual = find_box(draws, noisy).trajectory.query("chosen").iloc[0]
    assert dense["density"] >= 0.8
    assert usual["density"] >= 0.8
    assert dense["coverage"] >= usual["coverage"]
    with pytest.raises(ValueError, match="no box has a density of 1"):
        find_box(draws[["idle"]], noisy, density=1.0)


@pytest.mark.slow
def test_tree_and_box_agree_on_a_planted_box() -> None:
    draws, wanted = planted()
    tree = grow_tree(draws, wanted, depth=3)
    assert tree.accuracy > 0.9
    assert tree.accuracy_low <= tree.accuracy <= tree.accuracy_high
    alike, kappa = agreement(tree, inside(draws, find_box(draws, wanted).limits))
    assert alike > 0.9
    assert kappa > 0.7
    assert "purse = need" in tree.features


def test_what_is_of_interest_is_the_mean_over_replicates() -> None:
    table = pd.DataFrame(
        {"scenario": "a", "measure": "trust", "draw": [0, 0, 1, 1, 2], "replicate": [0, 1, 0, 1, 0],
         "value": [0.2, 0.4, 0.5, 0.7, 0.9]}
    )  # fmt: skip
    assert interesting(table, above=0.3, below=0.6)[1].tolist() == [True, True, False]
    with pytest.raises(ValueError, match="threshold"):
        interesting(table)


# ------------------------------------------------------------------------ the command


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A finished study of a few months and four parameters, of which one decides who comes."""
    folder = str(tmp_path_factory.mktemp("studies") / "s")
    vary = "vary=[levers.staff_team,leadership.attention,levers.purse,levers.duty.attend]"
    assert main(["sweep", f"study={folder}", *SMALL, vary, "draws=96", "replicates=2"]) == 0
    return folder


WRITTEN = {
    "box.csv",
    "codebook.csv",
    "quality.csv",
    "peeling.csv",
    "resamples.csv",
    "cases.csv",
    "tree.txt",
    "words.txt",
    "manifest.json",
}


@pytest.mark.slow
def test_discovery_comes_to_tables_figures_and_words(study: str, capsys: pytest.CaptureFixture[str]) -> None:
    middle = float(pd.read_parquet(f"{study}/runs.parquet").groupby("draw")["attendance"].mean().quantile(0.7))
    asked = [f"study={study}", "measure=attendance", f"above={middle}", "resamples=2", "output=out"]
    assert main(["discover", *asked]) == 0
    assert {path.name for path in Path("out").glob("*.*")} == WRITTEN
    cases = pd.read_csv("out/cases.csv")
    assert (cases["of_interest"] == (cases["value"] >= middle)).all()
    quality = pd.read_csv("out/quality.csv").set_index("quantity")["value"]
    in_box = cases["in_box"]
    assert quality["density"] == pytest.approx(cases.loc[in_box, "of_interest"].mean())
    assert quality["coverage"] == pytest.approx(cases.loc[cases["of_interest"], "in_box"].mean())
    box = pd.read_csv("out/box.csv")
    assert len(box)
    assert "levers.purse" not in set(box["parameter"]), "who holds the purse decides nothing before there is one"
    for name in ("box", "coverage_density", "tree"):
        assert matplotlib.image.imread(f"out/figures/{name}.png").shape[1] > 800
    assert "of 96 draws" in Path("out/words.txt").read_text()
    assert json.loads(Path("out/manifest.json").read_text())["settings"]["measure"] == "attendance"
    before = {path.name: path.read_bytes() for path in Path("out").glob("*.csv")}
    assert main(["discover", *asked, "overwrite=true", "figures=false"]) == 0
    assert {path.name: path.read_bytes() for path in Path("out").glob("*.csv")} == before


REFUSED = [
    (["study=STUDY"], ["say what is of interest"]),
    (["study=STUDY", "regime=talkng_shop"], ["'talkng_shop'", "did you mean talking_shop?"]),
    (["study=STUDY", "regime=dissolved"], ["0 of 96 draws are of interest", "at least 5"]),
    (["study=STUDY", "measure=trust", "above=0"], ["96 of 96 draws are of interest", "nothing to tell them from"]),
    (["study=STUDY", "measure=trust"], ["needs a threshold"]),
    (["study=STUDY", "measure=trsut", "above=1"], ["did you mean trust?"]),
    (["study=STUDY", "measure=trust", "above=2", "below=1"], ["leave nothing between"]),
    (["study=STUDY", "regime=talking_shop", "above=0.5"], ["set share="]),
    (["study=STUDY", "regime=talking_shop", "vary=[behaviour]"], ["behaviour was not varied"]),
    (["study=STUDY", "regime=talking_shop", "in_scenario=baselin"], ["did you mean baseline_lsp?"]),
    (["study=STUDY", "regime=talking_shop", "share=2"], ["share"]),
    (["study=STUDY", "measure=trust@2001-05", "above=0"], ["did not keep"]),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED, ids=[" ".join(case[0]) for case in REFUSED])
def test_bad_questions_end_with_one_line_and_no_answers(
    arguments: list[str], told: list[str], study: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused("discover", [text.replace("STUDY", study) for text in arguments], capsys)
    assert all(part in line for part in told), line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_unfinished_study_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "study=s", *SMALL, "vary=[levers.duty]", "draws=4", "replicates=1", "runs_per_chunk=2"]) == 0
    next(Path("s/chunks").glob("*.json")).unlink()
    assert "is not finished (2 of 4 runs are left)" in refused("discover", ["study=s", "regime=dissolved"], capsys)


@pytest.mark.slow
def test_a_study_of_one_parameter_at_a_time_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["study=s", *SMALL, "vary=[levers.duty]", "design=one_at_a_time", "replicates=1", "levels=2"]
    assert main(["sweep", *asked]) == 0
    trust = pd.read_parquet("s/runs.parquet")["trust"].median()
    line = refused("discover", ["study=s", "measure=trust", f"above={trust}"], capsys)
    assert "design=latin_hypercube" in line


def test_missing_libraries_are_named(
    study: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ema_workbench", None)
    line = refused("discover", [f"study={study}", "regime=talking_shop"], capsys)
    assert "pip install 'local-partnerships[explore]'" in line


# ------------------------------------------------------------------------------ phase


def test_the_prevailing_regime_is_the_one_most_runs_end_in() -> None:
    draws = pd.DataFrame({"draw": [0, 1], "a": [0.0, 1.0], "b": [5.0, 5.0]})
    shares = {"talking_shop": [0.9, 0.4], "growth_coalition": [0.1, 0.6]}
    rows = [
        ("s", draw, replicate, name, float(replicate < round(20 * of[draw])))
        for name, of in shares.items()
        for draw in (0, 1)
        for replicate in range(20)
    ]
    outcomes = pd.DataFrame(rows, columns=["scenario", "draw", "replicate", "measure", "value"])
    plane = phase_plane(draws, outcomes, x="a", y="b")
    found = prevailing(plane, x="a", y="b")
    assert found["regime"].tolist() == ["talking_shop", "growth_coalition"]
    assert found["share"].tolist() == [0.9, 0.6]
    assert found["is_certain"].tolist() == [True, False]


@pytest.mark.parametrize(("sets", "over"), [(1, "runs"), (4, "sets"), (5, "runs")])
def test_a_plane_is_over_sets_where_replicates_took_turns(sets: int, over: str) -> None:
    """Shares need five runs a set; means are over sets with fewer too."""
    draws = pd.DataFrame({"draw": [0], "a": [0.0], "b": [0.0]})
    value = [float(replicate % 4 < 2) for replicate in range(20)]
    runs = pd.DataFrame({"scenario": "s", "draw": 0, "replicate": range(20), "value": value})
    outcomes = pd.concat([runs.assign(measure="talking_shop"), runs.assign(measure="trust")])
    plane = phase_plane(draws, outcomes, x="a", y="b", sets=sets).set_index("quantity")
    assert plane.loc["talking_shop", "interval_over"] == over
    assert plane.loc["trust", "interval_over"] == ("sets" if sets > 1 else "runs")
    share = plane.loc["talking_shop", ["value", "ci_low", "ci_high"]].tolist()
    assert share == pytest.approx([0.5, 0.0, 1.0] if over == "sets" else [0.5, *wilson_interval(10, total=20)])


@pytest.mark.slow
def test_a_phase_diagram_of_a_small_grid(capsys: pytest.CaptureFixture[str]) -> None:
    """Every point of the grid is there, the shares of the regimes add up, and the plane can be drawn again."""
    asked = ["study=s", *SMALL, AXES, "points=3", "replicates=4", "scenarios=[baseline_lsp,talking_shop]"]
    assert main(["phase", *asked, "output=out"]) == 0
    plane = pd.read_csv("out/phase.csv")
    assert len(plane) == 2 * 9 * 8
    shares = plane[plane["quantity"] != "outcome"].groupby(["scenario", "levers.staff_team", "leadership.attention"])
    assert shares["value"].sum().to_numpy() == pytest.approx(1.0)
    assert sorted(plane["levers.staff_team"].unique()) == [0.0, 0.5, 1.0]
    runs = pd.read_parquet("s/runs.parquet")
    row = plane.query("scenario == 'talking_shop' and quantity == 'outcome'").iloc[4]
    of_point = runs[
        (runs["scenario"] == "talking_shop")
        & (runs["levers.staff_team"] == row["levers.staff_team"])
        & (runs["leadership.attention"] == row["leadership.attention"])
    ]
    assert row["value"] == pytest.approx(of_point["outcome"].mean())
    assert len(pd.read_csv("out/regimes.csv")) == 2 * 9
    assert matplotlib.image.imread("out/figures/phase.png").shape[1] > 1000
    capsys.readouterr()
    assert main(["phase", "study=s", "measure=trust", "figures=false", "output=again"]) == 0
    assert "were computed now" not in capsys.readouterr().out
    assert "trust" in set(pd.read_csv("again/phase.csv")["quantity"])
