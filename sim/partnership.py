"""The partnership as a Mesa model: what the table holds, and how a run is lived.

A month is the list of steps in ``sim/month.py``. Choices at one meeting are simultaneous: nobody sees what others
choose there before making its own. Who proposes, and who of equals drops out of the core, goes by the order of the
seats, with one draw for all: what comes of a run depends on that order, what may be expected does not. All chance was
drawn before the run (``sim/randomness.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import mesa

from sim.asking import NOT_GIVEN, ORDINARY, composed, seed_of
from sim.choices import Played, given_choices
from sim.events import EVENTS
from sim.levers import changed_from, policy_calendar
from sim.own import month_of, refuse_swapped
from sim.parameters import Levers
from sim.partners import KIND_OF_PARTNER, Partner
from sim.population import Seat, known_at_launch, seats_of
from sim.randomness import make_draws, replicate_named
from sim.records import Record, empty_record, kept_months, not_lived
from sim.scenario import Scenario, ScenarioError, month_number
from sim.state import (
    ByBlock,
    ByClaim,
    ByMonth,
    ByOtherTable,
    ByProject,
    ByProjectAndSector,
    BySay,
    BySector,
    ByTheme,
    set_to_zero,
)

if TYPE_CHECKING:
    from sim.month import Month

SHOWN = ("attendance", "engagement", "top_share", "trust", "decision_rate", "added_value")
"""Measures that a notebook shows of a model."""

Luck = Any
"""This month's draws of a body or of the partnership, by stream."""


