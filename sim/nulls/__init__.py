"""The null models of the model: its month without one thing, all else as it is.

Each is a module with its ``month``, so that any verb runs it by name: ``extension=sim.nulls.reshuffled``. What
they are, and what each keeps, was declared before they were built, in ``configs/pattern/nulls.yaml``. No rule of
the model knows of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.month import Month
from sim.nulls import (
    fixed_membership,
    mean_trust,
    no_learning,
    no_ties,
    no_trust,
    random_attendance,
    relabelled_yearly,
    reshuffled,
    reshuffled_matched,
)

NULLS: Mapping[str, Month] = {
    "no_trust": no_trust.month,
    "mean_trust": mean_trust.month,
    "reshuffled": reshuffled.month,
    "reshuffled_matched": reshuffled_matched.month,
    "relabelled_yearly": relabelled_yearly.month,
    "no_ties": no_ties.month,
    "no_learning": no_learning.month,
    "random_attendance": random_attendance.month,
    "fixed_membership": fixed_membership.month,
}
"""Every null model by the name under which it was declared."""
