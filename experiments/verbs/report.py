"""Write a policy brief of a finished comparison or study: one HTML page that needs no network.

Reads the output folder of partnerships compare, or the folder of a finished partnerships sweep, and
writes brief.html: the question, what is different between the scenarios, how they end, what differs
by how much, who comes, dated policies, costs, what would change the answer, what it rests on, what
must not be concluded and how to get the same numbers again. It reads well on a screen, a telephone
and A4 paper; the same answer gives the same bytes. Nothing is run again. With format=pdf also
brief.pdf. manifest.json tells what it was made from.

Folders of partnerships sensitivity and partnerships explain can be given too; the brief then tells
which parameters the answer hangs on, and why bodies came or stayed away in one run.

Needs an extra: pip install 'local-partnerships[report]', and for format=pdf 'local-partnerships[pdf]'.

For example:
  partnerships report from=outputs/headline
  partnerships report from=outputs/headline format=pdf output=outputs/brief
  partnerships report from=[outputs/sigoma,outputs/sensitivity,outputs/explain]
  partnerships report from=studies/levers reference=baseline_lsp
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from analysis.brief.contents import brief_of
from analysis.brief.document import render
from analysis.shared.libraries import library
from experiments.command import Command
from experiments.errors import CommandError
from experiments.output.evidence import evidence_in
from experiments.output.finished import read_all
from experiments.output.frame import Results
from experiments.settings import Names, checked


@checked
class ReportSettings:
    """What can be set for a brief; the defaults are in configs/report.yaml."""

    from_: Names | None
    """Python keeps the name without the underscore for itself."""
    format: Literal["html", "pdf"]
    reference: str | None
    output: str | None
    overwrite: bool


def subject(settings: ReportSettings, command: Command) -> str:
    """Return the name of the folder that the brief is mainly about."""
    return read_all(_folders(settings))[0].folder.name


def work(settings: ReportSettings, command: Command) -> Results:
    """Write the brief."""
    library("jinja2", purpose="report", extra="report")
    if settings.format == "pdf":
        library("weasyprint", purpose="format=pdf", extra="pdf")
    finished = read_all(_folders(settings))
    evidence = evidence_in(finished, reference=settings.reference)
    page = render(brief_of(evidence))
    pdf = {"brief.pdf": _pdf(page)} if settings.format == "pdf" else {}
    return Results(
        scenarios=evidence.scenarios,
        seed=evidence.provenance.seed,
        replicates=finished[0].replicates,
        texts={"brief.html": page, **pdf},
        words=[f"The brief: {' and '.join(['brief.html', *pdf])}"],
        numbers="",  # the brief says what is to be said of those that it is made from
        record={"made_from": {str(each.folder): each.manifest_sha256 for each in finished}},
    )


def _folders(settings: ReportSettings) -> list[Path]:
    if not settings.from_:
        raise CommandError("from is missing: name the folder of finished results, for example from=outputs/headline")
    return [Path(folder) for folder in settings.from_]


def _pdf(page: str) -> bytes:
    """Return an HTML page printed to A4 with WeasyPrint; the same page gives the same bytes."""
    from weasyprint import HTML

    # The identifier of a PDF is random unless it is given.
    printed: bytes = HTML(string=page).write_pdf(pdf_identifier=b"local-partnerships", pdf_variant="pdf/ua-1")
    return printed
