"""The text of a template -> the definitions inside it, each a Document whose places are those of the template.

SAM and CloudFormation templates hold definitions as objects (`Definition`) and as JSON text (`DefinitionString`: plain,
`!Sub |`, Fn::Sub, Fn::Join); Terraform's templatefile reads JSON and YAML with `%{ if }` and `${expressions}`. What the
deployment fills in is unknown here: it becomes a `${Name}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import DefinitionError, Document, Entry, line_starts, load, pointer_text
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aslkit.definition.document import Pointer

    Json = Any

SERVERLESS, PLAIN = "AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"
"""The types of the resources that hold a definition. Source: the resource references of AWS SAM and CloudFormation."""

FUNCTION = "Fn::"
TAGS = {"!Ref": "Ref", "!Condition": "Condition"}
"""The short tags whose long form is not `Fn::` and their name."""


class Embedded(Record):
    """A definition inside a template: the name of its resource, the place of the definition in the template, the
    definition itself, or why it cannot be read, and whether it is written as text."""

    resource: str
    pointer: Pointer
    document: Document | None = None
    error: DefinitionError | None = None
    as_text: bool = False


def is_template(text: bytes | str) -> bool:
    """Whether a text may be a template that holds a definition."""
    return (b"::StateMachine" in text) if isinstance(text, bytes) else ("::StateMachine" in text)


def load_template(text: bytes | str, *, source: str) -> Document:
    """The document of a template, which may have the tags of CloudFormation. Raises DefinitionError as load does."""
    return load(text, source=source, tags=True)


def definitions(template: Document) -> Iterator[Embedded]:
    """The definitions inside a template, in its order; those in files of their own are `definition_files`."""
    for name, properties in _machines(template):
        place = ("Resources", name, "Properties")
        for field in ("Definition", "DefinitionString"):
            if field in properties:
                yield from _embedded(template, name, (*place, field), properties[field])


def definition_files(template: Document) -> Iterator[str]:
    """The files beside a template that its resources read their definition from: DefinitionUri, where it is a path."""
    for _, properties in _machines(template):
        path = properties.get("DefinitionUri")
        if isinstance(path, str) and path and "${" not in path and "://" not in path:
            yield path


def _machines(template: Document) -> Iterator[tuple[str, Mapping[str, Json]]]:
    resources = template.data.get("Resources") if isinstance(template.data, dict) else None
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        if isinstance(resource, dict) and resource.get("Type") in (SERVERLESS, PLAIN):
            properties = resource.get("Properties")
            if isinstance(properties, dict):
                yield name, properties


def _embedded(template: Document, name: str, pointer: Pointer, value: Json) -> Iterator[Embedded]:
    inner = _Call.at(template, pointer, value)
    if inner is not None and inner.name == "Fn::ToJsonString" and isinstance(inner.value, dict):
        pointer, value, inner = inner.pointer, inner.value, None
    if isinstance(value, dict) and inner is None:
        yield Embedded(name, pointer, _inline(template, pointer, value))
        return
    if pointer[-1] == "Definition":
        return  # filled in as a whole, or no object: CloudFormation's business
    written = _Text(template).read(pointer, value)
    if written is not None and written.text.strip():
        try:
            yield Embedded(name, pointer, _from_text(template, pointer, written), as_text=True)
        except DefinitionError as error:
            yield Embedded(name, pointer, error=error, as_text=True)


# --- definitions as objects ------------------------------------------------------------------------------------------


class _Call(Record):
    """A function of CloudFormation: its name in the long form, its argument and the place of that."""

    name: str
    pointer: Pointer
    value: Json

    @classmethod
    def at(cls, template: Document, pointer: Pointer, value: Json) -> _Call | None:
        """None for a plain value."""
        tag = template.tags.get(pointer)
        if tag is not None:
            return cls(TAGS.get(tag, f"{FUNCTION}{tag.lstrip('!')}"), pointer, value)
        if isinstance(value, dict) and len(value) == 1:
            name = next(iter(value))
            if name == "Ref" or name.startswith(FUNCTION):
                return cls(name, (*pointer, name), value[name])
        return None

    def placeholder(self) -> str:
        """What stands for the value that the deployment fills in."""
        match self.name, self.value:
            case "Fn::Sub", str(text):
                return text
            case "Fn::Sub", [str(text), *_]:
                return text
            case "Ref", str(name):
                return f"${{{name}}}"
            case "Fn::GetAtt", str(name):
                return f"${{{name}}}"
            case "Fn::GetAtt", [str(name), str(attribute)]:
                return f"${{{name}.{attribute}}}"
            case _:
                return f"${{{self.name}}}"


def _inline(template: Document, pointer: Pointer, value: Mapping[str, Json]) -> Document:
    """An object of a template as a document of its own."""
    entries = dict(template.entries)
    data = _filled(template, pointer, value, entries)
    root = _entry(template, pointer)
    own = len(pointer)
    return Document(
        source=template.source,
        text=template.text,
        data=data,
        root=Entry(root.value, root.value, root.value, root.value_end, False),
        entries=entries,
        duplicates=tuple(
            one._replace(pointer=one.pointer[own:]) for one in template.duplicates if one.pointer[:own] == pointer
        ),
        readings=tuple(
            one._replace(pointer=one.pointer[own:]) for one in template.readings if one.pointer[:own] == pointer
        ),
        region=(root.value, root.value_end),
    )


def _filled(template: Document, pointer: Pointer, value: Json, entries: dict[int, Any]) -> Json:
    """A value with a placeholder for each function of CloudFormation in it; the very value when there is none."""
    call = _Call.at(template, pointer, value)
    if call is not None:
        return call.placeholder()
    made: Json
    if isinstance(value, dict):
        made = {key: _filled(template, (*pointer, key), inner, entries) for key, inner in value.items()}
        same = all(made[key] is inner for key, inner in value.items())
    elif isinstance(value, list):
        made = [_filled(template, (*pointer, index), inner, entries) for index, inner in enumerate(value)]
        same = all(one is inner for one, inner in zip(made, value, strict=True))
    else:
        return value
    if same:
        return value
    entries[id(made)] = template.entries.get(id(value), {})
    return made


def _entry(template: Document, pointer: Pointer) -> Entry:
    """The entry of a value that is there."""
    value, entry = template.data, template.root
    for key in pointer:
        entry = Entry(*template.entries[id(value)][key])
        value = value[key]
    return entry


# --- definitions as text ---------------------------------------------------------------------------------------------


class _Written(Record):
    """A text that a template puts together, and the place in the template of each of its characters."""

    text: str
    places: Sequence[int]


class _Text(Record):
    """Reads the texts of a template."""

    template: Document

    def read(self, pointer: Pointer, value: Json) -> _Written | None:
        """A string, or what Fn::Sub and Fn::Join make of several; None for what only the deployment knows."""
        call = _Call.at(self.template, pointer, value)
        if call is None:
            return self._string(pointer, value) if isinstance(value, str) else None
        match call.name, call.value:
            case "Fn::Sub", str(text):
                return self._string(call.pointer, text)
            case "Fn::Sub", [str(text), *_]:
                return self._string((*call.pointer, 0), text)
            case "Fn::Join", [str(between), list(parts)]:
                return self._joined(between, (*call.pointer, 1), parts)
            case _:
                return None

    def _string(self, pointer: Pointer, text: str) -> _Written:
        entry = _entry(self.template, pointer)
        return _Written(text, places(self.template.text, entry.value, entry.value_end, text))

    def _joined(self, between: str, pointer: Pointer, parts: Sequence[Json]) -> _Written:
        text: list[str] = []
        where: list[int] = []
        for index, part in enumerate(parts):
            one = self.read((*pointer, index), part) or self._unknown((*pointer, index), part)
            if index:
                text.append(between)
                where += [one.places[0] if one.text else 0] * len(between)
            text.append(one.text)
            where += one.places
        return _Written("".join(text), where)

    def _unknown(self, pointer: Pointer, value: Json) -> _Written:
        """What the deployment fills in, as a placeholder."""
        call = _Call.at(self.template, pointer, value)
        name = call.placeholder() if call is not None else "${Value}"
        return _Written(name, [_entry(self.template, pointer).value] * len(name))


PROPERTIES = re.compile(r"(?:[&!][^\s]*\s+)*")
BLOCK_HEADER = re.compile(r"[|>][^\n]*\n")
ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|.)"
)


def places(text: str, start: int, end: int, value: str) -> list[int]:
    """Where each character of a scalar's value stands in the text between two offsets.

    YAML folds lines and takes indentation away, but leaves every other character in its order: each is the next one of
    its kind, and a blank stands behind the character before it. Only double quotes have escapes.
    """
    found = PROPERTIES.match(text, start, end)
    start = found.end() if found else start
    header = BLOCK_HEADER.match(text, start, end)
    if text[start : start + 1] == '"':
        return _escaped_places(text, start + 1, end, value)
    at, where = header.end() if header else start + (text[start : start + 1] == "'"), []
    for character in value:
        if not character.isspace():
            next_place = text.find(character, at, end)
            at = next_place if next_place >= 0 else at
        where.append(min(at, end))
        at += text[at : at + 1] == character
    return where


def _escaped_places(text: str, at: int, end: int, value: str) -> list[int]:
    where = []
    for character in value:
        while not character.isspace() and text[at : at + 1].isspace() and at < end:
            at += 1
        where.append(min(at, end))
        escape = ESCAPE.match(text, at, end)
        at = escape.end() if escape else at + (text[at : at + 1] == character)
    return where


def _from_text(template: Document, pointer: Pointer, written: _Written) -> Document:
    """The definition that a text in a template writes down. Raises DefinitionError with the place in the template."""
    try:
        inner = load(written.text, source="definition.json")
    except DefinitionError as error:
        offset = line_starts(written.text)[error.line - 1] + error.column - 1
        line, column = template.position(_place(written.places, offset))
        raise DefinitionError(
            f"{pointer_text(pointer)}: {error.message}", source=template.source, line=line, column=column
        ) from None
    moved = _moved(written.places)
    whole = _entry(template, pointer)
    return Document(
        source=template.source,
        text=template.text,
        data=inner.data,
        root=moved(inner.root),
        entries={
            identity: {key: moved(Entry(*entry)) for key, entry in places_of.items()}
            for identity, places_of in inner.entries.items()
        },
        duplicates=tuple(
            one._replace(first=_place(written.places, one.first), again=_place(written.places, one.again))
            for one in inner.duplicates
        ),
        region=(whole.value, whole.value),  # JSON has no comments
    )


def _place(where: Sequence[int], offset: int) -> int:
    """The place of an offset; that of the last character for one behind it."""
    return where[min(offset, len(where) - 1)] if where else 0


def _moved(where: Sequence[int]) -> Callable[[Entry], Entry]:
    """Entries of the inner text -> entries of the template."""

    def start(offset: int) -> int:
        return _place(where, offset)

    def end(offset: int) -> int:
        last, following = _place(where, offset - 1), _place(where, offset)
        # the last character may be an escape of two
        return following if offset and last < following <= last + 2 else last + 1

    def moved(entry: Entry) -> Entry:
        key, key_end, value, value_end, _ = entry
        first = start(key)
        return Entry(first, end(key_end) if key_end > key else first, start(value), end(value_end), False)

    return moved


# --- Terraform's templates -------------------------------------------------------------------------------------------

DIRECTIVE = re.compile(r"%\{~?[ \t]*(if|else|endif|for|endfor)\b[^{}]*\}")
DIRECTIVES = re.compile(r"%\{~?[ \t]*(?:if|for)\b")


def has_directives(text: bytes | str) -> bool:
    """Whether a text has `%{ if }` or `%{ for }` of Terraform."""
    return DIRECTIVES.search(text if isinstance(text, str) else text.decode("utf-8", "replace")) is not None


def load_terraform(text: bytes | str, *, source: str) -> Document:
    """The document of a text that Terraform's templatefile reads.

    Of `%{ if }` and `%{ else }` the first part counts, the body of `%{ for }` once; `${expressions}` are placeholders
    whatever is in them. Raises DefinitionError as load does.
    """
    written = text if isinstance(text, str) else load_text(text, source)
    try:
        read = load(_without_directives(_plain_expressions(written)), source=f"{source}.yaml")
    except DefinitionError as error:  # it is read as YAML, which takes the comma that a loop leaves behind
        raise DefinitionError(error.message, source=source, line=error.line, column=error.column) from None
    return Document(**{**{name: getattr(read, name) for name in read._fields}, "source": source, "text": written})


def load_text(content: bytes, source: str) -> str:
    """The text of some bytes. Raises DefinitionError when they are none."""
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        raise DefinitionError(
            f"the text is not UTF-8: byte 0x{content[error.start]:02x} cannot be read",
            source=source,
            line=before.count(b"\n") + 1,
            column=error.start - before.rfind(b"\n"),
        ) from None


def _without_directives(text: str) -> str:
    """Blanks, as long, in the place of directives and of the second parts."""
    parts, last, skipping = [], 0, 0
    for match in DIRECTIVE.finditer(text):
        between = text[last : match.start()]
        parts.append(_blank(between) if skipping else between)
        parts.append(_blank(match.group()))
        if skipping:
            skipping += {"if": 1, "endif": -1}.get(match[1], 0)
        elif match[1] == "else":
            skipping = 1
        last = match.end()
    return "".join([*parts, text[last:]])


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


def _plain_expressions(text: str) -> str:
    """`${...}` with nothing in it that JSON or YAML would read, as long as before."""
    parts, last, at = [], 0, text.find("${")
    while at >= 0:
        end = _expression_end(text, at + 2)
        inner = re.sub(r"[^A-Za-z0-9_.:-]", "_", text[at + 2 : end])
        parts += [text[last : at + 2], inner]
        last, at = end, text.find("${", end)
    return "".join([*parts, text[last:]])


def _expression_end(text: str, at: int) -> int:
    """Where the brace stands that closes an expression; the start again when none does on its lines."""
    depth, quoted, start = 1, False, at
    while at < len(text):
        character = text[at]
        if character == '"' and text[at - 1] != "\\":
            quoted = not quoted
        elif not quoted and character in "{}":
            depth += 1 if character == "{" else -1
            if not depth:
                return at
        elif character == "\n" and quoted:
            break
        at += 1
    return start
