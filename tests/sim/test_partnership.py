"""Whole runs on the Mesa engine: limits that hold exactly, and books that balance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    TYPICAL_BOARD,
    board,
    fading_settings,
    levers_off,
    lived,
    nested,
    run,
    scenario_settings,
    step_label,
    typical_settings,
)

import sim
import sim.partnership
from sim.measures import MEASURES
from sim.randomness import make_draws
from sim.rules.attendance import attendance_probability
from sim.rules.trust import first_trust
from sim.terms import TERMS

PENNY = 1e-8
"""A penny, in £m."""

FLOWS = ("fund_in_gbp_m", "fund_spent_gbp_m", "fund_forfeited_gbp_m")
QUIET = {"attendance_spread": 0.0, "belief_spread": 0.0, "reciprocity_spread": 0.0, "trust_spread": 0.0}
EAGER = {"attendance_base": 1.0, "weight_mandate": 3.0, "attendance_noise": 0.5}
RELUCTANT = {"attendance_base": -4.0, "weight_mandate": 0.0, "weight_cooperation": 0.0, "weight_belief": 0.0}


def missing_money(table: pd.DataFrame) -> float:
    """Return the largest difference, in any month, between what came in and where it went."""
    came = table["fund_in_gbp_m"].cumsum()
    went = table["fund_spent_gbp_m"].cumsum() + table["fund_forfeited_gbp_m"].cumsum()
    return float((came - went - table["fund_held_gbp_m"]).abs().max())


def merged(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    return one | {
        name: merged(one[name], value) if isinstance(value, dict) and name in one else value
        for name, value in two.items()
    }


def measured(settings: dict[str, Any], **options: Any) -> Any:
    return lived(sim.scenario_from(settings), **options).measures


# ---------------------------------------------------------------- ranges and books


@given(settings=scenario_settings(), seed=st.integers(0, 1000))
def test_every_measure_is_finite_and_in_its_declared_range(settings, seed):
    """A range that a run may leave is a wrong label on every axis."""
    table = run(settings, seed=seed).measures
    for name, measure in MEASURES.items():
        values = table[name].to_numpy()
        assert np.isfinite(values).all(), name
        assert values.min() >= measure.low - 1e-12, name
        assert values.max() <= measure.high + 1e-12, name


@given(settings=scenario_settings(), seed=st.integers(0, 1000))
def test_every_partners_state_stays_a_share(settings, seed):
    """Levels are in [0, 1] for each body and link, not only in the mean."""
    model = lived(sim.scenario_from(settings), seed=seed)
    for partner in model.partners:
        levels = [partner.attendance_record, partner.seniority, partner.belief, partner.alignment, partner.rate]
        levels += [*partner.trust, partner.believed_of_others, partner.expected_share, partner.influence]
        assert min(levels) >= 0.0
        assert max(levels) <= 1.0 + 1e-12
    assert sum(model.strategy) == pytest.approx(1.0, abs=1e-9)


@given(settings=scenario_settings(), seed=st.integers(0, 1000))
def test_influence_of_those_who_sat_all_month_is_shared_out(settings, seed):
    """In months without coming and going the shares of members sum to 1."""
    history = run(settings, seed=seed)
    by_month = history.partners.groupby("month")
    sums, members = by_month["influence"].sum(), by_month["is_member"].sum()
    shares = by_month["is_member"].apply(tuple)
    settled = (members > 0) & (shares == shares.shift(1))
    assert sums[settled].to_numpy() == pytest.approx(np.ones(int(settled.sum())), abs=1e-12)


@given(settings=scenario_settings(), seed=st.integers(0, 1000))
def test_money_is_conserved_to_the_penny_every_month(settings, seed):
    """What came in was spent, returned or is held, in every month since the start."""
    table = run(settings, seed=seed).measures
    assert missing_money(table) < PENNY
    assert (table[[*FLOWS, "fund_held_gbp_m"]] >= 0.0).all(axis=None)


@pytest.mark.parametrize("replicate", range(5))
def test_money_is_conserved_when_a_council_dissolves_the_partnership(replicate):
    """The last month has spending and a return of all that is held; both must be in the books."""
    table = run(fading_settings(), replicate=replicate).measures
    assert table["is_dissolved"].iloc[-1] == 1.0
    assert table["fund_in_gbp_m"].sum() > 0.0
    assert missing_money(table) < PENNY
    assert table["fund_held_gbp_m"].iloc[-1] == 0.0


def test_money_is_conserved_when_the_last_body_is_abolished():
    """Abolition comes before the fund is allocated, so nothing but the return may flow in that month."""
    calendar = [{"from": step_label(13), "abolish": ["council", "police"]}]
    table = run({"board": {"members": {"council": 1, "police": 1}}, "months": 20, "calendar": calendar}).measures
    assert table["is_dissolved"].iloc[12:14].tolist() == [0.0, 1.0]
    assert missing_money(table) < PENNY


def test_a_fund_that_ends_is_spent_and_not_lost():
    """After the cliff the money held goes out over time; none appears from nowhere."""
    calendar = [{"from": step_label(12), "levers": {"flexible_fund_gbp_m": 0.0, "pooling_rate": 0.0}}]
    table = run(typical_settings(months=40, calendar=calendar)).measures
    after = table.iloc[12:]
    assert (after["fund_in_gbp_m"] == 0.0).all()
    assert (after["fund_held_gbp_m"].diff().dropna() <= 0.0).all()
    assert after["fund_spent_gbp_m"].sum() > 0.0


def test_money_that_may_not_be_carried_over_goes_back_in_march():
    """Without carry-over nothing is held into a new financial year."""
    table = run(typical_settings(months=30, levers={"carry_over": 0.0})).measures
    in_march = table["date"].str.endswith("-03")
    assert (table.loc[in_march, "fund_held_gbp_m"].abs() < PENNY).all()
    assert (table.loc[~in_march, "fund_held_gbp_m"] > 0.0).all()


# ---------------------------------------------------------------- no policy effect

WITHOUT_EFFECT = {
    "enforcement of no duty": {"levers.duty.enforcement": 1.0},
    "regional reach of no duty": {"levers.duty.regional_reach": 1.0},
    "lighter form of no duty": {"levers.duty.education_form": 1.0},
    "relief from no inspection": {"levers.inspection.relief": 1.0, "levers.inspection.conditional": 0.0},
    "assessment without inspection": {"levers.inspection.assess_all": 1.0},
    "overlap in a one-tier place": {"levers.overlap": 1.0},
    "release of no fund": {"levers.unaccredited_release": 1.0},
    "carrying over no money": {"levers.carry_over": 1.0},
    "purse without money, by influence": {"levers.purse": "influence"},
    "purse without money, by alignment": {"levers.purse": "alignment"},
}


@pytest.mark.parametrize("changes", WITHOUT_EFFECT.values(), ids=WITHOUT_EFFECT.keys())
def test_a_lever_that_has_nothing_to_work_on_has_no_effect(changes):
    """With all levers off, whatever only qualifies another lever changes not one bit."""
    off = typical_settings(months=36, levers=levers_off())
    assert np.array_equal(measured(merged(off, nested(changes))), measured(off))


def equals_at_one_table(months: int = 30, **changes: Any) -> Any:
    """Return a lived model of six equal agencies that always come."""
    settings = {
        "board": board({"fire_service": 6}),
        "months": months,
        "levers": levers_off(),
        "behaviour": QUIET | EAGER,
    }

    def everybody_comes(**run_name: Any) -> dict[str, Any]:
        draws = make_draws(**run_name)
        return draws | {"attendance": np.zeros_like(draws["attendance"])}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim.partnership, "make_draws", everybody_comes)
        return lived(sim.scenario_from(merged(settings, changes)))


def test_equal_bodies_with_equal_luck_live_equal_lives():
    """Differences come from attributes and draws, never from the number of the seat."""
    model = equals_at_one_table()
    assert not model.is_dissolved
    assert model.n_members == 6
    for seat in range(1, 6):
        assert np.array_equal(model.partner_rows[:, seat], model.partner_rows[:, 0])
    assert np.unique([level for p in model.partners for level in p.trust if level > 0.0]).size == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"levers.purse": "influence", "levers.flexible_fund_gbp_m": 5.0},
        {"levers.purse": "alignment", "levers.flexible_fund_gbp_m": 5.0},
        {"leadership.direction": 1.0},
        {"leadership.facilitation": 1.0},
    ],
    ids=["by influence", "by alignment", "direction without a chair", "facilitation"],
)
def test_who_gains_or_loses_weight_does_not_matter_among_equals(changes):
    """Levers that move weight between partners have nothing to move; the fund itself is the same on both sides."""
    funded = {"levers.flexible_fund_gbp_m": 5.0} if "levers.flexible_fund_gbp_m" in changes else {}
    plain, changed = equals_at_one_table(**nested(funded)), equals_at_one_table(**nested(changes))
    columns = [k for k, name in enumerate(MEASURES) if name != "capacity_leadership"]
    # Equity is the root of a difference, hence half the digits.
    assert changed.measures[:, columns] == pytest.approx(plain.measures[:, columns], rel=1e-9, abs=1e-7)
    assert changed.measures[-1, list(MEASURES).index("dominance")] == pytest.approx(0.0, abs=1e-12)


def test_without_a_chair_direction_steers_nobody():
    """Direction raises the chair's own weight; nobody's without a chair."""
    settings = typical_settings(months=24, board=board(TYPICAL_BOARD))
    plain, steered = measured(settings), measured(settings | {"leadership": {"direction": 1.0}})
    assert np.array_equal(plain, steered)


# ---------------------------------------------------------------- direct effects of policies


def first_month_terms(**changes: Any) -> pd.DataFrame:
    table = run(typical_settings(months=1, **changes), record_terms=True).partners
    return table.set_index("partner")[[f"term_{name}" for name in TERMS]]


def test_a_duty_leaves_bodies_it_does_not_name_alone():
    """The duty may move a business only through others' behaviour, never directly (S4)."""
    duty = dict.fromkeys(("attend", "share_data", "support_costs", "service_plans", "report", "regard"), 1.0)
    plain = first_month_terms()
    bound = first_month_terms(
        levers={"duty": duty | {"enforcement": 1.0, "regional_reach": 1.0, "education_form": 1.0}}
    )
    kinds = [sim.ARCHETYPES[name.rsplit("_", 1)[0]] for name in plain.index]
    named = np.array([bool(kind.named_in_duty or kind.has_education_form) for kind in kinds])
    assert named.any()
    assert not named.all()
    assert bound[~named].equals(plain[~named])
    assert (bound.loc[named, "term_duty"] > plain.loc[named, "term_duty"]).all()


