"""aslkit lint on the command line: what it prints, what its exit code says, and how it takes bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aslkit.cli import main

GOOD = "StartAt: A\nStates: {A: {Type: Succeed}}\n"
WARNED = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Result: no\n    End: true\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def written(name: str, text: str | bytes) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return name


def test_a_clean_file_gives_a_summary_and_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", written("m.asl.yaml", GOOD)]) == 0
    assert capsys.readouterr().out == "nothing found in 1 file\n"


def test_a_finding_is_shown_with_its_line_and_a_caret(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", written("m.asl.yaml", WARNED)]) == 1
    assert capsys.readouterr().out == (
        'm.asl.yaml:5:5: warning: no without quotes is false to tools that read YAML 1.1, and the string "no" here; '
        "quotes make it the same everywhere [yaml-1-1]\n"
        "     5 |     Result: no\n"
        "       |     ^^^^^^^^^^\n"
        "1 warning in 1 file; --fix can mend 1\n"
    )


def test_json_has_the_place_of_each_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--format", "json", written("m.asl.yaml", WARNED)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [{key: value for key, value in one.items() if key != "message"} for one in found] == [
        {
            "file": "m.asl.yaml",
            "line": 5,
            "column": 5,
            "end_line": 5,
            "end_column": 15,
            "severity": "warning",
            "rule": "yaml-1-1",
            "pointer": "/States/A/Result",
        }
    ]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "error"], 0),
        (["--fail-on", "info"], 1),
        (["--fail-on", "never"], 0),
        (["--ignore", "yaml-1-1"], 0),
        (["--select", "shape,transition-target"], 0),
        (["--select", "yaml-1-1"], 1),
    ],
)
def test_options_choose_rules_and_what_fails(options: list[str], code: int) -> None:
    assert main(["lint", *options, written("m.asl.yaml", WARNED)]) == code


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import io

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WARNED.encode())))
    assert main(["lint", "-"]) == 1
    assert capsys.readouterr().out.startswith("<stdin>:5:5: warning: ")


def test_a_comment_silences_a_finding_on_its_line_or_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    same = WARNED.replace("Result: no", "Result: no  # aslkit: ignore[yaml-1-1] a word")
    above = WARNED.replace("    Result: no", "    # aslkit: ignore[yaml-1-1] a word\n    Result: no")
    useless = GOOD + "# aslkit: ignore[shape]\n"
    assert main(["lint", written("a.asl.yaml", same), written("b.asl.yaml", above)]) == 0
    assert main(["lint", written("c.asl.yaml", useless)]) == 1
    assert "[unused-ignore]" in capsys.readouterr().out


def test_the_nearest_config_counts(capsys: pytest.CaptureFixture[str]) -> None:
    written("aslkit.yaml", "rules: {yaml-1-1: off}\n")
    written("pyproject.toml", "[tool.other]\n")
    written("strict/pyproject.toml", '[tool.aslkit.rules]\nyaml-1-1 = "error"\n')
    assert main(["lint", written("m.asl.yaml", WARNED)]) == 0
    assert main(["lint", written("strict/m.asl.yaml", WARNED)]) == 1
    assert "error: no without quotes" in capsys.readouterr().out


def test_the_manual_of_a_rule_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--explain", "duplicate-key"]) == 0
    assert capsys.readouterr().out.startswith("duplicate-key (error)\n\nA key stands twice in one mapping.\n")


BROKEN = {
    "broken YAML": "StartAt: [A\nStates: {}\n",
    "a tab": "StartAt: A\nStates:\n\tA: {}\n",
    "NaN": "StartAt: A\nTimeoutSeconds: .nan\n",
    "10,000 deep": "[" * 10_000,
    "two documents": GOOD + "---\n" + GOOD,
    "nothing": "",
    "bytes that are no text": b"StartAt: \xff\xfe",
    "a NUL": "StartAt: \0",
    "a lone surrogate": "StartAt: \ud800",
    "aliases that multiply": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in ["ab", "bc", "cd", "de", "ef", "fg", "gh"]),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_text_that_cannot_be_read_is_a_finding_like_any_other(
    text: str | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", written("m.asl.yaml", text)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("m.asl.yaml:")
    assert "[syntax]" in out


def test_broken_json_is_a_finding_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", written("m.asl.json", '{"StartAt": "A",}')]) == 1
    assert capsys.readouterr().out.startswith("m.asl.json:1:17: error: this is not JSON: ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lint"], "aslkit: lint what? Name files or folders, for example: aslkit lint definitions/\n"),
        (["lint", "nowhere.yaml"], "aslkit: nowhere.yaml: no such file or folder\n"),
        (
            ["lint", ".git"],
            "aslkit: .git: no file below this folder ends in .asl.yaml, .asl.yml, .asl.json, template.yaml, "
            "template.yml, template.json, .asl.json.tftpl, .asl.yaml.tftpl, .asl.json.tpl or .asl.yaml.tpl\n",
        ),
        (["lnit"], 'aslkit: there is no command "lnit"; did you mean "lint"?\n'),
        (["lint", "--select", "shap", "x"], "aslkit: x: no such file or folder\n"),
        (["lint", "--explain", "shap"], 'aslkit: there is no rule "shap"; did you mean "shape"?\n'),
        (["lint", "--config", "none.yaml", "m.asl.yaml"], "aslkit: none.yaml: no such file\n"),
        (
            ["lint", "--config", "wrong.yaml", "m.asl.yaml"],
            'aslkit: wrong.yaml:1:1: the config knows no "fail"; did you mean "fail-on"?\n',
        ),
        (["simulate", "m.asl.yaml", "--input", "none.json"], "aslkit: none.json: no such file\n"),
        (["simulate", ".git"], "aslkit: .git: this is a folder\n"),
        (["test", "m.asl.yaml.none"], "aslkit: m.asl.yaml.none: no such file or folder\n"),
        (["export", "none.yaml"], "aslkit: none.yaml: no such file\n"),
        (
            ["export", "m.asl.yaml", "--set", "x"],
            "aslkit: --set x: write NAME=VALUE, for example --set Environment=prod\n",
        ),
        (
            ["import", "broken.json"],
            "aslkit: broken.json:1:2: this is not JSON: expecting property name enclosed in double quotes\n",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_run_is_one_clear_line_and_exit_code_2(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    written("m.asl.yaml", GOOD)
    written("wrong.yaml", "fail: error\n")
    written("broken.json", "{x")
    assert main(words) == 2
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("verb", ["lint", "test", "simulate", "export", "import"])
def test_every_command_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    assert f"usage: aslkit {verb}" in out
    assert "Exit codes:" in out
    assert "examples:" in out


def test_the_whole_program_ends_with_its_exit_code_and_all_of_its_output() -> None:
    written("m.asl.yaml", WARNED)
    done = subprocess.run(
        [sys.executable, "-m", "aslkit", "lint", "m.asl.yaml"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (
        1,
        "1 warning in 1 file; --fix can mend 1",
        "",
    )


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    written("m.asl.yaml", WARNED)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "aslkit", "lint", "m.asl.yaml"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert done.stderr == b""


SERVERLESS = (
    "Resources:\n  A:\n    Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: machines/a.json,"
    " Role: !Ref Role}\n"
)


def test_a_template_and_the_files_it_names_are_linted(capsys: pytest.CaptureFixture[str]) -> None:
    written("in/machines/a.json", '{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}')
    assert main(["lint", written("in/template.yaml", SERVERLESS)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert (out[0][:26], out[-1]) == ("in/machines/a.json:1:2: er", "1 error in 2 files")
    assert main(["lint", "in"]) == 1
    assert capsys.readouterr().out.splitlines() == out


def test_templates_of_other_things_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    written("chart/template.yaml", "{{ if .x }}\na: {{ .b }}\n")
    written("stack/template.json", '{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}')
    assert main(["lint", "."]) == 0
    assert capsys.readouterr().out == "nothing found in 2 files\n"


def test_a_template_that_cannot_be_read_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", written("template.yaml", SERVERLESS + "  B: [\n")]) == 1
    assert "[syntax]" in capsys.readouterr().out


def test_a_file_of_terraform_is_linted_as_the_first_of_its_branches(capsys: pytest.CaptureFixture[str]) -> None:
    branches = '%{ if fast }\n"A": {"Type": "Succeed"}\n%{ else }\n"A": {"Type": "x"}\n%{ endif }'
    text = f'{{"StartAt": "A", "States": {{{branches}}}}}\n'
    assert main(["lint", written("m.asl.json.tftpl", text), written("n.asl.json", text)]) == 0
    assert capsys.readouterr().out == "nothing found in 2 files\n"
