"""The explorer as a file: which settings lie on the grid, and that what is packed is what was run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import load_scenario
from experiments.console import main
from experiments.errors import CommandError
from experiments.page.catalogue import DUTY, PAGE_MEASURES, QUANTILES
from experiments.page.grid import Grid, axes_of, examples_wanted, grid_runs, left_out, presets_for, stored_months
from experiments.page.packing import unpacked
from experiments.page.request import NUMBERS, preset_scenarios
from sim import simulate_ensemble, with_changes

SMALL = {"vary": ("levers.staff_team", "duty"), "levels": 2, "ranges": {}}
SOON = [
    "vary=[levers.staff_team,duty]",
    "ranges={levers.staff_team:[0.3,0.9]}",
    "levels=2",
    "replicates=3",
    "months_between=12",
    "presets=[nrf_cliff_2008]",
]


@pytest.fixture(scope="module")
def base():
    return load_scenario("baseline_lsp", [NUMBERS])


# -------------------------------------------------------------------------------- axes


def test_the_base_lies_on_every_axis(base):
    """The level nearest the base's own value is that very value, so that the base can be chosen."""
    axes = axes_of(["levers.staff_team", "duty", "levers.initiatives"], levels=4, ranges={}, base=base)
    staff, duty, initiatives = axes
    assert staff.levels == pytest.approx((0.0, base.levers.staff_team, 2 / 3, 1.0), abs=1e-5)
    assert duty.paths == tuple(f"levers.duty.{name}" for name in DUTY)
    assert duty.levels[0] == 0.0
    assert base.levers.initiatives in initiatives.levels
    assert all(list(axis.levels) == sorted(set(axis.levels)) for axis in axes)


def test_ranges_can_be_narrowed_and_may_name_what_is_not_varied(base):
    """The usual ranges stand in the config, for whichever levers are chosen."""
    ranges = {"levers.pooling_rate": [0.01, 0.41], "levers.staff_team": [0.2, 0.4]}
    (axis,) = axes_of(["levers.staff_team"], levels=3, ranges=ranges, base=base)
    assert axis.levels == pytest.approx((0.2, 0.3, 0.4))


REFUSED_AXES = [
    ({"vary": ["levers.staff_tame"]}, "did you mean levers.staff_team?"),
    ({"vary": ["levers.purse"]}, "levers.purse is no single number"),
    ({"vary": ["levers.duty"]}, "levers.duty is no single number"),
    ({"vary": ["levers.flexible_fund_gbp_m"]}, "'place' in the base is no number"),
    ({"ranges": {"levers.staff_team": [0.5, 0.9]}}, "leaves out 0.3"),
    ({"ranges": {"levers.staff_team": [0.9, 0.1]}}, "reversed"),
    ({"ranges": {"levers.staff_tame": [0, 1]}}, "did you mean levers.staff_team?"),
]


@pytest.mark.parametrize(("changed", "told"), REFUSED_AXES)
def test_levers_that_make_no_axis_are_refused(base, changed, told):
    """In one line, before anything is computed."""
    asked: dict[str, Any] = SMALL | changed
    with pytest.raises(CommandError) as refused:
        axes_of(asked["vary"], levels=asked["levels"], ranges=asked["ranges"], base=base)
    assert told in str(refused.value)


def test_a_composite_needs_one_value_in_the_base():
    """Six duties that differ cannot be moved as one lever."""
    with pytest.raises(CommandError, match="different values"):
        axes_of(["duty"], levels=3, ranges={}, base=load_scenario("baseline_lsp", ["levers.duty.attend=0.5"]))


def test_the_last_month_is_always_stored():
    """The end of the run is what most people look at."""
    assert stored_months(144, 3) == (*range(0, 144, 3), 143)
    assert stored_months(13, 12) == (0, 12)


