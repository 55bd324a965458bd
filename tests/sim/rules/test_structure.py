"""What is made of ties, presence, promises and influence: against an independent library, and by hand."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SHARE, SHARES, Contract

from sim.rules.structure import at_the_end, engagement, kept_share, normalised_herfindahl, tie_transitivity

CONTRACTS = [
    Contract(
        engagement,
        {"senior_share": (0.0, 0.5), "junior_share": (0.0, 0.5), "kept_share": SHARE},
        rises="senior_share junior_share kept_share",
        low=0.0,
        high=1.0,
    ),
]
TESTED_BELOW = (at_the_end, kept_share, normalised_herfindahl, tie_transitivity)


@st.composite
def tables(draw: st.DrawFn, most: int = 9):
    """Draw bodies, some of them members, and who is tied to whom (also to those who have left)."""
    bodies = draw(st.integers(1, most))
    pairs = list(itertools.combinations(range(bodies), 2))
    tied = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    ties = [[0.0] * bodies for _ in range(bodies)]
    for (i, j), tie in zip(pairs, tied, strict=True):
        ties[i][j] = ties[j][i] = float(tie)
    members = draw(st.lists(st.sampled_from((0.0, 1.0)), min_size=bodies, max_size=bodies))
    return ties, members


@given(table=tables())
def test_transitivity_is_that_of_another_library(table):
    """Of the members alone; those who have left count nowhere."""
    ties, members = table
    graph = nx.from_numpy_array(np.array(ties)).subgraph([i for i, seat in enumerate(members) if seat])
    assert tie_transitivity(ties=ties, is_member=members) == pytest.approx(nx.transitivity(graph))


# ------------------------------------------------------------------ who comes, what is kept

COUNTS = st.lists(st.integers(0, 9), min_size=12, max_size=12)


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


# ------------------------------------------------------------------------- what came of it


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


# ------------------------------------------------------------------------- influence


@given(n=st.integers(2, 100))
def test_dominance_runs_from_all_equal_to_one_has_all(n):
    """The limits of the normalised Herfindahl index do not depend on the size of the board."""
    assert normalised_herfindahl(n * (1.0 / n) ** 2, n) == pytest.approx(0.0, abs=1e-12)
    assert normalised_herfindahl(1.0, n) == pytest.approx(1.0, abs=1e-12)
    assert normalised_herfindahl(1.0, 1) == 1.0


@given(raw=st.lists(st.floats(0.01, 1.0), min_size=7, max_size=7), share=SHARES)
def test_dominance_rises_as_influence_moves_to_the_top(raw, share):
    """Taking from everybody for the strongest must not look more equal."""
    shares = [weight / math.fsum(raw) for weight in raw]
    top = shares.index(max(shares))
    sharper = [(1.0 - share) * own + (share if k == top else 0.0) for k, own in enumerate(shares)]
    before, after = (normalised_herfindahl(math.fsum(s * s for s in rows), 7) for rows in (shares, sharper))
    assert 0.0 <= before <= after + 1e-12 <= 1.0 + 2e-12
