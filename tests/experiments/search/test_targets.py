"""A calibration to the targets of a case: what it refuses, what it leaves, and that it finds what was planted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import refused_line
from strategies import extension_text

from experiments import load_scenario
from experiments.behaviours import NumberSet
from experiments.cases.writing import example, write_case
from experiments.console import main
from experiments.errors import CommandError
from experiments.search.objective import varied
from experiments.search.targets import Target, TargetRuns
from sim import PARAMETERS, Scenario, month_of, simulate, simulate_ensemble, with_changes

PLANTED = {"trust_launch": 0.35, "junior_base": -0.9}
OBSERVED = {"trust": 0.02, "attendance": 0.03}
MONTHS = ("2001-10", "2002-04")
SMALL = [
    "vary=[trust_launch,junior_base,tie_rate]", "prior_draws=512", "wave=256", "waves=1", "confirming_runs=20",
    "sample=10", "figures=false",
]  # fmt: skip


def write_targets(case: Path, rows: list[tuple[str, str, float, float]]) -> None:
    table = pd.DataFrame(rows, columns=["measure", "month", "value", "standard_error"])
    table.to_csv(case / "targets.csv", index=False)


@pytest.fixture
def mycity(empty_folder: Path) -> Path:
    """Return a case whose targets are what one run with planted numbers showed."""
    write_case(empty_folder / "mycity", *example())
    scenario = load_scenario("baseline_lsp", ["months=13", *(f"behaviour.{n}={v}" for n, v in PLANTED.items())],
                             case="mycity")  # fmt: skip
    shown = simulate_ensemble([scenario], replicates=[4711], seed=5, measures=list(OBSERVED))
    at = {scenario.month_label(month): month for month in range(scenario.months)}
    write_targets(
        empty_folder / "mycity",
        [(m, when, float(shown[m][0, 0, at[when]]), error) for m, error in OBSERVED.items() for when in MONTHS],
    )
    return empty_folder / "mycity"


@pytest.mark.long
def test_what_was_planted_is_found_and_a_stopped_calibration_goes_on(mycity, capsys):
    """Intervals hold the planted numbers, files are whole, and what was lost is done again to the same numbers."""
    assert main(["calibrate", "case=mycity", "study=fit", *SMALL, "check=coverage"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "of 3 numbers" in printed
    assert "Coverage: over" in printed
    numbers = pd.read_csv("fit/parameters.csv").set_index("parameter")
    assert bool(numbers.loc["trust_launch", "identified"])
    for name, planted in PLANTED.items():
        declared = PARAMETERS[f"behaviour.{name}"]
        slack = 0.05 * (declared.high - declared.low)
        assert numbers.loc[name, "q05"] - slack <= planted <= numbers.loc[name, "q95"] + slack, name
    targets = pd.read_csv("fit/targets.csv")
    assert targets["target"].tolist() == [f"{m}@{when}" for m in OBSERVED for when in MONTHS]
    assert (targets["low"] <= targets["high"]).all()
    bands = pd.read_csv("fit/bands.csv")
    assert len(bands) == 13 * len(OBSERVED)
    assert (np.diff(bands[["q05", "q25", "q50", "q75", "q95"]], axis=1) >= 0.0).all()
    assert len(pd.read_csv("fit/configs/behaviour/accepted.csv")) == 10
    assert "case/targets.csv" in json.dumps(json.loads(Path("fit/manifest.json").read_text(encoding="utf-8")))

    before = Path("fit/posterior.csv").read_bytes()
    next(Path("fit/waves").glob("01_0*.parquet")).unlink()
    assert main(["calibrate", "case=mycity", "study=fit", *SMALL]) == 0
    assert Path("fit/posterior.csv").read_bytes() == before
    again = [
        "compare",
        "case=mycity",
        "--config-dir",
        "fit/configs",
        "behaviour=accepted",
        "scenarios=[baseline_lsp,talking_shop]",
    ]
    assert main([*again, "months=6", "replicates=4", "figures=false", "output=there"]) == 0


@pytest.mark.slow
def test_a_posterior_is_opened_as_arviz_expects_it(mycity):
    """Groups of an InferenceData, one chain, the numbers by name and the targets by theirs."""
    xarray = pytest.importorskip("xarray")
    for needed in ("arviz_base", "h5netcdf", "h5py"):
        pytest.importorskip(needed)
    assert main(["calibrate", "case=mycity", "study=fit", *SMALL]) == 0
    tree = xarray.open_datatree("fit/posterior.nc", engine="h5netcdf")
    assert tree["posterior"]["trust_launch"].shape == (1, 10)
    assert set(tree["posterior_predictive"]["target"].values) == {f"{m}@{when}" for m in OBSERVED for when in MONTHS}
    table = pd.read_csv("fit/posterior.csv")
    assert tree["posterior"]["trust_launch"].values[0] == pytest.approx(table["trust_launch"].to_numpy())
    tree.close()


def refused(capsys, *asked: str) -> str:
    instead = {one.partition("=")[0] for one in asked}
    small = [one for one in SMALL if one.partition("=")[0] not in instead]
    assert main(["calibrate", "case=mycity", "study=fit", *small, *asked]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("error: ")
    return line


@pytest.mark.slow
def test_a_target_out_of_reach_is_told_before_anything_long(mycity, capsys):
    """Its name, its value and the range of the model; left out, the calibration goes on."""
    write_targets(mycity, [("trust", "2002-04", 0.45, 0.02), ("attendance", "2002-04", 0.01, 0.001)])
    line = refused(capsys)
    assert "attendance@2002-04 = 0.01 is out of reach: over 512 draws of the priors the model shows 0." in line
    assert "leave_out=[attendance@2002-04]" in line
    assert not list(Path("fit/waves").glob("01_*"))
    assert main(["calibrate", "case=mycity", "study=without", *SMALL, "leave_out=[attendance@2002-04]"]) == 0
    assert pd.read_csv("without/targets.csv")["target"].tolist() == ["trust@2002-04"]


@pytest.mark.parametrize(
    ("rows", "asked", "says"),
    [
        ([], [], "targets.csv has no row"),
        ([("trust", "1999-04", 0.4, 0.1)], [], "column month: 1999-04 lies before the run, which begins in 2001-04"),
        ([("trust", "2002-04", 0.4, 0.1)] * 2, [], "line 3, column measure: it stands there twice"),
        ([("trust", "2002-04", 0.4, 0.1)], ["leave_out=[trust@2003-04]"], "there is no target 'trust@2003-04'"),
        ([("trust", "2002-04", 0.4, 0.1)], ["particles=10"], "particles is for patterns, of="),
        ([("trust", "2002-04", 0.4, 0.1)], ["prior_draws=100"], "prior_draws = 100 is not allowed with case="),
    ],
)
def test_what_cannot_be_calibrated_to_is_refused_in_one_line(mycity, capsys, rows, asked, says):
    """What is wrong, its value and what to do, before anything is run."""
    write_targets(mycity, rows)
    assert says in refused(capsys, *asked)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["waves=3"], "waves is for targets, case="),
        (["place=leeds"], "'place=leeds' is not allowed with of="),
        (["levers.pooling_rate=0.2"], "is not allowed with of="),
    ],
)
def test_settings_of_a_scenario_are_for_cases(empty_folder, capsys, asked, says):
    """Patterns have experiments of their own: what would change nothing is refused."""
    assert main(["calibrate", "study=fit", *asked]) == 2
    assert says in capsys.readouterr().err


def test_a_shorter_run_shows_the_same_months(mycity):
    """Runs end with the last target: what comes before does not hang on how long a run is."""
    scenario = load_scenario("baseline_lsp", ["months=24"], case="mycity")
    short = with_changes(scenario, months=13)
    whole, cut = (
        simulate_ensemble([one], replicates=2, seed=3, measures=["trust"]).measures for one in (scenario, short)
    )
    assert np.array_equal(whole[:, :, :13], cut)


# --------------------------------------------------------------- settings of an extension


GRUDGES = """
# grudges.py, with what has no range
@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class More(Settings):
    meant: Real = lever(0.5, unit="0 ill to 1 well", source="assumed", says="How a slight is meant.")
    patience: int = uncertain(3, unit="months", low=0, high=12, source="assumed", says="Months before a grudge.")


