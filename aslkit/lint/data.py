"""What the paths of a definition read and no route provides: input that a catcher, a result, a selection threw away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import fact
from aslkit.definition.spelling import nearest
from aslkit.lint.dataflow import (
    CATCH,
    ELSEWHERE,
    ERROR_OUTPUT,
    INPUT_PATH,
    ITEM,
    OUTPUT,
    OUTPUT_PATH,
    PARAMETERS,
    RESULT,
    RESULT_SELECTOR,
    TESTED,
    UNWRITTEN,
    VARIABLE,
    Read,
    flow,
)
from aslkit.lint.engine import WARNING, Hit, rule
from aslkit.lint.routes import in_words, route_from
from aslkit.lint.shapes import ABSENT, MAYBE, PRESENT, Array, Keys, Loss, Object, Scalar, Shape, read
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aslkit.definition.document import Pointer, Span
    from aslkit.definition.model import State, StateMachine

MAX_LOSSES = 64
"""How many losses are followed back, through states that each replace all their input, to find the first."""

WRAPPERS = ("Payload", "Output", "ResponseBody")
"""Where integrations put the answer itself; what is in it is unknown."""

MISSING, IN_ARRAY, CONTEXT, FAILED_RESULT, UNDEFINED = "missing", "array", "context", "failed", "undefined"

CONTEXT_ROOTS = ("$$", "$states.context")


class Miss(Record):
    """A read that finds nothing on some route: in which state, and why (a kind of loss, or one of the words above).

    `pointer` is where it is mended.
    """

    kind: str
    pointer: Pointer
    state: State
    read: Read


@fact
def misses(machine: StateMachine) -> Mapping[str, tuple[Miss, ...]]:
    """All misses of a definition by their kind."""
    taken = _taken(machine)
    found: dict[str, list[Miss]] = {}
    for visit in flow(machine).visits.values():
        for one in visit.reads:
            if one.found.presence == PRESENT or (one.found.presence == MAYBE and not one.found.losses):
                continue
            if one.effect == TESTED or (one.route.root == VARIABLE and one.found.at == 0):
                continue
            for kind, pointer in _reasons(visit.state, one, taken):
                found.setdefault(kind, []).append(Miss(kind, pointer, visit.state, one))
    return {
        kind: tuple({(one.pointer, one.read.pointer, one.read.route): one for one in some}.values())
        for kind, some in found.items()
    }


@fact
def _taken(machine: StateMachine) -> frozenset[str | int]:
    """The names that some state reads from what may be the execution's input: a part of its contract."""
    return frozenset(
        one.route.keys[0]
        for visit in flow(machine).visits.values()
        for one in visit.reads
        if one.route.keys
        and one.route.root in ("$", "$states.input")
        and one.found.presence == MAYBE
        and not one.found.losses
        and one.found.at == 0
    )


def _reasons(state: State, one: Read, taken: frozenset[str | int]) -> Iterator[tuple[str, Pointer]]:
    """Why a read finds nothing, as (kind, where it is mended)."""
    found, keys = one.found, one.route.keys or ()
    if one.route.root in CONTEXT_ROOTS:
        yield CONTEXT, one.pointer
        return
    if one.effect:
        if found.presence == ABSENT or next(_to_blame(state, one), None) is not None:
            yield UNDEFINED, one.pointer
        return
    if one.route.root == VARIABLE:
        if found.presence == ABSENT:
            yield MISSING, one.pointer
        return
    if _is_misread_array(found.holder, keys[found.at]):
        yield IN_ARRAY, one.pointer
        return
    blamed = list(_to_blame(state, one))
    if blamed and (found.presence == MAYBE or blamed[0].kind == CATCH or next(_near(one), None) is None):
        yield from ((loss.kind, loss.pointer) for loss in blamed)
    elif type(found.holder) is Array and type(keys[found.at]) is str:
        yield IN_ARRAY, one.pointer
    elif found.presence == ABSENT or any(loss.before is not None for loss in found.losses):
        yield MISSING, one.pointer
    elif keys[0] not in taken:
        yield from _never_written(one, keys)


