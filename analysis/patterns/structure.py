"""Whether who is tied to whom and who trusts whom is more than how many ties and how much trust there is.

Matrices are of one table: bodies × bodies, those that are members and no others. Diagonals are never read.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from sim.rules.structure import tie_transitivity

Numbers = NDArray[np.float64]

FEWEST_BODIES = 4
"""With fewer bodies nothing is left to estimate what is between two of them."""

SWITCHES_A_TIE = 10
"""Tries of an exchange for each tie between one random graph and the next."""

_ROUNDING = 1e-12
"""Trust that varies by less than this share of its mean is all alike, but for the last bits."""


# ---------------------------------------------------------------------------- trust


@dataclasses.dataclass(frozen=True)
class TrustVariance:
    """What directed trust varies by (…), as components of variance, each at least 0.

    ``truster``: some trust everybody more than others do. ``trustee``: some are trusted more by everybody. ``dyadic``:
    what one body has for another beyond both, which is where it counts with whom one works.
    """

    truster: Numbers
    trustee: Numbers
    dyadic: Numbers

    @property
    def dyadic_share(self) -> Numbers:
        """Return the dyadic share (…) of the three, in [0, 1]; NaN where all trust is alike."""
        together = self.truster + self.trustee + self.dyadic
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(together > 0.0, self.dyadic / together, np.nan)


def trust_variance(trust: Numbers) -> TrustVariance:
    """Return the components of variance (…) of matrices of trust (…, trusters, trustees), NaN below four bodies.

    The social relations model for a round robin without self-ratings: trust = mean + truster + trustee + dyad (Warner,
    Kenny and Stoto 1979; formulas of Kenny 1994, appendix B). Estimates do not depend on the number of bodies, as a
    share of explained sums of squares would; those below 0 count as 0.

    >>> who, whom = np.array([0.1, -0.1, 0.2, -0.2, 0.0]), np.array([0.0, 0.1, -0.1, 0.05, -0.05])
    >>> found = trust_variance(0.5 + who[:, None] + whom[None, :])
    >>> [round(float(part), 4) for part in (found.truster, found.trustee, found.dyadic)]
    [0.025, 0.0063, 0.0]
    """
    n = trust.shape[-1]
    if n < FEWEST_BODIES:
        unknown = np.full(trust.shape[:-2], np.nan)
        return TrustVariance(unknown, unknown, unknown)
    others = ~np.eye(n, dtype=np.bool_)
    given = np.where(others, trust, 0.0).sum(axis=-1) / (n - 1)
    taken = np.where(others, trust, 0.0).sum(axis=-2) / (n - 1)
    mean = given.mean(axis=-1, keepdims=True)
    own, cross, level = (n - 1) ** 2 / (n * (n - 2)), (n - 1) / (n * (n - 2)), (n - 1) / (n - 2)
    truster = own * given + cross * taken - level * mean
    trustee = own * taken + cross * given - level * mean
    left = np.where(others, trust - mean[..., None] - truster[..., :, None] - trustee[..., None, :], 0.0)
    back = np.swapaxes(left, -1, -2)
    # Sums over ordered pairs count each pair twice.
    between = ((left + back) ** 2).sum(axis=(-1, -2)) / 4.0 / ((n - 1) * (n - 2) / 2 - 1)
    within = ((left - back) ** 2).sum(axis=(-1, -2)) / 4.0 / ((n - 1) * (n - 2) / 2)
    dyadic, returned = (between + within) / 2.0, (between - within) / 2.0
    noise = (dyadic * (n - 1) + returned) / (n * (n - 2))
    of_trusters = (truster**2).sum(axis=-1) / (n - 1) - noise
    of_trustees = (trustee**2).sum(axis=-1) / (n - 1) - noise
    varies = np.where(others, trust, mean[..., None]).std(axis=(-1, -2)) > _ROUNDING * np.abs(mean[..., 0])
    of_trusters, of_trustees, dyadic = (
        np.where(varies, np.maximum(part, 0.0), 0.0) for part in (of_trusters, of_trustees, dyadic)
    )
    return TrustVariance(of_trusters, of_trustees, dyadic)


def dyadic_share(trust: Numbers) -> Numbers:
    """Return the share (…) of the variance of trust that lies between two bodies, in [0, 1], NaN if none varies.

    >>> likes_its_pair = np.kron(np.eye(3), np.ones((2, 2)))
    >>> float(dyadic_share(likes_its_pair))
    1.0
    """
    return trust_variance(trust).dyadic_share


# ----------------------------------------------------------------------------- ties


def random_graphs(ties: Numbers, *, graphs: int, seed: int) -> Numbers:
    """Return random graphs (graphs, bodies, bodies) in which every body has as many ties as in ``ties``.

    Two ties change partners if none would be doubled or tie a body to itself, and stay otherwise; a try that fails
    counts, so that every graph with these degrees comes up equally often (Fosdick et al. 2018).

    >>> ring_of_six = np.roll(np.eye(6), 1, axis=1) + np.roll(np.eye(6), -1, axis=1)
    >>> random_graphs(ring_of_six, graphs=3, seed=1).sum(axis=-1).tolist() == [[2.0] * 6] * 3
    True
    """
    draw = np.random.default_rng(seed)
    pairs = [(int(i), int(j)) for i, j in np.argwhere(np.triu(ties, 1) > 0.0)]
    neighbours: list[set[int]] = [set() for _ in range(len(ties))]
    for i, j in pairs:
        neighbours[i].add(j)
        neighbours[j].add(i)
    found = np.zeros((graphs, *ties.shape))
    for graph in found:
        _switch(pairs, neighbours, draw)
        for i, j in pairs:
            graph[i, j] = graph[j, i] = 1.0
    return found


def _switch(pairs: list[tuple[int, int]], neighbours: list[set[int]], draw: np.random.Generator) -> None:
    """Let ties change partners, ``SWITCHES_A_TIE`` tries for each."""
    if len(pairs) < 2:
        return
    tries = SWITCHES_A_TIE * len(pairs)
    chosen = draw.integers(len(pairs), size=(tries, 2)).tolist()
    turned = draw.integers(2, size=tries).tolist()
    for (one, other), turn in zip(chosen, turned, strict=True):
        a, b = pairs[one]
        c, d = pairs[other] if turn else pairs[other][::-1]
        if one == other or a in (c, d) or b in (c, d) or c in neighbours[a] or d in neighbours[b]:
            continue
        for i, j in ((a, b), (c, d)):
            neighbours[i].remove(j)
            neighbours[j].remove(i)
        for i, j in ((a, c), (b, d)):
            neighbours[i].add(j)
            neighbours[j].add(i)
        pairs[one], pairs[other] = (a, c), (b, d)


def transitivity(ties: Numbers) -> float:
    """Return how often two partners of one body are tied to each other, in [0, 1].

    >>> transitivity(np.ones((4, 4)) - np.eye(4))
    1.0
    """
    return tie_transitivity(ties=ties.tolist(), is_member=[1.0] * len(ties))


def transitivity_excess(ties: Numbers, *, graphs: int = 100, seed: int = 0) -> float:
    """Return transitivity minus its mean over random graphs with the same degrees, in [−1, 1].

    0 where the degrees leave no choice: then ties say nothing that their number does not.

    >>> two_triangles = np.kron(np.eye(2), np.ones((3, 3)) - np.eye(3))
    >>> transitivity_excess(two_triangles, graphs=200, seed=1) > 0.7
    True
    """
    by_chance = [transitivity(graph) for graph in random_graphs(ties, graphs=graphs, seed=seed)]
    return transitivity(ties) - float(np.mean(by_chance))


# ----------------------------------------------------------------------------- core


def largest_core(ties: Numbers) -> list[int]:
    """Return a largest set of bodies each of which is tied to at least half of the others in it, empty without a tie.

    Certain, by search, where the steps in ``sim/life.py`` give a bound: what may still be left out or has to stay is
    tried both ways, the least tied first, unless no larger set can come of it. For up to some 25 bodies; with more, and
    many ties, it may take very long.

    >>> square_and_a_tail = np.zeros((5, 5))
    >>> for i, j in ((0, 1), (1, 2), (2, 3), (3, 0), (3, 4)):
    ...     square_and_a_tail[i, j] = square_and_a_tail[j, i] = 1.0
    >>> largest_core(square_and_a_tail)
    [0, 1, 2, 3]
    """
    partners = [sum(1 << int(j) for j in np.flatnonzero(row) if j != i) for i, row in enumerate(ties)]
    best = 0
    waiting = [((1 << len(ties)) - 1, 0)]
    while waiting:
        left, stay = waiting.pop()
        degrees = _pruned(partners, left, stay, more_than=max(1, best.bit_count()))
        if not degrees:
            continue
        if 2 * min(degrees.values()) >= len(degrees) - 1:
            best = sum(1 << i for i in degrees)
            continue
        free = [i for i in degrees if not stay >> i & 1]
        if free:
            left = sum(1 << i for i in degrees)
            least = min(free, key=degrees.__getitem__)
            waiting += [(left, stay | 1 << least), (left & ~(1 << least), stay)]
    return [i for i in range(len(ties)) if best >> i & 1]


def _pruned(partners: list[int], left: int, stay: int, *, more_than: int) -> dict[int, int]:
    """Return the degrees of those in ``left`` who can be in a core of ``more_than`` and one; empty if there is none."""
    while left.bit_count() > more_than:
        degrees = {i: (partners[i] & left).bit_count() for i in range(len(partners)) if left >> i & 1}
        hopeless = sum(1 << i for i, degree in degrees.items() if 2 * degree < more_than)
        if hopeless & stay:
            return {}
        if not hopeless:
            return degrees
        left &= ~hopeless
    return {}
