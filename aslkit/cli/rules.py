"""aslkit rules: the rules -> a list of them; and the manual of one, for aslkit lint --explain."""

from __future__ import annotations

import argparse
import inspect
import json
from typing import TYPE_CHECKING, Any

from aslkit.cli.config import config_for
from aslkit.cli.errors import CannotRun
from aslkit.cli.files import STDIN
from aslkit.cli.help import Help
from aslkit.lint import ALL_RULES

if TYPE_CHECKING:
    from aslkit.lint.engine import Rule

EPILOG = """\
examples:
  aslkit rules                          every rule, its severity, what it finds; * where aslkit lint --fix mends it
                                        (with those of the plugins that the aslkit.yaml of this folder names)
  aslkit rules --format json            the same with the options of each, for other programs
  aslkit rules --fixable                only those that --fix mends
  aslkit lint --explain catch-loses-input

Exit codes: 0 always, 2 for options that mean nothing.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit rules",
        description="List the rules of aslkit lint.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("--format", choices=("text", "json"), default="text", help="how to print the list (text)")
    made.add_argument("--fixable", action="store_true", help="only rules with one obvious mend, which --fix makes")
    return made


def run(options: argparse.Namespace) -> int:
    rules = sorted((rule for rule in _known() if rule.fixable or not options.fixable), key=lambda rule: rule.id)
    print(_as_json(rules) if options.format == "json" else _as_text(rules))
    return 0


def _known(config: str | None = None) -> tuple[Rule, ...]:
    """The rules of aslkit, and those of the plugins that a config names (by default the one of this folder)."""
    return (*ALL_RULES, *config_for(STDIN, config).plugins)


def _as_json(rules: list[Rule]) -> str:
    """A list of {id, severity, summary, fixable, options}; options are {name: default}."""
    return json.dumps([_plain(rule) for rule in rules], indent=2, ensure_ascii=False)


def _plain(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "severity": rule.severity,
        "summary": rule.summary,
        "fixable": rule.fixable,
        "options": {name.replace("_", "-"): default for name, default in rule.own_options.items()},
    }


def _as_text(rules: list[Rule]) -> str:
    width = max((len(rule.id) for rule in rules), default=0)
    return "\n".join(
        f"{rule.id:<{width}} {'*' if rule.fixable else ' '} {rule.severity:<7}  {rule.summary}" for rule in rules
    )


def manual(rule_id: str, config: str | None = None) -> str:
    """The manual of a rule: its id and severity, its docstring, its options. Raises CannotRun when there is none."""
    rule = next((rule for rule in _known(config) if rule.id == rule_id), None)
    if rule is None:
        raise CannotRun(no_such_rule(rule_id))
    mends = ", --fix mends it" if rule.fixable else ""
    text = f"{rule.id} ({rule.severity}{mends})\n\n{inspect.cleandoc(rule.manual)}"
    options = "".join(f"\n  {name.replace('_', '-')}: {value!r}" for name, value in rule.own_options.items())
    return text + (f"\n\nOptions and their defaults:\n{options}" if options else "")


def no_such_rule(name: str) -> str:
    """What to say of a rule that does not exist."""
    from aslkit.definition.spelling import nearest

    close = nearest(name, [rule.id for rule in _known()])
    return f'there is no rule "{name}"' + (f'; did you mean "{close}"?' if close else "; aslkit rules lists them all")
