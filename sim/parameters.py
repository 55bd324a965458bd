"""Every number of the model, once: meaning, unit, default, range, role and source.

Three roles, after Lempert, Popper and Bankes (2003):

* a **lever** is what a government or a partnership can choose, and may change on a date;
* an **uncertain** parameter is what the world may be; its range is its prior;
* a **structural** setting says which world is looked at (length of the run, threshold of a regime).

Sources S0 to S4 are the five documents the model is drawn from: S0 Fineberg (2006) on growth
coalitions; S1 Fineberg on joined-up strategies; S2 "Put place first" (2013); S3 Russell (2001),
lessons from the New Commitment to Regeneration; S4 SIGOMA (2006), response on the future of LSPs.
"assumed" marks a number that nobody has measured: sweep it.

The topics are frozen dataclasses that refuse a wrong type, an infinite or missing number, a value out
of range and an unknown name. Tables, sampling bounds and documents are generated from here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, Field, Strict
from pydantic.dataclasses import dataclass

from sim.spelling import path_spelt_out

_FROZEN = ConfigDict(extra="forbid", allow_inf_nan=False)

Role = Literal["lever", "uncertain", "structural"]

# Strict: neither text such as "0.5" nor true and false passes for a number.
Real = Annotated[float, Strict()]
Whole = Annotated[int, Strict()]

MOST_FUND_GBP_M = 60.0


def _number(
    role: Role, default: Any, unit: str, low: float | None, high: float | None, source: str, says: str, label: str
) -> Any:
    return Field(
        default=default,
        # A setting that is a name or a number carries its bounds in its type.
        ge=None if isinstance(default, str) else low,
        le=None if isinstance(default, str) else high,
        description=says,
        json_schema_extra={"role": role, "unit": unit, "source": source, "low": low, "high": high, "label": label},
    )


def lever(
    default: Any,
    *,
    unit: str,
    low: float | None = None,
    high: float | None = None,
    source: str,
    says: str,
    label: str = "",
) -> Any:
    """Declare something that can be chosen, and changed on a date; without a label its name is spelt out."""
    return _number("lever", default, unit, low, high, source, says, label)


def uncertain(default: float, *, unit: str, low: float, high: float, source: str, says: str, label: str = "") -> Any:
    """Declare something about the world that is not known; [low, high] is its prior."""
    return _number("uncertain", default, unit, low, high, source, says, label)


def structural(
    default: Any,
    *,
    unit: str,
    low: float | None = None,
    high: float | None = None,
    source: str,
    says: str,
    label: str = "",
) -> Any:
    """Declare which world is looked at."""
    return _number("structural", default, unit, low, high, source, says, label)


def _share_lever(default: float, source: str, says: str, label: str = "") -> Any:
    return lever(default, unit="0 none to 1 full", low=0.0, high=1.0, source=source, says=says, label=label)


# One parameter a line: the catalogue reads as a table.
# fmt: off

# --------------------------------------------------------------------------- levers


@dataclass(frozen=True, config=_FROZEN)
class Leadership:
    """How the chair leads. Each leader's style departs somewhat from these values."""

    attention: Real = _share_lever(
        0.5, "S2", "How far the leader chairs in person (1) or delegates to others (0).", "chairing in person"
    )
    facilitation: Real = _share_lever(
        0.4, "S3", "How far the chair evens out voices; 1 gives everybody present the same say.", "evening out of voices"
    )
    direction: Real = _share_lever(
        0.4, "S3; the line between leadership and dominance", "How far the chair's own body steers what is decided.", "steering of decisions"
    )
    turnover: Real = lever(
        0.2, unit="chance a year", low=0.0, high=1.0, source="assumed; council elections every one to four years",
        says="Chance that a May election brings a new leader, with a style of their own.", label="change of leaders",
    )


