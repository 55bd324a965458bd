"""A posterior as the file that ArviZ reads: netCDF with the groups of an InferenceData."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.shared.libraries import library

Numbers = NDArray[np.float64]

PURPOSE, EXTRA = "a file for ArviZ", "posterior"


def inference_data(
    *,
    prior: Mapping[str, Numbers],
    posterior: Mapping[str, Numbers],
    predictive: Numbers,
    observed: Numbers,
    targets: Sequence[str],
    about: str,
) -> bytes:
    """Return a netCDF file with prior, posterior, posterior_predictive and observed_data, in one chain.

    ``prior`` and ``posterior`` hold the values (draws,) of each number, ``predictive`` (draws, targets) what a run of
    each accepted set shows, ``observed`` (targets,). Raises MissingLibrary without arviz-base or h5netcdf.

    >>> one = {"tie_rate": np.array([0.1, 0.2])}
    >>> file = inference_data(prior=one, posterior=one, predictive=np.ones((2, 1)), observed=np.ones(1), targets=["x"],
    ...                       about="an example")
    >>> file[1:4]
    b'HDF'
    """
    arviz = library("arviz_base", purpose=PURPOSE, extra=EXTRA)
    for module in ("h5netcdf", "h5py"):
        library(module, purpose=PURPOSE, extra=EXTRA)
    tree = arviz.from_dict(
        {
            "posterior": {name: values[None, :] for name, values in posterior.items()},
            "prior": {name: values[None, :] for name, values in prior.items()},
            "posterior_predictive": {"targets": predictive[None, :]},
            "observed_data": {"targets": observed},
        },
        coords={"target": list(targets)},
        dims={"targets": ["target"]},
        attrs={"/": {"about": about}},
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posterior.nc"
        tree.to_netcdf(path, engine="h5netcdf")
        return path.read_bytes()
