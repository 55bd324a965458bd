"""Explanations: terms add up to the decision, the pair differs in the lever alone, and the verb says what it finds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import stats

from analysis.explanation import figures as explanation_figures
from analysis.explanation import tables as explanation
from analysis.explanation.tables import UTILITY
from analysis.run import turning_points
from analysis.shared import survival
from experiments import load_scenario
from experiments.console import main
from experiments.errors import CommandError
from experiments.runs.counterfactual import LEVERS, without
from experiments.runs.explained import explained_run, many_runs
from sim import MONTH, PARAMETERS, History, simulate
from sim.randomness import make_draws
from sim.rules.attendance import attendance_probability
from sim.terms import TERMS

SHORT = ["board=small_executive", "months=18"]


@pytest.fixture(scope="module")
def history() -> History:
    """Three eventful years: dated policies, leavers, and bodies that are abolished."""
    calendar = (
        "calendar=[{from: 2002-04, note: a duty, levers: {duty: {attend: 1.0}}},"
        "{from: 2003-01, abolish: [learning_skills_council], levers: {flexible_fund_gbp_m: 0}}]"
    )
    overrides = [calendar, "months=36", "place=hackney", "behaviour.exit_rate=0.3", "behaviour.exit_months=6"]
    return simulate(load_scenario("talking_shop", overrides), seed=5, replicate=1, record_terms=True)


pytestmark = pytest.mark.usefixtures("empty_folder")


# ------------------------------------------------------------------------------ exactness


def test_the_recorded_terms_are_the_decision(history: History) -> None:
    """Summed in the order of the model, the terms give every single decision back from its draw."""
    scenario = history.scenario
    seats = list(history.partners["partner"].unique())
    draws = make_draws(seed=5, replicate=1, months=scenario.months, partners=len(seats))["attendance"]
    decided = explanation.deciding(history.partners)
    terms = decided[[f"term_{name}" for name in TERMS]].set_axis(list(TERMS), axis=1)
    utility = explanation.utility_of(terms)
    came = [
        float(draws[month, seats.index(partner)] < attendance_probability(u, scenario.behaviour.attendance_noise))
        for month, partner, u in zip(decided["month"], decided["partner"], utility, strict=True)
    ]
    assert len(came) > 400
    assert 0.1 < np.mean(came) < 0.9
    assert came == decided["attendance"].tolist()


def test_means_of_terms_add_up_to_the_mean_utility(history: History) -> None:
    """What is said of a sector is exact too, up to the rounding of a mean."""
    decided = explanation.deciding(history.partners)
    agencies = history.partners[history.partners["sector"] == "agency"]
    monthly = explanation.monthly_terms(agencies).set_index("month")
    each = decided[decided["sector"] == "agency"]
    summed = each[[f"term_{name}" for name in TERMS]].sum(axis=1).groupby(each["month"]).mean()
    np.testing.assert_allclose(monthly[UTILITY], summed, rtol=0, atol=1e-12)


def test_changes_add_up_to_the_change_of_utility_and_of_the_chance(history: History) -> None:
    """The parts make the whole: nothing is left over or counted twice."""
    noise = history.scenario.behaviour.attendance_noise
    monthly = explanation.monthly_terms(history.partners)
    spans = explanation.first_and_last(monthly)
    changes = explanation.term_changes(monthly, *spans, noise=noise).set_index("term")
    parts, whole = changes.drop(UTILITY), changes.loc[UTILITY]
    for column in ("before", "after", "change", "chance_points", "total"):
        assert parts[column].sum() == pytest.approx(whole[column], abs=1e-9)
    chances = [attendance_probability(whole[name], noise) for name in ("before", "after")]
    assert whole["chance_points"] == pytest.approx(100 * (chances[1] - chances[0]), abs=1e-9)
    assert abs(whole["change"]) > 0.01


def test_the_duty_term_moves_when_the_duty_comes(history: History) -> None:
    """The break in a term that a policy switches on is the very month of the policy."""
    agency = history.partners[history.partners["partner"] == "police_1"]
    monthly = explanation.monthly_terms(agency)
    changes = explanation.term_changes(monthly, *explanation.first_and_last(monthly), noise=1.0).set_index("term")
    assert changes.loc["duty", "since"] == 12
    assert changes.loc["duty", "change"] > 0
    before, after = explanation.around(monthly, 12) or (None, None)
    assert (before, after) == (range(12), range(12, 24))


def test_newcomers_do_not_decide_in_the_month_in_which_they_sit_down(history: History) -> None:
    """A seat taken at the end of a month has no terms yet; counting its zeros would bias every mean."""
    taken = history.events[history.events["event"] == "takes a seat"]
    assert len(taken) > 0
    decided = explanation.deciding(history.partners).set_index(["month", "partner"]).index
    for month, partner in zip(taken["month"], taken["partner"], strict=True):
        assert (month, partner) not in decided
    disposition = explanation.deciding(history.partners)["term_disposition"]
    assert (disposition != 0).all()


@pytest.mark.parametrize("place", [1, 7, 19])
def test_a_single_jump_is_found_where_it_is(place: int) -> None:
    """Least squares with two levels is exact for a step."""
    assert explanation.break_in(np.where(np.arange(20) < place, 0.3, -1.0)) == place


# ------------------------------------------------------------------------- turning points


def test_turning_points_tell_all_that_the_run_records(history: History) -> None:
    """Nothing of the events is lost, nothing is told twice, and all is in the order of time."""
    policies = turning_points.policy_dates(history.scenario)
    points = turning_points.turning_points(history.measures, history.events, policies)
    assert points["month"].is_monotonic_increasing
    assert not points.duplicated().any()
    from_events = points[points["kind"].isin(["stage", "leader", "seat", "end"])]
    key = ["month", "event", "partner"]
    told = from_events.rename(columns={"what": "event"})[key].sort_values(key).to_numpy().tolist()
    assert told == history.events[key].sort_values(key).to_numpy().tolist()
    assert policies["what"].tolist() == ["a duty", "Flexible fund 0 £m a year, learning skills council abolished"]
    spells = turning_points.regime_spells(history.measures)
    assert spells["first"].tolist()[1:] == (spells["last"] + 1).tolist()[:-1]
    assert spells["last"].iloc[-1] == 35


# --------------------------------------------------------------------------- the pair


@pytest.mark.parametrize("path", [path for path in LEVERS if not isinstance(PARAMETERS[path].default, str)])
def test_any_lever_can_be_taken_out(path: str) -> None:
    """Off is the lower end of the declared range, at the start and in every dated policy; nothing else changes."""
    name = path.split(".")[-1]
    topic, _, inner = path.rpartition(".")[0].partition(".")
    here = {inner: {name: 0.01}} if inner else {name: 0.01}
    group = "leadership" if topic == "leadership" else "levers"
    scenario = load_scenario(
        "baseline_lsp", [f"calendar=[{{from: 2003-04, {group}: {json.dumps(here).replace(chr(34), '')}}}]"]
    )
    other = without(scenario, path).scenario
    value = other
    for part in path.split("."):
        value = getattr(value, part)
    assert value == PARAMETERS[path].low == 0
    assert turning_points.flat_settings(other.calendar[0]) == {}
    assert other.board == scenario.board
    assert other.behaviour == scenario.behaviour


def test_the_pair_is_identical_until_the_lever_bites() -> None:
    """Same people, same luck: before the policy comes, not a bit differs."""
    scenario = load_scenario("sigoma_stick", [*SHORT, "calendar=[{from: 2002-01, levers: {scrutiny: 1}}]"])
    pair = [simulate(each, seed=3).measures for each in (scenario, without(scenario, "scrutiny").scenario)]
    parted = explanation.first_difference(*pair)
    assert parted["month"].iloc[0] == 9


@pytest.mark.parametrize(
    ("asked", "at", "told"),
    [
        ("levers.dutty", None, "did you mean"),
        ("behaviour.exit_rate", None, "is no lever"),
        ("levers", None, "is no lever"),
        ("purse", None, "at= one of need, influence, alignment"),
        ("duty", 0.5, "needs a single lever"),
        ("staff_team", 3.0, "0 to 1"),
        ("scrutiny", None, "nothing would change"),
        ("calendar", 0.5, "leave out at="),
        ("calendar", None, "no dated policies"),
    ],
)
def test_what_cannot_be_taken_out_is_refused(asked: str, at: float | None, told: str) -> None:
    """One line that says why, and the nearest name."""
    with pytest.raises(CommandError, match=told):
        without(load_scenario("baseline_lsp"), asked, at=at)


# -------------------------------------------------------------------------- many runs


@pytest.mark.slow
def test_both_engines_explain_alike() -> None:
    """The compiled engine keeps the same terms, bit for bit, so it can count largest movers."""
    scenario = load_scenario("talking_shop", SHORT)
    for one, other in zip(
        many_runs(scenario, seed=2, replicates=2, engine="mesa"),
        many_runs(scenario, seed=2, replicates=2, engine="ensemble"),
        strict=True,
    ):
        assert one.replicate == other.replicate
        pd.testing.assert_frame_equal(one.partners, other.partners, check_exact=True, check_dtype=False)
        pd.testing.assert_frame_equal(one.measures, other.measures, check_exact=True, check_dtype=False)


def test_survival_agrees_with_an_exponential_lifetime() -> None:
    """Under a constant monthly hazard the estimate follows its known course, within sampling error."""
    chance = np.random.Generator(np.random.Philox(7))
    lifetimes = chance.geometric(0.05, 4000)
    spells = pd.DataFrame({"group": "a", "months": np.minimum(lifetimes, 30), "ended": lifetimes <= 30})
    table = survival.survival(spells).set_index("month")
    expected = stats.geom(0.05).sf(np.arange(31))
    assert np.abs(table["share"] - expected)[:30].max() < 4 * np.sqrt(0.25 / 4000)
    assert ((table["ci_low"] <= table["share"]) & (table["share"] <= table["ci_high"]))[1:30].all()


# -------------------------------------------------------------------------- figures, verb


def test_every_figure_is_drawn(history: History) -> None:
    """From the tables of a real run, without a warning."""
    points = turning_points.turning_points(
        history.measures, history.events, turning_points.policy_dates(history.scenario)
    )
    dates = history.measures.set_index("month")["date"]
    monthly = explanation.monthly_terms(history.partners)
    told = explained_run(load_scenario("talking_shop", SHORT), seed=1, replicate=0)
    figures = [
        explanation_figures.terms_over_time(monthly, dates, subject="All members", points=points),
        explanation_figures.timeline(points, turning_points.regime_spells(history.measures), dates, title="A run"),
        explanation_figures.trust_network(told.links, told.bodies),
        survival.survival_curves(survival.survival(survival.member_spells(history.partners)), title="Stays", what="%"),
    ]
    assert all(isinstance(figure, Figure) for figure in figures)
    assert len(told.links["date"].unique()) == 3


def test_the_verb_writes_what_it_promises(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, figures, sentences and a manifest; the same command gives the same tables."""
    asked = ["explain", "scenario=sigoma_stick", *SHORT, "partner=police", "without=duty.attend", "replicates=2"]
    asked += ["engine=mesa"]
    assert main([*asked, "output=one"]) == 0
    said = capsys.readouterr().out
    assert main([*asked, "output=two", "figures=false"]) == 0
    tables = {path.name: path.read_bytes() for path in Path("one").glob("*.csv")}
    assert tables == {path.name: path.read_bytes() for path in Path("two").glob("*.csv")}
    named = ("terms", "terms_by_month", "terms_around", "turning_points", "trust_links", "steps", "movers", "stays")
    assert set(tables) == {f"{name}.csv" for name in (*named, "paired", "paired_regimes", "paired_by_month")}
    figures = {path.stem for path in Path("one/figures").iterdir()}
    assert figures == {"terms", "timeline", "trust_network", "movers", "stays", "paired"}
    text = Path("one/explanation.txt").read_text("utf-8")
    assert text.startswith("Police force: ")
    assert "Without duty: attend (set to 0), on the same draws: the two runs differ from 2001-04 on" in text
    assert "(set to 0)" in said
    steps = pd.read_csv("one/steps.csv").set_index("step")
    assert f"Bodies decide in step {steps.at['decide_attendance', 'number']} of the {len(steps)} of a month" in text
    assert steps["says"].tolist() == [step.says for step in MONTH.steps]
    terms = pd.read_csv("one/terms.csv").set_index("term")
    assert terms.loc[UTILITY, "change"] == pytest.approx(terms.drop(UTILITY)["change"].sum(), abs=1e-9)
    paired = pd.read_csv("one/paired.csv").set_index("measure")
    assert paired.loc["attendance_of_partner", "replicates"] == 2
    row = paired.loc["attendance"]
    assert row["difference"] == pytest.approx(row["as_is"] - row["without"])
    assert json.loads(Path("one/manifest.json").read_text())["settings"]["without"] == "duty.attend"
