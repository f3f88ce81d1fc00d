"""An inline Map: concurrency, events, items, failures."""

from __future__ import annotations

from typing import Any

import pytest
from running import GLUE, Answers, arrows, fails, machine

from aslkit.simulation import Execution, simulate
from aslkit.simulation.resources import Outcome

PASS = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": GLUE, "End": True}


def run(state: dict[str, Any], input: Any, services: Answers | None = None, **fields: Any) -> Execution:
    processor = {"StartAt": "I", "States": {"I": state}}
    states = {"M": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}, "C": PASS}
    return simulate(machine(states), input=input, resources=services or Answers())


def cause(text: str) -> str:
    return f"An error occurred while executing the state 'M' (entered at the event id #2). {text}"


CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]


def test_one_after_the_other_an_iteration_follows_the_last_state_of_the_one_before() -> None:
    execution = run(PASS, [1, 2], MaxConcurrency=1)
    assert execution.output == [1, 2]
    assert arrows(execution)[1:] == [
        "2<-0 MapStateEntered",
        "3<-2 MapStateStarted",
        "4<-3 MapIterationStarted",
        "5<-4 PassStateEntered",
        "6<-5 PassStateExited",
        "7<-6 MapIterationSucceeded",
        "8<-6 MapIterationStarted",
        "9<-8 PassStateEntered",
        "10<-9 PassStateExited",
        "11<-10 MapIterationSucceeded",
        "12<-11 MapStateSucceeded",
        "13<-11 MapStateExited",
        "14<-13 ExecutionSucceeded",
    ]


def test_details_of_a_map() -> None:
    history = run(PASS, [7], MaxConcurrency=1).history
    assert history[2]["mapStateStartedEventDetails"] == {"length": 1}
    assert history[3]["mapIterationStartedEventDetails"] == {"name": "M", "index": 0}
    assert history[6]["mapIterationSucceededEventDetails"] == {"name": "M", "index": 0}


def test_a_map_of_nothing_succeeds_at_once() -> None:
    execution = run(PASS, [])
    assert execution.output == []
    assert arrows(execution)[2:] == [
        "3<-2 MapStateStarted",
        "4<-3 MapStateSucceeded",
        "5<-3 MapStateExited",
        "6<-5 ExecutionSucceeded",
    ]


def test_an_inline_map_runs_40_iterations_at_once_at_most() -> None:
    assert run({"Type": "Wait", "Seconds": 10, "End": True}, [0] * 100).duration == 30.0


@pytest.mark.parametrize(("value", "duration"), [(2, 20.0), ("4", 10.0), (0, 10.0)])
def test_the_concurrency_may_stand_in_the_input(value: Any, duration: float) -> None:
    state = {"Type": "Wait", "Seconds": 10, "End": True}
    input = {"items": [0] * 4, "at": value}
    assert run(state, input, ItemsPath="$.items", MaxConcurrencyPath="$.at").duration == duration


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("NoNumber", 'The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.at'),
        ({}, 'The MaxConcurrencyPath field refers to value "{}" which is not a valid integer: $.at'),
        (1.5, 'The MaxConcurrencyPath field refers to value "1.5" which is not a valid integer: $.at'),
        (-1, "MaxConcurrency cannot be negative."),
    ],
)
def test_a_concurrency_that_is_none_fails_the_execution(value: Any, text: str) -> None:
    execution = run(PASS, {"items": [], "at": value}, ItemsPath="$.items", MaxConcurrencyPath="$.at", Catch=CATCH)
    assert (execution.error, execution.cause) == ("States.Runtime", cause(text))
    assert arrows(execution)[2:] == ["3<-2 MapStateStarted", "4<-3 ExecutionFailed"]


def test_items_that_are_no_array_fail_the_execution() -> None:
    execution = run(PASS, {"items": 5}, ItemsPath="$.items")
    assert (execution.error, execution.cause) == (
        "States.Runtime",
        cause('Reference path "$.items" must point to array.'),
    )


def test_item_selector_and_context_tell_the_item() -> None:
    selector = {"all.$": "$.items", "item.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index", "const": 1}
    state = {"Type": "Pass", "Parameters": {"in.$": "$", "again.$": "$$.Map.Item"}, "End": True}
    execution = run(state, {"items": ["a", "b"]}, ItemsPath="$.items", ItemSelector=selector)
    assert execution.output == [
        {
            "in": {"all": ["a", "b"], "item": item, "index": index, "const": 1},
            "again": {"Index": index, "Value": item},
        }
        for index, item in enumerate("ab")
    ]


def test_an_item_selector_that_finds_nothing_names_the_map() -> None:
    execution = run(PASS, {"items": [1]}, ItemsPath="$.items", ItemSelector={"x.$": "$.no"})
    text = "The JSONPath '$.no' specified for the field 'x.$' could not be found in the input '{\"items\":[1]}'"
    assert (execution.error, execution.cause) == ("States.Runtime", cause(text))


def test_the_old_names_mean_the_same() -> None:
    states = {
        "M": {
            "Type": "Map",
            "Parameters": {"x.$": "$$.Map.Item.Value"},
            "Iterator": {"StartAt": "I", "States": {"I": PASS}},
            "End": True,
        }
    }
    assert simulate(machine(states), input=[1, 2]).output == [{"x": 1}, {"x": 2}]


