"""The data of an ItemReader as items, and items as batches."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.language.errors import StatesError
from aslkit.language.payload import json_text
from aslkit.simulation.items import (
    GET_OBJECT,
    LIST_OBJECTS,
    Objects,
    S3Object,
    batches,
    limited,
    objects_of,
    read_items,
    reading_of,
)


def read(body: Any, config: dict[str, Any], action: str = GET_OBJECT, key: str = "k", **others: Any) -> Any:
    """The items of one object b/k among others, or the cause why there are none."""
    entries = [{"Bucket": "b", "Key": "k", "Body": body}]
    entries += [{"Bucket": "b", "Key": name.replace("_", "/"), "Body": other} for name, other in others.items()]
    try:
        found = read_items(objects_of(entries), reading_of(action, config), "b", key, "request-1")
        return [item for item, _ in found]
    except StatesError as error:
        assert error.error == "States.ItemReaderFailed"
        return error.cause


CSV = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
ROWS = "H1,H2\nv1,v2\n,\nv3\nv4,v5,v6\n\n   \n"


def test_a_csv_row_becomes_an_object_of_strings() -> None:
    assert read(ROWS, CSV) == [
        {"H1": "v1", "H2": "v2"},
        {"H1": "", "H2": ""},
        {"H1": "v3", "H2": ""},
        {"H1": "v4", "H2": "v5"},
        {"H1": "   ", "H2": ""},
    ]


def test_the_headers_of_a_csv_file_may_be_given() -> None:
    config = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x"]}
    assert read("H1,H2\nv1,v2\n", config) == [{"x": "H1"}, {"x": "v1"}]


def test_csv_columns_come_in_the_order_of_a_java_hash_map() -> None:
    assert json.dumps(read("H1,\nv1,v2", CSV)) == '[{"": "v2", "H1": "v1"}]'


@pytest.mark.parametrize(
    ("delimiter", "sign"), [("COMMA", ","), ("PIPE", "|"), ("SEMICOLON", ";"), ("SPACE", " "), ("TAB", "\t")]
)
def test_csv_columns_may_be_delimited_otherwise(delimiter: str, sign: str) -> None:
    assert read(f"a{sign}b\n1{sign}2\n", {**CSV, "CSVDelimiter": delimiter}) == [{"a": "1", "b": "2"}]


def test_csv_values_may_be_quoted() -> None:
    assert read('a,b\r\n"x,y","he said ""no""\nand went"\r\n', CSV) == [{"a": "x,y", "b": 'he said "no"\nand went'}]


def test_duplicate_csv_headers_fail() -> None:
    assert read("a,a\n1,2\n", CSV) == "CSV headers cannot contain duplicates."


def test_a_csv_file_of_nothing_has_no_items() -> None:
    assert read("", CSV) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('[1, {"a": null}]', [1, {"a": None}]),
        ([1, 2], [1, 2]),
        ("\ufeff[3]", [3]),
        ('{"a": 1}', "Attempting to map over non-iterable node."),
        ("5", "Attempting to map over non-iterable node."),
        ("[NaN]", "The content of the file is not valid JSON: NaN is no JSON value."),
        ("[1e999]", "The content of the file is not valid JSON: the number 1e999 is too large."),
        ("[" * 100_000, "The content of the file is not valid JSON: it is nested too deep."),
        (b"\xff", "The object s3://b/k is not encoded in UTF-8."),
    ],
)
def test_a_json_file_holds_an_array(body: Any, expected: Any) -> None:
    assert read(body, {"InputType": "JSON"}) == expected


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", "Attempting to map over non-iterable node."),
        ("/a~1b", [1]),
        ("/list/1/x", [2]),
        ("/list/01/x", "The ItemsPointer /list/01/x leads to nothing in the file."),
        ("/no", "The ItemsPointer /no leads to nothing in the file."),
    ],
)
def test_a_pointer_leads_to_an_array_inside_a_json_file(pointer: str, expected: Any) -> None:
    body = {"a/b": [1], "list": [0, {"x": [2]}]}
    assert read(body, {"InputType": "JSON", "ItemsPointer": pointer}) == expected


def test_each_line_of_a_json_lines_file_is_an_item() -> None:
    assert read('{"a": 1}\r\n\n[2]\n"x"', {"InputType": "JSONL"}) == [{"a": 1}, [2], "x"]


def test_a_key_that_is_not_there_fails() -> None:
    assert (
        read("[]", {"InputType": "JSON"}, key="no")
        == "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: request-1)"
    )


def test_the_objects_of_a_bucket_are_listed_by_their_keys() -> None:
    listed = read("12345", {}, LIST_OBJECTS, "p/", p_z="z", p_a="", q="")
    assert listed == [
        {
            "Etag": '"d41d8cd98f00b204e9800998ecf8427e"',
            "LastModified": 1735689600,
            "Key": "p/a",
            "Size": 0,
            "StorageClass": "STANDARD",
        },
        {
            "Etag": '"fbade9e36a3f36d3d676c1b808451dd7"',
            "LastModified": 1735689600,
            "Key": "p/z",
            "Size": 1,
            "StorageClass": "STANDARD",
        },
    ]


def test_listed_objects_may_be_loaded_and_flattened() -> None:
    config = {"InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN"}
    assert read("", config, LIST_OBJECTS, "p/", p_b="3\n", p_a="1\n2\n") == [1, 2, 3]


def test_items_tell_where_they_come_from() -> None:
    objects = objects_of([{"Bucket": "b", "Key": key, "Body": "[1]"} for key in ("p1", "p2")])
    flat = reading_of(LIST_OBJECTS, {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"})
    assert read_items(objects, flat, "b", "p", "") == [(1, "S3://b/p1"), (1, "S3://b/p2")]
    listed = read_items(objects, reading_of(LIST_OBJECTS, {}), "b", "", "")
    assert [(item["Key"], source) for item, source in listed] == [("p1", "S3://b"), ("p2", "S3://b")]
    assert read_items(objects, reading_of(GET_OBJECT, {"InputType": "JSON"}), "b", "p1", "") == [(1, "S3://b/p1")]


MANIFEST = {
    "sourceBucket": "source",
    "destinationBucket": "arn:aws:s3:::b",
    "fileFormat": "CSV",
    "fileSchema": "Bucket, Key, Size",
    "files": [{"key": "data/1.csv.gz"}, {"key": "data/2.csv"}],
}


def test_an_inventory_is_read_from_the_files_that_its_manifest_names() -> None:
    entries: list[dict[str, Any]] = [
        {"Bucket": "b", "Key": "manifest.json", "Body": MANIFEST},
        {"Bucket": "b", "Key": "data/1.csv.gz", "Body": gzip.compress(b'"source","x.csv","5"\n')},
        {"Bucket": "b", "Key": "data/2.csv", "Body": '"source","y.csv","6"\n'},
    ]
    reading = reading_of(GET_OBJECT, {"InputType": "MANIFEST"})
    assert read_items(objects_of(entries), reading, "b", "manifest.json", "") == [
        ({"Bucket": "source", "Size": "5", "Key": "x.csv"}, "S3://b/manifest.json"),
        ({"Bucket": "source", "Size": "6", "Key": "y.csv"}, "S3://b/manifest.json"),
    ]


@pytest.mark.parametrize(
    ("manifest", "cause"),
    [
        ([], "The object s3://b/k is no manifest of S3 Inventory."),
        ({**MANIFEST, "files": [5]}, "The object s3://b/k is no manifest of S3 Inventory."),
        (
            {**MANIFEST, "fileFormat": "ORC"},
            "The files of the inventory are of the format ORC, and only CSV can be read.",
        ),
    ],
)
def test_what_is_no_inventory_fails(manifest: Any, cause: str) -> None:
    assert read(manifest, {"InputType": "MANIFEST"}) == cause


def test_a_broken_compressed_file_fails() -> None:
    manifest = {**MANIFEST, "files": [{"key": "z"}]}
    cause = "The object s3://b/z is not compressed as GZIP."
    assert read(manifest, {"InputType": "MANIFEST"}, z=b"\x1f\x8b-no") == cause


def test_the_files_of_an_athena_manifest_are_read_one_after_the_other() -> None:
    config = {"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}
    assert read("s3://b/x/1\ns3://b/x/2\n", config, x_1="1\n", x_2="2\n") == [1, 2]
    assert read("nowhere", config) == "The manifest names a file that is no S3 URI: nowhere"


@pytest.mark.parametrize(
    ("config", "wrong"),
    [
        ({"InputType": "XML"}, 'InputType is "XML", none of CSV, JSON, JSONL, MANIFEST, PARQUET'),
        ({"CSVDelimiter": ","}, 'CSVDelimiter is ",", none of COMMA, PIPE, SEMICOLON, SPACE, TAB'),
        ({"CSVHeaders": [1]}, "the CSVHeaders are no list of strings: [1]"),
        ({"ItemsPointer": "a"}, 'the ItemsPointer is no JSON Pointer: "a"'),
        (
            {"InputType": "MANIFEST", "ManifestType": "ATHENA_DATA"},
            "the InputType MANIFEST says nothing of the files that a manifest or a bucket names",
        ),
    ],
)
def test_a_reader_config_that_cannot_be_used_is_refused(config: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError) as caught:
        reading_of(GET_OBJECT, config)
    assert str(caught.value) == wrong


def test_objects_are_described_by_bucket_key_and_body() -> None:
    found = objects_of(
        [
            {"Bucket": "b", "Key": "text", "Body": "ü"},
            {"Bucket": "b", "Key": "json", "Body": {"a": [1]}, "LastModified": 5, "StorageClass": "GLACIER"},
            {"Bucket": "empty"},
        ]
    )
    assert found.get("b", "text") == S3Object(bucket="b", key="text", body="ü".encode())
    assert found.get("b", "json") == S3Object("b", "json", b'{"a":[1]}', last_modified=5, storage_class="GLACIER")
    assert list(found.buckets) == ["b", "empty"]
    assert found.written == []


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ({"Key": "k"}, "S3 object number 1 has no Bucket that is a string"),
        ({"Bucket": "b", "Body": ""}, "S3 object number 1 has no Key that is a string"),
        ({"Bucket": "b", "Key": 5}, "S3 object number 1 has no Key that is a string"),
        (
            {"Bucket": "b", "Key": "k", "LastModified": "today"},
            "the LastModified of the S3 object s3://b/k does not fit: 'today'",
        ),
    ],
)
def test_what_describes_no_object_is_refused(entry: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError) as caught:
        objects_of([entry])
    assert str(caught.value) == wrong


def test_what_is_put_is_found_again() -> None:
    objects, new = Objects(), S3Object("b", "k", b"1")
    objects.put(new)
    assert (objects.get("b", "k"), objects.matching("b", ""), objects.written) == (new, [new], [new])


@pytest.mark.parametrize(
    ("limit", "expected"), [(None, [1, 2, 3]), (0, [1, 2, 3]), (2, [1, 2]), (100_000_001, [1, 2, 3])]
)
def test_a_limit_of_zero_items_is_none(limit: int | None, expected: list[int]) -> None:
    assert limited([1, 2, 3], limit) == expected


def test_a_negative_limit_fails() -> None:
    with pytest.raises(StatesError) as caught:
        limited([], -1)
    assert (caught.value.error, caught.value.cause) == ("States.ItemReaderFailed", "field MaxItems must be positive")


def test_batches_hold_so_many_items_at_most() -> None:
    assert batches([1, 2, 3], None, 2, None) == [{"Items": [1, 2]}, {"Items": [3]}]
    assert batches([1], {"x": 0}, None, None) == [{"BatchInput": {"x": 0}, "Items": [1]}]
    assert batches([], None, 2, None) == []


def test_a_larger_item_has_a_batch_of_its_own() -> None:
    assert batches(["a", "x" * 50, "b", "c"], None, None, 24) == [
        {"Items": ["a"]},
        {"Items": ["x" * 50]},
        {"Items": ["b", "c"]},
    ]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(max_size=12) | st.integers() | st.lists(st.booleans(), max_size=4), max_size=20),
    st.none() | st.integers(1, 5),
    st.none() | st.integers(1, 120),
    st.none() | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
def test_batches_keep_every_item_in_its_order_and_their_limits(
    items: list[Any], most: int | None, size: int | None, shared: Any
) -> None:
    made = batches(items, shared, most, size)
    assert [item for batch in made for item in batch["Items"]] == items
    for batch in made:
        assert 1 <= len(batch["Items"]) <= (most or 20)
        assert size is None or len(batch["Items"]) == 1 or len(json_text(batch).encode()) <= size
