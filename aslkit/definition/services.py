"""Name of an integration -> what it accepts: waiting patterns, parameters, errors; and what its actions answer.

AWS's service models are in `services.bin`, what actions answer in `outputs.bin`, both made by
`aslkit.operations.index`; one service is read when it is first asked for.
"""

from __future__ import annotations

import json
import os
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from aslkit.definition.resource import TOKEN
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = os.path.join(os.path.dirname(__file__), "services.bin")
OUTPUTS = os.path.join(os.path.dirname(__file__), "outputs.bin")

Reference = int | str
"""Where a shape is described: its place in the service's table, or a word for a leaf. See `aslkit.operations.index`."""


class Shape(Record):
    """What a value of a parameter may be.

    `kind`: structure, list, map, string, integer, number, boolean, timestamp, blob, or any. A structure that the index
    does not follow is "any". Members are called as Step Functions calls them, in PascalCase.
    """

    kind: str
    members: Mapping[str, Reference] = {}
    required: tuple[str, ...] = ()
    element: Reference = "?"
    key: Reference = "?"
    least: int = 0
    most: int | None = None
    values: tuple[str, ...] = ()


LEAVES: dict[Reference, Shape] = {
    "s": Shape("string"),
    "i": Shape("integer"),
    "n": Shape("number"),
    "b": Shape("boolean"),
    "t": Shape("timestamp"),
    "x": Shape("blob"),
    "o": Shape("structure"),
    "l": Shape("list"),
    "m": Shape("map"),
    "?": Shape("any"),
}


class Shapes:
    """The shapes of one service, each read when it is first asked for."""

    def __init__(self, table: list[Any]) -> None:
        self._table = table
        self._known: dict[Reference, Shape] = dict(LEAVES)

    def shape(self, reference: Reference) -> Shape:
        """The shape that a reference of this service stands for."""
        known = self._known.get(reference)
        if known is None:
            known = self._known[reference] = self._read(reference)
        return known

    def _read(self, reference: Reference) -> Shape:
        if isinstance(reference, str):
            least, _, most = reference[1:].partition("-")
            return Shape(LEAVES[reference[0]].kind, least=int(least), most=int(most) or None)
        return shape_of(self._table[reference])


class Service(Shapes):
    """One AWS service, as its model describes it."""

    def __init__(self, content: Mapping[str, Any], service_id: str) -> None:
        super().__init__(content["shapes"])
        self.id = service_id
        self.errors: tuple[str, ...] = tuple(content["errors"])
        self.actions: Mapping[str, tuple[Reference | None, int]] = content["actions"]

    def input(self, action: str) -> Shape:
        """What an action of this service takes; a structure without members when it takes nothing."""
        reference = self.actions[action][0]
        return LEAVES["o"] if reference is None else self.shape(reference)

    def raised(self, action: str) -> tuple[str, ...]:
        """The errors that the model lists for an action."""
        return tuple(self._table[self.actions[action][1]])


class Outputs(Shapes):
    """What the actions of one AWS service answer; an action that answers nothing is not among them."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        super().__init__(content["shapes"])
        self.actions: Mapping[str, Reference] = content["actions"]


def shape_of(written: list[Any]) -> Shape:
    """The shape that an entry of a service's table describes."""
    match written:
        case ["o", members, *required]:
            return Shape("structure", members=members, required=tuple(required))
        case ["l", element]:
            return Shape("list", element=element)
        case ["m", key, value]:
            return Shape("map", key=key, element=value)
        case [_, *values]:
            return Shape("string", values=tuple(values))
        case _:
            return LEAVES["?"]


@cache
def service(name: str) -> Service | None:
    """The service that Step Functions calls by this name in `aws-sdk:<name>:action`, or None if the index has none."""
    entry = _directory()["services"].get(name)
    if entry is None:
        return None
    offset, size, service_id = entry
    with open(FILE, "rb") as file:
        start = 4 + int.from_bytes(file.read(4), "big")
        file.seek(start + offset)
        return Service(json.loads(zlib.decompress(file.read(size))), service_id)


def service_names() -> tuple[str, ...]:
    """All services that the index knows."""
    return tuple(_directory()["services"])


