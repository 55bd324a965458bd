"""The month of the second model: who takes which step, in order."""

from __future__ import annotations

from sim.choices import PLAYED
from sim.month import EVERYBODY, MEMBERS, PLACE, POLICY, Month, bodies_end
from sim.partners import Partner
from sim.partnership import PartnershipModel
from sim.population import THEMES
from sim.randomness import CENTRED, GIVEN, OWN_STREAMS, STREAMS, Stream
from sim.scenario import MAX_PARTNERS
from sim.second import accountability, life, measures, meetings, projects, ties, time
from sim.second.meetings import MOST_ITEMS, N_SLOTS, N_TABLES
from sim.second.parameters import Numbers
from sim.second.state import RECORDS, STATE
from sim.second.time import N_OTHER_TABLES
from sim.second.words import SECOND_NAMING
from sim.steps import PairStep, Repeat, Step, Takers

AT_THE_TABLE = Takers(
    "every member of the table",
    "partner",
    lambda model: [partner for partner in model.partners if partner.sits > 0.0],
    lambda partner: partner.sits > 0.0,
)


def item_is_open(model: PartnershipModel) -> bool:
    """Return whether there is time for the item."""
    return bool(model.is_open > 0.0)


def item_may_be_open(model: PartnershipModel) -> bool:
    """Return whether there is time for the item, before it is opened."""
    return bool(model.item + 1.0 <= model.meeting_items)


def something_is_adopted(model: PartnershipModel) -> bool:
    """Return whether the item is carried."""
    return bool(model.is_adopted > 0.0)


def year_ends(model: PartnershipModel) -> bool:
    """Return whether a year of the run ends."""
    return bool(model.month % 12 == 11)


def core_is_peeled(model: PartnershipModel) -> bool:
    """Return whether somebody may have to leave the core."""
    return bool(model.month % 12 == 11 and model.is_peeling > 0.0)


def terms_of_board_are_kept(model: PartnershipModel) -> bool:
    """Return whether the board is at hand, and the terms of decisions are kept."""
    return bool(model.table == 0 and model.keeps_terms > 0)


LAUNCH = (
    Step(PartnershipModel.found_partnership, PLACE, "A place founds a partnership: its leader, staff, goodwill;"),
    Step(life.found_table, PLACE, "its trend; a table that stands."),
    Step(life.come_with_plans, EVERYBODY, "Bodies bring plans, trust, views."),
    PairStep(
        ties.first_complement, "What they could give each other is what it is.", writes="complement", among="everybody"
    ),
    PairStep(ties.first_trust, "They know each other somewhat;", writes="trust", among="everybody"),
    PairStep(ties.first_tie, "some are tied.", writes="tie", once=True, among="everybody"),
)

AN_ITEM = (
    Step(meetings.open_item, PLACE, "The item is opened, if there is time."),
    Step(meetings.propose, AT_THE_TABLE, "Somebody there in person proposes, as influence has it.", when=item_is_open),
    PairStep(
        meetings.look_at_proposer,
        "All look at who proposes.",
        adds=("tied_to_proposer", "trust_in_proposer", "trusted_by_proposer"),
        when=item_is_open,
    ),
    Step(meetings.offer_oneself, AT_THE_TABLE, "Of those the proposer is tied to", when=item_is_open),
    Step(meetings.join_team, AT_THE_TABLE, "the best in each needed sector join the team.", when=item_is_open),
    PairStep(meetings.look_at_team, "All look at the team.", adds=("tied_to_team", "trust_in_team"), when=item_is_open),
    Step(meetings.vote, AT_THE_TABLE, "Who is there in person supports it, or not;", when=item_is_open),
    Step(meetings.decide, PLACE, "it is adopted, or not.", when=item_is_open),
    Step(
        projects.take_on, AT_THE_TABLE, "Its team commit themselves, and pool money or not;", when=something_is_adopted
    ),
    PairStep(
        projects.months_together,
        "they work together from now on.",
        writes="joint",
        once=True,
        when=something_is_adopted,
    ),
)

