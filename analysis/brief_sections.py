"""The sections of a policy brief, each made from the tables of an answer and the scenarios that it ran."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

import sim.parameters
from analysis.brief import Block, Code, Prose, Section, Table
from analysis.drawing import mid_sentence, readable, unit_of
from analysis.outcomes import parameter_label
from analysis.summaries import HEADLINE, scenarios_of, t_interval
from analysis.turning_points import policy_dates
from analysis.words import (
    Contrast,
    contrast_rows,
    difference_in_words,
    digits_needed,
    effect_in_words,
    ending,
    is_clear,
    listed,
    number,
)
from sim.parameters import PARAMETERS
from sim.regimes import REGIMES
from sim.scenario import Scenario

COSTS: Mapping[str, str] = {
    "fund_in_gbp_m": "came into the pooled fund",
    "fund_spent_gbp_m": "was paid out of it",
    "fund_forfeited_gbp_m": "was returned to the centre",
    "contribution_bent_gbp_m": "of own money was bent to the strategy",
    "contribution_pooled_gbp_m": "of regeneration money was pooled",
    "transaction_cost_gbp_m": "of working time went into meeting, reporting and staff",
    "inspection_cost_gbp_m": "went into external inspection",
}
"""Flows of money, in £m a month, and what each is."""

LIMITS: tuple[tuple[str, str], ...] = (
    ("No forecast of a real authority.", "A real place enters with its fund, its population and its tiers of local "
     "government. Nothing else about it is known to the model."),
    ("No probabilities in the world.", "That 30 % of runs end hollow says something about the assumptions, not about "
     "30 % of English partnerships."),
    ("No cost–benefit verdict.", "Public value is priced at an assumed cost of closing a gap."),
    ("No credit for what was put in.", "That councils engage more than business follows in good part from how bodies "
     "were declared. Look at what changes it, not at the order itself."),
    ("No single run as evidence.", "Compare scenarios over many paired runs and over the priors."),
    ("No regime without its thresholds.", "They are published conventions. Move them and labels move."),
)  # fmt: skip
"""What must not be concluded; the description of the model says the same."""

_MOST_COLUMNS = 4
"""Scenarios that fit beside one another in a table on A4."""

_SOURCE = re.compile(r"(S\d) (.+?)(?=; S\d |\.\n)", re.DOTALL)


def in_short(summary: pd.DataFrame, contrasts: pd.DataFrame, regimes: pd.DataFrame, *, runs: str = "runs") -> list[str]:
    """Return the findings in a few sentences: how each scenario ends, and its first two clear differences.

    Takes the tables of a comparison (see ``analysis.summaries``).

    >>> runs = pd.DataFrame({"scenario": ["a", "b"], "measure": "trust", "replicates": 9})
    >>> share = {"regime": "talking shop", "share": 1.0, "ci_low": 0.7, "ci_high": 1.0}
    >>> ends = pd.DataFrame({"scenario": ["a", "b"], **share})
    >>> row = ("trust", "a", "b", 0.2, 0.1, 0.3, 2.0, 9)
    >>> for line in in_short(runs, pd.DataFrame([row], columns=list(Contrast._fields)), ends):
    ...     print(line)
    A: 100 % of 9 runs end as talking shop (95 % interval 70 to 100 %).
    B: 100 % of 9 runs end as talking shop (95 % interval 70 to 100 %).
    A against b: trust ends 0.20 higher (0.10 to 0.30; large effect, clear of zero).
    """
    counts = summary.groupby("scenario", sort=False)["replicates"].first()
    lines = [
        ending(regimes[regimes["scenario"] == name], str(name), runs=int(count)).replace(" runs ", f" {runs} ")
        for name, count in counts.items()
    ]
    for (scenario, reference), rows in contrasts.groupby(["scenario", "reference"], sort=False):
        found = {row.measure: row for row in contrast_rows(rows) if row.measure in HEADLINE}
        told = [found[measure] for measure in _TOLD_FIRST if measure in found and is_clear(found[measure])]
        pair = f"{readable(str(scenario))} against {mid_sentence(str(reference))}"
        there = f" than in the {mid_sentence(str(reference))}"
        if told:
            sentences = [difference_in_words(row).removesuffix(".").replace(there, "") for row in told[:_TOLD]]
            lines.append(f"{pair}: {'; '.join(_mid(sentence) for sentence in sentences)}.")
        else:
            lines.append(f"{pair}: no clear difference in {listed([mid_sentence(name) for name in found])}.")
    return lines


_TOLD = 2
_TOLD_FIRST = ("outcome", "engagement", "trust", "decision_rate", "dominance", "transaction_cost_gbp_m")
"""The order in which clear differences are told: what is achieved, then who takes part."""


def _mid(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def question(scenarios: Mapping[str, Scenario], *, how: Sequence[str]) -> Section:
    """Return what was asked: each scenario with its claim and source, the place, the span and how it was run."""
    rows = [
        (readable(name), scenario.description.strip(), scenario.claim.strip(), scenario.seed_document)
        for name, scenario in scenarios.items()
    ]
    places = {scenario.place.name: scenario.place for scenario in scenarios.values()}
    told = [
        f"{place.label}: {place.population:,} people, {'two tiers' if place.tiers == 2 else 'one tier'} of local "
        f"government, £{place.fund_2003_04_gbp_m:.2f}m of flexible fund in 2003-04."
        for place in places.values()
    ]
    spans = {(scenario.start, scenario.months): scenario for scenario in scenarios.values()}
    told += [
        f"Months simulated: {months}, from {start} to {scenario.month_label(months - 1)}."
        for (start, months), scenario in spans.items()
    ]
    blocks = (
        Prose(("Which of these ways of running a local partnership does what, and how sure is the difference?",)),
        Table(
            "The scenarios, and the claim that each is there to test.",
            ("Scenario", "What it is", "Claim it tests", "Source"),
            tuple(rows),
            text_columns=(0, 1, 2, 3),
        ),
        Prose((*told, *how), is_list=True),
    )
    return Section("question", "The question", blocks)


# ---------------------------------------------------------------------------- settings


def setting_differences(scenarios: Mapping[str, Scenario], reference: str) -> pd.DataFrame:
    """Return every setting that some scenario has otherwise than the ``reference``.

    Columns: path, setting, unit, says, then a column of values in words for each scenario, the reference
    first. Boards and places are compared as well as every declared parameter.

    >>> from sim import scenario_from
    >>> board = {"board": {"members": {"council": 1}}}
    >>> pair = {"a": scenario_from(board), "b": scenario_from(board | {"levers": {"staff_team": 1.0}})}
    >>> setting_differences(pair, "a")[["setting", "unit", "a", "b"]].to_numpy().tolist()
    [['Staff team', '0 none to 1 full', '0.3', '1']]
    """
    order = [reference, *(name for name in scenarios if name != reference)]
    values = {name: _settings(scenarios[name]) for name in order}
    paths = dict.fromkeys(path for name in order for path in values[name])
    rows = []
    for path in paths:
        shown = [values[name].get(path, "none") for name in order]
        if len(set(shown)) > 1:
            declared = PARAMETERS.get(path)
            label = parameter_label(path) if declared else _own_label(path)
            unit, says = (declared.unit, declared.says) if declared else (_UNITS.get(path, "seats"), "")
            rows.append((path, label, unit, says, *shown))
    return pd.DataFrame(rows, columns=["path", "setting", "unit", "says", *order])


def _own_label(path: str) -> str:
    topic, _, name = path.partition(".")
    return f"{readable(topic)}: {mid_sentence(name)}" if name else readable(topic)


_UNITS = {"place": "", "board.executive": "", "board.chair": "sector", "start": "month", "months": "months"}


def _settings(scenario: Scenario) -> dict[str, str]:
    """Return every setting of a scenario in words, by its path."""
    found = {"place": scenario.place.label, "start": scenario.start, "months": str(scenario.months)}
    found |= {"board.executive": scenario.board.executive.replace("_", " "), "board.chair": scenario.board.chair}
    found |= {f"seats.{body}": str(count) for body, count in scenario.board.members.items() if count}
    for path in PARAMETERS:
        value: Any = scenario
        for part in path.split("."):
            value = getattr(value, part)
        found[path] = f"{value:g}" if isinstance(value, int | float) else str(value)
    return found


def settings(scenarios: Mapping[str, Scenario], reference: str) -> Section:
    """Return what is different between the scenarios at the start, with units."""
    table = setting_differences(scenarios, reference)
    others = [name for name in scenarios if name != reference]
    intro = f"At the start, everything that is not in this table is the same as in {mid_sentence(reference)}."
    blocks: tuple[Block, ...]
    if not others:
        blocks = (Prose(("There is one scenario, so there is nothing to set it against.",)),)
    elif table.empty:
        blocks = (Prose(("At the start, all settings are the same; dated policies differ, see below.",)),)
    elif len(others) < _MOST_COLUMNS:
        rows = tuple((row.setting, row.unit, *row[5:]) for row in table.itertuples(index=True))
        headings = ("Setting", "Unit", *(readable(name) for name in (reference, *others)))
        caption = f"Levers and other settings in which a scenario differs from {mid_sentence(reference)}."
        blocks = (Prose((intro,)), Table(caption, headings, rows, text_columns=(0, 1), small=tuple(table["says"])))
    else:
        blocks = (Prose((intro,)), *(_against(table, reference, name) for name in others))
    return Section("settings", "What is different between the scenarios", blocks)


def _against(table: pd.DataFrame, reference: str, name: str) -> Block:
    here = table[table[name] != table[reference]]
    if here.empty:
        return Prose((f"{readable(name)}: all settings at the start are the same; its dated policies differ.",))
    rows = tuple((row["setting"], row["unit"], row[reference], row[name]) for _, row in here.iterrows())
    caption = f"{readable(name)}: settings in which it differs from {mid_sentence(reference)}."
    return Table(caption, ("Setting", "Unit", readable(reference), readable(name)), rows, text_columns=(0, 1))


# ---------------------------------------------------------------------------- results


def regimes_table(regimes: pd.DataFrame, *, basis: str) -> Table:
    """Return the shares of runs that end in each regime, with their intervals.

    >>> table = pd.DataFrame({"scenario": "a", "regime": list(REGIMES), "share": [1, 0, 0, 0, 0], "ci_low": 0.0,
    ...                       "ci_high": 1.0})
    >>> regimes_table(table, basis="Over 3 runs.").rows[0][:2]
    ('A', '100 % (0 to 100)')
    """
    rows = []
    for scenario in scenarios_of(regimes):
        here = regimes[regimes["scenario"] == scenario].set_index("regime")
        cells = [_share_cell(*map(float, here.loc[regime, _SHARES])) for regime in REGIMES]
        rows.append((readable(scenario), *cells))
    caption = f"Share of runs that end in each regime, with 95 % intervals. {basis}"
    return Table(caption, ("Scenario", *map(readable, REGIMES)), tuple(rows))


_SHARES = ["share", "ci_low", "ci_high"]


def _share_cell(share: float, low: float, high: float) -> str:
    return f"{100 * share:.0f} %" + ("" if low != low else f" ({100 * low:.0f} to {100 * high:.0f})")


def contrast_table(contrasts: pd.DataFrame, summary: pd.DataFrame, *, scenario: str, reference: str) -> Table:
    """Return how each measure differs between a scenario and a reference, with interval and plain words.

    Rows are all those of ``contrasts`` for the pair, in its order.

    >>> means = pd.DataFrame({"scenario": ["a", "b"], "measure": "attendance", "mean": [0.8, 0.5]})
    >>> row = ("attendance", "a", "b", 0.3, 0.2, 0.4, 2.0, 9)
    >>> table = contrast_table(pd.DataFrame([row], columns=list(Contrast._fields)), means, scenario="a", reference="b")
    >>> table.rows
    (('Attendance, %', '50.0', '80.0', '+30.0', '20.0 to 40.0', 'large effect, clear'),)
    """
    rows = contrasts[(contrasts["scenario"] == scenario) & (contrasts["reference"] == reference)]
    means = summary.set_index(["scenario", "measure"])["mean"]
    cells = []
    for row in contrast_rows(rows):
        digits = digits_needed(row)
        before, after = (
            number(row.measure, float(means[name, row.measure]), digits=digits) for name in (reference, scenario)
        )
        signed = number(row.measure, row.difference, digits=digits)
        signed = signed if signed.startswith("−") else f"+{signed}"
        has_interval = row.replicates > 1
        interval = _signed_interval(row, digits) if has_interval else "one pair"
        cells.append((measure_label(row.measure), before, after, signed, interval, _in_words(row)))
    pair = f"{readable(scenario)} against {mid_sentence(reference)}"
    caption = f"{pair}: means at the end, and the paired difference with its 95 % interval."
    headings = ("Measure", readable(reference), readable(scenario), "Difference", "95 % interval", "In words")
    return Table(caption, headings, tuple(cells), text_columns=(0, 5))


def _signed_interval(row: Contrast, digits: int) -> str:
    low, high = (number(row.measure, end, digits=digits) for end in (row.ci_low, row.ci_high))
    return f"{low} to {high}"


def _in_words(row: Contrast) -> str:
    if row.replicates < 2:
        return "one pair shows no chance"
    if row.ci_low == row.ci_high == 0.0:
        return "no difference"
    return f"{effect_in_words(row.effect_size)}, clear" if is_clear(row) else "no clear difference"


def measure_label(measure: str) -> str:
    """Return a measure with its unit, shares in per cent.

    >>> measure_label("attendance"), measure_label("transaction_cost_gbp_m")
    ('Attendance, %', 'Transaction cost, £m a month')
    """
    return ", ".join(part for part in (readable(measure), unit_of(measure)) if part)


def contrasts_section(contrasts: pd.DataFrame, summary: pd.DataFrame, blocks: Sequence[Block]) -> Section:
    """Return the headline contrasts of every pair, with ``blocks`` (its pictures) after them."""
    told = Prose(
        (
            "Each difference is between runs with the same people, elections and luck. Sizes are named by Cohen's "
            "thresholds: how large the difference is against the spread between runs. All measures are in Annex A.",
        )
    )
    tables = [
        contrast_table(headline_contrasts(rows), summary, scenario=str(scenario), reference=str(reference))
        for (scenario, reference), rows in contrasts.groupby(["scenario", "reference"], sort=False)
    ]
    return Section("differences", "What differs, and by how much", (told, *tables, *blocks))


def contrasts_annex(contrasts: pd.DataFrame, summary: pd.DataFrame) -> Section:
    """Return every contrast of every measure."""
    tables = [
        contrast_table(rows, summary, scenario=str(scenario), reference=str(reference))
        for (scenario, reference), rows in contrasts.groupby(["scenario", "reference"], sort=False)
    ]
    return Section("annex-a", "Annex A. All measures", tuple(tables))


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
                rows.append((scenario, measure, path, "rank correlation", value, float(low), float(high)))
    return pd.DataFrame(rows, columns=["scenario", "measure", "parameter", "index", "value", "ci_low", "ci_high"])


def headline_contrasts(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Return the contrasts of the headline measures alone, in the order in which they are told."""
    order = {measure: place for place, measure in enumerate(HEADLINE)}
    rows = contrasts[contrasts["measure"].isin(order)]
    return rows.loc[rows["measure"].map(order).sort_values(kind="stable").index]


