"""One scope, two states -> the shortest route between them, and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import fact
from aslkit.lint.graph import edges, regular_targets, scopes, spread, way_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State, StateMachine
    from aslkit.lint.graph import Edge

MOST = 6
"""How many states of a route are named."""


def shortest(
    scope: StateMachine, start: Iterable[str], target: str, allowed: Callable[[Edge], bool] = lambda edge: True
) -> list[str]:
    """The names of the states on a shortest route from one of `start` to `target` over the allowed transitions; none
    when there is no such route."""
    known = edges(scope)
    found = spread(start, lambda name: (edge.target for edge in known.get(name, ()) if allowed(edge)))
    return list(way_back(found, target))[::-1] if target in found else []


@fact
def by_pointer(machine: StateMachine) -> Mapping[Pointer, StateMachine]:
    """The pointer of each scope (the definition, a branch, an item processor) -> the scope."""
    return {scope.pointer: scope for scope in scopes(machine)}


def scope_of(machine: StateMachine, state: State) -> StateMachine:
    """The scope that a state stands in."""
    return by_pointer(machine)[state.pointer[:-2]]


def route_from(machine: StateMachine, pointer: Pointer, target: State) -> list[str]:
    """The names on a shortest route to a state from the state that something at `pointer` belongs to, through the
    catcher that it belongs to if there is one; none when the two stand in different scopes."""
    around = target.pointer[:-1]
    if len(pointer) <= len(around) or pointer[: len(around)] != around:
        return []
    scope = scope_of(machine, target)
    owner = scope.states.get(str(pointer[len(around)]))
    if owner is None:
        return []
    catcher = next((one for one in owner.catch if pointer[: len(one.pointer)] == one.pointer), None)
    start = regular_targets(scope, owner.name) if catcher is None else (str(catcher.next),)
    route = shortest(scope, start, target.name)
    return [owner.name, *route] if route else []


def in_words(names: Iterable[str]) -> str:
    """A route as text: "A" → "B" → "C"; the middle of a long one is left out."""
    quoted = [f'"{name}"' for name in names]
    if len(quoted) > MOST:
        quoted = [*quoted[: MOST - 2], "…", *quoted[-1:]]
    return " → ".join(quoted)
