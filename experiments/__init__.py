"""Asking the model: composing scenarios, running them in numbers and keeping the answers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.compose import load_scenario, scenario_names

__all__ = ["load_scenario", "scenario_names"]


def __getattr__(name: str) -> Any:
    """Return a public function, read when it is first wanted: the command line has help that needs neither."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("experiments.compose"), name)
