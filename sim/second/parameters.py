"""Every number of the second model, once: those that nobody knows, with their priors, and those that are agreed on.

None is fitted: all are set by hand within their priors. A *convention* is a number that somebody had to choose, each
with its reason; it is never sampled, and may be set as ``own.NAME`` between half and one and a half of what it is, to
see what hangs on it. What is *recorded* stands as data in the room that reads it. Half-days are of a body's senior
time. Utilities are on the scale of one logit. Shares of the gap: 0.01 is one point.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from sim.parameters import Real, lever, structural, uncertain

_FROZEN = ConfigDict(extra="forbid", allow_inf_nan=False)


def _hours(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="half-days a month", low=low, high=high, source=source, says=says)


def _pull(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="utility", low=low, high=high, source=source, says=says)


def _share(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="0 to 1", low=low, high=high, source=source, says=says)


def _rate(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="a month", low=low, high=high, source=source, says=says)


def _agreed(value: float, unit: str, reason: str, says: str) -> Any:
    return structural(
        value,
        unit=unit,
        low=round(0.5 * value, 6),
        high=round(1.5 * value, 6),
        source=f"convention: {reason}",
        says=says,
    )


# One number a line: the catalogue reads as a table.
# fmt: off


@dataclass(frozen=True, config=_FROZEN)
class Numbers:
    """What nobody knows of the second model, what is agreed on, and what a calendar may change of the world around."""

    # ------------------------------------------------------------ free
    # senior time
    inspection_claim: Real = _hours(9.0, 3.0, 12.0, "S4; assumed", "Senior time that inspection at its full burden takes.")
    initiative_claim: Real = _hours(1.0, 0.4, 2.4, "S1, S3; assumed", "Senior time that one special initiative takes.")
    tie_claim: Real = _hours(0.5, 0.2, 1.2, "assumed", "Senior time that a working tie takes, and a project as much.")
    cuts_claim: Real = _hours(0.7, 0.0, 5.0, "S2; assumed", "Senior time that cuts at their fullest take.")
    reporting_claim: Real = _hours(1.0, 0.2, 3.0, "S4; assumed", "Senior time that a full duty to report takes.")
    staff_relief: Real = _hours(2.0, 0.0, 4.0, "S3; assumed", "Senior time that a full staff team takes over from each body.")

    # who comes
    junior_base: Real = _pull(-0.8, -1.5, 0.3, "assumed", "Utility of sending a junior.")
    senior_base: Real = _pull(-2.2, -3.2, -1.2, "assumed", "Utility of going in person.")
    time_cost: Real = _pull(1.0, 0.4, 1.6, "S2", "Cost of going in person, per unit of scarcity; a junior costs a quarter of it.")
    information_pull: Real = _pull(2.0, 1.0, 4.0, "S3", "Pull of hearing the others, if very many come.")
    money_pull: Real = _pull(1.2, 0.5, 3.0, "S0, S4", "Pull of the money in sight, at full belief in results; of private money, on who is not publicly funded.")
    ties_pull: Real = _pull(2.1, 0.5, 4.0, "S3", "Pull of partners that come, if very many do.")
    heard_pull: Real = _pull(0.8, 0.0, 2.0, "S2", "Pull of being heard.")
    leader_pull: Real = _pull(1.0, 0.0, 2.0, "S2, S3", "Pull of a leader who chairs in person.")
    duty_pull: Real = _pull(1.0, 0.5, 3.0, "S4", "Pull of a duty in full force on bodies that it names, of being assessed, of being called by scrutiny.")
    habit_pull: Real = _pull(0.5, 0.0, 1.5, "assumed; inertia", "Pull of having come every time in the last year, in that rank.")
    rival_base: Real = _pull(-2.0, -4.0, -1.0, "assumed", "Utility of going to another table that nobody backs.")
    rival_pull: Real = _pull(3.0, 1.0, 5.0, "S2", "Pull of another table that is backed in full, and as much again if all go there.")

    # meetings
    meeting_hours: Real = uncertain(2.5, unit="hours", low=1.5, high=4.0, source="assumed", says="Length of a board's meeting; of a group's half of it.")
    item_hours: Real = uncertain(0.2, unit="hours", low=0.1, high=0.6, source="assumed", says="Time that an item takes, whoever is there.")
    speaker_hours: Real = uncertain(0.1, unit="hours", low=0.02, high=0.12, source="assumed", says="Time that each body present takes over an item.")
    support_base: Real = _pull(-0.5, -2.0, 1.0, "assumed", "Log-odds of supporting a proposal by somebody trusted half, without a tie.")
    support_trust: Real = _pull(4.0, 1.0, 8.0, "S3", "How much trust in the proposer adds to support.")
    support_ties: Real = _pull(1.5, 0.0, 4.0, "S3", "What being tied to all of the team adds to support.")
    quorum: Real = _share(0.4, 0.3, 0.6, "assumed", "Share of the influence present that has to support a proposal.")

    # ties
    tie_rate: Real = _rate(0.6, 0.05, 0.8, "assumed", "New ties of a pair that meets, at full trust, overlap and leisure.")
    introductions: Real = uncertain(2.0, unit="bodies a month", low=0.0, high=6.0, source="S3", says="With how many others a full staff team brings each body together.")
    lapse_rate: Real = _rate(0.07, 0.02, 0.25, "assumed", "Ties that lapse without trust, at scarcity 1.")

    # projects, money, plans
    joint_cost: Real = _share(0.2, 0.05, 0.4, "S3", "Share of money lost to working through a table.")
    joint_gain: Real = uncertain(3.0, unit="per unit of yield", low=0.5, high=5.0, source="assumed", says="What a project gains on the same money spent alone.")
    effort_half: Real = _share(0.15, 0.05, 0.3, "assumed", "Effort of a team mate that looks half good, and yields that do.")
    pooling_need: Real = _share(0.3, -0.1, 0.5, "S2, S4", "Net return below which a rigid body keeps its money home.")
    plan_rate: Real = _rate(0.06, 0.01, 0.2, "S3", "How fast plans follow the strategy of those one works with, and drift home.")

    # trust, belief
    trust_launch: Real = _share(0.4, 0.25, 0.55, "S3", "Mean trust at the launch.")
    trust_rate: Real = _rate(0.1, 0.02, 0.25, "assumed", "How fast trust in a team mate follows what it keeps.")
    domination_price: Real = _rate(0.1, 0.0, 0.4, "S2, S3", "Trust lost in a body, per unit of influence beyond what is tolerated.")
    belief_rate: Real = _rate(0.1, 0.03, 0.25, "assumed", "How fast belief follows what is seen of results.")
    aspiration: Real = _share(0.3, 0.1, 0.6, "assumed", "Results that look half good to somebody without experience, and what such a body takes to be usual.")
    adaptation: Real = _share(0.5, 0.0, 0.95, "assumed", "Share of the aspiration that follows experience.")
    unmeasured: Real = _share(0.15, 0.0, 0.4, "S3; assumed", "Error (SD) in what is seen of results that nobody measures.")

    # whether it lasts
    hold_cuts: Real = _pull(0.5, 0.1, 0.8, "S2", "What cuts at their fullest break of it.")
    hold_needed: Real = _pull(0.22, -0.2, 0.6, "assumed", "Hold at which abolition is half as likely as it ever is.")

    # the world
    trend_spread: Real = uncertain(0.03, unit="share of the gap a year", low=0.01, high=0.1, source="districts without the fund, 2001-05", says="Standard deviation of the trend between places.")
    expected: Real = lever(1.0, unit="0 none to 1 full", low=0.0, high=1.0, source="S4; 2010", says="How far it is expected that every area has a partnership.")

    # ------------------------------------------------------------ conventions
    own_business: Real = _agreed(0.5, "share of senior time", "half is left", "What one's own business takes of it; a reorganisation takes as much again.")
    group_priority: Real = _agreed(0.28, "share of a plan", "above a fifth, what an even plan would give", "A body sits in a group if so much of its plan lies in the group's block.")
    many_others: Real = _agreed(6.0, "bodies", "a table of a dozen has most of what there is to hear", "So many others that are expected draw half as much as very many.")
    much_money: Real = _agreed(2.0, "£m a year", "the middling allocation of the fund", "Money in sight that draws half as much as very much.")
    chairs_say: Real = _agreed(0.8, "share of influence", "a chair who directs alone has near half the say", "What a chair adds to its influence who directs in person and shares nothing.")
    least_effort: Real = _agreed(0.08, "share of a promise", "services run anyway", "What a needed sector does for a project without anybody of it in the team.")
    alone: Real = _agreed(0.003, "share of the gap per £m", "the fund of a middling place, spent alone, closes half a point a year", "What £1m closes that a body spends alone.")
    most_a_project: Real = _agreed(0.1, "£m a month", "a little over a million a year", "Most of the fund that a project takes; as much brings a bid that is won.")
    pooled_share: Real = _agreed(0.05, "share of discretionary money", "surveys speak of a few per cent", "What a pooling body puts into its projects.")
    control_lost: Real = _agreed(0.1, "share of the money", "less than joint work may gain", "Price of control over pooled money to a body without say and freedoms.")
    sharpness: Real = _agreed(10.0, "per unit", "a tenth more or less turns most choices", "How sharply pooling, belief and abolition answer to what speaks for them.")
    met_outside: Real = _agreed(0.03, "meetings a month", "once in three years", "Meetings of two bodies that meet at no table (S2: bilateral deals).")
    across_sectors: Real = _agreed(1.3, "ratio", "more, but not half as much again", "What bodies of two sectors have for each other, against two of one with the same plans.")
    while_working: Real = _agreed(0.2, "ratio", "few break with those they work with", "Ties that lapse while two bodies work together, against those that lapse else.")
    luck_of_a_pair: Real = _agreed(0.2, "trust", "one misunderstanding in ten meetings", "Range of what is misread in a month of joint work.")
    tied_at_launch: Real = _agreed(0.3, "share of pairs", "partnerships were built on older ties (S3)", "Pairs tied at the launch, at full trust and overlap.")
    launch_spread: Real = _agreed(0.06, "trust", "keeps what lies between two bodies below a fifth", "SD of trust at the launch between places, trusters and trusted.")
    tolerated: Real = _agreed(0.33, "share of influence", "the level at which months are called domination", "Share of influence that others accept from one body.")
    target_points: Real = _agreed(0.02, "share of the gap", "two points in three years", "What an agreement's target asks of a block at full stretch.")
    growth_reach: Real = _agreed(0.1, "share of a gain", "small, or growth alone would do", "What every theme gains of what work and education gain.")
    decay: Real = _agreed(0.003, "a month", "half in twenty years", "Rate at which gains fade without upkeep.")
    highest_hazard: Real = _agreed(0.1, "a month", "a council that wants none ends it within a year", "Abolition where nothing holds a partnership.")
    hold_expected: Real = _agreed(0.6, "hold", "less than what a fully engaged table carries: engagement outlasts it (S4)", "What the expectation holds that every area has one.")
    hold_engaged: Real = _agreed(0.8, "hold", "the most that what it carries may weigh", "What a fully engaged table holds against its abolition.")
    hold_standing: Real = _agreed(0.1, "hold", "in a sketch it decided nothing", "What full standing with the public holds, and as much the money in sight.")
    refounding_rate: Real = _agreed(0.03, "a month", "within three years, where everything speaks for it (S2)", "Re-founding by a fully committed leader, if all are left in a core.")
    good_score: Real = _agreed(0.5, "score", "the published line: half of what can be had", "Score from which a partnership is judged successful; a quarter of it releases the fund.")
    assessors_err: Real = _agreed(0.1, "score", "assessors differ by a grade", "Standard deviation of an assessor's error.")
