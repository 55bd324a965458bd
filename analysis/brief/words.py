"""What a brief says, made from its numbers: title, lines of the table, what not to conclude, and how it was done."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

import sim.parameters
from analysis.brief.tables import (
    QUANTITIES,
    WORKS,
    Effect,
    Quantity,
    setting_differences,
    title_quantity,
)
from analysis.run.turning_points import policy_dates
from analysis.shared.outcomes import outcome_of
from analysis.shared.parameter_sets import LEAST_RUNS, LEAST_SETS, are_told_by_set
from analysis.shared.summaries import WORKING_REGIMES
from analysis.shared.words import acronyms_told, capital, listed, mid_sentence, readable
from sim.parameters import PARAMETERS
from sim.scenario import Scenario
from sim.vocabulary import label_of

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

BEHAVIOUR_LEFT_OUT = (
    "Behaviour uncertainty is left out: all runs have one set of numbers about behaviour, so intervals are too narrow. "
    "Those of runs with behaviour=accepted carry it."
)

NOT_COVERED = "Not covered by intervals: what the rules of the model themselves leave out."

NOT_COSTED = (
    "Not costed: the time that leading takes, inspection, complying with a duty, and what money could have done "
    "elsewhere."
)

_SETTINGS, _DATES, _TOLD = 8, 3, 3
"""Settings, dated changes, and scenarios in a title that are told one by one."""

_CORRELATIONS = 3
_SOURCE = re.compile(r"(S\d) (.+?)(?=; S\d |\.\n)", re.DOTALL)
_QUANTITIES = {each.name: each for each in QUANTITIES}


# ------------------------------------------------------------------------------- numbers


def number(value: float, quantity: Quantity, *, digits: int) -> str:
    """Return a number on the scale of a quantity.

    >>> number(-0.0412, _QUANTITIES["outcome"], digits=1), number(-1e-9, WORKS, digits=0)
    ('−4.1', '0')
    """
    shown = round(quantity.scale * value, digits) + 0.0  # no negative zero
    return f"{shown:,.{digits}f}".replace("-", "−")


def level_in_words(row: Effect) -> str:
    """Return what a scenario comes to, with the unit.

    >>> level_in_words(Effect("a", "fund", 1.68, 1.5, 1.9, 1.375, 1.2, 1.5, 31, 0, 31, 90, digits=1))
    '£20.2m a year'
    """
    quantity = _QUANTITIES[row.quantity]
    shown = number(row.level, quantity, digits=row.digits)
    if quantity == WORKS and 0.0 < row.level < 1.0 and shown in ("0", "100"):
        shown = "fewer than 1" if shown == "0" else "more than 99"
    return quantity.pattern.format(shown)


def level_interval_in_words(row: Effect) -> str:
    """Return the interval of what a scenario comes to, and whether it is of chance alone; nothing where there is none.

    >>> row = Effect("a", "works", 0.7, 0.6, 0.8, *[float("nan")] * 3, 0, 0, 31, 90, 0)
    >>> level_interval_in_words(row), level_interval_in_words(row._replace(runs=155))
    (' (60 to 80, of chance alone)', ' (60 to 80)')
    """
    told = interval_in_words(row.level_low, row.level_high, _QUANTITIES[row.quantity], digits=row.digits)
    return f"{told.removesuffix(')')}, of chance alone)" if told and row.is_of_chance else told


def interval_in_words(low: float, high: float, quantity: Quantity, *, digits: int) -> str:
    """Return an interval in brackets; nothing where there is none.

    >>> interval_in_words(0.06, 0.26, _QUANTITIES["engagement"], digits=2)
    ' (0.06 to 0.26)'
    """
    if math.isnan(low):
        return ""
    return f" ({number(low, quantity, digits=digits)} to {number(high, quantity, digits=digits)})"


def told_level(row: Effect) -> str:
    """Return what a scenario comes to.

    >>> told_level(Effect("a", "engagement", 0.66, 0.5, 0.8, 0.149, 0.061, 0.255, 31, 0, 31, 90))
    'Engagement 0.66'
    """
    return f"{_QUANTITIES[row.quantity].label} {level_in_words(row)}"


def told_change(row: Effect) -> str:
    """Return how far a scenario is from the reference; of the reference itself the interval of what it comes to.

    >>> told_change(Effect("a", "engagement", 0.66, 0.5, 0.8, 0.149, 0.061, 0.255, 31, 0, 31, 90))
    '+0.15 (0.06 to 0.26)'
    """
    quantity = _QUANTITIES[row.quantity]
    if math.isnan(row.difference):
        return level_interval_in_words(row).strip()
    signed = number(row.difference, quantity, digits=row.digits)
    plus = "+" if signed.strip("0.,") and not signed.startswith("−") else ""
    return f"{plus}{signed}{interval_in_words(row.low, row.high, quantity, digits=row.digits)}"


def sureness(row: Effect, units: str) -> str:
    """Return how sure a difference is; ``units`` are what may be true, such as "sets".

    >>> row = Effect("a", "engagement", 0.66, 0.5, 0.8, 0.149, 0.061, 0.255, 31, 0, 31, 90)
    >>> sureness(row, "sets"), sureness(row._replace(low=-0.01, higher=24, lower=5), "sets")
    ('clear: higher in all 31 sets', 'not clear: higher in 24 and lower in 5 of 31 sets')
    >>> sureness(row._replace(units=1), "sets"), sureness(row._replace(units=4), "sets")
    ('clear of chance, behaviour left out', 'too few to tell: 4 sets')
    """
    if math.isnan(row.difference):
        return ""
    if row.runs < 2:
        return "one pair of runs shows no chance"
    if row.difference == row.low == row.high == 0.0:
        return "no difference"
    if row.units == 1:
        return f"{'clear' if row.clear else 'not clear'} of chance, behaviour left out"
    if not row.enough:
        return f"too few to tell: {row.units} {units}"
    if row.clear:
        direction, count = ("higher", row.higher) if row.difference > 0 else ("lower", row.lower)
        return f"clear: {direction} in {f'all {count}' if count == row.units else f'{count} of {row.units}'} {units}"
    return f"not clear: higher in {row.higher} and lower in {row.lower} of {row.units} {units}"


# --------------------------------------------------------------------------------- title


def title(found: Sequence[Effect], reference: str) -> str:
    """Return the finding of a brief in one sentence, from its effects.

    >>> nan = float("nan")
    >>> rows = [Effect("a_fund", "works", 0.99, 0.9, 1.0, 0.3, 0.1, 0.4, 31, 0, 31, 90, 0),
    ...         Effect("a_duty", "works", 0.71, 0.6, 0.8, 0.02, -0.1, 0.1, 17, 9, 31, 90, 0),
    ...         Effect("neither", "works", 0.69, 0.6, 0.8, nan, nan, nan, 0, 0, 31, 90, 0)]
    >>> title(rows, "neither")
    'Of 100 simulated partnerships 99 work together under a fund and 69 under neither; no clear difference: a duty (71)'
    """
    name = title_quantity(found)
    mine = [row for row in found if row.quantity == name]
    rows = sorted((row for row in mine if row.scenario != reference), key=lambda row: -abs(row.difference))
    (against,) = (row for row in mine if row.scenario == reference)
    clear, unclear = [row for row in rows if row.clear], [row for row in rows if not row.clear]
    if not rows:
        return f"{capital(_of_100([against]))}{level_interval_in_words(against)}"
    if not clear:
        few = not any(row.enough for row in rows)
        said = "Too few runs to tell" if few else f"No clear gain or loss beside {mid_sentence(reference)}"
        return f"{said}: {_of_100([*rows[:_TOLD], against])}"
    is_works = name == WORKS.name
    sentence = _of_100([*clear[:_TOLD], against]) if is_works else _measure(clear[:_TOLD], reference)
    more = [f"{len(clear) - _TOLD} more are clear"] if len(clear) > _TOLD else []
    without = [f"no clear difference: {_named(unclear, with_levels=is_works)}"] if unclear else []
    return "; ".join([capital(sentence), *more, *without])


def _of_100(rows: Sequence[Effect]) -> str:
    """Return how many of 100 work together in each scenario."""
    first, *others = [level_in_words(row).removesuffix(" in 100") for row in rows]
    work = "works" if first in ("1", "fewer than 1") else "work"
    under = [f"under {mid_sentence(row.scenario)}" for row in rows]
    told = [f"{first} {work} together {under[0]}", *map(" ".join, zip(others, under[1:], strict=True))]
    return f"of 100 simulated partnerships {listed(told)}"


def _measure(rows: Sequence[Effect], reference: str) -> str:
    """Return by how much a measure ends higher or lower in each scenario; the first says the unit."""
    quantity = _QUANTITIES[rows[0].quantity]
    told: list[str] = []
    for row in rows:
        low, high = sorted((abs(row.low), abs(row.high)))
        size = number(abs(row.difference), quantity, digits=row.digits)
        direction = "higher" if row.difference > 0 else "lower"
        interval = interval_in_words(low, high, quantity, digits=row.digits)
        size = size if told else quantity.pattern.format(size)
        told.append(f"{size} {direction} under {mid_sentence(row.scenario)}{interval}")
    return f"{quantity.label} ends {listed(told)} than under {mid_sentence(reference)}"


def _named(rows: Sequence[Effect], *, with_levels: bool) -> str:
    """Return scenarios by name, or of many how many they are."""
    if len(rows) > _TOLD:
        return f"{len(rows)} others"
    levels = [f" ({level_in_words(row).removesuffix(' in 100')})" if with_levels else "" for row in rows]
    shown = [mid_sentence(row.scenario) + level for row, level in zip(rows, levels, strict=True)]
    return listed(shown)


# --------------------------------------------------------------------------------- table


def what_to_do(name: str, scenarios: Mapping[str, Scenario], reference: str) -> list[str]:
    """Return what a scenario is and does otherwise than the reference: its description, settings and dated changes.

    >>> from sim import scenario_from
    >>> board = {"board": {"members": {"council": 1}}}
    >>> pair = {"a": scenario_from(board), "b": scenario_from(board | {"levers": {"staff_team": 1.0}})}
    >>> what_to_do("b", pair, "a"), what_to_do("a", pair, "a")
    (['Set otherwise (a in brackets): staff team 1 (0.3).'], ['What the others are set against.'])
    """
    scenario = scenarios[name]
    said = [scenario.description.strip()] if scenario.description.strip() else []
    if name == reference:
        return [*said, "What the others are set against."] if len(scenarios) > 1 else said
    differences = setting_differences(scenario, scenarios[reference])
    told = [f"{label_of(path)} {_value(ours)} ({_value(theirs)})" for path, ours, theirs in differences[:_SETTINGS]]
    if told:
        more = [f"{len(differences) - _SETTINGS} more"] if len(differences) > _SETTINGS else []
        said.append(f"Set otherwise ({mid_sentence(reference)} in brackets): {listed([*told, *more])}.")
    dates = policy_dates(scenario)
    if not dates.equals(policy_dates(scenarios[reference])):
        said += [f"From {row['date']}: {row['what']}." for row in dates.head(_DATES).to_dict("records")]
        said += [f"Dated changes after these: {len(dates) - _DATES}."] if len(dates) > _DATES else []
    return said


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else f"“{str(value).replace('_', ' ')}”"


# -------------------------------------------------------------------------------- method


def units_in_words(*, sets: int, draws: int) -> str:
    """Return what may be true, in the plural.

    >>> units_in_words(sets=31, draws=0), units_in_words(sets=0, draws=9), units_in_words(sets=31, draws=9)
    ('sets', 'draws', 'pairs of draw and set')
    """
    return ("pairs of draw and set" if sets else "draws") if draws else "sets"


_SPELT = {
    "sets": "accepted sets of numbers about behaviour",
    "draws": "draws of settings",
    "pairs of draw and set": "pairs of a draw of settings and an accepted set of numbers about behaviour",
}


def over_units(count: int, units: str) -> str:
    """Return over how many units runs are spread.

    >>> over_units(31, "sets")
    '31 accepted sets of numbers about behaviour'
    """
    return f"{count} {_SPELT[units]}"


def how_sure(*, units: str, count: int, runs: int) -> list[str]:
    """Return how intervals are made and what is called clear, of ``runs`` of each scenario in ``count`` units.

    >>> how_sure(units="sets", count=1, runs=40)[0].partition(",")[0]
    'All runs have one set of numbers'
    """
    if runs < 2:
        return ["One run of each scenario shows no chance, so there are no intervals."]
    if count == 1:
        return [
            "All runs have one set of numbers, so intervals carry chance alone: Student’s, of shares Wilson’s, at 95 % "
            "each on its own. A difference, between runs with the same people, elections and luck, is called clear if "
            "its interval leaves out 0.",
        ]
    said = [
        f"Runs take turns with {over_units(count, units)}. An interval holds the middle 95 % of the {units}, each with "
        f"the mean of its own runs ({f'{runs / count:.1f}'.removesuffix('.0')} on average), so it carries what is not "
        f"known about them and what chance is left in those means. Only one can be true, so more runs take chance out, "
        f"but never make an interval narrower than the {units} differ: briefs of one question agree within it.",
        "A difference is between runs with the same people, elections and luck. It is called clear if its interval "
        f"leaves out 0 and there are {LEAST_SETS} {units} or more.",
    ]
    few = not are_told_by_set(runs=runs, sets=count)
    if units == "draws":
        said.append(
            f"The runs of a draw ({runs / count:g}) meet the same chance in every draw, so these intervals carry the "
            "settings that were varied and hardly chance: with few runs take small differences as open."
        )
    elif few:
        said.append(
            f"Few runs of each: chance widens these intervals; {10 * count:,} runs of a scenario show less of it."
        )
    if few:
        said.append(
            f"How many work together is a share of runs: from {LEAST_RUNS} runs on in each of the {units} "
            f"({LEAST_RUNS * count:,} of a scenario) its interval is made in this way, with fewer it is Wilson’s over "
            "all runs, of chance alone."
        )
    return said


def claim_in_words(scenario: Scenario, verdict: str | None) -> str:
    """Return the claim that a scenario is there to test, with what the model says of it.

    ``verdict`` is that of docs/claims.md; None if it was not judged there.

    >>> from sim import scenario_from
    >>> claim = {"claim": "More come.", "seed_document": "S4", "board": {"members": {"council": 1}}}
    >>> claim_in_words(scenario_from(claim), "mixed: too few runs")
    'claims (S4) “More come.” Verdict: mixed: too few runs.'
    """
    if not scenario.claim.strip():
        return "makes no claim."
    by = f" ({scenario.seed_document})" if scenario.seed_document else ""
    judged = f"Verdict: {verdict}." if verdict else "Not judged: partnerships claims tests what scenarios claim."
    return f"claims{by} “{scenario.claim.strip()}” {judged}"


def sources() -> dict[str, str]:
    """Return the documents that the model is drawn from, as the catalogue of parameters names them.

    >>> sources()["S0"], sources()["S2"]
    ('Fineberg (2006) on growth coalitions', '"Put place first" (2013)')
    """
    stated = (sim.parameters.__doc__ or "").partition("drawn from:")[2]
    return {name: " ".join(text.split()) for name, text in _SOURCE.findall(stated)}


def rests_on() -> list[str]:
    """Return on what assumptions and documents every answer rests, counted from the declared parameters.

    >>> len(rests_on())
    2
    """
    uncertain = [declared for declared in PARAMETERS.values() if declared.role == "uncertain"]
    assumed = sum(declared.source.startswith("assumed") for declared in uncertain)
    levers = sum(declared.role == "lever" for declared in PARAMETERS.values())
    documents = "; ".join(f"{name} {text}" for name, text in sources().items())
    return [
        "Every month each body at the table decides whether to come, whom to send and what to put in, by rules that "
        "are the same in all scenarios. Regimes are names for measured states; none is written in. The model has "
        f"{levers} levers and {len(uncertain)} numbers about how bodies behave, of which {assumed} are assumed: nobody "
        "has measured them.",
        f"It is drawn from: {documents}. {acronyms_told(documents)}",
    ]


def definitions(found: Sequence[Effect]) -> str:
    """Return what each line of the table means.

    >>> row = Effect("a", "engagement", 0.66, 0.5, 0.8, 0.149, 0.061, 0.255, 31, 0, 31, 90)
    >>> definitions([row]).partition(":")[0]
    'Engagement'
    """
    told = dict.fromkeys(row.quantity for row in found)
    said = [f"{_QUANTITIES[name].label}: {mid_sentence(_QUANTITIES[name].definition)}" for name in told]
    return " ".join(said)


def places_and_months(scenarios: Mapping[str, Scenario]) -> list[str]:
    """Return where and when scenarios take place.

    >>> from sim import scenario_from
    >>> places_and_months({"a": scenario_from({"board": {"members": {"council": 1}}, "months": 24})})[1]
    'Months simulated: 24, from 2001-04 to 2003-03.'
    """
    places = {scenario.place.name: scenario.place for scenario in scenarios.values()}
    spans = {(one.start, one.months): one.month_label(one.months - 1) for one in scenarios.values()}
    said = [
        f"{place.label}: {place.population:,} people, {'two tiers' if place.tiers == 2 else 'one tier'} of local "
        f"government, £{place.fund_2003_04_gbp_m:.2f}m of flexible fund in 2003-04."
        for place in places.values()
    ]
    return said + [f"Months simulated: {months}, from {start} to {end}." for (start, months), end in spans.items()]


def varied_in_words(varied: Mapping[str, Sequence[Any]]) -> str:
    """Return the settings that a study varied, each with what it ranged over.

    >>> varied_in_words({"levers.staff_team": [0.0, 1.0], "levers.purse": ["need", "plan"]})
    'Varied in all scenarios: staff team (0 to 1) and rule for the pooled fund (need, plan).'
    """
    told = []
    for path, span in varied.items():
        is_range = len(span) == 2 and all(isinstance(end, int | float) for end in span)
        told.append(
            f"{label_of(path)} ({f'{span[0]:.2g} to {span[1]:.2g}' if is_range else ', '.join(map(str, span))})"
        )
    more = [f"{len(told) - 2 * _SETTINGS} more"] if len(told) > 2 * _SETTINGS else []
    return f"Varied in all scenarios: {listed([*told[: 2 * _SETTINGS], *more])}."


def correlations_in_words(table: pd.DataFrame) -> list[str]:
    """Return with which settings measures go most, from ``rank_correlations``.

    >>> table = pd.DataFrame({"scenario": "a", "measure": "trust", "parameter": ["levers.staff_team"], "value": 0.8,
    ...                       "ci_low": 0.6, "ci_high": 0.9})
    >>> correlations_in_words(table)
    ['A: trust at the end goes most with staff team (rank correlation 0.80, 0.60 to 0.90).']
    """
    said = []
    for (scenario, measure), rows in table.groupby(["scenario", "measure"], sort=False):
        order = rows["value"].abs().sort_values(ascending=False, kind="stable").index[:_CORRELATIONS]
        shown = [
            f"{label_of(row['parameter'])} ({'rank correlation ' if not place else ''}"
            f"{row['value']:.2f}, {row['ci_low']:.2f} to {row['ci_high']:.2f})"
            for place, row in enumerate(rows.loc[order].to_dict("records"))
        ]
        outcome = mid_sentence(outcome_of(str(measure)).label)
        said.append(f"{readable(str(scenario))}: {outcome} goes most with {listed(shown)}.".replace("-", "−"))
    return said


def caption(found: Sequence[Effect], reference: str) -> str:
    """Return the gloss below the figure: in what each scenario differs clearly from the reference, and in what not.

    >>> row = Effect("a_fund", "engagement", 0.66, 0.5, 0.8, 0.149, 0.061, 0.255, 31, 0, 31, 90)
    >>> caption([row, row._replace(quantity="fund", low=-1.0)], "baseline_lsp")
    'Beside baseline partnership, a fund is clearly higher in engagement; the rest is not clear.'
    """
    names = list(dict.fromkeys(row.scenario for row in found if row.scenario != reference))
    if not names:
        return f"How runs end under {mid_sentence(reference)}."
    said = []
    for name in names:
        mine = [row for row in found if row.scenario == name]
        parts = []
        for word, sign in (("higher", 1), ("lower", -1)):
            labels = [
                mid_sentence(_QUANTITIES[row.quantity].label) for row in mine if row.clear and sign * row.difference > 0
            ]
            parts += [f"{word} in {listed(labels)}"] if labels else []
        if parts:
            said.append(f"{mid_sentence(name)} is clearly {' and '.join(parts)}")
    if not said:
        return f"Beside {mid_sentence(reference)}, nothing is clear."
    rest = "" if all(row.clear for row in found if row.scenario in names) else "; the rest is not clear"
    return f"Beside {mid_sentence(reference)}, {'; '.join(said)}{rest}."


def figure_in_words(found: Sequence[Effect], reference: str, units: str) -> str:
    """Return what the figure shows, in words: how many work together, and each difference that is drawn.

    >>> row = Effect("a", "works", 0.7, 0.6, 0.8, *[float("nan")] * 3, 0, 0, 31, 90, 0)
    >>> figure_in_words([row], "a", "sets")
    'Bars of how runs end, one a scenario. Of 100 work together (growth coalition or working partnership): 70 under a.'
    """
    works = [
        f"{level_in_words(row).removesuffix(' in 100')} under {mid_sentence(row.scenario)}"
        for row in found
        if row.quantity == WORKS.name
    ]
    drawn = [
        f"{readable(row.scenario)}: {mid_sentence(told_level(row))}, {told_change(row)}, {sureness(row, units)}."
        for row in found
        if row.quantity != WORKS.name and row.scenario != reference
    ]
    shown = f"Of 100 work together ({' or '.join(WORKING_REGIMES)}): {listed(works)}."
    return " ".join([f"Bars of how runs end, one a scenario. {shown}", *drawn])
