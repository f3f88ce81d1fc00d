"""What an exploration left out -> in words, so that nobody takes it for tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.simulation.exploration.properties import RETRIERS
from aslkit.simulation.exploration.settings import ALL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from aslkit.simulation.exploration.ground import Ground

SHARD_TEXT = "all but shard"


class LeftOut:
    """Counts what is not run while exploring.

    `beyond` are placements beyond a limit: of `most` runs, or of time if it is `stopped`. Of those that cannot differ,
    `alike` ran like another one at the same place, `mended` come after a mended one, `narrow` ran alike when they were
    alone, `in_a_row` are calls between the first and the last of several; `heaviest` are the sequences in which the
    most is mended.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.beyond = 0
        self.stopped = False
        self.alike = 0
        self.mended = 0
        self.narrow = 0
        self.in_a_row = 0
        self.heaviest = False


def uncovered(ground: Ground, faults: int | str, shard: tuple[int, int], left: LeftOut) -> Iterator[str]:
    """What was not run."""
    if faults == ALL:
        yield "which error it is, time-outs, and the moment at which a branch fails: `--faults 2` varies these"
        if left.heaviest:
            yield "the sequences in which the most is mended, which a run without shards and limit has"
    else:
        yield f"runs with more than {faults} fault{'' if faults == 1 else 's'}"
    if left.beyond:
        limit = "of time" if left.stopped else f"of {left.most:,} runs"
        yield f"{left.beyond:,} placements beyond the limit {limit}, and what follows from them"
    yield from _cannot_differ(faults, left)
    number, of = shard
    if of > 1:
        yield f"{SHARD_TEXT} {number}/{of}"
    if left.beyond and RETRIERS.name not in ground.settings.skipped:
        yield "whether every retrier is used, which takes all runs"
    for name in ground.forgotten:
        yield f"how the job ends that '{name}' starts and does not wait for (.sync)"
    if ground.answered:
        names = ", ".join(f"'{name}'" for name in ground.answered)
        yield f"other answers of {names} than usual: `add: [{{state: ..., returns: ...}}]` runs them"
    for mute in ground.settings.muted:
        yield f"'{mute.name}' of state '{mute.state}', muted in the settings"
    yield "an execution that somebody aborts, and whether the role has its permissions"


def _cannot_differ(faults: int | str, left: LeftOut) -> Iterator[str]:
    """The combinations that pruning leaves out."""
    if left.alike:
        yield (
            f"combinations of other faults with {left.alike:,} that ran like another one at the same place "
            "(`--no-prune` runs them)"
        )
    if left.mended and faults != ALL:
        yield (
            f"{left.mended:,} combinations of a fault that is mended with one that comes later in the run, which "
            "then goes on as without the first (`--no-prune` runs them)"
        )
    if left.in_a_row:
        yield (
            f"{left.in_a_row:,} calls between the first and the last of several in a row that failed alike "
            "(`--no-prune` has faults there as well)"
        )
    if left.narrow:
        yield (
            f"{left.narrow:,} combinations whose last fault ran, when it was alone, like another one at the "
            "same state (`--no-prune` runs them)"
        )


def unmet(
    ground: Ground, faults: int | str, left: LeftOut, *, entered: Collection[str], tried: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The Tasks at which nothing went wrong, and the other states that no run came to, each with why."""
    for name in ground.states:
        menu = ground.menus.get(name)
        if menu is None:
            if name in ground.unvisited and name not in entered:
                yield name, f"state '{name}': no run comes to it"
        elif not menu:
            yield name, f"faults of state '{name}': none are known"
        elif name not in tried and faults != 0:
            which = "of those within the limit" if left.beyond else "with fewer faults"
            yield name, f"faults of state '{name}': no run {which} comes to it"
