"""An exploration -> text and JSON: how much was run, what holds, what does not, and what was not looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.report.colour import Paint
from aslkit.report.counterexample import alike_text, scenario_text, told
from aslkit.report.findings import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aslkit.simulation.exploration.found import Counterexample, Exploration

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
            "about": [_about(exploration, example) for example in exploration.counterexamples],
            "unmet": dict(exploration.unmet),
            "unused_retriers": None
            if exploration.unused is None
            else [
                {"about": _about(exploration, example), "violation": _violation(exploration, example, definition)}
                for example in exploration.unused
            ],
        },
        "not_covered": list(left_out(exploration)),
        "violations": [_violation(exploration, example, definition) for example in exploration.counterexamples],
    }


def _about(exploration: Exploration, example: Counterexample) -> dict[str, Json]:
    """What tells a violation apart from those of other shards, and the lines that tell it to a reader."""
    lines = list(told(exploration, example, Paint(False)))
    return {"about": list(example.about), "place": list(example.place), "alike": example.alike, "told": lines}


def _violation(exploration: Exploration, example: Counterexample, definition: str) -> dict[str, Json]:
    return {
        "property": example.property,
        "message": example.message,
        "faults": list(example.faults),
        "status": example.status,
        "scenario": scenario_text(exploration, example, definition),
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
        yield from alike_text(example.alike)
        yield ""
    for name, held in exploration.held.items():
        mark = paint("holds ", "green") if held else paint("broken", "red", "bold")
        yield f"{mark}  {name}"
    yield ""
    yield runs_text(exploration)
    yield from (paint(f"not run: {text}", "dim") for text in left_out(exploration))
    yield _count(len(exploration.counterexamples), paint)


def runs_text(exploration: Exploration) -> str:
    """`312 runs (311 with 1 fault): 174 FAILED, 138 SUCCEEDED`."""
    if exploration.sequences is not None:
        levels = f" (which stand for {exploration.sequences:,} sequences of calls that succeed or fail)"
    else:
        levels = _levels(exploration.levels)
    return f"{counted(exploration.runs, 'run')}{levels}: {_endings(exploration.endings)}"


def left_out(exploration: Exploration) -> tuple[str, ...]:
    """What was not run, in words."""
    return *exploration.uncovered, *exploration.unmet.values()


def _levels(levels: Sequence[int]) -> str:
    listed = ", ".join(f"{count:,} with {counted(level, 'fault')}" for level, count in enumerate(levels) if level)
    return f" ({listed})" if listed else ""


def _endings(endings: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in sorted(endings.items()))


def _count(count: int, paint: Paint) -> str:
    return paint(counted(count, "counterexample"), "red" if count else "green", "bold")


def merged_text(report: Mapping[str, Json], paint: Paint) -> str:
    """Several reports as one, as `as_text` shows one."""
    lines = []
    for one in report["covered"]["about"]:
        lines += [*one["told"], *alike_text(one["alike"]), ""]
    for name, about in report["covered"]["properties"].items():
        lines.append(f"{paint('holds ', 'green') if about['holds'] else paint('broken', 'red', 'bold')}  {name}")
    covered = report["covered"]
    shards = f"in shards {', '.join(covered['shards'])}"
    runs = f"{counted(report['runs'], 'run')} {shards}{_levels(covered['levels'])}: {_endings(covered['endings'])}"
    lines += ["", runs, *(paint(f"not run: {text}", "dim") for text in report["not_covered"])]
    return "\n".join([*lines, _count(len(report["violations"]), paint)])
