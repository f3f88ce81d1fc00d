"""Names on the command line -> files, their texts, and whole files written at once, never over what was read."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from aslkit.cli.errors import CannotRun

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator, Sequence

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


_read: dict[str, None] = {}
"""The names of what this command has read, in order."""


def forget() -> None:
    """Another command begins, which has read nothing yet."""
    _read.clear()


def read(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises CannotRun when they cannot be had."""
    _read[name] = None
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


def write(name: str, text: str | bytes, *, over_input: bool = False) -> bool:
    """Writes a whole file or none: the text goes to a new file beside it, which then takes its name.

    A link stays a link, and a file that was there keeps its permissions. What is there and is no file (a pipe, a
    device, /dev/stdout) is written to and stays what it is. Says whether a file holds the text now. Raises CannotRun
    for what cannot be written, and for a file that this command has read, unless it may be written `over_input`.
    """
    content = text.encode() if isinstance(text, str) else text
    try:
        if is_stream(name):
            _pour(name, content)
            return False
        if not over_input:
            refuse_input(name, _read)
        _replace(os.path.realpath(name), content)
    except OSError as error:
        raise CannotRun(f"{shown(name)}: cannot write it: {reason(error)}") from None
    return True


def refuse_unwritable(name: str, *, over_input: bool = False) -> None:
    """Raises CannotRun, before anything is done for it, for a file that `write` would refuse as far as that is known:
    one that was read, a folder, one in no folder or where nothing may be written."""
    if is_stream(name):
        return
    if not over_input:
        refuse_input(name, _read)
    target = os.path.realpath(name) if os.path.islink(name) else name
    why = "this is a folder" if os.path.isdir(target) else _why_nothing_in(os.path.dirname(target))
    if why is not None:
        raise CannotRun(f"{shown(name)}: cannot write it: {why}")


def refuse_unwritable_folder(name: str) -> None:
    """Raises CannotRun, before anything is done for them, where no files can be written into a folder; one that is not
    there will be made."""
    why = _why_nothing_in(name)
    if why is not None:
        raise CannotRun(f"{shown(name)}: cannot write into it: {why}")


def _why_nothing_in(folder: str) -> str | None:
    """Why nothing can be written into a folder, which `write` makes if it is not there; None when something can."""
    there = folder or os.curdir
    while not os.path.lexists(there):
        there = os.path.dirname(there) or os.curdir
    if not os.path.isdir(there):
        return f"{shown(there)} is no folder"
    return None if os.access(there, os.W_OK | os.X_OK) else "no permission"


def refuse_empty(options: Namespace, *words: str) -> None:
    """Raises CannotRun for an option that is to name a file, or several, and has an empty name; that is not the same as
    no option at all."""
    for word in words:
        value = getattr(options, word)
        if "" in (value if isinstance(value, list) else [value]):
            raise CannotRun(f"--{word.replace('_', '-')}: the name of a file is empty")


def refuse_existing(name: str, *, force: bool) -> None:
    """Raises CannotRun for a file that is there, unless it is to be overwritten."""
    if os.path.exists(name) and not is_stream(name) and not force:
        raise CannotRun(f"{name} exists; --force overwrites it")


def refuse_input(name: str, read: Iterable[str]) -> None:
    """Raises CannotRun for a file that is one of those that were read, by whatever name."""
    try:
        there = os.stat(name)
    except OSError:
        return  # nothing to lose
    for other in read:
        if _is_file(other, there):
            same = "" if os.path.abspath(other) == os.path.abspath(name) else f" (as {shown(other)})"
            raise CannotRun(f"{shown(name)} is not overwritten: it is what was read{same}; write to another file")


def _is_file(name: str, found: os.stat_result) -> bool:
    """Whether a name that was read stands for a file."""
    try:
        return os.path.samestat(os.stat(0 if name == STDIN else name), found)
    except OSError:
        return False


def is_stream(name: str) -> bool:
    """Whether a name stands for what is there and takes bytes without being a file, or is open already."""
    try:
        mode = os.stat(name).st_mode
    except OSError:
        return False
    return not stat.S_ISDIR(mode) and (not stat.S_ISREG(mode) or _descriptor(name) is not None)


def _descriptor(name: str) -> int | None:
    """The number of the open file of this process that a name stands for: 1 for /dev/stdout, 3 for /dev/fd/3.

    It is written to by this number, since its name cannot open a socket, and would cut a file that others write to.
    """
    for _ in range(MOST_LINKS):
        folder, last = os.path.split(os.path.abspath(name))
        if last.isdecimal() and os.path.realpath(folder) == os.path.realpath("/dev/fd"):
            return int(last)
        if not os.path.islink(name):
            break
        name = os.path.join(folder, os.readlink(name))
    return None


MOST_LINKS = 40
"""How many links lead to a file at most, as on Linux."""


def _pour(name: str, content: bytes) -> None:
    """Writes to what is there. Raises OSError."""
    number = _descriptor(name)
    sys.stdout.flush()  # what was printed before comes first where both go to one place
    with open(name if number is None else number, "wb", closefd=number is None) as stream:
        stream.write(content)


def _replace(name: str, content: bytes) -> None:
    """Writes a file that nobody sees before it is whole. Raises OSError, and leaves nothing else behind."""
    folder = os.path.dirname(name)
    temporary = os.path.join(folder, f".{os.path.basename(name)}.{os.getpid()}.tmp")
    try:
        os.makedirs(folder, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if os.path.isfile(name):
            os.chmod(temporary, os.stat(name).st_mode & 0o7777)
        os.replace(temporary, name)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def encoded(text: str, before: bytes) -> bytes:
    """A text in the encoding, and with the byte order mark, of the file that it replaces."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if before.startswith(mark):
            return mark + text.encode(encoding)
    return text.encode()


def shown(name: str) -> str:
    """The name of a file as reports print it."""
    return "<stdin>" if name == STDIN else os.path.normpath(name).replace(os.sep, "/")


def seen_from(file: str | None, name: str) -> str:
    """The name of a file as it is written in another one; in what becomes of none, as if that stood beside it."""
    folder = os.path.dirname(os.path.abspath(name if file is None or is_stream(file) else file))
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
