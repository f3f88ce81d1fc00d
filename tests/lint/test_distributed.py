"""Distributed Maps: what their reader and writer call, how the file is read, what belongs to them alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import distributed
from aslkit.lint.plugins import rules_of

RULES = rules_of(distributed)
GET, LIST, PUT = "arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2", "arn:aws:states:::s3:putObject"
OBJECT = {"Bucket.$": "$.bucket", "Key": "items"}


def found(mode: str = "DISTRIBUTED", language: str = "JSONPath", **fields: Any) -> list[tuple[str, str]]:
    """(rule, pointer inside the state) for a Map with these fields."""
    one = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}
    config = {"Mode": mode, "ExecutionType": "STANDARD"}
    state = {"Type": "Map", "End": True, "ItemProcessor": {"ProcessorConfig": config, **one}, **fields}
    text = json.dumps({"QueryLanguage": language, "StartAt": "M", "States": {"M": state}})
    return [
        (rule.id, "/".join(map(str, hit.pointer[2:]))) for rule in RULES for hit in rule(parse(load(text)))
    ]  # fmt: skip


def reader(resource: str = GET, parameters: Any = None, **config: Any) -> dict[str, Any]:
    return {
        "Resource": resource,
        "Parameters": OBJECT if parameters is None else parameters,
        **({"ReaderConfig": config} if config else {}),
    }


@pytest.mark.parametrize(
    "item_reader",
    [
        reader(InputType="JSON"),
        reader(InputType="JSON", ItemsPointer="/a", MaxItems=5),
        reader(InputType="CSV", CSVHeaderLocation="FIRST_ROW", CSVDelimiter="PIPE"),
        reader(InputType="CSV", CSVHeaderLocation="GIVEN", CSVHeaders=["a"]),
        reader(InputType="MANIFEST", ManifestType="S3_INVENTORY"),
        reader(InputType="${Kind}", CSVHeaders=["a"]),
        reader(LIST, {"Bucket": "b", "Prefix.$": "$.prefix"}),
        reader(LIST, {"Bucket": "b"}, MaxItems=10),
        reader(LIST, {"Bucket": "b"}, InputType="JSONL", Transformation="LOAD_AND_FLATTEN"),
        reader("arn:aws-us-gov:states:::s3:getObject", InputType="JSONL"),
        reader("${Reader}", {}),
    ],
)
def test_what_can_be_read_is_no_finding(item_reader: dict[str, Any]) -> None:
    assert found(ItemReader=item_reader) == []


@pytest.mark.parametrize(
    ("item_reader", "finding"),
    [
        (reader("arn:aws:states:::dynamodb:getItem"), ("item-reader", "ItemReader/Resource")),
        (reader("arn:aws:states:::s3:listObjects"), ("item-reader", "ItemReader/Resource")),
        (reader(PUT), ("item-reader", "ItemReader/Resource")),
        (reader(parameters={"Bucket": "b"}), ("item-reader", "ItemReader/Parameters")),
        (reader(parameters={"Bucket": "b", "Keys": "x"}), ("item-reader", "ItemReader/Parameters/Keys")),
        ({"Resource": GET}, ("item-reader", "ItemReader")),
        (reader(LIST, {"Prefix": "x"}), ("item-reader", "ItemReader/Parameters")),
        (reader(InputType="CSV"), ("reader-config", "ItemReader/ReaderConfig")),
        (
            reader(InputType="CSV", CSVHeaderLocation="GIVEN"),
            ("reader-config", "ItemReader/ReaderConfig/CSVHeaderLocation"),
        ),
        (
            reader(InputType="CSV", CSVHeaderLocation="FIRST_ROW", CSVHeaders=["a"]),
            ("reader-config", "ItemReader/ReaderConfig/CSVHeaders"),
        ),
        (reader(InputType="JSON", CSVDelimiter="TAB"), ("reader-config", "ItemReader/ReaderConfig/CSVDelimiter")),
        (reader(InputType="JSONL", ItemsPointer="/a"), ("reader-config", "ItemReader/ReaderConfig/ItemsPointer")),
        (reader(ItemsPointer="/a"), ("reader-config", "ItemReader/ReaderConfig")),
        (reader(LIST, {"Bucket": "b"}, InputType="JSON"), ("reader-config", "ItemReader/ReaderConfig/InputType")),
    ],
)
def test_what_cannot_be_read_is_one_finding(item_reader: dict[str, Any], finding: tuple[str, str]) -> None:
    assert found(ItemReader=item_reader) == [finding]


@pytest.mark.parametrize(
    ("writer", "findings"),
    [
        ({"Resource": PUT, "Parameters": {"Bucket": "b", "Prefix": "p"}}, []),
        ({"WriterConfig": {"OutputType": "JSON"}}, []),
        ({"Resource": GET, "Parameters": {"Bucket": "b"}}, [("result-writer", "ResultWriter/Resource")]),
        ({"Resource": PUT, "Parameters": {"Prefix": "p"}}, [("result-writer", "ResultWriter/Parameters")]),
        (
            {"Resource": PUT, "Parameters": {"Bucket": "b", "Prefx": "p"}},
            [("result-writer", "ResultWriter/Parameters/Prefx")],
        ),
    ],
)
def test_what_a_writer_calls(writer: dict[str, Any], findings: list[tuple[str, str]]) -> None:
    assert found(ResultWriter=writer) == findings


def test_in_jsonata_the_arguments_count() -> None:
    assert found(language="JSONata", ItemReader={"Resource": GET, "Arguments": {"Bucket": "b"}}) == [
        ("item-reader", "ItemReader/Arguments")
    ]
    assert found(language="JSONata", ItemReader={"Resource": GET, "Arguments": "{% $all %}"}) == []


def test_what_belongs_to_child_executions_has_no_effect_inline() -> None:
    assert found("INLINE", ItemBatcher={"MaxItemsPerBatch": 2}, ToleratedFailureCount=1) == [
        ("distributed-only", "ItemBatcher")
    ]
    assert found("${Mode}", ItemBatcher={"MaxItemsPerBatch": 2}) == []


def test_a_run_in_which_every_item_may_fail_is_told() -> None:
    writer = {"Resource": PUT, "Parameters": {"Bucket": "b"}}
    assert found(ToleratedFailurePercentage=100) == [("every-failure-tolerated", "ToleratedFailurePercentage")]
    assert found(ToleratedFailurePercentage=100, ResultWriter=writer) == []
    assert found(ToleratedFailurePercentage=99) == []


def test_more_iterations_than_an_inline_map_runs_are_told() -> None:
    assert found("INLINE", MaxConcurrency=41) == [("inline-concurrency", "MaxConcurrency")]
    assert found("INLINE", MaxConcurrency=40) == []
    assert found(MaxConcurrency=1000) == []
