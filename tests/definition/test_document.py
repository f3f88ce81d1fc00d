"""Text becomes plain JSON data with the place of everything, or one clear error with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aslkit.definition.document import DefinitionError, load, pointer_text


def failure(text: str | bytes, source: str = "m.asl.yaml") -> str:
    with pytest.raises(DefinitionError) as caught:
        load(text, source=source)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("010", 10),
        ("1:30", "1:30"),
        ("2025-01-01", "2025-01-01"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("0x1F", 31),
        ("+7", 7),
        ("1e3", 1000.0),
        ("1.0", 1.0),
        (".5", 0.5),
        ("~", None),
        ("Null", None),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("'1'", "1"),
        ('"\\u00e9"', "é"),
        ("!!str 1", "1"),
        ("!!float 1", 1.0),
        ("${Name}", "${Name}"),
        ("[${A}, {b: ${B}}]", ["${A}", {"b": "${B}"}]),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_a_scalar_is_what_yaml_1_2_says(text: str, value: Any) -> None:
    got = load(f"x: {text}\n").data["x"]
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "m.asl.yaml:1:1: there is nothing in this text but blanks and comments"),
        ("# only a comment\n", "m.asl.yaml:1:1: there is nothing in this text but blanks and comments"),
        ("a: 1\n---\nb: 2\n", "m.asl.yaml:2:1: a second YAML document starts here; a file holds one definition"),
        ("a: .nan", "m.asl.yaml:1:4: .nan is no JSON value; JSON has neither NaN nor infinity"),
        ("a:\n  - -.inf", "m.asl.yaml:2:5: -.inf is no JSON value; JSON has neither NaN nor infinity"),
        ("a: 1e999", "m.asl.yaml:1:4: the number 1e999 is too large for JSON"),
        (f"a: {'9' * 5000}", "m.asl.yaml:1:4: an integer of 5,000 digits is too large"),
        ("[a]: 1", "m.asl.yaml:1:1: a key is not a plain word here; the keys of JSON are strings"),
        ("a: &x [*x]", "m.asl.yaml:1:8: the alias *x stands inside what it names: the value would have no end"),
        ("a: *x", "m.asl.yaml:1:4: the alias *x has no anchor &x before it"),
        ("a: {<<: 1}", "m.asl.yaml:1:9: a merge key (<<) takes a mapping or a list of mappings"),
        (
            "a: !Sub x",
            "m.asl.yaml:1:4: the tag !Sub means nothing to the States Language; JSON's types need no tag",
        ),
        ("a: !!int x", "m.asl.yaml:1:4: 'x' is no int, which its tag !!int says"),
        (
            "a:\n\tb: 1",
            "m.asl.yaml:2:1: this is not YAML: this character cannot start a value (a tab never indents; @, ` and % "
            "need quotes)",
        ),
        ("a: b: c", "m.asl.yaml:1:5: this is not YAML: a second ': ' stands here; a text that holds one needs quotes"),
        (
            "a: [1\nb: 2",
            "m.asl.yaml:2:2: this is not YAML: the list is not closed: ',' or ']' is missing before this place",
        ),
        (
            "a: {x: 1\nb: 2",
            "m.asl.yaml:2:2: this is not YAML: the object is not closed: ',' or '}' is missing before this place",
        ),
        ("a: 'x", "m.asl.yaml:1:6: this is not YAML: the quote is never closed"),
        ("a: b\nc", "m.asl.yaml:2:2: this is not YAML: the line before this place is no `key: value`"),
        ("a: - b", "m.asl.yaml:1:4: this is not YAML: a list in several lines begins on a line of its own"),
        ("- a\nb: 1", "m.asl.yaml:2:1: this is not YAML: the list above goes on here without a '- '"),
        (b"a: 1\nb: \xff", "m.asl.yaml:2:4: the text is not UTF-8: byte 0xff cannot be read"),
        ("a: x\0y", "m.asl.yaml:1:5: the character U+0000 is not allowed here"),
        ("a: \ud800", "m.asl.yaml:1:4: half of a surrogate pair stands here alone; it is no character"),
        (
            "[" * 10_000,
            "m.asl.yaml:1:101: values are nested more than 100 deep; no state machine needs that, and AWS refuses it",
        ),
        (
            "- " * 10_000,
            "m.asl.yaml:1:201: values are nested more than 100 deep; no state machine needs that, and AWS refuses it",
        ),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_broken_text_is_one_error_with_its_place(text: str | bytes, message: str) -> None:
    assert failure(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,}', "m.json:1:9: this is not JSON: expecting property name enclosed in double quotes"),
        ('{"a":\n NaN}', "m.json:2:2: NaN is no JSON value"),
        (f'{{"a":\n {"9" * 5000}}}', "m.json:2:2: an integer of 5,000 digits is too large"),
        ('{"a": "\\ud800"}', "m.json:1:7: half of a surrogate pair stands here alone; it is no character"),
        ("a: 1", "m.json:1:1: this is not JSON: expecting value"),
    ],
)
def test_a_json_file_must_be_json(text: str, message: str) -> None:
    assert failure(text, "m.json") == message


def test_json_nested_without_end_is_refused() -> None:
    assert failure("[" * 100_000, "m.json").startswith("m.json:1:1: values are nested more than 100 deep")


def test_json_may_hold_bare_placeholders_tabs_and_surrogate_pairs() -> None:
    text = '{\t"a": ${Count},\n\t"b": "\\ud83d\\ude00 ${Name}",\t"c": "t\\tt"}'
    document = load(text, source="m.asl.json")
    assert document.data == {"a": "${Count}", "b": "😀 ${Name}", "c": "t\tt"}
    assert document.value_span(("b",))[:4] == (2, 7, 2, 29)


LONG = "k" * 1100


@pytest.mark.parametrize("source", ["m.json", "m.asl.yaml"])
@pytest.mark.parametrize(
    ("text", "data"),
    [
        (f'{{"{LONG}": 1}}', {LONG: 1}),
        ('{"a"\n: 1}', {"a": 1}),
        (
            f'{{"{LONG}":\t[${{Count}}, "\\ud83d\\ude00 ${{Name}} \\"", -1.5e3, null, {{}}, ["no", true]]}}',
            {LONG: ["${Count}", '😀 ${Name} "', -1500.0, None, {}, ["no", True]]},
        ),
    ],
)
def test_json_that_is_no_yaml_is_read_as_json(text: str, data: Any, source: str) -> None:
    assert load(text, source=source).data == data


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'{{"{LONG}": 1,\n "a": "\\ud800"}}', "2:7: half of a surrogate pair stands here alone; it is no character"),
        (f'{{"{LONG}":\n {"9" * 5000}}}', "2:2: an integer of 5,000 digits is too large"),
        (
            f'{{"{LONG}":\n {"[" * 200}{"]" * 200}}}',
            "2:101: values are nested more than 100 deep; no state machine needs that, and AWS refuses it",
        ),
        (f'{{"{LONG}": 1,\n "a": 1', "2:8: this is not JSON: expecting ',' delimiter"),
    ],
)
def test_what_json_that_is_no_yaml_cannot_hold_has_its_place(text: str, message: str) -> None:
    assert failure(text, "m.json") == f"m.json:{message}"


def test_a_key_that_stands_twice_in_json_that_is_no_yaml_is_told() -> None:
    document = load(f'{{"{LONG}": 1,\n "{LONG}": 2}}', source="m.json")
    assert [(one.pointer, document.position(one.again)) for one in document.duplicates] == [((LONG,), (2, 2))]


def test_a_text_of_100_mb_is_refused() -> None:
    assert failure("#" * (33 * 1024 * 1024)).startswith(
        "m.asl.yaml:1:1: the text has 34,603,008 characters; aslkit reads"
    )


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert (
        failure("\n".join(lines)) == "m.asl.yaml:1:1: with its aliases written out this is more than 2,000,000 values"
    )


def test_byte_order_mark_and_crlf_change_no_place() -> None:
    document = load(b"\xef\xbb\xbfa: 1\r\nb:\r\n  c: 2\r\n")
    assert document.data == {"a": 1, "b": {"c": 2}}
    assert document.span(("b", "c"))[:4] == (3, 3, 3, 7)
    assert document.line(2) == "b:"


def test_anchors_and_merge_keys_are_honoured_and_written_keys_win() -> None:
    document = load("base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\nuse:\n  <<: [*b, *o]\n  x: 9\n")
    assert document.data["use"] == {"x": 9, "y": 2, "z": 4}
    assert document.span(("use", "z")).line == 2


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert load('a: {"<<": {b: 1}}').data == {"a": {"<<": {"b": 1}}}


def test_of_a_key_that_stands_twice_the_last_counts_and_both_places_are_kept() -> None:
    document = load("a:\n  b: 1\n  b:\n    c: 2\n")
    assert document.data == {"a": {"b": {"c": 2}}}
    assert document.duplicates == ((("a", "b"), 5, 12),)
    assert document.span(("a", "b", "c")).line == 4


def test_scalars_that_yaml_1_1_reads_otherwise_are_noted_each_time() -> None:
    readings = load("a: no\nb: [no, 010, 1:30, 07, 0.5, 12]\non: 2025-01-01\n").readings
    assert [(reading.pointer, reading.text, reading.other, reading.key) for reading in readings] == [
        (("a",), "no", "false", False),
        (("b", 0), "no", "false", False),
        (("b", 1), "010", "8", False),
        (("b", 2), "1:30", "90", False),
        (("on",), "on", "true", True),
        (("on",), "2025-01-01", "the date 2025-01-01", False),
    ]


PLACES = """\
# a comment
StartAt: A
States:
  A:
    Type: Task
    Retry:
      - ErrorEquals: [States.ALL]
        MaxAttempts: 2
    # behind

    End: true
