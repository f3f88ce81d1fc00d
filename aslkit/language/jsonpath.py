"""JSONPath text -> what it reads from a JSON document, by the rules of Jayway JsonPath, which Step Functions follows.

The rules are those of Jayway JsonPath 2.10 in its default configuration, oddities included; "Jayway" in a comment names
one of them. Every evaluation is bounded: deep nesting is refused, and a path that would visit too many values fails.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal
    from random import Random

Json = Any

MAX_NESTING = 50
"""How deep conditions, arguments and literals of one path may nest."""

MAX_VISITS = 1_000_000
"""How many values, list elements and characters one evaluation may look at: a few seconds at the most."""


class Scope:
    """What the paths of one state visit read: `$` is `input`, `$$` is `context`, `$name` is `variables["name"]`.

    `random` feeds States.UUID and States.MathRandom; no path reads it.
    """

    __slots__ = ("context", "input", "random", "variables")

    def __init__(
        self,
        input: Json,
        context: Json = None,
        variables: Mapping[str, Json] | None = None,
        random: Random | None = None,
    ) -> None:
        self.input = input
        self.context = context
        self.variables: Mapping[str, Json] = {} if variables is None else variables
        self.random = random


class PathSyntaxError(ValueError):
    """The text is no path: `reason` says why, `position` is the character (from 0) at which reading stopped."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(f"{text!r} is no path: {reason} at character {position}")
        self.text = text
        self.position = position
        self.reason = reason


class PathNotFound(LookupError):
    """The path reads nothing from this document; `reason` is Jayway's wording of why."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(reason)
        self.text = text
        self.reason = reason


class ReferencePathMismatch(ValueError):
    """A value cannot be written at a place: `keys` end at the part of the route that is no container for its key."""

    def __init__(self, keys: tuple[str | int, ...], reason: str) -> None:
        super().__init__(reason)
        self.keys = keys
        self.reason = reason


# ---------------------------------------------------------------------------------------------------------------------
# What a path is made of


class Names(Record):
    """`.a`, `['a']` or `['a','b']`: properties of an object; messages repeat the `quote`."""

    names: tuple[str, ...]
    quote: str = "'"


class Indices(Record):
    """`[0]`, `[-1]` or `[0,2]`: elements of an array, from its end when negative."""

    indices: tuple[int, ...]


class Slice(Record):
    """`[1:3]`, `[1:]` or `[:3]`: the elements from `start` up to, without, `stop`."""

    start: int | None
    stop: int | None


class Wildcard(Record):
    """`*`: every value of an object, every element of an array."""


class Scan(Record):
    """`..`: the value and everything below it, as far as the next segment applies."""


class Filter(Record):
    """`[?(…)]`: the elements of an array, or the object itself, for which the condition holds."""

    condition: Condition


class Function(Record):
    """`.length()`, `.sum(1, $.x)`: a calculation; an argument is a path or a JSON literal."""

    name: str
    arguments: tuple[Path | Literal, ...]


class Unreadable(Record):
    """`[?(…)]` or `[(…)]` outside Jayway's grammar: published definitions hold some; no run reads them."""

    text: str
    position: int
    reason: str


class Literal(Record):
    """A constant of a condition or an argument: `kind` is string, number, boolean, null, json or pattern."""

    kind: str
    text: str


class Comparison(Record):
    """`@.price < 10`: `operator` is in lower case."""

    left: Path | Literal
    operator: str
    right: Path | Literal


class Exists(Record):
    """`@.isbn`, or `!@.isbn` when `expected` is false."""

    path: Path
    expected: bool


class Logical(Record):
    """`&&`, `||` or `!` over its parts."""

    operator: str
    parts: tuple[Condition, ...]


Segment = Names | Indices | Slice | Wildcard | Scan | Filter | Function | Unreadable
Condition = Comparison | Exists | Logical


class Path(Record):
    """A parsed path.

    `root` is `$`, `$$`, the name of a variable, or `@` inside a condition. `definite` says whether the path answers one
    value instead of a list of matches. `keys` is the plain route when the path is only names and non-negative indices,
    else None. `unreadable` is the first part that no run can read (see `Unreadable`), else None.
    """

    text: str
    root: str
    segments: tuple[Segment, ...]
    definite: bool
    keys: tuple[str | int, ...] | None
    unreadable: Unreadable | None = None


# ---------------------------------------------------------------------------------------------------------------------
# The public functions


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


@lru_cache(maxsize=8192)
def compile_path(text: str) -> Callable[[Scope], Json]:
    """A function that reads the path from a scope: one value for a definite path, else the list of matches.

    The function raises PathNotFound. Raises PathSyntaxError.
    """
    path = parse_path(text)
    _refuse_unreadable(path)
    document = _document_of(path)
    keys = _route(path.segments)
    if keys is None:
        return lambda scope: _evaluate(path, document(scope))
    if path.root == "$" and all(isinstance(key, str) for key in keys):
        return _names_of_input(path, keys)
    return _keys_of(path, document, keys)


def select(path: str, document: Json) -> Json:
    """What Jayway answers for `path` on `document`: one value for a definite path, else the list of matches.

    A path that does not begin with `$` or `@` is read as if it began with `$.`, as Jayway does; `$$` and variables are
    no paths here. Raises PathSyntaxError, PathNotFound.
    """
    parsed = _jayway_path(path)
    _refuse_unreadable(parsed)
    return _evaluate(parsed, document)


@lru_cache(maxsize=4096)
def parse_reference_path(text: str) -> tuple[str | int, ...]:
    """The route of a reference path, the only kind of path that can be written to: `()` for `$`.

    It names one place below `$`: no context, no variable, no wildcard, slice, condition, negative index or function.
    Raises PathSyntaxError. Source: States Language specification, "Reference Paths".
    """
    path = parse_path(text)
    if path.root == "$$":
        raise PathSyntaxError(text, 0, "a reference path does not name the context object")
    if path.root != "$":
        raise PathSyntaxError(text, 0, "a reference path does not name a variable")
    if path.keys is None:
        raise PathSyntaxError(text, 1, "a reference path names exactly one place, by names and indices")
    return path.keys


def put(document: Json, keys: Sequence[str | int], value: Json) -> Json:
    """A copy of `document` with `value` at `keys`; the containers off the route are shared with `document`.

    Missing objects on the way are made. Raises ReferencePathMismatch where the route meets a value that is no object
    (for a name) or no array with that element (for an index). Source: States Language specification, "ResultPath".
    """
    if not keys:
        return value
    containers = [document]
    for depth, key in enumerate(keys[:-1]):
        below = _child(containers[-1], keys, depth, key)
        containers.append({} if below is _ABSENT else below)
    _child(containers[-1], keys, len(keys) - 1, keys[-1])
    for container, key in zip(reversed(containers), reversed(keys), strict=True):
        copied = container.copy()
        copied[key] = value
        value = copied
    return value


_ABSENT = object()


def _child(container: Json, keys: Sequence[str | int], depth: int, key: str | int) -> Json:
    """What `container` holds at `key`, `_ABSENT` for a property that it can take."""
    if isinstance(key, str) and isinstance(container, dict):
        return container.get(key, _ABSENT)
    if isinstance(key, int) and isinstance(container, list) and 0 <= key < len(container):
        return container[key]
    place = "$" + "".join(map(_fragment_of_key, keys[:depth]))
    wanted = f"an object to take the property '{key}'" if isinstance(key, str) else f"an array with an element [{key}]"
    raise ReferencePathMismatch(tuple(keys[: depth + 1]), f"the value at {place} is not {wanted}")


