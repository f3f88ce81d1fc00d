"""JSONPath text -> a function that reads it from a Scope, which is what one state visit sees."""

from __future__ import annotations

from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from aslkit.language.jsonpath.errors import PathNotFound
from aslkit.language.jsonpath.parsing import parse_path
from aslkit.language.jsonpath.path import refuse_unreadable, route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from aslkit.language.jsonpath.path import Json, Path


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


@lru_cache(maxsize=8192)
def compile_path(text: str) -> Callable[[Scope], Json]:
    """A function that reads the path from a scope: one value for a definite path, else the list of matches.

    The function raises PathNotFound. Raises PathSyntaxError.
    """
    path = parse_path(text)
    refuse_unreadable(path)
    document = _document_of(path)
    keys = route(path.segments)
    if keys is None:
        evaluate = _full_way()
        return lambda scope: evaluate(path, document(scope))
    if path.root == "$" and all(isinstance(key, str) for key in keys):
        return _names_of_input(path, keys)
    return _keys_of(path, document, keys)


@cache
def _full_way() -> Callable[[Path, Json], Json]:
    """The evaluation of any path, imported for the first path that is no plain route or finds nothing."""
    from aslkit.language.jsonpath.evaluation import evaluate

    return evaluate


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
                    return _full_way()(path, scope.input)

            return one
        case (first, second):

            def two(scope: Scope) -> Json:
                try:
                    return scope.input[first][second]
                except (LookupError, TypeError):
                    return _full_way()(path, scope.input)

            return two
        case _:
            return _keys_of(path, attrgetter("input"), names)


def _keys_of(path: Path, document: Callable[[Scope], Json], keys: tuple[str | int, ...]) -> Callable[[Scope], Json]:
    def read(scope: Scope) -> Json:
        root = value = document(scope)
        try:
            for key in keys:
                if value.__class__ is str:
                    return _full_way()(path, root)
                value = value[key]
        except (LookupError, TypeError):
            return _full_way()(path, root)
        return value

    return read
