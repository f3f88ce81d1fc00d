"""The file that is checked -> the config of its project: the nearest aslkit.yaml, or pyproject.toml's [tool.aslkit]."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aslkit.cli import files
from aslkit.cli.errors import CannotRun
from aslkit.lint.engine import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("aslkit.yaml", "aslkit.yml", "pyproject.toml")
MARK = b"tool.aslkit"

_known: dict[str, tuple[Config, str]] = {}


def config_for(name: str, chosen: str | None) -> Config:
    """The config for a file: the chosen one, else the nearest in its folder or above, up to the repository's root; with
    what it says for the file's path.

    Raises CannotRun, with the place, for a config that says something unknown.
    """
    folder = os.path.abspath("." if name == files.STDIN else os.path.dirname(name) or ".")
    if chosen is not None:
        config, home = _read(chosen) or Config(), os.path.dirname(os.path.abspath(chosen))
    else:
        config, home = _of_folder(folder)
    if not config.paths:
        return config
    from aslkit.lint.config import for_path

    return for_path(config, os.path.relpath(os.path.abspath(name), home).replace(os.sep, "/"))


def candidates(name: str) -> Iterator[str]:
    """The files that may hold the config for a file, whether they exist or not."""
    folder = os.path.abspath(os.path.dirname(name) or ".")
    while True:
        yield from (os.path.join(folder, known) for known in NAMES)
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return
        folder = above


def forget() -> None:
    """Forgets what was read: the files may have changed."""
    _known.clear()


def _of_folder(folder: str) -> tuple[Config, str]:
    """The config that counts in a folder, and the folder that it stands in."""
    if folder not in _known:
        _known[folder] = _search(folder)
    return _known[folder]


def _search(folder: str) -> tuple[Config, str]:
    for name in NAMES:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and (config := _read(path)) is not None:
            return config, folder
    above = os.path.dirname(folder)
    if above == folder or os.path.exists(os.path.join(folder, ".git")):
        return Config(), folder
    return _of_folder(above)


def _read(path: str) -> Config | None:
    """The config in a file; None for a pyproject.toml that says nothing of aslkit."""
    content = files.read(path)
    if path.endswith(".toml"):
        return _from_toml(content, path) if MARK in content else None
    from aslkit.definition.document import DefinitionError, load
    from aslkit.lint.config import ConfigError, read_config

    if not content.strip():
        return Config()
    try:
        return read_config(load(content, source=_shown(path)))
    except (ConfigError, DefinitionError) as error:
        raise CannotRun(str(error)) from None


def _from_toml(content: bytes, path: str) -> Config | None:
    from aslkit.lint.config import ConfigError, config_from_toml

    try:
        return config_from_toml(content.decode("utf-8"), _shown(path))
    except ConfigError as error:
        raise CannotRun(str(error)) from None
    except ValueError as error:
        raise CannotRun(f"{_shown(path)}: this is not TOML: {error}") from None


def _shown(path: str) -> str:
    """The path as seen from here, where that is shorter."""
    return files.shown(min(os.path.relpath(path), path, key=len))
