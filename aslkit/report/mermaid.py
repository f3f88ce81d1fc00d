"""A state machine and its coverage -> a Mermaid flowchart: what was used with its count, what never was in dashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import Choice
from aslkit.simulation.coverage import CATCHER, CHOICE, KINDS, MET, RETRY, STATE, TRANSITION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State, StateMachine
    from aslkit.simulation.coverage import Coverage, Use

INDENT = "    "
STYLES = (
    "classDef used fill:#e6f4ea,stroke:#137333,color:#202124",
    "classDef unused fill:#fce8e6,stroke:#c5221f,color:#202124,stroke-dasharray:5 4",
)


def mermaid(machine: StateMachine, coverage: Coverage) -> str:
    """The text of a flowchart; a Parallel and a Map are boxes around the states inside them."""
    return "\n".join(["flowchart TD", *(INDENT + line for line in Drawing(coverage).lines(machine)), ""])


class Drawing:
    """One flowchart: numbers its states, so that their names may hold anything."""

    def __init__(self, coverage: Coverage) -> None:
        self.counts: dict[Use, int] = {
            (part.kind, part.pointer, part.which): count for part, count in coverage.uses.items()
        }
        self.names: dict[Pointer, str] = {}

    def lines(self, machine: StateMachine) -> Iterator[str]:
        yield from self.machine(machine)
        yield from STYLES

    def machine(self, machine: StateMachine) -> Iterator[str]:
        """The states of one state machine, and the arrows between them."""
        for state in machine.states.values():
            self.names[state.pointer] = f"s{len(self.names)}"
            yield from self.state(state)
        for state in machine.states.values():
            yield from self.arrows(state, machine)

    def state(self, state: State) -> Iterator[str]:
        name, label = self.names[state.pointer], self.label(state)
        style = "used" if self.counts.get((STATE, state.pointer, "")) else "unused"
        if not state.machines:
            left, right = ("{{", "}}") if isinstance(state, Choice) else ("[", "]")
            yield f'{name}{left}"{label}"{right}:::{style}'
            return
        yield f'subgraph {name}["{label}"]'
        for index, inner in enumerate(state.machines):
            yield from (INDENT + line for line in self.inside(inner, f"{name}b{index}", len(state.machines)))
        yield "end"
        yield f"class {name} {style}"

    def inside(self, machine: StateMachine, name: str, siblings: int) -> Iterator[str]:
        """What stands in a box; a branch that has siblings is a box of its own."""
        if siblings == 1:
            yield from self.machine(machine)
            return
        yield f'subgraph {name}[" "]'
        yield from (INDENT + line for line in self.machine(machine))
        yield "end"

    def label(self, state: State) -> str:
        """Name, how often the state was entered, and how many of its retries were ever made."""
        entered = self.counts.get((STATE, state.pointer, ""), 0)
        retries = [
            count
            for (kind, pointer, _), count in self.counts.items()
            if kind == RETRY and pointer[:-2] == state.pointer
        ]
        told = [times(entered)]
        if retries:
            names = KINDS[RETRY]
            told.append(f"{sum(count > 0 for count in retries)} of {len(retries)} {names[len(retries) != 1]}")
        return f"{escaped(state.name)}<br/>{', '.join(told)}"

    def arrows(self, state: State, machine: StateMachine) -> Iterator[str]:
        for pointer, target in state.transitions():
            goal = machine.states.get(target)
            if goal is not None:
                count, reason = self.transition(pointer)
                label = f"{escaped(reason)}: {times(count)}" if reason else times(count)
                line = "-->" if count else "-.->"
                yield f'{self.names[state.pointer]} {line}|"{label}"| {self.names[goal.pointer]}'

    def transition(self, pointer: Pointer) -> tuple[int, str]:
        """How often a transition was taken, and what it is taken by."""
        match pointer[-3:]:
            case ("Choices", int(index), "Next"):
                return self.counts.get((CHOICE, pointer[:-1], MET), 0), f"rule {index + 1}"
            case ("Catch", int(index), "Next"):
                return self.counts.get((CATCHER, pointer[:-1], ""), 0), f"catcher {index + 1}"
            case (*_, "Default"):
                return self.counts.get((TRANSITION, pointer, ""), 0), "default"
            case _:
                return self.counts.get((TRANSITION, pointer, ""), 0), ""


def times(count: int) -> str:
    return f"{count} ×" if count else "never"


ENTITIES = {ord(character): f"#{ord(character)};" for character in '#"<>&`\\'} | {ord("\n"): " ", ord("\r"): " "}
"""What Mermaid would take for its own inside quotes. Source: Mermaid documentation, "Entity codes"."""


def escaped(text: str) -> str:
    return text.translate(ENTITIES)