def _to_blame(state: State, one: Read) -> Iterator[Loss]:
    """The losses to mend. That the result of the state itself has not what its OutputPath reads is none of them."""
    own = (state.pointer, (*state.pointer, "ResultPath"))
    for loss in _blamed(one.found.losses, (one.route.keys or ())[one.found.at :]):
        if loss.kind != RESULT or loss.pointer not in own:
            yield loss


def _blamed(losses: Iterable[Loss], keys: Keys) -> Iterator[Loss]:
    """The losses of something that had the value; where what was lost lacked it as well, what that had lost before."""
    pending = [(loss, keys) for loss in losses]
    seen = {(loss.kind, loss.pointer) for loss in losses}
    for loss, rest in pending:
        if loss.before is None:
            continue
        found = read(loss.before, rest)
        if found.presence != ABSENT:
            yield loss
        elif len(pending) < MAX_LOSSES:
            earlier = [one for one in found.losses if (one.kind, one.pointer) not in seen]
            seen.update((one.kind, one.pointer) for one in earlier)
            pending.extend((one, rest[found.at :]) for one in earlier)


def _is_misread_array(holder: Shape, key: str | int) -> bool:
    """Whether a name is read from an array whose elements have that name."""
    if type(holder) is not Array or type(key) is int:
        return False
    elements = holder.elements if holder.elements is not None else (holder.each,)
    return any(type(element) is Object and key in element.members for element in elements)


def _never_written(one: Read, keys: Keys) -> Iterator[tuple[str, Pointer]]:
    """A read below a name that nothing writes on some route, and that is not known to be in the input."""
    document, losses = one.document, one.found.losses
    if one.found.at > 0 or type(document) is not Object:
        return
    written = document.members.get(str(keys[0]))
    if any(loss.kind == UNWRITTEN for loss in losses):
        yield FAILED_RESULT, one.pointer
    elif written is not None and _is_error(written.shape):
        yield from ((ELSEWHERE, loss.pointer) for loss in losses if loss.kind == ELSEWHERE)
    elif written is None and str(keys[-1]) in ("Error", "Cause") and _errors(document):
        yield MISSING, one.pointer


def _is_error(shape: Shape) -> bool:
    return type(shape) is Object and shape.members is ERROR_OUTPUT.members  # type: ignore[union-attr]


def _errors(document: Object) -> list[str]:
    """The members that hold the error output of a catcher on every route."""
    return [name for name, member in document.members.items() if member.certain and _is_error(member.shape)]


# --- rules: who threw it away ----------------------------------------------------------------------------------------


@rule(WARNING)
def catch_loses_input(machine: StateMachine) -> Iterator[Hit]:
    """A catcher replaces what a later state reads by the error output.

    A catcher without ResultPath writes {Error, Cause} in the place of the whole input. A state behind it that reads
    anything else, the topic of a failure mail for example, fails with States.Runtime, which no Catch sees: the run ends
    and nobody is told. Write the error output beside the input, with `ResultPath: $.error`.

    Bad:

        StartAt: Prepare
        States:
          Prepare:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:prepare
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]  # <-
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: PrepareFailed
            CausePath: $.month

    Good:

        StartAt: Prepare
        States:
          Prepare:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:prepare
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: PrepareFailed
            CausePath: $.month
    """
    return _hits(machine, (CATCH,), _catch_message)


def _catch_message(machine: StateMachine, pointer: Pointer, some: list[Miss]) -> str:
    owner = _owner(pointer)
    written = "ResultPath" if pointer[-1] == "ResultPath" else None
    path = _at(machine, pointer) if written else None
    if written and path != "$":
        return f'the catcher of "{owner}" writes {{Error, Cause}} over {path}; {_readers(machine, some)}'
    what = "writes to $" if written else "has no ResultPath"
    return f'the catcher of "{owner}" {what}: {{Error, Cause}} replaces the input; {_readers(machine, some)}'


