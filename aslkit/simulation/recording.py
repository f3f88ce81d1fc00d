"""A history as GetExecutionHistory or a log group gives it -> what happened, as a tree of visits, and every answer.

A history is flat: `previousEventId` alone says which events belong to one line of control (the execution, a branch, a
map iteration). The tree is found by following it, so that the order of concurrent events does not matter.
"""

from __future__ import annotations

import json
import math
from types import NoneType
from typing import TYPE_CHECKING, Any

from aslkit.definition.resource import ACTIVITY, LAMBDA_ARN, TOKEN
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.execution import ABORTED, FAILED, SUCCEEDED, TIMED_OUT
from aslkit.simulation.history import KINDS
from aslkit.simulation.numbers import until
from aslkit.simulation.reading import cut, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aslkit.simulation.execution import Iteration

Json = Any

RUNNING = "RUNNING"
ENDS = {
    "ExecutionSucceeded": SUCCEEDED,
    "ExecutionFailed": FAILED,
    "ExecutionTimedOut": TIMED_OUT,
    "ExecutionAborted": ABORTED,
}
REDRIVEN = "ExecutionRedriven"
UNKNOWN: Any = type("Unknown", (), {"__repr__": lambda self: "UNKNOWN"})()
"""A payload that the history lacks: cut off (`truncated`), or left out of a log."""


class HistoryError(ValueError):
    """This is no history that can be read: what is wrong, and what to do."""


class HistoryEvent(Record):
    """One event. `at` is in epoch seconds, None where the history does not say; `details` as AWS gives them."""

    id: int
    previous: int
    type: str
    at: float | None
    details: Mapping[str, Json]

    def payload(self, field: str) -> Json:
        """The JSON value whose text the field holds; UNKNOWN when it is cut off or left out."""
        cut = self.details.get(f"{field}Details")
        if field not in self.details or (isinstance(cut, dict) and cut.get("truncated") is True):
            return UNKNOWN
        return parsed(self.details[field])

    @property
    def name(self) -> str | None:
        """The state that the event names."""
        name = self.details.get("name", self.details.get("state"))
        return name if isinstance(name, str) else None


class PastAttempt:
    """One attempt of a task: the events that scheduled, submitted and ended it."""

    __slots__ = ("done", "scheduled", "submitted", "visit", "worker")

    def __init__(self, visit: PastVisit, scheduled: HistoryEvent) -> None:
        self.visit = visit
        self.scheduled = scheduled
        self.submitted: HistoryEvent | None = None
        self.done: HistoryEvent | None = None
        self.worker: str | None = None

    @property
    def resource(self) -> str:
        """What is called, as the event tells it: glue:startJobRun.sync, or an ARN."""
        kind, resource = (self.scheduled.details.get(field) for field in ("resourceType", "resource"))
        return f"{kind}:{resource}" if kind else str(resource)

    @property
    def parameters(self) -> Json:
        """What the service was sent."""
        return self.scheduled.payload("parameters" if "parameters" in self.scheduled.details else "input")

    @property
    def failed(self) -> bool:
        return self.done is not None and not self.done.type.endswith("Succeeded")

    @property
    def timed_out(self) -> bool:
        return self.done is not None and self.done.type.endswith("TimedOut")


class PastVisit:
    """One visit of one state. `forks` are the lines of control of each attempt of a Parallel or Map, in their order."""

    __slots__ = ("attempts", "closed", "entered", "exited", "forks", "line", "opened")

    def __init__(self, line: PastLine, entered: HistoryEvent) -> None:
        self.line = line
        self.entered = entered
        self.exited: HistoryEvent | None = None
        self.attempts: list[PastAttempt] = []
        self.forks: list[list[PastLine]] = []
        self.closed = False
        self.opened = False
        """A redrive goes on with it: the next fork is the last one, gone on with."""

    @property
    def state(self) -> str:
        return self.entered.name or ""

    @property
    def type(self) -> str:
        return self.entered.type.removesuffix("StateEntered")

    @property
    def open(self) -> bool:
        return self.exited is None and not self.closed


class PastLine:
    """One line of control: the execution, a branch, or (with `index`) a map iteration."""

    __slots__ = ("index", "outer", "visits")

    def __init__(self, outer: PastVisit | None, index: int | None = None) -> None:
        self.outer = outer
        self.index = index
        self.visits: list[PastVisit] = []

    @property
    def iteration(self) -> Iteration:
        """The map iterations around it: (map state, index) pairs, outermost first."""
        found: list[tuple[str, int]] = []
        line: PastLine | None = self
        while line is not None and line.outer is not None:
            if line.index is not None:
                found.append((line.outer.state, line.index))
            line = line.outer.line
        return tuple(reversed(found))


