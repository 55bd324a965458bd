"""Rules take many numbers of one type: only names keep two of them from being swapped unseen."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
TEXTS = {
    ".".join(("sim", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


@dataclasses.dataclass(frozen=True)
class Rules:
    """Rules by the module and name that hold them, and those that are methods by their name, with their arguments."""

    functions: Mapping[tuple[str, str], int]
    methods: Mapping[str, int]
    classes: frozenset[str]
    of_a_body: frozenset[tuple[str, str]] = frozenset()
    """Functions whose first argument is a body or the table, which may be given by its position."""


def is_marked(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(mark, ast.Name) and mark.id == "rule" for mark in node.decorator_list
    )


def rules_in(trees: Mapping[str, ast.Module]) -> Rules:
    """Return every marked function and method, with the number of its arguments beside ``self`` of a method."""
    functions = {
        (name, node.name): len(node.args.args) for name, tree in trees.items() for node in tree.body if is_marked(node)
    }
    classes = [node for tree in trees.values() for node in tree.body if isinstance(node, ast.ClassDef)]
    methods: dict[str, int] = {}
    for node in (node for kind in classes for node in kind.body if is_marked(node)):
        methods[node.name] = max(methods.get(node.name, 0), len(node.args.args) - 1)
    of_a_body = frozenset(
        (name, node.name)
        for name, tree in trees.items()
        for node in tree.body
        if is_marked(node) and isinstance(node, ast.FunctionDef) and [a.arg for a in node.args.args][:1] == ["self"]
    )
    return Rules(functions, methods, frozenset(kind.name for kind in classes), of_a_body)


def names_in(module: str, tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Return what the names of a module stand for: a module and, unless it is all of it, a name there."""
    names = {node.name: (module, node.name) for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname: (alias.name, "") for alias in node.names if alias.asname}
    return names


def arguments_of(called: ast.expr, names: Mapping[str, tuple[str, str]], rules: Rules) -> int:
    """Return how many arguments the rule takes that is called here, 0 if it is none."""
    if isinstance(called, ast.Name):
        return rules.functions.get(names.get(called.id, ("", "")), 0)
    if not isinstance(called, ast.Attribute):
        return 0
    module, _, _ = ast.unparse(called).rpartition(".")
    if module in names:
        module = ".".join(filter(None, names[module]))
    if (module, called.attr) in rules.functions:
        return rules.functions[module, called.attr]
    taken = rules.methods.get(called.attr, 0)
    # Called on its class, a method is given the body as well.
    return taken + 1 if taken and module.rpartition(".")[2] in rules.classes else taken


def _by_position(call: ast.Call, names: Mapping[str, tuple[str, str]], rules: Rules) -> list[ast.expr]:
    """Return the arguments that are given by their position, but for the body or the table itself."""
    called = call.func
    is_of_a_body = isinstance(called, ast.Name) and names.get(called.id, ("", "")) in rules.of_a_body
    return call.args[1:] if is_of_a_body else call.args


def called_by_position(module: str, tree: ast.Module, rules: Rules) -> Iterator[str]:
    """Give every call in which a rule of two or more arguments is given one of them by its position."""
    names = names_in(module, tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and _by_position(node, names, rules)
            and arguments_of(node.func, names, rules) > 1
        ):
            yield f"{module}, line {node.lineno}: {ast.unparse(node.func)}"


TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in TEXTS.items()}
RULES = rules_in(TREES)


@pytest.mark.parametrize("module", TREES)
def test_rules_are_called_by_keyword(module):
    """A weight for a rate, or a body's for another's, would be a number like any other."""
    assert list(called_by_position(module, TREES[module], RULES)) == []


def test_all_rules_are_looked_for():
    """Whatever is marked is found by name, whichever module it stands in."""
    from sim.jit import RULES as marked

    of_package = {rule for rule in marked if rule.__module__.split(".")[0] == "sim"}
    of_package -= {rule for rule in of_package if rule.__code__.co_filename.startswith("<")}  # made of another rule
    found = {rule for rule in of_package if (rule.__module__, rule.__name__) in RULES.functions}
    found |= {rule for rule in of_package - found if rule.__name__ in RULES.methods}
    assert found == of_package
    assert len(RULES.functions) > 90
    assert ("sim.policy", "pressure_of") in RULES.functions


EXAMPLE = """
import sim.rules.structure as links
import sim.rules.structure
from sim.jit import rule
from sim.rules import structure
from sim.rules.structure import engagement as effort

@rule
def of_two(a, b):
    return a - b

@rule
def of_one(a):
    return a

class Body:
    @rule
    def meet(self, other, record):
        return record

    @rule
    def press(self, component):
        return {call}
"""


@pytest.mark.parametrize(
    "call",
    [
        "of_two(1.0, 2.0)",
        "of_two(1.0, b=2.0)",
        "of_two(*values)",
        "structure.engagement(1.0, 2.0, 3.0)",
        "structure.engagement(1.0, junior_share=2.0, kept_share=3.0)",
        "links.engagement(1.0, 2.0, 3.0)",
        "sim.rules.structure.engagement(1.0, 2.0, 3.0)",
        "effort(1.0, 2.0, 3.0)",
        "self.meet(self, 1.0)",
        "self.partners[0].meet(self, record=1.0)",
        "Body.meet(self, self, 1.0)",
        "of_one(of_two(1.0, 2.0))",
    ],
)
def test_a_call_by_position_would_be_seen(call):
    """However a rule is reached."""
    trees = {"example": ast.parse(EXAMPLE.format(call=call)), "sim.rules.structure": TREES["sim.rules.structure"]}
    assert len(list(called_by_position("example", trees["example"], rules_in(trees)))) == 1


@pytest.mark.parametrize(
    "call",
    [
        "of_two(a=1.0, b=2.0)",
        "of_two(**values)",
        "of_one(1.0)",
        "structure.engagement(senior_share=1.0, junior_share=2.0, kept_share=3.0)",
        "effort(senior_share=1.0, junior_share=2.0, kept_share=3.0)",
        "self.meet(other=self, record=1.0)",
        "self.press(1.0)",
        "min(1.0, max(0.0, 2.0))",
        "self.engagement(1.0, 2.0, 3.0)",
    ],
)
def test_other_calls_are_let_through(call):
    """One argument cannot be swapped, and what is no rule is nobody's business here."""
    trees = {"example": ast.parse(EXAMPLE.format(call=call)), "sim.rules.structure": TREES["sim.rules.structure"]}
    assert list(called_by_position("example", trees["example"], rules_in(trees))) == []
