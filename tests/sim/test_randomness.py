"""Identical worlds, one thing changed: what chance may and may not depend on."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from strategies import TYPICAL_BOARD, lived, run, scenario_settings, step_label, typical_settings

import sim
import sim.partnership
from sim.randomness import CENTRED, GIVEN, OWN_STREAMS, SLOTS_A_BLOCK, STREAMS, UNIFORM, centred, generator, make_draws

DRAWN = [stream for stream in STREAMS if stream.made != GIVEN]
BY_PARTNER = [stream.name for stream in DRAWN if stream.each and not stream.at_launch]
BY_MONTH = [stream.name for stream in DRAWN if not stream.each and not stream.at_launch]
OF_PARTNERS_AT_LAUNCH = [stream.name for stream in DRAWN if stream.each and stream.at_launch]
AT_LAUNCH = [stream.name for stream in DRAWN if not stream.each and stream.at_launch]
UNIFORMLY = [stream.name for stream in DRAWN if stream.made == UNIFORM]
CENTRED_ONES = [stream.name for stream in DRAWN if stream.made == CENTRED]
NUMBERS = {stream.name: stream.number for stream in STREAMS}
EVENTFUL = [
    {"from": step_label(10), "levers": {"flexible_fund_gbp_m": 0, "duty": {"attend": 0.7}}, "abolish": ["police"]},
    {"from": step_label(20), "levers": {"austerity": 0.3, "outside_option": 0.8, "reorganisation": 0.5}},
]

FINGERPRINT = """
import hashlib
import sim
settings = {settings!r}
history = sim.simulate(sim.scenario_from(settings), seed=11, replicate=3, record_terms=False)
digest = hashlib.sha256()
for table in (history.measures, history.partners):
    digest.update(table.select_dtypes("number").to_numpy(dtype=float).tobytes())
    digest.update(",".join(table.columns).encode())
