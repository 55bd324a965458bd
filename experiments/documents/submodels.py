"""The submodels of the model: which steps of its month belong to which, and the forms that its page shows."""

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


LAUNCH = "find_leader found_table come_with_plans first_complement first_trust first_tie"
"""Steps of the launch."""

MEASURING = "begin_to_show show_oneself tie_and_trust"
"""Steps that only measure."""

SUBMODELS = (
    Submodel(
        1,
        "Policy and events",
        "face_levers begin_to_add_pressure add_pressure prepare_working hold_election be_led be_abolished"
        " be_reorganised see_leader",
        (
            "sim.rules.policy.leader_changes",
            "sim.rules.policy.leader_style",
            "sim.rules.mathematics.nudged",
            "sim.rules.policy.is_reorganised",
            "sim.rules.policy.budget_after_cuts",
            "sim.rules.policy.duty_reach",
            "sim.rules.policy.duty_pressure",
            "sim.policy.pressure_of",
            "sim.rules.policy.relief_share",
            "sim.rules.policy.shared_information",
            "sim.rules.policy.measurement_quality",
            "sim.rules.policy.one_plan",
            "sim.rules.policy.resource_standing",
            "sim.life.see_leader",
        ),
    ),
    Submodel(
        2,
        "Senior time",
        "look_at_other_tables go_elsewhere claim_time",
        (
            "sim.obligations.scarcity",
            "sim.obligations.how_deep",
            "sim.obligations.claim_time",
            "sim.obligations.look_at_other_tables:initiatives_left backing company",
            "sim.obligations.pull_elsewhere",
            "sim.obligations.go_elsewhere:goes n_elsewhere",
        ),
    ),
    Submodel(
        3,
        "Who comes to meetings",
        "open_the_month begin_the_month partners_who_come open_table sit_down choose_rank remember_why"
        " count_meetings keep_the_record look_back",
        (
            "sim.meetings.share_to_come",
            "sim.meetings.open_the_month:money_in_sight private_in_sight",
            "sim.meetings.partners_who_come",
            "sim.meetings.open_table:meets",
            "sim.meetings.sit_down:sits",
            "sim.meetings.is_dealt_with",
            "sim.meetings.base_term",
            "sim.meetings.information_term",
            "sim.meetings.money_term",
            "sim.meetings.private_term",
            "sim.meetings.ties_term",
            "sim.meetings.heard_term",
            "sim.meetings.leader_term",
            "sim.meetings.duty_term",
            "sim.meetings.assessed_term",
            "sim.meetings.scrutiny_term",
            "sim.meetings.habit_term",
            "sim.meetings.time_term",
            "sim.meetings.choose_rank",
            "sim.meetings.presence_of",
            "sim.meetings.be_there:seats_left there n_present n_speaking influence_present",
            "sim.meetings.look_back",
        ),
    ),
    Submodel(
        4,
        "Items, proposers and influence",
        "set_the_agenda open_item take_turn propose clear_influence take_stand take_influence share_influence",
        (
            "sim.meetings.items_of",
            "sim.meetings.set_the_agenda",
            "sim.meetings.open_item:is_open whose aim",
            "sim.meetings.say_in",
            "sim.meetings.weight_of_theme",
            "sim.meetings.take_turn:proposes",
            "sim.meetings.propose:theme fit",
            "sim.tables.slot_of",
            "sim.life.take_stand:presence_now standing",
            "sim.life.take_influence:influence",
            "sim.life.share_influence",
        ),
    ),
    Submodel(
        5,
        "Proposals, strategy and plans",
        "begin_to_align come_together_inside look_at_proposer offer_oneself join_team look_at_team vote"
        " decide move_plans",
        (
            "sim.meetings.offer_oneself",
            "sim.meetings.join_team",
            "sim.meetings.strategic_fit",
            "sim.meetings.support_of",
            "sim.meetings.vote",
            "sim.meetings.decide",
            "sim.meetings.rank_in_purse",
            "sim.meetings.come_together_inside",
            "sim.meetings.move_plans",
        ),
    ),
    Submodel(
        6,
        "Ties",
        "met_at_tables made_or_lost months_left_together is_tied begin_the_core stand_in_core tied_in_core"
        " look_for_fewest show_ties_in_core see_core drop_out",
        (
            "sim.ties.shared_draw",
            "sim.ties.first_complement",
            "sim.ties.first_tie",
            "sim.ties.met_at_tables",
            "sim.ties.made_or_lost",
            "sim.life.see_core",
            "sim.life.drop_out",
        ),
    ),
    Submodel(
        7,
        "Promises and pooling",
        "take_on months_together begin_to_count count_own_projects trust_in_mates clear_the_work"
        " keep_promises ask_for_freedoms",
        (
            "sim.projects.effort_of",
            "sim.projects.chance_of_pooling",
            "sim.projects.take_on",
            "sim.projects.months_together",
            "sim.projects.trust_in_mates",
            "sim.projects.keep_promises",
            "sim.accountability.ask_for_freedoms",
        ),
    ),
    Submodel(
        8,
        "The fund",
        "take_money_in share_out close_books bid_together",
        (
            "sim.rules.fund.released",
            "sim.rules.fund.transaction_cost_gbp_m",
            "sim.projects.take_money_in",
            "sim.projects.need_left",
            "sim.projects.owed_to",
            "sim.projects.share_out",
            "sim.projects.close_books",
            "sim.life.bid_together",
        ),
    ),
    Submodel(
        9,
        "Delivery",
        "deliver",
        (
            "sim.projects.worth_of",
            "sim.projects.deliver",
        ),
    ),
    Submodel(
        10,
        "Outcomes",
        "close_gaps",
        ("sim.projects.close_gaps",),
    ),
    Submodel(
        11,
        "Learning",
        "see_results",
        ("sim.projects.see_results",),
    ),
    Submodel(
        12,
        "Trust",
        "show_effort trust_a_month_later",
        (
            "sim.ties.first_trust",
            "sim.ties.show_effort",
            "sim.ties.trust_a_month_later",
        ),
    ),
    Submodel(
        13,
        "Accountability",
        "be_assessed begin_to_propose believe_in_teams make_agreement give_account",
        (
            "sim.accountability.is_assessment_month",
            "sim.accountability.be_assessed",
            "sim.accountability.believe_in_teams",
            "sim.accountability.answer_of_the_centre",
            "sim.accountability.closed_in_block",
            "sim.accountability.make_agreement",
            "sim.accountability.reward_for",
            "sim.accountability.give_account",
        ),
    ),
    Submodel(
        14,
        "Membership, abolition, re-founding",
        "sit_at_date begin_to_engage engage consider_abolition begin_anew",
        (
            "sim.life.begin_at_table",
            "sim.life.sit_at_date",
            "sim.rules.structure.engagement",
            "sim.rules.structure.kept_share",
            "sim.life.engage:engaged engagement",
            "sim.life.consider_abolition",
            "sim.life.begin_anew",
        ),
    ),
)
