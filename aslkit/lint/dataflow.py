"""StateMachine -> what is known of the data that enters each state on each route, and what every path reads there.

The execution's input is unknown: anything may be in it. From there shapes are carried along every transition, as the
States Language says (InputPath, Parameters, the task, ResultSelector, ResultPath into the raw input, OutputPath; a
catcher writes into the raw input). Where routes meet, shapes are joined. A loop is gone around until nothing changes,
at most MAX_VISITS times; what changes still is unknown.
"""

from __future__ import annotations

from functools import lru_cache
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.model import (
    ABSENT,
    JSONATA,
    Catcher,
    Choice,
    ChoiceRule,
    Fail,
    Map,
    Parallel,
    Pass,
    State,
    StateMachine,
    Succeed,
    Task,
    Wait,
    fact,
)
from aslkit.lint.results import result_of
from aslkit.lint.shapes import (
    BOOLEAN,
    EMPTY,
    NUMBER,
    PRESENT,
    STRING,
    UNKNOWN,
    Array,
    Keys,
    Loss,
    Member,
    Object,
    Reading,
    Scalar,
    Shape,
    array,
    array_of,
    built,
    doubt,
    each_of,
    filled,
    join,
    literal,
    lose,
    put,
    read,
    undoubted,
    with_member,
)
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aslkit.definition.document import Pointer

Json = Any

MAX_VISITS = 4
"""How often a state is looked at again because more may enter it than was known; then anything may enter it."""

CATCH = "catch"
RESULT = "result"
INPUT_PATH = "InputPath"
OUTPUT_PATH = "OutputPath"
RESULT_SELECTOR = "ResultSelector"
PARAMETERS = "Parameters"
ITEM = "item"
OUTPUT = "Output"
UNWRITTEN = "unwritten"
ELSEWHERE = "elsewhere"
"""The kinds of Loss: an error output, a result, … took the place of what was there. UNWRITTEN: a state that fails does
not write its result. ELSEWHERE: the error output on this route is in another place."""

ERROR_OUTPUT = built({"Error": STRING, "Cause": STRING})
"""What a catcher writes. Source: States Language specification, "Fallback states"."""

ITEM_CONTEXT = Object(
    {
        "Index": Member(NUMBER),
        "Value": Member(UNKNOWN),
        "Key": Member(UNKNOWN, False),
        "Source": Member(UNKNOWN, False),
    }
)
CONTEXT = built(
    {
        "Execution": built(
            {
                **dict.fromkeys(("Id", "Name", "RoleArn", "StartTime", "RedriveTime"), STRING),
                "Input": UNKNOWN,
                "RedriveCount": NUMBER,
            }
        ),
        "State": built({"EnteredTime": STRING, "Name": STRING, "RetryCount": NUMBER}),
        "StateMachine": built({"Id": STRING, "Name": STRING}),
        "Task": built({"Token": STRING}),
    }
)
"""The context object outside a Map. Source: Step Functions guide, "Context object"."""

CONTEXT_IN_MAP = put(CONTEXT, ("Map",), built({"Item": ITEM_CONTEXT}))


class Expression(Record):
    """What a path or an intrinsic function call reads, and the shape of what a call gives (None for a path)."""

    paths: tuple[Route, ...]
    gives: Shape | None = None


class Route(Record):
    """A path: `root` is `$`, `$$` or a variable's name; `keys` is None for a path that is no plain route."""

    text: str
    root: str
    keys: Keys | None


class Read(NamedTuple):
    """One path that is read: the place of the expression that it stands in, the document, and what is found."""

    pointer: Pointer
    route: Route
    document: Shape
    found: Reading


class Visit:
    """What the analysis knows of one state.

    `raw` is the joined shape of its raw input, `entering` that of each transition by the pointer of the transition (of
    StartAt for the first state), `reads` what its paths find; `inside_map` says whether `$$.Map` exists.
    """

    __slots__ = ("count", "entering", "inside_map", "raw", "reads", "state")

    def __init__(self, state: State, inside_map: bool) -> None:
        self.state = state
        self.inside_map = inside_map
        self.raw: Shape | None = None
        self.entering: dict[Pointer, Shape] = {}
        self.reads: list[Read] = []
        self.count = 0

    def enter(self, pointer: Pointer, shape: Shape) -> bool:
        """Whether the state must be looked at again, because more may enter it than was known."""
        self.entering[pointer] = shape
        if self.raw is None:
            self.raw = shape
            return True
        before = self.raw
        self.raw = UNKNOWN if self.count >= MAX_VISITS else join(before, shape)
        return self.raw is not before


