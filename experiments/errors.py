"""What a person is told when something asked for is wrong: one line, with the nearest valid name."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from analysis.shared.libraries import MissingLibrary
from experiments.files import UNREADABLE, Refused, as_people_say, without_number
from experiments.options import EXPERIMENT, GROUPS, PLACE
from experiments.surroundings import STANDARD_OUTPUT, address_space, no_more_memory, working_folder
from sim import ARCHETYPES, PARAMETERS, Place, Scenario, ScenarioError
from sim.population import GROUPS_OF_PLACES
from sim.scenario import Board, nearest

BAD_INPUT = 2
FAILED = 1

NO_FILE = (errno.EISDIR, errno.ELOOP)
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FOR_LESS_MEMORY = {"workers": "give workers=1", "replicates": "fewer replicates"}
"""By the setting that a verb has to have for it."""
_NO_ROOM = re.compile("failed to map segment|Could not find/load shared object|returned NULL without setting")
"""What is said by libraries that found no room, for their code or in the middle of a function."""

_LONG_LIST = 30
_LISTED = ("scenario", "place", "board", EXPERIMENT)
_FOLDER_IS_GONE = "the folder that this command is given in is gone: go to another (cd) and give it there"
_HOW_TO_EXPERIMENT = "experiment is added with a plus sign, +experiment=levers_together"


_PLAIN_DOLLAR = "${NAME} stands for another setting, and \\${ for these two characters"
MOST_SAID = 1_000
"""Characters of a line at most."""

_NOT_ALLOWED = re.compile(r"(.*?[\w.\]]) = (.*?) is not allowed: (.*)")
_BY_A_LIBRARY = re.compile("Input should|Value error|should have at least")


class CommandError(Refused):
    """A command line that asks for something that does not exist or cannot be done. One line."""


@contextmanager
def as_written(where: Path | str, cure: str = "give the command again that made it") -> Iterator[None]:
    """Say in one line that ``where``, which others wrote, is not as partnerships wrote it, whatever it fails by."""
    try:
        yield
    except (Refused, ScenarioError, MissingLibrary):
        raise
    except (*UNREADABLE, ArithmeticError, RecursionError) as error:
        raise CommandError(f"{where} is not as partnerships wrote it: {cure}") from error


class WordParser(argparse.ArgumentParser):
    """Reads the words of a verb that takes no settings; what it cannot read is refused in one line."""

    def __init__(self, verb: str) -> None:
        super().__init__(prog=f"partnerships {verb}", add_help=False, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise CommandError with what is wrong and where the help is."""
        raise CommandError(f"{message}; see: {self.prog} --help")


def exit_code(error: Exception) -> int:
    """Return 2 for what the person can put right on the command line, 1 for anything else."""
    asked_wrongly = (Refused, MissingLibrary, ScenarioError, HydraException, OmegaConfBaseException, MarkedYAMLError)
    no_file = isinstance(error, OSError) and error.errno in NO_FILE
    return BAD_INPUT if isinstance(error, asked_wrongly) or no_file or is_lack_of_memory(error) else FAILED


def is_lack_of_memory(error: BaseException) -> bool:
    """Return whether this process was refused memory, or a thread or code of a library, which take memory too."""
    refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    no_room = _NO_ROOM.search(str(error)) is not None and address_space() is not None
    return refused or no_room or isinstance(error, MemoryError) or "can't start new thread" in str(error)


def one_line(error: Exception, verb_settings: Sequence[str] = ()) -> str:
    """Return what went wrong in one line that names the thing, the value and what is allowed.

    ``verb_settings`` are names that may have been meant beside the settings of a scenario.
    """
    return shortened(without_number(_said(error, verb_settings)), MOST_SAID)


def _said(error: Exception, verb_settings: Sequence[str]) -> str:
    if isinstance(error, MissingConfigException):
        return _missing_option(error)
    if isinstance(error, OverrideParseException):
        return _unreadable(error)
    if isinstance(error, HydraException | OmegaConfBaseException):
        return _composition(error, verb_settings)
    if isinstance(error, MarkedYAMLError):
        return unreadable_file(error)
    if is_lack_of_memory(error):
        cures = [cure for name, cure in _FOR_LESS_MEMORY.items() if name in verb_settings]
        return f"{no_more_memory()}: {', or '.join(['allow it more', *cures])}"
    if isinstance(error, OSError):
        return _joined(_of_the_system(error))
    if isinstance(error, Refused | MissingLibrary | ScenarioError):
        line = _joined(str(error))
        return in_plain_words(line) if isinstance(error, ScenarioError) or _BY_A_LIBRARY.search(line) else line
    return f"{type(error).__name__}: {_joined(str(error))} (HYDRA_FULL_ERROR=1 shows the trace)"


