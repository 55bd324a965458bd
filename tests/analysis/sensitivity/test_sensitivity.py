"""Sensitivity: functions with known indices, planted noise, and the whole verb on a small study."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import refused_line
from numpy.typing import NDArray

from analysis.sensitivity.noise import noise, replicate_sufficiency, variance_parts
from analysis.sensitivity.tables import (
    morris,
    one_at_a_time,
    one_at_a_time_effects,
    shapley,
    sobol,
    sobol_pairs,
)
from analysis.sensitivity.words import sensitivity_words
from analysis.shared.outcomes import outcome_of, outcomes
from experiments.console import main
from experiments.study import identity
from experiments.study.designs import DesignRequest, Factor, points

SMALL = ["months=4", "board=small_executive", "resamples=20", "replicates=3"]
DUTY = ["vary=[levers.duty.attend,levers.purse]"]


pytestmark = pytest.mark.usefixtures("empty_folder")


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that a refused command says."""
    return refused_line(["sensitivity", *arguments], capsys, alone=False)


def outcomes_of(values: NDArray[np.float64]) -> pd.DataFrame:
    """Return a table of outcomes of one measure from values with one row a draw and one column a replicate."""
    draws, replicates = values.shape
    return pd.DataFrame(
        {
            "scenario": "made_up",
            "draw": np.repeat(np.arange(draws), replicates),
            "replicate": np.tile(np.arange(replicates), draws),
            "measure": "trust",
            "value": values.ravel(),
        }
    )


def designed(method: str, factors: tuple[Factor, ...], *, draws: int, levels: int = 4) -> pd.DataFrame:
    return points(method, DesignRequest(factors=factors, draws=draws, levels=levels, seed=3)).to_pandas()


def values_of(indices: pd.DataFrame, index: str) -> list[float]:
    return indices.loc[indices["index"] == index, "value"].tolist()


# -------------------------------------------------------------------- known functions


def test_sobol_finds_the_indices_of_the_ishigami_function() -> None:
    """Ishigami and Homma (1990), a = 7, b = 0.1: indices are known analytically."""
    factors = tuple(Factor(f"x{number}", low=-np.pi, high=np.pi) for number in (1, 2, 3))
    draws = designed("sobol", factors, draws=2048)
    x1, x2, x3 = (draws[factor.path].to_numpy() for factor in factors)
    ishigami = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    found = sobol(draws, outcomes_of(ishigami[:, None]), [factor.path for factor in factors], resamples=100)
    assert values_of(found, "S1") == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert values_of(found, "ST") == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    truth = [0.3139, 0.4424, 0.0, 0.5576, 0.4424, 0.2437]
    assert ((found["ci_low"] <= truth) & (found["ci_high"] >= truth)).all()
    again = sobol(draws, outcomes_of(ishigami[:, None]), [factor.path for factor in factors], resamples=100)
    pd.testing.assert_frame_equal(found, again)


def test_the_pairs_of_the_ishigami_function_are_found() -> None:
    """Only x1 and x3 interact, and their index is what total and first-order indices of x3 differ by."""
    factors = tuple(Factor(f"x{number}", low=-np.pi, high=np.pi) for number in (1, 2, 3))
    draws = designed("sobol_pairs", factors, draws=2048)
    x1, x2, x3 = (draws[factor.path].to_numpy() for factor in factors)
    ishigami = outcomes_of((np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1))[:, None])
    names = [factor.path for factor in factors]
    found = sobol_pairs(draws, ishigami, names, resamples=100)
    assert found[["parameter", "other"]].to_numpy().tolist() == [["x1", "x2"], ["x1", "x3"], ["x2", "x3"]]
    assert found["value"].tolist() == pytest.approx([0.0, 0.2437, 0.0], abs=0.03)
    assert found["ci_low"].iloc[1] > 0.1
    alone = sobol(draws, ishigami, names, pairs=True, resamples=20)
    assert values_of(alone, "ST") == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    two = found.assign(scenario="made_up", measure="trust")
    indices = alone.assign(scenario="made_up", measure="trust")
    chance = noise(ishigami)
    told = sensitivity_words(indices, chance, method="sobol_pairs", precision=0.2, pairs=two)
    assert "Largest indices of pairs: X1 and X3 0.2" in told
    nothing = two.assign(ci_low=-0.1)
    told = sensitivity_words(indices, chance, method="sobol_pairs", precision=0.2, pairs=nothing)
    assert "No pair is clearly above 0 (3 pairs, one by one)." in told


