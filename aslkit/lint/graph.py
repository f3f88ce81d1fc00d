"""One state machine -> its graph: edges, what enters each state, what is reachable.

All functions take one scope: the whole definition, a Parallel's branch or a Map's item processor; transitions never
leave it. What is established without further arguments is a fact, looked up once however many rules ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aslkit.definition.model import Catcher, Choice, Fail, State, StateMachine, Succeed, all_states, fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aslkit.definition.document import Pointer


class Edge(NamedTuple):
    """A transition between two states of one scope; `pointer` is the place of the target's name.

    `catcher` is the catcher that takes it, None for every other transition.
    """

    source: str
    target: str
    pointer: Pointer
    catcher: Catcher | None = None


@fact
def edges(scope: StateMachine) -> Mapping[str, tuple[Edge, ...]]:
    """The transitions that leave each state of a scope, in the order Next or Choices, Default, then Catch.

    Transitions to a state that does not exist are left out; a state that ends has none but its catchers'.
    """
    return {name: tuple(_edges(scope.states, state)) for name, state in scope.states.items()}


def _edges(states: Mapping[str, State], state: State) -> Iterator[Edge]:
    if isinstance(state, Choice):
        yield from (Edge(state.name, target, pointer) for pointer, target in state.transitions() if target in states)
    elif state.next is not None and state.next in states:
        yield Edge(state.name, state.next, (*state.pointer, "Next"))
    for catcher in state.catch:
        if catcher.next is not None and catcher.next in states:
            yield Edge(state.name, catcher.next, (*catcher.pointer, "Next"), catcher)


@fact
def incoming(scope: StateMachine) -> Mapping[str, tuple[Edge, ...]]:
    """The transitions that enter each state of a scope."""
    found: dict[str, list[Edge]] = {name: [] for name in scope.states}
    for leaving in edges(scope).values():
        for edge in leaving:
            found[edge.target].append(edge)
    return {name: tuple(entering) for name, entering in found.items()}


@fact
def reachable(scope: StateMachine) -> frozenset[str]:
    """The states of a scope that an execution can enter: StartAt, and what its transitions and catchers lead to."""
    return frozenset(spread(_start(scope), lambda name: (edge.target for edge in edges(scope)[name])))


@fact
def regular(scope: StateMachine) -> frozenset[str]:
    """The states of a scope that an execution can enter although nothing was caught."""
    return frozenset(spread(_start(scope), lambda name: regular_targets(scope, name)))


@fact
def enclosing(machine: StateMachine) -> Mapping[Pointer, tuple[StateMachine, State]]:
    """The pointer of each branch and item processor -> the Parallel or Map around it, and the scope of that state."""
    return {inner.pointer: (scope, state) for scope, state in all_states(machine) for inner in state.machines}


@fact
def scopes(machine: StateMachine) -> tuple[StateMachine, ...]:
    """The definition itself, then every branch and item processor in it, outer ones first."""
    return (machine, *(inner for _, state in all_states(machine) for inner in state.machines))


@fact
def loops(scope: StateMachine) -> Mapping[str, frozenset[str]]:
    """Each state that can be entered again although nothing fails -> the states of its loop, itself included.

    Two states belong to one loop when each leads to the other (a strongly connected component of the graph).
    """
    found: dict[str, frozenset[str]] = {}
    seen: set[str] = set()
    for name in reversed(_finished(scope)):
        if name not in seen:
            loop = spread((name,), lambda at: (before for before in _sources(scope, at) if before not in seen))
            seen.update(loop)
            if len(loop) > 1 or name in regular_targets(scope, name):
                found.update(dict.fromkeys(loop, frozenset(loop)))
    return found


def _finished(scope: StateMachine) -> list[str]:
    """The states in the order in which a depth-first search leaves them."""
    order: list[str] = []
    seen: set[str] = set()
    for start in scope.states:
        pending = [] if start in seen else [(start, regular_targets(scope, start))]
        seen.add(start)
        while pending:
            name, targets = pending[-1]
            target = next((one for one in targets if one not in seen), None)
            if target is None:
                order.append(name)
                pending.pop()
            else:
                seen.add(target)
                pending.append((target, regular_targets(scope, target)))
    return order


def _sources(scope: StateMachine, name: str) -> Iterator[str]:
    return (edge.source for edge in incoming(scope)[name] if edge.catcher is None)


def outer_states(machine: StateMachine, state: State) -> Iterator[State]:
    """The Parallel and Map states around a state, innermost first."""
    found = enclosing(machine)
    scope = state.pointer[:-2]
    while scope in found:
        _, outer = found[scope]
        yield outer
        scope = outer.pointer[:-2]


def is_end(state: State) -> bool:
    """Whether its scope can end with this state, well or by failing."""
    return state.end or isinstance(state, (Succeed, Fail))


def ends_well(state: State) -> bool:
    """Whether the scope ends successfully when this state does."""
    return isinstance(state, Succeed) or (state.end and not isinstance(state, (Choice, Fail)))


def regular_targets(scope: StateMachine, name: str) -> Iterator[str]:
    """The states that may follow a state when it succeeds."""
    return (edge.target for edge in edges(scope)[name] if edge.catcher is None)


def spread(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> dict[str, str | None]:
    """All that the start leads to, nearest first: name -> the name that it was first reached from (None: the start)."""
    found: dict[str, str | None] = dict.fromkeys(start)
    pending = list(found)
    for name in pending:
        for target in following(name):
            if target not in found:
                found[target] = name
                pending.append(target)
    return found


def way_back(found: Mapping[str, str | None], name: str) -> Iterator[str]:
    """What `spread` found, backwards: a name, the one that it was reached from, and so on to the start."""
    current: str | None = name
    while current is not None:
        yield current
        current = found[current]


def _start(scope: StateMachine) -> tuple[str, ...]:
    return (scope.start_at,) if scope.start_at is not None and scope.start_at in scope.states else ()
