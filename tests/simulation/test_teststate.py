"""One state alone: what TestState answers, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from running import GLUE, INVOKE, Answers, machine

import aslkit
from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation.resources import Outcome
from aslkit.simulation.teststate import TestStateError

PASS: dict[str, Any] = {"Type": "Pass", "End": True}
TASK: dict[str, Any] = {
    "Type": "Task",
    "Resource": GLUE,
    "InputPath": "$.in",
    "Parameters": {"JobName.$": "$.job"},
    "ResultSelector": {"state.$": "$.JobRunState"},
    "ResultPath": "$.run",
    "OutputPath": "$.run",
    "Next": "After",
}
DONE = {"result": {"JobRunState": "SUCCEEDED"}}
BROKEN = {"errorOutput": {"error": "Glue.JobRunFailed", "cause": "no disk"}}
PROCESSOR = {"StartAt": "Each", "States": {"Each": PASS}}
MAP: dict[str, Any] = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": PROCESSOR, "End": True}
DISTRIBUTED = {**PROCESSOR, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
PARALLEL: dict[str, Any] = {"Type": "Parallel", "Branches": [PROCESSOR, PROCESSOR], "End": True}


def answer(definition: Any, **given: Any) -> dict[str, Any]:
    return aslkit.test_state(definition, **given)  # type: ignore[no-any-return]


def inspected(definition: Any, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer(definition, inspection_level="DEBUG", **given)["inspectionData"]
    return found


def refusal(definition: Any, **given: Any) -> tuple[str, str]:
    with pytest.raises(TestStateError) as caught:
        aslkit.test_state(definition, **given)
    assert str(caught.value) == f"{caught.value.code}: {caught.value.message}"
    return caught.value.code, caught.value.message


# --- what is answered ------------------------------------------------------------------------------------------------


def test_a_pass_gives_its_input_on() -> None:
    assert answer({**PASS, "Next": "After", "End": False}, input={"n": 1}) == {
        "status": "SUCCEEDED",
        "output": {"n": 1},
        "nextState": "After",
    }


def test_the_input_is_an_empty_object_where_none_is_given() -> None:
    assert answer(PASS) == {"status": "SUCCEEDED", "output": {}}


def test_an_output_of_null_is_an_output() -> None:
    assert answer({**PASS, "Result": None}) == {"status": "SUCCEEDED", "output": None}


def test_a_choice_says_where_it_leads() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericGreaterThan": 1, "Next": "Many"}],
        "Default": "Few",
    }
    assert answer(choice, input={"n": 2})["nextState"] == "Many"
    assert answer(choice, input={"n": 1})["nextState"] == "Few"
    assert inspected(choice, input={"n": 1}) == {"input": {"n": 1}, "afterInputPath": {"n": 1}}


def test_a_state_may_lead_to_itself() -> None:
    assert answer({"Type": "Pass", "Next": "StateName"})["nextState"] == "StateName"


def test_a_fail_fails() -> None:
    assert answer({"Type": "Fail", "Error": "Broken", "Cause": "why"}, inspection_level="TRACE") == {
        "status": "FAILED",
        "error": "Broken",
        "cause": "why",
        "inspectionData": {"input": {}, "afterInputPath": {}},
    }


def test_every_stage_of_a_task_is_shown() -> None:
    raw = {"in": {"job": "load"}}
    assert answer(TASK, input=raw, mock=DONE, inspection_level="DEBUG") == {
        "status": "SUCCEEDED",
        "output": {"state": "SUCCEEDED"},
        "nextState": "After",
        "inspectionData": {
            "input": raw,
            "afterInputPath": {"job": "load"},
            "afterParameters": {"JobName": "load"},
            "result": {"JobRunState": "SUCCEEDED"},
            "afterResultSelector": {"state": "SUCCEEDED"},
            "afterResultPath": {**raw, "run": {"state": "SUCCEEDED"}},
        },
    }


def test_only_the_stages_that_were_reached_are_shown() -> None:
    assert inspected(TASK, input={"in": {}}, mock=DONE) == {"input": {"in": {}}, "afterInputPath": {}}
    assert inspected(TASK, input={}, mock=DONE) == {"input": {}}


def test_a_pass_with_a_result_shows_no_parameters() -> None:
    assert inspected({**PASS, "Result": 1, "ResultPath": "$.one", "InputPath": "$.a"}, input={"a": 2}) == {
        "input": {"a": 2},
        "afterResultSelector": 1,
        "afterResultPath": {"a": 2, "one": 1},
        "result": 1,
    }


def test_trace_shows_what_debug_shows() -> None:
    debug = answer(TASK, input={"in": {"job": "x"}}, mock=DONE, inspection_level="DEBUG")
    assert answer(TASK, input={"in": {"job": "x"}}, mock=DONE, inspection_level="TRACE") == debug


def test_a_jsonata_task_shows_its_arguments_and_its_result() -> None:
    task = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": INVOKE,
        "Arguments": {"FunctionName": "{% $states.input.f %}"},
        "Output": "{% $states.result.Payload %}",
        "Assign": {"seen": "{% $states.result.StatusCode %}"},
        "End": True,
    }
    result = {"StatusCode": 200, "Payload": {"n": 1}}
    given = {"input": {"f": "g"}, "mock": {"result": result}, "variables": {"kept": 1}}
    assert answer(task, inspection_level="DEBUG", **given) == {
        "status": "SUCCEEDED",
        "output": {"n": 1},
        "inspectionData": {
            "input": {"f": "g"},
            "afterArguments": {"FunctionName": "g"},
            "result": result,
            "variables": {"kept": 1, "seen": 200},
        },
    }


def test_a_runtime_error_fails_with_the_cause_that_aws_gives() -> None:
    assert answer({**PASS, "InputPath": "$.no"}, input={}) == {
        "status": "FAILED",
        "error": "States.Runtime",
        "cause": "An error occurred while executing the state 'StateName' (entered at the event id #2). "
        "Invalid path '$.no' : No results for path: $['no']",
    }


def test_a_wait_of_more_than_five_minutes_times_out_at_once() -> None:
    assert answer({"Type": "Wait", "Seconds": 300, "End": True})["status"] == "SUCCEEDED"
    assert answer({"Type": "Wait", "Seconds": 301, "End": True}) == {"status": "FAILED", "error": "States.Timeout"}


def test_variables_are_read_and_shown_with_those_that_are_assigned() -> None:
    state = {**PASS, "Parameters": {"sum.$": "States.MathAdd($n, 1)"}, "Assign": {"m.$": "$.sum"}}
    given = answer(state, variables={"n": 1}, inspection_level="DEBUG")
    assert given["output"] == {"sum": 2}
    assert given["inspectionData"]["variables"] == {"n": 1, "m": 2}


# --- retry and catch -------------------------------------------------------------------------------------------------

RETRY = [
    {"ErrorEquals": ["Other"], "MaxAttempts": 9},
    {"ErrorEquals": ["Glue.JobRunFailed"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 3.0},
]
CATCH = [{"ErrorEquals": ["Other"], "Next": "No"}, {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Yes"}]
RETRIED = {**TASK, "Retry": RETRY}


@pytest.mark.parametrize(("before", "seconds"), [(0, 2), (1, 6), (2, 18)])
def test_a_retrier_that_has_attempts_left_makes_it_retriable(before: int, seconds: int) -> None:
    given = answer(
        {**RETRIED, "Catch": CATCH},
        input={"in": {"job": "x"}},
        mock=BROKEN,
        state_configuration={"retrierRetryCount": before},
        inspection_level="DEBUG",
    )
    assert given == {
        "status": "RETRIABLE",
        "error": "Glue.JobRunFailed",
        "cause": "no disk",
        "inspectionData": {
            "input": {"in": {"job": "x"}},
            "afterInputPath": {"job": "x"},
            "afterParameters": {"JobName": "x"},
            "errorDetails": {"retryIndex": 1, "retryBackoffIntervalSeconds": seconds},
        },
    }


def test_the_seconds_of_a_retry_are_whole() -> None:
    given = {"input": {"in": {"job": "x"}}, "mock": BROKEN, "state_configuration": {"retrierRetryCount": 1}}
    for rate, seconds in ((1, 5), (1.5, 7)):
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "BackoffRate": rate}]
        details = inspected({**TASK, "Retry": retry}, **given)["errorDetails"]
        assert details == {"retryIndex": 0, "retryBackoffIntervalSeconds": seconds}


def test_a_retrier_that_is_used_up_fails_or_leaves_it_to_catch() -> None:
    given = {"input": {"in": {"job": "x"}}, "mock": BROKEN, "state_configuration": {"retrierRetryCount": 3}}
    assert answer(RETRIED, **given) == {"status": "FAILED", "error": "Glue.JobRunFailed", "cause": "no disk"}
    assert inspected(RETRIED, **given)["errorDetails"] == {"retryIndex": 1}
    caught = {**RETRIED, "Catch": CATCH}
    assert answer(caught, **given) == {
        "status": "CAUGHT_ERROR",
        "error": "Glue.JobRunFailed",
        "cause": "no disk",
        "output": {"in": {"job": "x"}, "e": {"Error": "Glue.JobRunFailed", "Cause": "no disk"}},
        "nextState": "Yes",
    }
    assert inspected(caught, **given)["errorDetails"] == {"retryIndex": 1, "catchIndex": 1}


def test_a_retry_may_come_after_the_end_of_the_test() -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 4000}]
    given = answer({**TASK, "Retry": retry}, input={"in": {"job": "x"}}, mock=BROKEN, inspection_level="DEBUG")
    assert given["status"] == "RETRIABLE"
    assert given["inspectionData"]["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 4000}


def test_a_missed_heartbeat_is_retried_by_its_own_name() -> None:
    task = {
        **TASK,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "HeartbeatSeconds": 10,
        "Retry": [{"ErrorEquals": ["States.HeartbeatTimeout"]}],
    }
    given = answer(task, input={"in": {"job": "x"}}, resources=Answers(StateName=[Outcome(never=True)]))
    assert given == {"status": "RETRIABLE", "error": "States.Timeout"}


def test_a_failure_that_ends_an_execution_has_no_retrier() -> None:
    retry = [{"ErrorEquals": ["States.ALL"]}]
    large = {**TASK, "Parameters": {"a.$": "$.s", "b.$": "$.s", "JobName": "j"}, "InputPath": "$", "Retry": retry}
    given = answer(large, input={"s": "x" * 200_000}, mock=DONE, inspection_level="DEBUG")
    assert (given["status"], given["error"]) == ("FAILED", "States.DataLimitExceeded")
    assert "errorDetails" not in given["inspectionData"]


def test_a_failure_that_no_rule_covers_has_no_details() -> None:
    found = inspected(TASK, input={"in": {"job": "x"}}, mock={"errorOutput": {"error": "Else"}})
    assert "errorDetails" not in found


# --- Parallel and Map ------------------------------------------------------------------------------------------------


def test_the_mock_of_a_parallel_is_its_result() -> None:
    state = {**PARALLEL, "InputPath": "$.in", "ResultPath": "$.r"}
    assert answer(state, input={"in": 1}, mock={"result": [1, {"b": 2}]}, inspection_level="DEBUG") == {
        "status": "SUCCEEDED",
        "output": {"in": 1, "r": [1, {"b": 2}]},
        "inspectionData": {
            "input": {"in": 1},
            "afterResultSelector": [1, {"b": 2}],
            "afterResultPath": {"in": 1, "r": [1, {"b": 2}]},
        },
    }


def test_a_mocked_error_of_a_parallel_comes_after_its_parameters() -> None:
    state = {**PARALLEL, "Parameters": {"a.$": "$.no"}, "Catch": [{"ErrorEquals": ["Broken"], "Next": "Yes"}]}
    broken = {"errorOutput": {"error": "Broken"}}
    assert answer({**state, "Parameters": {}}, mock=broken)["status"] == "CAUGHT_ERROR"
    assert answer(state, mock=broken)["error"] == "States.Runtime"


@pytest.mark.parametrize("processor", [PROCESSOR, DISTRIBUTED])
def test_the_mock_of_a_map_is_its_result_whatever_its_items(processor: dict[str, Any]) -> None:
    state = {
        **MAP,
        "ItemProcessor": processor,
        "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "all.$": "$.all"},
        "MaxConcurrency": 2,
    }
    raw = {"items": ["a", "b"], "all": 0}
    assert answer(state, input=raw, mock={"result": [3, 4, 5]}, inspection_level="DEBUG") == {
        "status": "SUCCEEDED",
        "output": [3, 4, 5],
        "inspectionData": {
            "input": raw,
            "afterInputPath": raw,
            "afterItemsPath": ["a", "b"],
            "afterItemSelector": [{"i": 0, "v": "a", "all": 0}, {"i": 1, "v": "b", "all": 0}],
            "afterResultSelector": [3, 4, 5],
            "afterResultPath": [3, 4, 5],
            "maxConcurrency": 2,
        },
    }


@pytest.mark.parametrize(
    ("tolerated", "failures", "status"),
    [
        ({}, 4, "SUCCEEDED"),
        ({"ToleratedFailureCount": 2}, 2, "SUCCEEDED"),
        ({"ToleratedFailureCount": 2}, 3, "FAILED"),
        ({"ToleratedFailureCountPath": "$.two"}, 3, "FAILED"),
        ({"ToleratedFailurePercentage": 50}, 2, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 50}, 3, "FAILED"),
        ({"ToleratedFailurePercentagePath": "$.two"}, 1, "FAILED"),
    ],
)
def test_a_map_fails_when_more_iterations_failed_than_it_tolerates(
    tolerated: dict[str, Any], failures: int, status: str
) -> None:
    given = answer(
        {**MAP, "ItemProcessor": DISTRIBUTED, **tolerated},
        input={"items": [1, 2, 3, 4], "two": 2},
        mock={"result": [1, 2, 3, 4]},
        state_configuration={"mapIterationFailureCount": failures},
    )
    assert given["status"] == status
    if status == "FAILED":
        assert given["error"] == "States.ExceedToleratedFailureThreshold"
        assert given["cause"] == "The specified tolerated failure threshold was exceeded"


@pytest.mark.parametrize(
    ("config", "data", "items"),
    [
        ({"InputType": "JSON"}, "[1, 2]", [1, 2]),
        ({"InputType": "JSON", "ItemsPointer": "/a/b"}, '{"a": {"b": [3]}}', [3]),
        ({"InputType": "JSONL"}, '{"n": 1}\n{"n": 2}\n', [{"n": 1}, {"n": 2}]),
        ({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, "a,b\n1,2\n", [{"a": "1", "b": "2"}]),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"], "CSVDelimiter": "PIPE"},
            "1|2\n",
            [{"a": "1"}],
        ),
        ({"InputType": "JSON", "MaxItems": 1}, "[1, 2]", [1]),
    ],
)
def test_the_items_of_a_reader_are_in_the_data_that_it_reads(
    config: dict[str, Any], data: str, items: list[Any]
) -> None:
    given = {"mock": {"result": []}, "state_configuration": {"mapItemReaderData": data}}
    assert inspected(reading(config), **given)["afterItemsPath"] == items


def reading(config: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Map with an ItemReader."""
    where = {"Bucket": "b", "Key": "k"}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config, "Parameters": where}
    return {"Type": "Map", "ItemReader": reader, "ItemProcessor": DISTRIBUTED, "End": True, **fields}


