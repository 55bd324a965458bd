"""The examples in the documentation of the analysis: each function has one, and each says what is true."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import pytest

import analysis

MODULES = sorted(
    module.name.removeprefix("analysis.")
    for module in pkgutil.walk_packages(analysis.__path__, "analysis.")
    if not module.ispkg
)

SLOW = ("discovery.tables",)  # searches for boxes

THE_LOOK = "shared.plotting"
"""The module of colours, axes and notes, which the figures of the others show at work."""


@pytest.fixture(autouse=True)
def _figures_without_a_screen() -> Iterator[None]:
    matplotlib.use("Agg")
    yield
    plt.close("all")


def functions_of(name: str) -> dict[str, Callable[..., Any]]:
    """Return the public functions that a module defines, without their decorators, by name."""
    module = importlib.import_module(f"analysis.{name}")
    return {
        key: inspect.unwrap(value)
        for key, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not key.startswith("_")
    }


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in MODULES]
)
def test_the_examples_are_true(name: str) -> None:
    """Also those of functions that are drawn in the house style, which doctest takes for another module's."""
    module = importlib.import_module(f"analysis.{name}")
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    examples = {example.name: example for example in finder.find(module)}
    for key, function in functions_of(name).items():
        for example in finder.find(function, f"{module.__name__}.{key}", module=False, globs=dict(vars(module))):
            examples[example.name] = example
    said: list[str] = []
    for example in examples.values():
        runner.run(example, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)


def test_every_public_function_has_an_example() -> None:
    without = [
        f"analysis.{name}.{key}"
        for name in MODULES
        if name != THE_LOOK
        for key, function in functions_of(name).items()
        if ">>>" not in (function.__doc__ or "")
    ]
    assert not without, f"functions without an example: {', '.join(without)}"
