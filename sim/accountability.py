"""Giving account: assessment, accreditation, freedoms asked for, agreements with targets, standing with the public."""

from __future__ import annotations

from typing import Any

from sim.jit import rule
from sim.meetings import closed_in
from sim.rules.mathematics import MEMORY_OF_A_YEAR, mean_or_zero
from sim.tables import BLOCK_OF, BLOCKS, COUNCIL, N_THEMES

N_BLOCKS = len(BLOCKS)
AGREEMENT_MONTHS = 36.0
"""Targets of an area agreement ran for three years (recorded)."""


ASSESSMENT_INTERVAL = 12
"""Months between assessments; the first falls in the twelfth month (step 11)."""


# ---------------------------------------------------------------------- rules


@rule
def is_assessment_month(month: int) -> bool:
    """Return whether the partnership is assessed in step ``month`` (0 is the first)."""
    return month % ASSESSMENT_INTERVAL == ASSESSMENT_INTERVAL - 1


@rule
def answer_of_the_centre(proposed: float, credibility: float) -> float:
    """Return the stretch of a target after talks with the centre, in [0, 1]; 0 if it refuses.

    It takes what asks enough of a place that it believes able. Else it counters once, half-way; who offers less than
    half of what it is believed able to do is refused.
    """
    if proposed >= credibility:
        return proposed
    if 2.0 * proposed >= credibility:
        return 0.5 * (proposed + credibility)
    return 0.0


@rule
def reward_for(lump: float, stretch_met: float, blocks: float) -> float:
    """Return the reward (£m) for the stretch of all targets that were met."""
    return lump * stretch_met / blocks


# ---------------------------------------------------------------------- assessment


@rule
def be_assessed(self: Any) -> None:
    """Once a year be judged by engagement and decisions, as an assessor sees them.

    That decides on relief, where it is conditional. A quarter of the line is enough for the fund to be released: of 88
    partnerships 87 were accredited at once (Hansard, 28 February 2002). Credibility with the centre follows.
    """
    behaviour = self.behaviour
    if is_assessment_month(month=self.month):
        decided = min(1.0, self.decisions_year / 12.0)
        seen = 0.5 * (self.engagement_seen + decided) + behaviour.assessors_err * self.luck.assessment
        self.is_successful = self.stands if seen >= behaviour.good_score else 0.0
        self.is_accredited = self.stands if seen >= 0.5 * 0.5 * behaviour.good_score else 0.0
        self.credibility += 0.5 * (min(1.0, max(0.0, seen)) - self.credibility)


@rule
def ask_for_freedoms(self: Any) -> None:
    """Once a year ask for freedoms over money, once anything was decided; the centre grants as much as it is open to.

    A refused one leaves less for a year than if nobody had asked: what is open is thought to be closed (S3).
    """
    if is_assessment_month(month=self.month) or self.month == 0:
        granted = self.luck.centre < self.levers.flexibility
        asks = self.has_decided > 0.0
        self.freedoms = self.levers.flexibility
        if asks:
            self.freedoms = 1.0 if granted else 0.5 * self.levers.flexibility


@rule
def give_account(self: Any) -> None:
    """Be known to the public, as far as results are measured and the table is engaged: slowly."""
    shown = self.measurement_quality * self.engagement_seen * self.stands
    self.public_standing += MEMORY_OF_A_YEAR * (shown - self.public_standing)


# ---------------------------------------------------------------------- agreements


@rule
def begin_to_propose(self: Any) -> None:
    """Begin to see what councils believe they can promise."""
    self.council_belief = 0.0


@rule
def believe_in_teams(self: Any) -> None:
    """Believe in what the table's teams can do, as a council (of two, the one that believes more speaks)."""
    if self.seat.sector == COUNCIL:
        self.model.council_belief = max(self.model.council_belief, self.belief)


@rule
def closed_in_block(self: Any, block: int) -> float:
    """Return the share of the gap that is closed in a block, mean over its themes."""
    closed, themes = 0.0, 0.0
    for k in range(N_THEMES):
        if BLOCK_OF[k] == block:
            closed += closed_in(self, theme=k)
            themes += 1.0
    return mean_or_zero(total=closed, count=themes)


@rule
def make_agreement(self: Any) -> None:
    """Agree on targets with the centre if a reward is promised and none run; after three years see which are met.

    The council proposes a stretch for each block that has projects, by what it believes its teams can do; blocks for
    which nothing was agreed are talked about again every year. What is paid is what the reward of three years is worth
    when it falls due: a promise may have been withdrawn by then.
    """
    behaviour, levers = self.behaviour, self.levers
    yearly = is_assessment_month(month=self.month)
    if self.agreement_left > 0.0:
        self.agreement_left -= 1.0
        if self.agreement_left == 0.0:
            met = 0.0
            for b in range(N_BLOCKS):
                reached = closed_in_block(self, block=b) - self.closed_at_start[b]
                met += self.stretch[b] if reached >= behaviour.target_points * self.stretch[b] else 0.0
            lump = levers.reward_grant_gbp_m * AGREEMENT_MONTHS / 12.0
            self.reward_due_gbp_m = reward_for(lump=lump, stretch_met=met, blocks=N_BLOCKS)
            self.stretch_met = met / N_BLOCKS
    if yearly and levers.reward_grant_gbp_m > 0.0 and self.stands > 0.0:
        is_new = self.agreement_left == 0.0
        self.agreement_left = AGREEMENT_MONTHS if is_new else self.agreement_left
        for b in range(N_BLOCKS):
            if not is_new and self.stretch[b] > 0.0:
                continue
            teams = 0.0
            for p in range(len(self.months_left)):
                theme = int(self.theme_of[p])
                if self.months_left[p] > 0.0 and theme < N_THEMES:
                    teams = 1.0 if BLOCK_OF[theme] == b else teams
            self.stretch[b] = answer_of_the_centre(proposed=self.council_belief * teams, credibility=self.credibility)
            self.closed_at_start[b] = closed_in_block(self, block=b)
