"""The place in the text of a character inside a string, in every style that YAML can write the string in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.lint.places import inner_span

TEXT = r"""
double: "{% $x & 'q' %}"
single: '{% ''ab'' & $y %}'
literal: |
  {% (
     $a := 1;
     $zz
  ) %}
folded: >-
  {% $one
     & $two %}
escaped: "a\u0020\u00e9\"\n $k"
pair: "\ud83d\ude00 $e"
anchored: &n "tt $m"
alias: *n
lines: "folded
   over $lines"
plain: a $p
""".lstrip()


@pytest.mark.parametrize(
    ("key", "part", "place"),
    [
        ("double", "$x", (1, 13)),
        ("double", "'q'", (1, 18)),
        ("single", "$y", (2, 22)),
        ("literal", "$zz", (6, 6)),
        ("folded", "$two", (10, 8)),
        ("escaped", "$k", (11, 29)),
        ("pair", "$e", (12, 21)),
        ("anchored", "$m", (13, 18)),
        ("alias", "$m", None),
        ("lines", "$lines", (16, 9)),
        ("plain", "$p", (17, 10)),
    ],
)
def test_a_part_of_a_string_is_found_where_it_is_written(key: str, part: str, place: tuple[int, int] | None) -> None:
    document = load(TEXT, source="m.yaml")
    start = document.data[key].index(part)
    found = inner_span(document, (key,), start, start + len(part))
    assert (None if found is None else (found.line, found.column)) == place
    assert found is None or document.text[found.start : found.end] == part


def test_a_place_outside_the_string_and_a_value_that_is_no_string_have_none() -> None:
    document = load("a: text\nb: 1\n", source="m.yaml")
    assert inner_span(document, ("a",), 4, 5) is None
    assert inner_span(document, ("a",), -1, 1) is None
    assert inner_span(document, ("b",), 0, 1) is None


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1), st.data())
def test_every_character_of_a_json_string_is_found_or_none_is(text: str, data: st.DataObject) -> None:
    import json

    document = load(json.dumps({"a": text}), source="m.json")
    at = data.draw(st.integers(0, len(text) - 1))
    found = inner_span(document, ("a",), at, at + 1)
    if found is not None:
        written = json.dumps({"a": text})[found.start : found.end]
        assert written == text[at] or written.startswith("\\")
