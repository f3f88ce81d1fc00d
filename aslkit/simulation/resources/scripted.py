"""Whens -> Service: what a script says that the invocations of a state, a Glue job or a resource answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.raised import has_prefix
from aslkit.definition.resource import parse_resource
from aslkit.record import Record
from aslkit.simulation.resources import REQUEST_RESPONSE, Outcome, OutcomeError
from aslkit.simulation.resources.sdk import START, metadata, uuid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aslkit.simulation.faults import Fault
    from aslkit.simulation.resources import Json, Request


class Returns(Record):
    """The task's result is `value`. In each of these `after` is in seconds; None leaves it to the service. `beat` are
    the seconds between the heartbeats that come until then; None: there are none."""

    value: Json = None
    after: float | None = None
    beat: float | None = None


class Fails(Record):
    """The task fails with `error` and `cause` as they stand here; None where AWS sends none."""

    error: str | None = None
    cause: str | None = None
    after: float | None = None
    beat: float | None = None


class Faulty(Record):
    """The service fails as a preset says; `error` and `message` replace the preset's error name and message text."""

    fault: Fault
    error: str | None = None
    message: str | None = None
    after: float | None = None


class Takes(Record):
    """The service answers as it does anyway, only after so many seconds."""

    after: float


class Hangs(Record):
    """The service never answers: only TimeoutSeconds and HeartbeatSeconds, of the task or the machine, end it."""

    beat: float | None = None


Reply = Returns | Fails | Faulty | Takes | Hangs
"""What one invocation gives."""


class When(Record):
    """Which invocations give a reply.

    Exactly one of `state`, `job` (a Glue job's name) and `resource` (a task's Resource, or "service:action") is given.
    Invocations count from 1 over the whole execution, retries included: for a state in each map iteration on its own.
    `first` to `last` give the reply; `last` None means all later ones too. `iteration` holds the indices of the map
    iterations, outermost first, to which this is limited.
    """

    reply: Reply
    state: str | None = None
    job: str | None = None
    resource: str | None = None
    first: int = 1
    last: int | None = None
    iteration: tuple[int, ...] | None = None

    def concerns(self, request: Request) -> bool:
        """Whether the request is an invocation of what this is about, whatever its number."""
        if self.iteration is not None and self.iteration != tuple(index for _, index in request.iteration):
            return False
        if self.state is not None:
            return request.state == self.state
        if self.job is not None:
            return job_name(request) == self.job
        return self.resource in (request.resource, f"{request.service}:{request.action}")

    def covers(self, invocation: int) -> bool:
        return self.first <= invocation and (self.last is None or invocation <= self.last)

    @property
    def target(self) -> str:
        """What this is about, in words."""
        kind = next(name for name in ("state", "job", "resource") if getattr(self, name) is not None)
        return f"{kind} '{getattr(self, kind)}'"


def job_name(request: Request) -> str | None:
    """The Glue job that a request starts, None for any other request."""
    if request.service != "glue" or not isinstance(request.parameters, dict):
        return None
    name = request.parameters.get("JobName")
    return name if isinstance(name, str) else None


