"""What tests are made of: typical settings, random scenarios, and sign contracts of rules."""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import sim
from analysis.shared.paths import nested
from sim.scenario import month_name, month_number

TYPICAL_BOARD: Mapping[str, int] = {
    "council": 1,
    "police": 1,
    "primary_care_trust": 1,
    "learning_skills_council": 1,
    "jobcentre_plus": 1,
    "regional_development_agency": 1,
    "fire_service": 1,
    "housing_association": 1,
    "university_college": 1,
    "chamber_of_commerce": 1,
    "large_employer": 2,
    "small_business_federation": 1,
    "vcs_infrastructure_body": 1,
    "vcs_service_provider": 2,
    "faith_network": 1,
    "residents_network": 2,
}

LAUNCH = "2001-04"


def typical_settings(**changes: Any) -> dict[str, Any]:
    """Return plain settings of the typical board with the given fields changed."""
    return {"board": {"members": dict(TYPICAL_BOARD)}, **changes}


def board(members: Mapping[str, int], **changes: Any) -> dict[str, Any]:
    """Return plain settings of another board, chaired by nobody unless told."""
    return {"members": dict(members), "chair": "nobody", **changes}


def step_label(step: int) -> str:
    """Return the calendar month of a step of a run that starts at ``LAUNCH``."""
    return month_name(month_number(LAUNCH) + step)


def run(settings: Mapping[str, Any], *, seed: int = 0, replicate: int = 0, **options: Any) -> sim.History:
    """Return the history of one run of plain settings."""
    return sim.simulate(sim.scenario_from(settings), seed=seed, replicate=replicate, **options)


def lived(
    scenario: sim.Scenario, *, seed: int = 0, replicate: int = 0, months: int | None = None, record_terms: bool = False
) -> Any:
    """Return a model that has lived through its months, or through the first ``months`` of them."""
    model = sim.PartnershipModel(scenario, seed=seed, replicate=replicate, record_terms=record_terms)
    for _ in range(scenario.months if months is None else months):
        model.step()
    return model


# ---------------------------------------------------------------- steps of one's own


def extension_text() -> str:
    """Return the module that docs/extending.md writes, part by part."""
    page = Path(sim.__file__).parents[1] / "docs" / "extending.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return "\n".join(block for block in blocks if block.startswith("# grudges.py"))


# ---------------------------------------------------------------- parameters as a tree


def prior(name: str) -> tuple[float, float]:
    """Return the range of a number of behaviour, for example ``prior("habit_pull")``."""
    parameter = sim.PARAMETERS[f"behaviour.{name}"]
    assert parameter.low is not None
    assert parameter.high is not None
    return parameter.low, parameter.high


def numeric_levers() -> list[sim.Parameter]:
    """Return every lever that is a number (the fund among them)."""
    return [p for p in sim.PARAMETERS.values() if p.path.startswith("levers.") and p.low is not None]


def levers_off() -> dict[str, Any]:
    """Return settings of levers that are all zero."""
    tree = nested({p.path: 0.0 for p in numeric_levers()})["levers"]
    assert isinstance(tree, dict)
    return tree


def allowed_values(parameter: sim.Parameter) -> st.SearchStrategy[Any]:
    """Return a strategy for the values that a parameter may take, its ends among them."""
    options: list[st.SearchStrategy[Any]] = []
    if parameter.choices:
        options.append(st.sampled_from(parameter.choices))
    if parameter.low is not None and parameter.high is not None:
        options.append(st.sampled_from((parameter.low, parameter.high)))
        options.append(st.floats(parameter.low, parameter.high, allow_subnormal=False))
    return st.one_of(options)


_CHANGEABLE = tuple(sim.PARAMETERS.values())
_LEVERS = tuple(p for p in _CHANGEABLE if p.path.startswith(("levers.", "leadership.")))


@st.composite
def overrides(draw: st.DrawFn, parameters: Iterable[sim.Parameter] = _CHANGEABLE, most: int = 25) -> dict[str, Any]:
    """Draw allowed values for some parameters, as a nested tree."""
    chosen = draw(st.lists(st.sampled_from(tuple(parameters)), max_size=most, unique_by=lambda p: p.path))
    return nested({p.path: draw(allowed_values(p)) for p in chosen})


