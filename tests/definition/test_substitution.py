"""`${Name}` placeholders are found, replaced by typed values, and kept bare where they stand for no text."""

from __future__ import annotations

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.definition.substitution import SubstitutionError, bare_placeholders, placeholders, substitute

TEXT = """\
StartAt: A
States:
  A:
    Type: Task
    Resource: ${Resource}
    TimeoutSeconds: ${Timeout}
    Parameters: {Name: "job-${Env}-${Env}", Rows: ${Rows}}
    Retry: ${Retry}
    End: true
"""


def test_placeholders_are_listed_in_the_order_of_the_text() -> None:
    assert [(name, pointer[-1]) for name, pointer in placeholders(load(TEXT))] == [
        ("Resource", "Resource"),
        ("Timeout", "TimeoutSeconds"),
        ("Env", "Name"),
        ("Env", "Name"),
        ("Rows", "Rows"),
        ("Retry", "Retry"),
    ]


def test_a_text_is_read_as_json_only_where_no_text_can_stand() -> None:
    values = {"Resource": "r", "Timeout": "5", "Env": "dev", "Rows": "100", "Retry": [{"ErrorEquals": ["X"]}]}
    document = substitute(load(TEXT), values)
    assert document.data["States"]["A"] == {
        "Type": "Task",
        "Resource": "r",
        "TimeoutSeconds": 5,
        "Parameters": {"Name": "job-dev-dev", "Rows": "100"},
        "Retry": [{"ErrorEquals": ["X"]}],
        "End": True,
    }


def test_places_stay_right_after_a_substitution() -> None:
    document = substitute(load(TEXT), {"Timeout": 5}, partial=True)
    assert document.span(("States", "A", "Parameters", "Rows"))[:2] == (7, 45)


def test_every_missing_value_is_named_with_its_line() -> None:
    with pytest.raises(SubstitutionError) as caught:
        substitute(load(TEXT), {"Env": "x", "Rows": 1})
    assert str(caught.value) == "no value is given for ${Resource} (line 5), ${Retry} (line 8), ${Timeout} (line 6)"


def test_an_object_inside_a_text_is_refused() -> None:
    with pytest.raises(SubstitutionError, match=r"\$\{Env\} stands inside a text at /States/A/Parameters/Name"):
        substitute(load(TEXT), {"Env": {}}, partial=True)


def test_numbers_and_booleans_inside_a_text_are_written_as_in_json() -> None:
    assert substitute(load("a: x${N}y${B}z"), {"N": 1.5, "B": True}).data == {"a": "x1.5ytruez"}


def test_placeholders_for_numbers_and_objects_are_bare_and_those_for_texts_and_in_quotes_are_not() -> None:
    assert bare_placeholders(parse(load(TEXT))) == {
        ("States", "A", "TimeoutSeconds"),
        ("States", "A", "Retry"),
    }
    quoted = TEXT.replace("${Timeout}", '"${Timeout}"')
    assert bare_placeholders(parse(load(quoted))) == {("States", "A", "Retry")}


def test_in_json_every_placeholder_without_quotes_is_bare() -> None:
    document = load('{"States": {"A": {"Type": "Pass", "Result": ${R}, "Comment": "${C}"}}}', source="m.json")
    assert bare_placeholders(parse(document)) == {("States", "A", "Result")}
