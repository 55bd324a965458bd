"""Words that several rooms put together alike."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Return names as a list within a sentence: "a, b and c".

    >>> listed(["trust"]), listed(["trust", "engagement", "dominance"])
    ('trust', 'trust, engagement and dominance')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
