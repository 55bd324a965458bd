"""The paragraphs of a methods section, and a whole section as Markdown and as LaTeX, made from a manifest."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.methods.runs import in_districts, runs_in_words, what_was_run
from analysis.methods.tables import PrintedTable
from analysis.shared.markdown import markdown_table
from analysis.shared.words import listed, mid_sentence, version_in_words

PACKAGE = "local-partnerships"

SIGNS_OF_A_COMMIT = 12
"""Enough to find it by; the manifest has all."""

BROKEN_AT = 18
"""Signs at which a cell of a printed table may be broken."""

_IN_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "$-$", "±": r"$\pm$", "£": r"\pounds{}", "–": "--",
    "≥": r"$\geq$", "≤": r"$\leq$", "×": r"$\times$",
}  # fmt: skip


def paragraphs(
    manifest: Mapping[str, Any], *, done: str, tables: Mapping[str, pd.DataFrame] | None = None, numbers: str = ""
) -> list[str]:
    """Return what a paper says of how results were made.

    ``done`` is what the verb does, in a sentence, ``tables`` are those of the results by file name, and ``numbers``
    says where the numbers of behaviour are from, if that is known.

    >>> board = {"members": {"council": 1, "police": 1}}
    >>> scenario = {"months": 144, "start": "2001-04", "place": {"label": "Leeds"}, "board": board}
    >>> manifest = {"command": ["partnerships", "run"], "versions": {"local-partnerships": "0.3.0", "python": "3.11.9"},
    ...             "scenarios": {"talking_shop": scenario}, "seed": 1, "replicates": {"first": 0, "count": 1}}
    >>> told = paragraphs({**manifest, "settings": {}}, done="Run one scenario once")
    >>> told[1].partition(". ")[0]
    'One scenario was run (talking shop), 144 months from 2001-04, in Leeds, with 2 seats at the table'
    """
    ran = f"{_on_scenarios(manifest)} {runs_in_words(manifest, tables or {})}"
    return [_on_model(manifest), ran, *_on_numbers(manifest, numbers), _on_doing(manifest, done)]


def _on_model(manifest: Mapping[str, Any]) -> str:
    versions = manifest["versions"]
    version = version_in_words(versions[PACKAGE], (manifest.get("git_commit") or "")[:SIGNS_OF_A_COMMIT] or None)
    libraries = [f"{name} {version}" for name, version in versions.items() if name not in (PACKAGE, "python")]
    on = f" with {listed(libraries)}" if libraries else ""
    return (
        f"We used {PACKAGE} {version}, an agent-based model of English local strategic partnerships "
        f"in which members with scarce senior time decide month by month whether to come, whom to work with, what to "
        f"support and which promises to keep. Its ODD description is in the supplement (odd.html). It ran on Python "
        f"{versions['python']}{on}."
    )


def _on_scenarios(manifest: Mapping[str, Any]) -> str:
    scenarios, what = manifest["scenarios"], what_was_run(manifest)
    names = listed([mid_sentence(name) for name in scenarios]) if scenarios else "none"
    number = f"One {what} was run" if len(scenarios) == 1 else f"{len(scenarios)} {what}s were run"
    seats = list(dict.fromkeys(str(_seats(one)) for one in scenarios.values()))
    return (
        f"{number} ({names}), {_months(scenarios.values())}, in {_where(manifest)}, with {listed(seats, word='or')} "
        "seats at the table."
    )


def _months(scenarios: Iterable[Mapping[str, Any]]) -> str:
    """Return how long scenarios are, by the month in which they begin.

    >>> _months([{"months": 144, "start": "2001-04"}, {"months": 60, "start": "2001-04"}])
    '144 or 60 months from 2001-04'
    """
    lengths: dict[str, dict[str, None]] = {}
    for one in scenarios:
        lengths.setdefault(one["start"], {})[str(one["months"])] = None
    told = (f"{listed(list(months), word='or')} months from {start}" for start, months in lengths.items())
    return listed(list(told), word="or")


def _where(manifest: Mapping[str, Any]) -> str:
    """Return in which places it was: those of the scenarios, or how many districts runs are spread over.

    >>> leeds = {"place": {"label": "Leeds"}}
    >>> _where({"command": ["partnerships", "scan"], "scenarios": {"a": leeds, "b": leeds},
    ...         "settings": {"districts": {"b": 88}}})
    'Leeds and in 88 districts'
    """
    if districts := in_districts(manifest):
        return districts
    counts = manifest["settings"].get("districts") or {}
    labels = [one["place"]["label"] for name, one in manifest["scenarios"].items() if name not in counts]
    parts = [listed(list(dict.fromkeys(labels)))] if labels else []
    if counts:
        numbers = listed([str(count) for count in dict.fromkeys(counts.values())], word="or")
        parts.append(f"{numbers} districts")
    return " and in ".join(parts)


def _seats(scenario: Mapping[str, Any]) -> int:
    board = scenario["board"]
    return len(board.get("bodies") or ()) or sum(board["members"].values())


def _on_numbers(manifest: Mapping[str, Any], numbers: str) -> list[str]:
    said = [*manifest["settings"].get("remarks", ()), *([numbers] if numbers else [])]
    return [" ".join(said)] if said else []


def numbers_of_a_fit(*, verb: str, seed: int, place: str = "", targets: int = 0) -> str:
    """Return by what the sets of numbers were accepted that a calibration to targets of a case left, or another fit.

    >>> numbers_of_a_fit(verb="calibrate", seed=1, place="Leeds", targets=4)
    'They were accepted by calibration to 4 targets of Leeds (seed 1).'
    >>> numbers_of_a_fit(verb="fit", seed=2)
    'They were accepted by calibration to patterns, partnerships fit (seed 2).'
    """
    if targets:
        told = f"{targets} target{'' if targets == 1 else 's'} of {place}"
        return f"They were accepted by calibration to {told} (seed {seed})."
    return f"They were accepted by calibration to patterns, partnerships {verb} (seed {seed})."


def numbers_of_a_folder(folder: str) -> str:
    """Return the same where nothing tells how the numbers came about.

    >>> numbers_of_a_folder("mine")
    'They come from a folder of our own (mine).'
    """
    return f"They come from a folder of our own ({folder})."


def _on_doing(manifest: Mapping[str, Any], done: str) -> str:
    return (
        f"What was done: {mid_sentence(done)}. The command was `{shlex.join(manifest['command'])}`. The same "
        f"command and version give the same numbers, bit by bit; `partnerships rerun` checks it. Definitions and units "
        f"of all columns are in codebook.csv."
    )


def as_markdown(
    told: Sequence[str], tables: Sequence[PrintedTable], left_out: Sequence[str], figures: Sequence[Mapping[str, Any]]
) -> str:
    r"""Return a methods section with tables and captions as Markdown.

    >>> as_markdown(["We ran it."], [], [], [])
    '# Methods\n\nWe ran it.\n'
    """
    parts = ["# Methods", *told]
    for number, table in enumerate(tables, 1):
        cells = markdown_table(list(table.cells.columns), table.cells.to_numpy().tolist())
        parts.append(f"**Table {number}.** {table.caption}\n\n{cells}".rstrip())
    parts += [_on_left_out(left_out)] if left_out else []
    parts += [
        f"**Figure {number}.** {_caption(one)} (`{one['path']}`)".strip() for number, one in enumerate(figures, 1)
    ]
    return "\n\n".join(parts) + "\n"


def as_latex(
    told: Sequence[str], tables: Sequence[PrintedTable], left_out: Sequence[str], figures: Sequence[Mapping[str, Any]]
) -> str:
    r"""Return the same as LaTeX to be put into a paper; it names the packages that it needs.

    >>> as_latex(["We ran 5 %."], [], [], []).splitlines()[-1]
    'We ran 5 \\%.'
    """
    needs = (
        "% needs UTF-8, \\usepackage{booktabs,graphicx,tabularx}, and \\graphicspath{{...}} of the folder of results"
    )
    parts = [needs, "\\section{Methods}", *map(_in_latex, told)]
    parts += [_table_in_latex(table) for table in tables]
    parts += [_in_latex(_on_left_out(left_out))] if left_out else []
    parts += [_figure_in_latex(one) for one in figures]
    return "\n\n".join(parts) + "\n"


def _table_in_latex(table: PrintedTable) -> str:
    """Return a table over the whole width, in two columns of text too, whose cells are broken where they have to be."""
    cells = table.cells.map(escaped).rename(columns=escaped)
    columns = (f">{{\\hsize={width:.2f}\\hsize\\raggedright\\arraybackslash}}X" for width in _widths(table))
    latex: str = cells.to_latex(
        index=False,
        escape=False,
        caption=escaped(table.caption),
        label=f"tab:{table.name}",
        position="htbp",
        column_format="".join(columns),
    )
    latex = latex.replace("{tabular}", "{tabularx}").replace("{table}", "{table*}")
    return latex.replace(
        "\\begin{tabularx}", "\\footnotesize\\setlength{\\tabcolsep}{3pt}\n\\begin{tabularx}{\\textwidth}"
    ).rstrip()


def _widths(table: PrintedTable) -> list[float]:
    """Return how wide columns are, 1 on average: as their longest cell, but for what may be broken in it."""
    signs = []
    for heading, cells in table.cells.items():
        cell = min(BROKEN_AT, int(cells.str.len().max()))
        signs.append(max(cell, *(len(word) for text in (str(heading), *cells) for word in re.split(r"[\s-]", text))))
    return [len(signs) * count / sum(signs) for count in signs]


def _figure_in_latex(figure: Mapping[str, Any]) -> str:
    width = r"\columnwidth" if figure.get("columns") == 1 else r"\textwidth"
    name = figure["path"].rpartition("/")[2].rpartition(".")[0]
    # LaTeX takes no SVG as it is: of those the name stands without ending, for a converted file beside it.
    path = figure["path"].removesuffix(".svg")
    star = "" if figure.get("columns") == 1 else "*"
    return (
        f"\\begin{{figure{star}}}[htbp]\n\\centering\n\\includegraphics[width={width}]{{{path}}}\n"
        f"\\caption{{{escaped(_caption(figure))}}}\n\\label{{fig:{name}}}\n\\end{{figure{star}}}"
    )


def _caption(figure: Mapping[str, Any]) -> str:
    title = figure["title"].rstrip(".")
    return f"{title}. {figure['note']}".strip() if title else figure["note"] or figure["path"]


def _on_left_out(files: Sequence[str]) -> str:
    return f"Too long or too wide to be printed, for the supplement: {', '.join(files)}."


def _in_latex(text: str) -> str:
    """Return a paragraph for LaTeX, with what stands between backticks in the type of code."""
    parts = re.split(r"`([^`]*)`", text)
    told = "".join(f"\\texttt{{{escaped(part)}}}" if place % 2 else escaped(part) for place, part in enumerate(parts))
    # Code is not hyphenated, so its lines need more room between words.
    return f"\\begin{{sloppypar}}\n{told}\n\\end{{sloppypar}}" if len(parts) > 1 else told


def escaped(text: object) -> str:
    r"""Return a text as LaTeX prints it.

    >>> escaped("50 % of £1m_a")
    '50 \\% of \\pounds{}1m\\_a'
    """
    return "".join(_IN_LATEX.get(sign, sign) for sign in str(text))
