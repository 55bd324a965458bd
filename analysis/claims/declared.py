"""The claims of the nineteen scenarios as tests, declared before any of them was run.

Each claim falls into parts. A part says what is read from which runs over which months, what that is set
against, in which direction it should differ, and by how much at least. Where a scenario changes several
things at once and the claim is about one of them, the reference is a twin: the same scenario without that
one thing. Nothing here may be changed because of a result.

Two limits are told with every part: ``by_rule`` names the rule if the direction follows from it without any
interaction (the part then shows the rule, it is no evidence for the claim), and ``untestable`` lists what
the model has no words for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from sim.measures import MEASURES
from sim.regimes import REGIMES

REGIME = "regime"
"""Read instead of a measure: whether the run is in one of the regimes named."""

PARTNERS_ALIGNMENT = "partners_alignment"
"""Read instead of a measure: mean alignment with the strategy of all members but councils."""

Expected = Literal["higher", "lower", "not higher", "not lower"]


@dataclasses.dataclass(frozen=True)
class Reading:
    """One number a run: the mean of a measure over the months ``first`` to ``last`` (both included, from 0).

    With ``since`` it is the change from the mean over those earlier months; with ``above`` it is 1 if that
    number is greater, otherwise 0; with ``regimes`` it is the share of the months spent in one of them.
    """

    measure: str
    first: int
    last: int
    since: tuple[int, int] | None = None
    above: float | None = None
    regimes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = (REGIME, PARTNERS_ALIGNMENT)
        if self.measure not in MEASURES and self.measure not in known:
            raise ValueError(f"unknown measure {self.measure!r}; see sim.MEASURES")
        if (self.measure == REGIME) != bool(self.regimes) or set(self.regimes) - set(REGIMES):
            raise ValueError(f"regimes = {self.regimes!r}: name some of {', '.join(REGIMES)} with measure 'regime'")
        for first, last in ((self.first, self.last), *([self.since] if self.since else [])):
            if not 0 <= first <= last:
                raise ValueError(
                    f"months {first} to {last} are not allowed: the first is 0 or later, the last not before"
                )

    @property
    def is_share_of_runs(self) -> bool:
        """Return whether its mean over runs is a share of runs."""
        return self.above is not None or self.measure == REGIME

    @property
    def label(self) -> str:
        """Return a name for the reading, the same for equal readings."""
        what = " or ".join(self.regimes) or self.measure
        text = f"{what} {_months(self.first, self.last)}"
        if self.since is not None:
            text += f" since {_months(*self.since)}"
        return text if self.above is None else f"{text} above {self.above:g}"


def _months(first: int, last: int) -> str:
    return f"[{first}]" if first == last else f"[{first}-{last}]"


@dataclasses.dataclass(frozen=True)
class Batch:
    """Runs that a part reads: a scenario with settings changed, such as ``levers.staff_team=0``."""

    scenario: str
    overrides: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the scenario and what is changed in it."""
        return " ".join((self.scenario, *self.overrides))


BASELINE = Batch("baseline_lsp")


@dataclasses.dataclass(frozen=True)
class Part:
    """One testable part of a claim."""

    says: str
    reading: Reading
    expected: Expected
    reference: Batch | float = BASELINE
    """Other runs, or a level that the mean has to reach (or must not reach)."""
    runs: Batch | None = None
    """What is tested, if not the scenario of the claim itself."""
    reference_reading: Reading | None = None
    """What is read from the reference, if not the same."""
    than: Reading | None = None
    """The effect on this is taken off the effect on ``reading``, both in standard deviations over runs."""
    among: Reading | None = None
    """Only replicates for which this is above ½ in the reference."""
    either: str = ""
    """Parts with the same word here are alternatives: the best of them counts."""
    by_rule: str = ""
    """The rule that gives the direction by itself."""

    @property
    def smallest(self) -> float:
        """Return the smallest effect that counts, in units of the reading (or standard deviations)."""
        if self.than is not None:
            return SMALLEST_IN_SD
        return SMALLEST_SHARE_OF_RUNS if self.reading.is_share_of_runs else SMALLEST[self.reading.measure]


@dataclasses.dataclass(frozen=True)
class Claim:
    """What a scenario claims, as parts, and what of it the model cannot say."""

    scenario: str
    parts: tuple[Part, ...]
    untestable: tuple[str, ...] = ()


