"""What would have saved it, when things happen, and how to reproduce what is on the screen: in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from in_a_browser import SECONDS, Open, answered, expect, in_a_browser, move, settled
from reproducing import assert_reproduced, files_of_both_sides

from analysis.shared.summaries import WORKING_REGIMES
from experiments import load_scenario
from experiments.behaviours import NumberSet
from experiments.page.interventions import interventions
from experiments.page.options import accepted_sets
from experiments.runs.pairs import run_pairs

pytestmark = in_a_browser


def test_what_is_on_the_screen_can_be_reproduced(
    file: str,
    opened: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both files, the command and the Python as they stand there give the counts of the page."""
    settings = "r.board=small_executive&r.levers.staff_team=0.8&r.board.members.police=2&l.behaviour.trust_rate=0.05"
    dates = "r.calendar=england_2001_2013&r.cuts@2004-01=mild&r.reorganisation@2003-06=one_new_council"
    shared = "place=kerrier&months=48&n=31&seed=5&r.behaviour.trust_rate=0.05"
    page = opened(f"{file}#left=talking_shop&right=two_tier_confusion&{settings}&{dates}&{shared}")
    assert_reproduced(page, tmp_path, monkeypatch)


def test_sides_that_differ_in_behaviour_are_told_that_compare_cannot(file: str, opened: Open) -> None:
    page = opened(f"{file}#n=2&r.behaviour.trust_rate=0.05")
    page.locator("#open-take").click()
    expect(page.locator("#reproduce-note")).to_contain_text("compare gives both sides the same sets")


@pytest.mark.long
def test_what_would_have_saved_it_counts_runs_as_the_library_does(
    file: str,
    opened: Open,
    tmp_path: Path,
) -> None:
    """The first row, opened as side B and saved, has in Python as many turned and spoiled runs as it says."""
    page = opened(f"{file}#left=talking_shop&l.board=forum_30&right=talking_shop&months=36&n=10")
    page.locator("#rescue-open").click()
    expect(page.locator("#rescue-rows tbody tr").first).to_be_visible(timeout=SECONDS * 1000)
    expect(page.locator("#rescue-said")).to_contain_text("do not work", timeout=8 * SECONDS * 1000)
    assert "from years 1, 4, 7 and 10 on" in page.locator("#rescue").inner_text()
    rows = page.locator("#rescue-rows tbody tr").all_inner_texts()
    pairs = [text for text in rows if ", and " in text.partition("\t")[0]]
    assert ["not tried" in text for text in pairs] == [False] + [True] * (len(pairs) - 1)
    row = page.locator("#rescue-rows tbody tr").first
    told = row.locator("td").first.inner_text()
    turned, failing = map(int, re.match(r"(\d+) of (\d+) that fail", told).groups())
    spoiled = re.search(r"spoils (\d+) of", told)
    with answered(page):
        row.get_by_role("button").click()
    assert "@20" in page.evaluate("decodeURIComponent(location.hash)")
    folder = files_of_both_sides(page, tmp_path)
    sides = {name: load_scenario(name, config_dir=folder) for name in ("side_a", "side_b")}
    turns = [NumberSet(one) for one in accepted_sets()]
    runs = run_pairs(sides, seed=1, replicates=100, engine="ensemble", turns=turns).runs
    runs["works"] = runs["regime"].isin(WORKING_REGIMES)
    works = runs.pivot(index="replicate", columns="scenario", values="works")
    assert failing == (~works["side_a"]).sum()
    assert turned == (~works["side_a"] & works["side_b"]).sum()
    assert int(spoiled[1] if spoiled else 0) == (works["side_a"] & ~works["side_b"]).sum()


