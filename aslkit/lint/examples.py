"""A rule's manual -> what is not true in it: its Bad example gives the rule at the marked lines, its Good one nothing.

For the tests of rules, aslkit's own and those of plugins:

    @pytest.mark.parametrize("rule", rules_of(our_rules), ids=lambda rule: rule.id)
    def test_the_manual_is_true(rule):
        assert list(wrong_examples(rule)) == []
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import parse
from aslkit.lint import ALL_RULES, RULES
from aslkit.lint.engine import INFO, Config, Setting, check, syntax_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.lint.engine import Finding, Rule

MARK = "# <-"
CONFIG = "# config: "
LONGEST_SUMMARY = 120


def wrong_examples(rule: Rule) -> Iterator[str]:
    """What the manual of a rule lacks, and what its examples do not do, in words; nothing for a manual that is true.

    An example is a whole definition, indented by four blanks more than its title. Of other rules it may give advice,
    but no error and no warning. Its first line may be a comment with options of the rule: `# config: {longest: 60}`.
    """
    if not rule.summary.endswith(".") or len(rule.summary) > LONGEST_SUMMARY:
        yield f"the first line of the manual is no sentence of at most {LONGEST_SUMMARY} characters"
    for title in ("Bad:", "Good:"):
        text = example_of(rule, title)
        if text is None:
            yield f"the manual has no {title}"
            continue
        lines = enumerate(text.splitlines(), 1)
        marked = [number for number, line in lines if line.endswith(MARK)]
        if title == "Bad:" and not marked:
            yield f'no line of the Bad example ends in "{MARK}"'
        yield from _differences(title, text, rule, marked)


def _differences(title: str, text: str, rule: Rule, marked: list[int]) -> Iterator[str]:
    found = [one for one in _findings(rule, text) if one.rule == rule.id or one.severity != INFO]
    for one in found:
        if one.rule != rule.id or one.span.line not in marked:
            yield f"{title} line {one.span.line} gives {one.rule}: {one.message}"
    for line in marked:
        if all(one.span.line != line or one.rule != rule.id for one in found):
            yield f"{title} line {line} does not give {rule.id}"


def _findings(rule: Rule, text: str) -> list[Finding]:
    rules = RULES if rule in ALL_RULES else (*RULES, rule)
    try:
        return check(parse(load(text, source="example.asl.yaml")), rules, _config(rule, text))
    except DefinitionError as error:
        return [syntax_finding(error)]


def _config(rule: Rule, text: str) -> Config:
    """The options that an example begins with; those that all rules share are fields of a config themselves."""
    first = text.splitlines()[0]
    if not first.startswith(CONFIG):
        return Config()
    import yaml

    options = yaml.safe_load(first.removeprefix(CONFIG))
    shared = {name: value for name, value in options.items() if name not in rule.own_options}
    own = {name: value for name, value in options.items() if name in rule.own_options}
    return Config(settings={rule.id: Setting(own)}, **shared)


def example_of(rule: Rule, title: str) -> str | None:
    """The example under a title (`Bad:`) of a rule's manual; None when there is none."""
    import textwrap

    manual = textwrap.dedent("    " + rule.manual)
    _, found, rest = manual.partition(f"\n{title}\n\n")
    lines = []
    for line in rest.splitlines() if found else ():
        if line and not line.startswith("    "):
            break
        lines.append(line[4:])
    return "\n".join(lines).rstrip() + "\n" if lines else None
