"""The states that do no work: data flow, variables, causes as AWS words them, and the context object."""

from __future__ import annotations

from typing import Any

import pytest
from running import machine

from aslkit.simulation import Execution, simulate


def run(state: dict[str, Any], input: Any, **others: dict[str, Any]) -> Execution:
    """A run of one state S (which ends, unless it says otherwise) and what may follow it."""
    ending = {} if {"Next", "Choices"} & state.keys() or state["Type"] in ("Succeed", "Fail") else {"End": True}
    return simulate(machine({"S": {**state, **ending}, **others}), input=input)


def cause(text: str, event: int = 2) -> str:
    return f"An error occurred while executing the state 'S' (entered at the event id #{event}). {text}"


DONE = {"Type": "Succeed"}


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({}, {"a": {"b": 1}}),
        ({"InputPath": "$.a"}, {"b": 1}),
        ({"InputPath": None}, {}),
        ({"InputPath": "$$.State.Name"}, "S"),
        ({"Result": None}, None),
        ({"Parameters": {"x.$": "$.a.b", "y": 2}}, {"x": 1, "y": 2}),
        ({"InputPath": "$.a", "Parameters": {"x.$": "$.b"}}, {"x": 1}),
        ({"Result": 7, "ResultPath": "$.a.c"}, {"a": {"b": 1, "c": 7}}),
        ({"InputPath": "$.a", "ResultPath": "$.copy"}, {"a": {"b": 1}, "copy": {"b": 1}}),
        ({"Result": 7, "ResultPath": None}, {"a": {"b": 1}}),
        ({"Result": {"r": 7}, "OutputPath": "$.r"}, 7),
        ({"OutputPath": None}, {}),
    ],
)
def test_a_pass_selects_replaces_and_combines(fields: dict[str, Any], output: Any) -> None:
    assert run({"Type": "Pass", **fields}, {"a": {"b": 1}}).output == output


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"InputPath": "$.no"}, "Invalid path '$.no' : No results for path: $['no']"),
        ({"OutputPath": "$.no.such"}, "Invalid path '$.no.such' : Missing property in path $['no']"),
        (
            {"Parameters": {"x.$": "$.no"}},
            "The JSONPath '$.no' specified for the field 'x.$' could not be found in the input '{\"a\":1}'",
        ),
        ({"Result": 1, "ResultPath": "$.a.b"}, 'Unable to apply ReferencePath $.a.b to input {"a":1}'),
    ],
)
def test_a_path_that_finds_nothing_fails_the_execution(fields: dict[str, Any], text: str) -> None:
    execution = run({"Type": "Pass", **fields}, {"a": 1})
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "States.Runtime", cause(text))
    assert [event["type"] for event in execution.history] == [
        "ExecutionStarted",
        "PassStateEntered",
        "ExecutionFailed",
    ]


def test_variables_are_seen_by_later_states_and_not_by_their_own() -> None:
    state = {"Type": "Pass", "Result": {"n": 1}, "Assign": {"x.$": "$.n", "y": 2}, "Next": "T"}
    then = {
        "Type": "Pass",
        "Assign": {"x": 3},
        "Parameters": {"x.$": "$x", "y.$": "$y"},
        "OutputPath": "$x",
        "Next": "U",
    }
    last = {"Type": "Pass", "Parameters": {"seen.$": "$x"}, "End": True}
    execution = run(state, {}, T=then, U=last)
    assert execution.output == {"seen": 3}
    assert [event["stateExitedEventDetails"].get("assignedVariables") for event in execution.history[2:7:2]] == [
        {"x": "1", "y": "2"},
        {"x": "3"},
        None,
    ]
    assert execution.history[4]["stateExitedEventDetails"]["output"] == "1"


def test_a_succeed_ends_with_its_effective_input() -> None:
    execution = run({"Type": "Succeed", "InputPath": "$.a", "OutputPath": "$.b"}, {"a": {"b": 1}})
    assert (execution.status, execution.output) == ("SUCCEEDED", 1)


@pytest.mark.parametrize(
    ("fields", "error", "text"),
    [
        ({}, None, None),
        ({"Error": "E"}, "E", None),
        ({"Cause": "C"}, None, "C"),
        ({"ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.c)"}, "broken", "why!"),
    ],
)
def test_a_fail_gives_its_error_and_cause(fields: dict[str, Any], error: str | None, text: str | None) -> None:
    execution = run({"Type": "Fail", **fields}, {"e": "broken", "c": "why"})
    assert (execution.status, execution.error, execution.cause) == ("FAILED", error, text)
    assert [event["type"] for event in execution.history] == [
        "ExecutionStarted",
        "FailStateEntered",
        "ExecutionFailed",
    ]
    details = {"error": error, "cause": text}
    expected = {key: value for key, value in details.items() if value is not None}
    assert execution.history[-1]["executionFailedEventDetails"] == expected


