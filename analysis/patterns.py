"""The patterns that evaluations of real partnerships found, as criteria on simulated ones.

Each pattern was declared, with its criterion, before any parameter was fitted. It reads experiments:
named batches of runs, each a mapping from measure to an array (runs, months). A pattern answers with a
value, the band it must lie in, and a margin: at least 0 where it passes, the shortfall where it fails.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Runs = Mapping[str, NDArray[np.float64]]
"""One batch: measure -> (runs, months)."""

Experiments = Mapping[str, Runs]
"""All batches that patterns read, by the names in ``EXPERIMENTS``."""

EXPERIMENTS: Mapping[str, str] = {
    "baseline": "baseline_lsp over the 39 real places",
    "size_30": "baseline_lsp with a forum of 30, typical place",
    "size_60": "the same with 60",
    "size_100": "the same with 100",
    "typical": "baseline_lsp, typical place: the pair of the two below",
    "public_only": "baseline_lsp with a public-only executive, typical place",
    "staffed": "baseline_lsp with a full staff team, typical place",
    "unstaffed": "its pair: without a staff team",
    "duty": "baseline_lsp with the five components of the duty in full, typical place",
    "cliff": "nrf_cliff_2008 over the 39 real places",
    "growth_coalition": "growth_coalition, typical place",
    "talking_shop": "talking_shop, typical place",
    "single_agency_domination": "single_agency_domination, typical place",
}
"""What has to be simulated, and why; batches called pairs share their replicates."""

MEASURES_READ: tuple[str, ...] = (
    "attendance",
    "attendance_agency",
    "engagement",
    "engagement_council",
    "engagement_agency",
    "engagement_business",
    "engagement_voluntary",
    "contribution_share",
    "contribution_gbp_m_agency",
    "trust",
    "dominance",
    "voice_business",
    "voice_voluntary",
    "coherence",
    "decision_rate",
    "outcome",
    "added_value",
    "is_accredited",
)
"""The measures that the patterns need of each batch."""

CLIFF_MONTH = 84
"""April 2008, counted from April 2001."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """What one criterion measured: ``value`` against ``low`` and ``high``."""

    what: str
    value: float
    low: float = -np.inf
    high: float = np.inf

    @property
    def margin(self) -> float:
        """Return how far inside (≥ 0) or outside (< 0) the band the value lies, in units of the bound."""
        if not np.isfinite(self.value):
            return -1.0
        inside = [abs(limit) if limit else 1.0 for limit in (self.low, self.high) if np.isfinite(limit)]
        scale = max(inside, default=1.0)
        return float(min(self.value - self.low, self.high - self.value, 10.0 * scale) / scale)


@dataclasses.dataclass(frozen=True)
class Pattern:
    """One empirical regularity: passed when all its findings (or, if ``any_of``, one) lie in their bands."""

    id: str
    statement: str
    criterion: str
    source: str
    find: Callable[[Experiments], list[Finding]]
    any_of: bool = False

    def margin(self, findings: list[Finding]) -> float:
        """Return the deciding margin of the findings: at least 0 means passed."""
        margins = [finding.margin for finding in findings]
        return max(margins) if self.any_of else min(margins)


def _final(runs: Runs, measure: str) -> NDArray[np.float64]:
    """Return each run's mean over the last year."""
    return np.asarray(runs[measure][:, -12:].mean(axis=1))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if one.std() == 0.0 or other.std() == 0.0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def standardised_effect(treated: NDArray[np.float64], control: NDArray[np.float64]) -> float:
    """Return the mean difference in units of the pooled standard deviation over runs."""
    pooled = np.sqrt(0.5 * (treated.var() + control.var()))
    return float((treated.mean() - control.mean()) / pooled) if pooled > 0 else float("nan")


