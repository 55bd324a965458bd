"""The words of the second model: ties and cores against an independent library and brute force, shares and means."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract

from sim.lanes.engine import let_rules_compile
from sim.rules.structure import (
    added_value,
    at_the_end,
    attendance_share,
    core,
    core_sectors,
    decisions_a_month,
    engagement,
    kept_share,
    mean_over_members,
    peeled,
    tie_centralisation,
    tie_cross_sector_share,
    tie_density,
    tie_transitivity,
    ties_of,
)

CONTRACTS = [
    Contract(
        engagement,
        {"senior_share": (0.0, 0.5), "junior_share": (0.0, 0.5), "kept_share": SHARE},
        rises="senior_share junior_share kept_share",
        low=0.0,
        high=1.0,
    ),
]
TESTED_BELOW = (
    added_value,
    at_the_end,
    attendance_share,
    core,
    core_sectors,
    decisions_a_month,
    kept_share,
    mean_over_members,
    peeled,
    tie_centralisation,
    tie_cross_sector_share,
    tie_density,
    tie_transitivity,
    ties_of,
)
ENOUGH = 0.93
"""Share of random graphs of at most nine bodies in which the peeled core has to be the largest."""


@st.composite
def tables(draw: st.DrawFn, most: int = 9):
    """Draw bodies, some of them members, with a sector each, and who is tied to whom (also to those who have left)."""
    bodies = draw(st.integers(1, most))
    pairs = list(itertools.combinations(range(bodies), 2))
    tied = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    ties = [[0.0] * bodies for _ in range(bodies)]
    for (i, j), tie in zip(pairs, tied, strict=True):
        ties[i][j] = ties[j][i] = float(tie)
    members = draw(st.lists(st.sampled_from((0.0, 1.0)), min_size=bodies, max_size=bodies))
    sectors = draw(st.lists(st.sampled_from((0.0, 1.0, 2.0, 3.0)), min_size=bodies, max_size=bodies))
    return ties, members, sectors


def graph_of(ties, members) -> nx.Graph:
    """Return the members and their ties as another library has them."""
    graph = nx.from_numpy_array(np.array(ties))
    return graph.subgraph([i for i, seat in enumerate(members) if seat])


def matrix_of(graph: nx.Graph) -> list[list[float]]:
    return nx.to_numpy_array(graph, nodelist=sorted(graph), weight=None).tolist()


def everybody(ties) -> list[float]:
    return [1.0] * len(ties)


def core_of(ties, members=None) -> list[int]:
    """Return the seats in the core as the rule finds it, after a look at whether it is one."""
    inside = [9.0] * len(ties)
    size = core(ties=ties, is_member=members or everybody(ties), inside=inside)
    seats = [i for i, is_in in enumerate(inside) if is_in == 1.0]
    assert set(inside) <= {0.0, 1.0}
    assert size == len(seats)
    assert is_core(ties, seats)
    return seats


def is_core(ties, seats) -> bool:
    """Return whether each of some bodies is tied to at least half of the others, word for word."""
    return all(2 * sum(ties[i][j] for j in seats if j != i) >= len(seats) - 1 for i in seats)


def largest_by_hand(ties, members=None) -> int:
    """Return the size of the largest core by looking at every set of bodies; 0 if no two are tied."""
    seats = [i for i, seat in enumerate(members or everybody(ties)) if seat]
    for size in range(len(seats), 1, -1):
        if any(is_core(ties, chosen) for chosen in itertools.combinations(seats, size)):
            return size
    return 0


# ---------------------------------------------------------------------------------- ties


@given(table=tables())
def test_ties_are_counted_as_by_another_library(table):
    """Density, degrees and transitivity of the members alone; those who have left count nowhere."""
    ties, members, _ = table
    graph = graph_of(ties, members)
    assert tie_density(ties=ties, is_member=members) == pytest.approx(nx.density(graph))
    assert tie_transitivity(ties=ties, is_member=members) == pytest.approx(nx.transitivity(graph))
    for body in graph:
        assert ties_of(ties=ties, is_member=members, body=body) == graph.degree(body)


@given(table=tables())
def test_ties_across_sectors_are_those_that_join_two(table):
    ties, members, sectors = table
    graph = graph_of(ties, members)
    across = [sectors[i] != sectors[j] for i, j in graph.edges]
    expected = sum(across) / len(across) if across else 0.0
    assert tie_cross_sector_share(ties=ties, is_member=members, sector=sectors) == pytest.approx(expected)


@given(table=tables())
def test_centralisation_is_that_of_freeman(table):
    """Written out from degree centralities, as the source has it."""
    ties, members, _ = table
    graph = graph_of(ties, members)
    found = tie_centralisation(ties=ties, is_member=members)
    n = len(graph)
    if n < 3:
        assert found == 0.0
        return
    centrality = nx.degree_centrality(graph).values()
    assert found == pytest.approx(sum(max(centrality) - one for one in centrality) / (n - 2))
    assert 0.0 <= found <= 1.0


@pytest.mark.parametrize(
    ("graph", "density", "centralisation", "transitivity", "core_size"),
    [
        (nx.empty_graph(5), 0.0, 0.0, 0.0, 0),
        (nx.complete_graph(5), 1.0, 0.0, 1.0, 5),
        (nx.star_graph(4), 0.4, 1.0, 0.0, 3),
        (nx.cycle_graph(5), 0.5, 0.0, 0.0, 5),
        (nx.cycle_graph(6), 0.4, 0.0, 0.0, 3),
        (nx.path_graph(2), 1.0, 0.0, 0.0, 2),
        (nx.complete_bipartite_graph(3, 3), 0.6, 0.0, 0.0, 6),
        (nx.petersen_graph(), 1 / 3, 0.0, 0.0, 5),
        (nx.disjoint_union(nx.complete_graph(5), nx.complete_graph(4)), 16 / 36, 1 / 14, 1.0, 5),
        (nx.empty_graph(1), 0.0, 0.0, 0.0, 0),
    ],
)
def test_known_shapes_have_known_numbers(graph, density, centralisation, transitivity, core_size):
    """A star, a ring, two cliques: what the words mean can be seen on them."""
    ties = matrix_of(graph)
    members = everybody(ties)
    assert tie_density(ties=ties, is_member=members) == pytest.approx(density)
    assert tie_centralisation(ties=ties, is_member=members) == pytest.approx(centralisation)
    assert tie_transitivity(ties=ties, is_member=members) == pytest.approx(transitivity)
    assert len(core_of(ties)) == core_size == largest_by_hand(ties)


@given(table=tables(), data=st.data())
def test_seats_can_be_permuted(table, data):
    """Who sits where is no fact about a partnership; of a core the rule promises that for most tables, not for all."""
    ties, members, sectors = table
    order = data.draw(st.permutations(range(len(ties))))
    again = ([[ties[i][j] for j in order] for i in order], [members[i] for i in order], [sectors[i] for i in order])
    for before, after in (
        (tie_density(ties=ties, is_member=members), tie_density(ties=again[0], is_member=again[1])),
        (tie_centralisation(ties=ties, is_member=members), tie_centralisation(ties=again[0], is_member=again[1])),
        (tie_transitivity(ties=ties, is_member=members), tie_transitivity(ties=again[0], is_member=again[1])),
        (
            tie_cross_sector_share(ties=ties, is_member=members, sector=sectors),
            tie_cross_sector_share(ties=again[0], is_member=again[1], sector=again[2]),
        ),
    ):
        assert before == after


# ---------------------------------------------------------------------------------- core


@given(table=tables())
def test_a_core_is_a_core_and_never_larger_than_the_largest(table):
    """Whatever the table: members only, each tied to half of the others, and all within two ties of each other."""
    ties, members, _ = table
    seats = core_of(ties, members)
    assert all(members[i] == 1.0 for i in seats)
    largest = largest_by_hand(ties, members)
    assert len(seats) <= largest
    assert (len(seats) == 0) == (largest == 0)
    for i, j in itertools.combinations(seats, 2):
        assert ties[i][j] or any(ties[i][k] and ties[k][j] for k in seats)


@pytest.mark.parametrize(
    ("bodies", "shapes", "short"), [(2, 2, 0), (3, 4, 0), (4, 11, 0), (5, 34, 0), (6, 156, 3), (7, 1044, 11)]
)
def test_peeling_finds_the_largest_core_of_almost_all_small_tables(bodies, shapes, short):
    """Every shape that so few bodies can take (the atlas of Read and Wilson), in the order of seats given there."""
    all_of_them = [matrix_of(graph) for graph in nx.graph_atlas_g() if len(graph) == bodies]
    assert len(all_of_them) == shapes
    assert sum(len(core_of(ties)) < largest_by_hand(ties) for ties in all_of_them) == short


@pytest.mark.parametrize("bodies", [7, 8, 9])
@pytest.mark.parametrize("density", [0.15, 0.25, 0.4])
def test_peeling_finds_the_largest_core_of_most_tables(bodies, density):
    """It is a bound from below, as the docstring says; it must be a close one."""
    draw = np.random.Generator(np.random.Philox(9))
    hits = []
    for _ in range(80):
        half = np.triu(draw.random((bodies, bodies)) < density, 1)
        ties = (half | half.T).astype(float).tolist()
        hits.append(len(core_of(ties)) == largest_by_hand(ties))
    assert np.mean(hits) >= ENOUGH


def test_peeling_can_fall_short():
    """A table on which it does, so that nobody takes the bound for the number."""
    draw = np.random.Generator(np.random.Philox(4))
    for _ in range(400):
        half = np.triu(draw.random((9, 9)) < 0.5, 1)
        ties = (half | half.T).astype(float).tolist()
        if len(core_of(ties)) < largest_by_hand(ties):
            return
    pytest.fail("peeling was never short: the docstring says too little for it")


@given(table=tables())
def test_what_is_left_of_a_circle_holds_its_start(table):
    """The body that peeling starts from stays, with those near it."""
    ties, members, _ = table
    left = [9.0] * len(ties)
    for start in range(len(ties)):
        size = peeled(ties=ties, is_member=members, start=start, left=left)
        seats = [i for i, is_left in enumerate(left) if is_left]
        assert size == len(seats)
        assert (start in seats) == (members[start] == 1.0)
        assert is_core(ties, seats)


def test_of_two_equal_cores_the_earlier_seats_are_taken():
    """Ties between sets are broken by the order of seats, as the docstring says."""
    ties = matrix_of(nx.disjoint_union(nx.complete_graph(3), nx.complete_graph(3)))
    assert core_of(ties) == [0, 1, 2]


@given(table=tables())
def test_sectors_of_a_core_are_counted_once(table):
    _, inside, sectors = table
    expected = len({sector for sector, is_in in zip(sectors, inside, strict=True) if is_in})
    assert core_sectors(inside=inside, sector=sectors) == expected


def test_the_compiled_core_marks_the_same_bodies():
    """The size alone is compared elsewhere; who is in it decides what comes of an abolition."""
    import numba

    let_rules_compile()
    compiled = numba.njit(core)
    draw = np.random.Generator(np.random.Philox(11))
    for bodies in (1, 6, 19):
        for _ in range(10):
            half = np.triu(draw.random((bodies, bodies)) < 0.3, 1)
            ties, members = (half | half.T).astype(float), (draw.random(bodies) < 0.8).astype(float)
            plain, marked = [0.0] * bodies, np.zeros(bodies)
            size = core(ties=ties.tolist(), is_member=members.tolist(), inside=plain)
            assert compiled(ties=ties, is_member=members, inside=marked) == size
            assert marked.tolist() == plain


# ------------------------------------------------------------------ who comes, what is kept

COUNTS = st.lists(st.integers(0, 9), min_size=12, max_size=12)


@given(seats=COUNTS, shares=st.lists(SHARES, min_size=12, max_size=12), order=st.permutations(range(12)))
def test_attendance_is_of_seats_and_not_of_meetings(seats, shares, order):
    """A full small meeting weighs less than a full large one; the order of months is none of its business."""
    filled = [math.floor(share * seat) for share, seat in zip(shares, seats, strict=True)]
    share = attendance_share(filled=filled, seats=seats)
    assert share == pytest.approx(sum(filled) / sum(seats) if sum(seats) else 0.0)
    assert 0.0 <= share <= 1.0
    assert share == attendance_share(filled=[filled[k] for k in order], seats=[seats[k] for k in order])


def test_attendance_by_rank_adds_up():
    """Juniors and seniors fill the seats between them."""
    seats, junior, senior = [19.0] * 4, [3.0, 0.0, 5.0, 1.0], [7.0, 9.0, 0.0, 2.0]
    both = [j + s for j, s in zip(junior, senior, strict=True)]
    by_rank = attendance_share(filled=junior, seats=seats) + attendance_share(filled=senior, seats=seats)
    assert attendance_share(filled=both, seats=seats) == pytest.approx(by_rank)


@given(due=COUNTS, shares=st.lists(SHARES, min_size=12, max_size=12))
def test_nothing_due_is_nothing_broken(due, shares):
    kept = [math.floor(share * one) for share, one in zip(shares, due, strict=True)]
    assert kept_share(kept=kept, due=due) == pytest.approx(sum(kept) / sum(due) if sum(due) else 1.0)
    assert kept_share(kept=[0.0] * 12, due=[0.0] * 12) == 1.0


@pytest.mark.parametrize(
    ("senior", "junior", "kept", "index"),
    [(1.0, 0.0, 1.0, 1.0), (0.0, 1.0, 1.0, 0.25), (1.0, 0.0, 0.0, 0.5), (0.5, 0.5, 0.5, 0.46875), (0.0, 0.0, 1.0, 0.0)],
)
def test_engagement_is_presence_times_keeping_ones_word(senior, junior, kept, index):
    """Worked by hand from the definition."""
    assert engagement(senior_share=senior, junior_share=junior, kept_share=kept) == index


@given(table=tables(), values=st.lists(SHARES, min_size=9, max_size=9))
def test_the_mean_is_over_members(table, values):
    _, members, _ = table
    of_members = [value for value, seat in zip(values, members, strict=False) if seat]
    expected = np.mean(of_members) if of_members else 0.0
    assert mean_over_members(values=values, is_member=members) == pytest.approx(expected)


def test_decisions_are_counted_over_the_months_there_were():
    """Two decisions in the first four months are one in two months, not one in six."""
    decisions = [0.0, 1.0, 0.0, 1.0] + [0.0] * 8
    assert decisions_a_month(decisions=decisions, months=4.0) == 0.5
    assert decisions_a_month(decisions=decisions, months=12.0) == pytest.approx(1 / 6)
    assert decisions_a_month(decisions=decisions, months=0.0) == 0.0


# ------------------------------------------------------------------------- what came of it


@given(outcome=st.lists(st.floats(-1.0, 1.0, allow_subnormal=False), min_size=5, max_size=5), more=SHARES)
def test_added_value_is_what_the_table_made_of_the_same_pounds(outcome, more):
    """None if the outcome is that of the same pounds alone; the mean over themes otherwise."""
    assert added_value(outcome=outcome, counterfactual=outcome) == 0.0
    better = [outcome[0] + more, *outcome[1:]]
    assert added_value(outcome=better, counterfactual=outcome) == pytest.approx(more / 5, abs=1e-12)


@given(
    series=st.lists(SHARES, min_size=1, max_size=40),
    flags=st.lists(st.sampled_from((0.0, 1.0)), min_size=40, max_size=40),
)
def test_the_end_is_the_last_twelve_months_lived(series, flags):
    """An abolished partnership is read as it was, not as the nothing that came after."""
    lived = flags[: len(series)]
    last = [value for value, is_alive in zip(series, lived, strict=True) if is_alive][-12:]
    assert at_the_end(series=series, lived=lived) == pytest.approx(np.mean(last) if last else 0.0)


def test_months_after_an_abolition_do_not_count():
    series = [0.25] * 30 + [0.0] * 100
    lived = [1.0] * 30 + [0.0] * 100
    assert at_the_end(series=series, lived=lived) == 0.25
