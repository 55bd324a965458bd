"""What the five documents say, line by line, and what the model answers: where it is, or why it is not there."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Claim:
    """A system, mechanism or claim of the documents, and the model's answer.

    ``where`` names functions of the model, ``data`` levers and numbers, ``seen_in`` patterns or measures; ``but`` says
    what of the claim is not there, and why.
    """

    seeds: str
    says: str
    submodels: str = ""
    where: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    seen_in: str = ""
    but: str = ""


_LIFE, _MEET, _WORK = "sim.life.", "sim.meetings.", "sim.projects."
_TIES, _TIME, _ACCOUNT = "sim.ties.", "sim.obligations.", "sim.accountability."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "S0",
        "Government pools regeneration money through growth-focused partnerships: an incentive to join in.",
        "3, 7, 8",
        (_MEET + "money_term", _WORK + "keep_promises", _WORK + "take_money_in"),
        ("levers.pooling_rate",),
    ),
    Claim(
        "S0, S1",
        "An overarching growth focus; without one, fragments.",
        "5, 10",
        (_MEET + "strategic_fit", _MEET + "weight_of_theme", _WORK + "close_gaps"),
        ("levers.growth_focus", "behaviour.growth_reach"),
    ),
    Claim(
        "S0",
        "Performance agreements with reward came before area agreements (2001-04, with councils alone).",
        "13",
        (_ACCOUNT + "make_agreement",),
        ("levers.reward_grant_gbp_m",),
        but="one kind of agreement, with the table and not the council alone, as soon as a reward is promised",
    ),
    Claim(
        "S0, S1, S4",
        "Area agreement: four blocks, negotiation with the government office, pooled and aligned budgets, reward.",
        "7, 13",
        (_ACCOUNT + "make_agreement", _ACCOUNT + "answer_of_the_centre", _ACCOUNT + "reward_for", _WORK + "take_on"),
        but="agreements begin where a reward is promised, in the rounds of the record by England's calendar alone",
    ),
    Claim(
        "S0",
        "Assessment of councils includes community leadership; later that of all agencies.",
        "3, 13",
        (_MEET + "assessed_term", _ACCOUNT + "be_assessed"),
        ("levers.inspection.burden", "levers.inspection.assess_all"),
        but="the assessment does not show who failed",
    ),
    Claim(
        "S0, S1",
        "Smart council: one plan inside, or silos; stocktake; a chain from community plan to service plans.",
        "5",
        (_MEET + "come_together_inside", _MEET + "weight_of_theme", _MEET + "move_plans"),
        ("levers.council_alignment",),
        "N12",
        "the stocktake takes the leader's attention, and no half-days",
    ),
    Claim(
        "S0",
        "Councils need partners for growth; dominance of one body.",
        "4, 9, 12",
        (_WORK + "deliver", _LIFE + "share_influence", _TIES + "trust_a_month_later"),
        ("behaviour.domination_price", "behaviour.tolerated"),
    ),
    Claim(
        "S1, S3",
        "Business engages where there is a case, one way in, a menu.",
        "2, 3, 9",
        (_MEET + "private_term", _TIME + "claim_time", _MEET + "sit_down", _WORK + "deliver"),
        ("levers.one_stop_shop",),
        but="a seat in a group costs what a seat on the board does; business goes only to the group that it cares for",
    ),
    Claim(
        "S1, S3",
        "Special initiatives divert time; they also bring money and practice; critical review.",
        "2, 5, 8, 9",
        (_TIME + "claim_time", _TIME + "go_elsewhere", _WORK + "deliver", _LIFE + "bid_together"),
        ("levers.initiatives",),
        but="they bring money by bids alone; practice is not represented",
    ),
    Claim(
        "S1",
        "Private investment is unlocked.",
        "3, 9",
        (_WORK + "deliver", _MEET + "private_term"),
        seen_in="`private_gbp_m`",
    ),
    Claim("S1", "Linking deprived people to growth.", "10", (_WORK + "close_gaps",), ("behaviour.growth_reach",)),
    Claim(
        "S1",
        "The strategy as a reference from neighbourhood to region.",
        but="out of scope: one place, and no scales within it or above it",
    ),
    Claim(
        "S2",
        "A partnership nearly everywhere; large talking shops that go on.",
        "3 to 5, 14",
        (_MEET + "items_of", _MEET + "information_term", _MEET + "decide", _LIFE + "consider_abolition"),
        ("levers.expected",),
        "N1, N3",
    ),
    Claim(
        "S2",
        "Leaders who shape a place or delegate; leaders who share power.",
        "1, 3, 4, 5, 14",
        (
            "sim.rules.policy.leader_style",
            _MEET + "leader_term",
            _LIFE + "take_influence",
            _LIFE + "consider_abolition",
        ),
        ("leadership.attention", "leadership.facilitation", "leadership.direction"),
        "N15",
    ),
    Claim(
        "S2",
        "Senior people leave boards that do nothing.",
        "2, 3, 11",
        (_MEET + "choose_rank", _MEET + "money_term", _WORK + "see_results", _TIME + "scarcity"),
        seen_in="hollow months",
    ),
    Claim(
        "S2",
        "Two tiers; overlapping and rival partnerships.",
        "2",
        (_TIME + "look_at_other_tables", _TIME + "go_elsewhere", _TIME + "pull_elsewhere"),
        ("levers.overlap",),
        but="the county's table claims seniors; it has no items and projects of its own",
    ),
    Claim(
        "S2",
        "Public service boards, executives with or without politicians; business and voluntary bodies in a forum.",
        "3 to 5",
        (_MEET + "begin_the_month", _MEET + "say_in", _MEET + "vote", _LIFE + "take_stand"),
        seen_in="P12, N12",
        but="the forum is those who sit and neither propose nor vote; what it asks for is not heard",
    ),
    Claim(
        "S2",
        "Total Place, community budgets, early intervention: who pays is not who saves.",
        "7",
        (_WORK + "take_on", _WORK + "chance_of_pooling"),
        ("behaviour.pooling_need", "behaviour.control_lost"),
        but="who saves is read from a body's main programmes; what is saved does not come back as money",
    ),
    Claim(
        "S2",
        "Bilateral deals, enterprise partnerships, health boards.",
        "2, 6",
        (_TIES + "made_or_lost", _TIME + "go_elsewhere"),
        ("levers.outside_option", "behaviour.met_outside"),
        but="they are tables that claim seniors, without projects of their own",
    ),
    Claim(
        "S2",
        "Abolition when nothing binds; some strengthen; the public does not notice.",
        "13, 14",
        (_LIFE + "consider_abolition", _ACCOUNT + "give_account"),
        ("behaviour.hold_standing",),
        "N2, N2b",
    ),
    Claim(
        "S2",
        "Cuts make collaboration harder, and more needed.",
        "2, 14",
        (_TIME + "claim_time", _LIFE + "consider_abolition", "sim.rules.policy.budget_after_cuts"),
        ("levers.austerity", "behaviour.cuts_claim", "behaviour.hold_cuts"),
        but="only harder: cuts claim time, lower budgets and speak for abolition; that they make joint savings more"
        " needed has no term",
    ),
    Claim(
        "S2",
        "Voluntary bodies as contractors or as a voice.",
        "4, 5",
        (_MEET + "vote", _MEET + "open_item"),
        ("levers.vcs_as_contractor", "levers.vcs_capacity_building"),
    ),
    Claim(
        "S2",
        "Police commissioners, clinical groups, health boards as new bodies.",
        "1, 14",
        (_LIFE + "sit_at_date", _LIFE + "begin_at_table", "sim.policy.be_abolished"),
        but="the calendar of England creates them; health boards are no more than a pull of other tables",
    ),
    Claim("S2", "Regret and re-creation.", "14", (_LIFE + "consider_abolition", _LIFE + "begin_anew"), seen_in="N16"),
    Claim(
        "S2",
        "Sharing assets, people and joint posts.",
        "2, 5, 9",
        (_WORK + "deliver", _MEET + "decide"),
        ("levers.joint.appointments",),
        but="a project that saves time merges initiatives; assets and people are not counted; a joint post is a lever"
        " that shortens planning, not a decision",
    ),
    Claim(
        "S2",
        "Neighbourhood empowerment, resilience.",
        "4",
        (_MEET + "open_item", _MEET + "say_in"),
        ("levers.neighbourhood_engagement",),
        but="a board may have one item for neighbourhoods; all else is out of scope: no places within the place",
    ),
    Claim("S2", "Nobody dominates the good ones.", "4, 12", (_LIFE + "share_influence",), seen_in="`top_share`"),
    Claim("S3", "Trust is slow.", "12", (_TIES + "trust_a_month_later",), ("behaviour.trust_rate",), "P6"),
    Claim(
        "S3",
        "An independent staff team as broker, mediator, interpreter; it sustains momentum.",
        "2, 6, 8",
        (_WORK + "take_money_in", _TIES + "made_or_lost", _TIME + "claim_time"),
        ("levers.staff_team", "behaviour.introductions", "behaviour.staff_relief"),
        "P15",
        "whom staff bring together is nobody's choice: an introduction of two drawn at random makes a tie as likely as "
        "its chance shared out over all pairs, because occasions add up, so it is shared out",
    ),
    Claim("S3", "Five stages from purpose to review.", "", ("sim.measures.stage",), seen_in="N11, read off"),
    Claim(
        "S3",
        "Resistance in main programmes and budgets.",
        "5, 7",
        (_MEET + "move_plans", _WORK + "chance_of_pooling"),
        ("behaviour.plan_rate", "behaviour.pooling_need"),
    ),
    Claim(
        "S3",
        "Freedoms and flexibilities are asked for; refusals discourage even what is open.",
        "7",
        (_ACCOUNT + "ask_for_freedoms", _WORK + "chance_of_pooling"),
        ("levers.flexibility",),
    ),
    Claim("S3", "Whole systems change inside members.", "5", (_MEET + "move_plans",), ("behaviour.plan_rate",)),
    Claim(
        "S3",
        "Joint arrangements, lead bodies, service agreements, milestones.",
        "5, 9",
        (_MEET + "decide", "sim.rules.policy.shared_information"),
        ("levers.protocols", "levers.joint.appointments", "levers.joint.data_exchange"),
        but="no body leads a project, and there are no milestones; sharing a place and training together do nothing"
        " (levers without a rule)",
    ),
    Claim(
        "S3",
        "Measuring added value.",
        "11",
        (_WORK + "see_results", "sim.rules.policy.measurement_quality"),
        ("levers.measurement", "behaviour.unmeasured"),
    ),
    Claim(
        "S3",
        "Giving account to stakeholders and public; community capacity and benchmarks.",
        "13",
        (_ACCOUNT + "give_account",),
        but="the five capacities and benchmarks are not read off",
    ),
    Claim(
        "S3",
        "Reorganisation sets back.",
        "1, 2, 5, 6, 12",
        (
            "sim.rules.policy.is_reorganised",
            _TIES + "made_or_lost",
            _TIES + "trust_a_month_later",
            _TIME + "claim_time",
        ),
        ("levers.reorganisation",),
    ),
    Claim("S3", "Competitive funds levered.", "8", (_LIFE + "bid_together", _WORK + "take_money_in")),
    Claim("S3", "Labour and housing markets.", but="out of scope: outcomes by theme stand for them"),
    Claim(
        "S4",
        "Duty to co-operate: five components, named bodies, regional and Whitehall reach, lighter for universities.",
        "1, 2, 3, 5, 8, 13",
        (
            "sim.rules.policy.duty_reach",
            "sim.rules.policy.duty_pressure",
            _MEET + "duty_term",
            _TIME + "claim_time",
            _WORK + "keep_promises",
            "sim.rules.policy.shared_information",
        ),
        ("levers.duty.attend", "levers.duty.share_data", "levers.duty.support_costs", "levers.duty.report"),
        but="the component on service plans and the reach into Whitehall do nothing (levers without a rule)",
    ),
    Claim(
        "S4",
        "Coming is not contributing.",
        "3, 7",
        (_MEET + "choose_rank", _MEET + "say_in", _WORK + "take_on"),
        seen_in="P3, P17",
    ),
    Claim("S4", "Have regard to the strategy.", "5", (_MEET + "move_plans",), ("levers.duty.regard",)),
    Claim(
        "S4",
        "Relief from inspection, and freedoms, for the successful.",
        "1, 2, 7, 13",
        ("sim.rules.policy.relief_share", _TIME + "claim_time", _ACCOUNT + "be_assessed"),
        ("levers.inspection.relief", "levers.inspection.conditional"),
        "N13",
        "freedoms are granted by chance, not for success",
    ),
    Claim(
        "S4",
        "Stick and carrot together.",
        "2, 3",
        (_MEET + "duty_term", _TIME + "claim_time"),
        ("levers.duty.attend", "levers.inspection.relief"),
        "N14",
    ),
    Claim(
        "S4",
        "No prescription, and no statutory form.",
        "4, 14",
        (_MEET + "set_the_agenda", _LIFE + "consider_abolition"),
        ("levers.prescription", "levers.statutory"),
        but="a statutory form holds a partnership, at 1 for good, and prescribes nothing",
    ),
    Claim(
        "S4",
        "Executive, ward and scrutiny councillors.",
        "3, 4",
        (_MEET + "open_item", _MEET + "scrutiny_term", _MEET + "sit_down"),
        ("levers.neighbourhood_engagement", "levers.scrutiny"),
        but="councillors are no bodies; executive councillors sit in every group, and lead none",
    ),
    Claim(
        "S4",
        "Rationalise and co-ordinate partnerships and plans; a partnership of partnerships.",
        "2, 3, 9",
        (_WORK + "deliver", _MEET + "open_table", _TIME + "look_at_other_tables"),
        ("levers.thematic_groups",),
        but="initiatives are merged; groups report to nobody",
    ),
    Claim(
        "S4",
        "The renewal fund as capacity; need for clarity before it ends; the cliff.",
        "1, 8",
        (_WORK + "take_money_in", "sim.rules.fund.released", _MEET + "share_to_come"),
        ("levers.flexible_fund_gbp_m", "levers.announced_end_months"),
        "P14",
        "an announced end lessens what draws people; nobody hurries projects, or saves for what comes after",
    ),
    Claim(
        "S4",
        "The weakest member decides.",
        "9",
        (_WORK + "deliver",),
        but="the weakest needed sector does; inside a sector the best of the team counts, and who failed is not shown",
    ),
    Claim(
        "S4",
        "Agreements too narrow squeeze out others.",
        "4",
        (_MEET + "open_item", _MEET + "set_the_agenda"),
        but="items are scarce, so what the centre prescribes crowds others out; an agreement as such takes no item",
    ),
    Claim("S4", "Neighbourhood forums, the planning framework.", but="out of scope: no places within the place"),
)
"""Every line, in the order of the documents."""
