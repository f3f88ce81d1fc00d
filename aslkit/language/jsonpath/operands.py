"""JSON values and literals -> the operands of a comparison."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aslkit.language.jsonpath.errors import Broken
from aslkit.language.jsonpath.java import java_text
from aslkit.language.jsonpath.literals import read_json

if TYPE_CHECKING:
    from decimal import Decimal

    from aslkit.language.jsonpath.path import Json, Literal

NUMBER = r"(?a)[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,9})?"
"""How a number is written in a condition."""


class _Undefined:
    """What a path that finds nothing is in a comparison; as a class of its own it equals nothing."""


UNDEFINED = _Undefined()


class Container:
    """An object or an array in a comparison; a literal keeps its `text` and is read when needed."""

    __slots__ = ("_value", "text")

    def __init__(self, value: Json, text: str | None = None) -> None:
        self._value = value
        self.text = text

    @property
    def value(self) -> Json:
        return self._value if self.text is None else read_json(self.text)


class Number:
    """A number in a comparison, exact."""

    __slots__ = ("decimal",)

    def __init__(self, decimal: Decimal) -> None:
        self.decimal = decimal


@lru_cache(maxsize=2048)
def constant(literal: Literal) -> Any:
    """A literal as a comparison sees it."""
    match literal.kind:
        case "number":
            return number(literal.text)
        case "boolean":
            return literal.text == "true"
        case "null":
            return None
        case "json":
            return Container(None, literal.text)
        case "pattern":
            from aslkit.language.jsonpath.patterns import compile_pattern

            return compile_pattern(literal.text)
        case _:
            return literal.text


def comparable(value: Json) -> Any:
    """The value as a comparison sees it: str, bool, None, `Number` or `Container`."""
    if isinstance(value, (dict, list)):
        return Container(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(java_text(value))
    if isinstance(value, tuple):
        raise Broken("Could not convert the keys of an object to a value of a comparison")
    return value


def number(text: str) -> Number:
    """The number that `text` writes, which matches NUMBER."""
    from decimal import Decimal

    return Number(Decimal(text))