def test_relief_changes_nothing_before_success():
    """Conditional relief pays after the first assessment at the earliest: rows 0 to 11 are the same bits."""
    settings = typical_settings(months=14, behaviour={"success_threshold": 0.35})
    plain = measured(settings)
    relieved = measured(merged(settings, {"levers": {"inspection": {"relief": 1.0}}}))
    assert np.array_equal(plain[:12], relieved[:12])


def test_unconditional_relief_moves_inspected_bodies_only():
    """The control pays from the first month, and never whom nobody inspects."""
    plain = first_month_terms(levers={"inspection": {"relief": 0.0, "conditional": 0.0}})
    relieved = first_month_terms(levers={"inspection": {"relief": 1.0, "conditional": 0.0}})
    inspected = np.array([bool(sim.ARCHETYPES[name.rsplit("_", 1)[0]].is_inspected) for name in plain.index])
    assert relieved[~inspected].equals(plain[~inspected])
    assert (relieved.loc[inspected, "term_relief"] > 0.0).all()


@pytest.mark.parametrize("replicate", range(3))
def test_a_public_only_executive_squeezes_business_and_voluntary_bodies(replicate):
    """Their influence share falls when decisions are taken by public bodies (pattern P12)."""
    open_table, public_only = (
        run(
            typical_settings(months=1, board={"members": dict(TYPICAL_BOARD), "executive": executive}),
            replicate=replicate,
        )
        for executive in ("everyone", "public_only")
    )
    for voice in ("voice_business", "voice_voluntary"):
        assert public_only.measures[voice].iloc[0] < open_table.measures[voice].iloc[0]