SMALLEST_SHARE_OF_RUNS = 0.05
"""One partnership in twenty."""

SMALLEST_IN_SD = 0.2
"""Cohen's (1988) small effect."""

SMALLEST: Mapping[str, float] = {
    **dict.fromkeys((name for name in MEASURES if name.startswith("attendance")), 0.05),  # one seat in twenty
    **dict.fromkeys((name for name in MEASURES if name.startswith("seniority")), 0.05),  # a twentieth of the ladder
    **dict.fromkeys((name for name in MEASURES if name.startswith("engagement")), 0.03),  # a tenth of a coalition's 0.3
    "voice_business": 0.02,  # two points of influence
    "voice_voluntary": 0.02,
    "dominance": 0.01,  # as in pattern C3
    "trust": 0.02,
    "coherence": 0.03,
    PARTNERS_ALIGNMENT: 0.03,
    "decision_rate": 0.04,  # one decision in two years
    "outcome": 0.01,  # a point of the gap, as in pattern C1
    "added_value": 0.01,
    "person_days": 2.0,  # two days a month
}
"""The smallest difference that counts, by measure."""

MANY, FEW = 0.25, 1 / 3
"""At least a quarter is "many" ("many, if not the majority", S2), at most a third is "few"."""

LAST_MONTH = (143, 143)
LAST_YEAR = (132, 143)
AFTER_THE_LAUNCH = (12, 143)
FUND_ENDS, WITHDRAWAL = 84, 110
"""April 2008 and June 2010, counted from April 2001."""
BEFORE_WITHDRAWAL = (98, 109)


def _regime(months: tuple[int, int], *regimes: str, since: tuple[int, int] | None = None) -> Reading:
    return Reading(REGIME, *months, regimes=regimes, since=since)


def _engagement(sectors: tuple[str, ...], expected: Expected, **how: Any) -> tuple[Part, ...]:
    """Return one part a sector on engagement after the launch year."""
    return tuple(
        Part(
            f"{_SECTOR[sector]} engage {_MORE[expected]}",
            Reading(f"engagement_{sector}", *AFTER_THE_LAUNCH),
            expected,
            **how,
        )
        for sector in sectors
    )


_SECTOR = {"council": "councils", "agency": "agencies", "business": "businesses", "voluntary": "voluntary bodies"}
_MORE = {"higher": "more", "lower": "less"}

_UNVOICED = Batch(
    "community_budget_vcs_voice",
    ("levers.vcs_capacity_building=0", "levers.neighbourhood_engagement=0", "levers.joint.consultation=0"),
)
_UNBUILT = Batch(
    "baseline_lsp", ("levers.flexible_fund_gbp_m=0", "levers.inspection.burden=0.1", "levers.prescription=0.05")
)
_UNPOOLED = Batch("growth_coalition", ("levers.pooling_rate=0", "levers.growth_focus=0"))
_UNSTAFFED = Batch("ncr_pathfinder", ("levers.staff_team=0",))
_NCR = Batch("ncr_pathfinder")
_UNSHARED = Batch("place_first_2013", ("leadership=directive",))
_UNPLACED = Batch("place_first_2013", ("levers.council_alignment=0", "levers.growth_focus=0"))
_OPEN_EXECUTIVE = Batch("public_service_board", ("board=typical",))
_SILOS = Batch("smart_council", ("levers.council_alignment=0",))
_STATUTORY_2010 = Batch("statutory_prescription", ("calendar=abolition_2010",))
_SMALLER_FORUM = Batch("talking_shop", ("board=typical",))
_NO_OVERLAP = Batch("two_tier_confusion", ("levers.overlap=0",))
_GONE = ("hollowed out", "dissolved")