@dataclass(frozen=True, config=_FROZEN)
class Duty:
    """The duty to cooperate, component by component (S4), on the bodies that it names."""

    attend: Real = _share_lever(0.0, "S4", "Duty to attend partnership meetings and bring information.")
    share_data: Real = _share_lever(0.0, "S4", "Duty to share data on the issues of the strategy.")
    support_costs: Real = _share_lever(0.0, "S4", "Duty to support the costs of strategy and consultation.")
    service_plans: Real = _share_lever(0.0, "S4", "Duty to be accountable for service plans that support the strategy.")
    report: Real = _share_lever(0.0, "S4", "Duty to report progress every year.")
    enforcement: Real = _share_lever(0.5, "assumed", "How far a breach of the duty has consequences.")
    regard: Real = _share_lever(0.0, "S4", "Duty to have regard to the shared strategy in own plans.")
    regional_reach: Real = _share_lever(0.0, "S4", "How far the duty reaches regional bodies.")
    parent_departments: Real = _share_lever(
        0.0, "S4", "How far parent departments in Whitehall are bound too, which loosens national targets."
    )
    education_form: Real = _share_lever(
        0.5, "S4", "Weight of the lighter form of the duty for universities and colleges (1: the full duty)."
    )


@dataclass(frozen=True, config=_FROZEN)
class Inspection:
    """External inspection, and relief from it."""

    burden: Real = _share_lever(0.5, "S4", "Weight of external inspection on inspected bodies.")
    relief: Real = lever(
        0.0, unit="share of the burden", low=0.0, high=1.0, source="S4; 15 to 20 % was realistic, above 50 % is hypothetical",
        says="Cut in external inspection for members of a partnership judged successful.", label="relief from inspection",
    )
    conditional: Real = _share_lever(
        1.0, "S4; 0 is the control", "How far relief depends on the partnership being judged successful."
    )
    assess_all: Real = _share_lever(
        0.0, "S4", "Partnership working is assessed for every inspected agency (1) or for councils only (0)."
    )


@dataclass(frozen=True, config=_FROZEN)
class Joint:
    """Joint arrangements between partners (S3)."""

    co_location: Real = _share_lever(0.0, "S3", "Staff of several bodies work in one place.", "joint: co-location")
    appointments: Real = _share_lever(0.0, "S3", "Posts shared between bodies.")
    training: Real = _share_lever(0.0, "S3", "Joint staff development.")
    data_exchange: Real = _share_lever(0.0, "S3", "Routine exchange of data.")
    monitoring: Real = _share_lever(0.0, "S3", "Joint monitoring and impact assessment.")
    consultation: Real = _share_lever(0.0, "S3", "Joint consultation of communities.")