@rule(WARNING)
def result_loses_input(machine: StateMachine) -> Iterator[Hit]:
    """The result of a state replaces what a later state reads.

    Without ResultPath the result of a Task, Parallel, Map or Pass state takes the place of the whole input. A later
    state that reads something else fails with States.Runtime, which no Catch sees. `ResultPath: null` throws the result
    away and keeps the input, `ResultPath: $.name` keeps both.

    Bad:

        StartAt: Settings
        States:
          Settings:  # <-
            Type: Pass
            Result: {table: orders}
            Next: Load
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Parameters:
              month.$: $.month
            End: true

    Good:

        StartAt: Settings
        States:
          Settings:
            Type: Pass
            Result: {table: orders}
            ResultPath: $.settings
            Next: Load
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Parameters:
              month.$: $.month
            End: true
    """
    return _hits(machine, (RESULT,), _result_message)


def _result_message(machine: StateMachine, pointer: Pointer, some: list[Miss]) -> str:
    kind = _state_type(machine, pointer)
    path = _at(machine, pointer) if pointer[-1] == "ResultPath" else None
    over = "the input" if path in (None, "$") else path
    what = "the array of the branches' outputs" if kind == "Parallel" else "the result"
    return f'{what} of "{_owner(pointer)}" replaces {over}; {_readers(machine, some)}'


@rule(WARNING)
def input_path_loses_input(machine: StateMachine) -> Iterator[Hit]:
    """InputPath takes away what the state itself, or one behind it, reads.

    `InputPath: null` (also an empty value in YAML) gives the state {} as its input; a path gives it what stands there
    and nothing else. A path that reads anything else fails with States.Runtime, which no Catch sees.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            InputPath: null  # <-
            Parameters:
              month.$: $.month
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Parameters:
              month.$: $.month
            End: true
    """
    return _hits(machine, (INPUT_PATH,), _input_message)


def _input_message(machine: StateMachine, pointer: Pointer, some: list[Miss]) -> str:
    path = _at(machine, pointer)
    given = "InputPath is null, so that its input is {}" if path is None else f"InputPath gives it {path} alone"
    return f'"{_owner(pointer)}": {given}; {_readers(machine, some)}'


@rule(WARNING)
def output_loses_input(machine: StateMachine) -> Iterator[Hit]:
    """OutputPath, ResultSelector or Output leaves out what a later state reads.

    OutputPath passes on the one value that it names, `OutputPath: null` passes on {}, ResultSelector and Output pass on
    just the fields that they list. A later state that reads anything else fails with States.Runtime, which no Catch
    sees.

    Bad:

        StartAt: Look
        States:
          Look:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:look
            TimeoutSeconds: 60
            ResultSelector:  # <-
              size.$: $.bytes
            ResultPath: $.file
            Next: Load
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Parameters:
              name.$: $.file.name
            End: true

    Good:

        StartAt: Look
        States:
          Look:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:look
            TimeoutSeconds: 60
            ResultSelector:
              size.$: $.bytes
              name.$: $.name
            ResultPath: $.file
            Next: Load
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Parameters:
              name.$: $.file.name
            End: true
    """
    return _hits(machine, (OUTPUT_PATH, RESULT_SELECTOR, OUTPUT), _output_message)


def _output_message(machine: StateMachine, pointer: Pointer, some: list[Miss]) -> str:
    path = _at(machine, pointer)
    if pointer[-1] == "OutputPath":
        passed = "{} (OutputPath is null)" if path is None else f"{path} alone (OutputPath)"
    else:
        passed = f"just the fields that its {pointer[-1]} lists"
    return f'"{_owner(pointer)}" passes on {passed}; {_readers(machine, some)}'


