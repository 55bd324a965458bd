"""Designs of studies: they cover the ranges they are given, and refuse in one line what makes no sense."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analysis.shared.libraries import MissingLibrary
from experiments import load_scenario
from experiments.errors import CommandError
from experiments.study.designs import DESIGNS, DRAW, DesignRequest, Factor, factors, points, read_table, variable_paths
from experiments.values import with_values
from sim import PARAMETERS, Scenario, ScenarioError, find_place

WIDE = Factor("levers.initiatives", low=2.0, high=10.0)
NARROW = Factor("leadership.direction", low=0.25, high=0.5)
NAMES = Factor("levers.purse", choices=("need", "influence", "alignment"))
WHOLE = Factor("board.members.large_employer", low=1.0, high=4.0, is_whole=True)
ALL_KINDS = (WIDE, NARROW, NAMES, WHOLE)


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load_scenario("baseline_lsp")


def drawn(design: str, *varied: Factor, draws: int = 64, levels: int = 4, seed: int = 1) -> pd.DataFrame:
    return points(design, DesignRequest(factors=varied, draws=draws, levels=levels, seed=seed)).to_pandas()


@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_stays_in_the_ranges_and_reaches_their_ends(design: str) -> None:
    table = drawn(design, *ALL_KINDS)
    assert table[DRAW].tolist() == list(range(len(table)))
    for factor in (WIDE, NARROW):
        values, width = table[factor.path].dropna(), factor.high - factor.low
        assert values.between(factor.low, factor.high).all()
        assert values.min() < factor.low + 0.1 * width
        assert values.max() > factor.high - 0.1 * width
    assert set(table[NAMES.path].dropna()) == set(NAMES.choices)
    assert set(table[WHOLE.path].dropna()) == {1, 2, 3, 4}
    request = DesignRequest(factors=ALL_KINDS, draws=64, levels=4, seed=1)
    assert points(design, request).schema.field(WHOLE.path).type == pa.int64()


def test_one_at_a_time_leaves_the_rest_to_the_scenario() -> None:
    """The first draw is the scenario itself, and every other draw sets one parameter."""
    table = drawn("one_at_a_time", *ALL_KINDS, levels=2).drop(columns=DRAW)
    assert table.notna().sum(axis=1).tolist() == [0] + [1] * (2 + 2 + 3 + 2)
    assert table[WIDE.path].dropna().tolist() == [2.0, 10.0]
    assert table[NAMES.path].dropna().tolist() == list(NAMES.choices)


@pytest.mark.parametrize("design", ["random", "latin_hypercube", "sobol", "sobol_pairs", "shapley", "morris"])
def test_a_design_depends_on_its_seed_and_on_nothing_else(design: str) -> None:
    pd.testing.assert_frame_equal(drawn(design, *ALL_KINDS), drawn(design, *ALL_KINDS))
    assert not drawn(design, *ALL_KINDS).equals(drawn(design, *ALL_KINDS, seed=2))


def test_a_latin_hypercube_has_one_draw_in_each_stratum() -> None:
    table = drawn("latin_hypercube", WIDE, NARROW, draws=100)
    for factor in (WIDE, NARROW):
        strata = np.floor((table[factor.path] - factor.low) / (factor.high - factor.low) * 100)
        assert sorted(strata) == list(range(100))
    assert abs(table[WIDE.path].corr(table[NARROW.path])) < 0.3


def test_a_grid_holds_every_combination_once() -> None:
    table = drawn("grid", *ALL_KINDS, levels=5)
    assert len(table) == 5 * 5 * 3 * 4
    assert not table.drop(columns=DRAW).duplicated().any()
    assert sorted(set(table[WIDE.path])) == [2.0, 4.0, 6.0, 8.0, 10.0]


def test_designs_for_sensitivity_have_the_shape_that_their_analysis_expects() -> None:
    """SALib's own analyses take them, and find the parameter that does everything."""
    from SALib.analyze import morris, sobol

    problem = {
        "num_vars": 2,
        "names": [WIDE.path, NARROW.path],
        "bounds": [[WIDE.low, WIDE.high], [NARROW.low, NARROW.high]],
    }
    saltelli = drawn("sobol", WIDE, NARROW, draws=256)
    assert len(saltelli) == 256 * (2 + 2)
    found = sobol.analyze(problem, saltelli[WIDE.path].to_numpy(), calc_second_order=False, seed=1)
    assert list(found["S1"]) == pytest.approx([1.0, 0.0], abs=0.05)
    trajectories = drawn("morris", WIDE, NARROW, draws=16)
    assert len(trajectories) == 16 * (2 + 1)
    effects = morris.analyze(problem, trajectories[problem["names"]].to_numpy(), trajectories[WIDE.path].to_numpy())
    assert list(effects["mu_star"]) == pytest.approx([8.0, 0.0])


