"""Submodels 6 and 7: what bodies give, and where pooled money goes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, prior, simplexes

import sim
from sim.rules import attendance, contribution, fund
from sim.rules.contribution import believed_of_others, contribution_push, contribution_rate, willingness
from sim.rules.fund import BY_ALIGNMENT, BY_INFLUENCE, BY_NEED, PURSES, claim, need_match, payment, returned

CONTRACTS = [
    Contract(
        contribution_push,
        {
            "belief": SHARE,
            "service_plan_pressure": SHARE,
            "scrutiny": SHARE,
            "is_publicly_funded": SHARE,
            "reward_pull": SHARE,
            "sanction_pressure": SHARE,
            "gain_from_belief": prior("contribution_belief"),
            "gain_from_duty": prior("contribution_duty"),
            "gain_from_scrutiny": prior("contribution_scrutiny"),
            "gain_from_reward": prior("contribution_reward"),
            "gain_from_sanctions": SHARE,
        },
        rises="belief service_plan_pressure scrutiny is_publicly_funded reward_pull sanction_pressure gain_from_belief "
        "gain_from_duty gain_from_scrutiny gain_from_reward gain_from_sanctions",
        low=0.0,
        high=1.0,
    ),
    Contract(
        willingness,
        {"expected_of_others": SHARE, "reciprocity": SHARE, "push": SHARE},
        rises="expected_of_others reciprocity push",
        low=0.0,
        high=1.0,
    ),
    Contract(
        contribution_rate,
        {
            "willing": SHARE,
            "attendance_record": SHARE,
            "seniority": SHARE,
            "alignment": SHARE,
            "assured_presence": SHARE,
        },
        rises="willing attendance_record seniority alignment assured_presence",
        low=0.0,
        high=1.0,
        zero="willing",
    ),
    Contract(
        contribution.sanction_pressure,
        {"sanctions": SHARE, "half_saturation": (0.01, 1.0)},
        rises="sanctions",
        falls="half_saturation",
        low=0.0,
        high=1.0,
        zero="sanctions",
    ),
    Contract(
        contribution.prospect,
        {
            "month": (0.0, 600.0),
            "announced_end": (1.0, 600.0),
            "end_weight": SHARE,
            "end_half_months": (0.1, 60.0),
            "sanction_pressure": SHARE,
        },
        rises="announced_end sanction_pressure",
        falls="month end_weight end_half_months",
        low=0.0,
        high=1.0,
        centre={"month": 60.0, "announced_end": 500.0},
    ),
    Contract(
        contribution.bendable_gbp_m,
        {
            "budget_gbp_m": (0.0, 2000.0),
            "discretionary_share": SHARE,
            "rigidity": SHARE,
            "flexibility": SHARE,
            "flexibility_gain": prior("flexibility_gain"),
        },
        rises="budget_gbp_m discretionary_share flexibility flexibility_gain",
        falls="rigidity",
        low=0.0,
        zero="budget_gbp_m discretionary_share",
    ),
    Contract(
        contribution.pooled_gbp_m,
        {
            "regeneration_budget_gbp_m": (0.0, 50.0),
            "pooling_rate": SHARE,
            "attendance_record": SHARE,
            "one_plan": SHARE,
        },
        rises="regeneration_budget_gbp_m pooling_rate attendance_record one_plan",
        low=0.0,
        zero="regeneration_budget_gbp_m pooling_rate attendance_record one_plan",
    ),
    Contract(
        believed_of_others,
        {"believed": SHARE, "seen": SHARE, "belief_weight": prior("belief_weight")},
        rises="believed seen",
        free="belief_weight",
        low=0.0,
        high=1.0,
    ),
    Contract(
        fund.released,
        {"fund_gbp_m_a_year": (0.0, 60.0), "is_accredited": (False, True), "unaccredited_release": SHARE},
        rises="fund_gbp_m_a_year is_accredited unaccredited_release",
        low=0.0,
        high=5.0,
        zero="fund_gbp_m_a_year",
    ),
    Contract(
        fund.spendable,
        {
            "held_gbp_m": (0.0, 50.0),
            "decision_memory": SHARE,
            "staff_team": SHARE,
            "support_pressure": SHARE,
            "absorption_rate": prior("absorption_rate"),
        },
        rises="held_gbp_m decision_memory staff_team support_pressure absorption_rate",
        low=0.0,
        zero="held_gbp_m absorption_rate",
    ),
    Contract(
        payment,
        {"spendable_gbp_m": (0.0, 50.0), "share": SHARE, "attended": (False, True)},
        rises="spendable_gbp_m share attended",
        low=0.0,
        centre={"attended": True},
        zero="spendable_gbp_m share",
    ),
    Contract(
        returned,
        {"unclaimed_gbp_m": (0.0, 50.0), "carry_over": SHARE},
        rises="unclaimed_gbp_m",
        falls="carry_over",
        low=0.0,
        zero="unclaimed_gbp_m",
    ),
    Contract(
        claim,
        {"purse": (0, 2), "match": SHARE, "influence": SHARE, "alignment": SHARE, "support": (1.0, 2.0)},
        rises="support",
        free="purse match influence alignment",
        low=0.0,
        zero="support",
    ),
]
TESTED_BELOW = (need_match, contribution.is_conditional_cooperator)


@given(start=st.floats(0.05, 0.5), slope=st.floats(0.7, 0.99), months=st.integers(1, 40))
def test_identical_conditional_cooperators_decay_geometrically(start, slope, months):
    """The verification limit of the contribution rule: c0·sᵗ, with full belief weight and nothing else."""
    believed = start
    for month in range(1, months + 1):
        push = contribution_push(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.25, 0.08, 0.08, 0.1, 0.1)
        given_now = contribution_rate(willingness(believed, slope, push), 1.0, 1.0, 1.0, 0.0)
        assert given_now == pytest.approx(start * slope**month, rel=1e-12, abs=0.0)
        believed = believed_of_others(believed, given_now, 1.0)


@given(believed=SHARES, slope=st.floats(0.7, 0.99))
def test_cooperation_is_imperfect(believed, slope):
    """Nobody gives more than others are believed to give unless something else speaks for it."""
    assert willingness(believed, slope, 0.0) <= believed


@given(gains=st.lists(SHARES, min_size=5, max_size=5))
def test_nothing_pushes_when_nothing_speaks_for_giving(gains):
    """Without belief, duty, scrutiny, reward or sanctions there is exactly no push."""
    assert contribution_push(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, *gains) == 0.0


@given(pressure=SHARES)
def test_scrutiny_does_not_reach_bodies_without_public_money(pressure):
    """Scrutiny boards may call publicly funded partners only (S4)."""
    base = contribution_push(0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 0.08, 0.08, 0.1, 0.1)
    assert contribution_push(0.3, 0.0, pressure, 0.0, 0.0, 0.0, 0.25, 0.08, 0.08, 0.1, 0.1) == base


def test_the_duty_moves_attendance_more_than_giving_at_defaults():
    """A body can be made to come, hardly to give (pattern P17)."""
    default = {name: p.default for name, p in sim.PARAMETERS.items()}
    pressure = attendance.duty_pressure(1.0, 1.0, 1.0, default["behaviour.duty_half_saturation"])
    pull = attendance.duty_term(default["behaviour.weight_duty"], pressure)
    noise = default["behaviour.attendance_noise"]
    comes = attendance.attendance_probability(pull, noise) - attendance.attendance_probability(0.0, noise)
    push = contribution_push(
        0.0, pressure, 0.0, 1.0, 0.0, 0.0, 0.0, default["behaviour.contribution_duty"], 0.0, 0.0, 0.0
    )
    gives = willingness(0.5, 0.9, push) - willingness(0.5, 0.9, 0.0)
    assert comes > 2.0 * gives > 0.0


@given(willing=SHARES, record=SHARES, alignment=SHARES)
def test_a_junior_cannot_commit_money(willing, record, alignment):
    """Somebody without rank has no money to sign for (S2)."""
    assert contribution_rate(willing, record, 0.0, alignment, 0.0) == 0.0


@given(willing=SHARES, record=SHARES, seniority=SHARES, alignment=SHARES)
def test_in_the_laboratory_willingness_alone_decides(willing, record, seniority, alignment):
    """Assured presence is the whole of it (exactly), and without any the rule is the plain product (exactly)."""
    assert contribution_rate(willing, record, seniority, alignment, 1.0) == willing
    assert contribution_rate(willing, record, seniority, alignment, 0.0) == willing * record * seniority * alignment


@given(
    month=st.integers(0, 600),
    weight=SHARES,
    half=st.floats(0.1, 60.0),
    sanctions=st.floats(0.0, 1.0),
    end=st.integers(1, 600),
)
def test_only_an_end_that_is_announced_is_looked_ahead_to(month, weight, half, sanctions, end):
    """No end, no effect, to the bit; at and after the end it takes its whole weight."""
    assert contribution.prospect(float(month), 0.0, weight, half, sanctions) == 1.0
    last = contribution.prospect(end - 1.0, float(end), weight, half, 0.0)
    assert last == 1.0 - weight
    assert contribution.prospect(end + 12.0, float(end), weight, half, 0.0) == last
    assert contribution.prospect(end - 1.0 - half, float(end), weight, half, 0.0) == pytest.approx(1.0 - weight / 2.0)


def test_the_share_of_conditional_cooperators_is_what_it_says():
    """Traits are sums of two uniform draws: the share that answers others must come out at every value."""
    uniforms = np.random.default_rng(5).random((2, 40_000))
    traits = (uniforms.sum(axis=0) - 1.0) * math.sqrt(6.0)
    for share in (0.0, 0.2, 0.5, 0.9, 1.0):
        answering = np.mean([contribution.is_conditional_cooperator(float(trait), share) for trait in traits])
        assert answering == pytest.approx(share, abs=0.0075)  # three standard errors
    assert all(contribution.is_conditional_cooperator(float(trait), 1.0) for trait in traits)


@given(
    claims=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=60),
    came=st.lists(st.booleans(), min_size=60, max_size=60),
    held=st.floats(0.0, 100.0),
    carry_over=SHARES,
    memory=SHARES,
    staff=SHARES,
    support=SHARES,
    rate=st.floats(*prior("absorption_rate")),
)
def test_every_penny_is_paid_kept_or_returned(claims, came, held, carry_over, memory, staff, support, rate):
    """Money is conserved by the rules themselves, whoever comes."""
    going_out = fund.spendable(held, memory, staff, support, rate)
    assert going_out <= held
    paid = [payment(going_out, own / math.fsum(claims), there) for own, there in zip(claims, came, strict=False)]
    assert math.fsum(paid) <= going_out + 1e-9
    if all(came[: len(claims)]):
        assert math.fsum(paid) == pytest.approx(going_out, abs=1e-9)
    unclaimed = max(0.0, going_out - math.fsum(paid))
    back = returned(unclaimed, carry_over)
    kept = unclaimed * carry_over
    assert back + kept == pytest.approx(unclaimed, abs=1e-12)


def test_not_even_the_ablest_partnership_spends_more_than_it_holds():
    """At the ends of all ranges the share that goes out is still a share."""
    assert fund.spendable(10.0, 1.0, 1.0, 1.0, prior("absorption_rate")[1]) <= 10.0
    assert fund.spendable(10.0, 1.0, 1.0, 1.0, 1.0) == pytest.approx(10.0)


@given(spendable=st.floats(0.0, 50.0), share=SHARES)
def test_absence_forfeits(spendable, share):
    """Who stays away is paid exactly nothing."""
    assert payment(spendable, share, False) == 0.0


@given(fund_a_year=st.floats(0.0, 60.0), release=SHARES)
def test_a_year_of_releases_is_the_fund(fund_a_year, release):
    """An accredited partnership gets all of its fund in twelve parts, whatever the release for others is."""
    assert 12.0 * fund.released(fund_a_year, True, release) == pytest.approx(fund_a_year)
    assert 12.0 * fund.released(fund_a_year, False, release) == pytest.approx(release * fund_a_year)


@given(priorities=simplexes(5), strategy=simplexes(5))
def test_need_match_is_a_share(priorities, strategy):
    """A claim by need above 1 or below 0 would let a body take others' money."""
    assert 0.0 <= need_match(priorities, strategy) <= 1.0 + 1e-12


