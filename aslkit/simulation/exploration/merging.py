"""The JSON reports of the shards of one exploration -> the report of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.simulation.exploration.search import SHARD_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Json = Any


def merge(reports: Iterable[Mapping[str, Json]]) -> dict[str, Json]:
    """The JSON reports of several shards as one: runs and counts add up, of each violation the shortest one stays.

    Raises ValueError for reports that are not of one exploration, or of one shard twice.
    """
    parts = list(reports)
    covered = [_covered(part) for part in parts]
    if not parts:
        raise ValueError("there is no report to merge")
    for other in covered[1:]:
        for key in ("faults", "definition", "properties"):
            if other[key].keys() != covered[0][key].keys() if key == "properties" else other[key] != covered[0][key]:
                raise ValueError(f"the reports are not of one exploration: `{key}` is not the same")
    shards = [name for part in covered for name in part["shards"]]
    if len(set(shards)) < len(shards):
        raise ValueError(f"one shard is there twice: {', '.join(sorted(shards))}")
    of = {name.partition("/")[2] for name in shards}
    if len(of) > 1:
        raise ValueError(f"the shards are parts of different sizes: {', '.join(sorted(shards))}")
    whole = len(shards) == int(of.pop())
    violations, about = _merged_violations(parts)
    cover = _merged_cover(covered, sorted(shards, key=lambda name: int(name.partition("/")[0])))
    return {
        "runs": sum(part["runs"] for part in parts),
        "covered": {**cover, "about": about},
        "not_covered": list(_merged_gaps(parts, shards, whole=whole)),
        "violations": violations,
    }


def _covered(part: Mapping[str, Json]) -> dict[str, Json]:
    wanted = {"definition", "faults", "shards", "levels", "states", "endings", "properties", "about"}
    covered = part.get("covered") if isinstance(part, dict) else None
    if not isinstance(covered, dict) or not wanted <= covered.keys() or not {"runs", "violations"} <= part.keys():
        raise ValueError("this is no report of an exploration (aslkit explore --format json)")
    return covered


def _merged_cover(covered: list[dict[str, Json]], shards: list[str]) -> dict[str, Json]:
    depth = max(len(part["levels"]) for part in covered)
    states: dict[str, dict[str, int]] = {}
    endings: dict[str, int] = {}
    for part in covered:
        for state, errors in part["states"].items():
            for error, count in errors.items():
                known = states.setdefault(state, {})
                known[error] = known.get(error, 0) + count
        for status, count in part["endings"].items():
            endings[status] = endings.get(status, 0) + count
    return {
        "definition": covered[0]["definition"],
        "faults": covered[0]["faults"],
        "shards": shards,
        "levels": [sum(part["levels"][i] for part in covered if i < len(part["levels"])) for i in range(depth)],
        "states": states,
        "endings": endings,
        "properties": {
            name: {**about, "holds": all(part["properties"][name]["holds"] for part in covered)}
            for name, about in covered[0]["properties"].items()
        },
    }


def _merged_gaps(parts: list[Mapping[str, Json]], shards: list[str], *, whole: bool) -> Iterator[str]:
    said = dict.fromkeys(text for part in parts for text in part["not_covered"] if not text.startswith(SHARD_TEXT))
    yield from said
    if not whole:
        yield f"{SHARD_TEXT} {', '.join(shards)}"


def _merged_violations(parts: list[Mapping[str, Json]]) -> tuple[list[Json], list[Json]]:
    """Of the violations of one property about the same the first one, in the order of the whole; and what they are
    about."""
    first: dict[tuple[str, tuple[str, ...]], tuple[list[int], Json, Json]] = {}
    for part in parts:
        for one, about in zip(part["violations"], part["covered"]["about"], strict=True):
            key = (one["property"], tuple(about["about"]))
            if key not in first or about["place"] < first[key][0]:
                first[key] = (about["place"], one, about)
    found = sorted(first.values(), key=lambda entry: entry[0])
    return [one for _, one, _ in found], [about for _, _, about in found]
