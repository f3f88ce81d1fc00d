"""Intrinsic functions: what they parse to, give, and refuse."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.language.errors import StatesError
from aslkit.language.intrinsics import (
    FUNCTIONS,
    Call,
    IntrinsicSyntaxError,
    Literal,
    PathArgument,
    compile_intrinsic,
    json_text,
    mistakes,
    parse_intrinsic,
    placeholders,
)
from aslkit.language.jsonpath import Scope, parse_path

quick = settings(max_examples=100, deadline=None)

scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


def evaluate(text, /, **input):
    return compile_intrinsic(text)(Scope(input, {"Execution": {"Name": "run-1"}}, {"who": "Ada"}, Random(7)))


def failure(text, /, **input):
    with pytest.raises(StatesError) as caught:
        evaluate(text, **input)
    return caught.value.error, caught.value.cause


def refusal(text):
    with pytest.raises(IntrinsicSyntaxError) as caught:
        compile_intrinsic(text)
    return caught.value.position, caught.value.reason


# --- grammar ---------------------------------------------------------------------------------------------------------


def test_a_call_parses_to_its_name_arguments_and_places():
    text = "States.Format( 'a {} b', States.MathAdd($.n, -1.5e2) , null )"
    add = "States.MathAdd($.n, -1.5e2)"
    assert parse_intrinsic(text) == Call(
        "States.Format",
        (
            Literal("a {} b", 15, ("a ", " b")),
            Call("States.MathAdd", (PathArgument(parse_path("$.n"), 40), Literal(-150.0, 45)), 25, add),
            Literal(None, 55),
        ),
        0,
        text,
    )


@pytest.mark.parametrize(
    ("written", "value", "pieces"),
    [
        ("''", "", ("",)),
        ("'{}'", "{}", ("", "")),
        (r"'\{\}'", "{}", ("{}",)),
        (r"'\'\\{}'", r"'\{}", (r"'" + "\\", "")),
        ("'{\"a\": {}}'", '{"a": {}}', ('{"a": ', "}")),
        ("'one\ntwo'", "one\ntwo", ("one\ntwo",)),
        ("'日本 🆗'", "日本 🆗", ("日本 🆗",)),
        ("0", 0, ()),
        ("-12", -12, ()),
        ("1.0", 1.0, ()),
        ("2E3", 2000.0, ()),
        ("true", True, ()),
        ("false", False, ()),
        ("null", None, ()),
    ],
)
def test_literals(written, value, pieces):
    (literal,) = parse_intrinsic(f"States.Array({written})").arguments
    assert literal == Literal(value, 13, pieces)
    assert type(literal.value) is type(value)


@pytest.mark.parametrize(
    "path", ["$", "$$", "$$.Execution.Name", "$who", "$.a.b", "$['a,b)']", "$.a[?(@.b == 'x)')].d"]
)
def test_a_path_ends_outside_its_brackets(path):
    assert parse_intrinsic(f"States.Array({path} , 1)").arguments[0] == PathArgument(parse_path(path), 13)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "the name of an intrinsic function is expected here"),
        (" States.UUID()", 0, "the name of an intrinsic function is expected here"),
        ("something else", 9, "'(' is expected after 'something'"),
        ("States.UUID ()", 11, "'(' is expected after 'States.UUID'"),
        ("States.UUID(", 12, "the name of an intrinsic function is expected here"),
        ("States.UUID()x", 13, "nothing may follow the closing parenthesis"),
        ("States.Array(1 2)", 15, "',' or ')' is expected here"),
        ("States.Array(1,)", 15, "the name of an intrinsic function is expected here"),
        ("States.Array(-)", 13, "a digit is expected after '-'"),
        ("States.Array(01)", 14, "',' or ')' is expected here"),
        ("States.Array(1e999)", 13, "the number is too large"),
        ("States.Array(yes)", 16, "'(' is expected after 'yes'"),
        ("States.Array('a)", 13, "the string that begins here has no closing quote"),
        ("States.Array('a\\", 13, "the string that begins here has no closing quote"),
        (r"States.Array('say \"hi\"')", 18, r"""'\"' is no escape: only \', \{, \} and \\ are"""),
        (r"States.Array('a\nb')", 15, r"""'\n' is no escape: only \', \{, \} and \\ are"""),
    ],
)
def test_malformed_text_is_refused_at_its_place(text, position, reason):
    assert refusal(text) == (position, reason)


def test_a_malformed_path_is_refused_at_its_place_in_the_call():
    position, _ = refusal("States.Array(1, $.a[)")
    assert position >= 16


def test_blanks_may_follow_the_call():
    assert evaluate("States.Array( ) \n") == []


