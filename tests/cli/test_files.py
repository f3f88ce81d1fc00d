"""Names become files, or one clear line that says what is wrong with a name; writing is all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from aslkit.cli import files
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
