"""The command ``partnerships VERB [settings]``: finding the verb, its help, and errors in one line."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import itertools
import logging
import os
import signal
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Literal, NoReturn

import hydra
from omegaconf import DictConfig

from experiments.compose import CONFIGS, HYDRA_VERSION_BASE, as_hydra_reads, scenario_names, verb_settings
from experiments.errors import CommandError, exit_code, one_line
from sim.scenario import nearest

FULL_ERROR = "HYDRA_FULL_ERROR"
INTERRUPTED = 130
TERMINATED = 143


@dataclasses.dataclass(frozen=True)
class Verb:
    """Something that can be asked on the command line.

    The module's docstring is the help of the verb. A verb that takes ``settings``, or those of a
    ``scenario`` too, has a ``task`` for the config composed from ``configs/VERB.yaml``; one that takes
    ``arguments`` has a ``main`` for them.
    """

    module: str
    says: str
    takes: Literal["arguments", "settings", "scenario"] = "scenario"


VERBS: Mapping[str, Verb] = {
    "list": Verb("experiments.verbs.list", "print scenarios, levers, places, measures and boards", takes="arguments"),
    "run": Verb("experiments.verbs.run", "run one scenario once, month by month"),
    "compare": Verb("experiments.verbs.compare", "compare scenarios over many paired runs"),
    "sweep": Verb(
        "experiments.verbs.sweep", "run scenarios with many draws of parameters, in a study that can be stopped"
    ),
    "sensitivity": Verb(
        "experiments.verbs.sensitivity", "find out which parameters matter: one at a time, Morris, Sobol"
    ),
    "discover": Verb("experiments.verbs.discover", "find the conditions that lead to a regime", takes="settings"),
    "phase": Verb("experiments.verbs.phase", "draw which regime prevails over the plane of two parameters"),
    "explain": Verb(
        "experiments.verbs.explain", "tell why bodies came or stayed away, and what a run without a lever shows"
    ),
    "report": Verb("experiments.verbs.report", "write a policy brief of a finished answer", takes="settings"),
    "patterns": Verb("experiments.verbs.patterns", "test whether the model shows the patterns of real partnerships"),
    "calibrate": Verb(
        "experiments.verbs.calibrate", "find the parameter sets that reproduce the patterns", takes="settings"
    ),
    "dock": Verb("experiments.verbs.dock", "set the model against laboratory experiments"),
    "optimise": Verb("experiments.verbs.optimise", "find the cheapest mix of levers, the Pareto set, and regret"),
    "claims": Verb("experiments.verbs.claims", "test what the nineteen scenarios claim, by tests declared before"),
    "explorer": Verb(
        "experiments.verbs.explorer", "write the explorer as one page that works without a server", takes="settings"
    ),
    "app": Verb("experiments.verbs.app", "serve the explorer, every lever live", takes="settings"),
}

OVERVIEW = """\
partnerships VERB [settings]: a laboratory for English local strategic partnerships.

Verbs:
{verbs}

Examples:
  partnerships list scenarios
  partnerships run scenario=growth_coalition place=birmingham
  partnerships compare
  partnerships compare scenarios=[baseline_lsp,sigoma_stick] levers.initiatives=6

partnerships VERB --help tells what a verb does, what it writes and what can be set.
"""

SCENARIO_SETTINGS = (
    ("place=typical", "where; see: partnerships list places"),
    ("months=144 start=2001-04", "how long, and from when"),
    ("board= leadership= levers=", "sets of settings by name, see configs/; a single one by its path:"),
    ("levers.duty.attend=1", "any lever or parameter; see: partnerships list parameters"),
)

SETTING_WIDTH = 27

FLAGS = """\
Flags:
  --multirun, -m       run once for every combination of the values given as a,b,c
  --cfg job            print the settings that would be used, and stop
  --info               print how they were put together, and stop
  --config-dir FOLDER  look for scenarios, boards and other sets of settings in this folder too
"""

_QUIET_HYDRA = (
    "hydra.output_subdir=null",
    "hydra.run.dir=.",
    "hydra.sweep.subdir=.",
    "hydra/job_logging=none",
    "hydra/hydra_logging=none",
)
"""Verbs write their answers themselves: Hydra makes no folders and no logs."""


class _TaskFailed(BaseException):
    """Carries an error out of a Hydra job, which would report an Exception in its own words."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks and return the exit code: 0, 1 (failed), 2 (bad input) or 130."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    trace = os.environ.get(FULL_ERROR) == "1"
    try:
        with _termination_as_exit():
            return _dispatch(asked)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, a pager) has seen enough. Python would complain once more when closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except _TaskFailed as failed:
        return _told(failed.error, asked, trace=trace)
    except Exception as error:
        return _told(error, asked, trace=trace)


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(_overview(), end="")
        return 0
    name, *rest = arguments
    if name not in VERBS:
        known = ", ".join(VERBS)
        raise CommandError(f"unknown verb {name!r}{nearest(name, VERBS)}; known: {known}; see: partnerships --help")
    verb = VERBS[name]
    module = importlib.import_module(verb.module)
    if "--help" in rest or "-h" in rest:
        print(_help(name, module), end="")
    elif verb.takes == "arguments":
        module.main(rest)
    else:
        _perform(name, module, rest)
    return 0


