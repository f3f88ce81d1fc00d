"""What S3 holds and what ItemReader says -> the items of a distributed Map; items -> batches. Pure functions.

Recorded on AWS: the forms of CSV and JSON items and of listed objects, the causes "CSV headers cannot contain
duplicates.", "field MaxItems must be positive" and "Attempting to map over non-iterable node."; the other causes are
guessed. Source of the rest: guide, "ItemReader (Map)" and "ItemBatcher (Map)".
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import zlib
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, NoReturn

from aslkit.language.errors import StatesError
from aslkit.language.payload import hash_map_order, json_text
from aslkit.record import Record
from aslkit.simulation.limits import size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Json = Any

GET_OBJECT = "getObject"
LIST_OBJECTS = "listObjectsV2"
ITEM_READER_FAILED = "States.ItemReaderFailed"
MAX_ITEMS = 100_000_000
"""Items that one reader reads at most. Source: guide, "ItemReader (Map)"."""
MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes of a compressed file of an inventory when unpacked: our own bound on memory."""


# --- what S3 holds ---------------------------------------------------------------------------------------------------


class S3Object(Record):
    """An object in S3: `body` is its content, `last_modified` epoch seconds."""

    bucket: str
    key: str
    body: bytes = b""
    last_modified: float = 1_735_689_600.0
    storage_class: str = "STANDARD"

    @property
    def etag(self) -> str:
        """The quoted MD5 digest of the content, as S3 gives it for an object that was put at once."""
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'

    @property
    def text(self) -> str:
        """The content as text. Raises UnicodeDecodeError."""
        return self.body.decode("utf-8-sig")


class Objects:
    """What S3 holds during one execution: an ItemReader reads it, a ResultWriter adds to it.

    `written` are the objects that the execution itself wrote, in their order.
    """

    def __init__(self, objects: Iterable[S3Object] = (), buckets: Iterable[str] = ()) -> None:
        self.buckets: dict[str, dict[str, S3Object]] = {bucket: {} for bucket in buckets}
        self.written: list[S3Object] = []
        for found in objects:
            self.buckets.setdefault(found.bucket, {})[found.key] = found

    def get(self, bucket: str, key: str) -> S3Object | None:
        return self.buckets.get(bucket, {}).get(key)

    def matching(self, bucket: str, prefix: str) -> list[S3Object]:
        """The objects of a bucket whose keys begin so, in the order in which S3 lists them: that of their UTF-8."""
        found = (item for key, item in self.buckets.get(bucket, {}).items() if key.startswith(prefix))
        return sorted(found, key=lambda item: item.key.encode("utf-8", "surrogatepass"))

    def put(self, new: S3Object) -> None:
        self.buckets.setdefault(new.bucket, {})[new.key] = new
        self.written.append(new)


def objects_of(entries: Iterable[Mapping[str, Json]]) -> Objects:
    """The objects that a list of {"Bucket", "Key", "Body"} describes; one without a Key only says that there is such a
    bucket.

    `Body` is text, bytes, or any other JSON value, which stands for its text; without it the object is empty.
    `LastModified` (epoch seconds) and `StorageClass` are optional. Raises ValueError for an entry that is none.
    """
    found = Objects()
    for number, entry in enumerate(entries, 1):
        bucket, key = entry.get("Bucket"), entry.get("Key")
        if not isinstance(bucket, str):
            raise ValueError(f"S3 object number {number} has no Bucket that is a string")
        held = found.buckets.setdefault(bucket, {})
        if isinstance(key, str):
            held[key] = _object(bucket, key, entry)
        elif key is not None or "Body" in entry:
            raise ValueError(f"S3 object number {number} has no Key that is a string")
    return found


def _object(bucket: str, key: str, entry: Mapping[str, Json]) -> S3Object:
    values: dict[str, Json] = {}
    for field, name, kinds in (("LastModified", "last_modified", (int, float)), ("StorageClass", "storage_class", str)):
        if field in entry:
            values[name] = entry[field]
            if not isinstance(entry[field], kinds):
                raise ValueError(f"the {field} of the S3 object s3://{bucket}/{key} does not fit: {entry[field]!r}")
    return s3_object(bucket, key, entry.get("Body", ""), **values)


def s3_object(bucket: str, key: str, body: Json, **values: Any) -> S3Object:
    """An object whose body is text, bytes, or any other JSON value, which stands for its text."""
    return S3Object(bucket=bucket, key=key, body=_bytes(body), **values)


def _bytes(body: Json) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json_text(body)).encode("utf-8", "surrogatepass")


# --- what ItemReader says --------------------------------------------------------------------------------------------


class Reading(Record):
    """How the items are found: the action, and the fields of ReaderConfig."""

    action: str
    input_type: str = "JSON"
    header_location: str = "FIRST_ROW"
    headers: tuple[str, ...] = ()
    delimiter: str = ","
    pointer: str = ""
    manifest_type: str = "S3_INVENTORY"
    transformation: str = "NONE"


DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def reading_of(action: str, config: Mapping[str, Json]) -> Reading:
    """What a ReaderConfig says. Raises ValueError for a value that is none of those a field may have."""
    values = {
        name: _one_of(config, field, allowed)
        for name, field, allowed in (
            ("input_type", "InputType", (*FORMS, "MANIFEST", "PARQUET")),
            ("header_location", "CSVHeaderLocation", ("FIRST_ROW", "GIVEN")),
            ("delimiter", "CSVDelimiter", tuple(DELIMITERS)),
            ("manifest_type", "ManifestType", ("S3_INVENTORY", "ATHENA_DATA")),
            ("transformation", "Transformation", ("NONE", "LOAD_AND_FLATTEN")),
        )
        if field in config
    }
    if "delimiter" in values:
        values["delimiter"] = DELIMITERS[values["delimiter"]]
    headers, pointer = config.get("CSVHeaders", []), config.get("ItemsPointer", "")
    if not isinstance(headers, list) or not all(isinstance(name, str) for name in headers):
        raise ValueError(f"the CSVHeaders are no list of strings: {json_text(headers)}")
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise ValueError(f"the ItemsPointer is no JSON Pointer: {json_text(pointer)}")
    whole = values.get("manifest_type") != "ATHENA_DATA" and values.get("transformation") != "LOAD_AND_FLATTEN"
    if values.get("input_type") == "MANIFEST" and not whole:
        raise ValueError("the InputType MANIFEST says nothing of the files that a manifest or a bucket names")
    return Reading(action=action, headers=tuple(headers), pointer=pointer, **values)


def _one_of(config: Mapping[str, Json], field: str, allowed: Sequence[str]) -> str:
    value = config[field]
    if value not in allowed:
        raise ValueError(f"{field} is {json_text(value)}, none of {', '.join(allowed)}")
    return str(value)


# --- reading ---------------------------------------------------------------------------------------------------------


def read_items(objects: Objects, reading: Reading, bucket: str, place: str, request_id: str) -> list[tuple[Json, str]]:
    """All items that a reader finds, each with where it comes from as `$$.Map.Item.Source` says it; `place` is a key,
    for listObjectsV2 a prefix. Raises StatesError."""
    if reading.action == GET_OBJECT:
        found = _found(objects, bucket, place, request_id)
        return [(item, _source(found)) for item in _read_object(objects, reading, found, request_id)]
    listed = objects.matching(bucket, place)
    if reading.transformation == "NONE":
        return [(_listed(item), f"S3://{bucket}") for item in listed]
    return [(item, _source(found)) for found in listed for item in _parsed(reading, found)]


def _source(found: S3Object) -> str:
    return f"S3://{found.bucket}/{found.key}"


def _listed(item: S3Object) -> dict[str, Json]:
    """What listObjectsV2 says of an object (names and their order recorded on AWS)."""
    return {
        "Etag": item.etag,
        "LastModified": int(item.last_modified),
        "Key": item.key,
        "Size": len(item.body),
        "StorageClass": item.storage_class,
    }


def _read_object(objects: Objects, reading: Reading, found: S3Object, request_id: str) -> list[Json]:
    if reading.manifest_type == "ATHENA_DATA":
        named = _athena_files(found)
        return [item for bucket, key in named for item in _parsed(reading, _found(objects, bucket, key, request_id))]
    if reading.input_type == "MANIFEST":
        return _inventory(objects, found, request_id)
    return _parsed(reading, found)


def _found(objects: Objects, bucket: str, key: str, request_id: str) -> S3Object:
    found = objects.get(bucket, key)
    if found is None:
        _fail(f"The specified key does not exist. (Service: S3, Status Code: 404, Request ID: {request_id})")
    return found


def _parsed(reading: Reading, found: S3Object) -> list[Json]:
    try:
        return FORMS[reading.input_type](found.text, reading)
    except UnicodeDecodeError:
        _fail(f"The object s3://{found.bucket}/{found.key} is not encoded in UTF-8.")


def _fail(cause: str) -> NoReturn:
    raise StatesError(ITEM_READER_FAILED, cause)


# --- the forms of a file ---------------------------------------------------------------------------------------------


