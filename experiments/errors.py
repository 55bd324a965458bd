"""What a person is told when something asked for is wrong: one line, with the nearest valid name."""

from __future__ import annotations

import argparse
import dataclasses
import errno
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NoReturn

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from analysis.shared.libraries import MissingLibrary
from experiments.options import EXPERIMENT, GROUPS
from sim import ARCHETYPES, PARAMETERS, Place, Scenario, ScenarioError
from sim.scenario import Board, nearest

BAD_INPUT = 2
FAILED = 1

LACK_OF_MEMORY = "this process may take no more memory"

_LONG_LIST = 30
_HOW_TO_EXPERIMENT = (
    "experiment is added with a plus sign, +experiment=levers_together; a file of your own in the folder experiment "
    "begins with the line '# @package _global_'"
)


class CommandError(ValueError):
    """A command line that asks for something that does not exist or cannot be done. One line."""


class WordParser(argparse.ArgumentParser):
    """Reads the words of a verb that takes no settings; what it cannot read is refused in one line."""

    def __init__(self, verb: str) -> None:
        super().__init__(prog=f"partnerships {verb}", add_help=False, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise CommandError with what is wrong and where the help is."""
        raise CommandError(f"{message}; see: {self.prog} --help")


def exit_code(error: Exception) -> int:
    """Return 2 for what the person can put right on the command line, 1 for anything else."""
    asked_wrongly = (
        CommandError, MissingLibrary, ScenarioError, HydraException, OmegaConfBaseException, MarkedYAMLError,
    )  # fmt: skip
    return BAD_INPUT if isinstance(error, asked_wrongly) or is_lack_of_memory(error) else FAILED


def is_lack_of_memory(error: BaseException) -> bool:
    """Return whether this process was refused memory, or a thread, which takes memory too."""
    refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return refused or isinstance(error, MemoryError) or "can't start new thread" in str(error)


def one_line(error: Exception, verb_settings: Sequence[str] = ()) -> str:
    """Return what went wrong in one line that names the thing, the value and what is allowed.

    ``verb_settings`` are names that may have been meant beside the settings of a scenario.
    """
    if isinstance(error, CommandError | MissingLibrary | ScenarioError):
        return _joined(str(error))
    if isinstance(error, MissingConfigException):
        return _missing_option(error)
    if isinstance(error, OverrideParseException):
        return _unreadable(error)
    if isinstance(error, HydraException | OmegaConfBaseException):
        return _composition(error, verb_settings)
    if isinstance(error, MarkedYAMLError):
        return _unreadable_file(error)
    if is_lack_of_memory(error):
        return f"{LACK_OF_MEMORY}: give fewer threads, for example workers=1, or fewer replicates, or allow it more"
    if isinstance(error, OSError):
        return _joined(str(error))
    return f"{type(error).__name__}: {_joined(str(error))} (HYDRA_FULL_ERROR=1 shows the trace)"


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
    what = f"set of {group}" if group in ("levers", "behaviour") else group
    return f"unknown {what} {name!r}{nearest(name, options)}; {known_options(group, options)}"


def known_options(group: str, options: Sequence[str]) -> str:
    """Return what a group can be set to, or where to look if that is a long list."""
    return f"see: partnerships list {group}s" if len(options) > _LONG_LIST else f"known: {', '.join(options)}"


def _unreadable(error: OverrideParseException) -> str:
    reason = _joined(str(error).split("See https")[0]).removeprefix(f"Error parsing override {error.override!r} ")
    return f"cannot read {error.override!r}: settings are written name=value, for example months=60 ({reason})"


def _unreadable_file(error: MarkedYAMLError) -> str:
    """Return where a YAML file cannot be read, and why; a name that stands twice is the usual cause."""
    mark = error.problem_mark
    where = f"{mark.name}, line {mark.line + 1}" if mark else "a YAML file"
    problem = _joined(str(error.problem))
    if found := re.match(r"found duplicate key (.+)", problem):
        return f"{where}: {found[1]!r} is named twice: give each a name of its own, or leave one out"
    return f"{where} cannot be read: {problem}"


def _composition(error: Exception, verb_settings: Sequence[str]) -> str:
    """Return Hydra's complaint about a setting, without its advice to add what does not exist."""
    text = str(error) or str(error.__cause__ or error)
    if f"@{EXPERIMENT}." in text:
        return _HOW_TO_EXPERIMENT
    if found := re.match(r"Could not override '([^']+)'", text):
        return unknown_setting(found[1], verb_settings)
    if found := re.match(r"Could not append to config. An item is already at '([^']+)'", text):
        return f"{found[1]} has a value already: change it with {found[1]}=..., without the plus sign"
    if found := re.match(r"Ambiguous value for argument '([^=]+)=(.*)'", text):
        name, values = found[1], found[2]
        if name in GROUPS:
            return f"{name} = {values!r} is not allowed: it takes one name; add --multirun to run each in turn"
        return f"{name} = {values!r}: write {name}=[{values}] for a list, or add --multirun to run each in turn"
    if found := re.match(r"Interpolation key '([^']+)' not found", text):
        name = found[1]
        if name in GROUPS:
            return f"${{{name}}} is a whole set of settings, not a name: write ${{hydra:runtime.choices.{name}}}"
        return f"${{{name}}} names no setting{nearest(name, [*setting_paths(), *verb_settings])}"
    if found := re.match(r"Error merging override (\S+)", text):
        return f"cannot set {found[1]!r}: {_first_line(str(error.__cause__ or error.__context__ or ''))}"
    return _joined(text)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _joined(text: str) -> str:
    return " ".join(text.split())
