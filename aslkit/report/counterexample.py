"""A counterexample -> the scenario file that reproduces it, and its timeline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.report.findings import counted
from aslkit.report.timeline import ending, lines, published, timeline
from aslkit.simulation.expectation import top_level
from aslkit.simulation.exploration.found import placed_text
from aslkit.simulation.exploration.properties import RETRIERS
from aslkit.simulation.scenario_file import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.report.colour import Paint
    from aslkit.simulation.execution import Execution
    from aslkit.simulation.exploration.found import Counterexample, Exploration
    from aslkit.simulation.exploration.ground import Ground, Placement
    from aslkit.simulation.resources.sns import Publication

Json = Any

LONGEST_PATH = 100
LONGEST_MESSAGE = 2_000
MOST_MOMENTS = 60
OWN_INPUT = (*SOURCES, "with", "without")


def scenario_text(exploration: Exploration, example: Counterexample, definition: str) -> str:
    """A scenario file, in YAML, whose one scenario passes as long as the counterexample is one.

    `definition` is the definition's name as seen from where the file will stand.
    """
    ground = exploration.ground
    given = {name: value for name, value in ground.plan.given.items() if name not in OWN_INPUT}
    name = f"{example.property}: {_what(ground, example.placement)}"
    shared = _shared(ground, example)
    text = [
        f"# {_one_line(example.message)}",
        f"# {exploration.explanations.get(example.property, '')}",
        f"definition: {_json(definition)}",
        *(["defaults:", "  when:"] if shared else []),
        *(f"    - {_json(entry)}" for entry in shared),
        "scenarios:",
        f"  - name: {_json(name)}",
        f"    comment: {_json(_one_line(example.message))}",
        "    given:",
        f"      input: {_json(ground.input(example.placement))}",
        *(f"      {key}: {_json(value)}" for key, value in given.items()),
    ]
    whens = [ground.written(one) for one in example.placement if one.state]
    if whens:
        text += ["    when:", *(f"      - {_json(entry)}" for entry in whens)]
    text += ["    then:", *(f"      {key}: {_json(value)}" for key, value in _then(ground, example).items())]
    return "\n".join(text) + "\n"


def _shared(ground: Ground, example: Counterexample) -> list[Json]:
    """What tasks answer in all runs, as far as this one comes to it; these entries stand last in its script."""
    services: Any = example.execution.services
    whens = ground.plan.when
    used = services.script.used[len(services.script.used) - len(whens) :]
    return [entry for entry, numbers in zip(whens, used, strict=True) if numbers]


def _what(ground: Ground, placement: Placement) -> str:
    return "; ".join(placed_text(ground, placed) for placed in placement) or "nothing goes wrong"


def _then(ground: Ground, example: Counterexample) -> dict[str, Json]:
    """What comes of the run, as it is now."""
    execution = example.execution
    then: dict[str, Json] = {"status": execution.status}
    if execution.status != "SUCCEEDED":
        then["error"] = execution.error
    path = [visit.state for visit in top_level(execution)]
    if len(path) <= LONGEST_PATH:
        then["path"] = path
    then["duration"] = execution.duration
    then["published"] = [_published(mail) for mail in published(execution)]
    services: Any = execution.services
    if example.property == RETRIERS.name:
        then["waits"] = {state: execution.waits(state) for state in example.about[:1]}
    by_other_ways = _told_by_other_ways(ground, execution)
    if by_other_ways:
        then["arguments"] = by_other_ways
    runs: dict[str, list[str]] = {}
    for run in services.glue.runs[: MOST_MOMENTS + 1]:
        runs.setdefault(run.name, []).append(run.state_at(execution.duration))
    if 0 < len(services.glue.runs) <= MOST_MOMENTS:
        then["runs"] = runs
    return then


def _told_by_other_ways(ground: Ground, execution: Execution) -> dict[str, list[Json]]:
    """What the notifiers sent that publish to no topic, by state."""
    services: Any = execution.services
    publishing = {mail.state for mail in (*services.sns.published, *services.sns.rejected)}
    sent = {
        state: [attempt.request.parameters for attempt in execution.attempts(state) if attempt.request is not None]
        for state in sorted(ground.notifiers - publishing)
    }
    return {state: calls for state, calls in sent.items() if calls and len(_json(calls)) <= LONGEST_MESSAGE}


def _published(mail: Publication) -> dict[str, Json]:
    message = {"message": mail.message} if len(mail.message) <= LONGEST_MESSAGE else {}
    return {"state": mail.state, "subject": mail.subject, **message}


def _json(value: Json) -> str:
    """JSON on one line, which is YAML as well."""
    return json.dumps(value, ensure_ascii=True)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def told(exploration: Exploration, example: Counterexample, paint: Paint) -> Iterator[str]:
    """A counterexample for a reader: the property, what goes wrong, the timeline, how it ends."""
    yield f"{paint(example.property, 'red', 'bold')}: {example.message}"
    for placed in example.placement:
        yield f"  given  {placed_text(exploration.ground, placed)}"
    if not example.placement:
        yield "  given  nothing goes wrong"
    moments = timeline(example.execution)
    for line in lines(moments[:MOST_MOMENTS], paint):
        yield f"    {line}"
    if len(moments) > MOST_MOMENTS:
        yield f"    … {counted(len(moments) - MOST_MOMENTS, 'more moment')}"
    yield f"    {ending(example.execution, paint)}"


def alike_text(count: int) -> list[str]:
    """How many more runs are wrong in the same way; nothing where there is none."""
    return [f"  {counted(count, 'more run')} {'is' if count == 1 else 'are'} wrong in the same way"] if count else []
