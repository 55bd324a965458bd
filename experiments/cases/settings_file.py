"""The settings of a case, ``place.yaml``: read with the line of each, so that what is wrong can be pointed at."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, cast

import yaml

from experiments.cases.cells import Problem
from experiments.files import Unreadable, read_text
from experiments.own_yaml import UnfitYaml, check_yaml

_MOST_DEEP = 6


@dataclasses.dataclass(frozen=True)
class SettingsFile:
    """What a file of settings holds: values by name, and the line of each by its path."""

    values: dict[str, Any]
    lines: dict[str, int]


def read_settings(path: Path, problems: list[Problem]) -> SettingsFile:
    """Return the settings in a YAML file; what is wrong with it is added to ``problems``."""
    file = path.name
    lines: dict[str, int] = {}
    try:
        text = read_text(path)
        check_yaml(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return SettingsFile({}, lines)
        values = _mapping(cast(yaml.MappingNode, node), "", lines, file, problems)
    except (Unreadable, UnfitYaml) as error:
        problems.append(Problem(file, str(error)))
        return SettingsFile({}, lines)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        says = getattr(error, "problem", None) or "it cannot be read"
        problems.append(Problem(file, f"it is no YAML: {says}", line=mark.line + 1 if mark else None))
        return SettingsFile({}, lines)
    return SettingsFile(values, lines)


def _mapping(
    node: yaml.MappingNode, path: str, lines: dict[str, int], file: str, problems: list[Problem]
) -> dict[str, Any]:
    if path.count(".") >= _MOST_DEEP:
        raise Unreadable(f"{path} is nested too deep")
    values: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        line = key.start_mark.line + 1
        inner = f"{path}.{name}" if path else name
        if name in values:
            problems.append(
                Problem(file, f"it stands here for the second time, first in line {lines[inner]}", line, inner)
            )
            continue
        lines[inner] = line
        values[name] = _value(value, inner, lines, file, problems)
    return values


def _value(node: yaml.Node, path: str, lines: dict[str, int], file: str, problems: list[Problem]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, file, problems)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, path, lines, file, problems) for one in node.value]
    if node.tag == "tag:yaml.org,2002:timestamp":  # 2001-04-01 is a text here
        return str(node.value)
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (ValueError, yaml.YAMLError):
        raise Unreadable(f"{path} = {node.value!r} cannot be read") from None
    finally:
        loader.dispose()
