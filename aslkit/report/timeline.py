"""Execution -> a timeline that a person reads: when, which state, what happened, how it ended."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from aslkit.record import Record
from aslkit.report.findings import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.report.colour import Paint
    from aslkit.simulation.execution import Attempt, Execution, Visit
    from aslkit.simulation.resources.sns import Publication

MAX_CAUSE = 160
PREFIX = re.compile(r"An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. ")
STATUS_COLOURS = {"SUCCEEDED": "green"}
OPENING = ("enters", "again")
MARKS = {"fails": "red", "aborted": "red", "again": "yellow", "caught": "yellow", "published": "cyan", "ends": "green"}


class Moment(Record):
    """One line of a timeline: virtual seconds, the state, how deep it stands, what happened (a word for its colour)."""

    at: float
    state: str
    depth: int
    kind: str
    text: str


def timeline(execution: Execution) -> list[Moment]:
    """What happened, in the order of virtual time; what happens at one instant in the order in which it follows."""
    visits = execution.visits
    last_inside = _last_inside(visits)
    placed: list[tuple[float, float, int, Moment]] = []
    for index, visit in enumerate(visits):
        after = _next_in_scope(visits, index)
        for at, kind, text in (*_of_visit(visit, after), *_aborted(execution, visit), *_mails(execution, visit)):
            order = index if kind in OPENING else last_inside[index] + 0.5
            depth = _depth(visit.pointer)
            placed.append((at, order, -depth, Moment(at, _name(visit), depth, kind, text)))
    return [moment for *_, moment in sorted(placed, key=lambda item: item[:3])]


def _last_inside(visits: Sequence[Visit]) -> list[int]:
    """For each visit the index of the last visit inside it, its own where there is none."""
    last = list(range(len(visits)))
    latest: dict[Pointer, int] = {}
    for index, visit in enumerate(visits):
        latest[visit.pointer] = index
        for length in range(2, len(visit.pointer)):
            outer = latest.get(visit.pointer[:length])
            if outer is not None:
                last[outer] = index
    return last


def _next_in_scope(visits: Sequence[Visit], index: int) -> str:
    """The state that followed a visit in its state machine, if one did."""
    visit = visits[index]
    if visit.edge is None:
        return ""
    scope, rest = visit.pointer[:-1], islice(visits, index + 1, None)
    return next(
        (other.state for other in rest if other.pointer[:-1] == scope and other.iteration == visit.iteration), ""
    )


def as_text(execution: Execution, paint: Paint) -> str:
    """The timeline, one line for each moment, and how the execution ended."""
    moments = timeline(execution)
    return "\n".join([*lines(moments, paint), "", ending(execution, paint)])


def as_json(execution: Execution) -> str:
    """An object of {status, output, error, cause, duration, transitions, history, published}: virtual seconds,
    transitions as AWS bills them (each state entered, each retry), history as GetExecutionHistory returns it."""
    return json.dumps(plain(execution), indent=2, ensure_ascii=False)


def plain(execution: Execution) -> dict[str, Any]:
    """The execution as JSON data."""
    return {
        "status": execution.status,
        "output": execution.output,
        "error": execution.error,
        "cause": execution.cause,
        "duration": execution.duration,
        "transitions": execution.transitions,
        "history": execution.history,
        "published": [
            {"at": mail.at, "state": mail.state, "topic": mail.topic, "subject": mail.subject, "message": mail.message}
            for mail in published(execution)
        ],
    }


def lines(moments: Sequence[Moment], paint: Paint) -> Iterator[str]:
    """The lines of some moments, in columns."""
    clocks = [clock(moment.at) for moment in moments]
    names = ["  " * moment.depth + moment.state for moment in moments]
    left, middle = max(map(len, clocks), default=0), max(map(len, names), default=0)
    for moment, time, name in zip(moments, clocks, names, strict=True):
        text = paint(moment.text, MARKS[moment.kind]) if moment.kind in MARKS else moment.text
        yield f"{paint(time.rjust(left), 'dim')}  {name.ljust(middle)}  {text}"


def ending(execution: Execution, paint: Paint) -> str:
    """`FAILED after 0:05:00 of virtual time, 14 transitions: RefreshFailed: the job failed`."""
    status = paint(execution.status, STATUS_COLOURS.get(execution.status, "red"), "bold")
    text = f"{status} after {clock(execution.duration)} of virtual time, {counted(execution.transitions, 'transition')}"
    failure = failure_text(execution.error, execution.cause)
    return f"{text}: {failure}" if execution.status != "SUCCEEDED" and failure else text


def failure_text(error: str | None, cause: str | None) -> str:
    """An error name with the telling part of its cause, on one line."""
    return ": ".join(part for part in (error, telling(cause)) if part)


def telling(cause: str | None) -> str:
    """The sentence in a cause that tells what went wrong: of JSON text its message, else the beginning."""
    text = PREFIX.sub("", " ".join((_message(cause) or cause or "").split()))
    return text if len(text) <= MAX_CAUSE else text[: MAX_CAUSE - 1] + "…"


def clock(seconds: float) -> str:
    """Seconds since the start as h:mm:ss, with milliseconds where there are some."""
    whole, rest = divmod(round(seconds * 1000), 1000)
    text = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{rest:03}" if rest else text


def _of_visit(visit: Visit, after: str) -> Iterator[tuple[float, str, str]]:
    """(virtual second, kind, text) of what happened in a visit; `after` names the state that followed it."""
    end = visit.left if visit.left is not None else visit.entered
    for attempt in visit.attempts:
        yield from _of_attempt(attempt, cut=visit.ended == "aborted" and attempt is visit.attempts[-1])
    if not visit.attempts:
        if visit.ended == "failed":
            failure = failure_text(visit.error, visit.cause)
            yield end, "fails", f"fails: {failure}" if failure else "fails"
        else:
            yield visit.entered, "enters", f"on to {after}" if after and end == visit.entered else "entered"
    if visit.ended == "caught":
        yield end, "caught", f"caught, on to {after}" if after else "caught"


def _aborted(execution: Execution, visit: Visit) -> Iterator[tuple[float, str, str]]:
    """Why a visit was stopped from outside: with the whole execution, or because something beside it failed."""
    if visit.ended == "aborted":
        left = visit.left if visit.left is not None else execution.duration
        why = WHY_ABORTED.get(execution.status) if left >= execution.duration else None
        yield left, "aborted", f"aborted: {why or 'a sibling failed'}"


WHY_ABORTED = {"TIMED_OUT": "the time of the execution is up", "ABORTED": "the execution is stopped"}


def _of_attempt(attempt: Attempt, *, cut: bool) -> Iterator[tuple[float, str, str]]:
    if attempt.number:
        yield attempt.started, "again", f"tries again after {clock(attempt.waited)} (attempt {attempt.number + 1})"
    else:
        yield attempt.started, "enters", _asked(attempt)
    if attempt.ended is None:
        return
    if attempt.failed:
        yield attempt.ended, "fails", f"fails: {failure_text(attempt.error, attempt.cause)}"
    elif not cut:
        yield attempt.ended, "ends", "succeeded"


def _asked(attempt: Attempt) -> str:
    request = attempt.request
    if request is None:
        return "entered"
    call = ".".join(part for part in (request.action, request.pattern) if part)
    about = _about(request.parameters)
    return f"calls {request.service}:{call}{f' {about}' if about else ''}"


NAMING = ("JobName", "TopicArn", "FunctionName", "StateMachineArn", "QueueUrl", "TableName")


def _about(parameters: Any) -> str:
    """What a call is about, as far as its parameters name it."""
    if not isinstance(parameters, dict):
        return ""
    return next((_called(str(parameters[key])) for key in NAMING if key in parameters), "")


def _called(text: str) -> str:
    """The name in an ARN or a URL, without what says where that is and of what kind; any other text as it is."""
    if text.startswith("arn:"):
        return re.split("[:/]", text.split(":", 5)[-1], maxsplit=1)[-1]
    return text.rstrip("/").rpartition("/")[2] if "://" in text else text


def _mails(execution: Execution, visit: Visit) -> Iterator[tuple[float, str, str]]:
    """What a visit published."""
    if not any(attempt.request is not None and attempt.request.service == "sns" for attempt in visit.attempts):
        return
    for mail in published(execution):
        if mail.state == visit.state and visit.entered <= mail.at <= (visit.left or visit.entered):
            subject = f'"{mail.subject}"' if mail.subject else "a message"
            yield mail.at, "published", f"published {subject} to {mail.topic.rpartition(':')[2]}"


def _name(visit: Visit) -> str:
    """The state, with the index of its map iteration."""
    return visit.state + "".join(f"[{index}]" for _, index in visit.iteration)


def published(execution: Execution) -> Sequence[Publication]:
    """The messages that the fake SNS took, in their order."""
    services: Any = execution.services
    return services.sns.published if hasattr(services, "sns") else ()


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