# ---------------------------------------------------------------------------------------------------------------------
# From text to segments


@lru_cache(maxsize=4096)
def _jayway_path(text: str) -> Path:
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
    return _path(_PathReader(text, start, stop, 0), text, root)


def _path(reader: _PathReader, text: str, root: str) -> Path:
    segments = tuple(reader.segments())
    keys = _route(segments)
    plain = None if keys is None or any(isinstance(key, int) and key < 0 for key in keys) else keys
    return Path(text, root, segments, _is_definite(_inverted(segments)), plain, reader.unreadable)


class _Window:
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
            if (quote := self.at(index)) in _QUOTES:
                index = self.unescaped(quote, index + 1) + 1
            if patterns and self.at(index) == "/":
                index = self.unescaped("/", index + 1) + 1
            character = self.at(index)
            if not character:
                self.fail(f"'{opener}' is not closed", start)
            opened += (character == opener) - (character == closer)
        return index


_QUOTES = frozenset("'\"")
_ARRAY_CHARACTERS = r"[\d,:\- ]+"
_SLICE_CHARACTERS = r"[\d:\-]+"
_COMMA = r" *, *"
_PROPERTY_END = r"[.\[( ]"


@lru_cache(maxsize=64)
def regex(pattern: str) -> re.Pattern[str]:
    """The expression, compiled when first needed: few definitions hold conditions, but every lint imports this."""
    return re.compile(pattern)


class _PathReader(_Window):
    """Reads the segments of a path."""

    def segments(self) -> Iterator[Segment]:
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
            return f"\\{other}".join(_unescape(part) for part in self.text[start:stop].split(f"\\{other}"))
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
        opening = self.after_blanks(mark + 1)
        try:
            closing, end = self._condition_end(opening)
        except PathSyntaxError as error:
            return self._unreadable(self.closing(self.position, "[", "]", patterns=False), error)
        try:
            reader = _ConditionReader(self.text, opening, closing + 1, self.depth + 1)
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
        """`name(…)`; without arguments reading goes on at ')', which Jayway takes for a name if more follows."""
        opening = self.position
        self._balanced_parenthesis(opening)
        self.position += 1
        if self.at(self.position) == ")":
            return Function(name, ())
        arguments = _Arguments()
        while not arguments.ended and (character := self.at(self.position)):
            if not arguments.take(character):
                self.fail(f"'{character}' closes nothing")
            self.position += 1
        if any(arguments.open.values()):
            self.fail("the arguments are not closed", opening)
        return Function(name, tuple(self._argument(kind, text) for kind, text in arguments.found))

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
            path = _path(_PathReader(text, 1, len(text), self.depth + 1), text, text[0])
        except PathSyntaxError as error:
            self.fail(error.reason)
        self.unreadable = self.unreadable or path.unreadable
        return path


_SEGMENT_START = frozenset(".[")
_PERIOD_OR_END = frozenset((".", ""))
_OPENING = {")": "(", "]": "[", "}": "{"}


class _Arguments:
    """Splits the arguments of a function as Jayway does, one character at a time.

    An argument is known by its first character: what begins with none of `$ @ { " -` and no digit vanishes, and so
    does a comma between quotes.
    """

    __slots__ = ("ended", "found", "kind", "open", "prior", "quotes", "text")

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.open = {"(": 1, "[": 0, "{": 0}
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
        if self.kind and not (character == "," and self.open == {"(": 1, "[": 0, "{": 0}):
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


_RELATIONAL = frozenset("<>=~!")
_NUMBER_END = r"[^\d.eE-]"
_NUMBER = r"(?a)[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,9})?"
_OPERATOR_END = r"[^<>=~!]"
_BLANK = " "
_PATTERN_FLAGS = r"[dixmsuU]*"


class _ConditionReader(_Window):
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
        if operator in _COMPARISONS:
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
            return Literal("string", _unescape(self.text[start:closing]))
        except ValueError as error:
            self.fail(str(error), start)

    def _json(self, opener: str) -> Literal:
        """An array or an object; like Jayway, the text is read only when it is compared with something."""
        start = self.position
        self.position = self.closing(start, opener, "]" if opener == "[" else "}", patterns=False) + 1
        return Literal("json", self.text[start : self.position])

    def _pattern(self) -> Literal:
        start = self.position
        closing = self.unescaped("/", start + 1)
        flags = regex(_PATTERN_FLAGS).match(self.text, closing + 1, self.stop)
        self.position = flags.end() if flags else closing + 1
        text = self.text[start : self.position]
        try:
            _pattern(text)
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
        if not regex(_NUMBER).fullmatch(digits):
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
        path = _path(_PathReader(self.text, start + 1, stop, self.depth + 1), text, text[0])
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


_OPERAND_END = frozenset(("", " ", "<", ">", "=", "~", "!"))
_ESCAPES = {"r": "\r", "f": "\f", "t": "\t", "n": "\n", "b": "\b"}
_ESCAPE = r"(?s)\\(?:u(.{4})|u.{0,3}|(.))"


def _unescape(text: str) -> str:
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


_HEXADECIMAL = "[0-9a-fA-F]{4}"


# ---------------------------------------------------------------------------------------------------------------------
# What segments say about their path


def _route(segments: Sequence[Segment]) -> tuple[str | int, ...] | None:
    """The keys of a path that is only single names and single indices, else None."""
    keys: list[str | int] = []
    for segment in segments:
        match segment:
            case Names((name,)):
                keys.append(name)
            case Indices((index,)):
                keys.append(index)
            case _:
                return None
    return tuple(keys)


def _is_definite(segments: Sequence[Segment]) -> bool:
    """Whether every segment leads to at most one value; several names do at the end, where they answer one object."""
    return all(_is_single(segment, segment is segments[-1]) for segment in segments)


def _is_single(segment: Segment, last: bool) -> bool:
    match segment:
        case Names(names):
            return last or len(names) == 1
        case Indices(indices):
            return len(indices) == 1
        case Function():
            return True
        case _:
            return False