def test_more_initiatives_and_less_staff_weigh_on_everybody():
    """S1 and S3: initiatives eat staff time, a team carries the load."""
    plain = first_month_terms()
    loaded = first_month_terms(levers={"initiatives": 15.0})
    staffed = first_month_terms(levers={"staff_team": 1.0})
    assert (loaded["term_load"] < plain["term_load"]).all()
    assert (staffed["term_load"] > plain["term_load"]).all()


def test_overlap_is_felt_in_two_tier_places_only():
    """S2: two partnerships confuse and tire those who sit on both."""
    for tiers in (1, 2):
        plain, overlapping = (
            first_month_terms(place={"tiers": tiers}, levers={"overlap": level})["term_load"] for level in (0.0, 1.0)
        )
        assert (overlapping < plain).all() == (tiers == 2)
        assert overlapping.equals(plain) == (tiers == 1)


# ---------------------------------------------------------------- explanations


def test_the_terms_of_a_decision_add_up_to_it():
    """'Why did business stay away in month 37?' has an exact answer: terms, noise and one draw."""
    scenario = sim.scenario_from(typical_settings(months=40, levers={"duty": {"attend": 0.5}}))
    table = sim.simulate(scenario, seed=3, replicate=1, record_terms=True).partners
    n = table["partner"].nunique()
    draws = make_draws(seed=3, replicate=1, months=40, partners=n)["attendance"].ravel()
    terms = table[[f"term_{name}" for name in TERMS]].to_numpy()
    sat_before = table.groupby("partner")["is_member"].shift(1, fill_value=1.0)
    decided = ((table["is_member"] == 1.0) & (sat_before == 1.0)).to_numpy()
    assert decided.sum() > 500
    for row in np.flatnonzero(decided):
        utility = 0.0
        for term in terms[row]:
            utility += term
        chance = attendance_probability(utility, scenario.behaviour.attendance_noise)
        assert table["attendance"].iloc[row] == float(draws[row] < chance)


