"""A recorded execution and a state machine of today -> would it go the same way? If not, where and why.

The machine is given the recorded input, and every task the recorded answer after the recorded time. Both histories are
then compared as trees, one line of control after the other, so that the order of concurrent events does not matter.
"""

from __future__ import annotations

import math
import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from aslkit.definition.duration import duration_text
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.context import START
from aslkit.simulation.execution import ABORTED, FAILED, SUCCEEDED, TIMED_OUT
from aslkit.simulation.kernel import BoundReached
from aslkit.simulation.recording import ENDS, RUNNING, UNKNOWN, HistoryError, Recording, parsed, read_history
from aslkit.simulation.redrive import redrive
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.resources.recorded import recorded
from aslkit.simulation.run import EXPRESS, simulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.execution import Attempt, Execution, Visit
    from aslkit.simulation.recording import HistoryEvent, PastAttempt, PastLine, PastVisit
    from aslkit.simulation.resources import Outcome, Request

Json = Any

NOT_RECORDED = "Simulation.NotRecorded"
"""The error of a replay that ended at a task for which the recording has no answer."""


class Difference(Record):
    """One place at which today's machine does not do what was recorded.

    `kind` is "path" (another state follows), "type", "call", "input", "parameters", "timer", "outcome", "retry",
    "items", "output", "variables", "failure", or, of the end as a whole, "status". `pointer` is the place in today's
    definition, `event` the id of the recorded event, `at` its second since the start, None where unknown. `recorded`
    and `today` are what differs, JSON values.
    """

    kind: str
    pointer: Pointer
    state: str | None
    event: int | None
    at: float | None
    message: str
    recorded: Json = None
    today: Json = None


class Replay(Record):
    """What came of a replay: today's execution, and its differences from the recording, the earliest first.

    `remarks` say what cannot be compared, and why.
    """

    execution: Execution
    recording: Recording
    differences: tuple[Difference, ...]
    remarks: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return not self.differences


def replay(
    machine: StateMachine,
    history: Json,
    *,
    input: Json = UNKNOWN,
    objects: Iterable[Mapping[str, Json]] = (),
    execution_arn: str | None = None,
) -> Replay:
    """Runs the machine on a recorded execution's input and answers, and compares.

    `history` is what GetExecutionHistory returns (see `read_history`), or a Recording. `input` replaces an input that
    the history lacks; `objects` are what an ItemReader finds. Values that depend on the execution's name are compared
    only when `execution_arn` tells it; instants, task tokens and random UUIDs are not. Raises HistoryError for what is
    no history, and SimulationRefused for a machine that cannot run.
    """
    recording = history if isinstance(history, Recording) else read_history(history)
    start_input = recording.input if input is UNKNOWN else input
    if start_input is UNKNOWN:
        raise HistoryError(
            "the history lacks the execution's input (cut off, or a log without execution data); give it"
        )
    execution = _executed(machine, recording, start_input, tuple(objects), execution_arn or recording.execution_arn)
    comparison = _Comparison(machine, recording, execution)
    comparison.compare()
    return Replay(
        execution=execution,
        recording=recording,
        differences=tuple(sorted(comparison.found, key=lambda found: math.inf if found.event is None else found.event)),
        remarks=(*recording.remarks, *comparison.remarks),
    )


# --- running ---------------------------------------------------------------------------------------------------------


def _executed(
    machine: StateMachine, recording: Recording, input: Json, objects: tuple[Any, ...], arn: str | None
) -> Execution:
    """Today's execution, redriven as often as the recorded one was."""
    recall = _Recall(recording, objects)
    identity = _identity(recording, arn)
    start = START if recording.started is None else recording.started
    stops = [_stop(event, start) for event in recording.events if event.type in ENDS]
    stops += [{}] * (len(recording.redrives) + 1 - len(stops))
    execution = simulate(machine, input=input, resources=recall, start=start, **identity, **stops[0])
    identity.pop("type", None)  # an Express execution is never redriven
    for event, stop in zip(recording.redrives, stops[1:], strict=False):
        if execution.status == SUCCEEDED or execution.error == NOT_RECORDED:
            break
        after = 0.0 if event.at is None else max(event.at - start - execution.duration, 0.0)
        execution = redrive(machine, execution, resources=recall, after=after, **identity, **stop)
    return execution


