"""One state, its input and a mock of its work -> what AWS's TestState answers, without AWS.

The state runs in the kernel as in any execution. The work of a Parallel or a Map is replaced by its mock, a Task is
answered by it; what is shown of the data flow is written down where it passes (`inspection`).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aslkit.definition import model
from aslkit.definition.model import ABSENT, StateMachine
from aslkit.definition.resource import parse_resource
from aslkit.language.errors import StatesError
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.context import START, Identity, execution_facts
from aslkit.simulation.distributed import DistributedMapProgram
from aslkit.simulation.execution import SUCCEEDED
from aslkit.simulation.inspection import EFFECTIVE, MapWork, TriedAgain, Watched, stages
from aslkit.simulation.kernel import Bounds, Kernel
from aslkit.simulation.limits import MAX_EVENTS, MAX_PAYLOAD, MAX_THREADS, MAX_TRANSITIONS
from aslkit.simulation.mocks import MODES, STRICT, MockMismatch, check_result
from aslkit.simulation.one_state import (
    NAME,
    WORKING,
    compiled,
    find,
    fitting,
    inner_names,
    json_value,
    machine_of,
    own_part,
    with_targets,
)
from aslkit.simulation.parallel import ParallelProgram
from aslkit.simulation.program import compile_machine
from aslkit.simulation.refusals import TestStateError, refused
from aslkit.simulation.resources import Outcome
from aslkit.simulation.retry import Failure, first_match
from aslkit.simulation.run import Silent
from aslkit.simulation.states import RetryingProgram

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aslkit.definition.model import State
    from aslkit.simulation.context import StateScope
    from aslkit.simulation.execution import Visit
    from aslkit.simulation.kernel import Body, Ending, Thread
    from aslkit.simulation.one_state import Tested
    from aslkit.simulation.resources import Request, Resource, Service
    from aslkit.simulation.states import StateProgram

__all__ = ["TestStateError", "test_state"]

Json = Any

LEVELS = ("INFO", "DEBUG", "TRACE")
MAX_TEST_SECONDS = 300.0
"""Seconds after which a test ends with States.Timeout. Source: TestState in the API reference."""
ROLE = "arn:aws:iam::111111111111:role/StepFunctionsRole"


def test_state(
    definition: Json,
    *,
    input: Json = None,
    mock: Json = None,
    state_name: str | None = None,
    variables: Json = None,
    context: Json = None,
    state_configuration: Json = None,
    inspection_level: str = "INFO",
    reveal_secrets: bool = False,
    role_arn: str | None = None,
    resources: Resource | None = None,
    start: float = START,
    seed: int = 0,
) -> dict[str, Json]:
    """What TestState answers: `status` (SUCCEEDED, FAILED, RETRIABLE, CAUGHT_ERROR) and, where there is one, `output`,
    `error`, `cause`, `nextState` and, at DEBUG and TRACE, `inspectionData`. JSON texts come as the values they mean.

    `definition` is one state, or with `state_name` a whole machine (the state may stand in a branch or a Map): a JSON
    object, its JSON or YAML text, or a parsed StateMachine. The other arguments are those of the API, as JSON values or
    as JSON texts; `input` is {} where it is None. `mock` is {"result": ...} or {"errorOutput": {"error", "cause"}},
    with an optional "fieldValidationMode"; a result that is a str is read as JSON text. A Task without a mock asks
    `resources`, as in a simulation. `start` is in epoch seconds; `seed` decides the random functions.

    Raises TestStateError for a call that TestState refuses, and for a Task that nothing answers; OutcomeError where
    `resources` does not know an answer. Source: TestState in the API reference; behaviour and messages as recorded on
    AWS where a recording exists.
    """
    check_word(inspection_level, "inspectionLevel", LEVELS)
    check_length(state_name, "stateName", 80)
    mocked = mock_of(mock)
    if reveal_secrets and mocked is not None:
        raise refused("TestState does not support RevealSecrets when a mock is specified.")
    configuration = configuration_of(state_configuration, mocked=mocked is not None)
    if context is not None and mocked is None:
        raise refused("TestState does not support Context when a mock is not specified.")
    tested = find(definition, state_name)
    check_mock(mocked, tested, answered=resources is not None)
    check_configuration(configuration, mocked, tested)
    run = Run(tested, mocked, configuration, resources)
    run.variables = object_of(variables, "variables") or {}
    run.context = None if context is None else context_of(context, tested)
    raw = {} if input is None else payload_of(input, "input", "InvalidExecutionInput")
    identity = Identity("test-state", "StateMachine", "us-east-1", "111111111111", role_arn or ROLE, express=True)
    facts = execution_facts(identity, raw, start)
    if role_arn is None and tested.type not in WORKING:  # such a state needs no role, and has none
        facts["Execution"] = {**facts["Execution"], "RoleArn": None}
    return run.response(Circumstances(raw, identity, facts, start, seed), inspects=inspection_level != "INFO")


# --- the parts of the request ----------------------------------------------------------------------------------------


class Mock(Record):
    """A result, or a failure; `mode` says how the result is held to the service's model."""

    result: Json = ABSENT
    failure: Failure | None = None
    mode: str = STRICT