def test_recording_terms_changes_nothing(typical):
    """Observers watch; a run that is explained must be the run that was seen."""
    plain, recorded = (sim.simulate(typical, seed=5, record_terms=record) for record in (False, True))
    assert recorded.measures.equals(plain.measures)
    assert recorded.partners[plain.partners.columns].equals(plain.partners)
    assert [name for name in recorded.partners if name not in plain.partners] == [f"term_{name}" for name in TERMS]


def test_terms_of_newcomers_and_of_bodies_outside_are_zero():
    """Who took no decision this month has none to explain."""
    entries = [{"month": step_label(4), "archetype": "police"}]
    settings = typical_settings(months=8, board={"members": dict(TYPICAL_BOARD), "entries": entries})
    table = run(settings, record_terms=True).partners
    terms = table.loc[table["partner"] == "police_2", [f"term_{name}" for name in TERMS]].to_numpy()
    assert (terms[:5] == 0.0).all()
    assert (terms[5:] != 0.0).any(axis=1).all()


# ---------------------------------------------------------------- coming and going


@pytest.mark.parametrize("replicate", range(5))
def test_dissolution_is_absorbing(replicate):
    """Abolished is abolished: no members, no meetings, no money, and the regime says so."""
    history = run(fading_settings(), replicate=replicate)
    table = history.measures
    ended = table["is_dissolved"].to_numpy()
    assert ended[-1] == 1.0
    assert (np.diff(ended) >= 0.0).all()
    over = table[ended == 1.0]
    assert (over["n_members"] == 0.0).all()
    assert (over["regime"] == "dissolved").all()
    silent = (
        "attendance",
        "engagement",
        "contribution_gbp_m",
        "trust",
        "dominance",
        "coherence",
        "transaction_cost_gbp_m",
    )
    assert (over[list(silent)] == 0.0).all(axis=None)
    assert (over.iloc[1:][list(FLOWS)] == 0.0).all(axis=None)
    assert over["talk_ratio"].nunique() == 1
    assert history.partners[history.partners["month"] >= over["month"].iloc[0]]["is_member"].sum() == 0.0


def test_work_in_hand_is_finished_after_dissolution():
    """What was committed is delivered with its lag, and then nothing more."""
    calendar = [{"from": step_label(30), "abolish": ["council", "police", "large_employer"]}]
    members = {"council": 1, "police": 1, "large_employer": 1}
    settings = {
        "board": {"members": members},
        "months": 300,
        "calendar": calendar,
        "delivery": {"complementarity": 0.0},
    }
    delivered = run(settings).measures["delivered"].to_numpy()
    assert delivered[31] > 0.0
    assert delivered[-1] < 0.01 * delivered.max()


