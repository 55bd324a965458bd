"""Every rule is written once and runs in two engines."""

from __future__ import annotations

import ast
import importlib
import inspect
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import sim

PACKAGE = Path(sim.__file__).parent
HOMES = {
    "sim.measures": PACKAGE / "measures.py",
    **{f"sim.rules.{path.stem}": path for path in sorted((PACKAGE / "rules").glob("*.py"))},
}
WHOLE_NUMBERS = {
    "purse": (0, 2),
    "stage": (1, 5),
    "months_in_stage": (0, 9),
    "month": (0, 600),
    "calendar_month": (1, 12),
}
POINTS = 60


def rules_of(module: str, path: Path) -> list[Any]:
    return [
        pytest.param(getattr(importlib.import_module(module), node.name), id=f"{path.stem}.{node.name}")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id == "rule" for mark in node.decorator_list)
    ]


RULES = [rule for module, path in HOMES.items() for rule in rules_of(module, path)]


def random_argument(name: str, annotation: str, draw: np.random.Generator) -> Any:
    if annotation == "bool":
        return bool(draw.random() < 0.5)
    if annotation == "int":
        low, high = WHOLE_NUMBERS[name]
        return int(draw.integers(low, high, endpoint=True))
    if annotation == "Sequence[float]":
        weights = draw.random(5) * (draw.random(5) < 0.8) + 1e-3
        return [float(weight) for weight in weights / weights.sum()]
    assert annotation == "float", f"no random value is known for {name}: {annotation}"
    # Mostly shares; sometimes amounts, and the edges where a rule may branch.
    return float(draw.choice([0.0, 1.0, draw.random(), draw.random(), draw.random(), 40.0 * draw.random()]))


def random_arguments(rule: Callable[..., Any], draw: np.random.Generator) -> list[Any]:
    return [
        random_argument(name, str(parameter.annotation), draw)
        for name, parameter in inspect.signature(rule).parameters.items()
    ]


def bits(value: Any) -> bytes:
    return struct.pack("<d", float(value))


def test_all_rules_are_found():
    """A collector that finds nothing would let every rule pass."""
    assert len(RULES) > 60
    assert {rule.id for rule in RULES} >= {"trust.trust_step", "delivery.joint_result", "measures.spread"}


@pytest.mark.parametrize("rule", RULES)
def test_compiled_and_plain_rule_give_the_same_bits(rule):
    """The ensemble compiles what agents call; one different bit would make two models of one."""
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
