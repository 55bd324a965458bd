"""Results say what they are: axes, dates, regimes, units. A number without them is read wrongly sooner or later."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from experiments import load_scenario
from sim import MEASURES, REGIMES, simulate, simulate_ensemble


@pytest.fixture(scope="module")
def ensemble():
    """Two scenarios of different length that begin at different dates."""
    scenarios = [
        load_scenario("talking_shop", ["months=14"]),
        load_scenario("growth_coalition", ["months=9", "start=2002-06"]),
    ]
    return simulate_ensemble(scenarios, replicates=[3, 5, 8], seed=7)


def test_a_measure_is_found_by_the_names_of_its_axes(ensemble):
    engagement = ensemble["engagement"]
    assert engagement.dims == ("scenario", "replicate", "month")
    here = engagement.sel(scenario="growth_coalition", replicate=5, month=8)
    assert float(here) == ensemble.measures[1, 1, 8, ensemble.measure_names.index("engagement")]
    assert here["date"].values == np.datetime64("2003-02-01")
    assert np.isnan(engagement.sel(scenario="growth_coalition", month=slice(9, None))).all()


def test_a_measure_can_still_be_read_by_position(ensemble):
    """As before there were names."""
    assert np.array_equal(ensemble["trust"][0, 1], ensemble.array_of("trust")[0, 1])
    assert np.array_equal(np.asarray(ensemble["trust"][0]), ensemble.measures[0, ..., list(MEASURES).index("trust")])


def test_a_measure_shows_the_numbers_and_does_not_copy_them(ensemble):
    assert np.shares_memory(ensemble["trust"].values, ensemble.measures)


def test_words_are_those_of_the_one_table(ensemble):
    for name, measure in MEASURES.items():
        attributes = ensemble[name].attrs
        told = [attributes[word] for word in ("label", "unit", "definition")]
        assert told == [measure.label, measure.unit, measure.says]
        assert [attributes["long_name"], attributes["units"]] == told[:2], "what xarray labels its axes by"


def test_dates_run_along_months_where_scenarios_begin_alike(ensemble):
    assert ensemble["trust"]["date"].dims == ("scenario", "month")
    alone = simulate_ensemble([load_scenario("talking_shop", ["months=2"])], replicates=1)["trust"]
    assert alone["date"].dims == ("month",)
    assert alone["date"].values.tolist() == pd.to_datetime(["2001-04-01", "2001-05-01"]).to_pydatetime().tolist()


def test_a_dataset_has_every_measure_and_the_regimes(ensemble):
    found = ensemble.dataset()
    assert isinstance(found, xr.Dataset)
    assert set(found) == {*MEASURES, "regime", "final_regime"}
    assert found["final_regime"].dims == ("scenario", "replicate")
    names = found["regime"].attrs["regimes"]
    assert names == list(REGIMES)
    finals = ensemble.finals().set_index(["scenario", "replicate"])["regime"]
    for (scenario, replicate), regime in finals.items():
        assert names[int(found["final_regime"].sel(scenario=scenario, replicate=replicate))] == regime
    assert (found["regime"].sel(scenario="growth_coalition", month=slice(9, None)) == -1).all()


def test_an_ensemble_is_told_in_one_line(ensemble):
    assert repr(ensemble) == (
        f"Ensemble(2 scenarios × 3 replicates × 14 months, {len(MEASURES)} measures, seed 7: "
        "talking_shop, growth_coalition)"
    )


def test_an_unknown_measure_names_those_that_were_kept():
    few = simulate_ensemble([load_scenario("talking_shop", ["months=2"])], replicates=1, measures=["trust"])
    with pytest.raises(KeyError, match=r"'engagement' was not kept; kept: trust"):
        few["engagement"]


def test_tables_have_dates_and_regimes_in_their_order(ensemble):
    history = simulate(ensemble.scenarios[0], seed=7, replicate=3)
    for table in (ensemble.table(), history.measures):
        assert pd.api.types.is_datetime64_any_dtype(table["date"])
        assert table["regime"].dtype == pd.CategoricalDtype(list(REGIMES), ordered=True)
        assert table.attrs["columns"]["trust"]["unit"] == MEASURES["trust"].unit
        assert table.attrs["regimes"] == list(REGIMES)
    assert ensemble.table()["regime"].notna().all(), "months that were not lived are left away"
    assert pd.api.types.is_datetime64_any_dtype(history.events["date"])
    assert history.measures["date"].iloc[-1] == pd.Timestamp("2002-05-01")


def test_a_file_keeps_what_a_table_says(ensemble, tmp_path):
    ensemble.table().to_parquet(tmp_path / "months.parquet")
    again = pd.read_parquet(tmp_path / "months.parquet")
    assert again.attrs == ensemble.table().attrs
    pd.testing.assert_frame_equal(again, ensemble.table())


def test_words_do_not_make_every_step_slower(ensemble):
    """pandas copies attributes with every step, which for all words would take longer than the step."""
    table = ensemble.table()
    assert table[["trust"]].attrs["columns"] is table.attrs["columns"]


@pytest.mark.slow
def test_who_only_computes_does_not_load_xarray():
    """It takes a seventh of a second, and processes of a study do not need it."""
    code = "import sys, sim; sim.simulate_ensemble; print('xarray' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
