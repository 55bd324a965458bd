"""From YAML and overrides to a checked scenario: the only door between Hydra and the model.

The folder ``configs`` holds what may be asked. The complete defaults of the model and the places come
from ``sim`` itself and are registered here, so that no number stands in two places and a misspelt name
finds nothing to override.
"""

from __future__ import annotations

import dataclasses
import keyword
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hydra import compose, initialize_config_module, version
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationResolutionError, OmegaConfBaseException

from experiments.behaviours import SAMPLE, USUAL
from experiments.cases.named import WHOLE_GROUPS, as_folders, as_options, names_a_case, option_of_case
from experiments.errors import CommandError, known_options, one_line, unknown_place, unknown_setting
from experiments.extensions import EXTENSION, called_from_python, named_in, refuse_unnamed
from experiments.files import Refused, inside, typed_path
from experiments.options import (
    CONFIGS,
    EXPERIMENT,
    GROUPS,
    PLACE,
    files_of_ones_own,
    find,
    is_own,
    kept_for_a_folder,
    located,
    option_names,
    own_folder,
    record_use,
    with_ending,
)
from experiments.own_files import refuse_many_interpolations, refuse_unfit_settings
from experiments.own_yaml import read_yaml, refuse_other_shapes, settings_in, text_of
from experiments.registry import verb_settings
from experiments.typed import as_read, as_typed
from sim import Place, Scenario, ScenarioError, find_place, place_names, scenario_from
from sim.parameters import TOPICS
from sim.population import name_of_place
from sim.scenario import validated

if TYPE_CHECKING:
    from sim import Month

HYDRA_VERSION_BASE = "1.3"

SCENARIO_FIELDS = tuple(field.name for field in dataclasses.fields(Scenario))

OWN_CALENDAR = "own_calendar"
"""Where a calendar that is written out on the command line waits until the rest is composed."""

WHOLE = "_global_"
"""What the first line of a file calls the whole of all settings, where its own name settings of several groups."""

STATE_WHOLE_SCENARIOS = ("scenario", "calendar", EXPERIMENT)
"""Groups whose files name settings by their whole path; the first line that says so to Hydra may be missing."""

BESIDE_THE_SCENARIO = (OWN_CALENDAR, "tests", "untestable")
"""What a composed config holds beside a scenario and the settings of a verb: how its claim is tested, too."""

_OWN_CALENDAR = re.compile(r"^\+*calendar=\[(?=\s*[{\]])")
_OWN_SETTING = re.compile(r"^\+*(?=own[.=])")
_ALL_SEATS = re.compile(r"^\+*board(\.members)?=\{")

_NAMES = re.compile(r"[A-Za-z_][\w, /-]*|\[\]|\w+\(.*\)")
"""One name, several (with --multirun), none, or a sweep such as glob(*)."""

Settings = TypeVar("Settings")


def load_scenario(
    name: str,
    overrides: Sequence[str] = (),
    *,
    case: Path | str | None = None,
    verb: str = "run",
    config_dir: Path | str | None = None,
    month: Month | None = None,
) -> Scenario:
    """Return the named scenario with Hydra ``overrides`` such as ``"levers.duty.attend=1"`` applied.

    ``case`` is the folder of a case, whose place, board and dates replace those of the scenario (``"case=FOLDER"``).
    An experiment among them (``"+experiment=levers_together"``) states settings of a ``verb`` too: name it.
    Files in the folder ``config_dir`` (scenario/mine.yaml and so on) come before those that ship with the model.
    ``month`` declares settings of one's own (``"own.grudge_rate=0.3"``), unless ``"extension=FILE"`` does.
    Raises :class:`sim.ScenarioError`, whose one line names the setting, the value and what is allowed.
    """
    if config_dir is not None:
        with files_of_ones_own(typed_path(str(config_dir)).resolve()):
            return load_scenario(name, overrides, case=case, verb=verb, month=month)
    try:
        overrides = [*overrides, *([f"case={case}"] if case is not None else [])]
        if month is not None or named_in(overrides) or any(map(names_a_case, overrides)):
            with called_from_python(named_in(overrides)):
                return _composed(name, overrides, verb, month)
        return _composed_before(name, tuple(overrides), verb)
    except (HydraException, OmegaConfBaseException, Refused, ScenarioError) as error:
        raise ScenarioError(one_line(error)) from error


def _composed(name: str, overrides: Sequence[str], verb: str, month: Month | None = None) -> Scenario:
    with _our_configs():
        config = compose(verb, as_hydra_reads([f"scenario={name}", *overrides]))
    refuse_unknown(config, tuple(setting.name for setting in verb_settings(verb)))
    return scenario_of(config, month=month)


