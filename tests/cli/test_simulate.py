"""aslkit simulate and aslkit test on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from aslkit.cli import main

DEFINITION = """\
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName: load}
    TimeoutSeconds: 7200
    ResultPath: null
    Retry: [{ErrorEquals: [States.TaskFailed], IntervalSeconds: 60, MaxAttempts: 1}]
    Next: Tell
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn: "arn:aws:sns:us-east-1:123456789012:t", Subject: done, Message: m}
    TimeoutSeconds: 60
    ResultPath: null
    Retry: [{ErrorEquals: [States.ALL]}]
    End: true
"""
OUTCOMES = "given: {glue: {duration: 10m}}\nwhen: [{job: load, invocation: 1, glue: failed, after: 5m}]\n"
SCENARIOS = """\
scenarios:
  - name: the job fails once
    when: [{state: Load, invocation: 1, glue: failed}]
    then: {status: SUCCEEDED, waits: {Load: [60]}, published: [{subject: done}]}
  - name: the job fails for good
    when: [{state: Load, glue: failed}]
    then: {status: FAILED, error: States.TaskFailed}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("m.asl.yaml").write_text(DEFINITION)
    Path("outcomes.yaml").write_text(OUTCOMES)
    Path("m.scenarios.yaml").write_text(SCENARIOS)
    return tmp_path


def test_the_timeline_tells_what_happened_and_when(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "m.asl.yaml", "--outcomes", "outcomes.yaml"]) == 0
    assert capsys.readouterr().out == (
        "0:00:00  Load  calls glue:startJobRun.sync load\n"
        "0:05:00  Load  fails: States.TaskFailed: Command failed with exit code 1\n"
        "0:06:00  Load  tries again after 0:01:00 (attempt 2)\n"
        "0:16:00  Load  succeeded\n"
        "0:16:00  Tell  calls sns:publish t\n"
        "0:16:00  Tell  succeeded\n"
        '0:16:00  Tell  published "done" to t\n'
        "\n"
        "SUCCEEDED after 0:16:00 of virtual time, 3 transitions\n"
    )