@dataclass(frozen=True, config=_FROZEN)
class Levers:
    """What government and partnership can choose. Every one may change on a date in the calendar."""

    flexible_fund_gbp_m: Literal["place", "record"] | Annotated[Real, Field(ge=0.0, le=MOST_FUND_GBP_M)] = lever(
        "place", unit="£m a year, or 'place' for the place's own allocation, 'record' for that and what followed it in 2008",
        low=0.0, high=MOST_FUND_GBP_M,
        source="Hansard 2001-2003, Neighbourhood Renewal Fund; S4",
        says="Flexible (non-ringfenced) fund that comes through the partnership.",
    )
    pooling_rate: Real = lever(
        0.01, unit="share of regeneration budgets", low=0.0, high=1.0,
        source="S0 (all of it); 1 to 2 % realistic, 5 to 15 % ambitious",
        says="Share of members' regeneration budgets routed through the partnership.", label="pooling of budgets",
    )
    purse: Literal["need", "influence", "alignment"] = lever(
        "need", unit="rule", source="S0, S1; assumed rules",
        says="Who gets the pooled fund: by need, by influence at the table, or by alignment with the strategy.", label="rule for the pooled fund",
    )
    reward_grant_gbp_m: Real = lever(
        0.0, unit="£m a year at full success", low=0.0, high=20.0, source="S0 (local public service agreements)",
        says="Grant paid when the targets of an agreement come due after three years, by how far they are met.",
    )
    unaccredited_release: Real = lever(
        0.67, unit="share of the fund", low=0.0, high=1.0, source="Hansard, 28 February 2002: one of 88 was held at 67 %",
        says="Share of the flexible fund released while the partnership is not accredited.",
    )
    carry_over: Real = lever(
        0.8, unit="share of unspent money", low=0.0, high=1.0, source="assumed",
        says="Share of unspent or forfeited money that stays with the partnership; the rest returns to the centre.", label="carry-over of unspent money",
    )
    prescription: Real = _share_lever(0.2, "S4", "How far the centre prescribes structures and processes.")
    flexibility: Real = _share_lever(0.1, "S3", "Freedoms and flexibilities from national targets and funding rules.")
    initiatives: Real = lever(
        3.0, unit="special initiatives", low=0.0, high=20.0, source="S1, S3", says="Special initiatives that compete for staff time."
    )
    austerity: Real = lever(
        0.0, unit="share of budgets cut", low=0.0, high=0.6, source="S2", says="Cut in the budgets of public bodies."
    )
    outside_option: Real = _share_lever(
        0.1, "S2", "Pull of bilateral deals, enterprise partnerships and other tables.", "pull of other tables"
    )
    staff_team: Real = _share_lever(0.3, "S3", "Dedicated staff team of the partnership.")
    protocols: Real = _share_lever(0.2, "S3", "Formal agreements, procedures and service-level agreements.")
    joint: Joint = Field(default_factory=Joint)
    scrutiny: Real = _share_lever(0.0, "S4", "Power of scrutiny boards to call and question publicly funded partners.")
    neighbourhood_engagement: Real = _share_lever(0.2, "S4", "Ward councillors and residents feed neighbourhood needs in.")
    thematic_groups: Real = _share_lever(0.3, "S4", "Work is done in thematic groups rather than in the whole forum.")
    growth_focus: Real = _share_lever(0.2, "S0", "How far the strategy is directed at local economic growth.")
    council_alignment: Real = _share_lever(0.4, "S0, S1", "Councils work from one plan (1, 'smart') or in silos (0).")
    one_stop_shop: Real = _share_lever(0.0, "S1, S3", "One-stop shop and a menu of ways in for business.", "one-stop shop")
    vcs_capacity_building: Real = _share_lever(0.1, "S3", "Capacity building and voice for voluntary and community bodies.", "capacity building for voluntary bodies")
    vcs_as_contractor: Real = _share_lever(0.0, "S2", "Voluntary bodies are treated as contractors instead of as a voice.", "voluntary bodies as contractors")
    measurement: Real = _share_lever(0.3, "S3", "How well the partnership measures what it adds.")
    statutory: Real = _share_lever(0.0, "S4", "The partnership itself is statutory: at 1 a council cannot end it.")
    overlap: Real = _share_lever(0.3, "S2", "Overlapping partnerships, felt only where local government has two tiers.")
    reorganisation: Real = lever(
        0.05, unit="chance a year for each exposed body", low=0.0, high=1.0, source="S3", says="Reorganisation shocks that reset links."
    )
    announced_end_months: Real = lever(
        0.0, unit="months from the launch; 0 if none is announced", low=0.0, high=600.0, source="S4; the end of a fund, or of a game, is often known long before",
        says="When what the partnership is for is announced to end; partners look ahead to it. Back to 0 once what follows is told.",
    )
    expected: Real = lever(
        1.0, unit="0 none to 1 full", low=0.0, high=1.0, source="S4; until May 2010 the centre expected one everywhere",
        says="How far it is expected that every area has a partnership; read until April 2010.",
    )
    duty: Duty = Field(default_factory=Duty)
    inspection: Inspection = Field(default_factory=Inspection)


# ---------------------------------------------------------------- numbers of behaviour


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


def _strength(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="dimensionless", low=low, high=high, source=source, says=says)


