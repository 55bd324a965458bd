"""YAML of one's own: right, whatever program wrote it, or refused in one line with the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import load_scenario
from experiments.console import main
from experiments.output import frame
from sim import ScenarioError

pytestmark = pytest.mark.usefixtures("empty_folder")

WHOLE = "# @package _global_\n"


def own(name: str, text: str, encoding: str = "utf-8") -> None:
    path = Path("own", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("head", [WHOLE, "", "# a note\n\n"])
def test_a_scenario_is_read_whatever_program_wrote_it(encoding, head):
    """A mark at the beginning used to hide the first line, and without it all settings were unknown."""
    settings = "name: mine\ndescription: café\nmonths: 13\nlevers: {initiatives: 9.0}\n"
    own("scenario/mine.yaml", head + settings, encoding)
    mine = load_scenario("mine", config_dir="own")
    assert (mine.months, mine.description, mine.levers.initiatives) == (13, "café", 9.0)


def test_the_other_ending_counts_too(capsys):
    """The file used to be passed over without a word, and that of the same name that ships was used."""
    own("levers/stick.yml", "initiatives: 7.0\n")
    own("scenario/mine.yml", "name: mine\nmonths: 13\n")
    assert load_scenario("mine", ["levers=stick"], config_dir="own").levers.initiatives == 7.0
    own("levers/stick.yaml", "initiatives: 6.0\n")
    assert main(["run", "--config-dir", "own", "levers=stick"]) == 2
    assert "levers/stick is there as .yaml and as .yml" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["née", "2024", "two words"])
def test_a_file_may_have_any_name(name, monkeypatch):
    own(f"levers/{name}.yaml", "levers: {initiatives: 7.0}\n")
    assert load_scenario("baseline_lsp", [f"levers={name}"], config_dir="own").levers.initiatives == 7.0
    kept = []
    monkeypatch.setattr(frame, "perform", lambda _, command: kept.append(command.scenario().levers.initiatives))
    assert main(["run", "--config-dir", "own", "--multirun", f"levers={name},typical"]) == 0
    assert kept[0] == 7.0


def test_texts_may_stand_for_others():
    own("scenario/mine.yaml", "name: mine\nclaim: trust grows\ndescription: ${claim}, at \\${5}\n")
    assert load_scenario("mine", config_dir="own").description == "trust grows, at ${5}"


@pytest.mark.parametrize(
    ("group", "text", "says"),
    [
        ("scenario", "name: a\nmonths: 060\n", "line 2: 060 begins with a zero: write 60"),
        ("board", "members: {council: 1, police: 007}\n", "line 1: 007 begins with a zero: write 7"),
        ("scenario", "name: a\nmonths: 1:30\n", "1:30 would be counted in sixties: write '1:30'"),
        ("scenario", "name: a\nmonths: 090\n", "write 90, without a zero before it"),
        ("scenario", "name: a\nmonths: 12\nmonths: 13\n", "line 3: 'months' is named twice"),
        ("levers", "duty: {attend: 1, attend: 0}\n", "line 1: 'attend' is named twice"),
        ("levers", "initiatives: 0,3\n", "levers.initiatives = '0,3' is not allowed"),
        ("levers", "initiatives: 0,3\n", "write a decimal point, 0.3"),
        ("place", "name: a\npopulation: 200,000\n", "write 200000, without a comma"),
        ("levers", "- initiatives: 7.0\n", "is a list: it takes settings, one a line, written name: value"),
        ("levers", "initiatives\n", "is a single value: it takes settings"),
        ("levers", "duty: [1]\n", "duty is a list: it takes settings"),
        ("scenario", "name: a\nboard:\n  members: [police]\n", "board.members is a list: it takes settings"),
        ("calendar", "calendar: {from: 2003-01}\n", "a dash stands before each of its entries"),
        ("calendar", "- {from: 2003-01}\n", "a list stands below its name"),
        ("scenario", "name: a\nclaim: ${description}\ndescription: ${claim}\n", "description stands for itself"),
        ("scenario", "name: a\ndescription: costs ${x and more\n", "${...} takes the name of a setting here"),
        ("scenario", "name: a\ndescription: costs ${five}\n", "${five} names no setting"),
        ("levers", "# @package nonsense\ninitiatives: 7.0\n", "write # @package _global_"),
        ("levers", "1: 2\n", "line 1: '1' is no name"),
        ("levers", "null: 2\n", "line 1: 'null' is no name"),
        ("levers", "defaults: 3\n", "defaults is no list"),
        ("levers", "duty:\n\tattend: 1\n", "line 2 cannot be read"),
        ("levers", "initiatives: 1\0\n", "it is no text: save it as UTF-8"),
    ],
)
def test_what_would_be_read_as_something_else_is_refused_with_the_cure(group, text, says):
    own(f"{group}/mine.yaml", text)
    scenario = "mine" if group == "scenario" else "baseline_lsp"
    with pytest.raises(ScenarioError) as refused:
        load_scenario(scenario, [] if group == "scenario" else [f"{group}=mine"], config_dir="own")
    line = str(refused.value)
    assert says in line
    assert "\n" not in line
    assert not any(word in line for word in ("ConfigTypeError", "DictConfig", "NoneType", "token recognition"))
