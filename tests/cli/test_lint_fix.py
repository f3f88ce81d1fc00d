"""aslkit lint --fix, --diff and --baseline: what is written, what is printed, and what the exit code says."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from aslkit.cli import main

MISSPELT = "# a comment\nStartAt: Laod  # here\nStates: {Load: {Type: Succeed}}\n"
MENDED = "# a comment\nStartAt: Load  # here\nStates: {Load: {Type: Succeed}}\n"
HOPELESS = "StartAt: Nowhere\nStates: {Load: {Type: Succeed}}\n"
NOWHERE = (
    'm.asl.yaml:1:1: error: StartAt of the definition leads to "Nowhere", and no such state exists: AWS refuses the '
    "definition [transition-target]\n     1 | StartAt: Nowhere\n       | ^^^^^^^^^^^^^^^^\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def written(text: str | bytes, name: str = "m.asl.yaml") -> Path:
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_fix_mends_the_file_and_reports_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    path = written(MISSPELT)
    assert main(["lint", "--fix", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out == "nothing found in 1 file, 1 mended\n"
    assert path.read_text() == MENDED


def test_a_file_with_nothing_to_mend_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    path = written(HOPELESS)
    os.chmod(path, 0o444)
    os.utime(path, (1, 1))
    assert main(["lint", "--fix", "m.asl.yaml"]) == 1
    assert capsys.readouterr().out == f"{NOWHERE}1 error in 1 file\n"
    assert path.stat().st_mtime == 1


def test_diff_shows_the_change_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    path = written(MISSPELT)
    assert main(["lint", "--diff", "m.asl.yaml"]) == 1
    assert capsys.readouterr().out == (
        "--- a/m.asl.yaml\n+++ b/m.asl.yaml\n@@ -1,3 +1,3 @@\n # a comment\n-StartAt: Laod  # here\n"
        "+StartAt: Load  # here\n States: {Load: {Type: Succeed}}\n"
    )
    assert path.read_text() == MISSPELT


def test_diff_of_a_file_with_nothing_to_mend_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    written(MENDED)
    assert main(["lint", "--diff", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_breaks_and_the_byte_order_mark_are_kept(mark: bytes) -> None:
    path = written(mark + MISSPELT.replace("\n", "\r\n").encode())
    assert main(["lint", "--fix", "m.asl.yaml"]) == 0
    assert path.read_bytes() == mark + MENDED.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_encoding_is_kept(encoding: str) -> None:
    path = written(f"\ufeff{MISSPELT}".encode(encoding))
    assert main(["lint", "--fix", "m.asl.yaml"]) == 0
    assert path.read_bytes() == f"\ufeff{MENDED}".encode(encoding)


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    path = written(MISSPELT, "real.asl.yaml")
    os.chmod(path, 0o640)
    Path("m.asl.yaml").symlink_to("real.asl.yaml")
    assert main(["lint", "--fix", "m.asl.yaml"]) == 0
    assert (Path("m.asl.yaml").is_symlink(), path.stat().st_mode & 0o777, path.read_text()) == (True, 0o640, MENDED)
    assert sorted(os.listdir()) == [".git", "m.asl.yaml", "real.asl.yaml"]


def test_standard_input_is_mended_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MISSPELT.encode())))
    assert main(["lint", "--fix", "-"]) == 0
    assert capsys.readouterr() == (MENDED, "nothing found in 1 file, 1 mended\n")


def test_only_selected_rules_are_mended_and_an_ignored_one_is_not() -> None:
    path = written(MISSPELT)
    assert main(["lint", "--fix", "--select", "yaml-1-1", "m.asl.yaml"]) == 0
    assert main(["lint", "--fix", "--ignore", "transition-target", "m.asl.yaml"]) == 0
    assert path.read_text() == MISSPELT


def test_a_finding_silenced_by_a_comment_is_not_mended() -> None:
    path = written(MISSPELT.replace("# here", "# aslkit: ignore[transition-target] soon"))
    assert main(["lint", "--fix", "m.asl.yaml"]) == 0
    assert "Laod" in path.read_text()


def test_a_text_that_cannot_be_read_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    path = written("StartAt: [\n")
    assert main(["lint", "--fix", "m.asl.yaml"]) == 1
    assert "[syntax]" in capsys.readouterr().out
    assert path.read_text() == "StartAt: [\n"


# --- baseline --------------------------------------------------------------------------------------------------------


def test_what_the_baseline_lists_is_not_reported_wherever_it_moves(capsys: pytest.CaptureFixture[str]) -> None:
    written(HOPELESS)
    assert main(["lint", "--baseline", "known.json", "--update-baseline", "m.asl.yaml"]) == 0
    assert capsys.readouterr().out == "wrote 1 finding to known.json\n"
    written("# moved\n\n" + HOPELESS)
    assert main(["lint", "--baseline", "known.json", "m.asl.yaml"]) == 0
    assert capsys.readouterr() == ("nothing found in 1 file\n", "")
    written(HOPELESS.replace("Load", "Lost").replace("Succeed", "Suceed"))
    assert main(["lint", "--baseline", "known.json", "m.asl.yaml"]) == 1
    assert "[shape]" in capsys.readouterr().out


def test_the_baseline_is_sorted_json_without_line_numbers() -> None:
    written(HOPELESS)
    main(["lint", "--baseline", "known.json", "--update-baseline", "m.asl.yaml"])
    assert json.loads(Path("known.json").read_text()) == {
        "version": 1,
        "findings": [
            {
                "file": "m.asl.yaml",
                "rule": "transition-target",
                "pointer": "/StartAt",
                "message": 'StartAt of the definition leads to "Nowhere", and no such state exists: AWS refuses the '
                "definition",
            }
        ],
    }


def test_a_stale_entry_is_told_and_goes_with_the_next_update(capsys: pytest.CaptureFixture[str]) -> None:
    written(HOPELESS)
    main(["lint", "--baseline", "known.json", "--update-baseline", "m.asl.yaml"])
    written(MENDED)
    capsys.readouterr()
    assert main(["lint", "--baseline", "known.json", "m.asl.yaml"]) == 0
    assert capsys.readouterr().err == (
        'known.json: no longer found: m.asl.yaml: StartAt of the definition leads to "Nowhere", and no such state '
        "exists: AWS refuses the definition [transition-target]; --update-baseline removes it\n"
    )
    assert main(["lint", "--baseline", "known.json", "--update-baseline", "m.asl.yaml"]) == 0
    assert json.loads(Path("known.json").read_text())["findings"] == []


def test_an_update_keeps_what_is_known_of_other_files(capsys: pytest.CaptureFixture[str]) -> None:
    written(HOPELESS)
    written(HOPELESS, "n.asl.yaml")
    main(["lint", "--baseline", "known.json", "--update-baseline", "m.asl.yaml"])
    main(["lint", "--baseline", "known.json", "--update-baseline", "n.asl.yaml"])
    assert main(["lint", "--baseline", "known.json", "."]) == 0
    Path("n.asl.yaml").unlink()
    capsys.readouterr()
    main(["lint", "--baseline", "known.json", "m.asl.yaml"])
    assert capsys.readouterr().err.startswith("known.json: no longer found: n.asl.yaml: ")


def test_the_baseline_knows_files_from_its_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in").mkdir()
    written(HOPELESS, "in/m.asl.yaml")
    assert main(["lint", "--baseline", "known.json", "--update-baseline", "in"]) == 0
    monkeypatch.chdir("in")
    assert main(["lint", "--baseline", "../known.json", "m.asl.yaml"]) == 0


def test_what_is_known_is_not_mended_either() -> None:
    path = written(MISSPELT)
    main(["lint", "--baseline", "known.json", "--update-baseline", "m.asl.yaml"])
    assert main(["lint", "--baseline", "known.json", "--fix", "m.asl.yaml"]) == 0
    assert path.read_text() == MISSPELT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "known.json: no such file"),
        ("{", "known.json: this is no baseline: it is not JSON; --update-baseline writes one"),
        ("[]", "known.json: this is no baseline of version 1; --update-baseline writes one"),
        (
            '{"version": 1, "findings": [{"file": 1}]}',
            "known.json: findings[0] of the baseline is not {file, rule, pointer, message} of texts, and perhaps a "
            "count of 1 or more",
        ),
    ],
)
def test_a_file_that_is_no_baseline_is_said_so(
    text: str | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    written(MENDED)
    if text is not None:
        written(text, "known.json")
    assert main(["lint", "--baseline", "known.json", "m.asl.yaml"]) == 2
    assert capsys.readouterr().err == f"aslkit: {message}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--update-baseline"],
            "--update-baseline writes what file? Name it: --baseline known.json --update-baseline",
        ),
        (["--diff", "--format", "json"], "--diff prints a diff, and not --format json"),
        (
            ["--statistics", "--format", "sarif"],
            "--statistics goes with --format text, and not with --format sarif",
        ),
        (["--watch", "-"], "--watch cannot watch standard input; name a file"),
    ],
)
def test_options_that_say_nothing_together_are_refused(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", *options, "m.asl.yaml"]) == 2
    assert capsys.readouterr().err == f"aslkit: {message}\n"


# --- formats, statistics, watch --------------------------------------------------------------------------------------


def test_every_format_prints_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    written(HOPELESS)
    beginnings = {}
    for form in ("text", "json", "github", "sarif", "junit"):
        assert main(["lint", "--format", form, "m.asl.yaml"]) == 1
        beginnings[form] = capsys.readouterr().out[:12]
    assert beginnings == {
        "text": "m.asl.yaml:1",
        "json": '[\n  {\n    "f',
        "github": "::error file",
        "sarif": '{\n  "$schema',
        "junit": "<?xml versio",
    }


def test_statistics_follow_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    written(HOPELESS)
    assert main(["lint", "--statistics", "m.asl.yaml"]) == 1
    assert capsys.readouterr().out == f"{NOWHERE}1 error in 1 file\n   1  transition-target\n"


def test_a_watch_lints_again_after_a_change_and_ends_with_an_interrupt(capsys: pytest.CaptureFixture[str]) -> None:
    from aslkit.cli import lint
    from aslkit.cli.watch import watch

    path = written(HOPELESS)
    changes = [lambda: None, lambda: written(MENDED), path.unlink, lambda: written(HOPELESS)]

    def sleep(seconds: float) -> None:
        if not changes:
            raise KeyboardInterrupt
        changes.pop(0)()

    options = lint.parser().parse_args(["--watch", "m.asl.yaml"])
    assert watch(options, lint.lint_once, sleep=sleep) == 1
    assert capsys.readouterr().out == (
        f"{NOWHERE}1 error in 1 file\nwatching; Ctrl-C ends it\n"
        "nothing found in 1 file\nwatching; Ctrl-C ends it\n"
        "aslkit: m.asl.yaml: no such file or folder\nwatching; Ctrl-C ends it\n"
        f"{NOWHERE}1 error in 1 file\nwatching; Ctrl-C ends it\n\n"
    )


# --- rules for some of the files -------------------------------------------------------------------------------------


def test_a_config_has_rules_for_some_of_the_files() -> None:
    Path("old/deep").mkdir(parents=True)
    for name in ("m.asl.yaml", "old/m.asl.yaml", "old/deep/m.asl.yaml"):
        written(HOPELESS, name)
    written("paths: [{glob: old/**, rules: {transition-target: off}}]\n", "aslkit.yaml")
    assert [main(["lint", name]) for name in ("m.asl.yaml", "old/m.asl.yaml", "old/deep/m.asl.yaml")] == [1, 0, 0]
