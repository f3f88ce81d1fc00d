"""The algebra of shapes: what is read, written, joined, and remembered as lost."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.language.jsonpath import ReferencePathMismatch
from aslkit.language.jsonpath import put as put_value
from aslkit.lint.shapes import (
    ABSENT,
    EMPTY,
    MAX_LOSSES,
    MAX_MEMBERS,
    MAX_WEIGHT,
    MAYBE,
    NUMBER,
    PRESENT,
    STRING,
    UNKNOWN,
    Keys,
    Loss,
    Member,
    Object,
    Reading,
    Scalar,
    array,
    array_of,
    built,
    doubt,
    each_of,
    filled,
    join,
    join_all,
    literal,
    lose,
    put,
    read,
    undoubted,
    with_member,
)

NAMES = st.sampled_from("abc")
VALUES = st.recursive(
    st.sampled_from([None, True, 1, 2.5, "x", "y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.lists(NAMES | st.integers(0, 2), max_size=3).map(tuple)
BY = Loss("result", ("States", "A"), UNKNOWN)


def value_at(value: Any, keys: Keys) -> tuple[bool, Any]:
    """Whether there is a value at a route, and which."""
    for key in keys:
        fits = isinstance(value, dict) if isinstance(key, str) else isinstance(value, list)
        if not fits or (key not in value if isinstance(key, str) else key >= len(value)):
            return False, None
        value = value[key]
    return True, value


@settings(max_examples=100, deadline=None)
@given(VALUES, KEYS)
def test_reading_plain_data_finds_what_is_there(value: Any, keys: Keys) -> None:
    exists, found = value_at(value, keys)
    reading = read(literal(value), keys)
    assert (reading.presence, reading.shape) == ((PRESENT, literal(found)) if exists else (ABSENT, UNKNOWN))


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES, KEYS)
def test_a_joined_shape_says_nothing_that_is_wrong_for_one_of_the_two(one: Any, other: Any, keys: Keys) -> None:
    there = {value_at(one, keys)[0], value_at(other, keys)[0]}
    presence = read(join(literal(one), literal(other)), keys).presence
    assert presence != ABSENT or there == {False}
    assert presence != PRESENT or there == {True}


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES)
def test_a_join_that_adds_nothing_is_the_same_object(one: Any, other: Any) -> None:
    joined = join(literal(one), literal(other))
    assert join(joined, literal(one)) is joined
    assert join(joined, literal(other)) is joined
    assert join(joined, joined) is joined


@settings(max_examples=100, deadline=None)
@given(VALUES, KEYS, VALUES)
def test_writing_a_shape_is_the_shape_of_the_writing(document: Any, keys: Keys, value: Any) -> None:
    try:
        written = put_value(document, keys, value)
    except ReferencePathMismatch:
        return
    assert put(literal(document), keys, literal(value)) == literal(written)


def test_anything_may_be_in_what_is_unknown() -> None:
    assert read(UNKNOWN, ("a", 0, "b")) == Reading(UNKNOWN, MAYBE, 0, UNKNOWN)
    assert read(UNKNOWN, ()) == Reading(UNKNOWN)


def test_a_read_that_fails_tells_how_far_it_came_and_what_is_there() -> None:
    shape = literal({"a": {"b": "text"}})
    assert read(shape, ("a", "c", "d")) == Reading(UNKNOWN, ABSENT, 1, literal({"b": "text"}))
    assert read(shape, ("a", "b", "c")) == Reading(UNKNOWN, ABSENT, 2, Scalar("string", ("text",)))


def test_arrays_are_read_by_index_only() -> None:
    known, unknown = literal([1, "x"]), array_of(NUMBER)
    assert read(known, (1,)).shape == Scalar("string", ("x",))
    assert [read(known, (2,)).presence, read(known, ("x",)).presence] == [ABSENT, ABSENT]
    assert read(unknown, (7,)) == Reading(NUMBER, MAYBE, 0, unknown)
    assert read(unknown, ("x",)).presence == ABSENT


def test_what_replaces_everything_remembers_what_was_there() -> None:
    shape = lose(literal({"a": 1}), BY)
    assert read(shape, ("b", "c")).losses == (BY,)
    assert read(shape, ("a",)).losses == ()


def test_an_open_object_has_lost_nothing() -> None:
    assert lose(UNKNOWN, BY) is UNKNOWN
    assert doubt(EMPTY, BY) is EMPTY
    assert read(doubt(UNKNOWN, BY), ("a",)).losses == (BY,)


def test_a_joined_shape_tells_on_which_route_a_member_is_lost() -> None:
    joined = join(put(UNKNOWN, ("a",), NUMBER), lose(literal({"b": 1}), BY))
    reading = read(joined, ("a",))
    assert (reading.shape, reading.presence, reading.losses) == (NUMBER, MAYBE, (BY,))
    assert read(joined, ("month",)).losses == (BY,)
    assert read(joined, ("b",)).losses == ()


def test_the_first_doubt_with_a_known_loss_counts() -> None:
    inner = Object({"b": Member(NUMBER, False, (BY,))})
    shape = Object({"a": Member(inner, False)})
    assert read(shape, ("a", "b")) == Reading(NUMBER, MAYBE, 1, inner, (BY,))


def test_a_test_for_presence_takes_the_doubt_away() -> None:
    shape = lose(EMPTY, BY)
    reading = read(undoubted(shape, ("a", "b")), ("a", "b"))
    assert (reading.shape, reading.presence, reading.losses) == (UNKNOWN, MAYBE, ())
    assert undoubted(literal([1]), ("a",)) == UNKNOWN
    assert undoubted(shape, ()) is shape


def test_a_value_that_is_an_object_on_one_route_and_an_array_on_another_may_be_read_both_ways() -> None:
    joined = join(lose(literal([1]), BY), literal({"a": 1}))
    assert read(joined, ("a",)).losses == (BY,)
    assert read(joined, (0,)).presence == MAYBE


def test_arrays_of_different_lengths_join_to_one_of_unknown_length() -> None:
    assert join(literal([1, 2]), literal([3])) == array_of(NUMBER)
    assert join(literal([1, "x"]), literal([2, "x"])) == array([NUMBER, Scalar("string", ("x",))])
    assert each_of(literal([])) == UNKNOWN
    assert join_all([]) == UNKNOWN


def test_a_template_takes_the_shapes_of_its_expressions() -> None:
    template = {"a.$": "$.x", "b": [{"c.$": "$.y"}], "d": "${Name}", "e": None}
    seen: dict[str, Any] = {}

    def evaluate(pointer: Any, text: Any) -> Any:
        seen[text] = pointer
        return STRING

    c = built({"c": STRING})
    assert filled(template, evaluate) == built(
        {"a": STRING, "b": array([c]), "d": UNKNOWN, "e": Scalar("null", (None,))}
    )
    assert seen == {"$.x": ("a.$",), "$.y": ("b", 0, "c.$")}
    assert filled({"a.$": "$.x"}, None) == literal({"a.$": "$.x"})


def test_an_object_with_too_many_members_becomes_open() -> None:
    shape = UNKNOWN
    for number in range(MAX_MEMBERS + 5):
        shape = with_member(shape, str(number), Member(NUMBER))
    assert (len(shape.members), shape.open) == (MAX_MEMBERS, True)
    assert with_member(shape, "new", Member(NUMBER)) is shape
    assert built({str(number): NUMBER for number in range(MAX_MEMBERS + 1)}) == UNKNOWN


def test_a_shape_that_doubles_again_and_again_becomes_unknown_below() -> None:
    shape: Any = NUMBER
    for _ in range(40):
        shape = built({"a": shape, "b": shape})
        assert shape.weight <= MAX_WEIGHT
    assert array([literal([1] * 1000)] * 10) == array_of(UNKNOWN)


def test_no_more_losses_are_kept_than_the_bound() -> None:
    shape: Any = UNKNOWN
    for number in range(MAX_LOSSES + 5):
        shape = doubt(shape, Loss("result", (number,)))
    assert len(shape.losses) == MAX_LOSSES
