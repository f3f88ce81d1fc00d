"""Made-up answers have the shape of real ones."""

from __future__ import annotations

import pytest

from aslkit.definition.resource import parse_resource
from aslkit.definition.services import outputs, service_names
from aslkit.simulation.examples import example
from aslkit.simulation.mocks import check_result


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


SOME = [name for index, name in enumerate(service_names()) if index % 12 == 0]


@pytest.mark.parametrize("service", SOME)
def test_every_example_passes_the_check_of_mocked_results(service: str) -> None:
    known = outputs(service)
    for action in known.actions if known is not None else ():
        found = parse_resource(f"arn:aws:states:::aws-sdk:{service}:{action}")
        assert found is not None
        check_result(example(found), found)
