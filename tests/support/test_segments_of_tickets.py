"""What an agent does in a ticket reaches the segments that ask for it, although few of it is a fact of the person."""

from __future__ import annotations

import pytest

from crm.models import SegmentMember
from crm.segments import membership
from support import labelling
from support.models import Tag
from tests.factories.segments import filled
from tests.factories.shops import NOON
from tests.factories.tickets import agent, ticket

pytestmark = pytest.mark.django_db


def test_a_tag_put_on_a_ticket_and_taken_off_is_seen_at_once():
    its = ticket()
    tag = Tag.objects.create(name="мёд")
    has_it = {"some": "ticket.tags", "where": {"field": "tag.is", "op": "eq", "value": tag.pk}}
    segment = filled({"some": "customer.tickets", "where": has_it})

    def people() -> list[int]:
        while membership.settle_due(at=NOON):
            pass
        return [*SegmentMember.objects.filter(segment=segment).values_list("customer_id", flat=True)]

    by = agent()
    assert people() == []
    labelling.add_tag(its, name="мёд", by=by, at=NOON)
    assert people() == [its.customer_id]
    labelling.remove_tag(its, tag=tag, by=by, at=NOON)
    assert people() == []
