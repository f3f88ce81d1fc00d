"""The `Resource` of a task -> ResourceArn: which service is called, what it is asked, and how the task waits."""

from __future__ import annotations

import re

from aslkit.record import Record

LAMBDA_ARN = "lambda-arn"
ACTIVITY = "activity"
AWS_SDK = "aws-sdk"
TOKEN = "waitForTaskToken"

# ${AWS::Region} holds colons of its own
PART = r"((?:\$\{[^{}]*\}|[^:])*)"
ARN = re.compile(rf"arn:{PART}:{PART}:{PART}:{PART}:(.+)", re.DOTALL)


class ResourceArn(Record):
    """What a task's `Resource` names.

    `service` and `action` are the integration's: ("glue", "startJobRun"), ("aws-sdk:s3", "getObject"). The ARN of a
    Lambda function is (LAMBDA_ARN, that ARN), of an activity (ACTIVITY, that ARN). `pattern` is "" (request-response),
    "sync", "sync:2", "waitForTaskToken", or whatever else is written behind the dot. `region` and `account` are mostly
    empty for an integration. Source: AWS, "Integrating services with Step Functions"; States Language, "Task State".
    """

    service: str
    action: str
    pattern: str
    partition: str
    region: str
    account: str

    @property
    def call(self) -> str:
        """The call in short: "glue:startJobRun.sync"."""
        return f"{self.service}:{self.action}" + (f".{self.pattern}" if self.pattern else "")

    @property
    def hears_heartbeats(self) -> bool:
        """Only an activity's worker and the holder of a task token send heartbeats. Source: guide, "Task"."""
        return self.service == ACTIVITY or self.pattern == TOKEN


def parse_resource(text: str) -> ResourceArn | None:
    """What a `Resource` names, or None for text that is no ARN of an integration, an activity or a Lambda function."""
    arn = ARN.fullmatch(text)
    if arn is None:
        return None
    partition, namespace, region, account, rest = arn.groups()
    if namespace == "lambda":
        return ResourceArn(LAMBDA_ARN, text, "", partition, region, account) if rest.startswith("function:") else None
    if namespace != "states":
        return None
    if rest.startswith(f"{ACTIVITY}:"):
        return ResourceArn(ACTIVITY, text, "", partition, region, account)
    service, _, call = rest.partition(":")
    if service == AWS_SDK:
        product, _, call = call.partition(":")
        service = f"{AWS_SDK}:{product}" if product else ""
    action, _, pattern = call.partition(".")
    return ResourceArn(service, action, pattern, partition, region, account) if service and action else None
