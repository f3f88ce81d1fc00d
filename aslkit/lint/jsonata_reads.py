"""JSONata text -> what the expression reads: variables and fields, bare names, functions; the type of its result."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from aslkit.lint.jsonata_tree import (
    ARRAY,
    BINARY,
    BIND,
    BLOCK,
    CALL,
    CHAIN,
    CONDITION,
    FILTER,
    GROUP,
    LAMBDA,
    LITERAL,
    NAME,
    OBJECT,
    REGEX,
    SORT,
    STEP,
    TRANSFORM,
    UNARY,
    VARIABLE,
    Tree,
    parsed,
    plain_route,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.lint.shapes import Keys

FAILS, BLANK, DROPPED, TESTED = "fails", "blank", "dropped", "tested"
"""What follows when a read finds nothing: the whole expression gives nothing, so that the state fails; a text has a
gap; the value is left out or compared with nothing; nothing, because just that is tested."""

TOP, FUNCTION, INSIDE = "top", "function", "inside"
"""Where a bare name stands: where there is no input document; in a function there; where it is a field of a value."""

BUILT_IN = {
    "string": """base64decode base64encode decodeUrl decodeUrlComponent encodeUrl encodeUrlComponent formatBase
        formatInteger formatNumber fromMillis hash join lowercase now pad replace string substring substringAfter
        substringBefore trim type uppercase uuid""",
    "number": """abs average ceil count floor length max millis min number parseInteger power random round sqrt sum
        toMillis""",
    "boolean": "boolean contains exists not",
    "": """append assert distinct each error filter keys lookup map match merge parse partition range reduce reverse
        shuffle sift single sort split spread zip""",
}
"""Type of the result (empty: it depends) -> the functions that exist. Source: the JSONata documentation, "Function
library"; Step Functions guide, "Transforming data with JSONata" (its own: partition, range, hash, random, uuid,
parse)."""

FUNCTIONS = {name: kind for kind, names in BUILT_IN.items() for name in names.split()}

UNSUPPORTED = "eval"

TESTS = frozenset({"exists", "boolean", "not"})
NEED_NOTHING = frozenset(
    {"append", "count", "merge", "zip", "type", "assert", "error", "each", "map", "filter", "sift"}
)
"""The functions that give something although they are given nothing."""

ROUTE = re.compile(r"\$\w+(?:\.(?:\w+|`[^`]*`)|\[[0-9]+\])*")
"""What a finding about a read underlines."""

ARITHMETIC = frozenset("+-*/%")
COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">=", "in", "and", "or"})


class Use(NamedTuple):
    """A read of a variable that the expression does not bind itself, and of what is in it."""

    variable: str
    keys: Keys
    at: int
    end: int
    effect: str


class Bare(NamedTuple):
    """A name (or `*`) without a variable before it."""

    name: str
    at: int
    place: str
    called: bool = False


class Analysis(NamedTuple):
    """What an expression reads. `calls` are the functions that are called by name, which it does not define itself."""

    tree: Tree
    uses: tuple[Use, ...]
    bare: tuple[Bare, ...]
    calls: tuple[tuple[str, int], ...]


def inside(text: object) -> tuple[str, int] | None:
    """(expression, where it begins) of a string `{% expression %}`; None for anything else."""
    if type(text) is not str or not text.startswith("{%") or not text.endswith("%}") or len(text) < 4:
        return None
    expression = text[2:-2]
    stripped = expression.lstrip()
    return stripped.rstrip(), 2 + len(expression) - len(stripped)


@lru_cache(32768)
def analysed(text: str) -> Analysis | None:
    """What an expression (without delimiters) reads; None for one that is not understood."""
    tree = parsed(text)
    if tree is None:
        return None
    found = _Reads(tree, text)
    found.visit(tree, FAILS, TOP)
    return Analysis(tree, _guarded(found.uses), tuple(found.bare), tuple(found.calls))


def _guarded(uses: list[Use]) -> tuple[Use, ...]:
    """The reads, those as tested that stand in an expression which tests their route or one that leads there:
    `$exists($a.b) ? $a.b.c : 0`."""
    tested = {(use.variable, use.keys) for use in uses if use.effect == TESTED and _is_particular(use)}
    if not tested:
        return tuple(uses)
    return tuple(
        use._replace(effect=TESTED)
        if any((use.variable, use.keys[:length]) in tested for length in range(len(use.keys) + 1))
        else use
        for use in uses
    )


def _is_particular(use: Use) -> bool:
    """Whether a route leads to a variable, or deeper than to a field of `$states`."""
    return use.variable != "states" or len(use.keys) > 1


class _Reads:
    """Collects what a tree reads. A name that it binds anywhere is its own everywhere."""

    def __init__(self, tree: Tree, text: str) -> None:
        self.uses: list[Use] = []
        self.bare: list[Bare] = []
        self.calls: list[tuple[str, int]] = []
        self.text = text
        self.own = frozenset(_bound(tree))

    def visit(self, tree: Tree, effect: str, place: str) -> None:
        route = plain_route(tree)
        if route is not None:
            self.use(*route, effect, place)
            return
        special = VISITS.get(tree.kind)
        if special is not None:
            special(self, tree, effect, place)
            return
        for part in tree.parts:
            self.visit(part, DROPPED, place)

    def use(self, variable: Tree, keys: Keys, effect: str, place: str) -> None:
        name = variable.value
        if name in ("", "$"):
            if place != INSIDE or name == "$":
                self.bare.append(Bare("$" + name, variable.at, TOP if name == "$" else place))
        elif name not in self.own:
            written = ROUTE.match(self.text, variable.at)
            end = variable.at + len(name) + 1 if written is None else written.end()
            self.uses.append(Use(name, keys, variable.at, end, effect))

    def name(self, tree: Tree, effect: str, place: str) -> None:
        if place != INSIDE:
            self.bare.append(Bare(tree.value, tree.at, place))

    def block(self, tree: Tree, effect: str, place: str) -> None:
        for part in tree.parts[:-1]:
            self.visit(part, DROPPED, place)
        for part in tree.parts[-1:]:
            self.visit(part, effect, place)

    def bind(self, tree: Tree, effect: str, place: str) -> None:
        self.visit(tree.parts[1], DROPPED, place)

    def condition(self, tree: Tree, effect: str, place: str) -> None:
        self.visit(tree.parts[0], TESTED, place)
        for part in tree.parts[1:]:
            self.visit(part, effect, place)

    def binary(self, tree: Tree, effect: str, place: str) -> None:
        left, right = tree.parts
        match tree.value:
            case "&":
                effects = (BLANK, BLANK)
            case "and" | "or":
                effects = (TESTED, TESTED)
            case "??" | "?:":
                effects = (TESTED, effect)
            case operator if operator in ARITHMETIC:
                effects = (effect, effect)
            case _:
                effects = (DROPPED, DROPPED)
        self.visit(left, effects[0] if effect != TESTED else TESTED, place)
        self.visit(right, effects[1] if effect != TESTED else TESTED, place)

    def call(self, tree: Tree, effect: str, place: str) -> None:
        function, *arguments = tree.parts
        if function.kind == VARIABLE and function.value not in ("", "$"):
            if function.value not in self.own:
                self.calls.append((function.value, function.at))
        elif function.kind == NAME and place != INSIDE:
            self.bare.append(Bare(function.value, function.at, place, called=True))
        else:
            self.visit(function, DROPPED, place)
        for index, argument in enumerate(arguments):
            self.visit(argument, _argument_effect(function, index, effect), place)

    def step(self, tree: Tree, effect: str, place: str) -> None:
        left, *others = tree.parts
        if tree.kind == STEP:
            left, others = _regrouped(left, others[0])
        self.visit(left, effect, place)
        for part in others:
            self.visit(part, DROPPED, INSIDE)

    def chain(self, tree: Tree, effect: str, place: str) -> None:
        left, right = tree.parts
        self.visit(left, DROPPED, place)
        if right.kind == VARIABLE and right.value not in self.own and right.value not in ("", "$"):
            self.calls.append((right.value, right.at))
        else:
            self.visit(right, DROPPED, place)

    def function(self, tree: Tree, effect: str, place: str) -> None:
        self.visit(tree.parts[-1], DROPPED, FUNCTION if place == TOP else place)

    def transform(self, tree: Tree, effect: str, place: str) -> None:
        for part in tree.parts:
            self.visit(part, DROPPED, INSIDE)


VISITS = {
    NAME: _Reads.name,
    BLOCK: _Reads.block,
    BIND: _Reads.bind,
    CONDITION: _Reads.condition,
    BINARY: _Reads.binary,
    CALL: _Reads.call,
    STEP: _Reads.step,
    FILTER: _Reads.step,
    GROUP: _Reads.step,
    SORT: _Reads.step,
    CHAIN: _Reads.chain,
    LAMBDA: _Reads.function,
    TRANSFORM: _Reads.transform,
}


def _regrouped(left: Tree, right: Tree) -> tuple[Tree, list[Tree]]:
    """`a.b[c]`, a step to `b[c]`, as `a.b` and what is asked of its values, so that the route is seen whole."""
    others: list[Tree] = []
    while right.kind in (FILTER, SORT) and right.parts[1:]:
        others.extend(right.parts[1:])
        right = right.parts[0]
    together = Tree(STEP, right.at, None, (left, right))
    return (together, others) if others and plain_route(together) is not None else (left, [right, *others])


def _bound(tree: Tree) -> Iterator[str]:
    """The names that an expression gives a value to: `$a := …`, a parameter of a function, `@$a`, `#$a`."""
    for part in within(tree):
        names = part.parts[:1] if part.kind == BIND else part.parts[:-1] if part.kind == LAMBDA else ()
        yield from (name.value for name in names if name.kind == VARIABLE)


def _argument_effect(function: Tree, index: int, effect: str) -> str:
    if function.kind != VARIABLE:
        return DROPPED
    if function.value in TESTS or effect == TESTED:
        return TESTED
    return effect if index == 0 and function.value in FUNCTIONS and function.value not in NEED_NOTHING else DROPPED


def kind_of(tree: Tree) -> str | None:
    """The type that the result of an expression has, whatever it reads: a JSON type or "function"; None if it depends.

    A result may still be undefined.
    """
    match tree.kind:
        case k if k == LITERAL:
            return _kind_of_literal(tree.value)
        case k if k == BINARY:
            return _kind_of_binary(tree)
        case k if k == CALL and tree.parts[0].kind == VARIABLE:
            return FUNCTIONS.get(tree.parts[0].value) or None
        case k if k in (BIND, BLOCK) and tree.parts:
            return kind_of(tree.parts[-1]) if tree.value is None else None
        case k if k == CONDITION and len(tree.parts) == 3:
            kinds = {kind_of(part) for part in tree.parts[1:]}
            return kinds.pop() if len(kinds) == 1 else None
        case k:
            return KINDS.get(k)


KINDS = {ARRAY: "array", OBJECT: "object", LAMBDA: "function", REGEX: "function", UNARY: "number"}


def _kind_of_literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"


def _kind_of_binary(tree: Tree) -> str | None:
    if tree.value == "&":
        return "string"
    if tree.value in ARITHMETIC:
        return "number"
    return "boolean" if tree.value in COMPARISONS else None
