"""StateMachine -> MachineProgram: every path, template and condition compiled once, or why that cannot be.

The machine may be one that no linter has seen: what a run would stumble over is refused here, with its place.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from aslkit.definition import model
from aslkit.definition.document import pointer_text
from aslkit.definition.model import ABSENT, JSONATA, is_substitution, walk
from aslkit.definition.resource import parse_resource
from aslkit.language.choice import ConditionSyntaxError, compile_condition
from aslkit.language.intrinsics import IntrinsicSyntaxError
from aslkit.language.jsonpath import PathSyntaxError
from aslkit.language.payload import compile_template, json_text
from aslkit.simulation.context import mentions
from aslkit.simulation.dataflow import CatcherFlow, JsonPathFlow, compile_assign
from aslkit.simulation.limits import INLINE_CONCURRENCY
from aslkit.simulation.map import MapProgram
from aslkit.simulation.numbers import concurrency_at, items_at, seconds_at, text_at, timer_at, until, until_at
from aslkit.simulation.parallel import ParallelProgram
from aslkit.simulation.states import (
    CatcherProgram,
    ChoiceProgram,
    FailProgram,
    MachineProgram,
    PassProgram,
    RetryingProgram,
    StateProgram,
    SucceedProgram,
    WaitProgram,
    Way,
)
from aslkit.simulation.task import TaskProgram, events_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State, StateMachine
    from aslkit.language.jsonpath import Scope

    Evaluator = Callable[[Scope], Any]

Json = Any


class SimulationRefused(ValueError):
    """The machine cannot run: what is missing or wrong, and where."""

    def __init__(self, message: str, pointer: Pointer = ()) -> None:
        super().__init__(f"{message} (at {pointer_text(pointer) or '/'})")
        self.message = message
        self.pointer = pointer


class NotSimulated(SimulationRefused):
    """The machine uses what this simulator does not know yet."""


def compile_machine(machine: StateMachine) -> MachineProgram:
    """The program of a whole definition; the same object when asked again for the same machine.

    Raises SimulationRefused, and NotSimulated for JSONata and Distributed Map.
    """
    known: MachineProgram | None = machine.__dict__.get("_program")
    if known is None:
        refuse_unknown(machine)
        known = machine.__dict__["_program"] = _machine(machine)
    return known


def refuse_unknown(machine: StateMachine) -> None:
    """Raises NotSimulated for the first state that the simulator does not know."""
    for _, state in walk(machine):
        if state.query_language == JSONATA:
            raise NotSimulated(f"JSONata, which state '{state.name}' uses, is not simulated yet", state.pointer)
        if isinstance(state, model.Map) and state.distributed:
            raise NotSimulated(f"Distributed Map, as state '{state.name}' is one, is not simulated yet", state.pointer)


def _machine(machine: StateMachine) -> MachineProgram:
    _check_machine(machine)
    programs: dict[str, StateProgram] = {}
    for name, state in machine.states.items():
        with _explaining(state):
            programs[name] = COMPILERS[type(state)](state)
    for name, state in machine.states.items():
        with _explaining(state):
            _link(state, programs[name], programs)
    program = MachineProgram()
    program.start = _target(machine.start_at, (*machine.pointer, "StartAt"), programs)
    return program


def _check_machine(machine: StateMachine) -> None:
    if machine.start_at is None:
        raise SimulationRefused("the state machine has no StartAt", machine.pointer)
    _check_fields(machine)
    written = machine.raw.get("States")
    for name in written if isinstance(written, dict) else ():
        if name not in machine.states:
            raise SimulationRefused(f"state '{name}' has no Type that is known", (*machine.pointer, "States", name))
    for state in machine.states.values():
        _check_fields(state)
        for field, parts in (("Retry", state.retry), ("Catch", state.catch)):
            _check_list(state, field, len(parts))
        for part in (*state.retry, *state.catch):
            _check_fields(part)


def _check_fields(placed: model.Placed) -> None:
    """A field of the wrong shape (a `${Name}` in the place of a number, say) is absent from the model; a run without it
    would be another machine's."""
    table = model.FIELDS[type(placed)]
    for field, value in placed.raw.items():
        if field in table and field != "Comment" and not table[field][1](value):
            raise SimulationRefused(f"the value of {field} does not fit: {json_text(value)}", (*placed.pointer, field))


