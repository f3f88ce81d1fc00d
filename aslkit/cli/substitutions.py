"""--set Name=value and --values FILE -> the values of a definition's placeholders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.cli import files
from aslkit.cli.errors import CannotRun
from aslkit.definition.document import DefinitionError, Document, load
from aslkit.simulation.reading import shown

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds --set and --values."""
    parser.add_argument("--set", action="append", metavar="NAME=VALUE", default=[], help="the value of ${NAME}")
    parser.add_argument("--values", metavar="FILE", help="a YAML or JSON object of names and values")


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The values given on the command line; --set wins over --values. Raises CannotRun for what is no name=value."""
    values = {} if options.values is None else dict(_from_file(options.values))
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
    if not name:  # of an option; it is not the same as no option at all
        raise CannotRun("the name of a file is empty")
    try:
        return load(files.read(name), source=files.shown(name))
    except DefinitionError as error:
        raise CannotRun(str(error)) from None


def data_document(name: str) -> Document:
    """The YAML or JSON that a file holds, which is data and no definition, so that no rule of lint looks at it. Raises
    CannotRun, with the place, when it cannot be read, and for a key that stands twice."""
    found = document(name)
    twice = [
        f"{located(found, one.again)}: the key {shown(one.pointer[-1])} stands twice here; only the last one counts"
        for one in found.duplicates
    ]
    if twice:
        raise CannotRun("\n".join(twice))
    return found


def located(document: Document, offset: int) -> str:
    """A place in a document as reports print it."""
    line, column = document.position(offset)
    return f"{document.source}:{line}:{column}"


def _from_file(name: str) -> dict[str, Any]:
    found = data_document(name)
    if not isinstance(found.data, dict):
        place = located(found, found.root.value)
        raise CannotRun(f"{place}: the values are an object of names and values, and this is {shown(found.data)}")
    return found.data
