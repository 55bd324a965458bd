"""Code of one's own: it runs only where a person named it.

An extension is Python, and can do whatever the person can who runs it. Scenarios, patterns, studies and results name
theirs too, and are passed from hand to hand: so what they name runs only if the command line, or the call from Python,
names it as well (``extension=mine.py``). What the model brings itself (``sim.nulls``) always may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

from experiments.files import Refused, typed_path
from sim import MEASURES, ScenarioError
from sim.own import found_extension, load_month

EXTENSION = "extension"
SHIPPED = "sim."
"""How the import paths of extensions begin that the model brings."""

_named: list[frozenset[str]] = []
"""What was named, by the command line, or the call from Python, that is worked off."""

_NAMES_ONE = re.compile(rf"^\+*{EXTENSION}=(.+)$", re.DOTALL)
_MAY_NAME_ONE = re.compile(rf"(?<![\w./\\-]){EXTENSION}\b['\"]?\s*[=:]\s*([^,}}\]\s]*)")


@contextmanager
def naming(extensions: Iterable[str]) -> Iterator[None]:
    """Let these extensions run until the end of the block, and no others."""
    _named.append(frozenset(spelling for one in extensions for spelling in _spellings(one)))
    try:
        yield
    finally:
        _named.pop()


@contextmanager
def called_from_python(extensions: Iterable[str]) -> Iterator[None]:
    """Let extensions run that a call from Python names, unless a command is worked off, which has named its own."""
    with naming(extensions) if not _named else nullcontext():
        yield


def named_in(overrides: Iterable[str]) -> list[str]:
    """Return the extensions that overrides name.

    >>> named_in(["months=12", "extension=mine.py"])
    ['mine.py']
    """
    values = [match[1] for override in overrides if (match := _NAMES_ONE.match(override))]
    return [one.strip("'\"") for value in values for one in value.split(",")]


def perhaps_named_in(words: Iterable[str]) -> list[str]:
    """Return what the words of a command may name as an extension, wherever in them.

    >>> perhaps_named_in(["with={months:12,extension:mine.py}", "output=outputs/extension"])
    ['mine.py']
    """
    found = [match.strip("'\"") for word in words for match in _MAY_NAME_ONE.findall(word)]
    return [one for one in dict.fromkeys(found) if not is_shipped(one)]


def known_measures() -> list[str]:
    """Return the measures by name that the model has, and the extensions that were named.

    >>> "trust" in known_measures()
    True
    """
    found = set(MEASURES)
    for extension in _named[-1] if _named else ():
        try:
            file = found_extension(extension)
        except ScenarioError:  # another spelling of one that is found, or refused with its scenario
            continue
        found |= load_month(file).measures.keys()
    return sorted(found)


def is_shipped(extension: str) -> bool:
    """Return whether the model brings an extension itself, or there is none."""
    return extension == "" or (extension.startswith(SHIPPED) and not extension.endswith(".py"))


def refuse_unnamed(extension: str, where: str) -> None:
    """Raise Refused if ``where`` names an extension that no person did; nothing of it is imported or read."""
    if is_shipped(extension) or (_named and _spellings(extension) & _named[-1]):
        return
    raise Refused(
        f"{where} names extension = {extension!r}, which is code and can do whatever you can: read it, and if you "
        f"trust it name it yourself, extension={extension}"
    )


def _spellings(extension: str) -> set[str]:
    """Return an extension as it is written, and as the whole path of the file that it may be."""
    file = extension if extension.endswith(".py") else f"{extension.replace('.', '/')}.py"
    return {extension, str(typed_path(file).resolve())}
