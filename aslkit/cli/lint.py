"""aslkit lint: files -> findings."""

from __future__ import annotations

import argparse
import gc
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files
from aslkit.cli.config import config_for
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.cli.progress import shown
from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import parse
from aslkit.lint import ALL_RULES, RULES
from aslkit.lint.engine import OFF, SEVERITIES, Config, Finding, check, syntax_finding
from aslkit.report.colour import Paint, wanted
from aslkit.report.findings import as_json, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from aslkit.definition.document import Document

EPILOG = """\
severities:
  error    AWS refuses the definition
  warning  AWS takes it, and it fails at run time or does the wrong thing
  info     advice

examples:
  aslkit lint definitions/                 every *.asl.yaml, *.asl.yml and *.asl.json below
  aslkit lint machine.asl.yaml --format json
  aslkit lint --select catch-loses-input definitions/
  aslkit lint --explain catch-loses-input
  terraform output -raw definition | aslkit lint -

A comment `# aslkit: ignore[rule-id] reason` silences a rule on its line, or on the next line if it stands alone.
Exit codes: 0 clean, 1 findings at or above --fail-on, 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit lint",
        description="Check definitions, offline: shape, flow, retries, data flow, services, your project's own rules.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, globs, or - for standard input")
    made.add_argument("--format", choices=("text", "json"), default="text", help="how to print the findings (text)")
    made.add_argument("--select", action="append", metavar="RULE", help="only these rules (also: RULE,RULE)")
    made.add_argument("--ignore", action="append", metavar="RULE", help="not these rules (also: RULE,RULE)")
    made.add_argument(
        "--fail-on", choices=(*SEVERITIES, "never"), help="the least severity that gives exit code 1 (warning)"
    )
    made.add_argument(
        "--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml, or pyproject.toml)"
    )
    made.add_argument("--explain", metavar="RULE", help="print the manual of a rule, and stop")
    return made


def run(options: argparse.Namespace) -> int:
    if options.explain:
        print(manual(options.explain))
        return 0
    if not options.paths:
        raise CannotRun("lint what? Name files or folders, for example: aslkit lint definitions/")
    gc.disable()  # a short life that makes hardly any garbage: the collector would only look through all of it
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    names = files.find(options.paths)
    failed = False
    for name in shown(names, "files"):
        config = _config(name, options)
        found, text = lint_file(name, config)
        findings += found
        if found:
            texts[files.shown(name)] = text
        failed = failed or _fails(found, options.fail_on or config.fail_on)
    if options.format == "json":
        print(as_json(findings))
    else:
        print(report(findings, texts, files=len(names), stream=sys.stdout))
    return int(failed)


def report(findings: Sequence[Finding], texts: Mapping[str, str], *, files: int, stream: IO[str]) -> str:
    """Findings as text, in colour where the stream takes it; `texts` holds the text of each source."""
    lines = {source: text.replace("\r\n", "\n").replace("\r", "\n").split("\n") for source, text in texts.items()}
    return as_text(findings, lines, files=files, paint=Paint(wanted(stream)))


def lint_file(name: str, config: Config) -> tuple[list[Finding], str]:
    """The findings in a file, and its text; a text that cannot be read is a finding as well."""
    content = files.read(name)
    try:
        document = load(content, source=files.shown(name))
    except DefinitionError as error:
        broken = [syntax_finding(error)] if config.severity(ALL_RULES[0]) != OFF else []
        return broken, content.decode("utf-8", "replace").removeprefix("\ufeff")
    return lint_document(document, config), document.text


def lint_document(document: Document, config: Config) -> list[Finding]:
    """The findings of all rules in a document that could be read."""
    return check(parse(document), RULES, config)


def manual(rule_id: str) -> str:
    """The manual of a rule: its id and severity, its docstring, its options."""
    rule = next((rule for rule in ALL_RULES if rule.id == rule_id), None)
    if rule is None:
        raise CannotRun(_no_such_rule(rule_id))
    import inspect

    options = "".join(f"\n  {name.replace('_', '-')}: {value!r}" for name, value in rule.options.items())
    text = inspect.cleandoc(rule.manual)
    return f"{rule.id} ({rule.severity})\n\n{text}" + (f"\n\nOptions and their defaults:\n{options}" if options else "")


def _config(name: str, options: argparse.Namespace) -> Config:
    config = config_for(name, options.config)
    select, ignore = _rules(options.select), _rules(options.ignore)
    if not (select or ignore):
        return config
    return Config(**{**config.__dict__, "select": select or config.select, "ignore": (*config.ignore, *ignore)})


def _rules(given: list[str] | None) -> tuple[str, ...]:
    names = tuple(name.strip() for word in given or () for name in word.split(",") if name.strip())
    known = {rule.id for rule in ALL_RULES}
    for name in names:
        if name not in known:
            raise CannotRun(_no_such_rule(name))
    return names


def _no_such_rule(name: str) -> str:
    from aslkit.definition.spelling import nearest

    close = nearest(name, [rule.id for rule in ALL_RULES])
    return f'there is no rule "{name}"' + (f'; did you mean "{close}"?' if close else "; docs/rules lists them all")


def _fails(findings: list[Finding], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity in failing for finding in findings)
