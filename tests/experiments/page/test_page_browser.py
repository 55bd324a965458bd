"""The explorer page in a real browser, from a file and without a network: it does what it says, and is open to all."""

from __future__ import annotations

import base64
import gzip
import io
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from in_a_browser import SECONDS, Open, answered, expect, faults_of, in_a_browser, lines_of, move, settled
from PIL import Image

from analysis.comparison.tables import compared
from analysis.comparison.words import Contrast, contrast_rows, is_clear
from analysis.seminar.lesson import Lesson
from analysis.shared.summaries import WORKING_REGIMES
from experiments import load_scenario
from experiments.behaviours import ACCEPTED, BEST, BY_HAND, GROUP, NumberSet
from experiments.page.catalogue import lessons
from experiments.page.engine.module import shipped
from experiments.page.html import page_html
from experiments.page.options import accepted_sets, preset_scenarios
from experiments.runs.lessons import answer_to
from experiments.runs.pairs import run_pairs
from sim import MEASURES, simulate
from sim.meetings import TERMS

SVG = "{http://www.w3.org/2000/svg}"
VERDICT = re.compile(r"The runs (agree with you|say otherwise|fit none of the answers)\.")

pytestmark = in_a_browser


# ------------------------------------------------------------------------------ what it computes


def ends(names: Sequence[str], replicates: int, seed: int) -> pd.DataFrame:
    """Return how runs of scenarios end that take turns with the accepted sets, as in ``partnerships compare``."""
    turns = [NumberSet(one) for one in accepted_sets()]
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
    assert "the middle 95 % of 20 accepted sets of numbers" in spaced(page.locator("#remark").inner_text())


def points(share: float) -> str:
    """Return a share as sentences of the page have it in points."""
    return f"{100 * share:.1f}".replace("-", "−")


def told_as(row: Contrast) -> tuple[str, str]:
    """Return a difference and its interval as the sentences of the page have them."""
    size = f"{points(abs(row.difference))} points {'more' if row.difference > 0 else 'less'}"
    return size if is_clear(row) else "neither clearly more nor less", f"{points(row.ci_low)} to {points(row.ci_high)}"


@pytest.mark.parametrize("behaviour", [ACCEPTED, BEST])
def test_the_verdict_is_that_of_compare(file: str, opened: Open, behaviour: str) -> None:
    """Each clause has its own measure, with the difference, interval and clearness that ``compare`` gives it."""
    page = opened(f"{file}#left=baseline_lsp&right=growth_coalition&n=62&seed=2&behaviour={behaviour}&measure=outcome")
    turns = [NumberSet(one) for one in accepted_sets()] if behaviour == ACCEPTED else []
    names = ["baseline_lsp", "growth_coalition"]
    scenarios = {name: load_scenario(name, [f"{GROUP}={BEST}"]) for name in names}
    runs = run_pairs(scenarios, seed=2, replicates=62, engine="ensemble", turns=turns).runs
    runs["works"] = runs["regime"].isin(WORKING_REGIMES).astype(float)
    rows = {row.measure: row for row in contrast_rows(compared(runs, names[0], sets=len(turns) or 1).contrasts)}
    added, outcome, works = (told_as(rows[name]) for name in ("added_value", "outcome", "works"))
    count = runs.groupby("scenario")["works"].sum().astype(int)
    of_all = {name: "all 62" if count[name] == 62 else f"{count[name]} of 62" for name in names}
    assert spaced(page.locator("#consequence").inner_text()) == (
        f"Beyond what the same pounds alone would do, B adds {added[0]} of the gap to the national average than A "
        f"(95 % interval {added[1]}); in all it closes {outcome[0]} ({outcome[1]}). "
        f"At the end {of_all[names[0]]} on A and {of_all[names[1]]} on B work together "
        f"({' or '.join(WORKING_REGIMES)}): {works[0]} ({works[1]})."
    )


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
            np.testing.assert_allclose(curve["p97.5"], by_month[measure].quantile(0.975), rtol=1e-5, atol=1e-9)


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


