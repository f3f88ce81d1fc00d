"""JSONPath with Jayway's semantics: what a path selects, what a missing one says, and that nothing else happens."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.language.jsonpath import (
    PathNotFound,
    PathSyntaxError,
    ReferencePathMismatch,
    Scope,
    compile_path,
    parse_path,
    parse_reference_path,
    put,
    select,
)

JOBS: dict[str, Any] = {
    "jobs": [
        {"name": "split", "state": "SUCCEEDED", "minutes": 60, "tags": ["a", "b"]},
        {"name": "prepare", "state": "FAILED", "minutes": 10, "error": None},
        {"name": "report", "state": "TIMEOUT", "minutes": 4.5, "tags": []},
    ],
    "n": [5, 1, 4],
    "a b": {"c.d": 1},
    "empty": [],
    "limit": 10,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.limit", 10),
        ("$['a b']['c.d']", 1),
        ("$.jobs[0].name", "split"),
        ("$.jobs[-1].name", "report"),
        ("$.jobs[1].error", None),
        ("$.jobs[*].name", ["split", "prepare", "report"]),
        ("$.jobs[0,2].name", ["split", "report"]),
        ("$.n[1:]", [1, 4]),
        ("$.n[:-1]", [5, 1]),
        ("$..minutes", [60, 10, 4.5]),
        ("$.jobs[?(@.state == 'FAILED')].name", ["prepare"]),
        ("$.jobs[?(@.minutes > 5)].name", ["split", "prepare"]),
        ("$.jobs[?(@.minutes > $.limit)].name", ["split"]),
        ("$.jobs[?(@.state in ['FAILED','TIMEOUT'])].name", ["prepare", "report"]),
        ("$.jobs[?(@.tags)].name", ["split", "report"]),
        ("$.jobs[?(@.name =~ /P.*/i)].name", ["prepare"]),
        ("$.jobs[?(@.minutes > 5 && @.state == 'FAILED' || @.minutes < 5)].name", ["prepare", "report"]),
        ("$.jobs[?(@.state == 'LOST')]", []),
        ("$.n.length()", 3),
        ("$.n.max()", 5.0),
        ("$.jobs[0]['name','state']", {"name": "split", "state": "SUCCEEDED"}),
    ],
)
def test_what_a_path_selects(path: str, value: Any) -> None:
    assert select(path, JOBS) == value


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("$.x", "No results for path: $['x']"),
        ("$.x.y", "Missing property in path $['x']"),
        ("$.jobs[0].x", "No results for path: $['jobs'][0]['x']"),
    ],
)
def test_a_definite_path_without_a_match_says_what_is_missing(path: str, reason: str) -> None:
    with pytest.raises(PathNotFound) as caught:
        select(path, JOBS)
    assert caught.value.reason == reason


@pytest.mark.parametrize("path", ["", "a", "$.", "$..", "$[", "$.a[*", "$['a'", "$.a b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathSyntaxError):
        parse_path(path)


@pytest.mark.parametrize(
    ("path", "definite", "keys"),
    [
        ("$", True, ()),
        ("$.a['b c'][0]", True, ("a", "b c", 0)),
        ("$.a[*]", False, None),
        ("$..a", False, None),
        ("$.a[?(@.b)]", False, None),
    ],
)
def test_a_path_knows_whether_it_is_definite_and_its_plain_route(
    path: str, definite: bool, keys: tuple[Any, ...] | None
) -> None:
    parsed = parse_path(path)
    assert (parsed.definite, parsed.keys) == (definite, keys)


def test_a_path_reads_the_input_the_context_or_a_variable() -> None:
    scope = Scope({"a": 1}, {"Execution": {"Id": "x"}}, {"v": {"w": [7]}})
    assert [compile_path(path)(scope) for path in ("$.a", "$$.Execution.Id", "$v.w[0]", "$v")] == [
        1,
        "x",
        7,
        {"w": [7]},
    ]


def test_an_unknown_variable_is_not_found() -> None:
    with pytest.raises(PathNotFound):
        compile_path("$w")(Scope({}, {}, {"v": 1}))


@pytest.mark.parametrize(
    ("path", "keys"), [("$", ()), ("$.a.b", ("a", "b")), ("$['a b'][0]", ("a b", 0)), ("$.a[2].c", ("a", 2, "c"))]
)
def test_a_reference_path_is_a_route(path: str, keys: tuple[Any, ...]) -> None:
    assert parse_reference_path(path) == keys


@pytest.mark.parametrize(
    "path", ["", "a", "$$.a", "$v", "$.a[*]", "$..a", "$.a[?(@.b)]", "$.a[-1]", "$.a[0:1]", "$.a.length()"]
)
def test_what_is_no_reference_path_is_refused(path: str) -> None:
    with pytest.raises(PathSyntaxError):
        parse_reference_path(path)


def test_put_makes_missing_objects_and_shares_the_rest() -> None:
    before = {"a": {"x": 1}, "b": [1]}
    after = put(before, ("c", "d"), 2)
    assert after == {"a": {"x": 1}, "b": [1], "c": {"d": 2}}
    assert before == {"a": {"x": 1}, "b": [1]}
    assert after["a"] is before["a"]


def test_put_into_what_is_no_object_does_not_fit() -> None:
    with pytest.raises(ReferencePathMismatch):
        put({"a": 1}, ("a", "b"), 2)


def test_a_pattern_that_would_explode_is_answered_or_refused_at_once() -> None:
    document = {"a": [{"b": "a" * 5_000 + "!"}]}
    for pattern in ("(a+)+$", "(a|a)*$", "(a*)*b", "(.*a){12}$"):
        with suppress(PathSyntaxError, PathNotFound):
            assert select(f"$.a[?(@.b =~ /{pattern}/)]", document) == []


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def test_the_answers_are_jayways() -> None:
    corpus = File(__file__).parents[3] / "shared" / "corpus" / "jsonpath" / "jayway.json"
    if not corpus.exists():
        pytest.skip("the recorded answers are not here")
    data = json.loads(corpus.read_text(encoding="utf-8"))

    def right(case: dict[str, Any]) -> bool:
        try:
            got = select(case["path"], copy.deepcopy(data["document"]))
        except (PathNotFound, PathSyntaxError):
            return "error" in case
        if "result" not in case:
            return case.get("definite") is False and got == []
        wanted = case["result"]
        if case.get("definite") or not (isinstance(wanted, list) and isinstance(got, list)):
            return bool(got == wanted)
        return sorted(map(canonical, got)) == sorted(map(canonical, wanted))

    wrong = [case["path"] for case in data["cases"] if not right(case)]
    assert len(wrong) <= 0.02 * len(data["cases"]), wrong


NAMES = st.sampled_from(["a", "b", "c d", "e'f", "$", "@", "é"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
PATH_TEXT = st.lists(
    st.sampled_from(
        [
            "$",
            ".",
            "..",
            "a",
            "b",
            "[",
            "]",
            "*",
            "0",
            "-1",
            ":",
            ",",
            "'",
            "?(",
            ")",
            "@",
            "==",
            " ",
            "&&",
            "!",
            "/",
            "length()",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(PATH_TEXT | st.text(max_size=20), VALUES)
def test_any_text_is_a_path_or_refused_and_any_path_selects_or_finds_nothing(text: str, document: Any) -> None:
    before = copy.deepcopy(document)
    for path in (text, "$" + text):
        with suppress(PathSyntaxError, PathNotFound):
            parse_path(path)
            select(path, document)
    assert document == before


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=3), st.lists(NAMES, min_size=1, max_size=3), VALUES)
def test_what_was_put_is_read_back_and_the_document_stays(document: Any, keys: list[str], value: Any) -> None:
    before = copy.deepcopy(document)
    try:
        after = put(document, tuple(keys), value)
    except ReferencePathMismatch:
        return
    finally:
        assert document == before
    read = after
    for key in keys:
        read = read[key]
    assert read == value
