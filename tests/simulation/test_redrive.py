"""A redrive goes on where an execution ended, and leaves what succeeded as it is; a stop ends one from outside."""

from __future__ import annotations

from typing import Any

import pytest

import aslkit
from aslkit.simulation import Execution, simulate
from aslkit.simulation.redrive import NotRedrivable, redrive
from aslkit.simulation.resources import Outcome
from tests.running import GLUE, Answers, arrows, fails, machine

GOOD = Outcome(result="good", after=10.0)


def task(**fields: Any) -> dict[str, Any]:
    following = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": GLUE, **following, **fields}


def new_arrows(before: Execution, after: Execution) -> list[str]:
    """The events that a redrive added."""
    assert arrows(after)[: len(before.events)] == arrows(before)
    return arrows(after)[len(before.events) :]


# --- stop ------------------------------------------------------------------------------------------------------------


def test_an_execution_that_is_stopped_ends_aborted_as_recorded_on_aws() -> None:
    waiting = machine({"Wait": {"Type": "Wait", "Seconds": 60, "End": True}})
    stopped = simulate(waiting, input={}, stop_at=20.0)
    assert (stopped.status, stopped.error, stopped.cause, stopped.duration) == ("ABORTED", None, None, 20.0)
    assert arrows(stopped) == ["1<-0 ExecutionStarted", "2<-0 WaitStateEntered", "3<-0 ExecutionAborted"]
    assert stopped.history[-1]["executionAbortedEventDetails"] == {}


def test_a_stop_has_an_error_and_a_cause_and_stops_the_running_job() -> None:
    answers = Answers(Load=[GOOD])
    stopped = simulate(
        machine({"Load": task()}), input={}, resources=answers, stop_at=5, stop_error="E", stop_cause="c"
    )
    services: Any = stopped.services
    assert stopped.history[-1]["executionAbortedEventDetails"] == {"error": "E", "cause": "c"}
    assert services.stopped == [("Load", 5)]


def test_a_stop_after_the_end_or_after_the_time_out_changes_nothing() -> None:
    assert (
        simulate(machine({"Load": task()}), input={}, resources=Answers(Load=[GOOD]), stop_at=11).status == "SUCCEEDED"
    )
    late = machine({"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}, TimeoutSeconds=30)
    assert simulate(late, input={}, stop_at=30).status == "TIMED_OUT"
    with pytest.raises(ValueError, match="stop_at is in seconds since the execution started"):
        simulate(late, input={}, stop_at=-1)


# --- what runs again -------------------------------------------------------------------------------------------------


def test_a_task_is_scheduled_again_without_being_entered_again() -> None:
    two = machine({"First": task(Next="Load", ResultPath=None), "Load": task(), "Other": {"Type": "Succeed"}})
    answers = Answers(First=[GOOD], Load=[fails("E", "c", after=5.0), GOOD])
    failed = simulate(two, input={"a": 1}, resources=answers)
    again = aslkit.redrive(two, failed, after=100.0)
    assert (again.status, again.output, again.duration) == ("SUCCEEDED", "good", 125.0)
    assert new_arrows(failed, again) == [
        "13<-12 ExecutionRedriven",
        "14<-13 TaskScheduled",
        "15<-14 TaskStarted",
        "16<-15 TaskSubmitted",
        "17<-16 TaskSucceeded",
        "18<-17 TaskStateExited",
        "19<-18 ExecutionSucceeded",
    ]
    assert again.history[12]["executionRedrivenEventDetails"] == {"redriveCount": 1}
    assert again.path == ["First", "Load", "Load"]
    assert again.transitions == failed.transitions + 1


def test_the_retriers_of_the_failed_state_begin_anew() -> None:
    retrying = machine({"Load": task(Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 60, "MaxAttempts": 1}])})
    answers = Answers(Load=[fails("E")] * 3 + [GOOD])
    failed = simulate(retrying, input={}, resources=answers)
    again = redrive(retrying, failed)
    assert (failed.waits("Load"), again.waits("Load"), again.status) == ([60.0], [60.0, 60.0], "SUCCEEDED")


def test_the_context_object_tells_of_the_redrive() -> None:
    telling = machine({"Load": task(Parameters={"e.$": "$$.Execution", "n.$": "$$.State.RetryCount"})})
    failed = simulate(telling, input={}, resources=Answers(Load=[fails("E"), GOOD]), name="night")
    again = redrive(telling, failed, after=3600.0, name="night")
    services: Any = again.services
    first, second = (request.parameters["e"] for request in services.asked)
    assert first["RedriveCount"] == 0
    assert second == {**first, "RedriveCount": 1, "RedriveTime": "2025-01-01T03:00:00.000Z"}