@given(settings=scenario_settings(), seed=st.integers(0, 1000))
def test_dissolution_is_absorbing_everywhere(settings, seed):
    """No lever, newcomer or calendar entry brings a partnership back."""
    table = run(settings, seed=seed).measures
    ended = table["is_dissolved"].to_numpy()
    assert (np.diff(ended) >= 0.0).all()
    assert (table.loc[ended == 1.0, "n_members"] == 0.0).all()
    assert (table.loc[ended == 0.0, "n_members"] > 0.0).all()


def test_a_council_that_is_bound_enough_keeps_the_partnership():
    """A statutory basis binds, whatever else speaks against it."""
    settings = merged(fading_settings(), {"levers": {"statutory": 1.0, "outside_option": 0.0, "austerity": 0.0}})
    for replicate in range(5):
        assert run(settings, replicate=replicate).measures["is_dissolved"].max() == 0.0


def test_abolition_removes_bodies_for_good():
    """A body that no longer exists is neither a member nor invited again."""
    calendar = [{"from": step_label(6), "abolish": ["police", "large_employer"]}]
    settings = typical_settings(
        months=40, calendar=calendar, behaviour={"invitation_rate": 0.15}, levers={"staff_team": 1.0}
    )
    table = run(settings).partners
    gone = table["archetype"].isin(["police", "large_employer"])
    assert (table.loc[gone & (table["month"] < 6), "is_member"] == 1.0).all()
    after = table[table["month"] >= 6]
    assert (after.loc[after["archetype"].isin(["police", "large_employer"]), "is_member"] == 0.0).all()
    assert after.loc[after["archetype"] == "unitary_council", "is_member"].all()


def test_a_body_abolished_before_it_joins_never_joins():
    """Its seat was planned for a later date."""
    entries = [{"month": step_label(9), "archetype": "clinical_commissioning_group"}]
    calendar = [{"from": step_label(5), "abolish": ["clinical_commissioning_group"]}]
    settings = typical_settings(
        months=20, board={"members": dict(TYPICAL_BOARD), "entries": entries}, calendar=calendar
    )
    table = run(settings).partners
    assert table.loc[table["archetype"] == "clinical_commissioning_group", "is_member"].sum() == 0.0


def test_inspection_of_abolished_bodies_ends():
    """A body that is gone costs nobody an inspection; one that only left still does."""
    calendar = [{"from": step_label(3), "abolish": ["police"]}]
    costs = run(typical_settings(months=6, calendar=calendar)).measures["inspection_cost_gbp_m"].to_numpy()
    assert (costs[:3] == costs[0]).all()
    assert (costs[3:] < costs[0]).all()


def newcomer_after(informed: float, *, step: int = 6, **changes: Any) -> tuple[Any, list[Any]]:
    """Return a police force that has just joined, and the members who sat there before it."""
    entries = [{"month": step_label(step), "archetype": "fire_service", "informed": informed}]
    members = changes.pop("members", {name: count for name, count in TYPICAL_BOARD.items() if name != "fire_service"})
    settings = typical_settings(months=20, board={"members": members, "entries": entries}, **changes)
    model = lived(sim.scenario_from(settings), months=step + 1)
    *_, newcomer = model.partners
    assert newcomer.is_member
    assert newcomer.kind.archetype == "fire_service"
    return newcomer, [partner for partner in model.members if partner is not newcomer]


def first_trust_of(one: Any, other: Any) -> float:
    """Return what one body trusts another with when they meet for the first time."""
    model = one.model
    return first_trust(
        trust_in_place=model.trust_in_place,
        trust_sector_gap=model.behaviour.trust_sector_gap,
        sector=one.seat.sector,
        other_sector=other.seat.sector,
        trust_spread=model.behaviour.trust_spread,
        trustfulness=one.trustfulness,
        other_repute=other.repute,
    )


def test_an_uninformed_newcomer_brings_its_own_views():
    """It knows nothing of the record and starts from first acquaintance."""
    newcomer, sitting = newcomer_after(0.0)
    assert newcomer.belief == newcomer.first_belief
    for other in sitting:
        assert newcomer.trust[other.position] == first_trust_of(newcomer, other)
        assert other.trust[newcomer.position] == first_trust_of(other, newcomer)


