"""A JSONata state's fields -> closures over its scope: templates, single fields of one type, the flow of data.

Every error is a QueryFailure, whose cause is worded as recorded on AWS where a recording exists: undefined results,
results of the wrong type, functions as results. The wording around an expression that fails, and that around a number
which does not fit its field, are guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.model import ABSENT
from aslkit.language.errors import QUERY_EVALUATION_ERROR, StatesError
from aslkit.language.jsonata import FUNCTION, UNDEFINED, JsonataError, compile_jsonata, inner
from aslkit.language.payload import json_text
from aslkit.simulation.numbers import integer, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.definition.model import Catcher, ChoiceRule, State
    from aslkit.simulation.context import StateScope

    Evaluator = Callable[[StateScope], Any]

Json = Any


class QueryFailure(StatesError):
    """A JSONata expression that cannot be used; `location` is its field, None where the input itself is at fault.

    The history tells it as an event of its own, EvaluationFailed, which follows what StateEntered follows; where
    `entered` is set it follows StateEntered itself (recorded on AWS for the Timestamp of a Wait alone).
    """

    def __init__(self, cause: str, location: str | None = None, *, entered: bool = False) -> None:
        super().__init__(QUERY_EVALUATION_ERROR, cause)
        self.location = location
        self.entered = entered


# --- expressions and templates ---------------------------------------------------------------------------------------


def expression_at(text: str, field: str) -> Evaluator:
    """An expression (without its delimiters) that stands in a field: a closure that gives a JSON value.

    Raises JsonataSyntaxError.
    """
    expression = compile_jsonata(text)
    intro = f"The JSONata expression '{expression.text}' specified for the field '{field}'"

    def evaluate(scope: StateScope) -> Json:
        try:
            value = expression.evaluate(scope.states(), scope.variables, now=scope.now(), random=scope.random)
        except JsonataError as error:
            raise QueryFailure(f"{intro} threw an error during evaluation. {error.reason}", field) from None
        if value is UNDEFINED:
            raise QueryFailure(f"{intro} returned nothing (undefined).", field)
        if value is FUNCTION:
            raise QueryFailure(f"{intro} returned an unsupported result type.", field)
        return value

    return evaluate


def template_at(template: Json, field: str) -> Evaluator:
    """A JSON value in which every string `{% … %}`, at any depth, stands for what its expression gives.

    Raises JsonataSyntaxError. A part without an expression is shared, not copied.
    """
    return _template(template, field) or (lambda scope: template)


def _template(template: Json, field: str) -> Evaluator | None:
    """None for a value without any expression."""
    if isinstance(template, str):
        text = inner(template)
        return None if text is None else expression_at(text, field)
    if isinstance(template, dict):
        return _object({key: (value, _template(value, f"{field}/{key}")) for key, value in template.items()})
    if isinstance(template, list):
        return _array([(value, _template(value, f"{field}[{index}]")) for index, value in enumerate(template)])
    return None


def _object(parts: dict[str, tuple[Json, Evaluator | None]]) -> Evaluator | None:
    if all(evaluate is None for _, evaluate in parts.values()):
        return None
    return lambda scope: {
        key: value if evaluate is None else evaluate(scope) for key, (value, evaluate) in parts.items()
    }


def _array(parts: list[tuple[Json, Evaluator | None]]) -> Evaluator | None:
    if all(evaluate is None for _, evaluate in parts):
        return None
    return lambda scope: [value if evaluate is None else evaluate(scope) for value, evaluate in parts]


# --- fields of one type ----------------------------------------------------------------------------------------------


def typed_at(text: str, field: str, type: str) -> Evaluator:
    """An expression that must give a value of one JSON type: array, object, string, number or boolean."""
    evaluate = expression_at(text, field)

    def typed(scope: StateScope) -> Json:
        value = evaluate(scope)
        if type_of(value) != type:
            raise wrong_type(text, field, type, value)
        return value

    return typed


def wrong_type(text: str, field: str, expected: str, value: Json) -> QueryFailure:
    return QueryFailure(
        f"The JSONata expression '{text}' specified for the field '{field}' returned an unexpected result type. "
        f"Expected '{expected}', but was '{type_of(value)}' for value: {json_text(value)}",
        field,
    )


def type_of(value: Json) -> str:
    """The name of a value's JSON type."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def whole_at(text: str, field: str) -> Callable[[StateScope], int]:
    """An expression that gives a whole number which is not negative: seconds, a concurrency, a count."""
    evaluate = typed_at(text, field, "number")

    def whole(scope: StateScope) -> int:
        value = evaluate(scope)
        number = integer(int(value) if isinstance(value, float) and value.is_integer() else value)
        if number is None:
            raise QueryFailure(f"The {field} parameter cannot be parsed as a long value: {json_text(value)}", field)
        if number < 0:
            raise QueryFailure(f"The {field} parameter references a negative value: {number}", field)
        return number

    return whole


