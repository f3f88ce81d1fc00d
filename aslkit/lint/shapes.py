"""Abstract values: what is known of a JSON value before any execution, and where what it lacks was lost.

A shape stands for all the values that can be in one place. Three kinds are enough: an object whose members are there
for certain, maybe, or (when it is open) unknown; an array; a scalar. `UNKNOWN`, an open object of which no member is
known, stands for any value at all. A shape never changes; what is put into it shares everything else with it, and its
weight is bounded, so that each operation takes bounded time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aslkit.definition.document import Pointer

Json = Any
Keys = tuple[str | int, ...]

MAX_MEMBERS = 128
"""The most members that an object is known by; it is open beyond."""

MAX_WEIGHT = 4096
"""The most values inside a shape; a heavier one is UNKNOWN."""

MAX_LOSSES = 32
"""The most losses that are remembered in one place."""

PRESENT, MAYBE, ABSENT = "present", "maybe", "absent"

ORIGIN = "origin"
"""The kind of Loss that takes nothing away: it says where an open object comes from, as the keys that lead to it."""

ANY_ELEMENT = "*"
"""The key in an origin that stands for any element of an array."""


class Loss(NamedTuple):
    """Who took away what was here: the place in the definition, how (a word of its user's), and what was here."""

    kind: str
    pointer: Pointer
    before: Shape | None = None


class Member(NamedTuple):
    """A member of an object: its shape, whether it is there for certain, and if not, what is known to take it away."""

    shape: Shape
    certain: bool = True
    losses: tuple[Loss, ...] = ()


class Object(NamedTuple):
    """An object. Other members than `members` may exist when it is `open`; `losses` tells of those."""

    members: Mapping[str, Member]
    open: bool = False
    losses: tuple[Loss, ...] = ()
    weight: int = 1


class Array(NamedTuple):
    """An array: its elements one by one where their number is known, else a shape that fits each."""

    elements: tuple[Shape, ...] | None
    each: Shape
    losses: tuple[Loss, ...] = ()
    weight: int = 2


class Scalar(NamedTuple):
    """A string, number, boolean or null (`kind`), with its value (in a tuple of one) where that is known."""

    kind: str
    value: tuple[Json, ...] = ()
    losses: tuple[Loss, ...] = ()

    @property
    def weight(self) -> int:
        return 1


Shape = Object | Array | Scalar

UNKNOWN = Object({}, True)
EMPTY = Object({})
STRING, NUMBER, BOOLEAN = Scalar("string"), Scalar("number"), Scalar("boolean")


class Reading(NamedTuple):
    """What a read finds: the shape, and whether it is there.

    When it is not there for certain, `at` counts the keys that can be followed, `holder` is the shape that may lack the
    next one, and `losses` tells why.
    """

    shape: Shape
    presence: str = PRESENT
    at: int = 0
    holder: Shape = UNKNOWN
    losses: tuple[Loss, ...] = ()


def read(shape: Shape, keys: Keys) -> Reading:
    """What stands at the end of a plain route of names and indices. The first doubt with a known loss counts."""
    doubt: Reading | None = None
    for at, key in enumerate(keys):
        member = _member(shape, key)
        if member is None:
            if type(shape) is Object and shape.open:
                losses = shape.losses if type(key) is str else origins(shape)
                return _stronger(doubt, Reading(below(shape, keys[at:]), MAYBE, at, shape, losses))
            return Reading(UNKNOWN, ABSENT, at, shape, shape.losses)
        if not member.certain:
            doubt = _stronger(doubt, Reading(UNKNOWN, MAYBE, at, shape, member.losses))
        shape = member.shape
    return Reading(shape) if doubt is None else doubt._replace(shape=shape)


def read_through(shape: Shape, keys: Keys) -> Reading:
    """What JSONata finds at a route: as `read`, but a name is read from each element of an array, and what is no array
    is its own only element. Nothing is said of elements that may be there or not."""
    for at, key in enumerate(keys):
        if type(shape) is Array and type(key) is str:
            return _through_elements(shape, keys, at)
        if type(key) is int:
            shape = _element(shape, key)
            continue
        found = read(shape, (key,))
        if found.presence != PRESENT:
            return found._replace(at=at, shape=read_through(found.shape, keys[at + 1 :]).shape)
        shape = found.shape
    return Reading(shape)


def _through_elements(shape: Array, keys: Keys, at: int) -> Reading:
    elements = (shape.each,) if shape.elements is None else shape.elements
    found = [read_through(element, keys[at:]) for element in elements]
    if found and all(one.presence == ABSENT for one in found):
        return found[0]._replace(at=at + found[0].at)
    certain = any(one.presence == PRESENT for one in found)
    return Reading(UNKNOWN) if certain else Reading(UNKNOWN, MAYBE, at, shape)


def _element(shape: Shape, index: int) -> Shape:
    if type(shape) is not Array:
        return UNKNOWN if type(shape) is Object and shape.open else shape
    if shape.elements is None:
        return shape.each
    return shape.elements[index] if -len(shape.elements) <= index < len(shape.elements) else UNKNOWN


def origins(shape: Shape) -> tuple[Loss, ...]:
    """Where an open object comes from, if that is followed."""
    return tuple(loss for loss in shape.losses if loss.kind == ORIGIN)


def below(shape: Shape, keys: Keys) -> Shape:
    """What is known of something unlisted in an open object: nothing but where it comes from."""
    found = origins(shape) if shape.losses else ()
    if not found:
        return UNKNOWN
    return Object({}, True, tuple(Loss(ORIGIN, (*loss.pointer, *keys)) for loss in found))


def _stronger(doubt: Reading | None, later: Reading) -> Reading:
    return later if doubt is None or not doubt.losses else doubt


def _member(shape: Shape, key: str | int) -> Member | None:
    """The member or element at a key; None where it is unlisted."""
    match shape:
        case Object() if type(key) is str:
            return shape.members.get(key)
        case Array(None, each) if type(key) is int:
            return Member(each, False)
        case Array(elements) if type(key) is int and elements is not None and key < len(elements):
            return Member(elements[key])
        case _:
            return None


def put(shape: Shape, keys: Keys, value: Shape) -> Shape:
    """The shape with a value written at a reference path; objects on the way are made (as ResultPath does)."""
    if not keys:
        return value
    key = keys[0]
    if type(key) is int:
        return _put_element(shape, key, keys[1:], value)
    assert type(key) is str
    if type(shape) is not Object:  # fails at run time, so that what follows is of no interest
        return with_member(Object({}, True, shape.losses), key, Member(UNKNOWN))
    known = shape.members.get(key)
    if keys[1:]:
        inner = known.shape if known is not None else below(shape, (key,)) if shape.open else EMPTY
        value = put(inner, keys[1:], value)
    return with_member(shape, key, Member(value))


def _put_element(shape: Shape, index: int, keys: Keys, value: Shape) -> Shape:
    if type(shape) is not Array or shape.elements is None or index >= len(shape.elements):
        return UNKNOWN
    elements = shape.elements
    return array((*elements[:index], put(elements[index], keys, value), *elements[index + 1 :]))


def with_member(shape: Object, name: str, member: Member) -> Object:
    """The object with one member set; open instead of growing beyond its bounds."""
    known = shape.members.get(name)
    weight = shape.weight + member.shape.weight + 1 - (0 if known is None else known.shape.weight + 1)
    if weight > MAX_WEIGHT or (known is None and len(shape.members) >= MAX_MEMBERS):
        return without_member(shape, name)
    return Object({**shape.members, name: member}, shape.open, shape.losses, weight)


def without_member(shape: Object, name: str) -> Object:
    """The object of which nothing is known at one name."""
    if name not in shape.members:
        return shape if shape.open else shape._replace(open=True)
    return of_members({other: member for other, member in shape.members.items() if other != name}, True, shape.losses)


def built(members: Mapping[str, Shape]) -> Shape:
    """The closed object that has just these members."""
    return of_members({name: Member(shape) for name, shape in members.items()})


def of_members(members: Mapping[str, Member], is_open: bool = False, losses: tuple[Loss, ...] = ()) -> Object:
    """The object of these members; one of which nothing is known when it would be too large."""
    weight = 1 + len(members) + sum(member.shape.weight for member in members.values())
    if weight > MAX_WEIGHT or len(members) > MAX_MEMBERS:
        return Object({}, True, losses)
    return Object(members, is_open, losses, weight)


def array(elements: Iterable[Shape]) -> Shape:
    """The array of just these elements."""
    found = tuple(elements)
    weight = 1 + sum(element.weight for element in found)
    if weight > MAX_WEIGHT:
        return array_of(UNKNOWN)
    return Array(found, UNKNOWN, (), weight)


def array_of(each: Shape) -> Array:
    """An array of unknown length."""
    return Array(None, each, (), each.weight + 1)


def each_of(shape: Shape) -> Shape:
    """The shape that fits each element of an array; UNKNOWN for what is no array, or an empty one."""
    if type(shape) is not Array:
        return below(shape, (ANY_ELEMENT,))
    if shape.elements is None:
        return shape.each
    return join_all(shape.elements)


def filled(template: Json, evaluate: Callable[[Pointer, Json], Shape] | None) -> Shape:
    """The shape of a template; `evaluate(pointer inside it, value)` gives that of each `.$` key.

    Without `evaluate` the template is plain data, a `.$` key like any other. A `${Name}` in a string is unknown.
    """
    return _filled(template, evaluate, (), [MAX_WEIGHT])


def _filled(
    template: Json, evaluate: Callable[[Pointer, Json], Shape] | None, pointer: Pointer, left: list[int]
) -> Shape:
    left[0] -= 1
    if left[0] < 0:
        return UNKNOWN
    if isinstance(template, str):
        return UNKNOWN if "${" in template else Scalar("string", (template,))
    if isinstance(template, dict):
        members = {}
        for key, value in template.items():
            if evaluate is not None and key.endswith(".$"):
                members[key[:-2]] = evaluate((*pointer, key), value)
            else:
                members[key] = _filled(value, evaluate, (*pointer, key), left)
        return built(members)
    if isinstance(template, list):
        return array(_filled(value, evaluate, (*pointer, index), left) for index, value in enumerate(template))
    if isinstance(template, bool):
        return Scalar("boolean", (template,))
    return Scalar("null" if template is None else "number", (template,))


def literal(value: Json) -> Shape:
    """The shape of plain data."""
    return filled(value, None)


def lose(shape: Shape, loss: Loss) -> Shape:
    """The shape with the reason why it has no other members; an open object has them all, maybe."""
    if type(shape) is Object and shape.open:
        return shape
    return shape._replace(losses=_united(shape.losses, (loss,)))


def doubt(shape: Shape, loss: Loss) -> Shape:
    """The shape with a reason to doubt its unlisted members, for an open object."""
    if type(shape) is Object and shape.open:
        return shape._replace(losses=_united(shape.losses, (loss,)))
    return shape


def undoubted(shape: Shape, keys: Keys) -> Shape:
    """The shape about whose value at a path nothing is known, not even that it may be missing."""
    if not keys:
        return shape
    key = keys[0]
    if type(shape) is not Object or type(key) is not str:
        return UNKNOWN
    known = shape.members.get(key)
    inner = undoubted(UNKNOWN if known is None else known.shape, keys[1:])
    return with_member(shape, key, Member(inner, known is not None and known.certain))


def join_all(shapes: Iterable[Shape]) -> Shape:
    """The shape of a value that fits one of these; UNKNOWN for none."""
    joined: Shape | None = None
    for shape in shapes:
        joined = shape if joined is None else join(joined, shape)
    return UNKNOWN if joined is None else joined


def join(one: Shape, other: Shape) -> Shape:
    """The shape of a value that fits one or the other; `one` itself (the same object) when the other adds nothing."""
    if one is other:
        return one
    if type(one) is Object and type(other) is Object:
        return _join_objects(one, other)
    if type(one) is Array and type(other) is Array:
        return _join_arrays(one, other)
    if type(one) is Scalar and type(other) is Scalar and one.kind == other.kind:
        return _join_scalars(one, other)
    return _join_objects(_any(one), _any(other), one)


def _any(shape: Shape) -> Object:
    """An array or scalar beside another kind of value: it has no members, and no read of it is certain to fail."""
    return shape if type(shape) is Object else Object({}, True, shape.losses)


def _join_scalars(one: Scalar, other: Scalar) -> Scalar:
    value = one.value if one.value == other.value else ()
    losses = _united(one.losses, other.losses)
    if value is one.value and losses is one.losses:
        return one
    return Scalar(one.kind, value, losses)


def _join_arrays(one: Array, other: Array) -> Shape:
    losses = _united(one.losses, other.losses)
    if one.elements is not None and other.elements is not None and len(one.elements) == len(other.elements):
        elements = tuple(map(join, one.elements, other.elements))
        if losses is one.losses and all(a is b for a, b in zip(elements, one.elements, strict=True)):
            return one
        joined = array(elements)
    else:
        each = join(each_of(one), each_of(other))
        if one.elements is None and each is one.each and losses is one.losses:
            return one
        joined = array_of(each)
    return joined._replace(losses=losses)


def _join_objects(one: Object, other: Object, same: Shape | None = None) -> Shape:
    members = _join_members(one, other)
    is_open = one.open or other.open
    losses = _united(one.losses, other.losses)
    if members is one.members and is_open == one.open and losses is one.losses and same in (None, one):
        return one
    return of_members(members, is_open, losses)


def _join_members(one: Object, other: Object) -> Mapping[str, Member]:
    """The members of both, each with the doubt that comes from the side that lacks it."""
    theirs = other.members
    if theirs is one.members:
        return theirs
    changed: dict[str, Member] = {}
    for name, member in one.members.items():
        known = theirs.get(name)
        if known is member:
            continue
        joined = _doubted(member, other) if known is None else _join_member(member, known)
        if joined is not member:
            changed[name] = joined
    mine = one.members
    if theirs.keys() - mine.keys():
        changed.update((name, _doubted(member, one)) for name, member in theirs.items() if name not in mine)
    return {**mine, **changed} if changed else mine


def _join_member(one: Member, other: Member) -> Member:
    shape = one.shape if _is_doubt(other) else other.shape if _is_doubt(one) else join(one.shape, other.shape)
    certain = one.certain and other.certain
    losses = _united(one.losses, other.losses)
    if shape is one.shape and certain == one.certain and losses is one.losses:
        return one
    return Member(shape, certain, losses)


def _is_doubt(member: Member) -> bool:
    """Whether a member says no more than that it may be missing."""
    return member.shape is UNKNOWN and not member.certain


def _doubted(member: Member, lacking: Object) -> Member:
    """A member that the other side does not list: maybe there, and gone for the reason why that side may lack it."""
    losses = _united(member.losses, lacking.losses)
    if not member.certain and losses is member.losses:
        return member
    return Member(member.shape, False, losses)


def _united(one: tuple[Loss, ...], other: tuple[Loss, ...]) -> tuple[Loss, ...]:
    """The losses of both, `one` itself when the other adds none; a loss is the same when kind and place are."""
    if not other or one is other or len(one) >= MAX_LOSSES:
        return one
    known = {(loss.kind, loss.pointer) for loss in one}
    added = tuple(loss for loss in other if (loss.kind, loss.pointer) not in known)
    return (one + added)[:MAX_LOSSES] if added else one
