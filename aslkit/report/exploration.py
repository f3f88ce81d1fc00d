"""An exploration -> text and JSON: how much was run, what holds, what does not, and what was not looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.report.counterexample import scenario_text, told
from aslkit.report.findings import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.report.colour import Paint
    from aslkit.simulation.exploration.search import Exploration

Json = Any


def plain(exploration: Exploration, definition: str) -> dict[str, Json]:
    """The exploration as JSON data: {runs, covered, not_covered, violations}; the scenarios name `definition`."""
    number, of = exploration.shard
    return {
        "runs": exploration.runs,
        "covered": {
            "definition": definition,
            "faults": exploration.faults,
            "shards": [f"{number}/{of}"],
            "levels": list(exploration.levels),
            "states": {state or "(input)": dict(errors) for state, errors in exploration.states.items()},
            "endings": dict(exploration.endings),
            **({} if exploration.sequences is None else {"sequences": exploration.sequences}),
            "properties": {
                name: {"holds": held, "explanation": exploration.explanations[name]}
                for name, held in exploration.held.items()
            },
            "about": [
                {"about": list(example.about), "place": list(example.place)} for example in exploration.counterexamples
            ],
        },
        "not_covered": list(exploration.uncovered),
        "violations": [
            {
                "property": example.property,
                "message": example.message,
                "faults": list(example.faults),
                "status": example.status,
                "scenario": scenario_text(exploration, example, definition),
            }
            for example in exploration.counterexamples
        ],
    }


def as_json(report: Mapping[str, Json]) -> str:
    """What `plain` gives, or several of them merged, as JSON text."""
    return json.dumps(report, indent=2, ensure_ascii=False)


def as_text(exploration: Exploration, paint: Paint) -> str:
    """The counterexamples with their timelines, the properties, what was run and what was not."""
    return "\n".join(_lines(exploration, paint))


def _lines(exploration: Exploration, paint: Paint) -> Iterator[str]:
    for example in exploration.counterexamples:
        yield from told(exploration, example, paint)
        yield ""
    for name, held in exploration.held.items():
        mark = paint("holds ", "green") if held else paint("broken", "red", "bold")
        yield f"{mark}  {name}"
    yield ""
    endings = ", ".join(f"{count:,} {status}" for status, count in sorted(exploration.endings.items()))
    levels = ", ".join(
        f"{count:,} with {counted(level, 'fault')}" for level, count in enumerate(exploration.levels) if level
    )
    if exploration.sequences is not None:
        levels = f"which stand for {exploration.sequences:,} sequences of calls that succeed or fail"
    yield f"{exploration.runs:,} run{'' if exploration.runs == 1 else 's'}{f' ({levels})' if levels else ''}: {endings}"
    yield from (paint(f"not run: {text}", "dim") for text in exploration.uncovered)
    count = len(exploration.counterexamples)
    yield paint(counted(count, "counterexample"), "red" if count else "green", "bold")


def merged_text(report: Mapping[str, Json], paint: Paint) -> str:
    """Several reports as one: their violations without timelines, then as `as_text`."""
    lines = []
    for one in report["violations"]:
        lines.append(f"{paint(one['property'], 'red', 'bold')}: {one['message']}")
        lines += [f"  given  {fault['state'] or 'the input'}: {fault['error']}" for fault in one["faults"]]
    for name, about in report["covered"]["properties"].items():
        lines.append(f"{paint('holds ', 'green') if about['holds'] else paint('broken', 'red', 'bold')}  {name}")
    lines.append(f"{counted(report['runs'], 'run')} in shards {', '.join(report['covered']['shards'])}")
    lines += [paint(f"not run: {text}", "dim") for text in report["not_covered"]]
    count = len(report["violations"])
    lines.append(paint(counted(count, "counterexample"), "red" if count else "green", "bold"))
    return "\n".join(lines)
