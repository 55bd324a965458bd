"""A case among what a page can name: what it is told of it, what it has no room for, and how files name it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import refused_line

from experiments import load_scenario
from experiments.behaviours import BY_HAND
from experiments.page.catalogue import catalogue
from experiments.page.html import page_html
from experiments.page.options import choices, choices_with
from experiments.page.roles import played_of

NAME = "case:hackney_example"


def cut_to(case: Path, folder: Path, change: Callable[[str], str], file: str = "place.yaml") -> Path:
    """Return a copy of a case with one file changed."""
    folder.mkdir()
    for one in case.iterdir():
        text = one.read_text("utf-8")
        (folder / one.name).write_text(change(text) if one.name == file else text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_case_is_a_choice_beside_all_others(case: Path) -> None:
    """As a scenario, a place, a board and a calendar, first in its list; both sides begin with it."""
    told, usual = catalogue(choices_with(str(case))), catalogue()
    for part in ("presets", "places", "boards", "calendars"):
        assert [one["name"] for one in told[part]] == [NAME, *(one["name"] for one in usual[part])]
        assert told[part][0]["label"].startswith("Hackney (example), the case")
    assert told["start"] == {side: {"preset": NAME, "changes": {}} for side in ("left", "right")}
    assert told["case"] == {"name": NAME, "folder": "mycity"}, (
        "a page that is mailed does not tell where its maker works"
    )
    assert told["archetypes"]["credit_union"] == "Credit union"
    assert choices().case is None


def test_the_page_of_a_case_can_be_mailed_and_allows_no_more(case: Path) -> None:
    """Names of the case are data: the policy of the page, with the hashes of its scripts, is that of any other."""
    page, usual = page_html(choices_with(str(case))), page_html()
    assert len(page.encode()) < 1_500_000
    policy = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')
    assert policy.findall(page) == policy.findall(usual)
    assert "<u>" not in page


def test_a_case_that_a_page_has_no_room_for_is_refused_before_anything_is_written(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = "".join(f"Body {number},police\n" for number in range(121))
    many = cut_to(case, tmp_path / "many", lambda text: f"name,type\nCouncil,unitary_council\n{crowd}", "partners.csv")
    for file in ("trust.csv", "ties.csv", "events.csv"):
        (many / file).unlink()
    long = cut_to(case, tmp_path / "long", lambda text: text.replace("months: 84", "months: 300"))
    for folder, words in ((many, ["122 seats", "at most 120"]), (long, ["months = 300", "12 to 240"])):
        line = refused_line(["explorer", f"case={folder}", f"output={tmp_path / 'out'}"], capsys)
        assert all(word in line for word in [*words, f"compare case={folder}"])
    assert not (tmp_path / "out").exists()


def test_a_scenario_of_ones_own_says_where_the_case_comes_in(case: Path, tmp_path: Path) -> None:
    """Usually after it; by ``/own_case: case`` before what the file states, by ``/own_case: none`` not at all."""
    (tmp_path / "scenario").mkdir()
    placed = "  - /own_case: case\n  - override /place: case\n  - override /board: case\n"
    for name, defaults in {"usual": "", "before": placed, "without": "  - /own_case: none\n"}.items():
        text = f"defaults:\n  - baseline_lsp\n{defaults}  - _self_\nname: {name}\nmonths: 60\n"
        text += "levers: {staff_team: 0.7}\n"
        (tmp_path / "scenario" / f"{name}.yaml").write_text(text, encoding="utf-8")
    usual, before, without = (
        load_scenario(name, [BY_HAND], case=case, config_dir=tmp_path) for name in ("usual", "before", "without")
    )
    assert [one.levers.staff_team for one in (usual, before, without)] == [0.1, 0.7, 0.7]
    assert [one.months for one in (usual, before, without)] == [84, 60, 60]
    assert before.levers.joint.training == 0.4
    assert before.board == usual.board
    assert before.place == usual.place
    assert without.place == load_scenario("baseline_lsp").place
    with pytest.raises(ValueError, match="give case=FOLDER"):
        load_scenario("before", config_dir=tmp_path)


def test_a_body_with_dots_in_its_name_can_be_played() -> None:
    assert played_of(["St%2E Mary's.100"], months=1) == {"St. Mary's": {0: {"board": 2}}}
