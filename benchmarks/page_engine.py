"""How fast the engine of the page is: in Chromium from a file, beside the native engine, and whether bits are the same.

    python benchmarks/page_engine.py             time the page and the engine in it
    python benchmarks/page_engine.py --rebuild   build the module anew first, and compare it with the one that ships
    python benchmarks/page_engine.py --phone     time the page as on a phone whose cores are four times slower
    python benchmarks/page_engine.py --pictures  take the pictures of docs/explorer.md, and measure nothing

Prints what it measured; ``--keep`` puts it into docs/explorer.md. Needs Chromium, and the extra ``test``.

Chromium's own throttling (DevTools protocol, Emulation.setCPUThrottlingRate) is of the page: tried with Chromium 156 on
a busy machine, a loop at four times took six to seven times as long in the page, and 1.2 to 2.4 times in a worker, in
which the engine is. So the page for --phone has workers that hold each block back until it took four times as long.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from experiments import load_scenario
from experiments.page.engine.build import built
from experiments.page.engine.module import module_bytes
from experiments.page.html import page_html
from sim import prepare_engine, simulate_ensemble

PAGE = Path(__file__).parents[1] / "docs" / "explorer.md"
SIDES = {
    "ordinary partnership, 19 and 19 seats": ("baseline_lsp", "baseline_lsp"),
    "growth coalition against ordinary, 21 and 19 seats": ("growth_coalition", "baseline_lsp"),
    "talking shop against ordinary, 60 and 19 seats": ("talking_shop", "baseline_lsp"),
}
SEARCHES = {"talking shop, 60 seats": "talking_shop", "ordinary partnership, 19 seats": "baseline_lsp"}
PICTURES: dict[str, tuple[int, int, Any]] = {
    "1400": (1400, 900, "light"),
    "768": (768, 1024, "light"),
    "390": (390, 844, "light"),
    "dark": (1280, 720, "dark"),
}
"""Width and height in pixels, and whether it is light or dark."""

REPEATS = 3
RUNS = 100
SLOWER = 4
PHONE = {"width": 390, "height": 844}
OF_PHONE = ("first", "whole", "slow_first", "slow_whole")
HELD_BACK = (
    ("const engine = await started;", "const engine = await started; const begun = performance.now();"),
    (
        "postMessage({ id: data.id, result }",
        f"for (const until = begun + {SLOWER} * (performance.now() - begun); performance.now() < until;); "
        "postMessage({ id: data.id, result }",
    ),
)
"""What a worker does otherwise on a core that is so many times slower."""


def main() -> int:
    """Measure, print, and with ``--keep`` write down."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rebuild", action="store_true", help="build the module anew, and compare it")
    parser.add_argument("--keep", action="store_true", help="renew the table in docs/explorer.md")
    parser.add_argument("--phone", action="store_true", help="time the page on cores that are four times slower")
    parser.add_argument("--pictures", action="store_true", help="take the pictures of docs/explorer.md alone")
    asked = parser.parse_args()
    if asked.pictures:
        take_pictures()
        return 0
    if asked.rebuild:
        same = built() == module_bytes()
        print(f"built anew: {'the same bytes' if same else 'other bytes (names may differ): run the tests on it'}")
    of_phone, usual = {"phone": measured_on_phone}, {"page": measured, "search": measured_searches}
    for name, measure in (of_phone if asked.phone else usual).items():
        lines = _TABLES[name](measure())
        print("\n".join([*lines, ""]))
        if asked.keep:
            _keep(name, lines)
    return 0


def _keep(name: str, lines: list[str]) -> None:
    """Put what was measured into the page of the docs."""
    block = "\n".join([f"<!-- measured: {name} -->", "", *lines, "", "<!-- end -->"])
    text = re.sub(rf"<!-- measured: {name} -->.*?<!-- end -->", lambda _: block, PAGE.read_text("utf-8"), flags=re.S)
    PAGE.write_text(text, "utf-8")


def take_pictures() -> None:
    """Write the page as it looks on screens of some sizes, and in the dark, to docs/figures."""
    from PIL import Image

    def keep(part: Any, name: str) -> None:
        picture = PAGE.parent / "figures" / f"page_{name}.png"
        part.screenshot(path=picture)
        Image.open(picture).quantize(colors=256, method=Image.Quantize.FASTOCTREE).save(picture, optimize=True)

    with _opened(page_html()) as (browser, page_address):
        for name, (width, height, looks) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=looks)
            page.goto(f"{page_address}#left=talking_shop&right=growth_coalition&n={RUNS}")
            page.wait_for_selector("main[aria-busy=false]", timeout=120_000)
            page.wait_for_timeout(2_000)
            keep(page, name)
            page.close()
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{page_address}#left=talking_shop&right=talking_shop&n={RUNS}")
        page.locator("#rescue-start").click()
        page.get_by_text("Most are turned by this").wait_for(timeout=600_000)
        keep(page.locator("#rescue"), "saved")


