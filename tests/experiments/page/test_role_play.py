"""Role play on the page, in a real browser: by keyboard, by several in turn, from a link, bit for bit as in Python."""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from in_a_browser import SECONDS, Open, expect, faults_of, in_a_browser, settled

from experiments import load_scenario
from experiments.behaviours import BY_HAND, NumberSet
from experiments.page.options import accepted_sets
from experiments.page.roles import COUNTS, OF_THE_PLACE, played_of
from experiments.runs.pairs import run_pairs
from sim import History, simulate, with_changes
from sim.measures import LAST_MONTH, MEASURES
from sim.population import ARCHETYPES, THEMES

pytestmark = in_a_browser

TWO_YEARS = "left=baseline_lsp&right=baseline_lsp&months=24&n=4"
OVER = "What your choices were worth"


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until what is meant has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def titled(page: Any, words: str) -> None:
    """Wait until the game stands where its heading says."""
    expect(page.locator("#playing h2")).to_contain_text(words, timeout=SECONDS * 1000)


def lived(replicate: int, roles: Sequence[str]) -> History:
    """Return the run of a game of two years, lived through by Mesa agents with the same luck and numbers."""
    scenario = with_changes(load_scenario("baseline_lsp", [BY_HAND]), months=24)
    scenario = dataclasses.replace(scenario, behaviour=accepted_sets()[replicate])
    return simulate(scenario, seed=1, replicate=replicate, record="meetings", played=played_of(roles, months=24))


def final(history: History, measure: str) -> float:
    values = history.measures[measure].tolist()
    return values[-1] if MEASURES[measure].at_the_end == LAST_MONTH else mean_of(values[-12:])


def mean_of(values: Sequence[float]) -> float:
    """Return a mean as a page works it out: one number added after another."""
    return functools.reduce(operator.add, values, 0.0) / len(values)


def counts_of(history: History, body: str) -> list[float]:
    """Return what a run came to for a body, in the order of the counts of role play."""
    rows = history.partners[history.partners["partner"] == body]
    weights = [getattr(ARCHETYPES[body.rsplit("_", 1)[0]], theme) for theme in THEMES]
    own = [
        weight / sum(weights) * final(history, f"outcome_{theme}")
        for weight, theme in zip(weights, THEMES, strict=True)
    ]
    position = history.partners["partner"].unique().tolist().index(body)
    in_person = history.record["rank_at"][:, position] == 2.0
    free = np.floor(rows["free_half_days"].to_numpy())
    beyond = np.maximum(0, in_person.sum(axis=1) - free).sum()
    pooled = functools.reduce(operator.add, rows["pooled_gbp_m"].tolist(), 0.0)
    influence = mean_of(rows["influence"].tolist()[-12:])
    return [functools.reduce(operator.add, own), influence, in_person.sum() / 2, beyond / 2, 1000.0 * pooled / 2]


def numbers_of(page: Any) -> pd.DataFrame:
    """Return the table that a game can be taken along as."""
    with page.expect_download() as waiting:
        page.locator("[data-do=save]").click()
    numbers = pd.read_csv(waiting.value.path(), dtype={"as_usual": str, "as_played": str}).set_index(
        ["what", "of", "run"]
    )
    return numbers[["as_usual", "as_played"]].map(float)  # to the last bit


def test_a_game_is_played_through_by_keyboard(file: str, opened: Open) -> None:
    """Its numbers, as usual and as played, are those of Python with the same luck, bit for bit."""
    page = opened(f"{file}#{TWO_YEARS}")
    tab_to(page, "#open-play")
    page.keyboard.press("Enter")
    titled(page, "Role play")
    tab_to(page, "#players select")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[data-do=begin]")
    page.keyboard.press("Enter")
    titled(page, "Year 1 of 2: Primary care trust")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    for year, heading in enumerate(["Year 2 of 2", OVER]):
        tab_to(page, "[name=choice-0]")
        page.keyboard.press("ArrowDown")
        tab_to(page, "[name=choice-2]")
        page.keyboard.press("ArrowDown")
        tab_to(page, "[data-do=choose]")
        page.keyboard.press("Enter")
        titled(page, heading)
        assert page.evaluate("document.activeElement.tagName") == "H2", year
    page.wait_for_timeout(300)  # the address is written a moment later
    body = "primary_care_trust_1"
    role = f"{body}.101.202"
    assert page.evaluate("location.hash").endswith(f"play=baseline_lsp-0&role={role}")
    numbers = numbers_of(page)
    assert len(numbers) == 4 * (len(COUNTS) + len(OF_THE_PLACE))
    for run in (0, 3):
        for column, roles in (("as_usual", []), ("as_played", [role])):
            history = lived(run, roles)
            for measure in OF_THE_PLACE:
                assert numbers.loc[("place", measure, run), column] == final(history, measure), measure
            for count, value in zip(COUNTS, counts_of(history, body), strict=True):
                assert numbers.loc[(body, count.name, run), column] == value, count.name
    own = numbers.loc[(body, "own_themes", 0)]
    told = f"{100 * abs(own['as_played'] - own['as_usual']):.2f}"
    assert told in page.locator("#playing section p").first.inner_text()


