"""The text of a JSON literal in a path -> its value, read as tolerantly as json-smart does."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from aslkit.language.jsonpath.errors import Broken
from aslkit.language.jsonpath.window import MAX_NESTING, QUOTES, regex, unescape

if TYPE_CHECKING:
    from aslkit.language.jsonpath.path import Json


@lru_cache(maxsize=2048)
def read_json(text: str) -> Json:
    """The value of a literal, read as tolerantly as json-smart does: single quotes, bare words, spare commas."""
    import json

    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise Broken("the literal nests too deep") from None
    except ValueError:
        return _LiteralReader(text).value("", 0)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise Broken("a number of the literal is too large")
    return number


_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None, "-": 0}
_INTEGER = r"(?a)-?\d+"
_FLOAT = r"(?a)-?\d+(\.\d*)?([eE][+-]?\d+)?"


class _LiteralReader:
    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def value(self, ends: str, depth: int) -> Json:
        """The next value; a bare word ends before any of `ends`."""
        if depth > MAX_NESTING:
            raise Broken(f"the literal nests deeper than {MAX_NESTING} levels")
        match self._next():
            case "[":
                return self._array(depth)
            case "{":
                return self._object(depth)
            case "'" | '"' as quote:
                return self._quoted(quote)
            case "" | ":" | "}" | "]":
                raise Broken("a value is missing in the literal")
            case _:
                return self._bare(ends)

    def _next(self) -> str:
        while self.text[self.position : self.position + 1].isspace():
            self.position += 1
        return self.text[self.position : self.position + 1]

    def _array(self, depth: int) -> list[Json]:
        self.position += 1
        values: list[Json] = []
        while (character := self._next()) != "]":
            if character == ",":
                self.position += 1
            else:
                values.append(self.value(",]", depth + 1))
        self.position += 1
        return values

    def _object(self, depth: int) -> dict[str, Json]:
        self.position += 1
        values: dict[str, Json] = {}
        while (character := self._next()) != "}":
            if character == ",":
                self.position += 1
            else:
                name = self._name()
                values[name] = self.value(",}", depth + 1)
        self.position += 1
        return values

    def _name(self) -> str:
        quote = self._next()
        name = self._quoted(quote) if quote in QUOTES else self._word(":")
        if self._next() != ":" or quote == ":":
            raise Broken("a name in the literal has no value")
        self.position += 1
        if self._next() in (",", "}"):
            raise Broken("a name in the literal has no value")
        return name

    def _quoted(self, quote: str) -> str:
        start = self.position + 1
        self.position = start
        while (character := self.text[self.position : self.position + 1]) != quote:
            if not character:
                raise Broken(f"there is no closing {quote} in the literal")
            self.position += 2 if character == "\\" else 1
        self.position += 1
        try:
            return unescape(self.text[start : self.position - 1])
        except ValueError as error:
            raise Broken(str(error)) from None

    def _word(self, ends: str) -> str:
        start = self.position
        while self.position < len(self.text) and self.text[self.position] not in ends:
            self.position += 1
        return self.text[start : self.position].strip()

    def _bare(self, ends: str) -> Json:
        word = self._word(ends)
        if word in _WORDS:
            return _WORDS[word]
        if regex(_INTEGER).fullmatch(word) and len(word) < 1000:
            return int(word)
        return _finite(word) if regex(_FLOAT).fullmatch(word) else word