class Flow:
    """The data flow of a definition: the visit of every state that can be entered, by its pointer."""

    __slots__ = ("outputs", "visits")

    def __init__(self) -> None:
        self.visits: dict[Pointer, Visit] = {}
        self.outputs: dict[Pointer, Shape] = {}


@fact
def flow(machine: StateMachine) -> Flow:
    """The data flow of a whole definition whose input is unknown."""
    found = Flow()
    _run(found, machine, UNKNOWN, inside_map=False)
    return found


class Exit(NamedTuple):
    """A way out of a state: the name of the next one (None at the end of the scope), where that stands, the output."""

    target: str | None
    pointer: Pointer
    shape: Shape


def _run(found: Flow, scope: StateMachine, entering: Shape, *, inside_map: bool) -> Shape | None:
    """Carries a shape through a scope; the shape of its output, None while no route is known to end well."""
    order = _order(scope)
    pending: list[int] = []
    waiting: set[str] = set()
    names = list(order)

    def enter(name: str | None, pointer: Pointer, shape: Shape) -> None:
        if name not in order:
            return
        state = scope.states[name]
        visit = found.visits.get(state.pointer)
        if visit is None:
            visit = found.visits[state.pointer] = Visit(state, inside_map)
        if visit.enter(pointer, shape) and name not in waiting:
            waiting.add(name)
            heappush(pending, order[name])

    enter(scope.start_at, (*scope.pointer, "StartAt"), entering)
    while pending:
        name = names[heappop(pending)]
        waiting.discard(name)
        visit = found.visits[scope.states[name].pointer]
        visit.count += 1
        for target, pointer, shape in _exits(found, visit):
            if target is None:
                known = found.outputs.get(scope.pointer)
                found.outputs[scope.pointer] = shape if known is None else join(known, shape)
            else:
                enter(target, pointer, shape)
    return found.outputs.get(scope.pointer)


@fact
def _order(scope: StateMachine) -> dict[str, int]:
    """The states that can be entered, so numbered that all but the backward transitions of loops go upwards."""
    if scope.start_at is None or scope.start_at not in scope.states:
        return {}
    finished: list[str] = []
    seen = {scope.start_at}
    stack = [(scope.start_at, scope.states[scope.start_at].transitions())]
    while stack:
        name, leaving = stack[-1]
        target = next((target for _, target in leaving if target not in seen and target in scope.states), None)
        if target is None:
            finished.append(name)
            stack.pop()
        else:
            seen.add(target)
            stack.append((target, scope.states[target].transitions()))
    return {name: index for index, name in enumerate(reversed(finished))}


# --- expressions -----------------------------------------------------------------------------------------------------


@lru_cache(8192)
def route(text: str) -> Route | None:
    """The path that a text writes, None for what is no path."""
    first, *names = text.split(".")
    if first in ("$", "$$") and all(map(str.isidentifier, names)):
        return Route(text, first, tuple(names))  # what most paths are costs no import of the parser
    from aslkit.language.jsonpath import PathSyntaxError, parse_path

    try:
        path = parse_path(text)
    except PathSyntaxError:
        return None
    return Route(text, path.root, path.keys)


GIVES: dict[str, Shape] = {"string": STRING, "number": NUMBER, "boolean": BOOLEAN, "array": array_of(UNKNOWN)}


@lru_cache(8192)
def expression(text: str) -> Expression:
    """What a path or an intrinsic function call reads; nothing for a text that is neither."""
    if text.startswith("$"):
        path = route(text)
        return Expression(() if path is None else (path,), None if path is not None else UNKNOWN)
    from aslkit.language.intrinsics import FUNCTIONS, IntrinsicSyntaxError, parse_intrinsic

    try:
        call = parse_intrinsic(text)
    except IntrinsicSyntaxError:
        return Expression((), UNKNOWN)
    function = FUNCTIONS.get(call.name)
    gives = UNKNOWN if function is None else GIVES.get(function.returns, UNKNOWN)
    return Expression(tuple(_arguments(call)), gives)


