"""The model of local strategic partnerships: rules, agents, measures. See README.md and docs/odd.md."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.checking import scenario_from, with_changes
from sim.parameters import PARAMETERS, Parameter
from sim.population import ARCHETYPES, SECTORS, THEMES, find_place, place_names
from sim.regimes import REGIMES
from sim.scenario import Place, Scenario, ScenarioError

if TYPE_CHECKING:
    from sim.compiled import is_compiled, prepare_engine
    from sim.ensemble import Ensemble, Piece, simulate_ensemble
    from sim.history import History, simulate
    from sim.measures import MEASURES, Measure
    from sim.month import MONTH, Month
    from sim.own import load_month, month_of
    from sim.partnership import PartnershipModel
    from sim.records import Record, Recorder

_READ_WHEN_ASKED_FOR = {
    "MEASURES": "measures",
    "Measure": "measures",
    "PartnershipModel": "partnership",
    "History": "history",
    "simulate": "history",
    "Record": "records",
    "Recorder": "records",
    "MONTH": "month",
    "Month": "month",
    "load_month": "own",
    "month_of": "own",
    "Ensemble": "ensemble",
    "Piece": "ensemble",
    "simulate_ensemble": "ensemble",
    "is_compiled": "compiled",
    "prepare_engine": "compiled",
}
"""Where the rest is: engines load libraries that who only asks for a list does not need."""


def __getattr__(name: str) -> Any:
    if name not in _READ_WHEN_ASKED_FOR:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    found = getattr(import_module(f"sim.{_READ_WHEN_ASKED_FOR[name]}"), name)
    globals()[name] = found
    return found


__all__ = [
    "ARCHETYPES",
    "MEASURES",
    "MONTH",
    "PARAMETERS",
    "REGIMES",
    "SECTORS",
    "THEMES",
    "Ensemble",
    "History",
    "Measure",
    "Month",
    "Parameter",
    "PartnershipModel",
    "Piece",
    "Place",
    "Record",
    "Recorder",
    "Scenario",
    "ScenarioError",
    "find_place",
    "is_compiled",
    "load_month",
    "month_of",
    "place_names",
    "prepare_engine",
    "scenario_from",
    "simulate",
    "simulate_ensemble",
    "with_changes",
]
