"""From YAML and overrides to a checked scenario: the only door between Hydra and the model.

The folder ``configs`` holds what may be asked. The complete defaults of the model and the places come
from ``sim`` itself and are registered here, so that no number stands in two places and a misspelt name
finds nothing to override.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, TypeVar

from hydra import compose, initialize_config_module
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import BeforeValidator

from experiments.behaviours import SAMPLE
from experiments.errors import CommandError, known_options, one_line, unknown_setting
from sim import Place, Scenario, ScenarioError, find_place, place_names, scenario_from
from sim.parameters import TOPICS
from sim.scenario import validated

HYDRA_VERSION_BASE = "1.3"
CONFIGS = "configs"

GROUPS = ("scenario", "place", "board", "leadership", "levers", "calendar", "behaviour")
SCENARIO_FIELDS = tuple(field.name for field in dataclasses.fields(Scenario))

OWN_CALENDAR = "own_calendar"
"""Where a calendar that is written out on the command line waits until the rest is composed."""

_OWN_CALENDAR = re.compile(r"^\+*calendar=\[(?=\s*[{\]])")
_ALL_SEATS = re.compile(r"^\+*board(\.members)?=\{")

_NAMES = re.compile(r"\[?[A-Za-z_][\w, /-]*\]?|\[\]|\w+\(.*\)")
"""One name, several (with --multirun), a list of names, or a sweep such as glob(*)."""

Settings = TypeVar("Settings")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


def load_scenario(name: str, overrides: Sequence[str] = ()) -> Scenario:
    """Return the named scenario with Hydra ``overrides`` such as ``"levers.duty.attend=1"`` applied.

    Raises :class:`sim.ScenarioError`, whose one line names the setting, the value and what is allowed.
    """
    try:
        asked = as_hydra_reads([f"scenario={name}", *overrides])
        with _our_configs():
            config = compose("run", asked)
        _refuse_unknown(config, tuple(setting.name for setting in verb_settings("run")))
        return scenario_of(config)
    except (HydraException, OmegaConfBaseException, CommandError) as error:
        raise ScenarioError(one_line(error)) from error


def scenarios_asked(names: Sequence[str], settings: Any, *, sampled: bool = False) -> dict[str, Scenario]:
    """Return the named scenarios, each with the overrides of the command line that is being worked off.

    ``settings`` are those of the verb, a dataclass; overrides of its fields are not for a scenario. If the
    behaviour is ``sampled``, scenarios keep the usual one: replicates take theirs from the sample.
    """
    of_the_verb = "|".join([*(field.name for field in dataclasses.fields(settings)), *["behaviour(?==)"][:sampled]])
    asked = HydraConfig.get().overrides
    shared = [override for override in asked.task if not re.match(rf"[+~]*({of_the_verb})(=|\.|$)", override)]
    shared += [override for override in asked.hydra if override.startswith("hydra.searchpath=")]
    return {name: load_scenario(name, shared) for name in names}


def scenario_names() -> list[str]:
    """Return the names of the scenarios that ship with the model."""
    with _our_configs():
        return sorted(GlobalHydra.instance().config_loader().get_group_options("scenario"))


def option_names(group: str) -> list[str]:
    """Return the options of a config group, for example the boards."""
    with _our_configs():
        return sorted(GlobalHydra.instance().config_loader().get_group_options(group))


def scenario_descriptions() -> list[dict[str, str]]:
    """Return name, description, claim and seed document of every scenario."""
    folder = files(CONFIGS).joinpath("scenario")
    told = ("description", "claim", "seed_document")
    read = {name: OmegaConf.create(folder.joinpath(f"{name}.yaml").read_text("utf-8")) for name in scenario_names()}
    return [
        {"name": name, **{field: str(OmegaConf.select(texts, field, default="")).strip() for field in told}}
        for name, texts in read.items()
    ]


@dataclasses.dataclass(frozen=True)
class VerbSetting:
    """A setting of a verb, as its YAML file states it: name, default and meaning."""

    name: str
    default: str
    says: str


@cache
def verb_settings(verb: str) -> tuple[VerbSetting, ...]:
    """Return the settings of a verb beside those of a scenario, read from ``configs/VERB.yaml``."""
    lines = files(CONFIGS).joinpath(f"{verb}.yaml").read_text("utf-8").splitlines()
    stated = (re.fullmatch(r"(\w+): +(.*?)(?: +# *(.*))?", line) for line in lines)
    return tuple(VerbSetting(found[1], found[2], found[3] or "") for found in stated if found)


def as_hydra_reads(overrides: Iterable[str]) -> list[str]:
    """Return overrides as Hydra can read them; refuse what it would read as something else.

    ``calendar`` is a group, so a calendar written out goes by another name until it is composed. A
    written-out ``board.members`` would be merged into the board, silently, so seats are set one by one.
    """
    asked = [_OWN_CALENDAR.sub(f"{OWN_CALENDAR}=[", override) for override in overrides]
    for override in asked:
        if _ALL_SEATS.match(override):
            raise CommandError(
                f"{override!r} is not allowed: seats are set one by one, board.members.police=2, those that the board "
                "does not have with a plus sign; a board of your own is a file for board=, see --config-dir"
            )
    _refuse_values_for_groups(asked)
    return asked


def _refuse_values_for_groups(overrides: Iterable[str]) -> None:
    """Refuse an override such as ``levers=3``: a group is set by the name of one of its files."""
    for override in overrides:
        group, _, value = override.lstrip("+").partition("=")
        if group in GROUPS and (not _NAMES.fullmatch(value) or value in ("", "null", "true", "false")):
            raise CommandError(
                f"{group} = {value!r} is not allowed: it takes a name; {known_options(group, option_names(group))}"
            )


def scenario_of(config: DictConfig, *, sampled: bool = False) -> Scenario:
    """Return the checked scenario in a composed config, leaving the settings of the verb aside.

    A config whose behaviour is a sample of sets (``behaviour=accepted``) is refused, unless ``sampled`` says
    that the caller gives each replicate its set; the scenario has the usual behaviour then.
    """
    values = _plain(config)
    if values["behaviour"].pop(SAMPLE, None) is not None and not sampled:
        raise CommandError(
            "behaviour is a sample of parameter sets, one for each replicate, and here one set is needed: "
            "for example behaviour=fitted"
        )
    if values[OWN_CALENDAR] is not None:
        values["calendar"] = values[OWN_CALENDAR]
    return scenario_from({name: value for name, value in values.items() if name in SCENARIO_FIELDS})


def verb_settings_of(config: DictConfig, kind: type[Settings]) -> Settings:
    """Return the settings of a verb in a composed config, checked against the dataclass ``kind``.

    What is neither a setting of the verb nor of a scenario is refused.
    """
    _refuse_unknown(config, tuple(field.name for field in dataclasses.fields(kind)))  # type: ignore[arg-type]
    settings: Settings = validated(
        kind, {name: value for name, value in _plain(config).items() if name not in (*SCENARIO_FIELDS, OWN_CALENDAR)}
    )
    return settings


def _refuse_unknown(config: DictConfig, of_the_verb: tuple[str, ...]) -> None:
    for name in config:
        if name not in (*SCENARIO_FIELDS, OWN_CALENDAR) and name not in of_the_verb:
            raise CommandError(unknown_setting(str(name), of_the_verb))


def _plain(config: DictConfig) -> dict[str, Any]:
    plain: Any = OmegaConf.to_container(config, resolve=True)
    return {str(name): value for name, value in plain.items()}


@contextmanager
def _our_configs() -> Iterator[None]:
    """Let Hydra compose from our folder, whatever it is composing elsewhere in this process."""
    outer = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with initialize_config_module(CONFIGS, version_base=HYDRA_VERSION_BASE):
            yield
    finally:
        GlobalHydra.instance().hydra = outer


def _register_defaults() -> None:
    """Give Hydra the defaults and the places as the model declares them."""
    store = ConfigStore.instance()
    store.store(name="scenario_defaults", node=_scenario_defaults(), provider="sim")
    for name in place_names():
        store.store(group="place", name=name, node=dataclasses.asdict(find_place(name)), provider="sim")


def _scenario_defaults() -> Mapping[str, Any]:
    plain = {field.name: field.default for field in dataclasses.fields(Scenario) if isinstance(field.default, str)}
    topics = {name: dataclasses.asdict(topic()) for name, topic in TOPICS.items()}
    return {
        **plain,
        "months": 144,
        "place": dataclasses.asdict(Place()),
        "board": {"members": {}, "executive": "everyone", "chair": "council", "entries": []},
        "calendar": [],
        OWN_CALENDAR: None,
        **topics,
    }


_register_defaults()
