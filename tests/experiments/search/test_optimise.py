"""Mixes of policies: searches with known optima, regret by hand, and runs that are those of the model."""

from __future__ import annotations

import dataclasses
import importlib
import json

import numpy as np
import pandas as pd
import pytest
from commands import refused_line

from analysis.policy import words as policy_words
from analysis.policy.figures import regret_bars, value_against_cost
from analysis.policy.tables import (
    AVOIDED,
    BEST,
    COSTS,
    OBJECTIVES,
    PRICED,
    REGRET_IN,
    on_front,
    regret_in,
    regrets,
    state_values,
)
from analysis.shared import parameter_sets
from analysis.shared.libraries import MissingLibrary
from experiments.behaviours import NumberSet
from experiments.compose import load_scenario, scenario_names
from experiments.console import main
from experiments.errors import CommandError
from experiments.runs.policies import FUND_MULTIPLE, Worlds, policy_runs, with_levers
from experiments.search import policies
from experiments.search.mixes import EXCESS, search_cheapest, search_front
from sim import Place, ScenarioError, find_place, simulate

pytest.importorskip("pymoo")

LEVERS = ("levers.staff_team", "leadership.attention")


# ----------------------------------------------------------------------------- searches


def test_the_cheapest_of_a_known_problem_is_found():
    """Cost 3a + b with a + b ≥ 1 is least at a = 0, b = 1."""
    seen = []

    def judge(mixes):
        table = pd.DataFrame({"cost": 3 * mixes[:, 0] + mixes[:, 1], EXCESS: 1.0 - mixes.sum(axis=1)})
        seen.append(table.assign(a=mixes[:, 0], b=mixes[:, 1]))
        return table

    start = np.random.default_rng(1).random((20, 2))
    search_cheapest(judge, "cost", start=start, generations=25, seed=1)
    judged = pd.concat(seen)
    best = judged[judged[EXCESS] <= 0].nsmallest(1, "cost").iloc[0]
    assert len(judged) == 20 * 25
    assert best["cost"] == pytest.approx(1.0, abs=0.01)
    assert (best["a"], best["b"]) == (pytest.approx(0.0, abs=0.01), pytest.approx(1.0, abs=0.02))


def test_a_known_front_is_found_the_same_for_the_same_seed():
    """Of x² and (1 − x)², both made worse by y, the front is y = 0 with all x."""

    def judge(mixes):
        x, y = mixes.T
        return pd.DataFrame({"near_zero": x**2 + y, "near_one": (1 - x) ** 2 + y})

    fronts = [
        search_front(judge, ["near_zero", "near_one"], levers=2, population=20, generations=25, seed=seed)
        for seed in (1, 1, 2)
    ]
    assert fronts[0][:, 1].max() < 0.03
    assert fronts[0][:, 0].min() < 0.05
    assert fronts[0][:, 0].max() > 0.95
    assert np.array_equal(fronts[0], fronts[1])
    assert not np.array_equal(fronts[0], fronts[2])


def synthetic_runs(policies, worlds, *, replicates, seed, advance=lambda runs: None, named="replicates"):
    """Stand in for the model: staff costs 10, attention 5, and without one unit of both together all is talk."""
    rows = []
    for policy, scenarios in policies.items():
        for place, scenario in zip(worlds.places, scenarios, strict=True):
            staff, attention = scenario.levers.staff_team, scenario.leadership.attention
            for replicate in range(replicates):
                rows.append(
                    {
                        "policy": policy,
                        "place": place.name,
                        "replicate": replicate,
                        "parameter_set": replicate % len(worlds.sets),
                        "outcome": staff,
                        "added_value": 0.0,
                        "fund_spent_gbp_m": 0.0,
                        "fund_posts_gbp_m": 10 * staff + 5 * attention,
                        "dominance": 0.5,
                        "cost_gbp_m": 10 * staff + 5 * attention,
                        "regime": "talking shop" if staff + attention < 0.999 else "growth coalition",
                    }
                )
        advance(replicates * len(worlds.places))
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def base():
    return load_scenario("baseline_lsp", ["months=24"])


def problem(base, *, avoid=("talking shop",), bound=0.1, sets=None) -> policies.MixProblem:
    worlds = Worlds(sets or [NumberSet(base.behaviour)] * 2, [Place()])
    scenarios = dict.fromkeys(("baseline_lsp", "growth_coalition"), base)
    return policies.MixProblem(base, policies.levers_of(LEVERS, {}, base), worlds, avoid, bound, scenarios)


