"""What the YAML text says that its data no longer shows: duplicate keys, scalars that other readers read otherwise,
text that is cut off by a comment, keys without a value, mappings that a merge does not merge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aslkit.definition.document import Entry, pointer_text
from aslkit.definition.model import all_states
from aslkit.lint.engine import ERROR, INFO, WARNING, Hit, Rename, Replace, mend, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.document import Document, Duplicate, Pointer, Reading
    from aslkit.definition.model import Json, StateMachine
    from aslkit.lint.engine import Fix


@rule(ERROR)
def duplicate_key(machine: StateMachine) -> Iterator[Hit]:
    """A key stands twice in one mapping.

    YAML forbids it, and readers differ on which of the two counts: most keep the last and drop the first without a
    word, so that a state or a retrier that you can read in the file does not exist in the deployed machine.

    Bad:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 10
            Seconds: 60  # <-
            End: true

    Good:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 60
            End: true
    """
    document = machine.document
    together: dict[Pointer, list[Duplicate]] = {}
    for duplicate in document.duplicates:
        together.setdefault(duplicate.pointer[:-1], []).append(duplicate)
    for pointer, duplicates in together.items():
        if len(duplicates) >= RUN_TOGETHER:
            yield _run_together(document, pointer, duplicates)
        else:
            yield from (_twice(document, duplicate) for duplicate in duplicates)


RUN_TOGETHER = 3
"""From this many on, duplicate keys of one mapping are the fields of two mappings in one."""


def _run_together(document: Document, pointer: Pointer, duplicates: list[Duplicate]) -> Hit:
    keys = ", ".join(f'"{duplicate.pointer[-1]}"' for duplicate in duplicates[:3])
    start = min(duplicates, key=lambda duplicate: duplicate.again).again
    return Hit(
        duplicates[0].pointer,
        f"{keys}{', …' * (len(duplicates) > 3)} stand twice in {pointer_text(pointer) or 'the definition'}: two "
        "objects have run together, mostly because lines are indented too far or not far enough; readers keep one of "
        "the two and drop the other without a word",
        span=document.locate(start, start + len(str(duplicates[0].pointer[-1]))),
    )


def _twice(document: Document, duplicate: Duplicate) -> Hit:
    key = str(duplicate.pointer[-1])
    first = document.position(duplicate.first)[0]
    return Hit(
        duplicate.pointer,
        f'"{key}" stands here for the second time in {pointer_text(duplicate.pointer[:-1]) or "the definition"} '
        f"(first on line {first}): readers keep one of the two and drop the other without a word",
        span=document.locate(duplicate.again, duplicate.again + len(key)),
    )


@rule(WARNING, fixable=True)
def yaml_1_1(machine: StateMachine) -> Iterator[Hit]:
    """A plain scalar means one thing in YAML 1.2 and another to tools that read YAML 1.1.

    aslkit reads YAML 1.2: `no` is a string, `010` is 10, `1:30` and `2025-01-01` are strings. PyYAML, Ruby and many
    deployment tools read 1.1: false, 8, 90 and a date. Quote the value, or write it so that both agree.

    Bad:

        StartAt: Build
        States:
          Build:
            Type: Pass
            Result:
              country: no  # <-
            End: true

    Good:

        StartAt: Build
        States:
          Build:
            Type: Pass
            Result:
              country: "no"
            End: true
    """
    for reading in machine.document.readings:
        kind = "the key " if reading.key else ""
        yield Hit(
            reading.pointer,
            f"{kind}{reading.text} without quotes is {reading.other} to tools that read YAML 1.1, and "
            f"{_meaning(machine, reading.pointer, reading.text, reading.key)} here; quotes make it the same everywhere",
            fix=_unambiguous(machine, reading),
        )


def _unambiguous(machine: StateMachine, reading: Reading) -> Fix:
    """The same value, written so that all readers agree."""
    if reading.key:
        return mend("put the key in quotes", Rename(reading.pointer, str(reading.pointer[-1])))
    value = machine.document.data
    for part in reading.pointer:
        value = value[part]
    return mend("put it in quotes" if isinstance(value, str) else f"write {value}", Replace(reading.pointer, value))


def _meaning(machine: StateMachine, pointer: tuple[str | int, ...], text: str, key: bool) -> str:
    value = machine.document.data
    for part in () if key else pointer:
        value = value[part]
    return f'the string "{text}"' if key or isinstance(value, str) else f"the number {value}"


@rule(WARNING)
def cut_by_comment(machine: StateMachine) -> Iterator[Hit]:
    """A text without quotes is cut off: what begins with " #" in it is a comment to YAML.

    Everything from the blank before the # to the end of the line is gone, and nothing tells so: the mail says "Load"
    instead of "Load #3 failed", the channel is null. Said where a # stands directly before a digit or a word and
    interrupts a text; a comment that begins with "# " is taken for one.

    Bad:

        StartAt: Failed
        States:
          Failed:
            Type: Fail
            Error: LoadFailed
            Cause: Load #3 failed  # <-

    Good:

        StartAt: Failed
        States:
          Failed:
            Type: Fail
            Error: LoadFailed
            Cause: "Load #3 failed"
    """
    document = machine.document
    if " #" not in document.text:
        return
    cuts = {match.start(): match for match in re.finditer(CUT, document.text)}
    if not cuts:
        return
    for pointer, value, entry in _plain_scalars(document):
        cut = cuts.get(entry.value_end)
        if cut is not None and _is_text(pointer, value, cut):
            yield _cut(pointer, value, cut[1].rstrip())


CUT = r"[ \t]+(#[^\s#!][^\r\n]*)"
REMARKS = ("todo", "fixme", "xxx", "noqa", "nosec", "type:", "pragma", "checkov", "yamllint", "aslkit", "region", "end")
"""How comments begin that stand directly behind their #."""
NO_TEXT = frozenset({"Type", "Resource", "StartAt", "Next", "Default", "QueryLanguage"})
"""Fields whose values are names, so that what follows them is a comment."""


