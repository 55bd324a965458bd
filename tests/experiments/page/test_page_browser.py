"""The explorer page in a real browser, from a file and without a network: it does what it says, and is open to all."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("vl_convert", reason="vl-convert-python is not installed")

from experiments import load_scenario  # noqa: E402
from experiments.behaviours import BEST, BY_HAND, GROUP, on_turns  # noqa: E402
from experiments.page.engine.module import module_as_text  # noqa: E402
from experiments.page.html import page_html  # noqa: E402
from experiments.page.options import accepted_sets, preset_scenarios  # noqa: E402
from experiments.runs.pairs import run_pairs  # noqa: E402
from sim import simulate, simulate_ensemble  # noqa: E402
from sim.meetings import TERMS  # noqa: E402
from sim.partnership import PartnershipModel  # noqa: E402

expect = sync_api.expect
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 30
VERDICT = re.compile(r"The runs (agree with you|say otherwise|fit none of the answers)\.")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the address of the page as ``partnerships explorer`` writes it."""
    written = tmp_path_factory.mktemp("explorer") / "explorer.html"
    written.write_text(page_html(), encoding="utf-8")
    return written.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Open]:
    """Give a function that opens an address and waits for its answer; nothing else may be fetched or complained of."""
    complaints: list[str] = []
    contexts = []

    def open_page(address: str, *, width: int = 1280, height: int = 900, **more: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **more)
        contexts.append(context)
        host = address.split("#")[0]
        context.set_offline(address.startswith("file:"))
        context.route(
            lambda url: not url.startswith((host, "blob:", "data:")), lambda route: _refuse(route, complaints)
        )
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _refuse(route: Any, complaints: list[str]) -> None:
    complaints.append(f"asked for {route.request.url}")
    route.abort()


def settled(page: Any) -> None:
    """Wait until the answer to the last change and its single run are on the page."""
    expect(page.locator("main")).to_have_attribute("aria-busy", "false", timeout=SECONDS * 1000)
    expect(page.locator("body")).not_to_have_class(re.compile("stale|computing"), timeout=SECONDS * 1000)
    expect(page.locator("#why p").first).to_be_visible(timeout=SECONDS * 1000)


@contextmanager
def answered(page: Any) -> Iterator[None]:
    """Do something, then wait for the answer to it, and for the address to hold it."""
    drawn = page.locator("html").get_attribute("data-drawn")
    yield
    expect(page.locator("html")).not_to_have_attribute("data-drawn", drawn, timeout=SECONDS * 1000)
    settled(page)
    page.wait_for_timeout(250)


def lines_of(page: Any, chart: str) -> list[str]:
    """Return the shapes of the lines in the chart with that heading."""
    figure = page.locator("figure", has=page.get_by_role("heading", name=chart, exact=True)).first
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    shapes: list[str] = figure.locator("svg path").evaluate_all("paths => paths.map(path => path.getAttribute('d'))")
    return shapes


def move(page: Any, path: str, side: str, value: float) -> None:
    """Move the slider of a lever as a person would, and wait for the answer."""
    slider = page.locator(f'[data-path="{path}"] .line.{side} input[type=range]').first
    with answered(page):
        slider.evaluate(
            "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', {bubbles: true})) }",
            value,
        )


# ------------------------------------------------------------------------------ what it computes


def ends(names: Sequence[str], replicates: int, seed: int) -> pd.DataFrame:
    """Return how runs of scenarios end that take turns with the accepted sets, as in ``partnerships compare``."""
    turns = [{"behaviour": one} for one in accepted_sets()]
    scenarios = {name: load_scenario(name) for name in names}
    runs = run_pairs(scenarios, seed=seed, replicates=replicates, engine="ensemble", turns=turns).runs
    return runs[["scenario", "regime"]]


