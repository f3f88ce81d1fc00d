"""Coverage of definitions -> text, JSON, Markdown: how much was used, and what never was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.report.colour import Paint
from aslkit.report.mermaid import mermaid
from aslkit.simulation.coverage import KINDS, RETRY, STATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.definition.model import StateMachine
    from aslkit.operations.coverage import Measured
    from aslkit.simulation.coverage import Coverage, Part


def as_text(found: Sequence[Measured], paint: Paint) -> str:
    """For each definition how much of it was used, and below it a line for everything that never was."""
    return "\n".join(
        line for one in found for line in (f"{one.definition}: {numbers(one.coverage)}", *missed(one, paint))
    )


def as_json(found: Sequence[Measured]) -> str:
    """A list of {definition, percent, state, transition, choice, retry, catcher, error, never_used}."""
    return json.dumps([{"definition": one.definition, **plain(one)} for one in found], indent=2, ensure_ascii=False)


def as_markdown(found: Sequence[tuple[Measured, StateMachine]]) -> str:
    """For a summary page: of each definition the numbers, a Mermaid flowchart, and what was never used."""
    return "\n".join(line for one, machine in found for line in _section(one, machine))


def _section(one: Measured, machine: StateMachine) -> Iterator[str]:
    yield from (f"### {one.definition}", "", numbers(one.coverage), "", "```mermaid")
    yield from (mermaid(machine, one.coverage).rstrip("\n"), "```", "")
    lines = [line.strip() for line in missed(one, Paint(False))]
    if lines:
        yield from ("<details><summary>Never used</summary>", "", "```text", *lines, "```", "", "</details>", "")


def numbers(coverage: Coverage) -> str:
    """`93.8 % used: 7 of 8 states, 8 of 8 transitions`: the kinds of which the definition has none are left out."""
    counts = (
        f"{coverage.used(kind)} of {total} {names[total != 1]}"
        for kind, names in KINDS.items()
        if (total := coverage.total(kind))
    )
    return f"{percent(coverage.percent)} used: {', '.join(counts)}"


def percent(value: float) -> str:
    """A share in words; 100 % only where nothing is left, 0 % only where nothing was used."""
    shown = min(max(round(value, 1), 0.1 if value > 0 else 0.0), 99.9 if value < 100 else 100.0)
    return f"{shown:g} %"


def missed(one: Measured, paint: Paint) -> Iterator[str]:
    """A line for each part that was never used; of a state never entered, and of a retrier, only the first is named."""
    for part, others in _folded(one.coverage.missed):
        line, column = one.places[part.pointer]
        yield f"  {one.definition}:{line}:{column}: {paint('never used', 'yellow')}: {part.text}{others}"


def _folded(parts: Sequence[Part]) -> Iterator[tuple[Part, str]]:
    """The parts to name, each with what it stands for besides itself."""
    index = 0
    while index < len(parts):
        first = parts[index]
        index += 1
        start = index
        while index < len(parts) and _goes_with(first, parts[index]):
            index += 1
        yield first, _others(first, index - start)


def _goes_with(first: Part, part: Part) -> bool:
    """Whether a part cannot be used without another one, so that it need not be named."""
    if first.kind == STATE:
        return part.pointer[: len(first.pointer)] == first.pointer
    return first.kind == part.kind == RETRY and first.pointer == part.pointer


def _others(first: Part, count: int) -> str:
    if not count:
        return ""
    if first.kind == RETRY:
        return " and those after it"
    return f", with {count} other {'part' if count == 1 else 'parts'}"


def plain(one: Measured) -> dict[str, Any]:
    """The coverage as JSON data: percent, {used, total} of each kind, and all that was never used."""
    coverage = one.coverage
    return {
        "percent": round(coverage.percent, 2),
        **{kind: {"used": coverage.used(kind), "total": coverage.total(kind)} for kind in KINDS},
        "never_used": [
            {"kind": part.kind, "line": one.places[part.pointer][0], "text": part.text} for part in coverage.missed
        ],
    }
