"""What tests of commands share."""

from __future__ import annotations

import pytest

from experiments.study import executors


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the chunks that are computed."""
    ids: list[str] = []
    run_chunk = executors.run_chunk

    def counted(folder: str, chunk_id: str, *, threads: int | None) -> str:
        ids.append(chunk_id)
        return run_chunk(folder, chunk_id, threads=threads)

    monkeypatch.setattr(executors, "run_chunk", counted)
    return ids
