"""Made-up answers have the shape of real ones."""

from __future__ import annotations

from typing import Any

import pytest

from aslkit.definition.resource import parse_resource
from aslkit.definition.services import OPTIMISED, index_version, outputs, service_names
from aslkit.operations.index import action_name, installed_models, parameter_name
from aslkit.simulation.examples import OWN_NAMES, example
from aslkit.simulation.mocks import JOB_ANSWERS, check_result


def answer(resource: str) -> object:
    found = parse_resource(resource)
    assert found is not None
    return example(found)


def test_an_example_has_every_field_but_the_token_of_a_next_page() -> None:
    assert answer("arn:aws:states:::aws-sdk:s3:listBuckets") == {
        "Buckets": [
            {
                "Name": "Name",
                "CreationDate": "2025-01-01T00:00:00.000Z",
                "BucketRegion": "BucketRegion",
                "BucketArn": "BucketArn",
            }
        ],
        "Owner": {"DisplayName": "DisplayName", "Id": "Id"},
        "Prefix": "Prefix",
    }


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        "arn:aws:states:us-east-1:123456789012:activity:a",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:::http:invoke",
    ],
)
def test_where_nothing_is_known_of_the_answer_it_is_empty(resource: str) -> None:
    assert answer(resource) == {}


def test_a_function_answers_with_a_payload() -> None:
    found = answer("arn:aws:states:::lambda:invoke")
    assert isinstance(found, dict)
    assert found["Payload"] == {}


def test_an_optimised_integration_calls_fields_as_the_service_does_and_the_sdk_one_in_its_own_way() -> None:
    fields = ["MessageAttributes", "MessageBody", "MessageSystemAttributes"]
    own, sdk = answer("arn:aws:states:::sqs:sendMessage"), answer("arn:aws:states:::aws-sdk:sqs:sendMessage")
    assert own == {
        **{f"MD5Of{field}": f"MD5Of{field}" for field in fields},
        "MessageId": "MessageId",
        "SequenceNumber": "SequenceNumber",
    }
    assert sdk == {
        **{f"Md5Of{field}": f"Md5Of{field}" for field in fields},
        "MessageId": "MessageId",
        "SequenceNumber": "SequenceNumber",
    }


def members(model: dict[str, Any], action: str) -> set[str]:
    """The service's own names of all fields in what an action answers."""
    found: set[str] = set()
    operation = next((one for name, one in model["operations"].items() if action_name(name) == action), {})
    pending, seen = [operation["output"]["shape"]] if "output" in operation else [], set()
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            shape = model["shapes"][name]
            found.update(shape.get("members", ()))
            inner = [
                *shape.get("members", {}).values(),
                *(shape[part] for part in ("member", "value") if part in shape),
            ]
            pending += [one["shape"] for one in inner]
    return found


def test_the_fields_that_are_called_otherwise_are_those_of_the_installed_botocore() -> None:
    botocore = pytest.importorskip("botocore")
    if botocore.__version__ != index_version():
        pytest.skip(f"made from botocore {index_version()}")
    _, models = installed_models()
    jobs = [(service, action) for (service, _), (action, _) in JOB_ANSWERS.items()]
    asked = [(service, action) for service, integration in OPTIMISED.items() for action in integration.actions] + jobs
    names = {
        name
        for service, action in asked
        if OPTIMISED[service].model in models
        for name in members(models[OPTIMISED[service].model][1], action)
    }
    assert {
        parameter_name(name): name for name in names if parameter_name(name) != name[:1].upper() + name[1:]
    } == OWN_NAMES


SOME = [name for index, name in enumerate(service_names()) if index % 12 == 0]


@pytest.mark.parametrize("service", SOME)
def test_every_example_passes_the_check_of_mocked_results(service: str) -> None:
    known = outputs(service)
    for action in known.actions if known is not None else ():
        found = parse_resource(f"arn:aws:states:::aws-sdk:{service}:{action}")
        assert found is not None
        check_result(example(found), found)
