"""What tasks send to their integration: names, required ones, types, lengths and values, by AWS's service models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import FIELDS, JSONATA, Task, fact
from aslkit.definition.spelling import nearest, only_near
from aslkit.lint.calls import calls, is_literal, kind_of, payload
from aslkit.lint.engine import ERROR, WARNING, Hit, Rename, Replace, mend, rule
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, StateMachine
    from aslkit.definition.services import Shape
    from aslkit.lint.calls import Target
    from aslkit.lint.engine import Fix

OTHER_RULES: Mapping[str, frozenset[str]] = {
    "glue:startJobRun": frozenset({"Arguments"}),
    "sns:publish": frozenset({"Message", "Subject"}),
}
"""Parameters that a rule of the service itself looks at."""

ALSO_TAKEN: Mapping[str, frozenset[str]] = {
    "bedrock:invokeModel": frozenset({"Input", "Output"}),
    "batch:submitJob": frozenset({"Tags"}),
}
"""Parameters that Step Functions adds to those of the service. Source: its Developer Guide, the page of the service."""

FREE = frozenset(
    {"Message", "MessageBody", "Input", "Detail", "Payload", "Body", "RequestBody", "TemplateBody", "Cause", "Output"}
)
"""Texts that Step Functions makes of any JSON value."""


@rule(ERROR, fixable=True)
def parameter_name(machine: StateMachine) -> Iterator[Hit]:
    """The parameters of a task are those of the action it calls, and the required ones are there.

    AWS refuses the definition (SCHEMA_VALIDATION_FAILED, 'The field "Jobname" is not supported by Step Functions', 'The
    field "JobName" is required but was missing'). Step Functions writes all parameters in PascalCase, also those that
    the service itself writes otherwise: `DbInstanceIdentifier`, `AwsvpcConfiguration`.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              Jobname: load  # <-
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
            End: true
    """
    return (hit for names, hit in mistakes(machine) if names)


@rule(WARNING, fixable=True)
def parameter_value(machine: StateMachine) -> Iterator[Hit]:
    """A parameter that is written out has a value that the action takes: its type, length, and the list of values.

    AWS takes the definition, and the call fails when the task is reached. Only values that stand in the definition are
    looked at: not paths, JSONata or `${Substitutions}`.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
              WorkerType: G1X  # <-
              NumberOfWorkers: ten  # <-
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
              WorkerType: G.1X
              NumberOfWorkers: 10
            End: true
    """
    return (hit for names, hit in mistakes(machine) if not names)


@fact
def mistakes(machine: StateMachine) -> tuple[tuple[bool, Hit], ...]:
    """(whether it is about a name, finding) of all that the tasks send."""
    return tuple(found for task, target in calls(machine) for found in _of_call(machine, task, target))


def _of_call(machine: StateMachine, task: Task, target: Target) -> Iterator[tuple[bool, Hit]]:
    shape = target.input
    sent = payload(task)
    if shape is None or sent is None or not shape.members:
        return
    place, values = sent
    yield from _Reading(machine, task, target).top(shape, values, place)


class _Reading(Record):
    """The reading of one task's parameters."""

    machine: StateMachine
    task: Task
    target: Target

    def top(self, shape: Shape, values: Mapping[str, Json], place: Pointer) -> Iterator[tuple[bool, Hit]]:
        """The mistakes in the parameters themselves."""
        meant: set[str] = set()
        call = f"{self.target.product}:{self.target.action}"
        skipped = OTHER_RULES.get(call, frozenset())
        for key, value in values.items():
            name = key.removesuffix(".$")
            reference = shape.members.get(name)
            if reference is None:
                if name not in ALSO_TAKEN.get(call, ()) and not self._is_jsonata_slip(key):
                    yield True, self._unknown(name, (*place, key), shape, meant)
            elif name is key and name not in skipped:
                yield from self.value(kind_of(reference, self.target.model), value, (*place, key))
        yield from self._missing(shape, values, meant, place, skipped)

    def _is_jsonata_slip(self, key: str) -> bool:
        """A `.$` key in a JSONata state is another rule's."""
        return key.endswith(".$") and self.task.query_language == JSONATA

    def _unknown(self, name: str, pointer: Pointer, shape: Shape, meant: set[str]) -> Hit:
        same = _same(name, shape)
        near = (
            same or nearest(name, shape.members) or next((full for full in shape.required if full.endswith(name)), None)
        )
        if near is not None:
            meant.add(near)
        message = f'"{self.task.name}": {self.target.call} has no parameter "{name}"'
        if same is not None and _is_service_spelling(name):
            fix = _renamed(pointer, name, shape)
            return Hit(pointer, f'{message}: Step Functions calls it "{same}"', severity=WARNING, fix=fix)
        required = ", which is required" if near in shape.required else ""
        hint = f': did you mean "{near}"{required}?' if near is not None else _of_state(name)
        severity = WARNING if near is None and self.target.sdk else ERROR
        fix = _renamed(pointer, name, shape)
        return Hit(pointer, f"{message}, and AWS refuses the definition{hint}", severity=severity, fix=fix)

    def _missing(
        self, shape: Shape, values: Mapping[str, Json], meant: set[str], place: Pointer, skipped: frozenset[str]
    ) -> Iterator[tuple[bool, Hit]]:
        missing = [
            name
            for name in shape.required
            if name not in values and f"{name}.$" not in values and name not in meant and name not in skipped
        ]
        if missing:
            names = " and ".join(f'"{name}"' for name in missing)
            yield (
                True,
                Hit(
                    place,
                    f'"{self.task.name}": {self.target.call} needs the parameter{"s" * (len(missing) > 1)} {names}, '
                    "and AWS refuses the definition without",
                ),
            )

    def value(self, shape: Shape, value: Json, pointer: Pointer) -> Iterator[tuple[bool, Hit]]:
        """The mistakes in a value, inner ones too."""
        if value is None or (isinstance(value, str) and not is_literal(value)):
            return
        mistake = WRONG[shape.kind](shape, value)
        if mistake is not None and not self._made_text(shape, value, pointer):
            what, hint = mistake
            message = f"{what}; the call fails when the task is reached{hint}"
            yield False, self._at(pointer, message, _mended(shape, value, pointer))
        elif isinstance(value, dict):
            yield from self._entries(shape, value, pointer)
        elif isinstance(value, list):
            element = kind_of(shape.element, self.target.model)
            for index, item in enumerate(value):
                yield from self.value(element, item, (*pointer, index))

    def _made_text(self, shape: Shape, value: Json, pointer: Pointer) -> bool:
        """Whether Step Functions may turn a JSON value into the text that the service wants."""
        return shape.kind == "string" and isinstance(value, (dict, list)) and (self.target.sdk or pointer[-1] in FREE)

    def _entries(self, shape: Shape, value: Mapping[str, Json], pointer: Pointer) -> Iterator[tuple[bool, Hit]]:
        if shape.kind == "map":
            element = kind_of(shape.element, self.target.model)
            for key, inner in value.items():
                if not key.endswith(".$"):
                    yield from self.value(element, inner, (*pointer, key))
        elif shape.members:
            yield from self._structure(shape, value, pointer)

    def _structure(self, shape: Shape, value: Mapping[str, Json], pointer: Pointer) -> Iterator[tuple[bool, Hit]]:
        meant: set[str] = set()
        for key, inner in value.items():
            name = key.removesuffix(".$")
            reference = shape.members.get(name)
            if reference is None:
                # inside a parameter, AWS has taken names that differ in capitals only
                same = _same(name, shape)
                near = same or nearest(name, shape.members)
                meant.add(near or "")
                if same is None and not self._is_jsonata_slip(key):
                    hint = f': did you mean "{near}"?' if near is not None else ""
                    place = (*pointer, key)
                    yield True, self._at(place, f"is not known{hint}", _renamed(place, name, shape))
            elif name is key:
                yield from self.value(kind_of(reference, self.target.model), inner, (*pointer, key))
        for name in shape.required:
            if name not in value and f"{name}.$" not in value and name not in meant:
                yield True, self._at(pointer, f'needs "{name}"; the call fails when the task is reached')

    def _at(self, pointer: Pointer, what: str, fix: Fix | None = None) -> Hit:
        path = ".".join(str(key) for key in pointer[len(self.task.pointer) + 1 :])
        return Hit(pointer, f'"{self.task.name}": "{path}" of {self.target.call} {what}', severity=WARNING, fix=fix)


def _renamed(pointer: Pointer, name: str, shape: Shape) -> Fix | None:
    """The key with the name of the one member that it resembles; `.$` stays."""
    meant = only_near(name, shape.members)
    if meant is None:
        return None
    key = f"{meant}{'.$' * str(pointer[-1]).endswith('.$')}"
    return mend(f'write "{key}"', Rename(pointer, key))


def _mended(shape: Shape, value: Json, pointer: Pointer) -> Fix | None:
    """The one value of a list that a text resembles; a number or boolean as a text where one is wanted."""
    if shape.kind != "string":
        return None
    if isinstance(value, str):
        meant = only_near(value, shape.values) if value not in shape.values else None
        return mend(f'write "{meant}"', Replace(pointer, meant)) if meant is not None else None
    if isinstance(value, bool):
        return mend("put it in quotes", Replace(pointer, str(value).lower()))
    return mend("put it in quotes", Replace(pointer, str(value))) if isinstance(value, int) else None


def _of_state(name: str) -> str:
    """The hint for a field of a task that stands among its parameters."""
    return f": {name} is a field of the state, one level higher" if name in FIELDS[Task] else ""


def _same(name: str, shape: Shape) -> str | None:
    """The member that differs from `name` in capitals only."""
    folded = name.casefold()
    return next((member for member in shape.members if member.casefold() == folded), None)


def _is_service_spelling(name: str) -> bool:
    """Whether a name looks as the service's own reference writes it (jobName, DBInstanceIdentifier)."""
    return name[:1].islower() or (name[:2].isupper() and not name.isupper())


Mistake = tuple[str, str]
"""What is wrong with a value, and a hint."""


def _wrong_string(shape: Shape, value: Json) -> Mistake | None:
    if not isinstance(value, str):
        return f"wants a text and gets {_kind(value)}", ""
    if shape.values and value not in shape.values:
        return _wrong_choice(shape.values, value)
    if len(value) < shape.least:
        return f"has {len(value)} characters, and {shape.least} is the least", ""
    if shape.most is not None and len(value) > shape.most:
        return f"has {len(value)} characters, and {shape.most} is the most", ""
    return None


MANY = 60
"""A list of more values than this (instance types, engine versions) is one that AWS adds to all the time."""


def _wrong_choice(values: tuple[str, ...], value: str) -> Mistake | None:
    near = nearest(value, values)
    if len(values) > MANY and (near is None or near.casefold() != value.casefold()):
        return None
    listed = f": it takes {', '.join(values[:12])}{', …' * (len(values) > 12)}"
    return f'is "{value}", which is no value that it takes', f': did you mean "{near}"?' if near is not None else listed


def _wrong_number(shape: Shape, value: Json) -> Mistake | None:
    match value:
        case bool() | dict() | list():
            return f"wants a number and gets {_kind(value)}", ""
        case str() if not _is_number(value):
            return f"wants a number and gets {_kind(value)}", ""
        case float() if shape.kind == "integer" and not value.is_integer():
            return f"wants a whole number and gets {value}", ""
        case _:
            return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _wrong_boolean(shape: Shape, value: Json) -> Mistake | None:
    if isinstance(value, bool) or (isinstance(value, str) and value.casefold() in ("true", "false")):
        return None
    return f"wants true or false and gets {_kind(value)}", ""


def _wrong_list(shape: Shape, value: Json) -> Mistake | None:
    return None if isinstance(value, list) else (f"wants a list and gets {_kind(value)}", "")


def _wrong_object(shape: Shape, value: Json) -> Mistake | None:
    return None if isinstance(value, dict) else (f"wants a mapping and gets {_kind(value)}", "")


def _unknown_kind(shape: Shape, value: Json) -> Mistake | None:
    return None


WRONG: dict[str, Callable[[Shape, Json], Mistake | None]] = {
    "string": _wrong_string,
    "integer": _wrong_number,
    "number": _wrong_number,
    "boolean": _wrong_boolean,
    "list": _wrong_list,
    "map": _wrong_object,
    "structure": _wrong_object,
    "timestamp": _unknown_kind,
    "blob": _unknown_kind,
    "any": _unknown_kind,
}


def _kind(value: Json) -> str:
    match value:
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{value[:40]}"'
        case list():
            return "a list"
        case _:
            return "a mapping"
