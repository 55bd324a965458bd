"""What decides the rows of a study, as one hash: the code, and the plan as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from experiments.files import sha256
from sim import Scenario, month_of
from sim.sources import NUMERICS, source_hash

PACKAGES = ("sim", "experiments", "configs")
"""Packages whose text decides what a run is, and what is kept of it."""

HASH = "hash"
PARTS = "hash_of_parts"

_ABSENT = "absent"


def made_by(scenarios: Iterable[Scenario] = ()) -> dict[str, str]:
    """Return what numbers are made by: a hash of each package and extension, and the versions of what they run on."""
    versions = {name: version(name) for name in NUMERICS}
    extensions = {scenario.extension: month_of(scenario).own_key for scenario in scenarios if scenario.extension}
    return versions | {name: source_hash(name) for name in PACKAGES} | extensions


def differing_code(before: Mapping[str, str], scenarios: Iterable[Scenario] = ()) -> str:
    """Return in words how the code differs from what numbers were made by; nothing if it does not."""
    found = differences(before, made_by(scenarios))
    versions = [f"{name} {old}, now {new}" for name, old, new in found if name in NUMERICS]
    texts = [name for name, _, _ in found if name not in NUMERICS]
    # The hash of a package is over the versions too: of those that differ, only they are named.
    return "; ".join(versions) or (f"{' and '.join(texts)} {'was' if len(texts) == 1 else 'were'} edited" * bool(texts))


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return name, value before and value now of what differs."""
    names = dict.fromkeys([*before, *now])
    pairs = ((name, before.get(name, _ABSENT), now.get(name, _ABSENT)) for name in names)
    return [(name, old, new) for name, old, new in pairs if old != new]


def sealed(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan with the hash of each of its parts, and one hash over them all."""
    parts = {name: _hash_of(value) for name, value in _parts(plan)}
    return {**plan, PARTS: parts, HASH: _hash_of(parts)}


def changed_by_hand(plan: Mapping[str, Any]) -> list[str]:
    """Return the parts of a sealed plan that are not what they were when it was written."""
    parts = {name: _hash_of(value) for name, value in _parts(plan)}
    changed = [name for name, _, _ in differences(plan[PARTS], parts)]
    return changed or ([HASH] if _hash_of(plan[PARTS]) != plan[HASH] else [])


def _parts(plan: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return what is hashed one by one: each setting, and the rest of the plan by its keys."""
    rest = [(name, value) for name, value in plan.items() if name not in ("settings", PARTS, HASH)]
    return [*plan["settings"].items(), *rest]


def _hash_of(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode())