digest.update(",".join(history.measures["regime"]).encode())
print(digest.hexdigest())
"""


def drawn(*, seed=5, replicate=2, months=12, partners=8):
    return make_draws(seed=seed, replicate=replicate, months=months, partners=partners)


def same_tables(one: sim.History, two: sim.History) -> bool:
    return one.measures.equals(two.measures) and one.partners.equals(two.partners)


@pytest.mark.slow
def test_two_processes_with_different_hash_seeds_agree():
    """Nothing may depend on the order of a set or of a process: a result must be found again elsewhere."""
    script = FINGERPRINT.format(settings=typical_settings(months=36, calendar=EVENTFUL))
    root = str(Path(sim.__file__).parents[1])
    digests = set()
    for hash_seed in ("0", "20010401"):
        environment = dict(os.environ) | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
        answer = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=120
        )
        digests.add(answer.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == 64


def test_the_same_names_give_the_same_run(typical):
    """Study seed and replicate name a run completely."""
    assert same_tables(sim.simulate(typical, seed=4, replicate=9), sim.simulate(typical, seed=4, replicate=9))


@pytest.mark.parametrize("other", [{"seed": 5, "replicate": 9}, {"seed": 4, "replicate": 8}])
def test_another_seed_or_replicate_gives_another_run(typical, other):
    """Replicates that repeat each other would make every interval too narrow."""
    assert not same_tables(sim.simulate(typical, seed=4, replicate=9), sim.simulate(typical, **other))


def test_replicate_7_alone_equals_replicate_7_in_a_batch(typical):
    """Any worker may do any run: what ran before must leave no trace."""
    alone = sim.simulate(typical, seed=1, replicate=7)
    batch = [sim.simulate(typical, seed=1, replicate=replicate) for replicate in range(9)]
    assert same_tables(alone, batch[7])
    assert not same_tables(alone, batch[6])


def test_models_in_turns_equal_models_one_by_one(typical):
    """Two models alive at once must not share a generator."""
    together = [sim.PartnershipModel(typical, seed=1, replicate=replicate) for replicate in (0, 1)]
    for _ in range(typical.months):
        for model in together:
            model.step()
    for replicate, model in enumerate(together):
        assert np.array_equal(model.measures, lived(typical, seed=1, replicate=replicate).measures)


def test_global_generators_play_no_part(typical):
    """A library generator that is used unseeded would change results from call to call."""
    before = sim.simulate(typical, seed=2)
    state = np.random.get_state()  # noqa: NPY002  # the very thing that must not matter
    np.random.seed(99)  # noqa: NPY002
    after = sim.simulate(typical, seed=2)
    untouched = np.random.get_state()[1]  # noqa: NPY002
    np.random.seed(99)  # noqa: NPY002
    assert np.array_equal(untouched, np.random.get_state()[1])  # noqa: NPY002
    np.random.set_state(state)  # noqa: NPY002
    assert same_tables(before, after)


@given(
    partners=st.sampled_from([1, 7, 19, 31, 32, 33, 63, 64, 65]), more=st.integers(1, 40), seed=st.integers(0, 2**40)
)
def test_another_partner_at_the_end_changes_nobodys_draws(partners, more, seed):
    """One more body at the table must not change the luck of those who sit there, also across blocks of 32."""
    small = drawn(seed=seed, partners=partners)
    large = drawn(seed=seed, partners=partners + more)
    for name in OF_PARTNERS_AT_LAUNCH:
        assert np.array_equal(large[name][:partners], small[name]), name
    for name in BY_PARTNER:
        assert np.array_equal(large[name][:, :partners], small[name]), name
    for name in (*BY_MONTH, *AT_LAUNCH):
        assert np.array_equal(large[name], small[name]), name


def test_a_block_is_thirty_two_partners():
    """The boundary that the test above crosses is where it thinks it is."""
    assert SLOTS_A_BLOCK == 32


@given(months=st.integers(1, 60), more=st.integers(1, 200), seed=st.integers(0, 2**40))
def test_a_longer_run_begins_like_a_shorter_one(months, more, seed):
    """Looking further ahead must not change the past."""
    short = drawn(seed=seed, months=months, partners=35)
    long = drawn(seed=seed, months=months + more, partners=35)
    for name in (*OF_PARTNERS_AT_LAUNCH, *AT_LAUNCH):
        assert np.array_equal(long[name], short[name]), name
    for name in (*BY_PARTNER, *BY_MONTH):
        assert np.array_equal(long[name][:months], short[name]), name


def test_a_longer_simulation_begins_like_a_shorter_one(typical):
    """The same for whole runs: no rule may look at the number of months left."""
    longer = sim.with_changes(typical, months=40)
    short, long = sim.simulate(typical, seed=3).measures, sim.simulate(longer, seed=3).measures
    assert long.iloc[: typical.months].equals(short)


def with_newcomer(scenario, archetype):
    entries = [{"month": step_label(8), "archetype": archetype}]
    return sim.with_changes(scenario, board={"members": dict(TYPICAL_BOARD), "entries": entries})


def test_a_newcomer_sits_at_the_end_and_leaves_the_founders_their_traits(typical):
    """Who joins in month 8 is counted at its end, and nobody else is born anew."""
    plain, joined = lived(typical), lived(with_newcomer(typical, "police"))
    assert [p.luck.traits for p in joined.partners[:19]] == [p.luck.traits for p in plain.partners]
    assert [p.trustfulness for p in joined.partners[:19]] == [p.trustfulness for p in plain.partners]
    members = list(sim.MEASURES).index("n_members")
    assert joined.measures[7, members] == 19.0
    assert joined.measures[8, members] == 20.0


def test_a_newcomer_is_not_felt_before_it_comes(typical):
    """Two runs are identical until the month in which they differ, in their reasons too."""
    plain, joined = (
        sim.simulate(scenario, record_terms=True).partners.query("month < 8").filter(like="term_", axis=1).to_numpy()
        for scenario in (typical, with_newcomer(typical, "faith_network"))
    )
    assert np.array_equal(joined.reshape(8, 20, -1)[:, :19], plain.reshape(8, 19, -1))


def test_streams_differ_from_each_other():
    """One stream for two decisions would couple, say, luck at elections and luck at meetings."""
    assert len(set(NUMBERS.values())) == len(NUMBERS)
    assert max(NUMBERS.values()) < OWN_STREAMS
    firsts = {generator(1, 0, number).random(4).tobytes() for number in NUMBERS.values()}
    assert len(firsts) == len(NUMBERS)
    blocks = {generator(1, 0, NUMBERS["rank"], block).random(4).tobytes() for block in range(16)}
    assert len(blocks) == 16


def test_seeds_and_replicates_do_not_overlap():
    """Run 1 of study 0 must not be run 0 of study 1."""
    firsts = {
        generator(seed, replicate, NUMBERS["rank"]).random(4).tobytes() for seed in range(20) for replicate in range(20)
    }
    assert len(firsts) == 400


@pytest.mark.parametrize("stream", UNIFORMLY)
def test_draws_are_uniform(stream):
    """A chance of 0.3 must come true in 30 of 100 cases (Kolmogorov-Smirnov, fixed seed)."""
    values = np.concatenate(
        [drawn(replicate=replicate, months=60, partners=40)[stream].ravel() for replicate in range(40)]
    )
    assert values.min() >= 0.0
    assert values.max() < 1.0
    assert scipy.stats.kstest(values, "uniform").pvalue > 0.001


def test_styles_fill_the_range_from_minus_one_to_one():
    """Departures of leaders are shares of the room up or down."""
    values = np.concatenate([drawn(replicate=replicate, months=100)["style"].ravel() for replicate in range(20)])
    assert scipy.stats.kstest(values, "uniform", args=(-1.0, 2.0)).pvalue > 0.001


@pytest.mark.parametrize("name", CENTRED_ONES)
def test_centred_draws_have_mean_zero_and_standard_deviation_one(name):
    """Spreads in the parameters are standard deviations; four standard errors is the tolerance."""
    values = np.concatenate(
        [drawn(replicate=replicate, months=60, partners=64)[name].ravel() for replicate in range(60)]
    )
    assert abs(values.mean()) < 4.0 / np.sqrt(values.size)
    assert abs(values.std() - 1.0) < 4.0 / np.sqrt(values.size)
    assert np.abs(values).max() <= np.sqrt(6.0)


def test_centred_is_symmetric_and_bounded():
    """Two uniforms make a triangle around 0; no platform's own sampler is involved."""
    corners = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 1.0], [0.2, 0.8]])
    assert centred(corners) == pytest.approx([-np.sqrt(6.0), 0.0, np.sqrt(6.0), 0.0])


