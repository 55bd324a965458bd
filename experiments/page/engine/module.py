"""The engine of the page as it ships, and of which sources it was built."""

from __future__ import annotations

import base64
import gzip
import json
from importlib.resources import files

from sim.sources import files_hash

MODULE, SOURCES = "month.wasm.gz", "month.json"


def module_bytes() -> bytes:
    """Return the module that ships: WebAssembly, not compressed."""
    return gzip.decompress(_here(MODULE))


def module_as_text() -> str:
    """Return the module as a page holds it: compressed, in base64."""
    return base64.b64encode(_here(MODULE)).decode("ascii")


def hash_of_sources() -> str:
    """Return the sha256 of the files that the engine is made from."""
    return files_hash("sim")


def built_from() -> str:
    """Return the same of the files from which the module that ships was built."""
    built: str = json.loads(_here(SOURCES))["sim"]
    return built


def _here(name: str) -> bytes:
    return files("experiments").joinpath("page", "engine", name).read_bytes()
