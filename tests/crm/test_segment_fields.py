"""What every app tells of customers is asked in three ways, and found alike: one by one, a few at once, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm import rules
from crm.rules import registry
from crm.rules.kinds import Kind, Number, Reference, Whole
from crm.rules.operators import Takes
from crm.segments import asking
from tests.crm.segment_world import AT, world

pytestmark = pytest.mark.django_db
SOFIA = ZoneInfo("Europe/Sofia")
OF_THE_ISSUE = {
    *("member.tier", "member.points", "member.since", "member.has_card", "member.was_brought"),
    *("survey.last_nps", "survey.last_nps_at", "survey.last_csat", "survey.last_csat_at"),
    *("consent.processing", "consent.email", "consent.sms"),
    *("customer.category", "customer.city", "customer.country", "customer.age", "customer.birthday"),
    *("customer.language",),
}
LISTS_OF_THE_ISSUE = {
    *("customer.tickets", "customer.answers", "customer.companies", "customer.orders", "customer.events"),
    *("member.lots", "member.coupons", "member.referrals"),
}


def questions(kind: Kind) -> Iterator[dict[str, Any]]:
    for operator in kind.operators.values():
        for value in _values(kind, operator.takes):
            yield {"op": operator.code, **({} if value is None else {"value": value})}


def _values(kind: Kind, takes: Takes) -> list[Any]:
    some = _some(kind)
    match takes:
        case Takes.NOTHING:
            return [None]
        case Takes.ONE:
            return some
        case Takes.LIST:
            return [some]
        case Takes.PAIR:
            return [[some[0], some[-1]]]
        case Takes.DAYS:
            return [8]
        case Takes.WEEKDAYS:
            return [[1, 2]]
        case Takes.TIMES:
            return [["00:00", "12:00"]]


def _some(kind: Kind) -> list[Any]:
    """In ascending order."""
    if isinstance(kind, Reference):
        return sorted(pk for pk, _name in kind.options(_Everybody()) or [])[:2] or [1]
    if kind.has_menu:
        return [code for code, _label in (kind.options(_Everybody()) or [])[:3]] or [None]
    return {
        "yes_no": [True, False],
        "text": ["BG", "Липа", "София"],
        "whole": [2, 26],
        "number": ["4.90"],
        "amount": ["4.90", "20.00"],
    }.get(kind.code, ["1990-03-02", "2026-02-28"])


class _Everybody:
    pk = None

    def has_perm(self, _permission: str) -> bool:
        return True


def of_fields() -> Iterator[dict[str, Any]]:
    for field in registry.ROOTS["customer"].fields.values():
        if field.name != "segment.is":
            for question in questions(field.kind):
                yield {"field": field.name, **question}


def of_lists() -> Iterator[dict[str, Any]]:
    for one in registry.ROOTS["customer"].collections.values():
        yield {"some": one.name}
        yield {"count": one.name, "op": "lte", "value": 1}
        for field in registry.ROOTS[one.item].fields.values():
            if isinstance(field.kind, Reference) and field.kind.offered:
                continue
            if isinstance(field.kind, Whole | Number):
                yield {"sum": one.name, "of": field.name, **next(questions(field.kind))}
            for question in islice(questions(field.kind), 2):
                yield {"some": one.name, "where": {"field": field.name, **question}}
        for inner in registry.ROOTS[one.item].collections.values():
            yield {"some": one.name, "where": {"some": inner.name}}


def test_every_field_and_list_is_answered_alike_in_three_ways():
    everybody = world()
    telling = set()
    for tree in (*of_fields(), *of_lists()):
        if tree.get("value", 0) is None:
            continue  # a menu with nothing in it
        conditions = rules.read(tree, "customer")
        told = {"at": AT, "clock": SOFIA}

        one_by_one = {one.pk for one in everybody if conditions.holds(one, **told)}
        a_few = set(asking.people().filter(conditions.where(**told)).values_list("pk", flat=True))
        all_at_once = asking.people().filter(conditions.where_of_everybody(**told))

        assert one_by_one == a_few, tree
        assert one_by_one == set(all_at_once.values_list("pk", flat=True)), tree
        if one_by_one and len(one_by_one) < len(everybody):
            telling.add(tree.get("field") or tree.get("some") or tree.get("count"))
    # In this world each of them divides people: none is empty, or the same of all.
    assert telling >= {name for name in OF_THE_ISSUE if name != "customer.category"} | LISTS_OF_THE_ISSUE


def test_every_field_the_issue_names_is_there():
    known = registry.ROOTS["customer"]

    assert known.fields.keys() >= OF_THE_ISSUE
    assert known.collections.keys() >= LISTS_OF_THE_ISSUE


@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_every_field_and_list_reads_itself_aloud(language):
    world()
    for tree in (*of_fields(), *of_lists()):
        if tree.get("value", 0) is not None:
            assert rules.sentence(tree, "customer", language).flat
