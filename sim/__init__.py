"""The model of local strategic partnerships: rules, agents, measures. See README.md and docs/odd.md."""

from sim.checking import scenario_from, with_changes
from sim.compiled_month import is_compiled
from sim.ensemble import Ensemble, simulate_ensemble
from sim.history import History, simulate
from sim.measures import MEASURES, Measure
from sim.parameters import PARAMETERS, Parameter
from sim.partnership import PartnershipModel
from sim.population import ARCHETYPES, SECTORS, THEMES, find_place, place_names
from sim.regimes import REGIMES
from sim.scenario import Place, Scenario, ScenarioError

__all__ = [
    "ARCHETYPES",
    "MEASURES",
    "PARAMETERS",
    "REGIMES",
    "SECTORS",
    "THEMES",
    "Ensemble",
    "History",
    "Measure",
    "Parameter",
    "PartnershipModel",
    "Place",
    "Scenario",
    "ScenarioError",
    "find_place",
    "is_compiled",
    "place_names",
    "scenario_from",
    "simulate",
    "simulate_ensemble",
    "with_changes",
]
