"""aslkit replay, capture and redrive, and simulate --log-level, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aslkit.cli import main
from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation import simulate
from aslkit.simulation.redrive import redrive
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Fails, When

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


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A definition, the history of an execution in which the job fails once, and one in which it fails for good."""
    monkeypatch.chdir(tmp_path)
    Path("m.asl.yaml").write_text(DEFINITION)
    machine = parse(load(DEFINITION, source="m.asl.yaml"))
    for name, last in (("once.json", 1), ("twice.json", 2)):
        script = (
            When(state="Load", first=1, last=last, reply=Fails(error="States.TaskFailed", cause="c", after=30.0)),
        )
        execution = simulate(machine, input={"a": 1}, resources=Account(script=script))
        Path(name).write_text(json.dumps({"events": execution.history}))
    return tmp_path


def test_replay_says_that_the_definition_does_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "once.json", "--definition", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out == (
        "same: m.asl.yaml does what 17 events record\n"
        "recorded: SUCCEEDED after 0:02:30\n"
        "today:    SUCCEEDED after 0:02:30 of virtual time, 3 transitions\n"
    )


def test_replay_says_where_the_definition_does_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    text = DEFINITION.replace("MaxAttempts: 1", "MaxAttempts: 0").replace("JobName: load", "JobName: load2")
    Path("new.asl.yaml").write_text(text)
    assert main(["replay", "once.json", "--definition", "new.asl.yaml"]) == 1
    assert capsys.readouterr().out == (
        "new.asl.yaml:3:3: event 3 (0:00:00): the parameters of state 'Load', JobName: recorded load, today load2\n"
        "new.asl.yaml:3:3: event 7 (0:01:30): state 'Load' was tried again in the recording (attempt 2); "
        "today it is not\n"
        "new.asl.yaml:1:1: event 17 (0:02:30): the execution's status: recorded SUCCEEDED, today FAILED\n"
        "other: 3 differences from 17 recorded events\n"
        "recorded: SUCCEEDED after 0:02:30\n"
        "today:    FAILED after 0:00:30 of virtual time, 1 transition: States.TaskFailed: c\n"
    )


