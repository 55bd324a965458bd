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

    flexible_fund_gbp_m: Literal["place"] | Annotated[Real, Field(ge=0.0, le=MOST_FUND_GBP_M)] = lever(
        "place", unit="£m a year, or 'place' for the place's own allocation", low=0.0, high=MOST_FUND_GBP_M,
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
        says="Grant paid each year in proportion to the results achieved.",
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
    thematic_groups: Real = _share_lever(0.3, "S4", "Work is done in thematic groups rather than in the whole forum; felt where more than 30 people decide.")
    growth_focus: Real = _share_lever(0.2, "S0", "How far the strategy is directed at local economic growth.")
    council_alignment: Real = _share_lever(0.4, "S0, S1", "Councils work from one plan (1, 'smart') or in silos (0).")
    one_stop_shop: Real = _share_lever(0.0, "S1, S3", "One-stop shop and a menu of ways in for business.", "one-stop shop")
    vcs_capacity_building: Real = _share_lever(0.1, "S3", "Capacity building and voice for voluntary and community bodies.", "capacity building for voluntary bodies")
    vcs_as_contractor: Real = _share_lever(0.0, "S2", "Voluntary bodies are treated as contractors instead of as a voice.", "voluntary bodies as contractors")
    measurement: Real = _share_lever(0.3, "S3", "How well the partnership measures what it adds.")
    statutory: Real = _share_lever(0.0, "S4", "The partnership itself is statutory: it must exist, and is prescribed more.")
    overlap: Real = _share_lever(0.3, "S2", "Overlapping partnerships, felt only where local government has two tiers.")
    reorganisation: Real = lever(
        0.05, unit="chance a year for each exposed body", low=0.0, high=1.0, source="S3", says="Reorganisation shocks that reset links."
    )
    newcomers_informed: Real = _share_lever(
        0.5, "assumed", "How far a newcomer knows the partnership's record when taking a seat."
    )
    announced_end_months: Real = lever(
        0.0, unit="months from the launch; 0 if none is announced", low=0.0, high=600.0, source="S4; the end of a fund, or of a game, is often known long before",
        says="When what the partnership is for is announced to end; partners look ahead to it.",
    )
    sanctions: Real = _share_lever(
        0.0, "Fehr and Gächter (2000); hypothetical for partnerships", "How readily members make a body pay that gives little."
    )
    duty: Duty = Field(default_factory=Duty)
    inspection: Inspection = Field(default_factory=Inspection)


# ---------------------------------------------------------------- uncertain parameters


def _weight(default: float, high: float, source: str, says: str, low: float = 0.0) -> Any:
    return uncertain(default, unit="utility", low=low, high=high, source=source, says=says)


def _rate(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="share a month", low=low, high=high, source=source, says=says)


def _strength(default: float, low: float, high: float, source: str, says: str) -> Any:
    return uncertain(default, unit="dimensionless", low=low, high=high, source=source, says=says)


@dataclass(frozen=True, config=_FROZEN)
class Behaviour:
    """What the world may be: how partners decide, learn and trust. Fitted once, see docs/patterns.md."""

    # influence
    resource_exponent: Real = _strength(0.1611, 0.1, 0.7, "assumed; resource dependence, Rhodes (1997)", "How steeply influence rises with budget.")
    chair_bonus: Real = _strength(2.845, 0.5, 6.0, "S3", "How much a directing chair multiplies its standing.")
    executive_exclusion: Real = _strength(0.7794, 0.3, 0.95, "S2", "Loss of standing of those whom a public-only executive leaves out.")

    # attendance
    attendance_base: Real = _weight(-1.169, 1.0, "assumed", "Utility of attending when nothing else speaks for or against it.", low=-4.0)
    attendance_spread: Real = _weight(0.2268, 1.2, "assumed", "Standard deviation of dispositions between like bodies.")
    attendance_noise: Real = uncertain(1.434, unit="utility", low=0.5, high=2.0, source="McKelvey and Palfrey (1995)", says="Width of uncertainty in the choice to attend.")
    weight_mandate: Real = _weight(0.8958, 3.0, "S2, S4", "Pull of a body's own mandate to work for the area.")
    weight_habit: Real = _weight(1.337, 2.0, "assumed; inertia", "Pull of the habit of attending, or of staying away.")
    weight_fund: Real = _weight(0.4672, 2.5, "S0, S4", "Pull of the expected share of the pooled fund.")
    fund_half_saturation: Real = uncertain(0.1138, unit="share of own flexible money", low=0.01, high=0.3, source="assumed", says="Expected gain that exerts half the pull of a very large one.")
    weight_belief: Real = _weight(3.399, 4.0, "S2, S3", "Pull of the belief that the partnership delivers.")
    weight_cooperation: Real = _weight(3.309, 4.0, "Fischbacher, Gächter and Fehr (2001)", "Pull of trusted others' participation.")
    weight_heard: Real = _weight(1.348, 2.0, "S2", "Pull of being heard; a push when below one's fair say.")
    weight_duty: Real = _weight(2.093, 3.0, "S4", "Pull of a duty in full force.")
    duty_half_saturation: Real = _strength(0.7748, 0.1, 1.0, "Fehr and Gächter (2000); sanctions saturate", "Duty pressure that exerts half the pull of a very strong one.")
    weight_relief: Real = _weight(1.287, 3.0, "S4", "Pull of relief from the whole inspection burden.")
    weight_assessment: Real = _weight(1.938, 2.0, "S4", "Pull of having one's partnership working assessed.")
    weight_leadership: Real = _weight(0.2556, 2.5, "S2, S3", "Pull of a leader who chairs in person.")
    weight_load: Real = _weight(1.055, 3.0, "S2, S3", "Push of meetings and paperwork.")
    weight_prescription: Real = _weight(1.263, 1.5, "S4", "Push of central prescription.")
    weight_outside: Real = _weight(1.542, 3.0, "S2", "Push of the outside option.")
    initiative_load: Real = _strength(0.02934, 0.0, 0.15, "S1, S3", "Load of one more initiative, in units of a full forum.")
    overlap_load: Real = _strength(0.7172, 0.0, 1.0, "S2", "Load of overlapping partnerships, in units of a full forum.")
    attendance_memory: Real = _rate(0.2625, 0.08, 0.5, "assumed; about half a year", "How fast the attendance record follows attendance.")

    # seniority
    seniority_rate: Real = _rate(0.04022, 0.02, 0.07, "S2; slower than attendance", "How fast the level of the person sent adapts.")
    seniority_floor: Real = _strength(0.178, 0.05, 0.35, "assumed", "Level of the person sent when nothing happens.")
    seniority_initial: Real = _strength(0.8146, 0.4, 0.9, "assumed; launches draw senior people", "Level of the person sent at the launch.")

    # deliberation
    strategy_rate: Real = _rate(0.05089, 0.03, 0.2, "assumed", "How fast the strategy moves to the weighted priorities.")
    alignment_rate: Real = _rate(0.08671, 0.02, 0.2, "S3", "How fast partners' plans move to the strategy.")
    alignment_drift: Real = _rate(0.02804, 0.01, 0.1, "S3", "How fast partners' plans drift home.")
    decision_base: Real = _strength(-1.794, -4.0, 0.0, "assumed", "Log-odds of a decision when nothing helps.")
    decision_leadership: Real = _strength(2.073, 0.5, 3.0, "S3", "Help of leadership attention to deciding, log-odds.")
    decision_staff: Real = _strength(0.8216, 0.3, 2.0, "S3", "Help of a full staff team to deciding, log-odds.")
    decision_focus: Real = _strength(1.879, 0.0, 3.0, "S0", "Help of a focused strategy to deciding, log-odds.")
    decision_coherence: Real = _strength(3.621, 0.5, 4.0, "S3", "Help of coherence to deciding, log-odds.")
    decision_information: Real = _strength(0.8434, 0.0, 1.5, "S3, S4", "Help of shared information to deciding, log-odds.")
    decision_size: Real = _strength(0.8983, 0.3, 3.0, "Audit Commission (2009); S3", "Hindrance for each 30 people deciding beyond the first 30, log-odds.")

    # contribution
    reciprocity: Real = _strength(0.829, 0.7, 0.99, "Fischbacher, Gächter and Fehr (2001): 80 to 90 %", "Slope of conditional cooperation: own contribution for what others are believed to give.")
    reciprocity_spread: Real = _strength(0.04242, 0.0, 0.1, "Fischbacher and Gächter (2010)", "Standard deviation of that slope between partners.")
    contribution_initial: Real = _strength(0.2841, 0.05, 0.5, "assumed", "What partners at first believe that others give, as a share of what each could.")
    belief_weight: Real = _rate(0.5138, 0.05, 1.0, "Fischbacher and Gächter (2010)", "How fast the belief about others' giving follows what is seen.")
    contribution_belief: Real = _strength(0.5534, 0.0, 0.6, "S3", "How much belief in results adds to giving.")
    contribution_duty: Real = _strength(0.05299, 0.0, 0.2, "S4; less than on attendance", "How much a duty on service plans adds to giving.")
    contribution_scrutiny: Real = _strength(0.122, 0.0, 0.2, "S4", "How much scrutiny of publicly funded bodies adds to giving.")
    contribution_reward: Real = _strength(0.1372, 0.0, 0.3, "S0", "How much a large reward grant adds to giving.")
    flexibility_gain: Real = _strength(1.697, 0.2, 3.0, "S3", "Growth of the discretionary share under full flexibility, as a multiple of it.")

    # fund
    absorption_rate: Real = _rate(0.1942, 0.1, 0.7, "assumed", "Share of the money held that a fully able partnership spends in a month.")

    # delivery
    planning_months: Real = uncertain(7.318, unit="months", low=4.0, high=18.0, source="S3: about two years to delivery", says="Mean time of work in planning.")
    delivery_months: Real = uncertain(14.74, unit="months", low=8.0, high=24.0, source="S3: about two years to delivery", says="Mean time of work in delivery.")
    conversion_base: Real = _strength(0.5515, 0.1, 0.6, "assumed", "Share of effort that becomes results without protocols, staff or joint work.")
    conversion_protocols: Real = _strength(0.2138, 0.1, 0.7, "S3", "Share of the remaining loss that full protocols save.")
    conversion_staff: Real = _strength(0.4071, 0.1, 0.6, "S3", "Share of the remaining loss that a full staff team saves.")
    conversion_joint: Real = _strength(0.2713, 0.1, 0.6, "S3", "Share of the remaining loss that full joint training and location save.")
    uncoordinated_input: Real = _strength(0.1044, 0.01, 0.15, "assumed", "What a sector does for joint results without coming, on the scale of what it could.")
    early_conversion: Real = _strength(0.1811, 0.0, 0.4, "S3", "Conversion in the first stage as a share of that in the last.")

    # outcomes
    gap_cost_gbp_per_head: Real = uncertain(682.0, unit="£ a head", low=80.0, high=800.0, source="assumed", says="Well-joined-up spending that would close the gap to the national average, per resident.", label="cost of the gap")
    outcome_decay: Real = _rate(0.003693, 0.0005, 0.008, "assumed", "Rate at which gains fade without upkeep.")
    outcome_trend: Real = uncertain(0.001134, unit="share of the open gap a month", low=-0.001, high=0.002, source="assumed", says="External trend towards the national average.")
    outcome_shock: Real = uncertain(0.004144, unit="share of the gap a month", low=0.001, high=0.01, source="assumed", says="Standard deviation of external shocks to an outcome.")

    # learning
    belief_initial: Real = _strength(0.5424, 0.15, 0.6, "assumed", "Belief at the launch that the partnership will deliver.")
    belief_spread: Real = _strength(0.08789, 0.0, 0.2, "assumed", "Standard deviation of that belief between partners.")
    belief_rate: Real = _rate(0.08185, 0.01, 0.15, "assumed", "How fast belief follows results that are well measured.")
    aspiration: Real = uncertain(0.03332, unit="share of the gap a year", low=0.005, high=0.05, source="assumed", says="Yearly results that look half convincing.")
    process_credit: Real = _strength(0.2371, 0.1, 0.7, "S3", "Part of belief that rests on decisions taken, not on results.")

    # trust
    trust_initial: Real = _strength(0.4447, 0.15, 0.5, "S3", "Trust at the launch between bodies of one sector.")
    trust_sector_gap: Real = _strength(0.04927, 0.0, 0.15, "S3", "How much lower trust starts across sectors.")
    trust_spread: Real = _strength(0.06246, 0.0, 0.1, "assumed", "Standard deviation of initial trustfulness and repute.")
    goodwill_spread: Real = _strength(0.4231, 0.0, 0.6, "S3; prehistory in Ansell and Gash (2008)", "How far trust at the launch departs from the above between places.")
    trust_evidence: Real = _rate(0.01377, 0.005, 0.08, "assumed", "How fast trust follows a pleasant surprise.")
    loss_aversion: Real = _strength(1.744, 1.5, 2.5, "Tversky and Kahneman (1992): about 2", "Weight of a disappointment against an equal pleasant surprise.")
    trust_meeting: Real = _rate(0.00281, 0.0, 0.01, "S3", "Trust gained by meeting.")
    trust_joint_delivery: Real = _rate(0.01785, 0.01, 0.1, "S3; far more than by meeting", "Trust gained by delivering together at full pace.")
    trust_decay: Real = _rate(0.007533, 0.001, 0.02, "assumed", "Trust lost without contact.")
    trust_domination: Real = _rate(0.1925, 0.05, 0.5, "S2, S3", "Trust in a dominating body lost, per unit of influence beyond tolerance.")
    domination_tolerance: Real = _strength(0.3226, 0.1, 0.35, "assumed", "Share of influence that others accept from one body.")
    trust_staff: Real = _rate(0.007134, 0.0, 0.02, "S3", "Trust brokered by a full staff team.")
    reorganisation_reset: Real = _strength(0.4375, 0.2, 0.9, "S3", "Share of a link lost when a body is reorganised.")
    style_spread: Real = _strength(0.5302, 0.0, 0.6, "assumed", "How far a leader's style departs from what is configured: the first one's and each successor's.")
    staff_spread: Real = _strength(0.2844, 0.0, 0.6, "S3", "How far what a staff team amounts to departs from what is configured, between places.")

    # accountability and membership
    accreditation_threshold: Real = _strength(0.1641, 0.1, 0.4, "Hansard, 28 February 2002: 87 of 88 passed", "Yearly score from which the fund is released in full.")
    success_threshold: Real = _strength(0.4295, 0.35, 0.7, "S4", "Yearly score from which a partnership is judged successful.")
    assessment_noise: Real = _strength(0.08058, 0.0, 0.1, "assumed", "Standard deviation of an assessor's error.")
    exit_months: Real = uncertain(21.75, unit="months", low=6.0, high=24.0, source="assumed", says="Spell of absence after which bodies begin to leave.")
    exit_rate: Real = _rate(0.03919, 0.03, 0.3, "assumed", "Chance of leaving once absence is that long.")
    invitation_rate: Real = _rate(0.08089, 0.01, 0.15, "assumed", "Chance that an active chair and staff fill an empty seat.")
    dissolution_rate: Real = _rate(0.1962, 0.02, 0.2, "S2", "Chance that a council dissolves a partnership when nothing speaks for it.")
    dissolution_value: Real = _strength(0.4777, 0.2, 0.8, "S2", "Total of what binds a council above which it never dissolves.")


@dataclass(frozen=True, config=_FROZEN)
class Delivery:
    """How sectors combine into results."""

    complementarity: Real = structural(
        0.6, unit="0 additive to 1 weakest link", low=0.0, high=1.0, source="S4 (weakest link in delivering change); assumed default",
        says="How far results need every sector at once.", label="need for every sector at once",
    )


def _switch(says: str) -> Any:
    return structural(1, unit="0 no, 1 yes", low=0, high=1, source="the model as a whole has it; without it, a null model", says=says)


@dataclass(frozen=True, config=_FROZEN)
class Mechanisms:
    """Which mechanisms are at work, and what takes the model to its limiting cases. See docs/docking.md.

    Not searched by a fit to the patterns, which say nothing of them: the numbers of the known end and of
    sanctions come from public-goods experiments, the others leave the model as it is.
    """

    # null models
    trust_moves: Whole = _switch("Trust follows what others do, or stays as at first acquaintance.")
    learning: Whole = _switch("Belief and the expected share of the fund follow what is seen, or stay at their priors.")
    membership_changes: Whole = _switch("Bodies leave, join and dissolve the partnership, or those who launch it stay.")

    # the public-goods experiment as a limiting case
    assured_presence: Real = structural(0.0, unit="0 none to 1 full", low=0.0, high=1.0, source="limiting case: a laboratory", says="How far presence, seniority and aligned plans, without which nobody can give, are assured to all.")
    first_seen_giving: Real = structural(0.0, unit="share of what each could give", low=0.0, high=1.0, source="limiting case: a laboratory", says="What bodies that begin are taken to have given before.")
    conditional_cooperator_share: Real = structural(1.0, unit="share of bodies", low=0.0, high=1.0, source="Fischbacher, Gächter and Fehr (2001)", says="Bodies that answer others' giving; the rest ride free unless they are pushed.")
    end_weight: Real = structural(0.6058, unit="share of willingness", low=0.0, high=1.0, source="docked on Herrmann, Thöni and Gächter (2008)", says="What an announced end takes from willingness in the last month.")
    end_half_months: Real = structural(3.0, unit="months", low=0.1, high=60.0, source="assumed; see docs/docking.md", says="Months before an announced end at which it takes half as much as in the last.")
    sanction_gain: Real = structural(0.1117, unit="dimensionless", low=0.0, high=1.0, source="docked on Herrmann, Thöni and Gächter (2008)", says="How much sanctions in full force add to giving.")
    sanction_half_saturation: Real = structural(0.1858, unit="dimensionless", low=0.01, high=1.0, source="docked on Herrmann, Thöni and Gächter (2008)", says="Readiness to sanction that presses half as hard as can be.")


@dataclass(frozen=True, config=_FROZEN)
class RegimeThresholds:
    """Where one regime ends and the next begins; read by sim/regimes.py and nothing else."""

    window_months: Whole = structural(12, unit="months", low=1, high=60, source="assumed", says="Months averaged before a regime is named.")
    hollow_engagement: Real = structural(0.08, unit="engagement index", low=0.0, high=1.0, source="S2", says="Below this engagement the seats are empty or filled by juniors.")
    domination_top_share: Real = structural(0.33, unit="share of influence", low=0.0, high=1.0, source="S2", says="From this share of influence one body dominates.")
    growth_engagement: Real = structural(0.3, unit="engagement index", low=0.0, high=1.0, source="S0", says="Engagement that a growth coalition has at least.")
    growth_decision_rate: Real = structural(0.3, unit="decisions a month", low=0.0, high=1.0, source="S2", says="Decisions that a growth coalition takes at least.")
    growth_delivery: Real = structural(0.008, unit="share of the gap a year", low=0.0, high=1.0, source="S0", says="Yearly results that a growth coalition delivers at least.")


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
    "delivery": Delivery,
    "mechanisms": Mechanisms,
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


def _catalogue() -> Mapping[str, Parameter]:
    return {p.path: p for topic, kind in TOPICS.items() for p in declared(kind, topic)}


PARAMETERS: Mapping[str, Parameter] = _catalogue()
"""Every parameter by its path, in the order of declaration, e.g. ``PARAMETERS["levers.duty.attend"]``."""