class Configuration(Record):
    """`retries` were made before; the error comes from the state `caused_by`; `failures` iterations of the Map failed;
    its reader reads `reader_data`."""

    retries: int = 0
    caused_by: str | None = None
    failures: int | None = None
    reader_data: str | None = None


SETTINGS: dict[str, tuple[str, type]] = {
    "retrierRetryCount": ("retries", int),
    "errorCausedByState": ("caused_by", str),
    "mapIterationFailureCount": ("failures", int),
    "mapItemReaderData": ("reader_data", str),
}
MOCK_FIELDS = ("result", "errorOutput", "fieldValidationMode")


def mock_of(written: Json) -> Mock | None:
    fields = object_of(written, "mock", MAX_MOCK)
    if fields is None:
        return None
    check_fields(fields, "mock", MOCK_FIELDS)
    if ("result" in fields) == ("errorOutput" in fields):
        raise refused("A test mock should have only one of the following fields: [result, errorOutput].")
    mode = fields.get("fieldValidationMode", STRICT)
    check_word(mode, "mock.fieldValidationMode", MODES)
    if "result" in fields:
        return Mock(result=fields["result"], mode=mode)
    return Mock(failure=failure_of(fields["errorOutput"]), mode=mode)


MAX_MOCK = 16 * MAX_PAYLOAD
"""Bytes of a mock: more than the service takes, so that a result over its limit can be tried."""


def failure_of(written: Json) -> Failure:
    if not isinstance(written, dict) or not isinstance(written.get("error"), str):
        raise refused("mock.errorOutput is an object that has an error, which is a text")
    check_fields(written, "mock.errorOutput", ("error", "cause"))
    cause = written.get("cause")
    if cause is not None and not isinstance(cause, str):
        raise refused(f"mock.errorOutput.cause is a text, not {shown(cause)}")
    return Failure(written["error"], cause)


def configuration_of(written: Json, *, mocked: bool) -> Configuration:
    """The stateConfiguration of a call; all of it speaks of a mock."""
    fields = object_of(written, "stateConfiguration") or {}
    check_fields(fields, "stateConfiguration", tuple(SETTINGS))
    values: dict[str, Any] = {}
    for key, value in fields.items():
        name, kind = SETTINGS[key]
        setting = json_text(value) if name == "reader_data" and isinstance(value, list | dict) else value
        if type(setting) is not kind or (isinstance(setting, int) and setting < 0):
            wanted = "a whole number that is not negative" if kind is int else "a text"
            raise refused(f"stateConfiguration.{key} is {wanted}, not {shown(value)}")
        if not mocked:
            raise refused(f"TestState does not support {key[0].upper()}{key[1:]} when a mock is not specified.")
        values[name] = setting
    return Configuration(**values)


