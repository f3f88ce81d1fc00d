"""Mocked results held to the service models: what AWS accepts and refuses, in its words."""

from __future__ import annotations

from typing import Any

import pytest

from aslkit.definition.resource import parse_resource
from aslkit.definition.services import outputs
from aslkit.simulation.mocks import JOB_ANSWERS, MockMismatch, check_result, output_shape

INTRO = "Mock result schema validation error: "


def said(action: str, result: Any, mode: str = "STRICT") -> str | None:
    """What is wrong with a result of `arn:aws:states:::action`, None where it fits."""
    resource = parse_resource(action if action.startswith("arn:") else f"arn:aws:states:::{action}")
    assert resource is not None
    try:
        check_result(result, resource, mode)
    except MockMismatch as mismatch:
        return str(mismatch).removeprefix(INTRO)
    return None


@pytest.mark.parametrize(
    ("action", "result", "expected"),
    [
        ("states:startExecution", {}, "Required field 'ExecutionArn' is missing"),
        ("states:startExecution", {"executionArn": "a"}, "Required field 'ExecutionArn' is missing"),
        ("states:startExecution", {"ExecutionArn": "a", "StartDate": 1}, "Field 'StartDate' must be a string"),
        ("states:startExecution", {"ExecutionArn": "a", "StartDate": "2025-01-01T00:00:00Z"}, None),
        ("lambda:invoke", {"StatusCode": "200"}, "Field 'StatusCode' must be a number"),
        ("lambda:invoke", {"StatusCode": True}, "Field 'StatusCode' must be a number"),
        ("lambda:invoke", {"StatusCode": 200, "Payload": {"any": ["thing"]}}, None),
        ("events:putEvents", {"random": "json"}, None),
        ("events:putEvents", {"Entries": {}}, "Field 'Entries' must be an array"),
        ("events:putEvents", {"Entries": [{"EventId": "1"}, "2"]}, "Field 'Entries' must be an object"),
        ("events:putEvents", {"Entries": [{"EventId": 1}]}, "Field 'EventId' must be a string"),
        ("aws-sdk:kms:encrypt", {"CiphertextBlob": 1}, "Field 'CiphertextBlob' must be a string"),
        ("aws-sdk:kms:encrypt", {"CiphertextBlob": ""}, "Field 'CiphertextBlob' is smaller than the minimum length"),
        (
            "aws-sdk:kms:encrypt",
            {"CiphertextBlob": "x" * 6145},
            "Field 'CiphertextBlob' is larger than the maximum length",
        ),
        ("aws-sdk:s3:getObject", {"StorageClass": "Papyrus"}, "Field 'StorageClass' is not an expected value"),
        ("aws-sdk:s3:getObject", {"DeleteMarker": "no"}, "Field 'DeleteMarker' must be a boolean"),
        ("aws-sdk:s3:getObject", {"Metadata": {"a": 1}}, "Field 'Metadata' must be a string"),
        ("dynamodb:putItem", {"ConsumedCapacity": {"CapacityUnits": "1"}}, "Field 'CapacityUnits' must be a number"),
        ("dynamodb:putItem", {"ConsumedCapacity": {"CapacityUnits": 1.5}}, None),
        ("sqs:sendMessage", {"MD5OfMessageBody": "b6", "MessageId": "4d"}, None),
        ("lambda:invoke", [], "Mocked result must be a JSON object."),
    ],
)
def test_a_result_is_held_to_what_the_action_answers(action: str, result: Any, expected: str | None) -> None:
    assert said(action, result) == expected


def test_present_asks_for_no_required_field_and_none_for_nothing() -> None:
    wrong = {"StartDate": True}
    assert said("states:startExecution", {}, "PRESENT") is None
    assert said("states:startExecution", wrong, "PRESENT") == "Field 'StartDate' must be a string"
    assert said("states:startExecution", wrong, "NONE") is None


def test_the_result_of_a_job_is_what_step_functions_reads_at_its_end() -> None:
    assert said("glue:startJobRun.sync", {"JobRunState": "SUCCEEDED", "Attempt": 0}) is None
    assert said("glue:startJobRun.sync", {"Attempt": "0"}) == "Field 'Attempt' must be a number"
    assert said("glue:startJobRun", {"JobRunState": 3, "JobRunId": "jr"}) is None
    assert said("states:startExecution.sync:2", {"ExecutionArn": "a"}) == "Required field 'StateMachineArn' is missing"
    finished = {"ExecutionArn": "a", "StateMachineArn": "m", "Status": "SUCCEEDED", "StartDate": "2025-01-01T00:00:00Z"}
    assert said("states:startExecution.sync", {**finished, "Output": "{}"}) is None
    assert said("states:startExecution.sync", {**finished, "Output": {}}) == "Field 'Output' must be a string"
    assert said("ecs:runTask.sync", {"LastStatus": 1}) == "Field 'LastStatus' must be a string"


def test_every_job_that_is_known_has_a_shape() -> None:
    for service, action in JOB_ANSWERS:
        resource = parse_resource(f"arn:aws:states:::{service}:{action}.sync")
        assert resource is not None
        found = output_shape(resource)
        assert found is not None, (service, action)
        assert found[1].kind == "structure"


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:lambda:us-east-1:111111111111:function:f",
        "arn:aws:states:us-east-1:111111111111:activity:a",
        "sqs:sendMessage.waitForTaskToken",
        "http:invoke",
        "elasticmapreduce:addStep.sync",
        "aws-sdk:clowd:watch",
        "aws-sdk:kms:watch",
    ],
)
def test_nothing_is_checked_where_nothing_is_known_of_the_answer(resource: str) -> None:
    assert said(resource, ["anything"]) is None


def test_a_shape_that_holds_itself_is_followed_as_deep_as_the_mock_goes() -> None:
    value: dict[str, Any] = {"S": 1}
    for _ in range(100):
        value = {"L": [{"M": {"k": value}}]}
    assert said("dynamodb:getItem", {"Item": {"a": value}}) == "Field 'S' must be a string"


def test_actions_that_answer_nothing_are_not_in_the_index() -> None:
    sqs = outputs("sqs")
    assert sqs is not None
    assert "deleteMessage" not in sqs.actions
    assert outputs("clowdwatch") is None