class Recording(Record):
    """What a history tells.

    `status` is RUNNING for a history without an end. `started` and `ended` are in epoch seconds, None where the history
    has no timestamps. `tasks` are the attempts of all tasks in the order in which they were scheduled, `redrives` the
    ExecutionRedriven events, `aborts` the ends that came before them. `remarks` say what the history lacks.
    """

    input: Json
    events: tuple[HistoryEvent, ...]
    root: PastLine
    visits: tuple[PastVisit, ...]
    tasks: tuple[PastAttempt, ...]
    status: str
    remarks: tuple[str, ...] = ()
    execution_arn: str | None = None

    @property
    def started(self) -> float | None:
        return self.events[0].at

    @property
    def ended(self) -> float | None:
        return self.events[-1].at

    @property
    def output(self) -> Json:
        """The output of an execution that succeeded."""
        return self.events[-1].payload("output")

    @property
    def error(self) -> str | None:
        return self.events[-1].details.get("error")

    @property
    def cause(self) -> str | None:
        return cause_text(self.events[-1].details.get("cause"))

    @property
    def redrives(self) -> tuple[HistoryEvent, ...]:
        return tuple(event for event in self.events if event.type == REDRIVEN)

    @property
    def attempts(self) -> list[dict[str, Json]]:
        """The attempts of all tasks as `aslkit.recorded` takes them, in the order in which they were scheduled."""
        counts: dict[tuple[str, Iteration], int] = {}
        found = []
        for task in self.tasks:
            key = (task.visit.state, task.visit.line.iteration)
            counts[key] = number = counts.get(key, -1) + 1
            found.append(attempt_of(task, number))
        return found


# --- one attempt -----------------------------------------------------------------------------------------------------


def attempt_of(task: PastAttempt, number: int) -> dict[str, Json]:
    """One attempt of a task as `aslkit.recorded` takes it."""
    scheduled, done, details = task.scheduled, task.done, task.scheduled.details
    attempt: dict[str, Json] = {
        "state": task.visit.state,
        "iteration": [{"map": name, "index": index} for name, index in task.visit.line.iteration],
        "attempt": number,
        "resourceType": details.get("resourceType") or BARE.get(scheduled.type, ""),
        "parameters": task.parameters,
        "scheduledEventId": scheduled.id,
    }
    if "resourceType" in details:
        attempt["action"] = details.get("resource")
    attempt |= {name: details[name] for name in ("timeoutInSeconds", "heartbeatInSeconds") if name in details}
    if task.worker is not None:
        attempt["workerName"] = task.worker
    if task.submitted is not None:
        attempt["submitted"] = task.submitted.payload("output")
    attempt |= {"unfinished": True} if done is None else _answer(scheduled, done)
    return {name: value for name, value in attempt.items() if value is not UNKNOWN}


def cause_text(cause: Json) -> str | None:
    """A cause as text, also where somebody has taken its JSON apart."""
    return cause if cause is None or isinstance(cause, str) else json_text(cause)


CALLBACK = f".{TOKEN}"
BARE = {"LambdaFunctionScheduled": LAMBDA_ARN, "ActivityScheduled": ACTIVITY}
"""What a task calls whose event says nothing but an ARN."""


def _answer(scheduled: HistoryEvent, done: HistoryEvent) -> dict[str, Json]:
    """How an attempt ended, and when."""
    answer: dict[str, Json] = {"doneEventId": done.id, "outcomeEvent": done.type}
    if scheduled.at is not None and done.at is not None:
        answer["after"] = after = round(max(done.at - scheduled.at, 0.0), 6)
        hears = scheduled.type == "ActivityScheduled" or str(scheduled.details.get("resource")).endswith(CALLBACK)
        interval = scheduled.details.get("heartbeatInSeconds") if hears else None
        answer["heartbeats"] = _heartbeats(interval, after, done)
    if done.type.endswith("TimedOut"):
        answer |= {"hang": True, "error": done.details.get("error")}
    elif done.type.endswith("Succeeded"):
        output = done.payload("output")
        answer |= {"result": None, "truncated": True} if output is UNKNOWN else {"result": output}
    else:
        answer |= {"error": done.details.get("error"), "cause": cause_text(done.details.get("cause"))}
    return answer


