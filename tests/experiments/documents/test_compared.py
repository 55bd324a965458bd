"""The page that sets other tools beside this model: its code runs as it stands, and each cell says what it rests on."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

from experiments.documents.tables import DOCS

PAGE = (DOCS / "compared.md").read_text("utf-8")
TABLE = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
JUDGED = re.compile(r"(yes|part|no|not found|–)(?![a-z])")
SOURCES = [int(number) for number in re.findall(r"^(\d+)\. ", PAGE, re.M)]


@pytest.mark.long
def test_the_model_opens_from_the_workbench_as_the_page_shows() -> None:
    """Levers and uncertainties reach the model by the names that the page gives them, and move what it returns."""
    [block] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts of the Workbench that are not installed
        told: dict = {}
        exec(block, told)
    assert len(told["varied"]) == 40
    assert list(told["scores"].index) == sorted(told["varied"].columns)
    for name in told["MEASURES"]:
        assert np.isfinite(told["outcomes"][name]).all()
        assert np.unique(told["outcomes"][name]).size == 40
    lowest = dict.fromkeys(("levers__pooling_rate", "levers__duty__attend"), 0.0)
    assert told["partnership"](**lowest) == told["partnership"](**lowest)
    assert told["partnership"](**lowest) != told["partnership"](**lowest | {"levers__pooling_rate": 0.2})


def test_each_cell_is_a_verdict() -> None:
    """A cell that only praises or only blames would be advertising."""
    heading, _, *steps = TABLE
    assert len(steps) == 12
    for step in steps:
        assert len(step) == len(heading), step[0]
        for cell in step[1:]:
            assert JUDGED.match(cell), cell


def test_every_source_is_cited_and_every_citation_has_a_source() -> None:
    assert list(range(1, len(SOURCES) + 1)) == SOURCES
    body = PAGE.split("## Sources")[0]
    assert {int(number) for number in re.findall(r"\[(\d+)\](?!\()", body)} == set(SOURCES)


def test_what_is_claimed_of_others_has_a_source() -> None:
    """A yes or a part about somebody else's tool rests on something that can be looked up."""
    for step in TABLE[2:]:
        for cell in step[1:-1]:
            general = "any function" in cell or cell.startswith(("yes: you", "part: you", "yes: its own"))
            if cell.startswith(("yes", "part")) and not general:
                assert re.search(r"\[\d+\]", cell), cell
