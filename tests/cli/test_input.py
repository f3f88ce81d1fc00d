"""aslkit input: the contract as text, JSON and JSON Schema; inputs that fit and that do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aslkit.cli import main

TEXT = """
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    TimeoutSeconds: 7200
    Parameters:
      JobName.$: $.JobName
      Arguments:
        --month.$: $.month
    End: true
""".lstrip()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.asl.yaml").write_text(TEXT, encoding="utf-8")


def written(value: object) -> str:
    Path("input.json").write_text(json.dumps(value), encoding="utf-8")
    return "input.json"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "x.yaml: a definition is an object, and this is 'hello'"),
        ("[1, 2]", "x.yaml: a definition is an object, and this is a list"),
        ('{"a": 1}', "x.yaml: this is no state machine: it has no States"),
        ("# nothing", "x.yaml:1:1: there is nothing in this text but blanks and comments"),
        (
            "scenarios: []",
            "x.yaml:1:1: this is a scenario file; the definition that it is about is x.yaml",
        ),
    ],
)
def test_what_is_no_definition_has_no_contract(text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.yaml").write_text(text, encoding="utf-8")
    assert main(["input", "x.yaml"]) == 2
    assert capsys.readouterr() == ("", f"aslkit: {told}\n")


def test_the_contract_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["input", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out == (
        "m.asl.yaml reads 2 fields of its input:\n\n"
        "$.JobName  string  always needed  Load:8\n"
        "$.month    string  always needed  Load:10\n"
    )


def test_a_definition_that_reads_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.asl.yaml").write_text("StartAt: A\nStates: {A: {Type: Succeed}}\n", encoding="utf-8")
    assert main(["input", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out == "m.asl.yaml reads no field of its input\n"


def test_an_input_that_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["input", "m.asl.yaml", written({"JobName": "a", "month": "2024-01"})]) == 0
    assert capsys.readouterr().out == "input.json has all that m.asl.yaml reads\n"


def test_an_input_that_does_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["input", "m.asl.yaml", written({"JobName": "a", "mouth": "2024-01"})]) == 1
    assert capsys.readouterr().out == (
        'input.json: $.month is missing: "Load" (line 10) reads $.month and fails with States.Runtime, which no Catch '
        'sees; the input has "mouth", which nothing reads\n'
        "input.json: nothing reads mouth\n"
        "input.json does not fit m.asl.yaml: 1 field\n"
    )


def test_the_event_of_a_schedule_lacks_what_the_definition_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["input", "m.asl.yaml", "--schedule"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "the schedule's event does not fit m.asl.yaml: 2 fields"


def test_json_tells_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["input", "m.asl.yaml", written({"JobName": 1, "more": 2}), "--format", "json"]) == 1
    load = {"state": "Load", "line": 8, "text": "$.JobName", "error": "States.Runtime"}
    month = {"state": "Load", "line": 10, "text": "$.month", "error": "States.Runtime"}
    assert json.loads(capsys.readouterr().out) == {
        "fields": [
            {"path": "$.JobName", "types": ["string"], "need": "always", "readers": [load]},
            {"path": "$.month", "types": ["string"], "need": "always", "readers": [month]},
        ],
        "input": "input.json",
        "breaches": [
            {
                "path": "$.JobName",
                "message": '$.JobName is a number, where a string is needed: "Load" (line 8) reads $.JobName and fails',
                "state": "Load",
                "line": 8,
            },
            {
                "path": "$.month",
                "message": '$.month is missing: "Load" (line 10) reads $.month and fails with States.Runtime, which no '
                "Catch sees",
                "state": "Load",
                "line": 10,
            },
        ],
        "unread": ["more"],
    }


def test_the_schema_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["input", "m.asl.yaml", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Input of m.asl.yaml",
        "type": "object",
        "required": ["JobName", "month"],
        "properties": {
            "JobName": {"type": "string", "description": 'Read by "Load".'},
            "month": {"type": "string", "description": 'Read by "Load".'},
        },
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.yaml"], "aslkit: missing.yaml: no such file"),
        (["m.asl.yaml", "missing.json"], "aslkit: missing.json: no such file"),
        (
            ["m.asl.yaml", "m.asl.yaml", "--schedule"],
            "aslkit: an input file and --schedule are two inputs: give one of",
        ),
    ],
)
def test_what_cannot_run_says_why(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["input", *words]) == 2
    assert capsys.readouterr().err.startswith(message)
