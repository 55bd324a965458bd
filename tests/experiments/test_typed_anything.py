"""Whatever is typed ends in an answer, or in one line that names it: no setting of any verb has a way around."""

from __future__ import annotations

import contextlib
import io
import re
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from hydra._internal.hydra import Hydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import OverrideParseException
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim.ensemble
import sim.partnership
from experiments.command import Command
from experiments.compose import as_hydra_reads
from experiments.console import main
from experiments.errors import MOST_SAID, CommandError, one_line, setting_paths
from experiments.options import EXPERIMENT, GROUPS
from experiments.output import frame
from experiments.output.folder import target_of
from experiments.registry import verbs
from experiments.typed import refuse_unprintable
from sim import ARCHETYPES

WORDS_OF_PROGRAMS = re.compile(
    r"pydantic|antlr|omegaconf|hydra\.|hydra's|traceback|<class|nonetype|dictconfig|listconfig|mismatched input|"
    r"field required|invalid json|\[errno|"
    r"viable|lexer|input should|keyerror|typeerror|valueerror|\w+(error|exception)\b:|validation error|value error",
    re.IGNORECASE,
)
"""What no line may say: a person has typed none of these."""

WHOLE = ("run", "explain", "diff", "regimes", "report", "methods")
"""Verbs that are followed up to their first run; of the others settings, scenario and folder are checked."""

ODD_VALUES = (
    *("", " ", "\t", "null", "true", "no", "~", "~x", "~/x", ".", "..", "/", "-", "-1", "0", "060", "0o7", "0x1f"),
    *("0,3", "1,000", "1.5", ".5", "5.", "1e3", "1e400", "1e-400", "nan", "-inf", "inf", "9" * 40, "1_000", "12:30"),
    *("[]", "[", "]", "[a", "[a]", "[[a]]", "[a,a]", "[,]", "[a,]", "[null]", "[1,2]", "[0.1,0.1]", "[{a:1}]", "{}"),
    *("{", "}", "{a}", "{a:b}", "{a:b,a:c}", "{a:{b:1}}", "{1:2}", "{levers.duty.attend:2}", "{trust:0}", "{:}"),
    *("'", '"', "''", "it's", "'a", "a'", "'a b'", '"a', "'a'b'", "\\", "a\\", "\\'", "'\\'", "a\\,b", "`a`", "a;b"),
    *("${x}", "${seed}", "${months}", "${", "$", "$x", "${}", "${oc.env:HOME}", "${oc.env:NOWHERE}", "${now:%Y}"),
    *("${x:y}", "${hydra:runtime.choices.board}", "a${b", "???", "*", "a*", "(a)", "choice(a,b)", "range(1,3)", "a(b"),
    *(
        "a=b",
        "=",
        "a,b",
        ",",
        "a:b",
        ":",
        "a&b",
        "a#b",
        "#",
        "a|b",
        "<a>",
        "é",
        "ß日本",
        "\u200b",
        "\u22121",
        "½",
        "１",
    ),
    *("\x00", "a\nb", "\x1b[31m", "\ud800", "\x7f", "a" * 300, "a" * 20_000, "[" * 300, "trust@2006-04", "2001-04"),
    *("2001-13", "2004-01-01", "talking_shop", "police", "typical", "levers", "levers.duty", "nowhere.csv", "x.yaml"),
    *("[levers]", "[levers.duty,levers]", "[2001-05]", "[baseline_lsp,talking_shop]", "county:Kent", "county:", "all"),
    *("sim", "os", "sim.month", "x.py", "None", "<class 'int'>", "@", "a@b", "a/b", "!x", "%s", "&a", "- a", "? a"),
)
VALUES = st.one_of(
    st.sampled_from(ODD_VALUES),
    st.sampled_from(ODD_VALUES),
    st.text(max_size=12),
    st.text("[]{}(),:'\"\\$= a1.~", max_size=8),
    st.floats().map(str),
    st.integers(-(10**6), 10**6).map(str),
    st.lists(st.sampled_from(ODD_VALUES), max_size=3).map(lambda each: f"[{','.join(each)}]"),
)
SIGNS = st.sampled_from(["", "", "", "", "", "", "+", "++", "~"])


class Reached(BaseException):
    """What was asked is whole: something would be run now."""


@cache
def names_of(verb: str) -> tuple[str, ...]:
    """Return what can be set for a verb, and some names that cannot."""
    own = [setting.name for setting in verbs()[verb].settings]
    odd = ["case", "nowhere", "a.b", "é", "a b", "", "hydra.job.name", "levers.dutty", "board.members.fire"]
    if verbs()[verb].takes != "scenario":
        return (*own, *odd)
    seats = [f"board.members.{seat}" for seat in ("council", *ARCHETYPES)]
    inside = ["own.x", "place.need.crime", "board.entries.0", "board.types.x", "calendar.0", "place.fund_series"]
    return (*own, *own, *GROUPS, *setting_paths(), *seats, *inside, EXPERIMENT, *odd)


