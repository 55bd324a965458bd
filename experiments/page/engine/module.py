"""The engine of the page as it ships, and of which sources it was built; or that of a month of one's own."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
from importlib.resources import files

from sim.sources import files_hash

MODULE, SOURCES = "month.wasm.gz", "month.json"


@dataclasses.dataclass(frozen=True)
class Engine:
    """A month compiled for browsers."""

    content: bytes
    """The module, compressed."""
    source: str
    """The sha256 of what it was made from."""

    def as_text(self) -> str:
        """Return the module as a page holds it: compressed, in base64."""
        return base64.b64encode(self.content).decode("ascii")


def shipped() -> Engine:
    """Return the engine of the model's own month, as it ships."""
    return Engine(_here(MODULE), built_from())


def module_bytes() -> bytes:
    """Return the module that ships: WebAssembly, not compressed."""
    return gzip.decompress(_here(MODULE))


def hash_of_sources() -> str:
    """Return the sha256 of the files that the engine is made from."""
    return files_hash("sim")


def built_from() -> str:
    """Return the same of the files from which the module that ships was built."""
    built: str = json.loads(_here(SOURCES))["sim"]
    return built


def _here(name: str) -> bytes:
    return files("experiments").joinpath("page", "engine", name).read_bytes()
