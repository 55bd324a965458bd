"""Pages printed to A4."""

from __future__ import annotations

from analysis.shared.libraries import library
from experiments.errors import CommandError


def refuse_without_printer() -> None:
    """Raise MissingLibrary without WeasyPrint, and CommandError, in one line, where its system library is missing."""
    try:
        library("weasyprint", purpose="format=pdf", extra="pdf")
    except OSError:
        raise CommandError(
            "format=pdf needs the system library Pango, which cannot be loaded: apt install libpango-1.0-0 "
            "libpangoft2-1.0-0 (macOS: brew install pango), or take format=html and print it from a browser"
        ) from None


def printed(page: str) -> bytes:
    """Return an HTML page printed to A4 with WeasyPrint; the same page gives the same bytes.

    >>> printed("<!DOCTYPE html><html lang='en'><title>Words</title><p>Words.</p></html>")[:5]
    b'%PDF-'
    """
    from weasyprint import HTML

    # The identifier of a PDF is random unless it is given.
    pdf: bytes = HTML(string=page).write_pdf(pdf_identifier=b"local-partnerships", pdf_variant="pdf/ua-1")
    return pdf
