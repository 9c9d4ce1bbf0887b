from datetime import UTC, datetime, timedelta

import pytest

from crm.errors import PersonErased
from crm.models import TimelineEntry
from loyalty.members.joining import ProgrammeNotRunning, join
from loyalty.models import Member, Programme, Wallet
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def joined(customer, programme, *, at=NOON, **more):
    told = {"through": Member.Joined.STAFF, "source": "agent", "source_id": f"join:{customer.pk}", **more}
    return join(customer, programme=programme, at=at, **told)


def test_whoever_joins_has_an_empty_wallet_and_a_line_on_their_timeline():
    vera, programme = CustomerFactory(), ProgrammeFactory()

    member = joined(vera, programme)

    assert (member.joined_at, member.joined_through) == (NOON, "staff")
    assert (member.wallet.available, member.wallet.pending) == (0, 0)
    entry = TimelineEntry.objects.get(customer=vera, kind="loyalty.member_joined")
    assert entry.fact.aloud() == "Membership began: Липа"
    assert entry.subject_id == member.pk


def test_joining_twice_is_joining_once():
    vera, programme = CustomerFactory(), ProgrammeFactory()

    first = joined(vera, programme)
    second = joined(vera, programme, at=NOON + timedelta(days=1), through="page", source_id="another")

    assert first == second
    assert Wallet.objects.count() == 1
    assert TimelineEntry.objects.filter(kind="loyalty.member_joined").count() == 1


def test_a_wallet_knows_when_idle_points_go():
    programme = ProgrammeFactory(expiry=Programme.Expiry.AFTER_ACTIVITY, expiry_months=6)

    assert joined(CustomerFactory(), programme).wallet.idle_months == 6


def test_nobody_joins_a_programme_that_is_closed_or_has_not_begun():
    closed = ProgrammeFactory(slug="old", closed_at=NOON)
    future = ProgrammeFactory(slug="new", started_at=NOON + timedelta(days=1))

    for programme in (closed, future):
        with pytest.raises(ProgrammeNotRunning):
            joined(CustomerFactory(), programme)

    assert Member.objects.count() == 0
    assert list(Programme.objects.running(NOON - timedelta(seconds=1))) == [closed]


def test_nobody_joins_for_a_person_who_was_erased():
    with pytest.raises(PersonErased):
        joined(CustomerFactory(erased_at=NOON), ProgrammeFactory())


def test_who_was_merged_joins_as_the_one_they_are_now(django_assert_num_queries):
    vera, veras_other_record, programme = CustomerFactory(), CustomerFactory(), ProgrammeFactory()
    veras_other_record.merged_into = vera
    veras_other_record.save()

    member = joined(veras_other_record, programme)

    assert member.customer == vera
    with django_assert_num_queries(1):
        assert Member.objects.going_on(veras_other_record.pk, programme) == member


def test_a_membership_of_a_merged_record_is_the_persons():
    vera, other = CustomerFactory(), CustomerFactory()
    member = MemberFactory(customer=other)
    other.merged_into = vera
    other.save()

    assert joined(vera, member.programme) == member


def test_points_go_to_the_member_that_goes_on():
    vera, other, programme = CustomerFactory(), CustomerFactory(), ProgrammeFactory()
    hers = MemberFactory(customer=vera, programme=programme)
    MemberFactory(customer=other, programme=programme, merged_into=hers)
    other.merged_into = vera
    other.save()

    assert Member.objects.going_on(other.pk, programme) == hers


def test_who_left_comes_back_to_the_wallet_they_had():
    member = MemberFactory(left_at=NOON)
    assert Member.objects.going_on(member.customer_id, member.programme) is None

    again = joined(member.customer, member.programme, at=NOON + timedelta(days=1))

    assert again == member
    assert again.left_at is None
