"""Results that say what they are: arrays with named axes, and tables that know dates, regimes, units and definitions.

Words come from the measures themselves (``sim/measures.py``). xarray is loaded when the first labelled array is asked
for: what only computes does not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.measures import Measure
from sim.scenario import Scenario, month_number

if TYPE_CHECKING:
    import xarray as xr

COLUMNS = "columns"
"""Attribute of a table: label, unit and definition of its columns, by name."""
REGIMES = "regimes"
"""Attribute of a table: the regimes in the order in which they are asked for."""

NO_REGIME = -1
"""Stands for the regime of a month that was not lived."""

AXES = ("scenario", "replicate", "month")

_EPOCH = month_number("1970-01")


class _Words(dict[str, dict[str, str]]):
    """Words of columns, which pandas copies along with every step: as they never change, they stay what they are."""

    def __deepcopy__(self, _memo: Any) -> _Words:
        return self


def words_of(measure: Measure) -> dict[str, str]:
    """Return label, unit and definition of a measure."""
    return {"label": measure.label, "unit": measure.unit, "definition": measure.says}


def with_words(table: pd.DataFrame, measures: Iterable[Measure], regime_names: Sequence[str]) -> pd.DataFrame:
    """Return the table with the words of its columns and the order of regimes in ``table.attrs``.

    ``to_parquet`` keeps these, and ``read_parquet`` brings them back.
    """
    table.attrs = {
        COLUMNS: _Words({measure.name: words_of(measure) for measure in measures}),
        REGIMES: list(regime_names),
    }
    return table


def dates_of(scenario: Scenario, months: Sequence[int]) -> NDArray[np.datetime64]:
    """Return the first days of months of a scenario, by their numbers from 0."""
    first = month_number(scenario.start) - _EPOCH
    return (np.asarray(months, dtype=np.int64) + first).astype("datetime64[M]").astype("datetime64[us]")


def as_regimes(codes: NDArray[np.int8], names: Sequence[str]) -> pd.Categorical:
    """Return regimes by their positions in ``names``, which are their order; a month not lived has none."""
    return pd.Categorical.from_codes(codes, categories=list(names), ordered=True)  # type: ignore[call-overload,no-any-return,unused-ignore]


def table_of_runs(
    values: NDArray[np.float64],
    regimes: NDArray[np.int8],
    *,
    scenarios: NDArray[Any],
    replicates: NDArray[np.int64],
    dates: NDArray[np.datetime64],
    months: Sequence[int],
    measures: Sequence[Measure],
    regime_names: Sequence[str],
) -> pd.DataFrame:
    """Return one row a run and month that was lived, of ``values`` (run, month, measure) and ``regimes`` (run, month).

    ``scenarios`` and ``replicates`` name each run, ``dates`` are those of its months.
    """
    n_runs, n_months = regimes.shape
    names = [measure.name for measure in measures]
    table = pd.DataFrame(values.reshape(n_runs * n_months, len(names)), columns=names)
    table.insert(0, "date", dates.ravel())
    table.insert(0, "month", np.tile(months, n_runs))
    table.insert(0, "replicate", np.repeat(replicates, n_months))
    table.insert(0, "scenario", np.repeat(scenarios, n_months))
    table["regime"] = as_regimes(regimes.ravel(), regime_names)
    lived: pd.DataFrame = table.loc[regimes.ravel() != NO_REGIME]
    return with_words(lived.reset_index(drop=True), measures, regime_names)


# ---------------------------------------------------------------------- arrays


def labelled(
    values: NDArray[np.float64], measure: Measure, coordinates: Mapping[str, Any], *, attributes: Mapping[str, Any]
) -> xr.DataArray:
    """Return the values (scenario, replicate, month) of a measure as an array that knows what it is.

    Its attributes are label, unit and definition; ``long_name`` and ``units`` say the first two once more, for those
    are the names from which xarray labels axes.
    """
    import xarray as xr

    words = words_of(measure)
    told = {**words, "long_name": words["label"], "units": words["unit"], **attributes}
    return xr.DataArray(values, dims=AXES, coords=dict(coordinates), name=measure.name, attrs=told)


def coordinates_of(
    scenarios: Sequence[Scenario], names: Sequence[str], replicates: Sequence[int], months: Sequence[int]
) -> dict[str, Any]:
    """Return what stands along the axes: names, replicates, months from 0, and their dates.

    ``date`` runs along the months; where scenarios begin at different dates, along scenario and month.
    """
    dates = [dates_of(scenario, months) for scenario in scenarios]
    alike = len({scenario.start for scenario in scenarios}) == 1
    return {
        "scenario": np.array(names, dtype=object),
        "replicate": np.array(replicates, dtype=np.int64),
        "month": np.array(months, dtype=np.int64),
        "date": ("month", dates[0]) if alike else (("scenario", "month"), np.array(dates)),
    }


def regimes_labelled(
    codes: NDArray[np.int8], names: Sequence[str], coordinates: Mapping[str, Any], axes: Sequence[str] = AXES
) -> xr.DataArray:
    """Return positions of regimes as an array whose attributes name them, as the CF conventions have flags."""
    import xarray as xr

    told = {
        "label": "regime",
        "unit": "position among the regimes",
        "definition": f"What the month is called; {NO_REGIME}: not lived.",
        "flag_values": list(range(len(names))),
        "flag_meanings": " ".join(name.replace(" ", "_") for name in names),
        REGIMES: list(names),
    }
    return xr.DataArray(codes, dims=tuple(axes), coords=dict(coordinates), name="regime", attrs=told)
