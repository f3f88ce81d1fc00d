"""aslkit export: a definition -> the JSON that is deployed; a scenario file -> the same tests for AWS's own tools."""

from __future__ import annotations

import argparse
import sys

from aslkit.cli import files, substitutions
from aslkit.cli.definitions import is_refused
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.definition.model import parse
from aslkit.definition.substitution import SubstitutionError, substitute
from aslkit.operations.export import TooLarge, export

EPILOG = """\
examples:
  aslkit export definitions/db-refresh.asl.yaml -o build/db-refresh.json
  aslkit export machine.asl.yaml --set Environment=prod --values prod.yaml
  aslkit export machine.asl.yaml --check deployed/machine.json
  aslkit export orders.scenarios.yaml --as mock-config -o MockConfigFile.json    for Step Functions Local
  aslkit export orders.scenarios.yaml --as test-state -o calls.json              for TestState on AWS

A ${Name} without a value is kept when no value at all is given, for Terraform's templatefile or SAM's
DefinitionSubstitutions. With --as the scenarios are run first, and nothing is written unless all pass; notes say what
the other tool cannot be told.
Exit codes: 0 written (or up to date), 1 the definition has errors, a scenario fails (or it is not up to date),
2 cannot run.
"""


FORMS = ("mock-config", "test-state")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit export",
        description="Write a definition as JSON for deployment: the same bytes for the same definition.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("definition", metavar="FILE", help="a YAML or JSON definition, or - for standard input")
    made.add_argument("--as", dest="form", choices=FORMS, help="what to write of a scenario file")
    substitutions.add_arguments(made)
    made.add_argument("--partial", action="store_true", help="keep the placeholders that have no value")
    made.add_argument("--compact", action="store_true", help="no white space")
    made.add_argument("--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml)")
    target = made.add_mutually_exclusive_group()
    target.add_argument(
        "-o", "--output", metavar="FILE", help="write here, whole or not at all (default: standard output)"
    )
    target.add_argument("--check", metavar="FILE", help="say whether this file is what would be written; write nothing")
    return made


def run(options: argparse.Namespace) -> int:
    name = options.definition
    if options.form or name.endswith(files.SCENARIO_ENDINGS):
        from aslkit.cli.export_scenarios import exported

        text = exported(options)
        return 1 if text is None else _put(text, options)
    document = substitutions.document(name)
    values = substitutions.given(options)
    if values or options.partial:
        try:
            document = substitute(document, values, partial=options.partial)
        except SubstitutionError as error:
            line, column = document.span(error.pointer)[:2]
            print(f"{document.source}:{line}:{column}: {error.message}", file=sys.stderr)
            return 1
    if is_refused(document, name, options, f"{document.source} is not exported: AWS refuses it"):
        return 1
    try:
        text = export(parse(document), compact=options.compact)
    except TooLarge as error:
        print(f"{document.source}: {error}", file=sys.stderr)
        return 1
    return _put(text, options)


def _put(text: str, options: argparse.Namespace) -> int:
    if options.check:
        return _check(text, options.check, files.shown(options.definition))
    if options.output:
        if files.write(options.output, text):
            print(f"wrote {files.shown(options.output)} ({len(text.encode()):,} bytes)")
    else:
        sys.stdout.write(text)
    return 0


def _check(text: str, name: str, source: str) -> int:
    try:
        written = files.read(name).decode("utf-8", "replace")
    except CannotRun as error:
        print(f"{error}: it is not up to date; write it with: aslkit export {source} -o {name}")
        return 1
    if written == text:
        print(f"{files.shown(name)} is up to date with {source}")
        return 0
    import difflib

    lines = difflib.unified_diff(
        written.splitlines(), text.splitlines(), name, f"{source} (exported)", lineterm="", n=2
    )
    print("\n".join(lines))
    print(f"{files.shown(name)} is not up to date; write it with: aslkit export {source} -o {name}")
    return 1
