"""Partners, projects and promises by name, and what terms do to a choice among three."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.explanation import named as in_named
from analysis.explanation import tables as explanation
from experiments import load_scenario
from experiments.console import main
from experiments.runs.explained import explained_run, labels_of, months_met, on_junior
from sim import simulate

ASKED = ["months=30"]


@pytest.fixture(scope="module")
def told():
    return explained_run(load_scenario("growth_coalition", ASKED), seed=2, replicate=1)


def decided(told):
    """Return the rows of bodies that decided about the board, with the chances of their choice."""
    partners = told.named.partners
    rows = partners[["month", "partner"]].merge(told.history.partners, on=["month", "partner"], how="left")
    return partners, rows, explanation.chances_in_person(rows, on_junior(told.history.scenario))


def test_what_is_in_a_junior_is_what_the_rule_has(told):
    """The terms that speak for a junior too, with base and habit of sending one, are the utility that was kept.

    From the second year on, when the record of a year is that of its meetings alone.
    """
    history = told.history
    _, rows, _ = decided(told)
    behaviour = history.scenario.behaviour
    shared = sum(share * rows[f"term_{name}"] for name, share in on_junior(history.scenario).items())
    came = history.partners.pivot(index="month", columns="partner", values="attendance")
    records = came.rolling(12).sum() / 12.0
    later = (rows["month"] >= 12).to_numpy()
    record = np.array([records.at[m - 1, p] for m, p in zip(rows["month"][later], rows["partner"][later], strict=True)])
    habit = behaviour.habit_pull * record - rows.loc[later, "term_habit"].to_numpy()
    expected = behaviour.junior_base + shared[later].to_numpy() + habit
    np.testing.assert_allclose(rows.loc[later, "junior_utility"], expected, atol=1e-9)


def test_chances_are_those_by_which_ranks_were_drawn(told):
    """Over all choices of a run, ranks come as often as their chances add up to."""
    partners, _, chances = decided(told)
    for rank, column in (("senior", explanation.IN_PERSON), ("junior", explanation.BY_JUNIOR)):
        chance, came = chances[column], partners["rank"] == rank
        spread = np.sqrt((chance * (1 - chance)).sum())
        assert abs(came.sum() - chance.sum()) < 4 * spread


def test_leaving_a_term_out_is_told_in_points():
    """A pull has points above 0, a push below, what is not there none; without a half-day nobody goes."""
    row = {"term_ties": 1.0, "term_time": -2.0, "term_duty": 0.0, "junior_utility": 0.0, "free_half_days": 2.0}
    share = {"ties": 0.0, "time": 0.25, "duty": 1.0}
    free, full = explanation.chances_in_person(pd.DataFrame([row, row | {"free_half_days": 0.5}]), share).to_numpy()
    in_person, junior, ties, time, duty = free
    assert in_person == pytest.approx(np.exp(-1) / (2 + np.exp(-1)))
    assert junior == pytest.approx(1 / (2 + np.exp(-1)))
    assert ties == pytest.approx(100 * (in_person - np.exp(-2) / (2 + np.exp(-2))))
    assert time == pytest.approx(100 * (in_person - np.e / (1 + np.exp(0.5) + np.e)))
    assert duty == 0.0
    assert full.tolist() == pytest.approx([0.0, in_person + junior, 0.0, 0.0, 0.0])


def test_partners_are_those_on_whom_the_term_rests(told):
    """The shares of meetings in person of all to whom one is tied add up to what the pull of partners is made of."""
    partners, rows, _ = decided(told)
    pull = told.history.scenario.behaviour.ties_pull
    later = partners["month"] > 0
    coming = partners.loc[later, "expected"]
    np.testing.assert_allclose(rows.loc[later, "term_ties"], pull * coming / (coming + 2.0), atol=1e-9)
    assert partners.loc[~later, "tied_to"].isna().all()


def test_promises_are_those_of_the_columns_and_of_trust(told):
    """What is kept is the column of effort; what trust moved by is the difference of two months' trust."""
    promises, history = told.named.promises, told.history
    assert len(promises)
    efforts = history.partners.set_index(["month", "partner"])["effort"]
    keys = list(zip(promises["month"], promises["partner"], strict=True))
    assert promises["effort"].tolist() == efforts.loc[keys].tolist()
    names = list(dict.fromkeys(history.partners["partner"]))
    row = promises[promises["mates"].str.contains(",") & (promises["month"] > 0)].iloc[0]
    mates, body = [names.index(name) for name in row["mates"].split(", ")], names.index(row["partner"])
    trust = history.record["trust"]
    moved = trust[row["month"], mates, body].mean() - trust[row["month"] - 1, mates, body].mean()
    assert row["trust_change"] == pytest.approx(moved)
    pairs = told.named.by_project
    assert (pairs["giver"] != pairs["receiver"]).all()
    assert ((pairs["kept"] >= pairs["least_kept"] - 1e-12) & (pairs["kept"] <= 1.0)).all()


