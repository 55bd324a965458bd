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
        values = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise CommandError(unreadable_file(error, path)) from None
    except yaml.YAMLError as error:
        raise CommandError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        what = "a list" if isinstance(values, list) else "a single value"
        raise CommandError(
            f"{path} is {what}: it takes settings, one a line, written name: value; a list stands below its name"
        )
    return values


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
        raise yaml.constructor.ConstructorError(None, None, says, node.start_mark)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """Return settings by name; refuse a name that is no text."""
        for name, _ in node.value:
            if name.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
                shown = repr(name.value) if isinstance(name.value, str) else "a list"
                says = f"{shown} is no name: names are text, in quotes where they would be read as anything else"
                raise yaml.constructor.ConstructorError(None, None, says, name.start_mark)
        return super().construct_mapping(node, deep=deep)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.whole_number)
