"""The index of AWS's service models: what it says, and that it is what the installed botocore says."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib

import pytest

from aslkit.definition.services import (
    LEAVES,
    OPTIMISED,
    PATTERNS,
    Shape,
    index_version,
    input_shape,
    model_name,
    service,
    service_alias,
    service_names,
    shape_of,
)
from aslkit.operations.index import (
    TARGET,
    action_name,
    index,
    installed_index,
    parameter_name,
    service_index,
    service_name,
)


def test_start_job_run_needs_a_job_name_of_255_characters_at_most() -> None:
    glue = service("glue")
    assert glue is not None
    given = glue.input("startJobRun")
    assert given.required == ("JobName",)
    assert glue.shape(given.members["JobName"]) == Shape("string", least=1, most=255)
    assert glue.shape(given.members["NumberOfWorkers"]) == LEAVES["i"]
    arguments = glue.shape(given.members["Arguments"])
    assert (arguments.kind, glue.shape(arguments.element)) == ("map", LEAVES["s"])
    assert "G.1X" in glue.shape(given.members["WorkerType"]).values


def test_the_errors_of_an_action_are_those_of_its_model() -> None:
    glue = service("glue")
    assert glue is not None
    assert glue.raised("startJobRun") == (
        "ConcurrentRunsExceededException",
        "EntityNotFoundException",
        "InternalServiceException",
        "InvalidInputException",
        "OperationTimeoutException",
        "ResourceNumberLimitExceededException",
    )
    assert set(glue.raised("startJobRun")) <= set(glue.errors)


def test_names_are_those_of_step_functions() -> None:
    rds = service("rds")
    assert rds is not None
    assert rds.input("createDBInstance").required == ("DbInstanceIdentifier", "DbInstanceClass", "Engine")
    assert {"sfn", "cloudwatchlogs", "databasemigration", "config", "rdsdata"} <= set(service_names())
    assert [service_alias(name) for name in ("logs", "stepfunctions", "states", "nothing")] == [
        "cloudwatchlogs",
        "sfn",
        "sfn",
        None,
    ]


def test_an_unknown_service_is_none() -> None:
    assert service("clowdwatch") is None


def test_nested_shapes_of_optimised_actions_are_followed() -> None:
    found = input_shape("ecs", "runTask")
    assert found is not None
    ecs, given = found
    assert ecs is not None
    network = ecs.shape(given.members["NetworkConfiguration"])
    awsvpc = ecs.shape(network.members["AwsvpcConfiguration"])
    assert ecs.shape(awsvpc.members["Subnets"]).kind == "list"
    assert awsvpc.required == ("Subnets",)


def test_an_idempotency_token_is_not_required() -> None:
    found = input_shape("emr-serverless", "createApplication")
    assert found is not None
    assert "ClientToken" not in found[1].required


def test_every_optimised_action_has_patterns_that_exist_and_its_service_is_in_the_index() -> None:
    for name, integration in OPTIMISED.items():
        assert all(set(patterns) <= set(PATTERNS) and "" in patterns for patterns in integration.actions.values()), name
        assert not integration.model or service(integration.model) is not None, name


def test_actions_that_are_step_functions_own_are_the_only_ones_without_a_model() -> None:
    unknown = {
        f"{name}:{action}"
        for name, integration in OPTIMISED.items()
        for action in integration.actions
        if input_shape(name, action) is None
    }
    assert unknown == {
        "bedrock:invokeModel",
        "eks:call",
        "eks:runJob",
        "elasticmapreduce:createCluster",
        "elasticmapreduce:modifyInstanceFleetByName",
        "elasticmapreduce:modifyInstanceGroupByName",
        "http:invoke",
    }


def test_the_model_of_a_service_is_found_by_the_name_in_the_arn() -> None:
    assert [model_name(name) for name in ("elasticmapreduce", "states", "aws-sdk:s3", "http", "foo")] == [
        "emr",
        "sfn",
        "s3",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        (["o", {"A": "s"}, "A"], Shape("structure", members={"A": "s"}, required=("A",))),
        (["l", "i"], Shape("list", element="i")),
        (["m", "s", "b"], Shape("map", key="s", element="b")),
        (["e", "ON", "OFF"], Shape("string", values=("ON", "OFF"))),
        ([], Shape("any")),
    ],
)
def test_a_written_shape_is_read(written: list[object], shape: Shape) -> None:
    assert shape_of(written) == shape


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("SFN", "sfn"),
        ("CloudWatch Logs", "cloudwatchlogs"),
        ("Config Service", "config"),
        ("Elastic Load Balancing v2", "elasticloadbalancingv2"),
    ],
)
def test_a_service_is_called_by_its_id_without_blanks_and_the_word_service(written: str, name: str) -> None:
    assert service_name(written) == name


def test_an_action_begins_in_lower_case() -> None:
    assert [action_name(name) for name in ("ListObjectsV2", "CreateDBInstance", "X")] == [
        "listObjectsV2",
        "createDBInstance",
        "x",
    ]


def test_a_parameter_loses_all_but_the_first_of_its_leading_capitals() -> None:
    names = ("DBName", "jobName", "SSEKMSKeyId", "ACL", "KmsKeyId", "EnableIAMDatabaseAuthentication")
    assert [parameter_name(name) for name in names] == [
        "DbName",
        "JobName",
        "SsekmsKeyId",
        "Acl",
        "KmsKeyId",
        "EnableIAMDatabaseAuthentication",
    ]


MODEL = {
    "metadata": {"serviceId": "Tree", "endpointPrefix": "forest"},
    "operations": {"Plant": {"input": {"shape": "Plant"}, "errors": [{"shape": "Full"}]}, "Rest": {}},
    "shapes": {
        "Plant": {
            "type": "structure",
            "required": ["root", "token"],
            "members": {"root": {"shape": "Branch"}, "token": {"shape": "Text", "idempotencyToken": True}},
        },
        "Branch": {"type": "structure", "members": {"twig": {"shape": "Branch"}, "kind": {"shape": "Kind"}}},
        "Text": {"type": "string", "max": 9},
        "Kind": {"type": "string", "enum": ["oak", "ash"]},
        "Full": {"type": "structure", "members": {}, "exception": True},
        "Gone": {"type": "structure", "members": {}, "exception": True},
    },
}


def test_a_shape_inside_itself_is_not_followed() -> None:
    assert service_index(MODEL, whole=frozenset({"plant"})) == {
        "actions": {"plant": [2, 3], "rest": [None, 4]},
        "errors": ["Full", "Gone"],
        "shapes": [
            ["e", "oak", "ash"],
            ["o", {"Twig": "o", "Kind": 0}],
            ["o", {"Root": 1, "Token": "s0-9"}, "Root"],
            ["Full"],
            [],
        ],
    }


def test_only_the_top_parameters_of_other_actions_are_kept() -> None:
    assert service_index(MODEL, whole=frozenset())["shapes"][0] == ["o", {"Root": "o", "Token": "s0-9"}, "Root"]


def test_the_same_models_give_the_same_bytes() -> None:
    models = {"tree": ("tree-cli", MODEL), "bush": ("bush", MODEL)}
    assert index(models, version="1") == index(dict(reversed(models.items())), version="1")


def unpacked(container: bytes) -> dict[str, object]:
    """The content of an index, whichever zlib has compressed it."""
    start = 4 + int.from_bytes(container[:4], "big")
    directory = json.loads(zlib.decompress(container[4:start]))
    return {
        name: json.loads(zlib.decompress(container[start + offset : start + offset + size]))
        for name, (offset, size, _) in directory["services"].items()
    } | {"": (directory["version"], directory["aliases"])}


def test_the_index_is_what_the_installed_botocore_says() -> None:
    botocore = pytest.importorskip("botocore")
    if botocore.__version__ != index_version():
        pytest.skip(f"made from botocore {index_version()}; run python -m aslkit.operations.index")
    assert unpacked(installed_index()[1]) == unpacked(TARGET.read_bytes())


def test_nothing_is_read_at_import() -> None:
    code = (
        "import aslkit.definition.services as s; "
        "assert s.service.cache_info().currsize == s._directory.cache_info().currsize == 0"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
