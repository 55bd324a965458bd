"""Runs of scenarios in memory: paired, explained, without a lever, of patterns, policies and games."""