@st.composite
def asked(draw: st.DrawFn) -> list[str]:
    """A verb with one setting, or several, of which one may be there twice."""
    verb = draw(st.sampled_from(sorted(verbs())))
    if verbs()[verb].takes == "arguments":
        return [verb, *draw(st.lists(VALUES.filter(lambda word: word not in ("-h", "--help")), max_size=2))]
    words = []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        sign, name, value = draw(SIGNS), draw(st.sampled_from(names_of(verb))), draw(VALUES)
        words.append(f"~{name}" if sign == "~" else f"{sign}{name}={value}")
    words += draw(st.sampled_from([[], [], [], [], [], words[:1], ["--multirun"]]))
    return [verb, *words]


@pytest.fixture
def stopped(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are composed and checked, and stop before anything is run or written."""
    whole = frame.perform

    def checked(module: Any, command: Command) -> None:
        if command.verb in WHOLE:
            whole(module, command)
        given = command.settings(verbs()[command.verb].settings_kind())
        if "output" in command.config:
            target_of(command, output=given.output, subject="")
        if "board" in command.choices:
            command.scenario()
        raise Reached

    def reached(*_: object, **__: object) -> None:
        raise Reached

    monkeypatch.setattr(frame, "perform", checked)
    monkeypatch.setattr(sim.ensemble, "compiled_month", reached)
    monkeypatch.setattr(sim.partnership.PartnershipModel, "__init__", reached)
    # Hydra composes all twice, the first time to learn whether there are several jobs.
    monkeypatch.setattr(Hydra, "get_mode", lambda *_, **__: None)


def told(words: list[str]) -> tuple[int, str]:
    """Return the exit code of a command and what it says on standard error; 0 and nothing if it would run."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        try:
            return main(words), said.getvalue()
        except Reached:
            return 0, ""


def check(words: list[str]) -> None:
    code, said = told(words)
    assert code in (0, 2), (words, said)
    if code == 2:
        *_, line = said.splitlines()
        assert said.count("error: ") == 1, (words, said)
        assert line.startswith("error: "), (words, said)
        check_line(words, line.removeprefix("error: "))


def check_line(words: list[str], line: str) -> None:
    """Refuse a line that is long, that names nothing of what was typed, or speaks of what is inside the program."""
    assert len(line) <= MOST_SAID, (words, line)
    assert not any(category(character) in ("Cc", "Cs") for character in line), (words, line)
    assert names_what_was_typed(words, line), (words, line)
    for word in words[1:]:  # what a person typed may well be such a word
        for part in (word, *word.lstrip("+~").partition("=")[::2]):
            line = line.replace(part, "") if len(part) > 3 else line
    assert not WORDS_OF_PROGRAMS.search(line), (words, line)


def names_what_was_typed(words: list[str], said: str) -> bool:
    """Return whether a line names one of the settings, or a value, or what has to be given besides."""
    if verbs()[words[0]].takes == "arguments":
        return True  # folders, which are named by their whole path
    if " is missing" in said or "U+" in said or "${" in said or not all(words):
        return True
    typed = [word.lstrip("+~") for word in words[1:]] or words
    parts = {part for word in typed for part in (word, word.partition("=")[2], *word.partition("=")[0].split("."))}
    shown = (*parts, *typed, *words[1:], *(repr(word)[1:-1] for word in words[1:]))
    return any(part and part[:20] in said for part in shown)


QUIETLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


@settings(max_examples=400, suppress_health_check=QUIETLY)
@given(words=asked().filter(lambda words: verbs()[words[0]].takes != "arguments"))
def test_whatever_is_typed_is_read_or_refused(words: list[str]) -> None:
    """Without composing anything, which takes a third of a second: nothing is left over for a grammar to stumble on."""
    verb, overrides = verbs()[words[0]], [word for word in words[1:] if word != "--multirun"]
    try:
        refuse_unprintable(overrides)
        kinds, multirun = [verb.settings_kind()], "--multirun" in words
        for one in as_hydra_reads(overrides, kinds, with_case=False, multirun=multirun):
            OverridesParser.create().parse_overrides([one])
    except (CommandError, OverrideParseException) as error:
        check_line(words, one_line(error))


@settings(max_examples=25, suppress_health_check=QUIETLY)
@given(words=asked())
def test_whatever_is_typed_is_taken_or_refused_in_one_line(stopped: None, words: list[str]) -> None:
    check(words)


@pytest.mark.long
@settings(max_examples=1_200, suppress_health_check=QUIETLY)
@given(words=asked())
def test_whatever_is_typed_is_taken_or_refused_in_one_line_many_times(stopped: None, words: list[str]) -> None:
    check(words)