def test_shapley_effects_share_interactions_out_and_add_up() -> None:
    """Of the Ishigami function half of the interaction goes to each of its two; 95 % intervals hold that."""
    factors = tuple(Factor(f"x{number}", low=-np.pi, high=np.pi) for number in (1, 2, 3))
    truth = np.array([0.3139 + 0.2437 / 2, 0.4424, 0.2437 / 2])
    tables = []
    for seed in range(80):
        draws = points("shapley", DesignRequest(factors=factors, draws=400, levels=2, seed=seed)).to_pandas()
        x1, x2, x3 = (draws[factor.path].to_numpy() for factor in factors)
        ishigami = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
        tables.append(shapley(draws, outcomes_of(ishigami[:, None]), [factor.path for factor in factors]))
    values, low, high = (np.array([table[name] for table in tables]) for name in ("value", "ci_low", "ci_high"))
    assert values.sum(axis=1) == pytest.approx(np.ones(80))
    assert values.mean(axis=0) == pytest.approx(truth, abs=0.03)  # standard error: 0.007
    held = ((low <= truth) & (truth <= high)).mean(axis=0)
    assert (held >= 0.88).all()  # three standard errors of a share of 80 below 0.95


def test_shapley_effects_take_names_and_whole_numbers() -> None:
    """Many of their steps change nothing, and such a step is no fault of the design; a failed run costs its set."""
    factors = (Factor("levers.purse", choices=("need", "influence")), Factor("n", low=0, high=1, is_whole=True),
               Factor("idle", low=0.0, high=1.0))  # fmt: skip
    draws = designed("shapley", factors, draws=2000)
    names = [factor.path for factor in factors]
    values = 2.0 * draws["levers.purse"].eq("need") + draws["n"]
    whole = shapley(draws, outcomes_of(values.to_numpy()[:, None]), names)
    assert whole["value"].tolist() == pytest.approx([0.8, 0.2, 0.0], abs=0.03)
    holed = shapley(draws, outcomes_of(values.to_numpy()[:, None]).drop(index=[5, 40]), names)
    assert holed["value"].tolist() == pytest.approx(whole["value"].tolist(), abs=0.01)
    shuffled = draws.assign(idle=np.roll(draws["idle"], 1))
    with pytest.raises(ValueError, match="no design for shapley"):
        shapley(shuffled, outcomes_of(values.to_numpy()[:, None]), names)


def test_morris_finds_the_slopes_of_a_linear_function() -> None:
    """Without curvature or interaction every elementary effect is the slope times the width of the range."""
    factors = (
        Factor("a", low=0.0, high=2.0),
        Factor("b", low=-1.0, high=1.0),
        Factor("c", low=0.0, high=1.0),
        Factor("levers.purse", choices=("need", "influence")),
    )
    draws = designed("morris", factors, draws=10)
    linear = 3.0 * draws["a"] - 0.5 * draws["b"] + 7.0
    ranges = {factor.path: factor.range for factor in factors}
    found = morris(draws, outcomes_of(linear.to_numpy()[:, None]), ranges, levels=4, resamples=50)
    assert values_of(found, "mu_star") == pytest.approx([6.0, 1.0, 0.0, 0.0])
    assert values_of(found, "mu") == pytest.approx([6.0, -1.0, 0.0, 0.0])
    assert values_of(found, "sigma") == pytest.approx([0.0] * 4, abs=1e-9)
    assert found["ci_low"].to_numpy() == pytest.approx(found["value"].to_numpy(), abs=1e-9)


def test_morris_sees_an_interaction_in_sigma() -> None:
    """The product of two parameters has effects that depend on the other one."""
    factors = tuple(Factor(name, low=0.0, high=1.0) for name in ("a", "b", "c"))
    draws = designed("morris", factors, draws=20)
    product = (draws["a"] * draws["b"] + draws["c"]).to_numpy()
    ranges = {factor.path: factor.range for factor in factors}
    found = morris(draws, outcomes_of(product[:, None]), ranges, levels=4)
    a, b, c = values_of(found, "sigma")
    assert min(a, b) > 0.2
    assert c == pytest.approx(0.0, abs=1e-9)
    main_effects = found[found["index"] == "mu_star"]
    assert (main_effects["ci_low"] <= main_effects["value"]).all()
    assert (main_effects["value"] <= main_effects["ci_high"]).all()


