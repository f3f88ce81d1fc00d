"""Which known word was probably meant by an unknown one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.spelling import nearest

FIELDS = ("Type", "Next", "End", "Retry", "Catch", "Resource", "ResultPath", "TimeoutSeconds", "TimeoutSecondsPath")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Next", "Next"),
        ("next", "Next"),
        ("Nxt", "Next"),
        ("Nextt", "Next"),
        ("Naxt", "Next"),
        ("Nxet", "Next"),
        ("time_out-seconds", "TimeoutSeconds"),
        ("Timeout Seconds Path", "TimeoutSecondsPath"),
        ("TimeuotSecods", "TimeoutSeconds"),
        ("Reesourcce", "Resource"),
        ("Timeout", "TimeoutSeconds"),
        ("Resu", "ResultPath"),
        ("Res", None),
        ("Nt", None),
        ("Try", None),
        ("X", None),
        ("", None),
        ("Resumee", None),
        ("x" * 101, None),
    ],
)
def test_the_nearest_word_is_few_slips_away_or_begins_alike(word: str, meant: str | None) -> None:
    assert nearest(word, FIELDS) == meant


def test_fewer_slips_win_over_the_order_and_the_order_over_nothing() -> None:
    assert nearest("StepB", ["StepXX", "StepA", "StepC"]) == "StepA"


def test_a_slip_wins_over_a_beginning() -> None:
    assert nearest("Load", ["LoadOrders", "Loads"]) == "Loads"


def test_nothing_is_near_where_nothing_is_known() -> None:
    assert nearest("Next", []) is None


def test_candidates_may_come_from_a_generator() -> None:
    assert nearest("Nxt", (field for field in FIELDS)) == "Next"


def test_only_so_many_candidates_are_compared() -> None:
    names = [f"ab{number:06}" for number in range(123_400, 133_400)]

    assert nearest("ba123399x", [*names, "ba123399"]) is None


words = st.text("abAB _é", max_size=12)


@settings(max_examples=200, deadline=None)
@given(words, st.lists(words, max_size=5))
def test_what_is_near_is_one_of_the_candidates(word: str, candidates: list[str]) -> None:
    assert nearest(word, candidates) in {None, *candidates}


@settings(max_examples=200, deadline=None)
@given(st.text("abcdefghijkl", min_size=2, max_size=30), st.data())
def test_one_slip_is_always_forgiven(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("xyz"))
    exchanged = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    slip = data.draw(
        st.sampled_from(
            [word[:place] + letter + word[place:], word[:place] + letter + word[place + 1 :], exchanged, word.upper()]
        )
    )

    assert nearest(slip, [word]) == word