"""


@pytest.mark.parametrize(
    ("pointer", "span"),
    [
        ((), (2, 1, 2, 11)),
        (("StartAt",), (2, 1, 2, 11)),
        (("States", "A"), (4, 3, 4, 4)),
        (("States", "A", "Retry"), (6, 5, 6, 10)),
        (("States", "A", "Retry", 0), (7, 9, 7, 34)),
        (("States", "A", "Retry", 0, "ErrorEquals", 0), (7, 23, 7, 33)),
        (("States", "A", "Retry", 0, "MaxAttempts"), (8, 9, 8, 23)),
        (("States", "A", "Nowhere", 3), (4, 3, 4, 4)),
    ],
)
def test_every_value_has_its_place(pointer: tuple[str | int, ...], span: tuple[int, ...]) -> None:
    assert load(PLACES).span(pointer)[:4] == span


def test_the_place_of_a_block_ends_with_its_last_value() -> None:
    assert load(PLACES).value_span(("States", "A", "Retry"))[:4] == (7, 7, 8, 23)


def test_a_pointer_is_written_as_json_pointer_text() -> None:
    assert pointer_text(("States", "A/B~", 0)) == "/States/A~1B~0/0"


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    # YAML reads no key whose text is longer than 1,024 characters
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=80) | st.just("k" * 1100), inner, max_size=4)
    ),
    max_leaves=20,
)


def places(value: Any, pointer: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *(place for key, item in items for place in places(item, (*pointer, key)))]


@example({"\x85": "a\u2028b\u2029 ${x\x85}"}, False)
@example({"\x85": "a\u2028b\u2029", "\ue081": "\ue07f"}, True)
@settings(max_examples=100, deadline=None)
@given(JSON_VALUES.filter(lambda value: value is not None), st.booleans())
def test_json_text_reads_as_the_json_library_reads_it(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=1)
    try:
        document = load(text, source="m.json")
    except DefinitionError as error:
        assert "not allowed here" in error.message or "surrogate" in error.message  # control characters, lone halves
        return
    assert document.data == json.loads(text)
    for place in places(document.data):
        span = document.value_span(place)
        written = text[span.start : span.end]
        assert json.loads(written) == value_at(document.data, place)


def value_at(value: Any, pointer: tuple[str | int, ...]) -> Any:
    for key in pointer:
        value = value[key]
    return value


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab:-#{}[],&*!|>'\"%@`\n\t 01.~<?$\\é\u2028\ufeff")), max_size=60))
def test_any_text_is_data_or_a_definition_error(text: str) -> None:
    try:
        document = load(text)
    except DefinitionError as error:
        assert error.line >= 1
        assert error.column >= 1
    else:
        json.dumps(document.data, allow_nan=False)


@settings(max_examples=100, deadline=None)
@given(JSON_VALUES.filter(lambda value: isinstance(value, (dict, list))))
def test_yaml_written_by_pyyaml_reads_back(value: Any) -> None:
    text = yaml.safe_dump(json.loads(json.dumps(value)), default_style='"')
    try:
        assert load(text).data == json.loads(json.dumps(value))
    except DefinitionError as error:
        assert "surrogate" in error.message


def test_an_escape_of_the_private_use_area_stays_beside_a_surrogate_pair() -> None:
    text = '{"a": "\\ue000\\uE07f \\ud83d\\ude00"}'
    assert load(text, source="m.json").data == {"a": "\ue000\ue07f 😀"}
