"""The text of paths and intrinsic functions: what cannot be read, and what stands where nothing reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from aslkit.definition.model import JSONATA, ChoiceRule, all_states, fact, is_substitution
from aslkit.lint.engine import ERROR, WARNING, Hit, Rename, Replace, mend, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, State, StateMachine
    from aslkit.lint.engine import Fix

SUFFIX = ".$"

JSONPATH_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials")
JSONATA_TEMPLATES = ("Arguments", "Output", "Assign", "ItemSelector", "Credentials")
"""The fields of a state that hold templates, in each query language."""

PATH_FIELDS = (
    *("InputPath", "OutputPath", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath"),
    *("HeartbeatSecondsPath", "MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
    *("MaxItemsPath", "MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"),
)
"""The fields that hold a path; that it begins with `$` is the schema's business."""

TEXT_FIELDS = ("ErrorPath", "CausePath")
"""The fields that hold a path or an intrinsic function that gives a string."""

PATH, TEXT, REFERENCE, EXPRESSION, LITERAL, STATIC, FOREIGN, COLLISION = range(8)
"""What stands in a place: a path; an expression that gives a string; a reference path; the value of a `.$` key; a text
that looks like an expression; one inside Pass.Result; one of the other query language; a key that is there twice."""


class Written(NamedTuple):
    """A value in a place of a state where its text matters."""

    kind: int
    state: State
    pointer: Pointer
    value: Json


@fact
def written(machine: StateMachine) -> tuple[tuple[Written, ...], ...]:
    """All such values of a definition, by their kind."""
    found: tuple[list[Written], ...] = tuple([] for _ in range(8))
    for _, state in all_states(machine):
        for one in _jsonata(state) if state.query_language == JSONATA else _jsonpath(state):
            found[one.kind].append(one)
    return tuple(map(tuple, found))


def _jsonpath(state: State) -> Iterator[Written]:
    yield from _fields(state, state.pointer, state.raw)
    if "Result" in state.raw:
        yield from _static(state, (*state.pointer, "Result"), state.raw["Result"])
    for catcher in state.catch:
        if "ResultPath" in catcher.raw:
            yield from _text(REFERENCE, state, (*catcher.pointer, "ResultPath"), catcher.raw["ResultPath"])
        yield from _template(state, (*catcher.pointer, "Assign"), catcher.assign)
    yield from _rules(state)


def _fields(state: State, pointer: Pointer, raw: Mapping[str, Json]) -> Iterator[Written]:
    """The fields of a state, or of one of the objects in it that have paths and templates of their own."""
    for field, value in raw.items():
        if field in JSONPATH_TEMPLATES or field == "BatchInput":
            yield from _template(state, (*pointer, field), value)
        elif field in FIELD_KINDS:
            yield from _text(FIELD_KINDS[field], state, (*pointer, field), value)
        elif field in OBJECTS and isinstance(value, dict):
            yield from _fields(state, (*pointer, field), value)


OBJECTS = frozenset({"ItemReader", "ReaderConfig", "ItemBatcher", "ResultWriter"})

FIELD_KINDS = {
    **dict.fromkeys(PATH_FIELDS, PATH),
    **dict.fromkeys(TEXT_FIELDS, TEXT),
    "ResultPath": REFERENCE,
}


def _text(kind: int, state: State, pointer: Pointer, value: Json) -> Iterator[Written]:
    """A text in a field that holds a path; null and what is no string are the schema's business."""
    if isinstance(value, str):
        yield Written(kind, state, pointer, value)


def _rules(state: State) -> Iterator[Written]:
    """The paths in the rules of a Choice."""
    pending: list[ChoiceRule] = list(getattr(state, "choices", ()))
    while pending:
        part = pending.pop()
        pending.extend(part.rules)
        yield from _text(PATH, state, (*part.pointer, "Variable"), part.variable)
        if part.operator is not None and part.operator.endswith("Path"):
            yield from _text(PATH, state, (*part.pointer, part.operator), part.operand)
        yield from _template(state, (*part.pointer, "Assign"), part.assign)


