"""aslkit test on the command line: which files are run, and what is told of those that cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aslkit.cli import main

DEFINITION = "StartAt: A\nStates: {A: {Type: Succeed}}\n"
SCENARIOS = "scenarios: [{name: it ends, then: {status: SUCCEEDED}}]\n"
BROKEN = "scenarios: [\n"
NOT_YAML = "this is not YAML: a value is missing before this place"
SUMMARY = "good.scenarios.yaml\n  ok      it ends  SUCCEEDED after 0:00:00\n\n1 passed, 0 failed in 1 scenario file\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_broken_scenario_file_cannot_be_run_and_no_summary_says_that_nothing_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("m.scenarios.yaml").write_text(BROKEN)
    assert main(["test", "m.scenarios.yaml"]) == 2
    assert capsys.readouterr() == ("", f"aslkit: m.scenarios.yaml:2:1: {NOT_YAML}\n")
    assert main(["test", "m.scenarios.yaml", "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bad.scenarios.yaml", BROKEN, f"bad.scenarios.yaml:2:1: {NOT_YAML}"),
        (
            "bad.scenarios.yaml",
            SCENARIOS,
            "bad.scenarios.yaml is about a definition that cannot be read: bad.asl.yaml: no such file",
        ),
        (
            "bad.scenarios.yaml",
            f"{SCENARIOS}definition: in/m.yaml\n",
            "bad.scenarios.yaml:2:1: the definition cannot be read: in/m.yaml: no such file",
        ),
        (
            "bad.scenarios.yaml",
            f"{SCENARIOS}definition: broken\n",
            f"bad.scenarios.yaml:2:1: the definition cannot be read: broken:2:1: {NOT_YAML}",
        ),
        (
            "bad.scenarios.yaml",
            f'{SCENARIOS}definition: "m\\0.yaml"\n',
            "bad.scenarios.yaml:2:1: the definition cannot be read: m\\0.yaml: no such file",
        ),
        (
            "bad.scenarios.json",
            '{"definition": "m\\u0000.yaml", "scenarios": []}',
            "bad.scenarios.json:1:2: the definition cannot be read: m\\0.yaml: no such file",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_line_and_the_others_are_run(
    name: str, text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("good.asl.yaml").write_text(DEFINITION)
    Path("good.scenarios.yaml").write_text(SCENARIOS)
    Path("broken").write_text("StartAt: [\n")
    Path(name).write_text(text)
    assert main(["test", name, "good.scenarios.yaml"]) == 2
    assert capsys.readouterr() == (SUMMARY, f"aslkit: {told}\n")


def test_a_definition_that_aws_would_refuse_fails_without_a_summary_of_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("m.asl.yaml").write_text(DEFINITION.replace("StartAt: A", "StartAt: B"))
    Path("m.scenarios.yaml").write_text(SCENARIOS)
    assert main(["test", "."]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()[-1]) == (
        "",
        "m.scenarios.yaml is not run: AWS refuses its definition",
    )


def test_nothing_more_is_run_after_a_file_that_cannot_be_read_where_the_first_failure_ends_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("bad.scenarios.yaml").write_text(BROKEN)
    Path("good.asl.yaml").write_text(DEFINITION)
    Path("good.scenarios.yaml").write_text(SCENARIOS)
    assert main(["test", ".", "--fail-fast"]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("given", "place", "told"),
    [
        ('{file: "a\\0b"}', "3:21", "there is no file 'a\\0b' that can be read"),
        (
            '{machines: {x: "a\\0b"}}',
            "3:3",
            "the state machine 'x' cannot be run: there is no file 'a\\0b' that can be read (at /)",
        ),
        (
            '{objects: [{Bucket: b, Key: k, file: "a\\0b"}]}',
            "3:3",
            "s3://b/k cannot be had: there is no file 'a\\0b' that can be read (at /)",
        ),
    ],
)
def test_a_nul_in_the_name_of_a_file_names_no_file(
    given: str, place: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("m.asl.yaml").write_text(DEFINITION)
    Path("m.scenarios.yaml").write_text(f"comment: x\nscenarios:\n- {{name: n, given: {given}, then: {{}}}}\n")
    assert main(["test", "."]) == 1
    assert capsys.readouterr().out == (
        f"m.scenarios.yaml\n  FAILED  n\n            m.scenarios.yaml:{place}: {told}\n\n"
        "0 passed, 1 failed in 1 scenario file\n"
    )
