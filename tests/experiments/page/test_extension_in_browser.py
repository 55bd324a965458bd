"""A month of one's own on the page in a real browser: its engine, settings and measures, and what is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from in_a_browser import SECONDS, Open, expect, in_a_browser, move
from reproducing import assert_reproduced

from experiments import load_scenario
from experiments.behaviours import BEST, GROUP
from experiments.console import main
from experiments.page.engine.build import engine_of
from experiments.page.engine.module import shipped
from experiments.runs.pairs import run_pairs

pytestmark = [*in_a_browser, pytest.mark.long]


@pytest.fixture(scope="module")
def page_of_extension(grudges: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the address of the page that the verb writes; the first time its engine is built, which takes minutes."""
    folder = tmp_path_factory.mktemp("explorer") / "page"
    assert main(["explorer", f"extension={grudges}", f"output={folder}"]) == 0
    assert "grudges.py" in (folder / "manifest.json").read_text("utf-8")
    return (folder / "explorer.html").as_uri()


def test_an_own_lever_moves_the_numbers_of_compare(page_of_extension: str, grudges: Path, opened: Open) -> None:
    """Every month of some measures, its own among them, with the defaults and with a lever moved."""
    page = opened(f"{page_of_extension}#n=20&seed=3&behaviour=best")
    assert "Both sides are the same" in page.locator("#consequence").inner_text()
    move(page, "own.apology", "b", 1.0)
    page.locator("#open-take").click()
    with page.expect_download() as waiting:
        page.locator("#csv").click()
    shown = pd.read_csv(waiting.value.path()).set_index(["side", "measure", "month"]).sort_index()
    overrides = [f"{GROUP}={BEST}", f"extension={grudges}"]
    sides = {
        "A": load_scenario("baseline_lsp", overrides),
        "B": load_scenario("baseline_lsp", [*overrides, "own.apology=1"]),
    }
    runs = run_pairs(sides, seed=3, replicates=20, engine="ensemble").trajectories
    for side in sides:
        by_month = runs[runs["scenario"] == side].groupby("month")
        for measure in ("grudge", "engagement", "trust", "decision_rate", "added_value"):
            expected = by_month[measure].mean()
            np.testing.assert_allclose(shown.loc[side, measure]["mean"], expected, rtol=1e-5, atol=1e-9)
    assert shown.loc["B", "grudge"]["mean"].iloc[-1] < shown.loc["A", "grudge"]["mean"].iloc[-1]
    source = engine_of(str(grudges)).source
    assert page.locator("#engine-hash").inner_text() == source[:12] != shipped().source[:12]


def test_what_is_told_by_the_rules_of_the_model_is_left_out(page_of_extension: str, opened: Open) -> None:
    page = opened(f"{page_of_extension}#n=4&behaviour=by_hand&play=left&role=police_1&lesson=duty")
    for part in ("#open-play", "#open-lessons", "#story", "#charts-table", "#month-left", "#playing"):
        expect(page.locator(part)).to_be_hidden()
    for part in ("#own-month", "#own-inside"):
        expect(page.locator(part)).to_contain_text("grudges.py")
    for part in ("play", "lesson"):
        assert f"{part} is told by the rules of the model" in page.locator("#problem").inner_text()
    expect(page.locator("#charts-partner figure")).to_have_count(1)
    page.locator("#charts-partner .show-table").click()
    expect(page.locator("#charts-partner")).to_contain_text("Push of having had little say.", timeout=SECONDS * 1000)
    page.locator("#more > summary").click()
    assert page.locator("details.group").first.inner_text().startswith("Levers of the extension")
    assert page.locator("#measure option").last.inner_text() == "Grudge"


def test_it_can_be_reproduced(
    page_of_extension: str, grudges: Path, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (
        "l.own.grudge_weight=4&r.own.grudge_weight=4&r.own.apology=0.8&r.own.apology@2002-03=at_1&r.cuts@2004-01=mild"
    )
    page = opened(f"{page_of_extension}#left=talking_shop&right=talking_shop&{settings}&months=48&n=31&seed=5")
    (tmp_path / "grudges.py").write_bytes(grudges.read_bytes())
    assert_reproduced(page, tmp_path, monkeypatch, named="extension=grudges.py")
