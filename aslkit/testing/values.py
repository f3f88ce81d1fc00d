"""Fields that a definition reads -> values that fit them, chosen by what reads them: the constants that choice rules
compare them with, the parameters that they become, the functions that they are given to.

Where several things read a field, values for each of them are there. Nothing here is drawn at random: `Values` is a
tree of what there is to choose from, the plainest first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import JSONATA, Choice, State, StateMachine, Task, all_states
from aslkit.definition.resource import parse_resource
from aslkit.definition.services import model_name
from aslkit.language.intrinsics import FUNCTIONS, Call, IntrinsicSyntaxError, PathArgument, parse_intrinsic
from aslkit.lint.dataflow import route
from aslkit.lint.jsonata_reads import ROUTE, analysed, inside
from aslkit.lint.jsonata_tree import ARRAY, BINARY, CALL, CONDITION, LITERAL, UNARY, VARIABLE, Tree, plain_route, within
from aslkit.lint.shapes import ANY_ELEMENT
from aslkit.operations.contract import OPTIONAL, TEMPLATES, is_of, parameter
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import ChoiceRule
    from aslkit.definition.services import Service, Shape
    from aslkit.operations.contract import Field, Reader

Json = Any

MISSING: Any = object()


class Leaf(Record):
    """One of these values."""

    values: tuple[Json, ...]


class Part(Record):
    """A member of an object: `needed` says that what reads it fails without it, `usual` that the plainest object has
    it."""

    values: Values
    needed: bool = True
    usual: bool = True


class Whole(Record):
    """An object of these members."""

    parts: Mapping[str, Part]


class Many(Record):
    """An array of such elements, at least `least` of them."""

    each: Values
    least: int = 0


Values = Leaf | Whole | Many


def plainest(values: Values) -> Json:
    """The first of all values: of each choice the first, arrays of one element."""
    match values:
        case Leaf():
            return values.values[0]
        case Whole():
            return {name: plainest(part.values) for name, part in values.parts.items() if part.usual}
        case Many():
            return [plainest(values.each) for _ in range(max(values.least, 1))]


def values_of(machine: StateMachine, fields: Iterable[Field], example: Json = MISSING) -> Values:
    """What a value may be of which the states of a machine read these fields; a field of which they tell nothing is as
    in the `example`."""
    place = _Place()
    for field in fields:
        place.at(field.path).field = field
    states = {state.pointer: state for _, state in all_states(machine)}
    return _Making(states).values(place, "value", example, element=False)


class _Place:
    """A place in the value: the field that is read there, and the places inside it."""

    def __init__(self) -> None:
        self.field: Field | None = None
        self.inner: dict[str | int, _Place] = {}

    def at(self, path: tuple[str | int, ...]) -> _Place:
        place = self
        for key in path:
            place = place.inner.setdefault(key, _Place())
        return place

    @property
    def elements(self) -> list[str | int]:
        """The keys of elements of an array."""
        return [key for key in self.inner if key == ANY_ELEMENT or type(key) is int]


class _Making:
    """Makes the values of places; knows the states that read them, by their pointers."""

    def __init__(self, states: Mapping[Pointer, State]) -> None:
        self.states = states

    def values(self, place: _Place, name: str, example: Json, *, element: bool) -> Values:
        if place.elements:
            return self.many(place, name, example)
        if place.inner or place.field is None:
            return self.whole(place, example)
        hints = [] if place.field is None else list(self.hints(place.field, name))
        types = () if place.field is None else place.field.types
        if "array" in types and not hints:
            each = Leaf((example[0],)) if isinstance(example, list) and example else Leaf(_texts(name))
            return Many(each)
        return Leaf(_chosen(hints, types, place.field, example, _texts(name) if element else _anything(name)))

    def whole(self, place: _Place, example: Json) -> Values:
        known = example if isinstance(example, dict) else {}
        parts: dict[str, Part] = {}
        for key, inner in place.inner.items():
            values = self.values(inner, str(key), known.get(str(key), MISSING), element=False)
            parts[str(key)] = Part(values, self.needed(inner))
        return Whole(parts)

    def many(self, place: _Place, name: str, example: Json) -> Values:
        """What is read of one element is there in each."""
        each = _Place()
        for key, inner in place.inner.items():
            _add(each if key in place.elements else each.inner.setdefault(key, _Place()), inner)
        first = example[0] if isinstance(example, list) and example else MISSING
        least = max((key + 1 for key in place.elements if type(key) is int), default=0)
        return Many(self.values(each, name, first, element=True), least)

    def needed(self, place: _Place) -> bool:
        field = place.field
        if field is not None and (field.need != OPTIONAL or any(map(self.ordered, field.readers))):
            return True
        return any(map(self.needed, place.inner.values()))

    def ordered(self, reader: Reader) -> bool:
        """Whether an expression in JSONata does something with what is read that gives nothing without it."""
        return any(operator in NEEDING for operator, _ in self.operations(reader))

    # --- what a reader tells of the value ---

    def hints(self, field: Field, name: str) -> Iterator[Json]:
        for reader in field.readers:
            yield from self.hint(reader, name)

    def hint(self, reader: Reader, name: str) -> Iterator[Json]:
        state = self.state(reader)
        if state is None:
            return
        pointer = reader.pointer[len(state.pointer) :]
        value = _written(state.raw, pointer)
        if isinstance(state, Task) and pointer[0] in ("Parameters", "Arguments") and reader.type:
            yield from _of_parameter(state, pointer[1:], name)
        elif pointer[-1] == "Variable" and isinstance(state, Choice):
            yield from _compared(_written(state.raw, pointer[:-1]))
            if "IsPresent" in _written(state.raw, pointer[:-1]):
                for rule in _rules(state.choices):
                    yield from _compared(rule.raw) if rule.variable == value else ()
        elif pointer[0] not in TEMPLATES and pointer[-1] in FIELDS and (reader.type or pointer[0] != "Choices"):
            yield from FIELDS[pointer[-1]]
        elif pointer[0] == "Choices" and str(pointer[-1]).endswith("Path"):
            yield from _of_kind(str(pointer[-1]))
        elif state.query_language == JSONATA:
            for operator, other in self.operations(reader):
                yield from _operated(operator, other, name)
        elif isinstance(value, str) and not value.startswith("$"):
            yield from _of_intrinsic(value, reader.text, name)
        elif (path := route(reader.text)) is not None and path.partial:
            yield from LISTS

    def state(self, reader: Reader) -> State | None:
        pointer = reader.pointer
        return next((found for end in range(len(pointer), 1, -1) if (found := self.states.get(pointer[:end]))), None)

    def operations(self, reader: Reader) -> Iterator[tuple[str, Json]]:
        """(operator or function, what stands on its other side) of what an expression in JSONata does with what is
        read; MISSING for what is no literal."""
        state = self.state(reader)
        if state is None or state.query_language != JSONATA:
            return
        expression = inside(_written(state.raw, reader.pointer[len(state.pointer) :]))
        analysis = None if expression is None else analysed(expression[0])
        if expression is None or analysis is None:
            return
        if expression[0] == reader.text and reader.pointer[-1] == "Condition":
            yield "and", MISSING
        for tree in within(analysis.tree):
            yield from _operations(tree, lambda part: _is_route(part, expression[0], reader.text))


def _add(place: _Place, other: _Place) -> None:
    place.field = place.field or other.field
    for key, inner in other.inner.items():
        _add(place.inner.setdefault(key, _Place()), inner)


def _written(raw: Json, pointer: Pointer) -> Json:
    for key in pointer:
        raw = raw[key]
    return raw


def _chosen(
    hints: list[Json], types: tuple[str, ...], field: Field | None, example: Json, otherwise: tuple[Json, ...]
) -> tuple[Json, ...]:
    """The values that fit the types which readers need; a comparison with another type is no failure. What is an array
    or an object in an example is read deeper than is known."""
    needed = [] if field is None else [one.type for one in field.readers if one.type and one.pointer[-1] != "Variable"]
    known = [] if example is MISSING else [example]
    found = [*known, *hints] if isinstance(example, dict | list) else [*hints, *known]
    for values in (found, *(BY_TYPE[kind] for kind in types), otherwise):
        fitting = [value for value in values if not needed or any(is_of(kind, value) for kind in needed)]
        if fitting:
            return tuple(_distinct(fitting))
    return otherwise


def _distinct(values: Iterable[Json]) -> Iterator[Json]:
    seen: list[tuple[type, Json]] = []
    for value in values:
        if (type(value), value) not in seen:
            seen.append((type(value), value))
            yield value


# --- plain values ----------------------------------------------------------------------------------------------------


def _texts(name: str) -> tuple[Json, ...]:
    return name, "x y", "é"


def _anything(name: str) -> tuple[Json, ...]:
    """What a value may be that is only passed on."""
    return *_texts(name), 7, True, None


NUMBERS = (1, 2, 0)
INSTANT, BEFORE, AFTER = "2025-01-01T00:01:00Z", "2000-01-01T00:00:00Z", "2025-01-02T00:00:00Z"
INSTANTS = (INSTANT, AFTER, BEFORE)
TRUTHS = (True, False)
LISTS: tuple[Json, ...] = (["a", "b"], [])
OTHER = "other"

BY_TYPE: dict[str, tuple[Json, ...]] = {
    "string": ("a", "x y", "é"),
    "integer": NUMBERS,
    "number": (*NUMBERS, 0.5),
    "boolean": TRUTHS,
    "array": (["a"], []),
    "object": ({},),
}

FIELDS: dict[str | int, tuple[Json, ...]] = {
    **dict.fromkeys(("SecondsPath", "Seconds"), (1, 60, 0)),
    **dict.fromkeys(("TimestampPath", "Timestamp"), INSTANTS),
    **dict.fromkeys(("TimeoutSecondsPath", "TimeoutSeconds"), (3600, 7200)),
    **dict.fromkeys(("HeartbeatSecondsPath", "HeartbeatSeconds"), (600, 60)),
    **dict.fromkeys(("MaxConcurrencyPath", "MaxConcurrency"), (1, 2, 0)),
    **dict.fromkeys(("MaxItemsPath", "MaxItemsPerBatchPath"), (2, 1)),
    **dict.fromkeys(("ToleratedFailurePercentagePath", "ToleratedFailurePercentage"), (0, 50, 100)),
    "ToleratedFailureCountPath": (0, 1),
}
"""Field of a state -> values for what it reads. Times are long enough for a task of an ordinary length."""


# --- choice rules in JSONPath ----------------------------------------------------------------------------------------


def _rules(rules: Iterable[ChoiceRule]) -> Iterator[ChoiceRule]:
    for rule in rules:
        yield rule
        yield from _rules(rule.rules)


def _compared(rule: Mapping[str, Json]) -> Iterator[Json]:
    """Values for which a choice rule holds, and others."""
    for operator, operand in rule.items():
        if operator.endswith("Path"):
            yield from _of_kind(operator)
        elif operator in KINDS:
            yield from KINDS[operator] if operand is not False else reversed(KINDS[operator])
        elif operator == "StringMatches" and isinstance(operand, str):
            yield from (re.sub(r"\\(.)|\*", lambda found: found[1] or "x", operand), OTHER)
        elif operator.startswith("Timestamp"):
            yield from (operand, AFTER, BEFORE)
        elif operator.startswith(("String", "Numeric", "Boolean")):
            yield from _around(operand)


def _of_kind(operator: str) -> tuple[Json, ...]:
    """Values for both sides of an operator that compares two fields, so that they may be the same."""
    return next((values for kind, values in SAME.items() if operator.startswith(kind)), ())


SAME: dict[str, tuple[Json, ...]] = {
    "String": ("a", "b"),
    "Numeric": NUMBERS,
    "Boolean": TRUTHS,
    "Timestamp": INSTANTS,
}
KINDS: dict[str, tuple[Json, ...]] = {
    "IsNull": (None, "a"),
    "IsString": ("a", 1),
    "IsNumeric": (1, "a"),
    "IsBoolean": (True, "a"),
    "IsTimestamp": (INSTANT, "a"),
}


def _around(value: Json) -> tuple[Json, ...]:
    """A value and its neighbours, so that each comparison with it comes out both ways."""
    match value:
        case bool():
            return value, not value
        case int() | float():
            return value, value + 1, value - 1
        case str():
            return value, OTHER
        case _:
            return value, "a"


# --- parameters of services ------------------------------------------------------------------------------------------


def _of_parameter(task: Task, keys: Pointer, name: str) -> Iterator[Json]:
    found = parameter(task, keys)
    arn = parse_resource(task.resource or "")
    if found is None or arn is None:
        return
    last = str(keys[-1]).removesuffix(".$") if keys else ""
    yield from _Shaped(found[0], model_name(arn.service)).values(found[1], last, name, 0)


class _Shaped:
    """Makes parameters in the shapes of one service, whose texts are the names of the fields that they come from."""

    def __init__(self, service: Service | None, product: str) -> None:
        self.service = service
        self.product = product

    def values(self, shape: Shape, called: str, name: str, depth: int) -> tuple[Json, ...]:
        match shape.kind:
            case "structure":
                return (self.structure(shape, depth),)
            case "list":
                return tuple([value] for value in self.inner(shape, called, name, depth)[:1]) or ([],)
            case "map":
                return *({"--KEY": value} for value in self.inner(shape, called, name, depth)[:1]), {}
            case "string" | "blob":
                return self.texts(shape, called, name)
            case "integer":
                return LONG if called in MINUTES else (1, 2)
            case "timestamp":
                return INSTANTS
            case kind:
                return BY_TYPE.get(kind, ())

    def structure(self, shape: Shape, depth: int) -> dict[str, Json]:
        found: dict[str, Json] = {}
        if self.service is not None and depth < DEEPEST:
            for name in shape.required:
                inner = self.values(self.service.shape(shape.members[name]), name, name, depth + 1)
                found.update((name, value) for value in inner[:1])
        return found

    def inner(self, shape: Shape, called: str, name: str, depth: int) -> tuple[Json, ...]:
        if self.service is None or depth >= DEEPEST:
            return ()
        return self.values(self.service.shape(shape.element), called, name, depth + 1)

    def texts(self, shape: Shape, called: str, name: str) -> tuple[Json, ...]:
        if shape.values:
            return shape.values[:3]
        form = TEXTS.get((self.product, called), f"arn:aws:{self.product}:us-east-1:111111111111:{{}}")
        if (self.product, called) in TEXTS or called.endswith(("Arn", "ARN")):
            return tuple(form.format(text) for text in _numbered(_plain(name)))
        return tuple(text.ljust(shape.least, "x")[: shape.most] for text in _numbered(name))


def _numbered(name: str) -> tuple[str, ...]:
    return name, f"{name}-2", f"{name}-3"


DEEPEST = 4
MINUTES = ("Timeout", "TimeoutInMinutes")
LONG = (60, 120)

TEXTS = {
    ("sns", "TargetArn"): "arn:aws:sns:us-east-1:111111111111:{}",
    ("sns", "PhoneNumber"): "+12065550100",
    ("sqs", "QueueUrl"): "https://sqs.us-east-1.amazonaws.com/111111111111/{}",
    ("sfn", "StateMachineArn"): "arn:aws:states:us-east-1:111111111111:stateMachine:{}",
    ("lambda", "FunctionName"): "{}",
}
"""(service, parameter) -> what a text looks like; a parameter that ends in Arn is an ARN of its service anyway."""


def _plain(name: str) -> str:
    """A name as a resource may have it."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)


