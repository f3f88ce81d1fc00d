"""Which errors a call can raise, and how AWS spells their names."""

from __future__ import annotations

import pytest

from aslkit.definition.raised import class_name, may_raise, prefixes, raised, spelling
from aslkit.definition.resource import ResourceArn, parse_resource


def arn(text: str) -> ResourceArn:
    found = parse_resource(f"arn:aws:states:::{text}")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("service_id", "name"),
    [
        ("SFN", "Sfn"),
        ("DynamoDB", "DynamoDb"),
        ("S3", "S3"),
        ("Organizations", "Organizations"),
        ("EMR Serverless", "EmrServerless"),
        ("SESv2", "SesV2"),
        ("IoT", "Iot"),
        ("Elastic Load Balancing v2", "ElasticLoadBalancingV2"),
        ("Timestream InfluxDB", "TimestreamInfluxDb"),
    ],
)
def test_error_names_of_the_sdk_begin_with_the_name_of_its_class(service_id: str, name: str) -> None:
    assert class_name(service_id) == name


@pytest.mark.parametrize(
    ("call", "prefix"),
    [
        ("states:startExecution", "StepFunctions"),
        ("aws-sdk:sfn:startExecution", "Sfn"),
        ("dynamodb:getItem", "DynamoDB"),
        ("aws-sdk:dynamodb:getItem", "DynamoDb"),
        ("aws-sdk:nothing:known", ""),
    ],
)
def test_an_optimised_integration_has_a_prefix_of_its_own(call: str, prefix: str) -> None:
    assert prefixes(arn(call))[0] == prefix


def test_the_errors_of_an_action_are_those_of_its_model() -> None:
    assert raised(arn("aws-sdk:sfn:describeExecution")) == (
        "ExecutionDoesNotExist",
        "InvalidArn",
        "KmsAccessDeniedException",
        "KmsInvalidStateException",
        "KmsThrottlingException",
    )
    assert raised(arn("aws-sdk:sfn:noSuchAction")) == ()


@pytest.mark.parametrize(
    ("call", "name", "may"),
    [
        ("glue:startJobRun.sync", "Glue.ConcurrentRunsExceededException", True),
        ("glue:startJobRun.sync", "Glue.ThrottlingException", True),
        ("glue:startJobRun.sync", "Glue.JobRunFailed", False),
        ("glue:startJobRun.sync", "Lambda.Unknown", False),
        ("glue:startJobRun.sync", "Failure", True),
        ("glue:startJobRun.sync", "States.Timeout", True),
        ("glue:startJobRun.sync", "glue.EntityNotFoundException", False),
        ("aws-sdk:sfn:describeExecution", "Sfn.ThrottlingException", True),
        ("aws-sdk:sfn:describeExecution", "Sfn.NoSuchThingException", False),
        ("aws-sdk:sfn:noSuchAction", "Sfn.NoSuchThingException", True),
        ("lambda:invoke", "com.example.Busy", True),
        ("lambda:invoke", "Lambda.TooManyRequestException", False),
        ("sqs:sendMessage.waitForTaskToken", "Lambda.Anything", True),
        ("states:startExecution.sync:2", "Glue.JobRunFailed", True),
        ("http:invoke", "States.Http.StatusCode.404", True),
    ],
)
def test_a_call_raises_the_errors_of_its_service_and_no_others(call: str, name: str, may: bool) -> None:
    assert may_raise(arn(call), name) is may


def test_capitals_and_the_ending_of_a_recorded_name_are_known() -> None:
    assert spelling(arn("glue:startJobRun.sync"), "glue.EntityNotFound") == "Glue.EntityNotFoundException"
    assert spelling(arn("aws-sdk:glue:startJobRun"), "glue.EntityNotFound") is None
