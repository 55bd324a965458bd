"""Arithmetic that gives the same bits on every machine and in every engine.

The exponential and the logarithm of a C library differ between platforms in the last bit, and one bit
decides a draw. These use additions, products, quotients and square roots only, which IEEE 754 fixes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.jit import rule

LARGEST_EXPONENT = 60.0


@rule
def exponential(x: float) -> float:
    """Return e to the x, to about 11 digits, for any finite x (beyond ±60 as at ±60).

    Taylor's series at x/1024, squared ten times.
    """
    if x > LARGEST_EXPONENT:
        x = LARGEST_EXPONENT
    if x < -LARGEST_EXPONENT:
        x = -LARGEST_EXPONENT
    t = x / 1024.0
    y = 1.0 + t * (
        1.0 + t / 2.0 * (1.0 + t / 3.0 * (1.0 + t / 4.0 * (1.0 + t / 5.0 * (1.0 + t / 6.0 * (1.0 + t / 7.0)))))
    )
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    return y * y


@rule
def logarithm(x: float) -> float:
    """Return the natural logarithm of x in [1e-12, 1e12], to about 12 digits.

    Six square roots bring x near 1, where the series of the inverse hyperbolic tangent is short.
    """
    y = math.sqrt(math.sqrt(math.sqrt(math.sqrt(math.sqrt(math.sqrt(x))))))
    z = (y - 1.0) / (y + 1.0)
    s = z * z
    series = 1.0 + s * (
        1.0 / 3.0 + s * (1.0 / 5.0 + s * (1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0 + s * (1.0 / 13.0 + s / 15.0)))))
    )
    return 128.0 * z * series


@rule
def power(base: float, exponent: float) -> float:
    """Return base to the exponent, for a base in [1e-12, 1e12]."""
    return exponential(exponent * logarithm(base))


@rule
def logistic(utility: float) -> float:
    """Return 1 / (1 + exp(-utility)), in (0, 1)."""
    return 1.0 / (1.0 + exponential(-utility))


@rule
def saturation(amount: float, half: float) -> float:
    """Return amount / (amount + half): 0 at nothing, ½ at ``half``, 1 for a very large amount (both ≥ 0)."""
    total = amount + half
    if total <= 0.0:
        return 0.0
    return amount / total


@rule
def nudged(level: float, push: float) -> float:
    """Return a level in [0, 1] pushed up (push > 0) or down by that share of the room left; |push| ≤ 1."""
    if push > 0.0:
        return level + push * (1.0 - level)
    return level + push * level


@rule
def total(values: Sequence[float]) -> float:
    """Return the sum in the order given. (Python's own ``sum`` compensates from 3.12 on, other engines do not.)."""
    result = 0.0
    for value in values:
        result += value
    return result


@rule
def mean_or_zero(total: float, count: float) -> float:
    """Return total / count, or 0 when there is nothing to count."""
    if count <= 0.0:
        return 0.0
    return total / count


MEMORY_OF_A_YEAR = 1.0 / 12.0
"""A year's memory: what is remembered moves by so much of what is new in a month."""
