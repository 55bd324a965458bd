"""Conditions that lead to a regime, and where one gives way to another."""
