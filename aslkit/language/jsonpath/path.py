"""A JSONPath as records: its segments, the conditions inside them, and what they say about the whole path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.jsonpath.errors import PathSyntaxError
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = Any


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


def route(segments: Sequence[Segment]) -> tuple[str | int, ...] | None:
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


def is_definite(segments: Sequence[Segment]) -> bool:
    """Whether every segment leads to at most one value; several names do at the end, where they answer one object."""
    return all(is_single(segment, segment is segments[-1]) for segment in segments)


def is_single(segment: Segment, last: bool) -> bool:
    """Whether the segment leads to at most one value; `last` says that it ends the path."""
    match segment:
        case Names(names):
            return last or len(names) == 1
        case Indices(indices):
            return len(indices) == 1
        case Function():
            return True
        case _:
            return False


def inverted(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """`$..book.length()` as Jayway runs it: the first function on the whole document, with `$..book` for argument."""
    if len(segments) < 2 or segments[0] != Scan() or not isinstance(segments[-1], Function):
        return segments
    index = next(index for index, segment in enumerate(segments) if isinstance(segment, Function))
    function, argument = segments[index], segments[:index]
    assert isinstance(function, Function)
    scanned = Path("$" + "".join(map(fragment, argument)), "$", argument, False, None)
    return (Function(function.name, (scanned,)), *segments[index + 1 :])


def fragment(segment: Segment) -> str:
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


def fragment_of_key(key: str | int) -> str:
    """One key of a plain route as Jayway's messages write it."""
    return f"['{key}']" if isinstance(key, str) else f"[{key}]"


def refuse_unreadable(path: Path) -> None:
    """Raises PathSyntaxError for a path with a part that no run can read."""
    if path.unreadable is not None:
        raise PathSyntaxError(path.text, path.unreadable.position, path.unreadable.reason)
