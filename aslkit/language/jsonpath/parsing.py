"""JSONPath text -> Path: as Jayway reads it, with the oddities it has."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from aslkit.language.jsonpath.errors import PathSyntaxError
from aslkit.language.jsonpath.path import (
    Filter,
    Function,
    Indices,
    Names,
    Path,
    Scan,
    Slice,
    Unreadable,
    Wildcard,
    inverted,
    is_definite,
    route,
)
from aslkit.language.jsonpath.window import Window, regex, unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.language.jsonpath.path import Segment


@lru_cache(maxsize=8192)
def parse_path(text: str) -> Path:
    """`text` is a path of a definition: `$…`, `$$…` or `$variable…`.

    A condition that Jayway cannot read does not raise, see `Unreadable`.
    Raises PathSyntaxError. Source: States Language specification, "Paths"; Jayway JsonPath.
    """
    if not text.startswith("$"):
        raise PathSyntaxError(text, 0, "a path starts with '$'")
    end = next((index for index, character in enumerate(text) if character in ".[ "), len(text))
    root = text[:end]
    if root in ("$", "$$"):
        return _whole_path(text, root, end)
    if not root[1:].isidentifier():
        raise PathSyntaxError(text, 1, "'$' is followed by '.', '[', '$' or the name of a variable")
    return _whole_path(text, root[1:], end)


@lru_cache(maxsize=4096)
def jayway_path(text: str) -> Path:
    """The path as Jayway's own entry point reads it."""
    text = text.rstrip(" ")
    if not text:
        raise PathSyntaxError(text, 0, "a path is not empty")
    if text[0] not in "$@":
        text = f"$.{text}"
    return _whole_path(text, text[0], 1)


def _whole_path(text: str, root: str, start: int) -> Path:
    """The path whose segments begin at `start` and end with the text; blanks at the end do not count."""
    stop = len(text.rstrip(" "))
    if text[stop - 1] == "." and stop > start:
        raise PathSyntaxError(text, stop - 1, "a path does not end with '.'")
    return PathReader(text, start, stop, 0).path(text, root)