def test_one_at_a_time_pairs_its_replicates() -> None:
    """Chance that all draws share leaves no width in the interval of an effect."""
    factors = (Factor("a", low=0.0, high=1.0), Factor("levers.purse", choices=("need", "influence", "alignment")))
    draws = designed("one_at_a_time", factors, draws=1, levels=2)
    effect = draws["a"].fillna(0.4).to_numpy() + draws["levers.purse"].eq("influence").to_numpy()
    luck = np.random.default_rng(1).normal(size=8)
    effects = one_at_a_time_effects(draws, outcomes_of(effect[:, None] + luck))
    found = one_at_a_time(effects).set_index(["parameter", "index"])
    assert found.loc[("a", "low"), "value"] == pytest.approx(-0.4)
    assert found.loc[("a", "high"), "value"] == pytest.approx(0.6)
    assert found.loc[("a", "swing"), ["value", "ci_low", "ci_high"]].tolist() == pytest.approx([1.0] * 3)
    assert found.loc[("levers.purse", "at influence"), "value"] == pytest.approx(1.0)
    assert found.loc[("levers.purse", "swing"), "value"] == pytest.approx(1.0)
    assert len(effects) == 8 * 5


def test_sets_with_failed_runs_are_left_out() -> None:
    """One failed run must neither shift the sets that follow nor count as 0."""
    factors = tuple(Factor(name, low=0.0, high=1.0) for name in ("a", "b"))
    draws = designed("sobol", factors, draws=512)
    table = outcomes_of(draws[["a"]].to_numpy())
    whole = sobol(draws, table, ["a", "b"], resamples=20)
    holed = sobol(draws, table.drop(index=[5, 40]), ["a", "b"], resamples=20)
    assert values_of(holed, "ST") == pytest.approx(values_of(whole, "ST"), abs=0.05)
    with pytest.raises(ValueError, match="too many runs failed"):
        sobol(draws, table.iloc[:5], ["a", "b"])
    with pytest.raises(ValueError, match="no design for morris"):
        morris(draws, table, {"a": [0, 1], "b": [0, 1]}, levels=4)


# ------------------------------------------------------------------------------ noise


def test_planted_noise_is_found_and_split() -> None:
    """Variances 4 between draws, 1 common to a replicate, 3 of the single run: half of it is chance."""
    generator = np.random.default_rng(2)
    draws, replicates = 400, 40
    values = (
        2.0 * generator.normal(size=(draws, 1))
        + 1.0 * generator.normal(size=(1, replicates))
        + np.sqrt(3.0) * generator.normal(size=(draws, replicates))
    )
    parts = variance_parts(values)
    assert parts.between_draws == pytest.approx(4.0, rel=0.2)  # standard error of a variance of 400: 7 %
    assert parts.shared == pytest.approx(1.0, rel=0.6)  # of 40: 23 %
    assert parts.own == pytest.approx(3.0, rel=0.05)
    row = noise(outcomes_of(values), precision=0.2).iloc[0]
    assert row["ci_low"] < 0.5 < row["ci_high"]
    assert row["noise_in_draw_means"] == pytest.approx(3.0 / 40 / (4.0 + 3.0 / 40), rel=0.2)
    assert row["replicates_for_mean"] == pytest.approx(4.0 * (1.96 / 0.4) ** 2, rel=0.3)
    assert row["replicates_for_difference"] == pytest.approx(6.0 * (1.96 / 0.4) ** 2, rel=0.3)


