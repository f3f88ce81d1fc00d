"""Remarks on a file, with their places."""

from __future__ import annotations

from aslkit.definition.document import load
from aslkit.report.remarks import brief, remark_line
from aslkit.simulation.reading import Remark


def test_a_remark_stands_behind_its_place() -> None:
    document = load("a: 1\nb: 2\n", source="m.yaml")
    assert remark_line(document, Remark(("b",), "`b` is 2")) == "m.yaml:2:1: `b` is 2"


def test_a_message_with_a_long_value_keeps_its_beginning_and_its_end() -> None:
    message = f"there is no '{'x' * 1_000_000}'; there is Load"
    assert brief(message) == f"there is no '{'x' * 487} … {'x' * 484}'; there is Load"
    assert brief("x" * 1000) == "x" * 1000
