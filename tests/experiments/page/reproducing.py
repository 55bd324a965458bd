"""What the page says of how to reproduce it, done as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.console import main

RUNS = 31


def assert_reproduced(page: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, *, named: str = "") -> None:
    """Assert that files, command (in which something is ``named``) and Python of a page give its counts of 31 runs."""
    counts = counts_on(page)
    files_of_both_sides(page, folder)
    monkeypatch.chdir(folder)
    command = page.locator("#reproduce-command").inner_text().replace('"', "")
    assert named in command
    assert main([*command.split()[1:], "engine=ensemble", "figures=false", "output=found"]) == 0
    shares = pd.read_csv("found/regimes.csv")
    found = {
        side: {row.regime: round(row.share * RUNS) for row in rows.itertuples()}
        for side, rows in shares.groupby("scenario")
    }
    assert found == counts
    spaces: dict[str, Any] = {}
    exec(page.locator("#reproduce-python").inner_text(), spaces)
    by_python = spaces["found"].runs.groupby("scenario")["regime"].value_counts()
    assert by_python[by_python > 0].to_dict() == {
        (side, regime): count for side, counted in counts.items() for regime, count in counted.items() if count
    }


def files_of_both_sides(page: Any, folder: Path) -> Path:
    """Save both sides as the page gives them, and return the folder for --config-dir."""
    (folder / "partnership" / "scenario").mkdir(parents=True)
    page.locator("#open-take").click()
    for side, name in (("left", "side_a"), ("right", "side_b")):
        with page.expect_download() as waiting:
            page.locator(f"#yaml-{side}").click()
        waiting.value.save_as(folder / "partnership" / "scenario" / f"{name}.yaml")
    return folder / "partnership"


def counts_on(page: Any) -> dict[str, dict[str, int]]:
    """Return how many runs of each side end how, from the table under the picture."""
    page.get_by_role("button", name="Table of: Regime in the last month").click()
    rows = page.locator("#chart-ends tbody tr").all_inner_texts()
    cells = [re.split(r"\t", row) for row in rows]
    return {
        side: {row[0]: int(row[column].split()[0]) for row in cells} for side, column in (("side_a", 1), ("side_b", 3))
    }
