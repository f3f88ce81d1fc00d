"""What the YAML text says that its data no longer shows: duplicate keys, scalars that other readers read otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.document import pointer_text
from aslkit.lint.engine import ERROR, WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import StateMachine


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
    for duplicate in document.duplicates:
        key = str(duplicate.pointer[-1])
        first = document.position(duplicate.first)[0]
        yield Hit(
            duplicate.pointer,
            f'"{key}" stands here for the second time in {pointer_text(duplicate.pointer[:-1]) or "the definition"} '
            f"(first on line {first}): readers keep one of the two and drop the other without a word",
            span=document.locate(duplicate.again, duplicate.again + len(key)),
        )


@rule(WARNING)
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
        )


def _meaning(machine: StateMachine, pointer: tuple[str | int, ...], text: str, key: bool) -> str:
    value = machine.document.data
    for part in () if key else pointer:
        value = value[part]
    return f'the string "{text}"' if key or isinstance(value, str) else f"the number {value}"
