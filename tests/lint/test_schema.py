"""The shape of definitions: what the schema accepts, and in which words it refuses the rest."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import DefinitionError, load
from aslkit.definition.schemas import schema_text
from aslkit.lint.schema import MOST, misfits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCHEMA = json.loads(schema_text("asl"))
JUDGE = jsonschema_rs.Draft202012Validator(SCHEMA)
SECOND_JUDGE = jsonschema.Draft202012Validator(SCHEMA)
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

GLUE = "arn:aws:states:::glue:startJobRun.sync"


def machine(state: Any, **fields: Any) -> dict[str, Any]:
    """A definition with one state A and one where it may lead, B."""
    return {"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}, **fields}


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": GLUE, "End": True, **fields}


def retrying(**fields: Any) -> dict[str, Any]:
    return machine(task(Retry=[{"ErrorEquals": ["States.ALL"], **fields}]))


def choosing(rule: Any, **fields: Any) -> dict[str, Any]:
    return machine({"Type": "Choice", "Choices": [rule], **fields})


def mapping(**fields: Any) -> dict[str, Any]:
    return machine({"Type": "Map", "ItemProcessor": machine({"Type": "Pass", "End": True}), "End": True, **fields})


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


A = ("States", "A")
EQUAL = {"Variable": "$.x", "NumericEquals": 1}

DISTRIBUTED = {
    "Comment": "each item",
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    "StartAt": "One",
    "States": {"One": {"Type": "Pass", "End": True}},
}

VALID: dict[str, dict[str, Any]] = {
    "every field of a machine": machine(
        {"Type": "Pass", "Next": "B"}, Comment="all", Version="1.0", TimeoutSeconds=3600, QueryLanguage="JSONPath"
    ),
    "a task with everything that JSONPath has": machine(
        task(
            Comment="load",
            InputPath="$.in",
            Parameters={"JobName.$": "$.job", "Arguments": {"--a": "b"}},
            Credentials={"RoleArn.$": "$.role"},
            TimeoutSeconds=60,
            HeartbeatSecondsPath="$.beat",
            ResultSelector={"id.$": "$.Id"},
            ResultPath=None,
            OutputPath="$$.Execution.Input",
            Assign={"id.$": "$.Id"},
            Retry=[
                {
                    "ErrorEquals": ["A.B", "States.Timeout"],
                    "IntervalSeconds": 60,
                    "MaxAttempts": 0,
                    "BackoffRate": 1.5,
                    "MaxDelaySeconds": 31622400,
                    "JitterStrategy": "FULL",
                    "Comment": "again",
                }
            ],
            Catch=[
                {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B", "Comment": "out", "Assign": {}}
            ],
        )
    ),
    "a task with everything that JSONata has": machine(
        task(
            Arguments="{% $states.input %}",
            Credentials={"RoleArn": "{% $role %}"},
            TimeoutSeconds="{% $limit %}",
            HeartbeatSeconds=10,
            Output={"id": "{% $states.result.Id %}"},
            Assign={"id": "{% $states.result.Id %}"},
            Catch=[{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "B"}],
        ),
        QueryLanguage="JSONata",
    ),
    "one state in JSONata": machine(task(QueryLanguage="JSONata", Arguments={}, Output=1)),
    "a state inside a JSONata map follows the machine": machine(
        {
            "Type": "Map",
            "QueryLanguage": "JSONata",
            "Items": [1, 2],
            "ItemProcessor": machine({"Type": "Pass", "Parameters": {}, "End": True}),
            "End": True,
        }
    ),
    "choice rules of every form": machine(
        {
            "Type": "Choice",
            "InputPath": "$",
            "OutputPath": "$",
            "Choices": [
                {**EQUAL, "Next": "B", "Comment": "one", "Assign": {"a": 1}},
                {"And": [EQUAL, {"Not": {"Variable": "$$.a", "IsPresent": False}}], "Next": "B"},
                {"Or": [{"Variable": "$v", "StringMatches": "a*"}, {"And": [EQUAL]}], "Next": "B"},
                {"Variable": "$.t", "TimestampLessThanEqualsPath": "$.u", "Next": "B"},
                {"Variable": "$.t", "TimestampEquals": "2030-01-31T06:00:00.5+02:00", "Next": "B"},
            ],
            "Default": "B",
        }
    ),
    "conditions": choosing(
        {"Condition": "{% $states.input.x = 1 %}", "Next": "B", "Output": 1, "Assign": {}},
        QueryLanguage="JSONata",
        Output="{% 1 %}",
    ),
    "a distributed map": machine(
        {
            "Type": "Map",
            "Label": "items",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {
                    "InputType": "CSV",
                    "CSVHeaderLocation": "GIVEN",
                    "CSVHeaders": ["a"],
                    "MaxItemsPath": "$.n",
                },
                "Parameters": {"Bucket": "b", "Key.$": "$.key"},
            },
            "ItemSelector": {"a.$": "$$.Map.Item.Value"},
            "ItemBatcher": {"MaxItemsPerBatch": 10, "MaxInputBytesPerBatchPath": "$.bytes", "BatchInput": {"a": 1}},
            "ItemProcessor": DISTRIBUTED,
            "ResultWriter": {"WriterConfig": {"OutputType": "JSONL", "Transformation": "FLATTEN"}},
            "MaxConcurrencyPath": "$.n",
            "ToleratedFailurePercentage": 0.5,
            "ToleratedFailureCount": 0,
            "Retry": [],
            "End": True,
        }
    ),
    "a map as it used to be written": machine(
        {
            "Type": "Map",
            "ItemsPath": "$.items",
            "Parameters": "$.x",
            "Iterator": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "I", "States": {"I": {"Type": "Fail"}}},
            "MaxConcurrency": 0,
            "Next": "B",
        }
    ),
    "a parallel": machine(
        {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "L", "States": {"L": {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.UUID()"}}}
            ],
            "Catch": [],
            "Next": "B",
        }
    ),
    "waits": {
        "StartAt": "1",
        "States": {
            "1": {"Type": "Wait", "Seconds": 0, "Next": "2"},
            "2": {"Type": "Wait", "SecondsPath": "$.s", "Next": "3"},
            "3": {"Type": "Wait", "Timestamp": "2030-01-31T06:00:00Z", "Next": "4"},
            "4": {"Type": "Wait", "TimestampPath": "$v", "Assign": {"a": 1}, "Next": "5"},
            "5": {"Type": "Wait", "QueryLanguage": "JSONata", "Timestamp": "{% $now() %}", "End": True},
        },
    },
    "substitutions wherever a value stands": {
        "StartAt": "A",
        "TimeoutSeconds": "${Limit}",
        "States": {
            "A": {"Type": "Wait", "Seconds": "${Seconds}", "End": "${Last}"},
            "B": task(Retry="${Retry}", Catch=["${Catcher}"], TimeoutSeconds="${Minutes}0", Credentials="${Role}"),
            "C": "${State}",
            "D": {"Type": "Parallel", "Branches": ["${Branch}"], "End": True},
            "E": {
                "Type": "Map",
                "ItemProcessor": "${Processor}",
                "MaxConcurrency": "${Many}",
                "Label": "${Label}",
                "End": True,
            },
            "F": {
                "Type": "Choice",
                "Choices": ["${Rule}", {"Variable": "$.a", "BooleanEquals": "${Yes}", "Next": "A"}],
            },
            "G": {"Type": "Choice", "Choices": "${Choices}"},
            "I": {"Type": "Choice", "Choices": [{"And": "${Rules}", "Next": "A"}, {"Not": "${Rule}", "Next": "A"}]},
            "J": {
                "Type": "Choice",
                "QueryLanguage": "JSONata",
                "Choices": ["${Rule}", {"Condition": "${C}", "Next": "A"}],
            },
            "K": {"Type": "Map", "Iterator": DISTRIBUTED, "ItemBatcher": "${B}", "ItemReader": "${R}", "End": True},
            "L": {
                "Type": "Map",
                "Iterator": {**DISTRIBUTED, "ProcessorConfig": "${Config}"},
                "ItemReader": {"Resource": "${Reader}", "ReaderConfig": "${Config}"},
                "ResultWriter": {"WriterConfig": "${Config}"},
                "End": True,
            },
            "H": task(Retry=[{"ErrorEquals": "${Errors}", "MaxAttempts": "${Max}", "JitterStrategy": "${Jitter}"}]),
        },
    },
}


@pytest.mark.parametrize("definition", VALID.values(), ids=VALID.keys())
def test_a_good_definition_has_no_misfits(definition: dict[str, Any]) -> None:
    assert list(misfits(definition)) == []


MISFITS: list[tuple[Any, list[tuple[tuple[str | int, ...], str]]]] = [
    ([], [((), "the definition is an empty array; a state machine is expected")]),
    (None, [((), "the definition is null; a state machine is expected")]),
    ("StartAt: A", [((), 'the definition is "StartAt: A", a string; a state machine is expected')]),
    ({}, [((), "the definition has no StartAt"), ((), "the definition has no States")]),
    (without(machine(task()), "StartAt"), [((), "the definition has no StartAt")]),
    (machine(task(), Comment=5), [(("Comment",), "Comment of the definition is 5; a string is expected")]),
    (machine(task(), Version=1.0), [(("Version",), 'Version of the definition is 1.0; "1.0" is expected')]),
    (
        machine(task(), TimeoutSeconds="60"),
        [
            (
                ("TimeoutSeconds",),
                'TimeoutSeconds of the definition is "60", a string; an integer from 1 to 99999999 is expected',
            )
        ],
    ),
    (
        machine(task(), TimeoutSeconds="{% 60 %}"),
        [
            (
                ("TimeoutSeconds",),
                ('TimeoutSeconds of the definition is "{% 60 %}", a string; an integer from 1 to 99999999 is expected'),
            )
        ],
    ),
    (
        machine(task(), QueryLanguage="jsonata"),
        [
            (
                ("QueryLanguage",),
                (
                    'QueryLanguage of the definition is "jsonata"; "JSONPath" or '
                    '"JSONata" is expected; did you mean "JSONata"?'
                ),
            )
        ],
    ),
    (
        machine(task(), QueryLanguage=["JSONata"]),
        [(("QueryLanguage",), 'QueryLanguage of the definition is an array; "JSONPath" or "JSONata" is expected')],
    ),
    (machine(task(), Startat="A"), [(("Startat",), '"Startat" is no field of the definition')]),
    (machine(task(), Parameters={}), [(("Parameters",), '"Parameters" is no field of the definition')]),
    (
        {"StartAt": "A", "States": {}},
        [(("States",), "States of the definition is an empty object; a non-empty object is expected")],
    ),
    (
        {"StartAt": "A", "States": []},
        [(("States",), "States of the definition is an empty array; a non-empty object is expected")],
    ),
    (
        {"StartAt": "", "States": {"A": task()}},
        [(("StartAt",), 'StartAt of the definition is ""; a non-empty string is expected')],
    ),
    (
        {"StartAt": "A", "States": {"A": task(), "": task(), "x" * 81: task()}},
        [
            (("States", ""), 'the name of state "" has 0 characters; 1 to 80 are accepted'),
            (
                ("States", "x" * 81),
                (
                    'the name of state "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" '
                    "has 81 characters; 1 to 80 are accepted"
                ),
            ),
        ],
    ),
    (
        {"StartAt": "A", "States": {"QueryLanguage": "JSONata", "A": task()}},
        [
            (
                ("States", "QueryLanguage"),
                (
                    'state "QueryLanguage" is "JSONata", a string; a state is '
                    "expected; QueryLanguage is a field of the definition"
                ),
            )
        ],
    ),
    ({"StartAt": "A", "States": {"A": None}}, [(A, 'state "A" is null; a state is expected')]),
    (machine({"Resource": GLUE, "End": True}), [(A, 'the state "A" has no Type')]),
    (
        machine({"Type": "task", "Resource": GLUE, "End": True}),
        [
            (
                (*A, "Type"),
                (
                    'Type of state "A" is "task"; "Task", "Parallel", "Map", "Choice", "Pass", '
                    '"Wait", "Succeed" or "Fail" is expected; did you mean "Task"?'
                ),
            )
        ],
    ),
    (
        machine({"Type": "Tsk"}),
        [
            (
                (*A, "Type"),
                (
                    'Type of state "A" is "Tsk"; "Task", "Parallel", "Map", "Choice", "Pass", '
                    '"Wait", "Succeed" or "Fail" is expected; did you mean "Task"?'
                ),
            )
        ],
    ),
    (
        machine({"Type": 5}),
        [
            (
                (*A, "Type"),
                (
                    'Type of state "A" is 5; "Task", "Parallel", "Map", "Choice", '
                    '"Pass", "Wait", "Succeed" or "Fail" is expected'
                ),
            )
        ],
    ),
    (
        machine({"Typ": "Task", "Resource": GLUE, "End": True}),
        [(A, 'the state "A" has no Type; did you mean it by "Typ"?')],
    ),
    (
        machine({"Type": "Task"}),
        [(A, 'the Task state "A" has no Resource'), (A, 'the Task state "A" has neither Next nor End')],
    ),
    (
        machine({"Type": "Task", "Resorce": GLUE, "Nxt": "B"}),
        [
            ((*A, "Resorce"), '"Resorce" is no field of the Task state "A"; did you mean "Resource"?'),
            ((*A, "Nxt"), '"Nxt" is no field of the Task state "A"; did you mean "Next"?'),
        ],
    ),
    (
        machine(task(Next="B")),
        [((*A, "Next"), 'the Task state "A" has both Next and End, of which only one is accepted')],
    ),
    (machine({**task(), "End": False}), [((*A, "End"), 'End of state "A" is false; true is expected')]),
    (machine({**task(), "End": "true"}), [((*A, "End"), 'End of state "A" is "true", a string; true is expected')]),
    (machine(without(task(Next=5), "End")), [((*A, "Next"), 'Next of state "A" is 5; a non-empty string is expected')]),
    (
        machine(without(task(Next=""), "End")),
        [((*A, "Next"), 'Next of state "A" is ""; a non-empty string is expected')],
    ),
    (
        machine(task(TimeoutSeconds=0)),
        [((*A, "TimeoutSeconds"), 'TimeoutSeconds of state "A" is 0; an integer from 1 to 99999999 is expected')],
    ),
    (
        machine(task(TimeoutSeconds=100000000)),
        [
            (
                (*A, "TimeoutSeconds"),
                'TimeoutSeconds of state "A" is 100000000; an integer from 1 to 99999999 is expected',
            )
        ],
    ),
    (
        machine(task(TimeoutSeconds="5")),
        [
            (
                (*A, "TimeoutSeconds"),
                'TimeoutSeconds of state "A" is "5", a string; an integer from 1 to 99999999 is expected',
            )
        ],
    ),
    (
        machine(task(TimeoutSeconds=2.5)),
        [((*A, "TimeoutSeconds"), 'TimeoutSeconds of state "A" is 2.5; an integer from 1 to 99999999 is expected')],
    ),
    (
        machine(task(TimeoutSeconds="{% $t %}")),
        [
            (
                (*A, "TimeoutSeconds"),
                'TimeoutSeconds of state "A" is "{% $t %}", an expression of JSONata; the state is in JSONPath',
            )
        ],
    ),
    (
        machine(task(TimeoutSeconds=5, TimeoutSecondsPath="$.t")),
        [
            (
                (*A, "TimeoutSecondsPath"),
                'the Task state "A" has both TimeoutSeconds and TimeoutSecondsPath, of which only one is accepted',
            )
        ],
    ),
    (
        machine(task(HeartbeatSecondsPath="t")),
        [
            (
                (*A, "HeartbeatSecondsPath"),
                'HeartbeatSecondsPath of state "A" is "t"; a path that begins with "$" is expected',
            )
        ],
    ),
    (
        machine(task(Timeout=5)),
        [((*A, "Timeout"), '"Timeout" is no field of the Task state "A"; did you mean "TimeoutSeconds"?')],
    ),
    (
        machine(task(InputPath="input")),
        [((*A, "InputPath"), 'InputPath of state "A" is "input"; a path that begins with "$", or null, is expected')],
    ),
    (
        machine(task(ResultPath=5)),
        [((*A, "ResultPath"), 'ResultPath of state "A" is 5; a path that begins with "$", or null, is expected')],
    ),
    (
        machine(task(Retry={"ErrorEquals": ["States.ALL"]})),
        [((*A, "Retry"), 'Retry of state "A" is an object; an array is expected')],
    ),
    (
        machine(task(Retry=[{"ErrorEquals": []}])),
        [
            (
                (*A, "Retry", 0, "ErrorEquals"),
                'Retry[0].ErrorEquals of state "A" is an empty array; a non-empty array is expected',
            )
        ],
    ),
    (
        machine(task(Retry=["States.ALL"])),
        [((*A, "Retry", 0), 'Retry[0] of state "A" is "States.ALL", a string; a retrier is expected')],
    ),
    (
        machine(task(Retry=[{"error_equals": ["States.ALL"]}])),
        [
            (
                (*A, "Retry", 0, "error_equals"),
                '"error_equals" is no field of the retrier Retry[0] of state "A"; did you mean "ErrorEquals"?',
            )
        ],
    ),
    (
        machine(task(Retry=[{"ErrorEquals": "States.ALL", "MaxAttempt": 2}])),
        [
            (
                (*A, "Retry", 0, "ErrorEquals"),
                'Retry[0].ErrorEquals of state "A" is "States.ALL", a string; a non-empty array is expected',
            ),
            (
                (*A, "Retry", 0, "MaxAttempt"),
                '"MaxAttempt" is no field of the retrier Retry[0] of state "A"; did you mean "MaxAttempts"?',
            ),
        ],
    ),
    (
        machine(task(Retry=[{"MaxAttempts": 2}, {"ErrorEquals": [5, "A"], "Next": "B"}])),
        [
            ((*A, "Retry", 0), 'the retrier Retry[0] of state "A" has no ErrorEquals'),
            ((*A, "Retry", 1, "ErrorEquals", 0), 'Retry[1].ErrorEquals[0] of state "A" is 5; a string is expected'),
            ((*A, "Retry", 1, "Next"), '"Next" is no field of the retrier Retry[1] of state "A"'),
        ],
    ),
    (
        retrying(MaxAttempts="2"),
        [
            (
                (*A, "Retry", 0, "MaxAttempts"),
                'Retry[0].MaxAttempts of state "A" is "2", a string; an integer from 0 to 99999999 is expected',
            )
        ],
    ),
    (
        retrying(MaxAttempts=-1, IntervalSeconds=0, BackoffRate=0.5, MaxDelaySeconds=31622401),
        [
            (
                (*A, "Retry", 0, "IntervalSeconds"),
                'Retry[0].IntervalSeconds of state "A" is 0; an integer from 1 to 99999999 is expected',
            ),
            (
                (*A, "Retry", 0, "MaxAttempts"),
                'Retry[0].MaxAttempts of state "A" is -1; an integer from 0 to 99999999 is expected',
            ),
            (
                (*A, "Retry", 0, "BackoffRate"),
                'Retry[0].BackoffRate of state "A" is 0.5; a number of 1 or more is expected',
            ),
            (
                (*A, "Retry", 0, "MaxDelaySeconds"),
                'Retry[0].MaxDelaySeconds of state "A" is 31622401; an integer from 1 to 31622400 is expected',
            ),
        ],
    ),
    (
        retrying(MaxAttempts=True, BackoffRate="2.0", JitterStrategy="full"),
        [
            (
                (*A, "Retry", 0, "MaxAttempts"),
                'Retry[0].MaxAttempts of state "A" is true; an integer from 0 to 99999999 is expected',
            ),
            (
                (*A, "Retry", 0, "BackoffRate"),
                'Retry[0].BackoffRate of state "A" is "2.0", a string; a number of 1 or more is expected',
            ),
            (
                (*A, "Retry", 0, "JitterStrategy"),
                ('Retry[0].JitterStrategy of state "A" is "full"; "FULL" or "NONE" is expected; did you mean "FULL"?'),
            ),
        ],
    ),
    (
        machine(task(Catch=[{"ErrorEquals": ["States.ALL"]}])),
        [((*A, "Catch", 0), 'the catcher Catch[0] of state "A" has no Next')],
    ),
    (
        machine(task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B", "Output": 1}])),
        [
            (
                (*A, "Catch", 0, "Output"),
                (
                    '"Output" is no field of the catcher Catch[0] of state "A", which is '
                    'in JSONPath; JSONPath has "ResultPath" instead'
                ),
            )
        ],
    ),
    (
        machine(task(Credentials={}), QueryLanguage="JSONata"),
        [((*A, "Credentials"), 'the Credentials of state "A" has no RoleArn')],
    ),
    (
        machine(task(Arguments={})),
        [
            (
                (*A, "Arguments"),
                (
                    '"Arguments" is no field of the Task state "A", which is in '
                    'JSONPath; JSONPath has "Parameters" instead'
                ),
            )
        ],
    ),
    (
        machine(task(Parameters={}, OutputPath="$.a", InputPath="$"), QueryLanguage="JSONata"),
        [
            (
                (*A, "Parameters"),
                (
                    '"Parameters" is no field of the Task state "A", which is in '
                    'JSONata; JSONata has "Arguments" instead'
                ),
            ),
            (
                (*A, "OutputPath"),
                ('"OutputPath" is no field of the Task state "A", which is in JSONata; JSONata has "Output" instead'),
            ),
            ((*A, "InputPath"), '"InputPath" is no field of the Task state "A", which is in JSONata'),
        ],
    ),
    (
        machine(task(Parameters={}, ResultPath="$.a", QueryLanguage="JSONata")),
        [
            (
                (*A, "Parameters"),
                (
                    '"Parameters" is no field of the Task state "A", which is in '
                    'JSONata; JSONata has "Arguments" instead'
                ),
            ),
            (
                (*A, "ResultPath"),
                ('"ResultPath" is no field of the Task state "A", which is in JSONata; JSONata has "Output" instead'),
            ),
        ],
    ),
    (
        machine(task(Arguments=5, Assign="{% {} %}"), QueryLanguage="JSONata"),
        [
            ((*A, "Arguments"), 'Arguments of state "A" is 5; an object or an expression {% … %} is expected'),
            ((*A, "Assign"), 'Assign of state "A" is "{% {} %}", a string; an object is expected'),
        ],
    ),
    (
        machine(task(QueryLanguage="JSONPath"), QueryLanguage="JSONata"),
        [((*A, "QueryLanguage"), 'state "A" is in JSONPath; a definition in JSONata has no such state')],
    ),
    (
        machine(task(QueryLanguage="Jsonata", Arguments={})),
        [
            (
                (*A, "QueryLanguage"),
                (
                    'QueryLanguage of state "A" is "Jsonata"; "JSONPath" or '
                    '"JSONata" is expected; did you mean "JSONata"?'
                ),
            )
        ],
    ),
    (
        machine({"Type": "Pass", "Retry": [], "End": True}),
        [((*A, "Retry"), '"Retry" is no field of the Pass state "A"; only Task, Parallel and Map states have it')],
    ),
    (
        machine({"Type": "Pass", "Result": 1, "QueryLanguage": "JSONata", "End": True}),
        [
            (
                (*A, "Result"),
                '"Result" is no field of the Pass state "A", which is in JSONata; JSONata has "Output" instead',
            )
        ],
    ),
    (
        machine({"Type": "Succeed", "Next": "B", "Assign": {}}),
        [
            (
                (*A, "Next"),
                ('"Next" is no field of the Succeed state "A"; only Task, Parallel, Map, Pass and Wait states have it'),
            ),
            (
                (*A, "Assign"),
                (
                    '"Assign" is no field of the Succeed state "A"; only Task, '
                    "Parallel, Map, Choice, Pass and Wait states have it"
                ),
            ),
        ],
    ),
    (
        machine({"Type": "Fail", "Error": "E", "ErrorPath": "$.e", "CausePath": "cause"}),
        [
            (
                (*A, "CausePath"),
                (
                    'CausePath of state "A" is "cause"; a path that begins with "$", or '
                    "a call of an intrinsic function, is expected"
                ),
            ),
            ((*A, "ErrorPath"), 'the Fail state "A" has both Error and ErrorPath, of which only one is accepted'),
        ],
    ),
    (machine({"Type": "Fail", "Cause": 5}), [((*A, "Cause"), 'Cause of state "A" is 5; a string is expected')]),
    (
        machine({"Type": "Wait", "End": True}),
        [(A, 'the Wait state "A" has none of Seconds, SecondsPath, Timestamp and TimestampPath')],
    ),
    (
        machine({"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "Timestamp": "2030-01-31T06:00:00Z", "End": True}),
        [
            (
                (*A, "Timestamp"),
                'the Wait state "A" has Seconds, SecondsPath and Timestamp, of which only one is accepted',
            )
        ],
    ),
    (
        machine({"Type": "Wait", "Seconds": "10", "End": True}),
        [((*A, "Seconds"), 'Seconds of state "A" is "10", a string; an integer from 0 to 99999999 is expected')],
    ),
    (
        machine({"Type": "Wait", "Timestamp": "2030-13-01T00:00:00Z", "End": True}),
        [
            (
                (*A, "Timestamp"),
                (
                    'Timestamp of state "A" is "2030-13-01T00:00:00Z"; an RFC 3339 '
                    "timestamp such as 2030-01-31T06:00:00Z is expected"
                ),
            )
        ],
    ),
    (
        machine({"Type": "Wait", "Timestamp": "2030-01-31T06:00:00Z\n", "End": True}),
        [
            (
                (*A, "Timestamp"),
                (
                    'Timestamp of state "A" is "2030-01-31T06:00:00Z\\n"; an RFC 3339 '
                    "timestamp such as 2030-01-31T06:00:00Z is expected"
                ),
            )
        ],
    ),
    (
        machine({"Type": "Wait", "Timestamp": "{% $now() %}", "End": True}),
        [
            (
                (*A, "Timestamp"),
                'Timestamp of state "A" is "{% $now() %}", an expression of JSONata; the state is in JSONPath',
            )
        ],
    ),
    (
        machine({"Type": "Wait", "SecondsPath": "$.s", "QueryLanguage": "JSONata", "End": True}),
        [
            (
                (*A, "SecondsPath"),
                ('"SecondsPath" is no field of the Wait state "A", which is in JSONata; JSONata has "Seconds" instead'),
            )
        ],
    ),
    (machine({"Type": "Choice"}), [(A, 'the Choice state "A" has no Choices')]),
    (
        machine({"Type": "Choice", "Choices": [], "Default": 5}),
        [
            ((*A, "Choices"), 'Choices of state "A" is an empty array; a non-empty array is expected'),
            ((*A, "Default"), 'Default of state "A" is 5; a non-empty string is expected'),
        ],
    ),
    (
        machine({"Type": "Choice", "Choices": [{**EQUAL, "Next": "B"}], "End": True}),
        [
            (
                (*A, "End"),
                ('"End" is no field of the Choice state "A"; only Task, Parallel, Map, Pass and Wait states have it'),
            )
        ],
    ),
    (choosing({"Next": "B"}), [((*A, "Choices", 0), 'the choice rule Choices[0] of state "A" has no operator')]),
    (
        choosing({"Variable": "$.x", "Next": "B"}),
        [((*A, "Choices", 0), 'the choice rule Choices[0] of state "A" has no operator')],
    ),
    (choosing({**EQUAL}), [((*A, "Choices", 0), 'the choice rule Choices[0] of state "A" has no Next')]),
    (
        choosing({"NumericEquals": 1, "Next": "B"}),
        [((*A, "Choices", 0), 'the choice rule Choices[0] of state "A" has no Variable')],
    ),
    (
        choosing({**EQUAL, "IsPresent": True, "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "IsPresent"),
                (
                    'the choice rule Choices[0] of state "A" has both IsPresent and '
                    "NumericEquals, of which only one is accepted"
                ),
            )
        ],
    ),
    (
        choosing({"Variable": "x", "NumericEqual": 1, "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "Variable"),
                'Choices[0].Variable of state "A" is "x"; a path that begins with "$" is expected',
            ),
            (
                (*A, "Choices", 0, "NumericEqual"),
                (
                    '"NumericEqual" is no field of the choice rule Choices[0] of '
                    'state "A"; did you mean "NumericEquals"?'
                ),
            ),
        ],
    ),
    (
        choosing({"Variable": "$.x", "NumericEquals": "1", "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "NumericEquals"),
                'Choices[0].NumericEquals of state "A" is "1", a string; a number is expected',
            )
        ],
    ),
    (
        choosing({"Variable": "$.x", "IsPresent": "true", "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "IsPresent"),
                'Choices[0].IsPresent of state "A" is "true", a string; a boolean is expected',
            )
        ],
    ),
    (
        choosing({"Variable": "$.x", "TimestampEquals": "2030-01-31", "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "TimestampEquals"),
                (
                    'Choices[0].TimestampEquals of state "A" is "2030-01-31"; an RFC 3339 '
                    "timestamp such as 2030-01-31T06:00:00Z is expected"
                ),
            )
        ],
    ),
    (
        choosing({"Variable": "$.x", "StringEqualsPath": "y", "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "StringEqualsPath"),
                'Choices[0].StringEqualsPath of state "A" is "y"; a path that begins with "$" is expected',
            )
        ],
    ),
    (
        choosing({"And": [], "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "And"),
                'Choices[0].And of state "A" is an empty array; a non-empty array of choice rules is expected',
            )
        ],
    ),
    (
        choosing({"And": EQUAL, "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "And"),
                'Choices[0].And of state "A" is an object; a non-empty array of choice rules is expected',
            )
        ],
    ),
    (
        choosing({"Not": [EQUAL], "Next": "B"}),
        [((*A, "Choices", 0, "Not"), 'Choices[0].Not of state "A" is an array; a choice rule is expected')],
    ),
    (
        choosing({"Or": [{**EQUAL, "Next": "B"}, {"Not": {"Variable": "$.x"}}], "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "Or", 0, "Next"),
                (
                    '"Next" is no field of the choice rule Choices[0].Or[0] of state '
                    '"A"; only the outermost rule leads to a state'
                ),
            ),
            ((*A, "Choices", 0, "Or", 1, "Not"), 'the choice rule Choices[0].Or[1].Not of state "A" has no operator'),
        ],
    ),
    (
        choosing({"Condition": "{% true %}", "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "Condition"),
                (
                    '"Condition" is no field of the choice rule Choices[0] of state "A", '
                    'which is in JSONPath; JSONPath has "Variable" instead'
                ),
            )
        ],
    ),
    (
        choosing({"Condition": "{% true %}", "Output": 1, "Next": "B"}),
        [
            (
                (*A, "Choices", 0, "Condition"),
                (
                    '"Condition" is no field of the choice rule Choices[0] of state "A", '
                    'which is in JSONPath; JSONPath has "Variable" instead'
                ),
            ),
            (
                (*A, "Choices", 0, "Output"),
                '"Output" is no field of the choice rule Choices[0] of state "A", which is in JSONPath',
            ),
        ],
    ),
    (choosing("x"), [((*A, "Choices", 0), 'Choices[0] of state "A" is "x", a string; a choice rule is expected')]),
    (
        choosing({**EQUAL, "Next": "B"}, QueryLanguage="JSONata"),
        [((*A, "Choices", 0), 'the choice rule Choices[0] of state "A" has no Condition')],
    ),
    (
        choosing({"Condition": "true", "Default": "B"}, QueryLanguage="JSONata"),
        [
            ((*A, "Choices", 0), 'the choice rule Choices[0] of state "A" has no Next'),
            (
                (*A, "Choices", 0, "Condition"),
                'Choices[0].Condition of state "A" is "true", a string; an expression {% … %} is expected',
            ),
            ((*A, "Choices", 0, "Default"), '"Default" is no field of the choice rule Choices[0] of state "A"'),
        ],
    ),
    (
        machine({"Type": "Choice", "Choices": [{"Nonsense": 1}]}, QueryLanguage="jsonata"),
        [
            (
                ("QueryLanguage",),
                (
                    'QueryLanguage of the definition is "jsonata"; "JSONPath" or '
                    '"JSONata" is expected; did you mean "JSONata"?'
                ),
            )
        ],
    ),
    (
        machine({"Type": "Choice", "Choices": [{"Nonsense": 1}], "QueryLanguage": 5}),
        [((*A, "QueryLanguage"), 'QueryLanguage of state "A" is 5; "JSONPath" or "JSONata" is expected')],
    ),
    (machine({"Type": "Parallel", "End": True}), [(A, 'the Parallel state "A" has no Branches')]),
    (
        machine({"Type": "Parallel", "Branches": [], "TimeoutSeconds": 5, "End": True}),
        [
            ((*A, "Branches"), 'Branches of state "A" is an empty array; a non-empty array is expected'),
            (
                (*A, "TimeoutSeconds"),
                '"TimeoutSeconds" is no field of the Parallel state "A"; only Task states have it',
            ),
        ],
    ),
    (
        machine(
            {
                "Type": "Parallel",
                "Branches": [{"States": {"C": {"Type": "Pass"}}, "QueryLanguage": "JSONata"}],
                "End": True,
            }
        ),
        [
            ((*A, "Branches", 0), 'the branch Branches[0] of state "A" has no StartAt'),
            (
                (*A, "Branches", 0, "QueryLanguage"),
                '"QueryLanguage" is no field of the branch Branches[0] of state "A"',
            ),
            ((*A, "Branches", 0, "States", "C"), 'the Pass state "C" has neither Next nor End'),
        ],
    ),
    (machine({"Type": "Map", "End": True}), [(A, 'the Map state "A" has neither ItemProcessor nor Iterator')]),
    (
        mapping(Iterator={"StartAt": "C", "States": {"C": {"Type": "Succeed"}}}),
        [((*A, "Iterator"), 'the Map state "A" has both ItemProcessor and Iterator, of which only one is accepted')],
    ),
    (
        mapping(ItemProcessor={"ProcessorConfig": {"Mode": "DISTRIBUTED"}}),
        [
            ((*A, "ItemProcessor"), 'the ItemProcessor of state "A" has no StartAt'),
            ((*A, "ItemProcessor"), 'the ItemProcessor of state "A" has no States'),
            (
                (*A, "ItemProcessor", "ProcessorConfig"),
                'the ItemProcessor.ProcessorConfig of state "A" has no ExecutionType',
            ),
        ],
    ),
    (
        mapping(ItemProcessor={**DISTRIBUTED, "ProcessorConfig": {"Mode": "Inline", "Concurrency": 5}}),
        [
            (
                (*A, "ItemProcessor", "ProcessorConfig", "Mode"),
                (
                    'ItemProcessor.ProcessorConfig.Mode of state "A" is "Inline"; "INLINE" or '
                    '"DISTRIBUTED" is expected; did you mean "INLINE"?'
                ),
            ),
            (
                (*A, "ItemProcessor", "ProcessorConfig", "Concurrency"),
                '"Concurrency" is no field of the ItemProcessor.ProcessorConfig of state "A"',
            ),
        ],
    ),
    (
        mapping(ItemProcessor=5),
        [((*A, "ItemProcessor"), 'ItemProcessor of state "A" is 5; an item processor is expected')],
    ),
    (
        mapping(Items=[1]),
        [
            (
                (*A, "Items"),
                ('"Items" is no field of the Map state "A", which is in JSONPath; JSONPath has "ItemsPath" instead'),
            )
        ],
    ),
    (
        mapping(ItemsPath="$.a", QueryLanguage="JSONata"),
        [
            (
                (*A, "ItemsPath"),
                '"ItemsPath" is no field of the Map state "A", which is in JSONata; JSONata has "Items" instead',
            )
        ],
    ),
    (
        mapping(Parameters={}, ItemSelector={}, ToleratedFailurePercentage=101, MaxConcurrency=-1),
        [
            ((*A, "MaxConcurrency"), 'MaxConcurrency of state "A" is -1; an integer of 0 or more is expected'),
            (
                (*A, "ToleratedFailurePercentage"),
                'ToleratedFailurePercentage of state "A" is 101; a number from 0 to 100 is expected',
            ),
            (
                (*A, "ItemSelector"),
                'the Map state "A" has both ItemSelector and Parameters, of which only one is accepted',
            ),
        ],
    ),
    (
        mapping(Label="a b"),
        [
            (
                (*A, "Label"),
                (
                    'Label of state "A" is "a b"; a string of 1 to 40 characters without spaces, '
                    'brackets and any of ? * : ; , \\ | ^ ~ $ # % & ` " is expected'
                ),
            )
        ],
    ),
    (
        mapping(ItemReader={"ReaderConfig": {"InputType": "csv", "MaxItems": "{% 5 %}"}, "Arguments": {}}),
        [
            ((*A, "ItemReader"), 'the ItemReader of state "A" has no Resource'),
            (
                (*A, "ItemReader", "ReaderConfig", "InputType"),
                (
                    'ItemReader.ReaderConfig.InputType of state "A" is "csv"; "CSV", "JSON", '
                    '"JSONL", "PARQUET" or "MANIFEST" is expected; did you mean "CSV"?'
                ),
            ),
            (
                (*A, "ItemReader", "Arguments"),
                (
                    '"Arguments" is no field of the ItemReader of state "A", which is '
                    'in JSONPath; JSONPath has "Parameters" instead'
                ),
            ),
            (
                (*A, "ItemReader", "ReaderConfig", "MaxItems"),
                (
                    'ItemReader.ReaderConfig.MaxItems of state "A" is "{% 5 %}", an '
                    "expression of JSONata; the state is in JSONPath"
                ),
            ),
        ],
    ),
    (
        mapping(ItemBatcher={"MaxItemsPerBatch": 0, "MaxItemsPerBatchPath": "$.a", "MaxInputBytesPerBatch": 262145}),
        [
            (
                (*A, "ItemBatcher", "MaxItemsPerBatch"),
                'ItemBatcher.MaxItemsPerBatch of state "A" is 0; an integer of 1 or more is expected',
            ),
            (
                (*A, "ItemBatcher", "MaxInputBytesPerBatch"),
                ('ItemBatcher.MaxInputBytesPerBatch of state "A" is 262145; an integer from 1 to 262144 is expected'),
            ),
            (
                (*A, "ItemBatcher", "MaxItemsPerBatchPath"),
                (
                    'the ItemBatcher of state "A" has both MaxItemsPerBatch and '
                    "MaxItemsPerBatchPath, of which only one is accepted"
                ),
            ),
        ],
    ),
    (
        mapping(
            ItemBatcher={"MaxItemsPerBatchPath": "$.a"},
            ItemReader={"Resource": "x", "Parameters": {}, "ReaderConfig": {"MaxItemsPath": "$.a"}},
            ResultWriter={"Parameters": {}},
            QueryLanguage="JSONata",
        ),
        [
            (
                (*A, "ItemReader", "Parameters"),
                (
                    '"Parameters" is no field of the ItemReader of state "A", which is '
                    'in JSONata; JSONata has "Arguments" instead'
                ),
            ),
            (
                (*A, "ItemReader", "ReaderConfig", "MaxItemsPath"),
                (
                    '"MaxItemsPath" is no field of the ItemReader.ReaderConfig of state "A", '
                    'which is in JSONata; JSONata has "MaxItems" instead'
                ),
            ),
            (
                (*A, "ItemBatcher", "MaxItemsPerBatchPath"),
                (
                    '"MaxItemsPerBatchPath" is no field of the ItemBatcher of state "A", which '
                    'is in JSONata; JSONata has "MaxItemsPerBatch" instead'
                ),
            ),
            (
                (*A, "ResultWriter", "Parameters"),
                (
                    '"Parameters" is no field of the ResultWriter of state "A", which '
                    'is in JSONata; JSONata has "Arguments" instead'
                ),
            ),
        ],
    ),
    (
        mapping(ResultWriter={"WriterConfig": {"Transformation": "FLAT"}}),
        [
            ((*A, "ResultWriter", "WriterConfig"), 'the ResultWriter.WriterConfig of state "A" has no OutputType'),
            (
                (*A, "ResultWriter", "WriterConfig", "Transformation"),
                (
                    'ResultWriter.WriterConfig.Transformation of state "A" is "FLAT"; "NONE", '
                    '"COMPACT" or "FLATTEN" is expected; did you mean "FLATTEN"?'
                ),
            ),
        ],
    ),
    (
        mapping(ResultWriter={}),
        [((*A, "ResultWriter"), 'ResultWriter of state "A" is an empty object; a non-empty object is expected')],
    ),
    (
        machine({"Type": "Parallel", "Branches": [mapping(ItemProcessor=machine(task(Nxt="B")))], "End": True}),
        [
            (
                (*A, "Branches", 0, "States", "A", "ItemProcessor", "States", "A", "Nxt"),
                '"Nxt" is no field of the Task state "A"; did you mean "Next"?',
            )
        ],
    ),
]


@pytest.mark.parametrize(("definition", "expected"), MISFITS, ids=[found[0][1][:60] for _, found in MISFITS])
def test_each_mistake_is_told_once_in_words(definition: Any, expected: list[Any]) -> None:
    assert list(misfits(definition)) == expected


def test_after_a_thousand_mistakes_the_rest_is_summed_up() -> None:
    definition = {"StartAt": "0", "States": {str(number): task(Retry=5) for number in range(MOST + 500)}}

    found = list(misfits(definition))

    assert found[:MOST] == [
        (("States", str(number), "Retry"), f'Retry of state "{number}" is 5; an array is expected')
        for number in range(MOST)
    ]
    assert found[MOST:] == [((), "the definition has more than 1,000 mistakes of shape; the others are not shown")]


def test_a_mistake_in_the_deepest_rule_is_found_alone() -> None:
    rule: dict[str, Any] = {"Variable": "$.x", "IsPresent": 5}
    for _ in range(90):
        rule = {"Not": rule}

    assert list(misfits(choosing({**rule, "Next": "B"}))) == [
        (
            (*A, "Choices", 0, *["Not"] * 90, "IsPresent"),
            f'Choices[0]{".Not" * 90}.IsPresent of state "A" is 5; a boolean is expected',
        )
    ]


def places(value: Any, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The pointer of every value inside a value, itself included."""
    yield pointer
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inside:
        yield from places(held, (*pointer, key))


