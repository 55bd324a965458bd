"""What a job returns to a sweeper of Hydra that optimises, and what names of groups cannot stand for."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from commands import refused_line
from hydra._internal.hydra import Hydra

from experiments.console import main


@pytest.fixture
def returned(monkeypatch, empty_folder):
    """Return the list to which Hydra's sweeper adds what its jobs return, (batches, jobs)."""
    told: list[list[float]] = []
    multirun = Hydra.multirun

    def watched(self, *given, **named):
        batches = multirun(self, *given, **named)
        told.extend([job.return_value for job in batch] for batch in batches)
        return batches

    monkeypatch.setattr(Hydra, "multirun", watched)
    return told


@pytest.mark.slow
def test_a_sweeper_is_told_what_each_run_came_to(returned):
    words = ["run", "--multirun", "seed=1,2", "months=6", "figures=false", "objective=trust", "output=o"]
    assert main(words) == 0
    found = sorted(Path("o").iterdir())
    last = [pd.read_csv(folder / "trajectories.csv")["trust"].iloc[-1] for folder in found]
    assert returned == [pytest.approx(last)]
    assert last[0] != last[1]
    settings = [json.loads((folder / "manifest.json").read_text())["settings"] for folder in found]
    assert [one["objective_value"] for one in settings] == returned[0]


@pytest.mark.parametrize(
    ("name", "column"), [("mean_trust", "trust"), ("trust@2001-06", "trust"), ("months_hollow", "regime")]
)
def test_an_objective_is_any_outcome_of_a_run(returned, name, column):
    assert main(["run", "--multirun", "seed=1", "months=6", "figures=false", f"objective={name}", "output=o"]) == 0
    (folder,) = Path("o").iterdir()
    months = pd.read_csv(folder / "trajectories.csv")
    expected = {
        "mean_trust": months["trust"].mean(),
        "trust@2001-06": months["trust"].iloc[2],
        "months_hollow": (months["regime"] == "hollow").sum(),
    }
    assert column in months
    assert returned == [[pytest.approx(expected[name])]]


@pytest.mark.slow
def test_of_a_comparison_it_is_the_mean_difference_from_the_reference(returned):
    words = ["compare", "--multirun", "scenarios=[talking_shop,baseline_lsp]", "replicates=3", "months=6", "seed=1"]
    assert main([*words, "engine=mesa", "behaviour=best", "figures=false", "objective=trust", "output=o"]) == 0
    (folder,) = Path("o").iterdir()
    runs = pd.read_parquet(folder / "runs.parquet").set_index("scenario")
    difference = runs.loc["talking_shop", "trust"].mean() - runs.loc["baseline_lsp", "trust"].mean()
    assert returned == [[pytest.approx(difference)]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["objective=trsut"], ["objective", "'trsut'", "did you mean trust?"]),
        (["months=6", "objective=trust@2030-01"], ["objective", "2001-04 to 2001-09"]),
        (["output=sweep/${seeed}"], ["${seeed}", "did you mean seed?"]),
    ],
)
def test_what_cannot_be_meant_is_refused(empty_folder, capsys, words, said):
    line = refused_line(["run", *words], capsys)
    assert all(part in line for part in said), line
