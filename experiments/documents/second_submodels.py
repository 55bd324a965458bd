"""The submodels of the second model: which steps of its month belong to which, and the forms that its page shows."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Submodel:
    """One row of the month: its steps by name, and the forms shown of it, as ``module.function: names``.

    Of a function that is given numbers alone all is shown; of a step the lines that write the names after the colon.
    """

    number: int
    title: str
    steps: str
    forms: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the name of it in a diagram."""
        return f"s{self.number}"


LAUNCH = "found_partnership found_table come_with_plans first_complement first_trust first_tie"
"""Steps of the launch."""

MEASURING = "begin_to_show show_oneself tie_and_trust"
"""Steps that only measure."""

SUBMODELS = (
    Submodel(
        1,
        "Policy and events",
        "face_levers begin_to_add_pressure add_pressure prepare_working hold_election be_led be_abolished"
        " begin_to_reorganise be_reorganised see_leader",
        (
            "sim.rules.events.leader_changes",
            "sim.rules.events.leader_style",
            "sim.rules.events.staff_in_place",
            "sim.rules.mathematics.nudged",
            "sim.rules.events.is_reorganised",
            "sim.rules.events.budget_after_cuts",
            "sim.rules.attendance.duty_reach",
            "sim.rules.attendance.duty_pressure",
            "sim.rules.attendance.relief_share",
            "sim.rules.deliberation.shared_information",
            "sim.rules.learning.measurement_quality",
            "sim.rules.deliberation.one_plan",
            "sim.rules.influence.resource_standing",
            "sim.second.life.see_leader",
        ),
    ),
    Submodel(
        2,
        "Senior time",
        "look_at_other_tables go_elsewhere claim_time",
        (
            "sim.second.time.scarcity",
            "sim.second.time.how_deep",
            "sim.second.time.claim_time",
            "sim.second.time.look_at_other_tables:initiatives_left backing company",
            "sim.second.time.pull_elsewhere",
            "sim.second.time.go_elsewhere:goes n_elsewhere",
        ),
    ),
    Submodel(
        3,
        "Who comes to meetings",
        "open_the_month begin_the_month partners_who_come open_table sit_down choose_rank remember_why"
        " count_meetings keep_the_record look_back",
        (
            "sim.second.meetings.open_the_month:money_in_sight private_in_sight",
            "sim.second.meetings.partners_who_come",
            "sim.second.meetings.open_table:meets",
            "sim.second.meetings.sit_down:sits",
            "sim.second.meetings.is_dealt_with",
            "sim.second.meetings.base_term",
            "sim.second.meetings.information_term",
            "sim.second.meetings.money_term",
            "sim.second.meetings.private_term",
            "sim.second.meetings.ties_term",
            "sim.second.meetings.heard_term",
            "sim.second.meetings.leader_term",
            "sim.second.meetings.duty_term",
            "sim.second.meetings.assessed_term",
            "sim.second.meetings.scrutiny_term",
            "sim.second.meetings.habit_term",
            "sim.second.meetings.time_term",
            "sim.second.meetings.choose_rank",
            "sim.second.meetings.presence_of",
            "sim.second.meetings.be_there:seats_left there n_present n_speaking influence_present",
            "sim.second.meetings.look_back",
        ),
    ),
    Submodel(
        4,
        "Items, proposers and influence",
        "set_the_agenda open_item propose clear_influence take_stand take_influence share_influence",
        (
            "sim.second.meetings.items_of",
            "sim.second.meetings.set_the_agenda",
            "sim.second.meetings.open_item:is_open whose aim",
            "sim.second.meetings.say_in",
            "sim.second.meetings.weight_of_theme",
            "sim.second.meetings.propose:proposes theme fit",
            "sim.second.meetings.slot_of",
            "sim.second.life.take_stand:presence_now standing",
            "sim.second.life.take_influence:influence",
            "sim.second.life.share_influence",
        ),
    ),
    Submodel(
        5,
        "Proposals, strategy and plans",
        "begin_to_align come_together_inside look_at_proposer offer_oneself join_team look_at_team vote"
        " decide move_plans",
        (
            "sim.second.meetings.offer_oneself",
            "sim.second.meetings.join_team",
            "sim.second.meetings.strategic_fit",
            "sim.second.meetings.support_of",
            "sim.second.meetings.vote",
            "sim.second.meetings.decide",
            "sim.second.meetings.rank_in_purse",
            "sim.second.meetings.come_together_inside",
            "sim.second.meetings.move_plans",
        ),
    ),
    Submodel(
        6,
        "Ties",
        "met_at_tables made_or_lost months_left_together is_tied begin_the_core stand_in_core tied_in_core"
        " look_for_fewest show_ties_in_core see_core drop_out",
        (
            "sim.second.ties.shared_draw",
            "sim.second.ties.first_complement",
            "sim.second.ties.first_tie",
            "sim.second.ties.met_at_tables",
            "sim.second.ties.made_or_lost",
            "sim.second.life.see_core",
            "sim.second.life.drop_out",
        ),
    ),
    Submodel(
        7,
        "Promises and pooling",
        "take_on months_together begin_to_count count_own_projects trust_in_mates clear_the_work"
        " keep_promises ask_for_freedoms",
        (
            "sim.second.projects.effort_of",
            "sim.second.projects.chance_of_pooling",
            "sim.second.projects.take_on",
            "sim.second.projects.months_together",
            "sim.second.projects.trust_in_mates",
            "sim.second.projects.keep_promises",
            "sim.second.accountability.ask_for_freedoms",
        ),
    ),
    Submodel(
        8,
        "The fund",
        "take_money_in share_out close_books bid_together",
        (
            "sim.rules.fund.released",
            "sim.rules.accountability.transaction_cost_gbp_m",
            "sim.second.projects.take_money_in",
            "sim.second.projects.share_out",
            "sim.second.projects.close_books",
            "sim.second.life.bid_together",
        ),
    ),
    Submodel(
        9,
        "Delivery",
        "deliver",
        (
            "sim.second.projects.worth_of",
            "sim.second.projects.deliver",
        ),
    ),
    Submodel(
        10,
        "Outcomes",
        "close_gaps",
        ("sim.second.projects.close_gaps",),
    ),
    Submodel(
        11,
        "Learning",
        "see_results",
        ("sim.second.projects.see_results",),
    ),
    Submodel(
        12,
        "Trust",
        "trust_a_month_later",
        (
            "sim.second.ties.first_trust",
            "sim.second.ties.trust_a_month_later",
        ),
    ),
    Submodel(
        13,
        "Accountability",
        "be_assessed begin_to_propose believe_in_teams make_agreement give_account",
        (
            "sim.rules.accountability.is_assessment_month",
            "sim.second.accountability.be_assessed",
            "sim.second.accountability.believe_in_teams",
            "sim.second.accountability.answer_of_the_centre",
            "sim.second.accountability.closed_in_block",
            "sim.second.accountability.make_agreement",
            "sim.second.accountability.reward_for",
            "sim.second.accountability.give_account",
        ),
    ),
    Submodel(
        14,
        "Membership, abolition, re-founding",
        "sit_at_date begin_to_engage engage consider_abolition begin_anew",
        (
            "sim.second.life.begin_at_table",
            "sim.second.life.sit_at_date",
            "sim.rules.structure.engagement",
            "sim.rules.structure.kept_share",
            "sim.second.life.engage:engaged engagement",
            "sim.second.life.consider_abolition",
            "sim.second.life.begin_anew",
        ),
    ),
)
