"""A state in JSONata -> its exits: what its expressions read, and the shapes of what it passes on and assigns.

`$states.input` is the state's raw input throughout. Without Output a state passes on its result, and its input where it
has none; a catcher without Output passes on the error output; a choice rule without Output the input. Source: States
Language specification, "Using JSONata"; guide, "Transforming data with JSONata".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.model import ABSENT as NOT_WRITTEN
from aslkit.definition.model import Choice, Fail, Map, Parallel, Pass, State, Succeed, Task, Wait
from aslkit.lint.dataflow import (
    ASSIGN,
    CATCH,
    ERROR_OUTPUT,
    ITEM,
    OUTPUT,
    PARAMETERS,
    RESULT,
    VARIABLE,
    Exit,
    Look,
    Read,
    Route,
    branches,
    iterated,
)
from aslkit.lint.jsonata_reads import Use, analysed, inside, kind_of
from aslkit.lint.jsonata_tree import ARRAY, BLOCK, CALL, CONDITION, LITERAL, OBJECT, Tree, plain_route
from aslkit.lint.jsonata_tree import VARIABLE as VARIABLE_TREE
from aslkit.lint.results import result_of
from aslkit.lint.shapes import (
    BOOLEAN,
    NUMBER,
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
    each_of,
    join,
    literal,
    lose,
    of_members,
    put,
    read_through,
    undoubted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aslkit.definition.document import Pointer

Json = Any

INPUT, CONTEXT, ROOT = "input", "context", "$states."

KINDS: Mapping[str | None, Shape] = {
    "string": STRING,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "array": array_of(UNKNOWN),
}

MAX_DEPTH = 20
"""How deep the shape of a single expression is followed."""


class Scope:
    """What an expression of a state can read: the fields of `$states` by name, and the variables of the look."""

    __slots__ = ("look", "states")

    def __init__(self, look: Look, **more: Shape) -> None:
        self.look = look
        self.states: dict[str, Shape] = {INPUT: look.raw, CONTEXT: look.context, **more}

    def template(self, pointer: Pointer, template: Json) -> Shape:
        """The shape of a JSON value in which every string `{% … %}` stands for what its expression gives."""
        if isinstance(template, dict):
            return built({key: self.template((*pointer, key), value) for key, value in template.items()})
        if isinstance(template, list):
            return array([self.template((*pointer, index), value) for index, value in enumerate(template)])
        expression = inside(template)
        return literal(template) if expression is None else self.expression(pointer, *expression)

    def expression(self, pointer: Pointer, text: str, start: int) -> Shape:
        """What an expression gives; every route that it reads is recorded."""
        analysis = None if "${" in text else analysed(text)
        if analysis is None:
            return UNKNOWN
        for use in analysis.uses:
            self.record(pointer, use, start)
        # where it gives nothing the state fails, so that behind the state it is there
        return self.value(analysis.tree, 0)[0]

    def record(self, pointer: Pointer, use: Use, start: int) -> None:
        found = self.found(use)
        if found is not None:
            route, document, reading = found
            self.look.reads.append(Read(pointer, route, document, reading, use.effect, start + use.at, start + use.end))

    def found(self, use: Use) -> tuple[Route, Shape, Reading] | None:
        """(route, document, what is there) of a read of one field of `$states` or of a variable."""
        text = _shown("$" + use.variable, use.keys)
        if use.variable != "states":
            keys = (use.variable, *use.keys)
            return Route(text, VARIABLE, keys), self.look.variables, read_through(self.look.variables, keys)
        document = self.states.get(str(use.keys[0])) if use.keys else None
        if document is None or not use.keys[1:]:
            return None
        keys = use.keys[1:]
        return Route(text, f"{ROOT}{use.keys[0]}", keys), document, read_through(document, keys)

    def value(self, tree: Tree, depth: int) -> tuple[Shape, str]:
        """The shape of what a tree gives, and whether it is there for certain."""
        route = plain_route(tree)
        if route is not None:
            return self.route(route[0].value, route[1])
        made = None if depth > MAX_DEPTH else MAKES.get(tree.kind)
        if made is not None:
            return made(self, tree, depth + 1)
        return KINDS.get(kind_of(tree), UNKNOWN), PRESENT

    def route(self, variable: str, keys: Keys) -> tuple[Shape, str]:
        if variable == "states" and len(keys) == 1:
            return self.states.get(str(keys[0]), UNKNOWN), PRESENT
        found = self.found(Use(variable, keys, 0, 0, ""))
        return (UNKNOWN, PRESENT) if found is None else (found[2].shape, found[2].presence)

    def literal(self, tree: Tree, depth: int) -> tuple[Shape, str]:
        return literal(tree.value), PRESENT

    def object(self, tree: Tree, depth: int) -> tuple[Shape, str]:
        members: dict[str, Member] = {}
        for key, value in zip(tree.parts[::2], tree.parts[1::2], strict=True):
            if key.kind != LITERAL or not isinstance(key.value, str):
                return UNKNOWN, PRESENT
            shape, presence = self.value(value, depth)
            members[key.value] = Member(shape, presence == PRESENT and _surely_something(value))
        return of_members(members), PRESENT

    def array(self, tree: Tree, depth: int) -> tuple[Shape, str]:
        if any(part.kind not in (LITERAL, OBJECT, ARRAY) for part in tree.parts):
            return array_of(UNKNOWN), PRESENT  # `1..3`, and what gives an array, are several elements
        return array(self.value(part, depth)[0] for part in tree.parts), PRESENT

    def block(self, tree: Tree, depth: int) -> tuple[Shape, str]:
        return self.value(tree.parts[0], depth) if len(tree.parts) == 1 else (UNKNOWN, PRESENT)

    def condition(self, tree: Tree, depth: int) -> tuple[Shape, str]:
        if len(tree.parts) != 3:
            return UNKNOWN, PRESENT
        (one, _), (other, _) = (self.value(part, depth) for part in tree.parts[1:])
        return join(one, other), PRESENT

    def call(self, tree: Tree, depth: int) -> tuple[Shape, str]:
        function, *arguments = tree.parts
        if function.kind == VARIABLE_TREE and function.value == "merge" and len(arguments) == 1:
            return self.merge(arguments[0], depth), PRESENT
        return KINDS.get(kind_of(tree), UNKNOWN), PRESENT

    def merge(self, objects: Tree, depth: int) -> Shape:
        """`$merge([a, b])`: the members of all, the later before the earlier."""
        if objects.kind != ARRAY:
            return UNKNOWN
        merged = Object({})
        for part in objects.parts:
            shape, presence = self.value(part, depth)
            if type(shape) is not Object or presence != PRESENT:
                return UNKNOWN
            merged = _over(merged, shape)
        return merged


MAKES: Mapping[int, Callable[[Scope, Tree, int], tuple[Shape, str]]] = {
    LITERAL: Scope.literal,
    OBJECT: Scope.object,
    ARRAY: Scope.array,
    BLOCK: Scope.block,
    CONDITION: Scope.condition,
    CALL: Scope.call,
}


def _surely_something(tree: Tree) -> bool:
    """Whether a tree gives a value for certain where what it reads is there; undefined members are left out."""
    return tree.kind in (LITERAL, OBJECT, ARRAY) or plain_route(tree) is not None


def _over(below: Object, above: Object) -> Object:
    """An object with the members of another written over its own."""
    members = dict(below.members)
    for name, member in above.members.items():
        known = members.get(name)
        members[name] = member if member.certain or known is None else known._replace(shape=UNKNOWN)
    if above.open:  # what it has besides may be anything of those
        members = {
            name: member if name in above.members else Member(UNKNOWN, member.certain, member.losses)
            for name, member in members.items()
        }
    losses = above.losses if above.open else below.losses if below.open else above.losses or below.losses
    return of_members(members, is_open=below.open or above.open, losses=losses)


def _shown(root: str, keys: Keys) -> str:
    """A route as it is written in JSONata."""
    return root + "".join(f"[{key}]" if type(key) is int else f".{_name(str(key))}" for key in keys)


def _name(key: str) -> str:
    return key if key.isidentifier() else f"`{key}`"


# --- states ----------------------------------------------------------------------------------------------------------


def exits(look: Look) -> Iterator[Exit]:
    """The ways out of a state in JSONata."""
    yield from STATES[type(look.state)](look, Scope(look))


def _plain(look: Look, scope: Scope) -> Iterator[Exit]:
    """Pass, Wait and Succeed: the output is the input unless Output says otherwise."""
    _fields(scope, ("Seconds", "Timestamp"))
    yield from _leave(scope, look.raw)


def _fail(look: Look, scope: Scope) -> Iterator[Exit]:
    _fields(scope, ("Error", "Cause"))
    yield from ()


def _task(look: Look, scope: Scope) -> Iterator[Exit]:
    _fields(scope, ("Arguments", "Credentials", "TimeoutSeconds", "HeartbeatSeconds"))
    yield from _leave_with_result(look, result_of(look.state.resource))
    yield from _catch(look)


def _parallel(look: Look, scope: Scope) -> Iterator[Exit]:
    entering = look.raw
    if look.state.arguments is not NOT_WRITTEN:
        pointer = look.place("Arguments")
        entering = lose(scope.template(pointer, look.state.arguments), Loss(PARAMETERS, pointer, look.raw))
    outputs = branches(look, entering)
    if None not in outputs:
        yield from _leave_with_result(look, array(one for one in outputs if one is not None))
    yield from _catch(look)


def _map(look: Look, scope: Scope) -> Iterator[Exit]:
    state = look.state
    _fields(scope, ("MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage"))
    _fields(scope, ("ItemReader", "ResultWriter", "ItemBatcher"))
    item: Shape = UNKNOWN
    if state.item_reader is NOT_WRITTEN:
        items = look.raw if state.items is NOT_WRITTEN else scope.template(look.place("Items"), state.items)
        item = lose(each_of(items), Loss(ITEM, look.place(), look.raw))
    if "ItemSelector" in state.raw:
        context = put(look.found.context_in_map, ("Map", "Item", "Value"), item)
        pointer = look.place("ItemSelector")
        selected = Scope(look, context=context).template(pointer, state.item_selector)
        item = lose(selected, Loss(PARAMETERS, pointer, look.raw))
    yield from _leave_with_result(look, iterated(look, _batched(scope, item)))
    yield from _catch(look)


def _batched(scope: Scope, item: Shape) -> Shape:
    batcher = scope.look.state.item_batcher
    if batcher is NOT_WRITTEN:
        return item
    if not isinstance(batcher, dict):
        return UNKNOWN
    members: dict[str, Shape] = {"Items": array_of(item)}
    if "BatchInput" in batcher:
        kept = scope.look.reads
        scope.look.reads = []  # they are recorded already
        members["BatchInput"] = scope.template(scope.look.place("ItemBatcher", "BatchInput"), batcher["BatchInput"])
        scope.look.reads = kept
    return lose(built(members), Loss(PARAMETERS, scope.look.place("ItemBatcher"), scope.look.raw))


def _choice(look: Look, scope: Scope) -> Iterator[Exit]:
    """The exits of a Choice. From a rule on that asks for a route, nothing is said of that route."""
    state = look.state
    for rule in state.choices:
        scope.template((*rule.pointer, "Condition"), rule.condition)
        scope = _asked(look, scope, rule.condition)
        if rule.next is not None:
            shape = _output(scope, (*rule.pointer, OUTPUT), rule.output, scope.states[INPUT])
            variables = _assigned(scope, (*rule.pointer, ASSIGN), rule.assign)
            yield Exit(rule.next, (*rule.pointer, "Next"), shape, variables)
    if state.default is not None:
        shape = _output(scope, look.place(OUTPUT), state.output, scope.states[INPUT])
        variables = _assigned(scope, look.place(ASSIGN), state.assign)
        yield Exit(state.default, look.place("Default"), shape, variables)


def _asked(look: Look, scope: Scope, condition: Json) -> Scope:
    expression = inside(condition)
    analysis = None if expression is None or "${" in expression[0] else analysed(expression[0])
    document = scope.states[INPUT]
    for use in () if analysis is None else analysis.uses:
        if use.variable != "states":
            look.variables = undoubted(look.variables, (use.variable, *use.keys))
        elif use.keys[:1] == (INPUT,) and use.keys[1:]:
            document = undoubted(document, use.keys[1:])
    return Scope(look, input=document)


def _catch(look: Look) -> Iterator[Exit]:
    for catcher in look.state.catch:
        if catcher.next is not None:
            error = lose(ERROR_OUTPUT, Loss(CATCH, catcher.pointer, look.raw))
            scope = Scope(look, errorOutput=ERROR_OUTPUT)
            shape = _output(scope, (*catcher.pointer, OUTPUT), catcher.output, error)
            variables = _assigned(scope, (*catcher.pointer, ASSIGN), catcher.assign)
            yield Exit(catcher.next, (*catcher.pointer, "Next"), shape, variables)


def _leave_with_result(look: Look, result: Shape) -> Iterator[Exit]:
    yield from _leave(Scope(look, result=result), lose(result, Loss(RESULT, look.place(), look.raw)))


def _leave(scope: Scope, otherwise: Shape) -> Iterator[Exit]:
    look = scope.look
    output = _output(scope, look.place(OUTPUT), look.state.output, otherwise)
    variables = _assigned(scope, look.place(ASSIGN), look.state.assign)
    yield from look.leave_with(output, variables)


def _output(scope: Scope, pointer: Pointer, template: Json, otherwise: Shape) -> Shape:
    if template is NOT_WRITTEN:
        return otherwise
    made = scope.template(pointer, template)
    # what is passed on as it is has lost nothing here
    return made if made is scope.states[INPUT] else lose(made, Loss(OUTPUT, pointer, scope.states[INPUT]))


def _assigned(scope: Scope, pointer: Pointer, template: Json) -> Shape:
    if template is NOT_WRITTEN:
        return scope.look.variables
    return scope.look.merged(scope.template(pointer, template))


def _fields(scope: Scope, names: tuple[str, ...]) -> None:
    """Reads what the expressions in these fields read."""
    raw = scope.look.state.raw
    for name in names:
        if name in raw:
            scope.template(scope.look.place(name), raw[name])


STATES: Mapping[type[State], Callable[[Look, Scope], Iterator[Exit]]] = {
    Task: _task,
    Pass: _plain,
    Wait: _plain,
    Succeed: _plain,
    Fail: _fail,
    Parallel: _parallel,
    Map: _map,
    Choice: _choice,
}
