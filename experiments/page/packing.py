"""Arrays as the page of the explorer reads them: a few digits, in base64, in JSON."""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Json = dict[str, Any]

Packed = Json
"""``type``, ``n`` (shape), ``scale``, ``offset`` and ``b`` or ``gz``: value = offset + scale × raw.

``stored`` is the order of the axes in memory if it is another, and ``delta`` says that raw numbers are differences
along the last axis, wrapping around."""

MISSING = {"u8": 255, "i16": -32768}
_KINDS: dict[str, type[np.integer[Any]]] = {"u8": np.uint8, "i16": np.int16}
_LOWEST = {"u8": 0, "i16": -32767}
_HIGHEST = {"u8": 254, "i16": 32767}

_DIGITS = 6
"""Significant digits of scales and offsets: two more than a value of 16 bits can use."""


def packed(
    values: NDArray[np.floating[Any]],
    kind: Literal["u8", "i16"] = "i16",
    *,
    along: int | None = None,
    bounds: tuple[float, float] | None = None,
    compressed: bool = False,
    stored: Sequence[int] | None = None,
) -> Packed:
    """Return ``values`` as whole numbers of 8 or 16 bits, spread evenly from the lowest to the highest value.

    With ``along`` every slice of that axis has a range of its own; ``bounds`` sets one range for all.
    NaN becomes the number in ``MISSING``. What is ``compressed`` is stored as differences along the last
    axis, with the axes in the order ``stored`` (the last stays last): like rows side by side compress well.
    """
    axes = tuple(axis for axis in range(values.ndim) if axis != along)
    low, high = _range(values, axes) if bounds is None else (np.float64(bounds[0]), np.float64(bounds[1]))
    scale = _few_digits((high - low) / (_HIGHEST[kind] - _LOWEST[kind]))
    scale = np.where(scale > 0.0, scale, 1.0)
    offset = _few_digits(low - scale * _LOWEST[kind])
    raw = np.clip(np.rint((values - offset) / scale), _LOWEST[kind], _HIGHEST[kind])
    whole = np.where(np.isnan(values), MISSING[kind], raw).astype(_KINDS[kind])
    shaped: Packed = {"along": along} if along is not None else {}
    numbers = {"scale": _plain(scale), "offset": _plain(offset)}
    return shaped | numbers | _with_bytes(whole, kind, compressed=compressed, stored=stored)


def packed_codes(
    codes: NDArray[np.integer[Any]],
    *,
    scale: float = 1.0,
    compressed: bool = False,
    stored: Sequence[int] | None = None,
) -> Packed:
    """Return whole numbers from 0 to 254 as they are; they stand for ``scale`` × the number."""
    numbers = {"scale": scale, "offset": 0.0}
    return numbers | _with_bytes(codes.astype(np.uint8), "u8", compressed=compressed, stored=stored)


def unpacked(array: Packed) -> NDArray[np.float64]:
    """Return the values of a packed array, NaN where they are missing: what the page does, for checking."""
    content = base64.b64decode(array["b"]) if "b" in array else gzip.decompress(base64.b64decode(array["gz"]))
    kind, shape = array["type"], array["n"]
    stored = array.get("stored", range(len(shape)))
    raw = np.frombuffer(content, dtype=np.dtype(_KINDS[kind]).newbyteorder("<")).reshape(
        [shape[axis] for axis in stored]
    )
    if array.get("delta"):
        raw = np.cumsum(raw, axis=-1, dtype=_KINDS[kind])
    raw = raw.transpose(np.argsort(stored))
    shape = [1] * raw.ndim
    if "along" in array:
        shape[array["along"]] = -1
    scale, offset = (np.asarray(array[name]).reshape(shape) for name in ("scale", "offset"))
    return np.asarray(np.where(raw == MISSING[kind], np.nan, offset + scale * raw))


def compact(content: Any) -> bytes:
    """Return JSON without spaces; raise ValueError for a number that JSON does not have."""
    return json.dumps(content, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()


def rounded(value: float, digits: int = 4) -> float:
    """Return ``value`` to some significant digits, for a short text."""
    return float(f"{value:.{digits}g}")


def _with_bytes(whole: NDArray[Any], kind: str, *, compressed: bool, stored: Sequence[int] | None) -> Packed:
    described: Packed = {"type": kind, "n": list(whole.shape)}
    if stored is not None:
        described["stored"] = list(stored)
        whole = whole.transpose(stored)
    if compressed:
        described["delta"] = True
        whole = np.concatenate([whole[..., :1], np.diff(whole, axis=-1)], axis=-1)
    content = np.ascontiguousarray(whole).astype(whole.dtype.newbyteorder("<")).tobytes()
    name, kept = ("gz", gzip.compress(content, 9, mtime=0)) if compressed else ("b", content)
    return described | {name: base64.b64encode(kept).decode("ascii")}


def _range(values: NDArray[np.floating[Any]], axes: tuple[int, ...]) -> tuple[Any, Any]:
    known = ~np.isnan(values)
    low = np.min(values, axis=axes, keepdims=True, where=known, initial=math.inf)
    high = np.max(values, axis=axes, keepdims=True, where=known, initial=-math.inf)
    nothing = low > high
    return np.where(nothing, 0.0, low), np.where(nothing, 0.0, high)


def _few_digits(values: Any) -> NDArray[np.float64]:
    short = [rounded(value, _DIGITS) for value in np.ravel(values)]
    return np.array(short).reshape(np.shape(values))


def _plain(numbers: Any) -> float | list[float]:
    flat = np.ravel(numbers)
    return float(flat[0]) if flat.size == 1 and np.ndim(numbers) == 0 else [float(number) for number in flat]
