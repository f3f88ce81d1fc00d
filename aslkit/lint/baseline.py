"""Findings <-> a baseline: which of them a project knows already, whatever lines they have moved to."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import pointer_text
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aslkit.lint.engine import Finding

VERSION = 1
LINE = re.compile(r"\b(lines?) \d+\b")
FIELDS = ("file", "rule", "pointer", "message")


class BaselineError(ValueError):
    """A text that is no baseline: the reason."""


class Known(Record):
    """One finding that is known: the file as seen from the baseline's folder, the rule, the place, the message without
    its line numbers, and how often it is there."""

    file: str
    rule: str
    pointer: str
    message: str
    count: int = 1


class Baseline(Record):
    """The findings that are known."""

    known: tuple[Known, ...] = ()

    def unknown(self, file: str, findings: Iterable[Finding]) -> list[Finding]:
        """The findings in a file that are not known; of one that is there more often than known, the last ones."""
        left = {_key(one): one.count for one in self.known if one.file == file}
        new = []
        for finding in findings:
            key = (file, *fingerprint(finding))
            if left.get(key, 0) > 0:
                left[key] -= 1
            else:
                new.append(finding)
        return new

    def stale(self, found: Mapping[str, Sequence[Finding]]) -> Iterator[Known]:
        """What is known and no longer there, with how often, given all findings by file."""
        counts: dict[tuple[str, ...], int] = {}
        for file, findings in found.items():
            for finding in findings:
                key = (file, *fingerprint(finding))
                counts[key] = counts.get(key, 0) + 1
        for one in self.known:
            missing = one.count - counts.get(_key(one), 0)
            if one.file in found and missing > 0:
                yield Known(one.file, one.rule, one.pointer, one.message, missing)


def fingerprint(finding: Finding) -> tuple[str, str, str]:
    """What a finding is known by when its lines move: the rule, the place in the definition, and the message without
    its line numbers."""
    return finding.rule, pointer_text(finding.pointer), LINE.sub(r"\1 …", finding.message)


def baseline_text(found: Iterable[tuple[str, Finding]], *, keep: Baseline | None = None) -> str:
    """The text of the baseline that knows these findings of these files, and what `keep` knows: sorted JSON."""
    counts = {_key(one): one.count for one in keep.known} if keep is not None else {}
    for file, finding in found:
        key = (file, *fingerprint(finding))
        counts[key] = counts.get(key, 0) + 1
    entries = [_plain(key, counts[key]) for key in sorted(counts)]
    return json.dumps({"version": VERSION, "findings": entries}, indent=2, ensure_ascii=False) + "\n"


def read_baseline(text: str) -> Baseline:
    """The baseline that a text writes down. Raises BaselineError, with the reason, for any other text."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BaselineError("this is no baseline: it is not JSON; --update-baseline writes one") from None
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("findings"), list):
        raise BaselineError(f"this is no baseline of version {VERSION}; --update-baseline writes one")
    return Baseline(tuple(_known(number, entry) for number, entry in enumerate(data["findings"])))


def _known(number: int, entry: Any) -> Known:
    if isinstance(entry, dict) and all(isinstance(entry.get(field), str) for field in FIELDS):
        count = entry.get("count", 1)
        if type(count) is int and count > 0 and entry.keys() <= {*FIELDS, "count"}:
            return Known(entry["file"], entry["rule"], entry["pointer"], entry["message"], count)
    raise BaselineError(
        f"findings[{number}] of the baseline is not {{{', '.join(FIELDS)}}} of texts, and perhaps a count of 1 or more"
    )


def _plain(key: tuple[str, ...], count: int) -> dict[str, Any]:
    return dict(zip(FIELDS, key, strict=True)) | ({"count": count} if count > 1 else {})


def _key(one: Known) -> tuple[str, ...]:
    return one.file, one.rule, one.pointer, one.message
