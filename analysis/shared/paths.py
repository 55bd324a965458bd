"""Settings by their path: nested values laid flat."""

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
