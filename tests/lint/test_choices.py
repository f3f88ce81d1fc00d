"""Choice rules that decide nothing, and Choices that cover everything without a Default."""

from __future__ import annotations

import pytest
import yaml

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint.choices import choice_rule_never_decides, choice_without_default
from aslkit.lint.engine import Rule


def found(rule: Rule, *rules: str, default: bool = False) -> list[str]:
    """The messages for a Choice of these rules, each written as YAML without its Next."""
    choices = [{**yaml.safe_load(one), "Next": "B"} for one in rules]
    look = {"Type": "Choice", "Choices": choices, **({"Default": "B"} if default else {})}
    text = yaml.safe_dump({"StartAt": "A", "States": {"A": look, "B": {"Type": "Succeed"}}})
    return [hit.message for hit in rule(parse(load(text)))]


MORE = "{Variable: $.n, NumericGreaterThan: 5}"
SHADOWED = [
    (MORE, MORE),
    (MORE, "{Variable: $.n, NumericGreaterThan: 6}"),
    (MORE, "{Variable: $.n, NumericEquals: 7}"),
    ("{Variable: $.n, NumericLessThanEquals: 5}", "{Variable: $.n, NumericLessThan: 5}"),
    ("{Variable: $.s, StringMatches: prod-*}", "{Variable: $.s, StringEquals: prod-eu}"),
    ("{Variable: $.s, IsPresent: true}", "{Variable: $.s, StringEquals: x}"),
    ("{Variable: $.s, IsString: true}", "{Variable: $.s, StringLessThan: x}"),
    (MORE, f"{{And: [{MORE}, {{Variable: $.m, IsNull: true}}]}}"),
    (f"{{Or: [{MORE}, {{Variable: $.m, IsNull: true}}]}}", MORE),
    (f"{{Not: {MORE}}}", f"{{Not: {MORE}}}"),
    ("{Not: {Variable: $.n, NumericGreaterThan: 6}}", f"{{Not: {MORE}}}"),
]
APART = [
    (MORE, "{Variable: $.n, NumericGreaterThan: 4}"),
    (MORE, "{Variable: $.n, NumericGreaterThanEquals: 5}"),
    (MORE, "{Variable: $.m, NumericGreaterThan: 6}"),
    (MORE, "{Variable: $.n, StringEquals: '7'}"),
    ("{Variable: $.s, StringEquals: a}", "{Variable: $.s, StringMatches: a*}"),
    ("{Variable: $.s, StringEquals: '${A}'}", "{Variable: $.s, StringEquals: b}"),
    ("{Variable: $.s, IsPresent: true}", "{Variable: $.s, IsPresent: false}"),
    ("{Variable: $.s, BooleanEquals: true}", "{Variable: $.s, BooleanEquals: false}"),
    ("{Variable: $.s, NumericEquals: 1}", "{Variable: $.s, NumericEquals: true}"),
    (f"{{And: [{MORE}, {{Variable: $.m, IsNull: true}}]}}", MORE),
    (f"{{Not: {MORE}}}", "{Not: {Variable: $.n, NumericGreaterThan: 6}}"),
]


@pytest.mark.parametrize(("first", "second"), SHADOWED)
def test_a_rule_behind_one_that_is_as_wide_never_decides(first: str, second: str) -> None:
    (message,) = found(choice_rule_never_decides, first, second)
    assert message.startswith('this rule of "A" never decides: whenever it matches, the rule on line 5 does')


@pytest.mark.parametrize(("first", "second"), APART)
def test_a_rule_that_may_match_alone_decides(first: str, second: str) -> None:
    assert found(choice_rule_never_decides, first, second) == []


def test_several_rules_behind_a_wider_one_are_one_finding() -> None:
    (message,) = found(choice_rule_never_decides, "{Variable: $.n, IsPresent: true}", MORE, MORE)
    assert message == (
        'this rule of "A" never decides, and so do those on line 11: whenever it matches, the rule on line 5 does, '
        'which leads to "B"'
    )