@kept_for_a_folder
def _composed_before(name: str, overrides: tuple[str, ...], verb: str) -> Scenario:
    """Return a scenario that depends on nothing but files: Hydra takes a tenth of a second to compose one."""
    return _composed(name, overrides, verb)


def load_place(name: str) -> Place:
    """Return the named place: one of one's own, or one that ships with the model; raise :class:`sim.ScenarioError`."""
    if is_own("place", name):
        return load_scenario("baseline_lsp", [f"place={name}"]).place
    return find_place(name)


def scenario_names() -> list[str]:
    """Return the names of the scenarios."""
    return option_names("scenario")


def scenario_descriptions() -> list[dict[str, str]]:
    """Return name, description, claim and seed document of every scenario."""
    stated = ("description", "claim", "seed_document")
    return [
        {"name": name, **{field: str(scenario_texts(name).get(field, "")).strip() for field in stated}}
        for name in scenario_names()
    ]


def scenario_texts(name: str) -> dict[str, Any]:
    """Return what the file of a scenario itself states, before anything is composed."""
    path = find("scenario", f"{name}.yaml")
    assert path is not None
    return read_yaml(path)


def as_hydra_reads(
    overrides: Iterable[str], kinds: Sequence[type] = (), *, with_case: bool = True, multirun: bool = False
) -> list[str]:
    """Return overrides as Hydra can read them; refuse what it would read as something else.

    ``kinds`` declare what can be set beside a scenario. With ``multirun`` a comma stands between values in turn.
    Settings of an extension are new to Hydra, and checked when the extension is read. ``calendar`` is a group, so a
    calendar written out goes by another name until it is composed. A written-out ``board.members`` would be merged
    into the board, silently, so seats are set one by one.
    """
    overrides = as_options(list(overrides)) if with_case else overrides
    asked = [_OWN_CALENDAR.sub(f"{OWN_CALENDAR}=[", override) for override in overrides]
    asked = [_with_name_of_place(_OWN_SETTING.sub("++", override)) for override in asked]
    for override in asked:
        if _ALL_SEATS.match(override):
            raise CommandError(
                f"{override!r} is not allowed: seats are set one by one, board.members.police=2, those that the board "
                "does not have with a plus sign; a board of your own is a file for board=, see --config-dir"
            )
    _refuse_values_for_groups(asked)
    return [as_read(override, (*kinds, Scenario), multirun=multirun) for override in asked]


def as_people_write(overrides: Iterable[str], kinds: Sequence[type] = ()) -> list[str]:
    """Return overrides as a person writes them: the opposite of :func:`as_hydra_reads`."""
    written = [re.sub(rf"^{OWN_CALENDAR}=", "calendar=", override.removeprefix("++")) for override in overrides]
    return [as_typed(override, (*kinds, Scenario)) for override in as_folders(written)]


def _with_name_of_place(override: str) -> str:
    """Return ``place=00AM`` as ``place=hackney``, and everything else as it is."""
    group, _, value = override.partition("=")
    return override if group != PLACE else f"{PLACE}={','.join(map(name_of_place, value.split(',')))}"


def _refuse_values_for_groups(overrides: Iterable[str]) -> None:
    """Refuse an override such as ``levers=3``: a group is set by the name of one of its files."""
    for override in overrides:
        group, _, value = override.lstrip("+").partition("=")
        if group in GROUPS and value.startswith("[") and _NAMES.fullmatch(value[1:-1]):
            raise CommandError(
                f"{group} = {value!r} is not allowed: it takes one name; for each in turn write {group}={value[1:-1]} "
                "and add --multirun"
            )
        known = group in GROUPS and set(value.split(",")) <= set(option_names(group))
        no_name = not _NAMES.fullmatch(value) or value in ("", "null", "true", "false")
        if group == PLACE and no_name and value[:1].isalpha() and value not in ("null", "true", "false"):
            raise CommandError(unknown_place(value, option_names(PLACE)))
        if group in (*GROUPS, EXPERIMENT) and not known and no_name:
            raise CommandError(
                f"{group} = {value!r} is not allowed: it takes a name; {known_options(group, option_names(group))}"
            )