def test_watching_changes_nothing(told):
    plain = simulate(told.history.scenario, seed=2, replicate=1)
    pd.testing.assert_frame_equal(plain.measures, told.history.measures, check_exact=True)


def test_no_month_is_explained_in_which_there_was_no_table():
    measures = pd.DataFrame({"month": range(4), "is_dissolved": [0.0, 1.0, 1.0, 0.0]})
    assert months_met(measures) == {0, 1}
    seats = pd.DataFrame({"month": range(4), "partner": "a", "is_member": 1.0, "attendance": 0.0, "term_x": 1.0})
    seats = seats.assign(junior_utility=0.0, free_half_days=1.0)
    assert explanation.monthly_terms(seats, {"x": 0.0}, months={0, 1})["month"].tolist() == [0, 1]


def test_sentences_name_who_is_meant(told):
    """Of all members whose presence changed most is told; of one body its own decisions and promises."""
    labels = dict.fromkeys(told.history.partners["partner"].unique(), "")
    labels = {name: name.replace("_", " ") for name in labels}
    partners, _, chances = decided(told)
    ranks = in_named.in_ranks(partners, [range(12), range(18, 30)])
    assert in_named.told_bodies(ranks)
    row = pd.concat([partners, chances], axis=1).iloc[-1]
    text = in_named.came_in_words(row, row, labels, labels_of(told.history.scenario))
    assert text.startswith("In September 2003 ")
    assert "tied to" in text
    lines = in_named.promises_in_words(told.named.promises, told.named.by_project, list(labels), labels)
    assert lines[0].startswith("They took part in ")
    assert any("trust in it" in line for line in lines[1:])


def signed(text: str) -> float:
    return float(text.replace("−", "-"))


def added(text: str) -> float:
    """Return the sum of the signed numbers in a sentence, as they are written."""
    return sum(map(signed, re.findall(r"[+−]\d+\.\d\d", text)))


@pytest.mark.long
@pytest.mark.usefixtures("empty_folder")
def test_the_verb_names_them():
    asked = ["explain", "scenario=growth_coalition", *ASKED, "seed=2", "replicate=1", "partner=police", "output=told"]
    assert main([*asked, "without=fund"]) == 0
    text = Path("told/explanation.txt").read_text("utf-8")
    assert "The police force went to" in text
    assert "with a chance of" in text
    for account in re.findall(r"terms of that choice came to (\S+): (.+?)\.(?=\s)", text):
        assert added(account[1]) == pytest.approx(signed(account[0]), abs=1e-9)
    change = signed(re.search(r"sum of the terms of its choice (?:rose|fell) by (\S+),", text)[1])
    told = added(re.search(r"That is (.+)\.", text)[1])
    assert abs(told) == pytest.approx(change, abs=1e-9), "what is named is not what it explains"
    partners = pd.read_csv("told/partners.csv")
    rests_on = partners[[name for name in partners if name.startswith("term_")]].sum(axis=1)
    weights = np.exp(rests_on), np.exp(partners["junior_utility"])
    can = partners["chance_in_person"] > 0.0
    assert can.any()
    chance = weights[0] / (1.0 + weights[0] + weights[1])
    assert chance[can].to_numpy() == pytest.approx(partners.loc[can, "chance_in_person"].to_numpy(), abs=1e-6)
    assert set(partners["partner"]) == {"police_1"}
    assert {"in_person_before", "came_in_person", "chance_in_person", "points_ties"} <= set(partners)
    assert set(pd.read_csv("told/promises.csv")["partner"]) <= {"police_1"}
    assert Path("told/promises_by_project.csv").exists()
    terms = pd.read_csv("told/terms.csv").set_index("term")
    assert {"points_before", "points_after"} <= set(terms)
    assert terms.at["ties", "meaning"] == "partners who come"
    assert Path("told/figures/terms.png").exists()
