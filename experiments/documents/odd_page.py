"""The description of the model as one page that needs nothing else, with diagrams, made from ``docs/odd.md``.

Usage: python -m experiments.documents.odd_page
"""

from __future__ import annotations

import re
import sys

from markdown_it import MarkdownIt

from experiments.documents.odd_diagrams import titled_diagrams
from experiments.files import replacing
from experiments.output.folder import DOCS

SOURCE, PAGE = DOCS / "odd.md", DOCS / "odd.html"

_GENERATED = re.compile(r"<!-- (?:generated: \w+|end) -->\n?")
_DIAGRAMS = re.compile(r"<!-- generated: diagrams -->.*?<!-- end -->", re.DOTALL)
_FRAMES = re.compile(r"\s+Those\s+with a thick frame read\.")
"""What is said of the diagrams that pictures stand for."""
_HERE = "DIAGRAMS-STAND-HERE"
_ELSEWHERE = re.compile(r'<a href="(?!#|https?:)[^"]*">(.*?)</a>', re.DOTALL)
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>")

_STYLE = """
body { font: 11pt/1.45 Georgia, "DejaVu Serif", serif; color: #222; max-width: 46em; margin: 2em auto; padding: 0 1em }
h1, h2, h3, figcaption, th { font-family: "Helvetica Neue", Arial, "DejaVu Sans", sans-serif }
h1 { font-size: 1.7em } h2 { font-size: 1.3em; margin-top: 2em } h3 { font-size: 1.08em; margin-top: 1.6em }
table { border-collapse: collapse; width: 100%; font-size: 0.8em; margin: 1em 0 }
th, td { border-bottom: 1px solid #ccc; padding: 0.25em 0.4em; text-align: left; vertical-align: top;
         overflow-wrap: anywhere }
code { font: 0.86em Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
pre { background: #f5f5f3; padding: 0.6em; white-space: pre-wrap }
figure { margin: 1.2em 0; break-inside: avoid } figure svg { width: 100%; height: auto }
figcaption { font-size: 0.85em; color: #555 }
@page { size: A4; margin: 18mm; @bottom-right { content: counter(page); font-size: 8pt } }
@media print { body { font-size: 9.5pt; max-width: none; margin: 0; padding: 0 } }
"""


def odd_page() -> str:
    """Return the page: the text of ``docs/odd.md``, with pictures for its diagrams; links to other pages are text."""
    text = _DIAGRAMS.sub(f"\n{_HERE}\n", _FRAMES.sub("", SOURCE.read_text(encoding="utf-8")))
    made = MarkdownIt("commonmark").enable("table").render(_GENERATED.sub("", text))
    made = _HEADING.sub(_with_anchor, _ELSEWHERE.sub(r"\1", made))
    body = made.replace(f"<p>{_HERE}</p>", titled_diagrams())
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>The model, described by ODD</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


def _with_anchor(found: re.Match[str]) -> str:
    """Return a heading with the anchor that links in Markdown name it by."""
    words = re.sub(r"<[^>]+>", "", found[2]).lower()
    anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
    return f'<h{found[1]} id="{anchor}">{found[2]}</h{found[1]}>'


def main() -> int:
    """Write the page anew."""
    with replacing(PAGE) as path:
        path.write_text(odd_page(), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
