"""Model and record side by side: what is known of made-up districts has to be found again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.hindcast import figures, words
from analysis.hindcast.record import ENGLAND_INDEX, LEAST_GAP, indices, recorded, without_fund
from analysis.hindcast.tables import (
    BOTH,
    DATES,
    DRAWN,
    IN_FORCE,
    INSIDE,
    ITSELF,
    MEAN,
    MODEL,
    NONE,
    OF_THEMES,
    OF_TREND,
    OUTCOMES,
    PARTS,
    RANKS,
    RECORD,
    SHARE,
    SLOPE,
    SPREAD,
    TREND_POINTS,
    TREND_SHARE,
    Hindcast,
    changes_of,
    hindcast,
    shuffled_band,
    trend_share,
    variance_parts,
)
from analysis.places.tables import CONDITION
from sim import place_names

ENGLANDS = 60
SPREAD_A_YEAR = 0.03


def made_up(count: int = 40, *, follows: float = 0.0) -> pd.DataFrame:
    """Districts with a gap of 10 and one of 2; the record follows the fund as far as is asked."""
    rng = np.random.default_rng(5)
    fund = rng.uniform(5.0, 40.0, count)
    gap = np.where(np.arange(count) == 0, 2.0, 10.0)
    change = follows * fund + rng.normal(0.0, 1.0, count)
    return pd.DataFrame(
        {
            "place": [f"place_{number}" for number in range(count)],
            "label": [f"Place {number}" for number in range(count)],
            "code": "",
            "county": "",
            "fund_gbp_per_head": fund,
            "fund_basis": ["recorded" if number % 2 else "ruled: by a rule" for number in range(count)],
            "gap": gap,
            "record": change,
        }
    )


def lived(record: pd.DataFrame, *, closes: float = 0.0, spread: float = SPREAD_A_YEAR) -> pd.DataFrame:
    """Runs that close a share for £10 a head, with a trend and other chance of known size."""
    rng = np.random.default_rng(7)
    rows = []
    for _, one in record.iterrows():
        for england in range(ENGLANDS):
            trend, chance = spread * rng.normal(), 0.005 * rng.normal()
            closed = closes * one["fund_gbp_per_head"] / 10.0 + chance
            for kind, drift in ((DRAWN, trend), (NONE, 0.0)):
                outcomes = (0.01, 0.01 + closed + 4.0 * drift, 0.01 + 1.5 * closed + 7.0 * drift)
                rows.append((one["place"], england, kind, *outcomes))
    return pd.DataFrame(rows, columns=["place", "england", "trend", *OUTCOMES])


@pytest.fixture(scope="module")
def found() -> Hindcast:
    record = made_up()
    runs = lived(record, closes=0.01).assign(**dict.fromkeys(OF_THEMES.values(), 0.02))
    return hindcast(runs, record, record, spread=SPREAD_A_YEAR, held_out=True)


def row(found: Hindcast, statistic: str, of: str) -> pd.Series:
    table = found.summary
    (one,) = (its for _, its in table[(table["statistic"] == statistic) & (table["of"] == of)].iterrows())
    return one


# ------------------------------------------------------------------------------ the record


def test_the_record_is_that_of_pattern_n4() -> None:
    """71 districts with the fund: SD 2.2, mean −0.6; 27 without it above England: SD 1.1."""
    table = recorded(place_names("funded"))
    counts = table[table["gap"] >= LEAST_GAP]["record"]
    assert len(table) == 88
    assert len(counts) == 71
    assert round(counts.std(), 1) == 2.2
    assert round(counts.mean(), 1) == -0.6
    assert len(without_fund()) == 27
    assert round(without_fund()["record"].std(), 1) == 1.1
    assert (without_fund()["fund_gbp_per_head"] == 0.0).all()


def test_a_regression_over_published_allocations_is_that_of_pattern_n6() -> None:
    """−0.4 ± 0.8 points for £10 a head over 30 districts."""
    table = recorded(place_names("recorded"))
    table = table[table["gap"] >= LEAST_GAP]
    line = stats.linregress(table["fund_gbp_per_head"] / 10.0, table["record"])
    assert len(table) == 30
    assert round(line.slope, 1) == -0.4
    assert round(1.96 * line.stderr, 1) == 0.8


def test_every_district_has_its_indices() -> None:
    assert set(indices().index) == set(place_names("all"))
    assert indices().gt(0.0).all(axis=None)
    assert indices()["index_2004"].min() < ENGLAND_INDEX < indices()["index_2004"].max()


# -------------------------------------------------------------------------------- by place


def test_a_gap_that_closes_falls_by_its_share() -> None:
    """Pattern N4's word: the start times the share of the gap that is left, later less earlier."""
    runs = pd.DataFrame({"place": ["a", "b"], **dict(zip(OUTCOMES, (0.1, 0.3, 0.2), strict=True))})
    found = changes_of(runs, pd.DataFrame({"place": ["a", "b"], "gap": [10.0, -5.0]}))
    assert found["change"].to_list() == pytest.approx([-2.0, 1.0])
    assert found["later"].to_list() == pytest.approx([1.0, -0.5])
    assert DATES == ("2001-06", "2005-06", "2008-06")


