"""aslkit input: a definition -> which fields of the input it reads, and whether an input has them."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from aslkit.cli import substitutions
from aslkit.cli.definitions import read_definition
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.definition.model import parse
from aslkit.operations.contract import ALWAYS, OPTIONAL, SOMETIMES, breaches, contract, json_schema, shown, unread
from aslkit.report.findings import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aslkit.report.findings import counted
from aslkit.operations.contract import Breach, Field

NEEDS = {ALWAYS: "always needed", SOMETIMES: "needed on some routes", OPTIONAL: "may be missing"}

MOST_READERS = 3
"""How many readers of a field are listed as text; --format json lists all."""

EPILOG = """\
A field is always needed when every route that ends well reads it and fails without it; it may be missing when it is
only asked for (IsPresent, $exists) or leaves no more than a gap in a text.

examples:
  aslkit input machine.asl.yaml                        what the machine reads from its input
  aslkit input machine.asl.yaml inputs/prod.json       whether this input has it all
  aslkit input machine.asl.yaml --schedule             whether a schedule without a constant Input can start it
  aslkit input machine.asl.yaml --schema > input.schema.json

Exit codes: 0 the input fits (or none was given), 1 it does not, 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit input",
        description="Show which fields a definition reads from its input, who reads them, and check an input.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("definition", metavar="DEFINITION", help="a definition, or - for standard input")
    made.add_argument("input", nargs="?", metavar="INPUT", help="an input to check, as JSON or YAML")
    made.add_argument(
        "--schedule", action="store_true", help="check the event that a schedule without a constant Input sends"
    )
    made.add_argument("--schema", action="store_true", help="print the contract as a JSON Schema (2020-12)")
    made.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (text)")
    return made


def run(options: argparse.Namespace) -> int:
    if options.schedule and options.input:
        raise CannotRun("an input file and --schedule are two inputs: give one of them")
    document = read_definition(options.definition)
    if "States" not in document.data:
        raise CannotRun(f"{document.source}: this is no state machine: it has no States")
    machine = parse(document)
    fields = contract(machine)
    if options.schema:
        print(json.dumps(json_schema(fields, title=f"Input of {document.source}"), indent=2, ensure_ascii=False))
        return 0
    given = _given(options)
    broken = [] if given is None else breaches(fields, given[1])
    extra = [] if given is None else unread(machine, fields, given[1])
    if options.format == "json":
        print(json.dumps(_as_json(fields, given, broken, extra), indent=2, ensure_ascii=False))
    elif given is None:
        print(_contract_text(document.source, fields))
    else:
        print(_check_text(document.source, given[0], broken, extra))
    return int(bool(broken))


def _given(options: argparse.Namespace) -> tuple[str, Any] | None:
    """(name, value) of the input to check."""
    if options.schedule:
        from aslkit.simulation.resources.sdk import START
        from aslkit.simulation.scenario import scheduled_event

        return "the schedule's event", scheduled_event({}, START)
    if options.input:
        document = substitutions.document(options.input)
        return document.source, document.data
    return None


def _check_text(source: str, name: str, broken: Sequence[Breach], extra: Sequence[str]) -> str:
    lines = [f"{name}: {breach.message}" for breach in broken]
    if extra:
        lines.append(f"{name}: nothing reads {', '.join(extra)}")
    if broken:
        verdict = f"{name} does not fit {source}: {counted(len(broken), 'field')}"
    else:
        verdict = f"{name} has all that {source} reads"
    return "\n".join([*lines, verdict])


def _contract_text(source: str, fields: Sequence[Field]) -> str:
    if not fields:
        return f"{source} reads no field of its input"
    rows = [(shown(field.path), "|".join(field.types) or "any", NEEDS[field.need]) for field in fields]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + f"  {_readers(field)}"
        for row, field in zip(rows, fields, strict=True)
    ]
    return "\n".join([f"{source} reads {counted(len(fields), 'field')} of its input:", "", *lines])


def _readers(field: Field) -> str:
    found = list(dict.fromkeys(f"{one.state}:{one.line}" for one in field.readers))
    more = f" and {len(found) - MOST_READERS} more" if len(found) > MOST_READERS else ""
    return ", ".join(found[:MOST_READERS]) + more


def _as_json(
    fields: Sequence[Field], given: tuple[str, Any] | None, broken: Sequence[Breach], extra: Sequence[str]
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "fields": [
            {
                "path": shown(field.path),
                "types": list(field.types),
                "need": field.need,
                "readers": [
                    {"state": one.state, "line": one.line, "text": one.text, "error": one.error or None}
                    for one in field.readers
                ],
            }
            for field in fields
        ]
    }
    if given is not None:
        made["input"] = given[0]
        made["breaches"] = [
            {"path": shown(one.path), "message": one.message, "state": one.reader.state, "line": one.reader.line}
            for one in broken
        ]
        made["unread"] = list(extra)
    return made
