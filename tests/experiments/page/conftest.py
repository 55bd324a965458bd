"""The page in a real browser, from a file and without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from strategies import extension_text

BODIES = {
    "partners.csv": "St. Mary <u>Trust</u>,credit_union,business,,,,,,,,,,,,2004-06,\n",
    "events.csv": "2006-10,abolish,Primary care trust,it ends,\n2006-10,create,credit_union,another,\n"
    "2007-01,leadership.attention,0.9,,\n",
}
"""Rows that the example has not: who joins later, with a dot in its name, who is abolished, and who is created."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the address of the page as ``partnerships explorer`` writes it."""
    from experiments.page.html import page_html

    written = tmp_path_factory.mktemp("explorer") / "explorer.html"
    written.write_text(page_html(), encoding="utf-8")
    return written.as_uri()


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a case with own types, budgets, ties, trust, series, levers, and bodies that come and go."""
    from experiments.console import main

    folder = tmp_path_factory.mktemp("cases") / "mycity"
    assert main(["new", f"case={folder}"]) == 0
    for file, rows in BODIES.items():
        with (folder / file).open("a", encoding="utf-8") as text:
            text.write(rows)
    with (folder / "place.yaml").open("a", encoding="utf-8") as text:
        text.write("start: '2002-04'\nmonths: 84\nlevers: {staff_team: 0.1, joint: {training: 0.4}}\n")
    return folder


@pytest.fixture(scope="module")
def page_of_case(case: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the address of the page of the case."""
    from experiments.page.html import page_html
    from experiments.page.options import choices_with

    written = tmp_path_factory.mktemp("explorer") / "explorer.html"
    written.write_text(page_html(choices_with(str(case))), encoding="utf-8")
    return written.as_uri()


@pytest.fixture(scope="session")
def grudges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the module that docs/extending.md writes."""
    file = tmp_path_factory.mktemp("extension") / "grudges.py"
    file.write_text(extension_text(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from in_a_browser import CHROMIUM, sync_api

    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Give a function that opens an address and waits for its answer; nothing else may be fetched or complained of."""
    from in_a_browser import SECONDS, expect, settled

    complaints: list[str] = []
    contexts = []

    def open_page(address: str, *, width: int = 1280, height: int = 900, is_game: bool = False, **looks: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **looks)
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
        if is_game:
            expect(page.locator("#playing h2")).to_be_visible(timeout=SECONDS * 1000)
        else:
            settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _refuse(route: Any, complaints: list[str]) -> None:
    complaints.append(f"asked for {route.request.url}")
    route.abort()