def test_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.json").write_text('{"a": 1}')
    assert main(["simulate", "m.asl.yaml", "--input", "in.json", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    history = found.pop("history")
    assert found == {
        "status": "SUCCEEDED",
        "output": {"a": 1},
        "error": None,
        "cause": None,
        "duration": 60.0,
        "transitions": 2,
        "published": [
            {
                "at": 60.0,
                "state": "Tell",
                "topic": "arn:aws:sns:us-east-1:123456789012:t",
                "subject": "done",
                "message": "m",
            }
        ],
    }
    assert [event["type"] for event in history] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_an_execution_that_fails_gives_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outcomes.yaml").write_text("when: [{job: load, glue: entity-not-found}]\n")
    assert main(["simulate", "m.asl.yaml", "--outcomes", "outcomes.yaml"]) == 1
    assert (
        "\nFAILED after 0:01:00 of virtual time, 2 transitions: Glue.EntityNotFoundException" in capsys.readouterr().out
    )


def test_a_mistake_in_the_outcomes_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outcomes.yaml").write_text("when:\n  - {state: Laod, glue: failed}\n")
    assert main(["simulate", "m.asl.yaml", "--outcomes", "outcomes.yaml"]) == 2
    assert capsys.readouterr().err == ("outcomes.yaml:2:6: the definition has no state 'Laod'; did you mean 'Load'?\n")


def test_a_definition_that_aws_refuses_is_not_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.asl.yaml").write_text(DEFINITION.replace("Next: Tell", "Next: Told"))
    assert main(["simulate", "m.asl.yaml"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "m.asl.yaml is not simulated: AWS refuses it"


HISTORY = '{"events": [{"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "{}"}}]}'


@pytest.mark.parametrize(
    "command",
    [
        ["simulate", "in/m.scenarios.yaml"],
        ["explore", "in/m.scenarios.yaml"],
        ["input", "in/m.scenarios.yaml"],
        ["state", "in/m.scenarios.yaml", "Load"],
        ["import", "in/m.scenarios.yaml"],
        ["replay", "history.json", "--definition", "in/m.scenarios.yaml"],
        ["capture", "history.json", "--definition", "in/m.scenarios.yaml"],
    ],
    ids=lambda command: command[0],
)
def test_a_scenario_file_in_place_of_a_definition_names_the_one_that_it_is_about(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("in").mkdir()
    Path("in/m.scenarios.yaml").write_text("explore: {faults: 1}")
    Path("history.json").write_text(HISTORY)
    assert main(command) == 2
    assert capsys.readouterr() == (
        "",
        "aslkit: in/m.scenarios.yaml:1:1: this is a scenario file; the definition that it is about is in/m.asl.yaml\n",
    )


def test_a_scenario_file_among_definitions_is_a_finding_and_the_others_are_linted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["lint", "m.scenarios.yaml", "m.asl.yaml", "--format", "json", "--select", "syntax"]) == 1
    assert [(one["file"], one["message"]) for one in json.loads(capsys.readouterr().out)] == [
        ("m.scenarios.yaml", "this is a scenario file; the definition that it is about is m.asl.yaml")
    ]


@pytest.mark.parametrize("command", [["simulate", "m.asl.yaml", "--outcomes"], ["test", "m.asl.yaml", "--mock-config"]])
def test_an_empty_file_is_told_as_one_whatever_it_is_for(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.yaml").write_text("# later\n")
    assert main([*command, "empty.yaml"]) == 2
    assert capsys.readouterr() == (
        "",
        "aslkit: empty.yaml:1:1: there is nothing in this text but blanks and comments\n",
    )


def test_a_line_for_each_scenario_and_a_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "."]) == 0
    assert capsys.readouterr().out == (
        "m.scenarios.yaml\n"
        "  ok      the job fails once  SUCCEEDED after 0:03:00\n"
        "  ok      the job fails for good  FAILED after 0:03:00\n"
        "\n"
        "2 passed, 0 failed in 1 scenario file\n"
    )


SHOWN = """\
m.scenarios.yaml
  FAILED  the job fails for good  FAILED after 0:03:00
            m.scenarios.yaml:7:12: the status: expected SUCCEEDED, but it is FAILED
            0:00:00  Load  calls glue:startJobRun.sync load
            0:01:00  Load  fails: States.TaskFailed: Command failed with exit code 1
            0:02:00  Load  tries again after 0:01:00 (attempt 2)
            0:03:00  Load  fails: States.TaskFailed: Command failed with exit code 1
            FAILED after 0:03:00 of virtual time, 2 transitions: States.TaskFailed: Command failed with exit code 1

0 passed, 1 failed in 1 scenario file
"""


def test_an_unmet_expectation_is_shown_with_the_way_there(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.scenarios.yaml").write_text(SCENARIOS.replace("status: FAILED", "status: SUCCEEDED"))
    assert main(["test", ".", "-k", "for good"]) == 1
    assert capsys.readouterr().out == SHOWN


def test_a_timeline_that_is_cut_where_the_execution_went_another_way_says_how_that_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("m.scenarios.yaml").write_text(SCENARIOS.replace("then: {status: FAILED", "then: {invocations: {Load: 1}"))
    assert main(["test", ".", "-k", "for good"]) == 1
    assert [line.strip() for line in capsys.readouterr().out.splitlines()[2:-2]] == [
        "m.scenarios.yaml:7:26: the invocations of 'Load': expected 1, but it is 2",
        "0:00:00  Load  calls glue:startJobRun.sync load",
        "0:01:00  Load  fails: States.TaskFailed: Command failed with exit code 1",
        "0:02:00  Load  tries again after 0:01:00 (attempt 2)",
        "… goes on: FAILED after 0:03:00 of virtual time, 2 transitions: States.TaskFailed: Command failed with exit "
        "code 1",
    ]


def test_junit_tells_a_failure_with_its_timeline_and_counts_no_virtual_time(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.scenarios.yaml").write_text(SCENARIOS.replace("status: FAILED", "status: SUCCEEDED"))
    assert main(["test", ".", "--format", "junit"]) == 1
    passed, failed = ElementTree.fromstring(capsys.readouterr().out)[0]
    assert [one.attrib for one in passed.iter()] == [
        {"classname": "m.scenarios.yaml", "name": "the job fails once", "time": "0"},
        {},
        {"name": "virtual_seconds", "value": "180"},
    ]
    assert failed.attrib["time"] == "0"
    assert failed[1].text == "\n".join(line.strip() for line in SHOWN.splitlines()[2:-2])


def test_without_outcomes_an_unanswered_call_names_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.asl.yaml").write_text(
        "StartAt: Call\nStates:\n  Call: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', "
        "Parameters: {FunctionName: f}, TimeoutSeconds: 9, End: true}\n"
    )
    assert main(["simulate", "m.asl.yaml"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: state 'Call' calls lambda:invoke, and nothing says what invocation 1 answers; "
        "write it under `when`: {state: Call, returns: ...} (in a file for --outcomes)\n"
    )


def test_junit_has_a_failure_for_each_scenario_of_a_file_with_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.scenarios.yaml").write_text(SCENARIOS.replace("scenarios:", "extra: 1\nscenarios:"))
    assert main(["test", ".", "--format", "junit"]) == 1
    suite = ElementTree.fromstring(capsys.readouterr().out)[0]
    assert [(case.attrib["name"], case[0].attrib["message"][:30]) for case in suite] == [
        ("m.scenarios.yaml", "m.scenarios.yaml:1:1: a scenari"[:30]),
        ("the job fails once", "not run: something is wrong wi"),
        ("the job fails for good", "not run: something is wrong wi"),
    ]


def test_coverage_names_what_no_scenario_uses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", ".", "--coverage"]) == 0
    out = capsys.readouterr().out
    assert "  of m.asl.yaml 80 % used: 2 of 2 states, 1 of 1 transition, 1 of 4 retries\n" in out
    assert "m.asl.yaml:17:13: never used: retry 1 of 3 by retrier 1 of 'Tell' (States.ALL) and those after it\n" in out


def test_json_and_junit_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", ".", "--format", "json"]) == 0
    [report] = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["line"], one["passed"], one["duration"]) for one in report["scenarios"]] == [
        ("the job fails once", 2, True, 180.0),
        ("the job fails for good", 5, True, 180.0),
    ]
    assert main(["test", ".", "--format", "junit"]) == 0
    suite = ElementTree.fromstring(capsys.readouterr().out)[0]
    assert suite.attrib["tests"] == "2"
    assert [case.attrib["name"] for case in suite] == ["the job fails once", "the job fails for good"]


def test_fail_fast_stops_at_the_first_failure(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.scenarios.yaml").write_text(SCENARIOS.replace("waits: {Load: [60]}", "waits: {Load: [61]}"))
    assert main(["test", ".", "--fail-fast"]) == 1
    assert capsys.readouterr().out.endswith("0 passed, 1 failed in 1 scenario file\n")


def test_a_scenario_file_without_its_definition_cannot_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.asl.yaml").unlink()
    assert main(["test", "m.scenarios.yaml"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: m.scenarios.yaml is about a definition that cannot be read: m.asl.yaml: no such file\n"
    )


@pytest.mark.parametrize(("percent", "code"), [("90", 0), ("100", 1)])
def test_scenarios_that_use_too_little_of_the_definition_fail(
    percent: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.asl.yaml").write_text(
        "StartAt: A\nStates:\n"
        + "".join(f"  {name}: {{Type: Pass, Next: {after}}}\n" for name, after in ("AB", "BC", "CD", "DE", "EF", "FG"))
        + "  G: {Type: Choice, Choices: [{Variable: $.x, IsPresent: true, Next: H}], Default: H}\n"
        + "  H: {Type: Succeed}\n"
    )
    (tmp_path / "m.scenarios.yaml").write_text("scenarios: [{name: plain, then: {status: SUCCEEDED}}]\n")
    assert main(["test", str(tmp_path), "--fail-under", percent]) == code
    told = f"{tmp_path}/m.asl.yaml: 96.9 % of the definition is used, less than 100 %\n"
    assert capsys.readouterr().err.endswith(told if code else "")


def test_a_text_that_a_message_lacks_is_told_with_the_message_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.scenarios.yaml").write_text(SCENARIOS.replace("[{subject: done}]", "[{subject: no, message: [m, x]}]"))
    assert main(["test", ".", "-k", "once"]) == 1
    told = [line.strip() for line in capsys.readouterr().out.splitlines() if "of the message" in line or "text" in line]
    assert told == [
        "m.scenarios.yaml:4:65: the subject of the message from 'Tell': expected no, but it is done",
        "m.scenarios.yaml:4:91: the message from 'Tell': expected text with 'x', but it is m",
    ]


def test_one_transition_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.asl.yaml").write_text("StartAt: A\nStates: {A: {Type: Succeed}}\n")
    assert main(["simulate", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "SUCCEEDED after 0:00:00 of virtual time, 1 transition"
