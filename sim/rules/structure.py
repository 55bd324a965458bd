"""The words of the model: who works with whom, who comes, and what is kept of it.

Members are those of a table. ``ties`` is the matrix of who is tied to whom: symmetric, 1 or 0, of bodies × bodies;
``is_member`` says of every body whether it has a seat (1 or 0). The diagonal is never read. Vectors of a year hold
twelve months in any order, so a ring of twelve numbers will do.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence

from sim.jit import rule
from sim.rules.mathematics import mean_or_zero, total

JUNIOR_WEIGHT = 0.25
"""What a meeting attended by a junior counts for, where one attended in person counts 1: a junior hears, and cannot
commit (S4)."""

WITHOUT_KEEPING = 0.5
"""What is left of the engagement of a body that comes and keeps none of its commitments."""

MONTHS_A_YEAR = 12.0


# ---------------------------------------------------------------------------------- ties


@rule
def ties_of(ties: Sequence[Sequence[float]], is_member: Sequence[float], body: int) -> float:
    """Return how many members a body is tied to, itself not counted (degree; 0 to members − 1)."""
    count = 0.0
    for other in range(len(is_member)):
        if other != body:
            count += ties[body][other] * is_member[other]
    return count


@rule
def tie_density(ties: Sequence[Sequence[float]], is_member: Sequence[float]) -> float:
    """Return the share of pairs of members that are tied, in [0, 1]; 0 without a pair (Wasserman and Faust 1994)."""
    tied, pairs = 0.0, 0.0
    for i in range(len(is_member)):
        for j in range(i):
            both = is_member[i] * is_member[j]
            pairs += both
            tied += both * ties[i][j]
    return mean_or_zero(total=tied, count=pairs)


@rule
def tie_cross_sector_share(
    ties: Sequence[Sequence[float]], is_member: Sequence[float], sector: Sequence[float]
) -> float:
    """Return the share of ties that join different sectors, in [0, 1]; 0 without a tie.

    ``sector`` holds a whole number for each body. A project needs several sectors at once (S4: the weakest member
    decides), so ties within one carry little.
    """
    tied, across = 0.0, 0.0
    for i in range(len(is_member)):
        for j in range(i):
            tie = is_member[i] * is_member[j] * ties[i][j]
            tied += tie
            if sector[i] != sector[j]:
                across += tie
    return mean_or_zero(total=across, count=tied)


@rule
def tie_centralisation(ties: Sequence[Sequence[float]], is_member: Sequence[float]) -> float:
    """Return how far ties run to one body, in [0, 1]: 1 a star, 0 all have equally many or there are fewer than three.

    Degree centralisation of Freeman (1979): the sum of what each member has fewer than the one with most, over the
    largest such sum that as many bodies can have, which is that of a star.
    """
    most, tied, members = 0.0, 0.0, 0.0
    for i in range(len(is_member)):
        if is_member[i] > 0.0:
            degree = ties_of(ties=ties, is_member=is_member, body=i)
            most = max(most, degree)
            tied += degree
            members += 1.0
    return mean_or_zero(total=members * most - tied, count=(members - 1.0) * (members - 2.0))


@rule
def tie_transitivity(ties: Sequence[Sequence[float]], is_member: Sequence[float]) -> float:
    """Return how often two partners of one body are tied to each other, in [0, 1]; 0 if nobody has two partners.

    Three times the triangles over the paths of two ties (Newman, Watts and Strogatz 2002). In random graphs it is near
    the density, and higher where some have many ties: set it against random graphs with the same degrees.
    """
    paths, closed = 0.0, 0.0
    for i in range(len(is_member)):
        for j in range(len(is_member)):
            if j == i or is_member[i] * is_member[j] * ties[i][j] == 0.0:
                continue
            for k in range(j):
                if k != i:
                    path = is_member[k] * ties[i][k]
                    paths += path
                    closed += path * ties[j][k]
    return mean_or_zero(total=closed, count=paths)


# ---------------------------------------------------------------------------------- core


@rule
def core(ties: Sequence[Sequence[float]], is_member: Sequence[float], inside: MutableSequence[float]) -> float:
    """Return the size of the core, 0 without a tie, and mark its members in ``inside`` (1, all others 0).

    A core is a largest set each of whose members is tied to at least half of the others in it (nobody is tied to
    itself): a quasi-clique of ½ (Matsuda et al. 1999). Two of its members are always tied or share a partner in it,
    so it is of one piece, and lies within two ties of each member. From each member in turn, all within two ties are
    taken and peeled; the largest that is left is the core. Of equally large ones it is that of the earliest seat.

    **What is found is always such a set; that no larger one exists is not certain**: to find the largest is NP-hard.
    Of all graphs of up to five bodies it finds the largest, of those of six all but 3 of 156, of seven all but 11 of
    1,044. In trials with random graphs of 9 bodies it was short in 0 to 7 of 100, the more the denser; of 19 bodies in
    0 to 4 of 100 up to a density of ¼, mostly by one body, and in a third of those made of three dense blocks, by two
    or three. ``analysis.patterns.structure.largest_core`` finds the largest by search. The order of
    seats may decide among equals, and changed the size in about 1 graph of 100. It takes bodies³ steps, compiled up to
    a tenth of a millisecond for 19 bodies: a month of the whole model takes a hundredth of that.
    """
    bodies = len(is_member)
    left = [0.0] * bodies
    largest = 0.0
    for i in range(bodies):
        inside[i] = 0.0
    for start in range(bodies):
        if is_member[start] > 0.0:
            size = peeled(ties=ties, is_member=is_member, start=start, left=left)
            if size > max(1.0, largest):
                largest = size
                for i in range(bodies):
                    inside[i] = left[i]
    return largest


@rule
def peeled(
    ties: Sequence[Sequence[float]], is_member: Sequence[float], start: int, left: MutableSequence[float]
) -> float:
    """Return how many are left of those within two ties of ``start``, and mark them, when all have half of the others.

    Until all have, the one with fewest ties to those left goes, a tie to ``start`` counted twice; of equals the one
    with fewest ties altogether, of these the last seat. ``start`` stays.
    """
    bodies = len(is_member)
    degree = [0.0] * bodies
    within = [0.0] * bodies
    size = 0.0
    for i in range(bodies):
        near = 1.0 if i == start else ties[start][i]
        for j in range(bodies):
            if j != start and j != i and ties[start][j] * is_member[j] * ties[j][i] > 0.0:
                near = 1.0
        left[i] = near * is_member[i]
        size += left[i]
    for i in range(bodies):
        degree[i] = ties_of(ties=ties, is_member=is_member, body=i)
        within[i] = ties_of(ties=ties, is_member=left, body=i)
    while True:
        fewest, last, goes = within[start], 0.0, start
        for i in range(bodies):
            if left[i] > 0.0 and i != start:
                fewest = min(fewest, within[i])
                counted = within[i] + ties[i][start]
                if goes == start or counted < last or (counted == last and degree[i] <= degree[goes]):
                    last, goes = counted, i
        if 2.0 * fewest >= size - 1.0:
            return size
        left[goes] = 0.0
        size -= 1.0
        for i in range(bodies):
            if i != goes:
                within[i] -= ties[goes][i]


@rule
def core_sectors(inside: Sequence[float], sector: Sequence[float]) -> float:
    """Return from how many sectors the bodies come that are marked in ``inside``, as by ``core``."""
    sectors = 0.0
    for i in range(len(inside)):
        if inside[i] > 0.0:
            new = 1.0
            for j in range(i):
                if inside[j] > 0.0 and sector[j] == sector[i]:
                    new = 0.0
            sectors += new
    return sectors


# ------------------------------------------------------------------ who comes, what is kept


@rule
def attendance_share(filled: Sequence[float], seats: Sequence[float]) -> float:
    """Return the share of seats filled at the meetings held in a year, in [0, 1]; 0 if none was held.

    Both vectors are by month: seats at the meetings held, and how many of them were filled, by anybody, by juniors or
    in person. With one body's own seat it is the share of meetings that this body came to.
    """
    return mean_or_zero(total=total(filled), count=total(seats))


@rule
def kept_share(kept: Sequence[float], due: Sequence[float]) -> float:
    """Return the share of the commitments that fell due in a year and were kept, in [0, 1]; 1 if none fell due."""
    fell_due = total(due)
    return total(kept) / fell_due if fell_due > 0.0 else 1.0


@rule
def engagement(senior_share: float, junior_share: float, kept_share: float) -> float:
    """Return a member's engagement over a year, in [0, 1].

    ``senior_share`` and ``junior_share`` are the shares of the year's meetings to which it came in person and sent a
    junior (together at most 1), ``kept_share`` is that of its own commitments due that were kept. Coming in person and
    keeping one's word is 1; sending juniors ¼ of coming; keeping nothing halves it.
    """
    present = senior_share + JUNIOR_WEIGHT * junior_share
    return present * (WITHOUT_KEEPING + (1.0 - WITHOUT_KEEPING) * kept_share)


@rule
def mean_over_members(values: Sequence[float], is_member: Sequence[float]) -> float:
    """Return the mean of a number over members, such as their engagement; 0 without a member."""
    together = 0.0
    for i in range(len(is_member)):
        together += is_member[i] * values[i]
    return mean_or_zero(total=together, count=total(is_member))


@rule
def decisions_a_month(decisions: Sequence[float], months: float) -> float:
    """Return the projects and strategies adopted a month, over a year or the ``months`` there were of it; ≥ 0."""
    return mean_or_zero(total=total(decisions), count=months)


# ------------------------------------------------------------------------- what came of it


@rule
def added_value(outcome: Sequence[float], counterfactual: Sequence[float]) -> float:
    """Return the outcome, mean over themes, minus that of the counterfactual, in shares of the gap (0.01 is a point).

    The counterfactual is the same pounds spent alone under the same shocks, without a table.
    """
    return mean_or_zero(total=total(outcome) - total(counterfactual), count=len(outcome))


@rule
def at_the_end(series: Sequence[float], lived: Sequence[float]) -> float:
    """Return the mean of a measure over the last twelve months that a partnership lived (fewer if it lived less).

    ``series`` and ``lived`` (1 or 0) are by month, in order. Months after an abolition do not count, so what is read of
    a partnership that is gone is what it was. 0 if it never lived.
    """
    together, months = 0.0, 0.0
    for back in range(1, len(series) + 1):
        if months < MONTHS_A_YEAR and lived[len(series) - back] > 0.0:
            together += series[len(series) - back]
            months += 1.0
    return mean_or_zero(total=together, count=months)


# ---------------------------------------------------------------------------------- influence


@rule
def normalised_herfindahl(sum_of_squared_shares: float, n_members: float) -> float:
    """Return the concentration of influence: 0 for equal shares, 1 for one member or one who has all."""
    if n_members <= 1.0:
        return 1.0
    even = 1.0 / n_members
    return max(0.0, (sum_of_squared_shares - even) / (1.0 - even))