# --- intrinsic functions ---------------------------------------------------------------------------------------------


def _of_intrinsic(text: str, path: str, name: str) -> Iterator[Json]:
    """Values that a call of an intrinsic function, and the calls inside it, take where the path stands."""
    try:
        pending = [parse_intrinsic(text)]
    except IntrinsicSyntaxError:
        return
    while pending:
        call = pending.pop()
        function = FUNCTIONS.get(call.name)
        kinds = () if function is None else function.kinds(len(call.arguments))
        for argument, kind in zip(call.arguments, kinds, strict=False):
            if isinstance(argument, Call):
                pending.append(argument)
            elif isinstance(argument, PathArgument) and argument.path.text == path:
                yield from TAKEN.get(call.name) or BY_TYPE.get(kind) or ()


TAKEN: dict[str, tuple[Json, ...]] = {"States.StringToJson": ("{}",), "States.Base64Decode": ("YQ==",)}
"""Intrinsic functions that do not take any text."""


# --- JSONata ---------------------------------------------------------------------------------------------------------

ORDER = frozenset({"<", "<=", ">", ">="})
COMPARING = ORDER | {"=", "!="}
ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
NEEDING = ORDER | ARITHMETIC | {"$not", "$boolean"}
"""What gives nothing where a side is missing, so that the state fails."""


