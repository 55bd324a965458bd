"""Each reported measure is defined once and means what it says."""

from __future__ import annotations

import math
from typing import Any

import networkx as nx
import numpy as np
import pytest
from strategies import TYPICAL_BOARD, lived, run, typical_settings

import sim
from analysis.patterns.structure import largest_core
from sim.measures import MEASURES
from sim.regimes import READ, REGIMES

PROMISED = [
    "attendance",
    "attendance_senior",
    "attendance_junior",
    "engagement",
    "trust",
    "trust_within",
    "trust_across",
    "tie_density",
    "core_size",
    "dominance",
    "top_share",
    "coherence",
    "decision_rate",
    "outcome",
    "outcome_counterfactual",
    "added_value",
    "fund_in_gbp_m",
    "fund_spent_gbp_m",
    "fund_forfeited_gbp_m",
    "fund_held_gbp_m",
    "n_members",
    "is_dissolved",
]
BY_SECTOR = ("attendance", "attendance_senior", "engagement", "voice", "contribution_gbp_m")
BY_THEME = ("outcome", "added_value")


@pytest.fixture(scope="module")
def history() -> sim.History:
    return run(typical_settings(months=60), seed=2)


@pytest.fixture(scope="module")
def members(history: sim.History) -> Any:
    return history.partners[history.partners["is_member"] == 1.0]


@pytest.fixture(scope="module", params=[1, 2, 3])
def model(request: pytest.FixtureRequest) -> Any:
    """Return a model at the end of its fourth year, when the core has just been looked for."""
    return lived(sim.scenario_from(typical_settings(months=48, leadership={"attention": 0.9})), seed=request.param)


@pytest.fixture
def reported(model: Any) -> dict[str, float]:
    return dict(zip(MEASURES, model.measures[-1], strict=True))


def ties_of(model: Any) -> np.ndarray:
    return np.array([partner.tie for partner in model.partners])


# ---------------------------------------------------------------- what is declared


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.name)
def test_every_measure_says_what_it_is(measure):
    """A column without meaning, unit or range cannot be read or checked."""
    assert MEASURES[measure.name] is measure
    assert measure.unit
    assert measure.says.endswith(".")
    assert len(measure.says) > 7
    assert measure.low < measure.high
    assert not math.isnan(measure.low)


def test_the_promised_columns_are_there():
    """Scripts rely on these names, by sector and theme where promised."""
    assert set(PROMISED) <= set(MEASURES)
    assert {f"{name}_{sector}" for name in BY_SECTOR for sector in sim.SECTORS} <= set(MEASURES)
    assert {f"{name}_{theme}" for name in BY_THEME for theme in sim.THEMES} <= set(MEASURES)


def test_regimes_are_named_from_what_says_so():
    """What they are named from is measured in every month, kept or not."""
    assert {name for name, measure in MEASURES.items() if measure.names_regimes} == set(READ)


def test_a_history_has_one_row_a_month_and_every_measure_once(history):
    """Two result tables, model and partners, tidy."""
    assert list(history.measures.columns) == ["month", "date", *MEASURES, "regime"]
    assert history.measures["month"].tolist() == list(range(60))
    assert history.measures["date"].iloc[[0, 59]].dt.strftime("%Y-%m").tolist() == ["2001-04", "2006-03"]
    assert set(history.measures["regime"]) <= set(REGIMES)
    assert history.regime == history.measures["regime"].iloc[-1]
    assert len(history.partners) == 60 * 19
    assert {"month", "partner", "sector", "archetype"} <= set(history.partners.columns)
    assert not [name for name in history.partners.columns if name.startswith("term_")]


def test_recording_terms_changes_nothing(typical):
    """A run that is explained must be the run that was seen."""
    plain, recorded = (sim.simulate(typical, seed=5, record_terms=record) for record in (False, True))
    assert recorded.measures.equals(plain.measures)
    assert recorded.partners[plain.partners.columns].equals(plain.partners)
    terms = [f"term_{name}" for name in sim.MONTH.terms]
    assert [name for name in recorded.partners if name not in plain.partners] == terms


