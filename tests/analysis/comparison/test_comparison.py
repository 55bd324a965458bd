"""Tables, figures and words: known answers, honest uncertainty, and nothing left open behind the figures."""

from __future__ import annotations

import math
import re
from pathlib import Path

import matplotlib
import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from scipy import stats

from analysis.comparison import figures, words
from analysis.comparison.tables import compared
from analysis.run.figures import run_figures
from analysis.shared.parameter_sets import OVER_RUNS, OVER_SETS
from analysis.shared.plotting import calendar_axis, looks_of, moments, new_figure, save, spread_apart
from analysis.shared.summaries import bands, contrasts, regime_shares, regimes_over_time, summary
from analysis.shared.words import readable, told, unit_of
from sim.measures import MEASURES
from sim.population import SECTORS
from sim.regimes import REGIMES

CONTRAST_COLUMNS = ["measure", "scenario", "reference", "difference", "ci_low", "ci_high", "effect_size", "replicates"]


def runs_with(**values: list[float]) -> pd.DataFrame:
    """Return runs of scenarios ``name=[engagement of replicate 0, 1, …]``."""
    rows = [
        {"scenario": name, "replicate": replicate, "seed": 1, "regime": REGIMES[1], "engagement": value}
        for name, column in values.items()
        for replicate, value in enumerate(column)
    ]
    return pd.DataFrame(rows)


def made_up_trajectories(scenarios: list[str], *, replicates: int, months: int) -> pd.DataFrame:
    """Return random numbers in the shape of trajectories, the same on every call."""
    generator = np.random.default_rng(5)
    dates = [str(np.datetime64("2001-04") + month) for month in range(months)]
    blocks = []
    for scenario in scenarios:
        for replicate in range(replicates):
            block = pd.DataFrame(generator.random((months, len(MEASURES))), columns=list(MEASURES))
            block.insert(0, "date", dates)
            block.insert(0, "month", range(months))
            block.insert(0, "replicate", replicate)
            block.insert(0, "scenario", scenario)
            block["regime"] = [REGIMES[code] for code in generator.integers(0, len(REGIMES), months)]
            blocks.append(block)
    return pd.concat(blocks, ignore_index=True)


def last_months(trajectories: pd.DataFrame) -> pd.DataFrame:
    runs = trajectories[trajectories["month"] == trajectories["month"].max()].drop(columns=["month", "date"])
    return runs.assign(seed=1)


