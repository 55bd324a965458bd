"""Levers together from the command line: the experiment that ships, one of one's own, and how it is gone on with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import refused_line

from experiments import load_scenario
from experiments.behaviours import OF_BEST
from experiments.console import main
from experiments.errors import CommandError
from experiments.options import option_names, shipped_folder
from experiments.study.doses import arms, checked_doses, draws_together
from experiments.study.request import StudyRequest, study_settings
from sim import MEASURES, PARAMETERS, simulate
from sim.scenario import Scenario

OWN = """\
# @package _global_
# What money and a duty come to.
defaults:
  - override /board: small_executive
design: together
months: 24
replicates: 3
years: [1, 2]
measures: [engagement, top_share, engagement_council, voice_agency]
doses:
  fund: {some: {levers: {pooling_rate: 0.05}}, much: {levers: {pooling_rate: 0.5, purse: influence}}}
  duty: {light: {levers: {duty: {attend: 1}}}}
"""
DOSES: dict[str, Any] = {
    "fund": {
        "some": {"levers.pooling_rate": 0.05},
        "much": {"levers": {"pooling_rate": 0.5, "purse": "influence"}},
    },
    "duty": {"light": {"levers": {"duty": {"attend": 1}}}},
}
ASKED = ["sweep", "study=s", "+experiment=mine", "--config-dir", "own"]
LEFT = ("main_effects.csv", "pair_interactions.csv", "sectors.csv", "words.txt", "summary.csv")

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.fixture
def own() -> None:
    Path("own/experiment").mkdir(parents=True)
    Path("own/experiment/mine.yaml").write_text(OWN, "utf-8")


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load_scenario("baseline_lsp")


# ----------------------------------------------------------------------------- design


def test_draws_are_the_scenario_each_lever_and_all_pairs(baseline: Scenario) -> None:
    doses = checked_doses(DOSES, baseline)
    drawn, named = draws_together(doses).to_pandas(), arms(doses)
    assert named.drop(columns="draw").to_numpy().tolist() == [
        ["", "", "", ""],
        ["fund", "some", "", ""],
        ["fund", "much", "", ""],
        ["duty", "light", "", ""],
        ["fund", "some", "duty", "light"],
        ["fund", "much", "duty", "light"],
    ]
    assert drawn["draw"].tolist() == named["draw"].tolist()
    assert drawn["levers.pooling_rate"].fillna(-1.0).tolist() == [-1.0, 0.05, 0.5, -1.0, 0.05, 0.5]
    assert drawn["levers.duty.attend"].fillna(-1.0).tolist() == [-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]
    assert drawn["levers.purse"].dropna().tolist() == ["influence"] * 2


def test_what_is_a_name_or_a_number_can_be_a_dose(baseline: Scenario) -> None:
    """The fund is 'place' or a number: one column holds both."""
    fund = {"none": {"levers.flexible_fund_gbp_m": 0.0}, "usual": {"levers.flexible_fund_gbp_m": "place"}}
    drawn = draws_together(checked_doses({"fund": fund, "duty": DOSES["duty"]}, baseline)).to_pandas()
    assert drawn["levers.flexible_fund_gbp_m"].dropna().tolist() == ["0.0", "place", "0.0", "place"]


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (None, ["doses = None", "at least two levers", "doses={fund:"]),
        ({"fund": DOSES["fund"]}, ["one lever, 'fund'", "at least two", "one_at_a_time"]),
        (DOSES | {"duty": 3}, ["doses: duty = 3", "named doses"]),
        (DOSES | {"duty": {"light": {}}}, ["doses: duty, light = {}", "settings with their values"]),
        (DOSES | {"duty": {"light": {"levers.duty.atend": 1}}}, ["'levers.duty.atend'", "mean levers.duty.attend?"]),
        (DOSES | {"duty": {"light": {"levers.duty.attend": 2}}}, ["duty, light", "attend = 2", "0 to 1"]),
        (DOSES | {"duty": {"light": {"levers.duty.attend": None}}}, ["duty, light", "levers.duty.attend"]),
        (
            DOSES | {"duty": {"a": {"levers.duty.attend": 1}, "b": {"levers": {"duty": {"attend": 1.0}}}}},
            ["duty, b is the same as a", "each dose once"],
        ),
        (DOSES | {"duty": {"light": {"levers.purse": "need"}}}, ["fund and duty both set levers.purse"]),
    ],
)
def test_doses_that_make_no_sense_are_refused(given: Any, parts: list[str], baseline: Scenario) -> None:
    with pytest.raises(CommandError) as refused:
        checked_doses(given, baseline)
    assert all(part in str(refused.value) for part in parts), refused.value
    assert "\n" not in str(refused.value)


def test_a_dose_that_stands_twice_in_a_file_is_refused(own: None, capsys: pytest.CaptureFixture[str]) -> None:
    """YAML would let the last one win."""
    text = OWN.replace("{some: {levers: {pooling_rate: 0.05}}, much:", "{much: {levers: {pooling_rate: 0.05}}, much:")
    Path("own/experiment/mine.yaml").write_text(text, "utf-8")
    line = refused_line(ASKED, capsys)
    assert "mine.yaml, line 11: 'much' is named twice" in line


def test_a_plus_sign_that_is_missing_is_said(own: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert "+experiment=" in refused_line(["sweep", "study=s", "experiment=levers_together"], capsys)


# ------------------------------------------------------------------------------- runs


@pytest.mark.slow
def test_an_experiment_of_ones_own_leaves_effects_pairs_sectors_words_and_figures(
    own: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ASKED) == 0
    said = capsys.readouterr().out
    assert OF_BEST in " ".join(said.split())
    assert "18 runs, 0 of them failed" in said
    main_table, pairs, sectors = (pd.read_csv(f"s/{name}") for name in LEFT[:3])
    assert len(main_table) == 2 * 2 * 3
    assert len(pairs) == 2 * 2 * 2
    assert sectors.groupby("measure")["sector"].unique().map(list).to_dict() == {
        "engagement": ["council"],
        "voice": ["agency"],
    }
    assert OF_BEST in " ".join(Path("s/words.txt").read_text("utf-8").split())
    drawn = {path.stem for path in Path("s/figures").glob("*.png")}
    by_year = {f"{name}_year_{year}" for name in ("pair_interactions", "who_gains") for year in (1, 2)}
    assert drawn == {"main_effects", *by_year}
    plan = json.loads(Path("s/plan.json").read_text("utf-8"))
    assert [file["path"] for file in plan["own_files"]] == ["experiment/mine.yaml"]
    assert "police" in plan["settings"]["scenarios"]["baseline_lsp"]["board"]["members"]


@pytest.mark.long
def test_effects_are_those_of_single_runs(own: None) -> None:
    """The end of a year is its last month, and replicates are paired: shown on runs of the other engine."""
    assert main(ASKED) == 0
    found = pd.read_csv("s/main_effects.csv").set_index(["measure", "year", "lever", "dose"])
    settings = ["board=small_executive", "months=24"]
    without = load_scenario("baseline_lsp", settings)
    with_it = load_scenario("baseline_lsp", [*settings, "levers.duty.attend=1"])
    seen = [[simulate(one, seed=1, replicate=r).measures for r in range(3)] for one in (with_it, without)]
    for year in (1, 2):
        changes = [
            one["engagement"].iloc[12 * year - 1] - other["engagement"].iloc[12 * year - 1]
            for one, other in zip(*seen, strict=True)
        ]
        assert found.loc[("engagement", year, "duty", "light"), "effect"] == pytest.approx(sum(changes) / 3, abs=1e-12)
    kept = pd.read_parquet("s/trajectories.parquet")
    assert sorted(kept["month"].unique()) == [11, 23]
    assert sorted(kept["date"].unique()) == [pd.Timestamp("2002-03"), pd.Timestamp("2003-03")]


@pytest.mark.long
def test_it_is_gone_on_with_by_the_same_command_or_the_folder_alone(
    own: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also without the experiment's file: what was asked stands in the plan."""
    assert main([*ASKED, "runs_per_chunk=4"]) == 0
    before = {name: Path("s", name).read_bytes() for name in LEFT}
    for path in sorted(Path("s/chunks").glob("*.json"))[:2]:
        path.unlink()
    for name in LEFT:
        Path("s", name).unlink()
    assert main(ASKED) == 0
    assert "runs were computed now" in capsys.readouterr().out
    assert {name: Path("s", name).read_bytes() for name in LEFT} == before
    assert main(["sweep", "study=s"]) == 0
    assert {name: Path("s", name).read_bytes() for name in LEFT} == before
    assert "begun with doses" in refused_line([*ASKED, "doses.duty.light.levers.duty.attend=0.5"], capsys)


