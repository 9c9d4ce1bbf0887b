"""A programme, and members with their wallets."""

from datetime import UTC, datetime
from typing import Any

import factory

from loyalty import ledger
from loyalty.models import Member, Programme
from tests.factories.customers import CustomerFactory


class ProgrammeFactory(factory.django.DjangoModelFactory[Programme]):
    class Meta:
        model = Programme
        django_get_or_create = ("slug",)

    slug = "main"
    name = "Липа"
    currency = "EUR"
    started_at = datetime(2025, 1, 1, tzinfo=UTC)


class MemberFactory(factory.django.DjangoModelFactory[Member]):
    class Meta:
        model = Member
        skip_postgeneration_save = True

    programme = factory.SubFactory(ProgrammeFactory)
    customer = factory.SubFactory(CustomerFactory)
    joined_through = Member.Joined.STAFF
    joined_at = datetime(2025, 1, 1, tzinfo=UTC)

    @factory.post_generation
    def wallet(member: Member, create: bool, extracted: Any, **more: Any) -> None:
        ledger.open_wallet(member.pk)
