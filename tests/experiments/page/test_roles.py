"""Role play in Python: what can be chosen, and what that gives the engine."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import load_scenario
from experiments.page.catalogue import PAGE_MEASURES
from experiments.page.roles import CHOICES, COUNTS, GROUPS, OF_THE_PLACE, played_of
from sim import MONTH, ScenarioError, simulate, with_changes


def test_a_year_is_three_choices_and_each_is_one_digit():
    assert len(CHOICES) == 3
    for choice in CHOICES:
        assert 1 < len(choice.options) <= 10
        labels = [option.label for option in choice.options]
        assert len(set(labels)) == len(labels)
    assert set(OF_THE_PLACE) <= set(PAGE_MEASURES)
    assert COUNTS[0].name == "own_themes"
    assert COUNTS[2].name == "in_person"


@pytest.mark.parametrize("when", range(4))
def test_as_usual_gives_nothing(when):
    assert played_of([f"police_1.00{when}"], months=12) == {"police_1": {}}


def test_ranks_hold_in_the_months_that_were_chosen():
    """Half a year at the board in person; then nobody in groups; then one group, in the months that are left."""
    played = played_of(["police_1.102.071.020"], months=27)["police_1"]
    assert played == {
        **{month: {"board": 2} for month in range(6)},
        **{month: dict.fromkeys(GROUPS, 0) for month in range(12, 24, 2)},
        **{month: dict.fromkeys(GROUPS, 1) | {GROUPS[1]: 2} for month in (24, 25, 26)},
    }


def test_a_role_is_lived_by_the_model():
    """What is chosen is what the body does, and it changes the run from then on."""
    scenario = with_changes(load_scenario("baseline_lsp"), months=24)
    usual, played = (
        simulate(scenario, seed=2, record="meetings", played=given)
        for given in (None, played_of(["police_1.000.300"], months=24))
    )
    body = played.partners["partner"].unique().tolist().index("police_1")
    at_board = played.record["rank_at"][:, body, MONTH.choices.tables.index("board")]
    assert (at_board[12:] == 0.0).all()
    assert np.array_equal(at_board[:12], usual.record["rank_at"][:12, body, 0])
    assert played.measures[:12].equals(usual.measures[:12])
    assert not played.measures.equals(usual.measures)


@pytest.mark.parametrize("year", ["1", "400", "080", "004", "1000", "x00", "-10"])
def test_a_year_that_is_no_choice_is_refused_in_one_line(year):
    with pytest.raises(ScenarioError) as refused:
        played_of([f"police_1.{year}"], months=12)
    told = f"year '{year}' is not allowed: it takes three digits, 0 to 3, 0 to 7, 0 to 3"
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
