"""The child executions of a map run -> the output of a distributed Map: in the state's output, or as objects in S3.

Source: guide, "ResultWriter (Map)". Recorded on AWS: the output of a Map that writes to S3, and the key of its
manifest. Guessed: that a failed child execution has no place in an output that is not written to S3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.context import instant
from aslkit.simulation.execution import ABORTED, SUCCEEDED
from aslkit.simulation.items import S3Object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aslkit.simulation.context import Identity

Json = Any

PENDING = "PENDING"
TRANSFORMATIONS = ("NONE", "COMPACT", "FLATTEN")
OUTPUT_TYPES = ("JSON", "JSONL")


class ChildRun:
    """A child execution as its map run knows it; `status` is PENDING until it starts, ABORTED until it ends.

    `started` and `stopped` are epoch seconds.
    """

    __slots__ = ("cause", "error", "identity", "input", "output", "started", "status", "stopped")

    def __init__(self, input: Json) -> None:
        self.input = input
        self.identity: Identity | None = None
        self.started = self.stopped = 0.0
        self.status = PENDING
        self.output: Json = None
        self.error: str | None = None
        self.cause: str | None = None

    def start(self, identity: Identity, now: float) -> None:
        self.identity, self.started, self.status = identity, now, ABORTED

    def described(self) -> dict[str, Json]:
        """What is known of it, as a result file tells it."""
        known: dict[str, Json] = {"Input": json_text(self.input), "InputDetails": {"Included": True}}
        known["Status"] = self.status
        if self.identity is not None:
            known |= {
                "ExecutionArn": self.identity.execution_arn,
                "Name": self.identity.name,
                "StartDate": instant(self.started),
                "StateMachineArn": self.identity.machine_arn,
                "StopDate": instant(self.stopped),
            }
            if not self.identity.express:
                known |= self.redrive()
        if self.status == SUCCEEDED:
            known |= {"Output": json_text(self.output), "OutputDetails": {"Included": True}}
        ending = {"Error": self.error, "Cause": self.cause}
        known |= {name: text for name, text in ending.items() if text is not None}
        return dict(sorted(known.items()))

    def redrive(self) -> dict[str, Json]:
        if self.status != SUCCEEDED:
            return {"RedriveCount": 0, "RedriveStatus": "REDRIVABLE"}
        reason = f"Execution is {self.status} and cannot be redriven"
        return {"RedriveCount": 0, "RedriveStatus": "NOT_REDRIVABLE", "RedriveStatusReason": reason}


class Form(Record):
    """The WriterConfig of a ResultWriter."""

    transformation: str = "NONE"
    output_type: str = "JSON"


COMPACT = Form(transformation="COMPACT")
"""The form of the results where there is no ResultWriter."""


def form_of(config: Mapping[str, Json]) -> Form:
    """What a WriterConfig says. Raises ValueError for a value that is none of those a field may have."""
    transformation, output_type = config.get("Transformation", "NONE"), config.get("OutputType", "JSON")
    if transformation not in TRANSFORMATIONS:
        raise ValueError(f"Transformation is {json_text(transformation)}, none of {', '.join(TRANSFORMATIONS)}")
    if output_type not in OUTPUT_TYPES:
        raise ValueError(f"OutputType is {json_text(output_type)}, none of {', '.join(OUTPUT_TYPES)}")
    return Form(transformation=transformation, output_type=output_type)


def collected(children: Iterable[ChildRun], form: Form) -> Json:
    """The results in the output of the state: an array, or the text of JSON Lines."""
    values = transformed([child for child in children if child.status == SUCCEEDED], form.transformation)
    return values if form.output_type == "JSON" else _text(values, form)


def transformed(children: Iterable[ChildRun], transformation: str) -> list[Json]:
    """NONE: what is known of each child execution; COMPACT: its output; FLATTEN: the elements of outputs that are
    arrays."""
    match transformation:
        case "NONE":
            return [child.described() for child in children]
        case "COMPACT":
            return [child.output for child in children]
        case _:
            outputs = (child.output for child in children)
            return [value for output in outputs for value in (output if isinstance(output, list) else [output])]


def result_files(
    children: Sequence[ChildRun], form: Form, *, arn: str, bucket: str, folder: str, now: float
) -> list[S3Object]:
    """What a ResultWriter writes: a file for each status that there is, and at last the manifest that names them.

    Only what succeeded is transformed; FAILED also holds what timed out or was aborted. `now` is in epoch seconds.
    """
    kinds: dict[str, list[ChildRun]] = {"FAILED": [], PENDING: [], SUCCEEDED: []}
    for child in children:
        kinds.get(child.status, kinds["FAILED"]).append(child)

    def written(key: str, text: str) -> S3Object:
        body = text.encode("utf-8", "surrogatepass")
        return S3Object(bucket=bucket, key=f"{folder}/{key}", body=body, last_modified=now)

    files = {
        kind: written(
            f"{kind}_0.{form.output_type.lower()}",
            _text(transformed(found, form.transformation if kind == SUCCEEDED else "NONE"), form),
        )
        for kind, found in kinds.items()
        if found
    }
    named = {kind: [{"Key": files[kind].key, "Size": len(files[kind].body)}] if kind in files else [] for kind in kinds}
    manifest = {"DestinationBucket": bucket, "MapRunArn": arn, "ResultFiles": named}
    return [*files.values(), written("manifest.json", json_text(manifest))]


def _text(values: Iterable[Json], form: Form) -> str:
    if form.output_type == "JSON":
        return json_text(list(values))
    return "".join(f"{json_text(value)}\n" for value in values)