# fmt: off
CLAIMS: tuple[Claim, ...] = (
    Claim("baseline_lsp", (
        Part("some partnerships become engaged", Reading("engagement", *LAST_YEAR, above=0.45), "higher", 0.10),
        Part("others become hollow", Reading("engagement", *LAST_YEAR, above=0.15), "lower", 0.90),
        Part("in the fifth year few deliver results worth pointing to (0.8 % of the gap a year)", Reading("delivered", 48, 59, above=0.008), "not higher", FEW),
    )),
    Claim("growth_coalition", (
        Part("members engage more than in an ordinary partnership", Reading("engagement", *AFTER_THE_LAUNCH), "higher"),
        Part("more is delivered than in an ordinary partnership", Reading("outcome", *LAST_YEAR), "higher"),
        Part("they engage more than without pooling and focus", Reading("engagement", *AFTER_THE_LAUNCH), "higher", _UNPOOLED),
        Part("more is delivered than without pooling and focus", Reading("outcome", *LAST_YEAR), "higher", _UNPOOLED),
    )),
    Claim("talking_shop", (
        Part("they meet and talk: mean attendance of 0.4 or more", Reading("attendance", 0, 143), "higher", 0.4),
        Part("they decide little: at most a decision in four months", Reading("decision_rate", 0, 143), "not higher", 0.25),
        Part("they decide less than ordinary partnerships", Reading("decision_rate", 0, 143), "lower"),
        Part("size alone, sixty against nineteen seats, lowers decisions", Reading("decision_rate", 0, 143), "lower", _SMALLER_FORUM, by_rule="decision_probability"),
        Part("they deliver less than ordinary partnerships", Reading("outcome", *LAST_YEAR), "lower"),
    )),
    Claim("single_agency_domination", (
        Part("one body dominates", Reading("dominance", *AFTER_THE_LAUNCH), "higher"),
        *_engagement(("agency", "business", "voluntary"), "lower", either="fade or lose their voice"),
        Part("businesses have less voice", Reading("voice_business", *AFTER_THE_LAUNCH), "lower", either="fade or lose their voice"),
        Part("voluntary bodies have less voice", Reading("voice_voluntary", *AFTER_THE_LAUNCH), "lower", either="fade or lose their voice"),
    )),
    Claim("ncr_pathfinder", (
        Part("a dedicated team sustains engagement", Reading("engagement", *AFTER_THE_LAUNCH), "higher", _UNSTAFFED),
        Part("trust is gained in five years", Reading("trust", 54, 59, since=(0, 2)), "higher", 0.0),
        Part("it takes long: more is gained in years three to five than in the first two", Reading("trust", 54, 59, since=(18, 23)), "higher", _NCR, reference_reading=Reading("trust", 18, 23, since=(0, 2))),
        Part("results are not in sight after two years (1 % of the gap)", Reading("added_value", 23, 23), "not higher", 0.01),
    )),
    Claim("sigoma_stick", (
        Part("named bodies attend more in the first three years", Reading("attendance_agency", 0, 35), "higher", by_rule="duty_term"),
        Part("attendance rises more than contribution, in standard deviations", Reading("attendance_agency", 0, 35), "higher", than=Reading("contribution_gbp_m_agency", 0, 35)),
    )),
    Claim("sigoma_carrot", (
        Part("where success was judged at three years, members trust each other more", Reading("trust", 36, 143), "higher", among=Reading("is_successful", 35, 35)),
        Part("there, agencies attend more", Reading("attendance_agency", 36, 143), "higher", among=Reading("is_successful", 35, 35), by_rule="relief_term"),
    )),
    Claim("sigoma_stick_and_carrot", (
        Part("more engagement than with the stick alone", Reading("engagement", *AFTER_THE_LAUNCH), "higher", Batch("sigoma_stick")),
        Part("more engagement than with the carrot alone", Reading("engagement", *AFTER_THE_LAUNCH), "higher", Batch("sigoma_carrot")),
        Part("more outcome than with the stick alone", Reading("outcome", *LAST_YEAR), "higher", Batch("sigoma_stick")),
        Part("more outcome than with the carrot alone", Reading("outcome", *LAST_YEAR), "higher", Batch("sigoma_carrot")),
    )),
    Claim("statutory_prescription", (
        Part("when other levers fall away in 2010, fewer are dissolved", _regime(LAST_MONTH, "dissolved"), "lower", Batch("abolition_2010"), runs=_STATUTORY_2010, by_rule="dissolution_probability"),
        *_engagement(("business", "voluntary"), "lower"),
        Part("no more is delivered", Reading("outcome", *LAST_YEAR), "not higher"),
    )),
    Claim("public_service_board", (
        Part("more is decided", Reading("decision_rate", *AFTER_THE_LAUNCH), "higher", _OPEN_EXECUTIVE),
        Part("businesses have less voice", Reading("voice_business", *AFTER_THE_LAUNCH), "lower", _OPEN_EXECUTIVE, by_rule="executive_exclusion"),
        Part("voluntary bodies have less voice", Reading("voice_voluntary", *AFTER_THE_LAUNCH), "lower", _OPEN_EXECUTIVE, by_rule="executive_exclusion"),
        *_engagement(("business", "voluntary"), "lower", reference=_OPEN_EXECUTIVE),
    )),
    Claim("community_budget_vcs_voice", (
        *_engagement(("council", "agency", "business", "voluntary"), "higher"),
        Part("voice and capacity alone make voluntary bodies engage more", Reading("engagement_voluntary", *AFTER_THE_LAUNCH), "higher", _UNVOICED),
        Part("voice and capacity alone give voluntary bodies more influence", Reading("voice_voluntary", *AFTER_THE_LAUNCH), "higher", _UNVOICED),
    )),
    Claim("smart_council", (
        Part("partners' plans are closer to the strategy than in an ordinary partnership", Reading(PARTNERS_ALIGNMENT, *LAST_YEAR), "higher"),
        Part("they are closer than with a council in silos", Reading(PARTNERS_ALIGNMENT, *LAST_YEAR), "higher", _SILOS),
    )),
    Claim("delegating_leader", (
        Part("less senior people come", Reading("seniority", *AFTER_THE_LAUNCH), "lower"),
        Part("less senior people come from agencies", Reading("seniority_agency", *AFTER_THE_LAUNCH), "lower"),
        Part("less senior people come from businesses", Reading("seniority_business", *AFTER_THE_LAUNCH), "lower"),
    )),
    Claim("initiative_overload", (
        Part("fewer attend", Reading("attendance", *AFTER_THE_LAUNCH), "lower", by_rule="load_term"),
        Part("less working time goes into the partnership", Reading("person_days", *AFTER_THE_LAUNCH), "lower"),
        Part("plans are less integrated", Reading("coherence", *AFTER_THE_LAUNCH), "lower"),
    )),
    Claim("two_tier_confusion", (
        Part("overlap tires: fewer attend", Reading("attendance", *AFTER_THE_LAUNCH), "lower", _NO_OVERLAP, by_rule="load_term"),
        Part("overlap confuses: plans are less coherent", Reading("coherence", *AFTER_THE_LAUNCH), "lower", _NO_OVERLAP),
    ), untestable=("what members believe about who does what: confusion is read from the coherence of plans",)),
    Claim("nrf_cliff_2008", (
        Part("not at once: no loss of engagement in the first half-year", Reading("engagement", FUND_ENDS, FUND_ENDS + 5), "not lower"),
        Part("engagement is lower in the following years", Reading("engagement", FUND_ENDS + 12, 143), "lower", by_rule="fund_term"),
        Part("in the end less is achieved", Reading("outcome", *LAST_YEAR), "lower"),
    )),
    Claim("abolition_2010", (
        Part("by March 2013 at least a quarter are dissolved", _regime(LAST_MONTH, "dissolved"), "higher", MANY),
        Part("more are dissolved than where levers stay", _regime(LAST_MONTH, "dissolved"), "higher", by_rule="binding"),
        Part("some are stronger in the last year than before June 2010: 2 % or more", Reading("engagement", *LAST_YEAR, since=BEFORE_WITHDRAWAL, above=0.0), "higher", 0.02),
        Part("these are few: at most a third", Reading("engagement", *LAST_YEAR, since=BEFORE_WITHDRAWAL, above=0.0), "not higher", FEW),
    )),
    Claim("place_first_2013", (
        Part("half or more are neither hollowed out nor dissolved after twelve years", _regime(LAST_MONTH, *_GONE), "not higher", 0.5),
        Part("fewer are than under a leader who does not share power", _regime(LAST_MONTH, *_GONE), "lower", _UNSHARED),
        Part("fewer are than where the council does not put the place first", _regime(LAST_MONTH, *_GONE), "lower", _UNPLACED),
    )),
    Claim("england_2001_2013", (
        Part("engagement in 2009-10 is higher than without fund, inspection and duties", Reading("engagement", *BEFORE_WITHDRAWAL), "higher", _UNBUILT),
        Part("fewer are hollowed out or dissolved by May 2010 than without them", _regime((109, 109), *_GONE), "lower", _UNBUILT),
        Part("from May 2010 to March 2013 a quarter or more hollow out or dissolve", _regime(LAST_MONTH, *_GONE, since=(109, 109)), "higher", MANY),
    )),
)
# fmt: on
"""Every claim with its declared parts, in the order in which scenarios are told."""
