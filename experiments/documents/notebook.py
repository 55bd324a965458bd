"""Execute the notebook of docs/notebook and keep what its cells show.

    python -m experiments.documents.notebook

Needs the test extra. What changes from one execution to the next (times, folders, Python) is left out, so
the file changes only if what it shows does.
"""

from __future__ import annotations

import copy
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from experiments.output.folder import DOCS

NOTEBOOK = DOCS / "notebook" / "from_scenario_to_figure.ipynb"
SECONDS = 600
"""At most for one cell: the first one that runs many histories may have to compile the engine."""

QUIET = "ignore:IProgress not found"
"""Mesa asks for progress bars of notebooks, which are not installed and which nothing here needs."""


def executed(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Return the notebook with the outputs of an execution in ``folder``.

    Raises nbclient.exceptions.CellExecutionError for a cell that fails.
    """
    fresh: NotebookNode = copy.deepcopy(notebook)
    client = NotebookClient(
        fresh,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=os.environ | {"PYTHONWARNINGS": QUIET})
    fresh["metadata"] = notebook["metadata"]
    return fresh


def main() -> int:
    """Execute the notebook, write it where it was and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        stored = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
        fresh = executed(stored, Path(folder))
    nbformat.write(fresh, NOTEBOOK)  # type: ignore[no-untyped-call]
    return 0


if __name__ == "__main__":
    sys.exit(main())