@rule(WARNING)
def parameters_lose_input(machine: StateMachine) -> Iterator[Hit]:
    """The input of a branch or an iteration lacks what a state in it reads.

    The states of a Parallel with Parameters see what those list and nothing else; the states of a Map see what its
    ItemSelector lists, or one item alone. A path that reads anything else fails with States.Runtime. Pass on what is
    needed, with `month.$: $.month` in the ItemSelector for example.

    Bad:

        StartAt: Tables
        States:
          Tables:
            Type: Map
            ItemsPath: $.tables
            ItemSelector:  # <-
              table.$: $$.Map.Item.Value
            ItemProcessor:
              StartAt: Load
              States:
                Load:
                  Type: Task
                  Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
                  TimeoutSeconds: 60
                  Parameters:
                    table.$: $.table
                    month.$: $.month
                  End: true
            End: true

    Good:

        StartAt: Tables
        States:
          Tables:
            Type: Map
            ItemsPath: $.tables
            ItemSelector:
              table.$: $$.Map.Item.Value
              month.$: $.month
            ItemProcessor:
              StartAt: Load
              States:
                Load:
                  Type: Task
                  Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
                  TimeoutSeconds: 60
                  Parameters:
                    table.$: $.table
                    month.$: $.month
                  End: true
            End: true
    """
    return _hits(machine, (PARAMETERS, ITEM), _parameters_message)


def _parameters_message(machine: StateMachine, pointer: Pointer, some: list[Miss]) -> str:
    owner, kind = _owner(pointer), _state_type(machine, pointer)
    if some[0].kind == ITEM:
        return f'an iteration of "{owner}" gets one item and nothing else; {_readers(machine, some)}'
    inside = {"Map": "an iteration of ", "Parallel": "a branch of "}.get(kind, "what follows on ")
    return f'{inside}"{owner}" gets just what {pointer[-1]} lists; {_readers(machine, some)}'


# --- rules: what was never there -------------------------------------------------------------------------------------


@rule(WARNING)
def missing_path(machine: StateMachine) -> Iterator[Hit]:
    """A path reads what is never there.

    What the path names is in no input that can reach the state: a misspelt or wrongly nested name (the error output has
    Error and Cause, with capitals; the result of Glue's startJobRun.sync is the job run itself). The execution fails
    there with States.Runtime, which no Catch sees.

    Bad:

        StartAt: Prepare
        States:
          Prepare:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:prepare
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: PrepareFailed
            CausePath: $.error.cause  # <-

    Good:

        StartAt: Prepare
        States:
          Prepare:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:prepare
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: PrepareFailed
            CausePath: $.error.Cause
    """
    for miss in misses(machine).get(MISSING, ()):
        yield Hit(
            miss.pointer,
            f'"{miss.state.name}" reads {miss.read.route.text}, but {_lacking(miss.read)}: '
            f"{consequence(miss.read.effect)}{_meant(miss.read)}",
        )


@rule(WARNING)
def array_read_as_object(machine: StateMachine) -> Iterator[Hit]:
    """A path reads a field of an array.

    The output of a Parallel is the array of its branches' outputs, that of a Map the array of its iterations' outputs.
    A name behind an array reads nothing: the execution fails with States.Runtime, which no Catch sees.

    Bad:

        StartAt: Reports
        States:
          Reports:
            Type: Parallel
            Branches:
              - StartAt: Sales
                States:
                  Sales:
                    Type: Pass
                    Result: {name: sales}
                    End: true
            ResultPath: $.reports
            Next: Mail
          Mail:
            Type: Pass
            Parameters:
              text.$: $.reports.name  # <-
            End: true

    Good:

        StartAt: Reports
        States:
          Reports:
            Type: Parallel
            Branches:
              - StartAt: Sales
                States:
                  Sales:
                    Type: Pass
                    Result: {name: sales}
                    End: true
            ResultPath: $.reports
            Next: Mail
          Mail:
            Type: Pass
            Parameters:
              text.$: $.reports[0].name
            End: true
    """
    for miss in misses(machine).get(IN_ARRAY, ()):
        one = miss.read
        keys, at = one.route.keys or (), one.found.at
        yield Hit(
            miss.pointer,
            f'"{miss.state.name}" reads {one.route.text}, but {_path(keys[:at])} is an array: the execution fails here '
            f"with States.Runtime, which no Catch sees; did you mean {_path((*keys[:at], 0, *keys[at:]))}?",
        )


