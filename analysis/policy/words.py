"""The result of a search for mixes in plain English: what it costs, how sure it is, and what is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from analysis.policy.tables import AVOIDED, BEST, OBJECTIVES, PRICED
from analysis.shared.words import is_share, listed, number, readable, told, unit_of
from sim.vocabulary import label_of

NOT_COSTED = (
    "Cost is money that projects get of the fund and posts that it pays, in £m a place over the run. Not costed: "
    "senior time, which is counted in half-days, complying with duties, leadership, money that bodies pool, inspection."
)


def mixes_in_words(
    best: pd.DataFrame,
    policies: pd.DataFrame,
    pareto: pd.DataFrame,
    regret: pd.DataFrame,
    *,
    avoid: Sequence[str],
    bound: float,
    objectives: Mapping[str, int] = OBJECTIVES,
    prices: Mapping[str, float] = MappingProxyType({}),
) -> str:
    """Return what was found, in a few plain sentences.

    ``best`` has the rows search, selection and confirmed (column ``stage``) of the chosen mix with its levers,
    ``policies`` the summary of the scenarios and the mix, ``pareto`` that of the mixes at the front, ``regret``
    the table of ``analysis.policy.tables.regrets`` with a column ``value``. ``bound`` is a share in [0, 1).

    >>> row = {"avoided_share": 0.02, "cost_gbp_m": 90.0, "outcome": 0.1, "sets": 50, "sets_within_bound": 0.9}
    >>> row |= {f"{name}_{end}": row[name] for name in list(row)[:3] for end in ("low", "high")}
    >>> row |= {"fund_spent_gbp_m": 40.0, "fund_posts_gbp_m": 2.0}
    >>> row |= {"ends as growth coalition": 0.98, "ends as dissolved": 0.02}
    >>> policies = pd.DataFrame([row | {"policy": BEST}, row | {"policy": "smart_council", "cost_gbp_m": 95.0}])
    >>> best = pd.DataFrame([row | {"stage": stage, "levers.staff_team": 0.4} for stage in ("search", "confirmed")])
    >>> regret = pd.DataFrame([{"value": value, "policy": "smart_council", "max_regret": 0.1, "mean_regret": 0.05,
    ...                         "best_in": 0.2, "is_minimax": True} for value in ("outcome", "added_value")])
    >>> pareto = pd.DataFrame({"on_front": [True]})
    >>> print(mixes_in_words(best, policies, pareto, regret, avoid=["dissolved"], bound=0.1).splitlines()[3])
    Runs end as growth coalition (98 %), dissolved (2 %).
    """
    confirmed, searched = _row(best, "confirmed"), _row(best, "search")
    values = [name for name in objectives if name != "cost_gbp_m"]
    costed = _costed(prices)
    priced = f", £{confirmed[PRICED]:.1f}m to levers with a price" if prices else ""
    lines = [
        _bound_kept(confirmed, searched, avoid=avoid, bound=bound),
        f"It costs £{confirmed['cost_gbp_m']:.1f}m a place over the run ({_span(confirmed, 'cost_gbp_m', 1)}; "
        f"£{searched['cost_gbp_m']:.1f}m in the search) and {_attained(confirmed, values)}.",
        f"Of that £{confirmed['fund_spent_gbp_m']:.1f}m goes to projects, "
        f"£{confirmed['fund_posts_gbp_m']:.1f}m into posts{priced}.",
        f"Runs end as {_endings(confirmed)}.",
        f"It sets {_levers(best, policies)}.",
        _cheapest_scenario(policies, bound, values[0], mix_cost=confirmed["cost_gbp_m"]),
        f"Pareto set: {int(pareto['on_front'].sum())} of {len(pareto)} mixes stay unbeaten in "
        f"{objectives_in_words(objectives)} on new seeds.",
        *(_least_regret(rows, str(value)) for value, rows in regret.groupby("value", sort=False)),
        "",
        f"Intervals hold the middle 95 % of {int(confirmed['sets'])} parameter sets. {costed}"
        if confirmed["sets"] > 1
        else f"One parameter set: the intervals cover chance only. {costed}",
    ]
    return "\n".join(lines)


def objectives_in_words(objectives: Iterable[str]) -> str:
    """Return what the Pareto set is of.

    >>> objectives_in_words(OBJECTIVES)
    'outcome, dominance and cost'
    """
    names = ["cost" if name == "cost_gbp_m" else label_of(name) for name in objectives]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _costed(prices: Mapping[str, float]) -> str:
    if not prices:
        return NOT_COSTED
    each = ", ".join(f"{label_of(path)} {price:g}" for path, price in prices.items())
    return (
        "Cost is money that projects get of the fund, posts that it pays, and levers with a price of yours (in £m a "
        f"year of the value 1: {each}), in £m a place over the run. Nothing else is costed."
    )


def _row(best: pd.DataFrame, stage: str) -> dict[str, Any]:
    return {str(name): value for name, value in best[best["stage"] == stage].iloc[0].items()}


def _bound_kept(confirmed: dict[str, Any], searched: dict[str, Any], *, avoid: Sequence[str], bound: float) -> str:
    ending = f"{', '.join(avoid[:-1])} or {avoid[-1]}" if len(avoid) > 1 else avoid[0]
    found = (
        f"{100 * confirmed[AVOIDED]:.1f} % of runs on new seeds ({_span(confirmed, AVOIDED, 1, scale=100)}; "
        f"{100 * searched[AVOIDED]:.1f} % in the search) end as {ending}"
    )
    sets = f"the bound of {100 * bound:g} % holds in {100 * confirmed['sets_within_bound']:.0f} % of parameter sets"
    if searched[AVOIDED] > bound:
        return f"No mix kept the bound of {100 * bound:g} %. In the nearest, {found}; {sets}."
    kept = "keeps" if confirmed[AVOIDED] <= bound else "no longer keeps"
    return f"The cheapest mix found {kept} the bound: {found}; {sets}."


def _span(row: dict[str, Any], name: str, digits: int, *, scale: float = 1.0) -> str:
    low, high = (f"{scale * row[f'{name}_{end}']:.{digits}f}".replace("-", "−") for end in ("low", "high"))
    return f"{low} to {high}"


def _endings(confirmed: dict[str, Any]) -> str:
    shares = {name.removeprefix("ends as "): share for name, share in confirmed.items() if name.startswith("ends as ")}
    named = sorted((regime for regime in shares if shares[regime] > 0.0), key=lambda regime: -shares[regime])
    return ", ".join(f"{regime} ({100 * shares[regime]:.0f} %)" for regime in named)


def _levers(best: pd.DataFrame, policies: pd.DataFrame) -> str:
    known = {*policies.columns, "stage"}
    row = _row(best, "confirmed")
    named = [f"{path} = {value}" for path, value in row.items() if path not in known]
    return ", ".join(named)


def _attained(row: dict[str, Any], values: Sequence[str]) -> str:
    """Return what a mix comes to: the gap that it closes, or each objective of one's own."""
    if values[0] == "outcome":
        return f"closes {100 * row['outcome']:.1f} {unit_of('outcome')} ({_span(row, 'outcome', 1, scale=100)})"
    said = [f"{label_of(name)} {told(name, row[name])} ({_told_span(row, name)})" for name in values]
    return f"ends at {listed(said)}"


