"""The numbers of the second model: few, each declared once, and none beside them in a rule."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim.second
from sim.second import month

FOLDER = Path(sim.second.__file__).parent
OWN = {path: parameter for path, parameter in month.parameters.items() if path.startswith("own.")}
UNITS = {0.0, 1.0, 2.0, 0.5, 12.0}
"""What may stand in a rule: nothing, one, two, a half, and the months of a year."""

ELSEWHERE = {"parameters.py", "measures.py", "words.py", "steps.py", "state.py"}
"""Where numbers are declared: ranges of measures, thresholds of words, places in the calendar."""


def test_free_numbers_and_conventions_are_few():
    roles = [parameter.role for parameter in OWN.values()]
    assert roles.count("uncertain") <= 45
    assert roles.count("structural") <= 30


def test_every_number_has_a_source_or_a_reason():
    for parameter in OWN.values():
        assert parameter.source
        low, high = float(parameter.low or 0.0), float(parameter.high or 0.0)
        assert low < high
        assert low <= parameter.default <= high
        if parameter.role == "structural":
            assert parameter.source.startswith("convention: ")


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.py") if path.name not in ELSEWHERE))
def test_no_other_number_stands_in_a_rule(name):
    tree = ast.parse((FOLDER / name).read_text("utf-8"))
    rules = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = {
        f"{rule.name}: {number.value}"
        for rule in rules
        for number in ast.walk(rule)
        if isinstance(number, ast.Constant) and isinstance(number.value, int | float) and number.value not in UNITS
    }
    assert not found
