"""Coverages of definitions <-> a file that other processes can add to: what all jobs of a CI run used together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.record import Record
from aslkit.simulation.coverage import KINDS, Coverage, Part, Use

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aslkit.definition.document import Document, Pointer

Json = Any

FORMAT = "aslkit coverage 1"


class CoverageError(ValueError):
    """This is no coverage file, or it does not fit the others: what is wrong, and what to do."""


class Measured(Record):
    """The coverage of the definition of that name; `places` has line and column of each of its parts' pointers."""

    definition: str
    coverage: Coverage
    places: Mapping[Pointer, tuple[int, int]]


def measured(document: Document, coverage: Coverage) -> Measured:
    """The coverage of a document's machine, with the places of its parts."""
    pointers = {part.pointer for part in coverage.uses}
    places = {pointer: (document.span(pointer).line, document.span(pointer).column) for pointer in pointers}
    return Measured(document.source, coverage, places)


def merged(found: Iterable[Measured]) -> list[Measured]:
    """One for each definition, in the order in which they first come.

    Raises CoverageError when two of a name are of different versions of it: their parts differ, or where these stand.
    """
    known: dict[str, Measured] = {}
    for one in found:
        before = known.get(one.definition)
        if before is None:
            known[one.definition] = one
            continue
        if before.coverage.uses.keys() != one.coverage.uses.keys() or before.places != one.places:
            raise CoverageError(
                f"{one.definition} was not the same everywhere: its coverage comes from different versions of it, or "
                "from different values of its placeholders; run the scenarios again"
            )
        known[one.definition] = Measured(one.definition, before.coverage + one.coverage, one.places)
    return list(known.values())


def to_json(found: Iterable[Measured]) -> str:
    """The text of a coverage file: {format, definitions: [{definition, parts: [{kind, pointer, which, text, line,
    column, uses}]}]}, one line for each part."""
    definitions = []
    for one in found:
        lines = ",\n".join(f"    {json.dumps(part, ensure_ascii=False)}" for part in _plain_parts(one))
        name = json.dumps(one.definition, ensure_ascii=False)
        definitions.append(f'  {{"definition": {name}, "parts": [\n{lines}\n  ]}}')
    inner = ",\n".join(definitions)
    return f'{{"format": "{FORMAT}", "definitions": [\n{inner}\n]}}\n'


def _plain_parts(one: Measured) -> Iterable[dict[str, Json]]:
    for part, uses in one.coverage.uses.items():
        line, column = one.places[part.pointer]
        yield {
            "kind": part.kind,
            "pointer": list(part.pointer),
            "which": part.which,
            "text": part.text,
            "line": line,
            "column": column,
            "uses": uses,
        }


def from_json(data: Json) -> list[Measured]:
    """What the data of a coverage file say. Raises CoverageError for anything else."""
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("definitions"), list):
        raise CoverageError("this is no coverage file; `aslkit test DEFINITIONS --coverage-file FILE` writes one")
    return [_read(entry) for entry in data["definitions"]]


def _read(entry: Json) -> Measured:
    name, parts = (entry.get("definition"), entry.get("parts")) if isinstance(entry, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(parts, list):
        raise CoverageError("a definition in it lacks its name or its parts")
    if not parts:
        raise CoverageError(f"nothing was measured: {name} in it has no parts, and every definition has states")
    uses: dict[Part, int] = {}
    places: dict[Pointer, tuple[int, int]] = {}
    known: set[Use] = set()
    for raw in parts:
        if not _is_part(raw):
            raise CoverageError(f"a part of {name} in it cannot be read: {json.dumps(raw)[:200]}")
        part = Part(raw["kind"], tuple(raw["pointer"]), raw["text"], raw["which"])
        use = part.kind, part.pointer, part.which
        if use in known:
            raise CoverageError(f"a part of {name} stands in it twice: {json.dumps(raw)[:200]}")
        known.add(use)
        uses[part] = raw["uses"]
        places[part.pointer] = raw["line"], raw["column"]
    return Measured(name, Coverage(uses=uses), places)


FIELDS = {"kind": str, "pointer": list, "which": str, "text": str, "line": int, "column": int, "uses": int}


def _is_part(raw: Json) -> bool:
    return (
        isinstance(raw, dict)
        and all(type(raw.get(field)) is kind for field, kind in FIELDS.items())
        and raw["kind"] in KINDS
        and min(raw["line"], raw["column"]) >= 1
        and raw["uses"] >= 0
        and all(type(key) in (str, int) for key in raw["pointer"])
    )
