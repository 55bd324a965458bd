"""What the model does without one thing: ``python -m experiments.documents.nulls``.

Writes the numbers that null models take from the model (``sim/nulls/numbers.py``), the factors at which
reshuffled ties and decisions are as many as in the model, and what the ordinary partnership and the growth coalition
come to as they are and without ties, trust of their own, or who is who; and, set by set of those that were accepted,
what the table adds with ties dealt to others. Rules that have changed are compiled first: a
minute and a half a null model, on as many processors as there are; then it takes half a minute.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared.summaries import t_interval, wilson_interval
from experiments.behaviours import ACCEPTED, GROUP, read_sample
from experiments.compose import load_scenario
from experiments.documents.evidence import AS_IT_IS, EVIDENCE
from experiments.documents.matching import (
    FIRST_MONTH,
    RUNS,
    SEED,
    Amounts,
    Factors,
    amounts_of,
    factors_for,
    matched,
    search,
)
from experiments.options import shipped_folder
from experiments.surroundings import cores
from sim import Ensemble, Scenario, simulate_ensemble, with_changes
from sim.own import extension_file

OTHER_SEED = 2027
"""Of other runs, in which it is seen whether what was matched still is."""

RUNS_OF_A_SET = 100
"""Of each accepted set."""

MATCHED_BY = ("added_value", "n_members", "tie_density", "decision_rate")
"""Measures that are kept of these."""

SEEN, MATCHED, OF_SETS = (EVIDENCE / f"{name}.csv" for name in ("nulls", "nulls_matched", "nulls_of_sets"))
MODEL, NULL_MODELS = "", "sim.nulls"
"""What is lived, as an extension: the model itself, and where its nulls are."""
NULLS = ("reshuffled", "reshuffled_matched", "relabelled_yearly", "mean_trust", "no_ties")
GROWTH = "growth coalition"
MONTH_84 = 83

Seen = Mapping[str, NDArray[np.float64]]
"""What is seen of runs, one number a run."""

Both = tuple[Amounts, Amounts]
"""Amounts in the runs that are matched, and in others."""


@dataclasses.dataclass(frozen=True)
class Baseline:
    """What null models take from the model: means over members, months and runs of the ordinary partnership."""

    trust: float
    comes: float
    in_person: float


# ---------------------------------------------------------------------- what is seen


def seen_of(ensemble: Ensemble) -> Seen:
    """Return ties, decisions, presence in person, trust and yield over years 5 to 12, and value added by month 84."""
    amounts = amounts_of(ensemble)

    def years(measure: str) -> NDArray[np.float64]:
        mean: NDArray[np.float64] = ensemble.array_of(measure)[0][:, FIRST_MONTH:].mean(axis=1)
        return mean

    return {
        "tie_density": years("tie_density"),
        "decisions_a_month": amounts.decisions,
        "in_person_share": years("attendance_senior"),
        "trust": years("trust"),
        "mean_yield": years("project_yield"),
        "added_value_points_month_84": 100.0 * ensemble.array_of("added_value")[0][:, MONTH_84],
    }


def baseline_of(ensemble: Ensemble) -> Baseline:
    """Return what null models take from the model; of meetings, those of tables that stand."""
    members = ensemble.array_of("n_members")[0]
    at_tables = members * (1.0 - ensemble.array_of("is_dissolved")[0])

    def mean(measure: str, weights: NDArray[np.float64]) -> float:
        return round(float((ensemble.array_of(measure)[0] * members).sum() / weights.sum()), 4)

    return Baseline(mean("trust", members), mean("attendance", at_tables), mean("attendance_senior", at_tables))


def lived(extension: str, scenario: str = "baseline_lsp", *, seed: int, runs: int) -> Ensemble:
    """Return runs of a scenario in the model, or in one of its nulls."""
    return simulate_ensemble([load_scenario(scenario, [f"extension={extension}"])], replicates=runs, seed=seed)


# Each of these is done in a process of its own, which compiles what it needs and gives back numbers alone.


def _model() -> tuple[Both, Seen, Baseline, float]:
    """Return the amounts to be matched, what is seen, what nulls take of it, and the share of growth coalitions."""
    ensemble, other = lived(MODEL, seed=SEED, runs=RUNS), lived(MODEL, seed=OTHER_SEED, runs=RUNS)
    return (amounts_of(ensemble), amounts_of(other)), seen_of(ensemble), baseline_of(ensemble), _growth(MODEL)


def _null(name: str) -> tuple[Seen, float]:
    """Return what is seen of a null model, and its share of growth coalitions if it is the one without ties."""
    extension = f"{NULL_MODELS}.{name}"
    seen = seen_of(lived(extension, seed=SEED, runs=RUNS))
    return seen, _growth(extension) if name == "no_ties" else 0.0


def _of_set(number: int) -> dict[str, object]:
    """Return what the table adds by month 84 under an accepted set, as it is and with ties dealt to others, matched.

    The reshuffled null has as many ties and decisions as the model under that set, as far as that can be had.
    """
    numbers = read_sample(shipped_folder() / GROUP / f"{ACCEPTED}.csv").sets[number]

    def lived(scenario: Scenario) -> Ensemble:
        return simulate_ensemble(
            [numbers.of(scenario)], replicates=RUNS_OF_A_SET, seed=SEED, measures=MATCHED_BY, threads=1
        )

    def added(ensemble: Ensemble) -> float:
        return 100.0 * float(ensemble.array_of("added_value")[0][:, MONTH_84].mean())

    model, null = load_scenario("baseline_lsp"), load_scenario("baseline_lsp", [f"extension={NULL_MODELS}.{NULLS[1]}"])
    as_it_is = lived(model)
    target = amounts_of(as_it_is)
    dealt = cache(lambda factors: lived(with_changes(null, own=factors.own)))
    factors = factors_for(target, lambda factors: amounts_of(dealt(factors)))
    ties, decisions = amounts_of(dealt(factors)).against(target)
    return {
        "set": number + 1, "as_it_is": added(as_it_is), "reshuffled_matched": added(dealt(factors)),
        "ties_ratio": ties, "decisions_ratio": decisions, "more_ties": factors.ties, "more_items": factors.items,
        "is_reached": factors.is_reached, "runs": RUNS_OF_A_SET, "seed": SEED,
    }  # fmt: skip


def _compiled() -> None:
    """Compile what the search will run."""
    matched(Factors(), seed=0, replicates=1)


def _matched(target: Amounts) -> tuple[Factors, Seen, Seen, tuple[Amounts, Both]]:
    """Return the factors, and what is seen of reshuffled runs as they are and with them, with their amounts."""
    factors = search(target)
    plain, raised = (matched(each, seed=SEED, replicates=RUNS) for each in (Factors(), factors))
    other = matched(factors, seed=OTHER_SEED, replicates=RUNS)
    amounts = amounts_of(plain), (amounts_of(raised), amounts_of(other))
    return factors, seen_of(plain), seen_of(raised), amounts


def _growth(extension: str) -> float:
    """Return the share of runs of the growth coalition that are called one at the end."""
    ensemble = lived(extension, "growth_coalition", seed=SEED, runs=RUNS)
    return float((np.array(ensemble.regime_names)[ensemble.final_regimes[0]] == GROWTH).mean())


# ---------------------------------------------------------------------- tables


def seen_rows(seen: Mapping[str, Seen], growth: Mapping[str, float]) -> Iterator[dict[str, object]]:
    """Give a row for each model and measure: mean and interval, and the change against the model, run by run."""
    for name, measures in seen.items():
        for measure, values in measures.items():
            mean, low, high = _interval(values)
            change, change_low, change_high = _interval(values - seen[AS_IT_IS][measure])
            yield {
                "scenario": "baseline_lsp", "null": name, "measure": measure, "value": mean, "low": low, "high": high,
                "change": change, "change_low": change_low, "change_high": change_high, "runs": RUNS,
                "seed": SEED,
            }  # fmt: skip
    for name, share in growth.items():
        low, high = wilson_interval(round(share * RUNS), total=RUNS)
        yield {
            "scenario": "growth_coalition", "null": name, "measure": "growth_coalition_at_the_end", "value": share,
            "low": low, "high": high, "runs": RUNS, "seed": SEED,
        }  # fmt: skip


def matched_rows(factors: Factors, model: Both, plain: Amounts, reached: Both) -> Iterator[dict[str, object]]:
    """Give a row for ties and one for decisions: how many, as multiples of the model, and the factor that it took."""
    here, elsewhere = (ours.against(theirs) for ours, theirs in zip(reached, model, strict=True))
    errors = [ours.errors_against(theirs) for ours, theirs in zip(reached, model, strict=True)]
    amounts = dict(zip(("model", "reshuffled", "matched"), (model[0], plain, reached[0]), strict=True))
    for number, (name, factor) in enumerate({"ties": factors.ties, "decisions": factors.items}.items()):
        yield {
            "amount": name,
            **{of: getattr(amount, name).mean() for of, amount in amounts.items()},
            "factor": factor,
            "ratio": here[number],
            "ratio_error": errors[0][number],
            "seed": SEED,
            "ratio_elsewhere": elsewhere[number],
            "ratio_elsewhere_error": errors[1][number],
            "seed_elsewhere": OTHER_SEED,
            "runs": RUNS,
            "is_reached": factors.is_reached,
        }


def matched_by_set() -> pd.DataFrame:
    """Return a row an accepted set: what the table adds, as it is and with ties dealt to others, and what that took."""
    sets = range(len(read_sample(shipped_folder() / GROUP / f"{ACCEPTED}.csv").sets))
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        return pd.DataFrame(list(pool.map(_of_set, sets)))


def numbers_text(baseline: Baseline, factors: Factors) -> str:
    """Return the text of ``sim/nulls/numbers.py``."""
    return f'''"""Numbers that null models take from the model itself.

