"""A scan that was stopped goes on to the same tables, and draws are known by their numbers."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from analysis.patterns.judging import Docket
from experiments.console import main
from experiments.errors import CommandError
from experiments.runs.declared_patterns import declared_patterns, docket_of, prepared
from experiments.search import prior_scan
from experiments.search.checkpoints import begin
from experiments.search.prior_scan import CHUNKS, PLAN, Scan, free_numbers, scanned
from sim import MONTH


@pytest.fixture(scope="module")
def scan() -> Scan:
    """Return a scan of two patterns that takes a run or two of three experiments."""
    declared = declared_patterns()
    all_of_them = docket_of(declared, MONTH, roles=("fit",), matrices=False)
    few = Docket(tuple(p for p in all_of_them.patterns if p.id in ("P14", "N3", "N10")), all_of_them.reasons)
    experiments = prepared(declared, few, runs_of=lambda name: 2, most_places=2)
    return Scan(free_numbers(), few, experiments, seed=4, at_once=3, threads=2)


def test_every_free_number_is_drawn_within_its_prior(scan):
    drawn = scan.drawn(0, 64)
    assert drawn.shape == (64, len(scan.parameters))
    assert {p.role for p in scan.parameters} == {"uncertain"}
    assert "expected" not in scan.names
    for column, parameter in zip(drawn.T, scan.parameters, strict=True):
        middle = (parameter.low + parameter.high) / 2
        assert parameter.low <= column.min() < middle < column.max() <= parameter.high


def test_a_draw_is_known_by_its_number(scan):
    together = scan.drawn(0, 12)
    assert (together == np.concatenate([scan.drawn(first, 4) for first in (0, 4, 8)])).all()
    assert (together != dataclasses.replace(scan, seed=5).drawn(0, 12)).any()
    assert len(np.unique(together, axis=0)) == 12


@pytest.mark.long
def test_a_scan_that_was_killed_goes_on_to_the_same_table(scan, tmp_path, monkeypatch):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    for folder in (whole, stopped):
        (folder / CHUNKS).mkdir(parents=True)
    table = scanned(scan, whole, draws=8)
    assert table["draw"].tolist() == list(range(8))
    assert scanned(scan, stopped, draws=3).equals(table.head(3))

    def killed(*_args, **_settings):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pd.DataFrame, "to_parquet", killed)
        with pytest.raises(KeyboardInterrupt):
            scanned(scan, stopped, draws=8)
    assert [path.name for path in (stopped / CHUNKS).iterdir()] == ["0000000.parquet"]
    assert scanned(dataclasses.replace(scan, threads=1), stopped, draws=8).equals(table)

    def never(*_args):
        raise AssertionError("what is stored is not simulated again")

    monkeypatch.setattr(prior_scan.Scan, "chunk", never)
    assert scanned(scan, stopped, draws=8).equals(table)
    shares = table.filter(like="months:typical:")
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert {name for name in table if name.startswith("margin_")} == {"margin_P14", "margin_N3", "margin_N10"}


def test_a_damaged_chunk_is_named(scan, tmp_path):
    (tmp_path / CHUNKS).mkdir()
    (tmp_path / CHUNKS / "0000000.parquet").write_bytes(b"nothing")
    with pytest.raises(CommandError, match=r"0000000\.parquet is damaged .*remove it"):
        scanned(scan, tmp_path, draws=2)


def test_draws_of_other_settings_are_not_mixed(tmp_path):
    begin(tmp_path / "s", {"runs": 2}, plan=PLAN, parts=CHUNKS, what="scan")
    begin(tmp_path / "s", {"runs": 2}, plan=PLAN, parts=CHUNKS, what="scan")
    with pytest.raises(CommandError, match="begun with runs = 2, now it is 3: draws are not mixed"):
        begin(tmp_path / "s", {"runs": 3}, plan=PLAN, parts=CHUNKS, what="scan")


@pytest.mark.long
def test_a_scan_from_end_to_end(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    few = ["runs=2", "runs_of={talking_shop: 1}", "places=2", "draws_at_once=4", "threads=2"]
    asked = ["scan", "study=s", *few, "confirm_runs=4", "matrix_runs=1"]
    assert main([*asked, "draws=4", "confirm=0"]) == 0
    first = pd.read_parquet("s/draws.parquet")
    assert main([*asked, "draws=6", "confirm=1"]) == 0
    assert pd.read_parquet("s/draws.parquet").head(4).equals(first)
    confirmed = pd.read_csv("s/confirmed.csv")
    assert len(confirmed) == 1
    assert confirmed["draw"][0] in range(6)
    findings = pd.read_csv("s/confirmed_findings.csv")
    assert not set(findings["id"]) & {p.id for p in declared_patterns().patterns if p.role != "fit"}
    summary = (tmp_path / "s" / "summary.txt").read_text("utf-8")
    assert "Not judged: N7" in summary
    assert "N1 counts as missed in every draw" in summary  # two places, none of them with the fund
    settings = json.loads((tmp_path / "s" / "manifest.json").read_text("utf-8"))["settings"]
    assert settings["districts"]["england"] == 2
    assert "Districts: conditional on the record; no assessment of any authority." in settings["remarks"]
    for name in ("shares", "decides"):
        assert (tmp_path / "s" / "figures" / f"{name}.png").is_file()