def _is_text(pointer: Pointer, value: Json, cut: re.Match[str]) -> bool:
    """Whether a # probably belongs to the text before it: it numbers something, or stands within a sentence."""
    comment = cut[1][1:]
    if pointer[-1] in NO_TEXT or comment.casefold().startswith(REMARKS) or not (value is None or type(value) is str):
        return False
    if value is None or comment[0].isdigit():
        return len(cut[0]) - len(cut[1]) == 1
    return " " in value and comment[0].isalpha() and len(cut[0]) - len(cut[1]) == 1


def _cut(pointer: Pointer, value: Json, rest: str) -> Hit:
    left = "null, no value at all" if value is None else f'"{value}"'
    return Hit(
        pointer,
        f'"{pointer[-1]}" is {left}: "{rest}" behind the blank is a comment to YAML; quotes keep the text whole',
    )


def _plain_scalars(document: Document) -> Iterator[tuple[Pointer, Json, Entry]]:
    """Every scalar without quotes, with its place."""
    seen: set[int] = set()
    pending: list[tuple[Pointer, Json]] = [((), document.data)]
    while pending:
        pointer, value = pending.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        for key, found in document.entries.get(id(value), {}).items():
            inner = value[key]
            if isinstance(inner, (dict, list)):
                pending.append(((*pointer, key), inner))
            elif found[4]:
                yield (*pointer, key), inner, Entry(*found)


@rule(INFO)
def empty_value(machine: StateMachine) -> Iterator[Hit]:
    """Nothing is written behind a key, which makes its value null.

    YAML reads a key without a value as null, and so does AWS: a ResultPath of null drops the result, an InputPath of
    null gives the state an empty object, a parameter of null is sent. Written out, null is taken for meant.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            ResultPath:  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            ResultPath: null
            End: true
    """
    for _, state in all_states(machine):
        raw = state.raw
        if None in raw.values():
            for field, value in raw.items():
                if value is None:
                    yield from _empty(machine.document, state.name, (*state.pointer, field), EFFECTS.get(field))
        for field in PAYLOADS:
            if type(value := raw.get(field)) is dict:
                for pointer in _nulls((*state.pointer, field), value):
                    yield from _empty(machine.document, state.name, pointer, "null is what is sent")