def test_replay_as_json_has_the_places_and_the_execution(capsys: pytest.CaptureFixture[str]) -> None:
    Path("new.asl.yaml").write_text(DEFINITION.replace("TimeoutSeconds: 7200", "TimeoutSeconds: 3600"))
    assert main(["replay", "once.json", "--definition", "new.asl.yaml", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    execution = found.pop("execution")
    assert (execution["status"], execution["duration"]) == ("SUCCEEDED", 150.0)
    assert found == {
        "same": False,
        "recorded": {"status": "SUCCEEDED", "events": 17},
        "differences": [
            {
                "kind": "timer",
                "file": "new.asl.yaml",
                "line": 3,
                "column": 3,
                "pointer": "/States/Load",
                "state": "Load",
                "event": 3,
                "at": 0.0,
                "message": "the time-out of state 'Load': recorded 7200, today 3600",
                "recorded": 7200,
                "today": 3600,
            }
        ],
        "remarks": [],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "h.json: this is no JSON: "),
        ("", "h.json: the file is empty"),
        ("[]", "h.json: the history holds no events"),
        ('{"StartAt": "A"}', "h.json: this is no history; "),
        ("[" * 100_000, "h.json: nested too deep to be a history"),
    ],
)
@pytest.mark.parametrize("verb", ["replay", "capture", "redrive"])
def test_what_is_no_history_cannot_run(verb: str, text: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("h.json").write_text(text)
    assert main([verb, "h.json", "--definition", "m.asl.yaml"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"aslkit: {message}")


def spoil(name: str, number: int, **values: object) -> None:
    """Gives an event of a history other values."""
    history = json.loads(Path(name).read_text())
    history["events"][number - 1] |= values
    Path(name).write_text(json.dumps(history))


@pytest.mark.parametrize("verb", ["replay", "capture", "redrive"])
def test_an_event_that_cannot_have_happened_is_named(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    spoil("twice.json", 3, timestamp=10**400)
    assert main([verb, "twice.json", "--definition", "m.asl.yaml"]) == 2
    assert capsys.readouterr().err.startswith("aslkit: twice.json: the timestamp of event 3 is 1000000")


@pytest.mark.parametrize("verb", ["replay", "capture", "redrive"])
def test_an_event_of_an_unknown_type_is_noted(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    spoil("twice.json", 4, type="TaskWoken")
    assert main([verb, "twice.json", "--definition", "m.asl.yaml"]) == 0
    printed = capsys.readouterr()
    note = "note: event 4 is of a type that is not known here, 'TaskWoken'; what it tells may be missed"
    assert note in (printed.out + printed.err).splitlines()


@pytest.mark.parametrize("verb", ["replay", "capture", "redrive"])
def test_a_name_without_end_is_cut_in_messages(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    spoil("twice.json", 2, stateEnteredEventDetails={"name": "x" * 1_000_000, "input": "{}"})
    assert main([verb, "twice.json", "--definition", "m.asl.yaml"]) != 0
    printed = capsys.readouterr()
    said = printed.err if verb == "capture" else printed.out + printed.err
    assert max(map(len, said.splitlines())) < 1200


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("9" * 401, "a scenario file cannot hold a payload of it: an integer of 401 digits is too large"),
        ("[" * 200 + "]" * 200, "a scenario file cannot hold a payload of it: values are nested more than 100 deep; "),
    ],
)
@pytest.mark.parametrize("definition", [[], ["--definition", "m.asl.yaml"]])
def test_a_payload_that_no_scenario_can_hold_is_told(
    payload: str, reason: str, definition: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    spoil("once.json", 1, executionStartedEventDetails={"input": payload})
    assert main(["capture", "once.json", *definition]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith(f"aslkit: once.json cannot be captured: {reason}")) == ("", True)


def test_log_records_one_a_line_are_replayed_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "m.asl.yaml", "--log-level", "ALL"]) == 0
    Path("log.json").write_text(capsys.readouterr().out)
    assert main(["replay", "log.json", "--definition", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out.startswith("same: m.asl.yaml does what 13 events record\n")


def test_simulate_prints_the_records_of_a_log_level(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outcomes.yaml").write_text("when: [{state: Load, glue: failed, invocation: 1}]\n")
    words = ["simulate", "m.asl.yaml", "--outcomes", "outcomes.yaml", "--no-execution-data", "--log-level"]
    assert main([*words, "ERROR"]) == 0
    [record] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (record["type"], record["details"]["error"]) == ("TaskFailed", "States.TaskFailed")
    assert main([*words, "FATAL"]) == 0
    assert capsys.readouterr().out == ""


def test_capture_writes_a_scenario_file_that_passes(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["capture", "once.json", "--definition", "m.asl.yaml", "--name", "once", "-o", "once.scenarios.yaml"]
    assert main(words) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("wrote once.scenarios.yaml\n", "replaced: nothing\n")
    assert Path("once.scenarios.yaml").read_text() == (
        'definition: "m.asl.yaml"\n'
        "scenarios:\n"
        "- name: once\n"
        "  given:\n"
        "    input:\n"
        "      a: 1\n"
        '    start: "2025-01-01T02:00:00.000Z"\n'
        "  when:\n"
        "  - state: Load\n"
        "    invocation: 1\n"
        "    fails:\n"
        "      error: States.TaskFailed\n"
        "      cause: c\n"
        "    after: 30s\n"
        "  - state: Load\n"
        "    invocation: 2\n"
        "    after: 1m\n"
        "  then:\n"
        "    status: SUCCEEDED\n"
        "    path:\n"
        "    - Load\n"
        "    - Tell\n"
        "    invocations:\n"
        "      Load: 2\n"
        "    duration:\n"
        "      at-least: 2m27s\n"
        "      at-most: 2m34s\n"
        "    published:\n"
        "    - topic: t\n"
        "      subject: done\n"
        "      message: m\n"
        "      state: Tell\n"
    )
    assert main(["test", "once.scenarios.yaml"]) == 0
    assert main(words) == 2
    assert capsys.readouterr().err == "aslkit: once.scenarios.yaml exists; --force overwrites it\n"


def test_what_simulate_prints_as_json_is_a_history_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "m.asl.yaml", "--format", "json"]) == 0
    Path("run.json").write_text(capsys.readouterr().out)
    assert main(["replay", "run.json", "--definition", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out.startswith("same: m.asl.yaml does what 13 events record\n")


def test_capture_prints_what_it_would_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", "twice.json", "--name", "twice"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("scenarios:\n- name: twice\n")
    assert "    status: FAILED\n    error: States.TaskFailed\n" in printed


def test_capture_writes_stops_and_redrives(capsys: pytest.CaptureFixture[str]) -> None:
    machine = parse(load(DEFINITION, source="m.asl.yaml"))
    stopped = simulate(machine, input={}, resources=Account(), stop_at=30.0, stop_error="Ops")
    again = redrive(machine, stopped, after=3600.0)
    Path("again.json").write_text(json.dumps({"events": again.history}))
    words = ["capture", "again.json", "--definition", "m.asl.yaml", "-o", "again.scenarios.yaml"]
    assert main(words) == 0
    assert capsys.readouterr().err == "replaced: nothing\n"
    written = Path("again.scenarios.yaml").read_text()
    assert "  - stop: 30s\n    error: Ops\n" in written
    assert "  redrive:\n  - after: 1h\n    when:\n    - state: Load\n      invocation: 2\n" in written
    assert main(["test", "again.scenarios.yaml"]) == 0


def test_redrive_shows_what_runs_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redrive", "twice.json", "--definition", "m.asl.yaml", "--after", "1h"]) == 0
    assert capsys.readouterr().out == (
        "FAILED after 0:02:00; redriven 1h later, which runs Load, Tell\n"
        "\n"
        "1:02:00  Load  calls glue:startJobRun.sync load\n"
        "1:03:00  Load  succeeded\n"
        "1:03:00  Tell  calls sns:publish t\n"
        "1:03:00  Tell  succeeded\n"
        '1:03:00  Tell  published "done" to t\n'
        "\n"
        "SUCCEEDED after 1:03:00 of virtual time, 4 transitions\n"
    )


def test_redrive_says_when_there_is_nothing_to_redrive(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redrive", "once.json", "--definition", "m.asl.yaml"]) == 1
    assert capsys.readouterr().out == "Execution is SUCCEEDED and cannot be redriven\n"


def test_redrive_wants_the_definition_that_was_executed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("new.asl.yaml").write_text(DEFINITION.replace("MaxAttempts: 1", "MaxAttempts: 0"))
    assert main(["redrive", "twice.json", "--definition", "new.asl.yaml"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: twice.json is no execution of new.asl.yaml, and a redrive runs the definition that the execution "
        "started with; the first of 1 difference: state 'Load' was tried again in the recording (attempt 2); today it "
        "is not\n"
    )
    assert main(["redrive", "twice.json", "--definition", "m.asl.yaml", "--after", "soon"]) == 2


def test_redrive_meets_the_outcomes_that_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    Path("o.yaml").write_text("when: [{state: Load, invocation: 3-4, glue: failed, message: again, after: 1m}]\n")
    assert main(["redrive", "twice.json", "--definition", "m.asl.yaml", "--outcomes", "o.yaml"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "FAILED after 0:05:00 of virtual time, 4 transitions: States.TaskFailed: again"
    )
    Path("o.yaml").write_text("when: [{state: Laod, glue: failed}]\n")
    assert main(["redrive", "twice.json", "--definition", "m.asl.yaml", "--outcomes", "o.yaml"]) == 2
    assert "no state 'Laod'" in capsys.readouterr().err


def test_redrive_is_stopped_so_long_after_it_began(capsys: pytest.CaptureFixture[str]) -> None:
    Path("o.yaml").write_text("when: [{stop: 30s, error: Ops}]\n")
    words = ["redrive", "twice.json", "--definition", "m.asl.yaml", "--after", "1h", "--outcomes", "o.yaml"]
    assert main(words) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "ABORTED after 1:02:30 of virtual time, 3 transitions: Ops"


def test_redrive_runs_one_redrive_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("o.yaml").write_text("redrive:\n- {after: 1h}\n")
    assert main(["redrive", "twice.json", "--definition", "m.asl.yaml", "--outcomes", "o.yaml"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: o.yaml:2:3: one redrive is simulated here; what is to happen in it stands under `when`\n"
    )


def test_redrive_says_that_a_fail_state_fails_again(capsys: pytest.CaptureFixture[str]) -> None:
    Path("f.asl.yaml").write_text("StartAt: F\nStates: {F: {Type: Fail, Error: E}}\n")
    execution = simulate(parse(load(Path("f.asl.yaml").read_text())), input={})
    Path("f.json").write_text(json.dumps({"events": execution.history}))
    assert main(["redrive", "f.json", "--definition", "f.asl.yaml"]) == 1
    assert "'F' is a Fail state: a redrive enters it again, and what led to it does not run again\n" in (
        capsys.readouterr().out
    )


def test_capture_says_how_many_of_each_kind_were_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    started = {"input": json.dumps({"to": "jane@corp.example", "accounts": ["123456789012", 210987654321]})}
    events = [
        {"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": started},
        {"id": 2, "previousEventId": 1, "type": "ExecutionFailed", "executionFailedEventDetails": {"error": "E"}},
    ]
    Path("h.json").write_text(json.dumps({"events": events}))
    assert main(["capture", "h.json"]) == 0
    assert capsys.readouterr().err == "replaced: e-mail addresses (1), account numbers (2)\n"