def csv_items(text: str, reading: Reading) -> list[Json]:
    """One object for each row, its values strings; a row's missing values are empty, spare ones are left out.

    The names come in the order of a Java HashMap (recorded on AWS).
    """
    rows = _rows(text, reading.delimiter)
    headers = reading.headers if reading.header_location == "GIVEN" else tuple(next(rows, ()))
    if len(set(headers)) < len(headers):
        _fail("CSV headers cannot contain duplicates.")
    columns = [(name, headers.index(name)) for name in hash_map_order(headers)]
    return [{name: row[index] if index < len(row) else "" for name, index in columns} for row in rows]


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of a CSV text, lines of nothing left out."""
    try:
        yield from filter(None, csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        _fail(f"The CSV file cannot be read: {error}.")


def json_items(text: str, reading: Reading) -> list[Json]:
    """The elements of the array that the text is, or that ItemsPointer leads to in it."""
    value = _pointed(_json(text), reading.pointer)
    if not isinstance(value, list):
        _fail("Attempting to map over non-iterable node.")
    return value


def json_lines_items(text: str, reading: Reading) -> list[Json]:
    """The value of each line that is not blank."""
    return [_json(line) for line in text.split("\n") if line.strip()]


FORMS: dict[str, Callable[[str, Reading], list[Json]]] = {
    "CSV": csv_items,
    "JSON": json_items,
    "JSONL": json_lines_items,
}
"""InputType and how such a file is read; MANIFEST names other files."""


def _json(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        reason = error if isinstance(error, ValueError) else "it is nested too deep"
        _fail(f"The content of the file is not valid JSON: {reason}.")


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON value")


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise ValueError(f"the number {digits} is too large")
    return number


def _pointed(value: Json, pointer: str) -> Json:
    """What a JSON Pointer leads to. Source: RFC 6901."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and re.fullmatch(r"(?a)0|[1-9]\d{0,8}", name) and int(name) < len(value):
            value = value[int(name)]
        else:
            _fail(f"The ItemsPointer {pointer} leads to nothing in the file.")
    return value


# --- manifests -------------------------------------------------------------------------------------------------------


def _inventory(objects: Objects, manifest: S3Object, request_id: str) -> list[Json]:
    """The rows of the CSV files, plain or compressed, that a manifest of S3 Inventory names: each an object with the
    columns of its fileSchema."""
    try:
        described = _json(manifest.text)
        schema, form = described["fileSchema"], described["fileFormat"]
        bucket = described["destinationBucket"].rpartition(":")[2]
        keys = [str(file["key"]) for file in described["files"]]
        headers = tuple(name.strip() for name in schema.split(","))
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError):
        _fail(f"The object s3://{manifest.bucket}/{manifest.key} is no manifest of S3 Inventory.")
    if form != "CSV":
        _fail(f"The files of the inventory are of the format {form}, and only CSV can be read.")
    rows = Reading(action=GET_OBJECT, input_type="CSV", header_location="GIVEN", headers=headers)
    return [item for key in keys for item in _parsed(rows, _unpacked(_found(objects, bucket, key, request_id)))]


def _unpacked(found: S3Object) -> S3Object:
    if not found.body.startswith(b"\x1f\x8b"):
        return found
    try:
        with gzip.open(BytesIO(found.body)) as packed:
            body = packed.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        _fail(f"The object s3://{found.bucket}/{found.key} is not compressed as GZIP.")
    if len(body) > MAX_UNPACKED:
        _fail(f"The object s3://{found.bucket}/{found.key} has more than {MAX_UNPACKED:,} bytes when unpacked.")
    return S3Object(bucket=found.bucket, key=found.key, body=body)


def _athena_files(manifest: S3Object) -> Iterator[tuple[str, str]]:
    """Bucket and key of each file that a manifest of Athena's UNLOAD names, one URI on a line."""
    try:
        lines = manifest.text.split("\n")
    except UnicodeDecodeError:
        _fail(f"The object s3://{manifest.bucket}/{manifest.key} is not encoded in UTF-8.")
    for line in filter(None, (line.strip().strip('"') for line in lines)):
        bucket, slash, key = line.removeprefix("s3://").partition("/")
        if not line.startswith("s3://") or not slash:
            _fail(f"The manifest names a file that is no S3 URI: {line}")
        yield bucket, key


# --- how many, and in what batches -----------------------------------------------------------------------------------


def limited(items: list[Json], limit: int | None) -> list[Json]:
    """At most `limit` items, where 0 and None are no limit. Raises StatesError for a negative one (both recorded)."""
    if limit is not None and limit < 0:
        _fail("field MaxItems must be positive")
    return items[: limit or MAX_ITEMS]


def batches(items: Sequence[Json], shared: Json, most: int | None, size: int | None) -> list[Json]:
    """Batches {"BatchInput", "Items"} of at most `most` items and, an item that is larger alone apart, `size` bytes of
    JSON; without a BatchInput (None) they have only Items (recorded on AWS)."""
    head = {} if shared is None else {"BatchInput": shared}
    frame = size_of({**head, "Items": []}, size or 0)
    found: list[list[Json]] = []
    room = 0
    for item in items:
        taken = 0 if size is None else size_of(item, size) + 1
        if not found or len(found[-1]) == most or (size is not None and taken > room):
            found.append([])
            room = 0 if size is None else size + 1 - frame
        found[-1].append(item)
        room -= taken
    return [{**head, "Items": batch} for batch in found]