A_TABLE = (
    Step(meetings.open_table, PLACE, "It is seen whether the table meets,"),
    Step(meetings.sit_down, EVERYBODY, "and who sits there."),
    Step(meetings.choose_rank, AT_THE_TABLE, "Each stays away, sends a junior, or goes in person."),
    Step(meetings.remember_why, AT_THE_TABLE, "Why is kept, if asked for.", when=terms_of_board_are_kept),
    Step(meetings.count_meetings, PLACE, "The year's meetings are counted;"),
    Step(meetings.keep_the_record, EVERYBODY, "who came is remembered."),
    Step(meetings.set_the_agenda, PLACE, "There is time for so many items."),
    Repeat("item", MOST_ITEMS, "One after another:", AN_ITEM, when=item_may_be_open),
)


STEPS = (
    # 1 policy and events
    *POLICY,
    Step(Partner.be_abolished, EVERYBODY, "Bodies that end this month leave for good.", when=bodies_end),
    Step(PartnershipModel.begin_to_reorganise, PLACE, "It is seen who is reorganised:"),
    Step(Partner.be_reorganised, EVERYBODY, "bodies go through a reorganisation."),
    Step(life.sit_at_date, EVERYBODY, "Bodies that begin take their seats."),
    Step(life.see_leader, PLACE, "It is seen whether the leader is new."),
    Step(meetings.begin_to_align, PLACE, "Councils act as one,"),
    Step(meetings.come_together_inside, EVERYBODY, "or in silos."),
    # 2 obligations
    Step(time.look_at_other_tables, PLACE, "Other tables want seniors too:"),
    Step(time.go_elsewhere, EVERYBODY, "bodies go there, or not."),
    Step(meetings.open_the_month, PLACE, "The month begins."),
    Step(meetings.begin_the_month, EVERYBODY, "Everybody has a clean desk,"),
    Step(time.claim_time, EVERYBODY, "and so much time that is claimed already."),
    PairStep(meetings.partners_who_come, "Bodies look at partners that come.", adds=("partners_coming",)),
    # 3 to 5 meetings
    Repeat("table", N_TABLES, "The board and its groups meet, one after another:", A_TABLE),
    Step(life.clear_influence, PLACE, "Influence is shared out for the next month:"),
    Step(life.take_stand, MEMBERS, "by what bodies bring, as far as they were there;"),
    Step(life.take_influence, MEMBERS, "the chair evens it out, or takes more;"),
    Step(life.share_influence, MEMBERS, "each has its share."),
    # 7 to 11 work
    Step(projects.begin_to_count, PLACE, "Promises are counted:"),
    Step(projects.count_own_projects, MEMBERS, "everybody sees what is promised."),
    PairStep(projects.trust_in_mates, "They look at their team mates,", adds=("trusted_mates", "mates")),
    Step(projects.clear_the_work, PLACE, "and projects are worked on:"),
    Step(projects.keep_promises, MEMBERS, "promises are kept, or broken."),
    Step(accountability.ask_for_freedoms, PLACE, "Once a year freedoms are asked for."),
    Step(projects.take_money_in, PLACE, "Money comes in, and posts are paid;"),
    Step(projects.share_out, PLACE, "projects past planning get what there is, by the rule for the purse,"),
    Step(projects.deliver, PLACE, "and yield what their weakest needed sector puts in."),
    Step(projects.close_books, PLACE, "What is left waits, or goes back."),
    Step(projects.close_gaps, PLACE, "Outcomes move, with and without the table."),
    Step(projects.see_results, MEMBERS, "Teams see results, and believe more or less."),
    Step(meetings.move_plans, MEMBERS, "Plans move to the strategy, or home."),
    # 6 and 12 ties and trust
    PairStep(ties.trust_a_month_later, "Trust follows what team mates kept.", writes="trust"),
    PairStep(ties.made_or_lost, "Ties are made and lost.", writes="tie", once=True),
    PairStep(ties.months_left_together, "Joint work comes nearer to its end.", writes="joint", once=True),
    PairStep(ties.is_tied, "Ties are counted.", adds=("degree",)),
    # the core, once a year
    Step(life.begin_the_core, PLACE, "Once a year the core is looked for:", when=year_ends),
    Step(life.stand_in_core, MEMBERS, "all who have a tie,", when=year_ends),
    Repeat(
        "peeled",
        MAX_PARTNERS,
        "less, one by one, who has fewest ties there, until all are tied to half of the others.",
        (
            PairStep(life.tied_in_core, "Ties within are counted,", adds=("within",), when=core_is_peeled),
            Step(life.look_for_fewest, PLACE, "the fewest", when=core_is_peeled),
            Step(life.show_ties_in_core, MEMBERS, "are found,", when=core_is_peeled),
            Step(life.see_core, PLACE, "and if they are too few", when=core_is_peeled),
            Step(life.drop_out, MEMBERS, "that body drops out.", when=core_is_peeled),
        ),
        when=core_is_peeled,
    ),
    Step(life.bid_together, PLACE, "A core may win a bid.", when=year_ends),
    # 13 accountability
    Step(accountability.be_assessed, PLACE, "Once a year the partnership is judged."),
    Step(accountability.begin_to_propose, PLACE, "Targets are agreed, or met:"),
    Step(accountability.believe_in_teams, MEMBERS, "councils promise what they believe in."),
    Step(accountability.make_agreement, PLACE, "The centre accepts, counters, or refuses."),
    Step(accountability.give_account, PLACE, "The public hears of it."),
    # 14 whether it lasts
    Step(life.begin_to_engage, PLACE, "Engagement is added up,"),
    Step(life.engage, MEMBERS, "of all members;"),
    Step(life.consider_abolition, PLACE, "the table goes on, is abolished, or is founded again,"),
    Step(life.begin_anew, MEMBERS, "by those who are left."),
    # measures
    Step(measures.begin_to_show, PLACE, "The month is measured:"),
    Step(measures.show_oneself, MEMBERS, "what measures are made of,"),
    PairStep(
        measures.tie_and_trust,
        "ties and trust among members.",
        adds=("ties", "ties_across", "ties_in_use", "trust_within", "trust_across", "trust_difference"),
        to="table",
        once=True,
    ),
)