def test_usual_conduct_in_a_game_is_the_run_of_the_page(file: str, opened: Open) -> None:
    """The means of usual conduct are those of side A, from which the game was begun, and of ``compare``."""
    scenarios = {"talking_shop": with_changes(load_scenario("talking_shop", [BY_HAND]), months=24)}
    turns = [NumberSet(one) for one in accepted_sets()]
    runs = run_pairs(scenarios, seed=7, replicates=5, engine="ensemble", turns=turns).runs
    shared = "left=talking_shop&right=baseline_lsp&months=24&n=5&seed=7"
    page = opened(f"{file}#{shared}&play=left-2&role=police_1.100.300", is_game=True)
    titled(page, OVER)
    numbers = numbers_of(page)["as_usual"].loc["place"]
    for measure in OF_THE_PLACE:
        np.testing.assert_allclose(numbers.loc[measure], runs[measure], rtol=1e-14)
    page.locator("#playing-text [data-do=leave]").click()
    settled(page)
    page.locator("#open-take").click()
    with page.expect_download() as waiting:
        page.locator("#csv").click()
    curves = pd.read_csv(waiting.value.path())
    last = curves[(curves["side"] == "A") & (curves["measure"] == "outcome")].iloc[-1]
    np.testing.assert_allclose(numbers.loc["outcome"].mean(), last["mean"], rtol=1e-5)


@pytest.mark.long
def test_several_play_in_turn_and_none_sees_the_others_choices(file: str, opened: Open) -> None:
    """Each is told what its own choices were worth, all else as it was played; the link restores all of it."""
    page = opened(f"{file}#{TWO_YEARS}")
    page.locator("#open-play").click()
    page.locator("[data-do=addPlayer]").click()
    page.locator("[data-do=begin]").click()
    choices = [["1", "3"], ["2", "0"]]
    for year in range(2):
        for player, (body, chosen) in enumerate(zip(["Police force", "Chamber of commerce"], choices, strict=True)):
            titled(page, f"Pass the screen to player {player + 1}: {body}")
            expect(page.locator("[name=choice-0]")).to_have_count(0)
            page.get_by_role("button", name=f"I am player {player + 1}").click()
            titled(page, f"Year {year + 1} of 2: Player {player + 1}, {body}")
            before = choices[player][year - 1] if year else "0"
            assert page.locator("[name=choice-0]:checked").input_value() == before
            page.locator(f'[name=choice-0][value="{chosen[year]}"]').check()
            page.wait_for_timeout(900)  # as a person takes, so that each choice is a step that Back undoes
            page.locator("[data-do=choose]").click()
    titled(page, OVER)
    roles = ["police_1.100.300", "chamber_of_commerce_1.200.000"]
    numbers = numbers_of(page)
    everybody = lived(1, roles)
    for player, role in enumerate(roles):
        body = role.partition(".")[0]
        alone = lived(1, [roles[1 - player]])
        for count, usual, played in zip(COUNTS, counts_of(alone, body), counts_of(everybody, body), strict=True):
            assert numbers.loc[(body, count.name, 1), ["as_usual", "as_played"]].tolist() == [usual, played]
    page.wait_for_timeout(300)
    again = opened(page.evaluate("location.href"), is_game=True)
    titled(again, OVER)
    assert again.locator("#playing-text").inner_text() == page.locator("#playing-text").inner_text()
    page.go_back()
    titled(page, "Pass the screen to player 2")


def test_a_game_that_cannot_be_is_told_and_can_be_left(file: str, opened: Open) -> None:
    page = opened(f"{file}#{TWO_YEARS}&play=left-0&role=nobody_1.000", is_game=True)
    expect(page.locator("#playing [role=alert]")).to_contain_text("nobody_1 has no seat at this table")
    page.locator("#playing-text [data-do=leave]").click()
    settled(page)
    page.evaluate(f"location.hash = '{TWO_YEARS}&play=left-0&role=police_1.900'")
    titled(page, "Year 2 of 2")
    expect(page.locator("#playing .wrong")).to_contain_text("year 900 is not allowed: 000, as usual, is taken.")
    page.evaluate(f"location.hash = '{TWO_YEARS}&play=gotham-0&role=police_1'")
    expect(page.locator("#problem")).to_contain_text("play = gotham-0 is not allowed")
    settled(page)


def test_a_game_without_groups_has_the_choices_that_there_are(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=talking_shop&right=talking_shop&months=24&n=2&play=left-0&role=police_1", is_game=True)
    titled(page, "Year 1 of 2")
    assert page.locator("[name=choice-1]").count() == 1
    expect(page.locator("#playing form")).to_contain_text("You have no seat in a group that meets this year.")
    page.get_by_role("button", name="The same for all 2 years left").click()
    titled(page, OVER)
    expect(page.locator("#playing section").first).to_contain_text("Your choices changed nothing that is counted here.")


@pytest.mark.long
@pytest.mark.parametrize("looks", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str)
def test_axe_finds_no_fault_in_any_state_of_a_game(file: str, opened: Open, looks: dict[str, Any]) -> None:
    """At 320 px, which is also 1280 at four times the size: nothing to scroll sideways to but tables."""
    unseen = ["color-contrast"] if "forced_colors" in looks else []
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(f"{file}#{TWO_YEARS}", width=320, height=700, **looks)
    page.locator("#open-play").click()
    page.locator("[data-do=addPlayer]").click()
    players = ["Pass the screen", "Year 1", "Pass the screen", "Year 1", "Pass the screen", "Year 2"]
    steps = ["begin", "takeSeat", "choose", "takeSeat", "chooseAll", "takeSeat", "choose", None]
    for heading, step in zip(["Role play", *players, OVER], steps, strict=True):
        titled(page, heading)
        if step is None:
            expect(page.locator("#playing-charts svg").first).to_be_visible(timeout=SECONDS * 1000)
            for summary in page.locator("#playing summary").all():
                summary.click()
        # Forced colours are the system's own, which axe does not see.
        assert [one for one in faults_of(axe.Axe(), page, "body") if one[0] not in unseen] == [], heading
        assert page.evaluate("document.documentElement.scrollWidth") == 320, heading
        if step:
            page.locator(f"[data-do={step}]").click()