@dataclass(frozen=True, config=_FROZEN)
class Behaviour:
    """How bodies decide, learn and trust: what nobody knows, with its prior, and what is agreed on, with its reason.

    Defaults are set by hand within their priors; fitted ones are in configs/behaviour. A *convention* is a number that somebody had to choose; it
    is never sampled, and may be set between half and one and a half of what it is, to see what hangs on it. What is
    *recorded* stands as data in the room that reads it. Half-days are of a body's senior time. Utilities are on the
    scale of one logit. Shares of the gap: 0.01 is one point.
    """

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

    # bodies and leaders
    resource_exponent: Real = _strength(0.1611, 0.1, 0.7, "assumed; resource dependence, Rhodes (1997)", "How steeply influence rises with budget.")
    style_spread: Real = _strength(0.5302, 0.0, 0.6, "assumed", "How far a leader's style departs from what is configured: the first one's and each successor's.")

    # ------------------------------------------------------------ conventions
    own_business: Real = _agreed(0.5, "share of senior time", "half is left", "What one's own business takes of it; a reorganisation takes as much again.")
    group_priority: Real = _agreed(0.28, "share of a plan", "above a fifth, what an even plan would give", "A body sits in a group if so much of its plan lies in the group's block.")
    many_others: Real = _agreed(6.0, "bodies", "a table of a dozen has most of what there is to hear", "So many others that are expected draw half as much as very many.")
    much_money: Real = _agreed(2.0, "£m a year in a place of 200,000", "half of the middling allocation of the fund", "Money in sight that draws half as much as very much.")
    chairs_say: Real = _agreed(0.8, "share of influence", "a chair who directs alone has near half the say", "What a chair adds to its influence who directs in person and shares nothing.")
    least_effort: Real = _agreed(0.08, "share of a promise", "services run anyway", "What a needed sector does for a project without anybody of it in the team.")
    alone: Real = _agreed(0.003, "share of the gap per £m in a place of 200,000", "the fund of a middling place, £4m, spent alone closes about a point a year", "What £1m closes that a body spends alone.")
    most_a_project: Real = _agreed(0.1, "£m a month in a place of 200,000", "a little over a million a year", "Most of the fund that a project takes; as much brings a bid that is won.")
    pooled_share: Real = _agreed(0.05, "share of discretionary money", "surveys speak of a few per cent", "What a pooling body puts into its projects.")
    control_lost: Real = _agreed(0.1, "share of the money", "less than joint work may gain", "Price of control over pooled money to a body without say and freedoms.")
    sharpness: Real = _agreed(10.0, "per unit", "a tenth more or less turns most choices", "How sharply pooling, belief and abolition answer to what speaks for them.")
    met_outside: Real = _agreed(0.03, "meetings a month", "once in three years", "Meetings of two bodies that meet at no table (S2: bilateral deals).")
    across_sectors: Real = _agreed(1.3, "ratio", "more, but not half as much again", "What bodies of two sectors have for each other, against two of one with the same plans.")
    tied_at_launch: Real = _agreed(0.3, "share of pairs", "partnerships were built on older ties (S3)", "Pairs tied at the launch, at full trust and overlap.")
    launch_spread: Real = _agreed(0.06, "trust", "keeps what lies between two bodies below a fifth", "SD of trust at the launch between places, trusters and trusted.")
    tolerated: Real = _agreed(0.33, "share of influence", "the level at which months are called domination", "Share of influence that others accept from one body.")
    target_points: Real = _agreed(0.02, "share of the gap", "two points in three years", "What an agreement's target asks of a block at full stretch.")
    growth_reach: Real = _agreed(0.1, "share of a gain", "small, or growth alone would do", "What all themes together gain of what work and education gain, a fifth of it each.")
    highest_hazard: Real = _agreed(0.1, "a month", "a council that wants none ends it within a year", "Abolition where nothing holds a partnership.")
    hold_expected: Real = _agreed(0.6, "hold", "less than what a fully engaged table carries: engagement outlasts it (S4)", "What the expectation holds that every area has one.")
    hold_engaged: Real = _agreed(0.8, "hold", "the most that what it carries may weigh", "What a fully engaged table holds against its abolition.")
    hold_standing: Real = _agreed(0.1, "hold", "in a sketch it decided nothing", "What full standing with the public holds, and as much the money in sight.")
    refounding_rate: Real = _agreed(0.03, "a month", "within three years, where everything speaks for it (S2)", "Re-founding by a fully committed leader, if all are left in a core.")
    good_score: Real = _agreed(0.5, "score", "the published line: half of what can be had", "Score from which a partnership is judged successful; a quarter of it releases the fund.")
    assessors_err: Real = _agreed(0.1, "score", "assessors differ by a grade", "Standard deviation of an assessor's error.")
    duty_half_saturation: Real = _agreed(0.7748, "share of full force", "it saturates, as sanctions do (Fehr and Gächter 2000)", "How late the pressure of a duty saturates: f × (1 + it) / (f + it) at force f, all at 1.")