month = month.setting(More)
"""


@pytest.fixture
def grudges(empty_folder: Path) -> Scenario:
    (empty_folder / "grudges.py").write_text(extension_text() + GRUDGES, "utf-8")
    return load_scenario("baseline_lsp", ["extension=grudges.py", "own.apology=0.25", "months=4"])


def test_settings_of_an_extension_are_drawn_beside_those_of_the_model(grudges):
    """Those that are not drawn stay as the scenario has them."""
    parameters = varied(["own.grudge_rate", "tie_rate"], month_of(grudges).parameters)
    asked = TargetRuns(grudges, (Target("trust", (2, 2), 0.5, 0.1, "2001-06"),), parameters, seed=1)
    assert asked.names == ("tie_rate", "own.grudge_rate")
    low, high = asked.with_numbers(np.array([[0.5, 0.0], [0.25, 1.0]]))
    assert [one.own["grudge_rate"] for one in (low, high)] == [0.0, 0.5]
    assert [one.own["apology"] for one in (low, high)] == [0.25, 0.25]
    assert low.behaviour.tie_rate != high.behaviour.tie_rate


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("own.grudge_rat", "did you mean own.grudge_rate"),
        ("own.meant", "declare it in the extension as uncertain"),
        ("own", "own.patience takes whole numbers"),
        ("own.patience", "declare it in the extension as Real"),
    ],
)
def test_settings_that_cannot_be_drawn_are_refused(grudges, name, told):
    with pytest.raises(CommandError, match=told):
        varied([name], month_of(grudges).parameters)


def test_a_measure_that_a_model_does_not_have_is_not_shown(grudges):
    """Other models may have it, and are asked the same targets."""
    targets = (Target("trust", (2, 2), 0.5, 0.1, "2001-06"), Target("grudge", (1, 2), 0.2, 0.1, "2001-05..2001-06"))
    without = load_scenario("baseline_lsp", ["months=4"])
    assert TargetRuns(grudges, targets, (), seed=1).measures == ("trust", "grudge")
    assert TargetRuns(without, targets, (), seed=1).measures == ("trust",)
    sets = [NumberSet(without.behaviour)]
    shown = TargetRuns(without, targets, (), seed=1).of_sets(sets, replicates=3)
    assert np.isfinite(shown[:, 0]).all()
    assert np.isnan(shown[:, 1]).all()
    assert np.isnan(
        TargetRuns(without, targets[1:], (), seed=1).of_sets([NumberSet(without.behaviour)], replicates=3)
    ).all()


@pytest.mark.long
def test_settings_of_an_extension_are_calibrated_and_go_on_into_a_study(mycity, capsys):
    """Beside a target of the model stands one that the extension alone has."""
    (mycity.parent / "grudges.py").write_text(extension_text(), "utf-8")
    with (mycity / "targets.csv").open("a", encoding="utf-8") as targets:
        targets.write(f"grudge,{pd.read_csv(mycity / 'targets.csv')['month'][0]},0.2,0.1\n")
    assert "see partnerships list measures, or name the extension=" in refused_line(["run", "case=mycity"], capsys)
    own = ["case=mycity", "extension=grudges.py"]
    small = ["vary=[own.grudge_rate,trust_launch]", *SMALL[1:]]
    assert main(["calibrate", *own, "study=fit", *small]) == 0
    assert "name it wherever behaviour= names them" in " ".join(capsys.readouterr().out.split())
    assert set(pd.read_csv("fit/parameters.csv")["parameter"]) == {"own.grudge_rate", "trust_launch"}
    sets = pd.read_csv("fit/configs/behaviour/accepted.csv")
    best = load_scenario("baseline_lsp").behaviour
    assert set(sets) == {*vars(best), "own.grudge_rate"}
    assert set(sets["tie_rate"]) == {best.tie_rate}  # what is not varied is as it was in all runs
    taken = [*own, "--config-dir", "fit/configs", "months=3"]
    assert (
        main(["sweep", *taken, "behaviour=accepted", "study=s", "vary=[own.apology]", "draws=2", "replicates=3"]) == 0
    )
    runs = pd.read_parquet("s/runs.parquet")
    for _, run in runs.iterrows():
        numbers = sets.iloc[run["replicate"]]
        given = [f"own.grudge_rate={numbers['own.grudge_rate']}", f"behaviour.trust_launch={numbers['trust_launch']}"]
        scenario = load_scenario("baseline_lsp", [*own, "months=3", *given, f"own.apology={run['own.apology']}"])
        alone = simulate(scenario, seed=1, replicate=run["replicate"]).measures["grudge"].mean()
        assert run["grudge"] == pytest.approx(alone, rel=1e-12)
    assert main(["run", *taken, "behaviour=chosen", "output=chosen", "figures=false"]) == 0
    with_own = json.loads(Path("chosen/manifest.json").read_text("utf-8"))["scenarios"]["baseline_lsp"]["own"]
    assert with_own["grudge_rate"] in set(sets["own.grudge_rate"])
