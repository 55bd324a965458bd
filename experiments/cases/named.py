"""Cases that are asked for by ``case=FOLDER``, and what Hydra composes of them.

A case gives a scenario its place and its board, and what else it states: dates, calendar, leader, levers. It comes
after the scenario and before single settings of the command line. To Hydra it is an option of three groups, by a word
that stands for the folder.

A scenario of one's own may say itself where the case comes in, by its defaults: ``/own_case: case`` with ``override
/place: case`` and ``override /board: case`` puts it before what the file states, ``/own_case: none`` leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.cases.reading import Case, read_case
from experiments.errors import CommandError
from experiments.options import PLACE, find, is_own
from experiments.own_yaml import read_yaml

_ASKED = re.compile(r"^\+*case=(?P<folder>.*)$", re.DOTALL)
REST = "own_case"
"""The group of what a case states beside its place and its board."""

ASKED, NONE = "case", "none"
"""Options by which a file names the case that is asked for, and none."""

_KNOWN = "known_case"
"""The group by which a case is known where a scenario says itself where it comes in: it states nothing."""

WHOLE_GROUPS = (REST, _KNOWN)
"""Groups that state settings by their whole path."""

_OPTION = re.compile(r"\+?(own_case|known_case|place|board)=(case_\d+)")
_LEAVES_NO_ROOM_FOR = (PLACE, "board", "calendar", "leadership", "levers")
"""Groups that a case may state itself."""

_cases: dict[str, Case] = {}
"""Cases by the word that stands for each."""


def names_a_case(override: str) -> bool:
    """Return whether an override is ``case=FOLDER``."""
    return _ASKED.match(override) is not None


def as_options(overrides: Sequence[str]) -> list[str]:
    """Return overrides with a case as options of groups; its files are read and checked.

    Raises CommandError if the case does not hold together, or something is given beside it that it states itself.
    """
    asked = [match["folder"] for override in overrides if (match := _ASKED.match(override))]
    _cases.pop(ASKED, None)
    if not asked:
        return list(overrides)
    if len(asked) > 1:
        raise CommandError(f"case is given twice ({' and '.join(asked)}): give one")
    rest = [override for override in overrides if not names_a_case(override)]
    case = read_case(_unquoted(asked[0]))
    for override in rest:
        group = override.lstrip("+~").partition("=")[0]
        if group in (PLACE, "board") or (group in _LEAVES_NO_ROOM_FOR and group in case.rest):
            raise CommandError(
                f"{override!r} and case={asked[0]} cannot go together: the case states its own {group}; change single "
                "settings of it, such as place.population=150000"
            )
    word = f"case_{len(_cases)}"
    _cases[word] = _cases[ASKED] = case
    if any(map(_says_where, rest)):
        return [f"+{_KNOWN}={word}", *rest]
    return [f"+{REST}={word}", f"{PLACE}={word}", f"board={word}", *rest]


def _says_where(override: str) -> bool:
    """Return whether an override names a scenario of one's own that says itself where a case comes in."""
    group, _, name = override.partition("=")
    if group != "scenario" or not is_own(group, name) or (file := find(group, f"{name}.yaml")) is None:
        return False
    return any(isinstance(one, Mapping) and f"/{REST}" in one for one in read_yaml(file).get("defaults", []))


def as_folders(overrides: Iterable[str]) -> list[str]:
    """Return overrides with a case by its folder: the opposite of :func:`as_options`."""
    written = []
    for override in overrides:
        match = _OPTION.fullmatch(override)
        if match is None:
            written.append(override)
        elif match[1] in WHOLE_GROUPS:
            written.append(f"case={_cases[match[2]].folder}")
    return written


def case_among(options: Iterable[str]) -> Case | None:
    """Return the case among overrides as :func:`as_options` gives them, if there is one."""
    words = (match[2] for option in options if (match := _OPTION.fullmatch(option)))
    return next((_cases[word] for word in words), None)


def case_by_word(word: str | None) -> Case | None:
    """Return the case that a word stands for, None for none."""
    return _cases.get(word) if word is not None else None


def option_of_case(config_path: str) -> dict[str, Any] | None:
    """Return what a case states for a group, by a path such as ``board/case_0``; None if there is no such option.

    Raises CommandError if a file names the case that is asked for, and none is.
    """
    group, _, word = config_path.partition("/")
    if group == REST and word == NONE:
        return {}
    case = _cases.get(word)
    if case is None and group == REST:
        raise CommandError(f"{REST} = {word!r}: the scenario is of a case, and none is asked for: give case=FOLDER")
    if case is None:
        return None
    parts: dict[str, Mapping[str, Any]] = {REST: case.rest, PLACE: case.place, "board": case.board, _KNOWN: {}}
    return dict(parts[group]) if group in parts else None


def _unquoted(folder: str) -> Path:
    return Path(re.sub(r"^(['\"])(.*)\1$", r"\2", folder))