def shortened(text: str, most: int = 60) -> str:
    """Return text of at most so many characters: its beginning and its end, if there is more of it."""
    return text if len(text) <= most else f"{text[: most // 2 - 1]}…{text[-(most - most // 2) :]}"


def in_plain_words(line: str) -> str:
    """Return a line that says what is not allowed, with values and what is allowed as people write them.

    Libraries that check values have words of their own for both.

    >>> in_plain_words("board.members.police = None is not allowed: Input should be a valid integer")
    'board.members.police = null is not allowed: it takes a whole number'
    """
    found = _NOT_ALLOWED.fullmatch(line)
    if found is None:
        return line
    before, value, allowed = found.groups()
    allowed = as_people_say(allowed)
    return f"{before.removesuffix('_')} = {_in_yaml(value)} is not allowed: {allowed}{_cure_of(value, allowed)}"


def _in_yaml(value: str) -> str:
    """Return a value of Python as YAML has it."""
    try:
        read = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
    return shortened(repr(read)) if isinstance(read, str) else shortened(_flow(read))


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_flow(one)}' for name, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_flow, value))}]"
    return {True: "true", False: "false", None: "null"}.get(value, str(value)) if not _is_number(value) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cure_of(value: str, allowed: str) -> str:
    """Return what to write instead of what is nearly a number."""
    if "write " in allowed:
        return ""
    if re.fullmatch(r"'\d{1,3}(,\d{3})+'", value):
        return f"; write {value.replace(',', '')[1:-1]}, without a comma"
    if "whole number" not in allowed and (comma := re.fullmatch(r"'([+-]?\d+),(\d+)'", value)):
        return f"; write a decimal point, {comma[1]}.{comma[2]}"
    if zeros := re.fullmatch(r"'0+(\d+)'", value):
        return f"; write {zeros[1]}, without a zero before it" if re.search(r"\d|number", allowed) else ""
    return ""


def _of_the_system(error: OSError) -> str:
    """Return what the system refuses, led by the file that it is about."""
    if error.filename is None:
        return _FOLDER_IS_GONE if isinstance(error, FileNotFoundError) and working_folder() is None else str(error)
    cure = ": make room there, and give the same command again" if error.errno in DISK_FULL else ""
    cure = ": it has to be a file, so take away what is there" if error.errno in NO_FILE else cure
    what = error.filename if error.filename == STANDARD_OUTPUT else repr(str(error.filename))
    return f"{what}: {error.strerror}{cure}"


def unknown_setting(path: str, verb_settings: Sequence[str] = ()) -> str:
    """Return the line for a setting that no scenario has and the verb does not know."""
    if path == EXPERIMENT:
        return _HOW_TO_EXPERIMENT
    parent, _, last = path.rpartition(".")
    if parent == "board.members" and last in ("council", *ARCHETYPES):
        return f"{path}: this board has no such seat; add it with a plus sign: +{path}=1"
    if parent == "board.members":
        known = ["council", *ARCHETYPES]
        return f"board.members: unknown archetype {last!r}{nearest(last, known)}; known: {', '.join(known)}"
    siblings = [name.rpartition(".")[2] for name in setting_paths() if name.rpartition(".")[0] == parent]
    if parent and siblings:
        close = nearest(last, siblings) or nearest(path, setting_paths())
        return f"unknown setting {path}{close}; known in {parent}: {', '.join(siblings)}"
    hint = nearest(path, [*setting_paths(), *verb_settings])
    return f"unknown setting {path}{hint}; see: partnerships list parameters"


@cache
def setting_paths() -> tuple[str, ...]:
    """Return the path of every setting of a scenario, e.g. ``levers.duty.attend`` and ``place.population``."""
    return tuple(_paths())


def _paths() -> Iterator[str]:
    yield from (field.name for field in dataclasses.fields(Scenario))
    for group, kind in (("place", Place), ("board", Board)):
        yield from (f"{group}.{field.name}" for field in dataclasses.fields(kind))
    topics = dict.fromkeys(path.rpartition(".")[0] for path in PARAMETERS)
    yield from (topic for topic in topics if "." in topic)
    yield from PARAMETERS


