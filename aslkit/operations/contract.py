"""StateMachine -> its input contract: which fields it reads from the execution's input, who reads them, what happens
when one is missing; and input -> where it breaks the contract.

What a state reads is followed back to the execution's input through paths, templates, variables, Map items and
`$$.Execution.Input`. A field that a state may have got from elsewhere on every route is no part of the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.model import JSONATA, Choice, Parallel, StateMachine, Task, all_states
from aslkit.definition.resource import parse_resource
from aslkit.definition.services import input_shape
from aslkit.definition.spelling import nearest
from aslkit.lint.dataflow import Read, flow_from_input, order
from aslkit.lint.graph import is_end, regular_targets
from aslkit.lint.jsonata_reads import FAILS, analysed, inside
from aslkit.lint.shapes import ANY_ELEMENT, ORIGIN, PRESENT, origins
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State
    from aslkit.definition.services import Service, Shape

Json = Any
Path = tuple[str | int, ...]

ALWAYS, SOMETIMES, OPTIONAL = "always", "sometimes", "optional"
"""How much a field is needed: on every route without a caught error; on some; on none, because it is only asked for, or
a gap in a text is all that follows."""

RUNTIME, QUERY = "States.Runtime", "States.QueryEvaluationError"


class Reader(Record):
    """A state that reads a field: where, as which expression, the error it fails with when nothing is there (empty when
    it does not fail), and the JSON type that it needs (empty when that is not known)."""

    state: str
    pointer: Pointer
    line: int
    text: str
    error: str
    type: str


class Field(Record):
    """A field of the input: its path (`*` stands for any element), its JSON types where they are known, how much it is
    needed, and its readers, the first that an execution reaches first."""

    path: Path
    types: tuple[str, ...]
    need: str
    readers: tuple[Reader, ...]


class Breach(Record):
    """Where an input breaks the contract: the path, what is wrong and what follows, the state that fails."""

    path: Path
    message: str
    reader: Reader


def contract(machine: StateMachine) -> tuple[Field, ...]:
    """The fields that a definition reads from its input, in the order of their first readers."""
    found: dict[Path, list[_Found]] = {}
    for visit in flow_from_input(machine).visits.values():
        for one in visit.reads:
            for path in _paths(one):
                found.setdefault(path, []).append(_Found(machine, visit.state, one, path))
    always = _always_read(machine, found)
    fields = (_field(path, some, path in always, found) for path, some in found.items())
    return tuple(field for field in fields if field.path[-1:] != (ANY_ELEMENT,) or field.types != ("object",))


def _paths(one: Read) -> Iterator[Path]:
    """The paths in the execution's input that a read may come from."""
    if one.found.presence == PRESENT or not one.found.losses:  # another state has read it and passed it on
        yield from (tuple(loss.pointer) for loss in origins(one.found.shape) if loss.pointer)
        return
    keys = (one.route.keys or ())[one.found.at :]
    yield from ((*loss.pointer, *keys) for loss in one.found.losses if loss.kind == ORIGIN)


class _Found:
    """One read of one field."""

    def __init__(self, machine: StateMachine, state: State, one: Read, path: Path) -> None:
        self.state = state
        self.read = one
        self.sure = all(loss.kind == ORIGIN for loss in one.found.losses) and not _is_conditional(one, state)
        # without a loss it is not known whether the value is missing here when it is missing in the input
        fails = one.effect in ("", FAILS) and one.found.presence != PRESENT and one.found.losses != ()
        self.reader = Reader(
            state=state.name,
            pointer=one.pointer,
            line=machine.document.span(one.pointer).line,
            text=one.route.text,
            error=(QUERY if one.effect else RUNTIME) if fails else "",
            type=next(_types(state, one), ""),
        )


def _is_conditional(one: Read, state: State) -> bool:
    """Whether an execution can pass the state without this read: in a catcher, or in a choice rule behind the first."""
    inner = one.pointer[len(state.pointer) :]
    if inner[:1] == ("Catch",):
        return True
    return inner[:1] == ("Choices",) and (inner[1:2] != (0,) or "Assign" in inner or "Output" in inner or "Or" in inner)


