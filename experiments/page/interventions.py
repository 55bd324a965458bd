"""What can be done to a partnership from a date on: levers and events, each at one or more doses.

They are declared in ``interventions.yaml``; doses that other files state (``configs/experiment``,
``configs/leadership``) are read from there. A dose is an entry of a calendar without its date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import yaml

from analysis.shared.paths import flat
from analysis.shared.words import capital
from sim.parameters import Parameter

LEVERS, EVENTS = "levers", "events"


def interventions() -> list[dict[str, Any]]:
    """Return every intervention, levers first: name, label, says, source, is_lever, and doses by name.

    Each dose has what an entry of a calendar has: ``levers`` and ``leadership`` by path, ``abolish``, ``creates``.
    """
    rows = read_declared("experiments", "page/interventions.yaml")
    return [_described(row, is_lever=kind == LEVERS) for kind in (LEVERS, EVENTS) for row in rows[kind]]


def of_own(levers: Iterable[Parameter]) -> list[dict[str, Any]]:
    """Return the same of levers of an extension: at both ends of the range and half way, or at each choice."""
    return [
        {
            "name": lever.path,
            "label": capital(lever.label),
            "says": lever.says,
            "source": lever.source,
            "is_lever": True,
            "doses": {f"at_{value}": {"own": {lever.path: value}} for value in _values(lever)},
        }
        for lever in levers
    ]


def _values(lever: Parameter) -> list[Any]:
    if lever.low is None or lever.high is None:
        return list(lever.choices)
    whole = isinstance(lever.default, int)
    values = [lever.low, float(f"{(lever.low + lever.high) / 2:.6g}"), lever.high]
    return [int(value) if value.is_integer() else value for value in values if value.is_integer() or not whole]


def _described(row: Mapping[str, Any], *, is_lever: bool) -> dict[str, Any]:
    words = {name: row[name] for name in ("name", "label", "says", "source")}
    return words | {"is_lever": is_lever, "doses": {name: _entry(dose) for name, dose in _doses(row)}}


def _doses(row: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "from_experiment" in row:
        yield from read_declared("configs", f"experiment/{row['from_experiment']}.yaml")["doses"][row["name"]].items()
    elif "from_leadership" in row:
        for style in row["from_leadership"]:
            yield style, {"leadership": read_declared("configs", f"leadership/{style}.yaml")}
    else:
        yield from row["doses"].items()


def _entry(dose: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dose with its settings by path."""
    settings = {group: flat(dose[group], f"{group}.") for group in ("levers", "leadership") if group in dose}
    return {**dose, **settings}


def read_declared(package: str, path: str) -> Any:
    """Return what a YAML file of a package declares."""
    return yaml.safe_load(files(package).joinpath(path).read_text("utf-8"))