def context_of(written: Json, tested: Tested) -> dict[str, Json]:
    """The context object that a call gives: the whole of it, to which nothing is added."""
    intro = "Invalid Context object provided: Context object"
    found = payload_of(written, "context")
    if not isinstance(found, dict):
        raise refused(f"{intro} is not a JSON object")
    if "Task" in found and not tested.waits:
        raise refused(
            f"{intro} contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service "
            "integration pattern"
        )
    return found


def check_word(value: Json, name: str, words: Sequence[str]) -> None:
    if value not in words:
        raise refused(
            f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(words)}]"
        )


def check_length(text: str | None, name: str, most: int) -> None:
    if text is not None and not 1 <= len(text) <= most:
        bound = f"less than or equal to {most}" if text else "greater than or equal to 1"
        raise refused(
            f"1 validation error detected: Value '{text}' at '{name}' failed to satisfy constraint: "
            f"Member must have length {bound}"
        )


def check_fields(fields: Mapping[str, Json], name: str, known: Sequence[str]) -> None:
    for field in fields:
        if field not in known:
            raise refused(f"{name} has no field '{field}'; it has {', '.join(known)}")


def payload_of(value: Json, name: str, code: str = "ValidationException", limit: int = MAX_PAYLOAD) -> Json:
    """A JSON value, or the one that a JSON text means."""
    if isinstance(value, str):
        try:
            value = json_value(value)
        except (ValueError, RecursionError):
            raise refused(f"The {name} is a text that is not valid JSON: {shown(value)}", code) from None
    return fitting(value, name, code, limit)


def object_of(value: Json, name: str, limit: int = MAX_PAYLOAD) -> dict[str, Json] | None:
    found = None if value is None else payload_of(value, name, limit=limit)
    if found is not None and not isinstance(found, dict):
        raise refused(f"{name} is a JSON object, not {shown(found)}")
    return found


