"""Write the methods section of a paper from finished results: text, tables, captions, and ODD.

Reads the manifest and the tables of a folder that any verb wrote, and runs nothing. Writes methods.md
and methods.tex (its first line says what it needs): paragraphs on model, scenarios, runs, numbers and
command; a table of the settings in which scenarios differ; the result tables that fit a page, others are
named; captions of the figures, from their titles and notes; and odd.html, the description of the model by
ODD (Grimm et al. 2020) with diagrams, with format=pdf also odd.pdf.

Every word is made from what was recorded: read it, and say why you asked. odd.html describes the model as it
ships; steps of your own (extension=) are not in it. LaTeX takes figures=pdf as they are, svg only converted.

Needs an extra: pip install 'local-partnerships[report]', and for format=pdf 'local-partnerships[pdf]'.

For example:
  partnerships methods from=outputs/headline
  partnerships methods from=outputs/headline format=pdf output=paper/methods
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis.methods.tables import result_table, settings_table
from analysis.methods.words import as_latex, as_markdown, numbers_of_a_fit, numbers_of_a_folder, paragraphs
from analysis.shared.codebook import CODEBOOK
from analysis.shared.libraries import library
from experiments.behaviours import GROUP
from experiments.command import Command
from experiments.errors import CommandError, as_written
from experiments.files import sha256_of_file, typed_path
from experiments.output.again import CONFIG_DIR
from experiments.output.folder import DOCS, MANIFEST
from experiments.output.frame import Results
from experiments.output.manifest import command_told, read_manifest
from experiments.output.printing import printed, refuse_without_printer
from experiments.registry import verbs
from experiments.settings import checked

ODD = (Path(__file__).parents[1] / "output" / "odd.html", DOCS / "odd.html")
"""The description of the model: as it is installed, and as the repository has it."""


@checked
class MethodsSettings:
    """What can be set for a methods section; the defaults are in configs/methods.yaml."""

    from_: str | None
    """Python keeps the name without the underscore for itself."""
    format: Literal["html", "pdf"]
    output: str | None
    overwrite: bool


def subject(settings: MethodsSettings, command: Command) -> str:
    """Return the name of the folder that the text is about."""
    return _folder(settings).name


def work(settings: MethodsSettings, command: Command) -> Results:
    """Write the section."""
    library("jinja2", purpose="methods", extra="report")
    if settings.format == "pdf":
        refuse_without_printer()
    folder = _folder(settings)
    manifest = read_manifest(folder)
    with as_written(folder):
        return _section(folder, manifest, pdf=settings.format == "pdf")


def _section(folder: Path, manifest: dict[str, Any], *, pdf: bool) -> Results:
    """Return the section on results in a folder."""
    verb = manifest["command"][1]
    files = [path for path in sorted(folder.glob("*.csv")) if path.name != CODEBOOK]
    read = {path.name: _table(path) for path in files}
    told = paragraphs(
        {**manifest, "command": command_told(manifest)},
        done=verbs()[verb].summary if verb in verbs() else f"partnerships {verb}",
        tables=read,
        numbers=numbers_from(manifest),
    )
    settings_shown = [shown] if not (shown := settings_table(manifest["scenarios"])).cells.empty else []
    found = {name: result_table(name, table) for name, table in read.items()}
    tables = [*settings_shown, *(table for table in found.values() if table is not None)]
    left_out = [name for name, table in found.items() if table is None]
    parts: Any = (told, tables, left_out, manifest.get("figures", ()))
    odd = next(path for path in ODD if path.is_file()).read_text(encoding="utf-8")
    as_pdf = {"odd.pdf": printed(odd)} if pdf else {}
    return Results(
        scenarios={},
        seed=manifest["seed"],
        replicates=range(0),
        texts={"methods.md": as_markdown(*parts), "methods.tex": as_latex(*parts), "odd.html": odd, **as_pdf},
        words=[f"{len(told)} paragraphs, {len(tables)} tables and {len(parts[3])} captions: begin with methods.md."],
        numbers="",
        record={"made_from": {str(folder): sha256_of_file(folder / MANIFEST)}},
    )


def numbers_from(manifest: Mapping[str, Any]) -> str:
    """Return how the sets of numbers were accepted that a command read from a folder of one's own; else nothing."""
    if of_fit := manifest.get("numbers_from"):
        return numbers_of_a_fit(**of_fit)
    words = command_told(manifest)
    read = any(file["path"].startswith(f"{GROUP}/") for file in manifest.get("own_files", ()))
    return numbers_of_a_folder(words[words.index(CONFIG_DIR) + 1]) if read and CONFIG_DIR in words else ""


def _folder(settings: MethodsSettings) -> Path:
    if settings.from_ is None:
        raise CommandError("from is missing: name the folder of finished results, for example from=outputs/headline")
    return typed_path(settings.from_).resolve()


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