def _is_route(tree: Tree, expression: str, text: str) -> bool:
    """Whether a tree is the route of this text."""
    found = plain_route(tree)
    written = None if found is None else ROUTE.match(expression, found[0].at)
    return written is not None and written[0] == text


def _operations(tree: Tree, is_read: Callable[[Tree], bool]) -> Iterator[tuple[str, Json]]:
    """(operator or function, literal on its other side) of what a tree does with what is read."""
    match tree.kind:
        case kind if kind == BINARY:
            left, right = tree.parts
            if is_read(left):
                yield tree.value, _literal(right)
            if is_read(right):
                yield tree.value, _literal(left)
        case kind if kind == CONDITION and is_read(tree.parts[0]):
            yield "and", MISSING
        case kind if kind == CALL and tree.parts[0].kind == VARIABLE:
            if any(map(is_read, tree.parts[1:2])):
                yield f"${tree.parts[0].value}", MISSING


def _literal(tree: Tree) -> Json:
    if tree.kind == LITERAL:
        return tree.value
    if tree.kind == UNARY and tree.parts[0].kind == LITERAL:
        return -tree.parts[0].value
    if tree.kind == ARRAY and all(part.kind == LITERAL for part in tree.parts):
        return [part.value for part in tree.parts]
    return MISSING


