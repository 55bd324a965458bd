"""What the compiler refuses, in one line: which step, which line of it, and what to write instead."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sim.lanes.compiling import inlined, written_out
from sim.lanes.views import Layout
from sim.scenario import nearest

# fmt: off
_ADVICE: tuple[tuple[type[ast.AST] | tuple[type[ast.AST], ...], str, str], ...] = (
    (
        (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
        "a comprehension",
        "write a plain loop, for k in range(n)",
    ),
    ((ast.Dict, ast.Set), "a dictionary or set", "hold numbers as state of the body or the table"),
    ((ast.JoinedStr,), "a formatted text", "steps hold numbers; note an event, or leave it out"),
    ((ast.Try, ast.Raise), "an exception", "write the condition with if"),
    ((ast.With,), "a with block", "leave it out: steps do not open anything"),
    ((ast.Lambda, ast.FunctionDef), "a function within the step", "move it to the module and mark it with @rule"),
    ((ast.List,), "a list", "hold numbers as state, or name them one by one"),
    ((ast.Import, ast.ImportFrom), "an import", "import at the top of the module"),
)
# fmt: on


def refusal(error: Exception, steps: Sequence[Any], layout: Layout) -> str:
    """Return what the compiler refuses, in one line."""
    step, found = _refused(steps, layout) or (None, error)
    if step is None:
        return f"the compiled engine cannot be made: {_first_line(found)}"
    function = getattr(step, "rule", None) or step.function
    where, node = _place(function, found)
    return f"step {step.name!r}, {where}: {_in_words(found, function, node, layout)}"


def _refused(steps: Sequence[Any], layout: Layout) -> tuple[Any, Exception] | None:
    """Return the first step that cannot be compiled by itself, and the error."""
    for step in steps:
        takers = getattr(step, "takers", None)
        if takers is None:
            continue
        scope = {"at": layout.view(takers.among), "function": inlined(step.function)}
        take = written_out(["def take(world, n):", "    function(at(world, 0, n, True))"], scope, f"step: {step.name}")
        try:
            inlined(take).compile((layout.world, _int64()))
        except Exception as error:
            return step, error
    return None


def _int64() -> Any:
    from numba import types

    return types.int64


def _lines_of(error: Exception, file: str) -> Iterator[int]:
    for name, line in re.findall(r'File "([^"]+)", line (\d+)', str(error)):
        if file.endswith(name) or name.endswith(file):
            yield int(line)


def _place(function: Callable[..., Any], error: Exception) -> tuple[str, ast.AST | None]:
    """Return file and line of what is refused, and the construct there."""
    code = function.__code__
    try:
        source, first = inspect.getsourcelines(function)
    except (OSError, TypeError):
        return f"{code.co_filename}, line {code.co_firstlineno}", None
    lines = [
        line for line in _lines_of(error, code.co_filename.rsplit("/", 1)[-1]) if first <= line < first + len(source)
    ]
    line = lines[-1] if lines else first
    tree = ast.parse(textwrap.dedent("".join(source)))
    for kinds, _, _ in _ADVICE:
        for node in ast.walk(tree):
            if isinstance(node, kinds) and node is not tree.body[0]:
                return f"{code.co_filename}, line {first + node.lineno - 1}", node
    return f"{code.co_filename}, line {line}", None


def _in_words(error: Exception, function: Callable[..., Any], node: ast.AST | None, layout: Layout) -> str:
    text = str(error)
    for kinds, name, instead in _ADVICE:
        if node is not None and isinstance(node, kinds):
            return f"{name} cannot be compiled; {instead}"
    unknown = re.search(r"Unknown attribute '(\w+)' of type View\([^,]+, (\w+), (\w*)\)", text)
    if unknown:
        name, kind, prefix = unknown.groups()
        rows = [row.removeprefix(prefix) for row in layout.kinds[kind].rows if row.startswith(prefix)]
        known = [*rows, *layout.kinds[kind].links, *layout.kinds[kind].methods]
        return (
            f"a {kind} holds no {name!r}{nearest(name, known)}; declare a number of one's own with month.holding(...)"
        )
    foreign = re.search(r"Untyped global name '?(\w+)'?", text)
    if foreign:
        return f"{foreign[1]!r} cannot be called from a step; mark it with @rule, and let it take and give numbers"
    written = re.search(r"'(\w+)' of (\w+) cannot be written to", text)
    if written:
        return f"{written[1]!r} of {written[2]} is given and cannot be written to; hold a number of one's own instead"
    return f"the compiler says: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("Failed in", "During:", "File", "- ", "<"))]
    return (told or lines or [type(error).__name__])[0]
