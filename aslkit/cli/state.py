"""aslkit state: one state of a definition and its input -> what it does with them, as AWS's TestState would tell."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from aslkit.cli import files, substitutions
from aslkit.cli.definitions import read_definition
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import all_states, parse
from aslkit.definition.spelling import nearest
from aslkit.lint import lint
from aslkit.lint.engine import ERROR
from aslkit.report.colour import Paint, wanted
from aslkit.report.state import as_text
from aslkit.simulation.teststate import LEVELS, TestStateError, test_state

if TYPE_CHECKING:
    from aslkit.definition.document import Document, Pointer

Json = Any

EPILOG = """\
A Task, Parallel or Map needs a mock, which says what its work answers; other states take none. The result of a Task is
held to what AWS's action answers. VALUE is a file (YAML or JSON), JSON, or - for standard input.

examples:
  aslkit state machine.asl.yaml Prepare --input '{"n": 3}'
  aslkit state machine.asl.yaml Load --input input.json --mock '{"result": {"JobRunState": "SUCCEEDED"}}'
  aslkit state machine.asl.yaml Load --mock '{"errorOutput": {"error": "Glue.JobRunFailed", "cause": "no disk"}}'
  aslkit state machine.asl.yaml Load --mock error.json --configuration '{"retrierRetryCount": 2}'
  aslkit state state.json --input - --format json < input.json

Exit codes: 0 the state succeeded or caught its error, 1 it failed or would be tried again, 2 refused or unreadable.
"""
VALUES = {
    "input": "the state's input (default: {})",
    "mock": "{result: ...} or {errorOutput: {error, cause}}; fieldValidationMode: STRICT, PRESENT or NONE",
    "variables": "the variables that are set",
    "context": "the context object, all of it",
    "configuration": "retrierRetryCount, mapIterationFailureCount, mapItemReaderData, errorCausedByState",
}


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit state",
        description="Run one state offline and show how its data flows: what AWS's TestState tells, without AWS.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("definition", metavar="DEFINITION", help="a definition in YAML or JSON, or one state alone")
    made.add_argument("name", metavar="NAME", nargs="?", help="the state, wherever it stands in the definition")
    for name, what in VALUES.items():
        made.add_argument(f"--{name}", metavar="VALUE", help=what)
    made.add_argument("--inspection-level", choices=LEVELS, default="DEBUG", help="INFO leaves out the stages (DEBUG)")
    made.add_argument("--format", choices=("text", "json"), default="text", help="json is the response (text)")
    substitutions.add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    _check_stdin(options)
    document = _definition(options)
    _check_state(document, options.name)
    given = {name: _value(f"--{name}", getattr(options, name)) for name in VALUES}
    try:
        response = test_state(
            document.data,
            state_name=options.name,
            state_configuration=given.pop("configuration"),
            inspection_level=options.inspection_level,
            **given,
        )
    except TestStateError as error:
        raise CannotRun(f"{_place(document, error)}: {error}") from None
    if options.format == "json":
        print(json.dumps(response, indent=2, ensure_ascii=False))
    else:
        print(as_text(response, Paint(wanted(sys.stdout))))
    return int(response["status"] in ("FAILED", "RETRIABLE"))


def _check_stdin(options: argparse.Namespace) -> None:
    readers = [name for name in ("definition", *VALUES) if getattr(options, name) == files.STDIN]
    if len(readers) > 1:
        raise CannotRun(f"standard input is read once; {' and '.join(readers)} name it")


def _definition(options: argparse.Namespace) -> Document:
    return substitutions.filled(read_definition(options.definition), options)


def _check_state(document: Document, name: str | None) -> None:
    """Raises CannotRun, with what there is, for a machine without a state of that name, and for a state that AWS
    refuses, whatever the rest of the definition is like."""
    if "States" not in document.data:
        if name is not None:
            raise CannotRun(f"{document.source}: this is one state, not a machine; leave out its name '{name}'")
        return
    machine = parse(document)
    names = [state.name for _, state in all_states(machine)]
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    if name is None:
        raise CannotRun(f"{document.source}: which state? Name one of {listed}")
    if names and name not in names and not _written(document.data, name):
        close = nearest(name, names)
        hint = f"did you mean '{close}'?" if close else f"there is {listed}"
        raise CannotRun(f"{document.source}: there is no state '{name}'; {hint}")
    place = next((state.pointer for _, state in all_states(machine) if state.name == name), None)
    if place is None:
        return
    for found in lint(machine):
        if found.severity == ERROR and _is_own(found.pointer, place):
            line, column = found.span[:2]
            raise CannotRun(f"{document.source}:{line}:{column}: {found.message} [{found.rule}]")


def _is_own(pointer: Pointer, place: Pointer) -> bool:
    """Whether something stands in the state itself, and not in a state inside it; what is wrong with how the state
    stands in its machine (nothing leads to it, say) has the state's own place."""
    inside = pointer[len(place) : len(place) + 1]
    return pointer[: len(place)] == place and inside not in ((), ("Branches",), ("ItemProcessor",), ("Iterator",))


def _written(data: dict[str, Json], name: str) -> bool:
    """Whether a state stands there that has no Type that is known: that is told better by what reads it."""
    states = data["States"]
    return isinstance(states, dict) and name in states


def _value(option: str, text: str | None) -> Json:
    """What stands in a file, or the JSON on the command line itself; a text as JSON, as `test_state` reads it.

    Raises CannotRun for what is neither.
    """
    value = None if text is None else _read(option, text)
    return json.dumps(value) if isinstance(value, str) else value


def _read(option: str, text: str) -> Json:
    if text == files.STDIN or os.path.exists(text):
        return substitutions.document(text).data
    try:
        return load(text, source=option).data if text.lstrip()[:1] in ("{", "[") else json.loads(text)
    except DefinitionError as error:
        raise CannotRun(str(error)) from None
    except ValueError:
        raise CannotRun(f"{option} {text}: there is no such file, and it is no JSON") from None


def _place(document: Document, error: TestStateError) -> str:
    if error.pointer is None:
        return document.source
    line, column = document.span(error.pointer)[:2]
    return f"{document.source}:{line}:{column}"