def test_a_fail_whose_path_finds_no_string_is_a_runtime_error() -> None:
    execution = run({"Type": "Fail", "ErrorPath": "$.e"}, {"e": 5})
    assert execution.error == "States.Runtime"
    assert execution.cause == cause("The ErrorPath parameter does not reference a string: $.e == 5")


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Seconds": 0}, 0.0),
        ({"Seconds": 90}, 90.0),
        ({"SecondsPath": "$.seconds"}, 30.0),
        ({"SecondsPath": "$.text"}, 45.0),
        ({"Timestamp": "2025-01-01T02:00:10Z"}, 10.0),
        ({"TimestampPath": "$.instant"}, 60.5),
        ({"Timestamp": "2001-01-01T00:00:00Z"}, 0.0),
    ],
)
def test_a_wait_lasts_as_long_as_it_says(fields: dict[str, Any], seconds: float) -> None:
    input = {"seconds": 30, "text": "45", "instant": "2025-01-01T03:01:00.5+01:00"}
    execution = run({"Type": "Wait", **fields}, input)
    assert (execution.output, execution.duration) == (input, seconds)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"SecondsPath": "$.no"}, "The SecondsPath parameter does not reference an input value: $.no"),
        ({"SecondsPath": "$.minus"}, "The SecondsPath parameter references a negative value: $.minus == -1"),
        ({"SecondsPath": "$.half"}, "The SecondsPath parameter cannot be parsed as a long value: $.half == 1.5"),
        ({"SecondsPath": "$.flag"}, "The SecondsPath parameter cannot be parsed as a long value: $.flag == true"),
        (
            {"TimestampPath": "$.day"},
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: "
            "$.day == 2025-01-01",
        ),
        ({"TimestampPath": "$.no"}, "The TimestampPath parameter does not reference an input value: $.no"),
        ({"Seconds": 2_147_483_648}, "Wait state delay is too long."),
    ],
)
def test_a_wait_that_cannot_say_how_long_fails(fields: dict[str, Any], text: str) -> None:
    execution = run({"Type": "Wait", **fields}, {"minus": -1, "half": 1.5, "flag": True, "day": "2025-01-01"})
    assert (execution.error, execution.cause) == ("States.Runtime", cause(text))


CHOICE = {
    "Type": "Choice",
    "InputPath": "$.in",
    "Choices": [
        {"Variable": "$.n", "NumericLessThan": 0, "Next": "Minus", "Assign": {"sign": "minus"}},
        {"Variable": "$.n", "NumericGreaterThan": 0, "Next": "Plus"},
    ],
    "Default": "Zero",
    "Assign": {"sign": "zero"},
}
SIGNS = {"Minus": DONE, "Plus": DONE, "Zero": DONE}


@pytest.mark.parametrize(
    ("number", "state", "edge", "variables"),
    [
        (-1, "Minus", ("States", "S", "Choices", 0, "Next"), {"sign": '"minus"'}),
        (1, "Plus", ("States", "S", "Choices", 1, "Next"), None),
        (0, "Zero", ("States", "S", "Default"), {"sign": '"zero"'}),
    ],
)
def test_a_choice_takes_the_first_rule_that_matches(
    number: int, state: str, edge: tuple[str | int, ...], variables: dict[str, str] | None
) -> None:
    execution = run(CHOICE, {"in": {"n": number}}, **SIGNS)
    assert (execution.path, execution.output) == (["S", state], {"n": number})
    assert execution.visits[0].edge == edge
    assert execution.history[2]["stateExitedEventDetails"].get("assignedVariables") == variables


def test_a_choice_without_default_that_matches_nothing_fails() -> None:
    state = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "D"}]}
    execution = run(state, {"n": 2}, D=DONE)
    assert execution.error == "States.Runtime"
    assert execution.cause == cause("Failed to transition out of the state. The state does not point to a next state.")


def test_a_choice_on_a_missing_value_fails() -> None:
    state = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "D"}], "Default": "D"}
    execution = run(state, {}, D=DONE)
    assert execution.cause == cause(
        "Invalid path '$.n': The choice state's condition path references an invalid value."
    )


def test_the_context_object_tells_where_the_run_stands() -> None:
    state = machine(
        {"W": {"Type": "Wait", "Seconds": 90, "Next": "S"}, "S": {"Type": "Pass", "OutputPath": "$$", "End": True}}
    )
    execution = simulate(
        state,
        input={"a": 1},
        name="run-1",
        machine_name="nightly",
        account="222222222222",
        region="eu-west-1",
        role="r",
    )
    assert execution.output == {
        "Execution": {
            "Id": "arn:aws:states:eu-west-1:222222222222:execution:nightly:run-1",
            "Input": {"a": 1},
            "StartTime": "2025-01-01T02:00:00.000Z",
            "Name": "run-1",
            "RoleArn": "r",
            "RedriveCount": 0,
        },
        "StateMachine": {
            "Id": "arn:aws:states:eu-west-1:222222222222:stateMachine:nightly",
            "Name": "nightly",
        },
        "State": {"Name": "S", "EnteredTime": "2025-01-01T02:01:30.000Z"},
    }


def test_random_functions_depend_on_the_seed_alone() -> None:
    state = machine({"S": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": True}})
    one, again, other = (simulate(state, input={}, seed=seed).output for seed in (1, 1, 2))
    assert one == again
    assert one != other
