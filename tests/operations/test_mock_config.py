"""Cases of AWS Step Functions Local become scenarios that pass, and executions become cases that end the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import machine

from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import StateMachine, parse
from aslkit.operations.capture import scenarios_file
from aslkit.operations.mock_config import mock_config, not_reached, scenario
from aslkit.simulation import Execution, simulate
from aslkit.simulation.expectation import top_level
from aslkit.simulation.mock_config import CaseRunner, read_mock_config
from aslkit.simulation.redrive import redrive
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Fails, Hangs, Reply, Returns, When
from aslkit.simulation.scenario import Verdict, run_scenarios
from aslkit.testing.strategies import outcomes, state_machines

ROOT = Path(__file__).parents[2]
CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}
BUSY = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 5, "BackoffRate": 1}]


def parsed(definition: dict[str, Any]) -> StateMachine:
    return parse(load(json.dumps(definition), source="drawn.asl.json"))


def mapped(state: dict[str, Any], **fields: Any) -> StateMachine:
    """A Map over the input whose iterations are one state, Call."""
    inner = {"StartAt": "Call", "States": {"Call": state}}
    return machine({"Each": {"Type": "Map", "ItemProcessor": inner, "End": True, **fields}})


def case_verdict(definition: StateMachine, responses: Any, input: Any = None) -> tuple[Any, Verdict]:
    """The case in which each state gives the response, and what comes of it."""
    data = {
        "StateMachines": {"M": {"TestCases": {"the-case": {state: state for state in responses}}}},
        "MockedResponses": responses,
    }
    [case] = read_mock_config(load(json.dumps(data), source="mock.json")).machines["M"]
    return case, CaseRunner(definition, given={"input": {} if input is None else input}).verdict(case)


def made(definition: StateMachine, responses: Any, input: Any = None) -> dict[str, Any]:
    """The scenario of a case, which passes."""
    case, verdict = case_verdict(definition, responses, input)
    assert verdict.execution is not None, verdict.remarks
    captured = scenario(case, verdict.execution, definition, {})
    assert captured.remarks == ()
    [again] = run_scenarios(load(scenarios_file([captured.scenario]), source="made"), definition)
    assert (again.passed, again.remarks, again.differences) == (True, (), ())
    return captured.scenario


# --- a case as a scenario --------------------------------------------------------------------------------------------


def test_a_case_becomes_a_scenario_that_says_every_answer_and_how_the_run_goes() -> None:
    definition = machine({"Call": {**CALL, "Retry": BUSY}})
    responses = {
        "Call": {
            "0-1": {"Throw": {"Error": "Busy", "Cause": "c"}},
            "2": {"Return": {"Payload": [1, True]}},
        }
    }
    assert made(definition, responses, {"a": 1}) == {
        "name": "the-case",
        "given": {"input": {"a": 1}},
        "when": [
            {"state": "Call", "invocation": "1-2", "fails": {"error": "Busy", "cause": "c"}},
            {"state": "Call", "invocation": 3, "returns": {"Payload": [1, True]}},
        ],
        "then": {
            "status": "SUCCEEDED",
            "output": {"Payload": [1, True]},
            "path": ["Call"],
            "invocations": {"Call": 3},
            "duration": "20s",
        },
    }


def test_a_case_that_fails_becomes_a_scenario_that_expects_it() -> None:
    found = made(machine({"Call": CALL}), {"Call": {"0": {"Throw": {"Error": "Down"}}}})
    assert found == {
        "name": "the-case",
        "when": [{"state": "Call", "invocation": 1, "fails": {"error": "Down"}}],
        "then": {"status": "FAILED", "error": "Down", "path": ["Call"], "duration": "0s"},
    }


def test_one_and_true_are_two_answers() -> None:
    first = {key: value for key, value in CALL.items() if key != "End"}
    definition = machine({"Call": {**first, "Next": "Again"}, "Again": CALL})
    found = made(definition, {"Call": {"0": {"Return": 1}}, "Again": {"0": {"Return": True}}})
    assert [entry["returns"] for entry in found["when"]] == [1, True]


def test_the_answers_of_map_iterations_are_told_for_each_iteration() -> None:
    definition = mapped({**CALL, "Retry": BUSY}, MaxConcurrency=1)
    responses = {
        "Call": {
            "0": {"Return": 1},
            "1": {"Throw": {"Error": "Busy"}},
            "2": {"Return": True},
            "3": {"Return": 3},
        }
    }
    found = made(definition, responses, ["a", "b", "c"])
    assert found["when"] == [
        {"state": "Call", "iteration": 0, "invocation": 1, "returns": 1},
        {"state": "Call", "iteration": 1, "invocation": 1, "fails": {"error": "Busy"}},
        {"state": "Call", "iteration": 1, "invocation": 2, "returns": True},
        {"state": "Call", "iteration": 2, "invocation": 1, "returns": 3},
    ]
    assert found["then"]["output"] == [1, True, 3]


def test_map_iterations_that_are_answered_alike_share_their_entries() -> None:
    found = made(mapped(CALL), {"Call": {"0-9": {"Return": 1}}}, list(range(10)))
    assert found["when"] == [{"state": "Call", "invocation": 1, "returns": 1}]
    assert found["then"]["invocations"] == {"Call": 10}


def test_child_executions_of_a_distributed_map_are_told_too() -> None:
    inner = {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "Call", "States": {"Call": CALL}}
    definition = machine({"Each": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": inner, "End": True}})
    found = made(definition, {"Call": {"0": {"Return": "x"}, "1": {"Return": "y"}}}, [1, 2])
    assert found["when"] == [
        {"state": "Call", "iteration": 0, "invocation": 1, "returns": "x"},
        {"state": "Call", "iteration": 1, "invocation": 1, "returns": "y"},
    ]


def test_nested_map_iterations_are_told_by_all_their_indices() -> None:
    inner = {"StartAt": "Call", "States": {"Call": CALL}}
    middle = {
        "StartAt": "Inner",
        "States": {"Inner": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": inner, "End": True}},
    }
    definition = machine({"Outer": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": middle, "End": True}})
    found = made(definition, {"Call": {"0": {"Return": 1}, "1": {"Return": 2}, "2": {"Return": 3}}}, [[0], [0, 0]])
    assert [entry["iteration"] for entry in found["when"]] == [[0, 0], [1, 0], [1, 1]]


def test_a_mocked_job_takes_no_time_and_may_run_twice_at_once() -> None:
    job = {**CALL, "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "load"}}
    branches = [{"StartAt": name, "States": {name: job}} for name in ("A", "B")]
    definition = machine({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    found = made(definition, {"A": {"0": {"Return": {"a": 1}}}, "B": {"0": {"Return": {"b": 2}}}})
    assert found["then"] == {
        "status": "SUCCEEDED",
        "output": [{"a": 1}, {"b": 2}],
        "path": ["Both"],
        "duration": "0s",
    }


def test_what_a_fake_does_otherwise_is_said_and_not_expected() -> None:
    publish = {**CALL, "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": "t", "Message": "m"}}
    definition = machine({"Tell": publish})
    case, verdict = case_verdict(definition, {"Tell": {"0": {"Return": {"MessageId": "1"}}}})
    assert verdict.execution is not None
    captured = scenario(case, verdict.execution, definition, {})
    assert captured.scenario["then"] == {"path": ["Tell"], "duration": "0s"}
    assert captured.remarks == (
        "not expected any more: the status: expected SUCCEEDED, but it is FAILED",
        'not expected any more: the output: expected {"MessageId":"1"}, but it is none',
    )


def test_answers_that_are_never_reached_are_told() -> None:
    definition = machine({"Call": {**CALL, "Next": "Never"}, "Never": CALL})
    responses = {"Call": {"0": {"Throw": {"Error": "E"}}, "1-3": {"Return": 1}}, "Never": {"0": {"Return": 2}}}
    case, verdict = case_verdict(definition, responses)
    assert verdict.execution is not None
    assert list(not_reached(case, verdict.execution)) == [
        "the run never comes to invocation 1-3 of state 'Call', which 'Call' describes",
        "the run never comes to invocation 0 of state 'Never', which 'Never' describes",
    ]


def test_an_answer_that_is_nested_too_deep_to_be_written_is_an_error() -> None:
    deep: Any = 1
    for _ in range(96):
        deep = [deep]
    definition = machine({"Call": CALL})
    case, verdict = case_verdict(definition, {"Call": {"0": {"Return": deep}}})
    assert verdict.execution is not None
    with pytest.raises(DefinitionError, match="nested more than 100 deep"):
        scenario(case, verdict.execution, definition, {})


# --- executions as cases ---------------------------------------------------------------------------------------------


def run(definition: StateMachine, input: Any = None, **replies: list[Reply]) -> Execution:
    """A run in which the n-th invocation of a state (in each map iteration) gets its n-th reply."""
    script = [
        When(reply, state=state, first=number, last=number)
        for state, given in replies.items()
        for number, reply in enumerate(given, 1)
    ]
    return simulate(definition, input={} if input is None else input, resources=Account(script=tuple(script)))


def ends(execution: Execution) -> tuple[Any, ...]:
    path = [visit.state for visit in top_level(execution)]
    return execution.status, execution.error, path, json.dumps(execution.output)


def differing(definition: StateMachine, executions: dict[str, Execution]) -> tuple[list[str], str]:
    """The cases that do not end with the written file as their executions did, and all notes."""
    written = mock_config("M", executions, definition)
    read = read_mock_config(load(json.dumps(written.content), source="mock.json"))
    assert read.remarks == ()
    found = []
    for case, execution in zip(read.machines["M"], executions.values(), strict=True):
        *_, (input, _) = execution.events[0]
        verdict = CaseRunner(definition, given={"input": input, "start": execution.start}).verdict(case)
        if verdict.execution is None or ends(verdict.execution) != ends(execution):
            found.append(case.name)
    return found, "\n".join(written.notes)


def test_executions_become_cases_that_share_their_responses() -> None:
    definition = machine({"Call": {**CALL, "Retry": BUSY}})
    busy, good = Fails(error="Lambda.Busy", cause="c"), Returns(value={"n": 1})
    retried = machine({"Call": {**CALL, "Retry": [{**BUSY[0], "ErrorEquals": ["States.ALL"]}]}})
    executions = {
        "all is well": run(retried, Call=[good]),
        "busy twice!": run(retried, Call=[busy, busy, good]),
        "all is (well)": run(retried, Call=[good]),
        "all is well ": run(retried, Call=[Returns(value=2)]),
        "...": run(definition, Call=[busy]),
    }
    written = mock_config("Orders", executions, retried)
    assert written.content == {
        "StateMachines": {
            "Orders": {
                "TestCases": {
                    "all-is-well": {"Call": "CallReturns"},
                    "busy-twice": {"Call": "CallThrowsBusyThenReturns"},
                    "all-is-well-2": {"Call": "CallReturns"},
                    "all-is-well-3": {"Call": "CallReturns2"},
                    "case": {"Call": "CallThrowsBusy"},
                }
            }
        },
        "MockedResponses": {
            "CallReturns": {"0": {"Return": {"n": 1}}},
            "CallThrowsBusyThenReturns": {
                "0-1": {"Throw": {"Error": "Lambda.Busy", "Cause": "c"}},
                "2": {"Return": {"n": 1}},
            },
            "CallReturns2": {"0": {"Return": 2}},
            "CallThrowsBusy": {"0": {"Throw": {"Error": "Lambda.Busy", "Cause": "c"}}},
        },
    }
    assert written.notes == (
        "case 'case' does not run with the file: state 'Call' comes to invocation 1 (the first is 0; retries and map "
        "iterations count), and response 'CallThrowsBusy' describes 0; Step Functions Local fails such an execution",
    )


def test_one_and_true_are_two_answers_of_a_response() -> None:
    definition = mapped(CALL, MaxConcurrency=1)
    script = (
        When(Returns(value=1), state="Call", iteration=(0,)),
        When(Returns(value=True), state="Call", iteration=(1,)),
    )
    execution = simulate(definition, input=[1, 2], resources=Account(script=script))
    assert mock_config("M", {"c": execution}, definition).content["MockedResponses"] == {
        "CallReturns": {"0": {"Return": 1}, "1": {"Return": True}}
    }


def test_a_task_that_never_answers_throws_a_time_out_and_is_noted() -> None:
    definition = machine({"Call": {**CALL, "TimeoutSeconds": 60, "Retry": [{"ErrorEquals": ["States.Timeout"]}]}})
    late = Returns(value=1, after=61.0)
    executions = {"it hangs": run(definition, Call=[Hangs(), late, Returns(value=2)])}
    written = mock_config("M", executions, definition)
    assert written.content["MockedResponses"] == {
        "CallThrowsTimeoutThenReturns": {"0-1": {"Throw": {"Error": "States.Timeout"}}, "2": {"Return": 2}}
    }
    assert written.notes == (
        "the file cannot say how long a task takes: every answer comes at once",
        "case 'it-hangs': Call is not answered in time, which the file cannot say: States.Timeout is thrown",
    )
    assert differing(definition, executions)[0] == []


def test_a_failure_without_a_name_is_noted() -> None:
    definition = machine({"Call": CALL})
    written = mock_config("M", {"c": run(definition, Call=[Fails()])}, definition)
    assert written.content["MockedResponses"] == {
        "CallThrowsTaskFailed": {"0": {"Throw": {"Error": "States.TaskFailed"}}}
    }
    assert written.notes == (
        "case 'c': Call is failing without an error name, which the file cannot say: States.TaskFailed is thrown",
        "case 'c' ends otherwise with the file, which knows no durations, stops and redrives: error",
    )


@pytest.mark.parametrize(("concurrency", "noted"), [(1, False), (2, True), (0, True)])
def test_map_iterations_that_run_at_once_and_differ_are_noted(concurrency: int, noted: bool) -> None:
    definition = mapped(CALL, MaxConcurrency=concurrency)
    script = tuple(When(Returns(value=index), state="Call", iteration=(index,)) for index in range(3))
    execution = simulate(definition, input=[0, 0, 0], resources=Account(script=script))
    written = mock_config("M", {"c": execution}, definition)
    assert written.content["MockedResponses"]["CallReturns"] == {str(n): {"Return": n} for n in range(3)}
    assert written.notes == (
        (
            "case 'c': Call is answered differently in map iterations that run at once, and which of them asks first "
            "is not certain (with MaxConcurrency 1 it is)",
        )
        if noted
        else ()
    )


def test_map_iterations_whose_results_nothing_reads_are_answered_alike_and_need_no_note() -> None:
    definition = mapped({**CALL, "ResultPath": None})
    script = tuple(When(Returns(value=index), state="Call", iteration=(index,)) for index in range(3))
    execution = simulate(definition, input=[0, 0, 0], resources=Account(script=script))
    written = mock_config("M", {"c": execution}, definition)
    assert written.content["MockedResponses"] == {"CallReturns": {"0-2": {"Return": {}}}}
    assert written.notes == ()


def test_map_iterations_that_are_answered_alike_need_no_note() -> None:
    definition = mapped(CALL)
    execution = simulate(definition, input=[0] * 20, resources=Account(script=(When(Returns(value=7), state="Call"),)))
    written = mock_config("M", {"c": execution}, definition)
    assert (written.content["MockedResponses"], written.notes) == ({"CallReturns": {"0-19": {"Return": 7}}}, ())


def test_a_case_that_goes_another_way_without_durations_is_noted() -> None:
    branches = [
        {"StartAt": "Slow", "States": {"Slow": CALL}},
        {"StartAt": "Quick", "States": {"Quick": CALL}},
    ]
    definition = machine({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    script = (
        When(Fails(error="Late", after=60.0), state="Slow"),
        When(Fails(error="Early", after=1.0), state="Quick"),
    )
    execution = simulate(definition, input={}, resources=Account(script=script))
    assert execution.error == "Early"
    assert mock_config("M", {"c": execution}, definition).notes == (
        "the file cannot say how long a task takes: every answer comes at once",
        "case 'c' ends otherwise with the file, which knows no durations, stops and redrives: error",
    )


def test_a_stopped_and_a_redriven_execution_are_noted() -> None:
    definition = machine({"Call": CALL})
    failed = simulate(definition, input={}, resources=Account(script=(When(Fails(error="E"), state="Call"),)))
    again = Account(script=(When(Returns(value=1), state="Call"),))
    slow = Account(script=(When(Returns(value=1, after=60.0), state="Call"),))
    executions = {
        "redriven": redrive(definition, failed, resources=again, after=60.0),
        "stopped": simulate(definition, input={}, resources=slow, stop_at=30.0),
    }
    assert [execution.status for execution in executions.values()] == ["SUCCEEDED", "ABORTED"]
    found, notes = differing(definition, executions)
    assert found == ["redriven", "stopped"]
    assert notes.splitlines()[1:] == [
        "case 'redriven' ends otherwise with the file, which knows no durations, stops and redrives: "
        "status, error, path, output",
        "case 'stopped' ends otherwise with the file, which knows no durations, stops and redrives: status, output",
    ]


def test_results_that_nothing_reads_are_left_out() -> None:
    job = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "load"}}
    branch = {"StartAt": "Read", "States": {"Read": {**job, "Next": "Last"}, "Last": {**job, "End": True}}}
    definition = machine(
        {
            "Dropped": {**job, "ResultPath": None, "Next": "Both"},
            "Both": {"Type": "Parallel", "Branches": [branch], "ResultPath": None, "Next": "Selected"},
            "Selected": {**job, "ResultSelector": {"id.$": "$.Id"}, "ResultPath": None, "Next": "Assigned"},
            "Assigned": {**job, "Assign": {"id.$": "$.Id"}, "ResultPath": None, "End": True},
        }
    )
    executions = {"c": simulate(definition, input={"a": 1}, resources=Account())}
    responses = mock_config("M", executions, definition).content["MockedResponses"]
    assert {name: "Id" in answers["0"]["Return"] for name, answers in responses.items()} == {
        "DroppedReturns": False,
        "ReadReturns": True,
        "LastReturns": False,
        "SelectedReturns": True,
        "AssignedReturns": True,
    }
    assert differing(definition, executions)[0] == []


def test_a_dropped_result_that_is_too_large_still_fails_its_task() -> None:
    definition = machine({"Call": {**CALL, "ResultPath": None}})
    executions = {"c": run(definition, Call=[Returns(value="x" * 300_000)])}
    assert executions["c"].error == "States.DataLimitExceeded"
    assert differing(definition, executions) == ([], "")


def test_the_scenarios_of_the_reference_workflow_end_the_same_as_cases() -> None:
    folder = ROOT / "definitions"
    definition = parse(load((folder / "db-refresh.asl.yaml").read_text(), source="db-refresh.asl.yaml"))
    scenarios = load((folder / "db-refresh.scenarios.yaml").read_text(), source="db-refresh.scenarios.yaml")
    verdicts = run_scenarios(scenarios, definition, read=lambda name: (folder / name).read_text())
    executions = {verdict.name: verdict.execution for verdict in verdicts if verdict.execution is not None}
    assert len(executions) == len(verdicts) > 40
    found, notes = differing(definition, executions)
    stopped_or_redriven = [
        re.sub(r"\W+", "-", one["name"])
        for one in scenarios.data["scenarios"]
        if "redrive" in one or any("stop" in entry for entry in one.get("when", ()))
    ]
    assert set(found) <= set(stopped_or_redriven)
    assert [line.split("'")[1] for line in notes.splitlines() if "ends otherwise" in line] == found
    assert "does not run" not in notes


CALLBACKS = """
StartAt: Each
States:
  Each:
    Type: Map
    ItemsPath: $.orders
    MaxConcurrency: 1
    ItemProcessor:
      StartAt: Check
      States:
        Check:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke
          Parameters: {FunctionName: check, Payload.$: $}
          ResultSelector: {ok.$: $.Payload.ok}
          Retry: [{ErrorEquals: [Lambda.TooManyRequestsException], IntervalSeconds: 1, MaxAttempts: 3}]
          End: true
    ResultPath: $.checks
    Next: Ask
  Ask:
    Type: Task
    Resource: arn:aws:states:::sns:publish.waitForTaskToken
    Parameters: {TopicArn: "arn:aws:sns:us-east-1:111122223333:approvals", Message: {token.$: $$.Task.Token}}
    TimeoutSeconds: 86400
    Catch: [{ErrorEquals: [States.Timeout], ResultPath: $.error, Next: GaveUp}]
    End: true
  GaveUp: {Type: Fail, Error: GaveUp}