def test_scenarios_of_another_time_are_left_out(base):
    """One file has one axis of time; the base is on the grid already."""
    beside = presets_for(base, preset_scenarios())
    assert "place_first_2013" not in beside
    assert "baseline_lsp" not in beside
    assert {"talking_shop", "growth_coalition"} <= set(beside)


# ------------------------------------------------------------------------------- runs


@pytest.fixture(scope="module")
def grid(base):
    short = with_changes(base, months=30)
    presets = presets_for(short, {"growth_coalition": load_scenario("growth_coalition")})
    axes = axes_of(["levers.staff_team", "duty"], levels=3, ranges={}, base=short)
    return Grid(short, axes, presets, 4, seed=3, months_at=stored_months(30, 6), replicated=("engagement", "outcome"))


@pytest.fixture(scope="module")
def runs(grid):
    told = []
    done = grid_runs(grid, threads=1, advance=told.append)
    assert sum(told) == grid.n_points * grid.replicates
    return done


def test_points_are_in_the_order_in_which_the_page_counts_them(grid):
    """The last axis moves fastest, presets come last."""
    points = list(grid.points())
    assert len(points) == grid.n_points == 10
    assert points[1].levers.duty.regard == grid.axes[1].levels[1]
    assert points[3].levers.staff_team == grid.axes[0].levels[1]
    assert points[9].name == "growth_coalition"
    assert points[grid.number_of(grid.base_levels)] == grid.base


def test_every_point_is_what_the_library_gives(grid, runs):
    """Run by run, quantile by quantile, regime by regime."""
    point = 7
    lived = simulate_ensemble([list(grid.points())[point]], replicates=4, seed=3, months=grid.months_at)
    for place, name in enumerate(grid.replicated):
        np.testing.assert_allclose(runs.replicated[point, place], lived[name][0], rtol=1e-6)
    trust = grid.banded.index("trust")
    np.testing.assert_allclose(
        runs.banded[point, trust, :5], np.quantile(lived["trust"][0], QUANTILES, axis=0), rtol=1e-6
    )
    np.testing.assert_array_equal(runs.regimes[point], lived.regimes[0])


def test_computing_in_other_portions_changes_nothing(grid, runs, monkeypatch):
    """How much is run at once is a matter of memory alone."""
    monkeypatch.setattr("experiments.page.grid._RUNS_AT_ONCE", 8)
    again = grid_runs(grid, threads=2, advance=lambda _: None)
    np.testing.assert_array_equal(again.replicated, runs.replicated)
    np.testing.assert_array_equal(again.banded, runs.banded)
    np.testing.assert_array_equal(again.regimes, runs.regimes)


def test_single_runs_are_stored_where_people_look_first(grid, base):
    """Both sides of the page as it opens (the base, and every lever at its top) have a run of their own."""
    wanted = examples_wanted(grid)
    assert wanted[grid.number_of(grid.base_levels)] == grid.base
    assert set(wanted) >= {0, 2, 6, 8, 9}
    many = axes_of(
        ["leadership.attention", "leadership.direction", "levers.scrutiny", "duty", "levers.overlap"],
        levels=2,
        ranges={},
        base=base,
    )
    few = examples_wanted(Grid(base, many, {}, 4, seed=3, months_at=(0, 143), replicated=("engagement", "outcome")))
    assert 2**5 - 1 in few
    assert len(few) <= 2 + 2 * 5


def test_what_is_left_out_is_said(grid):
    """Whoever opens the file reads what it holds and where the rest is."""
    assert "10 settings of 4 runs" in left_out(grid)
    assert "partnerships app" in left_out(grid)


# ------------------------------------------------------------------------------- the verb


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("explorer") / "answer"
    assert main(["explorer", *SOON, f"output={folder}"]) == 0
    return folder


@pytest.fixture(scope="module")
def held(written) -> dict[str, Any]:
    """Return the grid in the page, as the page reads it."""
    page = (written / "explorer.html").read_text("utf-8")
    start = re.search(r'\{"base":"baseline_lsp","place"', page)
    assert start
    return json.JSONDecoder().raw_decode(page[start.start() :])[0]


