"""The explorer page as one self-contained HTML text: template, styles, scripts, chart library, catalogue, engine.

The chart library is kept in ``experiments/page/library`` as one file made of modules of D3, so that nothing is fetched
when a page is written or opened. The page's Content-Security-Policy allows the scripts in it, by their hash, workers
made of its own text and the engine in them, no evaluation of text, and no connection to anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

from experiments.page.catalogue import catalogue
from experiments.page.engine.module import Engine, shipped
from experiments.page.options import FEWEST_MONTHS, MOST_MONTHS, MOST_SEATS, Choices, choices
from experiments.page.tables import engine_tables
from experiments.versions import PACKAGE

SCRIPTS = (
    "arrays", "state", "words", "plan", "engine", "workers", "answers", "minutes", "data", "figures", "charts",
    "round_table", "timeline", "month_words", "partner", "story", "announce", "controls", "differences",
    "dates", "rescue", "lessons", "play", "reproduce", "export", "main",
)  # fmt: skip
"""The page's own scripts, in ``experiments/page``, in the order in which they are put together."""

WORKER = ("engine", "worker")
"""What a worker runs, of the same scripts."""

_COMMENTS_AND_INDENTS = re.compile(r"^[ \t]*(?://[^\n]*\n|/\*\*.*?\*/\n|(?=\S))|^\s*\n", re.MULTILINE | re.DOTALL)
"""Comments that have lines to themselves, and the space that lines begin with."""

FIRST_REPLICATES, MOST_REPLICATES = 100, 400


def page_html(known: Choices | None = None, engine: Engine | None = None) -> str:
    """Return the whole page; by default without a case, and with the engine of the model's own month."""
    known, engine = known or choices(), engine or shipped()
    described = catalogue(known) | {"limits": limits(), "written_by": f"{PACKAGE} {_own_version()}".strip()}
    library, script = chart_library(), own_script(SCRIPTS)
    parts = {
        "policy": _security_policy([library, script]),
        "style": _text("page.css"),
        "catalogue": _json(described),
        "engine": _json(engine_tables(known, engine, most_replicates=MOST_REPLICATES)),
        "module": engine.as_text(),
        "worker": own_script(WORKER),
        "library": library,
        "script": script,
    }
    before, *rest = _text("template.html").split("{{")
    return before + "".join(parts[name] + text for name, _, text in (piece.partition("}}") for piece in rest))


def limits() -> dict[str, int]:
    """Return what can be asked of a page: runs, at first and at most, seats and months."""
    return {
        "replicates": MOST_REPLICATES,
        "replicates_first": FIRST_REPLICATES,
        "seats": MOST_SEATS,
        "months_least": FEWEST_MONTHS,
        "months": MOST_MONTHS,
    }


def _own_version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""  # run from a source tree that is not installed


@cache
def chart_library() -> str:
    """Return the script of what the page takes from others, as ``window.d3`` and ``window.fflate``."""
    return _closed(_text("library/library.min.js"))


@cache
def own_script(names: tuple[str, ...]) -> str:
    """Return scripts of the page as one, without their comments and indents, which would make a tenth of it."""
    whole = "\n".join(_text(f"{name}.js") for name in names)
    return _closed(_COMMENTS_AND_INDENTS.sub("", whole))


def _text(name: str) -> str:
    return files("experiments").joinpath("page", name).read_text("utf-8")


def _closed(script: str) -> str:
    """Return a script that cannot end the element that it stands in."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _security_policy(scripts: list[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed} 'wasm-unsafe-eval'; worker-src blob:; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
