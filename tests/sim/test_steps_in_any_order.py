"""Steps left out and put in another order give the same bits in both engines: none leans on its neighbours' loops."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import scenario_settings

import sim
from sim import compiled, ensemble
from sim.month import MONTH, STEPS


@pytest.fixture(scope="module")
def any_order() -> Any:
    """Return the compiled month that takes its steps in an order given as it runs: compiled once for all orders."""
    return compiled.put_together(MONTH, any_order=True)


@st.composite
def orders(draw: st.DrawFn) -> list[int]:
    """Draw positions of steps: most of them, some moved from their place, some taken twice, some left out."""
    order = list(range(len(STEPS)))
    for _ in range(draw(st.integers(0, 12))):
        here, there = draw(st.integers(0, len(order) - 1)), draw(st.integers(0, len(order) - 1))
        order.insert(there, order.pop(here))
    left_out = draw(st.sets(st.integers(0, len(order) - 1), max_size=12))
    order = [step for place, step in enumerate(order) if place not in left_out]
    twice = draw(st.lists(st.integers(0, max(0, len(order) - 1)), max_size=3))
    return [step for place, step in enumerate(order) for _ in range(1 + (place in twice))]


def bits(values: Any) -> Any:
    """Return numbers of which all that are none are alike: which of them comes out of 0 / 0 is the processor's."""
    values = np.array(values, dtype=np.float64)
    values[np.isnan(values)] = np.nan
    return values


@pytest.mark.long
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much])
@given(plain=scenario_settings(longest=18), order=orders(), seed=st.integers(0, 2**32))
def test_any_steps_in_any_order_give_the_same_bits(any_order, monkeypatch, plain, order, seed):
    """A step that another hides in one engine only would be found by whoever writes a month of their own."""
    scenario = sim.scenario_from(plain)
    month = dataclasses.replace(MONTH, steps=tuple(STEPS[step] for step in order))
    try:
        model = sim.PartnershipModel(scenario, seed=seed, replicate=3, record_terms=True, month=month)
        for _ in range(scenario.months):
            model.step()
    except (ZeroDivisionError, OverflowError, ValueError):
        assume(False)  # steps that need one another divide by nothing, which plain Python refuses
    monkeypatch.setattr(ensemble, "compiled_month", lambda month: dataclasses.replace(any_order, order=tuple(order)))
    both = ensemble.simulate_ensemble([scenario], replicates=[0, 3], seed=seed, record_terms=True, threads=1)
    different = [
        name
        for number, name in enumerate(MONTH.measures)
        if not np.array_equal(bits(both.measures[0, 1, :, number]), bits(model.measures[:, number]), equal_nan=True)
    ]
    assert not different
    assert np.array_equal(bits(both.partners[0, 1]), bits(model.partner_rows), equal_nan=True)