def _told_span(row: dict[str, Any], name: str) -> str:
    return f"{number(name, row[f'{name}_low'])} to {number(name, row[f'{name}_high'])}"


def _cheapest_scenario(policies: pd.DataFrame, bound: float, value: str, *, mix_cost: float) -> str:
    scenarios = policies[policies["policy"] != BEST]
    within = scenarios[scenarios[AVOIDED] <= bound]
    if within.empty:
        return f"None of the {len(scenarios)} scenarios keeps the bound."
    cheapest = within.nsmallest(1, "cost_gbp_m").iloc[0]
    text = (
        f"Of the {len(scenarios)} scenarios {len(within)} keep it; "
        f"the cheapest is {readable(str(cheapest['policy']))}: "
        f"£{cheapest['cost_gbp_m']:.1f}m, {_briefly(value, cheapest[value])}."
    )
    if cheapest["cost_gbp_m"] >= mix_cost:
        return text
    why = "it uses levers or ranges that were not searched, or the search was too short."
    return f"{text} That is cheaper than the mix: {why}"


def _briefly(value: str, level: float) -> str:
    return told(value, level) if value == "outcome" else f"{label_of(value)} {told(value, level)}"


def _least_regret(regret: pd.DataFrame, value: str) -> str:
    least = regret[regret["is_minimax"]].iloc[0]
    points = f" {unit_of(value).replace('%', 'points')}" if is_share(value) else ""
    amounts = [f"{number(value, least[name])}{points}" for name in ("max_regret", "mean_regret")]
    return (
        f"Least maximum regret in {label_of(value)}, whatever the cost: {readable(str(least['policy']))} "
        f"(at most {amounts[0]}, "
        f"{amounts[1]} on average; best of the scenarios in {100 * least['best_in']:.0f} % of worlds)."
    )
