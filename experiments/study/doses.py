"""Levers together: the scenario as it is, each lever at each dose, and all pairs of levers at all their doses.

A lever is a name for what is decided as one, a dose of it a name for how much: values by path, such as
``levers.duty.attend``. Both names are the researcher's own.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.shared.paths import flat
from experiments.errors import CommandError
from experiments.study.designs import DRAW, MOST_DRAWS, TOGETHER, is_whole, variable_paths
from experiments.values import with_values
from sim import Scenario, ScenarioError, month_of
from sim.scenario import nearest

Doses = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Values by path, by dose, by lever."""

DOSES = "doses"

_EXAMPLE = "'doses={fund:{full:{levers.pooling_rate:0.15}},duty:{light:{levers.duty.attend:0.5}}}'"


def checked_doses(given: Any, scenario: Scenario) -> Doses:
    """Return levers with their doses, their settings laid flat.

    Raises CommandError for fewer than two levers, a lever without doses, a dose without settings, an unknown setting,
    a value that is not allowed, two doses of a lever that are the same, and a setting that two levers share.
    """
    levers = _named(given, DOSES, "at least two levers, each with its doses")
    if len(levers) < 2:
        raise CommandError(
            f"doses names one lever, {next(iter(levers))!r}: design={TOGETHER} takes at least two; for one alone use "
            "design=one_at_a_time"
        )
    doses = {lever: _doses_of(lever, its, scenario) for lever, its in levers.items()}
    _refuse_shared(doses)
    return doses


def _doses_of(lever: str, given: Any, scenario: Scenario) -> dict[str, dict[str, Any]]:
    doses: dict[str, dict[str, Any]] = {}
    for dose, settings in _named(given, f"doses: {lever}", "named doses, each with its settings").items():
        where = f"doses: {lever}, {dose}"
        named = flat(_named(settings, where, "settings with their values"))
        values = {path: _checked(path, value, where, scenario) for path, value in named.items()}
        if same := [other for other, its in doses.items() if its == values]:
            raise CommandError(f"{where} is the same as {same[0]}: give each dose once, with values of its own")
        doses[dose] = values
    return doses


def _named(given: Any, where: str, what: str) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not given:
        raise CommandError(f"{where} = {given!r} is not allowed: it takes {what}, for example {_EXAMPLE}")
    return {str(name): value for name, value in given.items()}


def _checked(path: str, value: Any, where: str, scenario: Scenario) -> Any:
    parameters = month_of(scenario).parameters
    known = variable_paths(parameters)
    if path not in known:
        hint = nearest(path, known)
        raise CommandError(f"{where}: unknown setting {path!r}{hint}; see: partnerships list levers")
    try:
        with_values(scenario, {path: value})
    except ScenarioError as error:
        raise CommandError(f"{where}: {error}") from None
    return float(value) if isinstance(value, int) and not is_whole(path, parameters) else value


def _refuse_shared(doses: Doses) -> None:
    """Refuse a setting of two levers: what a pair of them would set it to is not said."""
    owner: dict[str, str] = {}
    for lever, its in doses.items():
        for path in dict.fromkeys(path for values in its.values() for path in values):
            if path in owner:
                raise CommandError(f"doses: {owner[path]} and {lever} both set {path}: a setting belongs to one lever")
            owner[path] = lever


def arms(doses: Doses) -> pd.DataFrame:
    """Return which draw is what: one row a draw with lever, dose, other and other_dose, empty where there is none.

    Draw 0 is the scenario as it is; then come levers alone, then pairs, in the order in which they are named.
    """
    alone = [(lever, dose) for lever, its in doses.items() for dose in its]
    pairs = [(*one, *other) for one, other in itertools.combinations(alone, 2) if one[0] != other[0]]
    rows = [("", "", "", ""), *((*one, "", "") for one in alone), *pairs]
    table = pd.DataFrame(rows, columns=["lever", "dose", "other", "other_dose"])
    table.insert(0, DRAW, np.arange(len(table)))
    return table


def draws_together(doses: Doses) -> pa.Table:
    """Return the draws: a column ``draw`` and one column a setting, null where the scenario keeps its own value."""
    drawn = arms(doses)
    if len(drawn) > MOST_DRAWS:
        raise CommandError(f"doses make {len(drawn):,} draws: at most {MOST_DRAWS:,} are allowed; name fewer")
    rows = []
    for row in drawn.to_dict("records"):
        named = [(row["lever"], row["dose"]), (row["other"], row["other_dose"])]
        rows.append({path: value for lever, dose in named if lever for path, value in doses[lever][dose].items()})
    paths = dict.fromkeys(path for its in doses.values() for values in its.values() for path in values)
    columns = {path: _column([row.get(path) for row in rows]) for path in paths}
    return pa.table({DRAW: drawn[DRAW].to_numpy()} | columns)


def _column(values: list[Any]) -> list[Any]:
    """Return the values of a setting; as text where some are names, as of the fund."""
    mixed = any(isinstance(value, str) for value in values)
    return [str(value) if mixed and value is not None else value for value in values]