def test_districts_have_mean_interval_and_condition(found: Hindcast) -> None:
    one = found.places.iloc[3]
    mine = found.changes[(found.changes["place"] == one["place"]) & (found.changes["trend"] == DRAWN)]["change"]
    assert one["model"] == pytest.approx(mine.mean())
    assert [one["model_low"], one["model_high"]] == pytest.approx(mine.quantile([0.05, 0.95]).to_list())
    assert one["inside"] == (one["model_low"] <= one["record"] <= one["model_high"])
    assert not found.places.iloc[0]["counts"]
    assert found.places.iloc[1:]["counts"].all()
    for table in (found.places, found.forecast):
        assert set(table["condition"]) == {CONDITION}
        assert (table["runs"] == ENGLANDS).all()


def test_the_forecast_is_of_the_later_years_and_shows_no_record(found: Hindcast) -> None:
    one = found.forecast.iloc[3]
    mine = found.changes[(found.changes["place"] == one["place"]) & (found.changes["trend"] == DRAWN)]["later"]
    assert one["model"] == pytest.approx(mine.mean())
    assert "record" not in found.forecast


# ------------------------------------------------------------------------------ over places


def test_spread_and_mean_are_found_again(found: Hindcast) -> None:
    """The trend moves a gap of 10 by 1.2 points in four years, other chance by 0.05."""
    spread = row(found, SPREAD, MODEL)
    assert spread["value"] == pytest.approx(1.2, abs=0.15)
    assert spread["low"] < spread["value"] < spread["high"]
    assert spread["districts"] == 39
    counts = found.places[found.places["counts"]]
    assert row(found, SPREAD, RECORD)["value"] == pytest.approx(counts["record"].std())
    assert row(found, MEAN, RECORD)["value"] == pytest.approx(counts["record"].mean())
    assert row(found, MEAN, MODEL)["value"] == pytest.approx(counts["model"].mean())


def test_single_englands_spread_as_wide_as_the_record_would(found: Hindcast) -> None:
    """An interval of means over runs would be far too narrow to set one England beside."""
    mean = row(found, MEAN, MODEL)
    assert (mean["high"] - mean["low"]) / 2.0 == pytest.approx(1.645 * 1.2 / np.sqrt(39), rel=0.3)


def test_the_trend_is_told_apart_from_what_is_known_and_from_chance(found: Hindcast) -> None:
    trend, known, other = (row(found, SHARE, part) for part in PARTS)
    assert trend["value"] + known["value"] + other["value"] == pytest.approx(1.0)
    slope_of_fund = 10.0 * 0.01 * found.places[found.places["counts"]]["fund_gbp_per_head"].std() / 10.0
    whole = 1.2**2 + slope_of_fund**2 + 0.05**2
    assert trend["value"] == pytest.approx(1.2**2 / whole, abs=0.02)
    assert known["value"] == pytest.approx(slope_of_fund**2 / whole, abs=0.02)
    assert other["value"] == pytest.approx(0.05**2 / whole, abs=0.002)
    for part in (trend, known, other):
        assert part["low"] < part["value"] < part["high"]
    assert row(found, OF_TREND, MODEL)["value"] == pytest.approx(np.hypot(slope_of_fund, 0.05), rel=0.05)


def test_without_differences_between_places_nothing_is_known_of_them() -> None:
    """Chance that is left in means is taken out."""
    rng = np.random.default_rng(3)
    change = rng.normal(size=(60, 5))
    assert variance_parts(change, change)[1] < 0.1
    assert change.mean(axis=1).var() > 0.15


def test_the_trend_of_districts_without_the_fund_is_found_again() -> None:
    """The SD over a trend of so much of the gap a year, whatever the gaps."""
    rng = np.random.default_rng(2)
    gap = rng.uniform(1.0, 7.0, 4000)
    change = -4.0 * SPREAD_A_YEAR * gap * rng.normal(size=4000)
    assert trend_share(change, gap) == pytest.approx(SPREAD_A_YEAR, rel=0.05)