FIELDS = sorted({key for pointer in places(list(VALID.values())) for key in pointer if isinstance(key, str)})
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2.0, 2.5, 1e22, 10**30, 99_999_999, 100_000_000),
    *("", "B", "$", "$.a", "States.UUID()", "${Name}", "{% 1 %}", "{%", "JSONata", "JSONPath", "Task", "Pass", "Map"),
    *("2030-01-31T06:00:00Z", "2030-01-31T06:00:00Z\n", "2030-02-31T24:00:00Z", "\u0085", "x" * 81, "٣"),
    *([], {}, [1], ["A"], [{}], {"Type": "Succeed"}, {"RoleArn": "r"}, EQUAL, [EQUAL]),
)


def changed(value: Any, pointer: tuple[str | int, ...], change: Callable[[Any, str | int], None]) -> Any:
    """A copy of a value in which `change` has been done to what holds the place `pointer`."""
    copied = holder = copy.deepcopy(value)
    for key in pointer[:-1]:
        holder = holder[key]
    change(holder, pointer[-1])
    return copied


@st.composite
def mutants(draw: st.DrawFn) -> Any:
    """A good definition with up to three places deleted, overwritten, renamed or added to."""
    definition: Any = draw(st.sampled_from(list(VALID.values())))
    for _ in range(draw(st.integers(1, 3))):
        inside = [*places(definition)][1:]
        if not inside:
            return definition
        pointer = draw(st.sampled_from(inside))
        field, value = draw(st.sampled_from(FIELDS)), draw(st.sampled_from(VALUES))

        def delete(holder: Any, key: str | int) -> None:
            holder.pop(key)

        def rename(holder: Any, key: str | int, field: str = field) -> None:
            value = holder.pop(key)
            if isinstance(holder, dict):
                holder[field] = value

        def add(holder: Any, key: str | int, field: str = field, value: Any = value) -> None:
            holder.append(value) if isinstance(holder, list) else holder.update({field: value})

        def overwrite(holder: Any, key: str | int, value: Any = value) -> None:
            holder[key] = value

        change = draw(st.sampled_from((delete, overwrite, rename, add)))
        definition = changed(definition, pointer, change)
    return definition