def shown(value: Json) -> str:
    text = json_text(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


# --- what a mock may be ----------------------------------------------------------------------------------------------


def check_mock(mock: Mock | None, tested: Tested, *, answered: bool) -> None:
    """Raises TestStateError for a mock of a state that takes none, and for none where one is needed.

    `answered`: something else answers a Task.
    """
    if mock is not None:
        if tested.type not in WORKING:
            raise refused(f"State type '{tested.type}' is not supported when a mock is specified")
    elif tested.type in ("Map", "Parallel"):
        raise refused(
            "TestState API does not support Map or Parallel states. Supported state types include: "
            "[Task, Wait, Pass, Succeed, Fail, Choice]",
            "InvalidDefinition",
        )
    elif tested.type == "Task" and not answered:
        if tested.waits:
            raise refused(
                "TestState API supports Activity tasks and the '.sync' and '.waitForTaskToken' service integration "
                "patterns only when a mock is specified",
                "InvalidDefinition",
            )
        resource = tested.raw.get("Resource")
        raise refused(f"Nothing says what {resource} answers: no service is called here, and no mock is specified")


def check_configuration(configuration: Configuration, mock: Mock | None, tested: Tested) -> None:
    """Raises TestStateError for a setting that the state or the mock has no use for."""
    if configuration.failures is not None and tested.type != "Map":
        raise refused(f"State type '{tested.type}' is not supported when MapIterationFailureCount is specified")
    if configuration.reader_data is not None and (tested.type != "Map" or "ItemReader" not in tested.raw):
        raise refused("MapItemReaderData is specified, and the state is no Map with an ItemReader")
    if configuration.caused_by is not None:
        if mock is None or mock.failure is None or tested.type not in ("Map", "Parallel"):
            raise refused("ErrorCausedByState is specified, and the mock is no error of a Map or Parallel state")
        if configuration.caused_by not in inner_names(tested):
            raise refused(f"ErrorCausedByState is no state inside the state under test: '{configuration.caused_by}'")


def mocked_result(mock: Mock, state: State) -> Json:
    """The value of a mocked result. Raises TestStateError where the state's work cannot have it."""
    result = mock.result
    if isinstance(result, str):
        try:
            result = json_value(result)
        except (ValueError, RecursionError):
            raise refused("Mocked result must be valid JSON") from None
        fitting(result, "mocked result", limit=MAX_MOCK)
    match state:
        case model.Map(result_writer=writer) if writer is not ABSENT:
            if not isinstance(result, dict):
                raise refused("Mocked result must be a JSON object.")
        case model.Map() | model.Parallel():
            if not isinstance(result, list):
                raise refused("Mocked result must be an array.")
            if isinstance(state, model.Parallel) and len(result) != len(state.branches):
                raise refused(
                    f"Mocked result has {len(result)} elements, and there are {len(state.branches)} branches."
                )
        case model.Task(resource=str(resource)) if (arn := parse_resource(resource)) is not None:
            try:
                check_result(result, arn, mock.mode)
            except MockMismatch as mismatch:
                raise refused(str(mismatch)) from None
    return result


class MockService:
    """A service that gives the mock to whoever asks."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def invoke(self, request: Request) -> Outcome:
        return self.outcome

    def stop(self, request: Request, at: float) -> None:
        """Nothing was started."""


# --- the run ---------------------------------------------------------------------------------------------------------


class Circumstances(Record):
    """What a run is a function of, besides the state and its mock. `facts` are those of the context object."""

    raw: Json
    identity: Identity
    facts: dict[str, Json]
    start: float
    seed: int


class Run:
    """One test: its state as a program whose data flow is watched, with the mock in the place of its work."""

    def __init__(
        self, tested: Tested, mock: Mock | None, configuration: Configuration, resources: Resource | None
    ) -> None:
        self.state = machine_of(tested.raw, tested.language).states[NAME]
        self.failure = None if mock is None else mock.failure
        self.result = ABSENT if mock is None or self.failure is not None else mocked_result(mock, self.state)
        self.configuration = configuration
        self.variables: Mapping[str, Json] = {}
        self.context: dict[str, Json] | None = None
        machine = with_targets(machine_of(own_part(tested), tested.language), tested)
        again = StateMachine.of(dict(vars(machine)))  # to be compiled a second time, before the program is changed
        self.definition = machine.raw
        self.program = compiled(machine, tested)
        self.watched = self.program.flow = self.watch()
        self.work = self.mapped(again)
        self.service = self.answering(resources)
        if isinstance(self.program, RetryingProgram):
            self.program.retriers = [with_attempts_left(one, configuration.retries) for one in self.state.retry]

    def watch(self) -> Watched:
        """The flow of the program, watched. A Parallel runs no branch: its mock is put in where they would end."""
        program = self.program
        if not isinstance(program, ParallelProgram | DistributedMapProgram):
            return Watched(program.flow)
        if isinstance(program, DistributedMapProgram):
            return Watched(program.flow, stand_in=self.result)
        program.branches = []
        return Watched(program.flow, stand_in=self.result, failure=self.failure)

    def mapped(self, machine: StateMachine) -> MapWork | None:
        """What stands in the place of a Map's items; no iteration begins, no reader reads, no writer writes."""
        program = self.program
        if not isinstance(program, DistributedMapProgram) or not isinstance(self.state, model.Map):
            return None
        whole = compile_machine(machine).start
        assert isinstance(whole, DistributedMapProgram)
        work = MapWork(
            whole,
            self.watched.seen,
            distributed=self.state.distributed,
            data=self.configuration.reader_data,
            failures=self.configuration.failures,
            failure=self.failure,
        )
        program.items, program.reader, program.batcher, program.writer = work, None, None, None
        return work

    def answering(self, resources: Resource | None) -> Service:
        if self.failure is not None:
            return MockService(Outcome(failed=True, error=self.failure.error, cause=self.failure.cause))
        if self.result is not ABSENT:
            return MockService(Outcome(result=self.result))
        return Silent() if resources is None else resources.begin()

    def response(self, given: Circumstances, *, inspects: bool) -> dict[str, Json]:
        """Runs the state, and tells what came of it."""
        kernel = Kernel(
            service=self.service,
            identity=given.identity,
            facts=given.facts,
            start=given.start,
            seed=given.seed,
            bounds=Bounds(MAX_EVENTS, MAX_TRANSITIONS, MAX_THREADS, MAX_PAYLOAD),
        )
        scopes: list[StateScope] = []

        def body(root: Thread) -> Body:
            scopes.append(root.scope)
            root.scope.variables = self.variables
            if self.context is not None:
                self.program.reads_context = False  # it has it already
                root.scope.context = self.context
            return visit(kernel, root, self.program, given.raw)

        ending = None
        with suppress(TriedAgain):
            ending = kernel.run(body, MAX_TEST_SECONDS, (given.raw, given.identity.role))
        answer, details = self.outcome(kernel.visits[0], ending)
        if inspects:
            answer["inspectionData"] = self.inspection(given.raw, scopes[0].variables, details)
        return {key: value for key, value in answer.items() if value is not None or key == "output"}

    def outcome(self, visited: Visit, ending: Ending | None) -> tuple[dict[str, Json], dict[str, Json]]:
        """The answer, and the errorDetails of its inspectionData. Only a state that is tried again has no ending; it
        has one where that would be after the end of the test."""
        failed = next((attempt for attempt in visited.attempts if attempt.failed), None)
        if failed is not None and failed.retrier is not None:
            answer = {"status": "RETRIABLE", "error": failed.error, "cause": failed.cause}
            return answer, self.again(failed.retrier)
        assert ending is not None
        details = {} if failed is None else self.used_up(failed.error)
        if ending.status != SUCCEEDED:
            return {"status": "FAILED", "error": ending.error, "cause": ending.cause}, details
        onward = {"output": ending.output, "nextState": self.following(visited)}
        if visited.catcher is None:
            return {"status": SUCCEEDED, **onward}, {}
        details["catchIndex"] = visited.catcher
        return {"status": "CAUGHT_ERROR", "error": visited.error, "cause": visited.cause, **onward}, details

    def again(self, index: int) -> dict[str, Json]:
        """The retrier that tries again, and when; the API knows whole seconds only."""
        seconds = self.state.retry[index].wait(self.configuration.retries)
        return {"retryIndex": index, "retryBackoffIntervalSeconds": int(seconds)}

    def used_up(self, error: str | None) -> dict[str, Json]:
        """The retrier that covers the failure and has no attempts left (recorded on AWS); with attempts left it would
        have tried again, but for a failure that ends an execution whatever Retry says."""
        index = first_match(self.state.retry, Failure(error))
        if index is None or self.state.retry[index].max_attempts > self.configuration.retries:
            return {}
        return {"retryIndex": index}

    def following(self, visited: Visit) -> str | None:
        """The name of the state that the visit led to, None where the machine ends."""
        if visited.edge is None:
            return None
        target: Json = self.definition
        for key in visited.edge:
            target = target[key]
        return str(target)

    def inspection(self, raw: Json, variables: Mapping[str, Json], details: dict[str, Json]) -> dict[str, Json]:
        """The stages of the data flow that were reached, and what a Map would have done."""
        seen = {EFFECTIVE: raw} if isinstance(self.state, model.Fail) else self.watched.seen
        return {
            "input": raw,
            **{key: seen[stage] for stage, key in stages(self.state).items() if stage in seen},
            **({} if self.work is None else self.work.found),
            **({"variables": dict(variables)} if variables else {}),
            **({"errorDetails": details} if details else {}),
        }


def visit(kernel: Kernel, thread: Thread, state: StateProgram, raw: Json) -> Body:
    """Visits one state and none that follows; returns its output."""
    visited = kernel.enter(thread, state, raw)
    try:
        if state.waits:
            output, _ = yield from state.visit(kernel, thread, visited, raw)
        else:
            output, _ = state.visit(kernel, thread, visited, raw)
    except StatesError as error:
        failure = state.explained(kernel, thread, visited, error)
        kernel.fail(thread, visited, failure)
        raise failure from None
    return output


def with_attempts_left(retrier: model.Retrier, retries: int) -> model.Retrier:
    return model.Retrier.of({**vars(retrier), "max_attempts": max(retrier.max_attempts - retries, 0)})