def _inverted(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """`$..book.length()` as Jayway runs it: the first function on the whole document, with `$..book` for argument."""
    if len(segments) < 2 or segments[0] != Scan() or not isinstance(segments[-1], Function):
        return segments
    index = next(index for index, segment in enumerate(segments) if isinstance(segment, Function))
    function, argument = segments[index], segments[:index]
    assert isinstance(function, Function)
    scanned = Path("$" + "".join(map(_fragment, argument)), "$", argument, False, None)
    return (Function(function.name, (scanned,)), *segments[index + 1 :])


def _fragment(segment: Segment) -> str:
    """The segment as Jayway's messages write it."""
    match segment:
        case Names(names, quote):
            return "[" + ",".join(f"{quote}{name}{quote}" for name in names) + "]"
        case Indices(indices):
            return f"[{','.join(map(str, indices))}]"
        case Slice(start, stop):
            return f"[{'' if start is None else start}:{'' if stop is None else stop}]"
        case Wildcard():
            return "[*]"
        case Scan():
            return ".."
        case Filter():
            return "[?]"
        case Function(name, arguments):
            return f".{name}({'...' if arguments else ''})"
        case Unreadable(text):
            return text


def _fragment_of_key(key: str | int) -> str:
    return f"['{key}']" if isinstance(key, str) else f"[{key}]"


def _refuse_unreadable(path: Path) -> None:
    if path.unreadable is not None:
        raise PathSyntaxError(path.text, path.unreadable.position, path.unreadable.reason)


# ---------------------------------------------------------------------------------------------------------------------
# Reading a document


class _Broken(Exception):
    """The evaluation ends: Jayway's JsonPathException, or an exception of Java itself."""


class _Invalid(_Broken):
    """The same, but a condition in which it happens does not hold: Jayway's InvalidPathException."""


class _OutOfBounds(_Broken):
    """The same, but below an array the element in which it happens drops out: Java's IndexOutOfBoundsException."""


class _Missing(_Invalid):
    """The same, but an operand in which it happens is undefined: Jayway's PathNotFoundException."""


def _document_of(path: Path) -> Callable[[Scope], Json]:
    if path.root == "$":
        return attrgetter("input")
    if path.root == "$$":
        return attrgetter("context")

    def variable(scope: Scope) -> Json:
        try:
            return scope.variables[path.root]
        except KeyError:
            raise PathNotFound(path.text, f"The variable '{path.root}' has no value") from None

    return variable


def _names_of_input(path: Path, names: tuple[str | int, ...]) -> Callable[[Scope], Json]:
    """The fast way for `$`, `$.a` and `$.a.b`; whatever goes wrong goes the full way, which knows the reason."""
    match names:
        case ():
            return attrgetter("input")
        case (first,):

            def one(scope: Scope) -> Json:
                try:
                    return scope.input[first]
                except (LookupError, TypeError):
                    return _evaluate(path, scope.input)

            return one
        case (first, second):

            def two(scope: Scope) -> Json:
                try:
                    return scope.input[first][second]
                except (LookupError, TypeError):
                    return _evaluate(path, scope.input)

            return two
        case _:
            return _keys_of(path, attrgetter("input"), names)


def _keys_of(path: Path, document: Callable[[Scope], Json], keys: tuple[str | int, ...]) -> Callable[[Scope], Json]:
    def read(scope: Scope) -> Json:
        root = value = document(scope)
        try:
            for key in keys:
                if value.__class__ is str:
                    return _evaluate(path, root)
                value = value[key]
        except (LookupError, TypeError):
            return _evaluate(path, root)
        return value

    return read


class _Run:
    """One evaluation: the whole document, the work done so far, and the answers of `$` paths inside conditions."""

    __slots__ = ("answers", "document", "visits")

    def __init__(self, document: Json) -> None:
        self.document = document
        self.visits = 0
        self.answers: dict[tuple[int, bool], Json] = {}

    def visit(self, count: int) -> None:
        self.visits += count
        if self.visits > MAX_VISITS:
            raise _Broken(f"the path visits more than {MAX_VISITS} values")


def _evaluate(path: Path, document: Json) -> Json:
    try:
        if document is None and path.segments:
            raise _Missing("root can not be null")
        answer = _answer(path, document, _Run(document), strict=False)
    except _Broken as error:
        raise PathNotFound(path.text, str(error)) from None
    return _as_json(answer) if path.definite else [_as_json(value) for value in answer]


def _as_json(value: Json) -> Json:
    """Inside, the keys of an object are a tuple, since Jayway takes them for no array."""
    return list(value) if isinstance(value, tuple) else value


def _answer(path: Path, document: Json, run: _Run, *, strict: bool) -> Json:
    """The last result of a definite path, all results of another. A strict evaluation requires every property."""
    if path.keys is not None:
        value = _follow(path.keys, document)
        if value is not _ABSENT:
            return value
    root = "@" if path.root == "@" else "$"
    segments = _inverted(path.segments)
    results = _Reading(root, segments, run, strict).results(document)
    if not path.definite:
        return results
    if not results:
        raise _Missing(f"No results for path: {root}{''.join(map(_fragment, segments))}")
    return results[-1]


def _follow(keys: tuple[str | int, ...], value: Json) -> Json:
    """What plain keys lead to, `_ABSENT` when they do not."""
    for key in keys:
        if isinstance(key, str):
            if not isinstance(value, dict) or key not in value:
                return _ABSENT
        elif not isinstance(value, list) or key >= len(value):
            return _ABSENT
        value = value[key]
    return value


class _Reading:
    """A path on its way through a document, segment by segment, with all values that it has reached."""

    __slots__ = ("below_array", "found", "index", "loose", "mark", "root", "run", "segments", "strict", "sure")

    def __init__(self, root: str, segments: tuple[Segment, ...], run: _Run, strict: bool) -> None:
        self.root = root
        self.segments = segments
        self.run = run
        self.strict = strict
        self.index = 0
        self.found: list[Json] = []  # what functions answered before the end of the path
        self.sure = True  # every segment so far leads to at most one value, so what is missing is an error
        self.below_array = False  # an element for which an index is out of bounds drops out
        self.loose = False  # a wildcard has spread an array: an element for which nothing is found drops out
        self.mark = -1  # the place of the last array element that a scan has offered

    def results(self, document: Json) -> list[Json]:
        values = [document]
        while self.index < len(self.segments):
            segment = self.segments[self.index]
            reached = self._apply(segment, values)
            self._note_arrays(segment, values)
            values = reached
            self.sure = self.sure and _is_single(segment, self._last)
            self.index += 1
        return self.found + values

    @property
    def _last(self) -> bool:
        return self.index == len(self.segments) - 1

    def _note_arrays(self, segment: Segment, values: list[Json]) -> None:
        if isinstance(segment, Names | Function | Scan) or not any(isinstance(value, list) for value in values):
            return
        self.below_array = True
        self.loose = self.loose or isinstance(segment, Wildcard)

    def _apply(self, segment: Segment, values: list[Json]) -> list[Json]:
        match segment:
            case Names():
                return self._each(values, lambda value: self._names(segment, value))
            case Indices(indices):
                return self._each(values, lambda value: self._elements(indices, value))
            case Slice():
                return self._each(values, lambda value: self._slice(segment, value))
            case Wildcard():
                return self._each(values, self._wildcard)
            case Filter(condition):
                return self._each(values, lambda value: self._filter(condition, value))
            case Scan():
                return self._scan(values)
            case Function():
                results = self._each(values, lambda value: [_call(segment, value, self.run, self.strict)])
                self.found += () if self._last else results
                return results
            case Unreadable(_, _, reason):
                raise _Broken(reason)

    def _each(self, values: list[Json], read: Callable[[Json], Iterable[Json]]) -> list[Json]:
        """What `read` finds for every value; below an array Jayway drops a value for which it fails in certain ways."""
        found: list[Json] = []
        for value in values:
            before = len(found)
            try:
                found += read(value)
                self.run.visit(1 + len(found) - before)
            except _OutOfBounds:
                if not self.below_array:
                    raise
            except _Missing:
                if not self.loose or self.strict:
                    raise
        return found

    def _names(self, segment: Names, value: Json) -> Iterable[Json]:
        names = segment.names
        if not isinstance(value, dict):
            if self.sure:
                raise _Missing(_no_object(_fragment(segment), self._route(), value))
            return ()
        if self._last and len(names) > 1:
            self._require(segment, value)
            return ({name: value[name] for name in names if name in value},)
        missing = [name for name in names if name not in value]
        if missing and (self.strict or (self.sure and len(names) == 1 and not self._last)):
            raise _Missing(f"Missing property in path {self._route()}{_fragment_of_key(missing[0])}")
        return [value[name] for name in names if name in value]

    def _require(self, segment: Names, value: dict[str, Json]) -> None:
        if self.strict and not all(name in value for name in segment.names):
            raise _Missing(f"Missing property in path {self._route()}{_fragment(segment)}")

    def _array(self, value: Json) -> list[Json]:
        """The value if it is an array, else nothing; nothing is an error as long as the path is sure."""
        if isinstance(value, list):
            return value
        if not self.sure:
            return []
        if value is None:
            raise _Missing(f"The path {self._route()} is null")
        raise _Missing(f"Filter: {self._rest()} can only be applied to arrays. Current context is: {_text(value)}")

    def _elements(self, indices: Iterable[int], value: Json) -> list[Json]:
        array = self._array(value)
        return [array[index] for index in indices if -len(array) <= index < len(array)]

    def _slice(self, bounds: Slice, value: Json) -> list[Json]:
        array = self._array(value)
        return [array[index] for index in _slice_indices(bounds.start, bounds.stop, len(array))]

    def _wildcard(self, value: Json) -> Iterable[Json]:
        if isinstance(value, dict):
            return value.values()
        return value if isinstance(value, list) else ()

    def _filter(self, condition: Condition, value: Json) -> list[Json]:
        if isinstance(value, dict):
            return [value] if self._accepts(condition, value) else []
        if isinstance(value, list):
            return [element for element in value if self._accepts(condition, element)]
        if self.sure:
            raise _Invalid(
                f"Filter: {self._rest()} can not be applied to primitives. Current context is: {_text(value)}"
            )
        return []

    def _accepts(self, condition: Condition, item: Json) -> bool:
        self.run.visit(1)
        try:
            return _holds(condition, item, self.run, self.strict)
        except _Invalid:
            return False

    def _scan(self, values: list[Json]) -> list[Json]:
        """`..` and the segment behind it, applied to every container that the segment can be applied to."""
        self.index += 1
        self.sure = False
        self.mark = -1
        if self.index == len(self.segments):
            raise _Broken("Current path token is a leaf")
        target = self.segments[self.index]
        results: list[Json] = []
        for container in _containers(values, self.run):
            if self._scannable(target, container):
                if isinstance(container, dict) or self._last:
                    results += filter(self._offered, self._apply(target, [container]))
                else:
                    results += self._offer_elements(container)
        return results

    def _scannable(self, target: Segment, container: Json) -> bool:
        match target:
            case Names(names):
                return isinstance(container, dict) and not self._lacks(names, container)
            case Indices() | Slice():
                return isinstance(container, list)
            case Wildcard():
                return True
            case Filter(condition):
                return self._accepts(condition, container)
            case _:
                return False

    def _lacks(self, names: tuple[str, ...], container: dict[str, Json]) -> bool:
        """Whether the object is passed over: several names that end a path read only an object with all of them."""
        return (len(names) == 1 or self._last) and not all(name in container for name in names)

    def _offer_elements(self, array: list[Json]) -> Iterator[Json]:
        """Every element of an array goes straight to the segment behind the scanned one, whatever that one says."""
        for self.mark, element in enumerate(array):
            if self._offered(element):
                yield element

    def _offered(self, value: Json) -> bool:
        """Whether the last segment takes `value`: after a scan, a property counts if the place of the last element
        that was offered is just the index in front of it. (Jayway's way to make `$..[0].name` come out right.)
        """
        if self.mark < 0 or self.index != len(self.segments) - 2 or self._is_marked(self.segments[-2]):
            return True
        last = self.segments[-1]
        if isinstance(last, Names):
            absent = isinstance(value, dict) and last.names[0] not in value
            return len(last.names) > 1 or (self.strict and absent)
        return not (isinstance(last, Wildcard) and isinstance(value, dict))

    def _is_marked(self, segment: Segment) -> bool:
        if self.segments[-1] is _COUNTED:  # Jayway compares with the segment in front of the one that was written last
            return False
        return isinstance(segment, Indices) and segment.indices == (self.mark,)

    def _route(self) -> str:
        """The way so far, as Jayway's messages write it; functions leave no trace."""
        keys = _route(tuple(segment for segment in self.segments[: self.index] if not isinstance(segment, Function)))
        return self.root + "".join(map(_fragment_of_key, keys or ()))

    def _rest(self) -> str:
        return "".join(map(_fragment, self.segments[self.index :]))


def _slice_indices(start: int | None, stop: int | None, length: int) -> range:
    """The indices of a slice; with both ends given, negative ones count from the end one by one, as Jayway does."""
    if start is None:
        stop = length if stop is None else stop
        return range(min(length, stop + length if stop < 0 else stop))
    if stop is None:
        return range(max(0, start + length if start < 0 else start), length)
    return range(max(start, -length), min(stop, length))


def _containers(values: list[Json], run: _Run) -> Iterator[Json]:
    """Every object and array in the values, a container before what it contains."""
    waiting = values[::-1]
    while waiting:
        value = waiting.pop()
        run.visit(1)
        if isinstance(value, dict):
            yield value
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            yield value
            waiting.extend(reversed(value))


def _no_object(names: str, route: str, value: Json) -> str:
    return (
        f"Expected to find an object with property {names} in path {route} but found '{_java_class(value)}'. "
        "This is not a json object according to the JsonProvider: "
        "'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'."
    )


_JAVA_CLASSES = {
    list: "net.minidev.json.JSONArray",
    str: "java.lang.String",
    bool: "java.lang.Boolean",
    float: "java.lang.Double",
    tuple: "java.util.LinkedHashMap$LinkedKeySet",
}


def _java_class(value: Json) -> str:
    if value is None:
        return "null"
    if type(value) is int:
        bits = value.bit_length()
        return "java.lang.Integer" if bits < 32 else "java.lang.Long" if bits < 64 else "java.math.BigInteger"
    return _JAVA_CLASSES.get(type(value), type(value).__name__)


def _text(value: Json) -> str:
    """The value as Java writes it in messages and in concat()."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _double_text(value)
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _double_text(number: float) -> str:
    """The number as Java's Double.toString writes it: plain from 0.001 up to ten million, else like 1.5E10."""
    if number == 0 or 1e-3 <= abs(number) < 1e7 or number - number != 0:
        return repr(number)
    digits, exponent = f"{_number(repr(number)).decimal:E}".split("E")
    whole, _, fraction = digits.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"


# ---------------------------------------------------------------------------------------------------------------------
# Functions


def _call(function: Function, value: Json, run: _Run, strict: bool) -> Json:
    implementation = _FUNCTIONS.get(function.name)
    if implementation is None:
        raise _Invalid(f"Function with name: {function.name} does not exist.")
    arguments = [_argument_value(argument, run, strict) for argument in function.arguments]
    if implementation is _length and arguments:
        return _length_of_argument(function.arguments[0], value, run, strict)
    return implementation(value, arguments)


def _argument_value(argument: Path | Literal, run: _Run, strict: bool) -> Json:
    if isinstance(argument, Literal):
        return _read_json(argument.text)
    return _answer(argument, run.document, run, strict=strict)


def _length(value: Json, arguments: list[Json]) -> int | None:
    return len(value) if isinstance(value, (list, dict)) else None


_COUNTED = Wildcard()
"""The segment that length(path) puts at the end of its argument."""


def _length_of_argument(argument: Path | Literal, value: Json, run: _Run, strict: bool) -> int | None:
    """length(path) counts the values below the path, which it reads from the value that it was called on."""
    if isinstance(argument, Literal):
        raise _Broken("the argument of length() is no path")
    if value is None:
        raise _Broken("root can not be null")
    segments = argument.segments
    if not segments or not isinstance(segments[-1], Function):
        segments = (*segments, _COUNTED) if segments else segments
        argument = Path(argument.text, argument.root, segments, argument.definite, None)
    counted = _answer(argument, value, run, strict=strict)
    return len(counted) if isinstance(counted, list) else _length(value, [])


def _numbers(values: Iterable[Json]) -> list[int | float]:
    return [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]


def _flat(arguments: list[Json]) -> Iterator[Json]:
    """The arguments, with the elements of an array in its place."""
    for argument in arguments:
        if isinstance(argument, list):
            yield from argument
        else:
            yield argument


_NO_NUMBER = "Aggregation function attempted to calculate value using empty array"


def _aggregate(calculate: Callable[[list[float]], float]) -> Callable[[Json, list[Json]], float]:
    def aggregate(value: Json, arguments: list[Json]) -> float:
        numbers = _numbers(value if isinstance(value, list) else ()) + _numbers(_flat(arguments))
        if not numbers:
            raise _Broken(_NO_NUMBER)
        try:
            result = calculate([float(number) for number in numbers])
        except OverflowError:
            raise _Broken("the numbers are too large to calculate with") from None
        if result - result != 0:
            raise _Broken("the result is no JSON number")
        return result

    return aggregate


def _deviation(numbers: list[float]) -> float:
    count = len(numbers)
    total = sum(numbers)
    return float(max(0.0, sum(number * number for number in numbers) / count - total * total / count / count) ** 0.5)


def _element(index: int | None) -> Callable[[Json, list[Json]], Json]:
    """first(), last() and, with no index of its own, index(n)."""

    def element(value: Json, arguments: list[Json]) -> Json:
        if not isinstance(value, list):
            raise _Broken(_NO_NUMBER)
        return _element_at(value, _first_number(arguments) if index is None else index)

    return element


def _first_number(arguments: list[Json]) -> int:
    numbers = _numbers(_flat(arguments))
    if not numbers:
        raise _OutOfBounds("Index 0 out of bounds for length 0")
    return int(numbers[0])


def _element_at(array: list[Json], index: int) -> Json:
    """The element; an index from the end never reaches the first one, in Jayway."""
    if 0 <= index < len(array) or -len(array) < index < 0:
        return array[index]
    if index >= 0:
        raise _OutOfBounds(f"Index {index} out of bounds for length {len(array)}")
    raise _Broken(f"Target index:{index} larger than object count:{len(array)}")


def _concatenate(value: Json, arguments: list[Json]) -> str:
    """The strings of the array, then all arguments but null as text."""
    strings = [element for element in value if isinstance(element, str)] if isinstance(value, list) else []
    return "".join(strings + [_text(argument) for argument in _flat(arguments) if argument is not None])


def _append(value: Json, arguments: list[Json]) -> Json:
    return value + arguments if isinstance(value, list) else value


def _keys(value: Json, arguments: list[Json]) -> tuple[str, ...] | None:
    """The names of an object in the order of a Java HashMap, the map that Jayway's JSON objects are."""
    if not isinstance(value, dict):
        return None
    buckets = 16
    while len(value) > buckets * 3 // 4:
        buckets *= 2
    return tuple(sorted(value, key=lambda name: _java_hash(name) & (buckets - 1)))


def _java_hash(text: str) -> int:
    """Java's String.hashCode, spread as HashMap spreads it."""
    code = 0
    units = text.encode("utf-16-be", "surrogatepass")
    for high, low in zip(units[::2], units[1::2], strict=True):
        code = (31 * code + (high << 8) + low) & 0xFFFFFFFF
    return code ^ (code >> 16)


_FUNCTIONS: dict[str, Callable[[Json, list[Json]], Json]] = {
    "avg": _aggregate(lambda numbers: sum(numbers) / len(numbers)),
    "stddev": _aggregate(_deviation),
    "sum": _aggregate(lambda numbers: float(sum(numbers))),
    "min": _aggregate(min),
    "max": _aggregate(lambda numbers: max(5e-324, *numbers)),  # Jayway starts from Java's smallest positive double
    "concat": _concatenate,
    "append": _append,
    "keys": _keys,
    "length": _length,
    "size": _length,
    "first": _element(0),
    "last": _element(-1),
    "index": _element(None),
}


# ---------------------------------------------------------------------------------------------------------------------
# Conditions


class _Undefined:
    """What a path that finds nothing is in a comparison; as a class of its own it equals nothing."""


class _Opaque:
    """A text in a list that Jayway takes for a path and never reads; it equals nothing."""


class _Container:
    """An object or an array in a comparison; a literal keeps its `text` and is read when needed."""

    __slots__ = ("_value", "text")

    def __init__(self, value: Json, text: str | None = None) -> None:
        self._value = value
        self.text = text

    @property
    def value(self) -> Json:
        return self._value if self.text is None else _read_json(self.text)


class _Number:
    """A number in a comparison, exact."""

    __slots__ = ("decimal",)

    def __init__(self, decimal: Decimal) -> None:
        self.decimal = decimal


_UNDEFINED = _Undefined()


def _holds(condition: Condition, item: Json, run: _Run, strict: bool) -> bool:
    match condition:
        case Logical("||", parts):
            return any(_holds(part, item, run, strict) for part in parts)
        case Logical("&&", parts):
            return all(_holds(part, item, run, strict) for part in parts)
        case Logical(_, (part,)):
            return not _holds(part, item, run, strict)
        case Exists(path, expected):
            return _exists(path, item, run) == expected
        case Comparison(left, operator, right):
            operands = _operand_value(left, item, run, strict), _operand_value(right, item, run, strict)
            return _COMPARISONS[operator](*operands, run)
    raise AssertionError(condition)


def _exists(path: Path, item: Json, run: _Run) -> bool:
    """Whether the path reads from `item`, even one that begins with `$`, in Jayway."""
    try:
        _answer(path, item, run, strict=True)
    except _Missing:
        return False
    return True


def _operand_value(operand: Path | Literal, item: Json, run: _Run, strict: bool) -> Any:
    if isinstance(operand, Literal):
        return _constant(operand)
    try:
        if operand.root == "@":
            return _comparable(_answer(operand, item, run, strict=strict))
        key = (id(operand), strict)
        if key not in run.answers:
            run.answers[key] = _answer(operand, run.document, run, strict=strict)
        return _comparable(run.answers[key])
    except _Missing:
        return _UNDEFINED


@lru_cache(maxsize=2048)
def _constant(literal: Literal) -> Any:
    match literal.kind:
        case "number":
            return _number(literal.text)
        case "boolean":
            return literal.text == "true"
        case "null":
            return None
        case "json":
            return _Container(None, literal.text)
        case "pattern":
            return _pattern(literal.text)
        case _:
            return literal.text


def _comparable(value: Json) -> Any:
    """The value as a comparison sees it: str, bool, None, `_Number` or `_Container`."""
    if isinstance(value, (dict, list)):
        return _Container(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(_text(value))
    if isinstance(value, tuple):
        raise _Broken("Could not convert the keys of an object to a value of a comparison")
    return value


def _number(text: str) -> _Number:
    from decimal import Decimal

    return _Number(Decimal(text))


def _equal(left: Any, right: Any, run: _Run) -> bool:
    """Whether two operands are equal: text and numbers turn into what stands on the left, nothing else turns."""
    if isinstance(left, str):
        return left == (str(right.decimal) if isinstance(right, _Number) else right)
    if isinstance(left, _Number):
        if isinstance(right, str) and regex(_NUMBER).fullmatch(right):
            right = _number(right)
        return isinstance(right, _Number) and left.decimal == right.decimal
    if isinstance(left, _Container):
        return isinstance(right, _Container) and left.text is None and _identical(left.value, right.value, run)
    return left is right and (left is None or isinstance(left, bool))


def _identical(left: Json, right: Json, run: _Run) -> bool:
    """Whether two JSON values are equal with 1 and 1.0 told apart."""
    run.visit(1)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_identical(left[name], right[name], run) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_identical(*pair, run) for pair in zip(left, right, strict=True))
    return type(left) is type(right) and bool(left == right)


def _identically_typed(left: Any, right: Any, run: _Run) -> bool:
    return type(left) is type(right) and _equal(left, right, run)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any, _Run], bool]:
    """`<` and its like: two numbers, or two texts by their UTF-16 code units."""

    def ordered(left: Any, right: Any, run: _Run) -> bool:
        if isinstance(left, _Number) and isinstance(right, _Number):
            return test(left.decimal, right.decimal)
        if isinstance(left, str) and isinstance(right, str):
            return test(left.encode("utf-16-be", "surrogatepass"), right.encode("utf-16-be", "surrogatepass"))
        return False

    return ordered