def test_the_verb_writes_page_table_and_manifest(written):
    """All of it or nothing, and a record of what was asked."""
    assert {path.name for path in written.iterdir()} == {"explorer.html", "points.csv", "manifest.json"}
    manifest = json.loads((written / "manifest.json").read_text())
    assert {row["path"] for row in manifest["files"]} == {"explorer.html", "points.csv"}
    assert set(manifest["scenarios"]) == {"baseline_lsp", "nrf_cliff_2008"}


def test_the_page_reaches_for_nothing(written):
    """No script, style, picture or font from elsewhere; its policy allows no connection."""
    page = (written / "explorer.html").read_text("utf-8")
    head = page[: page.index("</head>")]
    assert "connect-src 'none'" in head
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=(?!\"data:)", page.split("<script")[0])


def test_the_page_holds_the_runs(held, base):
    """Within half a step of eight bits; regimes exactly; months, points and pairs where the page looks for them."""
    replicated = held["replicated"]
    values = unpacked(replicated["values"])
    assert values.shape == (5, len(replicated["measures"]), 3, len(held["months_at"]))
    axes, levels = held["axes"], [axis["levels"][1] for axis in held["axes"]]
    assert levels == [0.9, 1.0]
    changes = [f"{path}={level}" for axis, level in zip(axes, levels, strict=True) for path in axis["paths"]]
    scenario = load_scenario("baseline_lsp", [NUMBERS, *changes])
    lived = simulate_ensemble([scenario], replicates=3, seed=held["seed"], months=held["months_at"])
    for place, name in enumerate(replicated["measures"]):
        assert np.all(np.abs(values[3, place] - lived[name][0]) <= 0.51 * replicated["values"]["scale"][place])
    banded = held["banded"]
    assert {*replicated["measures"], *banded["measures"]} == set(PAGE_MEASURES)
    means = unpacked(banded["values"])[3, :, 5]
    for place, name in enumerate(banded["measures"]):
        assert np.all(np.abs(means[place] - lived[name][0].mean(axis=0)) <= 0.51 * banded["values"]["scale"][place])
    np.testing.assert_array_equal(unpacked(held["regimes"])[3], lived.regimes[0])


def test_the_page_holds_single_runs_of_one_replicate(held):
    """Base, ends and corners of the axes, and presets: two sides always show the same people and luck."""
    assert {one["point"] for one in held["examples"]} == {0, 1, 2, 3, 4}
    assert len({one["example"]["replicate"] for one in held["examples"]}) == 1
    trust = unpacked(held["examples"][0]["example"]["trust"])
    assert trust.shape == (len(held["months_at"]), 19, 19)
    assert held["policy"]["nrf_cliff_2008"][0]["changes"] == {"levers.flexible_fund_gbp_m": 0}


def test_the_table_has_a_row_for_every_setting(written, held):
    """For those who want the numbers and no page."""
    table = pd.read_csv(written / "points.csv")
    assert list(table["scenario"]) == ["baseline_lsp"] * 4 + ["nrf_cliff_2008"]
    np.testing.assert_allclose(table.filter(like="share ").sum(axis=1), 1.0)
    engagement = unpacked(held["replicated"]["values"])[:, 0, :, -1].mean(axis=1)
    np.testing.assert_allclose(table["engagement"], engagement, atol=0.01)


def test_the_same_settings_write_the_same_page(written, tmp_path):
    """Same seed, same bytes."""
    assert main(["explorer", *SOON, "workers=1", f"output={tmp_path / 'again'}"]) == 0
    assert (tmp_path / "again" / "explorer.html").read_bytes() == (written / "explorer.html").read_bytes()


def test_an_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    """No half-written page that somebody might send round."""

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.verbs.explorer.stored_examples", interrupted)
    assert main(["explorer", *SOON, f"output={tmp_path / 'new' / 'answer'}"]) == 130
    assert list(tmp_path.iterdir()) == []