def _stop(end: HistoryEvent, start: float) -> dict[str, Any]:
    """When somebody stopped the execution, and with what; nothing where it ended by itself."""
    if end.type != "ExecutionAborted" or end.at is None:
        return {}
    error, cause = end.details.get("error"), end.details.get("cause")
    return {"stop_at": max(end.at - start, 0.0), "stop_error": error, "stop_cause": cause}


EXECUTION_NAME = "replayed-execution"
MACHINE_NAME = "ReplayedStateMachine"
ARN = re.compile(r"arn:[^:]+:states:([^:]+):(\d{12}):(?:execution|express):([^:]+):([^:]+)(?::.*)?")
ROLE = re.compile(r"arn:[^:]+:iam::(\d{12}):.*")


def _identity(recording: Recording, arn: str | None) -> dict[str, Any]:
    """The names of the execution, as far as they are known."""
    identity: dict[str, Any] = {"name": EXECUTION_NAME, "machine_name": MACHINE_NAME}
    role = recording.events[0].details.get("roleArn")
    if isinstance(role, str):
        identity["role"] = role
        if match := ROLE.fullmatch(role):
            identity["account"] = match[1]
    region = next((task.scheduled.details["region"] for task in recording.tasks if _has_region(task)), None)
    if region is not None:
        identity["region"] = region
    if arn is not None and (match := ARN.fullmatch(arn)):
        identity |= dict(zip(("region", "account", "machine_name", "name"), match.groups(), strict=True))
        if ":express:" in arn:
            identity["type"] = EXPRESS
    return identity


def _has_region(task: PastAttempt) -> bool:
    return isinstance(task.scheduled.details.get("region"), str)


class _Recall:
    """The recorded answers; the run ends at the first task for which there is none."""

    def __init__(self, recording: Recording, objects: tuple[Any, ...]) -> None:
        self.recorded = recorded(recording.attempts, objects)
        self.entered = frozenset(visit.state for visit in recording.visits)
        self.service = self.recorded.begin()

    def begin(self) -> _Recall:
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.service, name)

    def invoke(self, request: Request) -> Outcome:
        try:
            if request.state in self.entered:
                return self.service.invoke(request)
        except OutcomeError:
            pass
        where = "".join(f", iteration {index} of '{name}'" for name, index in request.iteration)
        raise BoundReached(
            ABORTED,
            NOT_RECORDED,
            f"The recording has no answer for invocation {request.invocation} of state '{request.state}'{where} "
            f"({request.resource}).",
        )

    def stop(self, request: Request, at: float) -> None:
        """A recording stops nothing."""


# --- comparing -------------------------------------------------------------------------------------------------------


