"""Execute the notebook of docs/notebook and keep what its cells show.

    python -m experiments.notebook

Needs the test extra. What changes from one execution to the next (times, folders, Python) is left out, so
the file changes only if what it shows does.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from experiments.documents import DOCS

NOTEBOOK = DOCS / "notebook" / "from_scenario_to_figure.ipynb"
SECONDS = 600
"""At most for one cell: the first one that runs many histories may have to compile the engine."""


def executed(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Return the notebook with the outputs of an execution in ``folder``.

    Raises nbclient.exceptions.CellExecutionError for a cell that fails.
    """
    fresh = nbformat.from_dict(notebook)
    client = NotebookClient(
        fresh, timeout=SECONDS, kernel_name="python3", record_timing=False, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    fresh["metadata"] = notebook["metadata"]
    return fresh


def main() -> int:
    """Execute the notebook, write it where it was and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = executed(nbformat.read(NOTEBOOK, as_version=4), Path(folder))
    nbformat.write(fresh, NOTEBOOK)
    return 0


if __name__ == "__main__":
    sys.exit(main())