def test_of_a_parallel_only_the_branches_that_failed_or_were_aborted_run_again() -> None:
    branches = [{"StartAt": name, "States": {name: task()}} for name in ("Done", "Failing", "Slow")]
    both = machine({"All": {"Type": "Parallel", "Branches": branches, "End": True}})
    answers = Answers(
        Done=[Outcome(result="d", after=1.0)],
        Failing=[fails("E", after=2.0), Outcome(result="f", after=2.0)],
        Slow=[Outcome(result="s", after=50.0)] * 2,
    )
    failed = simulate(both, input={}, resources=answers)
    again = redrive(both, failed)
    assert (again.status, again.output, again.duration) == ("SUCCEEDED", ["d", "f", "s"], 52.0)
    assert [visit.state for visit in again.visits[len(failed.visits) :]] == ["All", "Failing", "Slow"]
    entered = {
        event["stateEnteredEventDetails"]["name"]: event["id"]
        for event in failed.history
        if "stateEnteredEventDetails" in event
    }
    start = len(failed.events)
    assert new_arrows(failed, again)[:4] == [
        f"{start + 1}<-{start} ExecutionRedriven",
        f"{start + 2}<-{start + 1} ParallelStateStarted",
        f"{start + 3}<-{entered['Failing']} TaskScheduled",
        f"{start + 4}<-{start + 3} TaskStarted",
    ]


EACH: dict[str, Any] = {
    "Each": {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrency": 1,
        "ItemSelector": {"item.$": "$$.Map.Item.Value"},
        "ItemProcessor": {
            "StartAt": "Begin",
            "States": {
                "Begin": {"Type": "Pass", "Assign": {"seen.$": "$.item"}, "Next": "Work"},
                "Work": task(Parameters={"seen.$": "$seen", "item.$": "$$.Map.Item.Index"}),
            },
        },
        "End": True,
    }
}


class ByItem(Answers):
    """Answers what it was asked; fails for one item as often as it is told to."""

    def begin(self) -> ByItem:
        return ByItem(**self.outcomes)

    def invoke(self, request: Any) -> Outcome:
        self.asked.append(request)
        broken = request.parameters["item"] == 1 and request.invocation <= len(self.outcomes["Work"])
        return fails("E", "c") if broken else Outcome(result=request.parameters, after=1.0)


def test_of_a_map_only_the_iterations_that_failed_or_had_not_begun_run_again_with_their_items_and_variables() -> None:
    each = machine(EACH)
    failed = simulate(each, input={"items": ["a", "b", "c"]}, resources=ByItem(Work=[GOOD, GOOD]))
    assert failed.error == "E"
    twice = redrive(each, redrive(each, failed))
    assert (twice.status, twice.output) == ("SUCCEEDED", [{"seen": s, "item": n} for n, s in enumerate("abc")])
    services: Any = twice.services
    assert [request.parameters["item"] for request in services.asked] == [0, 1, 1, 1, 2]
    assert [
        event["executionRedrivenEventDetails"] for event in twice.history if event["type"] == "ExecutionRedriven"
    ] == [
        {"redriveCount": 1},
        {"redriveCount": 2},
    ]


def test_a_retry_of_a_redriven_map_runs_all_of_it() -> None:
    retrying = machine({"Each": {**EACH["Each"], "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}]}})
    failed = simulate(retrying, input={"items": ["a", "b"]}, resources=ByItem(Work=[GOOD] * 3))
    again = redrive(retrying, failed)
    services: Any = again.services
    assert [request.parameters["item"] for request in services.asked] == [0, 1, 0, 1, 1, 0, 1]
    assert again.status == "SUCCEEDED"


def test_a_fail_state_is_entered_again_and_fails_again() -> None:
    caught = machine(
        {
            "Load": task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Broken"}]),
            "Broken": {"Type": "Fail", "Error": "Broken", "CausePath": "$.Cause"},
        }
    )
    failed = simulate(caught, input={}, resources=Answers(Load=[fails("E", "c"), GOOD]))
    again = redrive(caught, failed)
    assert (again.status, again.error, again.cause) == ("FAILED", "Broken", "c")
    assert new_arrows(failed, again) == [
        "9<-8 ExecutionRedriven",
        "10<-9 FailStateEntered",
        "11<-10 ExecutionFailed",
    ]


def test_a_choice_is_evaluated_again() -> None:
    choosing = machine(
        {
            "Way": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "B"}]},
            "B": {"Type": "Succeed"},
        }
    )
    failed = simulate(choosing, input={"n": 2})
    again = redrive(choosing, failed)
    assert (failed.error, again.error) == ("States.Runtime", "States.Runtime")
    assert new_arrows(failed, again) == ["4<-3 ExecutionRedriven", "5<-4 ExecutionFailed"]


