"""Without ties: none ever forms, at the launch or later. Teams are drawn from all members at a table.

The best in each needed sector, by the proposer's trust and the body's plan, join as ever; but who is tied to the
proposer does not count, or nothing would ever be decided.
"""

from __future__ import annotations

from typing import Any

from sim.jit import rule
from sim.month import AT_THE_TABLE, MONTH, item_is_open
from sim.nulls.changes import in_the_launch
from sim.steps import Step


@rule
def no_first_tie(tie: float) -> float:
    """Return that two bodies are not tied, whatever is known of them."""
    return 0.0 * tie


@rule
def come_into_question(self: Any) -> None:
    """Come into question for the team as if one were tied to the proposer."""
    self.tied_to_proposer = 1.0


@rule
def be_tied_to_nobody(self: Any) -> None:
    """Be tied to nobody again."""
    self.tied_to_proposer = 0.0


month = in_the_launch(
    MONTH.without("made_or_lost")
    .before(
        "offer_oneself",
        Step(come_into_question, AT_THE_TABLE, "Everybody comes into question:", when=item_is_open),
    )
    .after("offer_oneself", Step(be_tied_to_nobody, AT_THE_TABLE, "tied or not,", when=item_is_open)),
    lambda launch: launch.replacing(first_tie=no_first_tie),
)
