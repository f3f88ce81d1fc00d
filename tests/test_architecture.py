"""Imports only point down the picture of docs/architecture.md, and a plain lint loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "aslkit"
MAY_IMPORT = {
    "record": set(),
    "definition": {"record"},
    "language": {"record", "definition.document"},
    "lint": {"record", "definition", "language"},
    "simulation": {"record", "definition", "language"},
    "operations": {"record", "definition", "language", "lint", "simulation"},
    "report": {"record", "definition", "language", "lint", "simulation", "operations"},
    "testing": {"record", "definition", "language", "lint", "simulation", "operations", "report", "cli"},
    "cli": {"record", "definition", "language", "lint", "simulation", "operations", "report"},
}
"""What each part may import besides itself; `definition.document` is that one module."""


def imported(path: Path) -> list[str]:
    """The aslkit modules that a file imports, at any depth, as dotted names below aslkit."""
    names = []
    for found in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match found:
            case ast.Import(names=aliases):
                names += [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(module), level=0, names=aliases):
                names += [f"{module}.{alias.name}" for alias in aliases]
    return [name.removeprefix("aslkit.") for name in names if name.startswith("aslkit.") and "__" not in name]


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_only_point_down(part: str) -> None:
    files = [PACKAGE / f"{part}.py"] if part == "record" else sorted((PACKAGE / part).rglob("*.py"))
    allowed = {part, *MAY_IMPORT[part]}
    wrong = [
        (file.relative_to(PACKAGE).as_posix(), name)
        for file in files
        for name in imported(file)
        if not any(name == known or name.startswith(f"{known}.") for known in allowed)
    ]
    assert wrong == []


PRINTS = {"print", "open", "exit", "input"}


@pytest.mark.parametrize("part", ["definition", "language", "lint", "simulation", "report"])
def test_only_the_command_line_prints_and_reads_files(part: str) -> None:
    reading_data_that_ships_with_the_package = {"definition/schemas.py", "definition/services.py"}
    calls = [
        (file.relative_to(PACKAGE).as_posix(), found.func.id)
        for file in sorted((PACKAGE / part).rglob("*.py"))
        for found in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(found, ast.Call) and isinstance(found.func, ast.Name) and found.func.id in PRINTS
    ]
    assert [call for call in calls if call[0] not in reading_data_that_ships_with_the_package] == []


HEAVY = [
    "asyncio",
    "boto3",
    "botocore",
    "dataclasses",
    "hashlib",
    "importlib.metadata",
    "inspect",
    "jlens",
    "jsonschema",
]
HEAVY += ["pathlib", "rich", "tomllib", "unittest"]


def test_linting_a_clean_jsonpath_file_loads_nothing_heavy(tmp_path: Path) -> None:
    file = tmp_path / "m.asl.yaml"
    file.write_text("StartAt: A\nStates: {A: {Type: Pass, Parameters: {b.$: $.c}, End: true}}\n")
    script = (
        "import sys; from aslkit.cli import main; assert main(['lint', sys.argv[1]]) == 0; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {script}", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stdout + done.stderr


def test_the_modules_of_the_command_line_import_each_other_in_one_direction() -> None:
    """What several verbs need has a module of its own; imports that wait for their use count as well."""
    arrows = {
        file.stem: {name.split(".")[1] for name in imported(file) if name.startswith("cli.") and name.count(".")}
        for file in (PACKAGE / "cli").glob("*.py")
    }
    while free := {name for name, needed in arrows.items() if not needed & arrows.keys()}:
        arrows = {name: needed - free for name, needed in arrows.items() if name not in free}
    assert arrows == {}