def _check_list(state: State, field: str, known: int) -> None:
    written = state.raw.get(field, [])
    if known != (len(written) if isinstance(written, list) else None):
        _refuse(state, f"has a {field} that is not a list of objects")


@contextmanager
def _explaining(state: State) -> Iterator[None]:
    """A path, intrinsic function or choice rule that cannot be compiled is refused with the state that it stands in."""
    try:
        yield
    except (PathSyntaxError, IntrinsicSyntaxError, ConditionSyntaxError) as error:
        raise SimulationRefused(f"state '{state.name}' cannot run: {error}", state.pointer) from None


def _link(state: State, program: StateProgram, programs: dict[str, StateProgram]) -> None:
    """Puts the following states in the place of their names."""
    if isinstance(state, model.Choice) and isinstance(program, ChoiceProgram):
        program.ways = list(_ways(state, programs))
    elif state.next is not None:
        program.next = _target(state.next, (*state.pointer, "Next"), programs)
    elif not state.end and not isinstance(state, model.Succeed | model.Fail):
        _refuse(state, "has neither Next nor End")
    if isinstance(program, RetryingProgram):
        program.catchers = [_catcher(catcher, programs) for catcher in state.catch]


def _target(name: str | None, pointer: Pointer, programs: dict[str, StateProgram]) -> StateProgram:
    if name is None:
        raise SimulationRefused("a transition leads nowhere", pointer)
    if name not in programs:
        raise SimulationRefused(f"there is no state '{name}' in this state machine", pointer)
    return programs[name]


def _catcher(catcher: model.Catcher, programs: dict[str, StateProgram]) -> CatcherProgram:
    edge = (*catcher.pointer, "Next")
    return CatcherProgram(catcher.error_equals, CatcherFlow(catcher), edge, _target(catcher.next, edge, programs))


# --- one function for each state type --------------------------------------------------------------------------------


def _made(cls: type[Any], state: State, parameters: Json = ABSENT) -> Any:
    return cls(state, JsonPathFlow(state, parameters), reads_context=mentions(state.raw))


def _pass(state: model.Pass) -> PassProgram:
    program: PassProgram = _made(PassProgram, state, state.parameters)
    program.result = state.result
    return program


def _succeed(state: model.Succeed) -> SucceedProgram:
    program: SucceedProgram = _made(SucceedProgram, state)
    return program


def _fail(state: model.Fail) -> FailProgram:
    program: FailProgram = _made(FailProgram, state)
    program.error = _text(state.error, state.error_path, "ErrorPath")
    program.cause = _text(state.cause, state.cause_path, "CausePath")
    return program


def _text(text: str | None, path: str | None, field: str) -> Evaluator:
    return (lambda scope: text) if path is None else text_at(path, field)


def _wait(state: model.Wait) -> WaitProgram:
    program: WaitProgram = _made(WaitProgram, state)
    program.seconds = _duration(state)
    return program


def _duration(state: model.Wait) -> Callable[[Scope, float], float]:
    if isinstance(state.seconds, int):
        fixed = float(state.seconds)
        return lambda scope, now: fixed
    if state.seconds_path is not None:
        seconds = seconds_at(state.seconds_path)
        return lambda scope, now: seconds(scope)
    if state.timestamp is not None:
        instant = until(state.timestamp)
        if instant is None:
            _refuse(state, f"has a Timestamp that is no instant: '{state.timestamp}'")
        return lambda scope, now: instant - now
    if state.timestamp_path is not None:
        read = until_at(state.timestamp_path)
        return lambda scope, now: read(scope) - now
    return _refuse(state, "has no Seconds, SecondsPath, Timestamp or TimestampPath that says how long to wait")


