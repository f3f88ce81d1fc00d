"""--set Name=value and --values FILE -> the values of a definition's placeholders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.cli import files
from aslkit.cli.errors import CannotRun
from aslkit.definition.document import DefinitionError, Document, load

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds --set and --values."""
    parser.add_argument("--set", action="append", metavar="NAME=VALUE", default=[], help="the value of ${NAME}")
    parser.add_argument("--values", metavar="FILE", help="a YAML or JSON object of names and values")


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The values given on the command line; --set wins over --values. Raises CannotRun for what is no name=value."""
    values = dict(_from_file(options.values)) if options.values else {}
    for pair in options.set:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise CannotRun(f"--set {pair}: write NAME=VALUE, for example --set Environment=prod")
        values[name] = value
    return values


def filled(document: Document, options: argparse.Namespace) -> Document:
    """The document with the values given on the command line. Raises CannotRun for a placeholder without a value."""
    values = given(options)
    if not values:
        return document
    from aslkit.definition.substitution import SubstitutionError, substitute

    try:
        return substitute(document, values)
    except SubstitutionError as error:
        raise CannotRun(f"{document.source}: {error.message}") from None


def document(name: str) -> Document:
    """The YAML or JSON that a file holds. Raises CannotRun, with the place, when it cannot be read."""
    try:
        return load(files.read(name), source=files.shown(name))
    except DefinitionError as error:
        raise CannotRun(str(error)) from None


def _from_file(name: str) -> dict[str, Any]:
    data = document(name).data
    if not isinstance(data, dict):
        raise CannotRun(f"{name}: the values are an object of names and values")
    return data
