"""Timing in turns, and findings with their targets beside them."""

from __future__ import annotations

import csv
import dataclasses
import importlib.metadata
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Case:
    """Something to be timed: a call, and how many runs of the model it makes."""

    call: Callable[[], object]
    runs: int


@dataclasses.dataclass(frozen=True)
class Finding:
    """A measured number, the lowest and highest of its repeats, and what was hoped for."""

    part: str
    what: str
    value: float
    unit: str
    lowest: float | None = None
    highest: float | None = None
    target: str = ""
    verdict: str = ""


def in_turns(
    cases: Mapping[str, Case], *, repeats: int, advance: Callable[[int], None], warm_up: bool = True
) -> dict[str, Seconds]:
    """Return seconds a run by case, one for each repeat.

    Cases take turns, so that a busy minute of the machine hits all of them alike.
    """
    if warm_up:
        for case in cases.values():
            case.call()
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(repeats):
        for name, case in cases.items():
            began = time.perf_counter()
            case.call()
            seconds[name].append((time.perf_counter() - began) / case.runs)
        advance(1)
    return {name: np.array(times) for name, times in seconds.items()}


def finding(
    part: str,
    what: str,
    values: Seconds | float,
    unit: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Finding:
    """Return the median of ``values`` as a finding, held against its target if it has one."""
    values = np.atleast_1d(values)
    median = float(np.median(values))
    target = verdict = ""
    if at_least is not None:
        target, verdict = f"at least {at_least:g}", "met" if median >= at_least else "MISSED"
    if at_most is not None:
        target, verdict = f"at most {at_most:g}", "met" if median <= at_most else "MISSED"
    several = len(values) > 1
    low, high = (float(values.min()), float(values.max())) if several else (None, None)
    return Finding(part, what, median, unit, low, high, target, verdict)


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process, and threads begun meanwhile, on one core where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def machine() -> list[tuple[str, str]]:
    """Return what the figures were measured with, as names and values."""
    described = [
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
    ]
    for package in ("numpy", "numba", "mesa", "agentpy", "jax"):
        try:
            described.append((package, importlib.metadata.version(package)))
        except importlib.metadata.PackageNotFoundError:
            described.append((package, "not installed"))
    compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False) if compiler else None
    described.append(("C compiler", version.stdout.splitlines()[0] if version and version.stdout else "none"))
    return described


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def shown(number: float | None) -> str:
    """Return a number with three figures."""
    if number is None:
        return ""
    if number == 0.0:
        return "0"
    if abs(number) < 1e-3:
        return f"{number:.1e}"
    digits = 2 - int(np.floor(np.log10(abs(number))))
    return f"{round(number, digits):,.{max(digits, 0)}f}"


def write_csv(path: Path, findings: Sequence[Finding]) -> None:
    """Write all findings as a table with full figures."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in dataclasses.fields(Finding)])
        writer.writerows(dataclasses.astuple(found) for found in findings)


def read_csv(path: Path) -> list[Finding]:
    """Return the findings that :func:`write_csv` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Finding(
                row["part"],
                row["what"],
                float(row["value"]),
                row["unit"],
                float(row["lowest"]) if row["lowest"] else None,
                float(row["highest"]) if row["highest"] else None,
                row["target"],
                row["verdict"],
            )
            for row in csv.DictReader(file)
        ]


def as_markdown(findings: Sequence[Finding], notes: Sequence[str]) -> str:
    """Return machine, notes and findings, one table a part."""
    lines = [f"Measured on {'; '.join(f'{name} {value}' for name, value in machine())}.", ""]
    lines += [f"- {note}" for note in notes]
    for part in dict.fromkeys(found.part for found in findings):
        lines += [
            "",
            f"### {part}",
            "",
            "| what | median | lowest to highest | unit | target | |",
            "|---|--:|--:|---|---|---|",
        ]
        for found in findings:
            if found.part == part:
                spread = f"{shown(found.lowest)} to {shown(found.highest)}" if found.lowest is not None else ""
                value = shown(found.value)
                lines.append(f"| {found.what} | {value} | {spread} | {found.unit} | {found.target} | {found.verdict} |")
    return "\n".join(lines) + "\n"
