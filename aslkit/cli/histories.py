"""The name of a file -> the recorded execution in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.cli import files
from aslkit.cli.errors import CannotRun
from aslkit.simulation.recording import HistoryError, read_history

if TYPE_CHECKING:
    from aslkit.simulation.recording import Recording


def recording(name: str) -> Recording:
    """The recording in a file: JSON, or one JSON value a line as logs are exported. Raises CannotRun."""
    try:
        return read_history(value(name))
    except HistoryError as error:
        raise CannotRun(f"{files.shown(name)}: {error}") from None


def value(name: str) -> Any:
    """The JSON value of a file; of several lines with one value each, the list of them. Raises CannotRun."""
    text = files.read(name).decode("utf-8-sig", "replace")
    try:
        return json.loads(text)
    except RecursionError:
        raise CannotRun(f"{files.shown(name)}: nested too deep to be a history") from None
    except ValueError as error:
        if "set_int_max_str_digits" in str(error):
            raise CannotRun(f"{files.shown(name)}: an integer in it is too large") from None
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise CannotRun(f"{files.shown(name)}: this is no JSON: {error}") from None
        if not found:
            raise CannotRun(f"{files.shown(name)}: the file is empty") from None
        return found
