"""A state's fields -> how data flows through one visit: raw input, effective input, result, output.

`Flow` is what the states ask of it; `JsonPathFlow` is the flow of states whose query language is JSONPath. Errors are
StatesError with a bare cause; the state adds its name and event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from aslkit.definition.model import ABSENT
from aslkit.language.errors import RUNTIME, StatesError
from aslkit.language.jsonpath import (
    PathNotFound,
    ReferencePathMismatch,
    compile_path,
    parse_reference_path,
    put,
)
from aslkit.language.payload import compile_template, json_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.definition.model import Catcher, ChoiceRule, State
    from aslkit.language.jsonpath import Scope
    from aslkit.simulation.context import StateScope

    Evaluator = Callable[[Scope], Any]

Json = Any


class Flow(Protocol):
    """The data flow of one state; `scope.input` holds the raw input at first, then what a method returns."""

    def effective_input(self, scope: StateScope) -> Json:
        """What the state works on, made of the raw input."""
        ...

    def arguments(self, scope: StateScope) -> Json:
        """What the state's work is given, made of the effective input."""
        ...

    def result(self, scope: StateScope, raw_result: Json) -> Json:
        """The effective result, made of what the state's work gave."""
        ...

    def output(self, scope: StateScope, raw: Json, result: Json) -> Json:
        """What the state passes on, made of raw input and effective result."""
        ...

    def assigned(self, scope: StateScope, raw: Json, result: Json) -> dict[str, Json] | None:
        """The variables that the state assigns, None for a state without Assign. Not yet seen by any path."""
        ...


class RuleFlow(Protocol):
    """What a catcher makes of its error object, and a choice rule of the effective input: the `result`."""

    def output(self, scope: StateScope, raw: Json, result: Json) -> Json: ...

    def assigned(self, scope: StateScope, raw: Json, result: Json) -> dict[str, Json] | None: ...


class JsonPathFlow:
    """InputPath, Parameters, ResultSelector, ResultPath, OutputPath and Assign, each None where it changes nothing.

    Source: States Language specification, "Input and Output Processing".
    """

    __slots__ = ("assign", "input_path", "output_path", "parameters", "result_keys", "result_path", "selector")

    def __init__(self, state: State, parameters: Json) -> None:
        self.input_path = whole_or_path(state.input_path)
        self.output_path = whole_or_path(state.output_path)
        self.parameters = None if parameters is ABSENT else compile_template(parameters, "Parameters")
        selector = getattr(state, "result_selector", ABSENT)
        self.selector = None if selector is ABSENT else compile_template(selector, "ResultSelector")
        self.result_path, self.result_keys = result_place(getattr(state, "result_path", "$"))
        self.assign = compile_assign(state.assign)

    def effective_input(self, scope: Scope) -> Json:
        if self.input_path is not None:
            scope.input = self.input_path(scope)
        return scope.input

    def arguments(self, scope: Scope) -> Json:
        if self.parameters is not None:
            scope.input = self.parameters(scope)
        return scope.input

    def result(self, scope: Scope, raw_result: Json) -> Json:
        if self.selector is None:
            return raw_result
        scope.input = raw_result
        return self.selector(scope)

    def output(self, scope: Scope, raw: Json, result: Json) -> Json:
        if self.result_path != "$":
            result = placed(raw, self.result_path, self.result_keys, result)
        if self.output_path is None:
            return result
        scope.input = result
        return self.output_path(scope)

    def assigned(self, scope: Scope, raw: Json, result: Json) -> dict[str, Json] | None:
        if self.assign is None:
            return None
        scope.input = result
        return self.assign(scope)


class CatcherFlow:
    """What a catcher makes of the raw input and the error object. Source: States Language, "Fallback States"."""

    __slots__ = ("assign", "result_keys", "result_path")

    def __init__(self, catcher: Catcher) -> None:
        self.result_path, self.result_keys = result_place(catcher.result_path)
        self.assign = compile_assign(catcher.assign)

    def output(self, scope: Scope, raw: Json, error: Json) -> Json:
        return placed(raw, self.result_path, self.result_keys, error)

    def assigned(self, scope: Scope, raw: Json, error: Json) -> dict[str, Json] | None:
        if self.assign is None:
            return None
        scope.input = error
        return self.assign(scope)


class ChoiceRuleFlow:
    """A choice rule: it assigns variables of its own, and passes on what the state does."""

    __slots__ = ("assign", "state")

    def __init__(self, rule: ChoiceRule, state: Flow) -> None:
        self.state = state
        self.assign = compile_assign(rule.assign)

    def output(self, scope: StateScope, raw: Json, effective: Json) -> Json:
        return self.state.output(scope, raw, effective)

    def assigned(self, scope: StateScope, raw: Json, effective: Json) -> dict[str, Json] | None:
        if self.assign is None:
            return None
        scope.input = effective
        return self.assign(scope)


def whole_or_path(text: str | None) -> Evaluator | None:
    """InputPath or OutputPath: None for "$"; the path null stands for an empty object."""
    if text is None:
        return lambda scope: {}
    return None if text == "$" else compile_place(text)


def compile_place(text: str) -> Evaluator:
    """A path of a field that takes nothing but a path. Source: cause recorded on AWS for all but the fields of Wait."""
    read = compile_path(text)

    def evaluate(scope: Scope) -> Json:
        try:
            return read(scope)
        except PathNotFound as missing:
            raise StatesError(RUNTIME, f"Invalid path '{text}' : {missing.reason}") from None

    return evaluate


def compile_assign(template: Json) -> Callable[[Scope], dict[str, Json]] | None:
    return compile_template(template, "Assign") if isinstance(template, dict) and template else None


def result_place(text: str | None) -> tuple[str | None, tuple[str | int, ...]]:
    return text, () if text is None else parse_reference_path(text)


def placed(raw: Json, path: str | None, keys: tuple[str | int, ...], result: Json) -> Json:
    """The raw input with the result at ResultPath; the raw input alone for null."""
    if path is None:
        return raw
    try:
        return put(raw, keys, result)
    except ReferencePathMismatch:
        raise StatesError(RUNTIME, f"Unable to apply ReferencePath {path} to input {json_text(raw)}") from None
