"""The runs that a lesson is about: those that the page makes when a class opens it."""

from __future__ import annotations

from analysis.seminar.answer import SIDES, Answer, answer_of
from analysis.seminar.lesson import Round, Side
from experiments.behaviours import ACCEPTED, BY_HAND, read_sample, table_named
from experiments.compose import load_scenario
from experiments.runs.pairs import run_pairs
from sim import Scenario

SEED, REPLICATES = 1, 100
"""What the page asks for when a lesson is opened."""


def answer_to(asked: Round, *, seed: int = SEED, replicates: int = REPLICATES) -> Answer:
    """Return what paired runs say to a round, replicates taking turns with the accepted sets of numbers."""
    sides = {name: _scenario(getattr(asked, name)) for name in SIDES.values()}
    turns = read_sample(table_named(f"{ACCEPTED}.csv")).sets
    return answer_of(run_pairs(sides, seed=seed, replicates=replicates, engine="ensemble", turns=turns).runs)


def _scenario(side: Side) -> Scenario:
    return load_scenario(side.preset, [BY_HAND, *(f"{path}={value}" for path, value in side.changes.items())])
