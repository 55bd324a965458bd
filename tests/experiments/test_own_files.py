"""Files of one's own: used in every group and by every verb, also under a name that ships, and never without a word."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments import load_scenario, scenario_names
from experiments.console import main
from experiments.options import GROUPS, files_of_ones_own, option_names, own_files_used
from experiments.values import scenario_values

MONTHS = ["months=15", "start=2007-06"]

OWN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "scenario": ("talking_shop", "# @package _global_\nname: talking_shop\nlevers: {initiatives: 9.0}\n", {}),
    "place": ("birmingham", "name: birmingham\nlabel: Mine\npopulation: 123456\n", {"place.population": 123456}),
    "board": ("growth", "members: {council: 1, police: 3}\n", {"board.members.police": 3}),
    "leadership": ("committed", "attention: 0.11\n", {"leadership.attention": 0.11}),
    "levers": ("stick", "initiatives: 7.0\n", {"levers.initiatives": 7.0}),
    "calendar": (
        "nrf_cliff_2008",
        "# @package _global_\ncalendar:\n  - {from: 2008-04, note: mine}\n",
        {"calendar": "mine"},
    ),
    "behaviour": ("by_hand", "tie_rate: 0.29\n", {"behaviour.tie_rate": 0.29}),
}
"""Of each group: a name that ships, what is in the file of one's own, and what that makes of the scenario."""
OWN["scenario"][2]["levers.initiatives"] = 9.0

VERBS: dict[str, list[str]] = {
    "run": ["figures=false"],
    "compare": ["replicates=1", "engine=mesa", "figures=false"],
    "explain": ["figures=false"],
    "sweep": ["study=answer", "vary=[levers.duty.attend]", "draws=2", "replicates=1"],
}


pytestmark = pytest.mark.usefixtures("empty_folder")


def with_verbs(groups: Iterable[str]) -> pytest.MarkDecorator:
    """Try every group with one verb and every verb with one group; all pairs of them by hand."""

    def tier(group: str, verb: str) -> pytest.MarkDecorator:
        return pytest.mark.slow if verb == "run" or group == "scenario" else pytest.mark.long

    return pytest.mark.parametrize(
        ("group", "verb"), [pytest.param(*pair, marks=tier(*pair)) for pair in itertools.product(groups, VERBS)]
    )


def own_file(group: str, name: str, text: str) -> None:
    path = Path("own", group, f"{name}.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def asked(verb: str, group: str, name: str) -> list[str]:
    several = verb in ("compare", "sweep")
    if group != "scenario":
        named = [f"{group}={name}"]
    else:
        named = [
            f"scenarios=[{name},baseline_lsp]"
            if verb == "compare"
            else f"scenarios=[{name}]"
            if several
            else f"scenario={name}"
        ]
    output = [] if verb == "sweep" else ["output=answer"]
    return [verb, "--config-dir", "own", *named, *MONTHS, *VERBS[verb], *output]


def value_at(values: Any, path: str) -> Any:
    for part in path.split("."):
        values = values[part]
    return values[0]["note"] if path == "calendar" else values


def test_every_group_is_tried():
    assert set(OWN) == set(GROUPS)


@with_verbs(OWN)
def test_a_file_under_a_name_that_ships_is_used_and_said(group, verb, capsys):
    """Neither loses in silence, as it did in most groups, nor wins in silence, as it did for places."""
    name, text, made = OWN[group]
    own_file(group, name, text)
    assert main(asked(verb, group, name)) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "is used instead" in line]
    assert len(said) == 1
    assert re.search(rf"own/{group}/{name}\.yaml is used instead of the {group} of that name that ships", said[0])
    record = json.loads(Path("answer/manifest.json").read_text("utf-8"))
    assert [entry["path"] for entry in record["own_files"]] == [f"{group}/{name}.yaml"]
    assert record["command"][-2] == "--config-dir"
    values = record["scenarios"].get(name, next(iter(record["scenarios"].values())))
    for path, value in made.items():
        assert value_at(values, path) == value
    if verb == "sweep":
        plan = json.loads(Path("answer/plan.json").read_text("utf-8"))
        assert plan["own_files"] == record["own_files"]


@with_verbs(["scenario", "board", "place"])
def test_a_file_under_another_name_is_used_without_a_word(group, verb, capsys):
    name, text, made = OWN[group]
    own_file(group, "mine", text.replace(f"name: {name}", "name: mine"))
    assert main(asked(verb, group, "mine")) == 0
    assert "is used instead" not in capsys.readouterr().err
    record = json.loads(Path("answer/manifest.json").read_text("utf-8"))
    values = record["scenarios"].get("mine", next(iter(record["scenarios"].values())))
    assert all(value_at(values, path) == value for path, value in made.items())
    assert [entry["path"] for entry in record["own_files"]] == [f"{group}/mine.yaml"]