@rule(WARNING)
def failed_result_read(machine: StateMachine) -> Iterator[Hit]:
    """A state on the failure route reads the result of the state that failed.

    A state that fails writes no result: at its ResultPath there is nothing on the route through its catcher. The path
    fails with States.Runtime, which no Catch sees. Test it with IsPresent, or read the error output instead.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            ResultPath: $.loaded
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: LoadFailed
            CausePath: $.loaded.message  # <-

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            ResultPath: $.loaded
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: LoadFailed
            CausePath: $.error.Cause
    """
    for miss in misses(machine).get(FAILED_RESULT, ()):
        one = miss.read
        failed = next(loss.pointer for loss in one.found.losses if loss.kind == UNWRITTEN)
        name = _path((one.route.keys or ())[:1])
        yield Hit(
            miss.pointer,
            f'"{miss.state.name}" reads {one.route.text}, but "{failed[-1]}" (line {_line(machine, failed)}) writes '
            f"{name} only when it succeeds: on the route through its catcher the execution fails here with "
            "States.Runtime, which no Catch sees",
            related=(failed,),
        )


@rule(WARNING)
def error_output_elsewhere(machine: StateMachine) -> Iterator[Hit]:
    """A catcher writes the error output to another place than the one that a later state reads.

    The other catchers that lead to the state write where it reads. On the route through this one the path reads
    nothing: the state fails with States.Runtime, which no Catch sees.

    Bad:

        StartAt: Prepare
        States:
          Prepare:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:prepare
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            Next: Load
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.err  # <-
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: RefreshFailed
            CausePath: $.error.Cause

    Good:

        StartAt: Prepare
        States:
          Prepare:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:prepare
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            Next: Load
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: RefreshFailed
            CausePath: $.error.Cause
    """
    return _hits(machine, (ELSEWHERE,), _elsewhere_message)


def _elsewhere_message(machine: StateMachine, pointer: Pointer, some: list[Miss]) -> str:
    written = _at(machine, pointer)
    return f'the catcher of "{_owner(pointer)}" writes the error output to {written}; {_readers(machine, some)}'


@rule(WARNING)
def unknown_context_field(machine: StateMachine) -> Iterator[Hit]:
    """A path reads a field that the context object does not have.

    The context object (`$$`) has Execution, State, StateMachine, Task, and Map in the states of a Map. Any other field
    reads nothing: the execution fails with States.Runtime, which no Catch sees.

    Bad:

        StartAt: Remember
        States:
          Remember:
            Type: Pass
            Parameters:
              began.$: $$.Execution.StartedAt  # <-
            End: true

    Good:

        StartAt: Remember
        States:
          Remember:
            Type: Pass
            Parameters:
              began.$: $$.Execution.StartTime
            End: true
    """
    for miss in misses(machine).get(CONTEXT, ()):
        one = miss.read
        keys = one.route.keys or ()
        if keys[0] == "Map" and one.found.at == 0:
            why = "the context object has a Map in the states of a Map only, and in its ItemSelector"
        else:
            why = f"the context object has no {_told(one, keys[: one.found.at + 1])}"
        message = f'"{miss.state.name}" reads {one.route.text}, but {why}: {consequence(one.effect)}{_meant(one)}'
        yield Hit(miss.pointer, message, span=span_of(machine, one))