def test_the_value_in_force_stands_beside_it(found: Hindcast) -> None:
    assert row(found, TREND_SHARE, IN_FORCE)["value"] == SPREAD_A_YEAR
    assert row(found, TREND_POINTS, IN_FORCE)["value"] == pytest.approx(1.2)
    share = row(found, TREND_SHARE, RECORD)
    assert share["low"] < share["value"] < share["high"]


def test_inside_is_the_share_of_districts_with_its_interval(found: Hindcast) -> None:
    one = row(found, INSIDE, MODEL)
    assert one["value"] == pytest.approx(found.places[found.places["counts"]]["inside"].mean())
    assert 0.0 <= one["low"] < one["value"] <= one["high"] <= 1.0


# ------------------------------------------------------------------------- which places gained


@pytest.mark.parametrize(("follows", "verdict"), [(-0.2, "more than shuffled"), (0.2, "against"), (0.0, words.NIL)])
def test_order_is_seen_where_there_is_one(follows: float, verdict: str) -> None:
    """The model closes more with more fund; the record does, does the reverse, or has nothing to do with it."""
    record = made_up(follows=follows)
    found = hindcast(lived(record, closes=0.01), record, record, spread=SPREAD_A_YEAR)
    assert words.verdict_on_order(row(found, RANKS, BOTH).to_dict()).startswith(verdict)


def test_the_band_of_shuffled_places_is_that_of_no_order() -> None:
    """About 1.96 over the root of the districts less one."""
    rng = np.random.default_rng(4)
    model, record = rng.normal(size=50), rng.normal(size=50)
    value, low, high = shuffled_band(model, record)
    assert value == pytest.approx(stats.spearmanr(model, record).statistic)
    assert [low, high] == pytest.approx([-1.96 / 7.0, 1.96 / 7.0], abs=0.03)


def test_the_model_on_itself_says_how_much_could_be_seen() -> None:
    """Without a trend and with little chance one England is like the others; with nothing but chance it is not."""
    record = made_up()
    seen = hindcast(lived(record, closes=0.01, spread=0.0), record, record, spread=SPREAD_A_YEAR)
    drawn = hindcast(lived(record), record, record, spread=SPREAD_A_YEAR)
    assert row(seen, RANKS, ITSELF)["value"] > 0.9
    assert abs(row(drawn, RANKS, ITSELF)["value"]) < 0.1


def test_slope_and_themes_are_told_only_where_patterns_held_out_may_be_seen(found: Hindcast) -> None:
    """A closing of 0.01 of a gap of 10 for £10 a head is a slope of −0.1 points."""
    record = made_up()
    hidden = hindcast(lived(record), record, record, spread=SPREAD_A_YEAR)
    assert SLOPE not in set(hidden.summary["statistic"])
    assert row(found, SLOPE, MODEL)["value"] == pytest.approx(-0.1, abs=0.05)
    assert row(found, f"{SLOPE}", f"{RECORD}, published allocations")["districts"] == 20
    assert row(found, "gap closed by 2007, health", MODEL)["value"] == pytest.approx(0.02)
    said = words.hindcast_in_words(hidden, scenario="england_2001_2013")
    assert "held out" not in said


# ----------------------------------------------------------------------------- words, figures


def test_words_say_nil_and_what_is_untested(found: Hindcast) -> None:
    said = words.hindcast_in_words(found, scenario="england_2001_2013", sets=3)
    for part in (
        "England 2001 2013; 40 districts, 60 runs each, which take turns with 3 sets of numbers",
        "Over 39 districts whose gap was 5 points or more",
        "Nil: the model does not tell which places gained.",
        "Patterns held out; numbers may not be fitted after a look at them:",
        "Forecast from 2005 to 2008, compared with nothing yet:",
        CONDITION,
    ):
        assert part in said
    assert "nan" not in said


@pytest.mark.parametrize("inside", [True, False])
def test_the_figure_shows_every_district_and_its_condition(found: Hindcast, inside: bool) -> None:
    figure = figures.model_and_record(found.places.assign(inside=inside), found.changes)
    each, spread = figure.axes
    assert sum(len(line.get_xdata()) for line in each.get_lines() if line.get_marker() == "o") == 40
    assert spread.get_xticklabels()[0].get_text() == "Record"
    assert CONDITION[1:] in " ".join(figure.get_supxlabel().split())
