"""The file that is checked -> the config of its project: the nearest aslkit.yaml, or pyproject.toml's [tool.aslkit]."""

from __future__ import annotations

import os

from aslkit.cli import files
from aslkit.cli.errors import CannotRun
from aslkit.lint.engine import Config

NAMES = ("aslkit.yaml", "aslkit.yml", "pyproject.toml")
MARK = b"tool.aslkit"

_known: dict[str, Config] = {}


def config_for(name: str, chosen: str | None) -> Config:
    """The config for a file: the chosen one, else the nearest in its folder or above, up to the repository's root.

    Raises CannotRun, with the place, for a config that says something unknown.
    """
    if chosen is not None:
        return _read(chosen) or Config()
    return _of_folder(os.path.abspath("." if name == files.STDIN else os.path.dirname(name) or "."))


def _of_folder(folder: str) -> Config:
    if folder not in _known:
        _known[folder] = _search(folder)
    return _known[folder]


def _search(folder: str) -> Config:
    for name in NAMES:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and (config := _read(path)) is not None:
            return config
    above = os.path.dirname(folder)
    if above == folder or os.path.exists(os.path.join(folder, ".git")):
        return Config()
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
