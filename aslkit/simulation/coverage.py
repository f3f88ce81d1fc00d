"""A state machine and executions of it -> which of all that it can do was done, and how often.

What a run may use of a definition are its parts: states, transitions, both outcomes of a choice rule, every retry of a
retrier, catchers, and the error names that these react to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.document import Pointer
from aslkit.definition.model import Choice, fact, walk
from aslkit.language.errors import HEARTBEAT_TIMEOUT
from aslkit.record import Record
from aslkit.simulation.retry import covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aslkit.definition.model import Catcher, Retrier, State, StateMachine
    from aslkit.simulation.execution import Execution, Visit

STATE = "state"
TRANSITION = "transition"
CHOICE = "choice"
RETRY = "retry"
CATCHER = "catcher"
ERROR = "error"
KINDS = {
    STATE: ("state", "states"),
    TRANSITION: ("transition", "transitions"),
    CHOICE: ("choice outcome", "choice outcomes"),
    RETRY: ("retry", "retries"),
    CATCHER: ("catcher", "catchers"),
    ERROR: ("error name", "error names"),
}
"""Kind of a part -> what one and several of them are called."""

MET, NOT_MET = "met", "not met"
MOST_RETRIES = 20
"""The retries of one retrier that are parts of their own; what comes after them is counted nowhere."""


class Part(Record):
    """A part of a definition that a run may use: its kind, its place, and what it is in words.

    `which` tells parts at one place from each other: "met" and "not met" for a choice rule, "1", "2", … for a
    retrier's retries.
    """

    kind: str
    pointer: Pointer
    text: str
    which: str = ""


Use = tuple[str, Pointer, str]
"""Kind, place and `which` of a part."""


class Coverage(Record):
    """How often each part of a definition was used; every part is a key, those that never were have 0.

    The transition of a choice rule counts as its outcome "met", that of a catcher as the catcher. A retrier that never
    tries again (MaxAttempts 0) is no part; an error name that stands alone counts as its retrier or catcher.
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
        """How much of a hundred was used at least once; 100 where there is nothing to use.

        A choice rule with both outcomes and a retrier with all its retries weigh as much as any other part.
        """
        places: dict[tuple[str, Pointer], list[bool]] = {}
        for part, count in self.uses.items():
            places.setdefault((part.kind, part.pointer), []).append(count > 0)
        return 100.0 * sum(sum(used) / len(used) for used in places.values()) / len(places) if places else 100.0

    @property
    def missed(self) -> tuple[Part, ...]:
        """The parts that were never used, in the order of the definition."""
        return tuple(part for part, count in self.uses.items() if not count)


def coverage(machine: StateMachine, executions: Iterable[Execution]) -> Coverage:
    """What the executions used of the machine that they are executions of."""
    counts: dict[Use, int] = {}
    states = {state.pointer: state for _, state in walk(machine)}
    for execution in executions:
        for visit in execution.visits:
            state = states.get(visit.pointer)
            for use in _uses(visit, state) if state is not None else ():
                counts[use] = counts.get(use, 0) + 1
    return Coverage(uses={part: counts.get((part.kind, part.pointer, part.which), 0) for part in parts(machine)})


@fact
def parts(machine: StateMachine) -> tuple[Part, ...]:
    """Everything of a definition that a run may use, in the order of the definition."""
    return tuple(part for _, state in walk(machine) for part in _parts(state))


def _parts(state: State) -> Iterator[Part]:
    yield Part(STATE, state.pointer, f"state '{state.name}'")
    if isinstance(state, Choice):
        yield from _outcomes(state)
    yield from _transitions(state)
    for index, retrier in enumerate(state.retry):
        text = f"retrier {index + 1} of '{state.name}'"
        yield from _retries(retrier, text)
        if retrier.max_attempts > 0:
            yield from _names(retrier, text)
    for index, catcher in enumerate(state.catch):
        text = f"catcher {index + 1} of '{state.name}'"
        yield Part(CATCHER, catcher.pointer, f"{text} ({', '.join(catcher.error_equals)})")
        yield from _names(catcher, text)


def _outcomes(state: Choice) -> Iterator[Part]:
    """Both outcomes of each rule. That not even the last one is met, without a Default, is a mistake, no part."""
    for index, rule in enumerate(state.choices):
        text = f"choice rule {index + 1} of '{state.name}'"
        yield Part(CHOICE, rule.pointer, f"{text} is met (to '{rule.next}')", MET)
        if state.default is not None or index + 1 < len(state.choices):
            yield Part(CHOICE, rule.pointer, f"{text} is not met", NOT_MET)


def _transitions(state: State) -> Iterator[Part]:
    counted = {(*rule.pointer, "Next") for rule in state.catch}
    counted |= {(*rule.pointer, "Next") for rule in state.choices} if isinstance(state, Choice) else set()
    for pointer, target in state.transitions():
        if pointer not in counted:
            reason = " by default" if pointer[-1] == "Default" else ""
            yield Part(TRANSITION, pointer, f"the transition from '{state.name}' to '{target}'{reason}")


def _retries(retrier: Retrier, text: str) -> Iterator[Part]:
    names = ", ".join(retrier.error_equals)
    for number in range(1, min(retrier.max_attempts, MOST_RETRIES) + 1):
        yield Part(RETRY, retrier.pointer, f"retry {number} of {retrier.max_attempts} by {text} ({names})", str(number))


def _names(rule: Retrier | Catcher, text: str) -> Iterator[Part]:
    if len(rule.error_equals) > 1:
        for index, name in enumerate(rule.error_equals):
            yield Part(ERROR, (*rule.pointer, "ErrorEquals", index), f"error name '{name}' of {text}")


def _uses(visit: Visit, state: State) -> Iterator[Use]:
    """Each part that one visit of a state used."""
    yield STATE, visit.pointer, ""
    if visit.catcher is not None:
        catcher = state.catch[visit.catcher]
        yield CATCHER, catcher.pointer, ""
        heartbeat = any(attempt.heartbeat for attempt in visit.attempts[-1:])
        yield from _reacted(catcher, visit.error, heartbeat=heartbeat)
    elif visit.edge is not None:
        yield from _left(visit.edge, state)
    counts = [0] * len(state.retry)
    for attempt in visit.attempts:
        if attempt.retrier is not None:
            retrier = state.retry[attempt.retrier]
            counts[attempt.retrier] += 1
            yield RETRY, retrier.pointer, str(counts[attempt.retrier])
            yield from _reacted(retrier, attempt.error, heartbeat=attempt.heartbeat)


def _left(edge: Pointer, state: State) -> Iterator[Use]:
    """The transition by which a state was left; of a Choice also what became of each rule that was asked before."""
    for rule in state.choices if isinstance(state, Choice) else ():
        if (*rule.pointer, "Next") == edge:
            yield CHOICE, rule.pointer, MET
            return
        yield CHOICE, rule.pointer, NOT_MET
    yield TRANSITION, edge, ""


def _reacted(rule: Retrier | Catcher, error: str | None, *, heartbeat: bool) -> Iterator[Use]:
    """The error names by which a retrier or a catcher covers an error: the very name, else the wildcards."""
    names = rule.error_equals
    own = next((name for name in ((HEARTBEAT_TIMEOUT, error) if heartbeat else (error,)) if name in names), None)
    for index, name in enumerate(names):
        if name == own or (own is None and covers(name, error, heartbeat=heartbeat)):
            yield ERROR, (*rule.pointer, "ErrorEquals", index), ""
