"""export writes the same JSON for the same definition, keeps or fills placeholders, and import is the way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.cli import main
from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.operations.export import TooLarge, export, to_yaml

TEXT = """\
# the definition
StartAt: Work
States:
  Work:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    TimeoutSeconds: ${Timeout}
    Parameters:
      JobName: ${Job}
    End: true
"""
EXPORTED = """\
{
  "StartAt": "Work",
  "States": {
    "Work": {
      "Type": "Task",
      "Resource": "arn:aws:states:::glue:startJobRun.sync",
      "TimeoutSeconds": ${Timeout},
      "Parameters": {
        "JobName": "${Job}"
      },
      "End": true
    }
  }
}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "m.asl.yaml"
    path.write_text(TEXT)
    return path


@pytest.mark.usefixtures("file")
def test_placeholders_are_kept_and_bare_where_a_number_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out == EXPORTED


@pytest.mark.usefixtures("file")
def test_placeholders_are_filled(capsys: pytest.CaptureFixture[str]) -> None:
    Path("values.yaml").write_text("Timeout: 60\nJob: other\n")
    assert main(["export", "m.asl.yaml", "--values", "values.yaml", "--set", "Job=split", "--compact"]) == 0
    work = json.loads(capsys.readouterr().out)["States"]["Work"]
    assert (work["TimeoutSeconds"], work["Parameters"]) == (60, {"JobName": "split"})


@pytest.mark.usefixtures("file")
def test_a_missing_value_is_named_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "m.asl.yaml", "--set", "Job=split", "-o", "out.json"]) == 1
    assert capsys.readouterr().err == "m.asl.yaml:7:5: no value is given for ${Timeout} (line 7)\n"
    assert not Path("out.json").exists()


@pytest.mark.usefixtures("file")
def test_an_export_is_written_whole_and_checked_later(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "m.asl.yaml", "-o", "build/m.json"]) == 0
    assert Path("build/m.json").read_text() == EXPORTED
    assert main(["export", "m.asl.yaml", "--check", "build/m.json"]) == 0
    assert main(["export", "m.asl.yaml", "--check", "build/m.json", "--set", "Job=a", "--partial"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["wrote build/m.json (258 bytes)", "build/m.json is up to date with m.asl.yaml"]
    assert lines[-1] == "build/m.json is not up to date; write it with: aslkit export m.asl.yaml -o build/m.json"
    assert '+        "JobName": "a"' in lines


def test_a_definition_that_aws_refuses_is_not_exported(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(TEXT.replace("StartAt: Work", "StartAt: Wrok"))
    assert main(["export", "m.asl.yaml", "-o", "out.json"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "m.asl.yaml is not exported: AWS refuses it"
    assert not Path("out.json").exists()


def test_a_definition_above_the_limit_is_refused_and_compact_may_fit() -> None:
    big = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": [0] * 300_000, "End": True}}}
    machine = parse(load(json.dumps(big)))
    with pytest.raises(TooLarge, match=r"the definition has [\d,]+ characters as JSON; AWS takes 1,048,576"):
        export(machine)
    assert len(export(machine, compact=True)) < 1_048_576


@pytest.mark.usefixtures("file")
def test_import_turns_json_into_yaml_with_the_same_data(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.json").write_text(EXPORTED)
    assert main(["import", "m.json", "-o", "again.asl.yaml"]) == 0
    assert main(["import", "m.json", "-o", "again.asl.yaml"]) == 2
    assert load(Path("again.asl.yaml").read_text()).data == load(TEXT).data
    assert capsys.readouterr().err == "aslkit: again.asl.yaml exists; --force overwrites it\n"


@pytest.mark.usefixtures("file")
def test_import_writes_no_yaml_under_a_name_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.json").write_text(EXPORTED)
    assert main(["import", "m.json", "-o", "out.json"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: out.json: what is written is YAML, and nobody reads it by this name; end it in .yaml\n"
    )
    assert not Path("out.json").exists()


@pytest.mark.parametrize("wrapped", [False, True])
def test_import_writes_a_definition_that_aws_refuses_and_tells_the_places_in_what_it_wrote(
    wrapped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
    Path("m.json").write_text(json.dumps({"definition": json.dumps(broken)} if wrapped else broken))
    assert main(["import", "m.json", "-o", "m.asl.yaml"]) == 1
    assert load(Path("m.asl.yaml").read_text()).data == broken
    out, err = capsys.readouterr()
    assert out == "wrote m.asl.yaml\n"
    found, *_, outcome = err.splitlines()
    assert found == (
        'm.asl.yaml:5:5: error: "A" leads to "B", and no such state exists: AWS refuses the definition '
        "[transition-target]"
    )
    assert outcome == "m.asl.yaml is written, and AWS refuses it as it is"
    assert main(["import", "m.json"]) == 1
    out, err = capsys.readouterr()
    assert (load(out).data, err.splitlines()[-1]) == (broken, "<stdout> is written, and AWS refuses it as it is")


def test_import_takes_what_describe_state_machine_prints() -> None:
    inner = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    described = json.dumps({"name": "m", "definition": json.dumps(inner)})
    assert load(to_yaml(load(described))).data == inner


TEXTS = st.text(max_size=80) | st.sampled_from(
    ["no", "010", "1e3", "0o7", "1:30", "2025-01-01", "a\nb\n", "<<", "=", "~", "${X}"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_what_import_writes_reads_back_as_the_same_data(data: dict[str, Any]) -> None:
    source = json.dumps(data)
    document = load(source)
    assert load(to_yaml(document)).data == document.data