class _Comparison:
    """Compares the lines of control of two histories. `found` and `remarks` are what came of it."""

    def __init__(self, machine: StateMachine, recording: Recording, execution: Execution) -> None:
        self.machine = machine
        self.then = recording
        self.execution = execution
        self.now = read_history({"events": execution.history})
        entered = {visit.entered.id: visit.state for visit in self.now.visits}
        # the visits of child executions have ids of histories of their own
        self.visits: dict[int, Visit] = {
            visit.event: visit for visit in execution.visits if entered.get(visit.event) == visit.state
        }
        self.found: list[Difference] = []
        self.remarks: list[str] = []
        self.then_cut = recording.status in (RUNNING, ABORTED)
        self.now_cut = self.cut_short()

    def cut_short(self) -> bool:
        """Whether today's run ended only because nothing is recorded of what comes next."""
        if self.execution.error == NOT_RECORDED:
            self.remarks.append(f"{self.execution.cause} What follows cannot be told.")
            return True
        waiting = [
            attempt.request.state
            for attempt in self.execution.attempts()
            if attempt.request is not None and attempt.ended == self.execution.duration and _never(attempt.outcome)
        ]
        if self.execution.status == TIMED_OUT and waiting and self.then.status != TIMED_OUT:
            self.remarks.append(
                f"The recording does not tell what state '{waiting[0]}' answers. What follows cannot be told."
            )
            return True
        return self.execution.status == ABORTED

    def compare(self) -> None:
        line = self.line(self.then.root, self.now.root)
        if not self.then_cut and not self.now_cut:
            self.ends(line)

    def add(
        self,
        kind: str,
        pointer: Pointer,
        state: str | None,
        event: HistoryEvent | None,
        message: str,
        then: Json,
        now: Json,
    ) -> None:
        at = None
        if event is not None and event.at is not None and self.then.started is not None:
            at = event.at - self.then.started
        self.found.append(
            Difference(
                kind=kind,
                pointer=pointer,
                state=state,
                event=None if event is None else event.id,
                at=at,
                message=message,
                recorded=then,
                today=now,
            )
        )

    def ends(self, same: bool) -> None:
        """How both executions ended."""
        pairs: list[tuple[str, Json, Json]] = [("status", self.then.status, self.execution.status)]
        if self.then.status == self.execution.status == SUCCEEDED and same:
            pairs.append(("output", self.then.output, self.execution.output))
        elif self.then.status == self.execution.status == FAILED:
            pairs.append(("error", self.then.error, self.execution.error))
            pairs.append(("cause", _plain_cause(self.then.cause), _plain_cause(self.execution.cause)))
        for what, then, now in pairs:
            if not alike(then, now):
                message = f"the execution's {what}: {_versus(then, now)}"
                self.add("status" if what != "output" else "output", (), None, self.then.events[-1], message, then, now)

    def line(self, then: PastLine, now: PastLine) -> bool:
        """Compares one line of control up to the first state that differs; whether nothing differs."""
        before: PastVisit | None = None
        same = True
        for past, today in zip_longest(then.visits, now.visits):
            if past is None:
                return self.goes_on(then.visits[-1] if then.visits else None, today, before) and same
            if today is None:
                return self.goes_not_on(past, before) and same
            if past.state != today.state:
                message = f"{_after(before)} the recording enters '{past.state}', today '{today.state}' follows"
                pointer = self.edge(before, today)
                name = None if before is None else before.state
                self.add("path", pointer, name, past.entered, message, past.state, today.state)
                return False
            seen = len(self.found)
            both_left = self.visit(past, today, same)
            same = same and len(self.found) == seen
            if not both_left:
                return same
            before = today
        return same

    def goes_on(self, past: PastVisit | None, today: PastVisit, before: PastVisit | None) -> bool:
        """Today's line goes on where the recorded one ended; whether that is no difference."""
        if past is None or past.exited is None or (self.then_cut and past.exited.id >= len(self.then.events) - 1):
            return True
        message = f"{_after(before)} the recording ends, today '{today.state}' follows"
        event = past.exited or past.entered
        self.add("path", self.edge(before, today), past.state, event, message, None, today.state)
        return False

    def goes_not_on(self, past: PastVisit, before: PastVisit | None) -> bool:
        """The recorded line goes on where today's ends; whether that is no difference."""
        if self.now_cut and (before is None or self.visits[before.entered.id].edge is not None):
            return True
        message = f"{_after(before)} the recording enters '{past.state}', today nothing follows"
        pointer = () if before is None else self.pointer(before)
        self.add("path", pointer, None if before is None else before.state, past.entered, message, past.state, None)
        return False

    def edge(self, before: PastVisit | None, today: PastVisit) -> Pointer:
        """The transition that led to a state today."""
        if before is not None:
            return self.visits[before.entered.id].edge or self.pointer(before)
        return (*self.pointer(today)[:-2], "StartAt")

    def pointer(self, today: PastVisit) -> Pointer:
        return self.visits[today.entered.id].pointer

    def stopped(self, today: PastVisit) -> bool:
        """Whether today's visit was ended from outside, so that nobody knows what it would have done."""
        return self.visits[today.entered.id].ended not in ("exited", "caught", "failed")

    # --- one visit ---------------------------------------------------------------------------------------------------

    def visit(self, then: PastVisit, now: PastVisit, same: bool) -> bool:
        """Compares two visits of a state; whether both were left. `same`: whether nothing differed in their line."""
        pointer, name = self.pointer(now), now.state
        if then.type != now.type:
            message = f"state '{name}' was a {then.type} when this was recorded; today it is a {now.type}"
            self.add("type", (*pointer, "Type"), name, then.entered, message, then.type, now.type)
            return False
        if same:
            same = self.payload("input", pointer, name, then.entered, now.entered)
        seen = len(self.found)
        if not self.attempts(then, now, pointer) or not self.forks(then, now, pointer):
            return False
        return self.left(then, now, pointer, same and len(self.found) == seen)

    def payload(self, field: str, pointer: Pointer, name: str, then: HistoryEvent, now: HistoryEvent) -> bool:
        """Compares the input or output of a state; whether it is the same."""
        was, is_now = then.payload(field), now.payload(field)
        if alike(was, is_now):
            return True
        message = f"the {field} of state '{name}'{_first_difference(was, is_now)}"
        self.add(field, pointer, name, then, message, was, is_now)
        return False

    def left(self, then: PastVisit, now: PastVisit, pointer: Pointer, same: bool) -> bool:
        if then.exited is not None and now.exited is not None:
            if same and self.payload("output", pointer, now.state, then.exited, now.exited):
                self.variables(then, now, pointer)
            return True
        visit = self.visits[now.entered.id]
        if then.exited is not None and visit.ended == "failed":
            message = (
                f"state '{now.state}' was left in the recording; today it fails{_because(visit.error, visit.cause)}"
            )
            self.add("failure", pointer, now.state, then.exited, message, None, visit.error)
        if now.exited is not None and self.failed(then):
            error, cause = self.failure(then)
            message = f"state '{now.state}' failed in the recording{_because(error, cause)}; today it is left"
            self.add("failure", pointer, now.state, then.entered, message, error, None)
        return False

    def failed(self, then: PastVisit) -> bool:
        """Whether a recorded visit that was not left failed by itself, and was not stopped from outside."""
        if self.then_cut:
            return False
        if then.attempts:
            return then.attempts[-1].failed
        return then.closed or then.line.outer is None

    def failure(self, then: PastVisit) -> tuple[str | None, str | None]:
        done = then.attempts[-1].done if then.attempts else None
        details = self.then.events[-1].details if done is None else done.details
        return details.get("error"), details.get("cause")

    def variables(self, then: PastVisit, now: PastVisit, pointer: Pointer) -> None:
        was, is_now = _assigned(then), _assigned(now)
        if not alike(was, is_now):
            message = f"the variables that state '{now.state}' assigns{_first_difference(was, is_now)}"
            self.add("variables", (*pointer, "Assign"), now.state, then.exited, message, was, is_now)

    # --- attempts ----------------------------------------------------------------------------------------------------

    def attempts(self, then: PastVisit, now: PastVisit, pointer: Pointer) -> bool:
        """Compares what a task asked and was answered, attempt by attempt; whether both had as many."""
        for number, (past, today) in enumerate(zip_longest(then.attempts, now.attempts)):
            if past is None:
                return self.more(then, number, today.resource, pointer)
            if today is None:
                return self.fewer(now, past, number, pointer)
            self.asked(past, today, number, pointer)
            if not self.answered(past, today, number, pointer):
                return False
        unanswered = self.unanswered(now)
        return unanswered is None or self.more(then, len(now.attempts), unanswered, pointer)

    def unanswered(self, now: PastVisit) -> str | None:
        """What today's visit asked at last, where the recording has no answer: such a call is never scheduled."""
        attempts: Sequence[Attempt] = self.visits[now.entered.id].attempts
        if self.execution.error != NOT_RECORDED or len(attempts) <= len(now.attempts) or not self.stopped(now):
            return None
        request = attempts[-1].request
        return None if request is None else request.resource

    def more(self, then: PastVisit, number: int, resource: str, pointer: Pointer) -> bool:
        """Today there is an attempt more."""
        if then.attempts and then.attempts[-1].done is None:
            return False  # the recording ends in the middle of this
        event = then.attempts[-1].done if then.attempts else then.entered
        if number:
            message = f"state '{then.state}' is tried again today (attempt {number + 1}); in the recording it was not"
        else:
            message = f"state '{then.state}' calls {resource} today; in the recording it failed before it called"
        self.add("retry" if number else "call", pointer, then.state, event, message, number, number + 1)
        return False

    def fewer(self, now: PastVisit, past: PastAttempt, number: int, pointer: Pointer) -> bool:
        """The recording has an attempt more."""
        if self.stopped(now):
            return False
        state = now.state
        if number:
            message = f"state '{state}' was tried again in the recording (attempt {number + 1}); today it is not"
        else:
            message = f"state '{state}' called {past.resource} in the recording; today it fails before it calls"
        self.add("retry" if number else "call", pointer, state, past.scheduled, message, number + 1, number)
        return False

    def asked(self, past: PastAttempt, today: PastAttempt, number: int, pointer: Pointer) -> None:
        if number:
            return  # a retry asks the same
        state = today.visit.state
        if past.resource != today.resource:
            message = f"state '{state}' called {past.resource}; today it calls {today.resource}"
            self.add("call", (*pointer, "Resource"), state, past.scheduled, message, past.resource, today.resource)
        was, is_now = past.parameters, today.parameters
        if not alike(was, is_now):
            message = f"the parameters of state '{state}'{_first_difference(was, is_now)}"
            self.add("parameters", pointer, state, past.scheduled, message, was, is_now)
        for field, words in TIMERS.items():
            then_seconds, seconds = (one.scheduled.details.get(field) for one in (past, today))
            if then_seconds != seconds:
                message = f"the {words} of state '{state}': {_versus(then_seconds, seconds)}"
                self.add("timer", pointer, state, past.scheduled, message, then_seconds, seconds)

    def answered(self, past: PastAttempt, today: PastAttempt, number: int, pointer: Pointer) -> bool:
        """Compares how an attempt ended; whether both did, and in the same way."""
        if past.done is None or today.done is None:
            return past.done is today.done
        was, is_now = _ended(past), _ended(today)
        if was == is_now:
            return True
        state, which = today.visit.state, f" (attempt {number + 1})" if number else ""
        message = f"state '{state}'{which} {_told(past, self.then)} in the recording; today it {_told(today, self.now)}"
        self.add("outcome", pointer, state, past.done, message, was, is_now)
        return False

    # --- branches and iterations -------------------------------------------------------------------------------------

    def forks(self, then: PastVisit, now: PastVisit, pointer: Pointer) -> bool:
        """Compares the branches or iterations of every attempt; whether both had as many attempts."""
        for number, (past, today) in enumerate(zip_longest(then.forks, now.forks)):
            if past is None or today is None:
                if (past is None and self.failed(then)) or (today is None and not self.stopped(now)):
                    again, once = ("today", "in the recording") if past is None else ("in the recording", "today")
                    message = (
                        f"state '{now.state}' is tried {len(then.forks)} times in the recording, {len(now.forks)} today"
                    )
                    if not number:
                        message = f"state '{now.state}' starts its branches or iterations {again}, and not {once}"
                    counts = len(then.forks), len(now.forks)
                    self.add("retry", pointer, now.state, then.entered, message, *counts)
                return False
            self.fork(then, past, today, pointer)
        return True

    def fork(self, then: PastVisit, past: list[PastLine], today: list[PastLine], pointer: Pointer) -> None:
        was, is_now = ({_label(line): line for line in lines} for lines in (past, today))
        for label, line in was.items():
            if label in is_now:
                self.line(line, is_now[label])
        missing, added = (
            [label for label in was if label not in is_now],
            [label for label in is_now if label not in was],
        )
        if (missing and not self.now_cut) or (added and not self.then_cut and not self.aborted(past)):
            what = "items" if then.type == "Map" else "branches"
            message = f"the {what} of state '{then.state}': {_versus(list(map(str, was)), list(map(str, is_now)))}"
            self.add("items", pointer, then.state, then.entered, message, list(was), list(is_now))

    def aborted(self, lines: list[PastLine]) -> bool:
        """Whether some of these were ended before they were done, so that others may not have begun."""
        return any(line.visits and line.visits[-1].exited is None for line in lines)