def _field(path: Path, some: list[_Found], always: bool, found: Iterable[Path]) -> Field:
    fails = any(one.reader.error for one in some)
    readers = dict.fromkeys(one.reader for one in some)
    types = dict.fromkeys(one.reader.type for one in some if one.reader.type)
    below = {other[len(path)] for other in found if len(other) > len(path) and other[: len(path)] == path}
    if below:
        types = dict.fromkeys(
            ["array" if below <= {ANY_ELEMENT} or all(type(key) is int for key in below) else "object"]
        )
    return Field(path, tuple(types), ALWAYS if always else SOMETIMES if fails else OPTIONAL, tuple(readers))


# --- on every route --------------------------------------------------------------------------------------------------


def _always_read(machine: StateMachine, found: Mapping[Path, list[_Found]]) -> set[Path]:
    """The fields that every route which ends well reads, and fails without. Each field is one bit of a number."""
    paths = list(found)
    reads: dict[Pointer, int] = {}
    for bit, path in enumerate(paths):
        for one in found[path]:
            if one.sure and one.reader.error:
                pointer = one.state.pointer
                reads[pointer] = reads.get(pointer, 0) | 1 << bit
    in_elements = sum(1 << bit for bit, path in enumerate(paths) if ANY_ELEMENT in path)
    always = _on_every_route(machine, reads, in_elements)
    return {path for bit, path in enumerate(paths) if always >> bit & 1}


def _on_every_route(scope: StateMachine, reads: Mapping[Pointer, int], in_elements: int) -> int:
    if scope.start_at is None or scope.start_at not in scope.states:
        return 0
    ordered = order(scope)
    before: dict[str, int] = {scope.start_at: 0}
    behind: dict[str, int] = {}
    pending = [scope.start_at]
    while pending:
        pending.sort(key=ordered.__getitem__, reverse=True)
        name = pending.pop()
        behind[name] = before[name] | _read_by(scope.states[name], reads, in_elements)
        for target in regular_targets(scope, name):
            known = before.get(target)
            now = behind[name] if known is None else known & behind[name]
            if now != known:
                before[target] = now
                if target not in pending:
                    pending.append(target)
    ends = [behind[name] for name in behind if is_end(scope.states[name])]
    always = ends[0] if ends else behind[scope.start_at]
    for end in ends:
        always &= end
    return always


def _read_by(state: State, reads: Mapping[Pointer, int], in_elements: int) -> int:
    """What a state reads in any case, with what each of its branches does. A Map may have no iterations: then there are
    no elements either, and each element that there is has one."""
    own = reads.get(state.pointer, 0)
    for inner in state.machines:
        own |= _on_every_route(inner, reads, in_elements) & (-1 if isinstance(state, Parallel) else in_elements)
    return own


# --- types -----------------------------------------------------------------------------------------------------------

FIELD_TYPES: dict[str | int, str] = {
    **dict.fromkeys(("SecondsPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath"), "integer"),
    **dict.fromkeys(("ToleratedFailureCountPath", "MaxItemsPath", "MaxItemsPerBatchPath"), "integer"),
    **dict.fromkeys(("Seconds", "TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency"), "integer"),
    **dict.fromkeys(("ToleratedFailurePercentagePath", "ToleratedFailurePercentage"), "number"),
    **dict.fromkeys(("TimestampPath", "Timestamp", "ErrorPath", "CausePath", "Error", "Cause"), "string"),
    **dict.fromkeys(("ItemsPath", "Items"), "array"),
    "Condition": "boolean",
}
"""Field of a state -> the JSON type that what it reads must have. Source: States Language, the pages of the states."""

TEMPLATES = frozenset(
    {"Arguments", "Assign", "Catch", "Credentials", "ItemSelector", "Output", "Parameters", "ResultSelector"}
)
"""The fields whose keys are names of their user."""

MODEL_TYPES = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "list": "array",
    "map": "object",
    "structure": "object",
}

TAKE_ANYTHING = frozenset({("sns", "Message"), ("sqs", "MessageBody"), ("states", "Input"), ("lambda", "Payload")})
"""(service, parameter) that Step Functions makes text of. Source: guide, the pages of these services."""


