"""A nested execution runs when a task starts a state machine whose definition is given."""

import json
from typing import Any

import pytest
from running import machine

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation import Execution, simulate
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.glue import FakeGlue
from aslkit.simulation.resources.step_functions import FakeStepFunctions
from aslkit.simulation.scenario import run_scenarios

CHILD = "arn:aws:states:us-east-1:111111111111:stateMachine:Child"
DOUBLING = machine({"Double": {"Type": "Pass", "Parameters": {"twice.$": "States.MathAdd($.n, $.n)"}, "End": True}})
FAILING = machine({"Stop": {"Type": "Fail", "Error": "Broken", "Cause": "It broke."}})
WORKING = machine(
    {
        "Load": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {"JobName": "load"},
            "ResultPath": None,
            "End": True,
        }
    }
)


def starting(pattern: str, child: Any, **fields: Any) -> Execution:
    around = machine(
        {
            "Start": {
                "Type": "Task",
                "Resource": f"arn:aws:states:::states:startExecution{pattern}",
                "Parameters": {"StateMachineArn": CHILD, "Name": "one", "Input.$": "$"},
                "End": True,
                **fields,
            }
        }
    )
    account = Account(
        glue=FakeGlue(duration=90.0), step_functions=FakeStepFunctions(machines={"Child": child}, start=0.0)
    )
    return simulate(around, input={"n": 4}, resources=account, start=0.0)


def test_a_started_execution_that_succeeds_gives_its_description_with_the_output_as_text() -> None:
    execution = starting(".sync", DOUBLING)
    assert execution.output == {
        "ExecutionArn": "arn:aws:states:us-east-1:111111111111:execution:Child:one",
        "Input": '{"n":4}',
        "InputDetails": {"Included": True},
        "Name": "one",
        "Output": '{"twice":8}',
        "OutputDetails": {"Included": True},
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "StartDate": 0,
        "StateMachineArn": CHILD,
        "Status": "SUCCEEDED",
        "StopDate": 0,
    }


def test_the_second_version_of_sync_gives_input_and_output_as_values() -> None:
    output = starting(".sync:2", DOUBLING).output
    assert (output["Input"], output["Output"]) == ({"n": 4}, {"twice": 8})


def test_a_request_for_a_start_alone_is_answered_at_once() -> None:
    execution = starting("", WORKING)
    assert (execution.duration, list(execution.output)) == (
        0.0,
        ["ExecutionArn", "SdkHttpMetadata", "SdkResponseMetadata", "StartDate"],
    )


def test_a_started_execution_that_fails_is_a_failed_task_with_its_description_as_cause() -> None:
    execution = starting(".sync", FAILING)
    assert execution.error == "States.TaskFailed"
    assert json.loads(execution.cause or "") == {
        "Cause": "It broke.",
        "Error": "Broken",
        "ExecutionArn": "arn:aws:states:us-east-1:111111111111:execution:Child:one",
        "Input": '{"n":4}',
        "InputDetails": {"Included": True},
        "Name": "one",
        "RedriveCount": 0,
        "RedriveStatus": "REDRIVABLE",
        "StartDate": 0,
        "StateMachineArn": CHILD,
        "Status": "FAILED",
        "StopDate": 0,
    }


def test_a_nested_execution_uses_the_same_glue_and_takes_its_time() -> None:
    execution = starting(".sync", WORKING)
    services: Any = execution.services
    assert [(run.name, run.started) for run in services.glue.runs] == [("load", 0.0)]
    assert (execution.duration, [child.status for child in services.step_functions.executions]) == (90.0, ["SUCCEEDED"])


def test_a_task_that_times_out_before_its_nested_execution_ends_fails_with_a_time_out() -> None:
    execution = starting(".sync", WORKING, TimeoutSeconds=10)
    assert (execution.error, execution.duration) == ("States.Timeout", 10.0)


def test_a_state_machine_that_starts_itself_for_ever_is_an_error_of_the_script() -> None:
    loop = machine(
        {
            "Again": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution.sync",
                "Parameters": {"StateMachineArn": CHILD},
                "End": True,
            }
        }
    )
    with pytest.raises(OutcomeError, match="starts executions more than 20 deep"):
        starting(".sync", loop)


SCENARIOS = """\
definition: parent.asl.yaml
scenarios:
- name: the child fails
  given: {machines: {Child: child.asl.yaml}}
  then: {status: FAILED, error: States.TaskFailed}
"""
PARENT = f"""\
StartAt: Start
States:
  Start:
    Type: Task
    Resource: arn:aws:states:::states:startExecution.sync:2
    Parameters: {{StateMachineArn: '{CHILD}'}}
    End: true
"""


def test_a_scenario_names_the_files_of_the_machines_that_tasks_start() -> None:
    files = {"child.asl.yaml": "StartAt: Stop\nStates: {Stop: {Type: Fail, Error: Broken}}"}
    [verdict] = run_scenarios(
        load(SCENARIOS, source="parent.scenarios.yaml"),
        parse(load(PARENT, source="parent.asl.yaml")),
        read=files.__getitem__,
    )
    assert (verdict.remarks, verdict.differences) == ((), ())


def test_a_machine_whose_file_is_missing_is_a_remark() -> None:
    [verdict] = run_scenarios(
        load(SCENARIOS, source="parent.scenarios.yaml"),
        parse(load(PARENT, source="parent.asl.yaml")),
        read={}.__getitem__,
    )
    assert [remark.message for remark in verdict.remarks] == [
        "the state machine 'Child' cannot be run: there is no file 'child.asl.yaml' that can be read (at /)"
    ]