def _arguments(call: Any) -> Iterator[Route]:
    """The paths among the arguments of a call and of the calls inside it."""
    from aslkit.language.intrinsics import Call, PathArgument

    for argument in call.arguments:
        if isinstance(argument, PathArgument):
            yield Route(argument.path.text, argument.path.root, argument.path.keys)
        elif isinstance(argument, Call):
            yield from _arguments(argument)


@lru_cache(4096)
def reference(text: str | None) -> Keys | None:
    """The route of a reference path, None for what is none."""
    path = None if text is None or "${" in text else route(text)
    return path.keys if path is not None and path.root == "$" else None


# --- states ----------------------------------------------------------------------------------------------------------


class _State:
    """One look at a state: reads are recorded in its visit, exits are what it yields."""

    __slots__ = ("context", "found", "raw", "reads", "state")

    def __init__(self, found: Flow, visit: Visit) -> None:
        self.found = found
        self.state: Any = visit.state
        self.raw: Shape = visit.raw if visit.raw is not None else UNKNOWN
        self.context = CONTEXT_IN_MAP if visit.inside_map else CONTEXT
        self.reads: list[Read] = []

    def place(self, *keys: str | int) -> Pointer:
        return (*self.state.pointer, *keys)

    def evaluate(self, pointer: Pointer, text: Json, document: Shape, context: Shape | None = None) -> Shape:
        """What an expression gives on a document; every path in it is recorded as a read."""
        if not isinstance(text, str) or "${" in text:
            return UNKNOWN
        parsed = expression(text)
        shape: Shape = UNKNOWN
        for path in parsed.paths:
            shape = self.read(pointer, path, document, context or self.context)
        return shape if parsed.gives is None else parsed.gives

    def read(self, pointer: Pointer, path: Route, document: Shape, context: Shape) -> Shape:
        root, keys = path.root, path.keys
        if keys is None or root not in ("$", "$$"):
            return UNKNOWN
        if root == "$$":
            document = context
        if not keys:
            return document
        found = read(document, keys)
        self.reads.append(Read(pointer, path, document, found))
        return found.shape

    def field(self, name: str, document: Shape) -> None:
        """Reads a field of the state that holds a path or an expression."""
        text = self.state.raw.get(name)
        if text is not None:
            self.evaluate(self.place(name), text, document)

    def template(self, pointer: Pointer, template: Json, document: Shape, context: Shape | None = None) -> Shape:
        """The shape of a payload template filled in from a document."""
        return filled(template, lambda inside, text: self.evaluate((*pointer, *inside), text, document, context))

    def scan(self, field: str, document: Shape) -> None:
        """Reads what the template in a field reads, where its shape is of no interest."""
        self._scan(self.state.raw.get(field), self.place(field), document)

    def _scan(self, template: Json, pointer: Pointer, document: Shape) -> None:
        if isinstance(template, dict):
            for key, value in template.items():
                if isinstance(value, dict | list):
                    self._scan(value, (*pointer, key), document)
                elif key.endswith(".$"):
                    self.evaluate((*pointer, key), value, document)
        elif isinstance(template, list):
            for index, value in enumerate(template):
                self._scan(value, (*pointer, index), document)

    def selected(self, field: str, document: Shape) -> Shape:
        """The document after InputPath or OutputPath."""
        if field not in self.state.raw:
            return document
        text = self.state.raw[field]
        if text == "$":
            return document
        shape = EMPTY if text is None else self.evaluate(self.place(field), text, document)
        return lose(shape, Loss(field, self.place(field), document))

    def given(self) -> Shape:
        """The effective input before Parameters."""
        return self.selected(INPUT_PATH, self.raw)

    def parameters(self, given: Shape) -> Shape:
        """The effective input: what Parameters makes of the given one."""
        template = self.state.parameters
        return given if template is ABSENT else self.template(self.place(PARAMETERS), template, given)

    def finish(self, result: Shape, *, replaces: bool = True) -> Iterator[Exit]:
        """The exit with a result that is put into the raw input."""
        selector = getattr(self.state, "result_selector", ABSENT)
        if selector is not ABSENT:
            pointer = self.place(RESULT_SELECTOR)
            result = lose(self.template(pointer, selector, result), Loss(RESULT_SELECTOR, pointer, result))
        yield from self.leave(self.selected(OUTPUT_PATH, self.with_result(result, replaces)))

    def with_result(self, result: Shape, replaces: bool) -> Shape:
        written = self.state.raw.get("ResultPath", "$")
        if written is None:
            return self.raw
        keys = reference(written) if isinstance(written, str) else None
        if keys is None:
            return UNKNOWN
        if replaces:
            pointer = self.place("ResultPath") if "ResultPath" in self.state.raw else self.place()
            result = _replacing(result, self.raw, keys, RESULT, pointer)
        return put(self.raw, keys, result)

    def leave(self, output: Shape) -> Iterator[Exit]:
        if self.state.next is not None:
            yield Exit(self.state.next, self.place("Next"), output)
        elif self.state.end or isinstance(self.state, Succeed):
            yield Exit(None, self.place(), output)

    def catch(self) -> Iterator[Exit]:
        """The exits through the catchers; each writes the error output into the raw input."""
        for catcher in self.state.catch:
            if catcher.next is not None:
                yield Exit(catcher.next, (*catcher.pointer, "Next"), self.caught(catcher))

    def caught(self, catcher: Catcher) -> Shape:
        written = catcher.raw.get("ResultPath", "$")
        if written is None:
            return self.unwritten(self.raw)
        keys = reference(written) if isinstance(written, str) else None
        if keys is None:
            return UNKNOWN
        if not keys:
            pointer = (*catcher.pointer, "ResultPath") if "ResultPath" in catcher.raw else catcher.pointer
            return lose(ERROR_OUTPUT, Loss(CATCH, pointer, self.raw))
        pointer = (*catcher.pointer, "ResultPath")
        error = _replacing(ERROR_OUTPUT, self.raw, keys, CATCH, pointer)
        return doubt(put(self.unwritten(self.raw), keys, error), Loss(ELSEWHERE, pointer))

    def unwritten(self, shape: Shape) -> Shape:
        """The shape of which is known that this state has not written its result into it."""
        keys = reference(self.state.raw.get("ResultPath", "$"))
        if not keys or type(shape) is not Object or not shape.open or keys[0] in shape.members:
            return shape
        return with_member(shape, str(keys[0]), Member(UNKNOWN, False, (Loss(UNWRITTEN, self.place()),)))


