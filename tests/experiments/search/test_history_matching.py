"""History matching: emulators learn, walks spread evenly over what is allowed, each by itself, and a fit resumes."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats import norm

from analysis.patterns.criteria import Finding
from analysis.patterns.fitted import coverage, numbers_told
from experiments.console import main
from experiments.runs.declared_patterns import declared_patterns, docket_of, prepared
from experiments.search import history_matching
from experiments.search.history_matching import (
    Emulator,
    Judge,
    emulator,
    log_chance,
    stepped,
    walked,
)
from experiments.search.objective import values_in
from experiments.search.prior_scan import free_numbers
from sim import MONTH

BAND = Finding("share", "mean", "typical", "trust", low=0.2, high=0.4)


class Known:
    """A model that is known: the mean of the first two numbers."""

    def predict(self, points: np.ndarray) -> np.ndarray:
        return points[:, :2].mean(axis=1)


def known(*, spread: float = 0.1, finding: Finding = BAND) -> Emulator:
    return Emulator("P1", finding, Known(), spread, 1.0)


@pytest.mark.slow
def test_an_emulator_tells_what_it_was_not_trained_on_and_how_sure_it_is():
    rng = np.random.default_rng(1)
    points = rng.random((600, 4))
    values = points[:, 0] + rng.normal(0.0, 0.1, 600)
    wide = Finding("share", "mean", "typical", "trust", low=-3.0, high=3.0)
    made = emulator("P1", wide, points, np.where(rng.random(600) < 0.1, np.nan, values))
    assert made.spread == pytest.approx(0.12, abs=0.03)
    assert made.share_told > 0.8
    fresh = rng.random((500, 4))
    assert np.corrcoef(made.model.predict(fresh), fresh[:, 0])[0, 1] > 0.97


def test_extremes_do_not_hide_on_which_side_the_others_are():
    """One value a thousand bounds away leaves the spread at that of the others."""
    rng = np.random.default_rng(2)
    points = rng.random((400, 3))
    values = np.where(points[:, 0] > 0.5, 0.3, 0.0)
    values[0] = 400.0
    assert emulator("P1", BAND, points, values).spread < 0.1


def test_nothing_is_emulated_that_never_differs_or_is_hardly_known():
    points = np.random.default_rng(3).random((50, 3))
    assert emulator("P1", BAND, points, np.full(50, 0.3)) is None
    assert emulator("P1", BAND, points, np.full(50, np.nan)) is None


def test_the_chance_is_that_all_findings_lie_in_their_bands_and_stops_at_a_limit():
    points = np.array([[0.3, 0.3], [0.2, 0.2], [0.9, 0.9]])
    other = known(finding=dataclasses.replace(BAND, low=0.3, high=None))
    no_limit = np.full(3, -np.inf)
    alone = np.exp(log_chance([known()], points, no_limit))
    assert alone == pytest.approx(
        [norm.cdf(1) - norm.cdf(-1), norm.cdf(2) - 0.5, norm.cdf(-5) - norm.cdf(-7)], rel=1e-3
    )
    both = np.exp(log_chance([known(), other], points, no_limit))
    assert both / alone == pytest.approx([0.5, norm.sf(1), 1.0])
    assert log_chance([known()], points, np.log([0.5, 0.5, 0.5])).tolist() == [np.log(alone[0]), -np.inf, -np.inf]


def test_walks_spread_evenly_over_where_there_is_a_chance_whatever_they_began_at():
    """Uniform where the chance is large enough; what it does not depend on keeps its prior."""
    at_the_edge = float(norm.cdf(2) - 0.5)  # of a finding that is told to lie at a limit of its band
    points = walked([known()], numbers=5, count=1500, chance=at_the_edge, steps=150, seed=[1])
    mean = points[:, :2].mean(axis=1)
    assert ((mean >= 0.2 - 1e-9) & (mean <= 0.4 + 1e-9)).all()
    # The sum of two uniform numbers has density in proportion to itself below 1.
    inside = stats.kstest(mean, lambda x: (np.clip(x, 0.2, 0.4) ** 2 - 0.04) / 0.12)
    assert inside.pvalue > 1e-3
    assert stats.kstest(points[:, 4], "uniform").pvalue > 1e-3


def test_walks_do_not_know_of_each_other(monkeypatch):
    """Half the walks are let go anywhere; the rest end where they did: no step looks at another walk."""

    first = walked([known()], numbers=3, count=40, chance=0.4, steps=30, seed=[5])
    again = walked([known()], numbers=3, count=40, chance=0.4, steps=30, seed=[5])
    assert (first == again).all()
    assert len(np.unique(first[:, 0])) == 40
    real = history_matching.log_chance

    def of_some(emulators, points, limits):
        found = real(emulators, points, limits)
        found[:20] = 0.0  # everything goes for these
        return found

    monkeypatch.setattr(history_matching, "log_chance", of_some)
    other = walked([known()], numbers=3, count=40, chance=0.4, steps=30, seed=[5])
    assert (other[20:] == first[20:]).all()
    assert (other[:20] != first[:20]).any()


def test_steps_are_as_likely_there_as_back():
    """A flat target stays flat."""
    rng = np.random.default_rng(4)
    points = rng.random((2000, 3))
    for _ in range(30):
        points = stepped(points, rng)
    for column in points.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3


def sets_at(points: np.ndarray) -> list[dict[str, float]]:
    """Return points of the unit cube as numbers of behaviour."""
    names = [parameter.path.removeprefix("behaviour.") for parameter in free_numbers()]
    return [dict(zip(names, map(float, row), strict=True)) for row in values_in(points, free_numbers())]


@pytest.fixture(scope="module")
def judge() -> Judge:
    declared = declared_patterns()
    docket = docket_of(declared, MONTH, roles=("fit",), matrices=False)
    patterns = tuple(p for p in docket.judged if p.id in ("N10", "N3", "P14"))
    ready = {one.name: one for one in prepared(declared, docket, runs_of=lambda name: 2, most_places=2)}
    stages = tuple((ready[name],) for name in ("typical", "talking_shop", "cliff"))
    return Judge(patterns, frozenset({"N10", "N3"}), stages, seed=3, gives_up=True, threads=2)


@pytest.mark.slow
def test_giving_up_changes_no_verdict_and_no_value_that_is_known(judge):
    points = np.random.default_rng(6).random((12, len(free_numbers())))
    sets = sets_at(points)
    some, all_ = judge.values(sets), dataclasses.replace(judge, gives_up=False).values(sets)
    assert (judge.meets(some) == judge.meets(all_)).all()
    assert not judge.meets(all_).all()
    given_up = 0
    for one, other in zip(some, all_, strict=True):
        assert not np.isnan(other).all()
        known_ = np.isfinite(one)
        assert (one[known_] == other[known_]).all()
        given_up += int(np.isnan(one).sum())
    assert given_up > 0


def test_a_pattern_that_does_not_count_gives_up_no_set(judge):
    points = np.random.default_rng(6).random((6, len(free_numbers())))
    free = dataclasses.replace(judge, counted=frozenset())
    assert all(np.isfinite(of).any() for of in free.values(sets_at(points)))


# ---------------------------------------------------------------------------- reading


def test_coverage_is_right_where_the_table_is_and_what_is_not_seen_is_covered_too():
    rng = np.random.default_rng(1)
    points = rng.random((3000, 3))
    found = np.column_stack([points[:, 0] + rng.normal(0, 0.1, 3000), points[:, 1] ** 2 + rng.normal(0, 0.2, 3000)])
    table = coverage(points, ["a", "b", "c"], found, planted=300, seed=2)
    assert table["covered"].between(0.84, 0.96).all()
    assert (table["p_even"] > 1e-3).all()


def test_what_is_learnt_names_the_pattern_that_it_moves():
    rng = np.random.default_rng(3)
    points = np.column_stack([rng.normal(0.5, 0.03, 100), rng.random(100)])
    decides = pd.DataFrame(
        {"number": ["tie_rate"] * 2, "id": ["N8", "N2"], "rho": [0.4, 0.2], "above_noise": [True, True]}
    )
    table = numbers_told(points, ["tie_rate", "trust_rate"], decides, best={}).set_index("parameter")
    assert table.loc["tie_rate", "identified_by"] == "N8"
    assert table.loc["trust_rate", "identified_by"] == ""
    assert not table["at_edge"].any()


# -------------------------------------------------------------------------- end to end

FEW = [
    "draws=64", "runs=1", "screening_runs=2", "judging_runs=4", "interval_runs=4", "confirming_runs=4", "matrix_runs=2",
    "places=2", "screening_places=2",
    "wave=8", "waves=2", "steps=5", "planted=10", "threads=2", "figures=false",
]  # fmt: skip


@pytest.mark.long
def test_a_fit_goes_on_to_the_same_numbers_and_says_what_it_did_not_find(tmp_path, monkeypatch):
    """Everything is left out but one easy pattern, so that sets are accepted; then what was stored last is lost."""
    monkeypatch.chdir(tmp_path)
    ids = [p.id for p in declared_patterns().patterns if p.role == "fit"]
    others = ",".join(id for id in ids if id != "P3")
    asked = ["fit", *FEW, f"leave_out=[{others}]"]
    assert main([*asked, "study=whole"]) == 0
    accepted = pd.read_csv("whole/accepted.csv")
    assert len(accepted) >= 3
    assert accepted["draw"].is_unique
    shutil.copytree("whole", "stopped")
    for path in (tmp_path / "stopped" / "waves").glob("02_*"):
        path.unlink()
    (tmp_path / "stopped" / "accepted.csv").unlink()
    assert main([*asked, "study=stopped"]) == 0
    assert pd.read_csv("stopped/accepted.csv").equals(accepted)
    board = pd.read_csv("whole/scoreboard_best.csv")
    assert set(board["id"]) == set(ids)
    assert (
        main(["run", "--config-dir", "whole/configs", "behaviour=best", "months=3", "output=o", "figures=false"]) == 0
    )
    simulated = pd.read_parquet("whole/simulated.parquet")
    assert len(simulated) >= 16 + len(accepted)
    # A strict fit is taught by what the easy one has simulated: its first emulators know more than the prior draws.
    assert main([*asked[:-1], "leave_out=[]", "study=strict", "waves=1", "known=whole/simulated.parquet"]) == 0
    assert "No set was accepted" in (tmp_path / "strict" / "summary.txt").read_text("utf-8")


def test_patterns_held_out_are_not_asked(judge):
    held_out = {p.id for p in declared_patterns().patterns if p.role == "held_out"}
    assert held_out
    assert not held_out & {pattern.id for pattern in judge.patterns}
