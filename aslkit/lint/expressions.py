"""The text of paths, intrinsic functions and payload templates: what AWS refuses, and what is sent as it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aslkit.definition.model import ABSENT, JSONPATH, Choice, Fail, Map, Pass, Retrying, Task, Wait, all_states, fact
from aslkit.definition.model import is_substitution as is_open
from aslkit.definition.spelling import nearest
from aslkit.lint.engine import ERROR, WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, State, StateMachine

BLANK_FOR_COMMA = re.compile(r"\$[\w.]* +\$")
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials", "ItemBatcher")
"""The fields that hold payload templates in a JSONPath state."""


@rule(ERROR)
def expression_syntax(machine: StateMachine) -> Iterator[Hit]:
    """A path or an intrinsic function is not written as the States Language wants it.

    AWS: SCHEMA_VALIDATION_FAILED. The value of a key that ends in `.$` is a path (`$.a`, `$$.Execution.Id`,
    `$variable`) or an intrinsic function (`States.Format('{}', $.a)`); a ResultPath is a path without wildcards,
    filters or `$$`.

    Bad:

        StartAt: Greet
        States:
          Greet:
            Type: Pass
            Parameters:
              text.$: States.Fromat('Hello {}', $.name)  # <-
            End: true

    Good:

        StartAt: Greet
        States:
          Greet:
            Type: Pass
            Parameters:
              text.$: States.Format('Hello {}', $.name)
            End: true
    """
    for state, pointer, value in _dollar_values(machine):
        if (reason := _wrong_expression(value)) is not None:
            yield Hit(pointer, f'the value of "{pointer[-1]}" in "{state.name}" {reason}')
    for state in _jsonpath_states(machine):
        for pointer, value, function in _path_fields(state):
            reason = _wrong_expression(value) if function else _wrong_path(value)
            if reason is not None:
                yield Hit(pointer, f'{pointer[-1]} of "{state.name}" {reason}')
        for pointer, value in _result_paths(state):
            if (reason := _wrong_reference_path(value)) is not None:
                yield Hit(pointer, f'{pointer[-1]} of "{state.name}" {reason}')


@rule(ERROR)
def payload_key_collision(machine: StateMachine) -> Iterator[Hit]:
    """A payload template gives the same field twice, as `name` and as `name.$`.

    AWS refuses the definition: when the template is evaluated both would become `name`.

    Bad:

        StartAt: Greet
        States:
          Greet:
            Type: Pass
            Parameters:
              text: hello
              text.$: $.text  # <-
            End: true

    Good:

        StartAt: Greet
        States:
          Greet:
            Type: Pass
            Parameters:
              text.$: $.text
            End: true
    """
    for state, pointer, template in _objects(machine):
        for key in template:
            if key.endswith(".$") and key[:-2] in template:
                name = key[:-2]
                yield Hit((*pointer, key), f'"{state.name}" gives "{name}" twice: as "{name}" and as "{key}"')


@rule(WARNING)
def literal_path(machine: StateMachine) -> Iterator[Hit]:
    """A value looks like a path or an intrinsic function, but its key does not end in `.$`.

    AWS: NO_DOLLAR (and PASS_RESULT_IS_STATIC for the Result of a Pass state). The text itself is sent: SNS gets a topic
    that is called "$.SNSTopicArn".

    Bad:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: $.SNSTopicArn  # <-
              Message: done
            End: true

    Good:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $.SNSTopicArn
              Message: done
            End: true
    """
    for state, pointer, template in _objects(machine):
        for key, value in template.items():
            if isinstance(value, str) and value[:1] in READ_STARTS and not key.endswith(".$") and _looks_read(value):
                mend = f'; with the key "{key}.$" it is evaluated'
                yield Hit((*pointer, key), f'"{state.name}" sends the text {_cut(value)} as it stands{mend}')
    for state in _jsonpath_states(machine):
        if isinstance(state, Pass):
            for pointer, value in _static_texts((*state.pointer, "Result"), state.result):
                yield Hit(pointer, f'the Result of "{state.name}" is static: {_cut(value)} stays text; use Parameters')


@rule(WARNING)
def format_placeholders(machine: StateMachine) -> Iterator[Hit]:
    """The template of States.Format has not as many `{}` as values.

    AWS takes the definition; the state fails with States.Runtime, which no Retry and no Catch sees.

    Bad:

        StartAt: Greet
        States:
          Greet:
            Type: Pass
            Parameters:
              text.$: States.Format('Hello {}, it is {}', $.name)  # <-
            End: true

    Good:

        StartAt: Greet
        States:
          Greet:
            Type: Pass
            Parameters:
              text.$: States.Format('Hello {}, it is {}', $.name, $.day)
            End: true
    """
    written = [*_dollar_values(machine)]
    for state in _jsonpath_states(machine):
        written += [(state, pointer, value) for pointer, value, intrinsic in _path_fields(state) if intrinsic]
    for state, pointer, value in written:
        for wanted, given in _formats(value):
            yield Hit(
                pointer,
                f'States.Format in "{state.name}" has {wanted} placeholders for {given} values: the state '
                "fails with States.Runtime, which nothing catches",
            )


READ_STARTS = ("$", "S")
"""The first characters of a path and of an intrinsic function."""


def _jsonpath_states(machine: StateMachine) -> Iterator[State]:
    return (state for _, state in all_states(machine) if state.query_language == JSONPATH)


# --- where expressions stand -----------------------------------------------------------------------------------------


@fact
def _objects(machine: StateMachine) -> list[tuple[State, Pointer, dict[str, Json]]]:
    """Every object inside the payload templates of the JSONPath states of a machine."""
    found: list[tuple[State, Pointer, dict[str, Json]]] = []
    for state in _jsonpath_states(machine):
        raw = state.raw
        for field in TEMPLATES:
            if field in raw:
                _add_objects(found, state, (*state.pointer, field), raw[field])
        for field in ("ItemReader", "ResultWriter"):
            if isinstance(outer := raw.get(field), dict) and "Parameters" in outer:
                _add_objects(found, state, (*state.pointer, field, "Parameters"), outer["Parameters"])
        for catcher in state.catch:
            if "Assign" in catcher.raw:
                _add_objects(found, state, (*catcher.pointer, "Assign"), catcher.assign)
    return found


def _add_objects(
    found: list[tuple[State, Pointer, dict[str, Json]]], state: State, pointer: Pointer, value: Json
) -> None:
    if isinstance(value, dict):
        found.append((state, pointer, value))
        for key, inner in value.items():
            if isinstance(inner, (dict, list)):
                _add_objects(found, state, (*pointer, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, (dict, list)):
                _add_objects(found, state, (*pointer, index), inner)


@fact
def _dollar_values(machine: StateMachine) -> list[tuple[State, Pointer, Json]]:
    """Every value of a key that ends in `.$`."""
    return [
        (state, (*pointer, key), value)
        for state, pointer, template in _objects(machine)
        for key, value in template.items()
        if key.endswith(".$")
    ]


def _path_fields(state: State) -> Iterator[tuple[Pointer, str, bool]]:
    """(place, text, whether it may be an intrinsic function) of every field of a state that holds a path."""
    names = ["InputPath", "OutputPath"]
    match state:
        case Task():
            names += ["TimeoutSecondsPath", "HeartbeatSecondsPath"]
        case Wait():
            names += ["SecondsPath", "TimestampPath"]
        case Map():
            names += ["ItemsPath", "MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"]
        case Fail():
            names += ["ErrorPath", "CausePath"]
        case Choice():
            yield from _variables((*state.pointer, "Choices"), state.raw.get("Choices"))
    for name in names:
        value = state.raw.get(name)
        if isinstance(value, str):
            yield (*state.pointer, name), value, name in ("ErrorPath", "CausePath")


def _variables(pointer: Pointer, value: Json) -> Iterator[tuple[Pointer, str, bool]]:
    """The paths in choice rules, nested ones too."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(inner, (dict, list)):
            if key != "Assign":
                yield from _variables((*pointer, key), inner)
        elif isinstance(inner, str) and (key == "Variable" or (isinstance(key, str) and key.endswith("Path"))):
            yield (*pointer, key), inner, False