REFUSED_DESIGNS: list[tuple[str, dict[str, int], str]] = [
    ("latin_hypercub", {}, "did you mean latin_hypercube?"),
    ("sobol", {"draws": 100}, "draws=64 or draws=128"),
    ("sobol_pairs", {"draws": 100}, "draws=64 or draws=128"),
    ("morris", {"levels": 5}, "even number of levels"),
    ("grid", {"levels": 500}, "3,000,000 draws of 4 parameters; at most 2,000,000"),
    ("random", {"draws": 2_000_001}, "2,000,001 draws"),
]


@pytest.mark.parametrize(("design", "given", "told"), REFUSED_DESIGNS)
def test_what_a_method_cannot_do_is_said_before_it_is_tried(design: str, given: dict[str, int], told: str) -> None:
    with pytest.raises(CommandError, match="design") as refused:
        drawn(design, WIDE, NARROW, NAMES, WHOLE, **given)
    assert told in str(refused.value)


def test_a_single_parameter_has_no_pairs() -> None:
    with pytest.raises(CommandError, match="design=sobol_pairs needs two parameters or more"):
        drawn("sobol_pairs", WIDE, draws=16)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(MissingLibrary, match=r"pip install 'local-partnerships\[study\]'"):
        drawn("sobol", WIDE)


# --------------------------------------------------------------------------- factors


def test_groups_and_parameters_are_named_alike(baseline: Scenario) -> None:
    named = [factor.path for factor in factors(["levers.duty", "leadership.direction", "levers"], {}, baseline)]
    assert named[:2] == ["levers.duty.attend", "levers.duty.share_data"]
    assert "leadership.direction" in named
    assert len(named) == len(set(named))
    assert set(named) == {"leadership.direction", *(path for path in PARAMETERS if path.startswith("levers."))}


def test_declared_ranges_are_used_unless_narrower_ones_are_given(baseline: Scenario) -> None:
    ranges = {"levers": {"duty": {"attend": [0, 0.5]}}, "levers.purse": ["need", "influence"], "place": ["barnsley"]}
    found = {factor.path: factor.range for factor in factors(["levers", "place"], ranges, baseline)}
    assert found["levers.duty.attend"] == [0.0, 0.5]
    assert found["levers.purse"] == ["need", "influence"]
    assert found["place"] == ["barnsley"]
    assert found["levers.flexible_fund_gbp_m"] == [0.0, PARAMETERS["levers.flexible_fund_gbp_m"].high]
    (seats,) = factors(["board.members.large_employer"], {"board.members.large_employer": [0, 3]}, baseline)
    assert seats.at(np.linspace(0.0, 1.0, 9)).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 3]


REFUSED_FACTORS: list[tuple[list[str], dict[str, Any], list[str]]] = [
    (["levers.dutty"], {}, ["'levers.dutty'", "did you mean levers.duty?"]),
    ([], {}, ["vary = []"]),
    (["place.population"], {}, ["place.population", "no declared range", "ranges="]),
    (["levers.duty"], {"levers.duty.attend": [0.5, 0.1]}, ["[0.5,0.1]", "reversed"]),
    (["levers.duty"], {"levers.duty.attend": [0.5, 0.5]}, ["no width"]),
    (["levers.duty"], {"levers.duty.attend": [0.5]}, ["two numbers"]),
    (["levers.duty"], {"levers.duty.attend": "high"}, ["two numbers"]),
    (["levers.duty"], {"levers.duty.attend": [0, 1.5]}, ["levers.duty.attend", "1.5", "0 to 1"]),
    (["levers.duty"], {"levers.staff_team": [0, 1]}, ["levers.staff_team", "not among the parameters varied"]),
    (["levers.purse"], {"levers.purse": ["ned"]}, ["'ned'", "did you mean need?"]),
    (["levers.purse"], {"levers.purse": []}, ["each choice once"]),
]


@pytest.mark.parametrize(("vary", "ranges", "told"), REFUSED_FACTORS)
def test_ranges_that_make_no_sense_are_refused(
    vary: list[str], ranges: dict[str, Any], told: list[str], baseline: Scenario
) -> None:
    with pytest.raises((CommandError, ScenarioError)) as refused:
        factors(vary, ranges, baseline)
    assert all(part in str(refused.value) for part in told), refused.value


