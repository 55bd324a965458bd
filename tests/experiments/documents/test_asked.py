"""The page on the hindcast: a word in place of tables until it is asked, and then what was stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.hindcast.tables import DRAWN, NONE, OUTCOMES, hindcast
from analysis.places.tables import CONDITION
from experiments.documents import asked as document
from experiments.documents import evidence, tables

BLOCKS = ("hindcast_summary", "hindcast_places", "hindcast_forecast")


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Let the document be made of invented runs in a folder of its own; return what was asked."""
    rng = np.random.default_rng(1)
    places = list("abcdef")
    record = pd.DataFrame({"place": places, "label": places, "code": "00XX", "county": "", "gap": 8.0})
    record = record.assign(fund_gbp_per_head=np.arange(1.0, 7.0), fund_basis=["recorded", "ruled: so"] * 3)
    record = record.assign(record=rng.normal(size=6))
    keys = [(place, england, trend) for place in places for england in range(5) for trend in (DRAWN, NONE)]
    runs = pd.DataFrame(keys, columns=["place", "england", "trend"])
    runs = runs.assign(**{name: rng.normal(size=len(runs)) for name in OUTCOMES})
    found = hindcast(runs, record, record, spread=0.03)
    asked: list[list[str]] = []

    def partnerships(words: list[str]) -> int:
        asked.append(words)
        folder = Path(words[-1].removeprefix("output="))
        (folder / "figures").mkdir(parents=True)
        (folder / "figures" / "model_and_record.png").write_bytes(b"drawn")
        kept = document.ASKED["hindcast"].tables
        for name, table in zip(kept, (found.places, found.summary, found.forecast), strict=True):
            table.to_csv(folder / f"{name}.csv", index=False)
        return 0

    (tmp_path / "figures").mkdir()
    for module, name, value in (
        (document, "partnerships", partnerships),
        (document, "EVIDENCE", tmp_path),
        (document, "DOCS", tmp_path),
        (evidence, "EVIDENCE", tmp_path),
    ):
        monkeypatch.setattr(module, name, value)
    return asked


def test_what_was_stored_is_shown_with_its_condition(stored: list[list[str]], tmp_path: Path) -> None:
    """Patterns held out are asked for by name, and overrides are handed on."""
    assert document.main("hindcast", ["behaviour.trend_spread=0.05"]) == 0
    assert stored[0][:3] == ["hindcast", "held_out=true", "behaviour.trend_spread=0.05"]
    assert (tmp_path / "figures" / "hindcast_model_and_record.png").read_bytes() == b"drawn"
    shown = {name: tables.TABLES[name]() for name in BLOCKS}
    assert ", nil |" in shown["hindcast_summary"]
    for name in ("hindcast_places", "hindcast_forecast"):
        assert CONDITION[1:] in shown[name].splitlines()[0]
        assert len(shown[name].splitlines()) == 2 + 2 + 6
    assert "| b | 2 (ruled) |" in shown["hindcast_places"]
    assert "nan" not in "".join(shown.values())
