"""Replicates that take turns with places, the same place in every scenario."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from experiments import load_scenario
from experiments.console import main
from sim import find_place, place_names, simulate


@pytest.mark.usefixtures("empty_folder")
def test_a_comparison_over_places_is_paired_place_by_place(capsys: pytest.CaptureFixture[str]) -> None:
    """Each run is that of its place with its replicate, and the table by place has all of them."""
    asked = ["scenarios=[talking_shop,baseline_lsp]", "places=county:Kent", "replicates=24", "months=6", "seed=4"]
    assert main(["compare", *asked, "figures=false", "output=out", "engine=mesa"]) == 0
    assert "no assessment of any authority" in capsys.readouterr().out
    runs, kent = pd.read_parquet("out/runs.parquet"), place_names("county:Kent")
    for name, replicate in (("talking_shop", 3), ("baseline_lsp", 15)):
        scenario = dataclasses.replace(load_scenario(name, ["months=6"]), place=find_place(kent[3]))
        alone = simulate(scenario, seed=4, replicate=replicate).measures["trust"].mean()  # over the last year
        mine = runs[(runs["scenario"] == name) & (runs["replicate"] == replicate)]
        assert mine["trust"].iloc[0] == pytest.approx(alone, rel=1e-12)
    table = pd.read_csv("out/places.csv")
    assert sorted(table["place"]) == sorted(kent * 2)
    assert set(table["runs"]) == {2}
    assert not Path("out/figures").exists()
