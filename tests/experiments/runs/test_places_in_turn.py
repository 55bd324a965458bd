"""Replicates that take turns with places, the same place in every scenario."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from experiments import load_scenario
from experiments.behaviours import NumberSet
from experiments.console import main
from experiments.verbs.compare import turns_of
from sim import find_place, place_names, simulate
from sim.parameters import Behaviour


def test_places_and_parameter_sets_take_turns_side_by_side() -> None:
    """Replicate r has place r mod their number and set r mod theirs, so both tables by r are right."""
    places = [find_place(name) for name in place_names("county:Kent")][:4]
    sets = [NumberSet(Behaviour(tie_rate=rate)) for rate in (0.1, 0.2, 0.3)]
    turns = turns_of(places, sets)
    assert len(turns) == 12
    lived = [turn.of(load_scenario("baseline_lsp")) for turn in turns]
    assert [scenario.place for scenario in lived] == [places[r % 4] for r in range(12)]
    assert [scenario.behaviour for scenario in lived] == [sets[r % 3].behaviour for r in range(12)]
    assert turns_of([], []) == []
    assert turns_of([], sets) == sets


@pytest.mark.long
@pytest.mark.usefixtures("empty_folder")
def test_a_comparison_over_places_is_paired_place_by_place(capsys: pytest.CaptureFixture[str]) -> None:
    """Each run is that of its place with its replicate, and the table by place has all of them."""
    asked = ["scenarios=[talking_shop,baseline_lsp]", "places=county:Kent", "replicates=24", "months=6", "seed=4"]
    asked += ["behaviour=by_hand"]
    assert main(["compare", *asked, "figures=false", "output=out", "engine=mesa"]) == 0
    assert "no assessment of any authority" in capsys.readouterr().out
    runs, kent = pd.read_parquet("out/runs.parquet"), place_names("county:Kent")
    for name, replicate in (("talking_shop", 3), ("baseline_lsp", 15)):
        scenario = dataclasses.replace(
            load_scenario(name, ["months=6", "behaviour=by_hand"]), place=find_place(kent[3])
        )
        alone = simulate(scenario, seed=4, replicate=replicate).measures["trust"].mean()  # over the last year
        mine = runs[(runs["scenario"] == name) & (runs["replicate"] == replicate)]
        assert mine["trust"].iloc[0] == pytest.approx(alone, rel=1e-12)
    table = pd.read_csv("out/places.csv")
    assert sorted(table["place"]) == sorted(kent * 2)
    assert set(table["runs"]) == {2}
    assert not Path("out/figures").exists()