def costs_table(trajectories: pd.DataFrame) -> Table:
    """Return what came in and what was spent over the run in each scenario, £m with 95 % t intervals.

    ``trajectories`` has one row a run and month. Nothing is discounted.

    >>> flows = pd.DataFrame({"scenario": "a", "replicate": [0, 0, 1, 1], **dict.fromkeys(COSTS, [1.0, 2.0, 2.0, 2.0])})
    >>> costs_table(flows).rows[0]
    ('came into the pooled fund', '3.50 (−2.85 to 9.85)')
    """
    scenarios = scenarios_of(trajectories)
    totals = trajectories.groupby(["scenario", "replicate"], sort=False, observed=True)[list(COSTS)].sum()
    cells = {}
    for name in scenarios:
        mean, low, high = t_interval(totals.loc[name].to_numpy())
        cells[name] = [_money(*ends) for ends in zip(mean, low, high, strict=True)]
    caption = "Money over the whole run, £m, with 95 % intervals of the mean. Nothing is discounted."
    if len(scenarios) <= _MOST_COLUMNS:
        rows = tuple((says, *(cells[name][place] for name in scenarios)) for place, says in enumerate(COSTS.values()))
        return Table(caption, ("£m that …", *map(readable, scenarios)), rows)
    headings = ("Scenario", *(f"£m that {says}" for says in COSTS.values()))
    return Table(caption, headings, tuple((readable(name), *cells[name]) for name in scenarios))


