"""The page of a paper: its commands run as they stand, one after another, and what they leave can be done again."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from experiments.console import main
from experiments.documents.tables import DOCS

PAGE = (DOCS / "paper.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|csv)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]


def test_the_way_is_nine_commands() -> None:
    """As the page says, and no shell splits or expands what stands there otherwise than the test does."""
    assert len(COMMANDS) == 9
    assert "Nine commands" in PAGE
    assert all(line.startswith("partnerships ") and "," not in re.sub(r"\[[^\]]*\]", "", line) for line in COMMANDS)


@pytest.mark.long
@pytest.mark.usefixtures("empty_folder")
def test_the_commands_lead_from_a_place_to_an_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each succeeds, the fit tells what is identified, and the results are done again to the same numbers."""
    said: dict[str, str] = {}
    for kind, text in BLOCKS:
        if kind == "csv":
            with Path("mycity", "targets.csv").open("a", encoding="utf-8") as file:
                file.write(text)
            continue
        for line in text.splitlines():
            words = shlex.split(line)[1:]
            assert main(words) == 0, line
            said[words[0]] = capsys.readouterr().out
    parameters = pd.read_csv("paper/fit/parameters.csv")
    assert f"of {len(parameters)} numbers" in " ".join(Path("paper/fit/summary.txt").read_text("utf-8").split())
    assert "identical" in said["rerun"]
    assert Path("paper/results.zip").is_file()
    manifest = json.loads(Path("paper/results/manifest.json").read_text("utf-8"))
    assert manifest["settings"]["behaviours"]["sets"] == 31
    for left in ("methods/methods.tex", "methods/odd.html", "results/figures/headline.pdf", "pairing/diff.txt"):
        assert Path("paper", left).stat().st_size > 0
