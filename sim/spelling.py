"""Names of the code as people write them, where nobody declares a better label."""

from __future__ import annotations

_PROPER = {name.lower(): name for name in ("LSP", "VCS", "NCR", "NRF", "SIGOMA", "England")}


def spelt_out(name: str) -> str:
    """Return a name of the code as it stands within a sentence: ``vcs_as_contractor`` as "VCS as contractor"."""
    return " ".join(_PROPER.get(word, word) for word in name.replace("_gbp_m", "").split("_"))


def path_spelt_out(path: str) -> str:
    """Return the path of a setting so: ``levers.duty.share_data`` as "duty: share data".

    Topics that say nothing to a reader are left out.
    """
    topic, _, rest = path.partition(".")
    parts = (rest if rest and topic in ("levers", "behaviour", "own") else path).split(".")
    return ": ".join(map(spelt_out, parts))
