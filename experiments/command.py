"""A command line that is being worked off: what was typed, and what Hydra composed of it."""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from experiments.behaviours import GROUP, OWN, SAMPLE, USUAL, NumberSet, Sample, read_sample, table_named
from experiments.cases.named import REST, case_among, case_by_word, names_a_case
from experiments.cases.reading import Case
from experiments.compose import (
    SCENARIO_FIELDS,
    Settings,
    as_hydra_reads,
    as_people_write,
    hydra_for,
    load_scenario,
    scenario_of,
    settings_of,
)
from experiments.errors import CommandError
from experiments.extensions import EXTENSION, named_in, naming, perhaps_named_in
from experiments.files import scratch_folder, typed_path
from experiments.options import (
    CASE,
    EXPERIMENT,
    GROUPS,
    files_of_ones_own,
    find,
    option_names,
    own_folder,
    record_files,
    shipped_folder,
)
from experiments.own_yaml import read_yaml
from experiments.registry import verb_settings, verbs
from experiments.typed import refuse_twice
from sim import Scenario, with_changes
from sim.levers import entries_beyond

_QUIET_HYDRA = (
    "hydra.output_subdir=null",
    "hydra.run.dir=.",
    "hydra.sweep.subdir=.",
    "hydra/job_logging=none",
    "hydra/hydra_logging=none",
)
"""Verbs write their answers themselves: Hydra makes no folders and no logs."""

_NAMES_A_GROUP = re.compile(rf"(?<!\\)\$\{{({'|'.join(GROUPS)})\}}")

_INFO = ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath")
_NUMBER_SET = re.compile(r"\+*(behaviour|own)\.(\w+)=")


class TaskFailed(BaseException):
    """Carries an error out of a Hydra job, which would report an Exception in its own words."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@dataclasses.dataclass(frozen=True)
class Command:
    """One job: a verb, the overrides that were typed, and the config composed of them."""

    verb: str
    config: DictConfig
    overrides: tuple[str, ...]
    """As a person writes them."""
    choices: dict[str, Any]
    """The option of each group that is in force."""
    job: int | None = None
    """Its number, if it is one of several of a --multirun."""
    folder: Path | None = None
    """Where its results are written, once that is open: what is too much for memory goes there as it comes."""
    said: set[str] = dataclasses.field(default_factory=set)
    """What was said of dated policies, which is said once."""

    @classmethod
    def of(cls, verb: str, config: DictConfig) -> Command:
        """Return the job that Hydra is about to do."""
        now = HydraConfig.get()
        return cls(
            verb=verb,
            config=config,
            overrides=tuple(as_people_write(now.overrides.task, [verbs()[verb].settings_kind()])),
            choices={str(group): name for group, name in now.runtime.choices.items()},
            job=now.job.num if now.mode == RunMode.MULTIRUN else None,
        )

    @property
    def words(self) -> list[str]:
        """Return what to type for this job alone; files of one's own have their whole path."""
        own = own_folder()
        typed = map(_with_whole_path, self.overrides)
        return ["partnerships", self.verb, *typed, *(["--config-dir", str(own)] if own else [])]

    @property
    def asked(self) -> dict[str, Any]:
        """Return what to type, and where, to have this job done again."""
        return {"command": self.words, "working_folder": str(Path.cwd())}

    def sets(self, *names: str) -> bool:
        """Return whether one of the settings ``names`` is given as a whole, such as ``place=birmingham``."""
        return any(re.match(rf"\+*({'|'.join(names)})=", override) for override in self.overrides)

    @property
    def of_the_scenario(self) -> list[str]:
        """Return the overrides that are no settings of the verb."""
        return self.beside(*(setting.name for setting in verb_settings(self.verb)))

    def is_worked_out(self, name: str) -> bool:
        """Return whether a setting is made of others, as ``${hydra:runtime.choices.scenario}``."""
        return OmegaConf.is_interpolation(self.config, name)

    def beside(self, *names: str) -> list[str]:
        """Return the overrides that set something else than ``names`` and what is inside them."""
        known = "|".join(map(re.escape, names))
        return [override for override in self.overrides if not re.match(rf"[+~]*({known})(=|\.|$)", override)]

    def settings(self, kind: type[Settings]) -> Settings:
        """Return the settings of the verb, checked against the dataclass ``kind``."""
        return settings_of(self.config, kind)

    @property
    def case(self) -> Case | None:
        """Return the case that is asked for, if there is one."""
        return case_by_word(self.choices.get(REST))

    @cached_property
    def sample(self) -> Sample | None:
        """Return the sample that behaviour names, or None for a single set.

        A parameter that is set on the command line, ``behaviour.tie_rate=0.1``, has that value in all sets.
        """
        named = OmegaConf.select(self.config, f"{GROUP}.{SAMPLE}")
        if named is None:
            return None
        found = [match.groups() for text in self.overrides if (match := _NUMBER_SET.match(text))]
        changes = {name if topic == GROUP else f"{OWN}{name}": self.config[topic][name] for topic, name in found}
        return read_sample(table_named(str(named)), changes)

    @property
    def number_sets(self) -> tuple[NumberSet, ...]:
        """Return the sets of numbers that replicates take turns with; none if scenarios keep their own."""
        return self.sample.sets if self.sample else ()

    def scenario(self, *, longest: int | None = None) -> Scenario:
        """Return the scenario that is asked for; with a sample it has the usual behaviour.

        A verb that decides itself how long runs are says so: ``longest`` is the months of the longest.
        """
        scenario = self._scenario
        _say_what_is_not_reached([scenario if longest is None else with_changes(scenario, months=longest)], self.said)
        return scenario

    @property
    def of_any_scenario(self) -> list[str]:
        """Return what is asked of the scenario beside its name; with a sample it has the usual behaviour."""
        asked = [one for one in self.of_the_scenario if not one.startswith("scenario=")]
        if self.sample is None:
            return asked
        return [f"{GROUP}={USUAL}", *(one for one in asked if not re.match(r"[+~]*behaviour=", one))]

    def scenario_with(self, overrides: Iterable[str], *, name: str | None = None) -> Scenario:
        """Return the scenario that is asked for with more ``overrides``, or that called ``name`` with all of them.

        With a sample it has the usual behaviour.
        """
        asked = self.of_any_scenario
        return load_scenario(name or str(self.choices["scenario"]), [*asked, *overrides], verb=self.verb)

    @cached_property
    def _scenario(self) -> Scenario:
        return scenario_of(self.config, sampled=self.sample is not None)

    def scenarios(self, names: Sequence[str]) -> dict[str, Scenario]:
        """Return the named scenarios, each with the overrides of the command line.

        With a sample they keep the usual behaviour: replicates take theirs from the sample.
        """
        scenarios = {name: self.scenario_with([], name=name) for name in names}
        _say_what_is_not_reached(scenarios.values(), self.said)
        return scenarios