def test_partners_and_months_are_not_correlated():
    """Slots of one stream must be independent of each other, or whole boards would share their luck."""
    table = drawn(months=4000, partners=40)["reorganisation"]
    between = np.corrcoef(table.T)[np.triu_indices(40, 1)]
    after = [np.corrcoef(column[:-1], column[1:])[0, 1] for column in table.T]
    bound = 5.0 / np.sqrt(4000)
    assert np.abs(between).max() < bound
    assert np.abs(after).max() < bound


def test_stop_pickle_continue_equals_uninterrupted():
    """A stopped run is resumed from disk; the break must leave no trace."""
    calendar = [{"from": step_label(60), "levers": {"staff_team": 0.9}}]
    scenario = sim.scenario_from(typical_settings(months=80, calendar=calendar))
    uninterrupted = lived(scenario, seed=6)
    resumed = pickle.loads(pickle.dumps(lived(scenario, seed=6, months=50)))
    assert resumed.month == 50
    for _ in range(30):
        resumed.step()
    assert np.array_equal(resumed.measures, uninterrupted.measures)
    assert np.array_equal(resumed.partner_rows, uninterrupted.partner_rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    "patch",
    [
        {"levers": {"flexible_fund_gbp_m": 0.0}},
        {"levers": {"duty": {"attend": 1.0, "enforcement": 1.0}}},
        {"levers": {"inspection": {"relief": 1.0, "conditional": 0.0}}},
        {"leadership": {"attention": 1.0}},
        {"executive": "public_only"},
        {"abolish": ["police"]},
        {"levers": {"staff_team": 1.0, "joint": {"co_location": 1.0}}},
    ],
    ids=["fund", "duty", "relief", "attention", "executive", "abolition", "staff"],
)
def test_two_runs_are_identical_until_the_month_in_which_a_lever_differs(patch):
    """A contrast is a paired one: same people, same elections, same bad luck."""
    plain = run(typical_settings(months=48), seed=8)
    patched = run(typical_settings(months=48, calendar=[{"from": step_label(30), **patch}]), seed=8)
    for name in ("measures", "partners"):
        one, two = getattr(plain, name), getattr(patched, name)
        assert one[one["month"] < 30].equals(two[two["month"] < 30])
        assert not one[one["month"] >= 30].equals(two[two["month"] >= 30])


