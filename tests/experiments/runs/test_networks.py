"""The network of chosen months of many runs: the same on both engines, and of each run what that run alone leaves."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from commands import refused_line

from experiments import load_scenario, memory
from experiments.behaviours import in_turn
from experiments.console import main
from experiments.runs import networks
from experiments.runs.networks import write_networks
from experiments.runs.pairs import InPlace
from experiments.runs.ties import tied_run
from sim import find_place

NAMES = ("talking_shop", "growth_coalition")
DATES = ["2001-04", "2001-06"]
TURNS = [InPlace(find_place(name)) for name in ("birmingham", "barnsley", "hackney")]


@pytest.mark.parametrize("turns", [[], TURNS])
def test_both_engines_leave_the_network_of_each_run(
    turns: list[InPlace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are put together at a time, also where boards differ in size."""
    scenarios = {
        "talking_shop": load_scenario("talking_shop", ["months=3"]),
        "growth_coalition": load_scenario("growth_coalition", ["months=4", "board=small_executive"]),
    }
    asked = {"seed": 2, "replicates": 5, "workers": None, "turns": turns}
    write_networks(tmp_path / "a", scenarios, DATES, engine="ensemble", **asked)
    monkeypatch.setattr(networks, "_EDGES_AT_ONCE", 1)
    write_networks(tmp_path / "b", scenarios, DATES, engine="mesa", **asked)
    edges = pd.read_parquet(tmp_path / "a")
    pd.testing.assert_frame_equal(edges, pd.read_parquet(tmp_path / "b"), check_exact=True)
    assert not edges.duplicated(["scenario", "replicate", "month", "source", "target"]).any()
    for name, scenario in scenarios.items():
        run = edges[(edges["scenario"] == name) & (edges["replicate"] == 4)].drop(columns=["scenario", "replicate"])
        alone = tied_run(in_turn(scenario, 4, turns), seed=2, replicate=4).pairs([0, 2])
        pd.testing.assert_frame_equal(run.reset_index(drop=True), alone, check_exact=True)


@pytest.mark.slow
@pytest.mark.usefixtures("empty_folder")
def test_compare_leaves_networks_that_networkx_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """Their measures are those of the same months of the runs."""
    asked = ["compare", f"scenarios=[{','.join(NAMES)}]", "months=3", "replicates=3", "figures=false"]
    assert main([*asked, "pairs=[2001-06]", "output=out"]) == 0
    edges, months = pd.read_parquet("out/pairs.parquet"), pd.read_parquet("out/trajectories.parquet")
    assert edges["date"].dtype == months["date"].dtype
    assert edges.attrs["columns"].keys() == set(edges)
    last = months[months["month"] == 2].set_index(["scenario", "replicate"])
    for run, rows in edges.groupby(["scenario", "replicate"]):
        tied = nx.from_pandas_edgelist(rows[rows["is_tied"]])
        tied.add_nodes_from(rows["source"])
        assert nx.density(tied) == pytest.approx(last.loc[run, "tie_density"])
        assert rows["trust"].mean() == pytest.approx(last.loc[run, "trust"])
    line = refused_line([*asked, "pairs=[2001-07]", "output=late"], capsys)
    assert "from 2001-04 to 2001-06" in line
    assert not Path("late").exists()


@pytest.mark.usefixtures("empty_folder")
def test_more_than_fits_is_refused_with_what_takes_less(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(memory, "memory_left", lambda: 10**9)
    line = refused_line(["compare", "replicates=200", "pairs=all", "figures=false"], capsys)
    assert "replicates = 200" in line
    assert "fewer months in pairs=" in line