def _money(mean: float, low: float, high: float) -> str:
    if low != low or low == high:
        return f"{mean:.2f}"
    return f"{mean:.2f} ({low:.2f} to {high:.2f})".replace("-", "−")


def policies(scenarios: Mapping[str, Scenario]) -> tuple[Block, ...]:
    """Return a table of the dated policies of each scenario that has any, in prose if none has.

    Scenarios with the same calendar share a table.
    """
    calendars: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for name, scenario in scenarios.items():
        dates = policy_dates(scenario)
        rows = tuple(
            (str(row["date"]), _capital(str(row["what"])), str(row["changes"])) for row in dates.to_dict("records")
        )
        calendars.setdefault(rows, []).append(name)
    blocks: list[Block] = []
    for entries, names in calendars.items():
        told = listed([readable(name) if not place else mid_sentence(name) for place, name in enumerate(names)])
        if entries:
            caption = f"Dated policies: {told}. Each stays in force until a later one changes it."
            blocks.append(Table(caption, ("From", "What", "Settings"), entries, text_columns=(0, 1, 2)))
        else:
            blocks.append(Prose((f"No dated policies: {told}. What is set at the start stays.",)))
    return tuple(blocks)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------------------- what it rests on


def sources() -> dict[str, str]:
    """Return the documents that the model is drawn from, as the catalogue of parameters names them.

    >>> sources()["S0"], sources()["S2"]
    ('Fineberg (2006) on growth coalitions', '"Put place first" (2013)')
    """
    told = (sim.parameters.__doc__ or "").partition("drawn from:")[2]
    return {name: " ".join(text.split()) for name, text in _SOURCE.findall(told)}