# ---------------------------------------------------------------------------- values


def test_a_draw_reaches_every_corner_of_a_scenario_and_nothing_else(baseline: Scenario) -> None:
    changed = with_values(
        baseline,
        {
            "place": "birmingham",
            "place.population": 500_000,
            "board.members.large_employer": 3,
            "board.executive": "public_only",
            "levers.duty.attend": 1.0,
            "levers.flexible_fund_gbp_m": "3.5",
            "leadership.direction": 0.9,
            "behaviour.tie_rate": 0.2,
            "regimes.talking_decisions": 0.3,
        },
    )
    assert changed.place.fund_2003_04_gbp_m == find_place("birmingham").fund_2003_04_gbp_m
    assert changed.place.population == 500_000
    assert changed.board.members == {**baseline.board.members, "large_employer": 3}
    assert changed.board.executive == "public_only"
    assert (changed.levers.duty.attend, changed.levers.flexible_fund_gbp_m) == (1.0, 3.5)
    assert changed.levers.duty.report == baseline.levers.duty.report
    assert changed.leadership.direction == 0.9
    assert (changed.behaviour.tie_rate, changed.regimes.talking_decisions) == (0.2, 0.3)
    assert with_values(baseline, {"levers.flexible_fund_gbp_m": "place"}).levers == baseline.levers
    assert with_values(baseline, {}) == baseline


def test_every_declared_parameter_can_be_set(baseline: Scenario) -> None:
    assert set(PARAMETERS) < set(variable_paths())
    for path, parameter in PARAMETERS.items():
        with_values(baseline, {path: parameter.choices[-1] if parameter.low is None else parameter.default})


# ---------------------------------------------------------------------------- tables


def test_a_table_of_ones_own_is_taken_as_it_is(tmp_path: Path, baseline: Scenario) -> None:
    asked = pd.DataFrame(
        {
            "draw": [7, 3],
            "levers.duty.attend": [0.5, 1.0],
            "levers.flexible_fund_gbp_m": ["place", "4.5"],
            "place": ["barnsley", "birmingham"],
            "board.members.large_employer": [1.0, 2.0],
        }
    )
    asked.to_csv(tmp_path / "points.csv", index=False)
    asked.to_parquet(tmp_path / "points.parquet", index=False)
    for name in ("points.csv", "points.parquet"):
        table = read_table(tmp_path / name, baseline).to_pandas()
        assert table["draw"].tolist() == [3, 7]
        assert table["levers.flexible_fund_gbp_m"].tolist() == ["4.5", "place"]
        assert table["place"].tolist() == ["birmingham", "barnsley"]
        assert table["board.members.large_employer"].tolist() == [2, 1]


REFUSED_TABLES = [
    ("levers.dutty.attend\n1\n", ["levers.dutty.attend", "did you mean levers.duty.attend?"]),
    ("levers.duty.attend\n0.5\n1.5\n", ["levers.duty.attend", "1.5", "0 to 1"]),
    ("levers.duty.attend,levers.staff_team\n0.5,0.1\n0.5,\n", ["row 2", "no value for levers.staff_team"]),
    ("levers.duty.attend\n0.5\n0.2\n0.5\n", ["row 3", "repeats"]),
    ("draw,levers.duty.attend\n1,0.5\n1,0.2\n", ["column draw"]),
    ("draw,levers.duty.attend\n1.5,0.5\n1,0.2\n", ["column draw"]),
    ("levers.duty.attend\nhigh\n", ["levers.duty.attend", "'high'", "0 to 1"]),
    ("levers.purse\nned\n", ["levers.purse", "did you mean need?"]),
    ("place\nbirmingam\n", ["'birmingam'", "did you mean birmingham or"]),
    ("board.members.police\n1.5\n", ["board.members.police", "1.5"]),
    ("board.members.polise\n1\n", ["board.members.polise", "did you mean board.members.police?"]),
    ("place.population\n12\n", ["place.population", "12", "1000"]),
    ("levers.duty.attend\n", ["no draws"]),
    ("", ["cannot be read"]),
]


@pytest.mark.parametrize(("content", "told"), REFUSED_TABLES)
def test_a_table_with_a_fault_is_refused_in_one_line(
    content: str, told: list[str], tmp_path: Path, baseline: Scenario
) -> None:
    (tmp_path / "points.csv").write_text(content)
    with pytest.raises((CommandError, ScenarioError)) as refused:
        read_table(tmp_path / "points.csv", baseline)
    assert "\n" not in str(refused.value)
    assert all(part in str(refused.value) for part in told), refused.value