FACTS = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "tiers": st.sampled_from((1, 2)),
            "agreement_round": st.integers(0, 3),
            "successor": st.sampled_from(("full", "transition", "none")),
            "ends": st.sampled_from((None, "2009-04")),
        },
    ),
)
"""A strategy for the places that a calendar entry is for."""


@st.composite
def scenario_settings(draw: st.DrawFn, longest: int = 40) -> dict[str, Any]:
    """Draw plain settings of a scenario: any place, board, levers, calendar and behaviour."""
    archetypes = ["council", *sorted(set(sim.ARCHETYPES) - {"unitary_council", "county_council", "district_council"})]
    members = draw(st.dictionaries(st.sampled_from(archetypes), st.integers(1, 3), min_size=1, max_size=9))
    months = draw(st.integers(6, longest))
    sectors = sorted({"council" if name == "council" else sim.ARCHETYPES[name].sector for name in members})
    steps = st.integers(0, months - 1).map(step_label)
    place = dataclasses.asdict(sim.find_place(draw(st.sampled_from(sim.place_names()))))
    calendar = []
    for _ in range(draw(st.integers(0, 3))):
        entry = {"from": draw(steps), **draw(overrides(_LEVERS, 5))}
        entry["abolish"] = draw(st.lists(st.sampled_from(archetypes), max_size=2, unique=True))
        entry["executive"] = draw(st.sampled_from((None, "everyone", "public_only")))
        entry["where"] = draw(FACTS)
        calendar.append(entry)
    gone = {name for entry in calendar for name in entry["abolish"]}
    for entry in calendar:
        kinds = [name for name in archetypes if name not in gone]
        # A unitary council may follow those of two tiers, which is how a chair is passed on.
        kinds += ["unitary_council"] * 2 if "council" in gone and place["tiers"] == 2 else []
        entry["creates"] = draw(st.dictionaries(st.sampled_from(kinds), st.integers(1, 2), max_size=2))
    bodies = draw(own_bodies(months))
    return {
        "board": {
            **bodies,
            "members": members,
            "chair": draw(st.sampled_from(("nobody", *sectors))),
            "executive": draw(st.sampled_from(("everyone", "public_only"))),
            "entries": [
                {
                    "month": draw(steps),
                    "archetype": draw(st.sampled_from(archetypes)),
                    "count": draw(st.integers(1, 2)),
                }
                for _ in range(draw(st.integers(0, 2)))
            ],
        },
        "months": months,
        "place": place | draw(st.one_of(st.just({}), series(steps))),
        "calendar": calendar,
        **draw(overrides()),
    }


@st.composite
def own_bodies(draw: st.DrawFn, months: int) -> dict[str, Any]:
    """Draw up to four bodies by name, of a type of one's own among others, with some trust and ties that are known."""
    types = {"credit_union": {"based_on": "vcs_service_provider", "differs": {"discretionary_share": draw(SHARES)}}}
    bodies: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 4))):
        weights = st.fixed_dictionaries({}, optional={"economy": st.floats(0.1, 9.0), "crime": st.just(1.0)})
        differs = draw(weights) | draw(st.dictionaries(st.sampled_from(("named_in_duty", "silos")), SHARES))
        bodies.append(
            {
                "name": f"Body {number}",
                "type": draw(st.sampled_from(("credit_union", "police", "large_employer", "district_council"))),
                "budget_gbp_m": draw(st.one_of(st.none(), st.floats(0.0, 500.0))),
                "differs": differs,
                "groups": draw(st.one_of(st.none(), st.lists(st.sampled_from(("safer", "economic")), unique=True))),
                "joins": draw(st.one_of(st.none(), st.integers(0, months).map(step_label))),
            }
        )
    names = [body["name"] for body in bodies if body["joins"] in (None, LAUNCH)]
    pairs = [(one, other) for one in names for other in names if one < other]
    known = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return {
        "bodies": bodies,
        "types": types,
        "trust": [{"giver": one, "receiver": other, "trust": draw(SHARES)} for one, other in known],
        "ties": [{"one": one, "other": other, "tied": draw(st.booleans())} for one, other in known],
    }