def test_as_many_replicates_as_advised_give_the_precision_asked_for() -> None:
    """The advice is worth something only if following it works."""
    generator = np.random.default_rng(4)
    of_draw = generator.normal(size=(50, 1))
    advised = int(noise(outcomes_of(of_draw + generator.normal(size=(50, 30))))["replicates_for_mean"].iloc[0])
    again = of_draw + generator.normal(size=(50, advised))
    table = replicate_sufficiency(outcomes_of(again))
    last = table[(table["quantity"] == "half_width") & (table["replicates"] == advised)].iloc[0]
    assert last["value"] == pytest.approx(0.2 * of_draw.std(ddof=1), rel=0.15)
    assert last["low"] < last["value"] < last["high"]


def test_one_replicate_says_nothing_on_chance() -> None:
    row = noise(outcomes_of(np.arange(6.0)[:, None])).iloc[0]
    assert np.isnan(row["within_share"])
    indices = pd.DataFrame(
        {"scenario": "made_up", "measure": "trust", "parameter": ["a"], "index": "ST", "value": 1.0,
         "ci_low": 0.9, "ci_high": 1.1}
    )  # fmt: skip
    told = sensitivity_words(indices, noise(outcomes_of(np.arange(6.0)[:, None])), method="sobol", precision=0.2)
    assert "One replicate does not show the part of chance." in told


@pytest.mark.parametrize(
    ("between", "told", "never"),
    [
        (1e-10, "draws do not differ beyond it", "needs"),
        (1e-4, "needs more than a million replicates", "do not differ"),
    ],
)
def test_no_absurd_number_of_replicates_is_asked_for(between: float, told: str, never: str) -> None:
    """What draws differ by in their last digits is rounding; a number that nobody can make is capped."""
    chance = np.random.default_rng(1)
    values = np.linspace(0.0, between, 40)[:, None] + chance.normal(size=6)
    indices = pd.DataFrame(
        {"scenario": "made_up", "measure": "trust", "parameter": ["a"], "index": "ST", "value": 1.0,
         "ci_low": 0.9, "ci_high": 1.1}
    )  # fmt: skip
    said = sensitivity_words(indices, noise(outcomes_of(values)), method="sobol", precision=0.2)
    assert told in said
    assert never not in said
    assert "nan" not in said


# --------------------------------------------------------------------------- outcomes


def test_outcomes_are_read_from_runs_and_months() -> None:
    runs = pd.DataFrame(
        {"scenario": "a", "draw": [0, 1], "replicate": 0, "regime": ["talking shop", "growth coalition"],
         "trust": [0.1, 0.2], "mean_trust": [0.3, 0.4], "months_talking_shop": [2.0, 0.0]}
    )  # fmt: skip
    months = pd.DataFrame(
        {"scenario": "a", "draw": [1, 1, 0, 0], "replicate": 0, "date": ["2001-04", "2001-05"] * 2,
         "regime": ["growth coalition", "talking shop", "talking shop", "talking shop"],
         "coherence": [1.0, 3.0, 5.0, 6.0]}
    )  # fmt: skip
    asked = ["trust", "mean_trust", "months_talking_shop", "talking_shop", "coherence@2001-05", "mean_coherence",
             "talking_shop@2001-04"]  # fmt: skip
    found = outcomes(runs, asked, trajectories=months).pivot(index="draw", columns="measure", values="value")[asked]
    assert found.to_numpy().tolist() == [[0.1, 0.3, 2.0, 1.0, 6.0, 5.5, 1.0], [0.2, 0.4, 0.0, 0.0, 3.0, 2.0, 0.0]]
    with pytest.raises(ValueError, match="2001-04 to 2001-05"):
        outcomes(runs, ["coherence@2002-01"], trajectories=months)
    with pytest.raises(ValueError, match="did not keep"):
        outcomes(runs, ["mean_coherence"])
    assert outcome_of("top_share").label == "Top share of influence at the end"


# ------------------------------------------------------------------------ the command

