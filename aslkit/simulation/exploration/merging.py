"""The JSON reports of the shards of one exploration -> the report of the whole."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from aslkit.simulation.exploration.gaps import SHARD_TEXT
from aslkit.simulation.exploration.properties import RETRIERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Json = Any


def merge(reports: Iterable[Mapping[str, Json]]) -> dict[str, Json]:
    """The JSON reports of one or more shards as one: runs and counts add up, of each violation the shortest
    one stays.

    Raises ValueError for what is no report, for reports that are not of one exploration, or of one shard twice.
    """
    parts = list(reports)
    if not parts:
        raise ValueError("there is no report to merge")
    if not all(map(is_report, parts)):
        raise ValueError(NO_REPORT)
    covered = [part["covered"] for part in parts]
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
    unused = None
    if all(part["unused_retriers"] is not None for part in covered):
        unused = list(_unused(covered))
    if whole and unused is not None:
        cover["properties"][RETRIERS.name] = {"holds": not unused, "explanation": RETRIERS.explanation}
        violations += [one["violation"] for one in unused]
        about += [one["about"] for one in unused]
    return {
        "runs": sum(part["runs"] for part in parts),
        "covered": {**cover, "about": about, "unused_retriers": None if whole else unused},
        "not_covered": list(_merged_gaps(parts, shards, whole=whole)),
        "violations": violations,
    }


def _unused(covered: list[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    """The retriers that no shard used, shown as the shard does that shows them first."""
    first: dict[tuple[str, ...], dict[str, Json]] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for one in (one for part in covered for one in part["unused_retriers"]):
        key = tuple(one["about"]["about"])
        counts[key] += 1
        if key not in first or one["about"]["place"] < first[key]["about"]["place"]:
            first[key] = one
    found = [one for key, one in first.items() if counts[key] == len(covered)]
    yield from sorted(found, key=lambda one: one["about"]["place"])


NO_REPORT = "this is no report of an exploration (aslkit explore --format json)"


def is_report(value: Json) -> bool:
    """Whether a JSON value is the report of an exploration."""
    covered = value.get("covered") if isinstance(value, dict) else None
    if not isinstance(covered, dict) or not _fits(value, REPORT) or not _fits(covered, COVERED):
        return False
    return (
        bool(covered["shards"])
        and all(isinstance(name, str) and SHARD.fullmatch(name) for name in covered["shards"])
        and all(type(count) is int for count in covered["levels"])
        and len(covered["about"]) == len(value["violations"])
        and all(
            isinstance(one, dict) and {"property", "message", "faults"} <= one.keys() for one in value["violations"]
        )
        and all(isinstance(one, dict) and _fits(one, ABOUT) for one in covered["about"])
        and all(isinstance(one, dict) and "holds" in one for one in covered["properties"].values())
        and all(isinstance(one, dict) for one in covered["states"].values())
    )


def _fits(value: Mapping[str, Json], kinds: Mapping[str, Any]) -> bool:
    return all(name in value and isinstance(value[name], kind) for name, kind in kinds.items())


SHARD = re.compile(r"[1-9][0-9]{0,5}/[1-9][0-9]{0,5}")
ABOUT = {"about": list, "place": list, "alike": int, "told": list}
REPORT = {"runs": int, "violations": list, "not_covered": list}
COVERED = {
    "definition": str,
    "faults": (int, str),
    "shards": list,
    "levels": list,
    "states": dict,
    "endings": dict,
    "properties": dict,
    "about": list,
    "unmet": dict,
    "unused_retriers": (list, type(None)),
}
"""What a report has, by name, and of which type."""


def is_whole(report: Mapping[str, Json]) -> bool:
    """Whether no shard is missing in a report."""
    shards = report["covered"]["shards"]
    return len(shards) == int(shards[0].partition("/")[2])


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
        "unmet": _unmet(covered),
        "properties": {
            name: {**about, "holds": all(part["properties"][name]["holds"] for part in covered)}
            for name, about in covered[0]["properties"].items()
        },
    }


def _unmet(covered: list[dict[str, Json]]) -> dict[str, str]:
    """What is unmet in every shard."""
    first, *others = (part["unmet"] for part in covered)
    return {state: why for state, why in first.items() if all(state in other for other in others)}


def _merged_gaps(parts: list[Mapping[str, Json]], shards: list[str], *, whole: bool) -> Iterator[str]:
    covered = [part["covered"] for part in parts]
    left = {why for part in covered for why in part["unmet"].values()} - set(_unmet(covered).values())
    said = dict.fromkeys(text for part in parts for text in part["not_covered"])
    yield from (text for text in said if not text.startswith(SHARD_TEXT) and text not in left)
    if not whole:
        yield f"{SHARD_TEXT} {', '.join(shards)}"


def _merged_violations(parts: list[Mapping[str, Json]]) -> tuple[list[Json], list[Json]]:
    """Of the violations of one property about the same the first one, in the order of the whole; and what they are
    about, with how many more runs are wrong alike."""
    alike: dict[tuple[str, tuple[str, ...]], list[tuple[Json, Json]]] = {}
    for part in parts:
        for one, about in zip(part["violations"], part["covered"]["about"], strict=True):
            alike.setdefault((one["property"], tuple(about["about"])), []).append((one, about))
    found = []
    for same in alike.values():
        one, about = min(same, key=lambda entry: entry[1]["place"])
        others = len(same) - 1 + sum(other["alike"] for _, other in same)
        found.append((one, {**about, "alike": others}))
    found.sort(key=lambda entry: entry[1]["place"])
    return [one for one, _ in found], [about for _, about in found]
