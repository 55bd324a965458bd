"""The free numbers of the second model, each with its prior: none is fitted, all are set by hand within their priors.

Half-days are of a body's senior time, which is ``HALF_DAYS`` a month times its capacity (data). Utilities are on the
scale of one logit. Shares of the gap: 0.01 is one point.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from sim.parameters import Real, lever, uncertain

_FROZEN = ConfigDict(extra="forbid", allow_inf_nan=False)


def _hours(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="half-days a month", low=low, high=high, source=source, says=says)


def _pull(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="utility", low=low, high=high, source=source, says=says)


def _share(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="0 to 1", low=low, high=high, source=source, says=says)


def _rate(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="a month", low=low, high=high, source=source, says=says)


# One number a line: the catalogue reads as a table.
# fmt: off


@dataclass(frozen=True, config=_FROZEN)
class Free:
    """What nobody knows of the second model, and what a calendar may change of the world around it."""

    # senior time
    inspection_claim: Real = _hours(6.0, 2.0, 12.0, "S4; assumed", "Senior time that inspection at its full burden takes.")
    initiative_claim: Real = _hours(1.0, 0.4, 2.4, "S1, S3; assumed", "Senior time that one special initiative takes.")
    tie_claim: Real = _hours(0.6, 0.2, 1.6, "assumed", "Senior time that a working tie takes, and a project as much.")
    cuts_claim: Real = _hours(5.0, 0.0, 10.0, "S2; assumed", "Senior time that cuts at their fullest take.")
    reporting_claim: Real = _hours(1.0, 0.2, 3.0, "S4; assumed", "Senior time that a full duty to report takes.")
    staff_relief: Real = _hours(2.0, 0.0, 4.0, "S3; assumed", "Senior time that a full staff team takes over from each body.")

    # who comes
    junior_base: Real = _pull(-0.8, -2.0, 0.5, "assumed", "Utility of sending a junior.")
    senior_base: Real = _pull(-2.3, -4.0, -1.0, "assumed", "Utility of going in person.")
    time_cost: Real = _pull(1.0, 0.4, 2.0, "S2", "Cost of going in person, per unit of scarcity; a junior costs a quarter of it.")
    information_pull: Real = _pull(2.0, 1.0, 4.0, "S3", "Pull of hearing the others, if very many come.")
    money_pull: Real = _pull(2.0, 0.5, 4.0, "S0, S4", "Pull of the money in sight, at full belief in results.")
    ties_pull: Real = _pull(1.5, 0.5, 4.0, "S3", "Pull of partners that come, if very many do.")
    heard_pull: Real = _pull(0.8, 0.0, 2.0, "S2", "Pull of being heard.")
    leader_pull: Real = _pull(1.0, 0.0, 2.0, "S2, S3", "Pull of a leader who chairs in person.")
    duty_pull: Real = _pull(1.5, 0.5, 3.0, "S4", "Pull of a duty in full force on bodies that it names.")

    # meetings
    meeting_hours: Real = uncertain(2.5, unit="hours", low=1.5, high=4.0, source="assumed", says="Length of a board's meeting; of a group's half of it.")
    item_hours: Real = uncertain(0.3, unit="hours", low=0.1, high=0.6, source="assumed", says="Time that an item takes, whoever is there.")
    speaker_hours: Real = uncertain(0.05, unit="hours", low=0.02, high=0.12, source="assumed", says="Time that each body present takes over an item.")
    support_base: Real = _pull(-0.5, -2.0, 1.0, "assumed", "Log-odds of supporting a proposal by somebody trusted half, without a tie.")
    support_trust: Real = _pull(4.0, 1.0, 8.0, "S3", "How much trust in the proposer adds to support.")
    support_ties: Real = _pull(1.5, 0.0, 4.0, "S3", "What being tied to all of the team adds to support.")
    quorum: Real = _share(0.34, 0.3, 0.6, "assumed", "Share of the influence present that has to support a proposal.")

    # ties
    tie_rate: Real = _rate(0.3, 0.05, 0.8, "assumed", "New ties of a pair that meets, at full trust, overlap and leisure.")
    introductions: Real = uncertain(0.5, unit="meetings a month", low=0.0, high=1.5, source="S3", says="How often a full staff team brings a pair together.")
    lapse_rate: Real = _rate(0.08, 0.02, 0.25, "assumed", "Ties that lapse without trust, at scarcity 1.")

    # projects and money
    joint_cost: Real = _share(0.2, 0.05, 0.4, "S3", "Share of money lost to working through a table.")
    joint_gain: Real = uncertain(3.0, unit="per unit of yield", low=0.5, high=5.0, source="assumed", says="What a project gains on the same money spent alone.")
    effort_half: Real = _share(0.15, 0.05, 0.3, "assumed", "Effort of a team mate that looks half good.")
    pooling_need: Real = _share(0.4, -0.1, 0.5, "S2, S4", "Net return below which a rigid body keeps its money home.")

    # trust, belief
    trust_launch: Real = _share(0.4, 0.25, 0.55, "S3", "Mean trust at the launch.")
    trust_rate: Real = _rate(0.1, 0.02, 0.25, "assumed", "How fast trust in a team mate follows what it keeps.")
    domination_price: Real = _rate(0.1, 0.0, 0.4, "S2, S3", "Trust lost in a body, per unit of influence over a third.")
    belief_rate: Real = _rate(0.1, 0.03, 0.25, "assumed", "How fast belief follows what is seen of results.")
    aspiration: Real = _share(0.3, 0.1, 0.6, "assumed", "Results that look half good to somebody without experience.")
    adaptation: Real = _share(0.5, 0.0, 0.95, "assumed", "Share of the aspiration that follows experience.")

    # whether it lasts
    hold_engaged: Real = _pull(0.8, 0.2, 2.0, "S2", "What a fully engaged table holds against its abolition.")
    hold_expected: Real = _pull(0.6, 0.2, 1.2, "S4", "What the expectation holds that every area has one.")
    hold_cuts: Real = _pull(0.3, 0.0, 0.5, "S2", "What cuts at their fullest break of it.")
    hold_needed: Real = _pull(0.2, 0.0, 0.8, "assumed", "Hold at which abolition is as likely as it ever is, half.")
    refounding_rate: Real = _rate(0.03, 0.0, 0.1, "S2", "Re-founding by a fully committed leader, if a core is left.")

    # the world
    trend_spread: Real = uncertain(0.03, unit="share of the gap a year", low=0.01, high=0.1, source="districts without the fund, 2001-05", says="Standard deviation of the trend between places.")
    expected: Real = lever(1.0, unit="0 none to 1 full", low=0.0, high=1.0, source="S4; 2010", says="How far it is expected that every area has a partnership.")