def test_no_rule_but_the_calendar_names_a_month(typical):
    """An entry that restates what is in force must change nothing at all."""
    calendar = [{"from_month": step_label(7), "levers": {"staff_team": typical.levers.staff_team}}]
    assert same_tables(
        sim.simulate(typical, seed=2), sim.simulate(sim.with_changes(typical, calendar=calendar), seed=2)
    )


TURNED = {"members": dict(reversed(TYPICAL_BOARD.items()))}


def test_choices_at_a_meeting_are_simultaneous(monkeypatch):
    """With their draws carried along bodies may sit in any order: nobody sees what others choose at this meeting."""
    settings = typical_settings(months=1)
    plain = run(settings, seed=3).partners
    turned = settings | {"board": TURNED}
    old_seats = list(plain["partner"])
    new_seats = [partner.name for partner in lived(sim.scenario_from(turned), months=0).partners]
    assert sorted(old_seats) == sorted(new_seats) != new_seats
    order = [old_seats.index(name) for name in new_seats]

    def carried_along(**run_name):
        draws = make_draws(**run_name)
        by_month = {name: draws[name][:, order] for name in BY_PARTNER}
        return draws | by_month | {name: draws[name][order] for name in OF_PARTNERS_AT_LAUNCH}

    monkeypatch.setattr(sim.partnership, "make_draws", carried_along)
    other = run(turned, seed=3).partners
    chosen = ["attendance", "in_person", "free_half_days", "scarcity"]
    one, two = (table.set_index("partner").loc[old_seats, chosen] for table in (plain, other))
    assert one.equals(two)
    assert 0.0 < one["attendance"].mean() < 1.0


@pytest.mark.slow
def test_the_order_of_seats_is_no_more_than_luck():
    """Who proposes is drawn by one number, in the order of the seats: what may be expected does not depend on it."""
    names = ("attendance_senior", "decision_rate", "trust", "tie_density", "core_share", "added_value")
    asked = [sim.scenario_from(typical_settings(months=48, **changes)) for changes in ({}, {"board": TURNED})]
    ensemble = sim.simulate_ensemble(asked, replicates=600, seed=3, measures=names, months=[47])
    for name in names:
        one, two = ensemble[name][..., 0]
        assert abs(one.mean() - two.mean()) < 4.0 * np.hypot(one.std(), two.std()) / np.sqrt(600), name


@pytest.mark.slow
@given(settings=scenario_settings(longest=24), seed=st.integers(0, 1000))
def test_any_scenario_repeats_itself(settings, seed):
    """Determinism must hold off the beaten track too."""
    scenario = sim.scenario_from(settings)
    assert np.array_equal(lived(scenario, seed=seed).measures, lived(scenario, seed=seed).measures)
