"""Words hold as they are typed: paths, lists, and the cures that a refusal offers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import refused_line
from hydra.core.override_parser.overrides_parser import OverridesParser

from experiments import load_scenario
from experiments.compose import as_hydra_reads, as_people_write
from experiments.console import main
from experiments.output import frame
from experiments.registry import verbs
from experiments.typed import shape_of
from experiments.verbs.fit import FitSettings
from experiments.verbs.report import ReportSettings
from experiments.verbs.run import RunSettings
from sim import Scenario, ScenarioError

pytestmark = pytest.mark.usefixtures("empty_folder")

PATHS = ("output", "study", "case", "known", "progress", "of", "design", "scheduler")

NAMES_OF_FOLDERS = (
    *("2024_06_01", "1.10", "1e3", "007", "true", "nan", "née", "日本", "a~b", "~b", "it's", '"', "R&D", "a#b", "a=b"),
    *("a,b", "two words", " blank ", "[a]", "{a}", "a:b", "C:\\a\\", "(a)", "a;b", "a!", "a%b", "a`b", "'a'b'", "$a"),
)


@pytest.mark.parametrize("name", NAMES_OF_FOLDERS)
def test_texts_are_taken_as_typed(name):
    """A folder called 2024_06_01 is no number of twenty million; and what a manifest says was typed can be typed."""
    read_by_hydra = OverridesParser.create().parse_override
    for kind, setting in ((RunSettings, "output"), (FitSettings, "study"), (ReportSettings, "reference")):
        (asked,) = as_hydra_reads([f"{setting}={name}"], [kind])
        assert read_by_hydra(asked).value() == name or str(read_by_hydra(asked).value()) == name
        (again,) = as_hydra_reads(as_people_write([asked], [kind]), [kind])
        assert again == asked
    if name[0] in "'\"":
        return  # where an element of a list begins with a quote, its end is looked for
    (several,) = as_hydra_reads([f"from=[{name.replace(',', '')},b]"], [ReportSettings])
    assert [str(one) for one in read_by_hydra(several).value()] == [name.replace(",", "").strip(), "b"]


def test_a_folder_is_called_what_was_typed(capsys):
    for name in ("2024_06_01", "R&D, née it's"):
        assert main(["run", "months=2", "figures=false", f"output={name}"]) == 0
        assert json.loads(Path(name, "manifest.json").read_text("utf-8"))["settings"]["output"] == name
    assert {path.name for path in Path().iterdir()} == {"2024_06_01", "R&D, née it's"}


@pytest.mark.slow
def test_accents_are_taken_as_typed_where_python_reads_ascii():
    """Bytes that are no UTF-8 are refused as before."""
    where = {**os.environ, "PYTHONPATH": str(Path(frame.__file__).parents[2])}
    where |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    for name, code in (("née".encode(), 0), (b"\xff", 2)):
        words = [sys.executable, "-m", "experiments.console", "new", b"case=" + name]
        assert subprocess.run(words, env=where, capture_output=True, check=False).returncode == code
    assert [path.name for path in Path().iterdir()] == ["née"]


def test_a_tilde_is_the_home_folder_at_the_beginning_alone(tmp_path, monkeypatch, capsys):
    """As most shells have it: ~/x is below home, ~ alone is no place for an answer, ~x and ./~ are names."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    Path("home").mkdir()
    for typed, folder in (("~/x", "home/x"), ("~x", "~x"), ("./~", "~")):
        assert main(["run", "months=2", "figures=false", f"output={typed}"]) == 0
        assert Path(folder, "manifest.json").is_file()
    assert "~/answers" in refused_line(["run", "months=2", "output=~"], capsys)


def test_lists_of_paths_are_taken_as_typed(capsys):
    assert "'2024_06'" in refused_line(["diff", "runs=[2024_06, née it's]"], capsys)
    assert "née it's" in refused_line(["report", "from=[née it's]"], capsys)
    assert "née, it's" in refused_line(["report", "from=['née, it\\'s']"], capsys)