def half_life(engagement: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the months until engagement (runs, months) is half its launch level; all months if never.

    The launch level is the mean of the first half-year; levels are means of half a year.
    """
    window = 6
    smooth = pd.DataFrame(engagement.T).rolling(window).mean().to_numpy()[window - 1 :].T
    below = smooth < 0.5 * smooth[:, :1]
    first_below = below.argmax(axis=1) + window - 1
    return np.asarray(np.where(below.any(axis=1), first_below, engagement.shape[1]), dtype=np.float64)


def _p1(experiments: Experiments) -> list[Finding]:
    final = _final(experiments["baseline"], "engagement")
    ends = min(float((final < 0.15).mean()), float((final > 0.45).mean()))
    return [
        Finding("SD of final engagement", float(final.std()), low=0.15),
        Finding("smaller of the shares of runs below 0.15 and above 0.45", ends, low=0.10),
    ]


def _p2(experiments: Experiments) -> list[Finding]:
    runs = experiments["baseline"]
    council, agency, business = (runs[f"engagement_{s}"].mean(axis=1) for s in ("council", "agency", "business"))
    ordered = float(((council > agency) & (agency > business)).mean())
    gap = float((runs["engagement_voluntary"].mean(axis=1) - business).mean())
    return [
        Finding("share of runs with council > agencies > business", ordered, low=0.8),
        Finding("mean engagement of voluntary bodies minus business", gap, low=-0.02),
    ]


def _p3(experiments: Experiments) -> list[Finding]:
    runs = experiments["baseline"]
    return [
        Finding("bent and pooled share of mainstream budgets", float(runs["contribution_share"].mean()), high=0.02),
        Finding("mean attendance", float(runs["attendance"].mean()), low=0.4),
    ]


def _p5(experiments: Experiments) -> list[Finding]:
    effect = experiments["baseline"]["added_value"].mean(axis=0)
    return [
        Finding("added value at month 24 as a share of that at month 96", float(effect[23] / effect[95]), high=0.25)
    ]


def _p6(experiments: Experiments) -> list[Finding]:
    runs = experiments["baseline"]
    trust = runs["trust"].mean(axis=0)
    gain = trust[59] - trust[0]
    return [
        Finding(
            "correlation of final trust and final outcome over runs",
            _correlation(_final(runs, "trust"), _final(runs, "outcome")),
            low=0.2,
            high=0.6,
        ),
        Finding(
            "trust gained in year 1 as a share of that by year 5",
            float((trust[11] - trust[0]) / gain) if gain > 0 else float("nan"),
            high=0.4,
        ),
    ]


def _p7(experiments: Experiments) -> list[Finding]:
    treated, control = experiments["growth_coalition"], experiments["typical"]
    at = 36
    process = np.mean(
        [standardised_effect(treated[m][:, at], control[m][:, at]) for m in ("coherence", "decision_rate", "trust")]
    )
    outcome = standardised_effect(treated["outcome"][:, at], control["outcome"][:, at])
    return [
        Finding("effect on process minus effect on outcome after three years, in SD", float(process - outcome), low=0.0)
    ]


def _p8(experiments: Experiments) -> list[Finding]:
    accredited = float(experiments["baseline"]["is_accredited"][:, 11].mean())
    return [Finding("share of runs accredited at month 11", accredited, low=0.95)]


def _p10(experiments: Experiments) -> list[Finding]:
    rates = [float(experiments[f"size_{n}"]["decision_rate"].mean()) for n in (30, 60, 100)]
    return [
        Finding("decision rate at 30 members minus that at 60", rates[0] - rates[1], low=0.001),
        Finding("decision rate at 60 members minus that at 100", rates[1] - rates[2], low=0.001),
    ]


def _p12(experiments: Experiments) -> list[Finding]:
    def voice(name: str) -> float:
        return float((experiments[name]["voice_business"] + experiments[name]["voice_voluntary"]).mean())

    return [
        Finding(
            "change of the influence share of business and VCS", voice("public_only") - voice("typical"), high=-0.001
        )
    ]


def _p14(experiments: Experiments) -> list[Finding]:
    engagement = experiments["cliff"]["engagement"].mean(axis=0)
    before = engagement[CLIFF_MONTH - 1]
    return [
        Finding(
            "engagement 6 months after the cliff, against before", float(engagement[CLIFF_MONTH + 5] / before), low=0.8
        ),
        Finding("engagement 24 months after, against before", float(engagement[CLIFF_MONTH + 23] / before), high=1.0),
    ]


def _p15(experiments: Experiments) -> list[Finding]:
    longer = half_life(experiments["staffed"]["engagement"]) - half_life(experiments["unstaffed"]["engagement"])
    return [
        Finding("months by which a staff team lengthens the half-life of engagement", float(longer.mean()), low=0.1)
    ]


def _p17(experiments: Experiments) -> list[Finding]:
    duty, none = experiments["duty"], experiments["typical"]

    def effect(measure: str) -> float:
        return standardised_effect(duty[measure][:, :36].mean(axis=1), none[measure][:, :36].mean(axis=1))

    attendance, contribution = effect("attendance_agency"), effect("contribution_gbp_m_agency")
    return [
        Finding("effect on agencies' attendance in the first three years, in SD", attendance, low=0.0),
        Finding("that minus the effect on their contribution, in SD", attendance - contribution, low=0.0),
    ]


def _c1(experiments: Experiments) -> list[Finding]:
    growth, talking = (_final(experiments[name], "outcome") for name in ("growth_coalition", "talking_shop"))
    return [
        Finding(
            "final outcome of the growth coalition minus that of the talking shop",
            float(growth.mean() - talking.mean()),
            low=0.01,
        )
    ]


def _c2(experiments: Experiments) -> list[Finding]:
    runs = experiments["talking_shop"]
    return [
        Finding("mean attendance of the talking shop", float(runs["attendance"].mean()), low=0.4),
        Finding("its mean decision rate", float(runs["decision_rate"].mean()), high=0.25),
    ]


def _c3(experiments: Experiments) -> list[Finding]:
    dominance = {
        name: float(_final(experiments[name], "dominance").mean())
        for name in ("single_agency_domination", "growth_coalition", "talking_shop")
    }
    dominated = dominance.pop("single_agency_domination")
    return [
        Finding(
            "dominance of single-agency domination minus the higher of the two others",
            dominated - max(dominance.values()),
            low=0.01,
        )
    ]


PATTERNS: tuple[Pattern, ...] = (
    Pattern("P1", "Virtuous and vicious circles arise from the same rules.", "SD of final engagement ≥ 0.15, or at least 10 % of runs at each end (below 0.15, above 0.45)", "national evaluation of LSPs, 2006", _p1, any_of=True),
    Pattern("P2", "Councils engage most, then other public bodies, then voluntary bodies and business.", "council > agencies > business in ≥ 80 % of runs; voluntary bodies not below business by more than 0.02", "S0; national evaluation of LSPs", _p2),
    Pattern("P3", "Attendance far exceeds contribution.", "bent and pooled ≤ 2 % of mainstream budgets while mean attendance ≥ 0.4", "Audit Commission 2009", _p3),
    Pattern("P5", "Results lag.", "added value at month 24 below 25 % of that at month 96", "S3", _p5),
    Pattern("P6", "Trust grows slowly and goes moderately with outcome.", "0.2 ≤ r ≤ 0.6 over runs; less than 40 % of five years' gain in year 1", "S3; meta-analyses", _p6),
    Pattern("P7", "Process improves more than outcomes.", "standardised effect on process above that on outcome (growth coalition against baseline, month 36)", "Smith et al. 2009; evaluation of the NRF", _p7),
    Pattern("P8", "Accreditation is nearly always passed.", "≥ 95 % of runs at month 11", "Hansard, 28 February 2002 (87 of 88)", _p8),
    Pattern("P10", "Forums that are too large stall.", "the decision rate falls from 30 to 60 to 100 members", "Audit Commission 2009; S3", _p10),
    Pattern("P12", "A public-only executive squeezes business and voluntary bodies.", "their share of influence falls", "S2", _p12),
    Pattern("P14", "Losing the fund is not instant exit.", "engagement 6 months after the cliff > 80 % of before; lower by month 24", "S4, S2", _p14),
    Pattern("P15", "A staff team sustains momentum.", "longer half-life of engagement after the launch", "S3", _p15),
    Pattern("P17", "A duty moves attendance more than contribution.", "standardised effects on agencies; the direct effect on bodies not named is 0 by the rule, which a test checks", "S4", _p17),
    Pattern("C1", "A growth coalition delivers more than a talking shop.", "final outcome higher by at least 1 % of the gap", "S0, S2", _c1),
    Pattern("C2", "In a talking shop people attend and little is decided.", "mean attendance ≥ 0.4, mean decision rate ≤ 0.25", "S2", _c2),
    Pattern("C3", "Single-agency domination is more dominated than the other two.", "highest normalised Herfindahl index of the three", "S2", _c3),
)  # fmt: skip
"""The declared patterns, with their criteria."""


def scoreboard(experiments: Experiments) -> pd.DataFrame:
    """Return one row a finding: id, statement, what, value, low, high, margin, passed (of the pattern), source."""
    rows = []
    for pattern in PATTERNS:
        findings = pattern.find(experiments)
        passed = pattern.margin(findings) >= 0.0
        rows += [
            {
                "id": pattern.id,
                "statement": pattern.statement,
                "criterion": pattern.criterion,
                "source": pattern.source,
                "what": finding.what,
                "value": finding.value,
                "low": finding.low,
                "high": finding.high,
                "margin": finding.margin,
                "passed": passed,
            }
            for finding in findings
        ]
    return pd.DataFrame(rows)


def margins(experiments: Experiments) -> dict[str, float]:
    """Return the deciding margin of each pattern by its id."""
    return {pattern.id: pattern.margin(pattern.find(experiments)) for pattern in PATTERNS}
