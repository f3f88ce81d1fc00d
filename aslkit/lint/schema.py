"""Plain data -> where it has not the shape of a state machine, in words: jsonschema-rs judges, jsonschema explains.

The verdict on a file that is in order, which is nearly every one, takes microseconds. One that is not is taken apart:
the definition, a state, a branch, an item processor, a choice rule are *parts*, the only places where the schema
recurs. jsonschema-rs finds the parts that are wrong in themselves, and jsonschema, which is slow and only imported now,
explains those: one pass over a part's own fields, however large the definition is and however deep the part stands.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import JSONATA, JSONPATH
from aslkit.definition.schemas import schema_text
from aslkit.definition.spelling import nearest, only_near
from aslkit.lint.engine import ERROR, Hit, Rename, Replace, mend, rule
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from jsonschema.protocols import Validator
    from jsonschema_rs import Draft202012Validator

    from aslkit.definition.document import Document, Pointer, Span
    from aslkit.definition.model import Json, StateMachine
    from aslkit.lint.engine import Fix

    Error = Any  # a jsonschema.ValidationError, any field of which may be unset as its types have it

SCHEMA = "asl"

MOST = 1_000
"""How many mistakes of one definition are explained."""

MOST_LISTED = 4
"""How many missing fields are listed, when one of several has to be there."""

MOST_SHOWN = 40
"""How many characters of a wrong value are shown."""

DEFINITION, STATE, BRANCH, ITEM_PROCESSOR = "definition", "state", "branch", "itemProcessor"
CHOICE_RULE, NESTED_RULE, CONDITION_RULE, ANYTHING = "choiceRule", "nestedRule", "conditionRule", "payload"
"""The kinds of parts; all but the first are the names of their schemas too."""

RULE_KINDS: Mapping[str | None, str] = {JSONPATH: CHOICE_RULE, JSONATA: CONDITION_RULE, None: ANYTHING}
"""Query language (None: it is none) -> what an element of Choices is."""

STATES = {"States": STATE}
RULES = {"And": NESTED_RULE, "Or": NESTED_RULE, "Not": NESTED_RULE}
INNER: Mapping[str, Mapping[str, str]] = {
    DEFINITION: STATES,
    BRANCH: STATES,
    ITEM_PROCESSOR: STATES,
    "Parallel": {"Branches": BRANCH},
    "Map": {"ItemProcessor": ITEM_PROCESSOR, "Iterator": ITEM_PROCESSOR},
    "Choice": {"Choices": CHOICE_RULE},
    CHOICE_RULE: RULES,
    NESTED_RULE: RULES,
}
"""Kind of a part, or Type of a state -> the fields that hold parts, and their kind."""

IN_OBJECT, IN_ARRAY = frozenset({"States"}), frozenset({"Branches", "Choices", "And", "Or"})
"""The fields that hold several parts; the others hold one."""

UNDER: Mapping[str | None, tuple[str, ...]] = {
    JSONPATH: ("stateUnderJsonpath",),
    JSONATA: ("stateUnderJsonata",),
    None: (),
}
"""Query language of the definition -> what else its states have to fit."""

ALWAYS_JSONATA = "jsonataAlways"
"""What else the definition's own states have to fit when it is in JSONata."""

ELSEWHERE = frozenset(
    f"#/$defs/{name}"
    for name in (
        *(STATE, BRANCH, ITEM_PROCESSOR, CHOICE_RULE, NESTED_RULE, CONDITION_RULE),
        *("inJsonpath", "inJsonata", ALWAYS_JSONATA),
    )
)
"""The references of the schema that lead into another part, or to what a part has to fit beside its own schema."""

COUNTERPARTS: Mapping[str, tuple[str, ...]] = {
    "Parameters": ("Arguments", "ItemSelector", "Output"),
    "Result": ("Output",),
    "ResultSelector": ("Output",),
    "ResultPath": ("Output",),
    "OutputPath": ("Output",),
    "ItemsPath": ("Items",),
    "Arguments": ("Parameters",),
    "Output": ("ResultPath", "OutputPath"),
    "Items": ("ItemsPath",),
    "Condition": ("Variable",),
}
"""What does the work of a field in the other query language: the first of them that the object has, and for any other
`...Path` the field without Path."""

