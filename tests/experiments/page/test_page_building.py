"""The explorer page as text: everything that can be set is on it, nothing is fetched, and its words hold together."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

import pytest

from analysis.shared.summaries import WORKING_REGIMES
from experiments.behaviours import BY_HAND
from experiments.compose import load_scenario, scenario_names
from experiments.page.catalogue import DUTY, HEADLINES, PAGE_MEASURES, START, catalogue, settings_of
from experiments.page.html import SCRIPTS, own_script, page_html
from experiments.study.designs import variable_paths
from sim import MEASURES, PARAMETERS, REGIMES
from sim.meetings import TERMS


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return catalogue()


@pytest.fixture(scope="module")
def page() -> str:
    return page_html()


def _scripts(page: str) -> list[str]:
    return re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)


@pytest.mark.slow
def test_everything_that_can_be_set_has_one_control(told: dict[str, Any]) -> None:
    """Leadership as a whole is a preset; councils of a place are one seat; place is shared by both sides."""
    paths = [control["path"] for control in told["controls"]]
    assert len(set(paths)) == len(paths)
    assert set(PARAMETERS) <= set(paths)
    councils = {f"board.members.{name}" for name in ("unitary_council", "county_council", "district_council")}
    of_place = {path for path in variable_paths() if path.startswith("place")}
    assert set(variable_paths()) - set(paths) == councils | of_place
    assert {control["group"] for control in told["controls"]} == {group["name"] for group in told["groups"]}
    for control in told["controls"]:
        assert control["label"]
        assert control["says"]
        assert control["source"]
        assert control["choices"] or control["low"] < control["high"]


def test_presets_are_the_scenarios_as_they_are_composed(told: dict[str, Any]) -> None:
    """What a preset sets, put on the defaults, gives the scenario's own settings back."""
    defaults = {control["path"]: control["default"] for control in told["controls"]}
    assert sorted(preset["name"] for preset in told["presets"]) == scenario_names()
    for preset in told["presets"]:
        own = settings_of(load_scenario(preset["name"], [BY_HAND]))
        shown = {path: preset["settings"].get(path, defaults[path]) for path in own}
        assert shown == own
        assert preset["claim"]
        assert preset["calendar"]


def test_the_dissolved_have_their_colour_on_paper(told: dict[str, Any], page: str) -> None:
    """The style sheet has it too, because on a dark screen it needs another."""
    assert f"--dissolved: {told['regimes'][0]['colour'].lower()};" in page


def test_what_is_declared_for_the_page_exists_in_the_model(told: dict[str, Any]) -> None:
    assert set(PAGE_MEASURES) <= set(MEASURES)
    assert [term["name"] for term in told["terms"]] == list(TERMS)
    assert [regime["name"] for regime in told["regimes"]] == list(REGIMES)
    assert [regime["name"] for regime in told["regimes"] if regime["works"]] == list(WORKING_REGIMES)
    assert not any("together" in regime["fate"] for regime in told["regimes"]), "two regimes are said to work together"
    assert not any(term["says"].startswith("Return") for term in told["terms"])
    composites = {one["path"]: one["paths"] for one in told["composites"]}
    assert composites["duty"] == [f"levers.duty.{name}" for name in DUTY]
    assert set(HEADLINES) <= set(PARAMETERS) | set(composites)
    controls = {control["path"]: control for control in told["controls"]}
    for side in START.values():
        assert side["preset"] in scenario_names()
        assert set(side["changes"]) <= set(controls)


