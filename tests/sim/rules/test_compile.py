"""Every rule is written once and runs in two engines."""

from __future__ import annotations

import inspect
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import sim
import sim.compiled
from sim.jit import RULES
from sim.lanes.engine import let_rules_compile

PACKAGE = Path(sim.__file__).parent
WHOLE_NUMBERS = {
    "month": (0, 600),
    "calendar_month": (1, 12),
    "sector": (0, 3),
    "other_sector": (0, 3),
    "theme": (0, 5),
    "table": (0, 4),
    "item": (0, 2),
}
VECTORS_OF_FLAGS = ("is_member", "lived")
BODIES = 5
POINTS = 60


def takes_a_body_or_the_table(rule: Callable[..., Any]) -> bool:
    return next(iter(inspect.signature(rule).parameters)) == "self"


ELSEWHERE = ("sim.nulls", "sim.dealing")
"""Whose rules are compared in whole runs, by tests of their own."""
OF_PACKAGE = [
    rule for rule in RULES if rule.__module__.split(".")[0] == "sim" and not rule.__module__.startswith(ELSEWHERE)
]
OF_NUMBERS = [rule for rule in OF_PACKAGE if not takes_a_body_or_the_table(rule)]


def random_argument(name: str, annotation: str, draw: np.random.Generator) -> Any:
    if annotation == "bool":
        return bool(draw.random() < 0.5)
    if annotation == "int":
        low, high = WHOLE_NUMBERS[name]
        return int(draw.integers(low, high, endpoint=True))
    if annotation == "Sequence[float]" and name in VECTORS_OF_FLAGS:
        return [float(value) for value in draw.integers(0, 1, BODIES, endpoint=True)]
    if annotation == "Sequence[float]":
        weights = draw.random(BODIES) * (draw.random(BODIES) < 0.8) + 1e-3
        return [float(weight) for weight in weights / weights.sum()]
    if annotation == "Sequence[Sequence[float]]":
        half = np.triu(draw.random((BODIES, BODIES)) < draw.random(), 1)
        return (half | half.T).astype(float).tolist()
    assert annotation == "float", f"no random value is known for {name}: {annotation}"
    # Mostly shares; sometimes amounts, and the edges where a rule may branch.
    return float(draw.choice([0.0, 1.0, draw.random(), draw.random(), draw.random(), 40.0 * draw.random()]))


def random_arguments(rule: Callable[..., Any], draw: np.random.Generator) -> list[Any]:
    return [
        random_argument(name, str(parameter.annotation), draw)
        for name, parameter in inspect.signature(rule).parameters.items()
    ]


def bits(value: Any) -> bytes:
    return b"".join(struct.pack("<d", float(one)) for one in (value if isinstance(value, tuple) else (value,)))


def test_all_rules_are_found():
    """A collector that finds nothing would let every rule pass."""
    assert len(OF_NUMBERS) > 45
    homes = {rule.__module__ for rule in OF_NUMBERS}
    assert homes >= {f"sim.rules.{path.stem}" for path in (PACKAGE / "rules").glob("[a-z]*.py")}
    assert {"made_or_lost", "support_of", "effort_of", "duty_pressure"} <= {rule.__name__ for rule in OF_NUMBERS}


def test_only_steps_terms_and_measures_take_a_body_or_the_table():
    """These are compiled as parts of the month and compared in whole runs; no rule of numbers may hide among them."""
    left_out = [rule for rule in OF_PACKAGE if rule not in OF_NUMBERS]
    assert {rule.__module__ for rule in left_out} == {
        f"sim.{name}"
        for name in ("accountability", "life", "measures", "meetings", "obligations", "policy", "projects", "ties")
    }


@pytest.mark.slow
@pytest.mark.parametrize("rule", OF_NUMBERS, ids=lambda rule: f"{rule.__module__.split('.')[-1]}.{rule.__name__}")
def test_compiled_and_plain_rule_give_the_same_bits(rule):
    """The ensemble compiles what agents call; one different bit would make two models of one."""
    let_rules_compile()
    compiled = numba.njit(rule)
    draw = np.random.Generator(np.random.Philox(20010401))
    compared = 0
    for _ in range(POINTS):
        plain_arguments = random_arguments(rule, draw)
        arrays = [np.asarray(value) if isinstance(value, list) else value for value in plain_arguments]
        try:
            expected = rule(*plain_arguments)
        except ZeroDivisionError:
            with pytest.raises(ZeroDivisionError):
                compiled(*arrays)
            continue
        answer = compiled(*arrays)
        assert isinstance(answer, bool) == isinstance(expected, bool)
        assert bits(answer) == bits(expected), plain_arguments
        compared += 1
    assert compared > POINTS / 4