def _missing_option(error: MissingConfigException) -> str:
    group, _, name = str(error.missing_cfg_file).rpartition("/")
    options = list(error.options or ())
    if not group or not options:
        return _joined(str(error).split("Config search path")[0])
    if group == PLACE:
        return unknown_place(name, options)
    what = f"set of {group}" if group in ("levers", "behaviour") else group
    return f"unknown {what} {name!r}{nearest(name, options)}; {known_options(group, options)}"


def unknown_place(name: str, options: Sequence[str]) -> str:
    """Return what is wrong with a place that is none, and those that may be meant: ``newcastle``, ``county:Kent``."""
    if name in GROUPS_OF_PLACES or name.startswith("county:"):
        return f"{PLACE} = {name!r} is not allowed: it takes one place; of many take places={name} in sweep or compare"
    return f"unknown place {name!r}{nearest(name, options, most=3)}; {known_options(PLACE, options)}"


def known_options(group: str, options: Sequence[str]) -> str:
    """Return what a group can be set to, or where to look if that is a long list."""
    listed = len(options) > _LONG_LIST and group in _LISTED
    return f"see: partnerships list {group}s" if listed else f"known: {', '.join(options)}"


def _unreadable(error: OverrideParseException) -> str:
    """Return what cannot be read; after the checks of what is typed that is mostly a list or a mapping."""
    override = shortened(str(error.override))
    _, _, value = str(error.override).partition("=")
    line = f"cannot read {override!r}: settings are written name=value, for example months=60"
    for opening, closing in ("[]", "{}"):
        if value.count(opening) != value.count(closing):
            return f"{line}; {opening if value.count(opening) < value.count(closing) else closing} is missing"
    if value[:1] in ("[", "{"):
        return f"{line}; in a list [a,b] or settings {{a: 1}} a text of other than letters and digits stands in quotes"
    return f"{line}; ${{...}} stands for another setting, and needs its name" if "${" in value else line


def unreadable_file(error: MarkedYAMLError, path: Path | str = "a YAML file") -> str:
    """Return where a YAML file cannot be read, and why; a name that stands twice is the usual cause."""
    mark = error.problem_mark
    where = f"{path}, line {mark.line + 1}" if mark else str(path)
    problem = _joined(str(error.problem))
    if found := re.match(r"found duplicate key (.+)", problem):
        return f"{where}: {found[1]!r} is named twice: give each a name of its own, or leave one out"
    return f"{where} cannot be read: {problem}"


def _composition(error: Exception, verb_settings: Sequence[str]) -> str:
    """Return Hydra's complaint about a setting, without its advice to add what does not exist."""
    text = str(error) or str(error.__cause__ or error)
    known = [*setting_paths(), *verb_settings]
    if found := re.match(r"Could not (?:override|append to config. Key) '([^']+)'", text):
        return unknown_setting(found[1], verb_settings)
    if found := re.match(r"Could not append to config. An item is already at '([^']+)'", text):
        return f"{found[1]} has a value already: change it with {found[1]}=..., without the plus sign"
    if found := re.match(r"Could not (?:delete from config. |delete. No match for )'([^']+)'", text):
        return f"~{found[1]} takes out what is not there{nearest(found[1], known)}"
    if found := re.match(r"Override (\S+) looks like a config group override", text):
        return unknown_setting(found[1].partition("=")[0], verb_settings)
    if found := re.match(r"Interpolation key '([^']+)' not found", text):
        name = found[1]
        if name in GROUPS:
            return f"${{{name}}} is a whole set of settings, not a name: write ${{hydra:runtime.choices.{name}}}"
        return f"${{{name}}} names no setting{nearest(name, known)}; {_PLAIN_DOLLAR}"
    if found := re.match(r"Unsupported interpolation type (\S+)", text):
        return f"${{{found[1]}:...}} is not allowed: ${{NAME}} stands for another setting, for example ${{months}}"
    if re.match(r"Recursive interpolation", text):
        return "a setting stands for itself, through ${...} in a circle: write out what it is"
    if found := re.match(r"In '([^']+)': \w+ raised while composing config", text):
        return f"{found[1]} cannot be put together with the usual settings: it has a list where settings belong"
    if found := re.match(r"Error merging override (\S+)", text):
        override = found[1].partition("=")[0].lstrip("+")
        if "${" in found[1]:
            return f"cannot read {shortened(found[1])!r}: {_PLAIN_DOLLAR}"
        return f"cannot set {shortened(found[1])!r}: {override} is made otherwise; see: partnerships list parameters"
    if key := re.search(r"full_key: (\S+)", text):
        return f"{key[1]} cannot be read: {_PLAIN_DOLLAR}"
    return _joined(text)


def _joined(text: str) -> str:
    return " ".join(text.split())
