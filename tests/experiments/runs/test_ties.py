"""What a run leaves of its meetings, ties and projects."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from analysis.run.figures import short_names
from analysis.run.ranks import rank_strips
from analysis.run.ties import project_bars, tie_networks
from experiments import load_scenario
from experiments.console import main
from experiments.runs.ties import MOMENTS, tied_run
from sim import month_of
from sim.tables import DELIVERY_MONTHS, PLANNING_MONTHS

ASKED = ["months=40"]


@pytest.fixture(scope="module")
def tied():
    return tied_run(load_scenario("growth_coalition", ASKED), seed=2, replicate=1)


def test_ties_of_a_few_moments_are_those_of_these_months(tied):
    """The last moment is the end of the run."""
    months = sorted(tied.bodies["month"].unique())
    assert len(months) == MOMENTS
    assert months[-1] == 39
    whole = tied.all_ties
    assert sorted(whole["month"].unique()) == list(range(40))
    shown = whole[whole["month"].isin(months)].reset_index(drop=True)
    pd.testing.assert_frame_equal(shown, tied.ties)
    density = tied.history.measures["tie_density"].to_numpy()
    n = tied.history.measures["n_members"].to_numpy()
    assert np.allclose(whole.groupby("month").size(), density * n * (n - 1) / 2)


def test_choices_are_those_of_the_columns_of_bodies(tied):
    """At the board everybody chooses; nobody goes to a table without a seat there."""
    board = tied.choices[tied.choices["table"] == "board"]
    came = board.groupby("month")["rank"].apply(lambda ranks: (ranks != "absent").sum())
    assert came.tolist() == tied.history.partners.groupby("month")["attendance"].sum().tolist()
    assert set(tied.choices["rank"]) == {"absent", "junior", "senior"}
    assert "safer and stronger" in set(tied.choices["table"])


def test_projects_are_those_that_were_adopted(tied):
    """One row a project, with as many months as it had and the money that its team put in."""
    projects, measures = tied.projects, tied.history.measures
    adopted = measures["decision_rate"].iloc[11::12].sum() * 12
    assert (projects["first_month"] < 36).sum() == round(adopted)
    waits = (PLANNING_MONTHS - projects["first_month"]).clip(lower=0)
    assert (projects["last_month"] - projects["first_month"] - waits < PLANNING_MONTHS + DELIVERY_MONTHS).all()
    running = measures["month"].apply(lambda m: ((projects["first_month"] <= m) & (projects["last_month"] >= m)).sum())
    assert running.tolist() == measures["projects"].tolist()
    assert projects["pooled_gbp_m"].sum() == pytest.approx(measures["contribution_pooled_gbp_m"].sum())


def test_projects_are_planned_and_then_paid(tied):
    """Planning takes 4 to 8 months, and waits for a strategy; what the fund spent is what projects were paid."""
    projects, measures = tied.projects, tied.history.measures
    waits = (PLANNING_MONTHS - projects["first_month"]).clip(lower=0)
    planned = projects["delivers_from"] - projects["first_month"] - waits
    delivering = projects["delivers_from"] <= projects["last_month"]
    assert ((planned >= PLANNING_MONTHS / 2) & (planned <= PLANNING_MONTHS))[delivering].all()
    ended = projects[projects["last_month"] < 39]
    assert (ended["last_month"] + 1 - ended["delivers_from"] == DELIVERY_MONTHS).all()
    assert projects["paid_gbp_m"].sum() == pytest.approx(measures["fund_spent_gbp_m"].sum())
    late = projects[projects["delivers_from"] > projects["last_month"]]
    assert (late["paid_gbp_m"] == 0.0).all()


def test_ranks_are_drawn_as_they_are_in_the_record(tied):
    """A panel a table that met, a row a body by sector, a colour a rank, blank where nobody sits."""
    choices, dates = month_of(tied.history.scenario).choices, tied.history.measures["date"]
    figure = rank_strips(tied.choices, tied.history.partners, dates, tables=choices.tables, ranks=choices.ranks)
    met = list(dict.fromkeys(tied.choices["table"]))
    panels = [ax for ax in figure.axes if ax.collections]
    titles = [" ".join(ax.get_title(loc="left").lower().split()) for ax in panels]
    assert sorted(titles) == sorted(met)
    record = tied.history.record["rank_at"]
    for number, ax in enumerate(panels):
        drawn = ax.collections[0].get_array()
        sits = record[:, :, choices.tables.index(titles[number])] >= 0.0
        assert (~np.ma.getmaskarray(drawn)).sum() == sits.sum(), number


def test_ties_have_a_key_of_numbers(tied):
    """Every body of a small board has a number and stands in the key, which no panel of names needs."""
    figure = tie_networks(tied.ties, tied.bodies)
    key = [text.get_text() for text in figure.axes[-1].texts]
    names = set(tied.bodies["partner"])
    assert len(key) == 2 * len(names)
    assert [text for text in key if text.isdigit()] == [str(number) for number in range(1, len(names) + 1)]


@pytest.mark.slow
def test_of_many_bodies_those_of_the_core_have_numbers():
    """A forum has more bodies than a key holds; whoever was in a core is among those that have a number."""
    forum = tied_run(load_scenario("talking_shop", ["months=24"]), seed=1, replicate=0)
    names = short_names(list(dict.fromkeys(forum.bodies["partner"])))
    key = {text.get_text() for text in tie_networks(forum.ties, forum.bodies).axes[-1].texts}
    core = set(forum.bodies.loc[forum.bodies["in_core"], "partner"])
    assert len(key) < 2 * len(names)
    assert core
    assert {names[name] for name in core} <= key


def test_projects_are_drawn_without_any_too():
    """A run that adopted nothing has an empty figure, not an error."""
    talk = tied_run(load_scenario("talking_shop", ["months=3"]), seed=1, replicate=0)
    figure = project_bars(talk.projects.iloc[:0], talk.history.measures["date"], [])
    assert figure.axes[1].get_xlabel() == "£m"


@pytest.mark.slow
@pytest.mark.usefixtures("empty_folder")
def test_run_writes_the_record_if_it_is_asked_for(tied):
    asked = ["run", "scenario=growth_coalition", *ASKED, "seed=2", "replicate=1", "figures=false"]
    assert main([*asked, "output=few"]) == 0
    assert main([*asked, "record=meetings", "output=all"]) == 0
    for file, table in {"ties.csv": tied.all_ties, "projects.csv": tied.projects, "choices.csv": tied.choices}.items():
        pd.testing.assert_frame_equal(pd.read_csv(Path("all") / file), table, check_dtype=False)
    pd.testing.assert_frame_equal(pd.read_csv("few/ties.csv"), tied.ties, check_dtype=False)
    assert not Path("few/choices.csv").exists()


def test_pairs_are_the_network_of_the_months_asked_for(tied):
    """As networkx reads them: ties of a month are those of its table, trust is its mean of the measures."""
    network = tied.pairs([0, 39])
    assert sorted(network["month"].unique()) == [0, 39]
    last = network[network["month"] == 39]
    trust = nx.from_pandas_edgelist(last, edge_attr="trust", create_using=nx.DiGraph)
    ties = nx.from_pandas_edgelist(last[last["is_tied"]], edge_attr="months_together")
    n = int(tied.history.measures["n_members"].iloc[39])
    assert trust.number_of_edges() == n * (n - 1)
    here = tied.ties[tied.ties["month"] == 39]
    expected = here.set_index(["one", "other"])["months_together"].to_dict()
    assert {frozenset(edge) for edge in ties.edges} == {frozenset(pair) for pair in expected}
    assert {pair: ties.edges[pair]["months_together"] for pair in expected} == expected
    mean = np.mean([weight for *_, weight in trust.edges(data="trust")])
    assert mean == pytest.approx(tied.history.measures["trust"].iloc[39])


@pytest.mark.slow
def test_run_leaves_the_network_of_chosen_months(empty_folder):
    """By date, in the order of the run, whatever the order in which they are named; without pairs= there is none."""
    assert main(["run", "months=6", "pairs=[2001-09,2001-04]", "figures=false", "output=out"]) == 0
    network = pd.read_parquet("out/pairs.parquet")
    assert list(network["date"].unique()) == [pd.Timestamp("2001-04"), pd.Timestamp("2001-09")]
    assert network.attrs["columns"].keys() == set(network)
    assert main(["run", "months=6", "figures=false", "output=plain"]) == 0
    assert not Path("plain/pairs.parquet").exists()
