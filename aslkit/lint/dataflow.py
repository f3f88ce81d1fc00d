"""StateMachine -> what is known of the data that enters each state on each route, and what every path reads there.

The execution's input is unknown: anything may be in it. From there shapes are carried along every transition, as the
States Language says (InputPath, Parameters, the task, ResultSelector, ResultPath into the raw input, OutputPath; a
catcher writes into the raw input), and so are the variables that Assign sets. Where routes meet, shapes are joined. A
loop is gone around until nothing changes, at most MAX_VISITS times; what changes still is unknown. The states in
JSONata are in `aslkit.lint.jsonata_flow`.
"""

from __future__ import annotations

from functools import lru_cache
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.model import ABSENT as NOT_WRITTEN
from aslkit.definition.model import (
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
    ORIGIN,
    PRESENT,
    STRING,
    UNKNOWN,
    Keys,
    Loss,
    Member,
    Object,
    Reading,
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
ASSIGN = "Assign"
UNWRITTEN = "unwritten"
ELSEWHERE = "elsewhere"
UNASSIGNED = "unassigned"
"""The kinds of Loss: an error output, a result, … took the place of what was there. UNWRITTEN: a state that fails does
not write its result. ELSEWHERE: the error output on this route is in another place. UNASSIGNED: no Assign has set the
variable."""

VARIABLE = "variable"
"""The root of the route to a variable, whose name is the first key."""

TESTED = "tested"
"""The effect of a read that only asks whether something is there."""

NO_VARIABLES: Shape = Object({}, losses=(Loss(UNASSIGNED, ()),))

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


class Expression(Record):
    """What a path or an intrinsic function call reads, and the shape of what a call gives (None for a path)."""

    paths: tuple[Route, ...]
    gives: Shape | None = None


class Route(Record):
    """A path: `root` is `$`, `$$`, VARIABLE, or `$states.…`; `keys` is None for a path that is no plain route.

    `partial`: the path goes on behind the keys, in a way that is not followed.
    """

    text: str
    root: str
    keys: Keys | None
    partial: bool = False


class Read(NamedTuple):
    """One path that is read: the place of the expression that it stands in, the document, and what is found.

    In JSONata, `effect` says what follows when nothing is found (a word of `jsonata_reads`; empty in JSONPath, where
    the state fails), and the path stands in the string from `start` to `end`.
    """

    pointer: Pointer
    route: Route
    document: Shape
    found: Reading
    effect: str = ""
    start: int = 0
    end: int = 0


class Visit:
    """What the analysis knows of one state.

    `raw` is the joined shape of its raw input, `variables` that of the variables it can read, `entering` the input of
    each transition by the pointer of the transition (of StartAt for the first state), `reads` what its paths find;
    `inside_map` says whether `$$.Map` exists.
    """

    __slots__ = ("count", "entering", "inside_map", "raw", "reads", "state", "variables")

    def __init__(self, state: State, inside_map: bool) -> None:
        self.state = state
        self.inside_map = inside_map
        self.raw: Shape | None = None
        self.variables: Shape = NO_VARIABLES
        self.entering: dict[Pointer, Shape] = {}
        self.reads: list[Read] = []
        self.count = 0

    def enter(self, pointer: Pointer, shape: Shape, variables: Shape) -> bool:
        """Whether the state must be looked at again, because more may enter it than was known."""
        self.entering[pointer] = shape
        if self.raw is None:
            self.raw, self.variables = shape, variables
            return True
        before, known = self.raw, self.variables
        self.raw, self.variables = self._wider(before, shape), self._wider(known, variables)
        return self.raw is not before or self.variables is not known

    def _wider(self, before: Shape, more: Shape) -> Shape:
        joined = join(before, more)
        return joined if joined is before or self.count < MAX_VISITS else UNKNOWN


class Flow:
    """The data flow of a definition: the visit of every state that can be entered, by its pointer.

    `context` and `context_in_map` are the shapes of the context object; `inherited` are the variables that each scope
    can read from those around it.
    """

    __slots__ = ("context", "context_in_map", "inherited", "outputs", "visits")

    def __init__(self, context: Shape) -> None:
        self.context = context
        self.context_in_map = put(context, ("Map",), built({"Item": ITEM_CONTEXT}))
        self.inherited: dict[Pointer, Shape] = {}
        self.visits: dict[Pointer, Visit] = {}
        self.outputs: dict[Pointer, Shape] = {}


@fact
def flow(machine: StateMachine) -> Flow:
    """The data flow of a whole definition whose input is unknown."""
    found = Flow(CONTEXT)
    run(found, machine, UNKNOWN, NO_VARIABLES, inside_map=False)
    return found


@fact
def flow_from_input(machine: StateMachine) -> Flow:
    """The data flow in which each read of the execution's input tells so: its losses hold the ORIGIN."""
    entering = Object({}, True, (Loss(ORIGIN, ()),))
    found = Flow(put(CONTEXT, ("Execution", "Input"), entering))
    run(found, machine, entering, NO_VARIABLES, inside_map=False)
    return found


class Exit(NamedTuple):
    """A way out of a state: the name of the next one (None at the end of the scope), where that stands, the output, the
    variables behind it."""

    target: str | None
    pointer: Pointer
    shape: Shape
    variables: Shape


def run(found: Flow, scope: StateMachine, entering: Shape, variables: Shape, *, inside_map: bool) -> Shape | None:
    """Carries a shape through a scope; the shape of its output, None while no route is known to end well."""
    found.inherited[scope.pointer] = variables
    ordered = order(scope)
    pending: list[int] = []
    waiting: set[str] = set()
    names = list(ordered)

    def enter(name: str | None, pointer: Pointer, shape: Shape, variables: Shape) -> None:
        if name not in ordered:
            return
        state = scope.states[name]
        visit = found.visits.get(state.pointer)
        if visit is None:
            visit = found.visits[state.pointer] = Visit(state, inside_map)
        if visit.enter(pointer, shape, variables) and name not in waiting:
            waiting.add(name)
            heappush(pending, ordered[name])

    enter(scope.start_at, (*scope.pointer, "StartAt"), entering, variables)
    while pending:
        name = names[heappop(pending)]
        waiting.discard(name)
        visit = found.visits[scope.states[name].pointer]
        visit.count += 1
        for leaving in _exits(found, visit):
            if leaving.target is None:
                known = found.outputs.get(scope.pointer)
                found.outputs[scope.pointer] = leaving.shape if known is None else join(known, leaving.shape)
            else:
                enter(*leaving)
    return found.outputs.get(scope.pointer)


@fact
def order(scope: StateMachine) -> dict[str, int]:
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
    return _route(path)


def _route(path: Any) -> Route:
    if path.root in ("$", "$$"):
        return Route(path.text, path.root, path.keys)
    return Route(path.text, VARIABLE, (path.root, *(path.keys or ())), path.keys is None)


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
            yield _route(argument.path)
        elif isinstance(argument, Call):
            yield from _arguments(argument)


@lru_cache(4096)
def reference(text: str | None) -> Keys | None:
    """The route of a reference path, None for what is none."""
    path = None if text is None or "${" in text else route(text)
    return path.keys if path is not None and path.root == "$" else None


# --- states ----------------------------------------------------------------------------------------------------------


class Look:
    """One look at a state: reads are recorded in its visit, exits are what it yields."""

    __slots__ = ("context", "found", "inside_map", "raw", "reads", "state", "variables")

    def __init__(self, found: Flow, visit: Visit) -> None:
        self.found = found
        self.state: Any = visit.state
        self.raw: Shape = visit.raw if visit.raw is not None else UNKNOWN
        self.variables = visit.variables
        self.inside_map = visit.inside_map
        self.context = found.context_in_map if visit.inside_map else found.context
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
        if keys is None:
            return UNKNOWN
        if root == "$$":
            document = context
        elif root == VARIABLE:
            document = self.variables
        if not keys:
            return document
        found = read(document, keys)
        self.reads.append(Read(pointer, path, document, found))
        return UNKNOWN if path.partial else found.shape

    def tested(self, pointer: Pointer, text: Json, document: Shape) -> Shape:
        """The document (or the variables) with no doubts about a path whose presence is asked for."""
        path = route(text) if isinstance(text, str) and "${" not in text else None
        if path is None or not path.keys or path.root == "$$":
            return document
        source = self.variables if path.root == VARIABLE else document
        self.reads.append(Read(pointer, path, source, read(source, path.keys), TESTED))
        if path.root == VARIABLE:
            self.variables = undoubted(source, path.keys)
            return document
        return undoubted(source, path.keys)

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
        return given if template is NOT_WRITTEN else self.template(self.place(PARAMETERS), template, given)

    def finish(self, result: Shape, *, replaces: bool = True) -> Iterator[Exit]:
        """The exit with a result that is put into the raw input."""
        selector = getattr(self.state, "result_selector", NOT_WRITTEN)
        if selector is not NOT_WRITTEN:
            pointer = self.place(RESULT_SELECTOR)
            result = lose(self.template(pointer, selector, result), Loss(RESULT_SELECTOR, pointer, result))
        yield from self.leave(self.selected(OUTPUT_PATH, self.with_result(result, replaces)), result)

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

    def leave(self, output: Shape, assigned_from: Shape) -> Iterator[Exit]:
        variables = self.assigned(self.place(ASSIGN), self.state.assign, assigned_from)
        yield from self.leave_with(output, variables)

    def leave_with(self, output: Shape, variables: Shape) -> Iterator[Exit]:
        if self.state.next is not None:
            yield Exit(self.state.next, self.place("Next"), output, variables)
        elif self.state.end or isinstance(self.state, Succeed):
            yield Exit(None, self.place(), output, variables)

    def assigned(self, pointer: Pointer, template: Json, document: Shape) -> Shape:
        """The variables after an Assign, whose paths read a document, and the variables as they were before."""
        if template is NOT_WRITTEN:
            return self.variables
        return self.merged(self.template(pointer, template, document))

    def merged(self, made: Shape) -> Shape:
        """The variables with those that an Assign has made."""
        variables = self.variables
        if type(made) is not Object or made.open or type(variables) is not Object:
            return UNKNOWN
        for name, member in made.members.items():
            variables = with_member(variables, name, member)
        return variables

    def catch(self) -> Iterator[Exit]:
        """The exits through the catchers; each writes the error output into the raw input."""
        for catcher in self.state.catch:
            if catcher.next is not None:
                variables = self.assigned((*catcher.pointer, ASSIGN), catcher.assign, ERROR_OUTPUT)
                yield Exit(catcher.next, (*catcher.pointer, "Next"), self.caught(catcher), variables)

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
        written = self.state.raw.get("ResultPath", "$")
        keys = reference(written) if isinstance(written, str) else None
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
    look = Look(found, visit)
    if look.state.query_language == JSONATA:
        from aslkit.lint.jsonata_flow import exits

        yield from exits(look)
    else:
        yield from JSONPATH_STATES[type(look.state)](look)
    visit.reads = look.reads


def _task(look: Look) -> Iterator[Exit]:
    given = look.given()
    look.scan("Parameters", given)
    look.scan("Credentials", given)
    look.field("TimeoutSecondsPath", given)
    look.field("HeartbeatSecondsPath", given)
    yield from look.finish(result_of(look.state.resource))
    yield from look.catch()


def _pass(look: Look) -> Iterator[Exit]:
    given = look.given()
    result = look.parameters(given)
    if look.state.result is not NOT_WRITTEN:
        result = literal(look.state.result)
    yield from look.finish(result, replaces=result is not given)


def _wait(look: Look) -> Iterator[Exit]:
    given = look.given()
    look.field("SecondsPath", given)
    look.field("TimestampPath", given)
    yield from look.leave(look.selected(OUTPUT_PATH, given), given)


def _succeed(look: Look) -> Iterator[Exit]:
    given = look.given()
    yield from look.leave(look.selected(OUTPUT_PATH, given), given)


def _fail(look: Look) -> Iterator[Exit]:
    look.field("ErrorPath", look.raw)
    look.field("CausePath", look.raw)
    yield from ()


def _parallel(look: Look) -> Iterator[Exit]:
    given = look.given()
    entering = lose(look.parameters(given), Loss(PARAMETERS, look.place(PARAMETERS), given))
    outputs = branches(look, entering)
    if None not in outputs:
        yield from look.finish(array(output for output in outputs if output is not None))
    yield from look.catch()


def branches(look: Look, entering: Shape) -> list[Shape | None]:
    """The outputs of the branches; they read the variables of the state, and theirs end with them."""
    return [
        run(look.found, branch, entering, look.variables, inside_map=look.inside_map) for branch in look.state.branches
    ]


def _map(look: Look) -> Iterator[Exit]:
    state, given = look.state, look.given()
    for field in ("MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"):
        look.field(field, given)
    _limits(look, given)
    look.scan("ItemReader", given)
    look.scan("ResultWriter", given)
    item: Shape = UNKNOWN
    if state.item_reader is NOT_WRITTEN:
        items = look.evaluate(look.place("ItemsPath"), state.items_path, given)
        item = lose(each_of(items), Loss(ITEM, look.place(), given))
    yield from _iterations(look, _batched(look, _item(look, item, given), given))


def _limits(look: Look, given: Shape) -> None:
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


def _item(look: Look, item: Shape, given: Shape) -> Shape:
    """The input of one iteration: what ItemSelector makes of the item, else the item."""
    selector = look.state.item_selector
    if selector is NOT_WRITTEN:
        return item
    field = "ItemSelector" if "ItemSelector" in look.state.raw else "Parameters"
    context = put(look.found.context_in_map, ("Map", "Item", "Value"), item)
    shape = look.template(look.place(field), selector, given, context)
    return lose(shape, Loss(PARAMETERS, look.place(field), given))


def _batched(look: Look, item: Shape, given: Shape) -> Shape:
    """The input of one iteration over batches: {Items, BatchInput}, the latter as ItemBatcher says."""
    batcher = look.state.item_batcher
    if batcher is NOT_WRITTEN:
        return item
    if not isinstance(batcher, dict):
        return UNKNOWN
    members: dict[str, Shape] = {"Items": array_of(item)}
    if "BatchInput" in batcher:
        members["BatchInput"] = look.template(look.place("ItemBatcher", "BatchInput"), batcher["BatchInput"], given)
    return lose(built(members), Loss(PARAMETERS, look.place("ItemBatcher"), given))


def _iterations(look: Look, item: Shape) -> Iterator[Exit]:
    yield from look.finish(iterated(look, item))
    yield from look.catch()


def iterated(look: Look, item: Shape) -> Shape:
    """The result of a Map. The iterations of an inline one read its variables; those of a distributed one, which are
    executions of their own, read none. Source: guide, "Passing data between states with variables"."""
    processor = look.state.item_processor
    variables = NO_VARIABLES if look.state.distributed else look.variables
    output = None if processor is None else run(look.found, processor, item, variables, inside_map=True)
    written = look.state.result_writer is not NOT_WRITTEN
    return UNKNOWN if written else array_of(UNKNOWN if output is None else output)


def _choice(look: Look) -> Iterator[Exit]:
    """The exits of a Choice. From a rule on that tests whether a path is present, nothing is said of that path."""
    state, shape = look.state, look.given()
    plain = shape is look.raw and state.raw.get("OutputPath", "$") == "$"
    output = shape if plain else look.selected(OUTPUT_PATH, shape)
    for rule in state.choices:
        shape = _tested(look, rule, shape)
        if rule.next is not None:
            variables = look.assigned((*rule.pointer, ASSIGN), rule.assign, shape)
            yield Exit(rule.next, (*rule.pointer, "Next"), shape if plain else output, variables)
    if state.default is not None:
        variables = look.assigned(look.place(ASSIGN), state.assign, shape)
        yield Exit(state.default, look.place("Default"), shape if plain else output, variables)


def _tested(look: Look, rule: ChoiceRule, document: Shape) -> Shape:
    """Reads the paths of a rule; the document with no doubts about the paths that it tests with IsPresent."""
    pending = [rule]
    while pending:
        part = pending.pop()
        pending.extend(reversed(part.rules))
        if part.operator == "IsPresent":
            document = look.tested((*part.pointer, "Variable"), part.variable, document)
        elif part.variable is not None:
            look.evaluate((*part.pointer, "Variable"), part.variable, document)
            if part.operator is not None and part.operator.endswith("Path"):
                look.evaluate((*part.pointer, part.operator), part.operand, document)
    return document


JSONPATH_STATES: dict[type[State], Callable[[Look], Iterator[Exit]]] = {
    Task: _task,
    Pass: _pass,
    Wait: _wait,
    Succeed: _succeed,
    Fail: _fail,
    Parallel: _parallel,
    Map: _map,
    Choice: _choice,
}
