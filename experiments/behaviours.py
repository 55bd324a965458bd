"""Samples of behaviours: many sets of uncertain parameters, so that replicates differ by more than luck.

``configs/behaviour/accepted.yaml`` names a table of parameter sets that ``partnerships calibrate``
accepted. Replicate r of every scenario takes set r mod n, so scenarios stay paired and an interval
over replicates covers what is not known about the parameters as well as chance. The model knows nothing
of this: a run always has one behaviour.

For example:

    scenario = with_accepted(load_scenario("growth_coalition"), replicate=3)
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from experiments.errors import CommandError
from sim import Scenario, ScenarioError
from sim.parameters import Behaviour
from sim.scenario import validated

SAMPLE = "sample"
"""The key of a behaviour config that names a table of parameter sets in place of one set."""

GROUP = "behaviour"
SHIPPED = "accepted"

_OVERRIDE = re.compile(r"\+*behaviour\.(\w+)=")


@dataclasses.dataclass(frozen=True)
class Sample:
    """Parameter sets of equal weight, and the table they were read from."""

    sets: tuple[Behaviour, ...]
    file: str
    sha256: str

    def in_replicate(self, scenario: Scenario, replicate: int) -> Scenario:
        """Return ``scenario`` with the set of a replicate: number ``replicate`` mod n."""
        return of_replicate(scenario, replicate, self.sets)

    def told(self) -> dict[str, Any]:
        """Return what a manifest says of the sample."""
        return {"file": self.file, "sets": len(self.sets), "sha256": self.sha256}


def of_replicate(scenario: Scenario, replicate: int, behaviours: Sequence[Behaviour]) -> Scenario:
    """Return ``scenario`` with the behaviour whose turn it is in a replicate; with none given, its own."""
    if not behaviours:
        return scenario
    return dataclasses.replace(scenario, behaviour=behaviours[replicate % len(behaviours)])


def accepted_sets() -> tuple[Behaviour, ...]:
    """Return the accepted parameter sets that ship with the model."""
    return shipped_sample().sets


def with_accepted(scenario: Scenario, replicate: int) -> Scenario:
    """Return ``scenario`` with the accepted set of a replicate: the same one for every scenario."""
    return shipped_sample().in_replicate(scenario, replicate)


@cache
def shipped_sample() -> Sample:
    """Return the sample that ``configs/behaviour/accepted.yaml`` names."""
    folder = Path(str(files("configs"))) / GROUP
    named = OmegaConf.load(folder / f"{SHIPPED}.yaml")
    return read_sample(folder / str(OmegaConf.select(named, SAMPLE)))


def read_sample(path: Path, changes: Mapping[str, Any] | None = None) -> Sample:
    """Return the sets in a CSV table, one a row with a column a parameter; ``changes`` hold for all of them.

    A parameter without a column keeps its default. Raises CommandError for a table that cannot be read,
    or a value that is not allowed.
    """
    try:
        content = path.read_bytes()
        # As text, because Python reads decimals exactly, whatever the version of pandas.
        table = pd.read_csv(path, dtype=str).map(float)
        rows: list[Any] = table.to_dict("records")
        sets = tuple(validated(Behaviour, {**row, **(changes or {})}, "behaviour.") for row in rows)
    except (OSError, ValueError, ScenarioError) as error:
        raise CommandError(f"{SAMPLE} = {str(path)!r} cannot be read: {error}") from None
    if not sets:
        raise CommandError(f"{SAMPLE} = {str(path)!r} has no rows: one a parameter set is needed")
    return Sample(sets=sets, file=path.name, sha256=hashlib.sha256(content).hexdigest())


def sample_of(config: DictConfig) -> Sample | None:
    """Return the sample that the command line asks for (``behaviour=accepted``), or None for a single set.

    A parameter that is set on the command line, ``behaviour.exit_rate=0.1``, has that value in all sets.
    """
    named = OmegaConf.select(config, f"{GROUP}.{SAMPLE}")
    if named is None:
        return None
    found = [match[1] for text in HydraConfig.get().overrides.task if (match := _OVERRIDE.match(text))]
    return read_sample(_path_of(str(named)), {name: config[GROUP][name] for name in found})


def _path_of(named: str) -> Path:
    """Return the table that a config names: a path, or a file beside the configs of the group."""
    if Path(named).is_absolute():
        return Path(named)
    sources = HydraConfig.get().runtime.config_sources
    folders = [Path(source.path) for source in sources if source.schema == "file"]
    folders.append(Path(str(files("configs"))))
    beside: Sequence[Path] = [folder / GROUP / named for folder in folders]
    return next((path for path in beside if path.is_file()), beside[-1])
