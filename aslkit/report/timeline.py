"""Execution -> a timeline that a person reads: when, which state, what happened, how it ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.report.colour import Paint
    from aslkit.simulation.execution import Attempt, Execution, Visit

MAX_CAUSE = 160
STATUS_COLOURS = {"SUCCEEDED": "green"}
MARKS = {"fails": "red", "aborted": "red", "again": "yellow", "caught": "yellow", "published": "cyan", "ends": "green"}


class Moment(Record):
    """One line of a timeline: virtual seconds, the state, how deep it stands, what happened (a word for its colour)."""

    at: float
    state: str
    depth: int
    kind: str
    text: str


def timeline(execution: Execution) -> list[Moment]:
    """What happened, in the order of virtual time."""
    moments = [moment for visit in execution.visits for moment in _of_visit(visit)]
    moments += _published(execution)
    return sorted(moments, key=lambda moment: moment.at)


def as_text(execution: Execution, paint: Paint) -> str:
    """The timeline, one line for each moment, and how the execution ended."""
    moments = timeline(execution)
    return "\n".join([*lines(moments, paint), "", ending(execution, paint)])


def lines(moments: Sequence[Moment], paint: Paint) -> Iterator[str]:
    """The lines of some moments, in columns."""
    clocks = [clock(moment.at) for moment in moments]
    names = ["  " * moment.depth + moment.state for moment in moments]
    left, middle = max(map(len, clocks), default=0), max(map(len, names), default=0)
    for moment, time, name in zip(moments, clocks, names, strict=True):
        text = paint(moment.text, MARKS[moment.kind]) if moment.kind in MARKS else moment.text
        yield f"{paint(time.rjust(left), 'dim')}  {name.ljust(middle)}  {text}"


def ending(execution: Execution, paint: Paint) -> str:
    """`FAILED after 0:05:00, 14 transitions: RefreshFailed: the job failed`."""
    status = paint(execution.status, STATUS_COLOURS.get(execution.status, "red"), "bold")
    text = f"{status} after {clock(execution.duration)} of virtual time, {execution.transitions} transitions"
    failure = failure_text(execution.error, execution.cause)
    return f"{text}: {failure}" if execution.status != "SUCCEEDED" and failure else text


def failure_text(error: str | None, cause: str | None) -> str:
    """An error name with the telling part of its cause, on one line."""
    return ": ".join(part for part in (error, telling(cause)) if part)


def telling(cause: str | None) -> str:
    """The sentence in a cause that tells what went wrong: of JSON text its message, else the beginning."""
    text = " ".join((_message(cause) or cause or "").split())
    return text if len(text) <= MAX_CAUSE else text[: MAX_CAUSE - 1] + "…"


def clock(seconds: float) -> str:
    """Seconds since the start as h:mm:ss, with milliseconds where there are some."""
    whole, rest = divmod(round(seconds * 1000), 1000)
    text = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{rest:03}" if rest else text


def _of_visit(visit: Visit) -> Iterator[Moment]:
    depth = _depth(visit.pointer)
    name = visit.state + "".join(f"[{index}]" for _, index in visit.iteration[-1:])
    for attempt in visit.attempts:
        yield from (Moment(at, name, depth, kind, text) for at, kind, text in _of_attempt(attempt))
    if not visit.attempts:
        yield Moment(visit.entered, name, depth, "enters", "entered")
    end = visit.left if visit.left is not None else visit.entered
    failure = failure_text(visit.error, visit.cause)
    if visit.ended == "caught" and visit.edge is not None:
        target = f"catcher {visit.catcher} leads on" if visit.catcher is not None else "leads on"
        yield Moment(end, name, depth, "caught", f"caught: {target}")
    elif visit.ended == "failed" and not visit.attempts:
        yield Moment(end, name, depth, "fails", f"fails: {failure}" if failure else "fails")
    elif visit.ended == "aborted":
        yield Moment(end, name, depth, "aborted", "aborted: a sibling failed, or the time is up")


def _of_attempt(attempt: Attempt) -> Iterator[tuple[float, str, str]]:
    if attempt.waited:
        yield attempt.started, "again", f"tries again after {clock(attempt.waited)} (attempt {attempt.number + 1})"
    else:
        yield attempt.started, "enters", _asked(attempt)
    if attempt.ended is None:
        return
    if attempt.failed:
        yield attempt.ended, "fails", f"fails: {failure_text(attempt.error, attempt.cause)}"
    else:
        yield attempt.ended, "ends", "succeeded"


def _asked(attempt: Attempt) -> str:
    request = attempt.request
    if request is None:
        return "entered"
    call = ".".join(part for part in (request.action, request.pattern) if part)
    name = _name(request.parameters)
    return f"calls {request.service} {call}{f' {name}' if name else ''}"


NAMING = ("JobName", "TopicArn", "FunctionName", "StateMachineArn", "QueueUrl", "TableName")


def _name(parameters: Any) -> str:
    """What a call is about, as far as its parameters name it."""
    if not isinstance(parameters, dict):
        return ""
    return next((str(parameters[key]).rsplit(":", 1)[-1] for key in NAMING if key in parameters), "")


def _published(execution: Execution) -> Iterator[Moment]:
    for message in getattr(execution.services, "published", ()):
        subject = f'"{message.subject}"' if message.subject else "a message"
        topic = str(message.topic).rsplit(":", 1)[-1]
        yield Moment(message.at, message.state, 0, "published", f"published {subject} to {topic}")


def _depth(pointer: Pointer) -> int:
    return sum(key == "States" for key in pointer) - 1


def _message(cause: str | None) -> str | None:
    if not cause or cause[:1] != "{":
        return None
    try:
        value = json.loads(cause)
    except ValueError:
        return None
    for key in ("ErrorMessage", "errorMessage", "Cause"):
        if isinstance(value.get(key), str):
            return str(value[key])
    state = value.get("JobRunState") or value.get("Status")
    return f"{state} without a message" if isinstance(state, str) else None