def test_the_page_tells_what_the_engine_found(file: str, opened: Open) -> None:
    """The sentence on top holds the counts of the compiled engine, not numbers of its own."""
    page = opened(f"{file}#left=talking_shop&right=growth_coalition&n=20&seed=5")
    lead = page.locator("#headline .lead").inner_text()
    for _, regimes in ends(["talking_shop", "growth_coalition"], 20, seed=5).groupby("scenario")["regime"]:
        most = regimes.value_counts().max()
        assert ("all 20" if most == 20 else f"{most} of 20") in lead
    sets = len(accepted_sets())
    assert page.locator("#remark").inner_text() == on_turns(sets=sets, replicates=sets)


def test_the_numbers_are_those_of_compare(file: str, opened: Open, tmp_path: Path) -> None:
    """Curves as they are taken along, against the runs that ``partnerships compare`` makes of the same settings."""
    page = opened(f"{file}#left=baseline_lsp&right=growth_coalition&n=20&seed=3&behaviour=best")
    page.locator("#open-take").click()
    with page.expect_download() as waiting:
        page.locator("#csv").click()
    shown = pd.read_csv(waiting.value.path()).set_index(["side", "measure", "month"]).sort_index()
    names = {"A": "baseline_lsp", "B": "growth_coalition"}
    scenarios = {name: load_scenario(name, [f"{GROUP}={BEST}"]) for name in names.values()}
    runs = run_pairs(scenarios, seed=3, replicates=20, engine="ensemble").trajectories
    for side, name in names.items():
        by_month = runs[runs["scenario"] == name].groupby("month")
        for measure in ("engagement", "added_value", "decision_rate", "n_members"):
            curve = shown.loc[side, measure]
            np.testing.assert_allclose(curve["mean"], by_month[measure].mean(), rtol=1e-5, atol=1e-9)
            np.testing.assert_allclose(curve["p95"], by_month[measure].quantile(0.95), rtol=1e-5, atol=1e-9)


def test_one_run_is_that_very_run(file: str, opened: Open) -> None:
    """Body by body and month by month, with its terms, as the Mesa engine lives through it; so are its events."""
    page = opened(f"{file}#left=england_2001_2013&right=baseline_lsp&place=kerrier&n=4&run=2&behaviour=by_hand")
    page.locator("#open-take").click()
    with page.expect_download() as waiting:
        page.locator("#csv-partners").click()
    shown = pd.read_csv(waiting.value.path())
    shown = shown[shown["side"] == "A"]
    scenario = load_scenario("england_2001_2013", [BY_HAND, "place=kerrier"])
    history = simulate(scenario, seed=1, replicate=2, record_terms=True)
    lived = history.partners[history.partners["month"] == 50].set_index("partner")
    here = shown[shown["month"] == 50]
    assert len(here) == len(lived)
    for column in ("engagement", "term_money", "term_ties"):
        np.testing.assert_allclose(here[column].fillna(0.0), lived[column], rtol=1e-5, atol=1e-9)
    page.locator("#take [data-close]").click()
    page.get_by_role("button", name="Table of: Policy dates and events").click()
    told = page.locator("#chart-timeline tbody tr").all_inner_texts()
    new_leaders = [line for line in told if "A" in line.split() and "New leader" in line]
    assert len(new_leaders) == (history.events["event"] == "new leader").sum()


