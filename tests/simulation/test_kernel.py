"""Virtual time, the bounds of a run, and what is refused before a run starts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from running import GLUE, Answers, machine

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation import SimulationRefused, simulate
from aslkit.simulation.resources import Outcome, OutcomeError

LOOP = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
PASS = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": GLUE, "End": True}
CAUGHT = {"T": {**TASK, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]}, "C": PASS}


def test_timestamps_are_epoch_seconds_of_the_virtual_clock() -> None:
    execution = simulate(machine({"W": {"Type": "Wait", "Seconds": 5, "End": True}}), input=None, start=1_000.0)
    assert [event["timestamp"] for event in execution.history] == [1_000.0, 1_000.0, 1_005.0, 1_005.0]


def test_the_history_of_a_machine_that_runs_out_of_its_time() -> None:
    execution = simulate(machine(CAUGHT, TimeoutSeconds=60), input={}, resources=Answers(T=[Outcome(after=61.0)]))
    assert (execution.error, execution.cause) == ("States.Timeout", None)
    assert [visit.ended for visit in execution.visits] == ["aborted"]
    assert isinstance(execution.services, Answers)
    assert execution.services.stopped == [("T", 60.0)]
    assert execution.history[-1] == {
        "timestamp": execution.start + 60.0,
        "type": "ExecutionTimedOut",
        "id": 6,
        "previousEventId": 0,
        "executionTimedOutEventDetails": {"error": "States.Timeout"},
    }


def test_a_machine_that_ends_in_the_last_instant_is_in_time() -> None:
    states = {"W": {"Type": "Wait", "Seconds": 60, "End": True}}
    assert simulate(machine(states, TimeoutSeconds=60), input={}).status == "SUCCEEDED"


def test_an_execution_times_out_after_a_year() -> None:
    execution = simulate(machine({"T": TASK}), input={}, resources=Answers(T=[Outcome(never=True)]))
    assert (execution.status, execution.duration) == ("TIMED_OUT", 31_536_000.0)


def test_the_last_event_of_a_full_history_is_the_failure_of_the_execution() -> None:
    execution = simulate(machine(LOOP), input={})
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert execution.cause == "The execution reached the maximum number of history events (25000)."
    assert [(event["id"], event["previousEventId"], event["type"]) for event in execution.history[-2:]] == [
        (24_999, 24_998, "PassStateExited"),
        (25_000, 24_999, "ExecutionFailed"),
    ]


def test_without_a_history_the_number_of_transitions_ends_the_run() -> None:
    execution = simulate(machine(LOOP), input={}, history=False, max_transitions=1_000)
    assert (execution.status, execution.error) == ("ABORTED", "Simulation.TransitionLimit")
    assert execution.cause == "The simulator stopped the execution, which made more than 1,000 transitions."
    assert execution.history == []


def test_a_retry_that_never_ends_counts_as_transitions() -> None:
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 0, "MaxAttempts": 99_999_999}]
    services = Answers(T=[Outcome(failed=True, error="E")] * 100)
    execution = simulate(
        machine({"T": {**TASK, "Retry": retry}}), input={}, resources=services, history=False, max_transitions=50
    )
    assert (execution.status, execution.error) == ("ABORTED", "Simulation.TransitionLimit")


def nested(depth: int) -> dict[str, Any]:
    """A Map in a Map in a Map …, each over the input of the execution, with a Wait in the innermost one."""
    inner = {"W": {"Type": "Wait", "Seconds": 1, "End": True}} if depth == 0 else nested(depth - 1)
    processor = {"StartAt": next(iter(inner)), "States": inner}
    return {f"M{depth}": {"Type": "Map", "ItemsPath": "$$.Execution.Input", "ItemProcessor": processor, "End": True}}


def test_maps_in_maps_reach_the_bound_on_what_is_alive_at_once() -> None:
    execution = simulate(machine(nested(3)), input=[0] * 40, history=False, max_threads=5_000)
    assert (execution.status, execution.error) == ("ABORTED", "Simulation.ThreadLimit")


def test_an_input_over_the_limit_is_refused_as_by_start_execution() -> None:
    with pytest.raises(SimulationRefused, match="the input takes more than 262,144 bytes"):
        simulate(machine({"P": PASS}), input="x" * 262_143)


def test_an_input_that_is_no_json_is_refused() -> None:
    with pytest.raises(SimulationRefused, match="the input is not JSON"):
        simulate(machine({"P": PASS}), input={"a": object()})


@pytest.mark.parametrize(
    ("letters", "outcome"),
    [
        (131_071, ("SUCCEEDED", None, None)),
        (
            131_072,
            (
                "FAILED",
                "States.DataLimitExceeded",
                "The state/task 'P' returned a result with a size exceeding the maximum number of bytes service limit.",
            ),
        ),
    ],
)
def test_the_limit_of_a_payload_counts_bytes_of_utf8(letters: int, outcome: tuple[str, str | None, str | None]) -> None:
    execution = simulate(machine({"P": {**PASS, "Result": "é" * letters}}), input={})
    assert (execution.status, execution.error, execution.cause) == outcome


def test_a_payload_that_grows_deeper_and_deeper_ends_the_run() -> None:
    execution = simulate(machine({"P": {"Type": "Pass", "Parameters": {"a.$": "$"}, "Next": "P"}}), input={})
    assert execution.error == "States.Runtime"
    assert execution.cause is not None
    assert execution.cause.endswith("The payload is nested more than 400 levels deep.")
    assert len(execution.history) == len(execution.events)


@pytest.mark.parametrize(
    "states",
    [
        {"P": {"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "P"}},
        {
            "S": {"Type": "Pass", "Assign": {"x": [1]}, "Next": "P"},
            "P": {"Type": "Pass", "Assign": {"x.$": "States.Array($x, $x)"}, "Next": "P"},
        },
    ],
)
def test_data_that_doubles_ends_the_run(states: dict[str, Any]) -> None:
    assert simulate(machine(states), input={}).error == "States.DataLimitExceeded"


def test_a_task_without_resources_is_a_mistake_in_what_was_given() -> None:
    with pytest.raises(OutcomeError, match="nobody says what state 'T' answers"):
        simulate(machine(CAUGHT), input={})


def test_a_second_run_of_a_machine_starts_afresh() -> None:
    compiled, resources = machine({"T": TASK}), Answers(T=[Outcome(result=1)])
    assert [simulate(compiled, input={}, resources=resources).output for _ in range(2)] == [1, 1]


def only(state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": state}}


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({}, "the state machine has no StartAt (at /)"),
        ({"StartAt": "A"}, "there is no state 'A' in this state machine (at /StartAt)"),
        (only({"Type": "Pas"}), "state 'A' has no Type that is known (at /States/A)"),
        (only({"Type": "Pass"}), "state 'A' has neither Next nor End (at /States/A)"),
        (only({"Type": "Pass", "Next": "B"}), "there is no state 'B' in this state machine (at /States/A/Next)"),
        (only({**TASK, "Catch": [{"ErrorEquals": ["X"]}]}), "a transition leads nowhere (at /States/A/Catch/0/Next)"),
        (
            only({**TASK, "Retry": {"ErrorEquals": ["X"]}}),
            "state 'A' has a Retry that is not a list of objects (at /States/A)",
        ),
        (
            only({**TASK, "Retry": [{"ErrorEquals": ["X"], "MaxAttempts": "${N}"}]}),
            'the value of MaxAttempts does not fit: "${N}" (at /States/A/Retry/0/MaxAttempts)',
        ),
        (
            {**only(PASS), "TimeoutSeconds": "${N}"},
            'the value of TimeoutSeconds does not fit: "${N}" (at /TimeoutSeconds)',
        ),
        (
            only({**TASK, "Resource": "${Job}"}),
            "state 'A' has a Resource that names no integration, function or activity: '${Job}' (at /States/A)",
        ),
        (only({"Type": "Choice"}), "state 'A' has no Choices (at /States/A)"),
        (only({"Type": "Parallel", "End": True}), "state 'A' has no Branches (at /States/A)"),
        (only({"Type": "Map", "End": True}), "state 'A' has no ItemProcessor (at /States/A)"),
        (
            only({"Type": "Wait", "End": True}),
            "state 'A' has no Seconds, SecondsPath, Timestamp or TimestampPath that says how long to wait "
            "(at /States/A)",
        ),
        (
            only({"Type": "Wait", "Timestamp": "soon", "End": True}),
            "state 'A' has a Timestamp that is no instant: 'soon' (at /States/A)",
        ),
    ],
)
def test_a_machine_that_cannot_run_is_refused_with_the_place(definition: dict[str, Any], message: str) -> None:
    with pytest.raises(SimulationRefused) as refused:
        simulate(parse(load(json.dumps(definition), source="test.json")), input={})
    assert str(refused.value) == message


def test_a_path_that_is_none_is_refused_with_its_state() -> None:
    with pytest.raises(SimulationRefused, match=r"state 'A' cannot run: .* \(at /States/A\)"):
        simulate(machine({"A": {**PASS, "InputPath": "$.["}}), input={})