def test_an_informed_newcomer_takes_over_the_record_of_the_board():
    """It believes and trusts as the members do on average; they have to get to know it all the same."""
    newcomer, sitting = newcomer_after(1.0)
    assert newcomer.belief == pytest.approx(np.mean([partner.belief for partner in sitting]), abs=1e-12)
    assert newcomer.believed_of_others == pytest.approx(np.mean([partner.rate for partner in sitting]), abs=1e-12)
    for other in sitting:
        record = np.mean([partner.trust[other.position] for partner in sitting if partner is not other])
        assert newcomer.trust[other.position] == pytest.approx(record, abs=1e-12)
        assert other.trust[newcomer.position] == first_trust_of(other, newcomer)


def test_a_half_informed_newcomer_stands_between():
    """The lever is a degree."""
    beliefs = [newcomer_after(informed)[0].belief for informed in (0.0, 0.5, 1.0)]
    assert beliefs[1] == pytest.approx(0.5 * (beliefs[0] + beliefs[2]), abs=1e-12)
    assert beliefs[0] != beliefs[2]


def test_an_informed_newcomer_without_a_record_to_read_starts_from_first_acquaintance():
    """One sitting member has no other member who could vouch for it."""
    newcomer, (only,) = newcomer_after(1.0, members={"council": 1})
    assert newcomer.trust[only.position] == first_trust_of(newcomer, only)


def test_bodies_leave_after_long_absence_and_may_be_invited_again():
    """Exit and return are both part of the story; councils leave only by dissolving."""
    settings = typical_settings(
        months=80,
        leadership={"attention": 1.0, "turnover": 0.0},
        levers={"staff_team": 1.0, "statutory": 1.0, "reorganisation": 0.0},
        behaviour=RELUCTANT | {"exit_months": 6.0, "exit_rate": 0.3, "invitation_rate": 0.15},
    )
    history = run(settings)
    seats = history.partners.pivot(index="month", columns="partner", values="is_member")
    moves = seats.diff()
    # Six months of absence are complete at the end of the sixth month (step 5).
    assert (seats.iloc[:5] == 1.0).all(axis=None)
    left, returned = (moves == -1.0).any(), (moves == 1.0).any()
    assert left.sum() > 5
    assert returned.sum() > 5
    assert not left["unitary_council_1"]
    assert history.measures["n_exits"].iloc[-1] == (moves == -1.0).to_numpy().sum()
    assert history.measures["n_members"].to_numpy() == pytest.approx(seats.sum(axis=1).to_numpy())


def test_a_body_that_returns_starts_anew():
    """Its seat is new: a record of one half, the rank of a launch, no contribution yet."""
    settings = typical_settings(
        months=60,
        levers={"staff_team": 1.0, "statutory": 1.0},
        behaviour=RELUCTANT | {"exit_months": 6.0, "exit_rate": 0.3, "invitation_rate": 0.15},
    )
    scenario = sim.scenario_from(settings)
    table = sim.simulate(scenario).partners
    came_back = (table["is_member"] == 1.0) & (table.groupby("partner")["is_member"].shift(1) == 0.0)
    assert came_back.sum() > 5
    rows = table[came_back]
    assert (rows["attendance_record"] == 0.5).all()
    assert (rows["seniority"] == scenario.behaviour.seniority_initial).all()
    assert (rows["contribution_gbp_m"] == 0.0).all()


def test_a_body_that_returns_has_no_influence_before_it_sits():
    """Influence is shared out at the start of a month; whoever joins at its end had none."""
    settings = typical_settings(
        months=60,
        levers={"staff_team": 1.0, "statutory": 1.0},
        behaviour=RELUCTANT | {"exit_months": 6.0, "exit_rate": 0.3, "invitation_rate": 0.15},
    )
    table = run(settings).partners
    came_back = (table["is_member"] == 1.0) & (table.groupby("partner")["is_member"].shift(1) == 0.0)
    assert (table.loc[came_back, "influence"] == 0.0).all()