def test_a_slider_moves_the_curves_of_its_side_only(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&n=20")
    assert "Both sides are the same" in page.locator("#consequence").inner_text()
    before = lines_of(page, "Engagement")
    move(page, "levers.staff_team", "b", 1.0)
    after = lines_of(page, "Engagement")
    assert before != after
    kept = set(before) & set(after)
    assert kept, "the curves of side A must stay where they are"
    assert "r.levers.staff_team=1" in page.evaluate("location.hash")


def test_a_shared_address_restores_the_same_state(file: str, opened: Open) -> None:
    """What one person sees by hand, another sees by the link: settings, month, partner and curves."""
    first = opened(f"{file}#n=20")
    with answered(first):
        first.locator("[data-preset=left]").select_option("nrf_cliff_2008")
    move(first, "leadership.facilitation", "b", 0.9)
    first.locator("#month").fill("60")
    first.locator("#partner").select_option(label="Chamber of commerce")
    first.get_by_label("Difference, B minus A").check()
    first.wait_for_timeout(500)  # the address is written a moment later
    second = opened(first.evaluate("location.href"))
    for read in ("#headline", "#month-name", "#why", "#key"):
        assert second.locator(read).inner_text() == first.locator(read).inner_text()
    assert lines_of(second, "Trust") == lines_of(first, "Trust")
    assert second.locator("[data-preset=left]").input_value() == "nrf_cliff_2008"
    slider = second.locator('[data-path="leadership.facilitation"] .line.b input').first
    assert float(slider.input_value()) == pytest.approx(0.9)


def test_one_difference_can_be_put_back(file: str, opened: Open) -> None:
    """Each setting in which B differs is a switch: off puts back the value of A, on takes it up again."""
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&r.levers.staff_team=1&r.board=forum_30&n=10")
    before = page.locator("#consequence").inner_text()
    switch = page.locator('#differs [data-path="levers.staff_team"]')
    with answered(page):
        switch.click()
    assert switch.get_attribute("aria-pressed") == "false"
    assert "staff_team" not in page.evaluate("location.hash")
    assert page.locator("#consequence").inner_text() != before
    with answered(page):
        switch.press("Enter")
    assert switch.get_attribute("aria-pressed") == "true"
    assert page.locator("#consequence").inner_text() == before


def test_a_browser_that_cannot_run_the_engine_is_told(browser: Any, tmp_path: Path) -> None:
    """As one without vectors would refuse the module, so any refuses one that is none."""
    broken = base64.b64encode(gzip.compress(b"\0asm\1\0\0\0\xff")).decode("ascii")
    written = tmp_path / "explorer.html"
    written.write_text(page_html().replace(module_as_text(), broken), "utf-8")
    page = browser.new_page()
    page.goto(written.as_uri())
    expect(page.locator("#problem")).to_contain_text("cannot run in this browser", timeout=SECONDS * 1000)
    page.close()


def test_back_undoes_what_was_changed(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&n=4")
    move(page, "levers.staff_team", "b", 1.0)
    page.wait_for_timeout(1000)
    with answered(page):
        page.locator("#swap").click()
    slider = page.locator('[data-path="levers.staff_team"] .line.a input').first
    assert float(slider.input_value()) == 1.0
    page.wait_for_timeout(1000)
    for left, right in ((0.3, 1.0), (0.3, 0.3)):
        with answered(page):
            page.go_back()
        values = [page.locator(f'[data-path="levers.staff_team"] .line.{side} input').first for side in "ab"]
        assert [float(value.input_value()) for value in values] == pytest.approx([left, right])


def test_every_preset_can_be_chosen(file: str, opened: Open) -> None:
    page = opened(f"{file}#n=2")
    select = page.locator("[data-preset=right]")
    names = select.locator("option").evaluate_all("options => options.map(option => option.value)")
    assert sorted(names) == sorted(preset_scenarios())
    for name in names:
        drawn = page.locator("html").get_attribute("data-drawn")
        select.select_option(name)
        expect(page.locator("html")).not_to_have_attribute("data-drawn", drawn, timeout=SECONDS * 1000)
        assert page.locator("#problem").inner_text() == ""


def test_a_link_that_cannot_be_gives_the_nearest_state_and_a_line(file: str, opened: Open) -> None:
    wrong = "r.levers.pooling_rate=3&r.nonsense=1&n=1&place=gotham&behaviour=best"
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&{wrong}")
    said = page.locator("#problem").inner_text()
    refused = "levers.pooling_rate = 3 is not allowed: it takes 0 to 1; 1 is shown."
    for part in (refused, "nonsense", "gotham", "2 is shown"):
        assert part in said
    slider = page.locator('[data-path="levers.pooling_rate"] .line.b input').first
    assert float(slider.input_value()) == 1.0
    move(page, "levers.staff_team", "b", 1.0)
    assert page.locator("#problem").inner_text() == ""


def test_a_board_that_cannot_be_is_refused_and_the_page_goes_on(file: str, opened: Open, browser: Any) -> None:
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&n=4")
    seats = [f"r.board.members.{kind}=10" for kind in load_scenario("baseline_lsp").board.members]
    page.evaluate(f"location.hash = 'left=baseline_lsp&right=baseline_lsp&n=4&{'&'.join(seats)}'")
    expect(page.locator("#problem")).to_contain_text("at most 120 are allowed", timeout=SECONDS * 1000)
    with answered(page):
        page.locator("[data-preset=right]").select_option("talking_shop")
    assert page.locator("#problem").inner_text() == ""


def test_a_lesson_asks_first_and_lets_the_runs_decide(file: str, opened: Open) -> None:
    page = opened(f"{file}#n=20")
    page.locator("#open-lessons").click()
    page.locator("[data-lesson=carrots_and_sticks]").click()
    expect(page.locator("#results")).to_be_hidden()
    run = page.get_by_role("button", name="Run both sides")
    expect(run).to_be_disabled()
    page.get_by_label("The carrot (A).").check()
    run.click()
    reveal = page.locator("[data-reveal]")
    expect(reveal).to_contain_text(VERDICT, timeout=SECONDS * 1000)
    sides = [load_scenario(f"sigoma_{name}", [BY_HAND]) for name in ("carrot", "stick")]
    runs = simulate_ensemble(sides, replicates=20, seed=1, measures=["engagement"])
    final = runs["engagement"][..., -12:].mean(axis=(1, 2))
    gap = final[1] - final[0]
    agrees = "The runs agree with you." in reveal.inner_text()
    assert agrees == (gap < -0.02)
    assert re.search(r"Engagement ends at 0\.\d+ with the carrot", reveal.inner_text())
    assert page.locator("[data-preset=right]").input_value() == "sigoma_stick"


def test_a_partner_tells_why_it_stays_or_leaves(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=talking_shop&right=growth_coalition&n=10&month=100")
    before = page.locator("#why").inner_text()
    page.locator("#partner").select_option(label="Police force 1")
    expect(page.locator("#why")).to_contain_text("Police force 1")
    assert page.locator("#why").inner_text() != before
    page.locator("#charts-partner .show-table").first.click()
    table = page.locator("#charts-partner table").first
    expect(table).to_contain_text("partners who come")
    assert table.locator("tbody tr").count() == len(TERMS)
    page.locator('#charts-table .seat[data-partner="unitary_council_1"] .dot').first.click()
    expect(page.locator("#why")).not_to_contain_text("Police force 1")


def test_data_can_be_taken_along(file: str, opened: Open, tmp_path: Path) -> None:
    page = opened(f"{file}#left=talking_shop&right=growth_coalition&n=10")
    page.locator("#open-take").click()
    for button, first_line in {
        "#csv": "side,measure,unit,month,date,p05,p25,p50,p75,p95,mean",
        "#csv-regimes": "side,month,date,regime,share",
        "#csv-partners": "side,replicate,month,date,partner,sector,is_member",
    }.items():
        with page.expect_download() as waiting:
            page.locator(button).click()
        lines = Path(waiting.value.path()).read_text("utf-8").splitlines()
        assert lines[0].startswith(first_line)
        assert len(lines) > 144
    assert page.locator("#address").input_value().endswith("left=talking_shop&right=growth_coalition&n=10")
    page.locator("#take [data-close]").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as SVG: Trust").click()
    assert "<svg" in Path(waiting.value.path()).read_text("utf-8")


# ------------------------------------------------------------------------------ the table and its story

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
    faults = _serious_faults(axe.Axe(), page, "#inside")
    page.locator("#play").click()
    page.wait_for_timeout(700)
    faults += _serious_faults(axe.Axe(), page, "#inside")
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if state.get("reduced_motion"):
        assert int(page.locator("#month").input_value()) < 50 + 2 * 12 + 1


def test_the_table_is_printed_without_what_only_a_screen_has(file: str, opened: Open) -> None:
    page = opened(f"{file}#{LIFE}&month=50")
    rests(page)
    page.locator("[data-story=left]").click()
    page.emulate_media(media="print")
    for part in ("#charts-table svg", "#month-left li", "#story .told"):
        expect(page.locator(part).first).to_be_visible()
    for part in ("#play", "[data-story=left]", "[data-go='1']"):
        expect(page.locator(part)).to_be_hidden()


# ------------------------------------------------------------------------------ for everybody


def test_keyboard_alone_reaches_every_control(file: str, opened: Open) -> None:
    page = opened(f"{file}#n=2")
    page.locator("#more > summary").click()
    page.locator("#runs-box > summary").click()
    page.locator("details.group > summary").first.click()
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    tabbable = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
      .filter(one => !one.disabled && one.checkVisibility({visibilityProperty: true}))
      .filter(one => one.type !== 'radio' || one.checked)"""
    wanted = page.evaluate(
        f"() => {{ const all = ({tabbable})(); all.forEach((one, i) => one.dataset.tab = i); return all.length }}"
    )
    page.evaluate(
        "() => { window.reached = []; document.addEventListener('focusin', (event) => window.reached.push("
        "event.target.dataset.tab)) }"
    )
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
    reached = {int(number) for number in page.evaluate("window.reached") if number is not None}
    missed = set(range(wanted)) - reached
    assert wanted > 100
    assert not missed, page.evaluate(
        "missed => missed.map(i => document.querySelector(`[data-tab='${i}']`).outerHTML.slice(0, 120))", sorted(missed)
    )
    page.locator('[data-path="levers.staff_team"] .line.b input').first.focus()
    with answered(page):
        page.keyboard.press("ArrowRight")


def test_axe_finds_no_serious_fault(file: str, opened: Open) -> None:
    """With settings, explanations and a table open; then each dialog by itself."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(f"{file}#n=2")
    page.locator("#more > summary").click()
    page.locator("#runs-box > summary").click()
    page.locator("#headline-levers .what").first.click()
    page.locator(".show-table").first.click()
    serious = _serious_faults(axe.Axe(), page, "body")
    for dialog in ("lessons", "about", "take"):
        page.locator(f"#open-{dialog}").click()
        serious += _serious_faults(axe.Axe(), page, f"#{dialog}")
        page.locator(f"#{dialog} [data-close]").click()
    page.locator("#open-lessons").click()
    page.locator("[data-lesson]").first.click()
    serious += _serious_faults(axe.Axe(), page, "#lesson")
    assert serious == []


def _serious_faults(axe: Any, page: Any, part: str) -> list[tuple[str, str]]:
    found = axe.run(page, context=part, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:150]) for one in found if one["impact"] in ("serious", "critical")]


def test_levers_verdict_and_a_picture_are_on_one_screen(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=talking_shop&right=growth_coalition&n=2", width=1280, height=720)
    for part in ('[data-path="leadership.attention"] .line.b input', "#headline .lead", "#chart-ends svg"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] >= 0.0, part
        assert box["y"] + box["height"] <= 720.0, part


def test_the_verdict_stays_in_view_on_a_phone(file: str, opened: Open) -> None:
    page = opened(f"{file}#n=2", width=390, height=844)
    page.locator('[data-path="levers.staff_team"] .line.b input').first.scroll_into_view_if_needed()
    page.mouse.wheel(0, 600)
    page.wait_for_timeout(300)
    box = page.locator("#headline .lead").bounding_box()
    assert 0.0 <= box["y"] < 100.0


def test_a_phone_needs_no_sideways_scrolling(file: str, opened: Open) -> None:
    page = opened(f"{file}#n=2", width=360, height=740)
    page.locator("#settings > summary").click()
    page.locator("#more > summary").click()
    page.locator("#runs-box > summary").click()
    for table in page.locator(".show-table").all():
        table.click()
    wide = page.evaluate(
        "() => [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > 361"
        " && !one.closest('.table, .skip, .hidden, svg')).map(one => one.outerHTML.slice(0, 100))"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert wide == []


def test_every_chart_has_words_and_a_table(file: str, opened: Open) -> None:
    page = opened(f"{file}#n=2")
    for figure in page.locator("figure").all():
        drawing = figure.locator("[role=img]")
        assert len(drawing.get_attribute("aria-label") or "") > 30
        assert figure.locator(".show-table").count() == 1