# ---------------------------------------------------------------- what is added up over bodies


def by_sector(members: Any, column: str, sector: str) -> Any:
    return members[members["sector"] == sector].groupby("month")[column]


def test_attendance_is_that_of_the_last_twelve_meetings(history, members):
    """Recomputed from who came to the board, month by month: overall, in person and by sector."""
    seats = members.groupby("month").size()
    came = members.groupby("month")["attendance"].sum()
    year = came.rolling(12, min_periods=1).mean() / seats
    assert history.measures["attendance"].to_numpy() == pytest.approx(year.to_numpy(), abs=1e-12)
    rest = history.measures["attendance"] - history.measures["attendance_senior"]
    assert history.measures["attendance_junior"].to_numpy() == pytest.approx(rest.to_numpy(), abs=1e-12)
    for sector in sim.SECTORS:
        own = by_sector(members, "attendance", sector).mean().rolling(12, min_periods=1).mean()
        assert history.measures[f"attendance_{sector}"].to_numpy() == pytest.approx(own.to_numpy(), abs=1e-12)


@pytest.mark.parametrize(
    ("measure", "column"), [("engagement", "engagement"), ("belief", "belief"), ("scarcity", "scarcity")]
)
def test_means_are_means_over_members(history, members, measure, column):
    overall = members.groupby("month")[column].mean()
    assert history.measures[measure].to_numpy() == pytest.approx(overall.to_numpy(), abs=1e-12)
    if measure == "engagement":
        for sector in sim.SECTORS:
            own = by_sector(members, column, sector).mean()
            assert history.measures[f"{measure}_{sector}"].to_numpy() == pytest.approx(own.to_numpy(), abs=1e-12)


def test_own_money_adds_up(history, members):
    """Money by sector is the same money."""
    table = history.measures
    total = members.groupby("month")["pooled_gbp_m"].sum().to_numpy()
    assert table["contribution_pooled_gbp_m"].to_numpy() == pytest.approx(total, abs=1e-12)
    assert sum(table[f"contribution_gbp_m_{sector}"] for sector in sim.SECTORS).to_numpy() == pytest.approx(total)


def test_influence_measures_come_from_influence(history, members):
    """Top share, sector shares and dominance are three readings of one distribution."""
    table = history.measures
    by_month = members.groupby("month")["influence"]
    assert table["top_share"].to_numpy() == pytest.approx(by_month.max().to_numpy(), abs=1e-12)
    for sector in sim.SECTORS:
        own = by_sector(members, "influence", sector).sum().to_numpy()
        assert table[f"voice_{sector}"].to_numpy() == pytest.approx(own, abs=1e-12)
    squares = by_month.apply(lambda shares: float((shares**2).sum())).to_numpy()
    even = 1.0 / table["n_members"].to_numpy()
    assert table["dominance"].to_numpy() == pytest.approx((squares - even) / (1.0 - even), abs=1e-12)


def test_outcomes_and_added_value_are_consistent(history):
    """The outcome is the mean over themes and added value its distance from the counterfactual."""
    table = history.measures
    for name in BY_THEME:
        themes = np.mean([table[f"{name}_{theme}"] for theme in sim.THEMES], axis=0)
        assert table[name].to_numpy() == pytest.approx(themes, abs=1e-12)
    added = table["outcome"] - table["outcome_counterfactual"]
    assert table["added_value"].to_numpy() == pytest.approx(added.to_numpy(), abs=1e-12)


def test_counters_only_count_upwards(history):
    """So-far measures never fall, and stop when what they wait for has happened."""
    table = history.measures
    for name in ("months_to_first_decision", "months_to_first_delivery", "projects_delivered", "initiatives_merged"):
        assert (np.diff(table[name]) >= 0.0).all()
    for waits, for_what in (
        ("months_to_first_decision", table["decisions"]),
        ("months_to_first_delivery", table["projects_delivered"]),
    ):
        first = int(np.argmax(for_what > 0.0))
        assert first > 0
        assert table[waits].iloc[first:].nunique() == 1
        assert (np.diff(table[waits].iloc[:first]) == 1.0).all()