def test_ten_calls_nest_and_eleven_do_not():
    assert evaluate("States.Array(" * 10 + ")" * 10) == [[[[[[[[[[]]]]]]]]]]
    assert refusal("States.Array(" * 11 + ")" * 11) == (130, "intrinsic functions nest at most 10 deep")


@quick
@given(st.text() | st.text("States.Fomt(){}',$\\ 19-e[\"]\n"))
def test_any_text_parses_or_is_refused(text):
    for candidate in (text, f"States.Format({text}", f"States.Array('{text}')", f"States.Array($.{text})"):
        try:
            assert isinstance(parse_intrinsic(candidate), Call)
        except IntrinsicSyntaxError as error:
            assert 0 <= error.position <= len(candidate)


@quick
@given(st.text())
def test_an_escaped_string_means_itself(text):
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("{", "\\{").replace("}", "\\}")
    assert evaluate(f"States.Format('{escaped}')") == text


def test_a_long_call_is_read_in_linear_time():
    text = "States.Array(" + ",".join(["'{}\\\\ a'", "$['b']", "-1.5"] * 20_000) + ")"
    assert len(parse_intrinsic(text).arguments) == 60_000


# --- mistakes in calls -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("States.Formatt('a')", 0, "there is no intrinsic function 'States.Formatt'"),
        ("States.Array(1, JsonToString($))", 16, "there is no intrinsic function 'JsonToString'"),
        ("States.UUID(1)", 0, "States.UUID takes 0 arguments, not 1"),
        ("States.ArrayLength()", 0, "States.ArrayLength takes 1 argument, not 0"),
        ("States.MathAdd(1, 2, 3)", 0, "States.MathAdd takes 2 arguments, not 3"),
        ("States.MathRandom(1)", 0, "States.MathRandom takes 2 to 3 arguments, not 1"),
        ("States.Format()", 0, "States.Format takes at least 1 argument, not 0"),
        ("States.MathAdd(1,'-1')", 17, "argument 2 of States.MathAdd is of type string, not number"),
        ("States.ArrayLength(States.UUID())", 19, "argument 1 of States.ArrayLength is of type string, not array"),
        ("States.StringSplit(null, ',')", 19, "argument 1 of States.StringSplit is of type null, not string"),
    ],
)
def test_a_call_that_cannot_work_is_a_mistake(text, position, reason):
    assert list(mistakes(parse_intrinsic(text))) == [(position, reason)]
    assert refusal(text) == (position, reason)


def test_every_mistake_of_a_call_is_told():
    assert list(mistakes(parse_intrinsic("States.MathAdd(true, Nope(States.UUID(1)))"))) == [
        (15, "argument 1 of States.MathAdd is of type boolean, not number"),
        (21, "there is no intrinsic function 'Nope'"),
        (26, "States.UUID takes 0 arguments, not 1"),
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("States.Format('a')", 0),
        ("States.Format('{} and {}', 1)", 2),
        (r"States.Format('\{\} {}', 1)", 1),
        ("States.Format($.template, 1)", None),
        ("States.Array('{}')", None),
    ],
)
def test_placeholders_of_a_literal_template_are_counted(text, count):
    assert placeholders(parse_intrinsic(text)) == count


