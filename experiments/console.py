"""The command ``partnerships VERB [settings]``: finding the verb, its help, and errors in one line."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

    from experiments.registry import Verb

# Everything else is imported where it is needed: help must be there at once, and who stops a command in its first
# instant is told so and shown no trace.

FULL_ERROR = "HYDRA_FULL_ERROR"
COMPLETING = "_ARGCOMPLETE"
"""The variable by which a shell asks how a word can go on."""
INTERRUPTED = 130
MEMORY_OF_LIBRARIES, MEMORY_OF_A_RUN = 600_000_000, 1 << 30
"""Bytes of addresses below which libraries wait for ever, or end the command without a word."""
ENDING = ("SIGTERM", "SIGHUP")
"""Signals that end a command politely: a kill, and a terminal that is closed. Not every system has both."""

OVERVIEW = """\
partnerships VERB [settings]: a laboratory for English local strategic partnerships.

Verbs:
{verbs}

Examples:
  partnerships list scenarios
  partnerships run scenario=growth_coalition place=birmingham
  partnerships compare
  partnerships compare scenarios=[baseline_lsp,sigoma_stick] levers.initiatives=6

partnerships VERB --help tells what a verb does, what it writes and what can be set. Beside tables there is always
codebook.csv, which says what each column is, and manifest.json, from which partnerships rerun does it again.
"""

SCENARIO_SETTINGS = (
    ("place=typical", "where; see: partnerships list places"),
    ("case=FOLDER", "a place and bodies of your own instead; see: partnerships new --help"),
    ("months=144 start=2001-04", "how long, and from when"),
    ("board= leadership= levers=", "sets of settings by name, see configs/; a single one by its path:"),
    ("levers.duty.attend=1", "any lever or parameter; see: partnerships list parameters"),
    ("extension=mine.py own.NAME=", "steps of one's own and their settings; see docs/extending.md"),
)

SETTING_WIDTH = 27

FLAGS = """\
Flags:
  --multirun, -m       run once for every combination of the values given as a,b,c
  --cfg job            print the settings that would be used, and stop
  --info               print how they were put together, and stop
  --config-dir FOLDER  look for scenarios, boards and other sets of settings in this folder too
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks and return the exit code: 0, 1 (failed, or differs), 2 (bad input) or 130."""
    if arguments is None:
        _read_words_as_utf8()
    asked = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None and COMPLETING in os.environ:
        from experiments.completion import answer

        answer()
    try:
        with _termination_as_exit():
            from experiments.surroundings import settled_surroundings

            with settled_surroundings():
                return _answered(asked)
    except KeyboardInterrupt:
        return _interrupted()


def _read_words_as_utf8() -> None:
    """Start anew if a word has an accent and Python reads and names files in ASCII, as LC_ALL=C PYTHONUTF8=0 has it."""
    is_lost = any("\udc80" <= character <= "\udcff" for word in sys.argv for character in word)
    if is_lost and not sys.flags.utf8_mode:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def _answered(asked: list[str]) -> int:
    """Do what is asked, tell what goes wrong, and return the exit code."""
    from experiments.surroundings import STANDARD_OUTPUT, flush_output, let_go_of_output

    try:
        code = _dispatch(asked)
        flush_output()
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:  # the reader (head, a pager) has seen enough
        let_go_of_output()
        return 0
    except Exception as error:
        if isinstance(error, OSError) and error.filename == STANDARD_OUTPUT:
            let_go_of_output()
        return _refuse(error, asked)
    return code


def _interrupted() -> int:
    print("interrupted", file=sys.stderr)
    return INTERRUPTED


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(_overview(), end="")
        return 0
    from experiments.registry import verbs

    name, *rest = arguments
    verb = verbs().get(name) or _no_verb(name)
    if "--help" in rest or "-h" in rest:
        print(_help(verb), end="")
        return 0
    if _is_short_of_memory(verb):
        return 2
    from experiments.typed import refuse_unprintable

    refuse_unprintable(rest)
    if verb.takes == "arguments":
        return verb.module().main(rest) or 0
    _perform(verb, rest)
    return 0


def _perform(verb: Verb, arguments: list[str]) -> None:
    """Let Hydra compose the settings of a verb, and the frame of all verbs do the rest."""
    from experiments.errors import CommandError
    from experiments.surroundings import unreadable_matplotlibrc

    if (settings := unreadable_matplotlibrc()) is not None:  # without it Matplotlib would not even be imported
        raise CommandError(f"{str(settings)!r} cannot be read as UTF-8 text by Matplotlib: mend it, or take it away")
    from experiments.command import TaskFailed, each_job
    from experiments.output.frame import perform
    from experiments.terminal import compiling_shown

    module = verb.module()
    try:
        with compiling_shown():
            each_job(verb.name, arguments, lambda command: perform(module, command))
    except TaskFailed as failed:
        raise failed.error from None


def _is_short_of_memory(verb: Verb) -> bool:
    """Return whether a verb may have less memory than it starts with, and say so, without what has to be imported."""
    from experiments.surroundings import address_space, no_more_memory

    needed = MEMORY_OF_LIBRARIES if verb.takes == "arguments" else MEMORY_OF_A_RUN
    if (most := address_space()) is None or most >= needed:
        return False
    takes = f"partnerships {verb.name} takes {needed / 1e9:.2f} GB at least"
    print(f"error: {no_more_memory()}, and {takes}: allow it more", file=sys.stderr)
    return True


def _no_verb(name: str) -> NoReturn:
    from experiments.errors import CommandError
    from experiments.registry import verbs
    from sim.scenario import nearest

    known = ", ".join(verbs())
    raise CommandError(f"unknown verb {name!r}{nearest(name, verbs())}; known: {known}; see: partnerships --help")


def _refuse(error: Exception, asked: list[str]) -> int:
    """Print an error in one line, after the trace if that is wanted, and return the exit code."""
    import traceback

    from experiments.errors import exit_code, one_line
    from experiments.registry import verbs
    from experiments.typed import with_number_as_typed

    if os.environ.get(FULL_ERROR) == "1":
        traceback.print_exception(error)
    verb = verbs().get(asked[0]) if asked else None
    names = [setting.name for setting in verb.settings] if verb else []
    print(f"error: {with_number_as_typed(one_line(error, names), asked)}", file=sys.stderr)
    return exit_code(error)


# ------------------------------------------------------------------------------- help


def _overview() -> str:
    from experiments.registry import verbs

    width = max(map(len, verbs()))
    return OVERVIEW.format(verbs="\n".join(f"  {name:{width}}  {verb.summary}" for name, verb in verbs().items()))


def _help(verb: Verb) -> str:
    what, _, examples = verb.help.partition("\nFor example:")
    parts = [f"partnerships {verb.name}: {what.strip()}\n", f"For example:{examples.rstrip()}\n"]
    if verb.takes != "arguments":
        parts += [_settings_help(verb), FLAGS]
    if verb.takes == "scenario":
        parts += [_names_help()]
    return "\n".join(parts)


def _settings_help(verb: Verb) -> str:
    import itertools
    import textwrap

    settings = [(f"{setting.name}={setting.default}", setting.meaning) for setting in verb.settings]
    if verb.takes == "scenario":
        settings += SCENARIO_SETTINGS
    lines = ["Settings, with their defaults:"]
    for setting, text in settings:
        meaning = textwrap.wrap(text, 98 - SETTING_WIDTH - 4)
        if len(setting) > SETTING_WIDTH:
            meaning.insert(0, "")
        rows = itertools.zip_longest([setting], meaning, fillvalue="")
        lines += [f"  {name:{SETTING_WIDTH}}  {text}".rstrip() for name, text in rows]
    return "\n".join([*lines, ""])


def _names_help() -> str:
    import textwrap

    from experiments.options import option_names

    names = "Scenarios: " + ", ".join(option_names("scenario"))
    return textwrap.fill(names, width=98, subsequent_indent="  ", break_long_words=False) + "\n"


# ---------------------------------------------------------------------------- signals


@contextmanager
def _termination_as_exit() -> Iterator[None]:
    """Let a polite kill unwind like an exception, so that half-written answers are cleared away."""

    def leave(signum: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + signum)

    before = {}
    try:
        for number in (getattr(signal, name) for name in ENDING if hasattr(signal, name)):
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
                before[number] = signal.signal(number, leave)
    except ValueError:  # not the main thread: signals are somebody else's business
        pass
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
