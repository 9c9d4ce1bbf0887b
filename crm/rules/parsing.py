"""From JSON to nodes. Whatever is wrong is said with a pointer to its place, and as much of it at once as can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.errors import Fault
from crm.rules import registry
from crm.rules.errors import UnusableConditions
from crm.rules.kinds import Kind, Number, Reference, Unfit, Whole, parse_time
from crm.rules.nodes import EVERYTHING, Comparison, Group, Joining, Node, Not, Question, Some, Tally
from crm.rules.operators import Operator, Takes

DEEPEST = 8
MOST_NODES = 200
LONGEST_LIST = 100
MOST_DAYS = 3660
MOST_DAYS_TO_BIRTHDAY = 60
MOST_FAULTS = 20

_MEMBERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # what names the node: (members it must have, members it may have)
    "all": (frozenset(), frozenset()),
    "any": (frozenset(), frozenset()),
    "not": (frozenset(), frozenset()),
    "field": (frozenset({"op"}), frozenset({"value"})),
    "some": (frozenset(), frozenset({"where"})),
    "count": (frozenset({"op"}), frozenset({"value", "where"})),
    "sum": (frozenset({"op", "of"}), frozenset({"value", "where"})),
}


def parse(tree: Any, root: str) -> Node:
    """Read a tree about `root`. Asks the database nothing: whether referred rows exist is `faults_of_references`.

    Raises:
        UnusableConditions: with up to 20 faults.
    """
    reading = _Reading()
    node = reading.node(tree, root, pointer="", depth=1)
    if reading.faults or node is None:
        raise UnusableConditions(*reading.faults)
    return node


def values_chosen(tree: Any, root: str) -> dict[Kind, set[Any]]:
    """What a tree names of menus, as far as it can be read. Asks the database nothing but what its choices are."""
    reading = _Reading()
    reading.node(tree, root, pointer="", depth=1)
    return reading.chosen


def faults_of_references(tree: Any, root: str) -> list[Fault]:
    """Rows that a readable tree refers to and nobody has. One query per table that is referred to."""
    reading = _Reading()
    reading.node(tree, root, pointer="", depth=1)
    faults = []
    for kind in {kind for kind, _value, _pointer in reading.references}:
        those = [(value, pointer) for other, value, pointer in reading.references if other == kind]
        missing = kind.missing(value for value, _pointer in those)
        detail = _("Nothing has this number any more. Choose another.")
        faults += [Fault(pointer=pointer, detail=detail) for value, pointer in those if value in missing]
    return faults[:MOST_FAULTS]


class _Reading:
    """One walk over a tree. A node that cannot be read is None, and the walk goes on beside it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.nodes = 0
        self.references: list[tuple[Reference, int, str]] = []
        self.chosen: dict[Kind, set[Any]] = {}

    def fault(self, pointer: str, detail: str | Promise) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(pointer=pointer, detail=detail))

    def node(self, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            if self.nodes == MOST_NODES + 1:
                self.fault(pointer, _("These are more than 200 conditions. Leave some out, or split them."))
            return None
        if depth > DEEPEST:
            self.fault(pointer, _("Groups stand more than 8 deep here. Bring some of them up."))
            return None
        names = [name for name in _MEMBERS if isinstance(tree, dict) and name in tree]
        if len(names) != 1 or not self._has_its_members(names[0], tree, pointer):
            if len(names) != 1:
                detail = _("Write one condition here: all, any, not, field, some, count or sum.")
                self.fault(pointer, detail)
            return None
        read: Callable[..., Node | None] = getattr(self, f"_{names[0]}")
        return read(tree, root, pointer=pointer, depth=depth)

    def _has_its_members(self, name: str, tree: dict[Any, Any], pointer: str) -> bool:
        must, may = _MEMBERS[name]
        given = set(tree) - {name}
        for member in sorted(must - given):
            self.fault(pointer, _("“{member}” is missing here.").format(member=member))
        if given - must - may:
            known = ", ".join(sorted({name} | must | may))
            self.fault(pointer, _("Only these may stand here: {members}.").format(members=known))
        return not must - given and not given - must - may

    def _all(self, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        return self._group(Joining.ALL, tree, root, pointer=pointer, depth=depth)

    def _any(self, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        return self._group(Joining.ANY, tree, root, pointer=pointer, depth=depth)

    def _group(self, joining: Joining, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        children = tree[joining.value]
        here = f"{pointer}/{joining.value}"
        if not isinstance(children, list):
            self.fault(here, _("Write a list of conditions here."))
            return None
        if not children and (depth > 1 or joining is Joining.ANY):
            self.fault(here, _("Nothing stands in this group. Add a condition, or take the group out."))
            return None
        read = [
            self.node(child, root, pointer=f"{here}/{index}", depth=depth + 1)
            for index, child in enumerate(children[: MOST_NODES + 1])
        ]
        return Group(joining, tuple(node for node in read if node))

    def _not(self, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        child = self.node(tree["not"], root, pointer=f"{pointer}/not", depth=depth + 1)
        return Not(child) if child else None

    def _field(self, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        found = self._known(registry.field_of, root, tree["field"], f"{pointer}/field")
        if found is None:
            return None
        question = self._question(found.it.kind, tree, pointer)
        return Comparison(found, question) if question else None

    def _some(self, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        found = self._known(registry.collection_of, root, tree["some"], f"{pointer}/some")
        if found is None:
            return None
        where = self._where(tree, found.it.item, pointer=pointer, depth=depth)
        return Some(found, where) if where else None

    def _count(self, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        return self._tally("count", Whole(), tree, root, pointer=pointer, depth=depth)

    def _sum(self, tree: Any, root: str, *, pointer: str, depth: int) -> Node | None:
        return self._tally("sum", None, tree, root, pointer=pointer, depth=depth)

    def _tally(
        self, name: str, kind: Kind | None, tree: Any, root: str, *, pointer: str, depth: int
    ) -> Node | None:
        found = self._known(registry.collection_of, root, tree[name], f"{pointer}/{name}")
        if found is None:
            return None
        of = None
        if kind is None:
            of = self._known(registry.field_of, found.it.item, tree["of"], f"{pointer}/of")
            if of is None or not isinstance(of.it.kind, Number | Whole):
                if of:
                    self.fault(f"{pointer}/of", _("Only numbers and amounts add up. Choose such a field."))
                return None
            kind = of.it.kind
        where = self._where(tree, found.it.item, pointer=pointer, depth=depth)
        question = self._question(kind, tree, pointer)
        return Tally(found, of, where, question) if where and question else None

    def _where(self, tree: Any, item: str, *, pointer: str, depth: int) -> Node | None:
        if "where" not in tree:
            return EVERYTHING
        return self.node(tree["where"], item, pointer=f"{pointer}/where", depth=depth + 1)

    def _known(self, find: Callable[[str, str], Any], root: str, name: Any, pointer: str) -> Any:
        found = find(root, name) if isinstance(name, str) else None
        if found is None:
            self.fault(pointer, _("Nothing of this name can be asked about here. Choose one from the list."))
        return found

    def _question(self, kind: Kind, tree: Any, pointer: str) -> Question | None:
        code = tree["op"]
        operator = kind.operators.get(code) if isinstance(code, str) else None
        if operator is None:
            known = ", ".join(kind.operators)
            self.fault(f"{pointer}/op", _("Compare it by one of these: {operators}.").format(operators=known))
            return None
        if operator.takes is not Takes.NOTHING and "value" not in tree:
            self.fault(pointer, _("“{member}” is missing here.").format(member="value"))
            return None
        value = self._value(kind, operator, tree.get("value"), f"{pointer}/value")
        return None if value is _NO else Question(kind, operator, value)

    def _value(self, kind: Kind, operator: Operator, raw: Any, pointer: str) -> Any:
        match operator.takes:
            case Takes.ONE:
                return self._one(kind, raw, pointer)
            case Takes.LIST:
                return self._list(lambda one, place: self._one(kind, one, place), raw, pointer)
            case Takes.PAIR:
                return self._pair(lambda one, place: self._one(kind, one, place), raw, pointer, sorted_=True)
            case Takes.TIMES:
                read = _reads(self, parse_time)
                return self._pair(read, raw, pointer, sorted_=False)
            case Takes.WEEKDAYS:
                return self._list(_reads(self, _weekday), raw, pointer)
            case Takes.DAYS:
                most = MOST_DAYS_TO_BIRTHDAY if operator.code == "birthday_within" else MOST_DAYS
                return _reads(self, lambda days: _days(days, most))(raw, pointer)
            case Takes.NOTHING:
                return self._nothing(raw, pointer)

    def _one(self, kind: Kind, raw: Any, pointer: str) -> Any:
        value = _reads(self, kind.parse)(raw, pointer)
        if kind.has_menu and value is not _NO:
            self.chosen.setdefault(kind, set()).add(value)
        if isinstance(kind, Reference) and value is not _NO:
            self.references.append((kind, value, pointer))
        return value

    def _list(self, read: Callable[[Any, str], Any], raw: Any, pointer: str) -> Any:
        if not isinstance(raw, list) or not 0 < len(raw) <= LONGEST_LIST:
            self.fault(pointer, _("Write a list of 1 to 100 values here."))
            return _NO
        values = tuple(read(one, f"{pointer}/{index}") for index, one in enumerate(raw))
        return _NO if _NO in values else values

    def _pair(self, read: Callable[[Any, str], Any], raw: Any, pointer: str, *, sorted_: bool) -> Any:
        if not isinstance(raw, list) or len(raw) != 2:
            self.fault(pointer, _("Write two values here, from and to."))
            return _NO
        low, high = (read(one, f"{pointer}/{index}") for index, one in enumerate(raw))
        if low is _NO or high is _NO:
            return _NO
        if sorted_ and low > high:
            self.fault(pointer, _("The first value is above the second: nothing lies between them."))
            return _NO
        return low, high

    def _nothing(self, raw: Any, pointer: str) -> Any:
        if raw is not None:
            self.fault(pointer, _("This comparison takes no value. Leave it out."))
            return _NO
        return None


class _No:
    """A value that could not be read."""


_NO = _No()


def _reads(reading: _Reading, parse: Callable[[Any], Any]) -> Callable[[Any, str], Any]:
    def read(raw: Any, pointer: str) -> Any:
        try:
            return parse(raw)
        except Unfit as unfit:
            reading.fault(pointer, str(unfit))
            return _NO

    return read


def _weekday(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw not in range(1, 8):
        raise Unfit(_("Write weekdays as numbers: 1 is Monday, 7 is Sunday."))
    return raw


def _days(raw: Any, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= most:
        raise Unfit(_("Write a whole number of days, from 0 to {most}.").format(most=most))
    return raw
