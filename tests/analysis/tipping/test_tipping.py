"""Tipping: known answers on made-up numbers, with two states and one, loops and none, turns that work until a year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.tipping import figures, words
from analysis.tipping.tables import (
    ALL,
    APART,
    AS_IT_IS,
    AS_SEEN,
    BEYOND_AGE,
    DOWN,
    HIGH,
    LAUNCHES,
    LOW,
    MEET,
    STILL_AILING,
    UNCLEAR,
    UP,
    Tipping,
    branches,
    gaps,
    last_years,
    loop_areas,
    matched_interval,
    tipping,
    turned,
    verdict,
)

LEVER = "levers.staff_team"
DOSES = (0.0, 0.5, 1.0)
REPLICATES = 40


def launches(*, high: float, dissolved: int = 0) -> pd.DataFrame:
    """Return runs at 0.2 after a low launch and ``high`` else; or all at ``high``, some dissolved after a low one."""
    chance = np.random.default_rng(3)
    rows = []
    for dose in DOSES:
        for replicate, luck in enumerate(0.02 * chance.standard_normal(REPLICATES)):
            for launch in LAUNCHES:
                gone = launch == LOW and replicate < dissolved
                engagement = 0.0 if gone else 0.2 if launch == LOW and not dissolved else high
                rows.append(
                    {
                        "launch": launch,
                        "dose": dose,
                        LEVER: 0.8 * dose,
                        "month": 144,
                        "replicate": replicate,
                        "engagement": engagement if gone else engagement + luck,
                        "regime": "dissolved" if gone else "working partnership",
                    }
                )
    return pd.DataFrame(rows)


def loops(*, memory: float, years: int = 2, ageing: float = 0.0) -> pd.DataFrame:
    """Return ways up and down: engagement is the dose, and ``memory`` more on the way down but at the top."""
    chance = np.random.default_rng(5)
    visits = [(UP, dose) for dose in DOSES] + [(DOWN, dose) for dose in reversed(DOSES)]
    rows = []
    for replicate, luck in enumerate(0.01 * chance.standard_normal(REPLICATES)):
        for step, (branch, dose) in enumerate(visits):
            age = ageing * (step - (branch == DOWN))
            kept = memory if branch == DOWN and dose < 1.0 else 0.0
            here = {"hold_years": years, "branch": branch, "dose": dose, LEVER: 0.8 * dose, "replicate": replicate}
            held = dose + luck + age
            rows.append(here | {"month": 12 * years * (step + 1), "engagement": held + kept, "held": held})
    return pd.DataFrame(rows)


def turns(until: dict[float, int], *, n: int = REPLICATES) -> pd.DataFrame:
    """Return partnerships of which none recovers alone, and all but a quarter when turned ``until`` a year, by dose."""
    rows = [
        {
            "levers": LEVER,
            "dose": dose,
            LEVER: 0.8 * dose,
            "year": year,
            "replicate": replicate,
            "working": year <= last and replicate % 4 > 0,
            "working_left": False,
            "engagement": 0.6 if year <= last else 0.2,
            "engagement_left": 0.2,
            "ailing_then": replicate < n - 2 * year,
            "dissolved_then": replicate >= n - year,
        }
        for dose, last in until.items()
        for year in (1, 2, 3, 5)
        for replicate in range(n)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def found() -> Tipping:
    return tipping(
        launches(high=0.6),
        pd.concat([loops(memory=0.2, years=1), loops(memory=0.1, years=2)]),
        turns({0.5: 0, 1.0: 3}),
    )


# ------------------------------------------------------------------------ does history matter


def test_where_launches_stay_apart_there_are_two_states_and_where_they_meet_one() -> None:
    for high, expected in ((0.6, APART), (0.2, MEET)):
        rows = gaps(launches(high=high))
        between = rows[(rows["launch"] == HIGH) & (rows["other"] == LOW)]
        assert list(between["verdict"]) == [expected] * len(DOSES)
        assert between["gap"].to_numpy() == pytest.approx(high - 0.2)


def test_a_gap_has_the_t_interval_of_paired_differences() -> None:
    runs = launches(high=0.6)
    runs["engagement"] += 0.05 * np.random.default_rng(9).standard_normal(len(runs))
    row = gaps(runs).iloc[0]
    wide = runs[runs["dose"] == 0.0].pivot(index="replicate", columns="launch", values="engagement")
    expected = stats.ttest_rel(wide[HIGH], wide[LOW]).confidence_interval(0.95)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(expected))


def test_a_launch_that_decides_only_who_lasts_is_told_as_such() -> None:
    """The means stay apart because some dissolve; pairs that both stand are the same."""
    runs = launches(high=0.6, dissolved=20)
    rows = gaps(runs)
    between = rows[(rows["launch"] == HIGH) & (rows["other"] == LOW)]
    assert set(between["verdict"]) == {APART}
    assert set(between["standing"]) == {REPLICATES - 20}
    assert between["standing_gap"].to_numpy() == pytest.approx(0.0)
    said = words.tipping_in_words(tipping(runs, loops(memory=0.0), pd.DataFrame()), scenario="a", ailing_in=1, within=5)
    assert "partnerships that last are the same whatever their launch" in said


def test_of_a_few_that_stand_nothing_is_said() -> None:
    rows = gaps(launches(high=0.6, dissolved=REPLICATES - 3))
    assert rows.loc[rows["other"] == LOW, "standing_gap"].isna().all()


def test_a_gap_that_chance_may_have_made_is_neither_one_state_nor_two() -> None:
    assert verdict(0.3, -0.1, 0.7) == UNCLEAR
    assert verdict(np.nan, np.nan, np.nan) == UNCLEAR
    assert verdict(-0.3, -0.4, -0.2) == APART


# ------------------------------------------------------------------------------------- loops


def test_the_area_of_a_loop_is_its_mean_height() -> None:
    """0.2 at doses 0 and 0.5 and nothing at the top: a trapezium of 0.15."""
    areas = loop_areas(loops(memory=0.2)).set_index("of")["area"]
    assert areas[AS_SEEN] == pytest.approx(0.15)
    assert areas[BEYOND_AGE] == pytest.approx(0.15)


def test_a_path_without_memory_is_no_loop() -> None:
    areas = loop_areas(loops(memory=0.0))
    assert areas[["area", "ci_low", "ci_high"]].to_numpy() == pytest.approx(0.0)


def test_age_alone_looks_like_a_loop_and_is_taken_out() -> None:
    """What falls with the years at any dose is lower on the way down; the same months at the same dose say so."""
    areas = loop_areas(loops(memory=0.0, ageing=-0.03)).set_index("of")
    assert areas.loc[AS_SEEN, "ci_high"] < 0.0
    assert areas.loc[BEYOND_AGE, "area"] == pytest.approx(0.0)


def test_paces_are_compared_pairwise(found: Tipping) -> None:
    """A loop half as high at half the pace."""
    last = found.areas.iloc[-1]
    assert last["of"] == "slowest less fastest"
    assert last["area"] == pytest.approx(0.5 * 0.15 - 0.15)


def test_branches_meet_at_the_top() -> None:
    rows = branches(loops(memory=0.2))
    top = rows[rows["dose"] == 1.0].set_index("branch")["engagement"]
    assert top[UP] == top[DOWN]


# ---------------------------------------------------------------------------- how late is too late


def test_the_last_year_that_turns_half_is_found(found: Tipping) -> None:
    """Three quarters are turned until year 3 at the full dose, nobody at half of it."""
    rows = found.last_years.set_index("dose")
    assert rows.loc[1.0, ["last_year", "ci_low", "ci_high", "most"]].tolist() == [3.0, 3.0, 3.0, 0.75]
    assert rows.loc[0.5, ["last_year", "ci_low", "ci_high", "most"]].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_a_share_near_half_leaves_the_last_year_open() -> None:
    """With half turned in year 3 a sample of others would often say year 2."""
    runs = turns({1.0: 2})
    third = (runs["year"] == 3) & (runs["replicate"] % 2 == 0)
    runs.loc[third, "working"] = True
    row = last_years(runs).iloc[0]
    assert (row["last_year"], row["ci_low"], row["ci_high"]) == (3.0, 2.0, 3.0)


def test_what_recovers_by_itself_is_not_turned() -> None:
    runs = turns({1.0: 5}).assign(working_left=lambda table: table["working"])
    assert (turned(runs)["gain"] == 0.0).all()
    assert (last_years(runs)["last_year"] == 0.0).all()


def test_shares_are_of_all_that_ailed_and_of_those_that_still_ail(found: Tipping) -> None:
    rows = found.turned[found.turned["dose"] == 1.0].set_index(["of", "year"])
    assert rows.loc[(ALL, 5), "runs"] == REPLICATES
    assert rows.loc[(STILL_AILING, 5), "runs"] == REPLICATES - 10
    assert rows.loc[(ALL, 5), "dissolved"] == pytest.approx(5 / REPLICATES)
    assert rows.loc[(ALL, 1), "gain"] == pytest.approx(0.75)


def test_a_matched_interval_holds_the_truth_and_is_never_a_point() -> None:
    """95 % of samples within three standard errors over 400, and a width where all agree."""
    chance, held = np.random.default_rng(2), 0
    for _ in range(400):
        other = chance.random(40) < 0.2
        one = other | (chance.random(40) < 0.5)
        low, high = matched_interval(one, other)
        held += low <= 0.8 * 0.5 <= high
    assert held / 400 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)
    low, high = matched_interval(np.ones(20, dtype=bool), np.ones(20, dtype=bool))
    assert low < 0.0 < high


# ------------------------------------------------------------------------ words and figures


def test_words_answer_the_three_questions(found: Tipping) -> None:
    said = words.tipping_in_words(found, scenario="talking_shop", ailing_in=1, within=5)
    assert said.startswith("Talking shop; staff team from 0 to 0.8 in 3 doses; 40 paired runs each.")
    assert "they stay apart at 0: +0.400 (0.400 to 0.400)" in said
    assert "also among partnerships that last: more states than one" in said
    assert "+0.075 (0.075 to 0.075): a loop" in said
    assert "last year that turns half: year 3 (year 3 to year 3)." in said
    assert "last year that turns half: none (none to none)." in said
    assert "+75 (57 to 86) if moved after year 1, 0 (−5 to 5) after year 5;" in said


def test_words_tell_a_single_year_once() -> None:
    runs = turns({1.0: 3})
    once = tipping(launches(high=0.2), loops(memory=0.0), runs[runs["year"] == 2])
    said = words.tipping_in_words(once, scenario="a", ailing_in=1, within=5)
    assert "Staff team, 0.8: +75 (57 to 86) if moved after year 2; last year" in said


def test_words_say_where_there_is_nothing_to_turn() -> None:
    nothing = tipping(launches(high=0.2), loops(memory=0.0), pd.DataFrame())
    said = words.tipping_in_words(nothing, scenario="a", ailing_in=2, within=5)
    assert "No run ails (hollow or a talking shop) at the end of year 2: there is nothing to turn." in said
    assert "So the launch is forgotten: one state at every dose." in said
    assert "no loop that can be told from chance" in said


def test_figures_name_things_as_people_do_and_draw_every_launch(found: Tipping) -> None:
    drawn = [
        figures.history_by_dose(found.states, found.regimes, scenario="talking_shop"),
        figures.loops_by_dose(found.branches, found.states, scenario="talking_shop"),
        figures.gains_by_year(found.turned, scenario="talking_shop", ailing_in=1, within=5),
    ]
    for figure in drawn:
        figure.draw_without_rendering()
        texts = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
        assert not [text for text in texts if "_" in text.replace("$", "")], texts
    assert len([line for line in drawn[0].axes[0].lines if len(line.get_xdata()) == len(DOSES)]) == len(LAUNCHES)
    assert AS_IT_IS in LAUNCHES


def test_of_a_few_that_still_ail_nothing_is_drawn() -> None:
    """Of 12 that ailed 10 still do after year 1, and 8 after year 2."""
    drawn = figures.gains_by_year(turned(turns({1.0: 3}, n=12)), scenario="a", ailing_in=1, within=5)
    above, below = ([len(line.get_xdata()) for line in ax.lines if line.get_marker() == "o"] for ax in drawn.axes)
    assert (above, below) == ([4], [1])


@pytest.mark.parametrize("n_doses", [2, 21])
def test_a_key_leaves_the_title_and_the_panels_free(n_doses: int) -> None:
    """However many doses there are, and if there is one panel."""
    doses = np.linspace(0.0, 1.0, n_doses)
    runs = pd.concat([turns({dose: 3}) for dose in doses])
    drawn = figures.gains_by_year(turned(runs), scenario="community_budget_vcs_voice", ailing_in=1, within=5)
    drawn.draw_without_rendering()
    key = drawn.legends[0].get_window_extent()
    others = [ax.get_tightbbox() for ax in drawn.axes] + [text.get_window_extent() for text in drawn.texts]
    assert not [other for other in others if key.overlaps(other)]
    assert drawn.bbox.containsx(key.x1)
    assert drawn.bbox.containsy(key.y0)
