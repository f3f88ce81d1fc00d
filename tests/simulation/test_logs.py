"""What a log group of each level gets of an execution."""

from __future__ import annotations

import pytest

import aslkit
from aslkit.simulation import simulate
from aslkit.simulation.logs import logs
from aslkit.simulation.recording import read_history
from aslkit.simulation.redrive import redrive
from aslkit.simulation.resources import Outcome
from tests.running import GLUE, Answers, fails, machine

MACHINE = machine(
    {
        "Load": {
            "Type": "Task",
            "Resource": GLUE,
            "Parameters": {"JobName": "load"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Broken"}],
            "End": True,
        },
        "Broken": {"Type": "Fail", "Error": "Broken"},
    }
)
EXECUTION = simulate(MACHINE, input={"a": 1}, resources=Answers(Load=[fails("E", "c", after=1.5)]))


def types(level: str) -> list[str]:
    return [record["type"] for record in logs(EXECUTION.history, level)]


def test_each_level_gets_its_events() -> None:
    assert types("ALL") == [event["type"] for event in EXECUTION.history]
    assert types("ERROR") == ["TaskFailed", "FailStateEntered", "ExecutionFailed"]
    assert types("FATAL") == ["ExecutionFailed"]
    assert types("OFF") == []
    with pytest.raises(ValueError, match="a log level is one of ALL, ERROR, FATAL, OFF, not 'DEBUG'"):
        logs(EXECUTION.history, "DEBUG")


def test_a_record_has_text_where_step_functions_writes_text() -> None:
    arn = "arn:aws:states:us-east-1:111122223333:execution:m:n"
    assert aslkit.logs(EXECUTION.history, "ERROR", execution_arn=arn)[0] == {
        "id": "5",
        "type": "TaskFailed",
        "details": {"resourceType": "glue", "resource": "startJobRun.sync", "error": "E", "cause": "c"},
        "redrive_count": "0",
        "previous_event_id": "4",
        "event_timestamp": "1735696801500",
        "execution_arn": arn,
    }


def test_without_execution_data_there_are_no_payloads() -> None:
    records = {record["type"]: record["details"] for record in logs(EXECUTION.history, "ALL", False)}
    assert records["ExecutionStarted"] == {"roleArn": "arn:aws:iam::111111111111:role/StepFunctionsRole"}
    assert records["TaskStateEntered"] == {"name": "Load"}
    assert records["TaskScheduled"] == {
        "resourceType": "glue",
        "resource": "startJobRun.sync",
        "region": "us-east-1",
    }


def test_records_count_redrives_and_are_a_history_again() -> None:
    again = redrive(MACHINE, EXECUTION)
    records = logs(again.history)
    assert [record["redrive_count"] for record in records[-4:]] == ["0", "1", "1", "1"]
    assert read_history(records).attempts == read_history({"events": again.history}).attempts


def test_a_payload_that_is_too_large_for_a_record_is_cut_off() -> None:
    big = simulate(machine({"A": {"Type": "Pass", "End": True}}), input="ä" * 130_000)
    details = logs(big.history)[0]["details"]
    assert details["inputDetails"] == {"truncated": True}
    assert len(details["input"].encode()) <= 248 * 1024
    assert (
        logs(simulate(machine({"A": {"Type": "Succeed"}}), input="ok", resources=Answers(A=[Outcome()])).history)[0][
            "details"
        ]["input"]
        == '"ok"'
    )
