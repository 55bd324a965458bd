"""The table, alive, and its story, in a real browser: every seat, tie, item and sentence against the run in Python."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from in_a_browser import SECONDS, Open, expect, faults_of, in_a_browser

from experiments import load_scenario
from experiments.behaviours import BY_HAND
from sim import simulate
from sim.meetings import TERMS
from sim.partnership import PartnershipModel

pytestmark = in_a_browser

LIFE = "left=england_2001_2013&right=growth_coalition&place=hackney&n=4&run=2&behaviour=by_hand"


@cache
def lived(name: str) -> Any:
    """Return the run of a side of ``LIFE`` as the Mesa engine lives through it, with what its tables held."""
    scenario = load_scenario(name, [BY_HAND, "place=hackney"])
    return simulate(scenario, seed=1, replicate=2, record_terms=True, record="meetings")


def present_members(name: str) -> np.ndarray:
    """Return who is a member of a table that stands, as (month, body)."""
    record = lived(name).record
    stood = np.concatenate([[True], record["stands"][:-1] > 0.0])
    members: np.ndarray = (record["is_member"] > 0.0) & stood[:, None]
    return members


def ties_before(name: str) -> np.ndarray:
    """Return the ties with which each month begins, as (month, one, other)."""
    at_launch = PartnershipModel(load_scenario(name, [BY_HAND, "place=hackney"]), seed=1, replicate=2)
    first = np.array([partner.tie for partner in at_launch.partners])
    return np.concatenate([first[None], lived(name).record["tie"][:-1]])


def told(number: float) -> str:
    """Return a number as the page writes it."""
    size = abs(number)
    if size < 0.0005:
        return "0"
    return f"{number:.{0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3}f}"


def rests(page: Any) -> None:
    page.locator("html[data-inside]").wait_for(timeout=SECONDS * 1000)
    page.wait_for_timeout(400)


def test_the_table_shows_the_ranks_and_ties_of_that_month(file: str, opened: Open) -> None:
    """Every seat of both sides, and every tie that came or went, against the run in Python."""
    page = opened(f"{file}#{LIFE}")
    rests(page)
    page.locator("#charts-table").scroll_into_view_if_needed()
    for month in (0, 7, 60, 125, 143):
        page.locator("#month").fill(str(month))
        page.wait_for_timeout(400)
        for panel, name in enumerate(("england_2001_2013", "growth_coalition")):
            drawing = page.locator("#charts-table figure").nth(panel)
            shown = drawing.locator(".seat").evaluate_all("seats => seats.map((seat) => Number(seat.dataset.rank))")
            record, members = lived(name).record, present_members(name)[month]
            assert sorted(shown) == sorted(record["rank_at"][month, members, 0].tolist())
            both = np.triu(np.outer(members, members), 1)
            was, now = ties_before(name)[month] > 0.0, record["tie"][month] > 0.0
            assert drawing.locator(".tie.made").count() == (both & now & ~was).sum()
            assert drawing.locator(".tie.lost").count() == (both & was & ~now).sum()


@pytest.mark.long
def test_a_month_tells_what_was_decided_and_where_the_money_went(file: str, opened: Open) -> None:
    page = opened(f"{file}#{LIFE}")
    rests(page)
    decided = 0
    for side, name in (("left", "england_2001_2013"), ("right", "growth_coalition")):
        measures = lived(name).measures
        for month in (2, 14, 40, 77, 143):
            page.locator("#month").fill(str(month))
            page.wait_for_timeout(300)
            words, row = page.locator(f"#month-{side}").inner_text(), measures.iloc[month]
            stands = present_members(name)[month].any()
            items = page.locator(f"#month-{side} li").all_inner_texts()
            assert len(items) == row["items_raised"]
            assert sum("not adopted" not in item for item in items) == row["decisions"]
            decided += row["decisions"]
            assert row["regime"] in words
            if not stands:
                assert "There is no table." in words
            money = row["fund_in_gbp_m"]
            assert (f"£{told(money)}m comes into the fund" if money >= 0.0005 else "Nothing comes into") in words
            for theme in ("education", "crime", "health"):
                spent = row[f"fund_spent_{theme}_gbp_m"]
                assert (f"{theme} £{told(spent)}m" in words) == (spent >= 0.0005)
    assert decided > 0


def test_a_body_tells_why_it_came_this_month_and_who_its_partners_are(file: str, opened: Open) -> None:
    page = opened(f"{file}#{LIFE}&month=30&partner=police_1")
    rests(page)
    words = page.locator("#why p").first.inner_text()
    run = lived("england_2001_2013")
    row = run.partners[(run.partners["partner"] == "police_1") & (run.partners["month"] == 30)].iloc[0]
    place = run.partners[run.partners["month"] == 30]["partner"].tolist().index("police_1")
    does = ("stays away", "sends a junior", "comes in person")[int(run.record["rank_at"][30, place, 0])]
    assert f"This month it {does} at the board" in words
    strongest = max(TERMS, key=lambda name: row[f"term_{name}"])
    assert f"{TERMS[strongest].label} ({row[f'term_{strongest}']:+.1f})" in words
    ties = int(row["ties"])
    names = re.search(r"It is tied to (.*?)\. It is committed", words)
    assert names is not None
    assert len(re.split(r", | and ", names[1])) == max(1, ties)
    assert (f"committed to {int(row['projects'])} project" in words) == (row["projects"] > 0)


def steps_of(page: Any, side: str) -> list[dict[str, Any]]:
    """Return the story of a side step by step: heading, sentence, numbers, and the month that is shown."""
    page.locator(f"[data-story={side}]").click()
    steps = []
    while True:
        page.wait_for_timeout(200)
        facts = json.loads(page.locator("#story .story").get_attribute("data-facts"))
        steps.append(
            {"title": page.locator("#story h3").inner_text().split(": ")[1],
             "text": page.locator("#story .told").inner_text(), "facts": facts,
             "month": int(page.locator("#month").input_value())}
        )  # fmt: skip
        if page.locator("[data-go='1']").is_disabled():
            return steps
        page.locator("[data-go='1']").click()


@pytest.mark.long
@pytest.mark.parametrize(("side", "name"), [("left", "england_2001_2013"), ("right", "growth_coalition")])
def test_a_story_tells_the_numbers_of_its_run(file: str, opened: Open, side: str, name: str) -> None:
    """Six to eight steps; every number in every sentence is worked out anew from the run in Python."""
    page = opened(f"{file}#{LIFE}")
    rests(page)
    steps = steps_of(page, side)
    assert 6 <= len(steps) <= 8
    run, members, before = lived(name), present_members(name), ties_before(name)
    record, measures = run.record, run.measures
    months, by_title = len(measures), {step["title"]: step for step in steps}
    day = [f"{date:%B %Y}" for date in pd.to_datetime(measures["date"])]
    ranks = np.where(members, record["rank_at"][..., 0], -1.0)
    pairs = np.triu(members[:, :, None] & members[:, None, :], 1)
    now = record["tie"] > 0.0
    made, lost = ((pairs & change).sum(axis=(1, 2)) for change in (now & (before == 0.0), ~now & (before > 0.0)))

    def says(title: str, *parts: str) -> dict[str, Any]:
        step = by_title[title]
        for part in parts:
            assert part in step["text"], (title, part, step["text"])
        return step

    counts = [int((ranks[0] == rank).sum()) for rank in (2.0, 1.0, 0.0)]
    tied = int((pairs[0] & (before[0] > 0.0)).sum())
    says("A table is set", f"In {day[0]} {members[0].sum()} bodies", f"Of {pairs[0].sum()} pairs of them {tied} ",
         f"{counts[0]} come in person, {counts[1]} send a junior, {counts[2]} stay away")  # fmt: skip

    first = int(np.flatnonzero(measures["decisions"])[0])
    step = says("The first decision", f"In {day[first]} ", f"In all {measures['items_raised'].sum():.0f} items",
                f"{measures['decisions'].sum():.0f} of them adopted")  # fmt: skip
    assert step["month"] == first
    begun = int(np.flatnonzero(record["months_left"][first])[0])
    assert step["facts"]["team"] == np.flatnonzero(record["in_team"][first, :, begun]).tolist()
    assert step["facts"]["proposer"] in step["facts"]["team"]
    assert f"{step['facts']['supporters']} of {step['facts']['voting']} who" in step["text"] or "all" in step["text"]

    engaged = measures["engagement"].to_numpy()
    peak, low = 11 + engaged[11:].argmax(), 11 + engaged[11:].argmin()
    step = says("At its best", f"highest in {day[peak]}, at {told(engaged[peak])}", f"ends at {told(engaged[-1])}",
                f"lowest in {day[low]}, at {told(engaged[low])}")  # fmt: skip
    assert step["month"] == peak

    if "A turn" in by_title:
        turn = by_title["A turn"]["facts"]["month"]
        says("A turn", f"{day[turn]}: ", f"is {told(engaged[turn - 1])} in the month before",
             f"{told(engaged[min(turn + 12, months - 1)])} in {day[min(turn + 12, months - 1)]}")  # fmt: skip

    busiest = int((made + lost).argmax())
    step = by_title["Ties come and go"]
    assert [step["facts"][key] for key in ("made", "lost", "left", "month", "madeThen", "lostThen")] == [
        made.sum(), lost.sum(), (pairs[-1] & now[-1]).sum(), busiest, made[busiest], lost[busiest]
    ]  # fmt: skip
    says("Ties come and go", f"In all {made.sum()} ties are made", f"{lost.sum()} ties lapse", f"in {day[busiest]}, ")

    for title in {"One that comes", "One that stays away"} & set(by_title):
        facts = by_title[title]["facts"]
        seen = ranks[ranks[:, facts["body"]] >= 0.0, facts["body"]]
        early, late = int((seen[:24] == 2.0).sum()), int((seen[-24:] == 2.0).sum())
        says(title, f"to {early} of its first 24", f"to {late} of its last 24")
        assert (late < early) == (title == "One that stays away")

    money = {name: measures[f"fund_{name}_gbp_m"].sum() for name in ("in", "posts", "spent", "forfeited")}
    own = measures["contribution_pooled_gbp_m"].sum()
    says("The money", f"£{told(money['in'])}m comes into the fund", f"£{told(money['posts'])}m pays posts",
         f"£{told(money['spent'])}m goes to projects", f"Members add £{told(own)}m",
         *([f"£{told(money['forfeited'])}m goes back"] if money["forfeited"] >= 0.0005 else []))  # fmt: skip

    end = measures.iloc[-1]
    step = says("How it ends", f"is called {end['regime']}, as in {(measures['regime'] == end['regime']).sum()} of",
                f"{told(abs(end['added_value']) * 100)} point")  # fmt: skip
    assert step["facts"]["outcome"] == pytest.approx(end["outcome"], abs=1e-12)
    share = abs(end["outcome"]) * 100
    whole = share >= 10 or abs(share - round(share)) < 0.05
    assert f"{share:.0f}\xa0%" in step["text"] if whole else f"{share:.1f}\xa0%" in step["text"]


@pytest.mark.long
def test_keyboard_plays_scrubs_and_tells_the_story(file: str, opened: Open) -> None:
    """And only what rests is announced: nothing while the run plays."""
    page = opened(f"{file}#{LIFE}&month=10")
    rests(page)
    said = page.locator("#said")
    page.wait_for_timeout(1200)
    assert said.text_content() == ""
    page.locator("#month").press("ArrowRight")
    expect(said).to_contain_text("March 2002")
    page.locator("#play").press("Enter")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(1800)
    assert "March 2002" in said.text_content()
    page.locator("#play").press("Enter")
    month = int(page.locator("#month").input_value())
    assert month > 12
    expect(said).to_contain_text(page.locator("#month-name").inner_text())
    page.locator("#month").press("ArrowLeft")
    expect(said).to_contain_text(page.locator("#month-name").inner_text())
    assert int(page.locator("#month").input_value()) == month - 1
    live = page.locator("#inside [aria-live], #inside [role=status]")
    assert live.evaluate_all("all => all.map(one => one.id)") == ["said"]
    page.locator("[data-story=left]").press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H3"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#story h3")).to_contain_text("step 2 of")
    expect(said).to_have_text(page.locator("#story .told").inner_text())
    page.locator("[data-go=close]").press("Enter")
    expect(page.locator("#story .story")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.story") == "left"


def test_drawings_are_saved_and_a_click_on_the_ribbon_picks_its_month(file: str, opened: Open) -> None:
    page = opened(f"{file}#{LIFE}")
    rests(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as SVG: Side A round the table").click()
    saved = ElementTree.fromstring(Path(waiting.value.path()).read_text("utf-8"))
    assert saved.findall(".//*[@data-rank]")
    page.locator("#chart-ribbon [data-month='48']").click()
    expect(page.locator("#month-name")).to_have_text("April 2005")
    regimes = lived("growth_coalition").measures["regime"]
    assert f"B: {regimes[48]}," in page.locator("#chart-ribbon .words").inner_text()


@pytest.mark.long
@pytest.mark.parametrize(
    "state",
    [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}, {"reduced_motion": "reduce"},
     {"width": 320, "height": 640}, {"width": 640, "height": 400, "device_scale_factor": 2}],
    ids=["light", "dark", "forced colours", "reduced motion", "320 px", "200 % zoom"],
)  # fmt: skip
def test_table_and_story_are_open_to_all(file: str, opened: Open, state: dict[str, Any]) -> None:
    """No fault that axe finds, and no sideways scrolling, with a story told, a table open and the run playing."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(f"{file}#{LIFE}&month=50", **state)
    rests(page)
    page.locator("[data-story=right]").click()
    page.locator("#charts-table .show-table").first.click()
    faults = faults_of(axe.Axe(), page, "#inside")
    page.locator("#play").click()
    page.wait_for_timeout(700)
    faults += faults_of(axe.Axe(), page, "#inside")
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if state.get("reduced_motion"):
        assert int(page.locator("#month").input_value()) < 50 + 2 * 12 + 1