@rule(WARNING)
def undefined_in_jsonata(machine: StateMachine) -> Iterator[Hit]:
    """A JSONata expression reads what is not there.

    A state without Output passes on its result and not its input, a catcher without Output the error output: what a
    later state reads from its input is gone then. Or the name is misspelt. The route gives nothing (undefined): a state
    whose whole expression gives nothing fails with States.QueryEvaluationError, a text that is put together has a gap.
    Pass the input on with `Output: "{% $states.input %}"`, or keep what is needed in a variable, with Assign.

    Bad:

        QueryLanguage: JSONata
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 7200
            Arguments: {JobName: load}
            Next: Tell
          Tell:
            Type: Pass
            Output: "{% $states.input.topic %}"  # <-
            End: true

    Good:

        QueryLanguage: JSONata
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 7200
            Arguments: {JobName: load}
            Output: "{% $states.input %}"
            Next: Tell
          Tell:
            Type: Pass
            Output: "{% $states.input.topic %}"
            End: true
    """
    for miss in misses(machine).get(UNDEFINED, ()):
        one = miss.read
        loss = next(_to_blame(miss.state, one), None)
        why = _lacking(one) if loss is None else _taken_away(machine, loss, miss.state)
        message = f'"{miss.state.name}" reads {one.route.text}, but {why}: {consequence(one.effect)}'
        related = () if loss is None else (loss.pointer,)
        yield Hit(miss.pointer, message + (_meant(one) if loss is None else ""), related, span=span_of(machine, one))


def _taken_away(machine: StateMachine, loss: Loss, reader: State) -> str:
    """Who took away what a state in JSONata reads, and on which route."""
    owner = f'"{_owner(loss.pointer)}" (line {_line(machine, loss.pointer)})'
    told = LOSSES.get(loss.kind, "{owner} takes it away with its {field}")
    return told.format(owner=owner, field=loss.pointer[-1]) + _on_route(machine, loss.pointer, reader)


def _on_route(machine: StateMachine, pointer: Pointer, reader: State) -> str:
    """The route from a place to the state that reads, where there are others between."""
    names = route_from(machine, pointer, reader)
    return f", on the route {in_words(names)}" if len(names) > 2 else ""


LOSSES = {
    RESULT: "the result of {owner}, which has no Output, replaces the input",
    CATCH: "the catcher of {owner} has no Output, so that {{Error, Cause}} replaces the input",
    OUTPUT: "{owner} passes on just what its Output lists",
    PARAMETERS: "{owner} gives just what its {field} lists",
    ITEM: "an iteration of {owner} gets one item and nothing else",
}
"""Kind of a loss in a state in JSONata -> what it does."""


# --- words -----------------------------------------------------------------------------------------------------------


def _hits(
    machine: StateMachine, kinds: Iterable[str], message: Callable[[StateMachine, Pointer, list[Miss]], str]
) -> Iterator[Hit]:
    """One hit for each place that loses something, with all who read it."""
    by_place: dict[Pointer, list[Miss]] = {}
    for kind in kinds:
        for miss in misses(machine).get(kind, ()):
            by_place.setdefault(miss.pointer, []).append(miss)
    for pointer, some in by_place.items():
        related = tuple(dict.fromkeys(miss.read.pointer for miss in some))
        yield Hit(pointer, message(machine, pointer, some), related=related)


def _readers(machine: StateMachine, some: list[Miss]) -> str:
    """Who reads what is not there: the first such state with its paths, and how many more."""
    some = sorted(some, key=lambda miss: machine.document.span(miss.read.pointer).start)
    first = [miss for miss in some if miss.state is some[0].state]
    more = len({miss.state.pointer for miss in some}) - 1
    others = f" and {more} more state{'s' * (more > 1)} read" if more else " reads"
    return (
        f'"{first[0].state.name}" (line {_line(machine, first[0].read.pointer)}){others} '
        f"{_listed(dict.fromkeys(miss.read.route.text for miss in first))}"
        f"{_on_route(machine, first[0].pointer, first[0].state)}: nothing is there then, and the execution fails with "
        "States.Runtime, which no Catch sees"
    )