def test_the_table_tells_the_numbers_of_arguments():
    assert {name: (entry.minimum, entry.maximum) for name, entry in FUNCTIONS.items()} == {
        "States.Array": (0, None),
        "States.ArrayContains": (2, 2),
        "States.ArrayGetItem": (2, 2),
        "States.ArrayLength": (1, 1),
        "States.ArrayPartition": (2, 2),
        "States.ArrayRange": (3, 3),
        "States.ArrayUnique": (1, 1),
        "States.Base64Decode": (1, 1),
        "States.Base64Encode": (1, 1),
        "States.Format": (1, None),
        "States.Hash": (2, 2),
        "States.JsonMerge": (3, 3),
        "States.JsonToString": (1, 1),
        "States.MathAdd": (2, 2),
        "States.MathRandom": (2, 3),
        "States.StringSplit": (2, 2),
        "States.StringToJson": (1, 1),
        "States.UUID": (0, 0),
    }


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("States.Array()", []),
        ("States.Array($.name, 1, null, $$.Execution.Name, $who)", ["Bo", 1, None, "run-1", "Ada"]),
        ("States.ArrayContains($.list, 2)", True),
        ("States.ArrayContains($.list, '2')", False),
        ("States.ArrayContains($.list, true)", False),
        ("States.ArrayContains($.list, 3.0)", True),
        ("States.ArrayContains($.nested, $.object)", True),
        ("States.ArrayGetItem($.list, 0)", 1),
        ("States.ArrayGetItem($.list, 1.5)", 3),
        ("States.ArrayLength($.list)", 3),
        ("States.ArrayPartition($.list, 2)", [[1, 2], [3]]),
        ("States.ArrayPartition($.list, 0.5)", [[1], [2], [3]]),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(0, 10, 3)", [0, 3, 6, 9]),
        ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
        ("States.ArrayRange(1, 0, 1)", []),
        ("States.ArrayRange(0.5, 2.4, 1)", [1, 2]),
        ("States.Base64Decode('SMOpIQ==')", "Hé!"),
        ("States.Base64Decode('SMOp\r\nIQ')", "Hé!"),
        ("States.Base64Decode('/w==')", "\N{REPLACEMENT CHARACTER}"),
        ("States.Base64Encode('Hé!')", "SMOpIQ=="),
        ("States.Hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"),
        ("States.Hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("States.JsonMerge($.object, $.other, false)", {"a": [1], "b": 4, "c": 5}),
        ("States.JsonToString($.object)", '{"a":[1],"b":2}'),
        ("States.JsonToString('é \"')", '"é \\""'),
        ("States.MathAdd($.list[0], -1)", 0),
        ("States.StringSplit('a.b+c', '.+')", ["a", "b", "c"]),
        ("States.StringSplit(',a,,b,', ',')", ["a", "b"]),
        ("States.StringSplit('', ',')", []),
        ("States.StringSplit('ab', '')", ["ab"]),
        ("States.StringToJson('{\"a\": [1, 2.50, null]}')", {"a": [1, 2.5, None]}),
        ("States.StringToJson('')", None),
        ("States.StringToJson(' ')", None),
        ("States.StringToJson('-0')", 0),
        ("States.Format('{}{}', 1, States.Format('{}', 'a'))", "1a"),
    ],
)
def test_functions(text, value):
    given = evaluate(
        text,
        name="Bo",
        list=[1, 2, 3],
        nested=[[1], {"b": 2, "a": [1]}],
        object={"a": [1], "b": 2},
        other={"c": 5, "b": 4},
    )
    assert given == value
    assert json_text(given) == json_text(value)


@pytest.mark.parametrize(
    ("number", "rounded"),
    [
        (1.49, 1),
        (1.5, 2),
        (2.5, 3),
        (-0.5, 0),
        (-1.5, -1),
        (-1.51, -2),
        (0.49999999999999994, 0),
        (2**53 + 1, 2**53 + 1),
    ],
)
def test_halves_round_upwards(number, rounded):
    assert evaluate("States.MathAdd($.n, 0)", n=number) == rounded


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("text", "text"),
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (1.0, "1.0"),
        (0.001, "0.001"),
        (0.00012, "1.2E-4"),
        (9999999.5, "9999999.5"),
        (10000000.0, "1.0E7"),
        (-12345678.9, "-1.23456789E7"),
        (5e-324, "5.0E-324"),
        ({"Arg1": 1, "Arg2": [], "c": {"d": "x"}}, "{Arg1=1, Arg2=[], c={d=x}}"),
        ([1, "a", None, [False]], "[1, a, null, [false]]"),
    ],
)
def test_format_writes_values_as_java_does(value, written):
    assert evaluate("States.Format('<{}>', $.value)", value=value) == f"<{written}>"
    assert evaluate("States.Format($.template, $.value)", template="<{}>", value=value) == f"<{written}>"


def test_random_functions_draw_from_the_scope():
    first, again = (evaluate("States.Array(States.UUID(), States.MathRandom(0, 1000000))") for _ in range(2))
    assert first == again
    identifier, number = first
    assert (len(identifier), identifier[14], 0 <= number < 1_000_000) == (36, "4", True)


def test_an_equal_seed_gives_an_equal_number():
    text = "States.Array(States.MathRandom(0, 1000000, 3), States.MathRandom(0, 1000000, 3))"
    one, other = evaluate(text)
    assert one == other