class PathReader(Window):
    """Reads a path, segment by segment."""

    def path(self, text: str, root: str) -> Path:
        """The path that is written `text`, with all the segments in this part of it."""
        segments = tuple(self._segments())
        keys = route(segments)
        plain = None if keys is None or any(isinstance(key, int) and key < 0 for key in keys) else keys
        return Path(text, root, segments, is_definite(inverted(segments)), plain, self.unreadable)

    def _segments(self) -> Iterator[Segment]:
        """Every segment; Jayway looks no further when a single character is left, whatever it is."""
        if self.position < self.stop and self.at(self.position) not in _SEGMENT_START:
            self.fail("expected '.' or '['")
        while self.position < self.stop:
            segment = self._segment()
            yield segment
            if self.position >= self.stop - 1 and not isinstance(segment, Scan):
                return

    def _segment(self) -> Segment:
        if self.at(self.position) == ".":
            self.position += 1
            if self.at(self.position) == ".":
                self.position += 1
                if self.at(self.position) in _PERIOD_OR_END:
                    self.fail("expected a name, '*' or '[' after '..'")
                return Scan()
        match self.at(self.position):
            case "[":
                return self._bracket()
            case "*":
                self.position += 1
                return Wildcard()
            case _:
                return self._property()

    def _property(self) -> Segment:
        """`name` or `name(…)`, as far as the next '.', '[' or '('."""
        start = self.position
        found = regex(_PROPERTY_END).search(self.text, start, self.stop)
        self.position = found.start() if found else self.stop
        name = self.text[start : self.position]
        match self.at(self.position):
            case " ":
                self.fail("a name with a blank is written ['…']")
            case "(":
                return self._function(name)
            case _ if not name:
                self.fail("expected a name, '*' or '['", start)
        return Names((name,))

    def _bracket(self) -> Segment:
        inside = self.after_blanks(self.position + 1)
        match self.at(inside):
            case "'" | '"' as quote:
                return self._names(quote)
            case "*":
                return self._wildcard(inside)
            case "?":
                return self._filter(inside)
            case "(":
                return self._script()
            case character if character.isdecimal() or character in ("-", ":"):
                return self._array()
            case _:
                return self.fail("expected a quoted name, an index, '*' or '?' after '['")

    def _wildcard(self, star: int) -> Wildcard:
        closing = self.after_blanks(star + 1)
        if self.at(closing) != "]":
            self.fail("expected ']' after '*'", closing)
        self.position = closing + 1
        return Wildcard()

    def _names(self, quote: str) -> Names:
        """`['a', 'b']`; characters between the quoted names do not count, commas do."""
        names: list[str] = []
        index, comma = self.position + 1, False
        while (character := self.at(index)) != "]":
            if character == quote:
                start, index = index + 1, self.unescaped(quote, index + 1)
                if self.at(self.after_blanks(index + 1)) not in ("]", ","):
                    self.fail("expected ']' or ',' after a quoted name", index + 1)
                names.append(self._name(start, index, '"' if quote == "'" else "'"))
            elif not character or (comma and character == ","):
                self.fail("expected a quoted name or ']'", index)
            elif character == "\\":
                index += 1
            comma = character == "," or (comma and character != quote)
            index += 1
        if comma:
            self.fail("expected a quoted name after ','", index)
        self.position = index + 1
        return Names(tuple(names), quote)

    def _name(self, start: int, stop: int, other: str) -> str:
        """A quoted name. A backslash before the other kind of quote belongs to it (recorded on AWS, unlike Jayway)."""
        try:
            return f"\\{other}".join(unescape(part) for part in self.text[start:stop].split(f"\\{other}"))
        except ValueError as error:
            self.fail(str(error), start)

    def _array(self) -> Indices | Slice:
        start = self.position + 1
        closing = self.text.find("]", start, self.stop)
        if closing < 0:
            self.fail("'[' is not closed")
        inside = self.text[start:closing].strip()
        if not regex(_ARRAY_CHARACTERS).fullmatch(inside):
            self.fail("expected indices, or two of them with ':' between")
        self.position = closing + 1
        return self._slice(inside, start) if ":" in inside else self._indices(inside, start)

    def _indices(self, inside: str, start: int) -> Indices:
        return Indices(tuple(self._integer(part, start) for part in regex(_COMMA).split(inside)))

    def _slice(self, inside: str, start: int) -> Slice:
        """Jayway reads the first two numbers and lets a third one pass."""
        if not regex(_SLICE_CHARACTERS).fullmatch(inside):
            self.fail("a slice is two numbers with ':' between", start)
        first, second = inside.split(":")[:2]
        if not first and not second:
            self.fail("a slice names where it starts or where it stops", start)
        return Slice(
            self._integer(first, start) if first else None,
            self._integer(second, start) if second else None,
        )

    def _integer(self, digits: str, start: int) -> int:
        try:
            number = int(digits) if len(digits) < 20 else 1 << 31
        except ValueError:
            self.fail(f"{digits!r} is no number", start)
        if not -(1 << 31) <= number < 1 << 31:
            self.fail("the index is too large", start)
        return number

    def _script(self) -> Unreadable:
        """`[(@.length-1)]`, from the first proposal of JSONPath; Jayway does not know it."""
        closing = self.closing(self.position, "[", "]", patterns=False)
        return self._unreadable(closing, PathSyntaxError(self.text, self.position, "Jayway knows no [(…)]"))

    def _filter(self, mark: int) -> Filter | Unreadable:
        """`[?(…)]`, with `mark` the place of '?'."""
        from aslkit.language.jsonpath.conditions import ConditionReader

        opening = self.after_blanks(mark + 1)
        try:
            closing, end = self._condition_end(opening)
        except PathSyntaxError as error:
            return self._unreadable(self.closing(self.position, "[", "]", patterns=False), error)
        try:
            reader = ConditionReader(self.text, opening, closing + 1, self.depth + 1)
            condition = reader.condition()
        except PathSyntaxError as error:
            return self._unreadable(end, error)
        self.unreadable = self.unreadable or reader.unreadable
        self.position = end + 1
        return Filter(condition)

    def _condition_end(self, opening: int) -> tuple[int, int]:
        """The places of the ')' and the ']' that end the condition."""
        if self.at(opening) != "(":
            self.fail("expected '(' after '[?'", opening)
        closing = self.closing(opening, "(", ")", patterns=True)
        end = self.after_blanks(closing + 1)
        if self.at(end) != "]":
            self.fail("expected ')]' at the end of the condition", end)
        return closing, end

    def _unreadable(self, closing: int, error: PathSyntaxError) -> Unreadable:
        """The bracket that begins here and ends at `closing`."""
        part = Unreadable(self.text[self.position : closing + 1], error.position, error.reason)
        self.unreadable = self.unreadable or part
        self.position = closing + 1
        return part

    def _function(self, name: str) -> Function:
        """`name(…)`, with the name read already."""
        from aslkit.language.jsonpath.arguments import ArgumentsReader

        reader = ArgumentsReader(self.text, self.position, self.stop, self.depth)
        arguments = reader.arguments()
        self.unreadable = self.unreadable or reader.unreadable
        self.position = reader.position
        return Function(name, arguments)


_ARRAY_CHARACTERS = r"[\d,:\- ]+"
_SLICE_CHARACTERS = r"[\d:\-]+"
_COMMA = r" *, *"
_PROPERTY_END = r"[.\[( ]"
_SEGMENT_START = frozenset(".[")
_PERIOD_OR_END = frozenset((".", ""))
