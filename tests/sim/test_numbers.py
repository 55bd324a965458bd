"""The numbers of the model: few, each declared once, and none beside them in a rule."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim

FOLDER = Path(sim.__file__).parent
BEHAVIOUR = [parameter for path, parameter in sim.PARAMETERS.items() if path.startswith("behaviour.")]
UNITS = {0.0, 1.0, 2.0, 0.5, 12.0}
"""What may stand in a rule: nothing, one, two, a half, and the months of a year."""

ROOMS = ("accountability", "life", "meetings", "obligations", "policy", "projects", "ties", "rules/fund")
"""Where rules stand. What policy makes of bodies (``sim/rules/policy.py``) and arithmetic have their own numbers."""

STATED = {"transaction_cost_gbp_m: 250.0", "transaction_cost_gbp_m: 1000000.0"}
"""A day of a public manager in pounds, and millions."""


def test_free_numbers_and_conventions_are_few():
    roles = [parameter.role for parameter in BEHAVIOUR]
    assert roles.count("uncertain") <= 45
    assert roles.count("structural") <= 30


def test_every_number_has_a_source_or_a_reason():
    for parameter in BEHAVIOUR:
        assert parameter.source
        assert parameter.low < parameter.high
        assert parameter.low <= parameter.default <= parameter.high
        if parameter.role == "structural":
            assert parameter.source.startswith("convention: ")


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_number_stands_in_a_rule(room):
    """What is not declared cannot be swept, and nobody would ask where it comes from."""
    tree = ast.parse((FOLDER / f"{room}.py").read_text("utf-8"))
    rules = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = {
        f"{rule.name}: {number.value}"
        for rule in rules
        for number in ast.walk(rule)
        if isinstance(number, ast.Constant) and isinstance(number.value, int | float) and number.value not in UNITS
    }
    assert found <= STATED
