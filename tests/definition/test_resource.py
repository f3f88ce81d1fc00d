"""What the Resource of a task names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.resource import ResourceArn, parse_resource

FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:f:live"
ACTIVITY = "arn:aws:states:us-east-1:111111111111:activity:a.b"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arn:aws:states:::glue:startJobRun", ("glue", "startJobRun", "", "aws", "", "")),
        ("arn:aws:states:::glue:startJobRun.sync", ("glue", "startJobRun", "sync", "aws", "", "")),
        ("arn:aws:states:::states:startExecution.sync:2", ("states", "startExecution", "sync:2", "aws", "", "")),
        (
            "arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken",
            ("sqs", "sendMessage", "waitForTaskToken", "aws-cn", "", ""),
        ),
        ("arn:aws:states:::aws-sdk:s3:getObject", ("aws-sdk:s3", "getObject", "", "aws", "", "")),
        (
            "arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken",
            ("aws-sdk:sfn", "startExecution", "waitForTaskToken", "aws", "", ""),
        ),
        ("arn:${AWS::Partition}:states:::sns:publish", ("sns", "publish", "", "${AWS::Partition}", "", "")),
        (FUNCTION, ("lambda-arn", FUNCTION, "", "aws", "us-east-1", "111111111111")),
        (ACTIVITY, ("activity", ACTIVITY, "", "aws", "us-east-1", "111111111111")),
    ],
)
def test_a_resource_names_service_action_and_pattern(text: str, found: tuple[str, ...]) -> None:
    assert parse_resource(text) == ResourceArn(*found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "${Function}",
        "glue:startJobRun",
        "arn:aws:states:::glue",
        "arn:aws:states:::aws-sdk:s3",
        "arn:aws:lambda:us-east-1:111111111111:layer:l",
        "arn:aws:s3:::bucket",
    ],
)
def test_anything_else_is_no_resource(text: str) -> None:
    assert parse_resource(text) is None


@given(st.text(alphabet="arn:aws-states.lambda${}\n", max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_taken(text: str) -> None:
    parse_resource(text)