def _listed(texts: Iterable[str], most: int = 3) -> str:
    found = list(texts)
    shown = found[:most] + ([f"{len(found) - most} more"] if len(found) > most else [])
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _lacking(one: Read) -> str:
    """Why a read finds nothing: what is there instead."""
    found, keys = one.found, one.route.keys or ()
    holder, place = found.holder, _told(one, keys[: found.at])
    match holder:
        case Array():
            length = "an array" if holder.elements is None else f"an array of {len(holder.elements)}"
            return f"{place} is {length}"
        case Scalar(kind):
            return f"{place} is {'null' if kind == 'null' else f'a {kind}'}"
        case Object(open=True):
            return f"nothing writes {_told(one, keys[: found.at + 1])} on some route to it"
        case _ if not holder.members:
            return f"{place} is {{}}"
        case _:
            return f"{place} has only {_listed(holder.members, 6)}"


def _meant(one: Read) -> str:
    keys = next(_near(one), None)
    return "" if keys is None else f"; did you mean {_told(one, keys)}?"


def _near(one: Read) -> Iterator[Keys]:
    """Routes that can be read and are like the one that is: another spelling, a level less, a level more."""
    return (keys for keys in _alike(one) if read(one.document, keys).presence != ABSENT)


def _alike(one: Read) -> Iterator[Keys]:
    keys, at, holder = one.route.keys or (), one.found.at, one.found.holder
    if type(holder) is not Object:
        return
    key = str(keys[at])
    known = nearest(key, holder.members) or next((name for name in holder.members if name[:4] == key[:4]), None)
    if known is not None:
        yield (*keys[:at], known, *keys[at + 1 :])
    if at + 1 < len(keys) and str(keys[at + 1]) in holder.members:
        yield (*keys[:at], *keys[at + 1 :])
    yield from ((*keys[:at], name, *keys[at:]) for name in WRAPPERS if name in holder.members)
    for name, member in holder.members.items():
        for rest in (keys[at:], keys[at + 1 :]):
            if rest and type(member.shape) is Object and str(rest[0]) in member.shape.members:
                yield (*keys[:at], name, *rest)


def _told(one: Read, keys: Keys) -> str:
    """The route to some of the keys of a read, as it is written there."""
    return _path(keys[1:], f"${keys[0]}") if one.route.root == VARIABLE and keys else _path(keys, one.route.root)


def consequence(effect: str) -> str:
    """What happens when a read of this effect finds nothing."""
    return CONSEQUENCES.get(effect, "it is undefined here")


CONSEQUENCES = {
    "": "the execution fails here with States.Runtime, which no Catch sees",
    "fails": "the expression gives nothing, and the state fails with States.QueryEvaluationError",
    "blank": "the text has a gap here",
}
"""The effect of a read that finds nothing -> what happens."""


def span_of(machine: StateMachine, one: Read) -> Span | None:
    """The place of a read inside its string; None where that is the whole of it."""
    if one.end <= one.start:
        return None
    from aslkit.lint.places import inner_span

    return inner_span(machine.document, one.pointer, one.start, one.end)


def _path(keys: Keys, root: str = "$") -> str:
    return root + "".join(map(_part, keys))


def _part(key: str | int) -> str:
    if type(key) is int:
        return f"[{key}]"
    name = str(key)
    return f".{name}" if name.replace("-", "_").isidentifier() else f"['{name}']"


def _owner(pointer: Pointer) -> str:
    """The name of the innermost state around a place."""
    last = max(index for index, key in enumerate(pointer[:-1]) if key == "States")
    return str(pointer[last + 1])


def _at(machine: StateMachine, pointer: Pointer) -> str | None:
    """The text that stands at a place."""
    value = machine.document.data
    for key in pointer:
        value = value[key]
    return value if isinstance(value, str) else None


def _state_type(machine: StateMachine, pointer: Pointer) -> str:
    last = max(index for index, key in enumerate(pointer[:-1]) if key == "States")
    return flow(machine).visits[pointer[: last + 2]].state.type


def _line(machine: StateMachine, pointer: Pointer) -> int:
    return machine.document.span(pointer).line
