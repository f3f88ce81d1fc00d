"""Files for --outcomes and --input -> a scenario file of one scenario that says the same, with their places."""

from __future__ import annotations

from typing import Any

from aslkit.cli import substitutions
from aslkit.cli.errors import CannotRun
from aslkit.definition.document import Document, load
from aslkit.simulation.reading import shown
from aslkit.simulation.scenario_file import SOURCES


def outcomes_document(outcomes: str | None, input: str | None = None, seed: int | None = None) -> Document:
    """What is given on the command line (names of files), as a scenario file of one scenario: its places are those of
    --outcomes. Raises CannotRun for a file that cannot be read, or says a thing twice."""
    given: dict[str, Any] = {}
    written: Document | None = None
    scenario: dict[str, Any] = {}
    if outcomes is not None:
        written = substitutions.data_document(outcomes)
        if not isinstance(written.data, dict):
            place = substitutions.located(written, written.root.value)
            raise CannotRun(
                f"{place}: outcomes are an object with `given` and `when`, and this is {shown(written.data)}"
            )
        scenario = {**written.data}
        given = {**scenario.get("given", {})} if isinstance(scenario.get("given", {}), dict) else scenario["given"]
    if isinstance(given, dict):
        if input is not None:
            given = {name: value for name, value in given.items() if name not in SOURCES}
            given["input"] = substitutions.data_document(input).data
        if seed is not None:
            given["seed"] = seed
    scenario = {"name": written.source if written else "outcomes", "then": {}, **scenario, "given": given}
    return _as_scenario_file(scenario, written)


def _as_scenario_file(scenario: dict[str, Any], written: Document | None) -> Document:
    scenarios = [scenario]
    data = {"scenarios": scenarios}
    if written is None:
        written = load("{}", source="<outcomes>")
    top = written.root
    entries: dict[int, Any] = {
        **written.entries,
        id(data): {"scenarios": top},
        id(scenarios): {0: top},
        id(scenario): written.entries[id(written.data)],
    }
    if isinstance(scenario["given"], dict):
        entries[id(scenario["given"])] = written.entries.get(id(written.data.get("given")), {})
    return Document(source=written.source, text=written.text, data=data, root=top, entries=entries)