Read off ``baseline_lsp`` with the best accepted set of numbers, over its months and runs. Read anew, and this file
written anew, by ``python -m experiments.documents.nulls``.
"""

TRUST = {baseline.trust}
"""Mean trust between members."""

COMES, IN_PERSON = {baseline.comes}, {baseline.in_person}
"""Share of seats at the board that are filled, by anybody and in person."""

MORE_TIES, MORE_ITEMS = {round(factors.ties, 4)}, {round(factors.items, 4)}
"""How many times as often ties form, and items are raised, until reshuffled ties and decisions are as many as in the
model. Below 1: there are more of them without it."""
'''


def _interval(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(end[0]) for end in t_interval(values[:, None]))


def main() -> int:
    """Look, write down what is seen, print it, and return the exit code."""
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        of_model, compiled = pool.submit(_model), pool.submit(_compiled)
        of_nulls = {name: pool.submit(_null, name) for name in NULLS[2:]}
        target, model, baseline, growth = of_model.result()
        compiled.result()
        factors, plain, raised, (amounts, reached) = pool.submit(_matched, target[0]).result()
        nulls = {name: asked.result() for name, asked in of_nulls.items()}
    of_sets = matched_by_set()
    seen = {AS_IT_IS: model, NULLS[0]: plain, NULLS[1]: raised}
    seen |= {name: found for name, (found, _) in nulls.items()}
    shares = {AS_IT_IS: growth, "no_ties": nulls["no_ties"][1]}
    table = pd.DataFrame(seen_rows(seen, shares))
    factors_found = pd.DataFrame(matched_rows(factors, target, amounts, reached))
    table.to_csv(SEEN, index=False, float_format="%.4g")
    factors_found.to_csv(MATCHED, index=False, float_format="%.4g")
    _write_numbers(numbers_text(baseline, factors))
    of_sets.to_csv(OF_SETS, index=False, float_format="%.4g")
    print(table.to_string(index=False), factors_found.to_string(index=False), sep="\n\n")
    print(f"written: {SEEN}, {MATCHED}, {OF_SETS}; then: python -m experiments.documents.tables")
    return 0


def _write_numbers(text: str) -> None:
    """Write the numbers down where they have changed: every month is compiled anew then."""
    file = extension_file(f"{NULL_MODELS}.numbers") or Path()
    if file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
