"""What is between two bodies, graphs with the same degrees, and agreement, on cases whose answer is known."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.patterns.structure import (
    dyadic_share,
    largest_core,
    random_graphs,
    transitivity,
    transitivity_excess,
    trust_variance,
)


def made_up_trust(*, bodies, truster, trustee, dyadic, returned=0.0, tables=1, seed=0):
    """Return matrices of trust with known standard deviations, and a known correlation between two directions."""
    draw = np.random.Generator(np.random.Philox(seed))
    who, whom = (sd * draw.standard_normal((tables, bodies)) for sd in (truster, trustee))
    shared, own = draw.standard_normal((2, tables, bodies, bodies))
    shared = np.triu(shared, 1) + np.swapaxes(np.triu(shared, 1), -1, -2)
    between = dyadic * (np.sqrt(returned) * shared + np.sqrt(1.0 - returned) * own)
    return 0.5 + who[:, :, None] + whom[:, None, :] + between


# ---------------------------------------------------------------------------- trust


@pytest.mark.parametrize("bodies", [5, 19])
@pytest.mark.parametrize("returned", [0.0, 0.6])
def test_components_are_those_that_went_in(bodies, returned):
    """Whatever the number of bodies and however much trust is returned: no bias beyond four standard errors."""
    trust = made_up_trust(bodies=bodies, truster=0.06, trustee=0.05, dyadic=0.04, returned=returned, tables=4000)
    # Estimates below 0 count as 0, which lifts the mean where tables are small: look at large ones for those two.
    found = trust_variance(trust)
    for part, sd in ((found.dyadic, 0.04), (found.truster, 0.06), (found.trustee, 0.05)):
        error = part.std() / np.sqrt(len(part))
        lifted = 0.0 if bodies > 5 or part is found.dyadic else 0.25 * sd**2
        assert -4 * error <= part.mean() - sd**2 <= 4 * error + lifted


def test_the_launch_of_the_contract_has_the_share_it_is_said_to_have():
    """A dyadic SD of 0.04 beside 0.06 for truster and for trustee is 18 % of the variance (0.0016 of 0.0088)."""
    trust = made_up_trust(bodies=60, truster=0.06, trustee=0.06, dyadic=0.04, tables=400)
    assert dyadic_share(trust).mean() == pytest.approx(0.0016 / 0.0088, abs=0.01)


@pytest.mark.parametrize(
    ("parts", "share"),
    [({"truster": 0.1}, 0.0), ({"trustee": 0.1}, 0.0), ({"truster": 0.1, "trustee": 0.1}, 0.0), ({"dyadic": 0.1}, 1.0)],
)
def test_pure_cases_are_told_apart(parts, share):
    """Trust of one cause only; what chance adds to a small table shrinks with its size."""
    trust = made_up_trust(**{"bodies": 120, "truster": 0.0, "trustee": 0.0, "dyadic": 0.0} | parts)
    assert dyadic_share(trust) == pytest.approx(share, abs=0.03)


def test_the_diagonal_is_never_read_and_constants_say_nothing():
    trust = made_up_trust(bodies=8, truster=0.1, trustee=0.1, dyadic=0.1)[0]
    filled = trust + np.diag(np.full(8, np.nan))
    assert dyadic_share(filled) == pytest.approx(dyadic_share(trust))
    assert np.isnan(dyadic_share(np.full((8, 8), 0.5)))
    assert np.isnan(dyadic_share(np.zeros((3, 3))))


@given(level=st.floats(-1.0, 1.0), scale=st.floats(0.1, 10.0), order=st.permutations(range(7)))
def test_neither_level_nor_unit_nor_seats_matter(level, scale, order):
    trust = made_up_trust(bodies=7, truster=0.1, trustee=0.2, dyadic=0.1)[0]
    moved = (level + scale * trust)[np.ix_(order, order)]
    assert dyadic_share(moved) == pytest.approx(dyadic_share(trust))


# ----------------------------------------------------------------------------- ties


@st.composite
def graphs(draw: st.DrawFn, most: int = 8):
    bodies = draw(st.integers(1, most))
    pairs = list(itertools.combinations(range(bodies), 2))
    ties = np.zeros((bodies, bodies))
    for (i, j), tie in zip(pairs, draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs))), strict=True):
        ties[i, j] = ties[j, i] = float(tie)
    return ties


@given(ties=graphs(), seed=st.integers(0, 99))
def test_random_graphs_keep_every_degree(ties, seed):
    """And are graphs: symmetric, without loops or double ties."""
    before = ties.copy()
    found = random_graphs(ties, graphs=3, seed=seed)
    assert (ties == before).all()
    assert (found.sum(axis=-1) == ties.sum(axis=-1)).all()
    assert (found == np.swapaxes(found, -1, -2)).all()
    assert set(np.unique(found)) <= {0.0, 1.0}
    assert (np.diagonal(found, axis1=-2, axis2=-1) == 0.0).all()
    assert (random_graphs(ties, graphs=3, seed=seed) == found).all()


def test_all_graphs_of_the_same_degrees_come_up_equally_often():
    """Six bodies with two ties each are one ring (60 ways) or two triangles (10 ways): one in seven is triangles."""
    ring = np.roll(np.eye(6), 1, axis=1) + np.roll(np.eye(6), -1, axis=1)
    found = random_graphs(ring, graphs=3500, seed=5)
    kinds, counts = np.unique(found.reshape(len(found), -1), axis=0, return_counts=True)
    assert len(kinds) == 70
    by_chance = len(found) / 70
    assert ((counts - by_chance) ** 2 / by_chance).sum() < 69 + 5 * np.sqrt(2 * 69)  # chi square, 69 degrees of freedom
    triangles = np.mean([transitivity(graph) == 1.0 for graph in found])
    assert triangles == pytest.approx(1 / 7, abs=4 * np.sqrt(1 / 7 * 6 / 7 / len(found)))
    assert transitivity_excess(ring, graphs=3500, seed=5) == pytest.approx(-triangles)


@pytest.mark.parametrize("graph", [nx.star_graph(5), nx.complete_graph(5), nx.empty_graph(4), nx.path_graph(2)])
def test_where_degrees_leave_no_choice_there_is_no_excess(graph):
    assert transitivity_excess(nx.to_numpy_array(graph), graphs=5) == 0.0


def test_cliques_have_more_triangles_than_their_degrees_and_a_random_graph_has_not():
    cliques = nx.to_numpy_array(nx.relaxed_caveman_graph(4, 5, 0.1, seed=1), weight=None)
    assert transitivity_excess(cliques, graphs=50) > 0.2
    draw = np.random.Generator(np.random.Philox(3))
    excess = []
    for _ in range(60):
        half = np.triu(draw.random((15, 15)) < 0.25, 1)
        excess.append(transitivity_excess((half | half.T).astype(float), graphs=20))
    assert abs(np.mean(excess)) < 4 * np.std(excess) / np.sqrt(len(excess))


@given(ties=graphs())
def test_transitivity_is_that_of_another_library(ties):
    assert transitivity(ties) == pytest.approx(nx.transitivity(nx.from_numpy_array(ties)))


# ----------------------------------------------------------------------------- core


@settings(deadline=None)
@given(ties=graphs())
def test_the_largest_core_is_the_largest(ties):
    """Against every set of bodies, one by one."""
    found = largest_core(ties)
    largest = 0
    for size in range(2, len(ties) + 1):
        for chosen in itertools.combinations(range(len(ties)), size):
            within = ties[np.ix_(chosen, chosen)].sum(axis=1)
            largest = size if (2 * within >= size - 1).all() else largest
    assert len(found) == largest
    within = ties[np.ix_(found, found)].sum(axis=1)
    assert (2 * within >= len(found) - 1).all()
