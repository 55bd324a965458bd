"""Levers alone and in pairs: main effects, interactions, and which sectors gain or lose."""
