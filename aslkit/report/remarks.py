"""Remarks on a file -> their lines, each with its place; a message that repeats what is long is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aslkit.definition.document import Document
    from aslkit.simulation.expectation import Difference
    from aslkit.simulation.reading import Remark


def remark_line(document: Document, one: Remark | Difference) -> str:
    """What is wrong, behind its place in the document."""
    return f"{place(document, one)}: {brief(one.message)}"


def place(document: Document, one: Remark | Difference) -> str:
    """Where something is wrong: file, line and column."""
    line, column = document.span(one.pointer)[:2]
    return f"{document.source}:{line}:{column}"


def brief(message: str) -> str:
    """A message without its middle if it is long: it begins with what is wrong, and ends with what to do."""
    if len(message) <= MOST_CHARACTERS:
        return message
    half = MOST_CHARACTERS // 2
    return f"{message[:half]} … {message[-half:]}"


MOST_CHARACTERS = 1000
"""More than any message has whose values are of a usual length."""