ONLY_OUTERMOST = ("Assign", "Next")
"""What a nested choice rule has not."""

ELEMENTS: Mapping[Any, tuple[str, str]] = {
    "Retry": ("retrier ", "retrier"),
    "Catch": ("catcher ", "catcher"),
    "Branches": ("branch ", "branch"),
    "Choices": ("choice rule ", "rule"),
    "And": ("choice rule ", "rule"),
    "Or": ("choice rule ", "rule"),
    "Not": ("choice rule ", "rule"),
    "ItemReader": ("", "itemReader"),
    "ReaderConfig": ("", "readerConfig"),
    "ItemBatcher": ("", "itemBatcher"),
    "ResultWriter": ("", "resultWriter"),
}
"""Field -> the noun for the object (or for an element of the array) that stands in it, and its schema."""


def misfits(data: Json) -> Iterator[tuple[Pointer, str]]:
    """Each place where a definition has not the shape that AWS accepts, with what is wrong there; none for a good one.

    `data` is the data of a Document: JSON values, at most 100 deep. One mistake gives one pair, at the deepest place
    that shows it; after 1,000 of them a last one says that there are more. Transitions, reachability, paths and
    expressions are the matter of other rules.
    """
    return ((mistake.pointer, mistake.message) for mistake in mistakes(data))


def mistakes(data: Json) -> Iterator[_Mistake]:
    """The same, each with the fix that it has."""
    if _judge().is_valid(data):
        return
    shown = 0
    for mistake in _explained(data):
        if shown == MOST:
            yield _Mistake((), f"the definition has more than {MOST:,} mistakes of shape; the others are not shown")
            return
        shown += 1
        yield mistake
    if not shown:  # a test keeps the two libraries of one mind; where they are not, the verdict counts
        yield _Mistake((), "the definition has not the shape of a state machine")


@cache
def _judge() -> Draft202012Validator:
    """Judges whole definitions."""
    return _validator_class()(schema_text(SCHEMA))


@cache
def _validator_class() -> type[Draft202012Validator]:
    """jsonschema-rs's. It imports email.utils only to read the date of its own build, which takes a sixth of a whole
    cold lint: while it is imported, a module that knows no date stands there. Where that does not do, the true one."""
    name = "email.utils"
    if name not in sys.modules and "jsonschema_rs" not in sys.modules:
        stand_in: Any = type(sys)(name)
        stand_in.parsedate_to_datetime = lambda text: datetime.min
        sys.modules[name] = stand_in
        try:
            import jsonschema_rs  # noqa: F401
        except (ImportError, AttributeError):
            sys.modules.pop("jsonschema_rs", None)
        finally:
            del sys.modules[name]
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator


@cache
def _schema() -> dict[str, Any]:
    """The schema without its references from part to part."""
    schema: dict[str, Any] = _shallow(json.loads(schema_text(SCHEMA)))
    return schema


