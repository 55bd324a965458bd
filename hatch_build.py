"""At build, writes down the commit that a package is made of, for the manifests of results."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOTE = "commit.txt"


class CommitHook(BuildHookInterface[Any]):
    """Puts the commit into the metadata of a wheel, and into the folder of a source distribution.

    There it is no part of the packages, whose hashes stay those of the checkout. Without git nothing is written down.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the note to what is built."""
        commit = _commit(Path(self.root))
        if commit is None or version == "editable":
            return
        note = Path(self.directory, f".{NOTE}")
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(f"{commit}\n", encoding="utf-8")
        if self.target_name == "wheel":
            build_data["extra_metadata"][str(note)] = NOTE
        else:
            build_data["force_include"][str(note)] = NOTE


def _commit(root: Path) -> str | None:
    """Return the commit of a checkout, marked if files were changed, or that which a source distribution notes."""
    if (root / NOTE).is_file():
        return (root / NOTE).read_text(encoding="utf-8").strip()
    if not (root / ".git").exists():
        return None
    try:
        commit, changes = _git(root, "rev-parse", "HEAD"), _git(root, "status", "--porcelain")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit} with uncommitted changes" if changes else commit


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()
