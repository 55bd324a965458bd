"""Sets of numbers among which are those of an extension: every replicate takes all of its set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import refused_line
from strategies import extension_text

from experiments import load_scenario
from experiments.behaviours import behaviours_of_a_fit
from experiments.console import main
from sim import simulate

SETS = [{"tie_rate": 0.1, "own.grudge_rate": 0.2}, {"tie_rate": 0.2, "own.grudge_rate": 0.45}]
TAKEN = ["extension=grudges.py", "--config-dir", "configs", "months=4"]


@pytest.fixture(autouse=True)
def fitted(empty_folder: Path) -> None:
    """Leave the extension of docs/extending.md, and two sets as a fit leaves them, the second chosen."""
    Path("grudges.py").write_text(extension_text(), "utf-8")
    for path, text in behaviours_of_a_fit(SETS, SETS[1], again="a test", chosen_as="chosen").items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, "utf-8")


def _grudge_alone(replicate: int, *given: str) -> float:
    numbers = SETS[replicate % 2]
    own = [f"own.grudge_rate={numbers['own.grudge_rate']}", f"behaviour.tie_rate={numbers['tie_rate']}", *given]
    scenario = load_scenario("talking_shop", ["extension=grudges.py", "months=4", "behaviour=by_hand", *own])
    return float(simulate(scenario, seed=1, replicate=replicate).measures["grudge"].mean())


@pytest.mark.slow
def test_replicates_take_turns_with_them() -> None:
    asked = ["scenarios=[talking_shop,baseline_lsp]", "replicates=3", "engine=mesa", "figures=false", "output=out"]
    assert main(["compare", *TAKEN, "behaviour=accepted", *asked]) == 0
    runs = pd.read_parquet("out/runs.parquet")
    of_one = runs[runs["scenario"] == "talking_shop"].set_index("replicate")["grudge"]
    for replicate in range(3):
        assert of_one[replicate] == pytest.approx(_grudge_alone(replicate), rel=1e-12)


def test_what_is_typed_holds_in_all_sets() -> None:
    asked = ["scenario=talking_shop", "replicate=1", "figures=false", "output=out"]
    assert main(["run", *TAKEN, "behaviour=accepted", "own.grudge_rate=0.3", *asked]) == 0
    shown = pd.read_csv("out/trajectories.csv")["grudge"].mean()
    assert shown == pytest.approx(_grudge_alone(1, "own.grudge_rate=0.3"), rel=1e-12)


def test_the_chosen_set_is_a_behaviour() -> None:
    assert main(["run", *TAKEN, "behaviour=chosen", "scenario=talking_shop", "replicate=1", "figures=false"]) == 0
    (written,) = Path("outputs").rglob("trajectories.csv")
    assert pd.read_csv(written)["grudge"].mean() == pytest.approx(_grudge_alone(1), rel=1e-12)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", *TAKEN[1:], "behaviour=accepted"], "own.grudge_rate"),
        (["run", *TAKEN[1:], "behaviour=chosen"], "own.grudge_rate"),
        (["sweep", *TAKEN, "behaviour=accepted", "study=s", "vary=[own.grudge_rate]", "draws=2"], "leave one of them"),
        pytest.param(["explorer", "--config-dir", "configs"], "numbers of an extension", marks=pytest.mark.long),
    ],
)
def test_where_they_cannot_be_taken_a_line_says_so(words: list[str], said: str, capfd: Any) -> None:
    assert said in refused_line(words, capfd, alone=False)