@pytest.mark.long
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


@pytest.mark.long
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
    written.write_text(page_html().replace(shipped().as_text(), broken), "utf-8")
    page = browser.new_page()
    page.goto(written.as_uri())
    expect(page.locator("#problem")).to_contain_text("cannot run in this browser", timeout=SECONDS * 1000)
    page.close()


@pytest.mark.long
def test_back_undoes_what_was_changed_and_so_does_a_button(file: str, opened: Open) -> None:
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&n=4")
    undo, redo = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    expect(redo).to_be_disabled()
    with one_step(page):
        move(page, "levers.staff_team", "b", 1.0)
    with one_step(page), answered(page):
        page.locator("#swap").click()
    slider = page.locator('[data-path="levers.staff_team"] .line.a input').first
    assert float(slider.input_value()) == 1.0
    for left, right in ((0.3, 1.0), (0.3, 0.3)):
        with answered(page):
            page.go_back()
        assert staff_teams(page) == pytest.approx([left, right])
    expect(undo).to_be_disabled()
    with answered(page):
        redo.click()
    assert staff_teams(page) == pytest.approx([0.3, 1.0])
    with answered(page):
        undo.click()
    assert staff_teams(page) == pytest.approx([0.3, 0.3])


@contextmanager
def one_step(page: Any) -> Iterator[None]:
    """Do something that Back undoes by itself: what follows too soon on another belongs to that."""
    page.wait_for_timeout(1000)
    before = page.evaluate("history.length")
    yield
    ends = time.monotonic() + SECONDS
    while page.evaluate("history.length") == before and time.monotonic() < ends:
        page.wait_for_timeout(50)


def staff_teams(page: Any) -> list[float]:
    """Return where both sliders of the staff team stand."""
    sliders = [page.locator(f'[data-path="levers.staff_team"] .line.{side} input').first for side in "ab"]
    return [float(slider.input_value()) for slider in sliders]


@pytest.mark.long
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


@pytest.mark.long
def test_a_board_that_cannot_be_is_refused_and_the_page_goes_on(file: str, opened: Open, browser: Any) -> None:
    page = opened(f"{file}#left=baseline_lsp&right=baseline_lsp&n=4")
    seats = [f"r.board.members.{kind}=10" for kind in load_scenario("baseline_lsp").board.members]
    page.evaluate(f"location.hash = 'left=baseline_lsp&right=baseline_lsp&n=4&{'&'.join(seats)}'")
    expect(page.locator("#problem")).to_contain_text("at most 120 are allowed", timeout=SECONDS * 1000)
    with answered(page):
        page.locator("[data-preset=right]").select_option("talking_shop")
    assert page.locator("#problem").inner_text() == ""


def spaced(text: str) -> str:
    """Return a text with one plain space wherever it has space."""
    return " ".join(text.split())


@pytest.mark.long
@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_a_lesson_asks_twice_and_says_what_the_runs_say_in_python(lesson: Lesson, file: str, opened: Open) -> None:
    """Sheets are filled in Python, the page fills by itself: a class must find the same words and numbers in both."""
    page = opened(f"{file}#n=62&lesson={lesson.id}")
    expect(page.locator("#results")).to_be_hidden()
    for number, asked in enumerate(lesson.rounds, 1):
        answer = answer_to(asked, replicates=62)
        (right,) = answer.right_choices(asked)
        part = page.locator(f"[data-round='{number}']")
        run = part.get_by_role("button", name="Run both sides")
        expect(run).to_be_disabled()
        part.get_by_label(asked.choices[right - 1].text, exact=True).check()
        with answered(page):
            run.click()
        expect(part.locator("[data-reveal]")).to_contain_text("The runs agree with you.", timeout=SECONDS * 1000)
        assert spaced(answer.filled(asked.reveal)) in spaced(part.locator("[data-reveal]").inner_text())
        part.locator("[data-because] summary").click()
        assert spaced(part.locator("[data-because] p").inner_text()) == spaced(answer.filled(asked.because))
        expect(part.get_by_role("radio").first).to_be_disabled()
    assert page.locator("#lesson").get_by_role("heading", name="Discuss").is_visible()