@pytest.mark.long
def test_the_table_is_printed_without_what_only_a_screen_has(file: str, opened: Open) -> None:
    page = opened(f"{file}#{LIFE}&month=50")
    rests(page)
    page.locator("[data-story=left]").click()
    page.emulate_media(media="print")
    for part in ("#charts-table svg", "#month-left li", "#story .told"):
        expect(page.locator(part).first).to_be_visible()
    for part in ("#play", "[data-story=left]", "[data-go='1']", "#rescue-start", ".date-form", "#partner", "#measure"):
        expect(page.locator(part)).to_be_hidden()


@pytest.mark.long
def test_charts_are_drawn_for_paper_before_they_are_printed(file: str, opened: Open) -> None:
    """As wide as a sheet, so that their letters are no smaller; afterwards as wide as the screen again."""
    page = opened(f"{file}#{LIFE}", width=1400)
    rests(page)
    ribbon = "document.querySelector('#chart-ribbon svg').getAttribute('width')"
    page.locator("#chart-ribbon").scroll_into_view_if_needed()
    before = int(page.evaluate(ribbon))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert int(page.evaluate(ribbon)) < 700 < before
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert int(page.evaluate(ribbon)) == before


def test_each_body_at_the_table_is_reached_and_picked_by_keys(file: str, opened: Open) -> None:
    """One stop of the tab key a table; arrows go round it, by name and rank, with a ring; Enter picks."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(f"{file}#{LIFE}&month=60")
    rests(page)
    table = page.locator("#charts-table figure").first
    table.scroll_into_view_if_needed()
    stops = table.locator(".seat[tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    begun = page.evaluate("document.activeElement.dataset.partner")
    told = []
    for _ in range(table.locator(".seat").count()):
        page.keyboard.press("ArrowRight")
        told.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        expect(stops).to_have_count(1)
    assert page.evaluate("document.activeElement.dataset.partner") == begun, "it is a round table"
    record, members = lived("england_2001_2013").record, present_members("england_2001_2013")[60]
    assert len(set(told)) == members.sum()
    ranks = [("away", "a junior", "in person").index(one.rpartition(": ")[2]) for one in told]
    assert sorted(ranks) == sorted(record["rank_at"][60, members, 0].tolist())
    page.keyboard.press("ArrowLeft")
    key, name = page.evaluate("[document.activeElement.dataset.partner, document.activeElement.dataset.name]")
    ring = "getComputedStyle(document.activeElement.querySelector('.focus')).stroke"
    assert page.evaluate(ring) == "rgb(11, 87, 208)"
    assert faults_of(axe.Axe(), page, "#charts-table") == []
    page.keyboard.press("Enter")
    expect(page.locator("#why")).to_contain_text(name)
    expect(page.locator("#partner")).to_have_value(key)
    assert page.evaluate("[document.activeElement.dataset.partner, document.activeElement.ariaSelected]") == [
        key,
        "true",
    ]
    assert page.evaluate(ring) == "rgb(11, 87, 208)"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "show-table"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.dataset.partner") == key
