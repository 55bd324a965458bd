"""Two ways of changing a month beside its own: in its launch, and in a number that a rule is given."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

from sim.jit import rule
from sim.month import Month


def in_the_launch(month: Month, change: Callable[[Month], Month]) -> Month:
    """Return a month whose launch is changed as its steps would be: ``lambda launch: launch.without("first_tie")``."""
    launch = change(dataclasses.replace(month, steps=month.launch_steps))
    return dataclasses.replace(launch, launch_steps=launch.steps, steps=month.steps)


def given(of: Callable[..., Any], *, place: str, **numbers: str) -> Any:
    """Return a rule between two bodies as it is, but given other numbers: ``tie_rate="tie_rate * more_ties"``.

    What an expression names is then asked for like any number that a rule names. ``place`` is the module in which the
    rule will be found under its own name.
    """
    names = list(inspect.signature(of).parameters)
    asked = [name for name in names if name not in numbers]
    for expression in numbers.values():
        asked += [node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name)]
    passed = ", ".join(f"{name}={numbers.get(name, name)}" for name in names)
    scope: dict[str, Any] = {"as_it_is": of, "__name__": place}
    text = f"def {of.__name__}({', '.join(dict.fromkeys(asked))}):\n    return as_it_is({passed})"
    exec(compile(text, f"<{place}: {of.__name__}>", "exec"), scope)
    made = scope[of.__name__]
    made.__doc__ = f"{of.__doc__}\n\n    Given {numbers}."
    return rule(made)