@pytest.mark.long
def test_predictions_are_in_the_address_and_can_be_handed_in(file: str, opened: Open, tmp_path: Path) -> None:
    page = opened(f"{file}#n=20")
    page.locator("#open-lessons").click()
    page.locator("[data-lesson=carrots_and_sticks]").click()
    expect(page.locator("#results")).to_be_hidden()
    # A lesson that is opened has the runs of the sheets: the number of runs that was in the address is gone.
    expect(page).to_have_url(re.compile(r"#(?!.*\bn=).*lesson=carrots_and_sticks$"))
    page.evaluate("location.hash = 'lesson=carrots_and_sticks&n=20'")
    settled(page)
    page.get_by_label("More seats are filled, by seniors.").check()
    with answered(page):
        page.get_by_role("button", name="Run both sides").click()
    expect(page.locator("[data-reveal]").first).to_contain_text(VERDICT)
    page.locator("#why1").fill('=The law, said the "boss"')
    expect(page).to_have_url(re.compile("why1="))
    again = opened(page.url)
    assert again.get_by_label("More seats are filled, by seniors.").is_checked()
    expect(again.locator("[data-reveal]").first).to_contain_text(VERDICT, timeout=SECONDS * 1000)
    assert again.locator("#why1").input_value() == '=The law, said the "boss"'
    assert again.locator("[data-preset=right]").input_value() == "sigoma_stick"
    again.get_by_label("… fewer people, but more seniors.").check()
    with answered(again):
        again.get_by_role("button", name="Run both sides").click()
    expect(again.locator("[data-reveal]").last).to_contain_text(VERDICT)
    again.get_by_label("Name or number").fill("7")
    with again.expect_download() as saved:
        again.get_by_role("button", name="Save my predictions").click()
    saved.value.save_as(tmp_path / "predictions.csv")
    rows = pd.read_csv(tmp_path / "predictions.csv")
    assert list(rows["who"]) == [7, 7]
    assert list(rows["round"]) == [1, 2]
    assert list(rows["prediction"]) == ["More seats are filled, by seniors.", "… fewer people, but more seniors."]
    assert set(rows["agree"]) <= {"yes", "no"}
    assert rows["why"][0] == '\'=The law, said the "boss"'
    assert set(rows["runs"]) == {20}


def test_runs_with_a_lever_moved_are_not_taken_for_those_of_a_lesson(file: str, opened: Open) -> None:
    moved = "left=baseline_lsp&right=sigoma_stick&r.levers.staff_team=1"
    page = opened(f"{file}#{moved}&n=10&lesson=carrots_and_sticks&revealed=1&guess1=2")
    assert page.locator("[data-reveal]").first.inner_text() == "Show these runs"
    with answered(page):
        page.get_by_role("button", name="Show these runs").click()
    expect(page.locator("[data-reveal]").first).to_contain_text(VERDICT)
    page.get_by_role("button", name="End lesson").click()
    expect(page).not_to_have_url(re.compile("lesson|guess|revealed"))


@pytest.mark.long
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


