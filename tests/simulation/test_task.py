"""A task: its events, its request, and what ends it first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import GLUE, INVOKE, Answers, arrows, fails, machine

from aslkit.simulation import Execution, simulate
from aslkit.simulation.resources import Outcome
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Fails, When
from aslkit.simulation.task import Wakening, awaited

FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:f"
ACTIVITY = "arn:aws:states:us-east-1:111111111111:activity:a"
CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def run(resource: str, outcome: Outcome, input: Any = None, **fields: Any) -> Execution:
    states = {"T": {"Type": "Task", "Resource": resource, "End": True, **fields}}
    return simulate(machine(states), input={} if input is None else input, resources=Answers(T=[outcome]))


def details(execution: Execution) -> list[tuple[str, Any]]:
    """Types and details of the events between TaskStateEntered and the last two."""
    return [
        (event["type"], next((value for key, value in event.items() if key.endswith("Details")), None))
        for event in execution.history[2:-2]
    ]


WHOLE = {"truncated": False}


def test_the_events_of_an_integration_that_waits_for_its_job() -> None:
    outcome = Outcome(result={"State": "DONE"}, submitted={"JobRunId": "jr"}, after=300.0)
    execution = run(GLUE, outcome, Parameters={"JobName": "nightly"}, TimeoutSeconds=600)
    names = {"resourceType": "glue", "resource": "startJobRun.sync"}
    assert details(execution) == [
        (
            "TaskScheduled",
            {**names, "region": "us-east-1", "parameters": '{"JobName":"nightly"}', "timeoutInSeconds": 600},
        ),
        ("TaskStarted", names),
        ("TaskSubmitted", {**names, "output": '{"JobRunId":"jr"}', "outputDetails": WHOLE}),
        ("TaskSucceeded", {**names, "output": '{"State":"DONE"}', "outputDetails": WHOLE}),
    ]
    assert [event["timestamp"] - execution.start for event in execution.history] == [0, 0, 0, 0, 0, 300, 300, 300]


def test_the_events_of_a_function_called_by_its_arn() -> None:
    execution = run(FUNCTION, Outcome(result="done"), {"a": 1}, TimeoutSeconds=5)
    scheduled = {"resource": FUNCTION, "input": '{"a":1}', "inputDetails": WHOLE, "timeoutInSeconds": 5}
    assert details(execution) == [
        ("LambdaFunctionScheduled", scheduled),
        ("LambdaFunctionStarted", None),
        ("LambdaFunctionSucceeded", {"output": '"done"', "outputDetails": WHOLE}),
    ]


def test_the_events_of_an_activity() -> None:
    execution = run(ACTIVITY, Outcome(result=None), HeartbeatSeconds=5)
    scheduled = {"resource": ACTIVITY, "input": "{}", "inputDetails": WHOLE, "heartbeatInSeconds": 5}
    assert details(execution) == [
        ("ActivityScheduled", scheduled),
        ("ActivityStarted", {}),
        ("ActivitySucceeded", {"output": "null", "outputDetails": WHOLE}),
    ]


def test_a_failed_task_fails_the_execution_with_its_error() -> None:
    execution = run(INVOKE, fails("E", "why"))
    names = {"resourceType": "lambda", "resource": "invoke"}
    assert execution.history[4]["taskFailedEventDetails"] == {**names, "error": "E", "cause": "why"}
    assert execution.history[5]["executionFailedEventDetails"] == {"error": "E", "cause": "why"}
    assert (execution.visits[0].ended, execution.visits[0].error, execution.visits[0].cause) == ("failed", "E", "why")


def test_a_failure_without_a_name_has_neither_error_nor_cause() -> None:
    execution = run(CALLBACK, Outcome(failed=True, submitted={}))
    names = {"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken"}
    assert [event["type"] for event in execution.history[2:]] == [
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskFailed",
        "ExecutionFailed",
    ]
    assert execution.history[-2]["taskFailedEventDetails"] == names
    assert execution.history[-1]["executionFailedEventDetails"] == {}


@pytest.mark.parametrize(
    ("event", "types"),
    [
        ("TaskStartFailed", ["TaskScheduled", "TaskStartFailed"]),
        ("TaskSubmitFailed", ["TaskScheduled", "TaskStarted", "TaskSubmitFailed"]),
    ],
)
def test_a_task_may_fail_before_it_is_under_way(event: str, types: list[str]) -> None:
    execution = run(GLUE, Outcome(failed=True, error="E", event=event))
    assert [event["type"] for event in execution.history[2:-1]] == types


def test_a_time_out_is_an_event_without_a_cause() -> None:
    execution = run(GLUE, Outcome(never=True, submitted={"JobRunId": "jr"}), TimeoutSeconds=60)
    assert arrows(execution)[-3:] == ["5<-4 TaskSubmitted", "6<-5 TaskTimedOut", "7<-6 ExecutionFailed"]
    names = {"resourceType": "glue", "resource": "startJobRun.sync"}
    assert execution.history[5]["taskTimedOutEventDetails"] == {**names, "error": "States.Timeout"}
    assert execution.history[6]["executionFailedEventDetails"] == {"error": "States.Timeout"}
    assert isinstance(execution.services, Answers)
    assert execution.services.stopped == [("T", 60.0)]


def test_time_outs_may_stand_in_the_input() -> None:
    fields = {"TimeoutSecondsPath": "$.limit", "Parameters": {"JobName": "j"}}
    assert run(GLUE, Outcome(never=True), {"limit": 90}, **fields).duration == 90.0
    missing = run(GLUE, Outcome(never=True), {}, **fields)
    assert missing.cause == (
        "An error occurred while executing the state 'T' (entered at the event id #2). "
        "Invalid path '$.limit' : No results for path: $['limit']"
    )


def test_only_callbacks_and_activities_hear_heartbeats() -> None:
    outcome = Outcome(result=1, after=100.0)
    ended = {resource: run(resource, outcome, HeartbeatSeconds=10).duration for resource in (GLUE, CALLBACK, ACTIVITY)}
    assert ended == {GLUE: 100.0, CALLBACK: 10.0, ACTIVITY: 10.0}


@pytest.mark.parametrize(
    ("outcome", "timeout", "heartbeat", "expected"),
    [
        (Outcome(after=10.0), None, None, Wakening(10.0)),
        (Outcome(after=10.0), 10, None, Wakening(10.0)),
        (Outcome(after=10.5), 10, None, Wakening(10.0, timed_out=True)),
        (Outcome(after=25.0, heartbeats=(8.0, 16.0)), None, 10, Wakening(25.0)),
        (Outcome(after=30.0, heartbeats=(8.0, 16.0)), None, 10, Wakening(26.0, timed_out=True, heartbeat=True)),
        (Outcome(after=25.0, beat=10.0), None, 10, Wakening(25.0)),
        (Outcome(never=True, beat=10.0), 100, 10, Wakening(100.0, timed_out=True)),
        (Outcome(after=25.0, beat=11.0), 100, 10, Wakening(10.0, timed_out=True, heartbeat=True)),
        (Outcome(never=True, heartbeats=(5.0, 60.0)), 100, 10, Wakening(15.0, timed_out=True, heartbeat=True)),
        (Outcome(never=True), 10, 10, Wakening(10.0, timed_out=True)),
        (Outcome(never=True), None, None, Wakening(float("inf"), timed_out=True)),
    ],
)
def test_what_ends_a_task_first(
    outcome: Outcome, timeout: int | None, heartbeat: int | None, expected: Wakening
) -> None:
    assert awaited(outcome, timeout, heartbeat) == expected


@given(st.floats(0, 1000), st.integers(1, 1000), st.lists(st.floats(0, 1000)), st.integers(1, 1000))
@settings(max_examples=100, deadline=None)
def test_no_task_outlives_its_timers(after: float, timeout: int, beats: list[float], heartbeat: int) -> None:
    wakening = awaited(Outcome(after=after, heartbeats=tuple(beats)), timeout, heartbeat)
    assert wakening.seconds <= min(after, timeout)
    assert wakening.timed_out == (wakening.seconds < after)


@pytest.mark.parametrize(("resource", "name"), [(INVOKE, "lambda"), (FUNCTION, FUNCTION)])
def test_a_result_over_the_limit_is_a_failure_that_may_be_caught(resource: str, name: str) -> None:
    states = {
        "T": {
            "Type": "Task",
            "Resource": resource,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
            "End": True,
        },
        "C": {"Type": "Pass", "End": True},
    }
    execution = simulate(machine(states), input={}, resources=Answers(T=[Outcome(result="x" * 300_000)]))
    assert execution.output == {
        "Error": "States.DataLimitExceeded",
        "Cause": f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes "
        "service limit.",
    }


def test_an_output_over_the_limit_ends_the_execution() -> None:
    states = {
        "T": {
            "Type": "Task",
            "Resource": INVOKE,
            "ResultPath": "$.r",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
            "End": True,
        },
        "C": {"Type": "Pass", "End": True},
    }
    services = Answers(T=[Outcome(result="x" * 200_000)])
    execution = simulate(machine(states), input={"a": "x" * 200_000}, resources=services)
    assert (execution.error, execution.path) == ("States.DataLimitExceeded", ["T"])


def test_every_attempt_of_a_callback_has_a_token_of_its_own() -> None:
    states = {
        "T": {
            "Type": "Task",
            "Resource": CALLBACK,
            "Parameters": {"token.$": "$$.Task.Token"},
            "Retry": [{"ErrorEquals": ["E"]}],
            "End": True,
        }
    }
    execution = simulate(machine(states), input={}, resources=Answers(T=[fails("E"), Outcome(result=1)]))
    requests = [attempt.request for attempt in execution.attempts("T")]
    tokens = [request.token for request in requests if request is not None]
    assert [request.parameters for request in requests if request is not None] == [{"token": t} for t in tokens]
    assert len(set(tokens)) == 2


def test_a_plain_call_has_no_token() -> None:
    execution = run(INVOKE, Outcome(result=1), Parameters={"token.$": "$$.Task.Token"})
    assert execution.cause is not None
    assert "The JSONPath '$$.Task.Token' specified for the field 'token.$' could not be found" in execution.cause


def test_credentials_are_told_to_the_service_and_the_history() -> None:
    execution = run(INVOKE, Outcome(result=1), {"role": "arn:r"}, Credentials={"RoleArn.$": "$.role"})
    assert execution.history[2]["taskScheduledEventDetails"]["taskCredentials"] == {"roleArn": "arn:r"}
    [attempt] = execution.attempts("T")
    assert attempt.request is not None
    assert attempt.request.credentials == {"RoleArn": "arn:r"}


@pytest.mark.parametrize(
    ("resource", "error", "submitted"),
    [
        ("glue:startJobRun.sync", "States.TaskFailed", True),
        ("glue:startJobRun.sync", "Glue.ConcurrentRunsExceededException", False),
        ("ecs:runTask.sync", "States.TaskFailed", True),
        ("ecs:runTask.sync", "ECS.ClusterNotFoundException", False),
        ("lambda:invoke.waitForTaskToken", "Rejected", True),
        ("lambda:invoke.waitForTaskToken", "Lambda.TooManyRequestsException", False),
        ("lambda:invoke", "Rejected", False),
    ],
)
def test_an_error_of_the_service_itself_comes_before_the_work_is_taken_on(
    resource: str, error: str, submitted: bool
) -> None:
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": {}, "End": True}
    account = Account(script=(When(state="Call", reply=Fails(error=error)),))
    types = [event["type"] for event in simulate(machine({"Call": state}), input={}, resources=account).history]
    assert types == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        *(["TaskSubmitted"] if submitted else []),
        "TaskFailed",
        "ExecutionFailed",
    ]
