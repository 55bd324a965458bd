"""Every rule promises something, and keeps it everywhere: which way each argument moves it, and its bounds."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.jit import RULES as MARKED

HERE = Path(__file__)
TESTS = [
    importlib.import_module(path.stem)
    for path in sorted(HERE.parent.glob("test_*.py"))
    if "CONTRACTS = [" in path.read_text(encoding="utf-8") and path != HERE
]
CONTRACTS = [contract for module in TESTS for contract in module.CONTRACTS]
TESTED_BELOW = {rule: module for module in TESTS for rule in getattr(module, "TESTED_BELOW", ())}
ELSEWHERE = ("sim.nulls", "sim.dealing")
"""Rules of null models, and how members are dealt: tested as a whole in test_nulls.py."""

RULES = {
    rule
    for rule in MARKED
    if rule.__module__.startswith("sim.")
    and not rule.__module__.startswith(ELSEWHERE)
    and next(iter(inspect.signature(rule).parameters), "self") != "self"
}
"""Every rule of numbers: what takes a body or the table is a step."""


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
@given(data=st.data())
def test_signs_and_bounds_hold_everywhere(contract, data):
    """Each cause moves its effect the way the sources say, or not at all, wherever in its range it stands."""
    contract.check_at(data.draw(contract.points()), data.draw(contract.points()))


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
def test_every_promised_argument_matters(contract):
    """A term that never moves would keep every weak inequality and mean nothing."""
    contract.check_arguments()
    contract.check_strictly()


def test_what_is_idle_in_one_contract_moves_the_rule_in_another():
    """Otherwise the word would excuse an argument that never does anything."""
    for contract in CONTRACTS:
        for name in contract.idle.split():
            others = [other for other in CONTRACTS if other.function == contract.function and other is not contract]
            assert any(name in other.directions() and name not in other.idle.split() for other in others), name


def test_no_rule_is_without_a_contract():
    """A new rule must say what it promises."""
    assert len(TESTS) == 4
    assert len(RULES) > 45
    assert {contract.function for contract in CONTRACTS} | set(TESTED_BELOW) == RULES


@pytest.mark.parametrize("rule", TESTED_BELOW, ids=lambda rule: rule.__name__)
def test_what_is_said_to_be_tested_below_is(rule):
    """A rule without a contract has a test in its file that calls it."""
    tree = ast.parse(Path(TESTED_BELOW[rule].__file__).read_text(encoding="utf-8"))
    called = {
        ast.unparse(node.func).rpartition(".")[2]
        for test in tree.body
        if isinstance(test, ast.FunctionDef)
        for node in ast.walk(test)
        if isinstance(node, ast.Call)
    }
    assert rule.__name__ in called


@pytest.mark.parametrize(
    "rule", sorted(RULES, key=lambda rule: (rule.__module__, rule.__name__)), ids=lambda r: r.__name__
)
def test_no_argument_goes_unread(rule):
    """An argument that a rule is given and does not read says of the model what is not so."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(rule))).body
    read = {node.id for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    assert set(inspect.signature(rule).parameters) <= read