def _replacing(value: Shape, raw: Shape, keys: Keys, kind: str, pointer: Pointer) -> Shape:
    """The value that is written over something; below the top, only what is known to be there counts as something."""
    before = read(raw, keys) if keys else Reading(raw)
    if before.presence != PRESENT or _has_all(value, before.shape):
        return value
    return lose(value, Loss(kind, pointer, before.shape))


def _has_all(value: Shape, before: Shape) -> bool:
    """Whether nothing is lost: the value has the same members, as the results of two Glue tasks have."""
    return type(value) is Object and type(before) is Object and value.members is before.members


def _exits(found: Flow, visit: Visit) -> Iterator[Exit]:
    look = _State(found, visit)
    if look.state.query_language == JSONATA:
        yield from JSONATA_STATES.get(type(look.state), _jsonata)(look)
    else:
        yield from JSONPATH_STATES[type(look.state)](look)
    visit.reads = look.reads


def _task(look: _State) -> Iterator[Exit]:
    given = look.given()
    look.scan("Parameters", given)
    look.scan("Credentials", given)
    look.field("TimeoutSecondsPath", given)
    look.field("HeartbeatSecondsPath", given)
    yield from look.finish(result_of(look.state.resource))
    yield from look.catch()


def _pass(look: _State) -> Iterator[Exit]:
    given = look.given()
    result = look.parameters(given)
    if look.state.result is not ABSENT:
        result = literal(look.state.result)
    yield from look.finish(result, replaces=result is not given)


def _wait(look: _State) -> Iterator[Exit]:
    given = look.given()
    look.field("SecondsPath", given)
    look.field("TimestampPath", given)
    yield from look.leave(look.selected(OUTPUT_PATH, given))


