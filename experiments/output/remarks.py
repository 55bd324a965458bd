"""What has to be said of the numbers that runs had: set by hand, the best of a fit, or many accepted sets."""

from __future__ import annotations

from collections.abc import Iterable

from experiments.behaviours import OF_BEST, OF_BY_HAND, OF_OTHERS, on_turns, shipped_best
from experiments.study.plans import Study
from sim import Scenario
from sim.parameters import Behaviour


def on_numbers(scenarios: Iterable[Scenario]) -> list[str]:
    """Return what has to be said of the numbers of scenarios, each sentence once.

    >>> from experiments import load_scenario
    >>> on_numbers([load_scenario("talking_shop", ["behaviour=by_hand"])])
    ['Numbers set by hand, not fitted.']
    """
    best = shipped_best()
    said = [
        OF_BEST if one.behaviour == best else OF_BY_HAND if one.behaviour == Behaviour() else OF_OTHERS
        for one in scenarios
    ]
    return list(dict.fromkeys(said))


def on_numbers_of(study: Study, *, but_for: str = "") -> str:
    """Return the same of the runs of a study; ``but_for`` as ``experiments.behaviours.on_turns`` has it."""
    if study.number_sets:
        return on_turns(sets=len(study.number_sets), replicates=study.settings["replicates"], but_for=but_for)
    return " ".join(on_numbers(study.scenarios.values()))
