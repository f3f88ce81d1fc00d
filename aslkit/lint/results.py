"""Resource text -> the shape of the task's result, for the integrations whose results are the same for every caller."""

from __future__ import annotations

from functools import lru_cache

from aslkit.definition.resource import parse_resource
from aslkit.lint.shapes import BOOLEAN, NUMBER, STRING, UNKNOWN, Member, Object, Shape

METADATA = "SdkHttpMetadata SdkResponseMetadata"

EXECUTION = {
    "any": "ExecutionArn StateMachineArn Status Name StartDate",
    "any?": """StopDate InputDetails OutputDetails StateMachineVersionArn StateMachineAliasArn TraceHeader MapRunArn
        RedriveCount RedriveDate RedriveStatus RedriveStatusReason Error Cause""",
}

RESULTS: dict[tuple[str, str, str], dict[str, str]] = {
    ("glue", "startJobRun", "sync"): {
        "string": "Id JobName JobRunState",
        "string?": """ErrorMessage ExecutionClass ExecutionRoleSessionPolicy GlueVersion JobMode LogGroupName
            MaintenanceWindow PreviousRunId ProfileName SecurityConfiguration StateDetail TriggerName WorkerType""",
        "number": "Attempt StartedOn",
        "number?": """AllocatedCapacity CompletedOn DPUSeconds ExecutionTime LastModifiedOn MaxCapacity NumberOfWorkers
            Timeout""",
        "boolean?": "JobRunQueuingEnabled",
        "any?": "Arguments NotificationProperty PredecessorRuns",
    },
    ("glue", "startJobRun", ""): {"string": "JobRunId", "string?": "JobName", "any": METADATA},
    ("sns", "publish", ""): {"string": "MessageId", "string?": "SequenceNumber", "any": METADATA},
    ("sqs", "sendMessage", ""): {
        "string": "MessageId MD5OfMessageBody",
        "string?": "MD5OfMessageAttributes MD5OfMessageSystemAttributes SequenceNumber",
        "any": METADATA,
    },
    ("lambda", "invoke", ""): {
        "any": f"Payload {METADATA}",
        "number": "StatusCode",
        "string?": "ExecutedVersion FunctionError LogResult",
    },
    ("states", "startExecution", ""): {"string": "ExecutionArn", "any": f"StartDate {METADATA}"},
    ("states", "startExecution", "sync"): EXECUTION | {"string": "Input", "string?": "Output"},
    ("states", "startExecution", "sync:2"): {"any": f"{EXECUTION['any']} Input", "any?": f"{EXECUTION['any?']} Output"},
}
"""(service, action, pattern) -> kind -> the names of the result's members; behind a kind, `?` says that they may lack.

The names are all that exist. `.sync` of Glue gives the job run itself, not wrapped in `JobRun`; `.sync` of an execution
gives its Input and Output as JSON text, `.sync:2` as values. Source: recorded on AWS; the services' API references.
"""

KINDS: dict[str, Shape] = {"string": STRING, "number": NUMBER, "boolean": BOOLEAN, "any": UNKNOWN}


@lru_cache(1024)
def result_of(resource: str | None) -> Shape:
    """The shape of what a task gives as its result; UNKNOWN for a Lambda ARN, an activity, a callback, all others."""
    arn = None if resource is None or "${" in resource else parse_resource(resource)
    return UNKNOWN if arn is None else _shape((arn.service, arn.action, arn.pattern))


@lru_cache(64)
def _shape(call: tuple[str, str, str]) -> Shape:
    described = RESULTS.get(call)
    if described is None:
        return UNKNOWN
    members = {
        name: Member(KINDS[kind.removesuffix("?")], not kind.endswith("?"))
        for kind, names in described.items()
        for name in names.split()
    }
    return Object(members, weight=1 + 2 * len(members))
