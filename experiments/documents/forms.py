"""Forms of rules as a page shows them, made from their text: what a rule computes, without how it is written in Python.

``its`` stands before numbers of the body that takes the step, ``table`` before those of the table, ``kind`` before
columns of the archetypes, ``behaviour`` before numbers of the model, ``chance`` before draws.
"""

from __future__ import annotations

import ast
import copy
import importlib
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from experiments.documents.dataflow import text_of
from sim import MONTH

_ALIASES = ("model", "own", "levers", "kind", "traits", "inspection", "joint", "duty", "behaviour", "leadership")
_GIVEN_BY_PLACE = ("saturation", "mean_or_zero", "logistic", "exponential", "how_deep", "scarcity", "power", "nudged")
_COUNTED = {
    "N_THEMES": "theme", "N_TOPICS": "topic", "N_PROJECTS": "project", "N_SECTORS": "sector", "N_BLOCKS": "block",
    "N_OTHER_TABLES": "other table", "len(self.months_left)": "project",
}  # fmt: skip
_SIGNS = ((" * ", " × "), (" - ", " − "), (">=", "≥"), ("<=", "≤"), ("==", "is"), ("!=", "is not"))
_HELD_APART = ("own", "levers", "policy", "luck", "kind", "seat", "behaviour", "leadership", "place")
WIDTH = 112


def form_of(shown: str) -> str:
    """Return the form of ``module.function``, or of it the lines that write the names after a colon."""
    path, _, names = shown.partition(":")
    module, _, name = path.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    text = text_of(function)
    wanted = set(names.split())
    given = [argument.arg for argument in text.args.args if argument.arg != "self"]
    heading = f"{name}({', '.join(given)})" if given else name
    lines = [*_block(_kept(text.body, wanted) if wanted else text.body, _Plain(function), "  ")]
    return "\n".join(part for line in (heading, *lines) for part in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def _kept(lines: list[ast.stmt], wanted: set[str]) -> list[ast.stmt]:
    """Return the lines that write wanted names, and those that make what they need."""
    needed = set(wanted)
    while True:
        kept = [line for line in lines if _written(line) & needed]
        more = {node.id for line in kept for node in ast.walk(line) if isinstance(node, ast.Name)}
        if more <= needed:
            return kept
        needed |= more


def _written(line: ast.stmt) -> set[str]:
    found = set()
    for node in ast.walk(line):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        for target in targets:
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                while isinstance(part, ast.Subscript):
                    part = part.value
                found.add(part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", ""))
    return found


class _Plain:
    """Says expressions of a function in the words of the page."""

    def __init__(self, function: Callable[..., Any]) -> None:
        named = {node.attr for node in ast.walk(text_of(function)) if isinstance(node, ast.Attribute)}
        known = MONTH.known
        of_a_body = len(named & set(known["partner"])) + ("kind" in named) > len(named & set(known["partnership"]))
        of_a_body = of_a_body or bool(named & {"model", "seat"})
        self.mine = "its" if of_a_body else "table"

    def __call__(self, expression: ast.AST) -> str:
        said = ast.unparse(_Tidy().visit(copy.deepcopy(expression)))
        said = re.sub(r"\b(self\.)?model\.", "table.", said)
        said = re.sub(r"\bself\.", f"{self.mine}.", said)
        said = re.sub(rf"\b(?:its|table)\.({'|'.join(_HELD_APART)})\.", r"\1.", said)
        said = re.sub(r"\bluck\.", "chance.", said)
        said = re.sub(r"\btable\.table\b", "table_at_hand", said)
        said = re.sub(r"\btable\.month\b", "month", said)
        for sign, by in _SIGNS:
            said = said.replace(sign, by)
        said = re.sub(r"(?<![\w.])(\d+)\.0(?!\d)", r"\1", said)
        return re.sub(r"(?<![\w)\]])-(?=[\w(])", "−", said)


class _Tidy(ast.NodeTransformer):
    """Leaves out what is there for Python alone: who is asked, kinds of numbers, words for what place says."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.args = [
            value for value in node.args if not (isinstance(value, ast.Name) and value.id in ("self", "model"))
        ]
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _GIVEN_BY_PLACE:
            node.args, node.keywords = [*node.args, *(word.value for word in node.keywords)], []
        if name in ("float", "tuple") or (
            name == "int" and ast.unparse(node).endswith(("theme)", "whose)", "theme_of[p])"))
        ):
            return node.args[0]
        if name == "int":
            node.func = ast.Name("whole")
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "math.sqrt":
            node.func = ast.Name("sqrt")
        return node


def _block(lines: list[ast.stmt], say: _Plain, indent: str) -> Iterator[str]:
    for line in lines:
        yield from _line(line, say, indent)


def _line(line: ast.stmt, say: _Plain, indent: str) -> Iterator[str]:
    match line:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            for name, value in zip(names, values, strict=True):
                yield from _line(ast.Assign(targets=[name], value=value, lineno=0), say, indent)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute()) if name in _ALIASES:
            return
        case ast.Assign(targets=[target], value=value):
            yield f"{indent}{say(target)} = {say(value)}"
        case ast.AugAssign(target=target, op=sign, value=value):
            by = {ast.Add: "+=", ast.Sub: "−="}.get(type(sign), "×=")
            yield f"{indent}{say(target)} {by} {say(value)}"
        case ast.Return(value=value) if value is not None:
            yield f"{indent}→ {say(value)}"
        case ast.If(test=test, body=body, orelse=otherwise):
            yield f"{indent}if {say(test)}:"
            yield from _block(body, say, f"{indent}  ")
            if len(otherwise) == 1 and isinstance(otherwise[0], ast.If):
                first, *rest = _line(otherwise[0], say, indent)
                yield from (f"{indent}else {first.strip()}", *rest)
            elif otherwise:
                yield f"{indent}else:"
                yield from _block(otherwise, say, f"{indent}  ")
        case ast.For(target=target, iter=ast.Call(args=[over]), body=body):
            what = _COUNTED.get(ast.unparse(over), f"of {say(over)}")
            yield f"{indent}for each {what} {say(target)}:"
            yield from _block(body, say, f"{indent}  ")
        case ast.Expr(value=ast.Call() as call):
            yield f"{indent}{say(call)}"
