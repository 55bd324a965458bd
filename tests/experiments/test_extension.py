"""Steps of one's own on the command line: what docs/extending.md prints, and that none of them gets lost."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from commands import with_settings
from strategies import extension_text

import sim
from analysis.run.turning_points import flat_settings
from experiments import load_scenario
from experiments.behaviours import OF_BEST, OF_BY_HAND, OF_OTHERS
from experiments.console import main
from experiments.errors import CommandError
from experiments.extensions import naming
from experiments.runs.counterfactual import held_at, without
from experiments.runs.tipping import Axis
from experiments.study.plans import open_study
from sim import with_changes
from sim.scenario import CalendarEntry

pytestmark = pytest.mark.usefixtures("empty_folder")

GRUDGE = ["extension=grudges.py", "scenario=single_agency_domination", "months=24", "own.grudge_rate=0.3"]


@pytest.fixture(autouse=True)
def grudges(empty_folder: Path) -> Path:
    """Write the page's module into the folder at hand."""
    file = empty_folder / "grudges.py"
    file.write_text(extension_text(), "utf-8")
    return file


def commands(name: str = "extending.md") -> list[list[str]]:
    """Return the commands that a page prints."""
    page = Path(sim.__file__).parents[1] / "docs" / name
    found = re.findall(r"^partnerships (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return [shlex.split(command) for command in found]


@pytest.mark.parametrize(
    "command",
    [pytest.param(one, marks=pytest.mark.long if one[0] == "compare" else pytest.mark.slow) for one in commands()],
    ids=lambda command: command[0],
)
def test_the_commands_of_the_page_run(command):
    """The verbs take the extension, its settings, and its measures."""
    smaller = {"compare": ["replicates=2", "months=48"], "sweep": ["draws=4", "replicates=2", "months=12"]}
    assert main(with_settings(command, smaller.get(command[0], []))) == 0


@pytest.mark.long
@pytest.mark.parametrize("command", commands("results.md"), ids=lambda command: command[0])
def test_the_commands_of_the_page_of_results_run(command):
    """Their figures and words read measures that it has to report."""
    smaller = {
        "run": ["months=30"],
        "compare": ["replicates=2", "months=30"],
        "explain": ["months=30"],
        "sweep": ["draws=3", "replicates=2", "months=12"],
        "patterns": ["runs=4", "matrix_runs=2"],
        "scan": ["draws=2", "runs=2", "places=2", "draws_at_once=2", "confirm=0"],
    }
    assert main(with_settings(command, smaller[command[0]])) == 0


@pytest.mark.slow
def test_a_run_is_that_of_the_month_and_the_manifest_keeps_its_hash(grudges):
    """The command line and a notebook give the same numbers."""
    assert main(["run", *GRUDGE, "output=answer", "figures=false"]) == 0
    table = pd.read_parquet("answer/trajectories.parquet")
    scenario = load_scenario("single_agency_domination", ["months=24", *GRUDGE[:1], *GRUDGE[-1:]])
    assert table["grudge"].tolist() == sim.simulate(scenario, seed=1).measures["grudge"].tolist()
    assert "term_grudge" in pd.read_parquet("answer/partners.parquet")
    manifest = json.loads(Path("answer/manifest.json").read_text("utf-8"))
    digest = hashlib.sha256(grudges.read_bytes()).hexdigest()
    assert {"path": str(grudges), "sha256": digest} in manifest["own_files"]
    assert manifest["made_by"][str(grudges)] == sim.month_of(scenario).own_key
    assert manifest["scenarios"]["single_agency_domination"]["own"]["grudge_rate"] == 0.3


@pytest.mark.slow
def test_an_explanation_counts_the_term_of_the_extension():
    """Without it the parts would not add up to the whole, and nobody would be told."""
    assert main(["explain", *GRUDGE, "output=answer", "figures=false"]) == 0
    terms = pd.read_csv("answer/terms.csv").set_index("term")
    assert terms.loc["grudge", "after"] < -0.1
    assert terms.drop("utility")["after"].sum() == pytest.approx(terms.loc["utility", "after"], abs=1e-9)


@pytest.mark.slow
def test_a_comparison_shows_its_measures(capsys):
    asked = ["compare", *GRUDGE[:1], "months=24", "replicates=2", "engine=mesa", "figures=false", "output=answer"]
    assert main([*asked, "measures=[grudge,trust]"]) == 0
    assert "grudge" in set(pd.read_csv("answer/summary.csv")["measure"])
    assert "grudge" in capsys.readouterr().out
    assert main([*asked, "overwrite=true", "measures=[gruge]"]) == 2
    assert "unknown measure 'gruge'; did you mean grudge?" in capsys.readouterr().err


STUDY = [
    "sweep",
    "extension=grudges.py",
    "study=study",
    "vary=[own.grudge_rate,levers.duty.attend]",
    "draws=3",
    "replicates=2",
]


@pytest.mark.slow
def test_a_study_varies_its_settings_and_refuses_another_text(grudges, capsys):
    """The rows of two texts would stand in one table."""
    assert main([*STUDY, "months=12"]) == 0
    runs = pd.read_parquet("study/runs.parquet")
    assert runs["own.grudge_rate"].nunique() == 3
    assert runs["grudge"].notna().all()
    with naming(["grudges.py"]):
        study = open_study(Path("study"))
    draw = study.draws_of(study.chunks[0]).to_pylist()[1]
    settings = ["months=12", *STUDY[1:2], *(f"{path}={value}" for path, value in draw.items() if path != "draw")]
    history = sim.simulate(load_scenario("baseline_lsp", settings), seed=1, replicate=1).measures
    row = runs[(runs["draw"] == draw["draw"]) & (runs["replicate"] == 1)].iloc[0]
    assert row["mean_trust"] == history["trust"].mean()
    grudges.write_text(extension_text().replace("< 0.5 else", "< 0.4 else"), "utf-8")
    capsys.readouterr()
    assert main(["sweep", "study=study"]) == 2
    assert f"extension={grudges}" in capsys.readouterr().err
    assert main(["sweep", *STUDY[1:3]]) == 2
    assert f"{grudges} was edited" in capsys.readouterr().err
    grudges.unlink()
    assert main(["sweep", *STUDY[1:3]]) == 2
    assert "is neither a module that can be imported nor a file" in capsys.readouterr().err


def test_an_extension_that_is_broken_is_told_in_one_line(grudges, capsys):
    """Whoever wrote it can put it right."""
    grudges.write_text("month = (", "utf-8")
    assert main(["run", "extension=grudges.py"]) == 2
    assert "cannot be read: SyntaxError" in capsys.readouterr().err


@pytest.mark.parametrize(
    "asked", ["scenario=[growth_coalition,talking_shop]", "place=[birmingham]", "levers=[carrot,stick]"]
)
def test_a_list_of_names_is_refused_where_one_is_taken(asked, capsys):
    """Hydra would take the last, without a word."""
    assert main(["run", asked]) == 2
    assert "it takes one name" in capsys.readouterr().err


@pytest.mark.slow
def test_a_study_that_cannot_be_compiled_is_not_begun(monkeypatch, capsys):
    """Every run would fail, and the study would look finished."""
    monkeypatch.setattr("numba.core.config.DISABLE_JIT", 1)
    assert main(["sweep", "study=study", "draws=2", "replicates=1", "months=3"]) == 2
    assert "NUMBA_DISABLE_JIT is set" in capsys.readouterr().err
    assert not Path("study").exists()
    assert main(["compare", "replicates=1", "months=3", "figures=false", "output=answer"]) == 0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("run extension=grudges.py own.grudge_rat=0.3", "unknown setting own.grudge_rat; did you mean grudge_rate?"),
        ("run extension=grudges.py own.grudge_rate=3", "own.grudge_rate = 3 is not allowed"),
        ("run own.grudge_rate=0.3", "own.grudge_rate is set, but no extension declares it"),
        ("run extension=grudge.py", "extension = 'grudge.py' is neither a module that can be imported nor a file"),
        ("compare extension=nowhere.at.all", "extension = 'nowhere.at.all' is neither"),
        (
            "sweep study=s extension=grudges.py vary=[own.grudge_rat]",
            "unknown parameter 'own.grudge_rat'; did you mean",
        ),
        (
            "sweep study=s extension=grudges.py vary=[own.grudge_rate] 'ranges={own.grudge_rate:[0,2]}'",
            "own.grudge_rate = 2.0 is not allowed",
        ),
    ],
)
def test_bad_input_ends_with_one_line(asked, told, capsys):
    assert main(shlex.split(asked)) == 2
    error = capsys.readouterr().err.strip()
    assert told in error
    assert "\n" not in error
    assert not Path("outputs").exists()
    assert not Path("s").exists()


