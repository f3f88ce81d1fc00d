"""What exploration leaves out cannot differ: it breaks no property that what is run does not break too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation.exploration.decisions import errors_decide
from aslkit.simulation.exploration.found import Exploration
from aslkit.simulation.exploration.search import explore

LAMBDA = "arn:aws:states:::lambda:invoke"
TOPIC = "arn:aws:sns:us-east-1:123456789012:t"
ALL = ["States.ALL"]
ANSWERS = [{"resource": "lambda:invoke", "returns": {"Payload": {}}}]


def machine(states: dict[str, Any], **fields: Any) -> StateMachine:
    data = {"StartAt": next(iter(states)), "States": states, **fields}
    return parse(load(json.dumps(data), source="m.asl.yaml"))


def call(seconds: int = 900, to: str = "Tell", path: str = "$.error", **fields: Any) -> dict[str, Any]:
    """A function with a time limit, tried again once, whose failure goes on to a state."""
    return {
        "Type": "Task",
        "Resource": LAMBDA,
        "Parameters": {"FunctionName": "f"},
        "TimeoutSeconds": seconds,
        "ResultPath": None,
        "Retry": [{"ErrorEquals": ALL, "IntervalSeconds": 10, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ALL, "ResultPath": path, "Next": to}],
        **fields,
    }


def telling(what: str) -> dict[str, Any]:
    """A mail about a failure, and the end."""
    return {
        "Tell": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Parameters": {
                "TopicArn": TOPIC,
                "Message.$": f"States.Format('{what} failed: {{}} {{}}', $.error.Error, $.error.Cause)",
            },
            "TimeoutSeconds": 60,
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ALL, "IntervalSeconds": 10, "MaxAttempts": 2}],
            "Next": "Failed",
        },
        "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error"},
    }


def two(**fields: Any) -> StateMachine:
    return machine({"A": call(Next="B"), "B": call(End=True), **telling("A or B")}, **fields)


def found(exploration: Exploration) -> list[tuple[str, list[tuple[Any, ...]]]]:
    return [(one.property, [tuple(fault.values()) for fault in one.faults]) for one in exploration.counterexamples]


HANGS_TWICE = [("A", 1, "States.Timeout"), ("B", 1, "States.Timeout")]


def test_what_takes_long_is_combined_where_the_machine_has_a_time_limit() -> None:
    exploration = explore(two(TimeoutSeconds=2400), input={}, when=ANSWERS)
    assert found(exploration) == [("every-run-ends", HANGS_TWICE)]
    assert found(explore(two(TimeoutSeconds=3600), input={}, when=ANSWERS)) == []


def test_what_takes_long_is_combined_where_the_settings_limit_the_duration() -> None:
    settings = {"limits": {"duration": "40m"}}
    assert found(explore(two(), input={}, when=ANSWERS, settings=settings)) == [("duration-is-bounded", HANGS_TWICE)]


def test_a_limit_of_time_that_is_far_away_costs_no_runs() -> None:
    near, far = (explore(two(TimeoutSeconds=seconds), input={}, when=ANSWERS) for seconds in (3000, 100_000))
    assert far.levels == explore(two(), input={}, when=ANSWERS).levels
    assert sum(near.levels) > sum(far.levels)


def skipping(field: str) -> dict[str, Any]:
    """The first task may fail; what follows the failure of the second hangs on how it did."""
    timed_out = [{"Variable": field, "IsPresent": True}, {"Variable": field, "StringEquals": "States.Timeout"}]
    why = {"Type": "Choice", "Choices": [{"And": timed_out, "Next": "Failed"}], "Default": "Tell"}
    enrich = call(to="Work", path="$.skipped", Next="Work", Retry=[])
    return {"Enrich": enrich, "Work": call(to="Why", End=True, Retry=[]), "Why": why, **telling("Work")}


@pytest.mark.parametrize("field", ["$.skipped.Error", "$.copied"])
def test_an_error_that_decides_where_the_run_goes_is_combined_by_its_name(field: str) -> None:
    states = skipping(field)
    if field == "$.copied":
        states["Work"]["Catch"][0]["Next"] = "Copy"
        states["Copy"] = {"Type": "Pass", "InputPath": "$.skipped.Error", "ResultPath": "$.copied", "Next": "Why"}
        states["Enrich"]["Next"] = "Mark"
        states["Mark"] = {"Type": "Pass", "Result": {"Error": "none"}, "ResultPath": "$.skipped", "Next": "Work"}
    tested = machine(states)
    settings = {"harmless": [{"state": "Enrich"}]}
    exploration = explore(tested, input={}, when=ANSWERS, settings=settings)
    assert [(one.property, one.faults[0]["error"]) for one in exploration.counterexamples] == [
        ("failure-is-told", "States.Timeout")
    ]


def test_errors_decide_only_where_a_choice_may_read_them() -> None:
    assert errors_decide(machine(skipping("$.skipped.Error")))
    assert not errors_decide(two())
    other = {"Type": "Choice", "Choices": [{"Variable": "$.mode", "IsPresent": True, "Next": "B"}], "Default": "B"}
    assert not errors_decide(machine({"A": call(Next="Which"), "Which": other, "B": call(End=True), **telling("A")}))
    whole = call(Next="Which")
    whole["Catch"] = [{"ErrorEquals": ALL, "Next": "Which"}]
    reading = {"Type": "Choice", "Choices": [{"Variable": "$.Cause", "IsPresent": True, "Next": "B"}], "Default": "B"}
    assert errors_decide(machine({"A": whole, "Which": reading, "B": call(End=True), **telling("A")}))


def test_errors_are_followed_through_variables_in_jsonata() -> None:
    task = {"Type": "Task", "Resource": LAMBDA, "Arguments": {"FunctionName": "f"}, "TimeoutSeconds": 9}
    catch = [{"ErrorEquals": ALL, "Assign": {"why": "{% $states.errorOutput.Error %}"}, "Output": {}, "Next": "Which"}]
    which = {"Type": "Choice", "Choices": [{"Condition": "{% $exists($kind) %}", "Next": "End"}], "Default": "End"}
    states: dict[str, Any] = {
        "A": {**task, "Catch": catch, "Next": "Mark"},
        "Mark": {"Type": "Pass", "Assign": {"kind": "{% $why %}"}, "Next": "Which"},
        "Which": which,
        "End": {"Type": "Succeed"},
    }
    assert errors_decide(machine(states, QueryLanguage="JSONata"))
    states["Mark"]["Assign"] = {"kind": "none"}
    assert not errors_decide(machine(states, QueryLanguage="JSONata"))


DEFECTS: dict[str, dict[str, Any]] = {
    "none": {},
    "no catcher": {"B": call(End=True, Catch=[])},
    "a catcher that loses its input": {"B": call(End=True, path="$")},
    "an end that is well": {"Failed": {"Type": "Succeed"}},
    "no retry of the mail": {"Tell": {**telling("A or B")["Tell"], "Retry": []}},
    "no time limit": {"B": {key: value for key, value in call(End=True).items() if key != "TimeoutSeconds"}},
    "another state's name": {"B": call(End=True), **telling("A")},
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_is_left_out_breaks_no_other_property(defect: str) -> None:
    states = {"A": call(Next="B"), "B": call(End=True), **telling("A or B"), **DEFECTS[defect]}
    tested = machine(states, TimeoutSeconds=100_000)
    mute = [{"fault": "lambda: [acnst]*"}, {"fault": "sns: [aikntu]*"}, {"fault": "states: p*"}]
    asked: dict[str, Any] = {"input": {}, "when": ANSWERS, "settings": {"mute": mute}}
    pruned, whole = explore(tested, **asked), explore(tested, **asked, prune=False)
    assert pruned.held == whole.held
    assert pruned.runs < whole.runs


def reading_later(field: str) -> StateMachine:
    """What a task answers, or the input says, is read only after the failure of another: nobody is told of a draft."""
    draft = {"Variable": field, "StringEquals": "draft", "Next": "Failed"}
    ask = {**call(Next="Work", ResultPath="$.asked"), "Catch": []}
    why = {"Type": "Choice", "Choices": [draft], "Default": "Tell"}
    return machine({"Ask": ask, "Work": call(to="Why", End=True), "Why": why, **telling("Work")})


@pytest.mark.parametrize("kind", ["draft", "other", "another"])
def test_another_answer_that_is_read_only_after_a_failure_is_combined_with_it(kind: str) -> None:
    kinds = ["other", "another", "draft"] if kind == "draft" else [kind]
    add = [{"state": "Ask", "returns": {"kind": one}, "times": "lasting"} for one in kinds]
    usual = [{"state": "Ask", "returns": {"kind": "final"}}, *ANSWERS]
    settings = {"add": add, "mute": [{"state": "Ask", "fault": "[!r]*"}], "skip": ["retriers-are-used"]}
    exploration = explore(reading_later("$.asked.kind"), input={}, when=usual, settings=settings, faults=1)
    assert found(exploration) == (
        [("failure-is-told", [("Ask", 1, 'returns {"kind":"draft"}'), ("Work", 1, "Exception")])]
        if kind == "draft"
        else []
    )


def test_a_missing_field_that_is_read_only_after_a_failure_is_combined_with_it() -> None:
    present = {"Variable": "$.topic", "IsPresent": True, "Next": "Tell"}
    why = {"Type": "Choice", "Choices": [present], "Default": "Failed"}
    tested = machine({"Work": call(to="Why", End=True), "Why": why, **telling("Work")})
    exploration = explore(tested, input={"unread": 1, "topic": "t"}, when=ANSWERS, faults=2)
    assert found(exploration) == [("failure-is-told", [(None, 0, "States.Runtime"), ("Work", 1, "Exception")])]