def _list(operand: Any, run: _Run) -> list[Any] | None:
    """The elements of an array as operands, None for an object; anything else makes the condition fail."""
    if not isinstance(operand, _Container):
        raise _Invalid("Expected value list node")
    if not isinstance(operand.value, list):
        return None
    run.visit(len(operand.value))
    return [_listed(element) for element in operand.value]


def _listed(element: Json) -> Any:
    """An element of a list as an operand: Jayway strips quotes, reads escapes, and takes some texts for more."""
    if isinstance(element, (dict, list)):
        raise _Broken("Could not determine value type")
    if not isinstance(element, str):
        return _comparable(element)
    if _is_jayway_path(element.strip()):
        return _Opaque()
    if _is_json(element.strip()):
        return _Container(None, element)
    if len(element) > 1 and element[0] == element[-1] and element[0] in _QUOTES:
        element = element[1:-1]
    try:
        return _unescape(element)
    except ValueError as error:
        raise _Broken(str(error)) from None


def _is_jayway_path(text: str) -> bool:
    if not text.startswith(("$", "@")):
        return False
    try:
        return _jayway_path(text).unreadable is None
    except PathSyntaxError:
        return False


def _is_json(text: str) -> bool:
    if len(text) < 2 or text[0] + text[-1] not in ("[]", "{}"):
        return False
    try:
        _read_json(text)
    except _Broken:
        return False
    return True


