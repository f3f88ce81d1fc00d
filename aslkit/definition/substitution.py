"""`${Name}` placeholders: which a definition has, what replaces them, and where they stand without quotes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import Document, pointer_text
from aslkit.definition.model import FIELDS, FITS, all_states, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, Placed, StateMachine

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_.:-]*)\}")


class SubstitutionError(ValueError):
    """A value does not fit where its placeholder stands, or is missing; `pointer` is the place."""

    def __init__(self, message: str, pointer: Pointer) -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer


def placeholders(document: Document) -> Iterator[tuple[str, Pointer]]:
    """(name, place) of every placeholder in the values of a document, in the order of the text."""
    for pointer, value in _strings(document.data, ()):
        for match in PLACEHOLDER.finditer(value):
            yield match[1], pointer


def substitute(document: Document, values: Mapping[str, Json], *, partial: bool = False) -> Document:
    """The document with its placeholders replaced.

    A placeholder that is the whole value becomes the JSON value given; where it stands for a number, a boolean, an
    object or an array (see `bare_placeholders`) a text given for it is read as JSON: `2` becomes a number. One inside a
    longer text becomes its text. Raises SubstitutionError for an object inside a text and, unless `partial`, for
    placeholders that have no value: all of them are named.
    """
    missing = {name: pointer for name, pointer in reversed(list(placeholders(document))) if name not in values}
    if missing and not partial:
        named = ", ".join(f"${{{name}}} (line {document.span(missing[name]).line})" for name in sorted(missing))
        raise SubstitutionError(f"no value is given for {named}", missing[min(missing)])
    return _Substitution(document, values).document()


def bare_placeholders(machine: StateMachine) -> frozenset[Pointer]:
    """Where a placeholder stands in place of a number, a boolean, an object or an array, written without quotes: JSON
    for a template engine keeps it without quotes as well."""
    document = machine.document
    bare = set()
    for placed in _placed(machine):
        for name, value in placed.raw.items():
            pointer = (*placed.pointer, name)
            if isinstance(value, str) and PLACEHOLDER.fullmatch(value) and not _takes_text(placed, name):
                bare.add(pointer)
    if document.source.endswith(".json"):
        bare.update(pointer for pointer, value in _strings(document.data, ()) if PLACEHOLDER.fullmatch(value))
    return frozenset(pointer for pointer in bare if document.is_plain(pointer))


TAKE_OBJECTS = frozenset(
    {"Parameters", "Arguments", "ResultSelector", "ItemSelector", "Assign", "Credentials"}
    | {"ItemReader", "ItemBatcher", "ResultWriter", "ProcessorConfig", "ItemProcessor", "Iterator"}
    | {"States", "Branches", "Choices", "Retry", "Catch", "ErrorEquals"}
)


def _takes_text(placed: Placed, name: str) -> bool:
    """Whether a field may hold a string; of unknown fields and those for any JSON value, yes."""
    entry = FIELDS[type(placed)].get(name)
    if name in TAKE_OBJECTS:
        return False
    return entry is None or entry[1] not in (FITS["int"], FITS["int | None"], NUMBER_OR_JSONATA, FITS["bool"], FLOAT)


NUMBER_OR_JSONATA = FITS["int | str | None"]
FLOAT = FITS["float"]


def _placed(machine: StateMachine) -> Iterator[Placed]:
    yield machine
    for _, state in all_states(machine):
        yield state
        yield from state.retry
        yield from state.catch
        yield from state.machines


def _strings(value: Json, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    if isinstance(value, str):
        if "${" in value:
            yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, (*pointer, index))


class _Substitution:
    """One pass over a document: new data, and the old places under the new containers."""

    def __init__(self, document: Document, values: Mapping[str, Json]) -> None:
        self.source = document
        self.values = values
        self.bare = bare_placeholders(parse(document))
        self.entries: dict[int, Any] = {}

    def document(self) -> Document:
        data = self._value(self.source.data, ())
        return Document(**{**_fields(self.source), "data": data, "entries": self.entries})

    def _value(self, value: Json, pointer: Pointer) -> Json:
        made: Json
        if isinstance(value, str):
            return self._text(value, pointer) if "${" in value else value
        if isinstance(value, dict):
            made = {key: self._value(item, (*pointer, key)) for key, item in value.items()}
        elif isinstance(value, list):
            made = [self._value(item, (*pointer, index)) for index, item in enumerate(value)]
        else:
            return value
        self.entries[id(made)] = self.source.entries.get(id(value), {})
        return made

    def _text(self, text: str, pointer: Pointer) -> Json:
        whole = PLACEHOLDER.fullmatch(text)
        if whole is not None and whole[1] in self.values:
            value = self.values[whole[1]]
            return _read(value) if isinstance(value, str) and pointer in self.bare else value

        def inner(match: re.Match[str]) -> str:
            return self._inner(match, pointer)

        return PLACEHOLDER.sub(inner, text)

    def _inner(self, match: re.Match[str], pointer: Pointer) -> str:
        value = self.values.get(match[1], match[0])
        if isinstance(value, (dict, list)) or value is None:
            where = pointer_text(pointer)
            raise SubstitutionError(f"${{{match[1]}}} stands inside a text at {where}; its value is no text", pointer)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value)


def _read(text: str) -> Json:
    """The JSON value that a text writes down, else the text: the schema reports what does not fit."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _fields(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in document._fields}