CHANCE = (
    Stream("place", OWN_STREAMS, count=2, made=CENTRED, at_launch=True),
    Stream("ties_at_launch", OWN_STREAMS + 1, each=True, at_launch=True),
    Stream("ties", OWN_STREAMS + 2, each=True),
    Stream("rank", OWN_STREAMS + 3, each=True, count=N_TABLES),
    Stream("agenda", OWN_STREAMS + 4, count=N_TABLES),
    Stream("proposer", OWN_STREAMS + 5, count=N_SLOTS),
    Stream("theme", OWN_STREAMS + 6, each=True, count=N_SLOTS),
    Stream("support", OWN_STREAMS + 7, each=True, count=N_SLOTS),
    Stream("pooling", OWN_STREAMS + 8, each=True, count=N_SLOTS),
    Stream("trust", OWN_STREAMS + 9, each=True),
    Stream("shocks", OWN_STREAMS + 10, count=len(THEMES), made=CENTRED),
    Stream("end", OWN_STREAMS + 11),
    Stream("elsewhere", OWN_STREAMS + 12, each=True, count=N_OTHER_TABLES),
    Stream("whose", OWN_STREAMS + 13, count=N_SLOTS),
    Stream("results", OWN_STREAMS + 14, each=True, made=CENTRED),
    Stream("centre", OWN_STREAMS + 15),
    Stream("bid", OWN_STREAMS + 16),
    Stream(PLAYED, OWN_STREAMS + 17, each=True, count=N_TABLES, made=GIVEN),
)

month = Month(
    launch_steps=LAUNCH,
    steps=STEPS,
    terms=meetings.RANK_TERMS,
    measures=measures.SECOND_MEASURES,
    columns=measures.SECOND_COLUMNS,
    naming=SECOND_NAMING,
    streams=(*STREAMS, *CHANCE),
    own_state=STATE,
    own_settings=Numbers,
    records=RECORDS,
    choices=meetings.CHOICES,
    remark="Second model: numbers set by hand, not fitted.",
)
