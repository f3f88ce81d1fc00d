"""aslkit import: the JSON of a state machine -> YAML; the cases of a MockConfigFile -> scenarios."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files, substitutions
from aslkit.cli.definitions import check_no_scenario_file, is_refused
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.definition.document import load
from aslkit.operations.export import to_yaml

if TYPE_CHECKING:
    from aslkit.definition.document import Document

EPILOG = """\
The MockConfigFile of AWS Step Functions Local becomes a scenario file: each case is run on its definition, a scenario
says what its invocations were answered and how the execution went. What a case leaves to real services the fakes and
--outcomes answer, as in `aslkit test --mock-config`.

examples:
  aslkit import machine.json -o definitions/machine.asl.yaml
  aws stepfunctions describe-state-machine --state-machine-arn ARN | aslkit import - -o machine.asl.yaml
  aslkit import MockConfigFile.json --definition orders.asl.yaml -o orders.scenarios.yaml

An existing file is not overwritten without --force.
Exit codes: 0 written, 1 written, but AWS would refuse the definition (the findings are told), or a case is left out or
not all of it is expected, 2 cannot run.
"""
FOR_CASES = ("definition", "input", "outcomes", "config", "set", "values")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit import",
        description="Turn the JSON of a state machine (or of describe-state-machine) into YAML with the same data,\n"
        "or the MockConfigFile of AWS Step Functions Local into scenarios.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("file", metavar="FILE", help="JSON, or - for standard input")
    made.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")
    made.add_argument("--force", action="store_true", help="overwrite an existing file")
    cases = made.add_argument_group("for a MockConfigFile")
    cases.add_argument("--definition", metavar="FILE", help="what its cases are about (NAME=FILE: those of NAME)")
    cases.add_argument("--input", metavar="FILE", help="the input of all cases (default: {})")
    cases.add_argument("--outcomes", metavar="FILE", help="what answers where a case mocks nothing")
    cases.add_argument("--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml)")
    substitutions.add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    if options.output:
        if options.output.endswith(".json"):
            raise CannotRun(
                f"{options.output}: what is written is YAML, and nobody reads it by this name; end it in .yaml"
            )
        files.refuse_existing(options.output, force=options.force)
    document = substitutions.document(options.file)
    if isinstance(document.data, dict) and "StateMachines" in document.data:  # no definition has such a key
        from aslkit.cli.mock_config import scenarios_of

        text, code = scenarios_of(document, options)
    else:
        text = _definition(document, options)
        code = _findings(text, options)
    if text is not None and options.output:
        if files.write(options.output, text, over_input=options.force):
            print(f"wrote {files.shown(options.output)}")
    else:
        sys.stdout.write(text or "")
    return code


def _definition(document: Document, options: argparse.Namespace) -> str:
    """A definition as YAML. Raises CannotRun."""
    if needless := [f"--{name}" for name in FOR_CASES if getattr(options, name)]:
        raise CannotRun(f"{needless[0]} is for a MockConfigFile, and {document.source} is none")
    if not isinstance(document.data, dict):
        raise CannotRun(f"{document.source}: a definition is an object; this is no state machine")
    check_no_scenario_file(document)
    try:
        return to_yaml(document)
    except ValueError as error:
        raise CannotRun(f'{document.source}: the text under "definition" is not JSON: {error}') from None


def _findings(text: str, options: argparse.Namespace) -> int:
    """1, after a report with the places in what is written, when AWS would refuse the definition: it is to be mended
    there."""
    output = None if options.output is None or files.is_stream(options.output) else options.output
    written = load(text, source=files.shown(output) if output else "<stdout>")
    return int(
        is_refused(
            written, output or options.file, options, f"{written.source} is written, and AWS refuses it as it is"
        )
    )
