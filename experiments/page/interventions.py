"""What can be done to a partnership from a date on: levers and events, each at one or more doses.

They are declared in ``interventions.yaml``; doses that other files state (``configs/experiment``,
``configs/leadership``) are read from there. A dose is an entry of a calendar without its date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import yaml

from analysis.shared.paths import flat

LEVERS, EVENTS = "levers", "events"


def interventions() -> list[dict[str, Any]]:
    """Return every intervention, levers first: name, label, says, source, is_lever, and doses by name.

    Each dose has what an entry of a calendar has: ``levers`` and ``leadership`` by path, ``abolish``, ``creates``.
    """
    rows = read_declared("experiments", "page/interventions.yaml")
    return [_described(row, is_lever=kind == LEVERS) for kind in (LEVERS, EVENTS) for row in rows[kind]]


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
