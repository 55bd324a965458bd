"""Samples of number sets: many sets of uncertain numbers, so that replicates differ by more than luck.

A behaviour config with the key ``sample`` names a table of parameter sets, such as those that
``partnerships calibrate`` accepted (``behaviour=accepted`` with ``--config-dir`` of its study). Replicate r of
every scenario takes set r mod n, so scenarios stay paired and an interval over replicates covers what is not
known about the numbers as well as chance. A set may hold numbers of an extension too, in columns ``own.name``. The
model knows nothing of this: a run always has one set.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from experiments.errors import CommandError
from experiments.options import find, shipped_folder
from experiments.own_yaml import read_yaml
from sim import Scenario, ScenarioError, with_changes
from sim.parameters import Behaviour
from sim.scenario import validated

OF_EACH_SET = "Each of {sets} accepted sets of numbers has runs of its own."
"""What has to be said where a sample is gone through set by set."""

OF_BEST = "Numbers of the best accepted set: intervals cover chance, not what is unknown about behaviour."
"""What has to be said of runs with the set that a fit found best."""

OF_BY_HAND = "Numbers set by hand, not fitted."
"""What has to be said of runs with the defaults of the parameters."""

OF_OTHERS = "Numbers given for these runs: neither those of the fit nor those set by hand."
"""What has to be said of all others."""

BEST, ACCEPTED = "best", "accepted"
"""Names of the behaviours that a fit leaves."""

USUAL = "by_hand"
"""Name of the behaviour whose numbers are the defaults of the parameters."""

SAMPLE = "sample"
"""The key of a behaviour config that names a table of parameter sets in place of one set."""

GROUP = "behaviour"

BY_HAND = f"{GROUP}={USUAL}"
"""What is asked for where the numbers set by hand are wanted, whatever else ships."""


OWN = "own."
"""What paths of settings of one's own begin with."""