def _shallow(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_shallow(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _shallow(value) for key, value in schema.items() if key != "$ref" or value not in ELSEWHERE}


@cache
def _part_schema(names: tuple[str, ...]) -> dict[str, Any]:
    """The schema of a part that has to fit the definitions `names`; of the whole definition when there are none."""
    if not names:
        return _schema()
    return {"$defs": _schema()["$defs"], "allOf": [{"$ref": f"#/$defs/{name}"} for name in names]}


@cache
def _part_judge(names: tuple[str, ...]) -> Draft202012Validator:
    return _validator_class()(_part_schema(names))


@cache
def _explainer(names: tuple[str, ...]) -> Validator:
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    fields = Draft202012Validator.VALIDATORS["properties"]

    # jsonschema's own error of the schema `false` does not say which field it is
    def name_refused(validator: Any, schemas: Any, instance: Json, schema: Any) -> Iterator[Error]:
        refused = {name for name, one in schemas.items() if one is False}
        if isinstance(instance, dict):
            yield from (ValidationError(f"{name} is refused", path=(name,)) for name in instance if name in refused)
        yield from fields(validator, {name: schemas[name] for name in schemas if name not in refused}, instance, schema)

    naming = extend(Draft202012Validator, {"properties": name_refused})  # type: ignore[no-untyped-call]
    validator: Validator = naming(_part_schema(names))
    return validator


class _Part(Record):
    """A piece of a definition that is explained by itself. `schemas` are what it has to fit, `language` is the query
    language in force here, `inherited` that of the definition, `state` the innermost state that the part belongs to."""

    kind: str
    schemas: tuple[str, ...]
    pointer: Pointer
    value: Json
    language: str | None
    inherited: str | None
    state: Pointer | None = None

    def inner(self) -> Iterator[_Part]:
        """The parts directly inside this one."""
        if not isinstance(self.value, dict):
            return
        inner = INNER.get(str(self.value.get("Type")) if self.kind == STATE else self.kind, {})
        for field, held in self.value.items():
            if field in inner:
                make = self._state if inner[field] == STATE else self._other
                for way, value in _held(field, held):
                    yield make(inner[field], (*self.pointer, field, *way), value)

    def _state(self, kind: str, pointer: Pointer, value: Json) -> _Part:
        always = (ALWAYS_JSONATA,) if self.kind == DEFINITION and self.inherited == JSONATA else ()
        schemas = (STATE, *always, *UNDER[self.inherited])
        return _Part(kind, schemas, pointer, value, _language(value, self.inherited), self.inherited, pointer)

    def _other(self, kind: str, pointer: Pointer, value: Json) -> _Part:
        if kind == CHOICE_RULE:
            kind = RULE_KINDS[self.language]
        return _Part(kind, (kind,), pointer, value, self.language, self.inherited, self.state)


def _language(value: Json, inherited: str | None) -> str | None:
    """The query language that a definition or state is in; None when it names one that does not exist."""
    written = value.get("QueryLanguage", inherited) if isinstance(value, dict) else inherited
    return written if written in (JSONPATH, JSONATA) else None


def _held(field: str, value: Json) -> Iterable[tuple[Pointer, Json]]:
    """The parts that a field holds, each with the way to it from the field."""
    if field in IN_OBJECT:
        return (((name,), part) for name, part in value.items()) if isinstance(value, dict) else ()
    if field in IN_ARRAY:
        return (((index,), part) for index, part in enumerate(value)) if isinstance(value, list) else ()
    return (((), value),)


def _parts(data: Json) -> Iterator[_Part]:
    """Every part of a definition, each before those inside it."""
    language = _language(data, JSONPATH)
    pending = [iter((_Part(DEFINITION, (), (), data, language, language),))]
    while pending:
        part = next(pending[-1], None)
        if part is None:
            pending.pop()
        else:
            yield part
            pending.append(part.inner())


class _Mistake(Record):
    """A finding before it is known whether another one says the same. `about` are the fields that a mistake of a whole
    object is about, `settles` the fields of which nothing more need be said."""

    pointer: Pointer
    message: str
    about: frozenset[Pointer] = frozenset()
    settles: frozenset[Pointer] = frozenset()
    fix: Fix | None = None


def _explained(data: Json) -> Iterator[_Mistake]:
    for part in _parts(data):
        if not _part_judge(part.schemas).is_valid(part.value):
            yield from _told_once(islice(_mistakes(part), MOST + 1))


def _mistakes(part: _Part) -> Iterator[_Mistake]:
    for error in _explainer(part.schemas).iter_errors(part.value):
        pointer = (*part.pointer, *error.absolute_path)
        yield from EXPLAIN.get(str(error.validator), _wrong_value)(part, pointer, error)


def _told_once(mistakes: Iterable[_Mistake]) -> Iterator[_Mistake]:
    """The mistakes without those that another one settles, and without a second one of the same field."""
    found = list(mistakes)
    settled = frozenset().union(*(mistake.settles for mistake in found))
    told = set()
    for mistake in found:
        same = (mistake.pointer, mistake.message if mistake.about else None)
        if same not in told and settled.isdisjoint(mistake.about):
            told.add(same)
            yield mistake


def _missing(part: _Part, pointer: Pointer, error: Error) -> Iterator[_Mistake]:
    for field in error.validator_value:
        if field not in error.instance:
            message = f"{_subject(part, pointer)} has no {field}{_misspelt_type(field, error.instance)}"
            fix = _renamed(pointer, field, error.instance) if field == "Type" else None
            yield _Mistake(pointer, message, frozenset({(*pointer, field)}), fix=fix)


def _renamed(pointer: Pointer, field: str, written: Mapping[str, Json]) -> Fix | None:
    """The field under the one name in its object that resembles its own."""
    meant = only_near(field, written)
    return None if meant is None else mend(f'write "{field}"', Rename((*pointer, meant), field))


def _misspelt_type(field: str, state: Mapping[str, Json]) -> str:
    """Without Type nothing is known of a state's fields, so that a misspelt one is not found as an unknown field."""
    written = nearest(field, state) if field == "Type" else None
    return f"; did you mean it by {_quoted(written)}?" if written else ""


def _unknown(part: _Part, pointer: Pointer, error: Error) -> Iterator[_Mistake]:
    known, written = error.schema["properties"], error.instance
    subject = _subject(part, pointer)
    possible = [field for field, schema in known.items() if schema is not False and field not in written]
    for field in (field for field in written if field not in known):
        place = (*pointer, field)
        owners = [name for name in _types() if pointer == part.state and field in _fields_of_type(name)]
        meant = None if owners else nearest(field, possible)
        hint = f"; only {_listed(owners, 'and')} states have it" if owners else _suggested(meant)
        settles = {place} if meant is None else {place, (*pointer, meant)}
        sure = meant is not None and only_near(field, possible) == meant
        fix = mend(f'write "{meant}"', Rename(place, str(meant))) if sure else None
        yield _Mistake(place, f"{_quoted(field)} is no field of {subject}{hint}", settles=frozenset(settles), fix=fix)


def _wrong_count(part: _Part, pointer: Pointer, error: Error) -> Iterator[_Mistake]:
    """`oneOf` over required fields: none of them is there, or more than one."""
    fields = [option["required"][0] for option in error.validator_value]
    present = [field for field in fields if field in error.instance]
    subject = _subject(part, pointer)
    about = frozenset((*pointer, field) for field in fields)
    if present:
        message = f"{subject} has {_all_of(present)}, of which only one is accepted"
        yield _Mistake((*pointer, _later(error.instance, present)), message, about)
    elif len(fields) <= MOST_LISTED:
        yield _Mistake(pointer, f"{subject} has {_none_of(fields)}{_too_deep(error.instance, fields)}", about)
    else:
        yield _Mistake(pointer, f"{subject} has no {error.schema['title']}", about)


def _too_deep(written: Mapping[str, Json], fields: Sequence[str]) -> str:
    """The field that is missing, found inside another one: its lines are indented too far."""
    for name, inner in written.items():
        field = next((field for field in fields if isinstance(inner, dict) and field in inner), None)
        if field is not None:
            return f"; {field} stands inside {name}, one level too deep"
    return ""


def _later(written: Json, fields: Sequence[str]) -> str:
    """The field that is written last: with it, an object has one too many."""
    return max(fields, key=list(written).index)


def _excluded(part: _Part, pointer: Pointer, error: Error) -> Iterator[_Mistake]:
    """`not`: two fields that exclude each other, or an expression in JSONPath."""
    fields = error.validator_value.get("required")
    if fields:
        message = f"{_subject(part, pointer)} has {_all_of(fields)}, of which only one is accepted"
        about = frozenset((*pointer, field) for field in fields)
        yield _Mistake((*pointer, _later(error.instance, fields)), message, about)
    else:
        shown = f"{_shown(error.instance)}, an expression of JSONata"
        yield _Mistake(pointer, f"{_place(part, pointer)} is {shown}; the state is in {JSONPATH}")


def _refused(part: _Part, pointer: Pointer, error: Error) -> Iterator[_Mistake]:
    """`properties` with the schema `false`: a transition of a nested rule, or a field of the other query language."""
    field, owner = str(pointer[-1]), pointer[:-1]
    message = f"{_quoted(field)} is no field of {_subject(part, owner)}"
    if field in ONLY_OUTERMOST:
        message += "; only the outermost rule leads to a state"
    else:
        message += f", which is in {part.language}{_counterpart(part, owner, field)}"
    yield _Mistake(pointer, message, settles=frozenset({pointer}))


def _counterpart(part: _Part, owner: Pointer, field: str) -> str:
    known = _fields(part, owner)
    for other in (*COUNTERPARTS.get(field, ()), field.removesuffix("Path")):
        if other != field and known.get(other, False) is not False:
            return f'; {part.language} has "{other}" instead'
    return ""


def _wrong_constant(part: _Part, pointer: Pointer, error: Error) -> Iterator[_Mistake]:
    message = f"{_place(part, pointer[:-1])} is in JSONPath; a definition in JSONata has no such state"
    yield _Mistake(pointer, message)


def _wrong_length(part: _Part, pointer: Pointer, error: Error) -> Iterator[_Mistake]:
    """`minLength`, `maxLength`: of a value, or of the name of a state."""
    if "propertyNames" not in error.absolute_schema_path:
        yield from _wrong_value(part, pointer, error)
        return
    name = error.instance
    message = f"the name of state {_quoted(name)} has {len(name)} characters; 1 to 80 are accepted"
    yield _Mistake((*pointer, name), message)


def _wrong_value(part: _Part, pointer: Pointer, error: Error) -> Iterator[_Mistake]:
    schema, value = error.schema, error.instance
    options = _options(schema)
    hint = _suggested(nearest(value, options)) if isinstance(value, str) and options else ""
    kind = ", a string" if isinstance(value, str) and not _takes_strings(schema) else ""
    if pointer == part.state and pointer[-1] in _schema()["properties"]:
        hint = f"; {pointer[-1]} is a field of the definition"
    message = f"{_place(part, pointer)} is {_shown(value)}{kind}; {_expected(schema)} is expected{hint}"
    right = _right(value, schema)
    fix = None if right is None else mend(f"write {json.dumps(right, ensure_ascii=False)}", Replace(pointer, right))
    yield _Mistake(pointer, message, fix=fix)


def _right(value: Json, schema: Mapping[str, Any]) -> Json:
    """The value of the kind that is asked for, which a value of another kind stands for without doubt; else None."""
    first = schema.get("anyOf", [schema])[0]
    types = first.get("type", [])
    kinds = [types] if isinstance(types, str) else types
    if isinstance(value, str):
        return only_near(value, _options(schema)) if _options(schema) else _unquoted(value, kinds)
    if isinstance(value, (int, float)) and str(value) in _options(schema):
        return str(value)
    return str(value) if type(value) is int and _takes_strings(schema) else None


def _unquoted(text: str, kinds: Sequence[str]) -> Json:
    """The number, boolean or list that a text stands for."""
    if "boolean" in kinds:
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.casefold())
    if "array" in kinds:
        return [text] if text and "${" not in text else None
    if "integer" in kinds or "number" in kinds:
        return int(text) if text.isascii() and text.isdecimal() and len(text) < MOST_SHOWN else None
    return None