def value_at(definition: Any, pointer: tuple[str | int, ...]) -> Any:
    for key in pointer:
        definition = definition[key]
    return definition


def assert_explained(definition: Any) -> None:
    """Both libraries are of one mind; what is refused is explained, each mistake once, at places that exist."""
    verdict = JUDGE.is_valid(definition)
    assert verdict == SECOND_JUDGE.is_valid(definition)
    found = list(misfits(definition))
    assert (found == []) == verdict
    assert len(set(found)) == len(found)
    for pointer, message in found:
        value_at(definition, pointer)
        assert "under any of" not in message
        assert message != "the definition has not the shape of a state machine"


@settings(max_examples=300, deadline=None)
@given(mutants())
def test_a_mutant_is_judged_alike_by_both_libraries_and_explained(definition: Any) -> None:
    assert_explained(definition)


def corpus(folder: str) -> list[dict[str, Any]]:
    files = sorted((CORPUS / folder).glob("*.json"))
    if not files:
        pytest.skip("the corpus is not here")
    return [json.loads(file.read_text()) for file in files]


def read(case: dict[str, Any]) -> Any:
    """The data of a case of the corpus, or None when its text is no definition at all."""
    if "definition" in case:
        return case["definition"]
    try:
        return load(case.get("yaml", case.get("raw", "")), source="corpus").data
    except DefinitionError:
        return None


