"""The verbs: found in their folder, and told from their two files without running either.

A verb is ``experiments/verbs/NAME.py``, whose docstring is its help, and ``configs/NAME.yaml``, its settings with
their defaults and meanings. The module has one of

- ``work(settings, command) -> Results | None``: what it comes to is written and printed by the frame of all verbs
  (``put_in_settings(words)`` beside it makes settings of bare names)
- ``serve(settings)``: does something for as long as it runs and leaves nothing
- ``main(arguments)``: takes no settings, and so has no YAML; it may return an exit code
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import Any, Literal, get_type_hints

from experiments.options import CONFIGS

FOLDER = "verbs"

_SETTING = re.compile(r"(\w+): +(.*?)(?: +# *(.*))?")
_OF_A_PLACE = re.compile(r"^  - place: (?!.*# takes no case)", re.MULTILINE)
"""A verb to which a place is given takes a case too, unless this line says that it does not."""
_OF_A_SCENARIO = re.compile(r"^  - scenario_defaults\b", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class VerbSetting:
    """A setting of a verb, as its YAML file states it: name, default and meaning."""

    name: str
    default: str
    meaning: str


@dataclasses.dataclass(frozen=True)
class Verb:
    """Something that can be asked on the command line."""

    name: str
    help: str
    """Its help: the docstring of its module."""
    takes: Literal["arguments", "settings", "scenario"]
    """Settings may be those of a scenario too."""
    settings: tuple[VerbSetting, ...] = ()
    """Those of its own."""
    takes_case: bool = False
    """A case may stand in for the place and the board of its scenarios."""

    @property
    def summary(self) -> str:
        """Return the first sentence of its help."""
        return " ".join(self.help.partition("\n\n")[0].split()).removesuffix(".")

    def module(self) -> ModuleType:
        """Return its module, imported now."""
        return importlib.import_module(f"experiments.{FOLDER}.{self.name}")

    def settings_kind(self) -> type[Any]:
        """Return the dataclass that its function takes settings as."""
        module = self.module()
        kind: type[Any] = get_type_hints(getattr(module, "serve", None) or module.work)["settings"]
        return kind


@cache
def verbs() -> Mapping[str, Verb]:
    """Return the verbs by name."""
    folder = files("experiments").joinpath(FOLDER)
    modules = sorted((file for file in folder.iterdir() if file.name.endswith(".py")), key=lambda file: file.name)
    return {verb.name: verb for file in modules if (verb := _verb(file)).name != "__init__"}


def verb_settings(name: str) -> tuple[VerbSetting, ...]:
    """Return the settings of a verb beside those of a scenario, read from ``configs/VERB.yaml``."""
    return verbs()[name].settings


def _verb(file: Traversable) -> Verb:
    name = file.name.removesuffix(".py")
    text_of_help = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    config = files(CONFIGS).joinpath(f"{name}.yaml")
    if not config.is_file():
        return Verb(name, text_of_help, takes="arguments")
    text = config.read_text("utf-8")
    stated = (_SETTING.fullmatch(line) for line in text.splitlines())
    settings = tuple(VerbSetting(found[1], found[2], found[3] or "") for found in stated if found)
    return Verb(
        name,
        text_of_help,
        takes="scenario" if _OF_A_SCENARIO.search(text) else "settings",
        settings=settings,
        takes_case=_OF_A_PLACE.search(text) is not None and all(setting.name != "case" for setting in settings),
    )
