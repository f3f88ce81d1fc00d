"""JSONata text -> its parse tree with the place of everything in it; None for a text that is not understood.

The tree says what an expression reads. Whether an expression is correct is judged by `aslkit.language.jsonata`, so that
this parser may be a little more liberal, and may give up.
Source of the grammar and the binding powers: the JSONata documentation, "Operators".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 100
"""How deep an expression may be nested to be looked at."""

NAME, VARIABLE, LITERAL, REGEX, WILDCARD, STEP, FILTER, ARRAY = range(8)
OBJECT, GROUP, CALL, LAMBDA, BLOCK, CONDITION, BIND, BINARY = range(8, 16)
SORT, TRANSFORM, UNARY, CHAIN, PLACEHOLDER = range(16, 21)
"""The kinds of trees: `a`, `$a`, `1`, `/a/`, `*`, `a.b`, `a[b]`, `[a]`, `{a: b}`, `a{b: c}`, `$f(a)`,
`function($a){b}`, `(a; b)`, `a ? b : c`, `$a := b`, `a + b`, `a^(b)`, `|a|b|`, `-a`, `a ~> b`, `?` as an argument."""


class Tree(NamedTuple):
    """A part of an expression: its kind, where it begins, its name, value or operator, and its parts in their order.

    The parts of an object are key, value, key, value …; those of a group begin with what is grouped; the last part of a
    lambda is its body, those before it are its parameters.
    """

    kind: int
    at: int
    value: Any = None
    parts: tuple[Tree, ...] = ()


class _Token(NamedTuple):
    kind: str
    value: Any
    at: int


class _NotUnderstood(Exception):
    pass


TOKEN = re.compile(
    r"""(?:\s|/\*.*?\*/)*(?:
    (?P<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?)
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<quoted>`[^`]*`)
    |(?P<operator>\.\.|:=|!=|>=|<=|\*\*|~>|\?:|\?\?|[.\[\]{}(),@\#;:?+\-*/%|=<>^&!~])
    |(?P<name>[^\s.\[\]{}(),@\#;:?+\-*/%|=<>^&!~"'`]+)
    |(?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
REGEX_LITERAL = re.compile(r"/((?:[^/\\\[(]|\\.|\[(?:[^\]\\]|\\.)*\]|[\[(])+)/[a-z]*", re.DOTALL)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

LEFT = {
    ".": 75,
    "[": 80,
    "{": 70,
    "(": 80,
    "@": 80,
    "#": 80,
    "?": 20,
    "+": 50,
    "-": 50,
    "*": 60,
    "/": 60,
    "%": 60,
    "=": 40,
    "<": 40,
    ">": 40,
    "^": 40,
    "..": 20,
    ":=": 10,
    "!=": 40,
    "<=": 40,
    ">=": 40,
    "~>": 40,
    "and": 30,
    "or": 25,
    "in": 40,
    "&": 50,
    "?:": 40,
    "??": 40,
}
"""Operator -> how strongly it binds what stands before it."""

WORDS = {"true": True, "false": False, "null": None}


@lru_cache(32768)
def parsed(text: str) -> Tree | None:
    """The tree of an expression without its delimiters; None for a text that is not understood."""
    try:
        return _Parser(text).whole()
    except (_NotUnderstood, RecursionError):
        return None


class _Parser:
    """A Pratt parser over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = 0
        self.depth = 0
        self.token = _Token("end", None, 0)
        self.advance()

    def whole(self) -> Tree:
        tree = self.expression(0)
        self.expect_end()
        return tree

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise _NotUnderstood

    def advance(self, *, infix: bool = False) -> None:
        """Reads the next token; `infix` says that a `/` divides and begins no regular expression."""
        found = TOKEN.match(self.text, self.end)
        if found is None or found.lastgroup is None:
            raise _NotUnderstood
        kind, at = found.lastgroup, found.start(found.lastgroup)
        value: Any = found[kind]
        if value == "/" and not infix:
            found = REGEX_LITERAL.match(self.text, at)
            if found is None:
                raise _NotUnderstood
            kind, value = "regex", found[0]
        elif kind == "name" and value in ("and", "or", "in") and infix:
            kind = "operator"
        self.end = found.end()
        self.token = _Token(kind, value, at)

    def take(self, *operators: str, infix: bool = False) -> None:
        """Goes over one of these operators, which must stand here."""
        if not self.at(*operators):
            raise _NotUnderstood
        self.advance(infix=infix)

    def at(self, *operators: str) -> bool:
        return self.token.kind == "operator" and self.token.value in operators

    def expression(self, power: int) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _NotUnderstood
        left = self.prefix()
        while self.token.kind == "operator" and LEFT.get(self.token.value, 0) > power:
            left = self.infix(left)
        self.depth -= 1
        return left

    def prefix(self) -> Tree:
        kind, value, at = self.token
        if kind == "operator":
            return self.prefix_operator(value, at)
        self.advance(infix=True)
        match kind:
            case "number":
                return Tree(LITERAL, at, float(value) if set(".eE") & set(value) else int(value))
            case "string":
                return Tree(LITERAL, at, ESCAPE.sub(_unescaped, value[1:-1]))
            case "quoted":
                return Tree(NAME, at, value[1:-1])
            case "regex":
                return Tree(REGEX, at, value)
            case "name":
                return self.word(value, at)
            case _:
                raise _NotUnderstood

    def word(self, value: str, at: int) -> Tree:
        if value.startswith("$"):
            return Tree(VARIABLE, at, value[1:])
        if value in WORDS:
            return Tree(LITERAL, at, WORDS[value])
        if value in ("function", "λ") and self.at("("):
            return self.function(at)
        return Tree(NAME, at, value)

    def prefix_operator(self, operator: str, at: int) -> Tree:
        if operator in ("*", "**", "%"):
            self.advance(infix=True)
            return Tree(WILDCARD, at, operator)
        self.advance()
        match operator:
            case "-":
                return Tree(UNARY, at, "-", (self.expression(70),))
            case "[":
                return Tree(ARRAY, at, None, self.items("]"))
            case "{":
                return Tree(OBJECT, at, None, self.pairs())
            case "(":
                return Tree(BLOCK, at, None, self.items(")", separator=";"))
            case "|":
                return self.transform(at)
            case _:
                raise _NotUnderstood

    def items(self, close: str, separator: str = ",") -> tuple[Tree, ...]:
        """Expressions up to the closing sign, which is gone over; `a..b` is an item of an array."""
        found = []
        while not self.at(close):
            if close == ")" and separator == "," and self.at("?"):
                found.append(Tree(PLACEHOLDER, self.token.at))
                self.advance(infix=True)
            else:
                found.append(self.expression(0))
            if self.at(close):
                break
            self.take(separator)
        self.advance(infix=True)
        return tuple(found)

    def pairs(self) -> tuple[Tree, ...]:
        found: list[Tree] = []
        while not self.at("}"):
            found.append(self.expression(0))
            self.take(":")
            found.append(self.expression(0))
            if self.at("}"):
                break
            self.take(",")
        self.advance(infix=True)
        return tuple(found)

    def transform(self, at: int) -> Tree:
        parts = [self.expression(0)]
        self.take("|")
        parts.append(self.expression(0))
        if self.at(","):
            self.advance()
            parts.append(self.expression(0))
        self.take("|", infix=True)
        return Tree(TRANSFORM, at, None, tuple(parts))

    def function(self, at: int) -> Tree:
        self.take("(")
        parameters = self.items(")")
        if self.at("<"):
            while not self.at("{"):
                self.expect_more()
                self.advance(infix=True)
        self.take("{")
        body = self.expression(0)
        self.take("}", infix=True)
        return Tree(LAMBDA, at, None, (*parameters, body))

    def expect_more(self) -> None:
        if self.token.kind == "end":
            raise _NotUnderstood

    def infix(self, left: Tree) -> Tree:
        operator, at = self.token.value, self.token.at
        self.advance()
        read = INFIX.get(operator)
        if read is not None:
            return read(self, left, at)
        right = self.expression(LEFT[operator])
        return Tree(BINARY, at, operator, (left, right))

    def step(self, left: Tree, at: int) -> Tree:
        right = self.expression(75)
        return Tree(STEP, at, None, (left, right))

    def filter(self, left: Tree, at: int) -> Tree:
        if self.at("]"):  # `a[]` keeps an array of one
            self.advance(infix=True)
            return Tree(FILTER, at, None, (left,))
        inside = self.expression(0)
        self.take("]", infix=True)
        return Tree(FILTER, at, None, (left, inside))

    def call(self, left: Tree, at: int) -> Tree:
        return Tree(CALL, left.at, None, (left, *self.items(")")))

    def group(self, left: Tree, at: int) -> Tree:
        return Tree(GROUP, at, None, (left, *self.pairs()))

    def sort(self, left: Tree, at: int) -> Tree:
        self.take("(")
        terms = []
        while True:
            if self.at("<", ">"):
                self.advance()
            terms.append(self.expression(0))
            if not self.at(","):
                break
            self.advance()
        self.take(")", infix=True)
        return Tree(SORT, at, None, (left, *terms))

    def condition(self, left: Tree, at: int) -> Tree:
        then = self.expression(0)
        if not self.at(":"):
            return Tree(CONDITION, at, None, (left, then))
        self.advance()
        return Tree(CONDITION, at, None, (left, then, self.expression(0)))

    def bind(self, left: Tree, at: int) -> Tree:
        return Tree(BIND, at, None, (left, self.expression(9)))

    def focus(self, left: Tree, at: int) -> Tree:
        """`a@$b`, `a#$i`: the variable is known from here on; to the reads of the expression it is like a binding."""
        name = self.expression(80)
        return Tree(BIND, at, "focus", (name, left))

    def chain(self, left: Tree, at: int) -> Tree:
        return Tree(CHAIN, at, None, (left, self.expression(40)))


INFIX: dict[str, Callable[[_Parser, Tree, int], Tree]] = {
    ".": _Parser.step,
    "[": _Parser.filter,
    "(": _Parser.call,
    "{": _Parser.group,
    "^": _Parser.sort,
    "?": _Parser.condition,
    ":=": _Parser.bind,
    "@": _Parser.focus,
    "#": _Parser.focus,
    "~>": _Parser.chain,
}


def _unescaped(match: re.Match[str]) -> str:
    text = match[1]
    return chr(int(text[1:], 16)) if len(text) == 5 else ESCAPES.get(text, text)


def plain_route(tree: Tree) -> tuple[Tree, tuple[str | int, ...]] | None:
    """(variable, keys) of a tree that follows names and indices from a variable (`$states.input.a[0].b`); else None."""
    keys: list[str | int] = []
    pending = [tree]
    while pending:
        tree = pending.pop()
        last = tree.parts[-1] if tree.parts else tree
        if tree.kind == STEP:
            pending.extend(tree.parts)
        elif tree.kind == FILTER and len(tree.parts) == 2 and last.kind == LITERAL and type(last.value) is int:
            keys.append(last.value)
            pending.append(tree.parts[0])
        elif pending and (tree.kind == NAME or (tree.kind == LITERAL and isinstance(tree.value, str))):
            keys.append(tree.value)  # a."b" is a.b
        elif tree.kind == VARIABLE and not pending:
            return tree, tuple(reversed(keys))
        else:
            return None
    return None


def within(tree: Tree) -> Iterator[Tree]:
    """A tree and all its parts, each before its own parts."""
    pending = [tree]
    while pending:
        found = pending.pop()
        yield found
        pending.extend(reversed(found.parts))
