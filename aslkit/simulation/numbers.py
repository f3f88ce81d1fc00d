"""A path of a field that takes a number, an instant, a text or an array -> a closure that reads and checks it.

The causes are as recorded on AWS, where each field has its own wording; those of TimeoutSecondsPath,
HeartbeatSecondsPath, ErrorPath and CausePath with a value of the wrong type follow the wording of SecondsPath.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.choice import parse_timestamp
from aslkit.language.errors import RUNTIME, StatesError
from aslkit.language.jsonpath import PathNotFound, compile_path
from aslkit.language.payload import compile_expression, json_text
from aslkit.simulation.dataflow import compile_place
from aslkit.simulation.limits import INLINE_CONCURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.language.jsonpath import Scope

Json = Any


def seconds_at(path: str) -> Callable[[Scope], float]:
    """SecondsPath of a Wait."""
    read = compile_path(path)

    def seconds(scope: Scope) -> float:
        try:
            value = read(scope)
        except PathNotFound:
            raise StatesError(RUNTIME, f"The SecondsPath parameter does not reference an input value: {path}") from None
        return float(whole(value, path, "SecondsPath"))

    return seconds


def timer_at(path: str, field: str) -> Callable[[Scope], int]:
    """TimeoutSecondsPath or HeartbeatSecondsPath of a Task."""
    read = compile_place(path)
    return lambda scope: whole(read(scope), path, field)


def whole(value: Json, path: str, field: str) -> int:
    """A number of seconds, which may be written as a string; never negative. Raises StatesError."""
    number = integer(value)
    if number is None:
        raise StatesError(RUNTIME, f"The {field} parameter cannot be parsed as a long value: {path} == {shown(value)}")
    if number < 0:
        raise StatesError(RUNTIME, f"The {field} parameter references a negative value: {path} == {number}")
    return number


def until(text: Json) -> float | None:
    """The instant of a timestamp in epoch seconds, None for what is none."""
    found = parse_timestamp(text) if isinstance(text, str) else None
    return None if found is None else found[0] + float(f"0.{found[1] or 0}")


def until_at(path: str) -> Callable[[Scope], float]:
    """TimestampPath of a Wait, in epoch seconds."""
    read = compile_path(path)

    def instant(scope: Scope) -> float:
        try:
            value = read(scope)
        except PathNotFound:
            raise StatesError(
                RUNTIME, f"The TimestampPath parameter does not reference an input value: {path}"
            ) from None
        seconds = until(value)
        if seconds is None:
            raise StatesError(
                RUNTIME,
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format "
                f"string: {path} == {shown(value)}",
            )
        return seconds

    return instant


def text_at(path: str, field: str) -> Callable[[Scope], str]:
    """ErrorPath or CausePath of a Fail: a path or an intrinsic function that gives a string."""
    evaluate = compile_expression(path, field)

    def text(scope: Scope) -> str:
        value = evaluate(scope)
        if not isinstance(value, str):
            raise StatesError(RUNTIME, f"The {field} parameter does not reference a string: {path} == {shown(value)}")
        return value

    return text


def items_at(path: str) -> Callable[[Scope], list[Json]]:
    """ItemsPath of a Map."""
    read = compile_place(path)

    def items(scope: Scope) -> list[Json]:
        value = read(scope)
        if not isinstance(value, list):
            raise StatesError(RUNTIME, f'Reference path "{path}" must point to array.')
        return value

    return items


def concurrency_at(path: str) -> Callable[[Scope], int]:
    """MaxConcurrencyPath of an inline Map: how many iterations run at once, where 0 is as many as possible."""
    read = compile_place(path)

    def concurrency(scope: Scope) -> int:
        value = read(scope)
        number = integer(value)
        if number is None:
            raise StatesError(
                RUNTIME,
                f'The MaxConcurrencyPath field refers to value "{shown(value)}" which is not a valid integer: {path}',
            )
        if number < 0:
            raise StatesError(RUNTIME, "MaxConcurrency cannot be negative.")
        return min(number or INLINE_CONCURRENCY, INLINE_CONCURRENCY)

    return concurrency


def integer(value: Json) -> int | None:
    """A JSON number without a fraction, or a string that is one."""
    if type(value) is int:
        return value
    if type(value) is str and value.removeprefix("-").isdecimal() and value.isascii() and len(value) < LONGEST:
        return int(value)
    return None


LONGEST = 20
"""Characters of the longest number that fits 64 bits."""


def shown(value: Json) -> str:
    return value if isinstance(value, str) else json_text(value)