PAYLOADS = ("Parameters", "Arguments", "Result", "ItemSelector", "ResultSelector")
EFFECTS = {
    "InputPath": "the state gets an empty object instead of its input",
    "OutputPath": "the next state gets an empty object",
    "ResultPath": "the result is dropped, and the input goes on",
    "Result": "the result is null",
}
"""State field -> what null means there; elsewhere the shape of the definition is wrong, which is another finding."""


def _nulls(pointer: Pointer, value: Json) -> Iterator[Pointer]:
    for key, inner in value.items():
        if inner is None:
            yield (*pointer, key)
        elif type(inner) is dict:
            yield from _nulls((*pointer, key), inner)


def _empty(document: Document, name: str, pointer: Pointer, effect: str | None) -> Iterator[Hit]:
    place = document.value_span(pointer)
    if effect is not None and place.start == place.end:
        yield Hit(pointer, f'nothing is written behind "{pointer[-1]}" of "{name}", which makes it null: {effect}')


@rule(INFO)
def merge_replaces_mapping(machine: StateMachine) -> Iterator[Hit]:
    """A mapping replaces one of the same name that a merge key would bring, and drops what only that one has.

    A merge key (<<) fills in the keys that a mapping lacks, on one level: Parameters that are written replace those of
    the template as a whole, they are not merged into them.

    Bad:

        StartAt: Load
        States:
          Load: &job
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
              WorkerType: G.1X
              NumberOfWorkers: 10
            ResultPath: null
            Next: Report
          Report:
            <<: *job
            Parameters:  # <-
              JobName: report
            Next: Done
          Done:
            Type: Succeed

    Good:

        StartAt: Load
        States:
          Load: &job
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters: &parameters
              JobName: load
              WorkerType: G.1X
              NumberOfWorkers: 10
            ResultPath: null
            Next: Report
          Report:
            <<: *job
            Parameters:
              <<: *parameters
              JobName: report
            Next: Done
          Done:
            Type: Succeed
    """
    document = machine.document
    if "<<" in document.text and "*" in document.text and document.region is None:
        for pointer, merged, lost in _replaced(document):
            line = document.position(merged)[0]
            names = ", ".join(f'"{name}"' for name in lost[:5]) + (", …" if len(lost) > 5 else "")
            yield Hit(
                pointer,
                f'"{pointer[-1]}" replaces that of the merge key (line {line}) as a whole: {names} of it '
                f"{'is' if len(lost) == 1 else 'are'} not here",
            )


def _replaced(document: Document) -> Iterator[tuple[Pointer, int, list[str]]]:
    """(pointer of a mapping, offset of the one that it replaces, the keys that only that one has)."""
    from aslkit.definition.scalars import shield

    whole = _composed(shield(document.text))
    seen: set[int] = set()
    pending: list[tuple[Pointer, Json]] = [((), whole)] if whole is not None else []
    while pending:
        pointer, written = pending.pop()
        if id(written) in seen:
            continue
        seen.add(id(written))
        if written.id == "sequence":
            pending.extend(((*pointer, index), inner) for index, inner in enumerate(written.value))
        elif written.id == "mapping":
            own = {key.value: inner for key, inner in written.value if key.value != "<<"}
            pending.extend(((*pointer, name), inner) for name, inner in own.items())
            for source in _merged(written):
                for key, theirs in source.value:
                    lost = _only_in(theirs, own.get(key.value))
                    if lost:
                        yield (*pointer, key.value), theirs.start_mark.index, lost


def _composed(text: str) -> Json:
    import yaml

    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:  # what is JSON to the document, tabs for one, need not be YAML
        return None


def _merged(written: Json) -> Iterator[Json]:
    """The mappings that a mapping merges."""
    for key, value in written.value:
        if key.value == "<<" and key.tag.endswith(":merge"):
            for source in value.value if value.id == "sequence" else (value,):
                if source.id == "mapping":
                    yield source


def _only_in(theirs: Json, own: Json) -> list[str]:
    if own is None or own is theirs or theirs.id != "mapping" or own.id != "mapping":
        return []
    here = {key.value for key, _ in own.value} | {key.value for source in _merged(own) for key, _ in source.value}
    return [key.value for key, _ in theirs.value if key.value not in here]
