"""Without learning: belief and aspiration stay what they were at the launch, and no trust is learnt by joint work.

Trust is still lost in a body that has more influence than others accept: that is no learning from work.
"""

from __future__ import annotations

from typing import Any

from sim import ties
from sim.jit import rule
from sim.month import EVERYBODY, MONTH
from sim.nulls.changes import given, in_the_launch
from sim.steps import Step

trust_a_month_later = given(ties.trust_a_month_later, place=__name__, trust_rate="0.0")


@rule
def keep_in_mind(self: Any) -> None:
    """Keep in mind what one believes and aspires to."""
    self.belief_at_launch = self.belief
    self.aspires_at_launch = self.aspires


@rule
def think_as_ever(self: Any) -> None:
    """Believe and aspire to what one did at the launch, whatever was seen since."""
    self.belief = self.belief_at_launch
    self.aspires = self.aspires_at_launch


AS_EVER = Step(think_as_ever, EVERYBODY, "They think as they did at the launch.")

month = in_the_launch(
    MONTH.holding(belief_at_launch="partner", aspires_at_launch="partner")
    .replacing(trust_a_month_later=trust_a_month_later)
    .after("see_results", AS_EVER)
    .after("begin_anew", AS_EVER),
    lambda launch: launch.after("come_with_plans", Step(keep_in_mind, EVERYBODY, "They keep in mind what they think.")),
)
