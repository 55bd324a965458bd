"""What bodies choose at tables, by name."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Choices:
    """The choices of bodies in a month: at which tables, and of what, each in the order of its number from 0."""

    tables: tuple[str, ...]
    ranks: tuple[str, ...]
