"""Ask whether a partnership tips: does history matter, do levers leave loops, how late is too late.

Three questions of one scenario and one lever, or two levers that are moved together:

1. Does history matter? Trust and ties between all founders are low (0.1, untied) or high (0.9, tied) at the
   launch, with the lever held at each dose. If engagement meets after 12 and 50 years there is one state, if
   it stays apart there are two.
2. Loops: the lever goes up dose by dose, some years at each, and down again, beside runs that had the same
   dose throughout to the same month, so that age is told from memory. Slower steps show what is mere delay.
3. How late is too late? Partnerships that are hollow or talking shops are turned: the lever is moved to a dose
   after one year, two, and so on, and some years later it is seen how many more work than of the same left
   alone. Of two levers also each on its own.

Dated policies that set the lever give way to it. Replicates share all chance, and take one set of behaviour: one
that names a sample is refused. So is months=, since runs are as long as at_months, hold_years and turn_years ask.

Writes into the output folder: states.csv, regimes.csv and gaps.csv (engagement, shares of regimes and the gap
of launches by dose and month), branches.csv and areas.csv (loops), turned.csv and last_years.csv (the share
turned by year and dose; the last year in which half are turned, 0 for none), figures/, words.txt and
manifest.json.

For example:
  partnerships tipping lever=levers.staff_team
  partnerships tipping scenario=baseline_lsp lever=leadership.facilitation
  partnerships tipping lever=levers.pooling_rate high=0.15 doses=4 hold_years=[1,3,7]
  partnerships tipping lever=[levers.staff_team,levers.pooling_rate] high=[1,0.15] within=3
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from matplotlib.figure import Figure
from pydantic import BeforeValidator, Field

from analysis.tipping.figures import gains_by_year, history_by_dose, loops_by_dose
from analysis.tipping.tables import Tipping
from analysis.tipping.tables import tipping as tables_of
from analysis.tipping.words import tipping_in_words
from experiments.command import Command
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.runs.counterfactual import levers_of
from experiments.runs.tipping import Axis, Runs, launches_and_loops, turns
from experiments.settings import ONE_IS_A_LIST, Figures, Seed, Workers, checked
from sim import Parameter, Scenario
from sim.parameters import Real, Whole
from sim.scenario import MAX_MONTHS, nearest

_MOST_YEARS = MAX_MONTHS // 12
_MOST_LEVERS = 2


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else value


Levers = Annotated[tuple[str, ...], ONE_IS_A_LIST]
"""Levers; a single one need not stand in brackets."""

Numbers = Annotated[tuple[Real, ...], BeforeValidator(_as_list)]
"""Numbers; a single one need not stand in brackets."""

Months = Annotated[tuple[Annotated[Whole, Field(ge=1, le=MAX_MONTHS)], ...], BeforeValidator(_as_list)]
Years = Annotated[tuple[Annotated[Whole, Field(ge=1, le=_MOST_YEARS)], ...], BeforeValidator(_as_list)]


@checked
class TippingSettings:
    """What can be set beside the scenario; the defaults are in configs/tipping.yaml."""

    lever: Levers | None
    low: Numbers | None
    high: Numbers | None
    doses: Annotated[Whole, Field(ge=2, le=21)]
    at_months: Months
    hold_years: Years
    ailing_in: Annotated[Whole, Field(ge=1, le=49)]
    turn_years: Years
    within: Annotated[Whole, Field(ge=1, le=49)]
    replicates: Annotated[Whole, Field(ge=2, le=10_000)]
    seed: Seed
    workers: Workers | None
    output: str | None
    overwrite: bool
    figures: Figures


def subject(settings: TippingSettings, command: Command) -> str:
    """Return the name of the scenario."""
    return _scenario(settings, command).name


def work(settings: TippingSettings, command: Command) -> Results:
    """Run launches, loops and turns, and say what they come to."""
    if command.sample is not None:
        raise CommandError("behaviour names a sample, but tipping takes one set of numbers: leave behaviour= out")
    if command.sets("months"):
        raise CommandError("months is not taken here, runs are as long as is asked: set at_months=, for example [144]")
    scenario = _scenario(settings, command)
    axis = _axis(settings, levers_of(scenario))
    _refuse_times(settings, axis)
    runs = Runs(settings.seed, settings.replicates, settings.workers)
    launches, loops = launches_and_loops(
        scenario, axis, runs, at_months=settings.at_months, hold_years=settings.hold_years
    )
    moved = turns(scenario, axis, runs, ailing_in=settings.ailing_in, years=settings.turn_years, within=settings.within)
    found = tables_of(launches, loops, moved)
    words = tipping_in_words(found, scenario=scenario.name, ailing_in=settings.ailing_in, within=settings.within)
    names = ("states", "regimes", "gaps", "branches", "areas", "turned", "last_years")
    return Results(
        scenarios={scenario.name: scenario},
        seed=settings.seed,
        replicates=range(settings.replicates),
        tables={f"{name}.csv": getattr(found, name) for name in names},
        texts={"words.txt": words},
        figures=_figures(found, scenario, settings),
        words=[words],
    )


def _scenario(settings: TippingSettings, command: Command) -> Scenario:
    """Return the scenario, whose own months count for nothing: the longest run that is asked for does."""
    visits = 2 * settings.doses - 1
    years = (max(settings.hold_years, default=1) * visits, max(settings.turn_years, default=1) + settings.within)
    longest = max(*settings.at_months, *(12 * each for each in years))
    return command.scenario(longest=min(longest, MAX_MONTHS))


def _figures(found: Tipping, scenario: Scenario, settings: TippingSettings) -> dict[str, Callable[[], Figure]]:
    name = scenario.name
    figures: dict[str, Callable[[], Figure]] = {
        "history": partial(history_by_dose, found.states, found.regimes, scenario=name),
        "loops": partial(loops_by_dose, found.branches, found.states, scenario=name),
    }
    if len(found.turned):
        figures["how_late"] = partial(
            gains_by_year, found.turned, scenario=name, ailing_in=settings.ailing_in, within=settings.within
        )
    return figures


# ---------------------------------------------------------------------------- what is asked


def _axis(settings: TippingSettings, levers: Mapping[str, Parameter]) -> Axis:
    """Return the levers with their ends; raise CommandError for what is no lever, no number, or out of range."""
    if not settings.lever:
        raise CommandError(
            "lever is missing: name one, for example lever=levers.staff_team; see: partnerships list levers"
        )
    for path in settings.lever:
        _refuse_as_lever(path, levers)
    declared = [levers[path] for path in settings.lever]
    asked = f"lever = [{','.join(settings.lever)}]"
    if len(settings.lever) > _MOST_LEVERS or len(set(settings.lever)) < len(settings.lever):
        raise CommandError(f"{asked} is not allowed: name one lever or two different ones")
    ends = {
        path: (_end("low", settings.low, place, declared), _end("high", settings.high, place, declared))
        for place, path in enumerate(settings.lever)
    }
    for path, (low, high) in ends.items():
        if low >= high:
            raise CommandError(f"{path}: low = {low:g} is not below high = {high:g}: give low= and high= in order")
    return Axis(ends, settings.doses)


def _refuse_as_lever(path: str, levers: Mapping[str, Parameter]) -> None:
    if path not in levers:
        hint = nearest(path, levers) or nearest(f"levers.{path}", levers)
        raise CommandError(f"lever = {path!r} is no single lever{hint}; see: partnerships list levers")
    if levers[path].low is None:
        choices = levers[path].range_text
        takes = f"it takes names ({choices}), and doses take numbers" if choices else "it declares no range of numbers"
        raise CommandError(f"lever = {path!r} is not allowed: {takes}")


def _end(name: str, given: tuple[float, ...] | None, place: int, levers: Sequence[Parameter]) -> float:
    """Return one end of a lever: as it is given, or of its declared range."""
    declared = levers[place]
    ends = {"low": declared.low, "high": declared.high}
    if given is None:
        return float(ends[name])  # type: ignore[arg-type]
    if len(given) != len(levers):
        shown = ",".join(f"{value:g}" for value in given)
        raise CommandError(f"{name} = [{shown}] is not allowed: give one number for each lever, {len(levers)} in all")
    if not ends["low"] <= given[place] <= ends["high"]:  # type: ignore[operator]
        raise CommandError(
            f"{name} = {given[place]:g} is not allowed for {declared.path}: it takes {ends['low']:g} to "
            f"{ends['high']:g} ({declared.unit})"
        )
    return given[place]


def _refuse_times(settings: TippingSettings, axis: Axis) -> None:
    """Refuse times that are named twice, and those that runs do not reach."""
    for name in ("at_months", "hold_years", "turn_years"):
        times = getattr(settings, name)
        shown = f"{name} = [{','.join(map(str, times))}]"
        if not times or len(set(times)) < len(times):
            raise CommandError(f"{shown} is not allowed: name at least one, and each once")
        if list(times) != sorted(times):
            raise CommandError(f"{shown} is not allowed: write them in order, the earliest first")
    longest, visits = settings.hold_years[-1], len(axis.visits)
    if longest * visits > _MOST_YEARS:
        raise CommandError(
            f"hold_years = {longest} with doses = {axis.n_doses} takes {longest * visits} years up and down, and a run "
            f"has at most {_MOST_YEARS}: hold at most {_MOST_YEARS // visits} years, or take fewer doses"
        )
    first, last = settings.turn_years[0], settings.turn_years[-1]
    if first < settings.ailing_in:
        raise CommandError(f"turn_years begin with {first}, before ailing_in = {settings.ailing_in}: turn later")
    if last + settings.within > _MOST_YEARS:
        raise CommandError(
            f"turn_years up to {last} and within = {settings.within} take {last + settings.within} years, and a run "
            f"has at most {_MOST_YEARS}: ask for earlier years or a smaller within"
        )
