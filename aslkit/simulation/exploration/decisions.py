"""StateMachine -> whether what a failure leaves in the data can decide where a run goes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import ABSENT, Choice, Task, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aslkit.definition.model import Catcher, State, StateMachine

Json = Any

ERROR_OUTPUT = ("Error", "Cause")
CONTENT = ("Parameters", "ResultSelector", "ItemSelector", "Arguments", "Output")


def errors_decide(machine: StateMachine) -> bool:
    """Whether some Choice may read what a catcher stored, or what was made of that.

    Names are followed as words, whatever they stand in: it may say yes where the answer is no.
    """
    states = [state for _, state in walk(machine)]
    known = {name for state in states for catcher in getattr(state, "catch", ()) for name in _stored(catcher)}
    while new := {name for state in states if _mentions(_read(state), known) for name in _written(state)} - known:
        known |= new
    return any(isinstance(state, Choice) and _mentions(state.raw, known) for state in states)


def _stored(catcher: Catcher) -> Iterator[str]:
    """The names under which a catcher leaves the error."""
    yield from _keys(catcher.raw.get("Assign"))
    output = catcher.raw.get("Output", ABSENT)
    if output is not ABSENT:
        yield from _keys(output) if isinstance(output, dict) else ERROR_OUTPUT
    elif "ResultPath" in catcher.raw:
        yield from _first_field(catcher.raw["ResultPath"])
    else:
        yield from ERROR_OUTPUT


def _read(state: State) -> Json:
    """What of a state comes into what it writes: of a Task only what it assigns, since it answers what it likes."""
    return state.raw.get("Assign") if isinstance(state, Task) else state.raw


def _written(state: State) -> Iterator[str]:
    """The names under which a state leaves something."""
    yield from _keys(state.raw.get("Assign"))
    if not isinstance(state, Task):
        yield from (name for field in CONTENT for name in _keys(state.raw.get(field)))
        yield from _first_field(state.raw.get("ResultPath"))


def _keys(value: Json) -> Iterable[str]:
    return (key.removesuffix(".$") for key in value) if isinstance(value, dict) else ()


def _first_field(path: Json) -> Iterator[str]:
    if path == "$":
        yield from ERROR_OUTPUT
    elif isinstance(path, str):
        yield from re.findall(r"\w+", path)[:1]


def _mentions(value: Json, names: Iterable[str]) -> bool:
    words = set(re.findall(r"\w+", json.dumps(value, ensure_ascii=False)))
    return not words.isdisjoint(names)