def settings(**changes) -> policies.SearchSettings:
    usual = {"replicates": 2, "confirming_replicates": 2, "population": 16, "generations": 20, "seed": 1}
    return policies.SearchSettings(**{**usual, "progress": None, **changes})


@pytest.fixture
def without_model(monkeypatch):
    monkeypatch.setattr(policies, "policy_runs", synthetic_runs)


def test_the_whole_search_finds_a_known_optimum(without_model, base):
    """Full attention and no staff costs 5; the front runs from there to full staff, and outcome pays for cost."""
    answers = policies.search(problem(base), settings())
    confirmed = answers.best[answers.best["stage"] == "confirmed"].iloc[0]
    assert list(answers.best["stage"]) == ["search", "selection", "confirmed"]
    assert confirmed["cost_gbp_m"] == pytest.approx(5.0, abs=0.3)
    assert confirmed[AVOIDED] == 0.0
    assert confirmed["levers.staff_team"] < 0.06
    assert confirmed["leadership.attention"] > 0.93
    front = answers.pareto[answers.pareto["on_front"]]
    # Staff alone is on the front: attention costs and adds nothing to outcome.
    assert front["leadership.attention"].max() < 0.1
    assert front["levers.staff_team"].max() > 0.95
    assert len(answers.searched) == 2 * 16 * 20
    assert set(answers.policies["policy"]) == {"baseline_lsp", "growth_coalition", BEST}


def test_a_bound_that_nothing_meets_is_said(without_model, base):
    """Avoiding both endings of the stand-in is impossible: the nearest mix is told as such."""
    avoid = ("talking shop", "growth coalition")
    answers = policies.search(problem(base, avoid=avoid), settings(generations=2))
    text = policy_words.mixes_in_words(
        answers.best, answers.policies, answers.pareto, answers.regret, avoid=avoid, bound=0.1
    )
    assert text.startswith("No mix kept the bound of 10 %. In the nearest, 100.0 % of runs on new seeds")
    assert "None of the 2 scenarios keeps the bound." in text


def test_the_same_seed_gives_the_same_answers(base):
    """On the model itself: a search is a function of its settings, whatever the number of threads."""
    tiny = {"population": 8, "generations": 1}
    found = []
    for workers in (1, 2):
        worlds = Worlds([NumberSet(base.behaviour)] * 2, [Place()], workers)
        asked = dataclasses.replace(problem(base), worlds=worlds)
        found.append(policies._searched(asked, settings(**tiny))[0])
    pd.testing.assert_frame_equal(found[0], found[1])
    assert found[0]["cost_gbp_m"].nunique() > 4


def test_a_stopped_search_goes_on_to_the_same_end(monkeypatch, base, tmp_path):
    """Killed in the third generation, it simulates what was left and comes to what it would have come to."""
    calls = []

    def counted(*args, **kwargs):
        calls.append(1)
        if stop_at is not None and len(calls) == stop_at:
            raise KeyboardInterrupt
        return synthetic_runs(*args, **kwargs)

    monkeypatch.setattr(policies, "policy_runs", counted)
    asked = settings(generations=4, progress=str(tmp_path / "deep" / "search.parquet"))
    stop_at = 3
    with pytest.raises(KeyboardInterrupt):
        policies._searched(problem(base), asked)
    stop_at, done = None, len(calls) - 1
    resumed, front = policies._searched(problem(base), asked)
    assert len(calls) == 1 + 2 * 4  # every generation once, and the one that was cut short again
    assert done == 2
    undisturbed, same_front = policies._searched(problem(base), settings(generations=4))
    pd.testing.assert_frame_equal(resumed, undisturbed)
    assert front == same_front
    with pytest.raises(CommandError, match="other settings or other code"):
        policies._searched(problem(base, bound=0.2), settings(generations=4, progress=asked.progress))
    (tmp_path / "notes.parquet").write_text("no table")
    with pytest.raises(CommandError, match="cannot be read"):
        policies._searched(problem(base), settings(progress=str(tmp_path / "notes.parquet")))


# ----------------------------------------------------------------------- Pareto, regret


