"""With ties and trust dealt to random pairs of members every month: as many ties as there were, between others.

A pair gets what another pair had, its tie and the trust both ways together, so what is lost is who, and not that one
is tied to those one trusts. It is dealt before the first month, and when the ties of a month have been made and lost.
Joint work stays with the bodies that do it.
"""

from __future__ import annotations

from typing import Any

from sim.month import MONTH
from sim.steps import Deal

HELD = ("tie", "trust")
"""What is dealt."""


def month_is_the_first(model: Any) -> bool:
    """Return whether this is the first month."""
    return bool(model.month == 0)


month = (
    MONTH.drawing("dealt", "dealt_at_first", each=False)
    .before(
        "open_the_month",
        Deal(
            "deal_at_first",
            "Ties and trust go to others than those who brought them.",
            chance="dealt_at_first",
            matrices=HELD,
            when=month_is_the_first,
        ),
    )
    .after("made_or_lost", Deal("deal", "Ties and trust go to other pairs.", chance="dealt", matrices=HELD))
)
