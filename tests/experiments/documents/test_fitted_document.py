"""The page on the fit: what is evidence, and sets and draws that are judged."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.behaviours import read_sample
from experiments.documents import evidence
from experiments.documents import fitted as document

VERDICTS = {"P2": "met", "P3": "met", "P6": "missed", "N17": "met"}
PRIOR = {"P2": 0.4, "P3": 0.95, "P6": 0.0, "N17": 0.7}


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep invented verdicts of four patterns in a folder of its own."""
    folder = tmp_path / evidence.FITTED
    folder.mkdir()
    board = pd.DataFrame({"id": list(VERDICTS), "verdict": list(VERDICTS.values()), "share_of_sets": 0.9})
    board.to_csv(folder / "best.csv", index=False)
    board.to_csv(folder / "accepted.csv", index=False)
    board.assign(share_of_sets=board["id"].map(PRIOR)).to_csv(folder / "prior.csv", index=False)
    pd.DataFrame({"id": ["N17"], "share": [PRIOR["N17"]]}).to_csv(folder / "patterns.csv", index=False)
    lost = {("random_attendance", "P2"): "missed", ("no_trust", "P6"): "missed", ("no_ties", "N17"): "met"}
    rows = [(null, id, verdict) for (null, id), verdict in lost.items()]
    pd.DataFrame(rows, columns=["null", "id", "verdict"]).to_csv(folder / "nulls.csv", index=False)
    monkeypatch.setattr(evidence, "EVIDENCE", tmp_path)
    return folder


def test_evidence_is_what_few_draws_show_and_a_null_loses(stored: Path) -> None:
    """P2 is lost by a null that is declared for it; N17 by none; P3 nearly all draws show; P6 is missed."""
    headings, rows = evidence.fit_board_rows()
    found = {row[0]: dict(zip(headings, row, strict=True)) for row in rows}
    assert list(found) == ["P2", "P3", "P6", "N17"]
    assert [found[id]["evidence"] for id in found] == ["yes", "", "", ""]
    assert found["P2"]["lost by"] == "random attendance"
    assert found["N17"]["lost by"] == found["P6"]["lost by"] == "none"
    assert (found["P3"]["prior draws"], found["P3"]["accepted sets"]) == ("95%", "90%")
    (stored / "nulls.csv").unlink()
    assert {row[headings.index("lost by")] for row in evidence.fit_board_rows()[1]} == {"not asked yet"}


def test_sets_of_a_study_ship_and_its_prior_draws_are_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, configs = tmp_path / "study", tmp_path / "configs"
    for folder in (study / "configs" / "behaviour", configs / "behaviour", study / "draws"):
        folder.mkdir(parents=True)
    (study / "configs" / "behaviour" / "best.yaml").write_text("tie_rate: 0.25\n", "utf-8")
    (study / "configs" / "behaviour" / "accepted.yaml").write_text("sample: accepted.csv\n", "utf-8")
    (study / "configs" / "behaviour" / "accepted.csv").write_text("tie_rate\n0.25\n", "utf-8")
    for first in (0, 64):
        draws = pd.DataFrame({"draw": range(first, first + 64), "behaviour.tie_rate": 0.2 + 0.001 * first})
        draws.to_parquet(study / "draws" / f"{first:07d}.parquet")
    (study / "manifest.json").write_text(json.dumps({"command": ["partnerships", "fit"]}), "utf-8")
    monkeypatch.setattr(document, "shipped_folder", lambda: configs)
    document.shipped(study)
    assert read_sample(configs / "behaviour" / "accepted.csv").sets[0].behaviour.tie_rate == 0.25
    own = document.prior_as_behaviour(study, tmp_path / "own")
    sample = read_sample(own / "behaviour" / "prior.csv")
    assert [len(sample.sets), sample.sets[0].behaviour.tie_rate, sample.sets[-1].behaviour.tie_rate] == [
        128,
        0.2,
        0.264,
    ]
