"""Scenarios as calls of TestState: what is asked of each state, and what AWS is to answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.operations.state_calls import StateCalls, as_json, state_calls
from aslkit.simulation import Execution, simulate
from aslkit.simulation.scenario import run_scenarios
from aslkit.simulation.teststate import test_state as asked
from aslkit.testing import run
from aslkit.testing.strategies import inputs, outcomes, state_machines

ROOT = Path(__file__).parents[2]
TEXT = """\
StartAt: Begin
States:
  Begin: {Type: Pass, Assign: {limit: 2}, Next: Load}
  Load:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: load, Payload.$: $limit}
    ResultSelector: {rows.$: $.Payload}
    ResultPath: $.load
    TimeoutSeconds: 60
    Retry: [{ErrorEquals: [Lambda.TooManyRequestsException], IntervalSeconds: 1, MaxAttempts: 2}]
    Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Failed}]
    Next: Both
  Both:
    Type: Parallel
    Branches:
      - {StartAt: Left, States: {Left: {Type: Pass, Result: 1, End: true}}}
      - StartAt: Each
        States:
          Each:
            Type: Map
            ItemsPath: $.load.rows
            ItemProcessor: {StartAt: One, States: {One: {Type: Pass, Parameters: {v.$: $}, End: true}}}
            End: true
    ResultPath: $.both
    Next: Many
  Many:
    Type: Choice
    Choices: [{Variable: "$.load.rows[1]", IsPresent: true, Next: Done}]
    Default: Stamp
  Stamp: {Type: Pass, Parameters: {id.$: States.UUID()}, Next: Done}
  Done: {Type: Succeed}
  Failed: {Type: Fail, ErrorPath: $.error.Error, CausePath: $.error.Cause}