def _refuse(state: State, what: str) -> NoReturn:
    raise SimulationRefused(f"state '{state.name}' {what}", state.pointer)


def _choice(state: model.Choice) -> ChoiceProgram:
    if not state.choices:
        _refuse(state, "has no Choices")
    program: ChoiceProgram = _made(ChoiceProgram, state)
    return program


def _ways(state: model.Choice, programs: dict[str, StateProgram]) -> Iterator[Way]:
    for rule in state.choices:
        edge = (*rule.pointer, "Next")
        yield Way(compile_condition(rule.raw), edge, compile_assign(rule.assign), _target(rule.next, edge, programs))
    if state.default is not None:
        edge = (*state.pointer, "Default")
        yield Way(lambda scope: True, edge, compile_assign(state.assign), _target(state.default, edge, programs))


def _task(state: model.Task) -> TaskProgram:
    arn = None if state.resource is None else parse_resource(state.resource)
    if arn is None or state.resource is None:
        _refuse(state, f"has a Resource that names no integration, function or activity: {state.raw.get('Resource')!r}")
    program: TaskProgram = _made(TaskProgram, state, state.parameters)
    program.resource = state.resource
    program.arn = arn
    program.events = events_of(arn)
    program.timeout = _timer(state, "Timeout", state.timeout_seconds, state.timeout_seconds_path)
    program.heartbeat = _timer(state, "Heartbeat", state.heartbeat_seconds, state.heartbeat_seconds_path)
    program.credentials = None if state.credentials is ABSENT else compile_template(state.credentials, "Credentials")
    return program


def _timer(state: State, name: str, seconds: int | str | None, path: str | None) -> Evaluator | None:
    """TimeoutSeconds or HeartbeatSeconds, or the path to it; None for a task that may take as long as it likes."""
    if path is not None:
        return timer_at(path, f"{name}SecondsPath")
    if is_substitution(state.raw.get(f"{name}Seconds")) or isinstance(seconds, str):
        _refuse(state, f"has {name}Seconds that are no number")
    return None if seconds is None else lambda scope: seconds


def _parallel(state: model.Parallel) -> ParallelProgram:
    if not state.branches:
        _refuse(state, "has no Branches")
    _check_list(state, "Branches", len(state.branches))
    program: ParallelProgram = _made(ParallelProgram, state, state.parameters)
    program.branches = [_machine(branch) for branch in state.branches]
    return program


def _map(state: model.Map) -> MapProgram:
    if state.item_processor is None:
        _refuse(state, "has no ItemProcessor")
    program: MapProgram = _made(MapProgram, state)
    program.items = items_at(state.items_path)
    program.selector = None if state.item_selector is ABSENT else compile_template(state.item_selector, "ItemSelector")
    program.concurrency = _concurrency(state)
    program.machine = _machine(state.item_processor)
    return program


def _concurrency(state: model.Map) -> Evaluator:
    if state.max_concurrency_path is not None:
        return concurrency_at(state.max_concurrency_path)
    fixed = state.max_concurrency
    if isinstance(fixed, str) or is_substitution(state.raw.get("MaxConcurrency")):
        _refuse(state, "has a MaxConcurrency that is no number")
    limit = min(fixed or INLINE_CONCURRENCY, INLINE_CONCURRENCY)
    return lambda scope: limit


COMPILERS: dict[type[State], Callable[[Any], StateProgram]] = {
    model.Pass: _pass,
    model.Succeed: _succeed,
    model.Fail: _fail,
    model.Wait: _wait,
    model.Choice: _choice,
    model.Task: _task,
    model.Parallel: _parallel,
    model.Map: _map,
}
