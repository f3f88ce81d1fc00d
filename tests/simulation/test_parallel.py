"""A Parallel: events, failures, retries, and what the service hears of the branches that are stopped."""

from __future__ import annotations

from typing import Any

from running import GLUE, Answers, arrows, fails, machine

from aslkit.simulation import Execution, simulate
from aslkit.simulation.resources import Outcome

PASS = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": GLUE, "End": True}


def branch(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: state}}


def run(branches: list[dict[str, Any]], services: Answers | None = None, **fields: Any) -> Execution:
    states = {"P": {"Type": "Parallel", "Branches": branches, "End": True, **fields}, "C": PASS}
    return simulate(machine(states), input={"in": 1}, resources=services or Answers())


CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]


def test_succeeded_and_exited_follow_the_last_event_of_a_branch() -> None:
    execution = run([branch("A", PASS), branch("B", PASS)])
    assert execution.output == [{"in": 1}, {"in": 1}]
    assert arrows(execution) == [
        "1<-0 ExecutionStarted",
        "2<-0 ParallelStateEntered",
        "3<-2 ParallelStateStarted",
        "4<-3 PassStateEntered",
        "5<-4 PassStateExited",
        "6<-3 PassStateEntered",
        "7<-6 PassStateExited",
        "8<-7 ParallelStateSucceeded",
        "9<-7 ParallelStateExited",
        "10<-9 ExecutionSucceeded",
    ]


def test_a_failing_task_aborts_its_own_branch_and_the_others() -> None:
    """Source for the first Aborted event: recorded on AWS."""
    services = Answers(A=[fails("E", "why", after=5.0)], B=[Outcome(result=1, after=60.0)])
    wait = {"Type": "Wait", "Seconds": 9, "End": True}
    execution = run([branch("A", TASK), branch("B", TASK), branch("D", wait)], services)
    assert (execution.status, execution.error, execution.cause, execution.duration) == ("FAILED", "E", "why", 5.0)
    assert arrows(execution)[11:] == [
        "12<-6 TaskFailed",
        "13<-12 TaskStateAborted",
        "14<-12 TaskStateAborted",
        "15<-12 WaitStateAborted",
        "16<-12 ParallelStateFailed",
        "17<-16 ExecutionFailed",
    ]
    assert [(visit.state, visit.ended, visit.left) for visit in execution.visits] == [
        ("P", "failed", 5.0),
        ("A", "failed", 5.0),
        ("B", "aborted", 5.0),
        ("D", "aborted", 5.0),
    ]
    assert isinstance(execution.services, Answers)
    assert execution.services.stopped == [("B", 5.0)]


def test_a_caught_failure_exits_with_the_error() -> None:
    execution = run([branch("F", {"Type": "Fail", "Error": "E", "Cause": "why"})], Catch=CATCH)
    assert execution.output == {"Error": "E", "Cause": "why"}
    assert arrows(execution)[3:6] == [
        "4<-3 FailStateEntered",
        "5<-4 ParallelStateFailed",
        "6<-5 ParallelStateExited",
    ]


def test_a_failure_that_is_caught_inside_leaves_the_branch_a_success() -> None:
    inside = {
        "StartAt": "A",
        "States": {"A": {**TASK, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "D"}]}, "D": PASS},
    }
    execution = run([inside, branch("B", PASS)], Answers(A=[fails("E", "why")]))
    assert execution.output == [{"Error": "E", "Cause": "why"}, {"in": 1}]


def test_a_retry_runs_every_branch_again_without_a_failed_event_before_the_last() -> None:
    services = Answers(A=[Outcome(result="a", after=1.0)] * 3, B=[fails("E", after=2.0)] * 3)
    execution = run(
        [branch("A", TASK), branch("B", TASK)],
        services,
        Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 60, "MaxAttempts": 2}],
    )
    types = [event["type"] for event in execution.history]
    assert (types.count("ParallelStateStarted"), types.count("ParallelStateFailed")) == (3, 1)
    assert types.count("ParallelStateEntered") == 1
    assert execution.waits("P") == [60.0, 120.0]
    assert execution.duration == 2 + 60 + 2 + 120 + 2
    assert [attempt.started for attempt in execution.attempts("A")] == [0.0, 62.0, 184.0]
    assert execution.transitions == 3 * 3


def test_a_runtime_error_in_a_branch_is_not_caught_outside() -> None:
    execution = run([branch("A", {**PASS, "InputPath": "$.no"})], Catch=CATCH)
    assert (execution.status, execution.error, execution.path) == ("FAILED", "States.Runtime", ["P", "A"])


def test_closing_reaches_the_innermost_task() -> None:
    inner = {"Type": "Parallel", "Branches": [branch("I", TASK)], "End": True}
    services = Answers(I=[Outcome(never=True)], A=[fails("E", after=3.0)])
    execution = run([branch("A", TASK), branch("N", inner)], services)
    assert isinstance(execution.services, Answers)
    assert execution.services.stopped == [("I", 3.0)]
    types = [event["type"] for event in execution.history]
    assert types[-5:] == [
        "TaskStateAborted",
        "TaskStateAborted",
        "ParallelStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]


def test_branches_read_the_variables_outside_and_keep_their_own() -> None:
    states = {
        "S": {"Type": "Pass", "Assign": {"x": 1}, "Next": "P"},
        "P": {
            "Type": "Parallel",
            "Branches": [
                branch("A", {"Type": "Pass", "Assign": {"y": 2}, "Parameters": {"x.$": "$x"}, "End": True}),
            ],
            "Next": "R",
        },
        "R": {"Type": "Pass", "Parameters": {"y.$": "$y"}, "End": True},
    }
    execution = simulate(machine(states), input={})
    assert execution.status == "FAILED"
    assert [visit.state for visit in execution.visits if visit.ended == "failed"] == ["R"]
    exited = [event["stateExitedEventDetails"] for event in execution.history if event["type"] == "PassStateExited"]
    assert [(details["output"], details["assignedVariables"]) for details in exited] == [
        ("{}", {"x": "1"}),
        ('{"x":1}', {"y": "2"}),
    ]
