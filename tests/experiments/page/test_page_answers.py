"""What the explorer's page is told: checked questions, and answers that agree with the library's own numbers."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments import load_scenario
from experiments.page.answers import SideRuns, answer, policy_dates, typical_replicate
from experiments.page.catalogue import PAGE_MEASURES, QUANTILES
from experiments.page.example import example, trust_months
from experiments.page.packing import packed, packed_codes, unpacked
from experiments.page.request import MOST_REPLICATES, MOST_SEATS, NUMBERS, changeable_paths, request_by, request_in
from sim import PARAMETERS, REGIMES, ScenarioError, find_place, simulate, simulate_ensemble, with_changes
from sim.meetings import TERMS

SHORT = {"months": 24, "replicates": 8, "seed": 5}


def state(right: dict | None = None, left: dict | None = None, **shared) -> dict:
    """Return a page state on the small board, quick to run."""
    small = {"board": "small_executive"}
    return {
        "left": {"preset": "baseline_lsp", "changes": small | (left or {})},
        "right": {"preset": "baseline_lsp", "changes": small | (right or {})},
        **SHORT,
        **shared,
    }


# ------------------------------------------------------------------------- questions


def test_a_question_is_what_the_command_line_would_make_of_it():
    """One meaning of a setting, however it is asked."""
    changes = {
        "levers.duty.attend": 1,
        "leadership.direction": 0.9,
        "board.members.police": 2,
        "calendar": "nrf_cliff_2008",
    }
    asked = request_by(
        {"left": {"preset": "talking_shop"}, "right": {"preset": "growth_coalition", "changes": changes}}
    )
    overrides = [f"{path}={value}" for path, value in changes.items()]
    assert asked.left == load_scenario("talking_shop", [NUMBERS])
    assert asked.right == load_scenario("growth_coalition", [NUMBERS, *overrides])


def test_every_parameter_can_be_moved():
    """The page is not to fall behind sim/parameters.py."""
    assert set(PARAMETERS) <= set(changeable_paths())
    for path, parameter in PARAMETERS.items():
        value = parameter.choices[0] if parameter.choices else parameter.low
        request_by(state({path: value}))


def test_a_place_holds_for_both_sides_and_names_come_before_single_settings():
    """A named board first, then the seats that are changed in it."""
    asked = request_by(
        state({"board.members.police": 3, "leadership": "committed", "leadership.turnover": 0.5}, place="hackney")
    )
    assert asked.left.place.name == asked.right.place.name == "hackney"
    assert asked.right.board.members["police"] == 3
    committed = load_scenario("baseline_lsp", ["leadership=committed"]).leadership
    assert asked.right.leadership == dataclasses.replace(committed, turnover=0.5)


def test_a_shorter_run_leaves_away_what_lies_beyond_it():
    """A preset's calendar is no error of the person who shortens it; one's own entry out of range is."""
    asked = request_by(state({"calendar": "england_2001_2013"}, months=60))
    assert asked.right.months == 60
    assert [entry.from_month for entry in asked.right.calendar] == [
        "2001-04",
        "2002-04",
        "2005-04",
        "2005-04",
        "2006-03",
        "2006-03",
    ]
    own = [{"from": "2002-01", "note": "my own", "levers": {"duty": {"attend": 1}}}]
    assert request_by(state({"calendar": own})).right.calendar[0].note == "my own"
    with pytest.raises(ScenarioError, match="1999-01 lies before the run"):
        request_by(state({"calendar": [{"from": "1999-01", "levers": {}}]}))


REFUSED = [
    (state({"levers.pooling_rate": 3}), ["right side", "levers.pooling_rate", "3", "0 to 1"]),
    (state(left={"levers.pooling_rate": -0.1}), ["left side", "levers.pooling_rate", "-0.1", "0 to 1"]),
    (state({"levers.pooling_rate": "0.5"}), ["levers.pooling_rate", "'0.5'", "0 to 1"]),
    (state({"levers.pooling_rate": True}), ["levers.pooling_rate", "True"]),
    (state({"levers.pooling_rate": None}), ["levers.pooling_rate", "None"]),
    (state({"levers.pooling_rate": [1]}), ["levers.pooling_rate", "[1]"]),
    (state({"levers.purse": "ned"}), ["levers.purse", "'ned'", "did you mean need?"]),
    (state({"levers.poling_rate": 0.1}), ["levers.poling_rate", "did you mean levers.pooling_rate?"]),
    (state({"levers": {"pooling_rate": 0.1}}), ["unknown setting 'levers'"]),
    (state({"place": "hackney"}), ["unknown setting 'place'"]),
    (state({"__class__": 1}), ["unknown setting '__class__'"]),
    (state({"board": "smal_executive"}), ["board", "did you mean small_executive?"]),
    (state({"board": ["typical"]}), ["board", "takes a name"]),
    (state({"board.members.police": 1.5}), ["board.members.police", "1.5"]),
    (state({"board.members.police": MOST_SEATS}), ["seats", f"at most {MOST_SEATS}"]),
    (state({"board.chair": "mayor"}), ["board.chair", "mayor", "council"]),
    (state({"calendar": "none_"}), ["calendar", "did you mean none?"]),
    (state({"calendar": [{}] * 41}), ["calendar", "41", "at most 40"]),
    (state({"calendar": [3]}), ["calendar entry 3"]),
    (state({"calendar": [{"from": "2002-04", "levers": {"pooling": 1}}]}), ["2002-04", "did you mean pooling_rate?"]),
    (state(replicates=MOST_REPLICATES + 1), ["replicates", "201", "2 to 200"]),
    (state(replicates=1), ["replicates", "1", "2 to 200"]),
    (state(replicates=10.5), ["replicates", "10.5"]),
    (state(months=241), ["months", "241", "12 to 240"]),
    (state(seed=-1), ["seed", "-1", "0 to"]),
    (state(run=8), ["run", "8", "0 to 7"]),
    (state(place="hackny"), ["hackny", "did you mean hackney or"]),
    (state(places="hackney"), ["places"]),
    ({"left": {"preset": "talking_shop"}}, ["right is missing"]),
    (state() | {"left": {"preset": "talking_shp"}}, ["left side", "talking_shp", "did you mean talking_shop?"]),
    (state() | {"left": {"preset": "x" * 50_000}}, ["unknown scenario"]),
    (state() | {"left": 3}, ["left", "3"]),
]


@pytest.mark.parametrize(
    ("asked", "told"), REFUSED, ids=lambda value: str(value[-1])[:40] if isinstance(value, list) else ""
)
def test_what_cannot_be_asked_is_refused_in_one_short_line(asked, told):
    """The line names the setting, the value and what is allowed; it never repeats a whole request."""
    with pytest.raises(ScenarioError) as refused:
        request_by(asked)
    line = str(refused.value)
    assert all(part in line for part in told), line
    assert "\n" not in line
    assert len(line) <= 300


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"{", b'{"left": NaN}', b"\xff\xfe", b"[" * 50_000, b"9" * 5_000])
def test_junk_is_no_question(body):
    """Whatever comes over the line, the answer is one line."""
    with pytest.raises(ScenarioError, match="it takes a JSON object"):
        request_in(body)


def test_a_server_may_allow_fewer_runs():
    """Whoever opens a server to many bounds the work of each."""
    with pytest.raises(ScenarioError, match="2 to 5"):
        request_by(state(), most_replicates=5)


# --------------------------------------------------------------------------- packing

VALUES = arrays(np.float64, (3, 4, 5), elements=st.floats(-1e6, 1e6, width=32))


@given(
    VALUES,
    st.sampled_from(["u8", "i16"]),
    st.sampled_from([None, 0, 1, 2]),
    st.booleans(),
    st.sampled_from([None, (0, 1, 2), (1, 0, 2)]),
)
def test_what_is_packed_is_read_back_within_half_a_step(values, kind, along, compressed, stored):
    """A packed value may be off by half a step of its range, and by nothing more, however it is stored."""
    values[0, 0, 0] = np.nan
    array = json.loads(json.dumps(packed(values, kind, along=along, compressed=compressed, stored=stored)))
    assert ("gz" in array) == compressed
    back = unpacked(array)
    np.testing.assert_array_equal(np.isnan(back), np.isnan(values))
    axes = tuple(axis for axis in range(3) if axis != along)
    step = np.reshape(array["scale"], [-1 if axis == along else 1 for axis in range(3)])
    spread = np.nanmax(np.abs(values), axis=axes, keepdims=True)
    assert np.all(np.isnan(values) | (np.abs(back - values) <= 0.51 * step + 1e-4 * spread * (step < 1e-4 * spread)))


def test_a_constant_and_an_empty_slice_can_be_packed():
    """Without any spread a step of any width will do."""
    np.testing.assert_array_equal(unpacked(packed(np.full((2, 3), 0.25), "u8")), np.full((2, 3), 0.25))
    assert np.isnan(unpacked(packed(np.full((2, 3), np.nan), along=0))).all()


def test_codes_are_kept_as_they_are():
    """Regimes are names by number: no rounding."""
    codes = np.arange(12).reshape(3, 4) % 5
    for stored in (None, (1, 0)):
        np.testing.assert_array_equal(unpacked(packed_codes(codes, stored=stored)), codes)
    np.testing.assert_array_equal(unpacked(packed_codes(codes, scale=0.5, compressed=True)), 0.5 * codes)


# --------------------------------------------------------------------------- answers


@pytest.fixture(scope="module")
def asked():
    return request_by(state({"leadership.direction": 1.0, "levers.staff_team": 0.9}))


@pytest.fixture(scope="module")
def told(asked):
    return json.loads(json.dumps(answer(asked), allow_nan=False))


@pytest.fixture(scope="module")
def ensemble(asked):
    return simulate_ensemble(asked.sides, replicates=asked.replicates, seed=asked.seed)


def step_of(packed_values: dict) -> np.ndarray:
    return np.reshape(packed_values["scale"], (-1, 1, 1))


def test_bands_are_the_quantiles_and_means_of_the_runs(told, ensemble):
    """The page shows what simulate_ensemble gives, to the digits of 16 bits."""
    for number, side in enumerate(("left", "right")):
        held = told[side]["bands"]
        assert held["measures"] == list(PAGE_MEASURES)
        values = np.stack([ensemble[name][number] for name in PAGE_MEASURES])
        expected = np.concatenate(
            [np.moveaxis(np.quantile(values, QUANTILES, axis=1), 0, 1), values.mean(axis=1)[:, None]], axis=1
        )
        assert np.all(np.abs(unpacked(held["values"]) - expected) <= step_of(held["values"]))


def test_the_difference_is_paired(told, ensemble):
    """Right minus left in each replicate, then quantiles: not the difference of quantiles."""
    held = told["difference"]["bands"]
    engagement = PAGE_MEASURES.index("engagement")
    paired = ensemble["engagement"][1] - ensemble["engagement"][0]
    shown = unpacked(held["values"])[engagement]
    assert np.all(np.abs(shown[:5] - np.quantile(paired, QUANTILES, axis=0)) <= step_of(held["values"])[engagement])
    final = told["difference"]["final"]["engagement"]
    assert final["mean"] == pytest.approx(paired[:, -1].mean(), rel=1e-3)
    assert final["low"] < final["mean"] < final["high"]
    assert final["share_above"] == (paired[:, -1] > 0).mean()


def test_regimes_are_counted(told, ensemble):
    """Shares month by month, counts at the end, and who moved from which regime to which."""
    for number, side in enumerate(("left", "right")):
        shares = unpacked(told[side]["regimes"])
        expected = np.stack([(ensemble.regimes[number] == code).mean(axis=0) for code in range(len(REGIMES))])
        np.testing.assert_allclose(shares, expected, atol=1e-4)
        finals = told[side]["final_regimes"]
        assert [row["count"] for row in finals] == np.bincount(
            ensemble.final_regimes[number], minlength=len(REGIMES)
        ).tolist()
        assert all(row["low"] <= row["share"] <= row["high"] for row in finals)
    moved = np.array(told["difference"]["moved"])
    np.testing.assert_array_equal(moved.sum(axis=1), np.bincount(ensemble.final_regimes[0], minlength=len(REGIMES)))
    np.testing.assert_array_equal(moved.sum(axis=0), np.bincount(ensemble.final_regimes[1], minlength=len(REGIMES)))


def test_the_same_scenario_on_both_sides_differs_by_nothing():
    """Same draws, same rules: the paired difference is exactly zero."""
    told = answer(request_by(state()))
    assert np.all(unpacked(told["difference"]["bands"]["values"]) == 0.0)
    assert all(row["mean"] == 0.0 for row in told["difference"]["final"].values())


def test_the_same_question_has_the_same_answer(asked, told):
    """Nothing is remembered from one visitor to the next."""
    answer(request_by(state({"levers.austerity": 0.5}, seed=9)))
    again = json.loads(json.dumps(answer(asked)))
    assert again | {"seconds": 0} == told | {"seconds": 0}


def test_the_typical_run_ends_as_most_do_and_near_the_middle():
    """An outlier is not to stand for the rest, nor a run of a rare regime."""
    values = np.zeros((5, 2, len(PAGE_MEASURES)))
    values[:, -1, PAGE_MEASURES.index("engagement")] = [0.1, 0.2, 0.3, 0.4, 0.9]
    most = SideRuns(values, np.array([[1, 1], [1, 1], [1, 3], [1, 1], [1, 1]], dtype=np.int8))
    assert typical_replicate(most, most) in (1, 3)
    other = SideRuns(values, np.array([[0, 0], [0, 0], [0, 0], [0, 2], [0, 2]], dtype=np.int8))
    assert typical_replicate(most, other) == 1
    here, there = ([[0, end] for end in ends] for ends in ((0, 0, 1, 2, 3), (1, 2, 0, 0, 3)))
    never_alike = [SideRuns(values, np.array(regimes, dtype=np.int8)) for regimes in (here, there)]
    assert typical_replicate(*never_alike) == 2


def test_policy_dates_are_flat_and_in_order():
    """The page writes them beside the charts; a date may also seat newcomers."""
    england = load_scenario("england_2001_2013")
    dates = policy_dates(england)
    assert [row["month"] for row in dates] == sorted(row["month"] for row in dates)
    duty = next(row for row in dates if row["date"] == "2008-04")
    assert duty["month"] == 84
    assert duty["changes"]["levers.duty.attend"] == 0.6
    (cliff,) = policy_dates(load_scenario("nrf_cliff_2008"))
    assert cliff["changes"] == {"levers.flexible_fund_gbp_m": 0}
    assert next(row for row in dates if row["date"] == "2010-04")["abolish"] == ["learning_skills_council"]
    assert any(row["note"] == "new seats: 1 × skills funding agency" for row in dates)
    assert dates[-1]["month"] < england.months


def test_policy_dates_are_those_of_the_place():
    """A line beside a chart of Bristol must not speak of what happened in Durham."""
    england = load_scenario("england_2001_2013")
    ends = [
        [
            row["month"]
            for row in policy_dates(with_changes(england, place=find_place(name)))
            if "council" in row["abolish"]
        ]
        for name in ("easington", "bristol")
    ]
    assert ends == [[96], []]


# -------------------------------------------------------------------------- examples


@pytest.fixture(scope="module")
def lived(asked):
    return example(asked.right, seed=asked.seed, replicate=3)


def test_an_example_is_that_very_run(asked, lived, ensemble):
    """State and terms as in history.partners; the regime as in the bands; nobody is a member without a table."""
    history = simulate(asked.right, seed=asked.seed, replicate=3, record_terms=True)
    n_seats = len(lived["partners"])
    columns = [*lived["columns"], *(f"term_{name}" for name in TERMS)]
    expected = history.partners[columns].to_numpy().reshape(24, n_seats, -1).transpose(2, 0, 1)
    shown = np.concatenate([unpacked(lived["values"]), unpacked(lived["terms"])])
    is_member = expected[0] > 0
    step = np.reshape([*lived["values"]["scale"], *lived["terms"]["scale"]], (-1, 1, 1))
    close = np.abs(shown - expected) <= step
    assert np.all(close[:, is_member])
    assert np.isnan(shown[1:][:, ~is_member]).all()
    assert lived["regime"] == history.regime == REGIMES[ensemble.final_regimes[1, 3]]
    assert len(lived["events"]) == len(history.events)


def test_trust_month_by_month_averages_to_the_measure(asked, lived):
    """The network that is drawn is the trust that is reported."""
    history = simulate(asked.right, seed=asked.seed, replicate=3)
    trust = unpacked(lived["trust"])
    is_member = unpacked(lived["values"])[0] > 0.5
    for place, month in enumerate(lived["trust_months"]):
        here = np.flatnonzero(is_member[month])
        pairs = trust[place][np.ix_(here, here)]
        mean = pairs.sum() / (len(here) * (len(here) - 1))
        assert mean == pytest.approx(history.measures["trust"].iloc[month], abs=0.5 / 250)


def test_ties_are_those_that_are_reported(asked, lived):
    """The lines that are drawn are as many as the measure says."""
    history = simulate(asked.right, seed=asked.seed, replicate=3)
    ties, n = unpacked(lived["ties"])[-1], history.measures["n_members"].iloc[-1]
    assert ties.sum() / (n * (n - 1)) == pytest.approx(history.measures["tie_density"].iloc[-1])


def test_bodies_of_one_kind_are_numbered():
    """Two large employers are two bodies; one police force needs no number."""
    names = [
        body["name"] for body in example(request_by(state({"board": "typical"})).right, seed=1, replicate=0)["partners"]
    ]
    assert {"Large employer 1", "Large employer 2", "Police force"} <= set(names)
    assert len(set(names)) == len(names)


def test_large_boards_keep_trust_of_fewer_months():
    """An example has to stay small enough to send: trust has seats × seats values a month."""
    assert len(trust_months(19, 144)) == 144
    assert all(seats**2 * len(trust_months(seats, 240)) < 700_000 for seats in range(1, MOST_SEATS + 1))
