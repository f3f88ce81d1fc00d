"""The time-outs: which ones AWS refuses, which ones never fire, which ones no catcher sees, and where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import Map, Parallel, Task, all_states
from aslkit.definition.resource import parse_resource
from aslkit.language.errors import ALL, TASK_FAILED, TIMEOUT
from aslkit.lint.engine import ERROR, INFO, WARNING, Hit, rule
from aslkit.lint.graph import enclosing
from aslkit.lint.retries import TOP_TIMEOUT, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State, StateMachine


def _line(machine: StateMachine, pointer: Pointer) -> int:
    return machine.document.span(pointer).line


@rule(ERROR)
def heartbeat_not_below_timeout(machine: StateMachine) -> Iterator[Hit]:
    """HeartbeatSeconds is not smaller than TimeoutSeconds.

    The task times out before the first heartbeat is missed. The States Language demands the smaller heartbeat, and AWS
    refuses the definition (SCHEMA_VALIDATION_FAILED).

    Bad:

        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:us-east-1:123456789012:activity:ask
            TimeoutSeconds: 600
            HeartbeatSeconds: 900  # <-
            End: true

    Good:

        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:us-east-1:123456789012:activity:ask
            TimeoutSeconds: 600
            HeartbeatSeconds: 60
            End: true
    """
    for _, state in all_states(machine):
        if isinstance(state, Task):
            heartbeat, timeout = state.heartbeat_seconds, state.timeout_seconds
            if isinstance(heartbeat, int) and isinstance(timeout, int) and heartbeat >= timeout:
                yield Hit(
                    (*state.pointer, "HeartbeatSeconds"),
                    f'the heartbeat of "{state.name}" ({heartbeat} s) is not smaller than its TimeoutSeconds '
                    f"({timeout} s): AWS refuses the definition",
                    related=((*state.pointer, "TimeoutSeconds"),),
                )


@rule(WARNING)
def timeout_never_reached(machine: StateMachine) -> Iterator[Hit]:
    """A task may run longer than the whole state machine.

    The execution ends as TIMED_OUT before the task's own TimeoutSeconds are over. No catcher sees that: no failure
    route is taken and nobody is told.

    Bad:

        StartAt: Load
        TimeoutSeconds: 3600
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 7200  # <-
            Parameters:
              JobName: load
            End: true

    Good:

        StartAt: Load
        TimeoutSeconds: 86400
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 7200
            Parameters:
              JobName: load
            End: true
    """
    limit = machine.timeout_seconds
    if limit is None:
        return
    longer = [
        (state, seconds)
        for _, state in all_states(machine)
        if isinstance(state, Task) and isinstance(seconds := state.timeout_seconds, int) and seconds >= limit
    ]
    own = [(*state.pointer, "TimeoutSeconds") for state, _ in longer]
    if len(longer) >= SEVERAL:
        yield Hit(
            TOP_TIMEOUT,
            f"the state machine times out after {duration_text(limit)}, past every Catch, and {len(longer)} of its "
            f'tasks may each run as long or longer: "{longer[0][0].name}" (line {_line(machine, own[0])}), '
            f'"{longer[1][0].name}" (line {_line(machine, own[1])}), …',
            related=tuple(own),
        )
        return
    for (state, seconds), place in zip(longer, own, strict=True):
        yield Hit(
            place,
            f'"{state.name}" may run for {duration_text(seconds)}; the state machine times out after '
            f"{duration_text(limit)} (line {_line(machine, TOP_TIMEOUT)}), past every Catch",
            related=(TOP_TIMEOUT,),
        )


SEVERAL = 3
"""From this many tasks on, it is the state machine's time-out that is too short."""