EXPLAIN: Mapping[str, Callable[[_Part, Pointer, Error], Iterator[_Mistake]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "oneOf": _wrong_count,
    "not": _excluded,
    "const": _wrong_constant,
    "minLength": _wrong_length,
    "maxLength": _wrong_length,
    "properties": _refused,
}
"""Keyword of the schema -> its explanation; `_wrong_value` explains all others."""


def _types() -> list[str]:
    types: list[str] = _schema()["$defs"]["Type"]["enum"]
    return types


def _fields_of_type(name: Json) -> Mapping[str, Any]:
    return _fields_of(name.lower()) if name in _types() else {}


def _fields_of(name: str) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = _schema()["$defs"][name]["properties"]
    return fields


def _fields(part: _Part, pointer: Pointer) -> Mapping[str, Any]:
    """The fields that the object at `pointer` can have in one of the query languages."""
    if pointer == part.state:
        return _fields_of_type(part.value.get("Type"))
    return _fields_of(ELEMENTS[_holder(pointer)][1])


def _holder(pointer: Pointer) -> str | int:
    """The field that holds an object, or the array whose element it is."""
    return pointer[-2] if isinstance(pointer[-1], int) else pointer[-1]


def _options(schema: Mapping[str, Any]) -> list[str]:
    """The words that a schema accepts, if it lists them."""
    first = schema.get("anyOf", [schema])[0]
    options: list[str] = first.get("enum", [])
    return options


def _takes_strings(schema: Mapping[str, Any]) -> bool:
    """Whether a string is what a schema mainly asks for, more than a ${Substitution} in its place."""
    first = schema.get("anyOf", [schema])[0]
    kinds: list[str] | str = first.get("type", "string" if "enum" in first else "")
    return kinds == "string" or kinds[:1] == ["string"]


def _expected(schema: Mapping[str, Any]) -> str:
    """What a schema asks for, in words: its options, or its title (a kind of value), or the type of a field."""
    first = schema.get("anyOf", [schema])[0]
    if "const" in first:
        return json.dumps(first["const"])
    if "enum" in first:
        return _listed([_quoted(option) for option in first["enum"]], "or")
    title: str = schema["title"]
    if not _is_field(title):
        return _a(title)
    empty_too = not (schema.get("minItems") or schema.get("minProperties"))
    kind: str = schema["type"][0]
    return _a(kind if empty_too else f"non-empty {kind}")


def _is_field(title: str) -> bool:
    """Titles of kinds of values are phrases, those of fields are their names."""
    return title[0].isupper() and title.isalnum()


def _subject(part: _Part, pointer: Pointer) -> str:
    """An object of the definition as the subject of a sentence."""
    if pointer == part.state:
        own = part.value.get("Type")
        return f"the {own} {_place(part, pointer)}" if own in _types() else f"the {_place(part, pointer)}"
    if not pointer:
        return _place(part, pointer)
    noun = ELEMENTS.get(_holder(pointer), ("",))[0]
    return f"the {noun}{_place(part, pointer)}"


def _place(part: _Part, pointer: Pointer) -> str:
    """A place as people say it: `Retry[0].MaxAttempts of state "A"`."""
    state = part.state if part.state is not None and len(pointer) >= len(part.state) else None
    whole = "the definition" if state is None else f"state {_quoted(str(state[-1]))}"
    inside = pointer if state is None else pointer[len(state) :]
    return f"{_dotted(inside)} of {whole}" if inside else whole


def _dotted(pointer: Pointer) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in pointer).removeprefix(".")