@pytest.mark.parametrize(
    ("asked", "remark"),
    [
        ([], OF_BEST),
        (["behaviour=by_hand"], OF_BY_HAND),
        (["behaviour.tie_rate=0.31"], OF_OTHERS),
    ],
)
def test_what_has_to_be_said_of_numbers_is_said_with_every_result(asked, remark, empty_folder, capsys):
    """Where numbers come from is read on the screen, in the manifest and in texts."""
    assert main(["explain", "months=14", "replicates=2", "output=answer", "figures=false", *asked]) == 0
    assert remark in capsys.readouterr().out
    manifest = json.loads((empty_folder / "answer" / "manifest.json").read_text())
    assert manifest["settings"]["remarks"] == [remark]
    texts = [file.read_text() for file in (empty_folder / "answer").glob("*.md")]
    assert all(remark in text for text in texts)


@pytest.mark.slow
def test_its_levers_are_taken_out_and_set_on_dates(grudges: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a dated policy changes of them is taken out too, and told where nothing is."""
    scenario = load_scenario("baseline_lsp", [f"extension={grudges}", "own.apology=0.3", "months=12"])
    dated = with_changes(scenario, calendar=(CalendarEntry("2001-07", own={"apology": 0.8}),))
    alone = without(dated, "own.apology")
    assert (alone.scenario.own["apology"], alone.scenario.calendar[0].own) == (0.0, {})
    assert (alone.name, alone.instead) == ("Apology", "set to 0")
    assert without(dated, "own").scenario == alone.scenario
    assert without(dated, "own.apology", at=0.5).scenario.own["apology"] == 0.5
    with pytest.raises(CommandError, match=r"did you mean own\.apology"):
        without(dated, "own.apolgy")
    assert flat_settings(dated.calendar[0]) == {"own.apology": 0.8}
    steps = Axis({"own.apology": (0.0, 1.0)}, 2)
    assert held_at(dated, steps.at(1.0)).own["apology"] == 1.0