def series(months: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for a fund and need by dates."""
    need = st.fixed_dictionaries(dict.fromkeys(sim.THEMES, SHARES))
    return st.fixed_dictionaries(
        {
            "fund_series": st.lists(
                st.fixed_dictionaries({"month": months, "gbp_m_a_year": st.floats(0.0, 60.0)}), max_size=3
            ),
            "need_series": st.lists(st.fixed_dictionaries({"month": months, "need": need}), max_size=2),
        }
    )


def fading_settings(**changes: Any) -> dict[str, Any]:
    """Return settings under which little holds a partnership, and some are founded again."""
    return typical_settings(
        months=40,
        levers=levers_off()
        | {"outside_option": 1.0, "austerity": 0.6, "pooling_rate": 0.2, "flexible_fund_gbp_m": 0.5},
        behaviour={"highest_hazard": 0.15, "hold_needed": 0.6, "hold_engaged": 0.4, "refounding_rate": 0.045},
        **changes,
    )


SHARES = st.floats(0.0, 1.0, allow_subnormal=False)


# ---------------------------------------------------------------- sign contracts

SHARE = (0.0, 1.0)
FLAG = (False, True)


@dataclasses.dataclass(frozen=True)
class Contract:
    """What a rule promises: where its arguments live, which way each moves it, and its bounds.

    ``rises`` and ``falls`` name arguments in which the rule never falls (rises) and does move at the
    ``centre``; ``free`` names those without a promised direction. Together they name every argument.
    ``idle`` names those that keep their sign but do nothing at this centre, and so move the rule at that of
    another contract. ``zero`` names arguments without which the rule gives exactly nothing.
    """

    function: Callable[..., Any]
    ranges: Mapping[str, tuple[Any, Any]]
    rises: str = ""
    falls: str = ""
    free: str = ""
    idle: str = ""
    zero: str = ""
    low: float = -math.inf
    high: float = math.inf
    centre: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.function.__name__

    def points(self) -> st.SearchStrategy[dict[str, Any]]:
        """Return a strategy for arguments anywhere in their ranges."""
        return st.fixed_dictionaries({name: _anywhere(*span) for name, span in self.ranges.items()})

    def directions(self) -> dict[str, int]:
        """Return the promised sign of every argument that has one."""
        return dict.fromkeys(self.rises.split(), 1) | dict.fromkeys(self.falls.split(), -1)

    def check_arguments(self) -> None:
        """Fail unless every argument of the rule has a range and a promise."""
        declared = list(inspect.signature(self.function).parameters)
        promised = [*self.rises.split(), *self.falls.split(), *self.free.split()]
        assert sorted(promised) == sorted(declared)
        assert sorted(self.ranges) == sorted(declared)

    def check_strictly(self) -> None:
        """Fail unless every promised argument moves the rule, in its direction, away from the edges."""
        centre = {name: _between(*span, 0.4) for name, span in self.ranges.items()} | dict(self.centre)
        for name, sign in self.directions().items():
            less = self.function(**centre | {name: _between(*self.ranges[name], 0.3)})
            more = self.function(**centre | {name: _between(*self.ranges[name], 0.6)})
            if name in self.idle.split():
                assert more == less, f"{self} answers to {name}, which is said to be idle"
                continue
            assert sign * (more - less) > 0.0, f"{self} does not answer to {name}"
        for name in self.zero.split():
            assert self.function(**centre | {name: 0.0}) == 0.0, f"{self} gives something for no {name}"

    def check_at(self, here: Mapping[str, Any], there: Mapping[str, Any]) -> None:
        """Fail unless the rule keeps its bounds, and its signs from ``here`` to ``there`` one by one."""
        start = self.function(**here)
        assert self.low <= start <= self.high
        for name, sign in self.directions().items():
            end = self.function(**dict(here) | {name: there[name]})
            step = sign * (end - start) if there[name] >= here[name] else sign * (start - end)
            assert step >= -1e-12 * max(1.0, abs(start), abs(end)), f"{self} breaks its sign in {name}"


def _anywhere(low: Any, high: Any) -> st.SearchStrategy[Any]:
    if isinstance(low, bool):
        return st.booleans()
    if isinstance(low, int):
        return st.integers(low, high)
    return st.floats(low, high, allow_subnormal=False)


def _between(low: Any, high: Any, share: float) -> Any:
    if isinstance(low, bool):
        return share > 0.5
    if isinstance(low, int):
        return low + round(share * (high - low))
    return low + share * (high - low)