def service_alias(name: str) -> str | None:
    """Step Functions' name for what boto3, the CLI or its endpoint calls `name` ("logs": "cloudwatchlogs"), or None."""
    found: str | None = _directory()["aliases"].get(name)
    return found


def index_version() -> str:
    """The version of botocore that the index was made from."""
    return str(_directory()["version"])


@cache
def _directory(path: str = FILE) -> dict[str, Any]:
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(4), "big")
        directory: dict[str, Any] = json.loads(zlib.decompress(file.read(size)))
        return directory


@cache
def outputs(name: str) -> Outputs | None:
    """What the actions of a service answer, by its name in the index; None if the index has none."""
    entry = _directory(OUTPUTS)["services"].get(name)
    if entry is None:
        return None
    import lzma

    offset, size, begin, length = entry
    with open(OUTPUTS, "rb") as file:
        start = 4 + int.from_bytes(file.read(4), "big")
        file.seek(start + offset)
        block = lzma.decompress(file.read(size))
    return Outputs(json.loads(block[begin : begin + length]))


CALL, JOB, JOB_2 = "", "sync", "sync:2"
PATTERNS = (CALL, JOB, JOB_2, TOKEN)
"""How a task waits: for the response, for the end of the job (.sync, .sync:2), for an answer with its token."""


class Integration(Record):
    """A service that Step Functions integrates itself (`arn:aws:states:::<name>:action`).

    `model` is its name in the index, `errors` the prefixes of its error names, `actions` the patterns by action.
    """

    model: str
    errors: tuple[str, ...]
    actions: Mapping[str, tuple[str, ...]]


ONCE = (CALL,)
JOBS = (CALL, JOB)
ANSWERED = (CALL, TOKEN)

OPTIMISED: dict[str, Integration] = {
    "apigateway": Integration("", ("ApiGateway",), {"invoke": ANSWERED}),
    "athena": Integration(
        "athena",
        ("Athena",),
        {"startQueryExecution": JOBS, "stopQueryExecution": ONCE, "getQueryExecution": ONCE, "getQueryResults": ONCE},
    ),
    "batch": Integration("batch", ("Batch",), {"submitJob": JOBS}),
    "bedrock": Integration(
        "bedrock",
        ("Bedrock", "BedrockRuntime"),
        {"invokeModel": (CALL, JOB, TOKEN), "createModelCustomizationJob": (CALL, JOB, TOKEN)},
    ),
    "codebuild": Integration(
        "codebuild",
        ("CodeBuild",),
        {
            "startBuild": JOBS,
            "stopBuild": ONCE,
            "batchDeleteBuilds": ONCE,
            "batchGetReports": ONCE,
            "startBuildBatch": JOBS,
            "stopBuildBatch": ONCE,
            "retryBuildBatch": JOBS,
            "deleteBuildBatch": ONCE,
        },
    ),
    "databrew": Integration("databrew", ("DataBrew", "GlueDataBrew"), {"startJobRun": JOBS}),
    "dynamodb": Integration(
        "dynamodb", ("DynamoDB",), {"getItem": ONCE, "putItem": ONCE, "updateItem": ONCE, "deleteItem": ONCE}
    ),
    "ecs": Integration("ecs", ("ECS", "AmazonECS"), {"runTask": (CALL, JOB, TOKEN)}),
    "eks": Integration(
        "eks",
        ("EKS",),
        {
            "createCluster": JOBS,
            "deleteCluster": JOBS,
            "createFargateProfile": JOBS,
            "deleteFargateProfile": JOBS,
            "createNodegroup": JOBS,
            "deleteNodegroup": JOBS,
            "runJob": (CALL, JOB, TOKEN),
            "call": ANSWERED,
        },
    ),
    "elasticmapreduce": Integration(
        "emr",
        ("ElasticMapReduce", "EMR"),
        {
            "createCluster": JOBS,
            "setClusterTerminationProtection": ONCE,
            "terminateCluster": JOBS,
            "addStep": JOBS,
            "cancelStep": ONCE,
            "modifyInstanceFleetByName": ONCE,
            "modifyInstanceGroupByName": ONCE,
        },
    ),
    "emr-containers": Integration(
        "emrcontainers",
        ("EMRContainers",),
        {"createVirtualCluster": JOBS, "deleteVirtualCluster": JOBS, "startJobRun": JOBS},
    ),
    "emr-serverless": Integration(
        "emrserverless",
        ("EMRServerless",),
        {
            "createApplication": JOBS,
            "startApplication": JOBS,
            "stopApplication": JOBS,
            "deleteApplication": JOBS,
            "startJobRun": JOBS,
            "cancelJobRun": JOBS,
        },
    ),
    "events": Integration("eventbridge", ("EventBridge", "Events"), {"putEvents": ANSWERED}),
    "glue": Integration("glue", ("Glue",), {"startJobRun": JOBS}),
    "http": Integration("", ("Http",), {"invoke": ANSWERED}),
    "lambda": Integration("lambda", ("Lambda",), {"invoke": ANSWERED}),
    "mediaconvert": Integration("mediaconvert", ("MediaConvert",), {"createJob": JOBS}),
    "sagemaker": Integration(
        "sagemaker",
        ("SageMaker",),
        {
            "createEndpoint": ONCE,
            "createEndpointConfig": ONCE,
            "createHyperParameterTuningJob": JOBS,
            "createLabelingJob": JOBS,
            "createModel": ONCE,
            "createProcessingJob": JOBS,
            "createTrainingJob": JOBS,
            "createTransformJob": JOBS,
            "updateEndpoint": ONCE,
        },
    ),
    "sns": Integration("sns", ("SNS",), {"publish": ANSWERED}),
    "sqs": Integration("sqs", ("SQS",), {"sendMessage": ANSWERED}),
    "states": Integration("sfn", ("StepFunctions",), {"startExecution": (CALL, JOB, JOB_2, TOKEN)}),
}
"""Source: Step Functions Developer Guide, "Integrating optimized services"."""

