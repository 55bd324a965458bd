"""The page of a case in a real browser: bodies by name, and the numbers of ``partnerships compare case=``."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from in_a_browser import SECONDS, Open, expect, in_a_browser, move, settled
from reproducing import assert_reproduced

from experiments import load_scenario
from experiments.behaviours import BEST, BY_HAND, GROUP
from experiments.runs.pairs import run_pairs
from sim import simulate

pytestmark = in_a_browser

NAME = "case:hackney_example"


def test_the_page_opens_with_the_case_and_has_the_numbers_of_compare(
    page_of_case: str, case: Path, opened: Open
) -> None:
    """Every month of some measures, on the case as it is and with a lever moved, against ``compare case=``."""
    page = opened(f"{page_of_case}#n=20&seed=3&behaviour=best")
    assert page.locator("[data-preset=left] option:checked").inner_text() == "Hackney (example), the case"
    assert "Both sides are the same" in page.locator("#consequence").inner_text()
    move(page, "levers.staff_team", "b", 1.0)
    page.locator("#open-take").click()
    with page.expect_download() as waiting:
        page.locator("#csv").click()
    shown = pd.read_csv(waiting.value.path()).set_index(["side", "measure", "month"]).sort_index()
    overrides = [f"{GROUP}={BEST}"]
    sides = {
        "A": load_scenario("baseline_lsp", overrides, case=case),
        "B": load_scenario("baseline_lsp", [*overrides, "levers.staff_team=1"], case=case),
    }
    runs = run_pairs(sides, seed=3, replicates=20, engine="ensemble").trajectories
    for side in sides:
        by_month = runs[runs["scenario"] == side].groupby("month")
        for measure in ("engagement", "added_value", "decision_rate", "n_members", "fund_spent_gbp_m"):
            np.testing.assert_allclose(shown.loc[side, measure]["mean"], by_month[measure].mean(), rtol=1e-5, atol=1e-9)


def test_bodies_of_the_case_sit_round_the_table_by_their_names(page_of_case: str, case: Path, opened: Open) -> None:
    page = opened(f"{page_of_case}#n=4&run=1&behaviour=by_hand&month=80")
    table = page.locator("#charts-table figure").first
    table.scroll_into_view_if_needed()
    seats = table.locator(".seat")
    expect(seats).not_to_have_count(0)  # a figure is drawn as it comes into sight
    names = set(seats.evaluate_all("all => all.map(one => one.dataset.name)"))
    lived = simulate(load_scenario("baseline_lsp", [BY_HAND], case=case), seed=1, replicate=1)
    members = lived.partners[(lived.partners["month"] == 80) & lived.partners["is_member"]]["partner"]
    told = {re.sub(r"^credit_union_(\d)$", r"Credit union \1", name) for name in members}
    assert names == told
    assert "St. Mary <u>Trust</u>" in names
    page.locator("#partner").select_option(label="Residents of the estates")
    expect(page.locator("#why")).to_contain_text("Residents of the estates")
    page.locator("#month").fill("60")
    expect(page.locator("#why")).to_contain_text("Residents of the estates")


@pytest.mark.long
def test_what_is_on_the_page_of_a_case_can_be_reproduced(
    page_of_case: str, opened: Open, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed case beside one that ships, on the board of the case: files, command and Python as they stand there."""
    left = (
        f"left={NAME}&l.levers.staff_team=0.6&l.cuts@2005-01=mild&l.board.members.police=1&l.leadership.attention=0.3"
    )
    right = f"right=talking_shop&r.board={NAME}&r.calendar=abolition_2010"
    page = opened(f"{page_of_case}#{left}&{right}&n=31&seed=5&months=60")
    assert page.locator("#problem").inner_text() == ""
    (tmp_path / "mycity").symlink_to(case)
    assert_reproduced(page, tmp_path, monkeypatch, named="case=mycity")


def test_a_body_of_the_case_is_played_and_what_would_have_saved_it_is_found(page_of_case: str, opened: Open) -> None:
    page = opened(f"{page_of_case}#n=4&months=24")
    page.locator("#open-play").click()
    first = page.locator("[name=whose]").first
    expect(first).to_be_checked()
    expect(page.locator("#playing label").first).to_have_text("Hackney (example), the case")
    page.locator("#playing select").select_option(label="Employers in Shoreditch")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("#playing h2")).to_contain_text("Employers in Shoreditch")
    page.get_by_role("button", name="The same for all 2 years left").click()
    expect(page.locator("#playing")).to_contain_text("What your choices were worth", timeout=SECONDS * 1000)
    expect(page).to_have_url(re.compile(r"role=Employers\+in\+Shoreditch\.000\.000"))
    address = page.url
    page.get_by_role("button", name="Leave").first.click()
    page.locator("#rescue-open").click()
    expect(page.locator("#rescue-said")).to_contain_text("partnerships of side A", timeout=8 * SECONDS * 1000)
    again = opened(address, is_game=True)
    expect(again.locator("#playing")).to_contain_text("What your choices were worth", timeout=SECONDS * 1000)


def test_a_calendar_of_the_case_needs_its_board(page_of_case: str, opened: Open) -> None:
    page = opened(f"{page_of_case}#n=2")
    page.evaluate(f"location.hash = 'left={NAME}&right=baseline_lsp&n=2&r.calendar={NAME}'")
    expect(page.locator("#problem")).to_contain_text("is a type of the case", timeout=SECONDS * 1000)
    page.evaluate(f"location.hash = 'left={NAME}&right=baseline_lsp&n=2&r.calendar={NAME}&r.board={NAME}'")
    expect(page.locator("#problem")).to_have_text("", timeout=SECONDS * 1000)
    settled(page)


@pytest.mark.long
def test_a_link_to_a_case_in_a_page_without_it_says_so(file: str, opened: Open) -> None:
    page = opened(f"{file}#left={NAME}&n=2")
    assert f"This page does not know {NAME}" in page.locator("#problem").inner_text()
