"""Path × JSON document -> what Jayway answers, in a bounded number of visits to values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.language.jsonpath.errors import Broken, Invalid, Missing, OutOfBounds, PathNotFound
from aslkit.language.jsonpath.filters import holds
from aslkit.language.jsonpath.functions import COUNTED, call
from aslkit.language.jsonpath.java import java_class, java_text
from aslkit.language.jsonpath.parsing import jayway_path
from aslkit.language.jsonpath.path import (
    Filter,
    Function,
    Indices,
    Names,
    Scan,
    Slice,
    Unreadable,
    Wildcard,
    fragment,
    fragment_of_key,
    inverted,
    is_single,
    refuse_unreadable,
    route,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aslkit.language.jsonpath.path import Condition, Json, Path, Segment

MAX_VISITS = 1_000_000
"""How many values, list elements and characters one evaluation may look at: a few seconds at the most."""


def select(path: str, document: Json) -> Json:
    """What Jayway answers for `path` on `document`: one value for a definite path, else the list of matches.

    A path that does not begin with `$` or `@` is read as if it began with `$.`, as Jayway does; `$$` and variables are
    no paths here. Raises PathSyntaxError, PathNotFound.
    """
    parsed = jayway_path(path)
    refuse_unreadable(parsed)
    return evaluate(parsed, document)


def evaluate(path: Path, document: Json) -> Json:
    """What a path without unreadable parts answers on the document that its root is. Raises PathNotFound."""
    try:
        if document is None and path.segments:
            raise Missing("root can not be null")
        answer = Run(document).answer(path, document, strict=False)
    except Broken as error:
        raise PathNotFound(path.text, str(error)) from None
    return _as_json(answer) if path.definite else [_as_json(value) for value in answer]


def _as_json(value: Json) -> Json:
    """Inside, the keys of an object are a tuple, since Jayway takes them for no array."""
    return list(value) if isinstance(value, tuple) else value


class Run:
    """One evaluation: the whole document, the work done so far, and the answers of `$` paths inside conditions."""

    __slots__ = ("answers", "document", "visits")

    def __init__(self, document: Json) -> None:
        self.document = document
        self.visits = 0
        self.answers: dict[tuple[int, bool], Json] = {}

    def visit(self, count: int) -> None:
        """Counts `count` values more. Raises Broken when they are too many."""
        self.visits += count
        if self.visits > MAX_VISITS:
            raise Broken(f"the path visits more than {MAX_VISITS} values")

    def answer(self, path: Path, document: Json, *, strict: bool) -> Json:
        """The last result of a definite path, all results of another. A strict evaluation requires every property."""
        if path.keys is not None:
            value = _follow(path.keys, document)
            if value is not _ABSENT:
                return value
        root = "@" if path.root == "@" else "$"
        segments = inverted(path.segments)
        results = _Reading(root, segments, self, strict).results(document)
        if not path.definite:
            return results
        if not results:
            raise Missing(f"No results for path: {root}{''.join(map(fragment, segments))}")
        return results[-1]


_ABSENT = object()


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

    def __init__(self, root: str, segments: tuple[Segment, ...], run: Run, strict: bool) -> None:
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
            self.sure = self.sure and is_single(segment, self._last)
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
                results = self._each(values, lambda value: [call(segment, value, self.run, self.strict)])
                self.found += () if self._last else results
                return results
            case Unreadable(_, _, reason):
                raise Broken(reason)

    def _each(self, values: list[Json], read: Callable[[Json], Iterable[Json]]) -> list[Json]:
        """What `read` finds for every value; below an array Jayway drops a value for which it fails in certain ways."""
        found: list[Json] = []
        for value in values:
            before = len(found)
            try:
                found += read(value)
                self.run.visit(1 + len(found) - before)
            except OutOfBounds:
                if not self.below_array:
                    raise
            except Missing:
                if not self.loose or self.strict:
                    raise
        return found

    def _names(self, segment: Names, value: Json) -> Iterable[Json]:
        names = segment.names
        if not isinstance(value, dict):
            if self.sure:
                raise Missing(_no_object(fragment(segment), self._route(), value))
            return ()
        if self._last and len(names) > 1:
            self._require(segment, value)
            return ({name: value[name] for name in names if name in value},)
        missing = [name for name in names if name not in value]
        if missing and (self.strict or (self.sure and len(names) == 1 and not self._last)):
            raise Missing(f"Missing property in path {self._route()}{fragment_of_key(missing[0])}")
        return [value[name] for name in names if name in value]

    def _require(self, segment: Names, value: dict[str, Json]) -> None:
        if self.strict and not all(name in value for name in segment.names):
            raise Missing(f"Missing property in path {self._route()}{fragment(segment)}")

    def _array(self, value: Json) -> list[Json]:
        """The value if it is an array, else nothing; nothing is an error as long as the path is sure."""
        if isinstance(value, list):
            return value
        if not self.sure:
            return []
        if value is None:
            raise Missing(f"The path {self._route()} is null")
        raise Missing(f"Filter: {self._rest()} can only be applied to arrays. Current context is: {java_text(value)}")

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
            raise Invalid(
                f"Filter: {self._rest()} can not be applied to primitives. Current context is: {java_text(value)}"
            )
        return []

    def _accepts(self, condition: Condition, item: Json) -> bool:
        self.run.visit(1)
        try:
            return holds(condition, item, self.run, self.strict)
        except Invalid:
            return False

    def _scan(self, values: list[Json]) -> list[Json]:
        """`..` and the segment behind it, applied to every container that the segment can be applied to."""
        self.index += 1
        self.sure = False
        self.mark = -1
        if self.index == len(self.segments):
            raise Broken("Current path token is a leaf")
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
        if self.segments[-1] is COUNTED:  # Jayway compares with the segment in front of the one that was written last
            return False
        return isinstance(segment, Indices) and segment.indices == (self.mark,)

    def _route(self) -> str:
        """The way so far, as Jayway's messages write it; functions leave no trace."""
        keys = route(tuple(segment for segment in self.segments[: self.index] if not isinstance(segment, Function)))
        return self.root + "".join(map(fragment_of_key, keys or ()))

    def _rest(self) -> str:
        return "".join(map(fragment, self.segments[self.index :]))


def _slice_indices(start: int | None, stop: int | None, length: int) -> range:
    """The indices of a slice; with both ends given, negative ones count from the end one by one, as Jayway does."""
    if start is None:
        stop = length if stop is None else stop
        return range(min(length, stop + length if stop < 0 else stop))
    if stop is None:
        return range(max(0, start + length if start < 0 else start), length)
    return range(max(start, -length), min(stop, length))


def _containers(values: list[Json], run: Run) -> Iterator[Json]:
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
        f"Expected to find an object with property {names} in path {route} but found '{java_class(value)}'. "
        "This is not a json object according to the JsonProvider: "
        "'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'."
    )