class PartnershipModel(mesa.Model):
    """One local strategic partnership, month by month: ``PartnershipModel()`` is the ordinary one.

    ``scenario`` is a scenario, or the name of one that ships; then further settings go by their path, as on the command
    line: ``PartnershipModel("talking_shop", **{"levers.pooling_rate": 0.2})``. ``seed`` and ``replicate`` name the run,
    see ``sim/randomness.py``. ``rng``, as Mesa has it, may stand for ``seed``: a whole number is the seed, of anything
    else that Mesa takes one is drawn, and None draws a fresh one. ``month`` is the list of steps, as changed by an
    extension. ``played`` are choices that are given, see ``sim/choices.py``.

    ``datacollector`` holds every measure and the regime of each month, ``running`` is False after the last. After as
    many steps as the scenario has months, the rows of ``measures`` (months × measures) and ``partner_rows`` (months ×
    partners × columns) are complete, and so is what ``record`` names of ``record_months`` (None: of all); until then
    months to come are NaN.
    What is annotated here is all that a partnership holds; flags are 0 or 1.
    """

    luck: Luck
    levers: Levers
    members: list[Partner]

    # fmt: off
    # the leader and the staff
    attention: float; facilitation: float; direction: float; style_attention: float; style_facilitation: float
    style_direction: float

    # levers, added up
    publicly_funded: float; data_pressure: float; report_pressure: float; information: float
    measurement_quality: float; relief_lifted: float

    # money
    fund_in_gbp_m: float; fund_spent_gbp_m: float; fund_forfeited_gbp_m: float; fund_held_gbp_m: float
    reward_due_gbp_m: float

    # what it has come to
    months_to_first_decision: float; months_to_first_delivery: float; credibility: float; is_accredited: float
    is_successful: float; has_delivered: float; squares: float; trust_difference: float; trust_within: float
    trust_across: float

    # the place, the leader, and whether the table stands
    size: float  # of the place, as a multiple of the one that money is stated for
    stands: float; trend: float; trust_at_launch: float; engagement_seen: float; ends_now: float; begins_again: float
    n_refounded: float; months_standing: float; has_new_leader: float; known_style: float

    # other tables, initiatives
    backing: ByOtherTable; company: ByOtherTable; going: ByOtherTable; could_go: float; initiatives_left: float
    merged: float  # initiatives that were merged, which saves time

    # a meeting
    meets: float; meetings_in: ByMonth; meetings_year: float; expected_others: float; n_sitting: float
    n_present: float; n_speaking: float; influence_present: float; say_of: BySay
    money_in_sight: float; private_in_sight: float; meeting_items: float

    # an item
    raised: float; is_open: float; whose: float; aim: float; weighed: float; is_found: float; theme: float; fit: float
    is_public_proposal: float; influence_of_proposer: float; best_of: BySector
    team_size: float; votes: float; is_adopted: float; place_of_project: float
    months_of_new: float

    # influence, strategy
    all_standing: float; all_present: float; all_influence: float; top_influence: float
    aims: ByTheme; n_councils: float; councils_as_one: float

    # money
    regenerating_gbp_m: float; subscribes: float; posts_paid_gbp_m: float; staff_paid: float; brought_together: float
    wants_money: ByProject; paid_gbp_m_in: ByProject; rank_of: ByProject; private_gbp_m: float; bid_months: float
    spent_on: ByTheme; paid_to: ByTheme; freedoms: float

    # projects and what they come to
    months_left: ByProject; planning_left: ByProject; theme_of: ByProject; yield_of: ByProject
    pooled_gbp_m_in: ByProject; best_effort: ByProjectAndSector; n_projects: float; mean_yield: float
    adopted_now: float; adopted_in: ByMonth; n_delivered: float
    decisions_year: float; has_decided: float; closes: ByTheme; gained: ByTheme; alone: ByTheme; shocks: ByTheme

    # agreements, standing
    agreement_left: float; stretch: ByBlock; closed_at_start: ByBlock; stretch_met: float; council_belief: float
    public_standing: float

    # the core
    core_size: float; fewest: float; is_peeling: float; is_dropped: float

    # what measures are made of
    all_engaged: float; n_counted: float; all_came: float; all_in_person: float; all_scarcity: float
    all_pooled_gbp_m: float; n_pooling: float; all_belief: float; all_degree: float; most_degree: float
    all_budgets_gbp_m: float; person_of: BySector; pooled_of: BySector; say_of_sector: BySector
    aligned_of: BySector
    all_claims: ByClaim; all_spared: float; all_half_days: float; all_sat_in_person: float
    core_of: BySector; came_of: BySector; sits_of: BySector; engagement_of: BySector; ties: float; ties_across: float
    ties_in_use: float
    # fmt: on
    __slots__ = tuple(__annotations__)  # so many numbers are found sooner in slots than in a dictionary

    def __init__(
        self,
        scenario: Scenario | str = ORDINARY,
        *,
        seed: int | None = 0,
        rng: Any = NOT_GIVEN,
        replicate: int = 0,
        record_terms: bool = False,
        month: Month | None = None,
        record: str | None = None,
        record_months: Sequence[int] | None = None,
        played: Played | None = None,
        **kwargs: Any,
    ) -> None:
        refuse_swapped()
        seed, replicate = seed_of(seed, rng), replicate_named(replicate)
        scenario = composed(scenario, kwargs)
        super().__init__(rng=seed)
        self.seed, self.replicate = seed, replicate
        self.plan = month or month_of(scenario)
        self.request = scenario  # Mesa 3.5 keeps the name `scenario` for itself
        self.behaviour, self.place = scenario.behaviour, scenario.place
        self.policies = policy_calendar(scenario, self.plan.own_settings)
        self.policy = self.policies[0]
        self.levers, self.leadership, self.own = self.policy.levers, self.policy.leadership, self.policy.own
        self.first_month = month_number(scenario.start)
        self.month = 0
        self.is_kept = 1
        self.keeps_terms = int(record_terms)
        seats = seats_of(scenario)
        self.n_seats = len(seats)
        self.n_founders = len([seat for seat in seats if seat.joins_at == 0])
        draws = make_draws(
            seed=seed,
            replicate=replicate,
            months=scenario.months,
            partners=self.n_seats,
            streams=self.plan.streams,
            given=given_choices(
                played, self.plan.choices, bodies=[seat.name for seat in seats], months=scenario.months
            ),
        )
        self.draws = {stream: draws[stream.name].tolist() for stream in self.plan.streams}

        self.events: list[tuple[int, str, str]] = []
        """Month, event, and to whom (nobody: to the partnership)."""
        set_to_zero(self, self.plan.known["partnership"])
        self.partners: list[Partner] = [
            KIND_OF_PARTNER[seat.sector](self, position, seat) for position, seat in enumerate(seats)
        ]
        for matrix, known in known_at_launch(scenario.board, seats).items():
            for partner, row in zip(self.partners, known, strict=True):
                setattr(partner, matrix, row)
        self.seat_members()
        self.measures = not_lived(scenario.months, len(self.plan.measures))
        n_columns = len(self.plan.columns) + (len(self.plan.terms) if record_terms else 0)
        self.partner_rows = not_lived(scenario.months, self.n_seats, n_columns)
        self.record = self._empty_record(record, record_months) if record is not None else None
        read = {name: partial(_measured, number=number) for number, name in enumerate(self.plan.measures)}
        self.datacollector = mesa.DataCollector(model_reporters={**read, "regime": _regime_now})
        self.plan.launch(self)

    def __repr__(self) -> str:
        """Return what it is and how far it is, in one line."""
        return (
            f"PartnershipModel({self.request.name!r}, {self.request.place.label}, {self._when}, "
            f"{len(self.members)} members, seed {self.seed}, replicate {self.replicate})"
        )

    def _repr_html_(self) -> str:
        """Return what it is, how far it is and what it shows now, for a notebook."""
        shown = [] if self.month == 0 else [self.plan.measures[name] for name in SHOWN if name in self.plan.measures]
        rows = "".join(
            f"<tr><td>{escape(one.label)}</td><td>{self.measure(one.name):.3f}</td><td>{escape(one.unit)}</td></tr>"
            for one in shown
        )
        regime = f"<p>{escape(_regime_now(self))}</p>" if shown else ""
        return f"<p><code>{escape(repr(self))}</code></p>{regime}<table>{rows}</table>"

    @property
    def _when(self) -> str:
        if self.month == 0:
            return f"{self.request.months} months from {self.request.start} to live"
        lived = f"lived {self.month} of {self.request.months} months"
        return f"{lived}, to {self.request.month_label(self.month - 1)}"

    def measure(self, name: str) -> float:
        """Return a measure as it was in the last month that was lived, NaN before the first; raise KeyError."""
        if name not in self.plan.measures:
            raise KeyError(f"unknown measure {name!r}; see: partnerships list measures")
        return _measured(self, number=list(self.plan.measures).index(name))

    def change(self, settings: Mapping[str, Any]) -> None:
        """Let settings have other values from the next month to be lived: ``change({"levers.pooling_rate": 0.2})``.

        It takes paths of levers, of leadership and of an extension's own. What a calendar sets of them later is
        overruled. Raises :class:`sim.ScenarioError` for what cannot be set, and when no month is left.
        """
        self._refuse_end()
        self.policies = changed_from(self.policies, self.month, settings)

    def _refuse_end(self) -> None:
        if self.month >= self.request.months:
            raise ScenarioError(
                f"the run is over: all its {self.request.months} months were lived; make a model with more, months=…"
            )

    def seat_members(self) -> None:
        """See anew who is a member."""
        self.members = [partner for partner in self.partners if partner.is_member]

    @property
    def record_terms(self) -> bool:
        """Return whether the terms of decisions are kept."""
        return self.keeps_terms > 0

    def step(self) -> None:
        """Live through one month; raise :class:`sim.ScenarioError` after the last one."""
        self._refuse_end()
        self.plan.live(self)
        self.month += 1
        self.running = self.month < self.request.months
        self.datacollector.collect(self)

    def _empty_record(self, name: str, months: Sequence[int] | None) -> Record:
        """Return room for what is kept of a run under a name."""
        return empty_record(
            self.plan.recorder(name),
            self.plan.known,
            months=kept_months(months, longest=self.request.months),
            partners=self.n_seats,
        )

    @property
    def calendar_month(self) -> int:
        """Return the month of the year, 1 to 12."""
        return (self.first_month + self.month) % 12 + 1

    def note(self, event: int) -> None:
        """Note in the run's events what happens to the partnership this month."""
        self.events.append((self.month, EVENTS[event], ""))

    def abolished_at(self, seat: Seat) -> int:
        """Return the month in which the calendar first abolishes a body, by name or kind, −1 if it never does."""
        months = (month for month, policy in enumerate(self.policies) if seat.is_named(policy.abolished))
        return next(months, -1)

    def enter_month(self) -> None:
        """Bring this month's policy into force, and give everybody this month's luck."""
        before = self.policy
        if not (self.levers is before.levers and self.leadership is before.leadership and self.own is before.own):
            raise ScenarioError(
                "levers, leadership or own were replaced by hand, which would not last: say "
                'model.change({"levers.pooling_rate": 0.2}) for what is to hold from now on'
            )
        self.policy = self.policies[self.month]
        self.levers, self.leadership, self.own = self.policy.levers, self.policy.leadership, self.policy.own
        self.deal_luck(self.month)

    def deal_luck(self, month: int) -> None:
        """Give everybody the draws of the launch and of a month."""
        of_table, of_body = self.plan.kinds_of_luck
        drawn = {s: values if s.at_launch else values[month] for s, values in self.draws.items()}
        self.luck = of_table._make(values for s, values in drawn.items() if not s.each)
        each = zip(*(values for s, values in drawn.items() if s.each), strict=True)
        for partner, luck in zip(self.partners, map(partial(tuple.__new__, of_body), each), strict=True):
            partner.luck = luck

    def parameter(self, name: str) -> float:
        """Return a parameter of behaviour by its name alone."""
        return float(getattr(self.behaviour, name))


# ---------------------------------------------------------------------- as Mesa's tools ask


def _measured(model: PartnershipModel, *, number: int) -> float:
    """Return a measure of the last month that was lived, NaN before the first."""
    return float(model.measures[model.month - 1, number]) if model.month else float("nan")


def _regime_now(model: PartnershipModel) -> str:
    """Return what the last month that was lived is called; '' before the first."""
    if model.month == 0:
        return ""
    values = dict(zip(model.plan.measures, model.measures[model.month - 1 : model.month].T, strict=True))
    return model.plan.naming.names[int(model.plan.naming.of(values, model.request.regimes)[0])]
