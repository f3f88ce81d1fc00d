"""A Task state: a request to a service, the events of one attempt, and the timers around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.resource import ACTIVITY, LAMBDA_ARN
from aslkit.language.errors import TIMEOUT
from aslkit.simulation.history import KINDS, NOTHING
from aslkit.simulation.kernel import NEVER, Sleep
from aslkit.simulation.resources import Request
from aslkit.simulation.retry import Failure, too_large
from aslkit.simulation.states import RetryingProgram

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from aslkit.definition.resource import ResourceArn
    from aslkit.simulation.context import StateScope
    from aslkit.simulation.execution import Attempt, Visit
    from aslkit.simulation.kernel import Effect, Kernel, Thread
    from aslkit.simulation.resources import Outcome

    Evaluator = Callable[[StateScope], Any]

Json = Any


class Timers(NamedTuple):
    """The seconds that a task may take, and may go without a heartbeat; None for as long as it likes."""

    timeout: int | None
    heartbeat: int | None


class Wakening(NamedTuple):
    """After how many seconds a task goes on, and what its time-out is called by retriers, None when it was answered."""

    seconds: float
    timed_out: bool = False
    heartbeat: bool = False


class TaskProgram(RetryingProgram):
    __slots__ = ("arn", "credentials", "events", "heartbeat", "resource", "timeout")

    resource: str
    arn: ResourceArn
    events: str
    timeout: Evaluator | None
    heartbeat: Evaluator | None
    credentials: Evaluator | None

    def attempt(self, kernel: Kernel, thread: Thread, visit: Visit, attempt: Attempt) -> Generator[Effect, Any, Json]:
        scope = thread.scope
        self.flow.effective_input(scope)
        timers = Timers(self.timeout and self.timeout(scope), self.heartbeat and self.heartbeat(scope))
        credentials = self.credentials and self.credentials(scope)
        arguments = self.flow.arguments(scope)
        if not kernel.fits(arguments):
            raise too_large(self.name, final=True)
        facts = self.facts(kernel, arguments, timers, credentials)
        attempt.request = request = self.request(kernel, thread, visit, arguments, credentials)
        attempt.outcome = outcome = kernel.service.invoke(request)
        facts["workerName"] = outcome.worker
        self.note(kernel, thread, "Scheduled", facts)
        self.note_beginning(kernel, thread, outcome, facts)
        wakening = awaited(outcome, timers.timeout, timers.heartbeat if self.arn.hears_heartbeats else None)
        thread.request = request
        yield Sleep(wakening.seconds)
        thread.request = None
        if wakening.timed_out:
            kernel.service.stop(request, kernel.now)
            self.note(kernel, thread, "TimedOut", {**facts, "error": TIMEOUT})
            raise Failure(TIMEOUT, heartbeat=wakening.heartbeat)
        return self.answer(kernel, thread, outcome, facts)

    def answer(self, kernel: Kernel, thread: Thread, outcome: Outcome, facts: dict[str, Json]) -> Json:
        """The result of a task that was answered. A result over the limit is the task's failure (recorded on AWS)."""
        if outcome.failed:
            failure = Failure(outcome.error, outcome.cause)
        elif kernel.fits(outcome.result):
            self.note(kernel, thread, "Succeeded", {**facts, "output": outcome.result})
            return outcome.result
        else:
            failure = too_large(facts.get("resourceType") or self.resource, final=kernel.bounds.final_results)
        kind = KINDS[outcome.event or f"{self.events}Failed"]
        kernel.note(thread, kind, *kind.values({**facts, "error": failure.error, "cause": failure.cause}))
        raise failure

    def facts(self, kernel: Kernel, arguments: Json, timers: Timers, credentials: Json) -> dict[str, Json]:
        """All that the events of one attempt may tell."""
        facts = {
            "resource": self.resource,
            "region": kernel.identity.region,
            "input": arguments,
            "parameters": arguments,
            "timeoutInSeconds": timers.timeout,
            "heartbeatInSeconds": timers.heartbeat,
        }
        if self.events == "Task":
            facts["resourceType"] = self.arn.service
            facts["resource"] = f"{self.arn.action}.{self.arn.pattern}" if self.arn.pattern else self.arn.action
        if isinstance(credentials, dict):
            facts["taskCredentials"] = {"roleArn": credentials.get("RoleArn")}
        return facts

    def note(self, kernel: Kernel, thread: Thread, what: str, facts: dict[str, Json]) -> None:
        kind = KINDS[self.events + what]
        kernel.note(thread, kind, *(kind.values(facts) if kernel.keeps_events else ()))

    def note_beginning(self, kernel: Kernel, thread: Thread, outcome: Outcome, facts: dict[str, Json]) -> None:
        """TaskStarted, unless it never started; TaskSubmitted, where the task then waits for more than one answer."""
        if outcome.event is not None and outcome.event.endswith(("StartFailed", "ScheduleFailed")):
            return
        self.note(kernel, thread, "Started", facts)
        if self.arn.pattern and (outcome.submitted is not None or not outcome.failed):
            submitted = NOTHING if outcome.submitted is None else outcome.submitted
            self.note(kernel, thread, "Submitted", {**facts, "output": submitted})

    def request(self, kernel: Kernel, thread: Thread, visit: Visit, arguments: Json, credentials: Json) -> Request:
        serial, invocation = kernel.count_request(self.name, thread.iteration)
        attempt = len(visit.attempts) - 1
        return Request(
            serial=serial,
            state=self.name,
            pointer=self.pointer,
            resource=self.resource,
            service=self.arn.service,
            action=self.arn.action,
            pattern=self.arn.pattern,
            parameters=arguments,
            invocation=invocation,
            attempt=attempt,
            at=kernel.now,
            iteration=thread.iteration,
            token=task_token(visit) if self.arn.pattern else None,
            credentials=credentials,
        )

    def context(self, kernel: Kernel, thread: Thread, visit: Visit) -> dict[str, Json]:
        """With a token wherever the task waits for more than the service's first answer (recorded on AWS for .sync)."""
        context = super().context(kernel, thread, visit)
        if self.arn.pattern:
            context["Task"] = {"Token": task_token(visit)}
        return context


def events_of(arn: ResourceArn) -> str:
    """How the names of the events of such a task begin."""
    return {LAMBDA_ARN: "LambdaFunction", ACTIVITY: "Activity"}.get(arn.service, "Task")


def task_token(visit: Visit) -> str:
    """A token of its own for every attempt of an execution."""
    return f"task-token-{visit.event}-{len(visit.attempts)}"


def awaited(outcome: Outcome, timeout: float | None, heartbeat: float | None) -> Wakening:
    """What comes first: the answer, the time-out, or a missed heartbeat. An answer in the last instant is in time."""
    limit = NEVER if timeout is None else float(timeout)
    missed = NEVER if heartbeat is None else missed_heartbeat(outcome, heartbeat)
    if not outcome.never and outcome.after <= min(limit, missed):
        return Wakening(max(outcome.after, 0.0))
    return Wakening(min(limit, missed), timed_out=True, heartbeat=missed < limit)


def missed_heartbeat(outcome: Outcome, interval: float) -> float:
    """The seconds after which a heartbeat was due and had not come."""
    if outcome.beat is not None and outcome.beat <= interval:
        return NEVER
    last = 0.0
    for beat in sorted(outcome.heartbeats):
        if beat > last + interval:
            break
        last = beat
    return last + interval
