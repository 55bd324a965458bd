"""Scenarios compared over paired runs."""