@pytest.mark.slow
def test_a_mean_over_the_run_is_not_one_over_the_years_kept(own: None, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["sweep", "study=s", "design=one_at_a_time", "vary=[levers.duty.attend]", "replicates=2", "months=24"]
    assert main([*asked, "trajectories=true", "years=[1]", "measures=[coherence]"]) == 0
    line = refused_line(["sensitivity", "study=s", "measures=[mean_coherence]"], capsys, alone=False)
    assert "needs every month of coherence" in line
    assert main(["sensitivity", "study=s", "measures=[coherence@2002-03]", "figures=false"]) == 0


# -------------------------------------------------------------------- what ships


@pytest.mark.parametrize("name", option_names("experiment"))
def test_experiments_that_ship_can_be_planned(name: str) -> None:
    """Every value is allowed and every measure exists, and the first comment says what is asked."""
    import yaml

    text = (shipped_folder() / "experiment" / f"{name}.yaml").read_text("utf-8")
    stated = yaml.safe_load(text)
    assert text.startswith("# @package _global_\n# ")
    assert set(stated["measures"]) <= set(MEASURES)
    settings, draws = study_settings(
        StudyRequest(
            scenarios=stated["scenarios"], design=stated["design"], vary=(), ranges=None, draws=1, levels=2,
            replicates=1, seed=1, monthly=stated["measures"], years=stated["years"], doses=stated["doses"],
        ),
        {one: load_scenario(one, [f"months={stated['months']}"]) for one in stated["scenarios"]},
        None,
    )  # fmt: skip
    levers = stated["doses"]
    alone = sum(map(len, levers.values()))
    pairs = (alone**2 - sum(len(its) ** 2 for its in levers.values())) // 2
    assert draws().num_rows == 1 + alone + pairs
    assert {path for its in settings["doses"].values() for dose in its.values() for path in dose} <= set(PARAMETERS)


def test_the_ambitious_duty_and_chair_are_the_sets_that_ship() -> None:
    """The file says that they are those of levers=stick and leadership=facilitating."""
    import yaml

    folder = shipped_folder()
    doses = yaml.safe_load((folder / "experiment/levers_together.yaml").read_text("utf-8"))["doses"]
    stick = yaml.safe_load((folder / "levers/stick.yaml").read_text("utf-8"))
    facilitating = yaml.safe_load((folder / "leadership/facilitating.yaml").read_text("utf-8"))
    assert doses["duty_to_cooperate"]["ambitious"]["levers"] == stick
    assert doses["facilitating_leadership"]["ambitious"]["leadership"] == facilitating
    ordinary = load_scenario("baseline_lsp").leadership
    for name, value in doses["facilitating_leadership"]["realistic"]["leadership"].items():
        assert value == pytest.approx((getattr(ordinary, name) + facilitating[name]) / 2)
