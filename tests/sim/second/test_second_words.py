"""The words of the second model come true: what is reported is what they were declared to be before it was built."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from strategies import TYPICAL_BOARD

import sim
from experiments.runs.patterns import second_patterns
from sim.rules import structure
from sim.second import month
from sim.second.words import LEVELS


@pytest.fixture(scope="module", params=[1, 2, 3])
def model(request: pytest.FixtureRequest) -> Any:
    """Return a model at the end of its fourth year, when the core has just been looked for."""
    settings = {"months": 48, "board": {"members": dict(TYPICAL_BOARD)}, "leadership": {"attention": 0.9}}
    model = sim.PartnershipModel(sim.scenario_from(settings, month=month), seed=request.param, month=month)
    for _ in range(48):
        model.step()
    return model


@pytest.fixture
def reported(model: Any) -> dict[str, float]:
    return dict(zip(month.measures, model.measures[-1], strict=True))


def matrix(model: Any) -> list[list[float]]:
    return [list(partner.tie) for partner in model.partners]


@pytest.mark.parametrize("word", ["tie_density", "tie_centralisation"])
def test_words_of_ties_are_those_declared(model, reported, word):
    """Both engines add ties up pair by pair; the declared word reads the whole matrix."""
    members = [1.0] * len(model.partners)
    declared = getattr(structure, word)(ties=matrix(model), is_member=members)
    assert reported[word] == pytest.approx(declared, abs=1e-12)


def test_ties_across_sectors_are_those_declared(model, reported):
    sectors = [float(partner.seat.sector) for partner in model.partners]
    declared = structure.tie_cross_sector_share(ties=matrix(model), is_member=[1.0] * len(sectors), sector=sectors)
    assert reported["tie_cross_sector_share"] == pytest.approx(declared, abs=1e-12)


def test_everybody_in_the_core_is_tied_to_half_of_the_others_there(model, reported):
    """Peeling may miss a larger core; what it finds is one, and no larger than the declared word finds."""
    inside = np.array([partner.in_core for partner in model.partners])
    assert reported["core_size"] == inside.sum()
    degrees = np.array(matrix(model)) @ inside
    assert (2.0 * degrees[inside > 0.0] >= inside.sum() - 1.0).all()
    sectors = [float(partner.seat.sector) for partner in model.partners]
    assert reported["core_sectors"] == structure.core_sectors(inside=list(inside), sector=sectors)


def test_a_board_beyond_a_hundred_has_a_core_too():
    """Rounds go on until nobody has to leave it, however many there are."""
    members = {name: 7 * count for name, count in TYPICAL_BOARD.items()} | {"council": 1}
    scenario = sim.scenario_from({"months": 12, "board": {"members": members}}, month=month)
    model = sim.PartnershipModel(scenario, seed=1, month=month)
    for _ in range(12):
        model.step()
    inside = np.array([partner.in_core for partner in model.partners])
    assert len(inside) > 100
    degrees = np.array(matrix(model)) @ inside
    assert (2.0 * degrees[inside > 0.0] >= inside.sum() - 1.0).all()


def test_thresholds_are_those_declared():
    """They stand as data beside the patterns, and as numbers where months are named."""
    assert second_patterns().regimes.levels == LEVELS
