"""How long visitors of the explorer wait: alone, and twenty at once on the same and on different settings.

Starts ``partnerships app`` on this computer, asks it a bounded number of questions over loopback, and
prints a table in milliseconds with the targets beside it:

    python benchmarks/page_load.py                # about half a minute
    python benchmarks/page_load.py --output FOLDER   # also writes page_load.csv and page_load.md
    python benchmarks/page_load.py --keep         # also renews the table in docs/explorer.md

"Alone" is one visitor who moves a lever and waits; every setting is a new one. "At once" is the time until
the last of twenty visitors who ask in the same moment has an answer. The visitors run on the same cores as
the server. Last comes what drawing on the server would add: one figure of the same bands with Matplotlib.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
from measuring import Finding, as_markdown, finding, write_csv
from speed import keep

VISITORS = 20
ROUNDS = 5
REPLICATES = 50
TARGET_ALONE_MS = 300.0
TARGET_AT_ONCE_MS = 1000.0
KEPT = Path(__file__).parents[1] / "docs" / "explorer.md"

SECONDS_TO_START = 240.0
SECONDS_TO_ANSWER = 60.0

THREADS = ThreadPoolExecutor(VISITORS)

USUAL = "ordinary partnership, 19 and 19 seats"
PAIRS = {
    USUAL: ("baseline_lsp", "baseline_lsp"),
    "growth coalition against ordinary, 21 and 19 seats": ("baseline_lsp", "growth_coalition"),
    "talking shop against ordinary, 60 and 19 seats": ("baseline_lsp", "talking_shop"),
}


def state(pair: tuple[str, str], number: int, *, both: bool = True, **shared: Any) -> dict[str, Any]:
    """Return the ``number``-th setting, one that nobody asked before; ``both``: neither side was asked before."""
    level = (number % 9973) / 9973
    changes = {"levers.staff_team": level}
    sides = {"left": changes if both else {}, "right": changes | {"leadership.attention": 1.0 - level}}
    names = zip(sides, pair, strict=True)
    return {side: {"preset": name, "changes": sides[side]} for side, name in names} | {
        "replicates": REPLICATES,
        **shared,
    }


class Visitor:
    """Somebody at the page, with a connection of their own. Answers are received, not unpacked."""

    def __init__(self, address: str) -> None:
        host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
        self.connection = HTTPConnection(host, int(port), timeout=SECONDS_TO_ANSWER)

    async def ask(self, what: str, asked: dict[str, Any]) -> None:
        """Wait for what the server answers; any refusal is an error."""
        await asyncio.get_running_loop().run_in_executor(THREADS, self._ask, what, json.dumps(asked))

    def _ask(self, what: str, asked: str) -> None:
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        try:
            self.connection.request("POST", f"/{what}", asked, headers)
            response = self.connection.getresponse()
        except ConnectionError:  # left idle for so long that the server closed it
            self.connection.close()
            self.connection.request("POST", f"/{what}", asked, headers)
            response = self.connection.getresponse()
        content = response.read()
        if response.status != HTTPStatus.OK:
            raise RuntimeError(f"{what}: {response.status} {content[:200]!r}")


async def milliseconds(*waits: Any) -> float:
    """Return the time until the last of some questions, asked in one moment, is answered."""
    began = time.perf_counter()
    await asyncio.gather(*waits)
    return 1e3 * (time.perf_counter() - began)


class Settings:
    """Settings that nobody asked before, one after the other."""

    def __init__(self) -> None:
        self.number = 0

    def new(self, pair: tuple[str, str], **options: Any) -> dict[str, Any]:
        """Return the next new setting."""
        self.number += 1
        return state(pair, self.number, **options)


async def measured(running: Server, rounds: int) -> list[Finding]:
    """Return how long visitors wait, all settings of a round asked of one server."""
    visitors = [Visitor(running.address) for _ in range(VISITORS)]
    fresh = Settings()
    for visitor in visitors:
        await visitor.ask("answer", fresh.new(PAIRS[USUAL]))
    found = []
    for what, pair in PAIRS.items():
        part = f"{what}, {REPLICATES} runs a side"
        times: dict[str, list[float]] = {}
        work: list[float] = []
        for _ in range(rounds):
            before = running.processor_ms()
            for name, milliseconds_taken in (await one_round(visitors, fresh, pair)).items():
                times.setdefault(name, []).append(milliseconds_taken)
            new_sides = 2 + 1 + 2 + VISITORS + 2 * VISITORS
            work.append((running.processor_ms() - before) / new_sides)
        for name, values in times.items():
            target = TARGET_ALONE_MS if name.startswith("one") else TARGET_AT_ONCE_MS
            found.append(finding(part, name, np.array(values), "ms", at_most=target))
        if all(np.isfinite(work)):
            found.append(finding(part, "processor time of the server for each new side", np.array(work), "ms"))
    return [*found, *await examples(visitors, fresh, rounds)]


async def one_round(visitors: list[Visitor], fresh: Settings, pair: tuple[str, str]) -> dict[str, float]:
    """Return milliseconds by what was asked."""
    first, asked, same = visitors[0], fresh.new(pair), fresh.new(pair)
    return {
        "one visitor, both sides new": await milliseconds(first.ask("answer", asked)),
        "one visitor, the same again": await milliseconds(first.ask("answer", asked)),
        "one visitor, one side new": await milliseconds(first.ask("answer", fresh.new(pair, both=False))),
        f"{VISITORS} at once, the same new setting": await milliseconds(
            *(visitor.ask("answer", same) for visitor in visitors)
        ),
        f"{VISITORS} at once, each another setting, one side new": await milliseconds(
            *(visitor.ask("answer", fresh.new(pair, both=False)) for visitor in visitors)
        ),
        f"{VISITORS} at once, each another setting, both sides new": await milliseconds(
            *(visitor.ask("answer", fresh.new(pair)) for visitor in visitors)
        ),
    }


async def examples(visitors: list[Visitor], fresh: Settings, rounds: int) -> list[Finding]:
    """Return how long the network of one example takes, which the page asks for after the bands."""
    pair, times, at_once = PAIRS[USUAL], [], []
    for _ in range(rounds):
        times.append(await milliseconds(visitors[0].ask("example", fresh.new(pair, run=0))))
    for _ in range(2):
        at_once.append(await milliseconds(*(visitor.ask("example", fresh.new(pair, run=0)) for visitor in visitors)))
    part = f"example with its network, {USUAL}"
    return [
        finding(part, "one visitor, both sides new", np.array(times), "ms"),
        finding(part, f"{VISITORS} at once, each another setting, both sides new", np.array(at_once), "ms"),
    ]


def drawn_on_the_server(rounds: int) -> list[Finding]:
    """Return what one figure of the same bands costs with Matplotlib: what the browser draws instead."""
    import matplotlib as mpl

    mpl.use("Agg")
    from analysis.comparison.figures import engagement_by_sector
    from experiments.page.request import request_by
    from sim import simulate_ensemble

    asked = request_by(state(PAIRS[USUAL], 0))
    table = simulate_ensemble(asked.sides, replicates=REPLICATES, seed=1).table()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        engagement_by_sector(table).savefig(os.devnull, format="svg")
        times.append(1e3 * (time.perf_counter() - began))
    part = "for comparison: drawing on the server"
    return [finding(part, "one figure of four panels with Matplotlib and seaborn, as SVG", np.array(times), "ms")]


@dataclasses.dataclass(frozen=True)
class Server:
    """A server that was started for this."""

    address: str
    number: int

    def processor_ms(self) -> float:
        """Return the processor time that it took so far, without its processes for examples; NaN if unknown."""
        record = Path(f"/proc/{self.number}/stat")
        if not record.exists():
            return float("nan")
        fields = record.read_text().rpartition(")")[2].split()
        return 1e3 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server() -> Iterator[Server]:
    """Give a server that is started for this and stopped afterwards."""
    command = [sys.executable, "-m", "experiments.console", "app", "port=0"]
    began = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if (start := line.find("http://")) >= 0:
                    yield Server(line[start:].split()[0], process.pid)
                    break
                if time.monotonic() - began > SECONDS_TO_START:
                    break
            else:
                raise RuntimeError("the server did not start")
        finally:
            process.terminate()
            process.wait(SECONDS_TO_ANSWER)


def main() -> None:
    """Measure, print the table and write it if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    with server() as running:
        found = asyncio.run(measured(running, asked.rounds))
    found += drawn_on_the_server(asked.rounds)
    note = f"Load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; 2 or more is not idle."
    table = as_markdown(found, [note])
    print(table)
    if asked.keep:
        keep(table, KEPT)
    if asked.output:
        asked.output.mkdir(parents=True, exist_ok=True)
        write_csv(asked.output / "page_load.csv", found)
        (asked.output / "page_load.md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