@pytest.mark.long
def test_the_search_can_be_stopped_and_ends_when_side_a_changes(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=talking_shop&right=talking_shop&n=2")
    start = page.locator("#rescue-start")
    start.click()
    expect(start).to_have_text("Stop")
    start.click()
    expect(page.locator("#rescue-said")).to_have_text("Stopped.")
    expect(start).to_have_text("Find out")
    start.click()
    move(page, "levers.staff_team", "b", 1.0)
    expect(start).to_have_text("Stop")
    move(page, "levers.staff_team", "a", 1.0)
    expect(page.locator("#rescue-said")).to_contain_text("Side A has changed")
    expect(start).to_have_text("Find out")


@pytest.mark.long
def test_events_are_added_dragged_moved_by_keys_and_removed(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&n=2")
    page.locator("#date-what").select_option("staff_team")
    page.locator("#date-dose").select_option("ambitious")
    page.locator("#date-month").fill("2004-04")
    with answered(page):
        page.locator("#date-add-b").click()
    mark = page.locator(".dates.b .mark")
    box, track = mark.bounding_box(), page.locator(".dates.b .track").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    with answered(page):
        page.mouse.move(box["x"] + 20 + track["width"] / 12, box["y"] + 8, steps=5)
        page.mouse.up()
    expect(mark).to_have_attribute("data-path", "staff_team@2005-04")
    for key, month in (("ArrowRight", "2005-05"), ("PageUp", "2004-05")):
        with answered(page):
            page.keyboard.press(key)
        expect(mark).to_have_attribute("data-path", f"staff_team@{month}")
    address = page.evaluate("decodeURIComponent(location.href)")
    assert "r.staff_team@2004-05=ambitious" in address
    assert "May 2004: Staff team (ambitious)" in page.locator("#differs").inner_text()
    again = opened(address)
    assert again.locator("#headline").inner_text() == page.locator("#headline").inner_text()
    with answered(page):
        page.get_by_label("Month of Staff team, side B").fill("2006-01")
    expect(mark).to_have_attribute("data-path", "staff_team@2006-01")
    with answered(page):
        page.get_by_role("button", name="Remove Staff team, side B").click()
    assert "Both sides are the same" in page.locator("#consequence").inner_text()


def test_an_event_outside_the_run_is_refused_in_a_line(file: str, opened: Open) -> None:
    dates = "r.cuts@1066-10=mild&r.cuts@2004-13=mild&r.plague@2004-01=mild&r.cuts@2004-01=mild"
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&n=2&month=200&{dates}")
    said = page.locator("#problem").inner_text()
    assert "cuts@1066-10 is not allowed: the run goes from April 2001 to March 2013. It was left out." in said
    assert "month = 200 is not allowed: it takes 0 to 143; 143 is shown." in said
    expect(page.locator(".dates.b .mark")).to_have_count(1)
    assert "cuts@2004-13" in said
    assert "plague" in said
    page.locator("#date-month").evaluate("input => { input.value = '2030-01' }")
    page.locator("#date-add-a").click()
    expect(page.locator("#date-said")).to_have_text(
        "January 2030 is outside the run: it goes from April 2001 to March 2013."
    )


@pytest.mark.long
def test_the_last_change_can_be_replayed(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&n=4")
    replay = page.locator("#replay")
    expect(replay).to_be_disabled()
    page.wait_for_timeout(1000)
    move(page, "levers.staff_team", "b", 1.0)
    after = page.locator("#headline").inner_text()
    address = page.evaluate("location.hash")
    slider = page.locator('[data-path="levers.staff_team"] .line.b input').first
    replay.click()
    expect(slider).to_have_js_property("value", "0.3")
    expect(slider).to_have_js_property("value", "1", timeout=SECONDS * 1000)
    expect(replay).to_be_enabled(timeout=SECONDS * 1000)
    settled(page)
    assert page.locator("#headline").inner_text() == after
    assert page.evaluate("location.hash") == address


@pytest.mark.long
def test_one_picture_can_be_embedded(file: str, opened: Open) -> None:
    page = opened(f"{file}#n=2&only=inside")
    expect(page.locator("#inside")).to_be_visible()
    for part in ("#controls", "#ends", "#way", ".top"):
        expect(page.locator(part)).to_be_hidden()
    page = opened(f"{file}#n=2")
    page.locator("#open-take").click()
    page.locator("#embed-what").select_option("way")
    assert "only=way" in page.locator("#embed").input_value()


def test_every_lever_that_is_tried_has_two_doses() -> None:
    tried = [one for one in interventions() if one["is_lever"]]
    assert len(tried) == 10
    assert all(list(one["doses"]) == ["realistic", "ambitious"] for one in tried)