@pytest.mark.parametrize("archetype", ["council", "police", "large_employer", "residents_network"])
def test_a_table_of_one_runs(archetype):
    """Nobody to trust, nobody to share with: nothing may divide by zero."""
    settings = {"board": board({archetype: 1}), "months": 40, "levers": {"statutory": 1.0}}
    table = run(settings).measures
    assert np.isfinite(table[list(MEASURES)].to_numpy()).all()
    sat = table[table["n_members"] == 1.0]
    assert len(sat) > 5
    assert (sat["trust"] == 0.0).all()
    assert (sat["dominance"] == 1.0).all()


def test_a_large_forum_runs():
    """Boards of a hundred are within the declared range."""
    members = {"council": 1, "residents_network": 60, "large_employer": 40}
    table = run({"board": {"members": members}, "months": 3}).measures
    assert (table["n_members"] == 101.0).all()
    assert np.isfinite(table[list(MEASURES)].to_numpy()).all()


# ---------------------------------------------------------------- outcomes


def test_without_delivery_the_outcome_is_the_counterfactual(typical):
    """Meetings and money that commit nothing add nothing: the same trend, decay and shocks, to the bit."""
    table = sim.simulate(typical, month=sim.MONTH.without("join_up")).measures
    assert table["fund_spent_gbp_m"].sum() > 0.0
    assert (table["delivered"] == 0.0).all()
    assert (table["added_value"] == 0.0).all()
    assert table["outcome"].equals(table["outcome_counterfactual"])
    assert table["outcome"].nunique() > 10


def test_the_weakest_link_starves_delivery():
    """Where results need every sector and two are missing, far less is delivered than where they add up."""
    board_of_two = {"members": {"council": 1, "police": 2}}
    weakest, additive = (
        run(typical_settings(months=40, board=board_of_two, delivery={"complementarity": c})).measures["delivered"]
        for c in (1.0, 0.0)
    )
    assert 0.0 <= weakest.iloc[-1] < 0.5 * additive.iloc[-1]


def test_a_partnership_that_never_meets_adds_nothing():
    """Abolished in its first month, it leaves the place to its trend and shocks."""
    calendar = [{"from": step_label(0), "abolish": ["council", "police"]}]
    settings = {"board": {"members": {"council": 1, "police": 1}}, "months": 24, "calendar": calendar}
    table = run(settings).measures
    assert (table["is_dissolved"] == 1.0).all()
    assert table["outcome"].equals(table["outcome_counterfactual"])


@given(settings=scenario_settings(), seed=st.integers(0, 1000))
def test_added_value_is_never_negative(settings, seed):
    """The counterfactual lives under the same shocks with nothing delivered."""
    assert run(settings, seed=seed).measures["added_value"].min() >= -1e-12


@pytest.mark.parametrize("replicate", range(4))
def test_the_counterfactual_knows_nothing_of_the_partnership(replicate):
    """Policies move the outcome; the same place without a partnership must not notice."""
    plain = run(typical_settings(months=40), replicate=replicate).measures
    rich = run(typical_settings(months=40, levers={"flexible_fund_gbp_m": 30.0}), replicate=replicate).measures
    assert rich["outcome_counterfactual"].equals(plain["outcome_counterfactual"])
    assert rich["outcome"].iloc[-1] > plain["outcome"].iloc[-1]


def test_results_lag_behind_commitments():
    """Work passes through planning and delivery: about two years (S3), hence hardly anything in the first months."""
    delivered = run(typical_settings(months=60, levers={"flexible_fund_gbp_m": 10.0})).measures["delivered"]
    assert delivered.iloc[0] == 0.0
    assert delivered.iloc[5] < 0.1 * delivered.iloc[40]


# ---------------------------------------------------------------- events


def test_a_leader_changes_in_may_only():
    """With certain turnover every May brings a new style, and no other month does."""
    scenario = sim.scenario_from(typical_settings(months=40, leadership={"turnover": 1.0}))
    model = sim.PartnershipModel(scenario)
    styles = []
    for _ in range(40):
        model.step()
        styles.append((model.attention, model.facilitation, model.direction))
    changed = [k for k in range(1, 40) if styles[k] != styles[k - 1]]
    assert changed == [1, 13, 25, 37]


