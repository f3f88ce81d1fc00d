"""The text of a call's arguments -> paths and JSON literals, told apart as Jayway does."""

from __future__ import annotations

from aslkit.language.jsonpath.errors import PathSyntaxError
from aslkit.language.jsonpath.parsing import PathReader
from aslkit.language.jsonpath.path import Literal, Path
from aslkit.language.jsonpath.window import Window


class ArgumentsReader(Window):
    """Reads `(…)`, the arguments of a function."""

    def arguments(self) -> tuple[Path | Literal, ...]:
        """Every argument; without any, reading goes on at ')', which Jayway takes for a name if more follows."""
        opening = self.position
        self._balanced_parenthesis(opening)
        self.position += 1
        if self.at(self.position) == ")":
            return ()
        arguments = _Arguments()
        while not arguments.ended and (character := self.at(self.position)):
            if not arguments.take(character):
                self.fail(f"'{character}' closes nothing")
            self.position += 1
        if any(arguments.open.values()):
            self.fail("the arguments are not closed", opening)
        return tuple(self._argument(kind, text) for kind, text in arguments.found)

    def _balanced_parenthesis(self, opening: int) -> None:
        opened = 0
        for index in range(opening, self.stop):
            opened += (self.text[index] == "(") - (self.text[index] == ")")
            if not opened:
                return
        self.fail("'(' is not closed", opening)

    def _argument(self, kind: str, text: str) -> Path | Literal:
        if kind == "json":
            return Literal("json", text)
        try:
            path = PathReader(text, 1, len(text), self.depth + 1).path(text, text[0])
        except PathSyntaxError as error:
            self.fail(error.reason)
        self.unreadable = self.unreadable or path.unreadable
        return path


class _Arguments:
    """Splits the arguments of a function as Jayway does, one character at a time.

    An argument is known by its first character: what begins with none of `$ @ { " -` and no digit vanishes, and so
    does a comma between quotes.
    """

    __slots__ = ("ended", "found", "kind", "open", "prior", "quotes", "text")

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.open = dict(_OUTERMOST)
        self.ended = False
        self.quotes = 0
        self.kind = self.text = self.prior = ""

    def take(self, character: str) -> bool:
        """False when the character closes what was never opened."""
        if not self.kind:
            if character.isspace():
                return True
            self.kind = self._kind_of(character)
        if not self._nest(character):
            return False
        if character in (",", ")"):
            self._separate(character)
        if self.kind and not (character == "," and self.open == _OUTERMOST):
            self.text += character
        self.prior = character
        return True

    def _kind_of(self, character: str) -> str:
        if character in ("{", '"', "-") or character.isdecimal():
            return "json"
        return "path" if character in ("$", "@") else ""

    def _nest(self, character: str) -> bool:
        if character == '"':
            self.quotes += -1 if self.quotes and self.prior != "\\" else 1
        elif character in self.open:
            self.open[character] += 1
        elif character in _OPENING:
            self.open[_OPENING[character]] -= 1
        if character == ")" and (self.open["("] < 0 or self.prior == "("):
            self.text += character
        return self.open["["] >= 0 and self.open["{"] >= 0

    def _separate(self, character: str) -> None:
        depth = self.open["("]
        if self.quotes or self.open["["] or self.open["{"] or not (depth == 1 or (depth == 0 and character == ")")):
            return
        self.ended = depth == 0
        if self.kind:
            self.found.append((self.kind, self.text))
            self.kind = self.text = ""


_OUTERMOST = {"(": 1, "[": 0, "{": 0}
_OPENING = {")": "(", "]": "[", "}": "{"}