"""


def machine(text: str = TEXT) -> StateMachine:
    return parse(load(text, source="m.asl.yaml"))


def answered(value: Any) -> dict[str, Any]:
    return {"state": "Load", "returns": {"Payload": value}}


def found(*when: dict[str, Any], text: str = TEXT) -> StateCalls:
    return state_calls(machine(text), {"it": run(machine(text), input={"n": 1}, when=when)})


def shown(calls: StateCalls) -> list[tuple[Any, ...]]:
    return [
        (call.request["stateName"], call.response["status"], call.response.get("nextState")) for call in calls.calls
    ]


def test_every_attempt_of_every_state_is_a_call() -> None:
    throttled = {"state": "Load", "invocation": "1-2", "lambda": "throttled"}
    calls = found(throttled, answered([5, 6]))
    assert calls.notes == ()
    assert shown(calls) == [
        ("Begin", "SUCCEEDED", "Load"),
        ("Load", "RETRIABLE", None),
        ("Load", "RETRIABLE", None),
        ("Load", "SUCCEEDED", "Both"),
        ("Both", "SUCCEEDED", "Many"),
        ("Left", "SUCCEEDED", None),
        ("Each", "SUCCEEDED", None),
        ("One", "SUCCEEDED", None),
        ("One", "SUCCEEDED", None),
        ("Many", "SUCCEEDED", "Done"),
        ("Done", "SUCCEEDED", None),
    ]
    second, succeeded, both = calls.calls[2], calls.calls[3], calls.calls[4]
    assert {**second.request, "mock": None} == {
        "stateName": "Load",
        "input": '{"n":1}',
        "variables": '{"limit":2}',
        "mock": None,
        "stateConfiguration": {"retrierRetryCount": 1},
    }
    assert second.request["mock"]["errorOutput"]["error"] == "Lambda.TooManyRequestsException"
    assert succeeded.request["mock"] == {"result": '{"Payload":[5,6]}'}
    assert succeeded.response["output"] == '{"n":1,"load":{"rows":[5,6]}}'
    assert both.request["mock"] == {"result": '[1,[{"v":5},{"v":6}]]'}


def test_a_failure_that_is_caught_says_what_comes_next_and_the_end_says_its_error() -> None:
    calls = found({"state": "Load", "fails": {"error": "Boom", "cause": "no disk"}})
    assert shown(calls)[1:] == [("Load", "CAUGHT_ERROR", "Failed"), ("Failed", "FAILED", None)]
    assert dict(calls.calls[2].response) == {"status": "FAILED", "error": "Boom", "cause": "no disk"}


def test_a_task_that_nobody_answers_is_mocked_by_the_time_out() -> None:
    calls = found({"state": "Load", "hangs": True})
    assert calls.calls[1].request["mock"] == {"errorOutput": {"error": "States.Timeout"}}
    assert shown(calls)[1] == ("Load", "CAUGHT_ERROR", "Failed")


def test_what_does_not_answer_the_same_each_time_is_left_out_and_noted() -> None:
    calls = found(answered([5]))
    assert "Stamp" not in [name for name, *_ in shown(calls)]
    assert [note.partition(" (")[0] for note in calls.notes] == [
        "state 'Stamp' is left out once: alone it answers otherwise"
    ]


def test_the_same_call_of_several_scenarios_stands_there_once() -> None:
    one, two = (run(machine(), input={"n": 1}, when=[answered(rows)]) for rows in ([5, 6], [5, 7]))
    calls = state_calls(machine(), {"one": one, "two": two}).calls
    by_name: dict[str, list[tuple[str, ...]]] = {}
    for call in calls:
        by_name.setdefault(call.request["stateName"], []).append(call.scenarios)
    assert by_name["Begin"] == [("one", "two")]
    assert by_name["One"] == [("one", "two"), ("one",), ("two",)]


def test_the_file_holds_definition_calls_and_notes() -> None:
    calls = found(answered([5, 6]))
    data = json.loads(as_json(calls))
    assert list(data) == ["definition", "calls", "notes"]
    assert json.loads(data["definition"]) == machine().document.data
    assert data["calls"][0] == {
        "scenarios": ["it"],
        "request": {"stateName": "Begin", "input": '{"n":1}'},
        "response": {"status": "SUCCEEDED", "output": '{"n":1}', "nextState": "Load"},
    }


def refresh() -> tuple[StateMachine, dict[str, Execution]]:
    folder = ROOT / "definitions"
    definition = parse(load((folder / "db-refresh.asl.yaml").read_bytes(), source="db-refresh.asl.yaml"))
    scenarios = load((folder / "db-refresh.scenarios.yaml").read_bytes(), source="db-refresh.scenarios.yaml")
    verdicts = run_scenarios(scenarios, definition, read=lambda name: (folder / name).read_bytes())
    return definition, {one.name: one.execution for one in verdicts if one.execution is not None}


def test_every_state_of_the_refresh_can_be_asked_and_boto3_takes_the_calls() -> None:
    validate = pytest.importorskip("botocore.validate")
    session = pytest.importorskip("botocore.session")
    definition, executions = refresh()
    calls = state_calls(definition, executions)
    assert calls.notes == ()
    assert {call.request["stateName"] for call in calls.calls} == {
        visit.state for execution in executions.values() for visit in execution.visits
    }
    shape = session.get_session().get_service_model("stepfunctions").operation_model("TestState").input_shape
    if "mock" not in shape.members:
        pytest.skip("this boto3 knows no mocks")
    for call in calls.calls:
        report = validate.ParamValidator().validate({"definition": calls.definition, **call.request}, shape)
        assert report.generate_report() == ""


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_each_call_is_answered_here_as_it_says(data: st.DataObject) -> None:
    drawn = parse(load(json.dumps(data.draw(state_machines())), source="drawn.asl.json"))
    execution = simulate(drawn, input=data.draw(inputs(drawn)), resources=data.draw(outcomes(drawn)))
    calls = state_calls(drawn, {"drawn": execution})
    for call in calls.calls:
        request = dict(call.request)
        mock, configuration = request.pop("mock", None), request.pop("stateConfiguration", None)
        answer = asked(
            calls.definition,
            state_name=request["stateName"],
            input=request["input"],
            variables=request.get("variables"),
            mock=mock,
            state_configuration=configuration,
        )
        assert answer["status"] == call.response["status"]
        assert answer.get("nextState") == call.response.get("nextState")
