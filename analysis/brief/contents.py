"""A brief put together: of a comparison of scenarios, or of a study with many draws of settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.brief import words
from analysis.brief.document import Brief, Line, Option, Part, data_address
from analysis.brief.figures import brief_figure
from analysis.brief.tables import QUANTITIES, Effect, effects, title_quantity
from analysis.shared.parameter_sets import are_told_by_set
from analysis.shared.words import listed, mid_sentence, readable
from sim.regimes import REGIMES
from sim.scenario import Scenario

MOST = 5
"""Scenarios that four pages hold beside the reference."""

_COSTS = {each.name for each in QUANTITIES if each.is_cost}


@dataclasses.dataclass(frozen=True)
class Provenance:
    """Where an answer comes from: what was typed, with which seed, versions and code."""

    commands: Sequence[str]
    seed: int
    versions: Mapping[str, str]
    commit: str | None


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Everything that a brief is made from.

    ``runs`` has one row a run: scenario, replicate (pairs runs of two scenarios), unit (see ``analysis.brief.tables``),
    regime at the end, and the quantities of a brief.
    """

    scenarios: Mapping[str, Scenario]
    reference: str
    runs: pd.DataFrame
    provenance: Provenance
    sets: int = 0
    """Parameter sets that replicates took turns with; 0 where one set held for all."""
    varied: Mapping[str, Sequence[Any]] = dataclasses.field(default_factory=dict)
    """Of a study, the settings that it varied and over what."""
    draws: int = 0
    hangs_on: Sequence[str] = ()
    """What is known of what the answer hangs on."""
    why: Sequence[str] = ()
    """What one run shows about why bodies came or stayed away."""
    verdicts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What the model says of the claims of scenarios, where that was tested."""
    remarks: Sequence[str] = ()
    """What has to be said with these results."""

    @property
    def carries_behaviour(self) -> bool:
        """Return whether runs differ in their numbers about behaviour."""
        return bool(self.sets) or any(path.startswith("behaviour.") for path in self.varied)

    @property
    def units(self) -> str:
        """Return what may be true, in the plural."""
        return words.units_in_words(sets=self.sets, draws=self.draws)


def brief_of(evidence: Evidence) -> Brief:
    """Return the brief: a finding as title, one figure, limits, one table, and how it was done.

    >>> from sim import scenario_from
    >>> runs = pd.DataFrame({"scenario": "talking_shop", "replicate": [0, 1], "unit": 0, "regime": "talking shop",
    ...                      "works": 0.0, "engagement": [0.4, 0.6]})
    >>> evidence = Evidence(
    ...     scenarios={"talking_shop": scenario_from({"board": {"members": {"council": 1}}, "months": 24})},
    ...     reference="talking_shop", runs=runs,
    ...     provenance=Provenance(["partnerships compare"], seed=1, versions={}, commit=None))
    >>> brief_of(evidence).title
    'Of 100 simulated partnerships 0 work together under talking shop (0 to 66)'
    """
    every = effects(evidence.runs, evidence.reference)
    names = _shown(every, evidence.reference)
    found = [row for row in every if row.scenario in names]
    scenarios = {name: evidence.scenarios[name] for name in names}
    against = f" beside {mid_sentence(evidence.reference)}" if len(names) > 1 else ""
    left_out = len(evidence.scenarios) - len(names)
    rest = f" Not shown: {left_out} that differ less; their numbers are in contrasts.csv." if left_out else ""
    return Brief(
        title=words.title(every, evidence.reference),
        subtitle=_subtitle(evidence, every[0]),
        picture=data_address(brief_figure(_endings(evidence.runs, names), found, evidence.reference)),
        picture_in_words=words.figure_in_words(found, evidence.reference, evidence.units),
        caption=words.caption(found, evidence.reference) + rest,
        table_caption=f"What to do, what it costs and what it brings{against}, with 95 % intervals.",
        options=tuple(_option(name, scenarios, found, evidence) for name in names),
        note=words.definitions(found),
        limits=_limits(evidence, every[0]),
        method=tuple(_method(evidence, scenarios, every[0])),
    )


def _endings(runs: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the share of runs that end in each regime, a row a scenario; each unit with runs enough counts alike."""
    fewest, units = int(runs.groupby("scenario").size().min()), int(runs["unit"].nunique())
    parts = ["scenario", "unit"] if are_told_by_set(runs=fewest, sets=units) else ["scenario"]
    ends = runs.astype({"regime": str}).groupby(parts)["regime"]
    shares = ends.value_counts(normalize=True).unstack(fill_value=0).groupby("scenario").mean()
    return shares.loc[list(names), [regime for regime in REGIMES if regime in shares]]


