"""The second model, as far as it is built: bodies that need one another. ``month`` is its list of steps.

It is lived by scenarios with ``extension=sim.second``. Nothing of it is fitted.
"""

from sim.second.steps import month

__all__ = ["month"]
