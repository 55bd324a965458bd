"""How many runs there were, of what, and how their settings were drawn: a paragraph of a methods section, by verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.shared.words import listed, mid_sentence, readable, titled

Manifest = Mapping[str, Any]
Tables = Mapping[str, pd.DataFrame]
"""Tables of a folder of results by file name."""

MOST_RANGES = 8
"""Settings whose ranges are told one by one; those of more are in the manifest."""

METHODS = {
    "one_at_a_time": "one at a time",
    "morris": "by Morris screening",
    "sobol": "by a Sobol design (Saltelli)",
    "sobol_pairs": "by a Sobol design (Saltelli) for pairs",
    "shapley": "by a design for Shapley effects",
    "pawn": "by a Latin hypercube, for PAWN",
    "latin_hypercube": "by a Latin hypercube",
    "random": "at random",
    "grid": "over a grid",
    "together": "together, at stated doses",
}


def runs_in_words(manifest: Manifest, tables: Tables) -> str:
    """Return which runs were made, by what the verb does with its settings.

    >>> manifest = {"command": ["partnerships", "run"], "scenarios": {"a": {}}, "seed": 1, "settings": {},
    ...             "replicates": {"first": 0, "count": 1}}
    >>> runs_in_words(manifest, {})
    'It was run once, with seed 1 and replicate 0.'
    """
    return _BY_VERB.get(manifest["command"][1], _of_each)(manifest, tables)


def what_was_run(manifest: Manifest) -> str:
    """Return what the entries of ``scenarios`` are, in a word.

    >>> what_was_run({"command": ["partnerships", "patterns", "case=mycity"]})
    'model'
    """
    verb, *words = manifest["command"][1:]
    on_a_case = any(word.startswith("case=") for word in words)
    if verb == "patterns" and on_a_case:
        return "model"
    return (
        "experiment" if verb in ("patterns", "scan", "fit") or (verb == "calibrate" and not on_a_case) else "scenario"
    )


def _of_each(manifest: Manifest, _: Tables) -> str:
    several, seed = len(manifest["scenarios"]) > 1, manifest["seed"]
    count, first = manifest["replicates"]["count"], manifest["replicates"]["first"]
    paired = (
        " Runs of different scenarios with the same number share people, elections and luck, so that differences are "
        "taken within pairs."
    )
    if count == 1:
        once = f"{'Each' if several else 'It'} was run once, with seed {seed} and replicate {first}."
        return f"{once}{paired if several else ''}"
    turns = " Runs take turns with the districts." if in_districts(manifest) else ""
    return f"{'Each' if several else 'It'} has {count:,} runs, with seed {seed}.{turns}{paired if several else ''}"


def in_districts(manifest: Manifest) -> str:
    """Return which districts were run, each for itself or in turn; nothing if scenarios keep their place.

    >>> in_districts({"command": ["partnerships", "compare"], "settings": {"places": "county:Kent"}})
    'the districts of places=county:Kent'
    >>> in_districts({"command": ["partnerships", "sweep"], "settings": {"parameters": {"place": ["adur", "dover"]}}})
    '2 districts'
    """
    settings = manifest["settings"]
    varied = settings.get("parameters") or {}
    if list(varied) == ["place"]:
        return f"{len(varied['place'])} districts"
    places = settings.get("places") if manifest["command"][1] in ("compare", "hindcast") else None
    return f"the districts of places={places}" if places else ""


# ------------------------------------------------------------------------ studies of many draws


def _of_draws(manifest: Manifest, tables: Tables) -> str:
    settings, count = manifest["settings"], manifest["replicates"]["count"]
    method = str(settings.get("method") or settings.get("design") or "")
    each = f"run with {_counted(count, 'replicate')}"
    draws = _draws_of(manifest, tables)
    scenarios = len(manifest["scenarios"])
    of_each = " in every scenario" if scenarios > 1 else ""
    if in_districts(manifest) and draws:
        runs = draws * count * scenarios
        return f"Each of {draws:,} districts has {count:,} runs{of_each}: {runs:,} runs, with seed {manifest['seed']}."
    ranges = settings.get("parameters") or {}
    how = METHODS.get(method, f"by the design {readable(method).lower()}" if method else "")
    varied = f"{_counted(len(ranges), 'setting')} {'was' if len(ranges) == 1 else 'were'} varied {how}"
    told = f"{varied.strip()}{_ranges(ranges)}." if ranges else ""
    if draws is None:
        return f"{told} Every draw was {each}, with seed {manifest['seed']}.".strip()
    return (
        f"{told} {_counted(draws, 'draw')}, each {each}{of_each}, make {draws * count * scenarios:,} runs, with seed "
        f"{manifest['seed']}. All draws share their replicates, so that chance that is common to them cancels out in "
        "differences."
    ).strip()


def _draws_of(manifest: Manifest, tables: Tables) -> int | None:
    """Return how many draws a study has in all: by its runs, or by what was read of them."""
    runs, count = manifest["settings"].get("runs"), manifest["replicates"]["count"]
    if runs:
        return int(runs) // (int(count) * max(1, len(manifest["scenarios"])))
    return max(map(int, tables["noise.csv"]["draws"])) if "noise.csv" in tables else None


def _ranges(ranges: Mapping[str, Sequence[Any]]) -> str:
    if len(ranges) > MOST_RANGES:
        return " over the ranges in the manifest"
    told = (
        f"{mid_sentence(titled(path))} ({ends[0]:g} to {ends[1]:g})"
        if len(ends) == 2 and all(isinstance(end, int | float) for end in ends)
        else f"{mid_sentence(titled(path))} ({listed(list(map(str, ends)), word='or')})"
        for path, ends in ranges.items()
    )
    return f": {listed(list(told))}"


# ------------------------------------------------------------------------ calibrations and tests


def _of_calibration(manifest: Manifest, tables: Tables) -> str:
    if "waves.csv" not in tables:
        return _of_calibration_to_patterns(manifest, tables)
    settings, parameters, targets = manifest["settings"], tables["parameters.csv"], tables["targets.csv"]
    first, *waves = map(int, tables["waves.csv"]["draws"])
    (scenario,) = manifest["scenarios"].values()
    of_waves = f"{_counted(len(waves), 'wave')} of history matching" if waves else ""
    more = f", and by {of_waves} ({listed([f'{draws:,}' for draws in waves])} draws)" if waves else ""
    nearest = f"The {settings['accepted']:,} runs" if "accepted" in settings else "The runs"
    lived = tables["bands.csv"]["date"].nunique()
    place, drawn = scenario["place"]["label"], "was" if len(parameters) == 1 else "were"
    runs = first + sum(waves)
    checked = " How often intervals hold planted truths was counted (coverage.csv)." if settings.get("check") else ""
    return (
        f"It was calibrated to {_counted(len(targets), 'target')} of {place} ({_measures(targets)}). "
        f"{_counted(len(parameters), 'uncertain number')} {drawn} drawn from flat priors over their ranges, by a Latin "
        f"hypercube ({first:,} draws){more}: {runs:,} runs of {lived} months, one of each draw, with seed "
        f"{manifest['seed']}. {nearest} nearest to what was observed were accepted, by semi-automatic approximate "
        "Bayesian computation (Fearnhead and Prangle 2012) with adjustment by regression (Beaumont, Zhang and Balding "
        "2002), measurement error included. "
        f"{_counted(len(tables['posterior.csv']), 'accepted set')} of equal weight are kept, and were run again on a "
        f"seed of their own. The targets identify {int(parameters['identified'].sum())} of the {len(parameters)} "
        f"numbers; the others are carried as uncertainty.{checked}"
    )


def _measures(targets: pd.DataFrame) -> str:
    return listed([mid_sentence(titled(str(name))) for name in dict.fromkeys(targets["measure"])])


def _of_calibration_to_patterns(manifest: Manifest, tables: Tables) -> str:
    settings, generations = manifest["settings"], tables.get("generations.csv")
    simulated = "Sets of numbers" if generations is None else f"{int(generations['simulated'].sum()):,} sets of numbers"
    kept = f" {len(tables['posterior.csv']):,} sets make up the last population." if "posterior.csv" in tables else ""
    return (
        f"{simulated}, drawn from flat priors over their ranges and moved by sequential Monte Carlo (approximate "
        f"Bayesian computation) towards what the patterns ask, were simulated: {settings['runs']} runs of an ordinary "
        f"experiment of each, with seed {manifest['seed']}, and {settings['second_runs']} on a second seed.{kept}"
    )


def _of_patterns(manifest: Manifest, _: Tables) -> str:
    count, seed = manifest["replicates"]["count"], manifest["seed"]
    sets = (manifest["settings"].get("behaviours") or {}).get("sets")
    runs = f"{count * sets:,} runs, {count:,} with each of {sets:,} sets of numbers" if sets else f"{count:,} runs"
    if what_was_run(manifest) == "model":
        return f"Each has {runs}, with seed {seed}. Runs with the same number share their luck."
    return f"An ordinary experiment has {runs}, with seed {seed}; others have more or fewer in proportion."


def _of_scan(manifest: Manifest, _: Tables) -> str:
    settings = manifest["settings"]
    return (
        f"{settings['draws']:,} draws of all free numbers from their priors were run, each {settings['runs']} times in "
        f"an ordinary experiment, others more or less often in proportion, with seed {manifest['seed']}."
    )


def _of_fit(manifest: Manifest, tables: Tables) -> str:
    settings = manifest["settings"]
    kept = f" {_counted(len(tables['accepted.csv']), 'set')} were accepted." if "accepted.csv" in tables else ""
    return (
        f"{settings['draws']:,} draws from the priors, each run {settings['runs']} times in an ordinary experiment, "
        f"taught emulators; walks on these, in waves of {settings['wave']}, led to sets that were simulated and, where "
        f"they met everything, judged by {settings['judging_runs']} runs of an ordinary experiment, with seed "
        f"{manifest['seed']}.{kept}"
    )


# ------------------------------------------------------------------------ other verbs


def _of_search(manifest: Manifest, _: Tables) -> str:
    settings, levers = manifest["settings"], manifest["settings"].get("levers") or {}
    return (
        f"{_counted(len(levers), 'lever')} {'was' if len(levers) == 1 else 'were'} varied{_ranges(levers)}. Two "
        f"searches went through {_counted(settings['generations'], 'generation')} of {settings['population']} mixes "
        f"each, with {_counted(settings['replicates'], 'run')} of a mix in each place "
        f"({listed(list(settings['places']))}). What is reported has {settings['confirming_replicates']:,} runs in "
        f"each place, on seeds that the search never saw; seed {manifest['seed']}."
    )


def _of_hindcast(manifest: Manifest, _: Tables) -> str:
    count = manifest["replicates"]["count"]
    return (
        f"Every district has {count:,} runs, and as many without the trend of its place, with seed {manifest['seed']}."
    )


def _of_tipping(manifest: Manifest, _: Tables) -> str:
    count = manifest["replicates"]["count"]
    return f"Every launch, loop and turn has {count:,} runs, all with the same chance, with seed {manifest['seed']}."


def _counted(count: int, what: str) -> str:
    """Return a number with its noun.

    >>> _counted(1, "draw"), _counted(1024, "draw")
    ('1 draw', '1,024 draws')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


_BY_VERB: Mapping[str, Callable[[Manifest, Tables], str]] = {
    "calibrate": _of_calibration,
    "discover": _of_draws,
    "fit": _of_fit,
    "hindcast": _of_hindcast,
    "optimise": _of_search,
    "patterns": _of_patterns,
    "phase": _of_draws,
    "scan": _of_scan,
    "sensitivity": _of_draws,
    "sweep": _of_draws,
    "tipping": _of_tipping,
}
