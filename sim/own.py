"""Steps and rules of one's own: where they come from, what they are made of, and that nothing was swapped unseen."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.jit import RULES
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.month import Month

PACKAGE = "sim"


# ---------------------------------------------------------------------- what own text is made of


def own_key(month: Month) -> str:
    """Return a sha256 over all functions, numbers and settings of a month that are not of the package ('' if none).

    Of functions their compiled form counts, with the plain numbers that they name: two texts that do the same
    share a key, and one changed number does not.
    """
    functions = [f for f in (*_functions_of(month), *RULES) if not _is_of_package(f)]
    settings = "" if month.own_settings is None else repr(sorted(str(p) for p in _settings_of(month)))
    state = repr(sorted((kind, sorted(names)) for kind, names in month.own_state.items() if names))
    if not functions and not settings and not month.own_state and not _is_rearranged(month):
        return ""
    digest = hashlib.sha256()
    steps = [(step.name, getattr(getattr(step, "takers", None), "says", "")) for step in month.steps]
    digest.update(repr((steps, settings, state, list(month.measures), [s.name for s in month.streams])).encode())
    for function in dict.fromkeys(functions):
        digest.update(_text_of(function))
    return digest.hexdigest()


def _is_rearranged(month: Month) -> bool:
    from sim.month import LAUNCH, STEPS

    return month.steps != STEPS or month.launch_steps != LAUNCH


def _settings_of(month: Month) -> Iterator[Any]:
    return (parameter for path, parameter in month.parameters.items() if path.startswith("own."))


def _functions_of(month: Month) -> Iterator[Callable[..., Any]]:
    for step in (*month.launch_steps, *month.steps):
        yield getattr(step, "rule", None) or getattr(step, "function")  # noqa: B009
        if step.when is not None:
            yield step.when
        if hasattr(step, "takers"):
            yield step.takers.where
    yield from month.own_terms
    yield from (measure.formula for measure in month.measures.values() if callable(measure.formula))


def _is_of_package(function: Callable[..., Any]) -> bool:
    return function.__module__.split(".")[0] == PACKAGE


def _text_of(function: Any) -> bytes:
    """Return what a function does, as bytes: its instructions, its constants, and numbers it names."""
    known = getattr(function, "__globals__", {})
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    closed = [_text_of(value) if isinstance(value, types.FunctionType) else value for value in cells]
    return repr((_code(function.__code__, known), closed)).encode()


def _code(code: types.CodeType, known: dict[str, Any]) -> tuple[Any, ...]:
    constants = [_code(part, known) if isinstance(part, types.CodeType) else part for part in code.co_consts]
    named = {name: known[name] for name in code.co_names if isinstance(known.get(name), int | float | tuple | str)}
    return code.co_code, constants, code.co_names, code.co_varnames, sorted(named.items())


# ---------------------------------------------------------------------- loading a month by the name of its module


def load_month(name: str) -> Month:
    """Return the ``month`` of a module of one's own, named by its import path or its file.

    Raises :class:`sim.ScenarioError` if there is no such module, or it has no ``month``.
    """
    from sim.month import Month

    module = _module(name)
    month = getattr(module, "month", None)
    if not isinstance(month, Month):
        raise ScenarioError(f"extension = {name!r} has no month: set in it, for example, month = MONTH.replacing(...)")
    return month


def _module(name: str) -> types.ModuleType:
    path = Path(name).expanduser()
    if path.suffix != ".py":
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not name.startswith(error.name):
                raise
            path = Path(f"{name.replace('.', '/')}.py")
    path = path.resolve()
    if not path.is_file():
        raise ScenarioError(f"extension = {name!r} is neither a module that can be imported nor a file")
    known = f"_extension_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if known in sys.modules:
        return sys.modules[known]
    spec = importlib.util.spec_from_file_location(known, path)
    if spec is None or spec.loader is None:
        raise ScenarioError(f"extension = {name!r} cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[known] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[known]
        raise
    return module


# ---------------------------------------------------------------------- nothing swapped unseen


_as_read: dict[tuple[str, str], Any] = {}
"""What every module and class of the package held under a name when it was read."""


def _holders() -> Iterator[tuple[str, Any]]:
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{PACKAGE}.") and not name.startswith(f"{PACKAGE}.lanes"):
            yield name, module


def remember_as_read() -> None:
    """Remember every rule and number of the package; called once, when all of it has been read."""
    rules = {id(function) for function in RULES}
    for name, module in _holders():
        for key, value in vars(module).items():
            if id(value) in rules or isinstance(value, float):
                _as_read[name, key] = value
            elif isinstance(value, type) and value.__module__ == name:
                for method, function in vars(value).items():
                    if id(function) in rules:
                        _as_read[f"{name}:{value.__qualname__}", method] = function


def refuse_swapped() -> None:
    """Raise :class:`sim.ScenarioError` if a rule or number of the package was replaced from outside.

    Mesa would go by the new one and the compiled engine by the old, without a word.
    """
    modules = sys.modules
    for (place, name), value in _as_read.items():
        module, _, kind = place.partition(":")
        holder = vars(modules[module])
        current = holder.get(name) if not kind else vars(holder[kind]).get(name)
        if current is not value:
            raise ScenarioError(
                f"{place.replace(':', '.')}.{name} was replaced from outside, which the compiled engine would not "
                f"notice: put a step of your own into a month, as MONTH.replacing(...), see docs/extending.md"
            )