def split(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return numbers by name as those of behaviour and those of an extension, without ``own.``.

    >>> split({"tie_rate": 0.1, "own.grudge_rate": 0.2})
    ({'tie_rate': 0.1}, {'grudge_rate': 0.2})
    """
    own = {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}
    return {name: value for name, value in values.items() if not name.startswith(OWN)}, own


@dataclasses.dataclass(frozen=True)
class NumberSet:
    """One set of numbers: those of behaviour, and those of an extension by name, without ``own.``."""

    behaviour: Behaviour
    own: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Return the set with numbers by name, an extension's as ``own.name``; the others have their defaults.

        Raises :class:`sim.ScenarioError` for a name or a value that is not allowed; an extension's are checked where
        a scenario takes them.
        """
        behaviour, own = split(values)
        return cls(validated(Behaviour, behaviour, "behaviour."), own)

    @property
    def values(self) -> dict[str, Any]:
        """Return the numbers by name, as :meth:`from_values` takes them."""
        return {**vars(self.behaviour), **{f"{OWN}{name}": value for name, value in self.own.items()}}

    def of(self, scenario: Scenario) -> Scenario:
        """Return ``scenario`` with these numbers. Raises :class:`sim.ScenarioError` if its month does not have them."""
        changed = dataclasses.replace(scenario, behaviour=self.behaviour)
        return with_changes(changed, own={**scenario.own, **self.own}) if self.own else changed


class Turn(Protocol):
    """What a replicate has in its turn in place of what the scenario states: a set of numbers, a place."""

    def of(self, scenario: Scenario, /) -> Scenario:
        """Return ``scenario`` with it."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """Sets of numbers of equal weight, and the table they were read from."""

    sets: tuple[NumberSet, ...]
    file: str
    sha256: str

    def in_replicate(self, scenario: Scenario, replicate: int) -> Scenario:
        """Return ``scenario`` with the set of a replicate: number ``replicate`` mod n."""
        return in_turn(scenario, replicate, self.sets)

    def says_of(self, replicate: int) -> str:
        """Return what has to be said of one run with the sample."""
        number = replicate % len(self.sets) + 1
        return f"Numbers of accepted set {number} of {len(self.sets)}: another replicate has another one."

    def record(self) -> dict[str, Any]:
        """Return what a manifest says of the sample."""
        return {"file": self.file, "sets": len(self.sets), "sha256": self.sha256}


OF_SHARES = "those of shares of runs, which are of chance alone,"
"""Intervals that :func:`on_turns` leaves out where runs are too few to tell shares set by set."""


def on_turns(*, sets: int, replicates: int, but_for: str = "") -> str:
    """Return what has to be said of so many replicates that take turns with so many sets.

    ``but_for`` names intervals that it does not hold of.

    >>> on_turns(sets=30, replicates=20).partition(",")[0]
    'Replicates take turns with the first 20 of 30 accepted sets of numbers'
    >>> on_turns(sets=30, replicates=30, but_for=OF_SHARES).partition("so ")[2].partition(" cover")[0]
    'intervals, but for those of shares of runs, which are of chance alone,'
    """
    which = f"{sets}" if replicates >= sets else f"the first {replicates} of {sets}"
    intervals = f"intervals, but for {but_for}" if but_for else "intervals"
    return (
        f"Replicates take turns with {which} accepted sets of numbers, so {intervals} cover chance and what is unknown "
        "about behaviour together."
    )


def in_turn(scenario: Scenario, replicate: int, turns: Sequence[Turn]) -> Scenario:
    """Return ``scenario`` as a replicate has it, number ``replicate`` mod n of ``turns``; with none, as it is."""
    return turns[replicate % len(turns)].of(scenario) if turns else scenario


def shipped_best() -> Behaviour:
    """Return the best accepted set of the fit that ships, whatever files of one's own are called."""
    return NumberSet.from_values(read_yaml(shipped_folder() / GROUP / f"{BEST}.yaml")).behaviour


def read_sample(path: Path, changes: Mapping[str, Any] | None = None) -> Sample:
    """Return the sets in a CSV table, one a row with a column a number; ``changes`` hold for all of them.

    A number of behaviour without a column keeps its default. Raises CommandError for a table that cannot be read,
    or a value that is not allowed.
    """
    import pandas as pd

    try:
        content = path.read_bytes()
        # As text, because Python reads decimals exactly, whatever the version of pandas.
        table = pd.read_csv(path, dtype=str).map(float)
        rows: list[Any] = table.to_dict("records")
        sets = tuple(NumberSet.from_values({**row, **(changes or {})}) for row in rows)
    except (OSError, ValueError, ScenarioError) as error:
        raise CommandError(f"{SAMPLE} = {str(path)!r} cannot be read: {error}") from None
    if not sets:
        raise CommandError(f"{SAMPLE} = {str(path)!r} has no rows: one a parameter set is needed")
    return Sample(sets=sets, file=path.name, sha256=hashlib.sha256(content).hexdigest())


def table_named(named: str) -> Path:
    """Return the table that a behaviour names: a path, or a file beside the configs of the group."""
    if Path(named).is_absolute():
        return Path(named)
    return find(GROUP, named) or shipped_folder() / GROUP / named


def behaviours_of_a_fit(
    sets: Sequence[Mapping[str, float]], chosen: Mapping[str, float], *, again: str, chosen_as: str = BEST
) -> dict[str, str]:
    """Return accepted sets and the chosen one as texts of behaviours, by file, that other verbs take with --config-dir.

    ``again`` is the command that leaves them. With numbers of an extension they go with ``extension=`` alone.
    """
    import pandas as pd

    head = (
        f"# {len(sets)} parameter sets of equal weight, one a row; replicate r takes row r mod {len(sets)}.\n"
        f"# Accepted by: {again}\n"
    )
    folder = f"configs/{GROUP}"
    return {
        f"{folder}/{chosen_as}.yaml": _file_of_one(chosen, head=f"# Chosen by: {again}\n"),
        f"{folder}/{ACCEPTED}.csv": pd.DataFrame(sets).to_csv(index=False),
        f"{folder}/{ACCEPTED}.yaml": f"{head}{SAMPLE}: {ACCEPTED}.csv\n",
    }


def _file_of_one(chosen: Mapping[str, float], *, head: str) -> str:
    """Return the text of a behaviour; with numbers of an extension it states them beside behaviour's."""
    behaviour, own = split(chosen)
    if not own:
        return head + _lines(behaviour)
    return f"# @package _global_\n{head}{GROUP}:\n{_lines(behaviour, '  ')}own:\n{_lines(own, '  ')}"


def _lines(numbers: Mapping[str, float], before: str = "") -> str:
    return "".join(f"{before}{name}: {value!r}\n" for name, value in numbers.items())
