"""StateMachine -> what it reads of the results of its tasks: a contract for each of them, as the input has one.

The definition is written once more, in such a way that each result is a field of the execution's input: behind every
Task stands a Pass state that reads this field and does with it what the Task does with its result. The contract of that
definition says what of each result is read, by whom, and as what, through every path that `contract` follows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import load
from aslkit.definition.model import JSONATA, Task, all_states, fact, parse
from aslkit.language.payload import json_text
from aslkit.operations.contract import Field, contract
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aslkit.definition.model import State, StateMachine

Json = Any


class Results(Record):
    """What is read of the results of tasks, by the names of their states. The path of a field begins in the result; its
    readers stand in `machine`, the definition written once more."""

    machine: StateMachine
    fields: Mapping[str, tuple[Field, ...]]


@fact
def results(machine: StateMachine) -> Results:
    """What a definition reads of the results of its tasks; every Task is a key."""
    tasks = {state.name: state for _, state in all_states(machine) if isinstance(state, Task)}
    numbers = {name: number for number, name in enumerate(tasks)}
    written = _scope(machine.document.data, {name: (tasks[name], numbers[name]) for name in tasks})
    rewritten = parse(load(json_text(written), source=machine.document.source))
    fields = contract(rewritten)
    return Results(rewritten, {name: tuple(_inside(fields, _field(number))) for name, number in numbers.items()})


def _inside(fields: Iterable[Field], name: str) -> Iterable[Field]:
    """The fields below one field of the input, as seen from there."""
    for field in fields:
        if field.path[0] == name and field.path[1:]:
            yield Field(field.path[1:], field.types, field.need, field.readers)


def _field(number: int) -> str:
    """The field of the input that stands for a task's result; its name is one that no definition reads."""
    return f"__result_{number}"


def _scope(raw: Json, tasks: Mapping[str, tuple[State, int]]) -> Json:
    """A definition, branch or item processor with a Pass state behind each Task."""
    if not isinstance(raw, dict) or not isinstance(raw.get("States"), dict):
        return raw
    states: dict[str, Json] = {}
    for name, state in raw["States"].items():
        if name in tasks and isinstance(state, dict):
            task, number = tasks[name]
            behind = f"{name} {_field(number)}"
            split = _jsonata if task.query_language == JSONATA else _jsonpath
            states[name], states[behind] = split(state, behind, f"Execution.Input.{_field(number)}")
        else:
            states[name] = _inner(state, tasks)
    return {**raw, "States": states}


def _inner(state: Json, tasks: Mapping[str, tuple[State, int]]) -> Json:
    if not isinstance(state, dict):
        return state
    inner = {name: _scope(state[name], tasks) for name in ("ItemProcessor", "Iterator") if name in state}
    if isinstance(state.get("Branches"), list):
        inner["Branches"] = [_scope(branch, tasks) for branch in state["Branches"]]
    return {**state, **inner}


LEAVING = ("Next", "End", "Assign", "ResultPath", "ResultSelector", "OutputPath", "Output")
"""The fields of a Task that say what becomes of its result."""


def _jsonpath(state: dict[str, Json], behind: str, field: str) -> tuple[Json, Json]:
    leaving = {name: state[name] for name in LEAVING if name in state}
    if "ResultSelector" in leaving:
        leaving["Parameters"] = leaving.pop("ResultSelector")
    language = {"QueryLanguage": state["QueryLanguage"]} if "QueryLanguage" in state else {}
    return (
        {**_without(state), "ResultPath": None, "Next": behind},
        {"Type": "Pass", **language, "InputPath": f"$$.{field}", **leaving},
    )


def _jsonata(state: dict[str, Json], behind: str, field: str) -> tuple[Json, Json]:
    result = f"$states.context.{field}"
    leaving = {"Output": f"{{% {result} %}}", **{name: state[name] for name in LEAVING if name in state}}
    language = {"QueryLanguage": state["QueryLanguage"]} if "QueryLanguage" in state else {}
    return (
        {**_without(state), "Output": "{% $states.input %}", "Next": behind},
        {"Type": "Pass", **language, **_replaced(leaving, result)},
    )


def _without(state: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in state.items() if name not in LEAVING}


RESULT = re.compile(r"\$states\.result\b")


def _replaced(value: Json, result: str) -> Json:
    """A value whose expressions read the result from another place."""
    match value:
        case dict():
            return {name: _replaced(inner, result) for name, inner in value.items()}
        case list():
            return [_replaced(inner, result) for inner in value]
        case str():
            return RESULT.sub(lambda found: result, value)
        case _:
            return value
