"""What came of exploring a machine, as records, and its mishaps in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.record import Record
from aslkit.simulation.exploration.catalogue import LASTING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aslkit.simulation.execution import Execution
    from aslkit.simulation.exploration.ground import Ground, Placed, Placement

Json = Any


class Counterexample(Record):
    """The shortest run in which a property does not hold.

    `faults` are the mishaps: {state, invocation, error} each, the invocation being the first that goes wrong; the input
    is state None, invocation 0. `alike` is how many runs are wrong in the same way. `execution` keeps its history.
    `about` and `place` tell counterexamples of shards apart: what they are about, and their level and place in it.
    """

    property: str
    message: str
    placement: Placement
    faults: tuple[dict[str, Json], ...]
    status: str
    alike: int
    execution: Execution
    about: tuple[str, ...] = ()
    place: tuple[int, int] = (0, 0)


class Exploration(Record):
    """What came of exploring.

    `levels` counts the runs with 0, 1, 2 … mishaps; `states` those in which a state's call failed with an error (each
    run once for each of its mishaps); `endings` those that ended so; `held` the properties that were looked at, and
    whether they held. `uncovered` says in words what was not run; `unmet` has the Tasks at which nothing went wrong,
    and the other states that no run came to, each with why. `unused` are the retriers that a shard does not use, which
    others may; None where that is decided or cannot be. `sequences` counts, for ALL, the sequences of succeeding and
    failing calls that the runs stand for.
    """

    ground: Ground
    faults: int | str
    shard: tuple[int, int]
    levels: tuple[int, ...]
    states: Mapping[str, Mapping[str, int]]
    endings: Mapping[str, int]
    held: Mapping[str, bool]
    explanations: Mapping[str, str]
    uncovered: tuple[str, ...]
    counterexamples: tuple[Counterexample, ...]
    unmet: Mapping[str, str] = {}
    unused: tuple[Counterexample, ...] | None = None
    sequences: int | None = None

    @property
    def runs(self) -> int:
        return sum(self.levels)


def fault_of(ground: Ground, placed: Placed) -> dict[str, Json]:
    """A mishap as reports show it: {state, invocation, error}."""
    return {
        "state": placed.state or None,
        "invocation": placed.invocation,
        "error": ground.mishap(placed).called,
    }


def placed_text(ground: Ground, placed: Placed) -> str:
    """A mishap in words: `Load, invocation 1 and all later ones: glue: failed (States.TaskFailed)`."""
    mishap = ground.mishap(placed)
    if not placed.state:
        return mishap.meaning
    which = f"invocation {placed.invocation}" + (" and all later ones" if placed.times == LASTING else "")
    which += " in every iteration" if placed.iteration is None else ""
    name = mishap.name if mishap.error in (None, mishap.name) else f"{mishap.name} ({mishap.error})"
    place = placed.state + "".join(f"[{index}]" for index in placed.iteration or ())
    moment = f", after {placed.after:g} s" if placed.after is not None else ""
    return f"{place}, {which}: {name}{moment}"
