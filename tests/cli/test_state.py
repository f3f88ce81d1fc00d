"""aslkit state on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from aslkit.cli import main

DEFINITION = """\
StartAt: Prepare
States:
  Prepare:
    Type: Pass
    Parameters: {JobName.$: "States.Format('{}-load', $.stage)"}
    ResultPath: $.job
    Next: Load
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName.$: $.job.JobName}
    Retry: [{ErrorEquals: [Glue.JobRunFailed], IntervalSeconds: 60, MaxAttempts: 1}]
    Catch: [{ErrorEquals: [States.ALL], Next: Tell}]
    End: true
  Tell: {Type: Pass, InputPath: $.no, End: true}
  Each:
    Type: Map
    ItemProcessor: {StartAt: Inside, States: {Inside: {Type: Pass, End: true}}}
    ToleratedFailureCount: 1
    End: true
"""
FAILED = '{"errorOutput": {"error": "Glue.JobRunFailed", "cause": "no disk"}}'


@pytest.mark.parametrize("name", [[], ["X"]])
@pytest.mark.parametrize(("text", "what"), [("[1, 2]", "a list"), ("hello", "'hello'"), ("7", "7"), ("null", "empty")])
def test_what_is_no_object_is_neither_a_definition_nor_a_state(
    text: str, what: str, name: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("x.yaml").write_text(text)
    assert main(["state", "x.yaml", *name]) == 2
    assert capsys.readouterr() == ("", f"aslkit: x.yaml: a definition is an object, and this is {what}\n")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    Path("m.asl.yaml").write_text(DEFINITION)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["state", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_each_stage_of_the_data_flow_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "m.asl.yaml", "Prepare", "--input", '{"stage": "dev"}', "--variables", '{"n": 1}') == (
        0,
        "SUCCEEDED, on to Load\n"
        "\n"
        '  input                 {"stage":"dev"}\n'
        "  after InputPath       = input\n"
        '  after Parameters      {"JobName":"dev-load"}\n'
        "  after ResultSelector  = after Parameters\n"
        '  after ResultPath      {"stage":"dev","job":{"JobName":"dev-load"}}\n'
        "  output                = after ResultPath\n"
        "  $n                    1\n",
        "",
    )


def test_an_error_that_is_tried_again_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("m.asl.yaml", "Load", "--input", '{"job": {"JobName": "a"}}', "--mock", FAILED)
    assert ran(capsys, *given) == (
        1,
        "RETRIABLE, Retry[0] tries again after 60 s\n"
        "Glue.JobRunFailed: no disk\n"
        "\n"
        '  input             {"job":{"JobName":"a"}}\n'
        "  after InputPath   = input\n"
        '  after Parameters  {"JobName":"a"}\n',
        "",
    )


def test_a_caught_error_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    Path("used.yaml").write_text("retrierRetryCount: 1\n")
    given = ("m.asl.yaml", "Load", "--input", '{"job": {"JobName": "a"}}', "--mock", FAILED)
    code, out, err = ran(capsys, *given, "--configuration", "used.yaml", "--inspection-level", "INFO")
    assert (code, out, err) == (
        0,
        "CAUGHT_ERROR, on to Tell\n"
        "Glue.JobRunFailed: no disk\n"
        "\n"
        '  output  {"Error":"Glue.JobRunFailed","Cause":"no disk"}\n',
        "",
    )
    code, out, _ = ran(capsys, *given, "--configuration", "used.yaml")
    assert out.splitlines()[0] == "CAUGHT_ERROR, Retry[0] is used up, Catch[0] catches it, on to Tell"


def test_a_state_that_fails_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "m.asl.yaml", "Tell") == (
        1,
        "FAILED\nStates.Runtime: Invalid path '$.no' : No results for path: $['no']\n\n  input  {}\n",
        "",
    )


def test_json_is_the_response(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "m.asl.yaml", "Inside", "--input", "3", "--format", "json", "--inspection-level", "INFO")
    assert (code, json.loads(out)) == (0, {"status": "SUCCEEDED", "output": 3})


def test_a_map_shows_its_limits(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ran(capsys, "m.asl.yaml", "Each", "--input", "[1, 2]", "--mock", '{"result": [3, 4]}')
    assert out.splitlines()[-2:] == ["  max concurrency       0", "  tolerated failures    1"]


def test_one_state_alone_needs_no_name(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("s.json").write_text('{"Type": "Pass", "Result": "${Stage}", "End": true}')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"a": 1}')))
    code, out, _ = ran(capsys, "s.json", "--input", "-", "--set", "Stage=dev", "--format", "json")
    assert (code, json.loads(out)["output"]) == (0, "dev")
    assert ran(capsys, "s.json", "Load") == (
        2,
        "",
        "aslkit: s.json: this is one state, not a machine; leave out its name 'Load'\n",
    )


def test_long_values_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ran(capsys, "m.asl.yaml", "Inside", "--input", json.dumps("x" * 500))
    assert out.splitlines()[2] == f'  input                 "{"x" * 118}…'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["m.asl.yaml"], "m.asl.yaml: which state? Name one of Prepare, Load, Tell, Each, Inside"),
        (["m.asl.yaml", "Laod"], "m.asl.yaml: there is no state 'Laod'; did you mean 'Load'?"),
        (
            ["m.asl.yaml", "Tell", "--mock", FAILED],
            "m.asl.yaml: ValidationException: State type 'Pass' is not supported when a mock is specified",
        ),
        (
            ["m.asl.yaml", "Load", "--mock", '{"result": {"Attempt": "1"}}'],
            "m.asl.yaml: ValidationException: Mock result schema validation error: Field 'Attempt' must be a number",
        ),
        (["m.asl.yaml", "Load", "--mock", "no.json"], "--mock no.json: there is no such file, and it is no JSON"),
        (["m.asl.yaml", "Load", "--input", "-", "--mock", "-"], "standard input is read once; input and mock name it"),
        (["no.yaml", "Load"], "no.yaml: no such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_exits_with_2_and_says_why(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert ran(capsys, *words) == (2, "", f"aslkit: {said}\n")


def test_a_fault_in_the_definition_is_told_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text("StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: B\n")
    code, _, err = ran(capsys, "bad.yaml", "A")
    assert (code, err) == (
        2,
        'aslkit: bad.yaml:5:5: "A" leads to "B", and no such state exists: AWS refuses the definition '
        "[transition-target]\n",
    )
    Path("bad.yaml").write_text("StartAt: A\nStates:\n  A: {Type: Pass, Foo: 1, End: true}\n")
    assert ran(capsys, "bad.yaml", "A") == (
        2,
        "",
        'aslkit: bad.yaml:3:19: "Foo" is no field of the Pass state "A" [shape]\n',
    )
    Path("bad.yaml").write_text("StartAt: A\nStates:\n  A:\n    Type: Sleep\n")
    assert ran(capsys, "bad.yaml", "A")[2].startswith("aslkit: bad.yaml:4:5: InvalidDefinition: ")
