"""The model of local strategic partnerships: rules, agents, measures. See README.md and docs/odd.md."""

from sim.checking import scenario_from, with_changes
from sim.history import History, simulate
from sim.measures import MEASURES, Measure
from sim.parameters import PARAMETERS, Parameter
from sim.partnership import PartnershipModel
from sim.population import ARCHETYPES, SECTORS, THEMES, find_place, place_names
from sim.regimes import REGIMES
from sim.scenario import Place, Scenario, ScenarioError
