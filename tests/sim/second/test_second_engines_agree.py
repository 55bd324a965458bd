"""The second model in both engines: the same bits, whatever board, levers, numbers and replicate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import TYPICAL_BOARD

import sim
from sim.parameters import Parameter
from sim.second import month

pytestmark = pytest.mark.slow

OWN = {path.removeprefix("own."): parameter for path, parameter in month.parameters.items() if path.startswith("own.")}


def anywhere(parameter: Parameter) -> st.SearchStrategy[float]:
    """Return values over the whole range of a number, with its ends."""
    low, high = float(parameter.low or 0.0), float(parameter.high or 0.0)
    return st.one_of(st.sampled_from([low, high]), st.floats(low, high))


@st.composite
def scenarios(draw: Any) -> sim.Scenario:
    own = {name: draw(anywhere(parameter)) for name, parameter in OWN.items()}
    share = st.sampled_from([0.0, 0.5, 1.0])
    members = {
        name: draw(st.integers(1, 2)) for name in draw(st.sets(st.sampled_from(sorted(TYPICAL_BOARD)), max_size=8))
    }
    members |= {"council": 1}
    return sim.scenario_from(
        {
            "months": 30,
            "board": {
                "members": members,
                "executive": draw(st.sampled_from(["everyone", "public_only"])),
                "entries": draw(st.sampled_from([[], [{"archetype": "faith_network", "month": "2002-01"}]])),
            },
            "place": {"tiers": draw(st.sampled_from([1, 2]))},
            "leadership": {"attention": draw(share), "facilitation": draw(share), "direction": draw(share)},
            "levers": {
                "flexible_fund_gbp_m": draw(st.sampled_from([0.0, 3.0, 60.0])),
                "staff_team": draw(share),
                "thematic_groups": draw(share),
                "duty": {"attend": draw(share)},
                "initiatives": draw(st.sampled_from([0.0, 8.0])),
                "reorganisation": draw(st.sampled_from([0.0, 0.5])),
                "carry_over": draw(share),
                "purse": draw(st.sampled_from(["need", "influence", "alignment"])),
                "pooling_rate": draw(share),
                "reward_grant_gbp_m": draw(st.sampled_from([0.0, 5.0])),
                "overlap": draw(share),
                "outside_option": draw(share),
                "prescription": draw(share),
                "flexibility": draw(share),
                "protocols": draw(share),
                "growth_focus": draw(share),
                "council_alignment": draw(share),
                "vcs_capacity_building": draw(share),
                "vcs_as_contractor": draw(share),
                "neighbourhood_engagement": draw(share),
                "scrutiny": draw(share),
                "measurement": draw(share),
            },
            "own": own,
            "calendar": [
                {
                    "from": "2002-04",
                    "own": {"expected": draw(share)},
                    "abolish": draw(st.sampled_from([[], ["police"]])),
                }
            ],
        },
        month=month,
    )


def hold_together(asked: list[sim.Scenario], *, replicates: list[int], seed: int) -> None:
    ensemble = sim.simulate_ensemble(asked, replicates=replicates, seed=seed, record_terms=True, month=month)
    columns = list(ensemble.partner_columns)
    for s, scenario in enumerate(asked):
        for r, replicate in enumerate(replicates):
            history = sim.simulate(scenario, seed=seed, replicate=replicate, record_terms=True, month=month)
            for name in month.measures:
                assert np.array_equal(ensemble[name][s, r], history.measures[name]), name
            names = [month.naming.names[code] for code in ensemble.regimes[s, r]]
            assert names == history.measures["regime"].tolist()
            rows = history.partners[columns].to_numpy().reshape(scenario.months, -1, len(columns))
            assert np.array_equal(ensemble.partners[s, r][:, : rows.shape[1]], rows)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios(), seed=st.integers(0, 10**6))
def test_any_scenario_gives_the_same_bits(scenario, seed):
    """A month with rounds in rounds, projects and ties: where one engine branches, the other masks."""
    hold_together([scenario], replicates=[0, 3], seed=seed)


def test_runs_that_differ_in_everything_share_a_block():
    """Side by side in one block, some tables stand, some are gone, and their projects are of different themes."""
    plain = {"months": 40, "board": {"members": dict(TYPICAL_BOARD)}}
    gone = {"hold_expected": 0.3, "hold_needed": 0.6, "hold_engaged": 0.4, "refounding_rate": 0.045}
    busy = {"junior_base": 0.3, "senior_base": -1.2, "item_hours": 0.1, "quorum": 0.3, "tie_rate": 0.8}
    asked = [sim.scenario_from(plain | {"own": own}, month=month) for own in (gone, busy, {}, gone | busy)]
    hold_together(asked, replicates=list(range(5)), seed=11)
    ends = [sim.simulate(asked[0], seed=11, replicate=r, month=month).measures["is_dissolved"].max() for r in range(5)]
    assert max(ends) == 1.0


def test_a_large_forum_is_the_same():
    """Sixty seats, and groups of it."""
    members = {name: 4 * count for name, count in TYPICAL_BOARD.items()} | {"council": 1}
    scenario = sim.scenario_from(
        {"months": 20, "board": {"members": members}, "levers": {"thematic_groups": 1.0}}, month=month
    )
    hold_together([scenario], replicates=[0], seed=2)