def test_a_reader_whose_data_is_not_given_reads_no_items() -> None:
    assert inspected(reading({"InputType": "JSON"}), mock={"result": [1]})["afterItemsPath"] == []


def test_data_that_a_reader_cannot_read_fails_the_map() -> None:
    given = answer(
        reading({"InputType": "JSON"}), mock={"result": []}, state_configuration={"mapItemReaderData": '{"a": 1}'}
    )
    assert (given["status"], given["error"]) == ("FAILED", "States.ItemReaderFailed")


def test_batches_are_made_of_what_the_selector_makes_of_the_items() -> None:
    state = reading(
        {"InputType": "JSON"},
        ItemSelector={"v.$": "$$.Map.Item.Value", "s.$": "$$.Map.Item.Source"},
        ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"n.$": "$.n"}},
    )
    given = {"input": {"n": 7}, "mock": {"result": []}, "state_configuration": {"mapItemReaderData": [1, 2, 3]}}
    inputs = [{"v": value, "s": "S3://b/k"} for value in (1, 2, 3)]
    found = inspected(state, **given)
    assert found["afterItemSelector"] == inputs
    assert found["afterItemBatcher"] == [
        {"BatchInput": {"n": 7}, "Items": inputs[:2]},
        {"BatchInput": {"n": 7}, "Items": inputs[2:]},
    ]


