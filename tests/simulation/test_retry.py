"""Retry and Catch: waits, counters, wildcards, and what the catcher hands on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import GLUE, Answers, fails, machine

from aslkit.simulation import Execution, simulate
from aslkit.simulation.resources import Outcome
from aslkit.simulation.retry import Failure, matches

OK = Outcome(result="fine")


def run(
    outcomes: list[Outcome], retry: list[dict[str, Any]], catch: tuple[dict[str, Any], ...] = (), **fields: Any
) -> Execution:
    states = {
        "T": {"Type": "Task", "Resource": GLUE, "Retry": retry, "Catch": list(catch), "End": True, **fields},
        "Caught": {"Type": "Pass", "End": True},
    }
    return simulate(machine(states), input={"in": 1}, resources=Answers(T=outcomes))


def retrier(*names: str, **fields: Any) -> dict[str, Any]:
    return {"ErrorEquals": list(names), **fields}


ALL = retrier("States.ALL", Next="Caught")


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({}, [1.0, 2.0, 4.0]),
        ({"IntervalSeconds": 60, "MaxAttempts": 2}, [60.0, 120.0]),
        ({"IntervalSeconds": 30, "MaxAttempts": 3, "BackoffRate": 1.0}, [30.0, 30.0, 30.0]),
        ({"IntervalSeconds": 3, "MaxAttempts": 4, "BackoffRate": 2.0, "MaxDelaySeconds": 10}, [3.0, 6.0, 10.0, 10.0]),
        ({"IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 1.5}, [2.0, 3.0, 4.5]),
        ({"MaxAttempts": 0}, []),
    ],
)
def test_waits_grow_by_the_rate_up_to_the_cap(fields: dict[str, Any], waits: list[float]) -> None:
    execution = run([fails("E", "why")] * 9, [retrier("E", **fields)])
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "E", "why")
    assert execution.waits("T") == waits
    assert execution.duration == sum(waits)
    assert execution.transitions == 1 + len(waits)


def test_a_retry_that_helps_ends_the_waiting() -> None:
    execution = run([fails("E"), fails("E"), OK], [retrier("E", IntervalSeconds=60, MaxAttempts=2)])
    assert (execution.status, execution.output, execution.duration) == ("SUCCEEDED", "fine", 180.0)


def test_each_retrier_has_its_own_counter_for_one_visit() -> None:
    """The first retrier is used up by A and B together; the third B finds it used up and no other is asked."""
    errors = [fails(name) for name in ("A", "B", "C", "B")]
    retry = [
        retrier("A", "B", IntervalSeconds=1, MaxAttempts=2, BackoffRate=2),
        retrier("C", IntervalSeconds=5, MaxAttempts=3),
        retrier("States.ALL", IntervalSeconds=9, MaxAttempts=9),
    ]
    execution = run(errors, retry, (ALL,))
    assert execution.waits("T") == [1.0, 2.0, 5.0]
    assert [attempt.retrier for attempt in execution.attempts("T")] == [0, 0, 1, None]
    assert (execution.status, execution.path) == ("SUCCEEDED", ["T", "Caught"])
    assert (execution.visits[0].ended, execution.visits[0].catcher) == ("caught", 0)
    assert execution.visits[0].edge == ("States", "T", "Catch", 0, "Next")


def test_counters_start_anew_with_the_next_visit() -> None:
    states = {
        "T": {
            "Type": "Task",
            "Resource": GLUE,
            "Retry": [retrier("E", MaxAttempts=1)],
            "ResultPath": "$.t",
            "Next": "C",
        },
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.t", "StringEquals": "again", "Next": "T"}],
            "Default": "D",
        },
        "D": {"Type": "Succeed"},
    }
    outcomes = [fails("E"), Outcome(result="again"), fails("E"), Outcome(result="enough")]
    execution = simulate(machine(states), input={}, resources=Answers(T=outcomes))
    assert (execution.status, execution.waits("T")) == ("SUCCEEDED", [1.0, 1.0])


@given(st.integers(0, 1000), st.floats(1, 4), st.integers(1, 6), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_full_jitter_waits_between_nothing_and_the_capped_delay(
    interval: int, rate: float, times: int, seed: int
) -> None:
    cap = 500
    rule = retrier(
        "E", IntervalSeconds=interval, BackoffRate=rate, MaxAttempts=times, MaxDelaySeconds=cap, JitterStrategy="FULL"
    )
    states = machine({"T": {"Type": "Task", "Resource": GLUE, "Retry": [rule], "End": True}})
    outcomes = [fails("E")] * (times + 1)
    one, again = (simulate(states, input={}, seed=seed, resources=Answers(T=outcomes)) for _ in range(2))
    assert one.waits("T") == again.waits("T")
    for attempt, wait in enumerate(one.waits("T")):
        assert 0 <= wait <= min(interval * rate**attempt, cap)


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("States.ALL", ["E", "States.Timeout", "States.TaskFailed", "States.DataLimitExceeded", None, "heartbeat"]),
        ("States.TaskFailed", ["E", "States.TaskFailed", "States.DataLimitExceeded", None]),
        ("States.Timeout", ["States.Timeout", "heartbeat"]),
        ("States.HeartbeatTimeout", ["heartbeat"]),
        ("E", ["E"]),
        ("e", []),
    ],
)
def test_what_an_error_name_covers(name: str, covered: list[str | None]) -> None:
    names = ["E", "States.Timeout", "States.TaskFailed", "States.DataLimitExceeded", None]
    failures: dict[str | None, Failure] = {error: Failure(error) for error in names}
    failures["heartbeat"] = Failure("States.Timeout", heartbeat=True)
    assert [error for error, failure in failures.items() if matches([name], failure)] == covered


def test_a_runtime_error_is_neither_retried_nor_caught() -> None:
    retry = [retrier("States.ALL")]
    catch = (retrier("States.Runtime", Next="Caught"), ALL)
    execution = run([OK], retry, catch, OutputPath="$.no")
    assert (execution.status, execution.error, execution.path) == ("FAILED", "States.Runtime", ["T"])


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({}, {"Error": "E", "Cause": "why"}),
        ({"ResultPath": "$.error"}, {"in": 1, "error": {"Error": "E", "Cause": "why"}}),
        ({"ResultPath": None}, {"in": 1}),
    ],
)
def test_a_catcher_puts_the_error_at_its_result_path(fields: dict[str, Any], output: Any) -> None:
    execution = run([fails("E", "why")], [], ({**ALL, **fields},), ResultPath="$.t", OutputPath="$.t")
    assert execution.output == output


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (fails(None), {"Error": None, "Cause": None}),
        (Outcome(never=True), {"Error": "States.Timeout", "Cause": ""}),
    ],
)
def test_the_error_object_of_a_failure_without_a_cause(outcome: Outcome, error: dict[str, Any]) -> None:
    assert run([outcome], [], (ALL,), TimeoutSeconds=5).output == error


def test_a_catcher_assigns_from_the_error_object() -> None:
    states = {
        "T": {
            "Type": "Task",
            "Resource": GLUE,
            "Catch": [{**ALL, "Assign": {"why.$": "$.Cause"}, "ResultPath": None}],
            "End": True,
        },
        "Caught": {"Type": "Pass", "Parameters": {"why.$": "$why"}, "End": True},
    }
    execution = simulate(machine(states), input={}, resources=Answers(T=[fails("E", "because")]))
    assert execution.output == {"why": "because"}


def test_the_first_catcher_that_covers_the_failure_decides() -> None:
    catch = (retrier("X", Next="T"), retrier("Y", "E", Next="Caught"), retrier("States.ALL", Next="T"))
    execution = run([fails("E")], [], catch)
    assert [visit.catcher for visit in execution.visits] == [1, None]


def test_parameters_are_evaluated_anew_for_every_attempt() -> None:
    template = {"attempt.$": "$$.State.RetryCount"}
    execution = run([fails("E"), fails("E"), OK], [retrier("E")], Parameters=template)
    requests = [attempt.request for attempt in execution.attempts("T")]
    assert [
        (request.parameters, request.attempt, request.invocation, request.at) for request in requests if request
    ] == [
        ({"attempt": 0}, 0, 1, 0.0),
        ({"attempt": 1}, 1, 2, 1.0),
        ({"attempt": 2}, 2, 3, 3.0),
    ]
