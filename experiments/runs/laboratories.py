"""The model in laboratories: a public-goods game of four, and boards of sixteen that grew or began so large.

The month is that of ``sim/laboratory.py``. Bodies are equal, nobody chairs or leads, every lever is at its lowest.
Nothing is fitted to what was seen there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from analysis.docking.coordination import AT_ONCE, INFORMED, UNINFORMED
from experiments.behaviours import NumberSet, in_turn
from experiments.compose import load_scenario
from experiments.runs.turns import taking_turns
from experiments.values import with_values
from sim import PARAMETERS, Scenario, simulate_ensemble
from sim.parameters import Behaviour
from sim.scenario import Board, Body

PUBLIC_GOODS = "public goods"
PERIODS, GROUP = 10, 4
"""Of the public-goods game, and how many play it. A month is a period."""

LARGE, NEWCOMERS, YEARS, FIRST_APRIL = 16, 3, 8, 2002
"""Bodies of a large board, those that a growing one takes in each April from this on, and years of that game."""

KIND = "vcs_service_provider"
"""All bodies are of this type."""

LABORATORY = "sim.laboratory"
GIVEN = {"given": "mean", "least_given": "minimum"}
"""Measures of its month, and what they are called here."""


def laboratories(behaviour: Behaviour) -> dict[str, Scenario]:
    """Return the scenario of each game by name, with these numbers."""
    empty = load_scenario("baseline_lsp", [f"extension={LABORATORY}", "calendar=none"])
    lowest = {
        path: one.low
        for path, one in PARAMETERS.items()
        if path.startswith(("levers.", "leadership.")) and one.low is not None and path != "levers.flexible_fund_gbp_m"
    }
    empty = with_values(empty, {**lowest, "levers.flexible_fund_gbp_m": 0.0})
    empty = dataclasses.replace(empty, behaviour=behaviour)
    grown = _board(LARGE, grows=True)
    return {
        PUBLIC_GOODS: _named(empty, PUBLIC_GOODS, _board(GROUP), months=PERIODS),
        AT_ONCE: _named(empty, AT_ONCE, _board(LARGE)),
        INFORMED: with_values(_named(empty, INFORMED, grown), {"own.informed": 1.0}),
        UNINFORMED: _named(empty, UNINFORMED, grown),
    }


def _named(scenario: Scenario, name: str, board: Board, *, months: int = 12 * YEARS) -> Scenario:
    return dataclasses.replace(scenario, name=name.replace(" ", "_").replace(",", ""), board=board, months=months)


def _board(bodies: int, *, grows: bool = False) -> Board:
    """Return a board of equals; growing, it begins with four and takes the others in April by April."""
    joins = [f"{FIRST_APRIL + (k - GROUP) // NEWCOMERS}-04" if grows and k >= GROUP else None for k in range(bodies)]
    return Board(
        bodies=tuple(Body(name=f"body {k + 1}", type=KIND, joins=month) for k, month in enumerate(joins)),
        chair="nobody",
    )


def given(
    scenarios: Mapping[str, Scenario],
    sets: Sequence[NumberSet],
    *,
    replicates: int,
    seed: int,
    workers: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> pd.DataFrame:
    """Return a row a game, replicate and month: game, set, replicate, month, mean, minimum.

    What members give of what they could, 0 to 1, on average and the one that gives least. Replicates take turns with
    ``sets``; none: all have the scenarios' own.
    """

    def of_set(number: int, some: range) -> pd.DataFrame:
        mine = {game: in_turn(scenario, number, sets) for game, scenario in scenarios.items()}
        ensemble = simulate_ensemble(mine, replicates=some, seed=seed, measures=tuple(GIVEN), threads=1)
        table = ensemble.table().rename(columns={"scenario": "game", **GIVEN}).assign(set=number)
        return table[["game", "set", "replicate", "month", *GIVEN.values()]]

    parts = []
    for some, table in taking_turns(of_set, sets=max(1, len(sets)), replicates=replicates, workers=workers):
        parts.append(table)
        advance(len(some) * len(scenarios))
    return pd.concat(parts, ignore_index=True)
