"""Settings by their path: nested values laid flat, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested values by their path, in order; ``prefix`` stands before every path.

    >>> flat({"duty": {"attend": 1.0}, "initiatives": 3.0}, "levers.")
    {'levers.duty.attend': 1.0, 'levers.initiatives': 3.0}
    """
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by path as nested ones, in order.

    >>> nested({"levers.duty.attend": 1.0, "levers.initiatives": 3.0})
    {'levers': {'duty': {'attend': 1.0}, 'initiatives': 3.0}}
    """
    found: dict[str, Any] = {}
    for path, value in values.items():
        *groups, name = path.split(".")
        inside = found
        for group in groups:
            inside = inside.setdefault(group, {})
        inside[name] = value
    return found