def _with_whole_path(override: str) -> str:
    """Return an override with the whole path of the extension's file, if it names one."""
    name, _, value = override.partition("=")
    if name.lstrip("+") != "extension" or not typed_path(value).is_file():
        return override
    return f"{name}={typed_path(value).resolve()}"


def _say_what_is_not_reached(scenarios: Iterable[Scenario], said: set[str]) -> None:
    """Say on standard error that dated policies lie after the last month of a run, unless it was ``said``."""
    for scenario in scenarios:
        if later := entries_beyond(scenario):
            first, last = min(entry.from_month for entry in later), scenario.month_label(scenario.months - 1)
            line = f"calendar: {len(later)} dated after the last month, {last} (from {first} on), are not reached"
            if line not in said:
                print(line, file=sys.stderr)
                said.add(line)


# ------------------------------------------------------------------------------ Hydra


def each_job(verb: str, arguments: Sequence[str], do: Callable[[Command], float | None]) -> None:
    """Compose the settings of a verb with Hydra, once or for every job of a --multirun, and ``do`` each.

    What ``do`` returns is the objective of the job, which a sweeper that optimises is told.
    """

    def task(config: DictConfig) -> float | None:
        try:
            return do(Command.of(verb, config))
        except Exception as error:
            raise TaskFailed(error) from error

    asked = _parsed(arguments)
    asked.overrides = getattr(verbs()[verb].module(), "put_in_settings", list)(asked.overrides)
    asked.overrides = [_NAMES_A_GROUP.sub(r"${hydra:runtime.choices.\1}", one) for one in asked.overrides]
    refuse_twice(asked.overrides)
    _refuse_settings_of_hydra(asked.overrides)
    _refuse_case(verb, asked.overrides)
    _refuse_extension(verb, asked.overrides)
    named = [*named_in(asked.overrides), *perhaps_named_in(asked.overrides)]  # of with={extension:mine.py} too
    with _folder_for_hydra(asked) as quiet, files_of_ones_own(_folder(asked.config_dir)), naming(named):
        kinds, takes_case = [verbs()[verb].settings_kind()], verbs()[verb].takes_case
        _refuse_experiment_of_others(verb, asked.overrides)
        typed = as_hydra_reads(asked.overrides, kinds, with_case=takes_case, multirun=asked.multirun)
        overrides = [*typed, *_QUIET_HYDRA, *quiet]
        if (case := case_among(overrides)) is not None:
            record_files(case.folder, case.files)
        with hydra_for(verb) as hydra:
            if asked.cfg:
                hydra.show_cfg(verb, overrides, asked.cfg, asked.package, asked.resolve)
            elif asked.info:
                hydra.show_info(asked.info, verb, overrides)
            elif asked.multirun:
                hydra.multirun(verb, task, overrides)
            else:
                hydra.run(verb, task, overrides)