def _among(operand: Any, elements: Iterable[Any], run: _Run) -> bool:
    """Whether the operand equals an element; of containers, only literals with the same text are equal here."""
    if isinstance(operand, _Container):
        texts = [element.text for element in elements if isinstance(element, _Container)]
        return operand.text is not None and operand.text in texts
    return any(_equal(operand, element, run) for element in elements)


def _in(left: Any, right: Any, run: _Run) -> bool:
    return _among(left, _list(right, run) or (), run)


def _contains(left: Any, right: Any, run: _Run) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    if isinstance(left, _Container):
        return _among(right, _list(left, run) or (), run)
    return False


def _size(left: Any, right: Any, run: _Run) -> bool:
    """The length of a text or an array; an object has the size -1, in Jayway."""
    if not isinstance(right, _Number):
        return False
    if isinstance(left, str):
        return bool(
            right.decimal.to_integral_value("ROUND_DOWN") == len(left.encode("utf-16-be", "surrogatepass")) // 2
        )
    if isinstance(left, _Container):
        size = len(left.value) if isinstance(left.value, list) else -1
        return bool(right.decimal.to_integral_value("ROUND_DOWN") == size)
    return False


def _empty(left: Any, right: Any, run: _Run) -> bool:
    if isinstance(left, str):
        return _boolean(right) == (not left)
    if isinstance(left, _Container):
        if isinstance(left.value, dict):
            raise _Broken("an object cannot be asked whether it is empty")
        return _boolean(right) == (not left.value)
    return False