def _result_paths(state: State) -> Iterator[tuple[Pointer, str]]:
    if isinstance(state, (Retrying, Pass)) and isinstance(state.raw.get("ResultPath"), str):
        yield (*state.pointer, "ResultPath"), state.raw["ResultPath"]
    for catcher in state.catch:
        if isinstance(catcher.raw.get("ResultPath"), str):
            yield (*catcher.pointer, "ResultPath"), catcher.raw["ResultPath"]


# --- what is wrong with them -----------------------------------------------------------------------------------------


def _wrong_expression(value: Json) -> str | None:
    """Why a value is neither a path nor an intrinsic function; None when it is one, or nothing is known of it."""
    if is_open(value):
        return None
    if not isinstance(value, str):
        return "is no text; a path or an intrinsic function is expected"
    if value.startswith("$"):
        return _wrong_path(value)
    if value.startswith("States."):
        return _wrong_call(value)
    return f"is {_cut(value)}, neither a path ($…) nor an intrinsic function (States.…)"


def _wrong_path(value: str) -> str | None:
    from aslkit.language.jsonpath import PathSyntaxError, parse_path

    if is_open(value):
        return None
    try:
        parse_path(value)
    except PathSyntaxError as error:
        return f"is no path: {_cut(value)}: {error.reason}"
    return None


