"""One run for the explorer, body by body: who comes and why, who is tied to and trusts whom, and what happens to them.

Kept apart from the bands, so that a process that lives through examples starts quickly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from experiments.page.packing import Json, packed, packed_codes
from sim import PartnershipModel, Scenario
from sim.history import History, history_of
from sim.measures import COLUMNS
from sim.partners import Partner

_TRUST_LEVELS = 250
_MONTHS_BETWEEN_TRUST = ((30, 1), (60, 3))
_MONTHS_BETWEEN_TRUST_OF_MANY = 6


class WatchedPartnership(PartnershipModel):
    """A partnership of which the ties and the trust between its members are written down in some months."""

    def __init__(self, scenario: Scenario, *, seed: int, replicate: int, trust_at: Sequence[int] | None = None) -> None:
        super().__init__(scenario, seed=seed, replicate=replicate, record_terms=True)
        self.trust_months = tuple(trust_months(self.n_seats, scenario.months) if trust_at is None else trust_at)
        self.trust_levels = np.zeros((len(self.trust_months), self.n_seats, self.n_seats), dtype=np.uint8)
        self.tied_then = np.zeros_like(self.trust_levels)

    def step(self) -> None:
        """Live through one month and, when it is time, write down who is tied to and trusts whom."""
        month = self.month
        super().step()
        if month in self.trust_months:
            levels = np.rint(np.array([partner.trust for partner in self.partners]) * _TRUST_LEVELS)
            place = self.trust_months.index(month)
            self.trust_levels[place] = levels
            self.tied_then[place] = np.array([partner.tie for partner in self.partners]) > 0.0


def trust_months(n_seats: int, months: int) -> range:
    """Return the months whose trust is kept: fewer on large boards, for trust has seats × seats values."""
    every = next((step for seats, step in _MONTHS_BETWEEN_TRUST if n_seats <= seats), _MONTHS_BETWEEN_TRUST_OF_MANY)
    return range(0, months, every)


def example(
    scenario: Scenario,
    *,
    seed: int,
    replicate: int,
    months_at: Sequence[int] | None = None,
    trust_at: Sequence[int] | None = None,
    compressed: bool = False,
) -> Json:
    """Return one replicate body by body: state and utility terms every month, ties, trust and events.

    In months without a table nobody counts as a member.

    Lived on the Mesa engine, whose numbers are those of the bands to the last bit; half a second for 19 seats.
    ``months_at`` and ``trust_at`` keep fewer months; ``compressed`` is for files, with fewer digits too.
    """
    model = WatchedPartnership(scenario, seed=seed, replicate=replicate, trust_at=trust_at)
    for _ in range(scenario.months):
        model.step()
    history = history_of(model, seed=seed, replicate=replicate)
    kept = list(range(scenario.months) if months_at is None else months_at)
    rows = model.partner_rows[kept].transpose(2, 0, 1)
    stood = history.measures["is_dissolved"].shift(1, fill_value=0.0).to_numpy()[kept] == 0.0
    is_member = (rows[0] > 0.0) & stood[:, None]
    state = np.where(is_member, rows, np.nan)
    state[0] = is_member
    n_columns = len(COLUMNS)
    digits: Literal["u8", "i16"] = "u8" if compressed else "i16"
    return {
        "replicate": replicate,
        "regime": history.regime,
        "months_at": kept,
        "partners": _labelled(model.partners),
        "columns": list(COLUMNS),
        "values": packed(state[:n_columns], digits, along=0, compressed=compressed),
        "terms": packed(state[n_columns:], digits, along=0, compressed=compressed),
        "trust_months": list(model.trust_months),
        "trust": packed_codes(model.trust_levels, scale=1.0 / _TRUST_LEVELS, compressed=compressed),
        "ties": packed_codes(model.tied_then, compressed=compressed),
        "events": _events(history),
    }


def _labelled(partners: Sequence[Partner]) -> list[Json]:
    """Return who sits where, numbered where a kind of body has several seats."""
    seats = Counter(partner.kind.archetype for partner in partners)
    return [
        {
            "name": partner.kind.label
            + (f" {partner.name.rpartition('_')[2]}" if seats[partner.kind.archetype] > 1 else ""),
            "archetype": partner.kind.archetype,
            "sector": partner.kind.sector,
        }
        for partner in partners
    ]


def _events(history: History) -> list[Json]:
    seats = {name: seat for seat, name in enumerate(history.partners["partner"].unique())}
    columns = (history.events[name] for name in ("month", "event", "partner"))
    return [
        {"month": int(month), "event": event, "partner": seats.get(who)}
        for month, event, who in zip(*columns, strict=True)
    ]
