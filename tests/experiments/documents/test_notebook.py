"""The notebook runs from top to bottom and shows what it showed when it was stored."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from experiments.documents import notebook

STORED = nbformat.read(notebook.NOTEBOOK, as_version=4)
MOST_KILOBYTES = 400


def code_cells(cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    return [cell for cell in cells if cell["cell_type"] == "code"]


def words_shown(cell: nbformat.NotebookNode) -> list[str]:
    """Return what a cell printed or returned as text."""
    return [output.get("text") or output["data"]["text/plain"] for output in cell["outputs"]]


def test_the_notebook_is_stored_executed() -> None:
    """It is read on the web, where nobody runs it: every cell ran, in order, without an error, and one drew."""
    nbformat.validate(STORED)
    cells = code_cells(STORED["cells"])
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert [output for output in outputs if "image/png" in output.get("data", {})]
    assert notebook.NOTEBOOK.stat().st_size < MOST_KILOBYTES * 1000


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that start the kernel
def test_the_notebook_runs_and_shows_what_is_stored(tmp_path: Path) -> None:
    """No cell fails, and text is the same; if it is not, run: python -m experiments.documents.notebook."""
    fresh = notebook.executed(STORED, tmp_path)
    for before, after in zip(code_cells(STORED["cells"]), code_cells(fresh["cells"]), strict=True):
        assert words_shown(after) == words_shown(before), before["source"]
    drawn = {path.name for path in (tmp_path / "outputs").iterdir() if path.stat().st_size > 5000}
    assert drawn == {"pooling.svg", "pooling.pdf"}