def _operated(operator: str, other: Json, name: str) -> Iterator[Json]:
    """Values that an operator or function takes beside a literal."""
    if operator == "in" and isinstance(other, list):
        yield from (*other, OTHER)
    elif operator in ARITHMETIC or (operator in ORDER and other is MISSING):
        yield from NUMBERS
    elif operator in COMPARING and other is not MISSING:
        yield from _around(other)
    elif operator in ("and", "or"):
        yield from TRUTHS
    elif operator in CALLS:
        yield from CALLS[operator]


CALLS: dict[str, tuple[Json, ...]] = {
    **dict.fromkeys(("$not", "$boolean"), TRUTHS),
    **dict.fromkeys(("$abs", "$ceil", "$floor", "$formatNumber", "$power", "$round", "$sqrt"), NUMBERS),
    **dict.fromkeys(("$average", "$max", "$min", "$sum"), ([1, 2], [0])),
    **dict.fromkeys(("$count", "$distinct", "$filter", "$join", "$map", "$reduce", "$reverse"), LISTS),
    **dict.fromkeys(("$contains", "$length", "$lowercase", "$pad", "$replace", "$split", "$substring"), ("a", "x y")),
    **dict.fromkeys(("$substringAfter", "$substringBefore", "$trim", "$uppercase"), ("a", "x y")),
    "$keys": ({"a": 1}, {}),
    "$merge": ([{"a": 1}], []),
    "$number": ("1", 2),
    "$parse": ("{}",),
    "$toMillis": INSTANTS,
}
"""JSONata function -> values that its first argument may be. Source: the JSONata documentation, "Function library"."""
