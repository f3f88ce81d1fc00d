"""Word, known words -> the known word that was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_LENGTH = 100
MAX_SLIPS = 3
MAX_COMPARISONS = 300
SHORTEST_BEGINNING = 4

SEPARATORS = str.maketrans("", "", " _-")


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` was probably meant to be: the one with the fewest slips, the first of several; else the
    shortest one that begins with `word` (four letters or more); else None.

    A slip is a letter too many, missing or wrong, or two neighbours exchanged. Capitals, spaces, `_` and `-` do not
    count. One slip is accepted in a word of two letters, two in one of six, three in one of ten or more. Words of more
    than 100 characters are like none, and at most 300 candidates are compared letter by letter, so that a call with
    10,000 candidates takes 0.1 s at worst.
    """
    if len(word) > MAX_LENGTH:
        return None
    known = tuple(candidates)
    return _least_slips(word, known) or _beginning(word, known)


def only_near(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` was surely meant to be: the only one that differs in nothing but capitals, spaces, `_`
    and `-`, else the only one within a few slips of it; None when there are several, or none."""
    known = tuple(candidates)
    same = [candidate for candidate in known if _folded(candidate) == _folded(word)]
    if same:
        return same[0] if len(same) == 1 else None
    meant = _least_slips(word, known) if len(word) <= MAX_LENGTH else None
    others = tuple(candidate for candidate in known if candidate != meant)
    return meant if meant is not None and _least_slips(word, others) is None else None


def _least_slips(word: str, candidates: Sequence[str]) -> str | None:
    meant, best, allowed_now, comparisons = _folded(word), None, len(word), 0
    for candidate in candidates:
        known = _folded(candidate)
        allowed = min(_allowed(meant, known), allowed_now)
        if not _may_be_near(meant, known, allowed):
            continue
        comparisons += 1
        if comparisons > MAX_COMPARISONS:
            break
        slips = _slips(*_middles(meant, known), allowed)
        if slips <= allowed:
            best, allowed_now = candidate, slips - 1
    return best


def _beginning(word: str, candidates: Sequence[str]) -> str | None:
    meant = _folded(word)
    if len(meant) < SHORTEST_BEGINNING:
        return None
    return min((known for known in candidates if _folded(known).startswith(meant)), key=len, default=None)


def _folded(word: str) -> str:
    return word.casefold().translate(SEPARATORS)


def _allowed(meant: str, known: str) -> int:
    return min((max(len(meant), len(known)) + 2) // 4, MAX_SLIPS)


def _may_be_near(meant: str, known: str, allowed: int) -> bool:
    """A slip changes the length by at most one, and the set of letters by at most two."""
    return abs(len(meant) - len(known)) <= allowed and len(set(meant) ^ set(known)) <= 2 * allowed


def _middles(one: str, other: str) -> tuple[str, str]:
    """Two words without what they have in common at the beginning and at the end: it costs no slip."""
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def _slips(one: str, other: str, allowed: int) -> int:
    """The optimal string alignment distance of two words, or any number above `allowed` when it is above."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        current = [row]
        for column, known in enumerate(other, start=1):
            slips = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != known))
            if before and column > 1 and letter == other[column - 2] and one[row - 2] == known:
                slips = min(slips, before[column - 2] + 1)
            current.append(slips)
        if min(current) > allowed and min(last) > allowed:
            return allowed + 1
        before, last = last, current
    return last[-1]
