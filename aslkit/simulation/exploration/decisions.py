"""StateMachine -> what later states may make of a failure that is over: of the error it left, of the time it took.

Exploration leaves out what cannot differ, so each of these may say yes where the answer is no, and never the other way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import ABSENT, Choice, Fail, Map, Task, walk
from aslkit.definition.resource import parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aslkit.definition.model import Catcher, State, StateMachine

Json = Any

ERROR_OUTPUT = ("Error", "Cause")
SOURCE = "errorOutput"
CONTENT = ("Parameters", "ResultSelector", "ItemSelector", "Arguments", "Output")
INNER = ("Branches", "ItemProcessor", "Iterator")
RESERVED = frozenset({"states", "input", "result", "context", "merge", "string", SOURCE})
"""Words of JSONata and of the States Language, which name no data."""


# --- the error that is stored ----------------------------------------------------------------------------------------


def errors_decide(machine: StateMachine, *, starts_machines: bool = False) -> bool:
    """Whether what a catcher stored may do more than be told: lead a Choice, make an expression fail, become the error
    of a branch or the input of a state machine that is started.

    Names are followed as words, whatever they stand in, and whoever reads all of the data reads them too.
    """
    states = [state for _, state in walk(machine)]
    known = {name for state in states for catcher in getattr(state, "catch", ()) for name in _stored(catcher)}
    if not known:
        return False
    known.add(SOURCE)
    while new := {name for state in states if _mentions(_read(state), known) for name in _written(state)} - known:
        known |= new
    return any(_decides(state, known, starts_machines) for state in states)


def _stored(catcher: Catcher) -> Iterator[str]:
    """The names under which a catcher leaves the error."""
    yield from _keys(catcher.raw.get("Assign"))
    output = catcher.raw.get("Output", ABSENT)
    if output is not ABSENT:
        yield from _keys(output)
        if not isinstance(output, dict):
            yield from ERROR_OUTPUT
            yield from _made(str(output))
    elif "ResultPath" in catcher.raw:
        yield from _first_field(catcher.raw["ResultPath"])
    else:
        yield from ERROR_OUTPUT


def _read(state: State) -> Json:
    """What of a state comes into what it writes: nothing of what a Task sends, since it answers what it likes."""
    if not isinstance(state, Task):
        return state.raw
    return [state.raw.get(field) for field in ("Assign", "Output", "Catch")]


def _written(state: State) -> Iterator[str]:
    """The names under which a state leaves something."""
    yield from _keys(state.raw.get("Assign"))
    fields = ("Output",) if isinstance(state, Task) else CONTENT
    for value in (state.raw.get(field) for field in fields):
        yield from _keys(value)
        if isinstance(value, str):
            yield from _made(value)
    if not isinstance(state, Task):
        yield from _first_field(state.raw.get("ResultPath"))


def _keys(value: Json) -> Iterable[str]:
    return (key.removesuffix(".$") for key in value) if isinstance(value, dict) else ()


def _made(text: str) -> Iterator[str]:
    """The names under which the value of an expression may hold something: those of its texts, and those it reads."""
    texts = "|".join(QUOTED)
    yield from re.findall(r"\w+", " ".join(re.findall(texts, text)))
    yield from set(re.findall(r"\w+", re.sub(texts, " ", text))) - RESERVED


QUOTED = (r"'(?:[^'\\]|\\.)*'", r'"(?:[^"\\]|\\.)*"', r"`[^`]*`")


def _first_field(path: Json) -> Iterator[str]:
    if path == "$":
        yield from ERROR_OUTPUT
    elif isinstance(path, str):
        yield from re.findall(r"\w+", path)[:1]


def _decides(state: State, known: Iterable[str], starts_machines: bool) -> bool:
    raw = _own(state)
    reading = [text for text in _expressions(raw) if _reads(text, known)]
    if isinstance(state, Choice):
        return bool(reading)
    if isinstance(state, Fail) and len(state.pointer) > len(("States", "")):
        return bool(reading)
    if isinstance(state, Task) and _mentions(_deciding(state, starts_machines), known):
        return True
    if isinstance(state, Map) and _mentions([state.raw.get("ItemsPath"), state.raw.get("Items")], known):
        return True
    return not all(map(_only_tells, reading)) or any(
        _mentions(raw.get(field), known) for field in raw if field.startswith(LENGTHS)
    )


def _own(state: State) -> dict[str, Json]:
    """The fields of a state without the states inside of it."""
    return {name: value for name, value in state.raw.items() if name not in INNER}


LENGTHS = ("Seconds", "Timestamp", "TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency", "Tolerated")


def _deciding(state: Task, starts_machines: bool) -> Json:
    """What a Task sends that decides what a service answers here."""
    arn = parse_resource(state.resource or "")
    sent = state.raw.get("Parameters", state.raw.get("Arguments"))
    if arn is None or not isinstance(sent, dict):
        return None
    if arn.service == "glue" or (arn.service == "states" and starts_machines):
        return sent
    return [sent.get("TopicArn"), sent.get("TopicArn.$")]


def _mentions(value: Json, names: Iterable[str]) -> bool:
    return any(_reads(text, names) for text in _expressions(value))


# --- expressions -----------------------------------------------------------------------------------------------------


def _expressions(value: Json) -> Iterator[str]:
    """The paths, intrinsic functions and JSONata expressions inside a value."""
    pending = [value]
    while pending:
        match pending.pop():
            case str() as text:
                if text.startswith(("$", "States.", "{%")):
                    yield text
            case dict() as entries:
                pending.extend(entries.values())
            case list() as items:
                pending.extend(items)


def _reads(text: str, names: Iterable[str]) -> bool:
    """Whether an expression may come to one of these names, or reads all of the data."""
    whole = WHOLE_JSONATA if text.startswith("{%") else WHOLE_PATH
    return not set(re.findall(r"\w+", text)).isdisjoint(names) or whole.search(text) is not None


WHOLE_PATH = re.compile(r"(?<!\$)\$(?![\w.\[$])|\.\.|\*|\?")
WHOLE_JSONATA = re.compile(r"\$states(\.input)?(?!\w)(?!\s*\.)|\$(?!\w)|\*")


def _only_tells(text: str) -> bool:
    """Whether an expression that reads an error comes to a value whatever the error is: a path, or texts put
    together."""
    if not text.startswith("{%"):
        text = re.sub(QUOTED[0], "''", text)
        return "?" not in text and set(re.findall(r"States\.\w+", text)) <= TELLING
    bare = re.sub("|".join(QUOTED), "''", text[2:-2])
    called = set(re.findall(r"\$(\w+)\s*\(", bare))
    words = set(re.findall(r"(?<![\w$.])[a-z]+(?!\w)", bare))
    return called <= {"string", "merge"} and not OPERATORS.search(bare) and words.isdisjoint({"and", "or", "in"})


TELLING = frozenset({"States.Format", "States.JsonToString", "States.Array"})
OPERATORS = re.compile(r"[=<>?!|*%+/~^@#;-]|:=")


# --- the time that has passed ----------------------------------------------------------------------------------------


def reads_clock(machine: StateMachine) -> bool:
    """Whether a state may read what time it is, or was."""
    return any(_reads_clock(_own(state)) for _, state in walk(machine))


def _reads_clock(raw: dict[str, Json]) -> bool:
    if not raw.keys().isdisjoint(("Timestamp", "TimestampPath")):
        return True
    return any(CLOCK.search(text) is not None for text in _expressions(raw))


CLOCK = re.compile(
    r"EnteredTime|StartedOn|CompletedOn|LastModifiedOn|\$now\b|\$millis\b"
    r"|\$\$(\.State)?(?![\w.])|\$states(\.context(\.State)?)?(?![\w.])"
)
"""What tells a time, or the whole of what does."""


# --- the states that may come again ----------------------------------------------------------------------------------


def entered_again(machine: StateMachine) -> frozenset[str]:
    """The states that one execution, or one iteration of its Maps, may enter more than once: those on a cycle, and all
    inside of a Parallel or a Map that is on one or is tried again."""
    found: set[str] = set()
    _add_entered_again(machine, found, inside=False)
    return frozenset(found)


def _add_entered_again(machine: StateMachine, found: set[str], *, inside: bool) -> None:
    following = {name: {to for _, to in state.transitions()} for name, state in machine.states.items()}
    for name, state in machine.states.items():
        again = inside or name in _reached(following, name)
        if again:
            found.add(name)
        for inner in state.machines:
            _add_entered_again(inner, found, inside=again or any(one.max_attempts for one in state.retry))


def _reached(following: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    pending = [*following[start]]
    while pending:
        name = pending.pop()
        if name in following and name not in reached:
            reached.add(name)
            pending.extend(following[name])
    return reached
