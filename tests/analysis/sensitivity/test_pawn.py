"""PAWN finds what moves a distribution, also where the mean stays, and tells it from chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.sensitivity.tables import OF_CHANCE, pawn

RANGES = {"humps": [0.0, 2.0], "which": ["a", "b"], "nothing": [0.0, 1.0]}


def study(draws: int = 200, replicates: int = 4) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return draws and runs: ``humps`` moves two humps apart, their mean stays; ``which`` moves all a little."""
    chance = np.random.default_rng(3)
    table = pd.DataFrame({"draw": range(draws)})
    table["humps"] = chance.uniform(0.0, 2.0, draws)
    table["which"] = chance.choice(["a", "b"], draws)
    table["nothing"] = chance.random(draws)
    runs = table.loc[table.index.repeat(replicates)].reset_index(drop=True)
    sign = chance.choice([-1.0, 1.0], len(runs))
    value = sign * runs["humps"] + 0.4 * (runs["which"] == "b") + chance.normal(0.0, 0.1, len(runs))
    replicate = np.tile(np.arange(replicates), draws)
    runs = pd.DataFrame({"draw": runs["draw"], "replicate": replicate, "value": value})
    return table, runs.assign(scenario="a", measure="m")


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return pawn(*study(), RANGES, resamples=40).set_index(["parameter", "index"])


def test_what_moves_the_distribution_is_told_from_chance(found):
    """The mean over replicates knows nothing of humps that part on both sides of it."""
    low, chance = found["ci_low"].xs("PAWN", level="index"), found["ci_high"].xs(OF_CHANCE, level="index")
    assert low["humps"] > chance["humps"]
    assert low["nothing"] <= chance["nothing"]
    value = found["value"].xs("PAWN", level="index")
    assert value["humps"] == value.max()
    assert value["which"] > chance["which"]


def test_intervals_hold_the_index_and_the_same_seed_gives_the_same(found):
    own = found.xs("PAWN", level="index")
    assert (own["ci_low"] <= own["value"]).all()
    assert (own["value"] <= own["ci_high"]).all()
    again = pawn(*study(), RANGES, resamples=40).set_index(["parameter", "index"])
    pd.testing.assert_frame_equal(found, again)


def test_failed_runs_are_left_out_one_by_one():
    """They were set to absurd numbers before they failed: nothing of these counts."""
    draws, runs = study()
    failed = runs["replicate"].eq(0) & (runs["draw"] % 5 == 0)
    gone = pawn(draws, runs[~failed], RANGES, resamples=0)
    missing = pawn(draws, runs.assign(value=runs["value"].mask(failed)), RANGES, resamples=0)
    pd.testing.assert_frame_equal(gone, missing)
    assert not gone.loc[gone["index"] == "PAWN", "value"].isna().any()


@pytest.mark.parametrize("ties", [False, True])
def test_the_index_is_that_of_salib_to_the_last_bit(ties):
    """Also where values and draws occur many times, as counts and options do."""
    analyse = pytest.importorskip("SALib.analyze.pawn").analyze
    chance = np.random.default_rng(5)
    points, values = chance.random((150, 2)), chance.normal(size=150)
    if ties:
        points, values = points.round(1), values.round()
    problem = {"num_vars": 2, "names": ["x", "y"], "bounds": [[0.0, 1.0]] * 2}
    draws = pd.DataFrame(points, columns=["x", "y"]).assign(draw=range(150))
    runs = pd.DataFrame({"scenario": "a", "measure": "m", "draw": range(150), "replicate": 0, "value": values})
    found = pawn(draws, runs, {"x": [0.0, 1.0], "y": [0.0, 1.0]}, resamples=0)
    theirs = analyse(problem, points, values, S=10, seed=1)["median"]
    assert found.loc[found["index"] == "PAWN", "value"].tolist() == list(theirs)
