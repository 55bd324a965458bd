"""Settings in YAML files of one's own, whatever program wrote them; what would be read as something else is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from omegaconf._utils import get_yaml_loader

from experiments.errors import CommandError, unreadable_file
from experiments.files import Unreadable, read_text

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MOST_BYTES_OF_YAML = 200_000
MOST_LETTERS_OF_YAML = 250_000
"""Once aliases are written out, and each value counts some more."""
LETTERS_A_VALUE = 20
MOST_DEEP = 32
TAKES_SETTINGS = "it takes settings, one a line, written name: value; a list stands below its name"


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the settings in a YAML file, interpolations as they stand; raise CommandError, with the line."""
    return {str(name): value for name, value in settings_in(text_of(path), path).items()}


def text_of(path: Path) -> str:
    """Return the text of a file; raise CommandError, which names it, if it is none."""
    try:
        return read_text(path)
    except Unreadable as error:
        raise CommandError(f"{path} cannot be read: {error}") from None


def settings_in(text: str, path: Path) -> dict[str, Any]:
    """Return the settings in the text of a file; ``path`` is named where one cannot be read.

    Raises CommandError, with the line as far as it is known.
    """
    try:
        check_yaml(text)
        values = yaml.load(text, Loader=_Loader)
    except UnfitYaml as error:
        raise CommandError(f"{path}, {error}" if error.line else f"{path}: {error}") from None
    except yaml.MarkedYAMLError as error:
        raise CommandError(unreadable_file(error, path)) from None
    except (yaml.YAMLError, ValueError) as error:
        reason = re.split(r"[;\n]", str(error))[0]
        raise CommandError(f"{path} cannot be read: {reason}") from None
    return values or {}


class UnfitYaml(ValueError):
    """Text that is not to be read as YAML: what is wrong with it, after the line where that is."""

    def __init__(self, says: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {says}" if line else says)
        self.line = line


def check_yaml(text: str) -> None:
    """Raise UnfitYaml for text that holds no settings, or of which a few lines would fill the memory.

    Goes through the text piece by piece and builds nothing, so it takes no longer for what is nested without end, or
    for aliases of aliases.
    """
    if len(text) > MOST_BYTES_OF_YAML:
        raise UnfitYaml(f"it has more than {MOST_BYTES_OF_YAML:,} letters, and settings take less: leave out the rest")
    sizes: dict[str, int] = {}
    within: list[tuple[str | None, int]] = []  # anchor of each value that is not at its end, and letters before it
    letters = 0
    for event in yaml.parse(text, Loader=_PARSER):
        line = 1 + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in within):
                raise UnfitYaml(f"*{event.anchor} stands within what it stands for: write out what is meant", line)
            letters += sizes.get(str(event.anchor), 1)
        elif isinstance(event, yaml.ScalarEvent):
            letters += LETTERS_A_VALUE + len(event.value)
            if event.anchor:
                sizes[event.anchor] = LETTERS_A_VALUE + len(event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            within.append((event.anchor, letters))
            letters += LETTERS_A_VALUE
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = within.pop()
            if anchor:
                sizes[anchor] = letters - before
        is_whole = len(within) == isinstance(event, yaml.CollectionStartEvent)
        if is_whole and isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent):
            what = "a single value" if isinstance(event, yaml.ScalarEvent) else "a list"
            raise UnfitYaml(f"it is {what}: {TAKES_SETTINGS}", line)
        if len(within) > MOST_DEEP:
            raise UnfitYaml(f"it is nested more than {MOST_DEEP} deep: settings are not", line)
        if letters > MOST_LETTERS_OF_YAML:
            raise UnfitYaml("it holds too much, its aliases written out: settings take less", line)


def refuse_other_shapes(values: Mapping[str, Any], usual: Mapping[str, Any], path: Path, inside: str = "") -> None:
    """Refuse a list where settings by name belong, and the other way about, which cannot be put together."""
    for name, value in values.items():
        if isinstance(usual.get(name), Mapping) and isinstance(value, Mapping):
            refuse_other_shapes(value, usual[name], path, f"{inside}{name}.")
        elif isinstance(usual.get(name), Mapping) and isinstance(value, list):
            raise CommandError(f"{path}: {inside}{name} is a list: it takes settings, one a line, written name: value")
        elif isinstance(usual.get(name), list) and isinstance(value, Mapping):
            raise CommandError(f"{path}: {inside}{name} is no list: a dash stands before each of its entries")


class _Loader(get_yaml_loader()):  # type: ignore[misc]
    """Reads YAML as all settings are read, but for whole numbers that are not what they look like."""

    def whole_number(self, node: yaml.ScalarNode) -> int:
        """Return a whole number; refuse 060, which would be 48, and 12:30, which would be 750."""
        if re.fullmatch(r"[+-]?0\d+", node.value):
            says = f"{node.value} begins with a zero: write {int(node.value)}, or '{node.value}' if it is no number"
        elif ":" in node.value:
            says = f"{node.value} would be counted in sixties: write '{node.value}'"
        else:
            return int(self.construct_yaml_int(node))
        raise UnfitYaml(says, 1 + node.start_mark.line)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """Return settings by name; refuse a name that is no text."""
        for name, _ in node.value:
            if name.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
                shown = repr(name.value) if isinstance(name.value, str) else "a list"
                says = f"{shown} is no name: names are text, in quotes where they would be read as anything else"
                raise UnfitYaml(says, 1 + name.start_mark.line)
        return super().construct_mapping(node, deep=deep)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.whole_number)
