"""What a task calls: the request that a task makes, the outcome that a service gives, and the protocol of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from aslkit.record import Record

if TYPE_CHECKING:
    from aslkit.definition.document import Pointer

Json = Any

REQUEST_RESPONSE = ""
SYNC = "sync"
SYNC_2 = "sync:2"


class Request(Record):
    """One attempt of one task, as a service sees it.

    `service` and `action` are the integration's ("glue", "startJobRun"; "aws-sdk:s3", "getObject"; a Lambda function's
    ARN and an activity's ARN are "lambda-arn" and "activity" with the ARN as action); `pattern` is "", "sync", "sync:2"
    or "waitForTaskToken". `invocation` counts from 1 over the whole execution, per state and chain of map iterations;
    `attempt` counts the retries of this visit of the state from 0. `at` is in virtual seconds since the execution
    started. `iteration` holds (map state, index) pairs, outermost first. `serial` tells requests of one run apart.
    """

    serial: int
    state: str
    pointer: Pointer
    resource: str
    service: str
    action: str
    pattern: str
    parameters: Json
    invocation: int
    attempt: int
    at: float
    iteration: tuple[tuple[str, int], ...] = ()
    token: str | None = None
    credentials: Json = None


class Outcome(Record):
    """What a service answers, `after` so many virtual seconds.

    Either `result`, or `failed` with the error name and cause that Retry and Catch see (None where AWS sends none), or
    `never` (the service does not answer: only the simulator's own timers end the task). `submitted` is what the service
    answers at once to a task that then waits (.sync, .waitForTaskToken): the output of the TaskSubmitted event.
    `event` names the history event of a failure where it is not the usual one (TaskStartFailed, TaskSubmitFailed …).
    `heartbeats` are the seconds, since the task started, at which a worker sends a heartbeat; with `beat` it sends one
    every so many seconds for as long as it takes. `worker` is what the worker of an activity calls itself.
    """

    result: Json = None
    failed: bool = False
    error: str | None = None
    cause: str | None = None
    after: float = 0.0
    never: bool = False
    submitted: Json = None
    event: str | None = None
    heartbeats: tuple[float, ...] = ()
    beat: float | None = None
    worker: str | None = None


class Service(Protocol):
    """A service during one execution; it may remember what was asked of it.

    One with an attribute `objects` (simulation.items.Objects) says what S3 holds: the ItemReader of a distributed Map
    reads it, and its ResultWriter adds to it.
    """

    def invoke(self, request: Request) -> Outcome:
        """The outcome of an attempt. Raises OutcomeError when nobody said what is to come out."""
        ...

    def stop(self, request: Request, at: float) -> None:
        """The task no longer waits for its answer (aborted by a sibling, timed out): a running job is stopped."""
        ...


class Resource(Protocol):
    """What gives a fresh service for each execution, so that a run is a function of its arguments."""

    def begin(self) -> Service: ...


class OutcomeError(LookupError):
    """Nobody said what a task answers (or a script of answers ran out): a mistake in what was given, not in the
    simulated world, so that Retry and Catch do not see it."""

    def __init__(self, message: str, request: Request) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