class ScriptService:
    """A script during one execution.

    For each entry, `used` holds the numbers of the invocations that it answered, and `reached` the highest number of an
    invocation of what it is about.
    """

    def __init__(self, whens: Iterable[When]) -> None:
        self.whens = tuple(whens)
        self.used: tuple[set[int], ...] = tuple(set() for _ in self.whens)
        self.reached = [0] * len(self.whens)

    def reply(self, request: Request) -> Reply | None:
        """The reply of the first entry that covers this invocation, None when no entry does.

        Counts the invocation, so it is asked once for each request.
        """
        found: Reply | None = None
        for index, when in enumerate(self.whens):
            if not when.concerns(request):
                continue
            number = request.invocation if when.state is not None else self.reached[index] + 1
            self.reached[index] = max(number, self.reached[index])
            if found is None and when.covers(number):
                self.used[index].add(number)
                found = when.reply
        return found

    def outcome(self, request: Request, reply: Reply | None) -> Outcome:
        """The outcome for a service of which nothing is known but the reply. Raises OutcomeError without one."""
        if reply is None or isinstance(reply, Takes):
            raise OutcomeError(self._unanswered(request), request)
        return plain_outcome(request, reply)

    def unused(self) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
        """(index of an entry, the ranges of its invocations that it did not answer), for entries not wholly used."""
        for index, (when, used) in enumerate(zip(self.whens, self.used, strict=True)):
            missing = tuple(_gaps(when.first, when.first if when.last is None else when.last, used))
            if missing:
                yield index, missing

    def _unanswered(self, request: Request) -> str:
        call = request.action if request.service in ARN_SERVICES else f"{request.service}:{request.action}"
        said = [when for when in self.whens if when.concerns(request)]
        known = f" (only {_listed(said)} has an answer)" if said else ""
        return (
            f"state '{request.state}' calls {call}, and nothing says what invocation {request.invocation} "
            f"answers{known}; write it under `when`: {{state: {request.state}, returns: ...}}"
            + (", or let the last entry `repeat`" if said else "")
        )


ARN_SERVICES = ("lambda-arn", "activity")
"""What a request's service is called when its action is a whole ARN."""


def _gaps(first: int, last: int, used: set[int]) -> Iterator[tuple[int, int]]:
    """The ranges between `first` and `last` that hold no used number; takes no longer for a wide range."""
    start = first
    for number in sorted(used):
        if start < number <= last:
            yield start, number - 1
        start = max(start, number + 1)
    if start <= last:
        yield start, last


def plain_outcome(request: Request, reply: Returns | Fails | Faulty | Hangs, *, submitted: Json = None) -> Outcome:
    """The outcome that a reply describes without a model of the service behind it; `submitted` is what a service said
    that is known."""
    submitted = _submitted(request, reply) if submitted is None else submitted
    match reply:
        case Returns(value=value, after=after, beat=beat):
            return Outcome(result=value, after=after or 0.0, submitted=submitted, beat=beat)
        case Fails(error=error, cause=cause, after=after, beat=beat):
            return Outcome(failed=True, error=error, cause=cause, after=after or 0.0, submitted=submitted, beat=beat)
        case Faulty():
            return fault_outcome(request, reply)
        case Hangs(beat=beat):
            return Outcome(never=True, submitted=submitted, beat=beat)


def fault_outcome(request: Request, reply: Faulty, *, subject: str | None = None) -> Outcome:
    """The outcome of a call that the service refuses; `subject` is what the cause names, the state otherwise."""
    cause = reply.fault.cause(
        subject=subject if subject is not None else _subject(request),
        request_id=uuid("request", request.serial),
        message=reply.message,
    )
    return Outcome(failed=True, error=reply.error or reply.fault.error, cause=cause, after=reply.after or 0.0)


def _subject(request: Request) -> str:
    parameters = request.parameters if isinstance(request.parameters, dict) else {}
    for name in ("FunctionName", "JobName", "TopicArn"):
        if isinstance(parameters.get(name), str):
            return str(parameters[name])
    return request.state


def _submitted(request: Request, reply: Reply) -> Json:
    """What a service answers that takes on the work of a task that waits; None where it refuses, with an error of its
    own, or where nothing else is waited for."""
    if request.pattern == REQUEST_RESPONSE:
        return None
    if isinstance(reply, Fails) and reply.error:
        arn = parse_resource(request.resource)
        if arn is not None and has_prefix(arn, reply.error):
            return None
    return metadata(uuid("request", request.serial), at=START + request.at, content_type="application/json", length=2)


def _listed(whens: list[When]) -> str:
    """The invocations that some entries answer, in words."""
    return "invocation " + ", ".join(range_text(when.first, when.last) for when in whens)


def range_text(first: int, last: int | None) -> str:
    """A range of invocations as it is written in a scenario: "2", "2-3"; "2 and later" without an end."""
    if last is None:
        return f"{first} and later"
    return str(first) if first == last else f"{first}-{last}"