def _types(state: State, one: Read) -> Iterator[str]:
    """The type that a read needs, if the value that is read stands there as a whole."""
    pointer = one.pointer[len(state.pointer) :]
    if not _is_whole(state.raw, pointer, one.route.text):
        return
    if pointer[-1] in FIELD_TYPES and pointer[0] not in TEMPLATES:
        yield FIELD_TYPES[pointer[-1]]
    elif pointer[-1] == "Variable" and isinstance(state, Choice):
        yield from _compared(_written(state.raw, pointer[:-1]))
    elif isinstance(state, Task) and pointer[0] in ("Parameters", "Arguments"):
        yield from _of_parameter(state, pointer[1:])


def _is_whole(raw: Json, pointer: Pointer, text: str) -> bool:
    value = _written(raw, pointer)
    expression = inside(value)
    return text in (value, None if expression is None else expression[0])


def _written(raw: Json, pointer: Pointer) -> Json:
    for key in pointer:
        raw = raw[key]
    return raw


def _compared(rule: Mapping[str, Json]) -> Iterator[str]:
    """What the operator of a choice rule compares with."""
    for operator in rule:
        for beginning, kind in (
            ("String", "string"),
            ("Timestamp", "string"),
            ("Numeric", "number"),
            ("Boolean", "boolean"),
        ):
            if operator.startswith(beginning):
                yield kind


def _of_parameter(task: Task, keys: Pointer) -> Iterator[str]:
    """The type that a service's model gives a parameter."""
    found = parameter(task, keys)
    if found is not None and found[1].kind in MODEL_TYPES:
        yield MODEL_TYPES[found[1].kind]


def parameter(task: Task, keys: Pointer) -> tuple[Service | None, Shape] | None:
    """What a service's model says of a parameter, whose place is counted from Parameters or Arguments, and the service
    whose references that uses; None when that is not known, and where text is made of anything."""
    arn = None if task.resource is None else parse_resource(task.resource)
    found = None if arn is None else input_shape(arn.service, arn.action)
    names = [key.removesuffix(".$") if isinstance(key, str) else key for key in keys]
    service, shape = found or (None, None)
    if arn is None or service is None or shape is None or (arn.service, *names[:1]) in TAKE_ANYTHING:
        return None
    for name in names:
        if shape.kind == "structure" and name in shape.members:
            shape = service.shape(shape.members[str(name)])
        elif shape.kind in ("list", "map"):
            shape = service.shape(shape.element)
        else:
            return None
    return service, shape


# --- an input --------------------------------------------------------------------------------------------------------


def breaches(fields: Iterable[Field], value: Json) -> list[Breach]:
    """Where an input breaks the contract: what is missing, and what has the wrong type; each place once."""
    known = list(fields)
    found: dict[Path, Breach] = {}
    for field in known:
        for breach in _breaches(field, value, known):
            found.setdefault(breach.path, breach)
    return list(found.values())


def _breaches(field: Field, value: Json, known: list[Field]) -> Iterator[Breach]:
    reader = next((one for one in field.readers if one.error), None)
    # a comparison with a value of another type is false, and no failure
    typed = [one for one in field.readers if one.type and one.pointer[-1] != "Variable"]
    for path, holder, found in _followed(value, field.path):
        if found is _MISSING:
            if reader is not None:
                message = f"{shown(path)} is missing: {_follows(field, reader)}{_meant(path, holder, known)}"
                yield Breach(path, message, reader)
        elif typed and not any(is_of(one.type, found) for one in typed):
            first = typed[0]
            yield Breach(
                path,
                f"{shown(path)} is {_kind(found)}, where {_a(first.type)} is needed: "
                f'"{first.state}" (line {first.line}) reads {first.text} and fails',
                first,
            )


_MISSING: Any = object()


def _followed(value: Json, path: Path) -> Iterator[tuple[Path, Json, Json]]:
    """(path, what holds it, what is there) for each place that a path leads to; the path ends where it breaks off."""
    pending: list[tuple[Path, Json, Json]] = [((), None, value)]
    while pending:
        way, holder, found = pending.pop()
        if found is _MISSING or len(way) == len(path):
            yield way, holder, found
            continue
        key = path[len(way)]
        if key == ANY_ELEMENT and isinstance(found, list):
            pending.extend(((*way, index), found, item) for index, item in reversed(list(enumerate(found))))
        else:
            pending.append(((*way, key), found, _at(found, key)))


def _at(value: Json, key: str | int) -> Json:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key, _MISSING)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return _MISSING


