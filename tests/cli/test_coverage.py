"""aslkit coverage on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aslkit.cli import main

DEFINITION = """\
StartAt: Ask
States:
  Ask: {Type: Choice, Choices: [{Variable: $.x, IsPresent: true, Next: Yes}], Default: No}
  Yes: {Type: Succeed}
  No: {Type: Succeed}
"""
YES = "{name: yes, given: {input: {x: 1}}, then: {path: [Ask, Yes]}}"
NO = "{name: no, then: {path: [Ask, No]}}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.asl.yaml").write_text(DEFINITION)
    Path("yes.scenarios.yaml").write_text(f"definition: m.asl.yaml\nscenarios: [{YES}]\n")
    Path("no.scenarios.yaml").write_text(f"definition: m.asl.yaml\nscenarios: [{NO}]\n")


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_two_scenario_files_of_one_definition_are_shown_alone_and_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", ".", "--fail-under", "100"]) == 0
    assert lines(capsys.readouterr().out) == [
        "no.scenarios.yaml",
        "  ok      no  SUCCEEDED after 0:00:00",
        "  of m.asl.yaml 70 % used: 2 of 3 states, 1 of 1 transition, 1 of 2 choice outcomes",
        "    m.asl.yaml:3:33: never used: choice rule 1 of 'Ask' is met (to 'Yes')",
        "    m.asl.yaml:4:3: never used: state 'Yes'",
        "",
        "yes.scenarios.yaml",
        "  ok      yes  SUCCEEDED after 0:00:00",
        "  of m.asl.yaml 50 % used: 2 of 3 states, 0 of 1 transition, 1 of 2 choice outcomes",
        "    m.asl.yaml:3:33: never used: choice rule 1 of 'Ask' is not met",
        "    m.asl.yaml:3:79: never used: the transition from 'Ask' to 'No' by default",
        "    m.asl.yaml:5:3: never used: state 'No'",
        "",
        "  of m.asl.yaml by all of them together 100 % used: 3 of 3 states, 1 of 1 transition, 2 of 2 choice outcomes",
        "",
        "2 passed, 0 failed in 2 scenario files",
    ]


@pytest.mark.parametrize("command", ["test", "coverage"])
@pytest.mark.parametrize("given", ["101", "-5", "nan", "most"])
def test_what_is_no_percentage_is_refused(command: str, given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, ".", "--fail-under", given])
    assert ended.value.code == 2
    assert lines(capsys.readouterr().err)[-1] == (
        f"aslkit {command}: error: argument --fail-under: {given} is no percentage; a number from 0 to 100 is expected"
    )


@pytest.mark.parametrize("given", ["0", "50", "1e2"])
def test_a_percentage_may_be_any_number_from_0_to_100(given: str) -> None:
    assert main(["test", "yes.scenarios.yaml", "no.scenarios.yaml", "--fail-under", given]) == 0


def test_files_of_several_processes_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("yes", "no"):
        assert main(["test", f"{name}.scenarios.yaml", "--coverage-file", f"{name}.json"]) == 0
    capsys.readouterr()
    assert main(["coverage", "yes.json", "--fail-under", "60"]) == 1
    told = capsys.readouterr()
    assert told.err == "m.asl.yaml: 50 % of the definition is used, less than 60 %\n"
    assert main(["coverage", "yes.json", "no.json", "--fail-under", "100", "-o", "all.json"]) == 0
    together = "m.asl.yaml: 100 % used: 3 of 3 states, 1 of 1 transition, 2 of 2 choice outcomes\n"
    assert capsys.readouterr().out == together
    assert main(["coverage", "all.json"]) == 0
    assert capsys.readouterr().out == together


def test_json_and_mermaid_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    main(["test", "yes.scenarios.yaml", "--coverage-file", "yes.json"])
    capsys.readouterr()
    assert main(["coverage", "yes.json", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "definition": "m.asl.yaml",
            "percent": 50.0,
            "state": {"used": 2, "total": 3},
            "transition": {"used": 0, "total": 1},
            "choice": {"used": 1, "total": 2},
            "retry": {"used": 0, "total": 0},
            "catcher": {"used": 0, "total": 0},
            "error": {"used": 0, "total": 0},
            "never_used": [
                {"kind": "choice", "line": 3, "text": "choice rule 1 of 'Ask' is not met"},
                {"kind": "transition", "line": 3, "text": "the transition from 'Ask' to 'No' by default"},
                {"kind": "state", "line": 5, "text": "state 'No'"},
            ],
        }
    ]
    assert main(["coverage", "yes.json", "--format", "mermaid"]) == 0
    assert '    s0 -.->|"default: never"| s2\n' in capsys.readouterr().out


def test_a_flowchart_is_not_drawn_of_a_definition_that_has_changed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["test", "yes.scenarios.yaml", "--coverage-file", "yes.json"])
    Path("m.asl.yaml").write_text(DEFINITION.replace("No", "Nein"))
    capsys.readouterr()
    assert main(["coverage", "yes.json", "--format", "markdown"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: m.asl.yaml has changed since its coverage was measured; run the scenarios again\n"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "x.json: this is no JSON: "),
        ("[" * 100_000, "x.json: nested too deep to be a coverage file\n"),
        ("\x00\xff", "x.json: this is no JSON: "),
        ("{}", "x.json: this is no coverage file; `aslkit test DEFINITIONS --coverage-file FILE` writes one\n"),
    ],
)
def test_a_file_that_is_no_coverage_file_cannot_be_shown(
    content: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("x.json").write_text(content, encoding="latin-1")
    assert main(["coverage", "x.json"]) == 2
    assert capsys.readouterr().err.startswith(f"aslkit: {told}")


NOTHING = '{"format": "aslkit coverage 1", "definitions": []}'


def test_where_nothing_was_measured_nothing_is_used_enough(capsys: pytest.CaptureFixture[str]) -> None:
    Path("none.json").write_text(NOTHING)
    Path("nothing.json").write_text(NOTHING)
    assert main(["coverage", "none.json", "nothing.json", "--fail-under", "100", "-o", "all.json"]) == 2
    assert capsys.readouterr() == (
        "",
        "aslkit: nothing was measured: there is no definition in none.json, nothing.json\n",
    )
    assert not Path("all.json").exists()


def test_a_run_that_measured_nothing_adds_nothing_to_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    Path("none.json").write_text(NOTHING)
    main(["test", ".", "--coverage-file", "all.json"])
    capsys.readouterr()
    assert main(["coverage", "none.json", "all.json", "--fail-under", "100"]) == 0
    assert capsys.readouterr().out == (
        "m.asl.yaml: 100 % used: 3 of 3 states, 1 of 1 transition, 2 of 2 choice outcomes\n"
    )


@pytest.mark.parametrize("command", ["test . --coverage-file {}", "coverage all.json -o {}"])
@pytest.mark.parametrize(
    ("name", "content"), [("checks.py", "print(1)\n"), ("notes.json", '{"format": "minutes of a meeting"}')]
)
def test_coverage_does_not_replace_what_is_no_coverage(
    command: str, name: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["test", ".", "--coverage-file", "all.json"])
    capsys.readouterr()
    Path(name).write_text(content)
    assert main(command.format(name).split()) == 2
    assert capsys.readouterr() == (
        "",
        f"aslkit: {name} is not overwritten: it is no coverage file; write to another file\n",
    )
    assert Path(name).read_text() == content


@pytest.mark.parametrize("before", ["", NOTHING, '{\n  "format": "aslkit coverage 2",\n  "definitions": []\n}\n'])
def test_coverage_replaces_coverage_and_an_empty_file(before: str) -> None:
    Path("used.json").write_text(before)
    assert main(["test", ".", "--coverage-file", "used.json"]) == 0
    assert main(["coverage", "used.json", "--fail-under", "100"]) == 0


def test_coverage_of_nothing_does_not_replace_what_is_no_coverage_either() -> None:
    Path("m.asl.yaml").write_text("StartAt: Nowhere\nStates: {A: {Type: Succeed}}\n")
    Path("notes.txt").write_text("kept")
    assert main(["test", ".", "--coverage-file", "notes.txt"]) == 2
    assert Path("notes.txt").read_text() == "kept"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (".", ".: cannot write it: this is a folder"),
        ("m.asl.yaml/used.json", "m.asl.yaml/used.json: cannot write it: m.asl.yaml is no folder"),
    ],
)
@pytest.mark.parametrize("command", ["test .", "test --mock-config mock.json m.asl.yaml"])
def test_a_coverage_file_that_cannot_be_written_is_refused_before_anything_is_run(
    command: str, name: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mock.json").write_text('{"StateMachines": {"m": {"TestCases": {"plain": {}}}}, "MockedResponses": {}}')
    assert main([*command.split(), "--coverage-file", name]) == 2
    assert capsys.readouterr() == ("", f"aslkit: {told.format(os.path.realpath(tmp_path))}\n")
