"""What a run is asked by: a scenario or its name, and the seed in any form that Mesa takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from sim.randomness import seed_named
from sim.scenario import Scenario, ScenarioError

ORDINARY = "baseline_lsp"
"""The scenario that is run where none is given."""
COMPOSER = "experiments"
"""The package that makes scenarios from names: looked for only when a name is given, for it stands on this one."""
NOT_GIVEN: Any = object()


def seed_of(seed: int | None, rng: Any) -> int:
    """Return the seed that a run is named by, from ``seed`` or from what Mesa takes as ``rng``."""
    if rng is NOT_GIVEN:
        return _drawn(np.random.SeedSequence()) if seed is None else seed_named(seed)
    if seed not in (0, None):
        raise ScenarioError(f"seed = {seed!r} and rng are given: give one of them")
    if rng is None or (isinstance(rng, Sequence) and not isinstance(rng, str)):
        return _drawn(np.random.SeedSequence(rng))
    if isinstance(rng, np.random.SeedSequence):
        return _drawn(rng)
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**32))
    return seed_named(rng)


def _drawn(sequence: np.random.SeedSequence) -> int:
    return int(sequence.generate_state(1)[0])


def composed(scenario: Scenario | str, settings: Mapping[str, Any]) -> Scenario:
    """Return the scenario of a name, with settings by their path."""
    if isinstance(scenario, Scenario):
        if settings:
            raise ScenarioError(
                f"{next(iter(settings))} is given beside a scenario that is made: put it there, or name the scenario"
            )
        return scenario
    composer: Any = import_module(COMPOSER)
    if not hasattr(composer, "load_scenario"):
        where = getattr(composer, "__file__", None) or next(iter(composer.__path__))
        raise ScenarioError(
            f"{where} has the name of a package of this project and stands in for it: give it another name"
        )
    made: Scenario = composer.load_scenario(scenario, [f"{path}={value}" for path, value in settings.items()])
    return made
