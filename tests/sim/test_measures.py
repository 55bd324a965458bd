"""Each reported measure is defined once and means what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from strategies import run, typical_settings

import sim
from sim.measures import MEASURES
from sim.regimes import REGIMES

PROMISED = [
    "attendance",
    "seniority",
    "engagement",
    "contribution_gbp_m",
    "trust",
    "trust_within",
    "trust_across",
    "dominance",
    "top_share",
    "council_share",
    "voice_business",
    "voice_voluntary",
    "coherence",
    "decision_rate",
    "talk_ratio",
    "outcome",
    "outcome_education",
    "outcome_economy",
    "outcome_housing",
    "outcome_crime",
    "outcome_health",
    "added_value",
    "fund_in_gbp_m",
    "fund_spent_gbp_m",
    "fund_forfeited_gbp_m",
    "fund_held_gbp_m",
    "transaction_cost_gbp_m",
    "inspection_cost_gbp_m",
    "credibility",
    "n_members",
    "is_dissolved",
]
BY_SECTOR = ("attendance", "seniority", "engagement", "contribution_gbp_m")


@pytest.fixture(scope="module")
def history():
    return run(typical_settings(months=60), seed=2)


@pytest.fixture(scope="module")
def members(history):
    return history.partners[history.partners["is_member"] == 1.0]


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.name)
def test_every_measure_says_what_it_is(measure):
    """A column without meaning, unit or range cannot be read or checked."""
    assert MEASURES[measure.name] is measure
    assert measure.unit
    assert len(measure.says) > 15
    assert measure.says.endswith(".")
    assert measure.low < measure.high
    assert not math.isnan(measure.low)


def test_the_promised_columns_are_there():
    """Scripts rely on these names, by sector where promised."""
    assert set(PROMISED) <= set(MEASURES)
    assert {f"{name}_{sector}" for name in BY_SECTOR for sector in sim.SECTORS} <= set(MEASURES)


def test_a_history_has_one_row_a_month_and_every_measure_once(history):
    """Two result tables, model and partners, tidy."""
    assert list(history.measures.columns) == ["month", "date", *MEASURES, "regime"]
    assert history.measures["month"].tolist() == list(range(60))
    assert history.measures["date"].iloc[[0, 59]].tolist() == ["2001-04", "2006-03"]
    assert set(history.measures["regime"]) <= set(REGIMES)
    assert history.regime == history.measures["regime"].iloc[-1]
    assert len(history.partners) == 60 * 19
    assert {"month", "partner", "sector", "archetype"} <= set(history.partners.columns)
    assert not [name for name in history.partners.columns if name.startswith("term_")]


@pytest.mark.parametrize("name", ["attendance", "seniority", "engagement"])
def test_means_are_means_over_members(history, members, name):
    """Recomputed from the table of partners: overall and by sector."""
    overall = members.groupby("month")[name].mean()
    assert history.measures[name].to_numpy() == pytest.approx(overall.to_numpy(), abs=1e-12)
    for sector in sim.SECTORS:
        own = members[members["sector"] == sector].groupby("month")[name].mean().reindex(range(60), fill_value=0.0)
        assert history.measures[f"{name}_{sector}"].to_numpy() == pytest.approx(own.to_numpy(), abs=1e-12)


def test_contributions_add_up(history, members):
    """Money by sector, bent and pooled are the same money."""
    table = history.measures
    total = members.groupby("month")["contribution_gbp_m"].sum().to_numpy()
    assert table["contribution_gbp_m"].to_numpy() == pytest.approx(total, abs=1e-12)
    assert sum(table[f"contribution_gbp_m_{sector}"] for sector in sim.SECTORS).to_numpy() == pytest.approx(total)
    parts = table["contribution_bent_gbp_m"] + table["contribution_pooled_gbp_m"]
    assert parts.to_numpy() == pytest.approx(total, abs=1e-12)


def test_influence_measures_come_from_influence(history, members):
    """Top share, sector shares and dominance are three readings of one distribution."""
    table = history.measures
    by_month = members.groupby("month")["influence"]
    assert table["top_share"].to_numpy() == pytest.approx(by_month.max().to_numpy(), abs=1e-12)
    for column, sector in (
        ("council_share", "council"),
        ("voice_business", "business"),
        ("voice_voluntary", "voluntary"),
    ):
        own = (
            members[members["sector"] == sector].groupby("month")["influence"].sum().reindex(range(60), fill_value=0.0)
        )
        assert table[column].to_numpy() == pytest.approx(own.to_numpy(), abs=1e-12)
    squares = by_month.apply(lambda shares: float((shares**2).sum())).to_numpy()
    even = 1.0 / table["n_members"].to_numpy()
    assert table["dominance"].to_numpy() == pytest.approx((squares - even) / (1.0 - even), abs=1e-12)


def test_outcomes_and_added_value_are_consistent(history):
    """The outcome is the mean over themes and added value its distance from the counterfactual."""
    table = history.measures
    themes = np.mean([table[f"outcome_{theme}"] for theme in sim.THEMES], axis=0)
    assert table["outcome"].to_numpy() == pytest.approx(themes, abs=1e-12)
    added = table["outcome"] - table["outcome_counterfactual"]
    assert table["added_value"].to_numpy() == pytest.approx(added.to_numpy(), abs=1e-12)


def test_counters_only_count_upwards(history):
    """So-far measures never fall, and stop when what they wait for has happened."""
    for name in ("n_exits", "months_to_first_decision", "months_to_first_delivery"):
        steps = np.diff(history.measures[name])
        assert (steps >= 0.0).all()
    waiting = np.diff(history.measures["months_to_first_decision"]) > 0.0
    assert (np.diff(waiting.astype(int)) <= 0).all()


def test_public_value_counts_all_transaction_costs_so_far(history):
    """It is declared as net of costs since the start, not of this month's."""
    table = history.measures
    gap_cost = sim.PartnershipModel(history.scenario).gap_cost_gbp_m
    net = table["added_value"] * gap_cost - table["transaction_cost_gbp_m"].cumsum()
    assert table["public_value_gbp_m"].to_numpy() == pytest.approx(net.to_numpy(), abs=1e-9)


@pytest.mark.parametrize("component", ["share_data", "support_costs", "service_plans", "report"])
def test_compliance_counts_every_component_of_the_duty(component):
    """A duty to report binds too; compliance with it is not zero."""
    table = run(typical_settings(months=3, levers={"duty": {component: 1.0}})).measures
    assert (table["duty_compliance"] > 0.0).all()


def test_compliance_is_zero_without_a_duty_and_not_with_one(history):
    """'0 without duty' is declared."""
    assert (history.measures["duty_compliance"] == 0.0).all()
    assert (run(typical_settings(months=3, levers={"duty": {"attend": 1.0}})).measures["duty_compliance"] > 0.0).all()
