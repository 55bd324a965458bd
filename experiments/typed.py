"""What a person types after the verb, told to Hydra so that it means what stands there.

Hydra has a grammar of its own: ``output=2024_06_01`` is a whole number to it, and ``output=it's`` nothing at all. Here
every ``name=value`` is read by what its setting takes: a text, such as the path of a folder, is what was typed; numbers
and lists are left to Hydra, and what they may be is checked once all is composed.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from hydra.core.override_parser.types import Quote, QuotedString

from experiments.errors import CommandError, shortened
from experiments.options import EXPERIMENT, GROUPS
from sim import Scenario

Shape = Literal["text", "texts", "text_or_mapping", "list", "number", "whole", "else"]
"""What a setting takes, as far as it decides how a value is read."""

_OVERRIDE = re.compile(r"(?P<sign>\+{0,2})(?P<name>[^=~+]*)=(?P<value>.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$-]*([./@:][\w$-]+)*", re.ASCII)
_READ_AS_TEXT = re.compile(r"(?!(true|false|null|nan|inf)\b)(\.{0,2}/)?[A-Za-z_][\w./-]*", re.ASCII | re.IGNORECASE)
"""Text that needs no quotes: Hydra reads it as it stands."""
_READ_BY_HYDRA = re.compile(r"(\$\{[^{}]+\}|[\w/\-+.$%*@?|: \t])*", re.ASCII)
"""What Hydra can read without quotes, numbers and references to other settings among it."""
_IN_QUOTES = re.compile(r"(['\"])(.*)\1", re.DOTALL)
_NOT_TEXT = ("null", "[]")
"""What a setting that takes text can have besides: nothing."""
_SWEEP = re.compile(r"\w+\(.*\)", re.DOTALL)
"""A sweep of Hydra such as ``choice(a,b)``, ``range(1,5)``, ``glob(*)``."""
_DECIMAL_COMMA = re.compile(r"\s*([+-]?\d+),(\d+)\s*")


@dataclasses.dataclass(frozen=True)
class Typed:
    """An override ``name=value`` as it was typed, with the plus signs before it."""

    sign: str
    name: str
    value: str

    @classmethod
    def of(cls, override: str) -> Typed | None:
        """Return an override in its parts, None for one that takes a setting out; refuse what is no setting."""
        out = override[1:].partition("=")[0]
        if override.startswith("~") and re.search(r"\.\d+(\.|$)", out):
            whole = f"{out.rpartition('.')[0]}=[...]"
            raise CommandError(f"{shortened(override)} is not allowed: a list is written out as a whole, {whole}")
        if override.startswith("~") and _NAME.fullmatch(out):
            return None
        found = _OVERRIDE.fullmatch(override)
        if found is None or not _NAME.fullmatch(found["name"]):
            raise CommandError(
                f"cannot read {shortened(override)!r}: settings are written name=value, for example months=60"
            )
        return cls(**found.groupdict())

    def __str__(self) -> str:
        return f"{self.sign}{self.name}={self.value}"


def refuse_unprintable(words: Iterable[str]) -> None:
    """Refuse words with a character that no name and no value has: a control character, half of a pair."""
    for word in words:
        for character in word:
            if unicodedata.category(character) in ("Cc", "Cs") and character != "\t":
                shown = shortened("".join(one if one.isprintable() else "?" for one in word))
                raise CommandError(f"{shown!r} has the character U+{ord(character):04X} in it: leave it out")


def refuse_twice(overrides: Iterable[str]) -> None:
    """Refuse a setting that is given twice: one of the two would be lost without a word."""
    given: dict[str, str] = {}
    for override in overrides:
        name = override.lstrip("+~").partition("=")[0]
        if name in given:
            raise CommandError(
                f"{name} is given twice ({shortened(given[name])} and {shortened(override)}): leave one of them out"
            )
        given[name] = override


def as_read(override: str, kinds: Sequence[type], *, multirun: bool) -> str:
    """Return an override so that Hydra reads what was typed.

    ``kinds`` are the dataclasses that declare the settings; with ``multirun`` a comma stands between values that are
    taken in turn. Raises CommandError for what cannot be meant.

    >>> as_read("name=1e3", [Scenario], multirun=False)
    "name='1e3'"
    """
    typed = Typed.of(override)
    if typed is None:
        return override
    if f"${{{typed.name}}}" in typed.value:
        raise CommandError(f"{typed.name} stands for itself in {shortened(typed.value)!r}: write out what it is")
    shape = shape_of(typed.name, kinds)
    swept = multirun and (_SWEEP.fullmatch(typed.value) or len(_split(typed.value)) > 1)
    if swept and not _SWEEP.fullmatch(typed.value):
        values = [_value(part.strip(), shape) for part in _split(typed.value)]
        return str(dataclasses.replace(typed, value=",".join(values)))
    if swept:
        return override
    if shape == "text" and not typed.value.strip() and _hint(typed.name, Scenario) is None:
        raise CommandError(f"{typed.name} is empty: write {typed.name}=NAME, or leave it out")
    if shape not in ("text", "text_or_mapping") or typed.name in GROUPS:
        _refuse_commas(typed, shape)
    return str(dataclasses.replace(typed, value=_value(typed.value, shape)))


def as_typed(override: str, kinds: Sequence[type]) -> str:
    """Return an override as a person types it, without the quotes that only Hydra needs."""
    name, _, value = override.partition("=")
    found = _IN_QUOTES.fullmatch(value)
    needed = found is None or re.search(r"['\"\\,]|^\s*$|^null$", found[2], re.IGNORECASE)
    if found is None or needed or shape_of(name.lstrip("+"), kinds) != "text":
        return override
    return f"{name}={found[2]}"


def with_number_as_typed(line: str, words: Iterable[str]) -> str:
    """Return a line that refuses a number with that number as one of the words of the command has it.

    >>> with_number_as_typed("months = 10.0 is not allowed: it takes a whole number", ["run", "months=1e1"])
    'months = 1e1 is not allowed: it takes a whole number'
    """
    found = re.match(r"([\w.]+) = (\S+) is not allowed", line)
    for name, _, value in (word.lstrip("+").partition("=") for word in words):
        if found and name == found[1] and _is_same_number(value, found[2]):
            return f"{name} = {shortened(value)}{line[found.end(2) :]}"
    return line


def _is_same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def shape_of(name: str, kinds: Sequence[type]) -> Shape:
    """Return what the setting ``name``, for example ``levers.duty.attend``, takes."""
    if name in (*GROUPS, EXPERIMENT):
        return "text"
    for kind in kinds:
        if (hint := _hint(name, kind)) is not None:
            return _shape(hint)
    return "else"


@lru_cache
def _hint(name: str, kind: Any) -> Any:
    """Return the type that a dataclass declares for a setting by its path, None if it has none of that name."""
    hint: Any = kind
    for part in name.split("."):
        options = list(_options(hint))
        owner = next((one for one in options if dataclasses.is_dataclass(one)), None)
        values = next((get_args(one)[1] for one in options if get_origin(one) is dict), None)
        hints = get_type_hints(owner, include_extras=True) if owner is not None else {}
        hint = hints.get(part, hints.get(f"{part}_", values))
        if hint is None:
            return None
    return hint


def _shape(hint: Any) -> Shape:
    options = {get_origin(one) or one for one in _options(hint)} - {type(None)}
    if options == {str}:
        return "text"
    if options == {str, dict}:
        return "text_or_mapping"
    if lists := [one for one in _options(hint) if get_origin(one) is tuple]:
        return "texts" if _shape(get_args(lists[0])[0]) == "text" else "list"
    if options == {int}:
        return "whole"
    return "number" if options and options <= {int, float} else "else"


def _options(hint: Any) -> Iterator[Any]:
    """Give the types that a value may have, without what is noted on them."""
    if hasattr(hint, "__metadata__"):
        yield from _options(get_args(hint)[0])
    elif get_origin(hint) is Literal:
        yield from (type(value) for value in get_args(hint))
    elif get_args(hint) and get_origin(hint) not in (tuple, dict):
        for one in get_args(hint):
            yield from _options(one)
    else:
        yield hint


# ------------------------------------------------------------------------- values


def _value(value: str, shape: Shape) -> str:
    """Return a single value so that Hydra reads what was typed."""
    bare = value.strip()
    if shape == "text" or (shape == "text_or_mapping" and not bare.startswith("{")):
        return value if value in _NOT_TEXT else _quoted(value)
    if shape == "texts" and re.fullmatch(r"\[.*\]", bare, re.DOTALL):
        inside = bare[1:-1].strip()
        return f"[{','.join(_quoted(part.strip()) for part in _split(inside))}]" if inside else "[]"
    if shape == "texts" and not bare.startswith("["):
        return value if value in _NOT_TEXT else _quoted(value)
    if bare[:1] in ("[", "{") or _READ_BY_HYDRA.fullmatch(value) or _quotes_itself(bare):
        return value
    return _quoted(value)  # the setting will say what it takes


def _quoted(text: str) -> str:
    """Return text in the quotes that Hydra needs, unless it needs none, or a person has set them."""
    if _READ_AS_TEXT.fullmatch(text) or ("${" in text and _READ_BY_HYDRA.fullmatch(text)) or _quotes_itself(text):
        return text
    return str(QuotedString(text, Quote.single).with_quotes())


def _quotes_itself(text: str) -> bool:
    """Return whether text stands in quotes, of which none is in it without a backslash."""
    return re.fullmatch(r"'([^'\\]|\\.)*'|\"([^\"\\]|\\.)*\"", text, re.DOTALL) is not None


def _split(value: str) -> list[str]:
    """Return the parts between the commas that stand in no brackets and no quotes."""
    parts, depth, quote = [""], 0, ""
    for character in value:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"" and not parts[-1].strip():
            quote = character
        elif character in "[{(":
            depth += 1
        elif character in "]})":
            depth -= 1
        if character == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _refuse_commas(typed: Typed, shape: Shape) -> None:
    """Refuse several values where there is one, with what was meant: a decimal point, a list, or each in turn."""
    name, value = typed.name, shortened(typed.value)
    if len(_split(typed.value)) == 1 or typed.value.strip()[:1] in ("[", "{"):
        return
    comma = _DECIMAL_COMMA.fullmatch(typed.value)
    if shape in ("whole", "number") and re.fullmatch(r"\d{1,3}(,\d{3})+", typed.value):
        cure = f"write {name}={typed.value.replace(',', '')}, without a comma"
    elif shape in ("list", "texts"):
        cure = f"write {name}=[{value}] for a list"
    elif shape == "whole":
        cure = "it takes one whole number, with neither a decimal comma nor a decimal point"
    elif shape == "number" and comma is not None:
        cure = f"write a decimal point, {name}={comma[1]}.{comma[2]}"
    else:
        cure = "it takes one name" if name in GROUPS else "it takes one value"
    raise CommandError(f"{name} = {value!r} is not allowed: {cure}; to run each in turn, {name}={value} --multirun")
