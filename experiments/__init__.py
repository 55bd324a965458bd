"""Asking the model: composing scenarios, running them in numbers and keeping the answers."""

from experiments.compose import load_scenario, scenario_names

__all__ = ["load_scenario", "scenario_names"]
