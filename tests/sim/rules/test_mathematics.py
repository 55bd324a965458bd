"""The arithmetic that both engines share, against the standard library."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, Contract

from sim.rules.mathematics import (
    exponential,
    logarithm,
    logistic,
    mean_or_zero,
    nudged,
    power,
    saturation,
    total,
)

CONTRACTS = [
    Contract(exponential, {"x": (-60.0, 60.0)}, rises="x", low=0.0),
    Contract(logarithm, {"x": (1e-12, 1e12)}, rises="x", low=-28.0, high=28.0),
    Contract(power, {"base": (1e-6, 1e6), "exponent": (0.0, 0.7)}, rises="base", free="exponent", low=0.0),
    Contract(logistic, {"utility": (-30.0, 30.0)}, rises="utility", low=0.0, high=1.0),
    Contract(saturation, {"amount": (0.0, 9.0), "half": (0.0, 9.0)}, rises="amount", falls="half", low=0.0, high=1.0),
    Contract(nudged, {"level": SHARE, "push": (-1.0, 1.0)}, rises="level push", low=0.0, high=1.0),
]
TESTED_BELOW = (total, mean_or_zero)


@given(x=st.floats(-60.0, 60.0))
def test_exponential_is_the_exponential(x):
    """Own arithmetic replaces the C library's only if it is as good, over the utilities that occur."""
    assert exponential(x) == pytest.approx(math.exp(x), rel=1e-11, abs=0.0)


@pytest.mark.parametrize("x", [-60.0, -59.9, 59.9, 60.0])
def test_exponential_keeps_its_digits_to_the_end_of_its_domain(x):
    """The docstring promises about 11 digits up to ±60, where it stops growing."""
    assert exponential(x) == pytest.approx(math.exp(x), rel=1e-11, abs=0.0)


@pytest.mark.parametrize("x", [60.1, 1e6, 1e300])
def test_exponential_stays_finite(x):
    """An extreme utility must not become infinite or NaN and spoil a run."""
    assert exponential(x) == exponential(60.0) < math.inf
    assert exponential(-x) == exponential(-60.0) > 0.0


@given(exponent=st.floats(-27.6, 27.6))
def test_logarithm_is_the_logarithm(exponent):
    """Influence and joint results rest on powers; absolute error is what a power sees near 1."""
    x = min(1e12, max(1e-12, math.exp(exponent)))
    assert logarithm(x) == pytest.approx(math.log(x), rel=1e-11, abs=1e-13)


@given(base=st.floats(-27.6, 27.6), exponent=st.floats(-2.0, 2.0))
def test_power_is_the_power(base, exponent):
    """Budgets of very different size are raised to a small power."""
    x = min(1e12, max(1e-12, math.exp(base)))
    assert power(x, exponent) == pytest.approx(x**exponent, rel=3e-11, abs=0.0)


@given(utility=st.floats(-60.0, 60.0))
def test_logistic_is_symmetric(utility):
    """Coming at a utility must be as likely as staying away at its opposite."""
    assert logistic(utility) + logistic(-utility) == pytest.approx(1.0, abs=1e-12)
    assert logistic(0.0) == 0.5


def test_saturation_has_its_landmarks():
    """Nothing gives 0, the half amount gives one half, and 0 of 0 is 0 and no error."""
    assert saturation(0.0, 0.0) == saturation(0.0, 3.0) == 0.0
    assert saturation(3.0, 3.0) == 0.5
    assert saturation(1e12, 3.0) == pytest.approx(1.0)


@given(amount=st.floats(0.1, 50.0), step=st.floats(0.1, 5.0), half=st.floats(0.1, 5.0))
def test_saturation_is_concave(amount, step, half):
    """More of the same must help less and less."""
    first = saturation(amount, half) - saturation(amount - min(step, amount), half)
    second = saturation(amount + min(step, amount), half) - saturation(amount, half)
    assert second < first


@given(level=st.floats(0.0, 1.0))
def test_no_push_leaves_a_level_alone(level):
    """Exactly no change."""
    assert nudged(level, 0.0) == level


@given(values=st.lists(st.floats(-1e6, 1e6), max_size=50))
def test_total_adds_in_the_order_given(values):
    """Python's own sum compensates from 3.12 on; the compiled engine adds plainly."""
    plain = 0.0
    for value in values:
        plain += value
    assert struct.pack("<d", total(values)) == struct.pack("<d", plain)


def test_nothing_to_count_is_zero_and_no_error():
    """An empty sector must not divide by zero."""
    assert mean_or_zero(total=3.0, count=0.0) == 0.0
    assert mean_or_zero(total=3.0, count=2.0) == 1.5
