"""What a brief says beside its results: what would change them, what they rest on, and how to get them again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

import sim.parameters
from analysis.brief.document import Block, Code, Prose, Section, Table
from analysis.brief.sections import settings_of
from analysis.sensitivity.tables import MAIN_INDEX
from analysis.shared.outcomes import outcome_of, percent_if_share
from analysis.shared.summaries import scenarios_of
from analysis.shared.words import capital, mid_sentence, readable, titled
from sim.parameters import PARAMETERS
from sim.scenario import Scenario

LIMITS: tuple[tuple[str, str], ...] = (
    ("No forecast of a real authority.", "A real place enters with its fund, its population and its tiers of local "
     "government. Nothing else about it is known to the model."),
    ("No probabilities in the world.", "That 30 % of runs end hollow says something about the assumptions, not about "
     "30 % of English partnerships."),
    ("No cost–benefit verdict.", "Gains are told in points of a gap, senior time in half-days: unpriced."),
    ("No credit for what was put in.", "That councils engage more than business follows in good part from how bodies "
     "were declared. Look at what changes it, not at the order itself."),
    ("No single run as evidence.", "Compare scenarios over many paired runs and over the priors."),
    ("No regime without its thresholds.", "They are published conventions. Move them and labels move."),
)  # fmt: skip
"""What must not be concluded; the description of the model says the same."""

RANK_CORRELATION = "rank correlation"

_NAMED = 6
_IN_UNITS = ("mu_star", "swing")
"""Indices that are in the units of the measure."""

_INDICES = {"mu_star": "mean absolute effect over its range (mu*)", "ST": "total Sobol index"}
_SOURCE = re.compile(r"(S\d) (.+?)(?=; S\d |\.\n)", re.DOTALL)


def rank_correlations(runs: pd.DataFrame, varied: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    """Return how each varied setting goes with each measure over the draws of a study: Spearman's rank correlation.

    ``runs`` has one row a scenario and draw. Columns as of a sensitivity analysis: scenario, measure,
    parameter, index, value, ci_low and ci_high (Fisher's z with the variance of Bonett and Wright 2000).
    Settings that are names, or that do not vary, are left out.

    >>> runs = pd.DataFrame({"scenario": "a", "levers.staff_team": range(9), "trust": range(9)})
    >>> rank_correlations(runs, ["levers.staff_team"], ["trust"])[["parameter", "value"]].to_numpy().tolist()
    [['levers.staff_team', 1.0]]
    """
    rows = []
    for scenario in scenarios_of(runs):
        here = runs[runs["scenario"] == scenario]
        numbers = [path for path in varied if pd.api.types.is_numeric_dtype(here[path]) and here[path].nunique() > 1]
        for measure in (measure for measure in measures if here[measure].nunique() > 1):
            for path in numbers:
                value = float(stats.spearmanr(here[path], here[measure]).statistic)
                half = 1.96 * np.sqrt((1 + value**2 / 2) / (len(here) - 3)) if len(here) > 3 else np.nan
                clipped = np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12))
                low, high = np.tanh(clipped - half), np.tanh(clipped + half)
                rows.append((scenario, measure, path, RANK_CORRELATION, value, float(low), float(high)))
    return pd.DataFrame(rows, columns=["scenario", "measure", "parameter", "index", "value", "ci_low", "ci_high"])


def sources() -> dict[str, str]:
    """Return the documents that the model is drawn from, as the catalogue of parameters names them.

    >>> sources()["S0"], sources()["S2"]
    ('Fineberg (2006) on growth coalitions', '"Put place first" (2013)')
    """
    stated = (sim.parameters.__doc__ or "").partition("drawn from:")[2]
    return {name: " ".join(text.split()) for name, text in _SOURCE.findall(stated)}


def rests_on(scenarios: Mapping[str, Scenario]) -> Section:
    """Return on what assumptions and sources the answer rests, counted from the declared parameters.

    >>> from sim import scenario_from
    >>> scenarios = {"talking_shop": scenario_from({"board": {"members": {"council": 1}}, "months": 24})}
    >>> [block.kind for block in rests_on(scenarios).blocks]
    ['prose', 'table']
    """
    uncertain = [declared for declared in PARAMETERS.values() if declared.role == "uncertain"]
    assumed = [declared for declared in uncertain if declared.source.startswith("assumed")]
    levers = [declared for declared in PARAMETERS.values() if declared.role == "lever"]
    stated = (
        "Every month each body at the table decides whether to come, whom to send and what to put in, by rules that "
        "are the same in all scenarios. What comes out is not written in: regimes are names for measured states.",
        f"The model has {len(levers)} levers and {len(uncertain)} parameters about how bodies behave. Of the latter, "
        f"{len(assumed)} are assumed: nobody has measured them. Annex B gives each with its range and source, and what "
        "was in force.",
        "A project yields what the weakest sector that it needs puts in.",
    )
    rows = tuple(sources().items())
    table = Table("Documents that the model is drawn from.", ("Source", "Document"), rows, text_columns=(0, 1))
    return Section("assumptions", "What it rests on", (Prose(stated), table))


def limits(scope: str) -> Section:
    """Return what must not be concluded, with what the intervals cover (``scope``).

    >>> limits("What the intervals cover.").blocks[1].lines
    ('What the intervals cover.',)
    """
    points = tuple(f"{what} {why}" for what, why in LIMITS)
    return Section("limits", "What must not be concluded", (Prose(points, is_list=True), Prose((scope,))))


def parameters_annex(scenarios: Mapping[str, Scenario], *, sets: int = 0) -> Section:
    """Return every parameter that is no lever: value in force, range, unit, meaning and source.

    ``sets`` counts the parameter sets that replicates took turns with; 0 where one set held for all.

    >>> from sim import scenario_from
    >>> scenarios = {"talking_shop": scenario_from({"board": {"members": {"council": 1}}, "months": 24})}
    >>> rows = parameters_annex(scenarios).blocks[0].rows
    >>> len(rows) == len([declared for declared in PARAMETERS.values() if declared.role != "lever"])
    True
    """
    values = {name: settings_of(scenario) for name, scenario in scenarios.items()}
    rows, small = [], []
    for path, declared in PARAMETERS.items():
        if declared.role != "lever":
            in_force = list(dict.fromkeys(values[name][path] for name in scenarios))
            if sets and declared.role == "uncertain":
                in_force = [f"varies over {sets} sets"]
            label = titled(path)
            rows.append((label, ", ".join(in_force), declared.range_text, declared.unit, declared.source))
            small.append(declared.says)
    table = Table(
        "What the model assumes about the world, and the thresholds of regimes.",
        ("Parameter", "In force", "Range", "Unit", "Source"),
        tuple(rows),
        text_columns=(0, 3, 4),
        small=tuple(small),
    )
    return Section("annex-b", "Annex B. Assumptions, one by one", (table,))


def reproduce(commands: Sequence[str], versions: Mapping[str, str], *, seed: int, commit: str | None) -> Section:
    """Return how to get the same numbers again: commands, seed and versions.

    >>> reproduce(["partnerships compare"], {"numpy": "2.0"}, seed=1, commit=None).blocks[0].text
    'partnerships compare'
    """
    stated = [f"Seed {seed}. The same seed, settings and code give the same numbers to the last bit."]
    if commit is not None:
        stated.append(f"Code at commit {commit}.")
    rows = tuple(versions.items())
    table = Table("Versions that made the answer.", ("Package", "Version"), rows, text_columns=(0, 1))
    return Section(
        "reproduce", "How to get the same numbers again", (Code("\n".join(commands)), Prose(tuple(stated)), table)
    )


def sensitivity(indices: pd.DataFrame | None, words: Sequence[str], *, how_to: Sequence[str]) -> Section:
    """Return what would change the answer: the parameters with the largest indices, or how to find them out.

    ``indices`` is the table of a sensitivity analysis: method, scenario, measure, parameter, index, value,
    ci_low, ci_high; None if there was none. ``how_to`` are the commands that make one.

    >>> sensitivity(None, [], how_to=["partnerships sensitivity"]).blocks[-1].text
    'partnerships sensitivity'
    """
    heading = "What would change the answer"
    if indices is None:
        stated = (
            "No sensitivity analysis was given, so this brief cannot say on which assumption or lever the answer "
            "hangs. These commands find out, first for the levers, then for the assumptions:",
        )
        return Section("sensitivity", heading, (Prose(stated), Code("\n".join(how_to))))
    blocks: list[Block] = list(as_prose(words))
    main = indices[indices["index"].isin([*MAIN_INDEX.values(), RANK_CORRELATION])]
    for (scenario, measure, index), rows in main.groupby(["scenario", "measure", "index"], sort=False):
        top = rows.loc[rows["value"].abs().sort_values(ascending=False, kind="stable").index].head(_NAMED)
        called = _INDICES.get(str(index), str(index))
        outcome = outcome_of(str(measure))
        unit = percent_if_share(outcome) if index in _IN_UNITS else ""
        scale = 100.0 if unit.startswith("%") else 1.0
        cells = tuple(
            (titled(str(row["parameter"])), *_scaled(scale, row["value"], row["ci_low"], row["ci_high"]))
            for row in top.to_dict("records")
        )
        caption = f"{readable(str(scenario))}: what matters most for {mid_sentence(outcome.label)}, by {called}."
        heads = (
            capital(", ".join(part for part in (called, unit.replace("%", "points", 1)) if part)),
            "95 % interval",
        )
        blocks.append(Table(caption, ("Parameter", *heads), cells))
    return Section("sensitivity", heading, tuple(blocks))


def _scaled(scale: float, value: float, low: float, high: float) -> tuple[str, str]:
    """Return an index and its interval, to three figures."""
    shown = [f"{scale * number:.3g}".replace("-", "−") for number in (value, low, high)]
    return shown[0], "none" if low != low else f"{shown[1]} to {shown[2]}"


def as_prose(lines: Sequence[str]) -> list[Prose]:
    """Return lines of text as paragraphs, which end at an empty line, and those with a dash as points of lists.

    >>> [(block.lines, block.is_list) for block in as_prose(["First.", "Second.", "- one", "- two", "", "Last."])]
    [(('First. Second.',), False), (('one', 'two'), True), (('Last.',), False)]
    """
    blocks = []
    kinds = itertools.groupby(lines, key=lambda line: "point" if line.startswith("- ") else bool(line.strip()))
    for kind, group in kinds:
        if kind == "point":
            blocks.append(Prose(tuple(line.removeprefix("- ") for line in group), is_list=True))
        elif kind:
            blocks.append(Prose((" ".join(group),)))
    return blocks


def explained(lines: Sequence[str], terms: pd.DataFrame, drawn: Block) -> Section:
    """Return what one run shows about why a body, a sector or all came or stayed away.

    ``lines`` are the sentences and ``terms`` the table of an explanation; ``drawn`` is the picture of its terms.

    >>> terms = pd.DataFrame({"meaning": ["habit", "load"], "before": 0.0, "after": [0.5, 0.0], "change": [0.5, 0.0]})
    >>> explained(["It came."], terms, Prose(())).blocks[-1].rows
    (('Habit', '0.00', '0.50', '0.50'),)
    """
    moved = terms.loc[terms["change"].abs().sort_values(ascending=False, kind="stable").index]
    cells = tuple(
        (capital(row["meaning"]), *(f"{row[name]:.2f}".replace("-", "−") for name in ("before", "after", "change")))
        for row in moved[moved["change"].abs() >= 0.005].to_dict("records")
    )
    table = Table("Terms of the decision to come, in units of utility.", ("Term", "Before", "After", "Change"), cells)
    heading = "Why they came or stayed away, in one run"
    return Section("explanation", heading, (*as_prose(lines), drawn, table))