SDK_PATTERNS = ANSWERED
"""Source: Step Functions Developer Guide, "Learning to use AWS service SDK integrations"."""

OWN_INPUTS: dict[tuple[str, str], Shape] = {
    ("apigateway", "invoke"): Shape(
        "structure",
        members={
            "ApiEndpoint": "s",
            "Method": "s",
            "Headers": "?",
            "Stage": "s",
            "Path": "s",
            "QueryParameters": "?",
            "RequestBody": "?",
            "AllowNullValues": "b",
            "AuthType": "s",
        },
        required=("ApiEndpoint", "Method"),
    ),
    ("elasticmapreduce", "setClusterTerminationProtection"): Shape(
        "structure",
        members={"ClusterId": "s", "TerminationProtected": "b"},
        required=("ClusterId", "TerminationProtected"),
    ),
    ("elasticmapreduce", "terminateCluster"): Shape("structure", members={"ClusterId": "s"}, required=("ClusterId",)),
    ("elasticmapreduce", "addStep"): Shape(
        "structure",
        members={"ClusterId": "s", "Step": "?", "ExecutionRoleArn": "s"},
        required=("ClusterId", "Step"),
    ),
    ("elasticmapreduce", "cancelStep"): Shape(
        "structure", members={"ClusterId": "s", "StepId": "s"}, required=("ClusterId", "StepId")
    ),
}
"""What the actions take that are Step Functions' own. Source: its Developer Guide, the page of the service."""


def input_shape(name: str, action: str) -> tuple[Service | None, Shape] | None:
    """What an action takes and the service whose references it uses; None when that is not known.

    `name` is that of the ARN: "glue", or "aws-sdk:glue".
    """
    own = OWN_INPUTS.get((name, action))
    if own is not None:
        return None, own
    found = service(model_name(name))
    return (found, found.input(action)) if found is not None and action in found.actions else None


def model_name(name: str) -> str:
    """The name in the index of the service of an ARN: "elasticmapreduce" is "emr", "aws-sdk:glue" is "glue"."""
    sdk, found, product = name.partition(":")
    if found and sdk == "aws-sdk":
        return product
    return OPTIMISED[name].model if name in OPTIMISED else ""
