"""Write a policy brief of a finished comparison or study: at most four pages of A4, and an HTML page.

Reads the output folder of partnerships compare, or the folder of a finished partnerships sweep,
and writes brief.html: the finding as title, one figure, what must not be concluded, one table
(what to do, what it costs, what it brings and how sure), and how it was done, on the last page.
Everything it says is made from the numbers. The file needs no network and reads well on a screen,
a telephone and paper; the same answer gives the same bytes. Nothing is run again. With format=pdf
also brief.pdf. manifest.json tells what it was made from.

Where replicates took turns with accepted sets of numbers, an interval holds the middle 95 % of
the sets, so it carries what is not known about behaviour; with one set it carries chance alone,
and so does that of how many work together with fewer than five runs a set; the brief says so. Of
more than seven scenarios those are told that differ most from the reference.

A folder of partnerships sensitivity and one of partnerships explain can be given too; the last page
then begins to tell what the answer hangs on, and why bodies came or stayed away in one run.

Needs an extra: pip install 'local-partnerships[report]', and for format=pdf 'local-partnerships[pdf]',
which on Linux and macOS wants the system library Pango.

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
from experiments.errors import CommandError, as_written
from experiments.files import typed_path
from experiments.output.evidence import evidence_in
from experiments.output.finished import read_all
from experiments.output.frame import Results
from experiments.output.printing import printed, refuse_without_printer
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
        refuse_without_printer()
    finished = read_all(_folders(settings))
    with as_written(finished[0].folder):
        evidence = evidence_in(finished, reference=settings.reference)
        page = render(brief_of(evidence))
    pdf = {"brief.pdf": printed(page)} if settings.format == "pdf" else {}
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
    return [typed_path(folder) for folder in settings.from_]