@pytest.mark.parametrize("folder", ["lint/valid", "executions", "validation"])
def test_what_aws_accepts_is_accepted(folder: str) -> None:
    accepted = [case for case in corpus(folder) if case.get("expected", {}).get("valid", True)]

    assert [
        (case["id"], found) for case in accepted if (data := read(case)) is not None and (found := list(misfits(data)))
    ] == []


def test_the_schema_alone_refuses_three_fifths_of_what_is_wrong() -> None:
    wrong = [data for case in corpus("lint/invalid") if (data := read(case)) is not None]

    refused = sum(not JUDGE.is_valid(data) for data in wrong)

    print(f"the schema refuses {refused} of {len(wrong)} wrong definitions")
    assert refused >= 0.6 * len(wrong)


@pytest.mark.parametrize("folder", ["lint/valid", "lint/invalid", "executions", "validation"])
def test_the_corpus_is_judged_alike_by_both_libraries_and_explained(folder: str) -> None:
    for case in corpus(folder):
        if (data := read(case)) is not None:
            assert_explained(data)


def test_the_schema_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with the annotations that its reference adds."""
    reference = schema.get("$ref", "")
    target = SCHEMA["$defs"][reference.rpartition("/")[2]] if reference else {}
    return {**(resolved(target) if reference else {}), **schema}


def test_every_definition_and_every_field_has_a_title_and_a_description_for_editors() -> None:
    schemas = [value_at(SCHEMA, pointer) for pointer in places(SCHEMA)]
    closed = [schema for schema in schemas if isinstance(schema, dict) and schema.get("additionalProperties") is False]
    named = [*SCHEMA["$defs"].items(), *(field for schema in closed for field in schema["properties"].items())]

    assert [name for name, one in named if one and not {"title", "description"} <= resolved(one).keys()] == []


def test_the_title_of_a_number_names_its_limits() -> None:
    limited = [schema for schema in SCHEMA["$defs"].values() if "minimum" in schema]

    assert [schema["title"] for schema in limited] == [limits(schema) for schema in limited]


def limits(schema: dict[str, Any]) -> str:
    kind, least, most = schema["type"][0], schema["minimum"], schema.get("maximum")
    return f"{kind} of {least} or more" if most is None else f"{kind} from {least} to {most}"


def test_a_missing_schema_names_both_places_where_it_was_sought() -> None:
    with pytest.raises(FileNotFoundError) as raised:
        schema_text("nonsense")

    root = Path(__file__).parents[2]
    assert str(raised.value) == (
        f'the schema "nonsense" is missing: neither {root / "aslkit/schemas/nonsense.schema.json"} '
        f"nor {root / 'schemas/nonsense.schema.json'} exists"
    )