TIMERS = {"timeoutInSeconds": "time-out", "heartbeatInSeconds": "heartbeat"}


def _never(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.never


def _label(line: PastLine) -> int | str:
    """What tells a branch or iteration from its siblings."""
    if line.index is not None:
        return line.index
    return line.visits[0].state if line.visits else ""


def _assigned(visit: PastVisit) -> Json:
    assert visit.exited is not None
    assigned = visit.exited.details.get("assignedVariables")
    if not isinstance(assigned, dict):
        return {}
    return {name: parsed(value) for name, value in assigned.items()}


def _ended(attempt: PastAttempt) -> Json:
    """How an attempt ended: its error name, null for a success."""
    assert attempt.done is not None
    if not attempt.failed:
        return "succeeded"
    return {"timed out": attempt.timed_out, "error": attempt.done.details.get("error")}


def _told(attempt: PastAttempt, recording: Recording) -> str:
    assert attempt.done is not None
    took = ""
    if attempt.done.at is not None and attempt.scheduled.at is not None:
        took = f" after {duration_text(max(attempt.done.at - attempt.scheduled.at, 0.0))}"
    if attempt.timed_out:
        return f"timed out{took}"
    error = attempt.done.details.get("error")
    return f"failed with {error}{took}" if attempt.failed else f"succeeded{took}"


def _after(before: PastVisit | None) -> str:
    return "at the beginning" if before is None else f"after '{before.state}'"


def _because(error: str | None, cause: str | None) -> str:
    told = ": ".join(part for part in (error, _short(cause) if cause else None) if part)
    return f" ({told})" if told else ""


def _versus(then: Json, now: Json) -> str:
    return f"recorded {_short(then)}, today {_short(now)}"


def _short(value: Json) -> str:
    """A value on one line: none for null, text as it is, anything else as JSON; long ones cut."""
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json_text(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


LONGEST = 160


# --- values ----------------------------------------------------------------------------------------------------------

VOLATILE = re.compile(
    rf"{EXECUTION_NAME}|{MACHINE_NAME}|task-token-\d+-\d+"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
"""What differs from one execution to the next: names that the history does not tell, tokens, instants, random UUIDs."""


def alike(then: Json, now: Json) -> bool:
    """Whether a recorded value is what today's run gives, but for what is another in every execution."""
    pending = [(then, now)]
    while pending:
        was, is_now = pending.pop()
        match was, is_now:
            case dict(), dict():
                if was.keys() != is_now.keys():
                    return False
                pending.extend((was[key], is_now[key]) for key in was)
            case list(), list():
                if len(was) != len(is_now):
                    return False
                pending.extend(zip(was, is_now, strict=True))
            case _:
                if not _same_scalar(was, is_now):
                    return False
    return True


def _same_scalar(was: Json, is_now: Json) -> bool:
    if was is UNKNOWN or is_now is UNKNOWN:
        return True
    if isinstance(was, str) and isinstance(is_now, str):
        return was == is_now or _fits(VOLATILE.split(is_now), was)
    if isinstance(was, bool) or isinstance(is_now, bool):
        return was is is_now
    if isinstance(was, (int, float)) and isinstance(is_now, (int, float)):
        return was == is_now or math.isclose(was, is_now, rel_tol=1e-12)
    return bool(was == is_now)


def _fits(pieces: list[str], text: str) -> bool:
    """Whether the text holds the pieces in their order, with anything between two of them."""
    first, *middle = pieces
    if not middle or not text.startswith(first):
        return False
    last, at = middle.pop(), len(first)
    for piece in middle:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return text.endswith(last) and len(text) - len(last) >= at


def _first_difference(was: Json, is_now: Json) -> str:
    """Where two values differ first, and how: ", Arguments.--DATE: recorded x, today y"."""
    place: list[str] = []
    while not isinstance(was, str) and type(was) is type(is_now) and isinstance(was, (dict, list)):
        keys = list(dict.fromkeys((*was, *is_now))) if isinstance(was, dict) else range(max(len(was), len(is_now)))
        for key in keys:
            left, right = _at(was, key), _at(is_now, key)
            if left is UNKNOWN or right is UNKNOWN or not alike(left, right):
                break
        else:
            break
        place.append(str(key))
        if left is UNKNOWN or right is UNKNOWN:
            shown = ["nothing" if side is UNKNOWN else _short(side) for side in (left, right)]
            return f", {'.'.join(place)}: recorded {shown[0]}, today {shown[1]}"
        was, is_now = left, right
    return f"{', ' if place else ''}{'.'.join(place)}: {_versus(was, is_now)}"


def _at(container: Json, key: Any) -> Json:
    """The value there, UNKNOWN where there is none."""
    if isinstance(container, dict):
        return container.get(key, UNKNOWN)
    return container[key] if key < len(container) else UNKNOWN


def _plain_cause(cause: str | None) -> Json:
    """A cause without the numbers of events, which shift with every state that is added; of JSON text the value."""
    if cause is None:
        return None
    value = parsed(cause) if cause[:1] in ("{", "[") else UNKNOWN
    return re.sub(r"event id #\d+", "event id", cause) if value is UNKNOWN else value
