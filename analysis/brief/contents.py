"""Policy briefs put together: of a comparison of scenarios, or of a study with many draws of parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.brief import background as brief_background
from analysis.brief import pictures as brief_pictures
from analysis.brief import sections as brief_sections
from analysis.brief.document import Block, Brief, Prose, Section
from analysis.shared.words import listed, mid_sentence, readable
from sim.scenario import Scenario


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

    ``runs`` has one row a run (of a study: a draw), ``trajectories`` one a run and month, if kept.
    ``summary``, ``contrasts`` and ``regimes`` are the tables of ``analysis.shared.summaries``; ``contrasts`` is
    empty with one scenario. ``scope`` says what the intervals cover and ``basis`` what they rest on.
    """

    scenarios: Mapping[str, Scenario]
    reference: str
    runs: pd.DataFrame
    summary: pd.DataFrame
    contrasts: pd.DataFrame
    regimes: pd.DataFrame
    trajectories: pd.DataFrame | None
    how: Sequence[str]
    basis: str
    scope: str
    provenance: Provenance
    varied: Mapping[str, Sequence[Any]] | None = None
    """Of a study, the settings that it varied and over what; a replicate in the tables is one of its draws."""
    sets: int = 0
    """Parameter sets that replicates took turns with."""
    indices: pd.DataFrame | None = None
    index_words: Sequence[str] = ()
    how_to_ask: Sequence[str] = ()
    extra: Sequence[Section] = ()
    """Further sections, such as the explanation of a run."""


def brief_of(evidence: Evidence) -> Brief:
    """Return the brief: question, what differs, how it ends, by how much, who comes, policies, costs, limits.

    >>> from analysis.shared import summaries
    >>> from sim import scenario_from
    >>> from sim.population import SECTORS
    >>> runs = pd.DataFrame({"scenario": "talking_shop", "replicate": [0, 1], "regime": "talking shop",
    ...                      "trust": [0.4, 0.6], "voice_council": 0.3, "voice_business": 0.1, "voice_voluntary": 0.1})
    >>> runs[[f"attendance_{sector}" for sector in SECTORS]] = [[0.9, 0.7, 0.4, 0.5], [0.7, 0.5, 0.2, 0.3]]
    >>> evidence = Evidence(
    ...     scenarios={"talking_shop": scenario_from({"board": {"members": {"council": 1}}, "months": 24})},
    ...     reference="talking_shop", runs=runs, summary=summaries.summary(runs),
    ...     contrasts=summaries.contrasts(runs, "talking_shop"), regimes=summaries.regime_shares(runs),
    ...     trajectories=None, how=["Two runs."], basis="Two runs.", scope="Chance alone.",
    ...     provenance=Provenance(["partnerships compare"], seed=1, versions={}, commit=None))
    >>> brief = brief_of(evidence)
    >>> brief.title, [section.id for section in brief.sections][2:5]
    ('Talking shop: what may come of it', ['endings', 'sectors', 'policies'])
    """
    sections = [
        brief_sections.question(evidence.scenarios, how=evidence.how),
        brief_sections.settings(evidence.scenarios, evidence.reference, varied=evidence.varied),
        _endings(evidence),
        _differences(evidence),
        _sectors(evidence),
        _policies(evidence.scenarios),
        _costs(evidence),
        brief_background.sensitivity(evidence.indices, evidence.index_words, how_to=evidence.how_to_ask),
        *evidence.extra,
        brief_background.rests_on(evidence.scenarios),
        brief_background.limits(evidence.scope),
        _reproduce(evidence.provenance),
    ]
    annexes = [brief_background.parameters_annex(evidence.scenarios, sets=evidence.sets)]
    if len(evidence.contrasts):
        annexes.insert(0, brief_sections.contrasts_annex(evidence.contrasts, evidence.summary))
    in_short = brief_sections.in_short(
        evidence.summary, evidence.contrasts, evidence.regimes, of_draws=evidence.varied is not None
    )
    return Brief(
        title=title_of(evidence.scenarios),
        subtitle=_subtitle(evidence),
        in_short=(*in_short, evidence.scope),
        sections=tuple(section for section in sections if section is not None),
        annexes=tuple(annexes),
    )


