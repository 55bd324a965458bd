"""Many runs, some at a time: what is kept does not depend on how many that are, nor on where it is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import load_scenario
from experiments.runs import pairs
from experiments.runs.pairs import InPlace, run_pairs, run_pairs_into
from sim import block, find_place


@pytest.mark.parametrize("n_turns", [0, 2])
def test_runs_in_small_portions_into_a_file_are_those_at_once_in_memory(
    n_turns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = ["months=3", "board=small_executive"]
    scenarios = {name: load_scenario(name, short) for name in ("talking_shop", "growth_coalition")}
    turns = [InPlace(find_place(name)) for name in ("birmingham", "barnsley")[:n_turns]]
    asked = {"seed": 2, "replicates": 9, "engine": "ensemble", "turns": turns}
    once = run_pairs(scenarios, **asked)
    for module, name in ((pairs, "_REPLICATES_AT_ONCE"), (pairs, "RUNS_AT_ONCE"), (block, "RUNS_AT_ONCE")):
        monkeypatch.setattr(module, name, 2)
    stored = run_pairs_into(tmp_path, scenarios, **asked)
    for table in ("runs", "trajectories"):
        expected, found = getattr(once, table), getattr(stored, table)
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / f"{table}.parquet"), expected, check_exact=True)
        assert list(found) == list(expected)
        assert list(found[["trust", "scenario"]]) == ["trust", "scenario"]


@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_replicates_that_are_added_are_those_of_a_comparison_that_has_as_many_from_the_start(
    engine: str, tmp_path: Path
) -> None:
    """Also where the first of them do not come to whole turns."""
    short = ["months=3", "board=small_executive"]
    scenarios = {name: load_scenario(name, short) for name in ("talking_shop", "growth_coalition")}
    turns = [InPlace(find_place(name)) for name in ("birmingham", "barnsley", "hackney")]
    once = run_pairs(scenarios, seed=2, replicates=9, engine=engine, turns=turns)
    asked = {"seed": 2, "engine": engine, "turns": turns}
    run_pairs_into(tmp_path, scenarios, replicates=4, needed=lambda first: len(first) + 1, **asked)
    for table, keys in (("runs", ["replicate"]), ("trajectories", ["replicate", "month"])):
        kept = pd.read_parquet(tmp_path / f"{table}.parquet")
        first = kept["replicate"] < 4
        assert first.iloc[: first.sum()].all()
        order = [kept["scenario"].map(list(scenarios).index), *(kept[key] for key in keys)]
        kept = kept.iloc[np.lexsort(order[::-1])].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, getattr(once, table), check_exact=True)