@rule(WARNING)
def timeout_escapes_catch(machine: StateMachine) -> Iterator[Hit]:
    """A catcher of States.TaskFailed does not catch the time-out that its state has.

    States.TaskFailed matches every error but States.Timeout: when TimeoutSeconds or HeartbeatSeconds are over, the
    execution fails past the catcher. Catch States.ALL, or States.Timeout as well.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.TaskFailed]  # <-
                Next: Failed
            End: true
          Failed:
            Type: Fail

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.TaskFailed, States.Timeout]
                Next: Failed
            End: true
          Failed:
            Type: Fail
    """
    for scope, state in all_states(machine):
        if not state.catch or _catches_timeout(state):
            continue
        catcher = next((one for one in state.catch if TASK_FAILED in one.error_equals), None)
        timed = _timed(state) if catcher is not None else None
        if catcher is not None and timed is not None and not _caught_around(machine, scope):
            where = "its time-out" if timed is state else f'the time-out of "{timed.name}"'
            yield Hit(
                (*catcher.pointer, "ErrorEquals"),
                f'"States.TaskFailed" does not match "States.Timeout": {where} '
                f'(line {_line(machine, (*timed.pointer, _timeout_field(timed)))}) escapes the Catch of "{state.name}" '
                "and fails the execution",
                related=((*timed.pointer, _timeout_field(timed)),),
            )


def _catches_timeout(state: State) -> bool:
    return any(not {ALL, TIMEOUT}.isdisjoint(catcher.error_equals) for catcher in state.catch)


def _caught_around(machine: StateMachine, scope: StateMachine) -> bool:
    """Whether a state around the scope catches a time-out that escapes from it."""
    around = enclosing(machine).get(scope.pointer)
    while around is not None:
        if _catches_timeout(around[1]):
            return True
        around = enclosing(machine).get(around[0].pointer)
    return False


TIMEOUTS = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")


def _timeout_field(state: State) -> str:
    return next((name for name in TIMEOUTS if name in state.raw), "")


def _timed(state: State) -> Task | None:
    """The task whose time-out may fail this state: itself, or one inside it that does not catch its own."""
    if isinstance(state, Task):
        return state if _timeout_field(state) else None
    if isinstance(state, Map) and state.distributed:
        return None
    if not isinstance(state, (Parallel, Map)):
        return None
    inside = (inner for machine in state.machines for inner in machine.states.values())
    found = (_timed(inner) for inner in inside if not _catches_timeout(inner))
    return next((task for task in found if task is not None), None)


@rule(INFO)
def task_without_timeout(machine: StateMachine) -> Iterator[Hit]:
    """A task that waits for a job or a callback has no time-out of its own.

    Without TimeoutSeconds such a task waits for 99,999,999 seconds: until somebody stops the execution, or until the
    TimeoutSeconds of the whole state machine, which no catcher sees. A callback is also ended by HeartbeatSeconds, a
    Glue job by the Timeout (minutes) that the task passes on.

    Bad:

        StartAt: Load
        States:
          Load:  # <-
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 7200
            Parameters:
              JobName: load
            End: true
    """
    limit = machine.timeout_seconds
    until = (
        "for ever" if limit is None else f"until the whole state machine times out (line {_line(machine, TOP_TIMEOUT)})"
    )
    for _, state in all_states(machine):
        if isinstance(state, Task) and state.resource is not None and not _timeout_field(state):
            awaited = _awaited(state.resource)
            if awaited is not None and not _has_own_timeout(state):
                yield Hit(
                    state.pointer,
                    f'"{state.name}" waits for {awaited} and has no TimeoutSeconds: when that never comes, it waits '
                    f"{until}",
                )


def _awaited(resource: str) -> str | None:
    if not resource.endswith(("sync", "sync:2", "waitForTaskToken")):
        return None
    called = parse_resource(resource)
    return None if called is None else AWAITED.get(called.pattern)


AWAITED = {"sync": "the end of what it starts", "sync:2": "the end of what it starts", "waitForTaskToken": "a callback"}


def _has_own_timeout(state: Task) -> bool:
    """Whether what the task starts is given a time-out (Glue, Batch: Timeout; CodeBuild: TimeoutInMinutesOverride)."""
    given = state.parameters if state.query_language == "JSONPath" else state.arguments
    return isinstance(given, dict) and any("Timeout" in name for name in given)