def test_quotes_around_a_text_may_be_typed_and_null_is_nothing():
    kinds = [RunSettings]
    for typed, read in (
        ("output='a b'", "output='a b'"),
        ("output=null", "output=null"),
        ("output='null'", "output='null'"),
        ("output=answer/one", "output=answer/one"),
        ("output=sweep/${hydra:runtime.choices.scenario}", "output=sweep/${hydra:runtime.choices.scenario}"),
        ("pairs=[2001-04, 2001-05]", "pairs=['2001-04','2001-05']"),
    ):
        assert as_hydra_reads([typed], kinds) == [read]
    assert as_people_write(["output='a b'", "output='null'"], kinds) == ["output=a b", "output='null'"]
    assert as_hydra_reads(["seed=1,2", "output=a b,c"], kinds, multirun=True) == ["seed=1,2", "output='a b',c"]


def test_every_path_that_a_verb_takes_is_a_text():
    for verb in (one for one in verbs().values() if one.takes != "arguments"):
        kinds = [verb.settings_kind()]
        for name in {setting.name for setting in verb.settings} & {*PATHS}:
            assert shape_of(name, kinds) == "text", (verb.name, name)
        assert shape_of("seed", kinds) in ("whole", "else")


# ------------------------------------------------------------------------------- each once


@pytest.mark.parametrize(
    "words",
    [
        ["run", "seed=1", "seed=1"],
        ["run", "seed=1", "++seed=2"],
        ["compare", "levers.duty.attend=1", "levers.duty.attend=0"],
        ["sweep", "study=a", "study=b"],
        ["seminar", "people=5", "people=6"],
        ["run", "case=a", "case=a"],
    ],
)
def test_what_is_given_twice_is_refused(words, capsys):
    """The last used to count, without a word about the first."""
    line = refused_line(words, capsys)
    assert all(part in line for part in ("given twice", words[1], words[2], "leave one of them out"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["compare", "measures=[]"], "measures = [] is not allowed: name at least one"),
        (["compare", "measures=[trust,trust]"], "measures = [trust,trust] is not allowed: name each once"),
        (["run", "pairs=[2001-05,2001-05]"], "name each once"),
        (["calibrate", "vary=[junior_base,junior_base]"], "name each once"),
        (["optimise", "vary=[levers.staff_team,levers.staff_team]"], "name each once"),
        (["sensitivity", "study=s", "vary=[levers.staff_team,levers.staff_team]"], "name each once"),
        (["regimes", "scenarios=[]"], "scenarios = [] is not allowed: name at least one"),
        (["regimes", "scenarios=[talking_shop,talking_shop]"], "name each once"),
        (["fit", "chances=[0.1,0.1]"], "name each once"),
        (["fit", "leave_out=[P6,P6]"], "name each once"),
    ],
)
def test_lists_are_not_empty_and_name_each_once(words, says, capsys):
    assert says in refused_line(words, capsys)
    assert not list(Path().iterdir())


# ------------------------------------------------------------------------------------ cures

CURES = {
    "a decimal point": (["run", "levers.duty.attend=0,3"], r"write a decimal point, (levers\.duty\.attend=0\.3)"),
    "in turn": (["run", "months=6,8"], r"to run each in turn, (months=6,8) (--multirun)"),
    "a list": (["run", "pairs=2001-04,2001-05"], r"write (pairs=\[2001-04,2001-05\]) for a list"),
    "no comma": (["run", "place.population=200,000"], r"write (place\.population=200000), without"),
    "no zero": (["run", "months=060"], r"write (60), without"),
    "no plus": (["run", "+months=12"], r"change it with (months=)"),
    "a plus": (["run", "board.members.county_council=1"], r"(\+board\.members\.county_council=1)"),
    "a setting": (["run", "monhts=12"], r"did you mean (months)\?"),
    "a name": (["run", "scenario=growth_coaliton"], r"did you mean (growth_coalition)\?"),
    "an experiment": (["sweep", "study=s", "experiment=levers_together"], r"(\+experiment=levers_together)"),
    "in turn, of a group": (["run", "levers=carrot,stick"], r"to run each in turn, (levers=carrot,stick) (--multirun)"),
    "each of a group": (["run", "levers=[carrot,stick]"], r"write (levers=carrot,stick) and add (--multirun)"),
    "one of a group": (["run", "levers=3"], r"known: (\w+),"),
    "a choice": (["run", "+name=${scenario}"], r"change it with (name=)"),
    "a dollar": (["run", "name=a${x"], r"and (\\\$\{) for these"),
    "a study": (["fit", "study="], r"write (study=NAME)"),
    "scenarios": (["compare", "scenario=talking_shop"], r"(scenarios=\[)"),
    "a month": (["run", "start=200104"], r"for example (2001-04)"),
}
"""What is refused, and the cure in what is said of it."""


