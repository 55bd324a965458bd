"""What null models take from the model: the search finds it, it is written down, and it still holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.documents import matching, nulls, tables
from experiments.documents.matching import LEAST, MOST, NEAR_ENOUGH, Amounts, Factors, factors_for
from sim.nulls import numbers
from sim.own import load_month

AGAIN = "run: python -m experiments.documents.nulls"
MODEL = Amounts(ties=np.full(4, 40.0), decisions=np.full(4, 0.9))


def made_up(*, ties: float, decisions: float, room: float = MOST):
    """Return runs in which ties and decisions answer to both factors, and meetings have room for so many items."""

    def lived(factors: Factors) -> Amounts:
        items = min(factors.items, room)
        there = ties * factors.ties**0.7 * items**0.1
        return Amounts(np.full(4, there), np.full(4, decisions * items**0.5 * (there / 40.0) ** 0.3))

    return lived


@pytest.mark.parametrize(("ties", "decisions"), [(40.0, 0.9), (20.0, 0.6), (60.0, 0.8), (55.0, 1.2)])
def test_the_search_finds_both_factors(ties, decisions):
    """Whether there are too few or too many, of either."""
    lived = made_up(ties=ties, decisions=decisions)
    found = factors_for(MODEL, lived)
    assert found.is_reached
    assert max(abs(ratio - 1.0) for ratio in lived(found).against(MODEL)) < 0.02


def test_the_search_shares_out_what_a_full_meeting_leaves_missing():
    """As many ties too many as decisions too few."""
    lived = made_up(ties=40.0, decisions=0.8, room=1.1)
    found = factors_for(MODEL, lived)
    ties, decisions = lived(found).against(MODEL)
    assert found.items == MOST
    assert ties - 1.0 == pytest.approx(1.0 - decisions, abs=0.02)
    assert found.is_reached == (ties - 1.0 <= NEAR_ENOUGH)


def test_what_cannot_be_reached_is_said():
    found = factors_for(MODEL, made_up(ties=40.0, decisions=0.3, room=1.0))
    assert not found.is_reached
    assert LEAST <= found.ties <= MOST


def test_what_was_found_is_what_null_models_take():
    """The numbers of the module, those of the table, and those that a scenario has if it says nothing, are the same."""
    stored = pd.read_csv(nulls.MATCHED).set_index("amount")
    settings = load_month("sim.nulls.reshuffled_matched").parameters
    for measure, path in (("ties", "own.more_ties"), ("decisions", "own.more_items")):
        assert settings[path].default == pytest.approx(stored.loc[measure, "factor"], rel=1e-3), AGAIN
    for row in stored.to_dict("records"):
        assert row["ratio"] == pytest.approx(row["matched"] / row["model"], rel=1e-3)
    near = stored["ratio"].between(1.0 - NEAR_ENOUGH, 1.0 + NEAR_ENOUGH).all()
    assert stored["is_reached"].all() == near, AGAIN
    assert ("could not be matched" in tables.matched()) == (not near)


def test_what_is_written_can_be_read_again():
    scope: dict[str, float] = {}
    text = nulls.numbers_text(nulls.Baseline(0.51, 0.72, 0.33), Factors(ties=0.75, items=5.0))
    exec(text, scope)
    assert [scope[name] for name in ("TRUST", "COMES", "IN_PERSON", "MORE_TIES", "MORE_ITEMS")] == [
        0.51, 0.72, 0.33, 0.75, 5.0,
    ]  # fmt: skip


@pytest.mark.long
def test_ties_and_decisions_are_matched_in_other_runs():
    """As nearly as is stored, as far as chance allows."""
    stored = pd.read_csv(nulls.MATCHED)
    model = matching.amounts_of(nulls.lived(nulls.MODEL, seed=5, runs=150))
    extension = f"{nulls.NULL_MODELS}.reshuffled_matched"
    null = matching.amounts_of(nulls.lived(extension, seed=5, runs=150))
    for ratio, error, before in zip(null.against(model), null.errors_against(model), stored["ratio"], strict=True):
        assert abs(ratio - before) <= 4.0 * error, AGAIN


@pytest.mark.long
def test_the_numbers_are_those_of_the_baseline():
    found = nulls.baseline_of(nulls.lived(nulls.MODEL, seed=6, runs=150))
    assert found.trust == pytest.approx(numbers.TRUST, abs=0.03), AGAIN
    assert found.comes == pytest.approx(numbers.COMES, abs=0.03), AGAIN
    assert found.in_person == pytest.approx(numbers.IN_PERSON, abs=0.03), AGAIN