def title_of(scenarios: Mapping[str, Scenario]) -> str:
    """Return the title of a brief on some scenarios.

    >>> title_of({"growth_coalition": None, "talking_shop": None})
    'Growth coalition and talking shop compared'
    >>> title_of({"talking_shop": None}), title_of(dict.fromkeys("abcdef"))
    ('Talking shop: what may come of it', 'Six ways of running a local partnership compared')
    """
    names = [mid_sentence(name) for name in scenarios]
    if len(names) == 1:
        return f"{readable(next(iter(scenarios)))}: what may come of it"
    if len(names) > len(_FEW):
        count = _COUNTS.get(len(names), str(len(names)))
        return f"{count} ways of running a local partnership compared"
    joined = listed(names)
    return f"{joined[:1].upper()}{joined[1:]} compared"


_FEW = ("one", "two", "three", "four")
_COUNTS = {5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine", 10: "Ten", 11: "Eleven", 12: "Twelve"}


def _subtitle(evidence: Evidence) -> str:
    places = list(dict.fromkeys(scenario.place.label for scenario in evidence.scenarios.values()))
    first = next(iter(evidence.scenarios.values()))
    return f"{listed(places)}, from {first.start} to {first.month_label(first.months - 1)}. {evidence.basis}"


def _endings(evidence: Evidence) -> Section:
    blocks: list[Block] = [brief_sections.regimes_table(evidence.regimes, basis=evidence.basis)]
    if evidence.trajectories is not None:
        blocks.append(brief_pictures.regimes_picture(evidence.trajectories, evidence.regimes))
        lasting = brief_pictures.lasting_picture(evidence.trajectories)
        blocks += [] if lasting is None else [lasting]
        blocks.append(brief_pictures.outcome_picture(evidence.trajectories))
    return Section("endings", "How it ends", tuple(blocks))


def _differences(evidence: Evidence) -> Section | None:
    if evidence.contrasts.empty:
        return None
    pictures = [
        brief_pictures.contrasts_picture(_with_reference(evidence, reference), evidence.contrasts, reference=reference)
        for reference in dict.fromkeys(evidence.contrasts["reference"])
    ]
    return brief_sections.contrasts_section(evidence.contrasts, evidence.summary, pictures)


def _with_reference(evidence: Evidence, reference: str) -> pd.DataFrame:
    """Return the runs of a reference and of all scenarios that are contrasted with it."""
    rows = evidence.contrasts[evidence.contrasts["reference"] == reference]
    runs: pd.DataFrame = evidence.runs[evidence.runs["scenario"].isin([*rows["scenario"], reference])]
    return runs


def _sectors(evidence: Evidence) -> Section:
    blocks: list[Block] = [brief_pictures.sectors_picture(evidence.runs)]
    if evidence.trajectories is not None:
        blocks.append(brief_pictures.engagement_picture(evidence.trajectories))
    blocks.append(brief_pictures.influence_picture(evidence.runs))
    return Section("sectors", "Who comes, and who has the say", tuple(blocks))


def _policies(scenarios: Mapping[str, Scenario]) -> Section:
    blocks = (*brief_sections.policies(scenarios), *brief_pictures.policy_pictures(scenarios))
    return Section("policies", "When policy changes", blocks)


def _costs(evidence: Evidence) -> Section:
    if evidence.trajectories is None:
        shown = "The months of the runs were not kept, so money over the whole run cannot be added up here."
        return Section("costs", "What it costs", (Prose((shown,)),))
    return Section("costs", "What it costs", (brief_sections.costs_table(evidence.trajectories),))


def _reproduce(provenance: Provenance) -> Section:
    return brief_background.reproduce(
        provenance.commands, provenance.versions, seed=provenance.seed, commit=provenance.commit
    )
