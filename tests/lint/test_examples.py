"""The manual of every rule is true: its Bad example gives this rule at the marked lines, its Good example nothing."""

from __future__ import annotations

import textwrap

import pytest

from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import parse
from aslkit.lint import ALL_RULES, lint
from aslkit.lint.engine import INFO, Config, Finding, Rule, syntax_finding

MARK = "# <-"


def example(rule: Rule, title: str) -> str:
    """The example under a title (`Bad:`) of a rule's manual, as text."""
    manual = textwrap.dedent("    " + rule.manual)
    _, found, rest = manual.partition(f"\n{title}\n\n")
    assert found, f"the manual of {rule.id} has no {title}"
    lines = []
    for line in rest.splitlines():
        if line and not line.startswith("    "):
            break
        lines.append(line[4:])
    return "\n".join(lines).rstrip() + "\n"


def settings(text: str) -> Config:
    """An example may begin with its own config, as comments: `# config: policies=[...]`."""
    first = text.splitlines()[0]
    if not first.startswith("# config: "):
        return Config()
    import yaml

    return Config(**yaml.safe_load(first.removeprefix("# config: ")))


def findings(rule: Rule, text: str) -> list[Finding]:
    """Findings of this rule, and every other one that is more than advice."""
    try:
        found = lint(parse(load(text, source="example.asl.yaml")), config=settings(text))
    except DefinitionError as error:
        found = [syntax_finding(error)]
    return [finding for finding in found if finding.rule == rule.id or finding.severity != INFO]


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_the_bad_example_gives_this_rule_at_the_marked_lines(rule: Rule) -> None:
    text = example(rule, "Bad:")
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.rstrip().endswith(MARK)]
    assert marked
    assert [(found.span.line, found.rule) for found in findings(rule, text)] == [(line, rule.id) for line in marked]


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_the_good_example_gives_no_finding(rule: Rule) -> None:
    assert findings(rule, example(rule, "Good:")) == []


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_the_manual_begins_with_one_sentence(rule: Rule) -> None:
    first, _, rest = rule.manual.partition("\n\n")
    assert first.endswith(".") and "\n" not in first and len(first) <= 120
    assert rest