def _succeed(look: _State) -> Iterator[Exit]:
    yield from look.leave(look.selected(OUTPUT_PATH, look.given()))


def _fail(look: _State) -> Iterator[Exit]:
    look.field("ErrorPath", look.raw)
    look.field("CausePath", look.raw)
    yield from ()


def _parallel(look: _State) -> Iterator[Exit]:
    given = look.given()
    entering = lose(look.parameters(given), Loss(PARAMETERS, look.place(PARAMETERS), given))
    outputs = _branches(look, entering)
    if None not in outputs:
        yield from look.finish(array(output for output in outputs if output is not None))
    yield from look.catch()


def _branches(look: _State, entering: Shape) -> list[Shape | None]:
    inside_map = look.context is CONTEXT_IN_MAP
    return [_run(look.found, branch, entering, inside_map=inside_map) for branch in look.state.branches]


def _map(look: _State) -> Iterator[Exit]:
    state, given = look.state, look.given()
    for field in ("MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"):
        look.field(field, given)
    _limits(look, given)
    look.scan("ItemReader", given)
    look.scan("ResultWriter", given)
    item: Shape = UNKNOWN
    if state.item_reader is ABSENT:
        items = look.evaluate(look.place("ItemsPath"), state.items_path, given)
        item = lose(each_of(items), Loss(ITEM, look.place(), given))
    yield from _iterations(look, _batched(look, _item(look, item, given), given))


def _limits(look: _State, given: Shape) -> None:
    """Reads the paths of a Map that stand deeper than in the state itself."""
    for keys in (
        ("ItemReader", "ReaderConfig", "MaxItemsPath"),
        ("ItemBatcher", "MaxItemsPerBatchPath"),
        ("ItemBatcher", "MaxInputBytesPerBatchPath"),
    ):
        value: Json = look.state.raw
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        look.evaluate(look.place(*keys), value, given)


def _item(look: _State, item: Shape, given: Shape) -> Shape:
    """The input of one iteration: what ItemSelector makes of the item, else the item."""
    selector = look.state.item_selector
    if selector is ABSENT:
        return item
    field = "ItemSelector" if "ItemSelector" in look.state.raw else "Parameters"
    context = put(CONTEXT_IN_MAP, ("Map", "Item", "Value"), item)
    shape = look.template(look.place(field), selector, given, context)
    return lose(shape, Loss(PARAMETERS, look.place(field), given))


def _batched(look: _State, item: Shape, given: Shape) -> Shape:
    """The input of one iteration over batches: {Items, BatchInput}, the latter as ItemBatcher says."""
    batcher = look.state.item_batcher
    if batcher is ABSENT:
        return item
    if not isinstance(batcher, dict):
        return UNKNOWN
    members: dict[str, Shape] = {"Items": array_of(item)}
    if "BatchInput" in batcher:
        members["BatchInput"] = look.template(look.place("ItemBatcher", "BatchInput"), batcher["BatchInput"], given)
    return lose(built(members), Loss(PARAMETERS, look.place("ItemBatcher"), given))


def _iterations(look: _State, item: Shape) -> Iterator[Exit]:
    processor = look.state.item_processor
    output = None if processor is None else _run(look.found, processor, item, inside_map=True)
    written = look.state.result_writer is not ABSENT
    yield from look.finish(UNKNOWN if written else array_of(UNKNOWN if output is None else output))
    yield from look.catch()


def _choice(look: _State) -> Iterator[Exit]:
    """The exits of a Choice. From a rule on that tests whether a path is present, nothing is said of that path."""
    state, shape = look.state, look.given()
    plain = shape is look.raw and state.raw.get("OutputPath", "$") == "$"
    output = shape if plain else look.selected(OUTPUT_PATH, shape)
    for rule in state.choices:
        shape = _tested(look, rule, shape)
        if rule.next is not None:
            yield Exit(rule.next, (*rule.pointer, "Next"), shape if plain else output)
    if state.default is not None:
        yield Exit(state.default, look.place("Default"), shape if plain else output)