def _shown(found: Sequence[Effect], reference: str) -> list[str]:
    """Return the scenarios that are told, the reference last: of many those that differ most in the title."""
    told = title_quantity(found)
    rows = [row for row in found if row.quantity == told and row.scenario != reference]
    most = sorted(rows, key=lambda row: -abs(row.difference))[:MOST]
    return [*(row.scenario for row in rows if row in most), reference]


def _subtitle(evidence: Evidence, row: Effect) -> str:
    places = list(dict.fromkeys(scenario.place.label for scenario in evidence.scenarios.values()))
    first = next(iter(evidence.scenarios.values()))
    where = listed(places) if len(places) <= MOST else f"{len(places)} places"
    when = f"{first.start} to {first.month_label(first.months - 1)}"
    over = f", over {words.over_units(row.units, evidence.units)}" if row.units > 1 else ""
    runs = f"{row.runs} runs" if row.runs > 1 else "One run"
    said = words.BEHAVIOUR_LEFT_OUT.partition(":")[0]
    caution = "" if evidence.carries_behaviour or row.runs == 1 else f" {said}."
    return f"{where}, {when}. {runs} of each scenario{over}.{caution}"


def _option(name: str, scenarios: Mapping[str, Scenario], found: Sequence[Effect], evidence: Evidence) -> Option:
    def lines(*, costs: bool) -> tuple[Line, ...]:
        return tuple(
            Line(words.told_level(row), words.told_change(row), words.sureness(row, evidence.units), row.clear)
            for row in found
            if row.scenario == name and (row.quantity in _COSTS) == costs
        )

    what = tuple(words.what_to_do(name, scenarios, evidence.reference))
    return Option(readable(name), what, lines(costs=True), lines(costs=False))


def _limits(evidence: Evidence, row: Effect) -> tuple[tuple[str, str], ...]:
    behaviour = () if evidence.carries_behaviour or row.runs == 1 else (("", words.BEHAVIOUR_LEFT_OUT),)
    others = (words.NOT_COSTED, words.NOT_COVERED, *evidence.remarks)
    return (*behaviour, *words.LIMITS, *(("", said) for said in others))


def _method(evidence: Evidence, scenarios: Mapping[str, Scenario], row: Effect) -> list[Part]:
    claims = [
        f"{readable(name)} {words.claim_in_words(scenario, evidence.verdicts.get(name))}"
        for name, scenario in scenarios.items()
    ]
    span = [words.varied_in_words(evidence.varied)] if evidence.varied else []
    made = evidence.provenance
    versions = ", ".join(f"{name} {version}" for name, version in made.versions.items())
    commit = f" Code at commit {made.commit}." if made.commit else ""
    again = (
        f"Seed {made.seed}: the same seed, settings and code give the same numbers to the last bit. {versions}.{commit}"
    )
    how = words.how_sure(units=evidence.units, count=row.units, runs=row.runs)
    parts = [
        Part("Where and when", (*words.places_and_months(scenarios), *span), "list"),
        Part("How sure, and what is called clear", tuple(how)),
        Part("What the scenarios claim, and the verdict of docs/claims.md on each as it ships", tuple(claims), "list"),
        Part("What the answer hangs on", tuple(evidence.hangs_on), "list"),
        Part("Why they came or stayed away, in one run", tuple(evidence.why), "list"),
        Part("What it rests on", tuple(words.rests_on())),
        Part("The same numbers again", tuple(made.commands), "code"),
        Part("", (again,)),
    ]
    return [part for part in parts if part.lines]
