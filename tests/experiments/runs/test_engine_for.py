"""Which engine takes many runs where none is asked for."""

from __future__ import annotations

import pytest

from experiments import load_scenario
from experiments.runs import pairs
from sim import ScenarioError


@pytest.mark.parametrize(
    ("replicates", "compiled", "chosen"),
    [(10, False, "mesa"), (10, True, "ensemble"), (90, False, "ensemble"), (90, True, "ensemble")],
)
def test_it_is_compiled_for_many_months_and_used_for_few_if_it_is_there(replicates, compiled, chosen, monkeypatch):
    monkeypatch.setattr(pairs, "is_compiled", lambda month: compiled)
    assert pairs.engine_for(replicates, "auto", [load_scenario("baseline_lsp")]) == chosen


def test_the_engine_that_is_asked_for_is_taken(monkeypatch):
    monkeypatch.setattr(pairs, "is_compiled", lambda month: True)
    assert pairs.engine_for(1000, "mesa", [load_scenario("baseline_lsp")]) == "mesa"


def test_where_it_cannot_be_compiled_mesa_takes_them(monkeypatch):
    def refused(month):
        raise ScenarioError("not here")

    monkeypatch.setattr(pairs, "is_compiled", refused)
    assert pairs.engine_for(1000, "auto", [load_scenario("baseline_lsp")]) == "mesa"
