"""The explorer page as one self-contained HTML text: template, styles, scripts, chart library, catalogue, grid.

The chart library is Vega (BSD-3-Clause). Its script ships inside the Python package ``vl-convert-python`` and is
taken from there, so that nothing is fetched and nothing foreign is kept here. It runs on its expression
interpreter: the page's Content-Security-Policy allows the scripts in it, by their hash, no evaluation of
text, and no connection but to the program that sent it (from a file: none at all).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

from analysis.shared.libraries import library
from experiments.output.manifest import PACKAGE
from experiments.page.catalogue import catalogue

SCRIPTS = (
    "arrays", "state", "words", "data", "figures", "charts", "network", "partner",
    "controls", "differences", "lessons", "export", "main",
)  # fmt: skip
"""The page's own scripts, in ``experiments/page``, in the order in which they are put together."""

FIRST_REPLICATES = 50


def page_html(grid: Mapping[str, Any] | None = None, *, most_replicates: int = 200) -> str:
    """Return the whole page. With a packed ``grid`` it answers from that; without, it asks ``POST answer``.

    ``most_replicates`` is the largest number of paired runs that a person may ask for. Raises
    MissingLibrary without the package that has the chart library.
    """
    described = catalogue() | {
        "limits": {"replicates": most_replicates, "replicates_first": min(FIRST_REPLICATES, most_replicates)},
        "written_by": f"{PACKAGE} {_own_version()}".strip(),
    }
    library, script = chart_library(), own_script()
    parts = {
        "policy": _security_policy([library, script], connects=grid is None),
        "style": _text("page.css"),
        "catalogue": _json(described),
        "grid": _json(grid),
        "library": library,
        "script": script,
    }
    before, *rest = _text("template.html").split("{{")
    return before + "".join(parts[name] + text for name, _, text in (piece.partition("}}") for piece in rest))


def _own_version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""  # run from a source tree that is not installed


@cache
def chart_library() -> str:
    """Return the script of Vega with its expression interpreter, as ``window.vegaEmbed``."""
    vl_convert = library("vl_convert", purpose="the page", extra="explorer")
    return _closed(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))


@cache
def own_script() -> str:
    """Return the page's own scripts as one module."""
    return _closed("\n".join(_text(f"{name}.js") for name in SCRIPTS))


def _text(name: str) -> str:
    return files("experiments").joinpath("page", name).read_text("utf-8")


def _closed(script: str) -> str:
    """Return a script that cannot end the element that it stands in."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _security_policy(scripts: list[str], *, connects: bool) -> str:
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    network = "'self'" if connects else "'none'"
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        f"connect-src {network}; base-uri 'none'; form-action 'none'"
    )