def test_without_turnover_the_first_leader_stays():
    """The leader of the launch differs between places, and changes at elections only."""
    settings = typical_settings(months=30, leadership={"turnover": 0.0, "attention": 0.8})
    exact = sim.scenario_from(merged(settings, {"behaviour": {"style_spread": 0.0}}))
    assert lived(exact).attention == 0.8
    model = sim.PartnershipModel(sim.scenario_from(settings), seed=3)
    model.step()
    first = model.attention
    assert first != 0.8
    while model.month < 30:
        model.step()
        assert model.attention == first


def test_places_differ_by_what_they_bring_to_the_launch():
    """Staff and goodwill are the place's own for good; without a spread every place is as configured."""
    settings = typical_settings(months=2, levers={"staff_team": 0.5})
    alike = merged(settings, {"behaviour": {"staff_spread": 0.0, "goodwill_spread": 0.0, "trust_spread": 0.0}})
    differing = merged(alike, {"behaviour": {"staff_spread": 0.5, "goodwill_spread": 0.5}})

    def launched(asked, replicate):
        model = sim.PartnershipModel(sim.scenario_from(asked), seed=1, replicate=replicate)
        model.step()
        return model.staff_team, model.trust_in_place

    configured = {launched(alike, replicate) for replicate in range(4)}
    assert configured == {(0.5, sim.PARAMETERS["behaviour.trust_initial"].default)}
    assert len({launched(differing, replicate) for replicate in range(4)}) == 4


def test_reorganisation_resets_links():
    """S3: every reorganisation costs a part of the trust that was built."""
    settings = typical_settings(months=24, behaviour={"trust_joint_delivery": 0.1, "trust_meeting": 0.01})
    calm = measured(merged(settings, {"levers": {"reorganisation": 0.0}}))
    shaken = measured(merged(settings, {"levers": {"reorganisation": 1.0}}))
    trust = list(MEASURES).index("trust")
    assert calm[0, trust] != shaken[-1, trust]
    assert abs(shaken[-1, trust] - calm[0, trust]) < abs(calm[-1, trust] - calm[0, trust])


def test_the_unaccredited_get_a_part_of_the_fund():
    """One of 88 was held at 67 per cent in 2002; nobody is held before the first assessment."""
    levers = levers_off() | {"flexible_fund_gbp_m": 12.0, "unaccredited_release": 0.5, "statutory": 1.0}
    behaviour = RELUCTANT | {"accreditation_threshold": 0.4, "assessment_noise": 0.0}
    table = run(typical_settings(months=24, levers=levers, behaviour=behaviour)).measures
    assert table["is_accredited"].iloc[0] == 1.0
    assert table["is_accredited"].iloc[11:23].max() == 0.0
    assert table["fund_in_gbp_m"].iloc[:12].to_numpy() == pytest.approx(np.ones(12))
    assert table["fund_in_gbp_m"].iloc[12:23].to_numpy() == pytest.approx(np.full(11, 0.5))


def test_the_reward_grant_is_paid_after_the_assessment():
    """It comes once a year, in the month after the assessment, and in proportion to results."""
    levers = levers_off() | {"flexible_fund_gbp_m": 10.0, "staff_team": 1.0, "statutory": 1.0}
    without = run(typical_settings(months=30, levers=levers)).measures["fund_in_gbp_m"]
    granted = run(typical_settings(months=30, levers=levers | {"reward_grant_gbp_m": 5.0})).measures
    flow = 10.0 / 12.0
    extra = granted["fund_in_gbp_m"] - flow
    assert without.to_numpy() == pytest.approx(np.full(30, flow))
    assert np.flatnonzero(extra > 1e-9).tolist() == [12, 24]
    assert extra.iloc[12] == pytest.approx(5.0 * granted["capacity_performance"].iloc[11], rel=1e-9)


def test_observing_changes_nothing(typical):
    """Measures read the state of a model as often as one likes, and read what was written down."""
    watched, plain = sim.PartnershipModel(typical), sim.PartnershipModel(typical)
    for month in range(typical.months):
        watched.step()
        plain.step()
        for _ in range(2):
            assert watched.plan.read_measures(watched) == watched.measures[month].tolist()
            rows = [watched.plan.read_columns(partner) for partner in watched.members]
            assert rows == [tuple(watched.partner_rows[month, partner.position]) for partner in watched.members]
    assert np.array_equal(watched.measures, plain.measures)
    assert np.array_equal(watched.partner_rows, plain.partner_rows)