def test_regret_of_a_table_worked_out_by_hand():
    """Three worlds: a is best twice and fails once, b never fails; Savage chooses b, the mean chooses a."""
    values = pd.DataFrame({"a": [10.0, 10.0, 0.0], "b": [7.0, 7.0, 5.0], "c": [0.0, 0.0, 6.0]})
    table = regrets(values).set_index("policy")
    assert table["max_regret"].to_dict() == {"a": 6.0, "b": 3.0, "c": 10.0}
    assert table["mean_regret"].to_dict() == pytest.approx({"a": 2.0, "b": 7 / 3, "c": 20 / 3})
    assert table["best_in"].to_dict() == pytest.approx({"a": 2 / 3, "b": 0.0, "c": 1 / 3})
    assert table["is_minimax"].to_dict() == {"a": False, "b": True, "c": False}


def test_policies_that_do_not_count_as_attainable_may_beat_them():
    """A mix that was searched is set against the scenarios, it does not move their yardstick."""
    table = regrets(pd.DataFrame({"a": [1.0], "mix": [3.0]}), attainable_by=["a"]).set_index("policy")
    assert table["max_regret"].to_dict() == {"a": 0.0, "mix": -2.0}
    assert table["is_minimax"].to_dict() == {"a": True, "mix": False}


def test_a_state_of_the_world_is_a_parameter_set_and_a_place():
    """Chance is averaged out within a state, parameters and places are not."""
    runs = pd.DataFrame(
        {
            "policy": ["a"] * 6,
            "parameter_set": [0, 0, 1, 1, 0, 0],
            "place": ["x", "x", "x", "x", "y", "y"],
            "outcome": [0.0, 1.0, 2.0, 4.0, 5.0, 7.0],
        }
    )
    assert state_values(runs, "outcome")["a"].to_dict() == {(0, "x"): 0.5, (0, "y"): 6.0, (1, "x"): 3.0}


def test_regret_follows_objectives_of_ones_own(without_model, base):
    """It is counted in all of them but the cost, and the least of what is better low is best."""
    own = policies.objectives_of({"outcome": "high", "dominance": "low", "cost_gbp_m": "low"}, base)
    assert regret_in(own) == REGRET_IN
    own = policies.objectives_of({"dominance": "low", "cost_gbp_m": "low"}, base)
    found = policies.search(dataclasses.replace(problem(base), objectives=own), settings())
    assert set(found.regret["value"]) == {"dominance"}
    scenarios = found.policies[found.policies["policy"] != BEST].set_index("policy")
    mean = found.regret.set_index("policy").loc[scenarios.index, "mean_regret"]
    assert mean.idxmin() == scenarios["dominance"].idxmin()
    drawn = value_against_cost(found.pareto, found.policies, found.searched, objectives=own)
    assert drawn.axes[0].get_ylabel().startswith("Dominance")
    assert len(drawn.axes) == 1
    assert len(regret_bars(found.regret).axes) == 1


def test_equal_mixes_share_the_front():
    """Neither of two equal rows beats the other."""
    table = pd.DataFrame({"outcome": [0.2, 0.2], "dominance": [0.1, 0.1], "cost_gbp_m": [5.0, 5.0]})
    assert on_front(table).tolist() == [True, True]
    assert set(OBJECTIVES) == set(table)


def test_one_parameter_set_leaves_wilsons_interval():
    """No bad ending in 20 runs does not mean that there cannot be any."""
    mean, low, high = parameter_sets.over_sets(pd.Series([0.0] * 20), pd.Series([0] * 20))
    assert (mean, low) == (0.0, 0.0)
    assert high == pytest.approx(0.161, abs=0.001)


# --------------------------------------------------------------------------------- runs


def test_runs_of_policies_are_runs_of_the_model(base):
    """Replicate 3 has the second of two sets; cost adds up projects and posts, each once."""
    other = dataclasses.replace(base.behaviour, tie_rate=0.1)
    places = [Place(), find_place("barnsley")]
    mix = {"levers.staff_team": 0.8, FUND_MULTIPLE: 1.5}
    policies = {"mix": [with_levers(base, mix, place) for place in places]}
    runs = policy_runs(policies, Worlds([NumberSet(base.behaviour), NumberSet(other)], places), replicates=4, seed=5)
    row = runs[(runs["place"] == "barnsley") & (runs["replicate"] == 3)].iloc[0]
    scenario = dataclasses.replace(policies["mix"][1], behaviour=other)
    assert scenario.levers.flexible_fund_gbp_m == pytest.approx(1.5 * places[1].fund_2003_04_gbp_m)
    history = simulate(scenario, seed=5, replicate=3).measures
    assert row["parameter_set"] == 1
    assert row["outcome"] == history["outcome"].iloc[-1]
    assert row["dominance"] == pytest.approx(history["dominance"].iloc[-12:].mean())
    assert row["cost_gbp_m"] == pytest.approx(history[list(COSTS)].to_numpy().sum())
    assert row["regime"] == history["regime"].iloc[-1]


