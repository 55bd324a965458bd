"""Submodels 10 and 11: what is learnt from results, and trust between bodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract, prior, public_rules

import sim
from sim.rules import learning, trust
from sim.rules.trust import contact_gain, trust_step

CONTRACTS = [
    Contract(
        trust.trust_in_place,
        {
            "trust_initial": prior("trust_initial"),
            "goodwill": (-1.0, 1.0),
            "goodwill_spread": prior("goodwill_spread"),
        },
        rises="trust_initial goodwill",
        free="goodwill_spread",
        low=0.0,
        high=1.0,
    ),
    Contract(
        trust.first_trust,
        {
            "trust_initial": prior("trust_initial"),
            "sector_gap": prior("trust_sector_gap"),
            "same_sector": (False, True),
            "spread": prior("trust_spread"),
            "trustfulness": (-2.45, 2.45),
            "repute": (-2.45, 2.45),
        },
        rises="trust_initial same_sector trustfulness repute",
        falls="sector_gap",
        free="spread",
        low=0.02,
        high=0.98,
    ),
    Contract(
        trust.put_in,
        {"attended": SHARE, "seniority": SHARE, "contribution_rate": SHARE},
        rises="attended seniority contribution_rate",
        low=0.0,
        high=1.0,
    ),
    Contract(
        trust.domination,
        {"influence": SHARE, "tolerance": prior("domination_tolerance")},
        rises="influence",
        falls="tolerance",
        low=0.0,
        high=1.0,
    ),
    Contract(
        contact_gain,
        {
            "meeting": prior("trust_meeting"),
            "joint_delivery": prior("trust_joint_delivery"),
            "delivery_pace": SHARE,
            "co_location": SHARE,
        },
        rises="meeting joint_delivery delivery_pace co_location",
        low=0.0,
    ),
    Contract(
        trust_step,
        {
            "trust": SHARE,
            "others_put_in": SHARE,
            "evidence": prior("trust_evidence"),
            "loss_aversion": prior("loss_aversion"),
            "contact": (0.0, 0.2),
            "brokered": prior("trust_staff"),
            "lost_to_time": prior("trust_decay"),
            "lost_to_domination": (0.0, 0.5),
        },
        rises="trust others_put_in contact brokered",
        falls="loss_aversion lost_to_time lost_to_domination",
        free="evidence",
        low=0.0,
        high=1.0,
        centre={"others_put_in": 0.05},
    ),
    Contract(
        learning.measurement_quality,
        {"measurement": SHARE, "report_pressure": SHARE, "monitoring": SHARE},
        rises="measurement report_pressure monitoring",
        low=0.0,
        high=1.0,
    ),
    Contract(
        learning.results_signal,
        {"delivered_share_a_year": (0.0, 2.0), "aspiration": prior("aspiration")},
        rises="delivered_share_a_year",
        falls="aspiration",
        low=0.0,
        high=1.0,
        zero="delivered_share_a_year",
    ),
    Contract(
        learning.signal_of_success,
        {"results": SHARE, "decision_memory": SHARE, "process_credit": prior("process_credit")},
        rises="results decision_memory",
        free="process_credit",
        low=0.0,
        high=1.0,
    ),
    Contract(
        learning.belief_step,
        {
            "belief": SHARE,
            "signal": SHARE,
            "quality": SHARE,
            "attendance_record": SHARE,
            "rate": prior("belief_rate"),
        },
        rises="belief signal",
        free="quality attendance_record rate",
        low=0.0,
        high=1.0,
    ),
    Contract(
        learning.expected_share_step,
        {"expected_share": SHARE, "share_paid": SHARE, "rate": prior("belief_rate")},
        rises="expected_share share_paid",
        free="rate",
        low=0.0,
        high=1.0,
    ),
]
TESTED_BELOW = set[str]()
RULES = public_rules(trust) | public_rules(learning)


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
@given(data=st.data())
def test_signs_and_bounds_hold_everywhere(contract, data):
    """Good experience must never lower trust or belief, disappointment, neglect and domination never raise it."""
    contract.check_at(data.draw(contract.points()), data.draw(contract.points()))


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
def test_every_promised_argument_matters(contract):
    """A term that never moves would keep every weak inequality and mean nothing."""
    contract.check_arguments()
    contract.check_strictly()


def test_no_rule_is_without_a_contract():
    """A new rule must say what it promises."""
    assert {contract.function.__name__ for contract in CONTRACTS} | TESTED_BELOW == RULES


def moved(level, put_in, *, evidence=1e-6, loss_aversion=2.0):
    return trust_step(level, put_in, evidence, loss_aversion, 0.0, 0.0, 0.0, 0.0) - level


def balance_of(level):
    """Return what the other has to put in for trust to stay where it is."""
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if moved(level, middle, evidence=0.05) < 0.0 else (low, middle)
    return 0.5 * (low + high)


@given(loss_aversion=st.floats(*prior("loss_aversion")), surprise=st.floats(0.01, 0.25))
def test_a_loss_weighs_loss_aversion_times_a_gain(loss_aversion, surprise):
    """Tversky and Kahneman: in small steps, with as much room above as below, the ratio is the parameter."""
    expected = balance_of(0.5)
    gain = moved(0.5, expected + surprise, loss_aversion=loss_aversion)
    loss = moved(0.5, expected - surprise, loss_aversion=loss_aversion)
    assert gain > 0.0 > loss
    assert -loss / gain == pytest.approx(loss_aversion, rel=1e-3)


@given(level=SHARES, put_in=SHARES)
def test_trust_without_evidence_contact_or_loss_stays(level, put_in):
    """Every change of trust has a named cause."""
    assert trust_step(level, put_in, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0) == level


@given(
    level=SHARES,
    put_in=SHARES,
    amounts=st.lists(st.floats(0.0, 100.0), min_size=4, max_size=4),
    evidence=st.floats(0.0, 10.0),
)
def test_trust_stays_a_share_however_large_the_shock(level, put_in, amounts, evidence):
    """In [0, 1] by construction, not by clipping and not by small parameters."""
    assert 0.0 <= trust_step(level, put_in, evidence, 2.5, *amounts) <= 1.0


@given(level=st.floats(0.01, 1.0), decay=st.floats(*prior("trust_decay")))
def test_trust_decays_slowly_without_contact(level, decay):
    """Who is not seen is slowly forgotten: at most a few per cent a month."""
    after = trust_step(level, 0.6 * level, 0.0, 2.0, 0.0, 0.0, decay, 0.0)
    assert 0.95 * level < after < level


def test_delivering_together_builds_far_more_trust_than_meeting_at_defaults():
    """S3: trust comes from having done something together."""
    meeting = sim.PARAMETERS["behaviour.trust_meeting"].default
    joint = sim.PARAMETERS["behaviour.trust_joint_delivery"].default
    met = contact_gain(meeting, joint, 0.0, 0.0)
    delivered = contact_gain(meeting, joint, 1.0, 0.0)
    assert delivered - met > 3.0 * met


@given(influence=SHARES, tolerance=st.floats(*prior("domination_tolerance")))
def test_influence_within_tolerance_costs_no_trust(influence, tolerance):
    """Only being dominated erodes trust, not another's ordinary weight."""
    assert (trust.domination(influence, tolerance) > 0.0) == (influence > tolerance)


