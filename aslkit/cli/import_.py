"""aslkit import: the JSON of a state machine -> YAML."""

from __future__ import annotations

import argparse
import sys

from aslkit.cli import files, substitutions
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.operations.export import to_yaml

EPILOG = """\
examples:
  aslkit import machine.json -o definitions/machine.asl.yaml
  aws stepfunctions describe-state-machine --state-machine-arn ARN | aslkit import - -o machine.asl.yaml

An existing file is not overwritten without --force. Exit codes: 0 written, 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit import",
        description="Turn the JSON of a state machine (or of describe-state-machine) into YAML with the same data.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("definition", metavar="FILE", help="JSON, or - for standard input")
    made.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")
    made.add_argument("--force", action="store_true", help="overwrite an existing file")
    return made


def run(options: argparse.Namespace) -> int:
    import os

    if options.output and os.path.exists(options.output) and not options.force:
        raise CannotRun(f"{options.output} exists; --force overwrites it")
    document = substitutions.document(options.definition)
    if not isinstance(document.data, dict):
        raise CannotRun(f"{document.source}: a definition is an object; this is no state machine")
    try:
        text = to_yaml(document)
    except ValueError as error:
        raise CannotRun(f'{document.source}: the text under "definition" is not JSON: {error}') from None
    if options.output:
        files.write(options.output, text)
        print(f"wrote {files.shown(options.output)}")
    else:
        sys.stdout.write(text)
    return 0
