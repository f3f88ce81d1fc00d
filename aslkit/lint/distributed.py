"""Distributed Map states: where their items come from, where their results go, and how much failure they tolerate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import JSONATA, Map, all_states, is_substitution
from aslkit.definition.spelling import nearest
from aslkit.lint.engine import ERROR, INFO, WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, StateMachine

GET, LIST, PUT = "s3:getObject", "s3:listObjectsV2", "s3:putObject"
PREFIX = "arn:aws:states:::"
READERS: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    GET: (("Bucket", "Key"), frozenset({"Bucket", "Key", "VersionId", "ExpectedBucketOwner"})),
    LIST: (
        ("Bucket",),
        frozenset(
            {"Bucket", "Prefix", "Delimiter", "EncodingType", "ExpectedBucketOwner", "FetchOwner", "MaxKeys",
             "OptionalObjectAttributes", "RequestPayer", "StartAfter"}
        ),
    ),
}  # fmt: skip
"""The calls that an ItemReader may make -> their required and their known parameters. Source: AWS, "ItemReader"."""
WRITERS: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    PUT: (("Bucket",), frozenset({"Bucket", "Prefix", "ExpectedBucketOwner"}))
}
"""The same of a ResultWriter. Source: AWS, "ResultWriter"."""


def _maps(machine: StateMachine) -> Iterator[Map]:
    for _, state in all_states(machine):
        if isinstance(state, Map):
            yield state


@rule(ERROR)
def item_reader(machine: StateMachine) -> Iterator[Hit]:
    """The ItemReader of a distributed Map reads an S3 object or lists a bucket, and says which.

    AWS refuses the definition (SCHEMA_VALIDATION_FAILED): only `arn:aws:states:::s3:getObject` (with Bucket and Key)
    and `arn:aws:states:::s3:listObjectsV2` (with Bucket) can be read from.

    Bad:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemReader:
              Resource: arn:aws:states:::s3:getObjects  # <-
              Parameters:
                Bucket.$: $.bucket
                Key: items.json
              ReaderConfig:
                InputType: JSON
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true

    Good:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemReader:
              Resource: arn:aws:states:::s3:getObject
              Parameters:
                Bucket.$: $.bucket
                Key: items.json
              ReaderConfig:
                InputType: JSON
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true
    """
    for state in _maps(machine):
        yield from _calls(state, "ItemReader", READERS)


@rule(ERROR)
def result_writer(machine: StateMachine) -> Iterator[Hit]:
    """The ResultWriter of a distributed Map writes S3 objects, and says into which bucket.

    AWS refuses the definition (SCHEMA_VALIDATION_FAILED): only `arn:aws:states:::s3:putObject` (with Bucket, and mostly
    Prefix) can be written to.

    Bad:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.items
            ResultWriter:
              Resource: arn:aws:states:::s3:putObject
              Parameters:  # <-
                Prefix: results
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true

    Good:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.items
            ResultWriter:
              Resource: arn:aws:states:::s3:putObject
              Parameters:
                Bucket.$: $.bucket
                Prefix: results
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true
    """
    for state in _maps(machine):
        yield from _calls(state, "ResultWriter", WRITERS)


def _calls(state: Map, field: str, known: Mapping[str, tuple[tuple[str, ...], frozenset[str]]]) -> Iterator[Hit]:
    """What is wrong with the call of an ItemReader or ResultWriter: the resource, or its parameters."""
    written = state.raw.get(field)
    resource = written.get("Resource") if isinstance(written, dict) else None
    if not isinstance(resource, str) or is_substitution(resource) or resource.startswith("{%"):
        return
    call = resource.partition(":states:::")[2]
    if call not in known:
        meant = nearest(call, known) or next(iter(known))
        yield Hit(
            (*state.pointer, field, "Resource"),
            f'the {field} of "{state.name}" cannot call "{resource}", and AWS refuses the definition: did you mean '
            f"{PREFIX}{meant}?",
        )
        return
    name = "Arguments" if state.query_language == JSONATA else "Parameters"
    sent = written.get(name, {}) if isinstance(written, dict) else None
    if isinstance(sent, dict):
        place = (*state.pointer, field, name) if name in (written or {}) else (*state.pointer, field)
        yield from _parameters(state, call, place, sent, *known[call])


def _parameters(
    state: Map, call: str, place: Pointer, sent: Mapping[str, Json], required: tuple[str, ...], names: frozenset[str]
) -> Iterator[Hit]:
    given = {key.removesuffix(".$"): key for key in sent}
    meant = set()
    for name, key in given.items():
        if name not in names:
            near = nearest(name, names)
            meant.add(near)
            hint = f': did you mean "{near}"?' if near is not None else f"; it takes {', '.join(sorted(names))}"
            yield Hit((*place, key), f'"{state.name}": {call} has no parameter "{name}" here{hint}')
    missing = [name for name in required if name not in given and name not in meant]
    if missing:
        listed = " and ".join(f'"{name}"' for name in missing)
        yield Hit(place, f'"{state.name}": {call} needs {listed}, and AWS refuses the definition without')


@rule(WARNING)
def reader_config(machine: StateMachine) -> Iterator[Hit]:
    """The ReaderConfig of an ItemReader says how the file is read, and nothing that the file does not have.

    A CSV file needs CSVHeaderLocation, and CSVHeaders when that is GIVEN; the CSV fields mean something for CSV alone,
    ItemsPointer for JSON alone, ManifestType for MANIFEST alone. An object that is read (s3:getObject) needs InputType,
    a listing has none unless LOAD_AND_FLATTEN reads what it lists. AWS refuses some of these, and the others have no
    effect or fail with States.ItemReaderFailed.

    Bad:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemReader:
              Resource: arn:aws:states:::s3:getObject
              Parameters:
                Bucket.$: $.bucket
                Key: items.csv
              ReaderConfig:
                InputType: CSV
                CSVHeaderLocation: GIVEN  # <-
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true

    Good:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemReader:
              Resource: arn:aws:states:::s3:getObject
              Parameters:
                Bucket.$: $.bucket
                Key: items.csv
              ReaderConfig:
                InputType: CSV
                CSVHeaderLocation: GIVEN
                CSVHeaders: [name, month]
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true
    """
    for state in _maps(machine):
        reader = state.raw.get("ItemReader")
        config = reader.get("ReaderConfig") if isinstance(reader, dict) else None
        if isinstance(reader, dict) and isinstance(config, dict):
            place = (*state.pointer, "ItemReader", "ReaderConfig")
            for field, message in _config_mistakes(str(reader.get("Resource")), config):
                yield Hit((*place, field) if field in config else place, f'"{state.name}": {message}')


ONLY: Mapping[str, tuple[str, ...]] = {
    "CSVHeaderLocation": ("CSV", "MANIFEST"),
    "CSVHeaders": ("CSV", "MANIFEST"),
    "CSVDelimiter": ("CSV", "MANIFEST"),
    "ItemsPointer": ("JSON",),
    "ManifestType": ("MANIFEST", "CSV", "PARQUET", "JSONL"),
}
"""Field of a ReaderConfig -> the input types for which it means something."""


def _config_mistakes(resource: str, config: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    kind, location = config.get("InputType"), config.get("CSVHeaderLocation")
    if is_substitution(kind) or is_substitution(location):
        return
    if resource.endswith(LIST) and kind is not None and config.get("Transformation") in (None, "NONE"):
        yield "InputType", f"{LIST} lists objects, whose InputType {kind} has no effect without LOAD_AND_FLATTEN"
        return
    if kind is None and resource.endswith(GET) and not config.keys() <= {"MaxItems", "MaxItemsPath"}:
        yield "InputType", "the ReaderConfig has no InputType, so that nothing says how the object is read"
    for field, kinds in ONLY.items():
        if field in config and isinstance(kind, str) and kind not in kinds:
            yield field, f"{field} means nothing for the InputType {kind}"
    if kind == "CSV" and location is None:
        yield "CSVHeaderLocation", "CSV has no CSVHeaderLocation: FIRST_ROW, or GIVEN with CSVHeaders"
    elif location == "GIVEN" and "CSVHeaders" not in config:
        yield "CSVHeaderLocation", "the CSVHeaderLocation is GIVEN, and no CSVHeaders are"
    elif location == "FIRST_ROW" and "CSVHeaders" in config:
        yield "CSVHeaders", "CSVHeaders are not read: the CSVHeaderLocation is FIRST_ROW"


FIELDS = ("ItemReader", "ItemBatcher", "ResultWriter")


@rule(WARNING)
def distributed_only(machine: StateMachine) -> Iterator[Hit]:
    """A field of a distributed Map stands in a Map that is inline.

    ItemReader, ItemBatcher and ResultWriter belong to child executions, which a Map has only with
    `ProcessorConfig: {Mode: DISTRIBUTED}`. An inline Map does without them.

    Bad:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.items
            ItemBatcher:  # <-
              MaxItemsPerBatch: 10
            ItemProcessor:
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true

    Good:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.items
            ItemBatcher:
              MaxItemsPerBatch: 10
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true
    """
    for state in _maps(machine):
        scope = state.item_processor
        if scope is None or state.distributed or is_substitution(scope.processor_config.get("Mode")):
            continue
        if isinstance(scope.raw.get("ProcessorConfig", {}), dict):
            for field in FIELDS:
                if field in state.raw:
                    yield Hit(
                        (*state.pointer, field),
                        f'"{state.name}" is an inline Map, and {field} is for distributed ones: without Mode '
                        "DISTRIBUTED in the ProcessorConfig it has no effect",
                    )


@rule(ERROR)
def duplicate_label(machine: StateMachine) -> Iterator[Hit]:
    """Two distributed Maps have the same Label.

    The label is part of the ARN of the Map's runs. AWS refuses the definition (DUPLICATE_LABEL_NAME).

    Bad:

        StartAt: First
        States:
          First:
            Type: Map
            Label: each
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            Next: Second
          Second:
            Type: Map
            Label: each  # <-
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: Two
              States:
                Two:
                  Type: Pass
                  End: true
            End: true

    Good:

        StartAt: First
        States:
          First:
            Type: Map
            Label: first
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            Next: Second
          Second:
            Type: Map
            Label: second
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: Two
              States:
                Two:
                  Type: Pass
                  End: true
            End: true
    """
    first: dict[str, Map] = {}
    for state in _maps(machine):
        if state.label is not None and not is_substitution(state.label):
            known = first.setdefault(state.label, state)
            if known is not state:
                place = (*known.pointer, "Label")
                yield Hit(
                    (*state.pointer, "Label"),
                    f'the Label "{state.label}" is taken by "{known.name}" (line {machine.document.span(place).line}): '
                    "AWS refuses the definition",
                    related=(place,),
                )


@rule(INFO)
def every_failure_tolerated(machine: StateMachine) -> Iterator[Hit]:
    """A distributed Map succeeds although every item has failed.

    ToleratedFailurePercentage is 100, and no ResultWriter keeps what became of the items: the run is green, and the
    next states work on results that are not there.

    Bad:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.items
            ToleratedFailurePercentage: 100  # <-
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true

    Good:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.items
            ToleratedFailurePercentage: 5
            ItemProcessor:
              ProcessorConfig:
                Mode: DISTRIBUTED
                ExecutionType: STANDARD
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true
    """
    for state in _maps(machine):
        if state.distributed and state.tolerated_failure_percentage == 100 and "ResultWriter" not in state.raw:
            yield Hit(
                (*state.pointer, "ToleratedFailurePercentage"),
                f'"{state.name}" succeeds even when every item fails, and nothing keeps which ones did',
            )


MOST_INLINE = 40
"""How many iterations of an inline Map run at once. Source: AWS, "Using Map state in Inline mode"."""


@rule(INFO)
def inline_concurrency(machine: StateMachine) -> Iterator[Hit]:
    """An inline Map is given a MaxConcurrency that it never reaches.

    An inline Map runs up to 40 iterations at once, whatever MaxConcurrency says beyond that; a distributed one up to
    10,000.

    Bad:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.items
            MaxConcurrency: 100  # <-
            ItemProcessor:
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true

    Good:

        StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.items
            MaxConcurrency: 40
            ItemProcessor:
              StartAt: One
              States:
                One:
                  Type: Pass
                  End: true
            End: true
    """
    for state in _maps(machine):
        limit, scope = state.max_concurrency, state.item_processor
        if scope is None or state.distributed or not isinstance(limit, int) or limit <= MOST_INLINE:
            continue
        if not is_substitution(scope.processor_config.get("Mode")):
            yield Hit(
                (*state.pointer, "MaxConcurrency"),
                f'"{state.name}" is an inline Map: it runs {MOST_INLINE} iterations at once at most, and not {limit:,}',
            )
