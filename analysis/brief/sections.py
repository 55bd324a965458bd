"""The sections of a policy brief, each made from the tables of an answer and the scenarios that it ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.brief.document import Block, Prose, Section, Table
from analysis.comparison.words import (
    Contrast,
    contrast_rows,
    difference_in_words,
    digits_needed,
    effect_in_words,
    ending,
    is_clear,
    number,
)
from analysis.run.turning_points import policy_dates
from analysis.shared.summaries import HEADLINE, scenarios_of, t_interval
from analysis.shared.words import capital, listed, mid_sentence, readable, titled, with_unit
from sim.parameters import PARAMETERS
from sim.regimes import REGIMES
from sim.scenario import Scenario
from sim.vocabulary import VOCABULARY, label_of

COSTS = (
    "fund_in_gbp_m",
    "fund_spent_gbp_m",
    "fund_forfeited_gbp_m",
    "fund_posts_gbp_m",
    "contribution_pooled_gbp_m",
    "private_gbp_m",
)
"""Flows of money, in £m a month."""

_MOST_COLUMNS = 4
"""Scenarios that fit beside one another in a table on A4."""


def in_short(
    summary: pd.DataFrame, contrasts: pd.DataFrame, regimes: pd.DataFrame, *, of_draws: bool = False
) -> list[str]:
    """Return the findings in a few sentences: how each scenario ends, and its first two clear differences.

    Of many scenarios only the first clear difference of each.

    Takes the tables of a comparison (see ``analysis.shared.summaries``); ``of_draws`` says that their replicates
    are the draws of a study, each with runs of its own.

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
    lines = []
    few = len(counts) <= _FEW
    for name, count in counts.items() if few else ():
        told_end = ending(regimes[regimes["scenario"] == name], str(name), runs=int(count))
        lines.append(told_end.replace(f"of {count} runs", f"of the runs in {count} draws") if of_draws else told_end)
    for (scenario, reference), rows in contrasts.groupby(["scenario", "reference"], sort=False):
        found = {row.measure: row for row in contrast_rows(rows) if row.measure in HEADLINE}
        clear = [found[measure] for measure in _TOLD_FIRST if measure in found and is_clear(found[measure])]
        pair = f"{readable(str(scenario))} against {mid_sentence(str(reference))}"
        there = f" than in the {mid_sentence(str(reference))}"
        if clear:
            sentences = [
                difference_in_words(row).removesuffix(".").replace(there, "") for row in clear[: _TOLD if few else 1]
            ]
            lines.append(f"{pair}: {'; '.join(_mid(sentence) for sentence in sentences)}.")
        else:
            lines.append(f"{pair}: no clear difference in {listed([label_of(name) for name in found])}.")
    return lines


_FEW = 6
"""Scenarios of which each ending, and more than one difference, is told in short."""
_TOLD = 2
_TOLD_FIRST = ("added_value", "outcome", "engagement", "trust", "decision_rate", "dominance")
"""The order in which clear differences are told: what is achieved, then who takes part."""