def test_levers_with_a_price_cost_it_in_the_months_in_which_they_stand(base):
    """Half a post for the first of two years and a whole one for the second, at 0.4 a year, cost 0.6 in all."""
    dated = load_scenario(
        "baseline_lsp",
        ["months=24", "leadership.attention=0.5", "calendar=[{from: 2002-04, leadership: {attention: 1}}]"],
    )
    prices = {"leadership.attention": 0.4}
    how = {"replicates": 2, "seed": 1}
    worlds = Worlds([NumberSet(base.behaviour)], [Place()])
    free = policy_runs({"dated": [dated]}, worlds, **how)
    paid = policy_runs({"dated": [dated]}, worlds, **how, prices=prices, measures=["trust"])
    assert paid[PRICED].tolist() == pytest.approx([0.6, 0.6])
    assert (paid["cost_gbp_m"] - free["cost_gbp_m"]).tolist() == pytest.approx([0.6, 0.6])
    assert paid["trust"].iloc[1] == simulate(dated, seed=1, replicate=1).measures["trust"].iloc[-1]


@pytest.mark.slow
def test_objectives_of_ones_own_are_what_the_front_is_of(without_model, base):
    """Without outcome nothing speaks for staff: the front is the one mix that costs nothing."""
    own = policies.objectives_of({"dominance": "low", "cost_gbp_m": "low"}, base)
    asked = dataclasses.replace(problem(base), objectives=own)
    front = policies.search(asked, settings()).pareto
    assert front["cost_gbp_m"].max() < 0.3


@pytest.mark.parametrize(
    ("read", "stated", "told"),
    [
        (policies.objectives_of, {"engagment": "high", "trust": "high"}, "did you mean engagement"),
        (
            policies.objectives_of,
            {"trust": "up", "outcome": "high"},
            "trust = 'up' is not allowed: it takes high or low",
        ),
        (policies.objectives_of, {"trust": "high"}, "name two or more"),
        (policies.prices_of, {"levers.staf_team": 1.0}, "did you mean levers.staff_team"),
        (policies.prices_of, {"levers.purse": 1.0}, "levers.purse takes names"),
        (policies.prices_of, {"levers.staff_team": -1.0}, "it takes 0 to 1000, in £m a year"),
    ],
)
def test_objectives_and_prices_that_cannot_be_are_refused(base, read, stated, told):
    with pytest.raises(CommandError, match=told):
        read(stated, base)


@pytest.mark.long
def test_own_objectives_prices_scenarios_and_case_go_together(tmp_path, capsys):
    """From files to tables; regret is taken over the scenario of one's own too, and a case is the only place."""
    assert main(["new", f"case={tmp_path / 'mycity'}"]) == 0
    (tmp_path / "own" / "scenario").mkdir(parents=True)
    (tmp_path / "own" / "scenario" / "mine.yaml").write_text(
        "# @package _global_\nname: mine\nleadership: {attention: 1.0}\n", "utf-8"
    )
    (tmp_path / "mine.yaml").write_text("engagement: high\ncost_gbp_m: low\n", "utf-8")
    (tmp_path / "prices.yaml").write_text("leadership:\n  attention: 0.5\n", "utf-8")
    target = tmp_path / "out"
    tiny = ["population=8", "generations=1", "replicates=1", "confirming_replicates=2", "months=24", "figures=false"]
    files = [
        f"objectives={tmp_path / 'mine.yaml'}",
        f"prices={tmp_path / 'prices.yaml'}",
        f"case={tmp_path / 'mycity'}",
    ]
    levers = "vary=[levers.staff_team,leadership.attention]"
    asked = [levers, *tiny, *files, f"output={target}", "--config-dir", str(tmp_path / "own")]
    assert main(["optimise", *asked]) == 0
    said = capsys.readouterr()
    assert "scenario place_first_2013 is left out: calendar entry from 2002-04 lies before the run" in said.err
    told = " ".join(said.out.split())
    assert "unbeaten in engagement and cost" in told
    assert "Chairing in person 0.5" in told or "chairing in person 0.5" in told
    assert "ends at engagement 0." in told
    assert "regret in engagement" in told
    assert "gap" not in told.partition("It sets")[0]
    found = pd.read_csv(target / "policies.csv").set_index("policy")
    assert {"engagement", "engagement_low", PRICED} <= set(found)
    assert found.loc["mine", PRICED] == pytest.approx(1.0)
    regret = pd.read_csv(target / "regret.csv")
    assert set(regret["value"]) == {"engagement"}
    assert "mine" in set(regret["policy"])
    assert pd.read_parquet(target / "confirmed_runs.parquet")["place"].nunique() == 1
    (tmp_path / "mine.yaml").write_text("engagement: [high", "utf-8")
    assert "objectives: mine.yaml" in refused_line(["optimise", *asked, "overwrite=true"], capsys, alone=False)


