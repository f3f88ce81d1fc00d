"""A part of a text, read from left to right: what every reader of paths, conditions and arguments does."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from aslkit.language.jsonpath.errors import PathSyntaxError

if TYPE_CHECKING:
    from aslkit.language.jsonpath.path import Unreadable

MAX_NESTING = 50
"""How deep conditions, arguments and literals of one path may nest."""

QUOTES = frozenset("'\"")


class Window:
    """A part of a text, read from left to right; a character outside it is empty."""

    __slots__ = ("depth", "position", "stop", "text", "unreadable")

    def __init__(self, text: str, start: int, stop: int, depth: int) -> None:
        if depth > MAX_NESTING:
            raise PathSyntaxError(text, start, f"it nests deeper than {MAX_NESTING} levels")
        self.text = text
        self.position = start
        self.stop = stop
        self.depth = depth
        self.unreadable: Unreadable | None = None

    def at(self, index: int) -> str:
        return self.text[index] if index < self.stop else ""

    def after_blanks(self, index: int) -> int:
        """The first place from `index` on that holds no blank; only the space counts as one."""
        while self.at(index) == " ":
            index += 1
        return index

    def skip_blanks(self) -> str:
        """The next character that is no blank, which is where reading goes on."""
        self.position = self.after_blanks(self.position)
        return self.at(self.position)

    def fail(self, reason: str, position: int | None = None) -> NoReturn:
        raise PathSyntaxError(self.text, self.position if position is None else position, reason)

    def unescaped(self, character: str, index: int) -> int:
        """The place of the first `character` from `index` on that follows no backslash."""
        while (found := self.at(index)) != character:
            if not found:
                self.fail(f"there is no closing {character}")
            index += 2 if found == "\\" else 1
        return index

    def closing(self, index: int, opener: str, closer: str, *, patterns: bool) -> int:
        """The place that closes the bracket at `index`; quoted text, and patterns on demand, does not count."""
        start = index
        opened = 1
        while opened:
            index += 1
            if (quote := self.at(index)) in QUOTES:
                index = self.unescaped(quote, index + 1) + 1
            if patterns and self.at(index) == "/":
                index = self.unescaped("/", index + 1) + 1
            character = self.at(index)
            if not character:
                self.fail(f"'{opener}' is not closed", start)
            opened += (character == opener) - (character == closer)
        return index


@lru_cache(maxsize=64)
def regex(pattern: str) -> re.Pattern[str]:
    """The expression, compiled when first needed: few definitions hold conditions, but every lint imports this."""
    return re.compile(pattern)


def unescape(text: str) -> str:
    """The text without its backslashes, as Jayway reads names and quoted text. Raises ValueError."""
    if "\\" not in text:
        return text
    plain = regex(_ESCAPE).sub(_unescaped, text)
    try:
        return plain.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ValueError("half of a surrogate pair stands alone") from None


def _unescaped(found: re.Match[str]) -> str:
    digits, character = found.groups()
    if digits is None:
        return _ESCAPES.get(character, character or "")
    if not regex(_HEXADECIMAL).fullmatch(digits):
        raise ValueError(f"'\\u{digits}' is no character")
    return chr(int(digits, 16))


_ESCAPES = {"r": "\r", "f": "\f", "t": "\t", "n": "\n", "b": "\b"}
_ESCAPE = r"(?s)\\(?:u(.{4})|u.{0,3}|(.))"
_HEXADECIMAL = "[0-9a-fA-F]{4}"