def test_the_stage_is_read_off_what_exists(history):
    """S3: a purpose, meeting, planning, delivery, review; nothing is delivered before it is decided."""
    table = history.measures
    assert table["stage"].iloc[0] <= 3.0
    assert (table.loc[table["decisions"].cumsum() == 0.0, "stage"] <= 2.0).all()
    assert (table.loc[table["projects_delivered"] == 0.0, "stage"] <= 4.0).all()
    assert table["stage"].max() == 5.0


# ---------------------------------------------------------------- ties and cores


def test_ties_are_counted_as_by_another_library(model, reported):
    """Both engines add ties up pair by pair; here is the whole graph."""
    graph = nx.from_numpy_array(ties_of(model))
    sectors = [partner.seat.sector for partner in model.partners]
    across = [sectors[one] != sectors[other] for one, other in graph.edges]
    centrality = nx.degree_centrality(graph).values()
    freeman = sum(max(centrality) - one for one in centrality) / (len(graph) - 2)
    assert reported["tie_density"] == pytest.approx(nx.density(graph), abs=1e-12)
    assert reported["tie_cross_sector_share"] == pytest.approx(np.mean(across), abs=1e-12)
    assert reported["tie_centralisation"] == pytest.approx(freeman, abs=1e-12)
    joint = np.array([partner.joint for partner in model.partners]) > 0.0
    assert reported["ties_used"] == (ties_of(model) * joint).sum() / 2.0


def test_trust_is_that_between_all_pairs(model, reported):
    trust = np.array([partner.trust for partner in model.partners])
    sectors = np.array([partner.seat.sector for partner in model.partners])
    pairs, within = ~np.eye(len(trust), dtype=bool), sectors[:, None] == sectors
    assert reported["trust"] == pytest.approx(trust[pairs].mean(), abs=1e-12)
    assert reported["trust_within"] == pytest.approx(trust[pairs & within].mean(), abs=1e-12)
    assert reported["trust_across"] == pytest.approx(trust[pairs & ~within].mean(), abs=1e-12)
    assert reported["trust_reciprocity"] == pytest.approx(1.0 - np.abs(trust - trust.T)[pairs].mean(), abs=1e-12)


def test_everybody_in_the_core_is_tied_to_half_of_the_others_there(model, reported):
    """Peeling may miss a larger core; what it finds is one, and none is larger than the largest by search."""
    inside = np.array([partner.in_core for partner in model.partners])
    assert reported["core_size"] == inside.sum() <= len(largest_core(ties_of(model)))
    degrees = ties_of(model) @ inside
    assert (2.0 * degrees[inside > 0.0] >= inside.sum() - 1.0).all()
    sectors = {partner.seat.sector for partner in model.partners if partner.in_core}
    assert reported["core_sectors"] == len(sectors)


@pytest.mark.slow
def test_the_core_is_nearly_always_the_largest():
    """What peeling finds is a bound from below; over tables as they come about it is a close one."""
    short = []
    for seed in range(20):
        model = lived(sim.scenario_from(typical_settings(months=24)), seed=seed)
        short.append(len(largest_core(ties_of(model))) - model.core_size)
    assert min(short) >= 0.0
    assert np.mean(short) < 1.0


def test_a_board_beyond_a_hundred_has_a_core_too():
    """Rounds go on until nobody has to leave it, however many there are."""
    members = {name: 7 * count for name, count in TYPICAL_BOARD.items()} | {"council": 1}
    model = lived(sim.scenario_from({"months": 12, "board": {"members": members}}), seed=1)
    inside = np.array([partner.in_core for partner in model.partners])
    assert len(inside) > 100
    degrees = ties_of(model) @ inside
    assert (2.0 * degrees[inside > 0.0] >= inside.sum() - 1.0).all()
