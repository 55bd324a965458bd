"""Mixes of levers: costs, the Pareto set and regret."""