def _shown(value: Json) -> str:
    if isinstance(value, (dict, list)):
        kind = "object" if isinstance(value, dict) else "array"
        return _a(kind if value else f"empty {kind}")
    return _quoted(value) if isinstance(value, str) else _cut(json.dumps(value))


def _quoted(text: str) -> str:
    return json.dumps(_cut(text), ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _suggested(meant: str | None) -> str:
    return f'; did you mean "{meant}"?' if meant else ""


def _all_of(fields: Sequence[str]) -> str:
    return f"both {fields[0]} and {fields[1]}" if len(fields) == 2 else _listed(fields, "and")


def _none_of(fields: Sequence[str]) -> str:
    return f"neither {fields[0]} nor {fields[1]}" if len(fields) == 2 else f"none of {_listed(fields, 'and')}"


def _listed(words: Sequence[str], last: str) -> str:
    return f" {last} ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" or noun.startswith("RFC") else f"a {noun}"


@rule(ERROR, fixable=True)
def shape(machine: StateMachine) -> Iterator[Hit]:
    """A field is missing, unknown, of the wrong type, or stands beside one that excludes it.

    AWS: SCHEMA_VALIDATION_FAILED. The rule compares the definition with the JSON Schema of the States Language that
    ships with aslkit (schemas/asl.schema.json); editors show the same mistakes while you type.

    Bad:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 10
            Nxt: Done  # <-
            End: true

    Good:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 10
            End: true
    """
    for mistake in mistakes(machine.document.data):
        pointer, message = mistake.pointer, mistake.message
        brought = brought_in(machine.document, pointer)
        if brought is None:
            yield Hit(pointer, message, fix=mistake.fix)
        else:
            key = _quoted(str(pointer[-1]))
            yield Hit(pointer, f"{message} ({key} comes with this merge key)", related=(pointer,), span=brought)


def brought_in(document: Document, pointer: Pointer) -> Span | None:
    """The place of the merge key that brings in a field, None for a field that is written in its own mapping."""
    if "<<" not in document.text or not pointer or not isinstance(pointer[-1], str):
        return None
    around, own = document.value_span(pointer[:-1]), document.span(pointer)
    if around.start <= own.start < around.end or own.start == document.span(pointer[:-1]).start:
        return None
    start = document.text.find("<<", around.start, around.end)
    return document.locate(start, start + len("<<")) if start >= 0 else None