@pytest.mark.slow
def test_the_command_writes_what_it_says(tmp_path, capsys):
    """From the command line to files, on the model; where a place is a district, with what that is conditional on."""
    target = tmp_path / "answers"
    asked = ["places=[typical,hackney]", "behaviour=by_hand", "population=8", "generations=1", "replicates=1"]
    assert main(["optimise", *asked, "confirming_replicates=2", f"output={target}"]) == 0
    names = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    tables = {"best_mix.csv", "mixes.csv", "pareto.csv", "regret.csv", "policies.csv", "confirmed_runs.parquet"}
    assert names == {
        *tables, "codebook.csv", "conclusions.txt", "manifest.json", "figures/outcome_against_cost.png",
        "figures/regret.png",
    }  # fmt: skip
    runs = pd.read_parquet(target / "confirmed_runs.parquet")
    assert runs["regime"].cat.ordered
    assert runs.attrs["columns"].keys() == set(runs)
    policies = pd.read_csv(target / "policies.csv")
    assert set(policies["policy"]) == {*scenario_names(), BEST}
    shares = policies[[name for name in policies.columns if name.startswith("ends as ")]]
    assert np.allclose(shares.sum(axis=1), 1.0)
    told = capsys.readouterr().out
    assert "Not costed" in told
    assert "Hackney: conditional on the record; no assessment of any authority" in " ".join(told.split())
    assert "base in Hackney" in json.loads((target / "manifest.json").read_text("utf-8"))["scenarios"]


@pytest.mark.parametrize(
    ("vary", "ranges", "told"),
    [
        (["behaviour.tie_rate"], {}, "'behaviour.tie_rate' is no lever"),
        (["levers.staf_team"], {}, "did you mean levers.staff_team"),
        ([], {}, r"vary = \[\] is not allowed"),
        ([FUND_MULTIPLE, "levers.flexible_fund_gbp_m"], {}, "set the same fund"),
        ([FUND_MULTIPLE], {FUND_MULTIPLE: [2, 1]}, r"it takes \[low,high\]"),
        (["levers.staff_team"], {FUND_MULTIPLE: [0, 1]}, "fund_multiple is not among the parameters varied"),
        (["levers.staff_team"], {"levers.staff_team": [0, 2]}, "levers.staff_team = 2"),
        (["levers.staff_team"], {"levers.initiatives": [0, 2]}, "not among the parameters varied"),
    ],
)
def test_levers_that_cannot_be_varied_are_refused(base, vary, ranges, told):
    """A typing error must not cost a search."""
    with pytest.raises((CommandError, ScenarioError), match=told):
        policies.levers_of(vary, ranges, base)


def test_usual_ranges_are_those_of_the_sources_unless_others_are_given(base):
    """Pooling half of all money is allowed, and has to be asked for."""
    vary = [FUND_MULTIPLE, "levers.pooling_rate", "levers.staff_team"]
    usual = {lever.path: lever.range for lever in policies.levers_of(vary, {}, base)}
    assert usual == {FUND_MULTIPLE: [0.0, 2.0], "levers.pooling_rate": [0.0, 0.15], "levers.staff_team": [0.0, 1.0]}
    wider = policies.levers_of(vary, {"levers": {"pooling_rate": [0.0, 0.5]}}, base)
    assert wider[1].range == [0.0, 0.5]


def test_a_missing_library_is_named(monkeypatch):
    """pymoo is an extra: who lacks it is told how to get it."""

    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingLibrary, match=r"pip install 'local-partnerships\[optimise\]'"):
        search_front(lambda mixes: pd.DataFrame(), ["a"], levers=1, population=8, generations=1, seed=1)
