"""A history and a log level -> the records that Step Functions writes to the log group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.simulation.recording import HistoryEvent, event_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Json = Any

ALL = "ALL"
ERROR = "ERROR"
FATAL = "FATAL"
OFF = "OFF"
LEVELS = (ALL, ERROR, FATAL, OFF)

FATAL_TYPES = frozenset({"ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"})
ERROR_ENDINGS = ("Failed", "Aborted", "TimedOut")
"""How the types of the events end that level ERROR logs, besides FailStateEntered. Source: guide, "Log levels"."""
EXECUTION_DATA = ("input", "output", "parameters", "assignedVariables")
MAX_FIELD = 248 * 1024
"""Bytes of a payload beyond which a record holds it cut off. Source: guide, "Logging using CloudWatch Logs"."""
EXECUTION_ARN = "arn:aws:states:us-east-1:111111111111:execution:StateMachine:execution"


def logs(
    history: Iterable[Mapping[str, Json]],
    level: str = ALL,
    include_execution_data: bool = True,
    *,
    execution_arn: str = EXECUTION_ARN,
) -> list[dict[str, Json]]:
    """The log records of a history as GetExecutionHistory returns it: `execution.history` of a simulated execution.

    `level` is ALL, ERROR (what failed, was aborted or timed out, and Fail states), FATAL (how the execution failed) or
    OFF. Without execution data the records lack every input, output, parameter and variable. Ids and the instant, in
    epoch milliseconds, are text, as Step Functions writes them. Raises ValueError for another level, and HistoryError
    for events that are none.
    """
    if level not in LEVELS:
        raise ValueError(f"a log level is one of {', '.join(LEVELS)}, not {level!r}")
    return list(_records(history, level, include_execution_data, execution_arn))


def is_logged(type: str, level: str) -> bool:
    """Whether an event of this type is logged at that level."""
    match level:
        case "ALL":
            return True
        case "ERROR":
            return type in FATAL_TYPES or type == "FailStateEntered" or type.endswith(ERROR_ENDINGS)
        case "FATAL":
            return type in FATAL_TYPES
        case _:
            return False


def _records(history: Iterable[Mapping[str, Json]], level: str, data: bool, arn: str) -> Iterator[dict[str, Json]]:
    redrives = 0
    for row in history:
        event = event_of(row)
        if event.type == "ExecutionRedriven":
            redrives += 1
        if is_logged(event.type, level):
            yield {
                "id": str(event.id),
                "type": event.type,
                "details": _details(event, data),
                "redrive_count": str(redrives),
                "previous_event_id": str(event.previous),
                "event_timestamp": str(round((event.at or 0.0) * 1000)),
                "execution_arn": arn,
            }


def _details(event: HistoryEvent, data: bool) -> dict[str, Json]:
    details = dict(event.details)
    for field in EXECUTION_DATA:
        if field not in details:
            continue
        if not data:
            del details[field]
            details.pop(f"{field}Details", None)
        elif isinstance(details[field], str) and len(details[field].encode("utf-8", "replace")) > MAX_FIELD:
            details[field] = details[field].encode("utf-8", "replace")[:MAX_FIELD].decode("utf-8", "ignore")
            details[f"{field}Details"] = {"truncated": True}
    return details
