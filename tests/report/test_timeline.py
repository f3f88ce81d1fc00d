"""The timeline of an execution that was cut short, and what its calls are about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.report.colour import Paint
from aslkit.report.timeline import lines, timeline
from aslkit.simulation import simulate
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.glue import FakeGlue
from aslkit.simulation.resources.scripted import Faulty, Returns, When

JOB = "{Type: Task, Resource: 'arn:aws:states:::glue:startJobRun.sync', Parameters: {JobName: %s}, End: true}"
BOTH = f"""
StartAt: Both
TimeoutSeconds: 3600
States:
  Both:
    Type: Parallel
    Branches:
      - {{StartAt: Left, States: {{Left: {JOB % "left"}}}}}
      - {{StartAt: Right, States: {{Right: {JOB % "right"}}}}}
    End: true
"""


def shown(duration: float, *script: When, **given: Any) -> list[str]:
    account = Account(glue=FakeGlue(duration=duration), script=script)
    execution = simulate(parse(load(BOTH, source="m.asl.yaml")), input={}, resources=account, **given)
    return list(lines(timeline(execution), Paint(False)))


def test_a_task_beside_one_that_fails_is_aborted_and_did_not_succeed() -> None:
    failed = When(state="Left", reply=Faulty(fault=FAULTS["glue"]["failed"], after=60.0))
    assert shown(600.0, failed)[3:] == [
        "0:01:00    Left   fails: States.TaskFailed: Command failed with exit code 1",
        "0:01:00    Right  aborted: a sibling failed",
        "0:01:00  Both     fails: States.TaskFailed: Command failed with exit code 1",
    ]


def test_tasks_that_run_when_the_time_is_up_or_somebody_stops_the_execution_are_aborted() -> None:
    for given, why in (({}, "the time of the execution is up"), ({"stop_at": 60.0}, "the execution is stopped")):
        end = "0:01:00" if given else "1:00:00"
        assert shown(7200.0, **given)[3:] == [
            f"{end}    Left   aborted: {why}",
            f"{end}    Right  aborted: {why}",
            f"{end}  Both     aborted: {why}",
        ]


@pytest.mark.parametrize(
    ("call", "parameters", "about"),
    [
        ("sqs:sendMessage", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"}, "orders"),
        ("sqs:sendMessage", {"QueueUrl": "http://localhost:4566/000000000000/orders.fifo/"}, "orders.fifo"),
        ("lambda:invoke", {"FunctionName": "ask"}, "ask"),
        ("lambda:invoke", {"FunctionName": "ask:live"}, "ask:live"),
        ("lambda:invoke", {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ask"}, "ask"),
        ("lambda:invoke", {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:ask:live"}, "ask:live"),
        ("dynamodb:getItem", {"TableName": "arn:aws:dynamodb:eu-west-1:123456789012:table/t", "Key": {}}, "t"),
    ],
)
def test_a_call_names_what_it_is_about_without_where_that_is(call: str, parameters: Any, about: str) -> None:
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{call}", "Parameters": parameters, "End": True}
    machine = parse(load(json.dumps({"StartAt": "A", "States": {"A": state}})))
    execution = simulate(machine, input={}, resources=Account(script=(When(state="A", reply=Returns({})),)))
    assert list(lines(timeline(execution), Paint(False))) == [
        f"0:00:00  A  calls {call} {about}",
        "0:00:00  A  succeeded",
    ]
