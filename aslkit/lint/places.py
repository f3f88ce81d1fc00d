"""Document, pointer, offset in a string -> the place in the text where that character of the string is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.document import Document, Pointer, Span

PROPERTIES = re.compile(r"(?:[&!][^\s]*[ \t]+)*")
"""What may stand before a YAML scalar: an anchor, a tag."""

BLOCK_HEADER = re.compile(r"[|>][^\n]*\n")
DOUBLE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|"
    r"U[0-9a-fA-F]{8}|\r?\n|.)",
    re.DOTALL,
)
BLANK_ESCAPES = frozenset("tnvfr N_LP\n\r")
"""What stands behind the backslash of an escape that is white space, or nothing at all, in the string."""

BLANK_CODES = frozenset(("x20", "x09", "x0a", "x0d", "u0020", "u0009", "u000a", "u000d"))


def inner_span(document: Document, pointer: Pointer, start: int, end: int) -> Span | None:
    """The place of the characters `start` to `end` of the string at `pointer`, cut at the first line; None where they
    are not written there (an alias, a string that was put together).

    YAML folds lines and takes indentation away, but it leaves every other character in its order: the nth character
    that is no white space is found by counting.
    """
    value = _value(document, pointer)
    if not isinstance(value, str) or not 0 <= start < len(value):
        return None
    wanted = _counted(value[:start])
    extent = document.value_span(pointer)
    for index, (begin, after) in enumerate(_written(document.text, extent.start, extent.end)):
        if index == wanted:
            if value[start].isspace() or (after - begin == 1 and document.text[begin] != value[start]):
                return None
            stop = min(after + max(end - start, 1) - 1, extent.end)
            line_end = document.text.find("\n", begin)
            return document.locate(begin, stop if line_end < 0 else min(stop, line_end))
    return None


def _value(document: Document, pointer: Pointer) -> object:
    value = document.data
    for key in pointer:
        value = value[key]
    return value


def _counted(text: str) -> int:
    return sum(not character.isspace() for character in text)


def _written(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """(begin, end) in the text of each character of a scalar that is no white space."""
    found = PROPERTIES.match(text, start, end)
    start = start if found is None else found.end()
    match text[start : start + 1]:
        case '"':
            return _double(text, start + 1, end - 1)
        case "'":
            return _single(text, start + 1, end - 1)
        case "|" | ">":
            header = BLOCK_HEADER.match(text, start, end)
            return _plain(text, end if header is None else header.end(), end)
        case _:
            return _plain(text, start, end)


def _plain(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    return ((at, at + 1) for at in range(start, end) if not text[at].isspace())


def _single(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        after = at + (2 if text.startswith("''", at) else 1)
        if not text[at].isspace():
            yield at, after
        at = after


def _double(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        escape = DOUBLE.match(text, at, end)
        after = at + 1 if escape is None else escape.end()
        if escape is None:
            blank = text[at].isspace()
        else:
            written = escape[0][1:]
            blank = (len(written) == 1 and written in BLANK_ESCAPES) or written == "\r\n" or written in BLANK_CODES
        if not blank:
            yield at, after
        at = after
