"""YAML or JSON text -> Document: plain JSON data plus the place of every key and value."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import yaml

from aslkit.definition.collector import Paused
from aslkit.definition.scalars import (
    MAY_BE_READ_OTHERWISE,
    MAY_MEAN_MORE,
    SUBSTITUTION,
    core_value,
    old_reading,
    shield,
    unshield,
)
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Pointer = tuple[str | int, ...]
"""The one address of a value in a definition: the keys and indices that lead to it from the top."""

MAX_CHARACTERS = 32 * 1024 * 1024
MAX_DEPTH = 100
MAX_VALUES = 2_000_000


class DefinitionError(ValueError):
    """The text is no definition: what is wrong, and where (`line` and `column` count from 1)."""

    def __init__(self, message: str, *, source: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{source}:{line}:{column}: {message}")
        self.message = message
        self.source = source
        self.line = line
        self.column = column


class Span(NamedTuple):
    """A stretch of text: lines and columns count characters from 1, `start` and `end` are offsets; ends exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int


class Entry(NamedTuple):
    """Where one entry of a mapping or sequence stands, as offsets; a sequence's item has its own start as `key`."""

    key: int
    key_end: int
    value: int
    value_end: int
    plain: bool


class Duplicate(NamedTuple):
    """A key that stands twice in one mapping: the pointer of the entry, where it stands first and again (offsets)."""

    pointer: Pointer
    first: int
    again: int


class Reading(NamedTuple):
    """A plain scalar that YAML 1.1 tools read otherwise: `text` is what is written, `other` what they make of it."""

    pointer: Pointer
    text: str
    other: str
    key: bool


class Document(Record):
    """A definition as it was written.

    `data` is plain JSON data; `entries` holds the `Entry` of each key by the identity of its container; `duplicates`
    and `readings` are what the text says that the data no longer shows, and so are `tags`, in a text that may have
    any. A document that is only a part of its text has the offsets of that as `region`.
    """

    source: str
    text: str
    data: Any
    root: Entry
    entries: Mapping[int, Mapping[str | int, tuple[int, int, int, int, bool]]]
    duplicates: tuple[Duplicate, ...] = ()
    readings: tuple[Reading, ...] = ()
    tags: Mapping[Pointer, str] = {}
    region: tuple[int, int] | None = None

    def span(self, pointer: Pointer) -> Span:
        """The place of what stands at `pointer`, or of the nearest enclosing value that exists.

        An entry of a mapping is shown from its key to the end of its value when they share a line, else its key alone.
        """
        entry = self._entry(pointer)
        start, end = entry.key, entry.value_end
        if entry.key_end > entry.key and "\n" in self.text[entry.key : entry.value_end]:
            end = entry.key_end
        return self.locate(start, self._first_line_end(start, end))

    def value_span(self, pointer: Pointer) -> Span:
        """The place of the value at `pointer` alone, all its lines; for the fixes that replace it."""
        entry = self._entry(pointer)
        # the parser ends a block collection where the next token starts, behind blank lines and comments
        written = re.sub(TRAILING, "", self.text[entry.value : entry.value_end])
        return self.locate(entry.value, entry.value + len(written))

    def is_plain(self, pointer: Pointer) -> bool:
        """Whether the value at `pointer` is a scalar without quotes."""
        return self._entry(pointer).plain

    def locate(self, start: int, end: int) -> Span:
        """The span between two offsets of the text."""
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return Span(line, column, end_line, end_column, start, end)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line break."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def _line_starts(self) -> list[int]:
        known = self.__dict__.get("_starts")
        if known is None:
            known = line_starts(self.text)
            self.__dict__["_starts"] = known
        return known

    def _entry(self, pointer: Pointer) -> Entry:
        entry, value = self.root, self.data
        for key in pointer:
            found = self.entries.get(id(value), {}).get(key)
            if found is None:
                break
            entry, value = Entry(*found), value[key]
        return entry

    def _first_line_end(self, start: int, end: int) -> int:
        """The end of a stretch cut at its first line: what a caret can underline."""
        return start + len(self.text[start:end].split("\n", 1)[0].rstrip())