def _tested(look: _State, rule: ChoiceRule, document: Shape) -> Shape:
    """Reads the paths of a rule; the document with no doubts about the paths that it tests with IsPresent."""
    pending = [rule]
    while pending:
        part = pending.pop()
        pending.extend(reversed(part.rules))
        if part.operator == "IsPresent":
            document = undoubted(document, reference(part.variable) or ())
        elif part.variable is not None:
            look.evaluate((*part.pointer, "Variable"), part.variable, document)
            if part.operator is not None and part.operator.endswith("Path"):
                look.evaluate((*part.pointer, part.operator), part.operand, document)
    return document


JSONPATH_STATES: dict[type[State], Callable[[_State], Iterator[Exit]]] = {
    Task: _task,
    Pass: _pass,
    Wait: _wait,
    Succeed: _succeed,
    Fail: _fail,
    Parallel: _parallel,
    Map: _map,
    Choice: _choice,
}


# --- JSONata states: their expressions are unknown, the keys of a literal template are known -------------------------


def _jsonata(look: _State) -> Iterator[Exit]:
    """Pass, Wait and Succeed: the output is the input unless Output says otherwise."""
    yield from _jsonata_leave(look, look.raw)


def _jsonata_leave(look: _State, output: Shape) -> Iterator[Exit]:
    yield from look.leave(_jsonata_output(look.state.output, output, look.place(OUTPUT), look.raw))


def _jsonata_output(template: Json, otherwise: Shape, pointer: Pointer, before: Shape) -> Shape:
    if template is ABSENT:
        return otherwise
    return lose(_evaluated(template), Loss(OUTPUT, pointer, before))


def _evaluated(template: Json) -> Shape:
    """The shape of a JSONata template: a string with an expression in it may become anything."""
    return _without_expressions(literal(template))


def _without_expressions(shape: Shape) -> Shape:
    match shape:
        case Object(members) if members:
            return built({name: _without_expressions(member.shape) for name, member in members.items()})
        case Array(elements) if elements:
            return array(map(_without_expressions, elements))
        case Scalar():
            return UNKNOWN
        case _:
            return shape


def _jsonata_task(look: _State) -> Iterator[Exit]:
    result = lose(result_of(look.state.resource), Loss(RESULT, look.place(), look.raw))
    yield from _jsonata_leave(look, result)
    yield from _jsonata_catch(look)


def _jsonata_parallel(look: _State) -> Iterator[Exit]:
    pointer = look.place("Arguments")
    outputs = _branches(look, _jsonata_output(look.state.arguments, look.raw, pointer, look.raw))
    if None not in outputs:
        result = array(output for output in outputs if output is not None)
        yield from _jsonata_leave(look, lose(result, Loss(RESULT, look.place(), look.raw)))
    yield from _jsonata_catch(look)


def _jsonata_map(look: _State) -> Iterator[Exit]:
    processor = look.state.item_processor
    if processor is not None:
        _run(look.found, processor, UNKNOWN, inside_map=True)
    yield from _jsonata_leave(look, UNKNOWN)
    yield from _jsonata_catch(look)


def _jsonata_catch(look: _State) -> Iterator[Exit]:
    for catcher in look.state.catch:
        if catcher.next is not None:
            error = lose(ERROR_OUTPUT, Loss(CATCH, catcher.pointer, look.raw))
            pointer = (*catcher.pointer, OUTPUT)
            yield Exit(
                catcher.next, (*catcher.pointer, "Next"), _jsonata_output(catcher.output, error, pointer, look.raw)
            )


def _jsonata_choice(look: _State) -> Iterator[Exit]:
    for rule in look.state.choices:
        if rule.next is not None:
            shape = _jsonata_output(rule.output, look.raw, (*rule.pointer, OUTPUT), look.raw)
            yield Exit(rule.next, (*rule.pointer, "Next"), shape)
    if look.state.default is not None:
        shape = _jsonata_output(look.state.output, look.raw, look.place(OUTPUT), look.raw)
        yield Exit(look.state.default, look.place("Default"), shape)


JSONATA_STATES: dict[type[State], Callable[[_State], Iterator[Exit]]] = {
    Task: _jsonata_task,
    Parallel: _jsonata_parallel,
    Map: _jsonata_map,
    Choice: _jsonata_choice,
    Fail: lambda look: iter(()),
}
