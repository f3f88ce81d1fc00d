"""Document, findings with a fix -> the mended text: splices of what is written, so that comments and layout stay."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.document import DefinitionError, Entry, load
from aslkit.definition.scalars import core_value, old_reading
from aslkit.lint.engine import ERROR, WARNING, Delete, Insert, Rename, Reorder, Replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aslkit.definition.document import Document, Pointer
    from aslkit.lint.engine import Edit, Finding, Fix

MOST_LOOKS, LEAST_LOOKS, LOOKED_AT = 400, 20, 40_000_000
"""How often one file is looked at anew while it is mended, and how many characters are looked at in all, about."""


class Splice(NamedTuple):
    """One change of a text: what stands from offset `start` to `end` becomes `text`."""

    start: int
    end: int
    text: str


class Mended(NamedTuple):
    """What has become of a document, and the findings that are mended, in the order of the mends."""

    document: Document
    mended: tuple[Finding, ...]


def mended(
    document: Document,
    look: Callable[[Document], list[Finding]],
    *,
    read: Callable[[str], Document] | None = None,
    wanted: Callable[[list[Finding]], list[Finding]] = list,
) -> Mended:
    """The document with all wanted fixes made that make it better; nothing more when it is mended again.

    `look` gives the findings of a document, `read` the document of a text (by default as `load` has it), `wanted` says
    which findings may be mended. A fix is made when the text can still be read, its finding is gone, and there are not
    more errors, nor as many errors and more warnings than before. Of fixes that overlap, the first is made, and then
    the others, when they are still wanted.
    """

    def again(text: str) -> Document:
        return load(text, source=document.source)

    return _Mending(document, look, read or again, wanted).run()


class _Mending:
    """The rounds of one mending: each makes some fixes, or finds one that makes nothing better."""

    def __init__(
        self,
        document: Document,
        look: Callable[[Document], list[Finding]],
        read: Callable[[str], Document],
        wanted: Callable[[list[Finding]], list[Finding]],
    ) -> None:
        self.document = document
        self.look = look
        self.read = read
        self.wanted = wanted
        self.found = look(document)
        self.done: list[Finding] = []
        self.refused: set[tuple[str, Pointer]] = set()
        self.seen = {document.text}
        self.looks = 1
        self.most = max(LEAST_LOOKS, min(MOST_LOOKS, LOOKED_AT // (len(document.text) + 1)))

    def run(self, *, ahead: bool = True) -> Mended:
        changed = True
        while changed:
            changed = False
            self.refused.clear()  # what made things worse before may not do so after other fixes
            while (batch := self._batch()) and self.looks < self.most:
                changed = self._make(batch) or changed
            if ahead and not changed:
                self.refused.clear()
                changed = any(self._make_ahead(finding, change) for finding, change in self._batch())
        return Mended(self.document, tuple(self.done))

    def _make_ahead(self, finding: Finding, change: Splice) -> bool:
        """Makes a fix that only brings to light what can be mended as well: a service that was misspelt hid all that is
        wrong with its parameters."""
        try:
            document = self.read(spliced(self.document.text, [change]))
        except DefinitionError:
            return False
        if self.looks >= self.most:
            return False
        after = _Mending(document, self.look, self.read, self.wanted)
        after.looks += self.looks
        after.run(ahead=False)
        self.looks = after.looks
        if _counts(after.found) >= _counts(self.found) or _identity(finding) in map(_identity, after.found):
            return False
        self.document, self.found = after.document, after.found
        self.done += [finding, *after.done]
        return True

    def _batch(self) -> list[tuple[Finding, Splice]]:
        """The fixes that can be made at once: the first of those that overlap."""
        possible = [
            (finding, found)
            for finding in self.wanted(self.found)
            if finding.fix is not None and _identity(finding) not in self.refused
            if (found := splice(self.document, finding.fix, read=self.read)) is not None
        ]
        batch: list[tuple[Finding, Splice]] = []
        for finding, change in sorted(possible, key=lambda pair: pair[1][:2]):
            if not batch or change.start >= max(batch[-1][1].end, batch[-1][1].start + 1):
                batch.append((finding, change))
        return batch

    def _make(self, batch: list[tuple[Finding, Splice]]) -> bool:
        """Makes the fixes, or the first half of them when all together make nothing better; one that does not is
        refused."""
        while True:
            text = spliced(self.document.text, [change for _, change in batch])
            if self._accepted(text, [finding for finding, _ in batch]):
                return True
            if len(batch) == 1 or self.looks >= self.most:
                self.refused.add(_identity(batch[0][0]))
                return False
            batch = batch[: len(batch) // 2]

    def _accepted(self, text: str, batch: list[Finding]) -> bool:
        if text in self.seen:
            return False
        try:
            document = self.read(text)
        except DefinitionError:
            return False
        self.looks += 1
        found = self.look(document)
        left = {_identity(finding) for finding in found}
        if not _is_better(self.found, found, batch) or any(_identity(finding) in left for finding in batch):
            return False
        self.seen.add(text)
        self.document, self.found = document, found
        self.done += batch
        return True


def _identity(finding: Finding) -> tuple[str, Pointer]:
    """A fix that leaves its rule another thing to say of the same place has mended nothing."""
    return finding.rule, finding.pointer


def _is_better(before: Iterable[Finding], after: Iterable[Finding], batch: Sequence[Finding]) -> bool:
    """Whether one fix makes nothing worse; of several, whether each takes its finding away and brings no other, so that
    none hides behind the rest."""
    errors, warnings = _counts(before)
    if len(batch) == 1:
        return _counts(after) <= (errors, warnings)
    mended_errors, mended_warnings = _counts(batch)
    return _counts(after) <= (errors - mended_errors, warnings - mended_warnings)


def _counts(found: Iterable[Finding]) -> tuple[int, int]:
    severities = [finding.severity for finding in found]
    return severities.count(ERROR), severities.count(WARNING)


def spliced(text: str, changes: Iterable[Splice]) -> str:
    """The text with all changes, which do not overlap."""
    for change in sorted(changes, reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def splice(document: Document, fix: Fix, *, read: Callable[[str], Document] | None = None) -> Splice | None:
    """The change of the text that makes a fix; None where the text is written so that it cannot be made safely.

    The edits of a fix are made one after another: each sees the pointers as the ones before have left them.
    """
    changes = _changes(document, fix.edits[0])
    if changes is not None and len(fix.edits) == 1 and len(changes) == 1:
        return changes[0]
    now = document
    for edit in fix.edits:
        changes = _changes(now, edit)
        if changes is None:
            return None
        text = spliced(now.text, changes)
        try:
            now = read(text) if read is not None else load(text, source=document.source)
        except DefinitionError:
            return None
    return _difference(document.text, now.text)


def _difference(before: str, after: str) -> Splice | None:
    """The one change that makes a text of another; None when they are the same."""
    if before == after:
        return None
    start, shorter = 0, min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return Splice(start, len(before) - end, after[start : len(after) - end])


def _changes(document: Document, edit: Edit) -> list[Splice] | None:
    spot = _Spot.at(document, edit.pointer[:-1] if isinstance(edit, Insert) else edit.pointer)
    if spot is None:
        return None
    match edit:
        case Replace():
            return _replaced(spot, edit.value)
        case Rename():
            return _renamed(spot, edit.name)
        case Insert():
            return _inserted(spot, str(edit.pointer[-1]), edit.value, edit.after)
        case Delete():
            return _deleted(spot)
        case Reorder():
            return _reordered(spot, edit.order)


# --- where a value stands --------------------------------------------------------------------------------------------

PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")
AFTER = re.compile(r"[ \t]*,?[ \t]*(?:#[^\r\n]*)?(?=\r?\n|\Z)")
"""What may follow a value on its line."""
INDENT = re.compile(r"[ \t]*\Z")
DASH = re.compile(r"[ \t]*-[ \t]+\Z")
DASHES = re.compile(r"[ \t]*(?:-[ \t]+)*\Z")
BETWEEN = re.compile(r"\s*:\s*")


class _Spot(NamedTuple):
    """A value and its entry in the text, with those of all that it stands in, innermost last."""

    document: Document
    trail: tuple[tuple[Entry, Any], ...]
    pointer: Pointer

    @classmethod
    def at(cls, document: Document, pointer: Pointer) -> _Spot | None:
        """None for what is not written where it counts: a value that an alias or a merge key brings."""
        trail = [(document.root, document.data)]
        for key in pointer:
            around, value = trail[-1]
            found = document.entries.get(id(value), {}).get(key)
            if found is None or not (around.value <= found[0] and found[3] <= around.value_end):
                return None
            trail.append((Entry(*found), value[key]))
        return cls(document, tuple(trail), pointer)

    @property
    def text(self) -> str:
        return self.document.text

    @property
    def entry(self) -> Entry:
        return self.trail[-1][0]

    @property
    def value(self) -> Any:
        return self.trail[-1][1]

    def outer(self) -> _Spot:
        return _Spot(self.document, self.trail[:-1], self.pointer[:-1])

    def inner(self, key: str | int) -> _Spot | None:
        return _Spot.at(self.document, (*self.pointer, key))

    def is_flow(self) -> bool:
        """Whether the value itself is a collection in brackets."""
        return self._first() in "{[" and isinstance(self.value, (dict, list))

    def in_flow(self) -> bool:
        """Whether the value stands inside brackets."""
        return any(_Spot(self.document, self.trail[: depth + 1], ()).is_flow() for depth in range(len(self.trail) - 1))

    def is_json(self) -> bool:
        """Whether the whole text is JSON, or looks like it."""
        return self.document.source.endswith(".json") or self.text.lstrip()[:1] in ("{", "[")

    def _first(self) -> str:
        start = PROPERTIES.match(self.text, self.entry.value)
        return self.text[start.end() : start.end() + 1] if start else ""

    def is_bare(self) -> bool:
        """Whether there is neither an anchor nor a tag nor an alias."""
        return self.text[self.entry.value : self.entry.value + 1] not in ("&", "!", "*")

    def siblings(self) -> list[Entry]:
        """The entries of the collection that the value is, in the order of the text."""
        inner = self.document.entries.get(id(self.value), {})
        own = (Entry(*found) for found in inner.values())
        return sorted(
            entry for entry in own if self.entry.value <= entry.key and entry.value_end <= self.entry.value_end
        )

    def end(self) -> int:
        """Where the value ends: a block collection with its last value, a block scalar with its last line."""
        entry = self.entry
        written = self.text[entry.value : entry.value_end]
        if isinstance(self.value, (dict, list)) and self.is_bare() and not self.is_flow():
            keys = self.document.entries.get(id(self.value), {})
            inner = [found for key in keys if (found := self.inner(key)) is not None]
            if inner:
                return max(inner, key=lambda spot: spot.entry.key).end()
        return entry.value + len(written.rstrip())

    def line_start(self) -> int:
        """Where the line of the key begins."""
        return max(self.text.rfind("\n", 0, self.entry.key), self.text.rfind("\r", 0, self.entry.key)) + 1

    def before(self) -> str:
        """What stands before the key on its line."""
        return self.text[self.line_start() : self.entry.key]

    def line_end(self) -> int | None:
        """Where the last line of the value ends, its comment included; None when something else follows on it."""
        found = AFTER.match(self.text, self.end())
        return found.end() if found else None


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _past_newline(text: str, offset: int) -> int:
    return offset + (2 if text.startswith("\r\n", offset) else 1 if offset < len(text) else 0)


# --- the edits -------------------------------------------------------------------------------------------------------


def _replaced(spot: _Spot, value: Any) -> list[Splice] | None:
    if not spot.is_bare():
        return None
    entry, text = spot.entry, spot.text
    start = entry.value
    between = BETWEEN.fullmatch(text, entry.key_end, start) if entry.key_end > entry.key else None
    written = _written(value, spot, quote=text[start : start + 1])
    if between and ("\n" in between.group() or between.group().endswith(":")):  # a block collection, or nothing at all
        start = entry.key_end + between.group().index(":") + 1
        written = f" {written}"
    return [Splice(start, max(spot.end(), start), written)]


def _renamed(spot: _Spot, name: str) -> list[Splice] | None:
    entry, text = spot.entry, spot.text
    holder = spot.outer()
    if not isinstance(holder.value, dict) or (name in holder.value and name != spot.pointer[-1]):
        return None
    if entry.key_end <= entry.key or text[entry.key] in "&!*?" or "\n" in text[entry.key : entry.key_end]:
        return None
    return [Splice(entry.key, entry.key_end, _written(name, spot, quote=text[entry.key]))]


def _inserted(holder: _Spot, name: str, value: Any, after: str) -> list[Splice] | None:
    before = holder.inner(after)
    if before is None or not isinstance(holder.value, dict) or name in holder.value:
        return None
    field = f"{_written(name, before)}: {_written(value, before)}"
    indent = before.before()
    newline = _newline(holder.text)
    if holder.is_flow():
        line = f"{newline}{indent}" if INDENT.fullmatch(indent) and holder.line_start() != before.line_start() else " "
        return [Splice(before.end(), before.end(), f",{line}{field}")]
    end = before.line_end()
    if end is None or not DASHES.fullmatch(indent):
        return None
    return [Splice(end, end, f"{newline}{indent.replace('-', ' ')}{field}")]


def _deleted(spot: _Spot) -> list[Splice] | None:
    holder = spot.outer()
    siblings = holder.siblings()
    place = next((index for index, entry in enumerate(siblings) if entry.key == spot.entry.key), None)
    if place is None or len(siblings) != len(holder.value):
        return None
    following = siblings[place + 1] if place + 1 < len(siblings) else None
    if holder.is_flow():
        if following is not None:
            return [Splice(spot.entry.key, following.key, "")]
        start = _end_of(holder, siblings[place - 1]) if place else spot.entry.key
        return [Splice(start, spot.end(), "")]
    return _deleted_line(spot, following) if len(siblings) > 1 else None


def _end_of(holder: _Spot, entry: Entry) -> int:
    """Where the value of one of the entries of a collection ends."""
    return entry.value + len(holder.text[entry.value : entry.value_end].rstrip())


def _deleted_line(spot: _Spot, following: Entry | None) -> list[Splice] | None:
    """A field or element of a block collection goes with its lines; one behind a dash leaves its place to the next."""
    mark = DASH if isinstance(spot.pointer[-1], int) else INDENT
    end = spot.line_end()
    if end is None:
        return None
    if mark.fullmatch(spot.before()):
        return [Splice(spot.line_start(), _past_newline(spot.text, end), "")]
    if following is None or "#" in spot.text[end : following.key]:
        return None
    return [Splice(spot.entry.key, following.key, "")]


def _reordered(spot: _Spot, order: Sequence[int]) -> list[Splice] | None:
    items = [spot.inner(index) for index in range(len(spot.value))]
    if sorted(order) != list(range(len(items))):
        return None
    chunks = list(_elements(items) if spot.is_flow() else _blocks(spot, items))
    if len(chunks) != len(items):
        return None
    text = spot.text
    return [Splice(*chunks[slot], text[slice(*chunks[index])]) for slot, index in enumerate(order) if slot != index]


def _elements(items: Sequence[_Spot | None]) -> Iterator[tuple[int, int]]:
    for item in items:
        if item is not None:
            yield item.entry.value, item.end()


def _blocks(spot: _Spot, items: Sequence[_Spot | None]) -> Iterator[tuple[int, int]]:
    """The lines of each element, with the comments above it."""
    text = spot.text
    start = None
    for item in items:
        end = item.line_end() if item is not None else None
        if item is None or end is None or not DASH.fullmatch(item.before()):
            return
        # comments above the first element stay where they are: they may speak of all
        yield item.line_start() if start is None else start, end
        start = _past_newline(text, end)


# --- how a value is written ------------------------------------------------------------------------------------------

PLAIN = re.compile(r"(?:--)?[A-Za-z_$][A-Za-z0-9_$./()*@+-]*(?: [A-Za-z0-9_$./()*@+-]+)*")
"""Texts that need no quotes anywhere in YAML, if they do not mean something else."""
PLAIN_IN_BLOCK = re.compile(r"[A-Za-z_$](?:[!-9;-~]|:(?=[!-~])| (?=[!-\"$-~]))*")
"""The same outside brackets: a colon is followed, and a # preceded, by something else than a blank."""


def _written(value: Any, spot: _Spot, *, quote: str = "") -> str:
    """A value as JSON, or as YAML on one line, with the quotes that stood there before."""
    if spot.is_json():
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return _string(value, quote, flow=spot.in_flow())
    return _flow(value)


def _flow(value: Any) -> str:
    """A value in YAML's flow style."""
    match value:
        case str():
            return _string(value, "", flow=True)
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case dict():
            return f"{{{', '.join(f'{_flow(key)}: {_flow(item)}' for key, item in value.items())}}}"
        case _:
            return json.dumps(value)


def _string(text: str, quote: str, *, flow: bool) -> str:
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if quote != '"' and _is_plain(text, flow=flow):
        return text
    return json.dumps(text, ensure_ascii=False)


def _is_plain(text: str, *, flow: bool) -> bool:
    """Whether a text without quotes is itself to every reader of YAML."""
    if not (PLAIN.fullmatch(text) or (not flow and PLAIN_IN_BLOCK.fullmatch(text))):
        return False
    return isinstance(core_value(text), str) and old_reading(text) is None
