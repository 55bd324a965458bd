"""What tests of the page in a real browser share."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

expect = sync_api.expect
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 30

Open = Callable[..., Any]


def settled(page: Any) -> None:
    """Wait until the answer to the last change and its single run are on the page."""
    expect(page.locator("main")).to_have_attribute("aria-busy", "false", timeout=SECONDS * 1000)
    expect(page.locator("body")).not_to_have_class(re.compile("stale|computing"), timeout=SECONDS * 1000)
    expect(page.locator("#why p").first).to_be_attached(timeout=SECONDS * 1000)  # hidden while a lesson asks


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


def faults_of(axe: Any, page: Any, part: str) -> list[tuple[str, str]]:
    """Return the name and the element of each fault that axe finds."""
    found = axe.run(page, context=part, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:150]) for one in found]


in_a_browser = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
"""Marks of tests that need one."""
