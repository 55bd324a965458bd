"""Asking the model: composing scenarios, running them in numbers and keeping the answers."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.compose import load_scenario, scenario_names

NEIGHBOURS = ("sim", "analysis", "configs")
"""Packages that stand beside this one, and that a folder of one's own may stand before."""


def _refuse_namesakes() -> None:
    """Raise ImportError, in one line, if a folder or file of one's own is found instead of a package of ours."""
    here = Path(__file__).resolve().parents[1]
    for name in NEIGHBOURS:
        spec = find_spec(name)
        found = Path(spec.origin).resolve() if spec and spec.origin else None
        if found is not None and found.parent.parent != here:
            of_ones_own = found.parent if found.name == "__init__.py" else found
            raise ImportError(
                f"{of_ones_own} has the name of a package of local-partnerships, {name}, and is found before it: "
                "give it another name, or start Python in another folder"
            )


_refuse_namesakes()

__all__ = ["load_scenario", "scenario_names"]


def __getattr__(name: str) -> Any:
    """Return a public function, read when it is first wanted: the command line has help that needs neither."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("experiments.compose"), name)