def rests_on(scenarios: Mapping[str, Scenario]) -> Section:
    """Return on what assumptions and sources the answer rests, counted from the declared parameters."""
    uncertain = [declared for declared in PARAMETERS.values() if declared.role == "uncertain"]
    assumed = [declared for declared in uncertain if declared.source.startswith("assumed")]
    levers = [declared for declared in PARAMETERS.values() if declared.role == "lever"]
    complementarity = {scenario.delivery.complementarity for scenario in scenarios.values()}
    told = (
        "Every month each body at the table decides whether to come, whom to send and what to put in, by rules that "
        "are the same in all scenarios. What comes out is not written in: regimes are names for measured states.",
        f"The model has {len(levers)} levers and {len(uncertain)} parameters about how bodies behave. Of the latter, "
        f"{len(assumed)} are assumed: nobody has measured them. They were fitted once to declared patterns of real "
        "partnerships. Annex B gives each with its range and source.",
        "Results need several sectors at once: on a scale from 0 (they add up) to 1 (the weakest link decides) this is "
        f"{listed([f'{value:g}' for value in sorted(complementarity)])}.",
    )
    rows = tuple(sources().items())
    table = Table("Documents that the model is drawn from.", ("Source", "Document"), rows, text_columns=(0, 1))
    return Section("assumptions", "What it rests on", (Prose(told), table))


