"""What is noted of a run beside its numbers: events, by name and by the code that steps give."""

from __future__ import annotations

EVENTS = ("new leader", "reorganised", "abolished", "leaves", "takes a seat", "dissolved", "stage", "founded again")
NEW_LEADER, REORGANISED, ABOLISHED, LEAVES, TAKES_SEAT, DISSOLVED, STAGE, REFOUNDED = range(len(EVENTS))