def test_the_first_failed_iteration_aborts_the_others() -> None:
    services = Services({0: Outcome(result=1, after=9.0), 1: fails("E", "why", after=4.0), 2: Outcome(never=True)})
    execution = run(TASK, [0, 1, 2], services, Catch=CATCH)
    assert (execution.output, execution.duration) == ({"Error": "E", "Cause": "why"}, 4.0)
    failed = next(event["id"] for event in execution.history if event["type"] == "TaskFailed")
    assert arrows(execution)[failed:] == [
        f"{failed + 1}<-{failed} MapIterationFailed",
        f"{failed + 2}<-{failed} TaskStateAborted",
        f"{failed + 3}<-{failed} MapIterationAborted",
        f"{failed + 4}<-{failed} TaskStateAborted",
        f"{failed + 5}<-{failed} MapIterationAborted",
        f"{failed + 6}<-{failed} MapStateFailed",
        f"{failed + 7}<-{failed + 6} MapStateExited",
        f"{failed + 8}<-{failed + 7} PassStateEntered",
        f"{failed + 9}<-{failed + 8} PassStateExited",
        f"{failed + 10}<-{failed + 9} ExecutionSucceeded",
    ]
    assert services.stopped == [("I", 4.0), ("I", 4.0)]


class Services(Answers):
    """Answers by the index of the iteration."""

    def __init__(self, outcomes: dict[int, Outcome]) -> None:
        super().__init__()
        self.by_index = outcomes

    def begin(self) -> Services:
        return self

    def invoke(self, request: Any) -> Outcome:
        return self.by_index[request.iteration[-1][1]]


def test_a_retried_map_starts_again_with_no_failed_event_before_the_last() -> None:
    execution = run({"Type": "Fail", "Error": "E"}, [1], Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 1}])
    assert arrows(execution)[2:] == [
        "3<-2 MapStateStarted",
        "4<-3 MapIterationStarted",
        "5<-4 FailStateEntered",
        "6<-5 MapIterationFailed",
        "7<-5 MapStateStarted",
        "8<-7 MapIterationStarted",
        "9<-8 FailStateEntered",
        "10<-9 MapIterationFailed",
        "11<-9 MapStateFailed",
        "12<-11 ExecutionFailed",
    ]


def test_requests_tell_their_iterations_and_count_in_each() -> None:
    inner = {"Type": "Map", "ItemProcessor": {"StartAt": "T", "States": {"T": TASK}}, "End": True}
    services = Answers(T=[Outcome(result=0)])
    execution = run(inner, [[1, 2], [3]], services, MaxConcurrency=1)
    assert execution.output == [[0, 0], [0]]
    assert isinstance(execution.services, Answers)
    assert [(request.iteration, request.invocation) for request in execution.services.asked] == [
        ((("M", 0), ("I", 0)), 1),
        ((("M", 0), ("I", 1)), 1),
        ((("M", 1), ("I", 0)), 1),
    ]


def test_a_failure_in_a_map_inside_a_map_aborts_everything_beside_it() -> None:
    inner = {"Type": "Map", "ItemProcessor": {"StartAt": "T", "States": {"T": TASK}}, "End": True}
    services = Services({0: Outcome(never=True), 1: fails("E", "why", after=4.0)})
    execution = run(inner, [[0, 1], [0]], services)
    assert (execution.error, execution.cause, services.stopped) == ("E", "why", [("T", 4.0), ("T", 4.0)])
    failed = next(event["id"] for event in execution.history if event["type"] == "TaskFailed")
    assert arrows(execution)[failed:] == [
        f"{failed + 1}<-{failed} MapIterationFailed",
        f"{failed + 2}<-{failed} TaskStateAborted",
        f"{failed + 3}<-{failed} MapIterationAborted",
        f"{failed + 4}<-{failed} MapStateFailed",
        f"{failed + 5}<-{failed + 4} MapIterationFailed",
        f"{failed + 6}<-{failed + 4} TaskStateAborted",
        f"{failed + 7}<-{failed + 4} MapIterationAborted",
        f"{failed + 8}<-{failed + 4} MapStateAborted",
        f"{failed + 9}<-{failed + 4} MapIterationAborted",
        f"{failed + 10}<-{failed + 4} MapStateFailed",
        f"{failed + 11}<-{failed + 10} ExecutionFailed",
    ]


@pytest.mark.parametrize("concurrency", [0, None])
def test_without_a_limit_as_many_iterations_run_as_an_inline_map_allows(concurrency: int | None) -> None:
    fields = {} if concurrency is None else {"MaxConcurrency": concurrency}
    assert run({"Type": "Wait", "Seconds": 10, "End": True}, [0] * 40, None, **fields).duration == 10.0


def test_a_map_may_have_more_items_than_a_history_has_events() -> None:
    states = {"M": {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": PASS}}, "End": True}}
    execution = simulate(machine(states), input=[0] * 30_000, history=False)
    assert (execution.status, execution.transitions) == ("SUCCEEDED", 30_001)
