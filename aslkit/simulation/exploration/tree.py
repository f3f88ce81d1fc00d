"""The runs of an exploration as a tree -> how many sequences they stand for, and the heaviest run of each ending.

A run's segments are the visits of its top-level states. A mishap is mended when the run goes on after its segment as
the run without it did: then nothing that goes wrong later can differ, and what goes wrong later is not combined with
it. Only sums do differ (time, cost, starts), and those are greatest where every segment has its heaviest mended part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.simulation.exploration.ground import Placement

NOWHERE = -1
"""The segment of a mishap of the input, which lies before all of them."""


class Item(NamedTuple):
    """A placement to look at: its parent in the tree, the segment of its last mishap, and the shape that its run has
    outside that segment if the mishap is mended."""

    placement: Placement
    parent: int
    segment: int
    expected: bytes


class Vertex(NamedTuple):
    """A run in the tree; it `lasts` so many seconds, and its states take so many together."""

    placement: Placement
    parent: int
    segment: int
    mended: bool
    lasts: float
    spent: float


class Tree:
    """The vertices in the order in which they were looked at; a parent comes before its children."""

    def __init__(self) -> None:
        self.vertices: list[Vertex] = []
        self.children: list[list[int]] = []

    def add(self, item: Item, *, mended: bool, lasts: float, spent: float) -> int:
        """The place of a run that was looked at."""
        place = len(self.vertices)
        self.vertices.append(Vertex(item.placement, item.parent, item.segment, mended, lasts, spent))
        self.children.append([])
        if place:
            self.children[item.parent].append(place)
        return place

    def sequences(self) -> int:
        """How many placements there are in all: those that were run, and those that cannot differ from them.

        What may follow a mended mishap is what follows its parent in later segments.
        """
        totals = [0] * len(self.vertices)
        later: list[int] = [0] * len(self.vertices)
        order = sorted(range(len(self.vertices)), key=lambda place: self.vertices[place].segment, reverse=True)
        # a total needs those of its own children, of the same or a later segment, and of its later siblings
        for segment_places in _grouped(order, self.vertices):
            for place in segment_places:
                later[place] = self._later(place, totals, later)
            for place in sorted(segment_places, reverse=True):
                own = sum(totals[child] for child in self.children[place] if self._is_own(place, child))
                totals[place] = 1 + own + later[place]
        return totals[0] if totals else 0

    def _later(self, place: int, totals: list[int], later: list[int]) -> int:
        """What may follow a vertex in segments after its own."""
        vertex = self.vertices[place]
        if not vertex.mended:
            return sum(totals[child] for child in self.children[place] if not self._is_own(place, child))
        parent = self.vertices[vertex.parent]
        if parent.mended and parent.segment == vertex.segment:
            return later[vertex.parent]
        return sum(
            totals[sibling]
            for sibling in self.children[vertex.parent]
            if self.vertices[sibling].segment > vertex.segment
        )

    def _is_own(self, place: int, child: int) -> bool:
        return bool(place) and self.vertices[child].segment == self.vertices[place].segment

    def heaviest(self) -> Iterator[Placement]:
        """For each run that ends in its own way, the placement that has the same end and as many mended mishaps before
        and after as there can be."""
        best = self._best()
        for place, vertex in enumerate(self.vertices):
            if not vertex.mended:
                yield self._filled(place, best)

    def _best(self) -> dict[tuple[int, int], int]:
        """(vertex that ends in its own way, segment) -> the mended vertex below it, in that segment, with the most
        mishaps."""
        best: dict[tuple[int, int], int] = {}
        for place, vertex in enumerate(self.vertices):
            if vertex.mended:
                key = (self._unmended(place), vertex.segment)
                if key not in best or len(vertex.placement) > len(self.vertices[best[key]].placement):
                    best[key] = place
        return best

    def _unmended(self, place: int) -> int:
        """The nearest vertex above that is not mended in this segment."""
        segment = self.vertices[place].segment
        while self.vertices[place].mended and self.vertices[place].segment == segment:
            place = self.vertices[place].parent
        return place

    def _filled(self, place: int, best: dict[tuple[int, int], int]) -> Placement:
        placement = self.vertices[place].placement
        before = float("inf")
        while True:
            vertex = self.vertices[place]
            own = len(vertex.placement)
            for (above, segment), mended in best.items():
                if above == place and (not place or segment > vertex.segment) and segment < before:
                    placement = (*placement, *self.vertices[mended].placement[own:])
            if not place:
                return placement
            before, place = min(before, vertex.segment), vertex.parent


def _grouped(order: list[int], vertices: list[Vertex]) -> Iterator[list[int]]:
    """The places by segment, the last segment first; in each a parent before its children. The root comes last."""
    groups: dict[int, list[int]] = {}
    for place in order:
        if place:
            groups.setdefault(vertices[place].segment, []).append(place)
    for segment in sorted(groups, reverse=True):
        yield sorted(groups[segment])
    yield [0]
