"""The command line: what it refuses, in one line, and what it leaves behind."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import signal
from pathlib import Path

import pandas as pd
import pytest

from analysis.run.turning_points import policy_dates
from analysis.run.words import story
from experiments import load_scenario, scenario_names
from experiments.compose import scenario_descriptions
from experiments.console import main
from experiments.errors import setting_paths
from experiments.registry import verb_settings, verbs
from experiments.runs.pairs import run_pairs
from experiments.values import scenario_values
from sim import MEASURES, MONTH, PARAMETERS, ScenarioError, place_names, scenario_from, simulate, with_changes
from sim.measures import FINAL_MONTHS, LAST_MONTH
from sim.scenario import CalendarEntry
from sim.vocabulary import VOCABULARY

SHORT = ["months=14", "figures=false"]
PAIR = ["scenarios=[growth_coalition,talking_shop,baseline_lsp]", "board=small_executive", "replicates=3", *SHORT]


pytestmark = pytest.mark.usefixtures("empty_folder")


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


# --------------------------------------------------------------------------- refusals


def test_a_board_without_seats_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Hydra merges members into the board, so emptying it takes a zero for each."""
    seats = load_scenario("baseline_lsp").board.members
    assert main(["run", "board.chair=nobody", *(f"board.members.{name}=0" for name in seats)]) == 2
    assert "board.members is empty" in capsys.readouterr().err