def _heartbeats(interval: Json, after: float, done: HistoryEvent) -> list[float]:
    """Heartbeats that explain why a task lived so long: the history does not keep them."""
    if not isinstance(interval, (int, float)) or not 0 < interval < after or after / interval > MOST_HEARTBEATS:
        return []
    last = after - interval if done.type.endswith("TimedOut") else after
    return [*(beat * interval for beat in range(1, math.ceil(last / interval))), last]


MOST_HEARTBEATS = 10_000


# --- reading ---------------------------------------------------------------------------------------------------------


def read_history(data: Json) -> Recording:
    """The recording that a JSON value holds.

    It is what `aws stepfunctions get-execution-history` prints ({"events": [...]}, in either order), a list of its
    pages, a list of events, an execution that was simulated ({"history": [...]}), or the records that Step Functions
    writes to a log group ({"id", "type", "details", ...}, also as the messages that `aws logs filter-log-events`
    prints). A history that lacks events in the middle counts up to the gap. Raises HistoryError for what is no history,
    lacks its beginning, tells of several executions or what no execution can have.
    """
    rows = list(_rows(data))
    arns = {row["execution_arn"] for row in rows if isinstance(row.get("execution_arn"), str)}
    if len(arns) > 1:
        raise HistoryError(f"these are records of {len(arns)} executions; keep those of one (execution_arn)")
    read = [event_of(row) for row in rows]
    events = sorted({event.id: event for event in read}.values(), key=lambda event: event.id)
    if not events:
        raise HistoryError("the history holds no events")
    _check_instants(rows, read)
    for event in events:
        _check_texts(event)
    first = events[0]
    if first.id != 1 or first.type != "ExecutionStarted":
        raise HistoryError(
            f"the history begins with event {first.id} ({cut(first.type)}) and not with ExecutionStarted: get all of "
            "its pages, or for a log that of level ALL"
        )
    whole, remarks = _without_gap(events)
    tree = _Tree()
    for event in whole:
        tree.add(event)
    status = ENDS.get(whole[-1].type, RUNNING)
    if status == RUNNING and len(whole) == len(events):
        last = whole[-1]
        remarks.append(f"the history ends with event {last.id} ({cut(last.type)}): the execution is still running")
    return Recording(
        input=whole[0].payload("input"),
        events=tuple(whole),
        root=tree.root,
        visits=tuple(tree.visits),
        tasks=tuple(tree.tasks),
        status=status,
        remarks=(*remarks, *_cut(whole), *_unknown(whole)),
        execution_arn=next(iter(arns), None),
    )


def _without_gap(events: list[HistoryEvent]) -> tuple[list[HistoryEvent], list[str]]:
    """The events up to the first that is missing, and a remark if one is."""
    for number, event in enumerate(events, 1):
        if event.id != number:
            lack = f"event {number}" if event.id == number + 1 else f"events {number} to {event.id - 1}"
            return events[: number - 1], [f"the history lacks {lack}; only what comes before counts"]
    return events, []


def _cut(events: Iterable[HistoryEvent]) -> Iterator[str]:
    """A remark on payloads that the history lacks."""
    cut = [
        event.id
        for event in events
        for field in ("input", "output")
        if isinstance(event.details.get(f"{field}Details"), dict) and event.payload(field) is UNKNOWN
    ]
    if cut:
        shown = ", ".join(map(str, cut[:5])) + (", ..." if len(cut) > 5 else "")
        number = f"{len(cut)} event{'s' * (len(cut) > 1)}"
        yield f"the payload of {number} is cut off ({shown}); what depends on it cannot be compared"


def _unknown(events: Iterable[HistoryEvent]) -> Iterator[str]:
    """A remark on each type of events that is not known: AWS adds some, as it did for redrives."""
    first: dict[str, int] = {}
    for event in events:
        if event.type not in KINDS and event.type != REDRIVEN:
            first.setdefault(event.type, event.id)
    for type, number in first.items():
        yield f"event {number} is of a type that is not known here, {shown(type)}; what it tells may be missed"


def _rows(data: Json) -> Iterator[dict[str, Json]]:
    """The events as written, of all pages."""
    pending = [data]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict) and isinstance(found := value.get("events", value.get("history")), list):
            pending.extend(found)
        elif isinstance(value, dict) and "type" not in value and isinstance(value.get("message"), str):
            pending.append(_message(value["message"]))
        elif isinstance(value, dict) and isinstance(value.get("type"), str) and "id" in value:
            yield value
        else:
            found = ", ".join(list(value)[:5]) if isinstance(value, dict) else json.dumps(value)
            raise HistoryError(
                "this is no history; `aws stepfunctions get-execution-history --execution-arn ...` prints one: an "
                f'object with "events", each with "id" and "type" (found: {found[:60]})'
            )