@pytest.mark.long
def test_a_sample_of_ones_own_is_used(capsys):
    """As partnerships calibrate writes it: accepted.yaml and the table beside it."""
    own_file("behaviour", "accepted", "sample: accepted.csv\n")
    Path("own/behaviour/accepted.csv").write_text("tie_rate\n0.21\n0.22\n", "utf-8")
    for verb in ("run", "compare", "sweep", "explain"):
        where = "study=s" if verb == "sweep" else f"output={verb}"
        arguments = [text.replace("replicates=1", "replicates=2") for text in VERBS[verb] if text != "study=answer"]
        assert main([verb, "--config-dir", "own", "behaviour=accepted", *MONTHS, *arguments, where]) == 0
        manifest = json.loads(Path("s" if verb == "sweep" else verb, "manifest.json").read_text("utf-8"))
        sample = manifest["settings"]["sample" if verb == "sweep" else "behaviours"]
        assert (sample["file"], sample["sets"]) == ("accepted.csv", 2)
        said = "accepted set 1 of 2" if verb in ("run", "explain") else "take turns with 2 accepted sets"
        assert said in " ".join(manifest["settings"]["remarks"])
    # A study goes on with its own sets, whatever behaviour= is now.
    assert main(["sweep", "study=s"]) == 0
    assert "take turns with 2 accepted sets" in capsys.readouterr().out


@pytest.mark.long
def test_a_pattern_file_of_ones_own_is_used_and_said(capsys):
    text = Path(load_scenario.__code__.co_filename).parents[1] / "configs/pattern/example.yaml"
    own_file("pattern", "example", text.read_text("utf-8").replace("id: X1", "id: MINE"))
    assert main(["patterns", "--config-dir", "own", "of=example", "runs=4", "figures=false", "output=answer"]) == 0
    assert "own/pattern/example.yaml is used instead of the pattern of that name" in capsys.readouterr().err
    assert "MINE" in set(pd.read_csv("answer/scoreboard.csv")["id"])


@pytest.mark.long
def test_verbs_that_name_scenarios_and_places_themselves_use_own_ones(capsys):
    """The explorer and the search of mixes name places and scenarios by settings of their own."""
    own_file("place", "birmingham", "name: birmingham\nlabel: Mine\npopulation: 123456\n")
    own_file("scenario", "mine", "# @package _global_\nname: mine\nmonths: 144\n")
    assert main(["explorer", "--config-dir", "own", "output=page"]) == 0
    record = json.loads(Path("page/manifest.json").read_text("utf-8"))
    assert "mine" in record["scenarios"]
    page = Path("page/explorer.html").read_text("utf-8")
    assert '"population":123456' in page
    assert "place/birmingham.yaml is used instead" in capsys.readouterr().err
    mixes = ["behaviour=by_hand", "places=[birmingham]", "vary=[levers.staff_team]", "generations=1", "population=8"]
    mixes += ["replicates=1", "confirming_replicates=2"]
    assert main(["optimise", "--config-dir", "own", *mixes, "output=mixes"]) == 0
    policies = pd.read_csv("mixes/policies.csv")["policy"]
    assert {*scenario_names(), "mine"} <= set(policies)
    assert "place/birmingham.yaml is used instead" in capsys.readouterr().err


def test_what_configures_a_verb_is_no_file_of_ones_own(capsys):
    """A half of compare.yaml would leave a verb without the other half."""
    Path("own").mkdir()
    Path("own/compare.yaml").write_text("replicates: 3\n", "utf-8")
    for verb in ("compare", "run", "sweep"):
        assert main([verb, "--config-dir", "own"]) == 2
        line = capsys.readouterr().err
        assert line.count("\n") == 1
        assert "compare.yaml is what a verb itself is configured by and cannot be replaced: choose another name" in line


def test_a_drawn_place_is_not_taken_for_one_of_ones_own(capsys):
    """A draw holds a name, and whoever computes it elsewhere has no such file."""
    own_file("place", "birmingham", "name: birmingham\npopulation: 123456\n")
    assert main(["sweep", "--config-dir", "own", "study=s", "vary=[place]", "design=grid", "months=3"]) == 2
    assert "place/birmingham.yaml cannot be among them" in capsys.readouterr().err
    assert not Path("s").exists()


def test_programs_name_the_folder_for_one_scenario():
    """And are back with what ships afterwards."""
    own_file("levers", "stick", "initiatives: 7.0\n")
    before = load_scenario("sigoma_stick")
    mine = load_scenario("baseline_lsp", ["levers=stick"], config_dir="own")
    assert scenario_values(mine)["levers"]["initiatives"] == 7.0
    assert load_scenario("sigoma_stick") == before


def test_nothing_of_one_folder_is_left_for_the_next():
    own_file("board", "mine", "members: {council: 1, police: 3}\n")
    with files_of_ones_own(Path("own").resolve()):
        assert "mine" in option_names("board")
        load_scenario("baseline_lsp", ["board=mine"])
        assert [entry["path"] for entry in own_files_used()] == ["board/mine.yaml"]
    assert "mine" not in option_names("board")
    assert own_files_used() == []