def test_a_map_with_a_result_writer_gives_an_object() -> None:
    state = {**MAP, "ItemProcessor": DISTRIBUTED, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject"}}
    given = {"input": {"items": []}}
    assert answer(state, mock={"result": {"MapRunArn": "a"}}, **given)["output"] == {"MapRunArn": "a"}
    assert refusal(state, mock={"result": []}, **given) == (
        "ValidationException",
        "Mocked result must be a JSON object.",
    )


# --- the context object ----------------------------------------------------------------------------------------------


def test_the_context_object_is_that_of_an_express_execution_of_a_state_without_a_name() -> None:
    state = {**PASS, "Parameters": {"c.$": "$$"}}
    assert answer(state, input={"n": 1})["output"]["c"] == {
        "Execution": {
            "Id": "arn:aws:states:us-east-1:111111111111:express:StateMachine:test-state:test-state",
            "Input": {"n": 1},
            "Name": "test-state",
            "RoleArn": None,
            "StartTime": "2025-01-01T02:00:00.000Z",
        },
        "StateMachine": {
            "Id": "arn:aws:states:us-east-1:111111111111:stateMachine:StateMachine",
            "Name": "StateMachine",
        },
        "State": {"Name": "StateName", "EnteredTime": "2025-01-01T02:00:00.000Z"},
    }
    assert answer(state, role_arn="arn:r")["output"]["c"]["Execution"]["RoleArn"] == "arn:r"


def test_a_context_that_is_given_is_all_of_it() -> None:
    task = {**TASK, "Parameters": {"JobName.$": "$$.Task.Token"}, "ResultSelector": {"c.$": "$$"}}
    context = {"Task": {"Token": "t"}}
    given = answer(task, input={"in": 1}, mock=DONE, context=context, inspection_level="DEBUG")
    assert given["inspectionData"]["afterParameters"] == {"JobName": "t"}
    assert given["output"] == {"c": context}


# --- where the definition comes from ---------------------------------------------------------------------------------

WHOLE: dict[str, Any] = {
    "StartAt": "Split",
    "States": {
        "Split": {**MAP, "ItemProcessor": {"StartAt": "Each", "States": {"Each": {"Type": "Pass", "Next": "More"},
                  "More": PASS}}},
    },
}  # fmt: skip


def test_a_state_is_found_wherever_it_stands() -> None:
    given = {"state_name": "Each", "input": 1}
    expected = {"status": "SUCCEEDED", "output": 1, "nextState": "More"}
    assert answer(WHOLE, **given) == expected
    assert answer(json.dumps(WHOLE), **given) == expected
    assert answer(parse(load(json.dumps(WHOLE))), **given) == expected
    assert answer("StartAt: Each\nStates: {Each: {Type: Pass, Next: More}, More: {Type: Succeed}}", **given) == expected


def test_the_query_language_of_the_machine_holds_for_its_states() -> None:
    inner = {"StartAt": "Each", "States": {"Each": {"Type": "Pass", "Output": "{% $states.input + 1 %}", "End": True}}}
    state = {"Type": "Parallel", "Branches": [inner], "End": True}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Both", "States": {"Both": state}}
    assert answer(definition, state_name="Each", input=1)["output"] == 2


def test_json_texts_are_read_as_the_api_reads_them() -> None:
    given = answer(
        {**TASK, "Parameters": {"JobName.$": "$name"}},
        input='{"in": {}}',
        mock={"result": '{"JobRunState": "SUCCEEDED"}'},
        variables='{"name": "x"}',
    )
    assert given["output"] == {"state": "SUCCEEDED"}


def test_a_task_without_a_mock_asks_the_resources_that_are_given() -> None:
    service = Answers(StateName=[Outcome({"JobRunState": "SUCCEEDED"}, after=60)])
    assert answer(TASK, input={"in": {"job": "x"}}, resources=service)["status"] == "SUCCEEDED"
    late = Answers(StateName=[Outcome({"JobRunState": "SUCCEEDED"}, after=301)])
    assert answer(TASK, input={"in": {"job": "x"}}, resources=late)["error"] == "States.Timeout"


def test_nothing_that_is_given_is_changed() -> None:
    state, raw, variables = json.dumps(TASK), {"in": {"job": "x"}}, {"a": 1}
    definition = json.loads(state)
    answer(definition, input=raw, mock=DONE, variables=variables)
    assert (definition, raw, variables) == (TASK, {"in": {"job": "x"}}, {"a": 1})


# --- refusals --------------------------------------------------------------------------------------------------------

INVALID = "Invalid State Machine Definition: "


@pytest.mark.parametrize(
    ("definition", "given", "code", "message"),
    [
        (PASS, {"mock": DONE}, "ValidationException", "State type 'Pass' is not supported when a mock is specified"),
        (
            MAP,
            {},
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. Supported state types include: "
            "[Task, Wait, Pass, Succeed, Fail, Choice]",
        ),
        (
            TASK,
            {},
            "InvalidDefinition",
            "TestState API supports Activity tasks and the '.sync' and '.waitForTaskToken' service integration "
            "patterns only when a mock is specified",
        ),
        (
            {**TASK, "Resource": INVOKE},
            {},
            "ValidationException",
            f"Nothing says what {INVOKE} answers: no service is called here, and no mock is specified",
        ),
        (
            TASK,
            {"mock": {**DONE, **BROKEN}},
            "ValidationException",
            "A test mock should have only one of the following fields: [result, errorOutput].",
        ),
        (TASK, {"mock": {"result": "not JSON"}}, "ValidationException", "Mocked result must be valid JSON"),
        (TASK, {"mock": {"result": "NaN"}}, "ValidationException", "Mocked result must be valid JSON"),
        (
            TASK,
            {"mock": {"result": {"Attempt": "1"}}},
            "ValidationException",
            "Mock result schema validation error: Field 'Attempt' must be a number",
        ),
        (PARALLEL, {"mock": {"result": {}}}, "ValidationException", "Mocked result must be an array."),
        (
            PARALLEL,
            {"mock": {"result": [1]}},
            "ValidationException",
            "Mocked result has 1 elements, and there are 2 branches.",
        ),
        (MAP, {"mock": {"result": {}}}, "ValidationException", "Mocked result must be an array."),
        (
            TASK,
            {"mock": {"result": {}, "fieldValidationMode": "LOOSE"}},
            "ValidationException",
            "1 validation error detected: Value 'LOOSE' at 'mock.fieldValidationMode' failed to satisfy constraint: "
            "Member must satisfy enum value set: [STRICT, PRESENT, NONE]",
        ),
        (
            TASK,
            {"mock": {"answer": 1}},
            "ValidationException",
            "mock has no field 'answer'; it has result, errorOutput, fieldValidationMode",
        ),
        (TASK, {"mock": [1]}, "ValidationException", "mock is a JSON object, not [1]"),
        (
            TASK,
            {"mock": {"errorOutput": {"cause": "c"}}},
            "ValidationException",
            "mock.errorOutput is an object that has an error, which is a text",
        ),
        (
            MAP,
            {"state_configuration": {"mapIterationFailureCount": 0}},
            "ValidationException",
            "TestState does not support MapIterationFailureCount when a mock is not specified.",
        ),
        (
            TASK,
            {"mock": BROKEN, "state_configuration": {"retrierRetryCount": -1}},
            "ValidationException",
            "stateConfiguration.retrierRetryCount is a whole number that is not negative, not -1",
        ),
        (
            PARALLEL,
            {"mock": BROKEN, "state_configuration": {"errorCausedByState": "Nobody"}},
            "ValidationException",
            "ErrorCausedByState is no state inside the state under test: 'Nobody'",
        ),
        (
            TASK,
            {"context": {}},
            "ValidationException",
            "TestState does not support Context when a mock is not specified.",
        ),
        (
            {**TASK, "Resource": INVOKE},
            {"mock": {"result": {}}, "context": {"Task": {"Token": "t"}}},
            "ValidationException",
            "Invalid Context object provided: Context object contains 'Task' when state is not a Task state with a "
            "'.sync' or '.waitForTaskToken' service integration pattern",
        ),
        (
            PASS,
            {"input": "{no"},
            "InvalidExecutionInput",
            'The input is a text that is not valid JSON: "{no"',
        ),
        (PASS, {"input": {1: 2}}, "InvalidExecutionInput", "The input is not JSON"),
        (PASS, {"input": ["x" * 262_144]}, "InvalidExecutionInput", "The input takes more than 262,144 bytes"),
        (PASS, {"variables": [1]}, "ValidationException", "variables is a JSON object, not [1]"),
        (
            PASS,
            {"inspection_level": "ALL"},
            "ValidationException",
            "1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: "
            "Member must satisfy enum value set: [INFO, DEBUG, TRACE]",
        ),
        (
            TASK,
            {"mock": DONE, "reveal_secrets": True},
            "ValidationException",
            "TestState does not support RevealSecrets when a mock is specified.",
        ),
        (
            WHOLE,
            {"state_name": ""},
            "ValidationException",
            "1 validation error detected: Value '' at 'stateName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            WHOLE,
            {"state_name": "N" * 81},
            "ValidationException",
            f"1 validation error detected: Value '{'N' * 81}' at 'stateName' failed to satisfy constraint: "
            "Member must have length less than or equal to 80",
        ),
        (
            PASS,
            {"state_name": "StateName"},
            "InvalidDefinition",
            f"{INVALID}'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'",
        ),
        (WHOLE, {"state_name": "Nobody"}, "ValidationException", "State not found in definition"),
        (
            WHOLE,
            {},
            "InvalidDefinition",
            f"{INVALID}'SCHEMA_VALIDATION_FAILED: The definition is a whole state machine: stateName says which of its "
            "states to test at /'",
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Sleep"}}},
            {"state_name": "A"},
            "InvalidDefinition",
            f"{INVALID}'SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: "
            "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type'",
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}},
            {"state_name": "A"},
            "InvalidDefinition",
            f"{INVALID}'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next'",
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Wait", "End": True}}},
            {"state_name": "A"},
            "InvalidDefinition",
            f"{INVALID}'SCHEMA_VALIDATION_FAILED: the state has no Seconds, SecondsPath, Timestamp or TimestampPath "
            "that says how long to wait at /States/A'",
        ),
        (
            {**PASS, "InputPath": "nope"},
            {},
            "InvalidDefinition",
            None,
        ),
        (
            "{",
            {},
            "InvalidDefinition",
            None,
        ),
        (
            [],
            {},
            "InvalidDefinition",
            f"{INVALID}'INVALID_JSON_DESCRIPTION: Definition must be a valid JSON object'",
        ),
    ],
)
def test_a_call_that_aws_refuses_is_refused(
    definition: Any, given: dict[str, Any], code: str, message: str | None
) -> None:
    found = refusal(definition, **given)
    assert found[0] == code
    assert message is None or found[1] == message


def test_a_value_that_is_nested_too_deep_is_refused() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert refusal(PASS, input=deep) == ("InvalidExecutionInput", "The input is nested too deep")
    assert refusal({**PASS, "Result": deep}) == ("InvalidDefinition", "The definition is nested too deep")
    for depth in (150, 390, 410):
        shallow: Any = {"S": "x"}
        for _ in range(depth // 2):
            shallow = {"L": [shallow]}
        got = {"result": {"Item": {"a": shallow}}}
        state = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": True}
        try:
            answer(state, mock=got)
        except TestStateError as error:
            assert "nested too deep" in error.message


def test_the_place_of_a_fault_in_the_definition_is_known() -> None:
    with pytest.raises(TestStateError) as caught:
        aslkit.test_state({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}, state_name="A")
    assert caught.value.pointer == ("States", "A", "Next")


def test_a_machine_of_the_simulator_is_a_definition() -> None:
    assert answer(machine({"A": PASS}), state_name="A", input=1)["output"] == 1
