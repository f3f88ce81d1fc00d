"""JSONPath with Jayway's semantics: what a path selects, what a missing one says, and that nothing else happens."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.language import jsonpath
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


# What Jayway JsonPath 2.10 answers, rule by rule: matches in document order.
DOCUMENT: dict[str, Any] = {
    "o": {"a": 1, "b": {"a": 2, "c": [3]}, "n": None},
    "l": [10, 20, 30],
    "m": [[1, 2], [], [3]],
    "r": [{"k": "x", "v": 1}, {"k": "y", "v": 2.0, "t": ["p", "q"]}, {"k": "z", "v": None}, {"v": "1"}],
    "s": "text",
    "é": {"a.b": 1, "a b": 2, "it's": 3, "": 4},
}
SEGMENTS: list[tuple[str, Any]] = [
    ("$.o['a']", 1),
    ('$.o["a"]', 1),
    ("$.o[ 'a' ]", 1),
    ("$.é['a.b']", 1),
    ("$.é['a b']", 2),
    ("$.é['it\\'s']", 3),
    ('$.é["it\'s"]', 3),
    ("$.é['']", 4),
    ("$['\\u00e9']['a.b']", 1),
    ('$.["o"].a', 1),
    ("$.o['a','zz','n']", {"a": 1, "n": None}),
    ("$.o['zz','yy']", {}),
    ("$['o','é']['a','it\\'s']", [{"a": 1}, {"it's": 3}]),
    ("$.o.n", None),
    ("$.l[-1]", 30),
    ("$.l[-0]", 10),
    ("$.l[01]", 20),
    ("$.l[0,-1]", [10, 30]),
    ("$.l[ 0 , 0 ]", [10, 10]),
    ("$.l[7,1]", [20]),
    ("$.l[1:]", [20, 30]),
    ("$.l[:1]", [10]),
    ("$.l[-2:]", [20, 30]),
    ("$.l[:-2]", [10]),
    ("$.l[-2:-1]", [20]),
    ("$.l[1:9]", [20, 30]),
    ("$.l[2:1]", []),
    ("$.l[-1:1]", [30, 10]),
    ("$.l[1:-1]", []),
    ("$.l[0:2:7]", [10, 20]),
    ("$.l[*]", [10, 20, 30]),
    ("$.l.*", [10, 20, 30]),
    ("$.s[*]", []),
    ("$.o.*", [1, {"a": 2, "c": [3]}, None]),
    ("$.m[*][0]", [1, 3]),
    ("$.m[*].*", [1, 2, 3]),
    ("$..a", [1, 2]),
    ("$.o..a", [1, 2]),
    ("$..['a']", [1, 2]),
    ("$..['a','c']", [{"a": 2, "c": [3]}]),
    ("$..c[0]", [3]),
    ("$..[0].k", ["x"]),
    ("$..[0,1].k", []),
    ("$.o..*", [1, {"a": 2, "c": [3]}, None, 2, [3], 3]),
    ("$.m..[0]", [[1, 2], 1, 3]),
    ("$.s..a", []),
    ("$.l[0]x", 10),
    ("o.a", 1),
    ("@.o.a", 1),
    ("$.o.a  ", 1),
]
CONDITIONS: list[tuple[str, list[Any]]] = [
    ("@.v == 1", ["x", None]),
    ("@.v==1", ["x", None]),
    ("1 == @.v", ["x", None]),
    ("@.v == '1'", ["x", None]),
    ("@.v == 2", ["y"]),
    ("@.v === 1", ["x"]),
    ("@.v === '1'", [None]),
    ("@.v !== 1", ["y", "z", None]),
    ("@.v != 1", ["y", "z"]),
    ("@.v == null", ["z"]),
    ("@.k == null", []),
    ("@.k != null", ["x", "y", "z", None]),
    ("@.v > 1", ["y"]),
    ("@.v >= 1", ["x", "y"]),
    ("@.v < '2'", [None]),
    ("@.k > 'x'", ["y", "z"]),
    ("@.k", ["x", "y", "z"]),
    ("!@.k", [None]),
    ("! @.k", [None]),
    ("!(@.k)", [None]),
    ("!!@.k", ["x", "y", "z"]),
    ("@['k'] == 'x'", ["x"]),
    ("@.k in ['x','z']", ["x", "z"]),
    ("@.k IN [x, z]", ["x", "z"]),
    ("@.k nin ['x']", ["y", "z", None]),
    ("@.v in ['1']", ["x", None]),
    ("@.k in 'x'", []),
    ("@.k in ['$.s','[x]']", []),
    ("@.k =~ /[xy]/", ["x", "y"]),
    ("@.k =~ /X/i", ["x"]),
    ("@.k =~ /x|y/ && @.v == 1", ["x"]),
    ("@.t =~ /p/", ["y"]),
    ("@.zz =~ /.*/", ["x", "y", "z", None]),
    ("@.t contains 'p'", ["y"]),
    ("@.k contains 'x'", ["x"]),
    ("@.t size 2", ["y"]),
    ("@.k size 1", ["x", "y", "z"]),
    ("@.t empty false", ["y"]),
    ("@.k empty true", []),
    ("@.t subsetof ['p','q','r']", ["y"]),
    ("@.t anyof ['q']", ["y"]),
    ("@.t noneof ['r']", ["y"]),
    ("@.t all ['p']", []),
    ("@.t == ['p','q']", ["y"]),
    ("['p','q'] == @.t", []),
    ("@ == {'v':'1'}", [None]),
    ("@.t[0] == 'p'", ["y"]),
    ("@.t[*] contains 'q'", ["y"]),
    ("@.t[?(@ == 'p')]", ["y"]),
    ("@.t.length() == 2", ["y"]),
    ("@.v == $.o.a", ["x", None]),
    ("$.l contains 10", ["x", "y", "z", None]),
    ("$.o", []),  # whether it exists is asked of the element, even with $
    ("@.k == 'x' || @.k == 'y' && @.v == 9", ["x"]),
    ("(@.k == 'x' || @.k == 'y') && @.v == 2", ["y"]),
    ("@.k&&@.v", []),  # one odd name
    ("@.v == 1.0e0", ["x"]),
    ("true == true", ["x", "y", "z", None]),
    ("@.k.zz != 1", ["x", "y", "z", None]),
]
CALLS: list[tuple[str, Any]] = [
    ("$.l.length()", 3),
    ("$.o.size()", 3),
    ("$.s.length()", None),
    ("$.l.sum()", 60.0),
    ("$.l.avg()", 20.0),
    ("$.l.min()", 10.0),
    ("$.l.max()", 30.0),
    ("$.m[0].stddev()", 0.5),
    ("$.l.sum(1, $.o.a)", 62.0),
    ("$.l.first()", 10),
    ("$.l.last()", 30),
    ("$.l.index(1)", 20),
    ("$.l.index(-2)", 20),
    ("$.o.keys()", ["a", "b", "n"]),
    ("$.l.keys()", None),
    ("$.s.concat(\"a\", 1, 2.50, 'lost')", "a12.5"),
    ("$.concat($.s, $.l)", "text102030"),
    ("$.l.append(1)", [10, 20, 30, 1]),
    ("$.l.append(1)[3]", 1),
    ("$.m[*].length()", [2, 0, 1]),
    ("$.m[*].first()", [1, 3]),
    ("$..k.length()", 0),
    ("$..v.sum()", 3.0),
    ("$.length($..t)", 2),
]


@pytest.mark.parametrize(("path", "value"), [*SEGMENTS, *CALLS])
def test_segments_and_functions_answer_as_jayway_does(path: str, value: Any) -> None:
    answer = select(path, DOCUMENT)
    assert (answer, type(answer)) == (value, type(value))


@pytest.mark.parametrize(("condition", "kept"), CONDITIONS)
def test_a_filter_keeps_what_jayway_keeps(condition: str, kept: list[Any]) -> None:
    assert [element.get("k") for element in select(f"$.r[?({condition})]", DOCUMENT)] == kept


REASONS: list[tuple[str, str]] = [
    ("$.o.zz", "No results for path: $['o']['zz']"),
    ('$.o["zz"]', "No results for path: $['o'][\"zz\"]"),
    ("$.zz.a", "Missing property in path $['zz']"),
    ("$.zz..a", "Missing property in path $['zz']"),
    ("$.l[3]", "No results for path: $['l'][3]"),
    ("$.l[-4].a", "No results for path: $['l'][-4]['a']"),
    ("$.o.n[0]", "The path $['o']['n'] is null"),
    ("$.s[0].a", "Filter: [0]['a'] can only be applied to arrays. Current context is: text"),
    ("$.s[1:]", "Filter: [1:] can only be applied to arrays. Current context is: text"),
    ("$.s[?(@.a)]", "Filter: [?] can not be applied to primitives. Current context is: text"),
    (
        "$.l.a",
        "Expected to find an object with property ['a'] in path $['l'] but found 'net.minidev.json.JSONArray'. "
        "This is not a json object according to the JsonProvider: "
        "'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'.",
    ),
    ("$.r.min()", "Aggregation function attempted to calculate value using empty array"),
    ("$.m[2].last()", "Target index:-1 larger than object count:1"),
    ("$.l.zz()", "Function with name: zz does not exist."),
]


@pytest.mark.parametrize(("path", "reason"), REASONS)
def test_what_is_not_found_has_jayways_reason(path: str, reason: str) -> None:
    with pytest.raises(PathNotFound) as caught:
        select(path, DOCUMENT)
    assert (caught.value.text, caught.value.reason) == (path, reason)


def test_a_list_inside_a_list_ends_the_evaluation() -> None:
    with pytest.raises(PathNotFound) as caught:
        select("$.o.b.c[?(@ in [[1]])]", DOCUMENT)
    assert caught.value.reason == "Could not determine value type"


@pytest.mark.parametrize(
    ("path", "definite"),
    [
        ("$.o['a','b']", True),
        ("$.o['a','b'].c", False),
        ("$.l[-1]", True),
        ("$.l[0,1]", False),
        ("$.l[0:1]", False),
        ("$.o.*", False),
        ("$.l.length()", True),
        ("$.m[*].length()", False),
        ("$..a.length()", True),
    ],
)
def test_definite_paths_are_jayways(path: str, definite: bool) -> None:
    assert parse_path(path).definite is definite


@pytest.mark.parametrize(
    "path",
    [
        "$a.",
        "$.a.",
        "$..",
        "$...a",
        "$x y",
        "$.a b",
        "$. a",
        "$['a",
        "$['a'",
        "$['a',]",
        "$[a]",
        "$[]",
        "$.l[1,]",
        "$.l[1 2]",
        "$.l[:]",
        "$.l[::2]",
        "$.l[0: 1]",
        "$.l[99999999999]",
        "$.l[*",
        "$.a(",
        "$.a(1",
        "$.a($.b )",
        "$['\\uzzzz']",
        "$.a[?(@.b",
        "$$x",
        "$-",
        "$1",
        " $.a",
    ],
)
def test_what_jayway_cannot_read_is_no_path(path: str) -> None:
    with pytest.raises(PathSyntaxError):
        parse_path(path)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("$.a[?(@.b == en)].c", "[?(@.b == en)]"),
        ("$.a[(@.length-1)].c", "[(@.length-1)]"),
        ("$.a[?(@.b) && (@.c)]", "[?(@.b) && (@.c)]"),
        ("$.a[?(@.b ==)]", "[?(@.b ==)]"),
        ("$.a[?(1)]", "[?(1)]"),
        ("$.a[?(@.b ~ 1)]", "[?(@.b ~ 1)]"),
        ("$.a[?(@.b =~ /(/)]", "[?(@.b =~ /(/)]"),
        ("$.a[?@.b]", "[?@.b]"),
    ],
)
def test_a_condition_outside_jayways_grammar_parses_but_never_runs(path: str, part: str) -> None:
    unreadable = parse_path(path).unreadable
    assert unreadable is not None
    assert unreadable.text == part
    for run in (compile_path, lambda text: select(text, {"a": []})):
        with pytest.raises(PathSyntaxError):
            run(path)


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("a.*", ["abc", "ab"]),
        ("b", []),
        ("ABC?", []),
        ("(a|b)+c?", ["abc", "ab"]),
        ("[a-c]{3}", ["abc"]),
        ("[^a]+", ["12-3", "É"]),
        ("\\d+-\\d", ["12-3"]),
        ("\\w{2,}", ["abc", "ab"]),
        ("(?i)AB", ["ab"]),
        ("(?!abc)a.*", ["ab"]),
        (".*(?<=b)", ["ab"]),
        ("^ab$", ["ab"]),
        ("\\p{Lu}|\\Q12-\\E3", ["12-3", "É"]),
        ("a*?b+?c{0,2}", ["abc", "ab"]),
        ("\\bab\\b", ["ab"]),
    ],
)
def test_a_pattern_matches_whole_texts_as_in_java(pattern: str, matched: list[str]) -> None:
    assert select(f"$[?(@ =~ /{pattern}/)]", ["abc", "ab", "12-3", "É"]) == matched


@pytest.mark.parametrize(
    "path",
    [
        "$[?(" + "(" * 5_000 + "@.a" + ")" * 5_000 + ")]",
        "$" + "[?(@" * 2_000 + ")]" * 2_000,
        "$.a" + ".sum($.a" * 2_000 + ")" * 2_000,
        "$[?(@ =~ /" + "(" * 2_000 + ")" * 2_000 + "/)]",
        "$[?(@ =~ /((a{100}){100}){100}/)]",
    ],
)
def test_what_nests_too_deep_is_refused(path: str) -> None:
    with pytest.raises(PathSyntaxError):
        select(path, {"a": [1]})


@pytest.mark.parametrize("path", ["$" + "..*" * 30, "$" + ("[" + "0," * 99 + "0]") * 9, "$.a[?($.c == $.c)]"])
def test_a_path_that_would_visit_too_much_ends_with_a_reason(path: str) -> None:
    document: Any = {"a": list(range(1_200)), "b": 1, "c": [{"b": number} for number in range(1_200)]}
    deep: Any = [1]
    for _ in range(150):
        deep = [deep]
    with pytest.raises(PathNotFound, match="the path visits more than 1000000 values"):
        select(path, document if "c" in path else deep)


def test_the_fast_way_takes_no_letter_of_a_text_for_an_element() -> None:
    for path in ("$.s[0]", "$.s[0].a", "$v[0]"):
        with pytest.raises(PathNotFound):
            compile_path(path)(Scope(DOCUMENT, None, {"v": "text"}))


def test_where_a_value_cannot_be_put_is_told() -> None:
    told = []
    for keys in (("l", "a"), ("o", 0), ("l", 3), ("s", "a", "b"), ("zz", 0)):
        with pytest.raises(ReferencePathMismatch) as caught:
            put(DOCUMENT, keys, 1)
        told.append((caught.value.keys, caught.value.reason))
    assert told == [
        (("l", "a"), "the value at $['l'] is not an object to take the property 'a'"),
        (("o", 0), "the value at $['o'] is not an array with an element [0]"),
        (("l", 3), "the value at $['l'] is not an array with an element [3]"),
        (("s", "a"), "the value at $['s'] is not an object to take the property 'a'"),
        (("zz", 0), "the value at $['zz'] is not an array with an element [0]"),
    ]


def test_put_replaces_an_element_and_the_whole_document() -> None:
    assert put({"a": [1, 2]}, ("a", 1), 3) == {"a": [1, 3]}
    assert put({"a": 1}, (), 3) == 3


def test_the_public_names_stand_where_the_table_says() -> None:
    assert [name for name in jsonpath.PUBLIC if not hasattr(jsonpath, name)] == []
    with pytest.raises(AttributeError, match="has no attribute 'query'"):
        jsonpath.query  # noqa: B018


@pytest.mark.parametrize(
    ("use", "loaded"),
    [
        ("parse_path('$.a[0].b')", ["errors", "parsing", "path", "window"]),
        ("compile_path('$.a[0].b')", ["errors", "parsing", "path", "scope", "window"]),
    ],
)
def test_a_plain_path_loads_neither_conditions_nor_functions(use: str, loaded: list[str]) -> None:
    script = (
        f"import sys; from aslkit.language import jsonpath; jsonpath.{use}; "
        "print(sorted(name.rpartition('.')[2] for name in sys.modules if name.startswith(jsonpath.__name__ + '.')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"{loaded}\n"


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
    assert wrong == []


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
    path = "$" + "".join(f"[{json.dumps(key)}]" for key in keys)
    assert parse_reference_path(path) == tuple(keys)
    assert compile_path(path)(Scope(after)) == value
