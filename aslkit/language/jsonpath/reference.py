"""Reference paths, which name the one place that a result is written to: their route, and the writing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from aslkit.language.jsonpath.errors import PathSyntaxError, ReferencePathMismatch
from aslkit.language.jsonpath.parsing import parse_path
from aslkit.language.jsonpath.path import fragment_of_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aslkit.language.jsonpath.path import Json


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
    containers = [document]
    for depth in range(len(keys)):
        containers.append(_child(containers[depth], keys, depth))
    for depth in reversed(range(len(keys))):
        copied = containers[depth].copy()
        copied[keys[depth]] = value
        value = copied
    return value


def _child(container: Json, keys: Sequence[str | int], depth: int) -> Json:
    """What `container` holds at `keys[depth]`, an empty object for a property that it can take."""
    key = keys[depth]
    if isinstance(key, str) and isinstance(container, dict):
        return container.get(key, {})
    if isinstance(key, int) and isinstance(container, list) and 0 <= key < len(container):
        return container[key]
    place = "$" + "".join(map(fragment_of_key, keys[:depth]))
    wanted = f"an object to take the property '{key}'" if isinstance(key, str) else f"an array with an element [{key}]"
    raise ReferencePathMismatch(tuple(keys[: depth + 1]), f"the value at {place} is not {wanted}")
