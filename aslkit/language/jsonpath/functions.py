"""The functions of a path, such as length() and sum(1, $.x): a value and arguments -> an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.language.jsonpath.errors import Broken, Invalid, OutOfBounds
from aslkit.language.jsonpath.java import java_hash, java_text
from aslkit.language.jsonpath.literals import read_json
from aslkit.language.jsonpath.path import Function, Literal, Path, Wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aslkit.language.jsonpath.evaluation import Run
    from aslkit.language.jsonpath.path import Json


def call(function: Function, value: Json, run: Run, strict: bool) -> Json:
    """What the function answers on `value`, which the path has reached."""
    implementation = _FUNCTIONS.get(function.name)
    if implementation is None:
        raise Invalid(f"Function with name: {function.name} does not exist.")
    arguments = [_argument_value(argument, run, strict) for argument in function.arguments]
    if implementation is _length and arguments:
        return _length_of_argument(function.arguments[0], value, run, strict)
    return implementation(value, arguments)


def _argument_value(argument: Path | Literal, run: Run, strict: bool) -> Json:
    if isinstance(argument, Literal):
        return read_json(argument.text)
    return run.answer(argument, run.document, strict=strict)


def _length(value: Json, arguments: list[Json]) -> int | None:
    return len(value) if isinstance(value, (list, dict)) else None


COUNTED = Wildcard()
"""The segment that length(path) puts at the end of its argument."""


def _length_of_argument(argument: Path | Literal, value: Json, run: Run, strict: bool) -> int | None:
    """length(path) counts the values below the path, which it reads from the value that it was called on."""
    if isinstance(argument, Literal):
        raise Broken("the argument of length() is no path")
    if value is None:
        raise Broken("root can not be null")
    segments = argument.segments
    if not segments or not isinstance(segments[-1], Function):
        segments = (*segments, COUNTED) if segments else segments
        argument = Path(argument.text, argument.root, segments, argument.definite, None)
    counted = run.answer(argument, value, strict=strict)
    return len(counted) if isinstance(counted, list) else _length(value, [])


def _numbers(values: Iterable[Json]) -> list[int | float]:
    return [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]


def _flat(arguments: list[Json]) -> Iterator[Json]:
    """The arguments, with the elements of an array in its place."""
    for argument in arguments:
        if isinstance(argument, list):
            yield from argument
        else:
            yield argument


_NO_NUMBER = "Aggregation function attempted to calculate value using empty array"


def _aggregate(calculate: Callable[[list[float]], float]) -> Callable[[Json, list[Json]], float]:
    def aggregate(value: Json, arguments: list[Json]) -> float:
        numbers = _numbers(value if isinstance(value, list) else ()) + _numbers(_flat(arguments))
        if not numbers:
            raise Broken(_NO_NUMBER)
        try:
            result = calculate([float(number) for number in numbers])
        except OverflowError:
            raise Broken("the numbers are too large to calculate with") from None
        if result - result != 0:
            raise Broken("the result is no JSON number")
        return result

    return aggregate


def _deviation(numbers: list[float]) -> float:
    count = len(numbers)
    total = sum(numbers)
    return float(max(0.0, sum(number * number for number in numbers) / count - total * total / count / count) ** 0.5)


def _element(index: int | None) -> Callable[[Json, list[Json]], Json]:
    """first(), last() and, with no index of its own, index(n)."""

    def element(value: Json, arguments: list[Json]) -> Json:
        if not isinstance(value, list):
            raise Broken(_NO_NUMBER)
        return _element_at(value, _first_number(arguments) if index is None else index)

    return element


def _first_number(arguments: list[Json]) -> int:
    numbers = _numbers(_flat(arguments))
    if not numbers:
        raise OutOfBounds("Index 0 out of bounds for length 0")
    return int(numbers[0])


def _element_at(array: list[Json], index: int) -> Json:
    """The element; an index from the end never reaches the first one, in Jayway."""
    if 0 <= index < len(array) or -len(array) < index < 0:
        return array[index]
    if index >= 0:
        raise OutOfBounds(f"Index {index} out of bounds for length {len(array)}")
    raise Broken(f"Target index:{index} larger than object count:{len(array)}")


def _concatenate(value: Json, arguments: list[Json]) -> str:
    """The strings of the array, then all arguments but null as text."""
    strings = [element for element in value if isinstance(element, str)] if isinstance(value, list) else []
    return "".join(strings + [java_text(argument) for argument in _flat(arguments) if argument is not None])


def _append(value: Json, arguments: list[Json]) -> Json:
    return value + arguments if isinstance(value, list) else value


def _keys(value: Json, arguments: list[Json]) -> tuple[str, ...] | None:
    """The names of an object in the order of a Java HashMap, the map that Jayway's JSON objects are."""
    if not isinstance(value, dict):
        return None
    buckets = 16
    while len(value) > buckets * 3 // 4:
        buckets *= 2
    return tuple(sorted(value, key=lambda name: java_hash(name) & (buckets - 1)))


_FUNCTIONS: dict[str, Callable[[Json, list[Json]], Json]] = {
    "avg": _aggregate(lambda numbers: sum(numbers) / len(numbers)),
    "stddev": _aggregate(_deviation),
    "sum": _aggregate(lambda numbers: float(sum(numbers))),
    "min": _aggregate(min),
    "max": _aggregate(lambda numbers: max(5e-324, *numbers)),  # Jayway starts from Java's smallest positive double
    "concat": _concatenate,
    "append": _append,
    "keys": _keys,
    "length": _length,
    "size": _length,
    "first": _element(0),
    "last": _element(-1),
    "index": _element(None),
}
