"""The events of a run -> the history in GetExecutionHistory's shape.

While a run goes on an event is one tuple that shares the payloads; the dictionaries and JSON texts are made when
somebody reads the history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.collector import Paused
from aslkit.language.payload import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Json = Any

NOTHING: Any = object()
"""The value of a detail that this event does not have (None is the JSON value null)."""


class Kind:
    """An event type: its name, the key of its details (None: it has none), and the details in their order."""

    __slots__ = ("details", "fields", "type")

    def __init__(self, type: str, fields: tuple[str, ...] | None) -> None:
        self.type = type
        self.fields = fields or ()
        self.details = None if fields is None else _details_key(type)

    def __repr__(self) -> str:
        return f"Kind({self.type})"

    def values(self, facts: dict[str, Json]) -> tuple[Json, ...]:
        """The details of this kind, picked out of everything that is known."""
        return tuple(facts.get(field, NOTHING) for field in self.fields)


Event = tuple[Kind, int, float, tuple[Json, ...]]
"""Kind, previousEventId, virtual seconds since the start, the values of the kind's fields. Its place, from 1, is its
id."""


def _details_key(type: str) -> str:
    if type.endswith("StateEntered"):
        return "stateEnteredEventDetails"
    if type.endswith("StateExited"):
        return "stateExitedEventDetails"
    return f"{type[0].lower()}{type[1:]}EventDetails"


ERROR = ("error", "cause")
RESOURCE = ("resourceType", "resource")
ITERATION = ("name", "index")
ENTERED = ("name", "input")
EXITED = ("name", "output", "assignedVariables")
TIMERS = ("timeoutInSeconds", "heartbeatInSeconds")

KINDS = {
    kind.type: kind
    for kind in (
        Kind("ExecutionStarted", ("input", "roleArn")),
        Kind("ExecutionSucceeded", ("output",)),
        Kind("ExecutionFailed", ERROR),
        Kind("ExecutionTimedOut", ERROR),
        Kind("ExecutionAborted", ERROR),
        *(
            Kind(f"{state}StateEntered", ENTERED)
            for state in ("Pass", "Succeed", "Fail", "Wait", "Choice", "Task", "Parallel", "Map")
        ),
        *(
            Kind(f"{state}StateExited", EXITED)
            for state in ("Pass", "Succeed", "Wait", "Choice", "Task", "Parallel", "Map")
        ),
        *(Kind(f"{state}StateAborted", None) for state in ("Wait", "Task", "Parallel", "Map")),
        Kind("EvaluationFailed", (*ERROR, "location", "state")),
        Kind("TaskScheduled", (*RESOURCE, "region", "parameters", *TIMERS, "taskCredentials")),
        Kind("TaskStarted", RESOURCE),
        Kind("TaskStartFailed", (*RESOURCE, *ERROR)),
        Kind("TaskSubmitted", (*RESOURCE, "output")),
        Kind("TaskSubmitFailed", (*RESOURCE, *ERROR)),
        Kind("TaskSucceeded", (*RESOURCE, "output")),
        Kind("TaskFailed", (*RESOURCE, *ERROR)),
        Kind("TaskTimedOut", (*RESOURCE, *ERROR)),
        Kind("LambdaFunctionScheduled", ("resource", "input", "timeoutInSeconds", "taskCredentials")),
        Kind("LambdaFunctionScheduleFailed", ERROR),
        Kind("LambdaFunctionStarted", None),
        Kind("LambdaFunctionStartFailed", ERROR),
        Kind("LambdaFunctionSucceeded", ("output",)),
        Kind("LambdaFunctionFailed", ERROR),
        Kind("LambdaFunctionTimedOut", ERROR),
        Kind("ActivityScheduled", ("resource", "input", *TIMERS)),
        Kind("ActivityScheduleFailed", ERROR),
        Kind("ActivityStarted", ("workerName",)),
        Kind("ActivitySucceeded", ("output",)),
        Kind("ActivityFailed", ERROR),
        Kind("ActivityTimedOut", ERROR),
        Kind("ParallelStateStarted", None),
        Kind("ParallelStateSucceeded", None),
        Kind("ParallelStateFailed", None),
        Kind("MapStateStarted", ("length",)),
        Kind("MapStateSucceeded", None),
        Kind("MapStateFailed", None),
        *(Kind(f"MapIteration{what}", ITERATION) for what in ("Started", "Succeeded", "Failed", "Aborted")),
        Kind("MapRunStarted", ("mapRunArn",)),
        Kind("MapRunSucceeded", None),
        Kind("MapRunFailed", ERROR),
        Kind("MapRunAborted", None),
        Kind("MapRunRedriven", ("mapRunArn", "redriveCount")),
    )
}
"""Every event type of the simulator. Sources: Step Functions API, HistoryEvent; shapes as recorded on AWS."""

PAYLOADS = frozenset({"input", "output"})


def render(events: Sequence[Event], start: float) -> list[dict[str, Json]]:
    """The history, oldest event first: id, previousEventId, type, timestamp (epoch seconds) and the event's details."""
    with Paused():
        return list(_rendered(events, start))


def _rendered(events: Sequence[Event], start: float) -> Iterator[dict[str, Json]]:
    text = _texts()
    for number, (kind, previous, time, values) in enumerate(events, 1):
        entry: dict[str, Json] = {
            "timestamp": start + time,
            "type": kind.type,
            "id": number,
            "previousEventId": previous,
        }
        if kind.details is not None:
            entry[kind.details] = SHAPES.get(kind.fields, _details)(kind, values, text)
        yield entry


def _entered(kind: Kind, values: tuple[Json, ...], text: Callable[[Json], str]) -> dict[str, Json]:
    name, input = values
    return {"name": name, "input": text(input), "inputDetails": {"truncated": False}}


def _exited(kind: Kind, values: tuple[Json, ...], text: Callable[[Json], str]) -> dict[str, Json]:
    name, output, assigned = values
    details: dict[str, Json] = {"name": name, "output": text(output), "outputDetails": {"truncated": False}}
    if assigned is not NOTHING:
        details["assignedVariables"] = {variable: text(value) for variable, value in assigned.items()}
        details["assignedVariablesDetails"] = {"truncated": False}
    return details


def _details(kind: Kind, values: tuple[Json, ...], text: Callable[[Json], str]) -> dict[str, Json]:
    """A detail without a value is left out; the payloads' value None is the JSON value null."""
    details: dict[str, Json] = {}
    for field, value in zip(kind.fields, values, strict=True):
        if value is NOTHING:
            continue
        if field in PAYLOADS:
            details[field] = text(value)
            details[f"{field}Details"] = {"truncated": False}
        elif field == "parameters":
            details[field] = text(value)
        elif value is not None:
            details[field] = value
    return details


SHAPES = {ENTERED: _entered, EXITED: _exited}
"""The two shapes of nearly all events, which are rendered without looking at each field."""


def _texts() -> Callable[[Json], str]:
    """`json_text` that knows the last containers by their identity: one state's output is mostly the next one's input.
    The events keep the containers alive, so that an identity stays one value."""
    known: dict[int, str] = {}

    def text(value: Json) -> str:
        identity = id(value)
        found = known.get(identity)
        if found is None:
            found = json_text(value)
            if isinstance(value, (dict, list)):
                if len(known) >= REMEMBERED:
                    del known[next(iter(known))]
                known[identity] = found
        return found

    return text


REMEMBERED = 16
