"""The shapes of results that AWS's service models describe; looked up when they are asked for."""

from __future__ import annotations

import pytest

from aslkit.lint.results import result_of
from aslkit.lint.shapes import ABSENT, MAYBE, PRESENT, STRING, UNKNOWN, read

GET_ITEM = "arn:aws:states:::dynamodb:getItem"
ATHENA = "arn:aws:states:::athena:startQueryExecution.sync"
SDK = "arn:aws:states:::aws-sdk:rds:describeDBInstances"


@pytest.mark.parametrize(
    ("resource", "keys", "presence"),
    [
        ("arn:aws:states:::glue:startJobRun.sync", ("JobRunState",), PRESENT),
        ("arn:aws:states:::glue:startJobRun.sync", ("JobRun",), ABSENT),
        ("arn:aws:states:::glue:startJobRun", ("JobRunId",), PRESENT),
        ("arn:aws:states:::sns:publish", ("MessageID",), ABSENT),
        (GET_ITEM, ("Item", "id", "S"), MAYBE),
        (GET_ITEM, ("Itm",), ABSENT),
        (GET_ITEM, ("SdkHttpMetadata", "HttpStatusCode"), MAYBE),
        (ATHENA, ("QueryExecution", "QueryExecutionId"), MAYBE),
        (ATHENA, ("QueryExecutionId",), ABSENT),
        ("arn:aws:states:::ecs:runTask", ("Tasks", 0, "TaskArn"), MAYBE),
        ("arn:aws:states:::events:putEvents", ("FailedEntryCount",), MAYBE),
        ("arn:aws:states:::aws-sdk:s3:listObjectsV2", ("Contents", 0, "Key"), MAYBE),
        ("arn:aws:states:::aws-sdk:s3:listObjectsV2", ("Objects",), ABSENT),
        (SDK, ("DbInstances", 0, "DbInstanceStatus"), MAYBE),
        (SDK, ("DBInstances", 0, "DBInstanceStatus"), MAYBE),
        ("arn:aws:states:::eks:call", ("ResponseBody",), MAYBE),
    ],
)
def test_what_a_result_has(resource: str, keys: tuple[str | int, ...], presence: str) -> None:
    assert read(result_of(resource), keys).presence == presence


def test_a_member_has_the_shape_of_its_model() -> None:
    assert read(result_of(ATHENA), ("QueryExecution", "QueryExecutionId")).shape == STRING


@pytest.mark.parametrize(
    "resource",
    [
        None,
        "${Resource}",
        "arn:aws:lambda:eu-west-1:111122223333:function:work",
        "arn:aws:states:eu-west-1:111122223333:activity:work",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:::ecs:runTask.sync",
    ],
)
def test_what_nothing_describes_is_unknown(resource: str | None) -> None:
    assert result_of(resource) is UNKNOWN
