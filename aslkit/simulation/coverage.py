"""A state machine and executions of it -> which states, transitions, retriers and catchers were used, and which not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import walk
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State, StateMachine
    from aslkit.simulation.execution import Execution, Visit

STATE = "state"
TRANSITION = "transition"
RETRIER = "retrier"
CATCHER = "catcher"
KINDS = (STATE, TRANSITION, RETRIER, CATCHER)


class Part(Record):
    """A part of a definition that a run may use: its kind, its place, and what it is in words."""

    kind: str
    pointer: Pointer
    text: str


class Coverage(Record):
    """How often each part of a definition was used; every part is a key, those that never were have 0.

    A catcher's transition counts as the catcher. A retrier that never tries again (MaxAttempts 0) is no part.
    """

    uses: Mapping[Part, int]

    def __add__(self, other: Coverage) -> Coverage:
        """The uses of both: what several sets of executions used together."""
        parts = {**self.uses, **other.uses}
        return Coverage(uses={part: self.uses.get(part, 0) + other.uses.get(part, 0) for part in parts})

    def used(self, kind: str) -> int:
        """How many parts of a kind were used at least once."""
        return sum(count > 0 for part, count in self.uses.items() if part.kind == kind)

    def total(self, kind: str) -> int:
        """How many parts of a kind there are."""
        return sum(part.kind == kind for part in self.uses)

    @property
    def percent(self) -> float:
        """How many parts of a hundred, of all kinds alike, were used at least once; 100 where there are none."""
        return 100.0 * sum(count > 0 for count in self.uses.values()) / len(self.uses) if self.uses else 100.0

    @property
    def missed(self) -> tuple[Part, ...]:
        """The parts that were never used, in the order of the definition."""
        return tuple(part for part, count in self.uses.items() if not count)


def coverage(machine: StateMachine, executions: Iterable[Execution]) -> Coverage:
    """What the executions used of the machine that they are executions of."""
    counts: dict[tuple[str, Pointer], int] = {}
    for execution in executions:
        for visit in execution.visits:
            for use in _uses(visit):
                counts[use] = counts.get(use, 0) + 1
    return Coverage(uses={part: counts.get((part.kind, part.pointer), 0) for part in parts(machine)})


def parts(machine: StateMachine) -> Iterator[Part]:
    """Everything of a definition that a run may use, in the order of the definition."""
    for _, state in walk(machine):
        yield Part(kind=STATE, pointer=state.pointer, text=f"state '{state.name}'")
        yield from _transitions(state)
        for index, retrier in enumerate(state.retry):
            if retrier.max_attempts > 0:
                yield Part(RETRIER, retrier.pointer, _rule_text("retrier", index, retrier.error_equals, state))
        for index, catcher in enumerate(state.catch):
            yield Part(CATCHER, catcher.pointer, _rule_text("catcher", index, catcher.error_equals, state))


def _transitions(state: State) -> Iterator[Part]:
    caught = {(*catcher.pointer, "Next") for catcher in state.catch}
    for pointer, target in state.transitions():
        if pointer not in caught:
            yield Part(TRANSITION, pointer, f"the transition from '{state.name}' to '{target}'{_reason(pointer)}")


def _reason(pointer: Pointer) -> str:
    """Which of a Choice state's transitions stands at a place."""
    match pointer[-3:]:
        case ("Choices", int(index), "Next"):
            return f" by choice rule {index + 1}"
        case (*_, "Default"):
            return " by default"
        case _:
            return ""


def _rule_text(kind: str, index: int, errors: tuple[str, ...], state: State) -> str:
    return f"{kind} {index + 1} of '{state.name}' ({', '.join(errors)})"


def _uses(visit: Visit) -> Iterator[tuple[str, Pointer]]:
    """Kind and place of each part that one visit of a state used."""
    yield STATE, visit.pointer
    if visit.catcher is not None:
        yield CATCHER, (*visit.pointer, "Catch", visit.catcher)
    elif visit.edge is not None:
        yield TRANSITION, visit.edge
    for attempt in visit.attempts:
        if attempt.retrier is not None:
            yield RETRIER, (*visit.pointer, "Retry", attempt.retrier)
