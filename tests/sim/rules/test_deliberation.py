"""Submodel 5: the shared strategy, alignment with it, and deciding."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, Contract, prior, simplexes

import sim
from sim.rules import deliberation
from sim.rules.deliberation import GROWTH_PRIORITIES, alignment_step, closeness, focus, strategy_target

CONTRACTS = [
    Contract(
        strategy_target,
        {"weighted_priority": SHARE, "growth_priority": SHARE, "growth_focus": SHARE},
        rises="weighted_priority growth_priority",
        free="growth_focus",
        low=0.0,
        high=1.0,
    ),
    Contract(
        deliberation.effective_rigidity,
        {"rigidity": SHARE, "flexibility": SHARE, "credibility": SHARE, "parent_departments": SHARE},
        rises="rigidity",
        falls="flexibility credibility parent_departments",
        low=0.0,
        high=1.0,
        zero="rigidity",
    ),
    Contract(
        deliberation.one_plan,
        {"silos": SHARE, "council_alignment": SHARE},
        rises="council_alignment",
        falls="silos",
        low=0.0,
        high=1.0,
    ),
    Contract(
        alignment_step,
        {
            "alignment": SHARE,
            "fit": SHARE,
            "trust": SHARE,
            "attendance_record": SHARE,
            "regard_pressure": SHARE,
            "appointments": SHARE,
            "unity": SHARE,
            "rigidity": SHARE,
            "rate": prior("alignment_rate"),
            "drift": prior("alignment_drift"),
        },
        rises="alignment fit trust attendance_record regard_pressure appointments unity rate",
        falls="rigidity drift",
        low=0.0,
        high=1.0,
    ),
    Contract(
        deliberation.people_deciding,
        {"n_members": (1.0, 512.0), "n_on_executive": (1.0, 512.0), "thematic_groups": SHARE},
        rises="n_members n_on_executive",
        falls="thematic_groups",
        low=0.0,
    ),
    Contract(
        deliberation.shared_information,
        {"data_exchange": SHARE, "share_pressure": SHARE, "neighbourhood": SHARE, "consultation": SHARE},
        rises="data_exchange share_pressure neighbourhood consultation",
        low=0.0,
        high=1.0,
    ),
    Contract(
        deliberation.decision_probability,
        {
            "deciders": (1.0, 200.0),
            "attention": SHARE,
            "staff_team": SHARE,
            "strategy_focus": SHARE,
            "coherence": SHARE,
            "information": SHARE,
            "presence": SHARE,
            "base": prior("decision_base"),
            "help_of_leadership": prior("decision_leadership"),
            "help_of_staff": prior("decision_staff"),
            "help_of_focus": prior("decision_focus"),
            "help_of_coherence": prior("decision_coherence"),
            "help_of_information": prior("decision_information"),
            "hindrance_of_size": prior("decision_size"),
        },
        rises="attention staff_team strategy_focus coherence information presence base help_of_leadership "
        "help_of_staff help_of_focus help_of_coherence help_of_information",
        falls="deciders hindrance_of_size",
        low=0.0,
        high=1.0,
        zero="presence",
    ),
]
TESTED_BELOW = (closeness, focus)


def chance_at(n_members, *, thematic_groups=0.0, presence=0.3, **changes):
    behaviour = {
        name: sim.PARAMETERS[f"behaviour.decision_{name}"].default
        for name in ("base", "leadership", "staff", "focus", "coherence", "information", "size")
    } | changes
    return deliberation.decision_probability(
        deliberation.people_deciding(n_members, n_members, thematic_groups),
        0.5,
        0.3,
        0.1,
        0.4,
        0.3,
        presence,
        *behaviour.values(),
    )


def test_the_chance_of_a_decision_falls_over_board_sizes_30_to_100():
    """Forums of 30 to 100 members are too many for executive decisions (pattern P10)."""
    chances = [chance_at(n) for n in range(30, 101)]
    assert all(larger < smaller for smaller, larger in itertools.pairwise(chances))


@given(size=st.floats(*prior("decision_size")), base=st.floats(*prior("decision_base")))
def test_size_hinders_over_the_whole_prior(size, base):
    """The pattern must come from the rule, not from one fitted number."""
    assert (
        chance_at(100, size=size, base=base) < chance_at(60, size=size, base=base) < chance_at(30, size=size, base=base)
    )


def test_thematic_groups_make_a_large_forum_decide_more():
    """Preparing decisions in groups is the remedy for large boards that S3 reports."""
    assert chance_at(80, thematic_groups=1.0) > chance_at(80)


def test_an_empty_table_decides_nothing():
    """No amount of staff or leadership decides without people."""
    assert chance_at(20, presence=0.0) == 0.0


@given(priorities=simplexes(5), strategy=simplexes(5))
def test_closeness_is_a_symmetric_share(priorities, strategy):
    """Acceptability averages closeness; it must be a share and not depend on who is compared with whom."""
    near = closeness(priorities, strategy)
    assert -1e-12 <= near <= 1.0
    assert near == closeness(strategy, priorities)
    assert closeness(strategy, strategy) == 1.0


def test_closeness_of_nothing_in_common_is_zero():
    """Two bodies with one different theme each have nothing in common."""
    assert closeness((1.0, 0.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0, 0.0)) == 0.0


@given(strategy=simplexes(5), share=st.floats(0.0, 1.0))
def test_focus_rises_as_weight_moves_to_one_theme(strategy, share):
    """A strategy for everything is a strategy for nothing (S0)."""
    top = strategy.index(max(strategy))
    sharper = [(1.0 - share) * weight + (share if k == top else 0.0) for k, weight in enumerate(strategy)]
    assert -1e-12 <= focus(strategy) <= focus(sharper) + 1e-12
    assert focus(sharper) <= 1.0 + 1e-12


def test_focus_has_its_limits():
    """0 spread evenly over the themes, 1 on one theme."""
    assert focus((0.2, 0.2, 0.2, 0.2, 0.2)) == pytest.approx(0.0, abs=1e-15)
    assert focus((0.0, 1.0, 0.0, 0.0, 0.0)) == 1.0


@given(wanted=simplexes(5), growth_focus=st.floats(0.0, 1.0))
def test_the_target_of_a_strategy_is_a_set_of_weights(wanted, growth_focus):
    """Strategy weights that did not sum to 1 would create or lose money when funds are split by theme."""
    target = [strategy_target(w, g, growth_focus) for w, g in zip(wanted, GROWTH_PRIORITIES, strict=True)]
    assert sum(target) == pytest.approx(1.0, abs=1e-12)


def test_without_growth_focus_the_table_gets_what_it_wants():
    """The focus lever must be off when it is off."""
    assert strategy_target(0.37, 0.55, 0.0) == 0.37
    assert strategy_target(0.37, 0.55, 1.0) == 0.55


@given(alignment=st.floats(0.01, 1.0), fit=st.floats(0.0, 1.0), trust=st.floats(0.0, 1.0), rigidity=st.floats(0.0, 1.0))
def test_plans_of_the_absent_drift_home(alignment, fit, trust, rigidity):
    """Neither trust nor fit moves the plans of a body that does not come and that no duty binds."""
    assert alignment_step(alignment, fit, trust, 0.0, 0.0, 1.0, 1.0, rigidity, 0.1, 0.03) < alignment


def test_a_smart_council_is_whole_and_a_body_without_silos_always_is():
    """One plan in full undoes silos, and no silos need no plan (S0, S1)."""
    assert deliberation.one_plan(0.7, 1.0) == deliberation.one_plan(0.0, 0.0) == 1.0
