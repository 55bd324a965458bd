"""The one page of ODD: as the document and the month are now, with diagrams that can be read."""

from __future__ import annotations

import pytest

from analysis.shared.legibility import is_legible
from analysis.shared.plotting import house_style
from experiments.documents.odd_diagrams import DIAGRAMS
from experiments.documents.odd_page import PAGE, odd_page


def test_the_page_is_as_the_document_is_now() -> None:
    page = odd_page()
    assert page == PAGE.read_text("utf-8"), "python -m experiments.documents.odd_page"
    assert "thick frame" not in page


@pytest.mark.parametrize("name", DIAGRAMS)
def test_the_diagrams_can_be_read(name: str) -> None:
    with house_style():
        assert is_legible(DIAGRAMS[name][1]())
