"""What was seen in laboratories, the criteria by which the model is judged, and that they can be met and failed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.docking import coordination as games
from analysis.docking import public_goods as docking


def test_the_published_series_is_whole() -> None:
    """Ten periods in each arm, in tokens of twenty; the first is the same in both, as nobody can be punished yet."""
    seen = docking.observed()
    assert seen["period"].tolist() == list(range(1, 11))
    assert seen[[docking.WITHOUT, docking.WITH]].stack().between(0.0, docking.ENDOWMENT_TOKENS).all()
    assert seen.loc[0, [docking.WITHOUT, docking.WITH]].tolist() == [10.58, 10.64]


@pytest.mark.parametrize(
    ("series", "met"),
    [
        (12.0 - 0.1 * np.arange(10) ** 2, {"D2", "D3"}),
        (12.0 * 0.9 ** np.arange(10), {"D2"}),
        (np.minimum(13.5, 10.5 + 0.75 * np.arange(10)), {"D4", "D5", "D6"}),
        (np.full(10, 10.0), set()),
    ],
    ids=["a bent fall", "an even fall", "a rise to a plateau", "nothing moves"],
)
def test_criteria_can_be_met_and_failed(series, met) -> None:
    judged = docking.verdicts(docking.observed().assign(simulated=series))
    passed = set(judged.loc[judged["passed"], "id"])
    assert passed - {"D1"} == met


def test_what_was_seen_meets_its_own_closeness() -> None:
    seen = docking.observed()
    exact = docking.verdicts(seen.assign(simulated=seen[docking.WITHOUT])).set_index("id")
    assert exact.loc["D1", "value"] == 0.0
    assert exact.loc["D1", "passed"]


def test_the_band_is_that_of_as_many_groups_as_were_observed() -> None:
    """Chance within a set, not the spread between sets, which has a band of its own."""
    rng = np.random.default_rng(1)
    sets, replicates = 20, 400
    level = np.linspace(0.3, 0.7, sets)
    mean = level[:, None] + 0.1 * rng.standard_normal((sets, replicates))
    groups = pd.DataFrame(
        {
            "set": np.repeat(np.arange(sets), replicates),
            "replicate": np.tile(np.arange(replicates), sets),
            "month": 0,
            "mean": mean.ravel(),
        }
    )
    row = docking.docking_table(groups).iloc[0]
    assert row["simulated"] == pytest.approx(10.0, abs=0.1)
    assert (row["ci_high"] - row["ci_low"]) / 2 == pytest.approx(1.96 * 2.0 / np.sqrt(280), rel=0.05)
    assert (row["sets_low"], row["sets_high"]) == pytest.approx((6.8, 13.2), abs=0.3)


def effort(at_once: float, informed: float, uninformed: float) -> pd.DataFrame:
    """Return efforts of three ways to sixteen over two years, with a little chance."""
    levels = {games.AT_ONCE: at_once, games.INFORMED: informed, games.UNINFORMED: uninformed}
    rows = [
        (game, replicate, month, level + 0.001 * replicate)
        for game, level in levels.items()
        for replicate in range(4)
        for month in range(24)
    ]
    table = pd.DataFrame(rows, columns=["game", "replicate", "month", "minimum"])
    return table.assign(mean=table["minimum"])


@pytest.mark.parametrize(
    ("levels", "agree"),
    [
        ((0.1, 0.3, 0.1), {"V1", "W1", "W2", "W3"}),
        ((0.1, 0.3, 0.3), {"V1", "W1"}),
        ((0.3, 0.2, 0.1), {"W2", "W3"}),
    ],
    ids=["as seen", "information changes nothing", "growth costs"],
)
def test_findings_agree_where_intervals_do(levels, agree) -> None:
    found = games.coordination_findings(effort(*levels)).query("measure == 'minimum'")
    assert set(found.loc[found["agrees"], "id"]) == agree


def test_the_title_says_where_they_end() -> None:
    titles = [
        games.coordination_figure(effort(*levels)).get_suptitle() or ""
        for levels in ((0.3, 0.3, 0.3), (0.1, 0.3, 0.3), (0.3, 0.1, 0.1), (0.2, 0.3, 0.1))
    ]
    ends = ("as high as", "higher than", "lower than", "neither above nor below")
    assert [end in title for end, title in zip(ends, titles, strict=True)] == [True] * 4
