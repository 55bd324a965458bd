"""Patterns of real partnerships: criteria, scoreboards and calibration."""