def test_lessons_speak_of_what_there_is(told: dict[str, Any]) -> None:
    """Each word in braces and each comparison names a part, a measure or a regime; each side can be run."""
    asked = re.compile(r"[ABD]\.(count|share|final|abs)\.([\w -]+?)(?= [<>=+]| and |$)")
    assert len(told["lessons"]) == 4
    for lesson in told["lessons"]:
        assert len(lesson["discuss"]) >= 3
    for part in (each for lesson in told["lessons"] for each in lesson["rounds"]):
        words = [word for word in re.findall(r"\{([^}]+)\}", part["reveal"] + part["because"]) if word != "n"]
        words += [part for choice in part["choices"] for part in re.split(r" and | [<>]=? | [+] ", choice["holds"])]
        for word in words:
            if re.fullmatch(r"[\d.-]+", word):
                continue
            found = asked.fullmatch(word)
            assert found, word
            assert found[2] in (REGIMES if found[1] in ("count", "share") else PAGE_MEASURES), word
        for side in (part["left"], part["right"]):
            load_scenario(side["preset"], [BY_HAND, *(f"{path}={value}" for path, value in side["changes"].items())])
        assert part["look"] in {"h-ends", "h-way", "h-who", "h-regimes", "h-inside", "h-other"}
        assert not {"answer", "slip"} & set(part), "what is for whoever leads is not in the page"


def test_only_the_scripts_in_the_page_may_run(page: str) -> None:
    """The policy holds their hashes and allows the engine, no evaluation of text, and no connection at all."""
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    scripts = _scripts(page)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]
    assert "'unsafe-eval'" not in policy[1]
    assert "default-src 'none'" in policy[1]
    assert "worker-src blob:" in policy[1]
    assert "connect-src 'none'" in policy[1]


def test_the_page_can_be_mailed(page: str) -> None:
    """Engine, chart library and all places in one file below 0.7 MB."""
    assert len(page.encode()) < 800_000


def test_what_is_taken_from_others_is_named_and_licensed() -> None:
    """The kept file names every package in it, with the version asked for; each has its licence beside it."""
    kept = files("experiments").joinpath("page", "library")
    first_line = kept.joinpath("library.min.js").read_text("utf-8").splitlines()[0]
    named = dict(re.findall(r"([\w-]+) (\d+\.\d+\.\d+) \((?:ISC|MIT)\)", first_line))
    assert first_line.count("(") == len(named)
    assert named.items() >= json.loads(kept.joinpath("package.json").read_text("utf-8"))["dependencies"].items()
    licences = kept.joinpath("LICENCES.txt").read_text("utf-8")
    for name, version in named.items():
        assert re.search(rf"^{name} {re.escape(version)} .*\n\n(Copyright|MIT)", licences, re.MULTILINE)


def test_bands_are_nested_around_the_median(told: dict[str, Any]) -> None:
    """The page makes its bands, their words and the columns of its file of curves from these."""
    quantiles = told["quantiles"]
    assert quantiles == sorted(quantiles)
    assert [low + high for low, high in zip(quantiles, reversed(quantiles), strict=True)] == pytest.approx([1.0] * 7)
    assert [high - low for low, high in zip(quantiles[:3], quantiles[:3:-1], strict=True)] == pytest.approx(
        [0.95, 0.8, 0.5]
    )


def test_comments_and_indents_stay_at_home() -> None:
    """Of each script every other line is in the page, in its order."""
    lines = own_script(SCRIPTS).split("\n")
    assert not [line for line in lines if line.startswith((" ", "//", "/*", "* @"))]
    written = "\n".join(files("experiments").joinpath("page", f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    code = [line.strip() for line in re.sub(r"^ */\*\*.*?\*/$", "", written, flags=re.M | re.S).split("\n")]
    assert [line.rstrip() for line in lines if line] == [line for line in code if line and not line.startswith("//")]


def test_nothing_is_fetched(page: str) -> None:
    """No element of the page refers to anything outside it."""
    markup = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', markup) == []
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_a_text_in_the_catalogue_cannot_end_its_element(page: str) -> None:
    found = re.search(r'<script type="application/json" id="catalogue">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert "<" not in found[1]
    held = json.loads(found[1])
    assert held["limits"]["replicates"] == 400
    assert [one["name"] for one in held["behaviours"]] == ["accepted", "best", "by_hand"]
