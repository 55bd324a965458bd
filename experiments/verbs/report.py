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

import dataclasses
import importlib.util
from pathlib import Path
from typing import Literal

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf, open_dict
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from analysis.brief.contents import brief_of
from analysis.brief.document import render
from experiments.compose import Names, verb_settings_of
from experiments.errors import CommandError
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.output.report_evidence import evidence_in, read_answers
from experiments.terminal import console

_EXTRAS = {"jinja2": "report", "weasyprint": "pdf"}
_FROM = "from"
_FOLDERS = "folders"
"""What ``from``, which Python keeps for itself, is called in the settings."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class ReportSettings:
    """What can be set for a brief; the defaults are in configs/report.yaml."""

    folders: Names | None
    format: Literal["html", "pdf"]
    reference: str | None
    output: str | None
    overwrite: bool


def task(config: DictConfig) -> None:
    """Write the brief that ``config`` describes."""
    settings = verb_settings_of(_renamed(config), ReportSettings)
    if not settings.folders:
        raise CommandError("from is missing: name the folder of a finished answer, for example from=outputs/headline")
    _refuse_missing_library("jinja2", asked="report")
    if settings.format == "pdf":
        _refuse_missing_library("weasyprint", asked="format=pdf")
    answers = read_answers([Path(folder) for folder in settings.folders])
    evidence = evidence_in(answers, reference=settings.reference)
    target = output_folder(settings.output, verb="report", subject=answers[0].folder.name)
    question = Question(
        command=["partnerships", "report", *HydraConfig.get().overrides.task],
        scenarios=evidence.scenarios,
        seed=evidence.provenance.seed,
        replicates=answers[0].replicates,
    )
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        page = render(brief_of(evidence))
        (folder / "brief.html").write_text(page, encoding="utf-8")
        if settings.format == "pdf":
            write_pdf(page, folder / "brief.pdf")
        made_from = {str(answer.folder): answer.manifest_sha256 for answer in answers}
        write_manifest(folder, question, settings=dataclasses.asdict(settings) | {"made_from": made_from})
    written = "brief.html and brief.pdf" if settings.format == "pdf" else "brief.html"
    console().print(f"The brief is in {target}: {written}", soft_wrap=True)


def write_pdf(page: str, path: Path) -> None:
    """Print an HTML page to A4 with WeasyPrint; the same page gives the same bytes."""
    from weasyprint import HTML

    # The identifier of a PDF is random unless it is given.
    HTML(string=page).write_pdf(path, pdf_identifier=b"local-partnerships", pdf_variant="pdf/ua-1")


def _renamed(config: DictConfig) -> DictConfig:
    renamed = OmegaConf.create({_FOLDERS if name == _FROM else str(name): value for name, value in config.items()})
    with open_dict(renamed):
        return renamed


def _refuse_missing_library(name: str, *, asked: str) -> None:
    if importlib.util.find_spec(name) is None:
        raise CommandError(f"{asked} needs {name}: pip install 'local-partnerships[{_EXTRAS[name]}]'")
