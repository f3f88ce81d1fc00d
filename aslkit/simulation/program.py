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
from aslkit.language.jsonata import JsonataSyntaxError, inner
from aslkit.language.jsonpath import PathSyntaxError
from aslkit.language.payload import compile_template, json_text
from aslkit.simulation import jsonata
from aslkit.simulation.context import mentions
from aslkit.simulation.dataflow import CatcherFlow, ChoiceRuleFlow, JsonPathFlow
from aslkit.simulation.distributed import (
    BatcherProgram,
    DistributedMapProgram,
    ReaderProgram,
    WriterProgram,
    float_at,
    integer_at,
)
from aslkit.simulation.items import GET_OBJECT, LIST_OBJECTS, reading_of
from aslkit.simulation.jsonata import JsonataFlow, JsonataRuleFlow
from aslkit.simulation.limits import INLINE_CONCURRENCY
from aslkit.simulation.map import MapProgram
from aslkit.simulation.numbers import concurrency_at, items_at, seconds_at, text_at, timer_at, until, until_at
from aslkit.simulation.parallel import ParallelProgram
from aslkit.simulation.results import form_of
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
    from collections.abc import Callable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State, StateMachine
    from aslkit.simulation.context import StateScope
    from aslkit.simulation.dataflow import Flow, RuleFlow

    Evaluator = Callable[[StateScope], Any]

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

    Raises SimulationRefused, and NotSimulated for a distributed Map that reads PARQUET files.
    """
    known: MachineProgram | None = machine.__dict__.get("_program")
    if known is None:
        refuse_unknown(machine)
        known = machine.__dict__["_program"] = _machine(machine)
    return known


def refuse_unknown(machine: StateMachine) -> None:
    """Raises NotSimulated for the first state that the simulator does not know."""
    for _, state in walk(machine):
        if isinstance(state, model.Map) and state.distributed and _reads_parquet(state.item_reader):
            raise NotSimulated(
                f"state '{state.name}' reads its items from PARQUET files, which is not simulated; "
                "CSV, JSON and JSONL files are",
                (*state.pointer, "ItemReader", "ReaderConfig", "InputType"),
            )


def _reads_parquet(reader: Json) -> bool:
    match reader:
        case {"ReaderConfig": {"InputType": "PARQUET"}}:
            return True
        case _:
            return False


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
    except (PathSyntaxError, IntrinsicSyntaxError, ConditionSyntaxError, JsonataSyntaxError) as error:
        raise SimulationRefused(f"state '{state.name}' cannot run: {error}", state.pointer) from None


def _link(state: State, program: StateProgram, programs: dict[str, StateProgram]) -> None:
    """Puts the following states in the place of their names."""
    if isinstance(state, model.Choice) and isinstance(program, ChoiceProgram):
        program.ways = list(_ways(state, program.flow, programs))
    elif state.next is not None:
        program.next = _target(state.next, (*state.pointer, "Next"), programs)
    elif not state.end and not isinstance(state, model.Succeed | model.Fail):
        _refuse(state, "has neither Next nor End")
    if isinstance(program, RetryingProgram):
        program.catchers = [_catcher(state, catcher, programs) for catcher in state.catch]


def _target(name: str | None, pointer: Pointer, programs: dict[str, StateProgram]) -> StateProgram:
    if name is None:
        raise SimulationRefused("a transition leads nowhere", pointer)
    if name not in programs:
        raise SimulationRefused(f"there is no state '{name}' in this state machine", pointer)
    return programs[name]


def _catcher(state: State, catcher: model.Catcher, programs: dict[str, StateProgram]) -> CatcherProgram:
    edge = (*catcher.pointer, "Next")
    flow = _catcher_flow(state, catcher)
    return CatcherProgram(catcher.error_equals, flow, edge, _target(catcher.next, edge, programs))


def _catcher_flow(state: State, catcher: model.Catcher) -> RuleFlow:
    if state.query_language == JSONATA:
        return JsonataRuleFlow(catcher, f"Catch[{catcher.pointer[-1]}]", catches=True)
    return CatcherFlow(catcher)


# --- one function for each state type --------------------------------------------------------------------------------


def _made(cls: type[Any], state: State, parameters: Json = ABSENT) -> Any:
    return cls(state, _flow(state, parameters), reads_context=mentions(state.raw))


def _flow(state: State, parameters: Json) -> Flow:
    if state.query_language == JSONATA:
        return JsonataFlow(state, has_result=isinstance(state, model.Retrying))
    return JsonPathFlow(state, parameters)


def _expression(state: State, value: Json) -> str | None:
    """The JSONata expression that a field holds instead of a plain value."""
    return inner(value) if state.query_language == JSONATA else None


def _pass(state: model.Pass) -> PassProgram:
    program: PassProgram = _made(PassProgram, state, state.parameters)
    program.result = state.result
    return program


def _succeed(state: model.Succeed) -> SucceedProgram:
    program: SucceedProgram = _made(SucceedProgram, state)
    return program


def _fail(state: model.Fail) -> FailProgram:
    program: FailProgram = _made(FailProgram, state)
    program.error = _text(state, "Error", state.error, state.error_path)
    program.cause = _text(state, "Cause", state.cause, state.cause_path)
    return program


def _text(state: State, field: str, text: str | None, path: str | None) -> Evaluator:
    if (expression := _expression(state, text)) is not None:
        return jsonata.typed_at(expression, field, "string")
    return (lambda scope: text) if path is None else text_at(path, f"{field}Path")


def _wait(state: model.Wait) -> WaitProgram:
    program: WaitProgram = _made(WaitProgram, state)
    program.seconds = _duration(state)
    return program


def _duration(state: model.Wait) -> Callable[[StateScope, float], float]:
    if (expression := _expression(state, state.seconds)) is not None:
        whole = jsonata.whole_at(expression, "Seconds")
        return lambda scope, now: float(whole(scope))
    if (expression := _expression(state, state.timestamp)) is not None:
        moment = jsonata.until_at(expression)
        return lambda scope, now: moment(scope) - now
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


def _ways(state: model.Choice, flow: Flow, programs: dict[str, StateProgram]) -> Iterator[Way]:
    for rule in state.choices:
        edge = (*rule.pointer, "Next")
        target = _target(rule.next, edge, programs)
        if state.query_language == JSONATA:
            place = f"Choices[{rule.pointer[-1]}]"
            own = JsonataRuleFlow(rule, place, catches=False)
            yield Way(_condition(state, rule, place), edge, own, target)
        else:
            yield Way(compile_condition(rule.raw), edge, ChoiceRuleFlow(rule, flow), target)
    if state.default is not None:
        edge = (*state.pointer, "Default")
        yield Way(lambda scope: True, edge, flow, _target(state.default, edge, programs))


def _condition(state: model.Choice, rule: model.ChoiceRule, place: str) -> Evaluator:
    """A JSONata condition: an expression that gives a boolean, or a boolean."""
    if (expression := inner(rule.condition)) is not None:
        return jsonata.typed_at(expression, f"{place}/Condition", "boolean")
    if not isinstance(rule.condition, bool):
        _refuse(state, f"has a Condition that is neither an expression nor a boolean: {json_text(rule.condition)}")
    return lambda scope: rule.condition


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
    program.credentials = None if state.credentials is ABSENT else _template(state, state.credentials, "Credentials")
    return program


def _template(state: State, template: Json, field: str) -> Evaluator:
    if state.query_language == JSONATA:
        return jsonata.template_at(template, field)
    return compile_template(template, field)


def _timer(state: State, name: str, seconds: int | str | None, path: str | None) -> Evaluator | None:
    """TimeoutSeconds or HeartbeatSeconds, or the path to it; None for a task that may take as long as it likes."""
    if (expression := _expression(state, seconds)) is not None:
        return jsonata.whole_at(expression, f"{name}Seconds")
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
    program: MapProgram = _made(DistributedMapProgram if state.distributed else MapProgram, state)
    program.items = jsonata.items_at(state.items) if state.query_language == JSONATA else items_at(state.items_path)
    program.selector = None if state.item_selector is ABSENT else _template(state, state.item_selector, "ItemSelector")
    program.machine = _machine(state.item_processor)
    if isinstance(program, DistributedMapProgram):
        _distribute(state, state.item_processor, program)
    else:
        program.concurrency = _concurrency(state)
    return program


def _distribute(state: model.Map, processor: StateMachine, program: DistributedMapProgram) -> None:
    program.concurrency = _number(state, state.raw, "MaxConcurrency", integer_at) or (lambda scope: None)
    program.count = _number(state, state.raw, "ToleratedFailureCount", integer_at)
    program.percentage = _number(state, state.raw, "ToleratedFailurePercentage", float_at)
    program.label = state.label
    program.express = processor.processor_config.get("ExecutionType") == "EXPRESS"
    program.reader = _reader(state)
    program.batcher = _batcher(state)
    program.writer = _writer(state)


def _number(
    state: State,
    fields: Mapping[str, Json],
    name: str,
    at: Callable[[str, str], Evaluator],
    place: str = "",
) -> Evaluator | None:
    """A number among some fields of a state, or the path or the expression that gives it; None where it is not
    written."""
    if isinstance(path := fields.get(f"{name}Path"), str):
        return at(path, f"{name}Path")
    value = fields.get(name)
    if (expression := _expression(state, value)) is not None:
        field = f"{place}{name}"
        return (
            jsonata.whole_at(expression, field) if at is integer_at else jsonata.typed_at(expression, field, "number")
        )
    if value is None:
        return None
    if type(value) is not int and (at is integer_at or type(value) is not float):
        _refuse(state, f"has a {name} that is no number: {json_text(value)}")
    return lambda scope: value


def _arguments(state: State, fields: Mapping[str, Json], place: str) -> Evaluator | None:
    """Parameters, or Arguments in a JSONata state; None where they are not written."""
    name = "Arguments" if state.query_language == JSONATA else "Parameters"
    return _template(state, fields[name], f"{place}/{name}") if name in fields else None


def _object(state: State, value: Json, name: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        _refuse(state, f"has a value of {name} that is no object: {json_text(value)}")
    return value


def _reader(state: model.Map) -> ReaderProgram | None:
    if state.item_reader is ABSENT:
        return None
    fields = _object(state, state.item_reader, "ItemReader")
    config = _object(state, fields.get("ReaderConfig", {}), "ReaderConfig")
    resource, arguments = fields.get("Resource"), _arguments(state, fields, "ItemReader")
    arn = parse_resource(resource) if isinstance(resource, str) else None
    if arn is None or arn.service != "s3" or arn.action not in (GET_OBJECT, LIST_OBJECTS):
        _refuse(state, f"has an ItemReader whose Resource is neither s3:getObject nor s3:listObjectsV2: {resource}")
    if arguments is None:
        _refuse(state, "has an ItemReader that does not say where to read")
    if arn.action == GET_OBJECT and "InputType" not in config:
        _refuse(state, "has an ItemReader that does not say the InputType of its file")
    try:
        reading = reading_of(arn.action, config)
    except ValueError as error:
        _refuse(state, f"has a ReaderConfig that cannot be used: {error}")
    max_items = _number(state, config, "MaxItems", integer_at, "ItemReader/ReaderConfig/")
    return ReaderProgram(str(resource), reading, arguments, max_items)


def _batcher(state: model.Map) -> BatcherProgram | None:
    if state.item_batcher is ABSENT:
        return None
    fields = _object(state, state.item_batcher, "ItemBatcher")
    place = "ItemBatcher/"
    return BatcherProgram(
        most=_number(state, fields, "MaxItemsPerBatch", integer_at, place),
        size=_number(state, fields, "MaxInputBytesPerBatch", integer_at, place),
        shared=_template(state, fields["BatchInput"], f"{place}BatchInput") if "BatchInput" in fields else None,
    )


def _writer(state: model.Map) -> WriterProgram | None:
    if state.result_writer is ABSENT:
        return None
    fields = _object(state, state.result_writer, "ResultWriter")
    try:
        form = form_of(_object(state, fields.get("WriterConfig", {}), "WriterConfig"))
    except ValueError as error:
        _refuse(state, f"has a WriterConfig that cannot be used: {error}")
    return WriterProgram(_arguments(state, fields, "ResultWriter"), form)


def _concurrency(state: model.Map) -> Evaluator:
    if state.max_concurrency_path is not None:
        return concurrency_at(state.max_concurrency_path)
    if (expression := _expression(state, state.max_concurrency)) is not None:
        whole = jsonata.whole_at(expression, "MaxConcurrency")
        return lambda scope: min(whole(scope) or INLINE_CONCURRENCY, INLINE_CONCURRENCY)
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