def _boolean(operand: Any) -> bool:
    if not isinstance(operand, bool):
        raise _Invalid("Expected boolean node")
    return operand


def _lists(test: Callable[[list[Any], list[Any], _Run], bool]) -> Callable[[Any, Any, _Run], bool]:
    """subsetof and its like: a test on two arrays, false for objects."""

    def compare(left: Any, right: Any, run: _Run) -> bool:
        second = _list(right, run)
        first = None if second is None else _list(left, run)
        if first is None or second is None:
            return False
        run.visit(len(first) * len(second))
        return test(first, second, run)

    return compare


def _overlap(left: list[Any], right: list[Any], run: _Run) -> bool:
    return any(_among(element, right, run) for element in left)


def _is_subset(left: list[Any], right: list[Any], run: _Run) -> bool:
    return all(_among(element, right, run) for element in left)


def _given(left: Any, right: Any, run: _Run) -> bool:
    if not isinstance(left, bool) and not isinstance(right, bool):
        raise _Broken("Failed to evaluate exists expression")
    return _boolean(left) == _boolean(right)


def _never(left: Any, right: Any, run: _Run) -> bool:
    """What Jayway's text form of a condition has no operand for."""
    raise _Invalid("Expected another kind of operand")


def _like(left: Any, right: Any, run: _Run) -> bool:
    """`=~`: the pattern, on either side, against the whole text, or against any element of an array."""
    if isinstance(left, _Pattern) == isinstance(right, _Pattern):
        return False
    pattern, operand = (left, right) if isinstance(left, _Pattern) else (right, left)
    if isinstance(operand, _Container) and isinstance(operand.value, list):
        return any(pattern.matches(_input(element), run) for element in _list(operand, run) or ())
    return bool(pattern.matches(_input(operand), run))


def _input(operand: Any) -> str:
    """The text that a pattern sees: nothing for null, an object or what is missing."""
    if isinstance(operand, bool):
        return "true" if operand else "false"
    if isinstance(operand, _Number):
        return str(operand.decimal)
    return operand if isinstance(operand, str) else ""


