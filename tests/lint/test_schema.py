"""The shape of definitions: what the schema accepts, and in which words it refuses the rest."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.schemas import schema_text
from aslkit.lint.schema import MOST, misfits

SCHEMA = json.loads(schema_text("asl"))
JUDGE = jsonschema_rs.Draft202012Validator(SCHEMA)
SECOND_JUDGE = jsonschema.Draft202012Validator(SCHEMA)
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

GLUE = "arn:aws:states:::glue:startJobRun.sync"


def machine(state: Any, **fields: Any) -> dict[str, Any]:
    """A definition with one state A and one where it may lead, B."""
    return {"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}, **fields}


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": GLUE, "End": True, **fields}


def retrying(**fields: Any) -> dict[str, Any]:
    return machine(task(Retry=[{"ErrorEquals": ["States.ALL"], **fields}]))


def choosing(rule: Any, **fields: Any) -> dict[str, Any]:
    return machine({"Type": "Choice", "Choices": [rule], **fields})


def mapping(**fields: Any) -> dict[str, Any]:
    return machine({"Type": "Map", "ItemProcessor": machine({"Type": "Pass", "End": True}), "End": True, **fields})


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


A = ("States", "A")
EQUAL = {"Variable": "$.x", "NumericEquals": 1}

DISTRIBUTED = {
    "Comment": "each item",
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    "StartAt": "One",
    "States": {"One": {"Type": "Pass", "End": True}},
}

VALID: dict[str, dict[str, Any]] = {
    "every field of a machine": machine(
        {"Type": "Pass", "Next": "B"}, Comment="all", Version="1.0", TimeoutSeconds=3600, QueryLanguage="JSONPath"
    ),
    "a task with everything that JSONPath has": machine(
        task(
            Comment="load",
            InputPath="$.in",
            Parameters={"JobName.$": "$.job", "Arguments": {"--a": "b"}},
            Credentials={"RoleArn.$": "$.role"},
            TimeoutSeconds=60,
            HeartbeatSecondsPath="$.beat",
            ResultSelector={"id.$": "$.Id"},
            ResultPath=None,
            OutputPath="$$.Execution.Input",
            Assign={"id.$": "$.Id"},
            Retry=[
                {
                    "ErrorEquals": ["A.B", "States.Timeout"],
                    "IntervalSeconds": 60,
                    "MaxAttempts": 0,
                    "BackoffRate": 1.5,
                    "MaxDelaySeconds": 31622400,
                    "JitterStrategy": "FULL",
                    "Comment": "again",
                }
            ],
            Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B", "Comment": "out", "Assign": {}}],
        )
    ),
    "a task with everything that JSONata has": machine(
        task(
            Arguments="{% $states.input %}",
            Credentials={"RoleArn": "{% $role %}"},
            TimeoutSeconds="{% $limit %}",
            HeartbeatSeconds=10,
            Output={"id": "{% $states.result.Id %}"},
            Assign={"id": "{% $states.result.Id %}"},
            Catch=[{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "B"}],
        ),
        QueryLanguage="JSONata",
    ),
    "one state in JSONata": machine(task(QueryLanguage="JSONata", Arguments={}, Output=1)),
    "a state inside a JSONata map follows the machine": machine(
        {
            "Type": "Map",
            "QueryLanguage": "JSONata",
            "Items": [1, 2],
            "ItemProcessor": machine({"Type": "Pass", "Parameters": {}, "End": True}),
            "End": True,
        }
    ),
    "choice rules of every form": machine(
        {
            "Type": "Choice",
            "InputPath": "$",
            "OutputPath": "$",
            "Choices": [
                {**EQUAL, "Next": "B", "Comment": "one", "Assign": {"a": 1}},
                {"And": [EQUAL, {"Not": {"Variable": "$$.a", "IsPresent": False}}], "Next": "B"},
                {"Or": [{"Variable": "$v", "StringMatches": "a*"}, {"And": [EQUAL]}], "Next": "B"},
                {"Variable": "$.t", "TimestampLessThanEqualsPath": "$.u", "Next": "B"},
                {"Variable": "$.t", "TimestampEquals": "2030-01-31T06:00:00.5+02:00", "Next": "B"},
            ],
            "Default": "B",
        }
    ),
    "conditions": choosing(
        {"Condition": "{% $states.input.x = 1 %}", "Next": "B", "Output": 1, "Assign": {}},
        QueryLanguage="JSONata",
        Output="{% 1 %}",
    ),
    "a distributed map": machine(
        {
            "Type": "Map",
            "Label": "items",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"], "MaxItemsPath": "$.n"},
                "Parameters": {"Bucket": "b", "Key.$": "$.key"},
            },
            "ItemSelector": {"a.$": "$$.Map.Item.Value"},
            "ItemBatcher": {"MaxItemsPerBatch": 10, "MaxInputBytesPerBatchPath": "$.bytes", "BatchInput": {"a": 1}},
            "ItemProcessor": DISTRIBUTED,
            "ResultWriter": {"WriterConfig": {"OutputType": "JSONL", "Transformation": "FLATTEN"}},
            "MaxConcurrencyPath": "$.n",
            "ToleratedFailurePercentage": 0.5,
            "ToleratedFailureCount": 0,
            "Retry": [],
            "End": True,
        }
    ),
    "a map as it used to be written": machine(
        {
            "Type": "Map",
            "ItemsPath": "$.items",
            "Parameters": "$.x",
            "Iterator": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "I", "States": {"I": {"Type": "Fail"}}},
            "MaxConcurrency": 0,
            "Next": "B",
        }
    ),
    "a parallel": machine(
        {
            "Type": "Parallel",
            "Branches": [{"StartAt": "L", "States": {"L": {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.UUID()"}}}],
            "Catch": [],
            "Next": "B",
        }
    ),
    "waits": {
        "StartAt": "1",
        "States": {
            "1": {"Type": "Wait", "Seconds": 0, "Next": "2"},
            "2": {"Type": "Wait", "SecondsPath": "$.s", "Next": "3"},
            "3": {"Type": "Wait", "Timestamp": "2030-01-31T06:00:00Z", "Next": "4"},
            "4": {"Type": "Wait", "TimestampPath": "$v", "Assign": {"a": 1}, "Next": "5"},
            "5": {"Type": "Wait", "QueryLanguage": "JSONata", "Timestamp": "{% $now() %}", "End": True},
        },
    },
    "substitutions wherever a value stands": {
        "StartAt": "A",
        "TimeoutSeconds": "${Limit}",
        "States": {
            "A": {"Type": "Wait", "Seconds": "${Seconds}", "End": "${Last}"},
            "B": task(Retry="${Retry}", Catch=["${Catcher}"], TimeoutSeconds="${Minutes}0", Credentials="${Role}"),
            "C": "${State}",
            "D": {"Type": "Parallel", "Branches": ["${Branch}"], "End": True},
            "E": {"Type": "Map", "ItemProcessor": "${Processor}", "MaxConcurrency": "${Many}", "Label": "${Label}", "End": True},
            "F": {"Type": "Choice", "Choices": ["${Rule}", {"Variable": "$.a", "BooleanEquals": "${Yes}", "Next": "A"}]},
            "G": {"Type": "Choice", "Choices": "${Choices}"},
            "I": {"Type": "Choice", "Choices": [{"And": "${Rules}", "Next": "A"}, {"Not": "${Rule}", "Next": "A"}]},
            "J": {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": ["${Rule}", {"Condition": "${C}", "Next": "A"}]},
            "K": {"Type": "Map", "Iterator": DISTRIBUTED, "ItemBatcher": "${B}", "ItemReader": "${R}", "End": True},
            "L": {
                "Type": "Map",
                "Iterator": {**DISTRIBUTED, "ProcessorConfig": "${Config}"},
                "ItemReader": {"Resource": "${Reader}", "ReaderConfig": "${Config}"},
                "ResultWriter": {"WriterConfig": "${Config}"},
                "End": True,
            },
            "H": task(Retry=[{"ErrorEquals": "${Errors}", "MaxAttempts": "${Max}", "JitterStrategy": "${Jitter}"}]),
        },
    },
}


@pytest.mark.parametrize("definition", VALID.values(), ids=VALID.keys())
def test_a_good_definition_has_no_misfits(definition: dict[str, Any]) -> None:
    assert list(misfits(definition)) == []


MISFITS: list[tuple[Any, list[tuple[tuple[str | int, ...], str]]]] = [
]


@pytest.mark.parametrize(("definition", "expected"), MISFITS, ids=[found[0][1][:60] for _, found in MISFITS])
def test_each_mistake_is_told_once_in_words(definition: Any, expected: list[Any]) -> None:
    assert list(misfits(definition)) == expected