def _template(state: State, pointer: Pointer, template: Json) -> Iterator[Written]:
    """The values of `.$` keys, texts that look like expressions, and keys that a `.$` key makes a second time."""
    if isinstance(template, dict):
        for key, value in template.items():
            if key.endswith(SUFFIX):
                yield Written(EXPRESSION, state, (*pointer, key), value)
                if key[: -len(SUFFIX)] in template:
                    yield Written(COLLISION, state, (*pointer, key), value)
            elif isinstance(value, dict | list):
                yield from _template(state, (*pointer, key), value)
            elif type(value) is str and value[:1] in EXPRESSION_BEGINS:
                yield from _literal(state, (*pointer, key), value)
    elif isinstance(template, list):
        for index, value in enumerate(template):
            yield from _template(state, (*pointer, index), value)


EXPRESSION_BEGINS = frozenset("$S{")


def _literal(state: State, pointer: Pointer, text: str) -> Iterator[Written]:
    if text.startswith("{%"):
        if text.endswith("%}"):
            yield Written(FOREIGN, state, pointer, text)
    elif _is_expression(text):
        yield Written(LITERAL, state, pointer, text)


def _static(state: State, pointer: Pointer, value: Json) -> Iterator[Written]:
    """The `.$` keys with expressions and the other texts inside Pass.Result that look like paths."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _static(state, (*pointer, key), inner)
    elif type(value) is str and value[:1] in EXPRESSION_BEGINS:
        if value.startswith("{%") and value.endswith("%}"):
            yield Written(FOREIGN, state, pointer, value)
        elif _is_expression(value) or _is_dynamic(pointer):
            yield Written(STATIC, state, pointer, value)


def _is_dynamic(pointer: Pointer) -> bool:
    return str(pointer[-1]).endswith(SUFFIX)


def _jsonata(state: State) -> Iterator[Written]:
    """The `.$` keys in the templates of a JSONata state."""
    for field in JSONATA_TEMPLATES:
        if field in state.raw:
            yield from _foreign(state, (*state.pointer, field), state.raw[field])
    for catcher in state.catch:
        yield from _foreign(state, (*catcher.pointer, "Assign"), catcher.assign)
        yield from _foreign(state, (*catcher.pointer, "Output"), catcher.output)


def _foreign(state: State, pointer: Pointer, template: Json) -> Iterator[Written]:
    if isinstance(template, dict | list):
        for key, value in template.items() if isinstance(template, dict) else enumerate(template):
            yield from _foreign(state, (*pointer, key), value)
    elif type(template) is str and (_is_dynamic(pointer) or (template[:1] in "$S" and _is_expression(template))):
        yield Written(FOREIGN, state, pointer, template)


# --- what is wrong with a text ---------------------------------------------------------------------------------------


@lru_cache(4096)
def _is_expression(text: str) -> bool:
    """Whether a text is, beyond doubt, meant to be read: `$.a`, `$$.a`, `$[0]` or a States.* call that parses."""
    if text.startswith("States."):
        return "(" in text and text.rstrip().endswith(")") and refused(text) is None
    return text.startswith(("$.", "$[", "$$.")) and not is_substitution(text) and path_refused(text) is None


@lru_cache(8192)
def path_refused(text: str) -> str | None:
    """Why a text is no path; None for a path."""
    first, *names = text.split(".")
    if first in ("$", "$$") and all(map(str.isidentifier, names)):
        return None
    from aslkit.language.jsonpath import PathSyntaxError, parse_path

    try:
        parse_path(text)
    except PathSyntaxError as error:
        return error.reason
    return None


@lru_cache(1024)
def _has_broken_argument(text: str) -> bool:
    """Whether a call cannot be read because of a path in it: AWS is not known to look that deep."""
    from aslkit.language.intrinsics import IntrinsicSyntaxError, parse_intrinsic
    from aslkit.language.jsonpath import PathSyntaxError

    try:
        parse_intrinsic(text)
    except IntrinsicSyntaxError as error:
        return isinstance(error.__context__, PathSyntaxError)
    return False


@lru_cache(8192)
def refused(text: str) -> str | None:
    """Why a text is neither a path nor an intrinsic function call that can work; None for one of these."""
    if text.startswith("$"):
        return path_refused(text)
    from aslkit.language.intrinsics import IntrinsicSyntaxError, mistakes, parse_intrinsic

    if not text.lstrip().startswith("States."):
        return 'a path (it begins with "$") or an intrinsic function (States.Format and others) is expected'
    try:
        return next((_suggested(text, reason) for _, reason in mistakes(parse_intrinsic(text))), None)
    except IntrinsicSyntaxError as error:
        return _quoted(error.reason, text)


def _suggested(text: str, reason: str) -> str:
    """The reason with the function that was probably meant."""
    if "no intrinsic function" not in reason:
        return reason
    from aslkit.definition.spelling import nearest
    from aslkit.language.intrinsics import FUNCTIONS

    name = reason.split("'")[1]
    meant = nearest(name, FUNCTIONS)
    return reason if meant is None else f"{reason}; did you mean {meant}?"


def _quoted(reason: str, text: str) -> str:
    return f"{reason}; its strings stand in single quotes" if '"' in text and "'" not in text else reason


@lru_cache(4096)
def text_refused(text: str) -> str | None:
    """Why a text is no path and no intrinsic function that gives a string."""
    if refused(text) is not None or text.startswith("$"):
        return refused(text)
    from aslkit.language.intrinsics import FUNCTIONS, parse_intrinsic

    name = parse_intrinsic(text).name
    gives = FUNCTIONS[name].returns
    return None if gives in ("string", "any") else f"{name} gives a value of type {gives}, not a string"


@lru_cache(4096)
def reference_refused(text: str) -> str | None:
    """Why a text is no reference path; None for one."""
    first, *names = text.split(".")
    if first == "$" and all(map(str.isidentifier, names)):
        return None
    from aslkit.language.jsonpath import PathSyntaxError, parse_reference_path

    try:
        parse_reference_path(text)
    except PathSyntaxError as error:
        return error.reason
    return None


# --- rules -----------------------------------------------------------------------------------------------------------


@rule(ERROR, fixable=True)
def expression_syntax(machine: StateMachine) -> Iterator[Hit]:
    """A path or an intrinsic function cannot be read.

    The value of a key that ends in `.$` is a path (`$.month`, `$$.Execution.Id`) or a call of an intrinsic function
    that exists, with as many arguments as it takes, of the right kinds, and strings in single quotes. AWS refuses the
    definition otherwise (SCHEMA_VALIDATION_FAILED).

    Bad:

        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Parameters:
              topic.$: arn:aws:sns:eu-west-1:111122223333:alerts  # <-
              text.$: States.format('{} is ready', $.month)  # <-
            End: true

    Good:

        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Parameters:
              topic: arn:aws:sns:eu-west-1:111122223333:alerts
              text.$: States.Format('{} is ready', $.month)
            End: true
    """
    found = written(machine)
    for kind, refusal in ((PATH, path_refused), (TEXT, text_refused), (EXPRESSION, refused)):
        for one in found[kind]:
            if isinstance(one.value, str):
                left_to_schema = kind != EXPRESSION and not one.value.startswith(("$", "States."))
                why = None if is_substitution(one.value) or left_to_schema else refusal(one.value)
            else:
                why = "a path or an intrinsic function, in a string, is expected"
            if why is not None:
                yield _unreadable(one, why)


def _unreadable(one: Written, why: str) -> Hit:
    if isinstance(one.value, str) and not one.value.startswith("$") and _has_broken_argument(one.value):
        return Hit(one.pointer, f"{_place(one)} cannot be read: {why}; the execution fails here", severity=WARNING)
    return Hit(one.pointer, f"{_place(one)} cannot be read: {why}; AWS refuses the definition", fix=_readable(one))


def _readable(one: Written) -> Fix | None:
    """A plain value under a key without `.$`; a call with the function that was meant, or with single quotes."""
    key, value = one.pointer[-1], one.value
    if isinstance(value, str) and ("$" in value or "States." in value[:7].title()):
        right = _respelt(value)
        return mend(f"write {right}", Replace(one.pointer, right)) if right is not None else None
    if one.kind == EXPRESSION and isinstance(key, str) and key != SUFFIX:
        bare = key.removesuffix(SUFFIX)
        return mend(f'write "{bare}"', Rename(one.pointer, bare))
    return None


def _respelt(text: str) -> str | None:
    """A call that can be read, but for the name of its function or for double quotes."""
    import re

    from aslkit.definition.spelling import only_near
    from aslkit.language.intrinsics import FUNCTIONS

    found = re.match(r"[Ss]tates\.(\w+)(?=\()", text)
    right = text
    if found is not None and found[0] not in FUNCTIONS:
        meant = only_near(found[1], [name.removeprefix("States.") for name in FUNCTIONS])
        right = f"States.{meant or found[1]}{text[found.end() :]}"
    single = right.replace('"', "'") if "'" not in right else right
    return next((one for one in (right, single) if one != text and refused(one) is None), None)


MAX_SHOWN = 80


def _place(one: Written) -> str:
    shown = ""
    if isinstance(one.value, str):
        text = one.value.replace("\n", "⏎")
        shown = f' "{text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"}"'
    return f'the value{shown} of "{one.pointer[-1]}" in "{one.state.name}"'


@rule(ERROR)
def result_path_syntax(machine: StateMachine) -> Iterator[Hit]:
    """ResultPath is no reference path.

    A result is written to one place of the input, named by names and indices (`$.glue`, `$.runs[0]`). A context path
    (`$$.a`), a variable (`$a`), a wildcard or a function is refused by AWS.

    Bad:

        StartAt: Settings
        States:
          Settings:
            Type: Pass
            Result: 1
            ResultPath: $.tables[*].size  # <-
            End: true

    Good:

        StartAt: Settings
        States:
          Settings:
            Type: Pass
            Result: 1
            ResultPath: $.size
            End: true
    """
    for one in written(machine)[REFERENCE]:
        if one.value.startswith("$") and not is_substitution(one.value):
            reason = reference_refused(one.value)
            if reason is not None:
                yield Hit(
                    one.pointer, f"{_place(one)} names no place to write to: {reason}; AWS refuses the definition"
                )


@rule(WARNING)
def format_arguments(machine: StateMachine) -> Iterator[Hit]:
    """States.Format has not as many values as its template has placeholders.

    Each `{}` in the template stands for one value. When the numbers differ, AWS takes the definition and the execution
    fails when it gets there, with States.Runtime, which no Catch sees.

    Bad:

        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Parameters:
              text.$: States.Format('{} failed, {}', $.month)  # <-
            End: true

    Good:

        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Parameters:
              text.$: States.Format('{} failed, {}', $.month, $.reason)
            End: true
    """
    for kind in (EXPRESSION, TEXT):
        for one in written(machine)[kind]:
            if isinstance(one.value, str) and "States.Format" in one.value:
                for wanted, given in _unlike(one.value):
                    yield Hit(
                        one.pointer,
                        f'"{one.pointer[-1]}" in "{one.state.name}": the template of States.Format has {wanted} '
                        f"placeholder{'s' * (wanted != 1)} {{}}, but {given} value{'s are' if given != 1 else ' is'} "
                        "given: the execution fails here with States.Runtime, which no Catch sees",
                    )


@lru_cache(4096)
def _unlike(text: str) -> tuple[tuple[int, int], ...]:
    """(placeholders, values) of each call of States.Format in a text where the two differ."""
    from aslkit.language.intrinsics import Call, parse_intrinsic, placeholders

    if is_substitution(text) or refused(text) is not None or text.startswith("$"):
        return ()
    found, pending = [], [parse_intrinsic(text)]
    while pending:
        call = pending.pop()
        pending.extend(argument for argument in call.arguments if isinstance(argument, Call))
        wanted, given = placeholders(call), len(call.arguments) - 1
        if wanted is not None and wanted != given:
            found.append((wanted, given))
    return tuple(found)


@rule(ERROR)
def field_given_twice(machine: StateMachine) -> Iterator[Hit]:
    """A template has a field both with and without `.$`.

    `name` and `name.$` are the same field of the value that the template makes. AWS refuses the definition.

    Bad:

        StartAt: Settings
        States:
          Settings:
            Type: Pass
            Parameters:
              month: 2024-01
              month.$: $.month  # <-
            End: true

    Good:

        StartAt: Settings
        States:
          Settings:
            Type: Pass
            Parameters:
              month.$: $.month
            End: true
    """
    for one in written(machine)[COLLISION]:
        key = str(one.pointer[-1])
        twin = (*one.pointer[:-1], key[: -len(SUFFIX)])
        line = machine.document.span(twin).line
        yield Hit(
            one.pointer,
            f'"{key}" and "{twin[-1]}" (line {line}) in "{one.state.name}" are the same field: AWS refuses the '
            "definition",
            related=(twin,),
        )


@rule(WARNING, fixable=True)
def expression_as_text(machine: StateMachine) -> Iterator[Hit]:
    """A path or an intrinsic function stands under a key without `.$`, so that it is plain text.

    The service gets the text "$.topic" and not what the path reads. AWS takes the definition and warns (NO_DOLLAR).

    Bad:

        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Parameters:
              topic: $.SNSTopicArn  # <-
            End: true

    Good:

        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Parameters:
              topic.$: $.SNSTopicArn
            End: true
    """
    for one in written(machine)[LITERAL]:
        key = one.pointer[-1]
        yield Hit(
            one.pointer,
            f'"{key}" in "{one.state.name}" is the plain text "{one.value}", not what it reads: the key that reads it '
            f'is "{key}{SUFFIX}"',
            fix=mend(f'write "{key}{SUFFIX}"', Rename(one.pointer, f"{key}{SUFFIX}")) if isinstance(key, str) else None,
        )


@rule(WARNING, fixable=True)
def result_is_static(machine: StateMachine) -> Iterator[Hit]:
    """A path stands in the Result of a Pass state, where nothing is read.

    Result is plain data: a path in it stays text, and a key that ends in `.$` keeps its name. Parameters is the field
    that reads. AWS takes the definition and warns (PASS_RESULT_IS_STATIC).

    Bad:

        StartAt: Settings
        States:
          Settings:
            Type: Pass
            Result:
              month.$: $.month  # <-
            End: true

    Good:

        StartAt: Settings
        States:
          Settings:
            Type: Pass
            Parameters:
              month.$: $.month
            End: true
    """
    for one in written(machine)[STATIC]:
        yield Hit(
            one.pointer,
            f'"{one.value}" in the Result of "{one.state.name}" stays plain text: Result is static data; Parameters '
            "reads paths",
            fix=_parameters(one),
        )


def _parameters(one: Written) -> Fix | None:
    """Parameters in the place of Result, where a key that ends in `.$` says that something is read."""
    if not _is_dynamic(one.pointer) or "Parameters" in one.state.raw:
        return None
    return mend('write "Parameters"', Rename((*one.state.pointer, "Result"), "Parameters"))


@rule(WARNING)
def other_query_language(machine: StateMachine) -> Iterator[Hit]:
    """An expression of the other query language stays plain text.

    In a JSONPath state `{% … %}` is text; in a JSONata state `$.a` is text and a key that ends in `.$` keeps that name.
    The service gets the text, or a parameter that it does not know.

    Bad:

        StartAt: First
        States:
          First:
            Type: Pass
            Parameters:
              month: "{% $states.input.month %}"  # <-
            Next: Second
          Second:
            Type: Pass
            QueryLanguage: JSONata
            Output:
              month.$: $.month  # <-
            End: true

    Good:

        StartAt: First
        States:
          First:
            Type: Pass
            Parameters:
              month.$: $.month
            Next: Second
          Second:
            Type: Pass
            QueryLanguage: JSONata
            Output:
              month: "{% $states.input.month %}"
            End: true
    """
    for one in written(machine)[FOREIGN]:
        if one.state.query_language != JSONATA:
            what = "{% … %} is plain text"
        elif _is_dynamic(one.pointer):
            what = f'the key "{one.pointer[-1]}" keeps its name, and its value is no path'
        else:
            what = f'"{one.value}" is plain text'
        yield Hit(one.pointer, f'"{one.state.name}" is in {one.state.query_language}, where {what}')