def scenario_of(config: DictConfig, *, sampled: bool = False, month: Month | None = None) -> Scenario:
    """Return the checked scenario in a composed config, leaving the settings of the verb aside.

    A config whose behaviour is a sample of sets is refused, unless ``sampled`` says
    that the caller gives each replicate its set; the scenario has the usual behaviour then.
    """
    values = _plain(config)
    refuse_unnamed(str(values.get(EXTENSION) or ""), f"scenario {values.get('name')!r}")
    if values["behaviour"].pop(SAMPLE, None) is not None and not sampled:
        raise CommandError(
            "behaviour is a sample of parameter sets, one for each replicate, and here one set is needed: "
            f"for example behaviour={USUAL}"
        )
    if values[OWN_CALENDAR] is not None:
        values["calendar"] = values[OWN_CALENDAR]
    if str(values["extension"]).startswith("~"):
        values["extension"] = str(typed_path(values["extension"]).absolute())
    return scenario_from({name: value for name, value in values.items() if name in SCENARIO_FIELDS}, month=month)


def settings_of(config: DictConfig, kind: type[Settings]) -> Settings:
    """Return the settings of a verb in a composed config, checked against the dataclass ``kind``.

    What is neither a setting of the verb nor of a scenario is refused.
    """
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    of_the_verb = tuple(field.name.rstrip("_") for field in fields)
    refuse_unknown(config, of_the_verb)
    beside = {*SCENARIO_FIELDS, *BESIDE_THE_SCENARIO}.difference(of_the_verb)
    values = {_in_python(name): value for name, value in _plain(config).items() if name not in beside}
    settings: Settings = validated(kind, values)
    return settings