# --- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("States.ArrayLength($.name)", "argument 1 is of type string, not array"),
        ("States.ArrayRange(1, $.yes, 2)", "argument 2 is of type boolean, not number"),
        ("States.MathAdd($.yes, 1)", "argument 1 is of type boolean, not number"),
        ("States.StringToJson($.list)", "argument 1 is of type array, not string"),
        ("States.StringToJson('[1] x')", "the text is not JSON at character 4"),
        ("States.StringToJson('NaN')", "the text is not JSON: NaN is no JSON"),
        ("States.StringToJson('1e999')", "the text is not JSON: 1e999 is too large a number"),
        ("States.ArrayGetItem($.list, 3)", "the index 3 is out of bounds for an array of length 3"),
        ("States.ArrayGetItem($.list, -1)", "the index -1 is out of bounds for an array of length 3"),
        ("States.ArrayPartition($.list, 0)", "the chunk size 0 is not a positive number"),
        ("States.ArrayRange(1, 2, 0)", "the step of the range is 0"),
        ("States.ArrayRange(0, 1000, 1)", "the range has more than 1000 elements"),
        ("States.MathRandom(5, 5)", "the start number 5 is not less than the end number 5"),
        ("States.MathAdd(9223372036854775807, 1)", "the sum does not fit in 64 bits"),
        (
            "States.JsonMerge($.object, $.object, true)",
            "only shallow merging exists, and the third argument is true",
        ),
        ("States.Hash('a', 'SHA256')", "'SHA256' is not one of the algorithms MD5, SHA-1, SHA-256, SHA-384, SHA-512"),
        ("States.Base64Decode('a')", "the text is not Base64"),
        ("States.Base64Encode($.long)", "the text has 10001 characters, and at most 10000 are allowed"),
        ("States.Hash($.long, 'MD5')", "the text has 10001 characters, and at most 10000 are allowed"),
        ("States.Format('{} {}', 1)", "the template has 2 placeholders {}, and 1 value is given"),
        ("States.Format($.name, 1)", "the template has 0 placeholders {}, and 1 value is given"),
        ("States.Format('{}')", "the template has 1 placeholder {}, and 0 values are given"),
    ],
)
def test_unfit_values_fail_at_run_time(text, reason):
    error, cause = failure(text, name="Bo", yes=True, list=[1, 2, 3], object={}, long="x" * 10_001)
    assert error == "States.Runtime"
    assert cause == f"The function '{text}' had the following error: {reason}"


def test_a_missing_argument_fails_in_the_call_that_reads_it():
    assert failure("States.Format('{}', States.ArrayLength($.no))", a=1) == (
        "States.Runtime",
        "The function 'States.ArrayLength($.no)' had the following error: "
        "The JsonPath argument for the field '$.no' could not be found in the input '{\"a\":1}'",
    )


def test_deeply_nested_text_fails_instead_of_overflowing():
    error, _ = failure("States.StringToJson($.text)", text="[" * 200_000)
    assert error == "States.Runtime"


# --- laws ------------------------------------------------------------------------------------------------------------


@quick
@given(st.dictionaries(st.text(), values), st.dictionaries(st.text(), values))
def test_json_merge_takes_the_second_value_and_changes_neither(one, other):
    before = json.dumps([one, other])
    merged = evaluate("States.JsonMerge($.one, $.other, false)", one=one, other=other)
    assert merged == {**one, **other}
    assert json.dumps([one, other]) == before


@quick
@given(st.lists(values))
def test_array_unique_keeps_every_value_once_and_in_order(array):
    unique = evaluate("States.ArrayUnique($.array)", array=array)
    contains = compile_intrinsic("States.ArrayContains($.array, $.value)")
    expected = []
    for value in array:
        if not contains(Scope({"array": expected, "value": value})):
            expected.append(value)
    assert list(map(json.dumps, unique)) == list(map(json.dumps, expected))


@quick
@given(st.lists(values), st.integers(1, 9))
def test_array_partition_cuts_into_full_chunks_and_a_rest(array, size):
    chunks = evaluate("States.ArrayPartition($.array, $.size)", array=array, size=size)
    assert [value for chunk in chunks for value in chunk] == array
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(1 <= len(chunk) <= size for chunk in chunks)


@quick
@given(st.text())
def test_base64_decodes_what_it_encoded(text):
    encoded = evaluate("States.Base64Encode($.text)", text=text)
    assert encoded == base64.b64encode(text.encode()).decode()
    assert evaluate("States.Base64Decode($.text)", text=encoded) == text


@quick
@given(values)
def test_a_value_survives_its_json_text(value):
    assert evaluate("States.StringToJson(States.JsonToString($.value))", value=value) == value


@quick
@given(st.text("ab,;"), st.text(",;", min_size=1))
def test_string_split_gives_the_runs_between_delimiters(text, delimiters):
    pieces = evaluate("States.StringSplit($.text, $.delimiters)", text=text, delimiters=delimiters)
    kept = "".join(character for character in text if character not in delimiters)
    assert "".join(pieces) == kept
    assert all(pieces) and not any(set(piece) & set(delimiters) for piece in pieces)


@quick
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_format_writes_the_exact_number(number):
    assert float(evaluate("States.Format('{}', $.number)", number=number)) == number


def test_importing_the_language_is_light():
    code = (
        "import sys; before = set(sys.modules); "
        "import aslkit.language.payload, aslkit.language.choice; "
        "print(sorted({'random', 'hashlib', 'base64', 'uuid', 'datetime', 'decimal'} & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
