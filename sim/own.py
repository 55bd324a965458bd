"""Steps and rules of one's own: where they come from, what they are made of, and that nothing was swapped unseen."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import importlib.util
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.jit import RULES
from sim.scenario import Scenario, ScenarioError

if TYPE_CHECKING:
    from sim.month import Month

PACKAGE = "sim"
NAMES_ONLY = ("records", "choices")
"""Fields of a month that say how something is asked for: they change no number, and nothing of them is compiled."""
FROM_A_FILE = "_extension_"
"""What the name of a module begins with that was read from a file."""


# ---------------------------------------------------------------------- what own text is made of


def own_key(month: Month) -> str:
    """Return a sha256 over all of a month that is not the model's own ('' if it is the model's month).

    Every field counts but those that name things, and of own functions their compiled form, with the plain numbers and
    the rules that they name: two texts that do the same share a key, and one changed number does not.
    """
    from sim.month import MONTH

    told = _told(month)
    return "" if told == _told(MONTH) else hashlib.sha256(told.encode()).hexdigest()


def _told(month: Month) -> str:
    """Return all fields of a month in words: the package's functions by their names, own ones by what they do."""
    fields = {field.name: getattr(month, field.name) for field in dataclasses.fields(month)}
    for name in NAMES_ONLY:
        del fields[name]
    settings = sorted(str(parameter) for path, parameter in month.parameters.items() if path.startswith("own."))
    return own_text(fields | {"own_settings": settings})


def own_text(value: Any) -> str:
    """Return in words what steps and whatever else a month is made of say and do: the same for the same."""
    return repr(_plain(value))


def names_used(value: Any, methods: Mapping[str, Callable[..., Any]]) -> frozenset[str]:
    """Return every name that functions use, and the functions that they name in turn, methods by their name among them.

    ``value`` is what :func:`own_text` takes; texts in it count as names.
    """
    names: set[str] = set()
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            names.add(one)
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one
        elif dataclasses.is_dataclass(one) and not isinstance(one, type):
            waiting += [getattr(one, field.name) for field in dataclasses.fields(one)]
        elif isinstance(one, types.CodeType):
            names.update(one.co_names)
            waiting += [methods[name] for name in one.co_names if name in methods]
            waiting += [part for part in one.co_consts if isinstance(part, types.CodeType)]
        elif isinstance(one, types.FunctionType) and id(one) not in seen:
            seen.add(id(one))
            waiting.append(one.__code__)
            waiting += [one.__globals__[name] for name in one.__code__.co_names if name in one.__globals__]
            waiting += [cell.cell_contents for cell in one.__closure__ or ()]
    return frozenset(names)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return [(key, _plain(one)) for key, one in value.items()]
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if callable(value):
        # A function made within another shares its name with all that are.
        has_name = _is_of_package(value) and "<" not in value.__qualname__
        return f"{value.__module__}.{value.__qualname__}" if has_name else _text_of(value)
    return value


def _is_of_package(function: Callable[..., Any]) -> bool:
    return function.__module__.split(".")[0] == PACKAGE


def _text_of(function: Any, above: tuple[Any, ...] = ()) -> bytes:
    """Return what a function does, as bytes: its instructions, its constants, and numbers and own rules it names."""
    known = getattr(function, "__globals__", {})
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    closed = [_text_of(value) if isinstance(value, types.FunctionType) else value for value in cells]
    given = (function.__defaults__, function.__kwdefaults__)
    return repr((_code(function.__code__, known, (*above, function)), closed, given)).encode()


def _code(code: types.CodeType, known: dict[str, Any], above: tuple[Any, ...]) -> tuple[Any, ...]:
    constants = [_code(part, known, above) if isinstance(part, types.CodeType) else part for part in code.co_consts]
    modules = [known[name] for name in code.co_names if isinstance(known.get(name), types.ModuleType)]
    holders = [known, *(vars(module) for module in modules)]
    named = [
        (place, name, holder[name])
        for place, holder in enumerate(holders)
        for name in sorted(dict.fromkeys(code.co_names))
        if name in holder
    ]
    plain = [one for one in named if isinstance(one[2], int | float | tuple | str)]
    rules = [
        (place, name, _text_of(one, above))
        for place, name, one in named
        if _is_own_rule(one) and not any(one is caller for caller in above)
    ]
    return code.co_code, constants, code.co_names, code.co_varnames, plain, rules


