"""A JSON value -> how many bytes its text takes; and the limits of a run."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

Json = Any

MAX_PAYLOAD = 262_144
"""Bytes of UTF-8 that an input or output may take. Source: Step Functions quotas."""
MAX_EVENTS = 25_000
"""Events in the history of one execution. Source: Step Functions quotas."""
MAX_TRANSITIONS = 500_000
"""States that one run enters: our own bound, for a run without a history that would not end otherwise."""
MAX_THREADS = 50_000
"""Branches and iterations that are alive at once in one run: our own bound on memory."""
MAX_DEPTH = 400
"""Objects and arrays inside each other in a payload: our own bound, well within what the JSON encoder can print."""
MAX_SECONDS = 31_536_000.0
"""A year, after which an execution times out. Source: Step Functions quotas."""
MAX_EXPRESS_SECONDS = 300.0
"""Five minutes, after which an Express execution times out. Source: Step Functions quotas."""
MAX_WAIT = 2_147_483_647.0
"""The longest Wait; beyond it "Wait state delay is too long." (recorded on AWS for more than 24,855 days)."""
INLINE_CONCURRENCY = 40
"""Iterations of an inline Map that run at once. Source: the guide's page on inline Map."""

TOO_DEEP = -1


def size_of(value: Json, limit: int) -> int:
    """The bytes of the value's compact JSON text; any number above `limit` once that is passed, TOO_DEEP for a value of
    more than MAX_DEPTH levels. Looks at one level after the other, so that depth costs no recursion."""
    kind = type(value)
    if kind is not dict and kind is not list:
        return _scalar_size(value)
    total, level = 0, [value]
    for _ in range(MAX_DEPTH):
        inner: list[Json] = []
        for container in level:
            total += _own_size(container, inner)
            if total > limit:
                return total
        if not inner:
            return total
        level = inner
    return TOO_DEEP


def _own_size(container: Json, inner: list[Json]) -> int:
    """The bytes of a container but for the containers in it, which are put into `inner`."""
    total = 1 + (len(container) or 1)
    if type(container) is dict:
        for key in container:
            total += _text_size(key) + 1
        values = container.values()
    else:
        values = container
    for value in values:
        kind = type(value)
        if kind is str:
            total += _text_size(value)
        elif kind is dict or kind is list:
            inner.append(value)
        else:
            total += _scalar_size(value)
    return total


def _text_size(text: str) -> int:
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return len(text) + 2
    return len(encode_basestring(text).encode("utf-8", "surrogatepass"))


def _scalar_size(value: Json) -> int:
    match value:
        case str():
            return _text_size(value)
        case True | None:
            return 4
        case False:
            return 5
        case _:
            return len(repr(value))
