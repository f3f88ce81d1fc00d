"""The text of a pattern, a regular expression of Java -> Pattern."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aslkit.language.jsonpath.characters import (
    CLASSES,
    PROPERTIES,
    UNICODE_CLASSES,
    UNICODE_PROPERTIES,
    equal_to,
    negated,
)
from aslkit.language.jsonpath.matching import (
    ASSERTIONS,
    LINE_ENDS,
    LOOKS,
    MAX_PATTERN,
    Pattern,
    either,
    line_end,
    line_start,
    repeated,
    text_end,
    text_start,
)
from aslkit.language.jsonpath.window import MAX_NESTING, regex

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from aslkit.language.jsonpath.matching import Program


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Pattern:
    """The pattern of `/body/flags`. Raises ValueError when Java refuses it, or when it needs backtracking."""
    end = text.rindex("/")
    return Pattern(_PatternReader(text[1:end], frozenset(text[end + 1 :])).program())


class _PatternReader:
    """Reads a pattern; `flags` are Java's letters, of which i, x, m, s, d and u, U count."""

    __slots__ = ("depth", "flags", "position", "text")

    def __init__(self, text: str, flags: frozenset[str]) -> None:
        self.text = regex(_QUOTED_PART).sub(_without_quotation, text)
        self.flags = flags
        self.position = 0
        self.depth = 0

    def program(self) -> Program:
        program = self._alternatives()
        if self.position < len(self.text):
            raise ValueError("the pattern closes a group that it did not open")
        return program

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise ValueError("the pattern ends too early")
        self.position += 1
        return character

    def _accept(self, token: str) -> bool:
        found = self.text.startswith(token, self.position)
        self.position += len(token) if found else 0
        return found

    def _alternatives(self) -> Program:
        flags = self.flags
        program = self._sequence()
        while self._accept("|"):
            program = either(program, self._sequence())
        self.flags = flags
        return program

    def _sequence(self) -> Program:
        parts: list[tuple[str, Any]] = []
        while (character := self._significant()) and character not in "|)":
            parts += self._quantified(self._atom())
            if len(parts) > MAX_PATTERN:
                raise ValueError(f"the pattern is longer than {MAX_PATTERN} instructions")
        return tuple(parts)

    def _significant(self) -> str:
        """The next character, behind blanks and comments when flag x lets them be."""
        if "x" in self.flags and (found := regex(_PATTERN_COMMENT).match(self.text, self.position)):
            self.position = found.end()
        return self._peek()

    def _quantified(self, atom: Program) -> Program:
        self._significant()
        found = regex(_QUANTIFIER).match(self.text, self.position)
        if not found:
            return atom
        self.position = found.end()
        simple, least, comma, most, greed = found.groups()
        if greed == "+":
            raise ValueError("a possessive quantifier is not supported")
        if simple:
            return repeated(atom, 1 if simple == "+" else 0, 1 if simple == "?" else None)
        return self._counted(atom, least, comma, most)

    def _counted(self, atom: Program, least: str, comma: str, most: str) -> Program:
        if len(least) > 4 or len(most) > 4:
            raise ValueError("the pattern repeats too often")
        upper = int(most) if most else None if comma else int(least)
        if upper is not None and upper < int(least):
            raise ValueError("the pattern repeats fewer times than it repeats")
        return repeated(atom, int(least), upper)

    def _atom(self) -> Program:
        match self._take():
            case "(":
                return self._group()
            case "[":
                return (("char", self._class()),)
            case ".":
                return (("char", self._any_character()),)
            case "^":
                return (("check", line_start if "m" in self.flags else text_start),)
            case "$":
                return (("check", line_end if "m" in self.flags else text_end),)
            case "\\":
                return self._escaped_atom()
            case "{" if regex(_QUANTIFIER).match(self.text, self.position - 1):
                self.position -= 1  # Java repeats nothing, without a complaint
                return ()
            case "*" | "+" | "?" | "{" as character:
                raise ValueError(f"'{character}' repeats nothing")
            case character:
                return (("char", self._folded(equal_to(character))),)

    def _any_character(self) -> Callable[[str], bool]:
        if "s" in self.flags:
            return lambda character: True
        ends = "\n" if "d" in self.flags else LINE_ENDS
        return lambda character: character not in ends

    def _folded(self, test: Callable[[str], bool]) -> Callable[[str], bool]:
        """The test without regard to case, under flag i: of ASCII letters, of all under flag u."""
        if "i" not in self.flags:
            return test
        everywhere = "u" in self.flags or "U" in self.flags

        def folded(character: str) -> bool:
            other = character.swapcase() if everywhere or character.isascii() else character
            return test(character) or (len(other) == 1 and test(other))

        return folded

    def _group(self) -> Program:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ValueError(f"the pattern nests deeper than {MAX_NESTING} levels")
        program = self._group_head()
        self.depth -= 1
        return program

    def _group_head(self) -> Program:
        flags = self.flags
        if not self._accept("?"):
            return self._closed(flags)
        for head, look in LOOKS.items():
            if self._accept(head):
                return (("check", look(self._closed(flags))),)
        if found := regex(_GROUP_NAME).match(self.text, self.position):
            self.position = found.end()
            return self._closed(flags)
        if found := regex(_GROUP_FLAGS).match(self.text, self.position):
            self.position = found.end()
            self.flags = (flags | frozenset(found[1])) - frozenset(found[2] or "")
            return self._closed(flags) if found[3] == ":" else ()
        raise ValueError("the pattern has a group of an unsupported kind")

    def _closed(self, flags: frozenset[str]) -> Program:
        """The inside of a group up to its ')', behind which `flags` count again."""
        program = self._alternatives()
        if not self._accept(")"):
            raise ValueError("the pattern does not close a group")
        self.flags = flags
        return program

    def _escaped_atom(self) -> Program:
        if self._peek() in ASSERTIONS:
            return (("check", ASSERTIONS[self._take()]),)
        escaped = self._escape()
        return (("char", self._folded(equal_to(escaped)) if isinstance(escaped, str) else escaped),)

    def _escape(self) -> str | Callable[[str], bool]:
        """What follows a backslash: a character or a class of characters."""
        letter = self._take()
        if letter in _CODED and (found := regex(_CODED[letter]).match(self.text, self.position)):
            self.position = found.end()
            return chr(int(next(filter(None, found.groups())), 8 if letter == "0" else 16))
        if letter in "pP":
            return negated(self._folded(self._property()), letter == "P")
        if letter.lower() in CLASSES:
            return negated((UNICODE_CLASSES if "U" in self.flags else CLASSES)[letter.lower()], letter.isupper())
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter.isascii() and letter.isalnum():
            raise ValueError(f"'\\{letter}' is not supported in a pattern")
        return letter

    def _property(self) -> Callable[[str], bool]:
        """The class of `\\p{Alpha}` or `\\pL`: Java's names of ASCII classes, or a Unicode category."""
        found = regex(_PROPERTY).match(self.text, self.position)
        name = (found[1] or found[2]) if found else ""
        self.position = found.end() if found else self.position
        if "U" in self.flags and name in UNICODE_PROPERTIES:
            return UNICODE_PROPERTIES[name]
        if name in PROPERTIES:
            return PROPERTIES[name]
        if not regex(_CATEGORY).fullmatch(name):
            raise ValueError(f"the class '{name}' is not supported in a pattern")
        import unicodedata

        return lambda character: len(character) == 1 and unicodedata.category(character).startswith(name)

    def _class(self) -> Callable[[str], bool]:
        """`[…]`: characters, ranges and classes."""
        excluding = self._accept("^")
        tests: list[Callable[[str], bool]] = []
        while self._significant() != "]" or not tests:
            if self._peek() == "[" or self.text.startswith("&&", self.position):
                raise ValueError("a class inside a class is not supported in a pattern")
            tests.append(self._class_item())
        self.position += 1
        return negated(lambda character: any(test(character) for test in tests), excluding)

    def _class_item(self) -> Callable[[str], bool]:
        first = self._class_character()
        if not isinstance(first, str):
            return first
        if self._peek() != "-" or self.text[self.position + 1 : self.position + 2] in ("]", ""):
            return self._folded(equal_to(first))
        self.position += 1
        last = self._class_character()
        if not isinstance(last, str) or last < first:
            raise ValueError("the pattern has a range that ends before it starts")
        return self._folded(lambda character: first <= character <= last)

    def _class_character(self) -> str | Callable[[str], bool]:
        character = self._take()
        return self._escape() if character == "\\" else character


_QUOTED_PART = r"(?s)\\Q(.*?)(?:\\E|\Z)|\\."
_PATTERN_COMMENT = r"(?:\s|#[^\n]*)+"
_QUANTIFIER = r"(?a)(?:([*+?])|\{(\d+)(,?)(\d*)\})([?+]?)"
_GROUP_NAME = r":|<[a-zA-Z][a-zA-Z0-9]*>"
_GROUP_FLAGS = r"([dixmsuU]*)(?:-([dixmsuU]+))?([:)])"
_PROPERTY = r"\{(?:Is)?(\w+)\}|(\w)"
_CATEGORY = r"[LMNPSZC][a-z]?"
_CODED = {
    "x": r"([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,5})\}",
    "u": r"([0-9a-fA-F]{4})",
    "0": r"([0-3]?[0-7]{1,2})",
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}


def _without_quotation(found: re.Match[str]) -> str:
    """`\\Q…\\E` with a backslash before everything that could mean something."""
    if found[1] is None:
        return found[0]
    return "".join(character if character.isalnum() else f"\\{character}" for character in found[1])
