"""The files of --outcomes, --input and --values on the command line: what they cannot be is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from aslkit.cli import main

DEFINITION = "StartAt: A\nStates: {A: {Type: Pass, Comment: '${Name}', End: true}}\n"
HISTORY = """{"events": [
  {"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "{}"}},
  {"id": 2, "type": "PassStateEntered", "stateEnteredEventDetails": {"name": "A", "input": "{}"}},
  {"id": 3, "type": "PassStateExited", "previousEventId": 2, "stateExitedEventDetails": {"name": "A", "output": "{}"}},
  {"id": 4, "type": "ExecutionSucceeded", "previousEventId": 3, "executionSucceededEventDetails": {"output": "{}"}}
]}"""
SIMULATE = ["simulate", "m.asl.yaml", "--set", "Name=n"]
REPLAY = ["replay", "h.json", "--definition", "m.asl.yaml", "--set", "Name=n"]
REDRIVE = ["redrive", "h.json", "--definition", "m.asl.yaml", "--set", "Name=n"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.asl.yaml").write_text(DEFINITION)
    Path("h.json").write_text(HISTORY)


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command that cannot run says."""
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


@pytest.mark.parametrize(
    ("words", "text", "place", "key"),
    [
        ([*SIMULATE, "--outcomes"], "when: [{state: A, returns: 1, returns: 2}]\n", "1:31", "returns"),
        ([*SIMULATE, "--input"], '{"a": 1,\n "a": 2}', "2:2", "a"),
        ([*REPLAY, "--input"], '{"a": 1,\n "a": 2}', "2:2", "a"),
        (["simulate", "m.asl.yaml", "--values"], "Name: n\nOther: o\nName: m\n", "3:1", "Name"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_its_place(
    words: list[str], text: str, place: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data.yaml").write_text(text)
    assert refused([*words, "data.yaml"], capsys) == (
        f"aslkit: data.yaml:{place}: the key '{key}' stands twice here; only the last one counts\n"
    )


def test_a_name_without_end_is_cut_in_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    Path("data.yaml").write_text(f"when: [{{state: {'x' * 1_000_000}, returns: 1}}]")
    printed = refused([*SIMULATE, "--outcomes", "data.yaml"], capsys)
    assert printed.startswith("data.yaml:1:9: the definition has no state 'xxx")
    assert len(printed) < 1100


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([*SIMULATE, "--outcomes"], "outcomes are an object with `given` and `when`, and this is a list"),
        (["simulate", "m.asl.yaml", "--values"], "the values are an object of names and values, and this is a list"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_place(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data.yaml").write_text("# nothing\n- 1\n")
    assert refused([*words, "data.yaml"], capsys) == f"aslkit: data.yaml:2:1: {message}\n"


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (SIMULATE, "--outcomes"),
        (SIMULATE, "--input"),
        (SIMULATE, "--values"),
        (REPLAY, "--input"),
        (REPLAY, "--definition"),
        (["capture", "h.json"], "--definition"),
        (["capture", "h.json"], "--output"),
        (REDRIVE, "--definition"),
        (REDRIVE, "--outcomes"),
        (["test", "m.asl.yaml"], "--mock-config"),
        (["test", "m.asl.yaml"], "--coverage-file"),
        (["test", "m.asl.yaml", "--mock-config", "h.json"], "--input"),
        (["test", "m.asl.yaml", "--mock-config", "h.json"], "--outcomes"),
    ],
)
def test_an_option_without_the_name_of_a_file_is_not_taken_for_none(
    words: list[str], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused([*words, option, ""], capsys) == f"aslkit: {option}: the name of a file is empty\n"


def test_a_definition_without_a_name_is_not_looked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(["simulate", ""], capsys) == "aslkit: the name of a file is empty\n"


@pytest.mark.parametrize("words", [["capture", "h.json"], REPLAY, REDRIVE])
def test_an_integer_of_thousands_of_digits_in_a_history_is_too_large(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("h.json").write_text(HISTORY.replace('"id": 4', f'"id": {"1" * 5_000}'))
    assert refused(words, capsys) == "aslkit: h.json: an integer in it is too large\n"