_COMPARISONS: dict[str, Callable[[Any, Any, _Run], bool]] = {
    "==": _equal,
    "!=": lambda left, right, run: not _equal(left, right, run),
    "===": _identically_typed,
    "!==": lambda left, right, run: not _identically_typed(left, right, run),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "=~": _like,
    "in": _in,
    "nin": lambda left, right, run: not _in(left, right, run),
    "contains": _contains,
    "size": _size,
    "empty": _empty,
    "subsetof": _lists(_is_subset),
    "anyof": _lists(_overlap),
    "noneof": _lists(lambda left, right, run: not _overlap(left, right, run)),
    "exists": _given,
    "all": _never,
    "type": _never,
    "matches": _never,
}


# ---------------------------------------------------------------------------------------------------------------------
# JSON literals


@lru_cache(maxsize=2048)
def _read_json(text: str) -> Json:
    """The value of a literal, read as tolerantly as json-smart does: single quotes, bare words, spare commas."""
    import json

    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise _Broken("the literal nests too deep") from None
    except ValueError:
        return _LiteralReader(text).value("", 0)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise _Broken("a number of the literal is too large")
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
            raise _Broken(f"the literal nests deeper than {MAX_NESTING} levels")
        match self._next():
            case "[":
                return self._array(depth)
            case "{":
                return self._object(depth)
            case "'" | '"' as quote:
                return self._quoted(quote)
            case "" | ":" | "}" | "]":
                raise _Broken("a value is missing in the literal")
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
        name = self._quoted(quote) if quote in _QUOTES else self._word(":")
        if self._next() != ":" or quote == ":":
            raise _Broken("a name in the literal has no value")
        self.position += 1
        if self._next() in (",", "}"):
            raise _Broken("a name in the literal has no value")
        return name

    def _quoted(self, quote: str) -> str:
        start = self.position + 1
        self.position = start
        while (character := self.text[self.position : self.position + 1]) != quote:
            if not character:
                raise _Broken(f"there is no closing {quote} in the literal")
            self.position += 2 if character == "\\" else 1
        self.position += 1
        try:
            return _unescape(self.text[start : self.position - 1])
        except ValueError as error:
            raise _Broken(str(error)) from None

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


# ---------------------------------------------------------------------------------------------------------------------
# Patterns: Java's regular expressions, without any backtracking, so that no pattern can take forever

MAX_PATTERN = 2000
"""How many instructions a pattern may have, with counted repetitions written out."""

# An instruction is one of: ("char", test of a character), ("go", offsets of all the instructions to go on with),
# ("check", test of a place between characters). Reaching the end of the instructions is a match. Offsets are relative,
# so a piece of a pattern can be repeated as it is.
_Program = tuple[tuple[str, Any], ...]


@lru_cache(maxsize=512)
def _pattern(text: str) -> _Pattern:
    """The pattern of `/body/flags`. Raises ValueError when Java refuses it, or when it needs backtracking."""
    end = text.rindex("/")
    return _Pattern(_PatternReader(text[1:end], frozenset(text[end + 1 :])).program())


class _Pattern:
    __slots__ = ("program",)

    def __init__(self, program: _Program) -> None:
        self.program = program

    def matches(self, text: str, run: _Run) -> bool:
        """Whether the pattern matches the whole text."""
        return _match(self.program, text, 0, len(text), run)


def _match(program: _Program, text: str, start: int, stop: int | None, run: _Run) -> bool:
    """Whether the program matches `text[start:stop]`; without `stop`, whether it matches any text from `start` on."""
    reached = _closure(program, [0], text, start, run)
    for index in range(start, len(text) if stop is None else stop):
        if not reached or (stop is None and len(program) in reached):
            break
        character = text[index]
        moved = [at + 1 for at in reached if at < len(program) and _reads(program[at], character)]
        reached = _closure(program, moved, text, index + 1, run)
    return len(program) in reached


def _reads(instruction: tuple[str, Any], character: str) -> bool:
    kind, test = instruction
    return kind == "char" and test(character)


