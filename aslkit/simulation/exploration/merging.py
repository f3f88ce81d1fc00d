"""The JSON reports of the shards of one exploration -> the report of the whole."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from aslkit.simulation.exploration.gaps import SHARD_TEXT
from aslkit.simulation.exploration.properties import RETRIERS
from aslkit.simulation.exploration.settings import ALL, MOST_FAULTS

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
    found = list(_merged_violations(parts))
    cover = _merged_cover(covered, sorted(shards, key=lambda name: int(name.partition("/")[0])))
    unused = None
    if all(part["unused_retriers"] is not None for part in covered):
        unused = list(_unused(covered))
    if whole and unused is not None:
        cover["properties"][RETRIERS.name] = {"holds": not unused, "explanation": RETRIERS.explanation}
        found += [(one["violation"], one["about"]) for one in unused]
    found.sort(key=lambda entry: entry[1]["place"])
    return {
        "runs": sum(part["runs"] for part in parts),
        "covered": {**cover, "about": [about for _, about in found], "unused_retriers": None if whole else unused},
        "not_covered": list(_merged_gaps(parts, shards, whole=whole)),
        "violations": [one for one, _ in found],
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


# --- what a report is ------------------------------------------------------------------------------------------------

NO_REPORT = "this is no report of an exploration (aslkit explore --format json)"


def is_report(value: Json) -> bool:
    """Whether a JSON value is the report of an exploration."""
    from jsonschema_rs import validator_for

    if not _is_printable(value) or not validator_for(REPORT).is_valid(value):
        return False
    covered = value["covered"]
    parts = [tuple(map(int, shard.split("/"))) for shard in covered["shards"]]
    return (
        all(number <= of for number, of in parts)
        and len(covered["about"]) == len(value["violations"])
        and all(one["property"] in covered["properties"] for one in value["violations"])
        and all(one["violation"]["property"] == RETRIERS.name for one in covered["unused_retriers"] or ())
    )


def _is_printable(value: Json) -> bool:
    """Whether no text in it holds half a character, which JSON can write and nobody can print."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _list_of(items: Json, **more: Json) -> Json:
    return {"type": "array", "items": items, **more}


def _map_of(values: Json) -> Json:
    return {"type": "object", "additionalProperties": values}


def _object(**fields: Json) -> Json:
    """An object that has these fields, and maybe others."""
    return {"type": "object", "properties": fields, "required": list(fields)}


TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0, "maximum": 10**15}
"""At most more than anybody ever counts."""
SHARD = {"type": "string", "pattern": "^[1-9][0-9]{0,5}/[1-9][0-9]{0,5}$"}
PLACE = _list_of(COUNT, minItems=2, maxItems=2)
ABOUT = _object(about=_list_of(TEXT), place=PLACE, alike=COUNT, told=_list_of(TEXT))
FAULT = _object(state={"type": ["string", "null"]}, invocation=COUNT, error=TEXT)
VIOLATION = _object(property=TEXT, message=TEXT, faults=_list_of(FAULT), status=TEXT, scenario=TEXT)
COVERED = _object(
    definition=TEXT,
    faults={"anyOf": [{"const": ALL}, {**COUNT, "maximum": MOST_FAULTS}]},
    shards=_list_of(SHARD, minItems=1),
    levels=_list_of(COUNT),
    states=_map_of(_map_of(COUNT)),
    endings=_map_of(COUNT),
    properties=_map_of(_object(holds={"type": "boolean"}, explanation=TEXT)),
    about=_list_of(ABOUT),
    unmet=_map_of(TEXT),
    unused_retriers={"anyOf": [{"type": "null"}, _list_of(_object(about=ABOUT, violation=VIOLATION))]},
)
REPORT = _object(runs=COUNT, covered=COVERED, not_covered=_list_of(TEXT), violations=_list_of(VIOLATION))
"""What a report has, as aslkit.report.exploration writes it: a JSON Schema."""


# --- putting reports together ----------------------------------------------------------------------------------------


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


def _merged_violations(parts: list[Mapping[str, Json]]) -> Iterator[tuple[Json, Json]]:
    """Of the violations of one property about the same the first one, and what it is about, with how many more runs
    are wrong alike. Those of one run come as its own report has them: by property, and then as they were found."""
    alike: dict[tuple[str, tuple[str, ...]], list[tuple[int, Json, Json]]] = {}
    for part in parts:
        for index, (one, about) in enumerate(zip(part["violations"], part["covered"]["about"], strict=True)):
            alike.setdefault((one["property"], tuple(about["about"])), []).append((index, one, about))
    found = []
    position = {name: index for index, name in enumerate(parts[0]["covered"]["properties"])}
    for same in alike.values():
        index, one, about = min(same, key=lambda entry: entry[2]["place"])
        others = len(same) - 1 + sum(other["alike"] for *_, other in same)
        found.append(((position[one["property"]], index), one, {**about, "alike": others}))
    yield from ((one, about) for _, one, about in sorted(found, key=lambda entry: entry[0]))
