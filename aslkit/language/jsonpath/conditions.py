"""The text of a filter -> Condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.language.jsonpath.comparisons import COMPARISONS
from aslkit.language.jsonpath.operands import NUMBER
from aslkit.language.jsonpath.parsing import PathReader
from aslkit.language.jsonpath.path import Comparison, Exists, Literal, Logical
from aslkit.language.jsonpath.window import MAX_NESTING, Window, regex, unescape

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.language.jsonpath.path import Condition, Path


class ConditionReader(Window):
    """Reads `(…)`, the condition of a filter."""

    def condition(self) -> Condition:
        condition = self._any()
        if self.skip_blanks():
            self.fail("expected the end of the condition")
        return condition

    def _any(self) -> Condition:
        return self._chain("||", self._all)

    def _all(self) -> Condition:
        return self._chain("&&", self._operand_of_all)

    def _chain(self, operator: str, part: Callable[[], Condition]) -> Condition:
        parts = [part()]
        while self._accept(operator):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Logical(operator, tuple(parts))

    def _accept(self, token: str) -> bool:
        self.skip_blanks()
        if not self.text.startswith(token, self.position, self.stop):
            return False
        self.position += len(token)
        return True

    def _operand_of_all(self) -> Condition:
        """A comparison or a condition in parentheses, behind any number of '!'; `!@.a` is the path's own."""
        negations = 0
        while self.skip_blanks() == "!" and self.at(self.after_blanks(self.position + 1)) not in ("$", "@"):
            self.position += 1
            negations += 1
        condition = self._parentheses() if self.at(self.position) == "(" else self._comparison()
        return Logical("!", (condition,)) if negations % 2 else condition

    def _parentheses(self) -> Condition:
        self.position += 1
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail(f"it nests deeper than {MAX_NESTING} levels")
        condition = self._any()
        if not self._accept(")"):
            self.fail("expected ')'")
        self.depth -= 1
        return condition

    def _comparison(self) -> Condition:
        negated = self.skip_blanks() == "!"
        left = self._operand()
        end = self.position
        operator = self._operator()
        if operator in COMPARISONS:
            return Comparison(left, operator, self._operand())
        self.position = end
        if isinstance(left, Literal):
            self.fail("a condition on its own is a path")
        return Exists(left, not negated)

    def _operator(self) -> str:
        """The run of `< > = ~ !`, or the word up to a blank."""
        end = _OPERATOR_END if self.skip_blanks() in _RELATIONAL else _BLANK
        found = regex(end).search(self.text, self.position, self.stop)
        start, self.position = self.position, found.start() if found else self.stop
        return self.text[start : self.position].lower()

    def _operand(self) -> Path | Literal:
        character = self.skip_blanks()
        if character == "!":
            self.position += 1
            if self.skip_blanks() not in ("$", "@"):
                self.fail("expected '$' or '@' after '!'")
            return self._path()
        match character:
            case "$" | "@":
                return self._path()
            case "'" | '"':
                return self._string(character)
            case "[" | "{":
                return self._json(character)
            case "/":
                return self._pattern()
            case "t" | "f" | "n":
                return self._word()
            case _:
                return self._number()

    def _string(self, quote: str) -> Literal:
        start = self.position + 1
        closing = self.unescaped(quote, start)
        self.position = closing + 1
        try:
            return Literal("string", unescape(self.text[start:closing]))
        except ValueError as error:
            self.fail(str(error), start)

    def _json(self, opener: str) -> Literal:
        """An array or an object; like Jayway, the text is read only when it is compared with something."""
        start = self.position
        self.position = self.closing(start, opener, "]" if opener == "[" else "}", patterns=False) + 1
        return Literal("json", self.text[start : self.position])

    def _pattern(self) -> Literal:
        from aslkit.language.jsonpath.patterns import compile_pattern

        start = self.position
        closing = self.unescaped("/", start + 1)
        flags = regex(_PATTERN_FLAGS).match(self.text, closing + 1, self.stop)
        self.position = flags.end() if flags else closing + 1
        text = self.text[start : self.position]
        try:
            compile_pattern(text)
        except ValueError as error:
            self.fail(str(error), start)
        return Literal("pattern", text)

    def _word(self) -> Literal:
        for kind, word in (("boolean", "true"), ("boolean", "false"), ("null", "null")):
            if self._accept(word):
                return Literal(kind, word)
        return self.fail("expected true, false or null; other text is quoted")

    def _number(self) -> Literal:
        found = regex(_NUMBER_END).search(self.text, self.position, self.stop)
        start, self.position = self.position, found.start() if found else self.stop
        digits = self.text[start : self.position]
        if not regex(NUMBER).fullmatch(digits):
            self.fail("expected a path, a number, a quoted text, true, false, null, [, { or /", start)
        return Literal("number", digits)

    def _path(self) -> Path:
        """`$…` or `@…` up to a blank, a comparison or a ')' that closes no function."""
        start = self.position
        self.position += 1
        while self._in_path(start):
            self.position += 1
        stop = self.position
        if self.text[stop - 1] == ".":
            self.fail("a path does not end with '.'", stop - 1)
        text = self.text[start:stop]
        path = PathReader(self.text, start + 1, stop, self.depth + 1).path(text, text[0])
        self.unreadable = self.unreadable or path.unreadable
        return path

    def _in_path(self, start: int) -> bool:
        """Whether the path goes on, with the position behind a bracket that begins here.

        Jayway reads a bracket that follows another one character by character, so a blank inside it ends the path.
        """
        if self.at(self.position) == "[":
            self.position = self.closing(self.position, "[", "]", patterns=False) + 1
        character = self.at(self.position)
        if character == ")":
            return self._closes_function(start)
        return character not in _OPERAND_END

    def _closes_function(self, start: int) -> bool:
        """Whether the ')' here belongs to a call without arguments, such as `@.tags.length()`."""
        opening = self.position - 1
        while self.text[opening] == " ":
            opening -= 1
        return self.text[opening] == "(" and self.text.rfind(".", start + 1, opening) >= 0


_RELATIONAL = frozenset("<>=~!")
_NUMBER_END = r"[^\d.eE-]"
_OPERATOR_END = r"[^<>=~!]"
_BLANK = " "
_PATTERN_FLAGS = r"[dixmsuU]*"
_OPERAND_END = frozenset(("", " ", "<", ">", "=", "~", "!"))
