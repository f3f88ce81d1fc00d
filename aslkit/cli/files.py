"""Names on the command line -> files, their texts, and whole files written at once."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from aslkit.cli.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STDIN = "-"
ENDINGS = (".asl.yaml", ".asl.yml", ".asl.json")
TEMPLATE_ENDINGS = (
    *("template.yaml", "template.yml", "template.json"),
    *(".asl.json.tftpl", ".asl.yaml.tftpl", ".asl.json.tpl", ".asl.yaml.tpl"),
)
"""How files end that may hold definitions inside: templates of SAM, CloudFormation and Terraform."""
SCENARIO_ENDINGS = (".scenarios.yaml", ".scenarios.yml", ".scenarios.json")
MAX_BYTES = 128 * 1024 * 1024
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})


def find(names: Sequence[str], endings: tuple[str, ...] = ENDINGS) -> list[str]:
    """The files that names, folders (all files below with one of the endings) and globs stand for, each once.

    Raises CannotRun for a name that is nothing, and for a folder or a glob without any such file.
    """
    files = dict.fromkeys(file for name in names for file in _found(name, endings))
    return list(files)


def _found(name: str, endings: tuple[str, ...]) -> Sequence[str]:
    if name == STDIN or os.path.isfile(name):
        return [name]
    if os.path.isdir(name):
        found = sorted(_below(name, endings))
        if not found:
            raise CannotRun(f"{name}: no file below this folder ends in {_listed(endings)}")
        return found
    if any(character in name for character in "*?["):
        import glob

        found = sorted(file for file in glob.glob(name, recursive=True) if os.path.isfile(file))
        if found:
            return found
        raise CannotRun(f"{name}: no file has a name like this")
    if os.path.exists(name):  # a pipe or a device: read it as it is
        return [name]
    raise CannotRun(f"{name}: no such file or folder")


def _below(folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS)
        yield from (os.path.join(here, file) for file in files if file.endswith(endings))


def read(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises CannotRun when they cannot be had."""
    try:
        if name == STDIN:
            return sys.stdin.buffer.read(MAX_BYTES)
        with open(name, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CannotRun(f"{name}: {reason(error)}") from None
    if len(content) > MAX_BYTES:
        raise CannotRun(f"{name}: more than {MAX_BYTES // 1024 // 1024} MB; a definition has at most 1 MB")
    return content


def reader(folder: str) -> Callable[[str], bytes]:
    """Reads a file by its name as seen from a folder; raises OSError when it cannot be read."""

    def read_there(name: str) -> bytes:
        try:
            return read(os.path.join(folder, name))
        except CannotRun as error:
            raise OSError(str(error)) from None

    return read_there


def write(name: str, text: str | bytes) -> None:
    """Writes a whole file or none: the text goes to a new file beside it, which then takes its name.

    A link stays a link, and a file that was there keeps its permissions.
    """
    name = os.path.realpath(name)
    folder = os.path.dirname(name)
    temporary = os.path.join(folder, f".{os.path.basename(name)}.{os.getpid()}.tmp")
    try:
        os.makedirs(folder, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        if os.path.isfile(name):
            os.chmod(temporary, os.stat(name).st_mode & 0o7777)
        os.replace(temporary, name)
    except OSError as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise CannotRun(f"{name}: cannot write it: {reason(error)}") from None


def encoded(text: str, before: bytes) -> bytes:
    """A text in the encoding, and with the byte order mark, of the file that it replaces."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if before.startswith(mark):
            return mark + text.encode(encoding)
    return text.encode()


def shown(name: str) -> str:
    """The name of a file as reports print it."""
    return "<stdin>" if name == STDIN else os.path.normpath(name).replace(os.sep, "/")


def seen_from(file: str, name: str) -> str:
    """The name of a file as it is written in another one."""
    folder = os.path.dirname(os.path.abspath(file))
    return os.path.relpath(os.path.abspath(name), folder).replace(os.sep, "/")


def reason(error: OSError) -> str:
    """Why a file cannot be had, in words."""
    reasons = {
        IsADirectoryError: "this is a folder",
        FileNotFoundError: "no such file",
        PermissionError: "no permission",
    }
    return next((text for kind, text in reasons.items() if isinstance(error, kind)), error.strerror or str(error))


def _listed(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