def _told(error: Exception, asked: list[str], *, trace: bool) -> int:
    """Print an error in one line, after the trace if that is wanted, and return the exit code."""
    if trace:
        traceback.print_exception(error)
    verb = VERBS.get(asked[0]) if asked else None
    has_settings = verb is not None and verb.takes != "arguments"
    names = [setting.name for setting in verb_settings(asked[0])] if has_settings else []
    print(f"error: {one_line(error, names)}", file=sys.stderr)
    return exit_code(error)


# ------------------------------------------------------------------------------- help


def _overview() -> str:
    width = max(map(len, VERBS))
    return OVERVIEW.format(verbs="\n".join(f"  {name:{width}}  {verb.says}" for name, verb in VERBS.items()))


def _help(name: str, module: ModuleType) -> str:
    what, _, examples = (module.__doc__ or "").partition("\nFor example:")
    parts = [f"partnerships {name}: {what.strip()}\n", f"For example:{examples.rstrip()}\n"]
    if VERBS[name].takes != "arguments":
        parts += [_settings_help(name), FLAGS]
    if VERBS[name].takes == "scenario":
        parts += [_names_help()]
    return "\n".join(parts)


def _settings_help(name: str) -> str:
    settings = [(f"{setting.name}={setting.default}", setting.says) for setting in verb_settings(name)]
    if VERBS[name].takes == "scenario":
        settings += SCENARIO_SETTINGS
    lines = ["Settings, with their defaults:"]
    for setting, says in settings:
        meaning = textwrap.wrap(says, 98 - SETTING_WIDTH - 4)
        if len(setting) > SETTING_WIDTH:
            meaning.insert(0, "")
        rows = itertools.zip_longest([setting], meaning, fillvalue="")
        lines += [f"  {name:{SETTING_WIDTH}}  {text}".rstrip() for name, text in rows]
    return "\n".join([*lines, ""])


def _names_help() -> str:
    names = "Scenarios: " + ", ".join(scenario_names())
    return textwrap.fill(names, width=98, subsequent_indent="  ", break_long_words=False) + "\n"


# ------------------------------------------------------------------------------ Hydra


def _perform(name: str, module: ModuleType, arguments: list[str]) -> None:
    """Compose the settings of the verb with Hydra and give them to its task."""

    def task(config: DictConfig) -> None:
        try:
            module.task(config)
        except Exception as error:
            raise _TaskFailed(error) from error

    with tempfile.TemporaryDirectory(prefix="partnerships-") as scratch:
        # Under --multirun Hydra insists on a folder for a note about the sweep.
        asked = [f"partnerships {name}", *_hydra_arguments(arguments), *_QUIET_HYDRA, f"hydra.sweep.dir={scratch}"]
        with _hydra_process(asked):
            hydra.main(version_base=HYDRA_VERSION_BASE, config_path=f"pkg://{CONFIGS}", config_name=name)(task)()


@contextmanager
def _hydra_process(arguments: list[str]) -> Iterator[None]:
    """Let Hydra read ``arguments`` as if they were the command line, and raise its errors, not print them."""
    command_line, full_error = sys.argv, os.environ.get(FULL_ERROR)
    complaints = logging.raiseExceptions
    sys.argv, os.environ[FULL_ERROR] = arguments, "1"
    logging.raiseExceptions = False  # when the reader of --info has seen enough
    try:
        yield
    finally:
        sys.argv, logging.raiseExceptions = command_line, complaints
        del os.environ[FULL_ERROR]
        if full_error is not None:
            os.environ[FULL_ERROR] = full_error


class _FlagParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message}; flags are --multirun, --cfg, --resolve, --info, --config-dir, --help")


def _hydra_arguments(arguments: list[str]) -> list[str]:
    """Return the flags and overrides for Hydra, refused in one line if there is no such flag."""
    parser = _FlagParser(add_help=False, allow_abbrev=False)
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--multirun", "-m", action="store_true")
    parser.add_argument("--cfg", "-c", choices=("job", "hydra", "all"))
    parser.add_argument("--package", "-p")
    parser.add_argument("--resolve", action="store_true")
    parser.add_argument("--info", "-i", nargs="?", const="all", choices=_INFO)
    parser.add_argument("--config-dir", "-cd")
    asked = parser.parse_intermixed_args(arguments)
    if asked.multirun + (asked.cfg is not None) + (asked.info is not None) > 1:
        raise CommandError("only one of --multirun, --cfg and --info can be given")
    if asked.resolve and asked.cfg is None:
        raise CommandError("--resolve goes with --cfg job")
    flags = ["--multirun"] if asked.multirun else []
    flags += ["--resolve"] if asked.resolve else []
    flags += [f"--{flag}={value}" for flag in ("cfg", "package", "info") if (value := getattr(asked, flag)) is not None]
    return [*flags, *as_hydra_reads(asked.overrides), *_search_path(asked.config_dir)]


_INFO = ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath")


def _search_path(folder: str | None) -> list[str]:
    if folder is None:
        return []
    path = Path(folder).expanduser().resolve()
    if not path.is_dir():
        raise CommandError(f"--config-dir {folder!r} is not a folder")
    return [f"hydra.searchpath=['file://{path}']"]


# ---------------------------------------------------------------------------- signals


@contextmanager
def _termination_as_exit() -> Iterator[None]:
    """Let a polite kill unwind like an exception, so that half-written answers are cleared away."""

    def leave(_signum: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(TERMINATED)

    try:
        before = signal.signal(signal.SIGTERM, leave)
    except ValueError:  # not the main thread: signals are somebody else's business
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
