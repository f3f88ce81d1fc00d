"""What exploration leaves out cannot differ: it breaks no property that what is run does not break too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation.exploration.decisions import entered_again, errors_decide, reads_clock
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


# --- what hides a difference -----------------------------------------------------------------------------------------


def function(**fields: Any) -> dict[str, Any]:
    task = {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f"}, "TimeoutSeconds": 60}
    return {**task, "ResultPath": None, **fields}


def glue(job: str, pattern: str = ".sync", **fields: Any) -> dict[str, Any]:
    task = {"Type": "Task", "Resource": f"arn:aws:states:::glue:startJobRun{pattern}", "Parameters": {"JobName": job}}
    return {**task, "ResultPath": None, **({"TimeoutSeconds": 3600} if pattern else {}), **fields}


def catch(to: str, path: str | None = "$.error") -> list[dict[str, Any]]:
    return [{"ErrorEquals": ALL, "ResultPath": path, "Next": to}]


def waiting(error: str, times: int, seconds: int) -> list[dict[str, Any]]:
    return [{"ErrorEquals": [error], "MaxAttempts": times, "IntervalSeconds": seconds, "BackoffRate": 1}]


def retry(times: int = 1, seconds: int = 10, **fields: Any) -> list[dict[str, Any]]:
    return [{"ErrorEquals": ALL, "MaxAttempts": times, "IntervalSeconds": seconds, "BackoffRate": 1, **fields}]


def parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    machines = [{"StartAt": next(iter(states)), "States": states} for states in branches]
    return {"Type": "Parallel", "Branches": machines, **fields}


def decided(variable: str, rule: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Choice", "Choices": [{"Variable": variable, **rule, "Next": "Failed"}], "Default": "Tell"}


def told(what: str) -> dict[str, Any]:
    return {**telling(what), "Failed": {"Type": "Fail", "Error": "Failed"}}


ERROR = "{% $states.errorOutput.Error %}"


def choosing(condition: str) -> dict[str, Any]:
    return {"Type": "Choice", "Choices": [{"Condition": condition, "Next": "Failed"}], "Default": "Tell"}


def in_jsonata(catcher: dict[str, Any], was: dict[str, Any]) -> StateMachine:
    """Load may fail; what follows the failure of Work hangs on how it did."""
    task = {"Type": "Task", "Resource": LAMBDA, "Arguments": {"FunctionName": "f"}, "TimeoutSeconds": 60}
    last = "{% $merge([$states.input, {'last': $states.errorOutput}]) %}"
    message = "{% 'Work ' & $states.input.last.Error & $states.input.last.Cause %}"
    states = {
        "Load": {**task, "Catch": [{"ErrorEquals": ALL, **catcher}], "Next": "Work"},
        "Pause": {**task, "Output": {"why": "{% $states.input.first %}"}, "Next": "Work"},
        "Work": {**task, "Catch": [{"ErrorEquals": ALL, "Output": last, "Next": "Was"}], "End": True},
        "Was": was,
        **told("Work"),
    }
    states["Tell"] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Arguments": {"TopicArn": TOPIC, "Message": message},
        "TimeoutSeconds": 60,
        "Retry": retry(2),
        "Next": "Failed",
    }
    if catcher["Next"] != "Pause":
        del states["Pause"]
    return machine(states, QueryLanguage="JSONata")


DONE = {"Done": {"Type": "Succeed"}}
FEW = [{"fault": "lambda: [!ft]*"}, {"fault": "sns: *"}, {"fault": "states: *"}]
"""Muted where many faults would take long; a failing function, throttling and hanging stay."""

HIDDEN: dict[str, tuple[StateMachine, dict[str, Any], list[tuple[str, int]]]] = {
    "a fault that lasts, where the state comes again": (
        machine(
            {
                "Primary": function(Catch=catch("Secondary"), Next="Done"),
                "Secondary": function(Catch=catch("Primary"), Next="Done"),
                **DONE,
            }
        ),
        {
            "settings": {
                "harmless": [{"state": "*ary"}],
                "mute": [{"fault": "lambda: t*"}, {"fault": "hangs*"}, FEW[0], FEW[2]],
            }
        },
        [("every-run-ends", 2)],
    ),
    "what a branch has caught, read after a later failure": (
        machine(
            {
                "Both": parallel(
                    {"A": function(Catch=catch("Left", "$.err"), End=True), "Left": {"Type": "Pass", "End": True}},
                    ResultPath="$.both",
                    Next="Work",
                ),
                "Work": function(End=True, Catch=catch("Was")),
                "Was": decided("$.both[0].err", {"IsPresent": True}),
                **told("Work"),
            }
        ),
        {"settings": {"harmless": [{"state": "A"}]}},
        [("failure-is-told", 2)],
    ),
    "the number of retries": (
        machine(
            {
                "A": function(
                    Retry=retry(),
                    ResultSelector={"n.$": "$$.State.RetryCount"},
                    ResultPath="$.a",
                    Catch=catch("Tell"),
                    Next="Work",
                ),
                "Work": function(End=True, Catch=catch("Was")),
                "Was": decided("$.a.n", {"NumericGreaterThan": 0}),
                **told("A Work"),
            }
        ),
        {},
        [("failure-is-told", 2)],
    ),
    "answers that are counted": (
        machine(
            {
                "A": function(Retry=retry(), ResultPath="$.a", Catch=catch("Tell"), Next="Work"),
                "Work": function(End=True, Catch=catch("Was")),
                "Was": decided("$.a.n", {"NumericGreaterThan": 1}),
                **told("A Work"),
            }
        ),
        {
            "when": [
                {"state": "A", "invocation": 1, "returns": {"n": 1}},
                {"state": "A", "invocation": "2-9", "returns": {"n": 2}},
                *ANSWERS,
            ]
        },
        [("failure-is-told", 2)],
    ),
    "the time of day": (
        machine(
            {
                "A": function(Retry=retry(1, 600), Catch=catch("Tell"), Next="Work"),
                "Work": function(End=True, Catch=catch("When")),
                "When": {
                    "Type": "Pass",
                    "Parameters": {"at.$": "$$.State.EnteredTime"},
                    "ResultPath": "$.when",
                    "Next": "Was",
                },
                "Was": decided("$.when.at", {"TimestampGreaterThan": "2030-01-01T00:05:00Z"}),
                **told("A Work"),
            }
        ),
        {"given": {"start": "2030-01-01T00:00:00Z"}},
        [("failure-is-told", 2)],
    ),
    "a job run that goes on after a mended fault": (
        machine(
            {
                "Both": parallel(
                    {"Start": glue("side", "", End=True, Retry=waiting("Glue.ThrottlingException", 1, 1190))},
                    {"Pause": {"Type": "Wait", "Seconds": 1200, "End": True}},
                    ResultPath=None,
                    Catch=catch("Tell"),
                    Next="Load",
                ),
                "Load": glue("load", End=True, Catch=catch("Tell")),
                **told("Both Start Load"),
            }
        ),
        {
            "when": [],
            "settings": {
                "mute": [
                    {"state": "Start", "fault": "glue: [!t]*"},
                    {"state": "Start", "fault": "glue: timeout"},
                    {"state": "Start", "fault": "hangs"},
                    {"state": "Load", "fault": "glue: [!fi]*"},
                    *FEW[1:],
                ]
            },
        },
        [("no-job-left-running", 2)],
    ),
    "a cause that is parsed": (
        machine(
            {
                "Load": function(Catch=catch("Repair", "$.load"), Next="Work"),
                "Repair": function(Catch=catch("Parse"), Next="Work"),
                "Work": function(End=True, Catch=catch("Tell")),
                "Parse": {
                    "Type": "Pass",
                    "Parameters": {"c.$": "States.StringToJson($.load.Cause)"},
                    "ResultPath": "$.parsed",
                    "Next": "Tell",
                },
                **told("Load Repair Work"),
            }
        ),
        {"settings": {"harmless": [{"state": "Load"}]}},
        [("failure-is-told", 2)],
    ),
    "an error inside of a text": (
        in_jsonata(
            {"Output": {"first": ERROR}, "Next": "Work"},
            choosing(
                "{% $contains($string($states.input), 'TooMany') and $not($contains($string($states.input), 'Time')) %}"
            ),
        ),
        {
            "settings": {
                "harmless": [{"state": "Load"}],
                "mute": [{"state": "Work", "fault": "lambda: t*"}, *FEW],
            }
        },
        [("failure-is-told", 2)],
    ),
    "an error in what an expression makes": (
        in_jsonata(
            {"Output": "{% {'why': $states.errorOutput.Error} %}", "Next": "Work"},
            choosing("{% $states.input.why = 'Lambda.TooManyRequestsException' %}"),
        ),
        {"settings": {"harmless": [{"state": "Load"}], "mute": FEW}},
        [("failure-is-told", 2)],
    ),
    "an error that a task passes on": (
        in_jsonata(
            {"Output": {"first": ERROR}, "Next": "Pause"},
            choosing("{% $states.input.why = 'Lambda.TooManyRequestsException' %}"),
        ),
        {
            "settings": {
                "harmless": [{"state": "Load"}],
                "mute": [{"state": "Pause", "fault": "*"}, *FEW],
            }
        },
        [("failure-is-told", 2)],
    ),
    "an expression that fails with some errors": (
        in_jsonata(
            {"Assign": {"first": ERROR}, "Output": {}, "Next": "Work"},
            {
                "Type": "Pass",
                "Output": "{% $first = 'Lambda.TooManyRequestsException' ? $error('too many') : $states.input %}",
                "Next": "Tell",
            },
        ),
        {"settings": {"harmless": [{"state": "Load"}], "mute": FEW}},
        [("failure-is-told", 2)],
    ),
    "an error that names the failure of a branch": (
        machine(
            {
                "Load": function(Catch=catch("Both", "$.first"), Next="Mark"),
                "Mark": {"Type": "Pass", "Result": {"Error": "Exception"}, "ResultPath": "$.first", "Next": "Both"},
                "Both": parallel(
                    {
                        "Work": function(Catch=catch("Broken"), End=True),
                        "Broken": {"Type": "Fail", "ErrorPath": "$.first.Error", "CausePath": "$.error.Cause"},
                    },
                    ResultPath=None,
                    Catch=[
                        {"ErrorEquals": ["Exception", "States.Timeout"], "ResultPath": "$.error", "Next": "Tell"},
                        *catch("Failed"),
                    ],
                    End=True,
                ),
                **told("Load Work Both"),
            }
        ),
        {
            "settings": {
                "harmless": [{"state": "Load"}],
                "mute": [
                    {"state": "Load", "fault": "hangs"},
                    {"state": "Work", "fault": "hangs"},
                    {"state": "Work", "fault": "lambda: t*"},
                    *FEW,
                ],
            }
        },
        [("failure-is-told", 2)],
    ),
    "a fault of which the settings say that it is harmless": (
        machine(
            {
                "Load": function(Catch=catch("Repair"), Next="Done"),
                "Repair": function(Catch=catch("Tell"), Next="Tell"),
                **told("Load Repair"),
                **DONE,
            }
        ),
        {"settings": {"harmless": [{"state": "Load", "fault": "Exception"}, {"state": "Repair"}], "mute": FEW}},
        [("failure-is-told", 2)],
    ),
    "a property of the team's own, which looks at the first error": (
        machine(
            {
                "Load": function(Catch=catch("Repair"), Next="Done"),
                "Repair": function(Catch=catch("Tell"), Next="Done"),
                **told("Load Repair"),
                **DONE,
            }
        ),
        {
            "settings": {
                "harmless": [{"state": "Load"}],
                "mute": FEW,
                "properties": [
                    {
                        "name": "own",
                        "holds": "{% $count($run.faults) < 2 or "
                        "$run.faults[0].error != 'Lambda.TooManyRequestsException' %}",
                    }
                ],
            }
        },
        [("own", 2)],
    ),
    "a call in a row, beside which a job is started": (
        machine(
            {
                "Both": parallel(
                    {"Long": glue("busy", End=True)},
                    {"Queue": glue("busy", End=True, Retry=waiting("Glue.ConcurrentRunsExceededException", 20, 60))},
                    {
                        "Pause": {"Type": "Wait", "Seconds": 270, "Next": "Side"},
                        "Side": glue("side", "", End=True),
                    },
                    ResultPath=None,
                    End=True,
                    Catch=catch("Tell"),
                ),
                **told("Both Long Queue Pause Side"),
            }
        ),
        {
            "given": {"glue": {"jobs": {"busy": {"duration": "10m"}, "*": {}}}},
            "when": [],
            "settings": {
                "skip": ["retriers-are-used"],
                "mute": [
                    {"state": "Side", "fault": "*"},
                    {"state": "Long", "fault": "*"},
                    {"state": "Queue", "fault": "glue: [!i]*"},
                    {"state": "Queue", "fault": "glue: internal*"},
                    {"state": "Queue", "fault": "hangs"},
                    *FEW[1:],
                ],
            },
            "faults": 1,
        },
        [("no-job-left-running", 1)],
    ),
    "a run that another branch makes long": (
        machine(
            {
                "Both": parallel(
                    {
                        "A": function(TimeoutSeconds=290, Retry=retry(), Next="B"),
                        "B": function(TimeoutSeconds=290, Retry=retry(), End=True),
                    },
                    {"Pause": {"Type": "Wait", "Seconds": 600, "End": True}},
                    ResultPath=None,
                    Catch=catch("Tell"),
                    End=True,
                ),
                **told("Both A B"),
            }
        ),
        {
            "settings": {
                "limits": {"duration": "605s"},
                "mute": [{"fault": "lambda: t*"}, {"state": "Tell", "fault": "*"}, *FEW],
            }
        },
        [("duration-is-bounded", 2)],
    ),
    "a fault that makes a run long after another one only": (
        machine(
            {
                "A": function(Retry=retry(1, 100), Catch=catch("Tell"), Next="F"),
                "F": function(Catch=catch("C", None), Next="Done"),
                "C": function(Retry=retry(1, 5000), Catch=catch("Tell"), Next="Done"),
                **told("A F C"),
                **DONE,
            }
        ),
        {
            "settings": {
                "limits": {"duration": "5050s"},
                "harmless": [{"state": "F"}],
                "mute": [{"fault": "lambda: t*"}, {"fault": "hangs*"}, {"state": "Tell", "fault": "*"}, *FEW],
            },
            "faults": 3,
        },
        [("duration-is-bounded", 3)],
    ),
    "a wait that is drawn by lot": (
        machine(
            {
                "A": function(Retry=retry(1, 100, JitterStrategy="FULL"), Catch=catch("Tell"), Next="B"),
                "B": function(Retry=retry(1, 1000, JitterStrategy="FULL"), Catch=catch("Tell"), End=True),
                **told("A B"),
            }
        ),
        {
            "given": {"seed": 1},
            "settings": {
                "limits": {"duration": "859s"},
                "mute": [{"fault": "lambda: t*"}, {"fault": "hangs*"}, {"state": "Tell", "fault": "*"}, *FEW],
            },
        },
        [("duration-is-bounded", 2)],
    ),
}


@pytest.mark.parametrize("what", HIDDEN)
def test_what_hides_a_difference_is_not_left_out(what: str) -> None:
    tested, options, expected = HIDDEN[what]
    options = {"input": {}, "when": ANSWERS, "faults": 2, **options}
    pruned, whole = (explore(tested, prune=prune, **options) for prune in (True, False))
    assert fewest(pruned) == fewest(whole) == dict(expected)


def fewest(exploration: Exploration) -> dict[str, int]:
    """How few faults break each property."""
    counts: dict[str, int] = {}
    for one in exploration.counterexamples:
        faults = exploration.ground.faults(one.placement)
        counts[one.property] = min(faults, counts.get(one.property, faults))
    return counts


MERGED = "{% $merge([$states.input, {'e': $states.errorOutput}]) %}"


@pytest.mark.parametrize(
    ("output", "condition", "decide"),
    [
        ("{% {'result': $states.errorOutput.Error} %}", "{% $states.input.result = 'X' %}", True),
        ("{% {'why': $states.errorOutput.Error} %}", "{% $states.input.why = 'X' %}", True),
        ("{% {'why': $states.errorOutput.Error} %}", "{% $states.input.other = 'X' %}", False),
        (MERGED, "{% $states.input.n > 3 %}", False),
        (MERGED, "{% $exists($states.input.e) %}", True),
        (MERGED, "{% $string($states.input) = '' %}", True),
    ],
)
def test_what_an_expression_makes_of_an_error_is_followed(output: str, condition: str, decide: bool) -> None:
    assert errors_decide(in_jsonata({"Output": output, "Next": "Work"}, choosing(condition))) is decide


@pytest.mark.parametrize(
    ("message", "decide"),
    [
        ("States.Format('Load failed: {}', $.error.Error)", False),
        ("States.JsonToString($)", False),
        ("States.ArrayGetItem(States.StringSplit($.error.Cause, ':'), 1)", True),
        ("$.error.Cause", False),
    ],
)
def test_an_expression_that_only_puts_texts_together_decides_nothing(message: str, decide: bool) -> None:
    states = {"Load": function(Catch=catch("Tell"), End=True), **told("Load")}
    states["Tell"]["Parameters"]["Message.$"] = message
    assert errors_decide(machine(states)) is decide


@pytest.mark.parametrize(
    ("state", "clock"),
    [
        ({"Type": "Pass", "Parameters": {"at.$": "$$.State.EnteredTime"}}, True),
        ({"Type": "Pass", "Parameters": {"all.$": "$$"}}, True),
        ({"Type": "Pass", "Parameters": {"n.$": "$$.State.RetryCount", "id.$": "$$.Execution.Id"}}, False),
        ({"Type": "Wait", "Timestamp": "2030-01-01T00:00:00Z"}, True),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $now() %}"}, True),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.now %}"}, False),
    ],
)
def test_a_state_that_may_read_the_time_is_known(state: dict[str, Any], clock: bool) -> None:
    assert reads_clock(machine({"A": {**state, "End": True}})) is clock


def test_states_that_may_come_again_are_on_a_cycle_or_inside_of_what_is_tried_again() -> None:
    again = parallel({"Inner": {"Type": "Pass", "End": True}}, Retry=retry(), Next="Round")
    once = parallel({"Apart": {"Type": "Pass", "End": True}}, End=True)
    states = {"Again": again, "Round": decided("$.x", {"IsPresent": True}), "Tell": {"Type": "Pass", "Next": "Round"}}
    states["Failed"] = once
    assert entered_again(machine(states)) == {"Inner", "Round", "Tell"}