def limits(scope: str) -> Section:
    """Return what must not be concluded, with what the intervals cover (``scope``)."""
    points = tuple(f"{what} {why}" for what, why in LIMITS)
    return Section("limits", "What must not be concluded", (Prose(points, is_list=True), Prose((scope,))))


def parameters_annex(scenarios: Mapping[str, Scenario], *, sets: int = 0) -> Section:
    """Return every parameter that is no lever: value in force, range, unit, meaning and source.

    ``sets`` counts the parameter sets that replicates took turns with; 0 where one set held for all.
    """
    values = {name: _settings(scenario) for name, scenario in scenarios.items()}
    rows, small = [], []
    for path, declared in PARAMETERS.items():
        if declared.role != "lever":
            in_force = list(dict.fromkeys(values[name][path] for name in scenarios))
            if sets and declared.role == "uncertain":
                in_force = [f"varies over {sets} sets"]
            label = parameter_label(path)
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
    told = [f"Seed {seed}. The same seed, settings and code give the same numbers to the last bit."]
    if commit is not None:
        told.append(f"Code at commit {commit}.")
    rows = tuple(versions.items())
    table = Table("Versions that made the answer.", ("Package", "Version"), rows, text_columns=(0, 1))
    return Section(
        "reproduce", "How to get the same numbers again", (Code("\n".join(commands)), Prose(tuple(told)), table)
    )