"""
CALLBACK_SCENARIOS = """
defaults:
  given: {input: {orders: [1, 2, 3]}}
  when: [{state: Check, returns: {Payload: {ok: true}}, after: 2s}]
scenarios:
  - name: somebody approves
    when:
      - {state: Check, iteration: 1, invocation: 1-2, lambda: throttled}
      - {state: Ask, returns: {approved: true}, after: 1h}
    then: {status: SUCCEEDED}
  - name: nobody approves
    when: [{state: Ask, hangs: true}]
    then: {status: FAILED, error: GaveUp}
  - name: the function is down
    when: [{state: Check, iteration: 2, lambda: service-exception}]
    then: {status: FAILED}
"""


def test_scenarios_with_maps_and_callbacks_end_the_same_as_cases() -> None:
    definition = parse(load(CALLBACKS, source="orders.asl.yaml"))
    verdicts = run_scenarios(load(CALLBACK_SCENARIOS, source="orders.scenarios.yaml"), definition)
    assert [verdict.passed for verdict in verdicts] == [True, True, True]
    executions = {verdict.name: verdict.execution for verdict in verdicts if verdict.execution is not None}
    assert differing(definition, executions) == (
        [],
        "the file cannot say how long a task takes: every answer comes at once\n"
        "case 'nobody-approves': Ask is not answered in time, which the file cannot say: States.Timeout is thrown",
    )


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_run_ends_the_same_as_a_case_or_a_note_says_otherwise(data: st.DataObject) -> None:
    definition = parsed(data.draw(state_machines()))
    account = data.draw(outcomes(definition))
    execution = simulate(definition, input={"items": [1, 2]}, resources=account)
    found, notes = differing(definition, {"c": execution})
    assert found == [] or "case 'c' ends otherwise" in notes or "case 'c' does not run" in notes


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_case_that_runs_becomes_a_scenario_that_passes(data: st.DataObject) -> None:
    definition = parsed(data.draw(state_machines()))
    execution = simulate(definition, input={"items": [1, 2]}, resources=data.draw(outcomes(definition)))
    content = mock_config("M", {"c": execution}, definition).content
    [case] = read_mock_config(load(json.dumps(content), source="mock.json")).machines["M"]
    verdict = CaseRunner(definition, given={"input": {"items": [1, 2]}}).verdict(case)
    if verdict.execution is None:
        return
    captured = scenario(case, verdict.execution, definition, {})
    [again] = run_scenarios(load(scenarios_file([captured.scenario]), source="made"), definition)
    assert (again.passed, again.remarks, again.differences) == (True, (), ())
