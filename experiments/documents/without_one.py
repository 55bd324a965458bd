"""What each mechanism does for the patterns: ``python -m experiments.documents.without_one``.

The best and three other accepted sets of numbers are judged as they are, and again with one mechanism taken out: its
strength is set to what leaves it without effect, or its step is left out of the month. A mechanism that no pattern
needs is one without which each of these sets meets all that it meets with it. Looked at are the patterns that numbers
may be fitted to, with half of their declared runs, on a seed of their own. Takes about half an hour on two cores.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from analysis.patterns.judging import ids_of, judged_scoreboard
from experiments.behaviours import ACCEPTED, GROUP, read_sample, shipped_best
from experiments.documents.evidence import AS_IT_IS, EVIDENCE
from experiments.files import replacing
from experiments.options import shipped_folder
from experiments.runs.declared_patterns import FITTED, Prepared, declared_patterns, docket_of, prepared, seen_of
from experiments.terminal import progress_bar
from sim import MONTH
from sim.parameters import Behaviour

WITHOUT = EVIDENCE / "without_one.csv"
SHARE_OF_RUNS, MATRIX_RUNS, RESAMPLES, SEED = 0.5, 40, 999, 2
"""How many of the runs that are declared are done, and of how many trust and ties are looked at."""

OTHERS = 3
"""Accepted sets that are looked at beside the best."""

SETS_AT_ONCE = 8

Numbers = Mapping[str, float]


@dataclasses.dataclass(frozen=True)
class Mechanism:
    """Something that the model has: who names it, and what takes it out."""

    named_by: str
    """Documents that name it; '' if none does."""
    numbers: Numbers = dataclasses.field(default_factory=dict)
    without: tuple[str, ...] = ()


NOBODY = -30.0
"""Log-odds at which nobody does something."""

MECHANISMS: Mapping[str, Mechanism] = {
    "inspection takes time": Mechanism("S4", {"inspection_claim": 0.0}),
    "initiatives take time": Mechanism("S1, S3", {"initiative_claim": 0.0}),
    "ties take time": Mechanism("", {"tie_claim": 0.0}),
    "cuts take time": Mechanism("S2", {"cuts_claim": 0.0}),
    "reports take time": Mechanism("S4", {"reporting_claim": 0.0}),
    "staff take work over": Mechanism("S3", {"staff_relief": 0.0}),
    "scarce time keeps away": Mechanism("S2", {"time_cost": 0.0}),
    "hearing the others": Mechanism("S3", {"information_pull": 0.0}),
    "money in sight": Mechanism("S0, S4", {"money_pull": 0.0}),
    "partners who come": Mechanism("S3", {"ties_pull": 0.0}),
    "being heard": Mechanism("S2", {"heard_pull": 0.0}),
    "leader in person": Mechanism("S2, S3", {"leader_pull": 0.0}),
    "duties and scrutiny": Mechanism("S4", {"duty_pull": 0.0}),
    "habit": Mechanism("", {"habit_pull": 0.0}),
    "other tables": Mechanism("S2", {"rival_base": NOBODY, "rival_pull": 0.0}),
    "speakers take time": Mechanism("S2, S3", {"speaker_hours": 0.0}),
    "support by trust": Mechanism("S3", {"support_trust": 0.0}),
    "support by ties": Mechanism("S3", {"support_ties": 0.0}),
    "introductions": Mechanism("S3", {"introductions": 0.0}),
    "ties lapse": Mechanism("", {"lapse_rate": 0.0}),
    "deals without a table": Mechanism("S2", {"met_outside": 0.0}),
    "more across sectors": Mechanism("S3", {"across_sectors": 1.0}),
    "joint work costs": Mechanism("S3", {"joint_cost": 0.0}),
    "plans move": Mechanism("S0, S3", {"plan_rate": 0.0}),
    "trust follows deeds": Mechanism("S3", {"trust_rate": 0.0}),
    "domination costs trust": Mechanism("S2, S3", {"domination_price": 0.0}),
    "belief follows results": Mechanism("S3", {"belief_rate": 0.0}),
    "aspiration adapts": Mechanism("", {"adaptation": 0.0}),
    "unmeasured results": Mechanism("S3", {"unmeasured": 0.0}),
    "control is lost": Mechanism("S2, S4", {"control_lost": 0.0}),
    "growth reaches all": Mechanism("S0", {"growth_reach": 0.0}),
    "cuts break the hold": Mechanism("S2", {"hold_cuts": 0.0}),
    "expectation holds": Mechanism("S4", {"hold_expected": 0.0}),
    "engagement holds": Mechanism("S2, S4", {"hold_engaged": 0.0}),
    "standing holds": Mechanism("S2", {"hold_standing": 0.0}),
    "re-founding": Mechanism("S2", {"refounding_rate": 0.0}),
    "places drift": Mechanism("record", {"trend_spread": 0.0}),
    "budgets weigh": Mechanism("S2", {"resource_exponent": 0.0}),
    "chair's say": Mechanism("S2, S3", {"chairs_say": 0.0}),
    "styles differ": Mechanism("S2", {"style_spread": 0.0}),
    "bids": Mechanism("S0", without=("bid_together",)),
    "agreements": Mechanism("S0, S4", without=("begin_to_propose", "make_agreement")),
    "freedoms": Mechanism("S4", without=("ask_for_freedoms",)),
}
"""Everything that can be taken out by a number or a step, each alone."""


def sets() -> dict[str, Numbers]:
    """Return what is looked at: the best set, and the first other accepted ones."""
    best = shipped_best()
    sample = read_sample(shipped_folder() / GROUP / f"{ACCEPTED}.csv")
    others = [one.behaviour for one in sample.sets if one.behaviour != best]
    return {"best": _numbers(best)} | {f"set {k + 1}": _numbers(one) for k, one in enumerate(others[:OTHERS])}


def _numbers(behaviour: Behaviour) -> Numbers:
    return dataclasses.asdict(behaviour)


def judged(several: Sequence[tuple[str, Numbers, tuple[str, ...]]]) -> Iterator[dict[str, object]]:
    """Give what every set meets: its name, what is changed in it, and steps that are left out, the same in all."""
    declared = declared_patterns()
    docket = docket_of(declared, MONTH, roles=FITTED)
    experiments = prepared(declared, docket, runs_of=lambda name: round(SHARE_OF_RUNS * declared.runs_of(name)))
    (left_out,) = {without for _, _, without in several}
    experiments = tuple(_without(one, left_out) for one in experiments)
    numbers = [changed for _, changed, _ in several]
    for (name, _, _), seen in zip(
        several, seen_of(docket, experiments, numbers, seed=SEED, matrix_runs=MATRIX_RUNS), strict=True
    ):
        board = judged_scoreboard(docket, seen, resamples=RESAMPLES, seed=SEED)
        yield {"set": name, "met": " ".join(ids_of(board, "met")), "missed": " ".join(ids_of(board, "missed"))}


def _without(one: Prepared, steps: tuple[str, ...]) -> Prepared:
    return dataclasses.replace(one, month=one.month.without(*steps)) if steps else one


def all_judged() -> Iterator[dict[str, object]]:
    """Give a row a set and mechanism, those as they are first."""
    of_sets = sets()
    tasks: list[tuple[str, str, Numbers, tuple[str, ...]]] = [
        (AS_IT_IS, name, numbers, ()) for name, numbers in of_sets.items()
    ]
    tasks += [
        (what, name, {**numbers, **one.numbers}, one.without)
        for what, one in MECHANISMS.items()
        for name, numbers in of_sets.items()
    ]
    with progress_bar("sets of numbers", total=len(tasks)) as advance:
        for left_out in dict.fromkeys(task[3] for task in tasks):
            alike = [task for task in tasks if task[3] == left_out]
            for first in range(0, len(alike), SETS_AT_ONCE):
                some = alike[first : first + SETS_AT_ONCE]
                for (what, *_), row in zip(some, judged([task[1:] for task in some]), strict=True):
                    named_by = MECHANISMS[what].named_by if what in MECHANISMS else ""
                    yield {"without": what, "named_by": named_by, **row}
                advance(len(some))


def main() -> int:
    """Write down what is seen, and return the exit code."""
    with replacing(WITHOUT) as partial:
        pd.DataFrame(all_judged()).to_csv(partial, index=False)
    print(f"written: {WITHOUT}; then: python -m experiments.documents.tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