def _closure(program: _Program, waiting: list[int], text: str, index: int, run: _Run) -> set[int]:
    """Every instruction that is reached from those waiting without reading a character."""
    reached: set[int] = set()
    while waiting:
        at = waiting.pop()
        if at in reached:
            continue
        reached.add(at)
        instruction: tuple[str, Any] = program[at] if at < len(program) else ("end", None)
        kind, value = instruction
        if kind == "go":
            waiting.extend(at + offset for offset in value)
        elif kind == "check" and value(text, index, run):
            waiting.append(at + 1)
    run.visit(1 + len(reached) // 8)
    return reached


def _either(first: _Program, second: _Program) -> _Program:
    return (("go", (1, len(first) + 2)), *first, ("go", (len(second) + 1,)), *second)


def _repeated(part: _Program, least: int, most: int | None) -> _Program:
    """`part` from `least` to `most` times, or without end."""
    if len(part) * max(least, most or 1) > MAX_PATTERN:
        raise ValueError(f"the pattern is longer than {MAX_PATTERN} instructions")
    required = part * least
    if most is None:
        return (*required, ("go", (1, len(part) + 2)), *part, ("go", (-len(part) - 1,)))
    optional: _Program = ()
    for _ in range(most - least):
        optional = (("go", (1, len(part) + len(optional) + 1)), *part, *optional)
    return required + optional


class _PatternReader:
    """Reads a pattern; `flags` are Java's letters, of which i, x, m, s, d and u, U count."""

    __slots__ = ("depth", "flags", "position", "text")

    def __init__(self, text: str, flags: frozenset[str]) -> None:
        self.text = regex(_QUOTED_PART).sub(_without_quotation, text)
        self.flags = flags
        self.position = 0
        self.depth = 0

    def program(self) -> _Program:
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

    def _alternatives(self) -> _Program:
        flags = self.flags
        program = self._sequence()
        while self._accept("|"):
            program = _either(program, self._sequence())
        self.flags = flags
        return program

    def _sequence(self) -> _Program:
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

    def _quantified(self, atom: _Program) -> _Program:
        self._significant()
        found = regex(_QUANTIFIER).match(self.text, self.position)
        if not found:
            return atom
        self.position = found.end()
        simple, least, comma, most, greed = found.groups()
        if greed == "+":
            raise ValueError("a possessive quantifier is not supported")
        if simple:
            return _repeated(atom, 1 if simple == "+" else 0, 1 if simple == "?" else None)
        return self._counted(atom, least, comma, most)

    def _counted(self, atom: _Program, least: str, comma: str, most: str) -> _Program:
        if len(least) > 4 or len(most) > 4:
            raise ValueError("the pattern repeats too often")
        upper = int(most) if most else None if comma else int(least)
        if upper is not None and upper < int(least):
            raise ValueError("the pattern repeats fewer times than it repeats")
        return _repeated(atom, int(least), upper)

    def _atom(self) -> _Program:
        match self._take():
            case "(":
                return self._group()
            case "[":
                return (("char", self._class()),)
            case ".":
                return (("char", self._any_character()),)
            case "^":
                return (("check", _line_start if "m" in self.flags else _text_start),)
            case "$":
                return (("check", _line_end if "m" in self.flags else _text_end),)
            case "\\":
                return self._escaped_atom()
            case "{" if regex(_QUANTIFIER).match(self.text, self.position - 1):
                self.position -= 1  # Java repeats nothing, without a complaint
                return ()
            case "*" | "+" | "?" | "{" as character:
                raise ValueError(f"'{character}' repeats nothing")
            case character:
                return (("char", self._folded(_equal_to(character))),)

    def _any_character(self) -> Callable[[str], bool]:
        if "s" in self.flags:
            return lambda character: True
        ends = "\n" if "d" in self.flags else _LINE_ENDS
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

    def _group(self) -> _Program:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ValueError(f"the pattern nests deeper than {MAX_NESTING} levels")
        program = self._group_head()
        self.depth -= 1
        return program

    def _group_head(self) -> _Program:
        flags = self.flags
        if not self._accept("?"):
            return self._closed(flags)
        for head, look in _LOOKS.items():
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

    def _closed(self, flags: frozenset[str]) -> _Program:
        """The inside of a group up to its ')', behind which `flags` count again."""
        program = self._alternatives()
        if not self._accept(")"):
            raise ValueError("the pattern does not close a group")
        self.flags = flags
        return program

    def _escaped_atom(self) -> _Program:
        if self._peek() in _ASSERTIONS:
            return (("check", _ASSERTIONS[self._take()]),)
        escaped = self._escape()
        return (("char", self._folded(_equal_to(escaped)) if isinstance(escaped, str) else escaped),)

    def _escape(self) -> str | Callable[[str], bool]:
        """What follows a backslash: a character or a class of characters."""
        letter = self._take()
        if letter in _CODED and (found := regex(_CODED[letter]).match(self.text, self.position)):
            self.position = found.end()
            return chr(int(next(filter(None, found.groups())), 8 if letter == "0" else 16))
        if letter in "pP":
            return _negated(self._folded(self._property()), letter == "P")
        if letter.lower() in _CLASSES:
            return _negated((_UNICODE_CLASSES if "U" in self.flags else _CLASSES)[letter.lower()], letter.isupper())
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
        if "U" in self.flags and name in _UNICODE_PROPERTIES:
            return _UNICODE_PROPERTIES[name]
        if name in _PROPERTIES:
            return _PROPERTIES[name]
        if not regex(_CATEGORY).fullmatch(name):
            raise ValueError(f"the class '{name}' is not supported in a pattern")
        import unicodedata

        return lambda character: len(character) == 1 and unicodedata.category(character).startswith(name)

    def _class(self) -> Callable[[str], bool]:
        """`[…]`: characters, ranges and classes."""
        negated = self._accept("^")
        tests: list[Callable[[str], bool]] = []
        while self._significant() != "]" or not tests:
            if self._peek() == "[" or self.text.startswith("&&", self.position):
                raise ValueError("a class inside a class is not supported in a pattern")
            tests.append(self._class_item())
        self.position += 1
        return _negated(lambda character: any(test(character) for test in tests), negated)

    def _class_item(self) -> Callable[[str], bool]:
        first = self._class_character()
        if not isinstance(first, str):
            return first
        if self._peek() != "-" or self.text[self.position + 1 : self.position + 2] in ("]", ""):
            return self._folded(_equal_to(first))
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
_LINE_ENDS = "\n\r\x85\u2028\u2029"
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


def _equal_to(character: str) -> Callable[[str], bool]:
    return lambda other: other == character


def _negated(test: Callable[[str], bool], negated: bool) -> Callable[[str], bool]:
    return (lambda character: not test(character)) if negated else test


def _one_of(characters: str) -> Callable[[str], bool]:
    members = frozenset(characters)
    return lambda character: character in members


_DIGITS, _LOWER, _UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_CLASSES = {
    "d": _one_of(_DIGITS),
    "w": _one_of(_DIGITS + _LOWER + _UPPER + "_"),
    "s": _one_of(" \t\n\x0b\f\r"),
    "h": _one_of(" \t\xa0\u1680\u180e\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))),
    "v": _one_of("\n\x0b\f\r\x85\u2028\u2029"),
}
_UNICODE_CLASSES = {
    **_CLASSES,
    "d": str.isdecimal,
    "w": lambda character: character.isalnum() or character == "_",
    "s": str.isspace,
}
_PROPERTIES = {
    "Lower": _one_of(_LOWER),
    "Upper": _one_of(_UPPER),
    "ASCII": str.isascii,
    "Alpha": _one_of(_LOWER + _UPPER),
    "Digit": _one_of(_DIGITS),
    "Alnum": _one_of(_LOWER + _UPPER + _DIGITS),
    "Punct": _one_of(_PUNCTUATION),
    "Graph": _one_of(_LOWER + _UPPER + _DIGITS + _PUNCTUATION),
    "Print": _one_of(_LOWER + _UPPER + _DIGITS + _PUNCTUATION + " "),
    "Blank": _one_of(" \t"),
    "Cntrl": _one_of("".join(map(chr, range(0x20))) + "\x7f"),
    "XDigit": _one_of(_DIGITS + "abcdefABCDEF"),
    "Space": _one_of(" \t\n\x0b\f\r"),
    "Alphabetic": str.isalpha,
}


_UNICODE_PROPERTIES: dict[str, Callable[[str], bool]] = {
    "Lower": str.islower,
    "Upper": str.isupper,
    "Alpha": str.isalpha,
    "Digit": str.isdecimal,
    "Alnum": str.isalnum,
    "Space": str.isspace,
}


def _text_start(text: str, index: int, run: _Run) -> bool:
    return index == 0


def _text_end(text: str, index: int, run: _Run) -> bool:
    """The end, or before the line end that ends the text."""
    return index == len(text) or text[index:] == "\r\n" or (index == len(text) - 1 and text[index] in _LINE_ENDS)


def _line_start(text: str, index: int, run: _Run) -> bool:
    """The start of a line that is not empty."""
    if index in (0, len(text)):
        return index < len(text)
    return text[index - 1] in _LINE_ENDS and text[index - 1 : index + 1] != "\r\n"


def _line_end(text: str, index: int, run: _Run) -> bool:
    return index == len(text) or text[index] in _LINE_ENDS


def _word_boundary(text: str, index: int, run: _Run) -> bool:
    before, after = text[index - 1 : index] if index else "", text[index : index + 1]
    return (before.isalnum() or before == "_") != (after.isalnum() or after == "_")


_ASSERTIONS: dict[str, Callable[[str, int, _Run], bool]] = {
    "A": _text_start,
    "z": lambda text, index, run: index == len(text),
    "Z": _text_end,
    "b": _word_boundary,
    "B": lambda text, index, run: not _word_boundary(text, index, run),
}


def _ahead(program: _Program, expected: bool) -> Callable[[str, int, _Run], bool]:
    return lambda text, index, run: _match(program, text, index, None, run) is expected


def _behind(program: _Program, expected: bool) -> Callable[[str, int, _Run], bool]:
    return lambda text, index, run: (
        any(_match(program, text, start, index, run) for start in range(index + 1)) is expected
    )


_LOOKS: dict[str, Callable[[_Program], Callable[[str, int, _Run], bool]]] = {
    "=": lambda program: _ahead(program, True),
    "!": lambda program: _ahead(program, False),
    "<=": lambda program: _behind(program, True),
    "<!": lambda program: _behind(program, False),
}
