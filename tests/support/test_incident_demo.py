"""The demo's chapter about incidents: one that is over, and a draft that can be let out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import Message
from support.demo import incidents
from support.incidents import announcing
from support.models import Incident
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.incidents import draft_notice, told, waits_for
from tests.factories.paper_channels import PaperAccountFactory, paper_channels
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_last_weeks_storm_is_over_and_this_mornings_outage_waits_for_somebody() -> None:
    now, lead = timezone.now(), UserFactory()
    shop = ShopFactory()
    with paper_channels():
        PaperAccountFactory()
        customer = CustomerFactory(language="bg")
        IdentityFactory(customer=customer, verified=True)
        waits_for(customer=customer, shop=shop, placed_at=now - timedelta(days=9, hours=3), at=now)

        for _time in range(2):
            incidents.tell(lead=lead, now=now)

        storm, outage = Incident.objects.order_by("began_at")
        assert (storm.state, outage.state) == ("resolved", "draft")
        assert sorted(Message.objects.values_list("notice", "state")) == [
            ("incident", "delivered"),
            ("incident_over", "delivered"),
        ]
        notice = told(announcing.let_out(draft_notice(outage), by=lead, at=now))
        assert notice.people_total == 1