def test_a_stopped_wait_for_an_instant_that_is_past_is_left() -> None:
    until = machine({"Wait": {"Type": "Wait", "Timestamp": "2025-01-01T03:00:00Z", "End": True}})
    stopped = simulate(until, input={"a": 1}, stop_at=60.0)
    again = redrive(until, stopped, after=7200.0)
    assert (again.status, again.output, again.duration) == ("SUCCEEDED", {"a": 1}, 7260.0)


def test_the_time_limit_of_the_machine_begins_anew() -> None:
    limited = machine({"Load": task()}, TimeoutSeconds=100)
    late = simulate(limited, input={}, resources=Answers(Load=[Outcome(never=True), Outcome(result=1, after=90.0)]))
    again = redrive(limited, late, after=5.0)
    assert (late.status, again.status, again.duration) == ("TIMED_OUT", "SUCCEEDED", 195.0)


def test_a_redriven_execution_can_be_stopped_and_redriven_again() -> None:
    loading = machine({"Load": task()})
    failed = simulate(loading, input={}, resources=Answers(Load=[fails("E"), GOOD, GOOD]))
    stopped = redrive(loading, failed, stop_at=3.0, stop_error="Ops")
    assert (stopped.status, stopped.error) == ("ABORTED", "Ops")
    again = redrive(loading, stopped)
    assert (again.status, again.duration) == ("SUCCEEDED", 13.0)


def test_a_redrive_changes_nothing_of_the_execution_and_comes_out_the_same_twice() -> None:
    loading = machine({"Load": task()})
    failed = simulate(loading, input={}, resources=Answers(Load=[fails("E"), GOOD]))
    events, visits = list(failed.events), list(failed.visits)
    first, second = redrive(loading, failed), redrive(loading, failed)
    assert first.history == second.history
    services: Any = failed.services
    assert (failed.events, failed.visits, len(services.asked)) == (events, visits, 1)


def test_other_services_answer_from_the_redrive_on_and_go_on_counting() -> None:
    loading = machine({"Load": task()})
    failed = simulate(loading, input={}, resources=Answers(Load=[fails("E")]))
    again = redrive(loading, failed, resources=Answers(Load=[fails("never asked"), Outcome(result=2)]))
    services: Any = again.services
    assert (again.output, [request.invocation for request in services.asked]) == (2, [2])


# --- what cannot be redriven -----------------------------------------------------------------------------------------


def test_what_aws_refuses_is_refused_with_the_reason() -> None:
    passing = machine({"A": {"Type": "Pass", "End": True}})
    with pytest.raises(NotRedrivable, match=r"^Execution is SUCCEEDED and cannot be redriven$"):
        redrive(passing, simulate(passing, input={}))
    failing = machine({"A": {"Type": "Fail"}})
    failed = simulate(failing, input={})
    with pytest.raises(NotRedrivable, match="more than 14 days ago"):
        redrive(failing, failed, after=15 * 86_400.0)
    with pytest.raises(NotRedrivable, match="without its history"):
        redrive(failing, simulate(failing, input={}, history=False))
    endless = machine({"A": {"Type": "Pass", "Next": "A"}})
    with pytest.raises(NotRedrivable, match="25,000 events"):
        redrive(endless, simulate(endless, input={}))


def test_another_definition_is_refused() -> None:
    failed = simulate(machine({"A": {"Type": "Fail"}}), input={})
    with pytest.raises(NotRedrivable, match="ended in state 'A', which the machine does not have"):
        redrive(machine({"B": {"Type": "Fail"}}), failed)


def test_a_distributed_map_is_refused_until_its_redrive_is_simulated() -> None:
    each = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Work",
            "States": {"Work": task()},
        },
        "End": True,
    }
    distributed = machine({"Each": each})
    failed = simulate(distributed, input=[1], resources=Answers(Work=[fails("E")]))
    assert failed.status == "FAILED"
    with pytest.raises(NotRedrivable, match="'Each' is a Distributed Map"):
        redrive(distributed, failed)