def _is_own_rule(value: Any) -> bool:
    return isinstance(value, types.FunctionType) and any(value is one for one in RULES) and not _is_of_package(value)


# ---------------------------------------------------------------------- loading a month by the name of its module


def load_month(name: str) -> Month:
    """Return the ``month`` of a module of one's own, named by its import path or its file.

    A file that was edited is read anew. Raises :class:`sim.ScenarioError` if there is no such module, or it has no
    ``month``.
    """
    from sim.month import Month

    month = getattr(_module(found_extension(name)), "month", None)
    if not isinstance(month, Month):
        raise ScenarioError(f"extension = {name!r} has no month: set in it, for example, month = MONTH.replacing(...)")
    return month


def month_of(*scenarios: Scenario) -> Month:
    """Return the month that scenarios live: that of the extension they name, or the model's own.

    Raises :class:`sim.ScenarioError` if they name different ones.
    """
    from sim.month import MONTH

    named = {scenario.extension: None for scenario in scenarios}
    if len(named) > 1:
        raise ScenarioError(
            f"scenarios with extension = {' and '.join(map(repr, named))} cannot run together: run them one by one"
        )
    name = next(iter(named), "")
    return load_month(name) if name else MONTH


def found_extension(name: str) -> str:
    """Return the whole path of an extension's file, or the import path of its module; raise ScenarioError."""
    path = Path(name).expanduser()
    if path.suffix != ".py":
        if importable(name):
            return name
        path = Path(f"{name.replace('.', '/')}.py")
    if not path.is_file():
        raise ScenarioError(f"extension = {name!r} is neither a module that can be imported nor a file")
    return str(path.resolve())


def extension_file(name: str) -> Path | None:
    """Return the file that an extension is read from, if it is one."""
    stated = _module(found_extension(name)).__file__
    return Path(stated) if stated else None


def importable(name: str) -> bool:
    """Return whether a module can be imported by that name."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


class _AsItStands(SourceFileLoader):
    """Reads a file of one's own and leaves nothing beside it: what is kept compiled goes by the second of an edit."""

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Keep nothing."""


def _module(found: str) -> types.ModuleType:
    """Return a module by its import path, or read from a file under a name that goes by its place and text."""
    path = Path(found)
    if path.suffix != ".py":
        return importlib.import_module(found)
    known = f"{FROM_A_FILE}{hashlib.sha256(found.encode() + path.read_bytes()).hexdigest()[:12]}"
    if known in sys.modules:
        return sys.modules[known]
    spec = importlib.util.spec_from_file_location(known, path, loader=_AsItStands(known, found))
    if spec is None or spec.loader is None:
        raise ScenarioError(f"extension = {found!r} cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[known] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[known]
        if isinstance(error, ScenarioError) or not isinstance(error, Exception):
            raise
        raise ScenarioError(f"extension = {found!r} cannot be read: {type(error).__name__}: {error}") from error
    return module


# ---------------------------------------------------------------------- nothing swapped unseen


_as_read: dict[tuple[str, str], Any] = {}
"""What every module and class of the package held under a name when it was read."""


def _holders() -> Iterator[tuple[str, Any]]:
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{PACKAGE}.") and not name.startswith(f"{PACKAGE}.lanes"):
            yield name, module


def remember_as_read() -> None:
    """Remember every rule and constant of the package; called once, when all of it has been read."""
    rules = {id(function) for function in RULES}
    for name, module in _holders():
        for key, value in vars(module).items():
            if id(value) in rules or (key.isupper() and isinstance(value, int | float | str | tuple)):
                _as_read[name, key] = value
            elif isinstance(value, type) and value.__module__ == name:
                for method, function in vars(value).items():
                    if id(function) in rules:
                        _as_read[f"{name}:{value.__qualname__}", method] = function


def refuse_swapped() -> None:
    """Raise :class:`sim.ScenarioError` if a rule or constant of the package was replaced from outside.

    Mesa would go by the new one and the compiled engine by the old, without a word; or it would be compiled with the
    new one, and kept.
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