def test_bodies_of_one_sector_start_closer():
    """The sector gap applies across sectors and not within."""
    assert trust.first_trust(0.3, 0.08, True, 0.06, 0.0, 0.0) == 0.3
    assert trust.first_trust(0.3, 0.08, False, 0.06, 0.0, 0.0) == pytest.approx(0.22)


@given(belief=SHARES, signal=SHARES, worse=SHARES, better=SHARES, record=SHARES)
def test_good_measurement_brings_belief_nearer_to_what_happened(belief, signal, worse, better, record):
    """Measurement is no propaganda: it moves belief up or down, whichever is true."""
    worse, better = sorted((worse, better))
    far, near = (abs(learning.belief_step(belief, signal, q, record, 0.1) - signal) for q in (worse, better))
    assert near <= far + 1e-15


@given(belief=SHARES, quality=SHARES, record=SHARES, rate=st.floats(0.01, 0.15))
def test_belief_that_is_right_stays(belief, quality, record, rate):
    """Seeing what one expected teaches nothing."""
    assert learning.belief_step(belief, belief, quality, record, rate) == belief


@given(aspiration=st.floats(*prior("aspiration")))
def test_results_at_the_aspiration_are_half_convincing(aspiration):
    """This is what the parameter says it means."""
    assert learning.results_signal(aspiration, aspiration) == 0.5
    assert learning.results_signal(0.0, aspiration) == 0.0
