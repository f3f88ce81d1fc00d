"""A history as AWS gives it -> the tree of what happened, and the answer of every task."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation import recorded, simulate
from aslkit.simulation.recording import RUNNING, UNKNOWN, HistoryError, read_history
from aslkit.simulation.resources import Outcome
from tests.running import GLUE, Answers, fails, machine

EXECUTIONS = Path(__file__).parents[3] / "shared" / "corpus" / "executions"
LOAD = {"Type": "Task", "Resource": GLUE, "Parameters": {"JobName": "load"}, "End": True}
ONE = machine({"Load": {**LOAD, "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60}]}})


def history(outcomes: list[Outcome]) -> dict[str, Any]:
    """What get-execution-history prints of a run of ONE."""
    execution = simulate(ONE, input={"a": 1}, resources=Answers(Load=outcomes))
    found: dict[str, Any] = json.loads(json.dumps({"events": execution.history}))
    return found


TWICE = history([fails("E", "c", after=5.0), Outcome(result={"Id": "jr_1"}, after=600.0, submitted={"JobRunId": "x"})])


def test_each_attempt_says_what_was_asked_and_answered_and_how_long_it_took() -> None:
    common = {
        "state": "Load",
        "iteration": [],
        "resourceType": "glue",
        "action": "startJobRun.sync",
        "parameters": {"JobName": "load"},
        "heartbeats": [],
    }
    assert read_history(TWICE).attempts == [
        {
            **common,
            "attempt": 0,
            "error": "E",
            "cause": "c",
            "after": 5.0,
            "outcomeEvent": "TaskFailed",
            "scheduledEventId": 3,
            "doneEventId": 5,
        },
        {
            **common,
            "attempt": 1,
            "result": {"Id": "jr_1"},
            "submitted": {"JobRunId": "x"},
            "after": 600.0,
            "outcomeEvent": "TaskSucceeded",
            "scheduledEventId": 6,
            "doneEventId": 9,
        },
    ]


def test_the_recording_tells_how_the_execution_began_and_ended() -> None:
    found = read_history(TWICE)
    assert (found.input, found.status, found.output, found.error) == ({"a": 1}, "SUCCEEDED", {"Id": "jr_1"}, None)
    assert (found.started, found.ended) == (1735696800.0, 1735697465.0)
    assert found.remarks == ()


@pytest.mark.parametrize(
    "written",
    [
        {"events": list(reversed(TWICE["events"]))},
        TWICE["events"],
        [{"events": TWICE["events"][:4], "nextToken": "t"}, {"events": TWICE["events"][4:]}],
        {"events": TWICE["events"] + TWICE["events"][3:5]},
    ],
    ids=["newest first", "a bare list", "pages", "an event twice"],
)
def test_a_history_may_be_written_in_several_ways(written: Any) -> None:
    assert read_history(written).attempts == read_history(TWICE).attempts


def test_timestamps_are_read_as_the_command_line_prints_them() -> None:
    events = [
        {"id": 1, "type": "ExecutionStarted", "timestamp": "2026-07-06T09:00:00.250000+02:00", "previousEventId": 0},
        {"id": 2, "type": "ExecutionAborted", "timestamp": "2026-07-06 07:00:01+00:00", "previousEventId": 0},
    ]
    found = read_history({"events": events})
    assert (found.started, found.ended) == (1783321200.25, 1783321201.0)


def test_log_records_are_a_history_too() -> None:
    arn = "arn:aws:states:us-east-1:111122223333:express:m:n:1"
    rows = [
        {
            "id": "1",
            "type": "ExecutionStarted",
            "details": {"input": "{}", "inputDetails": {"truncated": False}, "roleArn": "r"},
            "previous_event_id": "0",
            "event_timestamp": "1735696800123",
            "execution_arn": arn,
        },
        {
            "id": "2",
            "type": "ExecutionSucceeded",
            "details": {"output": "[1]"},
            "previous_event_id": "0",
            "event_timestamp": "1735696801123",
            "execution_arn": arn,
        },
    ]
    found = read_history({"events": [{"message": json.dumps(row), "logStreamName": "s"} for row in rows]})
    assert (found.input, found.output, found.started, found.execution_arn) == ({}, [1], 1735696800.123, arn)
    assert read_history(rows).events == found.events
    rows[1]["execution_arn"] = "another"
    with pytest.raises(HistoryError, match="records of 2 executions"):
        read_history(rows)


def test_a_payload_that_is_cut_off_is_unknown_and_said() -> None:
    events = json.loads(json.dumps(TWICE["events"]))
    events[8]["taskSucceededEventDetails"] |= {"output": '{"Id', "outputDetails": {"truncated": True}}
    found = read_history(events)
    assert found.tasks[1].done is not None
    assert found.tasks[1].done.payload("output") is UNKNOWN
    assert found.attempts[1]["truncated"] is True
    assert found.remarks == ("the payload of 1 event is cut off (9); what depends on it cannot be compared",)


def test_a_history_with_a_gap_counts_up_to_the_gap() -> None:
    found = read_history(TWICE["events"][:4] + TWICE["events"][6:])
    assert (len(found.events), found.status) == (4, RUNNING)
    assert found.remarks == ("the history lacks events 5 to 6; only what comes before counts",)
    assert found.attempts[0]["unfinished"] is True


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"events": []}, "holds no events"),
        ({}, "this is no history"),
        (17, "this is no history"),
        ({"StartAt": "A", "States": {}}, "found: StartAt, States"),
        (TWICE["events"][3:], r"begins with event 4 \(TaskStarted\)"),
        ([{"id": "x", "type": "ExecutionStarted"}], "the id of an event is no number: 'x'"),
        ([{"message": "no JSON"}], "a log message is no JSON: no JSON"),
    ],
)
def test_what_is_no_history_is_refused_with_what_to_do(written: Any, message: str) -> None:
    with pytest.raises(HistoryError, match=message):
        read_history(written)


def spoilt(number: int, **values: Any) -> dict[str, Any]:
    """TWICE with other values in an event, or in its details where it has them there."""
    events = json.loads(json.dumps(TWICE["events"]))
    event = next(event for event in events if event["id"] == number)
    details: dict[str, Any] = next((value for key, value in event.items() if key.endswith("Details")), {})
    for name, value in values.items():
        (details if name in details else event)[name] = value
    return {"events": events}


NO_INSTANT = "an instant is expected: seconds since 1970, or a text like 2025-01-01T02:00:00Z (in a log, milliseconds)"
SURROGATE = "half of a surrogate pair stands alone in a text, which is no character"


@pytest.mark.parametrize(
    ("number", "values", "message"),
    [
        (3, {"timestamp": 10**400}, f"the timestamp of event 3 is 1{'0' * 59}; {NO_INSTANT}"),
        (3, {"timestamp": "yesterday"}, f"the timestamp of event 3 is 'yesterday'; {NO_INSTANT}"),
        (3, {"timestamp": -1}, f"the timestamp of event 3 is -1; {NO_INSTANT}"),
        (3, {"event_timestamp": "9" * 400}, f"the timestamp of event 3 is '{'9' * 57}...'; {NO_INSTANT}"),
        (5, {"error": 5}, "event 5 (TaskFailed) cannot have happened so: its `error` is 5, and a text is expected"),
        (
            2,
            {"name": [1]},
            "event 2 (TaskStateEntered) cannot have happened so: its `name` is a list, and a text is expected",
        ),
        (2, {"name": ""}, "event 2 (TaskStateEntered) cannot have happened so: it does not name the state"),
        (2, {"name": "L\ud800"}, f"event 2: {SURROGATE}"),
        (1, {"input": '{"a": ["\\ud800"]}'}, f"event 1: {SURROGATE}"),
        (3, {"id": 10**400}, f"the id of an event is no number: 1{'0' * 59}"),
    ],
)
def test_what_cannot_have_happened_is_refused_with_the_number_of_the_event(
    number: int, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(HistoryError) as refused:
        read_history(spoilt(number, **values))
    assert str(refused.value) == message


def test_a_surrogate_pair_is_a_character() -> None:
    assert read_history(spoilt(1, input='{"a": "\\ud83d\\ude00"}')).input == {"a": "😀"}


def test_a_type_of_events_that_is_not_known_is_said_and_no_error() -> None:
    found = read_history(spoilt(4, type="TaskWoken"))
    assert found.remarks == ("event 4 is of a type that is not known here, 'TaskWoken'; what it tells may be missed",)
    assert found.attempts == read_history(TWICE).attempts


def test_a_text_in_the_place_of_all_timestamps_is_no_instant_and_no_error() -> None:
    events = [{**event, "timestamp": "timestamp"} for event in TWICE["events"]]
    found = read_history(events)
    assert (found.started, found.ended, found.status) == (None, None, "SUCCEEDED")


def test_branches_and_iterations_are_told_apart_by_what_their_events_follow() -> None:
    task = {"Type": "Task", "Resource": GLUE, "End": True}
    nested = machine(
        {
            "Both": {
                "Type": "Parallel",
                "End": True,
                "Branches": [
                    {"StartAt": "Left", "States": {"Left": task}},
                    {
                        "StartAt": "Each",
                        "States": {
                            "Each": {
                                "Type": "Map",
                                "MaxConcurrency": 1,
                                "End": True,
                                "ItemProcessor": {"StartAt": "Item", "States": {"Item": task}},
                            }
                        },
                    },
                ],
            }
        }
    )
    outcome = [Outcome(result=1, after=10.0)]
    execution = simulate(nested, input=["a", "b"], resources=Answers(Left=outcome, Item=outcome * 2))
    found = read_history({"events": execution.history})
    assert [(one["state"], one["iteration"]) for one in found.attempts] == [
        ("Left", []),
        ("Item", [{"map": "Each", "index": 0}]),
        ("Item", [{"map": "Each", "index": 1}]),
    ]
    [both] = found.root.visits
    [[left, right]] = both.forks
    assert [[visit.state for visit in line.visits] for line in (left, right)] == [["Left"], ["Each"]]
    assert [line.iteration for line in right.visits[0].forks[0]] == [(("Each", 0),), (("Each", 1),)]


def test_heartbeats_explain_why_a_task_could_take_longer_than_its_heartbeat() -> None:
    waiting = machine(
        {
            "Ask": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "HeartbeatSeconds": 60,
                "TimeoutSeconds": 600,
                "End": True,
            }
        }
    )
    beats = Outcome(result="yes", after=150.0, heartbeats=(50.0, 100.0))
    first = simulate(waiting, input={}, resources=Answers(Ask=[beats]))
    attempts = read_history({"events": first.history}).attempts
    assert attempts[0]["heartbeats"] == [60, 120, 150.0]
    again = simulate(waiting, input={}, resources=recorded(attempts))
    assert (again.status, again.output, again.duration) == ("SUCCEEDED", "yes", 150.0)


def test_a_task_that_hears_no_heartbeats_needs_none_to_live_longer() -> None:
    loading = machine({"Load": {"Type": "Task", "Resource": GLUE, "HeartbeatSeconds": 60, "End": True}})
    first = simulate(loading, input={}, resources=Answers(Load=[Outcome(result={}, after=150.0)]))
    assert read_history({"events": first.history}).attempts[0]["heartbeats"] == []


def test_reading_ends_for_events_that_follow_each_other_in_a_circle_or_nothing() -> None:
    kinds = ["TaskStateEntered", "ParallelStateStarted", "MapIterationStarted", "TaskScheduled", "MapStateExited"]
    events = [
        {"id": 1, "type": "ExecutionStarted", "previousEventId": 7, "executionStartedEventDetails": {"input": "1"}}
    ]
    named = {"stateEnteredEventDetails": {"name": "A"}}
    events += [{"id": n, "type": kinds[n % 5], "previousEventId": n + 3 - n % 7, **named} for n in range(2, 60)]
    found = read_history(events)
    assert (len(found.events), found.status, found.input) == (59, RUNNING, 1)


@pytest.mark.skipif(not EXECUTIONS.is_dir(), reason="the recordings are not here")
def test_attempts_derived_from_recorded_events_reproduce_the_recorded_runs() -> None:
    def outcome(case: dict[str, Any], attempts: Any) -> tuple[Any, ...]:
        text = case.get("definition_raw") or json.dumps(case["definition"])
        resources = recorded(attempts, objects=case.get("s3") or [])
        try:
            got = simulate(parse(load(text, source=case["id"])), input=case["input"], resources=resources)
        except (ValueError, LookupError) as error:
            return (type(error),)
        return (got.status, got.output, got.error, got.cause, [event["type"] for event in got.history])

    cases = [json.loads(path.read_text()) for path in sorted(EXECUTIONS.glob("*.json"))]
    cases = [case for case in cases if case["expected"].get("events") and "ids-normalised" not in case["tags"]]
    readings = [(case, read_history({"events": case["expected"]["events"]})) for case in cases]
    assert [case["id"] for case, found in readings if found.status != case["expected"]["status"]] == []
    other = [case["id"] for case, found in readings if outcome(case, found.attempts) != outcome(case, case["mocks"])]
    # the tasks of a Distributed Map run in executions of their own, which the history of the Map's does not tell
    assert [name for name in other if "distributed" not in name] == []