def _mid(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def question(scenarios: Mapping[str, Scenario], *, how: Sequence[str]) -> Section:
    """Return what was asked: each scenario with its claim and source, the place, the span and how it was run.

    >>> from sim import scenario_from
    >>> scenarios = {"talking_shop": scenario_from({"board": {"members": {"council": 1}}, "months": 24})}
    >>> question(scenarios, how=["One run."]).blocks[2].lines[1:]
    ('Months simulated: 24, from 2001-04 to 2003-03.', 'One run.')
    """
    rows = [
        (readable(name), scenario.description.strip(), scenario.claim.strip(), scenario.seed_document)
        for name, scenario in scenarios.items()
    ]
    places = {scenario.place.name: scenario.place for scenario in scenarios.values()}
    sentences = [
        f"{place.label}: {place.population:,} people, {'two tiers' if place.tiers == 2 else 'one tier'} of local "
        f"government, £{place.fund_2003_04_gbp_m:.2f}m of flexible fund in 2003-04."
        for place in places.values()
    ]
    spans = {(scenario.start, scenario.months): scenario for scenario in scenarios.values()}
    sentences += [
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
        Prose((*sentences, *how), is_list=True),
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
    values = {name: settings_of(scenarios[name]) for name in order}
    paths = dict.fromkeys(path for name in order for path in values[name])
    rows = []
    for path in paths:
        shown = [values[name].get(path, "none") for name in order]
        if len(set(shown)) > 1:
            declared = PARAMETERS.get(path)
            unit, says = (declared.unit, declared.says) if declared else (_UNITS.get(path, "seats"), "")
            rows.append((path, titled(path), unit, says, *shown))
    return pd.DataFrame(rows, columns=["path", "setting", "unit", "says", *order])


_UNITS = {"place": "", "board.executive": "", "board.chair": "sector", "start": "month", "months": "months"}


def settings_of(scenario: Scenario) -> dict[str, str]:
    """Return every setting of a scenario in words, by its path.

    >>> from sim import scenario_from
    >>> scenarios = {"talking_shop": scenario_from({"board": {"members": {"council": 1}}, "months": 24})}
    >>> settings_of(scenarios["talking_shop"])["seats.council"]
    '1'
    """
    found = {"place": scenario.place.label, "start": scenario.start, "months": str(scenario.months)}
    for path in PARAMETERS:
        value: Any = scenario
        for part in path.split("."):
            value = getattr(value, part)
        found[path] = f"{value:g}" if isinstance(value, int | float) else str(value)
    found |= {"board.executive": scenario.board.executive.replace("_", " "), "board.chair": scenario.board.chair}
    return found | {f"seats.{body}": str(count) for body, count in scenario.board.members.items() if count}


def settings(
    scenarios: Mapping[str, Scenario], reference: str, *, varied: Mapping[str, Sequence[Any]] | None = None
) -> Section:
    """Return what is different between the scenarios at the start, with units.

    ``varied`` are the settings that a study varied, each with what it ranged over; they are told apart.

    >>> from sim import scenario_from
    >>> scenarios = {"talking_shop": scenario_from({"board": {"members": {"council": 1}}, "months": 24})}
    >>> settings(scenarios, "talking_shop", varied={"levers.staff_team": [0, 1]}).blocks[1].rows
    (('Staff team', '0 to 1', '0 none to 1 full'),)
    """
    table = setting_differences(scenarios, reference)
    table = table[~table["path"].isin(list(varied or ()))]
    others = [name for name in scenarios if name != reference]
    intro = f"At the start, everything that is not listed here is the same as in {mid_sentence(reference)}."
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
    if varied:
        blocks = (*blocks, _varied(varied))
    return Section("settings", "What is different between the scenarios", blocks)


def _varied(varied: Mapping[str, Sequence[Any]]) -> Table:
    rows, small = [], []
    for path, span in varied.items():
        declared = PARAMETERS.get(path)
        is_range = len(span) == 2 and all(isinstance(end, int | float) for end in span)
        over = f"{span[0]:g} to {span[1]:g}" if is_range else ", ".join(map(str, span))
        rows.append((titled(path), over, declared.unit if declared else ""))
        small.append(declared.says if declared else "")
    caption = "Settings that were varied in all scenarios, in place of what a scenario says."
    return Table(caption, ("Setting", "Over", "Unit"), tuple(rows), text_columns=(0, 1, 2), small=tuple(small))


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

    >>> table = pd.DataFrame({"scenario": "a", "regime": list(REGIMES), "share": [1] + [0] * 6, "ci_low": 0.0,
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
    return Table(caption, ("Scenario", *map(titled, REGIMES)), tuple(rows))


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
        signed = signed if signed.startswith("−") or not signed.strip("0.") else f"+{signed}"
        has_interval = row.replicates > 1
        interval = _signed_interval(row, digits) if has_interval else "one pair"
        cells.append((with_unit(row.measure), before, after, signed, interval, _in_words(row)))
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


def contrasts_section(contrasts: pd.DataFrame, summary: pd.DataFrame, blocks: Sequence[Block]) -> Section:
    """Return the headline contrasts of every pair, with ``blocks`` (its pictures) after them.

    >>> means = pd.DataFrame({"scenario": ["a", "b"], "measure": "trust", "mean": [0.8, 0.5]})
    >>> rows = pd.DataFrame([("trust", "a", "b", 0.3, 0.2, 0.4, 2.0, 9)], columns=list(Contrast._fields))
    >>> contrasts_section(rows, means, ()).blocks[1].rows[0][3]
    '+0.30'
    """
    lead = Prose(
        (
            "Each difference is between runs with the same people, elections and luck. Sizes are named by Cohen's "
            "thresholds: how large the difference is against the spread between runs. All measures are in Annex A.",
        )
    )
    tables = [
        contrast_table(headline_contrasts(rows), summary, scenario=str(scenario), reference=str(reference))
        for (scenario, reference), rows in contrasts.groupby(["scenario", "reference"], sort=False)
    ]
    return Section("differences", "What differs, and by how much", (lead, *tables, *blocks))


def contrasts_annex(contrasts: pd.DataFrame, summary: pd.DataFrame) -> Section:
    """Return every contrast of every measure.

    >>> means = pd.DataFrame({"scenario": ["a", "b"], "measure": "trust", "mean": [0.8, 0.5]})
    >>> rows = pd.DataFrame([("trust", "a", "b", 0.3, 0.2, 0.4, 2.0, 9)], columns=list(Contrast._fields))
    >>> len(contrasts_annex(rows, means).blocks)
    1
    """
    tables = [
        contrast_table(rows, summary, scenario=str(scenario), reference=str(reference))
        for (scenario, reference), rows in contrasts.groupby(["scenario", "reference"], sort=False)
    ]
    return Section("annex-a", "Annex A. All measures", tuple(tables))


def headline_contrasts(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Return the contrasts of the headline measures alone, in the order in which they are told.

    >>> headline_contrasts(pd.DataFrame({"measure": ["outcome", "attendance", "trust"]}))["measure"].tolist()
    ['trust', 'outcome']
    """
    order = {measure: place for place, measure in enumerate(HEADLINE)}
    rows = contrasts[contrasts["measure"].isin(order)]
    return rows.loc[rows["measure"].map(order).sort_values(kind="stable").index]


def costs_table(trajectories: pd.DataFrame) -> Table:
    """Return what came in and what was spent over the run in each scenario, £m with 95 % t intervals.

    ``trajectories`` has one row a run and month. Nothing is discounted.

    >>> flows = pd.DataFrame({"scenario": "a", "replicate": [0, 0, 1, 1], **dict.fromkeys(COSTS, [1.0, 2.0, 2.0, 2.0])})
    >>> costs_table(flows).rows[0]
    ('Fund received', '3.50 (−2.85 to 9.85)')
    """
    scenarios = scenarios_of(trajectories)
    totals = trajectories.groupby(["scenario", "replicate"], sort=False, observed=True)[list(COSTS)].sum()
    cells = {}
    for name in scenarios:
        mean, low, high = t_interval(totals.loc[name].to_numpy())
        cells[name] = [_money(*ends) for ends in zip(mean, low, high, strict=True)]
    caption = "Money over the whole run, £m, with 95 % intervals of the mean. Nothing is discounted."
    if len(scenarios) <= _MOST_COLUMNS:
        rows = tuple((titled(flow), *(cells[name][place] for name in scenarios)) for place, flow in enumerate(COSTS))
        small = tuple(VOCABULARY[flow].definition for flow in COSTS)
        return Table(caption, ("£m", *map(readable, scenarios)), rows, small=small)
    headings = ("Scenario", *map(titled, COSTS))
    return Table(caption, headings, tuple((readable(name), *cells[name]) for name in scenarios))


def _money(mean: float, low: float, high: float) -> str:
    if low != low or f"{low:.2f}" == f"{high:.2f}":
        return f"{mean:.2f}"
    return f"{mean:.2f} ({low:.2f} to {high:.2f})".replace("-", "−")


def policies(scenarios: Mapping[str, Scenario]) -> tuple[Block, ...]:
    """Return a table of the dated policies of each scenario that has any, in prose if none has.

    Scenarios with the same calendar share a table.

    >>> from sim import scenario_from
    >>> scenarios = {"talking_shop": scenario_from({"board": {"members": {"council": 1}}, "months": 24})}
    >>> policies(scenarios)[0].lines
    ('No dated policies: Talking shop. What is set at the start stays.',)
    """
    calendars: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for name, scenario in scenarios.items():
        dates = policy_dates(scenario)
        rows = tuple(
            (str(row["date"]), capital(str(row["what"])), str(row["changes"])) for row in dates.to_dict("records")
        )
        calendars.setdefault(rows, []).append(name)
    blocks: list[Block] = []
    for entries, names in calendars.items():
        named = listed([readable(name) if not place else mid_sentence(name) for place, name in enumerate(names)])
        if entries:
            caption = f"Dated policies: {named}. Each stays in force until a later one changes it."
            blocks.append(Table(caption, ("From", "What", "Settings"), entries, text_columns=(0, 1, 2)))
        else:
            blocks.append(Prose((f"No dated policies: {named}. What is set at the start stays.",)))
    return tuple(blocks)
