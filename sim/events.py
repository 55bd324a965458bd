"""What is noted of a run beside its numbers: events, by name and by the code that steps give."""

from __future__ import annotations

EVENTS = ("new leader", "reorganised", "abolished", "takes a seat", "dissolved", "founded again")
NEW_LEADER, REORGANISED, ABOLISHED, TAKES_SEAT, DISSOLVED, REFOUNDED = range(len(EVENTS))
