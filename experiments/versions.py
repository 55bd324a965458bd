"""What the code is and runs on: its version, its commit, and the versions of the libraries that results depend on."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

PACKAGE = "local-partnerships"
LIBRARIES = ("numpy", "pandas", "mesa", "numba", "hydra-core", "pyarrow")
"""Libraries whose versions stand beside all results."""

HOME = Path(__file__).resolve().parents[1]
"""Where the packages lie: a checkout, or where they were installed."""


def versions() -> dict[str, str]:
    """Return the versions of the package, of Python and of ``LIBRARIES``."""
    found = {PACKAGE: installed_version(PACKAGE), "python": platform.python_version()}
    return found | {name: installed_version(name) for name in LIBRARIES}


def installed_version(package: str) -> str:
    """Return the version of a package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def commit() -> str | None:
    """Return the commit of the code, if its repository or the wheel that was installed tells, marked if changed."""
    if not (HOME / ".git").exists():
        return _commit_of_wheel()
    try:
        found, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{found} with uncommitted changes" if changes else found


def _commit_of_wheel() -> str | None:
    """Return the commit that hatch_build.py wrote into the metadata of the package that lies in ``HOME``."""
    try:
        installed = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    note = installed.read_text("extra_metadata/commit.txt")
    return note.strip() if note and Path(str(installed.locate_file(""))).resolve() == HOME else None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(HOME), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
