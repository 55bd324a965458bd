"""How Mesa takes a rule between bodies: a loop written out for the numbers that the rule is given.

A run asks a rule some hundred thousand times about two bodies. So what a general loop would look up each time is spelt
out, as ``dataclasses`` does for a class, and a rule that is one run of statements stands in the loop itself. Under a
debugger it is called, so that one can step into it.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from sim.steps import PairStep, Whose

Sources = Sequence[tuple[Whose, str]]
Loop = Callable[[Any, Any, Any], None]


def pair_loop(step: PairStep, sources: Sources) -> Loop:
    """Return the loop ``loop(model, bodies, rule)`` of a step between bodies; names of its own begin with ``_``."""
    lines, row, inner = [], ["_here = _body.position"], []
    looked_at = "_bodies"
    if step.towards:
        looked_at = "_looked_at"
        lines.append(f"_looked_at = [_body for _body in _bodies if _body.{step.towards} > 0.0]")
    columns = {"_there": f"[_body.position for _body in {looked_at}]"}
    if step.to == "other" or step.once or any(whose == "returned" for whose, _ in sources):
        columns["_other"] = looked_at
    for argument, (whose, name) in zip(step.arguments, sources, strict=True):
        if whose in ("other", "other seat"):
            columns[argument] = f"[{_holder(whose, '_body')}.{name} for _body in {looked_at}]"
        elif whose == "own" and step.to == "other" and name in step.adds:
            lines.append(f"_before_{name} = [_body.{name} for _body in _bodies]")
            row.append(f"{argument} = _before_{name}[_number]")
        elif whose in ("own", "own seat"):
            row.append(f"{argument} = {_holder(whose, '_body')}.{name}")
        elif whose == "pair":
            row.append(f"_row_{name} = _body.{name}")
            inner.append(f"{argument} = _row_{name}[_there]")
        elif whose == "returned":
            inner.append(f"{argument} = _other.{name}[_here]")
        else:
            lines.append(f"{argument} = {_of_the_table(whose, name)}")
    lines.append(f"_others = list(zip({', '.join(columns.values())}))")
    given = ", ".join(f"_given_{name}" for name in step.adds or (step.writes,))
    inner += _rule_in_place(step, given)
    begin, end = [], []
    if step.writes:
        row.append(f"_into = _body.{step.writes}")
        inner.append(f"_into[_there] = _given_{step.writes}")
        inner += [f"_other.{step.writes}[_here] = _given_{step.writes}"] if step.once else []
    elif step.to == "other":
        lines += [f"for _body in _bodies: _body.{name} = 0.0" for name in step.adds]
        inner += [f"_other.{name} += _given_{name}" for name in step.adds]
    else:
        holder = "_body" if step.to == "own" else "_model"
        begin = [f"_sum_{name} = 0.0" for name in step.adds]
        inner += [f"_sum_{name} += _given_{name}" for name in step.adds]
        end = [f"{holder}.{name} = _sum_{name}" for name in step.adds]
    every_later = step.once and not step.towards
    pairs = f"for {', '.join(columns)}, in _others{'[_number + 1:]' if every_later else ''}:"
    differ = "_there > _here" if step.once else "_there != _here"
    inner = inner if every_later else [f"if {differ}:", *_indented(inner)]
    of_a_body = [*dict.fromkeys(row), *(begin if step.to == "own" else []), pairs, *_indented(inner)]
    of_a_body += end if step.to == "own" else []
    lines += begin if step.to == "table" else []
    lines += ["for _number, _body in enumerate(_bodies):", *_indented(of_a_body)]
    lines += end if step.to == "table" else []
    text = "\n".join(["def loop(_model, _bodies, _rule):", *_indented(lines)])
    scope = dict(step.rule.__globals__)
    exec(compile(text, f"<pairs: {step.name}>", "exec"), scope)
    loop: Loop = scope["loop"]
    return loop


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _holder(whose: Whose, body: str) -> str:
    return f"{body}.seat" if whose.endswith("seat") else body


def _of_the_table(whose: Whose, name: str) -> str:
    return {"table": f"_model.{name}", "settings": f"_model.own.{name}"}.get(whose, f"_model.parameter({name!r})")


def _rule_in_place(step: PairStep, given: str) -> list[str]:
    """Return the statements of a rule with what it returns kept as ``given``; its call, where that cannot be."""
    call = [f"{given} = _rule({', '.join(step.arguments)})"]
    if sys.gettrace() is not None:
        return call
    try:
        function = ast.parse(textwrap.dedent(inspect.getsource(step.rule))).body[0]
    except (OSError, TypeError, SyntaxError):
        return call
    if not isinstance(function, ast.FunctionDef):
        return call
    statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
    last, inside = statements[-1], [node for statement in statements for node in ast.walk(statement)]
    stored = {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    returns = [node for node in inside if isinstance(node, ast.Return)]
    if returns != [last] or stored & set(step.arguments) or step.rule.__closure__:
        return call
    assert isinstance(last, ast.Return)
    assert last.value is not None
    lines = [line for statement in statements[:-1] for line in ast.unparse(statement).splitlines()]
    return [*lines, f"{given} = {ast.unparse(last.value)}"]