def sensitivity(indices: pd.DataFrame | None, words: Sequence[str], *, how_to: Sequence[str]) -> Section:
    """Return what would change the answer: the parameters with the largest indices, or how to find them out.

    ``indices`` is the table of a sensitivity analysis: method, scenario, measure, parameter, index, value,
    ci_low, ci_high; None if there was none. ``how_to`` are the commands that make one.
    """
    heading = "What would change the answer"
    if indices is None:
        told = (
            "No sensitivity analysis was given, so this brief cannot say on which assumption or lever the answer "
            "hangs. These commands find out, first for the levers, then for the assumptions:",
        )
        return Section("sensitivity", heading, (Prose(told), Code("\n".join(how_to))))
    blocks: list[Block] = [Prose(tuple(words))] if words else []
    for (scenario, measure, index), rows in indices.groupby(["scenario", "measure", "index"], sort=False):
        top = rows.loc[rows["value"].abs().sort_values(ascending=False, kind="stable").index].head(6)
        cells = tuple(
            (parameter_label(str(row["parameter"])), f"{row['value']:.3g}", _ends(row["ci_low"], row["ci_high"]))
            for row in top.to_dict("records")
        )
        caption = f"{readable(str(scenario))}: parameters with the largest {index} for {mid_sentence(str(measure))}."
        blocks.append(Table(caption, ("Parameter", str(index), "95 % interval"), cells))
    return Section("sensitivity", heading, tuple(blocks))


def _ends(low: float, high: float) -> str:
    return "none" if low != low else f"{low:.3g} to {high:.3g}".replace("-", "−")


def explained(lines: Sequence[str], terms: pd.DataFrame, drawn: Block) -> Section:
    """Return what one run shows about why a body, a sector or all came or stayed away.

    ``lines`` are the sentences and ``terms`` the table of an explanation; ``drawn`` is the picture of its terms.
    """
    told = [line.removeprefix("- ") for line in lines if line.strip()]
    moved = terms.loc[terms["change"].abs().sort_values(ascending=False, kind="stable").index]
    cells = tuple(
        (_capital(str(row.meaning)), f"{row.before:.2f}", f"{row.after:.2f}", f"{row.change:+.2f}".replace("-", "−"))
        for row in moved[moved["change"] != 0].itertuples(index=False)
    )
    table = Table("Terms of the decision to come, in units of utility.", ("Term", "Before", "After", "Change"), cells)
    return Section(
        "explanation", "Why they came or stayed away, in one run", (Prose(tuple(told), is_list=True), table, drawn)
    )