@contextmanager
def _opened(*pages: str) -> Iterator[tuple[Any, ...]]:
    """Give a browser, and the address of a file for each page."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        files = [Path(folder, f"explorer_{number}.html") for number in range(len(pages))]
        for file, text in zip(files, pages, strict=True):
            file.write_text(text, "utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser, *(file.as_uri() for file in files)
        browser.close()


def _go_to(page: Any, address: str) -> None:
    """Open an address and wait for all of its answer."""
    page.goto(address)
    page.wait_for_selector("main[aria-busy=false]", timeout=120_000)
    page.wait_for_selector("body:not(.stale):not(.computing)", timeout=120_000)


def measured() -> list[dict[str, Any]]:
    """Return seconds to the first and the whole answer of the page, and of the native engine, by what is compared."""
    prepare_engine()
    rows = []
    with _opened(page_html()) as (browser, page_address):
        for told, (left, right) in SIDES.items():
            times = [_asked(browser, page_address, left, right, seed) for seed in range(1, 1 + REPEATS)]
            scenarios = [load_scenario(left), load_scenario(right)]
            simulate_ensemble(scenarios, replicates=8, seed=1)
            begun = time.perf_counter()
            simulate_ensemble(scenarios, replicates=RUNS, seed=1, record_partners=False)
            native = time.perf_counter() - begun
            first, whole = (statistics.median(column) for column in zip(*times, strict=True))
            rows.append({"what": told, "first": first, "whole": whole, "native": native})
    return rows


def measured_on_phone() -> list[dict[str, Any]]:
    """Return seconds to the first and the whole answer, here and with cores that are slower, by what is compared."""
    rows = []
    text = slow = page_html()
    for was, held_back in HELD_BACK:
        assert slow.count(was) == 1, was
        slow = slow.replace(was, held_back)
    with _opened(text, slow) as (browser, usual_address, slow_address):
        for told, (left, right) in SIDES.items():
            here = _asked(browser, usual_address, left, right, 1, viewport=PHONE)
            there = _asked(browser, slow_address, left, right, 1, viewport=PHONE, slower=SLOWER)
            rows.append({"what": told} | dict(zip(OF_PHONE, (*here, *there), strict=True)))
            print(rows[-1], file=sys.stderr)
    return rows


def measured_searches() -> list[dict[str, Any]]:
    """Return seconds to the first and the last ranking of what would have saved a partnership, by its scenario."""
    rows = []
    with _opened(page_html()) as (browser, page_address):
        for told, preset in SEARCHES.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            _go_to(page, f"{page_address}#left={preset}&right={preset}&n={RUNS}")
            begun = time.perf_counter()
            page.locator("#rescue-start").click()
            page.wait_for_selector("html[data-rescue]", timeout=600_000)
            first = time.perf_counter() - begun
            page.wait_for_selector("#rescue-progress[hidden]", state="attached", timeout=600_000)
            rows.append({"what": told, "first": first, "whole": time.perf_counter() - begun})
            page.close()
    return rows


def _asked(
    browser: Any, address: str, left: str, right: str, seed: int, *, viewport: Any = None, slower: int = 1
) -> tuple[float, float]:
    """Return how long it takes from a lever that moves to the first answer, and to all of it."""
    page = browser.new_page(**({"viewport": viewport} if viewport else {}))
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    _go_to(page, f"{address}#left={left}&right={right}&seed={seed}&n={RUNS}")
    drawn = page.locator("html").get_attribute("data-drawn")
    begun = time.perf_counter()
    page.locator("#seed").evaluate(
        "(input) => { input.value = Number(input.value) + 100; "
        "input.dispatchEvent(new Event('change', {bubbles: true})) }"
    )
    page.wait_for_selector(f"html:not([data-drawn='{drawn}'])", timeout=120_000)
    first = time.perf_counter() - begun
    page.wait_for_selector("main[aria-busy=false]", timeout=120_000)
    whole = time.perf_counter() - begun
    page.close()
    return first, whole


def _table(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"From a seed that changes (both sides new) to what is drawn, medians of {REPEATS}, in Chromium from a file; "
        "beside it the same runs on the native engine, with as many threads as there are cores.",
        "",
        f"| compared | first 16 pairs, s | {RUNS} pairs, s | native engine, {RUNS} pairs, s | page over native |",
        "|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        times = f"{row['first']:.2f} | {row['whole']:.2f} | {row['native']:.2f} | {row['whole'] / row['native']:.1f}"
        lines.append(f"| {row['what']} | {times} |")
    return lines


def _table_of_phone(rows: list[dict[str, Any]]) -> list[str]:
    width, height = PHONE.values()
    lines = [
        f"As on a phone: a window of {width} × {height}, page and workers {SLOWER} times slower, two workers (phones "
        f"have more), timed once. Chromium's own throttling hardly reaches workers: each of their blocks is held back "
        f"until it took {SLOWER} times as long.",
        "",
        f"| compared | 16 pairs here, s | {RUNS} pairs here, s | 16 pairs, slower | {RUNS} pairs, slower |",
        "|---|--:|--:|--:|--:|",
    ]
    return lines + [f"| {row['what']} | {' | '.join(f'{row[name]:.2f}' for name in OF_PHONE)} |" for row in rows]


def _table_of_searches(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        "*What would have saved it?*, from the button to the first ranking and to the last, timed once.",
        "",
        "| what is to be saved | first ranking, s | whole search, s |",
        "|---|--:|--:|",
    ]
    return lines + [f"| {row['what']} | {row['first']:.1f} | {row['whole']:.0f} |" for row in rows]


_TABLES = {"page": _table, "phone": _table_of_phone, "search": _table_of_searches}

if __name__ == "__main__":
    sys.exit(main())