WRITTEN = {"sensitivity.csv", "noise.csv", "replicates.csv", "words.txt", "manifest.json"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("one_at_a_time", []),
        ("morris", ["draws=4"]),
        ("sobol", ["draws=16"]),
        ("sobol_pairs", ["draws=16"]),
        ("shapley", ["draws=50"]),
    ],
)
def test_each_method_comes_to_tables_figures_and_words(
    method: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["study=s", f"method={method}", *SMALL, *DUTY, *more, "measures=[attendance,trust@2001-06]"]
    assert main(["sensitivity", *asked, "output=out"]) == 0
    assert {path.name for path in Path("out").glob("*.*")} >= WRITTEN
    table = pd.read_csv("out/sensitivity.csv")
    assert list(table.columns) == ["method", "scenario", "measure", "parameter", "index", "value", "ci_low", "ci_high"]
    assert set(table["method"]) == {method}
    assert set(table["parameter"]) == {"levers.duty.attend", "levers.purse"}
    known = table.dropna(subset=["ci_low", "ci_high"])
    assert (known["ci_low"] <= known["value"] + 1e-9).all()
    assert (known["value"] <= known["ci_high"] + 1e-9).all()
    if method == "sobol_pairs":
        pairs = pd.read_csv("out/pairs.csv")
        assert pairs[["measure", "parameter", "other", "index"]].iloc[0].tolist() == [
            "attendance", "levers.duty.attend", "levers.purse", "S2"]  # fmt: skip
        assert Path("out/figures/pairs_attendance.png").exists()
    figures = {path.stem for path in Path("out/figures").glob("*.png")}
    assert {f"{method}_attendance", f"{method}_trust_2001-06", "replicates_attendance", "noise"} <= figures
    record = json.loads(Path("out/manifest.json").read_text())
    assert record["settings"]["method"] == method
    assert "Attendance at the end, baseline partnership:" in Path("out/words.txt").read_text()
    before = Path("out/sensitivity.csv").read_bytes()
    assert main(["sensitivity", *asked, "output=out", "overwrite=true", "figures=false"]) == 0
    assert Path("out/sensitivity.csv").read_bytes() == before


@pytest.mark.slow
def test_a_finished_study_is_read_for_other_measures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With study=FOLDER alone it is analysed as it was begun, even by later code; nothing is computed again."""
    assert main(["sweep", "study=s", "design=morris", "draws=4", "months=4", "board=small_executive", *DUTY]) == 0
    capsys.readouterr()
    now = identity.made_by()
    monkeypatch.setattr(identity, "made_by", lambda scenarios=(): now | {"sim": "edited"})
    asked = ["study=s", "measures=[trust,months_talking_shop]", "resamples=20", "figures=false"]
    assert main(["sensitivity", *asked, "output=o"]) == 0
    said = capsys.readouterr()
    assert "were computed now" not in said.out
    assert "was made by other code (sim was edited): it is read as it is" in said.err
    assert set(pd.read_csv("o/sensitivity.csv")["measure"]) == {"trust", "months_talking_shop"}
    assert "did not keep" in refused(["study=s", "measures=[trust@2001-05]", "output=p"], capsys)
    assert not Path("p").exists()
    assert "was begun with design = morris, now it is sobol" in refused(["study=s", "method=sobol"], capsys)


@pytest.mark.slow
def test_a_study_of_another_design_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["design=grid", "levels=2", "months=3", "board=small_executive", *DUTY, "replicates=1"]
    assert main(["sweep", "study=s", *asked]) == 0
    assert "was made with design = grid" in refused(["study=s"], capsys)


@pytest.mark.slow
def test_a_finished_sweep_all_over_the_ranges_is_analysed_by_pawn(capsys: pytest.CaptureFixture[str]) -> None:
    """Also of what does not vary at all: its index is 0, and no warning comes of it."""
    assert main(["sweep", "study=s", "draws=8", "months=3", "board=small_executive", *DUTY, "replicates=2"]) == 0
    asked = ["measures=[engagement,growth_coalition]", "resamples=20", "figures=false", "output=out"]
    assert main(["sensitivity", "study=s", *asked]) == 0
    table = pd.read_csv("out/sensitivity.csv")
    assert set(table["method"]) == {"pawn"}
    own = table[table["index"] == "PAWN"].set_index("measure")["value"]
    assert (own["growth_coalition"] == 0.0).all()
    assert (own["engagement"] > 0.0).any()
    capsys.readouterr()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.analyze.morris", None)
    monkeypatch.setitem(sys.modules, "SALib", None)
    draws = pd.DataFrame({"draw": range(4), "x": [0.0, 1.0, 1.0, 0.0]})
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'local-partnerships\[study\]'"):
        morris(draws, outcomes_of(np.zeros((4, 1))), {"x": [0, 1]}, levels=4)