def _wrong_reference_path(value: str) -> str | None:
    from aslkit.language.jsonpath import PathSyntaxError, parse_reference_path

    if is_open(value):
        return None
    try:
        parse_reference_path(value)
    except PathSyntaxError as error:
        return f"is no reference path: {_cut(value)}: {error.reason}"
    return None


def _wrong_call(value: str) -> str | None:
    from aslkit.language.intrinsics import FUNCTIONS, IntrinsicSyntaxError, mistakes, parse_intrinsic
    from aslkit.language.jsonpath import PathSyntaxError

    try:
        call = parse_intrinsic(value)
        reason = next((reason for _, reason in mistakes(call)), None)
    except (IntrinsicSyntaxError, PathSyntaxError) as error:
        # published definitions write blanks where commas belong; whether AWS refuses that is not known
        reason = None if BLANK_FOR_COMMA.search(value) else error.reason
    if reason is None:
        return None
    name = value.partition("(")[0].strip()
    close = nearest(name, FUNCTIONS) if name not in FUNCTIONS else None
    return f"is no intrinsic function: {reason}" + (f'; did you mean "{close}"?' if close else "")


def _formats(value: Json) -> Iterator[tuple[int, int]]:
    """(placeholders, values) of every States.Format in an expression whose numbers differ."""
    if not isinstance(value, str) or "States.Format" not in value or is_open(value):
        return
    from aslkit.language.intrinsics import IntrinsicSyntaxError, parse_intrinsic
    from aslkit.language.jsonpath import PathSyntaxError

    try:
        call = parse_intrinsic(value)
    except (IntrinsicSyntaxError, PathSyntaxError):
        return
    yield from _formats_in(call)


def _formats_in(call: object) -> Iterator[tuple[int, int]]:
    from aslkit.language.intrinsics import Call, placeholders

    if not isinstance(call, Call):
        return
    wanted = placeholders(call) if call.name == "States.Format" else None
    if wanted is not None and wanted != len(call.arguments) - 1:
        yield wanted, len(call.arguments) - 1
    for argument in call.arguments:
        yield from _formats_in(argument)


def _looks_read(value: str) -> bool:
    """Whether a text is certainly meant to be evaluated: `$.a`, `$$.Execution…`, or an intrinsic function."""
    if value.startswith(("$.", "$$.", "$[")):
        return _wrong_path(value) is None and not is_open(value)
    return value.startswith("States.") and "(" in value and _wrong_call(value) is None


def _static_texts(pointer: Pointer, value: Json) -> Iterator[tuple[Pointer, str]]:
    if value is ABSENT:
        return
    if isinstance(value, str):
        if _looks_read(value):
            yield pointer, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _static_texts((*pointer, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _static_texts((*pointer, index), inner)


def _cut(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:59]}…"'