@contextmanager
def _folder_for_hydra(asked: argparse.Namespace) -> Iterator[list[str]]:
    """Give what makes Hydra do several jobs, with a folder for the note that it insists on, if there is --multirun."""
    if not asked.multirun:
        yield []
        return
    with scratch_folder() as scratch:
        yield ["hydra.mode=MULTIRUN", f"hydra.sweep.dir={scratch}"]


def _refuse_settings_of_hydra(overrides: Iterable[str]) -> None:
    """Refuse a folder for Hydra, which writes none, and its own word for what is said by a flag."""
    for override in overrides:
        if re.match(r"[+~]*hydra\.mode=", override):
            raise CommandError(f"{override!r} is not allowed: say --multirun, or leave it out for a single run")
        if re.match(r"[+~]*hydra\.(run|sweep)\.(dir|subdir)=|[+~]*hydra\.output_subdir=", override):
            raise CommandError(f"{override!r} is not allowed: Hydra writes no folders here; say output=FOLDER")


def _refuse_case(verb: str, overrides: Iterable[str]) -> None:
    """Refuse a case for a verb that neither runs one nor has a setting of that name."""
    if verbs()[verb].takes_case or any(setting.name == CASE for setting in verb_settings(verb)):
        return
    for override in filter(names_a_case, overrides):
        able = ", ".join(name for name, one in verbs().items() if one.takes_case)
        raise CommandError(f"{override!r} is not allowed: {verb} takes no case; those that do: {able}")


def _refuse_extension(verb: str, overrides: Iterable[str]) -> None:
    """Refuse an extension for a verb that runs no scenario of its user's."""
    if verbs()[verb].takes == "settings" and not any(one.name == EXTENSION for one in verb_settings(verb)):
        for extension in named_in(overrides):
            raise CommandError(
                f"extension={extension} is not allowed: {verb} takes no month of your own; "
                f"partnerships compare extension={extension} does"
            )


def _refuse_experiment_of_others(verb: str, overrides: Iterable[str]) -> None:
    """Refuse an experiment that states settings which other verbs have and this one has not."""
    named = (override.partition("=") for override in overrides if override.startswith(f"+{EXPERIMENT}="))
    for name in (name for _, _, names in named for name in names.split(",")):
        found = find(EXPERIMENT, f"{name}.yaml") if name in option_names(EXPERIMENT) else None
        stated = [] if found is None else [str(one) for one in read_yaml(found)]
        of_verbs = {other: {one.name for one in verb_settings(other)} for other in verbs()}
        of_any = set().union(*of_verbs.values()).difference(SCENARIO_FIELDS)
        foreign = of_any.intersection(stated) - of_verbs[verb]
        able = [other for other, known in of_verbs.items() if foreign <= known]
        if foreign and able:
            raise CommandError(
                f"experiment {name} states {', '.join(one for one in stated if one in foreign)}: it is for "
                f"{' or '.join(able)}"
            )


class _FlagParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message}; flags are --multirun, --cfg, --resolve, --info, --config-dir, --help")


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return overrides and flags, refused in one line if there is no such flag."""
    parser = _FlagParser(add_help=False, allow_abbrev=False)
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--multirun", "-m", action="store_true")
    parser.add_argument("--cfg", "-c", choices=("job", "hydra", "all"))
    parser.add_argument("--package", "-p")
    parser.add_argument("--resolve", action="store_true")
    parser.add_argument("--info", "-i", nargs="?", const="all", choices=_INFO)
    parser.add_argument("--config-dir", "-cd")
    asked = parser.parse_intermixed_args(list(arguments))
    if asked.multirun + (asked.cfg is not None) + (asked.info is not None) > 1:
        raise CommandError("only one of --multirun, --cfg and --info can be given")
    if asked.resolve and asked.cfg is None:
        raise CommandError("--resolve goes with --cfg job")
    return asked


def _folder(named: str | None) -> Path | None:
    """Return the folder given with --config-dir; refuse files in it that would stand in for those of a verb."""
    if named is None:
        return None
    folder = typed_path(named).resolve()
    if not folder.is_dir():
        raise CommandError(f"--config-dir {named!r} is not a folder")
    for file in sorted(folder.glob("*/*.yml")):
        if file.with_suffix(".yaml").is_file():
            raise CommandError(f"--config-dir {named!r}: {file.parent.name}/{file.stem} is there as .yaml and as .yml")
    for file in sorted(folder.glob("*.yaml")):
        if (shipped_folder() / file.name).is_file() or file.stem == "scenario_defaults":
            raise CommandError(
                f"--config-dir {named!r}: {file.name} is what a verb itself is configured by and cannot be replaced: "
                "choose another name, or put it into the folder of its group, such as scenario or board"
            )
    return folder