def until_at(text: str) -> Callable[[StateScope], float]:
    """The Timestamp of a Wait, in epoch seconds."""
    evaluate = expression_at(text, "Timestamp")

    def instant(scope: StateScope) -> float:
        value = evaluate(scope)
        seconds = until(value)
        if seconds is None:
            shown = value if isinstance(value, str) else json_text(value)
            raise QueryFailure(
                "The Timestamp parameter does not reference a valid ISO-8601 extended offset date-time format string: "
                f"{text} == {shown}",
                "Timestamp",
                entered=True,
            )
        return seconds

    return instant


def items_at(items: Json) -> Callable[[StateScope], list[Json]]:
    """Items of a Map: an expression that gives an array, or an array of which each value may be one; without Items the
    state input, which must be an array. Source: causes recorded on AWS."""
    text = inner(items)
    if text is not None:
        return typed_at(text, "Items", "array")
    if items is not ABSENT:
        return template_at(items, "Items")
    return _input_items


def _input_items(scope: StateScope) -> list[Json]:
    if not isinstance(scope.input, list):
        raise QueryFailure(f"Map state input must be an array but was: {json_text(scope.input)}")
    return scope.input


# --- the flow of data ------------------------------------------------------------------------------------------------


class JsonataFlow:
    """Arguments, Output and Assign, each None where it is not written.

    `$states.input` is the raw input throughout; `$states.result` is there for Output and Assign of a state that has a
    result. Source: States Language specification, "Using JSONata"; guide, "Transforming data".
    """

    __slots__ = ("assign", "given", "has_result", "template")

    def __init__(self, state: State, *, has_result: bool) -> None:
        self.has_result = has_result
        arguments = getattr(state, "arguments", ABSENT)
        self.given = None if arguments is ABSENT else template_at(arguments, "Arguments")
        self.template = None if state.output is ABSENT else template_at(state.output, "Output")
        self.assign = None if not state.assign else template_at(state.assign, "Assign")

    def effective_input(self, scope: StateScope) -> Json:
        return scope.input

    def arguments(self, scope: StateScope) -> Json:
        return scope.input if self.given is None else self.given(scope)

    def result(self, scope: StateScope, raw_result: Json) -> Json:
        return raw_result

    def output(self, scope: StateScope, raw: Json, result: Json) -> Json:
        if self.template is None:
            return result
        scope.input = raw
        return self.template(scope.having("result", result) if self.has_result else scope)

    def assigned(self, scope: StateScope, raw: Json, result: Json) -> dict[str, Json] | None:
        if self.assign is None:
            return None
        scope.input = raw
        assigned: dict[str, Json] = self.assign(scope.having("result", result) if self.has_result else scope)
        return assigned


class JsonataRuleFlow:
    """What a choice rule or a catcher passes on and assigns: its own Output and Assign, not those of its state.

    The result of a catcher is the error object, which it reads as `$states.errorOutput`; a choice rule has none.
    """

    __slots__ = ("assign", "catches", "template")

    def __init__(self, rule: Catcher | ChoiceRule, place: str, *, catches: bool) -> None:
        self.catches = catches
        self.template = None if rule.output is ABSENT else template_at(rule.output, f"{place}/Output")
        self.assign = template_at(rule.assign, f"{place}/Assign") if rule.assign else None

    def output(self, scope: StateScope, raw: Json, result: Json) -> Json:
        if self.template is None:
            return result
        scope.input = raw
        return self.template(scope.having("errorOutput", result) if self.catches else scope)

    def assigned(self, scope: StateScope, raw: Json, result: Json) -> dict[str, Json] | None:
        if self.assign is None:
            return None
        scope.input = raw
        assigned: dict[str, Json] = self.assign(scope.having("errorOutput", result) if self.catches else scope)
        return assigned
