"""Libraries that not everybody installs, and what is said where one is missing."""

from __future__ import annotations

import importlib
import warnings
from typing import Any


class MissingLibrary(ModuleNotFoundError):
    """A library that is needed and not installed; the one line says how to get it."""


def library(module: str, *, purpose: str, extra: str) -> Any:
    """Return a module of an optional library, imported now; raise MissingLibrary if it is not installed.

    >>> library("math", purpose="counting", extra="study").floor(2.5)
    2
    >>> library("no_such_library", purpose="counting", extra="study")
    Traceback (most recent call last):
    analysis.shared.libraries.MissingLibrary: counting needs no_such_library: pip install 'local-partnerships[study]'
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of optional parts of theirs that are missing
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError:
            name = module.partition(".")[0]
            raise MissingLibrary(f"{purpose} needs {name}: pip install 'local-partnerships[{extra}]'") from None
