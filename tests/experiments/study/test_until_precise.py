"""Studies whose replicates go on until a half-width: planned in two stages, whoever does them and in whatever order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import refused_line

from analysis.shared.precision import draws_needed
from experiments.console import main
from experiments.output import studies
from experiments.study import plans
from experiments.study.precision import has_to_grow

BEGUN = ["months=3", "board=small_executive", "vary=[levers.duty]", "draws=8", "runs_per_chunk=6"]
ASKED = [*BEGUN, "replicates=4", "precision={attendance:0.08}", "most_replicates=60"]
TABLES = ("runs.parquet", "summary.csv", "precision.csv")


def results(folder: str) -> dict[str, bytes]:
    return {name: Path(folder, name).read_bytes() for name in TABLES}


def test_intervals_of_all_draws_hold_the_truth() -> None:
    """Every draw has as many as the one that needs most, and draws share their chance: each interval still holds it."""
    chance = np.random.default_rng(20_261_128)
    trials, draws, first, asked = 400, 12, 10, 0.35
    sds = np.linspace(0.3, 1.0, draws)
    holds = []
    for _ in range(trials):

        def runs(n: int) -> np.ndarray:
            return sds * (0.7 * chance.normal(size=(n, 1)) + 0.7 * chance.normal(size=(n, draws)))

        values = runs(first)
        table = pd.DataFrame({"scenario": "a", "draw": np.tile(np.arange(draws), first), "trust": values.ravel()})
        needed = int(draws_needed(table, {"trust": asked})["needed"].max())
        mean = np.concatenate([values, runs(needed - first)]).mean(axis=0)
        holds.append(np.abs(mean) <= asked)
    each = np.mean(holds, axis=0)
    assert (each > 0.95 - 4 * np.sqrt(0.95 * 0.05 / trials)).all()


@pytest.mark.slow
@pytest.mark.usefixtures("empty_folder")
def test_replicates_are_those_of_a_study_that_has_as_many_from_the_start(computed: list[str]) -> None:
    """What is run first is kept: no chunk is computed twice."""
    assert main(["sweep", "study=s", *ASKED]) == 0
    study = plans.open_study(Path("s"))
    assert sorted(computed) == sorted(chunk.id for chunk in study.chunks)
    many = study.settings["replicates"]
    assert 4 < many <= 60
    assert main(["sweep", "study=plain", *BEGUN, f"replicates={many}"]) == 0
    pd.testing.assert_frame_equal(pd.read_parquet("s/runs.parquet"), pd.read_parquet("plain/runs.parquet"))
    told = pd.read_csv("s/precision.csv")
    assert told["draw"].tolist() == list(range(8))
    assert told["replicates"].unique().tolist() == [many]
    assert told["needed"].max() == study.settings[plans.NEEDED]


@pytest.mark.slow
@pytest.mark.usefixtures("empty_folder")
def test_a_study_that_stops_between_the_stages_goes_on_to_the_same_bytes(
    computed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So does one that others grow meanwhile: how many it takes is read off the finished first stage alone."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    assert main(["sweep", "study=whole", *ASKED]) == 0
    with monkeypatch.context() as patch:
        patch.setattr(studies, "grown_to_precision", interrupted)
        assert main(["sweep", "study=s", *ASKED]) == 130
    early = plans.open_study(Path("s"))
    assert has_to_grow(early)
    assert main(["sweep", "study=s", "status=true"]) == 0
    assert "how many more it takes" in " ".join(capsys.readouterr().out.split())
    computed.clear()
    assert main(["sweep", "study=s"]) == 0
    grown = plans.open_study(Path("s"))
    assert sorted(computed) == sorted({chunk.id for chunk in grown.chunks} - {chunk.id for chunk in early.chunks})
    assert results("s") == results("whole")
    assert studies.grown_to_precision(early) == grown
    assert main(["sweep", "study=s", *ASKED]) == 0
    assert results("s") == results("whole")
    other = [*BEGUN, "replicates=4", "precision={attendance:0.05}", "most_replicates=60"]
    assert "half_widths.attendance = 0.08, now it is 0.05" in refused_line(
        ["sweep", "study=s", *other], capsys, alone=False
    )


@pytest.mark.slow
@pytest.mark.usefixtures("empty_folder")
def test_no_more_are_run_than_are_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    """Replicates that take turns with a sample have each of its sets as often."""
    asked = [*BEGUN, "behaviour=accepted", "replicates=31", "precision={attendance:0.001}", "most_replicates=70"]
    assert main(["sweep", "study=s", *asked]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert plans.open_study(Path("s")).settings["replicates"] == 62
    assert "No more than 70 were allowed" in said
    assert "reached in 0 of 8" in said
