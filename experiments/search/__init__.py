"""Searches over settings: calibration and mixes of levers, with what they have reached so far."""