def _follows(field: Field, reader: Reader) -> str:
    route = "" if field.need == ALWAYS else ", on the routes that come there"
    uncaught = ", which no Catch sees" if reader.error == RUNTIME else ""
    return f'"{reader.state}" (line {reader.line}) reads {reader.text} and fails with {reader.error}{uncaught}{route}'


def _meant(path: Path, holder: Json, known: list[Field]) -> str:
    """The name in the input that was probably meant: one that nothing reads."""
    if not isinstance(holder, dict) or not path:
        return ""
    read = {field.path[len(path) - 1] for field in known if _leads_beside(field.path, path)}
    meant = nearest(str(path[-1]), [name for name in holder if name not in read])
    return f'; the input has "{meant}", which nothing reads' if meant else ""


def _leads_beside(path: Path, place: Path) -> bool:
    """Whether a path of the contract goes through what holds a place of an input."""
    return len(path) >= len(place) and all(
        key == there or (key == ANY_ELEMENT and isinstance(there, int))
        for key, there in zip(path, place[:-1], strict=False)
    )


def unread(machine: StateMachine, fields: Iterable[Field], value: Json) -> list[str]:
    """The top-level names of an input that nothing reads; none where a task may be given the whole input."""
    if not isinstance(value, dict) or any(_takes_all(state) for _, state in all_states(machine)):
        return []
    read = {field.path[0] for field in fields if field.path}
    return [name for name in value if name not in read]


def _takes_all(state: State) -> bool:
    """Whether a task has no parameters, or one that is a whole input."""
    if not isinstance(state, Task):
        return False
    field = "Arguments" if state.query_language == JSONATA else "Parameters"
    return field not in state.raw or any(map(_is_all, _strings(state.raw[field])))


def _is_all(text: str) -> bool:
    expression = inside(text)
    if expression is None:
        return text in ("$", "$$", "$$.Execution", "$$.Execution.Input")
    analysis = analysed(expression[0])
    return analysis is None or any(
        use.variable == "states" and (len(use.keys) < 2 or use.keys == ("context", "Execution", "Input"))
        for use in analysis.uses
    )


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def is_of(kind: str, value: Json) -> bool:
    """Whether a value has a JSON type; an integer may be written 1.0."""
    if kind in ("integer", "number"):
        whole = kind == "number" or not isinstance(value, float) or value.is_integer()
        return isinstance(value, int | float) and not isinstance(value, bool) and whole
    return isinstance(value, PYTHON_TYPES[kind])


PYTHON_TYPES: dict[str, type] = {"string": str, "boolean": bool, "array": list, "object": dict}


def _kind(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    return "a string" if isinstance(value, str) else "an array" if isinstance(value, list) else "an object"


def _a(kind: str) -> str:
    return f"a{'n' * (kind[0] in 'aio')} {kind}"


def shown(path: Path) -> str:
    """A path as text: $.tables[*].name."""
    return "$" + "".join(_shown_key(key) for key in path)


def _shown_key(key: str | int) -> str:
    if isinstance(key, int) or key == ANY_ELEMENT:
        return f"[{key}]"
    return f".{key}" if key.isidentifier() else f"['{key}']"


# --- JSON Schema -----------------------------------------------------------------------------------------------------

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(fields: Iterable[Field], *, title: str) -> dict[str, Json]:
    """The contract as a JSON Schema (draft 2020-12); what nothing reads is allowed."""
    schema: dict[str, Json] = {"$schema": DIALECT, "title": title}
    for field in sorted(fields, key=lambda field: len(field.path)):
        _add(schema, field)
    return schema


def _add(schema: dict[str, Json], field: Field) -> None:
    for key in field.path:
        if isinstance(key, str) and key != ANY_ELEMENT:
            schema.setdefault("type", "object")
            if field.need == ALWAYS and key not in schema.setdefault("required", []):
                schema["required"].append(key)
            schema = schema.setdefault("properties", {}).setdefault(key, {})
        else:
            schema.setdefault("type", "array")
            schema = schema.setdefault("items", {})
    if field.types:
        schema["type"] = field.types[0] if len(field.types) == 1 else list(field.types)
    schema.setdefault("description", _description(field))


def _description(field: Field) -> str:
    states = list(dict.fromkeys(f'"{one.state}"' for one in field.readers))
    more = f" and {len(states) - 3} more" if len(states) > 3 else ""
    return f"Read by {', '.join(states[:3])}{more}."