def test_need_match_rewards_working_on_what_is_needed():
    """The purse by need must pay who works on the strategy."""
    strategy = (0.1, 0.6, 0.1, 0.1, 0.1)
    assert need_match((0.0, 1.0, 0.0, 0.0, 0.0), strategy) > need_match((1.0, 0.0, 0.0, 0.0, 0.0), strategy)


@pytest.mark.parametrize(
    ("purse", "reads"), [(BY_NEED, "match"), (BY_INFLUENCE, "influence"), (BY_ALIGNMENT, "alignment")]
)
def test_each_purse_reads_its_own_quantity_only(purse, reads):
    """The purse lever says who controls the money; a mix would be a fourth rule."""
    names = ("match", "influence", "alignment")
    base = dict.fromkeys(names, 0.3)
    for name in names:
        change = claim(purse, **base | {name: 0.6}, support=1.0) - claim(purse, **base, support=1.0)
        assert (change > 0.0) if name == reads else (change == 0.0)


def test_purse_names_stand_in_the_order_of_their_codes():
    """Configs give names, rules take numbers."""
    assert (PURSES[BY_NEED], PURSES[BY_INFLUENCE], PURSES[BY_ALIGNMENT]) == ("need", "influence", "alignment")
    assert sim.PARAMETERS["levers.purse"].choices == PURSES
