"""Accounts, regions, partitions and secrets that are written out."""

from __future__ import annotations

import pytest
import yaml

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import literals
from aslkit.lint.plugins import rules_of

RULES = rules_of(literals)


def found(*parameters: object) -> list[tuple[str, str]]:
    """(rule, last key) of what is found in tasks with these parameters, one after the other."""
    states = {
        f"S{index}": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Parameters": one,
            "Comment": "arn:aws:sns:x:111111111111:t",
        }
        for index, one in enumerate(parameters)
    }
    machine = parse(load(yaml.safe_dump({"StartAt": "S0", "States": states}, sort_keys=False)))
    return [(rule.id, "/".join(map(str, hit.pointer[1:]))) for rule in RULES for hit in rule(machine)]


def topic(region: str = "eu-west-1", account: str = "123456789012", partition: str = "aws") -> dict[str, str]:
    return {"TopicArn": f"arn:{partition}:sns:{region}:{account}:t"}


def test_each_account_is_told_once_at_its_first_place() -> None:
    assert found(topic(), topic(), topic(account="999999999999")) == [
        ("hard-coded-account", "S0/Parameters/TopicArn"),
        ("hard-coded-account", "S2/Parameters/TopicArn"),
    ]


def test_the_address_of_a_queue_names_an_account_too() -> None:
    queue = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q"}
    assert found(queue) == [("hard-coded-account", "S0/Parameters/QueueUrl")]


def test_the_region_that_is_named_less_often_is_told() -> None:
    (_, mixed) = found(topic(), topic("us-east-1"), topic())
    assert mixed == ("mixed-regions", "S1/Parameters/TopicArn")


def test_another_partition_is_told_and_not_its_region_as_well() -> None:
    found_here = found(topic(), topic("cn-north-1", partition="aws-cn"), topic())
    assert found_here == [
        ("hard-coded-account", "S0/Parameters/TopicArn"),
        ("mixed-regions", "S1/Parameters/TopicArn"),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--db-password", "hunter2winter"),
        ("ApiKey", "0123456789abcdef"),
        ("clientSecret", "s3cr3t-value"),
        ("note", "AKIA1234567890ABCDEF"),
        ("hook", "https://hooks.slack.com/services/T000/B000/xxxxxxxx"),
        ("pem", "-----BEGIN RSA PRIVATE KEY-----"),
    ],
)
def test_a_secret_that_is_written_out_is_told(name: str, value: str) -> None:
    assert found({name: value}) == [("plain-secret", f"S0/Parameters/{name}")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--db-password.$", "$.password"),
        ("Password", "${DbPassword}"),
        ("Password", "{{resolve:secretsmanager:db}}"),
        ("Password", "{% $password %}"),
        ("SecretId", "prod-database"),
        ("Secret", "prod/db"),
        ("SecretArn", "arn:aws:secretsmanager:::x"),
        ("ClientToken", "0123456789"),
        ("Password", "changeme"),
        ("note", "AKIAIOSFODNN7EXAMPLE"),
        ("Key", "path/to/object"),
    ],
)
def test_what_only_names_a_secret_is_none(name: str, value: str) -> None:
    assert found({name: value}) == []
