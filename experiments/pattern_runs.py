"""Simulating what the patterns of ``analysis/patterns.py`` read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from experiments.compose import load_scenario
from sim import Scenario, find_place, place_names, with_changes

SYNTHETIC_PLACES = ("typical", "two_tier_county")

FIVE_COMPONENTS = ("attend", "share_data", "support_costs", "service_plans", "report")
"""The duty to cooperate as S4 lists it; to have regard to the strategy is a lever of its own."""

_REQUESTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "baseline": ("baseline_lsp", ()),
    "size_30": ("baseline_lsp", ("board=forum_30", "months=60")),
    "size_60": ("baseline_lsp", ("board=large_forum", "months=60")),
    "size_100": ("baseline_lsp", ("board=forum_100", "months=60")),
    "typical": ("baseline_lsp", ()),
    "public_only": ("baseline_lsp", ("board=public_only_executive",)),
    "staffed": ("baseline_lsp", ("levers.staff_team=1",)),
    "unstaffed": ("baseline_lsp", ("levers.staff_team=0",)),
    "duty": ("baseline_lsp", tuple(f"levers.duty.{component}=1" for component in FIVE_COMPONENTS)),
    "cliff": ("nrf_cliff_2008", ("months=120",)),
    "growth_coalition": ("growth_coalition", ()),
    "talking_shop": ("talking_shop", ()),
    "single_agency_domination": ("single_agency_domination", ()),
}

_OVER_PLACES = ("baseline", "cliff")
_LARGE_BOARDS = ("size_30", "size_60", "size_100", "talking_shop")
"""Costly, and read as means that vary little: a third of the runs will do."""


@dataclasses.dataclass(frozen=True)
class Batch:
    """One experiment: its scenarios (one a place) and how many replicates each needs."""

    name: str
    scenarios: tuple[Scenario, ...]
    replicates: int


def pattern_batches(*, runs: int) -> tuple[Batch, ...]:
    """Return the experiments, each with about ``runs`` runs over its places (large boards: a third)."""
    batches = []
    for name, (scenario, overrides) in _REQUESTS.items():
        base = load_scenario(scenario, overrides)
        over = _over_real_places(base) if name in _OVER_PLACES else (base,)
        wanted = runs / 3 if name in _LARGE_BOARDS else runs
        batches.append(Batch(name=name, scenarios=over, replicates=max(1, round(wanted / len(over)))))
    return tuple(batches)


def _over_real_places(scenario: Scenario) -> tuple[Scenario, ...]:
    real: Sequence[str] = [name for name in place_names() if name not in SYNTHETIC_PLACES]
    return tuple(with_changes(scenario, place=find_place(name)) for name in real)