@pytest.mark.long
def test_data_can_be_taken_along(file: str, opened: Open, tmp_path: Path) -> None:
    page = opened(f"{file}#left=talking_shop&right=growth_coalition&n=10")
    page.locator("#open-take").click()
    for button, first_line in {
        "#csv": "side,measure,unit,month,date,p2.5,p10,p25,p50,p75,p90,p97.5,mean",
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
    drawing = ElementTree.parse(waiting.value.path()).getroot()
    assert drawing.findtext(f"{SVG}title") == "Trust"
    assert "var(" not in ElementTree.tostring(drawing, "unicode")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as PNG: Trust").click()
    with Image.open(waiting.value.path()) as picture:
        assert picture.size == (2 * int(drawing.get("width")), 2 * int(drawing.get("height")))


@pytest.mark.long
def test_all_figures_are_saved_those_out_of_sight_too(file: str, opened: Open) -> None:
    """One file with every figure of the page, with title and marks, as SVG and as PNG that shows something."""
    page = opened(f"{file}#left=talking_shop&right=growth_coalition&n=4&month=40", height=720)
    titles = page.locator("figure.chart h3").all_inner_texts()
    page.locator("#open-take").click()
    with page.expect_download() as waiting:
        page.locator("#figures").click()
    with zipfile.ZipFile(waiting.value.path()) as kept:
        drawings = [ElementTree.fromstring(kept.read(name)) for name in kept.namelist() if name.endswith(".svg")]
        pictures = [Image.open(io.BytesIO(kept.read(name))) for name in kept.namelist() if name.endswith(".png")]
    assert [drawing.findtext(f"{SVG}title") for drawing in drawings] == titles
    assert len(titles) > 15
    for drawing in drawings:
        assert len(list(drawing.iter())) > 12
    assert len(pictures) == len(titles)
    for picture in pictures:
        assert len(picture.convert("RGB").getcolors(maxcolors=100_000)) > 8
    expect(page.locator("#figures-saved")).to_contain_text(f"{len(titles)} figures")


@pytest.mark.long
def test_bands_lie_in_each_other(file: str, opened: Open) -> None:
    """Of each side three, the widest first: at every month a narrower one lies within a wider one."""
    page = opened(f"{file}#left=talking_shop&right=growth_coalition&n=20")
    assert "50 %, 80 % and 95 % of runs" in page.locator("#key").inner_text().replace("\u00a0", " ")
    bands = [shape for shape in lines_of(page, "Trust") if shape.endswith("Z")]
    assert len(bands) == 6
    for side in (bands[:3], bands[3:]):
        heights = [np.array(re.findall(r",([\d.]+)", shape), float) for shape in side]
        half = len(heights[0]) // 2
        for wide, narrow in pairwise(heights):
            assert (wide[:half] <= narrow[:half]).all()
            assert (wide[half:] >= narrow[half:]).all()
            assert (wide != narrow).any()


@pytest.mark.long
@pytest.mark.parametrize("measure", ["top_share", "n_members", "projects", "scarcity"])
def test_axes_end_where_values_can_be(file: str, opened: Open, measure: str) -> None:
    page = opened(f"{file}#left=talking_shop&right=growth_coalition&n=4&measure={measure}")
    page.locator("#chart-other").scroll_into_view_if_needed()
    told = page.locator('#chart-other svg text[text-anchor="end"]').all_text_contents()
    numbers = [float(text.replace("−", "-").removesuffix("\u00a0%")) * (0.01 if "%" in text else 1.0) for text in told]
    assert len(numbers) > 2
    assert min(numbers) == MEASURES[measure].low == 0.0
    assert max(numbers) <= MEASURES[measure].high


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


def test_axe_finds_no_fault(file: str, opened: Open) -> None:
    """With settings, explanations and a table open; then each dialog by itself."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(f"{file}#n=2")
    page.locator("#more > summary").click()
    page.locator("#runs-box > summary").click()
    page.locator("#headline-levers .what").first.click()
    page.locator(".show-table").first.click()
    found = faults_of(axe.Axe(), page, "body")
    for dialog in ("lessons", "about", "take"):
        page.locator(f"#open-{dialog}").click()
        found += faults_of(axe.Axe(), page, f"#{dialog}")
        page.locator(f"#{dialog} [data-close]").click()
    page.locator("#open-lessons").click()
    page.locator("[data-lesson]").first.click()
    found += faults_of(axe.Axe(), page, "#lesson")
    assert found == []


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
        drawing = figure.locator(".drawing")
        assert drawing.get_attribute("role") in ("img", "listbox")
        assert len(drawing.get_attribute("aria-label") or "") > 30
        assert figure.locator(".show-table").count() == 1