def _level(value: float, unit: str, high: float, source: str, says: str) -> Any:
    return structural(value, unit=unit, low=0.0, high=high, source=source, says=says)


@dataclass(frozen=True, config=_FROZEN)
class RegimeThresholds:
    """Where one regime ends and the next begins; read by sim/regimes.py and nothing else. Fixed before any fit."""

    hollow_in_person: Real = _level(0.15, "share of seats", 1.0, "S2: senior people vacate; the level is assumed", "Hollow: fewer seats than this are filled in person, whatever juniors sit there.")
    domination_top_share: Real = _level(0.33, "share of influence", 1.0, "S2; the level is assumed", "Single-agency domination: one body has this share or more.")
    domination_decisions: Real = _level(0.25, "decisions a month", 7.0, "S2: things are decided, by one body", "And more than this is decided.")
    growth_core_share: Real = _level(0.5, "share of members", 1.0, "S0; a core of five would let 86 % of ordinary partnerships pass in a sketch", "Growth coalition: the core holds this share of the members or more.")
    growth_core_sectors: Real = _level(3.0, "sectors", 4.0, "S0", "From this many sectors or more.")
    growth_decisions: Real = _level(0.3, "decisions a month", 7.0, "S0, S2", "More than this is decided.")
    growth_added_value: Real = _level(0.0, "share of the gap", 1.0, "S0", "And the added value is above this.")
    talking_attendance: Real = _level(0.4, "share of seats", 1.0, "S2, S3", "Talking shop: this share of seats or more is filled, by anybody.")
    talking_decisions: Real = _level(0.25, "decisions a month", 7.0, "S2, S3", "And no more than this is decided: one in four months.")
    working_decisions: Real = _level(0.25, "decisions a month", 7.0, "S2", "Working partnership: more than this is decided.")
    working_ties: Real = _level(1.0, "ties", 1000.0, "the least that the words can mean; assumed", "And at least this many ties are in use: it works together on some things.")


# fmt: on

# ------------------------------------------------------------------------- the catalogue


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One number of the model, as it is declared above."""

    path: str
    label: str
    role: Role
    default: Any
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    source: str
    says: str

    @property
    def range_text(self) -> str:
        """Return what is allowed, in words: a range, a list of names, or both."""
        numbers = "" if self.low is None else f"{self.low:g} to {self.high:g}"
        return " or ".join(part for part in (", ".join(self.choices), numbers) if part)


TOPICS: dict[str, type] = {
    "leadership": Leadership,
    "levers": Levers,
    "behaviour": Behaviour,
    "regimes": RegimeThresholds,
}


def declared(topic: type, prefix: str) -> Iterator[Parameter]:
    """Give every parameter that a dataclass of settings declares, by its path from ``prefix`` on."""
    hints = get_type_hints(topic)
    for field in dataclasses.fields(topic):
        kind = hints[field.name]
        path = f"{prefix}.{field.name}"
        if dataclasses.is_dataclass(kind):
            yield from declared(kind, path)  # type: ignore[arg-type]
            continue
        info: Any = field.default
        literals = [kind] if get_origin(kind) is Literal else [k for k in get_args(kind) if get_origin(k) is Literal]
        extra = info.json_schema_extra
        yield Parameter(
            path=path,
            label=extra["label"] or path_spelt_out(path),
            role=extra["role"],
            default=info.default,
            unit=extra["unit"],
            low=extra["low"],
            high=extra["high"],
            choices=tuple(name for literal in literals for name in get_args(literal)),
            source=extra["source"],
            says=info.description,
        )


def undeclared(topic: type) -> str | None:
    """Return a setting of a dataclass that has a value, or nothing, where its declaration belongs; None if all have."""
    hints = get_type_hints(topic)
    plain = (field for field in dataclasses.fields(topic) if not dataclasses.is_dataclass(hints[field.name]))
    return next((field.name for field in plain if getattr(field.default, "json_schema_extra", None) is None), None)


def _catalogue() -> Mapping[str, Parameter]:
    return {p.path: p for topic, kind in TOPICS.items() for p in declared(kind, topic)}


PARAMETERS: Mapping[str, Parameter] = _catalogue()
"""Every parameter by its path, in the order of declaration, e.g. ``PARAMETERS["levers.duty.attend"]``."""