def load(text: str | bytes, *, source: str = "<text>", tags: bool = False) -> Document:
    """The document that a YAML or JSON text writes down.

    A source whose name ends in `.json` must be JSON; anything else is read as YAML or, where it is none, as JSON.
    Scalars are what YAML 1.2's core schema says they are (`no`, `010`, `1:30`, `2025-01-01` are not a boolean, 8, 90, a
    date). Merge keys are honoured. With `tags`, values may have tags of any name, which change nothing and are told in
    the document. Raises DefinitionError with the place for anything that JSON cannot hold or a reader would have to
    guess.
    """
    decoded = _decoded(text, source)
    if len(decoded) > MAX_CHARACTERS:
        raise DefinitionError(
            f"the text has {len(decoded):,} characters; aslkit reads up to {MAX_CHARACTERS:,}, and AWS takes a "
            "definition of at most 1,048,576",
            source=source,
        )
    if source.endswith(".json"):
        _check_json(decoded, source)
    with Paused():
        return _Builder(decoded, source, {} if tags else None).document()


def line_starts(text: str) -> list[int]:
    """The offset of the first character of every line (line breaks: LF, CRLF, lone CR)."""
    return [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]


def pointer_text(pointer: Pointer) -> str:
    """A pointer as JSON Pointer text: ("States", "A/B", 0) is "/States/A~1B/0". Source: RFC 6901."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in pointer)


def _decoded(text: str | bytes, source: str) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    encoding = "utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return text.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = text[: error.start]
        raise DefinitionError(
            f"the text is not {encoding.upper()}: byte 0x{text[error.start]:02x} cannot be read",
            source=source,
            line=before.count(b"\n") + 1,
            column=error.start - before.rfind(b"\n"),
        ) from None


def _check_json(text: str, source: str) -> None:
    """Raises DefinitionError unless the text is JSON (a bare ${Name} may stand for a value)."""

    def refuse(name: str) -> NoReturn:
        found = re.search(rf"(?<=[\s:,\[]){name}", text)
        raise DefinitionError(f"{name} is no JSON value", source=source, **_at(text, found.start() if found else 0))

    try:
        # integers stay texts: Python refuses one of 5,000 digits, which is told with its place when it is read
        json.loads(re.sub(SUBSTITUTION, _as_number, text), parse_constant=refuse, parse_int=str)
    except json.JSONDecodeError as error:
        raise DefinitionError(
            f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", source=source, **_at(text, error.pos)
        ) from None
    except RecursionError:
        raise DefinitionError(_too_deep(), source=source) from None


def _as_number(match: re.Match[str]) -> str:
    """A JSON number of the same length, so that a bare ${Name} checks as a value and inside a string as text."""
    return "1" * len(match.group())


def _at(text: str, offset: int) -> dict[str, int]:
    starts = line_starts(text[: max(offset, 0)])
    return {"line": len(starts), "column": max(offset, 0) - starts[-1] + 1}


TRAILING = r"(?:\r?\n[ \t]*(?:#[^\r\n]*)?)+\Z"


def _too_deep() -> str:
    return f"values are nested more than {MAX_DEPTH} deep; no state machine needs that, and AWS refuses it"


def _is_json(text: str) -> bool:
    try:
        _check_json(text, "")
    except DefinitionError:
        return False
    return True


STANDARD = "tag:yaml.org,2002:"


class _Merge(str):
    """The merge key: its identity tells it from a quoted key of the same text."""


MERGE = _Merge("<<")


def _parser(text: str) -> Any:
    """What gives the events of a YAML text: libyaml's parser; PyYAML's own, 20 times slower, where that is missing."""
    try:
        from yaml import cyaml
    except ImportError:
        return yaml.Loader(text)
    return cyaml.CParser(text)  # type: ignore[attr-defined]


class _Builder:
    """Builds one document from the parser's events, without recursion."""

    def __init__(self, text: str, source: str, tags: dict[Pointer, str] | None = None, *, json: bool = False) -> None:
        self.tags = tags
        self.json = json
        self.text = text
        self.source = source
        # JSON indents with tabs as well, where YAML does not; a tab inside JSON's strings is written as an escape
        spaced = text.replace("\t", " ") if "\t" in text and _is_json(text) else text
        self.shielded = shield(spaced)
        self.as_written = unshield if self.shielded is not spaced else str
        self.entries: dict[int, dict[str | int, tuple[int, int, int, int, bool]]] = {}
        self.duplicates: list[Duplicate] = []
        self.readings: list[Reading] = []
        self.anchors: dict[str, Any] = {}
        self.merges: dict[int, list[tuple[Any, int]]] = {}
        self.trail: list[Any] = []  # the open containers, outermost first
        self.keys: list[str | int] = []  # in each open container, the key whose value is being read
        self.opened: list[tuple[int, int, int]] = []  # of each open container: its key's start and end, its own start
        self.plain: dict[str, Any] = {}
        self.kept: list[Any] = []  # replaced containers stay alive, so that no identity is used twice

    def document(self) -> Document:
        try:
            root, data = self._read()
        except yaml.MarkedYAMLError as error:
            offset = _index(error.problem_mark or error.context_mark)
            if "nesting depth" in str(error.problem):  # libyaml 0.2.6 looks ahead; what it saw shows the first level
                return _Builder(self.text[:offset], self.source, self.tags).document()
            if _is_json(self.text):
                return _Builder(self.text, self.source, self.tags, json=True).document()
            self._fail(_plain_words(error), offset)
        except yaml.reader.ReaderError as error:
            shown = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or " ")
            self._fail(f"the character U+{shown:04X} is not allowed here", int(error.position))
        except UnicodeEncodeError as error:
            self._fail("half of a surrogate pair stands here alone; it is no character", error.start)
        return Document(
            source=self.source,
            text=self.text,
            data=data,
            root=root,
            entries=self.entries,
            duplicates=tuple(self.duplicates),
            readings=tuple(self.readings),
            tags=self.tags or {},
        )

    def _events(self) -> Callable[[], Any]:
        """What gives the next event of the text."""
        if not self.json:
            parser: Callable[[], Any] = _parser(self.shielded).get_event
            return parser
        from aslkit.definition.json_events import events

        return events(self.shielded).__next__

    def _read(self) -> tuple[Entry, Any]:
        """The one value of the one YAML document, and its place."""
        next_event = self._events()
        found: tuple[Entry, Any] | None = None
        while type(event := next_event()) is not yaml.StreamEndEvent:
            match event:
                case yaml.StreamStartEvent() | yaml.DocumentEndEvent():
                    continue
                case yaml.DocumentStartEvent():
                    if found is not None:
                        self._fail("a second YAML document starts here; a file holds one definition", _start(event))
                case yaml.ScalarEvent() | yaml.AliasEvent():
                    value, plain = self._leaf(event)
                    found = Entry(_start(event), _start(event), _start(event), _index(event.end_mark), plain), value
                case _:
                    value, end = self._collection(event, next_event)
                    found = Entry(_start(event), _start(event), _start(event), end, False), value
        if found is None or (found[1] is None and found[0].value == found[0].value_end):
            self._fail("there is nothing in this text but blanks and comments", 0)
        if isinstance(found[1], (dict, list)) and self.anchors:
            self._check_size(found[1], found[0].value)
        return found

    def _collection(self, event: Any, next_event: Callable[[], Any]) -> tuple[Any, int]:
        """The mapping or sequence that starts with `event`, and its end.

        Each turn reads one entry of the innermost open container, or closes it. This is where the time goes, so that
        the common case, a scalar, stands here in full.
        """
        scalar, plain_values, unseen = yaml.ScalarEvent, self.plain, self
        trail, keys, as_written = self.trail, self.keys, self.as_written
        key: str | int
        start = _start(event)
        self._open(event, start, start)
        here, places = trail[-1], self.entries[id(trail[-1])]
        while True:
            event = next_event()
            kind = type(event)
            if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                value, end = self._close(event)
                if not trail:
                    return value, end
                here, places = trail[-1], self.entries[id(trail[-1])]
                continue
            start = key_start = key_end = event.start_mark.index
            if type(here) is dict:
                key = self._key(event)
                key_end = event.end_mark.index
                event = next_event()
                kind = type(event)
                start = event.start_mark.index
            else:
                key = len(here)
            keys[-1] = key
            if kind is not scalar and kind is not yaml.AliasEvent:
                self._open(event, key_start, key_end)
                here, places = trail[-1], self.entries[id(trail[-1])]
                continue
            plain = False
            if kind is scalar and event.tag is None and event.anchor is None:
                value = event.value
                plain = event.implicit[0]
                if plain and (known := plain_values.get(value, unseen)) is not unseen:
                    value = known
                elif plain:
                    value = self._plain(value, start)
                else:
                    value = as_written(value)
            else:
                value, plain = self._leaf(event)
            entry = (key_start, key_end, start, event.end_mark.index, plain)
            if key in places or key is MERGE:
                self._again(here, key, value, entry)
            elif type(here) is dict:
                here[key] = value
                places[key] = entry
            else:
                here.append(value)
                places[key] = entry

    def _open(self, event: Any, key_start: int, key_end: int) -> None:
        container: Any = {} if type(event) is yaml.MappingStartEvent else []
        start = _start(event)
        if event.tag is not None and event.tag not in (f"{STANDARD}map", f"{STANDARD}seq", "!"):
            self._note_tag(event.tag, start)
        if len(self.trail) >= MAX_DEPTH:
            self._fail(_too_deep(), start)
        if event.anchor is not None:
            self.anchors[event.anchor] = container
        self.entries[id(container)] = {}
        self.trail.append(container)
        self.keys.append("")
        self.opened.append((key_start, key_end, start))

    def _close(self, event: Any) -> tuple[Any, int]:
        value = self.trail.pop()
        self.keys.pop()
        key_start, key_end, start = self.opened.pop()
        end = max(start, event.end_mark.index)
        if id(value) in self.merges:
            self._merge(value)
        if self.trail:
            here, key = self.trail[-1], self.keys[-1]
            self._put(here, key, value, (key_start, key_end, start, end, False))
        return value, end

    def _key(self, event: Any) -> str:
        if type(event) is not yaml.ScalarEvent:
            self._fail("a key is not a plain word here; the keys of JSON are strings", _start(event))
        text: str = event.value
        if event.anchor is not None:
            self.anchors[event.anchor] = text
        if event.implicit[0]:
            if text[:1] in MAY_BE_READ_OTHERWISE and (other := old_reading(text)) is not None:
                self.readings.append(Reading((*self.keys[:-1], text), text, other, True))
            if text == "<<":
                return MERGE
        return self.as_written(text)

    def _put(self, here: Any, key: str | int, value: Any, entry: tuple[int, int, int, int, bool]) -> None:
        places = self.entries[id(here)]
        if key in places or key is MERGE:
            self._again(here, key, value, entry)
            return
        if type(here) is dict:
            here[key] = value
        else:
            here.append(value)
        places[key] = entry

    def _again(self, here: dict[str | int, Any], key: str | int, value: Any, entry: Any) -> None:
        """A merge key, or a key that the mapping has already: the last one counts, and the document remembers."""
        if key is MERGE:
            self.merges.setdefault(id(here), []).append((value, entry[2]))
            return
        places = self.entries[id(here)]
        self.duplicates.append(Duplicate((*self.keys[:-1], key), places[key][0], entry[0]))
        self.kept.append(here[key])
        here[key] = value
        places[key] = entry

    def _merge(self, target: dict[str, Any]) -> None:
        """Adds what merge keys bring; what is written in the mapping itself wins, then the earlier source."""
        places = self.entries[id(target)]
        for source, offset in self.merges.pop(id(target)):
            for mapping in source if isinstance(source, list) else (source,):
                if not isinstance(mapping, dict):
                    self._fail("a merge key (<<) takes a mapping or a list of mappings", offset)
                for key, value in mapping.items():
                    if key not in target:
                        target[key] = value
                        places[key] = self.entries[id(mapping)][key]

    def _leaf(self, event: Any) -> tuple[Any, bool]:
        """A scalar or an alias, and whether it is a plain scalar."""
        if type(event) is yaml.AliasEvent:
            return self._alias(event), False
        plain: bool = event.implicit[0]
        value: Any
        if event.tag is not None and event.tag != "!":
            value = self._tagged(event)
        else:
            value = self._plain(event.value, _start(event)) if plain else self.as_written(event.value)
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value, plain

    def _plain(self, text: str, offset: int) -> Any:
        """The value of a scalar without quotes; one that other readers read otherwise is noted each time it stands."""
        if text[:1] not in MAY_MEAN_MORE:
            written = self.plain[text] = self.as_written(text)
            return written
        if text[:1] in MAY_BE_READ_OTHERWISE and (other := old_reading(text)) is not None:
            self.readings.append(Reading(tuple(self.keys), text, other, False))
            return self._core(text, offset)
        value = self.plain[text] = self._core(text, offset)
        return value

    def _core(self, text: str, offset: int) -> Any:
        try:
            value = core_value(text)
        except ValueError as error:
            self._fail(str(error), offset)
        return self.as_written(value) if isinstance(value, str) else value

    def _tagged(self, event: Any) -> Any:
        """A scalar with an explicit tag: only the tags of JSON's own types mean something here."""
        name = event.tag.removeprefix(STANDARD)
        if name == "str":
            return self.as_written(event.value)
        if name not in TAGGED:
            self._note_tag(event.tag, _start(event))
            return self.as_written(event.value)
        value = self._core(event.value, _start(event))
        if name == "float" and type(value) is int:
            return float(value)
        if type(value) is not TAGGED[name]:
            self._fail(f"{event.value!r} is no {name}, which its tag !!{name} says", _start(event))
        return value

    def _note_tag(self, tag: str, offset: int) -> None:
        if self.tags is None:
            self._fail(_tag_words(tag), offset)
        self.tags[tuple(self.keys)] = tag

    def _alias(self, event: Any) -> Any:
        name, offset = event.anchor, _start(event)
        if name not in self.anchors:
            self._fail(f"the alias *{name} has no anchor &{name} before it", offset)
        value = self.anchors[name]
        if any(value is container for container in self.trail):
            self._fail(f"the alias *{name} stands inside what it names: the value would have no end", offset)
        return value

    def _check_size(self, data: Any, offset: int) -> None:
        """Refuses aliases that multiply: a few lines of YAML can stand for more values than memory holds."""
        sizes: dict[int, tuple[int, int]] = {}
        stack: list[tuple[Any, Iterator[Any]]] = [(data, _containers(data))]
        while stack:
            container, inner = stack[-1]
            child = next(inner, None)
            if child is not None:
                if id(child) not in sizes:
                    stack.append((child, _containers(child)))
                continue
            stack.pop()
            below = [sizes[id(item)] for item in _containers(container)]
            size = len(container) + 1 + sum(count for count, _ in below)
            depth = 1 + max((level for _, level in below), default=0)
            if size > MAX_VALUES:
                self._fail(f"with its aliases written out this is more than {MAX_VALUES:,} values", offset)
            if depth > MAX_DEPTH:
                self._fail(_too_deep(), offset)
            sizes[id(container)] = size, depth

    def _fail(self, message: str, offset: int) -> NoReturn:
        raise DefinitionError(message, source=self.source, **_at(self.text, offset)) from None