def _in_python(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def refuse_unknown(config: DictConfig, of_the_verb: tuple[str, ...]) -> None:
    """Raise CommandError for a name in a composed config that neither a scenario nor the verb has."""
    for name in config:
        if name not in (*SCENARIO_FIELDS, *BESIDE_THE_SCENARIO, *of_the_verb):
            raise CommandError(unknown_setting(str(name), of_the_verb))


def _plain(config: DictConfig) -> dict[str, Any]:
    refuse_many_interpolations(OmegaConf.to_container(config), "what is asked for, with files of your own,")
    return {str(name): _resolved(config, str(name)) for name in config}


def _resolved(config: DictConfig, name: str) -> Any:
    """Return a setting with all that ``${...}`` stands for in it; refuse texts that stand for each other."""
    try:
        value = config[name]
        return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value
    except InterpolationResolutionError as error:
        if "Recursive" not in str(error):
            raise
        raise CommandError(f"{name} stands for itself, through ${{...}} in a circle: write out what it is") from None


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


@contextmanager
def hydra_for(verb: str) -> Iterator[Hydra]:
    """Give a Hydra that composes as its own ``main`` does, but once, and whose errors are raised, not printed.

    What it does to logging for --info, down to every detail of every library, is undone, or it would go on here.
    """
    complaints, root = logging.raiseExceptions, logging.getLogger()
    handlers, level = list(root.handlers), root.level
    logging.raiseExceptions = False  # when the reader of --info has seen enough
    version.setbase(HYDRA_VERSION_BASE)
    try:
        yield Hydra.create_main_hydra2(f"partnerships {verb}", create_config_search_path(f"pkg://{CONFIGS}"))
    finally:
        GlobalHydra.instance().clear()
        logging.raiseExceptions = complaints
        root.handlers[:] = handlers
        root.setLevel(level)


# -------------------------------------------------------------------- what Hydra looks through


class SearchPath(SearchPathPlugin):
    """Lets Hydra look into the folder of one's own before ``configs``, and at the places of the model after it."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Put the folder of one's own, if there is one, before ours, and the places last."""
        folder = own_folder()
        if folder is not None:
            search_path.prepend(provider="own files", path=f"{OwnFiles.scheme()}://{folder}", anchor="main")
        search_path.append(provider="sim", path=f"{PlacesOfTheModel.scheme()}://{PLACE}")
        search_path.append(provider="case", path=f"{Cases.scheme()}://cases")


class OwnFiles(FileConfigSource):
    """A folder of one's own in Hydra's search path: what is read of it lies in it, is looked at, and recorded."""

    @staticmethod
    def scheme() -> str:
        """Return how its address begins."""
        return "own"

    def load_config(self, config_path: str) -> ConfigResult:
        """Return what a file holds, and record that it was read; raise Refused if it is more than settings of a run."""
        path = self._file(config_path)
        text, group = text_of(path), config_path.partition("/")[0]
        values = settings_in(text, path)
        package = self._get_header_dict(text)["package"]
        refuse_unfit_settings(values, path, package, lambda name: located(f"{name}.yaml"))
        record_use(path)
        if package is None and (group in STATE_WHOLE_SCENARIOS or set(values) == {group}):
            package = WHOLE
        _refuse_unusual(values, path, package or group)
        return ConfigResult(
            provider=self.provider,
            path=f"{self.scheme()}://{self.path}",
            config=OmegaConf.create(values),
            header={"package": package},
        )

    def _normalize_file_name(self, filename: str) -> str:  # type: ignore[override]
        """Return the name of a file with its ending, which may be .yml too."""
        return with_ending(Path(self.path), super()._normalize_file_name(filename))

    def is_config(self, config_path: str) -> bool:
        """Return whether there is a file of that name."""
        return self._file(config_path).is_file()

    def _file(self, config_path: str) -> Path:
        return inside(Path(self.path), *self._normalize_file_name(config_path).split("/"), what="a file of your own")


def _refuse_unusual(values: Mapping[str, Any], path: Path, package: str) -> None:
    """Refuse settings of one's own that cannot be put together with the usual ones."""
    usual = _scenario_defaults()
    if package not in (WHOLE, "_group_") and package.partition(".")[0] not in usual:
        raise CommandError(f"{path}: its first line, @package {package}, names no group: write # @package {WHOLE}")
    refuse_other_shapes(values, usual if package == WHOLE else usual.get(package, {}), path)


class PlacesOfTheModel(ConfigSource):
    """The group ``place`` in Hydra's search path, from the data of the model."""

    @staticmethod
    def scheme() -> str:
        """Return how its address begins."""
        return "sim"

    def load_config(self, config_path: str) -> ConfigResult:
        """Return a place."""
        values = OmegaConf.create(dataclasses.asdict(find_place(self._name(config_path))))
        return ConfigResult(
            provider=self.provider, path=f"{self.scheme()}://{self.path}", config=values, header={"package": None}
        )

    def available(self) -> bool:
        """Return whether there are places: always."""
        return True

    def is_group(self, config_path: str) -> bool:
        """Return whether a path is that of the group."""
        return config_path.rstrip("/") in ("", PLACE)

    def is_config(self, config_path: str) -> bool:
        """Return whether a path is that of a place."""
        return config_path.startswith(f"{PLACE}/") and self._name(config_path) in place_names()

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """Return the places, or at the top the group."""
        if config_path.rstrip("/") == PLACE:
            return [] if results_filter == ObjectType.GROUP else place_names()
        return [PLACE] if config_path == "" and results_filter != ObjectType.CONFIG else []

    @staticmethod
    def _name(config_path: str) -> str:
        return config_path.removeprefix(f"{PLACE}/").removesuffix(".yaml")


class Cases(ConfigSource):
    """The cases that were asked for in Hydra's search path, as options of the groups that they state."""

    @staticmethod
    def scheme() -> str:
        """Return how its address begins."""
        return "case"

    def load_config(self, config_path: str) -> ConfigResult:
        """Return what a case states for a group."""
        stated = option_of_case(config_path.removesuffix(".yaml"))
        return ConfigResult(
            provider=self.provider,
            path=f"{self.scheme()}://{self.path}",
            config=OmegaConf.create(stated),
            header={"package": WHOLE if config_path.partition("/")[0] in WHOLE_GROUPS else None},
        )

    def available(self) -> bool:
        """Return whether there may be cases: always."""
        return True

    def is_group(self, config_path: str) -> bool:
        """Return whether a path is that of the group of cases."""
        return config_path.rstrip("/") in WHOLE_GROUPS

    def is_config(self, config_path: str) -> bool:
        """Return whether a path is an option that a case is."""
        return option_of_case(config_path) is not None

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """Return nothing: cases have no names to choose from."""
        return []


def _register() -> None:
    """Give Hydra the defaults as the model declares them, its places, and the way to files of one's own."""
    ConfigStore.instance().store(name="scenario_defaults", node=_scenario_defaults(), provider="sim")
    for plugin in (SearchPath, OwnFiles, PlacesOfTheModel, Cases):
        Plugins.instance().register(plugin)


def _scenario_defaults() -> Mapping[str, Any]:
    plain = {field.name: field.default for field in dataclasses.fields(Scenario) if isinstance(field.default, str)}
    topics = {name: dataclasses.asdict(topic()) for name, topic in TOPICS.items()}
    return {
        **plain,
        "months": 144,
        "place": dataclasses.asdict(Place()),
        "board": {
            "members": {},
            "executive": "everyone",
            "chair": "council",
            "entries": [],
            "bodies": [],
            "types": {},
            "trust": [],
            "ties": [],
        },
        "calendar": [],
        "own": {},
        OWN_CALENDAR: None,
        **topics,
    }


_register()
