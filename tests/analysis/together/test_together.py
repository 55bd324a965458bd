"""Levers alone and in pairs: known answers on made-up numbers, honest uncertainty, and words that claim no more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from scipy import stats

from analysis.together import figures, words
from analysis.together.tables import (
    LESS,
    MORE,
    UNCLEAR,
    Together,
    holm,
    levers_together,
    main_effects,
    pair_interactions,
)

ARMS = pd.DataFrame(
    [
        (0, "", "", "", ""),
        (1, "fund", "some", "", ""),
        (2, "fund", "much", "", ""),
        (3, "duty", "light", "", ""),
        (4, "fund", "some", "duty", "light"),
        (5, "fund", "much", "duty", "light"),
    ],
    columns=["draw", "lever", "dose", "other", "other_dose"],
)
ALONE = {1: 0.1, 2: 0.2, 3: 0.05}
BEYOND = {4: 0.0, 5: -0.04}
"""The true effects of levers alone, and what their pairs come to beyond the sum."""

SECTORS = {"engagement_council": 0.5, "engagement_voluntary": -0.5}
REPLICATES = 60


def readings(*, noise: float = 0.01, shared: float = 1.0, years: tuple[int, ...] = (1, 3)) -> pd.DataFrame:
    """Return runs with known effects, chance that a replicate shares in all draws, and some that it does not."""
    chance = np.random.default_rng(4)
    rows = []
    for year in years:
        common = shared * chance.standard_normal(REPLICATES)
        for arm in ARMS.to_dict("records"):
            draw = arm["draw"]
            named = {1: [1], 2: [2], 3: [3], 4: [1, 3], 5: [2, 3]}.get(draw, [])
            true = sum(ALONE[one] for one in named) + BEYOND.get(draw, 0.0)
            own = noise * chance.standard_normal(REPLICATES)
            for replicate in range(REPLICATES):
                value = common[replicate] + true + own[replicate]
                sectors = {name: scale * value for name, scale in SECTORS.items()}
                keys = {"scenario": "baseline_lsp", "draw": draw, "replicate": replicate, "year": year}
                rows.append(keys | {"engagement": value, "top_share": 0.2} | sectors)
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def found() -> Together:
    return levers_together(readings(), ARMS)


def test_effects_alone_are_found_although_chance_is_a_hundred_times_larger(found: Together) -> None:
    """Shared chance cancels out in paired differences; unpaired, none of these could be seen."""
    rows = found.main[found.main["measure"] == "engagement"]
    for (lever, dose), its in rows.groupby(["lever", "dose"]):
        draw = ARMS.loc[(ARMS["lever"] == lever) & (ARMS["dose"] == dose), "draw"].iloc[0]
        assert its["effect"].to_numpy() == pytest.approx([ALONE[draw]] * 2, abs=4 * 0.01 * np.sqrt(2 / REPLICATES))
        assert its["clear"].all()
    assert set(rows["replicates"]) == {REPLICATES}


def test_an_interaction_is_the_difference_in_differences_with_its_t_interval() -> None:
    """By hand: both − one − other + neither, replicate by replicate."""
    runs = readings(years=(1,))
    row = pair_interactions(runs, ARMS, ["engagement"]).set_index("dose").loc["much"]
    wide = runs.pivot(index="replicate", columns="draw", values="engagement")
    differences = wide[5] - wide[2] - wide[3] + wide[0]
    expected = stats.ttest_1samp(differences, 0.0)
    assert row["interaction"] == pytest.approx(differences.mean())
    assert row["p_value"] == pytest.approx(expected.pvalue)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert row["together"] == pytest.approx(row["alone"] + row["other_alone"] + row["interaction"])


def test_pairs_that_hinder_each_other_are_told_from_those_that_only_add_up(found: Together) -> None:
    verdicts = found.pairs[found.pairs["measure"] == "engagement"].groupby("dose")["verdict"].unique()
    assert list(verdicts["much"]) == [LESS]
    assert list(verdicts["some"]) == [UNCLEAR]


def test_what_never_changes_is_no_effect(found: Together) -> None:
    """No spread and no difference is certainty that there is none, not a missing number."""
    still = found.main[found.main["measure"] == "top_share"]
    assert (still["effect"] == 0.0).all()
    assert (still["p_value"] == 1.0).all()
    assert not still["clear"].any()


def test_measures_of_sectors_are_told_by_sector(found: Together) -> None:
    assert set(found.sectors["measure"]) == {"engagement"}
    signs = found.sectors.groupby("sector")["effect"].agg(lambda effects: np.sign(effects).unique().tolist())
    assert signs.to_dict() == {"council": [1.0], "voluntary": [-1.0]}
    assert not found.main["measure"].str.contains("council").any()


def test_a_failed_run_takes_its_replicate_out_of_the_comparisons_that_need_it() -> None:
    runs = readings(years=(1,))
    runs = runs[~((runs["draw"] == 3) & (runs["replicate"] == 7))]
    counts = main_effects(runs, ARMS, ["engagement"]).set_index(["lever", "dose"])["replicates"]
    assert counts["fund", "some"] == REPLICATES
    assert counts["duty", "light"] == REPLICATES - 1
    assert set(pair_interactions(runs, ARMS, ["engagement"])["replicates"]) == {REPLICATES - 1}


def test_one_replicate_tells_nothing_of_chance() -> None:
    runs = readings(years=(1,))
    one = levers_together(runs[runs["replicate"] == 0], ARMS)
    assert one.main["ci_low"].isna().all()
    assert not one.main["clear"].any()
    assert "One run of each shows no chance." in words.together_in_words(one)


def test_correction_is_that_of_holm() -> None:
    """His own example of a step-down, and NaN left aside."""
    assert holm(np.array([0.01, np.nan, 0.04, 0.03])) == pytest.approx([0.03, np.nan, 0.06, 0.06], nan_ok=True)
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


@pytest.mark.slow
def test_where_there_is_nothing_few_experiments_call_anything_clear() -> None:
    """The share of experiments with a false claim is at most 5 %, up to 3 standard errors over 200."""
    chance, experiments, wrong = np.random.default_rng(8), 200, 0
    for _ in range(experiments):
        runs = pd.DataFrame(
            {
                "scenario": "a",
                "draw": np.repeat(np.arange(6), 20),
                "replicate": np.tile(np.arange(20), 6),
                "year": 1,
                "trust": chance.standard_normal(120),
            }
        )
        wrong += bool(pair_interactions(runs, ARMS, ["trust"])["clear"].any())
    assert wrong / experiments <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / experiments)


# ------------------------------------------------------------------------------ words


def test_words_say_what_is_clear_and_what_is_not(found: Together) -> None:
    said = words.together_in_words(found)
    assert said.startswith("What follows says what the assumptions imply")
    assert "Baseline partnership, 60 paired runs, at the end of years 1 and 3:" in said
    assert "Hinder each other: Fund (much) and duty (light), −0.0" in said
    assert "Help each other" not in said
    assert "Too small to tell in every year: 1 pair of doses." in said
    assert "councils" in said
    assert "voluntary bodies" in said
    assert "Holm" in said


def test_of_dominance_words_do_not_say_help() -> None:
    """More of it is not what a partnership is for."""
    runs = readings().rename(columns={"engagement": "dominance", "top_share": "engagement"})
    said = words.together_in_words(levers_together(runs, ARMS))
    assert "Lower together than the sum of each alone: Fund (much)" in said
    assert "each other:" not in said


# ---------------------------------------------------------------------------- figures


def test_figures_name_things_as_people_do(found: Together) -> None:
    """No name of the code stands in a figure."""
    drawn = [
        figures.main_effects_over_years(found.main),
        figures.pair_interactions_in_year(found.pairs, year=3),
        figures.who_gains_in_year(found.sectors, year=3),
    ]
    for figure in drawn:
        figure.canvas.draw()
        texts = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
        assert not [text for text in texts if "_" in text.replace("$", "")], texts
        assert any("Holm" in text for text in texts)


def test_filled_marks_are_those_that_are_clear(found: Together) -> None:
    ax = figures.pair_interactions_in_year(found.pairs, year=3).axes[0]
    marks = [found for found in ax.collections if isinstance(found, PathCollection) and len(found.get_offsets())]
    fills = [tuple(found.get_facecolors()[0][:3]) for found in marks]
    assert len(fills) == 2
    assert fills.count((1.0, 1.0, 1.0)) == 1


def test_more_than_the_sum_is_more() -> None:
    runs = readings(years=(1,))
    runs.loc[runs["draw"] == 4, "engagement"] += 0.1
    verdicts = pair_interactions(runs, ARMS, ["engagement"]).set_index("dose")["verdict"]
    assert verdicts["some"] == MORE
