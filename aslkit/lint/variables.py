"""The variables that Assign sets: read before they are set, set for nobody, named as AWS does not accept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from aslkit.definition.model import JSONATA, Choice, Map, all_states, fact, is_substitution
from aslkit.definition.spelling import nearest
from aslkit.lint.dataflow import TESTED, UNASSIGNED, VARIABLE, flow
from aslkit.lint.engine import ERROR, INFO, WARNING, Hit, rule
from aslkit.lint.graph import enclosing
from aslkit.lint.routes import in_words, scope_of, shortest
from aslkit.lint.shapes import ABSENT, PRESENT, Object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, State, StateMachine
    from aslkit.lint.dataflow import Read, Visit
    from aslkit.lint.graph import Edge

RESERVED = "states"
MAX_NAME = 80
"""Source: guide, "Passing data between states with variables"."""


class Assignment(NamedTuple):
    """A variable that some Assign sets."""

    name: str
    pointer: Pointer
    state: State
    value: Json


@fact
def assignments(machine: StateMachine) -> tuple[Assignment, ...]:
    """All of a definition, in its order."""
    return tuple(one for _, state in all_states(machine) for one in _assignments(state))


def _assignments(state: State) -> Iterator[Assignment]:
    yield from _of_template(state, (*state.pointer, "Assign"), state.assign)
    for catcher in state.catch:
        yield from _of_template(state, (*catcher.pointer, "Assign"), catcher.assign)
    for one in state.choices if isinstance(state, Choice) else ():
        yield from _of_template(state, (*one.pointer, "Assign"), one.assign)


def _of_template(state: State, pointer: Pointer, template: Json) -> Iterator[Assignment]:
    if not isinstance(template, dict):
        return
    for key, value in template.items():
        if not is_substitution(key):
            name = key if state.query_language == JSONATA else key.removesuffix(".$")
            yield Assignment(name, (*pointer, key), state, value)


@fact
def by_name(machine: StateMachine) -> Mapping[str, tuple[Assignment, ...]]:
    """The assignments of each variable."""
    found: dict[str, list[Assignment]] = {}
    for one in assignments(machine):
        found.setdefault(one.name, []).append(one)
    return {name: tuple(some) for name, some in found.items()}


@rule(WARNING)
def unassigned_variable(machine: StateMachine) -> Iterator[Hit]:
    """A variable is read that no state before has assigned, on some route or on any.

    A state reads the variables as they were when it was entered: what its own Assign sets is there for the next state.
    What a state inside a Map or Parallel assigns ends there, and the items of a distributed Map see no variable from
    outside. In JSONPath the execution fails with States.Runtime, which no Catch sees; in JSONata the variable is
    undefined: a state whose whole expression gives nothing fails with States.QueryEvaluationError.

    Bad:

        QueryLanguage: JSONata
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                Assign: {cause: "{% $states.errorOutput.Cause %}"}
                Next: Tell
            Next: Tell
          Tell:
            Type: Fail
            Error: LoadFailed
            Cause: "{% $cause %}"  # <-

    Good:

        QueryLanguage: JSONata
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                Assign: {cause: "{% $states.errorOutput.Cause %}"}
                Next: Tell
            Next: Done
          Done: {Type: Succeed}
          Tell:
            Type: Fail
            Error: LoadFailed
            Cause: "{% $cause %}"
    """
    from aslkit.lint.data import consequence, span_of

    told: set[tuple[Pointer, str]] = set()
    for visit in flow(machine).visits.values():
        for one in visit.reads:
            if not _is_unassigned(one):
                continue
            name = str((one.route.keys or ("",))[0])
            if one.effect == TESTED and name in by_name(machine):
                continue
            if (one.pointer, name) not in told:
                told.add((one.pointer, name))
                why, related = _why(machine, visit, name, one)
                message = f'"{visit.state.name}" reads ${name}, {why[0]}: {consequence(one.effect)}{why[1]}'
                yield Hit(one.pointer, message, related, span=span_of(machine, one))


def _is_unassigned(one: Read) -> bool:
    """Whether a read of a variable finds none, on a route at least, and for no other reason than that none is set."""
    if one.route.root != VARIABLE or one.found.presence == PRESENT or one.found.at > 0:
        return False
    document = one.document
    return type(document) is Object and not document.open and any(loss.kind == UNASSIGNED for loss in one.found.losses)


def _why(machine: StateMachine, visit: Visit, name: str, one: Read) -> tuple[tuple[str, str], tuple[Pointer, ...]]:
    """(what is known of the variable, what was meant), and the assignments that the message speaks of."""
    known = by_name(machine).get(name, ())
    if not known:
        meant = nearest(name, (*by_name(machine), RESERVED))
        return ("which no state assigns", f"; did you mean ${meant}?" if meant is not None else ""), ()
    related = (known[0].pointer,)
    if one.found.presence == ABSENT:
        return (_never_here(machine, visit.state, known), ""), related
    route = _route_without(machine, visit.state, name)
    on = f"the route {in_words(route)}" if route else "some route"
    return (f"which is not assigned on {on} ({_assigned_at(machine, known[0])})", ""), related


def _assigned_at(machine: StateMachine, known: Assignment) -> str:
    place = "a catcher of " if "Catch" in known.pointer[len(known.state.pointer) :] else ""
    return f'{place}"{known.state.name}" assigns it, line {_line(machine, known.pointer)}'


def _never_here(machine: StateMachine, reader: State, known: tuple[Assignment, ...]) -> str:
    """Why a variable that is assigned somewhere is assigned on no route to its reader."""
    here = [one for one in known if _can_read(reader, one.state)]
    if not here:
        inner = known[0].state
        around = enclosing(machine)[inner.pointer[:-2]][1]
        what = "iteration" if isinstance(around, Map) else "branch"
        return (
            f'which "{inner.name}" (line {_line(machine, known[0].pointer)}) assigns inside "{around.name}", where it '
            f"ends with the {what}"
        )
    border = _border(machine, reader, here[0].state)
    if border is not None:
        return (
            f'which is assigned outside the distributed Map "{border.name}" (line {_line(machine, here[0].pointer)}), '
            "whose items run as executions of their own and see no variable from outside"
        )
    if any(one.state is reader for one in here):
        return "which this state itself assigns, but for the next state"
    return f"which no state before it assigns ({_assigned_at(machine, here[0])})"


def _can_read(reader: State, writer: State) -> bool:
    """Whether the scope of the writer is that of the reader, or around it."""
    scope = writer.pointer[:-2]
    return reader.pointer[: len(scope)] == scope


def _border(machine: StateMachine, reader: State, writer: State) -> Map | None:
    """The distributed Map around the reader that the writer stands outside of."""
    scope = reader.pointer[:-2]
    while scope != writer.pointer[:-2] and scope in enclosing(machine):
        around = enclosing(machine)[scope][1]
        if isinstance(around, Map) and around.distributed:
            return around
        scope = around.pointer[:-2]
    return None


def _route_without(machine: StateMachine, reader: State, name: str) -> list[str]:
    """The names on a route to the reader on which nothing assigns the variable."""
    inherited = flow(machine).inherited
    while True:
        scope = scope_of(machine, reader)
        outside = inherited.get(scope.pointer)
        if type(outside) is not Object or name not in outside.members or scope.pointer not in enclosing(machine):
            break
        reader = enclosing(machine)[scope.pointer][1]
    start = () if scope.start_at is None else (scope.start_at,)
    return shortest(scope, start, reader.name, lambda edge: not _assigns(scope.states[edge.source], edge, name))


def _assigns(state: State, edge: Edge, name: str) -> bool:
    """Whether a transition sets a variable."""
    template = state.assign
    if edge.catcher is not None:
        template = edge.catcher.assign
    elif isinstance(state, Choice):
        template = next((one.assign for one in state.choices if (*one.pointer, "Next") == edge.pointer), state.assign)
    return isinstance(template, dict) and (name in template or f"{name}.$" in template)


@rule(INFO)
def unread_variable(machine: StateMachine) -> Iterator[Hit]:
    """A variable is assigned and never read.

    It costs nothing but a reader's time; or it is the one that a misspelt name was meant to read.

    Bad:

        StartAt: Remember
        States:
          Remember:
            Type: Pass
            Assign:
              month.$: $.month  # <-
            End: true

    Good:

        StartAt: Remember
        States:
          Remember:
            Type: Pass
            Assign:
              month.$: $.month
            Next: Tell
          Tell:
            Type: Pass
            Parameters:
              month.$: $month
            End: true
    """
    known = by_name(machine)
    if not known:
        return
    named = frozenset(re.findall(NAMED, machine.document.text))
    for name, some in known.items():
        if name not in named:
            yield Hit(some[0].pointer, f'"{some[0].state.name}" assigns ${name}, which nothing reads')


NAMED = r"\$(\w+)"


@rule(ERROR)
def variable_name(machine: StateMachine) -> Iterator[Hit]:
    """A variable has a name that AWS does not accept.

    A name is a letter followed by letters, digits and `_`, at most 80 characters; `states` is reserved, because
    `$states` holds the input, the result and the context.

    Bad:

        StartAt: Remember
        States:
          Remember:
            Type: Pass
            QueryLanguage: JSONata
            Assign:
              states: "{% $states.input %}"  # <-
            End: true

    Good:

        StartAt: Remember
        States:
          Remember:
            Type: Pass
            QueryLanguage: JSONata
            Assign:
              given: "{% $states.input %}"
            End: true
    """
    for one in assignments(machine):
        why = _refused(one.name)
        if why is not None:
            yield Hit(one.pointer, f'"{one.state.name}" assigns the variable "{one.name}", {why}')


def _refused(name: str) -> str | None:
    if name == RESERVED:
        return "a reserved name: $states holds the input, the result and the context"
    if len(name) > MAX_NAME:
        return f"whose name has {len(name)} characters: AWS accepts at most {MAX_NAME}"
    if not name.isidentifier():
        return "whose name AWS does not accept: it begins with a letter and goes on with letters, digits and _"
    return None


@rule(WARNING)
def variable_of_outer_scope(machine: StateMachine) -> Iterator[Hit]:
    """A state inside a Map or Parallel assigns a variable that exists outside.

    The states of a branch or an iteration read the variables from outside, but cannot set them; nor can they have one
    of the same name of their own. Choose another name, and pass the value on in the output.

    Bad:

        StartAt: Remember
        States:
          Remember:
            Type: Pass
            Assign: {count: 0}
            Next: Tables
          Tables:
            Type: Map
            ItemProcessor:
              StartAt: Count
              States:
                Count:
                  Type: Pass
                  Assign:
                    count.$: States.MathAdd($count, 1)  # <-
                  End: true
            End: true

    Good:

        StartAt: Remember
        States:
          Remember:
            Type: Pass
            Assign: {count: 0}
            Next: Tables
          Tables:
            Type: Map
            ItemProcessor:
              StartAt: Count
              States:
                Count:
                  Type: Pass
                  Parameters:
                    count.$: States.MathAdd($count, 1)
                  End: true
            End: true
    """
    inherited = flow(machine).inherited
    for one in assignments(machine):
        outside = inherited.get(one.state.pointer[:-2])
        if type(outside) is not Object or one.name not in outside.members:
            continue
        first = next((other for other in by_name(machine)[one.name] if other is not one), one)
        yield Hit(
            one.pointer,
            f'"{one.state.name}" assigns ${one.name}, a variable from outside "{_around(machine, one.state)}" '
            f'("{first.state.name}", line {_line(machine, first.pointer)}): a state in there can read it, but neither '
            "set it nor have one of the same name",
            related=(first.pointer,),
        )


def _around(machine: StateMachine, state: State) -> str:
    return enclosing(machine)[state.pointer[:-2]][1].name


def _line(machine: StateMachine, pointer: Pointer) -> int:
    return machine.document.span(pointer).line
