"""Coverage files: what is written is read again, and several of them add up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import Document, load
from aslkit.definition.model import parse
from aslkit.operations.coverage import CoverageError, Measured, from_json, measured, merged, to_json
from aslkit.simulation.coverage import Coverage, parts

TEXT = """\
StartAt: "A/é"
States:
  "A/é": {Type: Choice, Choices: [{Variable: $.x, IsPresent: true, Next: B}], Default: B}
  B: {Type: Succeed}
"""


def document(text: str = TEXT, source: str = "a.asl.yaml") -> Document:
    return load(text, source=source)


def one_of(counts: list[int], text: str = TEXT, source: str = "a.asl.yaml") -> Measured:
    found = parts(parse(document(text)))
    uses = dict(zip(found, (counts * len(found))[: len(found)], strict=True))
    return measured(document(text, source), Coverage(uses=uses))


COUNTS = st.lists(st.integers(0, 10**9), min_size=5, max_size=5)


@settings(max_examples=50, deadline=None)
@given(COUNTS, COUNTS)
def test_what_is_written_is_read_again_and_adds_up_in_any_order(first: list[int], second: list[int]) -> None:
    ones, twos = one_of(first), one_of(second)
    other = one_of(first, source="b.asl.yaml")
    assert from_json(json.loads(to_json([ones, other]))) == [ones, other]
    assert merged([ones, other, twos]) == [
        Measured("a.asl.yaml", ones.coverage + twos.coverage, ones.places),
        other,
    ]
    assert merged([twos, ones])[0] == merged([ones, twos])[0]


def test_a_coverage_file_holds_one_line_for_each_part() -> None:
    assert to_json([one_of([2, 0, 1, 0, 3])]) == (
        '{"format": "aslkit coverage 1", "definitions": [\n'
        '  {"definition": "a.asl.yaml", "parts": [\n'
        '    {"kind": "state", "pointer": ["States", "A/é"], "which": "", "text": "state \'A/é\'", "line": 3, '
        '"column": 3, "uses": 2},\n'
        '    {"kind": "choice", "pointer": ["States", "A/é", "Choices", 0], "which": "met", "text": "choice rule 1 of '
        '\'A/é\' is met (to \'B\')", "line": 3, "column": 35, "uses": 0},\n'
        '    {"kind": "choice", "pointer": ["States", "A/é", "Choices", 0], "which": "not met", "text": "choice rule 1 '
        'of \'A/é\' is not met", "line": 3, "column": 35, "uses": 1},\n'
        '    {"kind": "transition", "pointer": ["States", "A/é", "Default"], "which": "", "text": "the transition from '
        '\'A/é\' to \'B\' by default", "line": 3, "column": 79, "uses": 0},\n'
        '    {"kind": "state", "pointer": ["States", "B"], "which": "", "text": "state \'B\'", "line": 4, "column": 3, '
        '"uses": 3}\n'
        "  ]}\n]}\n"
    )


@pytest.mark.parametrize("text", [TEXT + "  C: {Type: Fail}\n", "\n" + TEXT])
def test_coverage_of_another_version_of_a_definition_does_not_add_up(text: str) -> None:
    with pytest.raises(CoverageError, match=r"a\.asl\.yaml was not the same everywhere"):
        merged([one_of([1]), one_of([1], text)])


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"format": "aslkit coverage 2", "definitions": []},
        {"format": "aslkit coverage 1", "definitions": {}},
        {"format": "aslkit coverage 1", "definitions": [1]},
        {"format": "aslkit coverage 1", "definitions": [{"definition": "a", "parts": [{}]}]},
    ],
)
def test_anything_else_is_no_coverage_file(data: Any) -> None:
    with pytest.raises(CoverageError):
        from_json(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "line"),
        ("uses", -1),
        ("uses", True),
        ("pointer", [None]),
        ("text", None),
        ("line", 1.5),
        ("line", -3),
        ("column", 0),
    ],
)
def test_a_part_with_a_field_that_does_not_fit_is_named(field: str, value: Any) -> None:
    data = json.loads(to_json([one_of([1])]))
    data["definitions"][0]["parts"][0][field] = value
    with pytest.raises(CoverageError, match=r"a part of a\.asl\.yaml in it cannot be read"):
        from_json(data)


def test_a_part_that_stands_twice_in_a_file_is_named() -> None:
    data = json.loads(to_json([one_of([1])]))
    first = data["definitions"][0]["parts"][0]
    data["definitions"][0]["parts"].append({**first, "text": "the same in other words", "uses": 5})
    with pytest.raises(CoverageError) as told:
        from_json(data)
    assert str(told.value) == (
        'a part of a.asl.yaml stands in it twice: {"kind": "state", "pointer": ["States", "A/\\u00e9"], "which": "", '
        '"text": "the same in other words", "line": 3, "column": 3, "uses": 5}'
    )


def test_a_definition_without_parts_was_not_measured() -> None:
    with pytest.raises(CoverageError) as told:
        from_json({"format": "aslkit coverage 1", "definitions": [{"definition": "a", "parts": []}]})
    assert str(told.value) == "nothing was measured: a in it has no parts, and every definition has states"
