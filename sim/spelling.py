"""Names of the code as people write them, where nobody declares a better label; and what acronyms stand for."""

from __future__ import annotations

from collections.abc import Mapping

ACRONYMS: Mapping[str, str] = {
    "ABC": "approximate Bayesian computation: sets of numbers are kept whose runs look like the data",
    "CART": "classification and regression trees",
    "LSP": "local strategic partnership",
    "NRF": "Neighbourhood Renewal Fund, 2001 to 2008",
    "ODD": "overview, design concepts, details: the protocol by which agent-based models are described",
    "PAWN": "a sensitivity method that compares whole distributions, named by its authors (Pianosi and Wagener 2015)",
    "PRIM": "patient rule induction method: peels ranges down to the few conditions of an outcome",
    "RMSE": "root of the mean squared error",
    "SBC": "simulation-based calibration: whether intervals cover truths that were planted",
    "SD": "standard deviation",
    "SIGOMA": "Special Interest Group of Municipal Authorities, of councils outside London",
    "TRACE": "transparent and comprehensive ecological modelling documentation: how models are shown to be fit for use",
}
"""What documents, labels and generated words may shorten, without explaining it each time."""

PROPER_NAMES = ("England", "New Commitment", "SIGOMA")
"""What keeps its capitals within a sentence."""

_IN_WORDS = {
    "england": "England",
    "lsp": "partnership",
    "ncr": "New Commitment",
    "nrf": "renewal fund",
    "sigoma": "SIGOMA",
    "vcs": "voluntary sector",
}


def spelt_out(name: str) -> str:
    """Return a name of the code as it stands within a sentence: ``vcs_voice`` as "voluntary sector voice"."""
    return " ".join(_IN_WORDS.get(word, word) for word in name.replace("_gbp_m", "").split("_"))


def path_spelt_out(path: str) -> str:
    """Return the path of a setting so: ``levers.duty.share_data`` as "duty: share data".

    Topics that say nothing to a reader are left out.
    """
    topic, _, rest = path.partition(".")
    parts = (rest if rest and topic in ("levers", "behaviour", "own") else path).split(".")
    return ": ".join(map(spelt_out, parts))