def _message(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise HistoryError(f"a log message is no JSON: {text[:60]}") from None


def event_of(row: Mapping[str, Json]) -> HistoryEvent:
    """One event as GetExecutionHistory or a log group gives it. Raises HistoryError for an id that is no number, for a
    timestamp that is no instant and for what names something and is no text."""
    details = row.get("details")
    if not isinstance(details, dict):
        details = next(
            (value for key, value in row.items() if key.endswith("EventDetails") and isinstance(value, dict)), {}
        )
    number = _number(row["id"])
    if number is None:
        raise HistoryError(f"the id of an event is no number: {shown(row['id'])}")
    event = HistoryEvent(
        id=number,
        previous=_number(row.get("previousEventId", row.get("previous_event_id"))) or 0,
        type=row["type"],
        at=_instant(row, number),
        details=details,
    )
    for field in TEXTS:
        if not isinstance(details.get(field, ""), (str, NoneType)):
            raise _impossible(event, f"its `{field}` is {shown(details[field])}, and a text is expected")
    if event.type.endswith("StateEntered") and not event.name:
        raise _impossible(event, "it does not name the state")
    return event


TEXTS = ("name", "state", "error", "resourceType", "resource", "workerName")
"""The details that are texts, whatever the event tells. A cause may be the JSON that AWS writes into its text."""


def _impossible(event: HistoryEvent, why: str) -> HistoryError:
    return HistoryError(f"event {event.id} ({cut(event.type)}) cannot have happened so: {why}")


def _number(value: Json) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER:
        return int(value)
    return value if type(value) is int and abs(value) < 10**LONGEST_NUMBER else None


LONGEST_NUMBER = 15


def _instant(row: Mapping[str, Json], number: int) -> float | None:
    """When an event happened, in epoch seconds: a history says it in seconds or as RFC 3339, a log in milliseconds.

    None where it is not said, or a text says it that is no instant: what somebody has put in its place, if it stands
    everywhere. Raises HistoryError for a number that is no instant.
    """
    if "event_timestamp" in row:
        value = row["event_timestamp"]
        milliseconds = _number(value)
        seconds = None if milliseconds is None else milliseconds / 1000
    else:
        value = row.get("timestamp")
        if isinstance(value, str):
            found = until(value.replace(" ", "T", 1))  # Python writes a space there
            return found if found is not None and 0 <= found <= LAST_INSTANT else None
        seconds = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if value is None:
        return None
    if seconds is None or not 0 <= seconds <= LAST_INSTANT:
        raise _no_instant(number, value)
    return float(seconds)


def _check_instants(rows: Iterable[Mapping[str, Json]], events: Sequence[HistoryEvent]) -> None:
    """Raises HistoryError for a timestamp that is no instant, in a history that tells instants."""
    if any(event.at is not None for event in events):
        for row, event in zip(rows, events, strict=True):
            if event.at is None and row.get("timestamp") is not None:
                raise _no_instant(event.id, row["timestamp"])


def _no_instant(number: int, value: Json) -> HistoryError:
    return HistoryError(
        f"the timestamp of event {number} is {shown(value)}; an instant is expected: seconds since 1970, or a text "
        "like 2025-01-01T02:00:00Z (in a log, milliseconds)"
    )


LAST_INSTANT = 221_845_392_000.0
"""9000-01-01T00:00:00Z."""


def _check_texts(event: HistoryEvent) -> None:
    """Raises HistoryError for half of a surrogate pair that stands alone, in a text or in JSON that a text holds: it is
    no character, so that nothing can be written that holds it."""
    pending: list[Json] = [event.type, event.details]
    while pending:
        match pending.pop():
            case str() as text:
                try:
                    text.encode()
                except UnicodeEncodeError:
                    why = "half of a surrogate pair stands alone in a text, which is no character"
                    raise HistoryError(f"event {event.id}: {why}") from None
                if "\\u" in text:
                    pending.append(parsed(text))
            case list() as items:
                pending += items
            case dict() as fields:
                pending += (*fields, *fields.values())


def parsed(value: Json) -> Json:
    """The JSON value of a payload's text; a payload that is a value already, as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return UNKNOWN


# --- the tree --------------------------------------------------------------------------------------------------------


class _Tree:
    """Puts one event after the other where it belongs. `places` holds for each event the visit or line it stands in."""

    def __init__(self) -> None:
        self.root = PastLine(None)
        self.visits: list[PastVisit] = []
        self.tasks: list[PastAttempt] = []
        self.places: dict[int, PastVisit | PastLine] = {}
        self.branching: set[int] = set()

    def add(self, event: HistoryEvent) -> None:
        before = self.places.get(event.previous, self.root)
        self.places[event.id] = self.place(event, before)

    def place(self, event: HistoryEvent, before: PastVisit | PastLine) -> PastVisit | PastLine:
        kind = event.type
        if kind.endswith("StateEntered"):
            return self.entered(event, before)
        if kind.endswith("StateExited"):
            return self.exited(event, before)
        if kind == "EvaluationFailed":
            return self.evaluated(event, before)
        if kind == REDRIVEN:
            return self.redriven()
        for scope in ("Parallel", "Map"):
            if kind.startswith(f"{scope}State"):
                return self.forked(event, before, scope)
        if kind.startswith("MapIteration"):
            return self.iterated(event, before)
        if isinstance(before, PastVisit) and kind not in ENDS:
            self.worked(event, before)
        return before

    def entered(self, event: HistoryEvent, before: PastVisit | PastLine) -> PastVisit:
        if event.previous in self.branching and isinstance(before, PastVisit):
            again = [line for line in before.forks[-1] if line.visits[0].state == event.name]
            line = PastLine(before)
            before.forks[-1] = [*(other for other in before.forks[-1] if other not in again), line]
        else:
            line = before.line if isinstance(before, PastVisit) else before
        visit = PastVisit(line, event)
        line.visits.append(visit)
        self.visits.append(visit)
        return visit

    def exited(self, event: HistoryEvent, before: PastVisit | PastLine) -> PastVisit | PastLine:
        for visit in climb(before):
            if visit.state == event.name:
                visit.exited = event
                return visit
        return before

    def evaluated(self, event: HistoryEvent, before: PastVisit | PastLine) -> PastVisit | PastLine:
        """A failed expression: its event follows the one before the state was entered (recorded on AWS)."""
        if event.previous in self.branching and isinstance(before, PastVisit):
            lines = before.forks[-1]
        else:
            lines = [before.line if isinstance(before, PastVisit) else before]
        named = (line.visits[-1] for line in lines if line.visits and line.visits[-1].state == event.name)
        return next(named, before)

    def redriven(self) -> PastVisit | PastLine:
        """What had not ended goes on."""
        for visit in self.visits:
            if visit.exited is None:
                visit.closed = False
                visit.opened = True
        return self.root.visits[-1] if self.root.visits else self.root

    def forked(self, event: HistoryEvent, before: PastVisit | PastLine, type: str) -> PastVisit | PastLine:
        """Started, Succeeded or Failed; these events do not name their state."""
        visit = next((visit for visit in climb(before) if visit.type == type and visit.open), None)
        if visit is None:
            return before
        if event.type.endswith("Started"):
            if not (visit.opened and visit.forks):
                visit.forks.append([])
            visit.opened = False
            if type == "Parallel":
                self.branching.add(event.id)
        elif event.type.endswith("Failed"):
            visit.closed = True
        return visit

    def iterated(self, event: HistoryEvent, before: PastVisit | PastLine) -> PastVisit | PastLine:
        index = event.details.get("index")
        visit = next((visit for visit in climb(before) if visit.state == event.name and visit.forks), None)
        if visit is None or type(index) is not int:
            return before
        line = next((line for line in visit.forks[-1] if line.index == index), None)
        if line is None:
            line = PastLine(visit, index)
            visit.forks[-1].append(line)
        return line

    def worked(self, event: HistoryEvent, visit: PastVisit) -> None:
        """What a task's own events tell of its latest attempt."""
        if event.type.endswith("Scheduled"):
            task = PastAttempt(visit, event)
            visit.attempts.append(task)
            self.tasks.append(task)
        elif visit.attempts and visit.attempts[-1].done is None:
            task = visit.attempts[-1]
            if event.type == "TaskSubmitted":
                task.submitted = event
            elif event.type == "ActivityStarted":
                task.worker = event.details.get("workerName")
            elif event.type.endswith(OUTCOMES):
                task.done = event


OUTCOMES = ("Succeeded", "Failed", "TimedOut")
"""How the types of the events end that end an attempt."""


def climb(place: PastVisit | PastLine) -> Iterator[PastVisit]:
    """The visit itself, and those around it."""
    visit = place if isinstance(place, PastVisit) else place.outer
    while visit is not None:
        yield visit
        visit = visit.line.outer
