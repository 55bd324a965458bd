"""How much memory this process may still take, and refusing beforehand what does not fit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from experiments.errors import CommandError

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")


def memory_left() -> int | None:
    """Return the bytes that may still be taken: of the machine, of a container or job, of ``ulimit -v``.

    None where the system does not say (other than Linux).
    """
    return min(_limits(), default=None)


def refuse_too_many(name: str, number: int, *, bytes_each: int, otherwise: str) -> None:
    """Raise CommandError if so many do not fit into memory, with the most that do; ``otherwise`` says what else helps.

    >>> refuse_too_many("replicates", 20, bytes_each=4_500, otherwise="")
    """
    left = memory_left()
    if left is None or number * bytes_each <= left:
        return
    fits = f"at most {name}={left // bytes_each} fits here{otherwise}" if left >= bytes_each else "allow it more"
    raise CommandError(
        f"{name} = {number:,} takes about {number * bytes_each / 1e9:,.2g} GB of memory, and this process may take "
        f"{left / 1e9:,.2g} GB more: {fits}"
    )


def _limits() -> Iterator[int]:
    for line in _lines(_PROC / "meminfo"):
        if line.startswith("MemAvailable:"):
            yield 1024 * int(line.split()[1])
    yield from _limits_of_groups()
    if sys.platform == "linux":
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            pages = int((_PROC / "self" / "statm").read_text(encoding="ascii").split()[0])
            yield max(0, most - pages * resource.getpagesize())


def _limits_of_groups() -> Iterator[int]:
    """Give what is left to each group of processes that this one is in: its container, its job, in either version."""
    for line in _lines(_PROC / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, limit, used, cached = _CGROUPS, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root, limit, used = _CGROUPS / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            cached = "total_inactive_file"
        else:
            continue
        own = root / path.lstrip("/")
        for group in (own, *(parent for parent in own.parents if parent.is_relative_to(root))):
            for most in _lines(group / limit):
                if most.isdecimal():  # else it is "max"
                    kept = dict(line.split() for line in _lines(group / "memory.stat"))
                    yield max(0, int(most) - int(*_lines(group / used)) + int(kept.get(cached, 0)))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