TAGGED = {"int": int, "float": float, "bool": bool, "null": type(None)}


def _index(mark: Any) -> int:
    return 0 if mark is None else int(mark.index)


def _start(event: Any) -> int:
    return int(event.start_mark.index)


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (item for item in value.values() if isinstance(item, (dict, list)))
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, (dict, list)))


def _tag_words(tag: str) -> str:
    return f"the tag {tag.replace(STANDARD, '!!')} means nothing to the States Language; JSON's types need no tag"


PLAIN_WORDS = {
    "cannot start any token": "this character cannot start a value (a tab never indents; @, ` and % need quotes)",
    "mapping values are not allowed": "a second ': ' stands here; a text that holds one needs quotes",
    "did not find expected key": "no key stands here (is the line indented like those above it? does a text go "
    "on after its closing quote?)",
    "could not find expected ':'": "the line before this place is no `key: value`",
    "unexpected end of stream": "the quote is never closed",
    "unknown escape character": "in double quotes a backslash begins an escape such as \\n; write it twice, or use "
    "single quotes",
    "block sequence entries are not allowed": "a list in several lines begins on a line of its own",
    "expected '-' indicator": "the list above goes on here without a '- '",
    "did not find expected node content": "a value is missing before this place",
    "expected ',' or ']'": "the list is not closed: ',' or ']' is missing before this place",
    "expected ',' or '}'": "the object is not closed: ',' or '}' is missing before this place",
}
"""Part of a message of the YAML parser -> what is wrong, for somebody who knows no parsers."""


def _plain_words(error: yaml.MarkedYAMLError) -> str:
    words = str(error.problem or "the text is not YAML")
    plain = next((plain for part, plain in PLAIN_WORDS.items() if part in words), None)
    context = f" ({error.context})" if error.context and plain is None else ""
    return f"this is not YAML: {plain or words}{context}"
