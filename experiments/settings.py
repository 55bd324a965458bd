"""What the settings of a verb are made of: a dataclass that checks its values, and the types that several share."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, cast, dataclass_transform

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from sim.parameters import Whole

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def checked(kind: type[Kind]) -> type[Kind]:
    """Return ``kind`` as a frozen dataclass that takes nothing but its fields, each of its type and range."""
    made: Any = dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))(kind)
    return cast(type[Kind], made)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _each_once(value: Any) -> Any:
    if isinstance(value, list) and len(set(map(str, value))) < len(value):
        raise ValueError("name each once")
    return value


def _at_least_one(value: Any) -> Any:
    if value == []:
        raise ValueError("name at least one")
    return value


ONE_IS_A_LIST = BeforeValidator(_as_list)
"""Says of a list of names that a single one need not stand in brackets."""

# Of several validators the last one is asked first.
Names = Annotated[tuple[str, ...], BeforeValidator(_each_once), ONE_IS_A_LIST]
"""Names, each once; a single one need not stand in brackets."""

SomeNames = Annotated[Names, BeforeValidator(_at_least_one)]
"""Names, at least one."""

Figures = Annotated[
    Literal[False, "png", "svg", "pdf", "png_one", "svg_one", "pdf_one"],
    BeforeValidator(lambda value: "png" if value is True else value),
]
"""Whether figures are drawn, as what, and for one column of a journal instead of two."""

Seed = Annotated[Whole, Field(ge=0)]
Count = Annotated[Whole, Field(ge=1)]
Workers = Annotated[Whole, Field(ge=1, le=1_024)]
