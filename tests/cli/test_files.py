"""Names become files, or one clear line that says what is wrong with a name; writing is all or nothing."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aslkit.cli import files, main
from aslkit.cli.errors import CannotRun


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [
        "a.asl.yaml",
        "b.asl.json",
        "notes.yaml",
        "in/c.asl.yml",
        ".hidden/d.asl.yaml",
        "node_modules/e.asl.json",
    ]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_folder_stands_for_all_definitions_below_it_but_hidden_ones() -> None:
    assert [files.shown(name) for name in files.find(["."])] == ["a.asl.yaml", "b.asl.json", "in/c.asl.yml"]


@pytest.mark.usefixtures("folder")
def test_files_and_globs_are_taken_as_they_are_and_once() -> None:
    assert files.find(["notes.yaml", "*.asl.*", "a.asl.yaml"]) == ["notes.yaml", "a.asl.yaml", "b.asl.json"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "nowhere: no such file or folder"),
        (".hidden/none", ".hidden/none: no such file or folder"),
        ("*.toml", "*.toml: no file has a name like this"),
    ],
)
def test_a_name_that_is_nothing_cannot_be_run(name: str, message: str) -> None:
    with pytest.raises(CannotRun) as caught:
        files.find([name])
    assert str(caught.value) == message


def test_a_folder_without_definitions_cannot_be_run(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"no file below this folder ends in .asl.yaml, .asl.yml or .asl.json"):
        files.find([str(tmp_path)])


def test_reading_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="this is a folder"):
        files.read(str(tmp_path))


def test_writing_makes_the_folder_and_leaves_nothing_else_behind(tmp_path: Path) -> None:
    files.write(str(tmp_path / "new" / "x.json"), "é\n")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "new").iterdir()] == [("x.json", "é\n".encode())]


def test_writing_over_a_folder_fails_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(CannotRun, match="cannot write it"):
        files.write(str(tmp_path / "x"), "text")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("new.json", None),
        ("new/folder/new.json", None),
        ("notes.yaml", None),
        ("link", None),
        ("/dev/null", None),
        ("in", "in: cannot write it: this is a folder"),
        ("to-folder", "to-folder: cannot write it: this is a folder"),
        ("notes.yaml/new.json", "notes.yaml/new.json: cannot write it: notes.yaml is no folder"),
        ("notes.yaml/new/new.json", "notes.yaml/new/new.json: cannot write it: notes.yaml is no folder"),
        ("a.asl.yaml", "a.asl.yaml is not overwritten: it is what was read; write to another file"),
    ],
)
def test_what_will_not_be_written_is_known_before(name: str, reason: str | None, folder: Path) -> None:
    (folder / "link").symlink_to("in/new.json")
    (folder / "to-folder").symlink_to("in")
    files.forget()
    files.read("a.asl.yaml")
    told = None
    try:
        files.refuse_unwritable(name)
    except CannotRun as error:
        told = str(error)
    assert told == reason
    if told is None:
        files.write(name, "{}")
    else:
        with pytest.raises(CannotRun):
            files.write(name, "{}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_known_before(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotRun) as caught:
        files.refuse_unwritable_folder(str(tmp_path / "new"))
    assert str(caught.value) == f"{tmp_path}/new: cannot write into it: no permission"


def test_writing_to_a_link_changes_the_file_and_keeps_the_link_and_the_permissions(tmp_path: Path) -> None:
    file, link = tmp_path / "x", tmp_path / "link"
    file.write_text("before")
    file.chmod(0o640)
    link.symlink_to(file)
    assert files.write(str(link), "after")
    assert (file.read_text(), file.stat().st_mode & 0o777, link.is_symlink()) == ("after", 0o640, True)


# --- what is no file is written to -----------------------------------------------------------------------------------


def test_a_pipe_gets_what_is_written_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reading:
        assert not files.write(str(pipe), "text")
        assert reading.read() == b"text"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_device_gets_what_is_written_and_stays_a_device(tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        device.open("wb").close()
    except OSError:
        pytest.skip("no permission to make a device, or to open one here")
    assert not files.write(str(device), "text")
    assert stat.S_ISCHR(device.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["null"]


@pytest.mark.parametrize("folder", ["/dev/fd", "/proc/self/fd"])
@pytest.mark.parametrize("linked", [False, True])
def test_what_is_open_already_is_written_to_by_its_number(folder: str, linked: bool, tmp_path: Path) -> None:
    if not os.path.isdir(folder):
        pytest.skip(f"this system has no {folder}")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        name = f"{folder}/{ours.fileno()}"
        if linked:
            (tmp_path / "link").symlink_to(name)
            name = str(tmp_path / "link")
        assert not files.write(name, "text")
        assert theirs.recv(100) == b"text"


def test_a_file_that_is_open_already_is_not_cut(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("ab") as stream:
        assert not files.write(f"/dev/fd/{stream.fileno()}", "text\n")
    assert log.read_text() == "before\ntext\n"


def test_what_nobody_takes_cannot_be_written() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    name = f"/dev/fd/{ours.fileno()}"
    with ours, pytest.raises(CannotRun) as caught:
        files.write(name, "text")
    assert str(caught.value) == f"{name}: cannot write it: Broken pipe"


def test_a_socket_that_has_a_name_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("s")
        with pytest.raises(CannotRun, match="s: cannot write it: "):
            files.write("s", "text")
        assert stat.S_ISSOCK(os.stat("s").st_mode)


@pytest.mark.parametrize("output", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_an_export_to_standard_output_by_its_name_is_the_export_and_nothing_else(output: str, tmp_path: Path) -> None:
    (tmp_path / "m.asl.yaml").write_text("StartAt: A\nStates: {A: {Type: Succeed}}\n")
    command = [sys.executable, "-m", "aslkit", "export", "m.asl.yaml", "--compact"]
    printed, written = (
        subprocess.run([*command, *more], cwd=tmp_path, capture_output=True, check=True)
        for more in ([], ["-o", output])
    )
    assert written.stdout == printed.stdout == b'{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}\n'


@pytest.mark.parametrize("command", ["import m.json -o pipe", "capture h.json --definition in/m.asl.yaml -o pipe"])
def test_a_pipe_is_there_already_and_needs_no_force(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    Path("in").mkdir()
    Path("in/m.asl.yaml").write_text("StartAt: A\nStates: {A: {Type: Succeed}}\n")
    Path("h.json").write_text(json.dumps(HISTORY))
    os.mkfifo("pipe")
    with os.fdopen(os.open("pipe", os.O_RDONLY | os.O_NONBLOCK), "r", encoding="utf-8") as reading:
        assert main(command.split()) == 0
        written = reading.read()
    assert main(command.split()[:-2]) == 0
    assert capsys.readouterr().out == written


HISTORY = [
    {"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "{}"}},
    {
        "id": 2,
        "previousEventId": 1,
        "type": "SucceedStateEntered",
        "stateEnteredEventDetails": {"name": "A", "input": "{}"},
    },
    {
        "id": 3,
        "previousEventId": 2,
        "type": "SucceedStateExited",
        "stateExitedEventDetails": {"name": "A", "output": "{}"},
    },
    {"id": 4, "previousEventId": 3, "type": "ExecutionSucceeded", "executionSucceededEventDetails": {"output": "{}"}},
]


# --- what was read is not written over -------------------------------------------------------------------------------

MACHINE = "# kept\nStartAt: A\nStates: {A: {Type: Succeed}}\n"
SCENARIOS = "# kept\nscenarios: [{name: it works, then: {status: SUCCEEDED}}]\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.asl.yaml").write_text(MACHINE)
    Path("a.scenarios.yaml").write_text(SCENARIOS)
    Path("link").symlink_to("a.asl.yaml")
    os.link("a.asl.yaml", "twin")
    Path("values.yaml").write_text("x: 1\n")
    Path("aslkit.yaml").write_text("")
    return tmp_path


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("export a.asl.yaml -o a.asl.yaml", "a.asl.yaml is not overwritten: it is what was read"),
        ("export a.asl.yaml -o ./a.asl.yaml", "a.asl.yaml is not overwritten: it is what was read"),
        ("export a.asl.yaml -o link", "link is not overwritten: it is what was read (as a.asl.yaml)"),
        ("export link -o a.asl.yaml", "a.asl.yaml is not overwritten: it is what was read (as link)"),
        ("export a.asl.yaml -o twin", "twin is not overwritten: it is what was read (as a.asl.yaml)"),
        ("export a.asl.yaml -o aslkit.yaml", "aslkit.yaml is not overwritten: it is what was read"),
        (
            "export a.asl.yaml --partial --values values.yaml -o values.yaml",
            "values.yaml is not overwritten: it is what was read",
        ),
        (
            "export a.scenarios.yaml --as mock-config -o a.scenarios.yaml",
            "a.scenarios.yaml is not overwritten: it is what was read",
        ),
        (
            "export a.scenarios.yaml --as mock-config -o a.asl.yaml",
            "a.asl.yaml is not overwritten: it is what was read",
        ),
        (
            "test a.scenarios.yaml --coverage-file a.scenarios.yaml",
            "a.scenarios.yaml is not overwritten: it is what was read",
        ),
        ("test . --coverage-file a.asl.yaml", "a.asl.yaml is not overwritten: it is what was read"),
        ("explore a.asl.yaml --proof a.asl.yaml", "a.asl.yaml is not overwritten: it is what was read"),
        (
            "explore a.asl.yaml --event-rule a.scenarios.yaml",
            "a.scenarios.yaml is not overwritten: it is what was read",
        ),
    ],
)
def test_no_output_replaces_what_the_command_has_read(
    command: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_text() for path in Path().iterdir()}
    assert main(command.split()) == 2
    assert capsys.readouterr().err == f"aslkit: {message}; write to another file\n"
    assert {path.name: path.read_text() for path in Path().iterdir()} == before


def test_no_output_replaces_what_came_in_as_standard_input(project: Path) -> None:
    command = [sys.executable, "-m", "aslkit", "export", "-", "-o", "a.asl.yaml"]
    with open("a.asl.yaml", "rb") as source:
        done = subprocess.run(command, stdin=source, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "aslkit: a.asl.yaml is not overwritten: it is what was read (as <stdin>); write to another file\n",
    )
    assert Path("a.asl.yaml").read_text() == MACHINE


@pytest.mark.usefixtures("project")
def test_what_another_command_has_read_may_be_written() -> None:
    assert main(["lint", "a.asl.yaml"]) == 0
    Path("b.asl.yaml").write_text(MACHINE)
    assert main(["export", "b.asl.yaml", "-o", "a.asl.yaml"]) == 0
    assert Path("a.asl.yaml").read_text() == '{\n  "StartAt": "A",\n  "States": {\n    "A": {\n' + (
        '      "Type": "Succeed"\n    }\n  }\n}\n'
    )


@pytest.mark.usefixtures("project")
def test_a_coverage_file_takes_the_sum_of_itself_and_others() -> None:
    assert main(["test", ".", "--coverage-file", "all.json"]) == 0
    assert main(["test", ".", "--coverage-file", "more.json"]) == 0
    assert main(["coverage", "all.json", "more.json", "-o", "sum.json"]) == 0
    assert main(["coverage", "all.json", "more.json", "-o", "all.json"]) == 0
    assert Path("all.json").read_text() == Path("sum.json").read_text()


@pytest.mark.usefixtures("project")
def test_an_import_replaces_its_own_file_only_when_it_is_forced_to() -> None:
    Path("m").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    assert main(["import", "m", "-o", "m"]) == 2
    assert main(["import", "m", "-o", "m", "--force"]) == 0
    assert Path("m").read_text() == "StartAt: A\nStates:\n  A:\n    Type: Succeed\n"


@pytest.mark.usefixtures("project")
def test_a_baseline_is_written_anew_over_what_was_read_of_it() -> None:
    for _ in range(2):
        assert main(["lint", "a.asl.yaml", "--baseline", "known.json", "--update-baseline"]) == 0
    assert main(["lint", "a.asl.yaml", "--baseline", "known.json"]) == 0
