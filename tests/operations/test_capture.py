"""A real history becomes a scenario that passes and tells of nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.operations.capture import Scrub, capture, scenario_file
from aslkit.simulation import simulate
from aslkit.simulation.recording import HistoryError, Recording, read_history
from aslkit.simulation.redrive import redrive
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.glue import FakeGlue, GlueJob
from aslkit.simulation.resources.scripted import Fails, Returns, When
from aslkit.simulation.scenario import run_scenarios

DEFINITIONS = Path(__file__).parents[2] / "definitions"
TEXT = """\
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName: load, Arguments: {--OWNER.$: $.owner}}
    TimeoutSeconds: 7200
    ResultPath: null
    Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 60, MaxAttempts: 2, BackoffRate: 1}]
    Next: Ask
  Ask:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: ask, Payload: {}}
    TimeoutSeconds: 60
    ResultSelector: {rows.$: $.Payload.rows}
    ResultPath: $.asked
    Next: Tell
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters:
      TopicArn: arn:aws:sns:us-east-1:123456789012:alarms
      Subject: Loaded
      Message.$: "States.Format('{} rows for {}. Execution {}', $.asked.rows, $.owner, $$.Execution.Id)"
    TimeoutSeconds: 60
    End: true
"""
MACHINE = parse(load(TEXT, source="m.asl.yaml"))
INPUT = {"owner": "jane.doe@corp.example", "password": "hunter2", "role": "arn:aws:iam::123456789012:role/etl"}


def recording(machine: StateMachine = MACHINE, **script: Any) -> Recording:
    """A recorded execution in which the load fails twice, then works for an hour."""
    account = Account(
        script=(
            When(
                state="Load", first=1, last=2, reply=Fails(error="Glue.Busy", cause="jane.doe@corp.example", after=2.5)
            ),
            When(state="Ask", reply=Returns(value={"Payload": {"rows": 7, "run": "jr_" + "a" * 64}}, after=1.0)),
        ),
        glue=FakeGlue(jobs=(GlueJob(name="load", duration=3600.0),)),
    )
    execution = simulate(machine, input=INPUT, resources=account, name="nightly", account="123456789012", **script)
    return read_history(json.loads(json.dumps({"events": execution.history})))


def test_a_captured_scenario_is_short_timed_and_asserted() -> None:
    captured = capture(recording(), name="the night", machine=MACHINE)
    assert captured.remarks == ()
    assert captured.replaced == {"e-mail addresses": 1, "secrets": 1, "account numbers": 1, "job run ids": 1}
    assert captured.scenario == {
        "name": "the night",
        "given": {
            "input": {
                "owner": "person1@example.com",
                "password": "secret-1",
                "role": "arn:aws:iam::111111111111:role/etl",
            },
            "start": "2025-01-01T02:00:00.000Z",
        },
        "when": [
            {
                "state": "Load",
                "invocation": "1-2",
                "fails": {"error": "Glue.Busy", "cause": "person1@example.com"},
                "after": "2.5s",
            },
            {"state": "Load", "invocation": 3, "after": "1h"},
            {
                "state": "Ask",
                "invocation": 1,
                "returns": {"Payload": {"rows": 7, "run": f"jr_{1:064x}"}},
                "after": "1s",
            },
        ],
        "then": {
            "status": "SUCCEEDED",
            "path": ["Load", "Ask", "Tell"],
            "invocations": {"Load": 3},
            "duration": {"at-least": "1h51s", "at-most": "1h3m21s"},
            "published": [
                {
                    "topic": "alarms",
                    "subject": "Loaded",
                    "message": "7 rows for person1@example",
                    "state": "Tell",
                }
            ],
        },
    }


def test_the_written_file_is_read_back_and_passes() -> None:
    text = scenario_file(capture(recording(), name="the night", machine=MACHINE).scenario, "m.asl.yaml")
    document = load(text, source="m.scenarios.yaml")
    assert document.data["definition"] == "m.asl.yaml"
    [verdict] = run_scenarios(document, MACHINE)
    assert (verdict.passed, verdict.remarks, verdict.differences) == (True, (), ())


def test_nothing_private_is_left() -> None:
    text = scenario_file(capture(recording(), name="for jane.doe@corp.example", machine=MACHINE).scenario)
    assert [word for word in ("jane", "hunter2", "123456789012", "a" * 64) if word in text] == []


def test_without_a_definition_every_result_stands_there() -> None:
    captured = capture(recording(), name="n")
    load_entries = [entry for entry in captured.scenario["when"] if entry["state"] == "Load"]
    assert load_entries[1]["returns"]["JobRunState"] == "SUCCEEDED"
    assert captured.scenario["then"]["published"][0]["subject"] == "Loaded"


def test_what_another_definition_does_is_said_and_not_expected() -> None:
    other = parse(load(TEXT.replace("Subject: Loaded", "Subject: Done"), source="m.asl.yaml"))
    captured = capture(recording(), name="n", machine=other)
    assert captured.remarks == (
        "not expected any more: the subject of the message from 'Tell': expected Loaded, but it is Done",
    )
    assert "subject" not in captured.scenario["then"]["published"][0]
    gone = parse(load(TEXT.replace("Ask", "Inquire"), source="m.asl.yaml"))
    assert capture(recording(), name="n", machine=gone).remarks[0].startswith("the scenario does not run as it is: ")


def test_what_a_scenario_cannot_say_is_refused() -> None:
    whole = recording()
    with pytest.raises(HistoryError, match="has no end"):
        capture(
            read_history([{"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "1"}}]),
            name="n",
        )
    with pytest.raises(HistoryError, match="somebody stopped the execution"):
        capture(recording(stop_at=10.0), name="n")
    failing = parse(load("StartAt: F\nStates: {F: {Type: Fail}}"))
    again = redrive(failing, simulate(failing, input={}))
    with pytest.raises(HistoryError, match="the execution was redriven"):
        capture(read_history({"events": again.history}), name="n")
    assert whole.status == "SUCCEEDED"


def test_the_same_is_replaced_by_the_same() -> None:
    scrub = Scrub()
    assert scrub(
        {
            "a": "bucket-123456789012-logs and 210987654321",
            "b": ["123456789012", "0.123456789012", 123456789012],
            "id": "0a0b0c0d-1111-2222-3333-123456789012",
            "key": "AKIAABCDEFGHIJKLMNOP",
            "x@y.org": "eyJhbGciOiJI.eyJzdWIiOiIx.sig",
            "apiKey": "k",
            "t": "A" * 200,
        }
    ) == {
        "a": "bucket-111111111111-logs and 222222222222",
        "b": ["111111111111", "0.123456789012", 123456789012],
        "id": "00000000-0000-4000-8000-000000000001",
        "key": "AKIAEXAMPLE000000001",
        "person1@example.com": "web-token-1",
        "apiKey": "secret-1",
        "t": "token-1",
    }


def test_every_scenario_of_the_reference_workflow_can_be_captured_from_its_history() -> None:
    reference = parse(load((DEFINITIONS / "db-refresh.asl.yaml").read_text(), source="db-refresh.asl.yaml"))
    scenarios = load((DEFINITIONS / "db-refresh.scenarios.yaml").read_text(), source="db-refresh.scenarios.yaml")
    for verdict in run_scenarios(scenarios, reference, read=lambda name: (DEFINITIONS / name).read_text()):
        assert verdict.execution is not None
        captured = capture(read_history({"events": verdict.execution.history}), name=verdict.name, machine=reference)
        again = run_scenarios(load(scenario_file(captured.scenario), source="captured"), reference)
        assert (verdict.name, captured.remarks, [one.passed for one in again]) == (verdict.name, (), [True])
        assert captured.scenario["then"]["status"] == verdict.execution.status