@pytest.mark.parametrize(
    ("rules", "clash"),
    [
        (
            "{Variable: $.s, StringEquals: a}, {Variable: $.s, StringEquals: b}",
            "$.s StringEquals b excludes $.s StringEquals a",
        ),
        (f"{MORE}, {{Variable: $.n, NumericLessThan: 5}}", "$.n NumericLessThan 5 excludes $.n NumericGreaterThan 5"),
        (f"{MORE}, {{Variable: $.n, NumericLessThanEquals: 5}}", "NumericLessThanEquals 5 excludes"),
        ("{Variable: $.s, IsPresent: true}, {Variable: $.s, IsPresent: false}", "IsPresent False excludes"),
    ],
)
def test_an_and_that_contradicts_itself_never_matches(rules: str, clash: str) -> None:
    (message,) = found(choice_rule_never_decides, f"{{And: [{rules}]}}")
    assert clash in message


@pytest.mark.parametrize(
    "rules",
    [
        f"{MORE}, {{Variable: $.n, NumericLessThan: 6}}",
        "{Variable: $.s, StringEquals: a}, {Variable: $.t, StringEquals: b}",
        "{Variable: $.s, StringEquals: a}, {Not: {Variable: $.s, StringEquals: b}}",
    ],
)
def test_an_and_that_can_be_true_is_no_finding(rules: str) -> None:
    assert found(choice_rule_never_decides, f"{{And: [{rules}]}}") == []


@pytest.mark.parametrize(
    "rules",
    [
        ("{Variable: $.b, BooleanEquals: true}", "{Variable: $.b, BooleanEquals: false}"),
        (MORE, "{Variable: $.n, NumericLessThanEquals: 5}"),
        (MORE, "{Variable: $.n, NumericLessThan: 9}"),
        (MORE, f"{{Not: {MORE}}}"),
        ("{Variable: $.s, StringLessThan: m}", "{Variable: $.s, StringGreaterThanEquals: m}"),
        ("{Variable: $.n, NumericLessThanPath: $.m}", "{Variable: $.n, NumericGreaterThanEqualsPath: $.m}"),
        ("{Or: [{Variable: $.x, IsNull: true}, {Variable: $.x, IsNull: false}]}",),
    ],
)
def test_rules_that_cover_everything_need_no_default(rules: tuple[str, ...]) -> None:
    assert found(choice_without_default, *rules) == []


@pytest.mark.parametrize(
    "rules",
    [
        (MORE,),
        (MORE, "{Variable: $.n, NumericLessThan: 5}"),
        (MORE, "{Variable: $.m, NumericLessThan: 9}"),
        ("{Variable: $.s, StringEquals: a}", "{Variable: $.s, StringEquals: b}"),
    ],
)
def test_rules_that_leave_something_out_need_one(rules: tuple[str, ...]) -> None:
    assert found(choice_without_default, *rules) == [
        '"A" has no Default: when no rule matches, the execution fails with States.Runtime, past every Catch'
    ]
    assert found(choice_without_default, *rules, default=True) == []


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (("{% $a = 1 %}", "{% $a != 1 %}"), 0),
        (("{% $a %}", "{% $not($a) %}"), 0),
        (("{% true %}",), 0),
        (("{% $a = 1 %}", "{% $a = 2 %}"), 1),
    ],
)
def test_conditions_in_jsonata_cover_everything_when_one_is_the_negation_of_another(
    conditions: tuple[str, ...], expected: int
) -> None:
    choices = [{"Condition": one, "Next": "B"} for one in conditions]
    text = yaml.safe_dump(
        {
            "QueryLanguage": "JSONata",
            "StartAt": "A",
            "States": {"A": {"Type": "Choice", "Choices": choices}, "B": {"Type": "Succeed"}},
        }
    )
    assert len(list(choice_without_default(parse(load(text))))) == expected
