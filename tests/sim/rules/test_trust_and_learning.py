"""Submodels 10 and 11: what is learnt from results, and trust between bodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FLAG, SHARE, SHARES, Contract, prior

import sim
from sim.rules import learning, trust
from sim.rules.trust import contact_gain, trust_step

ACQUAINTANCE = {
    "trust_in_place": SHARE,
    "trust_sector_gap": prior("trust_sector_gap"),
    "sector": (0, 3),
    "other_sector": (0, 3),
    "trust_spread": prior("trust_spread"),
    "trustfulness": (-2.45, 2.45),
    "other_repute": (-2.45, 2.45),
}
ACROSS = {"sector": 0, "other_sector": 2}
MONTH = {
    "trust": SHARE,
    "attended": FLAG,
    "other_attended": FLAG,
    "other_put_in": SHARE,
    "other_domination_loss": (0.0, 0.5),
    "evidence_gain": prior("trust_evidence"),
    "loss_aversion": prior("loss_aversion"),
    "contact_gain": (0.0, 0.2),
    "brokered": prior("trust_staff"),
    "absence_loss": prior("trust_decay"),
}
BOTH_CAME = {"attended": True, "other_attended": True}
NOTHING = dict.fromkeys(("other_domination_loss", "evidence_gain", "contact_gain", "brokered", "absence_loss"), 0.0)

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
        ACQUAINTANCE,
        rises="trust_in_place trustfulness other_repute",
        falls="trust_sector_gap",
        free="sector other_sector trust_spread",
        low=0.02,
        high=0.98,
        centre=ACROSS,
    ),
    Contract(
        trust.trust_after_reorganisation,
        ACQUAINTANCE | {"trust": SHARE, "reorganisation_reset": prior("reorganisation_reset")},
        rises="trust trust_in_place trustfulness other_repute",
        falls="trust_sector_gap",
        free="sector other_sector trust_spread reorganisation_reset",
        low=0.0,
        high=1.0,
        centre=ACROSS,
    ),
    Contract(
        trust.trust_with_newcomer,
        ACQUAINTANCE | {"joins": FLAG, "knows": SHARE, "other_record": (0.0, 4.0), "sitting": (5.0, 60.0)},
        rises="trust_in_place trustfulness other_repute other_record",
        falls="trust_sector_gap sitting",
        free="sector other_sector trust_spread joins knows",
        low=0.0,
        high=1.0,
        centre=ACROSS | {"joins": True},
    ),
    Contract(trust.trust_in_member, {"trust": SHARE}, rises="trust", low=0.0, high=1.0),
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
        MONTH,
        rises="trust attended other_attended other_put_in contact_gain brokered",
        falls="loss_aversion other_domination_loss absence_loss",
        free="evidence_gain",
        low=0.0,
        high=1.0,
        centre={"other_put_in": 0.05} | BOTH_CAME,
        idle="absence_loss",
    ),
    Contract(
        trust_step,
        MONTH,
        rises="trust attended other_attended other_put_in contact_gain brokered",
        falls="loss_aversion other_domination_loss absence_loss",
        free="evidence_gain",
        low=0.0,
        high=1.0,
        centre={"other_put_in": 0.05, "attended": True, "other_attended": False},
        idle="attended contact_gain",
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
TESTED_BELOW = (trust.seen_with_trust, trust.trust_given_and_returned)


def step(level, put_in, *, came=False, loss_aversion=2.0, **amounts):
    """Return trust a month later: where neither meeting nor absence is at stake, unless told."""
    attended = 1.0 if came else 0.0
    return trust_step(
        trust=level,
        attended=attended,
        other_attended=attended,
        other_put_in=put_in,
        loss_aversion=loss_aversion,
        **NOTHING | amounts,
    )


def moved(level, put_in, *, evidence=1e-6, loss_aversion=2.0):
    return step(level, put_in, evidence_gain=evidence, loss_aversion=loss_aversion) - level


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


@given(level=SHARES, put_in=SHARES, came=st.booleans())
def test_trust_without_evidence_contact_or_loss_stays(level, put_in, came):
    """Every change of trust has a named cause."""
    assert step(level, put_in, came=came) == level


@given(
    level=SHARES,
    put_in=SHARES,
    came=st.booleans(),
    amounts=st.fixed_dictionaries(dict.fromkeys(NOTHING, st.floats(0.0, 100.0))),
)
def test_trust_stays_a_share_however_large_the_shock(level, put_in, came, amounts):
    """In [0, 1] by construction, not by clipping and not by small parameters."""
    assert 0.0 <= step(level, put_in, came=came, loss_aversion=2.5, **amounts) <= 1.0


@given(level=st.floats(0.01, 1.0), decay=st.floats(*prior("trust_decay")))
def test_trust_decays_slowly_without_contact(level, decay):
    """Who is not seen is slowly forgotten: at most a few per cent a month."""
    assert 0.95 * level < step(level, 0.6 * level, absence_loss=decay) < level


@given(level=st.floats(0.01, 0.99), gain=st.floats(0.001, 0.2), attended=st.booleans(), other_attended=st.booleans())
def test_contact_needs_both_and_is_what_keeps_from_being_forgotten(level, gain, attended, other_attended):
    """Two bodies meet only if both come; if either stays away, time wears at the link."""
    now = trust_step(
        trust=level,
        attended=float(attended),
        other_attended=float(other_attended),
        other_put_in=0.6 * level,
        loss_aversion=2.0,
        **NOTHING | {"contact_gain": gain, "absence_loss": gain},
    )
    assert (now > level) == (attended and other_attended)
    assert (now < level) == (not (attended and other_attended))


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


def first(sector, other_sector, **changes):
    usual = {
        "trust_in_place": 0.3,
        "trust_sector_gap": 0.08,
        "trust_spread": 0.06,
        "trustfulness": 0.0,
        "other_repute": 0.0,
    }
    return trust.first_trust(sector=sector, other_sector=other_sector, **usual | changes)


def test_bodies_of_one_sector_start_closer():
    """The sector gap applies across sectors and not within."""
    assert first(1, 1) == first(3, 3) == 0.3
    assert first(1, 2) == first(2, 1) == pytest.approx(0.22)


@given(
    level=SHARES,
    gap=st.floats(*prior("trust_sector_gap")),
    traits=st.tuples(st.floats(-2.45, 2.45), st.floats(-2.45, 2.45)),
    sectors=st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_bodies_of_different_sectors_never_start_closer(level, gap, traits, sectors):
    """The same everywhere, also where traits push a first impression to its ends."""
    changes = {"trust_in_place": level, "trust_sector_gap": gap, "trustfulness": traits[0], "other_repute": traits[1]}
    assert first(*sectors, **changes) <= first(sectors[0], sectors[0], **changes)


def reorganised(level, reset):
    known = {"trust_in_place": 0.3, "trust_sector_gap": 0.08, "sector": 0, "other_sector": 1}
    traits = {"trust_spread": 0.06, "trustfulness": 1.0, "other_repute": -0.5}
    now = trust.trust_after_reorganisation(trust=level, reorganisation_reset=reset, **known, **traits)
    return now, trust.first_trust(**known, **traits)


@given(level=SHARES, reset=SHARES)
def test_a_reorganisation_brings_links_back_towards_first_acquaintance(level, reset):
    """What was built is lost in the declared share, and so is what went wrong (S3)."""
    now, acquaintance = reorganised(level, reset)
    assert now == pytest.approx(level + reset * (acquaintance - level), abs=1e-15)
    assert reorganised(level, 0.0)[0] == level
    assert reorganised(level, 1.0)[0] == pytest.approx(acquaintance, abs=1e-15)


def met(**changes):
    usual = {"trust_in_place": 0.3, "trust_sector_gap": 0.08, "sector": 0, "other_sector": 1}
    usual |= {"trust_spread": 0.06, "trustfulness": 1.0, "other_repute": -0.5}
    acquaintance = trust.first_trust(**usual)
    usual |= {"joins": 1.0, "knows": 1.0, "other_record": 2.8, "sitting": 5.0}
    return trust.trust_with_newcomer(**usual | changes), acquaintance


def test_a_newcomer_knows_the_record_and_is_itself_met_for_the_first_time():
    """The record is the mean over the other members, as far as the newcomer is informed."""
    assert met()[0] == pytest.approx(0.7)
    assert met(knows=0.0)[0] == met()[1]
    assert met(knows=0.5)[0] == pytest.approx(0.5 * (0.7 + met()[1]))
    assert met(joins=0.0)[0] == met()[1]


def test_a_record_needs_somebody_else_who_sits():
    """A single member has nobody who could vouch for it, and nothing is divided by zero."""
    for sitting in (0.0, 1.0):
        now, acquaintance = met(sitting=sitting, other_record=0.0)
        assert now == acquaintance
    assert met(sitting=2.0, other_record=0.4)[0] == pytest.approx(0.4)


@given(level=SHARES, record=SHARES, rate=SHARES)
def test_others_are_seen_as_far_as_they_are_trusted(level, record, rate):
    """Conditional cooperators answer whom they trust; the first number is what the others are weighed with."""
    seen = trust.seen_with_trust(trust=level, other_attendance_record=record, other_rate=rate)
    assert seen == (level, level * record, level * rate)


@given(one=SHARES, two=SHARES, sectors=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_trust_given_and_returned_is_the_same_from_both_sides(one, two, sectors):
    """Each two bodies are taken once, so which of them comes first must not matter."""
    sector, other = sectors
    difference, within, across = trust.trust_given_and_returned(
        trust=one, returned_trust=two, sector=sector, other_sector=other
    )
    assert (difference, within, across) == trust.trust_given_and_returned(
        trust=two, returned_trust=one, sector=other, other_sector=sector
    )
    assert difference == abs(one - two)
    assert (within, across) == ((one + two, 0.0) if sector == other else (0.0, one + two))


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