@pytest.mark.slow
def test_an_answer_is_never_overwritten_by_accident(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only overwrite=true replaces an answer, and not even that replaces a folder of something else."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    assert main(["run", *SHORT, "output=answer"]) == 0
    before = (tmp_path / "answer" / "manifest.json").read_text()
    capsys.readouterr()
    for arguments, expected in (
        (["output=answer"], "overwrite=true"),
        (["output=thesis", "overwrite=true"], "something else"),
        (["output=thesis/chapter.txt"], "is a file"),
    ):
        assert main(["run", *SHORT, *arguments]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert expected in said
    assert (tmp_path / "answer" / "manifest.json").read_text() == before
    assert main(["run", *SHORT, "seed=2", "output=answer", "overwrite=true"]) == 0
    assert json.loads((tmp_path / "answer" / "manifest.json").read_text())["seed"] == 2
    assert {path.name for path in tmp_path.iterdir()} == {"answer", "thesis"}


def test_a_failure_on_the_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error inside the program is exit code 1, one line, and no folder, not even an empty parent."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr("experiments.output.frame.write_manifest", fail)
    assert main(["run", *SHORT, "output=deep/down/answer"]) == 1
    assert (
        capsys.readouterr().err == "error: RuntimeError: first line second line (HYDRA_FULL_ERROR=1 shows the trace)\n"
    )
    assert files_in(tmp_path) == set()


def test_the_trace_is_there_for_developers(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    assert main(["run", "months=0"]) == 2
    assert "Traceback" in capsys.readouterr().err
    assert os.environ["HYDRA_FULL_ERROR"] == "1"


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_clears_up(
    kind: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """Ctrl-C says one word and leaves no half-written folder; so does a polite kill."""
    seen: list[set[str]] = []

    def interrupted(*_: object, **__: object) -> None:
        seen.append(files_in(tmp_path))
        signal.raise_signal(kind)

    monkeypatch.setattr("experiments.verbs.run.tied_run", interrupted)
    # Where tests run in the background, the shell has them ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    if kind == signal.SIGTERM:
        with pytest.raises(SystemExit) as left:
            main(["run", *SHORT, "output=answer"])
        assert left.value.code == 143
    else:
        assert main(["run", *SHORT, "output=answer"]) == 130
    assert capsys.readouterr().err == ("interrupted\n" if kind == signal.SIGINT else "")
    assert [name.partition(".partial-")[0] for name in seen[0]] == [".answer"]
    assert files_in(tmp_path) == set()


# ------------------------------------------------------------------------------- help


def test_help_of_the_command_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--help"]):
        assert main(arguments) == 0
        said = capsys.readouterr().out
        assert all(f"  {name} " in said for name in verbs())


@pytest.mark.parametrize("verb", ["run", "compare"])
def test_help_of_a_verb_states_its_settings_and_the_scenarios(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {setting.name}={setting.default}" in said for setting in verb_settings(verb))
    assert all(name in said for name in scenario_names())
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.slow
@pytest.mark.parametrize(
    "topic",
    ["scenarios", "experiments", "levers", "parameters", "places", "measures", "boards", "words", "acronyms", "steps"],
)
def test_lists_fit_the_terminal_and_are_complete_as_json(topic: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", topic]) == 0
    table = capsys.readouterr().out
    assert max(map(len, table.splitlines())) <= 100
    assert "…" not in table  # rich's sign for text that was cut off
    assert main(["list", topic, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    key = {"levers": "path", "parameters": "path", "steps": "step"}.get(topic, "name")
    names = [row[key] for row in rows]
    expected = {
        "scenarios": scenario_names(),
        "levers": [path for path, parameter in PARAMETERS.items() if parameter.role == "lever"],
        "parameters": list(PARAMETERS),
        "places": place_names(),
        "measures": list(MEASURES),
        "words": list(VOCABULARY),
        "steps": [step["step"] for step in MONTH.schedule],
    }
    assert names == expected.get(topic, sorted(names))
    assert all(name.rpartition(".")[2] in table for name in names)


# -------------------------------------------------------------------------- composing


@pytest.mark.slow
def test_every_scenario_composes_and_says_what_it_claims() -> None:
    told = {row["name"]: row for row in scenario_descriptions()}
    for name in scenario_names():
        scenario = load_scenario(name)
        assert scenario.name == name
        assert told[name]["claim"] == scenario.claim.strip() != ""


def test_overrides_reach_the_scenario_and_nothing_else() -> None:
    plain = load_scenario("growth_coalition")
    changed = load_scenario("growth_coalition", ["place=birmingham", "place.population=300000", "levers.duty.attend=1"])
    assert (changed.place.name, changed.place.population, changed.levers.duty.attend) == ("birmingham", 300_000, 1)
    assert with_changes(changed, place=plain.place, levers=plain.levers) == plain
    for code in ("00AM", "e09000012"):
        assert load_scenario("growth_coalition", [f"place={code}"]).place.name == "hackney"
    assert load_scenario("growth_coalition") == plain


def test_a_scenario_without_overrides_of_its_own_has_the_models_defaults() -> None:
    """The defaults that Hydra starts from are those of the model: nothing is stated twice."""
    from_yaml = load_scenario("baseline_lsp", ["levers=[]", "behaviour=[]", "leadership=[]"])
    from_model = scenario_from({"board": {"members": {"council": 1}}})
    for topic in ("place", "leadership", "levers", "behaviour", "regimes", "months", "start"):
        assert getattr(from_yaml, topic) == getattr(from_model, topic), topic


def test_load_scenario_complains_in_one_line() -> None:
    for overrides in (["levers.dutty=1"], ["+typo=1"], ["months=0"], ["place=nowhere"], ["months=["]):
        with pytest.raises(ScenarioError) as refused:
            load_scenario("baseline_lsp", overrides)
        assert "\n" not in str(refused.value)


def test_setting_paths_are_paths_of_a_composed_config() -> None:
    """Suggestions name what exists."""
    values = scenario_values(load_scenario("baseline_lsp"))
    for path in setting_paths():
        node = values
        for part in path.split("."):
            assert part in node, path
            node = node[part]


@pytest.mark.slow
def test_scenarios_of_ones_own_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with scenario/mine.yaml is enough to run and to compare a scenario of one's own."""
    (tmp_path / "own" / "scenario").mkdir(parents=True)
    (tmp_path / "own" / "scenario" / "mine.yaml").write_text("# @package _global_\nname: mine\nmonths: 13\n")
    assert main(["run", "--config-dir", "own", "scenario=mine", "figures=false", "output=one"]) == 0
    assert len(pd.read_csv(tmp_path / "one" / "trajectories.csv")) == 13
    compared = ["compare", "--config-dir", "own", "scenarios=[mine,baseline_lsp]", "replicates=2", *SHORT, "output=two"]
    assert main(compared) == 0
    assert set(pd.read_csv(tmp_path / "two" / "summary.csv")["scenario"]) == {"mine", "baseline_lsp"}
    capsys.readouterr()


# -------------------------------------------------------------------------------- run


@pytest.mark.slow
def test_run_leaves_the_tables_of_that_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is written is the run that its scenario, seed and replicate name."""
    asked = ["scenario=growth_coalition", "place=birmingham", "leadership=delegating", "levers.duty.attend=1"]
    assert main(["run", *asked, "months=30", "seed=5", "replicate=2", "output=answer"]) == 0
    said = capsys.readouterr()
    folder = tmp_path / "answer"
    scenario = load_scenario("growth_coalition", [*asked[1:], "months=30"])
    history = simulate(scenario, seed=5, replicate=2, record_terms=True)
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "trajectories.parquet"), history.measures)
    as_months = history.measures.assign(date=history.measures["date"].dt.strftime("%Y-%m"))
    pd.testing.assert_frame_equal(
        pd.read_csv(folder / "trajectories.csv"), as_months.astype({"regime": str}), check_dtype=False
    )
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "partners.parquet"), history.partners)
    final = pd.read_csv(folder / "partners.csv")
    assert final["partner"].tolist() == history.partners["partner"].unique().tolist()
    assert {"sector", "archetype", "in_person", "influence", "belief"} <= set(final.columns)
    assert list((folder / "figures").glob("*.png"))
    assert f"regime '{history.regime}'" in said.out
    assert max(map(len, said.out.splitlines())) <= 100


def test_the_manifest_is_enough_to_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seed, full settings and the hashes of all files are on record, so an answer can be checked years later."""
    assert main(["run", "scenario=abolition_2010", "start=2010-01", "figures=false", "months=36", "output=answer"]) == 0
    capsys.readouterr()
    folder = tmp_path / "answer"
    record = json.loads((folder / "manifest.json").read_text())
    (name, values), *others = record["scenarios"].items()
    assert not others
    assert scenario_from(values) == load_scenario(name, ["start=2010-01", "months=36"])
    assert {entry["path"] for entry in record["files"]} == files_in(folder) - {"manifest.json"}
    for entry in record["files"]:
        assert hashlib.sha256((folder / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    assert record["seed"] == 1
    assert record["replicates"] == {"first": 0, "count": 1}
    assert {"python", "numpy", "pandas", "mesa", "hydra-core"} <= set(record["versions"])
    assert record["started"] <= record["finished"]


def test_the_story_tells_policies_on_their_month_and_firsts_once() -> None:
    scenario = with_changes(
        load_scenario("growth_coalition", ["months=60"]),
        calendar=(
            CalendarEntry(from_month="2002-04", note="first policy"),
            CalendarEntry(from_month="2003-07", levers={"staff_team": 0.0}, abolish=("police",)),
        ),
    )
    history = simulate(scenario, seed=1)
    told = story(history.measures, history.events, policy_dates(history.scenario))
    assert list(told) == sorted(told)
    assert told[0][0] == "start"
    assert told[12] == ["first policy"]
    assert told[27] == ["Staff team 0, police abolished"]
    assert told[59][-1] == "end"
    decided = history.measures["months_to_first_decision"]
    month = next(month for month, happened in told.items() if "first decision" in happened)
    assert month == decided.iloc[-1]
    assert decided.iloc[month] < month + 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["${scenario}", "${hydra:runtime.choices.scenario}"])
def test_multirun_takes_a_folder_that_differs_by_job_as_it_stands(tmp_path: Path, name: str) -> None:
    output = f"output=sweep/{name}"
    assert main(["run", "--multirun", "scenario=growth_coalition,talking_shop", *SHORT, output]) == 0
    manifests = sorted(tmp_path.rglob("manifest.json"))
    assert [str(path.parent.relative_to(tmp_path)) for path in manifests] == [
        "sweep/growth_coalition",
        "sweep/talking_shop",
    ]


@pytest.mark.slow
def test_multirun_gives_each_job_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Jobs of a sweep must not overwrite each other, and Hydra leaves nothing of its own."""
    assert (
        main(["run", "--multirun", "scenario=growth_coalition,talking_shop", "seed=1,2", *SHORT, "output=sweep"]) == 0
    )
    capsys.readouterr()
    assert [path.name for path in tmp_path.iterdir()] == ["sweep"]
    folders = sorted((tmp_path / "sweep").iterdir())
    records = [json.loads((folder / "manifest.json").read_text()) for folder in folders]
    assert [(*record["scenarios"], record["seed"]) for record in records] == [
        ("growth_coalition", 1),
        ("growth_coalition", 2),
        ("talking_shop", 1),
        ("talking_shop", 2),
    ]
    assert main(["run", "-m", "seed=1,2", *SHORT]) == 0
    assert len(list((tmp_path / "outputs" / "run").iterdir())) == 2


def test_logging_is_left_as_it_was():
    """What Hydra turns on for --info, every detail of every library, would slow down all that comes after."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    assert main(["run", "--info", "defaults"]) == 0
    assert (list(root.handlers), root.level) == before


def test_cfg_and_info_show_the_settings_and_run_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--cfg", "job", "levers.duty.attend=0.75"]) == 0
    assert "attend: 0.75" in capsys.readouterr().out
    assert main(["compare", "levers.duty.attend=0.75", "--cfg", "job", "--resolve", "replicates=7"]) == 0
    assert "replicates: 7" in capsys.readouterr().out
    assert main(["run", "--info", "defaults"]) == 0
    assert "scenario/baseline_lsp" in capsys.readouterr().out
    assert files_in(tmp_path) == set()


# ---------------------------------------------------------------------------- compare


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answers of one comparison, by one worker, with figures."""
    folder = tmp_path_factory.mktemp("comparison") / "answer"
    assert main(["compare", *PAIR[:-1], "workers=1", "figures=true", f"output={folder}"]) == 0
    return folder


@pytest.mark.slow
def test_compare_leaves_the_tables_that_were_promised(comparison: Path) -> None:
    folder = comparison
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in ("summary", "contrasts", "regimes")}
    assert list(tables["summary"]) == ["scenario", "measure", "mean", "ci_low", "ci_high", "sd", "replicates"]
    assert list(tables["contrasts"]) == [
        *("measure", "scenario", "reference", "difference", "ci_low", "ci_high", "effect_size", "replicates"),
        *("share_above_0", "share_of_sets", "sets", "runs_per_set"),
    ]
    assert list(tables["regimes"]) == ["scenario", "regime", "share", "ci_low", "ci_high", "interval_over"]
    assert set(tables["summary"]["measure"]) == set(MEASURES)
    pairs = set(zip(tables["contrasts"]["scenario"], tables["contrasts"]["reference"], strict=True))
    assert pairs == {
        ("growth_coalition", "baseline_lsp"),
        ("talking_shop", "baseline_lsp"),
        ("growth_coalition", "talking_shop"),
    }
    assert list((folder / "figures").glob("*.png"))
    assert len(pd.read_parquet(folder / "runs.parquet")) == 3 * 3
    assert len(pd.read_parquet(folder / "trajectories.parquet")) == 3 * 3 * 14


@pytest.mark.slow
def test_a_comparison_does_not_depend_on_its_workers(
    comparison: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *PAIR, "workers=2", "output=by_two"]) == 0
    said = capsys.readouterr().out
    assert (comparison / "conclusions.txt").read_text().splitlines()[0] in said
    for name in (
        "summary.csv",
        "contrasts.csv",
        "regimes.csv",
        "conclusions.txt",
        "runs.parquet",
        "trajectories.parquet",
    ):
        assert (comparison / name).read_bytes() == (tmp_path / "by_two" / name).read_bytes(), name


@pytest.mark.slow
def test_overrides_hold_for_every_scenario_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["place=birmingham", "levers.initiatives=7", "reference=talking_shop", "seed=9", "++measures=[trust]"]
    assert main(["compare", *PAIR, *asked, "output=answer"]) == 0
    said = capsys.readouterr().out
    record = json.loads((tmp_path / "answer" / "manifest.json").read_text())
    for name, values in record["scenarios"].items():
        given = ["place=birmingham", "levers.initiatives=7", "board=small_executive", "months=14"]
        # Which set a run has is in its replicate; in the record they keep the usual behaviour.
        assert scenario_from(values) == load_scenario(name, [*given, "behaviour=by_hand"])
    runs = pd.read_parquet(tmp_path / "answer" / "runs.parquet")
    assert set(runs["seed"]) == {9}
    assert set(pd.read_csv(tmp_path / "answer" / "contrasts.csv")["reference"]) == {"talking_shop"}
    header = next(line for line in said.splitlines() if line.startswith("scenario"))
    assert header.split() == ["scenario", "trust"]


def test_runs_are_the_runs_that_simulate_gives() -> None:
    """A row of the table is the run of that scenario, seed and replicate; final values are as documented."""
    scenarios = {
        name: load_scenario(name, ["months=30", "board=small_executive"]) for name in ("talking_shop", "baseline_lsp")
    }
    table = run_pairs(scenarios, seed=4, replicates=3, workers=1)
    assert table.runs[["scenario", "replicate"]].to_numpy().tolist() == [
        [name, replicate] for name in scenarios for replicate in range(3)
    ]
    history = simulate(scenarios["baseline_lsp"], seed=4, replicate=2).measures
    row = table.runs.iloc[-1]
    rows = table.trajectories.query("scenario == 'baseline_lsp' and replicate == 2").reset_index(drop=True)
    pd.testing.assert_frame_equal(rows[list(history.columns)], history)
    assert row["regime"] == history["regime"].iloc[-1]
    for name in MEASURES:
        in_last_month = MEASURES[name].at_the_end == LAST_MONTH
        expected = history[name].iloc[-1] if in_last_month else history[name].tail(FINAL_MONTHS).mean()
        assert row[name] == pytest.approx(expected, rel=1e-12), name


def test_a_calendar_can_be_written_out():
    """Every lever can change on a date, for somebody who writes no file too."""
    written = load_scenario("baseline_lsp", ["calendar=[{from: 2002-01, levers: {pooling_rate: 0.2}}]"])
    assert [entry.from_month for entry in written.calendar] == ["2002-01"]
    assert load_scenario("nrf_cliff_2008", ["calendar=[]"]).calendar == ()