def made_up_partners(months: int) -> pd.DataFrame:
    """Return partners of every sector; the second business leaves after half of the run."""
    generator = np.random.default_rng(6)
    seats = [(f"{sector}_body_{number}", sector, number) for sector in SECTORS for number in (1, 2)]
    rows = []
    for month in range(months):
        for name, sector, number in seats:
            stays = float(not (sector == "business" and number == 2 and month > months // 2))
            attended, share = float(generator.random() < 0.6), generator.random() / len(seats)
            rows.append((month, name, sector, stays, attended * stays, share * stays))
    return pd.DataFrame(rows, columns=["month", "partner", "sector", "is_member", "attendance", "influence"])


# ------------------------------------------------------------------------------ tables


def test_the_interval_of_a_mean_is_students_by_hand():
    """Mean 5, sd sqrt(20/3), t(0.975, 3) = 3.182446: worked out on paper."""
    table = summary(runs_with(a=[2.0, 4.0, 6.0, 8.0]))
    half = 3.182446 * math.sqrt(20 / 3) / 2
    assert table[["scenario", "measure", "replicates"]].values.tolist() == [["a", "engagement", 4]]
    assert table.loc[0, ["mean", "ci_low", "ci_high", "sd"]].tolist() == pytest.approx(
        [5.0, 5.0 - half, 5.0 + half, math.sqrt(20 / 3)], rel=1e-6
    )


def test_scenarios_keep_the_order_of_first_appearance():
    """Colours and tables follow the order in which scenarios were asked for, not the alphabet."""
    runs = runs_with(zebra=[1.0, 2.0], ant=[1.0, 2.0], moth=[1.0, 2.0])
    assert list(summary(runs)["scenario"]) == ["zebra", "ant", "moth"]
    assert list(contrasts(runs, "ant")["scenario"]) == ["zebra", "moth"]
    assert list(regime_shares(runs)["scenario"].unique()) == ["zebra", "ant", "moth"]


def test_a_paired_contrast_agrees_with_scipy():
    """The interval of the mean paired difference has an independent implementation to agree with."""
    ours, theirs = [0.31, 0.52, 0.40, 0.66, 0.35], [0.30, 0.41, 0.42, 0.50, 0.33]
    row = contrasts(runs_with(a=ours, b=theirs), "b").iloc[0]
    expected = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
    assert row["difference"] == pytest.approx(np.mean(ours) - np.mean(theirs))
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((expected.low, expected.high))


def test_pairing_beats_comparing_means_when_runs_share_their_luck():
    """Common random numbers pay: a small effect that separate intervals hide is clear in pairs."""
    luck = np.random.default_rng(3).normal(size=30)
    own = np.random.default_rng(4).normal(scale=0.05, size=30)
    a, b = list(luck + own + 0.1), list(luck)
    row = contrasts(runs_with(a=a, b=b), "b").iloc[0]
    unpaired = stats.ttest_ind(a, b).confidence_interval(0.95)
    assert row["ci_low"] > 0.0
    assert unpaired.low < 0.0 < unpaired.high
    assert row["ci_high"] - row["ci_low"] < 0.1 * (unpaired.high - unpaired.low)


def test_replicates_are_paired_by_name_and_only_common_ones_count():
    """Runs may come in any order, and one scenario may have more of them."""
    runs = runs_with(a=[1.0, 2.0, 4.0], b=[0.5, 1.0, 1.5, 9.0]).sample(frac=1.0, random_state=1)
    row = contrasts(runs, "b").set_index("scenario").loc["a"]
    assert row["replicates"] == 3
    assert row["difference"] == pytest.approx((0.5 + 1.0 + 2.5) / 3)


def test_the_effect_size_is_cohens_d_by_hand():
    """Variances 1 and 4, difference 2: d = 2 / sqrt(2.5)."""
    row = contrasts(runs_with(a=[3.0, 4.0, 5.0], b=[0.0, 2.0, 4.0]), "b").iloc[0]
    assert row["effect_size"] == pytest.approx(2.0 / math.sqrt(2.5))


def test_without_spread_the_effect_is_none_or_unknown_but_never_infinite():
    """A lay reader must not meet "inf" in a table; last-bit noise counts as no spread."""
    noisy = [0.1 + 0.2, 0.3, 0.3]
    table = contrasts(runs_with(same=noisy, other=[0.5] * 3, reference=[0.3] * 3), "reference").set_index("scenario")
    assert table.loc["same", "effect_size"] == 0.0
    assert math.isnan(table.loc["other", "effect_size"])
    assert table.loc["other", "difference"] == pytest.approx(0.2)


def test_one_replicate_has_means_but_no_intervals():
    """One run shows nothing of chance: NaN, without an error or a warning."""
    runs = runs_with(a=[1.0], b=[0.5])
    assert summary(runs)[["ci_low", "ci_high", "sd"]].isna().all(axis=None)
    row = contrasts(runs, "b").iloc[0]
    assert (row["difference"], row["replicates"]) == (0.5, 1)
    assert row[["ci_low", "ci_high", "effect_size"]].isna().all()


def test_a_single_scenario_has_an_empty_table_of_contrasts():
    """Nothing to contrast is an answer, with the same columns."""
    table = contrasts(runs_with(a=[1.0, 2.0]), "a")
    assert table.empty
    assert list(table.columns) == CONTRAST_COLUMNS


def test_contrasts_come_by_measure_and_then_by_scenario():
    """The order is that of the measures in the runs, and within a measure that of the scenarios."""
    runs = runs_with(c=[1.0, 2.0], a=[1.0, 3.0], b=[0.0, 1.0]).assign(dominance=0.5)
    table = contrasts(runs, "b")
    assert list(table.columns) == CONTRAST_COLUMNS
    expected = [("engagement", "c"), ("engagement", "a"), ("dominance", "c"), ("dominance", "a")]
    assert list(zip(table["measure"], table["scenario"], strict=True)) == expected


@pytest.mark.parametrize(
    ("runs", "reference", "message"),
    [
        (runs_with(a=[1.0], b=[1.0]), "c", "unknown reference scenario 'c'; known: a, b"),
        (runs_with(a=[1.0, math.nan], b=[1.0, 2.0]), "b", "missing values in: engagement"),
        (pd.concat([runs_with(a=[1.0], b=[1.0]), runs_with(a=[1.0])]), "b", "more than once"),
        (pd.concat([runs_with(a=[1.0]), runs_with(b=[1.0]).assign(replicate=7)]), "b", "no replicate in common"),
    ],
)
def test_what_cannot_be_contrasted_is_refused_in_one_line(runs: pd.DataFrame, reference: str, message: str):
    """A wrong name, a missing value or runs that do not pair must not turn into a number."""
    with pytest.raises(ValueError, match=message) as error:
        contrasts(runs, reference)
    assert "\n" not in str(error.value)


def test_wilson_intervals_have_their_published_values():
    """8 of 10: 0.490 to 0.943 (Newcombe's formula by hand); 0 of 10: 0 to 0.278."""
    runs = runs_with(a=[0.0] * 10)
    runs["regime"] = [REGIMES[0]] * 8 + [REGIMES[3]] * 2
    table = regime_shares(runs).set_index("regime")
    assert list(table.index) == list(REGIMES)
    shares = table[["share", "ci_low", "ci_high"]]
    assert shares.loc[REGIMES[0]].tolist() == pytest.approx([0.8, 0.4902, 0.9433], abs=1e-4)
    assert shares.loc[REGIMES[4]].tolist() == pytest.approx([0.0, 0.0, 0.2775], abs=1e-4)
    assert table["share"].sum() == pytest.approx(1.0)


def test_bands_are_quantiles_over_replicates():
    """Of the values 0 to 100 the quantiles are known."""
    frame = pd.DataFrame({"scenario": "a", "month": 0, "date": "2001-04", "replicate": range(101)})
    row = bands(frame.assign(trust=np.arange(101.0)), "trust").iloc[0]
    assert row[["q5", "q25", "q50", "q75", "q95"]].tolist() == [5.0, 25.0, 50.0, 75.0, 95.0]


def test_regimes_over_time_sum_to_one_in_every_month():
    """Stacked shares must fill the panel."""
    table = regimes_over_time(made_up_trajectories(["a", "b"], replicates=3, months=4))
    assert len(table) == 8
    assert table[list(REGIMES)].sum(axis=1).to_numpy() == pytest.approx(1.0)


# ----------------------------------------------------------------------------- figures


@pytest.fixture(scope="module")
def trajectories() -> pd.DataFrame:
    return made_up_trajectories(["growth_coalition", "talking_shop", "no_fund"], replicates=4, months=30)


@pytest.fixture(scope="module")
def turns() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Months and last months of runs that take turns with four sets, of which one has a run more."""
    months = made_up_trajectories(["growth_coalition", "talking_shop"], replicates=21, months=13)
    return months, last_months(months)


@pytest.mark.slow
def test_a_comparison_draws_every_figure_and_leaves_nothing_open(trajectories: pd.DataFrame, tmp_path: Path):
    """Files exist and show something; no figure stays in memory; settings and frames are as before."""
    settings, before = dict(matplotlib.rcParams), trajectories.copy()
    drawn = figures.comparison_figures(trajectories, last := last_months(trajectories), compared(last, "no_fund"))
    assert set(drawn) == {
        "headline", "engagement_by_sector", "dominance", "outcome", "trust",
        "regime_shares", "regimes_final", "contrasts", "ties", "senior_time", "scarcity", "money", "added_value",
    }  # fmt: skip
    for name, draw in drawn.items():
        assert matplotlib.image.imread(save(draw(), tmp_path / f"{name}.png")).std() > 0.02, f"{name} is blank"
    assert pyplot.get_fignums() == []
    assert dict(matplotlib.rcParams) == settings
    pd.testing.assert_frame_equal(trajectories, before)


@pytest.mark.slow
def test_a_single_run_draws_every_figure_and_leaves_nothing_open(tmp_path: Path):
    """Also when a body leaves on the way."""
    measures = made_up_trajectories(["a"], replicates=1, months=30)
    drawn = run_figures(measures, made_up_partners(30))
    assert len(drawn) == 4
    for name, draw in drawn.items():
        assert matplotlib.image.imread(save(draw(), tmp_path / f"{name}.png")).std() > 0.02, f"{name} is blank"
    assert pyplot.get_fignums() == []


@pytest.mark.slow
def test_the_same_tables_give_the_same_bytes(trajectories: pd.DataFrame, tmp_path: Path):
    """Figures carry no date, no version and no jitter, so a changed file means a changed result."""
    ends = summary(last_months(trajectories))
    first, second = (save(figures.dominance(trajectories, ends), tmp_path / f"{name}.png") for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
def test_one_scenario_with_one_short_run_still_makes_figures(tmp_path: Path):
    """The smallest comparison has no contrast to draw, and no band, and does not fail."""
    smallest = made_up_trajectories(["a"], replicates=1, months=2)
    drawn = figures.comparison_figures(smallest, last := last_months(smallest), compared(last, "a"))
    assert "contrasts" not in drawn
    for name, draw in drawn.items():
        save(draw(), tmp_path / f"{name}.png")


def test_titles_tell_what_the_tables_beside_them_tell(turns):
    """Of sets that have not as many runs the mean over sets is not that over runs, nor is their share."""
    months, last = turns
    found = compared(last, "talking_shop", sets=4)
    drawn = figures.comparison_figures(months, last, found)
    means = found.summary.set_index(["measure", "scenario"])["mean"]
    pooled = last.groupby("scenario")["trust"].mean()
    assert all(means["trust", name] != pytest.approx(pooled[name], abs=1e-9) for name in pooled.index)
    about = {"dominance": "top_share", "outcome": "added_value", "trust": "trust", "headline": "engagement",
            "ties": "tie_density", "scarcity": "scarcity", "added_value": "added_value"}  # fmt: skip
    for name, measure in about.items():
        title = " ".join(drawn[name]().get_suptitle().split())
        for scenario in pooled.index:
            assert " ".join(told(measure, means[measure, scenario]).split()) in title, name
    shares = found.regimes[found.regimes["scenario"] == "talking_shop"]
    title = " ".join(drawn["regimes_final"]().get_suptitle().split())
    assert f"({100 * shares['share'].max():.0f} %)" in title


@pytest.mark.parametrize(("sets", "over"), [(1, "chance alone"), (4, "accepted sets"), (5, "chance alone")])
def test_shares_of_regimes_are_over_sets_with_runs_enough(
    turns: tuple[pd.DataFrame, pd.DataFrame], sets: int, over: str
):
    """Of 21 runs four sets have five each and five have not: figures, table and words say which interval it is."""
    months, last = turns
    found = compared(last, "talking_shop", sets=sets)
    drawn = figures.comparison_figures(months, last, found)
    by_set = over == "accepted sets"
    assert set(found.regimes["interval_over"]) == {OVER_SETS if by_set else OVER_RUNS}
    mine = last[last["scenario"] == "growth_coalition"]
    for row in found.regimes[found.regimes["scenario"] == "growth_coalition"].itertuples():
        is_so = mine["regime"] == row.regime
        known = is_so.groupby(mine["replicate"] % sets).mean() if by_set else is_so
        assert row.share == pytest.approx(known.mean())
        if by_set:
            assert (row.ci_low, row.ci_high) == pytest.approx(tuple(np.quantile(known, [0.025, 0.975])))
    for name in ("headline", "regimes_final", "regime_shares"):
        assert over in " ".join(drawn[name]().get_supxlabel().split()), name
    text = words.conclusions(found.summary, found.contrasts, found.regimes)
    assert ("middle 95 % of sets:" in text) == by_set
    assert ("95 % interval of chance" in text) != by_set
    bars = drawn["headline"]().axes[3]
    first = found.regimes[(found.regimes["scenario"] == "growth_coalition") & found.regimes["share"].gt(0)].iloc[0]
    drawn_line = bars.collections[0].get_segments()[0][:, 0]
    assert drawn_line.tolist() == pytest.approx([first["ci_low"], first["ci_high"]])


def test_a_figure_draws_on_the_axes_it_is_given(trajectories: pd.DataFrame):
    """Notebook users combine panels of their own."""
    ax = figures.measure_over_time(trajectories, "trust")
    assert figures.measure_over_time(trajectories, "top_share", ax=ax) is ax
    assert ax.get_ylabel() == "Top share of influence, %"


def test_labels_at_line_ends_do_not_overlap_and_keep_their_order():
    """Names at equal heights move apart by the room they need, and stay inside the panel."""
    heights = spread_apart(np.array([0.5, 0.5, 0.02, 0.99]), np.array([0.1, 0.2, 0.1, 0.1]))
    assert heights[2] == pytest.approx(0.05)
    assert heights[3] == pytest.approx(0.95)
    assert heights[1] - heights[0] == pytest.approx(0.15)
    assert heights[0] < 0.5 < heights[1]


def test_labels_that_do_not_fit_share_the_room():
    """Too many names are crowded, but all inside."""
    heights = spread_apart(np.zeros(5), np.full(5, 0.4))
    assert heights == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])


def test_scenarios_look_different_even_when_colours_repeat():
    """Eight colours are safe for colour-blind readers; after them the dashes change."""
    looks = looks_of([f"scenario_{number}" for number in range(20)])
    assert len(set(looks.values())) == 20


def test_names_and_units_are_shown_as_people_write_them():
    """Code names never reach a figure."""
    assert readable("talking_shop") == "Talking shop"
    assert readable("vcs_service_provider_1") == "Voluntary sector service provider 1"
    assert unit_of("added_value") == "points of the gap"
    assert unit_of("fund_held_gbp_m") == "£m"


# ------------------------------------------------------------------------------- words


ContrastRow = tuple[str, str, str, float, float, float, float, int]


def contrast_row(
    measure: str, difference: float, low: float, high: float, *, effect: float = 1.0, replicates: int = 60
) -> ContrastRow:
    return ("growth_coalition", "talking_shop", measure, difference, low, high, effect, replicates)


def spoken(
    *rows: ContrastRow,
    shares: dict[str, dict[str, float]] | None = None,
    dominance: dict[str, tuple[float, float, float]] | None = None,
    replicates: int = 60,
) -> str:
    """Return the words for tables with these contrasts, shares and dominances (mean, low, high)."""
    dominance = dominance or {"growth_coalition": (0.3, 0.25, 0.35), "talking_shop": (0.1, 0.08, 0.12)}
    shares = shares or {name: {"growth coalition": 1.0} for name in dominance}
    table = pd.DataFrame(
        [(name, "dominance", *values, 0.1, replicates) for name, values in dominance.items()],
        columns=["scenario", "measure", "mean", "ci_low", "ci_high", "sd", "replicates"],
    )
    columns = ["scenario", "reference", "measure", "difference", "ci_low", "ci_high", "effect_size", "replicates"]
    found = [(name, regime, here.get(regime, 0.0)) for name, here in shares.items() for regime in REGIMES]
    endings = [(name, regime, share, max(0.0, share - 0.1), min(1.0, share + 0.1)) for name, regime, share in found]
    regimes = pd.DataFrame(endings, columns=["scenario", "regime", "share", "ci_low", "ci_high"])
    return words.conclusions(table, pd.DataFrame(list(rows), columns=columns)[CONTRAST_COLUMNS], regimes)


def test_words_give_the_commonest_regime_with_its_interval():
    """Share, number of runs and interval stand together."""
    text = spoken(
        shares={
            "growth_coalition": {"growth coalition": 0.83, "talking shop": 0.17},
            "talking_shop": {"talking shop": 1.0},
        }
    )
    assert "Growth coalition: 83 % of 60 runs end as growth coalition (95 % interval of chance 73 to 93 %)." in text


def test_words_name_both_regimes_of_a_tie():
    """A tie has no single commonest regime."""
    tied = {"growth coalition": 0.5, "hollow": 0.5}
    text = spoken(shares={"growth_coalition": tied, "talking_shop": {"talking shop": 1.0}})
    assert "50 % each of 60 runs end as hollow and growth coalition" in text


def test_words_give_size_and_certainty_of_a_clear_difference():
    """Shares of the gap are said in points, with interval, effect and certainty."""
    text = spoken(contrast_row("outcome", 0.041, 0.032, 0.050, effect=1.1))
    assert "Outcome ends 4.1 points of the gap higher than in the talking shop" in text
    assert "(3.2 to 5.0; large effect, clear of zero)." in text


def test_words_turn_a_clear_loss_the_right_way_round():
    """A decrease is said as a size that is lower, with its interval from small to large."""
    text = spoken(contrast_row("engagement", -0.12, -0.15, -0.09, effect=-0.6))
    assert "Engagement ends 0.12 lower than in the talking shop (0.09 to 0.15; medium effect, clear of zero)." in text


def test_words_see_no_clear_difference_where_the_interval_includes_zero():
    """An interval over zero, or one that touches it, is not a finding."""
    text = spoken(contrast_row("trust", 0.01, -0.02, 0.04), contrast_row("decision_rate", 0.0, 0.0, 0.0, effect=0.0))
    assert "No clear difference in trust (−0.02 to 0.04) and decision rate (0.00 to 0.00)." in text
    assert "clear of zero" not in text


def test_words_keep_small_numbers_apart_from_zero():
    """A clear difference must not be printed as 0.00."""
    text = spoken(contrast_row("outcome", 0.00013, 0.00011, 0.00015))
    assert "0.013 points of the gap higher than in the talking shop (0.011 to 0.015" in text


def test_words_claim_nothing_from_one_pair_of_runs():
    """Without an interval there is a difference in one pair and no certainty."""
    row = contrast_row("engagement", 0.1, math.nan, math.nan, effect=math.nan, replicates=1)
    unknown = (math.nan, math.nan)
    text = spoken(row, dominance={"growth_coalition": (0.3, *unknown), "talking_shop": (0.1, *unknown)}, replicates=1)
    assert "in this one pair, which does not show the part of chance" in text
    assert "the only run ends as growth coalition" in text
    assert "from one run" in text
    assert re.search(r"\bnan\b", text) is None


def test_words_say_who_has_the_highest_dominance_and_whether_it_is_close():
    """The highest mean is named; an overlapping interval is named too; a tie is a tie."""
    assert "Dominance is highest in growth coalition (mean 0.30, 95 % interval 0.25 to 0.35)." in spoken()
    close = spoken(dominance={"a_b": (0.3, 0.2, 0.4), "c_d": (0.28, 0.2, 0.36)})
    assert "the interval of c d overlaps with it" in close
    tied = spoken(dominance={"a_b": (0.3, 0.2, 0.4), "c_d": (0.3, 0.2, 0.4)})
    assert "highest, and equal, in a b and c d (0.30)" in tied


def test_words_about_one_scenario_say_how_it_ends_and_what_the_intervals_cover():
    """Without a second scenario there is nothing to compare."""
    text = spoken(dominance={"growth_coalition": (0.3, 0.2, 0.4)})
    assert "against" not in text
    assert "Dominance" not in text
    assert text.endswith(words.SCOPE)


@pytest.mark.parametrize(
    ("effect", "expected"),
    [(0.1, "very small effect"), (-0.2, "small effect"), (0.5, "medium effect"), (-0.8, "large effect")],
)
def test_effects_are_named_by_cohens_thresholds(effect: float, expected: str):
    """0.2, 0.5 and 0.8 begin small, medium and large, whatever the sign."""
    assert words.effect_in_words(effect) == expected


def test_words_from_real_tables_name_the_difference():
    """The three tables fit together as they come from the summaries."""
    runs = runs_with(with_fund=[0.30, 0.35, 0.32], without_fund=[0.10, 0.13, 0.12])
    text = words.conclusions(summary(runs), contrasts(runs, "without_fund"), regime_shares(runs))
    assert "With fund against without fund (3 pairs of runs):" in text
    assert "Engagement ends 0.21 higher than in the without fund" in text


def test_the_central_pair_is_told_beside_the_reference():
    """Growth coalition is set against the baseline and against the talking shop, and neither hides the other."""
    ends = {"growth_coalition": 0.6, "talking_shop": 0.3, "baseline_lsp": 0.5}
    runs = runs_with(**{name: [end, end + 0.02, end + 0.01] for name, end in ends.items()})
    found = compared(runs, "baseline_lsp")
    text = words.conclusions(found.summary, found.contrasts, found.regimes)
    for heading in ("Growth coalition against baseline partnership", "Growth coalition against talking shop"):
        assert text.count(heading) == 1


def test_intervals_over_sets_do_not_shrink_with_runs_and_call_nothing_clear_with_few_sets():
    """Of two sets one says up and one down; forty that all say up are clear, four are not."""
    luck = np.random.default_rng(3).normal(0.0, 0.01, 4000)
    for sets, up, clear in ((2, 0.5, False), (4, 1.0, False), (40, 1.0, True)):
        signs = np.where(np.arange(4000) % sets < up * sets, 1.0, -1.0)
        runs = runs_with(a=list(0.5 + 0.1 * signs + luck), b=[0.5] * 4000)
        table = compared(runs, "b", sets=sets).contrasts
        (row,) = words.contrast_rows(table[table["measure"] == "engagement"])
        assert (row.sets, words.is_clear(row)) == (sets, clear)
        assert (row.ci_low < 0.0) == (up < 1.0)


@pytest.mark.parametrize("most", [5, 7])
def test_a_calendar_axis_has_ticks_for_any_length_of_run(most: int):
    """Also of a little less than three years, where half-years are too many and years few."""
    for months in (2, 13, 30, 35, 36, 61, 144):
        when = moments(pd.Series(pd.period_range("2001-04", periods=months, freq="M").astype(str)))
        _, (ax,) = new_figure(1, 1, width=4, height=2)
        ax.plot(when, range(months))
        calendar_axis(ax, most_ticks=most, span=when)
        assert 1 <= len(ax.xaxis.get_major_locator()()) <= most + 1, months