@pytest.mark.parametrize("kind", CURES)
def test_a_cure_works_when_it_is_typed(kind, capsys, monkeypatch):
    """Advice that is refused in its turn sends a person in a circle."""
    words, cure = CURES[kind]
    found = re.search(cure, refused_line(words, capsys))
    assert found is not None
    monkeypatch.setattr(frame, "perform", lambda _, command: "board" in command.choices and command.scenario())
    offered = list(found.groups())
    name, _, value = words[-1].partition("=")
    if offered[0].endswith("="):
        offered[0] += value.replace("${scenario}", "${hydra:runtime.choices.scenario}")
    elif offered[0].endswith("["):
        offered[0] += "talking_shop,baseline_lsp]"
    elif "did you mean" in cure:
        offered[0] = f"{offered[0]}={value}" if kind == "a setting" else f"{name}={offered[0]}"
    elif "=" not in offered[0]:
        offered[0] = f"{name}=a{offered[0]}x" if kind == "a dollar" else f"{name}={offered[0]}"
    assert main([*words[:-1], *offered]) == 0, offered


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "levers.duty.attend=0,3"], "a decimal point"),
        (["run", "months=0,3"], "a decimal point"),
        (["discover", "share=0,3"], "write a decimal point, share=0.3"),
        (["run", "months=é"], "months = 'é' is not allowed: it takes a whole number from 1 to 600"),
        (["run", "months=1e1"], "months = 1e1 is not allowed: it takes a whole number from 1 to 600"),
        (["run", "seed=1", f"months=1.{'0' * 2_000}"], "0000 is not allowed: it takes a whole number"),
        (["run", "months=null"], "months = null is not allowed"),
        (["run", "months=true"], "months = true is not allowed"),
        (["run", "months={a:b}"], "months = {a: b} is not allowed"),
        (["run", "seed=two words"], "seed = 'two words' is not allowed: it takes a whole number"),
        (["run", "levers.duty=1"], "levers.duty = 1 is not allowed: it takes settings, {name: value}"),
        (["run", "board.entries=3"], "it takes a list, [one,another]"),
        (["run", "overwrite=perhaps"], "it takes true or false"),
        (["run", "pairs=[2001-04"], "] is missing"),
        (["run", "months=${months}"], "months stands for itself"),
        (["run", "=3"], "settings are written name=value"),
        (["run", "~calendar.0"], "a list is written out as a whole, calendar=[...]"),
        (["run", "~seeds"], "takes out what is not there; did you mean seed?"),
        (["run", "name=a\0b"], "U+0000"),
    ],
)
def test_lines_speak_of_what_was_typed(words, says, capsys):
    assert says in refused_line(words, capsys)


def test_programs_are_told_the_same():
    with pytest.raises(ScenarioError, match=r"it takes settings, \{name: value\}"):
        load_scenario("baseline_lsp", ["levers.duty=1"])
    assert load_scenario("baseline_lsp", ["name=1e3"]).name == "1e3"
    assert shape_of("levers.duty.attend", [Scenario]) == "number"
