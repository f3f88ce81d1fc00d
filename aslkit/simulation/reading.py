"""JSON data -> the values that it means, and a remark for everything in it that does not fit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from aslkit.definition.duration import seconds_of
from aslkit.definition.spelling import nearest
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aslkit.definition.document import Pointer

    Kind = Callable[[Any, Pointer, list["Remark"]], Any]
    """(value, its place, where remarks go) -> what the value means, or UNFIT after a remark."""

Json = Any


class Remark(Record):
    """What is wrong at one place of a scenario file."""

    pointer: Pointer
    message: str


class Unfit:
    """What a kind makes of a value that it has remarked upon."""

    __slots__ = ()


UNFIT = Unfit()


class Closed(Record):
    """The kind of an object with these fields and no others; read as a dict of those that fit. Every `required` field
    is there, and `one_of` these at least, the first of which is the usual one."""

    what: str
    fields: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    def __call__(self, value: Json, pointer: Pointer, remarks: list[Remark]) -> dict[str, Any] | Unfit:
        if not isinstance(value, dict):
            return unfit(value, pointer, remarks, f"{self.what}, an object,")
        none = self.one_of[:1] if value.keys().isdisjoint(self.one_of) else ()
        missing = (name for name in (*self.required, *none) if name not in value)
        remarks.extend(Remark(pointer, f"{self.what} has no `{name}`") for name in missing)
        read: dict[str, Any] = {}
        for name, inner in value.items():
            kind = self.fields.get(name)
            if kind is None:
                remarks.append(Remark((*pointer, name), self._unknown(name)))
            elif (meaning := kind(inner, (*pointer, name), remarks)) is not UNFIT:
                read[name] = meaning
        return read

    def _unknown(self, name: str) -> str:
        return f"{self.what} knows no key {shown(name)}{suggestion(name, self.fields)}"


class ListOf(Record):
    """The kind of a list whose items are of one kind; read as a list of (place, meaning) of those that fit."""

    what: str
    kind: Kind

    def __call__(self, value: Json, pointer: Pointer, remarks: list[Remark]) -> list[tuple[Pointer, Any]] | Unfit:
        if not isinstance(value, list):
            return unfit(value, pointer, remarks, f"a list of {self.what}")
        read = ((place, self.kind(item, place, remarks)) for place, item in placed(value, pointer))
        return [(place, meaning) for place, meaning in read if meaning is not UNFIT]


class MapOf(Record):
    """The kind of an object whose keys are names and whose values are of one kind; read as a dict of those that fit."""

    what: str
    kind: Kind

    def __call__(self, value: Json, pointer: Pointer, remarks: list[Remark]) -> dict[str, Any] | Unfit:
        if not isinstance(value, dict):
            return unfit(value, pointer, remarks, f"an object of {self.what}")
        read = {name: self.kind(inner, (*pointer, name), remarks) for name, inner in value.items()}
        return {name: meaning for name, meaning in read.items() if meaning is not UNFIT}


class OneOf(Record):
    """The kind of a word out of a few; read as what the word stands for."""

    words: Mapping[str, Any]

    def __call__(self, value: Json, pointer: Pointer, remarks: list[Remark]) -> Any:
        if isinstance(value, str) and value in self.words:
            return self.words[value]
        known = ", ".join(self.words)
        if not isinstance(value, str):
            return unfit(value, pointer, remarks, f"one of {known}")
        meant = nearest(value, self.words)
        guess = f"; did you mean '{meant}'?" if meant is not None else f"; one of {known} is expected"
        remarks.append(Remark(pointer, f"{shown(value)} is not known here{guess}"))
        return UNFIT


def anything(value: Json, pointer: Pointer, remarks: list[Remark]) -> Json:
    """Any JSON value, as it stands."""
    return value


def text(value: Json, pointer: Pointer, remarks: list[Remark]) -> str | Unfit:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else unfit(value, pointer, remarks, "a text")


def text_or_null(value: Json, pointer: Pointer, remarks: list[Remark]) -> str | Unfit | None:
    """A text, empty or not, or null."""
    return value if value is None or isinstance(value, str) else unfit(value, pointer, remarks, "a text or null")


def texts(value: Json, pointer: Pointer, remarks: list[Remark]) -> list[tuple[Pointer, str]] | Unfit:
    """One text or a list of texts; read as (place, text) pairs."""
    if isinstance(value, str):
        return [(pointer, value)]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(placed(value, pointer))
    return unfit(value, pointer, remarks, "a text or a list of texts")


def true(value: Json, pointer: Pointer, remarks: list[Remark]) -> bool | Unfit:
    """`true`; the key left out is the other choice."""
    return True if value is True else unfit(value, pointer, remarks, "`true`, or no such key,")


def boolean(value: Json, pointer: Pointer, remarks: list[Remark]) -> bool | Unfit:
    return value if isinstance(value, bool) else unfit(value, pointer, remarks, "true or false")


def whole(least: int, most: int) -> Kind:
    """The kind of a whole number between two bounds, both included."""

    def read(value: Json, pointer: Pointer, remarks: list[Remark]) -> int | Unfit:
        if type(value) is int and least <= value <= most:
            return value
        return unfit(value, pointer, remarks, f"a whole number from {least:,} to {most:,}")

    return read


def instant(value: Json, pointer: Pointer, remarks: list[Remark]) -> float | Unfit:
    """An instant like 2025-01-01T02:00:00Z, with its offset from UTC; read as epoch seconds."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        return unfit(value, pointer, remarks, "an instant like 2025-01-01T02:00:00Z")
    return moment.timestamp()


MAX_SECONDS = 3_200_000_000.0
"""A hundred years: longer than anything that can be simulated."""


def seconds(value: Json, pointer: Pointer, remarks: list[Remark]) -> float | Unfit:
    """A duration: a number of seconds, or text like 90s, 10m, 1h30m, 2d; read as seconds."""
    length = seconds_of(value)
    if length is not None and length <= MAX_SECONDS:
        return length
    return unfit(value, pointer, remarks, "a duration (seconds, or text like 90s, 10m, 1h30m)")


def unfit(value: Json, pointer: Pointer, remarks: list[Remark], expected: str) -> Unfit:
    """Remarks that the value is not what is expected at its place."""
    where = f"`{cut(pointer[-1])}` is" if pointer and isinstance(pointer[-1], str) else "this is"
    remarks.append(Remark(pointer, f"{where} {shown(value)}; {expected} is expected"))
    return UNFIT


def shown(value: Json) -> str:
    """A value in a message: short ones as they are, containers by their kind."""
    match value:
        case None:
            return "empty"
        case dict():
            return "an object"
        case list():
            return "a list"
        case bool():
            return str(value).lower()
        case str():
            return f"'{cut(value)}'"
        case _:
            return str(value)[:60]


def cut(text: str) -> str:
    """A text in a message: a long one up to its 57th character."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def placed(items: list[Json], pointer: Pointer) -> Iterable[tuple[Pointer, Json]]:
    """Each item of a list with its place."""
    return (((*pointer, index), item) for index, item in enumerate(items))


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: what was probably meant, or what there is."""
    names = list(known)
    meant = nearest(word, names)
    if meant is not None:
        return f"; did you mean '{meant}'?"
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return f"; there is {listed}" if names else ""
