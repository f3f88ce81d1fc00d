"""A record is a frozen dataclass in all that matters: fields, defaults, equality, and errors for what does not fit."""

import pytest

from aslkit.record import Record


class Place(Record):
    name: str
    line: int = 1


class Named(Place):
    label: str = ""


def test_fields_are_given_in_order_or_by_name() -> None:
    assert Place("a", 2) == Place(name="a", line=2) == Place("a", line=2)


def test_a_default_stands_for_a_field_that_is_not_given() -> None:
    assert repr(Place("a")) == "Place(name='a', line=1)"


def test_fields_of_a_base_class_come_first() -> None:
    assert repr(Named("a", 3, "x")) == "Named(name='a', line=3, label='x')"


def test_records_of_different_classes_are_never_equal() -> None:
    assert Place("a") != Named("a")
    assert len({Place("a"), Place("a", 1), Named("a")}) == 2


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), (("a", 1, 2), {}), (("a",), {"name": "b"}), (("a",), {"lines": 1})]
)
def test_what_does_not_fit_raises_type_error(values: tuple[object, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="Place takes name, line"):
        Place(*values, **named)  # type: ignore[arg-type]


def test_a_record_never_changes() -> None:
    place = Place("a")
    with pytest.raises(AttributeError, match="a Place never changes; cannot set 'line'"):
        place.line = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="a Place never changes; cannot delete 'name'"):
        del place.name
    assert place == Place("a", 1)
