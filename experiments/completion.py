"""Completion of a command line in bash, zsh and fish by argcomplete: verbs, settings, and what they can be set to."""

from __future__ import annotations

import argparse
import re
from typing import Any

from analysis.shared.libraries import library
from experiments.options import GROUPS, option_names
from experiments.registry import Verb, verbs

_TOPICS = ("levers.", "behaviour.", "leadership.", "place.", "board.")
_OF_SCENARIOS = ("scenarios", "reference", "baseline")
_OF_MEASURES = ("measure", "measures", "objective")
_OF_PARAMETERS = ("vary",)
_PLACES = ("all", "funded", "recorded", "counties")


def answer() -> None:
    """Tell the shell how the word at hand can go on, and leave."""
    parser = argparse.ArgumentParser(prog="partnerships", allow_abbrev=False)
    for flag in ("--multirun", "--resolve"):
        parser.add_argument(flag, action="store_true")
    for flag in ("--cfg", "--info", "--config-dir"):
        parser.add_argument(flag)
    words: Any = parser.add_argument("words", nargs="*")
    words.completer = lambda prefix, parsed_args, **_: completions(list(parsed_args.words or ()), prefix)
    argcomplete = library("argcomplete", purpose="completion", extra="shell")
    argcomplete.autocomplete(parser, validator=lambda completion, prefix: completion.startswith(prefix))


def completions(before: list[str], word: str) -> list[str]:
    """Return how ``word`` can go on after the words ``before`` it: as verb, as setting, or as a value of one.

    >>> completions([], "patt")
    ['patterns']
    >>> completions(["run"], "replic"), completions(["run"], "scenario=growth")
    (['replicate='], ['scenario=growth_coalition'])
    >>> completions(["compare"], "scenarios=[talking_shop,nrf_cl")
    ['scenarios=[talking_shop,nrf_cliff_2008']
    """
    if not before:
        return [name for name in verbs() if name.startswith(word)]
    verb = verbs().get(before[0])
    if verb is None or verb.takes == "arguments":
        return []
    name, is_value, value = word.partition("=")
    if not is_value:
        return [one for one in _settings(verb, word) if one.startswith(word)]
    begun = re.match(r"(.*[\[,])?", value)
    head = f"{name}={(begun and begun[1]) or ''}"
    return [f"{head}{one}" for one in _values(verb, name) if f"{head}{one}".startswith(word)]


def _settings(verb: Verb, word: str) -> list[str]:
    """Return the settings of a verb, with the sign that a value follows; single levers once their group is typed."""
    names = [f"{setting.name}=" for setting in verb.settings]
    if verb.takes != "scenario":
        return names
    names += [f"{name}=" for name in (*GROUPS, "months", "start", "extension", *(["case"] if verb.takes_case else []))]
    if "." not in word:
        return sorted({*names, *_TOPICS})
    from experiments.errors import setting_paths

    return [f"{path}=" for path in setting_paths()]


def _values(verb: Verb, name: str) -> list[str]:
    """Return what a setting can be set to, if that is a list of names; else nothing."""
    if name in GROUPS:
        return option_names(name)
    if name in _OF_SCENARIOS:
        return option_names("scenario")
    if name in _OF_MEASURES:
        from sim.measures import MEASURES

        return list(MEASURES)
    if name in _OF_PARAMETERS:
        from sim.parameters import PARAMETERS

        return list(PARAMETERS)
    if name == "places":
        return list(_PLACES)
    if name == "nulls":
        from sim.nulls import NULLS

        return list(NULLS)
    defaults = {setting.name: setting.default for setting in verb.settings}
    return ["true", "false"] if defaults.get(name) in ("true", "false") else []
