"""With a membership that never changes: nobody leaves, not even who is ended by law; no table ends or begins anew."""

from __future__ import annotations

from typing import Any

from sim.jit import rule
from sim.life import remember_engagement
from sim.month import MONTH


@rule
def go_on(self: Any) -> None:
    """Go on, however engaged the table is; that is remembered as ever."""
    remember_engagement(self)
    self.months_standing += 1.0
    self.ends_now = 0.0
    self.begins_again = 0.0


month = MONTH.without("be_abolished", "sit_at_date").replacing(consider_abolition=go_on)
